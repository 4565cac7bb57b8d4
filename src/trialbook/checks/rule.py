"""A rule: one short declaration, kept by the study's modules and by the kit alike."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from trialbook.checks.against import Against
from trialbook.errors import SpecError
from trialbook.findings import Severity
from trialbook.findings.terms import PLACEHOLDER

Check = Callable[..., "pd.Series | bool"]

_OF_RECORDS = (pd.Series, Against, "pd.Series", "Against")
"""What a function is declared to give that answers for each record."""


@dataclass(frozen=True)
class Witness:
    """What shows that a table as a whole fails: a record by its position, and what its cell says of the rule's variables.

    ``says`` follows the cell and its place in the message; ``mend``: the cell may have to be corrected; without a record the
    text stands alone.
    """

    says: str
    position: int | None = None
    mend: bool = False


@dataclass(frozen=True)
class Rule:
    """``check`` takes the table and those in ``reads``, and gives a mask (True passes) or one bool for the whole table.

    ``variables``: the columns a finding is about; ``mend``: those of them whose cells are to be corrected (the others are only
    compared), and ``TABLE.COLUMN`` of a table it reads; ``message`` and ``query`` may name either in braces, which become the
    record's values. ``lacks``: forms in which a record is missing; the finding names their files. ``twins``: records fail
    together because their variables are equal, as ``alike`` reads them, and each is compared with the others. ``stands_for``:
    the rules that fail a dataset's record for the same fault in the raw record behind it; where this rule has told of it, they
    do not again. ``told_by`` says the same of rules about one form from the other side: where one of those has found the record,
    this one is silent.
    ``optional``: tables in ``reads`` that it can do without; it gets one without columns where such a table is not there.
    ``one_of``: of these it needs one at least, whichever it is.

    ``across``: it may compare records of several subjects, and so needs all of them at once; what it says of a table as a whole
    does anyway. A study's rule does unless it, or the class of its model, says otherwise.

    ``of_records``: it speaks of records only, and never of the table as a whole, so that it has nothing to say of a table without
    any. A study's rule does where its function is declared to give a Series (or :class:`Against`).

    ``detail`` gives for the failing records, as rules see them, what the message adds of each (``""``: nothing); ``witnesses``
    gives for a table that fails as a whole what shows it.
    """

    id: str
    severity: Severity
    message: str
    check: Check = field(repr=False)
    variables: tuple[str, ...] = ()
    reads: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    query: str = ""
    cites: tuple[str, ...] = ()
    mend: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    twins: bool = False
    alike: Callable[[pd.DataFrame], pd.DataFrame] | None = field(default=None, repr=False)
    stands_for: tuple[str, ...] = ()
    told_by: tuple[str, ...] = ()
    across: bool = False
    optional: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()
    of_records: bool = False
    detail: Callable[[pd.DataFrame], pd.Series] | None = field(default=None, repr=False)
    witnesses: Callable[[pd.DataFrame], Sequence[Witness]] | None = field(default=None, repr=False)

    @property
    def quoted(self) -> tuple[str, ...]:
        """The columns that the message and the query name in braces, without those of other tables."""
        return tuple(name for name in dict.fromkeys(PLACEHOLDER.findall(self.message + self.query)) if "." not in name)

    def absent(
        self, table: str, tables: Mapping[str, pd.DataFrame], why: Mapping[str, Mapping[str, str]] | None = None
    ) -> str | None:
        """Why the rule can't run on these tables: the first table or column it needs that is not there; None if it can.

        ``why`` gives, by table, the reason for columns that are known not to be there.
        """
        for name, columns in ((table, self.variables), *self.reads.items()):
            if name not in tables:
                if name in self.optional:
                    continue
                return missing_table(name)
            missing = [column for column in columns if column not in tables[name]]
            if missing:
                reasons = (why or {}).get(name, {})
                return reasons.get(missing[0], f"{name} has no {', '.join(missing)}")
        if self.one_of and not any(name in tables for name in self.one_of):
            return f"none of {', '.join(self.one_of)} is there"
        return None


def missing_table(name: str) -> str:
    """Why a rule can't run that reads a table which is not there, where nobody knows more."""
    return f"{name} is not there"


def rule(
    id: str,
    severity: Severity,
    message: str,
    *,
    variables: Sequence[str],
    query: str = "",
    reads: Mapping[str, Sequence[str]] | None = None,
    cites: Sequence[str] = (),
    mend: Sequence[str] = (),
    lacks: Sequence[str] = (),
    stands_for: Sequence[str] = (),
    told_by: Sequence[str] = (),
    across: bool | None = None,
    optional: Sequence[str] = (),
    one_of: Sequence[str] = (),
) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """Declare a method of a :class:`RawForm` or :class:`Dataset` as a rule; see :class:`Rule` for the arguments."""
    elsewhere = {f"{table}.{column}" for table, columns in (reads or {}).items() for column in columns}
    stray = set(mend) - set(variables) - elsewhere
    for said, names in (("lacks", lacks), ("optional", optional), ("one_of", one_of)):
        if set(names) - set(reads or {}):
            raise SpecError(f"rule {id}: {said} names {', '.join(sorted(set(names) - set(reads or {})))}, which it does not read")
    if stray:
        raise SpecError(
            f"rule {id}: mend names {', '.join(sorted(stray))}, which is not among its variables, nor among what it reads"
        )

    def declare(function: Callable[..., Any]) -> Callable[..., Any]:
        function.__rule__ = {  # type: ignore[attr-defined]
            "id": id,
            "severity": severity,
            "message": message,
            "variables": tuple(variables),
            "query": query,
            "reads": {name: tuple(columns) for name, columns in (reads or {}).items()},
            "cites": tuple(cites),
            "mend": tuple(mend) or tuple(variables),
            "lacks": tuple(lacks),
            "stands_for": tuple(stands_for),
            "told_by": tuple(told_by),
            "across": across,
            "optional": tuple(optional),
            "one_of": tuple(one_of),
            "of_records": function.__annotations__.get("return") in _OF_RECORDS,
        }
        return function

    return declare

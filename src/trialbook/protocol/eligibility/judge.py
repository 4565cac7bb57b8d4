"""Eligibility that decides: criteria as three-valued expressions over whole columns of items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from trialbook.errors import SpecError
from trialbook.expressions import ConstantValue, Table
from trialbook.protocol.eligibility.cases import Case, load_cases
from trialbook.protocol.eligibility.items import ItemError, item_errors, not_taken
from trialbook.protocol.eligibility.logic import Compiled, Rule
from trialbook.protocol.eligibility.spec import Contradiction, Criterion, EligibilitySpec, Item, Kind, Setting, constant_of
from trialbook.protocol.eligibility.verdicts import Verdict, Verdicts, named, named_by_criterion
from trialbook.specfile import SpecFile

if TYPE_CHECKING:
    from trialbook.protocol.study import StudyProtocol


@dataclass(frozen=True)
class Eligibility:
    """The criteria of a protocol. ``file`` is None where there is no ``eligibility.yml``; then there are no criteria either."""

    spec: EligibilitySpec
    study: StudyProtocol
    file: SpecFile | None = None

    @cached_property
    def items(self) -> dict[str, Item]:
        """By name, in the order of the item table's columns."""
        return {one.name: one for one in self.spec.items}

    @cached_property
    def settings(self) -> dict[str, Setting]:
        """By name."""
        return {one.name: one for one in self.spec.settings}

    @cached_property
    def criteria(self) -> dict[str, Criterion]:
        """By id, in the record's order."""
        return {one.id: one for one in self.spec.criteria}

    @cached_property
    def contradictions(self) -> dict[str, Contradiction]:
        """By name."""
        return {one.name: one for one in self.spec.contradictions}

    def of_kind(self, kind: Kind | str) -> tuple[Criterion, ...]:
        """The inclusion or the exclusion criteria."""
        return tuple(one for one in self.spec.criteria if one.kind == kind)

    @cached_property
    def values(self) -> dict[str, ConstantValue]:
        """What each setting is; one that is taken from where study.yml states nothing is left out."""
        found = {name: constant_of(self._value(one)) for name, one in self.settings.items()}
        return {name: value for name, value in found.items() if value is not None}

    @cached_property
    def compiled(self) -> Compiled:
        """The expressions. Raises SpecError, with the line, where one is not of the language or names what is not there."""
        return Compiled(self.spec, self.values, self.file)

    @cached_property
    def cases(self) -> tuple[Case, ...]:
        """The boundary cases (``eligibility_cases.csv``); none where there is no such file. Raises SpecError with the line."""
        return load_cases(self.cases_file, self.spec) if self.cases_file is not None else ()

    @property
    def cases_file(self) -> Path | None:
        """The file of the boundary cases; None where there is none."""
        path = None if self.file is None else self.file.path.with_name("eligibility_cases.csv")
        return path if path is not None and path.is_file() else None

    def logic(self, criterion: str) -> tuple[Rule, ...]:
        """The expressions of a criterion that are in force: all of them must be true."""
        return self.compiled.criteria[criterion]

    def items_of(self, criterion: str) -> tuple[str, ...]:
        """The items that a criterion reads, in the items' order."""
        read = set().union(*(rule.expression.names for rule in self.logic(criterion)))
        return tuple(name for name in self.items if name in read)

    def settings_of(self, criterion: str) -> tuple[str, ...]:
        """The settings that a criterion follows, also those that choose between its readings."""
        used = set().union(*(rule.settings for rule in self.logic(criterion)))
        return tuple(name for name in self.settings if name in used)

    def value_errors(self, items: pd.DataFrame) -> list[ItemError]:
        """Every cell that holds what its item does not take, row by row; columns that are no items are not looked at."""
        return item_errors(self.spec.items, items)

    def judge(self, items: pd.DataFrame) -> Verdicts:
        """The verdict on each row of ``items``: text, a column an item, ``""`` where it is unknown.

        An item without a column is unknown of everybody, and so is a value that the item does not take; columns that are no
        items are not looked at. Raises SpecError where the protocol has no criteria or a setting has no value.
        """
        self.refuse_unfit()
        read = self.compiled.read
        table = Table({name: self._column(items, item) for name, item in self.items.items() if name in read}, len(items))
        conditions = {name: self.compiled.condition(name) for name in self.criteria}
        truths = {name: table.truth(condition) for name, condition in conditions.items()}
        criteria = pd.DataFrame(truths, index=items.index)
        fails = {
            name: (truth == (self.criteria[name].kind is Kind.EXCLUSION)).to_numpy(dtype=bool, na_value=False)
            for name, truth in truths.items()
        }
        reasons = {name: self._in_order(condition.reasons(table)) for name, condition in conditions.items()}
        contradicted: dict[str, np.ndarray] = {}
        for name, rule in self.compiled.contradictions.items():
            holds = table.truth(rule.expression.condition).to_numpy(dtype=bool, na_value=False)
            message = self.contradictions[name].message
            contradicted[message] = holds | contradicted.get(message, False)
        return Verdicts(
            criteria,
            verdict_of(np.column_stack(list(fails.values())), criteria.isna().to_numpy(), items.index),
            named(fails, items.index),
            named_by_criterion(reasons, items.index),
            named(contradicted, items.index),
        )

    def with_settings(self, values: Mapping[str, int | float | str | tuple[str, ...]]) -> Eligibility:
        """The same criteria under other settings; raises KeyError where there is no such setting, ValueError where no choice."""
        changed = {name: self.settings[name].model_copy(update={"value": value, "from_": ""}) for name, value in values.items()}
        for one in changed.values():
            if one.choices and one.value not in one.choices:
                raise ValueError(f"{one.value} is not a choice of {one.name}: {', '.join(one.choices)}")
        settings = tuple(changed.get(one.name, one) for one in self.spec.settings)
        return Eligibility(self.spec.model_copy(update={"settings": settings}), self.study, self.file)

    def _value(self, setting: Setting) -> object:
        return stated(self.study, setting.from_) if setting.from_ else setting.value

    def refuse_unfit(self) -> None:
        """Raises SpecError where there is nothing to judge by: no criteria, or a setting without a value."""
        path: Path | None = None if self.file is None else self.file.path
        if not self.spec.criteria:
            what = "the protocol has no eligibility criteria to judge by"
            raise SpecError(what, file=path, remedy="State them in protocol/eligibility.yml.")
        for position, setting in enumerate(self.spec.settings):
            if setting.name not in self.values and self.file is not None:
                what = f"study.yml states nothing at {setting.from_}, so {setting.name} has no value"
                raise self.file.error(["settings", position, "from"], what)

    def _column(self, items: pd.DataFrame, item: Item) -> pd.Series:
        if item.name not in items:
            return pd.Series("", index=items.index, dtype="str")
        column = items[item.name].astype("str").fillna("")
        wrong = not_taken(item, column)
        return column.mask(wrong, "") if wrong.any() else column

    def _in_order(self, reasons: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
        return {name: reasons[name] for name in self.items if name in reasons}


def verdict_of(fails: np.ndarray, unknown: np.ndarray, index: pd.Index) -> pd.Series:
    """Not eligible where a criterion fails, else undetermined where one is unknown, else eligible; a column a criterion."""
    words: Sequence[str] = [Verdict.NOT_ELIGIBLE, Verdict.UNDETERMINED]
    chosen = np.select([fails.any(axis=1), unknown.any(axis=1)], [str(word) for word in words], str(Verdict.ELIGIBLE))
    return pd.Series(chosen, index=index, dtype="str")


def stated(study: StudyProtocol, path: str) -> object:
    """What study.yml has at dotted keys; None where it has nothing there."""
    found: object = study
    for key in path.split("."):
        if isinstance(found, tuple) and key.isdecimal() and int(key) < len(found):
            found = found[int(key)]
        elif type(found).__module__.startswith("trialbook.") and key in type(found).model_fields:  # type: ignore[attr-defined]
            found = getattr(found, key)
        else:
            return None
    return found


def load_eligibility(file: SpecFile | None, study: StudyProtocol) -> Eligibility:
    """``eligibility.yml`` with the numbers that ``study.yml`` states; without the file no criteria. Raises SpecError."""
    loaded = Eligibility(EligibilitySpec() if file is None else file.parse(EligibilitySpec), study, file)
    _ = loaded.compiled  # A mistake in an expression is told when the file is read.
    return loaded

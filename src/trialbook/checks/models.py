"""The classes that a study's modules in ``validators/`` build on: real pandera models, which say only what they add.

The columns come from the study's specifications and the standard when the schema is built; a model of one's own may also use
pandera's fields and checks.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from functools import lru_cache, partial
from pathlib import Path
from typing import Any

import pandas as pd
import pandera.pandas as pa

from trialbook.checks.native_rules import native_rules
from trialbook.checks.reading import FormReader
from trialbook.checks.rule import Rule
from trialbook.errors import SpecError
from trialbook.mapping import Specs
from trialbook.mapping.consents import in_each_version, versions_in_force
from trialbook.protocol import Protocol

_UNBOUND = "the study binds its models when it loads them"


class _OfProtocol:
    """The protocol, which the study binds to its models when it has loaded them; no rule runs before."""

    def __get__(self, model: object, kind: type[_Checked]) -> Protocol:
        assert kind._protocol is not None, _UNBOUND
        return kind._protocol


class _OfReader:
    """The study's reader of forms, bound as the protocol is."""

    def __get__(self, model: object, kind: type[_Checked]) -> FormReader:
        assert kind._reader is not None, _UNBOUND
        return kind._reader


class _Checked(pa.DataFrameModel):
    """What both kinds of model share: the rules declared in the class body, in its order.

    ``cls.protocol`` is the protocol as it stands; ``cls.in_force`` gives what it was for each record's subject. ``cls.reader``
    reads the columns of any form: a function that several models share takes it instead of a model, and works once for them all.
    """

    _table: str = ""
    _across: bool = True
    _file: Path = Path()
    _reader: FormReader | None = None
    _protocol: Protocol | None = None
    protocol = _OfProtocol()
    reader = _OfReader()

    @classmethod
    def bind(cls, reader: FormReader, protocol: Protocol) -> None:
        """What the study does to its models when it has loaded them."""
        cls._reader, cls._protocol = reader, protocol

    @classmethod
    def declared_rules(cls) -> tuple[Rule, ...]:
        """The rules of the class and those it inherits and does not override."""
        members: dict[str, Any] = {}
        for base in reversed(cls.__mro__):
            members.update(vars(base))
        functions = (getattr(member, "__func__", member) for member in members.values())
        declared = [one for one in functions if hasattr(one, "__rule__")]
        return tuple(Rule(check=partial(one, cls), **one.__rule__ | cls._settled(one.__rule__)) for one in declared)

    @classmethod
    def _settled(cls, declared: Mapping[str, Any]) -> dict[str, Any]:
        """What a rule's declaration leaves to the class."""
        across = cls._across if declared["across"] is None else declared["across"]
        return {"optional": cls._optional(declared), "across": across}

    @classmethod
    def _optional(cls, declared: Mapping[str, Any]) -> tuple[str, ...]:
        """The tables that a rule reads and can do without."""
        return tuple(declared["optional"])

    @classmethod
    def all_rules(cls) -> tuple[Rule, ...]:
        """The declared rules, and as rules what the class says in pandera's own fields and checks."""
        return (*cls.declared_rules(), *native_rules(cls.to_schema()))

    @classmethod
    def table(cls, name: str) -> pd.DataFrame:
        """The CSV file ``<name>.csv`` beside the module that declares the model, every cell text: what a rule decides by.

        Raises :class:`SpecError` where the file is not there or is no table.
        """
        path = cls._file.with_name(f"{name}.csv")
        try:
            return _read_table(path, path.stat().st_mtime_ns)
        except (OSError, ValueError) as error:
            remedy = "A rule decides by it: write it as UTF-8 with a header."
            raise SpecError(f"can't be read as a table: {error}", file=path, remedy=remedy) from error

    @classmethod
    def _study(cls) -> Specs:
        return cls.reader.specs


def _file_of(model: type) -> Path:
    """The file that declares a model, asked for then: the same study loaded from another folder takes the module's name."""
    return Path(str(getattr(sys.modules[model.__module__], "__file__", model.__module__)))


# Several rules read one table; the time of its last change tells whether it is still the same.
@lru_cache(maxsize=64)
def _read_table(path: Path, changed: int) -> pd.DataFrame:
    return pd.read_csv(path, dtype="str", keep_default_na=False, encoding="utf-8-sig")


class RawForm(_Checked):
    """Rules about a form of the export: ``class AEForm(RawForm, form="AE")``. Cells are text, ``""`` where empty.

    With ``across=False`` its rules compare no records of several subjects, but for those that say so themselves.
    """

    def __init_subclass__(cls, *, form: str, across: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._table, cls._across = form, across
        cls._file = _file_of(cls)

    @classmethod
    def _optional(cls, declared: Mapping[str, Any]) -> tuple[str, ...]:
        """Consents of which no column is named only tell the version of the protocol: of a single one they tell nothing."""
        optional = super()._optional(declared)
        if cls._reader is None or cls._protocol is None or len(cls._protocol.versions) > 1:
            return optional
        consent = cls._study().export.consent
        reads = declared["reads"].items()
        return (*optional, *(name for name, columns in reads if not columns and consent and name == consent.form))

    # In each of these ``form`` names the form that ``frame`` is of, where it is not the model's own.

    @classmethod
    def cells(cls, frame: pd.DataFrame, column: str, form: str | None = None) -> pd.Series:
        """A column as text, as the mapping reads it: no outer white space, no null codes, a whole number without its point."""
        return cls.reader.cells(frame, column, form or cls._table)

    @classmethod
    def number(cls, frame: pd.DataFrame, column: str, form: str | None = None) -> pd.Series:
        """An integer or number column as float64, as the mapping reads it; NaN where a cell is empty or no number."""
        return cls.reader.number(frame, column, form or cls._table)

    @classmethod
    def date(cls, frame: pd.DataFrame, column: str, form: str | None = None) -> pd.Series:
        """A date or time column as ISO 8601 by the format its specification declares; ``""`` where it does not fit."""
        return cls.reader.date(frame, column, form or cls._table)

    @classmethod
    def term(cls, frame: pd.DataFrame, column: str, form: str | None = None) -> pd.Series:
        """A coded column as the terms of the code list that its specification names; ``""`` where a cell is empty or has none."""
        return cls.reader.term(frame, column, form or cls._table)

    @classmethod
    def in_force(
        cls, records: pd.DataFrame | pd.Series, consents: pd.DataFrame, value: Callable[[Protocol], Any], form: str | None = None
    ) -> pd.Series:
        """What ``value`` takes from the version of the protocol that each record's subject consented to; index of ``records``.

        ``records`` are of the model's form (or of ``form``), or a column of subjects' numbers; ``consents`` are the records of
        the form that ``sdtm_specs/export.yml`` names under ``consent``: a rule has them by ``reads={"DM": []}``.
        """
        if isinstance(records, pd.DataFrame):
            records = cls.cells(records, cls._study().forms[form or cls._table].subject, form)
        versions = versions_in_force(cls.protocol, cls._study(), consents, records)
        return in_each_version(cls.protocol, versions, value)

    @classmethod
    def derivation(cls, name: str) -> Callable[..., Any]:
        """A function of the study's derivations (``sdtm_specs``): a rule needs no second copy of what the mapping does."""
        return cls.reader.derivation(name)


class Dataset(_Checked):
    """Rules about an SDTM dataset: ``class AE(Dataset, domain="AE")``. Char is text, Num is float64.

    With ``across=False`` its rules compare no records of several subjects, but for those that say so themselves.
    """

    def __init_subclass__(cls, *, domain: str, across: bool = True, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._table, cls._across = domain, across
        cls._file = _file_of(cls)

    @classmethod
    def in_force(
        cls,
        records: pd.DataFrame | pd.Series,
        dm: pd.DataFrame,
        value: Callable[[Protocol], Any],
        supp: pd.DataFrame | None = None,
    ) -> pd.Series:
        """What ``value`` takes from the version of the protocol that each record's subject consented to; index of ``records``.

        ``records`` have USUBJID, or are a column of it. The consent is DM's RFICDTC, and the version of its form that ``supp``, a
        SUPP-- dataset, has under the qualifier that ``sdtm_specs/export.yml`` declares.
        """
        subjects = records["USUBJID"] if isinstance(records, pd.DataFrame) else records
        declared = cls._study().export.consent
        icf_version = pd.Series("", index=subjects.index, dtype="str")
        if supp is not None and declared is not None and declared.qualifier is not None:
            icf_version = value_of(supp[supp["QNAM"] == declared.qualifier], "QVAL", by=subjects)
        versions = cls.protocol.in_force(icf_version, value_of(dm, "RFICDTC", by=subjects))
        return in_each_version(cls.protocol, versions, value)


Model = type[RawForm] | type[Dataset]


def value_of(table: pd.DataFrame, column: str, by: pd.Series, key: str = "USUBJID") -> pd.Series:
    """The value of ``column`` in the record of ``table`` whose ``key`` equals each of ``by``; index of ``by``.

    ``""`` (NaN for numbers) where there is no such record, or several with different values: nothing is guessed. An empty key
    names no record, so one record without a subject is not everyone's.
    """
    pairs = table.loc[table[key] != "", [key, column]].drop_duplicates()
    single = pairs[~pairs[key].duplicated(keep=False)].set_index(key)[column]
    found = by.map(single)
    return found.astype("float64") if table[column].dtype.kind == "f" else found.astype("str").fillna("")


def value_beside(values: pd.Series, keys: pd.Series, wanted: pd.Series) -> pd.Series:
    """For each of ``wanted`` the value that stands beside the equal one of ``keys``; as :func:`value_of` guesses nothing."""
    return value_of(pd.DataFrame({"key": keys, "value": values}), "value", by=wanted, key="key")

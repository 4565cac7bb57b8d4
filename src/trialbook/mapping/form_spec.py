"""What a form of the export holds: its columns, types, codes and keys (``sdtm_specs/forms/*.yml``)."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Literal, Self

from pydantic import Field, PrivateAttr, field_validator, model_validator

from trialbook.datasets.encodings import declared_encodings
from trialbook.errors import ExportError
from trialbook.mapping.datetimes import day_month_order, format_pattern, year_comes_first
from trialbook.mapping.plain import plain
from trialbook.specfile import SpecModel

ColumnType = Literal["text", "integer", "number", "date", "time", "datetime"]
DATE_TYPES = ("date", "time", "datetime")


class ColumnSpec(SpecModel):
    """One column of a form.

    ``required``: no cell may be empty; ``optional``: the column may be absent from the export; ``codelist``: the study's code
    list that its values come from; ``not_submitted``: why the column does not go into SDTM; ``null_codes``: what stands for an
    empty cell in this column, in place of the export's (``[]``: nothing does); ``planned``: its date tells what is planned, and
    may rightly lie after the day of the export.
    """

    label: str = ""
    type: ColumnType = "text"
    format: tuple[str, ...] = ()
    codelist: str | None = None
    required: bool = False
    optional: bool = False
    aliases: tuple[str, ...] = ()
    not_submitted: str | None = None
    null_codes: tuple[str, ...] | None = None
    planned: bool = False
    # What the export's null codes leave to this column; no field, since it is not the column's own specification.
    _inherited: tuple[str, ...] = PrivateAttr(default=())

    @property
    def nulls(self) -> tuple[str, ...]:
        """What stands for an empty cell: the column's own null codes where it declares them, else the export's."""
        return self._inherited if self.null_codes is None else self.null_codes

    @property
    def has_year(self) -> bool:
        """Whether the column has dates: a time of day alone is none."""
        return "y" in "".join(self.format)

    @field_validator("format", mode="before")
    @classmethod
    def _one_or_many(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @model_validator(mode="after")
    def _formats_agree(self) -> Self:
        if (self.type in DATE_TYPES) != bool(self.format):
            raise ValueError("a column of type date, time or datetime declares its format, and no other does")
        if self.planned and not self.has_year:
            raise ValueError("planned is of a column with dates (type date or datetime), and of no other")
        for form in self.format:
            format_pattern(form, ())
        # Where the year stands tells 2024/3/5 and 5/3/2024 apart: only formats alike in that can be taken for each other.
        orders = {(year_comes_first(form), order) for form in self.format if (order := day_month_order(form))}
        if len({first for first, _ in orders}) < len(orders):
            raise ValueError("its formats disagree on the order of day and month, so a date would be a guess")
        return self


class FormSpec(SpecModel):
    """One form; ``tables`` are patterns of the names of its files (without ending) or sheets, upper and lower case alike.

    ``keys`` tell its records apart; ``subject`` is the column that names the subject. A form that is not ``required`` has no
    records where the export lacks it; of a required one nothing is known then. One that ``may_be_empty`` is there without records
    as long as nothing has happened. ``prefixes`` are what a header may carry before a
    column's name, as where names must differ between all forms (``ae_`` in REDCap: ``ae_aeterm`` is AETERM). ``visit`` is the
    column that names the visit; of a form that is not ``by_site`` (a coder or a system fills it) no site is asked.

    ``date`` is the column with the date on which was done what a record tells. ``attended``: columns with the terms that a record
    has where the subject was there (default: it always was); of another the date is that on which something was told of it.

    ``entered`` is the column with the date on which a record was entered or reported, ``entered_by`` the one with the person who
    entered it: by them the quality of data is watched. An export's audit trail has both; no dataset takes them.
    """

    form: str
    title: str = ""
    tables: tuple[str, ...] = Field(min_length=1)
    subject: str
    visit: str | None = None
    date: str | None = None
    attended: dict[str, tuple[str, ...]] = {}
    entered: str | None = None
    entered_by: str | None = None
    keys: tuple[str, ...] = Field(min_length=1)
    required: bool = True
    may_be_empty: bool = False
    by_site: bool = True
    prefixes: tuple[str, ...] = ()
    columns: dict[str, ColumnSpec]

    @property
    def headers(self) -> dict[str, str]:
        """Each header that a column may have, in lower case, with the column; the surest first: own, prefixed, aliases."""
        own = {name.casefold(): name for name in self.columns}
        aliases = {alias.strip().casefold(): name for name, column in self.columns.items() for alias in column.aliases}
        prefixed = {prefix.casefold() + name: column for prefix in self.prefixes for name, column in own.items()}
        found: dict[str, str] = {}
        for names in (own, prefixed, aliases):
            for header, name in names.items():
                found.setdefault(header, name)
        return found

    @model_validator(mode="after")
    def _keys_are_columns(self) -> Self:
        for name in (self.subject, *self.keys):
            if name not in self.columns:
                raise ValueError(f"{name} is used as a key or the subject but is not among the columns")
        if self.visit is not None and self.visit not in self.columns:
            raise ValueError(f"visit is {self.visit}, which is not among the columns")
        for key, dated in (("date", self.date), ("entered", self.entered)):
            if dated is not None and (dated not in self.columns or "d" not in "".join(self.columns[dated].format)):
                raise ValueError(f"{key} is {dated}, which is no column with a date")
        if self.entered is not None and self.date is None:
            raise ValueError("entered is given without date, from which on the days until the entry count")
        if self.entered_by is not None and self.entered_by not in self.columns:
            raise ValueError(f"entered_by is {self.entered_by}, which is not among the columns")
        for name in self.attended:
            if name not in self.columns or self.columns[name].codelist is None:
                raise ValueError(f"attended names {name}, which is no column with a code list")
        return self

    @model_validator(mode="after")
    def _headers_differ(self) -> Self:
        seen: dict[str, str] = {}
        for name, column in self.columns.items():
            for header in (name, *column.aliases):
                if seen.setdefault(header.strip().casefold(), name) != name:
                    other = seen[header.strip().casefold()]
                    raise ValueError(f"the header {header!r} stands for both {other} and {name} (case does not tell them apart)")
        return self

    def inheriting(self, null_codes: Sequence[str], values: Mapping[str, Collection[str]]) -> FormSpec:
        """The form with the export's null codes for its columns; ``values`` are those of each code list, plain.

        A code that is a value of a column's code list stays that value there (``NA``: not applicable).
        """
        columns = {}
        for name, column in self.columns.items():
            own = values.get(column.codelist or "", ())
            columns[name] = column.model_copy()
            columns[name]._inherited = tuple(code for code in null_codes if plain(code) not in own)
        return self.model_copy(update={"columns": columns})

    def matches(self, table: str) -> bool:
        """Whether a file or sheet of this name holds the form."""
        return any(fnmatchcase(table.strip().casefold(), pattern.casefold()) for pattern in self.tables)

    def is_named(self, table: str) -> bool:
        """Whether one of ``tables`` is this very name, without a wildcard."""
        return table.strip().casefold() in {pattern.casefold() for pattern in self.tables}


class ConsentSpec(SpecModel):
    """Where the export says what a subject consented to: a form, its column of the date, and of the consent form's version.

    ``qualifier`` is the QNAM under which SDTM has that version in a SUPP-- dataset.
    """

    form: str
    date: str
    version: str | None = None
    qualifier: str | None = None


class ExportSpec(SpecModel):
    """What is true of every file of the export (``sdtm_specs/export.yml``).

    ``encodings``: tried, strictly and in order, on text that is not UTF-8; ``ignore``: names of files and sheets that hold no
    form; ``unknown_date_parts``: what a site writes for a day or month it does not know; ``null_codes``: what stands for an empty
    cell (``NA``, ``未查``). Nothing does that is not listed. ``consent`` tells which version of the protocol is in force for whom
    and what was done before it.
    """

    encodings: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    unknown_date_parts: tuple[str, ...] = ("UN", "UNK")
    null_codes: tuple[str, ...] = ()
    consent: ConsentSpec | None = None

    @field_validator("encodings")
    @classmethod
    def _known(cls, names: tuple[str, ...]) -> tuple[str, ...]:
        try:
            declared_encodings(names)
        except ExportError as error:
            raise ValueError(error.what) from None
        return names

"""The rules that the standard implies for the values of a variable: filled, length, terms, dates, flags, study days."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pandas as pd

from trialbook.checks.kit_rule import row_rule
from trialbook.checks.models import value_of
from trialbook.checks.rule import Check, Rule
from trialbook.datasets import SdtmDataset, iso8601
from trialbook.datasets.columns import byte_lengths
from trialbook.findings import Severity
from trialbook.standards import ControlledTerminology, StandardVariable

MAX_CHAR_BYTES = 200
_PART = r"\d+(?:[.,]\d+)?"
_DATE_PARTS = rf"(?:{_PART}Y)?(?:{_PART}M)?(?:{_PART}D)?"
_TIME_PARTS = rf"(?:T(?=.)(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?"
_DURATION = rf"-?P(?=.)(?:{_PART}W|{_DATE_PARTS}{_TIME_PARTS})"
_DAY_OF = {"DY": "DTC", "STDY": "STDTC", "ENDY": "ENDTC"}
_DAY_RULES = {"DY": "CG0006", "STDY": "CG0220", "ENDY": "CG0222"}
"""The published rule about each."""
_NUMBER_TEXT = r"(?:<=?|>=?)?\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
NO_YES_RESPONSE = "C66742"
_ALSO_TERMS = {"TSVCDREF": {"ISO 8601", "ClinicalTrials.gov", "ClinicalTrials.GOV"}}
"""What the guide's own examples have (SDTMIG 3.4 section 7.4.2), and the code list has not."""
CLASSIFICATIONS = "C118971"
_NOT_OF = {"RSTESTCD": ("RSCAT", CLASSIFICATIONS), "RSTEST": ("RSCAT", CLASSIFICATIONS)}
"""Whose tests are in other lists: each clinical classification of CCCAT has its own (SDTMIG 3.4 section 6.3.9.3)."""
_ONLY_OF = {"SSSTRESC": ("SSTESTCD", "SURVSTAT")}
"""The test of whose results the list is: other statuses are dates, or said in other words (SDTMIG 3.4 section 6.3.11)."""
_FLAGS = ("DTHFL", "BLFL", "LOBXFL", "DRVFL")


def value_rules(dataset: SdtmDataset, variable: StandardVariable, ct: ControlledTerminology) -> Iterator[Rule]:
    """The rules about the values of one variable of a dataset."""
    name, column = dataset.name, variable.name
    if variable.core == "Req":
        yield row_rule(name, column, "FILLED", Severity.ERROR, f"Required variable {column} is empty", _filled(column))
    if dataset.variables[column].type != "Char":
        return
    message = f"{column} is longer than {MAX_CHAR_BYTES} bytes, the most a transport file holds"
    yield row_rule(name, column, "LENGTH", Severity.ERROR, message, lambda f: byte_lengths(f[column]) <= MAX_CHAR_BYTES)
    lists = [found for code in variable.codelists if (found := ct.codelist(code)) is not None]
    if lists:
        terms = {term for codelist in lists for term in codelist.terms} | _ALSO_TERMS.get(column, set())
        open_ = any(codelist.extensible for codelist in lists)
        which = " or ".join(f"{codelist.submission_value} ({codelist.code})" for codelist in lists)
        yield row_rule(
            name,
            column,
            "CT",
            Severity.WARNING if open_ else Severity.ERROR,
            f"{column} is not a term of the {'extensible ' if open_ else ''}code list {which}",
            _in_codelist(dataset, column, terms, ct),
            ("SDTMIG 3.4 section 4.3",),
        )
    if "ISO 8601" in variable.format and "duration" in variable.format and "interval" not in variable.format:
        yield row_rule(name, column, "ISO8601", Severity.ERROR, f"{column} is not an ISO 8601 duration", _duration(column))
    elif column.endswith("DTC"):
        yield row_rule(
            name, column, "ISO8601", Severity.ERROR, f"{column} is not an ISO 8601 date", lambda f: iso8601.is_iso8601(f[column])
        )
    if column.endswith(_FLAGS) and any(codelist.code == NO_YES_RESPONSE for codelist in lists):
        message = f"{column} is neither Y nor empty, as a flag is"
        yield row_rule(
            name, column, "FLAG", Severity.ERROR, message, lambda f: f[column].isin(("Y", "")), ("SDTMIG 3.4 section 4.5.7",)
        )
    yield from _study_day(name, dataset, column)


def _study_day(name: str, dataset: SdtmDataset, column: str) -> Iterator[Rule]:
    """--DY against its --DTC and DM's RFSTDTC (SDTMIG 3.4 section 4.4.4)."""
    prefix = dataset.domain
    day = next((f"{prefix}{day}" for day, date in _DAY_OF.items() if column == f"{prefix}{date}"), None)
    if day is None or day not in dataset.frame or dataset.variables[day].type != "Num":
        return
    own = prefix == "DM"
    if own and "RFSTDTC" not in dataset.frame:
        return
    wrong = f"{day} is not the study day of {column} counted from RFSTDTC"
    empty = f"{day} is empty, though {column} and RFSTDTC are complete"
    for kind, severity, message, agrees, published in (
        ("STUDYDAY", Severity.ERROR, wrong, _day_is_right, _DAY_RULES[day.removeprefix(prefix)]),
        ("STUDYDAY-FILLED", Severity.WARNING, empty, _day_is_there, "FB1602"),
    ):
        yield Rule(
            f"TB-{name}-{day}-{kind}",
            severity,
            message,
            _against_reference(agrees, day, column, own),
            (day, column, "RFSTDTC") if own else (day, column),
            reads={} if own else {"DM": ("USUBJID", "RFSTDTC")},
            cites=(published, "SDTMIG 3.4 section 4.4.4"),
        )


def _against_reference(agrees: Callable[[pd.Series, pd.Series], pd.Series], day: str, date: str, own: bool) -> Check:
    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> pd.Series:
        reference = frame["RFSTDTC"] if own else value_of(read[0], "RFSTDTC", frame["USUBJID"])
        return agrees(frame[day], iso8601.study_day(frame[date], reference))

    return check


def _day_is_right(given: pd.Series, derived: pd.Series) -> pd.Series:
    """A day that can't be derived must not be there, and there is no day 0."""
    return given.isna() | ((given == derived) & (given != 0))


def _day_is_there(given: pd.Series, derived: pd.Series) -> pd.Series:
    return given.notna() | derived.isna()


def _filled(column: str) -> Check:
    return lambda f: f[column] != "" if f[column].dtype == "str" else f[column].notna()


def _in_codelist(dataset: SdtmDataset, column: str, terms: set[str], ct: ControlledTerminology) -> Check:
    """A result that is a number is no term: the code lists of --STRESC are for results in words."""
    numbers, concerned = column.endswith("STRESC"), _concerned(dataset, column, ct)

    def check(frame: pd.DataFrame) -> pd.Series:
        cells = frame[column]
        known = cells.isin(terms) | (cells == "") | ~concerned(frame)
        return known | cells.str.fullmatch(_NUMBER_TEXT).astype(bool) if numbers else known

    return check


def _concerned(dataset: SdtmDataset, column: str, ct: ControlledTerminology) -> Check:
    """Which records the code list of a variable is for: all of them, but for those of :data:`_NOT_OF` and :data:`_ONLY_OF`."""
    decides, code = _NOT_OF.get(column, ("", ""))
    if decides in dataset.frame:
        others = ct.codelist(code)
        return lambda frame: ~frame[decides].isin(others.terms if others else ())
    test, one = _ONLY_OF.get(column, ("", ""))
    if test in dataset.frame:
        return lambda frame: frame[test] == one
    return lambda frame: pd.Series(True, index=frame.index)


def _duration(column: str) -> Check:
    return lambda f: (f[column] == "") | f[column].str.fullmatch(_DURATION).astype(bool)

"""The rules that the standard implies for any dataset: structure, controlled terms, dates, keys and the subject.

Ids are ``TB-<dataset>-<variable>-<kind>`` or ``TB-<dataset>-<kind>``. Severities follow Pinnacle 21's for the same conditions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

import pandas as pd

from trialbook.checks.models import value_of
from trialbook.checks.rule import Check, Rule
from trialbook.datasets import SdtmDataset, iso8601
from trialbook.datasets.columns import byte_lengths
from trialbook.findings import Severity
from trialbook.standards import ControlledTerminology, Standard, StandardVariable

MAX_CHAR_BYTES = 200
_PART = r"\d+(?:[.,]\d+)?"
_DATE_PARTS = rf"(?:{_PART}Y)?(?:{_PART}M)?(?:{_PART}D)?"
_TIME_PARTS = rf"(?:T(?=.)(?:{_PART}H)?(?:{_PART}M)?(?:{_PART}S)?)?"
_DURATION = rf"-?P(?=.)(?:{_PART}W|{_DATE_PARTS}{_TIME_PARTS})"
_DAY_OF = {"DY": "DTC", "STDY": "STDTC", "ENDY": "ENDTC"}
_NUMBER_TEXT = r"(?:<=?|>=?)?\s*[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?"
# The guide's keys of a dataset are an example (SDTMIG 3.4 section 3.2.1.1). Records that differ in one of these are not the same:
# an event may be recorded anew when its severity changes (section 6.2.1 assumption 1), a medication when it is asked for again.
_TELLING_APART = {
    "Events": ("TERM", "CAT", "SCAT", "SEV", "TOXGR", "STDTC"),
    "Interventions": ("CAT", "SCAT", "DOSE", "DOSTXT", "DOSU", "DOSFRM", "DOSFRQ", "ROUTE", "DTC", "STDTC", "ENDTC"),
    "Findings": ("CAT", "SCAT", "SPEC", "METHOD", "LOC", "LAT", "DIR", "POS", "DTC", "TPT", "TPTNUM", "EVAL", "EVALID"),
}


def dataset_rules(dataset: SdtmDataset, standard: Standard, ct: ControlledTerminology, keys: tuple[str, ...]) -> tuple[Rule, ...]:
    """All rules of the standard for one dataset; ``keys`` is its natural key."""
    name = dataset.name
    known = {variable.name: variable for variable in standard.variables(dataset.domain)}
    rules = [
        *_structure(dataset, known, standard),
        *_identifiers(dataset),
        *_keys(dataset, _telling_apart(dataset, standard, keys)),
    ]
    for column in dataset.frame.columns:
        variable = known.get(column) or standard.model_variable(dataset.domain, column)
        if variable is not None:
            rules.extend(_values(name, dataset, variable, ct))
    return tuple(rules)


def _structure(dataset: SdtmDataset, known: dict[str, StandardVariable], standard: Standard) -> Iterator[Rule]:
    name, frame = dataset.name, dataset.frame
    yield _whole(name, "RECORDS", Severity.WARNING, f"{name} has no records", lambda f: bool(len(f)), ("SDTMIG 3.4 section 3.2",))
    for variable in known.values():
        severity = {"Req": Severity.ERROR, "Exp": Severity.WARNING}.get(variable.core)
        if severity is not None:
            word = "Required" if variable.core == "Req" else "Expected"
            yield _whole(
                name,
                f"{variable.name}-PRESENT",
                severity,
                f"{word} variable {variable.name} is not in the dataset",
                lambda f, v=variable.name: v in f,
                ("SDTMIG 3.4 section 4.1.5",),
            )
    order = [column for column in frame.columns if column in known]
    late = next((pair for pair in pairwise(order) if known[pair[0]].order > known[pair[1]].order), None)
    message = "The variables are not in the standard's order" + (f": {late[1]} stands after {late[0]}" if late else "")
    yield _whole(name, "ORDER", Severity.WARNING, message, lambda f: late is None, ("SDTMIG 3.4 section 4.1.4",))
    for column in frame.columns:
        meta, listed = dataset.variables[column], known.get(column) or standard.model_variable(dataset.domain, column)
        if listed is None:
            message = f"{column} is neither in the domain nor in the SDTM model; it belongs into SUPP{dataset.domain}"
            yield _about(name, column, "STANDARD", Severity.ERROR, message, lambda f: False, ("SDTMIG 3.4 section 2.5",))
            continue
        agrees = meta.type == listed.type
        message = f"{column} is not {listed.type}" if agrees else f"{column} is {meta.type}; the standard has {listed.type}"
        yield _about(name, column, "TYPE", Severity.ERROR, message, lambda f, agrees=agrees: agrees)
        if column in known and meta.label:
            agrees = meta.label == listed.label
            found = "" if agrees else f" but {meta.label!r}"
            message = f"{column} is not labelled {listed.label!r}{found}"
            yield _about(name, column, "LABEL", Severity.WARNING, message, lambda f, agrees=agrees: agrees)


def _identifiers(dataset: SdtmDataset) -> Iterator[Rule]:
    name = dataset.name
    # A split dataset adds letters to its domain (LBCH); the domains of associated persons have four (APAE).
    domain = name[:4] if name.startswith("AP") else name[:2]
    if "DOMAIN" in dataset.frame:
        yield Rule(
            f"TB-{name}-DOMAIN",
            Severity.ERROR,
            f"DOMAIN is not {domain}",
            lambda f: f["DOMAIN"] == domain,
            ("DOMAIN",),
            cites=("SDTMIG 3.4 section 4.1.7",),
        )
    if "STUDYID" in dataset.frame and len(dataset.frame):
        yield Rule(
            f"TB-{name}-STUDYID",
            Severity.ERROR,
            "STUDYID is not that of the first record",
            lambda f: f["STUDYID"] == f["STUDYID"].iloc[0],
            ("STUDYID",),
        )
    if "USUBJID" in dataset.frame and dataset.domain != "DM":
        yield Rule(
            f"TB-{name}-USUBJID-DM",
            Severity.ERROR,
            "The subject is not in DM",
            lambda f, dm: f["USUBJID"].isin(dm["USUBJID"]) | (f["USUBJID"] == ""),
            ("USUBJID",),
            reads={"DM": ("USUBJID",)},
            query="There is no demographics record for this subject: is the subject number right?",
            cites=("SDTMIG 3.4 section 5.2",),
        )


def _telling_apart(dataset: SdtmDataset, standard: Standard, keys: tuple[str, ...]) -> tuple[str, ...]:
    """``keys``; where they are but the guide's example, with the qualifiers and dates that tell real records apart."""
    listed = standard.datasets.get(dataset.domain)
    if listed is None or keys != listed.keys:
        return keys
    more = (f"{dataset.domain}{name}" for name in _TELLING_APART.get(listed.class_, ()))
    return tuple(dict.fromkeys((*keys, *more)))


def _keys(dataset: SdtmDataset, keys: tuple[str, ...]) -> Iterator[Rule]:
    name, seq = dataset.name, f"{dataset.domain}SEQ"
    columns = [key for key in keys if key in dataset.frame]
    if columns:
        yield Rule(
            f"TB-{name}-KEY",
            Severity.ERROR if dataset.domain == "DM" else Severity.WARNING,
            f"Another record has the same {', '.join(columns)}",
            lambda f: ~f.duplicated(columns, keep=False),
            tuple(columns),
            query="The same is recorded more than once: which record is right?",
            cites=("SDTMIG 3.4 section 3.2.1",),
        )
    if seq in dataset.frame and "USUBJID" in dataset.frame:
        yield Rule(
            f"TB-{name}-{seq}-UNIQUE",
            Severity.ERROR,
            f"{seq} is not unique within the subject",
            lambda f: ~f.duplicated(["USUBJID", seq], keep=False),
            ("USUBJID", seq),
            cites=("SDTMIG 3.4 section 4.1.2",),
        )


def _values(name: str, dataset: SdtmDataset, variable: StandardVariable, ct: ControlledTerminology) -> Iterator[Rule]:
    column = variable.name
    if variable.core == "Req":
        yield _row(name, column, "FILLED", Severity.ERROR, f"Required variable {column} is empty", _filled(column))
    if dataset.variables[column].type != "Char":
        return
    message = f"{column} is longer than {MAX_CHAR_BYTES} bytes, the most a transport file holds"
    yield _row(name, column, "LENGTH", Severity.ERROR, message, lambda f: byte_lengths(f[column]) <= MAX_CHAR_BYTES)
    lists = [found for code in variable.codelists if (found := ct.codelist(code)) is not None]
    if lists:
        terms = {term for codelist in lists for term in codelist.terms}
        open_ = any(codelist.extensible for codelist in lists)
        which = " or ".join(f"{codelist.submission_value} ({codelist.code})" for codelist in lists)
        yield _row(
            name,
            column,
            "CT",
            Severity.WARNING if open_ else Severity.ERROR,
            f"{column} is not a term of the {'extensible ' if open_ else ''}code list {which}",
            _in_codelist(column, terms),
            ("SDTMIG 3.4 section 4.3",),
        )
    if "ISO 8601" in variable.format and "duration" in variable.format and "interval" not in variable.format:
        yield _row(name, column, "ISO8601", Severity.ERROR, f"{column} is not an ISO 8601 duration", _duration(column))
    elif column.endswith("DTC"):
        yield _row(
            name, column, "ISO8601", Severity.ERROR, f"{column} is not an ISO 8601 date", lambda f: iso8601.is_iso8601(f[column])
        )
    yield from _study_day(name, dataset, column)


def _study_day(name: str, dataset: SdtmDataset, column: str) -> Iterator[Rule]:
    """--DY against its --DTC and DM's RFSTDTC (SDTMIG 3.4 section 4.4.4)."""
    prefix = dataset.domain
    day = next((f"{prefix}{day}" for day, date in _DAY_OF.items() if column == f"{prefix}{date}"), None)
    if day is None or day not in dataset.frame or prefix == "DM" or dataset.variables[day].type != "Num":
        return
    yield Rule(
        f"TB-{name}-{day}-STUDYDAY",
        Severity.ERROR,
        f"{day} is not the study day of {column} counted from RFSTDTC",
        lambda f, dm: _day_agrees(f, dm, day, column),
        (day, column),
        reads={"DM": ("USUBJID", "RFSTDTC")},
        cites=("SDTMIG 3.4 section 4.4.4",),
    )


def _day_agrees(frame: pd.DataFrame, dm: pd.DataFrame, day: str, date: str) -> pd.Series:
    expected = iso8601.study_day(frame[date], value_of(dm, "RFSTDTC", frame["USUBJID"]))
    given = frame[day]
    return given.isna() | ((given == expected) & (given != 0)) | (expected.isna() & (given != 0))


def _filled(column: str) -> Check:
    return lambda f: f[column] != "" if f[column].dtype == "str" else f[column].notna()


def _in_codelist(column: str, terms: set[str]) -> Check:
    """A result that is a number is no term: the code lists of --STRESC are for results in words."""
    numbers = column.endswith("STRESC")

    def check(frame: pd.DataFrame) -> pd.Series:
        cells = frame[column]
        known = cells.isin(terms) | (cells == "")
        return known | cells.str.fullmatch(_NUMBER_TEXT).astype(bool) if numbers else known

    return check


def _duration(column: str) -> Check:
    return lambda f: (f[column] == "") | f[column].str.fullmatch(_DURATION).astype(bool)


def _whole(name: str, kind: str, severity: Severity, message: str, check: Check, cites: tuple[str, ...] = ()) -> Rule:
    return Rule(f"TB-{name}-{kind}", severity, message, check, cites=cites)


def _about(
    name: str, column: str, kind: str, severity: Severity, message: str, check: Callable[..., bool], cites: tuple[str, ...] = ()
) -> Rule:
    return Rule(f"TB-{name}-{column}-{kind}", severity, message, check, (column,), cites=cites)


def _row(name: str, column: str, kind: str, severity: Severity, message: str, check: Check, cites: tuple[str, ...] = ()) -> Rule:
    return Rule(f"TB-{name}-{column}-{kind}", severity, message, check, (column,), cites=cites, mend=(column,))

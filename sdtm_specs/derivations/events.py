"""Adverse events and records that belong together: numbers, criteria of seriousness, and which events were fatal."""

from __future__ import annotations

import re
from typing import Any

import pandas as pd

CRITERIA = {
    "AESCONG": ("先天异常或出生缺陷", "先天异常", "Congenital anomaly or birth defect"),
    "AESDISAB": ("残疾或功能丧失", "致残", "Disability or incapacity"),
    "AESDTH": ("死亡", "Death"),
    "AESHOSP": ("住院或住院时间延长", "住院/住院时间延长", "住院", "Hospitalization"),
    "AESLIFE": ("危及生命", "Life threatening"),
    "AESMIE": ("其他重要医学事件", "Other medically important event"),
}
"""The criteria of seriousness (ICH E2A) by their SDTM variable, each as the sites write it."""

_SEPARATOR = re.compile(r"[;,、/\n]")
_WITH_SEPARATOR = [word.casefold() for words in CRITERIA.values() for word in words if _SEPARATOR.search(word)]
_MEANS = {word.casefold(): variable for variable, words in CRITERIA.items() for word in words}


def event_number(subjid: pd.Series, number: pd.Series) -> pd.Series:
    """Screening number and number on the form as ``S001-2``; empty without either."""
    return (subjid + "-" + number).where((subjid != "") & (number != ""), "").astype("str")


def criteria_of(cell: str) -> tuple[str, ...]:
    """The criteria ticked in one cell of SAE_CRIT by SDTM variable; ``""`` stands for one that nobody knows."""
    whole = re.compile("|".join([*map(re.escape, _WITH_SEPARATOR), f"(?:(?!{_SEPARATOR.pattern}).)+"]), re.DOTALL)
    parts = [part.strip() for part in whole.findall(cell.casefold())]
    return tuple(_MEANS.get(part, "") for part in parts if part)


def fatal(read: Any, ae: pd.DataFrame) -> pd.Series:
    """Whether at least two of outcome, grade and criterion say that an event was fatal: one alone may be mistyped."""
    criteria = ae["SAE_CRIT"].str.normalize("NFKC").map(criteria_of).astype("object")
    says = [
        read.term(ae, "OUTCOME", "AE") == "FATAL",
        read.term(ae, "CTCAE_GRADE", "AE") == "5",
        criteria.map(lambda found: "AESDTH" in found).astype(bool),
    ]
    return sum(one.astype(int) for one in says) >= 2


def aescong(criteria: pd.Series) -> pd.Series:
    """Congenital anomaly or birth defect."""
    return _ticked(criteria, "AESCONG")


def aesdisab(criteria: pd.Series) -> pd.Series:
    """Persistent or significant disability or incapacity."""
    return _ticked(criteria, "AESDISAB")


def aesdth(criteria: pd.Series) -> pd.Series:
    """Results in death."""
    return _ticked(criteria, "AESDTH")


def aeshosp(criteria: pd.Series) -> pd.Series:
    """Requires or prolongs hospitalization."""
    return _ticked(criteria, "AESHOSP")


def aeslife(criteria: pd.Series) -> pd.Series:
    """Is life threatening."""
    return _ticked(criteria, "AESLIFE")


def aesmie(criteria: pd.Series) -> pd.Series:
    """Other medically important event."""
    return _ticked(criteria, "AESMIE")


def _ticked(criteria: pd.Series, variable: str) -> pd.Series:
    """``Y`` where the criterion is in the cell, else empty: a list says what was ticked, and nothing of the rest."""
    plain = criteria.str.normalize("NFKC")
    ticked = {cell: "Y" if variable in criteria_of(cell) else "" for cell in plain.unique()}
    return plain.map(ticked).astype("str")

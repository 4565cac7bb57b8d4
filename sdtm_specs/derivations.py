"""What the mapping language does not say: functions from columns to a column, one value a record."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from trialbook.checks import once
from trialbook.datasets import iso8601
from trialbook.mapping.datetimes import read_iso8601
from trialbook.protocol import Protocol
from trialbook.protocol.interventions import study_day

CRITERIA = {
    "AESCONG": ("先天异常或出生缺陷", "先天异常", "Congenital anomaly or birth defect"),
    "AESDISAB": ("残疾或功能丧失", "致残", "Disability or incapacity"),
    "AESDTH": ("死亡", "Death"),
    "AESHOSP": ("住院或住院时间延长", "住院/住院时间延长", "住院", "Hospitalization"),
    "AESLIFE": ("危及生命", "Life threatening"),
    "AESMIE": ("其他重要医学事件", "Other medically important event"),
}
"""The criteria of seriousness (ICH E2A) by their SDTM variable, each as the sites write it."""

DRUG = "PEGIFN"
"""The intervention of protocol/interventions.yml that the injections are of."""

_SEPARATOR = re.compile(r"[;,、/\n]")
_WITH_SEPARATOR = [word.casefold() for words in CRITERIA.values() for word in words if _SEPARATOR.search(word)]
_MEANS = {word.casefold(): variable for variable, words in CRITERIA.items() for word in words}


@cache
def protocol() -> Protocol:
    """The study's protocol, read when it is first asked for: the specifications can be read without it."""
    return Protocol(Path(__file__).resolve().parents[1] / "protocol")


def treatment_over() -> pd.Timedelta:
    """From the randomization, which is day 1, to the end of the window of month 6."""
    return pd.Timedelta(days=protocol().visits["MONTH 6"].last_day - 1)


def follow_up_over() -> pd.Timedelta:
    """From the randomization to the end of the months for which it is followed up."""
    return pd.Timedelta(days=study_day(protocol().design.settings["follow_up_months"].value) - 1)


def regimen(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The dose to start with and how often it is given, by the version of the protocol that the subject consented to.

    A number with several records of consent that tell of several versions, like one without a record, has the first version.
    """
    dm = forms["DM"]
    consented = pd.DataFrame({"number": dm["SUBJID"].str.strip(), "version": protocol().in_force(dm["ICF_VER"], dm["ICF_DAT"])})
    consented = consented.drop_duplicates()
    version = consented[~consented["number"].duplicated(keep=False)].set_index("number")["version"]
    versions = subjid.str.strip().map(version).fillna(protocol().versions[0])
    return versions.map({name: _regimen(protocol().version(name)) for name in versions.unique()}).astype("str")


def _regimen(version: Protocol) -> str:
    given = version.interventions[DRUG].regimen
    often = {1: "once a day", 7: "once a week"}.get(given.every, f"once every {given.every} days")
    return f"{given.dose:g} {given.unit} {often}"


def usubjid(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """STUDYID-SITEID-first screening number; empty for a number that no demographics record has: its site is not known."""
    dm = forms["DM"]
    first = first_screening_number(subjid, dm)
    sites = dm[["SUBJID", "SITEID"]].apply(lambda column: column.str.strip())
    sites = sites[(sites != "").all(axis=1)].drop_duplicates("SUBJID").set_index("SUBJID")["SITEID"]
    site = first.map(sites).astype("object").fillna("").astype("str")
    return (f"{protocol().id}-" + site + "-" + first).where(site != "", "").astype("str")


@once
def first_screening_number(subjid: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """The number of the subject's first screening, by way of SUBJID_PREV however often it was screened.

    A number whose way goes round in a circle has no first one: it stands for itself, so that no two people become one.
    """
    earlier = _earlier(dm)
    numbers = subjid.str.strip()
    return numbers.map({number: (_way(number, earlier) or [number])[-1] for number in numbers.unique()}).astype("str")


def way_ends(subjid: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """Whether the way back by SUBJID_PREV comes to a first screening, and does not go round in a circle."""
    earlier = _earlier(dm)
    return subjid.str.strip().map(lambda number: _way(number, earlier) is not None).astype("bool")


def stands_for_subject(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """Whether a demographics record is the one of its subject: no later record names its number as the earlier one.

    A wrong SUBJID_PREV must not remove a subject: a randomized one stays, whatever names it, and so does each of a circle.
    """
    earlier = _earlier(forms["DM"])
    superseded = {before for number, before in earlier.items() if _way(number, earlier) is not None}
    randomized = set(forms["RAND"]["SUBJID"].str.strip())
    return ~subjid.str.strip().isin(superseded - randomized)


def _earlier(dm: pd.DataFrame) -> dict[str, str]:
    """The earlier number of each number; one that is not there, or is the number itself, is none."""
    numbers = dm[["SUBJID", "SUBJID_PREV"]].apply(lambda column: column.str.strip())
    there = numbers["SUBJID_PREV"].isin(set(numbers["SUBJID"]) - {""}) & (numbers["SUBJID_PREV"] != numbers["SUBJID"])
    named = numbers[there].drop_duplicates("SUBJID")
    return dict(zip(named["SUBJID"], named["SUBJID_PREV"], strict=True))


def _way(number: str, earlier: dict[str, str]) -> list[str] | None:
    """The numbers from ``number`` back to the first; None where they go round in a circle."""
    way = [number]
    while way[-1] in earlier:
        way.append(earlier[way[-1]])
        if len(way) > len(earlier) + 1:
            return None
    return way


def next_consent(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The date of consent to the screening that names this number as the earlier one; empty where there is none."""
    dm = forms["DM"]
    earlier = _earlier(dm)
    later = {before: number for number, before in earlier.items() if _way(number, earlier) is not None}
    consents = dm[dm["ICF_DAT"] != ""].assign(SUBJID=dm["SUBJID"].str.strip()).drop_duplicates("SUBJID")
    return subjid.str.strip().map(later).map(consents.set_index("SUBJID")["ICF_DAT"]).astype("str").fillna("")


def first_consent(subjid: pd.Series, consent: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The earliest consent of the subject under any of its screening numbers; ``consent`` where there is none."""
    dm = forms["DM"]
    consents = pd.DataFrame({"first": first_screening_number(dm["SUBJID"], dm), "on": dm["ICF_DAT"], "day": _days(dm["ICF_DAT"])})
    consents = consents.dropna(subset=["day"]).sort_values(["day", "on"]).drop_duplicates("first").set_index("first")["on"]
    return first_screening_number(subjid, dm).map(consents).astype("str").fillna(consent).astype("str")


def latest(*dates: pd.Series) -> pd.Series:
    """The latest of several dates; a partial one counts as the earliest that it can be."""
    return _pick(dates, last=True)


def treatment_ends(*course: pd.Series) -> pd.Series:
    """The month 6 assessment, or the end of its window where it was not done; before, a relapse or the end of participation.

    The dates of the subject's course, here and below: randomization, month 6 assessment, first hematologic relapse, death, end
    of study, last contact, first assessment that found a relapse. Empty while none of this has come: that day may be to come yet
    for a subject that was not seen since.
    """
    return _pick([_planned_end(*course), _relapse(*course), participation_ends(*course)])


def is_followed_up(*course: pd.Series) -> pd.Series:
    """Whether treatment ended as planned, and neither a relapse nor the end of participation came first."""
    end = _days(_planned_end(*course))
    return end.notna() & ~(_days(_relapse(*course)) <= end) & ~(_days(participation_ends(*course)) <= end)


def follow_up_ends(*course: pd.Series) -> pd.Series:
    """Hematologic relapse, 24 months after randomization, or the end of participation, whichever is first."""
    return _pick([survival_follow_up_starts(*course), participation_ends(*course)])


def is_followed_for_survival(*course: pd.Series) -> pd.Series:
    """Whether the subject is in the study after hematologic relapse or 24 months."""
    start = _days(survival_follow_up_starts(*course))
    return start.notna() & ~(_days(participation_ends(*course)) <= start)


def survival_follow_up_starts(*course: pd.Series) -> pd.Series:
    """Hematologic relapse, or 24 months after randomization if the subject is known to have come there."""
    return _pick([_reached(follow_up_over(), *course), _relapse(*course)])


def participation_ends(*course: pd.Series) -> pd.Series:
    """Death or the end of study, whichever is first."""
    return _pick(course[3:5])


def _relapse(*course: pd.Series) -> pd.Series:
    """The first hematologic relapse; of one whose date the site has not given, the assessment that found it."""
    return course[2].where(course[2] != "", course[6]).astype("str")


def _planned_end(*course: pd.Series) -> pd.Series:
    """The month 6 assessment, or the last day of its window if it was not done."""
    return course[1].where(course[1] != "", _reached(treatment_over(), *course)).astype("str")


def _reached(after: pd.Timedelta, *course: pd.Series) -> pd.Series:
    """The date so long after randomization, where one of the dates of the course is not before it."""
    due = _days(course[0]) + after
    return due.dt.strftime("%Y-%m-%d").where(due <= _days(latest(*course)), "").astype("str")


def _days(dates: pd.Series) -> pd.Series:
    """The first day that each date can be, as datetime64; NaT where there is none."""
    parts = iso8601.split(dates)
    whole = parts[["y", "m", "d"]].fillna({"m": 1, "d": 1})
    return pd.to_datetime(whole.set_axis(["year", "month", "day"], axis=1), errors="coerce")


def _pick(dates: Sequence[pd.Series], *, last: bool = False) -> pd.Series:
    """For each record the first of its dates, or the last, as it is written; of the same day the one named first."""
    days = pd.concat([_days(date) for date in dates], axis=1, keys=range(len(dates)))
    chosen = days.max(axis=1) if last else days.min(axis=1)
    picked = pd.Series("", index=dates[0].index, dtype="str")
    for number in reversed(range(len(dates))):
        picked = dates[number].where(days[number] == chosen, picked).astype("str")
    return picked


def event_number(subjid: pd.Series, number: pd.Series) -> pd.Series:
    """Screening number and number on the form as ``S001-2``; empty without either."""
    return (subjid + "-" + number).where((subjid != "") & (number != ""), "").astype("str")


def consolidation_cycles(subjid: pd.Series, last: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """How many cycles of consolidation a subject had; empty where nothing is known of its chemotherapy, or not of each record."""
    return _count_cycles(subjid, forms["PRIORCHEMO"], lambda cycles: pd.Series("Y", index=cycles.index))


def hdac_cycles(subjid: pd.Series, last: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """How many of them were of high-dose cytarabine; empty also where that is not said of each."""
    return _count_cycles(subjid, forms["PRIORCHEMO"], lambda cycles: cycles["HDAC_YN"])


def _count_cycles(subjid: pd.Series, chemo: pd.DataFrame, counts: Callable[[pd.DataFrame], pd.Series]) -> pd.Series:
    """The distinct numbers of the cycles of consolidation that count (``Y``; a number entered twice is one cycle)."""
    cycles = chemo[chemo["PHASE"] == "CONSOLIDATION"]
    counted = counts(cycles)
    unclear = ~chemo["PHASE"].isin(["INDUCTION", "CONSOLIDATION"])
    unclear |= pd.Series(~counted.isin(["Y", "N"]) | (cycles["CYCLE_NO"] == ""), index=cycles.index).reindex(
        chemo.index, fill_value=False
    )
    number = cycles["CYCLE_NO"].where(counted == "Y").groupby(cycles["SUBJID"]).nunique()
    known = set(chemo["SUBJID"]) - set(chemo.loc[unclear, "SUBJID"])
    found = {subject: str(int(number.get(subject, 0))) for subject in known}
    return subjid.map({subject: found.get(subject, "") for subject in subjid.unique()}).astype("str")


def molecular_ratio(result: pd.Series, ratio: pd.Series) -> pd.Series:
    """The ratio of target to ABL1 in %, 0 where nothing was detected; empty where the two disagree, or neither says it.

    Not detected is negative, below the limit of detection, or ND (not detected) in place of a ratio.
    """
    text = ratio.str.normalize("NFKC").str.strip()
    number = pd.to_numeric(text, errors="coerce")
    absent = result.isin(["NEGATIVE", "BELOW LIMIT OF DETECTION"])
    nothing = (absent & ~(number > 0)) | ((result == "") & text.str.upper().isin(["ND", "未检出"]))
    measured = ~absent & (number.notna() | (text != ""))
    contradicts = (result == "POSITIVE") & (number == 0)
    return text.where(measured & ~contradicts, "").mask(nothing, "0").astype("str")


_PROMYELOCYTIC = re.compile(r"\bAPL\b|早幼粒|promyelocytic|PML|\bM3v?\b|t\(15;17\)", re.IGNORECASE | re.ASCII)
_NORMAL = re.compile(r"46,X[XY](\[\d+\])?|(正常|正常核型|normal|normal karyotype)", re.IGNORECASE)
_KARYOTYPE = re.compile(r"\d{2}(~\d{2})?(<\dn>)?,[XY]")


def promyelocytic(subtype: pd.Series) -> pd.Series:
    """Whether a WHO subtype is acute promyelocytic leukemia, as sites write it; empty without a subtype."""
    return _said(subtype, lambda text: "Y" if _PROMYELOCYTIC.search(text) else "N")


def normal_karyotype(karyotype: pd.Series) -> pd.Series:
    """Whether a karyotype (ISCN) is normal: all of its cells are 46,XX or 46,XY. Empty where it is none, as when it failed."""

    def normal(text: str) -> str:
        bare = re.sub(r"\s", "", text)
        if _NORMAL.fullmatch(bare) or _NORMAL.fullmatch(text):
            return "Y"
        return "N" if _KARYOTYPE.match(bare) else ""

    return _said(karyotype, normal)


_NEVER = frozenset(("无", "没有", "未参加", "从未", "从未参加", "否", "none", "never", "no", "n"))
_TRIAL_DATES = ("y/m/d", "y-m-d", "d-mmm-y", "y年m月d日")


def last_trial(date: pd.Series) -> pd.Series:
    """When a subject last took part in another trial, in ISO 8601; NONE for never; what is neither stays as it is written."""
    plain = date.str.normalize("NFKC").str.strip()
    read = read_iso8601(plain, _TRIAL_DATES, ())
    return read.where(read != "", plain).mask(plain.str.lower().isin(_NEVER), "NONE").astype("str")


def _said(texts: pd.Series, meaning: Callable[[str], str]) -> pd.Series:
    """What each text means, full-width letters as the usual ones; empty for an empty one."""
    plain = texts.str.normalize("NFKC").str.strip()
    return plain.map({text: meaning(text) if text else "" for text in plain.unique()}).astype("str")


def criteria_of(cell: str) -> tuple[str, ...]:
    """The criteria ticked in one cell of SAE_CRIT by SDTM variable; ``""`` stands for one that nobody knows."""
    whole = re.compile("|".join([*map(re.escape, _WITH_SEPARATOR), f"(?:(?!{_SEPARATOR.pattern}).)+"]), re.DOTALL)
    parts = [part.strip() for part in whole.findall(cell.casefold())]
    return tuple(_MEANS.get(part, "") for part in parts if part)


def deaths(
    read: Any,
    subjid: pd.Series,
    death: pd.DataFrame,
    surv: pd.DataFrame,
    disp: pd.DataFrame,
    ae: pd.DataFrame,
    dm: pd.DataFrame,
) -> pd.DataFrame:
    """What the forms tell of the death of each subject of ``subjid``; index of that.

    Dates in ISO 8601 by who tells it, ``""`` for a date that is not there, null where the form tells of no death: FORM (the death
    form), CONTACT and ALIVE (the contact that told of it, and until when the subject was known to be alive), ENDED (of the study)
    and STOPPED (of treatment) by death, EVENT (the end of a fatal event). VOICES: of these forms how many tell of the death; ON:
    the date that most of them have, of several the one that the contact leaves possible, and then the latest; AGREED: how many
    have it. ``read`` is the model whose rule asks.

    A record whose subject nobody knows counts as the one that its date fits: its number is another rule's finding.
    """
    forms = {"DEATH": death, "SURV": surv, "DISP": disp, "AE": ae, "DM": dm}
    cells = tuple(tuple(form[column]) for name, form in forms.items() for column in _TELLING[name])
    if cells not in _DEATHS:
        _DEATHS.clear()
        _DEATHS[cells] = _told_deaths(read, death, surv, disp, ae, dm)
    agreed = _DEATHS[cells].reindex(first_screening_number(subjid, dm)).set_axis(subjid.index)
    return agreed.fillna({"VOICES": 0, "ON": "", "AGREED": 0})


_TELLING = {
    "DEATH": ("SUBJID", "DTH_DAT"),
    "SURV": ("SUBJID", "STATUS", "CONTACT_DAT", "LAST_ALIVE_DAT"),
    "DISP": ("SUBJID", "EOT_REASON", "EOT_DAT", "EOS_REASON", "EOS_DAT"),
    "AE": ("SUBJID", "OUTCOME", "CTCAE_GRADE", "SAE_CRIT", "END"),
    "DM": ("SUBJID", "SUBJID_PREV"),
}
"""The cells by which forms tell of a death."""

_DEATHS: dict[tuple[tuple[str, ...], ...], pd.DataFrame] = {}
"""What was told last, by these cells: many rules ask for the same."""


def _told_deaths(
    read: Any, death: pd.DataFrame, surv: pd.DataFrame, disp: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame
) -> pd.DataFrame:
    """The table of :func:`deaths` by the first screening number of each subject of which any form tells a death."""
    known = set(read.cells(dm, "SUBJID", "DM"))

    def told(frame: pd.DataFrame, form: str, where: pd.Series | None, **columns: str) -> pd.DataFrame:
        rows = pd.DataFrame({name: read.date(frame, column, form) for name, column in columns.items()}, index=frame.index)
        rows = rows.assign(number=read.cells(frame, "SUBJID", form)).astype("str")
        return rows if where is None else rows[where]

    found = [
        told(death, "DEATH", None, FORM="DTH_DAT"),
        told(surv, "SURV", read.term(surv, "STATUS", "SURV") == "DEAD", CONTACT="CONTACT_DAT", ALIVE="LAST_ALIVE_DAT"),
        told(disp, "DISP", read.term(disp, "EOS_REASON", "DISP") == "DEATH", ENDED="EOS_DAT"),
        told(disp, "DISP", read.term(disp, "EOT_REASON", "DISP") == "DEATH", STOPPED="EOT_DAT"),
        told(ae, "AE", fatal(read, ae), EVENT="END"),
    ]
    dated = pd.concat([rows[rows["number"].isin(known)].iloc[:, [0, -1]].set_axis(["on", "number"], axis=1) for rows in found])
    dated = dated[dated["on"] != ""].drop_duplicates()
    dated = dated[~dated["on"].duplicated(keep=False)].set_index("on")["number"]
    table = pd.DataFrame(index=pd.Index([], dtype="str"))
    for rows in found:
        number = rows["number"].where(
            rows["number"].isin(known), rows.iloc[:, 0].map(dated).astype("object").fillna("").astype("str")
        )
        rows = rows.drop(columns="number").assign(of=first_screening_number(number, dm))
        rows = rows[rows["of"] != ""].sort_values(rows.columns[0]).groupby("of").max()
        table = table.join(rows, how="outer")
    return _agreed(table.astype("object").astype("str"))


def fatal(read: Any, ae: pd.DataFrame) -> pd.Series:
    """Whether at least two of outcome, grade and criterion say that an event was fatal: one alone may be mistyped."""
    criteria = ae["SAE_CRIT"].str.normalize("NFKC").map(criteria_of).astype("object")
    says = [
        read.term(ae, "OUTCOME", "AE") == "FATAL",
        read.term(ae, "CTCAE_GRADE", "AE") == "5",
        criteria.map(lambda found: "AESDTH" in found).astype(bool),
    ]
    return sum(one.astype(int) for one in says) >= 2


def _agreed(table: pd.DataFrame) -> pd.DataFrame:
    """The table of deaths with VOICES, ON and AGREED."""
    told = table.fillna("").astype("str")
    voices = [["FORM"], ["CONTACT"], ["ENDED", "STOPPED"], ["EVENT"]]
    count = sum(table[names].notna().any(axis=1).astype(int) for names in voices)
    first, last = ({name: days(told[name]) for name in told} for days in (_days, _last_days))

    def same(one: str, other: str) -> pd.Series:
        return (first[one] <= last[other]) & (first[other] <= last[one])

    date, latest = pd.Series("", index=table.index, dtype="str"), pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]")
    most = pd.Series(0.0, index=table.index)
    for one in ("FORM", "ENDED", "STOPPED", "EVENT"):
        fits = ~(last[one] < first["ALIVE"]) & ~(last["CONTACT"] < first[one])
        votes = same(one, "FORM").astype(int) + same(one, "EVENT") + (same(one, "ENDED") | same(one, "STOPPED"))
        votes += 1.5 * ((told["CONTACT"] != "") & fits)
        better = first[one].notna() & ((votes > most) | ((votes == most) & (latest < first[one])))
        date, most, latest = told[one].where(better, date), votes.where(better, most), last[one].where(better, latest)
    # The day on which others told of it is the latest that it can be.
    return table.assign(VOICES=count, ON=date.where(date != "", told["CONTACT"]).astype("str"), AGREED=most // 1)


def _last_days(dates: pd.Series) -> pd.Series:
    """The last day that each date can be, as datetime64; NaT where there is none."""
    parts, first = iso8601.split(dates), _days(dates)
    month, year = first + pd.offsets.MonthEnd(0), first + pd.offsets.YearEnd(0)
    return first.where(parts["d"].notna(), month.where(parts["m"].notna(), year))


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

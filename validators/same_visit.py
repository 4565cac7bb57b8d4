"""One visit, one time: what the forms of a visit say of its day, and the marrow's puncture that several of them report of."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, complete_date, once, rule
from trialbook.checks.against import Against

DATES = {
    "LAB": "LAB_DAT",
    "VS_ECOG": "DAT",
    "THYROID_AB": "DAT",
    "SEROLOGY": "DAT",
    "BM": "BM_DAT",
    "MRD_MFC": "SAMPLE_DAT",
    "MRD_PCR": "SAMPLE_DAT",
    "RESP": "ASSESS_DAT",
}
"""The forms with visits of a subject that comes, and the date of each."""

SAMPLES = ("BM", "MRD_MFC", "MRD_PCR")
"""Those that report of one puncture of the marrow."""

APART = pd.Timedelta(days=30)
"""Assumption: what is done for one visit lies no farther apart; a screening takes no longer."""

WITNESSES = 2
"""So many other forms have to agree, for one that differs from them to be the wrong one."""


@once
def visits_of(read: FormReader, form: str, frame: pd.DataFrame) -> pd.DataFrame:
    """Subject, visit, day and whether it is of the marrow, by record; NaT where the day is not known."""
    made = {"subject": read.cells(frame, "SUBJID", form), "visit": read.term(frame, "VISIT", form)}
    made["day"] = complete_date(read.date(frame, DATES[form], form))
    if "SPECIMEN" in frame and form in SAMPLES:
        made["marrow"] = read.term(frame, "SPECIMEN", form) == "BONE MARROW"
    return pd.DataFrame(made, index=frame.index).assign(marrow=made.get("marrow", form in SAMPLES))


@once
def days_of(read: FormReader, form: str, frame: pd.DataFrame) -> pd.DataFrame:
    """The days that a form has of a visit: subject, visit, day, marrow, form, at (the first record of the day)."""
    days = visits_of(read, form, frame).assign(form=form, at=np.arange(len(frame))).dropna(subset=["day"])
    return days[(days["subject"] != "") & (days["visit"] != "")].drop_duplicates(["subject", "visit", "day"])


def others_of(read: FormReader, forms: dict[str, pd.DataFrame]) -> pd.DataFrame:
    """The days of each of those forms that are there, together."""
    columns = ["subject", "visit", "day", "marrow", "form", "at"]
    parts = [days_of(read, form, frame) for form, frame in forms.items() if len(frame.columns)]
    return pd.concat(parts or [pd.DataFrame(columns=columns)], ignore_index=True)


def alike(own: pd.DataFrame) -> tuple[pd.DataFrame, np.ndarray]:
    """The records that differ in subject, visit, day or marrow, numbered from 0, and which of them each record is like."""
    number, _ = pd.factorize(own.groupby(list(own.columns), dropna=False).ngroup())
    return own[~pd.Series(number, index=own.index).duplicated()].reset_index(drop=True), number


def witnesses(own: pd.DataFrame, days: pd.DataFrame, forms: Iterable[str]) -> dict[str, np.ndarray]:
    """By other form the position of its record of the same visit, for the first forms that have one; -1 for none."""
    keys = pd.MultiIndex.from_frame(own[["subject", "visit"]])
    beside, count = {}, np.zeros(len(own), dtype=np.int64)
    for form in forms:
        first = days[days["form"] == form].drop_duplicates(["subject", "visit"]).set_index(["subject", "visit"])["at"]
        at = first.reindex(keys).fillna(-1).to_numpy(dtype=np.int64)
        beside[form] = np.where(count < WITNESSES, at, -1)
        count += at >= 0
    return beside


def reads_of(form: str, forms: tuple[str, ...]) -> dict[str, list[str]]:
    return {one: ["SUBJID", "VISIT", DATES[one]] for one in forms if one != form}


def near(form: str) -> Callable[..., Against]:
    """The rule that a record lies near what the other forms have of its visit."""
    date, others = DATES[form], reads_of(form, tuple(DATES))
    reads = others | {"RAND": ["SUBJID", "RAND_NO"]}

    @rule(
        f"IFN-DAY-{form}",
        Severity.ERROR,
        f"The other forms of the visit lie more than {APART.days} days from {date}",
        variables=[date, "VISIT", "SUBJID"],
        reads=reads,
        optional=list(reads),
        one_of=list(others),
        query=f"{{{date}}} 与受试者 {{SUBJID}} 访视 {{VISIT}} 其他表单的日期相差 {APART.days} 天以上，"
        "请核实日期、访视和受试者。 / "
        f"{{{date}}} lies more than {APART.days} days from what other forms of {{SUBJID}} have of {{VISIT}}: please check "
        "date, visit and subject.",
        stands_for=["TB-VISIT-CONSENT"],
    )
    def is_near(cls: type[RawForm], frame: pd.DataFrame, *read: pd.DataFrame) -> Against:
        """Not of a planned visit of the randomized: its window judges it."""
        given = dict(zip(reads, read, strict=True))
        rand = given.pop("RAND")
        own, of = alike(visits_of(cls.reader, form, frame))
        days = others_of(cls.reader, given)
        pairs = own.reset_index(names="at").merge(days[["subject", "visit", "day", "form"]], on=["subject", "visit"])
        distance = (pairs["day_x"] - pairs["day_y"]).abs()
        nearest = distance.groupby(pairs["at"]).min().reindex(own.index)
        middle = pairs.groupby("at")["day_y"].transform("median")
        agree = pairs[(pairs["day_y"] - middle).abs() <= APART].groupby("at")["form"].nunique()
        far = (nearest > APART) & (agree.reindex(own.index).fillna(0) >= WITNESSES)
        planned = [name for name, visit in cls.protocol.visits.items() if visit.day is not None]
        randomized = cls.cells(rand, "SUBJID", "RAND") if len(rand.columns) else pd.Series(dtype="str")
        judged = own["visit"].isin(planned) & own["subject"].isin(set(randomized))
        beside = {other: at[of] for other, at in witnesses(own, days, given).items()}
        return against(~(far & ~judged).to_numpy()[of], **beside)

    return is_near


def punctured(form: str) -> Callable[..., Against]:
    """The rule that a sample has the day of the puncture that the other forms of the marrow have."""
    date, reads = DATES[form], reads_of(form, (*SAMPLES, "RESP", "VS_ECOG"))

    @rule(
        f"IFN-DAY-{form}-SAMPLE",
        Severity.ERROR,
        "The other forms have another day for the marrow of the visit",
        variables=[date, "VISIT"],
        reads=reads,
        optional=list(reads),
        one_of=list(reads),
        mend=[date],
        query=f"访视 {{VISIT}} 的骨髓采样日期 {{{date}}} 与其他表单不一致（是否误填为报告日期？），请核实。 / "
        f"{{{date}}} is not the day that the other forms have for the marrow of {{VISIT}} (was the date of the report entered?): "
        "please check.",
        stands_for=["TB-VISIT-WINDOW", "TB-VISIT-CONSENT"],
    )
    def is_that_day(cls: type[RawForm], frame: pd.DataFrame, *read: pd.DataFrame) -> Against:
        """A day that two other forms have and this one has not, and one of this form that nobody else has."""
        own, of = alike(visits_of(cls.reader, form, frame))
        days = others_of(cls.reader, dict(zip(reads, read, strict=True)))
        marrow = days[days["marrow"] | ~days["form"].isin(SAMPLES)]
        count = marrow.groupby(["subject", "visit", "day"])["form"].nunique()
        sampled = marrow[marrow["form"].isin(SAMPLES)].groupby(["subject", "visit", "day"]).size()
        agreed = count.index[(count >= WITNESSES) & count.index.isin(sampled.index)]
        has = pd.MultiIndex.from_frame(own.loc[own["marrow"], ["subject", "visit", "day"]])
        lacking = agreed[~agreed.isin(has)].droplevel("day").unique()
        alone = ~pd.MultiIndex.from_frame(own[["subject", "visit", "day"]]).isin(count.index)
        visit = pd.MultiIndex.from_frame(own[["subject", "visit"]]).isin(lacking)
        known = own["day"].notna() & own["marrow"].astype(bool) & alone & visit
        found = agreed.to_frame(index=False).merge(own[known].reset_index(names="record"), on=["subject", "visit"])
        found["apart"] = (found["day_x"] - found["day_y"]).abs()
        # Of several samples that nobody else has, the others may be further ones.
        nearest = found["apart"] == found.groupby(["subject", "visit"])["apart"].transform("min")
        wrong = found.loc[nearest & (found["apart"] <= APART), "record"]
        beside = {other: at[of] for other, at in witnesses(own, days, reads).items()}
        return against(~own.index.isin(wrong)[of], **beside)

    return is_that_day


def dated(form: str) -> type[RawForm]:
    """The model of a form's visits."""

    class Visits(RawForm, form=form, across=False):
        pass

    Visits.is_near = classmethod(near(form))  # type: ignore[attr-defined]
    if form in SAMPLES:
        Visits.is_that_day = classmethod(punctured(form))  # type: ignore[attr-defined]
    return Visits


LabVisits = dated("LAB")
VsVisits = dated("VS_ECOG")
ThyroidVisits = dated("THYROID_AB")
SerologyVisits = dated("SEROLOGY")
BmVisits = dated("BM")
MfcVisits = dated("MRD_MFC")
PcrVisits = dated("MRD_PCR")
RespVisits = dated("RESP")

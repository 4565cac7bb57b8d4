"""Randomization: after consent and eligibility, once, with a number that no other has; numbers are given in order of time."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import (
    FormReader,
    RawForm,
    Severity,
    against,
    before,
    day_number,
    once,
    position_of,
    rule,
    value_at,
    value_beside,
)

LEAST_NUMBERS = 5
"""Assumption: of fewer randomization numbers nothing is said of whether they are given in order of time."""

MOST_ASTRAY = 0.2
"""Assumption: where more of the numbers are out of the order of time than this part, they are not given in that order."""

LEAST_OF_PLAN = 3
"""Injections from whose planned dates on, where they agree with each other, day 1 is known."""


def heaviest_chain(days: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Which of the values, as they stand, are of the heaviest part of them that never falls; a bool a value."""
    best, previous = weights.astype("float64").copy(), np.full(len(days), -1)
    for at in range(1, len(days)):
        fits = np.where(days[:at] <= days[at], best[:at], -np.inf)
        before_it = int(fits.argmax())
        if fits[before_it] > 0:
            best[at] += fits[before_it]
            previous[at] = before_it
    chain = np.zeros(len(days), dtype=bool)
    at = int(best.argmax()) if len(days) else -1
    while at >= 0:
        chain[at] = True
        at = int(previous[at])
    return chain


@once
def consent_is_wrong(read: FormReader, rand: pd.DataFrame, dm: pd.DataFrame, elig: pd.DataFrame) -> pd.Series:
    """Of randomizations before consent, those of which it is consent that is dated wrong.

    There the next number was given before that consent already, or eligibility was assessed between randomization's date and it.
    """
    order = numbering(read, rand, dm)
    late = order["known"] & order["fits"] & ~order["several"] & (order["next"] < order["consent"])
    if "SCR_DAT" in elig:
        whom, subject = read.cells(elig, "SUBJID", "ELIG"), read.cells(rand, "SUBJID", "RAND")
        assessed = value_beside(read.date(elig, "SCR_DAT", "ELIG"), whom, subject)
        consent = value_beside(read.date(dm, "ICF_DAT", "DM"), read.cells(dm, "SUBJID", "DM"), subject)
        date = read.date(rand, "RAND_DTTM", "RAND")
        late = (late | before(assessed, consent)) & ~before(date, assessed)
    return ~order["consented"] & late


@once
def numbering(read: FormReader, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
    """What the order of the numbers says of each record: ``known`` (it says something), ``fits``, ``several`` (share the number).

    ``consented``: not before ``consent``; ``next``: the day on which the next number was given. A number that several subjects
    have is not looked at to tell what the order is.
    """
    number = read.cells(rand, "RAND_NO", "RAND")
    subject = read.cells(rand, "SUBJID", "RAND")
    date = read.date(rand, "RAND_DTTM", "RAND")
    consent = value_beside(read.date(dm, "ICF_DAT", "DM"), read.cells(dm, "SUBJID", "DM"), subject)
    parts = number.str.extract(r"^(.*?)([0-9]+)$")
    of = pd.DataFrame(
        {
            "series": parts[0],
            "place": pd.to_numeric(parts[1], errors="coerce").astype("float64"),
            "day": day_number(date),
            "consented": ~before(date, consent),
            "consent": day_number(consent),
            "next": np.inf,
            "several": (number != "") & (subject.groupby(number).transform("nunique") > 1),
            "known": False,
            "fits": True,
        },
        index=rand.index,
    )
    whole = of[of["place"].notna() & of["day"].notna()]
    for _, series in whole.groupby("series"):
        single = series[~series["several"]].sort_values("place", kind="stable")
        chain = heaviest_chain(single["day"].to_numpy(), 1.0 + single["consented"].to_numpy())
        if len(single) < LEAST_NUMBERS or (~chain).mean() > MOST_ASTRAY:
            continue
        order = single[chain]
        at = np.searchsorted(order["place"].to_numpy(), series["place"].to_numpy(), side="left")
        after = np.searchsorted(order["place"].to_numpy(), series["place"].to_numpy(), side="right")
        days = np.concatenate([[-np.inf], order["day"].to_numpy(), [np.inf]])
        of.loc[series.index, "known"] = True
        of.loc[series.index, "next"] = days[after + 1]
        of.loc[series.index, "fits"] = (days[at] <= series["day"]) & (series["day"] <= days[after + 1])
    return of


def of_subject(read: FormReader, rand: pd.DataFrame, numbers: pd.Series) -> pd.Series:
    """The position of each subject's only randomization, -1 for none or several; index of ``numbers``."""
    at = position_of(read.cells(rand, "SUBJID", "RAND").to_frame("n"), numbers.to_frame("n"))
    return pd.Series(at, index=numbers.index)


class RANDForm(RawForm, form="RAND"):
    @rule(
        "IFN-DM-008",
        Severity.ERROR,
        "Randomized before consent",
        variables=["RAND_DTTM", "SUBJID"],
        mend=["RAND_DTTM"],
        reads={"DM": ["SUBJID", "ICF_DAT"], "ELIG": ["SUBJID", "SCR_DAT"]},
        optional=["ELIG"],
        query="随机日期 {RAND_DTTM} 早于知情同意日期 {DM.ICF_DAT}，请核实。 / "
        "Randomization on {RAND_DTTM} is earlier than consent on {DM.ICF_DAT}: please check both dates.",
        cites=["ICH E6"],
        stands_for=["IFN-DM-021"],
    )
    def consent_before_randomization(cls, rand: pd.DataFrame, dm: pd.DataFrame, elig: pd.DataFrame) -> pd.Series:
        """Where other dates tell that consent is dated wrong, it is asked about."""
        return numbering(cls.reader, rand, dm)["consented"] | consent_is_wrong(cls.reader, rand, dm, elig)

    @rule(
        "IFN-DM-010",
        Severity.ERROR,
        "The subject is randomized more than once",
        variables=["SUBJID", "RAND_NO", "RAND_DTTM", "GROUP"],
        mend=["SUBJID", "RAND_NO", "RAND_DTTM", "GROUP", "RAND.SUBJID", "RAND.RAND_NO"],
        reads={"DM": ["SUBJID", "SUBJID_PREV"], "RAND": ["SUBJID", "RAND_NO"]},
        query="受试者 {SUBJID} 有一条以上随机记录（随机号 {RAND_NO} 和 {RAND.RAND_NO}）：哪一条有效？ / "
        "{SUBJID} has more than one randomization record ({RAND_NO} and {RAND.RAND_NO}): which is valid?",
    )
    def randomized_once(cls, rand: pd.DataFrame, dm: pd.DataFrame, others: pd.DataFrame) -> pd.Series:
        """The same number twice is one record that is there twice, which another rule tells."""
        subject = cls.derivation("first_screening_number")(rand["SUBJID"], dm)
        number = cls.cells(rand, "RAND_NO")
        again = (subject != "") & (number.groupby(subject).transform("nunique") > 1)
        at = pd.Series(range(len(rand)), index=rand.index)
        first = at.groupby(subject).transform("first")
        other = first.where(first != at, at.groupby(subject).transform("last"))
        return against(~again, RAND=other.where(again, -1), DM=pd.Series(-1, index=rand.index))

    @rule(
        "IFN-DM-011",
        Severity.ERROR,
        "The randomization number is given to another subject too",
        variables=["RAND_NO", "SUBJID"],
        mend=["RAND_NO"],
        reads={"RAND": ["RAND_NO"], "DM": ["SUBJID", "ICF_DAT"]},
        query="随机号 {RAND_NO} 被用于一名以上受试者，请核实。 / "
        "Randomization number {RAND_NO} is given to more than one subject: please check.",
    )
    def number_belongs_to_one_subject(cls, rand: pd.DataFrame, others: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Where the order of the numbers tells whose number it is, the others' are wrong; where it does not, each may be."""
        order, number = numbering(cls.reader, rand, dm), cls.cells(rand, "RAND_NO")
        right = order["several"] & order["known"] & order["fits"]
        # Of two that fit, one is the neighbour's that nobody has: the earlier one where that is the number before.
        there = set(zip(order["series"], order["place"], strict=True))
        lacking = [(order["place"] + step).where(order["several"]) for step in (-1, 1)]
        before, after = (
            pd.Series([(series, place) not in there for series, place in zip(order["series"], one, strict=True)], order.index)
            for one in lacking
        )
        of = order["day"].where(right).groupby(number)
        right &= ~(before & ~after & (order["day"] < of.transform("max")))
        right &= ~(after & ~before & (order["day"] > of.transform("min")))
        told = right.groupby(number).transform("sum") == 1
        wrong = order["several"] & ~(told & right)
        at = pd.Series(range(len(rand)), index=rand.index)
        first, last = (at.groupby(number).transform(which) for which in ("first", "last"))
        other = at.where(right).groupby(number).transform("first").where(told, first.where(first != at, last))
        return against(~wrong, RAND=other.where(wrong, -1), DM=pd.Series(-1, index=rand.index))

    @rule(
        "IFN-DM-026",
        Severity.ERROR,
        "The date of randomization is not in the order of the randomization numbers",
        variables=["RAND_DTTM", "RAND_NO"],
        mend=["RAND_DTTM"],
        reads={"DM": ["SUBJID", "ICF_DAT"]},
        query="随机号 {RAND_NO} 的随机日期 {RAND_DTTM} 与随机号的先后顺序不符，请核实。 / "
        "Randomization number {RAND_NO} was given on {RAND_DTTM}, which is not in the order of the numbers: please check.",
        stands_for=["IFN-DM-021"],
    )
    def numbers_are_given_in_order(cls, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Numbers of several subjects, and dates before consent, are other rules' findings."""
        order = numbering(cls.reader, rand, dm)
        return ~order["known"] | order["fits"] | order["several"] | ~order["consented"]

    @rule(
        "IFN-DM-027",
        Severity.ERROR,
        "The injections are planned from another day than that of randomization",
        variables=["RAND_DTTM", "SUBJID"],
        mend=["RAND_DTTM"],
        reads={"EX": ["PLANNED_DAT", "SUBJID", "DOSE_NO"], "DM": ["SUBJID", "ICF_DAT"]},
        query="随机日期 {RAND_DTTM} 与给药计划的起始日期（首次计划给药 {EX.PLANNED_DAT}）不符，请核实。 / "
        "Randomization was on {RAND_DTTM}, and the injections are planned from another day on ({EX.PLANNED_DAT}): please check.",
        stands_for=["IFN-DM-021"],
    )
    def injections_are_planned_from_day_1(cls, rand: pd.DataFrame, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A date that is out of order, or before consent, is another rule's finding."""
        order = numbering(cls.reader, rand, dm)
        number = cls.cells(ex, "SUBJID", "EX")
        planned = day_number(cls.date(ex, "PLANNED_DAT", "EX"))
        every = cls.in_force(ex, dm, lambda protocol: protocol.interventions["PEGIFN"].regimen.every, "EX")
        start = planned - every * (cls.number(ex, "DOSE_NO", "EX") - 1)
        middle = start.groupby(number).transform("median")
        agree = (start == middle) & (number != "")
        known = agree.groupby(number).transform("sum") >= LEAST_OF_PLAN
        plan = pd.DataFrame({"number": number, "start": middle, "at": range(len(ex)), "day": planned})[agree & known]
        plan = plan.sort_values("day", kind="stable").drop_duplicates("number").set_index("number")
        subject = cls.cells(rand, "SUBJID")
        wrong = (order["day"] != subject.map(plan["start"])) & subject.isin(plan.index) & order["day"].notna()
        wrong &= order["consented"] & (order["fits"] | order["several"])
        at = subject.map(plan["at"]).where(wrong, -1).astype("int64")
        return against(~wrong, EX=at, DM=pd.Series(-1, index=rand.index))


class DMForm(RawForm, form="DM"):
    @rule(
        "IFN-DM-028",
        Severity.ERROR,
        "Consent is dated after randomization, and after eligibility was assessed or the next subject was randomized",
        variables=["ICF_DAT", "SUBJID"],
        mend=["ICF_DAT"],
        reads={"RAND": ["RAND_DTTM", "SUBJID", "RAND_NO"], "ELIG": ["SUBJID", "SCR_DAT"]},
        optional=["ELIG"],
        query="知情同意日期 {ICF_DAT} 晚于随机日期 {RAND.RAND_DTTM}，请核实。 / "
        "Consent was given on {ICF_DAT}, after randomization on {RAND.RAND_DTTM}: please check.",
        cites=["ICH E6"],
    )
    def consent_before_randomization(cls, dm: pd.DataFrame, rand: pd.DataFrame, elig: pd.DataFrame) -> pd.Series:
        at = of_subject(cls.reader, rand, cls.cells(dm, "SUBJID"))
        wrong = value_at(consent_is_wrong(cls.reader, rand, dm, elig), at, dm.index)
        return against(~wrong, RAND=at.where(wrong, -1))


class ELIGForm(RawForm, form="ELIG"):
    @rule(
        "IFN-DM-029",
        Severity.ERROR,
        "Eligibility was assessed after randomization",
        variables=["SCR_DAT", "SUBJID"],
        mend=["SCR_DAT"],
        reads={"RAND": ["RAND_DTTM", "SUBJID", "RAND_NO"], "DM": ["SUBJID", "ICF_DAT"]},
        query="筛选评估日期 {SCR_DAT} 晚于随机日期 {RAND.RAND_DTTM}，请核实。 / "
        "Eligibility was assessed on {SCR_DAT}, after randomization on {RAND.RAND_DTTM}: please check.",
        cites=["ICH E6"],
    )
    def assessed_before_randomization(cls, elig: pd.DataFrame, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A date of randomization that is out of order, or before consent, is asked about by itself."""
        order = numbering(cls.reader, rand, dm)
        at = of_subject(cls.reader, rand, cls.cells(elig, "SUBJID"))
        asked = value_at((order["known"] & ~order["fits"] & ~order["several"]) | ~order["consented"], at, elig.index)
        wrong = before(value_at(cls.date(rand, "RAND_DTTM", "RAND"), at, elig.index), cls.date(elig, "SCR_DAT")) & ~asked
        return against(~wrong, RAND=at.where(wrong, -1), DM=pd.Series(-1, index=elig.index))

"""Epochs: of each record against the subject's elements (SE) and the plan of its arm (TA); the elements against the plan."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.rule import Rule
from trialbook.datasets import iso8601
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_UNPLANNED = "UNPLAN"
_ELEMENTS = ("USUBJID", "SESTDTC", "SEENDTC", "EPOCH")


def epochs(given: Given) -> Made:
    """The rules about EPOCH, and about the elements that it comes from."""
    for name, domain, _ in given.observations():
        if not given.texts(name, "EPOCH"):
            continue
        yield name, _planned(name)
        date = given.date_of(name)
        # A disposition has the epoch that it ends, whenever it is dated.
        if date is not None and domain != "DS":
            yield name, _as_lived(name, date)
    if given.texts("SE", "USUBJID", "SESTDTC", "SEENDTC"):
        yield "SE", _no_gap(given)
    if given.texts("SE", "USUBJID", "ETCD", "EPOCH"):
        yield "SE", _elements_of_arm()


def _planned(name: str) -> Rule:
    def check(frame: pd.DataFrame, ta: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (frame["EPOCH"] == "") | _in_plan(frame, ta, dm, ["EPOCH"])

    return Rule(
        f"TB-{name}-EPOCH-TA",
        Severity.ERROR,
        "EPOCH is none of the epochs that TA has for the subject's arm",
        check,
        ("EPOCH", "USUBJID"),
        reads={"TA": ("ARMCD", "EPOCH"), "DM": ("USUBJID", "ARMCD", "ACTARMCD")},
        cites=("CG0009", "SDTMIG 3.4 section 7.2.1"),
        mend=("EPOCH",),
    )


def _in_plan(frame: pd.DataFrame, ta: pd.DataFrame, dm: pd.DataFrame, columns: list[str]) -> pd.Series:
    """Whether TA has the values of ``columns`` in an arm of each record's subject; in any arm where the subject has none."""
    plan = pd.MultiIndex.from_frame(ta[["ARMCD", *columns]].astype("str"))
    anywhere = pd.MultiIndex.from_frame(ta[columns].astype("str")) if len(columns) > 1 else pd.Index(ta[columns[0]])
    asked = frame[columns].astype("str")
    arms = dm[dm["USUBJID"] != ""].drop_duplicates("USUBJID", keep=False).set_index("USUBJID")
    fits, known = pd.Series(False, index=frame.index), pd.Series(False, index=frame.index)
    for which in ("ARMCD", "ACTARMCD"):
        arm = frame["USUBJID"].map(arms[which]).astype("str").fillna("")
        known |= arm.isin(ta["ARMCD"])
        fits |= pd.MultiIndex.from_frame(pd.DataFrame({"arm": arm, **{one: asked[one] for one in columns}})).isin(plan)
    planned = pd.MultiIndex.from_frame(asked).isin(anywhere) if len(columns) > 1 else asked[columns[0]].isin(anywhere)
    return pd.Series(fits | (~known & planned), index=frame.index)


def _as_lived(name: str, date: str) -> Rule:
    def check(frame: pd.DataFrame, se: pd.DataFrame) -> pd.Series:
        asked = frame[["USUBJID", "EPOCH", date]].drop_duplicates()
        asked = asked[(asked["EPOCH"] != "") & iso8601.earliest(asked[date]).notna() & asked["USUBJID"].isin(se["USUBJID"])]
        elements = se[list(_ELEMENTS)]
        pairs = asked.reset_index().merge(elements, on=["USUBJID", "EPOCH"], how="left").fillna("")
        can_be = (pairs["SESTDTC"] != "") | (pairs["SEENDTC"] != "")
        can_be &= ~before(pairs[date], pairs["SESTDTC"]) & ~before(_end(pairs["SEENDTC"]), _day(pairs[date]))
        possible = set(pairs.loc[can_be, "index"])
        wrong = asked[~asked.index.isin(possible)]
        return ~pd.MultiIndex.from_frame(frame[["USUBJID", "EPOCH", date]]).isin(pd.MultiIndex.from_frame(wrong))

    return Rule(
        f"TB-{name}-EPOCH-SE",
        Severity.ERROR,
        f"{{EPOCH}} is not an epoch in which the subject was on {date} ({{{date}}}) by SE",
        check,
        ("EPOCH", date),
        reads={"SE": _ELEMENTS},
        cites=("SDTMIG 3.4 section 5.3", "SDTMIG 3.4 section 4.4.7"),
        mend=("EPOCH", date),
    )


def _day(dtc: pd.Series) -> pd.Series:
    return dtc.str.slice(0, 10)


def _end(dtc: pd.Series) -> pd.Series:
    """An end as a day: what happens later on it may still be of the element."""
    return dtc.str.slice(0, 10)


def _no_gap(given: Given) -> Rule:
    def check(se: pd.DataFrame) -> pd.Series:
        order = se.reset_index(drop=True)[["USUBJID", "SESTDTC", "SEENDTC"]]
        order = order.assign(begins=iso8601.earliest(order["SESTDTC"])).sort_values(["USUBJID", "begins"], kind="stable")
        follows = order["USUBJID"].eq(order["USUBJID"].shift(-1)) & (order["USUBJID"] != "")
        following = order["SESTDTC"].shift(-1).fillna("").astype("str")
        end = order["SEENDTC"]
        differs = before(end, following) | before(following, end) | ((end == "") & (following != ""))
        return ~(follows & differs).sort_index().set_axis(se.index)

    return Rule(
        "TB-SE-SEENDTC-NEXT",
        Severity.ERROR,
        "The element ends ({SEENDTC}) at another time than the next one starts",
        check,
        ("SEENDTC", "USUBJID"),
        cites=("CG0207", "CG0209", "SDTMIG 3.4 section 5.3"),
        mend=("SEENDTC",),
    )


def _elements_of_arm() -> Rule:
    def check(se: pd.DataFrame, ta: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        return (se["ETCD"] == _UNPLANNED) | (se["ETCD"] == "") | _in_plan(se, ta, dm, ["ETCD", "EPOCH"])

    return Rule(
        "TB-SE-ETCD-TA",
        Severity.ERROR,
        "TA has no element {ETCD} in the epoch {EPOCH} of the subject's arm",
        check,
        ("ETCD", "EPOCH", "USUBJID"),
        reads={"TA": ("ARMCD", "ETCD", "EPOCH"), "DM": ("USUBJID", "ARMCD", "ACTARMCD")},
        cites=("SDTMIG 3.4 section 5.3",),
        mend=("ETCD", "EPOCH"),
    )

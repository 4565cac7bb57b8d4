"""Codes and their names: what stands beside a code is the same in every record, and the visits are those of TV."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.cross.given import Given, Made, text
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

_PAIRS: tuple[tuple[str, str, str], ...] = (
    ("ARMCD", "ARM", "FB0902"),
    ("ACTARMCD", "ACTARM", "FB0903"),
    ("ETCD", "ELEMENT", ""),
    ("QNAM", "QLABEL", "FB0920"),
    ("TSPARMCD", "TSPARM", "CG0307 FB0916"),
    ("IETESTCD", "IETEST", ""),
    ("VISITNUM", "VISIT", "CG0035 FB0919"),
)
_ONE_WAY = ("VISITNUM",)
"""Several unplanned visits may share a name, none a number (SDTMIG 3.4 section 4.4.5)."""


def one_to_one(given: Given) -> Made:
    """The rules about pairs of variables, and about the visits that are planned."""
    for name, one in given.datasets.items():
        pairs = [*_PAIRS, (f"{one.domain}TESTCD", f"{one.domain}TEST", "")]
        for code, words, published in dict.fromkeys(pairs):
            if given.has(name, code, words):
                yield name, _same_beside(name, code, words, published)
                if code not in _ONE_WAY:
                    yield name, _same_beside(name, words, code, published)
        if name != "TV" and given.numbers(name, "VISITNUM") and given.texts(name, "VISIT"):
            yield name, _planned_visit(name)


def rare(keys: list[pd.Series], values: pd.Series) -> tuple[pd.Series, pd.Series]:
    """Where a value is not the most frequent of those with its key (all of them where two are as frequent), and that one.

    Records with an empty first key or value are left out; the most frequent value is ``""`` where there is none or a tie.
    """
    frame = pd.DataFrame({f"k{i}": text(key).to_numpy() for i, key in enumerate(keys)} | {"v": text(values).to_numpy()})
    by = [name for name in frame if name != "v"]
    there = frame[(frame["v"] != "") & (frame[by[0]] != "")]
    counts = there.groupby([*by, "v"], sort=False).size().reset_index(name="n")
    if not counts.duplicated(by).any():
        # The usual case, which a million records should pay for only once.
        return pd.Series(False, index=values.index), values.astype("str")
    most = counts.groupby(by)["n"].transform("max")
    usual = counts[counts["n"] == most]
    usual = usual[~usual.duplicated(by, keep=False)]
    found = frame[by].merge(usual[[*by, "v"]], on=by, how="left")["v"].fillna("").astype("str")
    several = set(counts.loc[counts.duplicated(by, keep=False), by].itertuples(index=False, name=None))
    mixed = pd.Series([key in several for key in frame[by].itertuples(index=False, name=None)], dtype=bool)
    wrong = mixed & (frame["v"] != "") & (frame["v"] != found)
    return wrong.set_axis(values.index), found.set_axis(values.index)


def _same_beside(name: str, code: str, words: str, published: str) -> Rule:
    return Rule(
        f"TB-{name}-{words}-OF-{code}",
        Severity.ERROR,
        f"{code} {{{code}}} has {words} {{{words}}} here, and another one in other records",
        lambda frame: ~rare([frame[code]], frame[words])[0],
        (words, code),
        cites=tuple(published.split()),
        mend=(words, code),
        across=True,
    )


def _planned_visit(name: str) -> Rule:
    def check(frame: pd.DataFrame, tv: pd.DataFrame) -> pd.Series:
        number, visit = text(frame["VISITNUM"]), frame["VISIT"]
        planned_number, planned_visit = text(tv["VISITNUM"]), tv["VISIT"]
        pairs = pd.MultiIndex.from_arrays([planned_number, planned_visit])
        fits = pd.MultiIndex.from_arrays([number, visit]).isin(pairs)
        planned = number.isin(planned_number) | (visit.isin(planned_visit) & (number != ""))
        return ~(planned & (visit != "")) | fits

    return Rule(
        f"TB-{name}-VISITNUM-TV",
        Severity.ERROR,
        "TV has another VISIT for VISITNUM {VISITNUM}, or another VISITNUM for {VISIT}",
        check,
        ("VISITNUM", "VISIT"),
        reads={"TV": ("VISITNUM", "VISIT")},
        cites=("CG0035", "FB0919", "SDTMIG 3.4 section 4.4.5"),
        mend=("VISITNUM", "VISIT"),
    )

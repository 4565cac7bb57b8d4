"""The verdicts against a plain evaluation of one subject at a time, which shares nothing with the kit; what always holds."""

from __future__ import annotations

import calendar
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from random import Random

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Eligibility

Truth = bool | None
Subject = dict[str, str]
YES_NO = ["Y", "N", ""]
# Values at and around the boundaries, so that every outcome is frequent.
VALUES = {
    "age": ["17", "18", "70", "71", ""],
    "diagnosis": ["AML", "AML", "other", ""],
    "eln2022_risk": ["favorable", "favorable", "intermediate", "adverse", ""],
    "genetics": ["RUNX1::RUNX1T1", "CBFB::MYH11", "NPM1", "CEBPA", "other", ""],
    "cycles_to_cr1": ["0", "1", "2", "3", ""],
    "consolidation_cycles": ["3", "4", "6", "7", ""],
    "hdac_cycles": ["1", "2", "3", ""],
    "ecog": ["0", "2", "3", ""],
    "remission": ["CR1", "CR1", "CR2", "CR3", "none", ""],
    "flow_mrd": ["NEGATIVE", "NEGATIVE", "POSITIVE", ""],
    "molecular_mrd_baseline_pct": ["200", "119", "15.3", "0", "1e2", ""],
    "molecular_mrd_pct": ["0.2", "0.119", "0.0153", "0.01529", "0", "0.1", ""],
    "alt": ["101", "101.1", "275.25", "30", ""],
    "alt_uln": ["40.4", "110.1", ""],
    "ast": ["101", "101.1", "275.25", "30", ""],
    "ast_uln": ["40.4", "110.1", ""],
    "bilirubin": ["34.2", "34.3", "12", ""],
    "bilirubin_uln": ["17.1", "21", ""],
    "creatinine": ["165.15", "165.16", "70", ""],
    "creatinine_uln": ["110.1", "89", ""],
    "newly_diagnosed": ["Y", *YES_NO],
    "apl": YES_NO,
    "normal_karyotype": YES_NO,
    "cebpa_bzip": YES_NO,
    "requests_transplant": YES_NO,
    "transplant_indicated": YES_NO,
    "transplant_eligible": YES_NO,
    "uncontrolled_infection": YES_NO,
    "severe_organ_dysfunction": YES_NO,
    "willing_interferon": YES_NO,
    "thyroid_history": YES_NO,
    "pregnant": ["Y", "N", "NA", ""],
    "last_trial_date": ["NONE", "2024-02-29", "2024-02-28", "2024-05-15", "2024-05-14", ""],
    "screening_date": ["2024-03-31", "2024-06-15", ""],
}
ELIGIBLE = {
    "age": "45", "diagnosis": "AML", "eln2022_risk": "favorable", "genetics": "NPM1", "cycles_to_cr1": "2",
    "consolidation_cycles": "5", "hdac_cycles": "2", "ecog": "0", "remission": "CR1", "flow_mrd": "NEGATIVE",
    "molecular_mrd_baseline_pct": "119", "molecular_mrd_pct": "0.1", "alt": "20", "alt_uln": "40", "ast": "20", "ast_uln": "40",
    "bilirubin": "9", "bilirubin_uln": "21", "creatinine": "60", "creatinine_uln": "110", "newly_diagnosed": "Y", "apl": "N",
    "normal_karyotype": "Y", "cebpa_bzip": "N", "requests_transplant": "N", "transplant_indicated": "Y",
    "transplant_eligible": "Y", "uncontrolled_infection": "N", "severe_organ_dysfunction": "N", "willing_interferon": "Y",
    "thyroid_history": "N", "pregnant": "NA", "last_trial_date": "2020-01-01", "screening_date": "2024-06-15",
}  # fmt: skip


def all_of(*truths: Truth) -> Truth:
    return False if False in truths else None if None in truths else True


def any_of(*truths: Truth) -> Truth:
    return True if True in truths else None if None in truths else False


def plain(one: Subject) -> dict[str, Truth]:
    """The criteria of one subject, as a reader of the record would decide them with pencil and paper."""

    def equal(name: str, *values: str) -> Truth:
        return one[name] in values if one[name] else None

    def between(name: str, low: int, high: int) -> Truth:
        return low <= int(one[name]) <= high if one[name] else None

    def times(name: str, most: str) -> Truth:
        value, limit = one[name], one[f"{name}_uln"]
        return Fraction(Decimal(value)) / Fraction(Decimal(limit)) <= Fraction(most) if value and limit else None

    def reduced() -> Truth:
        before, after = one["molecular_mrd_baseline_pct"], one["molecular_mrd_pct"]
        return Fraction(Decimal(before)) > 1000 * Fraction(Decimal(after)) if before and after else None

    def detected() -> Truth:
        return Decimal(one["molecular_mrd_pct"]) != 0 if one["molecular_mrd_pct"] else None

    def another_trial() -> Truth:
        if one["last_trial_date"] in ("NONE", ""):
            return False if one["last_trial_date"] else None
        if not one["screening_date"]:
            return None
        year, month, day = map(int, one["screening_date"].split("-"))
        year, month = (year, month - 1) if month > 1 else (year - 1, 12)
        first = date(year, month, min(day, calendar.monthrange(year, month)[1]))
        return date(*map(int, one["last_trial_date"].split("-"))) >= first

    enough_hdac = int(one["hdac_cycles"]) >= 2 if one["hdac_cycles"] else None
    favorable = all_of(equal("newly_diagnosed", "Y"), equal("diagnosis", "AML"), equal("eln2022_risk", "favorable"))
    gene = equal("genetics", "RUNX1::RUNX1T1", "CBFB::MYH11", "NPM1")
    return {
        "I1": all_of(between("age", 18, 70), favorable),
        "I2": between("cycles_to_cr1", 1, 2),
        "I3": all_of(between("consolidation_cycles", 4, 6), enough_hdac),
        "I4": all_of(equal("remission", "CR1"), equal("flow_mrd", "NEGATIVE"), gene, detected(), reduced()),
        "I5": between("ecog", 0, 2),
        "I6": all_of(times("alt", "2.5"), times("ast", "2.5"), times("bilirubin", "2")),
        "I7": times("creatinine", "1.5"),
        "E1": equal("apl", "Y"),
        "E2": all_of(equal("normal_karyotype", "Y"), equal("cebpa_bzip", "Y")),
        "E3": equal("remission", "CR2", "CR3"),
        "E4": any_of(
            equal("requests_transplant", "Y"), all_of(equal("transplant_indicated", "Y"), equal("transplant_eligible", "N"))
        ),
        "E5": equal("uncontrolled_infection", "Y"),
        "E6": equal("severe_organ_dysfunction", "Y"),
        "E7": equal("pregnant", "Y"),
        "E8": equal("willing_interferon", "N"),
        "E9": equal("thyroid_history", "Y"),
        "E10": another_trial(),
    }


def plain_verdict(truths: dict[str, Truth]) -> tuple[str, tuple[str, ...]]:
    failed = tuple(name for name, truth in truths.items() if truth is (name[0] == "E"))
    return ("NOT ELIGIBLE" if failed else "UNDETERMINED" if None in truths.values() else "ELIGIBLE"), failed


def drawn(random: Random, usual: int) -> Subject:
    """One subject, each cell ``usual`` times as often an eligible one's as any other value."""
    return {name: random.choice([ELIGIBLE[name]] * usual + values) for name, values in VALUES.items()}


# Subjects are drawn a hundred at once: the whole table is judged together, as a user's is.
randoms = st.integers(0, 2**32).map(Random)
somebodies = randoms.map(lambda random: [drawn(random, usual) for usual in (0, 5, 15, 60) * 25])


@pytest.fixture(scope="module")
def eligibility(repository: Path) -> Eligibility:
    return Protocol(repository / "protocol").eligibility


def frame(*some: Subject) -> pd.DataFrame:
    return pd.DataFrame([{"subject": f"S{number}"} | one for number, one in enumerate(some)], dtype="str")


def truths_of(row: Mapping[str, object]) -> dict[str, Truth]:
    return {name: None if pd.isna(value) else bool(value) for name, value in row.items()}


few = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))


@few
@given(some=somebodies)
def test_whole_columns_agree_with_one_subject_at_a_time(eligibility: Eligibility, some: list[Subject]) -> None:
    found = eligibility.judge(frame(*some))
    rows = found.criteria.to_dict("records")
    for row, one in enumerate(some):
        expected = plain(one)
        assert truths_of(rows[row]) == expected
        assert (found.verdict.iloc[row], found.failed.iloc[row]) == plain_verdict(expected)
        assert set(found.missing.iloc[row]) == {name for name, truth in expected.items() if truth is None}


def test_the_subjects_drawn_reach_every_verdict(eligibility: Eligibility) -> None:
    random = Random(1)
    some = [drawn(random, usual) for usual in (0, 5, 15, 60) * 100]
    found = eligibility.judge(frame(*some))
    assert set(found.verdict) == {"ELIGIBLE", "NOT ELIGIBLE", "UNDETERMINED"}
    truths = {name: {truths_of({name: value})[name] for value in column} for name, column in found.criteria.items()}
    assert truths == {name: {True, False, None} for name in found.criteria}


@few
@given(some=somebodies, random=randoms)
def test_what_becomes_known_flips_no_decided_verdict(eligibility: Eligibility, some: list[Subject], random: Random) -> None:
    known = [{name: value or ELIGIBLE[name] for name, value in one.items()} for one in some]
    less = [{name: value if random.random() < 0.8 else "" for name, value in one.items()} for one in known]
    before, after = eligibility.judge(frame(*less)), eligibility.judge(frame(*known))
    decided = before.criteria.notna()
    assert after.criteria.notna().all(axis=None)
    assert (after.criteria == before.criteria)[decided].fillna(True).all(axis=None)
    assert (before.verdict.eq(after.verdict) | before.verdict.eq("UNDETERMINED")).all()


@few
@given(some=somebodies, random=randoms)
def test_the_missing_items_decide_and_no_others_do(eligibility: Eligibility, some: list[Subject], random: Random) -> None:
    """Whatever they are filled with; and whatever the others are, the criterion stays unknown."""
    filled: list[Subject] = []
    others: list[Subject] = []
    criteria: list[str] = []
    for one, unknown in zip(some, eligibility.judge(frame(*some)).missing, strict=True):
        for criterion, missing in unknown.items():
            assert [name for name in missing if one[name]] == []
            any_value = {name: random.choice([value for value in values if value]) for name, values in VALUES.items()}
            filled.append(one | {name: any_value[name] for name in missing})
            others.append({name: value or any_value[name] for name, value in one.items()} | dict.fromkeys(missing, ""))
            criteria.append(criterion)
    assert len(criteria) > 20
    decided, open_still = eligibility.judge(frame(*filled)).missing, eligibility.judge(frame(*others)).missing
    assert [criterion for row, criterion in enumerate(criteria) if criterion in decided.iloc[row]] == []
    assert [criterion for row, criterion in enumerate(criteria) if criterion not in open_still.iloc[row]] == []


@few
@given(some=somebodies, order=st.permutations(range(17)))
def test_the_order_of_the_criteria_does_not_matter(eligibility: Eligibility, some: list[Subject], order: list[int]) -> None:
    spec = eligibility.spec
    mixed = spec.model_copy(update={"criteria": tuple(spec.criteria[number] for number in order)})
    found, again = eligibility.judge(frame(*some)), Eligibility(mixed, eligibility.study).judge(frame(*some))
    pd.testing.assert_frame_equal(again.criteria[list(found.criteria)], found.criteria)
    pd.testing.assert_series_equal(again.verdict, found.verdict)
    assert [set(one) for one in again.failed] == [set(one) for one in found.failed]
    assert again.missing.tolist() == found.missing.tolist()
    assert again.warnings.tolist() == found.warnings.tolist()


@few
@given(some=somebodies, random=randoms)
def test_subjects_do_not_touch_each_other(eligibility: Eligibility, some: list[Subject], random: Random) -> None:
    """In another order, and with some of them away, each has the same verdict."""
    order = random.sample(range(len(some)), k=60)
    together, mixed = eligibility.judge(frame(*some)), eligibility.judge(frame(*some).iloc[order])
    for part in ("criteria", "verdict", "failed", "missing", "warnings"):
        assert getattr(mixed, part).equals(getattr(together, part).iloc[order]), part

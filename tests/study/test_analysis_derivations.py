"""What analysis_specs/derivations.py derives, each function on the records that decide: dates of 2024, subjects S1 to S5."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

import pandas as pd
import pytest

from trialbook.run import Study

Rows = Sequence[Mapping[str, Any]]


@pytest.fixture(scope="session")
def derive(trial: Study) -> Callable[..., list[Any]]:
    """``derive("function", columns…, GF=rows)``: what it gives, None for NaN."""

    def made(function: str, *columns: Sequence[Any], **datasets: pd.DataFrame) -> list[Any]:
        given = [pd.Series(one, dtype="float64" if all(isinstance(v, int | float) for v in one) else "str") for one in columns]
        found = trial.analysis_specs.derivations.functions[function](*given, **datasets)
        return [None if pd.isna(value) else value for value in found]

    return made


def table(columns: str, *rows: tuple[Any, ...]) -> pd.DataFrame:
    frame = pd.DataFrame(list(rows), columns=columns.split())
    return frame.astype({name: "float64" if name.endswith(("SEQ", "STRESN", "DOSE")) else "str" for name in frame})


def day(text: str) -> float:
    return float((date.fromisoformat(text) - date(1960, 1, 1)).days)


NAN = float("nan")


def test_eligible_is_who_failed_no_criterion_of_the_screening_that_led_to_randomization(derive):
    ie = table("USUBJID IESPID", ("S2", "S002"), ("S3", "S013"))
    subjects, screening = ["S1", "S2", "S3", "S4"], ["S001", "S012", "S013", "S004"]
    # S2 failed a first screening and met the criteria at the second; S3 was randomized all the same; S4 never was.
    assert derive("eligible", subjects, screening, ["Y", "Y", "Y", "N"], ie=ie) == ["Y", "Y", "N", "N"]


def test_last_known_alive_by_contacts_visits_dispositions_and_injections(derive):
    ss = table(
        "USUBJID SSTESTCD SSSTRESC SSDTC",
        ("S1", "SURVSTAT", "ALIVE", "2024-06-01"),
        ("S2", "SURVSTAT", "DEAD", "2024-06-01"),
        ("S2", "LSCFADTC", "2024-05-20", "2024-06-01"),  # a contact that told of the death
        ("S5", "SURVSTAT", "ALIVE", "2024-09-01"),  # after the death: an error of the data
    )
    sv = table(
        "USUBJID SVOCCUR SVSTDTC SVENDTC",
        ("S1", "Y", "2024-05-01", "2024-05-03"),
        ("S3", "Y", "2024-05-01", "2024-05-03"),
        ("S3", "N", "2024-07-01", "2024-07-01"),  # a visit that did not take place
        ("S5", "Y", "2024-04-01", "2024-04-01"),
    )
    ds = table(
        "USUBJID DSDECOD DSSTDTC",
        ("S1", "LOST TO FOLLOW-UP", "2024-08-01"),
        ("S2", "DEATH", "2024-05-25"),
        ("S3", "ADVERSE EVENT", "2024-05-10"),
    )
    ex = table("USUBJID EXSTDTC", ("S3", "2024-05-12"), ("S3", "2024-08"))
    subjects, consent = ["S1", "S2", "S3", "S4", "S5"], [day("2024-01-01")] * 5
    death = [NAN, day("2024-05-25"), NAN, NAN, day("2024-06-15")]
    found = derive("last_known_alive", subjects, death, consent, ss=ss, sv=sv, ds=ds, ex=ex)
    assert found == [day(text) for text in ("2024-06-01", "2024-05-20", "2024-05-12", "2024-01-01", "2024-04-01")]
    seen = derive("last_seen", subjects, ss=ss, sv=sv, ds=ds, ex=ex)
    assert seen == [day("2024-06-01"), day("2024-05-20"), day("2024-05-12"), None, day("2024-09-01")]


def test_the_safety_window_ends_30_days_after_day_184_or_a_later_last_injection(derive):
    randomized = [day("2024-01-01")] * 3 + [NAN]
    last = [NAN, day("2024-06-24"), day("2024-07-10"), NAN]
    assert derive("end_of_safety", randomized, last) == [day("2024-08-01"), day("2024-08-01"), day("2024-08-09"), None]


@pytest.mark.parametrize(("study_day", "expected"), [(1, "N"), (8, "N"), (9, "Y"), (NAN, "")])
def test_the_first_injection_is_late_after_day_8(derive, study_day, expected):
    assert derive("first_injection_late", [study_day]) == [expected]


EC = table(
    "USUBJID ECOCCUR ECDOSE",
    ("S1", "Y", 135),
    ("S1", "Y", 90),
    ("S1", "N", NAN),
    ("S1", "Y", 45),
    ("S1", "", NAN),  # nobody says whether it was given
    ("S2", "N", NAN),
    ("S4", "Y", 135),
    ("S4", "Y", NAN),  # given, and nobody says how much
)


# S1: three injections in the four weeks from day 1 to the end of the interval that the last one (day 22) began.
@pytest.mark.parametrize(
    ("function", "of_dates", "expected"),
    [
        ("doses_planned", False, [5, 1, 0, 2]),
        ("doses_given", False, [3, 0, 0, 2]),
        ("doses_reduced", False, [2, 0, 0, 0]),
        ("doses_left_out", False, [1, 1, 0, 0]),
        ("dose_given", False, [270, 0, 0, None]),
        ("weeks_on_treatment", True, [4, None, None, 4]),
        ("dose_intensity", True, [67.5, None, None, None]),
        ("relative_dose_intensity", True, [50, None, None, None]),
        ("part_of_planned_dose", True, [100 * 270 / (135 * 26), 0, 0, None]),
    ],
)
def test_exposure_from_the_injections(derive, function, of_dates, expected):
    first, last = ([day(text), NAN, NAN, day(text)] for text in ("2024-01-01", "2024-01-22"))
    columns = [["S1", "S2", "S3", "S4"], *([first, last] if of_dates else [])]
    assert derive(function, *columns, ec=EC) == pytest.approx(expected)


# CTCAE v5.0 (validators/ctcae_v5.csv): a limit itself is not beyond it; of an abnormal baseline the multiples are its own.
@pytest.mark.parametrize(
    ("test", "value", "low", "high", "baseline", "grade"),
    [
        ("PLAT", 125, 125, 350, NAN, 0),
        ("PLAT", 124, 125, 350, NAN, 1),
        ("PLAT", 75, 125, 350, NAN, 1),
        ("PLAT", 74, 125, 350, NAN, 2),
        ("PLAT", 49, 125, 350, NAN, 3),
        ("PLAT", 24.9, 125, 350, NAN, 4),
        ("PLAT", 24.9, NAN, NAN, NAN, 4),  # needs no limit of normal
        ("PLAT", 100, NAN, NAN, NAN, None),
        ("ALT", 40, 9, 40, 20, 0),
        ("ALT", 41, 9, 40, 20, 1),
        ("ALT", 120, 9, 40, 20, 1),
        ("ALT", 120.1, 9, 40, 20, 2),
        ("ALT", 200.1, 9, 40, 20, 3),
        ("ALT", 800.1, 9, 40, 20, 4),
        # An abnormal baseline: from 1.5 times it.
        ("ALT", 90, 9, 40, 60, 0),
        ("ALT", 91, 9, 40, 60, 1),
        ("ALT", 181, 9, 40, 60, 2),
        # At baseline itself there is none before it: by the limits of normal.
        ("ALT", 60, 9, 40, NAN, 1),
        # Of bilirubin grade 1 begins beyond an abnormal baseline, and grade 2 beyond 1.5 times it.
        ("BILI", 30, 3, 20, 30, 0),
        ("BILI", 31, 3, 20, 30, 1),
        ("BILI", 46, 3, 20, 30, 2),
        ("BILI", 31, 3, 20, 10, 2),  # 1.55 times the limit
        # Of creatinine grades 2 and 3 are of the limit or the baseline, whichever is worse; grade 4 is of the limit.
        ("CREAT", 100, 57, 111, 80, 0),
        ("CREAT", 121, 57, 111, 80, 2),
        ("CREAT", 241, 57, 111, 80, 3),
        ("CREAT", 601, 57, 111, 80, 3),
        ("CREAT", 667, 57, 111, 80, 4),
        ("HCG", 5, NAN, NAN, NAN, None),
        ("PLAT", NAN, 125, 350, NAN, None),
    ],
)
def test_the_grade_of_a_laboratory_value(derive, test, value, low, high, baseline, grade):
    assert derive("laboratory_grade", [test], [value], [low], [high], [baseline], [high]) == [grade]


def test_a_baseline_is_abnormal_by_its_own_limit(derive):
    tests, limits = ["ALT"] * 2, [4, 40]
    # 19 is beyond three times a limit of 4; 60 is not beyond one and a half times a baseline that its own limit calls abnormal.
    assert derive("laboratory_grade", tests, [19, 60], [1, 9], limits, [22, 45], [40, 40]) == [2, 0]


TEXTS = ("USUBJID", "GFCAT", "GFTSTDTL", "GFSCAT", "GFSYM", "GFSTRESC", "GFGRPID", "GFLOC", "GFRESCAT", "GFDTC", "GFSPID")
DIAGNOSIS, MRD = "GENETICS AT DIAGNOSIS", "MEASURABLE RESIDUAL DISEASE"


def gf(*rows: dict[str, Any]) -> pd.DataFrame:
    filled = [dict.fromkeys(TEXTS, "") | {"GFSTRESN": NAN} | row for row in rows]
    return pd.DataFrame(filled, columns=[*TEXTS, "GFSTRESN"]).astype(dict.fromkeys(TEXTS, "str") | {"GFSTRESN": "float64"})


def gene(subject: str, symbol: str, result: str = "DETECTED") -> dict[str, Any]:
    return {"USUBJID": subject, "GFCAT": DIAGNOSIS, "GFTSTDTL": "DETECTION", "GFSYM": symbol, "GFSTRESC": result}


def test_the_molecular_subtype_is_the_fusion_before_npm1_before_cebpa(derive):
    found = gf(
        gene("S1", "NPM1"),
        gene("S1", "CBFB::MYH11"),
        gene("S2", "CEBPA"),
        gene("S2", "NPM1"),
        gene("S3", "CEBPA"),
        gene("S3", "NPM1", "NOT DETECTED"),
        gene("S4", "FLT3"),
    )
    assert derive("molecular_subtype", ["S1", "S2", "S3", "S4", "S5"], gf=found) == ["CBFB::MYH11", "NPM1", "CEBPA", "", ""]


@pytest.mark.parametrize(
    ("diagnosis", "ratio", "expected"),
    [(100, 0.01, 4), (100, 100, 0), (0.119, 0.000119, 3), (1, 10, -1), (100, 0, None), (0, 1, None), (NAN, 1, None)],
)
def test_the_reduction_in_powers_of_ten(derive, diagnosis, ratio, expected):
    assert derive("log_reduction", [diagnosis], [ratio]) == [None if expected is None else pytest.approx(expected)]


@pytest.mark.parametrize(
    ("detection", "reduction", "negative", "reduced"),
    [
        ("NOT DETECTED", NAN, "Y", "Y"),
        ("DETECTED", 5.0, "N", "Y"),
        ("DETECTED", 4.5, "N", "Y"),
        ("DETECTED", 4.49, "N", "N"),
        ("DETECTED", NAN, "N", ""),
        ("", NAN, "", ""),
    ],
)
def test_negative_by_detection_and_by_a_reduction_of_4_5(derive, detection, reduction, negative, reduced):
    assert derive("negative", [detection], [reduction]) == [negative]
    assert derive("reduced_enough", [detection], [reduction]) == [reduced]


def run(subject: str, date: str, copies: float, ratio: float, symbol: str = "NPM1", **more: str) -> list[dict[str, Any]]:
    """A run of the assay: its ratio and its copies of ABL1."""
    own = {
        "USUBJID": subject,
        "GFCAT": MRD,
        "GFGRPID": date,
        "GFLOC": "BONE MARROW",
        "GFRESCAT": "POSITIVE",
        "GFDTC": date,
    } | more
    level = own | {"GFTSTDTL": "NORMALIZED LEVEL", "GFSYM": symbol, "GFSTRESN": ratio}
    return [level, own | {"GFTSTDTL": "NUMBER OF GENE COPIES", "GFSYM": "ABL1", "GFSTRESN": copies}]


def test_the_ratio_at_baseline_is_that_of_the_last_adequate_marrow_until_its_last_day(derive):
    found = gf(
        *run("S1", "2024-01-01", 20000, 0.5),
        *run("S1", "2024-01-05", 20000, 0.4),
        *run("S1", "2024-01-08", 20000, 0.3),  # after it
        *run("S2", "2024-01-01", 20000, 0.5),
        *run("S2", "2024-01-04", 9999, 0.4),  # too few copies
        *run("S3", "2024-01-01", 20000, 0.5, symbol="CBFB::MYH11"),  # not the subject's own target
        *run("S4", "2024-01-01", 20000, 0.5, GFLOC="BLOOD"),
    )
    subjects, until = ["S1", "S2", "S3", "S4"], [day("2024-01-05")] * 4
    assert derive("ratio_at_baseline", subjects, until, ["NPM1"] * 4, gf=found) == [0.4, 0.5, None, None]


# Of the interferon arm the day before its first injection, also where that was before the randomization; else day 1.
@pytest.mark.parametrize(
    ("armcd", "first", "expected"),
    [
        ("IFN", "2024-01-03", "2024-01-02"),
        ("IFN", "2023-12-30", "2023-12-29"),
        ("IFN", "", "2024-01-01"),
        ("CTRL", "", "2024-01-01"),
        ("CTRL", "2024-01-03", "2024-01-01"),
    ],
)
def test_the_last_day_of_baseline(derive, armcd, first, expected):
    injected = [day(first) if first else NAN]
    assert derive("last_day_of_baseline", [armcd], [day("2024-01-01")], injected) == [day(expected)]


def test_the_ratio_at_diagnosis_is_that_of_the_screening_that_counts_or_the_last(derive):
    told = {"S1": 10.0, "S2": 20.0, "S3": 30.0}
    level = {"GFCAT": DIAGNOSIS, "GFTSTDTL": "NORMALIZED LEVEL", "GFSYM": "NPM1"}
    rows = [level | {"USUBJID": who, "GFSPID": number, "GFSTRESN": told[number]} for who in ("S1", "S2") for number in told]
    assert derive("ratio_at_diagnosis", ["S1", "S2"], ["S2", "S9"], ["NPM1"] * 2, gf=gf(*rows)) == [20.0, 30.0]


def test_cycles_of_who_is_screened_again_are_counted_once(derive):
    cycles = [
        ("CONSOLIDATION", "S001-CONSOLIDATION-1"),
        ("CONSOLIDATION", "S001-CONSOLIDATION-2"),
        ("INDUCTION", "S001-INDUCTION-1"),
    ]
    again = [(phase, number.replace("S001", "S011")) for phase, number in cycles]
    rows = [("S1", n + 1, "PRIOR CHEMOTHERAPY", phase, number) for n, (phase, number) in enumerate([*cycles, *again])]
    cm = table("USUBJID CMSEQ CMCAT CMSCAT CMSPID", *rows, ("S2", 1, "CONCOMITANT MEDICATION", "", "S002-1"))
    supp = table("USUBJID QNAM QVAL IDVARVAL", ("S1", "HDAC", "Y", "5"), ("S1", "HDAC", "N", "4"), ("S1", "HDAC", "Y", "2"))
    assert derive("consolidation_cycles", ["S1", "S2"], ["S011", "S002"], cm=cm) == [2, 0]
    assert derive("high_dose_cycles", ["S1", "S2"], ["S011", "S002"], cm=cm, suppcm=supp) == [1, 0]

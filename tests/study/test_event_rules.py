"""Adverse events: by their own record, their coding, the arm, the injections, and the values that grades are of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trialbook.checks.against import Against
from trialbook.run import Study

Row = dict[str, str]
Passes = Callable[..., list[bool]]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]

DM = {"DM": [{"SUBJID": number, "ICF_DAT": "2024/1/2"} for number in "AB"]}
E = {"SUBJID": "A", "AE_NO": "1", "AETERM": "发热"}
FATAL = {"OUTCOME": "死亡", "CTCAE_GRADE": "5级", "SAE_YN": "是", "SAE_CRIT": "死亡"}
ALIVE = {"OUTCOME": "痊愈", "CTCAE_GRADE": "2级", "SAE_YN": "否", "SAE_CRIT": ""}
OF_DEATH = ("IFN-AE-008", "IFN-AE-009", "IFN-AE-010", "IFN-AE-028")


@pytest.mark.parametrize(
    ("record", "rules"),
    [
        (FATAL, set()),
        (ALIVE, set()),
        (FATAL | {"SAE_CRIT": "死亡；住院"}, set()),
        (ALIVE | {"CTCAE_GRADE": "5级"}, {"IFN-AE-008"}),
        (FATAL | {"CTCAE_GRADE": "4级"}, {"IFN-AE-008"}),
        (FATAL | {"CTCAE_GRADE": ""}, set()),
        (ALIVE | {"OUTCOME": "死亡"}, {"IFN-AE-009"}),
        (FATAL | {"OUTCOME": "痊愈"}, {"IFN-AE-009"}),
        (FATAL | {"OUTCOME": "未知"}, set()),
        (FATAL | {"SAE_CRIT": "住院"}, {"IFN-AE-010"}),
        (FATAL | {"SAE_YN": "否", "SAE_CRIT": ""}, {"IFN-AE-010"}),
        (ALIVE | {"SAE_YN": "是", "SAE_CRIT": "死亡"}, {"IFN-AE-010"}),
        # Serious without a criterion, and a criterion of what is not serious, are other rules' findings.
        (FATAL | {"SAE_CRIT": ""}, set()),
        (FATAL | {"SAE_YN": "否"}, set()),
        (ALIVE | {"CTCAE_GRADE": "5级", "SAE_CRIT": "死亡"}, {"IFN-AE-028"}),
    ],
)
def test_death_by_three_cells_of_a_record(passes: Passes, record: Row, rules: set[str]) -> None:
    assert {rule for rule in OF_DEATH if passes(rule, [E | record]) == [False]} == rules


@pytest.mark.parametrize(
    ("end", "ongoing", "outcome", "rules"),
    [
        ("2024/3/5", "否", "痊愈", set()),
        ("", "是", "未恢复", set()),
        ("2024/3/5", "是", "痊愈", {"IFN-AE-002"}),
        ("2024/3/5", "是", "未恢复", {"IFN-AE-002"}),
        ("", "否", "痊愈", {"IFN-AE-003"}),
        ("", "是", "痊愈", {"IFN-AE-004"}),
        ("2024/3/5", "否", "好转", {"IFN-AE-027"}),
        ("2024/3/5", "", "好转", set()),
    ],
)
def test_over_or_not_is_asked_once(passes: Passes, end: str, ongoing: str, outcome: str, rules: set[str]) -> None:
    row = E | {"END": end, "ONGOING": ongoing, "OUTCOME": outcome}
    of_course = ("IFN-AE-002", "IFN-AE-003", "IFN-AE-004", "IFN-AE-027")
    assert {rule for rule in of_course if passes(rule, [row]) == [False]} == rules


def test_an_event_before_consent(passes: Passes) -> None:
    """Who is randomized before consent makes the consent doubtful; without its date, screening tells how early it can be."""
    rand = [{"SUBJID": number, "RAND_DTTM": "2024-03-12 10:00"} for number in "ABC"]
    dm = [{"SUBJID": "A", "ICF_DAT": "2024/3/5"}, {"SUBJID": "B", "ICF_DAT": ""}, {"SUBJID": "C", "ICF_DAT": "2024/6/5"}]
    starts = {"A": ["2024/3/4", "2024/3/5", "2024/3"], "B": ["2023/12/12", "2024/3/4", "2024"], "C": ["2024/5/5"]}
    rows = [E | {"SUBJID": number, "START": start} for number, dates in starts.items() for start in dates]
    assert passes("IFN-AE-012", rows, DM=dm, RAND=rand) == [False, True, True, False, True, True, True]


def numbers(*keys: str) -> list[Row]:
    """Events as ``A1``: subject and number."""
    return [{"SUBJID": key[:-1], "AE_NO": key[-1], "AETERM": "发热", "PT": "Pyrexia"} for key in keys]


@pytest.mark.parametrize(
    ("events", "codings", "uncoded", "unrecorded"),
    [
        (["A1", "A2"], ["A1", "A2"], [], []),
        (["A1", "A2"], ["A1"], ["A2"], []),
        (["A1"], ["A1", "A2"], [], ["A2"]),
        # The number of a subject is wrong, or blank: no other record is missing.
        (["A1", "X2"], ["A1", "A2"], [], []),
        (["A1", "2"], ["A1", "A2"], [], []),
        (["A1", "A2"], ["A1", "X2"], [], []),
        # One number is there twice: the other one is not missing.
        (["A1", "A1"], ["A1", "A2"], [], []),
        (["A1", "A2"], ["A1", "A1"], [], []),
        (["A1", "B1"], ["A1"], ["B1"], []),
    ],
)
def test_each_event_has_a_coding(
    passes: Passes, events: list[str], codings: list[str], uncoded: list[str], unrecorded: list[str]
) -> None:
    ae, coding = numbers(*events), numbers(*codings)
    assert passes("IFN-AE-020", ae, AE_CODING=coding, **DM) == [key not in uncoded for key in events]
    assert passes("IFN-AE-021", coding, AE=ae, **DM) == [key not in unrecorded for key in codings]


@pytest.mark.parametrize(
    ("codings", "meant"),
    [
        # A1 发热, A2 乏力, B1 发热, B2 乏力; D1 and D2 say how these words are coded.
        (["A1 Pyrexia", "A2 Fatigue", "B1 Pyrexia", "B2 Fatigue"], {}),
        (["A1 Pyrexia", "B1 Pyrexia", "B2 Fatigue", "2 Fatigue"], {"A2": 3}),
        (["A1 Pyrexia", "B1 Pyrexia", "X2 Fatigue"], {"A2": 2, "B2": 2}),
        # Nobody has the number A9; it is but a slip away from A.
        (["A1 Pyrexia", "B1 Pyrexia", "A92 Fatigue"], {"A2": 2}),
        # These words are not coded so anywhere: they are another event's; a term that is nowhere else may be a new one for it.
        (["A1 Pyrexia", "B1 Pyrexia", "B2 Fatigue", "X2 Pyrexia"], {}),
        (["A1 Pyrexia", "B1 Pyrexia", "B2 Fatigue", "X2 Asthenia"], {"A2": 3}),
        (["A1 Pyrexia", "B1 Pyrexia", "B2 Fatigue", "X3 Fatigue"], {}),
        # One number is there twice: of the two it is the one that is not coded as event 1 is.
        (["A1 Fatigue", "A1 Pyrexia", "B1 Pyrexia", "B2 Fatigue"], {"A2": 0}),
        (["A1 Pyrexia", "A1 Fatigue", "B1 Pyrexia", "B2 Fatigue"], {"A2": 1}),
        (["B1 Pyrexia", "B1 Pyrexia", "B2 Fatigue"], {}),
    ],
)
def test_a_coding_that_may_be_of_an_event(trial: Study, codings: list[str], meant: dict[str, int]) -> None:
    """Each event without a coding has one finding: of such a record, or that it is missing."""
    keys, said, ae, coding = coded(codings)
    dm = [{"SUBJID": one, "ICF_DAT": "2024/1/2"} for one in "ABD"]
    frames = [pd.DataFrame(rows, dtype="str") for rows in (ae, coding, dm)]
    rules = {one.id: one for model in trial.models.forms["AE"] for one in model.declared_rules()}
    found = rules["IFN-AE-036"].check(*frames)
    assert isinstance(found, Against)
    assert {key: at for key, at in zip(keys, found.beside["AE_CODING"].tolist(), strict=True) if at >= 0} == meant
    assert list(found.mask) == [key not in meant for key in keys]
    assert list(rules["IFN-AE-020"].check(*frames)) == [key in said or key in meant for key in keys]


def coded(codings: list[str]) -> tuple[list[str], list[str], list[Row], list[Row]]:
    """Keys of the events and of the codings, and both forms."""
    words = {"1": "发热", "2": "乏力"}
    keys = ["A1", "A2", "B1", "B2", "D1", "D2"]
    said = [one.split() for one in (*codings, "D1 Pyrexia", "D2 Fatigue")]
    ae = [{"SUBJID": key[0], "AE_NO": key[1], "AETERM": words[key[1]]} for key in keys]
    coding = [{"SUBJID": key[:-1], "AE_NO": key[-1], "PT": term} for key, term in said]
    return keys, [one for one, _ in said], ae, coding


def test_an_event_without_a_coding_is_told_of_once(told: Told) -> None:
    """A2's is among the two of A1, B1's is missing: the mapping and the datasets tell neither again."""
    _, _, ae, coding = coded(["A1 Pyrexia", "A1 Fatigue", "B2 Fatigue"])
    dm = [{"SUBJID": one, "SITEID": "01", "ICF_DAT": "2024/1/2"} for one in "ABD"]
    found = told(
        ("IFN-AE-02", "IFN-AE-036", "TB-AE-AEDECOD", "TB-MAP-AE", "TB-RAW-AE_CODING-KEY"), AE=ae, AE_CODING=coding, DM=dm
    )
    (first, second) = (["AE_CODING 2 SUBJID", "AE_CODING 2 AE_NO"], ["AE_CODING 3 SUBJID", "AE_CODING 3 AE_NO"])
    assert found == [
        ("IFN-AE-020", "B", ["AE_CODING"], ["AE 4 SUBJID", "AE 4 AE_NO", "AE 4 AETERM"]),
        ("IFN-AE-036", "A", second, ["AE 3 SUBJID", "AE 3 AE_NO", "AE 3 AETERM", "AE_CODING 3 PT"]),
        ("TB-RAW-AE_CODING-KEY", "A", first, second),
        ("TB-RAW-AE_CODING-KEY", "A", second, first),
    ]


def test_an_event_recorded_twice(passes: Passes) -> None:
    starts = ["2024/3/5", "2024/3/5", "2024/3/6", "2024/3/5", "2024/3", "2024/3", "2024", "2024"]
    words = ["发热", "体温升高", "发热", "头痛", "乏力", "乏力", "失眠", "失眠"]
    ae = [
        E | {"AE_NO": str(at), "AETERM": word, "START": start} for at, (word, start) in enumerate(zip(words, starts, strict=True))
    ]
    coding = [E | {"AE_NO": str(at), "PT": "Pyrexia" if at < 3 else ""} for at in range(len(ae))]
    expected = [True, False, True, True, True, False, True, True]
    assert passes("IFN-AE-025", ae, AE_CODING=coding, **DM) == expected


@pytest.mark.parametrize(
    ("pairs", "passing"),
    [
        (["T1", "T1", "U2"], [True, True, True]),
        (["T1", "T1", "T2"], [True, True, False]),
        # Where T has two codes, that of U is the wrong one, though each is as frequent.
        (["T1", "T2", "U2", "U2"], [True, False, True, True]),
        (["T1", "T2", "U2"], [True, False, True]),
        # Nothing tells: the later pair is asked about, together with the earlier.
        (["T1", "T2"], [True, False]),
        (["T1", "U1"], [True, False]),
        (["T1", "T", "1"], [True, True, True]),
    ],
)
def test_terms_and_codes_are_pairs(passes: Passes, pairs: list[str], passing: list[bool]) -> None:
    rows = [{"PT": pair.rstrip("12"), "PT_CD": pair.lstrip("TU")} for pair in pairs]
    assert passes("IFN-AE-022", rows) == passing


def test_most_events_of_a_control_doubt_its_arm(passes: Passes) -> None:
    rand = {"RAND": [{"SUBJID": "A", "GROUP": "对照组"}, {"SUBJID": "B", "GROUP": "对照组"}]}
    related, plain = {"REL_IFN": "可能有关"}, {"REL_IFN": "不适用"}
    rows = [{"SUBJID": "A"} | one for one in (plain, related, related, related)]
    rows += [{"SUBJID": "B"} | one for one in (related, related, plain, plain)]
    assert passes("IFN-AE-014", rows, **rand) == [True, True, True, True, False, False, True, True]
    assert passes("IFN-AE-029", rows, **rand) == [True, False, True, True, True, True, True, True]


def doses(*given: str, **changes: dict[str, str]) -> list[Row]:
    """Injections, weekly from 2024-03-01: a dose, or ``-`` for none; what else a record has by ``n1``, ``n2``."""
    rows = []
    for at, amount in enumerate(given):
        date = str(pd.Timestamp("2024-03-01") + pd.Timedelta(days=7 * at))[:10]
        row = {"SUBJID": "A", "DOSE_NO": str(at + 1), "PLANNED_DAT": date, "GIVEN_YN": "否" if amount == "-" else "是"}
        row |= {} if amount == "-" else {"ADMIN_DAT": date, "DOSE_UG": amount}
        rows.append(row | changes.get(f"n{at + 1}", {}))
    return rows


FULL, LOWER = ("135",) * 10, ("135", "135", "90", "90", "90", "90")
HELD, STOPPED = ("135", "135", "-", "-", "135", "135"), ("135", "135", "-")


@pytest.mark.parametrize(
    ("action", "start", "end", "log", "rules"),
    [
        ("永久停药", "2024/3/9", "2024/3/12", FULL, {"IFN-AE-030"}),
        ("永久停药", "2024/3/9", "", FULL, {"IFN-AE-030"}),
        ("永久停药", "2024/3/9", "2024/3/12", STOPPED, set()),
        # Some weeks may pass while the event goes on.
        ("永久停药", "2024/3/9", "", ("135",) * 5, set()),
        ("永久停药", "2024/3", "2024/3", ("135",) * 4, set()),
        ("减量", "2024/3/9", "2024/3/20", LOWER, set()),
        ("减量", "2024/3/9", "2024/3/20", FULL, {"IFN-AE-031"}),
        ("减量", "2024/4/1", "2024/4/3", LOWER, {"IFN-AE-031"}),
        ("减量", "2024/3", "", LOWER, set()),
        ("中断", "2024/3/9", "2024/3/20", HELD, set()),
        ("中断", "2024/3/9", "2024/3/20", LOWER, {"IFN-AE-031"}),
        ("中断", "2024/4/5", "2024/4/6", HELD, {"IFN-AE-031"}),
        ("剂量不变", "2024/3/9", "2024/3/20", HELD, set()),
        ("减量", "", "", FULL, set()),
        ("减量", "2024/3/9", "", (), set()),
    ],
)
def test_the_action_against_the_log(
    passes: Passes, action: str, start: str, end: str, log: tuple[str, ...], rules: set[str]
) -> None:
    row = E | {"ACTION": action, "START": start, "END": end}
    found = {rule for rule in ("IFN-AE-030", "IFN-AE-031") if passes(rule, [row], EX=doses(*log), **DM) == [False]}
    assert found == rules


@pytest.mark.parametrize(
    ("reason", "change", "events", "rules"),
    [
        ("中性粒细胞减少", "减量", [("中性粒细胞计数降低", "减量")], set()),
        ("中性粒细胞减少", "减量", [("中性粒细胞计数降低", "中断")], set()),
        ("中性粒细胞减少", "减量", [("中性粒细胞计数降低", "剂量不变")], {"IFN-AE-033"}),
        ("中性粒细胞减少", "永久停药", [("中性粒细胞计数降低", "减量")], {"IFN-AE-033"}),
        ("中性粒细胞减少", "减量", [("中性粒细胞计数降低", "未知")], set()),
        ("中性粒细胞减少", "减量", [("发热", "减量")], {"IFN-AE-032"}),
        ("受试者要求", "减量", [("发热", "剂量不变")], set()),
        ("", "减量", [], set()),
    ],
)
def test_the_log_against_the_events(
    passes: Passes, reason: str, change: str, events: list[tuple[str, str]], rules: set[str]
) -> None:
    """That both words are one event, the coding of another subject's tells."""
    terms = {"中性粒细胞计数降低": "NEUT", "中性粒细胞减少": "NEUT", "发热": "Pyrexia"}
    ae = [{"SUBJID": "A", "AE_NO": str(at), "AETERM": word, "ACTION": action} for at, (word, action) in enumerate(events)]
    ae.append({"SUBJID": "B", "AE_NO": "1", "AETERM": "中性粒细胞减少", "ACTION": "剂量不变"})
    coding = [one | {"PT": terms[one["AETERM"]]} for one in ae]
    row = {"SUBJID": "A", "DOSE_NO": "3", "DOSE_CHANGE": change, "REASON_CHANGE": reason}
    found = {rule for rule in ("IFN-AE-032", "IFN-AE-033") if passes(rule, [row], AE=ae, AE_CODING=coding, **DM) == [False]}
    assert found == rules


@pytest.mark.parametrize(
    ("words", "recorded"), [("中性粒细胞计数降低", True), ("中性粒细胞减少", True), ("发热", False), ("白细胞减少", False)]
)
def test_the_log_against_an_event_without_a_coding(passes: Passes, words: str, recorded: bool) -> None:
    """What the event is, the coding of the same words elsewhere says."""
    of_b = {"1": ("中性粒细胞减少", "NEUT"), "2": ("中性粒细胞计数降低", "NEUT"), "3": ("发热", "Pyrexia")}
    coding = [{"SUBJID": "B", "AE_NO": number, "PT": term} for number, (_, term) in of_b.items()]
    ae = [{"SUBJID": "B", "AE_NO": number, "AETERM": word} for number, (word, _) in of_b.items()]
    row = {"SUBJID": "A", "DOSE_NO": "3", "DOSE_CHANGE": "减量", "REASON_CHANGE": "中性粒细胞减少"}
    own = {"SUBJID": "A", "AE_NO": "1", "AETERM": words, "ACTION": "减量"}
    assert passes("IFN-AE-032", [row], AE=[*ae, own], AE_CODING=coding, **DM) == [recorded]


NAN = float("nan")


def values(test: str, *rows: tuple[str, float], low: float = NAN, high: float = NAN, baseline: float = NAN) -> pd.DataFrame:
    """Values of a test by date, and one before them that is the baseline."""
    table = pd.DataFrame([("2024-01-02", baseline), *rows], columns=["LBDTC", "LBSTRESN"])
    table = table.assign(USUBJID="A", LBTESTCD=test, LBSTNRLO=low, LBSTNRHI=high, LBBLFL=["Y"] + [""] * len(rows))
    return table.astype(dict.fromkeys(("USUBJID", "LBTESTCD", "LBDTC", "LBBLFL"), "str"))


NEUT = {"low": 1.8, "high": 6.3}
ALT = {"low": 9.0, "high": 40.0}
CREAT = {"low": 57.0, "high": 97.0}


@pytest.mark.parametrize(
    ("term", "grade", "lb", "rules"),
    [
        ("Neutrophil count decreased", "2", values("NEUT", ("2024-03-05", 1.2), **NEUT), set()),
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", 1.2), **NEUT), {"IFN-AE-034"}),
        ("Neutrophil count decreased", "3", values("NEUT", ("2024-03-05", 1.2), **NEUT), {"IFN-AE-035"}),
        # At a limit the milder grade holds: grade 2 is below 1.5, and grade 1 below the limit of normal.
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", 1.5), **NEUT), set()),
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", 1.8), **NEUT), {"IFN-AE-035"}),
        # The worst of several; what lies before the event, on its last day or after it does not count.
        ("Neutrophil count decreased", "2", values("NEUT", ("2024-03-05", 1.6), ("2024-03-08", 1.2), **NEUT), set()),
        ("Neutrophil count decreased", "2", values("NEUT", ("2024-03-05", 1.2), ("2024-03-12", 0.4), **NEUT), set()),
        ("Neutrophil count decreased", "2", values("NEUT", ("2024-03-04", 0.4), ("2024-03-05", 1.2), **NEUT), set()),
        ("Neutrophil count decreased", "3", values("NEUT", ("2024-03-05", 1.2), ("2024-03-12", 0.7), **NEUT), {"IFN-AE-035"}),
        # Without a value on its first day a worse one may not be in the export.
        ("Neutrophil count decreased", "3", values("NEUT", ("2024-03-08", 1.2), **NEUT), set()),
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-08", 1.2), **NEUT), {"IFN-AE-034"}),
        # What nobody can have, and a value without limits, tell nothing; nor do death, other terms and what is not coded.
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", -1.2), **NEUT), set()),
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", 1.2)), set()),
        ("Neutrophil count decreased", "5", values("NEUT", ("2024-03-05", 1.2), **NEUT), set()),
        ("Neutrophil count decreased", "1", values("NEUT", ("2024-03-05", 1.2), **NEUT).iloc[:0], set()),
        ("Pyrexia", "1", values("NEUT", ("2024-03-05", 0.2), **NEUT), set()),
        ("", "1", values("NEUT", ("2024-03-05", 0.2), **NEUT), set()),
        # Anemia of grade 3 may be one that was transfused.
        ("Anaemia", "3", values("HGB", ("2024-03-05", 90.0), low=115.0, high=150.0), set()),
        ("Anaemia", "2", values("HGB", ("2024-03-05", 105.0), low=115.0, high=150.0), {"IFN-AE-035"}),
        ("Anaemia", "2", values("HGB", ("2024-03-05", 79.0), low=115.0, high=150.0), {"IFN-AE-034"}),
        # Multiples of the limit: 3.0 × 40 is grade 1.
        ("Alanine aminotransferase increased", "1", values("ALT", ("2024-03-05", 120.0), baseline=30.0, **ALT), set()),
        ("Alanine aminotransferase increased", "1", values("ALT", ("2024-03-05", 121.0), baseline=30.0, **ALT), {"IFN-AE-034"}),
        # Of an abnormal baseline, 60: 150 is 2.5 × of it and 3.75 × the limit. Both readings are taken.
        ("Alanine aminotransferase increased", "1", values("ALT", ("2024-03-05", 150.0), baseline=60.0, **ALT), set()),
        ("Alanine aminotransferase increased", "2", values("ALT", ("2024-03-05", 150.0), baseline=60.0, **ALT), set()),
        ("Alanine aminotransferase increased", "1", values("ALT", ("2024-03-05", 190.0), baseline=60.0, **ALT), {"IFN-AE-034"}),
        # Creatinine may be graded by any baseline: 90 is 1.8 × 50, and 0.9 of the limit.
        ("Blood creatinine increased", "2", values("CREAT", ("2024-03-05", 90.0), baseline=50.0, **CREAT), set()),
        ("Blood creatinine increased", "3", values("CREAT", ("2024-03-05", 90.0), baseline=50.0, **CREAT), {"IFN-AE-035"}),
    ],
)  # fmt: skip
def test_the_grade_against_values(trial: Study, term: str, grade: str, lb: pd.DataFrame, rules: set[str]) -> None:
    models = [model for several in trial.models.datasets.values() for model in several]
    every = {rule.id: rule for model in models for rule in model.declared_rules()}
    record = {"USUBJID": "A", "AEDECOD": term, "AETOXGR": grade, "AESTDTC": "2024-03-05", "AEENDTC": "2024-03-12"}
    ae = pd.DataFrame([record, record | {"USUBJID": "B"}, record | {"AESTDTC": "2024"}], dtype="str")
    found = set()
    for rule in ("IFN-AE-034", "IFN-AE-035"):
        result: Any = every[rule].check(ae, lb)
        assert isinstance(result, Against) and list(result.mask)[1:] == [True, True]
        found |= set() if next(iter(result.mask)) else {rule}
    assert found == rules


def test_the_table_of_grades_is_in_order(trial: Study) -> None:
    """Each grade begins beyond the one before; units are the standard units of the tests."""
    (model,) = [one for one in trial.models.datasets["AE"] if one.__name__ == "AEGrade"]
    table = model.table("ctcae_v5")
    edges = table[["grade_2", "grade_3", "grade_4"]].replace("", "NaN").astype("float64")
    up = (table["beyond"] == "high").map({True: 1, False: -1})
    steps = edges.mul(up, axis=0)
    assert (steps["grade_2"] < steps["grade_3"]).all() and not (steps["grade_3"] >= steps["grade_4"]).any()
    plausible = model.table("plausible_ranges").set_index("test")["unit"]
    assert dict(zip(table["test"], table["unit"], strict=True)) == {test: plausible[test] for test in table["test"]}

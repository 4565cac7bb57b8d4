"""The rules on the datasets that the endpoints are made from: for datasets of any origin, and told once where a form tells."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.checks.rule import Rule
from trialbook.run import Study

Rows = list[dict[str, object]]


@pytest.fixture(scope="module")
def rules(trial: Study) -> dict[str, Rule]:
    return {rule.id: rule for models in trial.models.datasets.values() for model in models for rule in model.declared_rules()}


def passes(rule: Rule, rows: Rows, **reads: Rows) -> list[bool]:
    def table(of: Rows) -> pd.DataFrame:
        frame = pd.DataFrame(of)
        return frame.astype({name: "float64" if name.endswith("STRESN") else "str" for name in frame})

    return [bool(one) for one in rule.check(table(rows), *(table(reads[name]) for name in rule.reads))]


def run(ratio: str, target: float | None, abl1: float | None, run: str = "M1", call: str = "DETECTED") -> Rows:
    """The records of a run: its call, its ratio as printed, and its copies."""
    number = float(ratio) if ratio.replace(".", "").isdigit() else float("nan")
    parts = [("RESULT OF RUN", call, float("nan"))]
    parts += [("RATIO TO ABL1", ratio, number)] if ratio else []
    parts += [("COPIES OF TARGET", str(target), target)] if target is not None else []
    parts += [("COPIES OF ABL1", str(abl1), abl1)] if abl1 is not None else []
    return [{"USUBJID": "A", "GFGRPID": run, "GFSCAT": part, "GFSTRESC": text, "GFSTRESN": value} for part, text, value in parts]


# A run, and whether its ratio is that of its copies.
RATIOS: list[tuple[Rows, bool]] = [
    (run("0.00577", 7, 121328), True),
    # As far as the printed digits go.
    (run("0.0058", 7, 121328), True),
    (run("0.058", 7, 121328), False),
    (run("0.00599", 7, 121328), False),
    # A plain 0 is no rounded ratio; a bound, or what was not counted, says nothing.
    (run("0", 0, 121328), True),
    (run("0", 7, 121328), False),
    (run("<0.00169", 1, 121328), True),
    (run("0.00577", None, 121328), True),
    (run("0.00577", 7, None), True),
    (run("0.00577", 7, 0), True),
]


@pytest.mark.parametrize(("records", "right"), RATIOS)
def test_the_ratio_of_a_run(rules: dict[str, Rule], records: Rows, right: bool) -> None:
    """Beside another run of the subject, and the ratio at diagnosis, which is of no run."""
    other = run("12.5", 500, 4000, run="M2")
    at_diagnosis = run("148.41", None, None, run="")[1:]
    found = passes(rules["IFN-GF-001"], [*records, *other, *at_diagnosis])
    assert found == [right or record["GFSCAT"] != "RATIO TO ABL1" for record in records] + [True] * 5


@pytest.mark.parametrize(
    ("records", "first"),
    [
        (run("0.00577", 7, 121328), True),
        (run("", 7, 121328), False),
        (run("", 0, 121328, call="NOT DETECTED"), True),
        (run("", 0, 20, call="NOT EVALUABLE"), True),
    ],
)
def test_what_was_detected_was_measured(rules: dict[str, Rule], records: Rows, first: bool) -> None:
    assert passes(rules["IFN-GF-002"], records) == [first] + [True] * (len(records) - 1)


def assessed(
    subject: str, test: str, category: str = "", result: str = "RELAPSED DISEASE FROM CR", date: str = "2024-10"
) -> dict:
    return {"USUBJID": subject, "RSTESTCD": test, "RSSCAT": category, "RSSTRESC": result, "RSDTC": date}


def test_a_relapse_has_a_record_with_its_date(rules: dict[str, Rule]) -> None:
    records = [
        (assessed("A", "HEMARESP"), True),
        (assessed("A", "DRCRIND", "HEMATOLOGIC RELAPSE"), True),
        (assessed("B", "HEMARESP"), False),
        (assessed("B", "DRCRIND", "MRD RELAPSE", "MRD RELAPSE"), True),
        (assessed("C", "HEMARESP"), False),
        (assessed("C", "DRCRIND", "HEMATOLOGIC RELAPSE", date=""), True),
        (assessed("D", "HEMARESP", result="CR"), True),
    ]
    assert passes(rules["IFN-RS-020"], [record for record, _ in records]) == [right for _, right in records]


def test_prior_chemotherapy_is_before_the_randomization(rules: dict[str, Rule]) -> None:
    dm: Rows = [{"USUBJID": "A", "RFSTDTC": "2024-03-12T10:20"}, {"USUBJID": "B", "RFSTDTC": ""}]
    records = [
        ("A", "PRIOR CHEMOTHERAPY", "2023-12-01", True),
        ("A", "PRIOR CHEMOTHERAPY", "2024-03", True),
        ("A", "PRIOR CHEMOTHERAPY", "2024-03-20", False),
        ("A", "CONCOMITANT MEDICATION", "2024-03-20", True),
        ("A", "PRIOR CHEMOTHERAPY", "", True),
        ("B", "PRIOR CHEMOTHERAPY", "2024-03-20", True),
        ("C", "PRIOR CHEMOTHERAPY", "2024-03-20", True),
    ]
    rows: Rows = [{"USUBJID": subject, "CMCAT": kind, "CMSTDTC": date} for subject, kind, date, _ in records]
    assert passes(rules["IFN-CM-018"], rows, DM=dm) == [right for *_, right in records]


DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RUN = {
    "SUBJID": "S1", "VISIT": "M3", "SAMPLE_DAT": "2024/6/3", "SAMPLE_ID": "M1", "SPECIMEN": "骨髓", "TARGET": "AML1-ETO",
    "TARGET_COPIES": "40", "ABL1_COPIES": "200000", "RATIO_PCT": "0.20000", "RESULT": "阳性", "LOD_PCT": "0.00150",
    "REPORT_DAT": "2024/6/7", "BATCH": "Q1",
}  # fmt: skip
RELAPSE = {"SUBJID": "S1", "VISIT": "M6", "ASSESS_DAT": "2024/9/12", "HEM_STATUS": "复发", "RELAPSE_SITE": "骨髓"}


def test_what_the_form_tells_the_dataset_does_not_tell_again(told: Callable) -> None:
    """A ratio with a decimal point too far, and a relapse without its date."""
    found = told(("IFN-MRD-00", "IFN-GF-", "IFN-RS-001", "IFN-RS-020"), DM=DM, MRD_PCR=[RUN], RESP=[RELAPSE])
    assert [(rule, mend) for rule, _, mend, _ in found] == [
        ("IFN-MRD-001", ["MRD_PCR 2 RATIO_PCT", "MRD_PCR 2 TARGET_COPIES", "MRD_PCR 2 ABL1_COPIES"]),
        ("IFN-RS-001", ["RESP 2 RELAPSE_DAT"]),
    ]


def test_what_no_rule_of_the_form_tells_the_dataset_tells(told: Callable) -> None:
    cycle = {"SUBJID": "S1", "PHASE": "巩固", "CYCLE_NO": "1", "REGIMEN": "大剂量阿糖胞苷", "START_DAT": "2024/4/1"}
    rand = {"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}
    found = told(("IFN-GF-", "IFN-CM-018"), DM=DM, RAND=[rand], MRD_PCR=[RUN | {"RATIO_PCT": ""}], PRIORCHEMO=[cycle])
    assert [(rule, mend) for rule, _, mend, _ in found] == [
        ("IFN-CM-018", ["PRIORCHEMO 2 START_DAT"]),
        ("IFN-GF-002", ["MRD_PCR 2 RESULT"]),
    ]

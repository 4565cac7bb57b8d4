"""The rules about planned visits: what stands in the forms of a study of two arms, and the findings, whole."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from trialbook.findings import Finding, Origin, Role, RuleStatus, Severity, SitePlace, Stage
from trialbook.reports.queries import queries_csv
from trialbook.run import Run, Study

STUDY = Path(__file__).with_name("visits_study")

HEADERS = {
    "DM": "SUBJ,CONSENT,VERSION,START,ARM",
    "ELIG": "SUBJ,DAT,SMOKES",
    "LAB": "SUBJ,VISIT,DAT,TEST",
    "SCAN": "SUBJ,VISIT,DAT",
    "BREATH": "SUBJ,VISIT,DAT",
    "CALL": "SUBJ,VISIT,DAT,STATUS",
    "ELEMENT": "SUBJ,EPOCH,FROM,UNTIL",
}
Rows = dict[str, list[str]]


def whole(subject: str, arm: str = "A") -> Rows:
    """A subject of whom nothing is missing: day 1 is 2024-01-01; weeks 4, 8, 12 are planned on 01-29, 02-26, 03-25, ±3 days."""
    rows = {
        "DM": ["{},2023-12-20,V2,2024-01-01," + arm],
        "ELIG": ["{},2023-12-20," + ("Yes" if arm == "A" else "No")],
        "LAB": [
            "{},SCREENING,2023-12-20,WBC",
            "{},WEEK 4,2024-01-29,WBC",
            "{},WEEK 8,2024-02-26,WBC",
            "{},WEEK 8,2024-02-26,TSH",
            "{},WEEK 12,2024-03-25,WBC",
        ],
        "SCAN": ["{},WEEK 8,2024-02-26"] if arm == "A" else [],
        "BREATH": ["{},WEEK 4,2024-01-29"] if arm == "A" else [],
        "CALL": ["{},WEEK 4,2024-01-29,Alive", "{},WEEK 8,2024-02-26,Alive", "{},WEEK 12,2024-03-25,Alive"],
        "ELEMENT": ["{},SCREENING,2023-12-20,2024-01-01", "{},TREATMENT,2024-01-01,"],
    }
    return {form: [row.format(subject) for row in lines] for form, lines in rows.items()}


def export(changes: Mapping[str, str], folder: Path) -> Path:
    """The export of three whole subjects (1 and 3 of arm A, 2 of arm B) with rows changed: the old row with the new, or ``""``.

    A key that ends with ``*`` is of every row that begins so; ``+FORM`` adds rows, one a line.
    """
    forms = {form: [row for of in (whole("1"), whole("2", "B"), whole("3")) for row in of[form]] for form in HEADERS}
    for old, new in changes.items():
        form, _, row = old.partition(" ")
        if form.startswith("+"):
            forms[form[1:]] += new.splitlines()
            continue
        fits = [line for line in forms[form] if line == row or (row.endswith("*") and line.startswith(row[:-1]))]
        assert fits, old
        forms[form] = [new if line in fits else line for line in forms[form] if line not in fits or new]
    folder.mkdir(exist_ok=True)
    for form, lines in forms.items():
        (folder / f"{form.lower()}.csv").write_text("\n".join([HEADERS[form], *lines, ""]), encoding="utf-8")
    return folder


def is_ours(rule: str) -> bool:
    return rule.startswith("TB-VISIT-") or rule.endswith("-EXPECTED")


Told = list[tuple[str, str, str]]
Origins = tuple[list[Origin], list[Origin]]


@pytest.fixture(scope="module")
def study() -> Study:
    return Study(STUDY)


def tell(run: Run) -> Told:
    """Rule, form and message of each finding about visits, without what the rule says of all."""
    found = [one for one in run.results.findings if is_ours(one.rule)]
    return sorted((one.rule, one.dataset, one.message.partition(": ")[2]) for one in found)


WEEK_4, WEEK_8, WEEK_12 = (
    f"WEEK {week}, planned from {first} to {last}"
    for week, first, last in ((4, "2024-01-26", "2024-02-01"), (8, "2024-02-23", "2024-02-29"), (12, "2024-03-22", "2024-03-28"))
)
SCREENING = "SCREENING, planned from 2023-12-18 to 2023-12-31"
WINDOW_8 = "(2024-02-23 to 2024-02-29, planned 2024-02-26)"
NO_WEEK_4 = {"LAB 1,WEEK 4*": "", "BREATH 1,WEEK 4*": ""}
NO_WEEK_8 = {"LAB 1,WEEK 8*": "", "SCAN 1,WEEK 8*": "", "CALL 1,WEEK 8*": ""}
NO_WEEK_12 = {"LAB 1,WEEK 12*": "", "CALL 1,WEEK 12*": ""}
FOLLOWED_FROM = {"ELEMENT 1,TREATMENT,2024-01-01,": "1,TREATMENT,2024-01-01,{0}\n1,FOLLOW-UP,{0},"}


def follow_up(start: str) -> dict[str, str]:
    """The subject's treatment ends early."""
    return {old: new.format(start) for old, new in FOLLOWED_FROM.items()}


MISSING: dict[str, tuple[Mapping[str, str], Told]] = {
    "whole": ({}, []),
    "a form of a visit that took place": (
        {"SCAN 1,WEEK 8,2024-02-26": ""},
        [("TB-RAW-SCAN-EXPECTED", "SCAN", f"{WEEK_8} (Scan)")],
    ),
    "one of the tests that a form has": (
        {"LAB 1,WEEK 8,2024-02-26,TSH": ""},
        [("TB-RAW-LAB-EXPECTED", "LAB", f"{WEEK_8} (Thyroid)")],
    ),
    "all of the tests that a form has": (
        {"LAB 1,WEEK 8*": ""},
        [("TB-RAW-LAB-EXPECTED", "LAB", f"{WEEK_8} (Blood count; Thyroid)")],
    ),
    "two forms": (
        {"LAB 1,WEEK 8*": "", "CALL 1,WEEK 8*": ""},
        [
            ("TB-RAW-CALL-EXPECTED", "CALL", f"{WEEK_8} (Call)"),
            ("TB-RAW-LAB-EXPECTED", "LAB", f"{WEEK_8} (Blood count; Thyroid)"),
        ],
    ),
    "a form without visits": ({"ELIG 3,*": "", "BREATH 3*": ""}, [("TB-RAW-ELIG-EXPECTED", "ELIG", "Eligibility")]),
    "a visit": ({**NO_WEEK_4, "CALL 1,WEEK 4*": ""}, [("TB-VISIT-MISSED", "DM", f"{WEEK_4}: LAB, BREATH, CALL")]),
    "a visit, and a call in its stead": (NO_WEEK_4, [("TB-VISIT-MISSED", "DM", f"{WEEK_4}: LAB, BREATH")]),
    "the screening": ({"LAB 1,SCREENING*": ""}, [("TB-RAW-LAB-EXPECTED", "LAB", f"{SCREENING} (Blood count)")]),
    "the last visit: it may be to come": (NO_WEEK_12, []),
    "the last form of a visit that took place": (
        {"LAB 1,WEEK 12*": "", "+SCAN": "1,WEEK 12,2024-03-26"},
        [("TB-RAW-LAB-EXPECTED", "LAB", f"{WEEK_12} (Blood count)")],
    ),
    "two visits before the last": (
        {**NO_WEEK_4, "CALL 1,WEEK 4*": "", **NO_WEEK_8},
        [
            ("TB-VISIT-MISSED", "DM", f"{WEEK_4}: LAB, BREATH, CALL"),
            ("TB-VISIT-MISSED", "DM", f"{WEEK_8}: LAB, SCAN, CALL"),
        ],
    ),
    "a visit before a call": (
        {**NO_WEEK_8, "LAB 1,WEEK 12*": ""},
        [("TB-VISIT-MISSED", "DM", f"{WEEK_8}: LAB, SCAN, CALL")],
    ),
    "visits of one who was lost": ({**NO_WEEK_8, **NO_WEEK_12, "+CALL": "1,WEEK 12,2024-03-25,Lost"}, []),
    "visits of one who left": (
        {**NO_WEEK_8, "ELEMENT 1,TREATMENT,2024-01-01,": "1,TREATMENT,2024-01-01,2024-02-10"},
        [],
    ),
    "a visit before leaving": (
        {**NO_WEEK_4, "ELEMENT 1,TREATMENT,2024-01-01,": "1,TREATMENT,2024-01-01,2024-02-10"},
        [("TB-VISIT-MISSED", "DM", f"{WEEK_4}: LAB, BREATH")],
    ),
    "visits after the epochs in which they are planned": (
        {"LAB 1,WEEK 8*": "", "SCAN 1*": "", "LAB 1,WEEK 12*": "", **follow_up("2024-02-10")},
        [],
    ),
    "a call that is planned in a later epoch too": (
        {"LAB 1,WEEK 8*": "", "SCAN 1*": "", "CALL 1,WEEK 8*": "", "LAB 1,WEEK 12*": "", **follow_up("2024-02-10")},
        [("TB-RAW-CALL-EXPECTED", "CALL", f"{WEEK_8} (Call)")],
    ),
    "a form of the visit at which the epoch ends": (
        {"SCAN 1*": "", "LAB 1,WEEK 12*": "", **follow_up("2024-02-26")},
        [("TB-RAW-SCAN-EXPECTED", "SCAN", f"{WEEK_8} (Scan)")],
    ),
    "a visit in whose window the epoch ended": (
        {"LAB 1,WEEK 8*": "", "SCAN 1*": "", "LAB 1,WEEK 12*": "", **follow_up("2024-02-28")},
        [],
    ),
    "a form of the other arm": ({"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,2024-01-01,B", "SCAN 1*": ""}, []),
    "a form of others": ({"ELIG 1,2023-12-20,Yes": "1,2023-12-20,No", "BREATH 1*": ""}, []),
    "a visit that an event decides on": ({"+SCAN": "1,AT COUGH,2024-03-01"}, []),
    "a record that names no visit": ({"SCAN 1,WEEK 8,2024-02-26": "1,,2024-02-26"}, []),
    "a record that names no visit of the protocol": ({"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 88,2024-02-26"}, []),
    "a record without its date": ({"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 8,"}, []),
    "a record of a subject whom nobody knows": ({"SCAN 1,WEEK 8,2024-02-26": "9,WEEK 8,2024-02-26"}, []),
    "a record of nobody, at another time": (
        {"SCAN 1,WEEK 8,2024-02-26": ",WEEK 8,2024-07-01"},
        [("TB-RAW-SCAN-EXPECTED", "SCAN", f"{WEEK_8} (Scan)")],
    ),
    "of a form without visits a record of nobody": ({"ELIG 1*": "9,2023-12-20,Yes"}, []),
    "one of nobody, where others have several": (
        {"ELIG 1*": "9,2023-12-20,Yes", "+ELIG": "2,2023-12-21,No\n2,2023-12-22,No\n3,2023-12-21,Yes\n3,2023-12-22,Yes"},
        [("TB-RAW-ELIG-EXPECTED", "ELIG", "Eligibility")],
    ),
    "one of a subject whom the demographics lack": (
        {"ELIG 1*": "9,2023-12-20,Yes", "+LAB": "9,SCREENING,2023-12-20,WBC"},
        [("TB-RAW-ELIG-EXPECTED", "ELIG", "Eligibility")],
    ),
    "visits of one without day 1": (
        {**NO_WEEK_4, "DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,,A"},
        [],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing(study: Study, tmp_path: Path, case: str) -> None:
    changes, findings = MISSING[case]
    assert tell(study.validate(export(changes, tmp_path / "export"), core=None)) == findings


DATES: dict[str, tuple[Mapping[str, str], Told]] = {
    "the first day of the window": ({"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 8,2024-02-23"}, []),
    "the last day": ({"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 8,2024-02-29"}, []),
    "a day before the window": (
        {"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 8,2024-02-22"},
        [("TB-VISIT-WINDOW", "SCAN", f"WEEK 8 on 2024-02-22, 1 day before its window {WINDOW_8}; SCAN")],
    ),
    "a day after it": (
        {"SCAN 1,WEEK 8,2024-02-26": "1,WEEK 8,2024-03-01"},
        [("TB-VISIT-WINDOW", "SCAN", f"WEEK 8 on 2024-03-01, 1 day after its window {WINDOW_8}; SCAN")],
    ),
    "the day before day 1 is day -1": ({"LAB 1,SCREENING*": "1,SCREENING,2023-12-31,WBC"}, []),
    "a screening on day 1": (
        {"LAB 1,SCREENING*": "1,SCREENING,2024-01-01,WBC"},
        [
            (
                "TB-VISIT-WINDOW",
                "LAB",
                "SCREENING on 2024-01-01, 1 day after its window (2023-12-18 to 2023-12-31, planned 2023-12-18); LAB",
            )
        ],
    ),
    "all forms of a visit": (
        {
            "LAB 1,WEEK 8,2024-02-26,WBC": "1,WEEK 8,2024-03-02,WBC",
            "LAB 1,WEEK 8,2024-02-26,TSH": "1,WEEK 8,2024-03-02,TSH",
            "SCAN 1*": "1,WEEK 8,2024-03-02",
            "CALL 1,WEEK 8*": "1,WEEK 8,2024-03-02,Alive",
        },
        [("TB-VISIT-WINDOW", "CALL", f"WEEK 8 on 2024-03-02, 2 days after its window {WINDOW_8}; CALL, LAB (2 records), SCAN")],
    ),
    "two dates of a visit": (
        {"SCAN 1*": "1,WEEK 8,2024-03-02", "CALL 1,WEEK 8*": "1,WEEK 8,2024-03-03,Alive"},
        [
            ("TB-VISIT-WINDOW", "CALL", f"WEEK 8 on 2024-03-03, 3 days after its window {WINDOW_8}; CALL"),
            ("TB-VISIT-WINDOW", "SCAN", f"WEEK 8 on 2024-03-02, 2 days after its window {WINDOW_8}; SCAN"),
        ],
    ),
    "another visit named: it is not missed beside": (
        {"LAB 1,WEEK 12,2024-03-25,WBC": "1,WEEK 4,2024-03-25,WBC"},
        [
            (
                "TB-VISIT-WINDOW",
                "LAB",
                "WEEK 4 on 2024-03-25, the day of WEEK 12, 53 days after its window "
                "(2024-01-26 to 2024-02-01, planned 2024-01-29); LAB",
            )
        ],
    ),
    "of one who was not there": ({"CALL 1,WEEK 12*": "1,WEEK 12,2024-09-01,Lost"}, []),
    "part of a date": ({"LAB 1,WEEK 12*": "1,WEEK 12,2024-09,WBC"}, []),
    "no date": ({"LAB 1,WEEK 12*": "1,WEEK 12,soon,WBC"}, []),
    "a visit that an event decides on": ({"+SCAN": "1,AT COUGH,2025-03-01"}, []),
    "day 1 elsewhere: it is told instead of each visit": (
        {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,2023-12-25,A"},
        [("TB-VISIT-DAY1", "DM", "2023-12-25, by its visits about 2024-01-01")],
    ),
    "day 1 a year off": (
        {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,2025-01-01,A"},
        [("TB-VISIT-DAY1", "DM", "2025-01-01, by its visits about 2024-01-01")],
    ),
    "two visits are too few to move day 1": (
        {
            "LAB 2,WEEK 4*": "",
            "CALL 2,WEEK 4*": "2,WEEK 4,2024-02-16,Alive",
            "LAB 2,WEEK 8*": "",
            "CALL 2,WEEK 8*": "2,WEEK 8,2024-03-10,Alive",
            "LAB 2,WEEK 12*": "",
            "CALL 2,WEEK 12*": "",
        },
        [
            ("TB-VISIT-MISSED", "DM", f"{WEEK_4}: LAB"),
            ("TB-VISIT-MISSED", "DM", f"{WEEK_8}: LAB"),
            (
                "TB-VISIT-WINDOW",
                "CALL",
                "WEEK 4 on 2024-02-16, 15 days after its window (2024-01-26 to 2024-02-01, planned 2024-01-29); CALL",
            ),
            ("TB-VISIT-WINDOW", "CALL", f"WEEK 8 on 2024-03-10, 10 days after its window {WINDOW_8}; CALL"),
        ],
    ),
    "before consent": (
        {"LAB 1,SCREENING*": "1,SCREENING,2023-12-19,WBC"},
        [("TB-VISIT-CONSENT", "LAB", "on 2023-12-19, informed consent on 2023-12-20; LAB")],
    ),
    "before consent, by a form without visits": (
        {"ELIG 1*": "1,2023-12-19,Yes"},
        [("TB-VISIT-CONSENT", "ELIG", "on 2023-12-19, informed consent on 2023-12-20; ELIG")],
    ),
    "the month of consent may be after it": ({"ELIG 1*": "1,2023-12,Yes"}, []),
    "a month before that of consent": (
        {"ELIG 1*": "1,2023-11,Yes"},
        [("TB-VISIT-CONSENT", "ELIG", "on 2023-11, informed consent on 2023-12-20; ELIG")],
    ),
    "before consent and its window: told once": (
        {"LAB 1,SCREENING*": "1,SCREENING,2023-12-01,WBC"},
        [("TB-VISIT-CONSENT", "LAB", "on 2023-12-01, informed consent on 2023-12-20; LAB")],
    ),
    "a late consent is doubted itself": (
        {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2024-03-01,V2,2024-01-01,A"},
        [
            (
                "TB-VISIT-CONSENT",
                "DM",
                "consent is dated 2024-03-01, and 3 dates of the subject from 2023-12-20 to 2024-02-26 are earlier",
            )
        ],
    ),
    "visits after day 1 of one who has none, nor an arm": (
        {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,,"},
        [("TB-VISIT-NO-DAY1", "BREATH", "WEEK 4, WEEK 8, WEEK 12; BREATH, CALL, LAB, SCAN")],
    ),
    "no consent": ({"DM 1,2023-12-20,V2,2024-01-01,A": "1,,V2,2024-01-01,A"}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", DATES)
def test_dates(study: Study, tmp_path: Path, case: str) -> None:
    changes, findings = DATES[case]
    assert tell(study.validate(export(changes, tmp_path / "export"), core=None)) == findings


def ours(run: Run) -> list[Finding]:
    return [one for one in run.results.findings if is_ours(one.rule)]


def test_a_missing_form_is_a_finding_about_what_is_not_there(study: Study, tmp_path: Path) -> None:
    """It names the file that lacks the record, day 1 that the visit is planned by, and where the site would enter it."""
    run = study.validate(export({"SCAN 1,WEEK 8*": ""}, tmp_path / "export"), core=None)
    (finding,) = ours(run)
    assert finding == Finding(
        id=finding.id,
        rule="TB-RAW-SCAN-EXPECTED",
        cites=(),
        severity=Severity.WARNING,
        stage=Stage.RAW,
        dataset="SCAN",
        record=None,
        subject="VISIT01-1",
        variables=(),
        values={},
        message=f"The schedule of activities expects SCAN, and there is no record of it: {WEEK_8} (Scan)",
        query="SCAN (Scan) has no record of visit WEEK 8, which was planned from 2024-02-23 to 2024-02-29. Was it done? "
        "If so, please enter it; if not, please confirm and give the reason. / "
        "SCAN (Scan) 无访视 WEEK 8（计划时间 2024-02-23 至 2024-02-29）的记录，"
        "请核实该项目是否完成：如已完成请录入，如未完成请说明原因。",
        origins=(Origin(Role.CORRECT, "scan.csv", None, None, ()), Origin(Role.COMPARED, "dm.csv", None, 2, ("START",))),
    )
    assert (run.results.places or {})[finding.id] == SitePlace("SCAN", "WEEK 8", True, {}, "1")


def test_a_missed_visit_is_one_finding_about_the_subject(study: Study, tmp_path: Path) -> None:
    run = study.validate(export({**NO_WEEK_4, "CALL 1,WEEK 4*": ""}, tmp_path / "export"), core=None)
    (finding,) = ours(run)
    assert (finding.dataset, finding.record, finding.subject, finding.severity) == ("DM", None, "VISIT01-1", Severity.WARNING)
    assert finding.origins == (
        *(Origin(Role.CORRECT, f"{form}.csv", None, None, ()) for form in ("lab", "breath", "call")),
        Origin(Role.COMPARED, "dm.csv", None, 2, ("START",)),
    )
    assert (run.results.places or {})[finding.id] == SitePlace("LAB, BREATH, CALL", "WEEK 4", True, {}, "1")


def cells(row: int, *columns: str, file: str = "lab.csv", role: Role = Role.CORRECT) -> Origin:
    return Origin(role, file, None, row, columns)


MAY_BE_WRONG: dict[str, tuple[Mapping[str, str], Origins]] = {
    "a date in no window: the date": (
        {"SCAN 1*": "1,WEEK 8,2024-03-02"},
        ([cells(2, "DAT", file="scan.csv")], [cells(2, "VISIT", file="scan.csv")]),
    ),
    "the day of another visit: the visit": (
        {"LAB 1,WEEK 12,2024-03-25,WBC": "1,WEEK 4,2024-03-25,WBC"},
        ([cells(6, "VISIT")], [cells(6, "DAT")]),
    ),
    "another day in the window of another visit: either": (
        {"LAB 1,WEEK 8,2024-02-26,TSH": "1,WEEK 8,2024-03-26,TSH"},
        ([cells(5, "DAT", "VISIT")], []),
    ),
}


@pytest.mark.parametrize("case", MAY_BE_WRONG)
def test_of_date_and_visit_the_one_is_to_be_corrected_that_stands_alone(study: Study, tmp_path: Path, case: str) -> None:
    changes, (mend, compared) = MAY_BE_WRONG[case]
    (finding,) = ours(study.validate(export(changes, tmp_path / "export"), core=None))
    assert finding.rule == "TB-VISIT-WINDOW"
    day1 = cells(2, "START", file="dm.csv")
    assert finding.origins == (*mend, *(replace(one, role=Role.COMPARED) for one in (*compared, day1)))


def test_a_record_under_another_number_is_told_once_where_it_is_missed(study: Study, tmp_path: Path) -> None:
    """Subject 2, of the other arm, has no scan planned."""
    changes = {"SCAN 1*": "2,WEEK 8,2024-02-26"}
    (finding,) = ours(study.validate(export(changes, tmp_path / "export"), core=None))
    assert (finding.rule, finding.subject, finding.record) == ("TB-RAW-SCAN-EXPECTED", "VISIT01-1", 1)
    assert finding.message.endswith(f"{WEEK_8} (Scan); that of 2024-02-26 stands under 2, of whom none is due")
    assert finding.origins == (
        cells(2, "SUBJ", file="scan.csv"),
        cells(2, "VISIT", "DAT", file="scan.csv", role=Role.COMPARED),
        Origin(Role.CORRECT, "scan.csv", None, None, ()),
        cells(2, "START", file="dm.csv", role=Role.COMPARED),
    )


def test_an_answer_that_no_record_bears_out_is_doubted(study: Study, tmp_path: Path) -> None:
    """Breath tests are planned for smokers, at two visits here."""
    folder = shutil.copytree(STUDY, tmp_path / "study")
    activities = folder / "protocol" / "activities.yml"
    text = activities.read_text(encoding="utf-8")
    assert "activity: Breath test, visits: [WEEK 4]" in text
    text = text.replace("activity: Breath test, visits: [WEEK 4]", "activity: Breath test, visits: [WEEK 4, WEEK 8]")
    activities.write_text(text, encoding="utf-8")
    changes = {"+BREATH": "1,WEEK 8,2024-02-26\n3,WEEK 8,2024-02-26", "ELIG 2*": "2,2023-12-20,Yes"}
    (finding,) = ours(Study(folder).validate(export(changes, tmp_path / "export"), core=None))
    assert (finding.rule, finding.subject) == ("TB-RAW-BREATH-EXPECTED", "VISIT01-2")
    assert finding.message.endswith("WEEK 4, WEEK 8 (Breath test), planned as ELIG has SMOKES Yes")
    assert finding.origins == (
        cells(3, "SMOKES", file="elig.csv"),
        Origin(Role.CORRECT, "breath.csv", None, None, ()),
        cells(3, "START", file="dm.csv", role=Role.COMPARED),
    )


def test_what_another_rule_asks_to_correct_is_not_told_again(study: Study, tmp_path: Path) -> None:
    """The record is there twice: its key is told, and not its window."""
    changes = {"SCAN 1*": "1,WEEK 8,2024-03-02", "+SCAN": "1,WEEK 8,2024-03-02"}
    run = study.validate(export(changes, tmp_path / "export"), core=None)
    assert (ours(run), {one.rule for one in run.results.findings if one.rule.endswith("-KEY")}) == ([], {"TB-RAW-SCAN-KEY"})


def test_a_date_outside_of_the_window_names_every_record_of_the_day(study: Study, tmp_path: Path) -> None:
    late = {
        "LAB 1,WEEK 8,2024-02-26,WBC": "1,W8,2024-03-02,WBC",
        "LAB 1,WEEK 8,2024-02-26,TSH": "1,WEEK 8,2024-03-02,TSH",
        "SCAN 1*": "1,W8,2024-03-02",
    }
    (finding,) = ours(study.validate(export(late, tmp_path / "export"), core=None))
    assert (finding.dataset, finding.record, finding.subject, finding.severity) == ("LAB", 3, "VISIT01-1", Severity.WARNING)
    assert (finding.variables, finding.values) == (("DAT", "VISIT"), {"DAT": "2024-03-02", "VISIT": "W8"})
    assert finding.origins == (
        *(cells(row, "DAT", file=file) for file, row in (("lab.csv", 4), ("lab.csv", 5), ("scan.csv", 2))),
        *(cells(row, "VISIT", file=file, role=Role.COMPARED) for file, row in (("lab.csv", 4), ("lab.csv", 5), ("scan.csv", 2))),
        Origin(Role.COMPARED, "dm.csv", None, 2, ("START",)),
    )
    assert finding.query.startswith(
        "WEEK 8 is recorded on 2024-03-02; it was planned on 2024-02-26, from 2024-02-23 to 2024-02-29."
    )


def test_what_is_before_consent_is_an_error(study: Study, tmp_path: Path) -> None:
    early = {"LAB 3,SCREENING*": "3,SCREENING,2023-12-19,WBC", "ELIG 3*": "3,2023-12-19,Yes"}
    (finding,) = ours(study.validate(export(early, tmp_path / "export"), core=None))
    assert (finding.rule, finding.severity, finding.dataset) == ("TB-VISIT-CONSENT", Severity.ERROR, "ELIG")
    assert finding.message == "Done before informed consent: on 2023-12-19, informed consent on 2023-12-20; ELIG, LAB"
    assert finding.origins == (
        Origin(Role.CORRECT, "elig.csv", None, 4, ("DAT",)),
        Origin(Role.CORRECT, "lab.csv", None, 12, ("DAT",)),
        Origin(Role.COMPARED, "dm.csv", None, 4, ("CONSENT",)),
    )


def test_an_id_stays_when_the_date_is_corrected_to_another_wrong_one(study: Study, tmp_path: Path) -> None:
    ids = []
    for date in ("2024-03-02", "2024-03-05"):
        (finding,) = ours(study.validate(export({"SCAN 1*": f"1,WEEK 8,{date}"}, tmp_path / date), core=None))
        ids.append(finding.id)
    assert ids[0] == ids[1]


def test_sites_are_asked_for_what_they_would_enter(study: Study, tmp_path: Path) -> None:
    """A coder or a central office, which fills CALL, is no site."""
    changes = {"SCAN 1*": "", "CALL 2,WEEK 4*": "", "LAB 3,WEEK 4*": "", "BREATH 3*": "", "CALL 3,WEEK 4*": ""}
    results = study.validate(export(changes, tmp_path / "export"), core=None).results
    asked = [line.split(",")[1:6] for line in queries_csv(results).decode("utf-8-sig").splitlines() if "planned" in line]
    assert asked == [
        ["1", "VISIT01-3", "WEEK 4", '"LAB', " BREATH"],
        ["1", "VISIT01-1", "WEEK 8", "SCAN", ""],
    ]


def statuses(run: Run) -> dict[str, tuple[RuleStatus, str | None]]:
    return {one.rule: (one.status, one.reason) for one in run.results.rules if is_ours(one.rule)}


RULES = (
    *(f"TB-RAW-{form}-EXPECTED" for form in ("BREATH", "CALL", "ELIG", "LAB", "SCAN")),
    *("TB-VISIT-CONSENT", "TB-VISIT-DAY1", "TB-VISIT-MISSED", "TB-VISIT-NO-DAY1", "TB-VISIT-WINDOW"),
)
PASSED = dict.fromkeys(RULES, (RuleStatus.SUCCESS, None))


def skipped(reason: str, *rules: str) -> dict[str, tuple[RuleStatus, str | None]]:
    return {**PASSED, **dict.fromkeys(rules, (RuleStatus.SKIPPED, reason))}


UNREAD = {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,2024-32-01,A"}
LATE = {"SCAN 1,WEEK 8*": "1,WEEK 8,2024-03-02"}
OF_FIRST = {
    "a visit after its window": (
        UNREAD | LATE | {"+CALL": "1,DAY 1,2024-01-01,Alive"},
        [("TB-VISIT-WINDOW", "SCAN", f"WEEK 8 on 2024-03-02, 2 days after its window {WINDOW_8}; SCAN")],
    ),
    "day 1 may have been two days earlier: so may the visit": (
        UNREAD | {"SCAN 1,WEEK 8*": "1,WEEK 8,2024-02-21", "+CALL": "1,DAY 1,2024-01-01,Alive"},
        [],
    ),
    "but not three": (
        UNREAD | {"SCAN 1,WEEK 8*": "1,WEEK 8,2024-02-20", "+CALL": "1,DAY 1,2024-01-01,Alive"},
        [("TB-VISIT-WINDOW", "SCAN", f"WEEK 8 on 2024-02-20, 3 days before its window {WINDOW_8}; SCAN")],
    ),
    "no such visit": (UNREAD | LATE, []),
    "it has two days": (UNREAD | LATE | {"+CALL": "1,DAY 1,2024-01-01,Alive\n1,DAY 1,2024-01-02,Alive"}, []),
    "it is the visit that is wrong": (UNREAD | LATE | {"+CALL": "1,DAY 1,2024-06-01,Alive"}, []),
    "nobody's arm is known": (
        {"DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V2,2024-32-01,"} | LATE | {"+CALL": "1,DAY 1,2024-01-01,Alive"},
        [("TB-VISIT-NO-DAY1", "BREATH", "WEEK 4, WEEK 8, WEEK 12; BREATH, CALL, LAB, SCAN")],
    ),
}


@pytest.mark.parametrize("case", OF_FIRST)
def test_where_day_1_cannot_be_read_the_visit_planned_on_it_tells(tmp_path: Path, case: str) -> None:
    """Here it is planned on day 1, or up to two days later."""
    folder, (changes, expected) = shutil.copytree(STUDY, tmp_path / "study"), OF_FIRST[case]
    for name, old, new in (
        ("protocol/visits.yml", "visits:\n", "visits:\n  - {visitnum: 15, visit: DAY 1, day: 1, window: [0, 2]}\n"),
        ("sdtm_specs/codelists.yml", "SCREENING: []", "SCREENING: [], DAY 1: []"),
    ):
        text = (folder / name).read_text(encoding="utf-8")
        assert text.count(old) == 1
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    assert tell(Study(folder).validate(export(changes, tmp_path / "export"), core=None)) == expected


def test_every_rule_ran(study: Study, tmp_path: Path) -> None:
    assert statuses(study.validate(export({}, tmp_path / "export"), core=None)) == PASSED


def test_a_form_that_is_not_in_the_export_is_not_missed(study: Study, tmp_path: Path) -> None:
    folder = export({}, tmp_path / "export")
    (folder / "scan.csv").unlink()
    (folder / "breath.csv").write_text(HEADERS["BREATH"] + "\n", encoding="utf-8")
    (folder / "call.csv").write_text("SUBJ,DAT,STATUS\n1,2024-01-29,Alive\n", encoding="utf-8")
    assert statuses(study.validate(folder, core=None)) == {
        **skipped("the form SCAN is not in the export", "TB-RAW-SCAN-EXPECTED"),
        "TB-RAW-BREATH-EXPECTED": (RuleStatus.SKIPPED, "the form BREATH has no records in the export"),
        "TB-RAW-CALL-EXPECTED": (RuleStatus.SKIPPED, "CALL has no VISIT in the export"),
    }


def test_nobody_missed_a_visit_where_it_is_not_known_who_left_before_it(study: Study, tmp_path: Path) -> None:
    """A form of a visit that took place is missing all the same."""
    changes = {"SCAN 1,WEEK 8,2024-02-26": "", "LAB 3,WEEK 4*": "", "BREATH 3,WEEK 4*": "", "CALL 3,WEEK 4*": ""}
    folder = export(changes, tmp_path / "export")
    assert [one.rule for one in ours(study.validate(folder, core=None))] == ["TB-VISIT-MISSED", "TB-RAW-SCAN-EXPECTED"]
    (folder / "element.csv").unlink()
    run = study.validate(folder, core=None)
    assert [one.rule for one in ours(run)] == ["TB-RAW-SCAN-EXPECTED"]
    assert statuses(run)["TB-VISIT-MISSED"] == (
        RuleStatus.SKIPPED,
        "the form ELEMENT is not in the export, and records that are checked are made of it",
    )


def test_nobody_has_a_day_1_without_demographics(study: Study, tmp_path: Path) -> None:
    folder = export({}, tmp_path / "export")
    (folder / "dm.csv").unlink()
    of_day_1 = [rule for rule in RULES if rule != "TB-VISIT-CONSENT"]
    assert statuses(study.validate(folder, core=None)) == {
        **skipped("DM is not made, so nobody's day 1 is known", *of_day_1),
        "TB-VISIT-CONSENT": (RuleStatus.SKIPPED, "the form DM is not in the export"),
    }


def test_a_study_that_says_nothing_of_consent(tmp_path: Path) -> None:
    folder = shutil.copytree(STUDY, tmp_path / "study")
    (folder / "sdtm_specs" / "export.yml").unlink()
    early = {"LAB 1,SCREENING*": "1,SCREENING,2023-12-19,WBC"}
    run = Study(folder).validate(export(early, tmp_path / "export"), core=None)
    reason = "sdtm_specs/export.yml does not say where the informed consent is recorded"
    assert (statuses(run), ours(run)) == (skipped(reason, "TB-VISIT-CONSENT"), [])


def test_a_study_without_visits_and_consent_has_none_of_these_rules(tmp_path: Path) -> None:
    folder = shutil.copytree(STUDY, tmp_path / "study")
    for name in ("sdtm_specs/export.yml", "protocol/visits.yml", "protocol/activities.yml"):
        (folder / name).unlink()
    assert statuses(Study(folder).validate(export({}, tmp_path / "export"), core=None)) == {}


def test_each_subject_has_the_visits_of_the_version_it_consented_to(tmp_path: Path) -> None:
    """In the first version the window of week 8 is a day on either side, and there is no scan."""
    folder = shutil.copytree(STUDY, tmp_path / "study")
    first = shutil.copytree(folder / "protocol", tmp_path / "first")
    for name, old, new in (
        ("visits.yml", "day: 57, window: [-3, 3]", "day: 57, window: [-1, 1]"),
        (
            "activities.yml",
            "  - {id: SCAN, activity: Scan, visits: [WEEK 8], forms: [SCAN]",
            "  - {id: SCAN, activity: Scan, visits: [WEEK 8], optional: true, forms: [SCAN]",
        ),
    ):
        text = (first / name).read_text(encoding="utf-8")
        assert old in text
        (first / name).write_text(text.replace(old, new), encoding="utf-8")
    shutil.copytree(first, folder / "protocol" / "versions" / "1.0")
    (folder / "protocol" / "amendments.yml").write_text(
        "source: assumption\noriginal: {version: '1.0', consents: [V1]}\namendments:\n"
        "  - {number: 1, version: '2.0', date: 2023-12-01, effective: 2023-12-10, consents: [V2], rationale: Wider windows}\n",
        encoding="utf-8",
    )
    changes = {
        "DM 1,2023-12-20,V2,2024-01-01,A": "1,2023-12-20,V1,2024-01-01,A",
        **{f"LAB {one},WEEK 8,2024-02-26,{test}": f"{one},WEEK 8,2024-02-28,{test}" for one in "13" for test in ("WBC", "TSH")},
        **{f"SCAN {subject}*": "" for subject in "13"},
        "+SCAN": "2,WEEK 8,2024-02-26",
    }
    assert tell(Study(folder).validate(export(changes, tmp_path / "export"), core=None)) == [
        ("TB-RAW-SCAN-EXPECTED", "SCAN", f"{WEEK_8} (Scan); that of 2024-02-26 stands under 2, of whom none is due"),
        (
            "TB-VISIT-WINDOW",
            "LAB",
            "WEEK 8 on 2024-02-28, 1 day after its window (2024-02-25 to 2024-02-27, planned 2024-02-26); LAB (2 records)",
        ),
    ]

"""Eight findings made by hand, with texts that break careless reports."""

from __future__ import annotations

import dataclasses

import pytest

from trialbook.findings import (
    DatasetCount,
    Finding,
    FindingStatus,
    Origin,
    Results,
    Role,
    RuleOutcome,
    RuleStatus,
    RunInfo,
    Runner,
    Severity,
    SitePlace,
    Stage,
)
from trialbook.reports.queries import queries_of

SCRIPT = "</script><script>document.title='broken out'</script><!--"
LONG = "长" * 39_999 + "😀"


def cell(role: Role, file: str, sheet: str | None, row: int | None, *columns: str) -> Origin:
    return Origin(role, file, sheet, row, columns)


def earlier(id: str, rule: str, dataset: str, reason: str) -> dict[str, object]:
    """A finding of the run before that this one does not make."""
    return {
        "id": id, "rule": rule, "severity": "Error", "stage": "raw", "dataset": dataset, "subject": "IFN-01-003",
        "variables": ["AETERM"], "message": "Was <wrong>", "values": {"AETERM": "=1+1"}, "origins": [], "group": None,
        "answer": "=done", "last_seen": "2025-05-01T09:30:00+08:00", "reason": reason,
    }  # fmt: skip


@pytest.fixture
def results() -> Results:
    correct, compared = Role.CORRECT, Role.COMPARED
    findings = (
        Finding(
            "00000000000000a1", "IFN-AE-004", ("ICH E2A",), Severity.ERROR, Stage.RAW, "AE", 13, "IFN-01-003",
            ("SAE_YN", "SAE_CRIT"),
            {"SAE_YN": "Y", "SAE_CRIT": ""}, "Serious, but no criterion of seriousness",
            "Which criterion makes the event serious?",
            (cell(correct, "AE.csv", None, 14, "SAE_YN", "SAE_CRIT"),),
        ),
        Finding(
            "00000000000000a2", "TB-TYPE", (), Severity.WARNING, Stage.RAW, "AE", 2, "IFN-01-003", ("AETERM",),
            {"AETERM": SCRIPT}, "Markup in a text & a “quote” <b>", "", (cell(correct, "AE.csv", None, 3, "AETERM"),),
        ),
        Finding(
            "00000000000000a3", "TB-TYPE", (), Severity.WARNING, Stage.RAW, "DM", 1, "IFN-02-001", ("AGE",), {"AGE": "=1+1"},
            "Not a number", "Please correct the age.\n请更正年龄。", (cell(correct, "数据.xlsx", "人口学", 2, "年龄"),),
            FindingStatus.NEW,
        ),
        Finding(
            "1234567890123456", "TB-CTRL", (), Severity.NOTICE, Stage.RAW, "DM", 2, "IFN-02-002", ("INITIALS",),
            {"INITIALS": "A\x07B\u202e\n"}, "Characters that show nothing", "",
            (cell(correct, "数据.xlsx", "人口学", 3, "缩写"),),
        ),
        Finding(
            "00000000000000a5", "IFN-AE-021", ("CG0041", "CORE-000022"), Severity.ERROR, Stage.CROSS, "AE", 7, "IFN-01-003",
            ("AESTDTC",), {"AESTDTC": "2024-05-02"}, "Starts after death", "-Please check the date of onset.",
            (
                cell(correct, "AE.csv", None, 8, "START_DAT"),
                cell(compared, "DEATH.csv", None, 2, "DEATH_DAT"),
            ),
            FindingStatus.PERSISTING, "Known: the death form is corrected in the next export.",
        ),
        Finding(
            "00000000000000a6", "TB-LONG", (), Severity.NOTICE, Stage.SDTM, "AE", 4, "IFN-09-999", ("AETERM",), {"AETERM": LONG},
            "Longer than 200 bytes", "", (cell(correct, "AE.csv", None, 5, "AETERM"),),
        ),
        Finding(
            "00000000000000a7", "TB-FORM", (), Severity.REJECT, Stage.RAW, "EX", None, None, (), {}, "The form is absent", "", (),
        ),
        Finding(
            "00000000000000a8", "TB-DM-002", (), Severity.ERROR, Stage.SDTM, "DM", 3, "IFN-02-003", ("SUBJID", "RFSTDTC"),
            {"SUBJID": "0012", "RFSTDTC": "1-2"}, "Not ISO 8601", "@site: which date?",
            (cell(correct, "数据.xlsx", "人口学", 4, "知情同意日期"), cell(correct, "RAND.csv", None, 9, "RANDDT")),
        ),
    )  # fmt: skip
    rules = (
        RuleOutcome(
            "IFN-AE-004", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, Severity.ERROR, "Serious, but no criterion", "AE"
        ),
        RuleOutcome("IFN-AE-021", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, Severity.ERROR, "Starts after death", "AE"),
        RuleOutcome("TB-TYPE", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 2, Severity.WARNING, "", "AE"),
        RuleOutcome("TB-CTRL", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, Severity.NOTICE, "", "DM"),
        RuleOutcome("TB-LONG", Runner.MAPPING, RuleStatus.ISSUE_REPORTED, None, 1, Severity.NOTICE, "", "AE"),
        RuleOutcome("TB-FORM", Runner.MAPPING, RuleStatus.ISSUE_REPORTED, None, 1, Severity.REJECT, "", "EX"),
        RuleOutcome("TB-DM-002", Runner.PANDERA, RuleStatus.ISSUE_REPORTED, None, 1, Severity.ERROR, "", "DM"),
        RuleOutcome("TB-DM-001", Runner.PANDERA, RuleStatus.SUCCESS, None, 0, Severity.ERROR, "One record a subject", "DM"),
        RuleOutcome("CORE-000701", Runner.CORE, RuleStatus.SKIPPED, "dataset LB is absent", 0, None, "LBSTRESN is numeric", "LB"),
        RuleOutcome(
            "IFN-EX-001", Runner.PANDERA, RuleStatus.EXECUTION_ERROR, "KeyError: 'DOSE'", 0, Severity.ERROR, "Dose given", "EX"
        ),
    )
    made = Results(
        run=RunInfo(
            study="NCT06802718 <favorable-risk AML>",
            started="2025-06-01T09:30:00+08:00",
            standard="sdtmig-3.4",
            ct="sdtmct-2025-03-28",
            versions={"trialbook": "0.1.0", "pandera": "0.35.0"},
            inputs=(
                {"file": "AE.csv", "sha256": "a" * 64, "encoding": "gb18030", "rows": 20},
                {"file": "数据.xlsx", "sha256": "b" * 64, "encoding": None, "rows": 4},
            ),
            synthetic="Invented by hand for the tests & nothing else.",
        ),
        findings=findings,
        rules=rules,
        datasets=(
            DatasetCount("DM", "Demographics form", Stage.RAW, 4),
            DatasetCount("AE", "Adverse events form", Stage.RAW, 20),
            DatasetCount("DM", "Demographics", Stage.SDTM, 4),
            DatasetCount("AE", "Adverse Events", Stage.SDTM, 20),
        ),
        sites={"IFN-01-003": "01", "IFN-02-001": "02", "IFN-02-002": "02", "IFN-02-003": "02", "IFN-03-001": "03"},
        places={
            "00000000000000a1": SitePlace("AE", "", True, {"SAE_YN": "Y", "SAE_CRIT": ""}),
            "00000000000000a3": SitePlace("DM", "筛选期", True, {"年龄": "=1+1"}),
            "00000000000000a5": SitePlace("AE", "-1 周", True, {"START_DAT": "2024/5/2"}),
            "00000000000000a8": SitePlace("DM", "", True, {"知情同意日期": "12", "RANDDT": "1-2"}),
        },
        resolved=(earlier("00000000000000b1", "TB-TYPE", "AE", "TB-TYPE ran on AE and does not find it any more"),),
        not_assessed=(earlier("00000000000000b2", "IFN-EX-002", "EX", "the form EX is not in the export"),),
        subjects=("IFN-01-003", "IFN-02-001", "IFN-02-002", "IFN-02-003", "IFN-03-001"),
        history=(
            {
                "started": "2025-05-01T09:30:00+08:00",
                "counts": {"Reject": 0, "Error": 4, "Warning": 1, "Notice": 0},
                "statuses": {},
                "rule_counts": {
                    "rules": 10, "run": 10, "clean": 7, "found": 3, "not_run": 0, "skipped": 0, "execution_error": 0,
                },
            },
        ),
    )  # fmt: skip
    return dataclasses.replace(made, queries=queries_of(made))

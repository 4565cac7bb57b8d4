"""The day of the export in a run: who says it, what it is held against, and where it stands in the results."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import jsonschema
import pytest

from trialbook.findings import Threshold, json_schema
from trialbook.run import Run, Study, about

DM = "SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2026-11-30,\n"
AE = """SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END
001,Nausea,Mild,No,,2026-12-01,2026-12-05
001,Rash,Mild,No,,2026-12-05,2026-12-06
"""
# The same day by a rule of the study's, which is silent where the kit has told.
OWN = """
from __future__ import annotations
from trialbook.checks import RawForm, Severity, rule
class Dates(RawForm, form="AE"):
    @rule("T-LATE", Severity.{severity}, "late", variables=["END"], told_by=["TB-RAW-AE-END-FUTURE"])
    def late(cls, ae): return ~(cls.date(ae, "END") >= "2026-12-05")
"""


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "dm.csv").write_text(DM)
    (folder / "ae.csv").write_text(AE)
    return folder


def told(run: Run, *ends: str) -> list[tuple[str, int | None, str]]:
    return [(one.rule, one.record, one.message) for one in run.results.findings if one.rule.endswith(ends or ("-FUTURE",))]


def test_what_is_given_counts_before_what_the_export_says_and_that_before_today(
    tiny_study: Path, export: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trialbook.run.material.now", lambda: "2026-12-05T09:59:59+00:00")
    study = Study(tiny_study)
    late = ("TB-RAW-AE-END-FUTURE", 2, "END is after the day of the export; exported on 2026-12-05")
    by_run = study.validate(export)
    assert (by_run.results.run.exported, told(by_run)) == (about.Exported(date(2026, 12, 5), "the day of this run"), [late])
    monkeypatch.setattr("trialbook.run.material.now", lambda: "2026-12-05T10:00:00+00:00")
    assert told(study.validate(export)) == []
    (export / "SYNTHETIC.txt").write_text("Invented. Exported: it is taken as exported on 2026-12-05.")
    by_export = study.validate(export)
    assert (by_export.results.run.exported, told(by_export)) == (about.Exported(date(2026, 12, 5), "said by the export"), [late])
    given = study.validate(export, exported=date(2026, 12, 31))
    assert (given.results.run.exported, told(given)) == (about.Exported(date(2026, 12, 31), "--exported"), [])
    early = study.validate(export, exported=date(2026, 12, 4))
    assert [(rule, record) for rule, record, _ in told(early)] == [
        ("TB-RAW-AE-END-FUTURE", 1),
        ("TB-RAW-AE-END-FUTURE", 2),
        ("TB-RAW-AE-START-FUTURE", 2),
    ]


def test_the_day_and_who_says_it_stand_in_the_results(tiny_study: Path, export: Path, tmp_path: Path) -> None:
    run = Study(tiny_study).validate(export, exported=date(2026, 12, 31))
    out = tmp_path / "out"
    out.mkdir()
    run.write(out, Threshold.ERROR)
    record = json.loads((out / "findings.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(json_schema()).validate(record)
    assert record["run"]["exported"] == {"date": "2026-12-31", "source": "--exported"}
    assert "<dt>Exported</dt><dd>2026-12-31 (--exported)</dd>" in (out / "report.html").read_text(encoding="utf-8")


# A rule of the study's on a form and one on a dataset, which compare the date with another.
COMPARED = """
from __future__ import annotations
from trialbook.checks import Dataset, RawForm, Severity, before, rule, value_of
class Ends(RawForm, form="AE"):
    @rule("T-SHORT", Severity.{severity}, "short", variables=["START", "END"], mend=["END"])
    def short(cls, ae): return cls.date(ae, "START") == cls.date(ae, "END")
class Consents(Dataset, domain="AE"):
    @rule("T-AFTER", Severity.{severity}, "after", variables=["AESTDTC"], reads={{"DM": ["RFICDTC"]}})
    def after(cls, ae, dm): return before(ae["AESTDTC"], value_of(dm, "RFICDTC", by=ae["USUBJID"]))
"""


@pytest.mark.parametrize(
    ("day", "severity", "expected"),
    [
        (date(2026, 12, 6), "ERROR", [("T-AFTER", 1), ("T-AFTER", 2), ("T-SHORT", 1), ("T-SHORT", 2)]),
        (date(2026, 12, 5), "ERROR", [("T-AFTER", 1), ("T-AFTER", 2), ("T-SHORT", 1)]),
        (date(2026, 12, 4), "ERROR", [("T-AFTER", 1)]),
        (date(2026, 12, 4), "REJECT", [("T-AFTER", 1), ("T-AFTER", 2), ("T-SHORT", 1), ("T-SHORT", 2)]),
        # The consent itself: all that is compared with it says nothing.
        (date(2026, 11, 29), "WARNING", []),
    ],
)
def test_nothing_is_said_of_what_disagrees_with_a_date_in_the_future(
    tiny_study: Path, export: Path, day: date, severity: str, expected: list[tuple[str, int]]
) -> None:
    (tiny_study / "validators" / "compared.py").write_text(COMPARED.format(severity=severity))
    run = Study(tiny_study).validate(export, exported=day)
    found = [(rule, record) for rule, record, _ in told(run, "T-AFTER", "T-SHORT")]
    assert sorted(found) == expected
    outcomes = {one.rule: one for one in run.results.outcomes if one.rule in ("T-AFTER", "T-SHORT")}
    assert {one.rule: (one.findings, len(one.told)) for one in outcomes.values()} == {
        name: (count, 2 - count) for name in outcomes for count in [sum(rule == name for rule, _ in expected)]
    }
    if day == date(2026, 12, 5):
        assert outcomes["T-SHORT"].reason == "1 finding is told of already by TB-RAW-AE-END-FUTURE"


@pytest.mark.parametrize(("severity", "records"), [("ERROR", [1]), ("WARNING", [1]), ("REJECT", [1, 2])])
def test_a_rule_is_silent_of_a_record_that_another_told_of_unless_it_is_graver(
    tiny_study: Path, export: Path, severity: str, records: list[int]
) -> None:
    (tiny_study / "validators" / "late.py").write_text(OWN.format(severity=severity))
    run = Study(tiny_study).validate(export, exported=date(2026, 12, 5), parts=1)
    assert sorted(record or 0 for _, record, _ in told(run, "T-LATE")) == records
    assert [record for _, record, _ in told(run, "END-FUTURE")] == [2]
    (outcome,) = [one for one in run.results.rules if one.rule == "T-LATE"]
    reason = "1 failing record is told of already, in the raw data, by TB-RAW-AE-END-FUTURE" if records == [1] else None
    assert (outcome.findings, outcome.reason) == (len(records), reason)
    in_parts = Study(tiny_study).validate(export, exported=date(2026, 12, 5), parts=2)
    assert in_parts.results.findings == run.results.findings

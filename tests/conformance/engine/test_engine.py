"""CDISC's engine in its own processes: what becomes of rules, and what must never pass for a verdict."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from tests.conformance.engine.conftest import rule, table

from trialbook.conformance.engine import Engine, Issue, warm_engine
from trialbook.conformance.engine.engine import _environment
from trialbook.conformance.engine.reasons import NO_DEFINE, NO_PREFERRED_TERMS, OUT_OF_SCOPE
from trialbook.errors import TrialbookError

AE = table(
    "AE",
    """
STUDYID | DOMAIN | USUBJID | AESEQ | AETERM | AESER
S       | AE     | S-01    | 1     | NAUSEA | N
S       | AE     | S-02    | 1     | FEVER  |
S       | AE     | S-02    | 2     | RASH   | Y
""",
)
OF_BOTH = {"Message": "It is not so", "Output Variables": ["AESEQ", "AETERM"]}
BLANK = "{all: [{name: AESER, operator: empty}]}"


def told(runs):
    """Of each rule: status, reason, and of each dataset its status, reason and issues."""
    return [
        (one.rule, one.status.value, one.reason, *((on.dataset, on.status.value, on.reason, issues(on)) for on in one.datasets))
        for one in runs
    ]


def issues(on):
    return [(one.record, one.subject, one.values) for one in on.issues]


def test_each_of_the_four_statuses_comes_through_with_its_reason(run):
    rules = [
        rule("T-1", BLANK),
        rule("T-2", "{all: [{name: AETERM, operator: empty}]}"),
        rule("T-3", "{all: [{name: AEXYZ, operator: equal_to, value: Y}]}"),
        rule("T-4", BLANK, "{Domains: {Include: [MI]}}"),
        rule("T-5", "{all: [{name: AESER, operator: no_such_operator}]}"),
        rule("T-6", BLANK, **{"Rule Type": "Variable Metadata Check against Define XML"}),
        rule("T-7", BLANK, Operations=[{"id": "$x", "operator": "get_codelist_attributes", "returntype": "pref_term"}]),
    ]
    assert told(run([AE], rules)) == [
        ("T-1", "ISSUE REPORTED", None, ("AE", "ISSUE REPORTED", None, [(2, "S-02", {"AESER": ""})])),
        ("T-2", "SUCCESS", None, ("AE", "SUCCESS", None, [])),
        ("T-3", "SKIPPED", None, ("AE", "SKIPPED", "Column not found in data: AEXYZ", [])),
        ("T-4", "SKIPPED", OUT_OF_SCOPE),
        ("T-5", "EXECUTION ERROR", None,
         ("AE", "EXECUTION ERROR", "Rule format error: Rule contains invalid operator", [])),
        ("T-6", "SKIPPED", NO_DEFINE),
        ("T-7", "SKIPPED", NO_PREFERRED_TERMS),
    ]  # fmt: skip


def test_a_rule_that_breaks_the_engine_breaks_alone(run):
    broken = rule("T-1", "{all: 3}")
    first, second = run([AE], [broken, rule("T-2", BLANK)])
    assert (first.status.value, second.status.value) == ("EXECUTION ERROR", "ISSUE REPORTED")
    assert first.reason is not None and first.reason.startswith("the engine can't read its scope: TypeError")


def test_a_rule_about_the_whole_dataset_has_no_record(run):
    (found,) = run([AE], [rule("T-1", "{all: [{name: AESOC, operator: not_exists}]}", Sensitivity="Dataset")])
    assert [on.issues for on in found.datasets] == [(Issue("AE", None, None, {"AESER": "N"}),)]


def test_missing_values_are_what_their_file_would_give(run):
    check = rule(
        "T-1", "{all: [{name: AESEQ, operator: empty}]}", Outcome={"Message": "m", "Output Variables": ["AESEQ", "AETERM"]}
    )
    frame = AE.frame.assign(AESEQ=[1.0, np.nan, 2.0])
    for dataset in (replace(AE, frame=frame), replace(AE, frame=frame, path="ae.csv", null=True)):
        (found,) = run([dataset], [check])
        assert [(i.record, i.values) for i in found.datasets[0].issues] == [(2, {"AESEQ": "", "AETERM": "FEVER"})]


def test_the_order_is_that_of_the_rules_whatever_runs_when(run):
    rules = [rule(f"T-{number}", BLANK) for number in range(12)]
    rules[0]["Rule Type"] = "Value Check with Variable Metadata"
    assert [one.rule for one in run([AE], rules)] == [f"T-{number}" for number in range(12)]


def test_each_rule_is_told_as_it_begins(run):
    steps: list[tuple[str, int, int]] = []
    run([AE], [rule("T-1", BLANK), rule("T-2", BLANK, "{Domains: {Include: [MI]}}")], step=lambda *one: steps.append(one))
    assert steps == [("T-1", 0, 1)]


def test_one_job_leaves_nothing_behind_for_the_next(run):
    other = replace(AE, frame=AE.frame.assign(AESER="Y"))
    assert [one.status.value for data in (AE, other, AE) for one in run([data], [rule("T-1", BLANK)])] == [
        "ISSUE REPORTED",
        "SUCCESS",
        "ISSUE REPORTED",
    ]


def test_a_dataset_without_a_name_stops_the_run(run):
    with pytest.raises(TrialbookError, match=r"does not see the datasets as they are: ae\.xpt: .* a dataset without a name"):
        run([replace(AE, name=" ", path="ae.xpt")], [rule("T-1", BLANK)])


def test_two_datasets_of_one_name_stop_the_run(run):
    with pytest.raises(TrialbookError, match=r"other\.xpt: the engine reads 3 of its 2 records"):
        run([replace(AE, frame=AE.frame.head(2), path="other.xpt"), AE], [rule("T-1", BLANK)])


def test_an_engine_that_is_killed_is_told_and_the_next_run_has_a_new_one(run):
    engine = warm_engine()
    run([AE], [rule("T-1", BLANK)])
    os.kill(engine._process.pid, signal.SIGKILL)
    engine._process.wait()
    assert [one.status.value for one in run([AE], [rule("T-1", BLANK)])] == ["ISSUE REPORTED"]
    assert warm_engine() is not engine


def test_nothing_of_the_engine_is_printed(tmp_path, repository):
    """Whatever a rule does, and whoever has a .env where the program stands."""
    (tmp_path / ".env").write_text("DATASET_SIZE_THRESHOLD=1\n")
    (tmp_path / "validators").mkdir()
    (tmp_path / "validators" / "__init__.py").write_text("raise SystemExit('the wrong package')\n")
    code = (
        "from tests.conformance.engine.conftest import rule\n"
        "from tests.conformance.engine.test_engine import AE, BLANK\n"
        "from trialbook.conformance.engine import run_rules\n"
        "from trialbook.standards import load_ct, load_standard\n"
        "rules = [rule('T-1', BLANK), rule('T-2', '{all: [{name: AESER, operator: no_such_operator}]}')]\n"
        "runs = run_rules([AE], rules, load_standard(), load_ct('sdtmct-2025-03-28', None))\n"
        "print([one.status.value for one in runs])\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        env=os.environ | {"PYTHONPATH": os.pathsep.join((str(repository), *sys.path))},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("['ISSUE REPORTED', 'EXECUTION ERROR']\n", "")


def test_what_is_set_for_the_engine_elsewhere_does_not_reach_it(monkeypatch):
    monkeypatch.setenv("MAX_ERRORS_PER_RULE", "(1, False)")
    monkeypatch.setenv("DATA_SERVICE_TYPE", "dummy")
    assert {"MAX_ERRORS_PER_RULE", "DATA_SERVICE_TYPE"} & _environment().keys() == set()


def test_an_engine_that_may_not_be_started_is_told(monkeypatch, tmp_path):
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(TrialbookError, match=r"python: CDISC's rules engine can't be started: No such file or directory"):
        Engine()


def test_closing_ends_its_processes():
    engine = Engine()
    process = engine._process
    engine.close()
    assert process.poll() is not None

"""The conformance of a run at a glance, on the page, in the workbook and on the terminal."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

import openpyxl
import pytest

from trialbook.conformance.reasons import NO_DATASET, NO_VARIABLE, OUT_OF_SCOPE
from trialbook.findings import (
    Conformance,
    Finding,
    Results,
    RuleOutcome,
    RuleSource,
    RuleStatus,
    RunInfo,
    Runner,
    Severity,
    Stage,
    Threshold,
    assemble,
)
from trialbook.reports import rules_table_html
from trialbook.reports.conformance import Reading, conformance_glance, partly_text
from trialbook.reports.summary import verdict
from trialbook.reports.terminal import terminal_summary
from trialbook.reports.webpage import conformance_html, report_html
from trialbook.reports.wording import values_text
from trialbook.reports.workbook import write_workbook

MISSING = "CDISC's rules are not installed on this machine: 3 rules of the kit ran in their place"
READING = "It is a number. (SDTMIG v3.4, 6.3) A point may come first."
CDISC, KIT = "CDISC", "trialbook"
DONE = [
    # rule, whose, dataset, status, reason, seconds
    ("CORE-000001", CDISC, "", "SKIPPED", OUT_OF_SCOPE, 0.0),
    ("CORE-000002", CDISC, "", "SKIPPED", OUT_OF_SCOPE, 0.0),
    ("CORE-000003", CDISC, "AE", "SUCCESS", None, 1.25),
    ("CORE-000003", CDISC, "DM", "SKIPPED", "--DTC is not in the dataset", 0.0),
    ("CORE-000004", CDISC, "AE", "SKIPPED", "--DTC is not in the dataset", 0.5),
    ("CORE-000005", CDISC, "AE", "SKIPPED", "AESCAN is not in the dataset", 0.0),
    ("CORE-000006", CDISC, "AE", "SKIPPED", "SV is not there", 0.0),
    ("CORE-000007", CDISC, "", "EXECUTION ERROR", "check operator is_blue: nobody knows it (<a.yml>, line 3)", 0.0),
    ("CORE-000008", CDISC, "LB", "ISSUE REPORTED", None, 2.0),
    ("TB-CG0001", KIT, "AE", "SUCCESS", None, 0.25),
    ("TB-CG0002", KIT, "AE", "SKIPPED", "TV is not there", 0.0),
    ("TB-CG0003", KIT, "AE", "ISSUE REPORTED", None, 0.25),
    ("TB-AE-KEY", "", "AE", "SUCCESS", None, 0.0),
]


def finding(rule: str, cites: tuple[str, ...], reading: str | None) -> Finding:
    values = {"LBSTRESC": ".5", "$max_date": "2021-01", "$missing": ""}
    return Finding(
        rule.lower(),
        rule,
        cites,
        Severity.ERROR,
        Stage.CORE,
        "LB",
        1,
        "01",
        ("LBSTRESC",),
        values,
        "No number",
        "",
        reading=reading,
    )


@pytest.fixture
def results() -> Results:
    runner = {True: Runner.CORE, False: Runner.PANDERA}
    outcomes = [
        RuleOutcome(
            rule, runner[bool(whose)], RuleStatus(status), reason, 0, Severity.ERROR, f"Says <{rule}>", dataset,
            seconds=seconds, source=whose, cites=(f"CG{rule[-4:]}",) if whose else (),
        )
        for rule, whose, dataset, status, reason, seconds in DONE
    ]  # fmt: skip
    found = [
        finding("CORE-000008", ("FB3103",), READING),
        finding("TB-CG0003", ("CG0003", "CORE-000009"), READING),
        finding("TB-CG0001", (), None),
    ]
    sources = (RuleSource(KIT, KIT, 3, 0, "a" * 64), RuleSource(CDISC, "/rules/<here>", 7, 1, "b" * 64))
    run = RunInfo(
        "S",
        "2026-01-01T00:00:00+00:00",
        "sdtmig-3.4",
        "ct",
        {"cdisc-rules-engine": "0.17.1"},
        (),
        conformance=Conformance(sources),
    )
    return assemble(run, [(found, outcomes)], [], {})


def without_official(results: Results) -> Results:
    """The same of a machine that has no rules of CDISC's."""
    conformance = Conformance(results.run.conformance.sources[:1], MISSING)
    told = RuleOutcome("CORE", Runner.CORE, RuleStatus.SKIPPED, MISSING, 0, None, "CDISC's conformance rules")
    return dataclasses.replace(
        results,
        run=dataclasses.replace(results.run, conformance=conformance),
        rules=(told, *(rule for rule in results.rules if rule.source != CDISC)),
        outcomes=tuple(rule for rule in results.outcomes if rule.source != CDISC),
    )


def test_sources_by_what_became_of_their_rules(results):
    glance = conformance_glance(results)
    assert [dataclasses.astuple(one) for one in glance.sources] == [
        # source, rules, clean, found, absent, skipped, broken, partly, seconds, sha256
        ("CDISC", 8, 1, 1, 2, 3, 1, 1, 3.75, "b" * 64),
        ("trialbook", 3, 1, 1, 0, 1, 0, 0, 0.5, "a" * 64),
        ("all", 11, 2, 2, 2, 4, 1, 1, 4.25, ""),
    ]
    assert (glance.engine, glance.missing) == ("0.17.1", None)


def test_reasons_are_grouped_by_their_kind_and_those_of_absent_datasets_come_last(results):
    assert [(one.status.value, one.who, one.reason) for one in conformance_glance(results).reasons] == [
        ("EXECUTION ERROR", "CORE-000007", "check operator is_blue: nobody knows it (<a.yml>, line 3)"),
        ("SKIPPED", "2 rules", NO_DATASET),
        ("SKIPPED", "2 rules", NO_VARIABLE),
        ("SKIPPED", "2 rules", OUT_OF_SCOPE),
    ]


def test_readings_name_the_published_rules(results):
    assert conformance_glance(results).readings == (Reading(READING, ("CORE-000008", "CORE-000009"), 2),)


def test_a_rule_that_ran_on_some_datasets_is_told(results):
    glance = conformance_glance(results)
    assert partly_text(glance.whole) == (
        "1 rule ran on a dataset that has what it needs, and not on the others: the list of rules says on which, and why."
    )
    assert partly_text(glance.sources[1]) is None


def test_without_conformance_rules_there_is_no_glance(results):
    assert conformance_glance(dataclasses.replace(results, run=dataclasses.replace(results.run, conformance=None))) is None
    others = tuple(rule for rule in results.rules if not rule.source)
    assert [rule.rule for rule in others] == ["TB-AE-KEY"]
    assert conformance_glance(dataclasses.replace(results, rules=others)) is None
    nothing = dataclasses.replace(results, run=dataclasses.replace(results.run, conformance=None))
    assert conformance_html(nothing) is None
    assert 'id="conformance"' not in report_html(nothing, Threshold.ERROR)


def test_the_page_shows_it(results):
    html = report_html(results, Threshold.ERROR)
    section = html[html.index('<section id="conformance">') : html.index('<section id="findings">')]
    cells = [re.findall(r">([^<>]+)</t[hd]>", row) for row in re.findall(r"<tr[ >].*?</tr>", section, re.DOTALL)]
    assert cells[1:4] == [
        ["8", "1", "1", "2", "3", "1", "3.8"],
        ["3", "1", "1", "0", "1", "0", "0.5"],
        ["all", "11", "2", "2", "2", "4", "1", "4.2"],
    ]
    assert section.count("b" * 12) == 1 and "b" * 13 not in section
    assert "nobody knows it (&lt;a.yml&gt;, line 3)" in section
    assert "CDISC’s own rules did not run" not in section
    assert "/rules/&lt;here&gt;" in html
    assert "Read otherwise" in html and '<code class="tb-muted">computed max date</code>' in html


def test_the_page_says_which_rules_ran_where_cdiscs_are_missing(results):
    html = str(conformance_html(without_official(results)))
    assert f"CDISC’s own rules did not run.</strong> {MISSING.replace(chr(39), '&#39;')}" in html
    assert ">all</th>" not in html


def test_rules_have_their_published_ids_and_seconds(results):
    html = str(rules_table_html(results))
    assert '<code>CORE-000003</code><div class="tb-muted tb-small">CG0003</div>' in html
    assert ">1.25</td>" in html
    # Nobody measured it.
    assert re.search(r"<code>TB-AE-KEY</code></td><td>pandera</td><td>AE</td>\n<td>.*</td><td class=\"tb-n\"></td>", html)
    skipped = re.findall(r"<code>([^<]+)</code>", html[html.index("SKIPPED:") : html.index("ISSUE REPORTED:")])
    assert skipped == ["CORE-000004", "CORE-000005", "CORE-000006", "TB-CG0002", "CORE-000001", "CORE-000002"]


def test_of_rules_that_passed_the_ids_are_enough(results):
    html = str(rules_table_html(results, brief=True))
    assert "<code>CORE-000003 TB-AE-KEY TB-CG0001</code>" in html
    assert "Says &lt;CORE-000003&gt;" not in html and "Says &lt;CORE-000004&gt;" in html


def test_where_nobody_measured_the_time_no_column_tells_it(results):
    untimed = tuple(dataclasses.replace(rule, seconds=0.0) for rule in results.rules)
    assert "Seconds" not in str(conformance_html(dataclasses.replace(results, rules=untimed)))
    assert "Seconds" not in str(rules_table_html(dataclasses.replace(results, rules=untimed)))


def test_the_workbook_has_it(results, tmp_path):
    write_workbook(results, tmp_path / "report.xlsx", Threshold.ERROR)
    book = openpyxl.load_workbook(tmp_path / "report.xlsx")
    summary = [list(row) for row in book["Summary"].iter_rows(values_only=True)]
    start = next(index for index, row in enumerate(summary) if row[0] == "Conformance")
    assert summary[start : start + 9] == [
        ["Conformance", "CDISC CORE, engine 0.17.1", None, None, None, None],
        ["Rules of", "Rules", "Found nothing", "Found some", "SKIPPED", "EXECUTION ERROR"],
        ["CDISC", "8, 2 of them for datasets that are not there", 1, 1, 5, 1],
        ["trialbook", "3", 1, 1, 1, 0],
        ["all", "11, 2 of them for datasets that are not there", 2, 2, 6, 1],
        [None, partly_text(conformance_glance(results).whole), None, None, None, None],
        ["Read otherwise", f"2 findings of CORE-000008, CORE-000009: {READING}", None, None, None, None],
        ["Rules of", "From; SHA-256 of what they state", None, None, None, None],
        ["trialbook", f"trialbook; {'a' * 64}", None, None, None, None],
    ]
    rules = {row[1]: row for row in book["Rules"].iter_rows(values_only=True)}
    assert rules["CORE-000003"] == (
        "SUCCESS", "CORE-000003", "CG0003", "core", "AE, DM", "Error", 0, 1.25, "DM: --DTC is not in the dataset",
        "Says <CORE-000003>",
    )  # fmt: skip
    assert rules["TB-AE-KEY"][7] is None
    details = [dict(zip(*pair, strict=True)) for pair in _pairs(book["Details"])]
    assert [one["Read otherwise"] for one in details] == [READING, None, READING]
    assert details[0]["Values"] == "LBSTRESC = .5\ncomputed max date = 2021-01\ncomputed missing = (empty)"


def _pairs(sheet):
    header, *rows = sheet.iter_rows(values_only=True)
    return [(header, row) for row in rows]


def test_the_terminal_has_a_line_of_it(results):
    text = str(terminal_summary(results, Threshold.ERROR))
    assert text.splitlines()[-5:] == [
        "Rules: 3 passed · 2 with findings · 6 SKIPPED · 1 EXECUTION ERROR",
        "Conformance (CDISC CORE 0.17.1): CDISC 8, trialbook 3 · 4 ran · 2 for datasets that are not there · 4 SKIPPED · "
        "1 EXECUTION ERROR",
        "  EXECUTION ERROR  CORE-000007: check operator is_blue: nobody knows it (<a.yml>, line 3)",
        f"  SKIPPED  2 rules: {NO_DATASET}",
        f"  SKIPPED  2 rules: {NO_VARIABLE}",
    ]


def test_the_terminal_says_once_that_cdiscs_rules_are_missing(results):
    text = str(terminal_summary(without_official(results), Threshold.ERROR, Path("report.html")))
    assert text.count(MISSING) == 1
    assert "Conformance (CDISC CORE 0.17.1): trialbook 3 · 2 ran · 1 SKIPPED\n  CDISC's rules are not installed" in text


def test_the_verdict_says_how_many_rules_are_for_datasets_that_are_not_there(results):
    assert "6 of 12 rules were SKIPPED: what they check was not looked at (2 for datasets that are not there)." in (
        verdict(results, Threshold.ERROR).reasons
    )


def test_values_that_a_rule_made_are_named_in_words():
    assert values_text({"A": "1", "$min_ds_dsstdtc": ""}) == "A = 1\ncomputed min ds dsstdtc = (empty)"

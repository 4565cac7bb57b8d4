"""Conformance rules in a run: which there are, what they find at which raw cell, and what is told of those that did not run."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from trialbook.conformance.choice import choose_rules, core_choice
from trialbook.conformance.rules import own_rules
from trialbook.errors import TrialbookError
from trialbook.run import Run, Study, check_standard_only

DM = "SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2024-01-10,\n002,S1,Male,2024-01-11,2024-02-01\n"
AE = """SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END
001,Nausea,Mild,No,,2024-01-12,2024-01-13
001,Other,Mild,No,,2024-01-15,
"""
RULE = """Core: {{Id: {id}, Version: "1"}}
{severity}Authorities:
  - Organization: {organization}
    Standards:
      - Name: SDTMIG
        Version: "{version}"
        References:
          - Origin: Rules
            Version: "1"
            Rule Identifier: {{Id: {published}, Version: "1"}}
            Citations: [{{Document: SDTMIG v3.4}}]
Description: {description}
Executability: Fully Executable
Rule Type: Record Data
Sensitivity: Record
Scope: {{Classes: {{Include: [EVENTS]}}, Domains: {{Include: [AE]}}}}
Check: {{all: [{{name: AETERM, operator: {operator}, value: Other, value_is_literal: true}}]}}
Outcome: {{Message: AETERM says nothing, Output Variables: [AETERM]}}
"""


def write_rule(folder: Path, id: str, **more: str) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    stated = {"severity": "", "organization": "CDISC", "version": "3.4", "published": "CG0343", "operator": "equal_to"}
    stated |= {"description": "The topic of an event is the event"} | more
    file = folder / f"{id}.yml"
    file.write_text(RULE.format(id=id, **stated), encoding="utf-8")
    return file


@pytest.fixture
def export(tmp_path: Path) -> Path:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "dm.csv").write_text(DM, encoding="utf-8")
    (folder / "ae.csv").write_text(AE, encoding="utf-8")
    return folder


def of_rules(run: Run, *rules: str) -> list[tuple]:
    """Findings of some rules: rule, ids, severity, record, subject, values, and the raw cells."""
    return [
        (
            one.rule,
            one.cites,
            one.severity.value,
            one.stage.value,
            one.record,
            one.subject,
            dict(one.values),
            [(origin.file, origin.row, origin.columns) for origin in one.origins],
        )
        for one in run.results.findings
        if one.rule in rules
    ]


def became(run: Run, *rules: str) -> list[tuple]:
    return [(one.rule, one.status.value, one.findings, one.reason) for one in run.results.rules if one.rule in rules]


WHERE = [("ae.csv", 3, ("TERM",))]


def test_a_violation_names_the_raw_cell(tiny_study, export):
    write_rule(
        tiny_study / "validators" / "rules", "TINY-CORE-1", severity="Severity: Warning\n", organization="Tiny", published="T1"
    )
    run = Study(tiny_study).validate(export, core="off")
    assert of_rules(run, "TINY-CORE-1") == [
        ("TINY-CORE-1", ("T1",), "Warning", "core", 2, "TINY01-001", {"AETERM": "Other"}, WHERE)
    ]
    assert became(run, "TINY-CORE-1") == [("TINY-CORE-1", "ISSUE REPORTED", 1, None)]


def test_the_kits_and_cdiscs_rule_are_shown_once(tiny_study, export, tmp_path):
    write_rule(tmp_path / "rules", "CORE-900001")
    write_rule(tmp_path / "rules", "CORE-900002", published="CG9999")
    run = Study(tiny_study).validate(export, core=tmp_path / "rules")
    (kit,) = [one for one in of_rules(run, "TB-CG0343", "CORE-900001") if one[4] == 2]
    assert kit[:3] == ("TB-CG0343", ("CG0343", "CORE-900001"), "Error")
    # Of a rule that nothing of the kit answers to, the severity is that of all CDISC's.
    assert [one[:3] for one in of_rules(run, "CORE-900002")] == [("CORE-900002", ("CG9999",), "Error")]
    assert became(run, "CORE-900001") == [("CORE-900001", "ISSUE REPORTED", 0, "1 finding is told of already by TB-CG0343")]


@pytest.mark.parametrize(
    ("more", "status", "reason"),
    [
        ({"version": "3.3"}, "SKIPPED", "it is not published for SDTMIG 3.4"),
        ({"operator": "is_not_so"}, "EXECUTION ERROR", "check operator is_not_so: "),
    ],
)
def test_what_can_not_run_is_told(tiny_study, export, tmp_path, more, status, reason):
    write_rule(tmp_path / "rules", "CORE-900001", **more)
    (found,) = became(Study(tiny_study).validate(export, core=tmp_path / "rules"), "CORE-900001")
    assert found[:3] == ("CORE-900001", status, 0)
    assert found[3].startswith(reason)


def test_without_cdiscs_rules_a_run_says_which_ran_in_their_place():
    own, chosen = own_rules(), choose_rules("auto")
    published = {id for rule in own.rules for id in (*rule.cites_of("CDISC"), *rule.cites_of("FDA"))}
    assert chosen.sets == [own]
    assert chosen.missing == (
        f"CDISC's rules are not installed on this machine: {len(own)} rules of the kit, which answer to {len(published)} "
        "published ones, ran in their place (trialbook core install)"
    )


def test_what_is_installed_is_what_auto_means(tmp_path):
    from trialbook.conformance.store import install_from

    install_from(write_rule(tmp_path / "rules", "CORE-900001").parent)
    try:
        chosen = choose_rules("auto")
    finally:
        shutil.rmtree(os.environ["TRIALBOOK_HOME"])
    assert chosen.official is not None and [rule.id for rule in chosen.official.rules] == ["CORE-900001"]
    assert (chosen.missing, chosen.given) == (None, False)


def test_off_means_none_of_cdiscs(tmp_path):
    chosen = choose_rules("off", tmp_path)
    assert (chosen.sets, chosen.missing) == ([own_rules()], None)


def test_core_takes_three_words_and_no_other(tmp_path):
    assert [core_choice(word) for word in ("auto", "off", str(tmp_path))] == ["auto", "off", tmp_path]
    with pytest.raises(TrialbookError, match="--core takes auto, off or a path to rules; found 'on', and there is no such file"):
        core_choice("on")


def test_a_rule_about_variables_names_the_variables_place_and_no_raw_cell(tiny_study, export, tmp_path):
    """As CDISC's results do: the place is none of a record, and must not lead to one."""
    file = write_rule(tmp_path / "rules", "CORE-900001", published="CG9999")
    text = file.read_text(encoding="utf-8").replace("Rule Type: Record Data", "Rule Type: Variable Metadata Check")
    text = text.replace(
        "name: AETERM, operator: equal_to, value: Other", "name: variable_name, operator: equal_to, value: AETERM"
    )
    file.write_text(text.replace("Output Variables: [AETERM]", "Output Variables: [variable_name]"), encoding="utf-8")
    run = Study(tiny_study).validate(export, core=file)
    (found,) = of_rules(run, "CORE-900001")
    assert found[:4] == ("CORE-900001", ("CG9999",), "Error", "core")
    assert found[5:] == (None, {"variable_name": "AETERM"}, [])


CASE = {
    "_datasets.csv": "Filename,Label\nae,Adverse Events\n",
    "_variables.csv": "dataset,variable,label,type,length\n"
    + "".join(f"ae,{name},{name},{kind},8\n" for name, kind in (("DOMAIN", "Char"), ("AESEQ", "Num"), ("AETERM", "Char"))),
    "ae.csv": "DOMAIN,AESEQ,AETERM\nAE,1,Rash\nAE,2,Other\n",
    ".env": "PRODUCT=SDTMIG\nVERSION=3-4\n",
}


def test_a_case_of_the_open_rules_is_checked_as_it_is(tmp_path):
    for name, text in CASE.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    run = check_standard_only(tmp_path, core=write_rule(tmp_path / "rules", "CORE-900001", published="CG9999"))
    assert of_rules(run, "CORE-900001") == [
        ("CORE-900001", ("CG9999",), "Error", "core", 2, None, {"AETERM": "Other"}, [("ae.csv", 2, ("AETERM",))])
    ]

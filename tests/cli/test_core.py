"""``trialbook core``: rules, install and status, as a person runs them."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.conformance.rules.written import cache_of, cached, folder_of, rule, zip_of

from trialbook import cli
from trialbook.conformance.rules import own_rules
from trialbook.conformance.store.home import engine_version


class Outcome(NamedTuple):
    """What a person sees of a command."""

    code: int
    out: str
    err: str


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Outcome]:
    """The command line, outside any study and with a home of its own."""
    monkeypatch.setenv("TRIALBOOK_HOME", str(tmp_path / "home"))
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    def command(*arguments: str | Path) -> Outcome:
        monkeypatch.setattr(sys, "argv", ["trialbook", "core", *map(str, arguments)])
        code = 0
        try:
            cli.main()
        except SystemExit as stop:
            code = int(stop.code or 0)
        return Outcome(code, *capsys.readouterr())

    return command


@pytest.fixture
def rules(tmp_path) -> Path:
    """A rule for AE, one for it in another version, one for a domain that no study here has, and one that can't be read."""
    absent = rule("CORE-3", published="CG0003") | {"Scope": {"Domains": {"Include": ["XX"]}}}
    broken = rule("CORE-4") | {"Rule Type": "Foo"}
    return folder_of(tmp_path / "rules", [rule("CORE-1"), rule("CORE-2", version="3.3"), absent, broken])


def test_rules_are_listed_a_line_each(run, rules):
    outcome = run("rules", "--from", rules)
    assert outcome.code == 0
    assert outcome.out.splitlines() == [
        "CORE-1: CG0001: AE: An event has an outcome",
        "CORE-2: CG0001: AE: An event has an outcome",
        "CORE-3: CG0003: XX: An event has an outcome",
        f"Can't be read: {rules / 'CORE-4.yml'}, line 44: Rule Type Foo: is not known to the engine",
        f"3 rules; 1 can't be read. Looked through: 3 of {rules}.",
    ]


@pytest.mark.parametrize(
    ("arguments", "found"),
    [
        (("core-1",), ["CORE-1"]),
        (("outcome", "CG0003"), ["CORE-3"]),
        (("--domain", "ae"), ["CORE-1", "CORE-2"]),
        (("--domain", "XX"), ["CORE-3"]),
        (("--standard", "SDTMIG-3.3"), ["CORE-2"]),
        (("--standard", "sdtmig-3-4", "--domain", "AE"), ["CORE-1"]),
        (("nothing of this",), []),
    ],
)
def test_rules_are_searched(run, rules, arguments, found):
    outcome = run("rules", *arguments, "--from", rules, "--json")
    assert outcome.code == 0
    assert [one["id"] for one in json.loads(outcome.out)["rules"]] == found


def test_rules_are_held_against_the_study(run, rules, tiny_study):
    outcome = run("rules", "--from", rules, "--study", tiny_study)
    assert outcome.code == 0
    assert outcome.out.splitlines()[:3] == [
        "CORE-1: CG0001: AE: yes: An event has an outcome",
        "CORE-2: CG0001: AE: no: not for SDTMIG 3.4: SDTMIG 3.3: An event has an outcome",
        "CORE-3: CG0003: XX: no: the study has no XX: An event has an outcome",
    ]
    assert "3 rules, 1 of them for " in outcome.out.splitlines()[-1]


def test_a_rule_as_json(run, rules, tiny_study):
    listing = json.loads(run("rules", "CG0003", "--from", rules, "--study", tiny_study, "--json").out)
    assert listing["standard"] == "SDTMIG 3.4"
    assert [(one["origin"], one["rules"], one["unreadable"]) for one in listing["sources"]] == [(str(rules), 3, 1)]
    assert listing["unreadable"] == []
    assert listing["rules"] == [
        {
            "id": "CORE-3",
            "source": str(rules),
            "cites": ["CG0003"],
            "published": {"CDISC": ["CG0003"]},
            "standards": ["SDTMIG 3.4"],
            "description": "An event has an outcome",
            "message": "No outcome",
            "rule_type": "Record Data",
            "sensitivity": "Record",
            "executability": "Fully Executable",
            "status": "Published",
            "severity": None,
            "classes": {"include": [], "exclude": []},
            "domains": {"include": ["XX"], "exclude": []},
            "data_structures": {"include": [], "exclude": []},
            "entities": {"include": [], "exclude": []},
            "use_case": "",
            "output_variables": ["AEOUT"],
            "applies": False,
            "why_not": "the study has no XX",
            "datasets": [],
            "file": str(rules / "CORE-3.yml"),
        }
    ]
    broken = json.loads(run("rules", "Foo", "--from", rules, "--json").out)["unreadable"]
    assert broken == [
        {
            "id": "CORE-4",
            "source": str(rules),
            "construct": "Rule Type Foo",
            "why": "is not known to the engine",
            "file": str(rules / "CORE-4.yml"),
            "line": 44,
        }
    ]


def test_on_a_terminal_rules_are_a_table_of_its_width(run, rules, tiny_study, monkeypatch):
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "80")
    outcome = run("rules", "--from", rules, "--study", tiny_study)
    table = [line for line in outcome.out.splitlines() if line.startswith(("│", "┃", "├"))]
    assert table
    assert "Answers to" in outcome.out
    assert "CG0003" in outcome.out


def test_the_kits_own_rules_are_listed_with_nothing_installed(run):
    own = own_rules()
    found = json.loads(run("rules", "--json").out)
    assert [one["name"] for one in found["sources"]] == ["the kit's own rules"]
    assert [one["id"] for one in found["rules"]] == [one.id for one in own.rules]
    assert {one["applies"] for one in found["rules"]} == {None}


def test_the_study_upward_is_taken_unless_it_is_left_out(run, rules, tiny_study, monkeypatch):
    monkeypatch.chdir(tiny_study / "protocol")
    assert json.loads(run("rules", "--from", rules, "--json").out)["study"] is not None
    assert json.loads(run("rules", "--from", rules, "--json", "--no-study").out)["study"] is None


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("rules", "--from", "nowhere"), "nowhere: does not exist"),
        (("rules", "--standard", "sdtmig"), "--standard takes a name and a version; found 'sdtmig'"),
        (("rules", "--study", "nowhere"), "nowhere: is no study"),
        (("status", "--study", "nowhere"), "nowhere: is no study"),
        (("status", "--study", ".", "--no-study"), "--study and --no-study exclude each other"),
        (("install", "--from", "nowhere"), "nowhere: does not exist"),
        (("install", "--from", ".", "--url", "https://example.org"), "--from and --url name two sources"),
        (("install", "--url", "http://example.org/core.zip"), "is no address that begins with https://"),
        (("install", "--from", ".", "--sha256", "abc"), "--sha256 takes 64 hexadecimal digits; found 'abc'"),
    ],
)
def test_what_cannot_be_done_is_one_message_and_exit_code_2(run, arguments, told):
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("trialbook: ")
    assert told in outcome.err


def test_install_then_status(run, tmp_path):
    before = run("status")
    assert before.code == 0
    assert before.out.splitlines()[:2] == [
        f"Engine              cdisc-rules-engine {engine_version()}",
        "CDISC's rules       not installed; to install them: trialbook core install",
    ]
    assert "Without an install a run uses the rules named here" in before.out

    release = cache_of(tmp_path / "core" / "resources" / "cache", [cached("CORE-1"), cached("CORE-2", rule_type="Foo")])
    packed = zip_of(tmp_path / "core.zip", {"core/resources/cache/rules.pkl": (release / "rules.pkl").read_bytes()})
    installed = run("install", "--from", packed)
    assert (installed.code, installed.err) == (0, "")
    lines = installed.out.splitlines()
    assert lines[:2] == ["Installed           1 rule; 1 can't be read", f"From                {packed}"]
    assert lines[2].startswith("SHA-256             ")
    assert lines[3] == "Compared            with nothing: none was given"
    assert "Rule Type Foo: is not known to the engine" in lines[4]

    after = run("status").out
    assert "CDISC's rules       1 rule; 1 can't be read" in after
    assert f"From                {packed}" in after
    assert "UTC, today" in after
    assert "Without an install" not in after


def test_status_of_a_study_as_json(run, rules, tiny_study):
    assert run("install", "--from", rules).code == 0
    folder_of(tiny_study / "validators" / "rules", [rule("MINE-1")])
    status: dict[str, Any] = json.loads(run("status", "--study", tiny_study, "--json").out)
    assert (status["installed"]["source"], status["installed"]["rules"], status["other_engines"]) == (str(rules), 3, [])
    assert status["study"]["standard"] == "SDTMIG 3.4"
    counts = [(one["name"], one["rules"], one["listed"], one["applying"]) for one in status["rules"]]
    own = len(own_rules())
    assert counts[0] == ("CDISC's rules", 3, 2, 1)
    assert counts[1][:3] == ("the kit's own rules", own, own)
    assert counts[2] == ("the study's own rules", 1, 1, 1)
    assert status["rules"][0]["by_dataset"]["AE"] == 1
    assert [one["construct"] for one in status["rules"][0]["unreadable"]] == ["Rule Type Foo"]
    assert json.loads(run("status", "--no-study", "--json").out)["rules"][0]["by_dataset"] is None


def test_lines_are_no_wider_than_a_terminal(run, tiny_study):
    lines = run("status", "--study", tiny_study).out.splitlines()
    assert max(len(line) for line in lines[:-1]) <= 80


def test_help_says_what_could_not_be_tried(run):
    text = " ".join(run("install", "--help").out.split())
    assert "The addresses of CDISC's release could not be tried" in text
    assert "Example: trialbook core install --from" in text

"""CDISC's published test cases of the rules that ours cite: the same records fail, but for the differences listed here."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from trialbook.checks import cross
from trialbook.checks.check import check_tables
from trialbook.checks.cross import cross_rules
from trialbook.checks.tables import file_table
from trialbook.conformance.rules import read_rules
from trialbook.datasets import read_datasets
from trialbook.errors import TrialbookError
from trialbook.standards import load_standard

Records = set[tuple[str, str]]

# By case: what the published results have and ours not, what ours have more, and why.
DIFFERENCES: dict[str, tuple[Records, Records, str]] = {
    "CORE-000034/negative/01": ({("DS", "26")}, set(), "2021-01 may be 2021-01-10"),
    "CORE-000108/negative/01": ({("DM", "")}, {("DM", "1")}, "ours names the subject"),
    "CORE-000108/negative/02": ({("DM", "")}, {("DM", "2")}, "ours names the subject"),
    "CORE-000206/negative/02": ({("CO", "2"), ("RELREC", "2")}, set(), "no variable of the parent: the rule on IDVAR tells it"),
    "CORE-000352/negative/01": ({("SE", "1")}, set(), "the next element starts on 2012-11-31, which the rule on dates tells"),
    "CORE-000370/negative/01": ({("DS", "1"), ("DS", "18")}, {("DM", "1"), ("DM", "4")}, "the date to mend is that of DM"),
    "CORE-000384/negative/01": ({("RELREC", "1")}, set(), "no parent is there: SKIPPED with that reason"),
    "CORE-000502/negative/01": ({("CO", ""), ("RELREC", ""), ("SUPPLB", "")}, set(), "no parent is there: SKIPPED"),
    "CORE-000712/negative/01": (set(), {("CO", "1"), ("RELREC", "1"), ("RELREC", "2")}, "CG0370 is three of CDISC's rules"),
    "CORE-000714/negative/01": ({("DM", "6")}, set(), "2018-04 may be 2018-04-17"),
    "CORE-000718/negative/01": (
        set(),
        {("AE", "8"), ("SE", "1"), ("SV", "2")},
        "the published result is empty, the data are not",
    ),
    "CORE-000718/positive/01": (
        {("AE", "8"), ("CM", "3"), ("SE", "1"), ("SM", "3"), ("SM", "5"), ("SV", "2")},
        set(),
        "the published results are of other data: none of these records ends before it starts",
    ),
    "CORE-000866/negative/01": ({("LB", "6")}, set(), "2018 may be after 2018-11"),
    "CORE-000916/negative/01": (set(), {("CO", "1"), ("SUPPLB", "1")}, "CG0370 is three of CDISC's rules"),
}


def cases(root: Path) -> Iterator[tuple[str, Records, Records]]:
    """Each case of a rule that answers to the same published rule as one of ours: the published records and ours."""
    standard = load_standard("sdtmig-3.4")
    # What no source of the rules names, none of them cites: its data need not be read.
    sources = "".join(path.read_text(encoding="utf-8") for path in Path(str(cross.__file__)).parent.glob("*.py"))
    named = set(re.findall(r"(?:CG|FB)\d{4}", sources))
    published_ids = {rule.id: set(rule.cites()) for rule in read_rules(root.parent / "rules").rules}
    for folder in sorted(one for rule, ids in published_ids.items() if ids & named for one in root.glob(f"{rule}/*/*")):
        published = folder / "results" / "results.csv"
        if not published.is_file():
            continue
        try:
            datasets = read_datasets(folder / "data")
        except TrialbookError:
            continue
        rules = cross_rules(datasets, standard)
        citing = {one.id for of in rules.values() for one in of if published_ids[folder.parts[-3]] & set(one.cites)}
        if not citing:
            continue
        found, outcomes = check_tables({one.name: file_table(one, ()) for one in datasets}, rules, {}, "")
        assert [(folder, one.rule, one.reason) for one in outcomes if one.status == "EXECUTION ERROR"] == []
        with published.open(encoding="utf-8-sig", newline="") as file:
            theirs = {(row["Dataset"].upper(), row["Record"]) for row in csv.DictReader(file)}
        ours = {(one.dataset, str(one.record)) for one in found if one.rule in citing}
        yield folder.relative_to(root).as_posix(), theirs, ours


@pytest.fixture(scope="module")
def judged(shared: Path) -> dict[str, tuple[Records, Records]]:
    return {case: (theirs, ours) for case, theirs, ours in cases(shared / "core" / "cases")}


def test_the_same_records_fail(judged: dict[str, tuple[Records, Records]]) -> None:
    differ = {case: (theirs - ours, ours - theirs) for case, (theirs, ours) in judged.items() if theirs != ours}
    assert differ == {case: (more, less) for case, (more, less, _) in DIFFERENCES.items()}


def test_many_rules_are_held_against_published_cases(judged: dict[str, tuple[Records, Records]]) -> None:
    rules = {case.split("/")[0] for case in judged}
    assert (len(rules), len(judged)) == (32, 87)

"""Known issues: read strictly, matched on what a finding reports; each entry of the kit's table shown by the engine to be one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialbook.conformance.engine import engine_dataset, run_rules
from trialbook.conformance.known_issues import KnownIssues, dates_agree, load_known_issues
from trialbook.conformance.rules import own_rules, read_rules
from trialbook.datasets import SdtmDataset, Variable
from trialbook.errors import SpecError
from trialbook.findings import Finding, Severity, Stage
from trialbook.standards import load_ct, load_standard

TABLE = """\
known_issues:
  - id: still-in-the-trial
    rules: [CG0529, CORE-000191]
    when:
      value_matches: {RFENDTC: ''}
    reading: It is the end
      of participation.
    document: SDTMIG v3.4
    section: "5.2"
    reason: Nothing has ended.
"""


@pytest.fixture
def study(tmp_path: Path) -> Callable[[str], Path]:
    """The folder of a study with that table."""

    def write(text: str) -> Path:
        (tmp_path / "validators").mkdir(exist_ok=True)
        (tmp_path / "validators" / "known_issues.yml").write_text(text, encoding="utf-8")
        return tmp_path

    return write


def finding(rule: str, cites: tuple[str, ...], values: dict[str, str]) -> Finding:
    return Finding("0" * 16, rule, cites, Severity.ERROR, Stage.CORE, "DM", 1, None, tuple(values), values, "m", "")


def test_a_study_adds_to_the_kits_table(study: Callable[[str], Path], tmp_path: Path) -> None:
    kit = load_known_issues()
    assert load_known_issues(tmp_path) == kit
    *before, own = load_known_issues(study(TABLE)).issues
    assert tuple(before) == kit.issues
    assert own.statement == "It is the end of participation. (SDTMIG v3.4, 5.2) Nothing has ended."


@pytest.mark.parametrize(
    ("old", "new", "line", "what"),
    [
        ("known_issues:", "known_isues:", 1, "known_isues"),
        ("    reason: Nothing has ended.", "", 2, "reason"),
        ("    reason:", "    because: x\n    reason:", 10, "because"),
        ("    reason: Nothing has ended.", "    reason: ' '", 10, "is blank"),
        ("[CG0529, CORE-000191]", "[TB-CG0529]", 3, "TB-CG0529 is the id of no published rule"),
        ("[CG0529, CORE-000191]", "[CG0529, CG0529]", 3, "the rule CG0529 is there twice"),
        ("[CG0529, CORE-000191]", "[]", 3, "rules"),
        ("      value_matches: {RFENDTC: ''}", "      dates_agree: [RFENDTC]", 5, "dates_agree"),
        ("      value_matches: {RFENDTC: ''}", "      value_is: {RFENDTC: ''}", 5, "value_is"),
        ("{RFENDTC: ''}", "{}", 4, "says of no value what it is like"),
        ("{RFENDTC: ''}", "{RFENDTC: '['}", 5, "what RFENDTC matches is no regular expression: unterminated character set"),
        ("id: still-in-the-trial", "id: number-in-any-spelling", 2, "the kit has a known issue number-in-any-spelling already"),
        ("id: still-in-the-trial", "id: Still there", 2, "id"),
        ("  - id: still", "  - id: [still", 3, "is not valid YAML"),
        ("when:", "when: [}", 4, "is not valid YAML"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(study: Callable[[str], Path], old: str, new: str, line: int, what: str) -> None:
    assert old in TABLE
    with pytest.raises(SpecError) as refused:
        load_known_issues(study(TABLE.replace(old, new)))
    assert what in str(refused.value)
    assert str(refused.value).startswith(str(refused.value.file)) and f"line {line}" in str(refused.value.place)


def test_two_entries_of_one_id(study: Callable[[str], Path]) -> None:
    with pytest.raises(SpecError, match="the known issue still-in-the-trial is there twice"):
        load_known_issues(study(TABLE + TABLE.removeprefix("known_issues:\n")))


def test_findings_stand_and_carry_the_reading(study: Callable[[str], Path]) -> None:
    known = load_known_issues(study(TABLE))
    made = [
        finding("CORE-000191", (), {"ARM": "A", "RFENDTC": ""}),
        finding("CORE-000999", ("CG0529",), {"RFENDTC": ""}),
        # Another value, a value that is not reported, another rule, a rule of the kit that answers to the same.
        finding("CORE-000191", (), {"ARM": "A", "RFENDTC": "2021"}),
        finding("CORE-000191", (), {"ARM": "A"}),
        finding("CORE-000192", ("CG0530",), {"RFENDTC": ""}),
        finding("TB-CG0529", ("CG0529",), {"RFENDTC": ""}),
    ]
    marked = known.mark(made, {"CORE-000191": 0, "CORE-000192": 0, "CORE-000999": 0})
    reading = "It is the end of participation. (SDTMIG v3.4, 5.2) Nothing has ended."
    assert marked == [replace(one, reading=reading) for one in made[:2]] + made[2:]
    assert KnownIssues().mark(made, {"CORE-000191": 0}) == made


@pytest.mark.parametrize(
    ("one", "other", "agree"),
    [
        ("2021-01", "2021-01-10", True),
        ("2021-01-10", "2021", True),
        ("2021-01-10", "2021-01-10T10:30", True),
        ("2021-01-10", "2021-01-10", True),
        ("2021-01", "2021-02-10", False),
        ("2021-01-10", "2021-01-11", False),
        ("2021-01-1", "2021-01-10", False),
        ("2021---10", "2021", False),
        ("", "2021", False),
        ("", "", False),
        ("UNK", "UNK", False),
    ],
)
def test_dates_agree(one: str, other: str, agree: bool) -> None:
    assert dates_agree(one, other) is agree
    assert dates_agree(other, one) is agree


@given(st.datetimes(), st.sampled_from([4, 7, 10, 13, 16, 19]), st.sampled_from([4, 7, 10, 13, 16, 19]))
def test_a_date_agrees_with_whatever_less_of_it(moment, one: int, other: int) -> None:
    text = moment.isoformat(timespec="seconds")
    assert dates_agree(text[:one], text[:other])


# What CDISC's engine finds by each rule in records, and which of it is a known issue: dataset, records as text, and the record
# numbers with a reading and without. The first table of a case is the one that the findings are in.
NUMBERS = "LBTESTCD|LBSTRESC|LBSTRESN\nA|.5|0.5\nA|0.5|0.5\nA|-.5|-0.5\nA|1E3|1000\nA|5.|5\nA|<5|5\nA|5 mg|5"
RANGES = "LBORRES|LBORNRLO|LBORNRHI|LBSTNRLO|LBSTNRHI\n-.5|-1|1|-1|1\n.5|-1|1|-1|1\n<0.5|-1|1|-1|1\nNEGATIVE|-1|1|-1|1"
DEATHS = "USUBJID|DTHDTC\n1|2021-01-10\n2|2021-01-10T10:00\n3|2021-01-10\n4|2021-01-10"
DISPOSITIONS = "USUBJID|DSDECOD|DSSTDTC\n1|DEATH|2021-01\n2|DEATH|2021-01-10\n3|DEATH|2021-01-10\n4|DEATH|2021-01-11"
CONSENTS = "USUBJID|RFICDTC\n1|2020-05\n2|2020-05-01T10:00\n3|2020-05-01\n4|2020-05-02"
CONSENTED = "USUBJID|DSTERM|DSDECOD|DSSTDTC\n" + "\n".join(
    f"{subject}|INFORMED CONSENT OBTAINED|INFORMED CONSENT OBTAINED|{day}"
    for day in ("2020-05-01", "2020-06-01")
    for subject in range(1, 5)
)
EXPOSED = "USUBJID|EXSTDTC|EXENDTC\n1|2020-01-01T10:00|2020-05-01T10:00\n2|2020-01-01|2020-05-01\n3|2020-01|2020-05"
FIRSTS = "USUBJID|RFXSTDTC|RFXENDTC\n1|2020-01-01|2020-05-01\n2|2020-01-02|2020-05-02\n3|2020-01-05|2020-05-05"
ELEMENTS = "USUBJID|SESTDTC|SEENDTC|EPOCH|TAETORD\n1|2020-01-01|2020-02-01|SCREENING|1\n1|2020-02-01|2020-05-01|TREATMENT|2"
VISITS = (
    "USUBJID|SVSTDTC|EPOCH|TAETORD\n1|2020-01-05|SCREENING|1\n1|2020-02-01|TREATMENT|2\n1|2020-03-02|SCREENING|1\n"
    "1|2020-02|TREATMENT|2"
)
HISTORY = "USUBJID|MHSTDTC|MHENDTC\n1|2020|2020\n1|2020-05|2020-05\n1|2020-05-01|2020-05-01\n1|2020-05-02|2020-05-02\n1|2019|2019"
STARTS = "USUBJID|RFSTDTC\n1|2020-05-01"
COLLECTED = (
    "LBDTC|LBENDTC\n2018|2018-11\n2018-11-01|2018-11-01\n2018-11-01|2018-11-02\n2018-11-02|2018-11-01\n"
    "2018-11-01|2018-11-01T10:00"
)
CASES: list[tuple[str, dict[str, str], set[int], set[int]]] = [
    ("CORE-000732", {"LB": NUMBERS}, {1, 3, 4, 5}, {6, 7}),
    ("CORE-000289", {"LB": RANGES}, {1}, {3, 4}),
    ("CORE-000290", {"LB": RANGES}, {1}, {3, 4}),
    ("CORE-000298", {"LB": RANGES}, {1}, {3, 4}),
    ("CORE-000299", {"LB": RANGES}, {1}, {3, 4}),
    ("CORE-000034", {"DS": DISPOSITIONS, "DM": DEATHS}, {1, 2}, {4}),
    ("CORE-000363", {"DS": CONSENTED, "DM": CONSENTS}, {1, 2}, {4}),
    ("CORE-000370", {"DS": CONSENTED, "DM": CONSENTS}, {1, 2}, {4}),
    ("CORE-000238", {"DM": FIRSTS, "EX": EXPOSED}, {1, 3}, {2}),
    ("CORE-000239", {"DM": FIRSTS, "EX": EXPOSED}, {1, 3}, {2}),
    ("CORE-000236", {"MH": HISTORY, "DM": STARTS}, {1, 2}, {3, 4}),
    ("CORE-000250", {"MH": HISTORY, "DM": STARTS}, {1, 2}, {3, 4}),
    ("CORE-000866", {"LB": COLLECTED}, {1, 2, 5}, {4}),
    ("CORE-000097", {"SV": VISITS, "SE": ELEMENTS}, {2, 4}, {3}),
    ("CORE-000784", {"SV": VISITS, "SE": ELEMENTS}, {2, 4}, {3}),
    # Those that the pinned engine reads as the standard does, though the published results do not.
    ("CORE-000714", {"DM": "RFXSTDTC|RFXENDTC\n2018-04|2018-04-17\n2018-05|2018-04-17"}, set(), {2}),
    ("CORE-000718", {"AE": "AESTDTC|AEENDTC\n2018|2018-11\n2018-04-17|2018-04\n2019|2018-11"}, set(), {3}),
]


def dataset(name: str, text: str) -> SdtmDataset:
    """Records as a transport file gives them."""
    standard = load_standard("sdtmig-3.4")
    head, *rows = [line.split("|") for line in text.splitlines()]
    cells = {"DOMAIN": [name] * len(rows)} | {column: [row[at] for row in rows] for at, column in enumerate(head)}
    numeric = {one.name for one in standard.variables(name) if one.type == "Num"} | {"TAETORD"}
    frame = pd.DataFrame(
        {
            column: pd.Series(texts, dtype="str").astype("float64") if column in numeric else pd.Series(texts, dtype="str")
            for column, texts in cells.items()
        }
    )
    variables = {column: Variable(column, column, "Num" if column in numeric else "Char") for column in cells}
    return SdtmDataset(name, name, frame, variables, file=f"{name.lower()}.xpt")


@pytest.mark.xdist_group("CDISC's engine")
def test_the_engine_finds_what_is_known_and_the_kits_own_rules_do_not(shared: Path) -> None:
    official = {rule.id: rule for rule in read_rules(shared / "core" / "rules").rules}
    own = own_rules().rules
    known, standard, ct = load_known_issues(), load_standard("sdtmig-3.4"), load_ct("sdtmct-2025-03-28")
    marked_rules = set()
    for id, tables, readings, true in CASES:
        rule = official[id]
        ours = [one for one in own if set(one.cites()) & set(rule.cites())]
        datasets = [engine_dataset(dataset(name, text)) for name, text in tables.items()]
        first, *others = run_rules(datasets, [one.data for one in (rule, *ours)], standard, ct, workers=1)
        found: dict[bool, set[int | None]] = {True: set(), False: set()}
        for issue in (issue for one in first.datasets for issue in one.issues):
            made = known.reading(finding(id, rule.cites(), dict(issue.values)))
            found[made is not None].add(issue.record)
        assert (id, found) == (id, {True: readings, False: true})
        by_ours = {issue.record for run in others for one in run.datasets for issue in one.issues if issue.dataset in tables}
        assert (id, by_ours & readings) == (id, set())
        marked_rules |= {rule.id, *rule.cites()} if readings else set()
    assert {issue.id for issue in known.issues if not set(issue.rules) <= marked_rules} == set()

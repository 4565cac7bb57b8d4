"""``validators/explanations.yml``: what it says, what is wrong with it, and which findings it explains."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from tests.findings.test_contract import RESULTS

from trialbook.errors import SpecError
from trialbook.findings import Severity
from trialbook.findings.explanations import Explanations, lint_explanations, load_explanations

(FINDING,) = RESULTS.findings
ID = FINDING.id
ENTRY = """- rule: IFN-AE-004
  scope: {subject: 01-003, dataset: AE, variables: [SAE_YN]}
  text: The site confirmed it
    on the telephone.
  author: A. Manager
  date: 2026-01-31
"""


@pytest.fixture
def load(tmp_path):
    """The explanations of a study with this file; the entries indented beneath ``explanations``."""

    def write(entries: str) -> Explanations:
        folder = tmp_path / "validators"
        folder.mkdir(exist_ok=True)
        (folder / "explanations.yml").write_text(f"explanations:\n{entries}", encoding="utf-8")
        return load_explanations(tmp_path)

    return write


def test_an_entry(load):
    (entry,) = load(ENTRY).entries
    assert entry.statement == "The site confirmed it on the telephone. (A. Manager, 2026-01-31)"
    assert entry.about == "IFN-AE-004, subject 01-003, dataset AE, variables SAE_YN"


def test_no_file_and_an_empty_list_explain_nothing(load, tmp_path):
    assert load_explanations(tmp_path).entries == ()
    assert load(" []\n").entries == ()


@pytest.mark.parametrize(
    ("entry", "line", "said"),
    [
        ("- rule: A\n  text: x\n  author: y\n", 2, "date: is missing"),
        ("- rule: A\n  text: x\n  author: y\n  date: 31.1.2026\n", 5, "is no date as 2026-01-31 (found '31.1.2026')"),
        ("- rule: A\n  text: x\n  author: y\n  date: 2026-02-30\n", 5, "holds a date that does not exist"),
        ("- rule: A\n  text: x\n  author: y\n  date: 2026-01-31T08:00:00\n", 5, "is no date as 2026-01-31"),
        ("- rule: A\n  text: ' '\n  author: y\n  date: 2026-01-31\n", 3, "text: is blank"),
        ("- text: x\n  author: y\n  date: 2026-01-31\n", 2, "names neither a rule nor, in its scope, a finding"),
        ("- rule: A\n  scope: {finding: abc}\n  text: x\n  author: y\n  date: 2026-01-31\n", 3, "scope.finding"),
        ("- rule: A\n  scope: {site: 1}\n  text: x\n  author: y\n  date: 2026-01-31\n", 3, "is not a key known here"),
        ("- rule: A\n  reason: x\n  text: x\n  author: y\n  date: 2026-01-31\n", 3, "is not a key known here"),
        ("- A\n", 2, "explanations.0"),
        (" A\n", 1, "explanations"),
    ],
)
def test_what_is_ill_formed_is_told_with_file_and_line(load, entry, line, said):
    with pytest.raises(SpecError) as raised:
        load(entry)
    assert said in str(raised.value)
    assert str(raised.value.file).endswith("explanations.yml")
    assert raised.value.place == f"line {line}"


@pytest.mark.parametrize(
    ("scope", "fits"),
    [
        ("{}", True),
        ("{subject: 01-003}", True),
        ("{subject: 01-004}", False),
        ("{dataset: AE}", True),
        ("{dataset: DM}", False),
        ("{variables: [SAE_YN]}", True),
        ("{variables: [SAE_YN, SAE_CRIT]}", False),
        (f"{{finding: {ID}}}", True),
        ("{finding: 00000000000000a2}", False),
        (f"{{finding: {ID}, subject: 01-004}}", False),
    ],
)
def test_what_a_scope_takes_in(load, scope, fits):
    known = load(f"- rule: IFN-AE-004\n  scope: {scope}\n  text: x\n  author: y\n  date: 2026-01-31\n")
    (explained,), used = known.attach([FINDING])
    assert (explained.explanation, used) == (("x (y, 2026-01-31)", {0}) if fits else (None, set()))


def test_a_reject_is_not_explained(load):
    (explained,), used = load(ENTRY).attach([replace(FINDING, severity=Severity.REJECT)])
    assert (explained.explanation, used) == (None, set())


def test_the_first_of_two_explains_and_both_are_of_use(load):
    known = load(ENTRY + ENTRY.replace("confirmed", "denied"))
    (explained,), used = known.attach([FINDING])
    assert (explained.explanation, used) == ("The site confirmed it on the telephone. (A. Manager, 2026-01-31)", {0, 1})


RULES = {"IFN-AE-004": Severity.ERROR, "IFN-AE-021": Severity.REJECT}


@pytest.mark.parametrize(
    ("entries", "told"),
    [
        (ENTRY, []),
        (ENTRY.replace("IFN-AE-004", "IFN-AE-404"), [(2, "IFN-AE-404 is no rule of this study")]),
        (ENTRY.replace("IFN-AE-004", "TB-LB-KEY"), []),
        (ENTRY.replace("IFN-AE-004", "IFN-AE-021"), [(2, "IFN-AE-021 is a Reject, which can't be explained")]),
        (ENTRY.replace("2026-01-31", "2026-02-02"), [(7, "the date 2026-02-02 is to come (today is 2026-02-01)")]),
        (ENTRY + ENTRY, [(8, "may explain the same finding as the entry on line 2, which then is the one that does")]),
        (ENTRY + ENTRY.replace("subject: 01-003", "subject: 01-004"), []),
        (
            ENTRY + ENTRY.replace("subject: 01-003, ", ""),
            [(8, "may explain the same finding as the entry on line 2, which then is")],
        ),
    ],
)
def test_lint(load, tmp_path, entries, told):
    found = lint_explanations(load(entries), tmp_path, RULES, ("TB-LB",), date(2026, 2, 1))
    assert [(one.severity.value, one.file) for one in found] == [("Error", "validators/explanations.yml")] * len(told)
    for one, (line, text) in zip(found, told, strict=True):
        assert one.line == line
        assert text in one.text

"""Findings held against what was broken: which tell of a defect, and which name its cell as the one to mend."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from trialbook.findings import Finding, Origin, Role, Severity, Stage
from trialbook.quality import compare

MEND, BESIDE = Role.CORRECT, Role.COMPARED


def entry(row: int | None, column: str | None, **others: Any) -> Mapping[str, Any]:
    return {
        "kind": "K",
        "subject": "S1",
        "file": "AE.csv",
        "sheet": None,
        "row": row,
        "column": column,
        "detectable": True,
    } | others


def finding(id: str, *origins: Origin, subject: str | None = "T-S1") -> Finding:
    return Finding(id, "R", (), Severity.ERROR, Stage.RAW, "AE", None, subject, (), {}, "", "", origins)


def at(role: Role, row: int | None, *columns: str, file: str = "AE.csv", path: str | None = None) -> Origin:
    return Origin(role, file, None, row, columns, path)


@pytest.mark.parametrize(
    ("broken", "origins", "naming", "mending", "only"),
    [
        (entry(4, "END"), [at(MEND, 4, "END")], True, True, True),
        (entry(4, "END"), [at(MEND, 4, "END", "START")], True, True, False),
        (entry(4, "END"), [at(MEND, 4, "END"), at(BESIDE, 9, "START")], True, True, True),
        (entry(4, "END"), [at(MEND, 9, "END"), at(BESIDE, 4, "END")], True, False, False),
        (entry(4, "END"), [at(MEND, 4, "START")], False, False, False),
        (entry(4, "END"), [at(MEND, 5, "END")], False, False, False),
        (entry(4, "END"), [at(MEND, 4, "END", file="AE2.csv")], False, False, False),
        # a finding on the record as such names each of its cells, and one on any cell names a record that is broken as a whole
        (entry(4, "END"), [at(MEND, 4)], True, True, True),
        (entry(4, None), [at(MEND, 4, "END")], True, True, True),
        (entry(4, None), [at(BESIDE, 4, "END"), at(MEND, 5, "END")], True, False, False),
        # a file without rows
        (entry(None, "END", path="/ODM/1"), [at(MEND, None, "END", path="/ODM/1")], True, True, True),
        (entry(None, "END", path="/ODM/1"), [at(MEND, None, "END", path="/ODM/2")], False, False, False),
        # a record that was removed
        (entry(None, None), [at(MEND, None)], True, True, True),
        (entry(None, None), [at(BESIDE, 3, "AE_NO")], True, False, False),
        (entry(None, None), [at(MEND, None, file="EX.csv")], False, False, False),
    ],
)
def test_what_names_a_broken_cell(
    broken: Mapping[str, Any], origins: list[Origin], naming: bool, mending: bool, only: bool
) -> None:
    one = finding("a", *origins)
    judged = compare([broken], [one], {"S1": "T-S1"})
    (found,) = judged.found
    assert (found.naming == (one,), found.mending == (one,), found.only == (one,)) == (naming, mending, only)
    assert (judged.right, judged.wrong) == (((one,), ()) if naming else ((), (one,)))


def test_a_removed_record_is_told_of_by_findings_on_its_subject() -> None:
    others = finding("a", at(MEND, None), subject="T-S2")
    judged = compare([entry(None, None)], [others], {"S1": "T-S1", "S2": "T-S2"})
    assert (judged.found[0].naming, judged.wrong) == ((), (others,))


def test_a_finding_is_right_by_one_defect_and_wrong_by_none() -> None:
    first, second, stray = finding("a", at(MEND, 4, "END")), finding("b", at(BESIDE, 5, "END")), finding("c")
    judged = compare([entry(4, "END"), entry(5, "END", detectable=False)], [first, second, stray], {})
    assert (judged.right, judged.wrong) == ((first, second), (stray,))
    assert [one.naming for one in judged.found] == [(first,), (second,)]

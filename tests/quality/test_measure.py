"""The figures, and the table that says them."""

from __future__ import annotations

from trialbook.findings import Finding, Origin, Role, Severity, Stage
from trialbook.quality import Found, Judged, Quality, quality_text


def finding(id: str, role: Role = Role.CORRECT, columns: tuple[str, ...] = ("END",)) -> Finding:
    origins = (Origin(role, "AE.csv", None, 4, columns),)
    return Finding(id, "R-1", (), Severity.ERROR, Stage.RAW, "AE", 3, "T-S1", columns, {}, "Message", "", origins)


def defect(
    kind: str, naming: tuple[Finding, ...], mending: tuple[Finding, ...], only: tuple[Finding, ...] = (), detectable: bool = True
) -> Found:
    entry = {
        "kind": kind,
        "subject": "S1",
        "file": "AE.csv",
        "sheet": None,
        "row": 4,
        "column": "END",
        "before": "a",
        "after": "b",
    }
    return Found(entry | {"detectable": detectable}, naming, mending, only)


ALONE, BOTH, BESIDE = finding("a"), finding("b", columns=("END", "START")), finding("c", Role.COMPARED)
QUALITY = Quality(
    (
        Judged((defect("DATE", (ALONE,), (ALONE,), (ALONE,)), defect("DATE", (BOTH,), (BOTH,))), (ALONE, BOTH), (finding("d"),)),
        Judged((defect("ORDER", (BESIDE,), ()), defect("ORDER", (), ()), defect("TEXT", (), (), (), False)), (BESIDE,), ()),
    )
)


def test_the_figures() -> None:
    figures = (QUALITY.recall, QUALITY.precision, QUALITY.exact, QUALITY.only, QUALITY.good)
    assert figures == (3 / 4, 3 / 4, 2 / 3, 1 / 3, False)


def test_nothing_broken_and_nothing_found_is_good() -> None:
    assert Quality((Judged((), (), ()),)).good


def test_a_finding_on_nothing_broken_is_not() -> None:
    assert not Quality((Judged((), (), (ALONE,)),)).good


def test_the_table_by_kind() -> None:
    assert quality_text(QUALITY, verbose=True).splitlines() == [
        "Kind of defect                                 made  found  exact   only",
        "DATE                                              2      2      2      1",
        "ORDER                                             2      1      0      0",
        "",
        "Nothing in the export tells of these; they are counted apart",
        "TEXT                                              1      0      0      0",
        "",
        "Findings that name no broken cell: 1",
        "     1  Error    R-1",
        "",
        "Missed",
        "ORDER S1 AE.csv  4 END: 'a' -> 'b' ",
        "",
        "Not exact",
        "ORDER S1 AE.csv  4 END: 'a' -> 'b' R-1",
        "",
        "Wrong",
        "R-1 T-S1: Message [correct AE.csv 4 END]",
        "",
        "recall       75.00%   at least 99%: NOT REACHED",
        "precision    75.00%   at least 99%: NOT REACHED",
        "exact        66.67%   at least 98%: NOT REACHED",
        "only         33.33%   a finding names to be mended what is broken and nothing else",
    ]

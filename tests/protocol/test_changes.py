"""What changed between two protocols: by identity, in the protocol's own words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.changes import Word, compare_protocols, word_diff

FILES = {
    "study": "id: TINY01\ntitle: A tiny trial\nbasis: invented\npopulation: {condition: Cough, minimum_age: 18}\n"
    "arms:\n  - {armcd: A, arm: Drug, type: Experimental, description: Drug}\n"
    "  - {armcd: B, arm: Nothing, type: No Intervention, description: Nothing}\n"
    "other_ids: [Cough at 6 months in all who were ever randomized, Death from any cause until the month 24]\n",
    "visits": "visits:\n  - {visitnum: 1, visit: SCREENING, day: -7}\n  - {visitnum: 2, visit: DAY 1, day: 1, window: [0, 3]}\n"
    "  - {visitnum: 3, visit: WEEK 4, day: 29, window: [-3, 3]}\n",
}


def write(folder: Path, **files: str) -> Protocol:
    folder.mkdir()
    for name, text in (FILES | files).items():
        (folder / (name if "." in name else f"{name}.yml")).write_text(text, encoding="utf-8")
    return Protocol(folder)


@pytest.fixture
def changed(tmp_path):
    """The changes that replacing pieces of a file makes, as (kind, id, title, before, after)."""

    def run(part: str, *replaced: tuple[str, str]):
        text = FILES[part]
        for before, after in replaced:
            assert before in text
            text = text.replace(before, after)
        old, new = write(tmp_path / "old"), write(tmp_path / "new", **{part: text})
        return [(str(one.kind), one.id, one.title, one.before, one.after) for one in compare_protocols(old, new)]

    return run


CASES = {
    "a number": (
        "study",
        [("minimum_age: 18", "minimum_age: 20")],
        [("changed", "study.population.minimum_age", "Study: population, minimum age", "18", "20")],
    ),
    "a number that was not there": (
        "study",
        [("minimum_age: 18", "minimum_age: 18, maximum_age: 70")],
        [("added", "study.population.maximum_age", "Study: population, maximum age", None, "70")],
    ),
    "a field of an arm": (
        "study",
        [("arm: Drug,", "arm: Medicine,")],
        [("changed", "study.arms.A.arm", "Arm A: arm", "Drug", "Medicine")],
    ),
    "an arm": (
        "study",
        [("  - {armcd: B, arm: Nothing, type: No Intervention, description: Nothing}\n", "")],
        [("removed", "study.arms.B", "Arm B", "armcd: B; arm: Nothing; type: No Intervention; description: Nothing", None)],
    ),
    "a text in a list, rewritten": (
        "study",
        [("Cough at 6 months", "Cough at 9 months")],
        [
            (
                "changed",
                "study.other_ids.1",
                "Other id 1",
                "Cough at 6 months in all who were ever randomized",
                "Cough at 9 months in all who were ever randomized",
            )
        ],
    ),
    "a window": (
        "visits",
        [("[-3, 3]", "[-7, 7]")],
        [("changed", "visits.WEEK 4.window", "Visit WEEK 4: window", "-3, 3", "-7, 7")],
    ),
    "a day, and a window that goes": (
        "visits",
        [("day: 1, window: [0, 3]", "day: 2")],
        [
            ("changed", "visits.DAY 1.day", "Visit DAY 1: day", "1", "2"),
            ("removed", "visits.DAY 1.window", "Visit DAY 1: window", "0, 3", None),
        ],
    ),
    "a visit": (
        "visits",
        [("  - {visitnum: 1,", "  - {visitnum: 4, visit: WEEK 8, day: 57}\n  - {visitnum: 1,")],
        [("added", "visits.WEEK 8", "Visit WEEK 8", None, "visitnum: 4; visit: WEEK 8; day: 57")],
    ),
    "comments and the way it is written": ("visits", [("visits:\n", "# planned\nvisits:\n\n"), ("[0, 3]", "[ 0,3 ]")], []),
    "a default written out": ("study", [("id: TINY01", "id: TINY01\nstandard: sdtmig-3.4")], []),
}


@pytest.mark.parametrize(("part", "replaced", "expected"), CASES.values(), ids=CASES.keys())
def test_changes_are_told_in_the_protocols_words(changed, part, replaced, expected):
    assert changed(part, *replaced) == expected


def test_another_order_is_no_removal(changed):
    first, second = "  - {visitnum: 1, visit: SCREENING, day: -7}\n", "  - {visitnum: 2, visit: DAY 1, day: 1, window: [0, 3]}\n"
    assert changed("visits", (first + second, second + first)) == [
        ("moved", "visits.SCREENING", "Visit SCREENING", "1", "2"),
    ]


def test_a_thing_that_moves_and_changes_is_both(changed):
    first, last = "  - {visitnum: 1, visit: SCREENING, day: -7}\n", "  - {visitnum: 3, visit: WEEK 4, day: 29, window: [-3, 3]}\n"
    assert changed("visits", (first, ""), (last, last + first.replace("-7", "-14"))) == [
        ("changed", "visits.SCREENING.day", "Visit SCREENING: day", "-7", "-14"),
        ("moved", "visits.SCREENING", "Visit SCREENING", "1", "3"),
    ]


def test_parts_that_come_and_go(tmp_path):
    old = write(tmp_path / "old", **{"plan.yml": "rules:\n  - {id: A, text: One}\n", "notes.txt": "first\nsecond\n"})
    new = write(tmp_path / "new", **{"cases.csv": "id,age\nyoung,17\n"})
    (new.folder / "visits.yml").unlink()
    found = [(str(one.kind), one.id, one.before, one.after) for one in compare_protocols(old, new)]
    assert found == [
        ("removed", "visits.SCREENING", "visitnum: 1; visit: SCREENING; day: -7", None),
        ("removed", "visits.DAY 1", "visitnum: 2; visit: DAY 1; day: 1; window: 0, 3", None),
        ("removed", "visits.WEEK 4", "visitnum: 3; visit: WEEK 4; day: 29; window: -3, 3", None),
        ("added", "cases.csv.young", None, "id: young; age: 17"),
        ("removed", "notes.txt.first", "first", None),
        ("removed", "notes.txt.second", "second", None),
        ("removed", "plan.rules.A", "id: A; text: One", None),
    ]


def test_versions_and_amendments_are_no_changes(tmp_path):
    old, new = write(tmp_path / "old"), write(tmp_path / "new", amendments="original: {version: '1.0'}\n")
    write(new.folder / "versions", visits="visits: []\n")
    (new.folder / ".cache").mkdir()
    (new.folder / ".cache" / "x.yml").write_text("a: 1\n")
    assert compare_protocols(old, new) == ()


def test_a_bibliography_is_compared_by_its_entries(tmp_path):
    entry = "@article{k1, title = {One}, author = {A, B}, year = 2021}\n"
    old = write(tmp_path / "old", **{"references.bib": entry})
    new = write(tmp_path / "new", **{"references.bib": "% comment\n" + entry.replace("2021", "2022") + entry.replace("k1", "k2")})
    found = [(str(one.kind), one.id, one.before, one.after) for one in compare_protocols(old, new)]
    assert found == [
        ("changed", "references.k1.year", "2021", "2022"),
        ("added", "references.k2", None, "id: k2; type: article; author: A, B; title: One; year: 2021"),
    ]


@pytest.mark.parametrize(
    ("name", "content", "what"),
    [
        ("visits.yml", b"visits:\n  - {visitnum: x, visit: A}\n", r"visits\.yml, line 2: visits\.0\.visitnum"),
        ("notes.txt", b"\xff\xfe\x00", r"notes\.txt: is not UTF-8 text"),
        ("references.bib", b"@article{k1, title = {One}", r"references\.bib: is no bibliography that can be read"),
        ("extra.yml", b"a: [1\n", r"extra\.yml"),
    ],
)
def test_a_side_that_cannot_be_read_is_named(tmp_path, name, content, what):
    old, new = write(tmp_path / "old"), write(tmp_path / "new")
    (new.folder / name).write_bytes(content)
    with pytest.raises(SpecError, match=what):
        compare_protocols(old, new)


KEPT, GONE, COME = Word.KEPT, Word.REMOVED, Word.ADDED
LONG = "Subjects from 18 to 70 years of age who consented"


@pytest.mark.parametrize(
    ("before", "after", "pieces"),
    [
        ("18", "20", [(GONE, "18"), (COME, "20")]),
        ("-14, 14", "-21, 21", [(GONE, "-14, 14"), (COME, "-21, 21")]),
        ("", "new", [(COME, "new")]),
        ("old", "", [(GONE, "old")]),
        ("", "", []),
        (
            LONG,
            LONG.replace("18", "20"),
            [(KEPT, "Subjects from "), (GONE, "18"), (COME, "20"), (KEPT, " to 70 years of age who consented")],
        ),
        (
            LONG,
            LONG.replace("18 to 70", "20 or 75"),
            [(KEPT, "Subjects from "), (GONE, "18 to 70"), (COME, "20 or 75"), (KEPT, " years of age who consented")],
        ),
        (
            "受试者年龄应在十八岁至七十岁之间（包括十八岁和七十岁），并已签署知情同意书，且愿意接受随访，直至研究结束为止",
            "受试者年龄应在二十岁至七十岁之间（包括十八岁和七十岁），并已签署知情同意书，且愿意接受随访，直至研究结束为止",
            [
                (KEPT, "受试者年龄应在"),
                (COME, "二"),
                (KEPT, "十"),
                (GONE, "八"),
                (KEPT, "岁至七十岁之间（包括十八岁和七十岁），并已签署知情同意书，且愿意接受随访，直至研究结束为止"),
            ],
        ),
    ],
)
def test_word_diff(before, after, pieces):
    assert word_diff(before, after) == pieces


TEXT = st.text(alphabet="ab 18,.中文\n", max_size=90)


@given(before=TEXT, after=TEXT)
@settings(max_examples=80, deadline=None)
def test_the_pieces_make_both_texts(before, after):
    pieces = word_diff(before, after)
    assert "".join(text for word, text in pieces if word is not COME) == before
    assert "".join(text for word, text in pieces if word is not GONE) == after
    assert all(text for _, text in pieces)

"""The comparison as text, JSON and a Word file."""

from __future__ import annotations

import io
import json
import zipfile

import jsonschema
import pytest
from docx import Document
from docx.oxml.ns import qn

from trialbook.amendment.difference import Compared, Difference
from trialbook.amendment.payload import as_json, diff_schema
from trialbook.amendment.place import Place, PlaceKind, Taken
from trialbook.amendment.show import coloured
from trialbook.amendment.text import as_text
from trialbook.amendment.word_file import as_word_file
from trialbook.protocol.amendments import Amendment
from trialbook.protocol.changes import Change, Kind
from trialbook.protocol.changes.change import Step

LONG = "Subjects from 18 to 70 years of age who consented"
HOSTILE = "a < b & c\x01\ud800; 受试者 <w:t>"


def change(kind: Kind, part: str, name: str, title: str, before: str | None, after: str | None) -> Change:
    return Change(kind, part, (Step(name, True),), title, before, after)


CHANGES = (
    change(Kind.CHANGED, "eligibility", "I1", "Criterion I1: text", LONG, LONG.replace("18", "20")),
    change(Kind.ADDED, "eligibility", "E11", "Criterion E11", None, "Weight not known"),
    change(Kind.REMOVED, "visits", "WEEK 2", "Visit WEEK 2", "day: 15", None),
    change(Kind.MOVED, "visits", "DAY 1", "Visit DAY 1", "2", "1"),
    change(Kind.CHANGED, "other", "x", "Other", "plain", HOSTILE),
)
AMENDMENT = Amendment.model_validate(
    {
        "number": 1,
        "version": "2.0",
        "date": "2026-03-01",
        "effective": "2026-03-15",
        "consents": ["V2.0"],
        "author": "A. Writer",
        "rationale": "Safety",
        "rationales": {"eligibility.I1": "Licence"},
    }
)
FOUND = Difference(
    "TINY01",
    Compared("1.0", "version", "1.0", None, None),
    Compared(".", "folder", "2.0", None, None),
    (AMENDMENT,),
    CHANGES,
    (
        Place(PlaceKind.CRITERIA, "I1", "Age", (Taken("minimum_age", "18", "20"),), "1 of 3 boundary cases judged differently"),
        Place(PlaceKind.RULES, "A-1", "Too young", (Taken("age", None, "20"),)),
    ),
    (("pages", "no book"),),
)
NOTHING = Difference("TINY01", FOUND.old, FOUND.new, (), (), (), ())

TEXT = """\
Protocol TINY01: 1.0 → this folder (version 2.0)
Amendment 1 of 2026-03-01 (version 2.0, effective 2026-03-15): Safety

Eligibility
  Criterion I1: text: Subjects from [-18-]{+20+} to 70 years of age who consented
  Criterion E11: added {+Weight not known+}

Visits
  Visit WEEK 2: removed [-day: 15-]
  Visit DAY 1: moved, 2 → 1

Other
  Other: [-plain-]{+%s+}

What the changes touch
  Criteria: 1
    I1: Age (1 of 3 boundary cases judged differently)
      minimum_age: 18 → 20
  Checks: 1
    A-1: Too young
      age: nothing → 20
  Not computed: pages: no book
"""


def test_text():
    assert as_text(FOUND) == TEXT % HOSTILE
    assert as_text(NOTHING) == "Protocol TINY01: 1.0 → this folder (version 2.0)\nNothing changed.\n"


def test_colours_are_for_a_terminal_only():
    assert "\x1b[" not in as_text(FOUND)
    painted = as_text(FOUND, coloured)
    assert "Subjects from \x1b[31m[-18-]\x1b[0m\x1b[32m{+20+}\x1b[0m to 70" in painted


@pytest.mark.parametrize("found", [FOUND, NOTHING], ids=["changes", "nothing"])
def test_json_is_what_its_schema_says(found):
    validator = jsonschema.Draft202012Validator(diff_schema())
    assert [error.message for error in validator.iter_errors(json.loads(as_json(found)))] == []


def test_json_of_a_change():
    payload = json.loads(as_json(FOUND))
    assert payload["changes"][0] == {
        "id": "eligibility.I1",
        "part": "eligibility",
        "kind": "changed",
        "title": "Criterion I1: text",
        "before": LONG,
        "after": LONG.replace("18", "20"),
        "words": [["=", "Subjects from "], ["-", "18"], ["+", "20"], ["=", " to 70 years of age who consented"]],
        "rationale": "Licence",
    }
    assert [one["words"] for one in payload["changes"][1:4]] == [None, None, None]
    assert payload["touches"]["rules"] == [
        {"id": "A-1", "title": "Too young", "note": "", "takes": [{"name": "age", "before": None, "after": "20"}]}
    ]
    assert [*payload["touches"]] == [str(kind) for kind in PlaceKind]


def body(content: bytes):
    return Document(io.BytesIO(content)).element.body


def texts(content: bytes, accepted: bool) -> list[str]:
    """The paragraphs outside of tables, with their tracked changes accepted or rejected; those that go with them left out."""
    kept, gone = ("ins", "del") if accepted else ("del", "ins")
    found = []
    for paragraph in body(content).iterchildren(qn("w:p")):
        mark = paragraph.find(f"{qn('w:pPr')}/{qn('w:rPr')}/{qn(f'w:{gone}')}")
        parts = []
        for node in paragraph.iter(qn("w:t"), qn("w:delText")):
            above = {one.tag for one in node.iterancestors()}
            if qn(f"w:{gone}") not in above:
                parts.append(node.text)
        if mark is None:
            found.append("".join(parts))
    assert kept
    return found


def test_the_redline_accepted_is_the_new_text_and_rejected_the_old():
    content = as_word_file(FOUND)
    new, old = texts(content, accepted=True), texts(content, accepted=False)
    assert (LONG.replace("18", "20") in new, LONG in new) == (True, False)
    assert (LONG.replace("18", "20") in old, LONG in old) == (False, True)
    assert ("Weight not known" in new, "Weight not known" in old) == (True, False)
    assert ("day: 15" in new, "day: 15" in old) == (False, True)
    assert "Moved: 2 → 1" in new


def test_tracked_changes_are_by_the_author_and_of_the_date_of_the_amendment():
    marks = [*body(as_word_file(FOUND)).iter(qn("w:ins"), qn("w:del"))]
    assert {(one.get(qn("w:author")), one.get(qn("w:date"))) for one in marks} == {("A. Writer", "2026-03-01T00:00:00Z")}
    ids = [one.get(qn("w:id")) for one in marks]
    assert len(ids) == len(set(ids)) > 0


def test_without_an_amendment_nobody_is_said_to_have_written_it():
    found = Difference("TINY01", FOUND.old, Compared("HEAD", "revision", "1.0", "0" * 40, "2024-05-01"), (), CHANGES, (), ())
    marks = [*body(as_word_file(found)).iter(qn("w:ins"), qn("w:del"))]
    assert {(one.get(qn("w:author")), one.get(qn("w:date"))) for one in marks} == {("trialbook", "2024-05-01T00:00:00Z")}


def test_the_table_of_changes_has_the_reasons():
    tables = Document(io.BytesIO(as_word_file(FOUND))).tables
    rows = [[cell.text for cell in row.cells] for row in tables[1].rows]
    assert rows[:3] == [
        ["Section", "Subject", "Description of change", "Rationale"],
        ["Eligibility", "Criterion I1: text", f"{LONG} → {LONG.replace('18', '20')}", "Licence"],
        ["Eligibility", "Criterion E11", "Added: Weight not known", "Safety"],
    ]


def test_a_word_file_of_nothing_and_of_what_xml_can_not_hold():
    assert "Nothing changed." in texts(as_word_file(NOTHING), accepted=True)
    with zipfile.ZipFile(io.BytesIO(as_word_file(FOUND))) as file:
        xml = file.read("word/document.xml").decode("utf-8")
    assert "a &lt; b &amp; c\ufffd\ufffd; 受试者 &lt;w:t&gt;" in xml

"""``protocol/sections.yml``: sentences by ICH M11's sections, what is open, and what lint says of them."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.changes import compare_protocols
from trialbook.protocol.lint import lint_protocol
from trialbook.protocol.lint.agreement import lint_wording
from trialbook.protocol.lint.glossary import lint_glossary
from trialbook.protocol.lint.references import lint_references
from trialbook.protocol.lint.sections import lint_sections
from trialbook.protocol.registry.compare_statements import compare_statements
from trialbook.protocol.registry.record import RecordForm, RegistryRecord
from trialbook.protocol.source import Source
from trialbook.protocol.statements import statements
from trialbook.standards import m11_sections

SECTIONS = """\
sections:
  - number: "2.1"
    statements:
      - {text: "Coughs last {visits.MONTH 6.day} days", cites: [doe2001]}
      - {text: Syrup helps, source: record, quote: it helps, note: More in question 1}
  - {number: "4.3", open: true}
"""
QUESTIONS = "questions:\n  - {number: 1, question: Why?, reading: So, impact: None, section: 3.1.1}\n"
BIB = "@misc{doe2001, author = {Doe, Jane}, title = {Cough}, year = {2001}}\n"


def test_each_sentence_is_a_statement_with_its_source(parts: Callable) -> None:
    found = [one for one in statements(parts(sections=SECTIONS)) if one.part == "sections"]
    assert [(one.dotted, one.line, one.text, one.source, one.quote, one.cites, one.composed) for one in found] == [
        ("sections.0.statements.0", 4, "Coughs last {visits.MONTH 6.day} days", Source.ASSUMPTION, "", ("doe2001",), True),
        ("sections.0.statements.1", 5, "Syrup helps", Source.RECORD, "it helps", (), False),
    ]


def test_by_number(parts: Callable) -> None:
    sections = parts(sections=SECTIONS).sections
    assert [(one.number, one.open, len(one.statements)) for one in sections.sections] == [("2.1", False, 2), ("4.3", True, 0)]
    assert (sections.get("4.3"), sections.get("9.9")) == (sections.sections[1], None)


def test_a_protocol_without_the_file(parts: Callable, said: Callable) -> None:
    protocol = parts()
    assert (protocol.sections.sections, said(lint_sections, protocol)) == ((), [])


@pytest.mark.parametrize(
    ("section", "what"),
    [
        ('{number: "2.1"}', "says nothing: it takes statements, open: true, or applies: false with a reason"),
        ("{number: 2.1, open: true}", "valid string"),
        ('{number: "2.1.", open: true}', "should match pattern"),
        ('{number: "2.1", open: true, applies: false, reason: Both}', "is open, and does not apply"),
        ('{number: "2.1", applies: false}', "does not apply: that takes a reason, and no statements"),
        ('{number: "2.1", applies: false, reason: No, statements: [{text: Yes}]}', "that takes a reason, and no statements"),
        ('{number: "2.1", statements: [{text: Yes}], reason: No}', "reason and question belong to a section that is open"),
        ('{number: "2.1", statements: [{text: Yes}], question: 1}', "reason and question belong to a section that is open"),
        ('{number: "2.1", statements: [{text: ""}]}', "at least 1 character"),
        ('{number: "2.1", statements: [{text: Of others, source: literature}]}', "needs cites"),
        ('{number: "2.1", statements: [{text: Mine, source: assumption, quote: its words}]}', "quote holds words of the record"),
    ],
)
def test_what_is_wrong_in_itself(parts: Callable, section: str, what: str) -> None:
    with pytest.raises(SpecError, match=what) as raised:
        _ = parts(sections=f"sections:\n  - {section}\n").sections
    assert str(raised.value.place) == "line 2"


def test_a_section_twice(parts: Callable) -> None:
    with pytest.raises(SpecError, match=r"the section 4\.3 is there twice"):
        _ = parts(sections=SECTIONS + '  - {number: "4.3", open: true}\n').sections


def whole(*, without: tuple[str, ...] = ()) -> str:
    """A file that says of every section of the second level, and of those of the first without one, that it is open."""
    divided = {one.above for one in m11_sections().values()}
    numbers = [one.number for one in m11_sections().values() if one.level == 2 or (one.level == 1 and one.number not in divided)]
    return "sections:\n" + "".join(f'  - {{number: "{one}", open: true}}\n' for one in numbers if one not in without)


def test_sections_that_nothing_is_said_of(parts: Callable, said: Callable) -> None:
    """What a part states as data needs no sentence; what is below a section is said of it."""
    assert said(lint_sections, parts(sections=whole())) == []
    protocol = parts(sections=whole(without=("4.3", "13", "1.1", "3.1", "9.1")))
    assert said(lint_sections, protocol) == [
        ("Warning", "sections.yml", 1, f"nothing is said of section {number}, nor that it is open")
        for number in ("3.1, Primary Objective(s) and Associated Estimand(s)", "4.3, Trial Stopping Rules", "9.1, Definitions",
                       "13, APPENDIX: GLOSSARY OF TERMS AND ABBREVIATIONS")
    ]  # fmt: skip
    text = whole(without=("9.1",)).replace('"9.2", open', '"9.1.2", open')
    assert [text for *_, text in said(lint_sections, parts(sections=text))] == [
        "nothing is said of section 9.2, Timing and Procedures for Collection and Reporting, nor that it is open"
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        ('"4.3", open: true', '"4.9", open: true', ("Error", "sections.yml", 22, "ICH M11 has no section 4.9")),
        ('"4.3", open: true', '"4.3", open: true, reason: See section 2.9',
         ("Error", "sections.yml", 22, "names section 2.9, which is not there")),
        ('"4.3", open: true', '"4.3", statements: [{text: See question 2}]',
         ("Error", "sections.yml", 22, "names question 2, which is not there")),
        ('"4.3", open: true', '"4.3", statements: [{text: See, items: [a, section 15]}]',
         ("Error", "sections.yml", 22, "names section 15, which is not there")),
        ('"4.3", open: true', '"4.3", statements: [{text: See, note: section 2.1 and question 1}]', None),
    ],
)  # fmt: skip
def test_numbers_that_are_not_there(parts: Callable, said: Callable, old: str, new: str, complaint: tuple | None) -> None:
    lines = whole().splitlines()
    at = next(index for index, line in enumerate(lines) if old in line)
    padded = "\n".join([*lines[:at], *["  # a line"] * (21 - at), *lines[at:]]).replace(old, new)
    found = said(lint_sections, parts(sections=padded, questions=QUESTIONS))
    expected = [complaint] if complaint else []
    assert [one for one in found if one[0] == "Error"] == expected


def test_sections_out_of_order(parts: Callable, said: Callable) -> None:
    text = whole(without=("4.3",)) + '  - {number: "4.3", open: true}\n'
    (found,) = said(lint_sections, parts(sections=text))
    assert found == ("Warning", "sections.yml", text.count("\n"), "4.3 stands after 14, which M11 has after it")


def test_a_question_of_a_section_that_m11_does_not_have(parts: Callable, said: Callable) -> None:
    protocol = parts(questions=QUESTIONS.replace("3.1.1", "3.1.7"))
    assert said(lint_sections, protocol) == [("Error", "questions.yml", 2, "ICH M11 has no section 3.1.7")]


def test_other_checks_look_into_the_sentences(parts: Callable, said: Callable) -> None:
    """Facts in braces, citations, abbreviations, and the number of a question."""
    text = SECTIONS.replace("MONTH 6.day", "MONTH 7.day").replace("Syrup helps", "Syrup of URTI helps those who cough")
    text = text.replace("open: true", "open: true, question: 2")
    protocol = parts(sections=text, questions=QUESTIONS, glossary="terms:\n  - {term: ALT, stands_for: an enzyme}\n")
    assert said(lint_wording, protocol) == [
        ("Error", "sections.yml", 4, "{visits.MONTH 7.day} names nothing: visits has no 'MONTH 7'"),
    ]  # fmt: skip
    assert said(lint_references, protocol) == [("Error", "sections.yml", 4, "cites doe2001, which is not in references.bib")]
    assert said(lint_references, parts(sections=text, references=BIB)) == []
    assert said(lint_glossary, protocol) == [("Warning", "sections.yml", 5, "the abbreviation URTI is not in the glossary")]
    assert ("Error", "sections.yml", 6, "there is no question 2") in said(lint_protocol, protocol)


def test_words_that_the_record_does_not_have(parts: Callable) -> None:
    protocol = parts(sections=SECTIONS)
    for text, expected in (("Yes, it helps a lot.", []), ("It is of no use.", [(5, "it helps")])):
        record = RegistryRecord(identifier="X", form=RecordForm.PAGE, text=text)
        found = [one for one in compare_statements(record, protocol) if one.file == "sections.yml"]
        assert [(one.line, one.protocol) for one in found] == expected


def test_a_changed_sentence_is_told_by_its_section(parts: Callable, tmp_path: Path) -> None:
    old = parts(sections=SECTIONS)
    shutil.copytree(old.folder, tmp_path / "new")
    text = SECTIONS.replace("Syrup helps", "Syrup may help").replace(
        '"4.3", open: true', '"4.3", applies: false, reason: Too short'
    )
    (tmp_path / "new/sections.yml").write_text(text, encoding="utf-8")
    changes = compare_protocols(old, Protocol(tmp_path / "new"))
    assert [(one.id, one.title, one.before, one.after) for one in changes] == [
        ("sections.2.1.statements.2.text", "Section 2.1, statement 2: text", "Syrup helps", "Syrup may help"),
        ("sections.4.3.open", "Section 4.3: open", "yes", "no"),
        ("sections.4.3.applies", "Section 4.3: applies", "yes", "no"),
        ("sections.4.3.reason", "Section 4.3: reason", None, "Too short"),
    ]

"""``protocol/questions.yml``: open questions, where their reading is decided, and what names them."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import SpecError
from trialbook.protocol.lint.questions import lint_questions
from trialbook.protocol.source import Source

QUESTIONS = """\
questions:
  - number: 1
    question: What is a cough?
    says: [{quote: no cough}]
    reading: Any
    parameters: [analysis.COUGH, visits.MONTH 6.window, study.design.planned_subjects]
    impact: Everything
    section: 3.1.1
"""
ANALYSIS = "settings:\n  - {id: COUGH, text: A cough, value: any, question: 1}\n"


def test_the_record_s_words_are_the_record_s(parts: Callable) -> None:
    (question,) = parts(questions=QUESTIONS).questions.questions
    assert (question.number, question.section, question.open) == (1, "3.1.1", True)
    assert [(one.source, one.quote) for one in question.says] == [(Source.RECORD, "no cough")]


@pytest.mark.parametrize(
    ("questions", "analysis", "complaints"),
    [
        (QUESTIONS, ANALYSIS, []),
        (QUESTIONS, ANALYSIS.replace("question: 1", "question: 2"), [("Error", "analysis.yml", 2, "there is no question 2")]),
        (
            QUESTIONS.replace("analysis.COUGH", "analysis.SNEEZE"),
            ANALYSIS,
            [("Error", "questions.yml", 6, "analysis.SNEEZE names nothing: analysis has no SNEEZE")],
        ),
        (
            QUESTIONS.replace("6.window", "6.width"),
            ANALYSIS,
            [("Error", "questions.yml", 6, "visits.MONTH 6.width names nothing: visits.MONTH 6 has no width")],
        ),
        (
            QUESTIONS.replace("analysis.COUGH", "endpoints.COUGH"),
            ANALYSIS,
            [("Error", "questions.yml", 6, "endpoints.COUGH names nothing: there is no endpoints.yml")],
        ),
        ("questions: []\n", ANALYSIS, []),
    ],
)
def test_parameters_and_questions_know_each_other(
    parts: Callable, said: Callable, questions: str, analysis: str, complaints: list[tuple[str, str, int, str]]
) -> None:
    assert said(lint_questions, parts(questions=questions, analysis=analysis)) == complaints


@pytest.mark.parametrize(
    ("before", "after", "what"),
    [
        ("number: 1", "number: 0", "questions.0.number: Input should be greater than 0"),
        ("section: 3.1.1", "section: three", "questions.0.section: String should match pattern"),
        ("    impact: Everything\n", "", "questions.0.impact: is missing"),
        ("says: [{quote: no cough}]", "says: [{quote: no cough, source: assumption}]", "quote holds words of the record"),
        (
            "questions:\n",
            "questions:\n  - {number: 1, question: A, reading: A, impact: A, section: '1'}\n",
            "question 1 is there twice",
        ),
    ],
)
def test_what_is_wrong_in_itself(parts: Callable, before: str, after: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(questions=QUESTIONS.replace(before, after)).questions
    assert what in str(caught.value)

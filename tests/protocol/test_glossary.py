"""``protocol/glossary.yml``: terms, and abbreviations in the protocol's sentences that it does not explain."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import SpecError
from trialbook.protocol.lint.glossary import abbreviations, lint_glossary

GLOSSARY = """\
names: [ACME]
terms:
  - {term: URTI, stands_for: upper respiratory tract infection}
  - {term: "CR1, CR2", stands_for: first and second cough}
"""
ANALYSIS = """\
sets:
  - {id: ALL, name: All, definition: "ALL with URTI in CR1 or CR2 at MONTH 6 in arm A, by the method of ACME"}
settings:
  - {id: DAY, text: "Of {visits.MONTH 6.day} and PCR alone", value: COUNTED FROM DAY}
"""


def test_what_counts_as_an_abbreviation(parts: Callable) -> None:
    """Visits, arms and the protocol's own identifiers do not, nor facts in braces, nor what is no sentence."""
    found = [(word, name) for word, name, _ in abbreviations(parts(glossary=GLOSSARY, analysis=ANALYSIS))]
    assert found == [("URTI", "analysis"), ("CR1", "analysis"), ("CR2", "analysis"), ("ACME", "analysis"), ("PCR", "analysis")]


def test_an_abbreviation_that_is_not_explained_is_complained_of_once(parts: Callable, said: Callable) -> None:
    protocol = parts(glossary=GLOSSARY, analysis=ANALYSIS + 'testing: {multiplicity: "no PCR at all"}\n')
    assert said(lint_glossary, protocol) == [("Warning", "analysis.yml", 4, "the abbreviation PCR is not in the glossary")]
    assert said(lint_glossary, parts(glossary="terms: []\n", analysis=ANALYSIS)) == []


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("terms:\n  - {term: PCR}\n", "PCR is not explained: it has neither stands_for nor definition"),
        ("terms:\n  - {term: A, stands_for: a}\n  - {term: A, stands_for: b}\n", "the term A is there twice"),
    ],
)
def test_what_is_wrong_in_itself(parts: Callable, text: str, what: str) -> None:
    with pytest.raises(SpecError, match=what):
        _ = parts(glossary=text).glossary

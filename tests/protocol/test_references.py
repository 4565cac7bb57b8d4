"""``protocol/references.bib``: the literature as written out, and whether it is cited."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from trialbook.errors import SpecError
from trialbook.protocol.lint.references import lint_references

BIB = """\
@article{miettinen1985,
  author = {Miettinen, Olli and Nurminen, Markku},
  title = {Comparative analysis of two rates},
  journal = {Statistics in Medicine},
  year = {1985},
  volume = {4},
  pages = {213--226},
}

@misc{label,
  author = {{Müller \\& Söhne}},
  title = {Cough syrup: prescribing information},
}
"""
CITING = """\
estimation: {source: literature, cites: [miettinen1985]}
testing: {source: literature, cites: [label]}
"""


def test_entries_are_written_out_in_the_order_of_the_file(parts: Callable) -> None:
    references = parts(references=BIB).references
    assert {key: (one.line, one.cited, one.text, one.year) for key, one in references.items()} == {
        "miettinen1985": (
            1,
            "Miettinen and Nurminen 1985",
            "Olli Miettinen and Markku Nurminen. Comparative analysis of two rates. Statistics in Medicine, 4:213–226, 1985.",
            "1985",
        ),
        "label": (10, "Müller & Söhne", "Müller & Söhne. Cough syrup: prescribing information.", ""),
    }
    assert "<em>Statistics in Medicine</em>" in references["miettinen1985"].html
    assert "Müller &amp; Söhne" in references["label"].html


@pytest.mark.parametrize(
    ("entries", "cited"),
    [
        ("@misc{a, title={T}, author={{ICH}}, year={1998}, shorthand={ICH E9}}", {"a": "ICH E9"}),
        ("@book{a, title={T}, author={van Os, J and others}, publisher={P}, year={1998}}", {"a": "van Os et al. 1998"}),
        ("@book{a, title={T}, author={A, B and C, D and E, F}, publisher={P}, year={2}}", {"a": "A et al. 2"}),
        ('@misc{a, title={T}, author={{\\"A}b, C}, year={3}}', {"a": "Äb 3"}),
        ("@misc{a, title={T}}", {"a": "a"}),
        ("@misc{a, title={T}, author={X, Y}, year={4}} @misc{b, title={U}, author={X, Z}, year={4}}", {"a": "X 4a", "b": "X 4b"}),
    ],
    ids=["shorthand", "others", "three", "accent", "nobody", "the same twice"],
)
def test_what_a_text_says_of_an_entry(parts: Callable, entries: str, cited: dict[str, str]) -> None:
    assert {key: one.cited for key, one in parts(references=entries).references.items()} == cited


def test_markup_in_an_entry_is_text(parts: Callable) -> None:
    references = parts(references="@misc{a,\n  title = {<script>x</script>},\n}\n").references
    assert "<script>" not in references["a"].html


def test_a_study_without_literature(parts: Callable, said: Callable) -> None:
    assert parts().references == {}
    assert said(lint_references, parts()) == []


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        ("@article{a,\n  title = {A}\n  year = {1}\n}\n", "line 3", "is not valid BibTeX"),
        ("@article{a,\n  title = {A},\n", "line 3", "is not valid BibTeX"),
        ("@misc{a,\n  title = b,\n}\n", "line 2", "is not valid BibTeX: b is not defined"),
        ("@misc{a,\n  title = {A},\n  author = {A, B, C, D, E},\n}\n", "line 1", "Too many commas in 'A, B, C, D, E'"),
        ("\n@misc{a}\n", "line 2", "the entry a has no title"),
        ("\n@article{a,\n  title = {A},\n}\n", "line 2", "the entry a can't be written out: missing author in a"),
        ("@misc{a,\n  title = {A}}\n@misc{a,\n  title = {B}}\n", "line 1", "repeated bibliography entry: a"),
    ],
)
def test_what_is_no_bibtex_names_its_line(parts: Callable, text: str, place: str, what: str) -> None:
    with pytest.raises(SpecError) as caught:
        _ = parts(references=text).references
    assert (caught.value.place, what in str(caught.value)) == (place, True), caught.value


@pytest.mark.parametrize(
    ("analysis", "complaints"),
    [
        (CITING, []),
        (CITING.replace("[label]", "[lable]"), [
            ("Error", "analysis.yml", 2, "cites lable, which is not in references.bib"),
            ("Warning", "references.bib", 10, "nothing in the protocol cites it"),
        ]),
    ],
)  # fmt: skip
def test_citations_lead_to_entries_and_entries_are_cited(
    parts: Callable, said: Callable, analysis: str, complaints: list[tuple[str, str, int, str]]
) -> None:
    assert said(lint_references, parts(references=BIB, analysis=analysis)) == complaints


def test_citing_without_a_list(parts: Callable, said: Callable) -> None:
    assert [text for *_, text in said(lint_references, parts(analysis=CITING))] == [
        "cites miettinen1985, which is not in references.bib",
        "cites label, which is not in references.bib",
    ]

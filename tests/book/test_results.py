"""What a site's cells say, as text, and where two sites differ."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest

from trialbook.book.results import differences, read_results, text_lines


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("<table><tr><th>n</th><td>96</td></tr></table>", ["n", "96"]),
        ("<p>a <b>bold</b> word &lt;&amp;</p><p>next</p>", ["a bold word <&", "next"]),
        ("<p>took <time>2.8 s</time> on\n  one line</p>", ["took on one line"]),
        ("<style>p {}</style><script>let x = 1;</script><p>shown</p>", ["shown"]),
        ("<svg><title>Power</title><text>0.8</text></svg>", ["Power", "0.8"]),
        ("", []),
    ],
)
def test_text_of_a_page(markup: str, expected: list[str]) -> None:
    assert text_lines(markup) == expected


def test_results_of_notebooks(tmp_path: Path) -> None:
    output = nbformat.v4.new_output
    cells = [
        nbformat.v4.new_markdown_cell("Prose is no result"),
        nbformat.v4.new_code_cell("1", outputs=[output("display_data", {"text/html": "<p>n = 96</p>", "text/plain": "x"})]),
        nbformat.v4.new_code_cell("2", outputs=[output("execute_result", {"text/plain": "a\nb"}), output("stream", text="c\n")]),
        nbformat.v4.new_code_cell("3"),
    ]
    (tmp_path / "book").mkdir()
    nbformat.write(nbformat.v4.new_notebook(cells=cells), tmp_path / "book/p.ipynb")
    assert read_results(tmp_path) == {"book/p": (("n = 96",), ("a", "b", "c"), ())}


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"p": (("n", "96"),)}, {"p": (("n", "96"),)}, []),
        ({"p": (("n", "96"),)}, {"p": (("n", "97"),)}, ["p, cell 1: “96” → “97”"]),
        ({"p": (("a",), ("b",))}, {"p": (("a",), ("b", "c"))}, ["p, cell 2: nothing → “c”"]),
        ({"p": (("a",),)}, {"p": ()}, ["p, cell 1: “a” → nothing"]),
        ({"p": ((),)}, {}, ["p, cell 0: “a page” → “gone”"]),
        ({}, {"p": ((),)}, ["p, cell 0: “no such page” → “a page”"]),
        ({"p": (("a" * 300,),)}, {"p": (("b",),)}, [f"p, cell 1: “{'a' * 159}…” → “b”"]),
    ],
    ids=["same", "a number", "a line more", "a cell less", "a page less", "a page more", "long"],
)
def test_differences(before: dict, after: dict, expected: list[str]) -> None:
    assert [str(one) for one in differences(before, after)] == expected

"""Which pages of a book take what changed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from trialbook.amendment.pages import cells_of, touched_pages
from trialbook.run import Study

AGES = """# Who may take part

```{code-cell} ipython3
:tags: [hide-input]

from trialbook.pages import show, synopsis_table
show(synopsis_table('population'))
```
"""
PAGES = {
    "ages.md": AGES,
    "text.md": "# Only text\n\nFrom 18 years. `study.population`\n",
    "forms.md": "# Forms\n\n```{code-cell}\nfrom trialbook.pages import forms_table, show\nshow(forms_table())\n```\n",
    "run.md": "# A run\n\n```{code-cell}\nfrom trialbook.pages import latest_run\nrun = latest_run()\n```\n"
    "\n```{code-cell}\nrun.findings\n```\n",
    "own.md": "# Own code\n\n```{code-cell}\nimport nowhere_to_be_found\n%matplotlib inline\nfrom trialbook.pages import study\n"
    "youngest = study().protocol.study.population.minimum_age\n```\n",
    "title.md": "# Title\n\n```{code-cell}\nfrom trialbook.pages import study\nstudy().protocol.study.title\n```\n",
    "broken.md": "# No Python\n\n```{code-cell}\nthis is no Python\n```\n",
    "part/deep.md": AGES.replace("Who may take part", "Deep"),
}


@pytest.fixture
def sides(tiny_study: Path, tmp_path: Path) -> tuple[Study, Study]:
    """Two studies that differ in an age limit."""
    other = shutil.copytree(tiny_study, tmp_path / "other")
    text = (other / "protocol" / "study.yml").read_text(encoding="utf-8")
    (other / "protocol" / "study.yml").write_text(text.replace("{condition", "{minimum_age: 18, condition"), encoding="utf-8")
    for name, page in PAGES.items():
        (tmp_path / "book" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "book" / name).write_text(page, encoding="utf-8")
    return Study(tiny_study), Study(other)


@pytest.mark.parametrize(("run_differs", "more"), [(False, []), (True, ["book/run.md"])])
def test_the_pages_that_take_the_age(sides, tmp_path, run_differs, more):
    found = touched_pages(tmp_path / "book", *sides, run_differs)
    assert [one.id for one in found] == sorted(["book/ages.md", "book/own.md", "book/part/deep.md", *more])
    assert {one.id: one.title for one in found}["book/ages.md"] == "Who may take part"
    (own,) = [one for one in found if one.id == "book/own.md"]
    assert [(one.name, one.before, one.after) for one in own.takes] == [("study.population.minimum_age", None, "18")]


def test_pages_of_the_same_protocol(sides, tmp_path):
    assert touched_pages(tmp_path / "book", sides[0], sides[0], False) == []
    assert touched_pages(tmp_path / "no book", *sides, False) == []


def test_the_code_of_cells():
    text = "```{code-cell} python\n---\ntags: [a]\n---\nx = 1\n!ls\n```\n\n```python\ny = 2\n```\n"
    assert [*cells_of(text)] == ["x = 1\n"]


def test_only_the_pages_whose_sections_changed(tiny_study, tmp_path):
    """A page that shows sections by number takes those, and one that only links to a section takes none."""
    page = "# {0}\n\n```{{code-cell}}\nfrom trialbook.pages import questions_cards, section, show\nshow({0})\n```\n"
    for name, shown in (("two", 'section("2.1"), section("2.2.1")'), ("four", 'section("4.3")'), ("asked", "questions_cards()")):
        (tmp_path / "book").mkdir(exist_ok=True)
        (tmp_path / f"book/{name}.md").write_text(page.format(shown), encoding="utf-8")
    other = shutil.copytree(tiny_study, tmp_path / "other")
    for root, reason in ((tiny_study, "Before"), (other, "After")):
        text = f'sections:\n  - {{number: "2.2.1", open: true, reason: {reason}}}\n  - {{number: "4.3", open: true}}\n'
        (root / "protocol/sections.yml").write_text(text, encoding="utf-8")
    found = touched_pages(tmp_path / "book", Study(tiny_study), Study(other), False)
    assert [(one.id, [take.name for take in one.takes]) for one in found] == [("book/two.md", ["sections"])]

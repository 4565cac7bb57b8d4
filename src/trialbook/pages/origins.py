"""What the names in a domain's specification mean, raw columns of forms, and links from forms to domains and back."""

from __future__ import annotations

from collections.abc import Mapping

from markupsafe import Markup

from trialbook.mapping import FormSpec, Records, Specs
from trialbook.mapping.references import resolve
from trialbook.pages.html import Cell, target
from trialbook.pages.inputs import book_files
from trialbook.pages.session import study

PAGES = {
    "form": "forms",
    "column": "forms",
    "codelist": "forms",
    "domain": "data-standards",
    "variable": "data-standards",
}
"""The page of the book that shows what of the specifications."""


def aliases(records: Records, specs: Specs) -> dict[str, FormSpec]:
    """The forms that a kind of records sees, by the names the specification has for them; its own is the first."""
    return {
        records.form: specs.sources[records.form],
        **{alias: specs.sources[join.form] for alias, join in records.join.items()},
    }


def raw_column(name: str, known: Mapping[str, FormSpec]) -> tuple[str, str]:
    """The (form, column) that a name in a specification means; load_specs has made sure that there is one."""
    found = resolve(name, dict(known))
    if found is None:
        raise KeyError(name)
    return known[found[0]].form, found[1]


def spec_link(text: Cell, kind: str, *names: str) -> Markup:
    """A link to a form, column, code list, domain or variable; on the same page in a book without the page that is theirs."""
    page = f"{PAGES[kind]}.html" if f"{PAGES[kind]}.md" in book_files(study().root) else ""
    return Markup('<a href="{}#{}">{}</a>').format(page, target(kind, *names), text)

"""Each raw form, annotated: what its columns are, and what becomes of them: the account that ``specs lint`` gives."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from trialbook.mapping import ColumnSpec, FormSpec
from trialbook.mapping.column_use import ColumnStatus, ColumnUse, column_uses
from trialbook.pages.html import NOTHING, Cell, code, heading, lines, note, table, target
from trialbook.pages.origins import spec_link
from trialbook.pages.session import study

STATUSES = (ColumnStatus.MAPPED, ColumnStatus.SUPP, ColumnStatus.NOT_SUBMITTED, ColumnStatus.UNACCOUNTED)
_OPEN = Markup('<strong class="book-open">{}</strong>')


def forms_table() -> Markup:
    """The forms of the export: the names of their files, and what becomes of how many of their columns."""
    counts = Counter((use.form, use.status) for use in column_uses(study().specs))
    rows = []
    for name, form in study().specs.forms.items():
        numbers: list[Cell] = [str(counts[name, status]) for status in STATUSES]
        if counts[name, ColumnStatus.UNACCOUNTED]:
            numbers[-1] = _OPEN.format(numbers[-1])
        patterns = Markup(", ").join(code(pattern) for pattern in form.tables)
        rows.append((spec_link(code(name), "form", name), form.title, patterns, str(len(form.columns)), *numbers))
    headers = ("Form", "Title", "Files or sheets", "Columns", "Mapped", "SUPP", "Not submitted", "Unaccounted")
    return table(headers, rows, about="Forms", kind="book-numbers")


def form_specification(form: str) -> Markup:
    """One form: each column with label, type, format and code list, and the variables it goes to or why it goes to none."""
    spec = study().specs.forms[form]
    uses = {use.column: use for use in column_uses(study().specs) if use.form == form}
    rows = [_column(spec, name, column, uses[name]) for name, column in spec.columns.items()]
    parts = [
        heading(3, f"{form}: {spec.title}" if spec.title else form, "form", form),
        Markup('<p class="book-note">Files or sheets {}. A record is told by {}.{}</p>').format(
            Markup(", ").join(code(pattern) for pattern in spec.tables),
            Markup(", ").join(code(key) for key in spec.keys),
            "" if spec.required else " The form may be absent.",
        ),
        table(("Column", "Type and format", "Code list", "Becomes"), rows, about=f"Columns of form {form}", kind="book-columns"),
    ]
    return Markup("\n").join(parts)


def _column(form: FormSpec, name: str, column: ColumnSpec, use: ColumnUse) -> tuple[Cell, ...]:
    marks = [text for text, holds in (("subject", name == form.subject), ("key", name in form.keys)) if holds]
    marks += [text for text, holds in (("required", column.required), ("may be absent", column.optional)) if holds]
    names = Markup('<span id="{}">{}</span>').format(target("column", form.form, name), code(name))
    if column.aliases:
        names += note("or " + ", ".join(column.aliases))
    kind = Markup("{}{}").format(column.type, note(", ".join(marks)) if marks else "")
    if column.format:
        kind += note(Markup(", ").join(code(one) for one in column.format))
    return (
        names + (note(column.label) if column.label else ""),
        kind,
        spec_link(code(column.codelist), "codelist", column.codelist) if column.codelist else NOTHING,
        _becomes(use),
    )


def _becomes(use: ColumnUse) -> Markup:
    if use.goes_to:
        return lines(_variable(goal) for goal in use.goes_to)
    if use.status is ColumnStatus.UNACCOUNTED:
        return _OPEN.format(use.status)
    said = use.status if use.status is ColumnStatus.NOT_SUBMITTED else ""
    return Markup("{}{}").format(said, note(use.reason))


def _variable(goal: str) -> Markup:
    """``AE.AETERM`` or ``SUPPDM.RANDNO`` as a link to the variable in its domain's specification."""
    dataset, _, name = goal.partition(".")
    return spec_link(code(goal), "variable", dataset.removeprefix("SUPP"), name)

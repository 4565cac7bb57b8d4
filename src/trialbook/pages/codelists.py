"""The standards that the study's data follow, and the collected values as their terms."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.pages.html import NOTHING, Cell, code, facts, lines, note, table, target
from trialbook.pages.origins import spec_link
from trialbook.pages.session import study


def standards_table() -> Markup:
    """The implementation guide and the controlled terminology that the study names."""
    one = study()
    terms = sum(len(codelist.terms) for codelist in one.ct.codelists.values())
    pairs: list[tuple[str, Cell]] = [
        ("Implementation guide", Markup("{}{}").format(one.standard.label, note(code(one.standard.name)))),
        (
            "Controlled terminology",
            Markup("{}{}").format(one.ct.name, note(f"{len(one.ct.codelists):,} codelists, {terms:,} terms")),
        ),
    ]
    return facts(pairs, about="Standards")


def codelists_table() -> Markup:
    """The study's code lists: the CDISC codelist that each belongs to, its terms, and the collected values they stand for."""
    rows: list[tuple[Cell, ...]] = []
    for name, codelist in study().specs.codelists.items():
        ct = study().ct.codelist(codelist.ct) if codelist.ct else None
        belongs: Cell = NOTHING
        if ct:
            belongs = Markup("{}{}").format(
                code(ct.submission_value), note(f"{ct.code}, {'extensible' if ct.extensible else 'not extensible'}")
            )
        terms = [
            Markup('<div class="book-term"><span class="book-value">{}</span> <span class="book-note">{}</span></div>').format(
                term, ", ".join(values)
            )
            for term, values in codelist.terms.items()
        ]
        rows.append(
            (Markup('<span id="{}">{}</span>').format(target("codelist", name), code(name)), belongs, _used(name), lines(terms))
        )
    headers = ("Code list", "CDISC codelist", "Columns", "Term and the collected values it stands for")
    return table(headers, rows, about="Code lists", kind="book-terms")


def _used(name: str) -> Markup:
    forms = study().specs.forms
    return lines(
        spec_link(code(f"{form}.{column}"), "column", form, column)
        for form, spec in forms.items()
        for column, one in spec.columns.items()
        if one.codelist == name
    )


def ct_table() -> Markup:
    """The CDISC codelists of the study's variables: C-code, terms, variables held against them, the study's code lists."""
    one = study()
    used: dict[str, list[str]] = {}
    for domain, spec in one.specs.domains.items():
        filled = {name for records in spec.records for name in one.specs.algorithms(spec, records)}
        for variable in one.standard.variables(domain):
            for c_code in variable.codelists if variable.name in filled else ():
                used.setdefault(c_code, []).append(f"{domain}.{variable.name}")
    own: dict[str, list[str]] = {}
    for name, codelist in one.specs.codelists.items():
        if codelist.ct:
            own.setdefault(codelist.ct, []).append(name)
    known = [(ct, names) for c_code, names in used.items() if (ct := one.ct.codelist(c_code))]
    rows = [
        (
            code(ct.submission_value),
            code(ct.code),
            "yes" if ct.extensible else "no",
            f"{len(ct.terms):,}",
            Markup(", ").join(spec_link(code(name), "variable", *name.split(".")) for name in names),
            Markup(", ").join(spec_link(code(name), "codelist", name) for name in own.get(ct.code, ())),
        )
        for ct, names in sorted(known, key=lambda pair: pair[0].submission_value)
    ]
    headers = ("Codelist", "C-code", "Extensible", "Terms", "Variables", "Code list of the study")
    package = Markup('<p class="book-note">Package {}: {} of its {:,} codelists.</p>').format(
        code(one.ct.name), len(rows), len(one.ct.codelists)
    )
    return package + table(headers, rows, about="Codelists of CDISC", kind="book-ct")

"""A subject screened in the reader's browser: the form, the readings, and each criterion with its verdict.

The kit writes the form and the verdict on the eligible subject; ``static/*.js`` judges what is entered, by the trees that
:func:`trialbook.protocol.eligibility.exported_eligibility` makes. Scripts and data stand in the page itself, so that it works
from a file, without a network, in the book of every study.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from importlib.resources import files

import pandas as pd
from markupsafe import Markup, escape

from trialbook.pages.html import Cell, code, nothing
from trialbook.pages.links import page_link, question_link
from trialbook.pages.session import study
from trialbook.protocol.eligibility import (
    Criterion,
    Eligibility,
    Item,
    ItemType,
    Kind,
    Setting,
    Verdict,
    Verdicts,
    exported_eligibility,
)

SCRIPTS = ("expressions.js", "eligibility.js", "screening.js")
# The terms of CDISC's codelist NY.
ANSWERS = {"Y": "yes", "N": "no", "NA": "not applicable", "U": "unknown"}
VERDICTS = {Verdict.ELIGIBLE: "Eligible", Verdict.NOT_ELIGIBLE: "Not eligible", Verdict.UNDETERMINED: "Undetermined"}


def screening_form() -> Markup:
    """Everything that a subject is judged by, with the eligible subject filled in, and the verdict."""
    eligibility = study().protocol.eligibility
    if not eligibility.criteria:
        return nothing("Eligibility criteria: none stated.")
    groups = Markup("").join(_group(heading, items, eligibility) for heading, items in _groups(eligibility))
    return Markup(
        '{style}<div class="screening" id="screening-subject">'
        '<p class="screening-without">Judging needs JavaScript, which does not run here: this is the verdict on the example.</p>'
        '<form id="screening-form" autocomplete="off" novalidate>{tools}'
        '<p id="screening-origin">An example, invented: a subject who meets every criterion.</p>'
        "{groups}{readings}</form>{verdict}</div>"
    ).format(
        style=_static("style", "screening.css"),
        tools=_tools(eligibility),
        groups=groups,
        readings=_readings(eligibility),
        verdict=_verdict(eligibility),
    )


def screening_criteria() -> Markup:
    """Each criterion with what it says of the subject of :func:`screening_form`, and what judges."""
    eligibility = study().protocol.eligibility
    if not eligibility.criteria:
        return Markup("")
    truths = _example(eligibility).criteria.iloc[0]
    lists = [
        Markup('<ul class="screening-criteria" aria-label="{} criteria">{}</ul>').format(
            kind.capitalize(), Markup("").join(_criterion(one, truths[one.id]) for one in eligibility.of_kind(kind))
        )
        for kind in Kind
        if eligibility.of_kind(kind)
    ]
    # A closing tag in a text would end the script.
    data = json.dumps(exported_eligibility(eligibility), ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    held = Markup('<script type="application/json" id="screening-data">{}</script>').format(Markup(data))
    return Markup("\n").join([*lists, held, *(_static("script", name) for name in SCRIPTS)])


def _static(tag: str, name: str) -> Markup:
    text = files("trialbook.pages").joinpath("static", name).read_text(encoding="utf-8")
    return Markup("<{0}>\n{1}</{0}>").format(Markup(tag), Markup(text))


def _groups(eligibility: Eligibility) -> Iterable[tuple[str, list[Item]]]:
    """The items under their headings; those that stand under none come last."""
    grouped = eligibility.spec.item_groups
    for heading, names in grouped.items():
        yield heading, [eligibility.items[name] for name in names]
    named = {name for names in grouped.values() for name in names}
    if rest := [one for one in eligibility.spec.items if one.name not in named]:
        yield "Other items" if grouped else "Items", rest


def _group(heading: str, items: list[Item], eligibility: Eligibility) -> Markup:
    fields = Markup("").join(_field(one, eligibility) for one in items)
    return Markup('<fieldset><legend>{}</legend><div class="screening-fields">{}</div></fieldset>').format(heading, fields)


def _field(item: Item, eligibility: Eligibility) -> Markup:
    value = eligibility.spec.eligible_subject.get(item.name, "")
    described = f"screening-hint-{item.name} screening-error-{item.name}"
    common = Markup('id="screening-item-{0}" name="{0}" aria-describedby="{1}"').format(item.name, described)
    if item.type is ItemType.CHOICE:
        answers = item.values if set(item.values) <= ANSWERS.keys() else ()
        words = {one: f"{one} – {ANSWERS[one]}" if one in answers else one for one in item.values}
        control = Markup("<select {}>{}</select>").format(common, _options({"": "not known", **words}, value))
    else:
        mode = {ItemType.NUMBER: "decimal", ItemType.WHOLE_NUMBER: "numeric"}.get(item.type, "text")
        control = Markup('<input type="text" inputmode="{}" spellcheck="false" {} value="{}">').format(mode, common, value)
    return Markup(
        '<div class="screening-field"><label for="screening-item-{name}">{label}</label>{control}'
        '<div class="screening-hint" id="screening-hint-{name}">{hint}</div>'
        '<div class="screening-error" id="screening-error-{name}" hidden></div></div>'
    ).format(name=item.name, label=_label(item), control=control, hint=_hint(item, eligibility))


def _label(item: Item) -> str:
    return f"{item.label} ({item.unit})" if item.unit else item.label


def _hint(item: Item, eligibility: Eligibility) -> str:
    hints = [item.description] if item.description else []
    if item.type is ItemType.IDENTIFIER:
        hints.append("For your print-out; no criterion reads it")
    if item.type is ItemType.DATE:
        hints.append(" or ".join(["YYYY-MM-DD", *item.values]))
    if item.unit_of:
        hints.append(f"In the unit of “{eligibility.items[item.unit_of].label}”")
    return ". ".join(hints)


def _options(words: dict[str, str], chosen: str) -> Markup:
    option = Markup('<option value="{}"{}>{}</option>')
    selected = Markup(" selected")
    return Markup("").join(option.format(value, selected if value == chosen else "", text) for value, text in words.items())


def _tools(eligibility: Eligibility) -> Markup:
    button = Markup('<button type="button" id="screening-{}">{}</button>')
    buttons = [button.format("reset", "Example: the eligible subject"), button.format("clear", "All unknown")]
    cases = Markup("").join(_cases_of(one, eligibility) for one in eligibility.spec.criteria)
    if cases:
        chooser = Markup('<label for="screening-case">Boundary case</label><select id="screening-case">{}</select>{}').format(
            cases, button.format("load", "Load the case")
        )
        buttons.append(Markup('<div class="screening-cases">{}</div>').format(chooser))
    return Markup('<div class="screening-tools">{}</div>').format(Markup("").join(buttons))


def _cases_of(criterion: Criterion, eligibility: Eligibility) -> Markup:
    """The cases of a criterion; a link to one of them loads it."""
    option = Markup('<option value="{0}" id="screening-case-{0}">{1}: {2}</option>')
    numbered = [(at, one) for at, one in enumerate(eligibility.cases) if one.criterion == criterion.id]
    options = [option.format(at, one.criterion, one.case) for at, one in numbered]
    return Markup('<optgroup label="{}">{}</optgroup>').format(criterion.id, Markup("").join(options)) if options else Markup("")


def _readings(eligibility: Eligibility) -> Markup:
    """The settings that choose what a criterion means."""
    fields = [_reading(one, eligibility) for one in eligibility.spec.settings if one.choices]
    if not fields:
        return Markup("")
    return Markup(
        '<fieldset><legend>Readings</legend><p class="screening-hint">What the record leaves open, and how it is read. The '
        "protocol's reading decides; another shows what it would change.</p>"
        '<div class="screening-fields screening-readings">{}</div></fieldset>'
    ).format(Markup("").join(fields))


def _reading(setting: Setting, eligibility: Eligibility) -> Markup:
    chosen = str(setting.value)
    words = {one: f"{one} (the protocol's)" if one == chosen else one for one in setting.choices}
    used = [page_link(code(id), "eligibility", id) for id in eligibility.criteria if setting.name in eligibility.settings_of(id)]
    about: list[Cell] = [Markup("Read by {}").format(Markup(", ").join(used))] if used else []
    about += [question_link(setting.question)] if setting.question else []
    return Markup(
        '<div class="screening-field"><label for="screening-setting-{name}">{label}</label>'
        '<select id="screening-setting-{name}" aria-describedby="screening-chosen-{name}">{options}</select>'
        '<div class="screening-hint" id="screening-chosen-{name}">{chosen}</div>'
        '<div class="screening-hint" id="screening-effect-{name}"></div><div class="screening-hint">{about}</div></div>'
    ).format(
        name=setting.name,
        label=setting.label,
        options=_options(words, chosen),
        chosen=setting.choices[chosen],
        about=Markup("; ").join(escape(one) for one in about),
    )


def _verdict(eligibility: Eligibility) -> Markup:
    verdict = _example(eligibility).verdict.iloc[0]
    return Markup(
        '<div class="screening-verdict" id="screening-verdict" role="status" data-verdict="{}"><strong>{}</strong></div>'
    ).format(verdict, VERDICTS[Verdict(verdict)])


def _criterion(one: Criterion, truth: bool | None) -> Markup:
    truth = None if pd.isna(truth) else bool(truth)
    words = {True: "met", False: "not met"} if one.kind is Kind.INCLUSION else {True: "applies", False: "does not apply"}
    state = "unknown" if truth is None else "fails" if truth is (one.kind is Kind.EXCLUSION) else "holds"
    return Markup(
        '<li id="screening-criterion-{id}" data-state="{state}"><div class="screening-head">{link} '
        '<strong class="screening-truth">{word}</strong></div><div>{text}</div><ul class="screening-reasons"></ul></li>'
    ).format(
        id=one.id,
        state=state,
        link=page_link(code(one.id), "eligibility", one.id),
        word="unknown" if truth is None else words[truth],
        text=one.text,
    )


def _example(eligibility: Eligibility) -> Verdicts:
    return eligibility.judge(pd.DataFrame([eligibility.spec.eligible_subject], dtype="str"))

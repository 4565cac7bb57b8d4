"""Eligibility: each criterion's words and logic, the settings it follows, its boundary cases judged when the page is made."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.errors import TrialbookError
from trialbook.pages.html import NOTHING, Cell, code, facts, lines, link, note, nothing, table, target
from trialbook.pages.inputs import book_files
from trialbook.pages.links import fact_place, question_link
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark, words
from trialbook.protocol.eligibility import Criterion, Item, Kind, Outcome, Rule, Setting, expected, outcomes

TRUTH = {True: "true", False: "false", None: "unknown"}


def criteria_table(kind: str) -> Markup:
    """The inclusion or exclusion criteria: the record's words, the logic in force and the items that decide."""
    eligibility = study().protocol.eligibility
    rows = [
        (
            fact_place(code(one.id), "eligibility", one.id),
            lines([one.text, *([note(f"As a dataset holds it: {one.short}")] if one.short else [])]),
            lines([*_logic(one.id), *_numbers(one.id), *_read(one.id), *_tested(one.id)]),
            lines([source_mark(one, eligibility.spec.source), *_asked(one.id)]),
        )
        for one in eligibility.of_kind(Kind(kind))
    ]
    return table(("Id", "Criterion", "Logic", "Source"), rows, about=f"{kind.capitalize()} criteria", kind="book-criteria")


def settings_table() -> Markup:
    """The numbers and readings that the criteria follow, with the choices that there are."""
    eligibility = study().protocol.eligibility
    rows = [
        (
            fact_place(code(one.name), "eligibility", one.name),
            lines([one.label, *_choices(one)]),
            lines([_value(eligibility.values.get(one.name)), *([note(one.unit)] if one.unit else [])]),
            Markup(", ").join(
                link(id, "eligibility", id) for id in eligibility.criteria if one.name in eligibility.settings_of(id)
            )
            or NOTHING,
            lines([source_mark(one, eligibility.spec.source), *([question_link(one.question)] if one.question else [])]),
        )
        for one in eligibility.spec.settings
    ]
    return table(
        ("Setting", "What it decides", "Value", "Used by", "Source"), rows, about="Settings of eligibility", kind="book-settings"
    )


def items_table() -> Markup:
    """The columns of the table of subjects that ``trialbook screen`` takes."""
    eligibility = study().protocol.eligibility
    rows = [
        (
            fact_place(code(one.name), "eligibility", one.name),
            lines([one.label, *([note(one.description)] if one.description else [])]),
            expected(one),
        )
        for one in eligibility.spec.items
    ]
    return table(("Item", "What it is", "What it takes"), rows, about="Items of eligibility")


def cases_table(criterion: str) -> Markup:
    """The boundary cases of a criterion, judged now. Raises TrialbookError where a verdict is not the expected one."""
    eligibility = study().protocol.eligibility
    found = outcomes([case for case in eligibility.cases if case.criterion == criterion], eligibility)
    wrong = [one for one in found if not one.as_expected]
    if wrong:
        case = wrong[0].case
        expected_truth, truth = _truth(case.expected, case.missing), _truth(wrong[0].found, wrong[0].missing)
        what = f"{criterion}, {case.case}: expected {expected_truth}, found {truth}"
        remedy = "Mend the criterion's logic, or the case."
        raise TrialbookError(what, file="protocol/eligibility_cases.csv", place=f"line {case.line}", remedy=remedy)
    numbers = {case.line: number for number, case in enumerate(eligibility.cases)}
    rows = [
        (_screened(one.case.case, numbers[one.case.line]), _differs(one), _verdict(one, eligibility.criteria[criterion]))
        for one in found
    ]
    return table(("Case", "Differs from the eligible subject in", "Verdict"), rows, about=f"Boundary cases of {criterion}")


def cases_tables() -> Markup:
    """The boundary cases of every criterion, each folded away under its text."""
    eligibility = study().protocol.eligibility
    cases = [case.criterion for case in eligibility.cases]
    folded = Markup('<details class="book-folded"><summary>{} {}</summary><div id="{}">{}</div></details>')
    return Markup("").join(
        folded.format(code(one.id), f"{one.text} ({_count(cases, one.id)})", target("cases", one.id), cases_table(one.id))
        for one in eligibility.spec.criteria
    ) or nothing("Boundary cases: none stated.")


def eligible_subject_table() -> Markup:
    """The subject who meets every criterion, from whom the boundary cases differ."""
    eligibility = study().protocol.eligibility
    values = eligibility.spec.eligible_subject
    rows = [
        (Markup("{} {}").format(one.label, note(code(one.name))), _with_unit(values[one.name], one))
        for one in eligibility.spec.items
        if values.get(one.name)
    ]
    return facts(rows, about="The eligible subject") if rows else nothing("The eligible subject: none stated.")


def contradictions_table() -> Markup:
    """Items that contradict each other: a warning beside the verdict."""
    eligibility = study().protocol.eligibility
    rows = [
        (code(one.when), words(one.message), source_mark(one, eligibility.spec.source)) for one in eligibility.spec.contradictions
    ]
    return table(("When", "Warning", "Source"), rows, about="Contradictions")


def _logic(criterion: str) -> list[Cell]:
    eligibility = study().protocol.eligibility
    return [
        lines(
            [
                code(rule.expression.text),
                *(
                    [note(Markup("{}: {}").format(link(rule.setting, "eligibility", rule.setting), rule.reading))]
                    if rule.setting
                    else []
                ),
                *_others(rule),
            ]
        )
        for rule in eligibility.logic(criterion)
    ]


def _others(rule: Rule) -> list[Cell]:
    """The expressions by the readings that are not in force."""
    return [
        note(Markup("if {}: {}").format(reading, code(expression.text)))
        for reading, expression in rule.readings.items()
        if reading != rule.reading
    ]


def _read(criterion: str) -> list[Markup]:
    """The items that the criterion reads."""
    names = study().protocol.eligibility.items_of(criterion)
    return [note(Markup("by {}").format(_items(names)))] if names else []


def _tested(criterion: str) -> list[Markup]:
    """How many boundary cases hold the criterion to what it says."""
    cases = [case.criterion for case in study().protocol.eligibility.cases]
    return [note(link(f"held by {_count(cases, criterion)}", "cases", criterion))] if criterion in cases else []


def _count(cases: list[str], criterion: str) -> str:
    count = cases.count(criterion)
    return f"{count} boundary case{'' if count == 1 else 's'}"


def _screened(case: str, number: int) -> Cell:
    """A case, which the page that screens a subject loads; its text alone in a book without that page."""
    if "screening.md" not in book_files(study().root):
        return case
    return Markup('<a href="screening.html#{}">{}</a>').format(target("screening", "case", f"{number}"), case)


def _with_unit(value: str, item: Item) -> str:
    return f"{value} {item.unit}" if item.unit else value


def _numbers(criterion: str) -> list[Markup]:
    """The settings that stand for numbers and texts in the logic, with what they are."""
    eligibility = study().protocol.eligibility
    used = [name for name in eligibility.settings_of(criterion) if not eligibility.settings[name].choices]
    told = Markup("{} = {}")
    pairs = [told.format(link(name, "eligibility", name), _value(eligibility.values.get(name))) for name in used]
    return [note(Markup("with {}").format(Markup(", ").join(pairs)))] if pairs else []


def _asked(criterion: str) -> list[Markup]:
    """The open questions that the criterion's settings answer."""
    eligibility = study().protocol.eligibility
    numbers = (eligibility.settings[name].question for name in eligibility.settings_of(criterion))
    return [note(question_link(number)) for number in dict.fromkeys(numbers) if number]


def _choices(one: Setting) -> list[Markup]:
    return [note(Markup("{}: {}").format(code(name), text)) for name, text in one.choices.items()]


def _items(names: tuple[str, ...]) -> Markup:
    return Markup(", ").join(link(code(name), "eligibility", name) for name in names)


def _value(value: object) -> str:
    return ", ".join(value) if isinstance(value, tuple) else "not stated" if value is None else str(value)


def _truth(truth: bool | None, missing: tuple[str, ...]) -> str:
    return f"{TRUTH[truth]} by {', '.join(missing)}" if missing else TRUTH[truth]


def _differs(one: Outcome) -> Cell:
    pairs = [*one.case.items.items(), *((f"setting {name}", value) for name, value in one.case.reading.items())]
    return lines(Markup("{} = {}").format(code(name), value or "unknown") for name, value in pairs) if pairs else NOTHING


def _verdict(one: Outcome, criterion: Criterion) -> Cell:
    """The truth, and what it means: whether the criterion is met, or applies."""
    meaning = {True: "met", False: "not met"} if criterion.kind is Kind.INCLUSION else {True: "applies", False: "does not apply"}
    if one.found is None:
        return lines(["unknown", note(Markup("decided by {}").format(_items(one.missing)))])
    return lines([TRUTH[one.found], note(meaning[one.found])])

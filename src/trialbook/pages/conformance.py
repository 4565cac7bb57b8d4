"""What is known of conformance rules that read the standard otherwise than its text."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.conformance.known_issues import KnownIssue, When, load_known_issues
from trialbook.pages.html import Cell, code, lines, note, table
from trialbook.pages.session import study
from trialbook.reports.wording import value_name


def known_issues_table() -> Markup:
    """Known issues, the study's first: the rules, what of their findings is meant, and how the standard is read instead."""
    kit = load_known_issues().issues
    ours = load_known_issues(study().root).issues[len(kit) :]
    rows = [*(_row(issue, "of this study") for issue in ours), *(_row(issue, "of the kit") for issue in kit)]
    return table(("Rules", "Where", "What the standard says", "So"), rows, about="Known issues", kind="book-known-issues")


def _row(issue: KnownIssue, whose: str) -> tuple[Cell, ...]:
    rules = Markup(", ").join(code(rule) for rule in issue.rules)
    place = note(f"{issue.document}, {issue.section}")
    return (
        Markup("{}{}").format(rules, note(whose)),
        lines(_conditions(issue.when)),
        Markup("{}{}").format(issue.reading, place),
        issue.reason,
    )


def _conditions(when: When) -> list[Cell]:
    """What the values of a finding are like, in words."""
    told: list[Cell] = []
    for name, pattern in when.value_matches.items():
        variable = code(value_name(name))
        told.append(
            Markup("{} is like {}").format(variable, code(pattern)) if pattern else Markup("{} is blank").format(variable)
        )
    if when.dates_agree is not None:
        one, other = (code(value_name(name)) for name in when.dates_agree)
        told.append(Markup("{} and {} agree as far as both go").format(one, other))
    return told

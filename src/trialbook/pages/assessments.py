"""What is assessed when: some of the schedule's activities by themselves, and the laboratory tests among them."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.errors import TrialbookError
from trialbook.pages.html import Cell, code, lines, table
from trialbook.pages.links import page_link
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark
from trialbook.protocol.activities import Activity
from trialbook.standards import ControlledTerminology

TESTS = (("C65047", "C67154"), ("C120527", "C120528"), ("C120525", "C120526"))
"""The codelists of laboratory, microbiology and immunogenicity tests: LBTESTCD and LBTEST, and so on."""


def assessments_table(*activities: str) -> Markup:
    """When some of the schedule's activities are done, by their ids: the visits, and for whom.

    Raises TrialbookError for an activity that is not in the schedule.
    """
    schedule = study().protocol.activities
    known = {one.id: one for one in schedule.activities}
    for id in activities:
        if id not in known:
            remedy = f"Name one of {', '.join(known) or 'none'}."
            raise TrialbookError(f"there is no activity {id}", file="protocol/activities.yml", remedy=remedy)
    rows = [
        (
            page_link(one.activity, "activities", one.id),
            _visits(one),
            one.subjects.who if one.subjects else "Everyone",
            source_mark(one, schedule.source),
        )
        for one in (known[id] for id in activities)
    ]
    about = f"When it is done: {', '.join(known[id].activity for id in activities)}"
    return table(("Activity", "At the visits", "For whom", "Source"), rows, about=about, kind="book-assessments")


def laboratory_tests_table() -> Markup:
    """The laboratory tests that the schedule of activities names, each by its name in the controlled terminology."""
    one = study()
    activities, names = one.protocol.activities, _test_names(one.ct)
    rows: list[tuple[Cell, ...]] = []
    for activity in activities.activities:
        terms = [term for form in activity.forms for found in form.records.values() for term in found]
        if any(term in names for term in terms):
            told = lines(Markup("{} {}").format(names.get(term, ""), code(term)) for term in dict.fromkeys(terms))
            about = page_link(activity.activity, "activities", activity.id)
            rows.append((about, told, _visits(activity), source_mark(activity, activities.source)))
    headers = ("Activity", "Tests", "At the visits", "Source")
    return table(headers, rows, about="Clinical laboratory tests", kind="book-assessments")


def _visits(one: Activity) -> str:
    said = ", ".join(one.visits).lower()
    words = [word for word, holds in (("optional", one.optional), ("where it happened", one.by_event)) if holds]
    return f"{said[:1].upper()}{said[1:]}" + (f" ({', '.join(words)})" if words else "")


def _test_names(ct: ControlledTerminology) -> dict[str, str]:
    """A test's name by its code, as the terminology pairs them by their C-codes."""
    found: dict[str, str] = {}
    for short, full in reversed(TESTS):
        if short in ct.codelists and full in ct.codelists:
            names = {code: term for term, code in ct.codelists[full].codes.items()}
            found |= {term: names[code] for term, code in ct.codelists[short].codes.items() if code in names}
    return found

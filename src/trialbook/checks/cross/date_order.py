"""Starts and ends: what ends before it starts, or before it was collected."""

from __future__ import annotations

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.rule import Rule
from trialbook.datasets.iso8601 import before
from trialbook.findings import Severity

_ENDS = (("STDTC", "ENDTC", "FB3209", ""), ("DTC", "ENDTC", "FB3210", "Findings"))


def date_order(given: Given) -> Made:
    """--ENDTC against --STDTC, and against --DTC where that is the start of a collection (SDTMIG 3.4 section 4.4.8)."""
    for name, one in given.datasets.items():
        class_ = given.class_of(name)
        for start, end, published, only in _ENDS:
            columns = f"{one.domain}{start}", f"{one.domain}{end}"
            if given.texts(name, *columns) and class_.startswith(only):
                yield name, _in_order(given, name, *columns, published)


def _in_order(given: Given, name: str, start: str, end: str, published: str) -> Rule:
    return Rule(
        f"TB-{name}-{end}-{'ORDER' if start.endswith('STDTC') else 'COLLECTED'}",
        Severity.ERROR,
        f"{end} is before {start}",
        lambda frame: ~before(frame[end], frame[start]),
        (end, start),
        query=given.questions.ask("DATE-ORDER", start=f"{{{start}}}", end=f"{{{end}}}"),
        cites=(*published.split(), "SDTMIG 3.4 section 4.4"),
        mend=(end, start),
    )

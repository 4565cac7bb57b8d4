"""``queries.csv``: the questions that go to the sites, in a form that Excel opens without harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import replace

from trialbook.findings import Finding, Origin, Results, Role, SitePlace, Stage
from trialbook.reports.summary import site_of
from trialbook.reports.wording import names_text, values_text, visible, visible_lines

COLUMNS = ("id", "site", "subject", "visit", "form", "field", "value", "question", "state", "answer")
# Excel runs a cell that begins so as a formula; the apostrophe is in the list so that one apostrophe can be taken off again.
RISKY = ("=", "+", "-", "@", "'")
# An id of digits, or of digits around one e, would become a number in Excel and lose its last digits.
NUMBER_LIKE_ID = re.compile(r"\d+(e\d+)?")

KIT_PREFIX = "TB-"


def queries_csv(results: Results) -> bytes:
    """The queries, one row a question to a site, as UTF-8 with BOM (Excel reads Chinese by it).

    Columns: id (of the finding), site, subject, visit (as collected), form, field, value, question, state (``open``), answer
    (empty); form, field and value are those of the export where there is one. A cell that begins with ``= + - @`` or an
    apostrophe has an apostrophe put before it, and so has an id that looks like a number: the first apostrophe of a cell is never
    data. Characters that show nothing are escaped, as in every report.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in asked_findings(results):
        form, field = _form_and_field(results, finding)
        place = (results.places or {}).get(finding.id)
        writer.writerow(
            [
                f"'{finding.id}" if NUMBER_LIKE_ID.fullmatch(finding.id) else finding.id,
                _safe(visible(site_of(results, finding) or "")),
                _safe(visible(finding.subject or "")),
                _safe(visible(place.visit) if place else ""),
                _safe(form),
                _safe(field),
                _safe(_value(finding, place)),
                _safe(visible_lines(finding.query)),
                "open",
                "",
            ]
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", errors="backslashreplace")


def asked_findings(results: Results) -> Iterator[Finding]:
    """The findings whose question goes to a site: it has something there to mend, and was not asked the same already.

    The kit's questions speak of entries, so they need a raw cell, or the place where one is missing; a rule of the study may ask
    about a record as such.
    Records that are equal where they must not be are a finding each, with one question: the first that names the others asks.
    A subject whom DM does not know may stand in every form: who that is is asked once.
    """
    strangers: set[tuple[str, str]] = set()
    asked: dict[tuple[str, str], set[Origin]] = {}
    for finding in results.findings:
        if not finding.query or not _can_mend(results, finding):
            continue
        if finding.subject and finding.subject in finding.query and site_of(results, finding) is None:
            if (finding.subject, finding.query) in strangers:
                continue
            strangers.add((finding.subject, finding.query))
        by_role: dict[Role, set[Origin]] = {role: set() for role in Role}
        for origin in finding.origins:
            by_role[origin.role].add(replace(origin, role=Role.CORRECT))
        cells = asked.setdefault((finding.rule, finding.query), set())
        if by_role[Role.COMPARED].isdisjoint(cells):
            yield finding
        cells |= by_role[Role.CORRECT]


def _can_mend(results: Results, finding: Finding) -> bool:
    place = (results.places or {}).get(finding.id)
    mend = [origin for origin in finding.origins if origin.role is Role.CORRECT]
    if not mend and place is not None:
        # What is not there has no cell to mend, but a place where the site would enter it.
        return place.by_site
    if finding.rule.startswith(KIT_PREFIX):
        mend = [origin for origin in mend if origin.columns]
    if not mend or results.places is None:
        return bool(mend)
    return place is not None and place.by_site


def _value(finding: Finding, place: SitePlace | None) -> str:
    """What the site entered: a finding on a dataset has SDTM values, which no site has seen."""
    values = place.entries if place and finding.stage is not Stage.RAW else finding.values
    return values_text(values) if values else ""


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _form_and_field(results: Results, finding: Finding) -> tuple[str, str]:
    """What the site knows: its form, and its fields by the cells to mend; a dataset's own name where no form is known."""
    place = (results.places or {}).get(finding.id)
    fields = dict.fromkeys(column for origin in finding.origins if origin.role is Role.CORRECT for column in origin.columns)
    return visible(place.form if place else finding.dataset), names_text(list(fields))

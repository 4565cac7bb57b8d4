"""``queries.csv``: the questions that go to the sites, in a form that Excel opens without harm."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Container, Iterator, Mapping
from dataclasses import replace

from trialbook.findings import Finding, Origin, Query, QueryState, Results, Role, Runner, SitePlace, Stage, count_rules
from trialbook.reports.summary import site_of
from trialbook.reports.wording import counted, names_text, subject_text, values_text, visible, visible_lines

COLUMNS = ("id", "site", "subject", "visit", "form", "field", "value", "question", "state", "answer")
# Excel runs a cell that begins so as a formula; the apostrophe is in the list so that one apostrophe can be taken off again.
RISKY = ("=", "+", "-", "@", "'")
# An id of digits, or of digits around one e, would become a number in Excel and lose its last digits.
NUMBER_LIKE_ID = re.compile(r"\d+(e\d+)?")

KIT_PREFIX = "TB-"
NOT_RUN = "not run"


def queries_of(results: Results, known: Mapping[str, Query] | None = None) -> tuple[Query, ...]:
    """The questions of a run, in the order of its findings; then those ``known`` from earlier runs that it does not ask.

    A question is open until its finding has an answer, and closed when the finding is resolved. One whose finding was not
    assessed stays as it was; one that was closed stays closed unless its finding is back.
    """
    known = known or {}
    asked = {finding.id: finding for finding in asked_findings(results, known)}
    # What was asked once stays a question as long as its finding is there, though the same was asked elsewhere meanwhile.
    asked |= {finding.id: finding for finding in results.findings if finding.id in known and finding.query}
    queries = []
    for finding in results.findings:
        if finding.id in asked:
            queries.append(_query(results, finding))
    answers = {str(entry["id"]): entry["answer"] for entry in (*results.resolved, *results.not_assessed)}
    resolved = {str(entry["id"]) for entry in results.resolved}
    for id, query in known.items():
        if id in asked:
            continue
        answer = answers.get(id) or query.answer
        state = QueryState.CLOSED if id in resolved or query.state is QueryState.CLOSED else _state(answer)
        queries.append(replace(query, state=state, answer=answer))
    return tuple(queries)


def _query(results: Results, finding: Finding) -> Query:
    form, field = _form_and_field(results, finding)
    place = (results.places or {}).get(finding.id)
    return Query(
        finding.id,
        visible(site_of(results, finding) or ""),
        subject_text(finding.subject, place.number if place else ""),
        visible(place.visit) if place else "",
        form,
        field,
        _value(finding, place),
        visible_lines(finding.query),
        _state(finding.answer),
        finding.answer or "",
    )


def _state(answer: str | None) -> QueryState:
    return QueryState.ANSWERED if answer else QueryState.OPEN


def queries_csv(results: Results) -> bytes:
    """The queries, one row a question to a site, as UTF-8 with BOM (Excel reads Chinese by it).

    Columns: id (of the finding), site, subject (and its number in the record, where that is another), visit (as collected),
    form, field, value, question, state (``open``, ``answered``, ``closed``), answer; form, field and value are those of the
    export where there is one. A cell that begins with ``= + - @`` or an apostrophe has an apostrophe put before it, and so has an
    id that looks like a number: the first apostrophe of a cell is never data. Characters that show nothing are escaped, as in
    every report. Closed are those that this run closes.
    Where rules did not run, the first row says so, without an id: what they would ask is not here.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    if said := unasked(results):
        writer.writerow(["", "", "", "", "", "", "", said, NOT_RUN, ""])
    resolved = {str(entry["id"]) for entry in results.resolved}
    for query in results.queries:
        if query.state is QueryState.CLOSED and query.id not in resolved:
            continue
        id = f"'{query.id}" if NUMBER_LIKE_ID.fullmatch(query.id) else query.id
        cells = [query.site, query.subject, query.visit, query.form, query.field, query.value, query.question]
        writer.writerow([id, *map(_safe, cells), query.state.value, _safe(query.answer)])
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8", errors="backslashreplace")


def unasked(results: Results) -> str | None:
    """That rules did not run, which may have asked; None where all did. CDISC's rules ask no site."""
    counts = count_rules([outcome for outcome in results.rules if outcome.runner is not Runner.CORE])
    if not counts["not_run"]:
        return None
    return (
        f"{counts['not_run']:,} of {counted(counts['rules'], 'rule')} did not run ({counts['skipped']:,} SKIPPED, "
        f"{counts['execution_error']:,} EXECUTION ERROR): what they would ask is not in this list. report.html says why."
    )


def asked_findings(results: Results, known: Container[str] = ()) -> Iterator[Finding]:
    """The findings whose question goes to a site: it has something there to mend, and was not asked the same already.

    The kit's questions speak of entries, so they need a raw cell, or the place where one is missing; a rule of the study may ask
    about a record as such.
    Records that are equal where they must not be are a finding each, with one question: the first that names the others asks.
    A subject whom DM does not know may stand in every form: who that is is asked once. Of several that would ask the same, one
    that has asked before (``known``) goes on asking, whatever the order of the records is now.
    """
    strangers: set[tuple[str, str]] = set()
    asked: dict[tuple[str, str], set[Origin]] = {}
    for finding in sorted(results.findings, key=lambda finding: finding.id not in known):
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
    mend = [one for one in finding.origins if one.role is Role.CORRECT and (one.row is not None or one.path is not None)]
    if not mend and place is not None:
        # What is not there has no record to mend, but a place where the site would enter it.
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

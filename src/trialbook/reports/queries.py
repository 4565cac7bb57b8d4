"""``queries.csv``: the questions that go to the sites, in a form that Excel opens without harm."""

from __future__ import annotations

import csv
import io
import re

from trialbook.findings import Finding, Results, Role, Stage
from trialbook.reports.summary import site_of
from trialbook.reports.wording import names_text, values_text, visible, visible_lines

COLUMNS = ("id", "site", "subject", "form", "field", "value", "question", "state", "answer")
# Excel runs a cell that begins so as a formula; the apostrophe is in the list so that one apostrophe can be taken off again.
RISKY = ("=", "+", "-", "@", "'")
# An id of digits, or of digits around one e, would become a number in Excel and lose its last digits.
NUMBER_LIKE_ID = re.compile(r"\d+(e\d+)?")


def queries_csv(results: Results) -> bytes:
    """The queries, one row a finding that has a question, as UTF-8 with BOM (Excel reads Chinese by it).

    Columns: id, site, subject, form, field, value, question, state (``open``), answer (empty). A cell that begins with
    ``= + - @`` or an apostrophe has an apostrophe put before it, and so has an id that looks like a number: the first apostrophe
    of a cell is never data. Characters that show nothing are escaped, as in every report.
    """
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for finding in results.findings:
        if finding.query:
            form, field = _form_and_field(finding)
            writer.writerow(
                [
                    f"'{finding.id}" if NUMBER_LIKE_ID.fullmatch(finding.id) else finding.id,
                    _safe(visible(site_of(results, finding) or "")),
                    _safe(visible(finding.subject or "")),
                    _safe(form),
                    _safe(field),
                    _safe(values_text(finding.values) if finding.values else ""),
                    _safe(visible_lines(finding.query)),
                    "open",
                    "",
                ]
            )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _safe(text: str) -> str:
    return f"'{text}" if text.startswith(RISKY) else text


def _form_and_field(finding: Finding) -> tuple[str, str]:
    """What the site knows: its form and fields, by the cells to mend; a dataset's own names where there are none."""
    mend = [origin for origin in finding.origins if origin.role is Role.CORRECT]
    fields = list(dict.fromkeys(column for origin in mend for column in origin.columns)) or list(finding.variables)
    form = finding.dataset
    if finding.stage is not Stage.RAW and mend:
        form = mend[0].sheet or mend[0].file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    return visible(form), names_text(fields)

"""A run's findings in a notebook and on the book's pages: a frame, and pieces of HTML."""

from __future__ import annotations

import pandas as pd

from trialbook.findings import Results, Role, Severity
from trialbook.reports.picture import picture_svg
from trialbook.reports.summary import site_of, worst_first
from trialbook.reports.webpage import findings_table_html, rules_table_html, verdict_html
from trialbook.reports.wording import names_text, origins_text, values_text

__all__ = ["findings_frame", "findings_table_html", "picture_svg", "rules_table_html", "verdict_html"]

COLUMNS = (
    "id", "severity", "rule", "stage", "dataset", "record", "site", "subject", "variables", "values", "message", "origin",
    "compared", "query", "answer", "status", "explanation", "reading", "cites",
)  # fmt: skip


class FindingsFrame(pd.DataFrame):
    """The findings of a run as a frame; shown by a notebook, a table that one can sort, filter and search.

    What is selected from it is an ordinary frame, and shows as one.
    """

    _internal_names = [*pd.DataFrame._internal_names, "_results"]
    _results: Results

    @property
    def _constructor(self) -> type[pd.DataFrame]:
        return pd.DataFrame

    def _repr_html_(self) -> str:
        return findings_table_html(self._results)


def findings_frame(results: Results) -> FindingsFrame:
    """One row a finding, worst first, every column text but ``severity`` (ordered category) and ``record`` (Int64).

    ``origin`` says which raw cells to mend, ``compared`` which they disagree with (``AE.csv · row 14 · SAE_YN``); an absent
    text is ``""``, the record of a finding about a whole table is NA.
    """
    rows = [
        (
            finding.id,
            finding.severity.value,
            finding.rule,
            finding.stage.value,
            finding.dataset,
            finding.record,
            site_of(results, finding) or "",
            finding.subject or "",
            names_text(finding.variables),
            values_text(finding.values) if finding.values else "",
            finding.message,
            origins_text(finding.origins, Role.CORRECT),
            origins_text(finding.origins, Role.COMPARED),
            finding.query,
            finding.answer or "",
            finding.status.value if finding.status else "",
            finding.explanation or "",
            finding.reading or "",
            ", ".join(finding.cites),
        )
        for finding in worst_first(results.findings)
    ]
    frame = pd.DataFrame(rows, columns=list(COLUMNS))
    severities = pd.CategoricalDtype([severity.value for severity in Severity], ordered=True)
    types = dict.fromkeys(COLUMNS, "str") | {"severity": severities, "record": "Int64"}
    shown = FindingsFrame(frame.astype(types))
    shown._results = results
    return shown

"""The findings as the page's JavaScript reads them: every text once, each finding a row of numbers that point to texts."""

from __future__ import annotations

import json
import re

from trialbook.findings import Results
from trialbook.reports.summary import TableNames, site_of
from trialbook.reports.wording import names_to_mend

FIELDS = (
    "id", "rule", "cites", "severity", "stage", "dataset", "record", "subject", "variables", "values", "message", "query",
    "status", "explanation", "answer", "origins", "site", "kind",
    "mend", "reading",
)  # fmt: skip
# Inside <script> only these can end the element or start a comment; as escapes they mean the same to a JSON parser.
MARKUP = re.compile("[<>&\u2028\u2029]")


class _Pool:
    """Texts in the order they were first met; -1 stands for null."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def __call__(self, text: str | None) -> int:
        return -1 if text is None else self.numbers.setdefault(text, len(self.numbers))


def findings_payload(results: Results) -> str:
    """JSON ``{"fields", "strings", "findings"}``, safe inside a ``<script>`` element.

    The fields are those of ``findings.json``, without ``group``, and with ``site``, ``kind`` and
    the variables to ``mend``. A text is its index in
    ``strings``; ``id`` and the numbers stand as they are; ``values`` is a flat list name, value, name, value; an origin is role,
    file, sheet, row, columns, and where it has a path that.
    """
    pool, names = _Pool(), TableNames(results)
    rows = [
        [
            finding.id,
            pool(finding.rule),
            [pool(cite) for cite in finding.cites],
            pool(finding.severity.value),
            pool(finding.stage.value),
            pool(finding.dataset),
            finding.record,
            pool(finding.subject),
            [pool(name) for name in finding.variables],
            [pool(text) for pair in finding.values.items() for text in pair],
            pool(finding.message),
            pool(finding.query),
            pool(finding.status.value if finding.status else None),
            pool(finding.explanation),
            pool(finding.answer),
            [
                [pool(o.role.value), pool(o.file), pool(o.sheet), o.row, [pool(column) for column in o.columns]]
                + ([pool(o.path)] if o.path is not None else [])
                for o in finding.origins
            ],
            pool(site_of(results, finding)),
            pool(names.kind(finding)),
            [pool(name) for name in names_to_mend(finding)],
            pool(finding.reading),
        ]
        for finding in results.findings
    ]
    text = json.dumps(
        {"fields": FIELDS, "strings": list(pool.numbers), "findings": rows}, ensure_ascii=False, separators=(",", ":")
    )
    return MARKUP.sub(lambda match: f"\\u{ord(match.group()):04x}", text)

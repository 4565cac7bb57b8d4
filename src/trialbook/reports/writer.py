"""Write every report of a run."""

from __future__ import annotations

from pathlib import Path

from trialbook.findings import Results, Threshold, findings_json_parts
from trialbook.reports.queries import queries_csv
from trialbook.reports.webpage import report_html


def write_reports(results: Results, folder: Path, threshold: Threshold) -> list[Path]:
    """Write ``findings.json``, ``report.xlsx``, ``report.html`` and ``queries.csv`` into ``folder``, which exists.

    Returns their paths. Equal results give equal bytes: no file knows another time than ``results.run.started``, and page and
    workbook how long each rule took.
    """
    # XlsxWriter takes as long to import as a small run to check: who writes no reports does not wait for it.
    from trialbook.reports.workbook import write_workbook

    paths = [folder / name for name in ("findings.json", "report.xlsx", "report.html", "queries.csv")]
    findings, workbook, page, queries = paths
    with findings.open("wb") as file:
        file.writelines(map(_encode, findings_json_parts(results, threshold)))
    write_workbook(results, workbook, threshold)
    page.write_bytes(_encode(report_html(results, threshold)))
    queries.write_bytes(queries_csv(results))
    return paths


def _encode(text: str) -> bytes:
    """UTF-8; half an emoji, which UTF-8 has no bytes for, as the escape that JSON knows (it stands in JSON only)."""
    return text.encode("utf-8", errors="backslashreplace")

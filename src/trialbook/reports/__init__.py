"""Findings to people: the web page, the workbook, queries to sites, the terminal, the book's pages."""

from trialbook.reports.notebook import findings_frame, findings_table_html, picture_svg, rules_table_html, verdict_html
from trialbook.reports.terminal import terminal_summary
from trialbook.reports.wording import opening
from trialbook.reports.writer import write_reports

__all__ = [
    "findings_frame",
    "findings_table_html",
    "opening",
    "picture_svg",
    "rules_table_html",
    "terminal_summary",
    "verdict_html",
    "write_reports",
]

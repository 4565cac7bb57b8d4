"""The page in a real browser: its JavaScript draws the table, sorts and filters it, and breaks nothing that stood there."""

from __future__ import annotations

import html
import re
import shutil
import subprocess

import pytest

from trialbook.findings import Threshold
from trialbook.reports.webpage import report_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on this machine")
FLAGS = [
    "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip


@pytest.fixture
def drawn(results, tmp_path):
    """The page's DOM after its scripts ran, opened at a hash."""
    page = tmp_path / "report.html"
    page.write_text(report_html(results, Threshold.ERROR), encoding="utf-8")

    def dump(hash_: str = "") -> str:
        command = [CHROMIUM, *FLAGS, f"--user-data-dir={tmp_path / 'profile'}", "--dump-dom", page.as_uri() + hash_]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True, encoding="utf-8")
        return done.stdout

    return dump


def ids(dom: str) -> list[str]:
    return [found[-2:] for found in re.findall(r'<tr id="finding-([0-9a-f]{16})"', dom)]


def rows(page: str) -> dict[str, str]:
    """The text of each finding's row, without mark-up and white space."""
    found = re.findall(r'<tr id="finding-([0-9a-f]{16})">(.*?)</tr>', page, re.S)
    return {id_: re.sub(r"\s", "", html.unescape(re.sub(r"<[^>]+>", "", text))) for id_, text in found}


def test_the_script_draws_what_stood_there_before(drawn, results):
    dom = drawn()
    assert "data-ready" in dom
    assert 'class="tb-controls">' in dom
    assert "<title>Gate closed" in dom
    assert rows(dom) == rows(report_html(results, Threshold.ERROR))
    assert ids(dom) == ["a7", "a1", "a5", "a8", "a2", "a3", "56", "a6"]


@pytest.mark.parametrize(
    ("view", "expected"),
    [
        ("#severity=Error&q=death", ["a5"]),
        ("#severity=Reject,Notice", ["a7", "56", "a6"]),
        ("#dataset=DM&kind=form&sort=-severity", ["56", "a3"]),
        ("#site=02&sort=-subject", ["a8", "56", "a3"]),
        ("#site=", ["a7", "a6"]),
        ("#variable=SAE_CRIT", ["a1"]),
        ("#rule=TB-TYPE&sort=origin", ["a2", "a3"]),
        ("#q=人口学+请更正", ["a3"]),
        ("#q=%3C%2Fscript", ["a2"]),
        ("#finding=00000000000000a8", ["a8"]),
        ("#stage=cross&q=no-such-text", []),
    ],
)
def test_a_link_is_a_view(drawn, view, expected):
    dom = drawn(view)
    assert ids(dom) == expected
    assert ("tb-empty" in re.search(r'<div class="(tb tb-findings[^"]*)"', dom).group(1)) == (not expected)

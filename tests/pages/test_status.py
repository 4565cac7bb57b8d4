"""The book's first page: the study at a glance, where protocol and record stand, and the latest validation."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import pytest

from trialbook.pages import session, status

PROTOCOL = Path(__file__).parent / "small_protocol"
Rows = Callable[[str], list[list[str]]]


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def pairs(html: str) -> dict[str, str]:
    found = re.findall(r'<th scope="row">(.*?)</th><td>(.*?)</td>', html, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", text).split()) for name, text in found}


def test_the_study_at_a_glance(here: Path) -> None:
    assert pairs(status.glance_table()) == {
        "Study": "SMALL",
        "Design": "Phase 2",
        "Subjects": "40 planned, 18 to 65 years, both included",
        "Arms": "Drug A drug &lt;script&gt; Nothing",
        "Primary endpoint": "Cure at week 1",
        "Secondary endpoints": "Life &lt;b&gt;",
    }


def test_where_protocol_and_record_stand(here: Path) -> None:
    assert pairs(status.status_table()) == {
        "Protocol in force": "Version original, the original never amended",
        "Open questions": "1 to the sponsor",
    }
    (here / "protocol/amendments.yml").write_text(
        "original: {version: '1.0'}\n"
        "amendments:\n"
        "  - {number: 1, version: '2.0', date: 2026-03-01, effective: 2026-03-15, consents: [V2], rationale: Too old}\n",
        encoding="utf-8",
    )
    session._study.cache_clear()
    assert pairs(status.status_table())["Protocol in force"] == "Version 2.0, in effect from 2026-03-15 1 amendment"


@pytest.mark.parametrize(
    ("synthetic", "exported", "said"),
    [
        ("Invented", "2026-04-01", "synthetic: invented subjects"),
        (None, "2026-04-01", "2026-04-01"),
        (None, None, "its date is not stated"),
    ],
)
def test_the_latest_validation(here: Path, synthetic: str | None, exported: str | None, said: str) -> None:
    run = SimpleNamespace(
        synthetic=synthetic,
        exported=exported,
        counts=SimpleNamespace(findings=1203, severities={"Reject": 0, "Error": 1200, "Warning": 3}),
        gate=SimpleNamespace(headline="Gate closed", reasons=("1,200 findings <x>",)),
    )
    assert pairs(status.run_status(run)) == {  # type: ignore[arg-type]
        "Export": said,
        "Verdict": "Gate closed 1,200 findings &lt;x&gt;",
        "Findings": "1,203: 1,200 Error, 3 Warning",
    }

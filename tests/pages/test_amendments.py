"""The amendment history: a protocol that never was amended, and one whose amendment changed a number, a text and a list."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.amendment import freeze
from trialbook.pages import amendments, session

PROTOCOL = Path(__file__).parent / "small_protocol"
Rows = Callable[[str], list[list[str]]]
AMENDED = """
original: {version: "1.0", consents: [V1]}
amendments:
  - number: 1
    version: "2.0"
    date: 2026-03-01
    effective: 2026-03-15
    consents: [V2]
    author: A <writer>
    source: assumption
    rationale: The <old> dose was too high
    rationales: {interventions.X.regimen.dose: Too sick}
"""


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    (small_study / "protocol/amendments.yml").write_text('original: {version: "1.0", consents: [V1]}\n', encoding="utf-8")
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def test_a_protocol_that_was_never_amended_says_so(here: Path, rows: Rows) -> None:
    assert rows(amendments.versions_table()) == [
        ["Version", "Made by", "Approved", "In effect from", "Informed consent forms"],
        ["1.0 / in force", "Original", "—", "—", "V1"],
    ]
    said = re.sub(r"<[^>]+>", "", amendments.amendments_sections())
    assert said == "The protocol was never amended. There is one version, 1.0: it is in force, and every subject is judged by it."


def test_an_amendment_shows_each_statement_that_it_changed(
    here: Path, rows: Rows, edit: Callable[[Path, str, str], None]
) -> None:
    freeze(session.study().protocol)
    edit(here / "protocol/interventions.yml", "dose: 120", "dose: 90")
    edit(here / "protocol/study.yml", "title: A <b>small</b> & plain study", "title: A <b>small</b> & new study")
    edit(here / "protocol/visits.yml", "  - {visitnum: 3.5, visit: RELAPSE, window: [-1, 4]}\n", "")
    (here / "protocol/amendments.yml").write_text(AMENDED, encoding="utf-8")
    session._study.cache_clear()

    assert rows(amendments.versions_table())[1:] == [
        ["1.0", "Original", "—", "—", "V1"],
        ["2.0 / in force", "Amendment 1", "2026-03-01", "2026-03-15", "V2"],
    ]
    html = amendments.amendments_sections()
    assert '<h2 class="book-heading" id="amendment-1">Amendment 1: version 2.0</h2>' in html
    told = rows(html)
    assert told[:6] == [
        ["Version", "2.0, in place of 1.0"],
        ["Approved", "2026-03-01"],
        ["In effect from", "2026-03-15"],
        ["Informed consent forms", "V2"],
        ["Author", "A <writer>"],
        ["Why", "The <old> dose was too high / assumption"],
    ]
    changes = {row[0].rpartition(" / ")[2]: row[1:] for row in told[7:]}
    assert changes["interventions.X.regimen.dose"] == ["changed", "12090", "Too sick"]
    assert changes["study.title"][0] == "changed"
    assert next(row for path, row in changes.items() if path.startswith("visits.RELAPSE"))[0] == "gone"
    assert "<del>120</del><ins>90</ins>" in html
    assert "<del>A &lt;b&gt;small&lt;/b&gt; &amp; plain study</del><ins>A &lt;b&gt;small&lt;/b&gt; &amp; new study</ins>" in html
    assert f"{len(changes)} statements changed." in html

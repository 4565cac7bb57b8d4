"""What pages call, on the small study: every piece as a reader sees it, and nothing of the study's text as HTML."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook import pages
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import EXPORT_VARIABLE, named_export
from trialbook.pages.runs import synthetic_mark
from trialbook.pages.synopsis import ages
from trialbook.protocol.study import Population, StudyProtocol

Edit = Callable[[Path, str, str], None]
Rows = Callable[[str], list[list[str]]]


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A page's kernel starts in the page's folder."""
    monkeypatch.chdir(small_study / "book")
    pages.latest_run.cache_clear()
    return small_study


def test_domain(here: Path, rows: Rows) -> None:
    html = pages.domain_specification("DM")
    variables, name, rest = html.partition('<tr><th scope="col">QNAM')
    supplemental = f"{name}{rest}"
    assert rows(variables) == [
        ["Variable", "Type, core", "Terminology", "Raw form and column", "Algorithm"],
        ["STUDYID / Study Identifier", "Char / Req", "—", "—", "id of protocol/study.yml"],
        ["DOMAIN / Domain Abbreviation", "Char / Req", "—", "—", "the domain itself"],
        ["USUBJID / Unique Subject Identifier", "Char / Req", "—", "DM.SUBJECT",
         "derive usubjid / The study before the subject's number."],
        ["SUBJID / Subject Identifier for the Study", "Char / Req", "—", "DM.SUBJECT", "assign_no_ct"],
        ["RFICDTC / Date/Time of Informed Consent", "Char / Exp", "ISO 8601 datetime or interval", "DM.CONSENT",
         "assign_datetime"],
        ["SITEID / Study Site Identifier", "Char / Req", "—", "DM.SITE", "assign_no_ct / The first note"],
        ["SEX / Sex", "Char / Req", "SEX / C66731", "DM.SEX", "assign_ct by SEX"],
        ["COUNTRY / Country", "Char / Req", "—", "—", 'hardcode_ct CHN / where SITE == "01"'],
        ["—", "otherwise hardcode_ct FRA"],
    ]  # fmt: skip
    assert "does not fill them: <code>RFSTDTC</code> (Exp)" in html
    assert rows(supplemental) == [
        ["QNAM", "QORIG", "QEVAL", "Raw form and column", "Algorithm"],
        ["ISEX / Sex as collected", "CRF", "—", "DM.SEX", "assign_no_ct"],
    ]


def test_form(here: Path, rows: Rows) -> None:
    html = pages.form_specification("DM")
    assert rows(html) == [
        ["Column", "Type and format", "Code list", "Becomes"],
        ["SUBJECT / Subject", "text / subject, key, required", "—", "DM.USUBJID / DM.SUBJID"],
        ["SEX / 性别 <i>", "text / required", "SEX", "DM.SEX / SUPPDM.ISEX"],
        ["SITE / Site", "text", "—", "DM.SITEID"],
        ["CONSENT", "date / y-m-d", "—", "DM.RFICDTC"],
        ["INITIALS", "text", "—", "not submitted / They help to identify a person"],
        ["OTHER", "text", "—", "unaccounted"],
    ]
    assert "<script>" not in html
    assert "Demographics &lt;script&gt;" in html
    assert rows(pages.forms_table())[1] == ["DM", "Demographics <script>alert(1)</script>", "DM", "6", "4", "0", "1", "1"]


def test_overviews(here: Path, rows: Rows) -> None:
    assert rows(pages.datasets_table())[1] == [
        "DM", "Demographics / with SUPPDM", "Special-Purpose", "One record per subject", "STUDYID, USUBJID", "DM",
    ]  # fmt: skip
    operations = ["assign_no_ct", "assign_ct", "hardcode_ct", "assign_datetime", "derive"]
    assert [row[0] for row in rows(pages.algorithms_table())[1:]] == operations
    assert rows(pages.codelists_table())[1] == ["SEX", "SEX / C66731, not extensible", "DM.SEX", "F 女, f / M 男"]
    assert rows(pages.standards_table())[0] == ["Implementation guide", "SDTMIG 3.4 / sdtmig-3.4"]


def test_the_synopsis_shows_every_field_of_the_record(here: Path, rows: Rows) -> None:
    shown = {name for name, _ in rows(pages.synopsis_table("identification"))}
    apart = {"source", "sources", "record", "record_sha256", "summary", "design", "population", "arms"}
    assert len(shown) == len(set(StudyProtocol.model_fields) - apart)
    assert rows(pages.synopsis_table("identification"))[:2] == [
        ["Study identifier", "SMALL assumption"],
        ["Title", "A <b>small</b> & plain study assumption"],
    ]
    assert rows(pages.synopsis_table("population")) == [
        ["Condition", "Health assumption"],
        ["Age", "18 years or older assumption"],
        ["Sex", "All assumption"],
        ["Healthy volunteers", "No assumption"],
    ]
    assert "not stated in the record" in pages.arms_table()
    assert "not stated in the record" in pages.criteria_list("inclusion")
    assert "not stated in the record" in pages.endpoints_list("primary")


@pytest.mark.parametrize(
    ("low", "high", "said"),
    [(18, 70, "18 to 70 years, both included"), (0, None, "0 years or older"), (None, 17, "17 years or younger")],
)
def test_ages(low: int | None, high: int | None, said: str) -> None:
    assert ages(Population(condition="Health", minimum_age=low, maximum_age=high)) == said


def test_the_mark_escapes_the_export_s_statement() -> None:
    assert "<b>x</b>" not in synthetic_mark("<b>x</b>")


def test_export(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert named_export() == here / "export"
    monkeypatch.setenv(EXPORT_VARIABLE, str(here / "nothing"))
    assert named_export() == here / "nothing"
    with pytest.raises(TrialbookError):
        pages.latest_run()


def test_without_an_export_a_study_needs_a_course_to_simulate(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(EXPORT_VARIABLE)
    with pytest.raises(TrialbookError, match="the study has no course of disease"):
        pages.latest_run()


def test_an_unknown_name_is_an_attribute_error() -> None:
    assert [name for name in pages.__all__ if not callable(getattr(pages, name))] == []
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        _ = pages.nothing

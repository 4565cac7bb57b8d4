"""What ``.env`` states of a case: the lines as its authors write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.datasets import CaseSettings, case_settings, case_standard
from trialbook.errors import ExportError

FILES = [
    ("PRODUCT=SDTMIG\nVERSION=3-4\n", {"standard": ("sdtmig", "3.4")}),
    ("PRODUCT=sendig\r\nVERSION=3.1.1\r\n", {"standard": ("sendig", "3.1.1")}),
    (
        "PRODUCT=TIG\nVERSION=1-0\nSUBSTANDARD=SDTM\nUSE_CASE=INDH\n",
        {"standard": ("tig", "1.0"), "substandard": "SDTM", "use_case": "INDH"},
    ),
    (
        "# a note\nexport PRODUCT='SDTMIG'  # human\n VERSION = \"3-4\"\nCT=sdtmct-2024-03-29 sdtmct-2025-03-28\n",
        {"standard": ("sdtmig", "3.4"), "ct": ("sdtmct-2024-03-29", "sdtmct-2025-03-28")},
    ),
    ("VERSION=\nPRODUCT=\nCT=\nUSE_CASE=\nDEFINE_XML=\n", {}),
    ("KEY=1\nnot a setting\n\n", {}),
]


@pytest.mark.parametrize(("content", "stated"), FILES)
def test_the_settings_a_case_states(content: str, stated: dict[str, object], tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(content, encoding="utf-8")
    assert case_settings(tmp_path) == CaseSettings(**stated)  # type: ignore[arg-type]
    assert case_settings(tmp_path / "ae.csv") == case_settings(tmp_path)
    assert case_standard(tmp_path) == stated.get("standard")


def test_a_define_xml_lies_beside_it(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("PRODUCT=SDTMIG\nVERSION=3-4\nDEFINE_XML=define.xml\n", encoding="utf-8")
    assert case_settings(tmp_path) == CaseSettings(("sdtmig", "3.4"), define_xml=tmp_path / "define.xml")


def test_without_the_file_nothing_is_stated(tmp_path: Path) -> None:
    assert (case_settings(tmp_path), case_standard(tmp_path)) == (None, None)


@pytest.mark.parametrize("content", ["PRODUCT=SDTMIG\n", "VERSION=3-4\n", "PRODUCT=SDTMIG\nVERSION=\n"])
def test_half_a_standard_is_an_error(content: str, tmp_path: Path) -> None:
    (tmp_path / ".env").write_text(content, encoding="utf-8")
    with pytest.raises(ExportError, match="names no standard"):
        case_settings(tmp_path)

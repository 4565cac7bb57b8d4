"""Where a variable stands that the guide does not list: SDTMIG 3.4 section 4.1.4, SDTM 2.0."""

from __future__ import annotations

import pytest

from trialbook.mapping.variable_order import in_order
from trialbook.standards import load_standard

CASES = {
    "as the guide lists them": ("AE", ["AETERM", "USUBJID", "AESEQ"], ["USUBJID", "AESEQ", "AETERM"]),
    # --LLOD comes before --STRESC in the model, --LOC after --SPEC, --LOBXFL before --BLFL; EPOCH is the first of the dates.
    "qualifiers of the model": (
        "GF",
        ["GFLOBXFL", "GFLOC", "GFLLOD", "GFBLFL", "GFMETHOD", "GFSPEC", "GFSTRESC", "GFORRES"],
        ["GFORRES", "GFLLOD", "GFSTRESC", "GFSPEC", "GFLOC", "GFMETHOD", "GFLOBXFL", "GFBLFL"],
    ),
    "timing of the model": ("GF", ["EPOCH", "GFDTC", "VISIT", "GFMETHOD"], ["GFMETHOD", "VISIT", "EPOCH", "GFDTC"]),
    "an identifier of the model": ("SS", ["SSLNKID", "SSTESTCD", "SSSEQ"], ["SSSEQ", "SSLNKID", "SSTESTCD"]),
    "before everything": ("CM", ["CMTRT", "CMSTDTC", "CMLNKID"], ["CMLNKID", "CMTRT", "CMSTDTC"]),
    "what neither has": ("DM", ["EXTRA", "SEX", "USUBJID"], ["USUBJID", "SEX", "EXTRA"]),
}


@pytest.mark.parametrize("case", CASES)
def test_order(case: str) -> None:
    domain, names, expected = CASES[case]
    assert in_order(domain, names, load_standard()) == expected


def test_the_order_that_the_names_have_changes_nothing() -> None:
    names = ["GFLOC", "EPOCH", "GFLOBXFL", "GFSPEC", "GFDTC", "GFMETHOD", "STUDYID"]
    assert in_order("GF", names[::-1], load_standard()) == in_order("GF", names, load_standard())

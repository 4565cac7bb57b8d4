"""The molecular subtype: the gene of the risk group that was found at diagnosis (GF)."""

from __future__ import annotations

from typing import Any

DIAGNOSIS = "GENETICS AT DIAGNOSIS"
SUBTYPES = (
    ("GENE FUSION", "RUNX1::RUNX1T1"),
    ("GENE FUSION", "CBFB::MYH11"),
    ("MUTATION", "NPM1"),
    ("IN-FRAME BZIP MUTATION", "CEBPA"),
)
"""GFSCAT and GFSYM in the order in which they decide: a fusion before a mutation (sdtm_specs/eligibility.yml)."""


def subtype(gf: list[dict[str, Any]]) -> str:
    """The first of the genes that is detected in the records of a subject; empty where none is."""
    found = {
        (row["GFSCAT"], row["GFSYM"])
        for row in gf
        if row["GFCAT"] == DIAGNOSIS and row["GFTSTDTL"] == "DETECTION" and row["GFSTRESC"] == "DETECTED"
    }
    return next((gene for category, gene in SUBTYPES if (category, gene) in found), "")

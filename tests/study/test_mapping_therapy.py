"""Transplants as PR and other anti-leukemic therapy as CM: the records by which the intercurrent event THERAPY is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

S1 = {"SUBJID": "S1"}
DM = [S1 | {"SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [S1 | {"RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "CTRL"}]
OURS = "SUBSEQUENT ANTI-LEUKEMIC THERAPY"
PR = {"PRTRT": "HEMATOPOIETIC STEM CELL TRANSPLANTATION", "PRCAT": OURS}


def test_transplants(to_sdtm: Callable[..., Any]) -> None:
    first = {"HSCT_NO": "1", "HSCT_DAT": "2024/7/20", "TYPE": "异基因", "DONOR": "单倍体"}
    first |= {"STATUS_AT_HSCT": "CR1", "REASON": "MRD升高"}
    again = {"HSCT_NO": "2", "HSCT_DAT": "2025年3月", "TYPE": "自体", "STATUS_AT_HSCT": "未缓解", "REASON": "复发"}
    unread = {"HSCT_NO": "3", "HSCT_DAT": "不详", "TYPE": "骨髓"}
    made = to_sdtm(DM=DM, RAND=RAND, HSCT=[S1 | row for row in (again, first, unread)])
    of = {"USUBJID": "NCT06802718-01-S1"}
    assert made["PR"] == [
        # Of an unknown day nothing can be said but that there was a transplant.
        of | PR | {"PRSEQ": 1, "PRSPID": "S1-3", "PRDECOD": "HEMATOPOIETIC STEM CELL TRANSPLANT"},
        of | PR | {"PRSEQ": 2, "PRSPID": "S1-1", "PRDECOD": "ALLOGENEIC STEM CELL TRANSPLANT", "PRINDC": "MRD RELAPSE",
                   "PRSTDTC": "2024-07-20", "PRSTDY": 131, "EPOCH": "TREATMENT"},
        of | PR | {"PRSEQ": 3, "PRSPID": "S1-2", "PRDECOD": "AUTOLOGOUS STEM CELL TRANSPLANT", "PRINDC": "HEMATOLOGIC RELAPSE",
                   "PRSTDTC": "2025-03", "EPOCH": "TREATMENT"},
    ]  # fmt: skip
    assert [(row["IDVARVAL"], row["QNAM"], row["QVAL"]) for row in made["SUPPPR"]] == [
        ("2", "DONOR", "HAPLOIDENTICAL"), ("2", "HSCTSTAT", "CR1"), ("3", "HSCTSTAT", "NOT IN REMISSION"),
    ]  # fmt: skip


def test_other_therapy_is_apart_from_what_is_taken_beside_the_study(to_sdtm: Callable[..., Any]) -> None:
    drug = S1 | {"CM_NO": "1", "CMTRT": "布洛芬", "INDICATION": "发热", "START": "2024/8/5", "END": "2024/8/7", "ONGO": "否"}
    therapy = S1 | {"TX_NO": "1", "TX": "维奈克拉+阿扎胞苷", "START": "2024/8/5", "REASON": "血液学复发"}
    made = to_sdtm(DM=DM, RAND=RAND, CM=[drug], SUBSEQ_TX=[therapy])
    assert [row["CMCAT"] for row in made["CM"]] == ["CONCOMITANT MEDICATION", OURS]
    assert made["CM"][1] == {
        "USUBJID": "NCT06802718-01-S1", "CMSEQ": 2, "CMSPID": "S1-1", "CMTRT": "维奈克拉+阿扎胞苷", "CMCAT": OURS,
        "CMINDC": "HEMATOLOGIC RELAPSE", "CMSTDTC": "2024-08-05", "CMSTDY": 147, "EPOCH": "TREATMENT",
    }  # fmt: skip

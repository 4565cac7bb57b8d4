"""Chemotherapy before the study, and medication beside it: CMCAT tells them apart."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}]
DRUG = {
    "SUBJID": "S1", "CM_NO": "2", "CMTRT": "布洛芬", "INDICATION": "发热", "START": "2024/3/20", "END": "2024/3/22", "ONGO": "否",
    "ROUTE": "口服",
}  # fmt: skip
CYCLE = {
    "SUBJID": "S1", "PHASE": "巩固", "CYCLE_NO": "3", "REGIMEN": "大剂量阿糖胞苷", "HDAC_YN": "是", "ARAC_DOSE_G_M2": "3",
    "START_DAT": "2023/12/1", "END_DAT": "2023年12月", "CR_AFTER_YN": "是", "CR_DAT": "UN-DEC-2023",
}  # fmt: skip
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}


def test_whole_records(to_sdtm: Callable) -> None:
    chronic = DRUG | {"CM_NO": "1", "CMTRT": "氨氯地平", "INDICATION": "高血压", "START": "2019-06", "END": "", "ONGO": "是"}
    made = to_sdtm(DM=DM, RAND=RAND, CM=[DRUG, chronic], PRIORCHEMO=[CYCLE])
    assert made["CM"] == [
        SUBJECT | {"CMSEQ": 1, "CMSPID": "S1-1", "CMTRT": "氨氯地平", "CMCAT": "CONCOMITANT MEDICATION", "CMINDC": "高血压",
                   "CMROUTE": "ORAL", "CMSTDTC": "2019-06", "CMENRTPT": "ONGOING", "CMENTPT": "LAST ENTRY ON THE CM FORM"},
        SUBJECT | {"CMSEQ": 2, "CMSPID": "S1-CONSOLIDATION-3", "CMTRT": "大剂量阿糖胞苷", "CMCAT": "PRIOR CHEMOTHERAPY",
                   "CMSCAT": "CONSOLIDATION", "CMINDC": "ACUTE MYELOID LEUKEMIA", "CMSTDTC": "2023-12-01",
                   "CMENDTC": "2023-12", "CMSTDY": -102},
        SUBJECT | {"CMSEQ": 3, "CMSPID": "S1-2", "CMTRT": "布洛芬", "CMCAT": "CONCOMITANT MEDICATION", "CMINDC": "发热",
                   "CMROUTE": "ORAL", "EPOCH": "TREATMENT", "CMSTDTC": "2024-03-20", "CMENDTC": "2024-03-22", "CMSTDY": 9,
                   "CMENDY": 11},
    ]  # fmt: skip
    assert [(one["IDVARVAL"], one["QNAM"], one["QVAL"]) for one in made["SUPPCM"]] == [
        ("2", "ARACDOSE", "3"),
        ("2", "CRAFTER", "Y"),
        ("2", "CRDTC", "2023-12"),
        ("2", "HDAC", "Y"),
    ]


def test_a_cycle_whose_regimen_the_site_does_not_name(to_sdtm: Callable) -> None:
    (made,) = to_sdtm(DM=DM, PRIORCHEMO=[CYCLE | {"REGIMEN": ""}])["CM"]
    assert (made["CMTRT"], made["CMCAT"]) == ("CHEMOTHERAPY", "PRIOR CHEMOTHERAPY")


# How sites write routes, and CMROUTE; the form takes any text, and one that nobody knows is asked for.
ROUTES = [
    ("皮下注射", "SUBCUTANEOUS"),
    ("静脉滴注", "INTRAVENOUS DRIP"),
    ("外用", "TOPICAL"),
    ("PO", "ORAL"),
    ("", None),
    ("见医嘱", None),
]


def test_routes(of_each: Callable) -> None:
    made = of_each([{"DM": DM, "CM": [DRUG | {"ROUTE": route}]} for route, _ in ROUTES])
    assert [one["CM"][0].get("CMROUTE") for one in made] == [term for _, term in ROUTES]

"""The diagnosis, survival by each contact, and the details of a death."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "CTRL"}]
CONTACT = {"SUBJID": "S1", "VISIT": "M9", "CONTACT_DAT": "2024/12/12", "STATUS": "存活", "SOURCE": "电话随访"}
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}
AT = {"VISITNUM": 100, "VISIT": "MONTH 9", "VISITDY": 275, "EPOCH": "FOLLOW-UP", "SSDTC": "2024-12-12", "SSDY": 276}


def test_a_contact(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=RAND, SURV=[CONTACT | {"LAST_ALIVE_DAT": "2024年12月"}])["SS"]
    assert made == [
        SUBJECT | AT | {"SSSEQ": 1, "SSTESTCD": "INFOSCSS", "SSTEST": "Information Source for Survival Status",
                        "SSORRES": "电话随访", "SSSTRESC": "电话随访"},
        SUBJECT | AT | {"SSSEQ": 2, "SSTESTCD": "LSCFADTC", "SSTEST": "Latest Date Subject Confirmed Alive",
                        "SSORRES": "2024-12", "SSSTRESC": "2024-12"},
        SUBJECT | AT | {"SSSEQ": 3, "SSTESTCD": "SURVSTAT", "SSTEST": "Survival Status", "SSORRES": "存活",
                        "SSSTRESC": "ALIVE"},
    ]  # fmt: skip


def test_statuses(of_each: Callable) -> None:
    """CDISC's list has no LOST."""
    statuses = [("存活", "ALIVE"), ("死亡", "DEAD"), ("失访", "UNKNOWN"), ("LOST", "UNKNOWN")]
    made = of_each([{"DM": DM, "SURV": [CONTACT | {"STATUS": status, "SOURCE": ""}]} for status, _ in statuses])
    assert [(one["SS"][0]["SSORRES"], one["SS"][0]["SSSTRESC"]) for one in made] == statuses


def test_a_death(to_sdtm: Callable) -> None:
    death = {"SUBJID": "S1", "DTH_DAT": "2025/1/5", "CAUSE": "急性髓系白血病复发", "RELATED_DISEASE": "是", "AUTOPSY": "否"}
    died = SUBJECT | {"DDDTC": "2025-01-05", "DDDY": 300}
    assert to_sdtm(DM=DM, RAND=RAND, DEATH=[death])["DD"] == [
        died | {"DDSEQ": 1, "DDTESTCD": "AUTOPIND", "DDTEST": "Autopsy Indicator", "DDORRES": "否", "DDSTRESC": "N"},
        died | {"DDSEQ": 2, "DDTESTCD": "CUSCDIND", "DDTEST": "Cond Under Study Contrib to Death Ind", "DDORRES": "是",
                "DDSTRESC": "Y"},
        died | {"DDSEQ": 3, "DDTESTCD": "PRCDTH", "DDTEST": "Primary Cause of Death", "DDORRES": "急性髓系白血病复发",
                "DDSTRESC": "急性髓系白血病复发"},
    ]  # fmt: skip


def test_the_diagnosis(to_sdtm: Callable) -> None:
    dx = {"SUBJID": "S1", "DX_DAT": "2023/8/1", "WHO_SUBTYPE": "AML伴t(8;21)", "ELN2022_RISK": "良好"}
    made = to_sdtm(DM=DM, RAND=RAND, DX=[dx])
    assert made["MH"] == [
        SUBJECT | {"MHSEQ": 1, "MHSPID": "S1", "MHTERM": "AML伴t(8;21)", "MHEVDTYP": "INITIAL DIAGNOSIS",
                   "MHCAT": "PRIMARY DIAGNOSIS", "MHSTDTC": "2023-08-01", "MHSTDY": -224},
    ]  # fmt: skip
    assert [(one["QNAM"], one["QVAL"]) for one in made["SUPPMH"]] == [("ELNRISK", "favorable")]


def test_a_diagnosis_without_its_subtype(of_each: Callable) -> None:
    """What the assessment of eligibility calls it, if it says so."""
    dx = {"SUBJID": "S1", "DX_DAT": "2023/8/1"}
    elig = {"SUBJID": "S1", "SCR_DAT": "2024/3/10", "DIAGNOSIS": "急性髓系白血病"}
    made = of_each([{"DM": DM, "DX": [dx], "ELIG": [elig]}, {"DM": DM, "DX": [dx]}])
    assert [one["MH"][0]["MHTERM"] for one in made] == ["ACUTE MYELOID LEUKEMIA", "LEUKEMIA WITHOUT SUBTYPE"]

"""MRD by flow cytometry, and the phenotype at diagnosis."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "CTRL"}]
SAMPLE = {
    "SUBJID": "S1", "VISIT": "筛选", "SAMPLE_DAT": "2024/3/6", "SAMPLE_ID": "F1", "SPECIMEN": "骨髓",
    "MARKERS": "CD34/CD117/CD13", "CELLS_ACQUIRED": "821921", "MRD_PCT": "<0.01", "LOD_PCT": "0.01", "RESULT": "阴性",
}  # fmt: skip
SUBJECT = {"USUBJID": "NCT06802718-01-S1", "CPSPID": "S1", "CPCAT": "IMMUNOPHENOTYPING", "CPMETHOD": "FLOW CYTOMETRY"}


def test_a_sample_gives_its_result_the_share_and_the_cells(to_sdtm: Callable) -> None:
    sample = SUBJECT | {
        "CPREFID": "F1", "CPMRKSTR": "CD34/CD117/CD13", "CPSPEC": "BONE MARROW", "CPBLFL": "Y", "VISITNUM": 10,
        "VISIT": "SCREENING", "VISITDY": -28, "EPOCH": "SCREENING", "CPDTC": "2024-03-06", "CPDY": -6,
    }  # fmt: skip
    assert to_sdtm(DM=DM, RAND=RAND, MRD_MFC=[SAMPLE])["CP"] == [
        sample | {"CPSEQ": 1, "CPTESTCD": "ABC", "CPTEST": "Abn Blast Cells", "CPSCAT": "MRD: RESULT OF SAMPLE",
                  "CPORRES": "阴性", "CPRESSCL": "NOMINAL", "CPRESTYP": "PRESENCE OR THRESHOLD", "CPLLOD": "0.01",
                  "CPSTRESC": "NEGATIVE"},
        sample | {"CPSEQ": 2, "CPTESTCD": "ABCCE", "CPTEST": "Abn Blast Cells/Total Cells", "CPSCAT": "MRD: SHARE OF CELLS",
                  "CPORRES": "<0.01", "CPORRESU": "%", "CPRESSCL": "QUANTITATIVE", "CPRESTYP": "NUMBER FRACTION",
                  "CPLLOD": "0.01", "CPSTRESC": "<0.01", "CPSTRESU": "%"},
        sample | {"CPSEQ": 3, "CPTESTCD": "CELLS", "CPTEST": "Total Cells", "CPSCAT": "MRD: CELLS ACQUIRED",
                  "CPORRES": "821921", "CPRESSCL": "QUANTITATIVE", "CPRESTYP": "NUMBER", "CPSTRESC": "821921",
                  "CPSTRESN": 821921},
    ]  # fmt: skip


def test_the_phenotype_at_diagnosis_is_no_baseline_of_mrd(to_sdtm: Callable) -> None:
    dx = {"SUBJID": "S1", "DX_DAT": "2023/8/1", "LAIP": "CD34+CD117+CD19+"}
    made = to_sdtm(DM=DM, RAND=RAND, DX=[dx], MRD_MFC=[SAMPLE | {"MRD_PCT": "0.35", "RESULT": "阳性"}])["CP"]
    assert made[0] == SUBJECT | {
        "CPSEQ": 1, "CPTESTCD": "ABC", "CPTEST": "Abn Blast Cells", "CPSCAT": "PHENOTYPE AT DIAGNOSIS",
        "CPMRKSTR": "CD34+CD117+CD19+", "CPORRES": "CD34+CD117+CD19+", "CPRESSCL": "NOMINAL",
        "CPRESTYP": "PRESENCE OR IDENTITY", "CPSTRESC": "CD34+CD117+CD19+", "CPBLFL": "Y", "CPDTC": "2023-08-01", "CPDY": -224,
    }  # fmt: skip
    assert [(one["CPSCAT"], one["CPSTRESC"], one.get("CPSTRESN"), one["CPBLFL"]) for one in made[1:]] == [
        ("MRD: RESULT OF SAMPLE", "POSITIVE", None, "Y"),
        ("MRD: SHARE OF CELLS", "0.35", 0.35, "Y"),
        ("MRD: CELLS ACQUIRED", "821921", 821921, "Y"),
    ]


def test_a_sample_that_could_not_be_evaluated(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, MRD_MFC=[SAMPLE | {"RESULT": "不可评估", "MRD_PCT": "", "CELLS_ACQUIRED": "９000"}])["CP"]
    assert [(one["CPTESTCD"], one["CPORRES"], one["CPSTRESC"]) for one in made] == [
        ("ABC", "不可评估", "NOT EVALUABLE"),
        ("CELLS", "９000", "9000"),
    ]

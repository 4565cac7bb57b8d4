"""Molecular MRD and the genetics at diagnosis: the records of a run, results in standard form, and the baseline."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import pytest

from trialbook.run import Study

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}]
EX = [{"SUBJID": "S1", "DOSE_NO": "1", "ADMIN_DAT": "2024/3/14", "ADMIN_TIM": "09:00", "DOSE_UG": "135", "GIVEN_YN": "是"}]
RUN = {
    "SUBJID": "S1", "VISIT": "筛选", "SAMPLE_DAT": "2024/3/6", "SAMPLE_ID": "M1", "SPECIMEN": "骨髓", "METHOD": "RT-qPCR",
    "TARGET": "AML1-ETO", "TARGET_COPIES": "7", "ABL1_COPIES": "121328", "RATIO_PCT": "0.00577", "LOG_REDUCTION": "＞3.96",
    "RESULT": "阳性", "LOD_PCT": "0.00247", "REPORT_DAT": "2024年3月8日", "LAB_ID": "LAB01", "BATCH": "Q240308",
}  # fmt: skip
SUBJECT = {"USUBJID": "NCT06802718-01-S1", "GFSPID": "S1"}
QPCR = "QUANTITATIVE REVERSE TRANSCRIPTASE POLYMERASE CHAIN REACTION"


def test_a_run_gives_its_call_its_ratio_and_what_was_counted(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=RAND, EX=EX, MRD_PCR=[RUN])
    run = SUBJECT | {
        "GFGRPID": "M1 / RUNX1::RUNX1T1 / 2024-03-08 / Q240308", "GFREFID": "M1", "GFRUNID": "Q240308", "GFNAM": "LAB01",
        "GFTESTCD": "TRNSCPTN", "GFTEST": "Transcription", "GFCAT": "MEASURABLE RESIDUAL DISEASE", "GFRESCAT": "POSITIVE",
        "GFSYM": "RUNX1::RUNX1T1", "GFSPEC": "RNA", "GFLOC": "BONE MARROW", "GFMETHOD": QPCR, "GFLOBXFL": "Y", "GFBLFL": "Y",
        "VISITNUM": 10, "VISIT": "SCREENING", "VISITDY": -28, "EPOCH": "SCREENING", "GFDTC": "2024-03-06", "GFDY": -6,
    }  # fmt: skip
    assert made["GF"] == [
        run | {"GFSEQ": 1, "GFSCAT": "LOG10 REDUCTION SINCE DIAGNOSIS", "GFORRES": "＞3.96", "GFSTRESC": ">3.96"},
        run | {"GFSEQ": 2, "GFTSTDTL": "DETECTION", "GFSCAT": "RESULT OF RUN", "GFORRES": "阳性", "GFSTRESC": "DETECTED",
               "GFLLOD": "0.00247"},
        run | {"GFSEQ": 3, "GFTSTDTL": "NORMALIZED LEVEL", "GFSCAT": "RATIO TO ABL1", "GFORRES": "0.00577", "GFORRESU": "%",
               "GFLLOD": "0.00247", "GFSTRESC": "0.00577", "GFSTRESN": 0.00577, "GFSTRESU": "%"},
        run | {"GFSEQ": 4, "GFTSTDTL": "NUMBER OF GENE COPIES", "GFSCAT": "COPIES OF ABL1", "GFSYM": "ABL1",
               "GFORRES": "121328", "GFSTRESC": "121328", "GFSTRESN": 121328},
        run | {"GFSEQ": 5, "GFTSTDTL": "NUMBER OF GENE COPIES", "GFSCAT": "COPIES OF TARGET",
               "GFORRES": "7", "GFSTRESC": "7", "GFSTRESN": 7},
    ]  # fmt: skip


# RESULT, TARGET_COPIES, RATIO_PCT, SPECIMEN as collected; GFSTRESC of the call, GFRESCAT, GFSTRESC and GFSTRESN of the ratio.
RESULTS: list[tuple[tuple[str, str, str, str], tuple[object, ...]]] = [
    (("阳性", "31", "0.01738", "骨髓"), ("DETECTED", "POSITIVE", "0.01738", 0.01738)),
    (("阴性", "0", "0", "骨髓"), ("NOT DETECTED", "NEGATIVE", "0", 0.0)),
    (("低于检测限", "1", "＜0.00169", "骨髓"), ("NOT DETECTED", "NEGATIVE", "<0.00169", None)),
    (("<LOD", "1", "≤0.00169", "骨髓"), ("NOT DETECTED", "NEGATIVE", "<=0.00169", None)),
    (("ND", "0", "ND", "骨髓"), ("NOT DETECTED", "NEGATIVE", "NOT DETECTED", None)),
    # A run that can't be evaluated has what was counted, and no category.
    (("不可评估", "3", "0.12", "骨髓"), ("NOT EVALUABLE", None, "0.12", 0.12)),
    # MRD is judged by the marrow.
    (("阳性", "31", "0.01738", "外周血"), ("DETECTED", None, "0.01738", 0.01738)),
    # What is no result stays as it is written; a rule of the form asks.
    (("阳性", "31", "见报告", "骨髓"), ("DETECTED", "POSITIVE", "见报告", None)),
]


def test_results(of_each: Callable) -> None:
    names = ("RESULT", "TARGET_COPIES", "RATIO_PCT", "SPECIMEN")
    exports = [{"DM": DM, "MRD_PCR": [RUN | dict(zip(names, collected, strict=True))]} for collected, _ in RESULTS]
    made = []
    for (collected, _), one in zip(RESULTS, of_each(exports), strict=True):
        call, ratio = (next(r for r in one["GF"] if r["GFSCAT"] == part) for part in ("RESULT OF RUN", "RATIO TO ABL1"))
        made.append((collected, (call["GFSTRESC"], call.get("GFRESCAT"), ratio["GFSTRESC"], ratio.get("GFSTRESN"))))
    assert made == RESULTS


def test_a_run_without_a_result_is_not_done_and_has_no_records_of_what_was_not_counted(to_sdtm: Callable) -> None:
    nothing = dict.fromkeys(("RESULT", "RATIO_PCT", "TARGET_COPIES", "LOG_REDUCTION"), "")
    made = to_sdtm(DM=DM, MRD_PCR=[RUN | nothing])["GF"]
    assert [(one["GFSCAT"], one.get("GFORRES"), one.get("GFSTAT")) for one in made] == [
        ("RESULT OF RUN", None, "NOT DONE"),
        ("COPIES OF ABL1", "121328", None),
    ]


def flagged(made: dict) -> list[tuple[object, ...]]:
    """The runs by sample, batch and specimen with GFLOBXFL and GFBLFL of their ratio."""
    ratios = [one for one in made["GF"] if one["GFSCAT"] == "RATIO TO ABL1"]
    return [(one["GFREFID"], one["GFRUNID"], one.get("GFLOBXFL"), one.get("GFBLFL")) for one in ratios]


def test_the_baseline_is_the_last_marrow_that_could_be_evaluated(of_each: Callable) -> None:
    runs = [
        RUN,
        # Measured again, the first time with too few copies; of blood; a later marrow that could not be evaluated.
        RUN | {"BATCH": "Q240307A", "ABL1_COPIES": "3000", "RESULT": "不可评估"},
        RUN | {"SAMPLE_ID": "M2", "SPECIMEN": "外周血", "SAMPLE_DAT": "2024/3/11"},
        RUN | {"SAMPLE_ID": "M3", "SAMPLE_DAT": "2024/3/11", "RESULT": "不可评估", "ABL1_COPIES": "20"},
    ]
    dosed, control = of_each(
        [
            {"DM": DM, "RAND": RAND, "EX": EX, "MRD_PCR": runs},
            {"DM": DM, "RAND": [RAND[0] | {"GROUP": "CTRL"}], "MRD_PCR": runs},
        ]
    )
    others = [("M2", "Q240308", None, None), ("M3", "Q240308", None, None)]
    assert flagged(dosed) == [("M1", "Q240307A", None, None), ("M1", "Q240308", "Y", "Y"), *others]
    assert flagged(control) == [("M1", "Q240307A", None, None), ("M1", "Q240308", None, "Y"), *others]


DX = {
    "SUBJID": "S1", "DX_DAT": "2023年8月", "FUSION": "inv(16)", "NPM1": "野生型", "FLT3_ITD": "突变", "FLT3_AR": "0.61",
    "CEBPA_BZIP": "阴性", "KIT": "未查", "KARYOTYPE": "46,XX,inv(16)(p13.1q22)[20]", "QPCR_DX_RATIO_PCT": "52.31",
}  # fmt: skip


def test_genetics_at_diagnosis(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=RAND, DX=[DX])["GF"]
    found = SUBJECT | {"GFCAT": "GENETICS AT DIAGNOSIS", "GFDTC": "2023-08"}
    variation = found | {"GFTESTCD": "SHRTVAR", "GFTEST": "Short Variation", "GFTSTDTL": "DETECTION"}
    assert made == [
        found | {"GFSEQ": 1, "GFTESTCD": "SEQREAR", "GFTEST": "Sequence Rearrangement", "GFTSTDTL": "DETECTION",
                 "GFSCAT": "GENE FUSION", "GFSYM": "CBFB::MYH11", "GFORRES": "inv(16)", "GFSTRESC": "DETECTED"},
        variation | {"GFSEQ": 2, "GFSCAT": "IN-FRAME BZIP MUTATION", "GFSYM": "CEBPA", "GFORRES": "阴性",
                     "GFSTRESC": "NOT DETECTED"},
        variation | {"GFSEQ": 3, "GFSCAT": "INTERNAL TANDEM DUPLICATION", "GFSYM": "FLT3", "GFORRES": "突变",
                     "GFSTRESC": "DETECTED"},
        variation | {"GFSEQ": 4, "GFSCAT": "MUTATION", "GFSYM": "KIT", "GFSTAT": "NOT DONE"},
        variation | {"GFSEQ": 5, "GFSCAT": "MUTATION", "GFSYM": "NPM1", "GFORRES": "野生型", "GFSTRESC": "NOT DETECTED"},
        variation | {"GFSEQ": 6, "GFTSTDTL": "NORMALIZED LEVEL", "GFSCAT": "RATIO OF ALLELES", "GFSYM": "FLT3",
                     "GFORRES": "0.61", "GFORRESU": "RATIO", "GFSTRESC": "0.61", "GFSTRESN": 0.61, "GFSTRESU": "RATIO"},
        found | {"GFSEQ": 7, "GFTESTCD": "TRNSCPTN", "GFTEST": "Transcription", "GFTSTDTL": "NORMALIZED LEVEL",
                 "GFSCAT": "RATIO TO ABL1", "GFSYM": "CBFB::MYH11", "GFORRES": "52.31", "GFORRESU": "%", "GFSTRESC": "52.31",
                 "GFSTRESN": 52.31, "GFSTRESU": "%", "GFSPEC": "RNA", "GFMETHOD": QPCR},
        found | {"GFSEQ": 8, "GFTESTCD": "VARPROF", "GFTEST": "Variant Profile", "GFSCAT": "KARYOTYPE",
                 "GFORRES": "46,XX,inv(16)(p13.1q22)[20]", "GFSTRESC": "46,XX,inv(16)(p13.1q22)[20]",
                 "GFMETHOD": "KARYOTYPING"},
    ]  # fmt: skip


# FUSION and NPM1; GFSYM and GFSTRESC of the fusion, GFSYM of the ratio at diagnosis.
MARKERS = [
    (("AML1-ETO", "野生型"), ("RUNX1::RUNX1T1", "DETECTED", "RUNX1::RUNX1T1")),
    (("CBFB-MYH11", "突变"), ("CBFB::MYH11", "DETECTED", "CBFB::MYH11")),
    (("无", "突变"), (None, "NOT DETECTED", "NPM1")),
    # Another one is none that the assay follows.
    (("其他", "突变"), (None, "DETECTED", "NPM1")),
    (("PML-RARA", "野生型"), ("PML::RARA", "DETECTED", None)),
    (("无", "野生型"), (None, "NOT DETECTED", None)),
]


def test_which_marker(of_each: Callable) -> None:
    made = []
    exports = [{"DM": DM, "DX": [DX | {"FUSION": fusion, "NPM1": npm1}]} for (fusion, npm1), _ in MARKERS]
    for (collected, _), one in zip(MARKERS, of_each(exports), strict=True):
        fusion = next(r for r in one["GF"] if r["GFSCAT"] == "GENE FUSION")
        ratio = next(r for r in one["GF"] if r["GFSCAT"] == "RATIO TO ABL1")
        made.append((collected, (fusion.get("GFSYM"), fusion["GFSTRESC"], ratio.get("GFSYM"))))
    assert made == MARKERS


def test_who_is_screened_again_has_its_diagnosis_under_each_number(to_sdtm: Callable) -> None:
    people = [*DM, {"SUBJID": "S9", "SUBJID_PREV": "S1", "SITEID": "01", "ICF_DAT": "2024/6/1"}]
    made = to_sdtm(DM=people, DX=[DX, DX | {"SUBJID": "S9"}])["GF"]
    karyotypes = [(one["USUBJID"], one["GFSPID"]) for one in made if one["GFSCAT"] == "KARYOTYPE"]
    assert karyotypes == [("NCT06802718-01-S1", "S1"), ("NCT06802718-01-S1", "S9")]


@pytest.mark.parametrize(
    ("parts", "run"),
    [
        (("M1", "NPM1", "2024-03-08", "Q1"), "M1 / NPM1 / 2024-03-08 / Q1"),
        (("M1", "NPM1", "", ""), "M1 / NPM1"),
        (("", "", "", ""), ""),
    ],
)
def test_name_of_a_run(trial: Study, parts: tuple[str, ...], run: str) -> None:
    found = trial.specs.function("assay_run")(*(pd.Series([part, part], dtype="str") for part in parts))
    assert found.tolist() == [run, run]

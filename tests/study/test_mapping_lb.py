"""Laboratory results: what the site wrote, its standard form, and the baseline."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}]
CONTROL = [RAND[0] | {"GROUP": "CTRL"}]
EX = [
    {
        "SUBJID": "S1",
        "DOSE_NO": "1",
        "PLANNED_DAT": "2024/3/12",
        "ADMIN_DAT": "2024/3/14",
        "ADMIN_TIM": "09:00",
        "DOSE_UG": "135",
        "GIVEN_YN": "是",
    }
]
BILI = {
    "SUBJID": "S1", "VISIT": "筛选", "LAB_DAT": "2024/3/5", "LAB_TIM": "8:30", "SPECIMEN": "血清", "ACCESSION": "A1",
    "TEST_LOCAL": "总胆红素", "RESULT_TXT": "0.5", "UNIT_LOCAL": "mg/dL", "LLN": "0.2", "ULN": "1.2", "CLINSIG": "否",
}  # fmt: skip
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}


def test_whole_records(to_sdtm: Callable) -> None:
    wbc = {"SUBJID": "S1", "VISIT": "V9", "LAB_DAT": "2024年9月12日", "SPECIMEN": "全血", "TEST_LOCAL": "白细胞",
           "RESULT_TXT": "2.8", "UNIT_LOCAL": "×10⁹/L", "LLN": "3.5", "ULN": "9.5", "CLINSIG": "有临床意义"}  # fmt: skip
    tsh = {"SUBJID": "S1", "VISIT": "M3", "DAT": "2024/6/11", "TEST": "TSH", "RESULT_TXT": "<0.01", "UNIT_LOCAL": "μIU/mL",
           "LLN": "0.27", "ULN": "4.2"}  # fmt: skip
    hcg = {"SUBJID": "S1", "VISIT": "m1_arm_1", "DAT": "2024-04-11", "TEST": "HCG", "RESULT": "阴性"}
    bm = {"SUBJID": "S1", "VISIT": "第6个月", "BM_DAT": "2024/9/12", "SAMPLE_QUALITY": "合格", "BLAST_PCT": "1.5"}
    made = to_sdtm(
        DM=DM,
        RAND=CONTROL,
        LAB=[BILI, wbc],
        THYROID_AB=[tsh, tsh | {"TEST": "TPOAB", "RESULT_TXT": "12"}],
        SEROLOGY=[hcg, hcg | {"TEST": "HBSAG"}],
        BM=[bm],
    )
    assert made["LB"] == [
        SUBJECT | {"LBSEQ": 1, "LBREFID": "A1", "LBTESTCD": "BILI", "LBTEST": "Bilirubin", "LBCAT": "CHEMISTRY",
                   "LBORRES": "0.5", "LBORRESU": "mg/dL", "LBORNRLO": "0.2", "LBORNRHI": "1.2",
                   "LBSTRESC": "8.55198", "LBSTRESN": 8.55198, "LBSTRESU": "umol/L", "LBSTNRLO": 3.42079, "LBSTNRHI": 20.5247,
                   "LBNRIND": "NORMAL", "LBSPEC": "SERUM", "LBBLFL": "Y", "LBCLSIG": "N", "VISITNUM": 10, "VISIT": "SCREENING",
                   "VISITDY": -28, "EPOCH": "SCREENING", "LBDTC": "2024-03-05T08:30", "LBDY": -7},
        SUBJECT | {"LBSEQ": 2, "LBTESTCD": "BLASTCE", "LBTEST": "Blasts/Total Cells", "LBCAT": "HEMATOLOGY",
                   "LBORRES": "1.5", "LBORRESU": "%", "LBSTRESC": "1.5", "LBSTRESN": 1.5, "LBSTRESU": "%",
                   "LBSPEC": "BONE MARROW, LIQUID", "VISITNUM": 90, "VISIT": "MONTH 6", "VISITDY": 184, "EPOCH": "TREATMENT",
                   "LBDTC": "2024-09-12", "LBDY": 185},
        SUBJECT | {"LBSEQ": 3, "LBTESTCD": "HCG", "LBTEST": "Choriogonadotropin Beta", "LBCAT": "CHEMISTRY",
                   "LBORRES": "阴性", "LBSTRESC": "NEGATIVE", "VISITNUM": 40, "VISIT": "MONTH 1", "VISITDY": 31,
                   "EPOCH": "TREATMENT", "LBDTC": "2024-04-11", "LBDY": 31},
        SUBJECT | {"LBSEQ": 4, "LBTESTCD": "TSH", "LBTEST": "Thyrotropin", "LBCAT": "CHEMISTRY",
                   "LBORRES": "<0.01", "LBORRESU": "mIU/L", "LBORNRLO": "0.27", "LBORNRHI": "4.2",
                   "LBSTRESC": "<0.01", "LBSTRESU": "mIU/L", "LBSTNRLO": 0.27, "LBSTNRHI": 4.2, "LBNRIND": "LOW",
                   "LBSPEC": "SERUM", "VISITNUM": 60, "VISIT": "MONTH 3", "VISITDY": 92, "EPOCH": "TREATMENT",
                   "LBDTC": "2024-06-11", "LBDY": 92},
        SUBJECT | {"LBSEQ": 5, "LBTESTCD": "WBC", "LBTEST": "Leukocytes", "LBCAT": "HEMATOLOGY",
                   "LBORRES": "2.8", "LBORRESU": "10^9/L", "LBORNRLO": "3.5", "LBORNRHI": "9.5",
                   "LBSTRESC": "2.8", "LBSTRESN": 2.8, "LBSTRESU": "10^9/L", "LBSTNRLO": 3.5, "LBSTNRHI": 9.5,
                   "LBNRIND": "LOW", "LBSPEC": "BLOOD", "LBCLSIG": "Y", "VISITNUM": 90, "VISIT": "MONTH 6", "VISITDY": 184,
                   "EPOCH": "TREATMENT", "LBDTC": "2024-09-12", "LBDY": 185},
    ]  # fmt: skip
    assert [(one["IDVARVAL"], one["QNAM"], one["QVAL"]) for one in made["SUPPLB"]] == [("2", "SMPLQUAL", "ADEQUATE")]


# Result, unit and test as the site wrote them; LBORRES, LBORRESU, LBSTRESC, LBSTRESN, LBSTRESU and LBSTAT.
RESULTS: list[tuple[tuple[str, str, str], tuple[object, ...]]] = [
    (("未查", "", "WBC"), (None, None, None, None, None, "NOT DONE")),
    (("ND", "", "HCG"), ("ND", None, "NOT DETECTED", None, None, None)),
    ((".5", "10*9/L", "NEUT"), (".5", "10^9/L", "0.5", 0.5, "10^9/L", None)),
    (("95", "K/µL", "PLT"), ("95", "10^9/L", "95", 95.0, "10^9/L", None)),
    (("13.5", "g/dL", "HGB"), ("13.5", "g/dL", "135", 135.0, "g/L", None)),
    (("1", "mg/dL", "肌酐"), ("1", "mg/dL", "88.4017", 88.4017, "umol/L", None)),
    (("40", "IU/L", "谷丙转氨酶"), ("40", "IU/L", "40", 40.0, "U/L", None)),
    (("14", "mg/dL", "尿素氮"), ("14", "mg/dL", "4.9975", 4.9975, "mmol/L", None)),
    (("1.3", "ng/dL", "FT4"), ("1.3", "ng/dL", "16.7338", 16.7338, "pmol/L", None)),
    (("42", "mmol/mol", "HbA1c"), ("42", "mmol/mol", "5.99416", 5.99416, "%", None)),
    (("1.02", "", "INR"), ("1.02", None, "1.02", 1.02, None, None)),
    # Counts by volume, by whatever name of it.
    (("5600", "/mm3", "WBC"), ("5600", "10^6/L", "5.600", 5.6, "10^9/L", None)),
    (("5600", "个/μL", "WBC"), ("5600", "10^6/L", "5.600", 5.6, "10^9/L", None)),
    (("5.6", "10^3/mm³", "WBC"), ("5.6", "10^9/L", "5.6", 5.6, "10^9/L", None)),
    (("9.5", "万/μL", "PLT"), ("9.5", "10^10/L", "95", 95.0, "10^9/L", None)),
    (("4.1", "×10⁶/mm³", "RBC"), ("4.1", "10^12/L", "4.1", 4.1, "10^12/L", None)),
    # A unit of which nothing is known.
    (("5", "umol", "肌酐"), ("5", "umol", None, None, None, None)),
]


def test_results_and_units(of_each: Callable) -> None:
    exports = [
        {"DM": DM, "LAB": [BILI | {"RESULT_TXT": result, "UNIT_LOCAL": unit, "TEST_LOCAL": test, "LLN": "", "ULN": ""}]}
        for (result, unit, test), _ in RESULTS
    ]
    made = []
    for (collected, _), one in zip(RESULTS, of_each(exports), strict=True):
        (record,) = one["LB"]
        names = ("LBORRES", "LBORRESU", "LBSTRESC", "LBSTRESN", "LBSTRESU", "LBSTAT")
        made.append((collected, tuple(record.get(name) for name in names)))
    assert made == RESULTS


def flags(made: dict) -> list[tuple[str, str, str]]:
    """LBDTC with LBLOBXFL and LBBLFL."""
    return [(str(one["LBDTC"]), str(one.get("LBLOBXFL", "")), str(one.get("LBBLFL", ""))) for one in made["LB"]]


def test_baseline(of_each: Callable) -> None:
    """Two days after the randomization comes the first injection, at 9:00."""
    times = [("2024/3/5", ""), ("2024/3/12", ""), ("2024/3/14", "8:59"), ("2024/3/14", ""), ("2024/3/14", "9:01")]
    lab = [BILI | {"LAB_DAT": day, "LAB_TIM": time} for day, time in times]
    dosed, never_dosed, control, not_done = of_each(
        [
            {"DM": DM, "RAND": RAND, "EX": EX, "LAB": lab},
            {"DM": DM, "RAND": RAND, "LAB": lab},
            {"DM": DM, "RAND": CONTROL, "LAB": lab},
            {"DM": DM, "RAND": CONTROL, "LAB": [lab[0], lab[1] | {"RESULT_TXT": "未查"}]},
        ]
    )
    first_day = [("2024-03-05", "", ""), ("2024-03-12", "", "Y"), ("2024-03-14", "", "")]
    first_day += [("2024-03-14T08:59", "", ""), ("2024-03-14T09:01", "", "")]
    assert flags(dosed) == [
        ("2024-03-05", "", ""),
        ("2024-03-12", "", ""),
        ("2024-03-14", "", ""),
        ("2024-03-14T08:59", "Y", "Y"),
        ("2024-03-14T09:01", "", ""),
    ]
    assert flags(never_dosed) == first_day
    assert flags(control) == first_day
    assert flags(not_done) == [("2024-03-05", "", "Y"), ("2024-03-12", "", "")]


# Results and units of two days before the first injection; which of them is the last with a result, and which the baseline.
BASELINES: list[tuple[tuple[str, str], tuple[str, str], list[str], list[str]]] = [
    (("9", "umol/L"), ("10", "umol/L"), ["", "Y"], ["", "Y"]),
    # In an unknown unit there is no standard result that later ones could be compared to.
    (("9", "umol/L"), ("10", "umol"), ["Y", ""], ["Y", ""]),
    (("9", "umol"), ("10", "umol"), ["", ""], ["", ""]),
    # A bound is a result. A word is one for the standard, and no baseline where there is a number or a bound.
    (("9", "umol/L"), ("<3", "umol/L"), ["", "Y"], ["", "Y"]),
    (("9", "umol/L"), ("ND", ""), ["", "Y"], ["Y", ""]),
    (("<3", "umol/L"), ("ND", ""), ["", "Y"], ["Y", ""]),
    (("ND", ""), ("ND", ""), ["", "Y"], ["", "Y"]),
    (("9", "umol/L"), ("未查", ""), ["Y", ""], ["Y", ""]),
]


def test_a_baseline_has_a_standard_result(of_each: Callable) -> None:
    exports = [
        {
            "DM": DM,
            "RAND": RAND,
            "EX": EX,
            "LAB": [
                BILI | {"LAB_DAT": day, "RESULT_TXT": result, "UNIT_LOCAL": unit, "LLN": "", "ULN": ""}
                for day, (result, unit) in zip(("2024/3/5", "2024/3/12"), results, strict=True)
            ],
        }
        for *results, _, _ in BASELINES
    ]
    made = of_each(exports)
    for place, variable in ((2, "LBLOBXFL"), (3, "LBBLFL")):
        flagged = [[one.get(variable, "") for one in of_subject["LB"]] for of_subject in made]
        assert flagged == [expected[place] for expected in BASELINES]


def test_of_two_results_at_one_time_the_later_accession_is_the_baseline(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=CONTROL, LAB=[BILI | {"ACCESSION": "A2"}, BILI])
    assert [(one["LBREFID"], one.get("LBBLFL", "")) for one in made["LB"]] == [("A1", ""), ("A2", "Y")]


def test_a_marrow_that_could_not_be_read(to_sdtm: Callable) -> None:
    bm = {"SUBJID": "S1", "VISIT": "M6", "BM_DAT": "2024/9/12", "SAMPLE_QUALITY": "干抽"}
    (record,) = to_sdtm(DM=DM, BM=[bm])["LB"]
    assert {name: record.get(name) for name in ("LBTESTCD", "LBORRES", "LBORRESU", "LBSTAT", "LBREASND")} == {
        "LBTESTCD": "BLASTCE", "LBORRES": None, "LBORRESU": None, "LBSTAT": "NOT DONE", "LBREASND": "干抽",
    }  # fmt: skip

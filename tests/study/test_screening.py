"""Eligibility of the subjects of an export: the items from hand-made forms, the verdict, IE, and the site's own answers."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from trialbook.run import Study
from trialbook.run.material import read_forms
from trialbook.screening import ScreenedExport, screen_forms

Rows = list[dict[str, str]]
Forms = dict[str, Rows]
Found = list[tuple[str, str, list[str], list[str]]]


@pytest.fixture(scope="module")
def write(trial: Study, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """A function that writes rows of forms as an export; a form that is not named is not there."""

    def run(forms: Forms) -> Path:
        folder = tmp_path_factory.mktemp("export")
        for name, rows in forms.items():
            frame = pd.DataFrame(rows, columns=list(trial.specs.forms[name].columns), dtype="str").fillna("")
            frame.to_csv(folder / f"{name}.csv", index=False)
        return folder

    return run


@pytest.fixture(scope="module")
def screened(trial: Study, write: Callable[..., Path]) -> Callable[[Forms], ScreenedExport]:
    def run(forms: Forms) -> ScreenedExport:
        _, found = read_forms(trial, write(forms), lambda step: None)
        made = screen_forms(found, trial.specs, trial.protocol)
        assert made is not None
        return made

    return run


def changed(forms: Forms, form: str, at: int, **cells: str) -> Forms:
    """The forms with some cells of one record changed."""
    rows = [row | cells if index == at else row for index, row in enumerate(forms[form])]
    return forms | {form: rows}


def test_all_items_of_one_who_is_eligible(screened: Callable, eligible: Forms) -> None:
    made = screened(eligible)
    assert made.items.frame.to_dict("records") == [
        {
            "subject": "S1", "age": "45", "diagnosis": "AML", "eln2022_risk": "favorable", "genetics": "RUNX1::RUNX1T1",
            "cycles_to_cr1": "2", "consolidation_cycles": "4", "hdac_cycles": "3", "ecog": "1", "remission": "CR1",
            "flow_mrd": "NEGATIVE", "molecular_mrd_baseline_pct": "200", "molecular_mrd_pct": "0.02",
            "alt": "30", "alt_uln": "50", "ast": "25", "ast_uln": "40", "bilirubin": "12", "bilirubin_uln": "21",
            "creatinine": "70", "creatinine_uln": "110.1", "newly_diagnosed": "Y", "apl": "N", "normal_karyotype": "N",
            "cebpa_bzip": "N", "requests_transplant": "N", "transplant_indicated": "N", "transplant_eligible": "N",
            "uncontrolled_infection": "N", "severe_organ_dysfunction": "N", "willing_interferon": "Y", "thyroid_history": "N",
            "pregnant": "N", "last_trial_date": "NONE", "screening_date": "2024-03-10",
        }
    ]  # fmt: skip
    assert (made.judged.verdict.tolist(), made.judged.warnings.tolist(), made.issues) == (["ELIGIBLE"], [()], ())


def test_every_item_of_the_protocol_is_made(trial: Study) -> None:
    assert trial.specs.items is not None
    assert {"subject", *trial.specs.items.variables} == set(trial.protocol.eligibility.items)


# Form, record, cells that differ; the items that differ by that.
MADE: list[tuple[str, int, dict[str, str], dict[str, str]]] = [
    ("DX", 0, {"FUSION": "CBFB-MYH11"}, {"genetics": "CBFB::MYH11", "molecular_mrd_pct": ""}),
    ("DX", 0, {"FUSION": "无", "NPM1": "突变"}, {"genetics": "NPM1", "molecular_mrd_pct": ""}),
    ("DX", 0, {"FUSION": "无", "CEBPA_BZIP": "突变"}, {"genetics": "CEBPA", "molecular_mrd_pct": "", "cebpa_bzip": "Y"}),
    ("DX", 0, {"FUSION": "无"}, {"genetics": "other", "molecular_mrd_pct": ""}),
    ("DX", 0, {"FUSION": "无", "NPM1": "未查"}, {"genetics": "", "molecular_mrd_pct": ""}),
    ("DX", 0, {"WHO_SUBTYPE": "APL（M3）"}, {"apl": "Y"}),
    ("DX", 0, {"WHO_SUBTYPE": "急性早幼粒细胞白血病"}, {"apl": "Y"}),
    ("DX", 0, {"KARYOTYPE": "46,XY[20]"}, {"normal_karyotype": "Y"}),
    ("DX", 0, {"KARYOTYPE": "４６，ＸＹ［２０］"}, {"normal_karyotype": "Y"}),
    ("DX", 0, {"KARYOTYPE": "45,X,-Y[17]/46,XY[3]"}, {}),
    ("DX", 0, {"KARYOTYPE": "培养失败"}, {"normal_karyotype": ""}),
    ("DX", 0, {"ELN2022_RISK": "高危"}, {"eln2022_risk": "adverse"}),
    ("DX", 0, {"ELN2022_RISK": "很好"}, {"eln2022_risk": ""}),
    ("PRIORCHEMO", 0, {"CR_AFTER_YN": "是"}, {"cycles_to_cr1": "1"}),
    ("PRIORCHEMO", 5, {"CYCLE_NO": "3"}, {"consolidation_cycles": "3"}),
    ("PRIORCHEMO", 5, {"CYCLE_NO": ""}, {"consolidation_cycles": "", "hdac_cycles": ""}),
    ("PRIORCHEMO", 5, {"HDAC_YN": ""}, {"hdac_cycles": ""}),
    ("PRIORCHEMO", 0, {"PHASE": "再诱导"}, {"consolidation_cycles": "", "hdac_cycles": ""}),
    ("BM", 0, {"CR_STATUS": "复发"}, {"remission": "none"}),
    ("BM", 0, {"CR_STATUS": "CRi"}, {"remission": ""}),
    ("BM", 0, {"SAMPLE_QUALITY": "稀释", "CR_STATUS": "不可评估"}, {}),
    ("ELIG", 0, {"CR_NO": "2"}, {"remission": "CR2"}),
    ("MRD_MFC", 0, {"RESULT": "阳性"}, {"flow_mrd": "POSITIVE"}),
    ("MRD_MFC", 0, {"SPECIMEN": "外周血"}, {"flow_mrd": ""}),
    ("MRD_PCR", 0, {"RESULT": "阴性", "RATIO_PCT": "0"}, {"molecular_mrd_pct": "0"}),
    ("MRD_PCR", 0, {"RESULT": "低于检测限", "RATIO_PCT": "<0.002"}, {"molecular_mrd_pct": "0"}),
    ("MRD_PCR", 0, {"RESULT": "", "RATIO_PCT": "ND"}, {"molecular_mrd_pct": "0"}),
    ("MRD_PCR", 0, {"RESULT": "阴性"}, {"molecular_mrd_pct": ""}),
    ("MRD_PCR", 0, {"RATIO_PCT": "０．０２"}, {}),
    ("MRD_PCR", 0, {"ABL1_COPIES": "9999"}, {"molecular_mrd_pct": ""}),
    ("MRD_PCR", 0, {"VISIT": "M3"}, {"molecular_mrd_pct": ""}),
    ("LAB", 0, {"RESULT_TXT": "<5"}, {"alt": ""}),
    ("LAB", 0, {"RESULT_TXT": "ND"}, {"alt": ""}),
    ("LAB", 0, {"RESULT_TXT": "３５"}, {"alt": "35"}),
    ("LAB", 0, {"ULN": ""}, {"alt_uln": ""}),
    ("LAB", 0, {"VISIT": "D1"}, {"alt": "", "alt_uln": ""}),
    ("VS_ECOG", 0, {"ECOG": "2"}, {"ecog": "2"}),
    ("ELIG", 0, {"PREG_RESULT": "不适用"}, {"pregnant": "NA"}),
    ("ELIG", 0, {"LAST_TRIAL_DAT": "2024年2月1日"}, {"last_trial_date": "2024-02-01"}),
    ("ELIG", 0, {"LAST_TRIAL_DAT": "去年"}, {"last_trial_date": ""}),
    ("ELIG", 0, {"SCR_DAT": "2024年3月"}, {"screening_date": ""}),
]


def test_items_from_what_sites_write(screened: Callable, eligible: Forms) -> None:
    """Each case as a subject of its own, all in one export."""
    together: Forms = {}
    for number, (form, at, cells, _) in enumerate([("DM", 0, {}, {}), *MADE]):
        for name, rows in changed(eligible, form, at, **cells).items():
            together.setdefault(name, []).extend(row | {"SUBJID": f"S{number:03}"} for row in rows)
    frame = screened(together).items.frame.drop(columns="subject")
    right = frame.iloc[0]
    found = [{name: value for name, value in row.items() if value != right[name]} for _, row in frame.iloc[1:].iterrows()]
    wanted = [case[3] for case in MADE]
    assert [(case[:3], one) for case, one, want in zip(MADE, found, wanted, strict=True) if one != want] == []


def test_the_last_sample_of_screening_is_judged(screened: Callable, eligible: Forms) -> None:
    """A run of the assay with too little ABL1 is measured again; blood that is drawn again on the same day is the later one."""
    pcr, alt = eligible["MRD_PCR"][0], eligible["LAB"][0]
    failed = pcr | {"ABL1_COPIES": "500", "RATIO_PCT": "7", "REPORT_DAT": "2024/3/9"}
    earlier = pcr | {"SAMPLE_DAT": "2024/2/20", "SAMPLE_ID": "M0", "RATIO_PCT": "5"}
    again = [alt | {"LAB_TIM": "16:00", "RESULT_TXT": "44"}, alt | {"LAB_TIM": "07:00", "RESULT_TXT": "400"}]
    made = screened(eligible | {"MRD_PCR": [failed, pcr, earlier], "LAB": [*again, *eligible["LAB"]]})
    assert made.items.frame[["molecular_mrd_pct", "alt"]].to_numpy().tolist() == [["0.02", "44"]]


def test_an_export_that_lacks_forms_leaves_items_unknown(trial: Study, write: Callable, eligible: Forms) -> None:
    made = trial.screen(export=write({"DM": eligible["DM"], "ELIG": eligible["ELIG"]}))
    (one,) = made.subjects
    assert (one["subject"], one["verdict"], one["failed"]) == ("S1", "UNDETERMINED", [])
    assert list(one["missing"]) == ["I1", "I2", "I3", "I4", "I5", "I6", "I7", "E1", "E2"]


def test_a_rescreened_subject_is_judged_twice(screened: Callable, eligible: Forms) -> None:
    first = [row | {"SUBJID": "S0"} for row in changed(eligible, "ELIG", 0, UNCTRL_INF_YN="是")["ELIG"]]
    people = [eligible["DM"][0] | {"SUBJID": "S0"}, eligible["DM"][0] | {"SUBJID_PREV": "S0"}]
    made = screened(eligible | {"DM": people, "ELIG": [*first, *eligible["ELIG"]]})
    assert list(zip(made.subjects, made.judged.verdict, strict=True)) == [("S0", "NOT ELIGIBLE"), ("S1", "ELIGIBLE")]


def test_ie_has_the_exceptions(to_sdtm: Callable, eligible: Forms) -> None:
    forms = changed(changed(eligible, "LAB", 0, RESULT_TXT="126"), "ELIG", 0, REQ_HSCT_YN="是")
    common = {"USUBJID": "NCT06802718-01-S1", "IESPID": "S1", "VISITNUM": 10, "VISIT": "SCREENING", "VISITDY": -28,
              "EPOCH": "SCREENING", "IEDTC": "2024-03-10"}  # fmt: skip
    assert [{**one, "IETEST": one["IETEST"][:20]} for one in to_sdtm(**forms)["IE"]] == [
        common | {"IESEQ": 1, "IETESTCD": "EXCL04", "IETEST": "Patients strongly dem", "IECAT": "EXCLUSION", "IEORRES": "Y",
                  "IESTRESC": "Y"} | {"IETEST": "Patients strongly de"},
        common | {"IESEQ": 2, "IETESTCD": "INCL06", "IETEST": "Liver function: ALT ", "IECAT": "INCLUSION", "IEORRES": "N",
                  "IESTRESC": "N"},
    ]  # fmt: skip
    assert to_sdtm(**eligible)["IE"] == []


RULES = ("TB-IE-", "IFN-IE-", "TB-MAP-IE-ELIG-", "TB-RAW-DX-EXPECTED", "TB-RAW-MRD_MFC-EXPECTED", "TB-VISIT-WINDOW")
TOO_MUCH_ALT = ["LAB 2 RESULT_TXT", "LAB 2 ULN"]


@pytest.fixture(scope="module")
def told_of(told_of_each: Callable[..., list[Found]], eligible: Forms) -> Callable[..., Found]:
    """``told_of(story, *rules)``: what these rules tell of a story. All are validated together, each with its subjects."""
    rand = {"RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}
    s1 = {"RAND": [{"SUBJID": "S1", "RAND_NO": "R1"} | rand]}
    # Who stands beside S1 and is eligible: were nobody, the export would lack forms.
    two = {name: [*rows, *(row | {"SUBJID": "S2"} for row in rows)] for name, rows in eligible.items()}
    two |= {"RAND": [*s1["RAND"], {"SUBJID": "S2", "RAND_NO": "R2"} | rand]}
    answers = [("I6", "是"), ("I5", "是"), ("I7", ""), ("E4", "N"), ("E9", "否"), ("E10", "Y")]
    ill = changed(eligible, "LAB", 0, RESULT_TXT="126")
    no_thyroid = changed(two, "ELIG", 0, THYROID_HX_YN="")
    stories = {
        # A subject without any answer is not asked for one; nor is anything said of a criterion that nobody can decide (E10).
        "answers": changed(ill, "ELIG", 0, LAST_TRIAL_DAT="去年")
        | {
            "IE": [
                *({"SUBJID": "S1", "IE_NO": number, "IE_ANS": answer} for number, answer in answers),
                {"SUBJID": "S2", "IE_NO": "I6"},
            ]
        },
        "randomized": ill | s1,
        "randomized and answered": ill | s1 | {"IE": [{"SUBJID": "S1", "IE_NO": "I6", "IE_ANS": "是"}]},
        "no thyroid": no_thyroid,
        "no thyroid, no limit": changed(no_thyroid, "LAB", 0, ULN=""),
        "no diagnosis": two | {"DX": two["DX"][1:]},
        "flow at another visit": changed(two, "MRD_MFC", 0, VISIT="M3"),
    }
    told = dict(zip(stories, told_of_each(RULES, list(stories.values())), strict=True))
    return lambda story, *rules: [one for one in told[story] if one[0].startswith(rules)]


def test_what_the_site_answered_is_held_against_the_verdict(told_of: Callable[..., Found]) -> None:
    assert told_of("answers", "TB-IE-ANSWER", "TB-IE-UNANSWERED", "TB-MAP-IE-ELIG-") == [
        ("TB-IE-ANSWER", "S1", ["IE 2 IE_ANS"], ["IE 2 IE_NO", *TOO_MUCH_ALT]),
        ("TB-IE-UNANSWERED", "S1", ["IE 4 IE_ANS"], ["IE 4 IE_NO", "LAB 5 RESULT_TXT", "LAB 5 ULN"]),
        ("TB-MAP-IE-ELIG-LAST_TRIAL_DAT-last_trial_date-ITEM", "S1", ["ELIG 2 LAST_TRIAL_DAT"], []),
    ]


def test_who_is_randomized_with_an_exception_is_found(told_of: Callable[..., Found]) -> None:
    """Once: where the site has answered the criterion, at the data, as the randomization bears the answer out."""
    rules = ("IFN-IE-001", "TB-IE-ANSWER", "TB-IE-UNDECIDED")
    assert [(rule, mend) for rule, _, mend, _ in told_of("randomized", *rules)] == [("IFN-IE-001", TOO_MUCH_ALT)]
    assert told_of("randomized and answered", *rules) == [("TB-IE-ANSWER", "S1", TOO_MUCH_ALT, ["IE 2 IE_ANS", "IE 2 IE_NO"])]


def test_who_is_randomized_and_undecided_is_told_of_at_the_cells_that_would_decide(told_of: Callable[..., Found]) -> None:
    """S1 lacks the limit of ALT, and its answer about the thyroid; that this cell is empty its own rule tells."""
    assert told_of("no thyroid", "TB-IE-UNDECIDED") == []
    assert [(rule, subject, mend) for rule, subject, mend, _ in told_of("no thyroid, no limit", "TB-IE-UNDECIDED")] == [
        ("TB-IE-UNDECIDED", "S1", ["LAB 2 ULN", "ELIG 2 THYROID_HX_YN"])
    ]


def test_what_another_finding_asks_about_leaves_nothing_undecided(told_of: Callable[..., Found]) -> None:
    """S1 has no record of its diagnosis, of which others' cells are chosen; or its flow sample has another visit."""
    assert told_of("no diagnosis", "TB-IE-UNDECIDED", "TB-RAW-DX-EXPECTED") == [
        ("TB-RAW-DX-EXPECTED", "S1", ["DX"], ["RAND 2 RAND_DTTM"])
    ]
    told = told_of("flow at another visit", "TB-IE-UNDECIDED", "TB-RAW-MRD_MFC-EXPECTED", "TB-VISIT-WINDOW")
    assert [rule for rule, *_ in told] == ["TB-VISIT-WINDOW"]


def test_the_words_of_what_is_told_about_answers(trial: Study, write: Callable, eligible: Forms) -> None:
    """A criterion without a record is told of once a subject; of an answer, with what it disagrees: one can't tell what to
    look at who hears only that something elsewhere is another.
    """
    names = [*(f"I{n}" for n in range(1, 8)), *(f"E{n}" for n in range(1, 11))]
    met = [{"IE_NO": name, "IE_ANS": "Y" if name[0] == "I" else "N"} for name in names]
    empty = [{"IE_NO": name} for name in names]
    answered: dict[str, Rows] = {
        "ALL": met,
        # Nobody has answered anything, and the screening goes on; or it was ended by the randomization.
        "NONE": empty,
        "RANDOMIZED": empty,
        "TWO": [*met[:2], *met[4:]],
        # A criterion that nobody knows may be the one.
        "UNKNOWN": [*met[:2], met[2] | {"IE_NO": "3"}, *met[3:]],
    }
    forms = {name: [row | {"SUBJID": subject} for subject in answered for row in rows] for name, rows in eligible.items()}
    forms["IE"] = [row | {"SUBJID": subject} for subject, rows in answered.items() for row in rows]
    forms["RAND"] = [{"SUBJID": "RANDOMIZED", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"}]
    for name, rows in changed(eligible, "LAB", 0, RESULT_TXT="126").items():
        forms[name] += [row | {"SUBJID": "S1"} for row in rows]
    forms["IE"].append({"SUBJID": "S1", "IE_NO": "I6", "IE_ANS": "是"})
    findings = trial.validate(write(forms)).results.findings
    lacking = {
        str(one.subject).rpartition("-")[2]: one.message.rpartition(": ")[2] for one in findings if one.rule == "TB-IE-LACKING"
    }
    others = [name for name in names if name != "I6"]
    assert lacking == {"RANDOMIZED": ", ".join(names), "TWO": "I3, I4", "S1": ", ".join(others)}
    (query,) = [one.query for one in findings if one.rule == "TB-IE-ANSWER"]
    assert query.partition(" / ")[0] == (
        "筛选号 S1、标准编号 I6：是否符合 IE_ANS 填写为“是”，"
        "与其他表单填写的内容（LAB 筛选 谷丙转氨酶: 结果 RESULT_TXT 126, 参考范围上限 ULN 50）不一致，请核实该回答及相关内容。"
    )

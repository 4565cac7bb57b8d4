"""The invented export as SDTM: whole records, each character as the export has it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset
from trialbook.mapping import Specs, load_specs
from trialbook.run import Study
from trialbook.standards import load_ct

S001, S003, S007, S008, S011 = (f"NCT06802718-01-{number}" for number in ("S001", "S003", "S007", "S008", "S011"))
# The export has no doses, so nobody's actual arm is known.
IFN = {"ARMCD": "IFN", "ARM": "Interferon Group"}
CTRL = {"ARMCD": "CTRL", "ARM": "Control Group"}
DM = {"STUDYID": "NCT06802718", "DOMAIN": "DM", "SITEID": "01", "AGEU": "YEARS", "RACE": "ASIAN", "COUNTRY": "CHN"}
AE = {"STUDYID": "NCT06802718", "DOMAIN": "AE"}
ENDED = {"AEOUT": "RECOVERED/RESOLVED"}
ONGOING = {"AEOUT": "NOT RECOVERED/NOT RESOLVED", "AEENRTPT": "ONGOING", "AEENTPT": "LAST ENTRY ON THE AE FORM"}


def coded(term: str, number: int, soc: str, group: int) -> dict[str, object]:
    """What the invented coder gave: the system organ class has the number ``group``, the term ``number``."""
    return {
        "AELLT": term, "AELLTCD": 91000000 + number, "AEDECOD": term, "AEPTCD": 90000000 + number,
        "AEHLT": f"SYNTHETIC HLT {group:02}", "AEHLTCD": 92000000 + group,
        "AEHLGT": f"SYNTHETIC HLGT {group:02}", "AEHLGTCD": 93000000 + group,
        "AEBODSYS": soc, "AEBDSYCD": 94000000 + group, "AESOC": soc, "AESOCCD": 94000000 + group,
    }  # fmt: skip


GENERAL = ("General disorders and administration site conditions", 3)
PYREXIA = coded("Pyrexia", 19, *GENERAL)
PNEUMONIA = coded("Pneumonia", 17, "Infections and infestations", 4)

# Only what is filled; all other variables of the record are empty.
EXPECTED_DM = [
    # A subject of the interferon arm.
    {**DM, "USUBJID": S001, "SUBJID": "S001", "RFSTDTC": "2024-03-12T10:20", "RFICDTC": "2024-03-05", "BRTHDTC": "1983-05-12",
     "AGE": 40, "SEX": "F", **IFN},
    # Not randomized.
    {**DM, "USUBJID": S003, "SUBJID": "S003", "RFICDTC": "2024-03-18", "BRTHDTC": "1990-08-23", "AGE": 33, "SEX": "F",
     "ARMNRS": "SCREEN FAILURE"},
    # Screened as S007, and again as S015: one subject, the last screening's record with the first consent.
    {**DM, "USUBJID": S007, "SUBJID": "S015", "RFSTDTC": "2024-06-20T10:10", "RFICDTC": "2024-04-25", "BRTHDTC": "1988-12-30",
     "AGE": 35, "SEX": "M", **IFN},
    # A control who died; dates written 1962年7月4日, 2024-04-29, 2024/9/17.
    {**DM, "USUBJID": S008, "SUBJID": "S008", "RFSTDTC": "2024-05-06T09:45", "RFICDTC": "2024-04-29", "DTHDTC": "2024-09-17",
     "RFPENDTC": "2024-09-17", "DTHFL": "Y", "BRTHDTC": "1962-07-04", "AGE": 61, "SEX": "M", **CTRL},
    # The year of birth only, and the month of death: UN-NOV-2024.
    {**DM, "USUBJID": S011, "SUBJID": "S011", "RFSTDTC": "2024-05-29T10:15", "RFICDTC": "2024-05-22", "DTHDTC": "2024-11",
     "RFPENDTC": "2024-11", "DTHFL": "Y", "BRTHDTC": "1990", "AGE": 33, "SEX": "F", **IFN},
]  # fmt: skip

EXPECTED_AE = [
    {**AE, "USUBJID": S001, "AESEQ": 1, "EPOCH": "TREATMENT", "AESPID": "S001-1",
     "AETERM": "发热", **PYREXIA, "AESER": "N", "AEACN": "DOSE NOT CHANGED",
     "AEREL": "PROBABLY RELATED", **ENDED, "AECONTRT": "Y", "AETOXGR": "1", "AESTDTC": "2024-03-13", "AEENDTC": "2024-03-15",
     "AESTDY": 2, "AEENDY": 4},
    # 13-MAR-2024 to UN-MAR-2024: no study day of the end.
    {**AE, "USUBJID": S001, "AESEQ": 2, "EPOCH": "TREATMENT", "AESPID": "S001-2",
     "AETERM": "流感样症状", **coded("Influenza like illness", 11, *GENERAL),
     "AESER": "N", "AEACN": "DOSE NOT CHANGED", "AEREL": "DEFINITELY RELATED", **ENDED, "AECONTRT": "Y", "AETOXGR": "2",
     "AESTDTC": "2024-03-13", "AEENDTC": "2024-03", "AESTDY": 2},
    # 3级, 减量, 2024年4月9日 to 2024-04-23.
    {**AE, "USUBJID": S001, "AESEQ": 3, "EPOCH": "TREATMENT", "AESPID": "S001-3", "AETERM": "中性粒细胞计数降低",
     **coded("Neutrophil count decreased", 15, "Investigations", 5), "AESER": "N", "AEACN": "DOSE REDUCED",
     "AEREL": "PROBABLY RELATED", **ENDED, "AECONTRT": "N", "AETOXGR": "3", "AESTDTC": "2024-04-09", "AEENDTC": "2024-04-23",
     "AESTDY": 29, "AEENDY": 43},
    # Since 2024-07, ongoing.
    {**AE, "USUBJID": S001, "AESEQ": 4, "EPOCH": "TREATMENT", "AESPID": "S001-4", "AETERM": "甲状腺功能减退",
     **coded("Hypothyroidism", 10, "Endocrine disorders", 2), "AESER": "N", "AEACN": "DOSE NOT CHANGED",
     "AEREL": "POSSIBLY RELATED", **ONGOING, "AECONTRT": "Y", "AETOXGR": "2", "AESTDTC": "2024-07"},
    # Before randomization nothing can be related, and who is not randomized has no study days.
    {**AE, "USUBJID": S003, "AESEQ": 1, "EPOCH": "SCREENING", "AESPID": "S003-1",
     "AETERM": "头痛", **coded("Headache", 9, "Nervous system disorders", 8),
     "AESER": "N", **ENDED, "AECONTRT": "N", "AETOXGR": "1", "AESTDTC": "2024-03-20", "AEENDTC": "2024-03-21"},
    # At the first screening, 50 days before the randomization that followed the second.
    {**AE, "USUBJID": S007, "AESEQ": 1, "EPOCH": "SCREENING", "AESPID": "S007-1", "AETERM": "发热",
     **PYREXIA, "AESER": "N", **ENDED, "AECONTRT": "N",
     "AETOXGR": "1", "AESTDTC": "2024-05-01", "AEENDTC": "2024-05-02", "AESTDY": -50, "AEENDY": -49},
    {**AE, "USUBJID": S007, "AESEQ": 2, "EPOCH": "TREATMENT", "AESPID": "S015-1", "AETERM": "食欲减退",
     **coded("Decreased appetite", 6, "Metabolism and nutrition disorders", 6), "AESER": "N", "AEACN": "DOSE NOT CHANGED",
     **ENDED, "AECONTRT": "N", "AETOXGR": "1", "AESTDTC": "2024-06-25", "AEENDTC": "2024-07-05", "AESTDY": 6, "AEENDY": 16},
    {**AE, "USUBJID": S007, "AESEQ": 3, "EPOCH": "TREATMENT", "AESPID": "S015-2", "AETERM": "血胆红素升高",
     **coded("Blood bilirubin increased", 5, "Investigations", 5), "AESER": "N", "AEREL": "POSSIBLY RELATED", **ENDED,
     "AECONTRT": "N", "AETOXGR": "1", "AESTDTC": "2024-08-01", "AEENDTC": "2024-08-15", "AESTDY": 43, "AEENDY": 57},
    # Two criteria in one cell: 死亡；住院或住院时间延长.
    {**AE, "USUBJID": S008, "AESEQ": 1, "EPOCH": "TREATMENT", "AESPID": "S008-1",
     "AETERM": "肺炎", **PNEUMONIA, "AESER": "Y", "AEACN": "NOT APPLICABLE",
     "AEREL": "NOT APPLICABLE", "AEOUT": "FATAL", "AESDTH": "Y", "AESHOSP": "Y", "AECONTRT": "Y", "AETOXGR": "5",
     "AESTDTC": "2024-09-02", "AEENDTC": "2024-09-17", "AESTDY": 120, "AEENDY": 135},
    {**AE, "USUBJID": S008, "AESEQ": 2, "AESPID": "S008-2", "AETERM": "发热", **PYREXIA, "AESER": "N", "AEACN": "NOT APPLICABLE",
     "AEREL": "NOT APPLICABLE", **ENDED, "AECONTRT": "N", "AETOXGR": "1", "AESTDTC": "2024-09-20", "AEENDTC": "2024-09-21",
     "AESTDY": 138, "AEENDY": 139},
    # UN-UNK-2024 and NOV-2024 stay as partial as they are.
    {**AE, "USUBJID": S011, "AESEQ": 1, "AESPID": "S011-2", "AETERM": "贫血",
     **coded("Anaemia", 3, "Blood and lymphatic system disorders", 1), "AESER": "N", "AEACN": "DOSE NOT CHANGED",
     "AEREL": "POSSIBLY RELATED", **ONGOING, "AECONTRT": "N", "AETOXGR": "2", "AESTDTC": "2024"},
    {**AE, "USUBJID": S011, "AESEQ": 2, "AESPID": "S011-1",
     "AETERM": "肺炎", **PNEUMONIA, "AESER": "Y", "AEACN": "DRUG WITHDRAWN",
     "AEREL": "UNLIKELY RELATED", "AEOUT": "FATAL", "AESDTH": "Y", "AECONTRT": "Y", "AETOXGR": "4", "AESTDTC": "2024-11-02",
     "AEENDTC": "2024-11", "AESTDY": 158},
]  # fmt: skip

EXPECTED_SUPPDM = {
    S001: [("ETHNGRP", "Ethnic Group", "Han", "CRF"), ("RANDNO", "Randomization Number", "R001", "Assigned"),
           ("STRATUM", "Stratum at Randomization", "RUNX1::RUNX1T1", "CRF")],
    S003: [("ETHNGRP", "Ethnic Group", "Man", "CRF")],
    S007: [("ETHNGRP", "Ethnic Group", "Han", "CRF"), ("PREVSCR", "Earlier Screening Number", "S007", "CRF"),
           ("RANDNO", "Randomization Number", "R013", "Assigned"),
           ("STRATUM", "Stratum at Randomization", "RUNX1::RUNX1T1", "CRF")],
    S011: [("ETHNGRP", "Ethnic Group", "Zhuang", "CRF"), ("RANDNO", "Randomization Number", "R010", "Assigned"),
           ("STRATUM", "Stratum at Randomization", "NPM1", "CRF")],
}  # fmt: skip


@pytest.fixture(scope="module")
def datasets(repository: Path) -> dict[str, SdtmDataset]:
    mapped = Study(repository).map(repository / "tests" / "study" / "invented_export")
    return dict(mapped.datasets)


@pytest.fixture(scope="module")
def specs(repository: Path) -> Specs:
    return load_specs(repository / "sdtm_specs", "trialbook_test_nct06802718")


def filled(dataset: SdtmDataset, subjects: set[str]) -> list[dict[str, object]]:
    records = dataset.frame[dataset.frame["USUBJID"].isin(subjects)].to_dict("records")
    return [{name: value for name, value in record.items() if value != "" and not pd.isna(value)} for record in records]


def test_datasets_and_their_size(datasets: dict[str, SdtmDataset]) -> None:
    assert {name: len(one.frame) for name, one in datasets.items()} == {
        "DM": 22, "SUPPDM": 58, "SE": 39, "AE": 39, "DS": 40, "SUPPDS": 22, "IE": 1, "DD": 18,
        "TA": 8, "TE": 5, "TI": 17, "TS": 57, "TV": 16,
    }  # fmt: skip


def test_dm_records(datasets: dict[str, SdtmDataset]) -> None:
    assert filled(datasets["DM"], {S001, S003, S007, S008, S011}) == EXPECTED_DM


def test_ae_records(datasets: dict[str, SdtmDataset]) -> None:
    assert filled(datasets["AE"], {S001, S003, S007, S008, S011}) == EXPECTED_AE


def test_suppdm_records(datasets: dict[str, SdtmDataset]) -> None:
    frame = datasets["SUPPDM"].frame
    assert set(frame["STUDYID"]) == {"NCT06802718"} and set(frame["RDOMAIN"]) == {"DM"}
    assert set(frame["IDVAR"]) == set(frame["IDVARVAL"]) == set(frame["QEVAL"]) == {""}
    for subject, expected in EXPECTED_SUPPDM.items():
        rows = frame[frame["USUBJID"] == subject][["QNAM", "QLABEL", "QVAL", "QORIG"]]
        assert list(rows.itertuples(index=False, name=None)) == expected


def test_no_dataset_carries_initials(datasets: dict[str, SdtmDataset]) -> None:
    for one in datasets.values():
        assert not one.frame.isin(["WXLI", "LYAN", "DBOW", "HKAI"]).any().any()


def test_terms_are_cdiscs(specs: Specs) -> None:
    """Each code list that names one of CDISC's maps to its terms; the others are the study's own, and few."""
    ct = load_ct("sdtmct-2025-03-28", None)
    for name, codelist in specs.codelists.items():
        if codelist.ct is not None:
            found = ct.codelist(codelist.ct)
            assert found is not None and set(codelist.terms) <= set(found.terms), name
    own = {name for name, codelist in specs.codelists.items() if codelist.ct is None}
    assert own == {
        "ARM", "ARMCD", "CTCAE_GRADE", "CAUSALITY", "ETHNIC_GROUP", "VISIT", "THYROID_TEST", "SEROLOGY_TEST", "SEROLOGY_RESULT",
        "DIAGNOSIS", "PREGNANCY", "SAMPLE_QUALITY", "CELLULARITY", "HEM_STATUS", "MRD_STATUS", "RELAPSE_SITE", "SURVIVAL",
        "ELN_RISK", "FUSION", "MUTATION", "CHEMO_PHASE", "MRD_TARGET", "MRD_PCR_RESULT", "ECOG", "CRITERION",
        "HSCT_DONOR", "HSCT_STATUS", "THERAPY_REASON", "PCR_DETECTION", "FUSION_DETECTION", "MUTATION_DETECTION",
    }  # fmt: skip


def test_visits_are_the_protocols(trial: Study) -> None:
    assert list(trial.specs.codelists["VISIT"].terms) == list(trial.visits)


def test_each_laboratory_test_has_its_name_and_a_standard_unit(trial: Study) -> None:
    codes, names = (trial.specs.codelists[name].by_value for name in ("LBTESTCD", "LBTEST"))
    assert set(names) >= set(codes) - set(names.values())
    assert len({(code, names[value]) for value, code in codes.items() if value in names}) == len(set(codes.values()))
    for form, test in (("THYROID_TEST", "TSH"), ("THYROID_TEST", "FT3"), ("THYROID_TEST", "FT4"), ("SEROLOGY_TEST", "HCG")):
        collected = {value for value, term in trial.specs.codelists[form].by_value.items() if term == test}
        assert collected <= set(codes) and collected <= set(names)
    assert set(trial.specs.units.tests) == set(trial.specs.codelists["LBTESTCD"].terms)


def test_visits_are_those_of_the_reference(trial: Study, shared: Path) -> None:
    tv = pd.read_csv(shared / "study" / "tv.csv", dtype="str").fillna("")
    planned = [(f"{one.visitnum:g}", name, str(one.day or "")) for name, one in trial.visits.items()]
    assert planned == list(tv[["VISITNUM", "VISIT", "VISITDY"]].itertuples(index=False, name=None))


def test_each_of_56_ethnic_groups_is_asian(specs: Specs) -> None:
    groups = specs.codelists["ETHNIC_GROUP"]
    assert len(groups.terms) == 56
    assert set(specs.codelists["RACE"].by_value) - {"ASIAN"} == set(groups.by_value)


@pytest.mark.parametrize(
    ("numbers", "wanted"),
    [
        ({"A": ""}, {"A": "A"}),
        ({"A": "", "B": "A", "C": "B"}, {"A": "A", "B": "A", "C": "A"}),
        ({"B": "A"}, {"B": "B"}),
        ({"A": "A"}, {"A": "A"}),
        ({"A": "B", "B": "A"}, {"A": "A", "B": "B"}),
        ({"A": "C", "B": "A", "C": "B", "D": "C"}, {"A": "A", "B": "B", "C": "C", "D": "D"}),
        ({" A ": "", "B": " A"}, {" A ": "A", "B": "A"}),
        ({"A": ""}, {"": "", "Z": "Z"}),
    ],
    ids=["once", "three times", "earlier number unknown", "itself", "circle", "circle of three", "white space", "not in DM"],
)
def test_first_screening_number(specs: Specs, numbers: dict[str, str], wanted: dict[str, str]) -> None:
    dm = pd.DataFrame({"SUBJID": list(numbers), "SUBJID_PREV": list(numbers.values())}, dtype="str")
    found = specs.function("first_screening_number")(pd.Series(list(wanted), dtype="str"), dm)
    assert found.tolist() == list(wanted.values())


def test_a_wrong_earlier_number_removes_nobody(repository: Path, tmp_path: Path) -> None:
    """A is superseded by B; C names itself, D and E name each other, F is randomized and G names it; H, I, J go round."""
    rows = ["A,", "B,A", "C,C", "D,E", "E,D", "F,", "G,F", "H,J", "I,H", "J,I"]
    (tmp_path / "DM.csv").write_text("SUBJID,SUBJID_PREV,SITEID\n" + "".join(f"{row},01\n" for row in rows), encoding="utf-8")
    (tmp_path / "RAND.csv").write_text("SUBJID,RAND_NO,RAND_DTTM,GROUP\nF,R1,2024-03-12 10:20,IFN\n", encoding="utf-8")
    dm = Study(repository).map(tmp_path).datasets["DM"].frame
    found = dict(zip(dm["SUBJID"], dm["USUBJID"].str.removeprefix("NCT06802718-01-"), strict=True))
    assert found == {"B": "A", "C": "C", "D": "D", "E": "E", "F": "F", "G": "F", "H": "H", "I": "I", "J": "J"}


def test_subject_without_site_has_no_usubjid(specs: Specs) -> None:
    dm = pd.DataFrame({"SUBJID": ["A", "B"], "SUBJID_PREV": ["", ""], "SITEID": ["01", ""]}, dtype="str")
    found = specs.function("usubjid")(pd.Series(["A", "B", "C", ""], dtype="str"), DM=dm)
    assert found.tolist() == ["NCT06802718-01-A", "", "", ""]


@pytest.mark.parametrize(
    ("cell", "criteria"),
    [
        ("", ()),
        ("死亡", ("AESDTH",)),
        ("死亡；住院或住院时间延长", ("AESDTH", "AESHOSP")),
        ("危及生命、住院,其他重要医学事件", ("AESLIFE", "AESHOSP", "AESMIE")),
        ("残疾或功能丧失；先天异常", ("AESDISAB", "AESCONG")),
        ("Death; life threatening", ("AESDTH", "AESLIFE")),
        ("住院治疗观察", ("",)),
        ("住院/住院时间延长", ("AESHOSP",)),
        ("死亡/住院／住院时间延长、致残", ("AESDTH", "AESHOSP", "AESDISAB")),
        ("住院/致残", ("AESHOSP", "AESDISAB")),
        ("；", ()),
    ],
)
def test_criteria_of_seriousness(specs: Specs, cell: str, criteria: tuple[str, ...]) -> None:
    plain = pd.Series([cell], dtype="str").str.normalize("NFKC").iloc[0]
    assert specs.function("criteria_of")(plain) == criteria
    for variable in ("AESCONG", "AESDISAB", "AESDTH", "AESHOSP", "AESLIFE", "AESMIE"):
        found = specs.function(variable.lower())(pd.Series([cell], dtype="str"))
        assert found.tolist() == ["Y" if variable in criteria else ""]


def test_without_the_randomization_form_nobody_is_called_a_screen_failure(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "DM.csv").write_text("SUBJID,SITEID\nA,01\n", encoding="utf-8")
    dm = Study(repository).map(tmp_path).datasets["DM"].frame
    assert dm[["SUBJID", "ARMNRS", "DTHFL"]].to_numpy().tolist() == [["A", "", ""]]
    rules = Study(repository).validate(tmp_path).results.rules
    skipped = {one.rule: (one.status.value, one.reason) for one in rules if one.rule.endswith("-ABSENT")}
    assert skipped["TB-MAP-DM-ARMNRS-RAND-ABSENT"] == (
        "SKIPPED",
        "ARMNRS depends on the form RAND, which is not in the export",
    )


def test_an_event_finds_its_coding_however_its_number_is_written(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "DM.csv").write_text("SUBJID,SITEID,AGE\nA,01,４０\n", encoding="utf-8")
    (tmp_path / "AE.csv").write_text("SUBJID,AE_NO\nA,1.0\nA,２\n", encoding="utf-8")
    (tmp_path / "AE_CODING.csv").write_text("SUBJID,AE_NO,PT\nA,1,Pyrexia\nA,2.0,Headache\n", encoding="utf-8")
    made = {name: one.frame for name, one in Study(repository).map(tmp_path).datasets.items()}
    assert made["AE"][["AESPID", "AEDECOD"]].to_numpy().tolist() == [["A-1", "Pyrexia"], ["A-2", "Headache"]]
    assert made["DM"]["AGE"].tolist() == [40]


def test_an_age_that_is_no_number_has_no_unit(repository: Path, tmp_path: Path) -> None:
    (tmp_path / "DM.csv").write_text("SUBJID,SITEID,AGE\nA,01,４０\nB,01,40岁\nC,01,\n", encoding="utf-8")
    dm = Study(repository).map(tmp_path).datasets["DM"].frame
    assert dm["AGEU"].tolist() == ["YEARS", "", ""] and dm["AGE"].fillna(-1).tolist() == [40, -1, -1]

"""The trial design datasets of this study: those of the reference, and a number changed once changes them all."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset
from trialbook.mapping.lint_protocol import protocol_complaints
from trialbook.protocol.trial_design.lint import lint_design
from trialbook.study import LoadedStudy

# SSTDTC: the reference leaves both columns empty and says that NI stands there while nobody is enrolled.
STATED = {("TS", "SSTDTC"): {"TSVALNF": "NI"}}
# What the reference says about its rows, and says in no variable.
REMARKS = ("SOURCE", "ASSUMPTION", "TEXT_OF_RECORD")


@pytest.fixture(scope="module")
def study(repository: Path) -> LoadedStudy:
    return LoadedStudy(repository)


@pytest.fixture
def copied(repository: Path, tmp_path: Path) -> Callable[..., LoadedStudy]:
    """A function that copies the study's folders and replaces a text in one of its files."""

    def copy(file: str, old: str, new: str) -> LoadedStudy:
        for name in ("protocol", "sdtm_specs"):
            shutil.copytree(repository / name, tmp_path / name, dirs_exist_ok=True)
        text = (tmp_path / file).read_text(encoding="utf-8")
        assert old in text
        (tmp_path / file).write_text(text.replace(old, new), encoding="utf-8")
        return LoadedStudy(tmp_path)

    return copy


def datasets(study: LoadedStudy) -> dict[str, SdtmDataset]:
    return {one.dataset.name: one.dataset for one in study.trial_design()}


def as_text(frame: pd.DataFrame) -> pd.DataFrame:
    numbers = frame.select_dtypes("number").columns
    return frame.assign(**{name: ["" if pd.isna(cell) else f"{cell:g}" for cell in frame[name]] for name in numbers})


@pytest.mark.parametrize("name", ["TS", "TA", "TE", "TI", "TV"])
def test_whole_tables_of_the_reference(study: LoadedStudy, shared: Path, name: str) -> None:
    reference = pd.read_csv(shared / "study" / f"{name.lower()}.csv", dtype="str", keep_default_na=False)
    reference = reference.drop(columns=[column for column in REMARKS if column in reference])
    for (dataset, parameter), values in STATED.items():
        if dataset == name:
            for column, value in values.items():
                reference.loc[reference["TSPARMCD"] == parameter, column] = value
    found = as_text(datasets(study)[name].frame)
    by = list(reference.columns)
    assert set(by) <= set(found.columns)
    pd.testing.assert_frame_equal(
        found[by].sort_values(by, ignore_index=True), reference.sort_values(by, ignore_index=True), check_dtype=False
    )


def test_texts_fit_their_variables(study: LoadedStudy) -> None:
    cells = [
        (name, str(cell))
        for name, dataset in datasets(study).items()
        for column in dataset.frame.select_dtypes("str")
        for cell in dataset.frame[column]
    ]
    assert [(name, cell) for name, cell in cells if len(cell) > 200 or not cell.isascii()] == []


def one_to_one(frame: pd.DataFrame, *names: str) -> bool:
    pairs = frame[list(names)].drop_duplicates()
    return all(pairs[name].is_unique for name in names)


def test_conditions_of_cdiscs_rules(study: LoadedStudy) -> None:
    """Those of CDISC's rules about these datasets whose condition the records alone decide, by their numbers."""
    frames = {name: dataset.frame for name, dataset in datasets(study).items()}
    ta, te, ti, ts, tv = (frames[name] for name in ("TA", "TE", "TI", "TS", "TV"))
    told, coded = ts["TSVAL"] != "", ts[(ts["TSVAL"] != "") & (ts["TSVALCD"] != "")]
    holds = {
        "CG0153 CG0297": max(map(len, [*ta["ARMCD"], *tv["ARMCD"]])) <= 20,
        "CG0154": one_to_one(te, "ETCD", "ELEMENT") and one_to_one(ta, "ETCD", "ELEMENT"),
        "CG0246": max(map(len, te["ETCD"])) <= 8,
        "CG0247": not ta.duplicated(["ARM", "TAETORD"]).any(),
        "CG0248": (ta["TAETORD"] % 1 == 0).all(),
        "CG0257 CG0258": max(map(len, ts["TSPARMCD"])) <= 8 and max(map(len, ts["TSPARM"])) <= 40,
        "CG0261": "TSVAL1" not in ts or not ((ts["TSVAL1"] != "") & ~told).any(),
        "CG0265": one_to_one(coded, "TSVAL", "TSVALCD"),
        "CG0268": not ts.duplicated(["TSPARMCD", "TSSEQ"]).any(),
        "CG0293 CG0294": set(tv["ARMCD"]) - {""} <= set(ta["ARMCD"]),
        "CG0307": one_to_one(ts, "TSPARMCD", "TSPARM"),
        "CG0325": not te.duplicated(["TESTRL", "TEENRL", "TEDUR"]).any(),
        "CG0328 CG0329": ((te["TEENRL"] != "") | (te["TEDUR"] != "")).all(),
        "CG0414": set(ta["ETCD"]) <= set(te["ETCD"]),
        "CG0429 CG0430": "IESCAT" not in ti and (ti["IECAT"] != "").all(),
        "CG0649": (told != (ts["TSVALNF"] != "")).all(),
        "FB0902": one_to_one(ta, "ARMCD", "ARM"),
    }
    assert [rule for rule, held in holds.items() if not held] == []


def test_each_record_has_the_line_that_states_it(study: LoadedStudy) -> None:
    ts = next(one for one in study.trial_design() if one.dataset.name == "TS")
    places = dict(zip(ts.dataset.frame["TSPARMCD"], ts.places, strict=True))
    lines = {file: (study.root / file).read_text(encoding="utf-8").splitlines() for file, _ in ts.places}
    stated = {name: lines[file][line - 1].strip() for name, (file, line) in places.items()}
    assert (stated["PLANSUB"], stated["DOSE"].split("#")[0].strip()) == ("planned_subjects: 96", "dose: 135")
    assert stated["RANDQT"].startswith("- {parameter: RANDQT")
    assert stated["OUTMSPRI"] == "name: Negative conversion of MRD at 6 months"


def test_nothing_to_complain_of(study: LoadedStudy) -> None:
    assert list(lint_design(study.protocol)) == []
    assert protocol_complaints(study.specs, study.protocol) == ()


@pytest.mark.parametrize(
    ("file", "old", "new", "dataset", "where", "variable", "expected"),
    [
        ("protocol/interventions.yml", "dose: 135", "dose: 180", "TS", ("TSPARMCD", "DOSE"), "TSVAL", "180"),
        (
            "protocol/interventions.yml",
            "dose: 135",
            "dose: 180",
            "TE",
            ("ETCD", "PEGIFN"),
            "ELEMENT",
            "PEG-IFN alfa-2b 180 ug weekly",
        ),
        (
            "protocol/interventions.yml",
            "dose: 135",
            "dose: 180",
            "TA",
            ("ETCD", "PEGIFN"),
            "ELEMENT",
            "PEG-IFN alfa-2b 180 ug weekly",
        ),
        ("protocol/interventions.yml", "months: 6", "months: 9", "TE", ("ETCD", "OBS"), "TEDUR", "P9M"),
        ("protocol/interventions.yml", "months: 6", "months: 9", "TE", ("ETCD", "FU"), "TEDUR", "P15M"),
        ("protocol/study.yml", "planned_subjects: 96", "planned_subjects: 97", "TS", ("TSPARMCD", "PLANSUB"), "TSVAL", "97"),
        ("protocol/study.yml", "minimum_age: 18\n", "minimum_age: 21\n", "TS", ("TSPARMCD", "AGEMIN"), "TSVAL", "P21Y"),
        (
            "protocol/study.yml",
            "arm: Control Group",
            "arm: Controls",
            "TA",
            ("ARMCD", "CTRL"),
            "TABRANCH",
            "Randomized to Controls",
        ),
        (
            "protocol/visits.yml",
            "day: 184, window: [-14, 14]",
            "day: 184, window: [-14, 21]",
            "TE",
            ("ETCD", "OBS"),
            "TEENRL",
            "Month 6 assessment, or day 205 if it was not done",
        ),
    ],
)
def test_a_number_is_stated_once(
    copied: Callable[..., LoadedStudy],
    file: str,
    old: str,
    new: str,
    dataset: str,
    where: tuple[str, str],
    variable: str,
    expected: str,
) -> None:
    frame = datasets(copied(file, old, new))[dataset].frame
    assert frame.loc[frame[where[0]] == where[1], variable].iloc[0] == expected


@pytest.mark.parametrize(
    ("file", "old", "new", "expected"),
    [
        (
            "sdtm_specs/domains/se.yml",
            "hardcode_no_ct: FU}",
            "hardcode_no_ct: FUP}",
            "there is no element 'FUP' in protocol/design.yml (there is SCRN, PEGIFN, OBS, FU, LTFU)",
        ),
        (
            "sdtm_specs/domains/dm.yml",
            "hardcode_no_ct: Control Group",
            "hardcode_no_ct: Controls",
            "'Controls' is no ACTARM of an arm in protocol/study.yml (there is Interferon Group, Control Group)",
        ),
        (
            "sdtm_specs/domains/dm.yml",
            "hardcode_no_ct: Control Group",
            "hardcode_no_ct: Interferon Group",
            "'Interferon Group' stands beside the ARMCD CTRL, whose arm is 'Control Group' in protocol/study.yml",
        ),
        (
            "protocol/study.yml",
            "arm: Control Group",
            "arm: Controls",
            "'Control Group' is none of the arms in protocol/study.yml (Interferon Group, Controls)",
        ),
        ("protocol/study.yml", "arm: Control Group", "arm: Controls", "no term stands for the arm 'Controls' of the protocol"),
        (
            "protocol/interventions.yml",
            "inn: PEGINTERFERON ALFA-2B",
            "inn: PEGINTERFERON ALFA-2A",
            "'PEGINTERFERON ALFA-2B' is no EXTRT of protocol/interventions.yml (there is PEGINTERFERON ALFA-2A)",
        ),
        (
            "protocol/interventions.yml",
            "{test: PLAT, unit: 10^9/L, reduce_below: 50",
            "{test: PLATE, unit: 10^9/L, reduce_below: 50",
            "no code list of sdtm_specs/ has the test 'PLATE', so no form can give it",
        ),
        (
            "protocol/eligibility.yml",
            "  - {name: screening_date,",
            "  - {name: hiv, type: whole number, label: HIV}\n  - {name: screening_date,",
            "nothing makes the item hiv of protocol/eligibility.yml: in every export it is unknown",
        ),
        (
            "sdtm_specs/eligibility.yml",
            "  thyroid_history:",
            "  thyroid:",
            "thyroid is no item of protocol/eligibility.yml",
        ),
        (
            "protocol/interventions.yml",
            "route: SUBCUTANEOUS",
            "route: INTRAMUSCULAR",
            "'SUBCUTANEOUS' is no ECROUTE of protocol/interventions.yml (there is INTRAMUSCULAR)",
        ),
        (
            "protocol/interventions.yml",
            "      unit: ug\n",
            "      unit: mg\n",
            "'ug' is no EXDOSU of protocol/interventions.yml (there is mg)",
        ),
        (
            "protocol/interventions.yml",
            "form: INJECTION",
            "form: POWDER",
            "'INJECTION' is no EXDOSFRM of protocol/interventions.yml (there is POWDER)",
        ),
    ],
)
def test_specifications_that_disagree(copied: Callable[..., LoadedStudy], file: str, old: str, new: str, expected: str) -> None:
    changed = copied(file, old, new)
    assert expected in [one.text for one in protocol_complaints(changed.specs, changed.protocol)]


def test_an_export_tells_when_the_study_started(to_sdtm: Callable) -> None:
    """SSTDTC: the earliest consent of those assigned to an arm, not of a screen failure."""
    people = [("S1", "2024/3/1"), ("S2", "2024/2/27"), ("S3", "2024/1/5")]
    made = to_sdtm(
        DM=[{"SUBJID": number, "SITEID": "01", "ICF_DAT": consent} for number, consent in people],
        RAND=[{"SUBJID": number, "RAND_DTTM": "2024-03-12 10:20", "GROUP": "IFN"} for number in ("S1", "S2")],
    )
    told = {one["TSPARMCD"]: one.get("TSVAL", one.get("TSVALNF")) for one in made["TS"]}
    assert {name: told[name] for name in ("SSTDTC", "ACTSUB", "SENDTC", "DCUTDTC")} == {
        "SSTDTC": "2024-02-27",
        "ACTSUB": "2",
        "SENDTC": "NI",
        "DCUTDTC": "2024-03-12",
    }
    assert {name: len(made[name]) for name in ("TA", "TE", "TI", "TV")} == {"TA": 8, "TE": 5, "TI": 17, "TV": 16}

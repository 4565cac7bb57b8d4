"""TS, TA, TE, TV and TI of a small protocol: whole tables, what the data add, and what lint complains of."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.protocol.trial_design import trial_design
from trialbook.protocol.trial_design.lint import lint_design
from trialbook.protocol.trial_design.observed import observe
from trialbook.standards import load_ct, load_standard

STUDY = """\
id: T1
title: A trial of itch
basis: Invented.
source: record
sponsor: Somebody
other_ids: [S-1]
design: {phase: Phase 2/Phase 3, allocation: Randomized, intervention_model: Crossover Assignment, masking: Double,
  planned_subjects: 2, primary_purpose: Treatment, study_type: Interventional}
population: {condition: Itch, minimum_age: 18, sex: All, healthy_volunteers: false}
arms:
  - {armcd: A, arm: Drug, type: Experimental, description: Drug}
"""
VISITS = """\
visits:
  - {visitnum: 1, visit: SCREENING, day: -7, window: [0, 6]}
  - {visitnum: 2, visit: DAY 5, day: 5}
  - {visitnum: 3, visit: RELAPSE}
"""
DESIGN = """\
epochs: [{epoch: SCREENING}, {epoch: TREATMENT}]
elements:
  - {etcd: SCRN, element: Screening, starts: Consent, ends: Randomization}
  - {etcd: DRUG, element: Drug, starts: Randomization, duration: P2M}
arms:
  - {armcd: A, path: [{etcd: SCRN, epoch: SCREENING}, {etcd: DRUG, epoch: TREATMENT, transition: If it itches stop}]}
visits:
  - {visit: SCREENING, starts: Consent, ends: End of the day}
  - {visit: RELAPSE, starts: Relapse}
summary:
  - {parameter: FCNTRY, value: CHN}
  - {parameter: REGID, value: R1, code: R1, dictionary: ClinicalTrials.gov}
  - {parameter: SSTDTC, null_flavor: NI, note: Nobody}
"""
PLACED = ("TSSEQ", "TSPARMCD", "TSVAL", "TSVALNF", "TSVALCD", "TSVCDREF", "TSVCDVER")


@pytest.fixture
def small(parts: Callable[..., Protocol]) -> Callable[..., Protocol]:
    """The protocol above, with texts in place of others in it, or with further files."""

    def write(changes: Mapping[str, str] | None = None, **files: str) -> Protocol:
        texts = {"study": STUDY, "visits": VISITS, "design": DESIGN, **files}
        for old, new in (changes or {}).items():
            assert any(old in text for text in texts.values()), old
            texts = {name: text.replace(old, new) for name, text in texts.items()}
        return parts(**texts)

    return write


def made(protocol: Protocol, data: Mapping[str, pd.DataFrame] | None = None) -> dict[str, pd.DataFrame]:
    datasets = trial_design(protocol, load_standard(), load_ct("sdtmct-2025-03-28"), data)
    return {one.dataset.name: one.dataset.frame for one in datasets}


def rows(frame: pd.DataFrame, *names: str) -> list[tuple[object, ...]]:
    """The records; numbers that are missing as None."""
    columns = list(names) or [name for name in frame.columns if name not in ("STUDYID", "DOMAIN")]
    return [
        tuple(None if value != value else value for value in row) for row in frame[columns].itertuples(index=False, name=None)
    ]


def test_elements_arms_and_visits(small: Callable[..., Protocol]) -> None:
    tables = made(small())
    assert list(tables["TA"].columns) == [
        "STUDYID", "DOMAIN", "ARMCD", "ARM", "TAETORD", "ETCD", "ELEMENT", "TABRANCH", "TATRANS", "EPOCH",
    ]  # fmt: skip
    assert rows(tables["TA"]) == [
        ("A", "Drug", 1, "SCRN", "Screening", "", "", "SCREENING"),
        ("A", "Drug", 2, "DRUG", "Drug", "", "If it itches stop", "TREATMENT"),
    ]
    assert rows(tables["TE"], "ETCD", "ELEMENT", "TESTRL", "TEENRL", "TEDUR") == [
        ("SCRN", "Screening", "Consent", "Randomization", ""),
        ("DRUG", "Drug", "Randomization", "", "P2M"),
    ]
    assert rows(tables["TV"], "VISITNUM", "VISIT", "VISITDY", "ARMCD", "TVSTRL", "TVENRL") == [
        (1, "SCREENING", -7, "", "Consent", "End of the day"),
        (2, "DAY 5", 5, "", "Day 5", ""),
        (3, "RELAPSE", None, "", "Relapse", ""),
    ]
    assert "TI" not in tables
    assert set(tables["TS"]["STUDYID"]) | set(tables["TS"]["DOMAIN"]) == {"T1", "TS"}


def test_the_trial_summary(small: Callable[..., Protocol]) -> None:
    ct = ("CDISC CT", "2025-03-28")
    assert rows(made(small())["TS"], *PLACED) == [
        (1, "AGEMAX", "", "PINF", "", "ISO 21090", ""),
        (1, "AGEMIN", "P18Y", "", "", "ISO 8601", ""),
        (1, "FCNTRY", "CHN", "", "", "ISO 3166", ""),
        (1, "HLTSUBJI", "N", "", "C49487", *ct),
        (1, "INTMODEL", "CROSS-OVER", "", "C82637", *ct),
        (1, "NARMS", "1", "", "", "", ""),
        (1, "PLANSUB", "2", "", "", "", ""),
        (1, "RANDOM", "Y", "", "C49488", *ct),
        (1, "REGID", "R1", "", "R1", "ClinicalTrials.gov", ""),
        (1, "SDTIGVER", "3.4", "", "C189638", *ct),
        (1, "SDTMVER", "2.0", "", "C189639", *ct),
        (1, "SEXPOP", "BOTH", "", "C49636", *ct),
        (1, "SPONSOR", "Somebody", "", "", "", ""),
        (1, "SPREFID", "S-1", "", "", "", ""),
        (1, "SSTDTC", "", "NI", "", "ISO 21090", ""),
        (1, "STYPE", "INTERVENTIONAL", "", "C98388", *ct),
        (1, "TBLIND", "DOUBLE BLIND", "", "C15228", *ct),
        (1, "TINDTP", "TREATMENT", "", "C49656", *ct),
        (1, "TITLE", "A trial of itch", "", "", "", ""),
        (1, "TPHASE", "PHASE II/III TRIAL", "", "C15694", *ct),
    ]


def test_a_statement_of_the_design_stands_for_what_follows(small: Callable[..., Protocol]) -> None:
    protocol = small({"summary:\n": "summary:\n  - {parameter: TITLE, value: Another}\n  - {parameter: TITLE, value: Second}\n"})
    titles = made(protocol)["TS"].query("TSPARMCD == 'TITLE'")
    assert rows(titles, "TSSEQ", "TSVAL") == [(1, "Another"), (2, "Second")]


def test_a_long_value_goes_on_between_words(small: Callable[..., Protocol]) -> None:
    long = " ".join(["itching"] * 60)
    tables = made(small({"A trial of itch": long}))
    title = tables["TS"].query("TSPARMCD == 'TITLE'").iloc[0]
    parts = [title["TSVAL"], title["TSVAL1"], title["TSVAL2"]]
    assert (" ".join(parts), max(map(len, parts)) <= 200, "TSVAL3" in tables["TS"]) == (long, True, False)
    assert tables["TS"].query("TSPARMCD == 'SPONSOR'")[["TSVAL1", "TSVAL2"]].iloc[0].to_list() == ["", ""]


def test_what_is_not_ascii_is_refused_with_its_line(small: Callable[..., Protocol]) -> None:
    with pytest.raises(SpecError, match=r"study.yml, line 2: title: 'é' is not ASCII.*") as told:
        made(small({"A trial of itch": "A trial of écz"}))
    assert "State TITLE in ASCII in the summary of design.yml" in str(told.value)


def test_a_study_without_a_design_has_no_such_datasets(parts: Callable[..., Protocol]) -> None:
    assert made(parts()) == {}


CRITERIA = """\
items: [{name: subject, label: Subject, type: identifier}, {name: age, label: Age, type: whole number}]
criteria:
  - {id: I1, kind: inclusion, text: Adults, logic: age >= 18}
  - {id: E1, kind: exclusion, text: Aged ≥ 70, short: Aged 70 or over, logic: age >= 70}
"""


def test_criteria(small: Callable[..., Protocol]) -> None:
    ti = made(small(eligibility=CRITERIA))["TI"]
    assert rows(ti) == [("INCL01", "Adults", "INCLUSION"), ("EXCL01", "Aged 70 or over", "EXCLUSION")]


def test_criteria_of_versions(small: Callable[..., Protocol]) -> None:
    """A set for each version that changed one; a criterion with other words has another code (SDTMIG 3.4 section 7.4.1)."""
    amended = "amendments:\n" + "".join(
        f"  - {{number: {n}, version: v{n}, date: 2026-0{n}-01, effective: 2026-0{n}-01, rationale: Because}}\n" for n in (1, 2)
    )
    protocol = small(eligibility=CRITERIA.replace("Adults", "Adults only"), amendments=amended)
    for name in ("original", "v1"):
        folder = protocol.folder / "versions" / name
        folder.mkdir(parents=True)
        for file in ("study", "design", "visits"):
            (folder / f"{file}.yml").write_text((protocol.folder / f"{file}.yml").read_text())
        (folder / "eligibility.yml").write_text(CRITERIA, encoding="utf-8")
    assert rows(made(Protocol(protocol.folder))["TI"]) == [
        ("INCL01A", "Adults", "INCLUSION", "original"),
        ("EXCL01", "Aged 70 or over", "EXCLUSION", "original"),
        ("INCL01B", "Adults only", "INCLUSION", "v2"),
        ("EXCL01", "Aged 70 or over", "EXCLUSION", "v2"),
    ]


DM = pd.DataFrame(
    [("S1", "A", "2024-02-01", "2025-01-09"), ("S2", "A", "2024-01", "2025-02-01"), ("S3", "", "2023-01-01", "2023-01-02")],
    columns=["USUBJID", "ARMCD", "RFICDTC", "RFPENDTC"],
    dtype="str",
)
DS = pd.DataFrame(
    [
        ("S1", "DISPOSITION EVENT", "2025-01-09"),
        ("S2", "DISPOSITION EVENT", "2025-01-31T10:00"),
        ("S2", "OTHER EVENT", "2025-02-28"),
    ],
    columns=["USUBJID", "DSCAT", "DSSTDTC"],
    dtype="str",
)
SO_FAR = {"SSTDTC": "2024-01", "ACTSUB": "2", "DCUTDTC": "2025-02-28", "DCUTDESC": "Latest date in the data"}


@pytest.mark.parametrize(
    ("about", "data", "planned", "expected"),
    [
        ("no data", {}, 2, {}),
        ("nobody is enrolled", {"DM": DM[DM["ARMCD"] == ""], "DS": DS}, 2, {}),
        ("all have ended", {"DM": DM, "DS": DS}, 2, {**SO_FAR, "SENDTC": "2025-02-01"}),
        ("more are planned", {"DM": DM, "DS": DS}, 3, SO_FAR),
        ("one goes on", {"DM": DM, "DS": DS[DS["USUBJID"] == "S2"]}, 2, SO_FAR),
        ("no disposition", {"DM": DM}, 2, SO_FAR | {"DCUTDTC": "2025-02-01"}),
    ],
)  # fmt: skip
def test_what_the_data_tell(about: str, data: dict[str, pd.DataFrame], planned: int, expected: dict[str, str]) -> None:
    assert observe(data, planned) == expected


def test_the_data_take_the_place_of_a_null_flavor(small: Callable[..., Protocol]) -> None:
    ts = made(small(), {"DM": DM})["TS"].query("TSPARMCD in ('SSTDTC', 'ACTSUB')")
    assert rows(ts, "TSPARMCD", "TSVAL", "TSVALNF") == [("ACTSUB", "2", ""), ("SSTDTC", "2024-01", "")]


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (
            "Phase 2/Phase 3",
            "Phase 9",
            ("Warning", "study.yml", 7, "'PHASE 9' is not in C66737 (TPHASE), the code list of TPHASE, which a study may extend"),
        ),
        (
            "sex: All",
            "sex: Any",
            ("Error", "study.yml", 9, "'ANY' is not in C66732 (SEXPOP), the code list of SEXPOP"),
        ),
        (
            "armcd: A, arm:",
            "armcd: Z, arm:",
            ("Error", "study.yml", 11, "the arm Z has no path through the elements in design.yml"),
        ),
        ("armcd: A, path", "armcd: Z, path", ("Error", "design.yml", 6, "there is no arm Z in study.yml (there is A)")),
        (
            "{epoch: SCREENING}, {",
            "{epoch: SCREENING}, {epoch: NAP}, {",
            ("Warning", "design.yml", 1, "'NAP' is not in C99079 (EPOCH), which a study may extend"),
        ),
        ("etcd: DRUG, epoch", "etcd: SCRN, epoch", ("Warning", "design.yml", 4, "no arm goes through the element DRUG")),
        ("visit: RELAPSE, starts", "visit: LAPSE, starts", ("Error", "design.yml", 9, "there is no visit 'LAPSE' in visits.yml")),
        (
            "visit: RELAPSE, starts",
            "visit: LAPSE, starts",
            ("Error", "visits.yml", 4, "RELAPSE has no day, and design.yml has no rule for how it starts (TVSTRL)"),
        ),
        (
            "parameter: FCNTRY",
            "parameter: XCNTRY",
            (
                "Warning",
                "design.yml",
                11,
                "XCNTRY is no parameter of sdtmct-2025-03-28 (TSPARMCD), which a study may extend: give it a label",
            ),
        ),
        (
            "FCNTRY, value: CHN",
            "LENGTH, value: Long",
            ("Error", "design.yml", 11, "LENGTH takes a duration of ISO 8601, such as P6M; found 'Long'"),
        ),
        (
            "FCNTRY, value: CHN",
            "FCNTRY, value: China",
            ("Error", "design.yml", 11, "FCNTRY takes a country's three letters of ISO 3166, such as FRA; found 'China'"),
        ),
        (
            "FCNTRY, value: CHN",
            "RLPSCRIT, value: ELN DOHNER AML 2022, code: C1, dictionary: CDISC CT",
            ("Error", "design.yml", 11, "C1 is not the code of 'ELN DOHNER AML 2022' in sdtmct-2025-03-28"),
        ),
        (
            "FCNTRY, value: CHN",
            "REGID, value: R1",
            ("Error", "design.yml", 12, "REGID has 'R1' twice"),
        ),
        (
            "{parameter: FCNTRY, value: CHN}",
            '{parameter: ADAPT, value: "N"}\n  - {parameter: ADAPT, value: "Y"}',
            ("Error", "design.yml", 12, "ADAPT takes one value, and there are two: N and Y"),
        ),
        (
            "{parameter: FCNTRY, value: CHN}",
            "{parameter: REGID, null_flavor: NI, note: None}",
            ("Error", "design.yml", 12, "REGID has a value, and a null_flavor that says why there is none"),
        ),
        (
            "value: CHN",
            'value: "{study.contact}"',
            ("Error", "design.yml", 11, "FCNTRY has no value: state it, or a null_flavor, in the summary of design.yml"),
        ),
        (
            ", healthy_volunteers: false",
            "",
            (
                "Error",
                "design.yml",
                10,
                "the trial summary has no HLTSUBJI, which is required (the trial summary codes of SDTMIG, appendix C1): state "
                "it, or a null_flavor",
            ),
        ),
        (
            "If it itches stop",
            "If it itches go to FOLLOW",
            (
                "Warning",
                "design.yml",
                6,
                "the transition leads to FOLLOW, which is no element or epoch here (SCRN, DRUG, SCREENING, TREATMENT)",
            ),
        ),
        (
            "arm: Drug, type",
            "arm: Drüg, type",
            ("Error", "study.yml", 11, "'ü' is not ASCII, which SDTM's datasets are written in: 'Drüg'"),
        ),
        (
            "visit: DAY 5",
            "visit: DÄY 5",
            ("Error", "visits.yml", 3, "'Ä' is not ASCII, which SDTM's datasets are written in: 'DÄY 5'"),
        ),
        ("FCNTRY, value: CHN", "RANDQT, value: half", ("Error", "design.yml", 11, "RANDQT takes a number; found 'half'")),
        (
            "A trial of itch",
            "Écz",
            (
                "Error",
                "study.yml",
                2,
                "'É' is not ASCII, which TS is written in: state TITLE in ASCII in the summary of design.yml",
            ),
        ),
        (
            "parameter: SSTDTC",
            "parameter: SENDTC",
            (
                "Error",
                "design.yml",
                10,
                "the trial summary has no SSTDTC, which is required (FDA's technical rejection criterion 1734, and the trial "
                "summary codes): state it, or a null_flavor",
            ),
        ),
    ],
)
def test_lint(
    small: Callable[..., Protocol], said: Callable[..., list[object]], old: str, new: str, expected: tuple[str, str, int, str]
) -> None:
    before, after = said(lint_design, small()), said(lint_design, small({old: new}))
    assert expected in after
    assert expected not in before


TWO_ARMS = {
    "  - {armcd: A, arm: Drug, type": "  - {armcd: B, arm: Wait, type: None, description: Wait}\n  - {armcd: A, arm: Drug, type",
    "  - {etcd: DRUG, element": "  - {etcd: WAIT, element: Wait, starts: Allotted, ends: Relief}\n  - {etcd: DRUG, element",
}


@pytest.mark.parametrize(
    ("other_path", "expected"),
    [
        ("{etcd: SCRN, epoch: SCREENING, branch: To wait}, {etcd: WAIT, epoch: TREATMENT}", ["to A"]),
        ("{etcd: SCRN, epoch: SCREENING}, {etcd: WAIT, epoch: TREATMENT}", ["to A", "to B"]),
        ("{etcd: SCRN, epoch: TREATMENT}, {etcd: WAIT, epoch: TREATMENT}", ["to A", "epochs", "to B"]),
        ("{etcd: SCRN, epoch: SCREENING}, {etcd: DRUG, epoch: TREATMENT}", []),
    ],
)
def test_where_arms_part_it_is_said_why(
    small: Callable[..., Protocol], said: Callable[..., list[tuple[str, str, int, str]]], other_path: str, expected: list[str]
) -> None:
    path = "transition: If it itches stop}]}"
    texts = {
        "to A": "arms part after SCRN: it needs a branch (TABRANCH) that says who goes into A",
        "to B": "arms part after SCRN: it needs a branch (TABRANCH) that says who goes into B",
        "epochs": "B goes through TREATMENT, and A through SCREENING, TREATMENT",
    }
    protocol = small({**TWO_ARMS, path: f"{path}\n  - {{armcd: B, path: [{other_path}]}}"})
    assert [text for _, _, _, text in said(lint_design, protocol) if text in texts.values()] == [texts[one] for one in expected]

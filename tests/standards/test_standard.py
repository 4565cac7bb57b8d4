"""SDTMIG 3.4 and SDTM 2.0: the packaged tables against the verified ones, and facts that anyone can look up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.standards import StandardDataset, StandardVariable, list_standards, load_standard

AE = """
STUDYID Req|DOMAIN Req|USUBJID Req|SPDEVID Perm|AESEQ Req|AEGRPID Perm|AEREFID Perm|AESPID Perm|AETERM Req|AEMODIFY Perm|
AELLT Exp|AELLTCD Exp|AEDECOD Req|AEPTCD Exp|AEHLT Exp|AEHLTCD Exp|AEHLGT Exp|AEHLGTCD Exp|AECAT Perm|AESCAT Perm|
AEPRESP Perm|AEBODSYS Exp|AEBDSYCD Exp|AESOC Exp|AESOCCD Exp|AELOC Perm|AESEV Perm|AESER Exp|AEACN Exp|AEACNOTH Perm|
AEACNDEV Perm|AEREL Exp|AERLDEV Perm|AERELNST Perm|AEPATT Perm|AEOUT Perm|AESCAN Perm|AESCONG Perm|AESDISAB Perm|
AESDTH Perm|AESHOSP Perm|AESLIFE Perm|AESOD Perm|AESMIE Perm|AESINTV Perm|AEUNANT Perm|AERLPRT Perm|AERLPRC Perm|
AECONTRT Perm|AETOXGR Perm|TAETORD Perm|EPOCH Perm|AESTDTC Exp|AEENDTC Exp|AESTDY Perm|AEENDY Perm|AEDUR Perm|AEENRF Perm|
AEENRTPT Perm|AEENTPT Perm
"""


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_the_variables_are_the_verified_ones(shared: Path) -> None:
    standard = load_standard("sdtmig-3.4")
    packaged = [
        {
            "dataset": dataset,
            "order": str(variable.order),
            "variable": variable.name,
            "label": variable.label,
            "type": variable.type,
            "codelists": ";".join(variable.codelists),
            "format": variable.format,
            "role": variable.role,
            "core": variable.core,
        }
        for dataset in standard.datasets
        for variable in standard.variables(dataset)
    ]
    assert packaged == rows(shared / "standards" / "sdtmig-3.4-variables.csv")
    assert len(packaged) == 1917


def test_the_datasets_are_the_verified_ones(shared: Path) -> None:
    packaged = [
        {
            "dataset": dataset.name,
            "label": dataset.label,
            "class": dataset.class_,
            "structure": dataset.structure,
            "keys": ";".join(dataset.keys),
        }
        for dataset in load_standard().datasets.values()
    ]
    verified = rows(shared / "standards" / "sdtmig-3.4-datasets.csv")
    assert packaged == [{column: row[column] for column in packaged[0]} for row in verified]
    assert len(packaged) == 63


def test_the_keys_as_printed_are_kept_beside_their_corrections(shared: Path, repository: Path) -> None:
    verified = rows(shared / "standards" / "sdtmig-3.4-datasets.csv")
    printed = {row["dataset"]: row["keys_as_published_if_corrected"] or row["keys"] for row in verified}
    assert {row["dataset"]: row["keys"] for row in rows(repository / "scripts" / "sdtmig_3_4_keys.csv")} == printed


def test_the_model_is_the_verified_one(shared: Path) -> None:
    packaged = [
        {
            "class": class_,
            "order": str(variable.order),
            "variable": variable.name,
            "label": variable.label,
            "type": variable.type,
            "role": variable.role,
        }
        for class_, variables in load_standard().model.items()
        for variable in variables
    ]
    assert packaged == rows(shared / "standards" / "sdtm-2.0-model.csv")


def test_variables_of_ae_in_order_with_core() -> None:
    expected = [tuple(entry.split()) for entry in AE.replace("\n", "").split("|")]
    assert [(variable.name, variable.core) for variable in load_standard().variables("AE")] == expected


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        ("AE", StandardVariable("AESEV", 27, "Severity/Intensity", "Char", "Record Qualifier", "Perm", ("C66769",))),
        (
            "AE",
            StandardVariable(
                "AESTDTC", 53, "Start Date/Time of Adverse Event", "Char", "Timing", "Exp", (), "ISO 8601 datetime or interval"
            ),
        ),
        (
            "DS",
            StandardVariable(
                "DSDECOD",
                9,
                "Standardized Disposition Term",
                "Char",
                "Synonym Qualifier",
                "Req",
                ("C66727", "C114118", "C150811"),
            ),
        ),
        ("SUPPAE", StandardVariable("QNAM", 6, "Qualifier Variable Name", "Char", "Topic", "Req")),
    ],
    ids=lambda value: value.name if isinstance(value, StandardVariable) else value,
)
def test_a_variable_of_the_guide(dataset: str, expected: StandardVariable) -> None:
    assert load_standard().variable(dataset, expected.name) == expected


def test_the_dataset_ae() -> None:
    assert load_standard().datasets["AE"] == StandardDataset(
        "AE",
        "Adverse Events",
        "Events",
        "One record per adverse event per subject",
        ("STUDYID", "USUBJID", "AEDECOD", "AESTDTC"),
    )


@pytest.mark.parametrize(
    ("name", "label", "first", "last"),
    [
        ("DM", "Demographics", "STUDYID", "DMDY"),
        ("SUPPDM", "Supplemental Qualifiers for DM", "STUDYID", "QEVAL"),
        ("SUPPQSPH", "Supplemental Qualifiers for QSPH", "STUDYID", "QEVAL"),
        ("QSPH", "Questionnaires", "STUDYID", "QSEVINTX"),
        ("RELREC", "Related Records", "STUDYID", "RELID"),
    ],
)
def test_datasets_that_the_guide_has_under_their_own_or_another_name(name: str, label: str, first: str, last: str) -> None:
    standard = load_standard()
    dataset, variables = standard.dataset(name), standard.variables(name)
    assert dataset is not None
    assert (dataset.name, dataset.label, variables[0].name, variables[-1].name) == (name, label, first, last)


@pytest.mark.parametrize("name", ["XX", "ADSL", "APMH", "DMXX", "SUPP", "ae", "", "QSPHQ"])
def test_datasets_that_the_guide_does_not_have(name: str) -> None:
    standard = load_standard()
    assert (standard.dataset(name), standard.variables(name), standard.variable(name, "STUDYID")) == (None, (), None)


@pytest.mark.parametrize(
    ("dataset", "variable", "label"),
    [
        ("AE", "AELNKID", "Link ID"),
        ("AE", "AESTRTPT", "Start Relative to Reference Time Point"),
        ("AE", "VISITNUM", "Visit Number"),
        ("AE", "AEXYZ", None),
        ("AE", "LBLNKID", None),
        ("AE", "AEORRES", None),  # a result belongs to findings
        ("AE", "--LNKID", None),
        ("AE", "AE", None),
        ("LB", "LBBLFL", "Baseline Flag"),
        ("FA", "FAOBJ", "Object of the Observation"),
        ("LB", "LBOBJ", None),  # only findings about have an object
        ("QSPH", "QSLOBXFL", "Last Observation Before Exposure Flag"),
        ("DM", "DMLNKID", None),
        ("TS", "TSVAL1", "Parameter Value 1"),
        ("TS", "TSVAL0", None),
        ("TS", "TSPARM1", None),
        ("SUPPAE", "VISITNUM", None),
        ("XX", "XXORRES", None),
    ],
)
def test_what_the_model_allows_beside_the_guide(dataset: str, variable: str, label: str | None) -> None:
    found = load_standard().model_variable(dataset, variable)
    assert (found and (found.name, found.label, found.core)) == (label and (variable, label, "Perm"))


def test_the_model_has_every_variable_that_the_guide_takes_from_it() -> None:
    standard = load_standard()
    taken = [
        (variable, standard.model_variable(dataset.name, variable.name))
        for dataset in standard.datasets.values()
        if dataset.class_ in {"Interventions", "Events", "Findings", "Findings About"}
        for variable in standard.variables(dataset.name)
    ]
    assert [variable.name for variable, model in taken if model is None or model.type != variable.type] == []
    assert len(taken) > 1600


def test_an_unknown_standard_names_those_there_are() -> None:
    with pytest.raises(SpecError) as caught:
        load_standard("sdtmig-3.3")
    assert str(caught.value) == (
        "the standard 'sdtmig-3.3' is not one of those trialbook has: sdtmig-3.4\nName one of them in the study."
    )


def test_a_standard_is_read_once() -> None:
    assert list_standards() == ("sdtmig-3.4",)
    assert load_standard() is load_standard("sdtmig-3.4")
    assert (load_standard().name, load_standard().label) == ("sdtmig-3.4", "SDTMIG 3.4")

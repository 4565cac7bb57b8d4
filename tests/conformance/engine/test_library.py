"""The standards as CDISC's engine takes them: every fact of the reference tables, in the Library's shape and words."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from trialbook.conformance.engine.library import engine_library, published_ct_packages
from trialbook.standards import load_ct, load_standard

CT = "sdtmct-2025-03-28"


def library() -> dict[str, Any]:
    return engine_library(load_standard("sdtmig-3.4"), load_ct(CT))


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def plain(value: object) -> bool:
    """Whether it is made of dicts, lists, sets, texts and truth values alone, so that any process can be given it."""
    if isinstance(value, dict):
        return all(type(key) is str and plain(one) for key, one in value.items())
    if isinstance(value, list | set):
        return all(map(plain, value))
    return type(value) in (str, bool)


def test_every_variable_of_the_guide_is_there(shared: Path) -> None:
    made = [
        {
            "dataset": dataset["name"],
            "order": variable["ordinal"],
            "variable": variable["name"],
            "label": variable["label"],
            "type": variable["simpleDatatype"],
            "codelists": ";".join(link["href"].rsplit("/", 1)[1] for link in variable.get("_links", {}).get("codelist", [])),
            "format": variable.get("describedValueDomain", ""),
            "role": variable["role"],
            "core": variable["core"],
        }
        for class_ in library()["standard_metadata"]["classes"]
        for dataset in class_["datasets"]
        for variable in dataset["datasetVariables"]
    ]
    assert made == rows(shared / "standards" / "sdtmig-3.4-variables.csv")


def test_every_dataset_of_the_guide_is_there_in_its_class(shared: Path) -> None:
    guide = library()["standard_metadata"]
    made = [
        {"dataset": dataset["name"], "label": dataset["label"], "class": class_["name"], "structure": dataset["datasetStructure"]}
        for class_ in guide["classes"]
        for dataset in class_["datasets"]
    ]
    published = rows(shared / "standards" / "sdtmig-3.4-datasets.csv")
    assert made == [{column: row[column] for column in made[0]} for row in published]
    assert guide["dataset_names"] == {row["dataset"] for row in published}
    assert [(one["name"], one["ordinal"]) for one in guide["classes"]] == [
        ("Interventions", "1"),
        ("Events", "2"),
        ("Findings", "3"),
        ("Findings About", "4"),
        ("Special-Purpose", "5"),
        ("Trial Design", "6"),
        ("Study Reference", "7"),
        ("Relationship", "8"),
    ]


def test_every_variable_of_the_model_is_there(shared: Path) -> None:
    made = [
        {
            "class": class_["name"],
            "order": variable["ordinal"],
            "variable": variable["name"],
            "label": variable["label"],
            "type": variable["simpleDatatype"],
            "role": variable["role"],
        }
        for class_ in library()["model_metadata"]["classes"]
        for variable in class_.get("classVariables", [])
    ]
    assert made == rows(shared / "standards" / "sdtm-2.0-model.csv")


MODEL_DATASETS = {
    "Special-Purpose": "DM CO SE SJ SV SM",
    "Trial Design": "TE TA TX TT TP TV TD TM TI TS AC",
    "Study Reference": "DI OI",
    "Relationship": "RELREC SUPPQUAL POOLDEF RELSUB DR APRELSUB RELSPEC",
}


def test_the_datasets_of_the_model_hold_those_of_the_guide() -> None:
    made = library()
    model = made["model_metadata"]
    of_class = {
        one["name"]: " ".join(dataset["name"] for dataset in one["datasets"]) for one in model["classes"] if "datasets" in one
    }
    assert of_class == MODEL_DATASETS
    assert model["dataset_names"] == set(" ".join(MODEL_DATASETS.values()).split())
    assert [one["name"] for one in model["datasets"]] == " ".join(MODEL_DATASETS.values()).split()
    of_model = {one["name"]: one["datasetVariables"] for one in model["datasets"]}
    described = ("name", "label", "role", "simpleDatatype")
    for class_ in made["standard_metadata"]["classes"]:
        for dataset in class_["datasets"]:
            if dataset["name"] in of_model:
                in_guide = [tuple(variable[key] for key in described) for variable in dataset["datasetVariables"]]
                in_model = [tuple(variable[key] for key in described) for variable in of_model[dataset["name"]]]
                assert [variable for variable in in_model if variable in in_guide] == in_guide, dataset["name"]
    for name, variables in of_model.items():
        assert [variable["ordinal"] for variable in variables] == [str(n + 1) for n in range(len(variables))], name


TX = "STUDYID DOMAIN SETCD SET TXSEQ TXPARMCD TXPARM TXVAL"
ONLY_IN_MODEL = {
    "DM": {"AGETXT", "SPECIES", "STRAIN", "SBSTRAIN", "SETCD", "RPATHCD"},
    "CO": {"POOLID", "SPDEVID"},
    "SE": set(),
    "TS": set(),
}


def test_variables_that_only_the_model_has() -> None:
    made = library()
    of_model = {one["name"]: [v["name"] for v in one["datasetVariables"]] for one in made["model_metadata"]["datasets"]}
    assert " ".join(of_model["TX"]) == TX
    for name, variables in ONLY_IN_MODEL.items():
        assert set(of_model[name]) - set(made["variables_metadata"][name]) == variables


def test_variables_and_codelists_by_name() -> None:
    made = library()
    assert made["variables_metadata"]["AE"]["AESEV"] == {
        "name": "AESEV",
        "label": "Severity/Intensity",
        "ordinal": "27",
        "role": "Record Qualifier",
        "simpleDatatype": "Char",
        "core": "Perm",
        "_links": {"codelist": [{"href": "/mdr/root/ct/sdtmct/codelists/C66769"}]},
    }
    assert made["variables_metadata"]["AE"]["AESTDTC"]["describedValueDomain"] == "ISO 8601 datetime or interval"
    codelists = made["variable_codelist_map"]
    # As many as the Library gives for SDTMIG 3.4, where a code counts once a variable.
    assert (len(codelists), sum(map(len, codelists.values()))) == (524, 542)
    assert codelists["EPOCH"] == ["C99079"]
    assert codelists["DSDECOD"] == ["C66727", "C114118", "C150811"]


def test_the_terminology_is_whole(shared: Path) -> None:
    package = library()["ct_package_metadata"][CT]
    assert package["package"] == CT
    made = [
        {
            "codelist_code": codelist["conceptId"],
            "codelist_submission_value": codelist["submissionValue"],
            "extensible": str(codelist["extensible"]).lower(),
            "term_code": term["conceptId"],
            "submission_value": term["submissionValue"],
        }
        for codelist in package["codelists"]
        for term in codelist["terms"]
    ]
    assert made == rows(shared / "standards" / f"{CT}.csv")


def test_the_published_packages() -> None:
    packages = published_ct_packages()
    assert list(packages) == sorted(set(packages))
    dates = [name.removeprefix("sdtmct-") for name in packages if name.startswith("sdtmct-")]
    assert (dates[0], "2020-11-06" in dates, "2025-03-28" in dates, "2024-06-28" in dates) == ("2014-09-26", True, True, False)
    newer = engine_library(load_standard(), type(load_ct(CT))("sdtmct-2099-03-26", {}))
    assert newer["published_ct_packages"] == [*packages, "sdtmct-2099-03-26"]
    assert newer["ct_package_metadata"] == {"sdtmct-2099-03-26": {"package": "sdtmct-2099-03-26", "codelists": []}}


def test_it_is_of_plain_values_and_new_each_time() -> None:
    made = library()
    assert plain(made)
    made["standard_metadata"]["dataset_names"].clear()
    made["model_metadata"]["datasets"].clear()
    for record in made["variables_metadata"]["DM"].values():
        record.clear()
    assert library()["standard_metadata"]["dataset_names"]
    assert library()["model_metadata"]["classes"][6]["datasets"][0]["datasetVariables"][0]["name"] == "STUDYID"
    assert library()["variables_metadata"]["DM"]["STUDYID"]["core"] == "Req"


class Custom:
    """What the engine asks of its data service about a domain of the sponsor's own."""

    def get_dataset(self, dataset_name: str) -> None:
        return None

    def handle_custom_domains(self, dataset: object, metadata: object) -> str:
        return "FINDINGS"


NAMES = ["SUPPAE", "SQAPLB", "APDM", "APLB", "APFA", "XX", "FAAE", "TX", "DI", "POOLDEF", "APRELSUB"]


def test_the_engine_finds_the_variables_of_every_dataset() -> None:
    utilities = pytest.importorskip("cdisc_rules_engine.utilities.sdtm_utilities")
    from cdisc_rules_engine.models.library_metadata_container import LibraryMetadataContainer
    from cdisc_rules_engine.models.sdtm_dataset_metadata import SDTMDatasetMetadata

    container = LibraryMetadataContainer(**library())
    found = {}
    for name in [*load_standard().datasets, *NAMES]:
        relationship = name.startswith(("SUPP", "SQ", "REL", "POOL", "APREL"))
        first = {"RDOMAIN": name[-2:]} if relationship else {"DOMAIN": name}
        metadata = SDTMDatasetMetadata(name=name, first_record=first)
        of_model = utilities.get_variables_metadata_from_standard_model(None, Custom(), container, metadata)
        of_guide = utilities.get_variables_metadata_from_standard(container, Custom(), metadata)
        found[name] = (len(of_model or []), len(of_guide))
    assert all(model and guide for model, guide in found.values()), json.dumps(found)
    assert found["DM"] == (38, 32)
    assert found["SE"] == (13, 13)

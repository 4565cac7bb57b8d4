"""The standards' metadata in the shape that CDISC's engine reads: what the CDISC Library gives, from the kit's tables.

The engine changes what it is given (it sorts lists in place and adds keys), so each run needs its own copy; the terminology
alone is only read, and shared.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from trialbook.standards import ControlledTerminology, Standard, StandardVariable

_CODELIST = "/mdr/root/ct/sdtmct/codelists"

Record = dict[str, Any]


def engine_library(standard: Standard, ct: ControlledTerminology) -> Record:
    """The keyword arguments of the engine's LibraryMetadataContainer for one implementation guide and one CT package.

    New dicts and lists at each call, of plain values only.
    """
    return {
        "standard_metadata": _guide(standard),
        "model_metadata": _model(standard),
        "variables_metadata": {
            name: {v.name: _guide_variable(v) for v in standard.variables(name)} for name in standard.datasets
        },
        "variable_codelist_map": _codelists_of_variables(standard),
        "ct_package_metadata": {ct.name: _package(ct)},
        "published_ct_packages": [ct.name],
    }


def _guide(standard: Standard) -> Record:
    classes: dict[str, Record] = {}
    for name, dataset in standard.datasets.items():
        class_ = classes.setdefault(
            dataset.class_,
            {"name": dataset.class_, "label": dataset.class_, "ordinal": str(len(classes) + 1), "datasets": []},
        )
        class_["datasets"].append(
            {
                "name": name,
                "label": dataset.label,
                "datasetStructure": dataset.structure,
                "ordinal": str(len(class_["datasets"]) + 1),
                "datasetVariables": [_guide_variable(v) for v in standard.variables(name)],
            }
        )
    name, version = _name_and_version(standard.name)
    model, model_version = _name_and_version(standard.model_name)
    return {
        "name": name,
        "version": version,
        "label": standard.label,
        "_links": {"model": {"href": f"/mdr/{model}/{model_version}"}},
        "dataset_names": set(standard.datasets),
        "classes": list(classes.values()),
    }


def _model(standard: Standard) -> Record:
    name, version = _name_and_version(standard.model_name)
    classes = [
        {"name": class_, "label": class_, "ordinal": str(ordinal), "classVariables": [_model_variable(v) for v in variables]}
        for ordinal, (class_, variables) in enumerate(standard.model.items(), start=1)
    ]
    return {"name": name, "version": version, "classes": classes, "datasets": [], "dataset_names": set()}


def _model_variable(variable: StandardVariable) -> Record:
    return {
        "name": variable.name,
        "label": variable.label,
        "ordinal": str(variable.order),
        "role": variable.role,
        "simpleDatatype": variable.type,
    }


def _guide_variable(variable: StandardVariable) -> Record:
    record = {**_model_variable(variable), "core": variable.core}
    if variable.codelists:
        record["_links"] = {"codelist": [{"href": f"{_CODELIST}/{code}"} for code in variable.codelists]}
    if variable.format:
        record["describedValueDomain"] = variable.format
    return record


def _codelists_of_variables(standard: Standard) -> dict[str, list[str]]:
    """C-codes by variable; one that is in several datasets has the codelists of all of them."""
    found: dict[str, dict[str, None]] = {}
    for name in standard.datasets:
        for variable in standard.variables(name):
            if variable.codelists:
                found.setdefault(variable.name, {}).update(dict.fromkeys(variable.codelists))
    return {name: list(codes) for name, codes in found.items()}


def _package(ct: ControlledTerminology) -> Record:
    return {
        "package": ct.name,
        "codelists": [
            {
                "conceptId": codelist.code,
                "extensible": str(codelist.extensible).lower(),
                "name": codelist.submission_value,
                "submissionValue": codelist.submission_value,
                "terms": _terms(codelist.terms, codelist.term_codes),
            }
            for codelist in ct.codelists.values()
        ],
    }


def _terms(values: Iterable[str], codes: Iterable[str]) -> list[Record]:
    return [{"conceptId": code, "submissionValue": value} for value, code in zip(values, codes, strict=True)]


def _name_and_version(name: str) -> tuple[str, str]:
    """``sdtmig-3.4`` as the Library writes it: ``sdtmig``, ``3-4``."""
    product, _, version = name.partition("-")
    return product, version.replace(".", "-")

"""The standards' metadata in the shape that CDISC's engine reads: what the CDISC Library gives, from the kit's tables.

The engine changes what it is given (it sorts lists in place and adds keys), so each run needs its own copy; the terminology
alone is only read, and may be shared.

Two tables lie in ``data/``, facts of CDISC's publications that ``trialbook.standards`` has no use for: the datasets of the SDTM
model (SDTM 2.0, sections 3.2, 5 and 6), of which the guide has a part, and with fewer variables; and the names of the
terminology packages that CDISC has published (NCI EVS's archive of CDISC terminology), whose dates rules ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from pathlib import Path
from typing import Any

from trialbook.standards import ControlledTerminology, Standard, StandardVariable
from trialbook.standards.tables import read_table

MODEL_DATASET_COLUMNS = ("class", "dataset", "dataset_label", "order", "variable", "label", "type", "role")
CT_PACKAGE_COLUMNS = ("package",)
_DATA = Path(__file__).parent / "data"
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
        "published_ct_packages": sorted({*published_ct_packages(), ct.name}),
    }


def published_ct_packages() -> tuple[str, ...]:
    """The terminology packages that CDISC has published (``sdtmct-2014-09-26``, …), as known when the kit was released."""
    return tuple(row[0] for row in read_table(_DATA / "ct-packages.csv", CT_PACKAGE_COLUMNS))


def _guide(standard: Standard) -> Record:
    classes: dict[str, Record] = {}
    for name, dataset in standard.datasets.items():
        of_class = _class(classes, dataset.class_).setdefault("datasets", [])
        record = _dataset(name, dataset.label, dataset.structure, of_class)
        record["datasetVariables"] = [_guide_variable(v) for v in standard.variables(name)]
    name, version = _name_and_version(standard.name)
    model, model_version = _name_and_version(standard.model_name)
    return {
        "name": f"{name.upper()} v{version.replace('-', '.')}",
        "version": version.replace("-", "."),
        "label": standard.label,
        "_links": {"model": {"href": f"/mdr/{model}/{model_version}"}},
        "dataset_names": set(standard.datasets),
        "classes": list(classes.values()),
    }


def _model(standard: Standard) -> Record:
    """The model: classes with their variables, or with their datasets; these once more side by side, as the Library has them."""
    classes: dict[str, Record] = {}
    for name, variables in standard.model.items():
        _class(classes, name)["classVariables"] = [_model_variable(v) for v in variables]
    datasets: dict[str, Record] = {}
    for row in read_table(_DATA / f"{standard.model_name}-datasets.csv", MODEL_DATASET_COLUMNS):
        class_name, name, dataset_label, order, variable, label, kind, role = row
        if name not in datasets:
            of_class = _class(classes, class_name).setdefault("datasets", [])
            datasets[name] = _dataset(name, dataset_label, "", of_class)
        datasets[name]["datasetVariables"].append(
            {"name": variable, "label": label, "ordinal": order, "role": role, "simpleDatatype": kind}
        )
    product, version = _name_and_version(standard.model_name)
    return {
        "name": f"{product.upper()} v{version.replace('-', '.')}",
        "version": version,
        "standard_type": product,
        "dataset_names": set(datasets),
        "classes": list(classes.values()),
        "datasets": deepcopy(list(datasets.values())),
    }


def _class(classes: dict[str, Record], name: str) -> Record:
    """The class ``name`` of ``classes``, added at its end where it is new."""
    return classes.setdefault(name, {"name": name, "label": name, "ordinal": str(len(classes) + 1)})


def _dataset(name: str, label: str, structure: str, of_class: list[Record]) -> Record:
    """A dataset without variables, added to those of its class."""
    dataset = {
        "name": name,
        "label": label,
        "datasetStructure": structure,
        "ordinal": str(len(of_class) + 1),
        "datasetVariables": [],
    }
    of_class.append(dataset)
    return dataset


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
                "extensible": codelist.extensible,
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

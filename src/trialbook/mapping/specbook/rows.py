"""The study's YAML files as the rows of the workbook's sheets."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from trialbook.mapping.domain_spec import OPERATIONS
from trialbook.mapping.specbook import layout
from trialbook.mapping.specbook.cells import render
from trialbook.mapping.specbook.layout import ALGORITHM, ARGUMENT, ARGUMENTS, EVERY_DOMAIN, REST, Field
from trialbook.specfile import SpecFile, plain_data

Row = dict[str, str]
Files = dict[str, dict[str, Any]]
"""Each file's data by its path from the study's folder, without the ending: ``sdtm_specs/forms/ae``."""

SPECS, VISITS = "sdtm_specs", "protocol/visits"
COMMON, CODELISTS, EXPORT, UNITS = (f"{SPECS}/{name}" for name in ("common", "codelists", "export", "units"))


def study_files(root: Path) -> Files:
    """The data of each file that the workbook shows; raises SpecError for one that is no YAML."""
    singles = [root / f"{name}.yml" for name in (COMMON, CODELISTS, EXPORT, UNITS, VISITS)]
    paths = [*sorted((root / SPECS / "forms").glob("*.yml")), *sorted((root / SPECS / "domains").glob("*.yml")), *singles]
    found: Files = {}
    for path in paths:
        if path.exists():
            data = plain_data(SpecFile(path).data)
            found[path.relative_to(root).with_suffix("").as_posix()] = data if isinstance(data, dict) else {}
    return found


def rows_of(files: Mapping[str, dict[str, Any]]) -> dict[str, list[Row]]:
    """The rows of every sheet by its title; a value that is not there is ``""``."""
    forms = [data for name, data in files.items() if name.startswith(f"{SPECS}/forms/")]
    domains = [data for name, data in files.items() if name.startswith(f"{SPECS}/domains/")]
    units = files.get(UNITS, {})
    return {
        "Forms": [{"form": str(one.get("form"))} | shown(one, layout.FORMS.fields) for one in forms],
        "Columns": [
            {"form": str(one.get("form")), "column": name} | shown(column or {}, layout.COLUMNS.fields)
            for one in forms
            for name, column in (one.get("columns") or {}).items()
        ],
        "Codelists": list(_codelists(files.get(CODELISTS, {}))),
        "Domains": [{"domain": str(one.get("domain"))} | shown(one, layout.DOMAINS.fields) for one in domains],
        "Records": [
            {"domain": str(one.get("domain")), "no": str(number)} | shown(records, layout.RECORDS.fields)
            for one in domains
            for number, records in enumerate(one.get("records") or [], 1)
        ],
        "Joins": [
            {"domain": str(one.get("domain")), "no": str(number), "alias": alias} | shown(join, layout.JOINS.fields)
            for one in domains
            for number, records in enumerate(one.get("records") or [], 1)
            for alias, join in (records.get("join") or {}).items()
        ],
        "Variables": list(_variables(files.get(COMMON, {}), domains)),
        "Supplemental": [
            {"domain": str(one.get("domain")), "qnam": name} | _once(shown(qualifier, layout.QUALIFIER), number) | algorithm(way)
            for one in domains
            for name, qualifier in (one.get("supp") or {}).items()
            for number, way in enumerate(listed(qualifier.get("value")))
        ],
        "Export": [
            {"setting": field.name, "value": render(field.kind, files.get(EXPORT, {}).get(field.name))} for field in layout.EXPORT
        ],
        "Units": [{"unit": name, "spellings": render("list", value)} for name, value in (units.get("spellings") or {}).items()],
        "Tests": [
            {"test": name} | shown(one, layout.TESTS.fields)
            for name, value in (units.get("tests") or {}).items()
            for one in listed(value)
        ],
        "Results": [{"result": name, "collected": render("list", value)} for name, value in (units.get("results") or {}).items()],
        "Visits": [shown(one, layout.VISITS.fields) for one in files.get(VISITS, {}).get("visits") or []],
    }


def listed(value: Any) -> list[Any]:
    """One or several as several."""
    return value if isinstance(value, list) else [value] if value is not None else []


def shown(entry: Mapping[str, Any], fields: Sequence[Field]) -> Row:
    """The cells of one mapping; a yes/no that is not there shows what it then is."""
    return {field.name: render(field.kind, entry.get(field.name, field.default)) for field in fields}


def algorithm(way: Mapping[str, Any]) -> Row:
    """The cells of one algorithm."""
    operation = next((name for name in OPERATIONS if way.get(name) is not None), "")
    argument = render(ARGUMENTS[operation], way[operation]) if operation else ""
    return {ALGORITHM: operation, ARGUMENT: argument} | shown(way, REST)


def _once(cells: Row, number: int) -> Row:
    """What is said once for several rows stands in the first."""
    return cells if number == 0 else dict.fromkeys(cells, "")


def _codelists(data: Mapping[str, Any]) -> Iterator[Row]:
    for name, codelist in (data.get("codelists") or {}).items():
        number = 0
        for term, values in (codelist.get("terms") or {}).items():
            for value in listed(values) or [""]:
                yield {"list": name, "term": term, "collected": value} | _once({"ct": codelist.get("ct") or ""}, number)
                number += 1


def _variables(common: Mapping[str, Any], domains: Sequence[Mapping[str, Any]]) -> Iterator[Row]:
    places = [(EVERY_DOMAIN, "", common.get("variables"))]
    for one in domains:
        places.append((str(one.get("domain")), "", one.get("variables")))
        for number, records in enumerate(one.get("records") or [], 1):
            places.append((str(one.get("domain")), str(number), records.get("variables")))
    for domain, no, variables in places:
        for name, ways in (variables or {}).items():
            for way in listed(ways):
                yield {"domain": domain, "no": no, "variable": name} | algorithm(way)

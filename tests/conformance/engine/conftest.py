"""Small datasets and rules, written as tables and as CDISC writes rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pandas as pd
import pytest
import yaml

from trialbook.conformance.engine import RuleRun, run_rules
from trialbook.conformance.engine.job import EngineDataset, engine_dataset
from trialbook.datasets import SdtmDataset, Variable
from trialbook.standards import load_ct, load_standard

NUMERIC = {"AESEQ", "LBSEQ", "LBSTRESN"}
Dataset = Callable[..., EngineDataset]


def table(name: str, text: str, file: str | None = None) -> EngineDataset:
    """A dataset from lines with ``|`` between the cells, the first of them the variables."""
    header, *rows = [[cell.strip() for cell in line.split("|")] for line in text.strip().splitlines()]
    columns = {
        variable: pd.to_numeric(pd.Series([row[at] for row in rows], dtype="str")).astype("float64")
        if variable in NUMERIC
        else pd.Series([row[at] for row in rows], dtype="str")
        for at, variable in enumerate(header)
    }
    variables = {one: Variable(one, f"Label of {one}", "Num" if one in NUMERIC else "Char") for one in header}
    return engine_dataset(SdtmDataset(name, f"Label of {name}", pd.DataFrame(columns), variables, file))


def rule(id: str, check: str, scope: str = "{Domains: {Include: [AE]}}", **more: Any) -> dict[str, Any]:
    """A rule as CDISC writes it: ``check`` is its Check, in YAML."""
    return {
        "Core": {"Id": id, "Version": "1"},
        "Authorities": [],
        "Rule Type": "Record Data",
        "Sensitivity": "Record",
        "Scope": yaml.safe_load(scope),
        "Check": yaml.safe_load(check),
        "Outcome": {"Message": "It is not so", "Output Variables": ["AESER"]},
        **more,
    }


@pytest.fixture(scope="session")
def run() -> Callable[..., list[RuleRun]]:
    """Run rules on datasets by the one engine of this process."""
    standard, ct = load_standard(), load_ct("sdtmct-2025-03-28", None)

    def run_them(datasets: list[EngineDataset], rules: list[Mapping[str, Any]], **more: Any) -> list[RuleRun]:
        return run_rules(datasets, rules, standard, ct, **{"workers": 2, **more})

    return run_them

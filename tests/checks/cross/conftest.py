"""Datasets written out cell by cell, with the standard's types, and what the rules across them say."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import pandas as pd
import pytest

from trialbook.checks.check import check_tables
from trialbook.checks.cross import cross_rules
from trialbook.checks.rule import Rule
from trialbook.checks.tables import file_table
from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings import Finding, RuleOutcome
from trialbook.standards import Standard, load_standard

Cells = Mapping[str, Sequence[Any]]


@cache
def _standard() -> Standard:
    return load_standard("sdtmig-3.4")


def _dataset(name: str, cells: Cells) -> SdtmDataset:
    frame, variables = pd.DataFrame(index=range(max((len(values) for values in cells.values()), default=0))), {}
    domain = SdtmDataset(name, "", frame, {}).domain
    for column, values in cells.items():
        found = _standard().variable(name, column) or _standard().model_variable(domain, column)
        kind = found.type if found else "Char"
        variables[column] = Variable(column, "", kind)
        frame[column] = pd.Series(list(values), dtype="float64" if kind == "Num" else "str")
    return SdtmDataset(name, "", frame, variables, file=f"{name.lower()}.xpt")


def _run(datasets: Mapping[str, Cells], about: str = "") -> tuple[list[Finding], list[RuleOutcome]]:
    made = [_dataset(name, cells) for name, cells in datasets.items()]
    rules: Mapping[str, Sequence[Rule]] = cross_rules(made, _standard())
    if about:
        rules = {name: [one for one in of if about in (name, *one.reads)] for name, of in rules.items()}
    return check_tables({one.name: file_table(one, ()) for one in made}, rules, {}, "S")


@pytest.fixture
def make_dataset() -> Callable[[str, Cells], SdtmDataset]:
    """``make_dataset("DM", {"USUBJID": ["1"]})``: columns typed as the standard has them."""
    return _dataset


@pytest.fixture
def across() -> Callable[..., tuple[list[Finding], list[RuleOutcome]]]:
    """``across({"DM": {"USUBJID": ["1"]}, …})``: every finding of the rules across datasets, and the rules' outcomes.

    With ``about="DM"`` of the rules that look at DM.
    """
    return _run


@pytest.fixture
def failing() -> Callable[..., list[int]]:
    """``failing(rule, datasets)``: the records that fail a rule, which must have run."""

    def records(rule: str, datasets: Mapping[str, Cells]) -> list[int]:
        findings, outcomes = _run(datasets)
        assert [one.reason for one in outcomes if one.status == "EXECUTION ERROR"] == []
        (outcome,) = [one for one in outcomes if one.rule == rule]
        found = [one.record or 0 for one in findings if one.rule == rule]
        assert (outcome.status, outcome.findings) == ("ISSUE REPORTED" if found else "SUCCESS", len(found))
        return found

    return records

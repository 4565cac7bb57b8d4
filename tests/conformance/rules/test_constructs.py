"""What the kit takes a rule to be able to say is what the pinned engine can run."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from trialbook.conformance.rules.constructs import constructs

ASK = """
import inspect, json, re
from importlib.metadata import version
from cdisc_rules_engine.check_operators.dataframe_operators import DataframeType
from cdisc_rules_engine.enums.join_types import JoinTypes
from cdisc_rules_engine.enums.optional_condition_parameters import OptionalConditionParameters
from cdisc_rules_engine.enums.rule_types import RuleTypes
from cdisc_rules_engine.enums.sensitivity import Sensitivity
from cdisc_rules_engine.models.rule import Rule
from cdisc_rules_engine.operations.operations_factory import OperationsFactory
from cdisc_rules_engine.utilities.rule_processor import RuleProcessor

taken = inspect.getsource(RuleProcessor.perform_rule_operations)
condition = inspect.getsource(Rule.build_condition)
print(json.dumps({
    "engine": version("cdisc-rules-engine"),
    "rule_types": RuleTypes.values(),
    "sensitivities": Sensitivity.values(),
    "join_types": JoinTypes.values(),
    "check_operators": [name for name, one in inspect.getmembers(DataframeType) if getattr(one, "is_operator", False)],
    "operations": list(OperationsFactory._operations_map),
    "condition_keys": [
        *OptionalConditionParameters.values(),
        *re.findall(r'"(name|operator|value|regex|variables|negative)"', condition),
    ],
    "operation_keys": re.findall(r'operation\\.get\\(\\s*"(\\w+)"', taken),
}, default=sorted))
"""


@pytest.fixture(scope="module")
def engine() -> dict[str, list[str]]:
    """The engine's own lists; asked in a process of its own, since it changes what it is imported into."""
    found = subprocess.run([sys.executable, "-c", ASK], capture_output=True, text=True, timeout=120)
    if "No module named 'cdisc_rules_engine'" in found.stderr:
        pytest.skip("cdisc-rules-engine is not installed")
    assert found.returncode == 0, found.stderr
    return json.loads(found.stdout)


def test_the_lists_are_of_the_engine_that_is_installed(engine):
    assert constructs().engine == engine["engine"]


@pytest.mark.parametrize("name", ["rule_types", "sensitivities", "join_types", "check_operators", "operations"])
def test_names_are_the_engines_own(engine, name):
    assert sorted(getattr(constructs(), name)) == sorted(engine[name])


@pytest.mark.parametrize("name", ["condition_keys", "operation_keys"])
def test_every_parameter_that_the_engine_takes_may_be_written(engine, name):
    unread = {
        "condition_keys": {"comparator", "separator", "codelistcheck", "codelistlevel"},
        "operation_keys": {"ct_packages", "ct_version", "filter_key", "filter_value"},
    }
    assert sorted(getattr(constructs(), name) - unread[name]) == sorted(set(engine[name]))

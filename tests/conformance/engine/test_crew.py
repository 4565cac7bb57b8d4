"""Processes that take rule after rule: all are run, whoever dies."""

from __future__ import annotations

import os
import signal

import pytest

from trialbook.conformance.engine.crew import run_in_crew
from trialbook.conformance.engine.host import _finish
from trialbook.conformance.engine.job import RuleRun

# The tests' own process may have threads, which a forked one does not need.
pytestmark = pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning")
IDS = [f"T-{number}" for number in range(6)]


def crew(run, workers):
    """What was said of each rule, sorted: whose turn it is depends on the machine."""
    said: list[tuple] = []
    run_in_crew(run, IDS, [0, 1, 2, 3, 4, 5], workers, said.append, _finish)
    assert sorted(one for kind, one, *_ in said if kind == "rule") == IDS
    return sorted((index, run.reason, run.failed) for kind, index, *rest in said if kind == "ran" for run in rest)


@pytest.mark.parametrize("workers", [1, 2, 4, 9])
def test_every_rule_is_run_once(workers):
    assert crew(lambda index: RuleRun(IDS[index]), workers) == [(index, None, False) for index in range(6)]


@pytest.mark.parametrize("workers", [1, 3])
@pytest.mark.parametrize(
    ("how", "reason"),
    [
        (signal.SIGKILL, "the process that ran it was killed: most likely the machine had no memory left"),
        (signal.SIGTERM, "the process that ran it died of SIGTERM"),
        (None, "the process that ran it ended with exit code 7"),
    ],
)
def test_a_process_that_dies_takes_one_rule_with_it(workers, how, reason):
    def run(index):
        if index == 2:
            os._exit(7) if how is None else os.kill(os.getpid(), how)
        return RuleRun(IDS[index])

    assert crew(run, workers) == [(index, reason if index == 2 else None, index == 2) for index in range(6)]

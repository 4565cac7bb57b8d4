"""How long the analysis of 10,000 trials takes: intervals and tests of proportions, and the operating characteristics.

Everything on one processor, arms of 48 and 48 in three strata; times are the best of three. Run with
``.venv/bin/python benchmarks/bench_analysis.py``.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np

TRIALS = 10_000
AIM = {"Miettinen–Nurminen interval": 1.0, "operating characteristics, stratified interval and all tests": 60.0}
"""Seconds."""


def measured(trials: int) -> dict[str, float]:
    """Seconds of each step."""
    from trialbook.analysis.methods.differences import newcombe
    from trialbook.analysis.methods.exact import fisher_p_values
    from trialbook.analysis.methods.score import miettinen_nurminen, score_statistic
    from trialbook.analysis.methods.strata import cmh_statistic
    from trialbook.analysis.methods.stratified_score import stratified_miettinen_nurminen
    from trialbook.analysis.operating.characteristics import operating_characteristics
    from trialbook.analysis.operating.decisions import TESTS
    from trialbook.analysis.operating.scenario import Arm, Scenario
    from trialbook.analysis.operating.trials import simulate

    shares = (0.5, 0.3, 0.2)
    scenario = Scenario("assumed", Arm(48, (0.6, 0.65, 0.5)), Arm(48, (0.3, 0.35, 0.2)), shares)
    t = simulate(scenario, trials, np.random.default_rng(1)).tables
    strata = (t.x1, t.n1, t.x2, t.n2)
    plain = tuple(counts.sum(axis=-1) for counts in strata)
    steps: dict[str, Callable[[], object]] = {
        "simulate the trials": lambda: simulate(scenario, trials, np.random.default_rng(1)),
        "Miettinen–Nurminen interval": lambda: miettinen_nurminen(*plain),
        "Miettinen–Nurminen test": lambda: score_statistic(*plain, difference=0.1),
        "Newcombe interval": lambda: newcombe(*plain),
        "Fisher's test": lambda: fisher_p_values(*plain),
        "Cochran–Mantel–Haenszel": lambda: cmh_statistic(*strata),
        "stratified Miettinen–Nurminen interval": lambda: stratified_miettinen_nurminen(*strata),
        "operating characteristics, stratified interval and all tests": lambda: operating_characteristics(
            scenario,
            rng=np.random.default_rng(1),
            trials=trials,
            tests=tuple(TESTS),
            intervals=("stratified_miettinen_nurminen",),
        ),
    }
    return {name: min(seconds(step) for _ in range(3)) for name, step in steps.items()}


def seconds(step: Callable[[], object]) -> float:
    """How long it takes, once."""
    began = time.perf_counter()
    step()
    return time.perf_counter() - began


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=TRIALS)
    trials = parser.parse_args().trials
    print(f"| {trials:,} trials | seconds |\n|---|---:|")
    for name, took in measured(trials).items():
        aim = f" (aim: {AIM[name]:g})" if name in AIM else ""
        print(f"| {name}{aim} | {took:.3f} |")


if __name__ == "__main__":
    main()

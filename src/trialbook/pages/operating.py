"""The operating characteristics of the primary analysis: what simulated trials show, beside what a formula gives."""

from __future__ import annotations

from functools import cache

from markupsafe import Markup

from trialbook.analysis.operating.characteristics import Characteristics, Simulated, operating_characteristics
from trialbook.analysis.operating.formula import COMPUTED
from trialbook.analysis.operating.scenario import Arm, Scenario
from trialbook.pages.html import Cell, code, lines, note, nothing, table
from trialbook.pages.sample_size import reconstruction
from trialbook.pages.session import study
from trialbook.pages.sources import source_mark
from trialbook.protocol.analysis import SimulatedArm

TESTS = {"fisher": "Fisher's exact test", "cochran_mantel_haenszel": "CMH test", "miettinen_nurminen": "Score test"}
INTERVALS = {
    "stratified_miettinen_nurminen": "Stratified Miettinen–Nurminen",
    "miettinen_nurminen": "Miettinen–Nurminen",
    "newcombe": "Newcombe",
    "wald": "Wald",
}
NO_SCENARIOS = "Operating characteristics: the plan names no scenarios."


@cache
def characteristics() -> tuple[Characteristics, ...]:
    """What the trials of each scenario of the plan show; simulated once a kernel, by the plan's seed."""
    import numpy as np

    analysis = study().protocol.analysis
    if analysis.operating is None or analysis.sample_size is None:
        return ()
    operating = analysis.operating
    streams = np.random.SeedSequence(operating.seed).spawn(len(operating.scenarios))
    return tuple(
        operating_characteristics(
            scenario,
            rng=np.random.default_rng(stream),
            trials=operating.trials,
            tests=tuple(TESTS),
            intervals=tuple(INTERVALS),
            alpha=analysis.testing.alpha,
            sides=analysis.testing.sides,
        )
        for scenario, stream in zip(scenarios(), streams, strict=True)
    )


def scenarios() -> tuple[Scenario, ...]:
    """The plan's scenarios, with the planned numbers of subjects; what they leave out is that of the sample size."""
    analysis, found = study().protocol.analysis, reconstruction()
    if analysis.operating is None or found is None or found.planned_arms is None:
        return ()
    control, treatment = found.planned_arms
    size = found.assumptions
    names = tuple(analysis.operating.strata) or ("",)
    shares = tuple(analysis.operating.strata.values()) or (1.0,)

    def arm(stated: SimulatedArm | None, subjects: int, chance: float) -> Arm:
        response = stated.response if stated else (chance,)
        return Arm(subjects, response * len(names) if len(response) == 1 else response, stated.missing if stated else (0.0, 0.0))

    return tuple(
        Scenario(
            one.id,
            arm(one.treatment, treatment, size.p_treatment),
            arm(one.control, control, size.p_control),
            shares,
            one.text,
        )
        for one in analysis.operating.scenarios
    )


def scenarios_of_trials_table() -> Markup:
    """What is assumed in each scenario."""
    operating = study().protocol.analysis.operating
    if operating is None:
        return nothing(NO_SCENARIOS)
    names = " / ".join(operating.strata)
    rows = [
        (
            one.name,
            one.text,
            lines([_chances(one.treatment.response), _chances(one.control.response)]),
            _percent(one.difference),
            lines(_missing(arm) for arm in (one.treatment, one.control)),
        )
        for one in scenarios()
    ]
    headers = ("Scenario", "What is assumed", "Response, %", "Difference, %", "Missing, %")
    shares = " / ".join(f"{100 * share:g} %" for share in operating.strata.values())
    told = note(
        Markup("Subtypes: {} ({}). In two lines: treated, control. Missing: of who responds / of who does not. {}").format(
            names, shares, source_mark(operating, study().protocol.analysis.source)
        )
    )
    return table(headers, rows, about="Scenarios", kind="book-operating") + told


def rejections_table() -> Markup:
    """How often each test rejects: power, or the type-1 error where the arms do not differ; simulated, and computed."""
    found = characteristics()
    if not found:
        return nothing(NO_SCENARIOS)
    rows = []
    for one in found:
        what = "type-1 error" if one.scenario.null else "power"
        cells: list[Cell] = []
        for test in one.tests:
            cells.append(lines([_simulated(test.rejected), note(f"formula {100 * test.computed:.1f}")]))
        rows.append((one.scenario.name, what, *cells))
    headers = ("Scenario", "", *TESTS.values())
    formulas = "; ".join(f"{TESTS[name]}: {how}" for name, how in COMPUTED.items())
    return table(headers, rows, about="How often the tests reject, %", kind="book-operating") + note(
        f"Per cent of {found[0].trials:,} trials, ± the Monte Carlo standard error. By formula: {formulas}."
    )


def estimates_table() -> Markup:
    """Bias of the estimate, coverage and width of the intervals."""
    found = characteristics()
    if not found:
        return nothing(NO_SCENARIOS)
    rows = []
    for one in found:
        for number, interval in enumerate(one.intervals):
            rows.append(
                (
                    one.scenario.name if not number else "",
                    INTERVALS[interval.name],
                    _simulated(interval.bias, 2),
                    _simulated(interval.coverage),
                    f"{100 * interval.width.value:.1f}",
                )
            )
    headers = ("Scenario", "Interval", "Bias, % points", "Coverage, %", "Mean width, % points")
    shifts = {one.name: one.shown - one.difference for one in scenarios()}
    expected = "; ".join(f"{name}: {100 * by:+.1f}".replace("-", "−") for name, by in shifts.items() if abs(by) > 1e-12)
    told = (
        f"Where missing is non-response, the bias that follows from the assumptions is, in % points: {expected}."
        if expected
        else ""
    )
    return table(headers, rows, about="Bias and coverage", kind="book-operating") + note(told)


def seeds_sentence() -> Markup:
    """From which seed, so that the same numbers come again."""
    operating = study().protocol.analysis.operating
    if operating is None:
        return Markup("")
    return Markup("<p>{:,} trials a scenario, from the seed {}.</p>").format(operating.trials, code(str(operating.seed)))


def _simulated(one: Simulated, places: int = 1) -> str:
    return f"{100 * one.value:.{places}f} ± {100 * one.error:.{places}f}".replace("-", "−")


def _chances(chances: tuple[float, ...]) -> str:
    distinct = dict.fromkeys(chances)
    return " / ".join(f"{100 * chance:g}" for chance in (chances if len(distinct) > 1 else distinct))


def _missing(arm: Arm) -> str:
    return f"{100 * arm.missing[0]:g}/{100 * arm.missing[1]:g}" if any(arm.missing) else "0"


def _percent(value: float) -> str:
    return f"{100 * value:.1f}"

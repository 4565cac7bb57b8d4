"""The statistical analysis plan as data (``protocol/analysis.yml``): sets, methods, analyses, settings, assumptions of size."""

from __future__ import annotations

from enum import StrEnum
from typing import Literal, Self

from pydantic import Field, model_validator

from trialbook.protocol.objectives import Strategy
from trialbook.protocol.sample_size import Inflation, Method
from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled


class ProportionInterval(StrEnum):
    """Confidence intervals of one proportion."""

    WILSON = "wilson"
    CLOPPER_PEARSON = "clopper_pearson"


class DifferenceInterval(StrEnum):
    """Confidence intervals of the difference of two proportions; ``newcombe`` is his hybrid score method."""

    MIETTINEN_NURMINEN = "miettinen_nurminen"
    NEWCOMBE = "newcombe"
    WALD = "wald"


class SurvivalInterval(StrEnum):
    """The scale on which an interval of a survival estimate is symmetric: R's ``conf.type``."""

    LOG = "log"
    LOG_LOG = "log-log"
    PLAIN = "plain"


class Ties(StrEnum):
    """How the partial likelihood takes events on the same day."""

    EFRON = "efron"
    BRESLOW = "breslow"


class Role(StrEnum):
    """What an analysis is to an estimand (ICH E9(R1) section A.5): ``sensitivity`` doubts assumptions of the main one."""

    MAIN = "main"
    SENSITIVITY = "sensitivity"
    SUPPLEMENTARY = "supplementary"


class Technique(StrEnum):
    """What is computed; how an interval is made, a difference tested and ties taken, :class:`Estimation` and settings say."""

    PROPORTION = "proportion"
    DIFFERENCE = "difference"
    STRATIFIED_DIFFERENCE = "stratified_difference"
    NEWCOMBE = "newcombe"
    TEST = "test"
    STRATIFIED_TEST = "stratified_test"
    SURVIVAL = "survival"
    SURVIVAL_DIFFERENCE = "survival_difference"
    LOG_RANK = "log_rank"
    STRATIFIED_LOG_RANK = "stratified_log_rank"
    HAZARD_RATIO = "hazard_ratio"
    PROPORTIONAL_HAZARDS = "proportional_hazards"
    FOLLOW_UP = "follow_up"
    INCIDENCE = "incidence"
    INCIDENCE_DIFFERENCE = "incidence_difference"
    GRAY = "gray"
    STRATIFIED_GRAY = "stratified_gray"
    SUBDISTRIBUTION = "subdistribution"
    CAUSE_SPECIFIC = "cause_specific"
    IMPUTATION = "imputation"
    TIPPING_POINT = "tipping_point"
    DISPOSITION = "disposition"
    BASELINE = "baseline"
    DEVIATIONS = "deviations"
    EXPOSURE = "exposure"
    ADVERSE_EVENTS = "adverse_events"
    EVENT_RATES = "event_rates"
    LABORATORY = "laboratory"
    SHIFT = "shift"
    HYS_LAW = "hys_law"


class PlannedAnalysis(Sourced):
    """One analysis of the plan: what is done for an ``endpoint``, in whom (an analysis set), by which techniques.

    Without an endpoint it describes the subjects themselves.
    ``parameter``: the PARAMCD that is analysed, where it is not the endpoint's id; ``strategies`` are those for intercurrent
    events that the analysis takes in place of its estimand's; ``by``: the variable of ADSL within whose values it is done.
    """

    id: str
    endpoint: str = ""
    role: Role = Role.MAIN
    set: str
    text: str
    techniques: tuple[Technique, ...] = ()
    parameter: str = ""
    strategies: dict[str, Strategy] = {}
    by: str = ""

    @property
    def paramcd(self) -> str:
        """The parameter of the analysis datasets that is analysed."""
        return self.parameter or self.endpoint


class AnalysisSet(Sourced):
    """Whose data an analysis takes (ICH E9 section 5.2)."""

    id: str
    name: str
    definition: str


class Testing(Sourced):
    """The level of the primary test and how many tails it has; ``multiplicity``: what is done about several tests."""

    alpha: float = Field(default=0.05, gt=0, lt=1)
    sides: Literal[1, 2] = 2
    multiplicity: str = ""

    @property
    def confidence(self) -> float:
        """The level of the confidence intervals that goes with the test."""
        return round(1 - self.alpha * (2 / self.sides), 12)


class Estimation(Sourced):
    """The methods that give estimates their intervals."""

    proportion: ProportionInterval = ProportionInterval.WILSON
    difference: DifferenceInterval = DifferenceInterval.MIETTINEN_NURMINEN
    survival: SurvivalInterval = SurvivalInterval.LOG_LOG
    ties: Ties = Ties.EFRON


class Setting(Sourced):
    """A decision of the plan: ``value``, or ``from`` the fact of another part; ``options`` are the values that it may take.

    ``question``: the number of the open question (questions.yml) that it answers.
    """

    id: str
    text: str
    value: bool | int | float | str | None = None
    from_: str = Field(default="", alias="from")
    unit: str = ""
    options: tuple[str, ...] = ()
    question: int | None = None

    @model_validator(mode="after")
    def _says_one_thing(self) -> Self:
        if (self.value is None) == (not self.from_):
            raise ValueError("takes either a value or from, which names the fact of another part")
        if self.options and self.value is not None and str(self.value) not in self.options:
            raise ValueError(f"{self.value} is none of its options: {', '.join(self.options)}")
        return self


class Grid(SpecModel):
    """The assumptions that are tried beside the plan's: ``difference`` is treatment's proportion minus control's."""

    p_control: tuple[float, ...] = ()
    difference: tuple[float, ...] = ()
    power: tuple[float, ...] = ()
    dropout: tuple[float, ...] = ()


class Events(Sourced):
    """The assumptions of a log-rank test: ``p_control`` is control's chance of an event until the endpoint's visit."""

    endpoint: str
    hazard_ratio: float = Field(gt=0)
    p_control: float = Field(gt=0, lt=1)

    @model_validator(mode="after")
    def _hazards_differ(self) -> Self:
        if self.hazard_ratio == 1:
            raise ValueError("the hazard_ratio is 1: no number of events tells the arms apart")
        return self


class SampleSize(Sourced):
    """The assumptions behind the number of subjects, for the primary endpoint's proportions.

    ``allocation``: subjects of treatment for each of control; ``dropout``: the fraction whose outcome will not be known;
    ``events`` are those of a secondary endpoint.
    """

    method: Method
    p_control: float = Field(gt=0, lt=1)
    p_treatment: float = Field(gt=0, lt=1)
    power: float = Field(default=0.8, gt=0, lt=1)
    allocation: float = Field(default=1, gt=0)
    dropout: float = Field(default=0, ge=0, lt=1)
    inflation: Inflation = Inflation.DIV
    events: Events | None = None
    grid: Grid = Grid()

    @model_validator(mode="after")
    def _rates_differ(self) -> Self:
        if self.p_control == self.p_treatment:
            raise ValueError("p_control and p_treatment are equal: no number of subjects tells them apart")
        return self


class SimulatedArm(SpecModel):
    """An arm of simulated trials: the chance of a response in each stratum, and that an outcome is missing.

    ``missing`` is that chance for who responds and for who does not: unlike where missing is informative.
    """

    response: tuple[float, ...] = Field(min_length=1)
    missing: tuple[float, float] = (0.0, 0.0)


class SimulatedTrials(Sourced):
    """A scenario under which trials are simulated; an arm that is left out has the proportion of the sample size."""

    id: str
    text: str
    treatment: SimulatedArm | None = None
    control: SimulatedArm | None = None


class Operating(Sourced):
    """How the primary analysis is tried on simulated trials: how many, from which seed, and under which scenarios.

    ``strata``: the share of each stratum among all subjects, by its name.
    """

    trials: int = Field(default=10_000, ge=100)
    seed: int = 1
    strata: dict[str, float] = {}
    scenarios: tuple[SimulatedTrials, ...] = ()

    @model_validator(mode="after")
    def _arms_have_the_strata(self) -> Self:
        refuse_doubled("scenario", [one.id for one in self.scenarios])
        if self.strata and abs(sum(self.strata.values()) - 1) > 1e-9:
            raise ValueError(f"the shares of the strata add up to {sum(self.strata.values()):g}, and not to 1")
        for one in self.scenarios:
            for arm in (one.treatment, one.control):
                if arm is not None and len(arm.response) not in (1, len(self.strata)):
                    found = len(arm.response)
                    raise ValueError(
                        f"the scenario {one.id} has {found} chances of response; there are {len(self.strata)} strata"
                    )
        return self


class Analysis(SpecModel):
    """``protocol/analysis.yml``; ``source`` is that of each statement which does not name its own."""

    source: Source = Source.ASSUMPTION
    sets: tuple[AnalysisSet, ...] = ()
    testing: Testing = Testing()
    estimation: Estimation = Estimation()
    analyses: tuple[PlannedAnalysis, ...] = ()
    settings: tuple[Setting, ...] = ()
    sample_size: SampleSize | None = None
    operating: Operating | None = None

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what, items in (("set", self.sets), ("analysis", self.analyses), ("setting", self.settings)):
            refuse_doubled(what, [one.id for one in items])
        return self

    def set(self, name: str) -> AnalysisSet:
        """By id; KeyError where there is none."""
        return {one.id: one for one in self.sets}[name]

    def analyses_of(self, endpoint: str) -> tuple[PlannedAnalysis, ...]:
        """The analyses of an endpoint, in the order of the file."""
        return tuple(one for one in self.analyses if one.endpoint == endpoint)

    def setting(self, name: str) -> Setting:
        """By id; KeyError where there is none."""
        return {one.id: one for one in self.settings}[name]

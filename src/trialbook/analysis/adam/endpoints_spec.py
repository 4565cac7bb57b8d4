"""What the endpoints are made of (``analysis_specs/endpoints.yml``): arms, analysis sets, strata, dated events, responders."""

from __future__ import annotations

from typing import Literal

from trialbook.analysis.adam.spec import Names
from trialbook.specfile import SpecModel


class TreatmentSpec(SpecModel):
    """``variable`` and ``numeric`` of ADSL hold the planned arm, ``code`` its ARMCD; ``control`` and ``treated`` are codes."""

    variable: str
    numeric: str
    code: str
    control: str
    treated: str


class EventSource(SpecModel):
    """Records of a dataset for which ``where`` is true, and their date; a partial date is taken as its ``impute`` day."""

    dataset: str
    date: str
    text: str
    where: str = ""
    impute: Literal["first", "last"] = "first"


class TimesSpec(SpecModel):
    """Times to events of an endpoint: ``events`` end it, the last of ``censored_at`` ends the observation of who had none.

    What an intercurrent event does, the endpoint's estimand says. A time without an estimand names its ``competing`` events.
    """

    events: Names
    competing: Names = ()
    censored_at: Names
    label: str = ""


class RespondersSpec(SpecModel):
    """A response at a visit: ``yes`` is true of the record that counts, one a subject, of those for which ``where`` is true.

    ``visit``: whose window ends the time in which an intercurrent event comes before.
    """

    dataset: str
    where: str
    yes: str
    date: str = "ADT"
    visit: str
    label: str = ""


class CategorySpec(SpecModel):
    """Records of which ``where`` is true, counted under ``text``."""

    id: str
    text: str
    where: str


class DeviationSpec(CategorySpec):
    """Subjects with a record in ``dataset`` of which ``where`` is true."""

    dataset: str = "ADSL"


class AdverseEventsSpec(SpecModel):
    """Which records of ADAE are counted (``where``), in which ``categories``, and by which two levels of terms."""

    where: str
    categories: tuple[CategorySpec, ...]
    body_system: str = "AEBODSYS"
    term: str = "AEDECOD"
    grade: str = "ATOXGR"
    start: str = "ASTDT"
    window_end: str
    observed_to: str
    """Variables of ADSL: the end of the safety window, and the last day on which the subject was seen."""


class LaboratorySpec(SpecModel):
    """Of ADLB: which records are described by visit (``analysed``), which hold the worst grade after baseline (``worst``).

    ``transaminases`` and ``bilirubin`` are parameters of Hy's law, in multiples of the upper limit of normal.
    """

    analysed: str
    worst: str
    on_treatment: str
    transaminases: Names
    bilirubin: str


class EndpointsSpec(SpecModel):
    """``analysis_specs/endpoints.yml``.

    ``sets``: the flag in ADSL of each analysis set; ``strata``: variables of ADSL by which stratified analyses are; ``origin``:
    the date in ADSL from which times are counted, for each option of the setting TIME_ZERO; ``events`` by name, the protocol's
    intercurrent events among them; ``times`` and ``responders`` by parameter (PARAMCD); ``baseline``: the variables of ADSL that
    are described; ``deviations``: conditions on ADSL or another dataset; ``exposure``: the parameters of ADEX that are described.
    """

    treatment: TreatmentSpec
    sets: dict[str, str]
    strata: Names = ()
    origin: dict[str, str]
    events: dict[str, tuple[EventSource, ...]] = {}
    times: dict[str, TimesSpec] = {}
    responders: dict[str, RespondersSpec] = {}
    baseline: Names = ()
    deviations: tuple[DeviationSpec, ...] = ()
    exposure: Names = ()
    adverse_events: AdverseEventsSpec | None = None
    laboratory: LaboratorySpec | None = None

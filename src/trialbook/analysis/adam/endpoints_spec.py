"""What the endpoints are made of (``analysis_specs/endpoints.yml``): arms, analysis sets, strata, dated events, responders."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from trialbook.analysis.adam.spec import Names
from trialbook.specfile import SpecModel


class TreatmentSpec(SpecModel):
    """``variable`` and ``numeric`` of ADSL hold the planned arm; ``control`` and ``treated`` are its ARMCD, ``actual`` the arm given."""

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
    """Times to events of an endpoint: ``events`` end it, the last of ``censored_at`` ends the observation of who had none."""

    events: Names
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


class EndpointsSpec(SpecModel):
    """``analysis_specs/endpoints.yml``.

    ``sets``: the flag in ADSL of each analysis set; ``strata``: variables of ADSL by which stratified analyses are; ``origin``:
    the date in ADSL from which times are counted, for each option of the setting TIME_ZERO; ``events`` by name, the protocol's
    intercurrent events among them; ``times`` and ``responders`` by parameter (PARAMCD).
    """

    treatment: TreatmentSpec
    sets: dict[str, str]
    strata: Names = ()
    origin: dict[str, str]
    events: dict[str, tuple[EventSource, ...]] = {}
    times: dict[str, TimesSpec] = {}
    responders: dict[str, RespondersSpec] = {}
    baseline: Names = Field(default=())

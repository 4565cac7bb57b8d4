"""Every table and figure of a report, in its order."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from trialbook.displays.display import Display
from trialbook.errors import TrialbookError
from trialbook.protocol.analysis import Technique
from trialbook.tlf import laboratory, responses, safety, subjects, times
from trialbook.tlf.report import Report
from trialbook.tlf.spec import DisplaySpec, DisplaysSpec

Builder = Callable[[Report, DisplaySpec], Display]
BUILDERS: Mapping[str, Builder] = {
    "flow": subjects.flow_figure,
    "disposition": subjects.disposition_table,
    "baseline": subjects.baseline_table,
    "deviations": subjects.deviations_table,
    "response": responses.response_table,
    "response_analyses": responses.response_analyses,
    "response_forest": responses.response_forest,
    "tipping": responses.tipping_figure,
    "survival": times.survival_table,
    "survival_figure": times.survival_figure,
    "incidence": times.incidence_table,
    "incidence_figure": times.incidence_figure,
    "time_analyses": times.time_analyses,
    "exposure": safety.exposure_table,
    "event_overview": safety.event_overview,
    "events_by_term": safety.events_by_term,
    "events_by_grade": safety.events_by_grade,
    "event_rates": safety.event_rates_table,
    "laboratory": laboratory.laboratory_table,
    "shift": laboratory.shift_table,
    "hys_law": laboratory.hys_law_figure,
}

_DIFFERENCES = (
    Technique.DIFFERENCE,
    Technique.STRATIFIED_DIFFERENCE,
    Technique.NEWCOMBE,
    Technique.IMPUTATION,
)
SHOWS: Mapping[str, tuple[Technique, ...]] = {
    **dict.fromkeys(("flow", "disposition"), (Technique.DISPOSITION,)),
    "baseline": (Technique.BASELINE,),
    "deviations": (Technique.DEVIATIONS,),
    "response": (Technique.PROPORTION,),
    **dict.fromkeys(("response_analyses", "response_forest"), _DIFFERENCES),
    "tipping": (Technique.TIPPING_POINT,),
    **dict.fromkeys(("survival", "survival_figure"), (Technique.SURVIVAL,)),
    **dict.fromkeys(("incidence", "incidence_figure"), (Technique.INCIDENCE,)),
    "time_analyses": (Technique.SURVIVAL, Technique.INCIDENCE),
    "exposure": (Technique.EXPOSURE,),
    **dict.fromkeys(("event_overview", "events_by_term", "events_by_grade"), (Technique.ADVERSE_EVENTS,)),
    "event_rates": (Technique.EVENT_RATES,),
    "laboratory": (Technique.LABORATORY,),
    "shift": (Technique.SHIFT,),
    "hys_law": (Technique.HYS_LAW,),
}
"""What each kind shows of its analyses: each has one of these techniques."""


def build(report: Report, spec: DisplaySpec) -> Display:
    """One table or figure; raises TrialbookError for a kind that there is not, or an analysis that the plan does not have."""
    if spec.kind not in BUILDERS:
        what = f"analysis_specs/displays.yml: {spec.number} is of the kind {spec.kind!r}"
        raise TrialbookError(what, remedy=f"Take one of {', '.join(BUILDERS)}.")
    known = {one.id for one in report.protocol.analysis.analyses}
    missing = [one for one in spec.analyses if one not in known]
    if missing:
        what = f"analysis_specs/displays.yml: {spec.number} shows {', '.join(missing)}, which protocol/analysis.yml does not plan"
        raise TrialbookError(what, remedy="Correct the names, or plan the analyses.")
    return BUILDERS[spec.kind](report, spec)


def build_all(report: Report, spec: DisplaysSpec) -> tuple[Display, ...]:
    """All of them."""
    return tuple(build(report, one) for one in spec.displays)

"""The second program: from SDTM records to what each subject is in the analyses, written from the protocol alone.

It shares no line with the specifications of the analysis datasets (``analysis_specs/datasets``), so that a mistake in one of the
two shows as a disagreement of their results (double programming).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from trialbook.analysis.second.subjects import MISSING, Described, SecondTrial, Subject
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import Technique
from trialbook.protocol.facts import fact_of
from trialbook.protocol.objectives import Kind

from .baselines import baseline
from .course import Course, Records, course
from .dates import whole_day
from .dispositions import DEVIATION_LEVELS, DISPOSITION_LEVELS, deviations, disposition, screened
from .events import CATEGORIES, first_events, in_window, levels, window_ends
from .exposures import EXPOSURE_LEVELS, exposure
from .genetics import subtype
from .laboratory import HYS_LEVELS, by_visit, hys_law, shifts
from .marrow import at_diagnosis, at_visit, is_negative, runs
from .outcomes import day_after, days_of, response, strategies, time_to_event
from .sets import CONTROL, TREATED, sets

READS = ("DM", "GF", "RS", "CM", "SUPPCM", "PR", "DS", "SS", "SV", "IE", "EX", "EC", "AE", "LB")
NEEDED = ("DM", "GF", "RS")
"""Without these there is no endpoint; one of the others is absent where nothing of its kind happened."""

REDUCED = "MRD6LR"
"""The parameter of the analysis that takes a reduction for negative, whatever the plan's main definition is."""

AT_RISK = ("BASELINE", "MONTH 6", "MONTH 12", "MONTH 18", "MONTH 24")
"""The visits at whose days the numbers at risk are told."""


def derive(datasets: Mapping[str, Sequence[Mapping[str, Any]]], protocol: Protocol) -> SecondTrial:
    """Each randomized subject with its arm, subtype, sets, responses and times.

    ``datasets``: the records of the SDTM datasets by domain, values by variable. Raises ValueError where a dataset that is needed
    is absent, or where the plan asks for what this program does not know.
    """
    if absent := [name for name in NEEDED if not datasets.get(name)]:
        raise ValueError(f"the second program needs {', '.join(NEEDED)}, and there is no {', '.join(absent)}")
    if (zero := protocol.analysis.setting("TIME_ZERO").value) != "randomization":
        raise ValueError(f"the second program counts times from randomization, not from {zero}")
    randomized = [dict(row) for row in datasets["DM"] if row["ARMCD"] in (TREATED, CONTROL)]
    if twice := sorted(name for name, many in Counter(row["USUBJID"] for row in randomized).items() if many > 1):
        raise ValueError(f"DM has several records of {', '.join(twice)}")
    of: dict[str, Records] = {row["USUBJID"]: {name: [] for name in READS} for row in randomized}
    for name in READS:
        for row in datasets.get(name, ()):
            if row["USUBJID"] in of:
                of[row["USUBJID"]][name].append(dict(row))
    days = [protocol.visits[visit].day for visit in AT_RISK]
    return SecondTrial(
        TREATED,
        CONTROL,
        tuple(one_subject(row, of[row["USUBJID"]], protocol) for row in randomized),
        stratum="MOLSUBT",
        at_risk=tuple(day for day in days if day is not None),
        told={
            Technique.DISPOSITION: DISPOSITION_LEVELS,
            Technique.DEVIATIONS: DEVIATION_LEVELS,
            Technique.EXPOSURE: EXPOSURE_LEVELS,
            Technique.ADVERSE_EVENTS: tuple(CATEGORIES),
            Technique.EVENT_RATES: tuple(CATEGORIES),
            Technique.HYS_LAW: HYS_LEVELS,
        },
        screened=screened(dict(row) for row in datasets["DM"]),
    )


def one_subject(subject: dict[str, Any], records: Records, protocol: Protocol) -> Subject:
    """A randomized subject as the analyses see it."""
    day1 = whole_day(subject["RFSTDTC"])
    if day1 is None:
        raise ValueError(f"{subject['USUBJID']} is randomized on {subject['RFSTDTC']!r}, which is no complete date")
    happened = course(subject, records, day1)
    gene = subtype(records["GF"])
    adequate = runs(records["GF"], gene, protocol)
    diagnosis = at_diagnosis(records["GF"], gene, subject["SUBJID"])
    horizon = protocol.visits[fact_of(protocol, protocol.analysis.setting("HORIZON").from_)]
    responses: dict[str, str] = {}
    times: dict[str, tuple[int, int]] = {}
    for analysis in (one for one in protocol.analysis.analyses if one.endpoint):
        endpoint = protocol.objectives.endpoint(analysis.endpoint)
        if endpoint.kind is Kind.BINARY:
            day, window = days_of(protocol.visits[endpoint.visit])
            run = at_visit(adequate, day1, day, window)
            by = str(protocol.analysis.setting("MRD_NEGATIVE").value) if analysis.paramcd != REDUCED else "log_reduction"
            negative = run is not None and is_negative(run, diagnosis, protocol, by)
            until = day_after(day1, day + window[1])
            responses[analysis.paramcd] = response(happened, run, negative, strategies(protocol, analysis), until)
        elif endpoint.kind is not Kind.DESCRIPTIVE:
            day, window = days_of(horizon)
            last = day_after(day1, day + window[1])
            of = strategies(protocol, analysis)
            times[analysis.paramcd] = time_to_event(happened, analysis.endpoint, of, day1, last)
    return Subject(
        subject["USUBJID"],
        subject["ARMCD"],
        values={"MOLSUBT": gene or "Unknown"},
        sets=sets(subject, records["IE"]),
        responses=responses,
        times=times,
        described=described(subject, records, happened, responses.values(), protocol),
    )


def described(
    subject: dict[str, Any], records: Records, happened: Course, states: Iterable[str], protocol: Protocol
) -> Described:
    """What a subject adds to the analyses that describe; ``states``: what it is at the visits of the responses."""
    day1 = whole_day(subject["RFSTDTC"])
    assert day1 is not None
    gene, of_sets = subtype(records["GF"]), sets(subject, records["IE"])
    end = window_ends(day1, records, protocol)
    events = in_window(records, day1, end)
    at_events, many = levels(events)
    before = baseline(subject, records, gene, protocol)
    return Described(
        counted={
            **before.counted,
            Technique.DISPOSITION: disposition(subject, records, of_sets),
            Technique.DEVIATIONS: deviations(subject, of_sets, MISSING not in states, protocol),
            Technique.EXPOSURE: frozenset(EXPOSURE_LEVELS if subject["RFXSTDTC"] else ()),
            Technique.ADVERSE_EVENTS: at_events,
            Technique.SHIFT: shifts(records["LB"], subject),
            Technique.HYS_LAW: hys_law(records["LB"], subject),
        },
        measured={
            **before.measured,
            Technique.EXPOSURE: exposure(records, protocol) if subject["ARMCD"] == TREATED else {},
            Technique.LABORATORY: by_visit(records["LB"], subject, day1, protocol),
        },
        events=many,
        first=first_events(events, day1, end, happened),
    )

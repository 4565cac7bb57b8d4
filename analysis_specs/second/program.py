"""The second program: from SDTM records to what each subject is in the analyses, written from the protocol alone.

It shares no line with the specifications of the analysis datasets (``analysis_specs/datasets``), so that a mistake in one of the
two shows as a disagreement of their results (double programming).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from trialbook.analysis.second.subjects import MISSING, SecondTrial, Subject
from trialbook.protocol import Protocol
from trialbook.protocol.analysis import PlannedAnalysis
from trialbook.protocol.facts import fact_of
from trialbook.protocol.objectives import Kind

from .course import Course, Records, course
from .dates import whole_day
from .descriptions import TOLD, described
from .dispositions import screened
from .genetics import subtype
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
        told=TOLD,
        screened=screened((dict(row) for row in datasets["DM"]), (dict(row) for row in datasets.get("DS", ()))),
    )


def one_subject(subject: dict[str, Any], records: Records, protocol: Protocol) -> Subject:
    """A randomized subject as the analyses see it."""
    day1 = whole_day(subject["RFSTDTC"])
    happened = course(subject, records, day1) if day1 else None
    responses = states(subject, records, happened, protocol)
    return Subject(
        subject["USUBJID"],
        subject["ARMCD"],
        values={"MOLSUBT": subtype(records["GF"]) or "Unknown"},
        sets=sets(subject, records["IE"]),
        responses=responses,
        times=times(subject, records, origin(subject, day1, protocol), protocol) if day1 else {},
        described=described(subject, records, happened, responses.values(), protocol),
    )


def states(subject: dict[str, Any], records: Records, happened: Course | None, protocol: Protocol) -> dict[str, str]:
    """What a subject is at the visit of each response, by PARAMCD; whose day 1 is not known has no visit, and is missing."""
    gene, day1 = subtype(records["GF"]), whole_day(subject["RFSTDTC"])
    adequate, diagnosis = runs(records["GF"], gene, protocol), at_diagnosis(records["GF"], gene, subject["SUBJID"])
    found: dict[str, str] = {}
    for analysis in planned(protocol, Kind.BINARY):
        if day1 is None or happened is None:
            found[analysis.paramcd] = MISSING
            continue
        day, window = days_of(protocol.visits[protocol.objectives.endpoint(analysis.endpoint).visit])
        run = at_visit(adequate, day1, day, window)
        by = "log_reduction" if analysis.paramcd == REDUCED else str(protocol.analysis.setting("MRD_NEGATIVE").value)
        negative = run is not None and is_negative(run, diagnosis, protocol, by)
        until = day_after(day1, day + window[1])
        found[analysis.paramcd] = response(happened, run, negative, strategies(protocol, analysis), until)
    return found


def origin(subject: dict[str, Any], day1: date, protocol: Protocol) -> date:
    """The day from which times are counted (TIME_ZERO): day 1 or, in the interferon arm, the first injection after it."""
    zero = protocol.analysis.setting("TIME_ZERO").value
    if zero not in ("randomization", "first_injection"):
        raise ValueError(f"the second program counts times from randomization or first_injection, not from {zero}")
    first = whole_day(subject["RFXSTDTC"])
    if zero == "randomization" or subject["ARMCD"] != TREATED or first is None:
        return day1
    return max(day1, first)


def times(subject: dict[str, Any], records: Records, zero: date, protocol: Protocol) -> dict[str, tuple[int, int]]:
    """The times of a subject by PARAMCD, up to the last day of the window of the visit that cuts them."""
    happened = course(subject, records, zero)
    day, window = days_of(protocol.visits[fact_of(protocol, protocol.analysis.setting("HORIZON").from_)])
    last = day_after(zero, day + window[1])
    return {
        analysis.paramcd: time_to_event(happened, analysis.endpoint, strategies(protocol, analysis), zero, last)
        for analysis in planned(protocol, Kind.TIME_TO_EVENT, Kind.COMPETING_RISKS)
    }


def planned(protocol: Protocol, *kinds: Kind) -> list[PlannedAnalysis]:
    """The analyses of endpoints of these kinds."""
    with_endpoint = [one for one in protocol.analysis.analyses if one.endpoint]
    return [one for one in with_endpoint if protocol.objectives.endpoint(one.endpoint).kind in kinds]

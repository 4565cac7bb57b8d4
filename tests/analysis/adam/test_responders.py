"""Responses at a visit: what was observed, an intercurrent event before it by each strategy, and what is missing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from trialbook.analysis.adam.endpoints_spec import RespondersSpec
from trialbook.analysis.adam.responders import responders
from trialbook.errors import TrialbookError
from trialbook.protocol.objectives import Strategy

SPEC = RespondersSpec(dataset="ADMRD", where='ANL01FL == "Y"', yes='AVALC == "Y"', visit="MONTH 6")
COMPOSITE, HYPOTHETICAL, POLICY = Strategy.COMPOSITE, Strategy.HYPOTHETICAL, Strategy.TREATMENT_POLICY
# Randomized on 2024-01-01: MONTH 6 is day 184 (2024-07-02), its window ends on day 198 (2024-07-16).
RANDOMIZED, VALUE, LAST = "2024-01-01", "2024-07-02", "2024-07-16"


@pytest.fixture
def response(
    materials: Callable[..., Any], dated: Callable[..., pd.DataFrame], day: Callable[..., float], visits: dict[str, Any]
) -> Callable[..., dict[str, Any]]:
    """The record of S1: ``value`` Y, N or empty (no marrow), ``relapse`` the date of the event."""

    def made(value: str, relapse: str, strategy: Strategy, randomized: str | None = RANDOMIZED) -> dict[str, Any]:
        row = {"USUBJID": "S1", "ANL01FL": "Y" if value else "", "AVALC": value, "ADT": day(VALUE)}
        rows = [row | {"SRCDOM": "GF", "SRCVAR": "GFSTRESC", "SRCSEQ": 4}]
        events = {"RELAPSE": dated("RELAPSE", *([("S1", relapse)] if relapse else []))}
        origin = pd.Series({"S1": day(randomized)})
        found = responders(
            "MRD6", "Response", SPEC, materials(ADMRD=rows), events, {"RELAPSE": strategy}, origin, visits["MONTH 6"]
        )
        assert len(found) == 1
        assert found.loc[0, "AWHI"] == 198
        return found.loc[0].to_dict()

    return made


@pytest.mark.parametrize(
    ("value", "relapse", "strategy", "avalc", "category", "dtype"),
    [
        ("Y", "", COMPOSITE, "Y", "Response", ""),
        ("N", "", COMPOSITE, "N", "No response", ""),
        ("", "", COMPOSITE, "N", "Missing", "NRI"),
        # Before the marrow, on its day, and after it.
        ("Y", "2024-07-01", COMPOSITE, "N", "Intercurrent event", "NRI"),
        ("Y", VALUE, COMPOSITE, "N", "Intercurrent event", "NRI"),
        ("Y", "2024-07-03", COMPOSITE, "Y", "Response", ""),
        # Without a marrow until the end of the window.
        ("", LAST, COMPOSITE, "N", "Intercurrent event", "NRI"),
        ("", "2024-07-17", COMPOSITE, "N", "Missing", "NRI"),
        # Hypothetical: what comes after the event is missing; treatment policy: it counts as it was observed.
        ("Y", "2024-07-01", HYPOTHETICAL, "N", "Missing", "NRI"),
        ("Y", "2024-07-03", HYPOTHETICAL, "Y", "Response", ""),
        ("Y", "2024-07-01", POLICY, "Y", "Response", ""),
        # Partial: the first day that it can be; and what was before the randomization is no intercurrent event.
        ("Y", "2024-07", COMPOSITE, "N", "Intercurrent event", "NRI"),
        ("Y", "2024-08", COMPOSITE, "Y", "Response", ""),
        ("Y", "2023-12-31", COMPOSITE, "Y", "Response", ""),
        ("Y", "2023", COMPOSITE, "Y", "Response", ""),
        ("Y", "2024", COMPOSITE, "N", "Intercurrent event", "NRI"),
    ],
)
def test_a_response_by_the_marrow_and_what_came_before(response, value, relapse, strategy, avalc, category, dtype):
    found = response(value, relapse, strategy)
    assert (found["AVALC"], found["AVALCAT1"], found["DTYPE"]) == (avalc, category, dtype)
    assert found["AVAL"] == (1.0 if avalc == "Y" else 0.0)
    assert (found["AVISIT"], found["AVISITN"], found["PARAMCD"]) == ("MONTH 6", 90.0, "MRD6")


@pytest.mark.parametrize(
    ("value", "relapse", "source"),
    [
        ("Y", "", (VALUE, "GF", "GFSTRESC", 4.0, "")),
        ("Y", "2024-05-01", ("2024-05-01", "RS", "RSDTC", 1.0, "Relapse")),
        ("", "", (None, "", "", None, "")),
    ],
)
def test_a_response_is_traced_to_the_marrow_or_the_event(response, day, value, relapse, source):
    found = response(value, relapse, COMPOSITE)
    traced = tuple(
        None if found[name] != found[name] else found[name] for name in ("ADT", "SRCDOM", "SRCVAR", "SRCSEQ", "EVNTDESC")
    )
    assert traced == (None if source[0] is None else day(source[0]), *source[1:])


def test_who_has_no_date_of_randomization_is_missing_and_not_left_out(response):
    found = response("", "2024-05-01", COMPOSITE, randomized=None)
    assert (found["AVALC"], found["AVALCAT1"]) == ("N", "Missing")


def test_two_records_that_count_and_a_visit_without_a_window_are_refused(materials, day, visits):
    row = {"USUBJID": "S1", "ANL01FL": "Y", "AVALC": "Y", "ADT": day(VALUE), "SRCDOM": "GF", "SRCVAR": "X", "SRCSEQ": 1}
    origin = pd.Series({"S1": day(RANDOMIZED)})
    with pytest.raises(TrialbookError, match='ADMRD has several records of S1 for which ANL01FL == "Y" is true; one can count'):
        responders("MRD6", "", SPEC, materials(ADMRD=[row, row]), {}, {}, origin, visits["MONTH 6"])
    with pytest.raises(TrialbookError, match="MRD6: the visit RELAPSE has no window"):
        responders("MRD6", "", SPEC, materials(ADMRD=[row]), {}, {}, origin, visits["RELAPSE"])
    with pytest.raises(TrialbookError, match="a response at one visit has no value while on treatment"):
        strategies = {"DOSE": Strategy.WHILE_ON_TREATMENT}
        responders("MRD6", "", SPEC, materials(ADMRD=[row]), {"DOSE": pd.DataFrame()}, strategies, origin, visits["MONTH 6"])

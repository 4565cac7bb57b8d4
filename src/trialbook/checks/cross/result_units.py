"""Results, units and limits of findings: one standard unit a test, limits in order, and an indicator that agrees with them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.one_to_one import rare
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

_KINDS = ("TESTCD", "CAT", "SCAT", "SPEC", "METHOD")
_TOLERANCE = 1e-6
"""Between numbers that went through a file format and should be the same."""
_OF_ANOTHER_UNIT, _LEAST_RECORDS = 10.0, 5
"""Assumption: laboratories differ in the limits of a test by less than tenfold; units differ by a power of ten and more."""


def result_units(given: Given) -> Made:
    """The rules about results of each dataset of findings."""
    for name, domain, class_ in given.observations():
        if not class_.startswith("Findings"):
            continue
        kinds = [f"{domain}{one}" for one in _KINDS if given.texts(name, f"{domain}{one}")]
        if given.texts(name, f"{domain}STRESU") and f"{domain}TESTCD" in kinds:
            yield name, _one_unit(name, domain, kinds)
        if given.numbers(name, f"{domain}STNRLO", f"{domain}STNRHI"):
            yield name, _limits_in_order(name, f"{domain}STNRLO", f"{domain}STNRHI", "FB3901")
            if given.numbers(name, f"{domain}STRESN") and given.texts(name, f"{domain}NRIND"):
                yield name, _indicator(name, domain)
            if f"{domain}TESTCD" in kinds and given.texts(name, f"{domain}STRESU"):
                for limit in ("STNRLO", "STNRHI"):
                    yield name, _usual_limit(name, f"{domain}{limit}", [*kinds, f"{domain}STRESU"])
        if given.texts(name, f"{domain}ORNRLO", f"{domain}ORNRHI"):
            yield name, _limits_in_order(name, f"{domain}ORNRLO", f"{domain}ORNRHI", "FB3902")
        if given.texts(name, f"{domain}ORRESU", f"{domain}STRESU"):
            for collected, standard in (("ORRES", "STRESN"), ("ORNRLO", "STNRLO"), ("ORNRHI", "STNRHI")):
                if given.texts(name, f"{domain}{collected}") and given.numbers(name, f"{domain}{standard}"):
                    yield name, _same_number(name, domain, f"{domain}{collected}", f"{domain}{standard}")


def _one_unit(name: str, domain: str, kinds: Sequence[str]) -> Rule:
    unit = f"{domain}STRESU"

    return Rule(
        f"TB-{name}-{unit}-ONE",
        Severity.ERROR,
        f"The standard unit {{{unit}}} of {{{domain}TESTCD}} is not that of most other records of the test",
        lambda frame: ~rare([frame[kind] for kind in kinds], frame[unit])[0],
        (unit, *kinds),
        cites=("FB3001", "SDTMIG 3.4 section 4.5.1"),
        mend=(unit,),
        across=True,
    )


def _number(cells: pd.Series) -> pd.Series:
    return cells if cells.dtype.kind == "f" else pd.to_numeric(cells.str.strip(), errors="coerce").astype("float64")


def _limits_in_order(name: str, low: str, high: str, published: str) -> Rule:
    return Rule(
        f"TB-{name}-{high}-RANGE",
        Severity.ERROR,
        f"The upper limit {{{high}}} is not more than the lower limit {{{low}}}",
        lambda frame: ~(_number(frame[high]) <= _number(frame[low])),
        (high, low),
        cites=tuple(published.split()),
        mend=(high, low),
    )


def _disagrees(indicator: pd.Series, result: pd.Series, low: pd.Series, high: pd.Series) -> pd.Series:
    """Whether the indicator is certainly wrong by these limits; where one is not known, it says nothing."""
    below, above = result < low, result > high
    return (
        ((indicator == "NORMAL") & (below | above))
        | (indicator.isin(("HIGH", "HIGH HIGH")) & (result <= high))
        | (indicator.isin(("LOW", "LOW LOW")) & (result >= low))
    )


def _indicator(name: str, domain: str) -> Rule:
    indicator, result, low, high = (f"{domain}{one}" for one in ("NRIND", "STRESN", "STNRLO", "STNRHI"))

    def check(frame: pd.DataFrame) -> pd.Series:
        wrong = _disagrees(frame[indicator], frame[result], frame[low], frame[high])
        collected = [f"{domain}{one}" for one in ("ORRES", "ORNRLO", "ORNRHI")]
        if not wrong.any() or not all(one in frame for one in collected):
            return ~wrong
        # Conversion rounds: where the collected numbers agree with the indicator, so does the record.
        numbers = [_number(frame[one]) for one in collected]
        comparable = numbers[0].notna() & (numbers[1].notna() | numbers[2].notna())
        return ~(wrong & (~comparable | _disagrees(frame[indicator], *numbers)))

    return Rule(
        f"TB-{name}-{indicator}-LIMITS",
        Severity.ERROR,
        f"{indicator} is {{{indicator}}}, and {result} {{{result}}} with the limits {{{low}}} to {{{high}}} says otherwise",
        check,
        (indicator, result, low, high),
        cites=("SDTMIG 3.4 section 6.3.5.6",),
        mend=(indicator, result),
    )


def _usual_limit(name: str, limit: str, kinds: Sequence[str]) -> Rule:
    def check(frame: pd.DataFrame) -> pd.Series:
        groups = frame.groupby(list(kinds), sort=False)[limit]
        usual, count = groups.transform("median"), groups.transform("count")
        ratio = frame[limit] / usual
        odd = (ratio > _OF_ANOTHER_UNIT) | (ratio < 1 / _OF_ANOTHER_UNIT)
        return ~(odd & (usual > 0) & (frame[limit] > 0) & (count >= _LEAST_RECORDS))

    return Rule(
        f"TB-{name}-{limit}-USUAL",
        Severity.WARNING,
        f"{limit} {{{limit}}} is more than tenfold off the limit that most records of the test have",
        check,
        (limit, *kinds),
        mend=(limit,),
        across=True,
    )


def _same_number(name: str, domain: str, collected: str, standard: str) -> Rule:
    units = f"{domain}ORRESU", f"{domain}STRESU"

    def check(frame: pd.DataFrame) -> pd.Series:
        one, other = _number(frame[collected]), frame[standard]
        differs = (one - other).abs() > _TOLERANCE * np.maximum(one.abs(), other.abs())
        return ~(differs & (frame[units[0]] == frame[units[1]]) & (frame[units[0]] != ""))

    return Rule(
        f"TB-{name}-{standard}-{collected}",
        Severity.ERROR,
        f"{standard} {{{standard}}} and {collected} {{{collected}}} are in the same unit, and are not the same number",
        check,
        (standard, collected, *units),
        cites=("SDTMIG 3.4 section 4.5.1",),
        mend=(standard, collected),
    )

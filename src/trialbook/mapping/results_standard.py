"""``derive_standard_result``: results and their limits in each test's standard unit (SDTMIG 3.4 section 4.5.1).

--STRESC holds every result in standard form: a number, a bound with its sign (``<0.001``), or the standard text of a word.
--STRESN holds numbers only, so it is empty for bounds and words; --STRESU is the standard unit of numbers and bounds. A number in
an unknown unit has none of the three: it would be read as standard. A text that is neither number nor word stays in --STRESC as
it was collected.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from trialbook.mapping.distinct import Distinct, distinct_rows, spread
from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.making import Making
from trialbook.mapping.provenance import together
from trialbook.mapping.records import MappingIssue
from trialbook.mapping.results import Reading, as_text, convert, read_result
from trialbook.mapping.units import StandardUnit, UnitsSpec
from trialbook.mapping.units_scale import Linear

RESULT, LIMITS = ("STRESC", "STRESN", "STRESU"), ("STNRLO", "STNRHI")
MOST_KNOWN = 8


@dataclass(frozen=True)
class _Group:
    """One test, specimen and collected unit: ``standard`` and ``conversion`` are None where units.yml knows none."""

    test: str
    unit: str
    standard: StandardUnit | None
    conversion: Linear | None


def derive_standard_result(making: Making, name: str, algorithm: Algorithm) -> None:
    """Fill one of --STRESC, --STRESN, --STRESU from --ORRES, or --STNRLO, --STNRHI from --ORNRLO, --ORNRHI, in the same units."""
    prefix = str(algorithm.derive_standard_result).removesuffix("ORRES")
    target = name.removeprefix(prefix)
    collected = f"{prefix}ORNR{target[-2:]}" if target in LIMITS else f"{prefix}ORRES"
    if collected not in making.shared:
        making.shared[collected] = _limits(making, prefix, collected) if target in LIMITS else _results(making, prefix, collected)
    made = making.shared[collected]
    making.frame[name] = made[target if target in RESULT else "NUMBER"]
    if collected in making.sources:
        behind = [making.sources[one] for one in (collected, f"{prefix}ORRESU") if one in making.sources]
        making.sources[name] = making.shared.setdefault(f"{collected} source", together(*behind))


def _results(making: Making, prefix: str, collected: str) -> dict[str, pd.Series]:
    texts, groups, distinct = _distinct(making, prefix, collected)
    units = making.specs.units
    terms, numbers, of_units = [], [], []
    unknown_unit, unread = np.zeros(len(texts), dtype=bool), np.zeros(len(texts), dtype=bool)
    for i, (text, group) in enumerate(zip(texts, groups, strict=True)):
        term, number, unit = "", float("nan"), ""
        reading = read_result(text, *([group.standard.words] if group.standard else []), units.words) if text else Reading()
        if reading is None:
            # Of which test it is, nobody knows: that is the fault.
            term, unread[i] = text, group.test != ""
        elif reading.number is None:
            term = reading.word
        elif group.standard is None or group.conversion is None:
            unknown_unit[i] = group.test != ""
        else:
            converted = convert(reading.number, group.conversion)
            term, unit = reading.sign + as_text(converted), group.standard.unit
            number = float("nan") if reading.sign else float(converted)
        terms.append(term)
        numbers.append(number)
        of_units.append(unit)
    making.issues += _unknown_units(making, prefix, groups, unknown_unit, distinct.of)
    message = f"The result {{{collected}}} of {{{prefix}TESTCD}} is neither a number nor a word that is known for results"
    making.issues += _unread(making, collected, unread, distinct.of, message)
    return {
        "STRESC": spread(terms, distinct.of, making.frame.index),
        "STRESN": pd.Series(np.array(numbers, dtype="float64")[distinct.of], index=making.frame.index),
        "STRESU": spread(of_units, distinct.of, making.frame.index),
    }


def _limits(making: Making, prefix: str, collected: str) -> dict[str, pd.Series]:
    """Limits as numbers; ``≤5`` as an upper and ``≥5`` as a lower limit say no more than 5 does.

    ``<5`` as a limit is none (SDTMIG 3.4 section 6.3.5.6: what number it is, the sponsor decides).
    """
    texts, groups, distinct = _distinct(making, prefix, collected)
    own_sign = ">=" if collected.endswith("LO") else "<="
    numbers, unread = np.full(len(texts), np.nan), np.zeros(len(texts), dtype=bool)
    for i, (text, group) in enumerate(zip(texts, groups, strict=True)):
        reading = read_result(text) if text else Reading()
        if reading is None or reading.sign not in ("", own_sign):
            unread[i] = group.test != ""
        elif reading.number is not None and group.conversion is not None:
            numbers[i] = float(convert(reading.number, group.conversion))
    message = f"The limit {{{collected}}} of the normal range of {{{prefix}TESTCD}} is not a number"
    making.issues += _unread(making, collected, unread, distinct.of, message)
    return {"NUMBER": pd.Series(numbers[distinct.of], index=making.frame.index)}


def _distinct(making: Making, prefix: str, collected: str) -> tuple[list[str], list[_Group], Distinct]:
    """The distinct texts of ``collected`` with their test, specimen and unit; what was not done has no result."""
    frame, units = making.frame, making.specs.units
    nothing = pd.Series("", index=frame.index, dtype="str")
    # No form that is there collects it.
    values = frame.get(collected, nothing)
    if f"{prefix}STAT" in frame:
        values = values.where(frame[f"{prefix}STAT"] != "NOT DONE", "").astype("str")
    by = [frame.get(f"{prefix}{name}", nothing) for name in ("TESTCD", "SPEC", "ORRESU")]
    distinct = distinct_rows([*by, values])
    known: dict[tuple[str, ...], _Group] = {}
    groups = []
    for test, specimen, unit, _ in distinct.rows:
        group = known.get((test, specimen, unit))
        if group is None:
            group = known[test, specimen, unit] = _group(units, test, specimen, unit)
        groups.append(group)
    return [row[-1] for row in distinct.rows], groups, distinct


def _group(units: UnitsSpec, test: str, specimen: str, unit: str) -> _Group:
    standard, term = units.of(test, specimen), units.term(unit)
    return _Group(test, term, standard, standard.conversion(term) if standard else None)


def _unknown_units(
    making: Making, prefix: str, groups: Sequence[_Group], unknown: np.ndarray, of: np.ndarray
) -> Iterator[MappingIssue]:
    """One issue a test: the finding of each record names its unit, the message what would have been known."""
    domain, unit = making.domain.domain, f"{prefix}ORRESU"
    by_standard: dict[tuple[str, ...], list[int]] = {}
    standards: dict[tuple[str, ...], StandardUnit | None] = {}
    for i in np.flatnonzero(unknown).tolist():
        standard = groups[i].standard
        about = (groups[i].test, *standard.specimen) if standard else ()
        by_standard.setdefault(about, []).append(i)
        standards[about] = standard
    for about, which in by_standard.items():
        standard = standards[about]
        if standard is None:
            message = f"units.yml has no standard unit for {{{prefix}TESTCD}}, so its results (here in {{{unit}}}) have none"
        else:
            known = _known_units(making.specs.units, standard)
            into = f"to {standard.unit}" if standard.unit else "to a number without a unit"
            message = f"No conversion of {about[0]} from {{{unit}}} {into} in units.yml; known: {known}"
        records = np.flatnonzero(np.isin(of, which))
        yield MappingIssue("UNIT", domain, domain, (unit,), records, message, "-".join(about))


def _known_units(units: UnitsSpec, standard: StandardUnit) -> str:
    terms = dict.fromkeys((standard.unit, *standard.from_, *units.spellings))
    known = [term or "no unit" for term in terms if standard.conversion(term) is not None]
    return ", ".join(known[:MOST_KNOWN]) + (", …" if len(known) > MOST_KNOWN else "")


def _unread(making: Making, variable: str, unread: np.ndarray, of: np.ndarray, message: str) -> Iterator[MappingIssue]:
    if unread.any():
        domain = making.domain.domain
        yield MappingIssue("RESULT", domain, domain, (variable,), np.flatnonzero(unread[of]), message)

"""TS: one record a value of a parameter (SDTMIG 3.4 section 7.4.2)."""

from __future__ import annotations

import textwrap
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from trialbook.errors import SpecError
from trialbook.protocol.trial_design.entries import Entry, entries
from trialbook.protocol.trial_design.parameters import CDISC_REFERENCE, CODELISTS, NULL_FLAVOR_REFERENCE, REFERENCES
from trialbook.protocol.trial_design.records import Record
from trialbook.standards import ControlledTerminology, Standard

if TYPE_CHECKING:
    from trialbook.protocol.protocol import Protocol

SHORT_NAMES, NAMES = "C66738", "C67152"
"""The code lists TSPARMCD and TSPARM, whose terms share their C-codes."""
LONGEST = 200


def summary_records(
    protocol: Protocol, standard: Standard, ct: ControlledTerminology, observed: Mapping[str, str] | None = None
) -> Iterator[Record]:
    """The records of TS by TSPARMCD; TSSEQ counts the values of a parameter.

    Raises :class:`~trialbook.errors.SpecError` with file and line for a value that is not ASCII.
    """
    counts: dict[str, int] = {}
    names = parameter_names(ct)
    for one in entries(protocol, standard, observed):
        counts[one.parameter] = counts.get(one.parameter, 0) + 1
        told = not_ascii(one)
        if told:
            raise ascii_error(protocol, one, told)
        first, *rest = _parts(one.value)
        code, reference, version = coded(one, ct)
        yield Record(
            {
                "TSSEQ": float(counts[one.parameter]),
                "TSGRPID": one.group,
                "TSPARMCD": one.parameter,
                "TSPARM": names.get(one.parameter) or one.label or one.parameter,
                "TSVAL": first,
                "TSVALNF": one.null_flavor,
                "TSVALCD": code,
                "TSVCDREF": reference,
                "TSVCDVER": version,
                **{f"TSVAL{number}": part for number, part in enumerate(rest, 1)},
            },
            one.file,
            one.at,
        )


def parameter_names(ct: ControlledTerminology) -> dict[str, str]:
    """TSPARM by TSPARMCD, as the terminology pairs them by their C-codes."""
    short, full = ct.codelists.get(SHORT_NAMES), ct.codelists.get(NAMES)
    if short is None or full is None:
        return {}
    by_code = {code: term for term, code in full.codes.items()}
    return {term: by_code[code] for term, code in short.codes.items() if code in by_code}


def coded(one: Entry, ct: ControlledTerminology) -> tuple[str, str, str]:
    """TSVALCD, TSVCDREF and TSVCDVER of a value; empty where it is of no terminology."""
    if one.null_flavor:
        return "", NULL_FLAVOR_REFERENCE, ""
    if one.dictionary:
        return one.code, one.dictionary, one.version or (_version(ct) if one.dictionary == CDISC_REFERENCE else "")
    codelist = ct.codelists.get(CODELISTS.get(one.parameter, ""))
    if codelist is not None and one.value in codelist:
        return codelist.codes[one.value], CDISC_REFERENCE, _version(ct)
    return "", REFERENCES.get(one.parameter, ""), ""


def _version(ct: ControlledTerminology) -> str:
    return ct.name.partition("-")[2]


def not_ascii(one: Entry) -> str:
    """The first letter of a value that SDTM's datasets are not written in; empty where there is none."""
    return next((letter for letter in one.value if not letter.isascii()), "")


def ascii_error(protocol: Protocol, one: Entry, letter: str) -> SpecError:
    """What to tell of a value with that letter."""
    what = f"{letter!r} is not ASCII, which TS is written in"
    return protocol.file(one.file).error(one.at, what, f"State {one.parameter} in ASCII in the summary of design.yml.")


def _parts(value: str) -> Sequence[str]:
    """TSVAL, and TSVAL1 and so on for what is longer than a transport file holds, split between words."""
    return textwrap.wrap(value, LONGEST, break_on_hyphens=False) or [""]

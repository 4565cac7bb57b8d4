"""Whether the variables that standard results, range indicators and baselines are made from are there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set

from trialbook.errors import SpecError
from trialbook.expressions import ExpressionError, parse
from trialbook.mapping.domain_spec import Algorithm, DomainSpec
from trialbook.specfile import SpecFile

STANDARD = ("STRESC", "STRESN", "STRESU", "STNRLO", "STNRHI")


def dangling_result(
    name: str, algorithm: Algorithm, filled: Set[str], file: SpecFile, at: list[str | int], domains: Mapping[str, DomainSpec]
) -> Iterator[SpecError]:
    """What keeps the variable ``name`` of a domain that fills ``filled`` from being derived."""
    if algorithm.derive_standard_result is not None:
        yield from _standard(name, algorithm.derive_standard_result, filled, file, at)
    elif algorithm.derive_range_indicator is not None:
        yield from _range(name, algorithm.derive_range_indicator, filled, file, at)
    elif algorithm.derive_blfl is not None:
        dm = domains.get("DM")
        of_dm = set(dm.variables) | {variable for records in dm.records for variable in records.variables} if dm else set()
        for reference in algorithm.derive_blfl.references:
            try:
                read = sorted(parse(reference.where or "True").names)
            except ExpressionError as error:
                yield file.error([*at, name], str(error))
                continue
            for variable in (reference.date, *read):
                if variable not in of_dm:
                    yield file.error([*at, name], f"the reference {variable} is no variable that DM fills")


def _standard(name: str, collected: str, filled: Set[str], file: SpecFile, at: list[str | int]) -> Iterator[SpecError]:
    prefix = collected.removesuffix("ORRES")
    expected = [f"{prefix}{suffix}" for suffix in STANDARD]
    if not collected.endswith("ORRES") or name not in expected:
        yield file.error([*at, name], f"derive_standard_result fills {', '.join(expected)} from {prefix}ORRES")
        return
    limit = (f"{prefix}ORNR{name[-2:]}",) if name in expected[3:] else ()
    for needed in (f"{prefix}TESTCD", f"{prefix}ORRESU", *limit):
        if needed not in filled:
            yield file.error([*at, name], f"needs {needed}, which the domain does not fill")


def _range(name: str, value: str, filled: Set[str], file: SpecFile, at: list[str | int]) -> Iterator[SpecError]:
    prefix = value.removesuffix("STRESN")
    if not value.endswith("STRESN") or name != f"{prefix}NRIND":
        yield file.error([*at, name], f"derive_range_indicator fills {prefix}NRIND from {prefix}STRESN")
    elif not {f"{prefix}STNRLO", f"{prefix}STNRHI"} & filled:
        yield file.error([*at, name], f"needs {prefix}STNRLO or {prefix}STNRHI, which the domain does not fill")

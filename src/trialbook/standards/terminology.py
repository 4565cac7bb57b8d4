"""Controlled terminology (CT) in memory: a package, its codelists, their terms."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from trialbook.errors import SpecError
from trialbook.standards.tables import read_table, write_table

CODELISTS, CODELIST_COLUMNS = "codelists.csv", ("codelist_code", "submission_value", "extensible")
TERMS, TERM_COLUMNS = "terms.csv", ("codelist_code", "term_code", "submission_value")
EXTENSIBLE = {"true": True, "false": False}


@dataclass(frozen=True)
class Codelist:
    """One codelist: ``"MILD" in codelist`` asks for a term, exactly as it is spelled."""

    code: str
    submission_value: str
    extensible: bool
    terms: tuple[str, ...]
    """Submission values in the published order; ``NA`` and ``None`` are terms like others."""
    term_codes: tuple[str, ...]
    """The C-code of each term, by position; a test's code and its name (AST in LBTESTCD and LBTEST) share one."""

    def __contains__(self, term: object) -> bool:
        return term in self.codes

    @cached_property
    def codes(self) -> Mapping[str, str]:
        """C-code by submission value."""
        return MappingProxyType(dict(zip(self.terms, self.term_codes, strict=True)))


@dataclass(frozen=True, eq=False)
class ControlledTerminology:
    """A CT package such as ``sdtmct-2025-03-28``."""

    name: str
    codelists: Mapping[str, Codelist]
    """By C-code, in the published order."""

    def codelist(self, code_or_submission_value: str) -> Codelist | None:
        """The codelist with that C-code (``C66769``) or submission value (``AESEV``); None if the package has none.

        Raises :class:`SpecError` if several codelists have that submission value: then only the C-code tells them apart.
        """
        found = self.codelists.get(code_or_submission_value)
        if found:
            return found
        named = self._by_submission_value.get(code_or_submission_value, ())
        if len(named) > 1:
            codes = ", ".join(codelist.code for codelist in named)
            raise SpecError(f"{self.name} has several codelists {code_or_submission_value!r}: {codes}", remedy="Use the C-code.")
        return named[0] if named else None

    @cached_property
    def _by_submission_value(self) -> Mapping[str, tuple[Codelist, ...]]:
        named: dict[str, tuple[Codelist, ...]] = {}
        for codelist in self.codelists.values():
            named[codelist.submission_value] = (*named.get(codelist.submission_value, ()), codelist)
        return named


def read_ct(folder: Path, name: str) -> ControlledTerminology:
    """The package whose two tables lie in ``folder``; raises :class:`SpecError` where they are not whole and coherent."""
    terms: dict[str, tuple[list[str], list[str]]] = {}
    attributes: dict[str, tuple[str, bool]] = {}
    for code, value, extensible in read_table(folder / CODELISTS, CODELIST_COLUMNS):
        if extensible not in EXTENSIBLE:
            raise SpecError(f"codelist {code}: found extensible {extensible!r}, expected true or false", file=folder / CODELISTS)
        if code in attributes:
            raise SpecError(f"codelist {code} stands there twice", file=folder / CODELISTS)
        attributes[code] = value, EXTENSIBLE[extensible]
        terms[code] = [], []
    try:
        for code, term_code, value in read_table(folder / TERMS, TERM_COLUMNS):
            values, term_codes = terms[code]
            values.append(value)
            term_codes.append(term_code)
    except KeyError as error:
        raise SpecError(f"has terms of codelist {error.args[0]}, which {CODELISTS} does not have", file=folder / TERMS) from None
    codelists = {}
    for code, (value, open_) in attributes.items():
        values, term_codes = terms[code]
        if len(set(values)) < len(values):
            twice = next(term for term in values if values.count(term) > 1)
            raise SpecError(f"term {twice!r} stands twice in codelist {code}", file=folder / TERMS)
        codelists[code] = Codelist(code, value, open_, tuple(values), tuple(term_codes))
    return ControlledTerminology(name, MappingProxyType(codelists))


def write_ct(ct: ControlledTerminology, folder: Path) -> None:
    """Write the package's two tables into ``folder``, which exists."""
    write_table(
        folder / CODELISTS,
        CODELIST_COLUMNS,
        ((c.code, c.submission_value, str(c.extensible).lower()) for c in ct.codelists.values()),
    )
    write_table(folder / TERMS, TERM_COLUMNS, _term_rows(ct.codelists.values()))


def _term_rows(codelists: Iterable[Codelist]) -> Iterable[tuple[str, str, str]]:
    for codelist in codelists:
        for term_code, term in zip(codelist.term_codes, codelist.terms, strict=True):
            yield codelist.code, term_code, term

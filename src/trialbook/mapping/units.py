"""The study's units and results in words (``sdtm_specs/units.yml``), and what they make of a collected unit.

```yaml
# Each unit as CDISC writes it (code list UNIT, C71620), and the texts that mean it. A term stands for itself; both micro signs,
# full-width characters, superscripts (10⁹), 10*9, 10E9, ×10^9, blanks and a small l for litre are read without being listed.
spellings:
  10^9/L: [G/L, 10^3/uL]
  umol/L: [umol]
  ug/L: [ng/mL]
  IU/L: [mIU/mL]
# The standard unit of each test, by --TESTCD.
tests:
  WBC: {unit: 10^9/L}                            # 10^6/L is converted by its prefix
  CREAT: {unit: umol/L, molar_mass: 113.12}      # mg/dL, mmol/L, g/L, …: prefixes and the molar mass in g/mol
  ALT: {unit: U/L, from: {IU/L: {factor: 1}}}    # a convention, so it is said
  HBA1C: {unit: "%", from: {mmol/mol: {slope: 0.09148, intercept: 2.152}}}   # no factor: standard = slope × collected + intercept
  HCT: {unit: L/L, from: {"%": {factor: 0.01}, "": {factor: 0.01}}}          # "": collected without a unit
  INR: {unit: ""}                                # a number without a unit
  GLUC:                                          # differs by --SPEC; one without specimen holds for all others
    - {unit: mmol/L, molar_mass: 180.156}
    - {specimen: URINE, unit: mmol/day, molar_mass: 180.156}
  URPROT: {unit: "", results: {1+: [+, "1+"], 2+: [++, "2+"], NEGATIVE: ["-"]}}   # a test's own words come first
# Results in words: the standard text (LBSTRESC), and how it is collected.
results:
  NEGATIVE: [阴性, "-", (-), Negative]
  POSITIVE: [阳性, +, (+), Positive]
  NOT DETECTED: [ND, 未检出]
```

In a domain: ``LBORRESU: {assign_unit: UNIT_LOCAL}`` gives the term of the collected unit (an unknown one stays as collected), and
``derive_standard_result: LBORRES`` fills LBSTRESC, LBSTRESN, LBSTRESU, LBSTNRLO and LBSTNRHI (``results_standard.py``).

What means "not done" (未查, and ND where a site means that by it) is no result: the form's null codes or a condition keep it out
of --ORRES, and --STAT says so (SDTMIG 3.4 section 4.5.1.2).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from functools import cached_property
from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from trialbook.mapping.domain_spec import Names
from trialbook.mapping.units_scale import Linear, arithmetic, measure_of
from trialbook.specfile import SpecModel

_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹", "0123456789")
_SUPERSCRIPT = re.compile(r"(?<=10)[⁺]?([⁰¹²³⁴⁵⁶⁷⁸⁹]+)")
_TIMES = re.compile(r"^[×✕xX*·]?(10)(?:\^|\*\*?|[eE])\+?([0-9]{1,2})(?=$|[^0-9])")
_LITRE = re.compile(r"(?<=/)([fpnumcd]?)l$|^([fpnumcd]?)l(?=$|/)")


def plain(text: str) -> str:
    """A text as it is compared: full-width characters as the usual ones, no outer blanks."""
    return (text if text.isascii() else unicodedata.normalize("NFKC", text)).strip()


def word_text(text: str) -> str:
    """A word of a result as it is compared: without regard to case."""
    return plain(text).casefold()


def unit_text(text: str) -> str:
    """A collected unit as terms are spelled, as far as that alone tells: ``×10⁹/L`` is ``10^9/L``, ``µmol/l`` is ``umol/L``."""
    powers = _SUPERSCRIPT.sub(lambda found: "^" + found[1].translate(_SUPERSCRIPTS), text)
    # Without its blanks, what a blank held apart may be one character: A and an accent.
    usual = unicodedata.normalize("NFKC", "".join(plain(powers).replace("μ", "u").split()))
    return _LITRE.sub(lambda found: f"{found[1] or found[2] or ''}L", _TIMES.sub(r"\1^\2", usual))


def _decimal(value: object) -> object:
    """A number in YAML as the decimal that is written there."""
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise ValueError("is not a decimal number")
    try:
        number = Decimal(str(value).strip())
    except InvalidOperation:
        raise ValueError("is not a decimal number") from None
    if not number.is_finite() or abs(number.adjusted()) > 30:
        raise ValueError("is not a decimal number that a unit can have")
    return number


DecimalNumber = Annotated[Decimal, BeforeValidator(_decimal)]


class Conversion(SpecModel):
    """Standard = ``factor`` × collected, or ``slope`` × collected + ``intercept``."""

    factor: DecimalNumber | None = None
    slope: DecimalNumber | None = None
    intercept: DecimalNumber | None = None

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        both = self.slope is not None and self.intercept is not None
        if (self.factor is not None) == both or (self.slope is None) != (self.intercept is None):
            raise ValueError("takes a factor, or a slope and an intercept")
        if (self.factor if self.factor is not None else self.slope or 0) <= 0:
            raise ValueError("needs a factor or slope greater than 0: a conversion keeps the order of results")
        return self

    @property
    def linear(self) -> Linear:
        """The conversion as arithmetic."""
        if self.factor is not None:
            return Linear(Fraction(self.factor))
        return Linear(Fraction(self.slope or 0), Fraction(self.intercept or 0))


class StandardUnit(SpecModel):
    """The unit in which a test's results are compared, ``""`` for a number without a unit.

    ``specimen``: the --SPEC it holds for (default: all that no other names). ``molar_mass``: g/mol of what is measured and of
    what the unit counts: of urea for urea, of N₂ for urea nitrogen.
    """

    unit: str
    specimen: Names = ()
    molar_mass: Annotated[DecimalNumber | None, Field(gt=0)] = None
    from_: dict[str, Conversion] = Field(default={}, alias="from")
    results: dict[str, Names] = {}

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        if self.unit in self.from_:
            raise ValueError(f"needs no conversion from {self.unit or 'no unit'}, which is the standard unit")
        measure = measure_of(self.unit)
        if self.molar_mass is not None and (measure is None or measure.numerator not in ("mass", "amount")):
            raise ValueError(f"has a molar mass, and {self.unit or 'no unit'} is neither a mass nor an amount of substance")
        for unit, conversion in self.from_.items():
            known = arithmetic(unit, self.unit, Fraction(self.molar_mass) if self.molar_mass is not None else None)
            if known is not None and known != conversion.linear:
                said, is_ = float(conversion.linear.slope), float(known.slope)
                raise ValueError(f"says that 1 {unit} is {said:.10g} {self.unit}; it is {is_:.10g}")
        _no_text_twice(self.results, word_text)
        return self

    def conversion(self, collected: str) -> Linear | None:
        """How results in the unit term ``collected`` become standard ones; None where that is not known."""
        if collected in self.from_:
            return self.from_[collected].linear
        return arithmetic(collected, self.unit, Fraction(self.molar_mass) if self.molar_mass is not None else None)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The test's own standard texts by the collected one."""
        return _by_text(self.results)


def _standard_units(value: object) -> object:
    return (value,) if isinstance(value, dict) else value


class UnitsSpec(SpecModel):
    """``sdtm_specs/units.yml``."""

    spellings: dict[str, Names] = {}
    tests: dict[str, Annotated[tuple[StandardUnit, ...], BeforeValidator(_standard_units), Field(min_length=1)]] = {}
    results: dict[str, Names] = {}

    @model_validator(mode="after")
    def _coherent(self) -> Self:
        _no_text_twice(self.spellings, unit_text)
        for term, text in _texts(self.spellings):
            said, meant = measure_of(unit_text(text)), measure_of(term)
            if said and meant and said != meant and said.denominators == meant.denominators:
                raise ValueError(f"{text!r} is another unit than {term}: it needs a conversion, test by test")
        _no_text_twice(self.results, word_text)
        for test, units in self.tests.items():
            specimens = [specimen for one in units for specimen in one.specimen or ("",)]
            twice = next((one for one in specimens if specimens.count(one) > 1), None)
            if twice is not None:
                raise ValueError(f"{test} has two standard units for {twice or 'any specimen'}")
        return self

    def term(self, text: str) -> str:
        """The unit term of a collected unit; one that nothing is known of stays as it is collected."""
        usual = unit_text(text)
        return self._terms.get(usual) or (usual if measure_of(usual) else plain(text))

    def of(self, test: str, specimen: str) -> StandardUnit | None:
        """The standard unit of a test in a specimen."""
        units = self.tests.get(test, ())
        general = next((one for one in units if not one.specimen), None)
        return next((one for one in units if specimen in one.specimen), general)

    @cached_property
    def words(self) -> Mapping[str, str]:
        """The standard texts by the collected one."""
        return _by_text(self.results)

    @cached_property
    def _terms(self) -> Mapping[str, str]:
        own = {unit for units in self.tests.values() for one in units for unit in (one.unit, *one.from_) if unit}
        terms = {unit_text(term): term for term in (*sorted(own), *self.spellings)}
        return terms | {unit_text(text): term for term, texts in self.spellings.items() for text in texts}


def _by_text(results: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    return {word_text(text): term for term, texts in results.items() for text in (term, *texts)}


def _no_text_twice(terms: Mapping[str, tuple[str, ...]], as_compared: Callable[[str], str]) -> None:
    seen: dict[str, str] = {}
    for term, text in _texts(terms):
        usual = as_compared(text)
        if seen.setdefault(usual, term) != term:
            raise ValueError(f"{text!r} stands for both {seen[usual]!r} and {term!r}")


def _texts(terms: Mapping[str, tuple[str, ...]]) -> Iterator[tuple[str, str]]:
    yield from ((term, term) for term in terms)
    yield from ((term, text) for term, texts in terms.items() for text in texts)

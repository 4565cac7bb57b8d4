"""What a unit term measures and how large it is: ``umol/L`` is an amount by a volume, of 10⁻⁶ mol/L.

Terms are CDISC's (code list UNIT, C71620), read by how they are built: a power of ten, a prefix, a unit, ``/`` and the units it
is divided by. A term that says more than its dimension (``mg/L FEU``, ``log10 IU/mL``, ``/HPF``) is none of these and converts
into nothing. What is only conventionally the same is not the same here: ``U/L`` and ``IU/L``, ``%`` and ``L/L`` or ``mmol/mol``.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import cache, cached_property

# Powers of ten by prefix, SI brochure (9th edition) table 7.
_PREFIXES = {"f": -15, "p": -12, "n": -9, "u": -6, "m": -3, "c": -2, "d": -1, "": 0, "h": 2, "k": 3, "M": 6, "G": 9}
# Each unit: what it measures, its size in the dimension's own unit, the prefixes it is written with.
_PREFIXED: dict[str, tuple[str, str, str]] = {
    "g": ("mass", "1", "fpnumck"),
    "mol": ("amount", "1", "fpnumcdk"),
    "L": ("volume", "1", "fpnumcd"),
    "m": ("length", "1", "pnumck"),
    "s": ("time", "1", "num"),
    "U": ("unit", "1", "num"),
    "IU": ("international unit", "1", "num"),
    "kat": ("catalytic activity", "1", "pnum"),
    "Eq": ("equivalent", "1", "mu"),
    "Osm": ("osmolality", "1", "mu"),
    "Bq": ("radioactivity", "1", "kMG"),
    "Ci": ("radioactivity", "37000000000", "num"),
    "Pa": ("pressure", "1", "mhk"),
    "V": ("voltage", "1", "umk"),
}
# Exact by definition (SI brochure; the international yard and pound of 1959); mmHg by ISO 80000-4.
_WHOLE: dict[str, tuple[str, str]] = {
    "min": ("time", "60"),
    "h": ("time", "3600"),
    "HOURS": ("time", "3600"),
    "day": ("time", "86400"),
    "DAYS": ("time", "86400"),
    "wk": ("time", "604800"),
    "WEEKS": ("time", "604800"),
    "in": ("length", "0.0254"),
    "ft": ("length", "0.3048"),
    "LB": ("mass", "453.59237"),
    "oz": ("mass", "28.349523125"),
    "m2": ("area", "1"),
    "1.73 m2": ("standard body surface", "1"),
    "cm3": ("volume", "0.001"),
    "mm3": ("volume", "0.000001"),
    "mmHg": ("pressure", "133.322387415"),
    "cmHg": ("pressure", "1333.22387415"),
    "eq": ("equivalent", "1"),
    "mEq": ("equivalent", "0.001"),
    "copies": ("copies", "1"),
    "DNA copies": ("copies of DNA", "1"),
    "RNA copies": ("copies of RNA", "1"),
    "CFU": ("colony-forming unit", "1"),
    "organisms": ("organisms", "1"),
    "beats": ("beats", "1"),
    "breaths": ("breaths", "1"),
    "%": ("fraction", "0.01"),
    "fraction of 1": ("fraction", "1"),
}
# Temperature has no common zero: kelvin = slope × value + intercept.
_TEMPERATURES = {
    "K": (Fraction(1), Fraction(0)),
    "C": (Fraction(1), Fraction("273.15")),
    "F": (Fraction(5, 9), Fraction("459.67") * Fraction(5, 9)),
}
_POWER = re.compile(r"10\^([0-9]{1,2})|([0-9]+(?:\.[0-9]+)?)")


@dataclass(frozen=True)
class Linear:
    """``slope × value + intercept``, exactly."""

    slope: Fraction
    intercept: Fraction = Fraction(0)

    @cached_property
    def shift(self) -> int | None:
        """By how many places the decimal point moves, where that is all that the conversion does."""
        digits = str(max(self.slope.numerator, self.slope.denominator))
        if self.intercept or min(self.slope.numerator, self.slope.denominator) != 1 or digits.rstrip("0") != "1":
            return None
        return len(digits) - 1 if self.slope.denominator == 1 else 1 - len(digits)

    @cached_property
    def parts(self) -> tuple[Decimal, Decimal, Decimal]:
        """Whole numbers a, b and c for which the conversion is (a × value + b) / c."""
        bottom = math.lcm(self.slope.denominator, self.intercept.denominator)
        return Decimal((self.slope * bottom).numerator), Decimal((self.intercept * bottom).numerator), Decimal(bottom)


UNCHANGED = Linear(Fraction(1))


@dataclass(frozen=True)
class Measure:
    """What a term measures (``numerator`` by the sorted ``denominators``) and its size in the dimension's own units."""

    numerator: str
    denominators: tuple[str, ...]
    scale: Fraction


@cache
def measure_of(term: str) -> Measure | None:
    """What a unit term measures; None where its parts do not say."""
    top, *below = term.split("/")
    numerator = _numerator(top) if term else None
    parts = [_unit(part) for part in below]
    if numerator is None or any(part is None for part in parts):
        return None
    kind, scale = numerator
    kinds = []
    for part in parts:
        if part is not None:
            kinds.append(part[0])
            scale /= part[1]
    return Measure(kind, tuple(sorted(kinds)), scale)


def arithmetic(collected: str, standard: str, molar_mass: Fraction | None = None) -> Linear | None:
    """The conversion that follows from the terms alone, or with the substance's ``molar_mass`` in g/mol; None without one."""
    if collected == standard:
        return UNCHANGED
    if collected in _TEMPERATURES and standard in _TEMPERATURES:
        (slope, zero), (to_slope, to_zero) = _TEMPERATURES[collected], _TEMPERATURES[standard]
        return Linear(slope / to_slope, (zero - to_zero) / to_slope)
    source, target = measure_of(collected), measure_of(standard)
    if source is None or target is None or source.denominators != target.denominators:
        return None
    ratio = source.scale / target.scale
    if source.numerator == target.numerator:
        return Linear(ratio)
    if molar_mass and (source.numerator, target.numerator) == ("mass", "amount"):
        return Linear(ratio / molar_mass)
    if molar_mass and (source.numerator, target.numerator) == ("amount", "mass"):
        return Linear(ratio * molar_mass)
    return None


def _numerator(text: str) -> tuple[str, Fraction] | None:
    """A unit, a power of ten (a count), or a power of ten of a unit; nothing above the line is a count of one."""
    if text == "":
        return "count", Fraction(1)
    unit = _unit(text)
    if unit:
        return unit
    power, _, rest = text.partition(" ")
    found = _POWER.fullmatch(power)
    if not found:
        return None
    size = Fraction(10) ** int(found[1]) if found[1] else Fraction(found[2])
    if not rest:
        return ("count", size) if found[1] else None
    unit = _unit(rest)
    return (unit[0], size * unit[1]) if unit else None


def _unit(text: str) -> tuple[str, Fraction] | None:
    if text in _WHOLE:
        kind, size = _WHOLE[text]
        return kind, Fraction(size)
    for name, (kind, size, prefixes) in _PREFIXED.items():
        prefix = text.removesuffix(name)
        if text.endswith(name) and (prefix == "" or prefix in prefixes):
            return kind, Fraction(size) * Fraction(10) ** _PREFIXES[prefix]
    return None

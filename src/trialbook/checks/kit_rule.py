"""Short ways to declare a rule of the kit; ids are ``TB-<dataset>-<variable>-<kind>`` or ``TB-<dataset>-<kind>``."""

from __future__ import annotations

from collections.abc import Callable

from trialbook.checks.rule import Check, Rule
from trialbook.findings import Severity


def whole_rule(name: str, kind: str, severity: Severity, message: str, check: Check, cites: tuple[str, ...] = ()) -> Rule:
    """A rule about the dataset as a whole."""
    return Rule(f"TB-{name}-{kind}", severity, message, check, cites=cites)


def about_rule(
    name: str, column: str, kind: str, severity: Severity, message: str, check: Callable[..., bool], cites: tuple[str, ...] = ()
) -> Rule:
    """A rule about one variable as a whole: its place, its type, its label."""
    return Rule(f"TB-{name}-{column}-{kind}", severity, message, check, (column,), cites=cites)


def row_rule(
    name: str, column: str, kind: str, severity: Severity, message: str, check: Check, cites: tuple[str, ...] = ()
) -> Rule:
    """A rule about the cells of one variable, which are the ones to mend."""
    id = f"TB-{name}-{column}-{kind}"
    return Rule(id, severity, message, check, (column,), cites=cites, mend=(column,), of_records=True)

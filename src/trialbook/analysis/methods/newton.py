"""The maximum of a concave log likelihood by Newton's steps, with what is to be said where it has none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from trialbook.analysis.methods.partial_likelihood import Derivatives

STEPS = 60
SETTLED = 1e-10
"""A step that is this small against the coefficient (or 1) is the last: the next would be its square."""

LEVEL = 1e-10
"""A log likelihood that gains less than this share has come to its height."""

FLAT = 1e-13
"""A direction in which the information is below this share of that in others has none."""


@dataclass(frozen=True)
class Maximum:
    """Coefficients, the likelihood and its derivatives there, and which coefficients go on growing without bound."""

    coefficients: np.ndarray
    at: Derivatives
    unbounded: np.ndarray


def maximum(
    likelihood: Callable[[np.ndarray], Derivatives],
    coefficients: np.ndarray,
    enough: Callable[[np.ndarray, Derivatives], bool] | None = None,
) -> Maximum:
    """Newton's steps from the given coefficients, halved where the likelihood falls.

    Where the likelihood rises for ever with a coefficient (a group without events), its height is a limit: the steps stop when
    it no longer rises though coefficients still move, and those are ``unbounded``. ``enough`` may end
    the steps before. Raises ArithmeticError if it does not come
    to an end.
    """
    at, near_level = likelihood(coefficients), 0
    for _ in range(STEPS):
        if enough is not None and enough(coefficients, at):
            return Maximum(coefficients, at, np.zeros(len(coefficients), dtype=bool))
        step = np.linalg.lstsq(at.information, at.score, rcond=None)[0]
        following = _tried(likelihood, coefficients + step)
        while following is None or following.log_likelihood < at.log_likelihood - LEVEL * (1 + abs(at.log_likelihood)):
            step = step / 2
            if np.abs(step).max() < SETTLED:
                raise ArithmeticError("the likelihood has no maximum that steps in floating point numbers come to")
            following = _tried(likelihood, coefficients + step)
        gain = following.log_likelihood - at.log_likelihood
        coefficients, at = coefficients + step, following
        moving = np.abs(step) > SETTLED * (1 + np.abs(coefficients))
        if not moving.any():
            return Maximum(coefficients, at, _flat(at.information))
        near_level = near_level + 1 if gain <= LEVEL * (1 + abs(at.log_likelihood)) else 0
        if near_level == 4:
            return Maximum(coefficients, at, np.abs(step) > 1e-3 * np.abs(step).max())
    raise ArithmeticError(f"the likelihood has no maximum after {STEPS} steps")


def _flat(information: np.ndarray) -> np.ndarray:
    """Which coefficients no longer move only since the likelihood is flat: so far out that floats see no slope."""
    values, directions = np.linalg.eigh(information)
    return (np.abs(directions[:, values <= FLAT * values[-1]]) > 1e-3).any(axis=1)


def _tried(likelihood: Callable[[np.ndarray], Derivatives], coefficients: np.ndarray) -> Derivatives | None:
    """The likelihood after a step; None where the step was too long for floats."""
    with np.errstate(all="ignore"):
        found = likelihood(coefficients)
    return found if all(np.isfinite(part).all() for part in found) else None

"""The assumptions under which trials are simulated."""

from __future__ import annotations

from dataclasses import dataclass
from math import isclose


@dataclass(frozen=True)
class Arm:
    """An arm of ``subjects``; ``response``: each stratum's probability of response.

    ``missing``: the chance that a subject's outcome is not known, for who responds and for who does not. Equal chances are
    missing at random; different ones are informative.
    """

    subjects: int
    response: tuple[float, ...]
    missing: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if self.subjects < 1:
            raise ValueError(f"an arm of {self.subjects} subjects: expected 1 or more")
        for chance in (*self.response, *self.missing):
            if not 0 <= chance <= 1:
                raise ValueError(f"probability {chance:g}: expected from 0 to 1")

    def observed(self, stratum: int) -> float:
        """The chance of a response that is known, which is all that counts where missing is non-response."""
        return self.response[stratum] * (1 - self.missing[0])


@dataclass(frozen=True)
class Scenario:
    """Two arms and the shares of the strata among all patients; ``text`` says what is assumed.

    A stratum's subjects are as many as chance brings; within an arm subjects are alike but for their stratum.
    """

    name: str
    treatment: Arm
    control: Arm
    strata: tuple[float, ...] = (1.0,)
    text: str = ""

    def __post_init__(self) -> None:
        if min(self.strata, default=-1) < 0 or not isclose(sum(self.strata), 1, abs_tol=1e-9):
            raise ValueError(f"scenario {self.name}: the shares of the strata are {self.strata}, expected a sum of 1")
        for arm, of in ((self.treatment, "treatment"), (self.control, "control")):
            if len(arm.response) != len(self.strata):
                found = f"{len(arm.response)} probabilities of response of {of} for {len(self.strata)} strata"
                raise ValueError(f"scenario {self.name}: {found}, expected one each")

    def response(self, arm: Arm) -> float:
        """An arm's probability of response over all strata."""
        return sum(share * chance for share, chance in zip(self.strata, arm.response, strict=True))

    def observed(self, arm: Arm) -> float:
        """An arm's chance of a known response over all strata."""
        return sum(share * arm.observed(stratum) for stratum, share in enumerate(self.strata))

    @property
    def difference(self) -> float:
        """The true difference: treatment's probability of response less control's, whether or not it is known."""
        return self.response(self.treatment) - self.response(self.control)

    @property
    def shown(self) -> float:
        """The difference that remains where missing is non-response; ``shown - difference`` is the bias to expect."""
        return self.observed(self.treatment) - self.observed(self.control)

    @property
    def null(self) -> bool:
        """Whether the arms respond alike, so that a rejection is an error."""
        return all(isclose(a, b, abs_tol=1e-12) for a, b in zip(self.treatment.response, self.control.response, strict=True))

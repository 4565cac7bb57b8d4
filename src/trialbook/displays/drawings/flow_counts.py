"""The counts of a flow diagram: of whom, how many, and why not all, as CONSORT asks for them.

CONSORT 2010 (Schulz, Altman and Moher, BMJ 2010; 340: c332) and CONSORT 2025, item 22a: the phases enrolment, allocation,
follow-up and analysis. ``n`` may be None everywhere: that makes a shell.
"""

from __future__ import annotations

from dataclasses import dataclass

type Reasons = tuple[tuple[str, int | None], ...]


@dataclass(frozen=True)
class Count:
    """A number of subjects and, where they can be told, the reasons with theirs; a subject may have several."""

    n: int | None = None
    reasons: Reasons = ()

    def __post_init__(self) -> None:
        for words, number in (("subjects", self.n), *self.reasons):
            if number is not None and number < 0:
                raise ValueError(f"a flow diagram counts subjects: {words} can't be {number}")


@dataclass(frozen=True)
class ArmFlow:
    """What became of those allocated to an arm; raises ValueError where its parts are not its whole."""

    arm: str
    allocated: Count = Count()
    received: Count = Count()
    not_received: Count = Count()
    lost: Count = Count()
    discontinued: Count = Count()
    analysed: Count = Count()
    not_analysed: Count = Count()

    def __post_init__(self) -> None:
        whole = f"{self.arm}: allocated", self.allocated.n
        _add_up(whole, ("received the intervention", self.received.n), ("did not receive it", self.not_received.n))
        _add_up(whole, ("analysed", self.analysed.n), ("excluded from analysis", self.not_analysed.n))


@dataclass(frozen=True)
class Flow:
    """The flow of a parallel trial, an arm a column; raises ValueError where the parts are not the whole."""

    assessed: Count
    excluded: Count
    randomized: Count
    arms: tuple[ArmFlow, ...]

    def __post_init__(self) -> None:
        if not self.arms:
            raise ValueError("a flow diagram has an arm at least")
        _add_up(("assessed for eligibility", self.assessed.n), ("excluded", self.excluded.n), ("randomized", self.randomized.n))
        _add_up(("randomized", self.randomized.n), *((f"allocated to {one.arm}", one.allocated.n) for one in self.arms))


def _add_up(whole: tuple[str, int | None], *parts: tuple[str, int | None]) -> None:
    numbers = [number for _, number in parts]
    known = [number for number in numbers if number is not None]
    if whole[1] is None or len(known) < len(numbers) or sum(known) == whole[1]:
        return
    told = " + ".join(f"{number} {words}" for words, number in parts)
    raise ValueError(f"a flow diagram must add up: {whole[0]} {whole[1]}, but {told} = {sum(known)}")

"""Liver tests: each subject's highest ALT or AST against the highest bilirubin, in upper limits of normal (ULN).

FDA, Guidance for Industry: Drug-Induced Liver Injury, 2009: more than 3 × ULN and more than 2 × ULN together is the range of
Hy's law; the plot is that of eDISH (Watkins et al., Hepatology 2011; 54: 1680). It shows values, not diagnoses: alkaline
phosphatase and other causes are not in it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isfinite

from markupsafe import Markup

from trialbook.displays.display import NO_DATA
from trialbook.displays.drawings.axes import Scale, axis_below, axis_left, frame, no_data_within, reference, title_over
from trialbook.displays.drawings.legend import SAMPLE, Entry, Legend
from trialbook.displays.drawings.series import mark
from trialbook.displays.drawn import MUTED, SMALL, Drawing, written

LEFT, MARGIN, WIDTH, HEIGHT = 46.0, 10.0, 520.0, 380.0
STRIP = 24.0
"""Over and under the points, where the quadrants' names stand."""
TRANSAMINASE, BILIRUBIN = 3.0, 2.0
"""The limits of Hy's law, in ULN; what lies on one is not beyond it."""
QUADRANTS = {
    (False, True): "Hyperbilirubinemia",
    (True, True): "Hy's law range",
    (False, False): "Below both limits",
    (True, False): "Temple's corollary",
}
"""The names, by whether the transaminase and the bilirubin are beyond their limits."""


@dataclass(frozen=True)
class LiverTests:
    """An arm's subjects: for each the highest ALT or AST and the highest bilirubin, both in ULN, in one order.

    Raises ValueError where the lists are not of one length, and for values that are not above 0.
    """

    arm: str
    transaminase: Sequence[float] = field(default=())
    bilirubin: Sequence[float] = field(default=())

    def __post_init__(self) -> None:
        if len(self.transaminase) != len(self.bilirubin):
            raise ValueError(f"{self.arm}: {len(self.transaminase)} values of ALT or AST, {len(self.bilirubin)} of bilirubin")
        for value in (*self.transaminase, *self.bilirubin):
            if not (isfinite(value) and value > 0):
                raise ValueError(f"{self.arm}: a liver test in upper limits of normal is above 0, and not {value:g}")

    @property
    def points(self) -> list[tuple[float, float]]:
        """The subjects' values."""
        return list(zip(self.transaminase, self.bilirubin, strict=True))

    def within(self, transaminase: bool, bilirubin: bool) -> int:
        """How many subjects are in a quadrant."""
        return sum((x > TRANSAMINASE, y > BILIRUBIN) == (transaminase, bilirubin) for x, y in self.points)


def hys_law_plot(arms: Sequence[LiverTests]) -> Drawing:
    """The plot of all arms' subjects on axes of logarithms, a shape an arm, the quadrants with their numbers of subjects."""
    points = [point for arm in arms for point in arm.points]
    xs, ys = [x for x, _ in points], [y for _, y in points]
    title, down = title_over("Highest bilirubin (× ULN)", MARGIN, MARGIN, WIDTH)
    counted = [f"{arm.arm} (n\u00a0=\u00a0{len(arm.points)})" if points else arm.arm for arm in arms]
    legend = Legend([Entry(text, _sample(number)) for number, text in enumerate(counted)], room=WIDTH)
    top = MARGIN + down
    left, right, bottom = LEFT, LEFT + WIDTH, top + HEIGHT
    x = Scale(min([0.1, *xs]) * 0.9, max([30.0, *xs]) * 1.1, left, right, log=True)
    y = Scale(min([0.1, *ys]) * 0.9, max([10.0, *ys]) * 1.1, bottom - STRIP, top + STRIP, log=True)
    parts = [title, axis_left(y, left, right, y.ticks())]
    under, end = axis_below(x, bottom, x.ticks(), "Highest ALT or AST (× ULN)")
    parts += [under, frame(left, top, right, bottom)]
    parts += [
        reference(x.at(TRANSAMINASE), top, x.at(TRANSAMINASE), bottom),
        reference(left, y.at(BILIRUBIN), right, y.at(BILIRUBIN)),
    ]
    parts += _names(arms, left, right, top, bottom)
    parts += [mark(number, x.at(a), y.at(b)) for number, arm in enumerate(arms) for a, b in arm.points]
    if not points:
        parts.append(no_data_within(left, y.at(BILIRUBIN), x.at(TRANSAMINASE), bottom, NO_DATA))
    parts.append(legend.drawn(left - 6, end + 4))
    height = end + 4 + legend.height + MARGIN
    return Drawing(right + 22, height, Markup("").join(parts), _words(arms))


def _names(arms: Sequence[LiverTests], left: float, right: float, top: float, bottom: float) -> Iterator[Markup]:
    for (beyond_x, beyond_y), name in QUADRANTS.items():
        number = sum(arm.within(beyond_x, beyond_y) for arm in arms)
        text = f"{name}: n = {number}" if any(arm.points for arm in arms) else name
        place, anchor = (right - 6, "end") if beyond_x else (left + 6, "start")
        down = top + 5 if beyond_y else bottom - STRIP + 5
        yield written([text], place, down, size=SMALL, anchor=anchor, fill=MUTED)


def _sample(series: int) -> Callable[[float, float], Markup]:
    return lambda x, y: mark(series, x + SAMPLE / 2, y)


def _words(arms: Sequence[LiverTests]) -> str:
    said = ["Highest ALT or AST against highest bilirubin, in upper limits of normal; limits at 3 and 2."]
    for arm in arms:
        told = ", ".join(f"{name} {arm.within(*beyond)}" for beyond, name in QUADRANTS.items())
        said.append(f"{arm.arm}, {len(arm.points)} subjects: {told}." if arm.points else f"{arm.arm}: {NO_DATA.lower()}.")
    beyond = [(arm.arm, x, y) for arm in arms for x, y in arm.points if x > TRANSAMINASE and y > BILIRUBIN]
    if beyond:
        said.append("In Hy's law range: " + "; ".join(f"{arm}: {x:.3g} and {y:.3g} × ULN" for arm, x, y in beyond) + ".")
    return " ".join(said if arms else [*said, f"{NO_DATA}."])

"""The flow of participants as CONSORT draws it: boxes sized by their words, the arms beside each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from trialbook.displays.drawings.flow_counts import ArmFlow, Count, Flow
from trialbook.displays.drawn import FAINT, GROUND, LINE, SMALL, SURFACE, Drawing, box, height_of, way, widest, written
from trialbook.displays.measured import wrapped

MARGIN, PADDING, GAP, DROP = 8.0, 8.0, 26.0, 28.0
"""At the edges; in boxes; between boxes beside each other, and under each other."""
ARM_WIDTHS = {1: 330.0, 2: 290.0}
ARM_WIDTH = 245.0
"""The width of an arm's boxes, by the number of arms."""
PHASES = ("Enrolment", "Allocation", "Follow-up", "Analysis")


@dataclass(frozen=True)
class _Line:
    """A line of a box: at which level it begins, and whether it is the box's own count."""

    text: str
    level: int
    bold: bool = False


def flow_diagram(flow: Flow, *, analysed: str = "Analysed") -> Drawing:
    """The diagram of a trial's counts; ``analysed`` is what is said of those in the analysis, such as of which outcome."""
    return _Diagram(flow, analysed).drawing()


class _Diagram:
    def __init__(self, flow: Flow, analysed: str) -> None:
        self.flow, self.analysed = flow, analysed
        count = len(flow.arms)
        self.arm = ARM_WIDTHS.get(count, ARM_WIDTH)
        self.left = MARGIN + widest(PHASES, SMALL, bold=True) + 2 * PADDING + 12
        inner = max(count * self.arm + (count - 1) * GAP, 2 * ARM_WIDTHS[2] + GAP)
        self.width = self.left + inner + MARGIN
        self.middle = self.left + inner / 2
        first = self.middle - (count * self.arm + (count - 1) * GAP) / 2
        self.lefts = [first + number * (self.arm + GAP) for number in range(count)]
        self.parts: list[Markup] = []

    def drawing(self) -> Drawing:
        y = self._enrolment(MARGIN)
        stages = [_allocation, _follow_up, lambda arm: _analysis(arm, self.analysed)]
        for phase, stage in zip(PHASES[1:], stages, strict=True):
            boxes = [_wrapped(stage(arm), self.arm) for arm in self.flow.arms]
            tall = max(map(_height, boxes))
            self._phase(phase, y, tall)
            for x, lines in zip(self.lefts, boxes, strict=True):
                if phase != PHASES[1]:
                    self.parts.append(way((x + self.arm / 2, y - DROP), (x + self.arm / 2, y), arrow=True))
                self._box(lines, x, y, self.arm, tall)
            y += tall + DROP
        return Drawing(self.width, y - DROP + MARGIN, Markup("").join(self.parts), self._words())

    def _enrolment(self, y: float) -> float:
        """The boxes before the arms; where the arms' boxes begin."""
        wide = ARM_WIDTHS[2]
        top = _wrapped(_counted("Assessed for eligibility", self.flow.assessed, bold=True), wide)
        out = _wrapped(_counted("Excluded", self.flow.excluded, bold=True), wide - GAP / 2)
        last = _wrapped(_counted("Randomized", self.flow.randomized, bold=True), wide)
        aside = y + _height(top) + DROP * 0.6
        under = aside + _height(out) + DROP * 0.6
        self._phase(PHASES[0], y, under + _height(last) - y)
        beside = self.middle + GAP / 2
        self.parts.append(way((self.middle, y + _height(top)), (self.middle, under), arrow=True))
        turn = aside + _height(out) / 2
        self.parts.append(way((self.middle, turn), (beside + GAP / 2, turn), arrow=True))
        self._box(top, self.middle - wide / 2, y, wide, _height(top))
        self._box(out, beside + GAP / 2, aside, wide - GAP / 2, _height(out))
        self._box(last, self.middle - wide / 2, under, wide, _height(last))
        bottom = under + _height(last)
        turn = bottom + DROP / 2
        middles = [x + self.arm / 2 for x in self.lefts]
        self.parts.append(way((self.middle, bottom), (self.middle, turn)))
        self.parts.append(way((middles[0], turn), (middles[-1], turn)))
        self.parts += [way((x, turn), (x, bottom + DROP), arrow=True) for x in middles]
        return bottom + DROP

    def _phase(self, name: str, y: float, tall: float) -> None:
        wide = self.left - MARGIN - 12
        self.parts.append(box(MARGIN, y, wide, tall, fill=SURFACE, stroke=FAINT))
        self.parts.append(written([name], MARGIN + wide / 2, y + (tall - height_of([name], SMALL)) / 2, size=SMALL, bold=True))

    def _box(self, lines: Sequence[_Line], x: float, y: float, wide: float, tall: float) -> None:
        self.parts.append(box(x, y, wide, tall, fill=GROUND, stroke=LINE))
        for number, line in enumerate(lines):
            down = y + PADDING + number * height_of([""], SMALL)
            self.parts.append(
                written([line.text], x + PADDING + line.level * 12, down, size=SMALL, bold=line.bold, anchor="start")
            )

    def _words(self) -> str:
        before = (("Assessed for eligibility", self.flow.assessed), ("excluded", self.flow.excluded))
        said = [", ".join(_told(words, count) for words, count in (*before, ("randomized", self.flow.randomized)))]
        for arm in self.flow.arms:
            parts = [*_allocation(arm), *_follow_up(arm), *_analysis(arm, self.analysed)]
            said.append("; ".join(one.text for one in parts))
        return f"{'. '.join(said)}."


def _told(words: str, count: Count) -> str:
    reasons = "; ".join(_numbered(*reason) for reason in count.reasons)
    return f"{_numbered(words, count.n)}{f': {reasons}' if reasons else ''}"


def _numbered(words: str, n: int | None) -> str:
    """What is counted, and its number, which no line's end parts."""
    return f"{words} (n\u00a0=\u00a0{'' if n is None else n})"


def _counted(words: str, count: Count, *, level: int = 0, bold: bool = False) -> Iterator[_Line]:
    """A count and, a level further in, its reasons."""
    yield _Line(_numbered(words, count.n), level, bold)
    for reason in count.reasons:
        yield _Line(_numbered(*reason), level + 1)


def _allocation(arm: ArmFlow) -> Iterator[_Line]:
    yield from _counted(f"Allocated to {arm.arm}", arm.allocated, bold=True)
    yield from _counted("Received allocated intervention", arm.received)
    yield from _counted("Did not receive allocated intervention", arm.not_received)


def _follow_up(arm: ArmFlow) -> Iterator[_Line]:
    yield from _counted("Lost to follow-up", arm.lost)
    yield from _counted("Discontinued intervention", arm.discontinued)


def _analysis(arm: ArmFlow, analysed: str) -> Iterator[_Line]:
    yield from _counted(analysed, arm.analysed, bold=True)
    yield from _counted("Excluded from analysis", arm.not_analysed)


def _wrapped(lines: Iterator[_Line], width: float) -> list[_Line]:
    """The lines as they fit into a box; what goes on begins where its line began."""
    room = width - 2 * PADDING
    return [
        _Line(text, line.level, line.bold)
        for line in lines
        for text in wrapped(line.text, room - line.level * 12, SMALL, bold=line.bold)
    ]


def _height(lines: Sequence[_Line]) -> float:
    return height_of([line.text for line in lines], SMALL) + 2 * PADDING

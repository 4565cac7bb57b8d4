"""The trial schema as a drawing: epochs are columns, arms are lanes, and where arms part there is a branch.

Everything is of ``protocol/design.yml``; the numbers of subjects are those of ``study.yml`` and ``analysis.yml``.
"""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from trialbook.displays.drawn import (
    ACCENT,
    FAINT,
    GROUND,
    LINE,
    MUTED,
    SERIES,
    SIZE,
    SMALL,
    SURFACE,
    box,
    drawing,
    height_of,
    way,
    widest,
    written,
)
from trialbook.displays.measured import wrapped
from trialbook.pages.html import nothing
from trialbook.pages.schema_axis import axis
from trialbook.pages.schema_layout import Layout, Node, lay_out
from trialbook.pages.schema_words import about_branch, in_words, names, planned, randomizes, told
from trialbook.pages.session import study

NAME = "trial-schema"
BOX, PADDING, GAP, FORK, STEM, MARGIN = 142.0, 8.0, 32.0, 128.0, 34.0, 10.0
"""An element's width and the room in it; between columns, and where arms part; before
the diamond there; at the edges."""
LANE_GAP, RAIL = 26.0, 16.0
DIAMOND = 15.0


def trial_schema() -> Markup:
    """The drawing of the trial's design, in a frame that scrolls on a narrow screen; a word where no design is stated."""
    if not study().protocol.design.arms:
        return nothing("Trial schema: no arms are stated.")
    return Markup('<div class="book-scroll book-schema" role="region" tabindex="0" aria-label="Trial schema">{}</div>').format(
        _Schema(lay_out(study().protocol.design)).drawn()
    )


class _Schema:
    """The coordinates of a layout, and what is drawn at them."""

    def __init__(self, layout: Layout):
        self.layout = layout
        self.design = study().protocol.design
        self.named = {arm.armcd: arm.arm for arm in study().protocol.study.arms}
        self.nodes = layout.nodes
        self.texts = {id(node): self._texts(node) for node in self.nodes}
        forks = {node.column for node in self.nodes if node.parts}
        self.left = [MARGIN]
        for column in range(1, layout.columns):
            self.left.append(self.left[-1] + BOX + (FORK if column - 1 in forks else GAP))
        self.forks = forks
        self.width = self.left[-1] + BOX + MARGIN
        self.edges = [*(self._edge(period.first) for period in layout.periods), self.width - MARGIN / 2]
        self.headers = [
            wrapped(period.epoch.capitalize(), right - left - 12, SIZE, bold=True)
            for period, left, right in zip(layout.periods, self.edges[:-1], self.edges[1:], strict=True)
        ]
        self._place_lanes()

    def drawn(self) -> Markup:
        """The whole drawing."""
        parts = [*self._epochs(), *(piece for node in self.nodes for piece in self._node(node))]
        parts += [piece for arm in self.layout.lanes for piece in self._transitions(arm)]
        below, height = axis(self.layout, self.edges, self.bottom, self.width)
        return drawing(
            self.width, height, Markup("").join([*parts, below]), name=NAME, title="Trial schema", words=told(self.layout)
        )

    def _edge(self, column: int) -> float:
        """Where the period that begins with a column begins."""
        if column == 0:
            return MARGIN / 2
        end = self.left[column - 1] + BOX
        return end + STEM + DIAMOND if column - 1 in self.forks else end + GAP / 2

    # What stands in and above an element.

    def _texts(self, node: Node) -> tuple[list[str], list[str], list[str], list[str]]:
        """The lines over an element (the arm, and what is said of the branch) and those in it."""
        over: list[str] = []
        said: list[str] = []
        if len(node.arms) == 1 and (node.branch or node in self.layout.first or self._follows_fork(node)):
            name = self.named.get(node.arms[0], node.arms[0])
            over = wrapped(f"{name} ({node.arms[0]})" if name != node.arms[0] else name, BOX + GAP / 2, SIZE, bold=True)
            if node.branch and name not in node.branch:
                said = wrapped(node.branch, BOX, SMALL)
            if number := planned(node.arms[0]):
                said += wrapped(number, BOX, SMALL)
        elif node.branch:
            said = wrapped(node.branch, BOX, SMALL)
        element = self.design.element[node.step.etcd]
        lasting = f" · {in_words(element.duration)}" if element.duration else ""
        inner = BOX - 2 * PADDING
        return over, said, wrapped(element.element, inner, SIZE), wrapped(f"{element.etcd}{lasting}", inner, SMALL)

    def _follows_fork(self, node: Node) -> bool:
        return any(node in before.after for before in self.nodes if before.parts)

    def _over(self, node: Node) -> float:
        over, said, _, _ = self.texts[id(node)]
        return height_of(over) + height_of(said, SMALL) + (6 if over or said else 0)

    def _tall(self, node: Node) -> float:
        _, _, element, about = self.texts[id(node)]
        return height_of(element) + height_of(about, SMALL) + 2 * PADDING

    # Where lanes are.

    def _place_lanes(self) -> None:
        """The middle of each lane's boxes: each lane is as high as what stands in it, and arms that share a tall one share it."""
        own = {arm: [node for node in self.nodes if node.arms == [arm]] for arm in self.layout.lanes}
        self.tall = {arm: max(map(self._tall, nodes), default=0) for arm, nodes in own.items()}
        above = {arm: max(map(self._over, nodes), default=0) for arm, nodes in own.items()}
        self.below = {arm: self._rails(arm)[1] for arm in own}
        for node in self.nodes:
            if len(node.arms) > 1:
                needed = self._over(node) + self._tall(node) + 2 * self._under(node)[1]
                there = sum(self.tall[arm] + above[arm] + self.below[arm] + LANE_GAP for arm in node.arms) - LANE_GAP
                for arm in node.arms:
                    above[arm] += max(needed - there, 0) / len(node.arms)
        self.top = height_of(max(self.headers, key=len)) + 14
        y = self.top + 16
        self.middle: dict[str, float] = {}
        for arm in self.layout.lanes:
            y += above[arm]
            self.middle[arm] = y + self.tall[arm] / 2
            y += self.tall[arm] + self.below[arm] + LANE_GAP
        self.bottom = y - LANE_GAP + 14

    def _y(self, node: Node) -> float:
        """The middle of an element's box: between the outer ones of its arms."""
        middles = [self.middle[arm] for arm in node.arms]
        return (min(middles) + max(middles)) / 2

    def _x(self, node: Node) -> float:
        return self.left[node.column]

    # What is drawn.

    def _epochs(self) -> Iterator[Markup]:
        for number, (lines, left, right) in enumerate(zip(self.headers, self.edges, self.edges[1:], strict=False)):
            yield box(left + 2, 2, right - left - 4, self.top - 4, fill=SURFACE, stroke=FAINT)
            yield written(lines, (left + right) / 2, 2 + (self.top - 4 - height_of(lines)) / 2, bold=True)
            if number:
                yield way((left, self.top + 4), (left, self.bottom), dashed=True, stroke=FAINT)

    def _node(self, node: Node) -> Iterator[Markup]:
        x, y, tall = self._x(node), self._y(node), self._tall(node)
        over, said, element, about = self.texts[id(node)]
        top = y - tall / 2
        if node.parts:
            yield from self._fork(node)
        elif node.after:
            yield way((x + BOX, y), (self._x(node.after[0]), y), arrow=True)
        yield box(x, top, BOX, tall, fill=GROUND, stroke=LINE)
        if len(node.arms) == 1:
            colour = SERIES[self.layout.lanes.index(node.arms[0]) % len(SERIES)]
            yield box(x + 0.7, top + 0.7, 5, tall - 1.4, fill=colour, radius=2)
        yield written(element, x + BOX / 2, top + PADDING)
        yield written(about, x + BOX / 2, top + PADDING + height_of(element), size=SMALL, fill=MUTED)
        if leaving := self._under(node)[0]:
            below = top + tall + RAIL
            yield way((x + BOX / 2, top + tall), (x + BOX / 2, below), dashed=True, arrow=True)
            yield from _noted(leaving, x + BOX / 2, below + 2)
        if over or said:
            head = top - self._over(node)
            yield written(over, x, head, bold=True, anchor="start")
            yield written(said, x, head + height_of(over), size=SMALL, anchor="start", fill=MUTED)

    def _fork(self, node: Node) -> Iterator[Markup]:
        """Where arms part: a diamond, what is known of the allocation under it, and a way to each of what follows."""
        x, y = self._x(node) + BOX, self._y(node)
        middle, turn = x + STEM + DIAMOND, x + FORK - 18
        yield way((x, y), (x + STEM, y), arrow=True)
        yield way((middle + DIAMOND, y), (turn, y))
        for after in node.after:
            yield way((turn, y), (turn, self._y(after)), (self._x(after), self._y(after)), arrow=True)
        corners = f"{middle - DIAMOND},{y} {middle},{y - DIAMOND} {middle + DIAMOND},{y} {middle},{y + DIAMOND}"
        yield Markup('<polygon points="{}" fill="{}" stroke="{}" stroke-width="1.6"/>').format(corners, GROUND, ACCENT)
        if randomizes(node):
            yield written(["R"], middle, y - SIZE * 0.66, bold=True)
        lines = [line for text in about_branch(node) for line in wrapped(text, 2 * STEM + 22, SMALL)]
        yield from _noted(lines, middle, y + DIAMOND + 4)

    # Ways off the path.

    def _rails(self, arm: str) -> tuple[list[tuple[list[Node], Node | None, list[str]]], float]:
        """The ways off an arm's path: from which elements to which, with the words for it; and the height that they take."""
        own = [node for node in self.nodes if node.arms == [arm]]
        found: dict[tuple[str, int], list[Node]] = {}
        goals: dict[tuple[str, int], Node | None] = {}
        for node in (one for one in own if one.step.transition):
            goal = next((one for one in reversed(own) if one.column > node.column and names(node.step.transition, one)), None)
            key = (node.step.transition, id(goal))
            found.setdefault(key, []).append(node)
            goals[key] = goal
        rails = []
        for key, nodes in sorted(found.items(), key=lambda item: goals[item[0]] is None):
            room = BOX - 6 if goals[key] is None else self._room(nodes[0])
            rails.append((nodes, goals[key], wrapped(key[0], room, SMALL)))
        height = sum(RAIL + height_of(lines, SMALL) for _, _, lines in rails)
        return rails, height + (8 if rails else 0)

    def _under(self, node: Node) -> tuple[list[str], float]:
        """The words for a way off the path of an element that several arms share, and their height with the arrow."""
        lines = wrapped(node.step.transition, BOX - 6, SMALL) if len(node.arms) > 1 else []
        return lines, height_of(lines, SMALL) + RAIL if lines else 0

    def _room(self, node: Node) -> float:
        """The width under an element up to where the next column's ways go down."""
        further = self.left[node.column + 1] if node.column + 1 < len(self.left) else self.width
        return further + BOX / 2 - (self._x(node) + BOX / 2) - 28

    def _transitions(self, arm: str) -> Iterator[Markup]:
        y = self.middle[arm] + self.tall[arm] / 2
        for nodes, goal, lines in self._rails(arm)[0]:
            y += RAIL
            middles = [self._x(node) + BOX / 2 for node in nodes]
            if goal is None:
                for node, x in zip(nodes, middles, strict=True):
                    yield way((x, self._y(node) + self._tall(node) / 2), (x, y), dashed=True, arrow=True)
                    yield from _noted(lines, x, y + 2)
            else:
                end = self._x(goal) + BOX / 2 - 12
                for node, x in zip(nodes, middles, strict=True):
                    yield way((x, self._y(node) + self._tall(node) / 2), (x, y), dashed=True)
                yield way((middles[0], y), (end, y), (end, self._y(goal) + self._tall(goal) / 2), dashed=True, arrow=True)
                yield from _noted(lines, middles[0] + 8, y + 2, anchor="start")
            y += height_of(lines, SMALL)


def _noted(lines: list[str], x: float, y: float, *, anchor: str = "middle") -> Iterator[Markup]:
    """Words beside a line, on a ground that keeps other lines from running through them."""
    width = widest(lines, SMALL)
    if lines:
        yield box(x - 2 - (width / 2 if anchor == "middle" else 0), y, width + 4, height_of(lines, SMALL), fill=GROUND)
    yield written(lines, x, y, size=SMALL, anchor=anchor, fill=MUTED)

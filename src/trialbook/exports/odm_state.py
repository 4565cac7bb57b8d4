"""What stands in an ODM file after all its transactions: a tree of subjects, study events, forms and item groups."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

LEVELS = {
    "SubjectData": "SubjectKey",
    "StudyEventData": "StudyEventOID",
    "FormData": "FormOID",
    "ItemGroupData": "ItemGroupOID",
}
REPEAT_KEYS = {
    "StudyEventData": "StudyEventRepeatKey",
    "FormData": "FormRepeatKey",
    "ItemGroupData": "ItemGroupRepeatKey",
}
TRANSACTIONS = ("Insert", "Update", "Remove", "Upsert", "Context")


class Node:
    """One entity; ``nth`` tells those apart that have no repeat key (from 1).

    A SubjectData's ``repeat`` is the OID of its study, where the file holds several and it is not the first one.
    """

    __slots__ = ("cells", "children", "level", "nth", "oid", "parent", "repeat", "site", "units")

    def __init__(self, level: str, oid: str, repeat: str, nth: int, parent: Node | None):
        self.level, self.oid, self.repeat, self.nth, self.parent = level, oid, repeat, nth, parent
        self.children: dict[tuple[str, str], list[Node]] = {}
        self.cells: dict[str, str] = {}
        self.units: dict[str, str] | None = None
        self.site = ""

    @property
    def path(self) -> str:
        """The place of the entity as XPath has it."""
        above = self.parent.path if self.parent is not None and self.parent.parent is not None else "/ODM/ClinicalData"
        if self.level == "SubjectData" and self.repeat:
            above += f"[@StudyOID={_quoted(self.repeat)}]"
        return above + self.step

    @property
    def step(self) -> str:
        """The last step of the path."""
        key = f"[@{REPEAT_KEYS[self.level]}={_quoted(self.repeat)}]" if self.repeat and self.level in REPEAT_KEYS else ""
        nth = f"[{self.nth}]" if self.nth > 1 else ""
        return f"/{self.level}[@{LEVELS[self.level]}={_quoted(self.oid)}]{key}{nth}"

    def of(self, level: str) -> Iterator[Node]:
        """The entities of a level below this one, in the order in which they came to stand."""
        for alike in self.children.values():
            for child in alike:
                if child.level == level:
                    yield child
                else:
                    yield from child.of(level)


@dataclass
class Oddity:
    """Something about a form's transactions that no sound file has: how often, and where first."""

    count: int = 0
    first: str = ""


@dataclass
class State:
    """``remarks`` are about records, ``oddities`` about forms (by FormOID and what was odd)."""

    root: Node = field(default_factory=lambda: Node("ClinicalData", "", "", 1, None))
    remarks: list[tuple[Node, str]] = field(default_factory=list)
    oddities: dict[tuple[str, str], Oddity] = field(default_factory=dict)

    def open(self, parent: Node, level: str, oid: str, repeat: str, transaction: str, sibling: int) -> Node | None:
        """The entity that an element is about, made where it is not there; None where it is removed.

        ``transaction`` is the element's own, "" for none; ``sibling`` counts, from 1, the elements within the same parent element
        that have this OID and no repeat key. With a repeat key the key alone says which entity is meant. Without one an Insert
        is a further entity; an Update, Context or Remove means the last one there is; all others the one at their place
        among their siblings.
        """
        alike = parent.children.setdefault((oid, repeat), [])
        if transaction == "Remove":
            if alike:
                alike.pop()
            else:
                self._odd(parent, level, oid, repeat, "removed though nothing of it stands")
            return None
        if repeat or level == "SubjectData":
            if alike and transaction == "Insert" and level in ("FormData", "ItemGroupData"):
                self._odd(parent, level, oid, repeat, "inserted though it stands already; the later values count")
            wanted = 1
        elif transaction == "Insert":
            wanted = len(alike) + 1
        elif transaction in ("Update", "Context"):
            wanted = max(len(alike), 1)
        else:
            wanted = min(sibling, len(alike) + 1)
        if wanted > len(alike):
            if transaction == "Update" and level in ("FormData", "ItemGroupData"):
                self._odd(parent, level, oid, repeat, "updated though nothing inserted it; the file may lack earlier ones")
            alike.append(Node(level, oid, repeat, wanted, parent))
        return alike[wanted - 1]

    def close(self) -> None:
        """Part the entities from those above them, which hold them: then none is kept by another."""
        waiting = [self.root]
        while waiting:
            node = waiting.pop()
            node.parent = None
            waiting.extend(child for alike in node.children.values() for child in alike)

    def _odd(self, parent: Node, level: str, oid: str, repeat: str, what: str) -> None:
        form = oid if level == "FormData" else parent.oid if level == "ItemGroupData" else ""
        oddity = self.oddities.setdefault((form, what), Oddity())
        oddity.count += 1
        oddity.first = oddity.first or Node(level, oid, repeat, 1, parent).path


def _quoted(text: str) -> str:
    if "'" not in text:
        return f"'{text}'"
    return f'"{text}"' if '"' not in text else "'" + text.replace("'", "&apos;") + "'"

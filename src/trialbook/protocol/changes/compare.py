"""Compares two versions of the protocol statement by statement; what something is goes by its identity, not by its place."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from difflib import SequenceMatcher
from typing import Any

from trialbook.protocol.changes.change import Change, Kind, Step
from trialbook.protocol.changes.names import PARTS, statement_title
from trialbook.protocol.changes.parts import parts_of
from trialbook.protocol.changes.values import as_text, is_empty, is_long
from trialbook.protocol.protocol import Protocol

IDENTITIES = (
    "id",
    "visit",
    "armcd",
    "etcd",
    "epoch",
    "event",
    "term",
    "test",
    "code",
    "key",
    "number",
    "name",
    "form",
    "parameter",
)
"""The keys by which things in a list are told apart, the surest first."""

SIMILAR = 0.5
"""How much two texts of a list have in common (difflib's ratio) where one is taken for the other, rewritten."""

MOST_PAIRS = 2_500
"""Pairs of texts that are compared; of lists that differ in more, none is taken for another."""

Path = tuple[Step, ...]


def compare_protocols(old: Protocol, new: Protocol, as_written: Collection[str] = ()) -> tuple[Change, ...]:
    """Every statement of ``new`` that ``old`` has not, or not so, and the other way, in the order of the protocol's parts.

    What ``amendments.yml`` says is no change of the protocol. Of the parts ``as_written`` the YAML is compared as it stands, for
    what was written for older models. Raises SpecError for a file of either that can't be read.
    """
    before, after = parts_of(old, as_written), parts_of(new, as_written)
    order = [*(part for part in PARTS if part in before or part in after)]
    order += sorted({*before, *after} - {*order})
    return tuple(change for part in order for change in _compare(part, (), before.get(part, {}), after.get(part, {})))


def _compare(part: str, path: Path, before: Any, after: Any) -> Iterator[Change]:
    if before == after or (is_empty(before) and is_empty(after)):
        return
    if isinstance(before, dict) and isinstance(after, dict):
        for key in dict.fromkeys([*before, *after]):
            yield from _compare(part, (*path, Step(str(key))), before.get(key), after.get(key))
    elif _is_row(before or after) and _is_row(after or before):
        yield _changed(part, path, before, after)
    elif isinstance(before or [], list) and isinstance(after or [], list):
        yield from _compare_lists(part, path, before or [], after or [])
    else:
        yield _changed(part, path, before, after)


def _compare_lists(part: str, path: Path, before: list[Any], after: list[Any]) -> Iterator[Change]:
    identity = identity_of([*before], [*after])
    if identity is not None:
        old, new = ({str(one[identity]): one for one in side} for side in (before, after))
        yield from _compare_named(part, path, old, new)
    elif all(not isinstance(one, dict | list) for one in [*before, *after]):
        yield from _compare_scalars(part, path, before, after)
    else:
        yield from _compare_unnamed(part, path, before, after)


def _compare_named(part: str, path: Path, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Change]:
    for name in before:
        if name not in after:
            yield _changed(part, (*path, Step(name, True)), before[name], None)
    for name in after:
        yield from _compare(part, (*path, Step(name, True)), before.get(name), after[name])
    yield from _moved(part, path, list(before), list(after))


def _compare_scalars(part: str, path: Path, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Texts that were rewritten are paired by likeness and called by their number; of short values each is its own identity."""
    old, new = [as_text(one) for one in before], [as_text(one) for one in after]
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    if any(map(is_long, [*old, *new])):
        for left, right in _pairs(gone, come):
            at = Step(str((new.index(right) if right is not None else old.index(str(left))) + 1), True)
            yield _changed(part, (*path, at), left, right)
    else:
        for left in gone:
            yield _changed(part, (*path, Step(left, True)), left, None)
        for right in come:
            yield _changed(part, (*path, Step(right, True)), None, right)
    if sorted(old) == sorted(new):
        yield Change(Kind.MOVED, part, path, statement_title(part, path), ", ".join(old), ", ".join(new))


def _pairs(gone: Sequence[str], come: Sequence[str]) -> Iterator[tuple[str | None, str | None]]:
    """Each text that is gone with the one that stands for it now, the most alike first; then what has no counterpart."""
    if len(gone) * len(come) > MOST_PAIRS:
        yield from ((left, None) for left in gone)
        yield from ((None, right) for right in come)
        return
    alike = sorted(
        ((SequenceMatcher(None, left, right, autojunk=False).ratio(), left, right) for left in gone for right in come),
        reverse=True,
    )
    left_over, right_over = list(dict.fromkeys(gone)), list(dict.fromkeys(come))
    for ratio, left, right in alike:
        if ratio >= SIMILAR and left in left_over and right in right_over:
            left_over.remove(left)
            right_over.remove(right)
            yield left, right
    yield from ((left, None) for left in left_over)
    yield from ((None, right) for right in right_over)


def _compare_unnamed(part: str, path: Path, before: list[Any], after: list[Any]) -> Iterator[Change]:
    """Things without identities, aligned by what they say; where one stands for another, field by field."""
    old, new = ([json.dumps(one, sort_keys=True, default=str) for one in side] for side in (before, after))
    for _, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if old[i:j] == new[k:m]:
            continue
        for offset in range(max(j - i, m - k)):
            at = (*path, Step(str((k if offset < m - k else i) + offset + 1), True))
            left = before[i + offset] if offset < j - i else None
            right = after[k + offset] if offset < m - k else None
            yield from _compare(part, at, left, right)


def _moved(part: str, path: Path, before: list[str], after: list[str]) -> Iterator[Change]:
    """Those that stand at another place among what both sides have: as few as explain the new order."""
    common = [name for name in before if name in after]
    order = [name for name in after if name in before]
    kept = {name for block in _kept(common, order) for name in block}
    for name in order:
        if name not in kept:
            at = (*path, Step(name, True))
            places = str(before.index(name) + 1), str(after.index(name) + 1)
            yield Change(Kind.MOVED, part, at, statement_title(part, at), *places)


def _kept(before: list[str], after: list[str]) -> Iterator[list[str]]:
    """The longest run of names, with gaps, that stand in the same order in both."""
    place = {name: index for index, name in enumerate(before)}
    chains: list[list[str]] = []
    for name in after:
        fitting = [chain for chain in chains if place[chain[-1]] < place[name]]
        chains.append([*max(fitting, key=len, default=[]), name])
    yield max(chains, key=len, default=[])


def _is_row(value: Any) -> bool:
    """Numbers that mean something together: a window, doses in their order."""
    return isinstance(value, list) and bool(value) and all(isinstance(one, int | float) for one in value)


def identity_of(before: list[Any], after: list[Any]) -> str | None:
    """The key by which the things of both lists are told apart; None where there is none."""
    if not all(isinstance(one, dict) for one in [*before, *after]):
        return None
    for key in IDENTITIES:
        sides = [[one.get(key) for one in side] for side in (before, after)]
        plain = all(isinstance(name, str | int | float) and name != "" for side in sides for name in side)
        if plain and all(len(side) == len(set(map(str, side))) for side in sides):
            return key
    return None


def _changed(part: str, path: Path, before: Any, after: Any) -> Change:
    old, new = (None if side in (None, "", [], {}) else as_text(side) for side in (before, after))
    kind = Kind.ADDED if old is None else Kind.REMOVED if new is None else Kind.CHANGED
    return Change(kind, part, path, statement_title(part, path), old, new)

"""Two protocols compared: what changed, and what it touches."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from trialbook.amendment.criteria import touched_criteria
from trialbook.amendment.datasets import touched_design, touched_domains
from trialbook.amendment.pages import touched_pages
from trialbook.amendment.place import Place, PlaceKind
from trialbook.amendment.rules import touched_rules
from trialbook.amendment.sides import Side, open_side
from trialbook.amendment.staged import staged
from trialbook.amendment.statements import touched_analysis, touched_statements, touched_visits
from trialbook.errors import TrialbookError
from trialbook.protocol.amendments import Amendment
from trialbook.protocol.changes import Change, compare_protocols
from trialbook.protocol.changes.parts import not_of_the_models
from trialbook.run import Study
from trialbook.study import STUDY_FILE

Finder = Callable[[], Sequence[Place]]


@dataclass(frozen=True)
class Compared:
    """One side, as it is told: ``version`` is the protocol's own name of it."""

    name: str
    kind: str
    version: str
    revision: str | None
    date: str | None


@dataclass(frozen=True)
class Difference:
    """What ``new`` has that ``old`` has not, or not so.

    ``amendments``: those that made ``new`` of ``old``, none where they tell of none; ``places``: what the changes touch;
    ``not_computed``: kinds of places that could not be computed, with the reason.
    """

    study: str
    old: Compared
    new: Compared
    amendments: tuple[Amendment, ...]
    changes: tuple[Change, ...]
    places: tuple[Place, ...]
    not_computed: tuple[tuple[str, str], ...]

    def rationale(self, change: Change) -> str:
        """Why something changed: the reason that an amendment gives of it, or of what it stands in; else the amendment's own."""
        named = {id: why for one in self.amendments for id, why in one.rationales.items()}
        for end in range(len(change.id), 0, -1):
            if change.id[:end] in named and (end == len(change.id) or change.id[end] == "."):
                return named[change.id[:end]]
        if len(self.amendments) == 1:
            return self.amendments[0].rationale
        return "; ".join(f"Amendment {one.number}: {one.rationale}" for one in self.amendments)

    def of(self, kind: PlaceKind) -> tuple[Place, ...]:
        """The places of one kind."""
        return tuple(one for one in self.places if one.kind is kind)


def compare(old: str, new: str, root: Path | None) -> Difference:
    """Compare two protocols; ``root`` is the study that versions and revisions are of, None where there is none.

    What the changes touch is computed with the specifications, rules and pages of the study that NEW is, else of ``root``: only
    the protocol is exchanged. Raises TrialbookError where a side can't be opened, or its protocol can't be read.
    """
    with open_side(old, root) as before, open_side(new, root) as after:
        older = {part: error for side in (before, after) if side.kind == "revision" for part, error in _older(side)}
        changes = compare_protocols(before.protocol, after.protocol, older)
        base = next((folder for folder in (_study_of(after), root, _study_of(before)) if folder is not None), None)
        places, not_computed = _touched(before, after, base) if changes else ([], [])
        told_of = [
            (f"the models' reading of {part}, which is compared as it is written", _reason(why)) for part, why in older.items()
        ]
        made = {one.version for one in before.protocol.amendments.amendments}
        amendments = tuple(one for one in after.protocol.amendments.amendments if one.version not in made)
        return Difference(
            str(after.protocol.file("study").data.get("id", "")),
            _told(before),
            _told(after),
            amendments,
            changes,
            tuple(places),
            (*told_of, *not_computed),
        )


def _told(side: Side) -> Compared:
    return Compared(side.name, side.kind, side.protocol.versions[-1], side.revision, side.date)


def _study_of(side: Side) -> Path | None:
    """The study whose own folder ``protocol/`` a side is; None of a folder that stands alone."""
    root = side.protocol.folder.parent
    whole = side.kind == "folder" and side.protocol.folder == root / STUDY_FILE.parent and (root / "sdtm_specs").is_dir()
    return root if whole else None


def _touched(before: Side, after: Side, base: Path | None) -> tuple[list[Place], list[tuple[str, str]]]:
    old, new = before.protocol, after.protocol
    finders: list[tuple[str, Finder]] = [
        ("criteria", partial(touched_criteria, old, new)),
        ("visits", partial(touched_visits, old, new)),
        ("SAP parameters", partial(touched_analysis, old, new)),
        ("statements", partial(touched_statements, (old, new))),
    ]
    places, not_computed = _found(finders)
    if base is None:
        reason = "neither side is a whole study, with specifications, rules and pages"
        return places, [*not_computed, *((what, reason) for what in ("checks", "datasets", "pages"))]
    with _both(base, old.folder, new.folder) as studies:
        run, run_failed = _found(
            [("checks", lambda: touched_rules(*studies)), ("mapped datasets", lambda: touched_domains(*studies))]
        )
        more, failed = _found(
            [
                ("trial design datasets", lambda: touched_design(*studies)),
                ("pages", lambda: touched_pages(base / "book", *studies, run_differs=bool(run))),
            ]
        )
    return [*places, *run, *more], [*not_computed, *run_failed, *failed]


@contextlib.contextmanager
def _both(base: Path, old: Path, new: Path) -> Iterator[tuple[Study, Study]]:
    with staged(base, old) as one, staged(base, new) as other:
        yield one, other


def _found(finders: Sequence[tuple[str, Finder]]) -> tuple[list[Place], list[tuple[str, str]]]:
    """What each finder finds; where one can't, since a side does not go with the study's other folders, its reason."""
    places: list[Place] = []
    failed = []
    for what, finder in finders:
        try:
            places += finder()
        except TrialbookError as error:
            failed.append((what, f"one side does not go with the rest of the study: {_reason(error)}"))
    return places, failed


def _older(side: Side) -> Iterable[tuple[str, TrialbookError]]:
    """The parts of a revision that the models can't read; nobody can mend them there."""
    return not_of_the_models(side.protocol).items()


def _reason(error: TrialbookError) -> str:
    """What an error says, by the file's name: where the file is unpacked or copied to, it will not be found."""
    where = ", ".join(str(part) for part in (error.file and Path(error.file).name, error.place) if part)
    return f"{where}: {error.what.splitlines()[0]}" if where else error.what.splitlines()[0]

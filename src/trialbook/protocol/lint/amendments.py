"""Whether the amendments agree with the versions that stand in ``versions/``: dates in order, each version there and another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

from trialbook.protocol.amendments import VERSIONS
from trialbook.protocol.changes.compare import compare_protocols
from trialbook.protocol.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity

Found = Iterator[tuple[Sequence[str | int], LintSeverity, str]]
ERROR, WARNING = LintSeverity.ERROR, LintSeverity.WARNING


def lint_amendments(protocol: Protocol) -> Iterator[Complaint]:
    """What ``amendments.yml`` says that the dates, or the folders of the versions, do not bear out."""
    if not (protocol.folder / "amendments.yml").exists():
        return
    file, root = protocol.file("amendments"), protocol.folder.parent
    for found in (_dates(protocol), _folders(protocol), _changes(protocol)):
        for place, severity, text in found:
            yield file.complaint(root, severity, place, text)


def _dates(protocol: Protocol) -> Found:
    amendments = protocol.amendments.amendments
    for index, one in enumerate(amendments):
        if one.effective < one.date:
            yield ["amendments", index, "effective"], ERROR, f"is in effect from {one.effective}, before its date {one.date}"
    for index, (before, one) in enumerate(pairwise(amendments), 1):
        for key in ("date", "effective"):
            earlier, later = getattr(before, key), getattr(one, key)
            if later < earlier:
                text = f"amendment {one.number} has {later}, which is before {earlier} of amendment {before.number}"
                yield ["amendments", index, key], ERROR, text


def _folders(protocol: Protocol) -> Found:
    names, folder = protocol.versions, protocol.folder / VERSIONS
    there = (
        {path.name for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")} if folder.is_dir() else set()
    )
    for index, name in enumerate(names[:-1]):
        if name not in there or not (folder / name / "study.yml").is_file():
            text = f"the version {name}, which this replaced, is not in protocol/{VERSIONS}/{name}/: subjects consented to it"
            yield ["amendments", index, "version"], ERROR, text
            continue
        own = protocol.version(name)
        if own.versions != names[: index + 1]:
            text = f"protocol/{VERSIONS}/{name}/ has the versions {', '.join(own.versions)}; up to there they are called "
            yield ["amendments", index, "version"], ERROR, text + ", ".join(names[: index + 1])
        if own.id != protocol.id:
            yield ["amendments", index, "version"], ERROR, f"protocol/{VERSIONS}/{name}/ is of the study {own.id}"
    for name in sorted(there - set(names[:-1])):
        what = "is the version that stands in protocol/ itself" if name == names[-1] else "is named by no amendment"
        yield ["amendments"], WARNING, f"protocol/{VERSIONS}/{name}/ {what}"


def _changes(protocol: Protocol) -> Found:
    """What each amendment changed, where both versions are there."""
    for index, (before, after) in enumerate(pairwise(protocol.versions)):
        sides = [
            protocol.folder if name == protocol.versions[-1] else protocol.folder / VERSIONS / name for name in (before, after)
        ]
        if not all((side / "study.yml").is_file() for side in sides):
            continue
        changed = {one.id for one in compare_protocols(protocol.version(before), protocol.version(after))}
        if not changed:
            text = f"the version {after} says what {before} said: nothing was amended, or {before} was put aside too late"
            yield ["amendments", index, "version"], ERROR, text
            continue
        for id in protocol.amendments.amendments[index].rationales:
            if not any(one == id or one.startswith(f"{id}.") for one in changed):
                text = f"gives a reason for {id}, which did not change (trialbook protocol diff {before} {after} lists what did)"
                yield ["amendments", index, "rationales", id], WARNING, text

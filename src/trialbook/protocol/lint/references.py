"""Whether what is cited is in the list of literature, and what is in the list is cited."""

from __future__ import annotations

from collections.abc import Iterable

from trialbook.protocol.facts import leaves
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.references import FILE
from trialbook.specfile import Complaint, LintSeverity


def citations(protocol: Protocol) -> dict[str, list[tuple[str, tuple[str | int, ...]]]]:
    """By key what cites it: the file's name without its ending, and the keys that lead to the citation there."""
    found: dict[str, list[tuple[str, tuple[str | int, ...]]]] = {}
    for path in sorted(protocol.folder.glob("*.yml")):
        for location, value in leaves(protocol.file(path.stem).data):
            if len(location) > 1 and location[-2] == "cites" and isinstance(value, str):
                found.setdefault(str(value), []).append((path.stem, location))
    return found


def lint_references(protocol: Protocol) -> Iterable[Complaint]:
    """Citations of what is not in the list, and entries of the list that nothing cites."""
    root, cited = protocol.folder.parent, citations(protocol)
    for key, places in cited.items():
        for name, location in places if key not in protocol.references else ():
            text = f"cites {key}, which is not in {FILE}"
            yield protocol.file(name).complaint(root, LintSeverity.ERROR, location, text)
    for key, reference in protocol.references.items():
        if key not in cited:
            file = (protocol.folder / FILE).relative_to(root).as_posix()
            yield Complaint(LintSeverity.WARNING, file, reference.line, key, "nothing in the protocol cites it")

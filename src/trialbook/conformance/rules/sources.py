"""Where rules come from: a file, a folder, a zip, the engine's cache, the kit itself."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

from trialbook.conformance.rules.cache import CUSTOM, IN_RELEASE, PUBLISHED, cache_in, cached_rules
from trialbook.conformance.rules.reading import read_rule_text
from trialbook.conformance.rules.rule import CoreRule, UnreadableRule
from trialbook.conformance.rules.ruleset import RuleSet, rule_set
from trialbook.errors import TrialbookError

if TYPE_CHECKING:
    from trialbook.exports.archive import Archive

SUFFIXES = (".yml", ".yaml", ".json")
OWN = Path(__file__).parents[1] / "own"
MOST_FILES = 20_000
"""Files in a folder, or a zip, of rules: all of CDISC's are about a thousand."""
MOST_BYTES = 256 * 1024 * 1024
"""Bytes of all rules in a zip together, after unpacking."""
EXPECTED = "a folder of rules, a rule (.yml, .yaml, .json), a zip of rules, or the engine's resources/cache"


@dataclass(frozen=True, slots=True)
class FoundRule:
    """One rule of a source, and what it was read from."""

    read: CoreRule | UnreadableRule
    content: bytes
    suffix: str
    """Of the file that ``content`` belongs in: ``.yml``, ``.yaml`` or ``.json``."""


def read_rules(path: Path) -> RuleSet:
    """The rules at ``path``: a folder, read to its depths, one rule, a zip of either, or the engine's cache.

    A rule that can't be read is in ``RuleSet.unreadable``. Raises TrialbookError where there is no rule to be read at all, and
    for a zip or a cache that is damaged or hostile.
    """
    return rule_set((one.read for one in found_rules(path)), str(path))


def own_rules() -> RuleSet:
    """The kit's own rules, which need nothing installed."""
    return rule_set((_file(path).read for path in sorted(OWN.glob("*.yml"))), "trialbook")


def found_rules(path: Path) -> list[FoundRule]:
    """The rules at ``path``, as :func:`read_rules` reads them, with what each was read from."""
    try:
        found = list(_found(path))
    except OSError as error:
        raise TrialbookError(f"can't be read: {error.strerror}", file=path, remedy="Name a path that you may read.") from None
    if not found:
        raise TrialbookError(f"holds no rules; expected {EXPECTED}", file=path, remedy="Name another path.")
    return found


def _found(path: Path) -> Iterator[FoundRule]:
    if path.is_dir():
        cache = cache_in(path)
        yield from _cache(cache) if cache is not None else (_file(one) for one in rule_files(path))
    elif not path.exists():
        raise TrialbookError("does not exist", file=path, remedy=f"Name {EXPECTED}.")
    elif path.suffix.lower() == ".zip" or zipfile.is_zipfile(path):
        yield from _zip(path)
    elif path.suffix.lower() == ".pkl":
        yield from _pickle(path.read_bytes(), path)
    elif path.suffix.lower() in SUFFIXES:
        yield _file(path)
    else:
        raise TrialbookError(f"is no file of rules; expected {EXPECTED}", file=path, remedy="Name another path.")


def rule_files(folder: Path) -> list[Path]:
    """The files in a folder that may hold a rule, those of hidden folders left out."""
    found: list[Path] = []
    for directory, subfolders, files in folder.walk():
        subfolders[:] = sorted(name for name in subfolders if not name.startswith("."))
        named = (directory / name for name in sorted(files) if not name.startswith("."))
        found += [path for path in named if path.suffix.lower() in SUFFIXES]
        if len(found) > MOST_FILES:
            raise TrialbookError(f"holds more than {MOST_FILES:,} files", file=folder, remedy="Name the folder of rules alone.")
    return found


def _file(path: Path) -> FoundRule:
    try:
        content = path.read_bytes()
    except OSError as error:
        return FoundRule(UnreadableRule(None, "file", f"can't be read: {error.strerror}", path), b"", path.suffix)
    return FoundRule(read_rule_text(content, path), content, path.suffix.lower())


def _cache(folder: Path) -> Iterator[FoundRule]:
    for name in (PUBLISHED, CUSTOM):
        if (folder / name).is_file():
            yield from _pickle((folder / name).read_bytes(), folder / name)


def _pickle(content: bytes, file: Path) -> Iterator[FoundRule]:
    for read, data in cached_rules(content, file):
        yield FoundRule(read, json.dumps(data, default=str).encode(), ".json")


def _zip(path: Path) -> Iterator[FoundRule]:
    from trialbook.exports.archive import Archive, member_name

    try:
        zipped = zipfile.ZipFile(path)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, EOFError) as error:
        raise TrialbookError(f"is no zip, or a damaged one ({error})", file=path, remedy="Make the zip again.") from None
    with zipped:
        archive = Archive(zipped, str(path))
        pickles = _cache_members(archive)
        names = pickles or sorted(name for name in archive.names if _may_be_rule(name))
        size = sum(info.file_size for info in zipped.infolist() if member_name(info) in names)
        if len(names) > MOST_FILES or size > MOST_BYTES:
            limits = f"{MOST_FILES:,} files or {MOST_BYTES // 1024 // 1024} MiB of rules"
            raise TrialbookError(f"holds more than {limits}", file=path, remedy="Zip the rules alone.")
        for name in names:
            content, file = archive.read(name), path / name
            if name in pickles:
                yield from _pickle(content, file)
            else:
                yield FoundRule(read_rule_text(content, file), content, file.suffix.lower())


def _cache_members(archive: Archive) -> list[str]:
    """The pickles of a cache's rules in a zip: of a release, which has it in ``resources/cache``, or of a cache by itself."""
    found = [PurePosixPath(name) for name in archive.names if PurePosixPath(name).name in (PUBLISHED, CUSTOM)]
    of_release = [one for one in found if one.parts[-3:-1] == IN_RELEASE]
    return [str(one) for one in of_release or found]


def _may_be_rule(name: str) -> bool:
    path = PurePosixPath(name)
    hidden = any(part.startswith((".", "__MACOSX")) and part != ".." for part in path.parts)
    return path.suffix.lower() in SUFFIXES and not hidden

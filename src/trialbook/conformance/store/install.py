"""Install CDISC's rules for this user: from the published release, or from what the user has of it. Whole or not at all."""

from __future__ import annotations

import json
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import count
from pathlib import Path

from trialbook.conformance.rules.rule import CoreRule, UnreadableRule
from trialbook.conformance.rules.ruleset import RuleSet, rule_set
from trialbook.conformance.rules.sources import FoundRule, found_rules
from trialbook.conformance.store.download import Downloaded, NotThereError, discard, download, file_sha256
from trialbook.conformance.store.home import engine_version, home, store_folder
from trialbook.conformance.store.installation import RECORD, RULES, Installed
from trialbook.conformance.store.release import Release, published_release
from trialbook.errors import TrialbookError
from trialbook.outputs import output_folder
from trialbook.progress import Progress, quiet

_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _Origin:
    source: str
    release: str | None = None
    sha256: str | None = None
    checked: str | None = None
    modified: str | None = None


def install_from(path: Path, sha256: str | None = None, say: Progress = quiet) -> tuple[Installed, RuleSet]:
    """Install the rules at ``path``: a folder of rules, a zip of rules, a release's zip, or the engine's cache.

    ``sha256`` is compared with a file's. Raises TrialbookError, and leaves what was installed, where it can't be used.
    """
    wanted = _given(sha256)
    found_sha256 = file_sha256(path) if path.is_file() else None
    if wanted is not None and found_sha256 is None:
        raise TrialbookError("is no file, and so has no checksum", file=path, remedy="Leave --sha256 out, or name a file.")
    if wanted not in (None, found_sha256):
        raise _other(path, found_sha256, wanted, "given")
    say("reading the rules")
    found = found_rules(path)
    _refuse_unreadable(found, str(path))
    return _install(found, _Origin(str(path.resolve()), None, found_sha256, "given" if wanted else None), say)


def install_release(
    url: str | None = None, sha256: str | None = None, say: Progress = quiet, release: Release | None = None
) -> tuple[Installed, RuleSet]:
    """Install the rules of CDISC's release for the engine's version, over the network; ``url`` takes another archive.

    The archive's checksum must be ``sha256``, where it is given, else the published one, where that can be had. Raises
    TrialbookError, and leaves what was installed, where it can't be reached, breaks off (the next call goes on), or is altered.
    """
    wanted = _given(sha256)
    release = release or published_release(engine_version())
    downloaded, source = _download(url, release, say)
    checked = "given" if wanted else None
    if wanted is None and url is None:
        wanted = release.published_sha256(source)
        checked = "published" if wanted else None
    if wanted not in (None, downloaded.sha256):
        discard(downloaded)
        raise _other(source, downloaded.sha256, wanted, checked or "")
    say("reading the rules")
    try:
        if not zipfile.is_zipfile(downloaded.path):
            raise TrialbookError("is no zip, or a damaged one")
        found = found_rules(downloaded.path)
        _refuse_unreadable(found, source)
    except TrialbookError as error:
        discard(downloaded)
        remedy = "It is removed: run the same command again. If it comes the same again, the address is another's."
        raise TrialbookError(f"arrived, but {error.what}", file=source, remedy=remedy) from None
    tag = release.name if url is None else None
    done = _install(found, _Origin(source, tag, downloaded.sha256, checked, downloaded.modified), say)
    discard(downloaded)
    return done


def _download(url: str | None, release: Release, say: Progress) -> tuple[Downloaded, str]:
    """The first of the archives that is there, and its address."""
    addresses = (url,) if url is not None else release.archives
    for address in addresses[:-1]:
        try:
            return download(address, home() / "core" / "downloads", say), address
        except NotThereError:
            continue
    return download(addresses[-1], home() / "core" / "downloads", say), addresses[-1]


def _install(found: Sequence[FoundRule], origin: _Origin, say: Progress) -> tuple[Installed, RuleSet]:
    target = store_folder()
    say("writing the rules")
    with output_folder(target) as folder:
        (folder / RULES).mkdir()
        for name, content in _files(found).items():
            (folder / RULES / name).write_bytes(content)
        stored = rule_set((one.read for one in found_rules(folder / RULES)), str(target))
        record = Installed(
            engine=engine_version(),
            source=origin.source,
            release=origin.release,
            sha256=origin.sha256 or stored.sha256,
            checked=origin.checked,
            installed=datetime.now(UTC).isoformat(timespec="seconds"),
            modified=origin.modified,
            rules=len(stored),
            unreadable=len(stored.unreadable),
            content_sha256=stored.sha256,
        )
        (folder / RECORD).write_text(json.dumps(record.as_json(), ensure_ascii=False, indent=2), encoding="utf-8")
    return record, stored


def _refuse_unreadable(found: Sequence[FoundRule], source: str) -> None:
    if not any(isinstance(one.read, CoreRule) for one in found):
        first = next(one.read for one in found)
        raise TrialbookError(f"holds no rule that can be read; the first: {first}", file=source, remedy="Name another source.")


def _files(found: Sequence[FoundRule]) -> dict[str, bytes]:
    """A file for each rule, named by its id: JSON, which is read in a moment, where JSON can say all of it, else as it came."""
    files: dict[str, bytes] = {}
    taken: set[str] = set()
    for one in found:
        content, suffix = _as_json(one.read) if isinstance(one.read, CoreRule) else None, ".json"
        if content is None:
            content, suffix = one.content, one.suffix
        stem = re.sub(r"[^A-Za-z0-9._-]", "_", _stem(one.read)).lstrip(".")[:100] or "rule"
        # Of two rules with one id the first is taken, also when they are read again by their names: "_" is after ".".
        names = (f"{stem}_{number}" if number > 1 else stem for number in count(1))
        name = next(name for name in names if name.lower() not in taken)
        taken.add(name.lower())
        files[f"{name}{suffix}"] = content
    return files


def _stem(read: CoreRule | UnreadableRule) -> str:
    return read.id or (read.file.stem if read.file else "rule")


def _as_json(rule: CoreRule) -> bytes | None:
    """The rule's data as JSON; None where JSON would make something else of it (a date, a key that is a number)."""
    try:
        content = json.dumps(rule.data, ensure_ascii=False, indent=1, allow_nan=False).encode("utf-8")
    except (TypeError, ValueError):
        return None
    return content if json.loads(content) == rule.data else None


def _given(sha256: str | None) -> str | None:
    if sha256 is None:
        return None
    digest = sha256.strip().lower().removeprefix("sha256:")
    if not _SHA256.fullmatch(digest):
        raise TrialbookError(
            f"--sha256 takes 64 hexadecimal digits; found {sha256!r}", remedy="Copy it from where the file is published."
        )
    return digest


def _other(source: Path | str, found: str | None, wanted: str | None, whose: str) -> TrialbookError:
    return TrialbookError(
        f"is not the file that was {whose}: its SHA-256 is {found}, expected {wanted}",
        file=source,
        remedy="Nothing was installed. Download it again, and ask whoever publishes it where it stays different.",
    )

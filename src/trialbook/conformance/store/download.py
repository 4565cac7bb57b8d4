"""A file over HTTPS: continued where it broke off, complete or not there at all, its checksum known."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from email.message import Message
from importlib.metadata import version
from pathlib import Path
from typing import IO, Any
from urllib.parse import urlsplit

from trialbook.errors import TrialbookError
from trialbook.progress import Progress, quiet

try:
    import fcntl
except ImportError:  # Windows
    fcntl = None  # type: ignore[assignment]

LARGEST = 2 * 1024**3
"""Bytes of a release: it has a few hundred million."""
LARGEST_TEXT = 8 * 1024**2
TIMEOUT_SECONDS = 60.0
_CHUNK = 1 << 16
_MB = 1_000_000
_SAID_EVERY_SECONDS = 0.2
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}
_FROM_ELSEWHERE = "or download the release on another machine and name it with --from PATH."


class NotThereError(TrialbookError):
    """The server has nothing at that address."""


@dataclass(frozen=True, slots=True)
class Downloaded:
    """A file that arrived whole."""

    path: Path
    sha256: str
    size: int
    modified: str | None
    """When it was last changed, as the server says it."""


@dataclass(frozen=True, slots=True)
class _Kept:
    """What the server said of a file of which a part is here: by it the rest is asked for, or all of it again."""

    etag: str | None = None
    modified: str | None = None
    size: int | None = None

    @property
    def same_if(self) -> str | None:
        """What tells the server which version the part is of; a weak tag does not tell bytes apart."""
        return self.etag if self.etag and not self.etag.startswith("W/") else self.modified


def download(url: str, folder: Path, say: Progress = quiet) -> Downloaded:
    """The file at ``url``, in ``folder``; a part of it from a run before is continued, where the server still has the same.

    Raises TrialbookError where it can't be reached (NotThereError: where it is not there) or breaks off; then what has arrived
    stays, for the next run to go on.
    """
    _refuse_insecure(url)
    name = hashlib.sha256(url.encode()).hexdigest()[:16]
    part, notes = folder / f"{name}.part", folder / f"{name}.json"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with part.open("ab") as file:
            _refuse_second(file, url)
            kept = _notes(notes)
            have = file.tell() if kept.same_if else 0
            if kept.size is not None:
                have = min(
                    have, max(kept.size - 1, 0)
                )  # of a complete file one byte is asked for again, to hear if it is current
            kept = _receive(url, file, notes, kept, have, say)
        return Downloaded(part, _sha256(part), part.stat().st_size, kept.modified)
    except OSError as error:
        full = error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
        remedy = "Free some space." if full else "Name a folder that you may write to in the variable TRIALBOOK_HOME."
        raise TrialbookError(f"can't be written: {error.strerror or error}", file=folder, remedy=remedy) from None
    finally:
        with contextlib.suppress(OSError):
            if not part.stat().st_size:
                _remove(part)


def discard(downloaded: Downloaded) -> None:
    """Remove a downloaded file, when it has served or is not to be trusted."""
    _remove(downloaded.path)


def _remove(part: Path) -> None:
    for path in (part, part.with_suffix(".json")):
        path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):
        part.parent.rmdir()


def fetch_text(url: str) -> str:
    """A short text at ``url``; TrialbookError where it can't be had."""
    _refuse_insecure(url)
    with _opened(urllib.request.Request(url, headers=_headers()), url) as answer:
        content = answer.read(LARGEST_TEXT + 1)
    if len(content) > LARGEST_TEXT:
        raise TrialbookError(f"has more than {LARGEST_TEXT // _MB} MB", file=url)
    return bytes(content).decode("utf-8", "replace")


def _receive(url: str, file: IO[bytes], notes: Path, kept: _Kept, have: int, say: Progress) -> _Kept:
    """Bring the file to its end from byte ``have`` on, or from its beginning; what the server said of it is noted first."""
    request = urllib.request.Request(url, headers=_headers())
    if have and kept.same_if:
        request.add_header("Range", f"bytes={have}-")
        request.add_header("If-Range", kept.same_if)
    say(f"asking {urlsplit(url).hostname}")
    try:
        opened = _opened(request, url)
        with opened as answer:
            start = _start(answer.headers) if answer.status == http.HTTPStatus.PARTIAL_CONTENT else 0
            if start not in (0, have):
                if not have:
                    raise TrialbookError("can't be had: the server answers with another part than was asked for", file=url)
                raise _OtherPartError
            current = _told(answer.headers, start)
            file.truncate(start)
            notes.write_text(json.dumps(asdict(current)), encoding="utf-8")
            _write(answer, file, start, current.size, url, say)
            return current
    except _OtherPartError:
        file.truncate(0)
        return _receive(url, file, notes, _Kept(), 0, say)


class _OtherPartError(Exception):
    """The server gave another part than was asked for, or has none there: everything is asked for again."""


def _write(answer: Any, file: IO[bytes], start: int, size: int | None, url: str, say: Progress) -> None:
    arrived, said = start, 0.0
    told = f" of {size / _MB:,.1f}" if size is not None else ""
    if size is not None and size > LARGEST:
        raise TrialbookError(f"has {size:,} bytes; no release is larger than {LARGEST:,}", file=url)
    while chunk := _next(answer):
        if arrived + len(chunk) > LARGEST:
            raise TrialbookError(f"has more than {LARGEST:,} bytes; no release is so large", file=url)
        file.write(chunk)
        arrived += len(chunk)
        if time.monotonic() - said > _SAID_EVERY_SECONDS:
            said = time.monotonic()
            say(f"{arrived / _MB:,.1f}{told} MB")
    file.flush()
    if chunk is None or (size is not None and arrived < size):
        of = f" of {size:,}" if size is not None else ""
        raise TrialbookError(
            f"broke off after {arrived:,}{of} bytes", file=url, remedy="Run the same command again: it goes on from there."
        )


def _next(answer: Any) -> bytes | None:
    """The next bytes of an answer, none at its end; None where it breaks off."""
    try:
        return bytes(answer.read(_CHUNK))
    except (http.client.HTTPException, OSError):
        return None


@contextlib.contextmanager
def _opened(request: urllib.request.Request, url: str) -> Iterator[Any]:
    try:
        answer = urllib.request.build_opener(_SecureRedirects).open(request, timeout=TIMEOUT_SECONDS)
    except urllib.error.HTTPError as error:
        error.close()
        if error.code == http.HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE and request.has_header("Range"):
            raise _OtherPartError from None
        kind = NotThereError if error.code in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.GONE) else TrialbookError
        what = "is not there" if kind is NotThereError else "can't be had"
        remedy = f"Name the release's address with --url, {_FROM_ELSEWHERE}"
        raise kind(f"{what}: the server answers {error.code} {error.reason}", file=url, remedy=remedy) from None
    except (urllib.error.URLError, http.client.HTTPException, TimeoutError, ConnectionError) as error:
        reason = getattr(error, "reason", None) or str(error) or type(error).__name__
        remedy = f"Check the connection (HTTPS_PROXY names a proxy), {_FROM_ELSEWHERE}"
        raise TrialbookError(f"can't be reached: {reason}", file=url, remedy=remedy) from None
    with answer:
        yield answer


class _SecureRedirects(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> urllib.request.Request | None:
        _refuse_insecure(args[-1])
        return super().redirect_request(*args)


def _refuse_insecure(url: str) -> None:
    """Refuse what anyone on the way could change; this machine itself may be spoken to without encryption."""
    try:
        parts = urlsplit(url)
        secure = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
        named = bool(parts.hostname)
    except ValueError:
        secure = named = False
    if not (secure and named):
        raise TrialbookError("is no address that begins with https://", file=url, remedy="A file on this machine is for --from.")


def _headers() -> dict[str, str]:
    return {"User-Agent": f"trialbook/{version('trialbook')}", "Accept-Encoding": "identity"}


def _start(headers: Message) -> int:
    """Where the part begins that the server gives; -1 where it does not say so."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(?:\d+|\*)", headers.get("Content-Range", "").strip())
    return int(found[1]) if found else -1


def _told(headers: Message, start: int) -> _Kept:
    length = headers.get("Content-Length", "")
    size = start + int(length) if length.isdecimal() else None
    return _Kept(headers.get("ETag"), headers.get("Last-Modified"), size)


def _notes(path: Path) -> _Kept:
    try:
        return _Kept(**json.loads(path.read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return _Kept()


def _refuse_second(file: IO[bytes], url: str) -> None:
    if fcntl is not None:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise TrialbookError("is being downloaded by another run", file=url, remedy="Wait for it to end.") from None
        except OSError:  # a file system without locks
            return


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def file_sha256(path: Path) -> str:
    """The checksum of a file; TrialbookError where it can't be read."""
    try:
        return _sha256(path)
    except OSError as error:
        raise TrialbookError(f"can't be read: {os.strerror(error.errno or 0)}", file=path) from None

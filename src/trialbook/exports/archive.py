"""Zip files, of an export or a workbook's own, read in memory with distrust: nothing is unpacked to disk."""

from __future__ import annotations

import io
import lzma
import stat
import zipfile
import zlib
from pathlib import PurePosixPath, PureWindowsPath
from typing import IO

from trialbook.errors import ExportError
from trialbook.exports import limits

DAMAGE = (zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, ValueError, OSError, RuntimeError)
"""What zipfile and the unpackers beneath it raise for a damaged member."""

_UTF8_FLAG, _ENCRYPTED_FLAG = 0x800, 0x1


class Archive:
    """The members of one zip by name; ``names`` leaves folders out."""

    def __init__(self, zipped: zipfile.ZipFile, file: str):
        self.file = file
        self._zip = zipped
        self._members: dict[str, zipfile.ZipInfo] = {}
        for info in zipped.infolist():
            name = member_name(info)
            if info.is_dir() or name.endswith("/"):
                continue
            if name in self._members:
                raise ExportError(f"holds two files named {name!r}", file=file, remedy="Make the zip again.")
            self._members[name] = info
        self.names = tuple(self._members)

    @classmethod
    def open(cls, data: bytes, file: str) -> Archive:
        """The zip in ``data``; ExportError when it is none, or is past the limits."""
        try:
            zipped = zipfile.ZipFile(io.BytesIO(data))
        except (zipfile.BadZipFile, ValueError, NotImplementedError, OSError, EOFError) as error:
            raise ExportError(f"is no zip, or a damaged one ({error})", file=file, remedy="Make the zip again.") from None
        infos = zipped.infolist()
        if len(infos) > limits.MOST_FILES or sum(info.file_size for info in infos) > limits.LARGEST_EXPORT:
            raise ExportError(
                f"unpacks to more than {limits.MOST_FILES:,} files or {limits.LARGEST_EXPORT // limits.MIB:,} MiB",
                file=file,
                remedy="Zip the export alone; a zip that unpacks to so much may be an attack.",
            )
        return cls(zipped, file)

    def check(self, name: str) -> None:
        """Raise ExportError for a member that must not be read: it escapes, is a link, is encrypted, or is a bomb."""
        info = self._members[name]
        path = PurePosixPath(name)
        if path.is_absolute() or PureWindowsPath(name).drive or ".." in path.parts:
            raise self._error(name, "has a path that leads out of the zip")
        if stat.S_ISLNK(info.external_attr >> 16):
            raise self._error(name, "is a symbolic link", "Zip the file itself in its place.")
        if info.flag_bits & _ENCRYPTED_FLAG:
            raise self._error(name, "is encrypted", "Make the zip again without a password.")
        size = info.file_size
        ratio = size / max(info.compress_size, 1)
        if size > limits.LARGEST_FILE or (size > limits.SUSPICIOUS_SIZE and ratio > limits.SUSPICIOUS_RATIO):
            raise self._error(
                name,
                f"unpacks to {size // limits.MIB:,} MiB, {ratio:,.0f} times its packed size",
                "Real tables do not: this may be an attack. If the file is sound, hand it over unpacked.",
            )

    def read(self, name: str) -> bytes:
        """The member's bytes."""
        self.check(name)
        try:
            return self._zip.read(self._members[name])
        except NotImplementedError as error:
            raise self._error(name, f"is packed in a way that cannot be read ({error})") from None
        except DAMAGE as error:
            raise self._error(name, f"is damaged ({error})") from None

    def stream(self, name: str) -> IO[bytes]:
        """The member as a stream, for parts too large to hold; damage shows as zipfile's and zlib's own errors."""
        self.check(name)
        return self._zip.open(self._members[name])

    def _error(self, name: str, what: str, remedy: str = "Make the zip again.") -> ExportError:
        return ExportError(what, file=f"{self.file}: {name}", remedy=remedy)


def member_name(info: zipfile.ZipInfo) -> str:
    """The member's name as its author wrote it, with forward slashes.

    Without the flag that says UTF-8 the standard says cp437, but Chinese Windows tools write GBK (of which GB18030 is
    the superset) and macOS writes UTF-8.
    """
    name = info.filename
    corrected = name != info.orig_filename  # by the field that some tools add for the name in Unicode
    if not info.flag_bits & _UTF8_FLAG and not corrected and not name.isascii():
        try:
            raw = name.encode("cp437")
        except UnicodeEncodeError:
            raw = b""
        for encoding in ("utf-8", "gb18030"):
            try:
                name = raw.decode(encoding) or name
                break
            except UnicodeDecodeError:
                continue
    return name.replace("\\", "/")

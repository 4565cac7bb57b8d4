"""The user's error: one message that names the file, the place, what was found, what was expected and what to do."""

from __future__ import annotations

from pathlib import Path


class TrialbookError(Exception):
    """A run that cannot be made; the command line prints it without a traceback and exits with 2.

    ``what`` says what was found and what was expected, ``remedy`` what to do about it.
    """

    def __init__(self, what: str, *, file: Path | str | None = None, place: str | None = None, remedy: str | None = None):
        self.what, self.file, self.place, self.remedy = what, file, place, remedy
        where = ", ".join(str(part) for part in (file, place) if part)
        super().__init__((f"{where}: " if where else "") + what + (f"\n{remedy}" if remedy else ""))


class SpecError(TrialbookError):
    """A file of the study (protocol, specification, validator) that cannot be used as it is written."""


class ExportError(TrialbookError):
    """An export, or a dataset file, that cannot be read."""

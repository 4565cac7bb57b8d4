"""A registry record from a file: which form it has, and what is refused."""

from __future__ import annotations

import json
import re
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.protocol.registry.ctgov import read_study
from trialbook.protocol.registry.page import read_page
from trialbook.protocol.registry.record import RegistryRecord

LARGEST = 64 * 2**20
WANTED = "Give the record as ClinicalTrials.gov's API v2 gives it (JSON), or the text of the trial's page, saved as UTF-8."


def read_record(path: Path | str, identifier: str = "") -> RegistryRecord:
    """The record in a file: the text of a trial's page, or ClinicalTrials.gov's API v2 JSON.

    ``identifier`` chooses the study where the file holds several. Raises TrialbookError with what was found and what is wanted.
    """
    path = Path(path)
    text = _text(path)
    start = text.lstrip()[:2000]
    if not start:
        raise TrialbookError("is empty", file=path, remedy=WANTED)
    if re.match(r"(?:<\?xml|<!--|<!DOCTYPE\s+clinical_study|<clinical_study)", start) and "<html" not in start.lower():
        what = "is XML: ClinicalTrials.gov has retired that form, and it is not read"
        raise TrialbookError(what, file=path, remedy=WANTED)
    if start.startswith("<"):
        raise TrialbookError("is a web page (HTML), not its text", file=path, remedy=WANTED)
    if start[0] in "{[":
        return read_study(_json(text, path), path, identifier)
    return read_page(text, path)


def _text(path: Path) -> str:
    try:
        size = path.stat().st_size
        if path.is_dir():
            raise TrialbookError("is a folder, not a registry record", file=path, remedy=WANTED)
        if size > LARGEST:
            what = f"is larger than any registry record: {size / 2**20:,.0f} MB, at most {LARGEST // 2**20} are read"
            raise TrialbookError(what, file=path, remedy=WANTED)
        content = path.read_bytes()
    except OSError as error:
        raise TrialbookError(f"can't be read: {error.strerror}", file=path, remedy=WANTED) from None
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TrialbookError("is UTF-16, not UTF-8 text", file=path, remedy=WANTED)
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        place = f"line {content[: error.start].count(b'\n') + 1}"
        raise TrialbookError("is not UTF-8 text", file=path, place=place, remedy=WANTED) from None
    if "\0" in text:
        raise TrialbookError("is no text: it holds zero bytes", file=path, remedy=WANTED)
    return text


def _json(text: str, path: Path) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        place = f"line {error.lineno}, column {error.colno}"
        raise TrialbookError(f"is not valid JSON: {error.msg}", file=path, place=place, remedy=WANTED) from None
    except (RecursionError, ValueError):
        raise TrialbookError(
            "is JSON nested too deeply, or with a number too long, to be a record", file=path, remedy=WANTED
        ) from None

"""What a printed PDF says of itself, and where its places are."""

from __future__ import annotations

import re
from datetime import datetime, time
from pathlib import Path

from pypdf import PdfReader

from trialbook.book.printing.document import DocumentInfo
from trialbook.errors import TrialbookError

_TRAILER = re.compile(rb"trailer\s*<<(.*?)>>\s*startxref\s+(\d+)\s+%%EOF\s*$", re.DOTALL)
_MOMENT = re.compile(rb"(/(?:CreationDate|ModDate) \()D:\d{14}[^)]*(?=\))")


def pages_of(pdf: Path) -> dict[str, int]:
    """The page, counted from 1, of each place that a link of the document leads to, by its id."""
    reader = PdfReader(pdf)
    numbers = {page.indirect_reference.idnum: number for number, page in enumerate(reader.pages, 1) if page.indirect_reference}
    places = reader.named_destinations.items()
    return {name.removeprefix("/"): numbers.get(getattr(place.page, "idnum", -1), 0) for name, place in places}


def finished_pdf(pdf: Path, about: DocumentInfo) -> bytes:
    """The PDF with its title and author, its outline open, and the day of the build in place of the moment of printing.

    The changed objects are appended as an update (ISO 32000-1, 7.5.6): rewriting a tagged PDF takes longer than printing it.
    Raises TrialbookError for a file that is no PDF as Chromium writes it.
    """
    # The local time zone is in the length too: a moment is replaced by one as long.
    moment = datetime.combine(about.built, time()).strftime("D:%Y%m%d%H%M%S")
    data = _MOMENT.sub(
        lambda found: found[1] + (moment.encode() + b"+00'00'").ljust(len(found[0]) - len(found[1])), pdf.read_bytes()
    )
    trailer = _TRAILER.search(data)
    root, info = (_reference(trailer, name) for name in (b"Root", b"Info"))
    size = re.search(rb"/Size (\d+)", trailer[1]) if trailer else None
    catalog = re.search(rb"\n%d 0 obj\s*<<(.*?)>>\s*endobj" % root, data[data.rfind(b"\n%d 0 obj" % root) :], re.DOTALL)
    if trailer is None or size is None or catalog is None:
        raise TrialbookError("is no PDF as Chromium writes it", file=pdf.name, remedy="Install another version of Chromium.")
    told = {
        "Title": about.document_title,
        "Author": about.sponsor or about.study,
        "Subject": f"{about.study}, protocol version {about.version}",
        "Creator": "trialbook",
        "CreationDate": f"{moment}+00'00'",
        "ModDate": f"{moment}+00'00'",
    }
    texts = b"".join(
        b"/%s <FEFF%s>\n" % (name.encode(), text.encode("utf-16-be").hex().upper().encode()) for name, text in told.items()
    )
    return _updated(data, {info: texts, root: catalog[1] + b"\n/PageMode /UseOutlines"}, trailer, size[1])


def _reference(trailer: re.Match[bytes] | None, name: bytes) -> int:
    found = re.search(rb"/%s (\d+) 0 R" % name, trailer[1]) if trailer else None
    return int(found[1]) if found else 0


def _updated(data: bytes, objects: dict[int, bytes], trailer: re.Match[bytes], size: bytes) -> bytes:
    if not data.endswith(b"\n"):
        data += b"\n"
    table = b"xref\n"
    for number, content in sorted(objects.items()):
        table += b"%d 1\n%010d 00000 n \n" % (number, len(data))
        data += b"%d 0 obj\n<<%s>>\nendobj\n" % (number, content)
    entries = b"<</Size %s /Root %d 0 R /Info %d 0 R /Prev %s>>" % (
        size,
        _reference(trailer, b"Root"),
        _reference(trailer, b"Info"),
        trailer[2],
    )
    return data + table + b"trailer\n" + entries + b"\nstartxref\n%d\n%%%%EOF\n" % len(data)

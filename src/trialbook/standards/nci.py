"""NCI's published SDTM CT file, as tab-separated text or as ODM XML, read into a CT package.

NCI EVS publishes each release in both forms. The text has one row a codelist (``Codelist Code`` empty) and one a term,
and does not say its own date: the name of the file in NCI's archive does (``SDTM Terminology 2025-03-28.txt``). The ODM
file says it in ``FileOID`` (``CDISC_CT.SDTM.2025-03-28``). Definitions and synonyms are not kept.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import MappingProxyType

from trialbook.errors import SpecError
from trialbook.standards.nci_odm import NCIRow, read_odm
from trialbook.standards.terminology import Codelist, ControlledTerminology

PACKAGE = re.compile(r"sdtmct-\d{4}-\d{2}-\d{2}")
C_CODE = re.compile(r"C\d+")
DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
COLUMNS = ("Code", "Codelist Code", "Codelist Extensible (Yes/No)", "CDISC Submission Value")
EXTENSIBLE = {"Yes": True, "No": False}
TAKE_NCI = "Take NCI's published SDTM Terminology file, as tab-separated text or ODM XML, as it is."


def read_nci(path: Path, name: str | None = None) -> ControlledTerminology:
    """The SDTM CT package in NCI's file ``path``, called ``sdtmct-`` and the date of the release.

    ``name`` gives that where the file does not; it must not contradict the file. Raises :class:`SpecError` with the
    line for anything that is not such a file, whole: another encoding, a missing column, a row cut short, a codelist
    without terms, a term without its codelist, XML with a DOCTYPE (it could define entities), ADaM's or SEND's CT.
    """
    if name is not None and not _is_name(name):
        raise SpecError(f"found the name {name!r}, expected one such as sdtmct-2025-03-28", file=path)
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}", file=path) from None
    if not data.strip():
        raise SpecError("is empty", file=path, remedy=TAKE_NCI)
    if data.startswith((b"PK", b"\xd0\xcf\x11\xe0")):
        raise SpecError("is a workbook or an archive, expected text or XML", file=path, remedy=TAKE_NCI)
    if data.lstrip(b"\xef\xbb\xbf\xfe\xff\0 \t\r\n").startswith(b"<"):
        title, rows = read_odm(data, path)
    else:
        title, rows = path.stem, list(_text_rows(data, path))
    return ControlledTerminology(_name(title, name, path), MappingProxyType(_codelists(rows, path)))


def _name(title: str, given: str | None, path: Path) -> str:
    """``title`` is what names the release: the ODM file's FileOID, or the text file's name."""
    for other in ("ADaM", "SEND", "CDASH", "Define-XML", "Protocol", "DDF"):
        if re.search(rf"(?<![A-Za-z]){other}(?![A-Za-z])", title, re.IGNORECASE):
            raise SpecError(f"{title!r} is {other} terminology, expected SDTM's", file=path, remedy=TAKE_NCI)
    found = DATE.search(title)
    stated = f"sdtmct-{found.group()}" if found else None
    if stated and not _is_name(stated):
        raise SpecError(f"{title!r} holds no date of the calendar", file=path)
    if given and stated and given != stated:
        raise SpecError(f"found {stated}, expected {given}", file=path, remedy="Leave the name away, or correct it.")
    name = given or stated
    if name is None:
        raise SpecError(
            f"{title!r} does not tell the date of the release",
            file=path,
            remedy="Give the package's name, such as sdtmct-2025-03-28; NCI's release notes have the date.",
        )
    return name


def _is_name(name: str) -> bool:
    if not PACKAGE.fullmatch(name):
        return False
    try:
        date.fromisoformat(name.removeprefix("sdtmct-"))
    except ValueError:
        return False
    return True


def _text_rows(data: bytes, path: Path) -> Iterator[NCIRow]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        start = data.rfind(b"\n", 0, error.start) + 1
        place = f"line {data.count(b'\n', 0, error.start) + 1}, byte {error.start - start + 1}"
        raise SpecError("is not UTF-8 text", file=path, place=place, remedy=TAKE_NCI) from None
    # NCI writes quotation marks as they are; a copy saved by a spreadsheet wraps cells in them: _cell takes both.
    reader = csv.reader(io.StringIO(text, newline=""), delimiter="\t", quoting=csv.QUOTE_NONE)
    try:
        header = [_cell(cell) for cell in next(reader)]
        missing = [column for column in COLUMNS if column not in header]
        if missing:
            raise SpecError(
                f"the column {missing[0]!r} is missing; found {', '.join(header[:10])[:200]}",
                file=path,
                place="line 1",
                remedy=TAKE_NCI,
            )
        positions = [header.index(column) for column in COLUMNS]
        for row in reader:
            if not any(row):
                continue
            if len(row) != len(header):
                raise SpecError(
                    f"has {len(row)} cells, expected {len(header)}: the file is cut short or changed",
                    file=path,
                    place=f"line {reader.line_num}",
                    remedy=TAKE_NCI,
                )
            code, codelist, extensible, value = (_cell(row[position]) for position in positions)
            yield NCIRow(reader.line_num, code, codelist, extensible, value)
    except csv.Error as error:
        raise SpecError(f"is not tab-separated text: {error}", file=path, place=f"line {reader.line_num}") from None


def _cell(cell: str) -> str:
    cell = cell.strip()
    if len(cell) > 1 and cell[0] == cell[-1] == '"':
        cell = cell[1:-1].replace('""', '"').strip()
    return cell


def _codelists(rows: list[NCIRow], path: Path) -> dict[str, Codelist]:
    def fault(row: NCIRow, what: str) -> SpecError:
        return SpecError(what, file=path, place=f"line {row.line}", remedy=TAKE_NCI)

    heads: dict[str, NCIRow] = {}
    terms: dict[str, dict[str, str]] = {}
    for row in rows:
        if not C_CODE.fullmatch(row.code):
            raise fault(row, f"found the code {row.code!r}, expected one such as C66742")
        if not row.value:
            raise fault(row, f"{row.code} has no CDISC submission value")
        if any(character < " " for character in row.value):
            raise fault(row, f"{row.code}: the submission value {row.value!r} holds a control character")
        if row.codelist:
            continue
        if row.code in heads:
            raise fault(row, f"codelist {row.code} stands there twice")
        if row.extensible not in EXTENSIBLE:
            raise fault(row, f"codelist {row.code}: found extensible {row.extensible!r}, expected Yes or No")
        heads[row.code], terms[row.code] = row, {}
    for row in rows:
        if not row.codelist:
            continue
        if row.codelist not in heads:
            raise fault(row, f"the codelist {row.codelist} of term {row.value!r} is not in the file")
        if row.value in terms[row.codelist]:
            raise fault(row, f"term {row.value!r} stands twice in codelist {row.codelist}")
        terms[row.codelist][row.value] = row.code
    if not heads:
        raise SpecError("holds no codelist", file=path, remedy=TAKE_NCI)
    for code, row in heads.items():
        if not terms[code]:
            raise fault(row, f"codelist {code} ({row.value}) has no terms: the file is cut short or changed")
    return {
        code: Codelist(code, row.value, EXTENSIBLE[row.extensible], tuple(terms[code]), tuple(terms[code].values()))
        for code, row in heads.items()
    }

"""The text of an XML file, by the encoding that it declares, to a parser that knows few encodings."""

from __future__ import annotations

import codecs
import re
from collections.abc import Sequence
from xml.parsers import expat

from trialbook.datasets.encodings import declared_encodings
from trialbook.errors import ExportError
from trialbook.exports.encodings import UndecodableError, find_encoding

_CHUNK = 1 << 20
_PROLOGUE = 1024
_DECLARATION = re.compile(r"<\?xml[^>]*?\sencoding\s*=\s*[\"']([^\"']+)[\"']")
_AGAIN = "Export the file again; if it was edited by hand, mend it at that place."


def xml_encoding(data: bytes, file: str, declared: Sequence[str] = ()) -> str:
    """The encoding of an XML file: by its byte order mark, else its declaration, else as of any text file.

    ``declared`` are the encodings that the study declares; they count only where the file itself declares none. GBK and GB2312
    are read as GB18030, which reads all three. Raises ExportError for a name that is not known.
    """
    for mark, encoding in ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16")):
        if data.startswith(mark):
            return encoding
    for start, encoding in (("<?".encode("utf-16-le"), "utf-16-le"), ("<?".encode("utf-16-be"), "utf-16-be")):
        if data.startswith(start):
            return encoding
    named = _DECLARATION.match(data[:_PROLOGUE].decode("latin-1"))
    if named is None:
        return find_encoding(data, file, declared)
    try:
        (encoding,) = declared_encodings([named.group(1)])
    except ExportError:
        raise ExportError(
            f"declares the encoding {named.group(1)!r}, which is not known",
            file=file,
            place="line 1",
            remedy="Export the file again as UTF-8.",
        ) from None
    return encoding


def parse_xml(parser: expat.XMLParserType, data: bytes, encoding: str, file: str) -> None:
    """Feed the whole file to ``parser``, made with ``ParserCreate("utf-8", …)`` so that it does not heed the declaration.

    Raises UndecodableError where bytes are not of the encoding, and ExportError where the XML is not well-formed, both with line
    and column (from 1).
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    view = memoryview(data)
    try:
        for start in range(0, len(data), _CHUNK):
            parser.Parse(decoder.decode(view[start : start + _CHUNK]).encode("utf-8"), False)
        parser.Parse(decoder.decode(b"", final=True).encode("utf-8"), True)
    except UnicodeError:
        raise _undecodable(data, encoding, file) from None
    except expat.ExpatError as error:
        what = f"is not well-formed XML ({expat.ErrorString(error.code)})"
        raise ExportError(what, file=file, place=f"line {error.lineno}, column {error.offset + 1}", remedy=_AGAIN) from None


def _undecodable(data: bytes, encoding: str, file: str) -> UndecodableError:
    at, found = len(data), "the end of the file"
    try:
        data.decode("utf-8" if encoding == "utf-8-sig" else encoding).encode("utf-8")
    except UnicodeDecodeError as error:
        at, found = error.start, f"the byte 0x{data[error.start]:02X}"
    except UnicodeError as error:
        found = str(error)
    before = data[:at].decode(encoding, errors="ignore").removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    place = f"line {before.count('\n') + 1}, column {len(before) - before.rfind('\n')}"
    name = encoding.removesuffix("-sig")
    remedy = "The file's declaration and its bytes disagree, or it is damaged: export it again as UTF-8."
    return UndecodableError(f"{found} is not {name}, in which the file says it is written", file=file, place=place, remedy=remedy)

"""The ODM XML form of NCI's CT file.

Contract (NCI EVS, ODM 1.3 with NCI's extension): ``ODM/Study/MetaDataVersion/CodeList`` with ``nciodm:ExtCodeID``,
``nciodm:CodeListExtensible`` (Yes, No) and the child ``nciodm:CDISCSubmissionValue``; in it ``EnumeratedItem`` with
``CodedValue`` and ``nciodm:ExtCodeID``. Expat reads it as a stream; a DOCTYPE is refused before anything it declares, so
there are no entities to expand and nothing outside the file is opened.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple
from xml.parsers import expat

from trialbook.errors import SpecError

ODM, NCI = "http://www.cdisc.org/ns/odm/v1.3", "http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC"
ROOT, STUDY, CODELIST, ITEM = (f"{ODM} {tag}" for tag in ("ODM", "Study", "CodeList", "EnumeratedItem"))
EXT_CODE, EXTENSIBLE, VALUE = (f"{NCI} {tag}" for tag in ("ExtCodeID", "CodeListExtensible", "CDISCSubmissionValue"))


class NCIRow(NamedTuple):
    """A codelist (``codelist`` empty) or a term of NCI's file, as text."""

    line: int
    code: str
    codelist: str
    extensible: str
    value: str


def read_odm(data: bytes, path: Path) -> tuple[str, list[NCIRow]]:
    """What names the release (``CDISC_CT.SDTM.2025-03-28``) and the rows; raises :class:`SpecError` with the line."""
    reader = _Reader(path)
    try:
        reader.parser.Parse(data, True)
    except expat.ExpatError as error:
        raise SpecError(
            f"is not whole, well-formed XML: {expat.ErrorString(error.code)}",
            file=path,
            place=f"line {error.lineno}, column {error.offset + 1}",
        ) from None
    except (LookupError, ValueError) as error:
        raise SpecError(f"cannot be decoded: {error}", file=path, place="line 1") from None
    return reader.title, reader.rows


class _Reader:
    """Collects rows while expat walks the file: a codelist's submission value comes after its terms."""

    def __init__(self, path: Path):
        self.path, self.title = path, ""
        self.rows: list[NCIRow] = []
        self._depth = 0
        self._codelist: NCIRow | None = None
        self._terms: list[NCIRow] = []
        self._value: list[str] | None = None
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.CharacterDataHandler = self._text
        self.parser.EndElementHandler = self._end

    def _fault(self, what: str, remedy: str | None = None) -> SpecError:
        return SpecError(what, file=self.path, place=f"line {self.parser.CurrentLineNumber}", remedy=remedy)

    def _doctype(self, *declaration: object) -> None:
        raise self._fault(
            "has a DOCTYPE, which NCI's files do not have and which is not read", "Take the file from NCI as it is."
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        line = self.parser.CurrentLineNumber
        if self._depth == 1:
            if tag != ROOT:
                raise self._fault(f"found the root element {tag.split(' ')[-1]!r}, expected ODM in {ODM}")
            self.title = attributes.get("FileOID", "")
        elif tag == STUDY:
            self.title = self.title or attributes.get("OID", "")
        elif tag == CODELIST:
            code, extensible = self._attribute(attributes, EXT_CODE), self._attribute(attributes, EXTENSIBLE)
            self._codelist, self._terms = NCIRow(line, code, "", extensible, ""), []
        elif tag == ITEM and self._codelist:
            code, value = self._attribute(attributes, EXT_CODE), self._attribute(attributes, "CodedValue")
            self._terms.append(NCIRow(line, code, self._codelist.code, "", value))
        elif tag == VALUE and self._codelist:
            self._value = []

    def _attribute(self, attributes: dict[str, str], name: str) -> str:
        value = attributes.get(name, "").strip()
        if not value:
            raise self._fault(f"the attribute {name.split(' ')[-1]} is missing")
        return value

    def _text(self, text: str) -> None:
        if self._value is not None:
            self._value.append(text)

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if tag == VALUE and self._codelist and self._value is not None:
            self._codelist = self._codelist._replace(value="".join(self._value).strip())
            self._value = None
        elif tag == CODELIST and self._codelist:
            self.rows += [self._codelist, *self._terms]
            self._codelist = None

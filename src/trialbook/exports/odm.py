"""CDISC ODM-XML (1.3, 1.3.1, 1.3.2): its clinical data as tables.

What is read. Snapshot and transactional files alike: transactions take effect in file order, and what is removed is gone.
Values stay as collected (a coded value is not decoded); an item with ``IsNull="Yes"`` is empty, and a value that stands beside
it is remarked and not used. Audit records, annotations and signatures are passed over. The tables are described in
:mod:`trialbook.exports.odm_tables`.

What is refused. A DOCTYPE at once, before anything that it declares: so there are no entities to expand, and nothing outside the
file is ever opened. XML that is not well-formed, is nested too deep or is no ODM of these versions gets its message.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from xml.parsers import expat

from trialbook.errors import ExportError
from trialbook.exports import limits
from trialbook.exports.moments import day_of_moment
from trialbook.exports.odm_metadata import Definition, Metadata
from trialbook.exports.odm_state import LEVELS, REPEAT_KEYS, TRANSACTIONS, Node, State
from trialbook.exports.odm_tables import odm_tables
from trialbook.exports.tables import RawTable
from trialbook.exports.xml_text import parse_xml, xml_encoding

NAMESPACE = "http://www.cdisc.org/ns/odm/v1.3"
_ANY_VERSION = "http://www.cdisc.org/ns/odm/"
_ABOVE = {"SubjectData": None, "StudyEventData": "SubjectData", "FormData": "StudyEventData", "ItemGroupData": "FormData"}
_PASSED_OVER = frozenset({"AuditRecord", "AuditRecords", "Annotation", "Annotations", "Signature", "Signatures", "ArchiveLayout",
                          "AdminData", "ReferenceData", "Association", "Presentation"})  # fmt: skip
_TEXT_TYPES = ("ItemDataString", "ItemDataAny")
_REMEDY = "Export the study's clinical data as CDISC ODM 1.3.2."


def read_odm(
    data: bytes, file: str, declared: Sequence[str] = (), ignore: Sequence[str] = (), headers: Collection[str] = frozenset()
) -> tuple[list[RawTable], str]:
    """The tables of an ODM file, and its encoding (the one it declares; ``declared`` count where it declares none).

    ``ignore`` are patterns of tables to leave out; ``headers`` the names, in lower case, that the study's columns may have: by
    them an item's header is chosen among its names. The tables are ``created`` on the day of the file's CreationDateTime. Raises
    ExportError for what is no ODM, or none that can be read.
    """
    encoding = xml_encoding(data, file, declared)
    reader = _Reader(file)
    try:
        with _without_collection():
            parse_xml(reader.parser, data, encoding, file)
            if not reader.clinical:
                what = "is an ODM file without ClinicalData: it holds no subject's data"
                raise ExportError(what, file=file, remedy=_REMEDY)
            tables = odm_tables(reader.state, reader.metadata, file, ignore, headers)
            return [replace(table, created=reader.created) for table in tables], encoding
    finally:
        reader.close()


@contextmanager
def _without_collection() -> Iterator[None]:
    """Without looking for garbage: reading makes millions of objects and none of it, and looking takes a quarter of the time."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class _Reader:
    """Walks the file once; ``state`` and ``metadata`` are what it found, ``created`` is the day on which it was made."""

    def __init__(self, file: str):
        self.file, self.clinical = file, False
        self.state, self.metadata = State(), Metadata()
        self.created: date | None = None
        self._depth = self._passing = 0
        self._names: dict[str, str] = {}
        self._prefix: str | None = None
        self._study: str | None = None
        self._studies: dict[str, str] = {}
        # For each open entity: level, node, and how many elements without a repeat key each OID has had in it.
        self._open: list[tuple[str, Node, dict[tuple[str, str], int]]] = []
        self._group: Node | None = None
        self._items: dict[str, str] = {}
        self._item: tuple[str, bool] | None = None
        self._unit = ""
        self._text: list[str] | None = None
        self._length = 0
        self._seen: dict[str, str] = {}
        self._definition: tuple[str, Definition] | None = None
        self.parser = expat.ParserCreate("utf-8", " ")
        self.parser.buffer_text = True
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self._starts: dict[str, Callable[[str, dict[str, str]], None]] = {
            "ClinicalData": self._clinical_data,
            "SiteRef": self._site,
            "MeasurementUnitRef": self._unit_ref,
            **dict.fromkeys(LEVELS, self._entity),
            **dict.fromkeys(("FormDef", "ItemGroupDef", "ItemDef", "StudyEventDef"), self._define),
            **dict.fromkeys(("ItemGroupRef", "ItemRef"), self._refer),
        }

    def close(self) -> None:
        """Undo the circles among the objects, so that their memory is free at once."""
        self.parser.StartDoctypeDeclHandler = self.parser.StartElementHandler = None
        self.parser.EndElementHandler = self.parser.CharacterDataHandler = None
        self._starts.clear()
        self._open.clear()
        self.state.close()

    def _fault(self, what: str, remedy: str | None = _REMEDY) -> ExportError:
        return ExportError(what, file=self.file, place=f"line {self.parser.CurrentLineNumber}", remedy=remedy)

    def _doctype(self, *_: object) -> None:
        raise self._fault(
            "has a DOCTYPE, by which a file can declare entities that grow without bound or open other files; none is read",
            "Do not open it before you know where it comes from.",
        )

    def _start(self, tag: str, attributes: dict[str, str]) -> None:
        self._depth += 1
        if self._depth > limits.DEEPEST_XML:
            raise self._fault(f"is nested deeper than {limits.DEEPEST_XML} elements, which no ODM file is")
        if self._passing:
            return
        name = self._names.get(tag)
        if name is None:
            if self._prefix is None:
                self.created = day_of_moment(attributes.get("CreationDateTime", ""))
            name = self._name(tag)
        if not name or name in _PASSED_OVER:
            self._passing = self._depth
        elif name.startswith("ItemData"):
            self._item_data(name, attributes)
        elif (start := self._starts.get(name)) is not None:
            start(name, attributes)

    def _name(self, tag: str) -> str:
        """The tag without the namespace of ODM; "" for one of another namespace, which is passed over with all in it."""
        namespace, _, local = tag.rpartition(" ")
        if self._prefix is None:
            self._check_root(namespace, local)
            self._prefix = namespace
        name = local if namespace == self._prefix else ""
        if len(self._names) < 1000:
            self._names[tag] = name
        return name

    def _check_root(self, namespace: str, local: str) -> None:
        if local != "ODM":
            what = f"is XML, but no ODM: its first element is {local[:100]!r}, expected 'ODM'"
            remedy = "Remove it from the export, or list it under 'ignore' in the study's export settings."
            raise self._fault(what, remedy)
        if namespace not in ("", NAMESPACE):
            kind = "another version" if namespace.startswith(_ANY_VERSION) else "another namespace"
            raise self._fault(f"is ODM of {kind} ({namespace[:200]}), expected {NAMESPACE}")

    def _clinical_data(self, _name: str, attributes: dict[str, str]) -> None:
        self.clinical = True
        self._open = []
        study = attributes.get("StudyOID", "")
        self._study = self._studies.setdefault(study, study if self._studies else "")

    def _entity(self, level: str, attributes: dict[str, str]) -> None:
        above, parent, seen = self._open[-1] if self._open else (None, self.state.root, {})
        if self._study is None or above != _ABOVE[level]:
            raise self._fault(f"has {level} in {above or 'no ClinicalData'}, where ODM has none")
        oid = self._key(attributes, LEVELS[level], level)
        repeat = attributes.get(REPEAT_KEYS.get(level, ""), "") if level in REPEAT_KEYS else self._study
        if len(repeat) > limits.LONGEST_KEY:
            most = f"the most that can be read is {limits.LONGEST_KEY:,}"
            raise self._fault(f"has a repeat key of {len(repeat):,} characters, {most}")
        own = self._transaction(attributes)
        sibling = 1
        if not repeat and own not in ("Insert", "Update", "Context", "Remove"):
            sibling = seen[level, oid] = seen.get((level, oid), 0) + 1
        node = self.state.open(parent, level, oid, self._once(repeat), own, sibling)
        if node is None:
            self._passing = self._depth
        else:
            self._open.append((level, node, {}))
            self._group = node if level == "ItemGroupData" else None

    def _transaction(self, attributes: dict[str, str]) -> str:
        own = attributes.get("TransactionType", "")
        if own and own not in TRANSACTIONS:
            raise self._fault(f"has the transaction type {own[:100]!r}, expected {', '.join(TRANSACTIONS)}")
        return own

    def _key(self, attributes: dict[str, str], name: str, element: str) -> str:
        value = attributes.get(name, "")
        if not value.strip():
            raise self._fault(f"has {element} without {name}")
        if len(value) > limits.LONGEST_KEY:
            raise self._fault(f"has a {name} of {len(value):,} characters, the most that can be read is {limits.LONGEST_KEY:,}")
        return self._once(value)

    def _once(self, text: str) -> str:
        """The same text as one object: most keys and values come again and again."""
        if len(text) > 64 or len(self._seen) > 1_000_000:
            return text
        return self._seen.setdefault(text, text)

    def _item_data(self, name: str, attributes: dict[str, str]) -> None:
        node = self._group
        if node is None or self._item is not None:
            raise self._fault(f"has {name} where ODM has none: it stands in ItemGroupData")
        oid = self._items.get(attributes.get("ItemOID", ""), "")
        if not oid:
            oid = self._key(attributes, "ItemOID", name)
            self._items[oid] = oid
        own = self._transaction(attributes) if "TransactionType" in attributes else ""
        self._item, self._unit = None, ""
        if own == "Remove":
            node.cells.pop(oid, None)
            if node.units:
                node.units.pop(oid, None)
            self._passing = self._depth
            return
        if own == "Context" and oid in node.cells:  # named for what is said about it; its value is the one that stands
            self._passing = self._depth
            return
        null = "IsNull" in attributes and attributes["IsNull"] == "Yes"
        self._item = (oid, null)
        if name == "ItemData":
            self._take(node, oid, attributes.get("Value", ""), null)
        else:
            self._text, self._length = [], 0
            self.parser.CharacterDataHandler = self._characters

    def _take(self, node: Node, oid: str, value: str, null: bool) -> None:
        if len(value) > limits.LONGEST_CELL:
            raise self._fault(f"has a value of {len(value):,} characters, the most that can be read is {limits.LONGEST_CELL:,}")
        if null and value and not value.isspace():
            shown = value if len(value) <= 60 else f"{value[:60]}…"
            self.state.remarks.append((node, f"{oid} is null (IsNull) beside the value {shown!r}; it is read as empty"))
        node.cells[oid] = "" if null else self._once(value)
        if node.units:
            node.units.pop(oid, None)

    def _characters(self, text: str) -> None:
        if self._text is not None and not self._passing:
            self._length += len(text)
            if self._length > limits.LONGEST_CELL:
                raise self._fault(f"has a value of more than {limits.LONGEST_CELL:,} characters")
            self._text.append(text)

    def _unit_ref(self, _name: str, attributes: dict[str, str]) -> None:
        if self._item is not None:
            self._unit = self._key(attributes, "MeasurementUnitOID", "MeasurementUnitRef")

    def _site(self, _name: str, attributes: dict[str, str]) -> None:
        if self._open and self._open[-1][0] == "SubjectData":
            self._open[-1][1].site = self._key(attributes, "LocationOID", "SiteRef")

    def _define(self, name: str, attributes: dict[str, str]) -> None:
        kinds = {
            "FormDef": self.metadata.forms,
            "ItemGroupDef": self.metadata.groups,
            "ItemDef": self.metadata.items,
            "StudyEventDef": self.metadata.events,
        }
        definition = kinds[name].setdefault(self._key(attributes, "OID", name), Definition())
        definition.name = attributes.get("Name", "").strip()[: limits.LONGEST_KEY]
        definition.repeating = attributes.get("Repeating") == "Yes"
        variables = (attributes.get(kind, "").strip()[: limits.LONGEST_KEY] for kind in ("SASFieldName", "SDSVarName"))
        definition.variables = tuple(variables)
        self._definition = (name, definition)

    def _refer(self, name: str, attributes: dict[str, str]) -> None:
        wanted, oid = {"ItemGroupRef": ("FormDef", "ItemGroupOID"), "ItemRef": ("ItemGroupDef", "ItemOID")}[name]
        if self._definition is not None and self._definition[0] == wanted:
            self._definition[1].refs[self._key(attributes, oid, name)] = None

    def _end(self, tag: str) -> None:
        self._depth -= 1
        if self._passing:
            if self._depth < self._passing:
                self._passing = 0
            return
        name = self._names.get(tag) or self._name(tag)
        if name == "ItemData" and not self._unit:
            self._item = None
        elif name in LEVELS:
            self._open.pop()
            self._group = None
        elif self._item is not None and name.startswith("ItemData"):
            self._end_item(name)
        elif name == "ClinicalData":
            self._study = None
        elif self._definition is not None and name == self._definition[0]:
            self._definition = None

    def _end_item(self, name: str) -> None:
        assert self._item is not None
        (oid, null), node = self._item, self._open[-1][1]
        if self._text is not None:
            value = "".join(self._text)
            self._take(node, oid, value if name in _TEXT_TYPES else value.strip(), null)
            self._text = None
            self.parser.CharacterDataHandler = None
        if self._unit and not null:
            node.units = node.units or {}
            node.units[oid] = self._unit
        self._item = None

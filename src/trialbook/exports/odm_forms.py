"""The forms of an ODM file, which of their item groups repeat, and the records that both give."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from trialbook.exports.odm_metadata import Metadata
from trialbook.exports.odm_state import Node, State


@dataclass(slots=True)
class OdmRecord:
    """``place`` is the FormData or ItemGroupData that the record stands in; ``own`` and ``beside`` are its item groups by OID."""

    place: Node
    form: Node
    own: dict[str, Node]
    beside: dict[str, Node]

    def part(self, group: str) -> Node | None:
        """The item group of that OID."""
        return self.own.get(group) or self.beside.get(group)


@dataclass
class OdmForm:
    """One form: its instances, and its item groups that repeat and that do not, in the order of the definition."""

    oid: str
    instances: list[Node]
    repeating: list[str] = field(default_factory=list)
    single: list[str] = field(default_factory=list)

    def whole(self) -> list[OdmRecord]:
        """A record for each instance, of the groups that do not repeat."""
        records = []
        for form in self.instances:
            parts = _parts(form, set(self.single))
            if any(part.cells for part in parts.values()):
                alone = len(self.single) + len(self.repeating) == 1
                records.append(OdmRecord(next(iter(parts.values())) if alone else form, form, parts, {}))
        return records

    def repetitions(self) -> dict[str, list[OdmRecord]]:
        """For each group that repeats a record for each repetition, with the groups that do not repeat beside it."""
        found: dict[str, list[OdmRecord]] = {group: [] for group in self.repeating}
        for form in self.instances:
            beside = _parts(form, set(self.single))
            for part in form.of("ItemGroupData"):
                if part.oid in found and part.cells:
                    found[part.oid].append(OdmRecord(part, form, {part.oid: part}, beside))
        return found


def odm_forms(state: State, metadata: Metadata) -> list[OdmForm]:
    """The forms that are defined or have data, by their OIDs.

    A group repeats when its definition says so or an instance holds it several times. Where all groups of a form are defined as
    repeating, the definitions tell nothing, and what instances hold decides.
    """
    instances: dict[str, list[Node]] = {oid: [] for oid in metadata.forms}
    for instance in state.root.of("FormData"):
        instances.setdefault(instance.oid, []).append(instance)
    forms = []
    for oid, nodes in sorted(instances.items()):
        defined = metadata.forms[oid].refs if oid in metadata.forms else {}
        groups = dict.fromkeys([*defined, *(group for node in nodes for group, _ in node.children)])
        several = _several(nodes)
        said = {group for group in groups if group in metadata.groups and metadata.groups[group].repeating}
        if len(groups) > 1 and len(said) == len(groups):
            said = set()
        form = OdmForm(oid, nodes)
        for group in groups:
            (form.repeating if group in said or group in several else form.single).append(group)
        forms.append(form)
    return forms


def _several(forms: list[Node]) -> set[str]:
    """The groups of which one instance holds more than one."""
    found: set[str] = set()
    for form in forms:
        seen: set[str] = set()
        for (group, _), alike in form.children.items():
            if len(alike) > 1 or (alike and group in seen):
                found.add(group)
            if alike:
                seen.add(group)
    return found


def _parts(form: Node, wanted: Collection[str]) -> dict[str, Node]:
    return {part.oid: part for part in form.of("ItemGroupData") if part.oid in wanted}

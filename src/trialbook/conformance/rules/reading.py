"""A rule of CDISC's Open Rules format as a CoreRule; what can't be read says which construct, and where."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from trialbook.conformance.rules.checks import check_operators, matched_names, operation_names
from trialbook.conformance.rules.constructs import constructs
from trialbook.conformance.rules.executable import authored, is_executable
from trialbook.conformance.rules.refusal import (
    Location,
    RefusedError,
    entry,
    known,
    list_at,
    mapping_at,
    names_at,
    refuse_unknown_keys,
    shown,
    text_at,
)
from trialbook.conformance.rules.rule import Citation, CoreRule, Published, Scope, UnreadableRule
from trialbook.conformance.rules.text import line_of, parse_rule
from trialbook.findings.terms import Severity

GROUPED = "Group"


def read_rule_text(content: bytes, file: Path) -> CoreRule | UnreadableRule:
    """The rule in a file's bytes; JSON where the file's name says so, else YAML."""
    try:
        data = parse_rule(content, is_json=file.suffix.lower() == ".json")
    except RefusedError as refused:
        return UnreadableRule(None, refused.construct, refused.why, file, refused.line)
    return read_rule(data, file, content)


def read_rule(data: object, file: Path | None = None, content: bytes | None = None) -> CoreRule | UnreadableRule:
    """The rule in ``data``, as YAML gives it; with ``content``, what it was read from, a complaint has its line."""
    try:
        given = mapping_at(data, "no rule", ())
        return _rule(authored(given) if is_executable(given) else given, file)
    except RefusedError as refused:
        line = refused.line or (line_of(content, refused.location) if content is not None else None)
        return UnreadableRule(rule_id(data), refused.construct, refused.why, file, line, _published_if_readable(data))
    except RecursionError:
        return UnreadableRule(rule_id(data), "rule", "is nested too deeply", file)


def rule_id(data: object) -> str | None:
    """``Core.Id`` of what may be a rule; None without one."""
    if not isinstance(data, Mapping):
        return None
    core = data.get("Core")
    found = core.get("Id") if isinstance(core, Mapping) else data.get("core_id")
    return found.strip() or None if isinstance(found, str) else None


def _rule(data: Mapping[str, Any], file: Path | None) -> CoreRule:
    if not data:
        raise RefusedError("no rule", "the file is empty")
    core = mapping_at(*_named(data, "Core"))
    if "Core" not in data and "Check" not in data:
        raise RefusedError("no rule", "has neither Core nor Check, so it is no rule in CDISC's format")
    identity = text_at(core.get("Id"), "Core.Id", ("Core", "Id"))
    if not identity:
        raise RefusedError("no Core.Id", "a rule is known by its id", ("Core",))
    listed = constructs()
    refuse_unknown_keys(data, listed.rule_keys, "key", ())
    rule_type = known(*_required(data, "Rule Type", listed.rule_types))
    sensitivity = known(*_required(data, "Sensitivity", listed.sensitivities))
    outcome, at = _outcome(data)
    scope = _Scopes(data)
    grouped, there = entry(data, "Grouping Variables", ())
    if sensitivity == GROUPED and not names_at(grouped, "Grouping Variables", there):
        raise RefusedError("Sensitivity Group", "has no Grouping_Variables, by which records are grouped", ("Sensitivity",))
    return CoreRule(
        id=identity,
        published=_published(data),
        description=_text(data, "Description"),
        message=text_at(*_named(outcome, "Message", at)),
        rule_type=rule_type,
        sensitivity=sensitivity,
        executability=_text(data, "Executability"),
        status=text_at(core.get("Status"), "Core.Status", ("Core", "Status")),
        severity=_severity(data),
        classes=scope.of("Classes"),
        domains=scope.of("Domains"),
        data_structures=scope.of("Data Structures"),
        entities=scope.of("Entities"),
        include_split=scope.include_split,
        use_case=scope.use_case,
        output_variables=names_at(*_named(outcome, "Output Variables", at)),
        operators=check_operators(data.get("Check"), rule_type, ("Check",)),
        operations=operation_names(data.get("Operations"), ("Operations",)),
        match_datasets=matched_names(*_at(data, "Match Datasets")),
        data=data,
        file=file,
    )


def _at(of: Mapping[str, Any], key: str, at: Location = ()) -> tuple[Any, Location]:
    return entry(of, key, at)


def _named(of: Mapping[str, Any], key: str, at: Location = ()) -> tuple[Any, str, Location]:
    value, there = entry(of, key, at)
    return value, key, there


def _required(data: Mapping[str, Any], key: str, among: frozenset[str]) -> tuple[Any, frozenset[str], str, Location]:
    value, there = entry(data, key, ())
    if value is None:
        raise RefusedError(f"no {key}", f"expected one of {', '.join(sorted(among))}")
    return value, among, key, there


def _text(of: Mapping[str, Any], key: str, at: Location = ()) -> str:
    return text_at(*_named(of, key, at))


def _outcome(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], Location]:
    outcome = mapping_at(*_named(data, "Outcome"))
    if not text_at(outcome.get("Message"), "Outcome.Message", ("Outcome", "Message")):
        raise RefusedError("no Outcome.Message", "a finding would say nothing", ("Outcome",))
    refuse_unknown_keys(outcome, constructs().outcome_keys, "Outcome key", ("Outcome",))
    return outcome, ("Outcome",)


def _severity(data: Mapping[str, Any]) -> Severity | None:
    found = data.get("Severity")
    if found is None:
        return None
    return Severity(known(found, [str(one) for one in Severity], "Severity", ("Severity",)))


class _Scopes:
    """The parts of ``Scope``."""

    def __init__(self, data: Mapping[str, Any]):
        self._scope = mapping_at(*_named(data, "Scope"))
        refuse_unknown_keys(self._scope, constructs().scope_keys, "Scope key", ("Scope",))
        self.use_case = _text(self._scope, "Use Case", ("Scope",))
        domains = mapping_at(*_named(self._scope, "Domains", ("Scope",)))
        split = domains.get("include_split_datasets")
        if split is not None and not isinstance(split, bool):
            raise RefusedError("include_split_datasets", f"found {shown(split)}, expected true or false", ("Scope", "Domains"))
        self.include_split: bool | None = split

    def of(self, key: str) -> Scope:
        """What is included and excluded; the engine would pass over anything else."""
        value, what, at = _named(self._scope, key, ("Scope",))
        part = mapping_at(value, what, at)
        allowed = ["Include", "Exclude", *(["include_split_datasets"] if key == "Domains" else [])]
        refuse_unknown_keys(part, allowed, f"Scope {key}", at, spaced=False)
        included, excluded = (names_at(part.get(name), f"{key} {name}", (*at, name)) for name in ("Include", "Exclude"))
        return Scope(included, excluded)


def _published(data: Mapping[str, Any]) -> tuple[Published, ...]:
    found: list[Published] = []
    for place, authority in enumerate(list_at(*_named(data, "Authorities"))):
        at: Location = ("Authorities", place)
        authority = mapping_at(authority, "Authorities", at)
        organization = _text(authority, "Organization", at)
        for number, standard in enumerate(list_at(*_named(authority, "Standards", at))):
            here = (*at, "Standards", number)
            standard = mapping_at(standard, "Standards", here)
            name, version = _text(standard, "Name", here), _text(standard, "Version", here)
            if not (name and version):
                raise RefusedError("Standards", "an entry has no Name or no Version", here)
            substandard = _text(standard, "Substandard", here)
            references = list_at(*_named(standard, "References", here)) or [{}]
            for position, reference in enumerate(references):
                there = (*here, "References", position)
                reference = mapping_at(reference, "References", there)
                identifier = mapping_at(*_named(reference, "Rule Identifier", there))
                found.append(
                    Published(
                        organization=organization,
                        standard=name,
                        version=version,
                        rule_id=_text(identifier, "Id", (*there, "Rule Identifier")),
                        substandard=substandard,
                        origin=_text(reference, "Origin", there),
                        origin_version=_text(reference, "Version", there),
                        citations=tuple(_citations(reference, there)),
                    )
                )
    if not found:
        raise RefusedError("no Authorities", "the rule names no standard that it is for")
    return tuple(found)


def _citations(reference: Mapping[str, Any], at: Location) -> list[Citation]:
    listed, _, here = _named(reference, "Citations", at)
    found = []
    for position, one in enumerate(list_at(listed, "Citations", here)):
        there = (*here, position)
        one = mapping_at(one, "Citations", there)
        found.append(Citation(*(_text(one, key, there) for key in ("Document", "Section", "Item", "Cited Guidance"))))
    return found


def _published_if_readable(data: object) -> tuple[Published, ...]:
    try:
        return _published(mapping_at(data, "", ()))
    except RefusedError:
        return ()

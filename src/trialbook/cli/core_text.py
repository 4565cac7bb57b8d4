"""What the commands about conformance rules show, to people and as JSON."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from trialbook.conformance.rules.applying import scope_words

if TYPE_CHECKING:
    from trialbook.conformance.rules import RuleSet, Scope, UnreadableRule
    from trialbook.conformance.rules.applying import StudyScope
    from trialbook.conformance.rules.listing import ListedRule, Listing
    from trialbook.conformance.store import Installed
    from trialbook.conformance.store.status import RuleStatus, Status

_IDS_SHOWN = 4
_WIDTH = 80
_LABEL = 19
_UNBROKEN = "\N{NO-BREAK SPACE}"


def print_rules(listing: Listing) -> None:
    """A table on a terminal, else a line for each rule; how many there are, and what can't be read, last."""
    console = Console(highlight=False)
    if console.is_terminal and listing.rules:
        table = Table("Rule", "Answers to", "For", "Text", *(["Applies"] if listing.study else []), show_lines=True)
        for one in listing.rules:
            cells = [one.rule.id, _ids(one, "\n"), scope_words(one.rule), one.rule.description or one.rule.message]
            table.add_row(*(Text(cell) for cell in cells), *([_verdict(one)] if listing.study else []))
        console.print(table)
    else:
        for one in listing.rules:
            applies = f"{_verdict(one).plain}: " if listing.study else ""
            text = " ".join((one.rule.description or one.rule.message).split())
            _say(f"{one.rule.id}: {_ids(one, ', ') or 'no id'}: {scope_words(one.rule)}: {applies}{text}")
    for _, unreadable in listing.unreadable:
        _say(f"Can't be read: {unreadable}")
    _say(_total(listing))


def _total(listing: Listing) -> str:
    total = _many(len(listing.rules))
    if listing.study:
        total += f", {listing.applying:,} of them for {listing.study.name} ({_standard(listing.standard, listing.version)})"
    if listing.unreadable:
        total += f"; {len(listing.unreadable):,} can't be read"
    sources = ", ".join(f"{len(rules):,} of {label}" for label, rules in listing.sources)
    return f"{total}. Looked through: {sources}."


def _ids(one: ListedRule, between: str) -> str:
    more = len(one.cites) - _IDS_SHOWN
    return between.join((*one.cites[:_IDS_SHOWN], *([f"+{more}"] if more > 0 else [])))


def _verdict(one: ListedRule) -> Text:
    return Text("yes", "green") if one.why_not is None else Text(f"no: {one.why_not}", "dim")


def rules_as_json(listing: Listing) -> dict[str, object]:
    """The listing, with all that is known of each rule but its check."""
    study = listing.study
    return {
        "standard": _standard(listing.standard, listing.version) if listing.standard else None,
        "study": study.name if study else None,
        "sources": [_source(label, rules) for label, rules in listing.sources],
        "rules": [_rule(one, study is not None) for one in listing.rules],
        "unreadable": [_unreadable(source, one) for source, one in listing.unreadable],
    }


def _rule(one: ListedRule, judged: bool) -> dict[str, object]:
    rule = one.rule
    organizations = dict.fromkeys(published.organization for published in rule.published)
    return {
        "id": rule.id,
        "source": one.source,
        "cites": list(one.cites),
        "published": {name: list(rule.cites_of(name)) for name in organizations},
        "standards": list(dict.fromkeys(_standard(published.standard, published.version) for published in rule.published)),
        "description": rule.description,
        "message": rule.message,
        "rule_type": rule.rule_type,
        "sensitivity": rule.sensitivity,
        "executability": rule.executability,
        "status": rule.status,
        "severity": rule.severity,
        "classes": _scope(rule.classes),
        "domains": _scope(rule.domains),
        "data_structures": _scope(rule.data_structures),
        "entities": _scope(rule.entities),
        "use_case": rule.use_case,
        "output_variables": list(rule.output_variables),
        "applies": one.why_not is None if judged else None,
        "why_not": one.why_not,
        "datasets": list(one.datasets),
        "file": str(rule.file) if rule.file else None,
    }


def _scope(scope: Scope) -> dict[str, list[str]]:
    return {"include": list(scope.include), "exclude": list(scope.exclude)}


def _source(label: str, rules: RuleSet) -> dict[str, object]:
    return {
        "name": label,
        "origin": rules.origin,
        "rules": len(rules),
        "unreadable": len(rules.unreadable),
        "sha256": rules.sha256,
    }


def _unreadable(source: str, one: UnreadableRule) -> dict[str, object]:
    file = str(one.file) if one.file else None
    return {"id": one.id, "source": source, "construct": one.construct, "why": one.why, "file": file, "line": one.line}


def print_installed(record: Installed, rules: RuleSet) -> None:
    """What was installed, where from, and what of it can't be read."""
    _rows({"Installed": _count(record), "From": record.source, "SHA-256": record.sha256, "Compared": _compared(record)})
    _print_unreadable(rules)
    _say("Next: trialbook core status")


def print_status(status: Status, study: StudyScope | None) -> None:
    """What is installed, and how much of it applies to the study."""
    _rows({"Engine": f"cdisc-rules-engine {status.engine}"})
    record = status.record
    if record is None:
        others = f" (those for the engine {', '.join(status.others)} are)" if status.others else ""
        _rows({"CDISC's rules": f"not installed{others}; to install them: trialbook core install"})
    else:
        _rows(
            {
                "CDISC's rules": _count(record),
                "Installed": f"{record.when:%Y-%m-%d %H:%M} UTC, {status.age()}",
                "From": record.source,
                "SHA-256": record.sha256,
                "Compared": _compared(record),
                **({"Changed": f"{record.modified} (as the server says)"} if record.modified else {}),
                "Kept in": str(status.folder),
            }
        )
    if study is not None:
        _rows({"Study": f"{study.name}, {_standard(study.standard, study.version)}"})
    for one in status.sets:
        _print_set(one)
    if record is None:
        _say("Without an install a run uses the rules named here, and says so. They are a part of what CDISC publishes.")


def _print_set(one: RuleStatus) -> None:
    text = _many(len(one.rules))
    if one.applying is not None:
        text += f", {one.applying.listed:,} for the study's standard, {one.applying.applying:,} for its datasets:"
        text += "".join(f" {name}{_UNBROKEN}{count:,}," for name, count in one.applying.by_dataset.items()).rstrip(",")
    _rows({one.label[:1].upper() + one.label[1:]: text})
    _print_unreadable(one.rules)


def status_as_json(status: Status, study: StudyScope | None) -> dict[str, object]:
    """The status."""
    return {
        "engine": status.engine,
        "folder": str(status.folder),
        "installed": status.record.as_json() if status.record else None,
        "other_engines": list(status.others),
        "study": {"id": study.name, "standard": _standard(study.standard, study.version)} if study else None,
        "rules": [
            _source(one.label, one.rules)
            | {
                "listed": one.applying.listed if one.applying else None,
                "applying": one.applying.applying if one.applying else None,
                "by_dataset": dict(one.applying.by_dataset) if one.applying else None,
                "unreadable": [_unreadable(one.label, each) for each in one.rules.unreadable],
            }
            for one in status.sets
        ],
    }


def _compared(record: Installed) -> str:
    """What the checksum was held against."""
    if record.checked == "published":
        return "the same as published with the release"
    if record.checked == "given":
        return "the same as given with --sha256"
    return "with nothing: none was given" + (", and none is published where it could be looked up" if record.release else "")


def _count(record: Installed) -> str:
    release = f" of release {record.release}" if record.release else ""
    broken = f"; {record.unreadable:,} can't be read" if record.unreadable else ""
    return f"{_many(record.rules)}{release}{broken}"


def _many(count: int) -> str:
    return f"{count:,} rule{'s' * (count != 1)}"


def _print_unreadable(rules: RuleSet) -> None:
    for one in rules.unreadable:
        _say(f"Can't be read: {one}")


def _standard(name: str | None, version: str | None) -> str:
    return f"{(name or '').upper()} {version}"


def _rows(rows: Mapping[str, str]) -> None:
    """Labels with what they label, no wider than a terminal, but for what can't be broken: an address, a checksum."""
    for label, text in rows.items():
        begin = f"{label:<{_LABEL}} " if len(label) <= _LABEL else f"{label}\n{' ' * (_LABEL + 1)}"
        indent = " " * (_LABEL + 1)
        lines: Sequence[str] = textwrap.wrap(text, _WIDTH - len(indent), break_long_words=False, break_on_hyphens=False)
        _say((begin + f"\n{indent}".join(lines)).replace(_UNBROKEN, " "))


def _say(text: str) -> None:
    Console(highlight=False).print(text, markup=False, soft_wrap=True)

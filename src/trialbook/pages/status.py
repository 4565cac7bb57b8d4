"""The book's first page: what the study is, where its protocol and its record stand, and where the latest validation does."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup, escape

from trialbook.pages.html import Cell, code, facts, lines, note
from trialbook.pages.inputs import book_files
from trialbook.pages.links import page_link
from trialbook.pages.session import study
from trialbook.pages.shown import ShownRun
from trialbook.pages.synopsis import ages
from trialbook.protocol.objectives import Level
from trialbook.protocol.registry import check_registry


def glance_table() -> Markup:
    """The study in a few lines: who, what kind of trial, in whom, the arms, what it measures."""
    protocol = study().protocol
    one = protocol.study
    pairs: list[tuple[Cell, Cell]] = [
        ("Study", lines([code(one.id), *([note(", ".join(one.other_ids))] if one.other_ids else [])]))
    ]
    if one.sponsor:
        pairs.append(("Sponsor", one.sponsor))
    if design := ", ".join(_design()):
        pairs.append(("Design", design))
    pairs.append(("Subjects", ", ".join([*_subjects(), str(ages(one.population))])))
    if one.arms:
        pairs.append(("Arms", lines(Markup("<b>{}</b>{}").format(arm.arm, note(arm.description)) for arm in one.arms)))
    for level, name in ((Level.PRIMARY, "Primary endpoint"), (Level.SECONDARY, "Secondary endpoints")):
        if found := protocol.objectives.of(level):
            pairs.append((name, lines(page_link(end.name, "objectives", end.id) for end in found)))
    return facts(pairs, about="The study at a glance")


def status_table() -> Markup:
    """Where protocol and record stand: version in force, agreement with the record, open questions."""
    protocol = study().protocol
    amendments = protocol.amendments
    made = amendments.amendments
    version = (
        f"{amendments.versions[-1]}, in effect from {made[-1].effective}" if made else f"{amendments.versions[-1]}, the original"
    )
    count = f"{len(made)} amendment{'' if len(made) == 1 else 's'}" if made else "never amended"
    pairs: list[tuple[Cell, Cell]] = [
        ("Protocol in force", lines([f"Version {version}", note(_to("amendments", count))])),
    ]
    if protocol.study.status:
        pairs.append(("Status in the record", protocol.study.status))
    if protocol.study.record:
        found = len(check_registry(protocol, None).differences)
        told = f"{found} difference{'' if found == 1 else 's'}" if found else "no difference"
        pairs.append(("Protocol against record", _to("sources", told)))
    still = sum(one.open for one in protocol.questions.questions)
    pairs.append(("Open questions", _to("open-questions", f"{still} to the sponsor") if still else "none"))
    return facts(pairs, about="Status")


def run_status(run: ShownRun) -> Markup:
    """Where the latest validation stands, in a few lines that lead to its page."""
    counted = run.counts.severities
    found = ", ".join(f"{number:,} {severity}" for severity, number in counted.items() if number)
    pairs: list[tuple[Cell, Cell]] = [
        ("Export", "synthetic: invented subjects" if run.synthetic is not None else (run.exported or "its date is not stated")),
        ("Verdict", lines([Markup("<b>{}</b>").format(run.gate.headline), *map(note, run.gate.reasons)])),
        ("Findings", _to("validation", f"{run.counts.findings:,}" + (f": {found}" if found else ""))),
    ]
    return facts(pairs, about="Latest validation")


def _design() -> Iterator[str]:
    design = study().protocol.study.design
    for value in (design.phase, design.allocation, design.intervention_model):
        if value:
            yield value
    if design.masking:
        yield f"masking: {design.masking}"


def _subjects() -> Iterator[str]:
    design = study().protocol.study.design
    if design.planned_subjects is not None:
        yield f"{design.planned_subjects} planned"
    if design.sites is not None:
        yield f"{design.sites} site{'' if design.sites == 1 else 's'}"


def _to(page: str, text: Cell) -> Markup:
    """A link to a page; the text alone in a book without it."""
    if f"{page}.md" not in book_files(study().root):
        return escape(text)
    return Markup('<a href="{}.html">{}</a>').format(page, text)

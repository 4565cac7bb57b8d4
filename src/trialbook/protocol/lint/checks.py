"""Whether the protocol agrees with itself (``trialbook specs lint``): what no single file can tell."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from trialbook.protocol.lint.agreement import lint_analysis, lint_objectives, lint_wording
from trialbook.protocol.lint.amendments import lint_amendments
from trialbook.protocol.lint.eligibility import lint_eligibility
from trialbook.protocol.lint.glossary import lint_glossary
from trialbook.protocol.lint.interventions import lint_interventions
from trialbook.protocol.lint.questions import lint_questions
from trialbook.protocol.lint.references import lint_references
from trialbook.protocol.lint.schedule import lint_schedule
from trialbook.protocol.lint.sections import lint_sections
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.statements import lint_sources
from trialbook.protocol.trial_design.lint import lint_design
from trialbook.specfile import Complaint

CHECKS: tuple[Callable[[Protocol], Iterable[Complaint]], ...] = (
    lint_sources,
    lint_eligibility,
    lint_schedule,
    lint_interventions,
    lint_design,
    lint_objectives,
    lint_analysis,
    lint_sections,
    lint_wording,
    lint_glossary,
    lint_references,
    lint_questions,
    lint_amendments,
)


def lint_protocol(protocol: Protocol) -> tuple[Complaint, ...]:
    """The complaints of every check, by file and line."""
    found = [complaint for check in CHECKS for complaint in check(protocol)]
    return tuple(sorted(dict.fromkeys(found), key=lambda one: (one.file, one.line, one.place, one.text)))

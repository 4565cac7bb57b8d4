"""The study's explanations, held against its rules."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from trialbook.checks.modules import KIT_PREFIX, rules_of
from trialbook.conformance.choice import choose_rules
from trialbook.findings import Severity
from trialbook.findings.explanations import lint_explanations, load_explanations
from trialbook.specfile import Complaint
from trialbook.study import LoadedStudy


def explanation_complaints(study: LoadedStudy, today: date) -> Sequence[Complaint]:
    """What is wrong with ``validators/explanations.yml``.

    Raises :class:`~trialbook.errors.SpecError` where that can't be read, or ``validators/known_issues.yml``.
    """
    rules: dict[str, Severity] = {}
    for form in study.specs.forms:
        rules |= {one.id: one.severity for one in study.form_rules(form)}
    for models in study.models.datasets.values():
        rules |= {one.id: one.severity for one in rules_of(models)}
    # CDISC's state no severity; a machine without them lints too.
    for of_source in choose_rules("off", study.root).sets:
        rules |= {one.id: one.severity or Severity.ERROR for one in of_source.rules}
    # Which rules the kit has for datasets, for visits and for the export as a whole is known when they run.
    names = (*study.standard.datasets, *study.specs.domains, "SUPP", "RELREC", "VISIT", "MAP")
    families = [f"{KIT_PREFIX}{name}" for name in names] + [f"{KIT_PREFIX}RAW-{form}-" for form in study.specs.forms]
    families += [f"{KIT_PREFIX}RAW-{kind}" for kind in ("TABLE", "FORM", "EMPTY", "COLUMN", "UNKNOWN", "SHAPE", "READ")]
    families.append("CORE-")
    return lint_explanations(load_explanations(study.root), study.root, rules, families, today)

"""Every rule on forms, mapping and datasets of an export."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from trialbook.checks.answer_rules import check_answers
from trialbook.checks.check import check_tables
from trialbook.checks.consequences import Told, told_of, told_of_columns, without_repeats
from trialbook.checks.cross import cross_rules, without_consequences
from trialbook.checks.export_rules import check_export
from trialbook.checks.future_rules import without_future
from trialbook.checks.judged_tables import judged_tables
from trialbook.checks.made_without import made_without
from trialbook.checks.mapping_rules import check_mapping, told_of_joins
from trialbook.checks.modules import rules_of
from trialbook.checks.parts import parts_of
from trialbook.checks.places import site_places, with_numbers
from trialbook.checks.signals import check_signals
from trialbook.checks.subject_rules import add_told, subject_rules
from trialbook.checks.tables import design_table, form_table, mapped_table
from trialbook.checks.undecided_rules import assigned_to_arms, check_undecided
from trialbook.checks.unknown_subjects import check_unknown_subjects
from trialbook.checks.visits import check_visits
from trialbook.conformance.choice import ChosenRules
from trialbook.conformance.conformance import Submitted, check_conformance
from trialbook.conformance.statement import state_rules
from trialbook.findings import Finding, RuleOutcome, SitePlace, assemble
from trialbook.findings.pictures import Picture
from trialbook.progress import Progress
from trialbook.run.about import counts_of, sites_of
from trialbook.run.live import Known, bring_to_life, coverage_of_export
from trialbook.run.material import Material
from trialbook.run.result import Run
from trialbook.study import LoadedStudy

Batch = tuple[Sequence[Finding], Sequence[RuleOutcome]]
ToldByRule = dict[str, list[Told]]


def validate_material(
    study: LoadedStudy, material: Material, rules: ChosenRules, progress: Progress, known: Known | None = None, parts: int = 1
) -> Run:
    """The findings; ``rules`` are the conformance rules, ``known`` is what earlier runs found.

    With more than one of ``parts`` the rules run on a part of the subjects at a time, to the same findings.
    """
    return _Validation(study, material, parts).run(rules, progress, known or Known())


@dataclass
class _Validation:
    """One validation: the tables that are checked, and the findings and outcomes of each check so far."""

    study: LoadedStudy
    material: Material
    parts: int = 1
    batches: list[Batch] = field(default_factory=list)

    def __post_init__(self) -> None:
        forms, mapped = self.material.forms, self.material.mapped
        self.forms = {
            name: form_table(form, mapped.usubjid.get(name), self.study.specs.codelists) for name, form in forms.found.items()
        }
        sources = self.forms | judged_tables(self.material.screened, forms.found, self.forms, self.study.specs)
        self.datasets = {
            name: replace(mapped_table(one, sources), whole_key=self.study.keys(one.dataset.domain))
            for name, one in mapped.datasets.items()
        }
        self.datasets |= {one.dataset.name: design_table(one) for one in self.material.design}
        self.incomplete = made_without(self.study.specs, self.material.forms.absent)
        # A form and a dataset may have one name.
        self.of_forms = parts_of(self.forms, self.parts) if self.parts > 1 else ()
        self.of_datasets = parts_of(self.datasets, self.parts) if self.parts > 1 else ()

    def run(self, rules: ChosenRules, progress: Progress, known: Known) -> Run:
        progress("checking the forms")
        told = self._check_forms()
        places = self._check_visits(told)
        self._check_mapping()
        progress("checking the datasets")
        self._check_datasets(told)
        self._check_across()
        pictures = self._check_signals()
        progress("running the conformance rules")
        self._check_conformance(rules, progress)
        counts = [*counts_of(self.forms), *counts_of(self.datasets)]
        info = replace(self.material.info, conformance=state_rules(rules, self.study.standard))
        results = assemble(info, self.batches, counts, sites_of(self.datasets))
        places = {**site_places(results.findings, self.material.forms.found), **places}
        places = with_numbers(places, results.findings, self.material.forms.found)
        coverage = coverage_of_export(results, self.material, self.forms, self.datasets)
        results = bring_to_life(replace(results, places=places, pictures=pictures), known, coverage, self.datasets)
        return Run(results, self.forms, self.datasets, self.material.datasets)

    def _check_forms(self) -> ToldByRule:
        """The export's shape and the forms' rules; what they tell already, by the rules that would tell it again."""
        study, forms, mapped = self.study, self.material.forms, self.material.mapped
        unreadable = self.material.raw.unreadable
        self.batches.append(check_export(forms, study.specs.forms, self.forms, study.protocol.id, unreadable))
        absent = {name: f"the form {name} is not in the export" for name in forms.absent}
        subjects = subject_rules(forms.found, mapped.usubjid, study.specs, study.questions)
        of_subjects = {name: (one.rule,) for name, one in subjects.items()}
        exported = self.material.info.exported
        day = exported.date if exported else None
        rules = {name: (*study.form_rules(name, day), *of_subjects.get(name, ())) for name in study.specs.forms}
        found: list[Finding] = []
        told = told_of_columns(forms.found)
        # Those that are silent where another has told of the record run after the others.
        for later in (False, True):
            now = {name: [one for one in of_form if bool(one.told_by) is later] for name, of_form in rules.items()}
            made, outcomes = check_tables(self.forms, now, absent, study.protocol.id, told, self.of_forms)
            made, outcomes = without_future(made, outcomes, [*found, *made])
            self.batches.append((made, outcomes))
            found += made
            told = told_of(found, rules)
        so_far = [finding for made, _ in self.batches for finding in made]
        id, questions = study.protocol.id, study.questions
        self.batches.append(check_unknown_subjects(forms.found, mapped.usubjid, self.forms, study.specs, id, questions, so_far))
        return add_told(told, subjects)

    def _check_visits(self, told: ToldByRule) -> Mapping[str, SitePlace]:
        """The schedule; where a site would enter what is missing."""
        study, dm, se = self.study, self.datasets.get("DM"), self.datasets.get("SE")
        forms, mapped = self.material.forms, self.material.mapped
        so_far = [finding for made, _ in self.batches for finding in made]
        stay = self.incomplete.get("SE")
        found = check_visits(forms, mapped, self.forms, dm, study.specs, study.protocol, study.questions, told, so_far, se, stay)
        self.batches.append((found.findings, found.outcomes))
        return found.places

    def _check_mapping(self) -> None:
        """What sites say of the criteria, and what could not be mapped."""
        study, forms, mapped = self.study, self.material.forms, self.material.mapped
        id, questions = study.protocol.id, study.questions
        screened, dm = self.material.screened, mapped.datasets.get("DM")
        assigned = assigned_to_arms(dm, forms.found)
        told = [finding for found, _ in self.batches for finding in found]
        self.batches.append(check_answers(screened, forms.found, self.forms, study.specs, id, questions, assigned, told))
        told = [finding for found, _ in self.batches for finding in found]
        self.batches.append(check_undecided(screened, dm, forms.found, self.forms, study.specs, id, questions, told))
        told = [finding for found, _ in self.batches for finding in found]
        unmapped = check_mapping(mapped.issues, mapped.not_made, self.datasets, self.forms, id, questions)
        self.batches.append(without_repeats(*unmapped, told))

    def _check_datasets(self, told: ToldByRule) -> None:
        """The standard's rules, and the study's own also for datasets that are not there."""
        study = self.study
        rules = {one.dataset.name: study.dataset_rules(one.dataset, one.keys) for one in self.material.made}
        rules |= {name: rules_of(models) for name, models in study.models.datasets.items() if name not in rules}
        not_made = self.material.mapped.not_made
        told = told_of_joins(told, self.material.mapped.issues, study.specs)
        found = check_tables(self.datasets, rules, not_made, study.protocol.id, told, self.of_datasets, self.incomplete)
        so_far = [finding for made, _ in self.batches for finding in made]
        self.batches.append(without_repeats(*without_future(*found, so_far), so_far))

    def _check_across(self) -> None:
        """The rules across datasets, where nothing that was found so far asks about the same cells."""
        study, mapped = self.study, self.material.mapped
        rules = cross_rules(self.material.datasets, study.standard, study.questions, study.protocol)
        found, outcomes = check_tables(
            self.datasets, rules, mapped.not_made, study.protocol.id, parts=self.of_datasets, incomplete=self.incomplete
        )
        told = [finding for batch, _ in self.batches for finding in batch]
        self.batches.append(without_consequences(found, outcomes, told))

    def _check_conformance(self, rules: ChosenRules, progress: Progress) -> None:
        """CDISC's rules, the kit's and the study's in their format; what was found before of the same record names them too."""
        study = self.study
        submitted = Submitted(self.material.datasets, self.datasets, study.protocol.id, study.standard, study.ct)
        so_far = [finding for found, _ in self.batches for finding in found]
        told = check_conformance(submitted, rules, so_far, progress)
        self.batches = [([told.before.get(one.id, one) for one in found], became) for found, became in self.batches]
        self.batches.append((told.found, told.outcomes))

    def _check_signals(self) -> tuple[Picture, ...]:
        """What no single record shows; what may be drawn of it."""
        study, forms, mapped = self.study, self.material.forms, self.material.mapped
        told = [finding for batch, _ in self.batches for finding in batch]
        found = check_signals(forms, mapped, self.forms, self.datasets, study.specs, study.protocol.id, study.questions, told)
        self.batches.append((found.findings, found.outcomes))
        return tuple(found.pictures)

"""SDTM datasets that exist already, checked: by a study, or by the standard alone."""

from __future__ import annotations

from pathlib import Path

from trialbook.checks.check import check_tables
from trialbook.checks.cross import cross_rules, without_consequences
from trialbook.checks.dataset_rules import dataset_rules
from trialbook.checks.file_rules import check_files
from trialbook.checks.modules import rules_of
from trialbook.checks.tables import file_table
from trialbook.conformance.choice import CoreChoice, choose_rules
from trialbook.conformance.conformance import Submitted, check_conformance
from trialbook.conformance.engine import warm_engine
from trialbook.conformance.statement import state_rules
from trialbook.datasets import case_settings, case_standard, read_datasets, read_statement
from trialbook.datasets.steady import unchanged
from trialbook.findings import RuleOutcome, RuleStatus, RunInfo, Runner, assemble
from trialbook.progress import Progress, quiet
from trialbook.run.about import counts_of, dataset_inputs, now, sites_of, versions
from trialbook.run.live import Known, bring_to_life, coverage_of_datasets, read_known
from trialbook.run.result import Run
from trialbook.standards import ControlledTerminology, Standard, list_ct, list_standards, load_ct, load_standard
from trialbook.study import LoadedStudy, standard_keys

DEFAULT_STANDARD = "sdtmig-3.4"


def check_standard_only(datasets: Path | str, core: CoreChoice = "auto", progress: Progress = quiet) -> Run:
    """SDTM datasets to findings by the standard alone: no study is needed.

    A folder of CDISC's test data names its standard in ``.env``; one that is not installed is SKIPPED under its name.
    """
    path = Path(datasets)
    named = case_standard(path)
    name = "-".join(named) if named else DEFAULT_STANDARD
    if name not in list_standards():
        read = read_datasets(path)
        reason = f"the standard {name} is not installed (there is {', '.join(list_standards())})"
        skipped = RuleOutcome(name, Runner.PANDERA, RuleStatus.SKIPPED, reason, 0, None, f"The rules of {name}")
        info = RunInfo("", now(), name, list_ct()[-1], versions(), dataset_inputs(path, read))
        return Run(assemble(info, [([], [skipped])], [], {}), {}, {}, read)
    return check_datasets(path, load_standard(name), load_ct(list_ct()[-1], None), None, core, progress)


def check_datasets(
    path: Path, standard: Standard, ct: ControlledTerminology, study: LoadedStudy | None, core: CoreChoice, progress: Progress
) -> Run:
    """Read dataset files and run the rules on them; ``study`` adds its own rules."""
    started = now()
    if core is not None:
        warm_engine()
    chosen = choose_rules(core, study.root if study else None)
    progress("reading the datasets")
    with unchanged(path):
        datasets = read_datasets(path, study.specs.export.encodings if study else ())
        inputs = dataset_inputs(path, datasets)
    tables, rules = {}, {}
    for one in datasets:
        keys = study.keys(one.domain) if study else standard_keys(standard, one.domain)
        tables[one.name] = file_table(one, keys)
        rules[one.name] = study.dataset_rules(one, keys) if study else dataset_rules(one, standard, ct, keys)
    if study:
        there = {one.domain for one in datasets} | set(rules)
        rules |= {name: rules_of(models) for name, models in study.models.datasets.items() if name not in there}
    across = cross_rules(datasets, standard, study.questions if study else None, study.protocol if study else None)
    progress("checking the datasets")
    identity = study.protocol.id if study else ""
    batches = [check_files(datasets, identity), check_tables(tables, rules, {}, identity)]
    told = [finding for batch, _ in batches for finding in batch]
    batches.append(without_consequences(*check_tables(tables, across, {}, identity), told))
    progress("running the conformance rules")
    folder = path if path.is_dir() else path.parent
    submitted = Submitted(datasets, tables, identity, standard, ct, folder, case_settings(path))
    conformance = check_conformance(submitted, chosen, [finding for found, _ in batches for finding in found], progress)
    batches = [([conformance.before.get(one.id, one) for one in found], became) for found, became in batches]
    batches.append((conformance.found, conformance.outcomes))
    rules_of_run = state_rules(chosen, standard)
    info = RunInfo(identity, started, standard.name, ct.name, versions(), inputs, read_statement(path), conformance=rules_of_run)
    results = assemble(info, batches, counts_of(tables), sites_of(tables))
    known = read_known(study) if study else Known()
    return Run(bring_to_life(results, known, coverage_of_datasets(results, tables), tables), {}, tables, datasets)

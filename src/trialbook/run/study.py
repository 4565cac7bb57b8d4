"""A study as one thing that can be run."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from trialbook.conformance.choice import CoreChoice, choose_rules
from trialbook.conformance.engine import warm_engine
from trialbook.errors import TrialbookError
from trialbook.progress import Progress, quiet
from trialbook.run.analysis import Analysed, ChosenStrategies, analyse_datasets, analyse_export
from trialbook.run.datasets import check_datasets
from trialbook.run.live import read_known
from trialbook.run.material import prepare, read_forms
from trialbook.run.result import MappedExport, Run
from trialbook.run.validation import validate_material
from trialbook.screening import Screening, refuse_without_items, screen_export, screen_subjects
from trialbook.study import LoadedStudy


class Study(LoadedStudy):
    """A study as one thing that can be run: ``Study(".").validate("exports/").findings``."""

    def map(self, export: Path | str, progress: Progress = quiet) -> MappedExport:
        """Raw export to SDTM datasets, without checks."""
        material = prepare(self, Path(export), progress)
        datasets = {one.name: one for one in material.datasets}
        return MappedExport(datasets, material.mapped.issues, material.mapped.not_made, material.info.synthetic)

    def validate(
        self,
        export: Path | str,
        core: CoreChoice = "auto",
        progress: Progress = quiet,
        skip_unreadable: bool = False,
        previous: Path | str | None = None,
        answers: Path | str | None = None,
        parts: int = 1,
        exported: date | None = None,
    ) -> Run:
        """Raw export to findings: every rule on forms, mapping and datasets.

        ``core`` chooses CDISC's conformance rules: those installed (``"auto"``), those at a path, or none (``"off"``); the kit's
        own and the study's run in any case, unless it is None. With ``skip_unreadable`` a file that can't be read is a Reject
        instead of the end of the run. ``previous`` is the ``findings.json`` of an earlier run, which this one is held against;
        ``answers`` is a ``queries.csv`` with the sites' answers. In more than one of ``parts`` the rules run on a part of the
        subjects at a time, to the same findings. ``exported`` is the day of the export, after which nothing in it can have
        happened, where the export does not say it or is wrong; without either it is today. Raises
        :class:`~trialbook.errors.TrialbookError` where one of these can't be read or a specification is broken.
        """
        known = read_known(self, previous, answers)
        if core is not None:
            # It takes seconds to start, beside what comes first.
            warm_engine()
        rules = choose_rules(core, self.root)
        material = prepare(self, Path(export), progress, skip_unreadable, exported)
        return validate_material(self, material, rules, progress, known, parts)

    def analyse(
        self,
        export: Path | str | None = None,
        *,
        sdtm: Path | str | None = None,
        strategies: ChosenStrategies | None = None,
        progress: Progress = quiet,
    ) -> Analysed:
        """The plan's analyses, from a raw export or from SDTM datasets (``sdtm=``): datasets, results, tables and figures.

        ``strategies``: by endpoint and intercurrent event, those to take in place of the estimands'. Raises
        :class:`~trialbook.errors.TrialbookError` where neither or both are given, or what is given can't be analysed.
        """
        if (export is None) == (sdtm is None):
            what = "analyse takes a raw export or SDTM datasets: found " + ("neither" if export is None else "both")
            raise TrialbookError(what, remedy="Give EXPORT or --sdtm DATASETS.")
        if sdtm is not None:
            return analyse_datasets(self, Path(sdtm), strategies or {}, progress)
        return analyse_export(self, Path(str(export)), strategies or {}, progress)

    def screen(
        self, subjects: Path | str | None = None, *, export: Path | str | None = None, progress: Progress = quiet
    ) -> Screening:
        """Who is eligible: the subjects of an item table (``screen("subjects.csv")``), or of a raw export (``export=``).

        Raises :class:`~trialbook.errors.TrialbookError` where neither or both are given, or the one can't be judged as it is.
        """
        if (subjects is None) == (export is None):
            what = "screen takes the subjects as a table or as a raw export: found " + ("neither" if subjects is None else "both")
            raise TrialbookError(what, remedy="Give SUBJECTS.csv or --export EXPORT.")
        if subjects is not None:
            progress("reading the subjects")
            return screen_subjects(Path(subjects), self.protocol, self.encodings)
        refuse_without_items(self.specs, self.protocol)
        raw, forms = read_forms(self, Path(str(export)), progress)
        progress("judging the subjects")
        return screen_export(raw, forms, self.specs, self.protocol)

    def check(self, datasets: Path | str, core: CoreChoice = "auto", progress: Progress = quiet) -> Run:
        """SDTM datasets that exist already to findings, with the standard's rules and the study's own."""
        return check_datasets(Path(datasets), self.standard, self.ct, self, core, progress)

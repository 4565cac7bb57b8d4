"""A study's folders, loaded, with the study's own rules: what everything that checks starts from."""

from __future__ import annotations

from datetime import date
from functools import cached_property

import pandas as pd
import pandera.pandas as pa

from trialbook.checks.dataset_rules import dataset_rules
from trialbook.checks.form_rules import form_rules
from trialbook.checks.future_rules import future_rules
from trialbook.checks.modules import StudyModels, load_models, rules_of
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.checks.schema import build_schema
from trialbook.datasets import SdtmDataset, Variable
from trialbook.exports.moments import today
from trialbook.specfile import SpecFile
from trialbook.study_folders import STUDY_FILE, StudyFolders, find_study, standard_keys
from trialbook.studymodules import namespace

__all__ = ["STUDY_FILE", "LoadedStudy", "find_study", "standard_keys"]


class LoadedStudy(StudyFolders):
    """The folders of one study and its rules; each part is read when it is first asked for."""

    @cached_property
    def models(self) -> StudyModels:
        """``validators/``."""
        return load_models(self.root / "validators", namespace(self.protocol.id), self.specs, self.protocol)

    @cached_property
    def questions(self) -> Questions:
        """The kit's questions to sites, in the study's languages."""
        try:
            return Questions(self.protocol.study.languages)
        except ValueError as error:
            raise SpecFile(self.root / STUDY_FILE).error(["languages"], str(error)) from None

    def form_rules(self, form: str, exported: date | None = None) -> tuple[Rule, ...]:
        """The kit's rules for a form, by its specification, and the study's own; without a day of the export it is today."""
        spec, own = self.specs.forms[form], rules_of(self.models.forms.get(form, ()))
        future = future_rules(spec, self.specs, exported or today(), self.questions)
        return (*form_rules(spec, self.specs, self.ct, self.questions), *future, *own)

    def dataset_rules(self, dataset: SdtmDataset, keys: tuple[str, ...]) -> tuple[Rule, ...]:
        """The standard's rules for a dataset, and the study's own for its domain."""
        own = rules_of(self.models.datasets.get(dataset.domain, ()))
        return (*dataset_rules(dataset, self.standard, self.ct, keys, self.questions), *own)

    def schema(self, name: str, tables: dict[str, pd.DataFrame], *, form: bool = False) -> pa.DataFrameSchema:
        """An ordinary pandera schema with every rule about a dataset (or, with ``form``, a form) that can run on ``tables``.

        ``tables`` are frames by name, with the table itself under ``name``; rules that read others are bound to those here.
        Char columns are text with ``""`` where missing, Num columns numbers with NaN, as ``run.tables`` has them.
        """
        if form:
            rules = self.form_rules(name)
        else:
            listed = {variable.name: variable for variable in self.standard.variables(name)}
            variables = {
                column: Variable(
                    column,
                    listed[column].label if column in listed else "",
                    "Num" if pd.api.types.is_numeric_dtype(tables[name][column].dtype) else "Char",
                )
                for column in tables[name].columns
            }
            rules = self.dataset_rules(SdtmDataset(name, "", tables[name], variables), self.keys(name))
        return build_schema(name, rules, tables)[0]

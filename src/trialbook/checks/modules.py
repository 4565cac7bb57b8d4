"""The study's own rules: the pandera models of the modules in ``validators/``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from trialbook.checks.models import Dataset, Model, RawForm
from trialbook.checks.reading import FormReader
from trialbook.checks.rule import Rule
from trialbook.errors import SpecError
from trialbook.mapping import Specs
from trialbook.protocol import Protocol
from trialbook.studymodules import load_module

KIT_PREFIX = "TB-"


@dataclass(frozen=True)
class StudyModels:
    """The models by the form or the domain that they are about; a form or domain may have several."""

    forms: dict[str, tuple[type[RawForm], ...]]
    datasets: dict[str, tuple[type[Dataset], ...]]


def load_models(folder: Path, prefix: str, specs: Specs, protocol: Protocol) -> StudyModels:
    """Load each module of ``validators/`` afresh and bind its models to the study's specifications and its protocol.

    Raises :class:`SpecError` for a module that does not run, a form or column that is not specified, or a rule id used twice.
    """
    forms: dict[str, tuple[type[RawForm], ...]] = {}
    datasets: dict[str, tuple[type[Dataset], ...]] = {}
    ids: dict[str, Path] = {}
    reader = FormReader(specs)
    for path in sorted(folder.glob("*.py")):
        module = load_module(path, prefix)
        for model in vars(module).values():
            if not _declared_in(model, module.__name__):
                continue
            _no_id_twice(_rules(model, path), ids, path)
            model.bind(reader, protocol)
            if issubclass(model, RawForm):
                if model._table not in specs.forms:
                    raise SpecError(
                        f"{model.__name__} is about the form {model._table!r}, which sdtm_specs/forms has not", file=path
                    )
                for one in model.declared_rules():
                    _names_exist(one, model._table, specs, path)
                forms[model._table] = (*forms.get(model._table, ()), model)
            else:
                _told_by_none(model, path)
                datasets[model._table] = (*datasets.get(model._table, ()), model)
    return StudyModels(forms, datasets)


def _declared_in(model: object, module: str) -> bool:
    return isinstance(model, type) and issubclass(model, RawForm | Dataset) and model.__module__ == module


def _rules(model: Model, path: Path) -> tuple[Rule, ...]:
    try:
        return model.all_rules()
    except SpecError as error:
        raise SpecError(error.what, file=path, remedy=error.remedy) from error
    except Exception as error:
        what = f"{model.__name__} is no pandera model that can be used: {type(error).__name__}: {error}"
        raise SpecError(what, file=path, remedy="Mend the model's fields and checks.") from error


def _names_exist(one: Rule, form: str, specs: Specs, path: Path) -> None:
    """A rule about a form names its columns, and those it reads and quotes, as the specifications have them."""
    wanted = [(form, name) for name in (*one.variables, *one.quoted)]
    wanted += [(other, name) for other, names in one.reads.items() for name in names]
    for other in one.reads:
        if other not in specs.forms:
            raise SpecError(f"rule {one.id} reads the form {other!r}, which sdtm_specs/forms has not", file=path)
    for other, name in wanted:
        if name not in specs.forms[other].columns:
            what = f"rule {one.id} names the column {name!r}, which the form {other} has not"
            raise SpecError(what, file=path, remedy="Write the column as sdtm_specs/forms has it.")


def _told_by_none(model: type[Dataset], path: Path) -> None:
    """Only of a form's rules it is known which others of the same record are told already."""
    for one in model.declared_rules():
        if one.told_by:
            what = f"rule {one.id} is about a dataset, and told_by is for rules about a form"
            raise SpecError(what, file=path, remedy="Let the rule of the form say what it stands_for.")


def _no_id_twice(rules: tuple[Rule, ...], ids: dict[str, Path], path: Path) -> None:
    for one in rules:
        if one.id.startswith(KIT_PREFIX):
            what = f"the rule id {one.id} begins with {KIT_PREFIX}, as the ids of the kit's own rules do"
            raise SpecError(what, file=path, remedy="Give it another id.")
        if one.id in ids:
            raise SpecError(
                f"the rule id {one.id} is used already in {ids[one.id].name}", file=path, remedy="Give it another id."
            )
        ids[one.id] = path


def rules_of(models: tuple[Model, ...]) -> tuple[Rule, ...]:
    """All rules that some models declare."""
    return tuple(one for model in models for one in model.all_rules())

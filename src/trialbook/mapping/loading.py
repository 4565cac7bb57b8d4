"""Reads the study's specifications; a reference in one of them that leads nowhere is told with its file and line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from trialbook.errors import SpecError
from trialbook.mapping.derivations import load_derivations
from trialbook.mapping.domain_spec import CodelistsSpec, CommonSpec, DomainSpec
from trialbook.mapping.form_spec import ExportSpec, FormSpec
from trialbook.mapping.items_spec import ITEMS, JUDGED, ItemsSpec
from trialbook.mapping.plain import plain
from trialbook.mapping.references import dangling_references
from trialbook.mapping.specs import Specs
from trialbook.mapping.units import UnitsSpec
from trialbook.specfile import ModelT, SpecFile

Read = Callable[[Path], SpecFile]


def load_specs(folder: Path, prefix: str, read: Read = SpecFile) -> Specs:
    """Read ``sdtm_specs/``; raises :class:`SpecError` with file and line for what does not fit.

    ``prefix`` is the study's namespace, under which its derivations are loaded; ``read`` opens each file.
    """
    if not folder.is_dir():
        raise SpecError("the study has no specifications", file=folder, remedy="A study holds sdtm_specs/forms and domains.")
    files: dict[str, SpecFile] = {}
    export = _optional(folder, "export", ExportSpec, files, read)
    codelists = _optional(folder, "codelists", CodelistsSpec, files, read).codelists
    values = {name: set(map(plain, codelist.by_value)) for name, codelist in codelists.items()}
    forms = _each(folder, "forms", "form", FormSpec, files, read)
    specs = Specs(
        folder=folder,
        export=export,
        forms={spec.form: spec.inheriting(export.null_codes, values) for spec in forms},
        domains={spec.domain: spec for spec in _each(folder, "domains", "domain", DomainSpec, files, read)},
        common=_optional(folder, "common", CommonSpec, files, read),
        codelists=codelists,
        derivations=load_derivations(folder, prefix),
        files=files,
        units=_optional(folder, "units", UnitsSpec, files, read),
        items=_optional(folder, ITEMS, ItemsSpec, files, read) if (folder / f"{ITEMS}.yml").exists() else None,
    )
    for name in sorted(JUDGED.keys() & specs.forms.keys() if specs.items else ()):
        what = f"{name} is what judging eligibility gives, and can't be a form of the export too"
        raise files[f"forms/{name}"].error(["form"], what, "Give the form another name.")
    if not specs.forms:
        raise SpecError("holds no form specification", file=folder / "forms", remedy="Write one YAML file for each form.")
    problems = list(dangling_references(specs))
    if problems:
        raise SpecError("\n".join(dict.fromkeys(str(problem) for problem in problems)))
    return specs


def load_export_spec(folder: Path) -> ExportSpec:
    """``export.yml`` of ``sdtm_specs/`` alone, for what needs no more of it."""
    return _optional(folder, "export", ExportSpec, {}, SpecFile)


def _optional(folder: Path, name: str, model: type[ModelT], files: dict[str, SpecFile], read: Read) -> ModelT:
    path = folder / f"{name}.yml"
    _refuse_other_ending(path.with_suffix(".yaml"))
    if not path.exists():
        return model()
    files[name] = read(path)
    return files[name].parse(model)


def _each(folder: Path, kind: str, key: str, model: type[ModelT], files: dict[str, SpecFile], read: Read) -> list[ModelT]:
    specs: dict[str, ModelT] = {}
    for path in sorted((folder / kind).glob("*")):
        _refuse_other_ending(path)
        if path.suffix != ".yml":
            continue
        file = read(path)
        spec = file.parse(model)
        name = getattr(spec, key)
        if name.casefold() != path.stem.casefold():
            raise file.error([key], f"is {name}, but the file is {path.name}", "Name the file after what it specifies.")
        same = next((other for other in specs if other.casefold() == name.casefold()), None)
        if same is not None:
            other = files[f"{kind}/{same}"].path.name
            raise file.error([key], f"{name} is specified twice: here and in {other}", "Remove one of the files.")
        files[f"{kind}/{name}"], specs[name] = file, spec
    needed_first = sorted(specs, key=lambda name: (kind == "domains" and (name != "DM", name != "SE"), name))
    return [specs[name] for name in needed_first]


def _refuse_other_ending(path: Path) -> None:
    """A specification that is not read must not go unnoticed."""
    if path.exists() and path.suffix != ".yml" and path.suffix.lower() in (".yml", ".yaml"):
        raise SpecError("would not be read, because of its ending", file=path, remedy="Name it with the ending .yml.")

"""The specifications as a workbook that a data manager edits, and back into YAML (``trialbook specs export`` and ``import``)."""

from __future__ import annotations

import hashlib
import os
import secrets
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import SpecError, TrialbookError
from trialbook.mapping.loading import load_specs
from trialbook.mapping.specbook.book import read_book, write_book
from trialbook.mapping.specbook.merge import merge
from trialbook.mapping.specbook.merged import Merged
from trialbook.mapping.specbook.rows import VISITS, Files, rows_of, study_files
from trialbook.mapping.specbook.splice import CannotSpliceError, document, splice
from trialbook.protocol import load_visits
from trialbook.specfile import SpecFile

__all__ = ["ImportedSpecs", "export_specs", "import_specs"]


@dataclass(frozen=True)
class ImportedSpecs:
    """The files that an import has ``changed``, ``added`` and ``removed``, by their paths from the study's folder."""

    changed: tuple[str, ...]
    added: tuple[str, ...]
    removed: tuple[str, ...]


def export_specs(root: Path, path: Path) -> None:
    """Write the study's specifications as a workbook.

    Raises TrialbookError where ``path`` exists already: it may hold what somebody edited.
    """
    if path.suffix.lower() != ".xlsx":
        raise TrialbookError("a workbook is written; its name ends in .xlsx", file=path, remedy="Name a file such as specs.xlsx.")
    if path.exists():
        raise TrialbookError("exists already, and may hold edits", file=path, remedy="Name another file, or remove this one.")
    files = study_files(root)
    beside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_book(beside, rows_of(files), {name: _hash(root, name) for name in files})
        beside.replace(path)
    except OSError as error:
        raise TrialbookError(f"can't be written: {error.strerror}", file=path, remedy="Name a place you may write to.") from None
    finally:
        beside.unlink(missing_ok=True)


def import_specs(root: Path, path: Path) -> ImportedSpecs:
    """Bring an edited workbook back into the study's YAML files: what was edited, and nothing else.

    Raises SpecError with sheet, row and column of each mistake; nothing is written then. A file that has changed since the export
    is such a mistake where the workbook would change it, too.
    """
    sheets, exported = read_book(path)
    old = study_files(root)
    merged = merge(old, sheets)
    if merged.problems:
        raise _all([SpecError(what, file=path, place=str(place)) for place, what in merged.problems])
    touched = [name for name in {**old, **merged.files} if old.get(name) != merged.files.get(name)]
    stale = [name for name in touched if exported.get(name, "") != _hash(root, name)]
    if stale:
        what = f"{', '.join(f'{name}.yml' for name in stale)}: changed since this workbook was exported, which would undo that"
        raise SpecError(what, file=path, remedy="Export a new workbook and make your edits there.")
    texts = {name: _text(root, name, old, merged) for name in touched}
    _refuse_mistakes(root, path, texts, merged)
    _write(root, texts)
    return ImportedSpecs(
        tuple(f"{name}.yml" for name in touched if name in old and name in merged.files),
        tuple(f"{name}.yml" for name in touched if name not in old),
        tuple(f"{name}.yml" for name in touched if name not in merged.files),
    )


def _hash(root: Path, name: str) -> str:
    file = root / f"{name}.yml"
    return hashlib.sha256(file.read_bytes()).hexdigest() if file.exists() else ""


def _all(errors: Sequence[SpecError]) -> SpecError:
    return SpecError("\n".join(dict.fromkeys(map(str, errors))), remedy="Nothing was changed. Mend this and import again.")


def _text(root: Path, name: str, old: Files, merged: Merged) -> str | None:
    """The new text of a file; None where it goes."""
    if name not in merged.files:
        return None
    if name not in old:
        return document(merged.files[name])
    file = root / f"{name}.yml"
    text = file.read_bytes().decode("utf-8")
    mark = "\ufeff" if text.startswith("\ufeff") else ""
    try:
        return mark + splice(text.removeprefix("\ufeff"), merged.files[name])
    except CannotSpliceError:
        what = "can't be changed without touching more than was edited (a merge key, or one value used in several places)"
        raise SpecError(what, file=file, remedy="Nothing was changed. Edit this file by hand, and export again.") from None


class _InWorkbook(SpecFile):
    """A new file, not yet written, whose mistakes are told where they stand in the workbook."""

    def __init__(self, path: Path, name: str, workbook: Path, merged: Merged):
        super().__init__(path)
        self._name, self._workbook, self._merged = name, workbook, merged

    def error(self, location: Sequence[str | int], what: str, remedy: str | None = None) -> SpecError:
        for length in range(len(location), -1, -1):
            place = self._merged.places.get((self._name, tuple(location[:length])))
            if place is not None:
                shown = ".".join(map(str, location))
                return SpecError(f"{shown}: {what}" if shown else what, file=self._workbook, place=str(place), remedy=remedy)
        return super().error(location, what, remedy)


def _refuse_mistakes(root: Path, workbook: Path, texts: Mapping[str, str | None], merged: Merged) -> None:
    """Read the specifications as they would be, in a folder of their own."""
    with tempfile.TemporaryDirectory(prefix="trialbook-specs-") as folder:
        copy = Path(folder)
        shutil.copytree(root / "sdtm_specs", copy / "sdtm_specs")
        (copy / "protocol").mkdir()
        visits = root / f"{VISITS}.yml"
        if visits.exists():
            shutil.copy2(visits, copy / "protocol")
        _put(copy, texts)

        def read(path: Path) -> SpecFile:
            return _InWorkbook(path, path.relative_to(copy).with_suffix("").as_posix(), workbook, merged)

        try:
            load_specs(copy / "sdtm_specs", "specs_import", read)
            load_visits(copy / "protocol", read)
        except SpecError as error:
            raise SpecError(str(error).replace(f"{copy}{os.sep}", ""), remedy="Nothing was changed.") from None


def _put(root: Path, texts: Mapping[str, str | None]) -> None:
    for name, text in texts.items():
        file = root / f"{name}.yml"
        if text is None:
            file.unlink()
        else:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(text.encode("utf-8"))


def _write(root: Path, texts: Mapping[str, str | None]) -> None:
    """All files or none: each is written beside its place first; what was there is put back where one can't be exchanged."""
    token = secrets.token_hex(4)
    beside = {name: root / f"{name}.yml.{token}" for name in texts}
    aside = {name: root / f"{name}.yml.{token}-old" for name in texts if (root / f"{name}.yml").exists()}
    done: list[str] = []
    try:
        for name, text in texts.items():
            if text is not None:
                beside[name].parent.mkdir(parents=True, exist_ok=True)
                beside[name].write_bytes(text.encode("utf-8"))
                if name in aside:
                    shutil.copymode(root / f"{name}.yml", beside[name])
        for name, kept in aside.items():
            shutil.copy2(root / f"{name}.yml", kept)
        for name, text in texts.items():
            done.append(name)
            if text is None:
                (root / f"{name}.yml").unlink()
            else:
                beside[name].replace(root / f"{name}.yml")
    except OSError as error:
        for name in done:
            if name in aside:
                aside[name].replace(root / f"{name}.yml")
            else:
                (root / f"{name}.yml").unlink(missing_ok=True)
        what = f"can't be written: {error.strerror}"
        raise TrialbookError(what, file=error.filename, remedy="Nothing was changed; see that you may write there.") from None
    finally:
        for path in (*beside.values(), *aside.values()):
            path.unlink(missing_ok=True)

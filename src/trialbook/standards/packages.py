"""CT packages on disk: the one that comes with trialbook, and those a study adds to its ``sdtm_specs/ct/``."""

from __future__ import annotations

import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from trialbook.errors import SpecError
from trialbook.standards.nci import PACKAGE, read_nci
from trialbook.standards.tables import DATA
from trialbook.standards.terminology import CODELISTS, TERMS, ControlledTerminology, read_ct, write_ct


def list_ct(folder: Path | None = None) -> tuple[str, ...]:
    """The names of the CT packages there are, packaged and in ``folder`` (a study's ``sdtm_specs/ct``), oldest first."""
    return tuple(sorted({path.name for place in _places(folder) for path in place.iterdir() if _is_package(path)}))


def load_ct(name: str, folder: Path | None = None) -> ControlledTerminology:
    """The CT package ``name``: the packaged one, or one that was added to ``folder`` (a study's ``sdtm_specs/ct``).

    Kept for the process until its files change. Raises :class:`SpecError` naming the packages that exist, or the fault
    of a package's file.
    """
    found = [place / name for place in _places(folder) if PACKAGE.fullmatch(name) and _is_package(place / name)]
    if not found:
        raise SpecError(
            f"the controlled terminology {name!r} is not one of those there are: {', '.join(list_ct(folder))}",
            file=folder,
            remedy="Name one of them in the study, or add the package from NCI's published file.",
        )
    if len(found) > 1:
        raise SpecError(f"{name} comes with trialbook and is there again", file=found[1], remedy="Remove that folder.")
    stamps = tuple(_stamp(path) for path in _files(found[0]))
    return _load(found[0].resolve(), name, stamps)


def add_ct(path: Path, folder: Path, name: str | None = None) -> str:
    """Add NCI's published file ``path`` to ``folder`` (a study's ``sdtm_specs/ct``); returns the package's name.

    ``name`` is needed where the file does not tell the date (text whose file name has none). The package is written
    whole or not at all, and never over another. Raises :class:`SpecError` about the file (see :func:`read_nci`), or if
    a package of that name exists.
    """
    ct = read_nci(path, name)
    target = folder / ct.name
    if ct.name in list_ct():
        raise SpecError(f"{ct.name} comes with trialbook: there is nothing to add", file=path)
    if target.exists():
        raise SpecError(f"{ct.name} is there already", file=target, remedy="Remove that folder first to replace it.")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        beside = Path(tempfile.mkdtemp(prefix=f".{ct.name}-", dir=folder))
    except OSError as error:
        raise SpecError(f"cannot be written: {error.strerror}", file=folder) from None
    try:
        write_ct(ct, beside)
        beside.chmod(0o755)
        beside.rename(target)
    except OSError as error:
        raise SpecError(f"cannot be written: {error.strerror}", file=target) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return ct.name


@lru_cache(maxsize=8)
def _load(folder: Path, name: str, stamps: tuple[tuple[int, int], ...]) -> ControlledTerminology:
    return read_ct(folder, name)


def _stamp(path: Path) -> tuple[int, int]:
    """What changes when the file does; reading says what is wrong with a file that is not there."""
    try:
        stat = path.stat()
    except OSError:
        return 0, 0
    return stat.st_mtime_ns, stat.st_size


def _places(folder: Path | None) -> list[Path]:
    return [place for place in (DATA, folder) if place is not None and place.is_dir()]


def _is_package(path: Path) -> bool:
    return PACKAGE.fullmatch(path.name) is not None and any(file.is_file() for file in _files(path))


def _files(package: Path) -> tuple[Path, Path]:
    return package / CODELISTS, package / TERMS

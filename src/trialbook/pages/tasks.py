"""What pages share, made once in a process of its own: the synthetic export, and the validation and the analyses of the export.

``python -m trialbook.pages.tasks TASK READ ARGUMENTS`` makes it and writes into READ what it has read.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.pages.inputs import KIT_ROOT, WORK, Inputs
from trialbook.pages.reads import report, watch
from trialbook.pages.records import Record

SHARED_FILES = {"run": Path("run/run.json"), "analysis": Path("analysis/analysis.json")}
"""In the work folder: what pages show of the validation, and of the analyses."""
_USERS_ERROR = 2


def synthetic_export(root: Path) -> Path:
    """The study's synthetic export, simulated when what it is made from has changed since; ``defects.json`` lies beside it.

    Raises TrialbookError where the study has no course of disease to simulate.
    """
    course = root / "simulation" / "course.py"
    if not course.is_file():
        what = "the study has no course of disease, so there is no synthetic export to show"
        raise TrialbookError(what, file=course, remedy="Name an export with --export or TRIALBOOK_EXPORT.")
    _simulation(root).ensure()
    return synthetic_export_path(root)


def synthetic_export_path(root: Path) -> Path:
    """Where the synthetic export lies once it was made."""
    return root / WORK / "simulated" / "export"


def shown_run(root: Path, export: Path, subject_level: bool) -> Path:
    """The file with what pages show of the validation of an export, made when what it is made from has changed since."""
    _validation(root, export, subject_level).ensure()
    return root / WORK / SHARED_FILES["run"]


def shown_analysis(root: Path, export: Path, results: bool) -> Path:
    """The file with what pages show of the analyses of an export, made when what it is made from has changed since.

    ``results`` asks for those of a real export too; without it they are shells.
    """
    _analysis(root, export, results).ensure()
    return root / WORK / SHARED_FILES["analysis"]


def still_hold(root: Path, export: Path | None, subject_level: bool, results: bool) -> set[str]:
    """Which of what pages share of an export, None for the synthetic one, is what it would be if it were made again."""
    if export is None and not _simulation(root).holds():
        return set()
    shown = (export or synthetic_export_path(root)).resolve()
    made = {"run": _validation(root, shown, subject_level), "analysis": _analysis(root, shown, results)}
    return {name for name, task in made.items() if task.holds()}


def shared_files(root: Path) -> dict[str, Path]:
    """The files of what pages share that are there, by name."""
    return {name: root / WORK / file for name, file in SHARED_FILES.items() if (root / WORK / file).is_file()}


@dataclass(frozen=True)
class _Task:
    """Something made in a process of its own into the folder ``made``, which keeps the record of what it was made from."""

    name: str
    arguments: tuple[str, ...]
    made: Path
    inputs: Inputs

    @property
    def code(self) -> str:
        return hashlib.sha256("\0".join([self.name, *self.arguments]).encode("utf-8", "surrogateescape")).hexdigest()

    @property
    def record(self) -> Path:
        return self.made / "record.json"

    def holds(self) -> bool:
        record = Record.read(self.record)
        return record is not None and not record.stale(self.code, self.inputs)

    def ensure(self) -> None:
        """Make it again where its record does not hold; what was there before goes, also when this fails."""
        if self.holds():
            return
        shutil.rmtree(self.made, ignore_errors=True)
        self.made.mkdir(parents=True)
        started = datetime.now(UTC)
        with tempfile.TemporaryDirectory() as folder:
            read = Path(folder) / "read.json"
            command = [sys.executable, "-P", "-m", __name__, self.name, str(read), *self.arguments]
            done = subprocess.run(
                command, capture_output=True, encoding="utf-8", errors="replace", env=os.environ | {"PYTHONUTF8": "1"}
            )
            if done.returncode == _USERS_ERROR:
                raise TrialbookError(done.stderr.strip())
            if done.returncode:
                raise RuntimeError(f"{self.name} for the book failed:\n{done.stderr}")
            Record.of(self.code, json.loads(read.read_text(encoding="utf-8")), self.inputs, started).write(self.record)


def _simulation(root: Path) -> _Task:
    made = synthetic_export_path(root).parent
    return _Task("simulate", (str(root), str(made)), made, Inputs(root, None))


def _validation(root: Path, export: Path, subject_level: bool) -> _Task:
    target = root / WORK / SHARED_FILES["run"]
    level = "subject" if subject_level else "aggregate"
    return _Task("validate", (str(root), str(export), str(target), level), target.parent, Inputs(root, export))


def _analysis(root: Path, export: Path, results: bool) -> _Task:
    target = root / WORK / SHARED_FILES["analysis"]
    arguments = (str(root), str(export), str(target), "results" if results else "shells of a real export")
    return _Task("analyse", arguments, target.parent, Inputs(root, export))


def _simulate(root: str, target: str) -> None:
    from trialbook.pages.simulated import simulate_shown
    from trialbook.study_folders import StudyFolders

    simulate_shown(StudyFolders(root), Path(target))


def _validate(root: str, export: str, target: str, level: str) -> None:
    from trialbook.pages.validated import make_shown_run

    make_shown_run(Path(root), Path(export), level == "subject", Path(target))


def _analyse(root: str, export: str, target: str, shown: str) -> None:
    from trialbook.pages.analysed import make_shown_analysis

    make_shown_analysis(Path(root), Path(export), shown == "results", Path(target))


_TASKS: Mapping[str, Callable[..., None]] = {"simulate": _simulate, "validate": _validate, "analyse": _analyse}


def main(task: str, read: str, *arguments: str) -> int:
    """Do one task and write what was read; 2 with a message on stderr where the user has to mend something."""
    watch()
    try:
        _TASKS[task](*arguments)
    except TrialbookError as error:
        print(error, file=sys.stderr)
        return _USERS_ERROR
    roots = [str(Path(argument).resolve()) for argument in arguments[:2] if Path(argument).exists()]
    Path(read).write_text(report(str(KIT_ROOT), *roots), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

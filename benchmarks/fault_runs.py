"""Runs to disturb: ``trialbook validate`` in a process of its own, and whether what it leaves is one of two complete outputs."""

from __future__ import annotations

import os
import re
import shutil
import signal
import sys
import tempfile
import time
import traceback
import zipfile
from collections.abc import Callable
from pathlib import Path

from trialbook.cli import exports as commands
from trialbook.cli import main as trialbook
from trialbook.conformance.choice import choose_rules
from trialbook.outputs import output_folder
from trialbook.run import study as composed

STUDY = Path(__file__).resolve().parents[1] / "tests" / "tiny_study"
DM = "SUBJECT,SITE,SEX,CONSENT,DEATH\n001,S1,Female,2024-01-10,\n002,S1,Male,2024-01-11,2024-02-01\n"
AE = "SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END\n001,Nausea,Mild,No,,2024-01-12,2024-01-13\n"
MORE = "002,Fever,Severe,Yes,,2024-02-03,\n002,Cough,Grade 2,No,,31.1.2024,\n"
EXPORTS = {"first": {"DM.csv": DM, "AE.csv": AE}, "second": {"DM.csv": DM + "003,S1,Male,2024-01-12,\n", "AE.csv": AE + MORE}}
_TIME = re.compile(rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\+00:00|Z)")

Shot = dict[str, bytes]


class FaultError(AssertionError):
    """Something was left otherwise than it should be."""


def nothing() -> None:
    """No preparation."""


class Child:
    """``trialbook`` with these arguments in a process of its own; ``prepare`` runs in it before."""

    def __init__(self, *arguments: str, prepare: Callable[[], None] = nothing):
        self._said, write = os.pipe()
        sys.stdout.flush()
        self.pid = os.fork()
        if self.pid == 0:
            os.dup2(write, 1)
            os.dup2(write, 2)
            sys.stdout, sys.stderr = (os.fdopen(number, "w", encoding="utf-8") for number in (1, 2))
            os._exit(_code_of(arguments, prepare))
        os.close(write)

    def kill(self) -> None:
        """Kill it, if it still runs, and wait until it is gone."""
        os.kill(self.pid, signal.SIGKILL)
        self.end()

    def end(self) -> tuple[int, str]:
        """Its exit code when it is done (below 0: the signal that ended it), and what it said."""
        with os.fdopen(self._said, encoding="utf-8", errors="replace") as said:
            text = said.read()
        _, status = os.waitpid(self.pid, 0)
        return os.waitstatus_to_exitcode(status), text


def _code_of(arguments: tuple[str, ...], prepare: Callable[[], None]) -> int:
    code = 1
    try:
        sys.argv = ["trialbook", *arguments]
        prepare()
        trialbook()
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else 0
    except BaseException:
        traceback.print_exc()
        code = 99
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    return code


class Place:
    """A folder with two exports, the target ``out`` in a folder of its own, and what a complete output of each export is."""

    def __init__(self, folder: Path):
        self.study = shutil.copytree(STUDY, folder / "study")
        self.beside, self.temporary = folder / "results", folder / "tmp"
        self.beside.mkdir()
        self.temporary.mkdir()
        self.target, self.exports = self.beside / "out", {}
        for name, files in EXPORTS.items():
            self.exports[name] = folder / name
            self.exports[name].mkdir()
            for file, text in files.items():
                (self.exports[name] / file).write_text(text)
        self.complete: dict[str, Shot] = {}
        for name in EXPORTS:
            started = time.monotonic()
            code, said = self.validate(name).end()
            self.seconds = time.monotonic() - started
            expect(code == 1 and "Traceback" not in said, f"a run that nothing disturbs ended with {code}: {said}")
            self.complete[name] = taken(self.target)
        expect(self.complete["first"] != self.complete["second"], "the two exports give the same output")

    def validate(self, name: str, prepare: Callable[[], None] = nothing) -> Child:
        """A run on one of the exports that is to replace the target."""

        def prepared() -> None:
            tempfile.tempdir = str(self.temporary)
            leave_conformance_out()
            prepare()

        arguments = ("--study", str(self.study), "--out", str(self.target), "--core", "off")
        return Child("validate", str(self.exports[name]), *arguments, prepare=prepared)

    def holds(self) -> str:
        """Of which export the target is the complete output."""
        found = taken(self.target)
        for name, shot in self.complete.items():
            if found == shot:
                return name
        sizes = {name: len(data) for name, data in found.items()}
        raise FaultError(f"the target is no complete output of either export: {sizes or 'it is not there'}")

    def sweep(self) -> None:
        """What the next run does before it writes; then nothing but the target may be there, nor anything in the system's folder
        of temporary files: what was found in patients' data must not lie where nobody looks for it."""
        try:
            with output_folder(self.target):
                raise InterruptedError
        except InterruptedError:
            names = sorted(path.name for path in self.beside.iterdir())
            expect(names == [self.target.name], f"beside the target lie {names} after the next run")
            left = sorted(path.name for path in self.temporary.iterdir())
            expect(not left, f"temporary files stay for ever: {left}")

    def filling(self) -> bool:
        """Whether a run is writing now."""
        return any(path.name.startswith(".") for path in self.beside.iterdir())


def leave_conformance_out() -> None:
    """Run without CDISC's engine: the report has the time of each rule, and no two outputs would be the same."""
    composed.choose_rules = lambda choice, study=None: choose_rules(None)
    composed.warm_engine = lambda: None
    commands.start_engine = lambda: None


def expect(true: bool, what: str) -> None:
    """Raise FaultError where it is not so."""
    if not true:
        raise FaultError(what)


def taken(folder: Path) -> Shot:
    """The content of a folder's files, workbooks part by part, without the times in them."""
    shot: Shot = {}
    for path in sorted(folder.rglob("*")) if folder.is_dir() else ():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as parts:
                shot |= {f"{path.name}/{name}": _TIME.sub(b"", parts.read(name)) for name in parts.namelist()}
        elif path.is_file():
            shot[path.relative_to(folder).as_posix()] = _TIME.sub(b"", path.read_bytes())
    return shot

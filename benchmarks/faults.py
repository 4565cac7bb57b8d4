"""What a disturbed run leaves behind: killed, without space, without leave to write, beside another, on a moving export.

``make faults``. Each run is a process of its own, forked from this one when it has imported all, so that a kill falls into work
and not into imports; what is killed is what ``trialbook validate`` does. Exit code 1 where anything is left that should not be.
"""

from __future__ import annotations

import argparse
import errno
import io
import os
import random
import re
import resource
import shutil
import signal
import sys
import tempfile
import time
import traceback
import warnings
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from trialbook import outputs
from trialbook.cli import main as trialbook
from trialbook.conformance.choice import choose_rules
from trialbook.findings import Threshold
from trialbook.outputs import output_folder
from trialbook.run import Study
from trialbook.run import study as composed
from trialbook.terminal import print_run

STUDY = Path(__file__).resolve().parents[1] / "tests" / "tiny_study"
NOBODY = 65534
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


@contextmanager
def renamed_aside(wanted: bool) -> Iterator[None]:
    """The exchange as it is on systems that can't do it in one step."""
    exchange = outputs._exchange
    if wanted:
        outputs._exchange = lambda one, other: False
    try:
        yield
    finally:
        outputs._exchange = exchange


def killed(place: Place, runs: int, chance: random.Random) -> Counter[str]:
    """Kill runs at random moments, every other one while it writes; a fourth of them renames the old folder aside."""
    ended: Counter[str] = Counter()
    holds = place.holds()
    for run in range(runs):
        aside, late = run % 4 == 3, run % 2 == 1
        wanted = "first" if holds == "second" else "second"
        with renamed_aside(aside):
            child = place.validate(wanted)
            if late:
                end = time.monotonic() + 10 * place.seconds
                while not place.filling() and time.monotonic() < end:
                    time.sleep(0.001)
            time.sleep(chance.uniform(0, place.seconds * (0.15 if late else 1.1)))
            amid = place.filling()
            child.kill()
            if not aside:
                place.holds()
            place.sweep()
        now = place.holds()
        moment = "while it wrote" if amid else "before it wrote" if now == holds else "after it wrote"
        ended[f"killed {moment}, {'the old' if now == holds else 'the new'} is there"] += 1
        holds = now
    code, said = place.validate("first").end()
    expect(code == 1 and place.holds() == "first", f"the run after all of them ended with {code}: {said}")
    place.sweep()
    return ended


def without_space(place: Place, runs: int, chance: random.Random) -> Counter[str]:
    """A disk on which no file can grow past some bytes."""
    ended: Counter[str] = Counter()
    largest = min(len(shot["report.html"]) for shot in place.complete.values())
    for most in (0, 1, *(chance.randrange(2, largest) for _ in range(runs - 2))):
        before = place.holds()

        def full(most: int = most) -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))

        child = place.validate("first" if before == "second" else "second", full)
        refused(child.end(), os.strerror(errno.EFBIG))
        expect(place.holds() == before, "a run without space changed the target")
        place.sweep()
        ended["refused with its reason"] += 1
    return ended


def without_leave(place: Place, runs: int, chance: random.Random) -> Counter[str]:
    """A folder in which nothing may be made."""
    before, mode = place.holds(), place.beside.stat().st_mode
    place.beside.chmod(0o555)
    try:
        # Root may write anywhere.
        child = place.validate("second", (lambda: os.setuid(NOBODY)) if os.geteuid() == 0 else nothing)
        refused(child.end(), os.strerror(errno.EACCES))
    finally:
        place.beside.chmod(mode)
    expect(place.holds() == before, "a run without leave to write changed the target")
    place.sweep()
    return Counter({"refused with its reason": 1})


def at_once(place: Place, runs: int, chance: random.Random) -> Counter[str]:
    """Two runs into one folder at the same time."""
    ended: Counter[str] = Counter()
    for _ in range(runs):
        children = [place.validate("first"), place.validate("second")]
        for child in children:
            code, said = child.end()
            expect("Traceback" not in said and code in (1, 2), f"one of two runs ended with {code}: {said}")
            ended["done" if code == 1 else f"refused: {_message(said)}"] += 1
        place.holds()
        place.sweep()
    return ended


def moving(place: Place, runs: int, chance: random.Random) -> Counter[str]:
    """An export that is copied over while it is read: it is refused, or the output is of one of its states."""
    ended: Counter[str] = Counter()
    moved = place.exports["first"].with_name("moving")
    shutil.copytree(place.exports["first"], moved)
    place.exports["moving"] = moved
    for run in range(runs):
        place.validate("first").end()
        child = place.validate("moving")
        time.sleep(chance.uniform(0, place.seconds * 0.3))
        for file, text in EXPORTS["second" if run % 2 == 0 else "first"].items():
            (moved / file).write_text(text)
        code, said = child.end()
        if code == 1:
            ended[f"done, the output is of the {place.holds()} state"] += 1
        else:
            refused((code, said), "")
            ended[f"refused: {_message(said)}"] += 1
        place.sweep()
    return ended


def refused(ended: tuple[int, str], reason: str) -> None:
    """Raise FaultError unless a run ended with exit code 2 and one message that gives the reason."""
    code, said = ended
    expect(
        code == 2 and "Traceback" not in said and "Exception ignored" not in said and reason in said, f"exit code {code}: {said}"
    )


def _message(said: str) -> str:
    """The run's error, without the path that it names."""
    lines = [line for line in said.splitlines() if line.startswith("trialbook: ")]
    return re.sub(r"/\S*/", "", lines[0].removeprefix("trialbook: ")) if lines else said


FAULTS = {
    "kill -9 at random moments": (killed, 1.0),
    "a full disk": (without_space, 0.1),
    "a folder that may not be written": (without_leave, 0.1),
    "two runs into one folder": (at_once, 0.1),
    "an export that changes while it is read": (moving, 0.1),
}
"""What is done to runs, and how many times for each kill."""


def import_all() -> None:
    """One run in this process, so that those forked from it find everything imported."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in EXPORTS["first"].items():
            (Path(folder) / name).write_text(text)
        run = Study(STUDY).validate(folder, core=None)
        (Path(folder) / "out").mkdir()
        run.write(Path(folder) / "out")
        print_run(run, Threshold.NEVER, None)


def main() -> int:
    """Disturb runs, print how they ended, and say by the exit code whether all was left as it should be."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="how many are killed")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", help="words of the one kind of fault to try")
    asked = parser.parse_args()
    with redirect_stdout(io.StringIO()):
        import_all()
    # The threads of numeric libraries, which they stop before a fork.
    warnings.filterwarnings("ignore", "This process .* is multi-threaded", DeprecationWarning)
    chance, failed = random.Random(asked.seed), False
    for what, (disturb, part) in ((what, how) for what, how in FAULTS.items() if asked.only in what):
        began = time.monotonic()
        with tempfile.TemporaryDirectory() as folder:
            Path(folder).chmod(0o755)
            try:
                ended = disturb(Place(Path(folder)), max(3, round(asked.runs * part)), chance)
            except FaultError as fault:
                print(f"{what}\n     FAULT  {fault}")
                failed = True
                continue
        print(f"{what}  ({time.monotonic() - began:,.0f} s)")
        for how, count in sorted(ended.items()):
            print(f"{count:10,}  {how}")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())

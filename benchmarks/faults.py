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
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path

from fault_runs import EXPORTS, STUDY, FaultError, Place, expect, nothing

from trialbook import outputs
from trialbook.findings import Threshold
from trialbook.run import Study
from trialbook.terminal import print_run

NOBODY = 65534


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

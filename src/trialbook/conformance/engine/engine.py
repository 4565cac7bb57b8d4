"""CDISC's engine, from the kit's side: started once a process, warm from then on, and closed with it."""

from __future__ import annotations

import atexit
import contextlib
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from trialbook.conformance.engine.job import Job, RuleRun
from trialbook.conformance.engine.wire import receive, send
from trialbook.errors import TrialbookError

PACKAGE = "cdisc_rules_engine"
HOST = "trialbook.conformance.engine.host"
_FOREIGN_SETTINGS = (
    "ENGINE_STORAGE_TYPE",
    "CACHE_TYPE",
    "REDIS_HOST_NAME",
    "REDIS_ACCESS_KEY",
    "CDISC_LIBRARY_API_KEY",
    "DATA_SERVICE_TYPE",
    "DATASET_SIZE_THRESHOLD",
    "MAX_ERRORS_PER_RULE",
)
"""What the engine reads from the environment: a run must not depend on who has set it."""

Step = Callable[[str, int, int], None]
"""Called when a rule begins: its id, how many are done, of how many."""


class Engine:
    """One process of CDISC's engine; use :func:`warm_engine`, which keeps one for this process."""

    def __init__(self) -> None:
        self.version = ""
        self._said = _scratch()
        self._known: set[str] = set()
        self._lock = threading.Lock()
        home = find_spec(PACKAGE)
        if home is None or home.origin is None:
            raise TrialbookError(
                "CDISC's rules engine is not installed", remedy="Install trialbook again: pip install trialbook."
            )
        try:
            self._process = subprocess.Popen(
                # -P: a folder named validators where the user stands would hide the package that the engine needs.
                [sys.executable, "-P", "-W", "ignore", "-m", HOST],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL if self._said is None else self._said,
                # The engine finds its schemas beside itself only from there.
                cwd=Path(home.origin).parent.parent,
                env=_environment(),
                start_new_session=True,
            )
        except OSError as error:
            if self._said is not None:
                self._said.close()
            raise TrialbookError(
                f"CDISC's rules engine can't be started: {error.strerror}",
                file=error.filename,
                remedy="Without it no conformance rule can run: see that this user may start programs, and that there is memory.",
            ) from None
        self._orders, self._answers = cast(BinaryIO, self._process.stdin), cast(BinaryIO, self._process.stdout)

    def run(self, job: Job, library: Callable[[], Mapping[str, Any]], step: Step | None = None) -> list[RuleRun]:
        """What became of each rule of the job, in the order of its rules.

        ``library`` gives the standards' metadata that ``job.library`` names; it is asked for once for each name. Raises
        :class:`TrialbookError` where the engine sees the datasets otherwise than they are, or ends before the rules do.
        """
        with self._lock:
            try:
                if not self.version:
                    _, self.version = receive(self._answers)
                if job.library not in self._known:
                    send(self._orders, ("library", job.library, library()))
                    self._known.add(job.library)
                send(self._orders, ("job", job))
                return self._listen(job, step)
            except (EOFError, BrokenPipeError):
                raise self._ended() from None

    def _listen(self, job: Job, step: Step | None) -> list[RuleRun]:
        runs: dict[int, RuleRun] = {}
        done = total = 0
        while True:
            kind, *rest = receive(self._answers)
            if kind == "plan":
                runs.update(rest[0])
                total = rest[1]
            elif kind == "rule":
                if step is not None:
                    step(rest[0], done, total)
            elif kind == "ran":
                runs[rest[0]] = rest[1]
                done += 1
            elif kind == "refused":
                raise TrialbookError(
                    "CDISC's engine does not see the datasets as they are: " + "; ".join(rest[0]),
                    remedy="Its verdict would not be about them. Leave it out with --core off, and report this.",
                )
            elif kind == "failed":
                raise self._failed(f"a job's process ended with exit code {rest[0]}")
            else:
                return [runs[index] for index in range(len(job.rules))]

    def close(self) -> None:
        """End the engine's processes; one that is still starting would see only then that nobody wants it."""
        if not self.version:
            self._process.kill()
        for stream in (self._orders, self._answers):
            with contextlib.suppress(BrokenPipeError):
                stream.close()
        try:
            self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._said is not None:
            self._said.close()

    @property
    def alive(self) -> bool:
        """Whether it can take a job."""
        return self._process.poll() is None

    def _ended(self) -> TrialbookError:
        return self._failed(f"exit code {self._process.wait()}")

    def _failed(self, how: str) -> TrialbookError:
        said: list[str] = []
        if self._said is not None:
            self._said.seek(0)
            said = self._said.read().decode("utf-8", "replace").strip().splitlines()
        why = f": {said[-1]}" if said else ""
        return TrialbookError(
            f"CDISC's rules engine ended before its rules did ({how}){why}",
            remedy="Run it again; where it happens again, leave it out with --core off and report this.",
        )


_warm: Engine | None = None
_starting = threading.Lock()


def warm_engine() -> Engine:
    """The engine of this process; started here where there is none. Starting takes seconds, and does not wait for them."""
    global _warm
    with _starting:
        if _warm is None or not _warm.alive:
            _warm = Engine()
            atexit.register(_warm.close)
        return _warm


def _scratch() -> IO[bytes] | None:
    """Where the engine's processes may print; None where no temporary file can be made, and what they print is lost."""
    try:
        return tempfile.TemporaryFile()
    except OSError:
        return None


def processors() -> int:
    """How many processors this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _environment() -> dict[str, str]:
    """This process' environment without what would change the engine's verdict, or its output."""
    kept = {name: value for name, value in os.environ.items() if name not in _FOREIGN_SETTINGS}
    # One thread in each process: it is the processes that run side by side. And no .env of wherever the user stands.
    # Some of the engine's values are lists made of sets: their order must not change from run to run.
    return kept | {"PYTHON_DOTENV_DISABLED": "1", "OMP_NUM_THREADS": "1", "PYTHONUTF8": "1", "PYTHONHASHSEED": "1"}

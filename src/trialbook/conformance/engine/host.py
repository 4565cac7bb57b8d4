"""The engine's own process: imports the engine once, then runs job after job, each in processes forked from it.

Its prints, warnings and logging go to the file that the kit gave it as standard error, and end with it; what a job changes in the
engine ends with the job. It speaks on standard input and output, in the messages of :mod:`wire`:

    in     ("library", key, metadata) · ("job", job)
    out    ("ready", version) · ("plan", runs of rules not started, how many are) · ("rule", id) · ("ran", index, run)
           ("done",) · ("refused", why) · ("failed", exit code)
"""

from __future__ import annotations

import copy
import gc
import io
import logging
import os
import selectors
import signal
import sys
import warnings
from collections.abc import Callable, Mapping
from functools import partial
from importlib import metadata
from typing import Any, BinaryIO

from trialbook.conformance.engine.job import Job, RuleRun
from trialbook.conformance.engine.wire import receive, send

ENGINE = "cdisc_rules_engine"
Say = Callable[[tuple[Any, ...]], None]


def main() -> None:
    """Serve the kit until it closes its end."""
    asked, answer = _streams()
    say: Say = lambda message: send(answer, message)  # noqa: E731
    _silence()
    from trialbook.conformance.engine import runner

    _silence()
    say(("ready", metadata.version("cdisc-rules-engine")))
    libraries: dict[str, Mapping[str, Any]] = {}
    while True:
        try:
            kind, *rest = receive(asked)
        except EOFError:
            return
        if kind == "library":
            key, library = rest
            libraries[key] = library
            gc.freeze()
        elif hasattr(os, "fork"):
            code = _in_child(asked, partial(_lead, rest[0], libraries, say, runner.Runner))
            if code:
                say(("failed", code))
        else:
            _alone(rest[0], libraries, say, runner.Runner)


def _streams() -> tuple[io.BufferedReader, BinaryIO]:
    """What the kit writes and reads; anything else that prints goes to standard error."""
    asked, answer = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    nothing = os.open(os.devnull, os.O_RDONLY)
    os.dup2(nothing, 0)
    return asked, answer


class _NoTraceback:
    """Stands where the engine formats a traceback for its log at each column that is not there."""

    @staticmethod
    def format_exc() -> str:
        """Nothing: nobody reads it."""
        return ""


def _silence() -> None:
    """No logging: the engine sets the root logger to write everything, and prints tracebacks where it does."""
    for name, module in list(sys.modules.items()):
        if name.startswith(f"{ENGINE}.") and hasattr(module, "traceback") and not name.endswith("console_logger"):
            module.__dict__["traceback"] = _NoTraceback
    logging.getLogger().setLevel(logging.CRITICAL)
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")


def _in_child(asked: io.BufferedReader, work: Callable[[], None]) -> int:
    """Do a job in a forked process: its exit code. Where the kit goes away meanwhile, this process and all it started end."""
    child = os.fork()
    if child == 0:
        _finish(work)
    ended = os.pidfd_open(child) if hasattr(os, "pidfd_open") else None
    if ended is not None:
        with selectors.DefaultSelector() as waiting:
            waiting.register(ended, selectors.EVENT_READ)
            waiting.register(asked, selectors.EVENT_READ)
            over = any(key.fileobj == ended for key, _ in waiting.select())
            # The kit may have sent the next job already: it is gone only where there is nothing to read.
            if not over and not asked.peek(1):
                os.killpg(0, signal.SIGKILL)
        os.close(ended)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def _finish(work: Callable[[], None]) -> None:
    """Do the work of a forked process, and end it without what the process it came from would do at its end."""
    code = 1
    try:
        work()
        code = 0
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _lead(job: Job, libraries: Mapping[str, Mapping[str, Any]], say: Say, make: Callable[..., Any]) -> None:
    """Read the data once, then let workers forked from here take rule after rule."""
    runner, wanted = _begin(job, libraries, say, make)
    if runner is None:
        return
    gc.collect()
    gc.freeze()
    from trialbook.conformance.engine.crew import run_in_crew

    run_in_crew(runner.run, [str(rule["Core"]["Id"]) for rule in job.rules], wanted, job.workers, say, _finish)
    say(("done",))


def _alone(job: Job, libraries: Mapping[str, Mapping[str, Any]], say: Say, make: Callable[..., Any]) -> None:
    """Where no process can be forked: the rules one after another, on a copy of what the engine changes."""
    runner, wanted = _begin(job, copy.deepcopy(libraries), say, make)
    if runner is None:
        return
    for index in wanted:
        say(("rule", str(job.rules[index]["Core"]["Id"])))
        say(("ran", index, runner.run(index)))
    say(("done",))


def _begin(job: Job, libraries: Mapping[str, Mapping[str, Any]], say: Say, make: Callable[..., Any]) -> tuple[Any, list[int]]:
    """The runner, and the rules to start: those that have a dataset in their scope."""
    runner = make(job, libraries[job.library])
    differences = runner.differences()
    if differences:
        say(("refused", differences))
        return None, []
    planned: list[tuple[int, RuleRun]] = []
    wanted: list[int] = []
    for index, rule in enumerate(job.rules):
        try:
            outside = runner.out_of_scope(index)
        except Exception as error:
            reason = f"the engine can't read its scope: {type(error).__name__}: {error}"
            outside = RuleRun(str(rule["Core"]["Id"]), reason=reason, failed=True)
        if outside is None:
            wanted.append(index)
        else:
            planned.append((index, outside))
    # Rules that look at every cell of every variable take longest, and the last to end should not be one of them.
    wanted.sort(key=lambda index: not str(job.rules[index].get("Rule Type", "")).startswith("Value Check"))
    say(("plan", planned, len(wanted)))
    return runner, wanted


if __name__ == "__main__":
    main()

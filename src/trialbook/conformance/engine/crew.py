"""Forked processes that take rule after rule; one that dies takes only the rule that it was running with it."""

from __future__ import annotations

import contextlib
import os
import select
import signal
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO

from trialbook.conformance.engine.job import RuleRun
from trialbook.conformance.engine.wire import receive, send


@dataclass
class _Worker:
    process: int
    orders: BinaryIO
    answers: BinaryIO
    rule: int | None = None


def run_in_crew(
    run: Callable[[int], RuleRun],
    ids: Sequence[str],
    wanted: Sequence[int],
    workers: int,
    say: Callable[[tuple[Any, ...]], None],
    finish: Callable[[Callable[[], None]], None],
) -> None:
    """``run(index)`` for each of ``wanted`` in ``workers`` processes; says which rule begins and what became of it.

    ``finish`` does the work of a forked process and ends it.
    """
    left = list(reversed(wanted))
    crew: list[_Worker] = []

    def order(worker: _Worker) -> None:
        if not left:
            crew.remove(worker)
            _close(worker)
            os.waitpid(worker.process, 0)
            return
        worker.rule = left.pop()
        say(("rule", ids[worker.rule]))
        # One that has died since its last answer is seen by the end of its answers.
        with contextlib.suppress(BrokenPipeError):
            send(worker.orders, worker.rule)

    def hire() -> None:
        worker = _hire(run, finish, crew)
        crew.append(worker)
        order(worker)

    for _ in range(min(workers, len(left))):
        hire()
    while crew:
        ready, _, _ = select.select([worker.answers for worker in crew], [], [])
        for worker in [one for one in crew if one.answers in ready]:
            index = worker.rule
            assert index is not None
            try:
                say(("ran", index, receive(worker.answers)))
                order(worker)
            except EOFError:
                crew.remove(worker)
                _close(worker)
                say(("ran", index, RuleRun(ids[index], reason=_death(worker), failed=True)))
                if left:
                    hire()


def _hire(run: Callable[[int], RuleRun], finish: Callable[[Callable[[], None]], None], crew: Sequence[_Worker]) -> _Worker:
    orders_out, orders_in = os.pipe()
    answers_out, answers_in = os.pipe()
    process = os.fork()
    if process == 0:
        for end in (orders_in, answers_out):
            os.close(end)
        # Of the others' pipes a copy stands open here, and they would never see their end.
        for other in crew:
            other.orders.close()
            other.answers.close()
        finish(lambda: _work(run, os.fdopen(orders_out, "rb"), os.fdopen(answers_in, "wb")))
    os.close(orders_out)
    os.close(answers_in)
    return _Worker(process, os.fdopen(orders_in, "wb"), os.fdopen(answers_out, "rb", buffering=0))


def _work(run: Callable[[int], RuleRun], orders: BinaryIO, answers: BinaryIO) -> None:
    while True:
        try:
            index = receive(orders)
        except EOFError:
            return
        send(answers, run(index))


def _close(worker: _Worker) -> None:
    for end in (worker.orders, worker.answers):
        with contextlib.suppress(BrokenPipeError):
            end.close()


def _death(worker: _Worker) -> str:
    """How the process that ran a rule ended."""
    _, status = os.waitpid(worker.process, 0)
    code = os.waitstatus_to_exitcode(status)
    if code == -signal.SIGKILL:
        return "the process that ran it was killed: most likely the machine had no memory left"
    if code < 0:
        return f"the process that ran it died of {signal.Signals(-code).name}"
    return f"the process that ran it ended with exit code {code}"

"""What the tests of the protocol's parts share: a small protocol to write, to break and to complain of."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from trialbook.protocol import Protocol
from trialbook.specfile import Complaint

Said = list[tuple[str, str, int, str]]

STUDY = """\
id: TINY01
title: A tiny trial
basis: invented
design: {planned_subjects: 96}
population: {condition: Cough}
arms:
  - {armcd: A, arm: Syrup, type: Experimental, description: Syrup}
  - {armcd: B, arm: Nothing, type: No Intervention, description: Nothing}
"""
VISITS = """\
visits:
  - {visitnum: 10, visit: DAY 1, day: 1}
  - {visitnum: 20, visit: MONTH 6, day: 184, window: [-14, 14]}
  - {visitnum: 30, visit: MONTH 24, day: 732}
"""


@pytest.fixture
def parts(tmp_path: Path) -> Callable[..., Protocol]:
    """A function that writes a protocol of the study and visits above and the files named (``analysis="..."``: analysis.yml)."""

    def write(**files: str) -> Protocol:
        folder = tmp_path / "protocol"
        folder.mkdir(exist_ok=True)
        for name, text in {"study": STUDY, "visits": VISITS, **files}.items():
            (folder / (f"{name}.bib" if name == "references" else f"{name}.yml")).write_text(text, encoding="utf-8")
        return Protocol(folder)

    return write


@pytest.fixture
def said() -> Callable[..., Said]:
    """A function that tells the complaints of a check: severity, file, line, text."""

    def tell(check: Callable[[Protocol], Iterable[Complaint]], of: Protocol) -> Said:
        return [(str(one.severity), one.file.removeprefix("protocol/"), one.line, one.text) for one in check(of)]

    return tell

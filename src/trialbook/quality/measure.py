"""Recall, precision and how exact origins are, over exports broken with several seeds."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory

from trialbook.quality.compare import Found, Judged, compare
from trialbook.run import Run, Study
from trialbook.simulation import LAYOUTS, simulate_export

LEAST = {"recall": 0.99, "precision": 0.99, "exact": 0.98}
"""What is asked of the rules of a study."""


@dataclass(frozen=True)
class Quality:
    """What exports broken with several seeds say of the rules, a :class:`Judged` each."""

    judged: tuple[Judged, ...]

    @property
    def found(self) -> Iterator[Found]:
        """Every defect of every export that something in the export tells of."""
        return (one for judged in self.judged for one in judged.found if one.entry["detectable"])

    @property
    def hidden(self) -> Iterator[Found]:
        """The defects that nothing in the export tells of."""
        return (one for judged in self.judged for one in judged.found if not one.entry["detectable"])

    @property
    def recall(self) -> float:
        """The part of the defects that a finding names."""
        return _part(bool(one.naming) for one in self.found)

    @property
    def precision(self) -> float:
        """The part of the findings that name a broken cell."""
        right, wrong = (sum(len(one) for one in of) for of in zip(*((j.right, j.wrong) for j in self.judged), strict=True))
        return right / (right + wrong) if right + wrong else 1.0

    @property
    def exact(self) -> float:
        """The part of the defects found of which a finding names the broken cell as one to mend."""
        return _part(bool(one.mending) for one in self.found if one.naming)

    @property
    def only(self) -> float:
        """The part of the defects found of which a finding names to be mended what is broken and nothing else."""
        return _part(bool(one.only) for one in self.found if one.naming)

    @property
    def good(self) -> bool:
        """Whether each figure reaches what is asked."""
        return all(getattr(self, name) >= least for name, least in LEAST.items())


def _part(of: Iterator[bool]) -> float:
    flags = list(of)
    return sum(flags) / len(flags) if flags else 1.0


def in_turn(seeds: Iterable[int]) -> dict[int, str]:
    """Seeds, each with the layout of the export that is broken with it: layouts take turns."""
    return {seed: list(LAYOUTS)[seed % len(LAYOUTS)] for seed in seeds}


def judge_seed(study: Path, seed: int, layout: str, subjects: int, rate: float) -> Judged:
    """An export broken with one seed, validated and held against its ``defects.json``."""
    loaded = Study(study)
    with TemporaryDirectory() as folder:
        made = simulate_export(loaded.root, loaded.protocol.id, loaded.specs, Path(folder) / "out", subjects, seed, rate, layout)
        assert made.listed is not None, "a rate above 0 lists its defects"
        entries = json.loads(made.listed.read_text(encoding="utf-8"))
        run = loaded.validate(made.export, core=None)
    return compare(entries, run.results.findings, subjects_of(run, loaded))


def subjects_of(run: Run, study: Study) -> dict[str, str]:
    """The USUBJID by each number that forms have for a subject."""
    known: dict[str, str] = {}
    for name, table in run.forms.items():
        if table.subject is not None:
            known |= dict(zip(table.read[study.specs.forms[name].subject].str.strip(), table.subject, strict=True))
    return known


def measure(
    study: Path,
    seeds: Mapping[int, str],
    subjects: int,
    rate: float,
    jobs: int = 1,
    done: Callable[[int], None] = lambda seed: None,
) -> Quality:
    """The quality over ``seeds``, each with its layout, in ``jobs`` processes; ``done`` is called after each seed."""
    judged = []
    with ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool:
        asked = {seed: pool.submit(judge_seed, study, seed, layout, subjects, rate) for seed, layout in seeds.items()}
        for seed, one in asked.items():
            judged.append(one.result())
            done(seed)
    return Quality(tuple(judged))

"""The whole job on a synthetic export: what a newcomer sees first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trialbook.book import build_book
from trialbook.outputs import output_folder
from trialbook.pages.tasks import synthetic_export
from trialbook.run import Run, Study, write_sdtm


@dataclass(frozen=True)
class Demo:
    """The run, and what was written; ``simulated`` holds the export and the list of what was broken in it."""

    run: Run
    simulated: Path
    report: Path
    sdtm: Path
    book: Path


def run_demo(study: Study, out: Path, step: Callable[[str], None]) -> Demo:
    """Simulate an export, validate it, write its SDTM datasets, build the book; all of it into ``out``, whole or not at all."""
    step("simulating an export")
    export = synthetic_export(study.root)
    with output_folder(out) as folder:
        shutil.copytree(export.parent, folder / "simulated")
        run = study.validate(export, progress=step)
        (folder / "validation").mkdir()
        run.write(folder / "validation")
        write_sdtm(run.sdtm, folder / "sdtm", "xpt", run.results.run.synthetic)
        step("building the book")
        index = build_book(study.root, folder / "book", export).relative_to(folder.resolve())
    return Demo(run, out / "simulated", out / "validation" / "report.html", out / "sdtm", out / index)

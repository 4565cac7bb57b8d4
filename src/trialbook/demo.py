"""The whole job on the study's invented export: what a newcomer sees first."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from trialbook.errors import TrialbookError
from trialbook.outputs import output_folder
from trialbook.pages import build_book
from trialbook.pages.inputs import INVENTED_EXPORT
from trialbook.run import Run, Study, write_sdtm


@dataclass(frozen=True)
class Demo:
    """The run, and what was written."""

    run: Run
    report: Path
    sdtm: Path
    book: Path


def run_demo(study: Study, out: Path, step: Callable[[str], None]) -> Demo:
    """Validate the invented export, write its SDTM datasets, build the book; all of it into ``out``, whole or not at all."""
    export = study.root / INVENTED_EXPORT
    if not export.exists():
        raise TrialbookError("the study has no invented export", file=export, remedy="Run validate on an export of your own.")
    with output_folder(out) as folder:
        run = study.validate(export, progress=step)
        (folder / "validation").mkdir()
        run.write(folder / "validation")
        write_sdtm(run.sdtm, folder / "sdtm", "xpt", run.results.run.synthetic)
        step("building the book")
        index = build_book(study.root, folder / "book", export).relative_to(folder.resolve())
    return Demo(run, out / "validation" / "report.html", out / "sdtm", out / index)

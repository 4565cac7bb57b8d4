"""A synthetic export: the study's course simulated, written as a site writes, broken if that is asked for, laid out in files."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np

from trialbook.datasets import SYNTHETIC
from trialbook.errors import SpecError, TrialbookError
from trialbook.mapping import Specs
from trialbook.outputs import output_folder
from trialbook.simulation.breaking import Defect, break_tables, changed_text, draw_defects
from trialbook.simulation.changes import Action, Change, Kind
from trialbook.simulation.course import Course, study_error
from trialbook.simulation.exported import export_day
from trialbook.simulation.kinds_dates import date_kinds
from trialbook.simulation.kinds_records import record_kinds
from trialbook.simulation.kinds_values import value_kinds
from trialbook.simulation.layouts import LAYOUTS, Context, Layout
from trialbook.simulation.layouts.delimited import SURPLUS
from trialbook.simulation.rendering import Renderer
from trialbook.simulation.tables import Place, SiteTable, Written
from trialbook.studymodules import namespace

EXPORT, DEFECTS = "export", "defects.json"
# One stream of chance each, so that defects move no subject's course and no column's habits.
_COURSE, _CELLS, _DEFECTS, _FILES = range(4)


@dataclass(frozen=True)
class Simulation:
    """What was written: ``export`` is what to validate; records by form; how many defects by kind."""

    export: Path
    subjects: int
    records: Mapping[str, int]
    defects: Mapping[str, int]
    listed: Path | None

    @property
    def summary(self) -> str:
        """For a person: how much there is, and what to do with it."""
        records = ", ".join(f"{name} {count:,}" for name, count in self.records.items())
        lines = [f"SYNTHETIC DATA  {self.subjects:,} subjects, {sum(self.records.values()):,} records: {records}"]
        if self.listed:
            lines.append(f"Defects: {sum(self.defects.values()):,} of {len(self.defects)} kinds, listed in {self.listed}")
        return "\n".join([*lines, f"Export: {self.export}", f"Next: trialbook validate {self.export}"])


def simulate_export(
    study: Path,
    id: str,
    specs: Specs,
    out: Path,
    subjects: int,
    seed: int = 1,
    rate: float = 0.0,
    layout: str = "csv",
    progress: Callable[[str], None] = lambda step: None,
) -> Simulation:
    """Write ``export/`` and, with a rate above 0, ``defects.json`` into ``out``, whole or not at all.

    ``study`` is the study's folder, ``id`` its identifier; ``rate`` the part of all records that is broken; ``layout`` one of
    LAYOUTS; ``progress`` is called at the beginning of each step. Subjects and seed decide the data, whatever the layout.
    Raises TrialbookError for a value out of range and :class:`SpecError` for what the study's modules get wrong.
    """
    _check(subjects, seed, rate, layout)
    with output_folder(out) as folder:
        progress("simulating the course")
        course = Course(study / "simulation", namespace(id))
        values = course.tables(subjects, np.random.default_rng([seed, _COURSE]), specs)
        progress("writing the cells")
        renderer = Renderer(specs, _stream(seed, _CELLS), course.file)
        clean = {
            name: SiteTable(specs.forms[name], renderer.table(specs.forms[name], frame), frame, {})
            for name, frame in values.items()
        }
        exported = export_day(values, specs)
        context = Context(id, specs, _stream(seed, _FILES), _statement(id, subjects, seed, rate, layout, exported), exported)
        laid = LAYOUTS[layout](clean, context)
        defects: list[Defect] = []
        broken = clean
        copies: dict[tuple[str, int], int] = {}
        if rate:
            progress("breaking records")
            kinds = (*date_kinds(specs), *value_kinds(specs), *record_kinds(specs, layout), *course.kinds)
            known = _kit_kinds_apart(kinds, course)

            def failed(error: Exception, kind: Kind) -> SpecError:
                return study_error(error, f"the kind of defect {kind.name}", course.folder, course.file_of(kind.name))

            def can_show(change: Change) -> bool:
                if change.column is None:
                    return True
                spec, before = specs.forms[change.form], str(clean[change.form].text.at[change.record, change.column])
                text = changed_text(change, before, renderer, spec)
                return text != before and laid.can_show(spec, change.column, text)

            defects = draw_defects(values, known, rate, _stream(seed, _DEFECTS), can_show, failed)
            broken, copies = break_tables(clean, defects, renderer, specs)
        progress("writing the files")
        export = folder / EXPORT
        export.mkdir()
        written = laid.write(export, broken)
        (export / SYNTHETIC).write_text(context.statement, encoding="utf-8")
        if rate:
            listed = list(_listed(defects, copies, laid, clean, broken, written))
            text = ",\n".join(json.dumps(entry, ensure_ascii=False) for entry in listed)
            (folder / DEFECTS).write_text(f"[\n{text}\n]\n", encoding="utf-8")
    return Simulation(
        export=out / EXPORT / written.export if written.export else out / EXPORT,
        subjects=subjects,
        records={name: len(table.text) for name, table in broken.items()},
        defects=Counter(defect.kind.name for defect in defects),
        listed=out / DEFECTS if rate else None,
    )


def _check(subjects: int, seed: int, rate: float, layout: str) -> None:
    if subjects < 1:
        raise TrialbookError(f"--subjects takes a number from 1 on; found {subjects}", remedy="Give the number of subjects.")
    if seed < 0:
        raise TrialbookError(f"--seed takes a number from 0 on; found {seed}", remedy="Give another seed.")
    if not 0 <= rate <= 1:
        remedy = "0.02 breaks about one record in fifty."
        raise TrialbookError(f"--defects takes a part of the records, from 0 to 1; found {rate:g}", remedy=remedy)
    if layout not in LAYOUTS:
        raise TrialbookError(f"--layout takes {', '.join(LAYOUTS)}; found {layout!r}", remedy="Give one of them.")


def _stream(seed: int, about: int) -> int:
    return int(np.random.default_rng([seed, about]).integers(2**62))


def _kit_kinds_apart(kinds: tuple[Kind, ...], course: Course) -> tuple[Kind, ...]:
    twice = [name for name, count in Counter(kind.name for kind in kinds).items() if count > 1]
    if twice:
        what = f"{', '.join(twice)}: the kit has a kind of defect of this name"
        raise SpecError(what, file=course.file_of(twice[0]), remedy="Give the study's another name.")
    return kinds


def _listed(
    defects: list[Defect],
    copies: Mapping[tuple[str, int], int],
    layout: Layout,
    clean: Mapping[str, SiteTable],
    broken: Mapping[str, SiteTable],
    written: Written,
) -> list[dict[str, Any]]:
    """The entries of ``defects.json``, one a change; a place with a ``path`` instead of a row is of a file that has none."""
    before = {name: layout.shown(table) for name, table in clean.items()}
    after = {name: layout.shown(table) for name, table in broken.items()}
    entries = []
    for defect in defects:
        for change in defect.changes:
            form, record, column = change.form, change.record, change.column
            number = copies.get((form, record), record) if change.action is Action.DOUBLE else record
            place = written.places.get((form, number)) or _file_of(form, written)
            entry: dict[str, Any] = {
                "kind": defect.kind.name,
                "subject": clean[form].values.at[record, clean[form].spec.subject],
                "file": place.file,
                "sheet": place.sheet,
                "row": place.row,
                "column": written.headers[form, column] if column else None,
                "before": before[form].at[record, column] if column else None,
                "after": after[form].at[record, column] if column else _said(change),
                "detectable": defect.kind.detectable if change.detectable is None else change.detectable,
            }
            entries.append(entry | ({"path": place.path} if place.path else {}))
    return entries


def _file_of(form: str, written: Written) -> Place:
    """Where a record would stand that was removed."""
    place = next((place for (name, _), place in written.places.items() if name == form), Place("", None, None))
    return Place(place.file, place.sheet, None)


def _said(change: Change) -> str | None:
    """What stands now where nothing stood; a whole record that was removed or doubled has no cell to quote."""
    return SURPLUS if change.action is Action.LONG_ROW else None


def _statement(study: str, subjects: int, seed: int, rate: float, layout: str, exported: date | None) -> str:
    made = f"It is taken as exported on {exported}, the day after the latest date in it.\n" if exported else ""
    return (
        "Everything in this export is invented. No person, no site and no event in it exists: it was simulated by\n"
        f"trialbook simulate --subjects {subjects} --seed {seed} --defects {rate:g} --layout {layout}\n"
        f"with the course of disease and the parameters in the folder simulation/ of study {study}, and written by the study's\n"
        "form specifications. Coded terms are synthetic: no version of a licensed dictionary was used, and their codes are\n"
        "placeholders.\n"
        f"{made}"
        "本导出数据中的所有内容均为计算机模拟虚构，其中的受试者、中心和事件均不存在；编码术语为合成数据，未使用任何授权词典。\n"
    )

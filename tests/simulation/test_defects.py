"""What is broken stands where defects.json says, and nothing else is."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.exports import RawExport
from trialbook.mapping import Specs, collect_forms
from trialbook.mapping.datetimes import read_iso8601
from trialbook.simulation import LAYOUTS

KEYS = ["kind", "subject", "file", "sheet", "row", "column", "before", "after", "detectable"]
REMOVED = ("RECORD_REMOVED", "SUBJECT_REMOVED_FROM_FORM")
OF_LAYOUT = {
    "csv": {"ROW_TOO_LONG", "ROW_TOO_SHORT"},
    "zip": {"ROW_TOO_LONG", "ROW_TOO_SHORT"},
    "workbook": {"FORMULA_WITHOUT_VALUE"},
}


def _place(entry: dict) -> tuple:
    return entry["file"], entry["sheet"], entry.get("path") or entry["row"]


def _records(export: RawExport, specs: Specs) -> dict[tuple, dict[str, str]]:
    """Every record of the export's forms, as it is in the file, by file, sheet, and row or path."""
    found = {}
    for form in collect_forms(export, specs.forms).found.values():
        cells = form.frame.to_dict("records")
        for table, row, record in zip(form.table, form.row, cells, strict=True):
            raw = form.tables[table]
            place = int(row) if raw.path is None else raw.path[row - 1]
            found[raw.file, raw.sheet, place] = {form.headers[table][name]: cell for name, cell in record.items()}
    return found


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_place_says_what_was_broken_there(sim, layout):
    records = _records(sim.read(sim(layout=layout, subjects=40, rate=0.1).export), sim.specs)
    listed = sim.defects()
    for entry in listed:
        assert [*entry][: len(KEYS)] == KEYS
        if entry["kind"] in REMOVED:
            assert (entry["row"], entry["column"], entry["before"], entry["after"]) == (None,) * 4
        elif entry["column"] is None:
            assert _place(entry) in records, entry
        else:
            assert records[_place(entry)].get(entry["column"]) == entry["after"] != entry["before"], entry
    cells = [(_place(entry), entry["column"]) for entry in listed if entry["column"]]
    assert len(set(cells)) == len(cells)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_else_is_broken(sim, layout):
    """With each cell mended as defects.json says, the records are those of the clean export, but for removed and doubled ones."""
    clean = _records(sim.read(sim("clean", layout=layout, subjects=40).export), sim.specs)
    broken = _records(sim.read(sim("broken", layout=layout, subjects=40, rate=0.1).export), sim.specs)
    removed = doubled = 0
    for entry in sim.defects("broken"):
        if entry["kind"] in REMOVED:
            removed += 1
        elif entry["kind"] == "RECORD_DOUBLED":
            doubled += 1
            del broken[_place(entry)]
        elif entry["column"]:
            broken[_place(entry)][entry["column"]] = entry["before"]
    assert doubled
    mended, before = (Counter(tuple(sorted(record.items())) for record in one.values()) for one in (broken, clean))
    assert mended - before == Counter()
    assert (before - mended).total() == removed > 0


@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_kind_occurs_and_about_so_many_records_are_broken(sim, layout):
    made = sim(layout=layout, subjects=60, rate=0.15)
    assert len(made.defects) == 35 + len(OF_LAYOUT.get(layout, ())) - (layout == "odm")
    assert "DEAD_BEFORE_CONSENT" in made.defects
    assert OF_LAYOUT.get(layout, set()) <= set(made.defects)
    total = sum(map(len, sim.course(60).values()))
    broken = {(entry["subject"], _place(entry)) for entry in sim.defects()}
    assert 0.13 * total < len(broken) < 0.17 * total


def test_dates_after_the_export_are_days_to_a_year_after_the_day_that_it_says(sim):
    """The kind puts some there; the year mistyped and day and month reversed are told where they come to lie there."""
    made = sim(subjects=60, rate=0.3)
    exported = sim.read(made.export).exported
    late = [entry for entry in sim.defects() if entry["kind"] == "DATE_AFTER_EXPORT"]
    assert late and all(entry["detectable"] for entry in late)
    for entry in late:
        assert 2 <= (as_date(entry["after"]) - exported).days <= 365
    plausible = [
        entry
        for entry in sim.defects()
        if entry["kind"] in ("YEAR_MISTYPED", "DAY_AND_MONTH_REVERSED") and not entry["detectable"]
    ]
    assert plausible and all(as_date(entry["after"]) <= exported for entry in plausible)


def as_date(text: str) -> date:
    """The date of a cell, in any format that the study has."""
    formats = ("y/m/d", "y年m月d日", "y-m-d", "y-m-d H:M", "d-mmm-y")
    return date.fromisoformat(read_iso8601(pd.Series([text.strip()], dtype="str"), formats, ())[0][:10])


def test_a_small_rate_still_breaks_each_kind_once(sim):
    made = sim(rate=0.001)
    assert len(made.defects) == 37
    assert set(made.defects.values()) == {1}


def test_the_same_seed_breaks_the_same(sim):
    sim("one", rate=0.05)
    sim("other", rate=0.05)
    assert sim.defects("one") == sim.defects("other")


def test_without_defects_no_list_is_written(sim):
    assert sim().defects == {}
    assert sorted(path.name for path in (sim.out / "sim").iterdir()) == [".trialbook", "export"]


KIND = """
from trialbook.simulation import defect, double, edit_text, remove, set_text, set_value

@defect("OWN", detectable=False)
def own(tables, random):
    {body}
"""


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ('yield set_text("AE", 0, "TERM", "?")', ("AE", "TERM", "?", False)),
        (
            'yield set_value("DM", 0, "SEX", "M" if tables["DM"].at[0, "SEX"] == "F" else "F", detectable=True)',
            ("DM", "SEX", None, True),
        ),
        ('yield edit_text("AE", 0, "TERM", lambda text: text.strip() + "!")', ("AE", "TERM", None, False)),
    ],
)
def test_a_study_adds_its_own_kinds(sim, body, expected):
    (sim.study.root / "simulation" / "defects.py").write_text(KIND.format(body=body), encoding="utf-8")
    made = sim(rate=0.001)
    assert made.defects["OWN"] == 1
    (entry,) = (entry for entry in sim.defects() if entry["kind"] == "OWN")
    _, column, text, detectable = expected
    assert entry["column"].strip().casefold() == column.casefold()
    assert entry["after"] == text or text is None
    assert entry["detectable"] is detectable


@pytest.mark.parametrize(
    ("body", "message"),
    [
        ('yield set_text("XX", 0, "TERM", "?")', "no form 'XX' is simulated"),
        ('yield set_text("AE", 9999, "TERM", "?")', "AE has no record 9999"),
        ('yield set_text("AE", 0, "NOPE", "?")', "AE has no column 'NOPE'"),
        ('yield [set_text("AE", 0, "TERM", "?"), set_text("AE", 0, "TERM", "!")]', "a defect changes one cell twice"),
        ("yield []", "a defect has no change"),
        ('yield tables["NOPE"]', "KeyError: 'NOPE'"),
    ],
)
def test_a_kind_that_breaks_what_is_not_there_is_told_with_its_file(sim, body, message):
    (sim.study.root / "simulation" / "defects.py").write_text(KIND.format(body=body), encoding="utf-8")
    with pytest.raises(SpecError, match=r"defects\.py.*the kind of defect OWN fails") as error:
        sim(rate=0.01)
    assert message in str(error.value)
    assert not sim.out.exists()


def test_a_kind_of_the_kits_name_is_refused(sim):
    text = KIND.replace("OWN", "EXCEL_SERIAL").format(body='yield remove("AE", 0)')
    (sim.study.root / "simulation" / "defects.py").write_text(text, encoding="utf-8")
    with pytest.raises(SpecError, match="EXCEL_SERIAL: the kit has a kind of defect of this name"):
        sim(rate=0.01)

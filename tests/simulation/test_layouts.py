"""Whatever an export is made of and however it is written, the kit reads in it what the course gave."""

from __future__ import annotations

from datetime import date, timedelta

import openpyxl
import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.mapping import collect_forms
from trialbook.simulation import LAYOUTS

EXPORTS = {"csv": "", "zip": "SIM01.zip", "workbook": "SIM01.xlsx", "odm": "SIM01.xml", "redcap": ""}


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_says_what_the_course_gave(sim, layout, seed):
    made = sim(layout=layout, seed=seed)
    assert made.export == sim.out / "sim" / "export" / EXPORTS[layout]
    course, back = sim.course(seed=seed), sim.read_back(made.export)
    assert set(back) == set(course)
    for form, frame in course.items():
        pd.testing.assert_frame_equal(back[form], frame, obj=form)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_nothing_is_wrong_with_a_clean_export_nor_is_anything_of_it_unused(sim, layout):
    export = sim.read(sim(layout=layout, seed=5).export)
    forms = collect_forms(export, sim.specs.forms)
    assert [table.name for table in forms.unmatched] == []
    for form in forms.found.values():
        assert [problem for table in form.tables for problem in table.problems] == []
        assert [header for _, header in form.unknown] == []
        assert (form.missing, form.lacking) == ((), ())


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_statement_that_all_is_invented_goes_with_the_data(sim, layout):
    made = sim(layout=layout)
    assert "invented" in (sim.out / "sim" / "export" / "SYNTHETIC.txt").read_text(encoding="utf-8")
    said = sim.read(sim.out / "sim" / "export" if layout == "odm" else made.export).synthetic
    assert "trialbook simulate --subjects 20 --seed 3 --defects 0" in said


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("rate", [0, 0.1])
def test_an_export_says_that_it_was_made_the_day_after_its_latest_true_date(sim, layout, rate):
    made = sim(layout=layout, rate=rate)
    tables, forms = sim.course(), sim.specs.forms
    dates = [
        (value + "-01-01"[len(value) - 4 :])[:10]
        for name, frame in tables.items()
        for column, spec in forms[name].columns.items()
        if spec.type in ("date", "datetime")
        for value in frame[column]
        if value
    ]
    day = date.fromisoformat(max(dates)) + timedelta(days=1)
    assert sim.read(made.export).exported == day
    assert sim.read(sim.out / "sim" / "export").exported == day


def test_the_files_are_in_several_encodings(sim):
    assert {one.encoding for one in sim.read(sim().export).inputs} == {"gb18030", "utf-8", "utf-8-sig", "utf-16"}


def test_the_zip_is_in_the_encoding_that_the_study_declares(sim):
    inputs = sim.read(sim(layout="zip").export).inputs
    assert {one.encoding for one in inputs if one.file != "SYNTHETIC.txt"} == {"gb18030"}


def test_the_same_seed_and_subjects_give_the_same_files(sim):
    for name in ("one", "other"):
        sim(name)
    files = sorted((sim.out / "one" / "export").iterdir())
    assert len(files) == 5
    for file in files:
        assert (sim.out / "other" / "export" / file.name).read_bytes() == file.read_bytes()


def test_another_seed_gives_other_data(sim):
    assert not sim.course(seed=3)["AE"].equals(sim.course(seed=4)["AE"])


def test_a_workbook_is_as_a_site_keeps_it(sim):
    seen = set()
    for seed in range(6):
        book = openpyxl.load_workbook(sim(f"s{seed}", layout="workbook", seed=seed).export)
        assert book.sheetnames[0] == "README" and book.sheetnames[-1] == "SYNTHETIC"
        for sheet in book.worksheets[1:-1]:
            seen.add(sheet.sheet_state)
            seen |= {"merged"} if sheet.merged_cells.ranges else set()
            seen |= {"hidden row"} if any(row.hidden for row in sheet.row_dimensions.values()) else set()
            for row in sheet.iter_rows():
                seen |= {"date" for cell in row if getattr(cell, "is_date", False)} | {
                    "zeros" for cell in row if cell.number_format.startswith("00")
                }
    assert seen == {"visible", "hidden", "merged", "hidden row", "date", "zeros"}


def test_redcap_has_one_row_for_what_does_not_repeat_and_one_for_each_repetition(sim):
    flat = pd.read_csv(sim(layout="redcap", subjects=2).export / "SIM01.csv", dtype="str", keep_default_na=False)
    assert list(flat.columns) == [
        *("record_id", "redcap_event_name", "redcap_repeat_instrument", "redcap_repeat_instance"),
        *("ae_term", "ae_grade", "ae_start", "ae_end", "ae_complete"),
        *("death_dat", "death_autopsy", "death_complete"),
        *("dm_siteid", "dm_sex", "dm_birth", "dm_weight", "dm_consent", "dm_complete"),
        *("lab_lab_dat", "lab_tim", "lab_test", "lab_result", "lab_serial", "lab_complete"),
    ]
    once = flat[flat["redcap_repeat_instrument"] == ""]
    assert once["record_id"].tolist() == ["S001", "S002"]
    assert once["dm_complete"].tolist() == ["2", "2"]
    labs = flat[flat["redcap_repeat_instrument"] == "lab"]
    assert set(labs["record_id"]) == {"S001", "S002"} and len(labs) == 8


def test_fields_of_one_name_are_told_before_anything_is_written(sim):
    for form in ("ae", "dm"):
        path = sim.study.root / "sdtm_specs" / "forms" / f"{form}.yml"
        text = path.read_text(encoding="utf-8").replace("aliases: [record_id, SubjectKey]", "")
        path.write_text(text.replace(f"prefixes: [{form}_]", "prefixes: []"), encoding="utf-8")
    with pytest.raises(SpecError, match="a REDCap project can't have two fields named 'subjid', of AE and DM"):
        sim(layout="redcap")
    assert not sim.out.exists()

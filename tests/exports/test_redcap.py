"""REDCap's flat CSV as one table an instrument, with and without its data dictionary."""

from __future__ import annotations

from pathlib import Path

from trialbook.exports import read_export

DATA = (
    "record_id,redcap_event_name,redcap_repeat_instrument,redcap_repeat_instance,sex,race___1,race___2,demographics_complete,"
    "ae_term,ae_crit___hosp,ae_crit____1,ae_ser,adverse_events_complete,vs_temp,vitals_complete\n"
    "S1,screening_arm_1,,,1,1,1,2,,0,0,,,36.5,2\n"
    "S1,month_6_arm_1,,,,0,0,0,,0,0,,,37.0,1\n"
    "S1,screening_arm_1,adverse_events,1,,,,,Fever,1,1,1,2,,\n"
    "S1,screening_arm_1,adverse_events,2,,,,,Rash,0,0,0,0,,\n"
    "S2,screening_arm_1,,,2,0,0,2,,0,0,,,,0\n"
    "S3,screening_arm_1,,,,0,0,0,,0,0,,,,\n"
)
DICTIONARY = (
    '"Variable / Field Name","Form Name","Section Header","Field Type","Field Label","Choices, Calculations, OR Slider Labels"\n'
    "record_id,demographics,,text,Record,\n"
    'sex,demographics,,radio,Sex,"1, 男 | 2, 女"\n'
    'race,demographics,,checkbox,Race,"1, Asian | 2, White"\n'
    "ae_term,adverse_events,,text,Term,\n"
    'ae_crit,adverse_events,,checkbox,Criteria,"hosp, Hospitalization | -1, Other, important"\n'
    "ae_ser,adverse_events,,yesno,Serious,\n"
    "vs_temp,vitals,,text,Temperature,\n"
)


def tables(folder: Path) -> dict[str, dict[str, list[str]]]:
    return {table.name: table.frame.to_dict("list") for table in read_export(folder).tables}


def test_with_the_dictionary(tmp_path):
    (tmp_path / "IFN.csv").write_text(DATA)
    (tmp_path / "IFN_DataDictionary.csv").write_text(DICTIONARY)
    assert tables(tmp_path) == {
        "demographics": {
            "record_id": ["S1", "S2"],
            "redcap_event_name": ["screening_arm_1", "screening_arm_1"],
            "sex": ["男", "女"],
            "race": ["Asian; White", ""],
        },
        "adverse_events": {
            "record_id": ["S1", "S1"],
            "redcap_event_name": ["screening_arm_1", "screening_arm_1"],
            "redcap_repeat_instance": ["1", "2"],
            "ae_term": ["Fever", "Rash"],
            "ae_crit": ["Hospitalization; Other, important", ""],
            "ae_ser": ["Yes", "No"],
        },
        "vitals": {
            "record_id": ["S1", "S1"],
            "redcap_event_name": ["screening_arm_1", "month_6_arm_1"],
            "vs_temp": ["36.5", "37.0"],
        },
    }
    export = read_export(tmp_path)
    assert [(table.sheet, list(table.row)) for table in export.tables] == [
        ("demographics", [2, 6]),
        ("adverse_events", [4, 5]),
        ("vitals", [2, 3]),
    ]
    assert [note.what for table in export.tables for note in table.notes] == [
        "codes are read as their labels in the data dictionary: sex",
        "codes are read as their labels in the data dictionary: ae_ser",
    ]


def test_without_the_dictionary_the_order_of_columns_tells_the_instruments(tmp_path):
    (tmp_path / "IFN.csv").write_text(DATA)
    found = tables(tmp_path)
    assert found["demographics"]["sex"] == ["1", "2"]
    assert found["demographics"]["race"] == ["1; 2", ""]
    assert found["adverse_events"] == {
        "record_id": ["S1", "S1"],
        "redcap_event_name": ["screening_arm_1", "screening_arm_1"],
        "redcap_repeat_instance": ["1", "2"],
        "ae_term": ["Fever", "Rash"],
        "ae_crit": ["hosp; _1", ""],
        "ae_ser": ["1", "0"],
    }


def test_labels_in_place_of_names_and_codes(tmp_path):
    (tmp_path / "IFN.csv").write_text(
        "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,race___1,race___2,demographics_complete,"
        "ae_term,adverse_events_complete\n"
        "S1,,,Male,Checked,Unchecked,Complete,,\n"
        "S1,Adverse Events,1,,,,,Fever,Incomplete\n"
    )
    (tmp_path / "IFN_DataDictionary.csv").write_text(DICTIONARY)
    assert tables(tmp_path) == {
        "demographics": {"record_id": ["S1"], "sex": ["Male"], "race": ["Asian"]},
        "adverse_events": {"record_id": ["S1"], "redcap_repeat_instance": ["1"], "ae_term": ["Fever"]},
    }


def test_a_project_without_events_needs_its_dictionary(tmp_path):
    text = "record_id,sex,race___1,race___2,demographics_complete\nS1,1,0,1,2\nS2,,0,0,0\n"
    (tmp_path / "IFN.csv").write_text(text)
    assert list(tables(tmp_path)) == ["IFN"]
    (tmp_path / "IFN_DataDictionary.csv").write_text(DICTIONARY)
    assert tables(tmp_path) == {"demographics": {"record_id": ["S1"], "sex": ["男"], "race": ["White"]}}


def test_the_dictionary_of_the_api_and_columns_of_no_instrument(tmp_path):
    (tmp_path / "data.csv").write_text("study_id,redcap_event_name,sex,demographics_complete,extra\nS1,v1,2,2,x\n")
    (tmp_path / "meta.csv").write_text(
        "field_name,form_name,field_type,select_choices_or_calculations\n"
        'study_id,demographics,text,\nsex,demographics,radio,"1, M | 2, F"\n'
    )
    assert tables(tmp_path) == {
        "demographics": {"study_id": ["S1"], "redcap_event_name": ["v1"], "sex": ["F"]},
        "other": {"study_id": ["S1"], "redcap_event_name": ["v1"], "extra": ["x"]},
    }


def test_ragged_rows_keep_their_finding(tmp_path):
    (tmp_path / "IFN.csv").write_text(
        "record_id,redcap_event_name,sex,demographics_complete,vs_temp,vitals_complete\nS1,v1,1,2\nS2,v1,2,2,36.6,2\n"
    )
    export = read_export(tmp_path)
    assert [(table.sheet, list(table.row), [problem.row for problem in table.problems]) for table in export.tables] == [
        ("demographics", [2, 3], [2]),
        ("vitals", [3], []),
    ]


def test_a_table_that_only_ends_like_one_is_left_alone(tmp_path):
    (tmp_path / "DM.csv").write_text("SUBJID,form_complete\nS1,1\n")
    assert tables(tmp_path) == {"DM": {"SUBJID": ["S1"], "form_complete": ["1"]}}


REPEATED = (
    "record_id,redcap_repeat_instrument,redcap_repeat_instance,sex,demographics_complete,ae_term,ae_crit___1,events_complete\n"
)


def problems(folder: Path) -> list[tuple[str, int, str]]:
    return [(table.name, problem.row, problem.what) for table in read_export(folder).tables for problem in table.problems]


def test_a_row_of_an_instrument_that_is_none_is_read_by_its_answers(tmp_path):
    (tmp_path / "IFN.csv").write_text(f"{REPEATED}S1,,,1,2,,0,\nS1,eventz,1,,,Fever,1,2\nS1,eventz,2,,,,,\n")
    assert tables(tmp_path)["events"] == {
        "record_id": ["S1"], "redcap_repeat_instance": ["1"], "ae_term": ["Fever"], "ae_crit": ["1"]
    }  # fmt: skip
    what = "is a row of the repeating instrument 'eventz', which has no fields; it is read by its answers"
    assert problems(tmp_path) == [("demographics", 4, what), ("events", 3, what)]


def test_answers_that_stand_in_another_instruments_row_are_told(tmp_path):
    (tmp_path / "IFN.csv").write_text(f"{REPEATED}S1,events,1,2,,Fever,1,2\nS1,events,2,,,Rash,0,2\n")
    assert tables(tmp_path)["demographics"]["sex"] == []
    what = "is a row of the repeating instrument events; its answers to demographics are not used"
    assert problems(tmp_path) == [("events", 2, what)]


def test_a_checkbox_is_ticked_or_not(tmp_path):
    rows = ("S1,,,1,2,Fever,yes,2", "S2,,,1,2,,2,", "S3,,,1,2,a,Checked,2", "S4,,,1,2,b,Unchecked,2", "S5,,,1,2,c,,2")
    (tmp_path / "IFN.csv").write_text(REPEATED + "\n".join(rows) + "\n")
    assert tables(tmp_path)["events"] == {
        "record_id": ["S1", "S2", "S3", "S4", "S5"],
        "ae_term": ["Fever", "", "a", "b", "c"],
        "ae_crit": ["", "", "1", "", ""],
    }
    assert problems(tmp_path) == [
        ("events", 2, "ae_crit___1 holds 'yes', neither ticked nor not; it is read as not ticked"),
        ("events", 3, "ae_crit___1 holds '2', neither ticked nor not; it is read as not ticked"),
    ]


def test_a_checkbox_is_known_by_its_code_however_redcap_writes_it(tmp_path):
    (tmp_path / "IFN.csv").write_text("record_id,redcap_event_name,x___1_5,x____2,x___a,f_complete\nS1,e,1,1,1,2\n")
    dictionary = DICTIONARY.splitlines()[0] + '\nrecord_id,f,,text,,\nx,f,,checkbox,,"1.5, Half | -2, Minus | A, Letter"\n'
    (tmp_path / "IFN_DataDictionary.csv").write_text(dictionary)
    assert tables(tmp_path)["f"]["x"] == ["Half; Minus; Letter"]


def test_an_instrument_without_records_is_a_table_all_the_same(tmp_path):
    (tmp_path / "IFN.csv").write_text(REPEATED)
    assert tables(tmp_path) == {
        "demographics": {"record_id": [], "redcap_repeat_instance": [], "sex": []},
        "events": {"record_id": [], "redcap_repeat_instance": [], "ae_term": [], "ae_crit": []},
    }


def test_a_file_in_which_no_instrument_can_be_told_is_one_by_its_own_name(tmp_path):
    (tmp_path / "AE.csv").write_text("record_id,redcap_event_name,ae_term,ae_crit___1\nS1,e1,Fever,1\n")
    assert tables(tmp_path) == {"AE": {"record_id": ["S1"], "redcap_event_name": ["e1"], "ae_term": ["Fever"], "ae_crit": ["1"]}}

"""What a mistake in the specifications is told as: the file, the line, what was found, what to do."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.errors import SpecError, TrialbookError
from trialbook.exports import read_export
from trialbook.mapping import collect_forms, load_specs, map_forms
from trialbook.standards import load_standard

SOUND = {
    "common.yml": "variables:\n  USUBJID: {assign_no_ct: SUBJ}\n",
    "codelists.yml": "codelists:\n  YESNO: {terms: {Y: 是, N: 否}}\n",
    "derivations.py": "def upper(text):\n    return text.str.upper()\n",
    "forms/ae.yml": (
        "form: AE\n"
        "tables: [ae]\n"
        "subject: SUBJ\n"
        "keys: [SUBJ, TERM]\n"
        "columns:\n"
        "  SUBJ: {}\n"
        "  TERM: {}\n"
        "  SER: {codelist: YESNO}\n"
        "  START: {type: date, format: y-m-d}\n"
    ),
    "forms/ex.yml": (
        "form: EX\ntables: [ex]\nsubject: SUBJ\nkeys: [SUBJ]\n"
        "columns:\n  SUBJ: {}\n  DRUG: {}\n  DATE: {type: date, format: y-m-d}\n"
    ),
    "domains/ae.yml": (
        "domain: AE\n"
        "keys: [USUBJID, AETERM]\n"
        "records:\n"
        "  - form: AE\n"
        "    join:\n"
        "      EX: {form: EX, on: SUBJ, first: DATE}\n"
        "variables:\n"
        "  AESEQ: {derive_seq: AETERM}\n"
        "  AETERM: {assign_no_ct: TERM}\n"
        "  AESER: {assign_ct: SER}\n"
        "  AESTDTC: {assign_datetime: START}\n"
        "  AESTDY: {derive_study_day: AESTDTC}\n"
        "  AECAT: {derive: {function: upper, from: EX.DRUG}}\n"
        "supp:\n"
        "  AENOTE: {label: Note, value: {assign_no_ct: TERM}}\n"
    ),
}


def written(folder: Path, file: str, old: str, new: str) -> Path:
    """The sound specifications with one mistake."""
    for name, text in SOUND.items():
        path = folder / "sdtm_specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == file:
            assert text.count(old) == 1, (file, old)
            text = text.replace(old, new)
        path.write_text(text, encoding="utf-8")
    return folder / "sdtm_specs"


def said(folder: Path, error: TrialbookError) -> str:
    return str(error).replace(f"{folder}/", "")


def test_without_a_mistake_the_specifications_are_read(tmp_path: Path) -> None:
    specs = load_specs(written(tmp_path, "", "", ""), "sound")
    assert (list(specs.forms), list(specs.domains), list(specs.codelists)) == (["AE", "EX"], ["AE"], ["YESNO"])


AE, FORM = "domains/ae.yml", "forms/ae.yml"
MISTAKES = {
    "unknown column": (
        AE, "assign_no_ct: TERM}\n  AESER", "assign_no_ct: TERMS}\n  AESER",
        "sdtm_specs/domains/ae.yml, line 9: variables.AETERM: there is no column 'TERMS' in AE, EX",
    ),
    "unknown column of a joined form": (
        AE, "EX.DRUG", "EX.DRUGS",
        "sdtm_specs/domains/ae.yml, line 13: variables.AECAT: there is no column 'EX.DRUGS' in AE, EX",
    ),
    "unknown column in common.yml": (
        "common.yml", "assign_no_ct: SUBJ", "assign_no_ct: SUBJECT",
        "sdtm_specs/common.yml, line 2: variables.USUBJID: there is no column 'SUBJECT' in AE, EX",
    ),
    "unknown column in a condition": (
        AE, "{assign_ct: SER}", "{assign_ct: SER, condition_add: SERIOUS == \"Y\"}",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER.condition_add: there is no column 'SERIOUS' in AE, EX",
    ),
    "unknown column and function in a function that chooses records": (
        AE, "    join:\n", "    where: {function: keeps, from: TERMS, reads: EY}\n    join:\n",
        "sdtm_specs/domains/ae.yml, line 5: records.0.where: there is no column 'TERMS' in AE, EX\n"
        "sdtm_specs/domains/ae.yml, line 5: records.0.where: there is no function 'keeps' in derivations.py\n"
        "sdtm_specs/domains/ae.yml, line 5: records.0.where: there is no form 'EY' in sdtm_specs/forms",
    ),
    "unknown variable to order by": (
        AE, "keys: [USUBJID, AETERM]", "keys: [USUBJID, AETERM]\norder: [AEENDTC]",
        "sdtm_specs/domains/ae.yml, line 3: order: AEENDTC is no variable that the domain fills",
    ),
    "term of a column without a code list": (
        AE, "{assign_ct: SER}", "{assign_ct: SER, condition_add: term(TERM) == \"Y\" and term(SER) == \"Y\"}",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER.condition_add: term(TERM) needs a code list, and the "
        "column has none",
    ),
    "two columns that would make one date": (
        AE, "{assign_datetime: START}", "{assign_datetime: [START, EX.DATE]}",
        "sdtm_specs/domains/ae.yml, line 11: variables.AESTDTC: assign_datetime puts START and EX.DATE together, and both have "
        "the part d\nWhere one stands for the other, write a list of algorithms, one for each column.",
    ),
    "unknown form": (
        AE, "- form: AE", "- form: AES",
        "sdtm_specs/domains/ae.yml, line 4: records.0.form: there is no form 'AES' in sdtm_specs/forms",
    ),
    "unknown form in a join": (
        AE, "form: EX,", "form: DOSES,",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX.form: there is no form 'DOSES' in sdtm_specs/forms\n"
        "sdtm_specs/domains/ae.yml, line 13: variables.AECAT: there is no column 'EX.DRUG' in AE",
    ),
    "unknown key of a join": (
        AE, "on: SUBJ", "on: PATIENT",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX.on: the form EX has no column 'PATIENT'\n"
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX.on: the form AE has no column 'PATIENT'",
    ),
    "a choice by text": (
        AE, "first: DATE", "first: DRUG",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX.first: needs a date or a number to choose by; 'DRUG' is text",
    ),
    "first and last": (
        AE, "first: DATE", "first: DATE, last: DATE",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX: takes first or last, not both",
    ),
    "more columns in to than in on": (
        AE, "first: DATE", "to: [SUBJ, DRUG]",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.EX: to names 2 of the other form's columns for the 1 of on",
    ),
    "a join named like the records' form": (
        AE, "EX: {form: EX", "AE: {form: EX",
        "sdtm_specs/domains/ae.yml, line 6: records.0.join.AE: 'AE' already names the form of the records\n"
        "Give the join another name.\n"
        "sdtm_specs/domains/ae.yml, line 13: variables.AECAT: there is no column 'EX.DRUG' in AE",
    ),
    "unknown code list of a column": (
        FORM, "YESNO", "NOYES",
        "sdtm_specs/forms/ae.yml, line 8: columns.SER.codelist: there is no code list 'NOYES' in codelists.yml",
    ),
    "unknown code list of an algorithm": (
        AE, "{assign_ct: SER}", "{assign_ct: SER, codelist: NOYES}",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER.codelist: no code list 'NOYES' in codelists.yml",
    ),
    "no code list": (
        AE, "assign_ct: SER", "assign_ct: TERM",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER: assign_ct needs a code list: name one here or on the column 'TERM'",
    ),
    "a code list for another algorithm": (
        AE, "{assign_no_ct: TERM}\n  AESER", "{assign_no_ct: TERM, codelist: YESNO}\n  AESER",
        "sdtm_specs/domains/ae.yml, line 9: variables.AETERM.0: codelist goes with assign_ct",
    ),
    "two operations": (
        AE, "{assign_ct: SER}", "{assign_ct: SER, assign_no_ct: SER}",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER.0: needs exactly one of assign_no_ct, assign_ct, assign_unit, "
        "hardcode_no_ct, hardcode_ct, assign_datetime, derive, derive_standard_result, derive_range_indicator, derive_visit, "
        "derive_element, derive_study_day, derive_epoch, derive_blfl, derive_seq; found assign_no_ct, assign_ct",
    ),
    "no operation": (
        AE, "{assign_ct: SER}", "{note: later}",
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER.0: needs exactly one of assign_no_ct, assign_ct, assign_unit, "
        "hardcode_no_ct, hardcode_ct, assign_datetime, derive, derive_standard_result, derive_range_indicator, derive_visit, "
        "derive_element, derive_study_day, derive_epoch, derive_blfl, derive_seq; found none",
    ),
    "a date without a format": (
        AE, "assign_datetime: START", "assign_datetime: TERM",
        "sdtm_specs/domains/ae.yml, line 11: variables.AESTDTC: assign_datetime needs a column with a date or time format; "
        "'TERM' has none",
    ),
    "bad format": (
        FORM, "format: y-m-d", "format: YYYY-MM",
        "sdtm_specs/forms/ae.yml, line 9: columns.START: the format 'YYYY-MM' needs each of y, m or mmm, d, H, M, S at most "
        "once, and one of them, written as in y-m-d H:M or d-mmm-y, without %",
    ),
    "a format of another language": (
        FORM, "format: y-m-d", 'format: "%y-%m-%d"',
        "sdtm_specs/forms/ae.yml, line 9: columns.START: the format '%y-%m-%d' needs each of y, m or mmm, d, H, M, S at most "
        "once, and one of them, written as in y-m-d H:M or d-mmm-y, without %",
    ),
    "a format on text": (
        FORM, "TERM: {}", "TERM: {format: y-m-d}",
        "sdtm_specs/forms/ae.yml, line 7: columns.TERM: a column of type date, time or datetime declares its format, and no "
        "other does",
    ),
    "two orders of day and month": (
        FORM, "format: y-m-d", "format: [d/m/y, m/d/y]",
        "sdtm_specs/forms/ae.yml, line 9: columns.START: its formats disagree on the order of day and month, so a date would "
        "be a guess",
    ),
    "a null code that is a value": (
        FORM, "{codelist: YESNO}", "{codelist: YESNO, null_codes: [-, 否]}",
        "sdtm_specs/forms/ae.yml, line 8: columns.SER.null_codes: '否' is a value of the code list YESNO: it can't stand for an "
        "empty cell too",
    ),
    "unknown type": (
        FORM, "type: date", "type: dates",
        "sdtm_specs/forms/ae.yml, line 9: columns.START.type: Input should be 'text', 'integer', 'number', 'date', 'time' or "
        "'datetime' (found 'dates')",
    ),
    "unknown key in YAML": (
        FORM, "SUBJ: {}", "SUBJ: {requird: true}",
        "sdtm_specs/forms/ae.yml, line 6: columns.SUBJ.requird: is not a key known here",
    ),
    "missing key in YAML": (
        FORM, "subject: SUBJ\n", "",
        "sdtm_specs/forms/ae.yml, line 1: subject: is missing",
    ),
    "a key that is no column": (
        FORM, "keys: [SUBJ, TERM]", "keys: [SUBJ, NO]",
        "sdtm_specs/forms/ae.yml, line 1: NO is used as a key or the subject but is not among the columns",
    ),
    "a visit that is no column": (
        FORM, "subject: SUBJ\n", "subject: SUBJ\nvisit: WEEK\n",
        "sdtm_specs/forms/ae.yml, line 1: visit is WEEK, which is not among the columns",
    ),
    "one header for two columns": (
        FORM, "TERM: {}", "TERM: {aliases: [subj]}",
        "sdtm_specs/forms/ae.yml, line 1: the header 'subj' stands for both SUBJ and TERM (case does not tell them apart)",
    ),
    "a tab": (
        FORM, "  TERM: {}", "\tTERM: {}",
        "sdtm_specs/forms/ae.yml, line 7, column 1: is not valid YAML: found character '\\t' that cannot start any token"
        "\nIndent with spaces: YAML takes no tabs.",
    ),
    "indentation": (
        FORM, "  TERM: {}", "   TERM: {}",
        "sdtm_specs/forms/ae.yml, line 7, column 4: is not valid YAML: expected <block end>, but found '<block mapping start>'"
        "\nLook there and above: a quotation mark that is not closed, a text with a colon that has none, an indentation.",
    ),
    "a key twice": (
        FORM, "  TERM: {}", "  TERM: {}\n  SUBJ: {}",
        "sdtm_specs/forms/ae.yml, line 8, column 3: is not valid YAML: found duplicate key \"SUBJ\" with value \"{}\" "
        "(original value: \"{}\")\nKeep one of the two.",
    ),
    "file and form differ": (
        FORM, "form: AE", "form: AES",
        "sdtm_specs/forms/ae.yml, line 1: form: is AES, but the file is ae.yml\nName the file after what it specifies.",
    ),
    "file and domain differ": (
        AE, "domain: AE", "domain: CE",
        "sdtm_specs/domains/ae.yml, line 1: domain: is CE, but the file is ae.yml\nName the file after what it specifies.",
    ),
    "a value for two terms": (
        "codelists.yml", "N: 否", "N: 是",
        "sdtm_specs/codelists.yml, line 2: codelists.YESNO: the value '是' stands for both 'Y' and 'N'",
    ),
    "a value that is another term": (
        "codelists.yml", "N: 否", "N: Y",
        "sdtm_specs/codelists.yml, line 2: codelists.YESNO: the value 'Y' stands for both 'Y' and 'N'",
    ),
    "unknown function": (
        AE, "function: upper", "function: uper",
        "sdtm_specs/domains/ae.yml, line 13: variables.AECAT: there is no function 'uper' in derivations.py",
    ),
    "broken Python": (
        "derivations.py", "text.str.upper()", "text.str.upper(",
        "sdtm_specs/derivations.py, line 2: does not run: SyntaxError: '(' was never closed (derivations.py, line 2)\n"
        "Mend the module and run again.",
    ),
    "Python that fails": (
        "derivations.py", "def upper", "import nowhere_to_be_found\n\n\ndef upper",
        "sdtm_specs/derivations.py, line 1: does not run: ModuleNotFoundError: No module named 'nowhere_to_be_found'\n"
        "Mend the module and run again.",
    ),
    "a study day of no variable": (
        AE, "derive_study_day: AESTDTC", "derive_study_day: AEENDTC",
        "sdtm_specs/domains/ae.yml, line 12: variables.AESTDY: AEENDTC is no variable that the domain fills",
    ),
    "a sequence by no variable": (
        AE, "derive_seq: AETERM", "derive_seq: [AETERM, AESPID]",
        "sdtm_specs/domains/ae.yml, line 8: variables.AESEQ: AESPID is no variable that the domain fills",
    ),
    "a key that is no variable": (
        AE, "[USUBJID, AETERM]", "[USUBJID, AETREM]",
        "sdtm_specs/domains/ae.yml, line 2: keys: AETREM is no variable that the domain fills",
    ),
    "a study day among others": (
        AE, "AESTDY: {derive_study_day: AESTDTC}", "AESTDY: [{assign_no_ct: TERM}, {derive_study_day: AESTDTC}]",
        "sdtm_specs/domains/ae.yml, line 12: variables.AESTDY: derive_study_day stands alone: it can't be one of several "
        "algorithms",
    ),
    "a study day under a condition": (
        AE, "{derive_study_day: AESTDTC}", "{derive_study_day: AESTDTC, condition_add: not missing(TERM)}",
        "sdtm_specs/domains/ae.yml, line 12: variables.AESTDY.0: derive_study_day takes no condition_add: it is empty where "
        "what it is derived from is",
    ),
    "qualifiers without a sequence": (
        AE, "  AESEQ: {derive_seq: AETERM}\n", "",
        "sdtm_specs/domains/ae.yml, line 13: supp: supplemental qualifiers refer to AESEQ, which is not filled",
    ),
    "no subject": (
        "common.yml", "USUBJID", "SITEID",
        "sdtm_specs/domains/ae.yml, line 2: keys: USUBJID is no variable that the domain fills\n"
        "sdtm_specs/domains/ae.yml, line 1: domain: sequence numbers, study days and supplemental qualifiers need USUBJID, "
        "which is not filled",
    ),
    "QNAM too long": (
        AE, "AENOTE: {", "AENOTE123: {",
        "sdtm_specs/domains/ae.yml, line 15: supp.AENOTE123: String should match pattern '^[A-Z][A-Z0-9]{0,7}$' "
        "(found 'AENOTE123')",
    ),
    "QLABEL too long": (
        AE, "label: Note", "label: A label that takes more than forty characters",
        "sdtm_specs/domains/ae.yml, line 15: supp.AENOTE.label: String should have at most 40 characters "
        "(found 'A label that takes more than forty characters')",
    ),
    "empty file": (
        FORM, SOUND["forms/ae.yml"], "",
        "sdtm_specs/forms/ae.yml, line 1: is empty or not a mapping of keys to values",
    ),
}  # fmt: skip


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_mistake_names_file_and_line(mistake: str, tmp_path: Path) -> None:
    file, old, new, message = MISTAKES[mistake]
    with pytest.raises(SpecError) as error:
        load_specs(written(tmp_path, file, old, new), "mistake")
    assert said(tmp_path, error.value) == message


def test_a_condition_that_is_no_expression_names_its_place(tmp_path: Path) -> None:
    specs = written(tmp_path, AE, "{assign_ct: SER}", "{assign_ct: SER, condition_add: 'TERM = 1'}")
    with pytest.raises(SpecError) as error:
        load_specs(specs, "mistake")
    assert said(tmp_path, error.value).startswith("sdtm_specs/domains/ae.yml, line 10: variables.AESER.condition_add: column ")


def test_every_mistake_is_told_at_once(tmp_path: Path) -> None:
    specs = written(tmp_path, AE, "  AESER: {assign_ct: SER}\n", "  AESER: {assign_ct: SERS}\n  AESCAN: {assign_no_ct: NO}\n")
    with pytest.raises(SpecError) as error:
        load_specs(specs, "mistake")
    assert said(tmp_path, error.value).splitlines() == [
        "sdtm_specs/domains/ae.yml, line 10: variables.AESER: there is no column 'SERS' in AE, EX",
        "sdtm_specs/domains/ae.yml, line 11: variables.AESCAN: there is no column 'NO' in AE, EX",
    ]


def test_a_file_that_is_not_utf8_names_the_line(tmp_path: Path) -> None:
    specs = written(tmp_path, "", "", "")
    (specs / FORM).write_bytes(SOUND[FORM].replace("TERM: {}", "TERM: {label: 名称}").encode("gb18030"))
    with pytest.raises(SpecError) as error:
        load_specs(specs, "mistake")
    assert said(tmp_path, error.value) == "sdtm_specs/forms/ae.yml, line 7: is not UTF-8 text\nSave the file as UTF-8."


@pytest.mark.parametrize("name", ["forms/mh.yaml", "forms/mh.YML", "codelists.yaml"])
def test_a_specification_that_would_not_be_read_is_told(name: str, tmp_path: Path) -> None:
    specs = written(tmp_path, "", "", "")
    (specs / name).write_text("form: MH\n", encoding="utf-8")
    with pytest.raises(SpecError) as error:
        load_specs(specs, "mistake")
    assert said(tmp_path, error.value) == (
        f"sdtm_specs/{name}: would not be read, because of its ending\nName it with the ending .yml."
    )


def test_a_form_specified_twice_is_told(tmp_path: Path) -> None:
    specs = written(tmp_path, "", "", "")
    (specs / "forms/AE.yml").write_text(SOUND[FORM], encoding="utf-8")
    with pytest.raises(SpecError) as error:
        load_specs(specs, "mistake")
    assert said(tmp_path, error.value) == (
        "sdtm_specs/forms/ae.yml, line 1: form: AE is specified twice: here and in AE.yml\nRemove one of the files."
    )


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("sdtm_specs", "sdtm_specs: the study has no specifications\nA study holds sdtm_specs/forms and domains."),
        ("sdtm_specs/forms", "sdtm_specs/forms: holds no form specification\nWrite one YAML file for each form."),
    ],
)
def test_what_is_not_there_is_told(missing: str, message: str, tmp_path: Path) -> None:
    (tmp_path / missing).parent.mkdir(exist_ok=True)
    with pytest.raises(SpecError) as error:
        load_specs(tmp_path / "sdtm_specs", "mistake")
    assert said(tmp_path, error.value) == message


FUNCTIONS = {
    "wrong length": (
        "return text.head(1)",
        "function upper: gave 1 values; a Series with one value for each of the 2 records is expected",
    ),
    "no Series": (
        "return 'x'",
        "function upper: gave a str; a Series with one value for each of the 2 records is expected",
    ),
    "another index": (
        "return text.set_axis(['a', 'b'])",
        "function upper: gave a Series with another index than that of its columns, so no value can be told to belong to a "
        "record\nKeep the index of the columns that the function is given.",
    ),
    "an index twice": (
        "return text.set_axis([0, 0])",
        "function upper: gave a Series with another index than that of its columns, so no value can be told to belong to a "
        "record\nKeep the index of the columns that the function is given.",
    ),
    "an exception": (
        "number = 1 / 0\n    return text",
        "line 2: upper fails: ZeroDivisionError: division by zero\nMend the function and run again.",
    ),
}


@pytest.mark.parametrize("fault", FUNCTIONS)
def test_a_derivation_that_fails_names_the_function(fault: str, tmp_path: Path) -> None:
    body, message = FUNCTIONS[fault]
    specs = load_specs(written(tmp_path, "derivations.py", "return text.str.upper()", body), "fault")
    (tmp_path / "ae.csv").write_text("SUBJ,TERM,SER,START\n1,a,,\n1,b,,\n", encoding="utf-8")
    forms = collect_forms(read_export(tmp_path / "ae.csv"), specs.forms)
    with pytest.raises(SpecError) as error:
        map_forms(forms, specs, load_standard(), "TEST")
    assert said(tmp_path, error.value) == f"sdtm_specs/derivations.py, {message}"


def test_a_domain_that_the_standard_lacks_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, "", "", "")
    (folder / "domains/ae.yml").rename(folder / "domains/zz.yml")
    text = (folder / "domains/zz.yml").read_text(encoding="utf-8").replace("domain: AE", "domain: ZZ").replace("AESEQ", "ZZSEQ")
    (folder / "domains/zz.yml").write_text(text, encoding="utf-8")
    specs = load_specs(folder, "unknown_domain")
    (tmp_path / "ae.csv").write_text("SUBJ,TERM,SER,START\n1,a,,\n", encoding="utf-8")
    with pytest.raises(SpecError) as error:
        map_forms(collect_forms(read_export(tmp_path / "ae.csv"), specs.forms), specs, load_standard(), "TEST")
    assert said(tmp_path, error.value) == "sdtm_specs/domains/zz.yml, line 1: domain: sdtmig-3.4 has no domain ZZ"


def test_a_table_that_two_forms_claim_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, "forms/ex.yml", "tables: [ex]", "tables: [a*, ae?]")
    specs = load_specs(folder, "claims")
    (tmp_path / "raw").mkdir()
    for name in ("ae.csv", "a1.csv"):
        (tmp_path / "raw" / name).write_text("SUBJ\n1\n", encoding="utf-8")
    found = collect_forms(read_export(tmp_path / "raw"), specs.forms).found
    assert {name: [table.file for table in form.tables] for name, form in found.items()} == {"AE": ["ae.csv"], "EX": ["a1.csv"]}
    specs = load_specs(written(tmp_path, FORM, "tables: [ae]", "tables: ['a[e]']"), "claims")
    ambiguous = {**specs.forms, "EX": specs.forms["EX"].model_copy(update={"tables": ("a*",)})}
    with pytest.raises(SpecError) as error:
        collect_forms(read_export(tmp_path / "raw"), ambiguous)
    assert said(tmp_path, error.value) == (
        "sdtm_specs/forms: the forms AE and EX both claim the table 'ae' of ae.csv\n"
        "Write their tables so that each file or sheet belongs to one form."
    )


def test_an_encoding_that_nobody_knows_is_told_with_its_line(tmp_path: Path) -> None:
    folder = written(tmp_path, "", "", "")
    (folder / "export.yml").write_text("ignore: [README*]\nencodings: [gb18030, gb18031]\n", encoding="utf-8")
    with pytest.raises(SpecError) as raised:
        load_specs(folder, "encodings")
    expected = "sdtm_specs/export.yml, line 2: encodings: the study declares the encoding 'gb18031', which is not known"
    assert said(tmp_path, raised.value) == expected

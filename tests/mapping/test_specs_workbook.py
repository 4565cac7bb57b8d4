"""The specifications as a workbook: nothing is lost, what is edited changes its line, and what can't be is told by its cell."""

from __future__ import annotations

import copy
import difflib
import random
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from trialbook.errors import SpecError, TrialbookError
from trialbook.mapping.loading import load_specs
from trialbook.mapping.specbook import ImportedSpecs, export_specs, import_specs
from trialbook.mapping.specbook.cells import parse, render
from trialbook.mapping.specbook.layout import SHEETS, kind_of
from trialbook.mapping.specbook.merge import merge
from trialbook.mapping.specbook.merged import ReadRow
from trialbook.mapping.specbook.rows import rows_of, study_files
from trialbook.mapping.specbook.splice import document, splice
from trialbook.specfile import SpecFile, plain_data

REPOSITORY = Path(__file__).resolve().parents[2]
FORMULA = "=A1"
STUDIES = [".", "examples/cdiscpilot01", "tests/tiny_study"]
STUDY = {
    "protocol/visits.yml": (
        "# Planned.\nvisits:\n  - {visitnum: 10, visit: SCREENING, day: -28, window: [0, 27]}\n"
        "  - {visitnum: 20, visit: BASELINE}\n"
    ),
    "sdtm_specs/derivations.py": "def upper(text):\n    return text.str.upper()\n",
    "sdtm_specs/common.yml": "# Alike everywhere.\nvariables:\n  USUBJID: {assign_no_ct: SUBJ}  # never twice\n",
    "sdtm_specs/export.yml": "encodings: [gb18030]\nunknown_date_parts: [UN, UNK, 不详]\nnull_codes: []\n",
    "sdtm_specs/codelists.yml": (
        "codelists:\n"
        '  YESNO: {ct: C66742, terms: {Y: [是, "Yes"], N: 否}}  # collected as one of these\n'
        "  GRADE:\n"
        "    terms: {\n"
        '      "1": [1级, "=1"], "0012": [], # a number that is text\n'
        '      "2": ["a;b", \'say "a"\']\n'
        "    }\n"
    ),
    "sdtm_specs/units.yml": (
        "spellings:\n  10^9/L: [G/L]\ntests:\n  CREAT: {unit: umol/L, molar_mass: 113.10}\n"
        '  HCT:\n    - {unit: "%", from: {L/L: {factor: 100}}}\n    - {unit: "", specimen: URINE}\n'
        'results:\n  NEGATIVE: ["-", 阴性]\n'
    ),
    "sdtm_specs/forms/ae.yml": (
        "form: AE  # adverse events\n"
        "tables: [ae, AE_*]\n"
        "subject: SUBJ\n"
        "keys: [SUBJ, TERM]\n"
        "required: false\n"
        "columns:\n"
        "  SUBJ: {}\n"
        "  # What the site wrote.\n"
        '  TERM: {label: 名称, aliases: [t, "a;b"], null_codes: []}\n'
        "  SER: {codelist: YESNO, required: true}   # of seriousness\n"
        "  START: {type: date, format: y-m-d}\n"
        "  GRADE: {codelist: GRADE}\n"
        "  OTHER:\n    not_submitted: >-\n      free\n      text\n"
    ),
    "sdtm_specs/forms/ex.yml": (
        "form: EX\ntables: [ex]\nsubject: SUBJ\nkeys: [SUBJ]\ncolumns:\n  SUBJ: {}\n"
        "  DATE: {type: date, format: [y-m-d, y/m/d]}\n"
    ),
    "sdtm_specs/domains/ae.yml": (
        "domain: AE\n"
        "keys: [USUBJID, AETERM]\n"
        "records:\n"
        "  - form: AE\n"
        "    join: &joined\n"
        "      EX: {form: EX, on: SUBJ, first: DATE}\n"
        "    where: {function: upper, from: TERM}\n"
        "  - form: AE\n"
        "    join: *joined\n"
        "    where: 'GRADE == \"2\"'\n"
        "    variables:\n"
        "      AECAT: {hardcode_no_ct: =SUM}\n"
        "variables:\n"
        "  AESEQ: {derive_seq: []}\n"
        '  AETERM: {assign_no_ct: TERM, note: "As written: by the site"}\n'
        "  AESER:\n"
        "    # The first that gives one.\n"
        "    - {assign_ct: SER}\n"
        "    - {hardcode_ct: N, condition_add: missing(SER)}\n"
        "  AESTDTC: {assign_datetime: START}\n"
        "  AELLT: {derive: {function: upper, from: TERM, reads: [EX]}}\n"
        "supp:\n"
        "  AEGRADE:\n"
        "    label: Grade\n"
        "    origin: eDT\n"
        "    value:\n"
        "      - {assign_ct: GRADE, condition_add: not missing(GRADE)}\n"
        '      - {hardcode_no_ct: "0012"}\n'
    ),
}


@pytest.fixture
def study(tmp_path: Path) -> Path:
    root = tmp_path / "study"
    for name, text in STUDY.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root


def texts(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_bytes().decode() for path in sorted(root.rglob("*.*")) if path.is_file()}


def imported(root: Path, edit: Callable[[Any], None]) -> ImportedSpecs:
    """Export, let ``edit`` change the workbook as a person would, and import it."""
    path = root.parent / "specs.xlsx"
    path.unlink(missing_ok=True)
    export_specs(root, path)
    book = load_workbook(path)
    edit(book)
    book.save(path)
    return import_specs(root, path)


def row_of(sheet: Any, key: tuple[str, ...]) -> int:
    """The first row that begins with these cells."""
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if tuple("" if cell is None else cell for cell in row[: len(key)]) == key:
            return number
    raise AssertionError(key)


def column_of(sheet: Any, name: str) -> int:
    return [cell.value for cell in sheet[1]].index(name) + 1


def put(title: str, key: tuple[str, ...], column: str, value: object) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        sheet = book[title]
        cell = sheet.cell(row_of(sheet, key), column_of(sheet, column))
        cell.value = value
        if isinstance(value, str) and value != FORMULA:
            cell.data_type = "s"  # as Excel takes what is typed into a cell that is formatted as text

    return edit


def add(title: str, **cells: object) -> Callable[[Any], None]:
    def edit(book: Any) -> None:
        sheet = book[title]
        row = 1 + max(number for number, row in enumerate(sheet.iter_rows(values_only=True), 1) if any(row))
        for name, value in cells.items():
            sheet.cell(row, column_of(sheet, name)).value = value

    return edit


def drop(title: str, *key: str) -> Callable[[Any], None]:
    return lambda book: book[title].delete_rows(row_of(book[title], key))


def changed_lines(before: dict[str, str], after: dict[str, str]) -> list[str]:
    lines = []
    for name in sorted(before.keys() | after.keys()):
        one, other = (texts.get(name, "").splitlines() for texts in (before, after))
        lines += [
            line
            for line in difflib.unified_diff(one, other, n=0, lineterm="")
            if line[:1] in "+-" and line[:3] not in ("---", "+++")
        ]
    return lines


@pytest.fixture(params=STUDIES)
def real(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    source, root = REPOSITORY / request.param, tmp_path / "real"
    for folder in ("protocol", "sdtm_specs"):
        shutil.copytree(source / folder, root / folder, ignore=shutil.ignore_patterns("__pycache__"))
    return root


def test_what_is_not_edited_stays_to_the_byte(real):
    before = texts(real)
    assert imported(real, lambda book: None) == ImportedSpecs((), (), ())
    assert texts(real) == before


def test_the_workbook_alone_says_everything(real, tmp_path):
    """Made from nothing but the rows, the specifications are the same."""
    specs = load_specs(real / "sdtm_specs", "first")
    rows = rows_of(study_files(real))
    merged = merge({}, {title: [ReadRow(number, row) for number, row in enumerate(of, 2)] for title, of in rows.items()})
    assert merged.problems == []
    new = tmp_path / "new"
    for name, data in merged.files.items():
        path = new / f"{name}.yml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document(data), encoding="utf-8")
    place = specs.derivations.place
    if place.is_dir():
        shutil.copytree(place, new / "sdtm_specs" / place.name)
    else:
        shutil.copy(place, new / "sdtm_specs")
    if specs.items:
        shutil.copy(real / "sdtm_specs" / "eligibility.yml", new / "sdtm_specs")
    again = load_specs(new / "sdtm_specs", "second")
    for part in ("export", "forms", "domains", "common", "codelists", "units"):
        assert getattr(again, part) == getattr(specs, part)
    assert study_files(new).keys() - {"protocol/visits"} == study_files(real).keys() - {"protocol/visits"}


def test_the_study_of_these_tests_is_sound_and_stays(study):
    load_specs(study / "sdtm_specs", "sound")
    before = texts(study)
    assert imported(study, lambda book: None) == ImportedSpecs((), (), ())
    assert texts(study) == before


@pytest.mark.parametrize(
    ("edit", "lines"),
    [
        (
            put("Columns", ("AE", "SER"), "required", "no"),
            [
                "-  SER: {codelist: YESNO, required: true}   # of seriousness",
                "+  SER: {codelist: YESNO, required: false}   # of seriousness",
            ],
        ),
        (
            put("Columns", ("AE", "SER"), "label", "严重"),
            [
                "-  SER: {codelist: YESNO, required: true}   # of seriousness",
                "+  SER: {codelist: YESNO, required: true, label: 严重}   # of seriousness",
            ],
        ),
        (
            put("Columns", ("AE", "TERM"), "label", None),
            [
                '-  TERM: {label: 名称, aliases: [t, "a;b"], null_codes: []}',
                '+  TERM: {aliases: [t, "a;b"], null_codes: []}',
            ],
        ),
        (
            put("Columns", ("AE", "TERM"), "aliases", 't; "a;b";  new '),
            [
                '-  TERM: {label: 名称, aliases: [t, "a;b"], null_codes: []}',
                '+  TERM: {label: 名称, aliases: [t, "a;b", new], null_codes: []}',
            ],
        ),
        (
            put("Columns", ("AE", "START"), "format", "y/m/d"),
            ["-  START: {type: date, format: y-m-d}", "+  START: {type: date, format: y/m/d}"],
        ),
        (
            put("Columns", ("AE", "OTHER"), "not_submitted", "none"),
            ["-    not_submitted: >-", "-      free", "-      text", "+    not_submitted: none"],
        ),
        (put("Forms", ("AE",), "required", "yes"), ["-required: false", "+required: true"]),
        (put("Forms", ("AE",), "title", 2024), ['+title: "2024"']),
        (put("Export", ("null_codes",), "value", "ND; 未查"), ["-null_codes: []", "+null_codes: [ND, 未查]"]),
        (put("Export", ("unknown_date_parts",), "value", None), ["-unknown_date_parts: [UN, UNK, 不详]"]),
        (
            put("Variables", ("AE", "", "AETERM"), "note", "=1+1"),
            ['-  AETERM: {assign_no_ct: TERM, note: "As written: by the site"}', '+  AETERM: {assign_no_ct: TERM, note: "=1+1"}'],
        ),
        (
            put("Variables", ("AE", "2", "AECAT"), "argument", "0012"),
            ["-      AECAT: {hardcode_no_ct: =SUM}", '+      AECAT: {hardcode_no_ct: "0012"}'],
        ),
        (
            put("Variables", ("AE", "", "AELLT"), "argument", "{function: upper, from: SER}"),
            [
                "-  AELLT: {derive: {function: upper, from: TERM, reads: [EX]}}",
                "+  AELLT: {derive: {function: upper, from: SER}}",
            ],
        ),
        (
            put("Variables", ("*", "", "USUBJID"), "argument", "TERM"),
            ["-  USUBJID: {assign_no_ct: SUBJ}  # never twice", "+  USUBJID: {assign_no_ct: TERM}  # never twice"],
        ),
        (put("Records", ("AE", "2"), "where", "missing(SER)"), ["-    where: 'GRADE == \"2\"'", "+    where: missing(SER)"]),
        (put("Supplemental", ("AE", "AEGRADE"), "origin", "Collected"), ["-    origin: eDT", "+    origin: Collected"]),
        (
            put("Tests", ("CREAT",), "molar_mass", 113.12),
            ["-  CREAT: {unit: umol/L, molar_mass: 113.10}", "+  CREAT: {unit: umol/L, molar_mass: 113.12}"],
        ),
        (put("Units", ("10^9/L",), "spellings", "G/L; K/uL"), ["-  10^9/L: [G/L]", "+  10^9/L: [G/L, K/uL]"]),
        (
            put("Visits", ("10",), "window", "[0, 20]"),
            [
                "-  - {visitnum: 10, visit: SCREENING, day: -28, window: [0, 27]}",
                "+  - {visitnum: 10, visit: SCREENING, day: -28, window: [0, 20]}",
            ],
        ),
        (
            add("Codelists", list="YESNO", term="N", collected="无"),
            [
                '-  YESNO: {ct: C66742, terms: {Y: [是, "Yes"], N: 否}}  # collected as one of these',
                '+  YESNO: {ct: C66742, terms: {Y: [是, "Yes"], N: [否, 无]}}  # collected as one of these',
            ],
        ),
        (
            add("Codelists", list="GRADE", term=3, collected="3级"),
            [
                '-      "2": ["a;b", \'say "a"\']',
                '+      "2": ["a;b", \'say "a"\'], "3": ["3级"]',
            ],
        ),
        (
            drop("Codelists", "YESNO", "Y", "Yes"),
            [
                '-  YESNO: {ct: C66742, terms: {Y: [是, "Yes"], N: 否}}  # collected as one of these',
                "+  YESNO: {ct: C66742, terms: {Y: [是], N: 否}}  # collected as one of these",
            ],
        ),
        (
            put("Codelists", ("YESNO", "Y", "是"), "ct", None),
            [
                '-  YESNO: {ct: C66742, terms: {Y: [是, "Yes"], N: 否}}  # collected as one of these',
                '+  YESNO: {terms: {Y: [是, "Yes"], N: 否}}  # collected as one of these',
            ],
        ),
        (put("Codelists", ("YESNO", "N", "否"), "ct", "C66742"), []),  # said twice
        (
            add("Columns", form="AE", column="END", type="date", format="y-m-d", codelist=None),
            ["+  END: {type: date, format: [y-m-d]}"],
        ),
        (drop("Variables", "AE", "", "AELLT"), ["-  AELLT: {derive: {function: upper, from: TERM, reads: [EX]}}"]),
        (
            add("Variables", domain="AE", variable="AESER", algorithm="hardcode_ct", argument="Y", note="else"),
            [
                '+    - {hardcode_ct: "Y", note: else}',
            ],
        ),
        (
            add("Variables", domain="AE", no="1", variable="AECAT", algorithm="hardcode_no_ct", argument="MAIN"),
            [
                "+    variables: {AECAT: {hardcode_no_ct: MAIN}}",
            ],
        ),
    ],
)
def test_an_edited_cell_changes_its_line(study, edit, lines):
    before = texts(study)
    imported(study, edit)
    assert changed_lines(before, texts(study)) == lines
    load_specs(study / "sdtm_specs", "edited")


def test_one_of_several_that_share_a_value_takes_its_own(study):
    imported(study, put("Joins", ("AE", "2", "EX"), "first", None))
    before = STUDY["sdtm_specs/domains/ae.yml"]
    after = before.replace("    join: *joined\n", "    join: {EX: {form: EX, on: SUBJ}}\n")
    assert (study / "sdtm_specs/domains/ae.yml").read_text(encoding="utf-8") == after


def test_a_form_is_added_and_removed_with_its_columns(study):
    def edit(book):
        add("Forms", form="VS", tables="vs; 体征*", subject="SUBJ", keys="SUBJ", required="no")(book)
        add("Columns", form="VS", column="SUBJ")(book)
        add("Columns", form="VS", column="DATE", type="date", format="y-m-d; y/m/d")(book)

    assert imported(study, edit) == ImportedSpecs((), ("sdtm_specs/forms/vs.yml",), ())
    assert (study / "sdtm_specs/forms/vs.yml").read_text(encoding="utf-8") == (
        'form: VS\ntables: [vs, "体征*"]\nsubject: SUBJ\nkeys: [SUBJ]\nrequired: false\ncolumns:\n'
        "  SUBJ: {}\n  DATE: {type: date, format: [y-m-d, y/m/d]}\n"
    )
    assert "VS" in load_specs(study / "sdtm_specs", "added").forms

    def remove(book):
        drop("Forms", "VS")(book)
        drop("Columns", "VS", "SUBJ")(book)
        drop("Columns", "VS", "DATE")(book)

    assert imported(study, remove) == ImportedSpecs((), (), ("sdtm_specs/forms/vs.yml",))
    assert texts(study) == STUDY


def test_rows_in_another_order_change_nothing(study):
    def turn(book):
        for title in ("Columns", "Codelists", "Records", "Joins", "Units", "Visits"):
            sheet = book[title]
            rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2)]
            for number, row in enumerate(reversed([row for row in rows if any(row)]), 2):
                for column, value in enumerate(row, 1):
                    cell = sheet.cell(number, column)
                    cell.value = value
                    cell.data_type = "n" if value is None else "s"

    assert imported(study, turn) == ImportedSpecs((), (), ())


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        (
            put("Columns", ("AE", "SER"), "required", "perhaps"),
            "sheet Columns, row 4, column required: found 'perhaps'; expected yes or no",
        ),
        (
            put("Columns", ("AE", "SER"), "type", "dat"),
            "sheet Columns, row 4, column type: 'dat' is not known; expected one of text, integer",
        ),
        (
            put("Columns", ("AE", "SER"), "codelist", "YESNOO"),
            "sheet Columns, row 4, column codelist: columns.SER.codelist: there is no code list",
        ),
        (
            put("Columns", ("AE", "START"), "format", "y-d-m; y-m-d"),
            "sheet Columns, row 5, column column: columns.START: its formats disagree",
        ),
        (
            put("Columns", ("AE", "START"), "format", '"y-m-d'),
            "sheet Columns, row 5, column format: found '\"y-m-d'; expected items between semi",
        ),
        (put("Columns", ("AE", "TERM"), "form", "EA"), "sheet Columns, row 3, column form: the sheet Forms has no form 'EA'"),
        (put("Columns", ("AE", "TERM"), "column", "SER"), "sheet Columns, row 4, column column: SER is there already, in row 3"),
        (put("Columns", ("AE", "TERM"), "column", None), "sheet Columns, row 3, column column: is empty; every row needs one"),
        (put("Columns", ("AE", "TERM"), "label", FORMULA), "sheet Columns, row 3, column label: holds a formula; expected text"),
        (
            drop("Columns", "AE", "GRADE"),
            "sheet Supplemental, row 2, column argument: supp.AEGRADE.value: there is no column 'GRADE'",
        ),
        (drop("Forms", "EX"), "sheet Columns, row 8, column form: the sheet Forms has no form 'EX'"),
        (put("Forms", ("AE",), "keys", None), "sheet Forms, row 2, column keys: keys: is missing"),
        (
            put("Variables", ("AE", "", "AETERM"), "algorithm", "assign"),
            "sheet Variables, row 4, column algorithm: 'assign' is not known; expected one of",
        ),
        (
            put("Variables", ("AE", "", "AETERM"), "argument", "TREM"),
            "sheet Variables, row 4, column argument: variables.AETERM: there is no column 'TREM'",
        ),
        (put("Variables", ("AE", "", "AELLT"), "argument", "{function"), "expected YAML on one line"),
        (
            put("Variables", ("AE", "", "AELLT"), "argument", "upper(TERM)"),
            "sheet Variables, row 8, column argument: variables.AELLT.derive",
        ),
        (put("Variables", ("AE", "2", "AECAT"), "no", "3"), "column domain: the sheet Records has no records 3 of a domain 'AE'"),
        (put("Records", ("AE", "2"), "where", "GRADE ="), "sheet Records, row 3, column where: records.1.where: "),
        (
            put("Joins", ("AE", "1", "EX"), "form", "XE"),
            "sheet Joins, row 2, column form: records.0.join.EX.form: there is no form 'XE'",
        ),
        (
            put("Codelists", ("YESNO", "Y", "Yes"), "ct", "C1"),
            "sheet Codelists, row 3, column ct: differs from C66742 in row 2; a list has one",
        ),
        (put("Codelists", ("YESNO", "Y", "Yes"), "collected", "否"), "the value '否' stands for both 'Y' and 'N'"),
        (put("Supplemental", ("AE", "AEGRADE"), "label", "x" * 41), "sheet Supplemental, row 2, column label: "),
        (
            add("Export", setting="zeros", value="x"),
            "sheet Export, row 7, column setting: 'zeros' is not known; expected one of encodings",
        ),
        (put("Visits", ("10",), "day", "first"), "sheet Visits, row 2, column day: found 'first'; expected a number"),
        (put("Visits", ("10",), "day", 0), "sheet Visits, row 2, column visit: visits.0: there is no study day 0"),
        (lambda book: book.remove(book["Joins"]), "has no sheet Joins"),
        (lambda book: book["Joins"].delete_cols(4), "sheet Joins, row 1: the column form is missing"),
        (lambda book: book["Joins"].insert_cols(4), "a cell without a header"),
        (
            put("Joins", ("domain",), "form", "remark"),
            "sheet Joins, row 1: the column 'remark' is not known; expected domain, no, alias",
        ),
    ],
)
def test_a_mistake_is_told_by_its_cell_and_nothing_is_written(study, edit, expected):
    before = texts(study)
    if edit.__name__ == "<lambda>" and expected == "a cell without a header":
        edit = lambda book: setattr(book["Joins"].cell(2, 15), "value", "x")  # noqa: E731
    with pytest.raises(SpecError) as told:
        imported(study, edit)
    assert expected in str(told.value)
    assert "specs.xlsx" in str(told.value)
    assert texts(study) == before


def test_several_mistakes_are_told_at_once(study):
    def edit(book):
        put("Columns", ("AE", "SER"), "required", "perhaps")(book)
        put("Columns", ("AE", "START"), "type", "dat")(book)

    with pytest.raises(SpecError) as told:
        imported(study, edit)
    assert str(told.value).count("sheet Columns") == 2


def test_what_changed_since_the_export_is_not_undone(study, tmp_path):
    path = tmp_path / "specs.xlsx"
    export_specs(study, path)
    form = study / "sdtm_specs/forms/ae.yml"
    form.write_text(form.read_text(encoding="utf-8").replace("label: 名称", "label: 术语"), encoding="utf-8")
    with pytest.raises(SpecError, match=r"sdtm_specs/forms/ae\.yml: changed since this workbook was exported"):
        import_specs(study, path)
    assert "label: 术语" in form.read_text(encoding="utf-8")


def test_a_write_that_fails_leaves_every_file_as_it_was(study, monkeypatch):
    def edit(book):
        put("Columns", ("AE", "SER"), "required", "no")(book)
        put("Forms", ("EX",), "title", "Exposure")(book)

    replace = Path.replace

    def failing(self: Path, target: Path) -> Path:
        if "study" in self.parts and not next(calls, True):
            raise OSError(28, "No space left on device", str(target))
        return replace(self, target)

    calls = iter([True, False])
    monkeypatch.setattr(Path, "replace", failing)
    with pytest.raises(TrialbookError, match="No space left on device"):
        imported(study, edit)
    assert texts(study) == STUDY


def test_line_ends_and_a_byte_order_mark_stay(study):
    form = study / "sdtm_specs/forms/ae.yml"
    form.write_bytes(b"\xef\xbb\xbf" + STUDY["sdtm_specs/forms/ae.yml"].replace("\n", "\r\n").encode())
    imported(study, add("Columns", form="AE", column="NEW"))
    expected = STUDY["sdtm_specs/forms/ae.yml"].rstrip("\n") + "\n  NEW: {}\n"
    assert form.read_bytes() == b"\xef\xbb\xbf" + expected.replace("\n", "\r\n").encode()


@pytest.mark.parametrize("content", [b"", b"no workbook", b"PK\x03\x04broken"])
def test_what_is_no_workbook_is_told(study, tmp_path, content):
    path = tmp_path / "specs.xlsx"
    path.write_bytes(content)
    with pytest.raises(SpecError, match="can't be read as a workbook"):
        import_specs(study, path)


def test_another_workbook_is_told(study, tmp_path):
    Workbook().save(tmp_path / "other.xlsx")
    with pytest.raises(SpecError, match="has no sheet Forms"):
        import_specs(study, tmp_path / "other.xlsx")
    with pytest.raises(SpecError, match="does not exist"):
        import_specs(study, tmp_path / "none.xlsx")


def test_an_export_overwrites_nothing(study, tmp_path):
    path = tmp_path / "specs.xlsx"
    path.write_text("edited for hours")
    with pytest.raises(TrialbookError, match="exists already"):
        export_specs(study, path)
    with pytest.raises(TrialbookError, match=r"ends in \.xlsx"):
        export_specs(study, tmp_path / "specs.csv")
    assert path.read_text() == "edited for hours"


def test_the_sheets_keep_text_and_offer_choices(study, tmp_path):
    export_specs(study, tmp_path / "specs.xlsx")
    book = load_workbook(tmp_path / "specs.xlsx")
    assert book.sheetnames == ["README", *(sheet.title for sheet in SHEETS), "Lists", "Exported from"]
    terms = [(cell.value, cell.data_type, cell.number_format) for cell in book["Codelists"]["B"]]
    assert ("0012", "s", "@") in terms
    assert [cell.data_type for cell in book["Variables"]["E"] if cell.value == "=SUM"] == ["s"]
    for sheet in SHEETS:
        assert book[sheet.title].freeze_panes is not None
        assert book[sheet.title].auto_filter.ref
        assert [cell.value for cell in book[sheet.title][1]] == list(sheet.headers)
    offered = {str(one.sqref).split(":")[0][0]: one.formula1 for one in book["Columns"].data_validations.dataValidation}
    assert offered.keys() == {"A", "D", "F", "G", "H", "L"}


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("text", "0012", "0012"),
        ("text", "=x", "=x"),
        ("yes/no", True, "yes"),
        ("yes/no", False, "no"),
        ("list", [], "[]"),
        ("list", ["a"], "a"),
        ("list", ["a", "b c"], "a; b c"),
        ("list", ["a;b", 'say "a"', "", " x", "[]"], '"a;b"; "say ""a"""; ""; " x"; "[]"'),
        ("number", 10, "10"),
        ("number", -1.5, "-1.5"),
        ("value", {"function": "f", "from": ["a", "b"]}, "{function: f, from: [a, b]}"),
        ("value", {"f": "yes", "n": "1", "t": True, "x": None}, '{f: "yes", n: "1", t: true, x: null}'),
        ("value", 'x == "2"', 'x == "2"'),
        ("value", "{brace", '"{brace"'),
        ("value", "12", '"12"'),
        ("value", 12, "12"),
        ("value", {"a:b": "c # d", "中": "é\u2028"}, '{"a:b": "c # d", 中: "é\\u2028"}'),
    ],
)
def test_cells_say_values_and_values_are_read_from_cells(kind, value, text):
    assert render(kind, value) == text
    assert parse(kind, text) == value


def test_every_key_of_every_model_has_a_column():
    assert kind_of(str | None) == "text"
    assert all(len(set(sheet.headers)) == len(sheet.headers) for sheet in SHEETS)


def paths(data: Any, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    yield at
    for key, item in data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ():
        yield from paths(item, (*at, key))


def value_at(data: Any, path: tuple[str | int, ...]) -> Any:
    for key in path:
        data = data[key]
    return data


@pytest.mark.parametrize("name", [name for name in STUDY if name.endswith(".yml")])
def test_any_change_anywhere_is_made_and_touches_nothing_else(name, tmp_path):
    text = STUDY[name]
    path = tmp_path / "file.yml"
    path.write_text(text, encoding="utf-8")
    old = plain_data(SpecFile(path).data)
    chance = random.Random(name)
    assert splice(text, old) == text
    for at in filter(None, paths(old)):
        for change in ("set", "delete", "nest", "add"):
            new = copy.deepcopy(old)
            parent, value = value_at(new, at[:-1]), value_at(new, at)
            if change == "set" and not isinstance(value, dict | list):
                parent[at[-1]] = 'new: "x" # 值'
            elif change == "delete":
                del parent[at[-1]]
            elif change == "nest":
                parent[at[-1]] = [1, {"x": "y"}]
            elif isinstance(value, dict):
                value["NEW"] = {"a": ["b", "=1"]}
            elif isinstance(value, list):
                value.insert(chance.randint(0, len(value)), "new")
            path.write_text(splice(text, new), encoding="utf-8")
            assert plain_data(SpecFile(path).data) == new, (at, change)

"""ODM-XML: what stands after all transactions, as tables; what is refused, and how."""

from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.errors import ExportError
from trialbook.exports import RawTable, ReadNote, read_export
from trialbook.exports.odm_tables import SYSTEM_COLUMNS

NS = 'xmlns="http://www.cdisc.org/ns/odm/v1.3"'
METADATA = """<Study OID="S"><MetaDataVersion OID="1" Name="1">
 <StudyEventDef OID="SE.M6" Name="Month 6" Repeating="No" Type="Scheduled"><FormRef FormOID="F.AE"/></StudyEventDef>
 <FormDef OID="F.AE" Name="Adverse Events" Repeating="Yes"><ItemGroupRef ItemGroupOID="IG.AE"/></FormDef>
 <ItemGroupDef OID="IG.AE" Name="AE" Repeating="No"><ItemRef ItemOID="IT.AETERM"/><ItemRef ItemOID="IT.AESER"/></ItemGroupDef>
 <ItemDef OID="IT.AETERM" Name="Term" DataType="text"><CodeListRef CodeListOID="CL.1"/></ItemDef>
 <ItemDef OID="IT.AESER" Name="Serious" DataType="text" SASFieldName="AESER_X"/>
</MetaDataVersion></Study>"""
M6 = "/ODM/ClinicalData/SubjectData[@SubjectKey='001']/StudyEventData[@StudyEventOID='SE.M6'][@StudyEventRepeatKey='1']"


def document(clinical: str, metadata: str = "", attributes: str = NS, kind: str = "Snapshot") -> str:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<ODM {attributes} FileType="{kind}" ODMVersion="1.3.2">{metadata}'
        f'<ClinicalData StudyOID="S" MetaDataVersionOID="1">{clinical}</ClinicalData></ODM>'
    )


def subject(content: str, key: str = "001", kind: str = "") -> str:
    return f'<SubjectData SubjectKey="{key}"{transaction(kind)}>{content}</SubjectData>'


def event(content: str, repeat: str = "1", kind: str = "") -> str:
    return f'<StudyEventData StudyEventOID="SE.M6"{key("StudyEvent", repeat)}{transaction(kind)}>{content}</StudyEventData>'


def form(content: str, repeat: str = "1", kind: str = "", oid: str = "F.AE") -> str:
    return f'<FormData FormOID="{oid}"{key("Form", repeat)}{transaction(kind)}>{content}</FormData>'


def group(content: str, repeat: str = "", kind: str = "", oid: str = "IG.AE") -> str:
    return f'<ItemGroupData ItemGroupOID="{oid}"{key("ItemGroup", repeat)}{transaction(kind)}>{content}</ItemGroupData>'


def item(oid: str, value: str, kind: str = "") -> str:
    return f'<ItemData ItemOID="IT.{oid}" Value="{value}"{transaction(kind)}/>'


def key(element: str, repeat: str) -> str:
    return f' {element}RepeatKey="{repeat}"' if repeat else ""


def transaction(kind: str) -> str:
    return f' TransactionType="{kind}"' if kind else ""


def read(folder: Path, text: str | bytes, headers: tuple[str, ...] = ("aeterm", "aeser"), **options: object) -> list[RawTable]:
    file = folder / "export.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return list(read_export(file, headers=headers, **options).tables)  # type: ignore[arg-type]


def collected(table: RawTable) -> list[dict[str, str]]:
    """The records without what tells their place."""
    return table.frame.drop(columns=list(table.repeated)).to_dict("records")


def records(folder: Path, clinical: str) -> list[dict[str, str]]:
    """The records of the only form, by its defined columns."""
    (table,) = read(folder, document(clinical, METADATA))
    return collected(table)


def test_a_form_is_a_table_and_each_record_has_its_place(tmp_path: Path) -> None:
    clinical = subject(
        '<SiteRef LocationOID="L.01"/>'
        + event(form(group(item("AETERM", "头痛") + item("AESER", "N"))) + form(group(item("AETERM", "0007")), "2"))
    )
    (table,) = read(tmp_path, document(clinical, METADATA))
    assert (table.file, table.sheet, table.also, table.part_of) == ("export.xml", "F.AE", ("Adverse Events", "AE", "IG.AE"), ())
    assert table.frame.to_dict("list") == {
        "AETERM": ["头痛", "0007"],
        "AESER": ["N", ""],
        "SubjectKey": ["001", "001"],
        "LocationOID": ["L.01", "L.01"],
        "StudyEventOID": ["SE.M6", "SE.M6"],
        "StudyEventName": ["Month 6", "Month 6"],
        "StudyEventRepeatKey": ["1", "1"],
        "FormRepeatKey": ["1", "2"],
    }
    assert set(map(str, table.frame.dtypes)) == {"str"}
    assert table.repeated == set(table.frame.columns[2:])
    assert list(table.row) == [1, 2]
    assert table.path is not None and list(table.path) == [
        f"{M6}/FormData[@FormOID='F.AE'][@FormRepeatKey='{n}']/ItemGroupData[@ItemGroupOID='IG.AE']" for n in (1, 2)
    ]
    assert table.notes == ()


ONE = event(form(group(item("AETERM", "A") + item("AESER", "N"))))


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ("", [{"AETERM": "A", "AESER": "N"}]),
        (subject(event(form(group(item("AESER", "Y"), kind="Update")))), [{"AETERM": "A", "AESER": "Y"}]),
        (subject(event(form(group(item("AESER", "Y", "Update"), kind="Context")))), [{"AETERM": "A", "AESER": "Y"}]),
        (subject(event(form(group(item("AESER", "Y"), kind="Upsert")))), [{"AETERM": "A", "AESER": "Y"}]),
        (subject(event(form(group(item("AESER", "Y"))))), [{"AETERM": "A", "AESER": "Y"}]),
        (subject(event(form(group(item("AESER", "Y", "Context"))))), [{"AETERM": "A", "AESER": "N"}]),
        (subject(event(form(group(item("AESER", "", "Remove"))))), [{"AETERM": "A", "AESER": ""}]),
        (subject(event(form(group("", kind="Remove")))), []),
        (subject(event(form("", kind="Remove"))), []),
        (subject(event("", kind="Remove")), []),
        (subject("", kind="Remove"), []),
        (subject("", kind="Remove") + subject(event(form(group(item("AETERM", "B"))))), [{"AETERM": "B", "AESER": ""}]),
        (
            subject(event(form(group(item("AETERM", "B")), "2", "Insert"))),
            [{"AETERM": "A", "AESER": "N"}, {"AETERM": "B", "AESER": ""}],
        ),
        (subject(event(form(group('<ItemData ItemOID="IT.AESER" IsNull="Yes"/>')))), [{"AETERM": "A", "AESER": ""}]),
    ],
)  # fmt: skip
def test_transactions_take_effect_in_file_order(tmp_path: Path, change: str, expected: list[dict[str, str]]) -> None:
    assert records(tmp_path, subject(ONE) + change) == expected


A, B, C = (group(item("AETERM", term)) for term in "ABC")


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (event(form(A, "") + form(B, ""), ""), ["A", "B"]),
        (event(form(A, ""), "") + event(form(B, ""), ""), ["A", "B"]),
        (event(form(A, "", "Insert") + form(B, "", "Update"), ""), ["B"]),
        (event(form(A, "", "Insert") + form(B, "", "Insert") + form(C, "", "Update"), ""), ["A", "C"]),
        (event(form(A, "", "Insert") + form(B, "", "Insert") + form("", "", "Remove"), ""), ["A"]),
        (event(form(A, ""), "", "Insert") + event(form(B, ""), "", "Insert"), ["A", "B"]),
        (event(form(A, ""), "", "Insert") + event(form(B, ""), "", "Update"), ["B"]),
    ],
)
def test_what_has_no_repeat_key_is_told_apart_by_its_place(tmp_path: Path, content: str, expected: list[str]) -> None:
    assert [record["AETERM"] for record in records(tmp_path, subject(content))] == expected


def test_the_second_without_a_repeat_key_is_the_second_in_its_path(tmp_path: Path) -> None:
    (table,) = read(tmp_path, document(subject(event(form(A, "") + form(B, ""), ""))))
    start = "/ODM/ClinicalData/SubjectData[@SubjectKey='001']/StudyEventData[@StudyEventOID='SE.M6']"
    end = "/ItemGroupData[@ItemGroupOID='IG.AE']"
    assert table.path is not None
    assert list(table.path) == [f"{start}/FormData[@FormOID='F.AE']{end}", f"{start}/FormData[@FormOID='F.AE'][2]{end}"]


def test_null_beside_a_value_is_empty_and_said(tmp_path: Path) -> None:
    clinical = subject(event(form(group('<ItemData ItemOID="IT.AETERM" Value="A" IsNull="Yes"/>' + item("AESER", "N")))))
    (table,) = read(tmp_path, document(clinical, METADATA))
    assert collected(table) == [{"AETERM": "", "AESER": "N"}]
    assert table.notes == (ReadNote(1, "IT.AETERM is null (IsNull) beside the value 'A'; it is read as empty"),)


def test_what_is_not_null_is_no_null(tmp_path: Path) -> None:
    clinical = subject(event(form(group('<ItemData ItemOID="IT.AETERM" Value="A" IsNull="No"/>' + item("AESER", "N")))))
    (table,) = read(tmp_path, document(clinical, METADATA))
    assert (collected(table), table.notes) == ([{"AETERM": "A", "AESER": "N"}], ())


def test_a_key_stays_as_it_stands(tmp_path: Path) -> None:
    other = ONE.replace('Value="A"', 'Value="B"')
    text = document(subject(ONE) + subject(other).replace('SubjectKey="001"', 'SubjectKey="001 "'), METADATA)
    (table,) = read(tmp_path, text)
    assert table.frame[["SubjectKey", "AETERM"]].to_numpy(dtype=object).tolist() == [["001", "A"], ["001 ", "B"]]


AUDIT = """<AuditRecord><UserRef UserOID="U"/><LocationRef LocationOID="L"/><DateTimeStamp>2024</DateTimeStamp></AuditRecord>
<Annotation SeqNum="1"><Comment>x</Comment><Flag><FlagValue CodeListOID="C">1</FlagValue></Flag></Annotation>"""
TYPED = """<ItemDataString ItemOID="IT.AETERM"> two\nlines <AuditRecord>no</AuditRecord></ItemDataString>
<ItemDataInteger ItemOID="IT.N">\n 007 </ItemDataInteger>
<ItemDataAny ItemOID="IT.AESER" IsNull="Yes"></ItemDataAny>
<v:ItemData xmlns:v="urn:vendor" ItemOID="IT.V" Value="no"/>
<ItemData ItemOID="IT.DOSE" Value="135"><MeasurementUnitRef MeasurementUnitOID="MU.ug"/></ItemData>"""


def test_typed_items_units_and_what_is_passed_over(tmp_path: Path) -> None:
    (table,) = read(tmp_path, document(subject(event(form(AUDIT + group(AUDIT + TYPED))))))
    assert collected(table) == [
        {"AETERM": " two\nlines ", "IT.N": "007", "AESER": "", "IT.DOSE": "135", "IT.DOSE.unit": "MU.ug"},
    ]


@pytest.mark.parametrize(
    ("headers", "expected"),
    [
        (("it.aeterm", "aeterm", "term"), ["IT.AETERM", "Serious"]),
        (("term", "aeterm", "serious"), ["Term", "Serious"]),
        (("aeser_x", "aeser", "aeterm"), ["AETERM", "AESER_X"]),
        ((), ["Term", "Serious"]),
    ],
)
def test_an_item_is_called_as_the_study_knows_it(tmp_path: Path, headers: tuple[str, ...], expected: list[str]) -> None:
    (table,) = read(tmp_path, document(subject(ONE), METADATA), headers)
    assert list(table.frame.columns[:2]) == expected


def test_items_of_one_name_go_by_their_oid_and_of_one_oid_by_their_group(tmp_path: Path) -> None:
    metadata = "".join(f'<ItemDef OID="{oid}" Name="Date"/>' for oid in ("IT.A.D", "IT.B.D"))
    study = f'<Study OID="S"><MetaDataVersion OID="1" Name="1">{metadata}</MetaDataVersion></Study>'
    both = group(item("A.D", "1") + item("B.D", "2") + item("X", "3"), oid="G1") + group(item("X", "4"), oid="G2")
    (table,) = read(tmp_path, document(subject(event(form(both))), study), ("d", "date", "x"))
    assert collected(table) == [{"IT.A.D": "1", "IT.B.D": "2", "G1/IT.X": "3", "G2/IT.X": "4"}]


def results(*values: str) -> str:
    return "".join(group(item("ORRES", value), str(n), oid="IG.LB") for n, value in enumerate(values, start=1))


def test_a_repeating_group_is_a_table_with_the_other_groups_beside(tmp_path: Path) -> None:
    head = group(item("LBDAT", "2024-03-05"), oid="IG.HEAD") + group(item("LAB", "central"), oid="IG.LAB")
    lone = event(form(group(item("LBDAT", "2024-04-05"), oid="IG.HEAD"), oid="F.LB"), "2")
    whole, part = read(tmp_path, document(subject(event(form(head + results("5", "6"), oid="F.LB")) + lone)), ("lbdat",))
    assert (whole.sheet, collected(whole)) == (
        "F.LB",
        [{"LBDAT": "2024-03-05", "IT.LAB": "central"}, {"LBDAT": "2024-04-05", "IT.LAB": ""}],
    )
    assert (part.sheet, part.also, part.part_of) == ("IG.LB", (), ("F.LB", "LB"))
    assert collected(part) == [{"IT.ORRES": "5"}, {"IT.ORRES": "6"}]
    assert part.frame[["LBDAT", "IT.LAB", "ItemGroupRepeatKey"]].to_dict("list") == {
        "LBDAT": ["2024-03-05"] * 2,
        "IT.LAB": ["central"] * 2,
        "ItemGroupRepeatKey": ["1", "2"],
    }


def test_groups_that_repeat_independently_are_tables_of_their_own(tmp_path: Path) -> None:
    two = results("5", "6") + "".join(group(item("SITE", site), str(n), oid="IG.SITE") for n, site in enumerate("ab"))
    tables = read(tmp_path, document(subject(event(form(two, oid="F.LB")))))
    assert [(table.sheet, collected(table)) for table in tables] == [
        ("IG.LB", [{"IT.ORRES": "5"}, {"IT.ORRES": "6"}]),
        ("IG.SITE", [{"IT.SITE": "a"}, {"IT.SITE": "b"}]),
    ]


def test_a_form_of_one_repeating_group_is_one_table(tmp_path: Path) -> None:
    (table,) = read(tmp_path, document(subject(event(form(results("5", "6"), oid="F.LB")))))
    assert (table.sheet, table.also, collected(table)) == ("F.LB", ("LB", "IG.LB"), [{"IT.ORRES": "5"}, {"IT.ORRES": "6"}])


def test_a_defined_form_without_data_is_a_table_without_records(tmp_path: Path) -> None:
    (table,) = read(tmp_path, document("", METADATA))
    # No column of a subject or visit seems to be lacking: which of them the form would fill is not known.
    columns = ["AETERM", "AESER", *SYSTEM_COLUMNS]
    assert (table.sheet, list(table.frame.columns), len(table.frame)) == ("F.AE", columns, 0)
    assert table.repeated == set(SYSTEM_COLUMNS)
    assert table.path is not None and len(table.path) == 0


@pytest.mark.parametrize("pattern", ["F.AE", "adverse*", "ae"])
def test_ignored_tables_are_left_out(tmp_path: Path, pattern: str) -> None:
    lab = form(results("5"), oid="F.LB")
    assert [t.sheet for t in read(tmp_path, document(subject(ONE + event(lab)), METADATA), ignore=(pattern,))] == ["F.LB"]


def test_odd_transactions_are_noted_once_a_form(tmp_path: Path) -> None:
    clinical = "".join(subject(event(form(A, "1", "Insert") + form(B, "1", "Insert"), "1"), who) for who in ("001", "002"))
    clinical += subject(event(form("", "7", "Remove") + form(C, "8", "Update")))
    (table,) = read(tmp_path, document(clinical))
    first = f"{M6}/FormData[@FormOID='F.AE'][@FormRepeatKey="
    assert [note.what for note in table.notes] == [
        f"2 times an entity is inserted though it stands already; the later values count (first {first}'1'])",
        f"once an entity is removed though nothing of it stands (first {first}'7'])",
        f"once an entity is updated though nothing inserted it; the file may lack earlier ones (first {first}'8'])",
    ]
    assert [note.row for note in table.notes] == [None] * 3
    assert list(table.frame["AETERM"]) == ["B", "C", "B"]


def test_two_studies_in_one_file_are_told_apart(tmp_path: Path) -> None:
    other = f'</ClinicalData><ClinicalData StudyOID="T" MetaDataVersionOID="1">{subject(event(form(B)))}'
    (table,) = read(tmp_path, document(subject(event(form(A))) + other))
    assert list(table.frame["AETERM"]) == ["A", "B"]
    assert table.path is not None and [path.split("/SubjectData")[0] for path in table.path] == [
        "/ODM/ClinicalData",
        "/ODM/ClinicalData[@StudyOID='T']",
    ]


@pytest.mark.parametrize("attributes", ["", NS, 'xmlns:odm="http://www.cdisc.org/ns/odm/v1.3"'])
def test_with_a_namespace_a_prefix_or_none(tmp_path: Path, attributes: str) -> None:
    text = document(subject(ONE), METADATA, attributes)
    if "xmlns:odm" in attributes:
        text = re.sub(r"<(/?)(\w)", r"<\1odm:\2", text)
    assert collected(read(tmp_path, text)[0]) == [{"AETERM": "A", "AESER": "N"}]


@pytest.mark.parametrize(
    ("declared", "written", "found"),
    [
        ("UTF-8", "utf-8", "utf-8"),
        ("utf-8", "utf-8-sig", "utf-8-sig"),
        ("GB18030", "gb18030", "gb18030"),
        ("GBK", "gb18030", "gb18030"),
        ("gb2312", "gb2312", "gb18030"),
        ("UTF-16", "utf-16", "utf-16"),
        ("UTF-16", "utf-16-be", "utf-16-be"),
        ("windows-1252", "cp1252", "cp1252"),
    ],
)
def test_the_declared_encoding_is_read(tmp_path: Path, declared: str, written: str, found: str) -> None:
    term = "é" if written == "cp1252" else "头痛"
    text = document(subject(event(form(group(item("AETERM", term)))))).replace("UTF-8", declared)
    file = tmp_path / "export.xml"
    file.write_bytes(text.encode(written))
    export = read_export(file, headers={"aeterm"})
    assert list(export.tables[0].frame["AETERM"]) == [term]
    assert [(one.encoding, one.rows) for one in export.inputs] == [(found, 1)]


def test_a_byte_order_mark_counts_for_more_than_the_declaration(tmp_path: Path) -> None:
    text = document(subject(event(form(group(item("AETERM", "头痛"))))), METADATA).replace("UTF-8", "GBK")
    for encoding in ("utf-8-sig", "utf-16"):
        (table,) = read(tmp_path, text.encode(encoding))
        assert table.frame["AETERM"].tolist() == ["头痛"]


def test_without_a_declaration_the_studys_encoding_counts(tmp_path: Path) -> None:
    text = document(subject(event(form(group(item("AETERM", "乏力")))))).partition("\n")[2]
    (table,) = read(tmp_path, text.encode("gb18030"), encodings=("gb18030",))
    assert list(table.frame["AETERM"]) == ["乏力"]


DOCTYPE = '<!DOCTYPE ODM [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]>'
EXTERNAL = '<!DOCTYPE ODM SYSTEM "file:///etc/passwd">'
GOOD = document(subject(ONE))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (GOOD.replace("<ODM", DOCTYPE + "<ODM"), "line 2: has a DOCTYPE"),
        (GOOD.replace("<ODM", EXTERNAL + "<ODM"), "line 2: has a DOCTYPE"),
        (GOOD.replace('"A"', '"&a;"'), r"line 2, column \d+: is not well-formed XML \(undefined entity\)"),
        (GOOD.replace("</ClinicalData>", ""), r"line 2, column \d+: is not well-formed XML \(mismatched tag\)"),
        (GOOD[:-40], r"line 2, column \d+: is not well-formed XML"),
        ("", "line 1, column 1: is not well-formed XML (no element found)"),
        ("AETERM,AESER\nA,N\n", "line 1, column 1: is not well-formed XML"),
        (GOOD.replace("UTF-8", "klingon"), "line 1: declares the encoding 'klingon', which is not known"),
        (GOOD.replace('"A"', '"\x00"'), r"line 2, column \d+: is not well-formed XML"),
        (f"<ODM {NS}>{METADATA}</ODM>", "is an ODM file without ClinicalData"),
        ("<Workbook><x/></Workbook>", "line 1: is XML, but no ODM: its first element is 'Workbook', expected 'ODM'"),
        (GOOD.replace("v1.3", "v2.0"), r"is ODM of another version \(http://www.cdisc.org/ns/odm/v2.0\)"),
        (GOOD.replace("http://www.cdisc.org/ns/odm/v1.3", "urn:x"), r"is ODM of another namespace \(urn:x\)"),
        (document("<a>" * 200 + "</a>" * 200), "is nested deeper than 100 elements"),
        (document(event("")), "has StudyEventData in no ClinicalData, where ODM has none"),
        (document(subject(form(""))), "has FormData in SubjectData, where ODM has none"),
        (document(subject(event(form(item("A", "1"))))), "has ItemData where ODM has none"),
        (document(subject("", " ")), "has SubjectData without SubjectKey"),
        (document(subject("", "9" * 2000)), "has a SubjectKey of 2,000 characters, the most that can be read is 1,000"),
        (document(subject(event("", "9" * 2000))), "has a repeat key of 2,000 characters"),
        (document(subject("", kind="Delete")), "has the transaction type 'Delete', expected Insert, Update, Remove, Ups"),
        (document(subject(event(form(group(item("A", "9" * 1_000_001)))))), "has a value of 1,000,001 characters"),
        (
            document(subject(event(form(group(f'<ItemDataString ItemOID="A">{"9\n" * 600_000}</ItemDataString>'))))),
            "has a value of more than 1,000,000 characters",
        ),
    ],
)
def test_what_is_refused(tmp_path: Path, text: str, message: str) -> None:
    with pytest.raises(ExportError, match=message if "\\" in message else re.escape(message)) as refused:
        read(tmp_path, text)
    assert str(refused.value).startswith("export.xml")


def test_bytes_that_are_not_of_the_declared_encoding_name_line_and_column(tmp_path: Path) -> None:
    data = document(subject(event(form(group(item("AETERM", "头痛\n\n")))))).replace("UTF-8", "GB18030").encode("gb18030")
    with pytest.raises(ExportError, match=r"export\.xml, line 4, column 3: the byte 0xFF is not gb18030, in which"):
        read(tmp_path, data.replace(b"\n\n", b"\n\nab\xff"))


def test_a_zip_that_calls_itself_xml_gets_its_message(tmp_path: Path) -> None:
    with pytest.raises(ExportError, match=r"is named \.xml but is a workbook or a zip"):
        read(tmp_path, b"PK\x03\x04 and so on")


def test_the_snapshot_of_odmlib(shared: Path) -> None:
    export = read_export(shared / "exports" / "odm-data-snapshot.xml")
    assert {table.name: table.frame.shape[0] for table in export.tables} == {
        "AE": 1, "IG.AE.AE_ARRAY1": 20, "CM": 2, "DM": 2, "DS": 1, "EC": 1, "IG.EC.EC_ARRAY1": 8, "LB": 18, "VS": 2,
    }  # fmt: skip
    (dm,) = (table for table in export.tables if table.name == "DM")
    assert dm.frame.iloc[0].to_dict() == {
        "Age Unit": "YEARS", "Date/Time of Collection": "2022-02-19", "Other Specify": "yd", "Ethnicity": "HISPANIC/LATINO",
        "Age": "56", "Sex": "Male", "Race": "WHITE", "Date of Birth": "1966-02-10", "SubjectKey": "SS_0001",
        "StudyEventOID": "SE.SCREENING", "StudyEventName": "Screening", "StudyEventRepeatKey": "1", "ItemGroupRepeatKey": "1",
    }  # fmt: skip


FORMS = ("baseline", "outcome", "treatment", "allmedi", "studyterminat", "ae", "sae")


def secutrial(shared: Path, kind: str, headers: tuple[str, ...] = ()) -> dict[str, pd.DataFrame]:
    (file,) = (shared / "exports").glob(f"s_export_{kind}_CTU05_2019*.zip")
    ignored = ("*.html", "*.xsd") if kind == "XML" else ("*.html",)
    return {table.name: table.frame for table in read_export(file, ignore=ignored, headers=headers).tables}


@pytest.mark.parametrize("name", FORMS)
def test_secutrials_csv_and_odm_of_one_study_have_the_same_cells(shared: Path, name: str) -> None:
    """ODM writes dates and times with signs between their parts (ISO 8601), the CSV files without: nothing else differs.

    Subjects are SUBJECT.1206 and 1206; what only one of the two has (status flags by other names, audit) is not compared.
    """
    csv = secutrial(shared, "CSV")[name]
    odm = secutrial(shared, "XML", tuple(csv.columns.str.casefold()))[f"F.mnpctu05{name}"]
    common = [column for column in csv.columns if column in odm]
    given = csv.assign(subject=csv["mnppid"])[["subject", *common]]
    read = odm.assign(subject=odm["SubjectKey"].str.removeprefix("SUBJECT."))[["subject", *common]]
    assert len(common) >= (1 if name == "treatment" else 3)
    read = read.apply(lambda cells: cells.str.replace(r"(?<=\d)[-:T](?=\d\d)", "", regex=True).str.strip())
    assert sorted(read.itertuples(index=False, name=None)) == sorted(given.itertuples(index=False, name=None))


def test_secutrials_repeating_group_has_the_cells_of_its_csv(shared: Path) -> None:
    csv = secutrial(shared, "CSV")["esurgeries"]
    odm = secutrial(shared, "XML", ("surgery_type", "surgery_organ"))["FG.120011"]
    given = csv[["mnppid", "position", "surgery_type", "surgery_organ"]]
    read = odm[["SubjectKey", "ItemGroupRepeatKey", "surgery_type", "surgery_organ"]]
    read = read.assign(SubjectKey=read["SubjectKey"].str.removeprefix("SUBJECT."))
    assert sorted(read.itertuples(index=False, name=None)) == sorted(given.itertuples(index=False, name=None))


def test_more_forms_than_any_study_has_are_refused(tmp_path: Path) -> None:
    many = "".join(form(A, oid=f"F.{n}") for n in range(2001))
    with pytest.raises(ExportError, match="holds 2,001 forms and repeating item groups; the most that can be read is 2,000"):
        read(tmp_path, document(subject(event(many))))


def test_tables_that_grow_out_of_proportion_are_refused(tmp_path: Path) -> None:
    many = "".join(form(group(item(f"I{n}", "1")), str(n)) for n in range(4500))
    with pytest.raises(ExportError, match="gives tables of 20,250,000 cells for 4,500 items that it holds"):
        read(tmp_path, document(subject(event(many))))


@given(st.binary(max_size=300), st.integers(0, len(GOOD)), st.integers(0, 40))
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_damaged_file_is_read_or_refused_never_anything_else(tmp_path: Path, dirt: bytes, at: int, length: int) -> None:
    data = GOOD.encode()
    for damaged in (dirt, data[:at] + dirt + data[at + length :], data[:at] + data[at + length :]):
        try:
            read(tmp_path, damaged)
        except ExportError as refused:
            assert str(refused).startswith("export.xml") or "holds no table" in str(refused)

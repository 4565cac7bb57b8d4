"""NCI's two forms of a CT release, made here from a few rows; and what is said about files that are not one."""

from __future__ import annotations

from html import escape
from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.standards import Codelist, load_ct, read_nci
from trialbook.standards.terminology import ControlledTerminology

HEADER = (
    "Code",
    "Codelist Code",
    "Codelist Extensible (Yes/No)",
    "Codelist Name",
    "CDISC Submission Value",
    "CDISC Synonym(s)",
    "CDISC Definition",
    "NCI Preferred Term",
)
AESEV = ("C66769", "", "No", "Severity/Intensity Scale for Adverse Events", "AESEV", "", 'The "severity".', "CDISC AESEV")
MILD = ("C41338", "C66769", "", "Severity/Intensity Scale for Adverse Events", "MILD", "1; Grade 1", "Usually…", "Mild")
SEVERE = ("C41340", "C66769", "", "Severity/Intensity Scale for Adverse Events", "SEVERE", "3", '"Severe', "Severe")
NY = ("C66742", "", "Yes", "No Yes Response", "NY", "", "", "CDISC NY")
NA = ("C48660", "C66742", "", "No Yes Response", "NA", "Not Applicable", "Not relevant.", "Not Applicable")
NONE = ("C41132", "C66742", "", "No Yes Response", "None", "", "", "None")
ROWS = (AESEV, MILD, SEVERE, NY, NA, NONE)


def text(*rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> bytes:
    """The tab-separated form."""
    return "".join("\t".join(row) + "\r\n" for row in (header, *rows)).encode()


def odm(*rows: tuple[str, ...], oid: str = "CDISC_CT.SDTM.2025-09-26", doctype: str = "") -> bytes:
    """The ODM form, with the codelist's submission value after its terms as NCI has it."""
    lists = ""
    for code, codelist, extensible, name, value, *_ in rows:
        if not codelist:
            items = "".join(
                f'<EnumeratedItem CodedValue="{escape(row[4])}" nciodm:ExtCodeID="{row[0]}">\n'
                f"<nciodm:CDISCDefinition>{escape(row[6])}</nciodm:CDISCDefinition></EnumeratedItem>\n"
                for row in rows
                if row[1] == code
            )
            lists += (
                f'<CodeList OID="CL.{code}.{value}" Name="{escape(name)}" DataType="text" nciodm:ExtCodeID="{code}" '
                f'nciodm:CodeListExtensible="{extensible}">\n{items}'
                f"<nciodm:CDISCSubmissionValue>{escape(value)}</nciodm:CDISCSubmissionValue></CodeList>\n"
            )
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n{doctype}<ODM xmlns="http://www.cdisc.org/ns/odm/v1.3" '
        'xmlns:nciodm="http://ncicb.nci.nih.gov/xml/odm/EVS/CDISC" FileType="Snapshot" '
        f'FileOID="{oid}" ODMVersion="1.3.2">\n<Study OID="{oid}"><MetaDataVersion OID="M" Name="M">\n{lists}'
        "</MetaDataVersion></Study></ODM>\n"
    ).encode()


def without(column: str) -> bytes:
    """The text form without one column."""
    drop = HEADER.index(column)
    return text(*(row[:drop] + row[drop + 1 :] for row in ROWS), header=HEADER[:drop] + HEADER[drop + 1 :])


def read(
    folder: Path, data: bytes, file: str = "SDTM Terminology 2025-09-26.txt", name: str | None = None
) -> ControlledTerminology:
    (folder / file).write_bytes(data)
    return read_nci(folder / file, name)


EXPECTED = {
    "C66769": Codelist("C66769", "AESEV", False, ("MILD", "SEVERE"), ("C41338", "C41340")),
    "C66742": Codelist("C66742", "NY", True, ("NA", "None"), ("C48660", "C41132")),
}


@pytest.mark.parametrize(
    ("data", "file"),
    [
        (text(*ROWS), "SDTM Terminology 2025-09-26.txt"),
        (b"\xef\xbb\xbf" + text(*ROWS), "SDTM Terminology 2025-09-26.txt"),
        (text(*ROWS).replace(b"\r\n", b"\n"), "sdtm_terminology_2025-09-26.tsv"),
        (text(*ROWS) + b"\r\n", "SDTM Terminology 2025-09-26.txt"),
        (text(MILD, SEVERE, AESEV, NY, NA, NONE), "SDTM Terminology 2025-09-26.txt"),
        (text(*ROWS).replace(b"AESEV\t", b'"AESEV"\t'), "SDTM Terminology 2025-09-26.txt"),
        (odm(*ROWS), "SDTM Terminology.odm.xml"),
        (b"\xef\xbb\xbf" + odm(*ROWS), "ct.xml"),
        (odm(*ROWS).decode().replace("UTF-8", "UTF-16").encode("utf-16"), "ct.xml"),
    ],
    ids=[
        "text",
        "text with BOM",
        "line feeds",
        "blank last line",
        "terms first",
        "quoted",
        "ODM",
        "ODM with BOM",
        "ODM in UTF-16",
    ],
)
def test_both_forms_give_the_same_package(tmp_path: Path, data: bytes, file: str) -> None:
    ct = read(tmp_path, data, file)
    assert ct.name == "sdtmct-2025-09-26"
    assert dict(ct.codelists) == EXPECTED


def test_the_packaged_ct_comes_back_from_a_text_of_it(tmp_path: Path) -> None:
    packaged = load_ct("sdtmct-2025-03-28")
    rows: list[tuple[str, ...]] = []
    for codelist in packaged.codelists.values():
        extensible = "Yes" if codelist.extensible else "No"
        rows.append((codelist.code, "", extensible, "", codelist.submission_value, "", "", ""))
        rows += [(code, codelist.code, "", "", term, "", "", "") for term, code in codelist.codes.items()]
    assert dict(read(tmp_path, text(*rows)).codelists) == dict(packaged.codelists)


@pytest.mark.parametrize(
    ("file", "given", "name"),
    [
        ("SDTM Terminology 2025-09-26.txt", None, "sdtmct-2025-09-26"),
        ("SDTM Terminology 2025-09-26.txt", "sdtmct-2025-09-26", "sdtmct-2025-09-26"),
        ("SDTM Terminology.txt", "sdtmct-2025-12-19", "sdtmct-2025-12-19"),
    ],
)
def test_the_name_of_a_text_file(tmp_path: Path, file: str, given: str | None, name: str) -> None:
    assert read(tmp_path, text(*ROWS), file, given).name == name


@pytest.mark.parametrize(
    ("data", "file", "given", "message"),
    [
        (text(*ROWS), "SDTM Terminology.txt", None, "'SDTM Terminology' does not tell the date of the release"),
        (text(*ROWS), "SDTM 2025-02-30.txt", None, "'SDTM 2025-02-30' holds no date of the calendar"),
        (text(*ROWS), "ADaM Terminology 2025-09-26.txt", None, "'ADaM Terminology 2025-09-26' is ADaM terminology"),
        (odm(*ROWS, oid="CDISC_CT.SEND.2025-09-26"), "ct.xml", None, "'CDISC_CT.SEND.2025-09-26' is SEND terminology"),
        (text(*ROWS), "SDTM 2025-09-26.txt", "sdtmct-2025-03-28", "found sdtmct-2025-09-26, expected sdtmct-2025-03-28"),
        (odm(*ROWS), "ct.xml", "sdtmct-2025-03-28", "found sdtmct-2025-09-26, expected sdtmct-2025-03-28"),
        (text(*ROWS), "ct.txt", "2025-09-26", "found the name '2025-09-26', expected one such as sdtmct-2025-03-28"),
        (text(*ROWS), "ct.txt", "sdtmct-2025-13-01", "found the name 'sdtmct-2025-13-01', expected one such as"),
        (text(*ROWS), "ct.txt", "../../sdtmct-2025-09-26", "found the name '../../sdtmct-2025-09-26', expected one such as"),
    ],
)
def test_a_name_that_cannot_be(tmp_path: Path, data: bytes, file: str, given: str | None, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, data, file, given)
    assert str(caught.value).startswith(f"{tmp_path / file}: {message}")


ENTITY = '<!DOCTYPE ODM [<!ENTITY a "MILD"><!ENTITY b "&a;&a;&a;">]>\n'
EXTERNAL = '<!DOCTYPE ODM SYSTEM "file:///etc/passwd">\n'


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b" \r\n", "is empty"),
        (b"PK\x03\x04...", "is a workbook or an archive, expected text or XML"),
        (text(), "holds no codelist"),
        (without("Codelist Code"), "line 1: the column 'Codelist Code' is missing; found Code, Codelist Extensible (Yes/No),"),
        (without("CDISC Submission Value"), "line 1: the column 'CDISC Submission Value' is missing"),
        (text(*ROWS).replace(b"\t", b","), "line 1: the column 'Code' is missing; found Code,Codelist Code,"),
        (text(*ROWS).decode().encode("utf-16"), "line 1, byte 1: is not UTF-8 text"),
        (text(*ROWS).decode().encode("cp1252"), "line 3, byte 83: is not UTF-8 text"),
        (text(*ROWS)[:-30], "line 7: has 3 cells, expected 8: the file is cut short or changed"),
        (text(AESEV, MILD, NY), "line 4: codelist C66742 (NY) has no terms: the file is cut short or changed"),
        (text(MILD), "line 2: the codelist C66769 of term 'MILD' is not in the file"),
        (text(AESEV, MILD, MILD), "line 4: term 'MILD' stands twice in codelist C66769"),
        (text(AESEV, MILD, AESEV), "line 4: codelist C66769 stands there twice"),
        (text((*AESEV[:2], "Maybe", *AESEV[3:]), MILD), "line 2: codelist C66769: found extensible 'Maybe', expected Yes or No"),
        (text(AESEV, (*MILD[:4], "", *MILD[5:])), "line 3: C41338 has no CDISC submission value"),
        (text(AESEV, ("41338", *MILD[1:])), "line 3: found the code '41338', expected one such as C66742"),
        (odm(*ROWS, doctype=ENTITY), "line 2: has a DOCTYPE, which NCI's files do not have and which is not read"),
        (odm(*ROWS, doctype=EXTERNAL), "line 2: has a DOCTYPE"),
        (odm(*ROWS).replace(b'"MILD"', b'"&a;"'), "line 5, column 1: is not whole, well-formed XML: undefined entity"),
        (
            odm(*ROWS)[: -len("</MetaDataVersion></Study></ODM>\n")],
            "line 16, column 1: is not whole, well-formed XML: no element",
        ),
        (odm(*ROWS)[:700], "line 8, column 37: is not whole, well-formed XML: unclosed token"),
        (odm(*ROWS).replace(b"Usually", b"\xff"), "line 6, column 25: is not whole, well-formed XML: not well-formed"),
        (odm(*ROWS).replace(b"UTF-8", b"GB18030"), "line 1: cannot be decoded:"),
        (odm(*ROWS).replace(b"UTF-8", b"no-such"), "line 1: cannot be decoded:"),
        (odm(*ROWS).replace(b"odm/v1.3", b"odm/v1.2"), "line 2: found the root element 'ODM', expected ODM in http"),
        (b"<html><body>Not found</body></html>", "line 1: found the root element 'html', expected ODM in http"),
        (odm(*ROWS).replace(b' nciodm:CodeListExtensible="No"', b""), "line 4: the attribute CodeListExtensible is missing"),
        (odm(*ROWS).replace(b' nciodm:ExtCodeID="C41338"', b""), "line 5: the attribute ExtCodeID is missing"),
        (odm(*ROWS).replace(b"CDISCSubmissionValue", b"Other"), "line 4: C66769 has no CDISC submission value"),
        (odm(*ROWS).replace(b'"MILD"', b'"MI&#13;LD"'), r"line 5: C41338: the submission value 'MI\rLD' holds a control"),
        (odm(), "holds no codelist"),
    ],
)
def test_a_file_that_is_not_ncis_or_not_whole(tmp_path: Path, data: bytes, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        read(tmp_path, data)
    file = str(tmp_path / "SDTM Terminology 2025-09-26.txt")
    joint = ", " if message.startswith("line ") else ": "
    assert str(caught.value).startswith(file + joint + message)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match="cannot be read: No such file or directory"):
        read_nci(tmp_path / "SDTM Terminology 2025-09-26.txt")

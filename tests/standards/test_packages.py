"""CT packages of a study: added whole or not at all, listed, loaded, and loaded again when they change."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.errors import SpecError
from trialbook.standards import Codelist, add_ct, list_ct, load_ct, packages

NCI = """Code\tCodelist Code\tCodelist Extensible (Yes/No)\tCodelist Name\tCDISC Submission Value
C66742\t\tNo\tNo Yes Response\tNY
C49488\tC66742\t\tNo Yes Response\tY
C48660\tC66742\t\tNo Yes Response\tNA
"""
CODELISTS = "codelist_code,submission_value,extensible\nC66742,NY,false\n"
TERMS = "codelist_code,term_code,submission_value\nC66742,C49488,Y\nC66742,C48660,NA\n"
PACKAGED, ADDED = "sdtmct-2025-03-28", "sdtmct-2025-09-26"


@pytest.fixture
def published(tmp_path: Path) -> Path:
    path = tmp_path / "SDTM Terminology 2025-09-26.txt"
    path.write_text(NCI, encoding="utf-8")
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "sdtm_specs" / "ct"


def content(folder: Path) -> dict[str, str]:
    return {str(path.relative_to(folder)): path.read_text("utf-8") for path in folder.rglob("*") if path.is_file()}


def test_a_package_is_added_and_loaded(published: Path, folder: Path) -> None:
    assert list_ct(folder) == (PACKAGED,)
    assert add_ct(published, folder) == ADDED
    assert content(folder) == {f"{ADDED}/codelists.csv": CODELISTS, f"{ADDED}/terms.csv": TERMS}
    assert list_ct(folder) == (PACKAGED, ADDED)
    ct = load_ct(ADDED, folder)
    assert (ct.name, ct.codelist("NY")) == (ADDED, Codelist("C66742", "NY", False, ("Y", "NA"), ("C49488", "C48660")))
    assert load_ct(PACKAGED, folder) is load_ct(PACKAGED)


def test_a_package_is_never_written_over(published: Path, folder: Path) -> None:
    add_ct(published, folder)
    before = content(folder)
    published.write_text(NCI.replace("\tY\n", "\tYES\n"), encoding="utf-8")
    with pytest.raises(SpecError, match="sdtmct-2025-09-26 is there already\nRemove that folder first to replace it"):
        add_ct(published, folder)
    assert content(folder) == before


def test_the_packaged_ct_is_not_added_again(published: Path, folder: Path) -> None:
    published = published.rename(published.with_name("SDTM Terminology 2025-03-28.txt"))
    with pytest.raises(SpecError, match="sdtmct-2025-03-28 comes with trialbook: there is nothing to add"):
        add_ct(published, folder)
    assert not folder.exists()


def test_a_faulty_file_leaves_nothing(published: Path, folder: Path) -> None:
    published.write_text(NCI[:-5], encoding="utf-8")
    with pytest.raises(SpecError, match="line 4: has 4 cells, expected 5"):
        add_ct(published, folder)
    assert not folder.exists()


def test_an_interrupted_write_leaves_nothing(published: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full_disk(*arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(packages, "write_ct", full_disk)
    with pytest.raises(SpecError, match="cannot be written: No space left on device"):
        add_ct(published, folder)
    assert list(folder.iterdir()) == []


def test_a_package_that_changes_is_read_again(published: Path, folder: Path) -> None:
    add_ct(published, folder)
    before = load_ct(ADDED, folder)
    assert load_ct(ADDED, folder) is before
    (folder / ADDED / "terms.csv").write_text(TERMS + "C66742,C49487,N\n", encoding="utf-8")
    after = load_ct(ADDED, folder).codelist("NY")
    assert after is not None and after.terms == ("Y", "NA", "N")


@pytest.mark.parametrize("name", ["sdtmct-2024-03-29", "sdtmig-3.4", "", "..", "../ct/sdtmct-2025-09-26"])
def test_an_unknown_package_names_those_there_are(published: Path, folder: Path, name: str) -> None:
    add_ct(published, folder)
    with pytest.raises(SpecError) as caught:
        load_ct(name, folder)
    assert str(caught.value) == (
        f"{folder}: the controlled terminology {name!r} is not one of those there are: {PACKAGED}, {ADDED}\n"
        "Name one of them in the study, or add the package from NCI's published file."
    )


def test_a_packaged_name_in_the_study_is_ambiguous(published: Path, folder: Path) -> None:
    add_ct(published, folder)
    (folder / ADDED).rename(folder / PACKAGED)
    with pytest.raises(SpecError, match="sdtmct-2025-03-28 comes with trialbook and is there again"):
        load_ct(PACKAGED, folder)


@pytest.mark.parametrize(
    ("table", "data", "message"),
    [
        ("terms.csv", None, "cannot be read: No such file or directory"),
        ("terms.csv", b"", "line 1: found nothing, expected the header codelist_code,term_code,submission_value"),
        ("terms.csv", TERMS.replace("term_code,", "").encode(), "line 1: found codelist_code,submission_value, expected"),
        ("terms.csv", TERMS[:-4].encode(), "line 3: has 2 cells, expected 3"),
        ("terms.csv", TERMS.encode() + b"C1,C2,X\n", "has terms of codelist C1, which codelists.csv does not have"),
        ("terms.csv", TERMS.encode() + b"C66742,C9,\xff\n", "line 4: is not UTF-8 text"),
        ("terms.csv", TERMS.encode() + b'C66742,C9,"X\n', "line 4: is not a CSV file: unexpected end of data"),
        ("terms.csv", TERMS.encode() + b"C66742,C9,Y\n", "term 'Y' stands twice in codelist C66742"),
        ("codelists.csv", CODELISTS.replace("false", "No").encode(), "codelist C66742: found extensible 'No', expected true"),
        ("codelists.csv", CODELISTS.encode() + b"C66742,NY,false\n", "codelist C66742 stands there twice"),
    ],
)
def test_a_damaged_package(published: Path, folder: Path, table: str, data: bytes | None, message: str) -> None:
    path = folder / add_ct(published, folder) / table
    path.unlink() if data is None else path.write_bytes(data)
    with pytest.raises(SpecError) as caught:
        load_ct(ADDED, folder)
    assert str(caught.value).startswith(f"{path}{', ' if message.startswith('line') else ': '}{message}")

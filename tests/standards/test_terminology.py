"""The packaged CT: equal to the verified table, and lists that anyone can look up."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from trialbook.errors import SpecError
from trialbook.standards import Codelist, ControlledTerminology, load_ct
from trialbook.standards.terminology import read_ct, write_ct

PACKAGED = "sdtmct-2025-03-28"


def test_the_packaged_ct_is_the_verified_one(shared: Path) -> None:
    packaged = [
        [codelist.code, codelist.submission_value, "true" if codelist.extensible else "false", term_code, term]
        for codelist in load_ct(PACKAGED).codelists.values()
        for term_code, term in zip(codelist.term_codes, codelist.terms, strict=True)
    ]
    with (shared / "standards" / "sdtmct-2025-03-28.csv").open(encoding="utf-8", newline="") as stream:
        verified = list(csv.reader(stream))[1:]
    assert packaged == verified
    assert len(packaged) == 43_698


@pytest.mark.parametrize(
    ("code", "submission_value", "extensible", "terms"),
    [
        ("C66769", "AESEV", False, {"MILD": "C41338", "MODERATE": "C41339", "SEVERE": "C41340"}),
        ("C66742", "NY", False, {"N": "C49487", "NA": "C48660", "U": "C17998", "Y": "C49488"}),
        ("C66731", "SEX", False, {"F": "C16576", "M": "C20197", "U": "C17998", "INTERSEX": "C45908"}),
        ("C66789", "ND", False, {"NOT DONE": "C49484"}),
    ],
)
def test_a_codelist_by_its_code_and_its_name(code: str, submission_value: str, extensible: bool, terms: dict[str, str]) -> None:
    ct = load_ct(PACKAGED)
    found = ct.codelist(code)
    assert found is not None
    assert (found.code, found.submission_value, found.extensible) == (code, submission_value, extensible)
    assert dict(found.codes) == terms
    assert ct.codelist(submission_value) is found


@pytest.mark.parametrize(
    ("codelist", "extensible"),
    [("EPOCH", True), ("UNIT", True), ("LBTESTCD", True), ("OUT", False), ("ACN", False)],
)
def test_extensible(codelist: str, extensible: bool) -> None:
    found = load_ct(PACKAGED).codelist(codelist)
    assert found is not None and found.extensible is extensible


def test_terms_are_asked_for_as_they_are_spelled() -> None:
    ny = load_ct(PACKAGED).codelist("NY")
    assert ny is not None
    assert [term in ny for term in ("Y", "NA", "y", "", None, "YES")] == [True, True, False, False, False, False]


def test_none_is_a_term() -> None:
    holders = [codelist for codelist in load_ct(PACKAGED).codelists.values() if "None" in codelist]
    assert holders and all("" not in codelist for codelist in load_ct(PACKAGED).codelists.values())


def test_a_test_code_and_its_name_share_a_c_code() -> None:
    codes, names = load_ct(PACKAGED).codelist("LBTESTCD"), load_ct(PACKAGED).codelist("LBTEST")
    assert codes and names
    assert codes.codes["AST"] == names.codes["Aspartate Aminotransferase"] == "C64467"


@pytest.mark.parametrize("unknown", ["C0", "C85495", "aesev", "", "MILD"])
def test_an_unknown_codelist_is_none(unknown: str) -> None:
    assert load_ct(PACKAGED).codelist(unknown) is None


def test_two_codelists_of_one_name_are_told_apart_by_code_only() -> None:
    lists = [Codelist(code, "TWIN", False, (term,), ("C9",)) for code, term in (("C1", "A"), ("C2", "B"))]
    ct = ControlledTerminology("sdtmct-2030-01-01", {codelist.code: codelist for codelist in lists})
    assert ct.codelist("C2") is lists[1]
    with pytest.raises(SpecError) as caught:
        ct.codelist("TWIN")
    assert str(caught.value) == "sdtmct-2030-01-01 has several codelists 'TWIN': C1, C2\nUse the C-code."


@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1), min_size=1, unique=True))
def test_what_is_written_is_read_back(tmp_path: Path, terms: list[str]) -> None:
    codelist = Codelist("C1", "LIST", True, tuple(terms), tuple(f"C{number}" for number in range(len(terms))))
    write_ct(ControlledTerminology("sdtmct-2030-01-01", {"C1": codelist}), tmp_path)
    assert read_ct(tmp_path, "sdtmct-2030-01-01").codelists == {"C1": codelist}

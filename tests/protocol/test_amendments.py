"""``protocol/amendments.yml``: the protocol's versions, and which of them a subject consented to."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.protocol import Protocol

STUDY = "id: TINY01\ntitle: A tiny trial\nbasis: invented\npopulation: {{condition: Cough, minimum_age: {age}}}\n"
FIRST = "  - {number: 1, version: '2.0', date: 2024-03-01, effective: 2024-03-15, consents: [V2.0], rationale: Safety}\n"
SECOND = "  - {number: 2, version: '3.0', date: 2024-06-01, effective: 2024-06-10, consents: [V3.0, V3.1], rationale: Ages}\n"
ORIGINAL = "original: {version: '1.0', consents: [V1.0]}\n"


def write(folder: Path, text: str, age: int = 18) -> Protocol:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yml").write_text(STUDY.format(age=age), encoding="utf-8")
    (folder / "amendments.yml").write_text(text, encoding="utf-8")
    return Protocol(folder)


def amended_twice(root: Path) -> Protocol:
    """Three versions, with a youngest age of 18, 20 and 22 years."""
    write(root / "protocol" / "versions" / "1.0", ORIGINAL, 18)
    write(root / "protocol" / "versions" / "2.0", f"{ORIGINAL}amendments:\n{FIRST}", 20)
    return write(root / "protocol", f"{ORIGINAL}amendments:\n{FIRST}{SECOND}", 22)


def test_a_study_without_the_file_has_one_version(tmp_path):
    (tmp_path / "study.yml").write_text(STUDY.format(age=18), encoding="utf-8")
    protocol = Protocol(tmp_path)
    assert protocol.versions == ("original",)
    assert protocol.version("original") is protocol
    assert protocol.in_force(pd.Series(["V7"]), pd.Series(["2024-01-01"])).tolist() == ["original"]


def test_versions_are_the_protocol_as_it_was(tmp_path):
    protocol = amended_twice(tmp_path)
    assert protocol.versions == ("1.0", "2.0", "3.0")
    ages = {name: protocol.version(name).study.population.minimum_age for name in protocol.versions}
    assert ages == {"1.0": 18, "2.0": 20, "3.0": 22}
    assert protocol.version("3.0") is protocol
    assert protocol.version("2.0") is protocol.version("2.0")


def test_a_version_that_was_knows_those_before_it(tmp_path):
    second = amended_twice(tmp_path).version("2.0")
    assert second.versions == ("1.0", "2.0")
    assert second.version("1.0").study.population.minimum_age == 18


@pytest.mark.parametrize(
    ("icf_version", "consented", "expected"),
    [
        ("V1.0", "2024-01-01", "1.0"),
        ("V2.0", "2024-01-01", "2.0"),  # the form says what was consented to, whatever the date
        ("V1.0", "2024-12-24", "1.0"),
        (" v 2.0 ", "2024-01-01", "2.0"),
        ("Ｖ３．１", "", "3.0"),
        ("", "2024-03-14", "1.0"),
        ("", "2024-03-15", "2.0"),
        ("", "2024-03-15T08:30", "2.0"),
        ("", "2024-06-09", "2.0"),
        ("", "2024-06-10", "3.0"),
        ("V9", "2024-06-10", "3.0"),
        ("", "2024-03", "1.0"),  # the first of March is possible
        ("", "2024-04", "2.0"),
        ("", "2024", "1.0"),
        ("", "2025", "3.0"),
        ("", "", "1.0"),
        ("", "yesterday", "1.0"),
        ("", "2024-02-30", "1.0"),
        ("", "--05-01", "1.0"),
    ],
)
def test_the_version_in_force(tmp_path, icf_version, consented, expected):
    protocol = amended_twice(tmp_path)
    assert protocol.in_force(pd.Series([icf_version]), pd.Series([consented])).tolist() == [expected]


def test_the_index_is_that_of_the_forms_versions(tmp_path):
    protocol = amended_twice(tmp_path)
    found = protocol.in_force(pd.Series(["", "V3.0", "V1.0"], index=[7, 7, 3]), pd.Series(["2024-04-01", "", ""]))
    assert found.tolist() == ["2.0", "3.0", "1.0"]
    assert found.index.tolist() == [7, 7, 3]
    nobody = pd.Series([], dtype="str")
    assert protocol.in_force(nobody, nobody).tolist() == []


def test_a_text_tells_what_differs_between_versions(tmp_path):
    protocol = amended_twice(tmp_path)
    assert protocol.told(lambda one: one.study.id) == "TINY01"
    youngest = protocol.told(lambda one: f"from {one.study.population.minimum_age} years")
    assert youngest == "from 18 years (1.0); from 20 years (2.0); from 22 years (3.0)"


def test_a_version_whose_folder_is_gone_says_so(tmp_path):
    protocol = amended_twice(tmp_path)
    shutil.rmtree(tmp_path / "protocol" / "versions" / "2.0")
    assert protocol.version("1.0").study.population.minimum_age == 18
    with pytest.raises(SpecError, match=r"versions/2\.0: the version 2\.0 is not there"):
        protocol.version("2.0")
    with pytest.raises(SpecError, match=r"there is no version '4\.0' \(there is 1\.0, 2\.0, 3\.0\)"):
        protocol.version("4.0")


@pytest.mark.parametrize(
    ("text", "place", "what"),
    [
        (f"{ORIGINAL}amendments:\n{SECOND}{FIRST}", "line 1", "the amendments are not numbered upward (2, 1)"),
        (f"{ORIGINAL}amendments:\n{FIRST}{FIRST}", "line 1", "the amendments are not numbered upward (1, 1)"),
        (f"original: {{version: '2.0'}}\namendments:\n{FIRST}", "line 1", "the version 2.0 is there twice"),
        (
            f"original: {{version: '1.0', consents: [v2.0]}}\namendments:\n{FIRST}",
            "line 1",
            "the informed consent form v2.0 is there twice",
        ),
        ("original: {version: ../1.0}\n", "line 1", "original.version: a version is named by letters"),
        ("original: {version: 1.}\n", "line 1", "original.version"),
        ("amendments:\n" + FIRST.replace("rationale: Safety", "rationale: ''"), "line 2", "rationale: String should have"),
        ("amendments:\n" + FIRST.replace("2024-03-15", "soon"), "line 2", "effective: Input should be a valid date"),
        ("amendments:\n" + FIRST.replace("effective: 2024-03-15, ", ""), "line 2", "effective: is missing"),
        ("amendments:\n" + FIRST.replace("number: 1", "number: 0"), "line 2", "number: Input should be greater than or equal"),
        ("amendments:\n" + FIRST.replace("{number", "{nr: 1, number"), "line 2", "nr: is not a key known here"),
    ],
)
def test_mistakes_name_their_line(tmp_path, text, place, what):
    with pytest.raises(SpecError) as caught:
        _ = write(tmp_path, text).versions
    assert (caught.value.place, what in caught.value.what) == (place, True), caught.value


def test_the_study_of_this_repository_has_its_original_only(repository):
    protocol = Protocol(repository / "protocol")
    assert protocol.versions == ("1.0",)
    assert protocol.amendments.amendments == ()

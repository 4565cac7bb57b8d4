"""YAML files of a study: typed, with the line of each complaint."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import Field

from trialbook.errors import SpecError
from trialbook.specfile import SpecFile, SpecModel


class Visit(SpecModel):
    name: str
    day: int = 1
    forms: tuple[str, ...] = ()


class Schedule(SpecModel):
    title: str
    visits: tuple[Visit, ...] = Field(min_length=1)
    windows: dict[str, int] = {}


def spec_file(folder: Path, content: str | bytes) -> SpecFile:
    path = folder / "schedule.yml"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return SpecFile(path)


def test_a_file_is_typed(tmp_path: Path) -> None:
    text = "title: Ja\nvisits:\n  - {name: V1, day: -7}\n  - name: V2\n    forms: [AE, NA, Yes]\nwindows: {V1: 3}\n"
    assert spec_file(tmp_path, text).parse(Schedule) == Schedule(
        title="Ja",
        visits=(Visit(name="V1", day=-7), Visit(name="V2", forms=("AE", "NA", "Yes"))),
        windows={"V1": 3},
    )


@pytest.mark.parametrize(
    "content",
    ["\ufefftitle: a\nvisits: [{name: V1}]\n", "title: a\r\nvisits: [{name: V1}]\r\n", "title: a\nvisits: [{name: V1}]"],
    ids=["byte order mark", "Windows line ends", "no line end at the end"],
)  # fmt: skip
def test_how_it_was_saved_does_not_matter(content: str, tmp_path: Path) -> None:
    assert spec_file(tmp_path, content).parse(Schedule) == Schedule(title="a", visits=(Visit(name="V1"),))


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("title: a\nvisits:\n  - {name: V1, dya: 2}\n", "line 3: visits.0.dya: is not a key known here"),
        ("title: a\nvisits:\n  - name: V1\n  - day: 2\n", "line 4: visits.1.name: is missing"),
        ("title: a\n", "line 1: visits: is missing"),
        ("title: a\nvisits: []\n", "line 2: visits: Tuple should have at least 1 item after validation, not 0"),
        (
            "title: a\nvisits:\n  - name: V1\n    day: soon\n",
            "line 4: visits.0.day: Input should be a valid integer, unable to parse string as an integer (found 'soon')",
        ),
        ("title: 5\nvisits: [{name: V1}]\n", "line 1: title: Input should be a valid string (found 5)"),
        ("title: a\nvisits: V1\n", "line 2: visits: Input should be a valid tuple (found 'V1')"),
        ("", "line 1: is empty or not a mapping of keys to values"),
        ("# nothing\n", "line 1: is empty or not a mapping of keys to values"),
        ("- a\n", "line 1: is empty or not a mapping of keys to values"),
    ],
)
def test_a_value_that_does_not_fit_names_its_line(content: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        spec_file(tmp_path, content).parse(Schedule)
    assert str(error.value) == f"{tmp_path}/schedule.yml, {message}"


def test_all_values_that_do_not_fit_are_named(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        spec_file(tmp_path, "titel: a\nvisits:\n  - name: [V1]\n").parse(Schedule)
    assert str(error.value).replace(f"{tmp_path}/", "").splitlines() == [
        "schedule.yml, line 1: title: is missing",
        "schedule.yml, line 3: visits.0.name: Input should be a valid string",
        "schedule.yml, line 1: titel: is not a key known here",
    ]


ABOVE = "Look there and above: a quotation mark that is not closed, a text with a colon that has none, an indentation."


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            b"title:\n\tx: 1\n",
            ", line 2, column 1: is not valid YAML: found character '\\t' that cannot start any token\nIndent with spaces: "
            "YAML takes no tabs.",
        ),
        (
            b"a:\n  b: 1\n c: 2",
            ", line 3, column 2: is not valid YAML: expected <block end>, but found '<block mapping start>'\n" + ABOVE,
        ),
        (
            b"a: 1\na: 2\n",
            ', line 2, column 1: is not valid YAML: found duplicate key "a" with value "2" (original value: "1")'
            "\nKeep one of the two.",
        ),
        (b"a: 'x\n", ", line 2, column 1: is not valid YAML: found unexpected end of stream\n" + ABOVE),
        (b"a: 1\n---\nb: 2\n", ", line 2, column 1: is not valid YAML: but found another document"),
        (b"a: *b\n", ", line 1, column 4: is not valid YAML: found undefined alias 'b'"),
        (b"a: \x00\n", ": is not valid YAML: unacceptable character #x0000: special characters are not allowed"),
        ("a: 1\nb: 名称\n".encode("gb18030"), ", line 2: is not UTF-8 text\nSave the file as UTF-8."),
    ],
)
def test_what_is_no_yaml_names_its_place(content: bytes, message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        spec_file(tmp_path, content)
    assert str(error.value) == f"{tmp_path}/schedule.yml{message}"


def test_what_is_no_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(SpecError, match=r"nowhere\.yml: the file does not exist"):
        SpecFile(tmp_path / "nowhere.yml")
    (tmp_path / "folder.yml").mkdir()
    with pytest.raises(SpecError, match=r"folder\.yml: can't be read: Is a directory"):
        SpecFile(tmp_path / "folder.yml")


@pytest.mark.parametrize(
    ("location", "line"),
    [
        ([], 1), (["title"], 1), (["visits"], 2), (["visits", 1], 5), (["visits", 1, "forms", 1], 8),
        (["visits", 0, "nothing"], 3), (["visits", 9], 2), (["nothing", "at all"], 1), (["windows", "V1"], 10),
    ],
)  # fmt: skip
def test_the_line_of_a_place_or_of_its_nearest_parent(location: list[str | int], line: int, tmp_path: Path) -> None:
    text = "title: a\nvisits:\n  - name: V1\n    day: 1\n  - name: V2\n    forms:\n      - AE\n      - LB\nwindows:\n  V1: 3\n"
    assert spec_file(tmp_path, text).line(location) == line

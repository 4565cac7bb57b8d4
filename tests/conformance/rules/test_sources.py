"""Rules from a folder, a file, a zip or the engine's cache; and what is none of these is told."""

from __future__ import annotations

import json
import pickle
import zipfile
from pathlib import Path

import pytest
from tests.conformance.rules.written import cache_of, cached, folder_of, members_of, rule, zip_of

from trialbook.conformance.rules import CoreRule, own_rules, read_rules, sources
from trialbook.errors import TrialbookError


def ids(path: Path) -> list[str]:
    found = read_rules(path)
    assert found.unreadable == ()
    assert found.origin == str(path)
    return [one.id for one in found.rules]


def test_a_folder_is_read_to_its_depths(tmp_path):
    folder = folder_of(tmp_path / "rules", [rule("B"), rule("A")])
    folder_of(folder / "more" / "still more", [rule("C")])
    folder_of(folder / ".git", [rule("HIDDEN")])
    (folder / "D.json").write_text(json.dumps(rule("D")))
    (folder / "E.YAML").write_text(json.dumps(rule("E")))
    (folder / "README.md").write_text("No rule.")
    assert ids(folder) == ["A", "B", "C", "D", "E"]


def test_a_file_is_one_rule(tmp_path):
    path = folder_of(tmp_path, [rule("A"), rule("B")]) / "B.yml"
    assert ids(path) == ["B"]
    assert read_rules(path).rules[0].file == path


def test_what_cannot_be_read_stands_beside_what_can(tmp_path):
    folder = folder_of(tmp_path, [rule("A"), rule("B") | {"Sensitivity": "Records"}])
    (folder / "C.yml").write_bytes(b"\xff")
    (folder / "D.yml").mkdir()
    found = read_rules(folder)
    assert [one.id for one in found.rules] == ["A"]
    assert [(one.name, one.construct) for one in found.unreadable] == [("B", "Sensitivity Records"), ("C.yml", "encoding")]


def test_of_two_rules_with_one_id_the_second_is_told(tmp_path):
    folder = folder_of(tmp_path, [rule("A")])
    (folder / "Z.yml").write_text(json.dumps(rule("A", version="3.3")))
    found = read_rules(folder)
    assert [one.file for one in found.rules] == [folder / "A.yml"]
    assert [(one.id, one.construct, one.file) for one in found.unreadable] == [("A", "two rules of one id", folder / "Z.yml")]
    assert "A.yml" in found.unreadable[0].why


def test_a_zip_of_rules_is_read(tmp_path):
    folder = folder_of(tmp_path / "rules", [rule("A"), rule("B")])
    others = {"__MACOSX/A.yml": b"\0", "rules/.hidden/C.yml": b"\0", "rules/LICENSE": b"MIT"}
    path = zip_of(tmp_path / "rules.zip", members_of(folder, "rules/") | others)
    assert ids(path) == ["A", "B"]
    assert read_rules(path).rules[0].file == path / "rules/A.yml"
    assert ids(path.rename(tmp_path / "without a suffix")) == ["A", "B"]


@pytest.mark.parametrize("where", ["", "resources/cache", "core/resources/cache"])
def test_the_engines_cache_is_read_where_a_release_has_it(tmp_path, where):
    cache_of(tmp_path / "core" / where, [cached("A"), cached("B")])
    cache_of(tmp_path / "core" / where, [cached("MINE-1")], "custom_rules.pkl")
    assert ids(tmp_path / "core") == ["A", "B", "MINE-1"]
    path = zip_of(tmp_path / "core.zip", members_of(tmp_path, "x/") | {"other/rules.yml": b"\0"})
    assert ids(path) == ["A", "B", "MINE-1"]


def test_one_pickle_of_the_cache_is_read(tmp_path):
    assert ids(cache_of(tmp_path, [cached("A")]) / "rules.pkl") == ["A"]


def test_a_cached_rule_is_the_rule_as_it_was_written(tmp_path):
    kept = read_rules(cache_of(tmp_path / "cache", [cached("A")])).rules[0]
    written = read_rules(folder_of(tmp_path / "rules", [rule("A")])).rules[0]
    assert isinstance(kept, CoreRule)
    for name in ("id", "published", "description", "message", "rule_type", "sensitivity", "executability", "status"):
        assert getattr(kept, name) == getattr(written, name)
    for name in ("classes", "domains", "entities", "output_variables", "operators", "operations", "match_datasets"):
        assert getattr(kept, name) == getattr(written, name)
    assert kept.data["Check"] == written.data["Check"]


def test_a_cached_rule_that_cannot_be_read_is_told(tmp_path):
    kept = [
        cached("A", rule_type="Foo"),
        cached("B", later=1),
        cached("C", datasets=[{"domain_name": "DM", "match_key": [{"x": 1}]}]),
    ]
    found = read_rules(cache_of(tmp_path, kept))
    assert [(one.id, one.construct) for one in found.unreadable] == [
        ("A", "Rule Type Foo"),
        ("B", "key later"),
        ("C", "match_key"),
    ]


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"cposix\nsystem\n(S'touch witness'\ntR.", "can't? be trusted: it asks for posix.system"),
        (pickle.dumps({"A": cached("A")})[:-9], "can be trusted: it is damaged"),
        (b"", "can be trusted: it is damaged"),
        (pickle.dumps([cached("A")]), "expected rules by their ids"),
        (pickle.dumps({}), "expected rules by their ids"),
        (pickle.dumps({"A": [1]}), "expected rules by their ids"),
    ],
)
def test_a_cache_that_is_none_is_not_read(tmp_path, content, why):
    (tmp_path / "rules.pkl").write_bytes(content)
    with pytest.raises(TrialbookError, match=why.replace("can't? be", "can be")):
        read_rules(tmp_path)
    with pytest.raises(TrialbookError, match=why.replace("can't? be", "can be")):
        read_rules(zip_of(tmp_path / "cache.zip", {"resources/cache/rules.pkl": content}))
    assert not Path("witness").exists()


def test_a_cache_that_stands_for_more_than_memory_holds_is_not_read(tmp_path):
    laughs: object = "ha"
    for _ in range(40):
        laughs = [laughs, laughs]
    (tmp_path / "rules.pkl").write_bytes(pickle.dumps({"A": {"core_id": laughs}}))
    with pytest.raises(TrialbookError, match="stands for more than 20,000,000 values"):
        read_rules(tmp_path)


def test_what_holds_no_rules_is_told(tmp_path):
    empty = tmp_path / "empty"
    empty.mkdir()
    text = tmp_path / "rules.txt"
    text.write_text("A")
    for path, what in (
        (empty, "holds no rules; expected a folder of rules"),
        (text, "is no file of rules"),
        (tmp_path / "nowhere", "does not exist"),
        (zip_of(tmp_path / "empty.zip", {"README.md": b""}), "holds no rules"),
    ):
        with pytest.raises(TrialbookError, match=what):
            read_rules(path)


def test_a_zip_that_is_none_is_told(tmp_path):
    path = zip_of(tmp_path / "rules.zip", {"A.yml": json.dumps(rule("A")).encode() * 9})
    whole = path.read_bytes()
    for content in (b"", b"PK", whole[:-30], whole[: len(whole) // 2], b"<html>Not Found</html>"):
        path.write_bytes(content)
        with pytest.raises(TrialbookError, match="is no zip, or a damaged one"):
            read_rules(path)


def test_an_altered_zip_is_told(tmp_path):
    path = zip_of(tmp_path / "rules.zip", {"A.yml": json.dumps(rule("A")).encode() * 9})
    content = bytearray(path.read_bytes())
    content[60:70] = bytes(10)
    path.write_bytes(content)
    with pytest.raises(TrialbookError, match=r"A\.yml: is damaged"):
        read_rules(path)


def test_paths_that_lead_out_of_a_zip_and_bombs_are_not_read(tmp_path):
    for name in ("../A.yml", "/A.yml", "C:/A.yml"):
        with pytest.raises(TrialbookError, match="has a path that leads out of the zip"):
            read_rules(zip_of(tmp_path / "rules.zip", {name: json.dumps(rule("A")).encode()}))
    with pytest.raises(TrialbookError, match="this may be an attack"):
        read_rules(zip_of(tmp_path / "rules.zip", {"A.yml": bytes(64 * 1024 * 1024)}))


def test_more_than_any_source_of_rules_has_is_not_read(tmp_path, monkeypatch):
    folder = folder_of(tmp_path / "rules", [rule("A"), rule("B")])
    path = zip_of(tmp_path / "rules.zip", members_of(folder))
    monkeypatch.setattr(sources, "MOST_BYTES", 100)
    with pytest.raises(TrialbookError, match="holds more than 20,000 files or 0 MiB of rules"):
        read_rules(path)
    monkeypatch.setattr(sources, "MOST_FILES", 1)
    for one in (folder, path):
        with pytest.raises(TrialbookError, match="holds more than 1 files"):
            read_rules(one)


def test_two_members_of_one_name_are_told(tmp_path):
    path = tmp_path / "rules.zip"
    with zipfile.ZipFile(path, "w") as zipped, pytest.warns(UserWarning, match="Duplicate name"):
        zipped.writestr("A.yml", "1")
        zipped.writestr("A.yml", "2")
    with pytest.raises(TrialbookError, match=r"holds two files named 'A\.yml'"):
        read_rules(path)


def test_the_kits_own_rules_can_all_be_read():
    assert own_rules().unreadable == ()

"""CDISC's rules installed: from a release, a folder, a zip, a cache; whole, or what was installed before stays."""

from __future__ import annotations

import hashlib
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from tests.conformance.rules.written import cache_of, cached, folder_of, members_of, rule, zip_of

from trialbook.conformance.rules import read_rules
from trialbook.conformance.store import Installed, install_from, install_release, installed, installed_rules
from trialbook.conformance.store.home import engine_version
from trialbook.conformance.store.installation import other_engines
from trialbook.conformance.store.release import Release, published_release
from trialbook.errors import TrialbookError

ASSET, SOURCE, CHECKSUMS = "/download/core.zip", "/archive/source.zip", "/releases/tags"


@pytest.fixture
def release(server, tmp_path) -> Release:
    """A release on the server, with a cache of two rules and its checksum."""
    cache_of(tmp_path / "made" / "core" / "resources" / "cache", [cached("CORE-000002"), cached("CORE-000001")])
    content = zip_of(tmp_path / "core.zip", members_of(tmp_path / "made") | {"core/core": b"\x7fELF"}).read_bytes()
    server.files[ASSET] = content
    publish(server, content)
    server.modified = "Tue, 30 Jun 2026 23:02:03 GMT"
    return Release("0.17.1", (server.url + ASSET, server.url + SOURCE), server.url + CHECKSUMS)


def publish(server, content: bytes) -> None:
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    assets = [{"name": "core.zip", "digest": digest}, {"name": "other.zip", "digest": None}]
    server.files[CHECKSUMS] = json.dumps({"assets": assets}).encode()


def rules_now() -> list[str]:
    found = installed_rules()
    return [one.id for one in found.rules] if found else []


def nothing_half(home: Path) -> None:
    """No folder or file of an installation that did not come about."""
    if (home / "core").exists():
        left = [path.name for path in (home / "core").iterdir() if path.name.startswith(".")]
        assert left == []


def test_nothing_is_installed_at_first():
    assert (installed(), installed_rules(), other_engines()) == (None, None, ())


def test_a_release_is_installed(release, server, home):
    before = datetime.now(UTC).replace(microsecond=0)
    steps: list[str] = []
    record, stored = install_release(say=steps.append, release=release)
    content = server.files[ASSET]
    assert record == Installed(
        engine=engine_version(),
        source=server.url + ASSET,
        release="v0.17.1",
        sha256=hashlib.sha256(content).hexdigest(),
        checked="published",
        installed=record.installed,
        modified="Tue, 30 Jun 2026 23:02:03 GMT",
        rules=2,
        unreadable=0,
        content_sha256=stored.sha256,
    )
    assert before <= record.when <= datetime.now(UTC)
    assert record.days(record.when + timedelta(days=6, hours=23)) == 6
    assert installed() == record
    assert rules_now() == ["CORE-000001", "CORE-000002"]
    assert installed_rules().origin == "CDISC's rules v0.17.1"
    assert sorted(path.name for path in (home / "core").iterdir()) == [engine_version()]
    assert (steps[0], steps[-2:]) == ("asking 127.0.0.1", ["reading the rules", "writing the rules"])


def test_a_release_that_breaks_off_is_continued(release, server, home):
    server.breaks_after = 300
    with pytest.raises(TrialbookError, match="broke off after 300 of"):
        install_release(release=release)
    assert rules_now() == []
    nothing_half(home)
    server.breaks_after = None
    install_release(release=release)
    assert server.asked[-2:] == [(ASSET, "bytes=300-"), (CHECKSUMS, None)]
    assert rules_now() == ["CORE-000001", "CORE-000002"]


def test_a_release_without_its_asset_is_taken_as_source(release, server):
    server.files[SOURCE] = server.files.pop(ASSET)
    record, _ = install_release(release=release)
    assert (record.source, record.checked, record.rules) == (server.url + SOURCE, None, 2)


def test_a_release_that_is_not_there_is_told(release, server):
    server.files.clear()
    with pytest.raises(TrialbookError, match=re.escape(f"{server.url}{SOURCE}: is not there")) as told:
        install_release(release=release)
    assert "--url" in str(told.value)
    assert rules_now() == []


@pytest.mark.parametrize(
    "checksums", [b"", b"[]", b'{"assets": [1]}', b'{"assets": []}', b'{"assets": [{"name": "core.zip", "digest": "md5:1"}]}']
)
def test_a_checksum_that_cannot_be_had_is_no_obstacle_and_is_told(release, server, checksums):
    server.files[CHECKSUMS] = checksums
    record, _ = install_release(release=release)
    assert record.checked is None


def altered(content: bytes) -> dict[str, bytes]:
    """What may stand in a release's place."""
    half = len(content) // 2
    return {
        "a byte": content[:half] + bytes([content[half] ^ 1]) + content[half + 1 :],
        "cut": content[:-40],
        "a page": b"<html>Sign in</html>",
        "nothing": b"",
    }


@pytest.mark.parametrize("how", ["a byte", "cut", "a page", "nothing"])
def test_a_release_that_is_not_the_published_one_is_not_installed(release, server, home, how):
    install_release(release=release)
    good = installed()
    server.files[ASSET], server.etag = altered(server.files[ASSET])[how], '"altered"'
    with pytest.raises(TrialbookError, match=r"is not the file that was published: its SHA-256 is [0-9a-f]{64}, expected"):
        install_release(release=release)
    assert installed() == good
    assert rules_now() == ["CORE-000001", "CORE-000002"]
    assert not (home / "core" / "downloads").exists()


@pytest.mark.parametrize("how", ["cut", "a page", "nothing"])
def test_what_is_no_release_is_not_installed_though_nothing_is_published(release, server, home, how):
    install_release(release=release)
    good = installed()
    server.files[ASSET], server.etag = altered(server.files[ASSET])[how], '"altered"'
    del server.files[CHECKSUMS]
    with pytest.raises(TrialbookError, match="arrived, but is no zip"):
        install_release(release=release)
    assert installed() == good
    assert not (home / "core" / "downloads").exists()


@pytest.mark.parametrize(
    ("members", "why"),
    [
        ({"resources/cache/rules.pkl": b"cposix\nsystem\n(S'touch witness'\ntR."}, "it asks for posix.system"),
        ({"resources/cache/rules.pkl": bytes(64 * 1024 * 1024)}, "times its packed size"),
        ({"../resources/cache/rules.pkl": b""}, "has a path that leads out of the zip"),
        ({"README.md": b"Nothing"}, "holds no rules"),
        ({"a.yml": b"title: no rule"}, "holds no rule that can be read; the first: .*has neither Core nor Check"),
    ],
)
def test_a_hostile_release_is_not_installed(server, home, tmp_path, members, why):
    server.files[ASSET] = zip_of(tmp_path / "x.zip", members).read_bytes()
    with pytest.raises(TrialbookError, match=why) as told:
        install_release(f"{server.url}{ASSET}")
    assert str(told.value).startswith(f"{server.url}{ASSET}: arrived, but ")
    assert installed() is None
    nothing_half(home)
    assert not Path("witness").exists()


def test_another_address_and_a_checksum_may_be_given(release, server):
    server.files["/mine.zip"] = server.files[ASSET]
    digest = hashlib.sha256(server.files[ASSET]).hexdigest()
    record, _ = install_release(f"{server.url}/mine.zip", f"sha256:{digest.upper()}", release=release)
    assert (record.source, record.release, record.checked) == (f"{server.url}/mine.zip", None, "given")
    with pytest.raises(TrialbookError, match="is not the file that was given: its SHA-256 is"):
        install_release(f"{server.url}/mine.zip", "0" * 64, release=release)
    with pytest.raises(TrialbookError, match="--sha256 takes 64 hexadecimal digits; found 'abc'"):
        install_release(sha256="abc", release=release)


def test_the_published_release_is_of_the_engine():
    release = published_release("0.17.1")
    assert release.name == "v0.17.1"
    assert [url.partition("://")[0] for url in (*release.archives, str(release.checksums))] == ["https"] * 3
    assert all("v0.17.1" in url for url in (*release.archives, str(release.checksums)))


def test_rules_of_a_folder_a_zip_and_a_cache_are_installed(tmp_path):
    folder = folder_of(tmp_path / "rules", [rule("A"), rule("B")])
    packed = zip_of(tmp_path / "rules.zip", members_of(folder))
    cache = cache_of(tmp_path / "resources" / "cache", [cached("C")])
    for path, expected, hashed in (
        (folder, ["A", "B"], read_rules(folder).sha256),
        (packed, ["A", "B"], hashlib.sha256(packed.read_bytes()).hexdigest()),
        (cache, ["C"], read_rules(cache).sha256),
        (folder / "B.yml", ["B"], hashlib.sha256((folder / "B.yml").read_bytes()).hexdigest()),
    ):
        record, stored = install_from(path)
        assert (record.source, record.release, record.sha256, record.checked) == (str(path), None, hashed, None)
        assert rules_now() == expected
        assert [one.data for one in stored.rules] == [one.data for one in read_rules(path).rules]


def test_what_cannot_be_read_is_installed_as_it_is(tmp_path, home):
    folder = folder_of(tmp_path / "rules", [rule("A"), rule("B") | {"Sensitivity": "Records"}, rule("C")])
    (folder / "D.yml").write_bytes(b"\xff")
    (folder / "Z.yml").write_text(json.dumps(rule("A", published="CG0002")))
    (folder / "dated.yml").write_text(json.dumps(rule("E")).replace('"empty"', '"equal_to", "value": 2024-01-31'))
    (folder / "odd.yml").write_text(json.dumps(rule("../F: ä")))
    record, _ = install_from(folder)
    asked, kept = read_rules(folder), installed_rules()
    assert (record.rules, record.unreadable) == (4, 3)
    assert [(one.id, one.data) for one in kept.rules] == [(one.id, one.data) for one in asked.rules]
    assert [one.cites() for one in kept.rules if one.id == "A"] == [("CG0001",)]
    assert sorted((one.name, one.construct) for one in kept.unreadable) == [
        ("A", "two rules of one id"),
        ("B", "Sensitivity Records"),
        ("D.yml", "encoding"),
    ]
    names = sorted(path.name for path in (home / "core" / engine_version() / "rules").iterdir())
    assert names == ["A.json", "A_2.json", "B.yml", "C.json", "D.yml", "E.yml", "_F___.json"]


def test_what_is_no_source_leaves_what_was_installed(tmp_path):
    install_from(folder_of(tmp_path / "rules", [rule("A")]))
    good = installed()
    bad = folder_of(tmp_path / "bad", [rule("A") | {"Sensitivity": "Records"}])
    for path, why in (
        (tmp_path / "nowhere", "does not exist"),
        (bad, "holds no rule that can be read; the first: .*Sensitivity Records"),
        (zip_of(tmp_path / "empty.zip", {}), "holds no rules"),
    ):
        with pytest.raises(TrialbookError, match=why):
            install_from(path)
    with pytest.raises(TrialbookError, match="is no file, and so has no checksum"):
        install_from(tmp_path / "rules", "0" * 64)
    with pytest.raises(TrialbookError, match="is not the file that was given"):
        install_from(tmp_path / "rules" / "A.yml", "0" * 64)
    assert installed() == good


def test_an_installation_that_was_changed_is_told(tmp_path, home):
    record, _ = install_from(folder_of(tmp_path / "rules", [rule("A"), rule("B")]))
    folder = home / "core" / engine_version()
    path = folder / "rules" / "A.json"
    path.write_text(path.read_text().replace("empty", "non_empty"))
    with pytest.raises(TrialbookError, match="holds other rules than were installed there") as told:
        installed_rules()
    assert "trialbook core install" in str(told.value)
    for text in (
        "{",
        "[]",
        '{"schema": 2}',
        '{"schema": 1, "engine": "0.17.1"}',
        json.dumps(record.as_json() | {"installed": "2026-01-01"}),
    ):
        (folder / "installed.json").write_text(text)
        with pytest.raises(TrialbookError, match="is no record of an installation"):
            installed()


def test_files_that_trialbook_did_not_install_are_never_removed(tmp_path, home):
    folder = home / "core" / engine_version()
    folder.mkdir(parents=True)
    (folder / "mine.txt").write_text("mine")
    with pytest.raises(TrialbookError, match="holds files that trialbook did not write: mine"):
        install_from(folder_of(tmp_path / "rules", [rule("A")]))
    assert (folder / "mine.txt").read_text() == "mine"


def test_rules_are_of_one_version_of_the_engine(tmp_path, monkeypatch):
    install_from(folder_of(tmp_path / "rules", [rule("A")]))
    monkeypatch.setattr("trialbook.conformance.store.installation.engine_version", lambda: "9.9.9")
    monkeypatch.setattr("trialbook.conformance.store.home.engine_version", lambda: "9.9.9")
    assert installed() is None
    assert other_engines() == (engine_version(),)

"""What OLD and NEW may name: folders, versions, revisions; the repository is left as it is."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from trialbook.amendment.sides import open_side
from trialbook.errors import TrialbookError

STUDY = "id: TINY01\ntitle: A tiny trial\nbasis: invented\npopulation: {{condition: Cough, minimum_age: {age}}}\n"
AMENDED = """original: {version: "1.0"}
amendments:
  - {number: 1, version: "2.0", date: 2024-03-01, effective: 2024-03-15, rationale: Safety}
"""


def write(folder: Path, age: int, amendments: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.yml").write_text(STUDY.format(age=age), encoding="utf-8")
    if amendments:
        (folder / "amendments.yml").write_text(amendments, encoding="utf-8")
    return folder


def git(folder: Path, *arguments: str) -> str:
    names = {
        "GIT_AUTHOR_NAME": "A",
        "GIT_AUTHOR_EMAIL": "a@example.org",
        "GIT_COMMITTER_NAME": "A",
        "GIT_COMMITTER_EMAIL": "a@b.c",
    }
    dates = {"GIT_AUTHOR_DATE": "2024-05-01T12:00:00+00:00", "GIT_COMMITTER_DATE": "2024-05-01T12:00:00+00:00"}
    done = subprocess.run(
        ["git", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *arguments],
        capture_output=True,
        text=True,
        check=True,
        env=os.environ | names | dates,
    )
    return done.stdout.strip()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A study in a folder of a repository: 18 years in the first commit, 20 in the second, 22 in the work tree."""
    if shutil.which("git") is None:
        pytest.skip("git is not on this machine")
    study = tmp_path / "repository" / "trial"
    write(study / "protocol", 18)
    git(tmp_path, "init", "-q", "-b", "main", "repository")
    for age in (18, 20):
        write(study / "protocol", age)
        git(study, "add", ".")
        git(study, "commit", "-q", "-m", f"Age {age}")
    git(study, "tag", "v20")
    write(study / "protocol", 22)
    (study / "protocol" / "new.yml").write_text("a: 1\n")
    git(study, "add", "protocol/new.yml")
    return study


def age_of(name: str, root: Path | None) -> tuple[str, int | None]:
    with open_side(name, root) as side:
        return side.kind, side.protocol.study.population.minimum_age


@pytest.mark.parametrize(
    ("name", "expected"),
    [("HEAD", 20), ("HEAD~1", 18), ("v20", 20), ("main", 20), ("main~1", 18)],
)
def test_a_revision_is_read_without_touching_the_work_tree(root, name, expected):
    before = git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD"), (root / "protocol" / "study.yml").read_text()
    assert age_of(name, root) == ("revision", expected)
    assert (git(root, "status", "--porcelain"), git(root, "rev-parse", "HEAD")) == before[:2]
    assert (root / "protocol" / "study.yml").read_text() == before[2]


def test_a_revision_tells_its_commit_and_date(root):
    with open_side("HEAD", root) as side:
        folder = side.protocol.folder
        assert (side.revision, side.date) == (git(root, "rev-parse", "HEAD"), "2024-05-01")
        assert not (folder / "new.yml").exists()
    assert not folder.exists()


def test_a_hooks_environment_does_not_lead_to_another_repository(root, tmp_path, monkeypatch):
    git(tmp_path, "init", "-q", "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other" / ".git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(tmp_path / "other"))
    assert age_of("HEAD", root) == ("revision", 20)


def test_folders(root, monkeypatch):
    assert age_of(str(root), None) == ("folder", 22)
    assert age_of(str(root / "protocol"), None) == ("folder", 22)
    monkeypatch.chdir(root)
    assert age_of(".", root) == ("folder", 22)
    assert age_of("protocol", None) == ("folder", 22)


def test_versions(tmp_path):
    root = tmp_path / "study"
    write(root / "protocol", 20, AMENDED)
    write(root / "protocol" / "versions" / "1.0", 18, 'original: {version: "1.0"}\n')
    assert age_of("1.0", root) == ("version", 18)
    assert age_of("2.0", root) == ("version", 20)


def test_a_folder_is_meant_before_a_version(tmp_path, monkeypatch):
    root = tmp_path / "study"
    write(root / "protocol", 20, AMENDED)
    write(root / "protocol" / "versions" / "1.0", 18)
    write(tmp_path / "1.0", 30)
    monkeypatch.chdir(tmp_path)
    assert age_of("1.0", root) == ("folder", 30)


@pytest.mark.parametrize("name", ["nowhere", "HEAD~9", "--all", "HEAD:protocol", "x" * 5000])
def test_a_name_that_is_nothing(root, name):
    with pytest.raises(TrialbookError, match="no revision that git knows") as caught, open_side(name, root):
        pass
    assert caught.value.remedy


def test_a_revision_without_a_protocol(root):
    git(root, "rm", "-q", "-r", "--cached", "protocol")
    (root / "readme").write_text("x")
    git(root, "add", "readme")
    git(root, "commit", "-q", "-m", "Nothing")
    with pytest.raises(TrialbookError, match="has no folder protocol/ in this revision"), open_side("HEAD", root):
        pass


def test_no_repository_and_no_git(tmp_path, monkeypatch):
    root = tmp_path / "study"
    write(root / "protocol", 20)
    with pytest.raises(TrialbookError, match="no revision that git knows"), open_side("HEAD", root):
        pass
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(TrialbookError, match="git can't be run") as caught, open_side("HEAD", root):
        pass
    assert caught.value.remedy == "Install git, or name a folder or a version of the protocol."


def test_a_folder_without_a_protocol_and_no_study(tmp_path):
    with pytest.raises(TrialbookError, match="holds no protocol"), open_side(str(tmp_path), None):
        pass
    with pytest.raises(TrialbookError, match="there is no study here"), open_side("HEAD", None):
        pass

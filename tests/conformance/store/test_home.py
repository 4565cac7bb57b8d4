"""Where a user's data are."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path

import pytest

from trialbook.conformance.store import home as module
from trialbook.conformance.store.home import engine_version, home, store_folder
from trialbook.errors import TrialbookError


@pytest.mark.parametrize(
    ("platform", "settings", "expected"),
    [
        ("linux", {"TRIALBOOK_HOME": "/data/tb"}, "/data/tb"),
        ("linux", {"TRIALBOOK_HOME": "~/tb"}, "/home/ann/tb"),
        ("linux", {"XDG_DATA_HOME": "/data"}, "/data/trialbook"),
        ("linux", {"XDG_DATA_HOME": "data"}, "/home/ann/.local/share/trialbook"),
        ("linux", {}, "/home/ann/.local/share/trialbook"),
        ("darwin", {}, "/home/ann/Library/Application Support/trialbook"),
        ("win32", {"LOCALAPPDATA": "/C/Users/ann/Local"}, "/C/Users/ann/Local/trialbook"),
        ("win32", {}, "/home/ann/AppData/Local/trialbook"),
    ],
)
def test_a_users_folder(monkeypatch, platform, settings, expected):
    for name in ("TRIALBOOK_HOME", "XDG_DATA_HOME", "LOCALAPPDATA"):
        monkeypatch.delenv(name, raising=False)
    for name, value in {"HOME": "/home/ann", **settings}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(sys, "platform", platform)
    assert home() == Path(expected)


def test_a_user_without_a_home_is_told(monkeypatch):
    def nowhere() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("TRIALBOOK_HOME")
    monkeypatch.setattr(module, "_system", nowhere)
    with pytest.raises(TrialbookError, match="has no home folder") as told:
        home()
    assert "TRIALBOOK_HOME" in str(told.value)


def test_the_rules_of_each_version_of_the_engine_have_a_folder(home):
    assert store_folder("0.18.0") == home / "core" / "0.18.0"
    assert store_folder() == home / "core" / engine_version()


def test_without_the_engine_the_rules_are_those_it_was_made_for(monkeypatch):
    def missing(name: str) -> str:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(module, "version", missing)
    assert engine_version() == "0.17.1"

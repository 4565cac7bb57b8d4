"""What a writer sees while editing: the site served, built again after a save, and kept as it was after a fault."""

from __future__ import annotations

import threading
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from trialbook.book import serve
from trialbook.book.serve import ADDRESS, Served, changes, serve_book
from trialbook.errors import TrialbookError


def get(port: int, path: str) -> str:
    with urllib.request.urlopen(f"http://{ADDRESS}:{port}{path}", timeout=10) as answer:
        return answer.read().decode("utf-8")


def test_a_page_is_served_with_the_script_that_loads_it_again(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_text("<html><body>Zeichen: ≤</body></html>", encoding="utf-8")
    (tmp_path / "a.js").write_text("1", encoding="utf-8")
    with Served(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        page = get(port, "/a.html")
        assert "≤" in page and f"let seen = {server.built};" in page and page.endswith("</body></html>")
        assert get(port, "/a.js") == "1"
        assert get(port, "/.built") == str(server.built)
        server.shutdown()
    assert (tmp_path / "a.html").read_text(encoding="utf-8") == "<html><body>Zeichen: ≤</body></html>"


def test_each_save_is_built_and_a_fault_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    built: list[Path] = []
    told: list[str] = []

    def build(root: Path, site: Path, export: Path | None, *, subject_level: bool) -> None:
        built.append(site)
        if len(built) == 2:
            raise TrialbookError("ValueError: no", file="book/a.md", place="cell 1")

    def saved(root: Path) -> Iterator[list[str]]:
        yield ["book/a.md"]
        yield ["book/a.md", "b", "c", "d"]

    monkeypatch.setattr(serve, "build_book", build)
    monkeypatch.setattr(serve, "changes", saved)
    serve_book(tmp_path, tmp_path / "site", None, 0, False, told.append)
    assert len(built) == 3
    assert told[0].startswith("built in 0 s: http://127.0.0.1:")
    assert told[1:] == [
        "book/a.md changed",
        "book/a.md, cell 1: ValueError: no\nThe pages are as before.",
        "book/a.md, b, c and more changed",
        "built in 0 s",
    ]


def test_a_port_in_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "build_book", lambda *arguments, **options: None)
    with Served(tmp_path, 0) as server, pytest.raises(TrialbookError, match="can't serve on port"):
        serve_book(tmp_path, tmp_path / "site", None, server.server_address[1], False, print)


def test_what_is_saved_is_seen_and_what_is_built_is_not(small_study: Path, edit: Callable[[Path, str, str], None]) -> None:
    (small_study / "_build").mkdir()
    found = changes(small_study)
    timer = threading.Timer(1.0, lambda: save(small_study, edit))
    timer.start()
    assert next(found) == ["protocol/study.yml"]
    timer.join()
    found.close()  # type: ignore[attr-defined]


def save(study: Path, edit: Callable[[Path, str, str], None]) -> None:
    (study / "_build/x.txt").touch()
    edit(study / "protocol/study.yml", "Made up", "Invented")

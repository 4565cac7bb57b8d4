"""What a writer sees while editing: the site served, built again after a save, and kept as it was after a fault."""

from __future__ import annotations

import contextlib
import threading
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from trialbook.book import serve
from trialbook.book.leaves import Page
from trialbook.book.serve import ADDRESS, Served, Writing, changes, serve_book, stages
from trialbook.errors import TrialbookError
from trialbook.progress import quiet


def get(port: int, path: str, referer: str = "") -> str:
    asked = urllib.request.Request(f"http://{ADDRESS}:{port}{path}", headers={"Referer": referer})
    with urllib.request.urlopen(asked, timeout=10) as answer:
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


class Builds:
    """In place of the build: which pages each build was to leave, and what is behind at each save."""

    def __init__(self, *behind: list[Page], failing: tuple[int, ...] = ()):
        self.behind, self.failing = list(behind), failing
        self.left: list[set[str]] = []

    def build_book(self, root: Path, site: Path, export: Path | None, *, left: frozenset[str], **options: object) -> None:
        self.left.append(set(left))
        if len(self.left) in self.failing:
            raise TrialbookError("ValueError: no", file="book/a.md", place="cell 1")

    def pages_behind(self, root: Path, export: Path | None, subject_level: bool) -> list[Page]:
        return self.behind.pop(0)


def write(folder: Path, tell: Callable[[str], None] = print) -> Writing:
    return Writing(folder, folder / "site", None, False, tell, lambda: contextlib.nullcontext(quiet))


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[Builds, list[list[str]]], list[str]]:
    """Serve a book through some saves; what was told."""

    def run(builds: Builds, saves: list[list[str]]) -> list[str]:
        told: list[str] = []
        monkeypatch.setattr(serve, "build_book", builds.build_book)
        monkeypatch.setattr(serve, "pages_behind", builds.pages_behind)
        monkeypatch.setattr(serve, "changes", lambda root: iter(saves))
        serve_book(write(tmp_path, told.append), 0)
        return told

    return run


def test_each_save_is_built_and_a_fault_is_told(served: Callable[..., list[str]]) -> None:
    builds = Builds([], [], failing=(2,))
    told = served(builds, [["book/a.md"], ["book/a.md", "b", "c", "d"]])
    assert builds.left == [set(), set(), set()]
    assert told[0].startswith("built in 0 s: http://127.0.0.1:")
    assert told[1:] == [
        "book/a.md changed",
        "book/a.md, cell 1: ValueError: no\nThe pages are as before.",
        "book/a.md, b, c and more changed",
        "built in 0 s",
    ]


def test_what_does_not_wait_for_the_validation_is_built_first(served: Callable[..., list[str]], tmp_path: Path) -> None:
    pages = [page(tmp_path, "design", "study()"), page(tmp_path, "index", "latest_run()"), page(tmp_path, "runs", "latest_run()")]
    builds = Builds(pages, pages[1:], failing=(4,))
    told = served(builds, [["protocol/eligibility.yml"], ["validators/dm.py"]])
    assert builds.left == [set(), {"index", "runs"}, set(), {"index", "runs"}]
    assert told[1:] == [
        "protocol/eligibility.yml changed",
        "built in 0 s; 2 more pages to make again",
        "built in 0 s",
        "validators/dm.py changed",
        "book/a.md, cell 1: ValueError: no\nThe pages are as before.",
    ]


def page(folder: Path, name: str, text: str) -> Page:
    (folder / f"{name}.md").write_text(text, encoding="utf-8")
    return Page(name, folder / f"{name}.md")


@pytest.mark.parametrize(
    ("behind", "on_screen", "left"),
    [
        ("", "a", [""]),
        ("a b", "", [""]),
        ("a b", "a", ["b", ""]),
        ("a b", "a b other", [""]),
        ("a b R", "a", ["b R", "R", ""]),
        ("a R", "a", ["R", ""]),
        ("a R", "R", ["R", ""]),
        ("R", "a", ["R", ""]),
    ],
)
def test_in_which_order_pages_are_made_again(behind: str, on_screen: str, left: list[str], tmp_path: Path) -> None:
    """``R`` shows the validation."""
    pages = [page(tmp_path, name, "latest_run()" if name == "R" else "study()") for name in behind.split()]
    assert stages(pages, on_screen.split()) == [frozenset(names.split()) for names in left]


def test_a_page_that_is_behind_says_so_and_one_that_is_open_is_known(tmp_path: Path) -> None:
    (tmp_path / "book").mkdir()
    for name in ("validation", "design"):
        (tmp_path / f"book/{name}.html").write_text("<html><body>Page</body></html>", encoding="utf-8")
    with Served(tmp_path, 0) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        port = server.server_address[1]
        said = "from before your last save"
        first = server.built
        server.renew(frozenset({"book/validation"}))
        assert server.built > first
        assert [said in get(port, f"/book/{name}.html") for name in ("validation", "design")] == [True, False]
        server.renew()
        assert said not in get(port, "/book/validation.html")
        assert server.on_screen() == frozenset()
        get(port, "/.built", referer=f"http://{ADDRESS}:{port}/book/design.html#place")
        assert server.on_screen() == {"book/design"}
        server.asked["book/design"] -= 60
        assert server.on_screen() == frozenset()
        server.shutdown()


def test_a_port_in_use_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(serve, "build_book", lambda *arguments, **options: None)
    with Served(tmp_path, 0) as server, pytest.raises(TrialbookError, match="can't serve on port"):
        serve_book(write(tmp_path), server.server_address[1])


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

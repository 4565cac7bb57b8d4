"""A writer's view of the book: the site on this machine's own address, built again when a file of the study is saved."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from watchfiles import DefaultFilter, watch

from trialbook.book.build import build_book, pages_behind
from trialbook.book.leaves import Page
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import STUDY_FOLDERS
from trialbook.progress import Progress

ADDRESS = "127.0.0.1"
LOOKED_AT_SECONDS = 5
WATCHED = ("book", *STUDY_FOLDERS, "simulation", "_config.yml", "_toc.yml")
_RELOAD = (
    "<script>(async () => {{ let seen = {stamp}; for (;;) {{ await new Promise(go => setTimeout(go, 1000)); try {{"
    " const now = Number(await (await fetch('/.built')).text()); if (now !== seen) location.reload();"
    " }} catch (gone) {{}} }} }})();</script>"
)


_BEHIND = (
    '<aside role="status" style="position: fixed; inset: auto 0 0 0; z-index: 2000; padding: .6rem 1rem; text-align: center;'
    ' background: #7a4b00; color: #fff">This page is from before your last save. It is being made again,'
    " and loads then by itself.</aside>"
)


class Served(http.server.ThreadingHTTPServer):
    """The server of one site; ``built`` tells the pages that are open when there is a newer one.

    ``behind`` names the pages that are older than the rest of the site: they say so.
    """

    def __init__(self, site: Path, port: int):
        super().__init__((ADDRESS, port), functools.partial(_Handler, directory=str(site)))
        self.built = time.time()
        self.behind: frozenset[str] = frozenset()
        self.asked: dict[str, float] = {}

    def renew(self, behind: frozenset[str] = frozenset()) -> None:
        """Have the pages that are open load the site again, which has just been built."""
        self.behind, self.built = behind, time.time()

    def on_screen(self) -> frozenset[str]:
        """The pages that somebody looks at: those that have asked for a newer site in the last seconds."""
        return frozenset(page for page, when in list(self.asked.items()) if time.time() - when < LOOKED_AT_SECONDS)


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site; a page gets the script that loads it again after a build, which the site on disk does not have."""

    server: Served

    def do_GET(self) -> None:
        if self.path == "/.built":
            page = urlsplit(self.headers.get("Referer", "")).path
            self.server.asked[page.strip("/").removesuffix(".html")] = time.time()
            self._send(str(self.server.built).encode(), "text/plain")
            return
        file = Path(self.translate_path(self.path))
        if file.suffix == ".html" and file.is_file():
            name = file.relative_to(self.directory).with_suffix("").as_posix()
            added = _RELOAD.format(stamp=self.server.built) + (_BEHIND if name in self.server.behind else "")
            page = file.read_text(encoding="utf-8").replace("</body>", f"{added}</body>")
            self._send(page.encode(), "text/html; charset=utf-8")
            return
        super().do_GET()

    def _send(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *arguments: object) -> None:
        """Nothing: a writer's terminal shows builds and faults."""


@dataclass(frozen=True)
class Writing:
    """What a writer works on: the study at ``root``, its site, and the export that the pages show.

    ``tell`` gets each line that the writer reads; ``progress`` opens what shows the steps of one build.
    """

    root: Path
    site: Path
    export: Path | None
    subject_level: bool
    tell: Callable[[str], None]
    progress: Callable[[], AbstractContextManager[Progress]]

    def build(self, left: frozenset[str] = frozenset()) -> None:
        """Build the site; pages that are ``left`` stay as they were."""
        with self.progress() as step:
            build_book(self.root, self.site, self.export, subject_level=self.subject_level, left=left, step=step)

    def follow(self, server: Served) -> None:
        """Build again after a save: first the pages that are on screen, then what does not wait for the validation, then all."""
        began = time.monotonic()
        behind = pages_behind(self.root, self.export, self.subject_level)
        for left in stages(behind, server.on_screen()):
            self.build(left)
            server.renew(left)
            more = f"; {len(left)} more page{'s' * (len(left) > 1)} to make again" if left else ""
            self.tell(f"built in {time.monotonic() - began:.0f} s{more}")


def stages(behind: Collection[Page], on_screen: Collection[str]) -> list[frozenset[str]]:
    """What is left in each of the builds after a save, of the pages that are behind; in the last one nothing."""
    names = frozenset(page.name for page in behind)
    waiting = frozenset(page.name for page in behind if page.shows)
    seen = names.intersection(on_screen) - waiting
    return list(dict.fromkeys([*([names - seen] if seen else []), *([waiting] if waiting else []), frozenset()]))


def serve_book(writing: Writing, port: int) -> None:
    """Build, serve and watch until interrupted. A fault in a page is told, and the last good site stays.

    Raises TrialbookError where the first build fails, or the port can't be had.
    """
    began = time.monotonic()
    writing.build()
    try:
        server = Served(writing.site, port)
    except OSError as error:
        remedy = "Choose another with --port, or 0 for any that is free."
        raise TrialbookError(f"can't serve on port {port}: {error.strerror}", remedy=remedy) from None
    address = f"http://{ADDRESS}:{server.server_address[1]}/"
    writing.tell(f"built in {time.monotonic() - began:.0f} s: {address}  (Ctrl+C ends it)")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for names in changes(writing.root):
            writing.tell(f"{', '.join(names[:3])}{' and more' if len(names) > 3 else ''} changed")
            try:
                writing.follow(server)
            except TrialbookError as error:
                writing.tell(f"{error}\nThe pages are as before.")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def changes(root: Path) -> Iterator[list[str]]:
    """The study's files that were saved, each time some were: by their names in the study's folder."""
    there = [root / name for name in WATCHED if (root / name).exists()]
    for batch in watch(*there, watch_filter=DefaultFilter(), raise_interrupt=False):
        yield sorted({Path(path).relative_to(root).as_posix() for _, path in batch})

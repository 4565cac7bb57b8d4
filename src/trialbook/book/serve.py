"""A writer's view of the book: the site on this machine's own address, built again when a file of the study is saved."""

from __future__ import annotations

import functools
import http.server
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import DefaultFilter, watch

from trialbook.book.build import build_book
from trialbook.errors import TrialbookError
from trialbook.pages.inputs import STUDY_FOLDERS

ADDRESS = "127.0.0.1"
WATCHED = ("book", *STUDY_FOLDERS, "simulation", "_config.yml", "_toc.yml")
_RELOAD = (
    "<script>(async () => {{ let seen = {stamp}; for (;;) {{ await new Promise(go => setTimeout(go, 1000)); try {{"
    " const now = Number(await (await fetch('/.built')).text()); if (now !== seen) location.reload();"
    " }} catch (gone) {{}} }} }})();</script>"
)


class Served(http.server.ThreadingHTTPServer):
    """The server of one site; ``built`` tells the pages that are open when there is a newer one."""

    def __init__(self, site: Path, port: int):
        super().__init__((ADDRESS, port), functools.partial(_Handler, directory=str(site)))
        self.built = time.time()


class _Handler(http.server.SimpleHTTPRequestHandler):
    """Files of the site; a page gets the script that loads it again after a build, which the site on disk does not have."""

    server: Served

    def do_GET(self) -> None:
        if self.path == "/.built":
            self._send(str(self.server.built).encode(), "text/plain")
            return
        file = Path(self.translate_path(self.path))
        if file.suffix == ".html" and file.is_file():
            page = file.read_text(encoding="utf-8").replace("</body>", _RELOAD.format(stamp=self.server.built) + "</body>")
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


def serve_book(root: Path, site: Path, export: Path | None, port: int, subject_level: bool, tell: Callable[[str], None]) -> None:
    """Build, serve and watch until interrupted. A fault in a page is told, and the last good site stays.

    Raises TrialbookError where the first build fails, or the port can't be had.
    """
    began = time.monotonic()
    build_book(root, site, export, subject_level=subject_level)
    try:
        server = Served(site, port)
    except OSError as error:
        remedy = "Choose another with --port, or 0 for any that is free."
        raise TrialbookError(f"can't serve on port {port}: {error.strerror}", remedy=remedy) from None
    tell(f"built in {time.monotonic() - began:.0f} s: http://{ADDRESS}:{server.server_address[1]}/  (Ctrl+C ends it)")
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        for names in changes(root):
            began = time.monotonic()
            tell(f"{', '.join(names[:3])}{' and more' if len(names) > 3 else ''} changed")
            try:
                build_book(root, site, export, subject_level=subject_level)
            except TrialbookError as error:
                tell(f"{error}\nThe pages are as before.")
                continue
            server.built = time.time()
            tell(f"built in {time.monotonic() - began:.0f} s")
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def changes(root: Path) -> Iterator[list[str]]:
    """The study's files that were saved, each time some were: by their names in the study's folder."""
    there = [root / name for name in WATCHED if (root / name).exists()]
    for batch in watch(*there, watch_filter=DefaultFilter(), raise_interrupt=False):
        yield sorted({Path(path).relative_to(root).as_posix() for _, path in batch})

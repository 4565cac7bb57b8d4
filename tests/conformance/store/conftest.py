"""A home of the test's own, and a server that gives good, broken and altered files."""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass
class Server:
    """What the server gives, and what it was asked for."""

    files: dict[str, bytes] = field(default_factory=dict)
    redirects: dict[str, str] = field(default_factory=dict)
    etag: str | None = '"one"'
    modified: str | None = None
    ranges: bool = True
    breaks_after: int | None = None
    """Bytes of a file after which the connection ends."""
    status: int = 200
    chunked: bool = False
    says_start: int | None = None
    """Where an answer in part says that it begins, whatever was asked for."""
    asked: list[tuple[str, str | None]] = field(default_factory=list)
    """Each path with the range that was asked for."""
    url: str = ""


class Handler(http.server.BaseHTTPRequestHandler):
    served: Server

    def do_GET(self) -> None:
        served, wanted = self.served, self.headers.get("Range")
        served.asked.append((self.path, wanted))
        if self.path in served.redirects:
            self.send_response(302)
            self.send_header("Location", served.redirects[self.path])
            self.end_headers()
            return
        if served.status != 200 or self.path not in served.files:
            self.send_error(served.status if served.status != 200 else 404)
            return
        content = served.files[self.path]
        start = 0
        if wanted and served.ranges and self.headers.get("If-Range") in (served.etag, served.modified):
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
        if start or served.says_start is not None:
            told = start if served.says_start is None else served.says_start
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {told}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        if served.etag:
            self.send_header("ETag", served.etag)
        if served.modified:
            self.send_header("Last-Modified", served.modified)
        self.send_header(*(("Transfer-Encoding", "chunked") if served.chunked else ("Content-Length", str(len(content) - start))))
        self.end_headers()
        rest = content[start:] if served.breaks_after is None else content[start : served.breaks_after]
        self.wfile.write(b"%x\r\n%s\r\n" % (len(content), rest) if served.chunked else rest)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A server on this machine."""
    served = Server()
    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Its", (Handler,), {"served": served}))
    served.url = f"http://127.0.0.1:{listening.server_address[1]}"
    thread = threading.Thread(target=listening.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield served
    listening.shutdown()
    listening.server_close()
    thread.join()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's folder, of this test alone; no proxy stands between it and its server."""
    monkeypatch.setenv("TRIALBOOK_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("NO_PROXY", "*")
    return tmp_path / "home"

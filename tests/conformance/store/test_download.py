"""A file over the network: whole, continued where it broke off, or told why not."""

from __future__ import annotations

import fcntl
import hashlib
import socket

import pytest

from trialbook.conformance.store import download as module
from trialbook.conformance.store.download import NotThereError, discard, download, fetch_text
from trialbook.errors import TrialbookError

CONTENT = bytes(range(256)) * 1000
PATH = "/core.zip"


@pytest.fixture
def get(server, tmp_path):
    """Download the server's file into one folder, time and again."""
    server.files[PATH] = CONTENT
    steps: list[str] = []

    def once(path=PATH):
        steps.clear()
        return download(server.url + path, tmp_path / "downloads", steps.append)

    once.steps = steps
    return once


def broken(get, server, after: int) -> None:
    server.breaks_after = after
    with pytest.raises(TrialbookError, match=f"broke off after {after:,} of {len(CONTENT):,} bytes") as told:
        get()
    assert "goes on from there" in str(told.value)
    server.breaks_after = None
    server.asked.clear()


def test_a_file_arrives_whole(get, server):
    server.modified = "Tue, 30 Jun 2026 23:02:03 GMT"
    done = get()
    assert done.path.read_bytes() == CONTENT
    assert (done.sha256, done.size, done.modified) == (hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), server.modified)
    assert get.steps[0] == "asking 127.0.0.1"
    assert get.steps[1].endswith(" of 0.3 MB")
    discard(done)
    assert not done.path.parent.exists()


def test_a_part_is_continued(get, server):
    broken(get, server, 100_000)
    broken_again = 150_000
    server.breaks_after = broken_again
    with pytest.raises(TrialbookError, match="broke off after 150,000 of 256,000 bytes"):
        get()
    server.breaks_after = None
    assert get().path.read_bytes() == CONTENT
    assert server.asked == [(PATH, "bytes=100000-"), (PATH, "bytes=150000-")]


def test_a_part_is_continued_by_its_date_where_there_is_no_tag(get, server):
    server.etag, server.modified = None, "Tue, 30 Jun 2026 23:02:03 GMT"
    broken(get, server, 1000)
    assert get().path.read_bytes() == CONTENT
    assert server.asked == [(PATH, "bytes=1000-")]


@pytest.mark.parametrize("etag", [None, 'W/"one"'])
def test_a_part_that_nothing_tells_apart_starts_anew(get, server, etag):
    server.etag = etag
    broken(get, server, 1000)
    assert get().path.read_bytes() == CONTENT
    assert server.asked == [(PATH, None)]


def test_a_part_of_another_file_starts_anew(get, server):
    broken(get, server, 1000)
    server.files[PATH], server.etag = CONTENT[::-1], '"two"'
    assert get().path.read_bytes() == CONTENT[::-1]
    assert server.asked == [(PATH, "bytes=1000-")]


def test_a_server_that_gives_no_parts_gives_all(get, server):
    broken(get, server, 1000)
    server.ranges = False
    assert get().path.read_bytes() == CONTENT


def test_a_server_whose_file_is_shorter_now_gives_all(get, server):
    broken(get, server, 1000)
    server.files[PATH] = CONTENT[:500]
    assert get().path.read_bytes() == CONTENT[:500]
    assert server.asked == [(PATH, "bytes=1000-"), (PATH, None)]


def test_another_part_than_was_asked_for_is_not_taken(get, server):
    broken(get, server, 1000)
    server.says_start = 7
    with pytest.raises(TrialbookError, match="answers with another part than was asked for"):
        get()
    server.says_start = None
    assert get().path.read_bytes() == CONTENT


def test_a_whole_file_that_was_kept_is_asked_for_by_its_last_byte(get, server):
    get()
    server.asked.clear()
    assert get().path.read_bytes() == CONTENT
    assert server.asked == [(PATH, f"bytes={len(CONTENT) - 1}-")]


def test_notes_that_are_damaged_start_anew(get, server, tmp_path):
    broken(get, server, 1000)
    for notes in (tmp_path / "downloads").glob("*.json"):
        notes.write_text("{")
    assert get().path.read_bytes() == CONTENT
    assert server.asked == [(PATH, None)]


def test_an_answer_without_a_length_that_breaks_off_is_told(get, server):
    server.chunked = True
    server.breaks_after = 1000
    with pytest.raises(TrialbookError, match="broke off after"):
        get()
    server.breaks_after = None


def test_a_redirect_is_followed_and_a_part_continued_behind_it(get, server):
    server.redirects["/latest"] = f"{server.url}{PATH}"
    server.breaks_after = 1000
    with pytest.raises(TrialbookError, match="broke off after 1,000"):
        get("/latest")
    server.breaks_after = None
    assert get("/latest").path.read_bytes() == CONTENT
    assert server.asked[-1] == (PATH, "bytes=1000-")


@pytest.mark.parametrize(
    "url", ["http://example.org/core.zip", "ftp://localhost/core.zip", "file:///core.zip", "core.zip", "https://", "http://[::1"]
)
def test_an_address_that_others_could_change_is_not_taken(url, tmp_path):
    with pytest.raises(TrialbookError, match="is no address that begins with https://"):
        download(url, tmp_path)


def test_a_redirect_to_an_address_that_others_could_change_is_not_followed(get, server):
    server.redirects["/latest"] = "http://example.org/core.zip"
    with pytest.raises(TrialbookError, match=r"http://example\.org/core\.zip: is no address that begins with https"):
        get("/latest")


def test_a_redirect_without_end_is_told(get, server):
    server.redirects["/latest"] = "/latest"
    with pytest.raises(TrialbookError, match="can't be had: the server answers 302"):
        get("/latest")


@pytest.mark.parametrize(
    ("status", "kind", "what"),
    [
        (404, NotThereError, "is not there: the server answers 404 Not Found"),
        (410, NotThereError, "is not there: the server answers 410 Gone"),
        (403, TrialbookError, "can't be had: the server answers 403 Forbidden"),
        (503, TrialbookError, "can't be had: the server answers 503 Service Unavailable"),
    ],
)
def test_what_the_server_refuses_is_told(get, server, status, kind, what):
    server.status = status
    with pytest.raises(TrialbookError, match=what) as told:
        get()
    assert type(told.value) is kind
    assert "--from PATH" in str(told.value)


def test_a_server_that_is_not_there_is_told(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{unused.getsockname()[1]}/core.zip"
    with pytest.raises(TrialbookError, match=r"can't be reached: .*refused") as told:
        download(url, tmp_path)
    assert "HTTPS_PROXY" in str(told.value)


@pytest.mark.parametrize("chunked", [False, True])
def test_more_than_any_release_has_is_not_taken(get, server, monkeypatch, chunked):
    server.chunked = chunked
    monkeypatch.setattr(module, "LARGEST", 1000)
    with pytest.raises(TrialbookError, match="no release is"):
        get()


def test_a_folder_that_may_not_be_written_is_told(server, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(TrialbookError, match="can't be written: Not a directory"):
        download(f"{server.url}{PATH}", tmp_path / "file" / "downloads")


def test_two_runs_do_not_write_one_file(get, server, tmp_path):
    broken(get, server, 1000)
    (part,) = (tmp_path / "downloads").glob("*.part")
    with part.open("ab") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(TrialbookError, match="is being downloaded by another run"):
            get()
    assert get().path.read_bytes() == CONTENT


def test_a_text_is_fetched_whole_and_short(server, monkeypatch):
    server.files["/text"] = "é".encode()
    assert fetch_text(f"{server.url}/text") == "é"
    monkeypatch.setattr(module, "LARGEST_TEXT", 1)
    with pytest.raises(TrialbookError, match="has more than"):
        fetch_text(f"{server.url}/text")

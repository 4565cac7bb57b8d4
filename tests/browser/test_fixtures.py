"""What the fixtures of this folder promise: a page that complains or asks outside is told."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.xdist_group("browser")

PAGES = {
    "quiet": ("<p>Well</p><img src='data:image/gif;base64,R0lGODlhAQABAAAAACw=' alt=''>", None),
    "console": ("<script>console.error('broken')</script>", "page.html:0: broken"),
    "exception": ("<script>nowhere()</script>", "raised nowhere is not defined"),
    "promise": ("<script>Promise.reject(new Error('too late'))</script>", "raised too late"),
    "picture": ("<img src='https://example.org/a.png' alt=''>", "asked outside for https://example.org/a.png"),
    "fetch": ("<script>fetch('http://192.0.2.1/x').catch(() => 0)</script>", "asked outside for http://192.0.2.1/x"),
    "socket": ("<script>new WebSocket('ws://192.0.2.1/x')</script>", "opened a connection to ws://192.0.2.1/x"),
    "absent": ("<link rel=stylesheet href=absent.css>", "ERR_FILE_NOT_FOUND"),
}


@pytest.mark.parametrize(("content", "told"), PAGES.values(), ids=PAGES)
def test_a_page_that_complains_or_asks_outside_is_told(page, problems, tmp_path, content, told):
    file = tmp_path / "page.html"
    file.write_text(f"<!doctype html><title>T</title>{content}", encoding="utf-8")
    page.goto(file.as_uri())
    page.wait_for_timeout(50)
    if told is None:
        assert problems == []
    else:
        assert any(told in problem for problem in problems), problems
    problems.clear()

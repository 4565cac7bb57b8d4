"""Pages in a real browser without a network: each test gets an own profile, and fails where the page complains or asks outside.

``page`` is Playwright's page (https://playwright.dev/python): ``page.goto(path.as_uri())``, ``page.get_by_role(…)``. What needs
other settings than an offline desktop asks ``open_page`` for one: ``open_page(viewport={"width": 375, "height": 800})``,
``open_page(color_scheme="dark")``, ``open_page(offline=False)`` for pages that are served at http://127.0.0.1, since a browser
that is offline does not reach its own machine either.
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

HERE = ("file://", "http://127.0.0.1:", "data:", "blob:", "about:")
PATIENCE = 10_000  # milliseconds until what a test waits for counts as not there


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """Debian's Chromium under Playwright; skips where one of them is absent.

    A module's, not the session's: while Playwright runs, the thread has a running event loop, and notebooks that later tests
    execute would start in it.
    """
    program = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if program is None:
        pytest.skip("no chromium on this machine")
    sync_api = pytest.importorskip("playwright.sync_api", reason="no playwright in this environment")
    flags = ["--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, headless=True, args=flags)
        yield browser
        browser.close()


@pytest.fixture
def problems() -> list[str]:
    """What pages of this test complained about; a test that expects it takes it out again."""
    return []


@pytest.fixture
def open_page(chromium: Any, problems: list[str]) -> Iterator[Callable[..., Any]]:
    """A page in a context with the given options of ``Browser.new_context``.

    At the end the test fails on each error in the console, each uncaught exception and each request that left the machine.
    """
    contexts = []

    def opened(**options: Any) -> Any:
        context = chromium.new_context(**{"offline": True, **options})
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.route(lambda url: not url.startswith(HERE), refused)
        context.on("console", lambda said: complained(said) if said.type == "error" else None)
        context.on("weberror", lambda raised: problems.append(f"{raised.page.url}: raised {raised.error}"))
        page = context.new_page()
        page.on("websocket", lambda socket: problems.append(f"{page.url}: opened a connection to {socket.url}"))
        return page

    def refused(route: Any) -> None:
        problems.append(f"asked outside for {route.request.url}")
        route.abort()

    def complained(said: Any) -> None:
        problems.append(f"{said.location['url']}:{said.location['lineNumber']}: {said.text}")

    yield opened
    for context in contexts:
        context.close()
    assert not problems, "the page has problems:\n" + "\n".join(problems)


@pytest.fixture
def page(open_page: Callable[..., Any]) -> Any:
    """A page of an offline desktop browser: 1280 × 900, light."""
    return open_page(viewport={"width": 1280, "height": 900}, color_scheme="light")


@pytest.fixture(scope="module")
def run_script(request: pytest.FixtureRequest) -> Callable[[str, Any], Any]:
    """Give a function of JavaScript one argument, both as JSON, and get what it returns; in Chromium, else in Node, else skip."""
    if shutil.which("chromium") and importlib.util.find_spec("playwright"):
        page = request.getfixturevalue("chromium").new_page()
        return lambda function, argument: page.evaluate(function, argument)
    node = shutil.which("node")
    if node is None:
        pytest.skip("neither chromium with playwright nor node on this machine")

    def in_node(function: str, argument: Any) -> Any:
        program = f"process.stdout.write(JSON.stringify(({function})(JSON.parse(require('fs').readFileSync(0, 'utf8')))))"
        done = subprocess.run([node, "-e", program], input=json.dumps(argument).encode(), capture_output=True, check=True)
        return json.loads(done.stdout)

    return in_node


@pytest.fixture(scope="session")
def violations() -> Callable[..., list[str]]:
    """What axe-core finds serious or critical on a page: rule, number of places, the first of them. Skips where it is absent.

    ``violations(page, rules)`` asks some of its rules alone.
    """
    engine = Path(__file__).parent / "node_modules" / "axe-core" / "axe.min.js"
    if not engine.is_file():
        pytest.skip("axe-core is not installed (make test installs it)")
    source = engine.read_text(encoding="utf-8")

    def found(page: Any, rules: Sequence[str] = ()) -> list[str]:
        page.evaluate(source)
        options = {"resultTypes": ["violations"], "preload": False} | ({"runOnly": list(rules)} if rules else {})
        told = page.evaluate("options => axe.run(document, options)", options)["violations"]
        serious = [one for one in told if one["impact"] in ("serious", "critical")]
        return [f"{one['id']}, {len(one['nodes'])} times: {one['nodes'][0]['html'][:200]}" for one in serious]

    return found

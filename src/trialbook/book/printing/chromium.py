"""Chromium without a window and without a network: it prints pages, and runs a page's script."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from trialbook.errors import TrialbookError

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome", "msedge")
PLACES = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
    r"C:\Program Files\Google\Chrome\Application\chrome.exe",
    r"C:\Program Files (x86)\Microsoft\Edge\Application\msedge.exe",
)
LEAST = 131
"""The first version that prints what stands in a page's margins (CSS Paged Media): page numbers, the footer."""
TIMEOUT = 300.0

_REMEDY = "Install it (Debian, Ubuntu: apt-get install chromium), or Google Chrome, and run the command again."
_OPTIONS = (
    "--headless",
    "--disable-gpu",
    "--no-first-run",
    "--disable-extensions",
    "--disable-sync",
    "--disable-background-networking",
    "--disable-component-update",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no network, whatever a page asks for
)


def find_chromium() -> Path:
    """Chromium, Chrome or Edge as this machine has it; raises TrialbookError where it has none, or one that is too old."""
    found = next(filter(None, (*map(shutil.which, NAMES), *filter(os.path.isfile, PLACES))), None)
    if found is None:
        raise TrialbookError("Chromium is not on this machine, and it prints the book", remedy=_REMEDY)
    said = subprocess.run([found, "--version"], capture_output=True, encoding="utf-8", errors="replace", timeout=60).stdout
    major = next((int(word.partition(".")[0]) for word in said.split() if word.partition(".")[0].isdigit()), None)
    if major is not None and major < LEAST:
        what = f"is version {major}; the book's page numbers and footers need {LEAST} or later"
        raise TrialbookError(what, file=found, remedy=_REMEDY)
    return Path(found)


def print_page(chromium: Path, page: Path, target: Path, *, tagged: bool = True) -> None:
    """Print a page to a PDF; raises TrialbookError where that fails.

    ``tagged``: with an outline of the headings and the tags that readers aloud need, which takes longer.
    """
    target.unlink(missing_ok=True)
    kind = "--generate-pdf-document-outline" if tagged else "--disable-pdf-tagging"
    said = _run(chromium, page, f"--print-to-pdf={target}", "--no-pdf-header-footer", kind)
    if not target.is_file():
        raise TrialbookError(f"Chromium did not print the book: {_last(said.stderr)}", file=page.name, remedy=_REMEDY)


def run_page(chromium: Path, page: Path) -> str:
    """Open a page, let its scripts end, and give its HTML as it then is; raises TrialbookError where that fails."""
    said = _run(chromium, page, "--virtual-time-budget=60000", "--window-size=1600,1200", "--dump-dom")
    if not said.stdout.strip():
        raise TrialbookError(f"Chromium did not open the book: {_last(said.stderr)}", file=page.name, remedy=_REMEDY)
    return said.stdout


def _run(chromium: Path, page: Path, *options: str) -> subprocess.CompletedProcess[str]:
    # Chromium refuses its sandbox to root, whom containers run as; the page is ours.
    no_sandbox = ["--no-sandbox"] if hasattr(os, "geteuid") and os.geteuid() == 0 else []
    with tempfile.TemporaryDirectory(prefix="trialbook-chromium-", ignore_cleanup_errors=True) as profile:
        command = [str(chromium), *_OPTIONS, *no_sandbox, f"--user-data-dir={profile}", *options, page.as_uri()]
        try:
            return subprocess.run(command, capture_output=True, encoding="utf-8", errors="replace", timeout=TIMEOUT)
        except subprocess.TimeoutExpired:
            what = f"Chromium did not end within {TIMEOUT:.0f} seconds"
            raise TrialbookError(what, file=chromium, remedy="Run the command again on a machine that is less busy.") from None
        except OSError as error:
            raise TrialbookError(f"can't be run: {error.strerror}", file=chromium, remedy=_REMEDY) from None


def _last(text: str) -> str:
    lines = [line for line in text.splitlines() if line.strip() and "dbus" not in line]
    return lines[-1].strip() if lines else "it said nothing"

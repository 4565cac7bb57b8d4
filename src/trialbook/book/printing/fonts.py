"""Whether this machine has a font for the Chinese that a document shows."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

from trialbook.errors import TrialbookError

CHINESE = re.compile("[\u2e80-\u2fdf\u3005-\u3007\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_REMEDY = "Install one (Debian, Ubuntu: apt-get install fonts-noto-cjk), and run the command again."


def require_chinese(text: str) -> None:
    """Raise TrialbookError where the text has Chinese and no font here can print it; Windows and macOS come with one."""
    shown = CHINESE.search(text)
    if not shown or sys.platform in ("win32", "darwin"):
        return
    tool = shutil.which("fc-list")
    if tool is None:
        what = f"whether a font can print Chinese ({shown[0]}, first of the book's) can't be told: fc-list is not on this machine"
        raise TrialbookError(what, remedy="Install it (Debian, Ubuntu: apt-get install fontconfig fonts-noto-cjk).")
    asked = [tool, f":charset={ord(shown[0]):x}", "family"]
    if not subprocess.run(asked, capture_output=True, encoding="utf-8", errors="replace", timeout=60).stdout.strip():
        what = f"no font on this machine can print Chinese ({shown[0]}, first of the book's): the pages would show boxes"
        raise TrialbookError(what, remedy=_REMEDY)

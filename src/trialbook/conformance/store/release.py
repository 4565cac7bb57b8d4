"""CDISC's published release of the engine, which has the rules in ``resources/cache``: its addresses and its checksum.

The addresses are those of the engine's release workflow. They could not be tried when this was written, for want of a network:
what is tested is the download, against a server of the tests' own. Where they have changed, ``core install --url`` takes another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from trialbook.conformance.store.download import fetch_text
from trialbook.errors import TrialbookError

FILE = Path(__file__).with_name("release.yml")


@dataclass(frozen=True, slots=True)
class Release:
    """Where a release is: its archives, the one to be taken first, and what tells their checksums."""

    version: str
    archives: tuple[str, ...]
    checksums: str | None = None

    @property
    def name(self) -> str:
        """As CDISC tags it."""
        return f"v{self.version}"

    def published_sha256(self, url: str) -> str | None:
        """The checksum that is published for the archive at ``url``; None where there is none, or it can't be had."""
        if self.checksums is None:
            return None
        name = urlsplit(url).path.rpartition("/")[2]
        try:
            assets = json.loads(fetch_text(self.checksums))["assets"]
            digests = {one["name"]: one["digest"] for one in assets if one.get("digest")}
        except (TrialbookError, ValueError, KeyError, TypeError, AttributeError):
            return None
        kind, _, digest = str(digests.get(name, "")).partition(":")
        return digest.lower() if kind == "sha256" else None


@cache
def published_release(version: str) -> Release:
    """The release of a version of the engine, by ``release.yml``."""
    import yaml

    data = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    archives = tuple(url.format(version=version) for url in data["archives"])
    return Release(version, archives, data["checksums"].format(version=version))

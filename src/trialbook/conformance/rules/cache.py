"""The engine's cache (``resources/cache``), of which the kit takes the rules.

``rules.pkl`` has the published rules by id, ``custom_rules.pkl`` those that a user added. Its terminology packages
(``sdtmct-….pkl``) and standards metadata (``standards_details.pkl`` and others) are left alone: the kit has its own.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from trialbook.conformance.rules.pickles import HostilePickleError, load_plain
from trialbook.conformance.rules.reading import read_rule
from trialbook.conformance.rules.refusal import RefusedError
from trialbook.conformance.rules.rule import CoreRule, UnreadableRule
from trialbook.conformance.rules.text import refuse_endless
from trialbook.errors import TrialbookError

PUBLISHED, CUSTOM = "rules.pkl", "custom_rules.pkl"
IN_RELEASE = ("resources", "cache")
"""Where a release, or the engine's repository, has its cache."""


def cached_rules(content: bytes, file: Path) -> Iterator[tuple[CoreRule | UnreadableRule, Mapping[str, object] | None]]:
    """The rules in a pickle of the cache, each with its data; TrialbookError where it is no such pickle, and is not read."""
    try:
        data = load_plain(content)
        refuse_endless(data, most=20_000_000)
    except (HostilePickleError, RefusedError, RecursionError) as error:
        what = error.why if isinstance(error, RefusedError) else str(error)
        raise TrialbookError(
            f"is no cache of rules that can be trusted: it {what}",
            file=file,
            remedy="Take the cache from CDISC's release again: trialbook core install.",
        ) from None
    if not isinstance(data, dict) or not data or not all(isinstance(one, dict) for one in data.values()):
        raise TrialbookError("is no cache of rules: expected rules by their ids", file=file, remedy="Name another path.")
    for key, one in data.items():
        read = read_rule(one, file)
        if isinstance(read, UnreadableRule) and read.id is None:
            read = UnreadableRule(str(key), read.construct, read.why, file, None, read.published)
        yield read, one


def cache_in(folder: Path) -> Path | None:
    """The folder of the cache that a folder is, or that a release unpacked in it has; None without one."""
    with os.scandir(folder) as found:
        below = sorted(entry.name for entry in found if entry.is_dir())
    candidates = [folder, folder.joinpath(*IN_RELEASE), *(folder.joinpath(name, *IN_RELEASE) for name in below)]
    return next((one for one in candidates if (one / PUBLISHED).is_file() or (one / CUSTOM).is_file()), None)

"""A finding's id: the same for the same fault in the next export, whatever its row, --SEQ or value has become."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

SEPARATOR = "\x1f"


def digest(parts: Sequence[str]) -> str:
    """16 hexadecimal digits of the SHA-256 of ``parts``; no part can run into the next."""
    text = SEPARATOR.join(part.replace(SEPARATOR, " ") for part in parts)
    return hashlib.sha256(text.encode("utf-8", errors="surrogatepass")).hexdigest()[:16]


def finding_ids(
    study: str, rule: str, dataset: str, variables: Sequence[str], keys: Sequence[Sequence[str]], contents: Sequence[str]
) -> list[str]:
    """One id a finding of one rule on one form or dataset, in the findings' order.

    ``keys`` is the natural key of each record (empty for a finding about the whole table); ``contents`` its raw content. Where
    keys are equal or empty the content decides as well, and among equal contents an ordinal.
    """
    common = [study, rule, dataset, ",".join(variables)]
    shared = Counter(tuple(key) for key in keys)
    ids, seen = [], Counter[tuple[str, ...]]()
    for key, content in zip(keys, contents, strict=True):
        parts = [*common, *key]
        if shared[tuple(key)] > 1 or not any(key):
            parts.append(content)
        ordinal = seen[tuple(parts)]
        seen[tuple(parts)] += 1
        ids.append(digest([*parts, str(ordinal)] if ordinal else parts))
    return ids


def finding_group(study: str, rule: str, dataset: str, variables: Sequence[str], key: Sequence[str]) -> str | None:
    """What findings on records of one key share, whatever the records' content; None for a record without a key.

    It is the id that a record alone of its key has: where records of one key come or go, or change, their ids do too, and a
    finding is known by this from one run to the next.
    """
    return digest([study, rule, dataset, ",".join(variables), *key]) if any(key) else None

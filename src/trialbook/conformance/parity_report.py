"""The parity table for people, as Markdown: how many cases agree, by standard, and the reason of each exception."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from trialbook.conformance.parity import Compared, Parity, standard_of

NOT_NAMED = "none named"


def parity_text(parity: Parity, version: str, standard: str) -> str:
    """The table; ``version`` is the engine's, ``standard`` the name of that whose metadata the cases ran with."""
    judged, agreeing = parity.judged, parity.agreeing
    lines = [
        "# Parity with CDISC's published results",
        "",
        "Made by `make parity`: the published test cases of CDISC Open Rules, run by the engine as the kit runs it",
        f"(`cdisc-rules-engine` {version}).",
        "A case agrees where every row (dataset, record, variable, value) of its published results is found, and no other.",
        "",
        f"**{len(agreeing):,} of {len(judged):,} cases agree exactly ({_share(len(agreeing), len(judged))})**; "
        f"{len(judged) - len(agreeing)} do not, and {len(parity.compared) - len(judged)} have no published results.",
        "",
        *_standards(judged, standard),
        "",
        "## Exceptions",
        "",
        *_exceptions(parity),
    ]
    return "\n".join(lines) + "\n"


def complaints(parity: Parity) -> list[str]:
    """What must be mended, a line each: cases without a reason, and reasons without a case."""
    found = [f"{one.case.name}: does not agree, and has no reason{_how(one)}" for one in parity.unexplained]
    return [*found, *(f"{name}: has a reason, and is no exception (any more)" for name in parity.outdated)]


def _standards(judged: Sequence[Compared], standard: str) -> Iterable[str]:
    yield "Cases name the standard of their data, and terminology where they need it."
    yield f"All ran with the metadata of {standard}, and with no terminology but what they name."
    yield ""
    yield "| standard of the case | cases | agree |"
    yield "|---|---:|---:|"
    names = [standard_of(one.case) or NOT_NAMED for one in judged]
    for name in sorted(set(names), key=lambda one: (-names.count(one), one)):
        of_it = [one for one, named in zip(judged, names, strict=True) if named == name]
        yield f"| {name} | {len(of_it):,} | {sum(one.agrees for one in of_it):,} |"


def _exceptions(parity: Parity) -> Iterable[str]:
    excepted = [one for one in parity.judged if not one.agrees]
    if not excepted:
        yield "None."
        return
    yield "| case | published rows | found rows | published only | found only | why |"
    yield "|---|---:|---:|---:|---:|---|"
    for one in excepted:
        published = one.published.total() if one.published is not None else 0
        counts = (published, one.found.total(), one.missing.total(), one.extra.total())
        why = " ".join(parity.reasons.get(one.case.name, one.error or "**no reason is known**").split())
        yield f"| {one.case.name} | {' | '.join(f'{count:,}' for count in counts)} | {why} |"


def _how(one: Compared) -> str:
    if one.error is not None:
        return f": {' '.join(one.error.split())}"
    rows = [("published", row) for row in sorted(one.missing)[:2]] + [("found", row) for row in sorted(one.extra)[:2]]
    return "".join(f"\n    only {where}: {', '.join(row)}" for where, row in rows)


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%}" if whole else "there are none"

"""Quality as text for a terminal: a table by kind of defect, what was missed, and what was told wrongly."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator

from trialbook.quality.compare import Found
from trialbook.quality.measure import LEAST, Quality


def quality_text(quality: Quality, verbose: bool = False) -> str:
    """The figures; with ``verbose`` each defect that was missed or not named exactly, and each wrong finding."""
    lines = [f"{'Kind of defect':44} {'made':>6} {'found':>6} {'exact':>6} {'only':>6}", *_kinds(quality.found)]
    lines += ["", "Nothing in the export tells of these; they are counted apart", *_kinds(quality.hidden)]
    wrong = Counter((finding.rule, finding.severity.value) for judged in quality.judged for finding in judged.wrong)
    lines += ["", f"Findings that name no broken cell: {sum(wrong.values()):,}"]
    lines += [f"{count:6,}  {severity:8} {rule}" for (rule, severity), count in wrong.most_common()]
    if verbose:
        lines += ["", "Missed", *(_defect(one) for one in quality.found if not one.naming)]
        lines += ["", "Not exact", *(_defect(one) for one in quality.found if one.naming and not one.mending)]
        lines += ["", "Wrong"]
        for finding in (finding for judged in quality.judged for finding in judged.wrong):
            places = "; ".join(f"{one.role.value} {one.file} {one.row or ''} {','.join(one.columns)}" for one in finding.origins)
            lines.append(f"{finding.rule} {finding.subject}: {finding.message} [{places}]")
    lines += ["", *(_figure(name, getattr(quality, name), least) for name, least in LEAST.items())]
    lines.append(f"{'only':10} {quality.only:8.2%}   a finding names to be mended what is broken and nothing else")
    return "\n".join(lines)


def _figure(name: str, figure: float, least: float) -> str:
    return f"{name:10} {figure:8.2%}   at least {least:.0%}: {'reached' if figure >= least else 'NOT REACHED'}"


def _kinds(found: Iterable[Found]) -> Iterator[str]:
    kinds: defaultdict[str, list[Found]] = defaultdict(list)
    for one in found:
        kinds[one.entry["kind"]].append(one)
    for kind, of in sorted(kinds.items()):
        counts = (
            len(of),
            sum(bool(one.naming) for one in of),
            sum(bool(one.mending) for one in of),
            sum(bool(one.only) for one in of),
        )
        yield f"{kind:44} " + " ".join(f"{count:6,}" for count in counts)


def _defect(one: Found) -> str:
    entry, rules = one.entry, sorted({finding.rule for finding in one.naming})
    place = f"{entry['file']} {entry['sheet'] or ''} {entry.get('path') or entry['row'] or ''} {entry['column'] or ''}"
    return f"{entry['kind']} {entry['subject']} {place}: {entry['before']!r} -> {entry['after']!r} {' '.join(rules)}"

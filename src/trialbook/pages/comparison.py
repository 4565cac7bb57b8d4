"""The two paths by which each reported number is computed, and where they disagree."""

from __future__ import annotations

from collections import Counter

from markupsafe import Markup

from trialbook.pages.html import code, table
from trialbook.pages.m11 import folded
from trialbook.pages.methods import NAMES
from trialbook.pages.shown_analysis import ShownAnalysis
from trialbook.pages.techniques import shown
from trialbook.protocol.analysis import Technique


def comparison_table(analysis: ShownAnalysis) -> Markup:
    """How many numbers of each technique both paths agree on; below it every number on which they don't."""
    if not analysis.numbers:
        return Markup('<p class="book-none">No results, and so no numbers to compare.</p>')
    every, agree = (
        Counter(one.technique for one in analysis.numbers),
        Counter(one.technique for one in analysis.numbers if one.agrees),
    )
    rows = [
        (NAMES[Technique(name)], f"{number:,}", f"{agree[name]:,}", f"{number - agree[name]:,}") for name, number in every.items()
    ]
    headers = ("Technique", "Numbers", "Agree", "Disagree")
    pieces = [_verdict(analysis), table(headers, rows, about="Numbers by both paths", kind="book-comparison")]
    if analysis.disagreeing:
        listed = [
            (code(one.analysis), one.technique, one.statistic, one.group, one.level, shown(one.value), shown(one.second))
            for one in analysis.disagreeing
        ]
        named = ("Analysis", "Technique", "Statistic", "Group", "Of", "First path", "Second path")
        told = table(named, listed, about="Numbers on which the two paths disagree", kind="book-comparison")
        pieces.append(folded(f"The {len(listed):,} numbers on which they disagree", told))
    return Markup("").join(pieces)


def _verdict(analysis: ShownAnalysis) -> Markup:
    count, wrong = len(analysis.numbers), len(analysis.disagreeing) + analysis.only_second
    if not wrong:
        return Markup('<p class="book-agree"><strong>All {:,} numbers agree</strong> on both paths.</p>').format(count)
    what = Markup('<p class="book-disagree"><strong>{:,} of {:,} numbers disagree</strong>: what is reported may be wrong. ')
    alone = (
        Markup("{:,} numbers are of the second path alone.").format(analysis.only_second) if analysis.only_second else Markup("")
    )
    return what.format(wrong, count) + alone + Markup("</p>")

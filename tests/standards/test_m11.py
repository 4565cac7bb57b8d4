"""ICH M11's sections: numbers, headings, levels, the order of the template."""

from __future__ import annotations

import re

from trialbook.standards import m11_sections


def test_headings_are_those_of_the_template() -> None:
    sections = m11_sections()
    shown = [(one.number, one.heading, one.ncit, one.level, one.above) for one in (sections[n] for n in ("", "3", "10.4.1.2"))]
    assert shown == [
        ("", "Title Page", "C222769", 0, ""),
        ("3", "TRIAL OBJECTIVES AND ASSOCIATED ESTIMANDS", "C218526", 1, ""),
        ("10.4.1.2", "Handling of Data in Relation to Primary Estimand(s)", "C218632", 4, "10.4.1"),
    ]
    assert [one.number for one in sections.values() if one.level == 1] == [str(number) for number in range(1, 15)]


def test_each_section_follows_the_one_before_it() -> None:
    """Each counts one on, or begins what is below the one before: no number is left out, and none stands twice."""
    last: tuple[int, ...] = (0,)
    for number in filter(None, m11_sections()):
        now = tuple(map(int, number.split(".")))
        depth = len(now)
        assert now == (*last, 1) or (depth <= len(last) and now == (*last[: depth - 1], last[depth - 1] + 1)), number
        last = now


def test_each_has_a_code_of_its_own() -> None:
    codes = [one.ncit for one in m11_sections().values()]
    assert len(set(codes)) == len(codes)
    assert all(re.fullmatch(r"C\d{6}", code) for code in codes)

"""Who takes part: a sibling of course.py."""

from __future__ import annotations

from datetime import date, timedelta


def numbers(subjects):
    return [f"S{number:03}" for number in range(1, subjects + 1)]


def day(random, first, last):
    return (date(2023, 1, 1) + timedelta(days=int(random.integers(first, last)))).isoformat()

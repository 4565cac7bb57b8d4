"""What a number in a workbook's cell says to the person who looks at it: a date, a padded number, a percentage, or a number.

Source: ECMA-376 part 1, 18.8.30 (numFmts). Nothing is rounded: a format that hides digits does not take them away.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache

from openpyxl.styles.numbers import BUILTIN_FORMATS, STRIP_RE, is_date_format, is_timedelta_format

_YEAR_MONTH, _MONTH_DAY, _TIME = 'yyyy"年"m"月"', 'm"月"d"日"', 'h"时"mm"分"'
# Formats that Chinese Excel names by number alone (18.8.30, zh-cn): the workbook does not spell them out.
_CHINESE_FORMATS = {
    **dict.fromkeys((27, 36, 50, 52, 57), _YEAR_MONTH),
    **dict.fromkeys((28, 29, 51, 53, 54, 58), _MONTH_DAY),
    **dict.fromkeys((32, 34, 55), _TIME),
    **dict.fromkeys((33, 35, 56), _TIME + 'ss"秒"'),
    30: "m-d-yy",
    31: 'yyyy"年"m"月"d"日"',
}
STANDARD_FORMATS: dict[int, str] = {**_CHINESE_FORMATS, **BUILTIN_FORMATS}
"""Formats by the number that stands for them."""

_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?", re.ASCII)
_TOKEN = re.compile(r'"(?P<quoted>[^"]*)"|\\(?P<escaped>.)|[_*].|\[(?![<>=])[^\]]*\]|#+(?=0)|(?P<digit>0)|(?P<plain>[-+/(): ])')
_LAST_DAY = 2_958_465  # 9999-12-31 in the epoch of 1900
_MILLISECONDS = 86_400_000


class NumberFormat:
    """One number format of a workbook; ``epoch_1904`` tells which day its dates count from."""

    def __init__(self, code: str, epoch_1904: bool = False):
        self._epoch_1904 = epoch_1904
        first = code.split(";")[0]
        bare = STRIP_RE.sub("", first).lower()
        self._is_duration = is_timedelta_format(code)
        self._is_date = is_date_format(code)
        self._shows_seconds = "s" in bare
        self._is_month = self._is_date and "y" in bare and "m" in bare and not re.search("[dhs]", bare)
        self._shows_day = self._is_date and re.search("[yd]", bare) is not None
        self._is_percent = not self._is_date and "%" in bare
        self._pieces = None if self._is_date else _padding(first)

    def text(self, stored: str) -> str:
        """The stored number as text; a value that is not a number, or no date in a date's format, raises ValueError."""
        if not _NUMBER.fullmatch(stored):
            raise ValueError(f"{stored!r} is not a number")
        if self._is_date:
            return self._date(float(stored))
        if self._is_percent:
            return f"{_plain(Decimal(number_text(stored)) * 100)}%"
        text = number_text(stored)
        return _padded(self._pieces, text) if self._pieces and text.isdigit() else text

    def _date(self, serial: float) -> str:
        """ISO 8601: a date where the time is midnight, a time where the day is 0, and a month where no day is shown.

        In the epoch of 1900 the day 0, which a formula gives for an empty cell, is shown as Excel shows it: 1900-01-00.
        """
        last = _LAST_DAY - (1462 if self._epoch_1904 else 0)
        if not 0 <= serial < last + 1:
            raise ValueError(f"{number_text(str(serial))} is outside the dates a workbook can show")
        days, rest = divmod(min(round(serial * _MILLISECONDS), (last + 1) * _MILLISECONDS - 1), _MILLISECONDS)
        if self._is_duration:
            return self._time(rest, days * 24)
        if days == 0 and (rest or not self._shows_day):
            return self._time(rest, 0)
        day = self._day(days)
        if rest:
            return f"{day}T{self._time(rest, 0)}"
        return day[:7] if self._is_month and day.endswith("-01") else day

    def _day(self, days: int) -> str:
        if self._epoch_1904:
            return (date(1904, 1, 1) + timedelta(days=days)).isoformat()
        if days in (0, 60):  # Excel keeps two days that were not: 1900 was no leap year
            return "1900-01-00" if days == 0 else "1900-02-29"
        return (date(1899, 12, 31 if days < 60 else 30) + timedelta(days=days)).isoformat()

    def _time(self, milliseconds: int, hours_before: int) -> str:
        seconds, milliseconds = divmod(milliseconds, 1000)
        text = f"{hours_before + seconds // 3600:02}:{seconds // 60 % 60:02}"
        if seconds % 60 or milliseconds or self._shows_seconds:
            text += f":{seconds % 60:02}"
        return text + (f".{milliseconds:03}" if milliseconds else "")


@lru_cache(maxsize=1 << 16)
def number_text(stored: str) -> str:
    """A stored number as a person writes it: 15 significant digits, as Excel has, and no ``.0`` or exponent.

    >>> [number_text(stored) for stored in ("7.0", "165.15000000000001", "1E-05", "10003057")]
    ['7', '165.15', '0.00001', '10003057']
    """
    if stored.removeprefix("-").isdigit():
        return stored
    value = Decimal(f"{float(stored):.15g}")
    return _plain(value) if value.is_finite() else stored


def _plain(value: Decimal) -> str:
    if not value:
        return "0"
    value = value.normalize()
    return f"{value:f}" if -30 < value.adjusted() < 30 else f"{value:E}"


def _padding(section: str) -> list[str | None] | None:
    """The pieces of a format such as ``0000`` or ``"S-"00-000``: text, or None for a digit; None when it is no such format."""
    pieces: list[str | None] = []
    position = 0
    while position < len(section):
        token = _TOKEN.match(section, position)
        if token is None:
            return None
        position = token.end()
        if token["digit"]:
            pieces.append(None)
        else:
            pieces.append(token["quoted"] or token["escaped"] or token["plain"] or "")
    return pieces if pieces.count(None) > 1 else None


def _padded(pieces: list[str | None], digits: str) -> str:
    places = pieces.count(None)
    digits = digits.zfill(places)
    first, rest = digits[: len(digits) - places + 1], iter(digits[len(digits) - places + 1 :])
    shown = iter([first, *rest])
    return "".join(next(shown) if piece is None else piece for piece in pieces)

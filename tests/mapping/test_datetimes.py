"""Collected dates to ISO 8601, as a table: the formats, the cell, what becomes of it (None: it fits no format)."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.mapping.datetimes import other_order, parse, read_iso8601

CHINA = ("y/m/d", "y-m-d", "d-mmm-y", "y年m月d日", "mmm-y", "y年m月", "y-m", "y/m", "y")
UNKNOWN = ("UN", "UNK", "不详")


@pytest.mark.parametrize(
    ("formats", "cell", "expected"),
    [
        (CHINA, "2024/3/5", "2024-03-05"),
        (CHINA, "２０２４年３月５日", "2024-03-05"),
        (CHINA, "\u30002024年3月5日 ", "2024-03-05"),
        (CHINA, "2024年3月", "2024-03"),
        (CHINA, "2024-03", "2024-03"),
        (CHINA, "2024", "2024"),
        (CHINA, "5-Mar-2024", "2024-03-05"),
        (CHINA, "05-MAR-2024", "2024-03-05"),
        (CHINA, "UN-UNK-2020", "2020"),
        (CHINA, "un-Mar-2020", "2020-03"),
        (CHINA, "UN-2024", "2024"),
        (CHINA, "2024年不详月5日", "2024---05"),
        (CHINA, "UNK", ""),
        (CHINA, "", ""),
        (CHINA, "2024/2/29", "2024-02-29"),
        (CHINA, "2024-02-30", None),
        (CHINA, "2024年13月", None),
        (CHINA, "24/3/5", None),
        (CHINA, "5-Mar-24", None),
        (CHINA, "45321", None),
        (CHINA, "20240305", None),
        (CHINA, "9999", "9999"),
        (("d/m/y",), "5/3/2024", "2024-03-05"),
        (("d/m/y",), "03/25/2024", None),
        (("m/d/y",), "5/3/2024", "2024-05-03"),
        (("d/m/y", "y/m/d"), "2024/3/5", "2024-03-05"),
        (("d/m/y",), "2024-03-05", "2024-03-05"),
        (("y-m-d H:M",), "2024-03-05 09:30", "2024-03-05T09:30"),
        (("y-m-d H:M",), "2024-03-05 UN:UN", "2024-03-05"),
        (("y-m-d H:M",), "2024-03-05 24:00", None),
        (("y-m-d H:M",), "2024-03-05", None),
        (("y-m-d H:M",), "2024-03-05T09:30:15", "2024-03-05T09:30:15"),
        (("y-m-d H:M",), "2024-03-05T09:30:15.000", "2024-03-05T09:30:15"),
        (("y-m-d H:M",), "2024-03-05T09:30:15.250Z", "2024-03-05T09:30:15.250Z"),
        (("y-m-d H:M",), "2024-03-05T09:30:15,5+08:00", "2024-03-05T09:30:15.5+08:00"),
        (("y-m-d H:M",), "2024-03-05T09:30+0800", "2024-03-05T09:30+08:00"),
        (("y-m-d H:M",), "2024-03-05T09:30+99:00", None),
        (("y-m-d",), "2024-03-05T09:30Z", "2024-03-05T09:30Z"),
        (("y-m-d",), "2024-03-05Z", None),
        (("H:M",), "9:30", "-----T09:30"),
        (("H:M",), "24:00", None),
    ],
)  # fmt: skip
def test_a_collected_date(formats, cell, expected):
    cells = pd.Series([cell], index=[3], dtype="str")
    assert parse(cells, formats, UNKNOWN)[1].tolist() == [expected is not None]
    found = read_iso8601(cells, formats, UNKNOWN)
    assert (found.tolist(), list(found.index)) == ([expected or ""], [3])


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        ("d/m/y", "m/d/y"),
        ("m-d-y H:M", "d-m-y H:M"),
        ("d.m", "m.d"),
        ("y/m/d", None),
        ("d-mmm-y", None),
        ("m/y", None),
        ("y", None),
        ("H:M", None),
    ],
)
def test_the_format_that_a_date_could_be_taken_for(form, expected):
    assert other_order(form) == expected

"""Signals as pictures: what is drawn is said in words too, values keep their places, and a report without signals has none."""

from __future__ import annotations

import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from trialbook.findings import Results, Threshold
from trialbook.findings.pictures import DigitBars, Picture, StripPlot
from trialbook.reports.signal_pictures import MOST_PICTURES, signal_pictures_html
from trialbook.reports.webpage import report_html

TSH = StripPlot("TSH <SERUM>", "a1", "mIU/L", True, (0.5, 1.0, 1.0, 2.0, 4000.0), (4000.0,), 1.0, 5)
TEMPERATURE = StripPlot("TEMP", "a2", "", False, tuple(36.0 + number / 100 for number in range(900)), (45.5, 46.0), 40.5, 902)
PRESSURE = DigitBars("SBP", "a3", "month 2024-06", (8, 0, 1, 0, 1, 0, 0, 0, 0, 0), (10, 10, 10, 10, 10, 10, 10, 10, 10, 10), (0,))


def svg_of(results: Results, *pictures: Picture) -> list[ElementTree.Element]:
    html = str(signal_pictures_html(replace(results, pictures=pictures)))
    return [ElementTree.fromstring(found) for found in re.findall(r"<svg.*?</svg>", html)]


def test_a_report_without_signals_has_no_pictures(results: Results) -> None:
    assert signal_pictures_html(results) == ""


def test_what_is_drawn_is_said(results: Results) -> None:
    html = str(signal_pictures_html(replace(results, pictures=(TSH, PRESSURE))))
    assert '<a href="#finding=a1">TSH &lt;SERUM&gt;</a>' in html
    assert (
        "4000 mIU/L lies apart from 4 values between 0.5 and 2 mIU/L, median (dashed) 1 (logarithmic scale)</figcaption>" in html
    )
    assert (
        "last digits of 10 values of month 2024-06 (narrow), of 100 others (wide); "
        "0: 8 (80%, others 10%), 2: 1 (10%, others 10%), 4: 1 (10%, others 10%)</figcaption>" in html
    )
    assert "<script" not in html and "TSH <SERUM>" not in html


def test_values_stand_on_their_scale(results: Results) -> None:
    (svg,) = svg_of(results, TSH)
    space = "{http://www.w3.org/2000/svg}"
    assert svg.get("role") == "img" and str(svg.get("aria-label")).startswith("TSH <SERUM>: 4000 mIU/L lies apart")
    (circle,) = svg.iter(f"{space}circle")
    assert circle.get("cx") == "338.0"
    dots = next(path for path in svg.iter(f"{space}path") if path.get("class") == "tb-s-dots")
    places = [float(x) for x in re.findall(r"M([0-9.]+)", str(dots.get("d")))]
    # 0.5, 1 (twice), 2 of 0.5 to 4000: by logarithms 0, 8 and 15 % of the way.
    assert places == pytest.approx([22.0, 46.4, 46.4, 70.7], abs=1.5)
    assert [text.text for text in svg.iter(f"{space}text")] == ["1", "10", "100", "1000", "4000"]


def test_many_values_are_fewer_dots_and_two_may_lie_apart(results: Results) -> None:
    (svg,) = svg_of(results, TEMPERATURE)
    label = str(svg.get("aria-label"))
    assert "45.5, 46 lie apart from 900 values between 36 and 44.99, median (dashed) 40.5 (linear scale)" in label
    assert len(str(svg)) < 50_000


def test_marked_digits_carry_their_share(results: Results) -> None:
    (svg,) = svg_of(results, PRESSURE)
    marked = [one for one in svg.iter() if "tb-s-marked" in str(one.get("class"))]
    assert len(marked) == 1 and marked[0].get("height") == "86.0"
    assert "80%" in [text.text for text in svg.iter()]


def test_very_many_are_counted(results: Results) -> None:
    html = str(signal_pictures_html(replace(results, pictures=(PRESSURE,) * (MOST_PICTURES + 3))))
    assert html.count("<svg") == MOST_PICTURES and "3 more are not drawn" in html


def test_they_stand_in_the_report_where_there_are_any(results: Results) -> None:
    assert "tb-signals" not in report_html(results, Threshold.ERROR)
    page = report_html(replace(results, pictures=(PRESSURE,)), Threshold.ERROR)
    assert page.index("<h3", page.index('id="picture"')) < page.index("tb-signals") < page.index('id="counts"')

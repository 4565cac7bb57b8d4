"""A figure as a file: nothing of a page's is in it, and any program can show it."""

from __future__ import annotations

import re
import struct
import zlib

from lxml import etree
from markupsafe import Markup

from trialbook.displays.display import Figure
from trialbook.displays.drawings.curve import Curve
from trialbook.displays.drawings.curves import curves
from trialbook.displays.drawn import SERIES, Drawing
from trialbook.displays.svg_file import as_svg

SVG = "{http://www.w3.org/2000/svg}"


def figure(statement: str = "", words: str = "") -> Figure:
    drawn = curves([Curve("A <b> & c", [6], [0.5], [0.3], [0.7], [9])], start=1, ticks=(0, 12), y_title="存活 (%)")
    return Figure("14.2.1", "Survival & more", "All", Drawing(drawn.width, drawn.height, drawn.body, words or drawn.words),
                  statement=statement)  # fmt: skip


def test_colours_and_fonts_are_written_out() -> None:
    text = as_svg(figure())
    assert re.findall(r"var\(|currentColor|class=|style=", text) == []
    assert "#0072B2" in text and SERIES[0] == "var(--book-series-1, #0072B2)"
    assert re.findall(r"https?://[^\"']+", text) == ["http://www.w3.org/2000/svg"]
    root = etree.fromstring(text.encode())
    assert root.get("font-family") == "Arial, 'Liberation Sans', Helvetica, 'Noto Sans CJK SC', sans-serif"


def test_it_is_named_and_told_in_words() -> None:
    root = etree.fromstring(as_svg(figure(words="colours are currentColor and var(--x, #ffffff)")).encode())
    assert root.findtext(f"{SVG}title") == "Figure 14.2.1 Survival & more"
    assert root.findtext(f"{SVG}desc") == "colours are currentColor and var(--x, #ffffff)"
    assert "A <b> & c" in {one.text for one in root.iter(f"{SVG}tspan")}


def test_its_statement_is_part_of_it() -> None:
    plain, marked = (etree.fromstring(as_svg(figure(text)).encode()) for text in ("", "SYNTHETIC DATA"))
    assert next(marked.iter(f"{SVG}tspan")).text == "SYNTHETIC DATA"
    assert float(marked.get("height")) - float(plain.get("height")) > 20


def test_characters_that_xml_has_no_place_for_are_replaced() -> None:
    drawing = Drawing(10, 10, Markup("<text>{}</text>").format("a\x00b\x1f"), "c\x0bd")
    root = etree.fromstring(as_svg(Figure("14.1", "T", "", drawing)).encode())
    assert [one.text for one in root.iter(f"{SVG}text", f"{SVG}desc")] == ["c\ufffdd", "a\ufffdb\ufffd"]


def test_as_a_picture_its_ground_is_opaque() -> None:
    import vl_convert

    png = vl_convert.svg_to_png(as_svg(figure("SYNTHETIC DATA")), scale=0.5)
    assert alphas(png) == {255}


def alphas(png: bytes) -> set[int]:
    """The alphas of a PNG of 8 bits RGBA, by its filters (PNG specification, section 9)."""
    width, height, depth, kind = struct.unpack(">IIBB", png[16:26])
    assert (depth, kind) == (8, 6)
    data, at = b"", 8
    while at < len(png):
        (size,) = struct.unpack(">I", png[at : at + 4])
        data += png[at + 8 : at + 8 + size] if png[at + 4 : at + 8] == b"IDAT" else b""
        at += 12 + size
    raw, found, above = zlib.decompress(data), set(), [0] * width
    for row in range(height):
        line = raw[row * (4 * width + 1) : (row + 1) * (4 * width + 1)]
        left, corner, kept = 0, 0, []
        for pixel in range(width):
            up = above[pixel]
            nearest = min((abs(up - corner), 0, left), (abs(left - corner), 1, up), (abs(left + up - 2 * corner), 2, corner))[2]
            add = (0, left, up, (left + up) // 2, nearest)[line[0]]
            value = (line[4 + 4 * pixel] + add) % 256
            kept.append(value)
            left, corner = value, up
        above = kept
        found |= set(kept)
    return found

"""Styles of Word files: fonts that are the same on every machine, for Latin and for Chinese text."""

from __future__ import annotations

from typing import Any

from docx.document import Document as WordDocument
from docx.enum.style import WD_STYLE_TYPE
from docx.oxml.ns import qn
from docx.shared import Pt, RGBColor

FONT, CHINESE = "Arial", "Microsoft YaHei"


def style_named(document: WordDocument, name: str, kind: WD_STYLE_TYPE = WD_STYLE_TYPE.PARAGRAPH) -> Any:
    """The style of a name, made on that of plain text where there is none."""
    if name in [one.name for one in document.styles]:
        return document.styles[name]
    made = document.styles.add_style(name, kind)
    if kind is WD_STYLE_TYPE.PARAGRAPH:
        made.base_style = document.styles["Normal"]
    return made


def set_font(style: Any, size: float, colour: RGBColor, bold: bool, name: str = FONT) -> None:
    """Let a style have its own font, in the place of the theme's; ``size`` is in points."""
    style.font.name, style.font.size, style.font.bold = name, Pt(size), bold
    style.font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for kind in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
        fonts.attrib.pop(qn(f"w:{kind}"), None)
    fonts.set(qn("w:cs"), name)
    fonts.set(qn("w:eastAsia"), CHINESE)

"""What python-docx has no words for: fields, bookmarks, the edges of sections."""

from __future__ import annotations

from typing import Any

from docx.oxml import OxmlElement
from docx.oxml.ns import qn

_ORDER = {
    "w:pPr": (
        "w:pStyle", "w:keepNext", "w:keepLines", "w:pageBreakBefore", "w:framePr", "w:widowControl", "w:numPr",
        "w:suppressLineNumbers", "w:pBdr", "w:shd", "w:tabs", "w:suppressAutoHyphens", "w:spacing", "w:ind",
        "w:contextualSpacing", "w:jc", "w:textDirection", "w:outlineLvl", "w:rPr", "w:sectPr",
    ),
    "w:settings": (
        "w:updateFields", "w:hdrShapeDefaults", "w:footnotePr", "w:endnotePr", "w:compat", "w:docVars", "w:rsids", "m:mathPr",
        "w:themeFontLang", "w:clrSchemeMapping", "w:shapeDefaults", "w:decimalSymbol", "w:listSeparator",
    ),
}  # fmt: skip
"""The order in which Word wants what stands in an element (ISO/IEC 29500-1, annex A): what is used here and what follows it."""


def element(tag: str, /, **attributes: str) -> Any:
    """An element such as ``w:fldChar`` with attributes of the same namespace."""
    made = OxmlElement(tag)
    for key, value in attributes.items():
        made.set(qn(f"w:{key}"), value)
    return made


def text_run(text: str, style: str = "") -> Any:
    """A run of text, of a character style where one is named; a tab in it is a tab."""
    run = element("w:r")
    if style:
        properties = element("w:rPr")
        properties.append(element("w:rStyle", val=style))
        run.append(properties)
    for number, part in enumerate(text.split("\t")):
        if number:
            run.append(element("w:tab"))
        if part:
            words = element("w:t")
            words.text = part
            words.set(qn("xml:space"), "preserve")
            run.append(words)
    return run


def field(instruction: str, shown: str) -> list[Any]:
    """The runs of a field; ``shown`` is its result until Word computes it."""
    return [*field_begin(instruction), text_run(shown), field_end()]


def field_begin(instruction: str) -> list[Any]:
    """The runs before a field's result."""
    begin, code, separate = (element("w:r") for _ in range(3))
    begin.append(element("w:fldChar", fldCharType="begin"))
    words = element("w:instrText")
    words.text = f" {instruction} "
    words.set(qn("xml:space"), "preserve")
    code.append(words)
    separate.append(element("w:fldChar", fldCharType="separate"))
    return [begin, code, separate]


def field_end() -> Any:
    """The run after a field's result."""
    end = element("w:r")
    end.append(element("w:fldChar", fldCharType="end"))
    return end


def paragraph(style: str, *content: Any) -> Any:
    """A paragraph of a style, by the style's id."""
    made = element("w:p")
    properties = element("w:pPr")
    properties.append(element("w:pStyle", val=style))
    made.append(properties)
    made.extend(content)
    return made


def put(parent: Any, child: Any, kind: str) -> None:
    """Put an element into one of a kind (``w:pPr``, ``w:settings``), where its place is, instead of another of its tag."""
    order = [qn(name) for name in _ORDER[kind]]
    for old in parent.findall(child.tag):
        parent.remove(old)
    after = set(order[order.index(child.tag) + 1 :])
    following = next((one for one in parent if one.tag in after), None)
    parent.append(child) if following is None else following.addprevious(child)


def properties_of(node: Any, name: str) -> Any:
    """The properties of a paragraph, row, cell or table (``w:pPr``, ``w:trPr`` …): made, first in the node, where it has none."""
    found = node.find(qn(name))
    if found is None:
        found = element(name)
        node.insert(0, found)
    return found


def text_of(node: Any) -> str:
    """The text of a paragraph or a run; python-docx's own elements have a ``text`` that ``itertext`` stumbles over."""
    return "".join(one.text or "" for one in node.iter(qn("w:t")))


def style_of(node: Any) -> str:
    """The id of a paragraph's style, or ``""``."""
    found = node.find(f"{qn('w:pPr')}/{qn('w:pStyle')}")
    return "" if found is None else str(found.get(qn("w:val")))

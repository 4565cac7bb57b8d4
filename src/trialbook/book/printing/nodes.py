"""Finding nodes of a page by class."""

from __future__ import annotations

from typing import Any


def classed(node: Any, *names: str, tag: str = "*") -> list[Any]:
    """What stands in ``node`` and has one of these classes, in document order."""
    tests = " or ".join(f"contains(concat(' ', normalize-space(@class), ' '), ' {name} ')" for name in names)
    return list(node.xpath(f".//{tag}[{tests}]"))

"""What of a method's result is compared, by its path in the result: ``low``, ``ratios[0].high``, ``at(365).value``."""

from __future__ import annotations

import re
from typing import Any

STEP = re.compile(r"(?:^|\.)(?P<name>[a-z]\w*)|\[(?P<place>\d+)\]|\((?P<given>[\d., ]*)\)")


def taken(result: Any, path: str) -> float:
    """The number at a path: attributes, places in a sequence or array, calls of methods with numbers.

    Raises ValueError for what is no path, AttributeError or IndexError where the result has no such part.
    """
    at = 0
    while at < len(path):
        step = STEP.match(path, at)
        if step is None:
            raise ValueError(f"{path!r} is no path in a result: it can't be read from {path[at:]!r} on")
        if step["name"] is not None:
            result = getattr(result, step["name"])
        elif step["place"] is not None:
            result = result[int(step["place"])]
        else:
            result = result(*(_number(text) for text in step["given"].split(",") if text.strip()))
        at = step.end()
    return float(result)


def _number(text: str) -> int | float:
    return float(text) if "." in text else int(text)

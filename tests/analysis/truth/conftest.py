"""The reference material's figures of R and SAS: each of them is accounted for."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from math import isclose, isnan, nan
from typing import Any

import pytest

type Found = Iterable[tuple[str, float, float]]
"""Where a figure stands in its file, what a method gives for it, and how near the two must be."""

# What is no figure of a method, in all files, with the reason.
NO_FIGURES = {
    r".*/(x|n|x1|n1|x2|n2|p1|p2|hr|power|tau|failcode|ties|time|_row)": "what the figure is of",
    r".*/(strata|curves|times|tables?)(/\d+)*": "what the figures are of",
    r".*/at_times/\d+/strata": "what the figure is of",
    r"version|source": "where the figures are from",
    r".*/converged": "R says of itself that its steps ended",
}
NOT_OF_A_METHOD = re.compile("|".join(f"(?:{pattern})" for pattern in NO_FIGURES))
A_FIGURE_ALL_THE_SAME = re.compile(r".*/(cox\w*|csh|fg\w*)/n|pwr_h/n|.*/km/table/\d+/(?!_row).*")
"""Names of no figures that stand for figures here: the subjects of a regression, R's table of survival, a number of subjects."""


def leaves(node: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """Everything in a file, each with its path."""
    if isinstance(node, dict | list):
        for key, value in node.items() if isinstance(node, dict) else enumerate(node):
            yield from leaves(value, f"{path}/{key}" if path else str(key))
    else:
        yield path, node


@pytest.fixture(scope="session")
def figures_of(expected: Callable[[str], Any]) -> Callable[[str], dict[str, float]]:
    """The figures of a file by their paths; what R has not is NaN."""
    return lambda name: {
        path: nan if value is None else value
        for path, value in leaves(expected(name))
        if not NOT_OF_A_METHOD.fullmatch(path) or A_FIGURE_ALL_THE_SAME.fullmatch(path)
    }


@pytest.fixture(scope="session")
def reproduced(figures_of: Callable[[str], dict[str, float]]) -> Callable[[str, Found], None]:
    """Asserts that what was found is every figure of a file, each once, and near enough."""

    def check(name: str, found: Found) -> None:
        wanted, rows = figures_of(name), list(found)
        paths = [path for path, _, _ in rows]
        assert (set(wanted) - set(paths), set(paths) - set(wanted)) == (set(), set())
        assert len(paths) == len(set(paths))
        assert {path: (wanted[path], value) for path, value, tolerance in rows if not _near(wanted[path], value, tolerance)} == {}

    return check


def _near(wanted: float, value: float, tolerance: float) -> bool:
    return (isnan(wanted) and isnan(value)) or isclose(wanted, value, rel_tol=0, abs_tol=tolerance)

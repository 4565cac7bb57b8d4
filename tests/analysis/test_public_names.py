"""The public names of the analysis: each is there without a library being loaded for it, and says where its method is from."""

from __future__ import annotations

import inspect
import re
import subprocess
import sys

import pytest

import trialbook.analysis
from trialbook.analysis import __all__ as names

SOURCE = re.compile(r"\b(?:18|19|20)\d\d\b|R's|SAS's")
"""A year of publication, or the program whose figures are the same."""


def methods() -> dict[str, object]:
    return {name: found for name in names if inspect.isfunction(found := getattr(trialbook.analysis, name))}


@pytest.mark.parametrize("name", names)
def test_each_is_what_its_module_has(name: str) -> None:
    found = getattr(trialbook.analysis, name)
    assert (found.__name__, inspect.isfunction(found) or inspect.isclass(found)) == (name, True)
    assert found.__module__ == f"trialbook.analysis.{trialbook.analysis._MODULE_OF[name]}"


def test_each_method_says_from_where_it_is() -> None:
    assert len(methods()) > 40
    assert [name for name, found in methods().items() if not SOURCE.search(inspect.getdoc(found) or "")] == []


def test_each_method_is_typed() -> None:
    signatures = {name: inspect.signature(found) for name, found in methods().items()}
    kinds = {name: [*(one.annotation for one in of.parameters.values()), of.return_annotation] for name, of in signatures.items()}
    assert [name for name, found in kinds.items() if inspect.Signature.empty in found] == []


def test_no_library_is_loaded_before_a_method_is_asked_for() -> None:
    code = "import sys, trialbook.analysis as a; dir(a); print([m for m in ('numpy', 'scipy', 'pandas') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_names_are_told_and_others_are_an_error() -> None:
    assert set(names) <= set(dir(trialbook.analysis))
    assert names == sorted(names)
    with pytest.raises(AttributeError, match=r"module 'trialbook\.analysis' has no attribute 'logrank'"):
        trialbook.analysis.logrank  # noqa: B018

"""The book: what its pages call, and the build.

Names are imported when they are first asked for, so that Sphinx can load the extension without loading pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.pages.build import build_book
    from trialbook.pages.codelists import codelists_table, standards_table
    from trialbook.pages.datasets import algorithms_table, datasets_table
    from trialbook.pages.domains import domain_specification
    from trialbook.pages.forms import form_specification, forms_table
    from trialbook.pages.runs import inputs_table, latest_run
    from trialbook.pages.session import provenance_line, show, study
    from trialbook.pages.synopsis import arms_table, criteria_list, endpoints_list, synopsis_table

_MODULES = {
    "build": ("build_book",),
    "codelists": ("codelists_table", "standards_table"),
    "datasets": ("algorithms_table", "datasets_table"),
    "domains": ("domain_specification",),
    "forms": ("form_specification", "forms_table"),
    "runs": ("inputs_table", "latest_run"),
    "session": ("provenance_line", "show", "study"),
    "synopsis": ("arms_table", "criteria_list", "endpoints_list", "synopsis_table"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "algorithms_table",
    "arms_table",
    "build_book",
    "codelists_table",
    "criteria_list",
    "datasets_table",
    "domain_specification",
    "endpoints_list",
    "form_specification",
    "forms_table",
    "inputs_table",
    "latest_run",
    "provenance_line",
    "show",
    "standards_table",
    "study",
    "synopsis_table",
]


def __getattr__(name: str) -> Any:
    """The public names, each from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'trialbook.pages' has no attribute {name!r}")
    return getattr(import_module(f"trialbook.pages.{_MODULE_OF[name]}"), name)

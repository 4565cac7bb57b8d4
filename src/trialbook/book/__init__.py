"""The book as a whole: its pages executed, the site built, checked, printed.

Names are imported when they are first asked for, so that Sphinx can load the extension without loading pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.book.build import build_book

_MODULE_OF = {"build_book": "build"}

__all__ = ["build_book"]


def __getattr__(name: str) -> Any:
    """The public names, each from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'trialbook.book' has no attribute {name!r}")
    return getattr(import_module(f"trialbook.book.{_MODULE_OF[name]}"), name)

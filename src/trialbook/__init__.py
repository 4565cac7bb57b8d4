"""trialbook: a clinical trial as a book that runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.run import Study

__version__ = "0.1.0"
__all__ = ["Study", "__version__"]


def __getattr__(name: str) -> Any:
    """``trialbook.Study`` without importing pandas for those who only ask for the version."""
    if name == "Study":
        from trialbook.run import Study

        return Study
    raise AttributeError(f"module 'trialbook' has no attribute {name!r}")

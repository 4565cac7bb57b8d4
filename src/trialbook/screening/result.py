"""What screening gives: the verdicts as JSON, as a table and in a notebook."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pandas as pd

from trialbook.mapping import MappingIssue
from trialbook.screening.judging import Judged


@dataclass(frozen=True)
class Screening:
    """The verdicts on ``who``, subjects in their order; ``issues``: what items could not be made of an export.

    ``synthetic`` is the export's statement that its data are invented, if it makes one.
    """

    who: pd.Series
    judged: Judged
    issues: tuple[MappingIssue, ...] = ()
    synthetic: str | None = None

    @cached_property
    def subjects(self) -> list[dict[str, Any]]:
        """A dict a subject: subject, verdict, criteria, failed, missing, warnings."""
        one = self.judged
        return [
            {
                "subject": subject,
                "verdict": one.verdict.iloc[position],
                "criteria": one.criteria[position],
                "failed": list(one.failed.iloc[position]),
                "missing": {name: list(items) for name, items in one.missing.iloc[position].items()},
                "warnings": list(one.warnings.iloc[position]),
            }
            for position, subject in enumerate(self.who)
        ]

    @cached_property
    def frame(self) -> pd.DataFrame:
        """A row a subject: the verdict, why, and what would decide it, as text."""
        rows = [
            {
                "subject": one["subject"],
                "verdict": one["verdict"],
                "failed": ", ".join(one["failed"]),
                "missing": as_text(one["missing"]),
                "warnings": "; ".join(one["warnings"]),
            }
            for one in self.subjects
        ]
        return pd.DataFrame(rows, columns=["subject", "verdict", "failed", "missing", "warnings"], dtype="str")

    @property
    def counts(self) -> dict[str, int]:
        """How many subjects have each verdict."""
        return {str(name): int(count) for name, count in self.judged.verdict.value_counts().items()}

    def to_json(self) -> str:
        """``{"subjects": […]}``; of an exclusion, true means that it applies, and null that nobody knows."""
        return json.dumps({"subjects": self.subjects}, ensure_ascii=False, indent=2) + "\n"

    def _repr_html_(self) -> str:
        counts = ", ".join(f"{count:,} {verdict}" for verdict, count in self.counts.items())
        with pd.option_context("display.max_colwidth", None):
            table = self.frame.style.hide(axis="index").set_properties(**{"text-align": "left", "vertical-align": "top"})
            return f"<p>{counts or 'No subjects'}</p>{table.to_html()}"


def as_text(missing: Mapping[str, list[str]]) -> str:
    """``I6: alt_uln, ast; E10: screening_date``."""
    return "; ".join(f"{criterion}: {', '.join(items)}" for criterion, items in missing.items())

"""The words of a finding, each list once: severities, statuses, stages, roles, runners."""

from __future__ import annotations

import re
from enum import StrEnum

PLACEHOLDER = re.compile(r"\{([^{}]+)\}")
"""What stands in a message for a value of the record."""

FORM, DATASET = "form", "dataset"
"""The kinds of tables: what the export holds, and what is made of it; one of each may have the same name."""


class Severity(StrEnum):
    """Pinnacle 21's four severities, worst first."""

    REJECT = "Reject"
    ERROR = "Error"
    WARNING = "Warning"
    NOTICE = "Notice"

    @property
    def rank(self) -> int:
        """0 for the worst."""
        return list(Severity).index(self)

    def reaches(self, threshold: Severity) -> bool:
        """Whether this severity is at or over ``threshold``."""
        return self.rank <= threshold.rank


class Threshold(StrEnum):
    """What ``--fail-on`` takes: the least severity that closes the gate, or never."""

    REJECT = "reject"
    ERROR = "error"
    WARNING = "warning"
    NEVER = "never"

    @property
    def severity(self) -> Severity | None:
        """The severity meant; None for ``never``."""
        return None if self is Threshold.NEVER else Severity(self.value.capitalize())


class RuleStatus(StrEnum):
    """The CORE engine's four statuses of a rule in a run."""

    SUCCESS = "SUCCESS"
    ISSUE_REPORTED = "ISSUE REPORTED"
    SKIPPED = "SKIPPED"
    EXECUTION_ERROR = "EXECUTION ERROR"


class Stage(StrEnum):
    """Where in the flow a finding was made."""

    RAW = "raw"
    MAPPING = "mapping"
    SDTM = "sdtm"
    CROSS = "cross"
    CORE = "core"


class Role(StrEnum):
    """What an origin is to its finding: the cell to mend, or the one it disagrees with."""

    CORRECT = "correct"
    COMPARED = "compared"


class FindingStatus(StrEnum):
    """A finding against the previous run's; without a previous run it has none."""

    NEW = "new"
    PERSISTING = "persisting"


class Runner(StrEnum):
    """What ran a rule."""

    PANDERA = "pandera"
    MAPPING = "mapping"
    CORE = "core"


class QueryState(StrEnum):
    """A question to a site: not answered, answered though the finding is still there, or settled with its finding."""

    OPEN = "open"
    ANSWERED = "answered"
    CLOSED = "closed"

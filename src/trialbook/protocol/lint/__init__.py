"""Whether the protocol agrees with itself: what no single file can tell."""

from trialbook.protocol.lint.checks import CHECKS, lint_protocol

__all__ = ["CHECKS", "lint_protocol"]

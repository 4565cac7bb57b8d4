"""Signals of a site's and of data's quality: what no single record shows, each with its test, its statistic and its cells."""

from trialbook.checks.signals.run import check_signals

__all__ = ["check_signals"]

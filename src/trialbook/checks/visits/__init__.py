"""What came of the planned visits: missed, out of their windows, or done before consent (ids ``TB-VISIT-*``, ``*-EXPECTED``)."""

from trialbook.checks.visits.run import VISIT_RULES, VisitFindings, check_visits

__all__ = ["VISIT_RULES", "VisitFindings", "check_visits"]

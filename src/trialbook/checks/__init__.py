"""Rules on raw forms and SDTM datasets: real pandera, declared once. A study's modules import from here."""

from trialbook.checks.against import against, position_of, value_at
from trialbook.checks.models import Dataset, RawForm, value_beside, value_of
from trialbook.checks.once import once
from trialbook.checks.reading import FormReader
from trialbook.checks.rule import Rule, rule
from trialbook.checks.unknown_subjects import is_near
from trialbook.datasets.iso8601 import before, complete_date, day_number, is_iso8601, study_day
from trialbook.findings import Severity
from trialbook.mapping.plain import words

__all__ = [
    "Dataset",
    "FormReader",
    "RawForm",
    "Rule",
    "Severity",
    "against",
    "before",
    "complete_date",
    "day_number",
    "is_iso8601",
    "is_near",
    "once",
    "position_of",
    "rule",
    "study_day",
    "value_at",
    "value_beside",
    "value_of",
    "words",
]

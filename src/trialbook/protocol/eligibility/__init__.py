"""Who may take part (``protocol/eligibility.yml``): items, settings, criteria, and the verdict on each subject."""

from trialbook.protocol.eligibility.cases import Case
from trialbook.protocol.eligibility.export import exported_eligibility
from trialbook.protocol.eligibility.items import ItemError, expected
from trialbook.protocol.eligibility.judge import Eligibility, load_eligibility
from trialbook.protocol.eligibility.logic import Rule
from trialbook.protocol.eligibility.outcomes import Outcome, outcomes
from trialbook.protocol.eligibility.spec import Contradiction, Criterion, EligibilitySpec, Item, ItemType, Kind, Setting
from trialbook.protocol.eligibility.verdicts import Verdict, Verdicts

__all__ = [
    "Case",
    "Contradiction",
    "Criterion",
    "Eligibility",
    "EligibilitySpec",
    "Item",
    "ItemError",
    "ItemType",
    "Kind",
    "Outcome",
    "Rule",
    "Setting",
    "Verdict",
    "Verdicts",
    "expected",
    "exported_eligibility",
    "load_eligibility",
    "outcomes",
]

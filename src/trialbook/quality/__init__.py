"""How good the rules are: exports broken in known places, and what their findings say of them."""

from trialbook.quality.compare import Found, Judged, compare
from trialbook.quality.measure import LEAST, Quality, in_turn, measure
from trialbook.quality.tables import quality_text

__all__ = ["LEAST", "Found", "Judged", "Quality", "compare", "in_turn", "measure", "quality_text"]

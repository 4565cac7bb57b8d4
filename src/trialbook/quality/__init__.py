"""How good the rules are: exports broken in known places, and what their findings say of them."""

from trialbook.quality.compare import Found, Judged, compare
from trialbook.quality.measure import LEAST, Quality, judge_seed, measure
from trialbook.quality.tables import quality_text

__all__ = ["LEAST", "Found", "Judged", "Quality", "compare", "judge_seed", "measure", "quality_text"]

"""What changed between two versions of the protocol, in the protocol's own words."""

from trialbook.protocol.changes.change import Change, Kind
from trialbook.protocol.changes.compare import compare_protocols
from trialbook.protocol.changes.words import Word, word_diff

__all__ = ["Change", "Kind", "Word", "compare_protocols", "word_diff"]

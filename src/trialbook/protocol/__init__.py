"""The protocol as typed data."""

from trialbook.protocol.design import TrialDesign
from trialbook.protocol.protocol import Protocol
from trialbook.protocol.schedule import Visit, load_visits
from trialbook.protocol.source import Source, Sourced
from trialbook.protocol.study import Arm, Design, Population, StudyProtocol, load_study

__all__ = [
    "Arm",
    "Design",
    "Population",
    "Protocol",
    "Source",
    "Sourced",
    "StudyProtocol",
    "TrialDesign",
    "Visit",
    "load_study",
    "load_visits",
]

"""The registry record: read in the forms in which it is found, and held against the protocol."""

from trialbook.protocol.registry.compare import Comparison, check_registry, compare
from trialbook.protocol.registry.difference import Difference, Severity
from trialbook.protocol.registry.read import read_record
from trialbook.protocol.registry.record import Age, Outcome, RecordArm, RecordForm, RecordIntervention, RegistryRecord

__all__ = [
    "Age",
    "Comparison",
    "Difference",
    "Outcome",
    "RecordArm",
    "RecordForm",
    "RecordIntervention",
    "RegistryRecord",
    "Severity",
    "check_registry",
    "compare",
    "read_record",
]

"""What CDISC publishes, as data: SDTMIG datasets and variables, the SDTM model, controlled terminology (CT).

The tables lie in ``data/`` and are made by ``scripts/make_standards.py``; they hold facts only (names, labels, types,
roles, core, codes), no definitions. Beside them lie the sections of a protocol by ICH M11: numbers, headings, codes. Nothing is
read before the first ``load_...``; what was read is kept for the process.
"""

from __future__ import annotations

from trialbook.standards.m11 import M11Section, m11_sections
from trialbook.standards.nci import read_nci
from trialbook.standards.packages import add_ct, list_ct, load_ct
from trialbook.standards.standard import Standard, StandardDataset, StandardVariable, list_standards, load_standard
from trialbook.standards.terminology import Codelist, ControlledTerminology

__all__ = [
    "Codelist",
    "ControlledTerminology",
    "M11Section",
    "Standard",
    "StandardDataset",
    "StandardVariable",
    "add_ct",
    "list_ct",
    "list_standards",
    "load_ct",
    "load_standard",
    "m11_sections",
    "read_nci",
]

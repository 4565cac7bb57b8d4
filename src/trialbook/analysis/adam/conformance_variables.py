"""ADaM's rules on which variables a dataset has, their names, labels and types, and what tells its records apart."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from trialbook.analysis.adam.making import SUBJECT
from trialbook.analysis.adam.spec import AnalysisDatasetSpec
from trialbook.analysis.adam.violation import Violation, filled, violated
from trialbook.datasets import SdtmDataset
from trialbook.standards.adam import Structure, adam_required, adam_variable

LABEL_BYTES, TEXT_BYTES = 40, 200
"""What a SAS transport file of version 5 holds."""
NAME = re.compile(r"[A-Z_][A-Z0-9_]{0,7}")
TREATMENT = re.compile(r"TRT[PA]|TRT\d\d[PA]|TRTSEQ[PA]")


def required(dataset: SdtmDataset, structure: Structure) -> Iterator[Violation]:
    """The Required variables of the structure are there, and have a value on each record; so is a treatment (section 3.2)."""
    frame = dataset.frame
    for name, pattern in adam_required(structure):
        found = [column for column in frame if pattern.fullmatch(column)]
        if not found:
            yield Violation(dataset.name, name, f"is Required in {structure} and not there", f"ADaM {structure}: Core")
        for column in found if structure != "ADSL" or name in ("STUDYID", SUBJECT, "SUBJID", "SITEID") else ():
            yield from violated(
                dataset.name, column, frame, ~filled(frame[column]), "is Required and empty", f"ADaM {structure}: Core"
            )
    if structure != "ADSL" and not any(TREATMENT.fullmatch(column) for column in frame):
        text = "no variable of the dataset tells the treatment"
        yield Violation(dataset.name, "TRTP", text, "ADaMIG 1.3 section 3.3")
    if structure == "BDS" and not {"AVAL", "AVALC"} & set(frame):
        yield Violation(dataset.name, "AVAL", "neither AVAL nor AVALC is there", "ADaMIG 1.3 section 3.3")


def metadata(dataset: SdtmDataset, structure: Structure) -> Iterator[Violation]:
    """Names, labels and types: as the standard has them where it names the variable, and as a transport file holds them."""
    rule = "ADaMIG 1.3 section 3.1"
    for name, variable in dataset.variables.items():
        if not NAME.fullmatch(name):
            yield Violation(dataset.name, name, "is no name of up to 8 capital letters, digits and _", rule)
        if not variable.label or len(variable.label.encode()) > LABEL_BYTES:
            yield Violation(
                dataset.name, name, f"has a label of {len(variable.label.encode())} bytes; 1 to 40 are expected", rule
            )
        standard = adam_variable(structure, name)
        numeric = pd.api.types.is_numeric_dtype(dataset.frame[name].dtype)
        if standard is not None and standard.type != variable.type:
            yield Violation(dataset.name, name, f"is {variable.type}, and {standard.type} in the standard", rule)
        if numeric != (variable.type == "Num"):
            yield Violation(dataset.name, name, f"is {variable.type}, and its values are not", rule)
        elif not numeric:
            long = [value for value in dataset.frame[name].unique() if len(value.encode()) > TEXT_BYTES]
            text = f"has a value of more than {TEXT_BYTES} bytes"
            yield from violated(dataset.name, name, dataset.frame, dataset.frame[name].isin(long), text, rule)


def keys(dataset: SdtmDataset, spec: AnalysisDatasetSpec) -> Iterator[Violation]:
    """The keys tell each record from the others; ADSL has one record a subject (section 2.3.1)."""
    frame, names = dataset.frame, list(spec.keys)
    lacking = [name for name in names if name not in frame]
    for name in lacking:
        yield Violation(dataset.name, name, "is a key of the dataset and not there", "ADaMIG 1.3 section 2.3")
    if not lacking:
        text = f"several records have the same {', '.join(names)}"
        yield from violated(dataset.name, names[-1], frame, frame.duplicated(names, keep=False), text, "ADaMIG 1.3 section 2.3")
    if spec.structure == "ADSL":
        twice = frame[SUBJECT].duplicated(keep=False)
        yield from violated(dataset.name, SUBJECT, frame, twice, "has several records of a subject", "ADaMIG 1.3 section 2.3.1")

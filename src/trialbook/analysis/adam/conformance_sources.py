"""ADaM's rules on where values are from: the record of SDTM that a value leads to, and the variables that are ADSL's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pandas as pd

from trialbook.analysis.adam.making import SUBJECT
from trialbook.analysis.adam.violation import Violation, violated
from trialbook.datasets import SdtmDataset

RULE = "ADaMIG 1.3 section 3.3"


def traced(dataset: SdtmDataset, adam: Mapping[str, pd.DataFrame], sdtm: Mapping[str, pd.DataFrame]) -> Iterator[Violation]:
    """SRCDOM, SRCVAR and SRCSEQ lead to a dataset, a variable of it, and a record of the subject in it."""
    frame = dataset.frame
    if not {"SRCDOM", "SRCVAR", "SRCSEQ"} <= set(frame):
        return
    wrong = (frame["SRCDOM"] == "") & ((frame["SRCVAR"] != "") | frame["SRCSEQ"].notna())
    yield from violated(dataset.name, "SRCDOM", frame, wrong, "is empty where SRCVAR or SRCSEQ is not", RULE)
    for domain in sorted(set(frame["SRCDOM"]) - {""}):
        own = frame[frame["SRCDOM"] == domain]
        source = adam.get(domain, sdtm.get(domain))
        if source is None:
            yield from violated(
                dataset.name, "SRCDOM", own, own["SRCDOM"] != "", f"is {domain}, and there is no such dataset", RULE
            )
            continue
        unknown = ~own["SRCVAR"].isin(list(source))
        yield from violated(dataset.name, "SRCVAR", own, unknown, f"is {{}}, and {domain} has no such variable", RULE)
        numbered = own[own["SRCSEQ"].notna()]
        sequence = f"{domain}SEQ"
        if len(numbered) and sequence not in source:
            text = f"numbers records of {domain}, which has no {sequence}"
            yield from violated(dataset.name, "SRCSEQ", numbered, numbered["SRCSEQ"].notna(), text, RULE)
        elif len(numbered):
            there = pd.MultiIndex.from_arrays([source[SUBJECT], source[sequence].astype("float64")])
            led = pd.MultiIndex.from_arrays([numbered[SUBJECT], numbered["SRCSEQ"]]).isin(there)
            text = f"is {{}}, and {domain} has no such record of the subject"
            yield from violated(dataset.name, "SRCSEQ", numbered, ~led, text, RULE)


def known_subjects(dataset: SdtmDataset, subjects: SdtmDataset) -> Iterator[Violation]:
    """Each subject is in ADSL (section 2.3.1)."""
    wrong = ~dataset.frame[SUBJECT].isin(subjects.frame[SUBJECT])
    yield from violated(dataset.name, SUBJECT, dataset.frame, wrong, "is not in ADSL", "ADaMIG 1.3 section 2.3.1")


def as_in_adsl(dataset: SdtmDataset, subjects: SdtmDataset) -> Iterator[Violation]:
    """A variable with the name of one of ADSL has the subject's value there (section 3.1)."""
    frame, adsl = dataset.frame, subjects.frame.drop_duplicates(SUBJECT).set_index(SUBJECT)
    known = frame[SUBJECT].isin(adsl.index)
    for name in (one for one in frame if one in adsl and one != SUBJECT):
        there = frame[SUBJECT].map(adsl[name])
        same = (frame[name] == there) | (frame[name].isna() & there.isna())
        text = f"is {{}}, and another value in {subjects.name}"
        yield from violated(dataset.name, name, frame, known & ~same, text, "ADaMIG 1.3 section 3.1")

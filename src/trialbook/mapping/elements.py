"""``derive_element``: ELEMENT, TAETORD and EPOCH of a subject's element, by the trial's design and the subject's arm.

The code of an element (ETCD) says which it is; TAETORD and EPOCH are those of the path of the arm that the subject was assigned
to (ARMCD of DM). Who has no arm, or was in an element that the arm does not have, gets what all arms that have it agree upon. An
element that was not planned (UNPLAN) has none of these (SDTMIG 3.4 section 5.3).
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from trialbook.mapping.domain_spec import Algorithm
from trialbook.mapping.making import Making
from trialbook.mapping.records import MappingIssue
from trialbook.protocol import TrialDesign

UNPLANNED = "UNPLAN"
Told = str | float


def derive_element(making: Making, name: str, algorithm: Algorithm) -> None:
    """Fill ELEMENT, TAETORD or EPOCH from the variable with the element's code; an element without one is told of."""
    code, frame = str(algorithm.derive_element), making.frame
    if code in making.sources:
        making.sources[name] = making.sources[code]
    arms = _arms(making)
    pairs = list(zip(frame[code], arms, strict=True))
    told = {pair: _tell(making.design, name, *pair) for pair in dict.fromkeys(pairs)}
    values = [told[pair] for pair in pairs]
    if name == "TAETORD":
        frame[name] = pd.Series([np.nan if value == "" else float(value) for value in values], index=frame.index, dtype="float64")
    else:
        frame[name] = pd.Series([str(value) for value in values], index=frame.index, dtype="str")
    unknown = np.array([value == "" and pair[0] not in ("", UNPLANNED) for pair, value in zip(pairs, values, strict=True)])
    domain = making.domain.domain
    message = f"The protocol's design does not say which {name} the element has in the subject's arm"
    making.issues.append(MappingIssue("ELEMENT", domain, domain, (code, name), np.flatnonzero(unknown), message))


def _arms(making: Making) -> pd.Series:
    """ARMCD of each record's subject; empty for who is not in DM, or there several times with different arms."""
    nobody = pd.Series("", index=making.frame.index, dtype="str")
    dm = making.datasets["DM"].dataset.frame if "DM" in making.datasets else None
    if dm is None or "ARMCD" not in dm:
        return nobody
    known = dm[["USUBJID", "ARMCD"]].drop_duplicates().drop_duplicates("USUBJID", keep=False).set_index("USUBJID")["ARMCD"]
    return making.frame["USUBJID"].map(known).astype("str").fillna("")


def _tell(design: TrialDesign, name: str, etcd: str, armcd: str) -> Told:
    if name == "ELEMENT":
        return design.element[etcd].element if etcd in design.element else ""
    own = _steps(design, name, etcd, [armcd])
    found = own or _steps(design, name, etcd, design.path)
    return next(iter(found)) if len(found) == 1 else ""


def _steps(design: TrialDesign, name: str, etcd: str, arms: Iterable[str]) -> set[Told]:
    """What the paths of some arms have for an element: more than one where it stands several times."""
    return {
        step.epoch if name == "EPOCH" else float(number + 1)
        for arm in arms
        for number, step in enumerate(design.path.get(arm, ()))
        if step.etcd == etcd
    }

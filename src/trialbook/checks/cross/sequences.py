"""--SEQ over the datasets that a domain is split into: one subject has each number once (SDTMIG 3.4 section 4.1.7)."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks.against import Against, against
from trialbook.checks.cross.given import Given, Made
from trialbook.checks.rule import Rule
from trialbook.findings import Severity


def sequences(given: Given) -> Made:
    """For each dataset of a split domain, that no other one has its subject and number; within one it is the standard's rule."""
    for domain in dict.fromkeys(one.domain for one in given.datasets.values()):
        seq = f"{domain}SEQ"
        split = [name for name in given.of_domain(domain) if given.has(name, "USUBJID", seq)]
        if len(split) > 1:
            for name in split:
                yield name, _unique_over(name, seq, [other for other in split if other != name])


def _unique_over(name: str, seq: str, others: list[str]) -> Rule:
    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> Against:
        own = _numbers(frame, seq)
        known = pd.Series(frame["USUBJID"].to_numpy() != "") & pd.Series(frame[seq].notna().to_numpy())
        ok, beside = pd.Series(True, index=range(len(frame))), {}
        for other, table in zip(others, read, strict=True):
            index = _numbers(table, seq)
            first = pd.Series(np.arange(len(table)), index=index)
            at = first[~first.index.duplicated()].reindex(own).fillna(-1).to_numpy(dtype=np.int64)
            at = np.where(known, at, -1)
            ok &= at < 0
            beside[other] = at
        return against(ok, **beside)

    return Rule(
        f"TB-{name}-{seq}-SPLIT",
        Severity.ERROR,
        f"{seq} is not unique within the subject over the datasets of the domain",
        check,
        ("USUBJID", seq),
        reads=dict.fromkeys(others, ("USUBJID", seq)),
        cites=("CG0028", "SDTMIG 3.4 section 4.1.7"),
        mend=(seq,),
    )


def _numbers(frame: pd.DataFrame, seq: str) -> pd.MultiIndex:
    return pd.MultiIndex.from_arrays([frame["USUBJID"].astype("str"), frame[seq]])

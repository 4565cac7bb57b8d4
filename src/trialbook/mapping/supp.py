"""Supplemental qualifiers: what a form collects and the domain has no variable for (SDTMIG 3.4 section 8.4)."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from trialbook.datasets import SdtmDataset, Variable
from trialbook.mapping.long_text import QualifierText
from trialbook.mapping.provenance import Cells, Provenance, Source
from trialbook.standards import Standard


def supplemental(
    domain: str, parent: SdtmDataset, qualifiers: Mapping[str, QualifierText], provenance: Provenance, standard: Standard
) -> tuple[SdtmDataset, Provenance] | None:
    """SUPP-- of ``parent``: a record for each qualifier value that is not empty; None where there is none.

    ``qualifiers`` are by QNAM; ``provenance`` is that of the parent. IDVAR is the parent's --SEQ; DM has one record a subject and
    needs none.
    """
    seq = f"{domain}SEQ"
    by_seq = seq in parent.frame
    pieces, positions, choices = [], [], []
    ways: list[Cells] = []
    for qnam, qualifier in qualifiers.items():
        at = np.flatnonzero((qualifier.values != "").to_numpy())
        source = qualifier.source
        pieces.append(
            pd.DataFrame(
                {
                    "STUDYID": parent.frame["STUDYID"].to_numpy()[at],
                    "RDOMAIN": domain,
                    "USUBJID": parent.frame["USUBJID"].to_numpy()[at],
                    "IDVAR": seq if by_seq else "",
                    "IDVARVAL": parent.frame[seq].iloc[at].astype("int64").astype("str").to_numpy() if by_seq else "",
                    "QNAM": qnam,
                    "QLABEL": qualifier.label,
                    "QVAL": qualifier.values.to_numpy()[at],
                    "QORIG": qualifier.origin,
                    "QEVAL": qualifier.evaluator,
                }
            )
        )
        positions.append(at)
        choices.append(np.where(source.choice[at] >= 0, source.choice[at] + len(ways), -1))
        ways.extend(source.ways)
    if not any(map(len, positions)):
        return None
    taken = np.concatenate(positions)
    frame = pd.concat(pieces, ignore_index=True).astype("str")
    order = np.lexsort((frame["QNAM"].to_numpy(dtype=object), taken))
    name = f"SUPP{domain}"
    variables = {v.name: Variable(v.name, v.label, v.type) for v in standard.variables(name)}
    dataset = SdtmDataset(name, f"Supplemental Qualifiers for {domain}", frame.take(order).reset_index(drop=True), variables)
    rows = {alias: positions_of[taken][order] for alias, positions_of in provenance.rows.items()}
    source = Source(tuple(ways), np.concatenate(choices)[order])
    sources = dict.fromkeys(("QVAL", "QNAM"), source)
    if subject := provenance.sources.get("USUBJID"):
        sources["USUBJID"] = Source(subject.ways, subject.choice[taken][order])
    return dataset, Provenance(provenance.forms, rows, sources)

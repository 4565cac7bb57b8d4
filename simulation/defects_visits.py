"""Defects of whole visits: left out, or at another time than the schedule has them."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from trialbook.simulation import defect, remove, set_value
from trialbook.simulation.changes import Candidates, Tables

from .places import known, shift
from .plan import planned_visits, protocol

DATES = {
    "BM": "BM_DAT",
    "LAB": "LAB_DAT",
    "MRD_MFC": "SAMPLE_DAT",
    "MRD_PCR": "SAMPLE_DAT",
    "RESP": "ASSESS_DAT",
    "SEROLOGY": "DAT",
    "SURV": "CONTACT_DAT",
    "THYROID_AB": "DAT",
    "VS_ECOG": "DAT",
}
"""The forms with visits, and the date of each."""

DAYS_AFTER_WINDOW = 4
"""Days after its window up to which a visit is moved: so few that it is still nearer to its own window than to the next."""


def _visits(tables: Tables, random: np.random.Generator) -> Iterator[tuple[str, str, dict[str, pd.Index]]]:
    """A subject, one of its visits that has others before and after it, and the records of the visit by form."""
    order = {name: place for place, name in enumerate(planned_visits()["VISIT"])}
    came = tables["VS_ECOG"][["SUBJID", "VISIT"]].assign(AT=tables["VS_ECOG"]["VISIT"].map(order)).dropna()
    last = came.groupby("SUBJID")["AT"].transform("max")
    # The responses of a rise, and of what follows, hang together over several visits.
    calm = ~came["SUBJID"].isin(set(tables["RESP"].loc[tables["RESP"]["MRD_RELAPSE_DAT"] != "", "SUBJID"]))
    inner = came[(came["AT"] > 0) & (came["AT"] < last) & calm]
    for label in random.permutation(inner.index):
        subject, visit = inner.at[label, "SUBJID"], inner.at[label, "VISIT"]
        own = {form: tables[form].index[(tables[form]["SUBJID"] == subject) & (tables[form]["VISIT"] == visit)] for form in DATES}
        yield str(subject), str(visit), {form: index for form, index in own.items() if len(index)}


@defect("VISIT_LEFT_OUT")
def visit_left_out(tables: Tables, random: np.random.Generator) -> Candidates:
    """Nothing of a planned visit is in the export, though the subject was seen later.

    Of what the protocol leaves to the site (MRD in blood between the marrows, FT3) nobody can tell that it was done.
    """
    for _, visit, own in _visits(tables, random):
        yield [
            remove(form, record, detectable=_is_expected(tables[form].loc[record], form, visit))
            for form, index in own.items()
            for record in index
        ]


def _is_expected(record: pd.Series, form: str, visit: str) -> bool:
    """Whether the schedule of activities asks for such a record at the visit."""
    asked = [one.recorded.records for one in protocol().schedule.expected_forms(visit) if one.form == form]
    return any(all(record[column] in terms for column, terms in one.items()) for one in asked)


@defect("VISIT_TOO_LATE")
def visit_too_late(tables: Tables, random: np.random.Generator) -> Candidates:
    """Everything of a visit was done some days after its window."""
    rand, plan = known(tables["RAND"], "RAND_DTTM"), planned_visits().set_index("VISIT")
    for subject, visit, own in _visits(tables, random):
        if subject not in rand:
            continue
        over = int(plan.at[visit, "DAY"]) + int(plan.at[visit, "AFTER"]) + int(random.integers(1, DAYS_AFTER_WINDOW + 1))
        yield [
            set_value(form, record, DATES[form], shift(rand[subject][:10], over))
            for form, index in own.items()
            for record in index
        ]


@defect("STATUS_AGAINST_ASSAY")
def status_against_assay(tables: Tables, random: np.random.Generator) -> Candidates:
    """The response calls MRD negative where the assay of the same marrow is positive."""
    pcr = tables["MRD_PCR"]
    positive = pcr[(pcr["SPECIMEN"] == "BONE MARROW") & (pcr["RESULT"] == "POSITIVE")]
    seen = set(zip(positive["SUBJID"], positive["SAMPLE_DAT"], strict=True))
    resp = tables["RESP"]
    for record in random.permutation(resp.index[(resp["MRD_STATUS"] == "POSITIVE") & (resp["HEM_STATUS"] == "CR")]):
        if (resp.at[record, "SUBJID"], resp.at[record, "ASSESS_DAT"]) in seen:
            yield set_value("RESP", int(record), "MRD_STATUS", "NEGATIVE")

"""Defects as data managers and hematologists meet them in trials of leukemia: mistakes of people, not of single keys.

Each leaves a trace for a reader who holds one form against another, or a record against the same subject's others. What is
changed along with it, so that the records agree otherwise, is nothing that anyone could see.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from trialbook.simulation import defect, set_value
from trialbook.simulation.changes import Candidates, Change, Tables

from .places import has, known, records, shift, whole

COUNTS = {"Neutrophil count decreased": "NEUT", "Platelet count decreased": "PLAT"}
"""The blood count that an event's preferred term is about."""

GRADES = {"NEUT": (1.5, 1.0, 0.5), "PLAT": (75.0, 50.0, 25.0)}
"""10^9/L below which a count has CTCAE grade 2, 3 and 4 (version 5)."""

REPORTED = ("TARGET", "TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT", "LOG_REDUCTION", "RESULT", "LOD_PCT")
"""What the laboratory reports of a sample."""


def _copy(
    form: str, record: int, now: pd.Series, source: pd.Series, columns: Sequence[str], telling: Sequence[str] = ()
) -> list[Change]:
    """What makes the columns of a record those of another one; only the ``telling`` ones are held against anything."""
    return [
        set_value(form, record, column, source[column], detectable=None if column in telling else False)
        for column in columns
        if source[column] != now[column]
    ]


@defect("WEIGHT_IN_JIN")
def weight_in_jin(tables: Tables, random: np.random.Generator) -> Candidates:
    """The scale shows jin (half a kilogram), so that the subject weighs twice what it did at the visits before and after."""
    for record, row in records(tables["VS_ECOG"], tables["VS_ECOG"]["WEIGHT"] != "", random):
        yield set_value("VS_ECOG", record, "WEIGHT", f"{2 * float(row['WEIGHT']):.1f}")


@defect("TUBES_EXCHANGED")
def tubes_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """Two samples of one run of the assay stand for each other: each subject has the fusion of the other."""
    pcr = tables["MRD_PCR"]
    for record, row in records(pcr, pcr["BATCH"] != "", random):
        other = (pcr["BATCH"] == row["BATCH"]) & (pcr["SPECIMEN"] == row["SPECIMEN"]) & (pcr["SUBJID"] > row["SUBJID"])
        for second, partner in records(pcr, other & (pcr["TARGET"] != row["TARGET"]), random):
            both = (record, row, partner), (second, partner, row)
            yield [change for to, now, source in both for change in _copy("MRD_PCR", to, now, source, REPORTED, ["TARGET"])]


@defect("FAILED_RUN_CALLED_NEGATIVE")
def failed_run_called_negative(tables: Tables, random: np.random.Generator) -> Candidates:
    """Nothing was found in a sample with so few copies of the control gene that nothing could have been."""
    pcr = tables["MRD_PCR"]
    for record, _ in records(pcr, (pcr["RESULT"] == "NOT EVALUABLE") & (pcr["TARGET_COPIES"] == "0"), random):
        yield set_value("MRD_PCR", record, "RESULT", "NEGATIVE")


@defect("COPIES_INTERCHANGED")
def copies_interchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """The copies of target and control gene stand in each other's column, beside the ratio of the true ones."""
    pcr = tables["MRD_PCR"]
    for record, row in records(pcr, (pcr["RESULT"] == "POSITIVE") & (pcr["TARGET_COPIES"] != pcr["ABL1_COPIES"]), random):
        yield [
            set_value("MRD_PCR", record, "TARGET_COPIES", row["ABL1_COPIES"]),
            set_value("MRD_PCR", record, "ABL1_COPIES", row["TARGET_COPIES"]),
        ]


@defect("MARROW_DATED_AT_REPORT")
def marrow_dated_at_report(tables: Tables, random: np.random.Generator) -> Candidates:
    """The day of the laboratory's report stands for that of the sample, though the marrow of the visit was taken before."""
    pcr, bm = tables["MRD_PCR"], tables["BM"]
    taken = set(zip(bm["SUBJID"], bm["VISIT"], bm["BM_DAT"], strict=True))
    late = (pcr["SPECIMEN"] == "BONE MARROW") & (pcr["REPORT_DAT"] > pcr["SAMPLE_DAT"]) & ~pcr["SAMPLE_ID"].duplicated(keep=False)
    for record, row in records(pcr, late, random):
        if (row["SUBJID"], row["VISIT"], row["SAMPLE_DAT"]) in taken:
            yield set_value("MRD_PCR", record, "SAMPLE_DAT", row["REPORT_DAT"])


@defect("RELAPSE_WITH_REMISSION_MARROW")
def relapse_with_remission_marrow(tables: Tables, random: np.random.Generator) -> Candidates:
    """A relapse in the marrow, and the marrow of the day is that of a remission."""
    resp, bm = tables["RESP"], tables["BM"]
    in_marrow = resp[resp["RELAPSE_SITE"].isin(["MARROW", "BOTH"])]
    relapses = set(zip(in_marrow["SUBJID"], in_marrow["ASSESS_DAT"], strict=True))
    for record, row in records(bm, (bm["CR_STATUS"] == "RELAPSED DISEASE FROM CR") & (bm["BLAST_PCT"] != ""), random):
        if (row["SUBJID"], row["BM_DAT"]) in relapses:
            blasts = f"{0.5 * random.integers(1, 7):.1f}"
            yield [set_value("BM", record, "BLAST_PCT", blasts), set_value("BM", record, "CR_STATUS", "CR")]


@defect("RECORDS_UNDER_FORMER_NUMBER")
def records_under_former_number(tables: Tables, random: np.random.Generator) -> Candidates:
    """A form of a visit after randomization stands under the number with which the subject had failed screening."""
    former = known(tables["DM"], "SUBJID_PREV")
    late = sorted(set(tables["VS_ECOG"]["VISIT"]) - {"SCREENING", "BASELINE"})
    places = [(form, visit, subject) for form in ("LAB", "VS_ECOG", "MRD_PCR", "BM") for visit in late for subject in former]
    for place in random.permutation(len(places)):
        form, visit, subject = places[place]
        own = (tables[form]["SUBJID"] == subject) & (tables[form]["VISIT"] == visit)
        if own.any():
            yield [set_value(form, record, "SUBJID", former[subject]) for record in own.index[own]]


@defect("INJECTION_TWELVE_HOURS_OFF")
def injection_twelve_hours_off(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection of the early afternoon is entered without its p.m.: at a time when no clinic is open."""
    ex = tables["EX"]
    for record, row in records(ex, ex["ADMIN_TIM"].str[:2].isin(["12", "13", "14", "15", "16"]), random):
        yield set_value("EX", record, "ADMIN_TIM", f"{int(row['ADMIN_TIM'][:2]) - 12:02d}{row['ADMIN_TIM'][2:]}")


@defect("NEUTROPHILS_IN_PERCENT")
def neutrophils_in_percent(tables: Tables, random: np.random.Generator) -> Candidates:
    """The neutrophils as a percentage, by the unit of their count: more of them than there are leukocytes in the sample."""
    lab = tables["LAB"]
    white = lab[(lab["TEST_LOCAL"] == "WBC") & (lab["RESULT_TXT"] != "")]
    total = dict(zip(zip(white["SUBJID"], white["ACCESSION"], strict=True), white["RESULT_TXT"], strict=True))
    for record, row in records(lab, (lab["TEST_LOCAL"] == "NEUT") & (lab["RESULT_TXT"] != ""), random):
        of = total.get((row["SUBJID"], row["ACCESSION"]))
        if of:
            yield set_value("LAB", record, "RESULT_TXT", f"{100 * float(row['RESULT_TXT']) / float(of):.1f}")


@defect("GRADE_OF_FORMER_EVENT")
def grade_of_former_event(tables: Tables, random: np.random.Generator) -> Candidates:
    """The grade is that of the subject's event before, and a count taken during this one is of a higher grade."""
    ae, lab = tables["AE"], tables["LAB"]
    terms = tables["AE_CODING"].set_index(["SUBJID", "AE_NO"])["PT"].to_dict()
    for record, row in records(ae, whole(ae["START"]) & (ae["SUBJID"] == ae["SUBJID"].shift()), random):
        test = COUNTS.get(terms.get((row["SUBJID"], row["AE_NO"]), ""))
        before = ae["CTCAE_GRADE"].shift()[record]
        if test is None or not before or before >= row["CTCAE_GRADE"]:
            continue
        end = row["END"] if len(row["END"]) >= 10 else row["START"]
        during = (lab["SUBJID"] == row["SUBJID"]) & lab["LAB_DAT"].between(row["START"], end) & (lab["TEST_LOCAL"] == test)
        counts = pd.to_numeric(lab.loc[during, "RESULT_TXT"])
        if len(counts) and 1 + sum(counts.min() < edge for edge in GRADES[test]) > int(before):
            yield set_value("AE", record, "CTCAE_GRADE", before)


@defect("EVENT_UNDER_TWO_NUMBERS")
def event_under_two_numbers(tables: Tables, random: np.random.Generator) -> Candidates:
    """An event is entered again at the next visit: in the place of a further one, with the same words and the same start."""
    ae, coding = tables["AE"], tables["AE_CODING"]
    coded = {key: label for label, key in zip(coding.index, zip(coding["SUBJID"], coding["AE_NO"], strict=True), strict=True)}
    plain = (ae["SAE_YN"] == "N") & ae["ACTION"].isin(["DOSE NOT CHANGED", "NOT APPLICABLE"]) & (ae["OUTCOME"] != "FATAL")
    for record, row in records(ae, plain, random):
        for earlier, source in records(ae, plain & (ae["SUBJID"] == row["SUBJID"]) & (ae["START"] < row["START"]), random):
            keys = (row["SUBJID"], row["AE_NO"]), (row["SUBJID"], ae.at[earlier, "AE_NO"])
            if not all(key in coded for key in keys):
                continue
            now, then = (coded[key] for key in keys)
            yield [
                *_copy("AE", record, row, source, list(ae.columns[2:]), ["AETERM", "START"]),
                *_copy("AE_CODING", now, coding.loc[now], coding.loc[then], list(coding.columns[2:])),
            ]


@defect("DEATH_DATED_AT_REPORT")
def death_dated_at_report(tables: Tables, random: np.random.Generator) -> Candidates:
    """Death and end of the study have the day on which the site heard of the death; the contact told it before."""
    disp, surv = tables["DISP"], tables["SURV"]
    dead = known(surv[surv["STATUS"] == "DEAD"], "CONTACT_DAT")
    for record, row in records(tables["DEATH"], whole(tables["DEATH"]["DTH_DAT"]) & has(tables, "DEATH", dead), random):
        later = shift(max(row["DTH_DAT"], dead[row["SUBJID"]]), int(random.integers(3, 30)))
        ends = disp.index[(disp["SUBJID"] == row["SUBJID"]) & (disp["EOS_REASON"] == "DEATH")]
        yield [
            set_value("DEATH", record, "DTH_DAT", later),
            *(set_value("DISP", end, "EOS_DAT", later, detectable=False) for end in ends),
        ]

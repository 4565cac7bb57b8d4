"""What the specifications of analysis datasets can't say: functions from variables (and whole datasets) to a variable."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.analysis.adam.columns import by_subject, sas_days
from trialbook.protocol import Protocol
from trialbook.protocol.facts import setting_value

STUDY = Path(__file__).resolve().parents[1]
DRUG = "PEGIFN"
TREATED = "IFN"


@cache
def protocol() -> Protocol:
    """The study's protocol."""
    return Protocol(STUDY / "protocol")


def _beside(records: pd.DataFrame, subjects: pd.Series, values: pd.Series) -> pd.Series:
    """A variable of ``subjects`` beside the records of a dataset."""
    return by_subject(pd.Series(values.to_numpy(), index=subjects, dtype=values.dtype), records["USUBJID"])


def days_inclusive(first: pd.Series, last: pd.Series) -> pd.Series:
    """Days from one date to another, both counted."""
    return last - first + 1


def end_of_safety(randomized: pd.Series, last_injection: pd.Series) -> pd.Series:
    """The last day of the safety window: after the later of the last injection and the last planned day, in both arms."""
    planned = randomized + float(setting_value(protocol(), "SAFETY_END")) - 1
    return np.fmax(planned, last_injection).where(randomized.notna()) + float(setting_value(protocol(), "SAFETY_DAYS_AFTER"))


def last_day_of_baseline(armcd: pd.Series, randomized: pd.Series, first_injection: pd.Series) -> pd.Series:
    """The last day whose values can be the baseline: the one before the first injection of the interferon arm, else day 1."""
    return (first_injection - 1).where((armcd == TREATED) & first_injection.notna(), randomized)


def last_known_alive(
    subjects: pd.Series,
    death: pd.Series,
    consent: pd.Series,
    ss: pd.DataFrame,
    sv: pd.DataFrame,
    ds: pd.DataFrame,
    ex: pd.DataFrame,
) -> pd.Series:
    """The last date on which a record shows the subject alive, and not after its death; the consent where nothing does."""
    known = _seen_alive(ss, sv, ds, ex)
    known = known[~(known["day"] > _beside(known, subjects, death))]
    return by_subject(known.groupby("USUBJID")["day"].max(), subjects).fillna(consent)


def last_seen(subjects: pd.Series, ss: pd.DataFrame, sv: pd.DataFrame, ds: pd.DataFrame, ex: pd.DataFrame) -> pd.Series:
    """The last date on which a record shows the subject alive, whatever is said of its death."""
    return by_subject(_seen_alive(ss, sv, ds, ex).groupby("USUBJID")["day"].max(), subjects)


def _seen_alive(ss: pd.DataFrame, sv: pd.DataFrame, ds: pd.DataFrame, ex: pd.DataFrame) -> pd.DataFrame:
    """USUBJID and day of each contact, visit that took place, disposition and injection.

    A contact that told of a death or a loss says until when the subject was known to be alive.
    """
    alive = ss[(ss["SSTESTCD"] == "SURVSTAT") & (ss["SSSTRESC"] == "ALIVE")]
    confirmed = ss[ss["SSTESTCD"] == "LSCFADTC"]
    visits = sv[sv["SVOCCUR"] != "N"]
    seen = ds[~ds["DSDECOD"].isin(["DEATH", "LOST TO FOLLOW-UP"])]
    dates = [(alive, "SSDTC"), (confirmed, "SSSTRESC"), (visits, "SVSTDTC"), (visits, "SVENDTC")]
    dates += [(seen, "DSSTDTC"), (ex, "EXSTDTC")]
    return pd.concat([pd.DataFrame({"USUBJID": frame["USUBJID"], "day": sas_days(frame[name])}) for frame, name in dates])


def eligible(subjects: pd.Series, screening: pd.Series, randomized: pd.Series, ie: pd.DataFrame) -> pd.Series:
    """Randomized, and with no criterion that was found not to be met at the screening that led to it.

    Who failed a screening and was screened again has the exceptions of the first under that number (IESPID).
    """
    failed = set(zip(ie["USUBJID"], ie["IESPID"], strict=True))
    met = np.array([pair not in failed for pair in zip(subjects, screening, strict=True)], dtype=bool)
    return pd.Series(np.where((randomized == "Y") & met, "Y", "N"), index=subjects.index, dtype="str")


def first_injection_late(day: pd.Series) -> pd.Series:
    """Whether the first injection was later than the protocol allows; empty without one."""
    latest = protocol().interventions[DRUG].plan.first_within + 1
    return pd.Series(np.select([day.isna(), day > latest], ["", "Y"], "N"), index=day.index, dtype="str")


def parameter_with_unit(test: pd.Series, unit: pd.Series) -> pd.Series:
    """PARAM: the test and the unit of its analysis value."""
    return test.where(unit == "", test + " (" + unit + ")")


def _planned_dose() -> float:
    """The dose that the protocol plans for each injection, ug."""
    return float(protocol().interventions[DRUG].regimen.dose)


def _given(ec: pd.DataFrame) -> pd.DataFrame:
    return ec[ec["ECOCCUR"] == "Y"]


def _counted(records: pd.DataFrame, subjects: pd.Series) -> pd.Series:
    return by_subject(records.groupby("USUBJID").size().astype("float64"), subjects).fillna(0.0)


def doses_planned(subjects: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """Injections that were due until treatment ended: given, left out, or not told."""
    return _counted(ec, subjects)


def doses_given(subjects: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """Injections given."""
    return _counted(_given(ec), subjects)


def doses_reduced(subjects: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """Injections given with less than the planned dose."""
    return _counted(_given(ec)[_given(ec)["ECDOSE"] < _planned_dose()], subjects)


def doses_left_out(subjects: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """Injections that were due and not given."""
    return _counted(ec[ec["ECOCCUR"] == "N"], subjects)


def dose_given(subjects: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """The sum of the doses given, ug; NaN where the dose of one of them is not known."""
    given = _given(ec)
    unknown = set(given.loc[given["ECDOSE"].isna(), "USUBJID"])
    total = by_subject(given.groupby("USUBJID")["ECDOSE"].sum(), subjects).fillna(0.0)
    return total.where(~subjects.isin(unknown))


def weeks_on_treatment(subjects: pd.Series, first: pd.Series, last: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """From the first injection to the end of the interval that the last one began, in weeks."""
    every = float(protocol().interventions[DRUG].regimen.every)
    return (last - first + every) / 7


def dose_intensity(subjects: pd.Series, first: pd.Series, last: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """The dose given a week on treatment, ug."""
    return dose_given(subjects, ec) / weeks_on_treatment(subjects, first, last, ec)


def relative_dose_intensity(subjects: pd.Series, first: pd.Series, last: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """The dose intensity in per cent of the planned one (Hryniuk and Bush 1984), while on treatment."""
    weekly = _planned_dose() * 7 / float(protocol().interventions[DRUG].regimen.every)
    return 100 * dose_intensity(subjects, first, last, ec) / weekly


def part_of_planned_dose(subjects: pd.Series, first: pd.Series, last: pd.Series, ec: pd.DataFrame) -> pd.Series:
    """The dose given in per cent of all that the protocol plans, whether treatment ended early or not."""
    return 100 * dose_given(subjects, ec) / (_planned_dose() * protocol().interventions[DRUG].plan.planned_doses)


@cache
def _grades() -> dict[str, list[dict[str, str]]]:
    """The rows of validators/ctcae_v5.csv by test."""
    found: dict[str, list[dict[str, str]]] = {}
    with (STUDY / "validators" / "ctcae_v5.csv").open(encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            found.setdefault(row["test"], []).append(row)
    return found


def laboratory_grade(
    paramcd: pd.Series,
    value: pd.Series,
    low: pd.Series,
    high: pd.Series,
    baseline: pd.Series,
    baseline_high: pd.Series,
) -> pd.Series:
    """The CTCAE v5.0 grade that a value reaches, 0 where none; NaN for a test without a grade, or without what it is judged from.

    Of a baseline beyond its own limit the multiples are those of the baseline, where the table says so.
    """
    elevated = baseline > baseline_high
    grade = pd.Series(np.nan, index=paramcd.index)
    for test, rows in _grades().items():
        here = (paramcd == test) & value.notna()
        for row in rows:
            grade[here] = np.fmax(grade[here], _grade(row, value[here], low[here], high[here], baseline[here], elevated[here]))
    return grade


def _grade(
    row: dict[str, str], value: pd.Series, low: pd.Series, high: pd.Series, baseline: pd.Series, elevated: pd.Series
) -> pd.Series:
    """The grade by one row of the table; a multiple that equals its limit, as a person computes it, is not beyond it."""
    if row["beyond"] == "low":
        return _beyond(row, -value, -low, pd.Series(-1.0, index=value.index), -low)
    if row["of"] != "limit":
        return _beyond(row, value, high, pd.Series(1.0, index=value.index), high)
    by_limit = _beyond(row, value, high, high, high)
    if row["baseline"] == "any":
        # Grades 2 and 3 of creatinine are of either; grade 4 is of the limit alone.
        by_baseline = _beyond(row, value, high, baseline, float(row["grade_2"]) * baseline).clip(upper=3)
        return pd.Series(np.fmax(by_limit, by_baseline), index=value.index)
    first = GRADE_1_OF_BASELINE if float(row["grade_2"]) > GRADE_1_OF_BASELINE else 1.0
    return by_limit.where(~elevated, _beyond(row, value, high, baseline, first * baseline))


GRADE_1_OF_BASELINE = 1.5
"""CTCAE v5.0: of an abnormal baseline grade 1 of transaminases begins beyond 1.5 times it; that of bilirubin, whose grade 2
begins there, beyond the baseline."""
ALMOST = 1 + 1e-9


def _beyond(row: dict[str, str], value: pd.Series, limit: pd.Series, unit: pd.Series, first: pd.Series) -> pd.Series:
    """The grade of values that are the worse the higher they are; NaN where there is no limit of normal."""
    found = (value > first + abs(first) * (ALMOST - 1)).astype("float64").where(limit.notna() & first.notna())
    for level in (2, 3, 4):
        if row[f"grade_{level}"]:
            bound = float(row[f"grade_{level}"]) * unit
            found = found.where(~(value > bound + abs(bound) * (ALMOST - 1)), float(level))
    return found


MARKERS = ("RUNX1::RUNX1T1", "CBFB::MYH11", "NPM1", "CEBPA")


def molecular_subtype(subjects: pd.Series, gf: pd.DataFrame) -> pd.Series:
    """The gene of the risk group that was found at diagnosis; of several the fusion, then NPM1 (ELN 2022)."""
    found = gf[(gf["GFCAT"] == "GENETICS AT DIAGNOSIS") & (gf["GFTSTDTL"] == "DETECTION") & (gf["GFSTRESC"] == "DETECTED")]
    found = found[found["GFSYM"].isin(MARKERS)]
    found = found.assign(rank=found["GFSYM"].map({name: rank for rank, name in enumerate(MARKERS)}))
    first = found.sort_values("rank", kind="stable").drop_duplicates("USUBJID").set_index("USUBJID")["GFSYM"]
    return by_subject(first, subjects)


def abl1_copies(subjects: pd.Series, run: pd.Series, gf: pd.DataFrame) -> pd.Series:
    """The copies of ABL1 that a run of the assay found."""
    found = gf[(gf["GFTSTDTL"] == "NUMBER OF GENE COPIES") & (gf["GFSYM"] == "ABL1")]
    return _of_run(found, [subjects, run], ["USUBJID", "GFGRPID"])


def ratio_of_run(subjects: pd.Series, run: pd.Series, target: pd.Series, gf: pd.DataFrame) -> pd.Series:
    """The target's copies a hundred copies of ABL1 in a run."""
    found = gf[(gf["GFTSTDTL"] == "NORMALIZED LEVEL") & (gf["GFCAT"] == "MEASURABLE RESIDUAL DISEASE")]
    return _of_run(found, [subjects, run, target], ["USUBJID", "GFGRPID", "GFSYM"])


def ratio_at_diagnosis(subjects: pd.Series, screening: pd.Series, target: pd.Series, gf: pd.DataFrame) -> pd.Series:
    """The ratio of the same target at diagnosis: as the screening that counts tells it, or else the last that does."""
    found = gf[(gf["GFTSTDTL"] == "NORMALIZED LEVEL") & (gf["GFCAT"] == "GENETICS AT DIAGNOSIS")]
    counts = found["GFSPID"] == _beside(found, subjects, screening)
    found = found.assign(COUNTS=counts).sort_values(["COUNTS", "GFSPID"], kind="stable")
    return _of_run(found, [subjects, target], ["USUBJID", "GFSYM"])


def _of_run(found: pd.DataFrame, columns: list[pd.Series], keys: list[str]) -> pd.Series:
    asked = pd.DataFrame(dict(zip(keys, columns, strict=True)))
    values = found.drop_duplicates(keys, keep="last")[[*keys, "GFSTRESN"]]
    return asked.merge(values, on=keys, how="left")["GFSTRESN"].set_axis(asked.index)


def log_reduction(diagnosis: pd.Series, ratio: pd.Series) -> pd.Series:
    """By how many powers of ten the ratio fell since diagnosis; NaN where either is not known or nothing was found."""
    known = (diagnosis > 0) & (ratio > 0)
    quotient = diagnosis.where(known, 1.0) / ratio.where(known, 1.0)
    return pd.Series(np.where(known, np.log10(quotient), np.nan), index=ratio.index)


def negative(detection: pd.Series, reduction: pd.Series) -> pd.Series:
    """Y or N by the setting MRD_NEGATIVE."""
    if setting_value(protocol(), "MRD_NEGATIVE") == "log_reduction":
        return reduced_enough(detection, reduction)
    return detection.map({"NOT DETECTED": "Y", "DETECTED": "N"}).astype("object").fillna("").astype("str")


def reduced_enough(detection: pd.Series, reduction: pd.Series) -> pd.Series:
    """Whether the reduction reaches MRD_LOG_REDUCTION; of what was not detected any reduction is supposed (assumption)."""
    enough = reduction >= float(setting_value(protocol(), "MRD_LOG_REDUCTION")) - 1e-9
    found = np.select([detection == "NOT DETECTED", reduction.isna(), enough], ["Y", "", "Y"], "N")
    return pd.Series(found, index=detection.index, dtype="str")


def distance(day: pd.Series, target: pd.Series) -> pd.Series:
    """Days between a study day and the planned one, whichever is first."""
    return (day - target).abs()


def ratio_at_baseline(subjects: pd.Series, last_day: pd.Series, target: pd.Series, gf: pd.DataFrame) -> pd.Series:
    """The ratio of the subject's target in the last adequate marrow until the last day of baseline, %."""
    found = _marrow(gf, subjects, target)
    return by_subject(_last_until(found, "GFDTC", "GFSTRESN", subjects, last_day), subjects)


def consolidation_cycles(subjects: pd.Series, screening: pd.Series, cm: pd.DataFrame) -> pd.Series:
    """Cycles of consolidation before the study, as the last screening has them: who is screened again has them twice."""
    found = cm[(cm["CMCAT"] == "PRIOR CHEMOTHERAPY") & (cm["CMSCAT"] == "CONSOLIDATION")]
    number = found["CMSPID"].str.split("-").str[0]
    return _counted(found[number == _beside(found, subjects, screening)], subjects)


def high_dose_cycles(subjects: pd.Series, screening: pd.Series, cm: pd.DataFrame, suppcm: pd.DataFrame) -> pd.Series:
    """Cycles with high-dose cytarabine before the study, as the last screening has them."""
    high = suppcm[(suppcm["QNAM"] == "HDAC") & (suppcm["QVAL"] == "Y")]
    marked = pd.MultiIndex.from_arrays([high["USUBJID"], pd.to_numeric(high["IDVARVAL"])])
    found = cm[(cm["CMCAT"] == "PRIOR CHEMOTHERAPY") & pd.MultiIndex.from_arrays([cm["USUBJID"], cm["CMSEQ"]]).isin(marked)]
    number = found["CMSPID"].str.split("-").str[0]
    return _counted(found[number == _beside(found, subjects, screening)], subjects)


def _marrow(gf: pd.DataFrame, subjects: pd.Series, target: pd.Series) -> pd.DataFrame:
    """The ratios of adequate runs on marrow, for each subject's own target."""
    found = gf[(gf["GFCAT"] == "MEASURABLE RESIDUAL DISEASE") & (gf["GFTSTDTL"] == "NORMALIZED LEVEL")]
    found = found[(found["GFLOC"] == "BONE MARROW") & (found["GFRESCAT"] != "")]
    copies = abl1_copies(found["USUBJID"], found["GFGRPID"], gf)
    own = _beside(found, subjects, target)
    return found[(copies >= float(setting_value(protocol(), "MRD_ABL1_COPIES"))) & (found["GFSYM"] == own)]


def _last_until(found: pd.DataFrame, date: str, value: str, subjects: pd.Series, last_day: pd.Series) -> pd.Series:
    """The last value of each subject that is dated until its last day, by USUBJID."""
    day = sas_days(found[date])
    until = _beside(found, subjects, last_day)
    known = found.assign(day=day)[day <= until].sort_values("day", kind="stable")
    return known.drop_duplicates("USUBJID", keep="last").set_index("USUBJID")[value]

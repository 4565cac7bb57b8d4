"""Parameters of the trial summary that only the data know: how many were enrolled, from when to when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from trialbook.datasets import iso8601

CUTOFF = "Latest date in the data"


def observe(datasets: Mapping[str, pd.DataFrame], planned: int | None) -> dict[str, str]:
    """TSVAL by TSPARMCD from the datasets' frames by name; nothing while nobody is enrolled.

    Enrolled is who was assigned to an arm (ARMCD of DM). SSTDTC is their earliest RFICDTC, as FDA's technical rejection criterion
    1734 has it. The study has ended (SENDTC) when as many as ``planned`` were enrolled, and each has a disposition event of study
    participation in DS. The cutoff (DCUTDTC) is the latest complete date of any --DTC.
    """
    dm = datasets.get("DM")
    if dm is None or not {"USUBJID", "ARMCD"} <= set(dm.columns):
        return {}
    enrolled = dm[dm["ARMCD"] != ""].drop_duplicates("USUBJID")
    if enrolled.empty:
        return {}
    found = {
        "SSTDTC": _first(enrolled["RFICDTC"]) if "RFICDTC" in dm else "",
        "ACTSUB": str(len(enrolled)),
        "SENDTC": _end(enrolled, datasets.get("DS"), planned),
        "DCUTDTC": _latest(frame[name] for frame in datasets.values() for name in frame.columns if name.endswith("DTC")),
    }
    if found["DCUTDTC"]:
        found["DCUTDESC"] = CUTOFF
    return {name: value for name, value in found.items() if value}


def _end(enrolled: pd.DataFrame, ds: pd.DataFrame | None, planned: int | None) -> str:
    if ds is None or planned is None or len(enrolled) < planned or not {"DSCAT", "DSSTDTC"} <= set(ds.columns):
        return ""
    ends = ds[(ds["DSCAT"] == "DISPOSITION EVENT") & ds["USUBJID"].isin(enrolled["USUBJID"])]
    if "DSSCAT" in ends:
        ends = ends[ends["DSSCAT"].isin(("", "STUDY PARTICIPATION"))]
    if set(ends["USUBJID"]) != set(enrolled["USUBJID"]):
        return ""
    last = [enrolled["RFPENDTC"]] if "RFPENDTC" in enrolled else []
    return _latest([ends["DSSTDTC"], *last])


def _first(dates: pd.Series) -> str:
    moments = iso8601.earliest(dates)
    return "" if moments.isna().all() else str(dates.loc[moments.idxmin()])


def _latest(columns: Iterable[pd.Series]) -> str:
    """The latest complete date, as its date; empty where there is none."""
    days = [iso8601.complete_date(pd.Series(cells.unique(), dtype="str")).max() for cells in columns if len(cells)]
    return max((day.strftime("%Y-%m-%d") for day in days if not pd.isna(day)), default="")

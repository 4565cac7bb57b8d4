"""Adverse events by ``ae_profile.csv``; those of a laboratory test start and end at visits, so that its values can agree.

Forms AE and AE_CODING. MedDRA is licensed: every code here is invented, and the version says SYNTHETIC.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from .people import days, text
from .plan import planned_visits, visits_of
from .visits import NEVER

LAST_ONSET = 205
"""Day after randomization at which the last adverse events of the safety window start."""

CARRY_OVER = 28
"""Days after the last injection in which interferon's own effects still start."""

MONTHS_WIDE = ("Fatigue", "Alopecia", "Insomnia", "Decreased appetite", "Depression")
"""Events that creep in: a site may know the month only."""


@cache
def profile() -> pd.DataFrame:
    """``ae_profile.csv`` with the words of ``ae_terms.csv``, a row a preferred term; DRUG: whether interferon brings it about."""
    here = Path(__file__).parent
    terms = pd.read_csv(here / "ae_terms.csv", dtype={"TEST": str, "AETERM": str}, keep_default_na=False)
    table = pd.read_csv(here / "ae_profile.csv").merge(terms, on="AEDECOD", how="left", validate="1:1")
    table["DRUG"] = table["p_any_IFN"] > 2 * table["p_any_CTRL"]
    return table


def draw_events(trial: pd.DataFrame, day: np.ndarray, here: np.ndarray, random: np.random.Generator) -> pd.DataFrame:
    """One row an event; columns I (subject), TERM (row of the profile), GRADE, START, END (days), DEEP, FATAL, WISH.

    END is NEVER while ongoing. DEEP: a count below the threshold at which the dose is reduced; WISH: what the event asks of the
    dose (REDUCE, HOLD, STOP or ""). ``trial`` has TREATED and FIRST (of the first injection); ``here``: visits that take place.
    """
    table, n = profile(), len(trial)
    arm = np.where(trial["TREATED"], 0, 1)
    shape = (n, len(table))
    chance, severe = (table[[f"{name}_IFN", f"{name}_CTRL"]].to_numpy().T[arm] for name in ("p_any", "p_grade3plus"))
    occurs = random.random(shape) < chance
    hypo, hyper = (list(table["AEDECOD"]).index(name) for name in ("Hypothyroidism", "Hyperthyroidism"))
    occurs[:, hyper] &= ~occurs[:, hypo]
    grave = random.random(shape) < np.divide(severe, chance, out=np.zeros(shape), where=chance > 0)
    grade = np.where(grave, 3, 1 + (random.random(shape) < 0.35))
    counts = table["TEST"].isin(["NEUT", "PLAT"]).to_numpy()
    grade = np.where(grave & counts & (random.random(shape) < 0.2), 4, grade)
    weeks = table["onset_week_median"].to_numpy() * np.exp(0.5 * random.standard_normal(shape))
    start = trial["FIRST"].to_numpy()[:, None] + np.minimum(np.floor(7 * weeks), random.integers(150, LAST_ONSET, shape))
    lasts = np.ceil(pd.to_numeric(table["DAYS"]).fillna(14).to_numpy() * np.exp(0.6 * random.standard_normal(shape)))

    i, term = np.nonzero(occurs)
    events = pd.DataFrame({"I": i, "TERM": term, "GRADE": grade[occurs], "START": start[occurs].astype(int)})
    events["END"] = events["START"] + lasts[occurs].astype(int)
    events["DEEP"] = (events["GRADE"] == 3) & ((table["TEST"].to_numpy()[term] == "PLAT") | (random.random(len(events)) < 0.6))
    events["FATAL"] = False
    events = _at_visits(events, table, day, here, random)
    events = pd.concat([events, _fatal(trial, table, random)], ignore_index=True)
    pneumonia = list(table["AEDECOD"]).index("Pneumonia")
    fatal = events["I"].isin(events.loc[events["FATAL"], "I"]) & (events["TERM"] == pneumonia) & ~events["FATAL"]
    of = trial.iloc[events["I"]].reset_index(drop=True)
    kept = (events["START"] <= of["END"]) & (events["START"] < of[["DEATH", "RELAPSE", "HSCT"]].min(axis=1)) & ~fatal
    events, of = events[kept], of[kept]
    ongoing = (events["END"] > of["END"]) | ((events["END"] >= of["DEATH"]) & ~events["FATAL"])
    events = events.assign(END=events["END"].where(~ongoing, NEVER), WISH=_wishes(events, table, random))
    events.loc[~of["TREATED"], "WISH"] = ""
    return events.sort_values(["I", "START", "TERM"], ignore_index=True)


def _at_visits(
    events: pd.DataFrame,
    table: pd.DataFrame,
    day: np.ndarray,
    here: np.ndarray,
    random: np.random.Generator,
) -> pd.DataFrame:
    """The events of a test start at the visit that first shows them, and end one or two visits later; none without a visit."""
    test = table["TEST"].to_numpy()[events["TERM"]]
    names = planned_visits()["VISIT"]
    done = {
        kind: np.where(here & (names.isin(visits_of(kind)) & (names != "BASELINE")).to_numpy(), day, NEVER)
        for kind in ("CBC", "THYROID")
    }
    later = random.integers(1, 3, len(events))
    for kind, of_kind in (("THYROID", test == "TSH"), ("CBC", (test != "") & (test != "TSH"))):
        some = events[of_kind]
        dates = done[kind][some["I"]]
        dates = np.sort(np.where(dates >= some["START"].to_numpy()[:, None], dates, NEVER), axis=1)
        events.loc[of_kind, "START"] = dates[:, 0]
        events.loc[of_kind, "END"] = np.where(later[of_kind] == 1, dates[:, 1], dates[:, 2])
    return events


def _fatal(trial: pd.DataFrame, table: pd.DataFrame, random: np.random.Generator) -> pd.DataFrame:
    """The pneumonia that who dies without relapse and transplant dies of."""
    i = np.flatnonzero((trial["DEATH"] < NEVER) & (trial["CAUSE"] == "TREATMENT"))
    death = trial["DEATH"].to_numpy()[i]
    start = np.maximum(death - random.integers(3, 20, len(i)), 0)
    term = list(table["AEDECOD"]).index("Pneumonia")
    columns = {"I": i, "TERM": term, "GRADE": 5, "START": start, "END": death, "DEEP": False, "FATAL": True}
    return pd.DataFrame(columns, index=range(len(i)))


def _wishes(events: pd.DataFrame, table: pd.DataFrame, random: np.random.Generator) -> np.ndarray:
    """What the event asks of the dose: counts by the protocol's thresholds, others by what investigators usually do."""
    test, name = (table[column].to_numpy()[events["TERM"]] for column in ("TEST", "AEDECOD"))
    grade, draw = events["GRADE"], random.random(len(events))
    count = np.isin(test, ["NEUT", "PLAT"])
    return np.select(
        [
            count & (grade == 4),
            count & events["DEEP"],
            count,
            (name == "Depression") & (grade >= 3),
            grade == 5,
            (grade >= 3) & (draw < 0.65),
            (grade >= 3) | ((grade == 2) & (draw < 0.05)),
        ],
        ["STOP", "REDUCE", "", "STOP", "HOLD", "HOLD", "REDUCE"],
        default="",
    )


def event_forms(events: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """AE and AE_CODING of events that have ACTION too."""
    table, count = profile(), len(events)
    of = trial.iloc[events["I"]].reset_index(drop=True)
    is_term = table.iloc[events["TERM"]].reset_index(drop=True)
    number = (events.groupby("I").cumcount() + 1).astype(str)
    words = [word.split("|") for word in is_term["AETERM"]]
    draw = random.random((count, 6))
    over, fatal, grade = events["END"] < NEVER, events["FATAL"], events["GRADE"]
    is_test = is_term["TEST"] != ""
    hospital = ~is_test & (grade >= 3) & (draw[:, 0] < 0.6)
    threat, important = grade == 4, is_test & (grade >= 3) & (draw[:, 0] < 0.1)
    criterion = np.select(
        [fatal, threat & hospital, threat, hospital, important],
        ["死亡；住院或住院时间延长", "危及生命；住院或住院时间延长", "危及生命", "住院或住院时间延长", "其他重要医学事件"],
        default="",
    )
    # Grade 4 counts without consequence threaten no one's life by themselves.
    criterion = np.where(threat & is_test & (draw[:, 0] >= 0.1), "", criterion)
    rand = of["RAND"].to_numpy("datetime64[D]")
    begin = text(rand + days(events["START"]))
    end = np.where(over, text(rand + days(np.where(over, events["END"], 0))), "")
    # A month alone where it leaves nothing open: not that of randomization, and not both dates.
    wide = is_term["AEDECOD"].isin(MONTHS_WIDE) & (grade < 3) & (draw[:, 1] < 0.08) & (events["START"] > 40)
    ae = pd.DataFrame(
        {
            "SUBJID": of["SUBJID"],
            "AE_NO": number,
            "AETERM": [options[int(at * len(options))] for options, at in zip(words, draw[:, 2], strict=True)],
            "START": np.where(wide, [date[:7] for date in begin], begin),
            "END": end,
            "ONGOING": np.where(over, "N", "Y"),
            "CTCAE_GRADE": grade.astype(str),
            "SAE_YN": np.where(criterion != "", "Y", "N"),
            "SAE_CRIT": criterion,
            "REL_IFN": np.where(of["ARM"] == "CTRL", "NOT APPLICABLE", _relation(is_term, of["TREATED"], draw[:, 3])),
            "ACTION": events["ACTION"],
            "OUTCOME": np.select(
                [fatal, over, draw[:, 4] < 0.4],
                ["FATAL", "RECOVERED/RESOLVED", "RECOVERING/RESOLVING"],
                default="NOT RECOVERED/NOT RESOLVED",
            ),
            "TREATMENT_YN": np.where((grade >= 3) | (draw[:, 5] < 0.35), "Y", "N"),
        }
    )
    return {"AE": ae, "AE_CODING": _coding(ae, is_term, table)}


def _relation(is_term: pd.DataFrame, treated: pd.Series, draw: np.ndarray) -> np.ndarray:
    drug = np.select(
        [draw < 0.15, draw < 0.6, draw < 0.9], ["DEFINITELY RELATED", "PROBABLY RELATED", "POSSIBLY RELATED"], "UNLIKELY RELATED"
    )
    other = np.where(draw < 0.4, "UNLIKELY RELATED", "NOT RELATED")
    at_site = np.where(is_term["AEDECOD"] == "Injection site reaction", "DEFINITELY RELATED", drug)
    return np.where(treated, np.where(is_term["DRUG"], at_site, other), "NOT RELATED")


def _coding(ae: pd.DataFrame, is_term: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    places = {name: place + 1 for place, name in enumerate(sorted(table["AEDECOD"]))}
    classes = {name: place + 1 for place, name in enumerate(sorted(set(table["AEBODSYS"])))}
    term, organ = is_term["AEDECOD"].map(places).astype(int), is_term["AEBODSYS"].map(classes).astype(int)
    return pd.DataFrame(
        {
            "SUBJID": ae["SUBJID"],
            "AE_NO": ae["AE_NO"],
            "LLT": is_term["LLT"],
            "LLT_CD": (99100000 + term).astype(str),
            "PT": is_term["AEDECOD"],
            "PT_CD": (99000000 + term).astype(str),
            "HLT": "SYNTHETIC HLT " + organ.astype(str).str.zfill(2),
            "HLT_CD": (99200000 + organ).astype(str),
            "HLGT": "SYNTHETIC HLGT " + organ.astype(str).str.zfill(2),
            "HLGT_CD": (99300000 + organ).astype(str),
            "SOC": is_term["AEBODSYS"],
            "SOC_CD": (99400000 + organ).astype(str),
            "MEDDRA_VER": "SYNTHETIC",
        }
    )

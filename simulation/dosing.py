"""Injections of the interferon arm: late, reduced, held, missed, stopped; and what each adverse event did to them. Form EX."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from .events import CARRY_OVER, profile
from .people import clock, days, text
from .plan import drug
from .visits import NEVER

NONE, GIVEN, HELD, MISSED, STOPPED = range(5)
HOLD = 3
"""Injections that an event holds."""

REASONS = {
    "DISEASE RELAPSE": "疾病复发",
    "PHYSICIAN DECISION": "MRD升高，拟行移植",
    "WITHDRAWAL BY SUBJECT": "受试者要求停药",
    "NEVER DOSED": "受试者拒绝用药",
}


@dataclass(frozen=True)
class Log:
    """The injections, a row a subject and a column a planned dose: what became of it, on which day, with which dose, and why."""

    state: np.ndarray
    day: np.ndarray
    dose: np.ndarray
    cause: np.ndarray


def end_of_treatment(
    trial: pd.DataFrame, events: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> pd.DataFrame:
    """``trial`` with STOP, STOP_REASON, STOP_CAUSE.

    STOP is the day from which no injection is given, or observation is over (NEVER: as planned). STOP_CAUSE is the row of
    ``events`` that stopped treatment, or -1. ``trial`` has MONTH_6, the day of that visit.
    """
    n = len(trial)
    leave = np.where(trial["ARM"] == "IFN", *(parameters["withdraw_6m"][arm] for arm in ("IFN", "CTRL")))
    withdraw = np.where(random.random(n) < leave, random.integers(10, 170, n), NEVER)
    stops = events[events["WISH"] == "STOP"].drop_duplicates("I")
    by_event, cause = np.full(n, NEVER), np.full(n, -1)
    by_event[stops["I"]], cause[stops["I"]] = stops["START"], stops.index
    never = (trial["ARM"] == "IFN") & ~trial["TREATED"]
    transplant = np.where(trial["HSCT"] < NEVER, trial["MRD_CONFIRM"], NEVER)
    # Who is lost was last seen some time before the loss is told.
    reasons = {
        "DEATH": trial["DEATH"].to_numpy(),
        "DISEASE RELAPSE": trial["RELAPSE"].to_numpy(),
        "PHYSICIAN DECISION": transplant,
        "WITHDRAWAL OF CONSENT": np.where(trial["EXIT"] == "WITHDRAWN", trial["EXIT_DAY"], NEVER),
        "LOST TO FOLLOW-UP": np.where(trial["EXIT"] == "LOST", trial["END"], NEVER),
        "NEVER DOSED": np.where(never, trial["FIRST"], NEVER),
        "ADVERSE EVENT": by_event,
        "WITHDRAWAL BY SUBJECT": np.where(never, NEVER, withdraw),
    }
    table = np.stack(list(reasons.values()))
    stop, reason = table.min(axis=0), np.array(list(reasons), dtype=object)[table.argmin(axis=0)]
    planned_end = np.where(trial["ARM"] == "IFN", NEVER - 1, trial["MONTH_6"])
    stop = np.where((stop > planned_end) | (stop > trial["END"]), NEVER, stop)
    reason = np.where(stop < NEVER, reason, "")
    return trial.assign(STOP=stop, STOP_REASON=reason, STOP_CAUSE=np.where(reason == "ADVERSE EVENT", cause, -1))


def inject(trial: pd.DataFrame, events: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]) -> Log:
    """The injections of all subjects (those of controls are NONE)."""
    n, doses, every = len(trial), drug().plan.planned_doses, drug().regimen.every
    steps, hold_days = np.array(drug().steps), HOLD * every - 1
    words = profile()["AETERM"].str.split("|").str[0].to_numpy()
    late = random.integers(parameters["late"]["days"][0], parameters["late"]["days"][1] + 1, (n, doses))
    late = np.where(random.random((n, doses)) < parameters["late"]["chance"], late, 0)
    late[:, 0] = trial["FIRST"]
    misses = random.random((n, doses)) < parameters["missed"]
    log = Log(*(np.zeros((n, doses), dtype=kind) for kind in (int, int, float)), np.full((n, doses), "", dtype=object))
    wishes = events[events["WISH"].isin(["REDUCE", "HOLD"])]
    of, asked, hold = wishes["I"].to_numpy(), wishes["START"].to_numpy(), (wishes["WISH"] == "HOLD").to_numpy()
    named = words[wishes["TERM"]]
    heard = np.zeros(len(wishes), dtype=bool)
    level, held_until = np.zeros(n, dtype=int), np.full(n, -1)
    last, why = np.full(n, -NEVER), np.full(n, "", dtype=object)
    stop_why = np.array([REASONS.get(reason, "") for reason in trial["STOP_REASON"]], dtype=object)
    by_event = np.flatnonzero(trial["STOP_CAUSE"] >= 0)
    stop_why[by_event] = words[events.loc[trial["STOP_CAUSE"].to_numpy()[by_event], "TERM"]]
    stop, end, running = trial["STOP"].to_numpy(), trial["END"].to_numpy(), (trial["ARM"] == "IFN").to_numpy()
    for dose in range(doses):
        planned = every * dose
        now = np.maximum(planned + late[:, dose], last + int(parameters["days_between"]))
        new = ~heard & (asked <= now[of]) & running[of] & (now[of] < stop[of])
        heard |= new
        down = np.zeros(n, dtype=bool)
        down[of[new & ~hold]] = True
        why[of[new]] = named[new]
        held_until[of[new & hold]] = np.maximum(held_until, now + hold_days)[of[new & hold]]
        lowest = down & (level == len(steps) - 1)
        held_until = np.where(lowest, np.maximum(held_until, now + hold_days), held_until)
        level = np.where(down & ~lowest, level + 1, level)

        ends = running & (now >= stop)
        told = ends & (planned <= end) & (stop_why != "")
        held = running & ~ends & (now <= held_until)
        missed = running & ~ends & ~held & misses[:, dose] & (dose > 0)
        given = running & ~ends & ~held & ~missed & (now <= end)
        record = [told, held & (now <= end), missed & (now <= end), given]
        log.state[:, dose] = np.select(record, [STOPPED, HELD, MISSED, GIVEN], NONE)
        log.day[:, dose] = now
        log.dose[:, dose] = np.where(given, steps[level], 0)
        log.cause[:, dose] = np.select([told, held | given, missed], [stop_why, why, "受试者漏用"], "")
        last = np.where(given, now, last)
        running = running & ~ends & (now <= end)
    return log


def settle(trial: pd.DataFrame, events: pd.DataFrame, log: Log) -> tuple[pd.DataFrame, pd.DataFrame]:
    """``trial`` with EOT (day, NEVER: not yet) and EOT_REASON; ``events`` with ACTION, without what it cannot have done."""
    every = np.arange(log.state.shape[1])
    given = log.state == GIVEN
    last = np.where(given, log.day, -1).max(axis=1)
    through = (log.state[:, -1] != NONE) & (log.state[:, -1] != STOPPED)
    through_day = np.maximum(last, np.where(through, log.day[:, -1], 0))
    ifn = (trial["ARM"] == "IFN").to_numpy()
    stopped = (trial["STOP"] < NEVER).to_numpy() & ~(ifn & through)
    eot = np.where(stopped, np.maximum(trial["STOP"], last), np.where(ifn & through, through_day, NEVER))
    reason = np.where(stopped, trial["STOP_REASON"], np.where(eot < NEVER, "COMPLETED", ""))
    whole = ~ifn & ~stopped & (trial["MONTH_6"] <= trial["END"]).to_numpy()
    eot, reason = np.where(whole, trial["MONTH_6"], eot), np.where(whole, "COMPLETED", reason)
    trial = trial.assign(EOT=eot, EOT_REASON=reason)

    i, start = events["I"].to_numpy(), events["START"].to_numpy()
    drug = profile()["DRUG"].to_numpy()[events["TERM"]]
    late = drug & ifn[i] & trial["TREATED"].to_numpy()[i] & (start > np.minimum(eot, last + 21)[i] + CARRY_OVER)
    events = events[~late]
    i, start = i[~late], start[~late]
    after = (log.day[i] >= start[:, None]) & np.isin(log.state[i], [GIVEN, HELD, STOPPED])
    at, found = after.argmax(axis=1), after.any(axis=1)
    next_state, next_dose = log.state[i, at], log.dose[i, at]
    before = np.where(given[i] & (every[None, :] < at[:, None]), every[None, :], -1).max(axis=1)
    dose_before = np.where(before >= 0, log.dose[i, np.maximum(before, 0)], 0)
    wish = events["WISH"].to_numpy()
    stopper = trial["STOP_CAUSE"].to_numpy()[i] == events.index
    treated = trial["TREATED"].to_numpy()[i] & ifn[i]
    action = np.select(
        [
            ~treated | (last[i] < 0),
            stopper & (reason[i] == "ADVERSE EVENT"),
            start > np.minimum(eot, NEVER)[i],
            found & (next_state == HELD) & (wish != ""),
            found & (next_state == GIVEN) & (next_dose < dose_before) & (wish != ""),
            ~found & (eot < NEVER)[i],
        ],
        ["NOT APPLICABLE", "DRUG WITHDRAWN", "NOT APPLICABLE", "DRUG INTERRUPTED", "DOSE REDUCED", "NOT APPLICABLE"],
        default="DOSE NOT CHANGED",
    )
    return trial, events.assign(ACTION=action).reset_index(drop=True)


def injection_form(trial: pd.DataFrame, log: Log, random: np.random.Generator) -> pd.DataFrame:
    """EX: a record for each planned injection until the last one, given or not."""
    i, dose = np.nonzero(log.state != NONE)
    of = trial.iloc[i].reset_index(drop=True)
    state, day, amount, cause = (part[i, dose] for part in (log.state, log.day, log.dose, log.cause))
    rand = of["RAND"].to_numpy("datetime64[D]")
    given = state == GIVEN
    date = rand + days(day)
    # The first injection may be on the day of randomization, and is then after it.
    minutes = np.where(day == 0, of["RAND_AT"] + 60, 0) + np.where(
        day == 0, random.integers(0, 120, len(i)), random.integers(480, 1140, len(i))
    )
    before = pd.Series(np.where(given, amount, np.nan)).groupby(i).transform(lambda doses: doses.ffill().shift())
    reduced = given & (amount < before.to_numpy())
    change = np.select([reduced, state == HELD, state == STOPPED], ["DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN"], "")
    written = text(date)
    batch = np.array([f"PG{day[2:4]}{day[5:7]}" for day in written], dtype=object)
    return pd.DataFrame(
        {
            "SUBJID": of["SUBJID"],
            "DOSE_NO": (dose + 1).astype(str),
            "PLANNED_DAT": text(rand + days(drug().regimen.every * dose)),
            "ADMIN_DAT": np.where(given, written, ""),
            "ADMIN_TIM": np.where(given, clock(minutes), ""),
            "DOSE_UG": np.where(given, np.char.mod("%g", amount), ""),
            "GIVEN_YN": np.where(given, "Y", "N"),
            "REASON_NOT_GIVEN": np.where(given, "", cause),
            "DOSE_CHANGE": change,
            "REASON_CHANGE": np.where(change != "", cause, ""),
            "BATCH_NO": np.where(given, batch, ""),
        }
    )

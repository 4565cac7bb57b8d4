"""What the marrow showed, relapse, contacts, death, ends. Forms BM, RESP, SURV, DEATH, DISP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .people import days, text
from .plan import EXTRA, last_of_treatment, planned_visits, visits_of
from .residual import residual
from .samples import only
from .visits import NEVER

CAUSES = {"RELAPSE": ("急性髓系白血病复发",), "HSCT": ("移植相关感染", "移植物抗宿主病"), "TREATMENT": ("重症肺炎",)}
EXITS = {
    "DEATH": "DEATH",
    "LOST": "LOST TO FOLLOW-UP",
    "WITHDRAWN": "WITHDRAWAL OF CONSENT",
    "COMPLETED": "COMPLETED",
    "ONGOING": "",
}


def marrow_forms(
    table: pd.DataFrame,
    numbers: pd.DataFrame,
    trial: pd.DataFrame,
    counts: pd.DataFrame,
    random: np.random.Generator,
    parameters: Mapping[str, Any],
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """BM and RESP; the marrows, as ``residual`` has them, with POOR: diluted, so that nothing is counted."""
    taken = only(table, "MARROW")
    taken = taken.merge(counts, on=["SUBJID", "VISIT", "DAY"], how="left", validate="1:1")
    i = taken["I"].to_numpy()
    taken = residual(trial, taken, random)
    count, relapse = len(taken), taken["RELAPSES"].to_numpy()
    missing = ((taken["VISIT"] == last_of_treatment()) & (i >= 0) & trial["MISSING_M6"].to_numpy()[i]).to_numpy()
    date = taken["DATE"].to_numpy("datetime64[D]")
    draw = random.random((4, count))
    failed = (numbers["FAILS"] == "MARROW").to_numpy()[taken["NUMBER"]]
    site = np.select([draw[0] < 0.86, draw[0] < 0.94], ["MARROW", "BOTH"], "EXTRAMEDULLARY")
    rises = taken["DAY"].to_numpy() == np.where(i >= 0, trial["MRD_RISE"].to_numpy()[i], NEVER)
    poor = (
        (missing | (draw[1] < parameters["poor_marrow"]))
        & ~relapse
        & ~failed
        & ~rises
        & (taken["VISIT"] != "SCREENING").to_numpy()
    )
    many = (relapse & (site != "EXTRAMEDULLARY")) | failed
    blasts = np.where(many, np.where(failed, 5.5 + 9 * draw[2], 8 + 72 * draw[2]), 0.5 * np.floor(7 * draw[2]))
    neut, plat = taken["NEUT"], taken["PLAT"]
    whole, half = (neut >= 1) & (plat >= 100), (neut >= 0.5) & (plat >= 50)
    morphologic = np.select([whole, half, (neut >= 1) | (plat >= 100)], ["CR", "CRh", "CRi"], "MORPHOLOGIC LEUKEMIA-FREE STATE")
    bm = pd.DataFrame(
        {
            "SUBJID": taken["SUBJID"],
            "VISIT": taken["VISIT"],
            "BM_DAT": text(date),
            "SAMPLE_QUALITY": np.where(poor, "INADEQUATE", "ADEQUATE"),
            "BLAST_PCT": np.where(poor, "", np.char.mod("%.1f", blasts)),
            "CELLULARITY": np.select([many, draw[3] < 0.15], ["HYPERCELLULAR", "HYPOCELLULAR"], "NORMOCELLULAR"),
            "CR_STATUS": np.select([relapse | failed, poor], ["RELAPSED DISEASE FROM CR", "NE"], morphologic),
        }
    )
    return {"BM": bm, "RESP": _response(taken, trial, poor, site)}, taken.assign(POOR=poor)


def _response(taken: pd.DataFrame, trial: pd.DataFrame, poor: np.ndarray, site: np.ndarray) -> pd.DataFrame:
    i, day, relapse = taken["I"].to_numpy(), taken["DAY"].to_numpy(), taken["RELAPSES"].to_numpy()
    of = trial.iloc[np.maximum(i, 0)].reset_index(drop=True)
    rand, date = of["RAND"].to_numpy("datetime64[D]"), text(taken["DATE"].to_numpy())
    rises = (day == of["MRD_RISE"]).to_numpy() & ~relapse
    confirm = text(rand + days(np.where(rises, of["MRD_CONFIRM"], 0)))
    response = pd.DataFrame(
        {
            "SUBJID": taken["SUBJID"],
            "VISIT": taken["VISIT"],
            "ASSESS_DAT": date,
            "HEM_STATUS": np.where(relapse, "RELAPSE", "CR"),
            "MRD_STATUS": np.select([poor, taken["NEGATIVE"]], ["NOT EVALUABLE", "NEGATIVE"], "POSITIVE"),
            "RELAPSE_DAT": np.where(relapse, date, ""),
            "RELAPSE_SITE": np.where(relapse, site, ""),
            "MRD_RELAPSE_DAT": np.where(rises, date, ""),
            "CONFIRM_DAT": np.where(relapse, date, np.where(rises, confirm, "")),
        }
    )
    # A failed screening is told by its own forms; it has no response in the trial.
    return response[i >= 0].reset_index(drop=True)


def survival_form(trial: pd.DataFrame, table: pd.DataFrame, day: np.ndarray, here: np.ndarray) -> pd.DataFrame:
    """SURV: a contact at each planned one, in person or by telephone; the one that failed, the one that told of the death."""
    names = planned_visits()["VISIT"].to_numpy(dtype=object)
    asked = np.flatnonzero(np.isin(names, visits_of("SURVIVAL")))
    death, end, exits = (trial[name].to_numpy() for name in ("DEATH", "END", "EXIT"))
    when = day[:, asked]
    alive = (when <= end[:, None]) & (when < death[:, None])
    i, column = np.nonzero(alive)
    rows = [pd.DataFrame({"I": i, "AT": asked[column], "DAY": when[i, column], "STATUS": "ALIVE", "ALIVE": when[i, column]})]
    dead = np.flatnonzero(exits == "DEATH")
    rows.append(
        pd.DataFrame(
            {"I": dead, "AT": asked[_next(when[dead], death[dead])], "DAY": death[dead], "STATUS": "DEAD", "ALIVE": death[dead]}
        )
    )
    # A visit of its own, by event.
    own = table[(table["VISIT"] == EXTRA) & (EXTRA in visits_of("SURVIVAL"))]
    own = own[own["DAY"].to_numpy() < death[own["I"]]]
    rows.append(pd.DataFrame({"I": own["I"], "AT": -1, "DAY": own["DAY"], "STATUS": "ALIVE", "ALIVE": own["DAY"]}))
    lost = np.flatnonzero(exits == "LOST")
    told = trial["EXIT_DAY"].to_numpy()[lost]
    rows.append(
        pd.DataFrame({"I": lost, "AT": asked[_next(when[lost], told)], "DAY": told, "STATUS": "LOST", "ALIVE": end[lost]})
    )
    table = pd.concat(rows, ignore_index=True).sort_values(["I", "DAY"], ignore_index=True, kind="stable")
    i, at = table["I"].to_numpy(), table["AT"].to_numpy()
    rand = trial["RAND"].to_numpy("datetime64[D]")[i]
    in_person = (at < 0) | (here[i, at] & (day[i, at] == table["DAY"].to_numpy()))
    return pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"].to_numpy()[i],
            "VISIT": np.where(at < 0, EXTRA, names[at]),
            "CONTACT_DAT": text(rand + days(table["DAY"])),
            "STATUS": table["STATUS"],
            "LAST_ALIVE_DAT": text(rand + days(table["ALIVE"])),
            "SOURCE": np.where(table["STATUS"] == "DEAD", "家属", np.where(in_person, "门诊", "电话随访")),
        }
    )


def _next(when: np.ndarray, day: np.ndarray) -> np.ndarray:
    """The column of the first contact on or after the day."""
    return (when >= day[:, None]).argmax(axis=1)


def end_forms(numbers: pd.DataFrame, trial: pd.DataFrame, random: np.random.Generator) -> dict[str, pd.DataFrame]:
    """DEATH and DISP."""
    dead = trial[trial["DEATH"] < NEVER]
    causes = [CAUSES[cause] for cause in dead["CAUSE"]]
    draw = random.random((2, len(dead)))
    death = pd.DataFrame(
        {
            "SUBJID": dead["SUBJID"],
            "DTH_DAT": text(dead["RAND"].to_numpy("datetime64[D]") + days(dead["DEATH"])),
            "CAUSE": [words[int(at * len(words))] for words, at in zip(causes, draw[0], strict=True)],
            "RELATED_DISEASE": np.where(dead["CAUSE"] == "RELAPSE", "Y", "N"),
            "AUTOPSY": np.where(draw[1] < 0.03, "Y", "N"),
        }
    )
    failed = numbers[numbers["FAILS"] != ""]
    told = failed["JUDGED"].to_numpy("datetime64[D]")
    screened = pd.DataFrame(
        {"SUBJID": failed["SUBJID"], "EOT_DAT": "", "EOT_REASON": "", "EOS_DAT": text(told), "EOS_REASON": "SCREEN FAILURE"}
    )
    rand = trial["RAND"].to_numpy("datetime64[D]")
    dates = {}
    for name, column in (("EOT_DAT", "EOT"), ("EOS_DAT", "EXIT_DAY")):
        known = (trial[column] < NEVER).to_numpy()
        dates[name] = np.where(known, text(rand + days(np.where(known, trial[column], 0))), "")
    treated = pd.DataFrame(
        {
            "SUBJID": trial["SUBJID"],
            "EOT_DAT": dates["EOT_DAT"],
            "EOT_REASON": trial["EOT_REASON"],
            "EOS_DAT": dates["EOS_DAT"],
            "EOS_REASON": trial["EXIT"].map(EXITS),
        }
    )
    treated = treated[(treated["EOT_DAT"] != "") | (treated["EOS_DAT"] != "")]
    disposition = pd.concat([screened, treated], ignore_index=True).sort_values("SUBJID", ignore_index=True)
    return {"DEATH": death, "DISP": disposition}

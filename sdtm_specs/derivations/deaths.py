"""What the forms tell of deaths, and what most of them agree on."""

from __future__ import annotations

from typing import Any

import pandas as pd

from trialbook.checks import once
from trialbook.datasets.iso8601 import before, first_day, last_day

_TELLING = {
    "death": ("SUBJID", "DTH_DAT"),
    "surv": ("SUBJID", "STATUS", "CONTACT_DAT", "LAST_ALIVE_DAT"),
    "disp": ("SUBJID", "EOT_REASON", "EOT_DAT", "EOS_REASON", "EOS_DAT"),
    "ae": ("SUBJID", "OUTCOME", "CTCAE_GRADE", "SAE_CRIT", "END"),
    "dm": ("SUBJID", "SUBJID_PREV"),
}
"""The cells by which forms tell of a death."""


def deaths(
    read: Any,
    subjid: pd.Series,
    death: pd.DataFrame,
    surv: pd.DataFrame,
    disp: pd.DataFrame,
    ae: pd.DataFrame,
    dm: pd.DataFrame,
) -> pd.DataFrame:
    """What the forms tell of the death of each subject of ``subjid``; index of that.

    Dates in ISO 8601 by who tells it, ``""`` for a date that is not there, null where the form tells of no death: FORM (the death
    form), CONTACT and ALIVE (the contact that told of it, and until when the subject was known to be alive), ENDED (of the study)
    and STOPPED (of treatment) by death, EVENT (the end of a fatal event). VOICES: of these forms how many tell of the death; ON:
    the date that most of them have, of several the one that the contact leaves possible, and then the latest; AGREED: how many
    have it; BY: the day after which nobody is alive, ON or that of the contact that told of the death before, unless the contact
    itself or a fatal event says that it is not the one. ``read`` reads the forms: ``reader`` of the model whose rule asks.

    A record whose subject nobody knows counts as the one that its date fits: its number is another rule's finding.
    """
    forms = {"death": death, "surv": surv, "disp": disp, "ae": ae, "dm": dm}
    told = _told_deaths(read, **{name: form[list(_TELLING[name])] for name, form in forms.items()})
    agreed = told.reindex(read.derivation("first_screening_number")(subjid, dm)).set_axis(subjid.index)
    return agreed.fillna({"VOICES": 0, "ON": "", "AGREED": 0, "BY": ""})


@once
def _told_deaths(
    read: Any, death: pd.DataFrame, surv: pd.DataFrame, disp: pd.DataFrame, ae: pd.DataFrame, dm: pd.DataFrame
) -> pd.DataFrame:
    """The table of :func:`deaths` by the first screening number of each subject of which any form tells a death."""
    known, first = set(read.cells(dm, "SUBJID", "DM")), read.derivation("first_screening_number")

    def told(frame: pd.DataFrame, form: str, where: pd.Series | None, **columns: str) -> pd.DataFrame:
        rows = pd.DataFrame({name: read.date(frame, column, form) for name, column in columns.items()}, index=frame.index)
        rows = rows.assign(number=read.cells(frame, "SUBJID", form)).astype("str")
        return rows if where is None else rows[where]

    found = [
        told(death, "DEATH", None, FORM="DTH_DAT"),
        told(surv, "SURV", read.term(surv, "STATUS", "SURV") == "DEAD", CONTACT="CONTACT_DAT", ALIVE="LAST_ALIVE_DAT"),
        told(disp, "DISP", read.term(disp, "EOS_REASON", "DISP") == "DEATH", ENDED="EOS_DAT"),
        told(disp, "DISP", read.term(disp, "EOT_REASON", "DISP") == "DEATH", STOPPED="EOT_DAT"),
        told(ae, "AE", read.derivation("fatal")(read, ae), EVENT="END"),
    ]
    dated = pd.concat([rows[rows["number"].isin(known)].iloc[:, [0, -1]].set_axis(["on", "number"], axis=1) for rows in found])
    dated = dated[dated["on"] != ""].drop_duplicates()
    dated = dated[~dated["on"].duplicated(keep=False)].set_index("on")["number"]
    table = pd.DataFrame(index=pd.Index([], dtype="str"))
    for rows in found:
        number = rows["number"].where(
            rows["number"].isin(known), rows.iloc[:, 0].map(dated).astype("object").fillna("").astype("str")
        )
        rows = rows.drop(columns="number").assign(of=first(number, dm))
        rows = rows[rows["of"] != ""].sort_values(rows.columns[0]).groupby("of").max()
        table = table.join(rows, how="outer")
    return _agreed(table.astype("object").astype("str"))


def _agreed(table: pd.DataFrame) -> pd.DataFrame:
    """The table of deaths with VOICES, ON, AGREED and BY."""
    told = table.fillna("").astype("str")
    voices = [["FORM"], ["CONTACT"], ["ENDED", "STOPPED"], ["EVENT"]]
    count = sum(table[names].notna().any(axis=1).astype(int) for names in voices)
    first, last = ({name: days(told[name]) for name in told} for days in (first_day, last_day))

    def same(one: str, other: str) -> pd.Series:
        return (first[one] <= last[other]) & (first[other] <= last[one])

    date, latest = pd.Series("", index=table.index, dtype="str"), pd.Series(pd.NaT, index=table.index, dtype="datetime64[ns]")
    most = pd.Series(0.0, index=table.index)
    for one in ("FORM", "ENDED", "STOPPED", "EVENT"):
        fits = ~(last[one] < first["ALIVE"]) & ~(last["CONTACT"] < first[one])
        votes = same(one, "FORM").astype(int) + same(one, "EVENT") + (same(one, "ENDED") | same(one, "STOPPED"))
        votes += 1.5 * ((told["CONTACT"] != "") & fits)
        better = first[one].notna() & ((votes > most) | ((votes == most) & (latest < first[one])))
        date, most, latest = told[one].where(better, date), votes.where(better, most), last[one].where(better, latest)
    # The day on which others told of it is the latest that it can be.
    on = date.where(date != "", told["CONTACT"]).astype("str")
    sooner = before(told["CONTACT"], on) & ~before(told["CONTACT"], told["ALIVE"]) & (told["ALIVE"] != "") & table["EVENT"].isna()
    return table.assign(VOICES=count, ON=on, AGREED=most // 1, BY=told["CONTACT"].where(sooner, on).astype("str"))

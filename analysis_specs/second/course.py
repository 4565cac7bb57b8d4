"""What happened to a subject after its randomization: relapse, death, other therapy, and to when it was observed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from .dates import earliest, first_day, latest, span, whole_day

THERAPY = "SUBSEQUENT ANTI-LEUKEMIC THERAPY"
TREATMENT = "STUDY TREATMENT"
RELAPSED = "RELAPSED DISEASE FROM CR"
REMISSION = {("HEMARESP", "CR"), ("MRPHRESP", "CR"), ("MRPHRESP", "CRh")}
"""An assessment, or a marrow, without relapse."""
NOT_ALIVE = ("DEATH", "LOST TO FOLLOW-UP")
"""Dispositions whose date does not tell that the subject lived."""

Records = dict[str, list[dict[str, Any]]]


@dataclass(frozen=True)
class Course:
    """Days of a subject's course: the intercurrent events by their id in protocol/objectives.yml, and the ends of observation.

    ``remission``: the last assessment or marrow that found it in remission (section 10.5.1.3); ``alive``: the last day on
    which it is known to have lived.
    """

    events: dict[str, date | None]
    remission: date | None
    alive: date | None


def course(subject: dict[str, Any], records: Records, randomized: date) -> Course:
    """The course of a subject since its randomization, by its record in DM and its records in the other datasets."""
    contacts = known_alive(records)
    died = death(subject["DTHDTC"], contacts)
    rs = records["RS"]
    hematologic = [row for row in rs if row["RSTESTCD"] == "HEMARESP"]
    relapses = [row["RSDTC"] for row in hematologic if row["RSSTRESC"] == RELAPSED]
    relapses += [row["RSDTC"] for row in rs if row["RSTESTCD"] == "DRCRIND" and row["RSSCAT"] == "HEMATOLOGIC RELAPSE"]
    therapies = [row["CMSTDTC"] for row in records["CM"] if row["CMCAT"] == THERAPY]
    therapies += [row["PRSTDTC"] for row in records["PR"] if row["PRCAT"] == THERAPY]
    doses = [row["ECSTDTC"] for row in records["EC"] if row["ECOCCUR"] == "N" or row["ECADJ"]]
    doses += [row["DSSTDTC"] for row in records["DS"] if row["DSSCAT"] == TREATMENT and row["DSDECOD"] not in ("", "COMPLETED")]
    return Course(
        events={
            "RELAPSE": first_since(relapses, randomized),
            "DEATH": died,
            "THERAPY": first_since(therapies, randomized),
            "DOSE": first_since(doses, randomized),
        },
        remission=latest(first_day(row["RSDTC"]) for row in rs if (row["RSTESTCD"], row["RSSTRESC"]) in REMISSION),
        alive=latest(one for one in contacts if died is None or one <= died),
    )


def first_since(dates: Iterable[str], randomized: date) -> date | None:
    """The first of the dates, each the first day that it can be since the randomization.

    An intercurrent event is one after randomization (protocol/objectives.yml): what was before it in any reading is none.
    """
    spans = [found for found in map(span, dates) if found is not None and found[1] >= randomized]
    return earliest(max(first, randomized) for first, _ in spans)


def death(dthdtc: str, contacts: list[date]) -> date | None:
    """The day of death. Of a partial date the first possible day that is not before the last contact (section 10.1)."""
    possible = span(dthdtc)
    if possible is None:
        return None
    contact = latest(one for one in contacts if one <= possible[1])
    return possible[0] if contact is None else max(possible[0], contact)


def known_alive(records: Records) -> list[date]:
    """The days on which the subject is known to have lived: contacts, what they tell of earlier days, visits, injections, ends.

    A partial date is not completed (section 10.1), and tells no day.
    """
    days = [whole_day(row["EXSTDTC"]) for row in records["EX"]]
    days += [whole_day(row["SSDTC"]) for row in records["SS"] if row["SSTESTCD"] == "SURVSTAT" and row["SSSTRESC"] == "ALIVE"]
    days += [whole_day(row["SSSTRESC"]) for row in records["SS"] if row["SSTESTCD"] == "LSCFADTC"]
    for row in records["SV"]:
        days += [whole_day(row["SVSTDTC"]), whole_day(row["SVENDTC"])]
    days += [whole_day(row["DSSTDTC"]) for row in records["DS"] if row["DSDECOD"] not in NOT_ALIVE]
    return [one for one in days if one is not None]

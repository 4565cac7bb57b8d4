"""Who a record is of: a subject by whichever of its screening numbers; its consents, the regimen consented to, its visits."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from trialbook.checks import once, value_beside
from trialbook.datasets.iso8601 import first_day
from trialbook.protocol import Protocol

DRUG = "PEGIFN"
"""The intervention of protocol/interventions.yml that the injections are of."""

VISIT_DATES = {
    "VS_ECOG": "DAT",
    "LAB": "LAB_DAT",
    "BM": "BM_DAT",
    "MRD_PCR": "SAMPLE_DAT",
    "MRD_MFC": "SAMPLE_DAT",
    "RESP": "ASSESS_DAT",
    "THYROID_AB": "DAT",
    "SEROLOGY": "DAT",
    "SURV": "CONTACT_DAT",
}
"""The forms that name a visit, and the date of each."""

CONTACT_MODES = {"TELEPHONE CALL": "电话|telephone|phone", "IN PERSON": "门诊|住院|病房|clinic|hospital|in person"}
"""How a contact took place, by what sites write of where they know it from; of others (家属) that is not said."""


@cache
def protocol() -> Protocol:
    """The study's protocol, read when it is first asked for: the specifications can be read without it."""
    return Protocol(Path(__file__).resolve().parents[2] / "protocol")


def regimen(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The dose to start with and how often it is given, by the version of the protocol that the subject consented to.

    A number with several records of consent that tell of several versions, like one without a record, has the first version.
    """
    dm = forms["DM"]
    consented = pd.DataFrame({"number": dm["SUBJID"].str.strip(), "version": protocol().in_force(dm["ICF_VER"], dm["ICF_DAT"])})
    consented = consented.drop_duplicates()
    version = consented[~consented["number"].duplicated(keep=False)].set_index("number")["version"]
    versions = subjid.str.strip().map(version).fillna(protocol().versions[0])
    return versions.map({name: _regimen(protocol().version(name)) for name in versions.unique()}).astype("str")


def _regimen(version: Protocol) -> str:
    given = version.interventions[DRUG].regimen
    often = {1: "once a day", 7: "once a week"}.get(given.every, f"once every {given.every} days")
    return f"{given.dose:g} {given.unit} {often}"


def usubjid(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """STUDYID-SITEID-first screening number; empty for a number that no demographics record has: its site is not known."""
    dm = forms["DM"]
    first = first_screening_number(subjid, dm)
    sites = dm[["SUBJID", "SITEID"]].apply(lambda column: column.str.strip())
    sites = sites[(sites != "").all(axis=1)].drop_duplicates("SUBJID").set_index("SUBJID")["SITEID"]
    site = first.map(sites).astype("object").fillna("").astype("str")
    return (f"{protocol().id}-" + site + "-" + first).where(site != "", "").astype("str")


@once
def first_screening_number(subjid: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """The number of the subject's first screening, by way of SUBJID_PREV however often it was screened.

    A number whose way goes round in a circle has no first one: it stands for itself, so that no two people become one.
    """
    earlier = _earlier(dm)
    numbers = subjid.str.strip()
    return numbers.map({number: (_way(number, earlier) or [number])[-1] for number in numbers.unique()}).astype("str")


def in_demographics(read: Any, subjid: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """Whether DM has each number; ``read`` reads the forms: ``reader`` of the model whose rule asks."""
    return subjid.isin(set(read.cells(dm, "SUBJID", "DM")) - {""})


@once
def arm(read: Any, subjid: pd.Series, rand: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
    """The group of each number's subject, by whichever of its screening numbers RAND has; ``read`` as above."""
    rows = first_screening_number(rand["SUBJID"], dm)
    return value_beside(read.term(rand, "GROUP", "RAND"), rows, first_screening_number(subjid, dm))


def way_ends(subjid: pd.Series, dm: pd.DataFrame) -> pd.Series:
    """Whether the way back by SUBJID_PREV comes to a first screening, and does not go round in a circle."""
    earlier = _earlier(dm)
    return subjid.str.strip().map(lambda number: _way(number, earlier) is not None).astype("bool")


def stands_for_subject(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """Whether a demographics record is the one of its subject: no later record names its number as the earlier one.

    A wrong SUBJID_PREV must not remove a subject: a randomized one stays, whatever names it, and so does each of a circle.
    """
    earlier = _earlier(forms["DM"])
    superseded = {before for number, before in earlier.items() if _way(number, earlier) is not None}
    randomized = set(forms["RAND"]["SUBJID"].str.strip())
    return ~subjid.str.strip().isin(superseded - randomized)


def _earlier(dm: pd.DataFrame) -> dict[str, str]:
    """The earlier number of each number; one that is not there, or is the number itself, is none."""
    numbers = dm[["SUBJID", "SUBJID_PREV"]].apply(lambda column: column.str.strip())
    there = numbers["SUBJID_PREV"].isin(set(numbers["SUBJID"]) - {""}) & (numbers["SUBJID_PREV"] != numbers["SUBJID"])
    named = numbers[there].drop_duplicates("SUBJID")
    return dict(zip(named["SUBJID"], named["SUBJID_PREV"], strict=True))


def _way(number: str, earlier: dict[str, str]) -> list[str] | None:
    """The numbers from ``number`` back to the first; None where they go round in a circle."""
    way = [number]
    while way[-1] in earlier:
        way.append(earlier[way[-1]])
        if len(way) > len(earlier) + 1:
            return None
    return way


def next_consent(subjid: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The date of consent to the screening that names this number as the earlier one; empty where there is none."""
    dm = forms["DM"]
    earlier = _earlier(dm)
    later = {before: number for number, before in earlier.items() if _way(number, earlier) is not None}
    consents = dm[dm["ICF_DAT"] != ""].assign(SUBJID=dm["SUBJID"].str.strip()).drop_duplicates("SUBJID")
    return subjid.str.strip().map(later).map(consents.set_index("SUBJID")["ICF_DAT"]).astype("str").fillna("")


def first_consent(subjid: pd.Series, consent: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The earliest consent of the subject under any of its screening numbers; ``consent`` where there is none."""
    dm = forms["DM"]
    consents = pd.DataFrame({"first": first_screening_number(dm["SUBJID"], dm), "on": dm["ICF_DAT"]})
    consents = consents.assign(day=first_day(dm["ICF_DAT"]))
    consents = consents.dropna(subset=["day"]).sort_values(["day", "on"]).drop_duplicates("first").set_index("first")["on"]
    return first_screening_number(subjid, dm).map(consents).astype("str").fillna(consent).astype("str")


def opens_visit(subjid: pd.Series, visit: pd.Series, **earlier: pd.DataFrame) -> pd.Series:
    """Whether a record is the first of its form of a planned visit of the subject, of which no ``earlier`` form has any.

    So a subject has each visit once, whichever of its forms there are; one that was screened again has one screening.
    """
    dm = earlier.pop("DM")
    own = pd.MultiIndex.from_arrays([first_screening_number(subjid, dm), visit])
    told = [pd.MultiIndex.from_frame(_days(form, name, dm)[["of", "visit"]]) for name, form in earlier.items()]
    known = pd.Series(own.duplicated(), index=subjid.index)
    for one in told:
        known |= own.isin(one)
    return ~known & (subjid.str.strip() != "") & visit.isin(list(protocol().visits))


def visit_begins(subjid: pd.Series, visit: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The first date that any form has of the visit of each record; empty where the subject was at none of them."""
    return _date_of(subjid, visit, forms, last=False)


def visit_ends(subjid: pd.Series, visit: pd.Series, **forms: pd.DataFrame) -> pd.Series:
    """The last date that any form has of it."""
    return _date_of(subjid, visit, forms, last=True)


def contact_mode(source: pd.Series) -> pd.Series:
    """The term of CNTMODE for the source of a contact; empty where the site does not say how it was."""
    plain, found = source.str.normalize("NFKC"), pd.Series("", index=source.index, dtype="str")
    for mode, words in reversed(CONTACT_MODES.items()):
        found = found.mask(plain.str.contains(words, case=False).astype(bool), mode)
    return found.astype("str")


def _days(form: pd.DataFrame, name: str, dm: pd.DataFrame) -> pd.DataFrame:
    """The distinct subjects (of), visits and dates of a form; of a contact that did not find the subject alive no date."""
    date = form[VISIT_DATES[name]]
    if name == "SURV":
        date = date.where(form["STATUS"] == "ALIVE", "").astype("str")
    days = pd.DataFrame({"number": form["SUBJID"], "visit": form["VISIT"], "date": date}).drop_duplicates()
    return days.assign(of=first_screening_number(days["number"], dm))


def _date_of(subjid: pd.Series, visit: pd.Series, forms: dict[str, pd.DataFrame], last: bool) -> pd.Series:
    dm = forms.pop("DM")
    days = pd.concat([_days(form, name, dm) for name, form in forms.items()], ignore_index=True)
    days = days.assign(day=first_day(days["date"])).dropna(subset=["day"]).sort_values(["day", "date"], kind="stable")
    dates = days.drop_duplicates(["of", "visit"], keep="last" if last else "first").set_index(["of", "visit"])["date"]
    wanted = pd.MultiIndex.from_arrays([first_screening_number(subjid, dm), visit])
    return dates.reindex(wanted).set_axis(subjid.index).astype("object").fillna("").astype("str")

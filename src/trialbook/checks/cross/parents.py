"""The parents that records of SUPP--, RELREC and CO point at: by which variable, and whether they are there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from trialbook.checks.cross.given import Given, text
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

POINTS = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL")
"""The variables by which a record points at its parent."""


def _named(given: Given, name: str) -> list[str]:
    return [one for one in dict.fromkeys(given.datasets[name].frame["RDOMAIN"]) if one]


def parents_of(given: Given, name: str) -> dict[str, tuple[str, ...]]:
    """By RDOMAIN the datasets that are there of it; where none of any is there, those that the rule will miss."""
    named = _named(given, name)
    found = {domain: (domain,) if domain in given.datasets else given.of_domain(domain) for domain in named}
    return found if any(found.values()) else {domain: (domain,) for domain in named}


def reads_of(parents: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    """What a rule reads that looks for these parents."""
    return {one: () for datasets in parents.values() for one in datasets}


def idvar(name: str, parents: Mapping[str, tuple[str, ...]]) -> Rule:
    """IDVAR is a variable of a dataset that the record may point into."""
    order = list(reads_of(parents))

    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> pd.Series:
        tables = dict(zip(order, read, strict=True))
        ok = pd.Series(True, index=frame.index)
        for domain, datasets in parents.items():
            of = frame["RDOMAIN"] == domain
            variables = {column for one in datasets for column in tables[one].columns}
            if variables:
                ok &= ~(of & (frame["IDVAR"] != "") & ~frame["IDVAR"].isin(variables))
        return ok

    return Rule(
        f"TB-{name}-IDVAR",
        Severity.ERROR,
        "IDVAR {IDVAR} is no variable of {RDOMAIN}",
        check,
        ("IDVAR", "RDOMAIN"),
        reads=reads_of(parents),
        cites=("CG0370", "SDTMIG 3.4 section 8.4"),
        mend=("IDVAR",),
    )


def parent_there(name: str, parents: Mapping[str, tuple[str, ...]], own: bool) -> Rule:
    """The parent is there; of a qualifier (``own``) without IDVAR too: that is a record of its subject."""
    order = list(reads_of(parents))

    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> pd.Series:
        tables = dict(zip(order, read, strict=True))
        ok = np.full(len(frame), True)
        points = frame[list(POINTS)].reset_index(drop=True)
        for (domain, variable), of in points.groupby(["RDOMAIN", "IDVAR"], sort=False):
            there = [tables[one] for one in parents.get(str(domain), ())]
            if variable and not any(variable in table for table in there):
                continue
            if there and (variable or own):
                # Without a value nothing is looked for: that is another rule's.
                ok[of.index] = _found(of, str(variable), there) | ((of["IDVARVAL"] == "") & (variable != "")).to_numpy()
        return pd.Series(ok, index=frame.index)

    return Rule(
        f"TB-{name}-IDVARVAL-PARENT",
        Severity.ERROR,
        "{RDOMAIN} has no record of the subject whose {IDVAR} is {IDVARVAL}",
        check,
        ("IDVARVAL", "IDVAR", "USUBJID", "RDOMAIN"),
        reads=reads_of(parents),
        cites=("CG0371", "SDTMIG 3.4 section 8.4"),
        mend=("IDVARVAL", "USUBJID"),
        across=not own,
    )


def _found(points: pd.DataFrame, variable: str, tables: list[pd.DataFrame]) -> np.ndarray:
    """Whether each has its parent in one of the tables: by subject where it names one, and by the variable's value.

    A relation of whole datasets names neither.
    """
    found = ((points["USUBJID"] == "") & (points["IDVARVAL"] == "")).to_numpy(copy=True)
    for table in tables:
        if variable and variable not in table:
            continue
        wanted, there = points["USUBJID"].str.strip(), _subjects(table)
        if not variable:
            found |= wanted.isin(there).to_numpy()
            continue
        values, cells = plain_values(points["IDVARVAL"]), plain_values(table[variable])
        with_subject = pd.MultiIndex.from_arrays([wanted, values]).isin(pd.MultiIndex.from_arrays([there, cells]))
        found |= np.where(wanted == "", values.isin(cells), with_subject) & (values != "").to_numpy()
    return found


def _subjects(table: pd.DataFrame) -> pd.Series:
    return text(table["USUBJID"]).str.strip() if "USUBJID" in table else pd.Series("", index=table.index, dtype="str")


def plain_values(cells: pd.Series) -> pd.Series:
    """Values as they are compared: without outer blanks, numbers by what they are worth (``1``, ``1.0`` and `` 01`` are one)."""
    codes, distinct = pd.factorize(cells)
    texts = pd.Series(distinct)
    stripped = text(texts).str.strip()
    whole = stripped.str.fullmatch(r"[+-]?\d+(\.\d*)?").fillna(False).astype(bool)
    number = pd.to_numeric(stripped.where(whole), errors="coerce")
    plain = [*stripped.where(number.isna(), text(number.astype("float64"))), ""]
    # A missing cell has the code -1.
    return pd.Series(np.array(plain, dtype=object)[codes], index=cells.index, dtype="str")

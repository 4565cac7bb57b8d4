"""Records that point at others: qualifiers (SUPP--), related records (RELREC) and comments (CO), each to a parent that exists."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
import pandas as pd

from trialbook.checks.cross.given import Given, Made, text
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

_POINTS = ("USUBJID", "RDOMAIN", "IDVAR", "IDVARVAL")
_IDVAR_CORE = {"RELREC": "CORE-000916", "CO": "CORE-000953"}
_QNAM = r"[A-Z_][A-Z0-9_]{0,7}"


def relationships(given: Given) -> Made:
    """The rules about SUPP--, RELREC and CO."""
    for name in given.datasets:
        if name.startswith("SUPP") and given.texts(name, *_POINTS, "QNAM"):
            yield from _qualifiers(given, name)
        elif name in ("RELREC", "CO") and given.texts(name, *_POINTS):
            yield from _pointers(given, name)
    if given.texts("RELREC", "RELID", "USUBJID"):
        yield "RELREC", _several_sides()
    if given.texts("RELREC", "RELTYPE", "IDVAR"):
        yield "RELREC", _type_of_datasets()


def _qualifiers(given: Given, name: str) -> Made:
    """SUPPLBCH qualifies LBCH where that is there, else what there is of LB; SUPPQUAL whatever its records name."""
    about = name.removeprefix("SUPP")
    domain = _domain(about)
    parents = (about,) if about in given.datasets else given.of_domain(domain)
    if about != "QUAL":
        yield name, _names_parent(name, domain)
    read = tuple(parents) or ((about,) if about != "QUAL" else ())
    yield name, _idvar(name, {domain: read} if about != "QUAL" else _parents(given, name))
    yield name, _has_variable(name)
    yield name, _both_or_neither(name)
    yield name, _parent_there(name, {domain: read} if about != "QUAL" else _parents(given, name), own=True)
    yield name, _qnam_once(name)
    yield name, _qnam_is_name(name, read)


def _pointers(given: Given, name: str) -> Made:
    parents = _parents(given, name)
    yield name, _dataset_there(given, name)
    yield name, _idvar(name, parents)
    yield name, _both_or_neither(name)
    yield name, _parent_there(name, parents, own=False)


def _domain(dataset: str) -> str:
    return dataset if dataset == "QUAL" else dataset[:4] if dataset.startswith("AP") else dataset[:2]


def _named(given: Given, name: str) -> list[str]:
    return [one for one in dict.fromkeys(given.datasets[name].frame["RDOMAIN"]) if one]


def _parents(given: Given, name: str) -> dict[str, tuple[str, ...]]:
    """By RDOMAIN the datasets that are there of it; where none of any is there, those that the rule will miss."""
    named = _named(given, name)
    found = {domain: (domain,) if domain in given.datasets else given.of_domain(domain) for domain in named}
    return found if any(found.values()) else {domain: (domain,) for domain in named}


def _reads(parents: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
    return {one: () for datasets in parents.values() for one in datasets}


def _names_parent(name: str, domain: str) -> Rule:
    return Rule(
        f"TB-{name}-RDOMAIN",
        Severity.ERROR,
        f"RDOMAIN is not {domain}, the domain that {name} qualifies",
        lambda frame: frame["RDOMAIN"] == domain,
        ("RDOMAIN",),
        cites=("CORE-000538", "SDTMIG 3.4 section 8.4"),
        mend=("RDOMAIN",),
    )


def _dataset_there(given: Given, name: str) -> Rule:
    known = {one.domain for one in given.datasets.values()} | set(given.datasets)
    parents = _parents(given, name)
    alone = not any(one in given.datasets for datasets in parents.values() for one in datasets)

    def check(frame: pd.DataFrame, *_: pd.DataFrame) -> pd.Series:
        return frame["RDOMAIN"].isin(known | {""})

    return Rule(
        f"TB-{name}-RDOMAIN",
        Severity.ERROR,
        "There is no dataset {RDOMAIN}",
        check,
        ("RDOMAIN",),
        reads=_reads(parents) if alone else {},
        cites=("CORE-000384" if name == "RELREC" else "CORE-000502", "SDTMIG 3.4 section 8.2"),
        mend=("RDOMAIN",),
    )


def _idvar(name: str, parents: Mapping[str, tuple[str, ...]]) -> Rule:
    order = list(_reads(parents))

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
        reads=_reads(parents),
        cites=(_IDVAR_CORE.get(name, "CORE-000712"), "SDTMIG 3.4 section 8.4"),
        mend=("IDVAR",),
    )


def _has_variable(name: str) -> Rule:
    """A qualifier of anything but a subject (DM) has to say by which variable its parent is found."""
    return Rule(
        f"TB-{name}-IDVAR-FILLED",
        Severity.ERROR,
        "IDVAR is empty, though the parent is no record of DM",
        lambda frame: (frame["IDVAR"] != "") | frame["RDOMAIN"].isin(("DM", "")),
        ("IDVAR", "RDOMAIN"),
        cites=("CORE-000134", "SDTMIG 3.4 section 8.4"),
        mend=("IDVAR",),
    )


def _both_or_neither(name: str) -> Rule:
    """Only a relation of whole datasets has a variable without a value."""

    def check(frame: pd.DataFrame) -> pd.Series:
        variable, value = frame["IDVAR"] != "", frame["IDVARVAL"] != ""
        return (variable | ~value) if name == "RELREC" else variable == value

    return Rule(
        f"TB-{name}-IDVARVAL-IDVAR",
        Severity.ERROR,
        "IDVAR {IDVAR} and IDVARVAL {IDVARVAL} go together, and one of them is empty",
        check,
        ("IDVARVAL", "IDVAR"),
        cites=("CORE-000218", *(() if name == "RELREC" else ("CORE-000135",)), "SDTMIG 3.4 section 8.4"),
        mend=("IDVARVAL", "IDVAR"),
    )


def _parent_there(name: str, parents: Mapping[str, tuple[str, ...]], own: bool) -> Rule:
    order = list(_reads(parents))

    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> pd.Series:
        tables = dict(zip(order, read, strict=True))
        ok = np.full(len(frame), True)
        points = frame[list(_POINTS)].reset_index(drop=True)
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
        reads=_reads(parents),
        cites=("CORE-000206", "SDTMIG 3.4 section 8.4"),
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


def _qnam_once(name: str) -> Rule:
    def check(frame: pd.DataFrame) -> pd.Series:
        parent = frame[["USUBJID", "RDOMAIN", "IDVAR", "QNAM"]].assign(value=plain_values(frame["IDVARVAL"]))
        return ~parent.duplicated(keep=False)

    return Rule(
        f"TB-{name}-QNAM-ONE",
        Severity.ERROR,
        "The parent record has {QNAM} more than once",
        check,
        ("USUBJID", "IDVAR", "IDVARVAL", "QNAM"),
        cites=("CORE-000203", "SDTMIG 3.4 section 8.4"),
        mend=("QNAM", "IDVARVAL"),
        twins=True,
    )


def _qnam_is_name(name: str, parents: tuple[str, ...]) -> Rule:
    def check(frame: pd.DataFrame, *read: pd.DataFrame) -> pd.Series:
        variables = {column for table in read for column in table.columns}
        shaped = frame["QNAM"].str.fullmatch(_QNAM).fillna(False).astype(bool)
        return (frame["QNAM"] == "") | (shaped & ~frame["QNAM"].isin(variables))

    return Rule(
        f"TB-{name}-QNAM-NAME",
        Severity.ERROR,
        "QNAM {QNAM} can't name a variable, or is one that the parent dataset has",
        check,
        ("QNAM",),
        reads=dict.fromkeys(parents, ()),
        cites=("CORE-000221", "CORE-000783", "SDTMIG 3.4 section 8.4"),
        mend=("QNAM",),
    )


def _several_sides() -> Rule:
    def check(frame: pd.DataFrame) -> pd.Series:
        return (frame["RELID"] == "") | frame.duplicated(["USUBJID", "RELID"], keep=False)

    return Rule(
        "TB-RELREC-RELID-SIDES",
        Severity.ERROR,
        "The relationship {RELID} has no other side",
        check,
        ("RELID", "USUBJID"),
        cites=("CORE-000484", "SDTMIG 3.4 section 8.2"),
        mend=("RELID",),
    )


def _type_of_datasets() -> Rule:
    def check(frame: pd.DataFrame) -> pd.Series:
        records = frame["IDVAR"].str.endswith("SEQ").astype(bool)
        return (frame["RELTYPE"] == "") | ~records

    return Rule(
        "TB-RELREC-RELTYPE",
        Severity.ERROR,
        "RELTYPE is of relations between datasets, and this one is between records",
        check,
        ("RELTYPE", "IDVAR"),
        cites=("CORE-000202", "SDTMIG 3.4 section 8.3"),
        mend=("RELTYPE",),
    )

"""Records that point at others: qualifiers (SUPP--), related records (RELREC) and comments (CO), each to a parent that exists."""

from __future__ import annotations

import pandas as pd

from trialbook.checks.cross.given import Given, Made
from trialbook.checks.cross.parents import POINTS, idvar, parent_there, parents_of, plain_values, reads_of
from trialbook.checks.rule import Rule
from trialbook.findings import Severity

_QNAM = r"[A-Z_][A-Z0-9_]{0,7}"


def relationships(given: Given) -> Made:
    """The rules about SUPP--, RELREC and CO."""
    for name in given.datasets:
        if name.startswith("SUPP") and given.texts(name, *POINTS, "QNAM"):
            yield from _qualifiers(given, name)
        elif name in ("RELREC", "CO") and given.texts(name, *POINTS):
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
    yield name, idvar(name, {domain: read} if about != "QUAL" else parents_of(given, name))
    yield name, _has_variable(name)
    yield name, _both_or_neither(name)
    yield name, parent_there(name, {domain: read} if about != "QUAL" else parents_of(given, name), own=True)
    yield name, _qnam_once(name)
    yield name, _qnam_is_name(name, read)


def _pointers(given: Given, name: str) -> Made:
    parents = parents_of(given, name)
    yield name, _dataset_there(given, name)
    yield name, idvar(name, parents)
    yield name, _both_or_neither(name)
    yield name, parent_there(name, parents, own=False)


def _domain(dataset: str) -> str:
    return dataset if dataset == "QUAL" else dataset[:4] if dataset.startswith("AP") else dataset[:2]


def _names_parent(name: str, domain: str) -> Rule:
    return Rule(
        f"TB-{name}-RDOMAIN",
        Severity.ERROR,
        f"RDOMAIN is not {domain}, the domain that {name} qualifies",
        lambda frame: frame["RDOMAIN"] == domain,
        ("RDOMAIN",),
        cites=("CG0334", "SDTMIG 3.4 section 8.4"),
        mend=("RDOMAIN",),
    )


def _dataset_there(given: Given, name: str) -> Rule:
    known = {one.domain for one in given.datasets.values()} | set(given.datasets)
    parents = parents_of(given, name)
    alone = not any(one in given.datasets for datasets in parents.values() for one in datasets)

    def check(frame: pd.DataFrame, *_: pd.DataFrame) -> pd.Series:
        return frame["RDOMAIN"].isin(known | {""})

    return Rule(
        f"TB-{name}-RDOMAIN",
        Severity.ERROR,
        "There is no dataset {RDOMAIN}",
        check,
        ("RDOMAIN",),
        reads=reads_of(parents) if alone else {},
        cites=("CG0374" if name == "RELREC" else "CG0369", "SDTMIG 3.4 section 8.2"),
        mend=("RDOMAIN",),
    )


def _has_variable(name: str) -> Rule:
    """A qualifier of anything but a subject (DM) has to say by which variable its parent is found."""
    return Rule(
        f"TB-{name}-IDVAR-FILLED",
        Severity.ERROR,
        "IDVAR is empty, though the parent is no record of DM",
        lambda frame: (frame["IDVAR"] != "") | frame["RDOMAIN"].isin(("DM", "")),
        ("IDVAR", "RDOMAIN"),
        cites=("CG0203", "SDTMIG 3.4 section 8.4"),
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
        cites=("CG0465", *(() if name == "RELREC" else ("CG0204",)), "SDTMIG 3.4 section 8.4"),
        mend=("IDVARVAL", "IDVAR"),
    )


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
        cites=("CG0411", "SDTMIG 3.4 section 8.4"),
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
        cites=("CG0417", "CG0314", "SDTMIG 3.4 section 8.4"),
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
        cites=("CG0200", "SDTMIG 3.4 section 8.2"),
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
        cites=("CG0419", "SDTMIG 3.4 section 8.3"),
        mend=("RELTYPE",),
    )

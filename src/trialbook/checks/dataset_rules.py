"""The rules that the standard implies for any dataset: structure, identifiers and keys; those about values are in
``value_rules``. Severities follow Pinnacle 21's for the same conditions.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from trialbook.checks.kit_rule import about_rule, whole_rule
from trialbook.checks.questions import Questions
from trialbook.checks.rule import Rule
from trialbook.checks.value_rules import value_rules
from trialbook.datasets import SdtmDataset
from trialbook.findings import Severity
from trialbook.standards import ControlledTerminology, Standard, StandardVariable

# The guide's keys of a dataset are an example (SDTMIG 3.4 section 3.2.1.1). Records that differ in one of these are not the same:
# an event may be recorded anew when its severity changes (section 6.2.1 assumption 1), a medication when it is asked for again.
_TELLING_APART = {
    "Events": ("TERM", "CAT", "SCAT", "SEV", "TOXGR", "STDTC"),
    "Interventions": ("CAT", "SCAT", "DOSE", "DOSTXT", "DOSU", "DOSFRM", "DOSFRQ", "ROUTE", "DTC", "STDTC", "ENDTC"),
    "Findings": ("CAT", "SCAT", "SPEC", "METHOD", "LOC", "LAT", "DIR", "POS", "DTC", "TPT", "TPTNUM", "EVAL", "EVALID"),
}


def dataset_rules(
    dataset: SdtmDataset,
    standard: Standard,
    ct: ControlledTerminology,
    keys: tuple[str, ...],
    questions: Questions | None = None,
) -> tuple[Rule, ...]:
    """All rules of the standard for one dataset; ``keys`` is its natural key.

    Without ``questions`` the sites are asked in English. What a value of a dataset must be is no question to a site, which knows
    no dataset: the rules of its form ask.
    """
    questions = questions or Questions()
    known = {variable.name: variable for variable in standard.variables(dataset.domain)}
    rules = [
        *_structure(dataset, known, standard),
        *_identifiers(dataset, questions),
        *_keys(dataset, _telling_apart(dataset, standard, keys), questions),
    ]
    for column in dataset.frame.columns:
        variable = known.get(column) or standard.model_variable(dataset.domain, column)
        if variable is not None:
            rules.extend(value_rules(dataset, variable, ct))
    return tuple(rules)


def _structure(dataset: SdtmDataset, known: dict[str, StandardVariable], standard: Standard) -> Iterator[Rule]:
    name, frame = dataset.name, dataset.frame
    yield whole_rule(
        name, "RECORDS", Severity.WARNING, f"{name} has no records", lambda f: bool(len(f)), ("SDTMIG 3.4 section 3.2",)
    )
    for variable in known.values():
        severity = {"Req": Severity.ERROR, "Exp": Severity.WARNING}.get(variable.core)
        if severity is not None:
            word = "Required" if variable.core == "Req" else "Expected"
            yield whole_rule(
                name,
                f"{variable.name}-PRESENT",
                severity,
                f"{word} variable {variable.name} is not in the dataset",
                lambda f, there=variable.name in frame: there,
                ("CG0014" if variable.core == "Req" else "CG0016", "SDTMIG 3.4 section 4.1.5"),
            )
    order = [column for column in frame.columns if column in known]
    late = next((pair for pair in pairwise(order) if known[pair[0]].order > known[pair[1]].order), None)
    message = "The variables are not in the standard's order" + (f": {late[1]} stands after {late[0]}" if late else "")
    yield whole_rule(name, "ORDER", Severity.WARNING, message, lambda f: late is None, ("CG0664", "SDTMIG 3.4 section 4.1.4"))
    for column in frame.columns:
        meta, listed = dataset.variables[column], known.get(column) or standard.model_variable(dataset.domain, column)
        if listed is None:
            message = f"{column} is neither in the domain nor in the SDTM model; it belongs into SUPP{dataset.domain}"
            yield about_rule(
                name, column, "STANDARD", Severity.ERROR, message, lambda f: False, ("CG0013", "SDTMIG 3.4 section 2.5")
            )
            continue
        agrees = meta.type == listed.type
        message = f"{column} is not {listed.type}" if agrees else f"{column} is {meta.type}; the standard has {listed.type}"
        yield about_rule(name, column, "TYPE", Severity.ERROR, message, lambda f, agrees=agrees: agrees)
        if column in known and meta.label:
            agrees = meta.label == listed.label
            found = "" if agrees else f" but {meta.label!r}"
            message = f"{column} is not labelled {listed.label!r}{found}"
            yield about_rule(name, column, "LABEL", Severity.WARNING, message, lambda f, agrees=agrees: agrees)


def _identifiers(dataset: SdtmDataset, questions: Questions) -> Iterator[Rule]:
    name = dataset.name
    # A split dataset adds letters to its domain (LBCH); the domains of associated persons have four (APAE).
    domain = name[:4] if name.startswith("AP") else name[:2]
    if "DOMAIN" in dataset.frame:
        yield Rule(
            f"TB-{name}-DOMAIN",
            Severity.ERROR,
            f"DOMAIN is not {domain}",
            lambda f: f["DOMAIN"] == domain,
            ("DOMAIN",),
            cites=("CG0413", "SDTMIG 3.4 section 4.1.7"),
        )
    if "STUDYID" in dataset.frame and len(dataset.frame):
        own = dataset.domain == "DM"
        yield Rule(
            f"TB-{name}-STUDYID",
            Severity.ERROR,
            "STUDYID is not that of the first record" if own else "STUDYID is not that of DM",
            lambda f, *dm: f["STUDYID"] == (dm[0] if dm and len(dm[0]) else f)["STUDYID"].iloc[0],
            ("STUDYID",),
            reads={} if own else {"DM": ("STUDYID",)},
            cites=("CG0409", "SDTMIG 3.4 section 4.1.1"),
        )
    if "USUBJID" in dataset.frame and dataset.domain != "DM":
        yield Rule(
            f"TB-{name}-USUBJID-DM",
            Severity.ERROR,
            "The subject is not in DM",
            lambda f, dm: f["USUBJID"].isin(dm["USUBJID"]) | (f["USUBJID"] == ""),
            ("USUBJID",),
            reads={"DM": ("USUBJID",)},
            query=questions.ask("NO-DEMOGRAPHICS"),
            cites=("CG0029", "SDTMIG 3.4 section 5.2"),
        )


def _telling_apart(dataset: SdtmDataset, standard: Standard, keys: tuple[str, ...]) -> tuple[str, ...]:
    """``keys``; where they are but the guide's example, with the qualifiers and dates that tell real records apart."""
    listed = standard.datasets.get(dataset.domain)
    if listed is None or keys != listed.keys:
        return keys
    more = (f"{dataset.domain}{name}" for name in _TELLING_APART.get(listed.class_, ()))
    return tuple(dict.fromkeys((*keys, *more)))


def _keys(dataset: SdtmDataset, keys: tuple[str, ...], questions: Questions) -> Iterator[Rule]:
    name, seq = dataset.name, f"{dataset.domain}SEQ"
    columns = [key for key in keys if key in dataset.frame]
    if columns:
        yield Rule(
            f"TB-{name}-KEY",
            Severity.ERROR if dataset.domain == "DM" else Severity.WARNING,
            f"Another record has the same {', '.join(columns)}",
            lambda f: ~f.duplicated(columns, keep=False),
            tuple(columns),
            # Qualifiers are there twice when their parent record is, of which the site is asked.
            query="" if dataset.domain.startswith("SUPP") else questions.ask("SAME-RECORD"),
            cites=(*(("CG0151",) if dataset.domain == "DM" else ()), "SDTMIG 3.4 section 3.2.1"),
            twins=True,
        )
    if seq in dataset.frame and "USUBJID" in dataset.frame:
        yield Rule(
            f"TB-{name}-{seq}-UNIQUE",
            Severity.ERROR,
            f"{seq} is not unique within the subject",
            lambda f: ~f.duplicated(["USUBJID", seq], keep=False),
            ("USUBJID", seq),
            cites=("CG0028", "SDTMIG 3.4 section 4.1.2"),
            twins=True,
        )

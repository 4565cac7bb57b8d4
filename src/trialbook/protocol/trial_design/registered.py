"""Parameters of the trial summary that follow from ``study.yml``: the registry's words as terms of SDTM's code lists."""

from __future__ import annotations

import re
from collections.abc import Iterator

from trialbook.protocol.study import Population, StudyProtocol
from trialbook.specfile import SpecModel

PHASES = {
    "early phase 1": "EARLY PHASE I",
    "phase 1": "PHASE I TRIAL",
    "phase 1/phase 2": "PHASE I/II TRIAL",
    "phase 2": "PHASE II TRIAL",
    "phase 2/phase 3": "PHASE II/III TRIAL",
    "phase 3": "PHASE III TRIAL",
    "phase 4": "PHASE IV TRIAL",
    "not applicable": "NOT APPLICABLE",
    "n/a": "NOT APPLICABLE",
}
MODELS = {
    "parallel assignment": "PARALLEL",
    "crossover assignment": "CROSS-OVER",
    "factorial assignment": "FACTORIAL",
    "single group assignment": "SINGLE GROUP",
    "sequential assignment": "SEQUENTIAL",
}
MASKINGS = {
    "none": "OPEN LABEL",
    "single": "SINGLE BLIND",
    "double": "DOUBLE BLIND",
    "triple": "DOUBLE BLIND",
    "quadruple": "DOUBLE BLIND",
}
PURPOSES = {
    "treatment": "TREATMENT",
    "prevention": "PREVENTION",
    "diagnostic": "DIAGNOSIS",
    "supportive care": "SUPPORTIVE CARE",
    "screening": "SCREENING",
    "health services research": "HEALTH SERVICES RESEARCH",
    "basic science": "BASIC SCIENCE",
    "device feasibility": "DEVICE FEASIBILITY",
}
STUDY_TYPES = {
    "interventional": "INTERVENTIONAL",
    "observational": "OBSERVATIONAL",
    "observational [patient registry]": "PATIENT REGISTRY",
    "expanded access": "EXPANDED ACCESS",
}
ALLOCATIONS = {"randomized": "Y", "non-randomized": "N", "n/a": "N", "na": "N", "not applicable": "N"}
SEXES = {"all": "BOTH", "both": "BOTH", "female": "F", "male": "M"}


def registered(study: StudyProtocol) -> Iterator[tuple[str, str, tuple[str | int, ...]]]:
    """TSPARMCD, TSVAL, and the keys of ``study.yml`` that it follows from; what the study does not state is left out.

    A word of the registry that is not known here is given in upper case: whether it is a term, lint says. AGEMAX without a limit
    has no value.
    """
    design, population = study.design, study.population
    texts: dict[str, tuple[str, tuple[str | int, ...]]] = {
        "TITLE": (study.title, ("title",)),
        "SPONSOR": (study.sponsor, ("sponsor",)),
        "TPHASE": (_term(design.phase, PHASES), ("design", "phase")),
        "STYPE": (_term(design.study_type, STUDY_TYPES) if _states(design, "study_type") else "", ("design", "study_type")),
        "INTMODEL": (_term(design.intervention_model, MODELS), ("design", "intervention_model")),
        "TBLIND": (_term(re.sub(r"\s*\(.*\)$", "", design.masking), MASKINGS), ("design", "masking")),
        "RANDOM": (_term(design.allocation, ALLOCATIONS), ("design", "allocation")),
        "TINDTP": (_term(design.primary_purpose, PURPOSES), ("design", "primary_purpose")),
        "SEXPOP": (_term(population.sex, SEXES) if _states(population, "sex") else "", ("population", "sex")),
        "HLTSUBJI": (_healthy(population), ("population", "healthy_volunteers")),
        "NARMS": (_count(len(study.arms)), ("arms",)),
        "PLANSUB": (_count(design.planned_subjects), ("design", "planned_subjects")),
        "AGEMIN": (_age(population.minimum_age), ("population", "minimum_age")),
    }
    for parameter, (value, keys) in texts.items():
        if value:
            yield parameter, value, keys
    yield "AGEMAX", _age(population.maximum_age), ("population", "maximum_age")
    for index, other in enumerate(study.other_ids):
        yield "SPREFID", other, ("other_ids", index)


def _states(part: SpecModel, field: str) -> bool:
    """Whether the file has it: what is only the kit's default is no fact of the trial."""
    return field in part.model_fields_set


def _healthy(population: Population) -> str:
    if not _states(population, "healthy_volunteers"):
        return ""
    return "Y" if population.healthy_volunteers else "N"


def _term(word: str, terms: dict[str, str]) -> str:
    return terms.get(" ".join(word.casefold().split()), word.upper())


def _count(number: int | None) -> str:
    return str(number) if number else ""


def _age(years: int | None) -> str:
    return "" if years is None else f"P{years}Y"

"""The registry's closed vocabularies: each term of ClinicalTrials.gov's API 2.0, what pages show for it, other spellings."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from trialbook.protocol.registry.words import plain

# field: term of the API: (the words of the page, other spellings …)
_VOCABULARY: dict[str, dict[str, tuple[str, ...]]] = {
    "study_type": {
        "INTERVENTIONAL": ("Interventional",),
        "OBSERVATIONAL": ("Observational", "Observational [Patient Registry]", "Patient Registry"),
        "EXPANDED_ACCESS": ("Expanded Access",),
    },
    "phase": {
        "EARLY_PHASE1": ("Early Phase 1", "Phase 0", "Early Phase I"),
        "PHASE1": ("Phase 1", "Phase I", "1", "I"),
        "PHASE2": ("Phase 2", "Phase II", "2", "II"),
        "PHASE3": ("Phase 3", "Phase III", "3", "III"),
        "PHASE4": ("Phase 4", "Phase IV", "4", "IV"),
        "NA": ("Not Applicable", "N/A", "None"),
    },
    "status": {
        "RECRUITING": ("Enrolling", "Recruiting"),
        "NOT_YET_RECRUITING": ("Not yet enrolling", "Not yet recruiting", "Begins enrollment soon"),
        "ACTIVE_NOT_RECRUITING": ("Active, not enrolling", "Active, not recruiting"),
        "ENROLLING_BY_INVITATION": ("Enrolling by invitation", "Invitation-only"),
        "COMPLETED": ("Completed",),
        "SUSPENDED": ("Suspended",),
        "TERMINATED": ("Terminated",),
        "WITHDRAWN": ("Withdrawn",),
        "UNKNOWN": ("Unknown", "Unknown status"),
        "AVAILABLE": ("Available",),
        "NO_LONGER_AVAILABLE": ("No longer available",),
        "TEMPORARILY_NOT_AVAILABLE": ("Temporarily not available",),
        "APPROVED_FOR_MARKETING": ("Approved for marketing",),
        "WITHHELD": ("Withheld",),
    },
    "sex": {"ALL": ("All", "Both", "Any", "Female and male"), "FEMALE": ("Female", "Women", "F"), "MALE": ("Male", "Men", "M")},
    "purpose": {
        "TREATMENT": ("Treatment",),
        "PREVENTION": ("Prevention",),
        "DIAGNOSTIC": ("Diagnostic",),
        "ECT": ("Educational/Counseling/Training", "Educational / Counseling / Training"),
        "SUPPORTIVE_CARE": ("Supportive Care",),
        "SCREENING": ("Screening",),
        "HEALTH_SERVICES_RESEARCH": ("Health Services Research",),
        "BASIC_SCIENCE": ("Basic Science",),
        "DEVICE_FEASIBILITY": ("Device Feasibility",),
        "OTHER": ("Other",),
    },
    "allocation": {
        "RANDOMIZED": ("Randomized", "Randomised"),
        "NON_RANDOMIZED": ("Non-Randomized", "Nonrandomized", "Non-randomised"),
        "NA": ("N/A", "Not applicable"),
    },
    "model": {
        "PARALLEL": ("Parallel Assignment", "Parallel", "Parallel group", "Parallel groups"),
        "SINGLE_GROUP": ("Single Group Assignment", "Single Group"),
        "CROSSOVER": ("Crossover Assignment", "Crossover", "Cross-over"),
        "FACTORIAL": ("Factorial Assignment", "Factorial"),
        "SEQUENTIAL": ("Sequential Assignment", "Sequential"),
        "COHORT": ("Cohort",),
        "CASE_CONTROL": ("Case-Control",),
        "CASE_ONLY": ("Case-Only",),
        "CASE_CROSSOVER": ("Case-Crossover",),
        "ECOLOGIC_OR_COMMUNITY": ("Ecologic or Community",),
        "FAMILY_BASED": ("Family-Based",),
        "OTHER": ("Other",),
    },
    "masking": {
        "NONE": ("None (Open label)", "None", "Open label", "Unblinded", "No masking"),
        "SINGLE": ("Single Blind", "Single"),
        "DOUBLE": ("Double Blind", "Double"),
        "TRIPLE": ("Triple Blind", "Triple"),
        "QUADRUPLE": ("Quadruple Blind", "Quadruple"),
    },
    "arm_type": {
        "EXPERIMENTAL": ("Experimental group", "Experimental"),
        "ACTIVE_COMPARATOR": ("Active Comparator group", "Active Comparator"),
        "PLACEBO_COMPARATOR": ("Placebo Comparator group", "Placebo Comparator"),
        "SHAM_COMPARATOR": ("Sham Comparator group", "Sham Comparator"),
        "NO_INTERVENTION": ("No Intervention group", "No Intervention"),
        "OTHER": ("Other group", "Other"),
    },
    "funder_type": {
        "OTHER": ("Other",),
        "INDUSTRY": ("Industry",),
        "NIH": ("NIH", "National Institutes of Health"),
        "FED": ("Other U.S. Federal agency", "U.S. Fed"),
        "OTHER_GOV": ("Other government", "Other Gov"),
        "INDIV": ("Individual",),
        "NETWORK": ("Network",),
        "AMBIG": ("Ambiguous",),
        "UNKNOWN": ("Unknown",),
    },
    "intervention_type": {
        "DRUG": ("Drug",),
        "DEVICE": ("Device",),
        "BIOLOGICAL": ("Biological", "Biologic"),
        "PROCEDURE": ("Procedure",),
        "RADIATION": ("Radiation",),
        "BEHAVIORAL": ("Behavioral",),
        "GENETIC": ("Genetic",),
        "DIETARY_SUPPLEMENT": ("Dietary Supplement",),
        "COMBINATION_PRODUCT": ("Combination Product",),
        "DIAGNOSTIC_TEST": ("Diagnostic Test",),
        "OTHER": ("Other",),
    },
}
VOCABULARY: Mapping[str, Mapping[str, tuple[str, ...]]] = MappingProxyType(_VOCABULARY)


def _key(words: str) -> str:
    return re.sub(r"[\W_]+", "", plain(words).casefold())


_TERMS = {
    field: {_key(words): term for term, spellings in terms.items() for words in (term, *spellings)}
    for field, terms in VOCABULARY.items()
}


def term(field: str, words: str) -> str:
    """The API's term for words of a page or a protocol; words that mean no term of the field, as they are."""
    return _TERMS[field].get(_key(words), " ".join(words.split()))


def is_term(field: str, words: str) -> bool:
    """Whether the words mean a term of the field."""
    return _key(words) in _TERMS[field]


def words_of(field: str, term: str) -> str:
    """What a page shows for a term; the term itself where it is none of the field's."""
    found = VOCABULARY[field].get(term)
    return found[0] if found else term


def phases(words: str) -> tuple[str, ...]:
    """The terms of one or several phases: ``Phase 2/Phase 3``, ``Phase 2/3``, ``Phase I-II``; what is no phase, as it is."""
    if not words.strip():
        return ()
    parts = [part for part in re.split(r"\s*(?:/|,|\||-|–|\band\b|&)\s*", words.strip()) if part]
    if all(is_term("phase", part) for part in parts):
        return tuple(dict.fromkeys(term("phase", part) for part in parts))
    return (term("phase", words),)

"""Complaints about a study's ``analysis_specs/``, for ``trialbook specs lint``; a study without that folder has none."""

from __future__ import annotations

from trialbook.analysis.adam.loading import FOLDER
from trialbook.specfile import Complaint
from trialbook.study_folders import StudyFolders
from trialbook.tlf.lint import analysis_complaints

FILLED_BY_TRIALBOOK = ("STUDYID", "DOMAIN", "USUBJID")


def analysis_lint(study: StudyFolders) -> tuple[Complaint, ...]:
    """Hold the analysis specifications against the protocol, the SDTM specifications and the standards."""
    if not (study.root / FOLDER).is_dir():
        return ()
    return analysis_complaints(study.analysis_specs, study.displays, study.protocol, sdtm_variables(study))


def sdtm_variables(study: StudyFolders) -> dict[str, frozenset[str]]:
    """The variables of each SDTM dataset that the specifications or the protocol make, supplemental qualifiers among them."""
    found: dict[str, frozenset[str]] = {}
    for name, domain in study.specs.domains.items():
        made = {variable for records in domain.records for variable in study.specs.algorithms(domain, records)}
        found[name] = frozenset(made | set(FILLED_BY_TRIALBOOK))
        if domain.supp:
            found[f"SUPP{name}"] = frozenset(one.name for one in study.standard.variables("SUPPQUAL"))
    for one in study.trial_design():
        found[one.dataset.name] = frozenset(one.dataset.frame)
    return found

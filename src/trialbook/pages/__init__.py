"""What the pages of the book call.

Names are imported when they are first asked for, so that Sphinx can load the extension without loading pandas.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from trialbook.pages.amendments import amendments_sections, versions_table
    from trialbook.pages.analyses import planned_analyses
    from trialbook.pages.analysis_datasets import analysis_dataset_specification, analysis_datasets_table, endpoints_tables
    from trialbook.pages.analysis_run import latest_analysis
    from trialbook.pages.assessments import assessments_table, laboratory_tests_table
    from trialbook.pages.codelists import codelists_table, ct_table, standards_table
    from trialbook.pages.comparison import comparison_table
    from trialbook.pages.conformance import known_issues_table
    from trialbook.pages.datasets import algorithms_table, datasets_table
    from trialbook.pages.domains import domain_specification
    from trialbook.pages.eligibility import (
        cases_tables,
        contradictions_table,
        criteria_table,
        eligible_subject_table,
        items_table,
        settings_table,
    )
    from trialbook.pages.figures import figure
    from trialbook.pages.forms import form_specification, forms_table
    from trialbook.pages.m11 import captioned, folded, m11_legend, section, title_page
    from trialbook.pages.objectives import (
        analysis_sets_table,
        analysis_settings_table,
        endpoints_table,
        estimands_overview,
        estimands_tables,
        intercurrent_events_table,
        objectives_table,
    )
    from trialbook.pages.open_questions import questions_cards, questions_overview
    from trialbook.pages.operating import estimates_table, rejections_table, scenarios_of_trials_table, seeds_sentence
    from trialbook.pages.plan import analyses_tables, estimands_matrix, level_sentence, methods_section, missing_table
    from trialbook.pages.runs import inputs_table, latest_run
    from trialbook.pages.sample_size import (
        events_table,
        power_by_dropout_table,
        power_by_rates_table,
        sample_size_table,
        scenarios_table,
    )
    from trialbook.pages.sample_size_figures import power_by_difference_figure, power_by_subjects_figure, power_steps
    from trialbook.pages.schedule import (
        activities_table,
        elements_table,
        interventions_tables,
        paths_table,
        summary_table,
        thresholds_tables,
        visits_table,
    )
    from trialbook.pages.schema_drawing import trial_schema
    from trialbook.pages.screening import screening_criteria, screening_form
    from trialbook.pages.session import show, study
    from trialbook.pages.sources import (
        amendments_table,
        glossary_table,
        references_list,
        registry_table,
        sources_legend,
        statements_tables,
    )
    from trialbook.pages.status import glance_table, run_status, status_table
    from trialbook.pages.synopsis import arms_table, criteria_list, endpoints_list, synopsis_table
    from trialbook.pages.techniques import technique_sections
    from trialbook.pages.truth import outside_references, public_methods_table

_MODULES = {
    "analyses": ("planned_analyses",),
    "amendments": ("amendments_sections", "versions_table"),
    "analysis_datasets": (
        "analysis_dataset_specification",
        "analysis_datasets_table",
        "endpoints_tables",
    ),
    "analysis_run": ("latest_analysis",),
    "comparison": ("comparison_table",),
    "techniques": ("technique_sections",),
    "assessments": ("assessments_table", "laboratory_tests_table"),
    "codelists": ("codelists_table", "ct_table", "standards_table"),
    "conformance": ("known_issues_table",),
    "datasets": ("algorithms_table", "datasets_table"),
    "domains": ("domain_specification",),
    "eligibility": (
        "cases_tables",
        "contradictions_table",
        "criteria_table",
        "eligible_subject_table",
        "items_table",
        "settings_table",
    ),
    "figures": ("figure",),
    "forms": ("form_specification", "forms_table"),
    "m11": ("captioned", "folded", "m11_legend", "section", "title_page"),
    "objectives": (
        "analysis_sets_table",
        "analysis_settings_table",
        "endpoints_table",
        "estimands_overview",
        "estimands_tables",
        "intercurrent_events_table",
        "objectives_table",
    ),
    "open_questions": ("questions_cards", "questions_overview"),
    "operating": ("estimates_table", "rejections_table", "scenarios_of_trials_table", "seeds_sentence"),
    "plan": ("analyses_tables", "estimands_matrix", "level_sentence", "methods_section", "missing_table"),
    "runs": ("inputs_table", "latest_run"),
    "sample_size": ("events_table", "power_by_dropout_table", "power_by_rates_table", "sample_size_table", "scenarios_table"),
    "sample_size_figures": ("power_by_difference_figure", "power_by_subjects_figure", "power_steps"),
    "schedule": (
        "activities_table",
        "elements_table",
        "interventions_tables",
        "paths_table",
        "summary_table",
        "thresholds_tables",
        "visits_table",
    ),
    "screening": ("screening_criteria", "screening_form"),
    "session": ("show", "study"),
    "sources": (
        "amendments_table",
        "glossary_table",
        "references_list",
        "registry_table",
        "sources_legend",
        "statements_tables",
    ),
    "status": ("glance_table", "run_status", "status_table"),
    "synopsis": ("arms_table", "criteria_list", "endpoints_list", "synopsis_table"),
    "schema_drawing": ("trial_schema",),
    "truth": ("outside_references", "public_methods_table"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = [
    "activities_table",
    "algorithms_table",
    "amendments_sections",
    "amendments_table",
    "analyses_tables",
    "analysis_dataset_specification",
    "analysis_datasets_table",
    "analysis_sets_table",
    "analysis_settings_table",
    "arms_table",
    "assessments_table",
    "captioned",
    "cases_tables",
    "codelists_table",
    "comparison_table",
    "contradictions_table",
    "criteria_list",
    "criteria_table",
    "ct_table",
    "datasets_table",
    "domain_specification",
    "elements_table",
    "eligible_subject_table",
    "endpoints_list",
    "endpoints_table",
    "endpoints_tables",
    "estimands_matrix",
    "estimands_overview",
    "estimands_tables",
    "estimates_table",
    "events_table",
    "figure",
    "folded",
    "form_specification",
    "forms_table",
    "glance_table",
    "glossary_table",
    "inputs_table",
    "intercurrent_events_table",
    "interventions_tables",
    "items_table",
    "known_issues_table",
    "laboratory_tests_table",
    "latest_analysis",
    "latest_run",
    "level_sentence",
    "m11_legend",
    "methods_section",
    "missing_table",
    "objectives_table",
    "outside_references",
    "paths_table",
    "planned_analyses",
    "power_by_difference_figure",
    "power_by_dropout_table",
    "power_by_rates_table",
    "power_by_subjects_figure",
    "power_steps",
    "public_methods_table",
    "questions_cards",
    "questions_overview",
    "references_list",
    "registry_table",
    "rejections_table",
    "run_status",
    "sample_size_table",
    "scenarios_of_trials_table",
    "scenarios_table",
    "screening_criteria",
    "screening_form",
    "section",
    "seeds_sentence",
    "settings_table",
    "show",
    "sources_legend",
    "standards_table",
    "statements_tables",
    "status_table",
    "study",
    "summary_table",
    "synopsis_table",
    "technique_sections",
    "thresholds_tables",
    "title_page",
    "trial_schema",
    "versions_table",
    "visits_table",
]


def __getattr__(name: str) -> Any:
    """The public names, each from its module."""
    if name not in _MODULE_OF:
        raise AttributeError(f"module 'trialbook.pages' has no attribute {name!r}")
    return getattr(import_module(f"trialbook.pages.{_MODULE_OF[name]}"), name)

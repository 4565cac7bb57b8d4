"""Raw tables to SDTM datasets, by the study's specifications."""

from trialbook.mapping.domain_spec import Algorithm, DomainSpec, Records, StudyCodelist
from trialbook.mapping.engine import map_forms
from trialbook.mapping.form_spec import DATE_TYPES, ColumnSpec, ExportSpec, FormSpec
from trialbook.mapping.forms import Form, Forms, collect_forms
from trialbook.mapping.items import SUBJECT, ItemTable, item_table
from trialbook.mapping.items_spec import EXCEPTIONS, VERDICTS, Answers, ItemsSpec
from trialbook.mapping.loading import load_export_spec, load_specs
from trialbook.mapping.mapped import Mapped, MappedStudy
from trialbook.mapping.provenance import Provenance
from trialbook.mapping.records import MappingIssue
from trialbook.mapping.specs import Specs

__all__ = [
    "DATE_TYPES",
    "EXCEPTIONS",
    "SUBJECT",
    "VERDICTS",
    "Algorithm",
    "Answers",
    "ColumnSpec",
    "DomainSpec",
    "ExportSpec",
    "Form",
    "FormSpec",
    "Forms",
    "ItemTable",
    "ItemsSpec",
    "Mapped",
    "MappedStudy",
    "MappingIssue",
    "Provenance",
    "Records",
    "Specs",
    "StudyCodelist",
    "collect_forms",
    "item_table",
    "load_export_spec",
    "load_specs",
    "map_forms",
]

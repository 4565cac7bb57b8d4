"""Compose a run: export, forms, SDTM datasets, rules, findings."""

from trialbook.progress import Progress
from trialbook.run.about import versions
from trialbook.run.datasets import check_standard_only
from trialbook.run.result import MappedExport, Run, write_sdtm
from trialbook.run.study import Study

__all__ = ["MappedExport", "Progress", "Run", "Study", "check_standard_only", "versions", "write_sdtm"]

"""SDTM datasets in memory and in files: SAS transport, Dataset-JSON, Parquet, and CDISC's test-data CSV."""

from trialbook.datasets.case_settings import CaseSettings, case_settings, case_standard
from trialbook.datasets.dataset import SdtmDataset, Variable, VariableType
from trialbook.datasets.files import SYNTHETIC, FileFormat, read_datasets, read_statement, write_datasets

__all__ = [
    "SYNTHETIC",
    "CaseSettings",
    "FileFormat",
    "SdtmDataset",
    "Variable",
    "VariableType",
    "case_settings",
    "case_standard",
    "read_datasets",
    "read_statement",
    "write_datasets",
]

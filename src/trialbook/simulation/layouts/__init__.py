"""The ways in which an export is handed over; each writes the same cells."""

from __future__ import annotations

from collections.abc import Mapping

from trialbook.simulation.layouts.base import Context, Layout
from trialbook.simulation.layouts.delimited import CsvFolder, CsvZip
from trialbook.simulation.layouts.odm import OdmFile
from trialbook.simulation.layouts.redcap import RedcapFile
from trialbook.simulation.layouts.workbook import Workbook

LAYOUTS: Mapping[str, type[Layout]] = {
    "csv": CsvFolder,
    "zip": CsvZip,
    "workbook": Workbook,
    "odm": OdmFile,
    "redcap": RedcapFile,
}
"""By the name that ``trialbook simulate --layout`` takes."""

__all__ = ["LAYOUTS", "Context", "Layout"]

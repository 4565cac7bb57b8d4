"""Merged cells of a workbook: filled down where they tell records apart, and left as they stand elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

import numpy as np

from trialbook.exports import RawTable, ReadNote


def fill_merged_keys(table: RawTable, named: Mapping[str, str], keys: Collection[str]) -> RawTable:
    """The table with each key that is merged over several rows in all of them, and a note of how many cells were filled.

    ``named``: the column that each header stands for. Another column's merged cell keeps its text in the first row alone, as the
    workbook stores it, since it may be meant for that record or for all: a note names the columns.
    """
    frame, filled, left = table.frame, 0, []
    for header, ranges in table.merged.items():
        if named.get(header) not in keys:
            left.append(f"{header} ({len(ranges)}, the first in the rows {ranges[0, 0]} to {ranges[0, 1]})")
            continue
        cells = frame[header].to_numpy(dtype=object).copy()
        starts = np.searchsorted(table.row, ranges[:, 0])
        ends = np.searchsorted(table.row, ranges[:, 1], side="right")
        for start, end, row in zip(starts.tolist(), ends.tolist(), ranges[:, 0].tolist(), strict=True):
            if start < end and table.row[start] == row:
                empty = cells[start:end] == ""
                cells[start:end][empty] = cells[start]
                filled += int(empty.sum()) if cells[start] else 0
        frame = frame.assign(**{header: cells}).astype({header: "str"})
    notes = []
    if filled:
        notes.append(ReadNote(None, f"key cells that are merged over several rows were filled in each of them: {filled}", True))
    if left:
        what = "cells that are merged over several rows and are no keys are read in their first row alone"
        notes.append(ReadNote(None, f"{what}: {', '.join(left)}"))
    return replace(table, frame=frame, notes=(*table.notes, *notes))

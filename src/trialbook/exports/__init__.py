"""Raw exports of a data-capture system (EDC), read into tables of text in which each row knows where it stood."""

from trialbook.exports.reader import read_export
from trialbook.exports.tables import Input, RawExport, RawTable, ReadNote, RowProblem, Unreadable

__all__ = ["Input", "RawExport", "RawTable", "ReadNote", "RowProblem", "Unreadable", "read_export"]

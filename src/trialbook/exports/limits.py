"""How much an export may hold: past these limits a file is an attack or a mistake, and is refused before it fills memory."""

from __future__ import annotations

MIB = 1024 * 1024

LARGEST_FILE = 2048 * MIB
"""Bytes of one file, after unpacking."""

LARGEST_EXPORT = 4096 * MIB
"""Bytes of all files of an export together, after unpacking."""

MOST_FILES = 10_000
"""Files in a folder, or members in a zip or workbook."""

SUSPICIOUS_SIZE, SUSPICIOUS_RATIO = 16 * MIB, 200
"""A zip member that unpacks to more than this size at more than this ratio is taken for a bomb."""

LONGEST_CELL = 1_000_000
"""Characters in one cell (Excel itself stops at 32,767)."""

LONGEST_LINE = 16_000_000
"""Characters in one line of a text file."""

MOST_COLUMNS = 16_384
"""Columns of one table (Excel's own limit)."""

MOST_ROWS = 1_048_576
"""Rows of one sheet of a workbook (Excel's own limit); a text file may have more."""

MOST_BLANK_ROWS = 1_048_576
"""Blank rows of a text file: each costs time, and no table has so many."""

MOST_CELLS = 200_000_000
"""Cells of one table, counting the missing cells of short rows: a wide header over many short rows grows without bound."""

DEEPEST_XML = 100
"""Elements within each other in an XML file (an ODM file has about a dozen)."""

LONGEST_KEY = 1_000
"""Characters of an OID or key in an ODM file: it stands beside each record that it belongs to."""

MOST_ODM_TABLES = 2_000
"""Forms and repeating item groups of an ODM file."""

FEW_CELLS, SPARSEST = 20_000_000, 200
"""An ODM file's tables may have the first number of cells, or the second for each item that the file holds."""

"""The one way this package's CSV tables are read and written."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from trialbook.errors import SpecError

DATA = Path(__file__).parent / "data"


def read_table(path: Path, columns: Sequence[str]) -> Iterator[list[str]]:
    """The rows of a UTF-8 CSV file whose header is exactly ``columns``; every cell is text (``NA`` and ``None`` stay).

    Raises :class:`SpecError` with file and line for a missing file, another header, a row of another length, bad UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SpecError(f"cannot be read: {error.strerror}", file=path) from None
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        place = f"line {data.count(b'\n', 0, error.start) + 1}"
        raise SpecError("is not UTF-8 text", file=path, place=place, remedy="Save the file as UTF-8.") from None
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    try:
        header = next(reader, [])
        if header != list(columns):
            found = ",".join(header) or "nothing"
            raise SpecError(f"found {found}, expected the header {','.join(columns)}", file=path, place="line 1")
        for row in reader:
            if len(row) != len(header):
                raise SpecError(f"has {len(row)} cells, expected {len(header)}", file=path, place=f"line {reader.line_num}")
            yield row
    except csv.Error as error:
        raise SpecError(f"is not a CSV file: {error}", file=path, place=f"line {reader.line_num}") from None


def write_table(path: Path, columns: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
    """Write ``rows`` under the header ``columns`` as UTF-8 CSV with line feeds, the same bytes on every system."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)

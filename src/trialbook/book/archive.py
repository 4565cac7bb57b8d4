"""A site as one zip that a reviewer unpacks and opens: the same bytes for the same site."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

from trialbook.outputs import MARKER, output_file

_EPOCH = (1980, 1, 1, 0, 0, 0)


def zip_site(site: Path, target: Path) -> None:
    """Write the site into the file ``target``, under one folder of the zip's own name. Raises as ``output_file`` does."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as packed:
        for file in sorted(path for path in site.rglob("*") if path.is_file() and path.name != MARKER):
            entry = zipfile.ZipInfo(f"{target.stem}/{file.relative_to(site).as_posix()}", _EPOCH)
            entry.external_attr = 0o644 << 16
            packed.writestr(entry, file.read_bytes(), zipfile.ZIP_DEFLATED)
    output_file(target, held.getvalue())

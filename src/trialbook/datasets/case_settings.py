"""What a case of the CDISC Open Rules states about itself in ``.env``: the standard, terminology, Define-XML to check it by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from trialbook.datasets.columns import utf8_text
from trialbook.errors import ExportError

_LINE = re.compile(r"\s*(?:export\s+)?([A-Za-z_]\w*)\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|(.*?))(?:\s+#.*)?\s*", re.ASCII)


@dataclass(frozen=True)
class CaseSettings:
    """The settings that CDISC's engine takes from ``.env``; those that are not stated are None or empty."""

    standard: tuple[str, str] | None = None
    """Product in small letters and version with points: ``("sdtmig", "3.4")``; the files write ``3-4`` and ``3.4``."""
    substandard: str | None = None
    use_case: str | None = None
    ct: tuple[str, ...] = ()
    """Names of terminology packages, e.g. ``sdtmct-2025-03-28``."""
    define_xml: Path | None = None
    """The Define-XML that the engine is to use, beside ``.env`` unless a folder is stated; it may be absent."""


def case_settings(path: Path) -> CaseSettings | None:
    """The settings in the ``.env`` of the folder ``path`` (or beside the file ``path``); None where there is no such file.

    Raises ExportError where it states half a standard.
    """
    folder = path if path.is_dir() else path.parent
    env = folder / ".env"
    if not env.is_file():
        return None
    stated = {}
    for line in utf8_text(env).splitlines():
        found = _LINE.fullmatch(line)
        if found:
            stated[found[1]] = next((text for text in found.groups()[1:] if text is not None), "").strip()
    product, version = stated.get("PRODUCT", ""), stated.get("VERSION", "")
    if bool(product) != bool(version):
        raise ExportError(
            "names no standard: expected PRODUCT and VERSION",
            file=env,
            remedy="Write for example PRODUCT=SDTMIG and VERSION=3-4.",
        )
    define_xml = stated.get("DEFINE_XML")
    return CaseSettings(
        (product.lower(), version.replace("-", ".")) if product else None,
        stated.get("SUBSTANDARD") or None,
        stated.get("USE_CASE") or None,
        tuple(stated.get("CT", "").split()),
        folder / define_xml if define_xml else None,
    )


def case_standard(path: Path) -> tuple[str, str] | None:
    """The standard that ``.env`` in the folder (or beside the file) names, as ``("sdtmig", "3.4")``; None without one."""
    settings = case_settings(path)
    return settings.standard if settings else None

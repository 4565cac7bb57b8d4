"""The book's Sphinx extension: results are never stale, and a page whose cells did not run is an error.

Jupyter's cache knows a page's code and nothing of what that code reads. So the cache stands in a folder named by a hash of
these inputs; the folder's name is a setting that MyST-NB registers as part of Sphinx's environment, and when it changes
Sphinx reads every page again (verified with sphinx 7.4, myst-nb 1.4).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from trialbook.pages.inputs import CACHES, inputs_hash, named_export

_CODE_CELL = re.compile(r"^(`{3,}|~{3,}|:{3,})\s*\{code-cell\}", re.MULTILINE)


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it loads the extension."""
    app.connect("config-inited", _name_cache)
    app.connect("env-check-consistency", _refuse_unexecuted)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _name_cache(app: Sphinx, config: Config) -> None:
    root = Path(app.srcdir)
    digest = inputs_hash(root, named_export() or _simulated(root))
    config.nb_execution_cache_path = str(Path(app.outdir).parent / CACHES / digest[:20])


def _simulated(root: Path) -> Path:
    """The export that the pages would simulate; without this the extension loads in no time, as neither pandas nor pandera is."""
    from trialbook.pages.simulated import simulated_export
    from trialbook.study import LoadedStudy

    return simulated_export(LoadedStudy(root))


def _refuse_unexecuted(app: Sphinx, env: BuildEnvironment) -> None:
    executed: dict[str, Any] = getattr(env, "nb_metadata", {})
    for docname in sorted(env.all_docs):
        page = Path(env.doc2path(docname))
        has_code = page.suffix == ".ipynb" or _CODE_CELL.search(page.read_text(encoding="utf-8"))
        if has_code and not (executed.get(docname, {}).get("exec_data") or {}).get("succeeded"):
            raise ExtensionError(f"{docname}{page.suffix}: has code cells that were not executed")

"""The book's Sphinx extension: results come from the executed pages and are never stale, mathematics needs no script.

Jupyter's cache knows a page's code and nothing of what that code reads; the build (:mod:`trialbook.book.execution`) does, and
fills the cache that MyST-NB reads. A page whose results have changed is read again (verified with sphinx 7.4, myst-nb 1.4).
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.errors import ExtensionError

from trialbook.book.leaves import Page
from trialbook.book.section_numbers import letter_parts, unletter_parts
from trialbook.book.sphinx_anchors import add_anchors
from trialbook.book.sphinx_headings import add_headings
from trialbook.book.sphinx_math import add_mathml
from trialbook.book.sphinx_provenance import add_provenance
from trialbook.pages.inputs import PREPARED_VARIABLE

_CACHE = "jupyter_cache"
STATIC = Path(__file__).with_name("static")
DISPLAYS = Path(__file__).parents[1] / "displays" / "static"


def setup(app: Sphinx) -> dict[str, Any]:
    """What Sphinx calls when it loads the extension."""
    app.connect("config-inited", _fill_cache)
    app.connect("config-inited", _add_scripts)
    app.connect("env-get-outdated", _outdated)
    app.connect("env-get-updated", unletter_parts, priority=100)  # before Sphinx numbers the sections
    app.connect("env-get-updated", letter_parts, priority=900)  # and after it has
    app.connect("env-check-consistency", _refuse_unexecuted)
    add_headings(app)
    add_anchors(app)
    add_mathml(app)
    add_provenance(app)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def _fill_cache(app: Sphinx, config: Config) -> None:
    """Give MyST-NB the executed pages; where ``jupyter-book`` was called without the build, execute them first."""
    from trialbook.book.notebook_cache import fill_cache

    root = Path(app.srcdir)
    work = os.environ.get(PREPARED_VARIABLE)
    if work is None:
        from trialbook.book.build import checked_export, prepare, work_folder

        with work_folder(root) as folder:
            prepare(root, folder, checked_export(root, None), subject_level=False)
            work = str(folder)
    config.nb_execution_cache_path = str(Path(work) / _CACHE)
    app.trialbook_work = Path(work)  # type: ignore[attr-defined]
    app.trialbook_results = fill_cache(root, Path(work), Path(work) / _CACHE)  # type: ignore[attr-defined]


def _add_scripts(app: Sphinx, config: Config) -> None:
    """What every page of a site gets from the kit, whatever study it is of."""
    config.html_static_path += [str(STATIC), str(DISPLAYS)]
    app.add_js_file("site.js", loading_method="defer")
    app.add_css_file("displays.css")


def _outdated(app: Sphinx, env: BuildEnvironment, added: set[str], changed: set[str], removed: set[str]) -> list[str]:
    """The pages whose results differ from those that Sphinx has read."""
    results: dict[str, str] = app.trialbook_results  # type: ignore[attr-defined]
    before: dict[str, str] = getattr(env, "trialbook_results", {})
    env.trialbook_results = dict(results)  # type: ignore[attr-defined]
    return [page for page, digest in results.items() if before.get(page) != digest and page in env.found_docs]


def _refuse_unexecuted(app: Sphinx, env: BuildEnvironment) -> None:
    executed: dict[str, Any] = getattr(env, "nb_metadata", {})
    for docname in sorted(env.all_docs):
        page = Page(docname, Path(env.doc2path(docname)))
        if page.has_code and not (executed.get(docname, {}).get("exec_data") or {}).get("succeeded"):
            raise ExtensionError(f"{docname}{page.file.suffix}: has code cells that were not executed")

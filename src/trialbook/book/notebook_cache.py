"""The executed pages as the cache that MyST-NB reads."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import nbformat
from jupyter_cache import get_cache
from jupyter_cache.base import CacheBundleIn

from trialbook.book.leaves import Executed


def fill_cache(root: Path, work: Path, cache_folder: Path) -> dict[str, str]:
    """Put every executed page that is not in the cache yet into it; the hash of each page's results by its name."""
    executed = Executed.in_work(work)
    results = {}
    notebooks = sorted(executed.folder.rglob("*.ipynb"))
    state = cache_folder / "results.txt"
    for file in notebooks:
        page = file.relative_to(executed.folder).with_suffix("").as_posix()
        results[page] = hashlib.sha256(file.read_bytes()).hexdigest()
    told = "\n".join(f"{digest}  {page}" for page, digest in sorted(results.items()))
    if state.is_file() and state.read_text(encoding="utf-8") == told:
        return results
    shutil.rmtree(cache_folder, ignore_errors=True)
    cache = get_cache(str(cache_folder))
    for file in notebooks:
        page = file.relative_to(executed.folder).with_suffix("").as_posix()
        bundle = CacheBundleIn(nbformat.read(file, as_version=4), str(root / f"{page}.md"), data={})
        cache.cache_notebook_bundle(bundle, check_validity=False, overwrite=True)
    state.write_text(told, encoding="utf-8")
    return results

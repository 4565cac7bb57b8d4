"""The analyses of the export that the book shows: made once a build, read by the pages."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path

from IPython.display import HTML, display
from markupsafe import Markup

from trialbook.pages.inputs import ANALYSIS_VARIABLE, RESULTS_VARIABLE, named_export
from trialbook.pages.runs import synthetic_mark
from trialbook.pages.shown_analysis import ShownAnalysis


@cache
def latest_analysis() -> ShownAnalysis:
    """The analyses whose file TRIALBOOK_ANALYSIS names; without it, those of the export of TRIALBOOK_EXPORT, or a simulated one.

    Read once a kernel. Where the data are invented, the page gets the mark that says so then and there; where it is shells, the
    reason. Raises TrialbookError where the analyses can't be made or read.
    """
    named = os.environ.get(ANALYSIS_VARIABLE)
    analysis = ShownAnalysis.read(Path(named)) if named else _analysed()
    if not analysis.shells and analysis.synthetic is not None:
        display(HTML(synthetic_mark(analysis.synthetic)))
    elif analysis.shells:
        display(HTML(_shells_mark()))
    return analysis


def _analysed() -> ShownAnalysis:
    # A page that reads what the build has made pays for none of these.
    from trialbook.pages.analysed import analyse_shown
    from trialbook.pages.tasks import synthetic_export
    from trialbook.study_folders import find_study

    root, export = find_study(Path.cwd()), named_export()
    return analyse_shown(root, export or synthetic_export(root), export is None or os.environ.get(RESULTS_VARIABLE) == "1")


def _shells_mark() -> Markup:
    return Markup(
        '<aside class="admonition note"><p class="admonition-title">Shells</p><p>The tables and figures of this page are empty: '
        "of a real export no results are shown while the trial runs, unless the book is built with {}=1.</p></aside>"
    ).format(RESULTS_VARIABLE)

"""The displays (``displays.yml``) held against the plan, and all complaints about ``analysis_specs/`` together."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from trialbook.analysis.adam.lint import dataset_complaints
from trialbook.analysis.adam.lint_endpoints import endpoint_complaints
from trialbook.analysis.adam.lint_names import Problem
from trialbook.analysis.adam.loading import FOLDER, AdamSpecs
from trialbook.protocol import Protocol
from trialbook.specfile import Complaint, LintSeverity, SpecFile
from trialbook.tlf.build import BUILDERS, SHOWS
from trialbook.tlf.spec import DisplaySpec, DisplaysSpec

NUMBER = re.compile(r"\d+(\.\d+)+[a-z]?")


def analysis_complaints(
    specs: AdamSpecs, displays: DisplaysSpec, protocol: Protocol, sdtm: Mapping[str, frozenset[str]]
) -> tuple[Complaint, ...]:
    """What is wrong with ``analysis_specs/``, with file and line; ``sdtm``: the variables of each SDTM dataset."""
    found, known = dataset_complaints(specs, protocol, sdtm)
    return (*found, *endpoint_complaints(specs, protocol, known), *display_complaints(specs, displays, protocol))


def display_complaints(specs: AdamSpecs, displays: DisplaysSpec, protocol: Protocol) -> tuple[Complaint, ...]:
    """Displays of a kind or analysis that there is not, or that the analysis does not give; analyses that no display shows."""
    root, file = specs.folder.parent, SpecFile(specs.folder.parent / FOLDER / "displays.yml")
    found = [
        file.complaint(root, LintSeverity.ERROR, ("displays", index, *place), text)
        for index, one in enumerate(displays.displays)
        for place, text in (*_display(one, protocol), *_variables(one, specs))
    ]
    shown = {name for one in displays.displays for name in one.analyses}
    for analysis in protocol.analysis.analyses:
        if analysis.id not in shown:
            text = f"no display shows the analysis {analysis.id} of protocol/analysis.yml"
            found.append(file.complaint(root, LintSeverity.WARNING, ("displays",), text))
    return tuple(found)


def _variables(one: DisplaySpec, specs: AdamSpecs) -> Iterator[Problem]:
    for name in one.variables:
        if one.kind != "baseline":
            yield ("variables", name), f"a display of the kind {one.kind} tells no variables"
        elif name not in specs.endpoints.baseline:
            yield ("variables", name), f"{name} is none of the variables that describe the baseline (endpoints.yml)"


def _display(one: DisplaySpec, protocol: Protocol) -> Iterator[Problem]:
    planned = {analysis.id: analysis for analysis in protocol.analysis.analyses}
    if not NUMBER.fullmatch(one.number):
        yield ("number",), f"the number of a display is of digits and points, such as 14.2.1.1, not {one.number!r}"
    if one.kind not in BUILDERS:
        yield ("kind",), f"there is no kind {one.kind}; there is {', '.join(BUILDERS)}"
    if not one.analyses:
        yield ("analyses",), "names no analysis"
    for name in one.analyses:
        if name not in planned:
            yield ("analyses",), f"there is no analysis {name} in protocol/analysis.yml"
        elif one.kind in BUILDERS and not set(SHOWS[one.kind]) & set(planned[name].techniques):
            wanted = " or ".join(SHOWS[one.kind])
            yield ("analyses",), f"{name} has no technique that {one.kind} shows: {wanted}"

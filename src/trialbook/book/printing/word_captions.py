"""Numbers of tables and figures as fields that Word counts, so that a writer's new table is numbered with the rest."""

from __future__ import annotations

import re
from typing import Any

from docx.oxml.ns import qn

from trialbook.displays.word_xml import field, style_of, text_of, text_run

_STYLES = {"TableCaption": "Table", "ImageCaption": "Figure"}


def number_captions(body: Any) -> int:
    """Let the number of each caption be a ``SEQ`` field; how many there were."""
    done = 0
    for paragraph in body.iter(qn("w:p")):
        kind = _STYLES.get(style_of(paragraph))
        if kind:
            done += _number(paragraph, kind)
    return done


def _number(paragraph: Any, kind: str) -> int:
    runs = [run for run in paragraph.iter(qn("w:r")) if run.find(qn("w:t")) is not None]
    said = "".join(map(text_of, runs))
    found = re.match(rf"{kind} (\d+)\. ", said)
    if not found or not runs:
        return 0
    # The caption's own words are plain text; links and formats in it would stand in runs of their own after the number.
    for run in runs:
        run.getparent().remove(run)
    paragraph.append(text_run(f"{kind} "))
    paragraph.extend(field(f"SEQ {kind} \\* ARABIC", found[1]))
    paragraph.append(text_run(said[found.end() - 2 :]))
    return 1

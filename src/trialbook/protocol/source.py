"""Where a statement of the protocol comes from: the registry record, the literature, or this project's assumption."""

from __future__ import annotations

from enum import StrEnum
from typing import Self

from pydantic import model_validator

from trialbook.specfile import SpecModel


class Source(StrEnum):
    """``record``: the registry record, verbatim or paraphrased; ``literature``: with citation; ``assumption``: this project's."""

    RECORD = "record"
    LITERATURE = "literature"
    ASSUMPTION = "assumption"


class Sourced(SpecModel):
    """A statement with its source; None is the source of what it stands in (the list, then the file).

    ``quote``: the words of the record that it paraphrases (empty: its own text is the record's); ``cites``: keys of
    ``references.bib``; ``note``: what a reader must know of it.
    """

    source: Source | None = None
    quote: str = ""
    cites: tuple[str, ...] = ()
    note: str = ""

    @model_validator(mode="after")
    def _source_is_told(self) -> Self:
        if self.source is Source.LITERATURE and not self.cites:
            raise ValueError("the source literature needs cites: the keys of references.bib")
        if self.quote and self.source not in (None, Source.RECORD):
            raise ValueError(f"quote holds words of the record, and the source is {self.source}")
        return self

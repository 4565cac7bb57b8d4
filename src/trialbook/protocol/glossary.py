"""Terms and abbreviations of the trial (``protocol/glossary.yml``)."""

from __future__ import annotations

from typing import Self

from pydantic import model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled


class Term(Sourced):
    """A term; ``stands_for`` is what an abbreviation stands for."""

    term: str
    stands_for: str = ""
    definition: str = ""

    @model_validator(mode="after")
    def _is_explained(self) -> Self:
        if not self.stands_for and not self.definition:
            raise ValueError(f"{self.term} is not explained: it has neither stands_for nor definition")
        return self


class Glossary(SpecModel):
    """``protocol/glossary.yml``; ``source`` is that of each term which does not name its own.

    ``names``: words in capitals that are names and stand for nothing.
    """

    source: Source = Source.ASSUMPTION
    terms: tuple[Term, ...] = ()
    names: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("term", [one.term for one in self.terms])
        return self

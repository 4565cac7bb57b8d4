"""The protocol's sentences by ICH M11's sections (``protocol/sections.yml``), beside what other parts state as data."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled


class Paragraph(Sourced):
    """A sentence or a few of one source; ``items``: what it lists, each a sentence or a part of one."""

    text: str = Field(min_length=1)
    items: tuple[Annotated[str, Field(min_length=1)], ...] = ()


class Section(SpecModel):
    """What a section of M11 says beyond the tables that other parts give it; ``number`` is M11's.

    ``open``: the registry record says nothing of it and this study assumes nothing, of all of it or of what the statements leave;
    ``applies``: false where the trial has no such thing. ``reason`` says more of either, and ``question`` is the number of the
    open question (questions.yml) that asks for it.
    """

    number: str = Field(pattern=r"^\d+(\.\d+)*$")
    statements: tuple[Paragraph, ...] = ()
    open: bool = False
    applies: bool = True
    reason: str = ""
    question: int | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if self.open and not self.applies:
            raise ValueError("is open, and does not apply: it can only be one of both")
        if not self.applies and (self.statements or not self.reason):
            raise ValueError("does not apply: that takes a reason, and no statements")
        if not (self.statements or self.open or not self.applies):
            raise ValueError("says nothing: it takes statements, open: true, or applies: false with a reason")
        if (self.reason or self.question is not None) and self.applies and not self.open:
            raise ValueError("reason and question belong to a section that is open or does not apply")
        return self


class Sections(SpecModel):
    """``protocol/sections.yml``; ``source`` is that of each statement which does not name its own."""

    source: Source = Source.ASSUMPTION
    sections: tuple[Section, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("section", [one.number for one in self.sections])
        return self

    def get(self, number: str) -> Section | None:
        """By M11's number; None where nothing is said of it."""
        return next((one for one in self.sections if one.number == number), None)

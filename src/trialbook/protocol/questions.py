"""What the record leaves open (``protocol/questions.yml``), and how this study reads it until it is answered."""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled


class Said(Sourced):
    """Words of the record."""

    source: Source | None = Source.RECORD


class Question(Sourced):
    """One thing that a regulatory writer would ask.

    ``says``: the record's words, none where it is silent; ``reading``: what is assumed; ``parameters``: where that is decided, as
    the file's name and the identifiers below it with points between; ``impact``: what changes with the answer; ``section``: ICH
    M11's number; ``open``: false where the record, read well, answers it.
    """

    number: int = Field(gt=0)
    question: str
    says: tuple[Said, ...] = ()
    reading: str
    parameters: tuple[str, ...] = ()
    impact: str
    section: str = Field(pattern=r"^\d+(\.\d+)*$")
    open: bool = True


class Questions(SpecModel):
    """``protocol/questions.yml``; ``source`` is that of each question which does not name its own."""

    source: Source = Source.ASSUMPTION
    questions: tuple[Question, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        refuse_doubled("question", [one.number for one in self.questions])
        return self

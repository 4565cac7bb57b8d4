"""What is done at which visit (``protocol/activities.yml``), and the forms that record it."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BeforeValidator, Field, model_validator

from trialbook.protocol.source import Source, Sourced
from trialbook.specfile import SpecModel, refuse_doubled

Terms = Annotated[tuple[str, ...], Field(min_length=1)]


def _form_alone(value: object) -> object:
    return {"form": value} if isinstance(value, str) else value


class Recorded(SpecModel):
    """A form that records an activity: those of its records in which each column of ``records`` has one of its terms.

    ``visits``: those of the activity's at which it does, if not at all of them.
    """

    form: str
    records: dict[str, Terms] = {}
    visits: tuple[str, ...] = ()


class Subjects(SpecModel):
    """For whom an activity is planned: who is in one of ``arms`` (ARMCD), and of whom ``form`` has a record as ``where`` says.

    ``where``: columns with the terms of which a record has one; ``who`` says it in words.
    """

    who: str
    arms: tuple[str, ...] = ()
    form: str = ""
    where: dict[str, Terms] = {}

    @model_validator(mode="after")
    def _limits_somebody(self) -> Self:
        if bool(self.form) != bool(self.where):
            raise ValueError("form and where go together: the form, and what its columns say of the subject")
        if not self.arms and not self.form:
            raise ValueError("needs arms, or a form and where: without either it limits nobody")
        return self


class Activity(Sourced):
    """An activity of the schedule. Its form is expected at each of ``visits``, except where one of the marks says otherwise.

    ``epochs``: those in which it is planned, of the file where it has none. ``optional``: it may be left out; ``by_event``: it is
    recorded where something happened; ``repeated``: it has its own calendar, that of its arms' intervention; ``remote``: it may
    be done without the subject's coming, so its form does not show that the visit was made.
    """

    id: str = Field(pattern=r"^[A-Z][A-Z0-9_]*$")
    activity: str = Field(min_length=1)
    visits: Terms
    forms: tuple[Annotated[Recorded, BeforeValidator(_form_alone)], ...] = ()
    subjects: Subjects | None = None
    epochs: tuple[str, ...] = ()
    optional: bool = False
    by_event: bool = False
    repeated: bool = False
    remote: bool = False

    @property
    def is_expected(self) -> bool:
        """Whether its forms are missed where they are not there."""
        return not (self.optional or self.by_event or self.repeated)

    @model_validator(mode="after")
    def _visits_are_its_own(self) -> Self:
        refuse_doubled("visit", self.visits)
        for one in self.forms:
            for name in one.visits:
                if name not in self.visits:
                    raise ValueError(f"the form {one.form} is filled at {name}, which is none of the activity's visits")
        return self


class Activities(SpecModel):
    """``protocol/activities.yml``; ``source`` and ``epochs`` are those of each activity which does not name its own."""

    source: Source = Source.ASSUMPTION
    epochs: tuple[str, ...] = ()
    activities: tuple[Activity, ...] = ()

    @model_validator(mode="after")
    def _each_once(self) -> Self:
        for what in ("id", "activity"):
            refuse_doubled(what, [getattr(one, what) for one in self.activities])
        return self

    def __getitem__(self, id: str) -> Activity:
        """By id; KeyError where there is none."""
        found = [one for one in self.activities if one.id == id]
        if not found:
            raise KeyError(id)
        return found[0]

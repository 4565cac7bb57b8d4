"""The schedule of activities as one thing: the table that a protocol prints, and the forms that each visit is to leave behind."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from trialbook.protocol.activities import Activities, Activity, Recorded
from trialbook.protocol.interventions import Interventions
from trialbook.protocol.schedule import Visit

MARK = "X"


@dataclass(frozen=True)
class ExpectedForm:
    """A form that an activity is to leave behind at a visit: ``recorded`` says which records, ``epochs`` when it is planned."""

    visit: Visit
    activity: Activity
    recorded: Recorded
    epochs: tuple[str, ...]

    @property
    def form(self) -> str:
        """The form's name."""
        return self.recorded.form


class Schedule:
    """Visits and activities of one version of the protocol."""

    def __init__(self, visits: Mapping[str, Visit], activities: Activities, interventions: Interventions):
        self.visits = visits
        self._activities = activities
        self._interventions = interventions

    @property
    def activities(self) -> tuple[Activity, ...]:
        """The activities in the order of the protocol."""
        return self._activities.activities

    @cached_property
    def dated(self) -> tuple[Visit, ...]:
        """The visits with a planned day and a window, earliest first; of the others an event says when they are."""
        planned = [one for one in self.visits.values() if one.day is not None and one.window is not None]
        return tuple(sorted(planned, key=lambda one: one.offset))

    def table(self) -> pd.DataFrame:
        """The schedule as printed: a row an activity, a column a visit; ``X``, the calendar of a repeated one, or empty."""
        rows = {
            one.activity: [self._mark(one) if visit in one.visits else "" for visit in self.visits] for one in self.activities
        }
        return pd.DataFrame.from_dict(rows, orient="index", columns=list(self.visits), dtype="str").rename_axis("ACTIVITY")

    def expected_forms(self, visit: str) -> tuple[ExpectedForm, ...]:
        """What the visit is to leave behind, an entry an activity and form, in the order of the protocol; KeyError for no visit.

        What is optional, recorded by event or repeated by its own calendar is not among it. For whom each is expected, its
        ``activity.subjects`` and ``epochs`` say.
        """
        planned = self.visits[visit]
        return tuple(
            ExpectedForm(planned, one, recorded, one.epochs or self._activities.epochs)
            for one in self.activities
            if visit in one.visits and one.is_expected
            for recorded in one.forms
            if not recorded.visits or visit in recorded.visits
        )

    def _mark(self, activity: Activity) -> str:
        """The calendar of what is repeated, as its arm's intervention has it."""
        arms = activity.subjects.arms if activity.subjects else ()
        given = [one for one in self._interventions.interventions if set(one.arms) & set(arms)]
        if not activity.repeated or not given:
            return MARK
        every, plan = given[0].regimen.every, given[0].plan
        often = "weekly" if every == 7 else "daily" if every == 1 else f"every {every} days"
        return f"D1 then {often}: {plan.planned_doses} doses (the last planned on D{given[0].last_planned_day})"

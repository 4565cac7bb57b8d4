"""This trial's synthetic course of events: from who is screened to how each one's part ends, as canonical values of the forms.

``parameters.yml`` holds the figures, ``ae_profile.csv`` the adverse events; each is an assumption of this project.
Nothing here knows what is checked: the course is coherent because it is drawn in the order in which things happen.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from .condition import condition_form
from .criteria import criteria_form, judged
from .diagnosis import diagnosis_forms, history
from .disease import simulate_disease
from .dosing import end_of_treatment, inject, injection_form, settle
from .events import draw_events, event_forms
from .laboratory import laboratory_form
from .medication import medication_form
from .outcome import end_forms, marrow_forms, survival_form
from .people import allocate, enrolment_forms, randomize, screen
from .plan import drug, last_of_treatment, planned_visits
from .residual import residual_forms
from .samples import taken_at
from .therapy import therapy_forms
from .thyroid import serology_form, thyroid_form
from .visits import attended, follow


def simulate(subjects: int, random: np.random.Generator, parameters: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """A trial of so many randomized subjects, and those whose screening failed; a table a form, every cell text.

    ``random`` is the only source of chance. Nothing is later than the parameters' data_cutoff.
    """
    numbers = screen(subjects, random, parameters)
    trial = randomize(numbers, random)
    numbers = judged(numbers, trial, random)
    trial, marker = _with_arms(trial, random, parameters)
    trial = trial.join(simulate_disease(trial["ARM"].to_numpy(), random, parameters, marker=marker).drop(columns="MARKER"))
    trial, day = follow(trial, random, parameters)
    here = attended(trial, day)

    happened = draw_events(trial, day, here, random)
    month_6 = day[:, list(planned_visits()["VISIT"]).index(last_of_treatment())]
    trial = end_of_treatment(trial.assign(MONTH_6=month_6), happened, random, parameters)
    log = inject(trial, happened, random, parameters)
    trial, happened = settle(trial, happened, log)

    taken = taken_at(numbers, trial, day, here, random)
    past = history(numbers, trial, random, parameters)
    lab, counts = laboratory_form(taken, numbers, trial, happened, random, parameters)
    marrow, marrows = marrow_forms(taken, numbers, trial, counts, random, parameters)
    made = {
        **enrolment_forms(numbers, trial, random),
        "EX": injection_form(trial, log, random),
        "LAB": lab,
        "THYROID_AB": thyroid_form(taken, numbers, happened, random, parameters),
        "SEROLOGY": serology_form(taken, numbers, random),
        **marrow,
        **event_forms(happened, trial, random),
        "SURV": survival_form(trial, taken, day, here),
        **end_forms(numbers, trial, random),
        **diagnosis_forms(numbers, past, random, parameters),
        **residual_forms(marrows, taken, numbers, trial, past, random, parameters),
        "VS_ECOG": condition_form(taken, numbers, trial, happened, random),
        "IE": criteria_form(numbers),
    }
    made["CM"] = medication_form(made["AE"], happened, trial, random)
    made |= therapy_forms(trial, random, parameters)
    return {name: frame.reset_index(drop=True).astype("str") for name, frame in made.items()}


def _with_arms(
    trial: pd.DataFrame, random: np.random.Generator, parameters: Mapping[str, Any]
) -> tuple[pd.DataFrame, np.ndarray]:
    """``trial`` with MARKER, ARM, TREATED and FIRST (day of the first injection), and the markers."""
    n, markers = len(trial), parameters["marker"]
    marker = random.choice(np.array(list(markers), dtype=object), n, p=list(markers.values()))
    arm = allocate(trial, marker, random, parameters)
    within = drug().plan.first_within
    # Most have the first injection soon after randomization.
    first = np.minimum(random.geometric(0.45, n) - 1, within - 1)
    treated = (arm == "IFN") & (random.random(n) >= parameters["never_dosed"])
    return trial.assign(MARKER=marker, ARM=arm, TREATED=treated, FIRST=np.where(arm == "IFN", first, 0)), marker

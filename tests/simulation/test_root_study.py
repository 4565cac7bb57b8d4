"""The root study simulated: what its course gives comes back from each layout."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.simulation import LAYOUTS
from trialbook.study import LoadedStudy


@pytest.fixture(scope="module")
def loaded(repository):
    return LoadedStudy(repository)


@pytest.fixture
def root(sim, loaded):
    sim.study = loaded
    return sim


@pytest.mark.parametrize("layout", LAYOUTS)
def test_each_layout_says_what_the_course_gave(root, layout):
    course, back = root.course(6, 3), root.read_back(root(layout=layout, subjects=6).export)
    for form, frame in course.items():
        if len(frame):
            pd.testing.assert_frame_equal(back[form], frame, obj=form)


def test_the_trial_is_broken_in_at_least_forty_ways(root):
    made = root(layout="workbook", subjects=30, rate=0.05)
    assert len(made.defects) >= 40

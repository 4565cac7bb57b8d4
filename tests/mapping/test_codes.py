"""Collected values as terms."""

from __future__ import annotations

import pandas as pd
import pytest
from pydantic import ValidationError

from trialbook.mapping import StudyCodelist
from trialbook.mapping.codes import read_terms

GRADES = {"terms": {"1": ["1级"], "MILD": ["轻度", "Mild"], "ug/mL": ["µg/mL"]}}


@pytest.mark.parametrize(
    ("cell", "term"),
    [
        ("1级", "1"),
        ("１级", "1"),
        (" １ ", "1"),
        ("Mild", "MILD"),
        ("Ｍｉｌｄ", "MILD"),
        ("mild", ""),
        ("MILD", "MILD"),
        ("\u00b5g/mL", "ug/mL"),
        ("\u03bcg/mL", "ug/mL"),
        ("轻", ""),
        ("", ""),
    ],
)
def test_the_term_of_a_cell(cell, term):
    index = [7, 9]
    found = read_terms(pd.Series([cell, "1"], index=index, dtype="str"), StudyCodelist.model_validate(GRADES))
    assert found.tolist() == [term, "1"]
    assert (found.dtype, list(found.index)) == ("str", index)


def test_no_cells_have_no_terms():
    found = read_terms(pd.Series([], dtype="str"), StudyCodelist.model_validate(GRADES))
    assert (found.dtype, found.tolist()) == ("str", [])


def test_two_values_that_read_alike_have_one_term():
    with pytest.raises(ValidationError, match="the value '１级' stands for both '1' and '2'"):
        StudyCodelist.model_validate({"terms": {"1": ["1级"], "2": ["１级"]}})

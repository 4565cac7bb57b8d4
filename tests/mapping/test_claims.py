"""Which form a table is: by its name, another name, a wildcard, or as a repeating part of the form."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.exports import RawExport, RawTable
from trialbook.mapping.claims import claim_tables
from trialbook.mapping.form_spec import FormSpec


def table(name: str, columns: str, also: str = "", part_of: str = "", repeated: str = "") -> RawTable:
    frame = pd.DataFrame({column: ["x"] for column in columns.split()}, dtype="str")
    names = (tuple(text.split()) for text in (also, part_of))
    return RawTable("e.xml", name, frame, np.array([1]), (), (), None, 1, {}, *names, frozenset(repeated.split()))


def spec(form: str, tables: str, columns: str = "SUBJ") -> FormSpec:
    named = {name: {} for name in dict.fromkeys(["SUBJ", *columns.split()])}
    return FormSpec.model_validate(
        {"form": form, "tables": tables.split(), "subject": "SUBJ", "keys": ["SUBJ"], "columns": named}
    )


HEAD = table("F.LB", "SUBJ LBDAT", "Laboratory LB")
PART = table("IG.LB", "RESULT SUBJ LBDAT SubjectKey", "", "F.LB Laboratory LB", "SUBJ LBDAT SubjectKey")


@pytest.mark.parametrize(
    ("tables", "specs", "claimed", "unmatched"),
    [
        ([table("AE", "SUBJ")], [spec("AE", "ae")], {"AE": ["AE"]}, []),
        ([table("F.AE", "SUBJ", "Events AE")], [spec("AE", "AE")], {"AE": ["F.AE"]}, []),
        ([table("F.AE", "SUBJ", "Events AE")], [spec("AE", "events")], {"AE": ["F.AE"]}, []),
        ([table("F.AE", "SUBJ", "Events AE")], [spec("AE", "E*")], {"AE": []}, ["F.AE"]),
        ([table("AE_1", "SUBJ")], [spec("AE", "AE AE_*"), spec("AE1", "AE_1")], {"AE": [], "AE1": ["AE_1"]}, []),
        ([table("F.VS", "SUBJ"), table("IG.VS", "SUBJ", "VS F.VS")], [spec("VS", "F.VS VS")], {"VS": ["F.VS"]}, ["IG.VS"]),
        ([HEAD, PART], [spec("LB", "LB", "LBDAT")], {"LB": ["F.LB"]}, ["IG.LB"]),
        ([HEAD, PART], [spec("LB", "LB", "LBDAT RESULT")], {"LB": ["IG.LB"]}, []),
        ([HEAD, PART], [spec("LB", "IG.LB", "LBDAT RESULT")], {"LB": ["IG.LB"]}, ["F.LB"]),
        ([HEAD, PART], [spec("H", "LB", "LBDAT"), spec("R", "IG.LB", "RESULT")], {"H": ["F.LB"], "R": ["IG.LB"]}, []),
        ([HEAD, PART], [spec("X", "DM")], {"X": []}, ["F.LB", "IG.LB"]),
    ],
)
def test_who_claims_what(
    tables: list[RawTable], specs: list[FormSpec], claimed: dict[str, list[str]], unmatched: list[str]
) -> None:
    found, left = claim_tables(RawExport(Path(), tuple(tables), ()), {one.form: one for one in specs})
    assert {form: [one.name for one in of] for form, of in found.items()} == claimed
    assert [one.name for one in left] == unmatched


def test_what_the_form_alone_held_must_be_named_when_its_part_stands_for_it() -> None:
    found, _ = claim_tables(RawExport(Path(), (HEAD, PART), ()), {"LB": spec("LB", "LB", "RESULT")})
    assert found["LB"][0].repeated == {"SubjectKey"}


def test_two_forms_of_one_claim_are_told() -> None:
    with pytest.raises(SpecError, match=r"the forms A and B both claim the table 'F\.AE' of e\.xml"):
        claim_tables(RawExport(Path(), (table("F.AE", "SUBJ", "AE"),), ()), {"A": spec("A", "AE"), "B": spec("B", "AE")})

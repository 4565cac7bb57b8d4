"""What an amendment of this repository's study changes, and what that touches."""

from __future__ import annotations

import pytest

from trialbook.amendment.difference import compare
from trialbook.amendment.place import PlaceKind, Taken


def taken(place, name):
    return next((one.before, one.after) for one in place.takes if one.name == name)


STEPS = ("IFN-EX-001", "IFN-EX-012", "IFN-EX-013", "IFN-EX-014")
# Rules of a module that read the plan of injections by one function: each takes the whole intervention.
PLANNED = tuple(f"IFN-EX-{number:03}" for number in (7, 8, 9, 10, 11, 22, 23, 24, 25, 26))
GIVEN = tuple(f"IFN-EX-{number:03}" for number in range(30, 35))
BY_WEEKS = ("IFN-AE-030", "IFN-AE-031", "IFN-DM-027", "IFN-EX-029")


def of(difference, kind):
    return {one.id: one for one in difference.of(kind)}


def test_the_changes(difference):
    assert {(str(one.kind), one.id, one.before, one.after) for one in difference.changes if one.part != "eligibility"} == {
        ("changed", "study.population.minimum_age", "18", "20"),
        ("changed", "interventions.PEGIFN.reductions.doses", "90, 45", "90, 67.5"),
        ("changed", "visits.MONTH 3.window", "-14, 14", "-28, 28"),
        ("removed", "activities.ECG.visits.MONTH 6", "MONTH 6", None),
        ("added", "activities.ECG.visits.MONTH 12", None, "MONTH 12"),
        ("changed", "analysis.sample_size.p_control", "0.3", "0.25"),
    }
    (criterion,) = [one for one in difference.changes if one.part == "eligibility"]
    assert (str(criterion.kind), criterion.id, criterion.title) == ("added", "eligibility.criteria.E11", "Criterion E11")


def test_why(difference):
    (amendment,) = difference.amendments
    assert (amendment.number, amendment.version) == (1, "2.0")
    reasons = {one.id: difference.rationale(one) for one in difference.changes}
    assert reasons["study.population.minimum_age"] == "Not licensed below 20 years"
    assert set(reasons.values()) == {"Not licensed below 20 years", "Safety"}


def test_everything_was_computed(difference):
    assert difference.not_computed == ()


def test_criteria(difference):
    found = of(difference, PlaceKind.CRITERIA)
    assert sorted(found) == ["E11", "I1"]
    assert taken(found["I1"], "minimum_age") == ("18", "20")
    assert taken(found["I1"], "case: 18 years") == ("true", "false")
    assert found["I1"].note.endswith("boundary cases judged differently")
    assert found["E11"].note == "new"


def test_visits(difference):
    found = of(difference, PlaceKind.VISITS)
    assert sorted(found) == ["MONTH 12", "MONTH 3", "MONTH 6"]
    assert found["MONTH 3"].takes == (Taken("window", "-14, 14", "-28, 28"),)
    assert found["MONTH 6"].takes == (Taken("activities", "ECG", None),)


def test_the_sample_size_is_computed_anew(difference):
    size = of(difference, PlaceKind.SAP)["sample size"]
    assert taken(size, "subjects that the assumptions give")[0] == "96"
    assert taken(size, "power of the planned subjects")[0] == "0.8005"


def test_rules(difference):
    found = of(difference, PlaceKind.RULES)
    assert taken(found["IFN-DM-002"], "study.population.minimum_age") == ("18", "20")
    assert {id for id in found if id.startswith("IFN-EX-")} == {*STEPS, *PLANNED}
    assert taken(found["IFN-EX-012"], "interventions.PEGIFN.steps") == ("135, 90, 45", "135, 90, 67.5")
    assert taken(found["TB-VISIT-WINDOW"], "calendar") == ("MONTH 3: day 92, -14 to +14", "MONTH 3: day 92, -28 to +28")
    assert {"TB-IE-ANSWER", "TB-VISIT-MISSED", "TB-RAW-BM-EXPECTED"} <= set(found)
    assert not {"IFN-EX-002", "IFN-AE-001", "TB-VISIT-CONSENT", "TB-RAW-RAND-EXPECTED"} & set(found)


def test_datasets(difference):
    found = of(difference, PlaceKind.DATASETS)
    assert taken(found["TS"], "AGEMIN, TSVAL") == ("P18Y", "P20Y")
    assert [one.name for one in found["TI"].takes if "E11" in one.name or "EXCL11" in one.name]
    assert "IE" in found
    assert not {"TA", "TE", "TV", "EX", "LB"} & set(found)


def test_pages(difference):
    found = of(difference, PlaceKind.PAGES)
    assert "book/index.md" in found
    assert found["book/validation.md"].note == "shows a run, in which the touched checks and datasets take part"
    assert "book/data-standards.md" not in found


@pytest.mark.parametrize(
    ("edits", "kind", "expected"),
    [
        ([("interventions.yml", "every: 7", "every: 14")], PlaceKind.RULES, {*PLANNED, *GIVEN, *BY_WEEKS}),
        ([("interventions.yml", "planned_doses: 26", "planned_doses: 24")], PlaceKind.RULES, {*PLANNED, *GIVEN, "IFN-EX-018"}),
        ([("interventions.yml", "reduce_below: 1.5", "reduce_below: 1.2")], PlaceKind.RULES, set(PLANNED)),
    ],
)
def test_each_number_touches_the_rules_that_take_it(touched, edits, kind, expected):
    assert set(of(touched(*edits), kind)) == expected


def test_a_visits_number_is_in_every_domain_with_visits(touched):
    found = touched(("visits.yml", "visitnum: 160,", "visitnum: 170,"))
    datasets = of(found, PlaceKind.DATASETS)
    assert {"TV", "LB"} <= set(datasets)
    assert not {"DM", "AE", "EX", "TS"} & set(datasets)
    assert datasets["LB"].note == "VISITNUM"


AT_VISITS = dict.fromkeys(["CP", "GF", "LB", "RS", "SS"], "VISITNUM") | {"SV": "VISITNUM, its records"}


@pytest.mark.parametrize(
    ("edit", "expected"),
    [
        # The name of an element is in no epoch, and a visit other than the screening in no record of IE.
        (
            ("design.yml", "element: Observation", "element: Waiting"),
            {"SE": "ELEMENT", "TA": "trial design", "TE": "trial design"},
        ),
        (("visits.yml", "visitnum: 30,", "visitnum: 35,"), {"TV": "trial design", **AT_VISITS}),
        (("visits.yml", "visitnum: 10,", "visitnum: 5,"), {"IE": "VISITNUM", "TV": "trial design", **AT_VISITS}),
        (
            ("interventions.yml", "dose: 135", "dose: 180"),
            {"EC": "ECDOSRGM", "EX": "EXDOSRGM", "SE": "ELEMENT"} | dict.fromkeys(["TA", "TE", "TS"], "trial design"),
        ),
        (
            ("visits.yml", "day: 184, window: [-14, 14]", "day: 184, window: [-14, 21]"),
            {"SE": "SEENDTC, SESTDTC, its records", "TE": "trial design"}
            | dict.fromkeys(["AE", "CM", "CP", "DS", "EC", "EX", "GF", "IE", "LB", "PR", "RS", "SS"], "EPOCH")
            | {"SV": "its records"},
        ),
    ],
    ids=str,
)
def test_each_change_touches_the_variables_that_take_it(touched, edit, expected):
    assert {id: one.note for id, one in of(touched(edit), PlaceKind.DATASETS).items()} == expected


def test_the_identifier_is_told_once_a_dataset(touched):
    found = of(touched(("study.yml", "id: NCT06802718", "id: NCT06802719")), PlaceKind.DATASETS)
    assert found["TV"].takes == (Taken("STUDYID", "NCT06802718", "NCT06802719"),)
    assert [one.name for one in found["AE"].takes] == ["STUDYID: study.id", "USUBJID: id"]


def test_a_text_that_names_a_fact_follows_it(touched):
    found = touched(("interventions.yml", "months: 6", "months: 9"))
    says = {one.id: one.takes[0] for one in found.of(PlaceKind.STATEMENTS)}
    treatment = says["objectives.estimands.E-MRD6.treatment"]
    assert ("6 months" in str(treatment.before), "9 months" in str(treatment.after)) == (True, True)


def test_the_words_alone_touch_nothing_that_decides(touched):
    found = touched(("eligibility.yml", "text: Achieved CR1 after", "text: Has achieved CR1 after"))
    assert [one.id for one in found.changes] == ["eligibility.criteria.I2.text"]
    assert [one.id for one in found.of(PlaceKind.CRITERIA)] == ["I2"]
    assert found.of(PlaceKind.CRITERIA)[0].note.startswith("0 of ")
    # What these two take of the protocol, through helpers, can't be told from all of it.
    unclear = {"IFN-EX-025", "IFN-EX-026"}
    assert [one.id for one in found.of(PlaceKind.RULES) if one.id.startswith("IFN-") and one.id not in unclear] == []


def test_a_side_that_does_not_go_with_the_rules_is_said(touched):
    found = touched(("study.yml", "armcd: CTRL", "armcd: CONTROL"), ("interventions.yml", "arms: [IFN]", "arms: [NONE]"))
    whats = dict(found.not_computed)
    assert "trial design datasets" in whats
    assert whats["trial design datasets"].startswith("one side does not go with the rest of the study: design.yml, line ")
    assert found.changes


def test_nothing_changed(copied):
    found = compare(str(copied), str(copied), copied)
    assert (found.changes, found.places, found.not_computed) == ((), (), ())


def test_folders_without_a_study_tell_what_they_can(copied, tmp_path):
    (copied / "protocol").rename(tmp_path / "alone")
    (tmp_path / "old").mkdir()
    text = (tmp_path / "alone" / "study.yml").read_text(encoding="utf-8")
    (tmp_path / "old" / "study.yml").write_text(text.replace("minimum_age: 18", "minimum_age: 20"), encoding="utf-8")
    found = compare(str(tmp_path / "old"), str(tmp_path / "alone"), None)
    assert "study.population.minimum_age" in [one.id for one in found.changes]
    assert [what for what, _ in found.not_computed] == ["checks", "datasets", "pages"]

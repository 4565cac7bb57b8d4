"""A rule takes what it decides by from the version of the protocol that each subject consented to."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.errors import SpecError
from trialbook.run import Study

OLD = "id: TINY01\ntitle: A tiny trial\nbasis: invented\npopulation: {condition: Cough, maximum_age: 60}\n"
AMENDED = """
original: {version: "1.0", consents: [V1]}
amendments:
  - {number: 1, version: "2.0", date: 2024-03-01, effective: 2024-03-15, consents: [V2], rationale: Safety}
"""
RULES = """
from __future__ import annotations
from trialbook.checks import Dataset, RawForm, Severity, rule

class AEForm(RawForm, form="AE"):
    @rule("OLD", Severity.ERROR, "is old", variables=["TERM"], reads={"DM": []})
    def old(cls, ae, dm):
        return cls.in_force(ae, dm, lambda protocol: protocol.study.population.maximum_age) == 60

class AE(Dataset, domain="AE"):
    @rule("OLD-SDTM", Severity.ERROR, "is old", variables=["AETERM"], reads={"DM": ["RFICDTC"]})
    def old(cls, ae, dm):
        return cls.in_force(ae, dm, lambda protocol: protocol.study.population.maximum_age) == 60

class OfAll(RawForm, form="DM"):
    @rule("NOW", Severity.ERROR, "is old", variables=["SUBJECT"])
    def now(cls, dm):
        return cls.protocol.study.population.maximum_age == 60
"""
DM = [
    "SUBJECT,SITE,SEX,CONSENT,DEATH,FORM_VERSION",
    "001,S1,F,2024-01-10,,V1",
    "002,S1,F,2024-04-10,,",
    "003,S1,F,2024-04-10,,v1",
]
AE = ["SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END", *(f"{subject},Cough,,,,," for subject in ("001", "002", "003", "004"))]


@pytest.fixture
def study(tiny_study):
    protocol = tiny_study / "protocol"
    now = (protocol / "study.yml").read_text(encoding="utf-8")
    assert "maximum_age" not in now
    before = protocol / "versions" / "1.0"
    before.mkdir(parents=True)
    (before / "study.yml").write_text(OLD, encoding="utf-8")
    (protocol / "study.yml").write_text(OLD.replace("60", "70"), encoding="utf-8")
    (protocol / "amendments.yml").write_text(AMENDED, encoding="utf-8")
    form = tiny_study / "sdtm_specs" / "forms" / "dm.yml"
    text = form.read_text(encoding="utf-8")
    form.write_text(text.rstrip("\n") + "\n  FORM_VERSION: {not_submitted: a test}\n", encoding="utf-8")
    (tiny_study / "sdtm_specs" / "export.yml").write_text("consent: {form: DM, date: CONSENT, version: FORM_VERSION}\n")
    (tiny_study / "validators" / "ae.py").write_text(RULES, encoding="utf-8")
    return tiny_study


def failing(study, rule):
    folder = study / "export"
    folder.mkdir(exist_ok=True)
    for name, lines in (("dm", DM), ("ae", AE)):
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    run = Study(study).validate(folder)
    outcome = next(one for one in run.results.rules if one.rule == rule)
    return outcome.status.value, [one.record for one in run.results.findings if one.rule == rule]


def test_each_record_by_the_version_of_its_subject(study):
    """Of 004 nobody knows a consent: the first version stands; the protocol as it is now is of no subject in particular."""
    assert failing(study, "OLD") == ("ISSUE REPORTED", [2])
    assert failing(study, "NOW")[0] == "ISSUE REPORTED"


def test_datasets_go_by_the_date_of_consent(study):
    """Where no SUPP-- dataset with the form's version is given. Of record 2 the rule on the form has told."""
    assert failing(study, "OLD-SDTM") == ("ISSUE REPORTED", [3])


def test_the_forms_version_may_come_from_qualifiers(study):
    text = (study / "sdtm_specs" / "export.yml").read_text().replace("FORM_VERSION}", "FORM_VERSION, qualifier: ICFVER}")
    (study / "sdtm_specs" / "export.yml").write_text(text)
    (model,) = Study(study).models.datasets["AE"]
    ae = pd.DataFrame({"USUBJID": ["1", "2", "3"]})
    dm = pd.DataFrame({"USUBJID": ["1", "2", "3"], "RFICDTC": ["2024-01-10", "2024-04-10", "2024-04-10"]})
    supp = pd.DataFrame({"USUBJID": ["3", "2"], "QNAM": ["ICFVER", "OTHER"], "QVAL": ["V1", "V1"]})
    found = model.in_force(ae, dm, lambda protocol: protocol.study.population.maximum_age, supp)
    assert found.tolist() == [60, 70, 60]


def test_two_consents_that_disagree_leave_the_first_version(study):
    (model,) = Study(study).models.forms["AE"]
    ae = pd.DataFrame({"SUBJECT": ["001", "002"]}, dtype="str")
    dm = pd.DataFrame(
        [("001", "2024-01-10", "V1"), ("001", "2024-05-10", "V2"), ("002", "2024-05-10", "V2"), ("002", "2024-05-11", "V2")],
        columns=["SUBJECT", "CONSENT", "FORM_VERSION"],
        dtype="str",
    )
    assert model.in_force(ae, dm, lambda protocol: protocol.versions[-1]).tolist() == ["original", "2.0"]


@pytest.mark.parametrize(
    ("consent", "what"),
    [
        ("{form: XX, date: CONSENT}", "consent.form: there is no form 'XX' in sdtm_specs/forms"),
        ("{form: DM, date: WHEN}", "consent.date: the form DM has no column 'WHEN'"),
        ("{form: DM, date: SITE}", "consent.date: DM.SITE is no date column by its form specification"),
        ("{form: DM, date: CONSENT, version: V}", "consent.version: the form DM has no column 'V'"),
        ("{form: DM}", "consent.date: is missing"),
    ],
)
def test_a_declaration_that_leads_nowhere(study, consent, what):
    (study / "sdtm_specs" / "export.yml").write_text(f"consent: {consent}\n", encoding="utf-8")
    with pytest.raises(SpecError) as caught:
        _ = Study(study).specs
    assert "export.yml, line 1" in str(caught.value)
    assert what in str(caught.value)


@pytest.mark.parametrize(("versions", "status", "records"), [(2, "SKIPPED", []), (1, "ISSUE REPORTED", [1, 2, 3, 4])])
def test_without_the_consents_a_rule_runs_where_the_protocol_has_one_version(study, versions, status, records):
    """What only tells which version is in force is not needed where there is one; rules that read more of DM are skipped."""
    if versions == 1:
        (study / "protocol" / "amendments.yml").unlink()
    folder = study / "export"
    folder.mkdir()
    (folder / "ae.csv").write_text("\n".join(AE) + "\n", encoding="utf-8")
    run = Study(study).validate(folder)
    (outcome,) = (one for one in run.results.rules if one.rule == "OLD")
    assert (outcome.status.value, [one.record for one in run.results.findings if one.rule == "OLD"]) == (status, records)

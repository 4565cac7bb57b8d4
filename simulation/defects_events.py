"""Defects of adverse events and their coding."""

from __future__ import annotations

import numpy as np

from trialbook.simulation import defect, remove, set_value
from trialbook.simulation.changes import Candidates, Tables

from .places import arm, has, known, records, shift, whole


@defect("GRADE_MISSING")
def grade_missing(tables: Tables, random: np.random.Generator) -> Candidates:
    """An event without a CTCAE grade."""
    for record, _ in records(tables["AE"], tables["AE"]["CTCAE_GRADE"] != "", random):
        yield set_value("AE", record, "CTCAE_GRADE", "")


@defect("EVENT_ENDS_BEFORE_START")
def event_ends_before_start(tables: Tables, random: np.random.Generator) -> Candidates:
    """The end some days before the start."""
    ae = tables["AE"]
    for record, row in records(ae, (ae["END"] != "") & whole(ae["START"]) & (ae["OUTCOME"] != "FATAL"), random):
        yield set_value("AE", record, "END", shift(row["START"], -int(random.integers(1, 9))))


@defect("ONGOING_WITH_END")
def ongoing_with_end(tables: Tables, random: np.random.Generator) -> Candidates:
    """Marked as ongoing, with an end date."""
    ae = tables["AE"]
    for record, _ in records(ae, (ae["END"] != "") & (ae["OUTCOME"] != "FATAL"), random):
        yield set_value("AE", record, "ONGOING", "Y")


@defect("ENDED_WITHOUT_END")
def ended_without_end(tables: Tables, random: np.random.Generator) -> Candidates:
    """Neither an end date nor marked as ongoing."""
    ae = tables["AE"]
    for record, _ in records(ae, (ae["END"] != "") & (ae["OUTCOME"] != "FATAL"), random):
        yield set_value("AE", record, "END", "")


@defect("SERIOUS_WITHOUT_CRITERION")
def serious_without_criterion(tables: Tables, random: np.random.Generator) -> Candidates:
    """A serious event of which nobody says why it is."""
    for record, _ in records(tables["AE"], tables["AE"]["SAE_CRIT"] != "", random):
        yield set_value("AE", record, "SAE_CRIT", "")


@defect("CRITERION_OF_NOT_SERIOUS")
def criterion_of_not_serious(tables: Tables, random: np.random.Generator) -> Candidates:
    """A hospitalization of an event that is not serious."""
    for record, _ in records(tables["AE"], tables["AE"]["SAE_YN"] == "N", random):
        yield set_value("AE", record, "SAE_CRIT", "住院或住院时间延长")


@defect("GRADE_5_SURVIVED")
def grade_5_survived(tables: Tables, random: np.random.Generator) -> Candidates:
    """Grade 5, which is death, of an event that is not fatal."""
    ae = tables["AE"]
    for record, _ in records(ae, ae["OUTCOME"] != "FATAL", random):
        yield set_value("AE", record, "CTCAE_GRADE", "5")


@defect("FATAL_EVENT_OF_SURVIVOR")
def fatal_event_of_survivor(tables: Tables, random: np.random.Generator) -> Candidates:
    """A fatal event of a subject without a death form."""
    ae = tables["AE"]
    alive = ~has(tables, "AE", known(tables["DEATH"], "DTH_DAT"))
    for record, _ in records(ae, alive & (ae["SAE_YN"] == "N") & (ae["END"] != ""), random):
        change = {"OUTCOME": "FATAL", "CTCAE_GRADE": "5", "SAE_YN": "Y", "SAE_CRIT": "死亡"}
        yield [set_value("AE", record, column, value) for column, value in change.items()]


@defect("RELATED_IN_CONTROL_ARM")
def related_in_control_arm(tables: Tables, random: np.random.Generator) -> Candidates:
    """Related to a drug that the subject never had."""
    for record, _ in records(tables["AE"], arm(tables, "AE") == "CTRL", random):
        yield set_value("AE", record, "REL_IFN", "PROBABLY RELATED")


@defect("ACTION_IN_CONTROL_ARM")
def action_in_control_arm(tables: Tables, random: np.random.Generator) -> Candidates:
    """The dose of a drug that the subject never had is reduced."""
    for record, _ in records(tables["AE"], arm(tables, "AE") == "CTRL", random):
        yield set_value("AE", record, "ACTION", "DOSE REDUCED")


@defect("ACTION_NOT_AMONG_INJECTIONS")
def action_not_among_injections(tables: Tables, random: np.random.Generator) -> Candidates:
    """The drug is said to be withdrawn, and the injections go on to the last."""
    disp = tables["DISP"]
    complete = set(disp.loc[disp["EOT_REASON"] == "COMPLETED", "SUBJID"])
    ae = tables["AE"]
    for record, _ in records(ae, (ae["ACTION"] == "DOSE NOT CHANGED") & has(tables, "AE", complete), random):
        yield set_value("AE", record, "ACTION", "DRUG WITHDRAWN")


@defect("EVENT_BEFORE_CONSENT")
def event_before_consent(tables: Tables, random: np.random.Generator) -> Candidates:
    """An event that starts before the subject was in the study."""
    consent = known(tables["DM"], "ICF_DAT")
    for record, row in records(tables["AE"], has(tables, "AE", consent), random):
        yield set_value("AE", record, "START", shift(consent[row["SUBJID"]], -int(random.integers(5, 60))))


@defect("EVENT_AFTER_DEATH")
def event_after_death(tables: Tables, random: np.random.Generator) -> Candidates:
    """An event that starts after the subject's death, and goes on."""
    ae, death = tables["AE"], known(tables["DEATH"], "DTH_DAT")
    for record, row in records(ae, (ae["END"] == "") & has(tables, "AE", death), random):
        yield set_value("AE", record, "START", shift(death[row["SUBJID"]], int(random.integers(1, 15))))


@defect("CODING_REMOVED")
def coding_removed(tables: Tables, random: np.random.Generator) -> Candidates:
    """An event that nobody coded."""
    for record, _ in records(tables["AE_CODING"], tables["AE_CODING"]["PT"] != "", random):
        yield remove("AE_CODING", record)


@defect("CODE_OF_ANOTHER_TERM")
def code_of_another_term(tables: Tables, random: np.random.Generator) -> Candidates:
    """The code of one preferred term with the name of another."""
    coding = tables["AE_CODING"]
    codes = coding["PT_CD"].drop_duplicates()
    for record, row in records(coding, coding["PT_CD"] != "", random):
        others = codes[codes != row["PT_CD"]]
        if len(others):
            yield set_value("AE_CODING", record, "PT_CD", str(random.choice(others)))


@defect("EVENT_TERM_EXCHANGED", detectable=False)
def event_term_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """Words that a coder would code otherwise: who knows the dictionary sees it, or a drug tells that is given for the event."""
    ae = tables["AE"]
    for record, row in records(ae, ae["AETERM"] != "", random):
        yield set_value("AE", record, "AETERM", "恶心" if row["AETERM"] != "恶心" else "头晕")

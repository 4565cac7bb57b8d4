"""Defects of who the subjects are, whether they may take part, and how their part ends."""

from __future__ import annotations

import numpy as np

from trialbook.simulation import defect, remove, set_value
from trialbook.simulation.changes import Candidates, Tables

from .places import has, known, records, shift
from .plan import limit


@defect("RESCREEN_CHAIN_BROKEN")
def rescreen_chain_broken(tables: Tables, random: np.random.Generator) -> Candidates:
    """The earlier number is one that nobody has."""
    dm = tables["DM"]
    for record, row in records(dm, dm["SUBJID_PREV"] != "", random):
        yield set_value("DM", record, "SUBJID_PREV", row["SUBJID_PREV"] + "9")


@defect("RESCREEN_NAMES_ITSELF")
def rescreen_names_itself(tables: Tables, random: np.random.Generator) -> Candidates:
    """The earlier number is the subject's own."""
    dm = tables["DM"]
    for record, row in records(dm, dm["SUBJID_PREV"] == "", random):
        yield set_value("DM", record, "SUBJID_PREV", row["SUBJID"])


@defect("RESCREEN_NOT_NAMED")
def rescreen_not_named(tables: Tables, random: np.random.Generator) -> Candidates:
    """The earlier number is missing: initials, birth date and sex tell."""
    dm = tables["DM"]
    for record, _ in records(dm, dm["SUBJID_PREV"] != "", random):
        yield set_value("DM", record, "SUBJID_PREV", "")


@defect("AGE_OFF")
def age_off(tables: Tables, random: np.random.Generator) -> Candidates:
    """The age is ten years more than the birth date says."""
    dm = tables["DM"]
    for record, row in records(dm, dm["AGE"].astype(int) < limit("maximum_age") - 10, random):
        yield set_value("DM", record, "AGE", str(int(row["AGE"]) + 10))


@defect("RANDOMIZED_TOO_OLD")
def randomized_too_old(tables: Tables, random: np.random.Generator) -> Candidates:
    """Age and birth date agree, beyond the protocol's limit."""
    dm, oldest = tables["DM"], int(limit("maximum_age"))
    for record, row in records(dm, has(tables, "DM", known(tables["RAND"], "RAND_DTTM")), random):
        years = oldest + 2 - int(row["AGE"])
        birth = f"{int(row['BRTHDAT'][:4]) - years}{row['BRTHDAT'][4:]}"
        birth = birth.replace("-02-29", "-02-28")
        yield [set_value("DM", record, "AGE", str(oldest + 2)), set_value("DM", record, "BRTHDAT", birth)]


@defect("SEX_EXCHANGED")
def sex_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """The laboratory's ranges and the pregnancy tests are those of the other sex."""
    for record, row in records(tables["DM"], has(tables, "DM", set(tables["LAB"]["SUBJID"])), random):
        yield set_value("DM", record, "SEX", "F" if row["SEX"] == "M" else "M")


@defect("ETHNIC_GROUP_EXCHANGED", detectable=False)
def ethnic_group_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """Nothing else in the export knows the ethnic group."""
    for record, row in records(tables["DM"], tables["DM"]["ETHNICGRP"] != "", random):
        yield set_value("DM", record, "ETHNICGRP", "Hui" if row["ETHNICGRP"] == "Han" else "Han")


@defect("RANDOMIZED_BEFORE_CONSENT")
def randomized_before_consent(tables: Tables, random: np.random.Generator) -> Candidates:
    """Randomization moves to some days before consent."""
    consent = known(tables["DM"], "ICF_DAT")
    for record, row in records(tables["RAND"], has(tables, "RAND", consent), random):
        yield set_value("RAND", record, "RAND_DTTM", shift(consent[row["SUBJID"]], -int(random.integers(3, 20))) + "T10:00")


@defect("RANDOMIZATION_NUMBER_TWICE")
def randomization_number_twice(tables: Tables, random: np.random.Generator) -> Candidates:
    """Two subjects have one randomization number."""
    numbers = tables["RAND"]["RAND_NO"]
    for record, row in records(tables["RAND"], numbers != "", random):
        others = numbers[numbers != row["RAND_NO"]]
        if len(others):
            yield set_value("RAND", record, "RAND_NO", str(random.choice(others)))


@defect("ARM_EXCHANGED")
def arm_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """A subject with injections is said to be a control."""
    given = tables["EX"][tables["EX"]["GIVEN_YN"] == "Y"]
    for record, _ in records(tables["RAND"], has(tables, "RAND", set(given["SUBJID"])), random):
        yield set_value("RAND", record, "GROUP", "CTRL")


@defect("RANDOMIZED_THOUGH_EXCLUDED")
def randomized_though_excluded(tables: Tables, random: np.random.Generator) -> Candidates:
    """An exclusion applies to a randomized subject."""
    answers = [("UNCTRL_INF_YN", "Y"), ("THYROID_HX_YN", "Y"), ("WILLING_IFN_YN", "N"), ("REQ_HSCT_YN", "Y"), ("CR_NO", "2")]
    for record, _ in records(tables["ELIG"], has(tables, "ELIG", known(tables["RAND"], "RAND_DTTM")), random):
        yield set_value("ELIG", record, *answers[int(random.integers(len(answers)))])


@defect("DEATH_DATES_DISAGREE")
def death_dates_disagree(tables: Tables, random: np.random.Generator) -> Candidates:
    """The death form has another day than the end of the study."""
    ended = known(tables["DISP"], "EOS_DAT")
    for record, row in records(tables["DEATH"], has(tables, "DEATH", ended), random):
        yield set_value("DEATH", record, "DTH_DAT", shift(row["DTH_DAT"], -int(random.integers(2, 9))))


@defect("DEATH_FORM_REMOVED")
def death_form_removed(tables: Tables, random: np.random.Generator) -> Candidates:
    """The study ended by a death that has no form."""
    died = tables["DISP"][tables["DISP"]["EOS_REASON"] == "DEATH"]
    for record, _ in records(tables["DEATH"], has(tables, "DEATH", set(died["SUBJID"])), random):
        yield remove("DEATH", record)


@defect("DEAD_SAID_TO_BE_ALIVE")
def dead_said_to_be_alive(tables: Tables, random: np.random.Generator) -> Candidates:
    """The last contact of a dead subject says alive, on the day of death or after."""
    surv, death = tables["SURV"], known(tables["DEATH"], "DTH_DAT")
    for record, row in records(surv, (surv["STATUS"] == "DEAD") & has(tables, "SURV", death), random):
        after = shift(death[row["SUBJID"]], int(random.integers(2, 20)))
        yield [set_value("SURV", record, "STATUS", "ALIVE"), set_value("SURV", record, "LAST_ALIVE_DAT", after)]


@defect("CONTACT_AFTER_DEATH")
def contact_after_death(tables: Tables, random: np.random.Generator) -> Candidates:
    """A subject is met alive after its death."""
    surv, death = tables["SURV"], known(tables["DEATH"], "DTH_DAT")
    for record, row in records(surv, (surv["STATUS"] == "ALIVE") & has(tables, "SURV", death), random):
        after = shift(death[row["SUBJID"]], int(random.integers(5, 40)))
        yield [set_value("SURV", record, "CONTACT_DAT", after), set_value("SURV", record, "LAST_ALIVE_DAT", after)]


@defect("STUDY_ENDS_BEFORE_TREATMENT")
def study_ends_before_treatment(tables: Tables, random: np.random.Generator) -> Candidates:
    """The end of the study is earlier than that of treatment."""
    disp = tables["DISP"]
    for record, row in records(disp, (disp["EOT_DAT"] != "") & (disp["EOS_DAT"] != ""), random):
        yield set_value("DISP", record, "EOS_DAT", shift(row["EOT_DAT"], -int(random.integers(5, 30))))


@defect("RANDOMIZED_SAID_TO_BE_SCREEN_FAILURE")
def randomized_said_to_be_screen_failure(tables: Tables, random: np.random.Generator) -> Candidates:
    """The study of a randomized subject ended by failing screening."""
    disp = tables["DISP"]
    randomized = has(tables, "DISP", known(tables["RAND"], "RAND_DTTM"))
    for record, _ in records(disp, randomized & (disp["EOS_REASON"] != ""), random):
        yield set_value("DISP", record, "EOS_REASON", "SCREEN FAILURE")


@defect("RELAPSE_BEFORE_RANDOMIZATION")
def relapse_before_randomization(tables: Tables, random: np.random.Generator) -> Candidates:
    """The relapse is dated before the day of randomization."""
    resp, rand = tables["RESP"], known(tables["RAND"], "RAND_DTTM")
    for record, row in records(resp, (resp["RELAPSE_DAT"] != "") & has(tables, "RESP", rand), random):
        before = shift(rand[row["SUBJID"]][:10], -int(random.integers(2, 60)))
        yield set_value("RESP", record, "RELAPSE_DAT", before)


@defect("RELAPSE_WITHOUT_DATE")
def relapse_without_date(tables: Tables, random: np.random.Generator) -> Candidates:
    """A relapse that nobody dated."""
    for record, _ in records(tables["RESP"], tables["RESP"]["RELAPSE_DAT"] != "", random):
        yield set_value("RESP", record, "RELAPSE_DAT", "")


@defect("RELAPSE_DATE_IN_REMISSION")
def relapse_date_in_remission(tables: Tables, random: np.random.Generator) -> Candidates:
    """A date of relapse with the status of remission."""
    for record, _ in records(tables["RESP"], tables["RESP"]["RELAPSE_DAT"] != "", random):
        yield set_value("RESP", record, "HEM_STATUS", "CR")

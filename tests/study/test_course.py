"""The synthetic course of this trial: coherent for each seed and size, reproducible, and as often as the assumptions say."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.simulation.course import Course
from trialbook.study import LoadedStudy
from trialbook.studymodules import load_module

ROOT = Path(__file__).resolve().parents[2]
STUDY = LoadedStudy(ROOT)
COURSE = Course(ROOT / "simulation", "course_under_test")
PARAMETERS: Mapping[str, Any] = COURSE.parameters
PLAN = load_module(ROOT / "simulation" / "plan.py", "course_under_test")
POPULATION = STUDY.protocol.study.population
DRUG = STUDY.protocol.interventions["PEGIFN"]
CUTOFF = str(PARAMETERS["data_cutoff"])

DATES = {
    name: [column for column, spec in form.columns.items() if spec.type in ("date", "datetime")]
    for name, form in STUDY.specs.forms.items()
}

OF_VISITS = {"VS_ECOG": "DAT", "MRD_PCR": "SAMPLE_DAT", "MRD_MFC": "SAMPLE_DAT"}

Tables = dict[str, pd.DataFrame]


def simulate(seed: int, subjects: int) -> Tables:
    return COURSE.tables(subjects, np.random.default_rng(seed), STUDY.specs)


def of(tables: Tables, form: str, column: str, subjects: pd.Series) -> pd.Series:
    """A form's column by subject, beside ``subjects``; ``""`` where the form has none."""
    return beside(tables[form].drop_duplicates("SUBJID").set_index("SUBJID")[column], subjects)


def beside(values: pd.Series, subjects: pd.Series, missing: str = "") -> pd.Series:
    known = dict(values)
    return pd.Series([known.get(subject, missing) for subject in subjects], index=subjects.index, dtype="str")


def no_later(left: pd.Series, right: pd.Series) -> bool:
    """Whether each left date is no later than the right one, as far as both are known and precise."""
    pairs = [(a, b) for a, b in zip(left, right, strict=True) if a and b]
    return all(a[: min(len(a), len(b), 10)] <= b[: min(len(a), len(b), 10)] for a, b in pairs)


COHERENT: dict[str, Callable[[Tables], object]] = {}


def coherent(check: Callable[[Tables], object]) -> Callable[[Tables], object]:
    COHERENT[check.__name__] = check
    return check


@coherent
def every_subject_has_demographics_and_eligibility(t: Tables) -> object:
    known = set(t["DM"]["SUBJID"])
    return set(t["ELIG"]["SUBJID"]) == known and all(set(frame["SUBJID"]) <= known for frame in t.values())


@coherent
def nothing_is_later_than_the_cutoff(t: Tables) -> object:
    return all((t[form][column].str[:10] <= CUTOFF).all() for form in t for column in DATES[form])


@coherent
def nothing_is_later_than_death(t: Tables) -> object:
    return all(no_later(t[form][column], of(t, "DEATH", "DTH_DAT", t[form]["SUBJID"])) for form in t for column in DATES[form])


@coherent
def nothing_is_later_than_the_last_contact(t: Tables) -> object:
    """Contacts of SURV and the end of the study; who has neither is not out yet. A laboratory may report later."""
    ends = t["DISP"].set_index("SUBJID")["EOS_DAT"]
    return all(
        no_later(t[form][column], beside(ends, t[form]["SUBJID"]))
        for form in t
        for column in DATES[form]
        if column != "REPORT_DAT"
    )


@coherent
def death_is_the_same_everywhere(t: Tables) -> object:
    dead = t["DEATH"].set_index("SUBJID")["DTH_DAT"]
    disposition = t["DISP"][t["DISP"]["EOS_REASON"] == "DEATH"].set_index("SUBJID")["EOS_DAT"]
    contact = t["SURV"][t["SURV"]["STATUS"] == "DEAD"].set_index("SUBJID")
    fatal = t["AE"][t["AE"]["OUTCOME"] == "FATAL"].set_index("SUBJID")["END"]
    return (
        dead.sort_index().equals(disposition.sort_index())
        and dead.sort_index().equals(contact["CONTACT_DAT"].rename("DTH_DAT").sort_index())
        and fatal.equals(dead.reindex(fatal.index))
    ) or (dict(dead), dict(disposition), dict(contact["CONTACT_DAT"]), dict(fatal))


@coherent
def consent_screening_and_randomization_are_in_order(t: Tables) -> object:
    subjects = t["ELIG"]["SUBJID"]
    consent, screened = of(t, "DM", "ICF_DAT", subjects), t["ELIG"]["SCR_DAT"]
    return no_later(consent, screened) and no_later(screened, of(t, "RAND", "RAND_DTTM", subjects))


@coherent
def a_second_screening_names_an_earlier_one_that_failed(t: Tables) -> object:
    again = t["DM"][t["DM"]["SUBJID_PREV"] != ""]
    failed = t["DISP"][t["DISP"]["EOS_REASON"] == "SCREEN FAILURE"].set_index("SUBJID")["EOS_DAT"]
    before = beside(failed, again["SUBJID_PREV"])
    return (before != "").all() and no_later(before, again["ICF_DAT"]) and (again["SUBJID_PREV"] < again["SUBJID"]).all()


@coherent
def randomized_are_eligible_and_of_age(t: Tables) -> object:
    entered = t["ELIG"][t["ELIG"]["SUBJID"].isin(t["RAND"]["SUBJID"])]
    answers = entered[["DIAGNOSIS", "CR_NO", "REQ_HSCT_YN", "UNCTRL_INF_YN", "SEV_ORGAN_YN", "WILLING_IFN_YN", "THYROID_HX_YN"]]
    age = t["DM"]["AGE"].astype(int)
    return (answers == ["AML", "1", "N", "N", "N", "Y", "N"]).all(axis=None) and age.between(
        POPULATION.minimum_age, POPULATION.maximum_age
    ).all()


@coherent
def only_the_interferon_arm_has_injections(t: Tables) -> object:
    return (of(t, "RAND", "GROUP", t["EX"]["SUBJID"]) == "IFN").all()


@coherent
def injections_follow_the_steps_in_order_after_randomization(t: Tables) -> object:
    given = t["EX"][t["EX"]["GIVEN_YN"] == "Y"]
    rand = of(t, "RAND", "RAND_DTTM", given["SUBJID"])
    apart = pd.to_datetime(given["ADMIN_DAT"]).groupby(given["SUBJID"]).diff().dt.days.dropna()
    dose = given["DOSE_UG"].astype(int)
    lower = dose.groupby(given["SUBJID"]).diff()
    return (
        (apart >= DRUG.plan.least_days_between).all()
        and ((given["ADMIN_DAT"] + "T" + given["ADMIN_TIM"]) > rand).all()
        and dose.isin(DRUG.steps).all()
        and (lower.dropna() <= 0).all()
        and ((lower < 0) == (given["DOSE_CHANGE"] == "DOSE REDUCED")).all()
    )


@coherent
def a_dose_not_given_has_a_reason_and_no_dose(t: Tables) -> object:
    not_given, given = (t["EX"][t["EX"]["GIVEN_YN"] == answer] for answer in ("N", "Y"))
    return (
        (not_given[["ADMIN_DAT", "ADMIN_TIM", "DOSE_UG", "BATCH_NO"]] == "").all(axis=None)
        and (not_given["REASON_NOT_GIVEN"] != "").all()
        and (given[["ADMIN_DAT", "ADMIN_TIM", "DOSE_UG", "BATCH_NO"]] != "").all(axis=None)
    )


@coherent
def nothing_is_injected_after_permanent_stop_relapse_or_end_of_treatment(t: Tables) -> object:
    given = t["EX"][t["EX"]["GIVEN_YN"] == "Y"]
    stopped = t["EX"][t["EX"]["DOSE_CHANGE"] == "DRUG WITHDRAWN"].set_index("SUBJID")["DOSE_NO"].astype(int)
    number = given["DOSE_NO"].astype(int)
    relapse = t["RESP"][t["RESP"]["RELAPSE_DAT"] != ""].set_index("SUBJID")["RELAPSE_DAT"]
    return (
        (number < beside(stopped.astype(str), given["SUBJID"], "99").astype(int)).all()
        and no_later(given["ADMIN_DAT"], beside(relapse, given["SUBJID"]))
        and no_later(given["ADMIN_DAT"], of(t, "DISP", "EOT_DAT", given["SUBJID"]))
    )


@coherent
def low_counts_change_the_next_dose(t: Tables) -> object:
    """Each count under a threshold while on treatment is followed by a lower, held or last dose."""
    lab = t["LAB"][t["LAB"]["TEST_LOCAL"].isin(["WBC", "NEUT", "PLAT"])].copy()
    lab["VALUE"] = lab["RESULT_TXT"].astype(float)
    wrong = []
    for _, low in lab[lab["VALUE"] < lab["TEST_LOCAL"].map(DRUG.reduce_below)].iterrows():
        doses = t["EX"][t["EX"]["SUBJID"] == low["SUBJID"]]
        given = doses[(doses["GIVEN_YN"] == "Y")]
        before = given[given["ADMIN_DAT"] < low["LAB_DAT"]]
        date = doses["ADMIN_DAT"].where(doses["ADMIN_DAT"] != "", doses["PLANNED_DAT"])
        after = doses[(date >= low["LAB_DAT"]) & (doses["REASON_NOT_GIVEN"] != "受试者漏用")]
        if len(before) and len(after):
            change = after.iloc[0]["DOSE_CHANGE"]
            stops = low["VALUE"] < DRUG.stop_below[low["TEST_LOCAL"]]
            if change not in (["DRUG WITHDRAWN"] if stops else ["DOSE REDUCED", "DRUG INTERRUPTED", "DRUG WITHDRAWN"]):
                wrong.append((low["SUBJID"], low["LAB_DAT"], low["TEST_LOCAL"], low["VALUE"], change))
    return wrong or True


@coherent
def events_end_after_they_start_or_are_ongoing(t: Tables) -> object:
    ae = t["AE"]
    over = ae["OUTCOME"].isin(["RECOVERED/RESOLVED", "FATAL"])
    return (
        no_later(ae["START"], ae["END"])
        and ((ae["ONGOING"] == "Y") == (ae["END"] == "")).all()
        and (over == (ae["END"] != "")).all()
    )


@coherent
def events_start_after_randomization(t: Tables) -> object:
    return no_later(of(t, "RAND", "RAND_DTTM", t["AE"]["SUBJID"]), t["AE"]["START"])


@coherent
def controls_have_no_relation_and_no_action(t: Tables) -> object:
    ae = t["AE"]
    control = of(t, "RAND", "GROUP", ae["SUBJID"]) == "CTRL"
    return (ae.loc[control, ["REL_IFN", "ACTION"]] == "NOT APPLICABLE").all(axis=None) and (
        ae.loc[~control, "REL_IFN"] != "NOT APPLICABLE"
    ).all()


@coherent
def actions_are_those_of_the_injections(t: Tables) -> object:
    """An action taken is seen among the injections after the event starts."""
    wrong = []
    for _, event in t["AE"][t["AE"]["ACTION"].str.startswith("D")].iterrows():
        doses = t["EX"][t["EX"]["SUBJID"] == event["SUBJID"]]
        date = doses["ADMIN_DAT"].where(doses["ADMIN_DAT"] != "", doses["PLANNED_DAT"])
        later = doses[[day[: len(event["START"])] >= event["START"] for day in date]]
        held = doses[doses["DOSE_CHANGE"] == "DRUG INTERRUPTED"]
        changes = {*later["DOSE_CHANGE"], *held["DOSE_CHANGE"]}
        if event["ACTION"] == "DOSE NOT CHANGED":
            good = (doses["GIVEN_YN"] == "Y").any()
        elif event["ACTION"] == "DRUG WITHDRAWN":
            good = of(t, "DISP", "EOT_REASON", pd.Series([event["SUBJID"]]))[0] == "ADVERSE EVENT"
        else:
            good = event["ACTION"] in changes
        if not good:
            wrong.append(dict(event))
    return wrong or True


@coherent
def serious_events_have_criteria_and_fatal_ones_grade_5(t: Tables) -> object:
    ae = t["AE"]
    fatal = ae["OUTCOME"] == "FATAL"
    return (
        ((ae["SAE_YN"] == "Y") == (ae["SAE_CRIT"] != "")).all()
        and (fatal == (ae["CTCAE_GRADE"] == "5")).all()
        and ae.loc[fatal, "SAE_CRIT"].str.contains("死亡").all()
        and (ae.loc[ae["SAE_CRIT"].str.contains("危及生命"), "CTCAE_GRADE"] == "4").all()
    )


@coherent
def every_event_is_coded_once_and_says_synthetic(t: Tables) -> object:
    keys = ["SUBJID", "AE_NO"]
    coding = t["AE_CODING"]
    pairs = coding.drop_duplicates(["PT", "PT_CD"])
    return (
        t["AE"][keys].equals(coding[keys])
        and (coding["MEDDRA_VER"] == "SYNTHETIC").all()
        and coding[["LLT_CD", "PT_CD", "HLT_CD", "HLGT_CD", "SOC_CD"]]
        .apply(lambda codes: codes.str.startswith("99"))
        .all(axis=None)
        and pairs["PT"].is_unique
        and pairs["PT_CD"].is_unique
    )


@coherent
def laboratory_grades_are_those_of_the_events(t: Tables) -> object:
    """On the day an event of a count starts, its grade is that of the value (CTCAE 5: neutrophils, platelets)."""
    limits = {"NEUT": [1.8, 1.5, 1.0, 0.5, 0], "PLAT": [125, 75, 50, 25, 0]}
    terms = {"Neutrophil count decreased": "NEUT", "Platelet count decreased": "PLAT"}
    ae = t["AE"].merge(t["AE_CODING"][["SUBJID", "AE_NO", "PT"]])
    ae["TEST_LOCAL"] = ae["PT"].map(terms)
    lab = t["LAB"][t["LAB"]["TEST_LOCAL"].isin(limits)]
    values = lab.assign(VALUE=lab["RESULT_TXT"].astype(float))[["SUBJID", "LAB_DAT", "TEST_LOCAL", "VALUE"]]
    seen = ae.dropna(subset="TEST_LOCAL").merge(
        values, left_on=["SUBJID", "START", "TEST_LOCAL"], right_on=["SUBJID", "LAB_DAT", "TEST_LOCAL"]
    )
    grade = [sum(value < limit for limit in limits[test]) for value, test in zip(seen["VALUE"], seen["TEST_LOCAL"], strict=True)]
    return len(seen) >= ae["TEST_LOCAL"].notna().sum() and (seen["CTCAE_GRADE"].astype(int) == grade).all()


@coherent
def ranges_are_by_sex_and_in_the_units_of_the_results(t: Tables) -> object:
    lab = t["LAB"].assign(SEX=of(t, "DM", "SEX", t["LAB"]["SUBJID"]))
    return (lab.groupby(["TEST_LOCAL", "UNIT_LOCAL", "SEX"])[["LLN", "ULN"]].nunique() == 1).all(axis=None)


@coherent
def pregnancy_is_tested_in_women_who_can_bear_children(t: Tables) -> object:
    tested = t["SEROLOGY"][t["SEROLOGY"]["TEST"] == "HCG"]["SUBJID"]
    fertile = t["ELIG"][t["ELIG"]["CHILDBEARING"] == "Y"]["SUBJID"]
    women = t["DM"][t["DM"]["SEX"] == "F"]["SUBJID"]
    return set(tested) == set(fertile) and set(fertile) <= set(women)


@coherent
def relapse_is_once_after_randomization_and_the_last_response(t: Tables) -> object:
    resp = t["RESP"]
    relapse = resp[resp["RELAPSE_DAT"] != ""]
    ended = beside(relapse.set_index("SUBJID")["RELAPSE_DAT"], resp["SUBJID"], "9999")
    return (
        relapse["SUBJID"].is_unique
        and ((resp["HEM_STATUS"] == "RELAPSE") == (resp["RELAPSE_DAT"] != "")).all()
        and (resp["ASSESS_DAT"] <= ended).all()
        and no_later(of(t, "RAND", "RAND_DTTM", relapse["SUBJID"]), relapse["RELAPSE_DAT"])
        and no_later(resp["MRD_RELAPSE_DAT"], resp["CONFIRM_DAT"])
        and ((resp["MRD_RELAPSE_DAT"] == "") | (resp["CONFIRM_DAT"] != "")).all()
    )


@coherent
def responses_are_of_the_marrow(t: Tables) -> object:
    keys = ["SUBJID", "VISIT"]
    marrow = t["BM"].merge(t["RESP"], left_on=[*keys, "BM_DAT"], right_on=[*keys, "ASSESS_DAT"])
    blasts = pd.to_numeric(marrow["BLAST_PCT"]).fillna(0)
    relapse = marrow["HEM_STATUS"] == "RELAPSE"
    return (
        len(marrow) == len(t["RESP"])
        and (blasts[~relapse] < 5).all()
        and (blasts[relapse & (marrow["RELAPSE_SITE"] != "EXTRAMEDULLARY")] >= 5).all()
    )


def molecular(t: Tables) -> pd.DataFrame:
    """The results of marrow that count: the run with enough ABL1, and not the second sample after a rise."""
    pcr = t["MRD_PCR"][t["MRD_PCR"]["SPECIMEN"] == "BONE MARROW"]
    good = pcr[pcr["RESULT"] != "NOT EVALUABLE"]
    return pd.concat([good, pcr[~pcr["SAMPLE_ID"].isin(good["SAMPLE_ID"])]])


@coherent
def the_assay_of_a_marrow_says_what_the_response_says(t: Tables) -> object:
    keys = ["SUBJID", "VISIT"]
    seen = t["RESP"].merge(molecular(t), left_on=[*keys, "ASSESS_DAT"], right_on=[*keys, "SAMPLE_DAT"], how="left")
    said = {
        "NEGATIVE": "NEGATIVE",
        "BELOW LIMIT OF DETECTION": "NEGATIVE",
        "POSITIVE": "POSITIVE",
        "NOT EVALUABLE": "NOT EVALUABLE",
    }
    return len(seen) == len(t["RESP"]) and (seen["RESULT"].map(said) == seen["MRD_STATUS"]).all()


@coherent
def a_rise_is_confirmed_in_a_second_marrow(t: Tables) -> object:
    rises = t["RESP"][t["RESP"]["MRD_RELAPSE_DAT"] != ""]
    pcr = t["MRD_PCR"][(t["MRD_PCR"]["SPECIMEN"] == "BONE MARROW") & (t["MRD_PCR"]["RESULT"] == "POSITIVE")]
    seen = set(zip(pcr["SUBJID"], pcr["VISIT"], pcr["SAMPLE_DAT"], strict=True))
    dates = [set(zip(rises["SUBJID"], rises["VISIT"], rises[date], strict=True)) for date in ("ASSESS_DAT", "CONFIRM_DAT")]
    return set.union(*dates) <= seen


@coherent
def relapse_shows_in_both_assays(t: Tables) -> object:
    relapse = t["RESP"][t["RESP"]["HEM_STATUS"] == "RELAPSE"]
    for form in ("MRD_PCR", "MRD_MFC"):
        assays = t[form][(t[form]["SPECIMEN"] == "BONE MARROW") & (t[form]["RESULT"] != "NOT EVALUABLE")]
        seen = relapse.merge(assays, left_on=["SUBJID", "ASSESS_DAT"], right_on=["SUBJID", "SAMPLE_DAT"])
        if len(seen) != len(relapse) or not (seen["RESULT"] == "POSITIVE").all():
            return form
    return True


@coherent
def ratios_are_the_copies_and_reductions_the_ratios(t: Tables) -> object:
    pcr = t["MRD_PCR"][t["MRD_PCR"]["RESULT"] == "POSITIVE"]
    copies, abl1, ratio, reduction = (
        pcr[name].astype(float) for name in ("TARGET_COPIES", "ABL1_COPIES", "RATIO_PCT", "LOG_REDUCTION")
    )
    diagnosis = of(t, "DX", "QPCR_DX_RATIO_PCT", pcr["SUBJID"]).astype(float)
    return (
        (copies >= 3).all()
        and (abl1 >= PARAMETERS["abl1_copies"]["fail_below"]).all()
        and ((100 * copies / abl1 - ratio).abs() <= 0.005 * ratio.clip(lower=0.001) + 5e-6).all()
        and ((np.log10(diagnosis / ratio) - reduction).abs() <= 0.0051).all()
    )


@coherent
def the_gene_is_the_same_everywhere(t: Tables) -> object:
    gene = t["DX"]["FUSION"].where(t["DX"]["NPM1"] != "MUTATED", "NPM1")
    by_subject = dict(zip(t["DX"]["SUBJID"], gene, strict=True))
    stratum = t["RAND"]["SUBJID"].map(by_subject) == t["RAND"]["STRATUM"]
    return stratum.all() and (t["MRD_PCR"]["SUBJID"].map(by_subject) == t["MRD_PCR"]["TARGET"]).all()


@coherent
def a_person_has_one_history(t: Tables) -> object:
    again = t["DM"][t["DM"]["SUBJID_PREV"] != ""]
    for form in ("DX", "PRIORCHEMO"):
        told = {subject: own.drop(columns="SUBJID").values.tolist() for subject, own in t[form].groupby("SUBJID")}
        if not all(told[a] == told[b] for a, b in zip(again["SUBJID"], again["SUBJID_PREV"], strict=True)):
            return form
    return True


@coherent
def chemotherapy_is_in_order_between_diagnosis_and_consent(t: Tables) -> object:
    chemo = t["PRIORCHEMO"]
    follows = chemo["START_DAT"].groupby(chemo["SUBJID"]).shift(-1).fillna("")
    first = chemo.drop_duplicates("SUBJID")
    brought = chemo[chemo["CR_DAT"] != ""]
    return (
        no_later(of(t, "DX", "DX_DAT", first["SUBJID"]), first["START_DAT"])
        and no_later(chemo["START_DAT"], chemo["END_DAT"])
        and no_later(chemo["END_DAT"], follows)
        and no_later(chemo["CR_DAT"], follows)
        and no_later(chemo["END_DAT"], of(t, "DM", "ICF_DAT", chemo["SUBJID"]))
        and brought["SUBJID"].is_unique
        and set(brought["SUBJID"]) == set(t["DM"]["SUBJID"])
    )


@coherent
def screening_is_reported_before_eligibility_is_decided_and_that_before_randomization(t: Tables) -> object:
    screening = t["MRD_PCR"][t["MRD_PCR"]["VISIT"] == "SCREENING"]
    decided = of(t, "IE", "IE_DAT", screening["SUBJID"])
    subjects = t["RAND"]["SUBJID"]
    return (
        no_later(screening["REPORT_DAT"], decided)
        and no_later(t["MRD_PCR"]["SAMPLE_DAT"], t["MRD_PCR"]["REPORT_DAT"])
        and no_later(of(t, "IE", "IE_DAT", subjects), t["RAND"]["RAND_DTTM"])
    )


@coherent
def forms_are_at_the_visits_that_the_schedule_has(t: Tables) -> object:
    wrong = []
    for activity in STUDY.protocol.activities.activities:
        for recorded in (one for one in activity.forms if one.records and activity.id != "CBC"):
            rows = t[recorded.form]
            for column, terms in recorded.records.items():
                rows = rows[rows[column].isin(terms)]
            wrong += [(activity.id, visit) for visit in set(rows["VISIT"]) - set(recorded.visits or activity.visits)]
    return [one for one in wrong if one[0] not in ("MRD_MOLECULAR", "MRD_BLOOD")] == []


@coherent
def visits_are_in_their_windows(t: Tables) -> object:
    visits = PLAN.planned_visits().set_index("VISIT")
    for form, column in {
        "LAB": "LAB_DAT",
        "BM": "BM_DAT",
        "RESP": "ASSESS_DAT",
        "THYROID_AB": "DAT",
        "SEROLOGY": "DAT",
        **OF_VISITS,
    }.items():
        rows = t[form][t[form]["VISIT"].isin(visits.index)]
        rand = pd.to_datetime(of(t, "RAND", "RAND_DTTM", rows["SUBJID"]).str[:10])
        plan = visits.loc[rows["VISIT"]]
        off = (pd.to_datetime(rows[column]) - rand).dt.days.to_numpy() - plan["DAY"].to_numpy()
        if not ((off >= plan["BEFORE"].to_numpy()) & (off <= plan["AFTER"].to_numpy())).all():
            return form
    return True


@coherent
def ends_are_told_with_their_reasons(t: Tables) -> object:
    disp = t["DISP"]
    failed = disp["EOS_REASON"] == "SCREEN FAILURE"
    return (
        ((disp["EOT_DAT"] == "") == (disp["EOT_REASON"] == "")).all()
        and ((disp["EOS_DAT"] == "") == (disp["EOS_REASON"] == "")).all()
        and no_later(disp["EOT_DAT"], disp["EOS_DAT"])
        and (set(disp["SUBJID"][failed]) == set(t["DM"]["SUBJID"]) - set(t["RAND"]["SUBJID"]))
        and (disp.loc[failed, "EOT_DAT"] == "").all()
        and (disp.loc[~failed & (disp["EOS_DAT"] != ""), "EOT_DAT"] != "").all()
    )


@coherent
def therapy_follows_the_relapse_that_it_names_and_the_end_of_treatment(t: Tables) -> object:
    for form, start in {"HSCT": "HSCT_DAT", "SUBSEQ_TX": "START"}.items():
        of_form = t[form]
        for reason, column in {"HEMATOLOGIC RELAPSE": "RELAPSE_DAT", "MRD RELAPSE": "MRD_RELAPSE_DAT"}.items():
            begun = of_form[of_form["REASON"] == reason]
            told = t["RESP"][t["RESP"][column] != ""].drop_duplicates("SUBJID").set_index("SUBJID")[column]
            relapse = beside(told, begun["SUBJID"])
            if not ((relapse != "").all() and no_later(relapse, begun[start])):
                return form, reason
        ended = of(t, "DISP", "EOT_DAT", of_form["SUBJID"])
        given = t["EX"][t["EX"]["ADMIN_DAT"] != ""].drop_duplicates("SUBJID", keep="last").set_index("SUBJID")["ADMIN_DAT"]
        if not ((ended != "").all() and no_later(ended, of_form[start])):
            return form, "end of treatment"
        if not no_later(beside(given, of_form["SUBJID"]), of_form[start]):
            return form, "injections"
        if not set(of_form["SUBJID"]) <= set(t["RAND"]["SUBJID"]):
            return form, "randomized"
    return True


@coherent
def transplants_are_made_once_in_the_remission_that_is_left(t: Tables) -> object:
    hsct = t["HSCT"]
    first = hsct["REASON"] == "MRD RELAPSE"
    autologous = hsct["TYPE"] == "AUTOLOGOUS STEM CELL TRANSPLANT"
    dead = t["DEATH"][t["DEATH"]["CAUSE"].isin(["移植相关感染", "移植物抗宿主病"])]
    return (
        hsct["SUBJID"].is_unique
        and ((hsct["STATUS_AT_HSCT"] == "CR1") == first).all()
        and ((hsct["DONOR"] == "") == autologous).all()
        and set(dead["SUBJID"]) <= set(hsct["SUBJID"][first])
    )


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 2**32 - 1), subjects=st.integers(1, 80))
def test_the_course_is_coherent(seed: int, subjects: int) -> None:
    tables = simulate(seed, subjects)
    assert {
        name: found for name, check in COHERENT.items() if (found := check(tables)) is not True and found is not np.True_
    } == {}


def test_the_same_seed_gives_the_same_trial() -> None:
    first, second, other = (simulate(seed, 20) for seed in (7, 7, 8))
    assert all(first[form].equals(second[form]) for form in first)
    assert not first["DM"].equals(other["DM"])


def test_as_many_are_randomized_as_asked_for_half_in_each_arm() -> None:
    tables = simulate(1, 96)
    arms = tables["RAND"]["GROUP"].value_counts()
    assert len(tables["RAND"]) == 96
    assert abs(arms["IFN"] - arms["CTRL"]) <= 6
    by_stratum = tables["RAND"].groupby("STRATUM")["GROUP"].apply(lambda arm: abs((arm == "IFN").sum() - (arm == "CTRL").sum()))
    assert by_stratum.max() <= 2


@pytest.fixture(scope="module")
def disease() -> ModuleType:
    return load_module(ROOT / "simulation" / "disease.py", "course_under_test")


@pytest.mark.parametrize(
    ("arm", "expected"),
    [
        ("IFN", {"MRD-negative at month 6": 0.585, "2-year CIR": 0.153, "EFS": 0.830, "OS": 0.903}),
        ("CTRL", {"MRD-negative at month 6": 0.301, "2-year CIR": 0.289, "EFS": 0.689, "OS": 0.825}),
    ],
)
def test_the_latent_course_has_the_means_that_the_assumptions_were_made_for(
    disease: ModuleType, arm: str, expected: dict[str, float]
) -> None:
    """The figures are means of 2,000 trials of 96 before entries were redrawn: 96,000 subjects an arm."""
    subjects = 100_000
    course = disease.simulate_disease(
        np.full(subjects, arm, dtype=object), np.random.default_rng(2023), PARAMETERS, eligible=False
    )
    relapse, death = course["RELAPSE"], course["DEATH"]
    found = {
        "MRD-negative at month 6": (course["NEGATIVE_6"] & ~course["MISSING_M6"] & (relapse > 6) & (death > 6)).mean(),
        "2-year CIR": (relapse <= 24).mean(),
        "EFS": ((relapse > 24) & (death > 24)).mean(),
        "OS": (death > 24).mean(),
    }
    # Three standard errors of a difference of two such means, and half of the last digit that is given.
    error = {name: 3 * np.sqrt(value * (1 - value) * (1 / 96_000 + 1 / subjects)) + 0.0005 for name, value in expected.items()}
    assert {name: value for name, value in found.items() if abs(value - expected[name]) > error[name]} == {}


def test_entries_are_redrawn_until_they_are_eligible(disease: ModuleType) -> None:
    arm = np.full(50_000, "CTRL", dtype=object)
    plain = disease.simulate_disease(arm, np.random.default_rng(3), PARAMETERS, eligible=False)
    eligible = (plain["ENTRY"] > 3) & (plain["ENTRY"] < plain["LIMIT"])
    assert abs((~eligible).mean() - 0.086) < 0.005
    redrawn = disease.simulate_disease(arm, np.random.default_rng(3), PARAMETERS)
    assert ((redrawn["ENTRY"] > 3) & (redrawn["ENTRY"] < redrawn["LIMIT"])).all()


@pytest.fixture(scope="module")
def thousand() -> Tables:
    """A trial with 500 subjects an arm."""
    return simulate(11, 1000)


def test_residual_disease_is_as_the_assumptions_say(thousand: Tables) -> None:
    """In 500 subjects an arm: ratios at diagnosis by gene; molecular MRD at month 6, where entries were redrawn, a little off."""
    tables = thousand
    randomized = tables["DX"]["SUBJID"].isin(tables["RAND"]["SUBJID"])
    diagnosis = tables["DX"][randomized].assign(GENE=of(tables, "RAND", "STRATUM", tables["DX"]["SUBJID"][randomized]))
    logs = np.log10(diagnosis["QPCR_DX_RATIO_PCT"].astype(float)).groupby(diagnosis["GENE"]).agg(["mean", "std", "size"])
    for gene, about in PARAMETERS["baseline_ratio_pct"].items():
        # Who has a low ratio at diagnosis can less often be more than 3 log below it and still detectable.
        assert abs(logs.at[gene, "mean"] - about["log10_mean"]) < 3 * about["sd"] / np.sqrt(logs.at[gene, "size"]) + 0.06
        assert abs(logs.at[gene, "std"] / about["sd"] - 1) < 0.2
        assert abs(logs.at[gene, "size"] / 1000 - PARAMETERS["marker"][gene]) < 3 * np.sqrt(0.25 / 1000)

    month_6 = molecular(tables)[lambda pcr: pcr["VISIT"] == "MONTH 6"]
    arm = of(tables, "RAND", "GROUP", month_6["SUBJID"])
    negative = month_6["RESULT"].isin(["NEGATIVE", "BELOW LIMIT OF DETECTION"])
    rates = negative.groupby(arm).sum() / tables["RAND"]["GROUP"].value_counts()
    for name, expected in {"IFN": 0.585, "CTRL": 0.301}.items():
        assert abs(rates[name] - expected) < 3 * np.sqrt(expected * (1 - expected) / 500) + 0.04


def test_therapy_is_as_frequent_as_the_assumptions_say(thousand: Tables) -> None:
    """In 1,000 subjects, within three standard errors; of who leaves or dies before, there is none."""
    relapsed = thousand["RESP"].loc[thousand["RESP"]["RELAPSE_DAT"] != "", "SUBJID"]
    therapy, hsct = thousand["SUBSEQ_TX"], thousand["HSCT"]
    salvage = therapy[therapy["REASON"] == "HEMATOLOGIC RELAPSE"].groupby("SUBJID").size()
    chances = {
        "salvage": (len(salvage), len(relapsed), PARAMETERS["salvage_after_relapse"]["chance"]),
        "second salvage": ((salvage == 2).sum(), len(salvage), PARAMETERS["second_salvage_after_relapse"]["chance"]),
        "transplant": ((hsct["REASON"] == "HEMATOLOGIC RELAPSE").sum(), len(salvage), PARAMETERS["hsct_after_relapse"]["chance"]),
    }
    assert len(relapsed) > 100 and salvage.max() == 2
    # Who dies or is lost in the weeks or months of waiting makes it rarer: post_relapse_death_12m is 0.4.
    waiting = {"salvage": 0.05, "second salvage": 0.1, "transplant": 0.2}
    for name, (found, among, chance) in chances.items():
        error = 3 * np.sqrt(chance * (1 - chance) / among)
        assert chance * (1 - waiting[name]) - error < found / among < chance + error, name
    assert {"MRD RELAPSE", "HEMATOLOGIC RELAPSE"} == set(therapy["REASON"]) == set(hsct["REASON"])


def test_adverse_events_are_as_frequent_as_the_profile_says(thousand: Tables) -> None:
    """In 500 subjects an arm, within three standard errors; what needs a visit that shows it is a little rarer."""
    tables = thousand
    profile = pd.read_csv(ROOT / "simulation" / "ae_profile.csv").set_index("AEDECOD")
    arm = tables["RAND"].set_index("SUBJID")["GROUP"]
    coding = tables["AE_CODING"].drop_duplicates(["SUBJID", "PT"])
    rates = coding.groupby(["PT", coding["SUBJID"].map(arm)]).size().unstack(fill_value=0) / arm.value_counts()
    for name in ("IFN", "CTRL"):
        expected = profile[f"p_any_{name}"]
        error = 3 * np.sqrt(expected * (1 - expected) / 500) + 0.12 * expected + 0.005
        off = (rates[name].reindex(expected.index, fill_value=0) - expected).abs() > error
        assert list(expected.index[off]) == []

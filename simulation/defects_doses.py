"""Defects of injections, visits and laboratory values."""

from __future__ import annotations

import numpy as np

from trialbook.simulation import defect, set_text, set_value
from trialbook.simulation.changes import Candidates, Tables

from .places import arm, has, known, records, shift
from .plan import drug, last_of_treatment


@defect("DOSE_IN_CONTROL_ARM")
def dose_in_control_arm(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection stands under the number of a control."""
    controls = tables["RAND"].loc[tables["RAND"]["GROUP"] == "CTRL", "SUBJID"]
    for record, _ in records(tables["EX"], tables["EX"]["GIVEN_YN"] == "Y", random):
        if len(controls):
            yield set_value("EX", record, "SUBJID", str(random.choice(controls)))


@defect("DOSE_OUT_OF_STEPS")
def dose_out_of_steps(tables: Tables, random: np.random.Generator) -> Candidates:
    """A dose that is none of the protocol's."""
    for record, row in records(tables["EX"], tables["EX"]["DOSE_UG"] != "", random):
        wrong = (f"{float(row['DOSE_UG']) + more:g}" for more in (18, 9))
        yield set_value("EX", record, "DOSE_UG", next(dose for dose in wrong if float(dose) not in drug().steps))


@defect("DOSE_TENFOLD")
def dose_tenfold(tables: Tables, random: np.random.Generator) -> Candidates:
    """A digit too many."""
    for record, row in records(tables["EX"], tables["EX"]["DOSE_UG"] != "", random):
        yield set_value("EX", record, "DOSE_UG", row["DOSE_UG"] + "0")


@defect("GIVEN_WITHOUT_DOSE")
def given_without_dose(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection was given, of an unknown dose."""
    for record, _ in records(tables["EX"], tables["EX"]["DOSE_UG"] != "", random):
        yield set_value("EX", record, "DOSE_UG", "")


@defect("GIVEN_WITHOUT_DATE")
def given_without_date(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection was given on an unknown day."""
    for record, _ in records(tables["EX"], tables["EX"]["ADMIN_DAT"] != "", random):
        yield set_value("EX", record, "ADMIN_DAT", "")


@defect("NOT_GIVEN_WITH_DOSE")
def not_given_with_dose(tables: Tables, random: np.random.Generator) -> Candidates:
    """Not given, yet with day and dose."""
    for record, _ in records(tables["EX"], tables["EX"]["GIVEN_YN"] == "Y", random):
        yield set_value("EX", record, "GIVEN_YN", "N")


@defect("NOT_GIVEN_WITHOUT_REASON")
def not_given_without_reason(tables: Tables, random: np.random.Generator) -> Candidates:
    """Nobody says why an injection was left out."""
    for record, _ in records(tables["EX"], tables["EX"]["REASON_NOT_GIVEN"] != "", random):
        yield set_value("EX", record, "REASON_NOT_GIVEN", "")


@defect("INJECTIONS_TOO_CLOSE")
def injections_too_close(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection a day before the next one."""
    ex = tables["EX"]
    following = ex["ADMIN_DAT"].shift(-1, fill_value="").where(ex["SUBJID"] == ex["SUBJID"].shift(-1), "")
    for record, _ in records(ex, (ex["ADMIN_DAT"] != "") & (following != ""), random):
        yield set_value("EX", record, "ADMIN_DAT", shift(following[record], -1))


@defect("INJECTION_BEFORE_RANDOMIZATION")
def injection_before_randomization(tables: Tables, random: np.random.Generator) -> Candidates:
    """The first injection some days before day 1."""
    ex, rand = tables["EX"], known(tables["RAND"], "RAND_DTTM")
    for record, row in records(ex, (ex["DOSE_NO"] == "1") & (ex["ADMIN_DAT"] != "") & has(tables, "EX", rand), random):
        yield set_value("EX", record, "ADMIN_DAT", shift(rand[row["SUBJID"]][:10], -int(random.integers(1, 10))))


@defect("INJECTIONS_AFTER_PERMANENT_STOP")
def injections_after_permanent_stop(tables: Tables, random: np.random.Generator) -> Candidates:
    """An injection is marked as the permanent stop, and others follow."""
    ex = tables["EX"]
    last = ex[ex["GIVEN_YN"] == "Y"].groupby("SUBJID")["DOSE_NO"].transform(lambda numbers: numbers.astype(int).max())
    middle = (ex["DOSE_NO"].astype(int) < last.reindex(ex.index, fill_value=0).astype(int) - 1) & (ex["DOSE_CHANGE"] == "")
    for record, _ in records(ex, middle, random):
        yield set_value("EX", record, "DOSE_CHANGE", "DRUG WITHDRAWN")


@defect("REDUCTION_NOT_SEEN_IN_DOSE")
def reduction_not_seen_in_dose(tables: Tables, random: np.random.Generator) -> Candidates:
    """A reduction is marked where the dose stays as it was."""
    ex = tables["EX"]
    same = (ex["DOSE_UG"] != "") & (ex["DOSE_UG"] == ex["DOSE_UG"].shift(fill_value="")) & (ex["DOSE_CHANGE"] == "")
    for record, _ in records(ex, same & (ex["DOSE_NO"] != "1"), random):
        yield set_value("EX", record, "DOSE_CHANGE", "DOSE REDUCED")


@defect("VISIT_OUT_OF_WINDOW")
def visit_out_of_window(tables: Tables, random: np.random.Generator) -> Candidates:
    """A marrow is taken some weeks before its visit's window."""
    bm = tables["BM"]
    for record, row in records(bm, bm["VISIT"].isin(["MONTH 6", "MONTH 9", "MONTH 12", "MONTH 15", "MONTH 18"]), random):
        yield set_value("BM", record, "BM_DAT", shift(row["BM_DAT"], -int(random.integers(45, 70))))


@defect("VISIT_EXCHANGED")
def visit_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """A result stands under a visit of another month."""
    lab = tables["LAB"]
    for record, _ in records(lab, lab["VISIT"].isin(["MONTH 1", "MONTH 2", "MONTH 3", "MONTH 4"]), random):
        yield set_value("LAB", record, "VISIT", "MONTH 18")


@defect("UNIT_EXCHANGED")
def unit_exchanged(tables: Tables, random: np.random.Generator) -> Candidates:
    """The unit of the other laboratory with the number of this one."""
    lab = tables["LAB"]
    other = {"umol/L": "mg/dL", "mg/dL": "umol/L", "g/L": "g/dL", "g/dL": "g/L"}
    for record, row in records(lab, lab["UNIT_LOCAL"].isin(list(other)), random):
        yield set_value("LAB", record, "UNIT_LOCAL", other[row["UNIT_LOCAL"]])


@defect("UNIT_OF_ANOTHER_TEST")
def unit_of_another_test(tables: Tables, random: np.random.Generator) -> Candidates:
    """A unit in which the test cannot be given."""
    lab = tables["LAB"]
    for record, row in records(lab, lab["UNIT_LOCAL"] != "", random):
        yield set_value("LAB", record, "UNIT_LOCAL", "U/L" if row["UNIT_LOCAL"] != "U/L" else "10^9/L")


@defect("UNIT_MISSING")
def unit_missing(tables: Tables, random: np.random.Generator) -> Candidates:
    """A number without a unit."""
    for record, _ in records(tables["LAB"], tables["LAB"]["UNIT_LOCAL"] != "", random):
        yield set_value("LAB", record, "UNIT_LOCAL", "")


@defect("RANGE_REVERSED")
def range_reversed(tables: Tables, random: np.random.Generator) -> Candidates:
    """The limits of normal stand in each other's place."""
    lab = tables["LAB"]
    for record, row in records(lab, (lab["LLN"] != "") & (lab["ULN"] != ""), random):
        yield [set_value("LAB", record, "LLN", row["ULN"]), set_value("LAB", record, "ULN", row["LLN"])]


@defect("TSH_THOUSANDFOLD")
def tsh_thousandfold(tables: Tables, random: np.random.Generator) -> Candidates:
    """A TSH in a unit a thousand times smaller than it says."""
    tests = tables["THYROID_AB"]
    for record, row in records(tests, (tests["TEST"] == "TSH") & ~tests["RESULT_TXT"].str.startswith("<"), random):
        yield set_value("THYROID_AB", record, "RESULT_TXT", f"{float(row['RESULT_TXT']) * 1000:.0f}")


@defect("RESULT_IN_WORDS")
def result_in_words(tables: Tables, random: np.random.Generator) -> Candidates:
    """Words where the laboratory gives a number."""
    for record, _ in records(tables["LAB"], tables["LAB"]["RESULT_TXT"] != "", random):
        yield set_text("LAB", record, "RESULT_TXT", "标本溶血")


@defect("RESULT_SLIGHTLY_OFF", detectable=False)
def result_slightly_off(tables: Tables, random: np.random.Generator) -> Candidates:
    """A platelet count some units higher: as plausible as the true one."""
    lab = tables["LAB"]
    for record, row in records(lab, (lab["TEST_LOCAL"] == "PLAT") & (lab["CLINSIG"] == ""), random):
        if float(row["RESULT_TXT"]) < float(row["ULN"]) - 10:
            yield set_value("LAB", record, "RESULT_TXT", f"{float(row['RESULT_TXT']) + 7:.0f}")


@defect("PREGNANCY_TEST_OF_MAN")
def pregnancy_test_of_man(tables: Tables, random: np.random.Generator) -> Candidates:
    """A pregnancy test stands under the number of a man."""
    men = tables["DM"].loc[tables["DM"]["SEX"] == "M", "SUBJID"]
    for record, _ in records(tables["SEROLOGY"], tables["SEROLOGY"]["TEST"] == "HCG", random):
        if len(men):
            yield set_value("SEROLOGY", record, "SUBJID", str(random.choice(men)))


@defect("PREGNANT_ON_TREATMENT")
def pregnant_on_treatment(tables: Tables, random: np.random.Generator) -> Candidates:
    """A positive pregnancy test of a woman who goes on with interferon."""
    tests = tables["SEROLOGY"]
    on = (tests["TEST"] == "HCG") & ~tests["VISIT"].isin(["SCREENING", last_of_treatment()]) & (arm(tables, "SEROLOGY") == "IFN")
    for record, _ in records(tests, on, random):
        yield set_value("SEROLOGY", record, "RESULT", "POSITIVE")


@defect("BLASTS_IN_REMISSION")
def blasts_in_remission(tables: Tables, random: np.random.Generator) -> Candidates:
    """Complete remission with more blasts than it allows."""
    bm = tables["BM"]
    for record, _ in records(bm, (bm["CR_STATUS"] == "CR") & (bm["BLAST_PCT"] != ""), random):
        yield set_value("BM", record, "BLAST_PCT", f"{random.uniform(12, 60):.1f}")

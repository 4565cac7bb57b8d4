"""A number that no demographics record has is one finding a form, whatever it breaks in the datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.run import Study

DM = "SUBJECT,SITE,SEX,CONSENT,DEATH\nS1,01,M,2024-03-01,\n"
AE = "SUBJECT,TERM,SEVERITY,SERIOUS,CRITERION,START,END\n"
RECORDS = ("S1,Fever", "S9,Rash", " S9 ,Cough", ",Nausea")
EVENTS = AE + "".join(f"{record},Mild,Y,Stay,2024-03-05,\n" for record in RECORDS)


@pytest.fixture
def told(tiny_study: Path):
    """``told(files)``: what is found about unknown subjects, and the status of the rule."""

    def run(files: dict[str, str]):
        # The number leads to a USUBJID by way of the demographics record, as in a study whose USUBJID has the site in it.
        specs = tiny_study / "sdtm_specs"
        (specs / "common.yml").write_text("variables:\n  USUBJID: {derive: {function: usubjid, from: SUBJECT, reads: DM}}\n")
        with (specs / "derivations.py").open("a", encoding="utf-8") as file:
            file.write(
                "\n\ndef usubjid(subject, **forms):\n"
                "    sites = forms['DM'].drop_duplicates('SUBJECT').set_index('SUBJECT')['SITE']\n"
                "    site = subject.str.strip().map(sites).astype('str').fillna('')\n"
                "    return (site + '-' + subject.str.strip()).where(site != '', '')\n"
            )
        with (specs / "domains" / "ae.yml").open("a", encoding="utf-8") as file:
            file.write("supp:\n  AECRIT: {label: Criterion of seriousness, value: {assign_no_ct: CRITERION}}\n")
        export = tiny_study / "export"
        export.mkdir()
        for name, text in files.items():
            (export / name).write_text(text, encoding="utf-8")
        results = Study(tiny_study).validate(export).results
        about = [one for one in results.findings if one.rule.endswith(("SUBJECT-UNKNOWN", "USUBJID-FILLED"))]
        statuses = {one.rule: one.status.value for one in results.rules if one.rule.endswith("SUBJECT-UNKNOWN")}
        return [(one.rule, one.subject, one.message.partition("; ")[2], one.origins[0].row) for one in about], statuses, about

    return run


def test_one_finding_a_number_and_none_of_what_it_breaks(told):
    found, statuses, (finding, *_) = told({"dm.csv": DM, "ae.csv": EVENTS})
    assert found == [("TB-RAW-AE-SUBJECT-UNKNOWN", "S9", "it has 2 such records", 3)]
    assert statuses == {"TB-RAW-AE-SUBJECT-UNKNOWN": "ISSUE REPORTED"}
    assert finding.query == (
        "No complete demographics record is found for subject S9. "
        "Please check whether the number is right, or complete the demographics."
    )


def test_a_demographics_record_without_a_site_leaves_its_number_unknown(told):
    found, _, _ = told({"dm.csv": DM.replace(",01,", ",,"), "ae.csv": f"{AE}S1,Fever,Mild,N,,2024-03-05,\n"})
    assert [row for row in found if row[0].startswith("TB-RAW")] == [("TB-RAW-AE-SUBJECT-UNKNOWN", "S1", "", 2)]


def test_a_number_that_differs_in_spaces_or_case_is_shown(told):
    found, _, _ = told({"dm.csv": DM.replace("S1", "s 1"), "ae.csv": f"{AE}S1,Fever,Mild,N,,2024-03-05,\n"})
    assert [what for _, _, what, _ in found] == ["the demographics has 's 1', which differs in spaces and case only"]


def test_known_numbers_pass(told):
    found, statuses, _ = told({"dm.csv": DM, "ae.csv": f"{AE} S1,Fever,Mild,N,,2024-03-05,\n"})
    assert (found, statuses) == ([], {"TB-RAW-AE-SUBJECT-UNKNOWN": "SUCCESS"})


def test_without_demographics_the_rule_is_skipped(told):
    found, statuses, _ = told({"ae.csv": f"{AE}S1,Fever,Mild,Y,Died,2024-03-05,\n"})
    assert statuses == {"TB-RAW-AE-SUBJECT-UNKNOWN": "SKIPPED"}
    assert found == []

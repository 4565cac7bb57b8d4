"""A number that no demographics record has is one finding a form, whatever it breaks in the datasets."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.checks.unknown_subjects import is_near
from trialbook.findings import Role
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
    assert statuses == {"TB-RAW-AE-SUBJECT-UNKNOWN": "ISSUE REPORTED", "TB-RAW-DM-SUBJECT-UNKNOWN": "SUCCESS"}
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
    assert (found, set(statuses.values())) == ([], {"SUCCESS"})


def test_without_demographics_the_rule_is_skipped(told):
    found, statuses, _ = told({"ae.csv": f"{AE}S1,Fever,Mild,Y,Died,2024-03-05,\n"})
    assert statuses == {"TB-RAW-AE-SUBJECT-UNKNOWN": "SKIPPED"}
    assert found == []


LOG = "form: LOG\ntitle: Log\ntables: [log]\nsubject: SUBJECT\nkeys: [SUBJECT, DAY]\nrequired: false\ncolumns:\n"
LOG += "  SUBJECT: {required: true}\n  DAY: {required: true}\n"
USUBJID = "variables:\n  USUBJID: {derive: {function: usubjid, from: SUBJECT, reads: DM}}\n"
FUNCTION = """

def usubjid(subject, **forms):
    known = subject.str.strip().isin(forms["DM"]["SUBJECT"].str.strip()) & (subject.str.strip() != "")
    return ("X-" + subject.str.strip()).where(known, "")
"""


@pytest.mark.parametrize(
    ("demographics", "expected"),
    [
        ("S1 S2", []),
        ("S1", [("S2", None, [("dm.csv", None, ())])]),  # the record is to be entered
        ("S1 S3", [("S2", 2, [("dm.csv", 3, ("SUBJECT",))])]),  # one character off, and nobody else's
        ("S1 S3 S4", [("S2", None, [("dm.csv", None, ())])]),  # either may be the one
        ("S1 T77", [("S2", None, [("dm.csv", None, ())])]),
        ("S1 -", []),  # that the number is empty is told of already
    ],
)
def test_a_number_of_several_forms_is_one_finding_where_the_demographics_is_to_be_mended(tiny_study, demographics, expected):
    specs, export = tiny_study / "sdtm_specs", tiny_study / "export"
    (specs / "forms" / "log.yml").write_text(LOG)
    (specs / "common.yml").write_text(USUBJID)
    with (specs / "derivations.py").open("a", encoding="utf-8") as file:
        file.write(FUNCTION)
    export.mkdir()
    numbers = [number.replace("-", "") for number in demographics.split()]
    (export / "dm.csv").write_text(DM.splitlines()[0] + "\n" + "".join(f"{one},01,M,2024-03-01,\n" for one in numbers))
    (export / "ae.csv").write_text(AE + "S1,Fever,Mild,N,,2024-03-05,\nS2,Rash,Mild,N,,2024-03-05,\n")
    (export / "log.csv").write_text("SUBJECT,DAY\nS1,1\nS2,1\nS2,2\n")
    found = [one for one in Study(tiny_study).validate(export).results.findings if one.rule == "TB-RAW-DM-SUBJECT-UNKNOWN"]
    mend = [[(o.file, o.row, o.columns) for o in one.origins if o.role is Role.CORRECT] for one in found]
    assert [(one.subject, one.record, of) for one, of in zip(found, mend, strict=True)] == expected
    compared = [("ae.csv", 3, ("SUBJECT",))]
    for one in found:
        assert [(o.file, o.row, o.columns) for o in one.origins if o.role is Role.COMPARED][:1] == compared


@pytest.mark.parametrize(
    ("text", "other", "expected"),
    [
        ("S017", "S017", True),
        ("s 017", "S017", True),
        ("S018", "S017", True),
        ("S17", "S017", True),
        ("S0179", "S017", True),
        ("S071", "S017", True),
        ("S170", "S017", False),
        ("S0", "S017", False),
        ("", "S", True),
    ],
)
def test_what_differs_by_one_character_is_near(text, other, expected):
    assert (is_near(text, other), is_near(other, text)) == (expected, expected)

"""A failing record as a finding: its values, cells, question, stage, and an id that survives the next export."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.checks import Rule, Severity, against
from trialbook.checks.check import check_tables
from trialbook.checks.findings import as_text
from trialbook.checks.rule import Witness
from trialbook.checks.tables import CheckedTable
from trialbook.findings import Finding, Origin, Role, Stage

CORRECT, COMPARED = Role.CORRECT, Role.COMPARED


def test_a_finding_holds_all_that_is_known_of_its_record(table, run, make_rule):
    ae = table("AE", {"SUBJECT": ["1", "2"], "SER": ["Y", "N"], "CRIT": ["", ""]}, keys=["SUBJECT"])
    one = make_rule(
        lambda f: (f["SER"] != "Y") | (f["CRIT"] != ""),
        ["SER", "CRIT"],
        id="AE-1",
        message="Subject {SUBJECT} is serious ({SER}) without a criterion",
        query="By which criterion is the event of {SUBJECT} serious? {OTHER} {}",
        cites=("ICH E2A",),
        mend=("CRIT",),
    )
    (finding,), _ = run([one], ae)
    assert finding == Finding(
        id=finding.id,
        rule="AE-1",
        cites=("ICH E2A",),
        severity=Severity.ERROR,
        stage=Stage.RAW,
        dataset="AE",
        record=1,
        subject="1",
        variables=("SER", "CRIT"),
        values={"SER": "Y", "CRIT": ""},
        message="Subject 1 is serious (Y) without a criterion",
        query="By which criterion is the event of 1 serious? {OTHER} {}",
        origins=(Origin(CORRECT, "ae.csv", None, 2, ("CRIT",)), Origin(COMPARED, "ae.csv", None, 2, ("SER",))),
    )


def test_what_a_rule_says_of_a_record_beside_its_message(table, run, make_rule):
    ae = replace(table("AE", {"A": [" x", "{A}", "", "y "]}), cells=pd.DataFrame({"A": ["x", "{A}", "", "y"]}, dtype="str"))
    one = make_rule(
        lambda f: f["A"] == "y",
        ["A"],
        message="{A} is wrong",
        detail=lambda failing: failing["A"].map({"x": "near", "{A}": "{A}"}),
    )
    one = replace(one, detail=lambda failing, detail=one.detail: detail(failing).fillna(""))
    findings, _ = run([one], ae)
    assert [(f.record, f.values, f.message) for f in findings] == [
        (1, {"A": " x"}, "x is wrong; near"),
        (2, {"A": "{A}"}, "{A} is wrong; {A}"),
        (3, {"A": ""}, "— is wrong"),
    ]


def test_records_show_that_a_table_fails_as_a_whole(table, run, make_rule):
    witnesses = [Witness("is one", 2, mend=True), Witness("is another", 0), Witness("and there is no third")]
    one = make_rule(lambda f: False, ["A"], message="A is of two kinds", witnesses=lambda f: witnesses)
    (finding,), _ = run([one], table("AE", {"A": ["x", "y", " z"]}))
    assert (finding.record, finding.values, finding.message) == (
        None,
        {},
        "A is of two kinds:  z (ae.csv, row 4) is one; x (ae.csv, row 2) is another; and there is no third",
    )
    assert finding.origins == (Origin(CORRECT, "ae.csv", None, 4, ("A",)), Origin(COMPARED, "ae.csv", None, 2, ("A",)))
    assert finding.id == run([replace(one, witnesses=None)], table("AE", {"A": ["y"]}))[0][0].id


@pytest.mark.parametrize(
    ("origin", "expected"),
    [
        (Origin(CORRECT, "ae.csv", None, 4, ("A",)), "ae.csv, row 4"),
        (Origin(CORRECT, "all.xlsx", "AE", 4, ("A",)), "all.xlsx, sheet AE, row 4"),
        (Origin(CORRECT, "odm.xml", None, None, ("A",), "ItemData[3]"), "odm.xml, ItemData[3]"),
        (Origin(CORRECT, "odm.xml", None, None, ("A",)), "odm.xml"),
    ],
)
def test_the_place_of_such_a_record(table, run, make_rule, origin, expected):
    ae = replace(table("AE", {"A": ["x"]}), locate=lambda positions, variables, role: [(origin,)])
    (finding,), _ = run([make_rule(lambda f: False, ["A"], witnesses=lambda f: [Witness("is wrong", 0)])], ae)
    assert finding.message == f"is wrong: x ({expected}) is wrong"


def test_a_value_with_braces_is_not_filled_in_again(table, run, make_rule):
    (finding,), _ = run([make_rule(lambda f: f["A"] == "", ["A"], message="{A}")], table("AE", {"A": ["{B}"], "B": ["secret"]}))
    assert finding.message == "{B}"


def test_a_whole_dataset_is_one_finding_without_record(table, run, make_rule):
    one = make_rule(lambda f: False, ["SER"], message="{SER} is not in the standard's order")
    (finding,), _ = run([one], table("AE", {"SUBJECT": ["1"], "SER": ["Y"]}))
    assert (finding.record, finding.subject, finding.variables, finding.values, finding.origins) == (None, None, ("SER",), {}, ())
    assert finding.message == "{SER} is not in the standard's order"


@pytest.mark.parametrize(
    ("stage", "reads", "expected"),
    [
        (Stage.RAW, {}, "raw"),
        (Stage.RAW, {"DM": ("SEX",)}, "raw"),
        (Stage.SDTM, {}, "sdtm"),
        (Stage.SDTM, {"DM": ("SEX",)}, "cross"),
    ],
)
def test_the_stage_is_the_tables_and_cross_where_datasets_are_compared(table, run, make_rule, stage, reads, expected):
    ae = table("AE", {"SUBJECT": ["1"], "SER": ["Y"]}, stage=stage)
    findings, _ = run(
        [make_rule(lambda *f: f[0]["SER"] == "", ["SER"], reads=reads)], ae, table("DM", {"SEX": ["F"]}, stage=stage)
    )
    assert [finding.stage.value for finding in findings] == [expected]


def test_what_another_table_says_of_the_subject_is_compared_where_it_is_one_record(table, run, make_rule):
    ae = table("AE", {"USUBJID": ["1", "2", "3", ""], "AESTDTC": ["2024-03-01"] * 4}, subject="USUBJID")
    cells = {"USUBJID": ["3", "1", "2", "2", ""], "DTHDTC": ["2024-01-01", "2024-02-01", "a", "b", "c"]}
    dm = table("DM", cells, subject="USUBJID")
    one = make_rule(lambda ae, dm: ae["AESTDTC"] == "", ["AESTDTC"], reads={"DM": ("USUBJID", "DTHDTC")})
    findings, _ = run([one], ae, dm)

    def correct(row: int) -> Origin:
        return Origin(CORRECT, "ae.csv", None, row, ("AESTDTC",))

    assert [(f.subject, f.values, f.origins) for f in findings] == [
        (
            "1",
            {"AESTDTC": "2024-03-01", "DM.DTHDTC": "2024-02-01"},
            (correct(2), Origin(COMPARED, "dm.csv", None, 3, ("DTHDTC",))),
        ),
        ("2", {"AESTDTC": "2024-03-01"}, (correct(3),)),
        (
            "3",
            {"AESTDTC": "2024-03-01", "DM.DTHDTC": "2024-01-01"},
            (correct(4), Origin(COMPARED, "dm.csv", None, 2, ("DTHDTC",))),
        ),
        (None, {"AESTDTC": "2024-03-01"}, (correct(5),)),
    ]


def test_a_key_of_the_record_that_is_compared_is_said_where_it_is_quoted(table, run, make_rule):
    """A record of the same table, or of one with the same key: what tells it from the others is not known from the finding."""
    lab = table("LAB", {"SUBJECT": ["1", "1"], "TEST": ["NEUT", "WBC"], "RESULT": ["9", "5"]}, ["SUBJECT", "TEST"])
    known = {"reads": {"LAB": ("SUBJECT", "TEST", "RESULT")}, "id": "R1"}
    rules = [
        make_rule(
            lambda f, _: against(f["TEST"] != "NEUT", LAB=pd.Series([1, -1])), ["RESULT"], **known, query="More than {LAB.TEST}?"
        ),
        make_rule(
            lambda f, _: against(f["TEST"] != "NEUT", LAB=pd.Series([1, -1])), ["RESULT"], **known | {"id": "R2"}, query="Right?"
        ),
    ]
    findings, _ = run(rules, lab)
    assert [(one.query, one.values, one.origins[-1].columns) for one in findings] == [
        ("More than WBC?", {"RESULT": "9", "LAB.TEST": "WBC", "LAB.RESULT": "5"}, ("TEST", "RESULT")),
        ("Right?", {"RESULT": "9", "LAB.RESULT": "5"}, ("RESULT",)),
    ]


@pytest.mark.parametrize(
    ("cells", "text"),
    [
        (pd.Series([1.0, 1.5, np.nan, -0.1, 1e15]), ["1", "1.5", "", "-0.1", "1e+15"]),
        (pd.Series(["01", "", "NA"], dtype="str"), ["01", "", "NA"]),
    ],
    ids=["numbers", "text"],
)
def test_cells_are_shown_as_a_person_reads_them(cells, text):
    assert as_text(cells) == text


# Ids


def ids_by_content(
    rows: list[tuple[str, str]], file: str = "ae.csv", index: list[int] | None = None
) -> Counter[tuple[str, str, str]]:
    """(key, value, id) of each finding of the rule that no VALUE may be bad."""
    frame = pd.DataFrame(rows, columns=["KEY", "VALUE"], dtype="str")

    def locate(positions, variables, role):
        return [(Origin(role, file, None, int(at) + 2, tuple(variables)),) for at in positions]

    checked = CheckedTable("AE", "", Stage.RAW, frame, frame["KEY"], ("KEY",), locate)
    one = Rule("R1", Severity.ERROR, "is bad", lambda f: ~f["VALUE"].str.startswith("bad"), ("VALUE",))
    findings, _ = check_tables({"AE": checked}, {"AE": [one]}, {}, "S")
    assert len({finding.id for finding in findings}) == len(findings), "an id stands for one finding"
    return Counter((rows[(f.record or 0) - 1][0], f.values["VALUE"], f.id) for f in findings)


ROWS = st.lists(st.tuples(st.sampled_from(["1", "2", "3", ""]), st.sampled_from(["good", "bad", "bad too"])), max_size=8)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, data=st.data())
def test_neither_the_order_of_rows_nor_the_name_of_the_file_changes_an_id(rows, data):
    assert ids_by_content(data.draw(st.permutations(rows)), "renamed.csv") == ids_by_content(rows)


@settings(max_examples=60, deadline=None)
@given(rows=ROWS, data=st.data())
def test_mending_one_record_changes_the_id_of_no_other(rows, data):
    bad = [position for position, (_, value) in enumerate(rows) if value != "good"]
    if not bad:
        return
    position = data.draw(st.sampled_from(bad))
    mended = [(key, "good" if at == position else value) for at, (key, value) in enumerate(rows)]
    before, after = ids_by_content(rows), ids_by_content(mended)
    gone = before - after
    assert sum(gone.values()) == 1
    assert not after - before


def test_another_wrong_value_is_the_same_finding():
    (before,), (after,) = ids_by_content([("1", "bad")]), ids_by_content([("1", "bad too"), ("2", "good")])
    assert before[2] == after[2]


def test_equal_keys_are_told_apart_by_content_and_equal_records_by_an_ordinal():
    found = ids_by_content([("1", "bad"), ("1", "bad too"), ("1", "bad too")])
    assert sorted((key, value) for key, value, _ in found) == [("1", "bad"), ("1", "bad too"), ("1", "bad too")]
    assert len({id for _, _, id in found}) == 3


def test_the_sequence_number_of_a_dataset_is_in_no_id(table, run, make_rule):
    def ids(sequence: list[int]) -> list[str]:
        ae = table("AE", {"USUBJID": ["1", "1"], "AESEQ": sequence, "AETERM": ["x", "y"]}, ["USUBJID"], Stage.SDTM, "USUBJID")
        return [finding.id for finding in run([make_rule(lambda f: f["AETERM"] == "", ["AETERM"])], ae)[0]]

    assert ids([1, 2]) == ids([2, 1])


@pytest.mark.parametrize("change", ["study", "rule", "variables"])
def test_an_id_is_of_study_rule_and_variables(table, run, make_rule, change):
    ae = table("AE", {"SUBJECT": ["1"], "A": ["x"], "B": ["y"]}, keys=["SUBJECT"])
    (one,), _ = run([make_rule(lambda f: f["A"] == "", ["A"])], ae)
    other = make_rule(
        lambda f: f["A"] == "", ["A", "B"] if change == "variables" else ["A"], id="R2" if change == "rule" else "R1"
    )
    (two,), _ = run([other], ae, study="OTHER" if change == "study" else "TINY01")
    assert one.id != two.id

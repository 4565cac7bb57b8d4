"""The raw cells of a finding where they are not plain: no cell at all, a repeating form, a form called as a dataset."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialbook.checks.mapping_rules import check_mapping
from trialbook.checks.questions import Questions
from trialbook.checks.tables import CheckedTable, file_table, mapped_table
from trialbook.datasets import SdtmDataset
from trialbook.findings import Origin, Role, Stage
from trialbook.mapping import Mapped, MappingIssue, Provenance, StudyCodelist
from trialbook.mapping.provenance import Source

Table = Callable[..., CheckedTable]


def test_a_value_without_its_record_is_traced_to_the_row_it_belongs_to(table: Table) -> None:
    """The second event has no coding: nothing in AE_CODING can be named, so the event's row is."""
    forms = {"AE": table("AE", {"TERM": ["Rash", "Itch"]}), "AE_CODING": table("AE_CODING", {"PT": ["Rash"]})}
    source = Source(((("CODING", "PT"),),), np.array([0, 0]))
    rows = {"AE": np.array([0, 1]), "CODING": np.array([0, -1])}
    provenance = Provenance({"AE": "AE", "CODING": "AE_CODING"}, rows, {"AEDECOD": source})
    frame = pd.DataFrame({"USUBJID": ["1", "1"], "AEDECOD": ["Rash", ""]}, dtype="str")
    checked = mapped_table(Mapped(SdtmDataset("AE", "", frame, {}), provenance, ()), forms)
    both = np.array([0, 1])
    assert checked.locate(both, ["AEDECOD"], Role.CORRECT) == [
        (Origin(Role.CORRECT, "ae_coding.csv", None, 2, ("PT",)),),
        (Origin(Role.CORRECT, "ae.csv", None, 3, ()),),
    ]
    assert checked.locate(both, ["AEDECOD"], Role.COMPARED) == [(Origin(Role.COMPARED, "ae_coding.csv", None, 2, ("PT",)),), ()]


def test_a_rule_that_looks_records_up_by_their_key_compares_no_other_record(
    table: Table, make_rule: Callable[..., Any], run: Callable[..., Any]
) -> None:
    """Event 2 is not coded: the subject's only coding is that of event 1, and says nothing about it."""
    ae = table("AE", {"SUBJECT": ["1", "1"], "NO": ["1", "2"]}, ["SUBJECT", "NO"])
    coding = table("AE_CODING", {"SUBJECT": ["1"], "NO": ["1"], "PT": ["Rash"]}, ["SUBJECT", "NO"])

    def coded(frame: pd.DataFrame, other: pd.DataFrame) -> pd.Series:
        return frame["NO"].isin(other["NO"])

    by_key = make_rule(coded, ["NO"], id="R1", reads={"AE_CODING": ("SUBJECT", "NO")})
    by_subject = make_rule(coded, ["NO"], id="R2", reads={"AE_CODING": ("NO",)})
    findings, _ = run([by_key, by_subject], ae, coding)
    assert [(one.rule, dict(one.values), [origin.file for origin in one.origins]) for one in findings] == [
        ("R1", {"NO": "2"}, ["ae.csv"]),
        ("R2", {"NO": "2", "AE_CODING.NO": "1"}, ["ae.csv", "ae_coding.csv"]),
    ]


def test_an_issue_of_a_dataset_is_not_one_of_the_form_of_its_name(table: Table) -> None:
    dataset = table("AE", {"SUBJECT": ["1"], "AELLTCD": [None]})
    form = table("AE", {"SUBJECT": ["1", "2"], "TERM": ["", "?"]})
    issues = [
        MappingIssue("NUMBER", "AE", "AE", ("AELLTCD",), np.array([0]), "is not a number"),
        MappingIssue("TERM", "AE", "AE", ("TERM",), np.array([1]), "has no term"),
    ]
    findings, _ = check_mapping(issues, {}, {"AE": dataset}, {"AE": form}, "TINY01")
    assert [(one.rule, one.record, dict(one.values)) for one in findings] == [
        ("TB-MAP-AE-AELLTCD-NUMBER", 1, {"AELLTCD": ""}),
        ("TB-MAP-AE-TERM-TERM", 2, {"TERM": "?"}),
    ]


@pytest.mark.parametrize(
    ("by_key", "found", "why"),
    [(True, 0, "1 finding is told of already by TB-RAW-CODING-KEY"), (False, 1, None)],
)
def test_records_that_share_a_key_are_told_of_by_the_rule_about_it(
    table: Table, by_key: bool, found: int, why: str | None
) -> None:
    form = table("AE", {"SUBJECT": ["1", "1"], "NO": ["1", "2"]})
    issue = MappingIssue("JOIN", "AE", "AE", ("NO",), np.array([1]), "several", "CODING", joined="CODING", by_key=by_key)
    findings, (outcome,) = check_mapping([issue], {}, {}, {"AE": form}, "S")
    assert [(one.rule, one.record) for one in findings] == [("TB-MAP-AE-NO-CODING-JOIN", 2)] * found
    assert (outcome.findings, outcome.reason, len(outcome.told)) == (found, why, 1 - found)


def test_an_id_does_not_know_the_number_that_a_qualifier_repeats():
    """SUPPAE's IDVARVAL is --SEQ again, which changes when another event is entered."""

    def key(number: str) -> tuple[list[tuple[str, ...]], list[str]]:
        frame = pd.DataFrame({"USUBJID": ["1"], "IDVAR": ["AESEQ"], "IDVARVAL": [number], "QNAM": ["X"]}, dtype="str")
        table = file_table(SdtmDataset("SUPPAE", "", frame, {}), ("USUBJID", "IDVAR", "IDVARVAL", "QNAM"))
        return table.key(np.array([0])), table.content(np.array([0]))

    assert key("2") == key("3") == ([("1", "AESEQ", "X")], ["1\x1fAESEQ\x1fX"])


def test_a_value_without_a_term_in_another_list_comes_with_the_nearest(table: Table) -> None:
    form = table("AE", {"SUBJECT": ["1", "2"], "SEV": ["重", "?"]})
    codelist = StudyCodelist.model_validate({"terms": {"SEVERE": ["重度"], "MILD": ["轻度"]}})
    issue = MappingIssue("TERM", "AE", "AE", ("SEV",), np.array([0, 1]), "CTCAE has no term for SEV", "CTCAE", codelist)
    findings, _ = check_mapping([issue], {}, {}, {"AE": form}, "S")
    assert [(one.rule, one.message) for one in findings] == [
        ("TB-MAP-AE-SEV-CTCAE-TERM", "CTCAE has no term for SEV; nearest: 重度 (SEVERE)"),
        ("TB-MAP-AE-SEV-CTCAE-TERM", "CTCAE has no term for SEV"),
    ]


def test_the_site_is_asked_about_a_unit_that_it_wrote_and_that_nothing_can_be_made_of(table: Table) -> None:
    """Of a unit that is not there, another rule asks."""
    lb = table("LB", {"LBTEST": ["Creatinine", "Creatinine"], "LBORRESU": ["g/dl", ""]}, stage=Stage.SDTM)
    issue = MappingIssue("UNIT", "LB", "LB", ("LBORRESU",), np.array([0, 1]), "No conversion from {LBORRESU}")
    findings, _ = check_mapping([issue], {}, {"LB": lb}, {}, "S", Questions(("zh",)))
    assert [one.query for one in findings] == [
        "Creatinine 的单位填写为“g/dl”，该检验项目不使用此单位，请核实单位和结果。",
        "",
    ]

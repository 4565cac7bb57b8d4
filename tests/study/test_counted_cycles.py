"""A criterion that counts records, and a record that stands under a number that nobody has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

RAND = {"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:00", "GROUP": "CTRL"}


@pytest.mark.parametrize(("number", "is_meant"), [("S12", True), ("X9", False)])
def test_a_record_under_a_mistyped_number_may_be_counted(
    told: Callable[..., Any], eligible: dict[str, list[dict[str, str]]], number: str, is_meant: bool
) -> None:
    """Two cycles of high dose are asked for, and S1 has one: that of S12 may be the other, and is asked about anyway."""
    chemo = [dict(one) for one in eligible["PRIORCHEMO"]]
    chemo[3]["HDAC_YN"] = "否"
    chemo[4]["SUBJID"] = number
    chemo.append(chemo[5] | {"CYCLE_NO": "5"})
    forms = eligible | {"PRIORCHEMO": chemo, "RAND": [RAND], "IE": [{"SUBJID": "S1", "IE_NO": "I3", "IE_ANS": "是"}]}
    found = told(("TB-IE-ANSWER", "IFN-IE-001", "TB-RAW-PRIORCHEMO-SUBJID"), **forms)
    own = [f"PRIORCHEMO {row} HDAC_YN" for row in (2, 3, 4, 5, 7, 8)]
    may_be = ["PRIORCHEMO 6 SUBJID"] if is_meant else []
    counted = [(rule, subject, sorted(mend)) for rule, subject, mend, _ in found if "IE" in rule]
    assert ("IFN-IE-001", "S1", sorted([*own, "PRIORCHEMO", *may_be])) in counted
    assert any(rule == "TB-IE-ANSWER" for rule, *_ in counted) is not is_meant
    assert [mend for rule, _, mend, _ in found if rule.startswith("TB-RAW")] == [["PRIORCHEMO 6 SUBJID"]]

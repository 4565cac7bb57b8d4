"""How treatment and the study end, against consent and randomization: the cells that a finding names, and what others tell."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Row = dict[str, str]

RULES = ("IFN-DS-014", "IFN-DS-015", "TB-RAW-DM-ICF_DAT-FUTURE", "TB-RAW-DISP-KEY")
RAND = {"RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:00", "GROUP": "CTRL"}
ENDS = {"EOT_DAT": "2024/9/10", "EOT_REASON": "完成", "EOS_DAT": "2025/3/10", "EOS_REASON": "完成"}


def test_an_end_before_consent_or_randomization_names_both_cells(told: Callable[..., Any]) -> None:
    """A: as it should be. B: consent in a later year; C: randomized in a later year; D: a consent that has not come yet."""
    consents = {"A": "2024/3/1", "B": "2024/12/1", "C": "2024/3/1", "D": "2924/3/1"}
    dm = [{"SUBJID": one, "SITEID": "01", "ICF_DAT": day} for one, day in consents.items()]
    rand = [RAND | {"SUBJID": one, "RAND_NO": f"R{one}"} for one in "ABCD"]
    rand[2] |= {"RAND_DTTM": "2026-03-12 10:00"}
    disp: list[Row] = [ENDS | {"SUBJID": one} for one in "ABCD"]
    assert told(RULES, DM=dm, RAND=rand, DISP=disp) == [
        ("IFN-DS-014", "B", ["DISP 3 EOT_DAT"], ["DISP 3 EOT_REASON", "DM 3 ICF_DAT"]),
        ("IFN-DS-015", "C", ["DISP 4 EOS_DAT"], ["DISP 4 EOS_REASON", "RAND 4 RAND_DTTM"]),
        ("IFN-DS-015", "C", ["DISP 4 EOT_DAT"], ["DISP 4 EOT_REASON", "RAND 4 RAND_DTTM"]),
        ("TB-RAW-DM-ICF_DAT-FUTURE", "D", ["DM 5 ICF_DAT"], []),
    ]


def test_an_end_that_is_entered_twice_is_told_of_by_its_key(told: Callable[..., Any]) -> None:
    dm = [{"SUBJID": "A", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
    found = told(("IFN-DS", "TB-DS", "TB-RAW-DISP"), DM=dm, RAND=[RAND | {"SUBJID": "A"}], DISP=[ENDS | {"SUBJID": "A"}] * 2)
    assert found == [
        ("TB-RAW-DISP-KEY", "A", ["DISP 2 SUBJID"], ["DISP 3 SUBJID"]),
        ("TB-RAW-DISP-KEY", "A", ["DISP 3 SUBJID"], ["DISP 2 SUBJID"]),
    ]

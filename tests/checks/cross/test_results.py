"""Units, limits and baselines of findings."""

from __future__ import annotations

import pytest

DM = {"USUBJID": ["1"], "RFXSTDTC": ["2024-03-10T09:00"]}


def lb(**cells):
    count = len(next(iter(cells.values())))
    return {"USUBJID": ["1"] * count, "LBTESTCD": ["ALT"] * count} | cells


CASES = [
    ("TB-LB-LBSTRESU-ONE", {"LB": lb(LBSTRESU=["U/L", "U/L", "", "ukat/L"])}, [4]),
    ("TB-LB-LBSTRESU-ONE", {"LB": lb(LBSTRESU=["U/L", "ukat/L"])}, [1, 2]),
    # What is measured in another specimen may have another unit.
    ("TB-LB-LBSTRESU-ONE", {"LB": lb(LBSTRESU=["g/L", "g/L", "mg/day"], LBSPEC=["SERUM", "SERUM", "URINE"])}, []),
    ("TB-LB-LBSTNRHI-RANGE", {"LB": lb(LBSTNRLO=[5, 5, 5, None], LBSTNRHI=[40, 4, 5, 3])}, [2, 3]),
    ("TB-LB-LBORNRHI-RANGE", {"LB": lb(LBORNRLO=["5", "5", "x"], LBORNRHI=["40", " 4", "4"])}, [2]),
    (
        "TB-LB-LBNRIND-LIMITS",
        {
            "LB": lb(
                LBSTRESN=[50, 50, 50, 3, 3, 20, 20, None],
                LBSTNRLO=[5] * 8,
                LBSTNRHI=[40] * 8,
                LBNRIND=["HIGH", "NORMAL", "LOW", "LOW", "HIGH", "NORMAL", "ABNORMAL", "NORMAL"],
            )
        },
        [2, 3, 5],
    ),
    # Conversion rounds: 40.0 of the standard unit is 2.41 of the collected one, which is over 2.40.
    (
        "TB-LB-LBNRIND-LIMITS",
        {
            "LB": lb(
                LBORRES=["2.41", "2.39"],
                LBORNRLO=["0.3"] * 2,
                LBORNRHI=["2.40"] * 2,
                LBSTRESN=[40, 40],
                LBSTNRLO=[5, 5],
                LBSTNRHI=[40, 40],
                LBNRIND=["HIGH"] * 2,
            )
        },
        [2],
    ),
    ("TB-LB-LBSTNRHI-USUAL", {"LB": lb(LBSTRESU=["U/L"] * 6, LBSTNRLO=[5] * 6, LBSTNRHI=[40, 40, 35, 45, 40, 667])}, [6]),
    ("TB-LB-LBSTNRHI-USUAL", {"LB": lb(LBSTRESU=["U/L"] * 4, LBSTNRLO=[5] * 4, LBSTNRHI=[40, 40, 40, 667])}, []),
    (
        "TB-LB-LBSTRESN-LBORRES",
        {
            "LB": lb(
                LBORRES=["20", "20", "<5", "20.0"],
                LBORRESU=["U/L", "U/L", "U/L", "ukat/L"],
                LBSTRESN=[20, 2, None, 1200],
                LBSTRESU=["U/L"] * 4,
            )
        },
        [2],
    ),
    # One baseline a subject and test; other specimens and times are other tests.
    ("TB-LB-LBBLFL-ONE", {"LB": lb(LBBLFL=["Y", "Y", ""])}, [1, 2]),
    ("TB-LB-LBBLFL-ONE", {"LB": lb(LBBLFL=["Y", "Y"], LBSPEC=["SERUM", "URINE"])}, []),
    ("TB-LB-LBBLFL-RESULT", {"LB": lb(LBBLFL=["Y", "Y", ""], LBSTRESC=["20", "", ""])}, [2]),
    (
        "TB-LB-LBBLFL-DOSE",
        {"DM": DM, "LB": lb(LBBLFL=["Y"] * 4, LBDTC=["2024-03-10", "2024-03-10T08:00", "2024-03-10T09:30", "2024-03"])},
        [3],
    ),
    # A dose of a control measures no baseline, but what was last before exposure.
    (
        "TB-LB-LBBLFL-DOSE",
        {"DM": DM | {"ARMCD": ["CTRL"], "ACTARMCD": ["IFN"]}, "LB": lb(LBBLFL=["Y"], LBDTC=["2024-09-10"])},
        [],
    ),
    (
        "TB-LB-LBBLFL-DOSE",
        {"DM": DM | {"ARMCD": ["IFN"], "ACTARMCD": ["IFN"]}, "LB": lb(LBBLFL=["Y"], LBDTC=["2024-09-10"])},
        [1],
    ),
    (
        "TB-LB-LBLOBXFL-DOSE",
        {"DM": DM | {"ARMCD": ["CTRL"], "ACTARMCD": ["IFN"]}, "LB": lb(LBLOBXFL=["Y"], LBDTC=["2024-09-10"])},
        [1],
    ),
    ("TB-LB-LBBLFL-DOSE", {"DM": DM | {"RFXSTDTC": [""]}, "LB": lb(LBBLFL=["Y"], LBDTC=["2024-09-10"])}, []),
    (
        "TB-LB-LBLOBXFL-LAST",
        {"DM": DM, "LB": lb(LBLOBXFL=["Y", "", ""], LBSTRESC=["20", "", "30"], LBDTC=["2024-03-01", "2024-03-05", "2024-03-10"])},
        [],
    ),
    (
        "TB-LB-LBLOBXFL-LAST",
        {
            "DM": DM,
            "LB": lb(LBLOBXFL=["Y", "", ""], LBSTRESC=["20", "25", "30"], LBDTC=["2024-03-01", "2024-03-05", "2024-03-12"]),
        },
        [1],
    ),
    # A record of which only the month is known may be the last.
    (
        "TB-LB-LBLOBXFL-LAST",
        {"DM": DM, "LB": lb(LBLOBXFL=["Y", ""], LBSTRESC=["20", "25"], LBDTC=["2024-02", "2024-02-20"])},
        [],
    ),
]


@pytest.mark.parametrize(("rule", "datasets", "expected"), CASES, ids=[f"{case[0]} {n}" for n, case in enumerate(CASES)])
def test_a_rule_finds_the_records_that_break_it(failing, rule, datasets, expected):
    assert failing(rule, datasets) == expected


def test_the_message_says_test_and_unit(across):
    findings, _ = across({"LB": lb(LBSTRESU=["U/L", "U/L", "ukat/L"])})
    assert [(one.record, one.message) for one in findings] == [
        (3, "The standard unit ukat/L of ALT is not that of most other records of the test")
    ]

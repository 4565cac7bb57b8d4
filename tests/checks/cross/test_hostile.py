"""No state of the datasets breaks a rule across them: each runs, or says what it misses."""

from __future__ import annotations

import pytest

FULL = {
    "DM": {
        "USUBJID": ["1", ""],
        "RFSTDTC": ["2024-03-10", "soon"],
        "RFENDTC": ["2024", ""],
        "RFXSTDTC": ["", "x"],
        "RFXENDTC": ["2024-03-10", ""],
        "RFICDTC": ["2024-01", ""],
        "RFPENDTC": ["", "2024"],
        "DTHDTC": ["2024-02-30", ""],
        "DTHFL": ["N", ""],
        "ARMCD": ["A", ""],
        "ARM": ["", "Arm A"],
        "ACTARMCD": ["A", ""],
        "ACTARM": ["A", ""],
        "ARMNRS": ["", "SCREEN FAILURE"],
    },
    "EX": {"USUBJID": ["1", "9"], "EXTRT": ["", "X"], "EXDOSE": [None, 1], "EXSTDTC": ["", "2024"], "EXENDTC": ["x", ""]},
    "DS": {
        "USUBJID": ["1", ""],
        "DSDECOD": ["DEATH", "INFORMED CONSENT OBTAINED"],
        "DSCAT": ["DISPOSITION EVENT", ""],
        "DSSTDTC": ["", "2024"],
        "EPOCH": ["TREATMENT", ""],
    },
    "SE": {
        "USUBJID": ["1", "1"],
        "ETCD": ["", "TRT"],
        "EPOCH": ["TREATMENT", ""],
        "SESTDTC": ["", "x"],
        "SEENDTC": ["", "2024"],
    },
    "TA": {"ARMCD": ["", "A"], "ARM": ["", ""], "ETCD": ["", "TRT"], "EPOCH": ["", ""]},
    "TV": {"VISITNUM": [None, 1], "VISIT": ["", "DAY 1"]},
    "LB": {
        "USUBJID": ["1", ""],
        "LBSEQ": [None, 1],
        "LBTESTCD": ["", "ALT"],
        "LBORRES": ["<5", ""],
        "LBORRESU": ["U/L", ""],
        "LBORNRLO": ["x", ""],
        "LBORNRHI": ["", "1"],
        "LBSTRESC": ["", "1"],
        "LBSTRESN": [None, 1],
        "LBSTRESU": ["U/L", ""],
        "LBSTNRLO": [None, 0],
        "LBSTNRHI": [None, 0],
        "LBNRIND": ["", "HIGH"],
        "LBBLFL": ["Y", "Y"],
        "LBLOBXFL": ["Y", ""],
        "VISITNUM": [None, 1],
        "VISIT": ["", ""],
        "EPOCH": ["", "X"],
        "LBDTC": ["", "2024---15"],
        "LBENDTC": ["", "x"],
    },
    "SUPPLB": {
        "RDOMAIN": ["LB", ""],
        "USUBJID": ["1", ""],
        "IDVAR": ["LBSEQ", ""],
        "IDVARVAL": ["x", ""],
        "QNAM": ["", "A"],
        "QLABEL": ["", ""],
    },
    "RELREC": {
        "RDOMAIN": ["LB", "XX"],
        "USUBJID": ["", "1"],
        "IDVAR": ["", "XXSEQ"],
        "IDVARVAL": ["", "1"],
        "RELTYPE": ["", "ONE"],
        "RELID": ["", "R1"],
    },
    "CO": {"RDOMAIN": ["", "DM"], "USUBJID": ["1", "1"], "IDVAR": ["", ""], "IDVARVAL": ["", "1"]},
}


def broken(outcomes):
    return [(one.rule, one.reason) for one in outcomes if one.status == "EXECUTION ERROR"]


@pytest.mark.parametrize("records", [0, 1, 2])
def test_few_or_odd_records(across, records):
    cells = {name: {column: values[:records] for column, values in of.items()} for name, of in FULL.items()}
    assert broken(across(cells)[1]) == []


@pytest.mark.parametrize("absent", FULL)
def test_without_one_dataset(across, absent):
    assert broken(across({name: of for name, of in FULL.items() if name != absent})[1]) == []


@pytest.mark.parametrize("alone", FULL)
def test_one_dataset_alone(across, alone):
    assert broken(across({alone: FULL[alone]})[1]) == []


@pytest.mark.parametrize("name", FULL)
def test_without_any_one_column(across, name):
    for column in FULL[name]:
        cells = FULL | {name: {other: values for other, values in FULL[name].items() if other != column}}
        # What does not look at this dataset is run on the very same tables above.
        assert (column, broken(across(cells, about=name)[1])) == (column, [])

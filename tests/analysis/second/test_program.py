"""The study's second program on records written out: states at month 6, times to events, sets and subtypes."""

from __future__ import annotations

from copy import copy
from datetime import date, timedelta
from pathlib import Path

import pytest

from trialbook.analysis.second.study_program import second_trial
from trialbook.errors import SpecError
from trialbook.protocol import Protocol
from trialbook.run.analysis import with_strategies
from trialbook.studymodules import namespace

DAY1 = date(2024, 1, 1)
NPM1 = {"GFCAT": "GENETICS AT DIAGNOSIS", "GFSCAT": "MUTATION", "GFTSTDTL": "DETECTION", "GFSYM": "NPM1", "GFSTRESC": "DETECTED"}
AT_DIAGNOSIS = {
    "GFCAT": "GENETICS AT DIAGNOSIS",
    "GFSCAT": "",
    "GFTSTDTL": "NORMALIZED LEVEL",
    "GFSYM": "NPM1",
    "GFSTRESC": "100",
}
DM = {
    "USUBJID": "1",
    "SUBJID": "S1",
    "RFSTDTC": "2024-01-01T09:00",
    "RFXSTDTC": "",
    "RFPENDTC": "",
    "DTHDTC": "",
    "ARMCD": "CTRL",
    "ACTARMCD": "CTRL",
    "ARMNRS": "",
    "AGE": 50.0,
    "SEX": "F",
}


def on(day: int) -> str:
    """The date of a study day."""
    return (DAY1 + timedelta(days=day - 1)).isoformat()


def run(
    day: int,
    result: str = "NOT DETECTED",
    copies: str = "50000",
    ratio: str = "0",
    of: str = "A",
    call: str = "x",
    place: str = "BONE MARROW",
):
    """The records of one run of the assay."""
    same = {
        "GFCAT": "MEASURABLE RESIDUAL DISEASE",
        "GFSCAT": "",
        "GFLOC": place,
        "GFRESCAT": call,
        "GFGRPID": of,
        "GFDTC": on(day),
    }
    return [
        {**same, "GFTSTDTL": "DETECTION", "GFSYM": "NPM1", "GFSTRESC": result},
        {**same, "GFTSTDTL": "NORMALIZED LEVEL", "GFSYM": "NPM1", "GFSTRESC": ratio},
        {**same, "GFTSTDTL": "NUMBER OF GENE COPIES", "GFSYM": "ABL1", "GFSTRESC": copies},
    ]


def response(day: str, status: str = "CR", test: str = "HEMARESP", category: str = ""):
    return {"RSTESTCD": test, "RSSCAT": category, "RSSTRESC": status, "RSDTC": day, "VISITNUM": 90.0}


RELAPSED = "RELAPSED DISEASE FROM CR"


@pytest.fixture(scope="module")
def derive(repository: Path):
    """The one subject that the program makes of DM, GF and the other records."""
    protocol = Protocol(repository / "protocol")

    def counted_from(zero):
        """The protocol with another day from which times are counted."""
        plan, other = protocol.analysis, copy(protocol)
        settings = [one.model_copy(update={"value": zero}) if one.id == "TIME_ZERO" else one for one in plan.settings]
        other.__dict__["analysis"] = plan.model_copy(update={"settings": tuple(settings)})
        return other

    def made(dm=None, gf=(), rs=(), zero="randomization", strategies=None, **others):
        rows = {"DM": [{**DM, **(dm or {})}], "GF": [NPM1, AT_DIAGNOSIS, *gf], "RS": [response(on(-5)), *rs], **others}
        planned = with_strategies(counted_from(zero), strategies or {})
        blank = {"USUBJID": "1", "GFSPID": "S1", "GFGRPID": "", "GFLOC": "", "GFRESCAT": "", "GFDTC": ""}
        datasets = {name: [{**blank, **row} for row in of] for name, of in rows.items()}
        return second_trial(repository, namespace(protocol.id), datasets, planned).subjects[0]

    return made


@pytest.mark.parametrize(
    ("runs", "expected"),
    [
        (run(184), "Response"),
        (run(184, "DETECTED", ratio="0.01"), "No response"),
        (run(170), "Response"),
        (run(169), "Missing"),
        (run(198), "Response"),
        (run(199), "Missing"),
        (run(184, copies="9999"), "Missing"),
        (run(184, copies="10000"), "Response"),
        (run(184, call=""), "Missing"),  # the laboratory made no call
        (run(184, place="BLOOD"), "Missing"),
        # Of several the nearest to day 184, then the later, then the later run.
        ([*run(180, of="A"), *run(187, "DETECTED", of="B")], "No response"),
        ([*run(182, of="A"), *run(186, "DETECTED", of="B")], "No response"),
        ([*run(184, of="A"), *run(184, "DETECTED", of="B")], "No response"),
        ([*run(184, copies="200", of="B"), *run(190, "DETECTED", of="A")], "No response"),
        ([], "Missing"),
    ],
)
def test_which_marrow_counts(derive, runs, expected):
    assert derive(gf=runs).responses["MRD6"] == expected


@pytest.mark.parametrize(
    ("ratio", "expected"),
    [
        ("0.003162277", "Response"),  # 10**-2.5 % is 0.0031622776601...
        ("0.003162278", "No response"),
        ("0", "No response"),  # detected, and no number to compare
        ("<0.001", "No response"),
    ],
)
def test_reduction_by_the_threshold(derive, ratio, expected):
    """From 100 % at diagnosis a reduction by 4.5 log10 is to 10**-2.5 %."""
    assert derive(gf=run(184, "DETECTED", ratio=ratio)).responses["MRD6LR"] == expected


@pytest.mark.parametrize(
    ("rs", "dm", "cm", "runs", "expected"),
    [
        ([response(on(184), RELAPSED)], {}, [], run(184), "Intercurrent event"),
        ([response(on(185), RELAPSED)], {}, [], run(184), "Response"),
        ([response(on(198), RELAPSED)], {}, [], [], "Intercurrent event"),
        ([response(on(199), RELAPSED)], {}, [], [], "Missing"),
        ([response(on(100), RELAPSED, "DRCRIND", "HEMATOLOGIC RELAPSE")], {}, [], run(184), "Intercurrent event"),
        ([response(on(100), "MRD RELAPSE", "DRCRIND", "MRD RELAPSE")], {}, [], run(184), "Response"),
        ([], {"DTHDTC": on(150)}, [], [], "Intercurrent event"),
        ([], {}, [on(90)], run(184), "Intercurrent event"),
        ([], {}, [on(-90)], run(184), "Response"),  # before randomization
        ([response(on(-20), RELAPSED)], {}, [], run(184), "Response"),
    ],
)
def test_intercurrent_events(derive, rs, dm, cm, runs, expected):
    therapy = [{"CMCAT": "SUBSEQUENT ANTI-LEUKEMIC THERAPY", "CMSTDTC": day, "CMSPID": "", "CMSCAT": ""} for day in cm]
    assert derive(dm=dm, gf=runs, rs=rs, CM=therapy).responses["MRD6"] == expected


@pytest.mark.parametrize(
    ("rs", "dm", "cm", "ds", "expected"),
    [
        # Parameter: days and 0 censored, 1 event, 2 competing.
        ([response(on(300))], {}, [], on(310), {"EFS": (300, 0), "CIR": (300, 0), "OS": (310, 0)}),
        ([response(on(300)), response(on(400), RELAPSED)], {}, [], on(410), {"EFS": (400, 1), "CIR": (400, 1), "OS": (410, 0)}),
        ([response(on(300))], {"DTHDTC": on(350)}, [], on(310), {"EFS": (350, 1), "CIR": (350, 2), "OS": (350, 1)}),
        ([], {}, [], "", {"EFS": (1, 0), "OS": (1, 0)}),
        ([response(on(762))], {}, [], on(762), {"EFS": (762, 0), "OS": (762, 0)}),
        ([response(on(800))], {"DTHDTC": on(790)}, [], on(780), {"EFS": (762, 0), "OS": (762, 0)}),
        # The first possible day: a relapse in October, a death in October after a contact on the 20th.
        ([response("2024-10", RELAPSED)], {}, [], "", {"EFS": (275, 1)}),
        ([], {"DTHDTC": "2024-10"}, [], "2024-10-20", {"OS": (294, 1)}),
        ([], {"DTHDTC": "2024-10"}, [], "2024-09-20", {"OS": (275, 1)}),
        # Other therapy: policy in the main analyses, censored or competing in the others.
        (
            [response(on(300)), response(on(400), RELAPSED)],
            {},
            [on(350)],
            on(410),
            {"EFS": (400, 1), "EFSTHER": (350, 0), "CIRTHER": (350, 2), "OSTHER": (350, 0)},
        ),
        ([response(on(400), RELAPSED)], {}, [on(400)], on(410), {"EFSTHER": (400, 1), "CIRTHER": (400, 1)}),
    ],
)
def test_times(derive, rs, dm, cm, ds, expected):
    therapy = [{"CMCAT": "SUBSEQUENT ANTI-LEUKEMIC THERAPY", "CMSTDTC": day, "CMSPID": "", "CMSCAT": ""} for day in cm]
    alive = [{"DSDECOD": "COMPLETED", "DSSTDTC": ds, "DSSCAT": "", "DSSPID": "S1"}] if ds else []
    found = derive(dm=dm, rs=rs, CM=therapy, DS=alive).times
    assert {name: found[name] for name in expected} == expected


STOPPED = {"DSSCAT": "STUDY TREATMENT", "DSDECOD": "ADVERSE EVENT", "DSSTDTC": on(150), "DSSPID": "S1", "DSSEQ": 1}


# A marrow of day 184 that is negative, and what came before it or after, under another strategy than the estimand's.
@pytest.mark.parametrize(
    ("strategies", "others", "expected"),
    [
        ({"THERAPY": "hypothetical"}, {"PR": [on(150)]}, "Missing"),
        ({"THERAPY": "hypothetical"}, {"PR": [on(185)]}, "Response"),
        ({"THERAPY": "treatment policy"}, {"PR": [on(150)]}, "Response"),
        ({"DOSE": "composite variable"}, {"EC": [("N", "", on(100))]}, "Intercurrent event"),
        ({"DOSE": "composite variable"}, {"EC": [("Y", "TOXICITY", on(100))]}, "Intercurrent event"),
        ({"DOSE": "composite variable"}, {"EC": [("Y", "", on(100))]}, "Response"),
        ({"DOSE": "composite variable"}, {"DS": [STOPPED]}, "Intercurrent event"),
        ({"DOSE": "composite variable"}, {"DS": [{**STOPPED, "DSDECOD": "COMPLETED"}]}, "Response"),
        # Where two events say otherwise, non-response goes before what is missing.
        ({"DOSE": "hypothetical"}, {"DS": [STOPPED], "PR": [on(160)]}, "Intercurrent event"),
    ],
)
def test_a_response_under_another_strategy(derive, strategies, others, expected):
    doses = [dict(zip(("ECOCCUR", "ECADJ", "ECSTDTC"), one, strict=True)) for one in others.get("EC", ())]
    therapy = [{"PRCAT": "SUBSEQUENT ANTI-LEUKEMIC THERAPY", "PRSTDTC": day} for day in others.get("PR", ())]
    found = derive(gf=run(184), strategies={"MRD6": strategies}, EC=doses, PR=therapy, DS=others.get("DS", ()))
    assert found.responses["MRD6"] == expected


# Day 1 for controls and who was never injected; in the interferon arm the first injection, where it is not before day 1.
@pytest.mark.parametrize(
    ("armcd", "injected", "expected"),
    [
        ("CTRL", "", (300, 0)),
        ("CTRL", on(5), (300, 0)),
        ("IFN", "", (300, 0)),
        ("IFN", on(5), (296, 0)),
        ("IFN", on(-5), (300, 0)),
    ],
)
def test_times_from_the_first_injection(derive, armcd, injected, expected):
    dm, rs = {"ARMCD": armcd, "RFXSTDTC": injected}, [response(on(300))]
    assert derive(dm=dm, rs=rs).times["EFS"] == (300, 0)
    assert derive(dm=dm, rs=rs, zero="first_injection").times["EFS"] == expected


def test_a_marrow_without_relapse_is_an_observation(derive):
    assert derive(rs=[response(on(300)), response(on(320), "CRh", "MRPHRESP")]).times["EFS"] == (320, 0)


def test_sets_and_subtype(derive):
    failed = {"IESPID": "S0"}
    assert derive(IE=[failed]).sets == {"ITT", "ELIGIBLE", "SAFETY"}
    assert derive(IE=[{"IESPID": "S1"}]).sets == {"ITT", "SAFETY"}
    assert derive(dm={"ARMCD": "IFN"}).sets == {"ITT", "ELIGIBLE"}
    fusion = {**NPM1, "GFSCAT": "GENE FUSION", "GFSYM": "CBFB::MYH11"}
    assert (derive().values["MOLSUBT"], derive(gf=[fusion]).values["MOLSUBT"]) == ("NPM1", "CBFB::MYH11")


def test_what_is_not_there_is_told(tmp_path, repository):
    protocol = Protocol(repository / "protocol")
    with pytest.raises(SpecError, match=r"program\.py: the second program needs .* there is no GF, RS"):
        second_trial(repository, namespace(protocol.id), {"DM": [DM]}, protocol)
    with pytest.raises(SpecError, match="DM has several records of 1"):
        second_trial(repository, namespace(protocol.id), {"DM": [DM, DM], "GF": [NPM1], "RS": [{}]}, protocol)
    with pytest.raises(SpecError, match="the study has no second program"):
        second_trial(tmp_path, "other", {}, protocol)

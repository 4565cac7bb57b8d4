"""The visits: one a subject and planned visit, whichever of its forms there are."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "CTRL"}]
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}
VS = {"SUBJID": "S1", "VISIT": "M6", "DAT": "2024/9/12"}
LAB = {"SUBJID": "S1", "VISIT": "Month 6", "LAB_DAT": "2024/9/10"}
PCR = {"SUBJID": "S1", "VISIT": "V9", "SAMPLE_DAT": "2024年9月20日"}
CONTACT = {"SUBJID": "S1", "VISIT": "M9", "CONTACT_DAT": "2024/12/12", "STATUS": "存活", "SOURCE": "电话随访"}


def told(made: dict) -> list[tuple[object, ...]]:
    """Each visit, whether it took place, how, and its days."""
    return [
        tuple(one.get(name) for name in ("VISITNUM", "SVOCCUR", "SVREASOC", "SVCNTMOD", "SVSTDTC", "SVENDTC"))
        for one in made.get("SV", [])
    ]


def test_a_visit_from_its_first_day_to_its_last(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=RAND, VS_ECOG=[VS], LAB=[LAB, LAB | {"LAB_DAT": "2024/9/13"}], MRD_PCR=[PCR])
    assert made["SV"] == [
        SUBJECT | {"VISITNUM": 90, "VISIT": "MONTH 6", "SVPRESP": "Y", "SVOCCUR": "Y", "SVCNTMOD": "IN PERSON",
                   "VISITDY": 184, "SVSTDTC": "2024-09-10", "SVENDTC": "2024-09-20", "SVSTDY": 183, "SVENDY": 193},
    ]  # fmt: skip


M6, MONTH_6 = 90, (90, "Y", None, "IN PERSON", "2024-09-12", "2024-09-12")
CASES: list[tuple[dict[str, list[dict[str, str]]], list[tuple[object, ...]]]] = [
    # Any form of the visit alone.
    ({"VS_ECOG": [VS]}, [MONTH_6]),
    ({"LAB": [LAB | {"LAB_DAT": "2024/9/12"}] * 3}, [MONTH_6]),
    ({"RESP": [{"SUBJID": "S1", "VISIT": "M6", "ASSESS_DAT": "2024/9/12"}]}, [MONTH_6]),
    ({"SEROLOGY": [{"SUBJID": "S1", "VISIT": "M6", "DAT": "2024/9/12", "TEST": "HCG", "RESULT": "阴性"}]}, [MONTH_6]),
    # By telephone or in person, as the source says; another form of the visit is there in person.
    ({"SURV": [CONTACT]}, [(100, "Y", None, "TELEPHONE CALL", "2024-12-12", "2024-12-12")]),
    ({"SURV": [CONTACT | {"SOURCE": "门诊"}]}, [(100, "Y", None, "IN PERSON", "2024-12-12", "2024-12-12")]),
    ({"SURV": [CONTACT | {"SOURCE": "家属"}]}, [(100, "Y", None, None, "2024-12-12", "2024-12-12")]),
    ({"SURV": [CONTACT], "VS_ECOG": [VS | {"VISIT": "M9"}]}, [(100, "Y", None, "IN PERSON", "2024-09-12", "2024-12-12")]),
    # A contact that did not find the subject alive is no visit, and says why there is none.
    ({"SURV": [CONTACT | {"STATUS": "死亡"}]}, [(100, "N", "DEAD", None, None, None)]),
    ({"SURV": [CONTACT | {"STATUS": "失访"}]}, [(100, "N", "LOST", None, None, None)]),
    ({"SURV": [CONTACT | {"STATUS": "失访", "VISIT": "M6"}], "VS_ECOG": [VS]}, [MONTH_6]),
    # A visit that happens twice is one; dates that are not known do not make a day.
    (
        {"VS_ECOG": [VS | {"VISIT": "EOT", "DAT": "2024/6/3"}, VS | {"VISIT": "复发", "DAT": "2024/10/3"}]},
        [(160, "Y", None, "IN PERSON", "2024-06-03", "2024-10-03")],
    ),
    ({"VS_ECOG": [VS, VS | {"DAT": ""}]}, [MONTH_6]),
    ({"VS_ECOG": [VS | {"DAT": ""}]}, [(90, "Y", None, "IN PERSON", None, None)]),
    # What is no visit of the protocol.
    ({"VS_ECOG": [VS | {"VISIT": "复查"}, VS | {"VISIT": ""}]}, []),
    ({}, []),
]  # fmt: skip


def test_visits(of_each: Callable) -> None:
    made = of_each([{"DM": DM, "RAND": RAND, **forms} for forms, _ in CASES])
    assert [told(one) for one in made] == [expected for _, expected in CASES]


def test_who_is_screened_again_has_one_screening(to_sdtm: Callable) -> None:
    people = [*DM, {"SUBJID": "S9", "SUBJID_PREV": "S1", "SITEID": "01", "ICF_DAT": "2024/6/1"}]
    vs = [VS | {"VISIT": "筛选", "DAT": "2024/3/5"}, VS | {"SUBJID": "S9", "VISIT": "筛选", "DAT": "2024/6/4"}]
    made = to_sdtm(DM=people, VS_ECOG=vs)
    assert told(made) == [(10, "Y", None, "IN PERSON", "2024-03-05", "2024-06-04")]
    assert {one["USUBJID"] for one in made["SV"]} == {"NCT06802718-01-S1"}

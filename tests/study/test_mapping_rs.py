"""Response, relapse on its own date, and performance status."""

from __future__ import annotations

from collections.abc import Callable

DM = [{"SUBJID": "S1", "SITEID": "01", "ICF_DAT": "2024/3/1"}]
RAND = [{"SUBJID": "S1", "RAND_NO": "R1", "RAND_DTTM": "2024-03-12 10:20", "GROUP": "CTRL"}]
RESP = {"SUBJID": "S1", "VISIT": "M6", "ASSESS_DAT": "2024/9/12", "HEM_STATUS": "完全缓解", "MRD_STATUS": "阴性"}
AT = {"VISITNUM": 90, "VISIT": "MONTH 6", "VISITDY": 184}
SUBJECT = {"USUBJID": "NCT06802718-01-S1"}
ELN = {"RSCAT": "ELN DOHNER AML 2022"}


def told(made: dict) -> list[tuple[object, ...]]:
    """Each record's test, subcategory, result and date."""
    return [(one["RSTESTCD"], one.get("RSSCAT"), one.get("RSSTRESC"), one.get("RSDTC")) for one in made["RS"]]


def test_whole_records(to_sdtm: Callable) -> None:
    bm = {"SUBJID": "S1", "VISIT": "V9", "BM_DAT": "2024/9/11", "SAMPLE_QUALITY": "合格", "CR_STATUS": "CRh"}
    vs = {"SUBJID": "S1", "VISIT": "筛选", "DAT": "2024年3月5日", "ECOG": "1分"}
    made = to_sdtm(DM=DM, RAND=RAND, RESP=[RESP], BM=[bm], VS_ECOG=[vs])["RS"]
    assessed = SUBJECT | ELN | AT | {"RSGRPID": "2024-09-12", "EPOCH": "TREATMENT", "RSDTC": "2024-09-12", "RSDY": 185}
    assert made == [
        SUBJECT | {"RSSEQ": 1, "RSTESTCD": "ECOG101", "RSTEST": "ECOG1-Performance Status", "RSCAT": "ECOG", "RSORRES": "1",
                   "RSSTRESC": "1", "RSSTRESN": 1, "RSBLFL": "Y", "VISITNUM": 10, "VISIT": "SCREENING", "VISITDY": -28,
                   "EPOCH": "SCREENING", "RSDTC": "2024-03-05", "RSDY": -7},
        SUBJECT | ELN | AT | {"RSSEQ": 2, "RSTESTCD": "MRPHRESP", "RSTEST": "Morphologic Response", "RSORRES": "CRh",
                              "RSSTRESC": "CRh", "EPOCH": "TREATMENT", "RSDTC": "2024-09-11", "RSDY": 184},
        assessed | {"RSSEQ": 3, "RSTESTCD": "HEMARESP", "RSTEST": "Hematologic Response", "RSORRES": "完全缓解",
                    "RSSTRESC": "CR", "EPOCH": "FOLLOW-UP"},
        assessed | {"RSSEQ": 4, "RSTESTCD": "MRDRESP", "RSTEST": "Minimal Residual Disease Response", "RSORRES": "阴性",
                    "RSSTRESC": "NEGATIVE", "EPOCH": "FOLLOW-UP"},
    ]  # fmt: skip


RELAPSE = RESP | {
    "VISIT": "复发", "ASSESS_DAT": "2024/10/3", "HEM_STATUS": "复发", "MRD_STATUS": "阳性", "RELAPSE_DAT": "2024/10/1",
    "RELAPSE_SITE": "骨髓及髓外", "CONFIRM_DAT": "2024/10/3",
}  # fmt: skip


def test_a_relapse_has_its_own_date_its_sites_and_its_confirmation(to_sdtm: Callable) -> None:
    made = to_sdtm(DM=DM, RAND=RAND, RESP=[RELAPSE])
    assert told(made) == [
        ("DRCRIND", "HEMATOLOGIC RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10-01"),
        ("BMRRESP", "SITE OF RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10-01"),
        ("EMDRESP", "SITE OF RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10-01"),
        ("HEMARESP", None, "RELAPSED DISEASE FROM CR", "2024-10-03"),
        ("MRDRESP", None, "POSITIVE", "2024-10-03"),
        ("DRCRIND", "CONFIRMATION OF HEMATOLOGIC RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10-03"),
    ]
    assert {one["RSGRPID"] for one in made["RS"]} == {"2024-10-03"}


# What differs from the relapse above; the records of it but for the assessment's own.
DATES = [
    # The month alone, or the year, stays as partial as it is.
    (
        {"RELAPSE_DAT": "UN-OCT-2024", "RELAPSE_SITE": "骨髓", "CONFIRM_DAT": ""},
        [
            ("DRCRIND", "HEMATOLOGIC RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10"),
            ("BMRRESP", "SITE OF RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10"),
        ],
    ),
    # Of one without a date the assessment tells, and its site.
    (
        {"RELAPSE_DAT": "", "RELAPSE_SITE": "髓外", "CONFIRM_DAT": ""},
        [("EMDRESP", "SITE OF RELAPSE", "RELAPSED DISEASE FROM CR", "2024-10-03")],
    ),
    # A relapse of MRD in hematologic remission, and its second sample.
    (
        {
            "HEM_STATUS": "完全缓解",
            "RELAPSE_DAT": "",
            "RELAPSE_SITE": "",
            "MRD_RELAPSE_DAT": "2024/10/2",
            "CONFIRM_DAT": "2024/10/16",
        },
        [
            ("DRCRIND", "MRD RELAPSE", "MRD RELAPSE", "2024-10-02"),
            ("DRCRIND", "CONFIRMATION OF MRD RELAPSE", "MRD RELAPSE", "2024-10-16"),
        ],
    ),
]


def test_relapses(of_each: Callable) -> None:
    exports = [{"DM": DM, "RAND": RAND, "RESP": [RELAPSE | other]} for other, _ in DATES]
    for (_, expected), made in zip(DATES, of_each(exports), strict=True):
        assert [one for one in told(made) if one[0] not in ("HEMARESP", "MRDRESP")] == expected


def test_what_could_not_be_evaluated(to_sdtm: Callable) -> None:
    bm = {"SUBJID": "S1", "VISIT": "M6", "BM_DAT": "2024/9/12", "SAMPLE_QUALITY": "干抽", "CR_STATUS": "不可评估"}
    made = to_sdtm(DM=DM, RESP=[RESP | {"MRD_STATUS": "未查", "HEM_STATUS": ""}], BM=[bm])
    assert told(made) == [
        ("HEMARESP", None, None, "2024-09-12"),
        ("MRDRESP", None, "NE", "2024-09-12"),
        ("MRPHRESP", None, "NE", "2024-09-12"),
    ]
    assert [one.get("RSSTAT") for one in made["RS"]] == ["NOT DONE", None, None]


def test_the_visit_of_the_relapse_may_be_the_second_of_its_name(to_sdtm: Callable) -> None:
    """At the end of treatment, and at the relapse months after it."""
    made = to_sdtm(DM=DM, RAND=RAND, RESP=[RESP | {"VISIT": "EOT", "ASSESS_DAT": "2024/6/3"}, RELAPSE | {"CONFIRM_DAT": ""}])
    status = [(one["VISITNUM"], one["RSDTC"], one["RSSTRESC"]) for one in made["RS"] if one["RSTESTCD"] == "HEMARESP"]
    assert status == [(160, "2024-06-03", "CR"), (160, "2024-10-03", "RELAPSED DISEASE FROM CR")]


def test_baselines_of_performance_status(of_each: Callable) -> None:
    dose = {"SUBJID": "S1", "DOSE_NO": "1", "ADMIN_DAT": "2024/3/14", "GIVEN_YN": "是"}
    vs = [
        {"SUBJID": "S1", "VISIT": visit, "DAT": day, "ECOG": "0"} for visit, day in (("筛选", "2024/3/5"), ("基线", "2024/3/12"))
    ]
    vs += [{"SUBJID": "S1", "VISIT": "W2", "DAT": "2024/3/26", "ECOG": "1"}]
    interferon, control = of_each(
        [
            {"DM": DM, "RAND": [RAND[0] | {"GROUP": "IFN"}], "EX": [dose], "VS_ECOG": vs},
            {"DM": DM, "RAND": RAND, "VS_ECOG": vs},
        ]
    )
    flags = [[(one.get("RSLOBXFL"), one.get("RSBLFL")) for one in made["RS"]] for made in (interferon, control)]
    assert flags == [[(None, None), ("Y", "Y"), (None, None)], [(None, None), (None, "Y"), (None, None)]]

"""A death told by four forms: who tells another thing than the others is asked, once, and nobody where they agree."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

# What its tests share is made once, not once a process.
pytestmark = pytest.mark.xdist_group("deaths")

Row = dict[str, str]
Told = Callable[..., list[tuple[str, str, list[str], list[str]]]]
Passes = Callable[..., list[bool]]

A = {"SUBJID": "A"}
BEFORE = A | {"VISIT": "M6", "CONTACT_DAT": "2024/6/1", "STATUS": "存活", "LAST_ALIVE_DAT": "2024/6/1"}
LAST = A | {"VISIT": "M9", "CONTACT_DAT": "2024/9/10", "STATUS": "死亡", "LAST_ALIVE_DAT": "2024/9/8"}
ENDED = A | {"EOT_DAT": "2024/6/1", "EOT_REASON": "完成", "EOS_DAT": "2024/9/10", "EOS_REASON": "死亡"}
FATAL = A | {"AE_NO": "1", "AETERM": "肺炎", "START": "2024/9/1", "END": "2024/9/10", "OUTCOME": "死亡", "CTCAE_GRADE": "5级"}
FATAL |= {"SAE_YN": "是", "SAE_CRIT": "死亡", "ONGOING": "否"}
DEATH = A | {"DTH_DAT": "2024/9/10"}
FORMS: dict[str, list[Row]] = {
    "DM": [A | {"SITEID": "01", "ICF_DAT": "2024/1/2"}, {"SUBJID": "B", "SITEID": "01"}],
    "DEATH": [DEATH],
    "SURV": [BEFORE, LAST],
    "DISP": [ENDED],
    "AE": [FATAL],
}
OTHER = {"EOS_REASON": "失访"}
LEFT = ENDED | OTHER
EARLY = DEATH | {"DTH_DAT": "2024/9/4"}
MILD = FATAL | {"AE_NO": "2", "END": "", "OUTCOME": "未恢复", "CTCAE_GRADE": "1级", "SAE_CRIT": ""}
LOST = LAST | {"VISIT": "M12", "STATUS": "失访", "CONTACT_DAT": "2024/12/1"}
NOBODY: dict[str, list[Row]] = {"DEATH": [], "SURV": [BEFORE], "AE": []}
ALIVE = LAST | {"STATUS": "存活"}
AT_REPORT: dict[str, list[Row]] = {
    "DEATH": [DEATH | {"DTH_DAT": "2024/9/30"}],
    "DISP": [ENDED | {"EOS_DAT": "2024/9/30"}],
    "AE": [],
}
NO_EVENT: dict[str, list[Row]] = {"AE": []}

# What is told, the rule that fails, the form, and its record.
CASES: list[tuple[str, dict[str, Any], set[str]]] = [
    ("all agree", {}, set()),
    ("all agree, and no event was fatal", NO_EVENT, set()),
    ("nobody died", NOBODY | {"DISP": [ENDED | {"EOS_REASON": "完成"}]}, set()),
    ("who had withdrawn died later", {"DISP": [LEFT | {"EOS_DAT": "2024/7/1"}], "SURV": [BEFORE], "AE": []}, set()),
    ("told under the later screening number",
     {"DM": [A, A | {"SUBJID": "C", "SUBJID_PREV": "A"}], "DEATH": [DEATH | {"SUBJID": "C"}]}, set()),
    ("no death form", {"DEATH": []}, {"IFN-DTH-001 DISP 0"}),
    ("no death form, as a contact says", {"DEATH": [], "AE": []}, {"IFN-DTH-001 DISP 0"}),
    ("only the end of the study", NOBODY, {"IFN-DTH-002 DISP 0"}),
    ("only the end of treatment", NOBODY | {"DISP": [LEFT | {"EOT_REASON": "死亡"}]}, {"IFN-DTH-003 DISP 0"}),
    ("the study ended otherwise", {"DISP": [LEFT]}, {"IFN-DTH-004 DISP 0"}),
    ("the study ended otherwise, and before", {"DISP": [LEFT | {"EOS_DAT": "2024/9"}]}, set()),
    ("the study ended on another day", {"DISP": [ENDED | {"EOS_DAT": "2025/9/10"}]}, {"IFN-DTH-005 DISP 0"}),
    ("the study ended in that month", {"DISP": [ENDED | {"EOS_DAT": "2024/9"}]}, set()),
    ("treatment ended by it on another day", {"DISP": [ENDED | {"EOT_REASON": "死亡"}]}, {"IFN-DTH-006 DISP 0"}),
    ("the death form has another day", {"DEATH": [EARLY]}, {"IFN-DTH-007 DEATH 0"}),
    ("and no event was fatal", NO_EVENT | {"DEATH": [EARLY]}, {"IFN-DTH-007 DEATH 0"}),
    ("the death form has the month", {"DEATH": [DEATH | {"DTH_DAT": "2024年9月"}]}, set()),
    ("two days, and no third form",
     {"SURV": [BEFORE], "AE": [], "DEATH": [EARLY]}, {"IFN-DTH-008 DEATH 0", "IFN-DTH-010 DEATH 0"}),
    ("only the death form, and alive later",
     {"DISP": [LEFT], "SURV": [BEFORE, ALIVE], "AE": [], "DEATH": [DEATH | {"DTH_DAT": "2024/8/1"}]}, {"IFN-DTH-009 DEATH 0"}),
    ("no contact tells of it", {"SURV": [BEFORE]}, {"IFN-DTH-010 DEATH 0"}),
    ("a status that can't be read may", {"SURV": [BEFORE, LAST | {"STATUS": "死"}]}, set()),
    ("met alive after it", {"SURV": [BEFORE | {"CONTACT_DAT": "2024/10/1"}, LAST]}, {"IFN-DTH-011 SURV 0"}),
    ("known to be alive after it", {"SURV": [BEFORE | {"LAST_ALIVE_DAT": "2024/10/1"}, LAST]}, {"IFN-DTH-011 SURV 0"}),
    ("met alive after a day that the study's end alone has, and before the contact that told of it",
     {"SURV": [BEFORE | {"CONTACT_DAT": "2024/8/20", "LAST_ALIVE_DAT": "2024/8/20"}, LAST], "AE": [], "DEATH": [],
      "DISP": [ENDED | {"EOS_DAT": "2024/8/10"}]}, {"IFN-DTH-001 DISP 0"}),
    ("lost after it, as others knew nothing", {"SURV": [BEFORE, LOST, LAST]}, set()),
    ("alive at the last contact", {"SURV": [BEFORE, ALIVE]}, {"IFN-DTH-012 SURV 1"}),
    ("alive at the last contact, and the form is gone",
     {"SURV": [BEFORE, ALIVE], "DEATH": []}, {"IFN-DTH-001 DISP 0", "IFN-DTH-012 SURV 1"}),
    ("only the contact", {"DEATH": [], "AE": [], "DISP": [LEFT]}, {"IFN-DTH-013 SURV 1"}),
    ("told before it",
     {"SURV": [BEFORE, LAST | {"CONTACT_DAT": "2024/8/10", "LAST_ALIVE_DAT": "2024/8/8"}]}, {"IFN-DTH-014 SURV 1"}),
    ("told before it, as two forms have the day of the report, and alive, seen and ill between",
     AT_REPORT | {"SURV": [BEFORE | {"CONTACT_DAT": "2024/9/20", "LAST_ALIVE_DAT": "2024/9/20"}, LAST],
                  "AE": [MILD | {"START": "2024/9/20"}], "VS_ECOG": [A | {"DAT": "2024/9/10"}, A | {"DAT": "2024/9/20"}]},
     {"IFN-DTH-014 SURV 1", "IFN-DTH-011 SURV 0", "IFN-AE-023 AE 0", "IFN-DTH-VS_ECOG VS_ECOG 1"}),
    ("of two days in one contact, that of the contact may be wrong",
     AT_REPORT | {"SURV": [BEFORE, LAST | {"LAST_ALIVE_DAT": "2024/9/25"}], "AE": [MILD | {"START": "2024/9/20"}]},
     {"IFN-DTH-014 SURV 1"}),
    ("only the event", {"DEATH": [], "SURV": [BEFORE], "DISP": [LEFT]}, {"IFN-AE-011 AE 0"}),
    ("fatal by its outcome alone is the event's own fault",
     {"DEATH": [], "SURV": [BEFORE], "DISP": [LEFT], "AE": [FATAL | {"CTCAE_GRADE": "3级", "SAE_CRIT": "住院"}]}, set()),
    ("the event ends on another day", {"AE": [FATAL | {"END": "2024/9/5"}]}, {"IFN-AE-024 AE 0"}),
    ("the event ends in that month", {"AE": [FATAL | {"END": "2024/9"}]}, set()),
    ("an event after it", {"AE": [FATAL, MILD | {"START": "2024/9/11"}]}, {"IFN-AE-023 AE 1"}),
    ("an event in that month", {"AE": [FATAL, MILD | {"START": "2024/9"}]}, set()),
    ("a visit after it", {"VS_ECOG": [A | {"DAT": "2024/9/10"}, A | {"DAT": "2024/9/11"}]}, {"IFN-DTH-VS_ECOG VS_ECOG 1"}),
    ("a transplant after it, and a therapy in its month",
     {"HSCT": [A | {"HSCT_DAT": "2024/9/11"}], "SUBSEQ_TX": [A | {"START": "2024/9"}]}, {"IFN-DTH-HSCT HSCT 0"}),
    ("a therapy after it", {"SUBSEQ_TX": [A | {"START": "2024/10"}]}, {"IFN-DTH-SUBSEQ_TX SUBSEQ_TX 0"}),
    ("a visit after a death that one form alone tells of",
     {"SURV": [BEFORE], "AE": [], "DISP": [], "VS_ECOG": [A | {"DAT": "2024/9/11"}]}, set()),
]  # fmt: skip
RULES = {
    **{f"IFN-DTH-00{number}": "DISP" for number in range(1, 7)},
    **{f"IFN-DTH-{number:03}": "DEATH" for number in range(7, 11)},
    **{f"IFN-DTH-{number:03}": "SURV" for number in range(11, 15)},
    **dict.fromkeys(("IFN-AE-011", "IFN-AE-023", "IFN-AE-024"), "AE"),
    **{
        f"IFN-DTH-{form}": form for form in ("BM", "EX", "LAB", "MRD_MFC", "MRD_PCR", "RESP", "SEROLOGY", "THYROID_AB", "VS_ECOG")
    },
    **{f"IFN-DTH-{form}": form for form in ("HSCT", "SUBSEQ_TX")},
}


@pytest.fixture(scope="module")
def failed(passes: Passes) -> list[set[str]]:
    """Each rule on each record of its form: which of a case's fail. The cases are looked at as one, each of its own subjects."""
    together: dict[str, list[Row]] = {}
    cases: dict[str, list[tuple[int, int]]] = {}
    for case, (_, forms, _) in enumerate(CASES):
        for form, rows in (FORMS | forms).items():
            cases.setdefault(form, []).extend((case, at) for at in range(len(rows)))
            together.setdefault(form, []).extend(_of_case(row, case) for row in rows)
    found: list[set[str]] = [set() for _ in CASES]
    for rule, form in RULES.items():
        passed = passes(rule, together.get(form, []), **together)
        for (case, at), one in zip(cases.get(form, []), passed, strict=True):
            found[case] |= set() if one else {f"{rule} {form} {at}"}
    return found


def _of_case(row: Row, case: int) -> Row:
    named = {name: row[name] for name in ("SUBJID", "SUBJID_PREV") if row.get(name)}
    return row | {name: f"{case}{number}" for name, number in named.items()}


@pytest.mark.parametrize("case", range(len(CASES)), ids=[what for what, _, _ in CASES])
def test_who_is_asked(failed: list[set[str]], case: int) -> None:
    assert failed[case] == CASES[case][2]


def test_a_death_form_whose_subject_is_blank_is_another_rules(passes: Passes) -> None:
    forms = FORMS | {"DEATH": [DEATH | {"SUBJID": ""}]}
    rules = [f"IFN-DTH-00{number}" for number in range(1, 7)]
    assert [rule for rule in rules if passes(rule, forms["DISP"], **forms) != [True]] == []


def test_each_rule_about_death_has_a_case(trial: Any) -> None:
    models = [model for several in trial.models.forms.values() for model in several]
    rules = {one.id for model in models for one in model.declared_rules() if one.id.startswith("IFN-DTH-")}
    assert rules == {rule for rule in RULES if rule.startswith("IFN-DTH-")}
    fired = {one.split()[0] for _, _, expected in CASES for one in expected}
    assert rules - fired == {
        f"IFN-DTH-{form}" for form in ("BM", "EX", "LAB", "MRD_MFC", "MRD_PCR", "RESP", "SEROLOGY", "THYROID_AB")
    }


TO_MEND: list[tuple[dict[str, list[Row]], tuple[str, str, list[str], list[str]]]] = [
    (
        {"DEATH": []},
        ("IFN-DTH-001", "A", ["DEATH"], ["DISP 2 EOS_REASON", "DISP 2 EOS_DAT", "DISP 2 EOT_REASON"]),
    ),
    (
        {"DEATH": [EARLY]},
        (
            "IFN-DTH-007", "A", ["DEATH 2 DTH_DAT"],
            ["DISP 2 EOS_DAT", "DISP 2 EOS_REASON", "SURV 3 LAST_ALIVE_DAT", "SURV 3 STATUS"],
        ),
    ),
    (
        {"SURV": [BEFORE]},
        (
            "IFN-DTH-010", "A", ["SURV 2 STATUS", "SURV"],
            ["DEATH 2 DTH_DAT", "DISP 2 EOS_DAT", "DISP 2 EOS_REASON", "SURV 2 CONTACT_DAT"],
        ),
    ),
    (
        {"DEATH": [], "AE": [], "SURV": [BEFORE, BEFORE | {"VISIT": "M7", "CONTACT_DAT": "2024/9/20"}, ALIVE]},
        (
            "IFN-DTH-002", "A",
            [
                "DISP 2 EOS_REASON", "SURV 3 STATUS", "SURV 3 LAST_ALIVE_DAT", "SURV 4 STATUS", "SURV 4 LAST_ALIVE_DAT",
                "DEATH",
            ],
            ["DISP 2 EOS_DAT", "SURV 3 CONTACT_DAT", "SURV 4 CONTACT_DAT"],
        ),
    ),
    (
        {"SURV": [BEFORE, ALIVE]},
        ("IFN-DTH-012", "A", ["SURV 3 STATUS", "SURV 3 LAST_ALIVE_DAT", "SURV 3 CONTACT_DAT"], ["DEATH 2 DTH_DAT"]),
    ),
]  # fmt: skip


def test_the_cells_to_mend(told_of_each: Callable[..., list[Any]]) -> None:
    found = told_of_each(("IFN-DTH",), [FORMS | forms for forms, _ in TO_MEND])
    assert found == [[expected] for _, expected in TO_MEND]

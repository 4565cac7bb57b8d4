"""The page that screens a subject: its judge against Python's, and what a person sees who fills it in."""

from __future__ import annotations

import os
import random
import re
import shutil
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from trialbook.protocol import Protocol
from trialbook.protocol.eligibility import Case, Eligibility, ItemType, exported_eligibility

pytestmark = pytest.mark.xdist_group("browser")

SCRIPTS = "\n".join(
    files("trialbook.pages").joinpath("static", name).read_text(encoding="utf-8") for name in ("expressions.js", "eligibility.js")
)
JUDGED = f"""([eligibility, subjects]) => {{
  {SCRIPTS}
  const {{ judge, refused }} = globalThis.trialbook;
  const judged = (cells, readings) => ({{ ...judge(eligibility, cells, readings), refused: refused(eligibility, cells) }});
  return subjects.map(([cells, readings]) => judged(cells, readings));
}}"""
# What a cell may hold beside what its item takes.
ODD = [
    "", "", "", "", "x", "-1", "+1", " 1", "1 ", "1.", ".5", "1e", "1e1000", "1_0", "٣", "NaN", "inf", "2024-02-30", "2024-2-3",
    "0000-01-01", "NONE ", "none", "a\u200bb", "a\u00a0b", "\t", "é", "A B", " A", "\U0001f600", "0x1", "1,5", "y", "n",
]  # fmt: skip
EXTREME = [
    "0", "0.0", "00", "1", "01", "2", "2.0", "3", "4", "5", "6", "7", "17", "18", "19", "69", "70", "71", "1e999", "1e-999",
    "9" * 80, ".1e1", "5.", "0.02", "20", "200", "199.99999999999999999999", "200.00000000000000000001", "1E3", "1e3",
]  # fmt: skip
DATES = [
    "0001-01-01", "0001-01-31", "9999-12-31", "2024-01-31", "2024-02-29", "2024-03-01", "2024-03-29", "2024-03-30", "2024-03-31",
    "2024-04-30", "2023-02-28", "2023-03-31", "2024-05-15", "2024-05-16", "2024-06-15", "2024-06-16", "1900-02-28", "1900-03-31",
    "2000-02-29",
]  # fmt: skip


@pytest.fixture(scope="module")
def eligibility(repository: Path) -> Eligibility:
    return Protocol(repository / "protocol").eligibility


def page_of(study: Path, file: Path) -> str:
    """The address of a page that has the pieces of a study alone."""
    from trialbook.pages import screening_criteria, screening_form, session

    before = Path.cwd()
    os.chdir(study)
    try:
        session._study.cache_clear()
        pieces = screening_form() + screening_criteria()
    finally:
        os.chdir(before)
        session._study.cache_clear()
    head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>Screening</title>'
    body = f'<body class="bd-article"><main><h1>Screening</h1>{pieces}</main></body>'
    file.write_text(f'<!doctype html><html lang="en"><head>{head}</head>{body}</html>', encoding="utf-8")
    return file.as_uri()


@pytest.fixture(scope="module")
def screening_page(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    return page_of(repository, tmp_path_factory.mktemp("screening") / "screening.html")


@pytest.fixture
def screening(page: Any, screening_page: str) -> Any:
    page.goto(screening_page)
    return page


# ---- The judge.


def test_every_boundary_case_has_pythons_verdict(run_script, eligibility):
    asked = [[subject_of(case, eligibility), dict(case.reading)] for case in eligibility.cases]
    found = run_script(JUDGED, [exported_eligibility(eligibility), asked])
    assert len(found) > 200
    assert found == of_cases(eligibility)
    for judged, case in zip(found, eligibility.cases, strict=True):
        assert judged["criteria"][case.criterion] == case.expected, case
        assert tuple(judged["missing"].get(case.criterion, [])) == case.missing, case


@pytest.mark.parametrize("seed", [1, 2])
def test_subjects_of_extreme_values_have_pythons_verdict(run_script, eligibility, seed):
    rng = random.Random(seed)
    settings = {one.name: list(one.choices) for one in eligibility.spec.settings if one.choices}
    rows, readings = [], []
    for _ in range(6):
        reading = {name: rng.choice(choices) for name, choices in settings.items()}
        readings.append(reading)
        rows.append([subject(rng, eligibility) for _ in range(200)])
    asked = [[row, reading] for reading, some in zip(readings, rows, strict=True) for row in some]
    found = iter(run_script(JUDGED, [exported_eligibility(eligibility), asked]))
    verdicts: list[str] = []
    for reading, some in zip(readings, rows, strict=True):
        python = in_python(eligibility.with_settings(reading), some)
        for row, expected in zip(some, python, strict=True):
            assert next(found) == expected, (reading, row)
        verdicts += [one["verdict"] for one in python]
    assert {verdicts.count(one) > 50 for one in ("ELIGIBLE", "NOT ELIGIBLE", "UNDETERMINED")} == {True}


def subject(rng: random.Random, eligibility: Eligibility) -> dict[str, str]:
    """The eligible subject, with a few items or many replaced, and limits of normal met exactly, or missed by a digit."""
    cells = {name: eligibility.spec.eligible_subject[name] for name in eligibility.items}
    share = rng.choice([0.01, 0.03, 0.1, 0.5, 1.0])
    odd = rng.choice([0.0, 0.0, 0.3])
    for name, item in eligibility.items.items():
        if rng.random() < share:
            cells[name] = rng.choice(ODD) if rng.random() < odd else value(rng, item)
    for name, item in eligibility.items.items():
        if item.unit_of and rng.random() < share:
            upper = rng.choice(["110.1", "0.3", "1e-999", "1e999", "33.333", "3", "7"])
            limit = rng.choice([Decimal("1.5"), Decimal(2), Decimal("2.5")])
            beside = rng.choice(["0", "1E-30", "-1E-30"]) if "e" not in upper else "0"
            cells[item.unit_of], cells[name] = upper, str(Decimal(upper) * limit + Decimal(beside))
    return cells


def value(rng: random.Random, item: Any) -> str:
    match item.type:
        case ItemType.CHOICE:
            return rng.choice([*item.values, ""])
        case ItemType.DATE:
            return rng.choice([*DATES, *item.values, ""])
        case ItemType.NUMBER | ItemType.WHOLE_NUMBER:
            return rng.choice([*EXTREME, ""])
    return rng.choice(ODD)


def subject_of(case: Case, eligibility: Eligibility) -> dict[str, str]:
    held = eligibility.spec.eligible_subject | dict(case.items)
    return {name: held.get(name, "") for name in eligibility.items}


def of_cases(eligibility: Eligibility) -> list[dict[str, Any]]:
    """What Python says of each boundary case, judged by the case's reading."""
    found: dict[int, dict[str, Any]] = {}
    readings = [tuple(case.reading.items()) for case in eligibility.cases]
    for reading in dict.fromkeys(readings):
        at = [number for number, one in enumerate(readings) if one == reading]
        rows = [subject_of(eligibility.cases[number], eligibility) for number in at]
        found |= dict(zip(at, in_python(eligibility.with_settings(dict(reading)), rows), strict=True))
    return [found[number] for number in range(len(readings))]


def in_python(eligibility: Eligibility, rows: list[dict[str, str]]) -> list[dict[str, Any]]:
    frame = pd.DataFrame(rows, dtype="str")
    verdicts = eligibility.judge(frame)
    # A subject that is there twice or has no name is refused too; the page judges one, whose name nobody needs.
    identifier = next(one.name for one in eligibility.spec.items if one.type is ItemType.IDENTIFIER)
    refused: list[list[str]] = [[] for _ in rows]
    for one in eligibility.value_errors(frame):
        if one.item != identifier or (one.found and not one.expected.startswith("each ")):
            refused[one.row].append(one.item)
    truths = verdicts.criteria.to_dict("records")
    return [
        {
            "verdict": verdicts.verdict.iloc[row],
            "criteria": {name: None if pd.isna(truth) else bool(truth) for name, truth in truths[row].items()},
            "failed": list(verdicts.failed.iloc[row]),
            "missing": {name: list(items) for name, items in verdicts.missing.iloc[row].items()},
            "warnings": list(verdicts.warnings.iloc[row]),
            "refused": refused[row],
        }
        for row in range(len(rows))
    ]


# ---- The page.

LOADED = """count => [...Array(count).keys()].map((at) => {
  const byId = (id) => document.getElementById(`screening-${id}`);
  byId("case").value = at;
  byId("load").click();
  const id = byId("case").selectedOptions[0].parentElement.label;
  const entry = byId(`criterion-${id}`);
  const decided = [...entry.querySelectorAll(".screening-reasons a")].map((link) => link.hash.replace("#screening-item-", ""));
  const word = entry.querySelector(".screening-truth").textContent;
  return [id, word, decided, byId("verdict").dataset.verdict, byId("origin").textContent];
})"""
WORDS = {"I": {True: "met", False: "not met", None: "unknown"}, "E": {True: "applies", False: "does not apply", None: "unknown"}}


def verdict(page: Any) -> str:
    return page.get_by_role("status").inner_text()


def reasons(page: Any, criterion: str) -> list[str]:
    return page.locator(f"#screening-criterion-{criterion} .screening-reasons > li").all_inner_texts()


def enter(page: Any, label: str, text: str) -> None:
    page.get_by_label(label, exact=True).fill(text)
    page.get_by_label(label, exact=True).blur()


def test_it_begins_with_the_example(screening):
    assert verdict(screening) == "Eligible: every inclusion criterion is met, and no exclusion criterion applies"
    assert screening.locator("#screening-origin").inner_text() == "An example, invented: a subject who meets every criterion."
    assert screening.get_by_text("needs JavaScript").is_hidden()
    assert reasons(screening, "I7") == [
        "creatinine / creatinine_uln <= 1.5 is true: Creatinine: 70; Upper limit of normal of creatinine: 110.1; "
        "creatinine / creatinine_uln ≈ 0.6357856"
    ]
    assert reasons(screening, "E10") == ['last_trial_date != "NONE" is false: Last day of participation in another trial: NONE '
                                         "(How the month since another trial is counted: calendar month)"]  # fmt: skip


def test_every_boundary_case_can_be_loaded_and_shows_its_verdict(screening, eligibility):
    shown = screening.evaluate(LOADED, len(eligibility.cases))
    python = of_cases(eligibility)
    for (id, word, decided, of_all, told), case, judged in zip(shown, eligibility.cases, python, strict=True):
        truth, missing = judged["criteria"][case.criterion], judged["missing"].get(case.criterion, [])
        assert (id, word, decided, of_all) == (case.criterion, WORDS[id[0]][truth], missing, judged["verdict"])
        assert told.startswith(f"Boundary case of {id}, {case.case}: ") and told.endswith(", as it is found.")


def test_a_link_to_a_boundary_case_loads_it(page, screening_page, eligibility):
    number = next(at for at, case in enumerate(eligibility.cases) if case.reading)
    page.goto(f"{screening_page}#screening-case-{number}")
    case = eligibility.cases[number]
    assert page.locator("#screening-origin").inner_text().startswith(f"Boundary case of {case.criterion}, {case.case}: ")
    assert "Not by the protocol's readings" in verdict(page)
    page.goto(f"{screening_page}#screening-case-0")
    assert verdict(page) == "Not eligible: by I1"
    page.goto(f"{screening_page}#screening-case-99999")
    assert verdict(page) == "Not eligible: by I1"


def test_a_criterion_that_fails_says_what_and_why(screening):
    enter(screening, "Age (years)", "17")
    assert verdict(screening) == "Not eligible: by I1"
    assert reasons(screening, "I1") == ["18 <= age is false: Age: 17 years"]
    enter(screening, "Creatinine", "165.15")
    assert reasons(screening, "I7")[0].startswith("creatinine / creatinine_uln <= 1.5 is true: Creatinine: 165.15;")
    enter(screening, "Creatinine", "165.150000000000000000000001")
    assert verdict(screening) == "Not eligible: by I1, I7"
    assert reasons(screening, "I7")[0].endswith("creatinine / creatinine_uln ≈ 1.500000")
    assert screening.locator("#screening-origin").inner_text().startswith("Changed by you. It began as: An example")
    screening.get_by_role("button", name="Example: the eligible subject").click()
    assert verdict(screening).startswith("Eligible")
    assert screening.get_by_label("Age (years)").input_value() == "45"


def test_what_is_not_known_decides_nothing_and_says_what_would(screening, eligibility):
    enter(screening, "Aspartate aminotransferase", "")
    assert verdict(screening) == "Undetermined: to be decided by Aspartate aminotransferase"
    assert reasons(screening, "I6") == [
        "To be decided by Aspartate aminotransferase",
        "ast / ast_uln <= 2.5 is unknown: Aspartate aminotransferase: not known; "
        "Upper limit of normal of aspartate aminotransferase: 40",
    ]
    screening.get_by_role("button", name="All unknown").click()
    assert [one.input_value() for one in screening.locator("[id^=screening-item-]").all()] == [""] * len(eligibility.items)
    assert re.fullmatch(r"Undetermined: to be decided by Age, Diagnosis, .*, .* and \d+ more", verdict(screening))
    screening.get_by_role("link", name="Diagnosis").first.press("Enter")
    assert screening.evaluate("document.querySelector(':target').id") == "screening-item-diagnosis"


def test_a_date_is_counted_as_in_python(screening):
    enter(screening, "Date of screening", "2024-03-31")
    enter(screening, "Last day of participation in another trial", "2024-02-29")
    assert verdict(screening) == "Not eligible: by E10"
    assert reasons(screening, "E10")[1].startswith(
        "last_trial_date >= months_before(screening_date, 1) is true: Last day of participation in another trial: 2024-02-29; "
        "Date of screening: 2024-03-31; months_before(screening_date, 1) = 2024-02-29"
    )


@pytest.mark.parametrize(
    ("label", "name", "text"),
    [
        ("Age (years)", "age", "4 5"),
        ("Age (years)", "age", "45.0"),
        ("ECOG performance status", "ecog", "6"),
        ("Upper limit of normal of creatinine", "creatinine_uln", "0"),
        ("Creatinine", "creatinine", "-1"),
        ("Date of screening", "screening_date", "2023-02-29"),
        ("Last day of participation in another trial", "last_trial_date", "never"),
        ("Subject", "subject", " S1"),
        ("Creatinine", "creatinine", "it's"),
    ],
)
def test_what_an_item_does_not_take_is_refused_as_the_command_does(screening, eligibility, label, name, text):
    enter(screening, label, text)
    field = screening.get_by_label(label, exact=True)
    (error,) = eligibility.value_errors(pd.DataFrame([{"subject": "1"} | {name: text}], dtype="str"))
    assert field.get_attribute("aria-invalid") == "true"
    told = screening.locator(f"#screening-error-{name}")
    assert told.inner_text() == f"Found {error.found!r}, expected {error.expected}"
    assert f"screening-error-{name}" in field.get_attribute("aria-describedby")
    assert verdict(screening) == f"Not judged: a value is not what its item takes: {eligibility.items[name].label}"
    words = screening.locator(".screening-truth").all_inner_texts()
    assert words.count("not judged") == sum(name in eligibility.items_of(one) for one in eligibility.criteria)
    enter(screening, label, eligibility.spec.eligible_subject[name])
    assert field.get_attribute("aria-invalid") is None and told.is_hidden()
    assert verdict(screening).startswith("Eligible")


def test_another_reading_says_what_it_changes_and_that_it_is_not_the_protocols(screening):
    enter(screening, "Molecular MRD at diagnosis (%)", "20")
    assert verdict(screening) == "Not eligible: by I4"
    assert screening.locator("#screening-effect-log_reduction_is").inner_text() == "“at least” would make it: eligible (I4 met)."
    screening.get_by_label("Whether a reduction of exactly the limit is enough").select_option("at least")
    assert verdict(screening).splitlines() == [
        "Eligible: every inclusion criterion is met, and no exclusion criterion applies",
        "Not by the protocol's readings: Whether a reduction of exactly the limit is enough",
    ]
    assert screening.locator("#screening-chosen-log_reduction_is").inner_text() == "Exactly the limit is enough"


def test_a_contradiction_is_a_warning_beside_the_verdict(screening, eligibility):
    enter(screening, "Cycles of consolidation with high-dose cytarabine", "5")
    message = eligibility.contradictions["more_hdac_than_consolidation"].message
    assert verdict(screening).splitlines() == [
        "Eligible: every inclusion criterion is met, and no exclusion criterion applies",
        f"Contradiction: {message}",
    ]


def test_what_is_entered_is_only_ever_text(screening):
    attack = "<img src=x onerror=\"document.title='taken'\"><script>document.title='taken'</script>"
    for label in ("Subject", "Creatinine", "Date of screening"):
        enter(screening, label, attack)
    screening.wait_for_timeout(500)
    assert screening.locator("img").count() == 0
    assert screening.title() == "Screening"
    assert screening.locator("#screening-error-creatinine").inner_text().startswith("Found '<img src=x onerror=\"document.title=")


def test_the_keyboard_is_enough(screening):
    reached = []
    for _ in range(80):
        screening.keyboard.press("Tab")
        name = screening.evaluate("document.activeElement.id")
        reached.append(name)
        if name == "screening-item-age":
            screening.keyboard.press("Control+A")
            screening.keyboard.type("71")
        if name == "screening-item-pregnant":
            screening.keyboard.press("Y")
    assert reached[:4] == ["screening-reset", "screening-clear", "screening-case", "screening-load"]
    controls = screening.locator("#screening-form :is(input, select, button)").evaluate_all("them => them.map((one) => one.id)")
    assert list(dict.fromkeys(name for name in reached if name in controls)) == controls
    assert verdict(screening) == "Not eligible: by I1, E7"


def test_each_control_has_a_name_and_each_id_stands_once(screening):
    ids = screening.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))
    unnamed = "them => them.filter((one) => !one.labels?.length && !one.textContent.trim()).map((one) => one.id)"
    assert screening.locator("input, select, button").evaluate_all(unnamed) == []
    described = "them => them.flatMap((one) => one.getAttribute('aria-describedby').split(' '))"
    assert set(screening.locator("[aria-describedby]").evaluate_all(described)) <= set(ids)


def test_an_accessibility_engine_finds_nothing_serious_in_any_state(screening, violations):
    assert violations(screening) == []
    enter(screening, "Creatinine", "x")
    assert violations(screening) == []
    screening.get_by_role("button", name="All unknown").click()
    assert violations(screening) == []


def test_typing_is_judged_without_leaving_the_field(screening):
    screening.get_by_label("Age (years)").fill("71")
    screening.get_by_text("Not eligible", exact=True).wait_for()
    assert verdict(screening) == "Not eligible: by I1"


def test_nothing_is_kept(screening):
    enter(screening, "Age (years)", "17")
    kept = screening.evaluate("[localStorage.length, sessionStorage.length, document.cookie, location.search, location.hash]")
    assert kept == [0, 0, "", "", ""]
    screening.reload()
    assert screening.get_by_label("Age (years)").input_value() == "45"


def test_a_phone_shows_it_without_scrolling_sideways(open_page, screening_page):
    page = open_page(viewport={"width": 375, "height": 812})
    page.goto(screening_page)
    for step in ("", "Not eligible", "x" * 300):
        if step:
            enter(page, "Creatinine", "1e999" if step == "Not eligible" else step)
        assert page.evaluate("document.documentElement.scrollWidth") == 375
    page.get_by_role("button", name="All unknown").click()
    assert page.evaluate("document.documentElement.scrollWidth") == 375
    assert page.get_by_role("status").is_visible()


def test_print_shows_the_state_and_no_buttons(screening):
    enter(screening, "Age (years)", "17")
    screening.emulate_media(media="print")
    assert not any(one.is_visible() for one in screening.locator("button").all())
    assert screening.get_by_label("Age (years)").is_visible()
    assert screening.locator("#screening-verdict").evaluate("one => getComputedStyle(one).position") == "static"
    assert verdict(screening) == "Not eligible: by I1"


def test_without_javascript_it_says_so_and_shows_the_example(open_page, screening_page):
    page = open_page(java_script_enabled=False)
    page.goto(screening_page)
    assert page.get_by_text("Judging needs JavaScript").is_visible()
    assert verdict(page) == "Eligible"
    assert set(page.locator(".screening-truth").all_inner_texts()) == {"met", "does not apply"}


def test_the_book_of_another_study_has_it_too(page, repository, tmp_path):
    shutil.copytree(repository / "tests/pages/small_protocol", tmp_path / "protocol")
    page.goto(page_of(tmp_path, tmp_path / "screening.html"))
    assert verdict(page) == "Eligible: every inclusion criterion is met, and no exclusion criterion applies"
    enter(page, "ALT", "100.1")
    assert verdict(page) == "Not eligible: by I2"
    assert reasons(page, "I2") == ["alt / alt_uln <= 2.5 is false: ALT: 100.1; Limit of ALT: 40; alt / alt_uln = 2.5025"]
    page.get_by_label("How strict").select_option("no")
    enter(page, "ALT", "100")
    page.get_by_label("Ill").select_option("Y")
    assert verdict(page).splitlines()[0].startswith("Eligible")

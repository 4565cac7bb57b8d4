"""The pages about the protocol, on a small protocol that has every part: what a reader sees, row by row, and where links lead."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html.parser import HTMLParser
from pathlib import Path

import pytest

from trialbook import pages
from trialbook.errors import TrialbookError
from trialbook.pages import session

Edit = Callable[[Path, str, str], None]
Rows = Callable[[str], list[list[str]]]
PROTOCOL = Path(__file__).parent / "small_protocol"
PAGES = (
    "index", "protocol-summary", "objectives", "design", "population", "intervention", "statistics", "eligibility", "sample-size",
    "open-questions", "sources", "glossary", "references",
)  # fmt: skip
NO_ARGUMENTS = [
    "amendments_sections", "analyses_tables", "ct_table", "estimands_matrix", "glance_table", "level_sentence", "missing_table",
    "status_table", "versions_table",
    "activities_table", "amendments_table", "analysis_sets_table", "analysis_settings_table", "arms_table",
    "cases_tables", "contradictions_table", "datasets_table", "elements_table", "eligible_subject_table",
    "endpoints_table", "estimands_overview",
    "estimands_tables", "events_table", "glossary_table", "intercurrent_events_table", "interventions_tables",
    "items_table", "laboratory_tests_table", "objectives_table", "paths_table", "power_by_dropout_table",
    "power_by_rates_table", "questions_cards", "questions_overview", "references_list", "registry_table", "sample_size_table",
    "scenarios_table", "settings_table", "sources_legend", "statements_tables", "summary_table", "thresholds_tables",
    "title_page", "visits_table",
]  # fmt: skip
WITH_ARGUMENTS = [
    ("criteria_table", "inclusion"), ("criteria_table", "exclusion"), ("criteria_list", "inclusion"),
    ("criteria_list", "exclusion"), ("endpoints_list", "primary"), ("endpoints_list", "secondary"),
    ("synopsis_table", "identification"), ("synopsis_table", "design"), ("synopsis_table", "population"),
]  # fmt: skip
PIECES = [*((name,) for name in NO_ARGUMENTS), *WITH_ARGUMENTS]
OWN_TAGS = {
    "a", "b", "code", "dd", "details", "div", "dl", "dt", "em", "h2", "h3", "li", "ol", "p", "q", "span", "strong",
    "summary", "table", "tbody", "td", "th", "thead", "tr", "ul",
}  # fmt: skip


class Html(HTMLParser):
    """The tags of a piece, the ids in it and where its links lead."""

    def __init__(self, html: str):
        super().__init__()
        self.tags: set[str] = set()
        self.ids: list[str] = []
        self.links: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.add(tag)
        self.ids += [values["id"]] if "id" in values else []
        self.links += [values["href"]] if tag == "a" else []


def piece(name: str, *arguments: str) -> str:
    return str(getattr(pages, name)(*arguments))


@pytest.fixture
def here(small_study: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The small study with every part of a protocol; a page's kernel starts in the page's folder."""
    shutil.copytree(PROTOCOL, small_study / "protocol", dirs_exist_ok=True)
    for page in PAGES:
        (small_study / f"book/{page}.md").write_text("# A page\n", encoding="utf-8")
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    return small_study


def test_visits_and_activities(here: Path, rows: Rows) -> None:
    assert rows(piece("visits_table")) == [
        ["VISITNUM", "Visit", "Study day", "On time", "Source"],
        ["1", "SCREENING", "-7", "day -7 to -1", "assumption / Before <all>"],
        ["2", "WEEK 1", "8", "day 6 to 11", "assumption"],
        ["3.5", "RELAPSE", "—", "1 day before to 4 days after the event", "assumption"],
    ]
    assert rows(piece("activities_table")) == [
        ["Activity", "Screening", "Week 1", "Relapse"],
        ["Study day", "-7", "8", "—"],
        ["Consent <i> / on DMrecord / “words of the record”", "×", "", ""],
        ["Injection / Arm <A> / D1 then weekly: 13 doses (the last planned on D85)", "", "×", ""],
        ["Blood / optional / on DM", "", "×", "×"],
    ]
    assert re.sub(r"<[^>]+>", "", piece("activities_table")).endswith("What has no mark of its own: assumption")


def test_design(here: Path, rows: Rows) -> None:
    assert rows(piece("arms_table")) == [
        ["ARMCD", "Arm", "Type", "Description"],
        ["A", "Drug", "Experimental", "A drug <script> / Drug: X"],
        ["B", "Nothing", "—", "—"],
    ]
    assert piece("arms_table").endswith("No &lt;code&gt; is given</div></div>")
    assert rows(piece("paths_table")) == [
        ["ARMCD", "Order", "Element", "Epoch", "Then", "Source"],
        ["A", "1", "Screening / SCRN", "SCREENING", "To A", "assumption"],
        ["A", "2", "Treatment / TRT", "TREATMENT", "If ill, out", "assumption"],
        ["B", "1", "Screening / SCRN", "SCREENING", "—", "record"],
    ]
    assert rows(piece("elements_table")) == [
        ["ETCD", "Element", "Starts", "Ends", "Duration", "Source"],
        ["SCRN", "Screening", "Consent <x>", "Randomization", "—", "assumption"],
        ["TRT", "Treatment", "Randomization", "—", "P3M", "record / See question 1"],
    ]
    summary = {name.partition(" / ")[0]: (value, source) for name, value, source in rows(piece("summary_table"))[1:]}
    assert summary["DOSE"] == ("120", "record")
    assert summary["LENGTH"] == ("none / NI", "assumption / Not <known>")
    assert summary["PLANSUB"] == ("40", "record")
    assert summary["SDTIGVER"] == ("3.4", "—")


def test_interventions(here: Path, rows: Rows) -> None:
    assert rows(piece("interventions_tables")) == [
        ["Name", "Drug X <script> / record"],
        ["Substance", "Xinn / record"],
        ["Arms", "A"],
        ["Regimen", "120 mg, every week, oral, tablet, for 3 months / record"],
        ["Doses", "13 planned, the last on day 85 / The first within 2 days of day 1 / None more than 1 day before it is planned"
                  " / Two at least 4 days apart / assumption"],
    ]  # fmt: skip
    assert rows(piece("thresholds_tables")) == [
        ["Steps of the dose", "120 → 60 mg / assumption"],
        ["Test", "Dose reduced", "Treatment stopped", "Unit", "Status"],
        ["WBC", "below 1.5", "below 1", "10^9/L", "in force"],
        ["PLAT", "below 80", "below 50", "10^9/L", "not in force / Of others"],
    ]  # fmt: skip


def test_objectives_and_estimands(here: Path, rows: Rows) -> None:
    assert rows(piece("objectives_table")) == [
        ["Level", "Objective", "Endpoints", "Source"],
        ["primary", "Does X help? <p>", "Cure at week 1", "assumption"],
    ]
    assert rows(piece("endpoints_table")) == [
        ["Id", "Level", "Endpoint", "Definition"],
        ["CURE", "primary", "Cure at week 1 / record / “being cured”", "No disease on day 8 / record / <u>"],
        ["LIFE", "secondary", "Life <b> / assumption", "—"],
    ]
    assert rows(piece("estimands_tables")) == [
        ["Endpoint", "CURE"],
        ["Treatment", "X for 3 months"],
        ["Population", "All <who> take part / Analysis set: All; further: none"],
        ["Variable", "Cure, death being none"],
        ["Intercurrent events", "Death <br>: composite variable / No cure; sensitivity: Left out"],
        ["Population-level summary", "Risk difference"],
        ["Missing data", "No visit / No cure"],
        ["Source", "assumption"],
    ]
    assert rows(piece("intercurrent_events_table"))[1:] == [["DEATH", "Death <br>", "assumption"]]


def test_the_analysis(here: Path, rows: Rows) -> None:
    assert rows(piece("analysis_sets_table"))[1:] == [["ITT", "All", "All <randomized>", "assumption"]]
    assert rows(piece("analysis_settings_table")) == [
        ["Decision", "Value", "Source"],
        ["Level of the primary test", "0.1, 1-sided", "assumption"],
        ["Several tests", "None <x>", "—"],
        ["Interval of a proportion", "Wilson", "assumption"],
        ["Interval of a difference of proportions", "Miettinen-Nurminen", "—"],
        ["Interval of a survival estimate", "log-log", "—"],
        ["Ties", "Efron", "—"],
        ["The visit <v> / WHEN", "WEEK 1", "assumption / question 1"],
        ["A limit / LIMIT", "low dose mg / of low dose, high dose", "assumption"],
    ]


def test_the_number_of_subjects(here: Path, rows: Rows) -> None:
    assert rows(piece("sample_size_table")) == [
        ["Planned", "40 / record / “40 patients” / Without a basis"],
        ["Basis", "Reconstruction assumption [Doe 2001]"],
        ["Test", "Fisher's exact test, 1-sided, level 0.1"],
        ["Proportions", "20 % in control, 60 % with treatment"],
        ["Power asked for", "80 %"],
        ["Allocation", "1 : 1"],
        ["Dropout", "10 %, n / (1 − d)"],
        ["Needed with an outcome", "17 and 17"],
        ["To randomize", "38 / It does not agree with the planned number, 40"],
        ["Power of the planned number", "85.88 %"],
    ]
    assert rows(piece("power_by_rates_table")) == [["Control", "+40 points"], ["20 %", "86 %"], ["70 %", "—"]]
    assert "<strong>86 %</strong>" in piece("power_by_rates_table")
    assert rows(piece("power_by_dropout_table"))[1:] == [["0 %", "20 and 20", "85.9 %"], ["10 %", "18 and 18", "84.4 %"]]
    assert rows(piece("events_table"))[:2] == [
        ["Endpoint", "Life <b>"], ["Assumed", "hazard ratio 0.5, events in control 40 % / assumption"],
    ]  # fmt: skip
    assert piece("scenarios_table").startswith("<p>2 combinations of these assumptions give 40.</p>")
    assert rows(piece("scenarios_table")) == [
        ["Test", "Control and treatment", "Power", "Dropout d", "To randomize", "n in control"],
        ["z, corrected", "20 % and 60 %", "80 %", "10 %", "n / (1 − d)", "18"],
        ["z, corrected", "20 % and 60 %", "80 %", "10 %", "n × (1 + d)", "18"],
    ]


def test_eligibility(here: Path, rows: Rows) -> None:
    assert rows(piece("criteria_table", "inclusion")) == [
        ["Id", "Criterion", "Logic", "Source"],
        ["I1", "Not older than 65 <b>", "age <= oldest / with oldest = 65 / by age / held by 3 boundary cases",
         "record / Asked in question 1"],
        ["I2", "ALT ≤ 2.5 × ULN / As a dataset holds it: ALT <= 2.5 x ULN",
         "alt / alt_uln <= limit / with limit = 2.5 / by alt, alt_uln", "record"],
    ]  # fmt: skip
    assert rows(piece("criteria_table", "exclusion"))[1:] == [
        ["E1", "Illness", 'ill == "Y" / strict: yes / if no: ill == "Y" and age < 0 / by ill / held by 2 boundary cases',
         "record / question 1"],
    ]  # fmt: skip
    assert rows(piece("settings_table")) == [
        ["Setting", "What it decides", "Value", "Used by", "Source"],
        ["oldest", "Oldest age", "65 / years", "I1", "record"],
        ["limit", "Limit <l>", "2.5", "I2", "record / “2.5 times”"],
        ["strict", "How strict / yes: ill is out / no: ill may enter", "yes", "E1", "assumption / question 1"],
    ]
    assert rows(piece("cases_tables")) == [
        ["Case", "Differs from the eligible subject in", "Verdict"],
        ["the oldest <c>", "age = 65", "true / met"],
        ["too old", "age = 66", "false / not met"],
        ["not known", "age = unknown", "unknown / decided by age"],
        ["Case", "Differs from the eligible subject in", "Verdict"],
        ["ill", "ill = Y", "true / applies"],
        ["ill under the other reading", "ill = Y / setting strict = no", "false / does not apply"],
    ]
    assert rows(piece("eligible_subject_table")) == [
        ["Subject / subject", "S1"],
        ["Age <y> / age", "30"],
        ["ALT / alt", "10"],
        ["Limit of ALT / alt_uln", "40"],
        ["Ill / ill", "N"],
    ]
    assert rows(piece("contradictions_table"))[1:] == [['ill == "Y" and age < 1', "Ill and <young>", "assumption"]]
    assert rows(piece("items_table"))[2] == [
        "age", "Age <y> / In years", "a whole number, 0 or more, or nothing where it is not known",
    ]  # fmt: skip


def test_a_case_that_comes_out_otherwise_fails_the_page(here: Path, edit: Edit) -> None:
    edit(here / "protocol/eligibility_cases.csv", "too old,age = 66,,false", "too old,age = 66,,true")
    with pytest.raises(TrialbookError) as raised:
        piece("cases_tables")
    assert str(raised.value).splitlines() == [
        "protocol/eligibility_cases.csv, line 3: I1, too old: expected true, found false",
        "Mend the criterion's logic, or the case.",
    ]


def test_an_unknown_that_other_items_would_decide_says_which(here: Path, edit: Edit) -> None:
    edit(here / "protocol/eligibility_cases.csv", "age =,,unknown,age", "age =,,unknown,alt")
    with pytest.raises(TrialbookError) as raised:
        piece("cases_tables")
    assert str(raised.value).startswith(
        "protocol/eligibility_cases.csv, line 4: I1, not known: expected unknown by alt, found unknown by age"
    )


def test_glossary_and_literature(here: Path, rows: Rows) -> None:
    assert rows(piece("glossary_table"))[1:] == [
        ["ALT", "an enzyme", "record"], ["ULN", "upper <limit> / Of normal", "assumption"],
    ]  # fmt: skip
    said = re.sub(r"<[^>]+>", "", piece("references_list"))
    assert " ".join(said.split()) == "[Doe 2001] Jane Doe. On &lt;script&gt; and more. House, 2001."


def test_versions(here: Path, rows: Rows) -> None:
    assert rows(piece("amendments_table")) == [["Version in force", "original"], ["Amendments", "none"]]
    (here / "protocol/amendments.yml").write_text(
        "original: {version: '1.0'}\n"
        "amendments:\n"
        "  - {number: 1, version: '2.0', date: 2026-03-01, effective: 2026-03-15, consents: [V2], rationale: Too <old>}\n",
        encoding="utf-8",
    )
    session._study.cache_clear()
    assert rows(piece("amendments_table")) == [
        ["Version in force", "2.0"],
        ["Amendments", "1"],
        ["No.", "Version", "Date", "Effective", "Consent forms", "Rationale"],
        ["1", "2.0", "2026-03-01", "2026-03-15", "V2", "Too <old>"],
    ]


def test_statements(here: Path, rows: Rows) -> None:
    told = rows(piece("statements_tables"))
    assert told[5] == ["design.planned_subjects / line 12", "40", "record / “40 patients” / Without a basis"]
    assert ["endpoints.0.definition / line 11", "No disease on day 8", "record / “being cured” / <u>"] in told
    counts = {mark: int(count) for mark, _, count in rows(piece("sources_legend"))[1:]}
    headings = [row for row in told if row == ["Place", "Statement", "Source"]]
    assert sum(counts.values()) == len(told) - len(headings)
    assert "<code>protocol/visits.yml</code>: 3 assumption</summary>" in piece("statements_tables")


def test_the_synopsis_marks_what_is_not_of_the_record(here: Path, rows: Rows) -> None:
    assert rows(piece("synopsis_table", "identification"))[:4] == [
        ["Study identifier", "SMALL"],
        ["Title", "A <b>small</b> & plain study"],
        ["Basis", "Made up for a test assumption"],
        ["Data standard", "sdtmig-3.4 assumption / The answer to question 1"],
    ]
    assert ["Planned subjects", "40 / Without a basis"] in rows(piece("synopsis_table", "design"))
    items = [re.sub(r"<[^>]+>", "", item).strip() for item in re.findall(r"<li>(.*?)</li>", piece("criteria_list", "inclusion"))]
    assert items == ["I1 Not older than 65 &lt;b&gt;", "I2 ALT ≤ 2.5 × ULN"]
    assert re.sub(r"<[^>]+>", "", piece("endpoints_list", "primary")) == "being cured"
    assert re.sub(r"<[^>]+>", "", piece("endpoints_list", "secondary")) == "Life &lt;b&gt; assumption"


def test_the_datasets_about_the_trial_are_made_from_the_protocol(here: Path, rows: Rows) -> None:
    assert [(row[0], row[4], row[5]) for row in rows(piece("datasets_table"))[2:]] == [
        ("TA", "STUDYID, ARMCD, TAETORD", "protocol/design.yml"),
        ("TE", "STUDYID, ETCD", "protocol/design.yml"),
        ("TI", "STUDYID, IETESTCD", "protocol/eligibility.yml"),
        ("TS", "STUDYID, TSPARMCD, TSSEQ",
         "protocol/design.yml, protocol/interventions.yml, protocol/objectives.yml, protocol/study.yml"),
        ("TV", "STUDYID, VISIT", "protocol/visits.yml"),
    ]  # fmt: skip


@pytest.mark.parametrize("called", PIECES, ids=" ".join)
def test_no_text_of_the_protocol_becomes_html(here: Path, called: tuple[str, ...]) -> None:
    html = piece(*called)
    assert Html(html).tags <= OWN_TAGS
    assert "&amp;lt;" not in html


def test_links_lead_to_what_another_page_shows(here: Path) -> None:
    shown = [
        *(piece(*called) for called in PIECES if called[0] not in ("criteria_list", "endpoints_list", "synopsis_table")),
    ]
    ids = {one for html in shown for one in Html(html).ids}
    links = {link for called in PIECES for link in Html(piece(*called)).links}
    across = {link for link in links if not link.startswith("#")}
    assert across == {
        "eligibility.html#eligibility-E1", "eligibility.html#eligibility-I1", "eligibility.html#eligibility-I2",
        "eligibility.html#eligibility-strict", "index.html#study-title", "intervention.html#section-6",
        "objectives.html#objectives-CURE", "objectives.html#objectives-E_2dCURE", "objectives.html#objectives-LIFE",
        "open-questions.html", "open-questions.html#questions-1", "population.html#section-5.1",
        "references.html#references-book1",
    }  # fmt: skip
    places = {link.partition("#")[2] for link in links} - {"", "study-title", "section-5.1", "section-6"}
    elsewhere = ("form-", "domain-", "variable-", "codelist-", "method-")
    assert {place for place in places if not place.startswith(elsewhere)} <= ids


def test_a_book_without_a_page_has_no_link_to_it(here: Path) -> None:
    for page in PAGES:
        (here / f"book/{page}.md").unlink()
    links = {link for called in PIECES for link in Html(piece(*called)).links}
    assert {link for link in links if not link.startswith("#")} == set()
    assert "question 1" in piece("settings_table")


@pytest.mark.parametrize(
    ("file", "old", "new", "called", "before", "after"),
    [
        ("interventions", "dose: 120", "dose: 133", ("interventions_tables",), "120", "133"),
        ("interventions", "dose: 120", "dose: 133", ("summary_table",), "120", "133"),
        ("interventions", "reduce_below: 1.5", "reduce_below: 1.7", ("thresholds_tables",), "1.5", "1.7"),
        ("interventions", "months: 3", "months: 9", ("elements_table",), "P3M", "P9M"),
        ("interventions", "months: 3", "months: 9", ("estimands_tables",), "for 3 months", "for 9 months"),
        ("interventions", "planned_doses: 13", "planned_doses: 14", ("activities_table",), "D85", "D92"),
        ("eligibility", "value: 2.5", "value: 3.75", ("settings_table",), "<div>2.5", "<div>3.75"),
        ("eligibility", "value: 2.5", "value: 3.75", ("criteria_table", "inclusion"), "= 2.5</div>", "= 3.75</div>"),
        ("visits", "window: [-2, 3]", "window: [-1, 5]", ("visits_table",), "day 6 to 11", "day 7 to 13"),
        ("visits", "day: 8", "day: 9", ("activities_table",), "<td>8</td>", "<td>9</td>"),
        ("visits", "day: 8", "day: 9", ("endpoints_table",), "day 8", "day 9"),
        ("visits", "day: 8", "day: 9", ("questions_cards",), "day 8", "day 9"),
        ("study", "maximum_age: 65", "maximum_age: 71", ("synopsis_table", "population"), "65", "71"),
        ("study", "maximum_age: 65", "maximum_age: 71", ("settings_table",), "65", "71"),
        ("study", "planned_subjects: 40}", "planned_subjects: 44}", ("synopsis_table", "design"), "40", "44"),
        ("study", "planned_subjects: 40}", "planned_subjects: 44}", ("scenarios_table",), "give 40", "give 44"),
        ("analysis", "p_control: 0.2\n", "p_control: 0.25\n", ("sample_size_table",), "20 % in control", "25 % in control"),
        ("analysis", "alpha: 0.1,", "alpha: 0.04,", ("sample_size_table",), "level 0.1", "level 0.04"),
    ],
)  # fmt: skip
def test_a_number_that_is_changed_once_changes_every_page(
    here: Path, edit: Edit, file: str, old: str, new: str, called: tuple[str, ...], before: str, after: str
) -> None:
    first = piece(*called)
    assert (before in first, after in first) == (True, False)
    edit(here / f"protocol/{file}.yml", old, new)
    session._study.cache_clear()
    second = piece(*called)
    assert (before in second, after in second) == (False, True)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("activities_table", "Schedule of activities: none stated."),
        ("analysis_sets_table", "Analysis sets: none stated."),
        ("cases_tables", "Boundary cases: none stated."),
        ("contradictions_table", "Contradictions: none stated."),
        ("elements_table", "Elements: none stated."),
        ("eligible_subject_table", "The eligible subject: none stated."),
        ("endpoints_table", "Endpoints: none stated."),
        ("estimands_overview", "Objectives and estimands: none stated."),
        ("estimands_tables", "Estimands: none stated."),
        ("events_table", "The protocol states no assumptions about events."),
        ("glossary_table", "Glossary: none stated."),
        ("intercurrent_events_table", "Intercurrent events: none stated."),
        ("interventions_tables", "Interventions: none stated."),
        ("items_table", "Items of eligibility: none stated."),
        ("laboratory_tests_table", "Clinical laboratory tests: none stated."),
        ("objectives_table", "Objectives: none stated."),
        ("paths_table", "Arms' paths: none stated."),
        ("power_by_dropout_table", "The protocol states no assumptions that give a number of subjects."),
        ("power_by_rates_table", "The protocol states no assumptions that give a number of subjects."),
        ("questions_cards", "Open questions: none stated."),
        ("references_list", "References: none stated."),
        ("registry_table", "The study names no registry record to compare with."),
        ("sample_size_table", "The protocol states no assumptions that give a number of subjects."),
        ("scenarios_table", "The protocol states no assumptions that give a number of subjects."),
        ("settings_table", "Settings of eligibility: none stated."),
        ("summary_table", "Trial summary: none stated."),
        ("thresholds_tables", "Changes of the dose: none stated."),
        ("visits_table", "Visits: none stated."),
    ],
)
def test_a_study_without_the_part_says_so(small_study: Path, monkeypatch: pytest.MonkeyPatch, name: str, said: str) -> None:
    monkeypatch.chdir(small_study / "book")
    session._study.cache_clear()
    assert re.sub(r"<[^>]+>", "", piece(name)).replace("&#39;", "'") == said

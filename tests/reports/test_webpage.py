from __future__ import annotations

import dataclasses
import json
import re
from html.parser import HTMLParser

import pytest

from trialbook.findings import Origin, Role, Threshold, results_record
from trialbook.findings.coverage import TOLD_BY_ANOTHER
from trialbook.reports import findings_table_html, picture_svg, rules_table_html, verdict_html
from trialbook.reports.payload import findings_payload
from trialbook.reports.webpage import report_html

VOID = {"meta", "link", "input", "br", "hr", "img"}


class Page(HTMLParser):
    """What stands in a page: attributes that load or link, scripts, text, and whether every element is closed."""

    def __init__(self, html: str):
        super().__init__()
        self.links, self.scripts, self.text, self.stack, self.unbalanced = [], [], [], [], []
        self.ids: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.links += [value for name, value in attrs if name in ("src", "href", "action", "data", "poster", "srcset")]
        self.ids += [value for name, value in attrs if name == "id"]
        if tag == "script":
            self.scripts.append((dict(attrs), ""))
        if tag not in VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        if not self.stack or self.stack.pop() != tag:
            self.unbalanced.append(tag)

    def handle_data(self, data):
        if self.stack and self.stack[-1] == "script":
            attrs, text = self.scripts[-1]
            self.scripts[-1] = (attrs, text + data)
        else:
            self.text.append(data)


def decoded(payload: dict) -> list[dict]:
    """The findings that the page's payload stands for, in the form of ``findings.json``."""
    strings = payload["strings"]

    def text(index):
        return None if index < 0 else strings[index]

    def texts(indexes):
        return [text(index) for index in indexes]

    findings = []
    for row in payload["findings"]:
        finding = dict(zip(payload["fields"], row, strict=True))
        for name in (
            "rule",
            "severity",
            "stage",
            "dataset",
            "subject",
            "message",
            "query",
            "status",
            "explanation",
            "answer",
            "reading",
        ):
            finding[name] = text(finding[name])
        for name in ("cites", "variables"):
            finding[name] = texts(finding[name])
        pairs = texts(finding["values"])
        finding["values"] = dict(zip(pairs[::2], pairs[1::2], strict=True))
        finding["origins"] = [
            {"role": text(role), "file": text(file), "sheet": text(sheet), "row": line, "columns": texts(columns)}
            for role, file, sheet, line, columns in finding["origins"]
        ]
        del finding["site"], finding["kind"], finding["mend"]
        findings.append(finding)
    return findings


@pytest.fixture
def page(results):
    return Page(report_html(results, Threshold.ERROR))


def test_nothing_outside_is_asked_for(page, results):
    assert {link for link in page.links if not link.startswith("#")} == {"data:,"}
    assert not re.search(r"@import|url\(", report_html(results, Threshold.ERROR))


def test_elements_are_balanced_and_ids_unique(page):
    assert (page.unbalanced, page.stack) == ([], [])
    assert len(page.ids) == len(set(page.ids))


def test_embedded_json_is_the_findings(page, results):
    embedded = [text for attrs, text in page.scripts if attrs.get("type") == "application/json"]
    assert len(embedded) == 1
    whole = results_record(results, Threshold.ERROR)["findings"]
    assert decoded(json.loads(embedded[0])) == [{name: one[name] for name in one if name != "group"} for one in whole]


def test_the_variables_that_only_compare_are_no_reason_to_look_at_a_column(results):
    """Tiles, the filter by variable and the table name the cells to correct, not what they are held against."""
    origins = (Origin(Role.CORRECT, "EX.csv", None, 9, (" Dose_Ug ",)), Origin(Role.COMPARED, "EX.csv", None, 9, ("DOSE_NO",)))
    dose = dataclasses.replace(
        results.findings[0],
        dataset="EX",
        variables=("DOSE_UG", "DOSE_NO"),
        values={"DOSE_UG": "108", "DOSE_NO": "6"},
        origins=origins,
    )
    one = dataclasses.replace(results, findings=(dose,))
    assert re.findall(r'class="tb-p-tile[^>]+><title>([^<]+)</title>', str(picture_svg(one))) == ["EX DOSE_UG: 1 Error"]
    payload = json.loads(findings_payload(one))
    (row,) = payload["findings"]
    assert [payload["strings"][index] for index in row[payload["fields"].index("mend")]] == ["DOSE_UG"]
    (where,) = re.findall(r'<td data-label="Where".*?</td>', str(findings_table_html(one)), re.S)
    assert re.findall("<code>(.*?)</code>", where) == ["DOSE_UG"]


def test_what_changed_stands_first_and_leads_to_the_findings(results):
    """Two findings have a status: one is new, one persists."""
    html = report_html(results, Threshold.ERROR)
    sections = re.findall(r'<section id="(\w+)">', html)
    assert sections == ["history", "picture", "counts", "findings", "rules", "inputs"]
    assert re.findall(r'<a href="#(status=\w+)">([^<]+)</a>', html) == [
        ("status=new", "1 new"),
        ("status=persisting", "1 persisting"),
    ]


def test_many_findings_that_were_not_assessed_are_folded(results):
    many = tuple({**results.not_assessed[0], "id": f"{number:016x}"} for number in range(26))
    assert '<details open>\n<summary class="tb-unrun">Not assessed: 25 ' in str(
        report_html(dataclasses.replace(results, not_assessed=many[:25]), Threshold.ERROR)
    )
    assert '<details>\n<summary class="tb-unrun">Not assessed: 26 ' in str(
        report_html(dataclasses.replace(results, not_assessed=many), Threshold.ERROR)
    )


def test_what_another_rule_tells_of_is_not_lost_sight_of(results):
    told = {**results.not_assessed[0], "id": "00000000000000b3", "reason": TOLD_BY_ANOTHER}

    def summaries(*entries):
        html = report_html(dataclasses.replace(results, not_assessed=entries), Threshold.ERROR)
        return re.findall(r"<summary([^>]*)>(Not assessed[^<]*)<", html), "1 earlier finding of severity Error or worse" in html

    one = results.not_assessed[0]
    of_another = "of the records are told of by another rule now"
    unknown = "nobody knows whether these are mended"
    alarm = ' class="tb-unrun"'
    assert summaries() == ([("", f"Not assessed: 0 — {unknown}")], False)
    assert summaries(told) == ([("", f"Not assessed: 1 — 1 {of_another}")], False)
    assert summaries(told, one) == ([(alarm, f"Not assessed: 2 — 1 {of_another}; {unknown}")], True)


def test_payload_cannot_end_its_element(results):
    assert not re.search("[<>&\u2028\u2029]", findings_payload(results))


def test_without_javascript_verdict_counts_rules_and_findings_stand(page):
    text = " ".join("".join(page.text).split())
    for said in [
        "Gate closed",
        "SYNTHETIC DATA These data are invented and no patient’s. Invented by hand for the tests & nothing else."
        .replace("SYNTHETIC DATA These", "SYNTHETIC DATAThese"),
        "EXECUTION ERROR: 1 of 10 rules — they broke, and passed nothing",
        "KeyError: 'DOSE'",
        "SKIPPED: 1 of 10 rules — they did not look at the data, and passed nothing",
        "dataset LB is absent",
        "数据.xlsx · 人口学 · row 2 · 年龄",
        "=1+1",
        "A\\x07B\\u202e\\n",
        "Query: Please correct the age. 请更正年龄。",
        "a" * 64,
    ]:  # fmt: skip
        assert said in text, said


def test_only_the_worst_200_stand_without_javascript_and_the_page_says_so(results):
    many = tuple(dataclasses.replace(results.findings[1], id=f"{number:016x}") for number in range(300))
    html = findings_table_html(dataclasses.replace(results, findings=(*many, results.findings[6])))
    assert "shows the worst 200 of 301 findings" in html
    assert html.count('<tr id="finding-') == 200
    assert html.index('id="finding-00000000000000a7"') < html.index('id="finding-0000000000000000"')


def test_pieces_are_fragments(results):
    for piece in (
        verdict_html(results, Threshold.ERROR),
        findings_table_html(results),
        rules_table_html(results),
        picture_svg(results),
    ):
        parsed = Page(str(piece))
        assert (parsed.unbalanced, parsed.stack) == ([], [])
        assert "<html" not in piece


def test_picture_counts_and_says_them_in_words(results):
    svg = str(picture_svg(results))
    assert "<title>Where the findings are</title>" in svg
    assert re.findall(r'class="tb-p-tile[^>]+><title>([^<]+)</title>', svg) == [
        "DM AGE: 1 Warning",
        "DM INITIALS: 1 Notice",
        "AE SAE_CRIT: 1 Error",
        "AE SAE_YN: 1 Error",
        "AE AETERM: 1 Warning",
        "EX no variable: 1 Reject",
        "DM RFSTDTC: 1 Error",
        "DM SUBJID: 1 Error",
        "AE AESTDTC: 1 Error",
        "AE AETERM: 1 Notice",
    ]

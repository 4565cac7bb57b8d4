"""The questions of the study's own rules: each in the study's languages, about the same, and each a question."""

from __future__ import annotations

import re

import pytest

from trialbook.checks import Rule
from trialbook.checks.questions import BETWEEN_LANGUAGES
from trialbook.run import Study

NOBODY_AT_A_SITE = {
    "IFN-AE-020": "the coder codes",
    "IFN-DM-016": "derived by the mapping",
    "IFN-DM-017": "about the trial as a whole",
    "IFN-LB-015": "derived by the mapping",
    "IFN-LB-016": "derived by the mapping",
    "IFN-LB-017": "derived by the mapping",
}
"""Rules that ask no site, and who or what mends in its stead."""
CHINESE = re.compile("[\u4e00-\u9fff]")
QUOTED = re.compile("“[^”]*”")


@pytest.fixture(scope="module")
def rules(trial: Study) -> list[Rule]:
    models = [*trial.models.forms.values(), *trial.models.datasets.values()]
    return [rule for of_table in models for model in of_table for rule in model.declared_rules()]


def test_the_languages(trial: Study) -> None:
    assert trial.protocol.study.languages == trial.questions.languages == ("zh", "en")


def test_each_rule_asks_but_those_that_no_site_can_answer(rules: list[Rule]) -> None:
    assert {rule.id for rule in rules if not rule.query} == set(NOBODY_AT_A_SITE)


def test_each_question_is_in_both_languages_and_asks(rules: list[Rule]) -> None:
    wrong = []
    for rule in rules:
        if rule.query:
            chinese, _, english = rule.query.partition(BETWEEN_LANGUAGES)
            asks = re.search("请|？", chinese) and re.search(r"please|\?", english)
            ends = chinese[-1] in "。？" and english[-1] in ".?"
            right = CHINESE.search(chinese) and not CHINESE.search(QUOTED.sub("", english)) and BETWEEN_LANGUAGES not in english
            wrong += [] if asks and ends and right else [rule.id]
    assert wrong == []


def test_english_names_nothing_that_chinese_does_not(rules: list[Rule]) -> None:
    named = {rule.id: [set(re.findall(r"{(\w+)}", part)) for part in rule.query.split(BETWEEN_LANGUAGES)] for rule in rules}
    assert {id: parts for id, parts in named.items() if len(parts) == 2 and not parts[1] <= parts[0]} == {}

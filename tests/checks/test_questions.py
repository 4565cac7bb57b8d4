"""The kit's questions: each kind in each language, with the same things named; and dates as people write them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialbook.checks.dataset_rules import dataset_rules
from trialbook.checks.form_rules import form_rules
from trialbook.checks.future_rules import future_rules
from trialbook.checks.mapping_rules import check_mapping
from trialbook.checks.questions import Questions, catalogue, catalogue_languages, field_name, placeholders, written_format
from trialbook.checks.tables import CheckedTable
from trialbook.datasets import SdtmDataset, Variable
from trialbook.findings import Stage
from trialbook.mapping import ExportSpec, FormSpec, MappingIssue, Specs, StudyCodelist
from trialbook.mapping.domain_spec import CommonSpec
from trialbook.standards import list_ct, load_ct, load_standard

LAB = FormSpec.model_validate(
    {
        "form": "LAB",
        "tables": ["lab"],
        "subject": "SUBJID",
        "keys": ["SUBJID", "VISIT"],
        "columns": {"SUBJID": {"label": "筛选号"}, "VISIT": {"label": "VISIT"}, "LAB_DAT": {"label": "采样日期"}, "ULN": {}},
    }
)


def test_the_languages() -> None:
    assert catalogue_languages() == ("en", "zh")


@pytest.mark.parametrize("kind", catalogue())
def test_each_kind_says_the_same_in_each_language(kind: str) -> None:
    texts = catalogue()[kind]
    assert set(texts) == set(catalogue_languages())
    english = placeholders(texts["en"])
    assert {language: placeholders(text) for language, text in texts.items()} == dict.fromkeys(texts, english)
    assert all(text and text.count("{") == text.count("}") == len(re.findall(r"\{\w+\}", text)) for text in texts.values())


def test_chinese_is_chinese_and_asks_politely() -> None:
    questions = {kind: texts["zh"] for kind, texts in catalogue().items() if kind not in ("LIST", "RECORD", "KEY-VALUE")}
    assert [
        kind for kind, text in questions.items() if "请核实" not in text or text[-1] != "。" or re.search("[,.;:?]", text)
    ] == []


class Recording(Questions):
    """Questions that remember what they were asked for."""

    def __init__(self) -> None:
        super().__init__()
        self.kinds: set[str] = set()

    def ask(self, kind: str, **names: str | Sequence[str]) -> str:
        self.kinds.add(kind)
        return super().ask(kind, **names)

    def ask_about(self, spec: FormSpec, kind: str, column: str = "", **names: str | Sequence[str]) -> str:
        self.kinds.add(kind)
        return super().ask_about(spec, kind, column, **names)


def test_each_kind_is_asked_by_some_rule() -> None:
    types = {"DATE": "y-m-d", "TIME": "H:M", "DATETIME": "y-m-d H:M"}
    columns: dict[str, Any] = {name: {"type": name.lower(), "format": form} for name, form in types.items()}
    columns |= {name: {"type": name.lower()} for name in ("INTEGER", "NUMBER")} | {"CODE": {"codelist": "YN"}}
    columns |= {"SUBJECT": {"required": True}, "BORN": {"type": "date", "format": "y", "required": True}}
    spec = FormSpec.model_validate(
        {"form": "AE", "tables": ["ae"], "subject": "SUBJECT", "keys": ["SUBJECT"], "columns": columns}
    )
    yes_no = StudyCodelist.model_validate({"terms": {"Y": [], "N": []}})
    questions = Recording()
    specs = Specs(Path(), ExportSpec(), {"AE": spec}, {}, CommonSpec(), {"YN": yes_no}, None, {})
    form_rules(spec, specs, None, questions)
    future_rules(spec, specs, date(2026, 12, 5), questions)
    names = ("STUDYID", "DOMAIN", "USUBJID", "AESEQ", "AETERM")
    frame = pd.DataFrame({name: pd.Series([], dtype="str") for name in names})
    dataset = SdtmDataset("AE", "", frame, {name: Variable(name, "", "Char") for name in names})
    dataset_rules(dataset, load_standard("sdtmig-3.4"), load_ct(list_ct()[-1], None), ("USUBJID",), questions)
    none = np.array([], dtype=np.int64)
    unread = (("UNIT", "LBORRES"), ("RESULT", "LBORRES"), ("RESULT", "LBORNRLO"))
    issues = [MappingIssue(kind, "LB", "LB", (variable,), none, "") for kind, variable in unread]
    frame = pd.DataFrame({"LBORRES": [], "LBORNRLO": []}, dtype="str")
    lb = CheckedTable("LB", "", Stage.SDTM, frame, None, (), lambda *_: [])
    check_mapping(issues, {}, {"LB": lb}, {}, "S", questions)
    # Of unknown subjects, criteria, visits and across datasets, rules made for one export ask, which have tests of their own.
    of_exports = {
        *("UNKNOWN-SUBJECT", "ANSWER", "UNANSWERED", "LACKING-ANSWERS", "UNDECIDED"),
        *("MISSED-VISIT", "MISSING-FORM", "MISSING-RECORD", "OUT-OF-WINDOW", "DAY-1", "NO-DAY-1", "OUTLIER"),
        *("BEFORE-CONSENT", "LATE-CONSENT", "OTHER-SUBJECT", "UNMET", "MISSING-AT-VISIT"),
        *("DATE-ORDER", "AFTER-DEATH", "RECORD-BEFORE-CONSENT", "TREATED-WITHOUT-ARM", "ONE-DISPOSITION"),
    }
    assert questions.kinds == set(catalogue()) - {"LIST", "RECORD", "KEY-VALUE"} - of_exports


@pytest.mark.parametrize(
    ("languages", "asked"),
    [
        (
            ("en",),
            "筛选号 {SUBJID}, VISIT {VISIT}: 采样日期 LAB_DAT is empty. Please check the source documents and complete it.",
        ),
        (("zh",), "筛选号 {SUBJID}、VISIT {VISIT}：采样日期 LAB_DAT 未填写，请核实原始资料并补充。"),
        (
            ("zh", "en"),
            "筛选号 {SUBJID}、VISIT {VISIT}：采样日期 LAB_DAT 未填写，请核实原始资料并补充。 / "
            "SUBJID {SUBJID}, VISIT {VISIT}: 采样日期 LAB_DAT is empty. Please check the source documents and complete it.",
        ),
    ],
)
def test_a_question_names_the_record_in_the_language_of_the_forms(languages: tuple[str, ...], asked: str) -> None:
    assert Questions(languages).ask_about(LAB, "REQUIRED", "LAB_DAT") == asked


def test_a_question_about_a_key_does_not_name_it_twice() -> None:
    assert (
        Questions(("zh",)).ask_about(LAB, "REQUIRED", "SUBJID") == "VISIT {VISIT}：筛选号 SUBJID 未填写，请核实原始资料并补充。"
    )


def test_lists_are_written_as_the_language_has_them() -> None:
    assert Questions(("zh", "en")).ask_about(LAB, "CODE", "ULN", choices=["是", "否", "…"]) == (
        "筛选号 {SUBJID}、VISIT {VISIT}：ULN 填写为“{ULN}”，不在可选项中，请核实应为下列哪一项：是、否、…。 / "
        "SUBJID {SUBJID}, VISIT {VISIT}: ULN is “{ULN}”, which is none of the choices. "
        "Please check which of these applies: 是, 否, …."
    )


@pytest.mark.parametrize("languages", [(), ("fr",), ("zh", "ZH")])
def test_a_language_that_the_catalogue_has_not(languages: tuple[str, ...]) -> None:
    with pytest.raises(ValueError, match="the kit asks in en, zh"):
        Questions(languages)


def test_fields_by_label_and_name() -> None:
    assert [field_name(LAB, name) for name in LAB.columns] == ["筛选号 SUBJID", "VISIT", "采样日期 LAB_DAT", "ULN"]


@pytest.mark.parametrize(
    ("form", "written"),
    [
        ("y/m/d", "YYYY/MM/DD"),
        ("d-mmm-y", "DD-MMM-YYYY"),
        ("y年m月d日", "YYYY年MM月DD日"),
        ("y-m-d H:M:S", "YYYY-MM-DD HH:MM:SS"),
        ("H:M", "HH:MM"),
        ("y", "YYYY"),
    ],
)
def test_formats_as_people_write_them(form: str, written: str) -> None:
    assert written_format(form) == written

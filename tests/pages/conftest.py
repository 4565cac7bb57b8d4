"""A study so small that its book builds in seconds: one form, one domain, one rule, two invented subjects, one page."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from trialbook.pages.inputs import EXPORT_VARIABLE

HEADER = """---
file_format: mystnb
kernelspec:
  name: python3
---
"""

PAGE = """
# Small

```{code-cell} python
:tags: [remove-input]
from trialbook.pages import domain_specification, form_specification, latest_run, show, study
```

```{code-cell} python
:tags: [remove-input]
run = latest_run()
show(domain_specification("DM"), form_specification("DM"), run.piece("rules"))
```
"""

FILES = {
    "_toc.yml": "format: jb-book\nroot: book/index\n",
    "book/index.md": HEADER + PAGE,
    "protocol/study.yml": """\
id: SMALL
title: A <b>small</b> & plain study
basis: Made up for a test
population: {condition: Health, minimum_age: 18}
""",
    "sdtm_specs/codelists.yml": "codelists:\n  SEX: {ct: C66731, terms: {F: [女, f], M: 男}}\n",
    "sdtm_specs/derivations.py": '''\
"""The study's functions."""


def usubjid(subject):
    """The study before the subject's number."""
    return "SMALL-" + subject
''',
    "sdtm_specs/common.yml": "variables:\n  USUBJID: {derive: {function: usubjid, from: SUBJECT}}\n",
    "sdtm_specs/forms/dm.yml": """\
form: DM
title: Demographics <script>alert(1)</script>
tables: [DM]
subject: SUBJECT
keys: [SUBJECT]
columns:
  SUBJECT: {label: Subject, required: true}
  SEX: {label: 性别 <i>, codelist: SEX, required: true}
  SITE: {label: Site}
  CONSENT: {type: date, format: y-m-d}
  INITIALS: {not_submitted: They help to identify a person}
  OTHER: {}
""",
    "sdtm_specs/domains/dm.yml": """\
domain: DM
records:
  - form: DM
variables:
  SUBJID: {assign_no_ct: SUBJECT}
  SITEID: {assign_no_ct: SITE, note: The first note}
  SEX: {assign_ct: SEX}
  RFICDTC: {assign_datetime: CONSENT}
  COUNTRY:
    - {hardcode_ct: CHN, condition_add: SITE == "01"}
    - {hardcode_ct: FRA}
supp:
  ISEX: {label: Sex as collected, value: {assign_no_ct: SEX}}
""",
    "validators/dm.py": """\
from trialbook.checks import RawForm, Severity, rule


class DMForm(RawForm, form="DM"):
    @rule("SMALL-001", Severity.ERROR, "The first message", variables=["SITE"])
    def has_site(cls, dm):
        return dm["SITE"] != ""
""",
    "export/DM.csv": "SUBJECT,SEX,SITE,CONSENT,INITIALS,OTHER\n1,女,01,2024-01-05,AB,\n2,男,,2024-02,CD,x\n",
    "export/SYNTHETIC.txt": "Invented for a test.\n",
}


@pytest.fixture
def small_study(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The study's folder, its export named as the one to show; its book has the repository's settings."""
    root = tmp_path / "small"
    monkeypatch.setenv(EXPORT_VARIABLE, str(root / "export"))
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text, encoding="utf-8")
    shutil.copy(repository / "_config.yml", root)
    shutil.copytree(repository / "book" / "_static", root / "book" / "_static")
    return root


@pytest.fixture
def edit() -> Callable[[Path, str, str], None]:
    """Replace the one place where a text stands in a file, as a person does."""

    def replace(file: Path, old: str, new: str) -> None:
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        file.write_text(text.replace(old, new), encoding="utf-8")

    return replace


@pytest.fixture
def rows() -> Callable[[str], list[list[str]]]:
    """The text of each table row of a piece, a cell an item; lines in a cell are parted by a slash."""

    def read(html: str) -> list[list[str]]:
        found = []
        for row in re.findall(r"<tr.*?</tr>", html, re.DOTALL):
            cells = re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL)
            texts = [unescape(re.sub(r"<[^>]+>", "", re.sub(r"(?<=.)<div[^>]*>", " / ", cell))) for cell in cells]
            found.append([re.sub(r"( /)+ ", " / ", " ".join(text.split())).removeprefix("/ ") for text in texts])
        return found

    return read

"""The study's modules: loaded by path, and every mistake in them named with its file."""

from __future__ import annotations

import sys

import pytest

from trialbook.checks.modules import load_models, rules_of
from trialbook.errors import SpecError
from trialbook.mapping import load_specs
from trialbook.protocol import Protocol

HEAD = """
from __future__ import annotations
import pandera.pandas as pa
from pandera.typing import Series
from trialbook.checks import Dataset, RawForm, Severity, rule
"""
RULE = """
    @rule({id!r}, Severity.ERROR, "is wrong", variables=["TERM"])
    def {name}(cls, ae): return ae["TERM"] != ""
"""
AE = HEAD + "class AEForm(RawForm, form='AE'):" + RULE.format(id="A-1", name="one")


@pytest.fixture
def load(tiny_study):
    """Load ``validators/`` with one module, or several by name."""

    def loaded(*modules: str):
        folder = tiny_study / "validators"
        (folder / "ae.py").unlink(missing_ok=True)
        for number, text in enumerate(modules, 1):
            (folder / f"m{number}.py").write_text(text, encoding="utf-8")
        specs = load_specs(tiny_study / "sdtm_specs", "trialbook_study_tiny")
        return load_models(folder, "trialbook_study_tiny", specs, Protocol(tiny_study / "protocol"))

    return loaded


def test_models_stand_under_what_they_are_about(load):
    models = load(AE, HEAD + "class Again(RawForm, form='AE'):" + RULE.format(id="A-2", name="two"))
    assert [model.__name__ for model in models.forms["AE"]] == ["AEForm", "Again"]
    assert [one.id for one in rules_of(models.forms["AE"])] == ["A-1", "A-2"]
    assert models.datasets == {}


def test_a_model_imported_from_another_module_counts_once(load):
    both = AE + "\nclass AE(Dataset, domain='AE'):" + RULE.format(id="A-2", name="two")
    other = HEAD + "from trialbook_study_tiny.validators.m1 import AEForm\n"
    models = load(both, other)
    assert [len(models.forms["AE"]), len(models.datasets["AE"])] == [1, 1]


def test_modules_are_registered_under_the_studys_namespace_only(load):
    # PyPI's package of that name may be there: CDISC's engine depends on it.
    before = {name for name in sys.modules if name.split(".")[0] == "validators"}
    load(AE)
    assert "trialbook_study_tiny.validators.m1" in sys.modules
    assert {name for name in sys.modules if name.split(".")[0] == "validators"} == before


MISTAKES = {
    "an id twice in a class": ([AE + RULE.format(id="A-1", name="two")], "m1.py", "the rule id A-1 is used already in m1.py"),
    "an id twice in two modules": (
        [AE, HEAD + "class X(Dataset, domain='AE'):" + RULE.format(id="A-1", name="x")],
        "m2.py",
        "the rule id A-1 is used already in m1.py",
    ),
    "an id of the kit": (
        [HEAD + "class X(RawForm, form='AE'):" + RULE.format(id="TB-AE-1", name="x")],
        "m1.py",
        "the rule id TB-AE-1 begins with TB-",
    ),
    "a form that is not specified": (
        [HEAD + "class X(RawForm, form='LAB'): pass"],
        "m1.py",
        "X is about the form 'LAB', which sdtm_specs/forms has not",
    ),
    "a column that is not specified": (
        [AE.replace('variables=["TERM"]', 'variables=["TERN"]')],
        "m1.py",
        "rule A-1 names the column 'TERN', which the form AE has not",
    ),
    "a column in braces that is not specified": (
        [AE.replace('variables=["TERM"]', 'variables=["TERM"], query="{TERN}: is it right?"')],
        "m1.py",
        "rule A-1 names the column 'TERN', which the form AE has not",
    ),
    "a form to read that is not specified": (
        [AE.replace('variables=["TERM"]', 'variables=["TERM"], reads={"DETH": ["TERM"]}')],
        "m1.py",
        "rule A-1 reads the form 'DETH', which sdtm_specs/forms has not",
    ),
    "no form": ([HEAD + "class X(RawForm): pass"], "m1.py, line 6", "TypeError"),
    "mend that is no variable": (
        [AE.replace('variables=["TERM"]', 'variables=["TERM"], mend=["SEV"]')],
        "m1.py, line 7",
        "rule A-1: mend names SEV, which is not among its variables",
    ),
    "a dataset's rule that others tell already": (
        [HEAD + "class X(Dataset, domain='AE'):" + RULE.format(id="A-1", name="x").replace("])", "], told_by=['A-2'])")],
        "m1.py",
        "rule A-1 is about a dataset, and told_by is for rules about a form",
    ),
    "a parser": ([AE + "\n    @pa.dataframe_parser\n    def p(cls, f): return f"], "m1.py", "AEForm declares a parser"),
    "strict": ([AE + "\n    class Config:\n        strict = True"], "m1.py", "AEForm declares strict"),
    "a check of no field": (
        [AE + "\n    @pa.check('NOT')\n    def c(cls, s): return s"],
        "m1.py",
        "AEForm is no pandera model that can be used",
    ),
    "a type that is none": ([AE + "\n    TERM: Series[Nonsense]"], "m1.py", "Nonsense"),
    "what does not run": ([HEAD + "1 / 0"], "m1.py, line 6", "ZeroDivisionError: division by zero"),
    "no Python": (["class X(:\n"], "m1.py, line 1", "SyntaxError"),
}


@pytest.mark.parametrize(("modules", "place", "what"), MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_names_its_file(load, modules, place, what):
    with pytest.raises(SpecError) as caught:
        load(*modules)
    assert place in str(caught.value)
    assert what in str(caught.value)

"""The classes that a study's modules build on, and how a rule is declared in them."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from trialbook.checks import Dataset, FormReader, RawForm, Severity, rule, value_beside, value_of
from trialbook.checks.parts import run_together
from trialbook.errors import SpecError
from trialbook.mapping import ColumnSpec, Specs, load_specs


def declared(id: str, **more):
    return rule(id, Severity.ERROR, "is wrong", variables=["A"], **more)


class Base(RawForm, form="AE"):
    limit = 5

    @declared("R1", reads={"DM": ["B"]}, query="why?", cites=["here"])
    def first(cls, ae, dm):
        return ae["A"].str.len() < cls.limit

    @declared("R2")
    def second(cls, ae):
        return True

    @classmethod
    @declared("R3")
    def third(cls, ae):
        return ae["A"] != cls.__name__


class Derived(Base, form="CM"):
    @declared("R2-CM")
    def second(cls, cm):
        return False

    third = None


def test_a_declaration_becomes_a_rule():
    first = Base.declared_rules()[0]
    assert (first.id, first.severity, first.message, first.variables, first.mend) == (
        "R1",
        Severity.ERROR,
        "is wrong",
        ("A",),
        ("A",),
    )
    assert (first.reads, first.query, first.cites) == ({"DM": ("B",)}, "why?", ("here",))
    assert first.check(pd.DataFrame({"A": ["x", "longer"]}), None).tolist() == [True, False]


class Typed(RawForm, form="AE"):
    @declared("EACH")
    def each(cls, ae) -> pd.Series:
        raise AssertionError("is not asked of no records")

    @declared("WHOLE")
    def whole(cls, ae) -> bool:
        return len(ae) > 0

    @declared("EITHER")
    def either(cls, ae):
        return len(ae) > 0


def test_what_speaks_of_records_has_nothing_to_say_of_a_table_without_any():
    verdicts = run_together("AE", Typed.declared_rules(), {"AE": pd.DataFrame({"A": []}, dtype="str")}, {})
    assert {one.rule.id: one.status.value for one in verdicts} == {
        "EACH": "SUCCESS",
        "WHOLE": "ISSUE REPORTED",
        "EITHER": "ISSUE REPORTED",
    }


def test_rules_stand_in_the_order_of_the_class_and_know_it():
    assert [one.id for one in Base.declared_rules()] == ["R1", "R2", "R3"]
    assert Base.declared_rules()[2].check(pd.DataFrame({"A": ["Base", "x"]})).tolist() == [False, True]


def test_a_derived_class_inherits_overrides_and_drops_rules():
    assert [one.id for one in Derived.declared_rules()] == ["R1", "R2-CM"]
    assert [one.id for one in Base.declared_rules()] == ["R1", "R2", "R3"]


def test_a_cell_to_mend_is_one_of_the_variables():
    with pytest.raises(SpecError, match="rule R1: mend names B, which is not among its variables"):
        rule("R1", Severity.ERROR, "is wrong", variables=["A"], mend=["A", "B"])


@pytest.mark.parametrize("kind", [RawForm, Dataset])
def test_a_model_says_what_it_is_about(kind):
    with pytest.raises(TypeError, match=r"form|domain"):
        type("Nothing", (kind,), {})


TABLE = pd.DataFrame(
    {"USUBJID": ["1", "2", "2", "3", "3"], "ARM": ["A", "B", "B", "A", "B"], "AGE": [30.0, 40.0, 40.0, 50.0, 51.0]}
)


@pytest.mark.parametrize(
    ("column", "by", "expected"),
    [
        ("ARM", ["2", "1", "9", ""], ["B", "A", "", ""]),
        ("ARM", ["3"], [""]),
        ("ARM", [], []),
        ("AGE", ["1", "3", "9"], [30.0, np.nan, np.nan]),
    ],
    ids=["one record or equal ones", "several that differ", "none asked", "numbers"],
)
def test_the_value_of_another_table_is_never_guessed(column, by, expected):
    index = pd.Index(range(10, 10 + len(by)))
    found = value_of(TABLE, column, pd.Series(by, index=index, dtype="str"))
    pd.testing.assert_series_equal(found, pd.Series(expected, index=index, dtype=TABLE[column].dtype), check_names=False)


@pytest.mark.parametrize("column", ["ARM", "AGE"])
def test_the_value_of_an_empty_table_is_empty(column):
    found = value_of(TABLE.iloc[:0], column, pd.Series(["1"], dtype="str"))
    assert found.tolist() == [""] if column == "ARM" else found.isna().all()


@pytest.fixture
def specs(tiny_study) -> Specs:
    return load_specs(tiny_study / "sdtm_specs", "tiny")


def test_a_forms_date_is_read_by_its_specification(specs, monkeypatch):
    class Form(RawForm, form="DM"):
        pass

    monkeypatch.setattr(Form, "_reader", FormReader(specs))
    dm = pd.DataFrame(
        {"CONSENT": ["2024-03-01", " 2024-3-1 ", "2024-UN-UN", "1/3/2024", ""], "SEX": ["Male", " F", "x", "", "M"]}
    )
    assert Form.date(dm, "CONSENT").tolist() == ["2024-03-01", "2024-03-01", "2024", "", ""]
    assert Form.date(dm.rename(columns={"CONSENT": "START"}), "START", form="AE").tolist()[:1] == ["2024-03-01"]
    assert Form.term(dm, "SEX").tolist() == ["M", "F", "", "", "M"]
    with pytest.raises(SpecError, match=r"DM\.SEX is no date or time column"):
        Form.date(dm, "SEX")
    with pytest.raises(SpecError, match=r"DM\.CONSENT has no code list"):
        Form.term(dm, "CONSENT")


def test_a_forms_cells_and_numbers_are_read_as_the_mapping_reads_them(specs, monkeypatch):
    class Form(RawForm, form="AE"):
        pass

    columns = {"N": ColumnSpec(type="integer"), "X": ColumnSpec(type="number"), "TEXT": ColumnSpec()}
    spec = specs.forms["AE"].model_copy(update={"columns": columns})
    monkeypatch.setattr(Form, "_reader", FormReader(replace(specs, forms={"AE": spec})))
    raw = [" 1.0", "１７", "01", "1.5", "1e3", "x ", ""]
    ae = pd.DataFrame(dict.fromkeys(columns, raw), dtype="str")
    assert Form.cells(ae, "N").tolist() == ["1", "17", "01", "1.5", "1e3", "x", ""]
    assert Form.cells(ae, "X").tolist() == ["1.0", "17", "01", "1.5", "1e3", "x", ""]
    assert Form.cells(ae, "TEXT").tolist() == ["1.0", "１７", "01", "1.5", "1e3", "x", ""]
    assert Form.number(ae, "N").fillna(-1).tolist() == [1, 17, 1, 1.5, 1000, -1, -1]
    nulls = {"N": ColumnSpec(type="number", null_codes=("9999",)), "CODE": ColumnSpec(codelist="SEX", null_codes=("U",))}
    dates = {"D": ColumnSpec(type="date", format="y-m-d", null_codes=("1900-01-01",))}
    spec = specs.forms["AE"].model_copy(update={"columns": {**columns, **nulls, **dates}})
    monkeypatch.setattr(Form, "_reader", FormReader(replace(specs, forms={"AE": spec})))
    other = pd.DataFrame({"N": ["9999", "5"], "CODE": ["U", "Ｍ"], "D": ["1900-01-01", "2024-03-05T10:20Z"]}, dtype="str")
    assert Form.number(other, "N").fillna(-1).tolist() == [-1, 5]
    assert Form.cells(other, "N").tolist() == ["", "5"]
    assert Form.term(other, "CODE").tolist() == ["", "M"]
    assert Form.date(other, "D").tolist() == ["", "2024-03-05T10:20Z"]
    with pytest.raises(SpecError, match=r"AE\.TEXT is no integer or number column"):
        Form.number(ae, "TEXT")
    with pytest.raises(SpecError, match=r"AE\.Y is not in the form's specification"):
        Form.cells(ae.assign(Y=""), "Y")


def test_the_value_beside_a_key_is_never_guessed():
    values, keys, wanted = (pd.Series(cells, dtype="str") for cells in (["a", "b", "c"], ["1", "2", "2"], ["2", "1", "9"]))
    assert value_beside(values, keys, wanted).tolist() == ["", "a", ""]
    blank = pd.Series(["", "1", ""], dtype="str"), pd.Series(["1", "", "9"], dtype="str")
    assert value_beside(values, *blank).tolist() == ["b", "", ""]  # a record without a key is nobody's
    subjects = pd.DataFrame({"USUBJID": ["", "1"], "AGE": [70.0, 20.0]}).astype({"USUBJID": "str"})
    assert value_of(subjects, "AGE", by=pd.Series(["1", ""], dtype="str")).fillna(-1).tolist() == [20, -1]


class Apart(RawForm, form="AE", across=False):
    @declared("R1")
    def first(cls, ae):
        return True

    @declared("R2", across=True)
    def second(cls, ae):
        return True


class Together(RawForm, form="AE"):
    @declared("R1")
    def first(cls, ae):
        return True

    @declared("R2", across=False)
    def second(cls, ae):
        return True


@pytest.mark.parametrize(("model", "across"), [(Apart, [False, True]), (Together, [True, False])])
def test_a_rule_needs_all_subjects_unless_it_or_its_class_says_otherwise(model, across):
    assert [one.across for one in model.declared_rules()] == across


@pytest.mark.parametrize(
    ("there", "reason"),
    [((), "none of BM, LAB is there"), (("LAB",), None), (("BM", "LAB"), None), (("RAND",), "none of BM, LAB is there")],
)
def test_a_rule_that_needs_one_of_several_forms_is_skipped_without_any(there, reason):
    forms = {"BM": ["B"], "LAB": ["B"], "RAND": ["B"]}

    class Beside(RawForm, form="AE"):
        @declared("R1", reads=forms, optional=list(forms), one_of=["BM", "LAB"])
        def first(cls, ae, *others):
            return True

    tables = {"AE": pd.DataFrame({"A": ["x"]})} | {name: pd.DataFrame({"B": ["x"]}) for name in there}
    assert Beside.declared_rules()[0].absent("AE", tables) == reason

"""Units: how they are spelled, what their terms measure, and how one becomes another."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from trialbook.errors import SpecError
from trialbook.mapping import load_specs
from trialbook.mapping.lint import lint_specs
from trialbook.mapping.results import convert
from trialbook.mapping.units import UnitsSpec, unit_text
from trialbook.mapping.units_scale import arithmetic, measure_of
from trialbook.standards import load_ct, load_standard

CT = load_ct("sdtmct-2025-03-28")
UNITS = UnitsSpec.model_validate(
    {
        "spellings": {"10^9/L": ["G/L"], "ug/L": ["ng/mL"], "mL/min/1.73 m2": ["mL/min/1.73m2"]},
        "tests": {
            "ALT": {"unit": "U/L", "from": {"IU/L": {"factor": 1}, "": {"factor": "1"}}},
            "GLUC": [{"unit": "mmol/L", "molar_mass": 180.156}, {"unit": "mmol/day", "specimen": ["URINE", "CSF"]}],
        },
    }
)


@pytest.mark.parametrize(
    ("collected", "term"),
    [
        ("10^9/L", "10^9/L"),
        ("×10⁹/L", "10^9/L"),
        ("x10^9 /L", "10^9/L"),
        ("10*9/L", "10^9/L"),
        ("10E9/l", "10^9/L"),
        ("10**9/L", "10^9/L"),
        ("１０＾９／Ｌ", "10^9/L"),
        ("G/L", "10^9/L"),
        ("10³/µL", "10^3/uL"),
        ("µmol/L", "umol/L"),
        ("μmol/L", "umol/L"),
        (" μmol / l ", "umol/L"),
        ("ｍｇ／ｄＬ", "mg/dL"),
        ("mg/dl", "mg/dL"),
        ("ng/mL", "ug/L"),
        ("％", "%"),
        ("mL/min/1.73m2", "mL/min/1.73 m2"),
        ("", ""),
        # What the text does not say stays as it is: an exponent that a copy lost, another case, a unit that nobody listed.
        ("109/L", "109/L"),
        ("MMOL/L", "MMOL/L"),
        (" foo  bar ", "foo  bar"),
    ],
)
def test_a_spelling_has_its_term(collected: str, term: str) -> None:
    assert UNITS.term(collected) == term
    assert UNITS.term(term) == term


def test_every_term_of_cdisc_stands_for_itself() -> None:
    assert [term for term in CT.codelists["C71620"].terms if UNITS.term(term) != term] == []


@pytest.mark.parametrize(
    ("collected", "standard", "molar_mass", "one"),
    [
        ("g/dL", "g/L", None, "10"),
        ("10^6/L", "10^9/L", None, "0.001"),
        ("10^9/uL", "10^12/L", None, "1000"),
        ("/cm3", "10^3/L", None, "1"),
        ("/mm3", "10^6/L", None, "1"),
        ("10^3/mm3", "10^9/L", None, "1"),
        ("mg/dL", "g/L", None, "0.01"),
        ("mmHg", "kPa", None, "0.133322387415"),
        ("LB", "kg", None, "0.45359237"),
        ("in", "cm", None, "2.54"),
        ("mL/min", "L/h", None, "0.06"),
        ("10^3 copies/mL", "copies/mL", None, "1000"),
        ("%", "fraction of 1", None, "0.01"),
        ("mmol/L", "umol/L", None, "1000"),
        ("mg/dL", "umol/L", "500", "20"),
        ("umol/L", "mg/dL", "500", "0.05"),
        ("g/day", "mmol/day", "500", "2"),
        ("foo", "foo", None, "1"),
        # Not the same, or not without more being known.
        ("mg/dL", "umol/L", None, None),
        ("mg/dL", "U/L", "500", None),
        ("U/L", "IU/L", None, None),
        ("%", "L/L", None, None),
        ("mmol/mol", "%", None, None),
        ("mEq/L", "mmol/L", "500", None),
        ("mg/L", "mg/L FEU", None, None),
        ("log10 copies/mL", "copies/mL", None, None),
        ("mg/day", "mg/L", None, None),
        ("10^9/L", "", None, None),
        ("", "10^3", None, None),
        ("foo", "bar", None, None),
    ],
)
def test_what_one_unit_is_in_another(collected: str, standard: str, molar_mass: str | None, one: str | None) -> None:
    conversion = arithmetic(collected, standard, Fraction(molar_mass) if molar_mass else None)
    assert (conversion and conversion.slope + conversion.intercept) == (Fraction(one) if one else None)


@pytest.mark.parametrize(("fahrenheit", "celsius"), [("32", "0"), ("98.6", "37"), ("-40", "-40"), ("212", "100")])
def test_temperatures_have_no_common_zero(fahrenheit: str, celsius: str) -> None:
    conversion = arithmetic("F", "C")
    assert conversion is not None
    assert convert(Decimal(fahrenheit), conversion) == Decimal(celsius)


@pytest.mark.parametrize(
    "term", ["cd", "Pa", "PA", "ph", "mg/L FEU", "/HPF", "g Hb", "log10 IU/mL", "titer", "10", "cs", "m/", ""]
)
def test_a_term_is_measured_whole_or_not_at_all(term: str) -> None:
    found = measure_of(term)
    assert (found.numerator if found else None) == ("pressure" if term == "Pa" else None)


@pytest.mark.parametrize(
    ("substance", "mass_unit", "amount_unit", "molar_mass", "one"),
    [
        # Factors as laboratories print them (AMA Manual of Style, 11th edition, table 17.5-1).
        ("creatinine", "mg/dL", "umol/L", "113.12", "88.4"),
        ("bilirubin", "mg/dL", "umol/L", "584.66", "17.1"),
        ("glucose", "mg/dL", "mmol/L", "180.156", "0.0555"),
        ("urate", "mg/dL", "umol/L", "168.11", "59.48"),
        ("cholesterol", "mg/dL", "mmol/L", "386.65", "0.0259"),
        ("calcium", "mg/dL", "mmol/L", "40.078", "0.25"),
        ("free thyroxine", "ng/dL", "pmol/L", "776.87", "12.87"),
        # The trap: urea nitrogen weighs the N2 of the molecule, and mmol/L of either is the same number.
        ("urea nitrogen", "mg/dL", "mmol/L", "28.014", "0.357"),
        ("urea", "mg/dL", "mmol/L", "60.056", "0.1665"),
    ],
)
def test_molar_masses_give_the_known_factors(substance: str, mass_unit: str, amount_unit: str, molar_mass: str, one: str) -> None:
    conversion = arithmetic(mass_unit, amount_unit, Fraction(molar_mass))
    assert conversion is not None
    digits = len(one.lstrip("0.").replace(".", ""))
    assert f"{float(conversion.slope):.{digits}g}" == f"{float(one):.{digits}g}"


@settings(max_examples=80)
@given(
    st.decimals("0.001", "99999", places=3).filter(bool),
    st.sampled_from([("mg/dL", "umol/L"), ("g/L", "mmol/L"), ("F", "C"), ("mmHg", "kPa"), ("g/dL", "ug/L")]),
    st.decimals("10", "900", places=3),
)
def test_there_and_back_is_the_same_to_the_digits_that_are_kept(number: Decimal, units: tuple[str, str], mass: Decimal) -> None:
    there, back = (arithmetic(*pair, Fraction(mass)) for pair in (units, units[::-1]))
    assert there is not None and back is not None
    if units == ("F", "C"):
        assert abs(convert(convert(number, there), back) - number) <= Decimal("0.001") * max(number, Decimal(500))
    else:
        assert abs(convert(convert(number, there), back) - number) <= Decimal("0.00001") * number


@settings(max_examples=80)
@given(st.lists(st.decimals("0.01", "9999", places=2), min_size=2, max_size=8), st.decimals("10", "900", places=3))
def test_a_conversion_keeps_order_and_equality(numbers: list[Decimal], mass: Decimal) -> None:
    conversion = arithmetic("mg/dL", "umol/L", Fraction(mass))
    assert conversion is not None
    ordered = sorted(numbers)
    converted = [convert(number, conversion) for number in ordered]
    assert converted == sorted(converted)


def test_a_test_has_a_unit_by_its_specimen() -> None:
    assert [UNITS.of("GLUC", one).unit for one in ("SERUM", "URINE", "CSF", "")] == ["mmol/L", "mmol/day", "mmol/day", "mmol/L"]  # type: ignore[union-attr]
    assert UNITS.of("WBC", "BLOOD") is None
    alt = UNITS.of("ALT", "")
    assert alt is not None
    assert [alt.conversion(one) is not None for one in ("U/L", "IU/L", "", "mg/dL", "mU/L")] == [True, True, True, False, True]


@settings(max_examples=100)
@given(st.text(max_size=12))
def test_any_text_has_a_spelling_that_stays(text: str) -> None:
    assert unit_text(unit_text(text)) == unit_text(text)
    assert isinstance(UNITS.term(text), str)


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ({"spellings": {"umol/L": ["µM"], "mmol/L": ["μM"]}}, "'μM' stands for both 'umol/L' and 'mmol/L'"),
        ({"spellings": {"umol/L": ["mg/dL"]}}, "'mg/dL' is another unit than umol/L: it needs a conversion, test by test"),
        ({"spellings": {"U/L": ["IU/L"]}}, "'IU/L' is another unit than U/L: it needs a conversion, test by test"),
        ({"results": {"NEGATIVE": ["nd"], "NOT DETECTED": ["ND"]}}, "'ND' stands for both 'NEGATIVE' and 'NOT DETECTED'"),
        (
            {"tests": {"A": {"unit": "U/L", "molar_mass": 3}}},
            "has a molar mass, and U/L is neither a mass nor an amount of substance",
        ),
        (
            {"tests": {"A": {"unit": "U/L", "from": {"U/L": {"factor": 1}}}}},
            "needs no conversion from U/L, which is the standard unit",
        ),
        ({"tests": {"A": {"unit": "g/L", "from": {"g/dL": {"factor": 100}}}}}, "says that 1 g/dL is 100 g/L; it is 10"),
        ({"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"factor": 0}}}}}, "needs a factor or slope greater than 0"),
        ({"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"slope": 1}}}}}, "takes a factor, or a slope and an intercept"),
        (
            {"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"factor": 1, "slope": 1, "intercept": 1}}}}},
            "takes a factor, or a slope and an intercept",
        ),
        ({"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"factor": "1,5"}}}}}, "is not a decimal number"),
        ({"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"factor": True}}}}}, "is not a decimal number"),
        ({"tests": {"A": {"unit": "U/L", "from": {"IU/L": {"factor": "1e99"}}}}}, "is not a decimal number that a unit can have"),
        ({"tests": {"A": {"unit": "g/L", "molar_mass": -1}}}, "Input should be greater than 0"),
        ({"tests": {"A": [{"unit": "g/L"}, {"unit": "mg/L"}]}}, "A has two standard units for any specimen"),
    ],
)
def test_a_table_that_contradicts_itself_is_refused(spec: dict[str, object], message: str) -> None:
    with pytest.raises(ValidationError) as error:
        UnitsSpec.model_validate(spec)
    assert message in str(error.value)


FILES = {
    "forms/lab.yml": "form: LAB\ntables: [lab]\nsubject: SUBJ\nkeys: [SUBJ]\ncolumns: {SUBJ: {}, T: {}, R: {}, U: {}, L: {}}\n",
    "domains/lb.yml": (
        "domain: LB\n"
        "records: [{form: LAB}]\n"
        "variables:\n"
        "  USUBJID: {assign_no_ct: SUBJ}\n"
        "  LBTESTCD: {assign_no_ct: T}\n"
        "  LBORRES: {assign_no_ct: R}\n"
        "  LBORRESU: {assign_unit: U}\n"
        "  LBORNRLO: {assign_no_ct: L}\n"
        "  LBDTC: {hardcode_no_ct: '2024'}\n"
    ),
    "units.yml": "tests:\n  ALT: {unit: U/L}\n",
}


def written(folder: Path, **changed: str) -> Path:
    for name, text in FILES.items():
        path = folder / "sdtm_specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + changed.get(path.stem, ""), encoding="utf-8")
    return folder / "sdtm_specs"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "  LBSTRESX: {derive_standard_result: LBORRES}",
            "derive_standard_result fills LBSTRESC, LBSTRESN, LBSTRESU, LBSTNRLO, LBSTNRHI",
        ),
        ("  LBSTRESC: {derive_standard_result: LBTESTCD}", "derive_standard_result fills LBTESTCDSTRESC"),
        ("  LBSTNRHI: {derive_standard_result: LBORRES}", "needs LBORNRHI, which the domain does not fill"),
        ("  LBNRIND: {derive_range_indicator: LBORRES}", "derive_range_indicator fills LBORRESNRIND from LBORRESSTRESN"),
        (
            "  LBSTRESN: {derive_standard_result: LBORRES}\n  LBNRIND: {derive_range_indicator: LBSTRESN}",
            "needs LBSTNRLO or LBSTNRHI, which the domain does not fill",
        ),
        (
            "  LBBLFL: {derive_blfl: {result: LBORRES, date: LBDTC, references: [{date: RFXSTDTC}], by: LBTESTCD}}",
            "the reference RFXSTDTC is no variable that DM fills",
        ),
        (
            "  LBBLFL: {derive_blfl: {result: A, date: B, references: [{date: USUBJID, where: missing(ARM)}], by: LBTESTCD}}",
            "the reference ARM is no variable that DM fills",
        ),
        (
            "  LBBLFL: {derive_blfl: {result: A, date: B, references: [{date: USUBJID, where: ARM IFN}], by: LBTESTCD}}",
            "expression 'ARM IFN'",
        ),
    ],
)
def test_what_a_result_is_derived_from_must_be_there(line: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        load_specs(written(tmp_path, lb=f"{line}\n"), "units_mistake")
    assert message in str(error.value)
    assert "lb.yml, line 1" in str(error.value)


def test_a_mistake_in_the_table_names_file_and_line(tmp_path: Path) -> None:
    with pytest.raises(SpecError) as error:
        load_specs(written(tmp_path, units="  AST: {unit: U/L, form: {IU/L: {factor: 1}}}\n"), "units_mistake")
    assert str(error.value).endswith("units.yml, line 3: tests.AST.form: is not a key known here")


def test_lint_holds_units_and_tests_against_the_terminology(tmp_path: Path) -> None:
    folder = written(
        tmp_path, units="  ALAT: {unit: U/l, from: {IU/L: {factor: 1}}}\nspellings: {ng/mL: [ng per mL], ug/L: []}\n"
    )
    report = lint_specs(load_specs(folder, "units_lint"), load_standard(), CT)
    assert [(one.line, one.text) for one in report.complaints if one.file == "sdtm_specs/units.yml"] == [
        (3, "'ALAT' is not in C65047 (LBTESTCD), which a study may extend"),
        (3, "'U/l' is not in C71620 (UNIT), which a study may extend"),
        (4, "'ng/mL' is not in C71620 (UNIT), which a study may extend"),
    ]
    assert [one.text for one in report.complaints if "units.yml" not in one.file and "assign_unit" in one.text] == []

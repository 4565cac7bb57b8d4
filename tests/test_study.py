"""A study's folders as one object; its rules as an ordinary pandera schema."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pandera.pandas as pa
import pytest

from trialbook.errors import SpecError, TrialbookError
from trialbook.study import LoadedStudy, find_study, standard_keys

AE = {
    "STUDYID": ["TINY01", "TINY01"],
    "DOMAIN": ["AE", "AE"],
    "USUBJID": ["TINY01-1", "TINY01-2"],
    "AESEQ": [1.0, 1.0],
    "AETERM": ["Fever", "Cough"],
    "AEDECOD": ["Pyrexia", "Cough"],
    "AESTDTC": ["2024-03-01", "2024-03-02"],
}
DM = {"USUBJID": ["TINY01-1", "TINY01-2"], "RFSTDTC": ["2024-02-01", "2024-02-01"], "DTHDTC": ["", "2024-03-01"]}


def tables() -> dict[str, pd.DataFrame]:
    return {"AE": pd.DataFrame(AE), "DM": pd.DataFrame(DM)}


def failed(error: pa.errors.SchemaErrors) -> list[str]:
    return [one.check.name for one in error.schema_errors]


def test_the_nearest_study_upward_is_found(tiny_study):
    assert find_study(tiny_study / "sdtm_specs" / "forms") == tiny_study.resolve()
    assert find_study(tiny_study) == tiny_study.resolve()


def test_a_folder_that_is_in_no_study_says_so(tmp_path):
    with pytest.raises(TrialbookError, match=r"no study here.*protocol/study\.yml") as caught:
        find_study(tmp_path)
    assert "--study DIR" in str(caught.value)


@pytest.mark.parametrize("path", [".", "not/there"])
def test_a_folder_without_protocol_is_no_study(tmp_path, path):
    with pytest.raises(TrialbookError, match=r"is no study: it has no protocol/study\.yml"):
        LoadedStudy(tmp_path / path)


def test_a_schema_is_an_ordinary_pandera_schema(tiny_study):
    schema = LoadedStudy(tiny_study).schema("AE", tables())
    assert isinstance(schema, pa.DataFrameSchema)
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        schema.validate(pd.DataFrame(AE), lazy=True)
    assert "TINY-AE-101" in failed(caught.value)
    with pytest.raises(pa.errors.SchemaError):
        schema.validate(pd.DataFrame(AE))


def test_a_schema_is_bound_to_the_tables_it_was_built_with(tiny_study):
    alive = tables()
    alive["DM"]["DTHDTC"] = ""
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        LoadedStudy(tiny_study).schema("AE", alive).validate(alive["AE"], lazy=True)
    assert "TINY-AE-101" not in failed(caught.value)
    assert {name.rsplit("-", 1)[-1] for name in failed(caught.value)} == {"PRESENT"}


def test_rules_that_cannot_run_on_the_tables_are_not_in_the_schema(tiny_study):
    schema = LoadedStudy(tiny_study).schema("AE", {"AE": pd.DataFrame(AE)})
    names = [check.name for check in schema.checks]
    assert "TINY-AE-101" not in names
    assert "TB-AE-USUBJID-DM" not in names
    assert "TB-AE-AETERM-FILLED" in names


def test_a_forms_schema_has_the_rules_of_its_specification_and_its_model(tiny_study):
    ae = pd.DataFrame(
        {
            "SUBJECT": ["1", "2"],
            "TERM": ["Fever", "A term of more than twenty letters"],
            "SEVERITY": ["Mild", "5"],
            "SERIOUS": ["Yes", "No"],
            "CRITERION": ["", ""],
            "START": ["2024-03-01", "1.3.2024"],
            "END": ["", ""],
        },
        dtype="str",
    )
    with pytest.raises(pa.errors.SchemaErrors) as caught:
        LoadedStudy(tiny_study).schema("AE", {"AE": ae}, form=True).validate(ae, lazy=True)
    assert failed(caught.value) == ["TB-RAW-AE-SEVERITY-CODE", "TB-RAW-AE-START-DATE", "TINY-AE-001", "AEForm-TERM-str_length"]


def test_what_a_rule_prints_shows_in_a_notebook(tiny_study, capsys):
    path = tiny_study / "validators" / "ae.py"
    path.write_text(path.read_text().replace("        return (ae", '        print("looking")\n        return (ae'))
    ae = pd.DataFrame({"SERIOUS": ["Yes"], "CRITERION": [""], "TERM": ["x"]}, dtype="str")
    with pytest.raises(pa.errors.SchemaErrors):
        LoadedStudy(tiny_study).schema("AE", {"AE": ae}, form=True).validate(ae, lazy=True)
    assert capsys.readouterr().out == "looking\n"


@pytest.mark.parametrize(
    ("domain", "keys"),
    [
        ("AE", ("STUDYID", "USUBJID", "AETERM", "AESTDTC")),
        ("VS", ("STUDYID", "USUBJID", "VSTESTCD", "VISITNUM", "VSTPTREF", "VSTPTNUM")),
        ("SUPPAE", None),
        ("ZZ", ()),
    ],
)
def test_a_natural_key_is_the_specifications_else_the_standards(tiny_study, domain, keys):
    study = LoadedStudy(tiny_study)
    assert study.keys(domain) == (standard_keys(study.standard, domain) if keys is None else keys)


def test_supplemental_qualifiers_have_the_key_of_suppqual(tiny_study):
    standard = LoadedStudy(tiny_study).standard
    assert standard_keys(standard, "SUPPAE") == standard.datasets["SUPPQUAL"].keys


def test_each_part_is_read_when_it_is_asked_for(tiny_study):
    (tiny_study / "validators" / "ae.py").write_text("1 / 0\n")
    study = LoadedStudy(tiny_study)
    assert study.protocol.id == "TINY01"
    assert list(study.specs.forms) == ["AE", "DM"]
    with pytest.raises(SpecError, match="ZeroDivisionError"):
        study.models  # noqa: B018 - reading it loads it


def test_models_reach_another_process_by_their_path(tiny_study):
    """Sent by cloudpickle a pandera model loses its checks in silence, so a worker loads the study's folders itself."""
    code = (
        "import sys; from trialbook.study import LoadedStudy;"
        "study = LoadedStudy(sys.argv[1]);"
        "print(len(study.form_rules('AE')), len(study.models.forms['AE'][0].declared_rules()))"
    )
    out = subprocess.run([sys.executable, "-c", code, str(tiny_study)], capture_output=True, text=True, check=True).stdout
    here = LoadedStudy(tiny_study)
    assert out.split() == [str(len(here.form_rules("AE"))), "1"]


def test_two_studies_can_be_loaded_side_by_side(tiny_study, tmp_path):
    other = tmp_path / "other"
    tiny_study.rename(other)
    copy = Path(__file__).parent / "tiny_study"
    one, two = LoadedStudy(other), LoadedStudy(copy)
    assert one.models.forms["AE"][0] is not two.models.forms["AE"][0]
    assert [rule.id for rule in one.form_rules("AE")] == [rule.id for rule in two.form_rules("AE")]


def test_a_language_that_the_kit_does_not_ask_in_names_its_line(tiny_study, tmp_path):
    study = tmp_path / "asking"
    shutil.copytree(tiny_study, study)
    file = study / "protocol" / "study.yml"
    file.write_text(file.read_text(encoding="utf-8") + "languages: [zh, fr]\n", encoding="utf-8")
    line = len(file.read_text(encoding="utf-8").splitlines())
    with pytest.raises(SpecError, match=rf"study\.yml, line {line}: languages: the kit asks in en, zh; found fr"):
        _ = LoadedStudy(study).questions

"""Specifications held against the standards, and each raw column accounted for."""

from __future__ import annotations

from pathlib import Path

import pytest

from trialbook.mapping import load_specs
from trialbook.mapping.lint import ColumnStatus, LintReport, LintSeverity, lint_specs
from trialbook.standards import load_ct, load_standard

SOUND = {
    "common.yml": "variables:\n  USUBJID: {assign_no_ct: SUBJ}\n",
    "codelists.yml": (
        "codelists:\n"
        "  YESNO: {ct: C66742, terms: {Y: 是, N: 否}}\n"
        "  OUTCOME: {ct: OUT, terms: {FATAL: 死亡}}\n"
        "  FREE: {terms: {NONE: 无, POSSIBLE: 可能}}\n"
    ),
    "derivations.py": "def upper(text):\n    return text.str.upper()\n",
    "forms/ae.yml": (
        "form: AE\n"
        "tables: [ae]\n"
        "subject: SUBJ\n"
        "keys: [SUBJ, NO]\n"
        "columns:\n"
        "  SUBJ: {}\n"
        "  NO: {type: integer}\n"
        "  TERM: {}\n"
        "  SER: {codelist: YESNO}\n"
        "  OUT: {codelist: OUTCOME}\n"
        "  REL: {codelist: FREE}\n"
        "  START: {type: date, format: y-m-d}\n"
        "  NOTE: {not_submitted: Free text}\n"
    ),
    "domains/ae.yml": (
        "domain: AE\n"
        "records:\n"
        "  - form: AE\n"
        "variables:\n"
        "  AESEQ: {derive_seq: AETERM}\n"
        "  AETERM: {assign_no_ct: TERM}\n"
        "  AELLT: {assign_no_ct: TERM}\n"
        "  AELLTCD: {assign_no_ct: NO}\n"
        "  AEDECOD: {derive: {function: upper, from: TERM}}\n"
        "  AEPTCD: {assign_no_ct: NO}\n"
        "  AEHLT: {assign_no_ct: TERM}\n"
        "  AEHLTCD: {assign_no_ct: NO}\n"
        "  AEHLGT: {assign_no_ct: TERM}\n"
        "  AEHLGTCD: {assign_no_ct: NO}\n"
        "  AEBODSYS: {assign_no_ct: TERM}\n"
        "  AEBDSYCD: {assign_no_ct: NO}\n"
        "  AESOC: {assign_no_ct: TERM}\n"
        "  AESOCCD: {assign_no_ct: NO}\n"
        "  AESER: {assign_ct: SER}\n"
        "  AEACN: {hardcode_ct: DOSE NOT CHANGED}\n"
        "  AEREL: {assign_ct: REL}\n"
        "  AEOUT: {assign_ct: OUT}\n"
        "  AESTDTC: {assign_datetime: START}\n"
        "  AEENDTC: {assign_datetime: START}\n"
        "  AESTDY: {derive_study_day: AESTDTC}\n"
        "supp:\n"
        "  AERELX: {label: Relation, value: {assign_ct: REL}}\n"
    ),
}


def lint(folder: Path, *changes: tuple[str, str, str]) -> LintReport:
    texts = dict(SOUND)
    for file, old, new in changes:
        assert texts[file].count(old) == 1, (file, old)
        texts[file] = texts[file].replace(old, new)
    for name, text in texts.items():
        path = folder / "sdtm_specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    specs = load_specs(folder / "sdtm_specs", "lint")
    return lint_specs(specs, load_standard(), load_ct("sdtmct-2025-03-28"))


def told(report: LintReport) -> list[str]:
    return [f"{one.severity}: {one.file}, line {one.line}: {one.place}: {one.text}" for one in report.complaints]


def test_sound_specifications_have_no_complaint(tmp_path: Path) -> None:
    report = lint(tmp_path)
    assert told(report) == []
    assert not report.failed


AE, FORM, LISTS = "domains/ae.yml", "forms/ae.yml", "codelists.yml"
COMPLAINTS = {
    "unknown variable": (
        AE, "  AESOC: {", "  AEFOO: {assign_no_ct: TERM}\n  AESOC: {",
        "Error: sdtm_specs/domains/ae.yml, line 17: variables.AEFOO: AEFOO is neither in AE nor in the SDTM model; as a "
        "qualifier it belongs into supp",
    ),
    "unknown common variable": (
        "common.yml", "  USUBJID", "  PATIENT: {assign_no_ct: SUBJ}\n  USUBJID",
        "Error: sdtm_specs/common.yml, line 2: variables.PATIENT: PATIENT is neither in AE nor in the SDTM model; as a "
        "qualifier it belongs into supp",
    ),
    "missing Required variable": (
        AE, "  AEDECOD: {derive: {function: upper, from: TERM}}\n", "",
        "Error: sdtm_specs/domains/ae.yml, line 4: variables: the Required variable AEDECOD (Dictionary-Derived Term) is not "
        "filled",
    ),
    "missing Expected variable": (
        AE, "  AESOC: {assign_no_ct: TERM}\n", "",
        "Warning: sdtm_specs/domains/ae.yml, line 4: variables: the Expected variable AESOC (Primary System Organ Class) is "
        "not filled",
    ),
    "constant that is no term": (
        AE, "hardcode_ct: DOSE NOT CHANGED", "hardcode_ct: UNCHANGED",
        "Error: sdtm_specs/domains/ae.yml, line 20: variables.AEACN: 'UNCHANGED' is not in C66767 (ACN), the code list of AEACN",
    ),
    "constant beyond an extensible list": (
        AE, "  AESOC: {", "  AELOC: {hardcode_ct: LEFT EARLOBE}\n  AESOC: {",
        "Warning: sdtm_specs/domains/ae.yml, line 17: variables.AELOC: 'LEFT EARLOBE' is not in C74456 (LOC), the code list of "
        "AELOC, which a study may extend",
    ),
    "unknown CT code list": (
        LISTS, "ct: C66742", "ct: C99999999",
        [
            "Error: sdtm_specs/codelists.yml, line 2: codelists.YESNO.ct: sdtmct-2025-03-28 has no code list C99999999",
            "Error: sdtm_specs/domains/ae.yml, line 19: variables.AESER: the code list YESNO is of C99999999, and AESER takes "
            "terms of C66742 (NY)",
        ],
    ),
    "the code list of another variable": (
        AE, "assign_ct: OUT", "assign_ct: SER",
        [
            "Warning: sdtm_specs/forms/ae.yml, line 10: columns.OUT: OUT goes nowhere: map it, or say why it is not_submitted",
            "Error: sdtm_specs/domains/ae.yml, line 22: variables.AEOUT: the code list YESNO is of C66742, and AEOUT takes "
            "terms of C66768 (OUT)",
        ],
    ),
    "a term that is none": (
        LISTS, "FATAL: 死亡", "DEAD: 死亡",
        "Error: sdtm_specs/codelists.yml, line 3: codelists.OUTCOME.terms.DEAD: 'DEAD' is not in C66768 (OUT)",
    ),
    "a term that is none, in a list without ct": (
        AE, "AESER: {assign_ct: SER}", "AESER: {assign_ct: SER, codelist: FREE}",
        [
            "Error: sdtm_specs/codelists.yml, line 4: codelists.FREE.terms.NONE: 'NONE' is not in C66742 (NY)",
            "Error: sdtm_specs/codelists.yml, line 4: codelists.FREE.terms.POSSIBLE: 'POSSIBLE' is not in C66742 (NY)",
        ],
    ),
    "collected text for a closed code list": (
        AE, "AEOUT: {assign_ct: OUT}", "AEOUT: {assign_no_ct: OUT}",
        "Warning: sdtm_specs/domains/ae.yml, line 22: variables.AEOUT: AEOUT takes only terms of C66768 (OUT), and "
        "assign_no_ct does not look whether it gets them",
    ),
    "text for a number": (
        AE, "AEPTCD: {assign_no_ct: NO}", "AEPTCD: {assign_no_ct: TERM}",
        "Error: sdtm_specs/domains/ae.yml, line 10: variables.AEPTCD: AEPTCD is Num, and its column TERM is declared as text",
    ),
    "a constant for a number": (
        AE, "AEPTCD: {assign_no_ct: NO}", "AEPTCD: {hardcode_no_ct: many}",
        "Error: sdtm_specs/domains/ae.yml, line 10: variables.AEPTCD: AEPTCD is Num, and the constant 'many' is not a number",
    ),
    "terms for a number": (
        AE, "AEPTCD: {assign_no_ct: NO}", "AEPTCD: {assign_ct: REL}",
        "Error: sdtm_specs/domains/ae.yml, line 10: variables.AEPTCD: AEPTCD is Num, and the code list FREE has the term 'NONE'",
    ),
    "a date for a number": (
        AE, "AEPTCD: {assign_no_ct: NO}", "AEPTCD: {assign_datetime: START}",
        "Error: sdtm_specs/domains/ae.yml, line 10: variables.AEPTCD: AEPTCD is Num, and assign_datetime gives text",
    ),
    "a date as it was collected": (
        AE, "AEENDTC: {assign_datetime: START}", "AEENDTC: {assign_no_ct: START}",
        "Warning: sdtm_specs/domains/ae.yml, line 24: variables.AEENDTC: AEENDTC is a date in ISO 8601, and assign_no_ct takes "
        "the text as it is: use assign_datetime",
    ),
    "the study day of no date": (
        AE, "derive_study_day: AESTDTC", "derive_study_day: AETERM",
        "Error: sdtm_specs/domains/ae.yml, line 25: variables.AESTDY: AESTDY is derived from AETERM, which is no --DTC",
    ),
    "no study day": (
        AE, "AESTDY: {", "AEGRPID: {",
        [
            "Error: sdtm_specs/domains/ae.yml, line 25: variables.AEGRPID: AEGRPID is Char, and derive_study_day gives numbers",
            "Error: sdtm_specs/domains/ae.yml, line 25: variables.AEGRPID: AEGRPID is no study day",
        ],
    ),
    "no sequence number": (
        AE, "  AESEQ: {derive_seq: AETERM}\n", "  AESEQ: {derive_seq: AETERM}\n  VISITNUM: {derive_seq: AETERM}\n",
        "Error: sdtm_specs/domains/ae.yml, line 6: variables.VISITNUM: VISITNUM is no sequence number",
    ),
    "a qualifier that is a variable": (
        AE, "AERELX: {", "AERELNST: {",
        "Error: sdtm_specs/domains/ae.yml, line 27: supp.AERELNST: AERELNST is a variable that AE may have itself, so it is no "
        "supplemental qualifier",
    ),
    "a label that a transport file cuts": (
        AE, "label: Relation", "label: 与试验药物干扰素的关系（研究者判断）",
        "Error: sdtm_specs/domains/ae.yml, line 27: supp.AERELX.label: QLABEL takes 54 bytes in a transport file, which holds 40",
    ),
    "no label": (
        AE, "label: Relation", "label: ''",
        "Error: sdtm_specs/domains/ae.yml, line 27: supp.AERELX.label: QLABEL is empty",
    ),
    "submitted and not": (
        FORM, "TERM: {}", "TERM: {not_submitted: Free text}",
        "Error: sdtm_specs/forms/ae.yml, line 8: columns.TERM.not_submitted: TERM is declared not_submitted, and goes to "
        "AE.AETERM, AE.AELLT, AE.AEDECOD, AE.AEHLT, AE.AEHLGT, AE.AEBODSYS, AE.AESOC",
    ),
    "unaccounted column": (
        FORM, "NOTE: {not_submitted: Free text}", "NOTE: {}",
        "Warning: sdtm_specs/forms/ae.yml, line 13: columns.NOTE: NOTE goes nowhere: map it, or say why it is not_submitted",
    ),
}  # fmt: skip


def test_a_number_is_no_term_of_a_result_and_a_word_is_one(tmp_path: Path) -> None:
    """The code list of RSSTRESC, ONCRSR, has responses; ECOG is 0 to 5."""
    text = "domain: RS\nrecords:\n  - form: AE\nvariables:\n  RSSTRESC: {assign_ct: REL}\n"
    (tmp_path / "sdtm_specs" / "domains").mkdir(parents=True)
    (tmp_path / "sdtm_specs" / "domains" / "rs.yml").write_text(text, encoding="utf-8")
    report = lint(tmp_path, (LISTS, "{NONE: 无, POSSIBLE: 可能}", '{"0": 0分, "1": 1分, POOR: 差}'))
    assert [one for one in told(report) if "codelists.yml" in one] == [
        "Warning: sdtm_specs/codelists.yml, line 4: codelists.FREE.terms.POOR: 'POOR' is not in C96785 (ONCRSR), which a study "
        "may extend"
    ]


@pytest.mark.parametrize("case", COMPLAINTS)
def test_a_complaint_names_file_and_line(case: str, tmp_path: Path) -> None:
    file, old, new, complaints = COMPLAINTS[case]
    expected = [complaints] if isinstance(complaints, str) else complaints
    report = lint(tmp_path, (file, old, new))
    assert sorted(told(report)) == sorted(expected)
    assert report.failed == any(one.startswith("Error") for one in expected)
    assert {one.severity for one in report.complaints} <= set(LintSeverity)


def test_a_domain_that_the_standard_lacks(tmp_path: Path) -> None:
    (tmp_path / "sdtm_specs" / "domains").mkdir(parents=True)
    text = "domain: ZZ\nrecords:\n  - form: AE\nvariables:\n  ZZSEQ: {derive_seq: USUBJID}\n"
    (tmp_path / "sdtm_specs" / "domains" / "zz.yml").write_text(text, encoding="utf-8")
    assert told(lint(tmp_path)) == ["Error: sdtm_specs/domains/zz.yml, line 1: domain: sdtmig-3.4 has no domain ZZ"]


def test_a_required_variable_is_wanted_for_each_kind_of_records(tmp_path: Path) -> None:
    decod = "  AEDECOD: {derive: {function: upper, from: TERM}}\n"
    kinds = f"  - form: AE\n    variables:\n    {decod}  - form: AE\n    where: missing(SER)\n"
    assert told(lint(tmp_path, (AE, decod, ""), (AE, "  - form: AE\n", kinds))) == [
        "Error: sdtm_specs/domains/ae.yml, line 6: records.1: the Required variable AEDECOD is not filled for the records of AE"
    ]


def test_each_raw_column_is_accounted_for(tmp_path: Path) -> None:
    _write_another_form(tmp_path)
    columns = "  NOTE: {not_submitted: Free text}\n"
    join = "    join:\n      MED: {form: MED, on: [SUBJ, LINK], where: not missing(DRUG), last: DAY}\n"
    report = lint(
        tmp_path,
        (FORM, columns, f"{columns}  ONGOING: {{}}\n  LINK: {{}}\n  LOST: {{}}\n"),
        (AE, "  - form: AE\n", f"  - form: AE\n{join}"),
        (AE, "assign_no_ct: TERM}\n  AELLT:", "assign_no_ct: TERM, condition_add: not missing(ONGOING)}\n  AELLT:"),
        (AE, "supp:\n", "supp:\n  DOSE: {label: Dose, value: {assign_no_ct: MED.DOSE}}\n"),
    )
    terms = ("AE.AETERM", "AE.AELLT", "AE.AEDECOD", "AE.AEHLT", "AE.AEHLGT", "AE.AEBODSYS", "AE.AESOC")
    codes = ("AE.AELLTCD", "AE.AEPTCD", "AE.AEHLTCD", "AE.AEHLGTCD", "AE.AEBDSYCD", "AE.AESOCCD")
    assert [(use.form, use.column, use.status, use.text) for use in report.columns] == [
        ("AE", "SUBJ", ColumnStatus.MAPPED, "AE.USUBJID"),
        ("AE", "NO", ColumnStatus.MAPPED, ", ".join(codes)),
        ("AE", "TERM", ColumnStatus.MAPPED, ", ".join(terms)),
        ("AE", "SER", ColumnStatus.MAPPED, "AE.AESER"),
        ("AE", "OUT", ColumnStatus.MAPPED, "AE.AEOUT"),
        ("AE", "REL", ColumnStatus.MAPPED, "AE.AEREL, SUPPAE.AERELX"),
        ("AE", "START", ColumnStatus.MAPPED, "AE.AESTDTC, AE.AEENDTC"),
        ("AE", "NOTE", ColumnStatus.NOT_SUBMITTED, "Free text"),
        ("AE", "ONGOING", ColumnStatus.MAPPED, "used as condition"),
        ("AE", "LINK", ColumnStatus.MAPPED, "used as key"),
        ("AE", "LOST", ColumnStatus.UNACCOUNTED, ""),
        ("MED", "SUBJ", ColumnStatus.MAPPED, "used as key"),
        ("MED", "LINK", ColumnStatus.MAPPED, "used as key"),
        ("MED", "DRUG", ColumnStatus.MAPPED, "used as condition"),
        ("MED", "DOSE", ColumnStatus.SUPP, "SUPPAE.DOSE"),
        ("MED", "DAY", ColumnStatus.NOT_SUBMITTED, "The order only"),
    ]
    assert told(report) == [
        "Warning: sdtm_specs/forms/ae.yml, line 16: columns.LOST: LOST goes nowhere: map it, or say why it is not_submitted"
    ]


def _write_another_form(folder: Path) -> None:
    (folder / "sdtm_specs" / "forms").mkdir(parents=True)
    (folder / "sdtm_specs" / "forms" / "med.yml").write_text(
        "form: MED\ntables: [med]\nsubject: SUBJ\nkeys: [SUBJ, LINK]\n"
        "columns:\n  SUBJ: {}\n  LINK: {}\n  DRUG: {}\n  DOSE: {}\n  DAY: {type: integer, not_submitted: The order only}\n",
        encoding="utf-8",
    )


def test_the_studies_of_this_repository_have_no_error(repository: Path) -> None:
    for study in (repository, repository / "examples" / "cdiscpilot01"):
        specs = load_specs(study / "sdtm_specs", "lint")
        report = lint_specs(specs, load_standard(), load_ct("sdtmct-2025-03-28"))
        assert [one for one in told(report) if one.startswith("Error")] == [], study
        assert [use for use in report.columns if use.status is ColumnStatus.UNACCOUNTED] == [], study


@pytest.mark.parametrize(
    ("keys", "told_of"),
    [
        (
            "[USUBJID, AESTDTC, AESPID]",
            ["AESTDTC may be corrected, and AESPID tells the records apart: name AESTDTC in order instead"],
        ),
        ("[USUBJID, AESPID]\norder: [AESTDTC]", []),
        ("[USUBJID, AETERM, AESTDTC]", []),
    ],
    ids=["a date beside an identifier", "the date in order", "nothing else tells them apart"],
)
def test_a_date_does_not_identify_where_something_else_does(tmp_path: Path, keys: str, told_of: list[str]) -> None:
    ae = "domains/ae.yml"
    changes = ((ae, "domain: AE\n", f"domain: AE\nkeys: {keys}\n"), (ae, "supp:\n", "  AESPID: {assign_no_ct: NO}\nsupp:\n"))
    assert [(one.place, one.severity.value, one.text) for one in lint(tmp_path, *changes).complaints] == [
        ("keys", "Warning", text) for text in told_of
    ]

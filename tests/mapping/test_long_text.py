"""Text over 200 bytes: what the parts are, that they join to the text, and how they stand in SUPP--."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.checks.tables import form_table, mapped_table
from trialbook.datasets import read_datasets, write_datasets
from trialbook.exports import read_export
from trialbook.mapping import MappedStudy, collect_forms, load_specs, map_forms
from trialbook.mapping.long_text import numbered_name, parts
from trialbook.standards import load_standard

FAMILY = "\U0001f468\u200d\U0001f469\u200d\U0001f467"  # 18 bytes, one character to a reader
CHINA, FRANCE = "\U0001f1e8\U0001f1f3", "\U0001f1eb\U0001f1f7"  # 8 bytes each
E_ACUTE = "e\u0301"  # 3 bytes
ODD = "ab 血压é\u0301\u200d👍🏽\U0001f1e8\U0001f1f3\t\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ("",)),
        ("a" * 200, ("a" * 200,)),
        ("a" * 201, ("a" * 200, "a")),
        ("血" * 66, ("血" * 66,)),  # 198 bytes
        ("血" * 67, ("血" * 66, "血")),
        ("ab" + "血" * 67, ("ab" + "血" * 66, "血")),
        ("a" * 199 + "é" + "b", ("a" * 199, "éb")),
        ("a" * 198 + E_ACUTE, ("a" * 198, E_ACUTE)),
        ("a" * 199 + E_ACUTE, ("a" * 199, E_ACUTE)),
        ("a" * 190 + FAMILY, ("a" * 190, FAMILY)),
        ("a" * 195 + CHINA + FRANCE, ("a" * 195, CHINA + FRANCE)),
        ("a" * 190 + CHINA + FRANCE, ("a" * 190 + CHINA, FRANCE)),
        ("a" * 198 + "👍🏽", ("a" * 198, "👍🏽")),
        ("a" * 199 + " b", ("a" * 198, "a b")),  # no part ends with a blank
        ("a" * 200 + " b", ("a" * 199, "a b")),  # and none begins with one
        ("a" * 150 + " " * 100 + "b", ("a" * 149, "a" + " " * 100 + "b")),
        ("a" * 199 + "\tb", ("a" * 198, "a\tb")),
        ("a" * 199 + "\r\nb", ("a" * 198, "a\r\nb")),
        ("\t" * 250, ("\t" * 200, "\t" * 50)),  # white space that is no blank survives at an end
        ("a" + "\u0301" * 150, ("a" + "\u0301" * 99, "\u0301" * 51)),  # no room for all its marks
        ("a" + " " * 250 + "b", ("a" + " " * 250 + "b",)),  # nowhere without loss: one part, which a finding is about
    ],
)  # fmt: skip
def test_parts(text, expected):
    assert parts(text) == expected


@settings(max_examples=80, deadline=None)
@given(
    st.text(st.sampled_from(ODD) | st.characters(codec="utf-8"), min_size=50, max_size=600),
    st.integers(20, 200),
)  # fmt: skip
def test_parts_join_to_the_text_and_fit(text, most):
    found = parts(text, most)
    assert "".join(found) == text
    if len(found) > 1:
        assert all(0 < len(part.encode()) <= most for part in found)
        assert all(not part.endswith(" ") for part in found[:-1])
        assert all(not part.startswith(" ") for part in found[1:])


def test_a_cell_of_100_kilobytes():
    text = "严重的血小板减少, grade 4; " * 3000
    found = parts(text.strip())
    assert "".join(found) == text.strip()
    assert all(190 < len(part.encode()) <= 200 for part in found[:-1])
    assert numbered_name("AETERM", len(found)) == f"AETE{len(found)}" if len(found) > 999 else f"AETER{len(found)}"


@pytest.mark.parametrize(
    ("name", "number", "expected"),
    [("AETERM", 1, "AETERM1"), ("AETERM", 99, "AETERM99"), ("AETERM", 100, "AETER100"), ("LBSTRESC", 1, "LBSTRES1"),
     ("LBSTRESC", 12, "LBSTRE12"), ("RACE", 1000, "RACE1000")],
)  # fmt: skip
def test_numbered_name(name, number, expected):
    assert numbered_name(name, number) == expected


FORM = "form: AE\ntables: [ae]\nsubject: SUBJ\nkeys: [SUBJ, NO]\ncolumns:\n  SUBJ: {}\n  NO: {}\n  TERM: {}\n  NOTE: {}\n"
DOMAIN = """\
domain: AE
keys: [USUBJID, AETERM]
order: [USUBJID, AESPID]
records:
  - form: AE
variables:
  AESEQ: {derive_seq: AESPID}
  AESPID: {assign_no_ct: NO}
  AETERM: {assign_no_ct: TERM}
  AECAT: {hardcode_no_ct: %s}
supp:
  AENOTE: {label: Note, origin: eDT, evaluator: ADJUDICATOR, value: {assign_no_ct: NOTE}}
  AETERM2: {label: Taken, value: {assign_no_ct: NO}}
"""
DM = "domain: DM\nrecords:\n  - form: AE\nvariables:\n  COUNTRY: {assign_no_ct: TERM}\n"
NO_SEQ = "domain: SE\nkeys: [USUBJID]\nrecords:\n  - form: AE\nvariables:\n  ELEMENT: {assign_no_ct: TERM}\n"


def mapped(folder: Path, rows: list[tuple[str, ...]], **domains: str) -> MappedStudy:
    texts = {"common.yml": "variables:\n  USUBJID: {assign_no_ct: SUBJ}\n", "forms/ae.yml": FORM}
    texts |= {f"domains/{name}.yml": text for name, text in domains.items()}
    for name, text in texts.items():
        path = folder / "sdtm_specs" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    (folder / "raw").mkdir()
    table = pd.DataFrame(rows, columns=["SUBJ", "NO", "TERM", "NOTE"])
    table.to_csv(folder / "raw" / "ae.csv", index=False, encoding="utf-8")
    specs = load_specs(folder / "sdtm_specs", "long_text")
    forms = collect_forms(read_export(folder / "raw", ()), specs.forms)
    study = map_forms(forms, specs, load_standard(), "TEST")
    tables = {name: form_table(form, None) for name, form in forms.found.items()}
    for one in study.datasets.values():
        assert one.provenance.sources
        mapped_table(one, tables)
    return study


LONG = "血小板减少 " * 20  # 16 bytes each


def test_variables_and_qualifiers_go_on_in_supp(tmp_path):
    rows = [("1", "1", LONG, "n" * 450), ("1", "2", "短", ""), ("2", "1", LONG * 2, "")]
    study = mapped(tmp_path, rows, ae=DOMAIN % "x")
    ae, supp = (study.datasets[name].dataset.frame for name in ("AE", "SUPPAE"))
    text, first, double = LONG.strip(), parts(LONG.strip()), parts((LONG * 2).strip())
    assert (len(first), len(double)) == (2, 4)
    assert list(ae["AETERM"]) == [first[0], "短", double[0]]
    columns = ["USUBJID", "IDVAR", "IDVARVAL", "QNAM", "QLABEL", "QVAL", "QORIG", "QEVAL"]
    term = "Reported Term for the Adverse Event"
    assert [list(row) for row in supp[columns].itertuples(index=False)] == [
        ["1", "AESEQ", "1", "AENOTE", "Note", "n" * 200, "eDT", "ADJUDICATOR"],
        ["1", "AESEQ", "1", "AENOTE1", "Note", "n" * 200, "eDT", "ADJUDICATOR"],
        ["1", "AESEQ", "1", "AENOTE2", "Note", "n" * 50, "eDT", "ADJUDICATOR"],
        ["1", "AESEQ", "1", "AETERM1", term, first[1], "CRF", ""],
        ["1", "AESEQ", "1", "AETERM2", "Taken", "1", "CRF", ""],  # the study's own: its name is passed over
        ["1", "AESEQ", "2", "AETERM2", "Taken", "2", "CRF", ""],
        ["2", "AESEQ", "1", "AETERM1", term, double[1], "CRF", ""],
        ["2", "AESEQ", "1", "AETERM2", "Taken", "1", "CRF", ""],
        ["2", "AESEQ", "1", "AETERM3", term, double[2], "CRF", ""],
        ["2", "AESEQ", "1", "AETERM4", term, double[3], "CRF", ""],
    ]
    assert text == "".join(first)


def test_the_parts_survive_a_transport_file(tmp_path):
    study = mapped(tmp_path, [("1", "1", LONG * 9, "")], ae=DOMAIN.replace("AETERM2", "AEOTHER") % "x")
    out = tmp_path / "out"
    out.mkdir()
    write_datasets([one.dataset for one in study.datasets.values()], out, "xpt")
    read = {one.name: one.frame for one in read_datasets(out)}
    rest = read["SUPPAE"].set_index("QNAM")["QVAL"]
    names = [f"AETERM{number}" for number in range(1, len(parts((LONG * 9).strip())))]
    assert len(names) > 9
    assert read["AE"]["AETERM"].iloc[0] + "".join(rest[name] for name in names) == (LONG * 9).strip()


def test_a_hardcoded_text_is_assigned_and_a_key_is_known_by_all_of_it(tmp_path):
    rows = [("1", "1", LONG + "a", ""), ("1", "2", LONG + "b", "")]
    study = mapped(tmp_path, rows, ae=DOMAIN % ("y" * 201))
    supp = study.datasets["SUPPAE"].dataset.frame
    assert set(supp.loc[supp["QNAM"] == "AECAT1", "QORIG"]) == {"Assigned"}
    assert list(study.datasets["AE"].unsplit["AETERM"]) == [LONG + "a", LONG + "b"]
    table = mapped_table(study.datasets["AE"], {})
    assert list(table.key_groups) == [-1, -1]


def test_in_dm_the_qualifier_has_no_idvar_and_the_subject_is_never_split(tmp_path):
    study = mapped(tmp_path, [("s" * 201, "1", "c" * 201, "")], dm=DM)
    dm, supp = (study.datasets[name].dataset.frame for name in ("DM", "SUPPDM"))
    assert dm["USUBJID"].iloc[0] == "s" * 201
    assert supp[["IDVAR", "IDVARVAL", "QNAM", "QVAL"]].to_numpy().tolist() == [["", "", "COUNTRY1", "c"]]


def test_without_a_number_to_refer_to_a_text_stays_whole(tmp_path):
    study = mapped(tmp_path, [("1", "1", "c" * 201, "")], se=NO_SEQ)
    assert list(study.datasets) == ["SE"]
    assert study.datasets["SE"].dataset.frame["ELEMENT"].iloc[0] == "c" * 201

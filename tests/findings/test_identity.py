from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.findings import finding_ids

WHERE = ("NCT06802718", "IFN-AE-004", "AE", ["AESER"])


def ids(keys, contents, where=WHERE):
    return finding_ids(*where, keys, contents)


def test_an_id_is_sixteen_hexadecimal_digits():
    assert re.fullmatch("[0-9a-f]{16}", ids([["01-001", "2024-01-02"]], ["a"])[0])


def test_the_id_does_not_know_row_seq_or_value():
    before = ids([["01-001", "2024-01-02"], ["01-002", "2024-03-04"]], ["row one", "row two"])
    after = ids([["01-002", "2024-03-04"], ["01-001", "2024-01-02"]], ["row two, new value", "row one, new value"])
    assert after == before[::-1]


def test_study_rule_dataset_variables_and_key_each_make_another_id():
    others = [
        ("NCT00000000", "IFN-AE-004", "AE", ["AESER"]),
        ("NCT06802718", "IFN-AE-005", "AE", ["AESER"]),
        ("NCT06802718", "IFN-AE-004", "CE", ["AESER"]),
        ("NCT06802718", "IFN-AE-004", "AE", ["AESEV"]),
        ("NCT06802718", "IFN-AE-004", "AE", ["AESER", "AESEV"]),
    ]
    found = [ids([["01-001"]], ["a"], where)[0] for where in (WHERE, *others)]
    found.append(ids([["01-002"]], ["a"])[0])
    assert len(set(found)) == 7


def test_parts_do_not_run_into_each_other():
    assert ids([["ab", "c"]], [""]) != ids([["a", "bc"]], [""])


def test_equal_keys_use_the_content():
    key = ["01-001", "2024-01-02"]
    before = ids([key, key], ["headache", "nausea"])
    assert before[0] != before[1]
    assert ids([key, key], ["nausea", "headache"]) == before[::-1]


def test_empty_keys_use_the_content():
    assert ids([["", ""], ["01-001", ""]], ["headache", "x"])[0] == ids([["", ""]], ["headache"])[0]
    assert ids([["", ""]], ["headache"]) != ids([["", ""]], ["nausea"])


def test_equal_keys_and_contents_use_an_ordinal():
    key = ["01-001"]
    once, twice, thrice = (ids([key] * number, ["same"] * number) for number in (1, 2, 3))
    assert len(set(thrice)) == 3
    assert thrice[:2] == twice
    assert once[0] not in thrice


def test_a_finding_about_a_whole_table_has_a_stable_id():
    assert ids([[]], [""]) == ids([[]], [""])


def test_half_an_emoji_has_an_id_too():
    assert ids([["half \ud83d"]], [""]) != ids([["half "]], [""])


@settings(max_examples=60)
@given(
    records=st.lists(
        st.tuples(st.lists(st.sampled_from(["", "a", "b"]), min_size=2, max_size=2), st.sampled_from(["x", "y"])), max_size=8
    )
)
def test_no_two_findings_share_an_id(records):
    found = ids([key for key, _ in records], [content for _, content in records])
    assert len(set(found)) == len(records)

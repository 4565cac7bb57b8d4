"""The findings.json of an earlier run, read back; and all that is handed in for one."""

from __future__ import annotations

import copy
import json

import pytest
from tests.findings.test_contract import EARLIER, RECORD, RESULTS

from trialbook.errors import TrialbookError
from trialbook.findings import Threshold, findings_json, read_previous
from trialbook.findings.finding import QueryState

WHOLE = findings_json(RESULTS, Threshold.ERROR)


@pytest.fixture
def file(tmp_path):
    def write(data: str | bytes):
        path = tmp_path / "findings.json"
        path.write_bytes(data if isinstance(data, bytes) else data.encode("utf-8"))
        return path

    return write


def changed(*way, value=None, drop=False) -> str:
    record = copy.deepcopy(RECORD)
    place = record
    for step in way[:-1]:
        place = place[step]
    if drop:
        del place[way[-1]]
    else:
        place[way[-1]] = value
    return json.dumps(record)


def test_what_a_later_run_needs(file):
    read = read_previous(file(WHOLE), "NCT06802718")
    (one,) = read.findings.values()
    assert (one.id, one.rule, one.subject, one.last_seen) == (
        "00000000000000a1",
        "IFN-AE-004",
        "01-003",
        "2025-06-01T09:30:00+08:00",
    )
    assert read.tables == {("form", "AE"): (("不良事件.csv", None),)}
    assert read.subjects == {"01-003"}
    assert read.queries["00000000000000a1"].state is QueryState.ANSWERED
    assert read.answers == {"00000000000000a1": "=none", "00000000000000c1": "yes"}
    assert read.history == (
        EARLIER,
        {
            "started": "2025-06-01T09:30:00+08:00",
            "counts": {"Reject": 0, "Error": 1, "Warning": 0, "Notice": 0},
            "statuses": RECORD["statuses"],
            "rule_counts": RECORD["rule_counts"],
        },
    )


def test_the_folder_of_a_run_will_do_and_so_will_a_byte_order_mark(file):
    path = file(b"\xef\xbb\xbf" + WHOLE.encode())
    assert read_previous(path.parent, "NCT06802718").findings.keys() == {"00000000000000a1"}


def test_a_file_from_before_histories_were_kept(file):
    added = ("statuses", "rule_counts", "queries", "stray_answers", "tables", "subjects", "history")
    old = {name: value for name, value in RECORD.items() if name not in added} | {"resolved": []}
    read = read_previous(file(json.dumps(old)), "NCT06802718")
    assert (list(read.findings), [entry["statuses"] for entry in read.history]) == (["00000000000000a1"], [{}])


@pytest.mark.parametrize(
    ("data", "place", "said"),
    [
        ("", "line 1, column 1", "is not JSON"),
        (WHOLE[: len(WHOLE) // 2], "line", "is cut off"),
        (WHOLE[:-3], "line", "is cut off"),
        ("id,site,subject\n", "line 1, column 1", "is not JSON"),
        (b"\xff\xfe{\x00", "byte 1", "is not UTF-8 text"),
        (b"PK\x03\x04\xff\xfe", "byte 5", "is not UTF-8 text"),
        ("[]", None, "is no findings.json: found a JSON list"),
        ("null", None, "found a JSON null"),
        ("{}", None, "found an object without 'schema'"),
        ("[" * 100_000, None, "is"),
        (changed("schema", value=2), "schema", "has schema 2; this version of trialbook reads 1"),
        (changed("schema", value=True), "schema", "has schema true; this"),
        (changed("schema", value="1"), "schema", 'has schema "1"; this'),
        (changed("run", "study", value="NCT00000000"), "run.study", "is of the study 'NCT00000000'; this study is 'NCT06802718'"),
        (changed("run", "started", value="yesterday"), "run.started", "is no findings.json as trialbook writes it"),
        (changed("findings", drop=True), "findings", "is missing"),
        (changed("not_assessed", drop=True), "not_assessed", "is missing"),
        (changed("findings", 0, "id", value="a1"), "findings[0].id", "is no findings.json as trialbook writes it"),
        (changed("findings", 0, "severity", value="Fatal"), "findings[0].severity", "is no findings.json"),
        (changed("findings", 0, "origins", value=[{"row": 1}]), "findings[0].origins", "is no findings.json"),
        (changed("rules", value={}), "rules", "is no findings.json"),
        (changed("queries", 0, "state", value="lost"), "queries[0].state", "is no findings.json"),
    ],
)
def test_what_is_no_findings_json_of_this_study(file, data, place, said):
    path = file(data)
    with pytest.raises(TrialbookError) as raised:
        read_previous(path, "NCT06802718")
    error = raised.value
    assert said in error.what
    assert error.file == path
    assert error.remedy
    assert place is None or str(error.place).startswith(place)


def test_there_is_no_such_file(tmp_path):
    for path in (tmp_path / "no.json", tmp_path):
        with pytest.raises(TrialbookError, match="there is no such file"):
            read_previous(path, "NCT06802718")


def test_every_byte_that_is_cut_off_is_told(file):
    for end in range(0, len(WHOLE) - 2, 97):
        with pytest.raises(TrialbookError) as raised:
            read_previous(file(WHOLE[:end].encode()), "NCT06802718")
        assert raised.value.remedy

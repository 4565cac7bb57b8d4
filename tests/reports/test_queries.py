from __future__ import annotations

import csv
import dataclasses
import io

from hypothesis import given, settings
from hypothesis import strategies as st

from trialbook.reports.queries import COLUMNS, _safe, queries_csv


def test_the_bytes(results):
    assert (
        queries_csv(results)
        == (
            "\ufeffid,site,subject,form,field,value,question,state,answer\r\n"
            '00000000000000a1,01,IFN-01-003,AE,"SAE_YN, SAE_CRIT","SAE_YN = Y\nSAE_CRIT = (empty)",'
            "Which criterion makes the event serious?,open,\r\n"
            '00000000000000a3,02,IFN-02-001,DM,年龄,\'=1+1,"Please correct the age.\n请更正年龄。",open,\r\n'
            "00000000000000a5,01,IFN-01-003,AE,START_DAT,2024-05-02,'-Please check the date of onset.,open,\r\n"
            '00000000000000a8,02,IFN-02-003,人口学,"知情同意日期, RANDDT","SUBJID = 0012\nRFSTDTC = 1-2",'
            "'@site: which date?,open,\r\n"
        ).encode()
    )


def test_an_id_that_looks_like_a_number_stays_an_id(results):
    for number in ("1234567890123456", "12345678901234e6"):
        finding = dataclasses.replace(results.findings[0], id=number)
        row = _read(queries_csv(dataclasses.replace(results, findings=(finding,))))[0]
        assert row["id"] == f"'{number}"
        assert row["id"].removeprefix("'") == number


@settings(max_examples=50)
@given(text=st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1))
def test_the_apostrophe_comes_off_without_loss(text):
    assert not _safe(text).startswith(("=", "+", "-", "@"))
    assert _safe(text).removeprefix("'") == text


def _read(content: bytes) -> list[dict[str, str]]:
    rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    assert all(tuple(row) == COLUMNS for row in rows)
    return rows

from __future__ import annotations

import dataclasses

from trialbook.reports import findings_frame


def test_findings_frame(results):
    frame = findings_frame(results)
    assert list(frame.columns) == [
        "id", "severity", "rule", "stage", "dataset", "record", "site", "subject", "variables", "values", "message", "origin",
        "compared", "query", "answer", "status", "explanation", "reading", "cites",
    ]  # fmt: skip
    assert frame["id"].tolist()[:4] == ["00000000000000a7", "00000000000000a1", "00000000000000a5", "00000000000000a8"]
    assert frame.iloc[1].to_dict() == {
        "id": "00000000000000a1", "severity": "Error", "rule": "IFN-AE-004", "stage": "raw", "dataset": "AE", "record": 13,
        "site": "01", "subject": "IFN-01-003", "variables": "SAE_YN, SAE_CRIT", "values": "SAE_YN = Y\nSAE_CRIT = (empty)",
        "message": "Serious, but no criterion of seriousness", "origin": "AE.csv · row 14 · SAE_YN, SAE_CRIT", "compared": "",
        "query": "Which criterion makes the event serious?", "answer": "", "status": "", "explanation": "",
        "reading": "", "cites": "ICH E2A",
    }  # fmt: skip
    assert frame["record"].isna().tolist() == [True] + [False] * 7
    assert (frame["severity"] <= "Error").sum() == 4


def test_an_empty_frame_has_the_same_columns(results):
    empty = findings_frame(dataclasses.replace(results, findings=()))
    assert len(empty) == 0
    assert list(empty.dtypes) == list(findings_frame(results).dtypes)

"""``derive_element``: what the design says of an element in the subject's arm, and what it does not."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from trialbook.mapping.domain_spec import Algorithm, DomainSpec
from trialbook.mapping.elements import derive_element
from trialbook.mapping.making import Making
from trialbook.protocol import TrialDesign

DESIGN = TrialDesign.model_validate(
    {
        "epochs": [{"epoch": name} for name in ("SCREENING", "TREATMENT", "FOLLOW-UP")],
        "elements": [
            {"etcd": code, "element": name, "starts": f"Start of {name}", "ends": "End"}
            for code, name in (("SCRN", "Screening"), ("X", "Drug X"), ("Y", "Drug Y"), ("REST", "Rest"))
        ],
        "arms": [
            {
                "armcd": armcd,
                "path": [
                    {"etcd": "SCRN", "epoch": "SCREENING"},
                    *({"etcd": etcd, "epoch": epoch} for etcd, epoch in steps),
                ],
            }
            for armcd, steps in (
                ("XY", [("X", "TREATMENT"), ("REST", "TREATMENT"), ("Y", "TREATMENT")]),
                ("YX", [("Y", "TREATMENT"), ("X", "FOLLOW-UP")]),
                ("XX", [("X", "TREATMENT"), ("X", "TREATMENT")]),
            )
        ],
    }
)
DM = pd.DataFrame(
    [("S1", "XY"), ("S2", "YX"), ("S3", ""), ("S4", "XX"), ("S5", "XY"), ("S5", "YX")], columns=["USUBJID", "ARMCD"], dtype="str"
)


def derived(name: str, records: list[tuple[str, str]], dm: pd.DataFrame | None = DM) -> tuple[list[object], list[int]]:
    """The values, and the records that are told of."""
    frame = pd.DataFrame(records, columns=["USUBJID", "ETCD"], dtype="str")
    domain = DomainSpec.model_validate({"domain": "SE", "records": [{"form": "DM"}]})
    datasets: Any = {} if dm is None else {"DM": SimpleNamespace(dataset=SimpleNamespace(frame=dm))}
    specs: Any = None
    making = Making(domain, frame, {}, datasets, specs, {}, DESIGN)
    derive_element(making, name, Algorithm(derive_element="ETCD"))
    (issue,) = making.issues
    assert (issue.rule, issue.of_dataset) == (f"TB-MAP-SE-ETCD-{name}-ELEMENT", True)
    values = making.frame[name]
    assert values.dtype == ("float64" if name == "TAETORD" else "str")
    return [None if isinstance(value, float) and np.isnan(value) else value for value in values], issue.records.tolist()


@pytest.mark.parametrize(
    ("about", "record", "element", "order", "epoch", "told"),
    [
        ("the arm's path decides", ("S1", "Y"), "Drug Y", 4, "TREATMENT", ""),
        ("another arm, another place", ("S2", "Y"), "Drug Y", 2, "TREATMENT", ""),
        ("another arm, another epoch", ("S2", "X"), "Drug X", 3, "FOLLOW-UP", ""),
        ("no arm: what all arms agree upon", ("S3", "SCRN"), "Screening", 1, "SCREENING", ""),
        ("no arm, and the arms differ", ("S3", "X"), "Drug X", None, "", "TAETORD EPOCH"),
        ("not in the arm, in one other", ("S2", "REST"), "Rest", 3, "TREATMENT", ""),
        ("twice in the arm: the place is not known, the epoch is", ("S4", "X"), "Drug X", None, "TREATMENT", "TAETORD"),
        ("two arms in DM are none", ("S5", "SCRN"), "Screening", 1, "SCREENING", ""),
        ("nobody in DM", ("S9", "SCRN"), "Screening", 1, "SCREENING", ""),
        ("an element that the design does not have", ("S1", "Z"), "", None, "", "ELEMENT TAETORD EPOCH"),
        ("an element that was not planned", ("S1", "UNPLAN"), "", None, "", ""),
        ("no code", ("S1", ""), "", None, "", ""),
    ],
)
def test_an_element(about: str, record: tuple[str, str], element: str, order: int | None, epoch: str, told: str) -> None:
    for name, expected in (("ELEMENT", element), ("TAETORD", order), ("EPOCH", epoch)):
        assert derived(name, [record]) == ([expected], [0] if name in told.split() else [])


def test_without_dm_the_arms_must_agree() -> None:
    assert derived("TAETORD", [("S1", "SCRN"), ("S1", "Y")], None) == ([1, None], [1])

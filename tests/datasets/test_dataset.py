"""What a dataset's name says about its domain."""

from __future__ import annotations

import pandas as pd
import pytest

from trialbook.datasets import SdtmDataset

DOMAINS = [
    ("AE", "AE"),
    ("LBC", "LB"),
    ("LBCH", "LB"),
    ("FAAE", "FA"),
    ("QS36", "QS"),
    ("APDM", "APDM"),
    ("APMHX", "APMH"),
    ("APFAMH", "APFA"),
    ("APRELSUB", "APRELSUB"),
    ("SUPPAE", "SUPPAE"),
    ("SUPPLBCH", "SUPPLBCH"),
    ("SUPPQUAL", "SUPPQUAL"),
    ("SQAPMH", "SQAPMH"),
    ("RELREC", "RELREC"),
    ("RELSUB", "RELSUB"),
    ("RELSPEC", "RELSPEC"),
    ("POOLDEF", "POOLDEF"),
    ("ADSL", "ADSL"),
    ("ADLBCH", "ADLBCH"),
    ("", ""),
]


@pytest.mark.parametrize(("name", "domain"), DOMAINS)
def test_the_domain_comes_from_the_name_whatever_its_column_says(name: str, domain: str) -> None:
    frame = pd.DataFrame({"DOMAIN": ["VS", "VS"]}, dtype="str")
    assert SdtmDataset(name, "", frame, {}).domain == domain

"""Parts and wholes of one sample: no kind of leukocytes is more than all of them. ``wholes.csv`` has which is part of which."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, once, rule
from trialbook.checks.against import Against
from trialbook.mapping.numbers import read_numbers

ROUNDED = 1.02
"""A part may be so many times the whole before it is more: both are rounded, and counted by two methods."""

SAMPLE = {"LAB": ["SUBJID", "VISIT", "LAB_DAT", "LAB_TIM", "TEST_LOCAL", "ACCESSION", "RESULT_TXT", "UNIT_LOCAL"]}


class LabParts(RawForm, form="LAB", across=False):
    @classmethod
    @once
    def compared(cls, lab: pd.DataFrame) -> pd.DataFrame:
        """By record of a part: ``at``, the position of its whole in the sample (-1: none), MORE (it is more than the whole), and
        how many of the sample's parts are, and are not, more (MANY, FEW)."""
        keys = ["subject", "day", "time", "accession", "unit", "whole"]
        table = pd.DataFrame(
            {
                "subject": cls.cells(lab, "SUBJID"),
                "day": cls.date(lab, "LAB_DAT"),
                "time": cls.date(lab, "LAB_TIM"),
                "accession": cls.cells(lab, "ACCESSION"),
                "unit": cls.cells(lab, "UNIT_LOCAL").map(cls._study().units.term),
                "test": cls.term(lab, "TEST_LOCAL"),
                "value": read_numbers(cls.cells(lab, "RESULT_TXT")),
                "at": np.arange(len(lab)),
            },
            index=lab.index,
        )
        known = table[(table["subject"] != "") & (table["day"] != "") & table["value"].notna()]
        wholes = known.assign(whole=known["test"]).drop_duplicates(keys, keep=False)[[*keys, "value", "at"]]
        parts = known.assign(whole=known["test"].map(cls.table("wholes").set_index("part")["whole"])).dropna(subset=["whole"])
        pairs = parts.reset_index(names="record").merge(wholes, on=keys, suffixes=("", "_whole")).set_index("record")
        more = pairs["value"] > ROUNDED * pairs["value_whole"]
        counted = more.groupby(pairs["at_whole"])
        made = pd.DataFrame({"at": pairs["at_whole"], "MORE": more, "MANY": counted.transform("sum")})
        made["FEW"] = counted.transform("count") - made["MANY"]
        return made.reindex(lab.index).fillna({"at": -1, "MORE": False, "MANY": 0, "FEW": 0})

    @rule(
        "IFN-LB-028",
        Severity.ERROR,
        "One part of the sample is more than the whole",
        variables=["RESULT_TXT", "TEST_LOCAL", "UNIT_LOCAL"],
        reads=SAMPLE,
        mend=["RESULT_TXT"],
        query="{TEST_LOCAL} 为 {RESULT_TXT} {UNIT_LOCAL}，高于同一标本的 {LAB.TEST_LOCAL}（{LAB.RESULT_TXT} {LAB.UNIT_LOCAL}），"
        "请核实是否误填为百分比。 / "
        "{TEST_LOCAL} is {RESULT_TXT} {UNIT_LOCAL}, more than {LAB.TEST_LOCAL} ({LAB.RESULT_TXT} {LAB.UNIT_LOCAL}) of the same "
        "sample: please check whether it is a percentage.",
    )
    def part_is_less_than_the_whole(cls, lab: pd.DataFrame, same: pd.DataFrame) -> Against:
        """Where another part fits the whole, this one is wrong."""
        table = cls.compared(lab)
        return against(~(table["MORE"].astype(bool) & (table["FEW"] > 0)), LAB=table["at"].astype("int64"))

    @rule(
        "IFN-LB-029",
        Severity.ERROR,
        "The parts of the sample are more than the whole",
        variables=["RESULT_TXT", "TEST_LOCAL", "UNIT_LOCAL"],
        reads=SAMPLE,
        mend=["RESULT_TXT", "LAB.RESULT_TXT"],
        query="{TEST_LOCAL} 为 {RESULT_TXT} {UNIT_LOCAL}，高于同一标本的 {LAB.TEST_LOCAL}（{LAB.RESULT_TXT} {LAB.UNIT_LOCAL}），"
        "请核实两项结果。 / "
        "{TEST_LOCAL} is {RESULT_TXT} {UNIT_LOCAL}, more than {LAB.TEST_LOCAL} ({LAB.RESULT_TXT} {LAB.UNIT_LOCAL}) of the same "
        "sample: please check both.",
    )
    def parts_are_less_than_the_whole(cls, lab: pd.DataFrame, same: pd.DataFrame) -> Against:
        """Told once a sample, at the first part."""
        table = cls.compared(lab)
        wrong = table["MORE"].astype(bool) & (table["FEW"] == 0)
        first = wrong & ~table["at"].where(wrong).duplicated()
        return against(~first, LAB=table["at"].astype("int64"))

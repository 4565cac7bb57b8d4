"""Why a transplant or other anti-leukemic therapy was begun: the relapse that it names is recorded, and lies before it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, before, rule
from trialbook.checks.against import Against

RELAPSES = {"HEMATOLOGIC RELAPSE": "RELAPSE_DAT", "MRD RELAPSE": "MRD_RELAPSE_DAT"}
"""The reasons that RESP tells of, and the column that does."""

READS = {"RESP": ["ASSESS_DAT", "HEM_STATUS", *RELAPSES.values()], "DM": []}


def reasoned(
    form: str, date: str, chinese: str, english: str, before_reason: str, without_reason: str, before_day_1: str
) -> type[RawForm]:
    """The model of a form's rules about the reason; ``date``: the column of the start; ``chinese``, ``english``: how questions
    name the therapy; then the ids of its rules, and that of the one that finds it before randomization (``therapy.py``)."""

    class Reasoned(RawForm, form=form, across=False):
        @classmethod
        def relapses(cls, column: str, resp: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
            """The first relapse of each subject, by its first screening number."""
            return cls.derivation("relapses")(cls.reader, resp, column, dm)

        @classmethod
        def of(cls, frame: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
            """The first screening number of each record's subject."""
            return cls.derivation("first_screening_number")(cls.cells(frame, "SUBJID"), dm)

        @rule(
            before_reason,
            Severity.ERROR,
            "Begun before the relapse that is named as its reason",
            variables=[date, "REASON"],
            mend=[date, "REASON"],
            reads=READS,
            query=f"{chinese}的原因为“{{REASON}}”，但早于疗效评估记录的复发（评估日期 {{RESP.ASSESS_DAT}}），"
            "请核实日期和原因。 / "
            f"{english} has the reason {{REASON}}, and lies before the relapse that the assessment of {{RESP.ASSESS_DAT}} tells "
            "of: please check date and reason.",
            told_by=[before_day_1],
        )
        def after_its_reason(cls, frame: pd.DataFrame, resp: pd.DataFrame, dm: pd.DataFrame) -> Against:
            """A relapse without any date may be the earlier one."""
            began, reason, of = cls.date(frame, date), cls.term(frame, "REASON"), cls.of(frame, dm)
            at = np.full(len(frame), -1, dtype=np.int64)
            for name, column in RELAPSES.items():
                table = cls.relapses(column, resp, dm)
                table = table[~table["UNDATED"]]
                since = of.map(table["FIRST"]).astype("object").fillna("").astype("str")
                wrong = (reason == name) & before(began, since)
                at = np.where(wrong, of.map(table["AT"]).fillna(-1).to_numpy(dtype=np.int64), at)
            return against(pd.Series(at < 0, index=frame.index), RESP=at)

        @rule(
            without_reason,
            Severity.WARNING,
            "The relapse that is named as the reason is not recorded",
            variables=["REASON", date],
            mend=["REASON"],
            reads=READS,
            lacks=["RESP"],
            query=f"{chinese}的原因为“{{REASON}}”，但疗效评估表中无相应的复发记录，请补充或更正原因。 / "
            f"{english} has the reason {{REASON}}, and no assessment tells of such a relapse: please complete it, or correct the "
            "reason.",
            across=True,
        )
        def reason_is_recorded(cls, frame: pd.DataFrame, resp: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
            """A relapse of a subject whom nobody knows may be the one."""
            reason, of = cls.term(frame, "REASON"), cls.of(frame, dm)
            missing = pd.Series(False, index=frame.index)
            for name, column in RELAPSES.items():
                table = cls.relapses(column, resp, dm)
                missing |= (reason == name) & ~of.isin(table.index) & table["KNOWN"].all()
            return ~(missing & cls.derivation("in_demographics")(cls.reader, cls.cells(frame, "SUBJID"), dm))

    return Reasoned


TransplantReason = reasoned(
    "HSCT",
    "HSCT_DAT",
    "移植（{HSCT_DAT}）",
    "The transplant of {HSCT_DAT}",
    "IFN-PR-005",
    "IFN-PR-006",
    "IFN-PR-001",
)
OtherReason = reasoned(
    "SUBSEQ_TX",
    "START",
    "后续治疗“{TX}”（{START} 开始）",
    "{TX}, begun on {START},",
    "IFN-CM-025",
    "IFN-CM-026",
    "IFN-CM-021",
)

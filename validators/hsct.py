"""What a transplant was: its type and donor, the remission in which it was made, and that a death from it knows of one."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import RawForm, Severity, against, before, rule
from trialbook.checks.against import Against

LATER = ("CR2", "CR3 OR LATER", "NOT IN REMISSION")
"""What a subject, which enters in its first remission, is in only after a hematologic relapse."""

OF_TRANSPLANT = "移植|GVHD|transplant|graft"
"""Words in a cause of death, upper and lower case alike."""


class HSCTForm(RawForm, form="HSCT", across=False):
    @rule(
        "IFN-PR-007",
        Severity.ERROR,
        "The remission at the transplant is not that of the relapses",
        variables=["STATUS_AT_HSCT", "HSCT_DAT"],
        mend=["STATUS_AT_HSCT"],
        reads={"RESP": ["ASSESS_DAT", "HEM_STATUS", "RELAPSE_DAT"], "DM": []},
        query="移植（{HSCT_DAT}）时疾病状态为“{STATUS_AT_HSCT}”，与疗效评估表中的血液学复发记录不符，请核实。 / "
        "The status at the transplant of {HSCT_DAT} is {STATUS_AT_HSCT}, which the recorded hematologic relapses contradict: "
        "please check.",
        across=True,
    )
    def remission_is_that_of_relapses(cls, hsct: pd.DataFrame, resp: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """A relapse that is named as the reason, and nowhere recorded, is asked about by itself."""
        number = cls.cells(hsct, "SUBJID")
        of = cls.derivation("first_screening_number")(number, dm)
        table = cls.derivation("relapses")(cls.reader, resp, "RELAPSE_DAT", dm)
        status, named = cls.term(hsct, "STATUS_AT_HSCT"), cls.term(hsct, "REASON") == "HEMATOLOGIC RELAPSE"
        since = of.map(table["LAST"]).astype("object").fillna("").astype("str")
        first = (status == "CR1") & before(since, cls.date(hsct, "HSCT_DAT"))
        known = cls.derivation("in_demographics")(cls.reader, number, dm)
        never = ~of.isin(table.index) & table["KNOWN"].all() & known
        at = np.where(first, of.map(table["AT"]).fillna(-1), -1).astype(np.int64)
        return against(~(first | (status.isin(LATER) & never & ~named)), RESP=at)

    @rule(
        "IFN-PR-008",
        Severity.ERROR,
        "An autologous transplant has a donor, or an allogeneic one has none",
        variables=["TYPE", "DONOR"],
        query="移植类型为“{TYPE}”，供者类型为“{DONOR}”，请核实。 / "
        "The transplant is {TYPE} and its donor {DONOR}: please check both.",
    )
    def donor_is_that_of_the_type(cls, hsct: pd.DataFrame) -> pd.Series:
        given = cls.cells(hsct, "DONOR") != ""
        type_ = cls.term(hsct, "TYPE")
        return ~(((type_ == "AUTOLOGOUS STEM CELL TRANSPLANT") & given) | ((type_ == "ALLOGENEIC STEM CELL TRANSPLANT") & ~given))


class DEATHTransplant(RawForm, form="DEATH"):
    @rule(
        "IFN-PR-009",
        Severity.WARNING,
        "The cause of death tells of a transplant, and none is recorded",
        variables=["CAUSE", "SUBJID"],
        mend=["CAUSE"],
        reads={"HSCT": [], "DM": []},
        lacks=["HSCT"],
        query="死亡原因为“{CAUSE}”，但移植表中无该受试者的记录，请补充移植记录或核实死亡原因。 / "
        "The cause of death is {CAUSE}, and no transplant of the subject is recorded: please complete it, or check the cause.",
    )
    def transplant_is_recorded(cls, death: pd.DataFrame, hsct: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """A transplant of a subject whom nobody knows may be the one."""
        first, known = cls.derivation("first_screening_number"), cls.derivation("in_demographics")
        whose, number = cls.cells(hsct, "SUBJID", "HSCT"), cls.cells(death, "SUBJID")
        told = cls.cells(death, "CAUSE").str.contains(OF_TRANSPLANT, case=False, regex=True)
        recorded = first(number, dm).isin(set(first(whose, dm)))
        astray = not known(cls.reader, whose, dm).all()
        return ~(told & ~recorded & known(cls.reader, number, dm)) | astray

"""What is recorded after a subject's death: events, injections, visits."""

from __future__ import annotations

from collections.abc import Callable

import pandas as pd

from trialbook.checks import RawForm, Severity, before, rule

ENOUGH = 2
"""Forms that have to agree on a date of death before anything is said of what lies after it."""

READS = {"DEATH": ["DTH_DAT"], "SURV": [], "DISP": [], "DM": []}

VISITS = {
    "BM": "BM_DAT",
    "EX": "ADMIN_DAT",
    "HSCT": "HSCT_DAT",
    "LAB": "LAB_DAT",
    "MRD_MFC": "SAMPLE_DAT",
    "MRD_PCR": "SAMPLE_DAT",
    "RESP": "ASSESS_DAT",
    "SEROLOGY": "DAT",
    "SUBSEQ_TX": "START",
    "THYROID_AB": "DAT",
    "VS_ECOG": "DAT",
}
"""The date of each form that records what is done with a living subject."""


class AEDeath(RawForm, form="AE"):
    @classmethod
    def told(cls, ae: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
        """What is told of the death of each record's subject; ``others``: DEATH, SURV, DISP, DM."""
        death, surv, disp, dm = others
        return cls.derivation("deaths")(cls.reader, cls.cells(ae, "SUBJID"), death, surv, disp, ae, dm)

    @rule(
        "IFN-AE-011",
        Severity.ERROR,
        "Fatal, but no other form tells of a death",
        variables=["OUTCOME", "CTCAE_GRADE", "SAE_YN", "SAE_CRIT"],
        reads={"DEATH": [], "SURV": [], "DISP": [], "DM": []},
        query="“{AETERM}”的转归为“{OUTCOME}”（{CTCAE_GRADE}，严重性标准“{SAE_CRIT}”），"
        "但无死亡记录表，随访及研究结束均未记录死亡，请核实。 / "
        "The outcome of “{AETERM}” is {OUTCOME} (grade {CTCAE_GRADE}, criterion {SAE_CRIT}); there is no death form, and neither "
        "contacts nor the end of the study tell of a death: please check.",
    )
    def others_tell_of_the_death(cls, ae: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        return ~(cls.derivation("fatal")(cls.reader, ae) & (cls.told(ae, *others)["VOICES"] <= 1))

    @rule(
        "IFN-AE-023",
        Severity.ERROR,
        "Starts after death",
        variables=["START"],
        reads=READS,
        query="“{AETERM}”的开始日期 {START} 晚于该受试者的死亡（死亡记录表：{DEATH.DTH_DAT}，或此前的随访记录），"
        "请核实。 / "
        "“{AETERM}” starts on {START}, after the death of the subject (death form: {DEATH.DTH_DAT}, or a contact before that): "
        "please check the date.",
    )
    def starts_before_death(cls, ae: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(ae, *others)
        return ~(before(told["BY"], cls.date(ae, "START")) & (told["AGREED"] >= ENOUGH))

    @rule(
        "IFN-AE-024",
        Severity.ERROR,
        "A fatal event does not end on the day of death, or another one ends after it",
        variables=["END", "OUTCOME"],
        mend=["END"],
        reads=READS,
        query="不良事件“{AETERM}”（转归“{OUTCOME}”）的结束日期 {END} 与死亡日期不符（死亡记录表：{DEATH.DTH_DAT}），"
        "请核实。 / "
        "“{AETERM}” ({OUTCOME}) ends on {END}, and the day of death is another one (death form: {DEATH.DTH_DAT}): please "
        "check the date.",
    )
    def ends_with_death(cls, ae: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told, end = cls.told(ae, *others), cls.date(ae, "END")
        wrong = before(told["ON"], end) | (before(end, told["ON"]) & cls.derivation("fatal")(cls.reader, ae))
        later = before(told["BY"], cls.date(ae, "START"))
        return ~(wrong & ~later & (told["AGREED"] >= ENOUGH))


def of_the_living(form: str, column: str) -> Callable[..., pd.Series]:
    """The rule that nothing of a form is done after the subject's death."""

    @rule(
        f"IFN-DTH-{form}",
        Severity.ERROR,
        f"{column} lies after the subject's death",
        variables=[column],
        reads=READS | {"AE": []},
        query=f"日期 {{{column}}} 晚于该受试者的死亡（死亡记录表：{{DEATH.DTH_DAT}}，或此前的随访记录），请核实。 / "
        f"{{{column}}} lies after the subject's death (death form: {{DEATH.DTH_DAT}}, or a contact before that): please check "
        "the date.",
        stands_for=["IFN-DM-022"] if form == "EX" else [],
    )
    def is_of_the_living(cls: type[RawForm], frame: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        death, surv, disp, dm, ae = others
        told = cls.derivation("deaths")(cls.reader, cls.cells(frame, "SUBJID"), death, surv, disp, ae, dm)
        return ~(before(told["BY"], cls.date(frame, column)) & (told["AGREED"] >= ENOUGH))

    return is_of_the_living


def visited(form: str) -> type[RawForm]:
    """The model of a form's one rule."""
    one = of_the_living(form, VISITS[form])

    class Visited(RawForm, form=form):
        is_of_the_living = classmethod(one)

    return Visited


BmDeath = visited("BM")
ExDeath = visited("EX")
HsctDeath = visited("HSCT")
LabDeath = visited("LAB")
MrdMfcDeath = visited("MRD_MFC")
MrdPcrDeath = visited("MRD_PCR")
RespDeath = visited("RESP")
SerologyDeath = visited("SEROLOGY")
SubseqTxDeath = visited("SUBSEQ_TX")
ThyroidAbDeath = visited("THYROID_AB")
VsEcogDeath = visited("VS_ECOG")

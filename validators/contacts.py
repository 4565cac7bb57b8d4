"""What contacts say of who is dead, or said to be: the status, and until when the subject was known to be alive."""

from __future__ import annotations

import pandas as pd

from trialbook.checks import RawForm, Severity, before, rule

ENOUGH = 2
"""Forms of the others that have to agree for one that disagrees to be the wrong one."""


class SURVDeath(RawForm, form="SURV"):
    @classmethod
    def told(cls, surv: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
        """What is told of the death of each record's subject; ``others``: DEATH, DISP, AE, DM."""
        death, disp, ae, dm = others
        told = cls.derivation("deaths")(cls.reader, cls.cells(surv, "SUBJID"), death, surv, disp, ae, dm)
        return told.assign(OTHERS=told["VOICES"] - told["CONTACT"].notna())

    @classmethod
    def after(cls, surv: pd.DataFrame, told: pd.DataFrame) -> pd.Series:
        """Where a subject is alive after its death: by a contact with it, or by what others knew when it was lost."""
        status = cls.term(surv, "STATUS")
        alive = (status == "ALIVE") & before(told["BY"], cls.date(surv, "CONTACT_DAT"))
        return alive | (status.isin(["ALIVE", "LOST"]) & before(told["BY"], cls.date(surv, "LAST_ALIVE_DAT")))

    @rule(
        "IFN-DTH-011",
        Severity.ERROR,
        "Alive after the death of which another contact told",
        variables=["CONTACT_DAT", "LAST_ALIVE_DAT", "STATUS"],
        mend=["CONTACT_DAT", "LAST_ALIVE_DAT"],
        reads={"DEATH": ["DTH_DAT"], "DISP": [], "AE": [], "DM": []},
        query="联系日期 {CONTACT_DAT}（末次确认存活日期 {LAST_ALIVE_DAT}）时状态为“{STATUS}”，"
        "但另一次随访已记录该受试者死亡（死亡记录表：{DEATH.DTH_DAT}），请核实日期。 / "
        "The subject was {STATUS} on {CONTACT_DAT} (last known to be alive on {LAST_ALIVE_DAT}), after the death of which "
        "another contact tells (death form: {DEATH.DTH_DAT}): please check the dates.",
    )
    def nobody_after_death(cls, surv: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        """Of a day that one form alone has, the contacts before the one that told of the death know better."""
        told = cls.told(surv, *others)
        known = told["AGREED"] >= ENOUGH
        for name in ("CONTACT_DAT", "LAST_ALIVE_DAT"):
            known |= before(told["CONTACT"], cls.date(surv, name))
        return ~(cls.after(surv, told) & told["CONTACT"].notna() & (told["OTHERS"] >= 1) & known)

    @rule(
        "IFN-DTH-012",
        Severity.ERROR,
        "Alive on the day of death or later, and no contact tells of the death that other forms agree on",
        variables=["STATUS", "LAST_ALIVE_DAT", "CONTACT_DAT"],
        mend=["STATUS", "LAST_ALIVE_DAT", "CONTACT_DAT"],
        reads={"DEATH": ["DTH_DAT"], "DISP": [], "AE": [], "DM": []},
        query="联系日期 {CONTACT_DAT} 时状态为“{STATUS}”（末次确认存活日期 {LAST_ALIVE_DAT}），"
        "但其他记录表明受试者已死亡（死亡记录表：{DEATH.DTH_DAT}），请核实。 / "
        "The subject was {STATUS} on {CONTACT_DAT} (last known to be alive on {LAST_ALIVE_DAT}), and other forms tell of a death "
        "(death form: {DEATH.DTH_DAT}): please check the status.",
    )
    def dead_is_not_alive(cls, surv: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told, contact = cls.told(surv, *others), cls.date(surv, "CONTACT_DAT")
        on_that_day = (cls.term(surv, "STATUS") == "ALIVE") & (contact != "") & (contact == told["ON"])
        return ~((cls.after(surv, told) | on_that_day) & told["CONTACT"].isna() & (told["OTHERS"] >= ENOUGH))

    @rule(
        "IFN-DTH-013",
        Severity.ERROR,
        "The contact told of a death, and no other form does",
        variables=["STATUS", "CONTACT_DAT"],
        mend=["STATUS"],
        reads={"DEATH": [], "DISP": ["EOS_REASON"], "AE": [], "DM": []},
        lacks=["DEATH"],
        query="联系日期 {CONTACT_DAT} 时状态为“{STATUS}”，但无死亡记录表，研究结束原因为“{DISP.EOS_REASON}”，请核实。 / "
        "The subject was {STATUS} on {CONTACT_DAT}; there is no death form, and the study ended by {DISP.EOS_REASON}: "
        "please check the status, or complete the death form.",
    )
    def others_tell_too(cls, surv: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        return ~((cls.term(surv, "STATUS") == "DEAD") & (cls.told(surv, *others)["OTHERS"] == 0))

    @rule(
        "IFN-DTH-014",
        Severity.ERROR,
        "The contact told of the death before it, or of a life after it",
        variables=["CONTACT_DAT", "LAST_ALIVE_DAT", "STATUS"],
        mend=["CONTACT_DAT", "LAST_ALIVE_DAT", "DEATH.DTH_DAT", "DISP.EOS_DAT"],
        reads={"DEATH": ["DTH_DAT"], "DISP": ["EOS_DAT"], "AE": [], "DM": []},
        query="死亡记录表的死亡日期为 {DEATH.DTH_DAT}、研究结束日期为 {DISP.EOS_DAT}，但报告死亡的随访联系日期为 {CONTACT_DAT}、"
        "末次确认存活日期为 {LAST_ALIVE_DAT}，请核实日期。 / "
        "The death form says {DEATH.DTH_DAT}, and the study ended on {DISP.EOS_DAT}; the contact that told of the death was on "
        "{CONTACT_DAT}, and the subject was last known to be alive on {LAST_ALIVE_DAT}: please check the dates.",
    )
    def dates_lie_around_death(cls, surv: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        """Nobody tells of a death before it: where the other forms have a later day, they may have that of the report."""
        told = cls.told(surv, *others)
        sooner = before(cls.date(surv, "CONTACT_DAT"), told["ON"])
        wrong = sooner | before(told["ON"], cls.date(surv, "LAST_ALIVE_DAT"))
        return ~((cls.term(surv, "STATUS") == "DEAD") & wrong & (told["AGREED"] >= ENOUGH))

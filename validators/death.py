"""Death, told the same by the death form, the contacts, the end of the study and fatal events: whoever is alone is asked.

What contacts say, and what is recorded after a death, ``contacts.py`` and ``after_death.py`` check.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import FormReader, RawForm, Severity, against, before, once, position_of, rule, value_at
from trialbook.checks.against import Against

ENOUGH = 2
"""Forms of the others that have to agree for one that disagrees to be the wrong one."""


def text(told: pd.DataFrame, column: str) -> pd.Series:
    """A date of the table of deaths, ``""`` for none."""
    return told[column].fillna("").astype("str")


def apart(one: pd.Series, other: pd.Series) -> pd.Series:
    """Whether two dates can't be the same day."""
    return before(one, other) | before(other, one)


@once
def last_contact(
    read: FormReader, frame: pd.DataFrame, form: str, surv: pd.DataFrame, status: str, dm: pd.DataFrame
) -> np.ndarray:
    """The position of the last contact of a status with each record's subject, -1 for none."""
    first = read.derivation("first_screening_number")
    rows = pd.DataFrame({"of": first(surv["SUBJID"], dm), "on": read.date(surv, "CONTACT_DAT", "SURV")})
    rows = rows.assign(at=range(len(surv)))[(read.term(surv, "STATUS", "SURV") == status)]
    last = rows.sort_values("on", kind="stable").groupby("of")["at"].last()
    return first(read.cells(frame, "SUBJID", form), dm).map(last).fillna(-1).to_numpy(dtype=np.int64)


def alive_since(read: FormReader, frame: pd.DataFrame, days: pd.Series, surv: pd.DataFrame, dm: pd.DataFrame) -> np.ndarray:
    """The positions of the contacts that met each record's subject of DISP alive on a day or later, the latest first.

    A column for each of them, -1 for none.
    """
    first = read.derivation("first_screening_number")
    seen = pd.DataFrame({"of": first(surv["SUBJID"], dm), "on": read.date(surv, "CONTACT_DAT", "SURV")})
    seen = seen.assign(at=range(len(surv)))[read.term(surv, "STATUS", "SURV") == "ALIVE"].sort_values("on", ascending=False)
    asked = pd.DataFrame({"of": first(read.cells(frame, "SUBJID", "DISP"), dm).to_numpy(), "day": days.to_numpy()})
    pairs = asked.assign(record=range(len(frame))).merge(seen[seen["on"] != ""], on="of")
    pairs = pairs[(pairs["of"] != "") & (pairs["day"] != "") & ~before(pairs["on"], pairs["day"])]
    rank = pairs.groupby("record").cumcount()
    found = np.full((len(frame), 1 + int(rank.max()) if len(rank) else 1), -1, dtype=np.int64)
    found[pairs["record"].to_numpy(), rank.to_numpy()] = pairs["at"].to_numpy()
    return found


class DISPDeath(RawForm, form="DISP"):
    @classmethod
    def told(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
        """What is told of the death of each record's subject; ``others``: DEATH, SURV, AE, DM."""
        death, surv, ae, dm = others
        return cls.derivation("deaths")(cls.reader, cls.cells(disp, "SUBJID"), death, surv, disp, ae, dm)

    @rule(
        "IFN-DTH-001",
        Severity.ERROR,
        "The study or treatment ended by death, a contact or a fatal event tells of it too, and there is no death form",
        variables=["EOS_REASON", "EOS_DAT", "EOT_REASON"],
        mend=["DEATH.DTH_DAT"],
        reads={"DEATH": ["DTH_DAT"], "SURV": [], "AE": [], "DM": []},
        lacks=["DEATH"],
        query="研究结束原因为“{EOS_REASON}”（{EOS_DAT}），其他记录亦提示死亡，但无死亡记录表，请补充。 / "
        "The study ended by {EOS_REASON} on {EOS_DAT}, and other forms tell of a death: please complete the death form.",
        stands_for=["TB-DM-DTHFL-DSDECOD", "TB-DM-DTHFL-AEOUT", "TB-DM-DTHFL-AESDTH", "TB-DS-DSSTDTC-DTHDTC"],
    )
    def death_has_form(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(disp, *others)
        here = (cls.term(disp, "EOS_REASON") == "DEATH") | (cls.term(disp, "EOT_REASON") == "DEATH")
        return ~(here & told["FORM"].isna() & (told["CONTACT"].notna() | told["EVENT"].notna()))

    @rule(
        "IFN-DTH-002",
        Severity.ERROR,
        "The study ended by death, and no other form tells of one",
        variables=["EOS_REASON", "EOS_DAT"],
        mend=["EOS_REASON", "SURV.STATUS", "SURV.LAST_ALIVE_DAT"],
        reads={"DEATH": [], "SURV": ["STATUS", "CONTACT_DAT", "LAST_ALIVE_DAT"], "AE": [], "DM": []},
        lacks=["DEATH"],
        query="研究结束原因为“{EOS_REASON}”（{EOS_DAT}），但无死亡记录表，随访亦未记录死亡（此后随访：{SURV.CONTACT_DAT}），"
        "请核实。 / "
        "The study ended by {EOS_REASON} on {EOS_DAT}; there is no death form, and no contact told of a death (contact since: "
        "{SURV.CONTACT_DAT}): please check.",
        stands_for=["TB-DM-DTHFL-DSDECOD", "TB-DM-DTHFL-AEOUT", "TB-DM-DTHFL-AESDTH", "TB-DS-DSSTDTC-DTHDTC"],
    )
    def nobody_else_tells(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> Against:
        """Contacts on that day or later say otherwise; they may be what is wrong."""
        told, (_, surv, _, dm) = cls.told(disp, *others), others
        alone = (cls.term(disp, "EOS_REASON") == "DEATH") & (told["VOICES"] == 1)
        return against(~alone, SURV=alive_since(cls.reader, disp, cls.date(disp, "EOS_DAT"), surv, dm))

    @rule(
        "IFN-DTH-003",
        Severity.ERROR,
        "Treatment ended by death, and neither the study nor any other form knows of one",
        variables=["EOT_REASON", "EOT_DAT", "EOS_REASON"],
        mend=["EOT_REASON"],
        reads={"DEATH": [], "SURV": [], "AE": [], "DM": []},
        query="治疗结束原因为“{EOT_REASON}”（{EOT_DAT}），但研究结束原因为“{EOS_REASON}”，且其他记录均未提示死亡，请核实。 / "
        "Treatment ended by {EOT_REASON} on {EOT_DAT}, the study by {EOS_REASON}, and no form tells of a death: please check.",
    )
    def treatment_ended_otherwise(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(disp, *others)
        alone = (told["VOICES"] == 1) & (cls.term(disp, "EOS_REASON") != "DEATH")
        return ~((cls.term(disp, "EOT_REASON") == "DEATH") & alone)

    @rule(
        "IFN-DTH-004",
        Severity.ERROR,
        "The study ended on the day of death or later, by something else than death",
        variables=["EOS_REASON", "EOS_DAT", "EOT_REASON"],
        mend=["EOS_REASON"],
        reads={"DEATH": ["DTH_DAT"], "SURV": [], "AE": [], "DM": []},
        query="其他记录表明受试者死亡（死亡记录表：{DEATH.DTH_DAT}），但研究于 {EOS_DAT} 因“{EOS_REASON}”结束，"
        "请核实结束原因。 / "
        "Other forms tell of a death (death form: {DEATH.DTH_DAT}), and the study ended on {EOS_DAT} by {EOS_REASON}: "
        "please check the reason.",
        stands_for=["IFN-DS-018"],
    )
    def death_ends_the_study(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(disp, *others)
        reason, end = cls.term(disp, "EOS_REASON"), cls.date(disp, "EOS_DAT")
        telling = told[["FORM", "CONTACT", "EVENT", "STOPPED"]].notna().sum(axis=1)
        later = (end != "") & ((end == told["ON"]) | before(told["ON"], end))
        return ~((reason != "") & (reason != "DEATH") & (telling >= ENOUGH) & later)

    @rule(
        "IFN-DTH-005",
        Severity.ERROR,
        "The study ended by death on another day than that on which the subject died",
        variables=["EOS_DAT", "EOS_REASON"],
        mend=["EOS_DAT"],
        reads={"DEATH": ["DTH_DAT"], "SURV": [], "AE": [], "DM": []},
        query="研究因“{EOS_REASON}”于 {EOS_DAT} 结束，与其他记录的死亡日期不同（死亡记录表：{DEATH.DTH_DAT}），请核实日期。 / "
        "The study ended by {EOS_REASON} on {EOS_DAT}, and the other forms have another day of death (death form: "
        "{DEATH.DTH_DAT}): please check the date.",
        stands_for=["IFN-DM-020"],
    )
    def study_ends_on_that_day(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(disp, *others)
        wrong = apart(cls.date(disp, "EOS_DAT"), told["ON"]) & (told["AGREED"] >= ENOUGH)
        return ~((cls.term(disp, "EOS_REASON") == "DEATH") & wrong)

    @rule(
        "IFN-DTH-006",
        Severity.ERROR,
        "Treatment ended by death on another day than that on which the subject died",
        variables=["EOT_DAT", "EOT_REASON", "EOS_DAT"],
        mend=["EOT_DAT"],
        reads={"DEATH": ["DTH_DAT"], "SURV": [], "AE": [], "DM": []},
        query="治疗因“{EOT_REASON}”于 {EOT_DAT} 结束，与其他记录的死亡日期不同（死亡记录表：{DEATH.DTH_DAT}），请核实日期。 / "
        "Treatment ended by {EOT_REASON} on {EOT_DAT}, and the other forms have another day of death (death form: "
        "{DEATH.DTH_DAT}): please check the date.",
    )
    def treatment_ends_on_that_day(cls, disp: pd.DataFrame, *others: pd.DataFrame) -> pd.Series:
        told = cls.told(disp, *others)
        wrong = apart(cls.date(disp, "EOT_DAT"), told["ON"]) & (told["AGREED"] >= ENOUGH)
        return ~((cls.term(disp, "EOT_REASON") == "DEATH") & wrong)


class DEATHDeath(RawForm, form="DEATH"):
    @classmethod
    def told(cls, death: pd.DataFrame, *others: pd.DataFrame) -> pd.DataFrame:
        """What is told of the death of each record's subject; ``others``: DISP, SURV, AE, DM."""
        disp, surv, ae, dm = others
        return cls.derivation("deaths")(cls.reader, cls.cells(death, "SUBJID"), death, surv, disp, ae, dm)

    @rule(
        "IFN-DTH-007",
        Severity.ERROR,
        "The date of death is not the one that the other forms agree on",
        variables=["DTH_DAT"],
        reads={"DISP": ["EOS_DAT", "EOS_REASON"], "SURV": ["LAST_ALIVE_DAT", "STATUS"], "AE": [], "DM": []},
        query="死亡日期 {DTH_DAT} 与研究结束日期 {DISP.EOS_DAT}、末次确认存活日期 {SURV.LAST_ALIVE_DAT} 不一致，请核实。 / "
        "The date of death is {DTH_DAT}; the study ended on {DISP.EOS_DAT}, and the subject was last known to be alive on "
        "{SURV.LAST_ALIVE_DAT}: please check.",
        stands_for=["IFN-DM-020"],
    )
    def date_is_that_of_others(cls, death: pd.DataFrame, *others: pd.DataFrame) -> Against:
        told, died = cls.told(death, *others), cls.date(death, "DTH_DAT")
        wrong = apart(died, told["ON"]) & (told["AGREED"] >= ENOUGH)
        return against(~wrong, SURV=last_contact(cls.reader, death, "DEATH", others[1], "DEAD", others[3]))

    @rule(
        "IFN-DTH-008",
        Severity.ERROR,
        "Two forms have two dates of the death, and no third one tells which is right",
        variables=["DTH_DAT"],
        mend=["DTH_DAT", "DISP.EOS_DAT", "SURV.CONTACT_DAT", "SURV.LAST_ALIVE_DAT"],
        reads={"DISP": ["EOS_DAT"], "SURV": ["CONTACT_DAT", "LAST_ALIVE_DAT"], "AE": [], "DM": []},
        query="死亡日期 {DTH_DAT} 与研究结束日期 {DISP.EOS_DAT} 或随访记录（{SURV.CONTACT_DAT}）不一致，请核实。 / "
        "The date of death is {DTH_DAT}; the study ended on {DISP.EOS_DAT}, and the contact of {SURV.CONTACT_DAT} told of the "
        "death: which is right?",
        stands_for=["IFN-DM-020"],
    )
    def dates_agree(cls, death: pd.DataFrame, *others: pd.DataFrame) -> Against:
        told, died = cls.told(death, *others), cls.date(death, "DTH_DAT")
        ended = apart(died, text(told, "ENDED"))
        contact = before(died, text(told, "ALIVE")) | before(text(told, "CONTACT"), died)
        first, (disp, surv, _, dm) = cls.derivation("first_screening_number"), others
        end = position_of(*(pd.DataFrame({"of": first(form["SUBJID"], dm)}) for form in (disp, death)))
        return against(
            ~((ended | contact) & (told["AGREED"] < ENOUGH)),
            DISP=np.where(ended, end, -1),
            SURV=np.where(contact, last_contact(cls.reader, death, "DEATH", surv, "DEAD", dm), -1),
        )

    @rule(
        "IFN-DTH-009",
        Severity.ERROR,
        "The subject is alive by a later contact, and no form but this one tells of a death",
        variables=["DTH_DAT", "SUBJID"],
        mend=["DTH_DAT", "SURV.STATUS"],
        reads={"DISP": [], "SURV": ["LAST_ALIVE_DAT", "STATUS"], "AE": [], "DM": []},
        query="死亡日期为 {DTH_DAT}，但其后随访（末次确认存活日期 {SURV.LAST_ALIVE_DAT}）时状态为“{SURV.STATUS}”，"
        "且其他记录均未提示死亡，请核实。 / "
        "The date of death is {DTH_DAT}, the subject was {SURV.STATUS} on {SURV.LAST_ALIVE_DAT}, and no other form tells of a "
        "death: please check.",
    )
    def others_know_of_it(cls, death: pd.DataFrame, *others: pd.DataFrame) -> Against:
        told, at = cls.told(death, *others), last_contact(cls.reader, death, "DEATH", others[1], "ALIVE", others[3])
        last = value_at(cls.date(others[1], "CONTACT_DAT", "SURV"), at, death.index)
        return against(~((told["VOICES"] == 1) & before(cls.date(death, "DTH_DAT"), last)), SURV=at)

    @rule(
        "IFN-DTH-010",
        Severity.ERROR,
        "The study ended by this death, and no contact tells of it",
        variables=["DTH_DAT"],
        mend=["SURV.STATUS"],
        reads={"DISP": ["EOS_DAT", "EOS_REASON"], "SURV": ["STATUS", "CONTACT_DAT"], "AE": [], "DM": []},
        lacks=["SURV"],
        query="受试者于 {DTH_DAT} 死亡，但生存随访中无死亡记录（最近一次随访 {SURV.CONTACT_DAT}：“{SURV.STATUS}”），"
        "请补充或更正。 / "
        "The subject died on {DTH_DAT}, and no contact of the survival follow-up tells of it (the latest was on "
        "{SURV.CONTACT_DAT}: {SURV.STATUS}): please complete or correct it.",
    )
    def contact_tells(cls, death: pd.DataFrame, *others: pd.DataFrame) -> Against:
        """It is missing, or it is the last one, and its status is wrong.

        A contact on the day of death or later, or one whose status can't be read, is another rule's finding.
        """
        told, (_, surv, _, dm) = cls.told(death, *others), others
        first = cls.derivation("first_screening_number")
        on = told["ON"].groupby(first(death["SUBJID"], dm)).first()
        contact, of = cls.date(surv, "CONTACT_DAT", "SURV"), first(surv["SUBJID"], dm)
        after = ~before(contact, of.map(on).astype("object").fillna("").astype("str")) | (cls.term(surv, "STATUS", "SURV") == "")
        answered = first(death["SUBJID"], dm).isin(of[after])
        quiet = told["CONTACT"].isna() & told["ENDED"].notna() & (told["ON"] != "") & ~answered
        return against(~quiet, SURV=last_contact(cls.reader, death, "DEATH", surv, "ALIVE", dm))

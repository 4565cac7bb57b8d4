"""Response and relapse: status, site, dates and confirmation agree within the form."""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, before, complete_date, rule

MOST_DAYS_BEFORE = pd.Timedelta(days=14)
"""Assumption: a relapse is dated by the sample that showed it, so not more than this before the assessment that tells of it."""


class RESPForm(RawForm, form="RESP", across=False):
    @classmethod
    def relapsed(cls, resp: pd.DataFrame) -> pd.Series:
        return cls.term(resp, "HEM_STATUS") == "RELAPSE"

    @classmethod
    def told(cls, resp: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Whether there is a date of relapse, and whether there is a site."""
        return cls.cells(resp, "RELAPSE_DAT") != "", cls.cells(resp, "RELAPSE_SITE") != ""

    @rule(
        "IFN-RS-001",
        Severity.ERROR,
        "A relapse without a date",
        variables=["RELAPSE_DAT", "HEM_STATUS", "RELAPSE_SITE"],
        mend=["RELAPSE_DAT"],
        query="血液学状态为“{HEM_STATUS}”，复发部位为“{RELAPSE_SITE}”，但无复发日期，请补充。 / "
        "The status is {HEM_STATUS}, at {RELAPSE_SITE}: on which date was the relapse?",
        stands_for=["IFN-RS-020"],
    )
    def relapse_has_date(cls, resp: pd.DataFrame) -> pd.Series:
        dated, sited = cls.told(resp)
        return ~(cls.relapsed(resp) & ~dated & sited)

    @rule(
        "IFN-RS-013",
        Severity.ERROR,
        "A relapse without date and site",
        variables=["RELAPSE_DAT", "HEM_STATUS", "RELAPSE_SITE"],
        query="血液学状态为“{HEM_STATUS}”，但无复发日期和部位，请核实。 / "
        "The status is {HEM_STATUS}, without date and site: please check whether there was a relapse.",
        stands_for=["IFN-RS-020"],
    )
    def relapse_is_told(cls, resp: pd.DataFrame) -> pd.Series:
        dated, sited = cls.told(resp)
        return ~(cls.relapsed(resp) & ~dated & ~sited)

    @rule(
        "IFN-RS-014",
        Severity.ERROR,
        "A date of relapse, but neither a relapse nor its site",
        variables=["HEM_STATUS", "RELAPSE_DAT", "RELAPSE_SITE"],
        mend=["HEM_STATUS", "RELAPSE_DAT"],
        query="填写了复发日期 {RELAPSE_DAT}，但血液学状态为“{HEM_STATUS}”，且无复发部位 {RELAPSE_SITE}，请核实。 / "
        "There is a relapse on {RELAPSE_DAT}, the status is {HEM_STATUS} and the site {RELAPSE_SITE}: which is right?",
    )
    def date_has_relapse(cls, resp: pd.DataFrame) -> pd.Series:
        dated, sited = cls.told(resp)
        return ~(dated & ~sited & (cls.term(resp, "HEM_STATUS") == "CR"))

    @rule(
        "IFN-RS-003",
        Severity.WARNING,
        "A relapse without its site",
        variables=["RELAPSE_SITE", "HEM_STATUS"],
        mend=["RELAPSE_SITE"],
        query="血液学状态为“{HEM_STATUS}”，请填写复发部位。 / The status is {HEM_STATUS}: at which site?",
    )
    def relapse_has_site(cls, resp: pd.DataFrame) -> pd.Series:
        """Without its date too, whether it is one at all is asked."""
        dated, sited = cls.told(resp)
        return ~(cls.relapsed(resp) & dated & ~sited)

    @rule(
        "IFN-RS-004",
        Severity.ERROR,
        "The relapse is dated after the assessment that tells of it",
        variables=["RELAPSE_DAT", "ASSESS_DAT"],
        query="复发日期 {RELAPSE_DAT} 晚于评估日期 {ASSESS_DAT}，请核实。 / "
        "The relapse of {RELAPSE_DAT} is told by the assessment of {ASSESS_DAT}: please check both dates.",
    )
    def relapse_before_assessment(cls, resp: pd.DataFrame) -> pd.Series:
        return ~before(cls.date(resp, "ASSESS_DAT"), cls.date(resp, "RELAPSE_DAT"))

    @rule(
        "IFN-RS-005",
        Severity.WARNING,
        f"The relapse is dated more than {MOST_DAYS_BEFORE.days} days before the assessment that tells of it",
        variables=["RELAPSE_DAT", "ASSESS_DAT"],
        query="复发日期 {RELAPSE_DAT} 明显早于评估日期 {ASSESS_DAT}，请核实。 / "
        "The relapse of {RELAPSE_DAT} lies long before the assessment of {ASSESS_DAT}: please check both dates.",
    )
    def relapse_is_assessed(cls, resp: pd.DataFrame) -> pd.Series:
        """One that lies before a remission too is asked for by itself."""
        relapse, assessed = (complete_date(cls.date(resp, column)) for column in ("RELAPSE_DAT", "ASSESS_DAT"))
        return ~((assessed - relapse > MOST_DAYS_BEFORE) & ~cls.before_remission(resp))

    @rule(
        "IFN-RS-006",
        Severity.ERROR,
        "The relapse is dated before an assessment that found remission",
        variables=["RELAPSE_DAT", "SUBJID"],
        mend=["RELAPSE_DAT"],
        query="复发日期 {RELAPSE_DAT} 早于另一次评估为完全缓解的日期，请核实。 / "
        "The relapse of {RELAPSE_DAT} lies before an assessment that found remission: please check the date.",
    )
    def no_remission_after_relapse(cls, resp: pd.DataFrame) -> pd.Series:
        return ~cls.before_remission(resp)

    @classmethod
    def before_remission(cls, resp: pd.DataFrame) -> pd.Series:
        """Remissions assessed before the assessment that tells of the relapse: a second remission may follow it."""
        assessed, subject = complete_date(cls.date(resp, "ASSESS_DAT")), cls.cells(resp, "SUBJID")
        remission = assessed.where(cls.term(resp, "HEM_STATUS") == "CR")
        table = pd.DataFrame({"of": subject, "at": assessed, "remission": remission}, index=resp.index)
        table = table.sort_values("at", kind="stable")
        last = table.groupby("of")["remission"].ffill()
        last = last.groupby(table["of"]).shift().reindex(resp.index)
        relapse = complete_date(cls.date(resp, "RELAPSE_DAT"))
        return (subject != "") & (relapse < last)

    @rule(
        "IFN-RS-007",
        Severity.ERROR,
        "The MRD relapse is confirmed before it occurs",
        variables=["CONFIRM_DAT", "MRD_RELAPSE_DAT"],
        query="MRD复发的确认日期 {CONFIRM_DAT} 早于MRD复发日期 {MRD_RELAPSE_DAT}，请核实。 / "
        "The MRD relapse of {MRD_RELAPSE_DAT} is confirmed on {CONFIRM_DAT}: please check both dates.",
        cites=["ELN 2021 MRD"],
    )
    def confirmed_after_relapse(cls, resp: pd.DataFrame) -> pd.Series:
        early, late = cls.mrd_dates(resp)
        return ~(early & ~late)

    @classmethod
    def mrd_dates(cls, resp: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
        """Whether the MRD relapse lies after its confirmation, and whether it lies after its assessment."""
        relapse = cls.date(resp, "MRD_RELAPSE_DAT")
        return before(cls.date(resp, "CONFIRM_DAT"), relapse), before(cls.date(resp, "ASSESS_DAT"), relapse)

    @rule(
        "IFN-RS-015",
        Severity.ERROR,
        "The MRD relapse is dated after its assessment and its confirmation",
        variables=["MRD_RELAPSE_DAT", "ASSESS_DAT", "CONFIRM_DAT"],
        mend=["MRD_RELAPSE_DAT"],
        query="MRD复发日期 {MRD_RELAPSE_DAT} 晚于评估日期 {ASSESS_DAT} 和确认日期 {CONFIRM_DAT}，请核实。 / "
        "The MRD relapse of {MRD_RELAPSE_DAT} lies after its assessment ({ASSESS_DAT}) and confirmation ({CONFIRM_DAT}): "
        "please check its date.",
    )
    def mrd_relapse_is_first(cls, resp: pd.DataFrame) -> pd.Series:
        early, late = cls.mrd_dates(resp)
        return ~(early & late)

    @rule(
        "IFN-RS-008",
        Severity.ERROR,
        "The MRD relapse is dated after the assessment that tells of it",
        variables=["MRD_RELAPSE_DAT", "ASSESS_DAT"],
        query="MRD复发日期 {MRD_RELAPSE_DAT} 晚于评估日期 {ASSESS_DAT}，请核实。 / "
        "The MRD relapse of {MRD_RELAPSE_DAT} is told by the assessment of {ASSESS_DAT}: please check both dates.",
    )
    def mrd_relapse_before_assessment(cls, resp: pd.DataFrame) -> pd.Series:
        early, late = cls.mrd_dates(resp)
        return ~(late & ~early)

    @rule(
        "IFN-RS-010",
        Severity.WARNING,
        "Confirmed, but there is nothing to confirm",
        variables=["CONFIRM_DAT", "RELAPSE_DAT", "MRD_RELAPSE_DAT", "HEM_STATUS"],
        query="填写了确认日期 {CONFIRM_DAT}，但无血液学复发或MRD复发日期，请核实。 / "
        "There is a confirmation on {CONFIRM_DAT} and no relapse: which relapse does it confirm?",
    )
    def confirms_a_relapse(cls, resp: pd.DataFrame) -> pd.Series:
        none = (cls.cells(resp, "RELAPSE_DAT") == "") & (cls.cells(resp, "MRD_RELAPSE_DAT") == "")
        return ~((cls.cells(resp, "CONFIRM_DAT") != "") & none & ~cls.relapsed(resp))

    @rule(
        "IFN-RS-011",
        Severity.ERROR,
        "A site of relapse, but no relapse",
        variables=["HEM_STATUS", "RELAPSE_SITE"],
        query="填写了复发部位“{RELAPSE_SITE}”，但血液学状态为“{HEM_STATUS}”，请核实。 / "
        "There is a relapse in {RELAPSE_SITE} and the status is {HEM_STATUS}: which is right?",
    )
    def site_has_relapse(cls, resp: pd.DataFrame) -> pd.Series:
        dated, sited = cls.told(resp)
        return ~(sited & ~dated & (cls.term(resp, "HEM_STATUS") == "CR"))

    @rule(
        "IFN-RS-012",
        Severity.WARNING,
        "The MRD relapse is dated long before the assessment that tells of it, or confirmed long after it",
        variables=["MRD_RELAPSE_DAT", "ASSESS_DAT", "CONFIRM_DAT"],
        query="MRD复发日期 {MRD_RELAPSE_DAT}、评估日期 {ASSESS_DAT}、确认日期 {CONFIRM_DAT} 相隔过久，请核实。 / "
        "MRD relapse {MRD_RELAPSE_DAT}, assessment {ASSESS_DAT} and confirmation {CONFIRM_DAT} lie far apart: please check.",
    )
    def mrd_dates_lie_together(cls, resp: pd.DataFrame) -> pd.Series:
        """Assumption: the second sample is taken within three months."""
        relapse, assessed, confirmed = (
            complete_date(cls.date(resp, column)) for column in ("MRD_RELAPSE_DAT", "ASSESS_DAT", "CONFIRM_DAT")
        )
        hematologic = cls.cells(resp, "RELAPSE_DAT") != ""
        first = relapse.where(relapse.notna(), assessed)
        early = assessed - relapse > MOST_DAYS_BEFORE
        return ~(early | (((confirmed - first).abs() > np.timedelta64(92, "D")) & (relapse.notna() | hematologic)))


class RS(Dataset, domain="RS", across=False):
    @rule(
        "IFN-RS-020",
        Severity.ERROR,
        "A hematologic relapse of which no record has the date",
        variables=["RSSTRESC", "RSTESTCD", "RSDTC"],
        mend=["RSSTRESC"],
        query="{RSDTC} 的评估为血液学复发，但无复发日期记录，请核实。 / "
        "The assessment of {RSDTC} found a relapse: on which date was it?",
    )
    def relapse_has_its_own_record(cls, rs: pd.DataFrame) -> pd.Series:
        """By it times to relapse are counted, and not by the assessment that tells of it."""
        dated = rs.loc[(rs["RSTESTCD"] == "DRCRIND") & (rs["RSSCAT"] == "HEMATOLOGIC RELAPSE") & (rs["RSDTC"] != ""), "USUBJID"]
        found = (rs["RSTESTCD"] == "HEMARESP") & (rs["RSSTRESC"] == "RELAPSED DISEASE FROM CR")
        return ~(found & ~rs["USUBJID"].isin(dated))

"""The dose: one of the protocol's steps, lowered where that is marked, not raised again, held where blood counts demand it."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, against, once, rule
from trialbook.datasets.iso8601 import earliest, latest
from trialbook.protocol import Protocol
from trialbook.protocol.interventions import Threshold

PROTOCOL = Protocol(Path(__file__).resolve().parents[1] / "protocol")
DRUG = "PEGIFN"


def limits(thresholds: Iterable[Threshold], of: str) -> str:
    """The counts below which the dose is changed, as messages say them."""
    return ", ".join(f"{one.test} {getattr(one, of):g} {one.unit}" for one in thresholds)


UNITS = {one.test: one.unit for one in PROTOCOL.interventions[DRUG].modification.thresholds}
# What messages say: of each version of the protocol, where they differ.
STEPS = PROTOCOL.told(lambda protocol: ", ".join(f"{step:g}" for step in protocol.interventions[DRUG].steps))
FULL = PROTOCOL.told(lambda protocol: f"{protocol.interventions[DRUG].regimen.dose:g}")
REDUCE = PROTOCOL.told(lambda protocol: limits(protocol.interventions[DRUG].modification.thresholds, "reduce_below"))
STOP = PROTOCOL.told(lambda protocol: limits(protocol.interventions[DRUG].modification.thresholds, "stop_below"))


class EXForm(RawForm, form="EX", across=False):
    @classmethod
    @once
    def is_step(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Whether the dose is one that the subject's version of the protocol knows."""
        steps = cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].steps)
        return cls.number(ex, "DOSE_UG").groupby(steps).transform(lambda doses: doses.isin(doses.name)).astype(bool)

    @classmethod
    @once
    def doses(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.DataFrame:
        """The injections of a known dose, in order: ``amount``, ``before`` (the dose until then; NaN at the first), ``full``.

        ``marked``: a reduction is marked since the injection that ``before`` is of; ``whole``: no record between is missing.
        A dose that differs from that before it, which the next one has again, is taken for a slip: it is no dose until then. One
        that is marked as reduced and is not, where the next one is lower, is taken for the next one's.
        """
        log = pd.DataFrame(
            {
                "of": cls.cells(ex, "SUBJID"),
                "number": cls.number(ex, "DOSE_NO"),
                "amount": cls.number(ex, "DOSE_UG"),
                "full": cls.in_force(ex, dm, lambda protocol: protocol.interventions[DRUG].regimen.dose).astype("float64"),
                "reduced": cls.term(ex, "DOSE_CHANGE") == "DOSE REDUCED",
                "known": (cls.term(ex, "GIVEN_YN") == "Y") & cls.is_step(ex, dm),
            }
        )
        log = log[(log["of"] != "") & log["number"].notna()].sort_values(["of", "number"], kind="stable")
        log = log.assign(marks=log.groupby("of")["reduced"].cumsum(), place=log.groupby("of").cumcount())
        given = log[log["known"]].copy()
        by = given.groupby("of")
        last, following = by["amount"].shift().fillna(given["full"]), by["amount"].shift(-1)
        slip = (given["amount"] != last) & (following == last) & ~given["reduced"]
        next_marked = by["reduced"].shift(-1).fillna(False).astype(bool)
        delayed = given["reduced"] & (given["amount"] >= last) & (following < last) & ~next_marked
        believed = given["amount"].where(~delayed, following).where(~slip)
        facts = pd.DataFrame({"of": given["of"], "before": believed, "marks": given["marks"], "at": given["place"]})
        facts["ahead"] = given["number"] - given["place"]
        since = facts.where(~slip).groupby(given["of"]).ffill().groupby(given["of"]).shift()
        given["before"] = since["before"]
        given["marked"] = given["marks"] > since["marks"].fillna(0)
        # Of a record that is missing nobody knows whether it marked the reduction.
        given["whole"] = (given["number"] - given["place"]) == since["ahead"].fillna(1)
        return given

    @rule(
        "IFN-EX-001",
        Severity.ERROR,
        f"The dose is none of the protocol's: {STEPS} μg",
        variables=["DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG"],
        query=f"第 {{DOSE_NO}} 次给药剂量 {{DOSE_UG}} μg 不是方案规定的剂量（{STEPS} μg），请核实。 / "
        f"The dose of injection {{DOSE_NO}} is {{DOSE_UG}} μg; the protocol knows {STEPS} μg: please check.",
    )
    def dose_is_a_step(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        dose = cls.number(ex, "DOSE_UG")
        return dose.isna() | cls.is_step(ex, dm)

    @rule(
        "IFN-EX-012",
        Severity.ERROR,
        "The dose is said to be reduced, and is no lower than before",
        variables=["DOSE_CHANGE", "DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_CHANGE", "DOSE_UG"],
        query="第 {DOSE_NO} 次给药的剂量调整为“{DOSE_CHANGE}”，但剂量 {DOSE_UG} μg 未低于前一次，请核实。 / "
        "Injection {DOSE_NO} has the change {DOSE_CHANGE}, and its dose of {DOSE_UG} μg is no lower than the one before: "
        "please check.",
    )
    def reduction_is_seen(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        given = cls.doses(ex, dm)
        fails = given["reduced"] & (given["amount"] >= given["before"].fillna(given["full"]))
        return ~fails.reindex(ex.index, fill_value=False)

    @rule(
        "IFN-EX-013",
        Severity.ERROR,
        "The dose is lower than before, and no reduction is marked",
        variables=["DOSE_UG", "DOSE_CHANGE", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG", "DOSE_CHANGE"],
        query="第 {DOSE_NO} 次给药剂量 {DOSE_UG} μg 低于前一次，但未填写剂量调整：是否减量，原因是什么？ / "
        "The dose of injection {DOSE_NO} is {DOSE_UG} μg, lower than the one before, and no reduction is marked: "
        "was it reduced, and why?",
    )
    def reduction_is_marked(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        given = cls.doses(ex, dm)
        lower = given["amount"] < given["before"].fillna(given["full"])
        fails = lower & ~given["marked"] & given["whole"]
        return ~fails.reindex(ex.index, fill_value=False) | (cls.cells(ex, "DOSE_CHANGE") != "")

    @rule(
        "IFN-EX-014",
        Severity.WARNING,
        "The dose is higher than before (assumption: it is not raised again)",
        variables=["DOSE_UG", "DOSE_NO"],
        reads={"DM": []},
        mend=["DOSE_UG"],
        query="第 {DOSE_NO} 次给药剂量 {DOSE_UG} μg 高于前一次：剂量是否有误？ / "
        "The dose of injection {DOSE_NO} is {DOSE_UG} μg, higher than the one before: is it right?",
    )
    def dose_is_not_raised(cls, ex: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """One that is marked as reduced is another rule's finding."""
        given = cls.doses(ex, dm)
        fails = (given["amount"] > given["before"]) & ~given["reduced"]
        return ~fails.reindex(ex.index, fill_value=False)


class EC(Dataset, domain="EC", across=False):
    @classmethod
    @once
    def against_counts(cls, ec: pd.DataFrame, lb: pd.DataFrame, dm: pd.DataFrame, of: str) -> pd.Series:
        """For each injection the position in LB of the last count before it, where that is below its limit; -1 for none.

        A result tells of the first injection after it alone. Results that nobody believes are other rules' findings.
        """
        moment = earliest(ec["ECSTDTC"]).where((ec["ECOCCUR"] == "Y") & (ec["ECDOSE"] > 0))
        doses = pd.DataFrame({"USUBJID": ec["USUBJID"], "moment": moment, "at": ec.index}).dropna(subset="moment")
        least = cls.table("plausible_ranges").set_index("test")["low"].replace("", "nan").astype("float64")
        results = pd.DataFrame(
            {
                "USUBJID": lb["USUBJID"],
                "test": lb["LBTESTCD"],
                "value": lb["LBSTRESN"].where(lb["LBSTRESU"] == lb["LBTESTCD"].map(UNITS)),
                "moment": latest(lb["LBDTC"]),
                "result": np.arange(len(lb)),
            }
        )
        results = results[~(results["value"] < results["test"].map(least).astype("float64"))].dropna(subset=["moment", "value"])
        found = pd.Series(-1, index=ec.index)
        for test in UNITS:
            limit = cls.in_force(ec, dm, lambda protocol, test=test: getattr(protocol.interventions[DRUG], of).get(test, np.nan))  # type: ignore[misc]
            of_test = results[results["test"] == test].sort_values("moment", kind="stable")
            last = pd.merge_asof(
                doses.sort_values("moment", kind="stable"), of_test, on="moment", by="USUBJID", allow_exact_matches=False
            ).set_index("at")
            first = ~last.duplicated("result") & last["result"].notna()
            low = last["value"] < limit.reindex(last.index).astype("float64")
            told = last["result"][first & low]
            found = found.where((found >= 0) | ~found.index.isin(told.index), told.reindex(found.index).fillna(-1)).astype(
                "int64"
            )
        return found

    @rule(
        "IFN-EX-025",
        Severity.WARNING,
        f"Given in full, though the last count before was below the limit at which the protocol reduces the dose: {REDUCE}",
        variables=["ECDOSE", "ECSTDTC"],
        reads={
            "LB": ["USUBJID", "LBTESTCD", "LBTEST", "LBSTRESN", "LBSTRESU", "LBORRES", "LBORRESU", "LBDTC"],
            "DM": ["USUBJID", "RFICDTC"],
        },
        query=f"末次血常规 {{LB.LBTEST}} 为 {{LB.LBORRES}} {{LB.LBORRESU}}，低于减量阈值（{REDUCE}），"
        "但 {ECSTDTC} 仍给予全剂量 {ECDOSE} μg：请核实剂量和检验结果；如属实请报告方案偏离。 / "
        f"{{LB.LBTEST}} was {{LB.LBORRES}} {{LB.LBORRESU}}, and the protocol reduces the dose below {REDUCE}; "
        "on {ECSTDTC} the full dose of {ECDOSE} μg was given: please check dose and count, or report the protocol deviation.",
    )
    def reduced_where_counts_ask_for_it(cls, ec: pd.DataFrame, lb: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        """Below the limit at which treatment is stopped another rule tells."""
        full = cls.in_force(ec, dm, lambda protocol: protocol.interventions[DRUG].regimen.dose).astype("float64")
        at = cls.against_counts(ec, lb, dm, "reduce_below")
        wrong = (at >= 0) & (ec["ECDOSE"] >= full) & (cls.against_counts(ec, lb, dm, "stop_below") < 0)
        return against(~wrong, LB=at.where(wrong, -1), DM=pd.Series(-1, index=ec.index))

    @rule(
        "IFN-EX-026",
        Severity.WARNING,
        f"Given, though the last count before was below the limit at which the protocol stops treatment: {STOP}",
        variables=["ECDOSE", "ECSTDTC"],
        reads={
            "LB": ["USUBJID", "LBTESTCD", "LBTEST", "LBSTRESN", "LBSTRESU", "LBORRES", "LBORRESU", "LBDTC"],
            "DM": ["USUBJID", "RFICDTC"],
        },
        query=f"末次血常规 {{LB.LBTEST}} 为 {{LB.LBORRES}} {{LB.LBORRESU}}，低于停药阈值（{STOP}），"
        "但 {ECSTDTC} 仍给药 {ECDOSE} μg：请核实给药和检验结果；如属实请报告方案偏离。 / "
        f"{{LB.LBTEST}} was {{LB.LBORRES}} {{LB.LBORRESU}}, and the protocol stops treatment below {STOP}; "
        "on {ECSTDTC} {ECDOSE} μg were given: please check injection and count, or report the protocol deviation.",
    )
    def stopped_where_counts_ask_for_it(cls, ec: pd.DataFrame, lb: pd.DataFrame, dm: pd.DataFrame) -> pd.Series:
        at = cls.against_counts(ec, lb, dm, "stop_below")
        return against(at < 0, LB=at, DM=pd.Series(-1, index=ec.index))

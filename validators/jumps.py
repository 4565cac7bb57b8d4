"""Values that no body changes by so much: a result or a weight that is far from the subject's own before and after.

``jump_limits.csv`` has by test how many times its neighbours a value may be, or a how-manieth of them: a hundredfold for what
rises and falls with disease, inflammation and transfusion, less for what is kept steady. TSH is not in it: interferon's
thyroiditis takes it from suppressed to raised, over more than a thousandfold.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from trialbook.checks import Dataset, RawForm, Severity, against, complete_date, position_of, rule, value_at
from trialbook.checks.against import Against
from trialbook.mapping.numbers import read_numbers


def jumps(values: pd.Series, of: list[pd.Series], at: pd.Series, times: pd.Series) -> pd.Series:
    """Whether each value is more than ``times`` as large as both of its neighbours within ``of``, in the order of ``at``, or as
    small as that. At an end of the order the neighbours are the nearest two; of fewer than three values nothing is told.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        logs = pd.Series(np.log(values.where(values > 0)), index=values.index)
    table = pd.DataFrame({"log": logs, "at": at}).assign(**{str(number): one for number, one in enumerate(of)})
    keys = [str(number) for number in range(len(of))]
    known = table[logs.notna() & at.notna() & (at != "")].sort_values("at", kind="stable")
    grouped = known.groupby(keys, sort=False)["log"]
    before, after = grouped.shift(1), grouped.shift(-1)
    one, other = before.fillna(grouped.shift(-2)), after.fillna(grouped.shift(2))
    # What lies beyond both neighbours by so much; that they agree with each other goes with it.
    least = pd.concat([(known["log"] - one).abs(), (known["log"] - other).abs()], axis=1).min(axis=1, skipna=False)
    same_way = np.sign(known["log"] - one) == np.sign(known["log"] - other)
    limit = np.log(times.reindex(known.index))
    found = ((least > limit) & same_way).reindex(values.index)
    return found.fillna(False).astype(bool)


def limit_of(table: pd.DataFrame, test: pd.Series) -> pd.Series:
    return test.map(read_numbers(table.set_index("test")["times"])).astype("float64")


class LB(Dataset, domain="LB", across=False):
    @rule(
        "IFN-LB-026",
        Severity.WARNING,
        "The result is many times as large as the subject's before and after, or as small: the decimal point is probably wrong",
        variables=["LBORRES", "LBORRESU", "LBTESTCD", "LBDTC"],
        mend=["LBORRES"],
        query="{LBTESTCD} 的结果 {LBORRES} {LBORRESU}（{LBDTC}）与该受试者前后的结果相差过大，请核实数值和小数点。 / "
        "{LBTESTCD} is {LBORRES} {LBORRESU} on {LBDTC}, far from the subject's results before and after: please check the number "
        "and its decimal point.",
    )
    def result_lies_among_its_neighbours(cls, lb: pd.DataFrame) -> pd.Series:
        """In standard units; what is hardly possible in itself another rule tells."""
        value = lb["LBSTRESN"].astype("float64")
        limits = cls.table("plausible_ranges").set_index("test")
        low, high = (lb["LBTESTCD"].map(read_numbers(limits[name])).astype("float64") for name in ("low", "high"))
        possible = value.where(~((value < low) | (value > high)))
        times = limit_of(cls.table("jump_limits"), lb["LBTESTCD"])
        return ~jumps(possible, [lb["USUBJID"], lb["LBTESTCD"], lb["LBSPEC"]], lb["LBDTC"], times)


class VSForm(RawForm, form="VS_ECOG", across=False):
    @rule(
        "IFN-VS-007",
        Severity.WARNING,
        "The weight is far from the subject's before and after",
        variables=["WEIGHT", "DAT"],
        mend=["WEIGHT"],
        query="{DAT} 的体重 {WEIGHT} kg 与该受试者前后的体重相差过大，请核实。 / "
        "The weight on {DAT} is {WEIGHT} kg, far from the subject's before and after: please check.",
    )
    def weight_lies_among_its_neighbours(cls, vs: pd.DataFrame) -> pd.Series:
        """What no adult weighs another rule tells."""
        weight = cls.number(vs, "WEIGHT")
        limits = cls.table("vital_ranges").set_index("column").loc["WEIGHT"].astype("float64")
        day = complete_date(cls.date(vs, "DAT"))
        times = limit_of(cls.table("jump_limits"), pd.Series("WEIGHT", index=vs.index))
        return ~jumps(weight.where(weight.between(limits["low"], limits["high"])), [cls.cells(vs, "SUBJID")], day, times)

    @rule(
        "IFN-VS-009",
        Severity.WARNING,
        "The weight is far from that at enrolment, and too few others tell which is wrong",
        variables=["WEIGHT", "DAT"],
        reads={"DM": ["SUBJID", "WEIGHT_KG"]},
        mend=["WEIGHT", "DM.WEIGHT_KG"],
        query="{DAT} 的体重 {WEIGHT} kg 与入组时的体重 {DM.WEIGHT_KG} kg 相差过大，请核实。 / "
        "The weight on {DAT} is {WEIGHT} kg, and at enrolment it was {DM.WEIGHT_KG} kg: please check both.",
    )
    def weight_is_that_of_enrolment(cls, vs: pd.DataFrame, dm: pd.DataFrame) -> Against:
        """Of a subject with fewer than three weights; where one is hardly possible another rule tells."""
        weight, of_subject = cls.number(vs, "WEIGHT"), cls.cells(vs, "SUBJID")
        limits = cls.table("vital_ranges").set_index("column").loc["WEIGHT"].astype("float64")
        at = position_of(pd.DataFrame({"subject": cls.cells(dm, "SUBJID", "DM")}), pd.DataFrame({"subject": of_subject}))
        enrolled = value_at(cls.number(dm, "WEIGHT_KG", "DM"), at, vs.index)
        times = limit_of(cls.table("jump_limits"), pd.Series("WEIGHT", index=vs.index))
        far = (weight > times * enrolled) | (weight < enrolled / times)
        few = weight.groupby(of_subject).transform("count") < 3
        possible = weight.between(limits["low"], limits["high"]) & enrolled.between(limits["low"], limits["high"])
        return against(~(far & few & possible), DM=at)

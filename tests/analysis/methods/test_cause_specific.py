from __future__ import annotations

import pandas as pd
import pytest

from trialbook.analysis.methods.cause_specific import cause_specific


def test_three_groups_within_strata_are_r_s(invented: pd.DataFrame) -> None:
    """R 4.2.2, survival 3.5-3: coxph(Surv(time, cause == 1) ~ b + c + strata(stratum)) on the invented subjects."""
    found = cause_specific(invented["time"], invented["cause"], invented[["b", "c"]], strata=invented["stratum"])
    assert found.coefficients == pytest.approx([-0.469404590299792, -0.974413953705959], abs=1e-8)
    assert found.standard_errors == pytest.approx([0.751202860572029, 0.837470890930548], abs=1e-8)
    assert found.events == 10


@pytest.mark.parametrize(("name", "by", "value"), [("bmtcrr", "D", "AML"), ("myeloid_cir", "trt", "B")])
def test_the_data_sets_of_the_reference_give_r_s_figures(expected, reference, name: str, by: str, value: str) -> None:
    wanted, data = expected("competing_risks")[name]["csh"], reference(name)
    found = cause_specific(data["time"], data["cause"], {f"{by}{value}": data[by] == value}, ties=wanted["ties"])
    assert (found.names, found.subjects, found.events) == (tuple(wanted["coef"]), wanted["n"], wanted["nevent"])
    ratio = found.ratios[0]
    ours = (found.coefficients[0], found.standard_errors[0], ratio.value, ratio.low, ratio.high, found.p_values[0])
    keys = ("coef", "se", "hr", "hr_lo", "hr_hi", "p")
    assert ours == pytest.approx(tuple(wanted[key][f"{by}{value}"] for key in keys), abs=1e-9)
    assert found.log_likelihood == pytest.approx(wanted["loglik"], abs=1e-10)
    assert found.score.p_value == pytest.approx(wanted["score"][2], abs=1e-10)


def test_the_other_causes_are_censored(invented: pd.DataFrame) -> None:
    first, second = (cause_specific(invented["time"], invented["cause"], invented["b"], of=of) for of in (1, 2))
    assert (first.events, second.events) == (10, 7)
    third = cause_specific(invented["time"], invented["cause"], invented["b"], of=3)
    assert (third.events, third.ratios[0].reason) == (0, "no events")
    with pytest.raises(ValueError, match="a cause is a whole number of 1 or more"):
        cause_specific(invented["time"], invented["cause"], invented["b"], of=0)

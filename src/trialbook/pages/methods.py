"""The statistical methods that a plan can name, in words and formulas; which of them it names, ``protocol/analysis.yml`` says.

Arm 1 is the one that is treated, arm 0 control.
"""

from __future__ import annotations

from trialbook.protocol.analysis import (
    DifferenceInterval,
    Estimation,
    ProportionInterval,
    SurvivalInterval,
    Technique,
    Ties,
)
from trialbook.protocol.sample_size import Method

NAMES = {
    Technique.PROPORTION: "Proportion",
    Technique.DIFFERENCE: "Difference of proportions",
    Technique.STRATIFIED_DIFFERENCE: "Stratified difference of proportions",
    Technique.NEWCOMBE: "Newcombe's interval",
    Technique.TEST: "Test of two proportions",
    Technique.STRATIFIED_TEST: "Cochran-Mantel-Haenszel test",
    Technique.SURVIVAL: "Kaplan-Meier estimate",
    Technique.SURVIVAL_DIFFERENCE: "Difference of survival estimates",
    Technique.LOG_RANK: "Log-rank test",
    Technique.STRATIFIED_LOG_RANK: "Stratified log-rank test",
    Technique.HAZARD_RATIO: "Hazard ratio",
    Technique.PROPORTIONAL_HAZARDS: "Check of proportional hazards",
    Technique.FOLLOW_UP: "Length of follow-up",
    Technique.INCIDENCE: "Cumulative incidence",
    Technique.INCIDENCE_DIFFERENCE: "Difference of cumulative incidences",
    Technique.GRAY: "Gray's test",
    Technique.STRATIFIED_GRAY: "Stratified Gray's test",
    Technique.CAUSE_SPECIFIC: "Cause-specific hazard ratio",
    Technique.SUBDISTRIBUTION: "Subdistribution hazard ratio",
    Technique.IMPUTATION: "Multiple imputation",
    Technique.TIPPING_POINT: "Tipping point",
    Technique.DISPOSITION: "Flow of participants",
    Technique.BASELINE: "Description at baseline",
    Technique.DEVIATIONS: "Deviations from the protocol",
    Technique.EXPOSURE: "Exposure",
    Technique.ADVERSE_EVENTS: "Adverse events",
    Technique.EVENT_RATES: "Exposure-adjusted rates",
    Technique.LABORATORY: "Laboratory values",
    Technique.SHIFT: "Shift of grade",
    Technique.HYS_LAW: "Hy's law",
}

PROPORTION = {
    ProportionInterval.WILSON: r"""
Of $n_a$ subjects of arm $a$, $x_a$ respond, so that $\hat p_a = x_a / n_a$. The interval is Wilson's score interval, the
proportions
from which the observed one lies no further than chance explains:
$$\frac{1}{1 + z^2/n_a}\left(\hat p_a + \frac{z^2}{2 n_a} \pm z \sqrt{\frac{\hat p_a (1 - \hat p_a)}{n_a} + \frac{z^2}{4
n_a^2}}\right)$$
""",
    ProportionInterval.CLOPPER_PEARSON: r"""
Of $n_a$ subjects of arm $a$, $x_a$ respond, so that $\hat p_a = x_a / n_a$. The interval is Clopper and Pearson's; its
limits $l$ and
$u$, with $c$ the confidence level, solve
$$\sum_{k=x_a}^{n_a} \binom{n_a}{k} l^k (1-l)^{n_a-k} = \frac{1-c}{2}, \qquad
\sum_{k=0}^{x_a} \binom{n_a}{k} u^k (1-u)^{n_a-k} = \frac{1-c}{2}$$
""",
}
DIFFERENCE = {
    DifferenceInterval.MIETTINEN_NURMINEN: r"""
The estimate is $\hat\delta = \hat p_1 - \hat p_0$. The interval is Miettinen and Nurminen's: all $\delta$ with
$$\frac{(\hat\delta - \delta)^2}{V(\delta)} \le z^2, \qquad
V(\delta) = \frac{n_1 + n_0}{n_1 + n_0 - 1}\left(\frac{\tilde p_1 (1 - \tilde p_1)}{n_1} + \frac{\tilde p_0 (1 - \tilde
p_0)}{n_0}\right)$$
where $\tilde p_1$ and $\tilde p_0$ are the likeliest proportions whose difference $\tilde p_1 - \tilde p_0$ is $\delta$.
""",
    DifferenceInterval.NEWCOMBE: r"""
The estimate is $\hat\delta = \hat p_1 - \hat p_0$. The interval is Newcombe's hybrid score interval, made from the limits
$l_a$ and
$u_a$ of Wilson's interval in each arm:
$$\hat\delta - \sqrt{(\hat p_1 - l_1)^2 + (u_0 - \hat p_0)^2}, \qquad \hat\delta + \sqrt{(u_1 - \hat p_1)^2 + (\hat p_0 -
l_0)^2}$$
""",
    DifferenceInterval.WALD: r"""
The estimate is $\hat\delta = \hat p_1 - \hat p_0$, and its interval Wald's:
$$\hat\delta \pm z \sqrt{\frac{\hat p_1 (1 - \hat p_1)}{n_1} + \frac{\hat p_0 (1 - \hat p_0)}{n_0}}$$
""",
}
_Z = r"""
With $\hat p = (x_1 + x_0) / (n_1 + n_0)$ the test holds $Z$ against the standard normal distribution:
"""
TEST = {
    Method.FISHER: r"""
Fisher's exact test: with $x$ responders in both arms, the chance that $k$ of them are in arm 1, if the arms did not differ, is
$$P(k) = \frac{\binom{n_1}{k} \binom{n_0}{x - k}}{\binom{n_1 + n_0}{x}}$$
Two-sided, the $p$ value is the sum of all $P(k)$ that are no larger than that of the observed table; one-sided, of those
with at least
as many responders in arm 1.
""",
    Method.POOLED: _Z + r"$$Z = \frac{\hat p_1 - \hat p_0}{\sqrt{\hat p (1 - \hat p) (1/n_1 + 1/n_0)}}$$",
    Method.UNPOOLED: r"""
The test holds $Z$ against the standard normal distribution:
$$Z = \frac{\hat p_1 - \hat p_0}{\sqrt{\hat p_1 (1 - \hat p_1)/n_1 + \hat p_0 (1 - \hat p_0)/n_0}}$$
""",
    Method.FLEISS_CC: _Z
    + r"$$Z = \frac{|\hat p_1 - \hat p_0| - \frac{1}{2}(1/n_1 + 1/n_0)}{\sqrt{\hat p (1 - \hat p) (1/n_1 + 1/n_0)}}$$",
    Method.ARCSINE: r"""
The test holds $Z$ against the standard normal distribution:
$$Z = \frac{2 \arcsin\sqrt{\hat p_1} - 2 \arcsin\sqrt{\hat p_0}}{\sqrt{1/n_1 + 1/n_0}}$$
""",
}
_KAPLAN_MEIER = r"""
At the times $t_j$ of events $d_j$ of $n_j$ subjects at risk have one:
$$\hat S(t) = \prod_{t_j \le t} \left(1 - \frac{d_j}{n_j}\right), \qquad
\hat\sigma^2(t) = \sum_{t_j \le t} \frac{d_j}{n_j (n_j - d_j)}$$
"""
SURVIVAL = {
    SurvivalInterval.LOG_LOG: _KAPLAN_MEIER
    + r"""
The interval is symmetric on the scale of $\log(-\log \hat S)$ and so stays between 0 and 1:
$$\hat S(t)^{\exp\left(\pm z\, \hat\sigma(t) / \log \hat S(t)\right)}$$
""",
    SurvivalInterval.LOG: _KAPLAN_MEIER
    + r"""
The interval is symmetric on the scale of $\log \hat S$:
$$\hat S(t)\, \exp\left(\pm z\, \hat\sigma(t)\right)$$
""",
    SurvivalInterval.PLAIN: _KAPLAN_MEIER
    + r"""
The interval is symmetric:
$$\hat S(t) \pm z\, \hat S(t)\, \hat\sigma(t)$$
""",
}
HAZARD_RATIO = r"""
Cox's model with the arm alone, $h(t \mid a) = h_0(t)\, e^{\beta a}$, supposes that the hazards keep one ratio. Events on the
same day
are taken by %s's method. Estimate and interval are
$$e^{\hat\beta}, \qquad \exp\left(\hat\beta \pm z\, \mathrm{se}(\hat\beta)\right)$$
"""
TIES = {Ties.EFRON: "Efron", Ties.BRESLOW: "Breslow"}
TEXTS = {
    Technique.SURVIVAL_DIFFERENCE: r"""
At the day $\tau$ of the endpoint's visit, with Greenwood's variance in each arm:
$$\hat S_1(\tau) - \hat S_0(\tau) \pm z \sqrt{\hat S_1(\tau)^2\, \hat\sigma_1^2(\tau) + \hat S_0(\tau)^2\,
\hat\sigma_0^2(\tau)}$$
""",
    Technique.LOG_RANK: r"""
Of the $d_j$ events at $t_j$, $d_{1j}$ are in arm 1, where $n_{1j}$ of the $n_j$ subjects at risk are, and $n_{0j}$ in arm 0.
Held against
the chi-squared distribution with one degree of freedom:
$$\frac{\left(\sum_j \left(d_{1j} - n_{1j} d_j / n_j\right)\right)^2}{\sum_j n_{1j} n_{0j} d_j (n_j - d_j) / \left(n_j^2 (n_j
- 1)\right)}$$
""",
    Technique.FOLLOW_UP: r"""
The Kaplan-Meier estimate with the roles exchanged: the end of observation is the event, and who has the endpoint's event is
censored by
it. Its median is the length of follow-up.
""",
    Technique.INCIDENCE: r"""
With $r_j$ events of interest at $t_j$, and $\hat S$ the Kaplan-Meier estimate of being free of that event and of those that
compete (Aalen
and Johansen):
$$\hat F(t) = \sum_{t_j \le t} \hat S(t_{j-1})\, \frac{r_j}{n_j}$$
Unlike one minus a Kaplan-Meier estimate that censors competing events, it counts nobody as still exposed who can't have the
event any
more.
""",
    Technique.INCIDENCE_DIFFERENCE: r"""
At the day $\tau$ of the endpoint's visit, with the variance of each arm's estimate:
$$\hat F_1(\tau) - \hat F_0(\tau) \pm z \sqrt{\widehat{\mathrm{Var}}\, \hat F_1(\tau) + \widehat{\mathrm{Var}}\, \hat
F_0(\tau)}$$
""",
    Technique.GRAY: r"""
Gray's test of equal cumulative incidences compares the arms' hazards of the subdistribution over the whole time, all times
with the same
weight ($\rho = 0$).
""",
    Technique.SUBDISTRIBUTION: r"""
Fine and Gray's model with the arm alone, of the hazard that belongs to the cumulative incidence. Who had a competing event
stays at risk,
with the weight that censoring leaves:
$$\lambda(t \mid a) = -\frac{d}{dt} \log\left(1 - F(t \mid a)\right) = \lambda_0(t)\, e^{\gamma a}$$
""",
    Technique.IMPUTATION: r"""
Each of $M$ completed data sets gives an estimate $\hat\delta_m$ with variance $U_m$. By Rubin's rules, with
$\bar\delta = \frac{1}{M} \sum_m \hat\delta_m$, $\bar U = \frac{1}{M} \sum_m U_m$ and
$B = \frac{1}{M-1} \sum_m (\hat\delta_m - \bar\delta)^2$:
$$\bar\delta \pm t_{\nu} \sqrt{\bar U + \left(1 + \frac{1}{M}\right) B}, \qquad
\nu = (M - 1) \left(1 + \frac{\bar U}{(1 + 1/M)\, B}\right)^2$$
""",
    Technique.TIPPING_POINT: r"""
With $m_a$ subjects missing in arm $a$, the main test is repeated with $x_1 + i$ and $x_0 + j$ responders for every $i \le
m_1$ and
$j \le m_0$. The main analysis is the corner $i = j = 0$; what is shown is where the conclusion changes, and how far that is
from it.
""",
    Technique.STRATIFIED_DIFFERENCE: r"""
In stratum $h$ the difference is $\hat\delta_h = \hat p_{1h} - \hat p_{0h}$. The estimate averages it by Mantel and Haenszel's
weights:
$$\hat\delta = \sum_h w_h \hat\delta_h, \qquad
w_h = \frac{n_{1h} n_{0h} / (n_{1h} + n_{0h})}{\sum_g n_{1g} n_{0g} / (n_{1g} + n_{0g})}$$
Its interval is Miettinen and Nurminen's for strata: all $\delta$ with
$$\frac{(\hat\delta - \delta)^2}{\sum_h w_h^2 V_h(\delta)} \le z^2$$
where $V_h$ is the variance of the unstratified interval in the stratum. A stratum that lacks an arm has no weight.
""",
    Technique.NEWCOMBE: DIFFERENCE[DifferenceInterval.NEWCOMBE],
    Technique.STRATIFIED_TEST: r"""
In stratum $h$, $x_h$ of $n_h$ subjects respond, $x_{1h}$ of them in arm 1, where $n_{1h}$ subjects are and $n_{0h}$ in arm 0.
Held against the chi-squared distribution with one degree of freedom, without correction for continuity:
$$\frac{\left(\sum_h \left(x_{1h} - n_{1h} x_h / n_h\right)\right)^2}{\sum_h n_{1h} n_{0h} x_h (n_h - x_h) / \left(n_h^2
(n_h - 1)\right)}$$
""",
    Technique.STRATIFIED_LOG_RANK: r"""
The log-rank test whose observed minus expected events, and whose variances, are those within strata, added up over the strata.
""",
    Technique.PROPORTIONAL_HAZARDS: r"""
The score test of $\theta = 0$ in $h(t \mid a) = h_0(t)\, e^{\beta a + \theta a g(t)}$, with $g(t) = 1 - \hat S(t)$ just before
$t$, all subjects together (Grambsch and Therneau; R's `cox.zph`).
""",
    Technique.STRATIFIED_GRAY: r"""
Gray's test whose scores and variances are those within strata, added up over the strata.
""",
    Technique.CAUSE_SPECIFIC: r"""
Cox's model of the hazard of the event among those who are still free of any event: who has a competing event is censored by it.
""",
    Technique.DISPOSITION: r"""
Numbers of subjects at each step from screening to analysis, with reasons (CONSORT).
""",
    Technique.BASELINE: r"""
Numbers of subjects with percentages of the arm; measurements by number, mean, standard deviation, median, quartiles and range. A
quartile that lies between two values is their mean. No tests: arms are described.
""",
    Technique.DEVIATIONS: r"""
Numbers of subjects with each kind of deviation, and with any.
""",
    Technique.EXPOSURE: r"""
Injections given, reduced and left out; the sum of the doses; the dose intensity, the sum over the weeks from the first injection
to a week after the last, and its part of the planned one (relative dose intensity).
""",
    Technique.ADVERSE_EVENTS: r"""
Numbers of subjects and of events by arm, with percentages of the subjects of the set. A subject counts once in each class, term
and category, at its worst grade.
""",
    Technique.EVENT_RATES: r"""
Of $x$ subjects with a first event in $T$ patient-years at risk (until the event, or the end of the safety window or of
observation) the rate is $100\, x / T$. Its exact limits are, by the chi-squared distribution,
$\frac{100}{2T}\, \chi^2_{2x}(\frac{1-c}{2})$ and $\frac{100}{2T}\, \chi^2_{2x+2}(\frac{1+c}{2})$.
""",
    Technique.LABORATORY: r"""
Value and change from baseline at each visit by number, mean and standard deviation. Of several values in a visit's window the
last.
""",
    Technique.SHIFT: r"""
Numbers of subjects by the CTCAE grade of the baseline value and the worst grade after it.
""",
    Technique.HYS_LAW: r"""
Each subject's highest transaminase and highest bilirubin in multiples of the upper limit of normal; beyond 3 and 2 together is
what Hy's law warns of, if no other cause is found.
""",
}
"""The techniques that know no variants."""


def described(technique: Technique, estimation: Estimation, test: Method | None) -> str:
    """A technique in words and formulas (``$...$``), in the variant that the plan names; ``test`` is that of two proportions."""
    if technique is Technique.PROPORTION:
        return PROPORTION[estimation.proportion]
    if technique is Technique.DIFFERENCE:
        return DIFFERENCE[estimation.difference]
    if technique is Technique.TEST:
        return TEST[test] if test else "The plan names no test of two proportions."
    if technique is Technique.SURVIVAL:
        return SURVIVAL[estimation.survival]
    if technique is Technique.HAZARD_RATIO:
        return HAZARD_RATIO % TIES[estimation.ties]
    return TEXTS[technique]

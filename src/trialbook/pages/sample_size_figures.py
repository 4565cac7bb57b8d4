"""The curves of the power: against the number of subjects, and against the difference that treatment makes."""

from __future__ import annotations

from markupsafe import Markup

from trialbook.displays.drawn import OKABE_ITO
from trialbook.pages.figures import INK, MUTED_INK, figure
from trialbook.pages.html import nothing
from trialbook.pages.objectives import METHODS
from trialbook.pages.sample_size import NO_ASSUMPTIONS, percent, reconstruction
from trialbook.protocol.reconstruction import Reconstruction
from trialbook.protocol.sample_size import Method

CURVES = 3
"""How many proportions of control the second figure shows: the assumed one and the nearest of the grid."""


def power_by_subjects_figure() -> Markup:
    """The power against the number of subjects with an outcome, both arms together, the planned number marked."""
    found = reconstruction()
    if found is None or found.planned is None:
        return nothing(NO_ASSUMPTIONS)
    import altair as alt
    import pandas as pd

    a = found.assumptions
    curve = found.power_by_subjects()
    test = METHODS[a.method]
    layers = []
    if a.method is Method.FISHER:
        smooth = found.power_by_subjects(Method.POOLED)
        layers.append(
            alt.Chart(smooth)
            .mark_line(strokeDash=[2, 3], color=OKABE_ITO[1], strokeWidth=1.6)
            .encode(x="subjects:Q", y="power:Q")
        )
    low, high = int(curve["subjects"].iloc[0]), int(curve["subjects"].iloc[-1])
    layers += [
        alt.Chart(curve)
        .mark_line(color=OKABE_ITO[0], strokeWidth=1.2, opacity=0.7)
        .encode(
            x=alt.X("subjects:Q", scale=alt.Scale(domain=[low, high], nice=False), title="Subjects with an outcome, both arms"),
            y=alt.Y("power:Q", scale=alt.Scale(zero=False), axis=alt.Axis(format="%"), title="Power"),
        ),
        alt.Chart(curve).mark_point(color=OKABE_ITO[0], filled=True, size=22, opacity=1).encode(x="subjects:Q", y="power:Q"),
    ]
    marks = pd.DataFrame({"subjects": [found.planned], "power": [found.power()], "asked": [a.power], "last": [high]})
    base = alt.Chart(marks)
    layers += [
        base.mark_rule(strokeDash=[5, 4], color=MUTED_INK).encode(y="asked:Q"),
        base.mark_rule(strokeDash=[5, 4], color=MUTED_INK).encode(x="subjects:Q"),
        base.mark_point(size=95, color=INK, strokeWidth=2, filled=False, opacity=1).encode(x="subjects:Q", y="power:Q"),
        base.mark_text(align="left", dx=9, dy=16, text=f"{found.planned} planned: {percent(found.power(), 1)}").encode(
            x="subjects:Q", y="power:Q"
        ),
        base.mark_text(align="right", dy=-7, text=f"{percent(a.power)} asked for").encode(x="last:Q", y="asked:Q"),
    ]
    other = f"; dotted, the {METHODS[Method.POOLED]}" if a.method is Method.FISHER else ""
    caption = (
        f"Power of {test} against the number of subjects, with {percent(a.p_control)} in control and "
        f"{percent(a.p_treatment)} with treatment{other}."
    )
    told = "; ".join(f"{row.subjects}: {percent(row.power, 1)}" for row in curve.iloc[::6].itertuples())
    words = f"{caption} {found.planned} planned subjects: {percent(found.power(), 1)}. Subjects and power: {told}."
    return figure(alt.layer(*layers), name="power-by-subjects", alt=words, caption=caption)


def power_steps() -> Markup:
    """Where an exact test's power falls below what was asked for again, though there are more subjects."""
    found = reconstruction()
    if found is None or found.planned is None or found.evaluable is None or found.assumptions.method is not Method.FISHER:
        return Markup("")
    curve, asked, needed = found.power_by_subjects(), found.assumptions.power, sum(found.evaluable)
    short = curve[(curve["subjects"] > needed) & (curve["power"] < asked)]
    said = f"The first number that reaches {percent(asked)} is {needed}"
    if short.empty:
        return Markup("<p>{}, and every larger one shown does too.</p>").format(said)
    last = curve[curve["subjects"] > short["subjects"].iloc[-1]]
    reached = f"; from {last['subjects'].iloc[0]} on it is reached for good" if len(last) else ""
    lowest = short.loc[short["power"].idxmin()]
    return Markup(
        "<p>The test counts whole subjects, so its power goes up and down in steps. {}; with more it falls short again "
        "at {} ({} with {}){}.</p>"
    ).format(said, ", ".join(map(str, short["subjects"])), percent(lowest["power"], 1), int(lowest["subjects"]), reached)


def power_by_difference_figure() -> Markup:
    """The planned subjects' power against the difference between the arms, for some proportions of control."""
    found = reconstruction()
    if found is None or found.planned is None:
        return nothing(NO_ASSUMPTIONS)
    import altair as alt
    import pandas as pd

    a = found.assumptions
    lows = _proportions(found)
    curves = pd.concat(
        [found.power_by_difference(low).assign(control=f"{percent(low)} in control") for low in lows], ignore_index=True
    )
    curves = curves[curves["difference"] <= min(0.6, 1.6 * abs(a.p_treatment - a.p_control))]
    names = [f"{percent(low)} in control" for low in lows]
    assumed = pd.DataFrame(
        {
            "difference": [a.p_treatment - a.p_control],
            "power": [found.power()],
            "asked": [a.power],
            "last": [curves["difference"].max()],
        }
    )
    base = alt.Chart(assumed)
    lines = (
        alt.Chart(curves)
        .mark_line(strokeWidth=2)
        .encode(
            x=alt.X("difference:Q", axis=alt.Axis(format="%"), title="Proportion with treatment minus that in control"),
            y=alt.Y("power:Q", axis=alt.Axis(format="%"), title="Power"),
            color=alt.Color(
                "control:N", sort=names, scale=alt.Scale(domain=names, range=list(OKABE_ITO[: len(names)])), title=None
            ),
            strokeDash=alt.StrokeDash(
                "control:N", sort=names, scale=alt.Scale(domain=names, range=[[1, 0], [7, 3], [2, 3]]), title=None
            ),
        )
    )
    chart = alt.layer(
        lines,
        base.mark_rule(strokeDash=[5, 4], color=MUTED_INK).encode(y="asked:Q"),
        base.mark_point(size=95, color=INK, strokeWidth=2, filled=False, opacity=1).encode(x="difference:Q", y="power:Q"),
        base.mark_text(align="left", dx=10, dy=16, text=f"assumed: {percent(found.power(), 1)}").encode(
            x="difference:Q", y="power:Q"
        ),
    )
    caption = f"Power of {found.planned} subjects against the difference between the arms ({METHODS[a.method]})."
    told = "; ".join(
        f"{name}: " + ", ".join(f"{percent(row.difference)} {percent(row.power)}" for row in part.iloc[10::10].itertuples())
        for name, part in curves.groupby("control", sort=False)
    )
    return figure(chart, name="power-by-difference", alt=f"{caption} Difference and power, {told}.", caption=caption)


def _proportions(found: Reconstruction) -> list[float]:
    """The assumed proportion of control and those of the grid that lie 20 points beside it, in their order."""
    assumed, grid = found.assumptions.p_control, found.assumptions.grid.p_control
    apart = sorted((low for low in grid if low != assumed), key=lambda low: (abs(abs(low - assumed) - 0.2), low))
    return sorted([assumed, *apart[: CURVES - 1]])

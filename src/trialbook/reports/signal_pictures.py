"""Signals drawn: all values of a test with those that lie apart, and last digits of a group beside those of the others.

Small pictures beside one another, as SVG that needs nothing else; every number that decides stands below as text too.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Sequence
from importlib import resources
from urllib.parse import urlencode

from markupsafe import Markup, escape

from trialbook.findings import Results
from trialbook.findings.pictures import DigitBars, Picture, StripPlot
from trialbook.reports.wording import visible

WIDTH, HEIGHT, MARGIN, BASE = 360, 128, 22, 104
BINS, ROWS, STEP = 110, 26, 2.9
MOST_PICTURES = 24
"""More are told of as a number: a reader who has so many has another question."""


def signal_pictures_html(results: Results) -> Markup:
    """The pictures of a run's findings as a fragment with its own style; empty where no finding has one."""
    if not results.pictures:
        return Markup("")
    style = (resources.files("trialbook.reports") / "templates" / "signals.css").read_text(encoding="utf-8")
    drawn = Markup("").join(_figure(one) for one in results.pictures[:MOST_PICTURES])
    rest = len(results.pictures) - MOST_PICTURES
    more = Markup("<p class='tb-muted tb-small'>{:,} more are not drawn.</p>").format(rest) if rest > 0 else ""
    return Markup("<style>{}</style><div class='tb-signals'>{}</div>{}").format(Markup(style), drawn, more)


def _figure(picture: Picture) -> Markup:
    drawn, said = _strip(picture) if isinstance(picture, StripPlot) else _digits(picture)
    return Markup(
        '<figure><svg viewBox="0 0 {} {}" role="img" aria-label="{}" xmlns="http://www.w3.org/2000/svg"><title>{}</title>{}</svg>'
        '<figcaption><a href="#{}">{}</a>: {}</figcaption></figure>'
    ).format(
        WIDTH, HEIGHT, f"{visible(picture.title)}: {said}", visible(picture.title), drawn,
        urlencode({"finding": picture.finding}), visible(picture.title), said,
    )  # fmt: skip


def _strip(picture: StripPlot) -> tuple[Markup, str]:
    """The values as stacked dots along their scale, with the median and those that lie apart."""
    shown = sorted({*picture.values, *picture.marked})
    scale, ticks = _scale(shown[0], shown[-1], picture.logarithmic)
    rest = Counter(picture.values)
    rest.subtract(value for value in picture.marked if rest[value])
    bins: Counter[int] = Counter()
    for value, count in rest.items():
        bins[round((scale(value) - MARGIN) / (WIDTH - 2 * MARGIN) * BINS)] += count
    each = max(1, math.ceil(max(bins.values(), default=1) / ROWS))
    dots = "".join(
        f"M{MARGIN + index * (WIDTH - 2 * MARGIN) / BINS:.1f} {BASE - 4 - row * STEP:.1f}h0"
        for index, count in sorted(bins.items())
        for row in range(math.ceil(count / each))
    )
    parts = [
        Markup('<path class="tb-s-axis" d="M{} {}H{}"/>').format(MARGIN, BASE, WIDTH - MARGIN),
        *(_text(scale(tick), BASE + 14, f"{tick:g}", "tb-s-note") for tick in ticks),
        Markup('<path class="tb-s-median" d="M{:.1f} {}V14"/>').format(scale(picture.median), BASE),
        Markup('<path class="tb-s-dots" d="{}"/>').format(dots),
    ]
    for value in picture.marked:
        parts.append(Markup('<circle class="tb-s-apart" cx="{:.1f}" cy="{}" r="4"/>').format(scale(value), BASE - 6))
    parts += [_text(scale(value), BASE - 14, f"{value:g}", "tb-s-mark") for value in picture.marked[:1]]
    unit = f" {visible(picture.unit)}" if picture.unit else ""
    apart = ", ".join(f"{value:g}" for value in picture.marked)
    dot = f"; a dot is up to {each} values" if each > 1 else ""
    on = "logarithmic scale" if picture.logarithmic else "linear scale"
    said = (
        f"{apart}{unit} {'lies' if len(picture.marked) == 1 else 'lie'} apart from {picture.count - len(picture.marked):,} "
        f"values between {_end(rest, min):g} and {_end(rest, max):g}{unit}, median (dashed) {picture.median:g} ({on}{dot})"
    )
    return Markup("").join(parts), said


def _end(rest: Counter[float], end: Callable[..., float]) -> float:
    return end(value for value, count in rest.items() if count > 0)


def _digits(picture: DigitBars) -> tuple[Markup, str]:
    """The share of each last digit in the group (narrow) before its share in the others (wide)."""
    own, others = (_shares(counts) for counts in (picture.own, picture.others))
    most = max(*own, *others)
    step = (WIDTH - 2 * MARGIN) / 10
    parts = [Markup('<path class="tb-s-axis" d="M{} {}H{}"/>').format(MARGIN, BASE, WIDTH - MARGIN)]
    for digit in range(10):
        x = MARGIN + digit * step
        marked = " tb-s-marked" if digit in picture.marked else ""
        for kind, share, inset in (("tb-s-others", others[digit], 3), (f"tb-s-own{marked}", own[digit], 9)):
            height = share / most * (BASE - 18)
            parts.append(
                Markup('<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>').format(
                    kind, x + inset, BASE - height, step - 2 * inset, height
                )
            )
        parts.append(_text(x + step / 2, BASE + 14, str(digit), "tb-s-note"))
        if digit in picture.marked:
            parts.append(_text(x + step / 2, BASE - own[digit] / most * (BASE - 18) - 4, f"{own[digit]:.0%}", "tb-s-mark"))
    told = ", ".join(
        f"{digit}: {picture.own[digit]} ({own[digit]:.0%}, others {others[digit]:.0%})"
        for digit in range(10)
        if picture.own[digit]
    )
    group = f"{sum(picture.own):,} values of {visible(picture.group)} (narrow)"
    return Markup("").join(parts), f"last digits of {group}, of {sum(picture.others):,} others (wide); {told}"


def _shares(counts: Sequence[int]) -> list[float]:
    total = max(sum(counts), 1)
    return [count / total for count in counts]


def _scale(low: float, high: float, logarithmic: bool) -> tuple[Callable[[float], float], list[float]]:
    """Where a value stands across the picture, and the round values to write below."""

    def across(value: float) -> float:
        return math.log10(value) if logarithmic else value

    start, width = across(low), (across(high) - across(low)) or 1.0

    def scale(value: float) -> float:
        return MARGIN + (across(value) - start) / width * (WIDTH - 2 * MARGIN)

    return scale, _powers(low, high) if logarithmic and high / low >= 20 else _round_values(low, high)


def _powers(low: float, high: float) -> list[float]:
    powers = [10.0**power for power in range(math.ceil(math.log10(low)), math.floor(math.log10(high)) + 1)]
    return powers[:: max(1, math.ceil(len(powers) / 6))]


def _round_values(low: float, high: float) -> list[float]:
    """Three to six multiples of 1, 2 or 5 times a power of ten."""
    rough = (high - low) / 5 or 1.0
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough * 0.999)
    return [round(number * step, 12) for number in range(math.ceil(low / step), math.floor(high / step) + 1)]


def _text(x: float, y: float, text: str, kind: str) -> Markup:
    return Markup('<text x="{:.1f}" y="{:.1f}" class="{}">{}</text>').format(x, y, kind, escape(text))

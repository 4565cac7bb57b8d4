"""The mistake in an expression, with the place in its text."""

from __future__ import annotations

from trialbook.errors import TrialbookError

ALLOWED = (
    'Allowed: names of columns (AETERM, IT.AETERM, col("odd name")), "text", numbers, == != < <= > >=, in [..], not in [..], '
    "missing(X), term(X), number * X, X / Y, 10 ** number, date(X), days_before(X, n), months_before(X, n), and, or, not, "
    "parentheses, True, False."
)


class ExpressionError(TrialbookError):
    """An expression that is not of the language; ``column`` is the character, from 1, where the mistake stands."""

    def __init__(self, what: str, *, text: str, column: int | None = None, remedy: str = ALLOWED):
        self.text, self.column = text, column
        shown = text if len(text) <= 200 else text[:200] + "…"
        place = f"column {column} of the expression {shown!r}" if column else f"expression {shown!r}"
        super().__init__(what, place=place, remedy=remedy)

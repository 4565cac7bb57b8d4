"""The one small expression language: conditions over columns of text, three-valued (Kleene), decimals exact."""

from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.expression import Expression
from trialbook.expressions.parser import parse

__all__ = ["Expression", "ExpressionError", "parse"]

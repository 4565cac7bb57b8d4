"""The one small expression language: conditions over columns of text, three-valued (Kleene), decimals exact.

``Expression.evaluate`` takes columns; whoever evaluates many expressions over the same columns makes one ``Table`` and asks it
``table.truth(expression.condition)``, and ``expression.condition.reasons(table)`` why that is unknown.
"""

from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.export import exported
from trialbook.expressions.expression import Expression, Use
from trialbook.expressions.operand_parser import ConstantValue
from trialbook.expressions.parser import parse
from trialbook.expressions.table import Table, day_of, decimal_of

__all__ = ["ConstantValue", "Expression", "ExpressionError", "Table", "Use", "day_of", "decimal_of", "exported", "parse"]

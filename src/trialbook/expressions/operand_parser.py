"""What stands beside a comparison: columns, literals, constants by name, products and quotients, dates."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Mapping
from decimal import Decimal

from trialbook.expressions.arithmetic import Product, Quotient, multiplied_exactly, power_of_ten
from trialbook.expressions.dates import Before, DateOf, DateOperand
from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.operands import Column, NumberLiteral, NumberOperand, TextLiteral, term_name
from trialbook.expressions.source import DEEPEST, Source
from trialbook.expressions.table import NUMBER

ConstantValue = Decimal | str | tuple[str, ...]
Arithmetic = Product | Quotient
Operand = Column | NumberLiteral | TextLiteral | Arithmetic | DateOperand

_WORDS: dict[type[ast.expr], str] = {
    ast.Lambda: "a function (lambda)",
    ast.IfExp: "if … else",
    ast.JoinedStr: 'a formatted text (f"…")',
    ast.ListComp: "a loop",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.GeneratorExp: "a loop",
    ast.Subscript: "a place in a list ([..] after a name)",
    ast.BinOp: "arithmetic other than *, / and 10 ** n",
    ast.NamedExpr: "an assignment",
    ast.Await: "await",
    ast.Starred: "*",
    ast.Tuple: "a list in parentheses",
    ast.Set: "a list in braces",
    ast.Dict: "a dictionary",
    ast.List: "a list",
}
_LARGEST_EXPONENT = 300
_LONGEST_TIME = 100_000


class OperandParser:
    """Reads operands of ``source``; ``constants`` are names that stand for a number, a text or a list of texts."""

    def __init__(self, source: Source, constants: Mapping[str, ConstantValue]):
        self.source, self.constants = source, constants
        self.names: set[str] = set()
        self.terms: set[str] = set()
        self.named_constants: set[str] = set()

    def operand(self, node: ast.expr, depth: int = 1) -> Operand:
        """What ``node`` writes; raises ExpressionError where it is nothing that can be compared."""
        if depth > DEEPEST:
            raise self.source.error(f"is nested more than {DEEPEST} deep", node)
        match node:
            case ast.Name(id=name) if name in self.constants:
                return self.constant(node, name)
            case ast.Name() | ast.Attribute():
                return self.column(node)
            case ast.Call() if is_call(node, "col"):
                return self.quoted_column(node)
            case ast.Call() if is_call(node, "term"):
                name = self.argument(node).name
                self.terms.add(name)
                return Column(term_name(name))
            case ast.Call() if is_call(node, "date", "days_before", "months_before"):
                return self.day(node, depth)
            case ast.Constant(value=str(value)):
                if not value:
                    remedy = "A missing cell equals nothing: write missing(X) or not missing(X)."
                    raise self.source.error('"" is no text to compare with', node, remedy=remedy)
                return TextLiteral(value)
            case ast.Constant(value=bool() | None):
                raise self.source.error(f"{self.source.segment(node)} is not a value that a column holds", node)
            case ast.Constant(value=int() | float()):
                return self.number(node, node)
            case ast.UnaryOp(op=ast.USub() | ast.UAdd(), operand=ast.Constant(value=int() | float()) as inner):
                number = self.number(inner, node)
                return NumberLiteral(number.value.copy_negate()) if isinstance(node.op, ast.USub) else number
            case ast.BinOp(op=ast.Mult() | ast.Div() | ast.Pow()):
                return self.arithmetic(node, depth)
        raise self.unknown(node)

    def unknown(self, node: ast.expr) -> ExpressionError:
        """The error about something that is not of the language."""
        if isinstance(node, ast.Call):
            what = f"{self.source.segment(node.func)}(…) is not a function of the expression language"
        elif isinstance(node, ast.Compare | ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            what = "a condition cannot be compared: it is true, false or unknown already"
        else:
            what = f"{_WORDS.get(type(node), 'this')} is not part of the expression language"
        return self.source.error(what, node)

    def constant(self, node: ast.expr, name: str) -> Operand:
        """The literal that a name stands for."""
        self.named_constants.add(name)
        value = self.constants[name]
        if isinstance(value, tuple):
            raise self.source.error(f"{name} is a list: it stands after in or not in", node)
        return NumberLiteral(value) if isinstance(value, Decimal) else TextLiteral(value)

    def arithmetic(self, node: ast.BinOp, depth: int) -> NumberLiteral | Arithmetic:
        """A product or quotient, or ten to a power; what has no column is one literal."""
        left, right = self.factor(node.left, depth), self.factor(node.right, depth)
        if isinstance(node.op, ast.Pow):
            return self.power(node, left, right)
        if isinstance(node.op, ast.Div):
            if isinstance(right, NumberLiteral) and not right.value:
                raise self.source.error("divides by zero", node.right)
            return Quotient(left, right)
        if isinstance(left, NumberLiteral) and isinstance(right, NumberLiteral):
            return NumberLiteral(multiplied_exactly(left.value, right.value))
        return Product(left, right)

    def factor(self, node: ast.expr, depth: int) -> NumberOperand:
        """An operand of which there is a number."""
        found = self.operand(node, depth + 1)
        if isinstance(found, TextLiteral | DateOf | Before):
            raise self.source.error(f"{self.source.segment(node)} is not a number, and arithmetic takes numbers", node)
        return found

    def power(self, node: ast.BinOp, base: NumberOperand, exponent: NumberOperand) -> NumberLiteral:
        """``10 ** n``, n a number that is written or has a name."""
        if base != NumberLiteral(Decimal(10)) or not isinstance(exponent, NumberLiteral):
            raise self.source.error("** takes 10 before it and a number after it, as 10 ** 3", node)
        if abs(exponent.value) > _LARGEST_EXPONENT:
            raise self.source.error(f"10 ** {exponent.value} is not a number that a measurement has", node)
        return NumberLiteral(power_of_ten(exponent.value))

    def day(self, node: ast.Call, depth: int) -> DateOperand:
        """``date(X)``, ``days_before(X, n)``, ``months_before(X, n)``."""
        function = self.source.segment(node.func)
        if function == "date":
            return DateOf(self.argument(node))
        if len(node.args) != 2 or node.keywords:
            raise self.source.error(f"{function}(…) takes a date and a whole number, as {function}(VISIT_DAT, 1)", node)
        day, count = self.operand(node.args[0], depth + 1), self.operand(node.args[1], depth + 1)
        if isinstance(day, Column):
            day = DateOf(day)
        if not isinstance(day, DateOf | Before):
            raise self.source.error(f"{self.source.segment(node.args[0])} is not a date", node.args[0])
        if not isinstance(count, NumberLiteral) or count.value % 1 or not 0 <= count.value <= _LONGEST_TIME:
            raise self.source.error(f"{self.source.segment(node.args[1])} is not a whole number from 0 on", node.args[1])
        return Before(day, int(count.value), months=function == "months_before")

    def number(self, node: ast.expr, shown: ast.expr) -> NumberLiteral:
        """A number as it is written."""
        written = self.source.segment(node)
        if not NUMBER.fullmatch(written) or abs(Decimal(written).adjusted()) > _LARGEST_EXPONENT:
            raise self.source.error(f"{self.source.segment(shown)} is not a decimal number that a measurement has", shown)
        return NumberLiteral(Decimal(written))

    def argument(self, node: ast.Call) -> Column:
        """The one column that a function takes."""
        if len(node.args) == 1 and not node.keywords:
            operand = node.args[0]
            if isinstance(operand, ast.Name | ast.Attribute) or is_call(operand, "col"):
                column = self.operand(operand)
                if isinstance(column, Column):
                    return column
        raise self.source.error(f"{self.source.segment(node.func)}(…) takes the name of one column", node)

    def column(self, node: ast.expr) -> Column:
        """A column by its dotted name."""
        parts: list[str] = []
        inner = node
        while isinstance(inner, ast.Attribute):
            parts.append(inner.attr)
            inner = inner.value
        if not isinstance(inner, ast.Name):
            raise self.unknown(inner)
        name = ".".join([inner.id, *reversed(parts)])
        written = self.source.segment(node)
        if name != "".join(written.split()):
            # Python takes the compatibility form of a letter (full-width A as A): the column would be another one.
            remedy = f'Write col("{unicodedata.normalize("NFC", written)}").'
            raise self.source.error(f"the name {written} has letters of another form", node, remedy=remedy)
        return self.named(name)

    def quoted_column(self, node: ast.Call) -> Column:
        """A column whose name is no word."""
        match node.args:
            case [ast.Constant(value=str(name))] if name and not node.keywords:
                return self.named(name)
        raise self.source.error('col(…) takes the name of one column between quotes, as col("Visit date")', node)

    def named(self, name: str) -> Column:
        """The column, which the expression now names."""
        self.names.add(name)
        return Column(name)


def is_call(node: ast.expr, *names: str) -> bool:
    """Whether ``node`` calls a function of one of these names."""
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in names

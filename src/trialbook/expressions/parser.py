"""From text to an Expression: Python's own parser reads it, and only what the language allows is built. Nothing is executed."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from itertools import pairwise

from trialbook.expressions import conditions as c
from trialbook.expressions.arithmetic import Product, Quotient
from trialbook.expressions.dates import Before, DateOf, DateOperand
from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.expression import Expression, Use
from trialbook.expressions.operand_parser import ConstantValue, Operand, OperandParser, is_call
from trialbook.expressions.operands import Column, NumberLiteral, TextLiteral
from trialbook.expressions.source import DEEPEST, Source

_SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}


def parse(text: str, constants: Mapping[str, ConstantValue] | None = None) -> Expression:
    """The expression that ``text`` writes.

    ``and``, ``or``, ``not``, parentheses; ``==``, ``!=``; ``< <= > >=`` of numbers and dates; ``in [..]``, ``not in [..]``;
    ``missing(X)``; ``True``, ``False``; ``term(X)`` is what a coded column stands for by its code list, which the caller
    knows. A column against a text compares character by character, against a number as decimals; two columns compare as texts
    with ``==`` and ``!=``, as decimals with the others. Numbers may be products and quotients (``ALT <= 2.5 * ALT_ULN``),
    exactly; ``10 ** n`` is a power of ten. A column beside ``date(X)``, ``days_before(X, n)`` or ``months_before(X, n)`` is
    read as dates. ``constants``: names that stand for a number, a text or, after ``in``, a list of texts; they come before
    columns of the same name. Raises ExpressionError with the column of the mistake.
    """
    return _Parser(Source(text), constants or {}).expression()


class _Parser(OperandParser):
    def expression(self) -> Expression:
        self.uses: set[Use] = set()
        condition = self.condition(self.source.tree, 1)
        sets = (frozenset(self.names), frozenset(self.terms))
        return Expression(self.source.text, *sets, condition, frozenset(self.named_constants), frozenset(self.uses))

    def condition(self, node: ast.expr, depth: int) -> c.Condition:
        if depth > DEEPEST:
            raise self.source.error(f"is nested more than {DEEPEST} deep", node)
        match node:
            case ast.BoolOp():
                parts = tuple(self.condition(value, depth + 1) for value in node.values)
                return c.And(parts) if isinstance(node.op, ast.And) else c.Or(parts)
            case ast.UnaryOp(op=ast.Not()):
                return c.Not(self.condition(node.operand, depth + 1))
            case ast.Compare():
                return self.comparison(node)
            case ast.Constant(value=bool(value)):
                return c.Constant(value)
            case ast.Call(func=ast.Name(id="missing")):
                return c.Missing(self.argument(node))
        raise self.no_condition(node)

    def no_condition(self, node: ast.expr) -> ExpressionError:
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant) or is_call(node, "col"):
            written = self.source.segment(node)
            remedy = f'Compare it, for example {written} == "Y", or write missing({written}).'
            if isinstance(node, ast.Constant):
                remedy = f"Compare a column with it, for example AETERM == {written}."
            return self.source.error(f"{written} alone is not a condition", node, remedy=remedy)
        if is_call(node, "date", "days_before", "months_before") or isinstance(node, ast.BinOp):
            self.operand(node)
            return self.source.error(f"{self.source.segment(node)} alone is not a condition", node)
        return self.unknown(node)

    def comparison(self, node: ast.Compare) -> c.Condition:
        """One comparison, or a chain: ``1 < X < 5`` is ``1 < X and X < 5``."""
        sides = [node.left, *node.comparators]
        parts = tuple(self.pair(left, op, right) for (left, right), op in zip(pairwise(sides), node.ops, strict=True))
        return parts[0] if len(parts) == 1 else c.And(parts)

    def pair(self, left: ast.expr, op: ast.cmpop, right: ast.expr) -> c.Condition:
        if isinstance(op, ast.In | ast.NotIn):
            member = self.membership(left, right)
            return c.Not(member) if isinstance(op, ast.NotIn) else member
        symbol = _SYMBOLS.get(type(op))
        if symbol is None:
            raise self.source.error("is and is not are not comparisons here", left, remedy="Write ==, != or missing(X).")
        one, other = self.operand(left), self.operand(right)
        if not one.columns and not other.columns:
            raise self.source.error("compares two literals: one side must be a column", left)
        for side, at in ((one, left), (other, right)):
            if isinstance(side, TextLiteral):
                self.refuse_text(symbol, side, other if side is one else one, at)
        if isinstance(one, DateOf | Before) or isinstance(other, DateOf | Before):
            return self.used("date", c.DateComparison(symbol, self.date(one, left), self.date(other, right)))
        if isinstance(one, Column | TextLiteral) and isinstance(other, Column | TextLiteral) and symbol in ("==", "!="):
            return self.used("text", c.TextComparison(symbol, one, other))
        assert not isinstance(one, TextLiteral) and not isinstance(other, TextLiteral)
        return self.used("number", c.NumberComparison(symbol, one, other))

    def refuse_text(self, symbol: str, text: TextLiteral, other: Operand, at: ast.expr) -> None:
        """A text is equal to a column's cell or it is not: there is nothing else that can be told."""
        if symbol not in ("==", "!="):
            raise self.source.error(f"{symbol} compares numbers, and {self.source.segment(at)} is text", at)
        if not isinstance(other, Column):
            kind = "a number" if isinstance(other, Product | Quotient) else "a date"
            raise self.source.error(f"{self.source.segment(at)} is text, and the other side is {kind}", at)

    def date(self, side: Operand, at: ast.expr) -> DateOperand:
        if isinstance(side, Column):
            return DateOf(side)
        if not isinstance(side, DateOf | Before):
            raise self.source.error(f"{self.source.segment(at)} is not a date, and the other side is one", at)
        return side

    def used(
        self, kind: str, comparison: c.TextComparison | c.NumberComparison | c.DateComparison
    ) -> c.TextComparison | c.NumberComparison | c.DateComparison:
        literals = [side.value for side in (comparison.left, comparison.right) if isinstance(side, TextLiteral)]
        for name in (*comparison.left.columns, *comparison.right.columns):
            self.uses.add(Use(name, kind, literals[0] if literals else ""))
        return comparison

    def membership(self, left: ast.expr, right: ast.expr) -> c.Membership:
        column = self.operand(left)
        if not isinstance(column, Column):
            raise self.source.error("a column stands before in", left)
        texts, numbers = self.members(right)
        self.uses |= {Use(column.name, "text", text) for text in texts}
        self.uses |= {Use(column.name, "number") for _ in numbers}
        return c.Membership(column, texts, numbers)

    def members(self, node: ast.expr) -> tuple[tuple[str, ...], tuple[NumberLiteral, ...]]:
        """The literals of a list, or of the constant that names one."""
        if isinstance(node, ast.Name):
            constant = self.constants.get(node.id)
            if isinstance(constant, tuple):
                self.named_constants.add(node.id)
                return constant, ()
        if not isinstance(node, ast.List) or not node.elts:
            raise self.source.error('a list of texts and numbers stands after in, as ["Y", "N"]', node)
        values = [self.operand(item) for item in node.elts]
        for item, value in zip(node.elts, values, strict=True):
            if isinstance(value, Column):
                raise self.source.error(f"{value.name} is a column, and a list holds texts and numbers", item)
            if not isinstance(value, TextLiteral | NumberLiteral):
                raise self.source.error("a list holds texts and numbers", item)
        texts = tuple(value.value for value in values if isinstance(value, TextLiteral))
        return texts, tuple(value for value in values if isinstance(value, NumberLiteral))

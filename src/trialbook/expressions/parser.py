"""From text to an Expression: Python's own parser reads it, and only what the language allows is built. Nothing is executed."""

from __future__ import annotations

import ast
import unicodedata
from decimal import Decimal
from itertools import pairwise

from trialbook.expressions import conditions as c
from trialbook.expressions.errors import ExpressionError
from trialbook.expressions.expression import Expression
from trialbook.expressions.operands import NUMBER, Column, NumberLiteral, Operand, TextLiteral, term_name
from trialbook.expressions.source import DEEPEST, Source

_SYMBOLS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
}
_WORDS: dict[type[ast.expr], str] = {
    ast.Lambda: "a function (lambda)",
    ast.IfExp: "if … else",
    ast.JoinedStr: 'a formatted text (f"…")',
    ast.ListComp: "a loop",
    ast.SetComp: "a loop",
    ast.DictComp: "a loop",
    ast.GeneratorExp: "a loop",
    ast.Subscript: "a place in a list ([..] after a name)",
    ast.BinOp: "arithmetic",
    ast.NamedExpr: "an assignment",
    ast.Await: "await",
    ast.Starred: "*",
    ast.Tuple: "a list in parentheses",
    ast.Set: "a list in braces",
    ast.Dict: "a dictionary",
    ast.List: "a list",
}

_LARGEST_EXPONENT = 300


def parse(text: str) -> Expression:
    """The expression that ``text`` writes.

    ``and``, ``or``, ``not``, parentheses; ``==``, ``!=``; ``< <= > >=`` of numbers; ``in [..]``, ``not in [..]``; ``missing(X)``;
    ``True``, ``False``; ``term(X)`` is what a coded column stands for by its code list, which the caller knows. A column
    against a text compares character by character, against a number as decimals; two columns compare as texts with ``==`` and
    ``!=``, as decimals with the others. Raises ExpressionError with the column of the mistake.
    """
    return _Parser(Source(text)).expression()


class _Parser:
    def __init__(self, source: Source):
        self.source = source
        self.names: set[str] = set()
        self.terms: set[str] = set()

    def expression(self) -> Expression:
        condition = self.condition(self.source.tree, 1)
        return Expression(self.source.text, frozenset(self.names), frozenset(self.terms), condition)

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
        if isinstance(node, ast.Name | ast.Attribute | ast.Constant) or _is_call(node, "col"):
            written = self.source.segment(node)
            remedy = f'Compare it, for example {written} == "Y", or write missing({written}).'
            if isinstance(node, ast.Constant):
                remedy = f"Compare a column with it, for example AETERM == {written}."
            return self.source.error(f"{written} alone is not a condition", node, remedy=remedy)
        return self.unknown(node)

    def unknown(self, node: ast.expr) -> ExpressionError:
        if isinstance(node, ast.Call):
            what = f"{self.source.segment(node.func)}(…) is not a function of the expression language"
        elif isinstance(node, ast.Compare | ast.BoolOp) or (isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not)):
            what = "a condition cannot be compared: it is true, false or unknown already"
        else:
            what = f"{_WORDS.get(type(node), 'this')} is not part of the expression language"
        return self.source.error(what, node)

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
        if not isinstance(one, Column) and not isinstance(other, Column):
            raise self.source.error("compares two literals: one side must be a column", left)
        if isinstance(one, TextLiteral) or isinstance(other, TextLiteral):
            if symbol not in ("==", "!="):
                at = left if isinstance(one, TextLiteral) else right
                raise self.source.error(f"{symbol} compares numbers, and {self.source.segment(at)} is text", at)
        elif symbol not in ("==", "!=") or isinstance(one, NumberLiteral) or isinstance(other, NumberLiteral):
            return c.NumberComparison(symbol, one, other)
        return c.TextComparison(symbol, _textual(one), _textual(other))

    def membership(self, left: ast.expr, right: ast.expr) -> c.Membership:
        column = self.operand(left)
        if not isinstance(column, Column):
            raise self.source.error("a column stands before in", left)
        if not isinstance(right, ast.List) or not right.elts:
            raise self.source.error('a list of texts and numbers stands after in, as ["Y", "N"]', right)
        values = [self.operand(item) for item in right.elts]
        for item, value in zip(right.elts, values, strict=True):
            if isinstance(value, Column):
                raise self.source.error(f"{value.name} is a column, and a list holds texts and numbers", item)
        texts = tuple(value.value for value in values if isinstance(value, TextLiteral))
        return c.Membership(column, texts, tuple(value for value in values if isinstance(value, NumberLiteral)))

    def operand(self, node: ast.expr) -> Operand:
        match node:
            case ast.Name() | ast.Attribute():
                return self.column(node)
            case ast.Call() if _is_call(node, "col"):
                return self.quoted_column(node)
            case ast.Call() if _is_call(node, "term"):
                name = self.argument(node).name
                self.terms.add(name)
                return Column(term_name(name))
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
        raise self.unknown(node)

    def number(self, node: ast.expr, shown: ast.expr) -> NumberLiteral:
        written = self.source.segment(node)
        if not NUMBER.fullmatch(written) or abs(Decimal(written).adjusted()) > _LARGEST_EXPONENT:
            raise self.source.error(f"{self.source.segment(shown)} is not a decimal number that a measurement has", shown)
        return NumberLiteral(Decimal(written))

    def argument(self, node: ast.Call) -> Column:
        if len(node.args) == 1 and not node.keywords:
            operand = node.args[0]
            if isinstance(operand, ast.Name | ast.Attribute) or _is_call(operand, "col"):
                column = self.operand(operand)
                if isinstance(column, Column):
                    return column
        raise self.source.error(f"{self.source.segment(node.func)}(…) takes the name of one column", node)

    def column(self, node: ast.expr) -> Column:
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
        match node.args:
            case [ast.Constant(value=str(name))] if name and not node.keywords:
                return self.named(name)
        raise self.source.error('col(…) takes the name of one column between quotes, as col("Visit date")', node)

    def named(self, name: str) -> Column:
        self.names.add(name)
        return Column(name)


def _is_call(node: ast.expr, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == name


def _textual(operand: Operand) -> Column | TextLiteral:
    assert not isinstance(operand, NumberLiteral)
    return operand

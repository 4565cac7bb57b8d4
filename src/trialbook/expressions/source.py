"""An expression's text before it is understood: what Python's grammar would accept and this language does not.

Only the text is looked at here, with Python's tokenizer: comments, texts in other quotes, two texts side by side (a
comma forgotten in a list would glue them together), and nesting deeper than anyone can read.
"""

from __future__ import annotations

import ast
import io
import tokenize
import warnings

from trialbook.expressions.errors import ExpressionError

LONGEST, DEEPEST = 10_000, 50


class Source:
    """The text, line breaks as blanks, and its syntax tree; places are characters from 1."""

    def __init__(self, text: str):
        self._written = text
        self.text = text.replace("\r", " ").replace("\n", " ").replace("\t", " ").rstrip()
        self._indent = len(self.text) - len(self.text.lstrip())
        self._code = self.text.lstrip()
        if not self._code:
            raise ExpressionError("is empty", text=text)
        if "\0" in text:
            raise ExpressionError("has a null character", text=text, column=text.index("\0") + 1)
        if len(text) > LONGEST:
            raise ExpressionError(f"has {len(text):,} characters; {LONGEST:,} are the most", text=text)
        self.tree = self._parse()
        self._check_tokens()

    def error(self, what: str, node: ast.expr | None = None, **more: str) -> ExpressionError:
        """The error to raise about ``node``."""
        return ExpressionError(what, text=self.text, column=None if node is None else self.column(node), **more)

    def column(self, node: ast.expr) -> int:
        """Where ``node`` begins; the tree counts bytes of UTF-8."""
        return self._indent + len(self._code.encode()[: node.col_offset].decode()) + 1

    def segment(self, node: ast.expr) -> str:
        """The text of ``node`` as it is written."""
        return self._code.encode()[node.col_offset : node.end_col_offset].decode()

    def _parse(self) -> ast.expr:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                return ast.parse(self._code, mode="eval").body
        except SyntaxError as error:
            what = f"cannot be read here: {error.msg.split(';')[0]}"
            column = self._indent + error.offset if error.offset else len(self.text) + 1
            raise ExpressionError(what, text=self.text, column=column) from None
        except (RecursionError, MemoryError):
            raise ExpressionError("is nested too deeply", text=self.text) from None
        except ValueError as error:
            raise ExpressionError(f"cannot be read: {error}", text=self.text) from None

    def _check_tokens(self) -> None:
        before = None
        for token in tokenize.generate_tokens(io.StringIO(self._code).readline):
            start = self._indent + token.start[1]
            what = ""
            if token.type == tokenize.COMMENT:
                what = "a comment (#) is not part of the expression language"
            elif token.type == tokenize.STRING and token.string[0] not in "\"'":
                what = f"{token.string[0]} before a text is not part of the expression language"
            elif token.type == tokenize.STRING and token.string[:3] in ('"""', "'''"):
                what = "a text stands between single or double quotes"
            elif token.type == tokenize.STRING and before == tokenize.STRING:
                what = "two texts side by side: a comma or an operator is missing"
            elif token.type == tokenize.STRING and self._written[start : start + len(token.string)] != token.string:
                what = "a text does not go on in the next line, and has no tab"
            if what:
                raise ExpressionError(what, text=self.text, column=start + 1)
            before = token.type

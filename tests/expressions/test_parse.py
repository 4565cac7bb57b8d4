"""What the expression language takes and refuses; each refusal with the character where it stands."""

from __future__ import annotations

import pytest

from trialbook.expressions import ExpressionError, parse

NAMES = [
    ('AESER == "Y"', {"AESER"}),
    ('IT.AETERM == "x" and RAND.GROUP != 1', {"IT.AETERM", "RAND.GROUP"}),
    ("missing(col('Visit date')) or LB.ANC < 1.0", {"Visit date", "LB.ANC"}),
    ('姓名 == "王"', {"姓名"}),
    ("1 < X <= 5", {"X"}),
    ('X not in ["Y", 1, -2.5]', {"X"}),
    ('X == "a"\n  and Y == "b"\n', {"X", "Y"}),
    ("True", set()),
]


@pytest.mark.parametrize(("text", "names"), NAMES)
def test_names_are_the_dotted_names_of_the_columns(text: str, names: set[str]) -> None:
    assert parse(text).names == names


NOT_OF_THE_LANGUAGE = [
    # text, column, what is wrong
    ("", None, "is empty"),
    ("  \n ", None, "is empty"),
    ("__import__('os').system('x')", 1, "__import__('os').system(…) is not a function of the expression language"),
    ("A == 1 and eval('1')", 12, "eval(…) is not a function of the expression language"),
    ("lambda: 1", 1, "a function (lambda) is not part of the expression language"),
    ("[a for a in b]", 1, "a loop is not part of the expression language"),
    ("(A := 1)", 2, "an assignment is not part of the expression language"),
    ("A if B else C", 1, "if … else is not part of the expression language"),
    ("A[0] == 1", 1, "a place in a list ([..] after a name) is not part of the expression language"),
    ("A + 1 == 2", 1, "arithmetic other than *, / and 10 ** n is not part of the expression language"),
    ('A == f"{B}"', 6, 'a formatted text (f"…") is not part of the expression language'),
    ('A == r"x"', 6, "r before a text is not part of the expression language"),
    ('A == """x"""', 6, "a text stands between single or double quotes"),
    ('A == "x\ny"', 6, "a text does not go on in the next line, and has no tab"),
    ('A in ["a" "b"]', 11, "two texts side by side: a comma or an operator is missing"),
    ('A == "a" # note', 10, "a comment (#) is not part of the expression language"),
    ("A == 1e999", 6, "1e999 is not a decimal number that a measurement has"),
    ("A == 0x10", 6, "0x10 is not a decimal number that a measurement has"),
    ("A == 1_000", 6, "1_000 is not a decimal number that a measurement has"),
    ("A == 1j", 6, "this is not part of the expression language"),
    ("A == None", 6, "None is not a value that a column holds"),
    ("A == True", 6, "True is not a value that a column holds"),
    ("A is None", 1, "is and is not are not comparisons here"),
    ("AESER", 1, "AESER alone is not a condition"),
    ("A == 1 or 'B'", 11, "'B' alone is not a condition"),
    ('A == ""', 6, '"" is no text to compare with'),
    ('A in ["", "Y"]', 7, '"" is no text to compare with'),
    ('王 == "é" and AGE < "18"', 20, '< compares numbers, and "18" is text'),
    ("1 == 1.0", 1, "compares two literals: one side must be a column"),
    ("(A == 1) == (B == 1)", 2, "a condition cannot be compared: it is true, false or unknown already"),
    ("A in B", 6, 'a list of texts and numbers stands after in, as ["Y", "N"]'),
    ("A in []", 6, 'a list of texts and numbers stands after in, as ["Y", "N"]'),
    ("A in [B]", 7, "B is a column, and a list holds texts and numbers"),
    ("'a' in ['a']", 1, "a column stands before in"),
    ("missing('A')", 1, "missing(…) takes the name of one column"),
    ("missing(A, B)", 1, "missing(…) takes the name of one column"),
    ("col(A) == 1", 1, 'col(…) takes the name of one column between quotes, as col("Visit date")'),
    ("Ａ == 1", 1, "the name Ａ has letters of another form"),
    ('visit date == "x"', 7, "cannot be read here: invalid syntax"),
    ("A == 1 and", 11, "cannot be read here: invalid syntax"),
    ('A == "\\d"', 6, "cannot be read here: invalid escape sequence '\\d'"),
    ("A == \x00", 6, "has a null character"),
]


@pytest.mark.parametrize(("text", "column", "what"), NOT_OF_THE_LANGUAGE)
def test_what_is_not_of_the_language_is_refused_with_its_place(text: str, column: int | None, what: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert (caught.value.what, caught.value.column) == (what, column)


TOO_DEEP = {
    "parentheses": "(" * 300 + "A == 1" + ")" * 300,
    "not": "not " * 60 + "A == 1",
    "many nots": "not " * 2400 + "A == 1",
    "minus": "A == " + "-" * 9000 + "1",
    "dots": "A." * 4900 + "A == 1",
    "and in or": "(A == 1 and (A == 1 or " * 45 + "A == 1" + "))" * 45,
    "long": "A == 1 or " * 2000 + "A == 1",
    "digits": "A == " + "9" * 5000,
}


@pytest.mark.parametrize("text", TOO_DEEP.values(), ids=TOO_DEEP.keys())
def test_depth_and_length_have_a_limit_and_a_message(text: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse(text)
    assert len(str(caught.value)) < 700


def test_the_message_names_place_and_what_is_allowed() -> None:
    with pytest.raises(ExpressionError) as caught:
        parse("AGE >= '18'")
    assert str(caught.value) == (
        "column 8 of the expression \"AGE >= '18'\": >= compares numbers, and '18' is text\n"
        'Allowed: names of columns (AETERM, IT.AETERM, col("odd name")), "text", numbers, == != < <= > >=, in [..], '
        "not in [..], missing(X), term(X), number * X, X / Y, 10 ** number, date(X), days_before(X, n), months_before(X, n), "
        "and, or, not, parentheses, True, False."
    )

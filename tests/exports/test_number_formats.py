from __future__ import annotations

import pytest

from trialbook.exports.number_formats import STANDARD_FORMATS, NumberFormat, number_text


@pytest.mark.parametrize(
    ("code", "stored", "text"),
    [
        ("General", "7", "7"),
        ("General", "7.0", "7"),
        ("General", "-0.0", "0"),
        ("General", "165.15000000000001", "165.15"),
        ("General", "0.10000000000000001", "0.1"),
        ("General", "1E-05", "0.00001"),
        ("General", "1.5E+20", "150000000000000000000"),
        ("General", "12345678901234567890", "12345678901234567890"),
        ("General", "1e999", "1e999"),
        ("0", "5.6", "5.6"),
        ("0.00", "5.1", "5.1"),
        ("#,##0", "1234567", "1234567"),
        ("@", "12", "12"),
        ("0000", "7", "0007"),
        ("0000", "12345", "12345"),
        ("0000", "-7", "-7"),
        ("0000", "7.5", "7.5"),
        ("00-0000", "10007", "01-0007"),
        ('"S-"000', "12", "S-012"),
        ('"S"000', "7", "S007"),
        ('"S"000', "1234", "S1234"),
        ("#000", "7", "007"),
        ("##00-000", "1234567", "1234-567"),
        ("000000;-000000;0;@", "42", "000042"),
        ("[$-804]0000_)", "7", "0007"),
        ("[Red]000", "7", "007"),
        (r"\S000;[Red]-0", "12", "S012"),
        ("[>99]000;0", "12", "12"),
        ("0%", "0.45", "45%"),
        ("0.0%", "0.4567", "45.67%"),
    ],
)
def test_numbers_are_shown_and_never_rounded(code: str, stored: str, text: str) -> None:
    assert NumberFormat(code).text(stored) == text


@pytest.mark.parametrize(
    ("code", "stored", "text"),
    [
        ("yyyy-mm-dd", "45356", "2024-03-05"),
        ("mm-dd-yy", "45356.0", "2024-03-05"),
        ("yyyy-mm-dd h:mm", "45356.4375", "2024-03-05T10:30"),
        ("yyyy-mm-dd h:mm:ss", "45356.4375", "2024-03-05T10:30:00"),
        ("yyyy-mm-dd h:mm", "45356.437511574077", "2024-03-05T10:30:01"),
        ("yyyy-mm-dd h:mm:ss", "45356", "2024-03-05"),
        ("h:mm", "0.4375", "10:30"),
        ("h:mm:ss", "0.5", "12:00:00"),
        ("[h]:mm", "1.5", "36:00"),
        ("mmm-yy", "45352", "2024-03"),
        ("mmm-yy", "45356", "2024-03-05"),
        ('yyyy"年"m"月"d"日"', "45356", "2024-03-05"),
        (STANDARD_FORMATS[31], "45356", "2024-03-05"),
        (STANDARD_FORMATS[57], "45352", "2024-03"),
        (STANDARD_FORMATS[14], "0", "1900-01-00"),
        ("yyyy-mm-dd h:mm", "0", "1900-01-00"),
        ("yyyy-mm-dd h:mm", "0.5", "12:00"),
        ("h:mm", "0", "00:00"),
        ("[h]:mm", "0", "00:00"),
        ("[h]:mm:ss", "1.5", "36:00:00"),
        ("[mm]:ss", "0.5", "12:00:00"),
        (STANDARD_FORMATS[14], "1", "1900-01-01"),
        (STANDARD_FORMATS[14], "59", "1900-02-28"),
        (STANDARD_FORMATS[14], "60", "1900-02-29"),
        (STANDARD_FORMATS[14], "61", "1900-03-01"),
        (STANDARD_FORMATS[14], "2958465", "9999-12-31"),
    ],
)
def test_dates_are_iso_8601(code: str, stored: str, text: str) -> None:
    assert NumberFormat(code).text(stored) == text


@pytest.mark.parametrize(
    ("code", "stored", "text"),
    [
        ("yyyy-mm-dd", "0", "1904-01-01"),
        ("yyyy-mm-dd", "60", "1904-03-01"),
        ("yyyy-mm-dd", "43894", "2024-03-05"),
        ("yyyy-mm-dd", "43894.5", "2024-03-05T12:00"),
        ("h:mm", "0", "00:00"),
        ("h:mm", "0.4375", "10:30"),
    ],
)
def test_the_epoch_of_1904_is_honoured(code: str, stored: str, text: str) -> None:
    assert NumberFormat(code, epoch_1904=True).text(stored) == text


@pytest.mark.parametrize(
    ("code", "stored"),
    [("yyyy-mm-dd", "-1"), ("yyyy-mm-dd", "2958466"), ("yyyy-mm-dd", "1e300"), ("General", "abc"), ("General", "1_000")],
)
def test_a_value_that_does_not_fit_is_an_error(code: str, stored: str) -> None:
    with pytest.raises(ValueError, match=r"outside the dates|is not a number"):
        NumberFormat(code).text(stored)


def test_number_text_keeps_what_is_stored_as_an_integer() -> None:
    assert number_text("0012") == "0012"

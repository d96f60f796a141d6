"""Numbers come out exactly as printed, or not at all."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.numerals import Number, is_value, parse
from validators.model import DECIMAL_PLACES

NUMBERS = {
    "0": "0",
    "5": "5",
    "007": "7",
    "2000,00": "2000.00",
    "2 000,00": "2000.00",
    "2\u00a0000,00": "2000.00",
    "2\u202f000,00": "2000.00",
    "2\u2009000,00": "2000.00",
    "  12 \t": "12",
    "12.500,50": "12500.50",
    "1.234.567,8": "1234567.8",
    "12'500,50": "12500.50",
    "1 234.56": "1234.56",
    "1 234.567": "1234.567",
    "1,234.56": "1234.56",
    "1,234,567.8": "1234567.8",
    "0,234": "0.234",
    "0.234": "0.234",
    "1,234": "1.234",
    "1.23": "1.23",
    "-5": "-5",
    "−5": "-5",
    "–5,25": "-5.25",
    "—5": "-5",
    "\u20115": "-5",
    "+5,2": "5.2",
    "(123,4)": "-123.4",
    "( 1 234 )": "-1234",
    "100%": "100",
    "15,24 %": "15.24",
    "(3 %)": "-3",
    "-0": "0",
    "20\u00ad00": "2000",
    "1234567890123456789012345678,0123456789": "1234567890123456789012345678.0123456789",
    "-1234567890123456789012345678,0123456789": "-1234567890123456789012345678.0123456789",
}

WITHOUT = {
    "": "blank",
    " \n\u00a0": "blank",
    "-": "nil",
    "—": "nil",
    "---": "nil",
    "- - -": "nil",
    "– –": "nil",
    "___": "nil",
    "х": "not_applicable",
    "Х": "not_applicable",
    "x": "not_applicable",
    "*": "not_applicable",
    "**": "not_applicable",
}

UNREADABLE = [
    "12.500",  # either separator
    "12.500 %",
    "1.234.567",
    "- 5",  # a list's bullet
    "5-",
    "--5",
    "-(5)",
    "(-5)",
    "(5",
    "5)",
    "()",
    "1 23",
    "12 34 567",
    "1234 567",
    "0 123",
    "1 234 5",
    "1 234.567.890",
    "1.234 567",
    "1'234 567",
    "1,234,567",
    "1,23,456.7",
    "12,",
    ",5",
    ".5",
    "1,,5",
    "1.2.3",
    "620, 17",
    "620 ,17",
    "29 %%",
    "%",
    "1e5",
    "0x10",
    "5 грн",
    "тис.",
    "2024 рік",
    "10/20",
    "1 ½",
    "10²",
    "З50",  # a letter for a figure
    "1O0",
    "l00",
    "NaN",
    "Infinity",
    "хх",
    "100\n200",  # two numbers in one cell
    "100\n\n200,5",
    "12345678901234567890123456789",  # more than the data sets hold exactly
    "0,12345678901",
    "9" * 5000,
]


@pytest.mark.parametrize(("raw", "value"), NUMBERS.items())
def test_numbers(raw: str, value: str) -> None:
    found = parse(raw)
    assert (found.missing, str(found.value)) == (None, value)
    assert is_value(raw)


@pytest.mark.parametrize(("raw", "missing"), WITHOUT.items())
def test_known_ways_to_say_that_there_is_none(raw: str, missing: str) -> None:
    found = parse(raw)
    assert (found.value, found.missing) == (None, missing)
    assert is_value(raw) == (missing != "blank")


@pytest.mark.parametrize("raw", UNREADABLE)
def test_what_is_not_wholly_a_number_is_unreadable(raw: str) -> None:
    assert parse(raw) == Number(None, "unreadable")
    assert not is_value(raw)


def test_line_break_elsewhere_does_no_harm() -> None:
    assert parse("\n100\n").value == 100
    assert parse("100\n%").value == 100
    assert parse("-\n").missing == "nil"


# Against an independent oracle: Python's own formatting, turned into every spelling.

GROUPINGS = {"": ",.", " ": ",.", "\u00a0": ",.", "'": ",.", ".": ",", ",": "."}
"""Which decimal points may stand beside which grouping."""
SIGNS = {"-{}": -1, "−{}": -1, "–{}": -1, "({})": -1, "( {} )": -1, "+{}": 1, "{}": 1}
ENDINGS = ("", "%", " %")


def spellings(number: Decimal, places: int) -> dict[str, bool]:
    """Give every spelling of a number, and whether only this number can be meant by it."""
    found: dict[str, bool] = {}
    whole, _, fraction = f"{abs(number):,.{places}f}".partition(".")
    for group, points in GROUPINGS.items():
        for point in points:
            body = whole.replace(",", group) + (point + fraction if fraction else "")
            # Without a fraction, points and commas that group could part the fraction; so could a lone point.
            lone_group = group in (".", ",") and "," in whole and not fraction
            lone_point = point == "." and len(fraction) == 3 and (not group or "," not in whole) and whole != "0"
            for sign, direction in SIGNS.items():
                if number == 0 or (direction < 0) == (number < 0):
                    for ending in ENDINGS:
                        text = sign.format(body + ending)
                        found[text] = not (lone_group or lone_point) and found.get(text, True)
    return found


decimals = st.builds(
    lambda digits, places: Decimal(digits).scaleb(-places),
    st.integers(-(10**15), 10**15) | st.integers(-2000, 2000),
    st.integers(0, DECIMAL_PLACES),
)


@given(decimals)
@example(Decimal("-0.001"))
@example(Decimal("1000.000"))
def test_every_spelling_comes_back_exactly(number: Decimal) -> None:
    places = -int(number.as_tuple().exponent)
    for text, clear in spellings(number, places).items():
        found = parse(text)
        if clear:
            assert found.value is not None, text
            assert found.value == number, text
            assert found.value.as_tuple().exponent == -places, text
        else:
            assert found.value in (None, number) or text.count(",") == 1, text


junk = st.text(alphabet="0123456789 .,'-+()%", max_size=10) | st.lists(
    st.sampled_from(["1", "23", "456", "000", "0", " ", ".", ",", "'", "-", "(", ")", "%", "+"]), max_size=8
).map("".join)


@given(junk)
@example("1,234")
@example("12.345")
def test_junk_never_passes_for_another_number(text: str) -> None:
    found = parse(text).value
    if found is None:
        return
    places = -int(found.as_tuple().exponent)
    known = {" ".join(spelling.split()): clear for spelling, clear in spellings(found, places).items()}
    unpadded = re.sub(r"^([-+(]? ?)0+(?=\d)", r"\1", " ".join(text.split()))
    assert known.get(unpadded), (text, found)


@given(st.text(max_size=12))
def test_any_text_gives_a_number_or_one_reason(text: str) -> None:
    found = parse(text)
    assert (found.value is None) != (found.missing is None)
    assert found.missing in (None, "nil", "not_applicable", "blank", "unreadable")


@given(
    st.text(alphabet="0123456789", min_size=1, max_size=6), st.characters(categories=["L"], exclude_characters="хХxX")
)
def test_a_letter_makes_a_number_unreadable(digits: str, letter: str) -> None:
    for text in (digits + letter, letter + digits, f"{digits} {letter}", digits[:1] + letter + digits[1:]):
        assert parse(text).value is None

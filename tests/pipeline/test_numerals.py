"""Numbers come out exactly as printed, or not at all."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from pipeline.numerals import is_value, parse, with_sign
from validators.model import DECIMAL_PLACES

NUMBERS = {
    "0": "0",
    "5": "5",
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
    "1’234’567,8": "1234567.8",
    "9743.305": "9743.305",  # four digits are no group
    "12,5;": "12.5",
    "15606000грн.": "15606000",
    "12,5 тис. грн": "12.5",
    "3 млн": "3",
    "120 тис.": "120",
    "25 осіб": "25",
    "1 234,5²": "1234.5",
    "100¹⁾": "100",
    "10²": "10",
    "100 *": "100",
    "– 229312,9;": "229312.9",  # a list's entry
    "• 55": "55",
    "у сумі-1561650": "1561650",
    "разом: 4,29": "4.29",
    "в 2,1 р.б.": "2.1",
    "в 2р.б.": "2",
    "у 3 рази": "3",
    "7993 грн. 95 коп.": "7993.95",
    "00,00": "0.00",
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
    "тис.",
    "2024 рік",
    "10/20",
    "1 ½",
    "З50",  # a letter for a figure
    "1O0",
    "l00",
    "NaN",
    "Infinity",
    "хх",
    "100\n200",  # two numbers in one cell
    "100\n\n200,5",
    "59\u2028706",
    "643  906",  # two numbers in typewriter's columns
    "100\n-",
    "410.475.40",
    "12,5 13,7",
    "-5;",  # a minus, or a bullet
    "–229312,9;",
    "у сумі -5",
    "007",  # a code
    "0117461",
    "00",
    "-74.%",
    "5%.",
    "3 млн 200 тис. грн",
    "26.10.2023",
    "10-15",
    "٣٤",  # digits of another script
    "５",
    "12345678901234567890123456789",  # more than the data sets hold exactly
    "0,12345678901",
    "9" * 5000,
]


@pytest.mark.parametrize(("raw", "value"), NUMBERS.items())
def test_numbers(raw: str, value: str) -> None:
    found = parse(raw)
    assert (found.missing, found.why, str(found.value)) == (None, None, value)
    assert is_value(raw)


@pytest.mark.parametrize(
    ("raw", "unit"),
    [
        ("100%", "percent"), ("15606000грн.", "UAH"), ("12,5 тис. грн", "thousand UAH"), ("3 млн", "million"),
        ("2 млн грн", "million UAH"), ("в 2,1 р.б.", "times"), ("25 осіб", "count"), ("5 тис. осіб", "thousand count"),
        ("7993 грн. 95 коп.", "UAH"), ("3 м2", "м2"), ("12 ₴", "UAH"), ("12", None), ("100 *", None),
    ],
)  # fmt: skip
def test_what_stands_behind_a_number_is_its_unit(raw: str, unit: str | None) -> None:
    assert parse(raw).unit == unit


@pytest.mark.parametrize(
    ("raw", "why"),
    [
        ("100\n60\n40", "stacked"), ("12,5 13,7", "stacked"), ("643  906", "stacked"), ("12.500", "two readings"),
        ("410.475.40", "two readings"), ("- 5", "bullet or minus"), ("-5;", "bullet or minus"), ("0117461", "code"),
        ("9" * 40, "too long"), ("2024 рік", "no number"), ("З50", "no number"), ("тис.", "no number"),
    ],
)  # fmt: skip
def test_why_a_text_is_unreadable(raw: str, why: str) -> None:
    found = parse(raw)
    assert (found.value, found.missing, found.why) == (None, "unreadable", why)


@pytest.mark.parametrize(
    ("raw", "expected"),
    [
        ("– 361,07", "-361.07"),
        ("-  5", "-5"),
        ("+ 5", None),
        ("– 229312,9;", "229312.9"),
        ("2 – 5", None),
        ("5", "5"),
        ("–", None),
    ],
)
def test_a_dash_apart_is_a_minus_in_a_column_of_differences(raw: str, expected: str | None) -> None:
    value = parse(with_sign(raw)).value
    assert value == (None if expected is None else Decimal(expected))


@pytest.mark.parametrize(("raw", "missing"), WITHOUT.items())
def test_known_ways_to_say_that_there_is_none(raw: str, missing: str) -> None:
    found = parse(raw)
    assert (found.value, found.missing) == (None, missing)
    assert is_value(raw) == (missing != "blank")


@pytest.mark.parametrize("raw", UNREADABLE)
def test_what_is_not_wholly_a_number_is_unreadable(raw: str) -> None:
    found = parse(raw)
    assert (found.value, found.missing) == (None, "unreadable")
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
            digits = len(whole.replace(",", ""))
            lone_point = (
                point == "." and len(fraction) == 3 and (not group or "," not in whole) and whole != "0" and digits <= 3
            )
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


UNITS = "мгткл"
"""Letters that are units behind a number: metres, tonnes, litres."""

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
    unpadded = re.sub(r"^([-+(]? ?)0+(?=0[.,])", r"\1", " ".join(text.split()))
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
        assert parse(text).value is None or letter in UNITS

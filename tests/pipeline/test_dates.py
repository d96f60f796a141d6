"""Dates, years and ordinals as documents write them; nothing where nothing is stated."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import find_date, find_reported_years, find_years, ordinal, roman

MONTHS = (
    "січня", "лютого", "березня", "квітня", "травня", "червня", "липня", "серпня", "вересня", "жовтня", "листопада",
    "грудня",
)  # fmt: skip

CYRILLIC = str.maketrans("IXCM", "ІХСМ")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("від 26.10.2023р. № 1484", date(2023, 10, 26)),
        ("від 1.2.2024", date(2024, 2, 1)),
        ("10 жовтня 2022 року", date(2022, 10, 10)),
        ("«26 грудня » 2017року", date(2017, 12, 26)),
        ("« 5 » ЛИПНЯ 2021 р.", date(2021, 7, 5)),
        ("не 31.02.2024, а 01.03.2024", date(2024, 3, 1)),
        ("10 жовтня 2022 року, зі змінами від 26.10.2023", date(2022, 10, 10)),
        ("зі змінами від 26.10.2023 до рішення від 10 жовтня 2022 року", date(2023, 10, 26)),
        ("31.02.2024", None),
        ("126.10.2023", None),
        ("26.10.20231", None),
        ("26.10.23", None),
        ("10 рішень 2022 року", None),
        ("2023", None),
        ("", None),
    ],
)
def test_first_date(text: str, expected: date | None) -> None:
    assert find_date(text) == expected


@given(st.dates(date(1991, 1, 1), date(2099, 12, 31)))
def test_every_day_comes_back_in_both_spellings(day: date) -> None:
    assert find_date(f"рішення від {day:%d.%m.%Y} № 7") == day
    assert find_date(f"рішення від {day.day} {MONTHS[day.month - 1]} {day.year} року № 7") == day


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024 рік", (2024, 2024)),
        ("2024-2026р р.", (2024, 2026)),
        ("2022 –2027", (2022, 2027)),
        ("на 2024 — 2026 роки", (2024, 2026)),
        ("2024", (2024, 2024)),
        (" 2024 - 2026 ", (2024, 2026)),
        ("2024-го року", (2024, 2024)),
        ("на 2022-2025 роки за 2024 рік", (2022, 2025)),
        ("з 2024", None),
        ("від 26.10.2023р.", None),
        ("код 2024/1, 1987 осіб", None),
        ("2026-2024 роки", None),
        ("2026-2024", None),
        ("120245", None),
        ("1884", None),
        ("20 24", None),
        ("рік", None),
    ],
)
def test_first_years(text: str, expected: tuple[int, int] | None) -> None:
    assert find_years(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("про виконання Програми на 2022-2025 роки за 2024 рік", (2024, 2024)),
        ("за 2023 – 2024 роки", (2023, 2024)),
        ("на 2024 рік", None),
        ("показ 2024 рік", None),
    ],
)
def test_reported_years(text: str, expected: tuple[int, int] | None) -> None:
    assert find_reported_years(text) == expected


def in_roman(number: int) -> str:
    """Spell a number in Roman digits, place by place."""
    places = (("M", "", ""), ("C", "D", "M"), ("X", "L", "C"), ("I", "V", "X"))
    text = ""
    for digit, (one, five, ten) in zip(f"{number:04}", places, strict=True):
        text += ("", one, one * 2, one * 3, one + five, five, five + one, five + one * 2, five + one * 3, one + ten)[
            int(digit)
        ]
    return text


@given(st.integers(1, 3999))
def test_every_roman_numeral_comes_back(number: int) -> None:
    text = in_roman(number)
    assert roman(text) == number
    assert roman(f" {text.translate(CYRILLIC)} ") == number
    assert roman(text.lower()) == number


@given(st.text(alphabet="IVXLCDM", max_size=8))
def test_other_rows_of_roman_digits_are_no_numeral(text: str) -> None:
    found = roman(text)
    assert (found is None) or in_roman(found) == text


@pytest.mark.parametrize("text", ["", "IIII", "VV", "IC", "IL", "X1", "розділ", "1"])
def test_what_is_no_roman_numeral(text: str) -> None:
    assert roman(text) is None


ORDINALS = {
    1: "першої", 2: "друга", 3: "третьої", 4: "четвертій", 5: "п’ятої", 6: "шостого", 7: "сьомої", 8: "восьмого",
    9: "дев'яту", 10: "десята", 11: "одинадцятої", 13: "тринадцятою", 19: "дев'ятнадцята", 20: "двадцятій",
    21: "двадцять першої", 28: "двадцять восьмої", 30: "тридцята", 33: "тридцять третя", 40: "сорокової",
    44: "сорок четверта", 55: "п'ятдесят п'ятої", 90: "дев'яностої", 99: "Дев’яносто ДЕВ’ЯТА", 100: "сотої",
}  # fmt: skip


@pytest.mark.parametrize(("number", "text"), ORDINALS.items())
def test_ordinals_in_words(number: int, text: str) -> None:
    assert ordinal(text) == number


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("28-ї", 28),
        ("28", 28),
        ("8ої", 8),
        ("VIII", 8),
        ("ХХVІІІ", 28),
        ("двадцять двадцятої", None),
        ("двадцять чергової", None),
        ("чергової", None),
        ("восьмої двадцять", None),
        ("на двадцять восьмій", None),
        ("2024", None),
        ("", None),
    ],
)
def test_other_ordinals(text: str, expected: int | None) -> None:
    assert ordinal(text) == expected

"""Dates, years and ordinals as documents write them; nothing where nothing is stated."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.dates import (
    Period,
    find_date,
    find_period,
    find_reported_years,
    find_years,
    heading_years,
    is_part_of_year,
    ordinal,
    relative_year,
    roman,
)

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
        ("рішення від 10 жовтня 2022 року", None),
        ("рішення від 10 жовтня 2022 року, на 2024 рік", (2024, 2024)),
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
        ("Програми на 2022-2025 роки за 9 місяців 2024 року", (2024, 2024)),
        ("за I півріччя 2024 року", (2024, 2024)),
        ("за січень-травень 2021 року", (2021, 2021)),
        ("станом на 1 грудня 2021 року", (2021, 2021)),
        ("станом на 01.01.2018", (2017, 2017)),  # the state after the whole of 2017
        ("на 01.01.2018", None),
        ("Звітний рік: 2020", (2020, 2020)),
        ("за звітний 2020 рік", (2020, 2020)),
        ("за I кв. 2024 року", (2024, 2024)),
        ("I квартал 2024 року", None),
        ("виконання Програми на 2018-2020 роки у 2019 році", (2019, 2019)),
        ("заходи, що виконуються у 2019 році", None),
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
        ("УІІ", 7),  # typed on a Ukrainian keyboard
        ("УШ", 8),
        ("перше", 1),
        ("третє", 3),
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


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("1 квартал 2021 року", date(2021, 1, 1), date(2021, 3, 31)),
        ("за ІІІ квартал 2022", date(2022, 7, 1), date(2022, 9, 30)),
        ("I півріччя 2023", date(2023, 1, 1), date(2023, 6, 30)),
        ("друге півріччя 2023 року", date(2023, 7, 1), date(2023, 12, 31)),
        ("План на 11місяців 2021", date(2021, 1, 1), date(2021, 11, 30)),
        ("дев’ять місяців 2020 року", date(2020, 1, 1), date(2020, 9, 30)),
        ("січень-травень 2021 року", date(2021, 1, 1), date(2021, 5, 31)),
        ("січень – лютий 2024", date(2024, 1, 1), date(2024, 2, 29)),
        ("за квітень 2021 року", date(2021, 4, 1), date(2021, 4, 30)),
        ("станом на 1 грудня 2021", date(2021, 1, 1), date(2021, 11, 30)),
        ("станом на «01» січня 2018 року", date(2017, 1, 1), date(2017, 12, 31)),
        ("2024 рік", date(2024, 1, 1), date(2024, 12, 31)),
        ("2024-2026р р.", date(2024, 1, 1), date(2026, 12, 31)),
    ],
)
def test_periods_to_the_day(text: str, start: date, end: date) -> None:
    assert find_period(text) == Period(start, end)


@pytest.mark.parametrize(
    "text", ["січень-травень", "5 квартал 2021", "13 місяців 2021", "код 2111", "від 26.10.2023", ""]
)
def test_what_states_no_period(text: str) -> None:
    assert find_period(text) is None


@given(st.integers(1991, 2099), st.integers(1, 12))
def test_every_number_of_months_comes_back(year: int, months: int) -> None:
    found = find_period(f"Виконання за {months} місяців {year} року")
    assert found is not None
    assert (found.start, found.end.year, found.end.month) == (date(year, 1, 1), year, months)
    assert (found.end - date(year, months, 1)).days >= 27


@given(st.dates(date(1991, 1, 2), date(2099, 12, 31)))
def test_a_state_is_of_the_year_that_ended_the_day_before(day: date) -> None:
    found = find_period(f"станом на {day:%d.%m.%Y}")
    assert found is not None
    assert found.years == ((day.year - 1, day.year - 1) if day.timetuple().tm_yday == 1 else (day.year, day.year))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("План 2024", (2024, 2024)),
        ("План на 11місяців 2021", (2021, 2021)),
        ("2017 р. у % до 2016 р.", (2017, 2017)),
        ("програма до очік.вик. 2016 року, %", None),  # only the base is named
        ("темп росту 2023 до 2022, %", (2023, 2023)),
        ("Залишкова вартість на 01.01.2024", (2023, 2023)),
        ("2015 рік звіт", (2015, 2015)),
        ("Виконати до 2026 року", (2026, 2026)),
        ("рішення № 2024", None),
        ("Код 2111", None),
        ("2024,50", None),
    ],
)
def test_years_of_a_heading(text: str, expected: tuple[int, int] | None) -> None:
    assert heading_years(text) == expected


@pytest.mark.parametrize(
    ("text", "part", "ago"),
    [
        ("План на 9 місяців", True, 0), ("Уточнений план на період", True, 0), ("січень", True, 0),
        ("План на рік", False, 0),
        ("Факт минулого року", False, 1), ("за попередній рік", False, 1), ("% до попереднього року", False, 0),
    ],
)  # fmt: skip
def test_parts_of_years_and_years_before(text: str, part: bool, ago: int) -> None:
    assert (is_part_of_year(text), relative_year(text)) == (part, ago)

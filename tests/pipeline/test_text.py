"""Forms to compare texts by: what hides the same word does not count, what makes another word does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import alike, contains, latin, plain, squeeze


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Обсяг \n\t фінансування\u00a0", "Обсяг фінансування"),
        ("об’єкт обʼєкт об`єкт об´єкт об‘єкт", "об'єкт об'єкт об'єкт об'єкт об'єкт"),
        ("и\u0306", "й"),
        ("", ""),
    ],
)
def test_plain(text: str, expected: str) -> None:
    assert plain(text) == expected


@given(st.text())
def test_plain_changes_nothing_twice_and_drops_only_space(text: str) -> None:
    once = plain(text)
    assert plain(once) == once
    assert len("".join(once.split())) == len("".join(unicodedata.normalize("NFC", text).split()))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Строк виконан-\nня", "строквиконання"),
        ("Cтpoк", "Строк"),  # Latin look-alikes
        ("№ п/п", "№п п"),
        ("Kopocтeнcьka", "Коростенська"),
        ("м²", "м2"),
        ("«Назва» — ціль", "назва ціль"),
    ],
)
def test_same_words_squeeze_to_the_same(one: str, other: str) -> None:
    assert squeeze(one) == squeeze(other)


@pytest.mark.parametrize(("one", "other"), [("2024", "2025"), ("план", "факт"), ("й", "и"), ("ї", "і"), ("г", "ґ")])
def test_other_words_squeeze_to_others(one: str, other: str) -> None:
    assert squeeze(one) != squeeze(other)


def test_latin_turns_look_alikes_only() -> None:
    assert latin("ХVІІІ-С/2024 Ж") == "XVIII-C/2024 Ж"


def misread(text: str, places: int) -> str:
    """Misread every eighth letter, as many as said."""
    letters = list(text)
    for index in range(places):
        letters[index * 8] = "ъ"
    return "".join(letters)


HEADING = "Фактично профінансовано"


@pytest.mark.parametrize(
    ("text", "phrase", "expected"),
    [
        (f"{HEADING}, тис. грн", HEADING, True),
        ("Фактич-\nно профінан-\nсовано", HEADING, True),
        (f"xx {misread(squeeze(HEADING), 2)} xx", HEADING, True),
        (misread(squeeze(HEADING), 3), HEADING, False),
        (HEADING[3:], HEADING, False),
        ("фактично фінансовано", HEADING, False),
        ("Заходи", "Заходів", False),
        ("план", "плян", False),  # too short for a misread letter
        ("що завгодно", "", False),
        ("", HEADING, False),
    ],
)
def test_contains(text: str, phrase: str, expected: bool) -> None:
    assert contains(text, phrase) is expected


def distance(one: str, other: str) -> int:
    """Give the edit distance by its definition."""
    row = list(range(len(other) + 1))
    for i, a in enumerate(one, start=1):
        row, before = [i], row
        for j, b in enumerate(other, start=1):
            row.append(min(before[j] + 1, row[-1] + 1, before[j - 1] + (a != b)))
    return row[-1]


@given(st.text(alphabet="аб", max_size=20), st.text(alphabet="аб", min_size=8, max_size=17))
def test_contains_agrees_with_the_definition(hay: str, needle: str) -> None:
    least = min(distance(needle, hay[i:j]) for i in range(len(hay) + 1) for j in range(i, len(hay) + 1))
    assert contains(hay, needle) is (least <= len(needle) // 8)


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("Зміст заходів", "ЗМІСТ  заходів", True),
        ("Відповідальні виконавці", "Відповідальпі внконавці", True),
        ("План", "Факт", False),
        ("", "", True),
        ("План", "", False),
        ("Відхилення", "Відхилення, причини відхилення", False),
    ],
)
def test_alike(one: str, other: str, expected: bool) -> None:
    assert alike(one, other) is expected
    assert alike(other, one) is expected

"""Forms to compare texts by: what hides the same word does not count, what makes another word does."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.text import Words, alike, latin, mend, one_script, plain, squeeze, visible, word_places


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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Р І Ш Е Н Н Я", "РІШЕННЯ"),
        ("В С Ь О Г О:", "ВСЬОГО:"),
        ("З  В  І  Т про виконання", "ЗВІТ про виконання"),
        ("В С Ь О Г О   В И Д А Т К І В", "ВСЬОГО ВИДАТКІВ"),
        ("Р\u00a0І\u00a0Ш\u00a0Е\u00a0Н\u00a0Н\u00a0Я", "РІШЕННЯ"),
        ("палаців i будинкiв", "палаців і будинків"),
        ("Koштopиc", "Кошторис"),
        ("фінан-сування", "фінансування"),
        ("виконан-\nня", "виконання"),
        ("забез-печення бюд-жетних видат-ків", "забезпечення бюджетних видатків"),
        ("енерго-\nносії", "енергоносії"),
        ("фінансово-господарсь-кої", "фінансово-господарської"),
        ("штатних працівників3, осіб", "штатних працівників, осіб"),
        ("План3", "План"),
        ("(КФКВК)1", "(КФКВК)"),
        ("код ТКВКБМС2", "код ТКВКБМС"),
        ("залишок² коштів¹⁾", "залишок коштів"),
        ("здо\u00adров\u200bя", "здоровя"),
        ("об’єкт", "об'єкт"),
    ],
)
def test_labels_are_mended(text: str, expected: str) -> None:
    assert mend(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "соціально-економічний розвиток", "план-графік", "будь-який", "по-перше", "Івано-Франківськ", "веб-сайт",
        "матеріально-технічна база", "прем'єр-ліга", "КНП-центр", "науково-дослідні роботи", "все-таки",
        "ПМ 10, COVID-19",
        "Розділ I", "А Б В", "вітаміни B12", "м2", "лікування COVID19", "Обсяг (план)", "роки 2024-2026",
    ],
)  # fmt: skip
def test_what_is_right_stays(text: str) -> None:
    assert mend(text) == text


@given(st.text())
def test_mending_twice_changes_nothing_more(text: str) -> None:
    once = mend(text)
    assert mend(once) == once or "-" in text or any(map(str.isdigit, once)), "a mark or hyphen may hide another"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("iнших", "інших"),  # Latin i
        ("Cтpoк виконання", "Строк виконання"),
        ("Wоrd файл", "Word файл"),  # Cyrillic о
        ("COVID і ВООЗ", "COVID і ВООЗ"),
        ("аіс", "аіс"),
        ("план i факт", "план і факт"),
        ("plan", "plan"),
    ],
)
def test_a_word_has_one_script(text: str, expected: str) -> None:
    assert one_script(text) == expected


def test_words_of_the_document_tell_hyphens() -> None:
    asked: list[int] = []

    def texts() -> list[str]:
        asked.append(1)
        return ["Кількість киснево-транспортних", "Облаштування майдан чика", "майданчик для ігор"]

    words = Words(texts)
    assert words.mended("Захід А") == "Захід А"
    assert not asked, "the document is looked at only where a hyphen asks for it"
    assert words.mended("май-данчик") == "майданчик"
    assert words.mended("кисень-транспорт") == "кисень-транспорт"
    assert words.mended("май-данчик") == "майданчик"
    assert asked == [1]


def test_places_of_words_count_letters_of_the_squeezed_text() -> None:
    starts, ends = word_places("Строк виконання, % плану")
    letters = squeeze("Строк виконання, % плану")
    assert letters == "строквиконаннявідсотокплану"
    assert {letters[at:] for at in starts} == {letters, "виконаннявідсотокплану", "відсотокплану", "плану"}
    assert {letters[:at] for at in ends} == {"строк", "строквиконання", "строквиконаннявідсоток", letters}


def test_visible_leaves_out_what_is_not_seen() -> None:
    assert visible(" 2\u00a0000\u200b,\u00ad00 \n") == "2 000,00"

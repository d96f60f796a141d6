"""Phrases are found whatever their spelling, from the beginning of a word on, and nowhere else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.phrases import Phrases, contains, errors
from pipeline.text import squeeze


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
        ("нефактично профінансовано", HEADING, False),  # from the beginning of a word
        ("звітний період", "звіт", True),  # the last word goes on
        ("звітний період", "звіт|", False),
        ("2015 рік звіт", "звіт|", True),
        ("% виконання плану", "Відсоток виконання", True),
        ("- - -", "---", False),  # no letters
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


EDITS = st.lists(
    st.tuples(st.integers(0, 40), st.sampled_from(["change", "drop", "add"]), st.sampled_from("аб")), max_size=4
)


@given(
    st.text(alphabet="абв", min_size=9, max_size=30),
    EDITS,
    st.sampled_from(["", "в ", "або "]),
    st.sampled_from(["", " а"]),
)
def test_contains_agrees_with_the_definition(
    needle: str, edits: list[tuple[int, str, str]], before: str, after: str
) -> None:
    letters = list(needle)
    for place, what, letter in edits:
        at = place % len(letters)
        letters[at : at + 1] = {"change": [letter], "drop": [], "add": [letter, letters[at]]}[what] or letters[at:at][
            :0
        ]
        if not letters:
            return
    word = "".join(letters)
    hay = squeeze(before + word + after)
    least = min(distance(needle, hay[i:j]) for i in range(len(hay) + 1) for j in range(i, len(hay) + 1))
    if contains(before + word + after, needle):
        assert least <= errors(needle)
    elif len(edits) <= errors(needle):
        start = len(squeeze(before))
        aligned = min(distance(needle, hay[i:j]) for i in (start, start + 1) for j in range(i, len(hay) + 1))
        within = least < aligned  # it stands better from within the word on, as in `нефактично`
        assert aligned > errors(needle) or within, "the word begins there and is near enough"


def test_all_phrases_that_stand_in_a_text_are_found_with_their_places() -> None:
    phrases = Phrases([("Відхилення", 0), ("Заплановано", 1), ("план|", 2), ("запланованого", 3)])
    assert sorted(phrases.find("Відхилення від запланованого")) == [(0, -10, 0), (13, -13, 3), (13, -11, 1)]
    assert phrases.find("План, тис. грн") == ((0, -4, 2),)
    assert phrases.find("Плани") == ()


def test_a_phrase_found_whole_hides_misread_ones() -> None:
    phrases = Phrases([("Код ТПКВКМБ", 0), ("Код ПКВКМБ", 1)])
    assert [number for *_, number in phrases.find("Код ПКВКМБ")] == [1]
    assert [number for *_, number in phrases.find("Код ЛКВКМБ")] != []
    assert Phrases([("Кошторис установи", 0)]).find("Кошторнс установи", misread=False) == ()


def test_headings_have_rules_of_their_own() -> None:
    phrases = Phrases(
        [("№", 0), ("п/п", 1), ("Код|", 2), ("план", 3), ("не виконано", 4), ("виконано", 5)], headings=True
    )

    def numbers(text: str) -> set[int]:
        return {number for *_, number in phrases.find(text)}

    assert numbers("п/п") == {1}
    assert numbers("№ п/п рядка") == set(), "a short phrase must be the whole heading"
    assert numbers("Код ПКВК") == {2}
    assert numbers("Коди") == set()
    assert numbers("Не виконано") == {4}, "a heading that begins with `не` says the contrary"
    assert numbers("Не профінансовано за планом") == set()
    assert numbers("Кошти, що надійшли понад обсяги, які затверджує план") == set(), "deep in a long heading"


@pytest.mark.parametrize(
    ("heading", "number"),
    [
        ("Перв. варт.", 0), ("Первісна варт., грн", 0), ("уточн. план", 1), ("Викон.", 2), ("викон. за рік", 2),
        ("Вар. перв.", None), ("уточн. обсяг", None), ("П. вартість", None), ("Перв варт", None), ("варт. перв.", None),
    ],
)  # fmt: skip
def test_words_that_a_point_cuts_short(heading: str, number: int | None) -> None:
    phrases = Phrases([("Первісна вартість", 0), ("Уточнений план", 1), ("Виконано", 2)], headings=True)
    assert [found[2] for found in phrases.find(heading)] == ([] if number is None else [number])


@given(st.text(alphabet="абв ", max_size=24), st.lists(st.text(alphabet="абв", min_size=1, max_size=5), max_size=5))
def test_phrases_looked_for_together_are_found_as_alone(text: str, wanted: list[str]) -> None:
    together = {number for *_, number in Phrases([(phrase, i) for i, phrase in enumerate(wanted)]).find(text)}
    assert together == {i for i, phrase in enumerate(wanted) if contains(text, phrase)}


def test_errors_allowed() -> None:
    assert [errors("а" * n) for n in (1, 8, 9, 16, 17, 24, 25)] == [0, 0, 1, 1, 2, 2, 3]

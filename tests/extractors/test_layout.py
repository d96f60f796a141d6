"""Runs of text to lines and paragraphs, without losing a character."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.document import BBox
from extractors.layout import Run, cell_text, join_lines, join_wrapped, lines_of, paragraphs_of, union

HEIGHT = 10.0


def run(text: str, x: float, y: float, height: float = HEIGHT) -> Run:
    """Give a run with letters half as wide as high, its upper left corner at this place."""
    return Run(text, (x, y, x + len(text) * height / 2, y + height))


def letters(texts: list[str]) -> Counter[str]:
    return Counter("".join("".join(texts).split()))


runs = st.lists(
    st.builds(
        run,
        st.text(alphabet="абв 123,-", min_size=1, max_size=6),
        st.floats(0, 500),
        st.floats(0, 500),
        st.sampled_from([6.0, 10.0, 14.0]),
    ),
    min_size=1,
    max_size=12,
)


@given(runs, st.sampled_from([1.0, 3.0, float("inf")]))
def test_no_character_is_lost_or_added(given_runs: list[Run], gap: float) -> None:
    lines = lines_of(given_runs, gap)
    assert letters([r.text for r in lines]) == letters([r.text for r in given_runs])
    paragraphs = paragraphs_of(lines)
    assert letters([r.text for r in paragraphs]) == letters([r.text for r in given_runs])
    assert union(r.bbox for r in paragraphs) == union(r.bbox for r in given_runs)


@given(runs)
def test_order_of_the_runs_does_not_matter(given_runs: list[Run]) -> None:
    apart = list({r.bbox[0]: r for r in given_runs}.values())
    assert lines_of(apart) == lines_of(apart[::-1])


def test_runs_of_a_line_join_from_left_to_right() -> None:
    (found,) = lines_of([run("third", 80, 1), run("first", 0, 0), run("second", 40, 2)])
    assert found == Run("first second third", (0, 0, 105, 12))


def test_runs_that_touch_are_one_word() -> None:
    assert [r.text for r in lines_of([run("2 0", 0, 0), run("00,00", 15.5, 0)])] == ["2 000,00"]
    assert [r.text for r in lines_of([run("2", 0, 0), run("000", 8, 0)])] == ["2 000"]


def test_index_raised_above_the_line_stays_on_it() -> None:
    assert [r.text for r in lines_of([run("area, m", 0, 10), run("2", 35.5, 8, 6)])] == ["area, m2"]


def test_lines_come_from_the_top() -> None:
    assert [r.text for r in lines_of([run("b", 0, 30), run("c", 0, 45), run("a", 50, 12)])] == ["a", "b", "c"]


def test_wide_gap_parts_a_line_where_one_is_named() -> None:
    pair = [run("left", 0, 0), run("right", 100, 0)]
    assert [r.text for r in lines_of(pair, gap=3)] == ["left", "right"]
    assert [r.text for r in lines_of(pair)] == ["left right"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ([], ""),
        (["one", "two"], "one two"),
        (["вико-", "нання"], "вико-нання"),
        (["2024-", "2026 роки"], "2024-2026 роки"),
        (["план -", "факт"], "план - факт"),
        (["-", "5"], "- 5"),
        (["a ", " b"], "a b"),
        (["", "a", ""], "a"),
    ],
)
def test_lines_join(lines: list[str], expected: str) -> None:
    assert join_lines(lines) == expected


@pytest.mark.parametrize(
    ("lines", "width", "expected"),
    [
        pytest.param(["150", "120"], 60, "150\n120", id="two numbers"),
        pytest.param(["2", "000,00"], 33, "2 000,00", id="one number in a narrow cell"),
        pytest.param(["620 01", "8,31"], 40, "620 018,31", id="number broken between its digits"),
        pytest.param(["987,39", "7"], 38, "987,397", id="decimals broken"),
        pytest.param(["3.8", "."], 20, "3.8.", id="full stop of an item alone"),
        pytest.param(["2024", "2025"], 26, "2024 2025", id="two years in a narrow cell"),
        pytest.param(["987,39", "7"], 90, "987,39\n7", id="room was left for the digit"),
        pytest.param(["12,50", "13,75"], 30, "12,50 13,75", id="two numbers in a narrow cell"),
        pytest.param(["some words that", "wrap"], 80, "some words that wrap", id="wrapped"),
        pytest.param(["some words", "on"], 80, "some words\non", id="room was left"),
        pytest.param(["вико-", "нання"], 200, "вико-нання", id="hyphen"),
        pytest.param(["one"], 200, "one", id="one line"),
        pytest.param([], 200, "", id="nothing"),
    ],
)
def test_break_made_on_purpose_stays(lines: list[str], width: float, expected: str) -> None:
    assert join_wrapped([run(text, 0, 12.0 * i) for i, text in enumerate(lines)], width) == expected


def test_wrapped_lines_are_one_paragraph() -> None:
    lines = [run("a" * 40, 0, 0), run("b" * 38 + " c", 0, 12), run("end", 0, 24)]
    (found,) = paragraphs_of(lines)
    assert found.text == f"{'a' * 40} {'b' * 38} c end"
    assert found.bbox == (0, 0, 200, 34)


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(run("b" * 40, 0, 40), id="far below"),
        pytest.param(run("b" * 20, 0, 12, 20), id="larger type"),
    ],
)
def test_what_begins_a_paragraph(second: Run) -> None:
    assert len(paragraphs_of([run("a" * 40, 0, 0), second])) == 2


def test_line_that_had_room_for_the_next_word_ends_its_paragraph() -> None:
    lines = [run("Title", 0, 0), run("word " + "b" * 35, 0, 12)]
    assert [r.text for r in paragraphs_of(lines)] == ["Title", "word " + "b" * 35]


def test_nothing_gives_nothing() -> None:
    assert lines_of([]) == []
    assert paragraphs_of([]) == []


def test_superscript_stands_behind_its_word_and_subscript_too() -> None:
    unit, power = Run("м", (10, 6.3, 17, 11.7)), Run("2", (17.2, 2, 20, 6.8))
    assert [line.text for line in lines_of([power, unit])] == ["м2"]
    formula, index = Run("CO", (10, 2, 20, 10)), Run("2", (20.3, 8, 23, 13))
    assert [line.text for line in lines_of([formula, index])] == ["CO2"]


def test_short_lines_below_one_another_stay_lines() -> None:
    assert [line.text for line in lines_of([Run("150", (10, 0, 25, 8)), Run("20", (10, 9, 20, 17))])] == ["150", "20"]


@pytest.mark.parametrize(
    ("turn", "boxes"),
    [
        (90, [(10, 10, 18, 60), (22, 10, 30, 60)]),
        (270, [(22, 10, 30, 60), (10, 10, 18, 60)]),
        (180, [(10, 22, 60, 30), (10, 10, 60, 18)]),
    ],
)
def test_turned_text_is_read_the_way_it_runs(turn: int, boxes: list[BBox]) -> None:
    runs = [Run(text, box, turn) for text, box in zip(("Найменування", "показника"), boxes, strict=True)]
    text, ink = cell_text(runs[::-1], (0, 0, 40, 70), 2.0)
    assert text == "Найменування показника"
    assert ink == union(boxes)


def test_number_is_broken_where_the_room_its_own_lines_leave_is_full() -> None:
    wide_margin = [Run("75 41", (6.0, 0.0, 26.0, 8.0)), Run("6,2", (6.0, 10.0, 18.0, 18.0))]
    assert cell_text(wide_margin, (0.0, 0.0, 42.0, 20.0), 2.0)[0] == "75 416,2"
    right = [Run("75 41", (16.0, 0.0, 36.0, 8.0)), Run("6,2", (24.0, 10.0, 36.0, 18.0))]
    assert cell_text(right, (0.0, 0.0, 42.0, 20.0), 2.0)[0] == "75 416,2"
    centred = [Run("75 41", (11.0, 0.0, 31.0, 8.0)), Run("6,2", (15.0, 10.0, 27.0, 18.0))]
    assert cell_text(centred, (0.0, 0.0, 42.0, 20.0), 2.0)[0] != "75 416,2"

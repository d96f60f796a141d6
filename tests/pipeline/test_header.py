"""Where a table's header ends, and what stands above each column."""

from __future__ import annotations

import pytest

from pipeline.header import MAX_HEADER_ROWS, header_rows, is_column_numbers, paths, starts_with_header
from tests.builders import table

PLAIN = [["№", "Захід", "План"], ["1", "Перший", "10"], ["2", "Другий", "20"]]
MERGED = [
    ["№", "Захід", "План", "<"],
    ["^", "^", "2024", "2025"],
    ["1", "Перший", "10", "20"],
    ["2", "Другий", "1", "2"],
]
NUMBERED = [*MERGED[:2], ["1", "2", "3", "4"], *MERGED[2:]]
PARTED = [["№", "План", "<"], ["", "2024 рік", "2025 рік"], ["1", "10", "20"]]


@pytest.mark.parametrize(
    ("rows", "said", "expected"),
    [
        pytest.param(PLAIN, None, 1, id="one row"),
        pytest.param(MERGED, None, 2, id="heading cells reach down"),
        pytest.param(NUMBERED, None, 3, id="column numbers"),
        pytest.param(PARTED, None, 2, id="a heading is parted over columns"),
        pytest.param([["а", "б", "в"], ["1.", "2.", "3."], ["x", "y", "z"]], None, 2, id="column numbers with points"),
        pytest.param([["а", "б", "в"], ["0", "1", "2"], ["x", "y", "z"]], None, 2, id="column numbers from nought"),
        pytest.param([["Всього", "<"], ["100", "200"]], None, 1, id="values below a merged cell are no headings"),
        pytest.param([["а", "б"], ["в", "г"], ["д", "е"]], 2, 2, id="the file says so"),
        pytest.param(
            [["а", "б", "в"], ["1", "2", "3"], ["x", "y", "z"]], 1, 2, id="the file says so, and numbers follow"
        ),
        pytest.param([["а", "б"], ["в", "г"]], 9, 1, id="the file says more than there is"),
        pytest.param([["а", "б"], ["в", "г"], ["5", "6"]], 3, 1, id="the file says every row is heading"),
        pytest.param([["а", "б"], ["в", "5"], ["д", "е"]], 2, 1, id="the file says so of values"),
        pytest.param([["а", "План", ""], ["", "2024", "2025 рік"], ["x", "1", "2"]], None, 2, id="nothing but years"),
        pytest.param([["лише", "рядок"]], None, 0, id="one row is no header"),
        pytest.param([["Школи", "1500,00", "3"], ["Садки", "2", "5"]], None, 0, id="data from the first row on"),
        pytest.param([["", "2110", "2210"], ["Школа", "2", "5"]], None, 1, id="codes are headings"),
        pytest.param([["№", "а", "б"], ["1", "2", "3"], ["2", "5", "4"]], None, 1, id="1 2 3 counts rows"),
        pytest.param([["№", "а", "б"], ["1", "2", "3"], ["1", "5", "4"]], None, 2, id="1 2 3 counts columns"),
        pytest.param(
            [["Захід", "План", "Факт"], ["Ремонт", "немає", "немає"], ["Сад", "5", "4"]], None, 1, id="a row of words"
        ),
        pytest.param([["а"], *[["^"]] * 30], None, MAX_HEADER_ROWS, id="a cell merged to the end"),
    ],
)
def test_header_rows(rows: list[list[str]], said: int | None, expected: int) -> None:
    assert header_rows(table(rows, header_rows=said)) == expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [(PLAIN, False), (MERGED, True), (NUMBERED, True), (PARTED, True), (PLAIN[:1], False), (PLAIN[1:], False)],
)
def test_only_a_header_starts_like_one(rows: list[list[str]], expected: bool) -> None:
    assert starts_with_header(table(rows)) is expected


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["1", "2", "3"], True),
        (["1.", "2.", "3."], True),
        (["0", "1", "2", "3"], True),
        (["1", "", "2", "3"], True),
        (["1", "<", "2", "3"], True),
        (["(1)", "(2)", "( 3 )"], True),
        (["А", "Б", "(1)", "2"], True),
        (["А", "Б", "1", "2", "В"], True),
        (["1", "2", "3", "А"], False),
        (["А", "Б", "1", "2", "Г"], False),
        (["(1)", "(2)", "(4)"], False),
        (["1", "2"], False),
        (["1", "2", "4"], False),
        (["2", "3", "4"], False),
        (["3", "2", "1"], False),
        (["01", "2", "3"], False),
        (["1", "2", "x"], False),
        (["", "", ""], False),
    ],
)
def test_column_numbers(row: list[str], expected: bool) -> None:
    assert is_column_numbers(table([row]).grid()[0]) is expected


def test_path_of_a_column_goes_from_the_top_down() -> None:
    made = table(NUMBERED)
    assert paths(made.grid(3), made.n_columns) == [("№",), ("Захід",), ("План", "2024"), ("План", "2025")]
    assert paths(made.grid(0), made.n_columns) == [()] * 4


def test_empty_heading_belongs_to_the_one_on_its_left() -> None:
    made = table([["№", "План", "", ""], ["", "2024", "2025", ""], ["1", "5", "6", ""]])
    assert paths(made.grid(2), made.n_columns) == [("№",), ("План", "2024"), ("План", "2025"), ()]


def test_path_leaves_out_empty_headings_and_line_breaks() -> None:
    made = table([["", "Обсяг\nфінансування", "<"], ["а", "2024\u00a0рік", ""]])
    assert paths(made.grid(2), made.n_columns) == [("а",), ("Обсяг фінансування", "2024 рік"), ("Обсяг фінансування",)]

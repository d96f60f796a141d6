"""The second readings of Word files: what differs is found, what nobody sees does not count."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.truth import Cell, Table
from bench.word import differences, html_tables, longer, same_text, wrong_features
from extractors.word import read_word
from tests.samples import WORD


def table(*cells: tuple[int, int, int, int, str]) -> Table:
    return Table(tuple(Cell(*cell) for cell in cells))


def test_html_of_libreoffice_is_read_with_spans_and_tables_in_cells(tmp_path: Path) -> None:
    file = tmp_path / "x.html"
    file.write_text(
        "<html><body><table><tr><td rowspan=2>а<br>б</td><td colspan=2>в<table><tr><td>г</td></tr></table></td></tr>"
        "<tr><td>ґ</td><th>д</th></tr></table></body></html>",
        encoding="utf-8",
    )
    outer, inner = html_tables(file)
    assert outer == table((0, 0, 2, 1, "аб"), (0, 1, 1, 2, "вг"), (1, 1, 1, 1, "ґ"), (1, 2, 1, 1, "д"))
    assert inner == table((0, 0, 1, 1, "г"))


@pytest.mark.parametrize(
    ("ours", "theirs", "same"),
    [
        ("2.1. Захід", "Захід", True),
        ("1.", "", True),
        ("1. a\n2. b", "a b", True),
        ("вико\xadнання", "виконання", True),
        ("2 000,00", "2 000,00", True),
        ("2 000,00", "2 000,01", False),
        ("12 345", "345", False),
        ("а) перше", "перше", True),
        ("• перше", "перше", True),
        ("a", "a b", False),
        ("", "a", False),
        ("довгий початок, який не є номером, Захід", "Захід", False),
    ],
)
def test_texts_compare_but_for_list_numbers(ours: str, theirs: str, same: bool) -> None:
    assert same_text(ours, theirs) is same


def test_differences_are_named() -> None:
    one = table((0, 0, 1, 1, "a"), (0, 1, 1, 1, "b"))
    assert list(differences([one], [one])) == []
    assert list(differences([one], [])) == ["1 and 0 tables"]
    assert list(differences([one], [table((0, 0, 1, 2, "a"))])) == [
        "table 1, row 0, column 0: other spans",
        "table 1, row 0, column 1: other spans",
    ]
    assert list(differences([one], [table((0, 0, 1, 1, "a"), (0, 1, 1, 1, "c"))])) == [
        "table 1, row 0, column 1: `b` and `c`"
    ]
    assert list(differences([one], [table((0, 0, 1, 1, "a"))])) == ["table 1: 1 × 2 and 1 × 1"]


def test_features_that_are_wrong_are_named() -> None:
    truth = [("first", ["1.", "a"]), ("gone", None), ("second", [None, "b"])]
    assert wrong_features(table((0, 0, 2, 1, "1."), (0, 1, 1, 1, "a"), (1, 1, 1, 1, "b")), truth) == []
    assert wrong_features(table((0, 0, 1, 1, "1."), (0, 1, 1, 1, "x")), truth) == ["first", "gone", "second"]


def test_longer_document_has_the_rows_asked_for(tmp_path: Path) -> None:
    (found,) = read_word(longer(WORD, tmp_path / "x.docx", 100).read_bytes(), "x.docx", "0" * 64).tables
    assert found.n_rows == 100

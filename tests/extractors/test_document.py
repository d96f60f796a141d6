"""A table covers each position of its grid by exactly one cell, or it is no table."""

from __future__ import annotations

import pickle
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.document import CONFIDENCE_LIMIT, Cell, Document, Paragraph, Table
from extractors.errors import Broken, InputError, Refused
from tests.builders import drawn, table


def cell(row: int, column: int, row_span: int = 1, column_span: int = 1) -> Cell:
    return Cell(row, column, row_span, column_span, "x", None, None, "xml")


def tiles(n_rows: int, n_columns: int, *cells: Cell) -> Table:
    return Table(n_rows, n_columns, cells, (), None, "xml").checked()


def test_merged_cells_tile() -> None:
    made = tiles(2, 3, cell(0, 0, 2, 1), cell(0, 1, 1, 2), cell(1, 1), cell(1, 2))
    assert [[(c.row, c.column) for c in row] for row in made.grid()] == [
        [(0, 0), (0, 1), (0, 1)],
        [(0, 0), (1, 1), (1, 2)],
    ]
    assert (made.cells[0].end_row, made.cells[0].end_column) == (2, 1)
    assert (made.cells[1].end_row, made.cells[1].end_column) == (1, 3)


@pytest.mark.parametrize(
    ("size", "cells"),
    [
        pytest.param((1, 2), (cell(0, 0),), id="gap"),
        pytest.param((1, 2), (cell(0, 0, 1, 2), cell(0, 1)), id="overlap"),
        pytest.param((2, 2), (cell(0, 0, 2, 2), cell(0, 0)), id="the same position twice"),
        pytest.param((1, 2), (cell(0, 0), cell(0, 2)), id="as many cells as positions, one outside on the right"),
        pytest.param((2, 1), (cell(0, 0), cell(2, 0)), id="as many cells as positions, one outside below"),
        pytest.param((1, 1), (cell(0, 0), cell(1, 0)), id="one more below"),
        pytest.param((1, 1), (cell(0, 0), cell(0, 1)), id="one more on the right"),
        pytest.param((1, 1), (cell(-1, 0),), id="above the first row"),
        pytest.param((1, 1), (cell(0, -1),), id="left of the first column"),
        pytest.param((1, 2), (cell(0, 0), cell(0, 1, 1, 0)), id="no width"),
        pytest.param((2, 2), (cell(0, 0, 1, 3), cell(1, 1)), id="reaching into the next row"),
        pytest.param((1, 1), (), id="no cells"),
    ],
)
def test_what_does_not_tile_is_broken(size: tuple[int, int], cells: tuple[Cell, ...]) -> None:
    with pytest.raises(Broken) as caught:
        tiles(*size, *cells)
    assert caught.value.reason == "grid"


@given(st.data())
def test_taking_one_cell_away_or_doubling_it_is_seen(data: st.DataObject) -> None:
    n_rows, n_columns = data.draw(st.integers(1, 5)), data.draw(st.integers(1, 5))
    cells = [cell(r, c) for r, c in product(range(n_rows), range(n_columns))]
    tiles(n_rows, n_columns, *cells)
    victim = data.draw(st.sampled_from(cells))
    with pytest.raises(Broken):
        tiles(n_rows, n_columns, *(c for c in cells if c is not victim))
    with pytest.raises(Broken):
        tiles(n_rows, n_columns, *cells, victim)


def test_wide_merges_cost_little() -> None:
    n_rows, n_columns = 4000, 250
    made = Table(n_rows, n_columns, (cell(0, 0, n_rows, n_columns),), (), None, "xml")
    assert made.checked() is made


@pytest.mark.parametrize(
    ("confidence", "alternative", "doubtful"),
    [
        (None, None, False),
        (None, "7", True),
        (1.0, "7", True),
        (CONFIDENCE_LIMIT, None, False),
        (CONFIDENCE_LIMIT - 0.01, None, True),
        (0.0, None, True),
    ],
)
def test_doubt(confidence: float | None, alternative: str | None, doubtful: bool) -> None:
    assert replace(cell(0, 0), confidence=confidence, alternative=alternative).doubtful is doubtful


def test_tables_of_a_document_come_in_reading_order() -> None:
    first, second = table([["a"]]), table([["b"]])
    document = Document("0" * 64, "x", "y", None, (first, Paragraph("p", None, None, "xml"), second))
    assert document.tables == (first, second)


def test_builder_draws_what_it_is_given() -> None:
    rows = [["a", "<", "b"], ["^", "<", "c"], ["d", "e", "^"]]
    assert drawn(table(rows)) == rows


@pytest.mark.parametrize("kind", [Refused, Broken])
def test_input_errors_cross_from_a_worker_whole(kind: type[InputError]) -> None:
    error = pickle.loads(pickle.dumps(kind("empty", "the file is empty")))  # noqa: S301  # our own bytes
    assert (type(error), error.reason, str(error)) == (kind, "empty", "the file is empty")

"""Documents made for the benchmark: their truth is whole, and what is written holds it."""

from __future__ import annotations

import json
import random
from pathlib import Path

import docx
import pytest
from lxml import html

from bench.made import Made, as_docx, as_html, style, table, truth
from bench.truth import read_json


def made(seed: int) -> Made:
    return table(random.Random(seed), merged=seed % 2 == 0)


@pytest.mark.parametrize("seed", range(40))
def test_cells_tile_the_table(seed: int) -> None:
    of = made(seed)
    covered = [
        (row, column)
        for cell in of.cells
        for row in range(cell.row, cell.row + cell.row_span)
        for column in range(cell.column, cell.column + cell.column_span)
    ]
    assert sorted(covered) == [(row, column) for row in range(of.n_rows) for column in range(of.n_columns)]
    assert {cell.row for cell in of.cells if cell.row_span == 1} == set(range(of.n_rows)), "every row is drawn"
    assert 0 < of.header_rows < of.n_rows


def test_same_seed_gives_the_same() -> None:
    assert made(3) == made(3)
    assert made(3) != made(5)


def test_truth_is_read_as_the_corpus_s(tmp_path: Path) -> None:
    tables = [made(1), made(2)]
    path = tmp_path / "x.truth.json"
    path.write_text(json.dumps(truth(tables)), encoding="utf-8")
    assert [(t.n_rows, t.n_columns, t.header_rows) for t in read_json(path)] == [
        (t.n_rows, t.n_columns, t.header_rows) for t in tables
    ]


@pytest.mark.parametrize("seed", range(6))
def test_documents_hold_the_tables(seed: int, tmp_path: Path) -> None:
    of, chance = made(seed), random.Random(seed)
    look = style(chance)
    page = html.fromstring(as_html([of], look, chance))
    written = ["".join(map(str, cell.itertext())) for cell in page.iter("td")]
    assert written == [cell.text for cell in sorted(of.cells, key=lambda c: (c.row, c.column))]
    as_docx([of], look, chance, tmp_path / "x.docx")
    (found,) = docx.Document(str(tmp_path / "x.docx")).tables
    assert (len(found.rows), len(found.columns)) == (of.n_rows, of.n_columns)
    assert {cell.text for row in found.rows for cell in row.cells} == {cell.text for cell in of.cells}

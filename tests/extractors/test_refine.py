"""Rows and columns that the lines of a grid leave open, and grids that must stay as they are."""

from __future__ import annotations

from itertools import pairwise

import pytest

from extractors.lattice import Grid, Ruling, grids
from extractors.layout import Run
from extractors.refine import pieces_of, refine, split_at_gaps

TALL, WIDE, LETTER = 20.0, 100.0, 5.0


def letters(run: Run) -> list[Run]:
    """Give the characters of a run, each `LETTER` wide."""
    x0, top, _, bottom = run.bbox
    return [Run(c, (x0 + LETTER * i, top, x0 + LETTER * (i + 1), bottom)) for i, c in enumerate(run.text)]


def at(x: float, y: float, text: str) -> Run:
    return Run(text, (x, y, x + LETTER * len(text), y + 8))


def grid(rows: list[float], columns: list[tuple[float, float, float]], width: float = 3 * WIDE) -> Grid:
    (found,) = grids([Ruling(y, 0, width) for y in rows], [Ruling(*column) for column in columns], 2.5)
    return found


def held(of: Grid, *runs: Run) -> dict[int, list[Run]]:
    found: dict[int, list[Run]] = {}
    for run in runs:
        x, y = (run.bbox[0] + run.bbox[2]) / 2, (run.bbox[1] + run.bbox[3]) / 2
        (index,) = (i for i, c in enumerate(of.cells) if c.bbox[0] <= x < c.bbox[2] and c.bbox[1] <= y < c.bbox[3])
        found.setdefault(index, []).append(run)
    return found


def texts(of: Grid, runs: dict[int, list[Run]]) -> dict[tuple[int, int], str]:
    return {(of.cells[i].row, of.cells[i].column): " ".join(r.text for r in sorted(rs)) for i, rs in runs.items()}


def strips(n_rows: int) -> Grid:
    """Draw a header of three columns above rows that no line parts into columns."""
    edges = [TALL * i for i in range(n_rows + 2)]
    return grid(edges, [(0, 0, edges[-1]), (WIDE, 0, TALL), (2 * WIDE, 0, TALL), (3 * WIDE, 0, edges[-1])])


def test_rows_without_column_lines_take_the_header_s() -> None:
    of = strips(3)
    rows = [at(c * WIDE + 10, TALL * (r + 1) + 5, f"{r}{c}") for r in range(3) for c in range(3)]
    found, runs = refine(of, held(of, *rows), letters)
    assert texts(found, runs) == {(r + 1, c): f"{r}{c}" for r in range(3) for c in range(3)}
    assert all(cell.column_span == 1 for cell in found.cells)


def test_line_in_one_text_object_is_cut_at_its_gaps() -> None:
    of = strips(2)
    rows = [at(10, TALL * (r + 1) + 5, "Total             1 250,00               3,5") for r in range(2)]
    found, runs = refine(of, held(of, *rows), letters)
    assert texts(found, runs)[1, 0] == "Total"
    assert texts(found, runs)[1, 1] == "1 250,00"
    assert texts(found, runs)[2, 2] == "3,5"


def test_section_rows_stay_whole() -> None:
    of = strips(3)
    rows = [at(10, TALL * (r + 1) + 5, "A heading over all the columns of it") for r in range(3)]
    assert refine(of, held(of, *rows), letters) == (of, held(of, *rows))


def lump(n_lines: int, last: list[str]) -> tuple[Grid, dict[int, list[Run]]]:
    """Give a header, one row with so many lines in each of three columns, and a row of totals."""
    height = 12.0 * n_lines + 8
    of = grid([0, TALL, TALL + height, 2 * TALL + height], [(WIDE * c, 0, 2 * TALL + height) for c in range(4)])
    body = [at(WIDE * c + 10, TALL + 5 + 12 * n, f"{n}{last[c]}") for n in range(n_lines) for c in range(3)]
    head = [at(WIDE * c + 10, 5, f"head{c}") for c in range(3)]
    return of, held(of, *head, *body)


def test_row_of_many_aligned_lines_is_many_rows() -> None:
    of, runs = lump(6, [" name", "", ",5"])
    found, parted = refine(of, runs, letters)
    assert len(found.y_edges) == len(of.y_edges) + 5
    assert all(a < b for a, b in pairwise(found.y_edges))
    assert texts(found, parted) == {(0, c): f"head{c}" for c in range(3)} | {
        (n + 1, c): f"{n}{tail}" for n in range(6) for c, tail in enumerate([" name", "", ",5"])
    }


@pytest.mark.parametrize(
    ("n_lines", "last"),
    [
        pytest.param(3, [" name", "", ",5"], id="stacked values"),
        pytest.param(6, [" words", " words", " words"], id="prose in every column"),
        pytest.param(6, [" name", ", 96096-00,", ", C40.1,"], id="lists of codes"),
    ],
)
def test_what_is_one_row_stays_one(n_lines: int, last: list[str]) -> None:
    of, runs = lump(n_lines, last)
    assert refine(of, runs, letters) == (of, runs)


def test_wrapped_line_stays_with_the_row_above() -> None:
    of = grid([0, TALL, 120], [(WIDE * c, 0, 120) for c in range(3)], 2 * WIDE)
    names = [at(10, TALL + 5 + 12 * n, f"name{n}") for n in range(7)]
    values = [at(WIDE + 10, TALL + 5 + 12 * n, f"{n}") for n in range(7) if n != 3]
    found, runs = refine(of, held(of, *names, *values), letters)
    assert texts(found, runs)[3, 0] == "name2 name3"
    assert len(found.y_edges) == 8


def test_gaps_are_measured_by_the_type() -> None:
    assert [run.text for run in split_at_gaps(at(0, 0, "one two    three"), letters)] == ["one two", "three"]
    assert split_at_gaps(at(0, 0, "unbroken"), letters) == [at(0, 0, "unbroken")]
    lines = pieces_of([at(0, 0, "a"), at(8, 0, "b"), at(60, 0, "c"), at(0, 20, "d")], letters)
    assert [[piece.text for piece in line] for line in lines] == [["a b", "c"], ["d"]]

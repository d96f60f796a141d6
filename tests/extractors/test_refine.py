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


# Rows that no line parts


def stack(*columns: list[tuple[int, str]], n_lines: int) -> tuple[Grid, dict[int, list[Run]]]:
    """Give a header and one row that holds lines, each by its number from the top, in some columns."""
    height = 12.0 * n_lines + 8
    of = grid(
        [0, TALL, TALL + height], [(WIDE * c, 0, TALL + height) for c in range(len(columns) + 1)], WIDE * len(columns)
    )
    runs = [at(WIDE * c + 5, 5, f"head{c}") for c in range(len(columns))]
    runs += [at(WIDE * c + 5, TALL + 5 + 12 * n, text) for c, lines in enumerate(columns) for n, text in lines]
    return of, held(of, *runs)


def rows_of(of: Grid, runs: dict[int, list[Run]]) -> list[list[str]]:
    found = texts(of, runs)
    return [[found.get((r, c), "") for c in range(len(of.x_edges) - 1)] for r in range(1, len(of.y_edges) - 1)]


def test_numbers_in_the_first_column_tell_rows() -> None:
    numbers, names = [(0, "7"), (2, "8"), (4, "9")], [(n, f"code {n}") for n in range(6)]
    values = [(n, text) for n, text in enumerate(["1,5", "-", "2,5", "-", "3,5", "-"])]
    parted = refine(*stack(numbers, names, values, n_lines=6), letters)
    assert rows_of(*parted) == [
        ["7", "code 0 code 1", "- 1,5"],
        ["8", "code 2 code 3", "- 2,5"],
        ["9", "code 4 code 5", "- 3,5"],
    ]


@pytest.mark.parametrize("numbers", [["7", "9", "8"], ["1", "1", "1"], ["1.1", "1.3", "2"], ["7", "x", "8"]])
def test_figures_that_do_not_count_are_no_item_numbers(numbers: list[str]) -> None:
    of, runs = stack(list(enumerate(numbers)), [(n, "word word word word") for n in range(3)], n_lines=3)
    assert refine(of, runs, letters) == (of, runs)


def test_labels_that_begin_afresh_tell_rows_beside_figures() -> None:
    labels = ["Costs", "of these:", "materials and goods that", "were used", "wages", "Sum of it all"]
    figures = [(0, "90"), (2, "60"), (4, "30"), (5, "90")]
    parted = refine(*stack(list(enumerate(labels)), figures, n_lines=6), letters)
    assert rows_of(*parted) == [
        ["Costs of these:", "90"],
        ["materials and goods that were used", "60"],
        ["wages", "30"],
        ["Sum of it all", "90"],
    ]


def test_stacked_figures_beside_a_name_that_runs_on_stay_one_row() -> None:
    name = ["a name that is as", "long as its column", "so that it runs on", "beside the figures"]
    of, runs = stack(
        list(enumerate(name)), [(n, f"{n}0") for n in range(4)], [(n, f"{n}5") for n in range(3)], n_lines=4
    )
    assert refine(of, runs, letters) == (of, runs)


def test_typed_rule_parts_whatever_stands_around_it() -> None:
    of, runs = stack([(0, "Roads"), (2, "Total")], [(0, "5"), (2, "5")], n_lines=3)
    rule = TALL + 5 + 12 + 4
    assert rows_of(*refine(of, runs, letters, [rule])) == [["Roads", "5"], ["Total", "5"]]
    assert refine(of, runs, letters, [500.0]) == (of, runs), "a rule elsewhere parts nothing"


def test_typed_grid_has_a_row_a_line() -> None:
    of, runs = stack([(0, "1"), (1, "2")], [(0, "Roads"), (1, "Parks")], [(0, "10"), (1, "20")], n_lines=2)
    assert rows_of(*refine(of, runs, letters, typed=True)) == [["1", "Roads", "10"], ["2", "Parks", "20"]]
    assert refine(of, runs, letters) == (of, runs)

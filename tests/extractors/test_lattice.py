"""Ruling lines to grids: what was drawn comes back, however it was drawn."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import Refused
from extractors.lattice import Grid, Ruling, dotted, grids, join_collinear
from extractors.limits import LIMITS

TOLERANCE = 2.5
CELL = 30.0

Tile = tuple[int, int, int, int]
"""Row, column, row span and column span."""


def sides(tiles: list[Tile], left: float = 0.0, top: float = 0.0) -> tuple[list[Ruling], list[Ruling]]:
    """Draw the four sides of each tile, as a program does that draws cell by cell."""
    horizontal, vertical = [], []
    for row, column, row_span, column_span in tiles:
        x0, x1 = left + CELL * column, left + CELL * (column + column_span)
        y0, y1 = top + CELL * row, top + CELL * (row + row_span)
        horizontal += [Ruling(y0, x0, x1), Ruling(y1, x0, x1)]
        vertical += [Ruling(x0, y0, y1), Ruling(x1, y0, y1)]
    return horizontal, vertical


def tiles_of(grid: Grid) -> list[Tile]:
    return [(c.row, c.column, c.row_span, c.column_span) for c in grid.cells]


def only(horizontal: list[Ruling], vertical: list[Ruling]) -> Grid:
    (grid,) = grids(horizontal, vertical, TOLERANCE)
    return grid


def covered_by(tile: Tile) -> list[tuple[int, int]]:
    row, column, row_span, column_span = tile
    return [(r, c) for r in range(row, row + row_span) for c in range(column, column + column_span)]


def covered(grid: Grid) -> list[tuple[int, int]]:
    return sorted(place for tile in tiles_of(grid) for place in covered_by(tile))


def positions(grid: Grid) -> list[tuple[int, int]]:
    return [(r, c) for r in range(len(grid.y_edges) - 1) for c in range(len(grid.x_edges) - 1)]


@st.composite
def tilings(draw: st.DrawFn) -> list[Tile]:
    """Give a grid of random rectangles in which every row and column begins with some cell."""
    n_rows, n_columns = draw(st.integers(1, 6)), draw(st.integers(1, 6))
    taken: set[tuple[int, int]] = set()
    tiles = []
    for row in range(n_rows):
        for column in range(n_columns):
            if (row, column) in taken:
                continue
            width = 1
            most = draw(st.integers(1, 3))
            while width < most and column + width < n_columns and (row, column + width) not in taken:
                width += 1
            height = draw(st.integers(1, min(3, n_rows - row)))
            tiles.append((row, column, height, width))
            taken |= {(r, c) for r in range(row, row + height) for c in range(column, column + width)}
    rows = sorted({tile[0] for tile in tiles} | {tile[0] + tile[2] for tile in tiles})
    columns = sorted({tile[1] for tile in tiles} | {tile[1] + tile[3] for tile in tiles})
    return [
        (
            rows.index(r),
            columns.index(c),
            rows.index(r + height) - rows.index(r),
            columns.index(c + width) - columns.index(c),
        )
        for r, c, height, width in tiles
    ]


@given(tilings(), st.randoms(use_true_random=False))
def test_any_merged_grid_comes_back(tiles: list[Tile], order: random.Random) -> None:
    horizontal, vertical = sides(tiles, 50, 70)
    order.shuffle(horizontal)
    order.shuffle(vertical)
    grid = only(horizontal, vertical)
    assert tiles_of(grid) == sorted(tiles)
    for cell in grid.cells:
        assert cell.bbox == pytest.approx(
            (
                50 + CELL * cell.column,
                70 + CELL * cell.row,
                50 + CELL * (cell.column + cell.column_span),
                70 + CELL * (cell.row + cell.row_span),
            )
        )


@given(tilings(), st.randoms(use_true_random=False))
def test_lines_that_miss_each_other_a_little_give_the_same(tiles: list[Tile], chance: random.Random) -> None:
    def shaken(rulings: list[Ruling]) -> list[Ruling]:
        return [Ruling(*(v + chance.uniform(-0.6, 0.6) for v in (r.position, r.start, r.end))) for r in rulings]

    horizontal, vertical = sides(tiles)
    assert tiles_of(only(shaken(horizontal), shaken(vertical))) == sorted(tiles)


@given(tilings(), st.data())
def test_any_lines_missing_leave_rectangles_that_tile(tiles: list[Tile], data: st.DataObject) -> None:
    horizontal, vertical = (
        data.draw(st.lists(st.sampled_from(drawn), min_size=1, unique_by=id)) for drawn in sides(tiles)
    )
    for grid in grids(horizontal, vertical, TOLERANCE):
        assert covered(grid) == positions(grid)
        assert tiles_of(grid) == sorted(tiles_of(grid))
        assert all(a < b for a, b in pairwise(grid.x_edges))
        assert all(a < b for a, b in pairwise(grid.y_edges))


Point = tuple[int, int]


def attached(walls: set[tuple[Point, Point]], frame: set[Point]) -> set[tuple[Point, Point]]:
    """Give the walls that hang together with the frame, directly or through others."""
    reached: set[tuple[Point, Point]] = set()
    points = set(frame)
    while more := {wall for wall in walls - reached if points & set(wall)}:
        reached |= more
        points |= {point for wall in more for point in wall}
    return reached


@given(st.integers(1, 4), st.integers(1, 4), st.data())
def test_a_line_between_two_positions_parts_them(n_rows: int, n_columns: int, data: st.DataObject) -> None:
    # A frame whose first row and column are ruled all through, and any lines of one cell's length inside.
    n_rows, n_columns = n_rows + 1, n_columns + 1
    inner = [((r, c), (r, c + 1)) for r in range(1, n_rows) for c in range(1, n_columns)]
    inner += [((r, c), (r + 1, c)) for r in range(1, n_rows) for c in range(1, n_columns)]
    drawn = data.draw(st.sets(st.sampled_from(inner)))
    first = [(0, c, 1, 1) for c in range(n_columns)] + [(r, 0, 1, 1) for r in range(1, n_rows)]
    horizontal, vertical = sides([*first, (0, 0, n_rows, n_columns)])
    horizontal += [Ruling(CELL * r, CELL * c, CELL * (c + 1)) for (r, c), (end, _) in drawn if end == r]
    vertical += [Ruling(CELL * c, CELL * r, CELL * (r + 1)) for (r, c), (_, end) in drawn if end == c]
    grid = next(grid for grid in grids(horizontal, vertical, TOLERANCE) if grid.bbox[:2] == (0, 0))
    assert covered(grid) == positions(grid) == [(r, c) for r in range(n_rows) for c in range(n_columns)]
    points = [(r, c) for r in range(n_rows + 1) for c in range(n_columns + 1)]
    frame = {(r, c) for r, c in points if min(r, c) < 2 or r == n_rows or c == n_columns}
    owner = {(r, c): index for index, tile in enumerate(tiles_of(grid)) for r, c in covered_by(tile)}
    for (r, c), (end_row, _) in attached(drawn, frame):
        assert owner[r, c] != owner[(r - 1, c) if end_row == r else (r, c - 1)]


@pytest.mark.parametrize(
    ("alone", "expected"),
    [
        ((0, 0), [(0, 0, 1, 1), (0, 1, 2, 1), (1, 0, 1, 1)]),
        ((0, 1), [(0, 0, 2, 1), (0, 1, 1, 1), (1, 1, 1, 1)]),
        ((1, 0), [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]),
        ((1, 1), [(0, 0, 1, 2), (1, 0, 1, 1), (1, 1, 1, 1)]),
    ],
)
def test_l_shape_that_a_broken_line_leaves_is_cut_into_rectangles(alone: tuple[int, int], expected: list[Tile]) -> None:
    # Three positions of four open to one another; only one is a cell of its own.
    horizontal, vertical = sides([(0, 0, 2, 2), (*alone, 1, 1)])
    assert tiles_of(only(horizontal, vertical)) == expected


def test_heading_without_a_line_below_keeps_off_the_columns_under_it() -> None:
    horizontal, vertical = sides([(0, 0, 2, 3), (0, 2, 1, 1)])
    vertical += [Ruling(CELL, CELL, 2 * CELL), Ruling(2 * CELL, CELL, 2 * CELL)]
    assert tiles_of(only(horizontal, vertical)) == [
        (0, 0, 1, 2),
        (0, 2, 1, 1),
        (1, 0, 1, 1),
        (1, 1, 1, 1),
        (1, 2, 1, 1),
    ]


def test_pieces_of_a_line_join_and_a_gap_parts() -> None:
    pieces = [Ruling(10, 0, 5), Ruling(10.5, 6, 12), Ruling(9.5, 11, 20), Ruling(10, 30, 40), Ruling(20, 0, 5)]
    joined = join_collinear(pieces, TOLERANCE)
    assert [(r.start, r.end) for r in joined] == [(0, 20), (30, 40), (0, 5)]
    assert [r.position for r in joined[:2]] == [pytest.approx(10, abs=0.3)] * 2
    assert joined[2].position == 20


def test_doubled_line_lies_where_most_of_it_lies() -> None:
    (joined,) = join_collinear([Ruling(10, 0, 30), Ruling(12, 0, 10)], TOLERANCE)
    assert joined == Ruling(10.5, 0, 30)


def test_line_without_length_does_no_harm() -> None:
    assert join_collinear([Ruling(3, 5, 5)], TOLERANCE) == [Ruling(3, 5, 5)]
    assert join_collinear([], TOLERANCE) == []


def test_a_short_piece_of_a_line_parts_no_cells() -> None:
    horizontal, vertical = sides([(0, 0, 1, 1), (1, 0, 1, 1)])
    horizontal = [r for r in horizontal if r.position != CELL]
    assert tiles_of(only([*horizontal, Ruling(CELL, 0, CELL * 0.4)], vertical)) == [(0, 0, 2, 1)]
    assert tiles_of(only([*horizontal, Ruling(CELL, 0, CELL * 0.6)], vertical)) == [(0, 0, 1, 1), (1, 0, 1, 1)]


def test_grids_apart_come_from_the_top_then_from_the_left() -> None:
    square = [(0, 0, 1, 1)]
    drawn = [sides(square, *corner) for corner in ((200, 200), (100, 0), (0, 0))]
    found = grids([r for h, _ in drawn for r in h], [r for _, v in drawn for r in v], TOLERANCE)
    assert [grid.bbox for grid in found] == [(0, 0, 30, 30), (100, 0, 130, 30), (200, 200, 230, 230)]


def test_grids_closer_than_the_tolerance_are_one() -> None:
    drawn = [sides([(0, 0, 1, 1)], *corner) for corner in ((0, 0), (CELL + 2, 0))]
    grid = only([r for h, _ in drawn for r in h], [r for _, v in drawn for r in v])
    assert tiles_of(grid) == [(0, 0, 1, 1), (0, 1, 1, 1)]


@pytest.mark.parametrize(
    ("horizontal", "vertical"),
    [
        ([], []),
        ([Ruling(0, 0, 100)], [Ruling(0, 0, 100)]),
        ([Ruling(0, 0, 100), Ruling(50, 0, 100)], [Ruling(50, 0, 50)]),
        ([Ruling(0, 0, 100), Ruling(50, 0, 100)], [Ruling(200, 0, 50), Ruling(300, 0, 50)]),
    ],
    ids=["nothing", "a cross", "an H", "lines that do not meet"],
)
def test_what_is_no_grid(horizontal: list[Ruling], vertical: list[Ruling]) -> None:
    assert grids(horizontal, vertical, TOLERANCE) == []


def test_lines_given_in_pixels_or_points_give_the_same_grid() -> None:
    tiles = [(0, 0, 2, 1), (0, 1, 1, 2), (1, 1, 1, 1), (1, 2, 1, 1)]
    scale = 300 / 72
    horizontal, vertical = (
        [Ruling(r.position * scale, r.start * scale, r.end * scale) for r in rulings] for rulings in sides(tiles)
    )
    (grid,) = grids(horizontal, vertical, TOLERANCE * scale)
    assert tiles_of(grid) == tiles
    assert grid.cells[0].bbox == pytest.approx((0, 0, CELL * scale, 2 * CELL * scale))


def test_grid_beyond_the_limit_is_refused() -> None:
    most = LIMITS.cells
    side = int(most**0.5) + 1
    lines = [Ruling(10.0 * i, 0, 10.0 * side) for i in range(side + 1)]
    with pytest.raises(Refused) as caught:
        grids(lines, lines, TOLERANCE)
    assert caught.value.reason == "limit:cells"


# Lines that are missing, double, dashed or dotted


def test_side_left_open_is_closed_where_the_lines_end_together() -> None:
    rows = [Ruling(0, 0, 100), Ruling(40, 0, 100)]
    (found,) = grids(rows, [Ruling(x, 0, 70) for x in (0, 50, 100)], TOLERANCE)
    assert list(found.y_edges) == [0, 40, 70]
    assert [cell.row for cell in found.cells] == [0, 0, 1, 1]


def test_table_without_lines_at_its_sides_gets_them() -> None:
    rows = [Ruling(y, 0, 100) for y in (0, 20, 40)]
    (found,) = grids(rows, [Ruling(50, 0, 40)], TOLERANCE)
    assert list(found.x_edges) == [0, 50, 100]
    assert len(found.cells) == 4


def test_lines_that_end_apart_leave_no_row() -> None:
    columns = [Ruling(0, 0, 70), Ruling(50, 0, 40), Ruling(100, 0, 55)]
    (found,) = grids([Ruling(0, 0, 100), Ruling(40, 0, 100)], columns, TOLERANCE)
    assert list(found.y_edges) == [0, 40]


def test_double_lines_are_one_edge() -> None:
    rows = [Ruling(y + d, 0, 100) for y in (0, 30, 60) for d in (0, 3)]
    columns = [Ruling(x + d, 0, 63) for x in (0, 50, 100) for d in (0, 3)]
    (found,) = grids(rows, columns, TOLERANCE)
    assert (len(found.y_edges), len(found.x_edges), len(found.cells)) == (3, 3, 4)


def test_dashes_are_one_line_and_pieces_of_lines_are_not() -> None:
    dashes = [Ruling(0, x, x + 6) for x in range(0, 100, 10)]
    assert join_collinear(dashes, TOLERANCE) == [Ruling(0, 0, 96)]
    pieces = [Ruling(0, 0, 40), Ruling(0, 44, 90)]
    assert join_collinear(pieces, TOLERANCE) == pieces


def test_rows_of_dots_are_lines() -> None:
    across = [(float(x), 10.0) for x in range(0, 60, 3)]
    down = [(30.0, 13.0 + y) for y in range(0, 60, 3)]
    rows, columns = dotted([*across, *down, (200.0, 200.0)], TOLERANCE)
    assert rows == [Ruling(10, 0, 57)]
    assert columns == [Ruling(30, 10, 70)] or columns == [Ruling(30, 13, 70)]
    assert dotted(across[:7], TOLERANCE) == ([], [])


# Tables without lines at their sides


def open_table(rows: list[float], columns: list[float], whole: set[int], width: float = 400.0) -> list[Ruling]:
    """Give the upright lines of a table without sides; rows in `whole` are one cell."""
    return [Ruling(x, top, bottom) for n, (top, bottom) in enumerate(pairwise(rows)) if n not in whole for x in columns]


@pytest.mark.parametrize("section", [0, 2, 4])
def test_row_of_one_cell_does_not_part_a_table_without_sides(section: int) -> None:
    rows = [0.0, 20, 40, 60, 80, 100]
    grid = only([Ruling(y, 0, 400) for y in rows], open_table(rows, [100, 250], {section}))
    assert len(grid.y_edges) == len(rows)
    assert (section, 0, 1, 3) in tiles_of(grid)


@pytest.mark.parametrize(
    ("rows", "columns", "width"),
    [
        pytest.param([100.0, 120, 140], [100.0, 250], 400.0, id="far below"),
        pytest.param([60.0, 80, 100], [130.0, 250], 400.0, id="other columns"),
        pytest.param([60.0, 80, 100], [100.0, 250], 380.0, id="other width"),
    ],
)
def test_tables_without_sides_one_below_the_other_stay_two(
    rows: list[float], columns: list[float], width: float
) -> None:
    above = [0.0, 20, 40]
    horizontal = [Ruling(y, 0, 400) for y in above] + [Ruling(y, 0, width) for y in rows]
    vertical = open_table(above, [100, 250], set()) + open_table(rows, columns, set())
    assert len(grids(horizontal, vertical, TOLERANCE)) == 2


def test_open_end_is_told_by_the_lines_that_come_so_far() -> None:
    """Merged cells above leave many short pieces that do not reach the open end."""
    columns = [0.0, 50, 100, 150, 200]
    horizontal = [Ruling(y, 0, 200) for y in (0.0, 20, 40, 60, 80)]
    vertical = [Ruling(x, a, a + 20) for x in columns[1:-1] for a in (0.0, 40)]
    vertical += [Ruling(x, 0, 120) for x in (0.0, 200)] + [Ruling(x, 80, 120) for x in columns[1:-1]]
    grid = only(horizontal, vertical)
    assert grid.y_edges[-1] == 120

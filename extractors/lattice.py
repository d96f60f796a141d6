"""Ruling lines to grids: the same for the lines drawn in a PDF and those found in a picture.

Guarantee: the cells of a grid are rectangles that tile it without gap or overlap. Positions that no line parts form one
(merged) cell; a merged shape that is no rectangle, as a broken line leaves it, is cut into rectangles.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from extractors.document import BBox
from extractors.limits import LIMITS, enforce


class Ruling(NamedTuple):
    """A straight line: horizontal at height `position` from x `start` to x `end`, or vertical with the axes swapped.

    Any unit of length, the same for all rulings and tolerances of a call; y grows downwards.
    """

    position: float
    start: float
    end: float


class GridCell(NamedTuple):
    """A cell of a grid: its first row and column, its spans, and the box between the lines around it."""

    row: int
    column: int
    row_span: int
    column_span: int
    bbox: BBox


@dataclass(frozen=True, slots=True)
class Grid:
    """Rows and columns between rulings. `x_edges` and `y_edges` ascend; cells are sorted by row, then column."""

    x_edges: tuple[float, ...]
    y_edges: tuple[float, ...]
    cells: tuple[GridCell, ...]

    @property
    def bbox(self) -> BBox:
        """The box around the whole grid."""
        return (self.x_edges[0], self.y_edges[0], self.x_edges[-1], self.y_edges[-1])


def join_collinear(rulings: Iterable[Ruling], tolerance: float) -> list[Ruling]:
    """Join pieces of one line: positions within `tolerance` and gaps of at most `tolerance`.

    A line drawn cell by cell, doubled, or as a thin rectangle's two sides becomes one ruling at the mean position,
    weighted by length. Between two dashes, pieces of at most `DASH` tolerances, a gap of `DASH_GAP` is bridged.
    """
    groups: list[list[Ruling]] = []
    first = 0.0
    for ruling in sorted(rulings):
        if groups and ruling.position - first <= tolerance:
            groups[-1].append(ruling)
        else:
            groups.append([ruling])
            first = ruling.position
    joined: list[Ruling] = []
    for group in groups:
        if len(group) == 1:
            joined.append(group[0])
            continue
        total = sum(r.end - r.start for r in group)
        position = sum(r.position * (r.end - r.start) for r in group) / total if total else group[0].position
        group.sort(key=lambda r: r.start)
        _, start, end = group[0]
        dash = end - start <= DASH * tolerance
        for _, next_start, next_end in group[1:]:
            is_dash = next_end - next_start <= DASH * tolerance
            if next_start - end <= (DASH_GAP * tolerance if dash and is_dash else tolerance):
                end = max(end, next_end)
            else:
                joined.append(Ruling(position, start, end))
                start, end = next_start, next_end
            dash = is_dash
        joined.append(Ruling(position, start, end))
    return joined


DASH = 5.0
"""Tolerances up to which a piece of a line may be a dash; with 2.5 pt, Word's longest is 12 pt."""

DASH_GAP = 2.4
"""Tolerances of the widest gap between two dashes; a blank line between two tables is wider."""


def dotted(dots: Iterable[tuple[float, float]], tolerance: float, least: int = 8) -> tuple[list[Ruling], list[Ruling]]:
    """Find the lines that rows of dots draw: horizontal ones, vertical ones.

    A row has at least `least` dots, each at most `DASH_GAP` tolerances from the next. Dots given as `(x, y)`.
    """
    points = list(dots)
    return (
        _dotted([(y, x) for x, y in points], tolerance, least),
        _dotted(points, tolerance, least),
    )


def _dotted(points: list[tuple[float, float]], tolerance: float, least: int) -> list[Ruling]:
    found: list[Ruling] = []
    row: list[tuple[float, float]] = []
    keyed = sorted((round(position / tolerance * 2), along, position) for position, along in points)
    for (key, along, position), after in zip(keyed, [*keyed[1:], None], strict=True):
        row.append((along, position))
        if after is None or after[0] != key or after[1] - along > DASH_GAP * tolerance:
            if len(row) >= least:
                found.append(Ruling(sum(p for _, p in row) / len(row), row[0][0], row[-1][0]))
            row = []
    return found


def grids(horizontal: Iterable[Ruling], vertical: Iterable[Ruling], tolerance: float) -> list[Grid]:
    """Find the grids that the rulings draw, from top to bottom, then left to right.

    Lines that touch or cross within `tolerance` belong to one grid; a grid needs at least two lines each way. A side
    left open, where the lines across it end together, is closed: so ends a page in the middle of a row, and so look
    tables without lines at the sides.

    Raises:
        Refused: a grid of more positions than `limits` allows.
    """
    rows = join_collinear(horizontal, tolerance)
    columns = join_collinear(vertical, tolerance)
    found = []
    for lines, across in _stacked(_connected(rows, columns, tolerance), tolerance):
        row_lines = lines + _open_sides(lines, across, tolerance)
        column_lines = across + _open_sides(across, lines, tolerance)
        y_edges = _cluster([r.position for r in row_lines], NARROW * tolerance)
        x_edges = _cluster([r.position for r in column_lines], NARROW * tolerance)
        if len(y_edges) >= 2 and len(x_edges) >= 2:
            enforce("cells", (len(y_edges) - 1) * (len(x_edges) - 1), LIMITS.cells)
            found.append(_grid(row_lines, column_lines, x_edges, y_edges))
    found.sort(key=lambda grid: (grid.y_edges[0], grid.x_edges[0]))
    return found


NARROW = 1.6
"""Tolerances up to which two lines are a double line and no row or column between: 4 pt hold no text."""

ONE_ROW = 14.0
"""Tolerances up to which two lines may hold one row between them: two lines of text; a paragraph has room around it."""

OPEN = 4.0
"""Tolerances by which lines must reach beyond the last line across them to leave a side open: a line of text."""


def _open_sides(lines: Sequence[Ruling], across: Sequence[Ruling], tolerance: float) -> list[Ruling]:
    """Give the lines missing before the first and after the last of `lines`.

    One is missing where two lines across reach beyond it and end together, and these are at least half of those that
    come so far; merged cells stop the others earlier. A single line with two across it is an H and no grid.
    """
    if len(across) < 2 or len(lines) + len(across) < 4:
        return []
    first, last = min(r.position for r in lines), max(r.position for r in lines)
    found = []
    for edge, near, ends in (
        (
            min(r.start for r in across),
            sum(r.start <= first + tolerance for r in across),
            [r for r in across if r.start < first - OPEN * tolerance],
        ),
        (
            max(r.end for r in across),
            sum(r.end >= last - tolerance for r in across),
            [r for r in across if r.end > last + OPEN * tolerance],
        ),
    ):
        together = [r.position for r in ends if min(abs(r.start - edge), abs(r.end - edge)) <= 2 * tolerance]
        if len(together) >= max(2, near / 2) and together[-1] - together[0] > OPEN * tolerance:
            found.append(Ruling(edge, min(together), max(together)))
    return found


def _connected(
    rows: Sequence[Ruling], columns: Sequence[Ruling], tolerance: float
) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Group the lines that touch one another, directly or through others."""
    parent = list(range(len(rows) + len(columns)))

    def root(index: int) -> int:
        while parent[index] != index:
            parent[index] = parent[parent[index]]
            index = parent[index]
        return index

    positions = [r.position for r in rows]  # `join_collinear` leaves them ascending
    for offset, (position, start, end) in enumerate(columns, start=len(rows)):
        low = bisect_right(positions, start - tolerance)
        high = bisect_right(positions, end + tolerance)
        own = offset
        for index in range(low, high):
            _, left, right = rows[index]
            if parent[index] != own and left - tolerance <= position <= right + tolerance:
                other = root(index)
                parent[own] = other
                own = other
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = defaultdict(lambda: ([], []))
    for index, row in enumerate(rows):
        groups[root(index)][0].append(row)
    for offset, column in enumerate(columns, start=len(rows)):
        groups[root(offset)][1].append(column)
    return list(groups.values())


def _stacked(
    groups: Iterable[tuple[list[Ruling], list[Ruling]]], tolerance: float
) -> list[tuple[list[Ruling], list[Ruling]]]:
    """Give the groups with lines both ways, joined where they are one table without lines at its sides.

    No line across connects such a table's parts, or its last line, at a row of one cell. They stand right above one
    another and have the same width and columns.
    """
    joined: list[tuple[list[Ruling], list[Ruling]]] = []
    for lines, across in sorted((g for g in groups if g[0]), key=lambda group: group[0][0].position):
        for others, crossing in reversed(joined):
            gap = lines[0].position - others[-1].position
            if 0 < gap <= ONE_ROW * tolerance and _open_columns(others, crossing, lines, across, tolerance):
                others.extend(lines)
                crossing.extend(across)
                break
        else:
            joined.append((list(lines), list(across)))
    return [group for group in joined if group[1]]


def _open_columns(
    above: list[Ruling], columns_above: list[Ruling], below: list[Ruling], columns_below: list[Ruling], tolerance: float
) -> bool:
    """Whether two groups have the same extent, no lines at their sides and the same columns."""
    extents = [(min(r.start for r in lines), max(r.end for r in lines)) for lines in (above, below)]
    if any(abs(a - b) > tolerance for a, b in zip(*extents, strict=True)):
        return False
    first, second = (
        _cluster([r.position for r in lines], NARROW * tolerance) for lines in (columns_above, columns_below)
    )
    left, right = extents[0]
    if any(min(x - left, right - x) <= NARROW * tolerance for x in (*first, *second)):
        return False
    few, many = sorted((first, second), key=len)
    return all(any(abs(a - b) <= tolerance for b in many) for a in few)


def _cluster(positions: list[float], tolerance: float) -> list[float]:
    """Give one edge for positions closer together than `tolerance`."""
    clusters: list[list[float]] = []
    for position in sorted(positions):
        if clusters and position - clusters[-1][-1] <= tolerance:
            clusters[-1].append(position)
        else:
            clusters.append([position])
    return [sum(cluster) / len(cluster) for cluster in clusters]


def _walls(lines: Sequence[Ruling], edges: list[float], across: list[float]) -> list[list[bool]]:
    """Tell for each edge and each gap of `across` whether lines cover more than half of that stretch."""
    middles = [(a + b) / 2 for a, b in pairwise(edges)]
    gaps = len(across) - 1
    walls = [[False] * gaps for _ in edges]
    partly: dict[tuple[int, int], float] = defaultdict(float)
    for position, start, end in lines:
        edge = bisect_right(middles, position)
        first, last = bisect_left(across, start), bisect_right(across, end) - 1
        if first < last:
            walls[edge][first:last] = [True] * (last - first)
        if 0 < first <= gaps:
            partly[edge, first - 1] += min(end, across[first]) - start
        if first <= last < gaps:
            partly[edge, last] += end - across[last]
    for (edge, gap), length in partly.items():
        if length > (across[gap + 1] - across[gap]) / 2:
            walls[edge][gap] = True
    return walls


def _grid(
    row_lines: Sequence[Ruling], column_lines: Sequence[Ruling], x_edges: list[float], y_edges: list[float]
) -> Grid:
    n_rows, n_columns = len(y_edges) - 1, len(x_edges) - 1
    above = _walls(row_lines, y_edges, x_edges)  # [edge][column]: a line above row `edge`
    left = _walls(column_lines, x_edges, y_edges)  # [edge][row]: a line left of column `edge`
    taken = [[False] * n_columns for _ in range(n_rows)]
    cells = []
    for row in range(n_rows):
        below, here = above[row + 1], taken[row]
        for column in range(n_columns):
            if here[column]:
                continue
            end_row, end_column = row + 1, column + 1
            if not (left[end_column][row] and below[column]):
                while end_column < n_columns and not left[end_column][row] and not here[end_column]:
                    end_column += 1
                while end_row < n_rows and _continues(end_row, column, end_column, above, left, taken):
                    end_row += 1
                for r in range(row, end_row):
                    taken[r][column:end_column] = [True] * (end_column - column)
            bbox = (x_edges[column], y_edges[row], x_edges[end_column], y_edges[end_row])
            cells.append(GridCell(row, column, end_row - row, end_column - column, bbox))
    return Grid(tuple(x_edges), tuple(y_edges), tuple(cells))


def _continues(
    row: int, column: int, end_column: int, above: list[list[bool]], left: list[list[bool]], taken: list[list[bool]]
) -> bool:
    """Whether the row is one open stretch below a cell that covers these columns."""
    if any(above[row][c] or taken[row][c] for c in range(column, end_column)):
        return False
    return not any(left[edge][row] for edge in range(column + 1, end_column))

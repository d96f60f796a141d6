"""Ruling lines to grids: the same for the lines drawn in a PDF and those found in a picture.

Guarantee: the cells of a grid are rectangles that tile it without gap or overlap. Positions that no line parts form one
(merged) cell; a merged shape that is no rectangle, as a broken line leaves it, is cut into rectangles.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from extractors.document import BBox
from extractors.limits import LIMITS, enforce


@dataclass(frozen=True, slots=True)
class Ruling:
    """A straight line: horizontal at height `position` from x `start` to x `end`, or vertical with the axes swapped.

    Any unit of length, the same for all rulings and tolerances of a call; y grows downwards.
    """

    position: float
    start: float
    end: float


@dataclass(frozen=True, slots=True)
class GridCell:
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
    weighted by length.
    """
    groups: list[list[Ruling]] = []
    for ruling in sorted(rulings, key=lambda r: r.position):
        if groups and ruling.position - groups[-1][0].position <= tolerance:
            groups[-1].append(ruling)
        else:
            groups.append([ruling])
    joined: list[Ruling] = []
    for group in groups:
        total = sum(r.end - r.start for r in group)
        position = sum(r.position * (r.end - r.start) for r in group) / total if total else group[0].position
        group.sort(key=lambda r: r.start)
        start, end = group[0].start, group[0].end
        for ruling in group[1:]:
            if ruling.start - end <= tolerance:
                end = max(end, ruling.end)
            else:
                joined.append(Ruling(position, start, end))
                start, end = ruling.start, ruling.end
        joined.append(Ruling(position, start, end))
    return joined


def grids(horizontal: Iterable[Ruling], vertical: Iterable[Ruling], tolerance: float) -> list[Grid]:
    """Find the grids that the rulings draw, from top to bottom, then left to right.

    Lines that touch or cross within `tolerance` belong to one grid; a grid needs at least two lines each way.

    Raises:
        Refused: a grid of more positions than `limits` allows.
    """
    rows = join_collinear(horizontal, tolerance)
    columns = join_collinear(vertical, tolerance)
    found = []
    for row_lines, column_lines in _connected(rows, columns, tolerance):
        y_edges = _cluster([r.position for r in row_lines], tolerance)
        x_edges = _cluster([r.position for r in column_lines], tolerance)
        if len(y_edges) >= 2 and len(x_edges) >= 2:
            enforce("cells", (len(y_edges) - 1) * (len(x_edges) - 1), LIMITS.cells)
            found.append(_grid(row_lines, column_lines, x_edges, y_edges))
    found.sort(key=lambda grid: (grid.y_edges[0], grid.x_edges[0]))
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
    for offset, column in enumerate(columns, start=len(rows)):
        low = bisect_right(positions, column.start - tolerance)
        high = bisect_right(positions, column.end + tolerance)
        for index in range(low, high):
            row = rows[index]
            if row.start - tolerance <= column.position <= row.end + tolerance:
                parent[root(index)] = root(offset)
    groups: dict[int, tuple[list[Ruling], list[Ruling]]] = defaultdict(lambda: ([], []))
    for index, row in enumerate(rows):
        groups[root(index)][0].append(row)
    for offset, column in enumerate(columns, start=len(rows)):
        groups[root(offset)][1].append(column)
    return list(groups.values())


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
    covered: list[list[float]] = [[0.0] * (len(across) - 1) for _ in edges]
    for line in lines:
        edge = min(range(len(edges)), key=lambda i: abs(edges[i] - line.position))
        for gap in range(max(0, bisect_right(across, line.start) - 1), len(across) - 1):
            if across[gap] >= line.end:
                break
            covered[edge][gap] += max(0.0, min(line.end, across[gap + 1]) - max(line.start, across[gap]))
    return [
        [length > 0.5 * (across[gap + 1] - across[gap]) for gap, length in enumerate(lengths)] for lengths in covered
    ]


def _grid(
    row_lines: Sequence[Ruling], column_lines: Sequence[Ruling], x_edges: list[float], y_edges: list[float]
) -> Grid:
    n_rows, n_columns = len(y_edges) - 1, len(x_edges) - 1
    above = _walls(row_lines, y_edges, x_edges)  # [edge][column]: a line above row `edge`
    left = _walls(column_lines, x_edges, y_edges)  # [edge][row]: a line left of column `edge`
    taken = [[False] * n_columns for _ in range(n_rows)]
    cells = []
    for row in range(n_rows):
        for column in range(n_columns):
            if taken[row][column]:
                continue
            end_column = column + 1
            while end_column < n_columns and not left[end_column][row] and not taken[row][end_column]:
                end_column += 1
            end_row = row + 1
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

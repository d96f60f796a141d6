"""Rows and cells of a Word table to a grid of which every position is covered once.

Guarantee: a cell stands where Word shows it: by its grid columns where its row has as many as the table, else by the
widths of the cells; columns in which no cell begins do not count. Cells that a merge hides have no text of their own.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, pairwise
from typing import TYPE_CHECKING

from extractors.document import Cell, Table
from extractors.limits import LIMITS, enforce
from extractors.word_content import CellContent, RowContent, TableContent
from extractors.word_styles import W

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

WIDTH_TOLERANCE = 100
"""Twentieths of a point (1.8 mm) by which a cell's width may miss a line of the grid."""

_Place = tuple[int, int, CellContent]
"""First column, span and content of a cell."""


def table_of(content: TableContent) -> Table | None:
    """Give the table, or `None` where it has no cell.

    Raises:
        Refused: beyond a limit.
    """
    rows = [row for row in content.rows if not _is_hidden(row)]
    enforce("table_rows", len(rows), LIMITS.table_rows)
    edges = list(accumulate((_width(column, W + "w") or 0 for column in _columns(content.element)), initial=0))
    if edges[-1] == 0:
        edges = _edges_of_widths(rows)
    placed: list[list[_Place]] = []
    widest = 0
    for number_of_rows, row in enumerate(rows, start=1):
        places = _placed(row, edges)
        placed.append(places)
        if places:
            column, span, _ = places[-1]
            widest = max(widest, column + span)
        enforce("table_columns", max(widest, row.before), LIMITS.table_columns)
        enforce("cells", number_of_rows * widest, LIMITS.cells)
    if not any(placed):
        return None
    heads = next((index for index, row in enumerate(rows) if not row.heads), len(rows))
    return _made(_without_idle_columns(placed, widest), heads)


def _is_hidden(row: RowContent) -> bool:
    return row.hidden and not any(cell.text for cell in row.cells)


def _columns(table: Element) -> list[Element]:
    return table.findall(f"{W}tblGrid/{W}gridCol")


def _width(element: Element | None, name: str) -> int | None:
    try:
        return None if element is None else int(float(element.get(name, "")))
    except (ValueError, OverflowError):
        return None


def _placed(row: RowContent, edges: Sequence[int]) -> list[_Place]:
    """Give the places of a row's cells; the cells that a horizontal merge goes on with belong to the first."""
    places: list[_Place] = []
    column = row.before
    merged = False
    for cell in row.cells:
        span = cell.span
        places.append((column, span, cell))
        column += span
        merged = merged or cell.goes_on
    enforce("table_columns", column, LIMITS.table_columns)
    if column + row.after != len(edges) - 1 and (starts := _by_width(row, edges)) is not None:
        places = [(start, end - start, cell) for (start, end), cell in zip(pairwise(starts), row.cells, strict=True)]
    return _merged(places) if merged else places


def _merged(places: Sequence[_Place]) -> list[_Place]:
    out: list[_Place] = []
    for column, span, cell in places:
        if cell.goes_on and out:
            first, before, above = out[-1]
            out[-1] = (first, before + span, above)
        else:
            out.append((column, span, cell))
    return out


def _by_width(row: RowContent, edges: Sequence[int]) -> list[int] | None:
    """Give the columns at which the cells begin, and the last one ends, by their widths; `None` where these say less.

    Each side must meet a line of the grid, and each cell must take a column at the least.
    """
    if not row.cells or len(edges) < 2 or edges[-1] <= 0:
        return None
    x = 0
    if row.before:
        before = row.element.find(f"{W}trPr/{W}wBefore")
        width = _width(before, W + "w")
        x = width if width is not None else edges[min(row.before, len(edges) - 1)]
    starts = [_nearest(edges, x)]
    for cell in row.cells:
        preferred = cell.element.find(f"{W}tcPr/{W}tcW")
        width = _width(preferred, W + "w")
        if preferred is None or width is None or width <= 0 or preferred.get(W + "type", "dxa") != "dxa":
            return None
        x += width
        starts.append(_nearest(edges, x))
        if starts[-1] <= starts[-2] or abs(edges[starts[-1]] - x) > WIDTH_TOLERANCE:
            return None
    return starts


def _edges_of_widths(rows: Sequence[RowContent]) -> list[int]:
    """Make a grid of the widths of all cells, for a table that has none; none where a cell has no width."""
    sides = {0}
    for row in rows:
        x = 0
        for cell in row.cells:
            width = _width(cell.element.find(f"{W}tcPr/{W}tcW"), W + "w")
            if width is None or width <= 0:
                return []
            x += width
            sides.add(x)
    edges: list[int] = []
    for side in sorted(sides):
        if not edges or side - edges[-1] > WIDTH_TOLERANCE:
            edges.append(side)
    return edges


def _nearest(edges: Sequence[int], x: int) -> int:
    at = bisect_left(edges, x)
    return min((i for i in (at - 1, at) if 0 <= i < len(edges)), key=lambda i: abs(edges[i] - x))


def _without_idle_columns(placed: Sequence[list[_Place]], widest: int) -> tuple[list[list[_Place]], int]:
    """Leave out the columns at whose left side no cell of any row begins or ends."""
    used = {0, widest}
    for places in placed:
        if places:
            used.update([column for column, _, _ in places])
            column, span, _ = places[-1]
            used.add(column + span)
    if len(used) == widest + 1:
        return list(placed), widest
    at = {edge: index for index, edge in enumerate(sorted(used))}
    rows = [[(at[column], at[column + span] - at[column], cell) for column, span, cell in row] for row in placed]
    return rows, len(used) - 1


def _made(grid: tuple[list[list[_Place]], int], heads: int) -> Table:
    placed, n_columns = grid
    cells: list[Cell] = []
    taller: dict[int, int] = {}
    """Rows of the cells that go on below, by their index."""
    open_above: dict[tuple[int, int], int] = {}
    """Index of the cell above, by (first column, span): what a vertical merge goes on with."""
    for row, places in enumerate(placed):
        below: dict[tuple[int, int], int] = {}
        free = 0
        for column, span, content in places:
            if free < column:
                cells.extend(_free(row, free, column))
            free = column + span
            if content.merge_down is not None:
                key = (column, span)
                if content.merge_down == "continue" and key in open_above:
                    below[key] = index = open_above[key]
                    taller[index] = taller.get(index, 1) + 1
                    continue
                below[key] = len(cells)
            cells.append(Cell(row, column, 1, span, content.text, None, None, "xml"))
        if free < n_columns:
            cells.extend(_free(row, free, n_columns))
        open_above = below
    for index, rows in taller.items():
        cell = cells[index]
        cells[index] = Cell(cell.row, cell.column, rows, cell.column_span, cell.text, None, None, "xml")
    return Table(len(placed), n_columns, tuple(cells), (), None, "xml", header_rows=heads or None).checked()


def _free(row: int, start: int, end: int) -> Iterator[Cell]:
    return (Cell(row, column, 1, 1, "", None, None, "xml") for column in range(start, end))

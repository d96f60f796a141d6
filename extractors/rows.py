"""The lines of an unruled table to its rows, and rows to a grid.

Guarantee: the grid given tiles its box, and every word of the lines stands in exactly one of its cells.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.columns import Column, Line, Piece, cut_at, place
from extractors.lattice import Grid, GridCell
from extractors.layout import Run

TIGHT = 0.2
"""Heights of the type by which lines of one row stand closer than two rows that are known to be two."""

Extent = tuple[int, int]
"""First and last column of a cell."""


@dataclass(slots=True)
class Row:
    """A line's pieces by the columns they cover; later the pieces of all lines of the row."""

    top: float
    bottom: float
    cells: dict[Extent, list[Piece]] = field(default_factory=dict)

    def columns(self) -> set[int]:
        """The columns in which it has text."""
        return {column for first, last in self.cells for column in range(first, last + 1)}

    def values(self) -> set[int]:
        """The columns but the first in which it has a figure."""
        return {
            first for (first, last), pieces in self.cells.items() if first == last and first and pieces[-1].is_value
        }

    def text(self, column: int) -> str:
        """What stands in a column."""
        return " ".join(piece.text for piece in self.cells.get((column, column), ()))


def rows_from(lines: Sequence[Line], columns: Sequence[Column], height: float) -> list[Row]:
    """Give each line's pieces by column. A piece between columns goes to the nearest."""
    rows = []
    for line in lines:
        row = Row(line.top, line.bottom)
        pieces = [part for piece in line.pieces for part in cut_at(piece, columns)]
        for piece in pieces:
            first, last = place(piece, columns, height)
            taken = [extent for extent in row.cells if extent[0] <= last and extent[1] >= first]
            together = [piece]
            for extent in taken:
                first, last = min(first, extent[0]), max(last, extent[1])
                together = row.cells.pop(extent) + together
            row.cells[first, last] = together
        rows.append(row)
    return rows


def merged_body(rows: Sequence[Row], columns: Sequence[Column], rules: Sequence[float], height: float) -> list[Row]:
    """Join the lines of one row.

    Two lines that both have figures in a column are two rows; the least distance of such two is the pitch of rows. What
    follows closer than that is the same row; what follows at that distance is so only where a text was wrapped: its
    next word had no room in the column. A rule parts.
    """
    if not rows:
        return []
    spaced = _spaced(rows, rules, height)
    if spaced is not None:
        return spaced
    n = len(columns)
    known = [
        max(below.top - above.bottom, -height)
        for above, below in pairwise(rows)
        if above.values() & below.values() or len(above.columns() & below.columns()) >= max(2, (3 * n + 3) // 4)
        if not _parted(above, below, rules)
    ]
    figures = [below.top - above.bottom for above, below in pairwise(rows) if above.values() & below.values()]
    pitch = min(figures) if len(figures) > 1 else (min(known) if len(known) > 1 and figures else None)
    rights = [
        max((p.x1 for row in rows for (a, b), ps in row.cells.items() if a == b == c for p in ps), default=0.0)
        for c in range(n)
    ]
    banded = _banded(rows, rules)
    merged: list[Row] = []
    for index, row in enumerate(rows):
        following = rows[index + 1] if index + 1 < len(rows) else None
        if (
            merged
            and not (following and _heads(rows[index - 1], row, following, rules, height))
            and _continues(merged[-1], rows[index - 1], row, pitch, rights, rules, banded, height)
        ):
            target = merged[-1]
            for extent, pieces in row.cells.items():
                target.cells.setdefault(extent, []).extend(pieces)
            target.bottom = max(target.bottom, row.bottom)
        else:
            merged.append(Row(row.top, row.bottom, {e: list(p) for e, p in row.cells.items()}))
    return merged


def _spaced(rows: Sequence[Row], rules: Sequence[float], height: float) -> list[Row] | None:
    """Part lines into rows at the wider of two kinds of gaps, if that leaves no two figures of a column in a row.

    Cells of several lines are set closer than rows; where so, no other evidence is needed.
    """
    gaps = _gaps(rows, height)
    ordered = sorted(gaps)
    jumps = sorted(((b - a, (a + b) / 2) for a, b in pairwise(ordered) if b - a > 0.15 * height), reverse=True)
    for _, least in jumps:
        if least > 1.5 * height:
            continue
        merged = [Row(rows[0].top, rows[0].bottom, dict(rows[0].cells))]
        for (above, row), gap in zip(pairwise(rows), gaps, strict=True):
            target = merged[-1]
            if gap > least or _parted(above, row, rules):
                merged.append(Row(row.top, row.bottom, dict(row.cells)))
            elif target.values() & row.values() or not _compatible(target, row):
                break
            else:
                for extent, pieces in row.cells.items():
                    target.cells[extent] = [*target.cells.get(extent, ()), *pieces]
                target.bottom = max(target.bottom, row.bottom)
        else:
            full = sum(len(row.columns()) > 1 for row in merged)
            if full > 0.7 * len(merged) and len(merged) > 1:
                return merged
    return None


def _gaps(rows: Sequence[Row], height: float) -> list[float]:
    """Give for each line but the first the least gap to the text above it in one of its columns.

    Texts in the middle of cells stand between the lines of their neighbours: a line that overlaps the one
    above is close to it.
    """
    gaps = []
    lowest: dict[int, float] = {}
    bottom = rows[0].bottom
    for index, row in enumerate(rows):
        found = [row.top - bottom]
        ends: dict[int, float] = {}
        for (first, last), pieces in row.cells.items():
            top, end = min(w.bbox[1] for p in pieces for w in p.words), max(w.bbox[3] for p in pieces for w in p.words)
            for column in range(first, last + 1):
                ends[column] = end
                if column in lowest:
                    found.append(top - lowest[column])
        if index:
            gaps.append(min(found[1:], default=found[0]) if found[0] > -0.2 * height else min(found))
        lowest.update(ends)
        bottom = max(bottom, row.bottom)
    return gaps


def _banded(rows: Sequence[Row], rules: Sequence[float]) -> bool:
    """Whether rules part the rows: most neighbouring lines with figures have one between."""
    pairs = [(a, b) for a, b in pairwise(rows) if len(a.columns() & b.columns()) > 1]
    return len(pairs) > 1 and sum(_parted(a, b, rules) for a, b in pairs) > 0.6 * len(pairs)


def _parted(above: Row, below: Row, rules: Sequence[float]) -> bool:
    upper, lower = (above.top + above.bottom) / 2, (below.top + below.bottom) / 2
    return any(upper < rule < lower for rule in rules)


def _continues(
    row: Row,
    above: Row,
    line: Row,
    pitch: float | None,
    rights: Sequence[float],
    rules: Sequence[float],
    banded: bool,
    height: float,
) -> bool:
    if _parted(above, line, rules) or not _compatible(row, line):
        return False
    if row.values() & line.values():
        return False
    gap = line.top - above.bottom
    if gap < -0.25 * height and not (row.columns() & line.columns()):
        return True
    if gap > 0.9 * height:
        return False
    if banded:
        return True
    if pitch is not None:
        if gap < pitch - TIGHT * height:
            return True
        if gap > pitch + TIGHT * height:
            return False
    if line.values():
        # figures stand beside the last line of their label
        label = row.text(0)
        return (
            row.columns() == {0}
            and 0 in line.columns()
            and not label.endswith(":")
            and _wrapped(row, line, 0, rights, height)
            and (line.text(0)[:1].islower() or label.endswith(("-", ",", " and", " of", " for", " in", " та", " і")))
        )
    return all(first == last and _wrapped(row, line, first, rights, height) for first, last in line.cells)


def _heads(above: Row, line: Row, below: Row, rules: Sequence[float], height: float) -> bool:
    """Whether a label without figures begins the next line's row and does not end the one above."""
    if line.columns() != {0} or not below.values() or _parted(line, below, rules):
        return False
    to_above, to_below = line.top - above.bottom, below.top - line.bottom
    if to_below < to_above - 0.1 * height:
        return True
    return below.text(0)[:1].islower() and not line.text(0)[:1].islower() and to_below < to_above + 0.1 * height


def _compatible(row: Row, line: Row) -> bool:
    """Whether a line's cells are, each, those of the row or beside them."""
    return all(
        extent in row.cells or not any(e[0] <= extent[1] and e[1] >= extent[0] for e in row.cells)
        for extent in line.cells
    )


def _wrapped(row: Row, line: Row, column: int, rights: Sequence[float], height: float) -> bool:
    """Whether a column's text goes on in the line because its first word had no room above."""
    above, below = row.cells.get((column, column)), line.cells.get((column, column))
    if not above or not below:
        return False
    word = below[0].words[0]
    room = rights[column] - above[-1].x1
    slack = 2.5 * height if word.text[:1].islower() else 0.6 * height
    return word.bbox[2] - word.bbox[0] + 0.25 * height > room - slack and below[0].x0 > above[0].x0 - 2.5 * height


def grid_of(header: Sequence[Row], body: Sequence[Row], columns: Sequence[Column]) -> tuple[Grid, dict[int, list[Run]]]:
    """Give the grid of the rows and its words by cell.

    Edges run in the middle between columns and rows. A heading that has nothing above or below it reaches over all
    levels; where a spanning heading stands above, to that.
    """
    rows = [*header, *body]
    x_edges = [columns[0].x0]
    x_edges += [(a.x1 + b.x0) / 2 for a, b in pairwise(columns)]
    x_edges.append(columns[-1].x1)
    for row in rows:
        for pieces in row.cells.values():
            x_edges[0] = min(x_edges[0], *(p.x0 for p in pieces))
            x_edges[-1] = max(x_edges[-1], *(p.x1 for p in pieces))
    y_edges = [rows[0].top]
    for above, below in pairwise(rows):
        y_edges.append(max((above.bottom + below.top) / 2, y_edges[-1] + 0.01))
    y_edges.append(max(*(row.bottom for row in rows), y_edges[-1] + 0.01))
    n = len(columns)
    owner: list[list[int | None]] = [[None] * n for _ in rows]
    spans: list[list[int]] = []  # row, column, end row, end column
    held: list[list[Run]] = []
    for index, row in enumerate(rows):
        for (first, last), pieces in sorted(row.cells.items()):
            for column in range(first, last + 1):
                owner[index][column] = len(spans)
            spans.append([index, first, index + 1, last + 1])
            held.append([word for piece in pieces for word in piece.words])
    for column in range(n):  # one heading a column, whatever level it stands on
        _stretch(column, len(header), owner, spans, held)
    cells: list[tuple[GridCell, list[Run]]] = []
    for span, words in zip(spans, held, strict=True):
        if span[2] > span[0]:
            cells.append((_cell(span, x_edges, y_edges), words))
    for index in range(len(rows)):
        cells.extend(
            (_cell([index, c, index + 1, c + 1], x_edges, y_edges), []) for c in range(n) if owner[index][c] is None
        )
    cells.sort(key=lambda item: (item[0].row, item[0].column))
    grid = Grid(tuple(x_edges), tuple(y_edges), tuple(cell for cell, _ in cells))
    return grid, {index: words for index, (_, words) in enumerate(cells) if words}


def _stretch(
    column: int, levels: int, owner: list[list[int | None]], spans: list[list[int]], held: list[list[Run]]
) -> None:
    """Join a column's headings below the last spanning one to one cell that reaches over the levels they stand on."""
    start = 0
    for level in range(levels):
        at = owner[level][column]
        if at is not None and spans[at][3] - spans[at][1] > 1:
            start = level + 1
    own = [(level, owner[level][column]) for level in range(start, levels) if owner[level][column] is not None]
    if not own or levels - start < 2:
        return
    keep = own[0][1]
    if keep is None:
        return
    for _, other in own[1:]:
        if other is not None:
            held[keep].extend(held[other])
            held[other] = []
            spans[other][2] = spans[other][0]
    spans[keep][0], spans[keep][2] = start, levels
    for level in range(start, levels):
        owner[level][column] = keep


def _cell(span: Sequence[int], x_edges: Sequence[float], y_edges: Sequence[float]) -> GridCell:
    row, column, end_row, end_column = span
    bbox = (x_edges[column], y_edges[row], x_edges[end_column], y_edges[end_row])
    return GridCell(row, column, end_row - row, end_column - column, bbox)

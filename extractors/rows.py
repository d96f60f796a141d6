"""The lines of an unruled table to its rows, heading and spanning cells.

Guarantee: the grid given tiles its box, and every word of the lines stands in exactly one of its cells.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from extractors.columns import Column, Line, Piece, cut_at, place
from extractors.lattice import Grid, GridCell, Ruling
from extractors.layout import Run

TIGHT = 0.2
"""Heights of the type by which lines of one row stand closer than two rows that are known to be two."""

_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?[*a-z]?")
_WORD = re.compile(r"\w{2}")

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


def header_end(rows: Sequence[Row], rules: Sequence[float]) -> int:
    """Give the number of lines of the heading.

    It ends at the first rule that has lines of figures below and none above, else where the first line with figures
    begins; a line of nothing but years is heading.
    """
    first = next((i for i, row in enumerate(rows) if _has_mostly_figures(row)), None)
    if first is None:
        first = next((i for i, row in enumerate(rows) if row.values() and not _is_years(row)), None)
    if first is None:
        first = 1 if len(rows) > 1 else 0
        for rule in rules:
            above_it = sum(row.bottom <= rule + 1 or (row.top + row.bottom) / 2 < rule for row in rows)
            if 0 < above_it < len(rows) / 2:
                return above_it
        return first
    borders = [sum((row.top + row.bottom) / 2 < rule for row in rows) for rule in rules]
    if any(border == first for border in borders):
        return first
    figures = rows[first].values()
    ruled = [
        border
        for border in borders
        if 0 < border < first and not any(r.columns() & figures for r in rows[border:first])
    ]
    if ruled:  # what stands between the heading's rule and the first figures are labels without figures
        return max(ruled) if len(ruled) < 3 else ruled[0]
    headed = set[int]().union(*(row.columns() for row in rows[:first]))
    while first > 1 and not rows[first - 1].columns() & figures and figures <= headed:
        line, above = rows[first - 1], rows[first - 2]
        down, up = rows[first].top - line.bottom, line.top - above.bottom
        untitled = 0 in line.columns() and not any(0 in row.columns() for row in rows[: first - 1])
        near = 0.2 * (line.bottom - line.top)
        if down > up + near or (untitled and down > up - near and not line.text(0).endswith(":")):
            break
        first -= 1  # a cell of several lines, or the label of a group of rows
    return first


def _has_mostly_figures(row: Row) -> bool:
    texts = [pieces[-1] for extent, pieces in row.cells.items() if extent[0]]
    figures = [piece for piece in texts if piece.is_value and not _YEAR.fullmatch(piece.text)]
    return bool(figures) and 2 * len(row.values()) >= len(texts)


def _is_years(row: Row) -> bool:
    texts = [piece.text for extent, pieces in row.cells.items() if extent[0] for piece in pieces]
    return bool(texts) and all(_YEAR.fullmatch(text) for text in texts)


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


def merged_header(rows: Sequence[Row], columns: Sequence[Column], rulings: Sequence[Ruling]) -> list[Row]:
    """Join the lines of the heading to its levels: a line with spanning cells ends a level.

    A heading that stands over several columns without reaching over them is widened: to the rule below it, or, where it
    stands in the middle over columns that nothing else of its line covers, to these.
    """
    levels: list[Row] = []
    for index, row in enumerate(rows):
        below = rows[index + 1] if index + 1 < len(rows) else None
        wide = _widened(row, below, columns, rulings) if below else row
        spans = any(last > first for first, last in wide.cells)
        before = levels[-1] if levels else None
        if before is not None and not _level_ends(before, wide):
            for extent, pieces in wide.cells.items():
                before.cells.setdefault(extent, []).extend(pieces)
            before.bottom = max(before.bottom, wide.bottom)
        else:
            levels.append(wide)
        del spans
    return levels


def _level_ends(above: Row, below: Row) -> bool:
    """Whether the next line of a heading has cells of its own under a spanning one, or spans over single ones."""
    for extent in below.cells:
        if extent in above.cells:
            continue
        if any(e[0] <= extent[1] and e[1] >= extent[0] for e in above.cells):
            return True
    return False


def _widened(row: Row, below: Row, columns: Sequence[Column], rulings: Sequence[Ruling]) -> Row:
    extents = sorted(row.cells)
    upper = [extent for extent in extents if extent[0] > 0]
    shared_out = _partition([row.cells[e] for e in upper], columns, below) if len(upper) > 1 else None
    wide = Row(row.top, row.bottom)
    for index, (first, last) in enumerate(extents):
        pieces = row.cells[first, last]
        low = extents[index - 1][1] + 1 if index else 0
        high = extents[index + 1][0] - 1 if index + 1 < len(extents) else len(columns) - 1
        found = _over_rule(row, below, pieces, columns, rulings)
        if not (found and low <= found[0] <= first and last <= found[1] <= high):
            if shared_out and first > 0:
                found = shared_out[upper.index((first, last))]
            else:
                found = _centred(pieces, (first, last), low, high, columns, below)
        wide.cells[found or (first, last)] = pieces
    return wide


def _middle_of(first: int, last: int, columns: Sequence[Column], below: Row) -> tuple[float, float]:
    """Give the middle of columns as their headings and figures show it, and the usual width of one."""
    ends = [(columns[c], below.cells.get((c, c), ())) for c in (first, last)]
    left = min(ends[0][0].x0, *(p.x0 for p in ends[0][1]), ends[0][0].x1)
    right = max(ends[1][0].x1, *(p.x1 for p in ends[1][1]), ends[1][0].x0)
    return (left + right) / 2, (columns[-1].x1 - columns[0].x1) / max(len(columns) - 1, 1)


def _partition(headings: Sequence[Sequence[Piece]], columns: Sequence[Column], below: Row) -> list[Extent] | None:
    """Share all columns but the first out among headings that each stand over the middle of at least two of them.

    Only where the line below has a heading for each column.
    """
    n = len(columns) - 1
    if n < 2 * len(headings) or not all((c, c) in below.cells for c in range(1, n + 1)):
        return None
    best: dict[int, tuple[float, list[Extent]]] = {0: (0.0, [])}  # by columns shared out
    for pieces in headings:
        middle = (min(p.x0 for p in pieces) + max(p.x1 for p in pieces)) / 2
        following: dict[int, tuple[float, list[Extent]]] = {}
        for done, (cost, extents) in best.items():
            for end in range(done + 2, n + 1):
                centre, width = _middle_of(done + 1, end, columns, below)
                off = abs(centre - middle) / max(width, 1e-6)
                if off < 0.4 and (end not in following or cost + off < following[end][0]):
                    following[end] = (cost + off, [*extents, (done + 1, end)])
        best = following
    return best[n][1] if n in best else None


def _over_rule(
    row: Row, below: Row, pieces: Sequence[Piece], columns: Sequence[Column], rulings: Sequence[Ruling]
) -> Extent | None:
    """Give the columns of the rule between a heading and the next line, if it is not as wide as the table."""
    x0, x1 = min(p.x0 for p in pieces), max(p.x1 for p in pieces)
    for rule in rulings:
        if not (row.top + row.bottom) / 2 < rule.position < (below.top + below.bottom) / 2:
            continue
        if rule.start > (x0 + x1) / 2 or rule.end < (x0 + x1) / 2:
            continue
        over = [i for i, c in enumerate(columns) if rule.start < (c.x0 + c.x1) / 2 < rule.end]
        if over and len(over) < len(columns):
            return over[0], over[-1]
    return None


def _centred(
    pieces: Sequence[Piece], extent: Extent, low: int, high: int, columns: Sequence[Column], below: Row
) -> Extent | None:
    """Give the two columns between which a heading stands, where the next line has headings for both.

    More columns only for a heading wider than the one it stands over: a short word over the middle of three is the
    first line of that column's own heading.
    """
    x0, x1 = min(p.x0 for p in pieces), max(p.x1 for p in pieces)
    if extent[0] == 0:
        return None
    alone = abs(_middle_of(*extent, columns, below)[0] - (x0 + x1) / 2)
    own = below.cells.get((extent[0], extent[0]), [])
    wide = bool(own) and x1 - x0 > 1.3 * max(columns[extent[0]].x1 - columns[extent[0]].x0, own[-1].x1 - own[0].x0)
    found: list[tuple[float, Extent]] = []
    for first in range(max(low, 1), extent[0] + 1):
        for last in range(extent[1], high + 1):
            if first == last or not all((c, c) in below.cells for c in range(first, last + 1)):
                continue
            centre, width = _middle_of(first, last, columns, below)
            off = abs(centre - (x0 + x1) / 2)
            if off < 0.25 * width and (wide or (last - first == 1 and alone > 0.3 * width)):
                found.append((off, (first, last)))
    return min(found)[1] if found else None


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

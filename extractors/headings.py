"""The heading of an unruled table: where it ends, its levels, and what each heading stands over.

Guarantee: every piece of the lines given stands in exactly one cell of one level.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from extractors.columns import Column, Piece
from extractors.lattice import Ruling
from extractors.rows import Extent, Row

_YEAR = re.compile(r"(?:19|20)\d\d(?:[/–-]\d{2,4})?[*a-z]?")


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


def merged_header(rows: Sequence[Row], columns: Sequence[Column], rulings: Sequence[Ruling]) -> list[Row]:
    """Join the lines of the heading to its levels: a line with spanning cells ends a level.

    A heading that stands over several columns without reaching over them is widened: to the rule below it, or, where it
    stands in the middle over columns that nothing else of its line covers, to these.
    """
    levels: list[Row] = []
    for index, row in enumerate(rows):
        below = rows[index + 1] if index + 1 < len(rows) else None
        wide = _widened(row, below, columns, rulings) if below else row
        before = levels[-1] if levels else None
        if before is not None and not _level_ends(before, wide):
            for extent, pieces in wide.cells.items():
                before.cells.setdefault(extent, []).extend(pieces)
            before.bottom = max(before.bottom, wide.bottom)
        else:
            levels.append(wide)
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

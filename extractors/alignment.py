"""Tables that no ruling lines draw, or only some: found from the way words stand under one another.

Guarantee: a word stands in at most one table, in exactly one of its cells; what is in none stays the caller's. The
function is pure: it knows words, rulings and the size of the page, and serves PDFs and recognised words alike.

Method: lines with gaps that share a white river make a block (`columns`); a block becomes a table only where enough
speaks for it: figures in columns, rules above and below, many rows and columns. Prose in columns, lists, tables of
contents, letterheads and signatures are turned down. Rules of the kind were described by A. Nurminen, "Algorithmic
extraction of data in tables in PDF documents", 2013; all lengths are relative to the type's height.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors.blocks import CAPTION, FIGURE, blocks, covers, gutter, is_prose
from extractors.columns import Column, Line, columns_of, lines_from, type_height
from extractors.evidence import LEAST_CONFIDENCE, judge
from extractors.headings import header_end, merged_header
from extractors.lattice import Grid, Ruling, join_collinear
from extractors.layout import Run
from extractors.rows import Row, grid_of, merged_body, rows_from
from extractors.words import level

_MOST_LINES, _MOST_COLUMNS = 400, 64
"""What a table on a page may have; a page of dots has more."""

_MOST_CUTS = 3
"""How often a page may be cut between columns of prose."""


@dataclass(frozen=True, slots=True)
class Found:
    """A table found by alignment.

    `runs` gives the words of each cell by its index in the grid, `confidence` (0-1) how much speaks for a table, `note`
    what does.
    """

    grid: Grid
    runs: dict[int, list[Run]]
    confidence: float
    note: str


def may_hold_table(words: Sequence[Run]) -> bool:
    """Whether at least two lines have gaps; else there is nothing to find by alignment."""
    upright = [word for word in words if level(word)]
    return sum(len(line.pieces) > 1 for line in lines_from(upright, type_height(upright))) > 1


def find_tables(
    words: Sequence[Run], horizontal: Sequence[Ruling], vertical: Sequence[Ruling], width: float, height: float
) -> list[Found]:
    """Find the tables of a page, from top to bottom.

    Args:
        words: the words outside ruled grids, one a run.
        horizontal: the level rulings outside ruled grids.
        vertical: the upright ones.
        width: of the page, in the unit of the words, as `height`.
        height: of the page.
    """
    del vertical, height
    upright = [word for word in words if level(word)]
    if len(upright) < 4:
        return []
    unit = type_height(upright)
    rules = [
        rule
        for rule in join_collinear(horizontal, 0.25 * unit)
        if rule.end - rule.start > 1.5 * unit and rule.end > 0 and rule.start < width
    ]
    found = _search(lines_from(upright, unit), rules, unit, 0)
    found.sort(key=lambda table: (table.grid.bbox[1], table.grid.bbox[0]))
    return found


def _search(lines: Sequence[Line], rules: Sequence[Ruling], unit: float, depth: int) -> list[Found]:
    found: list[Found] = []
    done = 0
    for first, end in blocks(lines, rules, unit):
        if end <= done or end - first > _MOST_LINES or max(len(n.pieces) for n in lines[first:end]) > _MOST_COLUMNS:
            continue
        columns = columns_of([line for line in lines[first:end] if len(line.pieces) > 1], unit)
        cut = gutter(lines[first:end], columns, unit) if depth < _MOST_CUTS else None
        if cut is None:
            table, reached = _table(lines[done:], max(first - done, 0), end - done, columns, rules, unit)
            done = done + reached if table is not None else end
            if table is not None:
                found.append(table)
            continue
        start, stop = _beside(lines, first, end, done, cut, rules, unit)
        words = [word for line in lines[start:stop] for word in line.words]
        left = [word for word in words if _middle(word) < cut]
        right = [word for word in words if _middle(word) >= cut]
        for side, is_left in ((left, True), (right, False)):
            own = [rule for rule in rules if (rule.start + rule.end < 2 * cut) == is_left]
            found.extend(_search(lines_from(side, unit), own, unit, depth + 1))
        done = stop
    return found


def _beside(
    lines: Sequence[Line], first: int, end: int, done: int, cut: float, rules: Sequence[Ruling], unit: float
) -> tuple[int, int]:
    """Widen a stretch of lines to those above and below that leave the cut free; a rule across ends it."""

    def free(index: int, other: int) -> bool:
        near = sorted((lines[index].top, lines[other].bottom))
        if any(near[0] < r.position < near[1] and r.start < cut - unit and r.end > cut + unit for r in rules):
            return False
        return not any(word.bbox[0] < cut < word.bbox[2] for word in lines[index].words) and not any(
            piece.x0 < cut - unit and piece.x1 > cut + unit for piece in lines[index].pieces
        )

    while first > done and free(first - 1, first):
        first -= 1
    while end < len(lines) and free(end, end - 1):
        end += 1
    return first, end


def _middle(word: Run) -> float:
    return (word.bbox[0] + word.bbox[2]) / 2


# Blocks of lines


def _table(
    lines: Sequence[Line], first: int, end: int, columns: list[Column], rules: Sequence[Ruling], unit: float
) -> tuple[Found | None, int]:
    """Give the table that the lines from `first` make, and the first line below it."""
    if len(columns) < 2:
        return None, end
    x0, x1 = columns[0].x0, columns[-1].x1
    wide = sorted(
        (r for r in rules if covers(r, x0, x1) and r.start > x0 - 12 * unit and r.end < x1 + 12 * unit),
        key=lambda r: r.position,
    )
    first, end, top, bottom = _reach(lines, first, end, columns, wide, unit)
    block = _trimmed(lines[first:end], columns, top, bottom, unit)
    if len(block) < 2:
        return None, end
    inner = [r.position for r in wide if block[0].bottom - 0.3 * unit < r.position < block[-1].top + 0.3 * unit]
    rows = rows_from(block, columns, unit)
    columns, rows = _headed(columns, block, rows, unit)
    columns, rows = _without_stray(columns, block, rows, unit)
    if len(columns) < 2:
        return None, end
    heads = header_end(rows, inner)
    header = merged_header(rows[:heads], columns, rules)
    body = merged_body(rows[heads:], columns, inner, unit)
    titles = [line.text for line in lines[max(first - 2, 0) : first]]
    titles += [line.text for line in lines[end : end + 1] if FIGURE.match(line.text)]
    captioned = any(map(CAPTION.match, titles)) - 2 * any(map(FIGURE.match, titles))
    confidence, note = judge(block, header, body, columns, top is not None, bottom is not None, len(inner), captioned)
    if confidence < LEAST_CONFIDENCE:
        return None, end
    grid, runs = grid_of(header, body, columns)
    return Found(grid, runs, confidence, note), end


def _reach(
    lines: Sequence[Line], first: int, end: int, columns: Sequence[Column], wide: Sequence[Ruling], unit: float
) -> tuple[int, int, float | None, float | None]:
    """Widen a block to the rules above and below it, and to a spanning heading; give these rules' heights."""
    above = [r.position for r in wide if r.position < lines[first].top + 0.5 * unit]
    top = None
    low = first
    for position in sorted(above, reverse=True):
        start = low
        while start > 0 and lines[start - 1].top > position - 0.5 * unit:
            start -= 1
        if lines[start].top - position > 2.5 * unit or first - start > 4:
            break
        if any(CAPTION.match(line.text) for line in lines[start:low]):
            break
        if is_prose(lines[start:first], columns[0].x0, columns[-1].x1, unit):
            break
        if any(b.top - a.bottom > 2 * unit for a, b in pairwise(lines[start : first + 1])):
            break
        top, low = position, start
    if top is None:
        while low > 0 and first - low < 3 and _is_spanning_head(lines[low - 1], lines[low], columns, unit):
            low -= 1
    below = [r.position for r in wide if r.position > lines[end - 1].bottom - 0.5 * unit]
    bottom = None
    for position in sorted(below):
        stop = end
        while stop < len(lines) and lines[stop].bottom < position + 0.5 * unit:
            stop += 1
        if position - lines[stop - 1].bottom > 2.5 * unit or stop - end > 3:
            break
        if any(CAPTION.match(line.text) for line in lines[end:stop]):
            break
        if any(b.top - a.bottom > 1.5 * unit for a, b in pairwise(lines[end - 1 : stop])):
            break
        if is_prose(lines[end:stop], columns[0].x0, columns[-1].x1, unit):
            break
        bottom, end = position, stop
        break
    return low, end, top, bottom


def _is_spanning_head(line: Line, below: Line, columns: Sequence[Column], unit: float) -> bool:
    """Whether a line without gaps stands close over columns but the first, as a heading over several does.

    In the middle of the whole table stands its title.
    """
    middle = (line.x0 + line.x1) / 2
    of_table, of_figures = (columns[0].x0 + columns[-1].x1) / 2, (columns[1].x0 + columns[-1].x1) / 2
    return (
        len(line.pieces) == 1
        and abs(middle - of_figures) < abs(middle - of_table)
        and below.top - line.bottom < 0.9 * unit
        and line.x0 > columns[0].x1 + 0.3 * unit
        and line.x1 < columns[-1].x1 + unit
        and not CAPTION.match(line.text)
    )


def _trimmed(
    block: Sequence[Line], columns: Sequence[Column], top: float | None, bottom: float | None, unit: float
) -> list[Line]:
    """Leave out what stands at the ends and is no row: a caption, a note, a line that reaches beyond the columns."""
    kept = list(block)
    if top is None:
        while kept and len(kept[0].pieces) == 1 and not kept[0].x0 > columns[0].x1 + 0.3 * unit:
            kept.pop(0)
    if bottom is None:
        while kept and len(kept[-1].pieces) == 1:
            kept.pop()
    return kept


def _headed(
    columns: list[Column], block: Sequence[Line], rows: list[Row], unit: float
) -> tuple[list[Column], list[Row]]:
    """Join a column that is a heading alone to the one beside it that has none.

    A heading in the middle of its cell and figures at the cell's edge need not stand over one another.
    """
    while True:
        filled: list[list[int]] = [[] for _ in columns]
        for index, row in enumerate(rows):
            for first, last in row.cells:
                if first == last:
                    filled[first].append(index)
        apart = [
            (right.x0 - left.x1, index)
            for index, (left, right) in enumerate(pairwise(columns))
            if _is_heading_of(filled[index], filled[index + 1]) or _is_heading_of(filled[index + 1], filled[index])
        ]
        if not apart or len(columns) < 3:
            return columns, rows
        _, index = min(apart)
        joined = Column(columns[index].x0, max(columns[index].x1, columns[index + 1].x1))
        columns = [*columns[:index], joined, *columns[index + 2 :]]
        rows = rows_from(block, columns, unit)


def _is_heading_of(heading: Sequence[int], body: Sequence[int]) -> bool:
    """Whether lines of few, close rows stand above those of many."""
    return bool(heading) and len(body) > len(heading) and heading[-1] < body[0] and heading[-1] - heading[0] < 4


def _without_stray(
    columns: list[Column], block: Sequence[Line], rows: list[Row], unit: float
) -> tuple[list[Column], list[Row]]:
    """Drop columns that only one line of many fills: what stands there is a heading between columns, or a mark."""
    while len(rows) > 3:
        count = [0] * len(columns)
        for row in rows:
            for first, last in row.cells:
                if first == last:
                    count[first] += 1
        stray = [i for i, n in enumerate(count) if n <= (1 if len(rows) < 12 else 0.06 * len(rows)) and i > 0]
        stray = [i for i in stray if not _has_figures(rows, i)]
        if not stray:
            break
        columns = [column for i, column in enumerate(columns) if i != stray[0]]
        if len(columns) < 2:
            break
        rows = rows_from(block, columns, unit)
    return columns, rows


def _has_figures(rows: Sequence[Row], column: int) -> bool:
    return any(
        pieces[0].is_value for row in rows for (first, last), pieces in row.cells.items() if first == last == column
    )

"""Tables that no ruling lines draw, or only some: found from the way words stand under one another.

Guarantee: a word stands in at most one table, in exactly one of its cells; what is in none stays the caller's. The
function is pure: it knows words, rulings and the size of the page, and serves PDFs and recognised words alike.

Method: lines with gaps that share a white river make a block (`columns`); a block becomes a table only where enough
speaks for it: figures in columns, rules above and below, many rows and columns. Prose in columns, lists, tables of
contents, letterheads and signatures are turned down. Rules of the kind were described by A. Nurminen, "Algorithmic
extraction of data in tables in PDF documents", 2013; all lengths are relative to the type's height.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extractors.columns import Column, Line, Piece, columns_of, lines_from, piece_of, place, type_height
from extractors.document import BBox
from extractors.lattice import Grid, Ruling, join_collinear
from extractors.layout import Run
from extractors.rows import Row, grid_of, header_end, merged_body, merged_header, rows_from
from extractors.words import level

LEAST_CONFIDENCE = 0.5
"""What speaks for a table, 0-1, from which it is one."""

_NEAR = 1.6
"""Heights of the type between two lines of a block at the most, where nothing else joins them."""

_FAR = 3.2
"""The same where the block's lines stand that far apart already, or a rule is drawn between."""

_CAPTION = re.compile(
    r"(?:(?i:table|tab\.|tableau|tabelle|figure|fig\.|box|chart|таблиця|табл\.|рис\.|рисунок|діаграма)\s*[A-ZА-Я]{0,3}[.-]?\d"
    r"|(?i:sources?|notes?|джерел[оа]|примітк[аи])\s?:)"
)
_FIGURE = re.compile(r"(?i:figure|fig\.|chart|graph|рис\.|рисунок|діаграма|графік)\s*[A-ZА-Я]{0,3}[.-]?\d")
_ITEM = re.compile(
    r"(?:\(?(?:\d{1,3}|[a-zа-яіїє]|[ivxlc]{1,5})[.)]|[•●○▪■–—*·-]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)", re.I
)
_MOST_LINES, _MOST_COLUMNS = 400, 64
"""What a table on a page may have; a page of dots has more."""

_SURE = 0.75
"""Confidence from which words overrule the lines drawn around them."""

_FEW_EDGES = 4
"""Upright edges of a grid up to which it may be a part of a table of more columns."""

_MOST_CUTS = 3
"""How often a page may be cut between columns of prose."""

_LABEL_LINES = 9
"""Lines without a gap that may follow one another within a table: a long label in a narrow column."""

_FEW_FIGURES = 5
"""Figures beside labels up to which, without rules or a caption, lines may be a list of any kind."""

_SENTENCE = 5
"""Words of a piece from which it may be a line of prose."""


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
    for first, end in _blocks(lines, rules, unit):
        if end <= done or end - first > _MOST_LINES or max(len(n.pieces) for n in lines[first:end]) > _MOST_COLUMNS:
            continue
        columns = columns_of([line for line in lines[first:end] if len(line.pieces) > 1], unit)
        gutter = _gutter(lines[first:end], columns, unit) if depth < _MOST_CUTS else None
        if gutter is None:
            table = _table(lines, first, end, columns, rules, unit)
            if table is not None:
                found.append(table)
            done = end
            continue
        start, stop = _beside(lines, first, end, done, gutter, rules, unit)
        words = [word for line in lines[start:stop] for word in line.words]
        left = [word for word in words if _middle(word) < gutter]
        right = [word for word in words if _middle(word) >= gutter]
        for side, is_left in ((left, True), (right, False)):
            own = [rule for rule in rules if (rule.start + rule.end < 2 * gutter) == is_left]
            found.extend(_search(lines_from(side, unit), own, unit, depth + 1))
        done = stop
    return found


def _beside(
    lines: Sequence[Line], first: int, end: int, done: int, gutter: float, rules: Sequence[Ruling], unit: float
) -> tuple[int, int]:
    """Widen a stretch of lines to those above and below that leave the gutter free; a rule across ends it."""

    def free(index: int, other: int) -> bool:
        near = sorted((lines[index].top, lines[other].bottom))
        if any(near[0] < r.position < near[1] and r.start < gutter - unit and r.end > gutter + unit for r in rules):
            return False
        return not any(word.bbox[0] < gutter < word.bbox[2] for word in lines[index].words) and not any(
            piece.x0 < gutter - unit and piece.x1 > gutter + unit for piece in lines[index].pieces
        )

    while first > done and free(first - 1, first):
        first -= 1
    while end < len(lines) and free(end, end - 1):
        end += 1
    return first, end


def _middle(word: Run) -> float:
    return (word.bbox[0] + word.bbox[2]) / 2


# Blocks of lines


def _blocks(lines: Sequence[Line], rules: Sequence[Ruling], unit: float) -> list[tuple[int, int]]:
    """Give the stretches of lines, first and end, that share white rivers."""
    blocks = []
    index = 0
    while index < len(lines):
        if len(lines[index].pieces) < 2 or _CAPTION.match(lines[index].text):
            index += 1
            continue
        end = _block_end(lines, index, rules, unit)
        if end - index > 1:
            blocks.append((index, end))
        index = max(end, index + 1)
    return blocks


def _block_end(lines: Sequence[Line], first: int, rules: Sequence[Ruling], unit: float) -> int:
    last = first  # the last line with gaps
    recent = [lines[first]]
    widest = 0.0
    x0, x1 = lines[first].x0, lines[first].x1
    for index in range(first + 1, len(lines)):
        line, above = lines[index], lines[index - 1]
        gap = line.top - above.bottom
        ruled = any(
            above.bottom - 0.3 * unit < r.position < line.top + 0.3 * unit and _covers(r, x0, x1) for r in rules
        )
        if gap > max(_NEAR * unit, min(1.3 * widest, _FAR * unit), _FAR * unit if ruled else 0.0):
            break
        if _CAPTION.match(line.text):
            break
        if len(line.pieces) < 2:
            if index - last > _LABEL_LINES or _is_prose(lines[last + 1 : index + 1], x0, x1, unit):
                break
            continue
        if not any(_share_river(line, other, unit) for other in recent[-3:]):
            if len(recent) > 1 or index - last > 1:
                break
            return first + 1
        if index - last == 1:
            widest = max(widest, gap)
        last = index
        recent.append(line)
        x0, x1 = min(x0, line.x0), max(x1, line.x1)
    return last + 1


def _covers(rule: Ruling, x0: float, x1: float) -> bool:
    return min(rule.end, x1) - max(rule.start, x0) > 0.6 * (x1 - x0)


def _is_prose(lines: Sequence[Line], x0: float, x1: float, unit: float) -> bool:
    """Whether lines without gaps that end with this one are text between tables: two that fill the width."""
    wide = [line for line in lines if line.x1 - line.x0 > 0.6 * (x1 - x0) and len(line.pieces[0].words) > _SENTENCE]
    return len(wide) > 1


def _share_river(first: Line, second: Line, unit: float) -> bool:
    """Whether a gap of the one lies over a gap of the other, with text on both sides that meets."""
    gaps, others = list(pairwise(first.pieces)), list(pairwise(second.pieces))
    i = j = 0
    while i < len(gaps) and j < len(others):
        (left, right), (other_left, other_right) = gaps[i], others[j]
        if min(right.x0, other_right.x0) - max(left.x1, other_left.x1) > 0.4 * unit:
            return True
        if right.x0 < other_right.x0:
            i += 1
        else:
            j += 1
    return False


def _gutter(block: Sequence[Line], columns: Sequence[Column], unit: float) -> float | None:
    """Give where a block is to be cut because prose stands beside something else, else `None`.

    Prose: a wide column most of whose lines are filled, each close under the one before and full of words.
    """
    if len(columns) < 2:
        return None
    for index, column in enumerate(columns):
        if not _is_running(block, columns, index, unit):
            continue
        if index:
            return (columns[index - 1].x1 + column.x0) / 2
        return (column.x1 + columns[1].x0) / 2
    return None


def _is_running(block: Sequence[Line], columns: Sequence[Column], index: int, unit: float) -> bool:
    column = columns[index]
    width = column.x1 - column.x0
    if width < 11 * unit:
        return False
    own: list[tuple[Line, Piece]] = []
    for line in block:
        for piece in line.pieces:
            if place(piece, columns, unit) == (index, index):
                own.append((line, piece))
    if len(own) < 4:
        return False
    beside = sum(
        line.bottom - line.top for line in block if any(place(p, columns, unit) != (index, index) for p in line.pieces)
    )
    if beside < 0.65 * sum(line.bottom - line.top for line, _ in own):
        return False  # a column of descriptions: the other columns are blank beside its further lines
    full = 0
    for (above, piece), (below, under) in pairwise(own):
        word = under.words[0].bbox
        close = below.top - above.bottom < 0.8 * unit
        if close and piece.x1 + (word[2] - word[0]) + 0.3 * unit > column.x1 - 0.04 * width and len(piece.words) > 3:
            full += 1
    words = median(len(piece.words) for _, piece in own)
    return words >= _SENTENCE and full >= 0.55 * (len(own) - 1)


# A block as a table


def _table(
    lines: Sequence[Line], first: int, end: int, columns: list[Column], rules: Sequence[Ruling], unit: float
) -> Found | None:
    if len(columns) < 2:
        return None
    x0, x1 = columns[0].x0, columns[-1].x1
    wide = sorted(
        (r for r in rules if _covers(r, x0, x1) and r.start > x0 - 12 * unit and r.end < x1 + 12 * unit),
        key=lambda r: r.position,
    )
    first, end, top, bottom = _reach(lines, first, end, columns, wide, unit)
    block = _trimmed(lines[first:end], columns, top, bottom, unit)
    if len(block) < 2:
        return None
    inner = [r.position for r in wide if block[0].bottom - 0.3 * unit < r.position < block[-1].top + 0.3 * unit]
    rows = rows_from(block, columns, unit)
    columns, rows = _headed(columns, block, rows, unit)
    columns, rows = _without_stray(columns, block, rows, unit)
    if len(columns) < 2:
        return None
    heads = header_end(rows, inner)
    header = merged_header(rows[:heads], columns, rules)
    body = merged_body(rows[heads:], columns, inner, unit)
    titles = [line.text for line in lines[max(first - 2, 0) : first]]
    titles += [line.text for line in lines[end : end + 1] if _FIGURE.match(line.text)]
    captioned = any(map(_CAPTION.match, titles)) - 2 * any(map(_FIGURE.match, titles))
    confidence, note = _judge(block, header, body, columns, top is not None, bottom is not None, len(inner), captioned)
    if confidence < LEAST_CONFIDENCE:
        return None
    grid, runs = grid_of(header, body, columns)
    return Found(grid, runs, confidence, note)


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
        if any(_CAPTION.match(line.text) for line in lines[start:low]):
            break
        if _is_prose(lines[start:first], columns[0].x0, columns[-1].x1, unit):
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
        if any(_CAPTION.match(line.text) for line in lines[end:stop]):
            break
        if any(b.top - a.bottom > 1.5 * unit for a, b in pairwise(lines[end - 1 : stop])):
            break
        if _is_prose(lines[end:stop], columns[0].x0, columns[-1].x1, unit):
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
        and not _CAPTION.match(line.text)
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
    return any(pieces[0].is_value for (first, last), pieces in rows_cells(rows) if first == last == column)


def rows_cells(rows: Sequence[Row]) -> list[tuple[tuple[int, int], list[Piece]]]:
    """Give all cells of rows with their extents."""
    return [item for row in rows for item in row.cells.items()]


# What speaks for a table


def _judge(
    block: Sequence[Line],
    header: Sequence[Row],
    body: Sequence[Row],
    columns: Sequence[Column],
    top: bool,
    bottom: bool,
    inner: int,
    captioned: int,
) -> tuple[float, str]:
    """Give how much speaks for a table, 0-1, and what.

    Against it: dots that lead to page numbers, items of a list, sentences. For it: figures in most cells, rules above,
    below and between, columns and rows in number, cells filled.
    """
    n, m = len(columns), len(body)
    if (m < 2 and not (m and top and bottom and n > 2)) or m + len(header) < 2:
        return 0.0, "too few rows"
    cells = [(extent, pieces) for extent, pieces in rows_cells(body) if extent[0] == extent[1]]
    right = [pieces for extent, pieces in cells if extent[0] > 0]
    if not right:
        return 0.0, "one column"
    values = sum(len(pieces) == 1 and pieces[0].is_value and pieces[0].text[:1] not in "•●○" for pieces in right) / len(
        right
    )
    filled = sum(len(row.columns()) for row in body) / (n * m)
    led = sum(line.led for line in block)
    if n == 2 and led >= 0.4 * len(block):
        return 0.0, "table of contents"
    labels = [pieces[0].text for extent, pieces in cells if extent[0] == 0]
    items = sum(_ITEM.fullmatch(label) is not None for label in labels)
    long = sum(sum(len(p.words) for p in pieces) > 8 for _, pieces in cells) / len(cells)
    ruled = top + bottom + (inner > 0)
    if n == 2 and labels and items > 0.5 * len(labels) and not (values > 0.6 or (top and bottom)):
        return 0.0, "list"
    if n < 4 and ruled < 2 and not captioned and _ascends(body, n - 1, with_header=bool(header)):
        return 0.0, "table of contents"
    if ruled < 2 and captioned <= 0 and sum(p[-1].is_value for p in right) < _FEW_FIGURES and values > 0.3:
        return 0.0, "few figures"
    both = sum(len(row.columns()) >= 2 for row in body)
    score = 0.0
    score += 0.45 * values
    score += 0.12 * min(ruled, 3) + (0.1 if top and bottom else 0.0)
    score += 0.06 * min(n - 2, 3)
    score += 0.04 * min(both - 2, 4)
    score += 0.15 * (filled - 0.5) - 0.8 * max(0.0, 0.5 - filled)
    score -= 0.35 * long
    score += 0.2 * captioned
    if n == 2:
        score -= 0.08
    if values < 0.3 and ruled < 2:
        score -= 0.15
    if led:
        score -= 0.05
    notes = [f"{m} rows of {n} columns", f"{values:.0%} figures"]
    if captioned > 0:
        notes.append("a caption")
    if ruled:
        notes.append("rules")
    return max(0.0, min(1.0, score)), ", ".join(notes)


def _ascends(body: Sequence[Row], column: int, with_header: bool) -> bool:
    """Whether a column is the only figures, and these whole numbers that never fall, as page numbers are.

    The numbers of equations stand in brackets; these tell even below a line that looks like a heading.
    """
    texts = [text for row in body if (text := row.text(column))]
    bracketed = [text[1:-1] for text in texts if text[:1] == "(" and text[-1:] == ")"]
    if len(bracketed) == len(texts) and texts:
        texts = bracketed
    elif with_header:
        return False
    if len(texts) < 3 or not all(text.isdecimal() for text in texts):
        return False
    numbers = [int(text) for text in texts]
    others = any(c != column for row in body for c in row.values())
    return not others and all(a <= b for a, b in pairwise(numbers))


def partial_grids(
    grids: Sequence[Grid], words: Sequence[Run], horizontal: Sequence[Ruling], width: float, height: float
) -> set[int]:
    """Tell which ruled grids are only some lines of a table that alignment finds whole, by index.

    A table set with rules above and below and one beside its labels draws a grid of few cells, each of which holds many
    figures. What alignment finds must part more than twice as often as the lines, keep each line between two
    columns, take in the words of this grid and no other, and be a table of figures: a ruled table with prose in its
    cells never is. Such a grid is to be left out and its words and lines given to `find_tables`.

    Args:
        grids: the grids that the rulings draw.
        words: all words of the page.
        horizontal: all its level rulings.
        width: of the page.
        height: of the page.
    """
    rough = [i for i, grid in enumerate(grids) if len(grid.x_edges) <= _FEW_EDGES]
    if not rough:
        return set()
    others = [grid.bbox for i, grid in enumerate(grids) if i not in rough]
    free = [word for word in words if level(word) and not any(_inside(word, box) for box in others)]
    rules = [
        r
        for r in horizontal
        if not any(b[0] <= (r.start + r.end) / 2 <= b[2] and b[1] <= r.position <= b[3] for b in others)
    ]
    found = find_tables(free, rules, (), width, height)
    boxes = [grids[i].bbox for i in rough]
    partial = set()
    for table in found:
        touched = [
            i
            for i, box in zip(rough, boxes, strict=True)
            if any(_inside(word, box) for runs in table.runs.values() for word in runs)
        ]
        if len(touched) == 1 and _is_whole(table, grids[touched[0]], free):
            partial.add(touched[0])
    return partial


def _is_whole(found: Found, grid: Grid, words: Sequence[Run]) -> bool:
    figures: dict[int, list[float]] = {}
    for index, runs in found.runs.items():
        piece = piece_of(runs)
        if piece.is_value:
            figures.setdefault(found.grid.cells[index].column, []).append((piece.x0 + piece.x1) / 2)
    middles = [median(places) for places in figures.values() if len(places) > 1]
    between = [sum(a < x < b for x in middles) for a, b in pairwise(grid.x_edges)]
    if found.confidence < _SURE or max(between) < 2 or sum(between) < 2 * (len(grid.x_edges) - 2):
        return False
    inside = [word for word in words if _inside(word, grid.bbox)]
    taken = {word for runs in found.runs.values() for word in runs}
    if not inside or sum(word in taken for word in inside) < 0.95 * len(inside):
        return False
    pieces = [piece_of(runs) for runs in found.runs.values()]
    if sum(piece.is_value for piece in pieces) < 0.4 * len(pieces):
        return False
    unit = type_height(inside)
    return all(
        min(abs(wall - edge) for edge in found.grid.x_edges) < 3 * unit
        and not any(word.bbox[0] + 0.2 * unit < wall < word.bbox[2] - 0.2 * unit for word in inside)
        for wall in grid.x_edges[1:-1]
    )


def _inside(word: Run, box: BBox) -> bool:
    x0, top, x1, bottom = word.bbox
    return box[0] <= (x0 + x1) / 2 <= box[2] and box[1] <= (top + bottom) / 2 <= box[3]

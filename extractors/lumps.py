"""Rows that no line parts: a row of a grid that holds many rows of a table, one under another.

Guarantee: a row is parted only between lines of text, nothing is dropped, and a row of stacked values or of prose in
several columns stays one.

What parts is, in this order: a typed rule; a column that numbers the rows; figures of several columns that stand beside
one another all the way down; figures beside labels that each begin afresh, where the line above still had room.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median

from extractors.lattice import Grid, GridCell
from extractors.layout import Run, lines_of

MANY = 4
"""Lines that a row must hold in several columns to be several rows: fewer may be stacked values."""

DENSE = 0.75
"""Share of the lines of a row that a column must fill to tell where rows begin, and of them that must be figures."""

FEW = 3
"""Lines that are enough where other rows of the grid were parted already, and rows of a grid that has few."""

NUMBERED = 3
"""Rows that a column of numbers must count, one after another, to tell where rows begin."""

WORDS = 3
"""Words of a line of prose at the least, in the mean."""

BLANK = 0.6
"""Heights of the type between two lines from which a line was left blank there."""

VALUE = re.compile(r"[(+–−-]?\s?[€$£]?\s?\d(?:[\d.\s]|,(?!\s))*\s?[%€*)]*|[–—-]+|[xхXХ✓•]|n/?a|так|ні", re.IGNORECASE)
"""One value alone on its line; a list of codes is none."""

_NUMBER = re.compile(r"(\d{1,3}(?:\.\d{1,3})*)[.)]?")

Held = dict[int, list[Run]]
"""What stands in a grid, by the index of the cell."""


@dataclass(slots=True)
class _Level:
    """What stands at one height: the lines by their column."""

    middle: float
    lines: dict[int, Run]

    @property
    def top(self) -> float:
        return min(line.bbox[1] for line in self.lines.values())

    @property
    def bottom(self) -> float:
        return max(line.bbox[3] for line in self.lines.values())


def split_rows(grid: Grid, held: Held, rules: Sequence[float] = (), *, typed: bool = False) -> tuple[Grid, Held]:
    """Part the rows of a grid that hold several rows.

    Without a rule or numbers between them, only a row that holds most of the table's lines is parted.

    Args:
        grid: the grid.
        held: what stands in it.
        rules: the heights of the rules typed inside it.
        typed: whether the grid itself is typed. Few such have rules between all rows, so two lines may be two rows.
    """
    n_rows, total = len(grid.y_edges) - 1, sum(map(len, held.values()))
    lumpy = typed = typed and n_rows <= FEW
    for row, cells in _rows(grid, held) if rules else ():
        within = [y for y in rules if grid.y_edges[row] < y < grid.y_edges[row + 1]]
        if within and (edges := _edges(levels := _levels(cells), _below(levels, within) | _after_blanks(levels))):
            grid, held = _with_rows(grid, held, row, edges)
            lumpy = True
    rows = _rows(grid, held)
    numbered = {row: column for row, cells in rows if (column := _numbering(cells)) is not None}
    lumpy = lumpy or bool(numbered)
    for row, cells in rows:
        least = 2 if typed else FEW if lumpy else MANY
        many = [runs for runs in cells.values() if len(runs) >= least]
        if row in numbered:
            levels = _levels(cells)
            starts = {at for at, level in enumerate(levels) if numbered[row] in level.lines}
        elif len(many) > 1 and (lumpy or 2 * sum(map(len, many)) >= total):
            levels = _levels(cells)
            starts = _by_figures(levels, least, {c.column: c.bbox[2] for c in grid.cells if c.row == row})
            if len(starts) < (least if lumpy or n_rows <= FEW else 2 * MANY):
                continue
        else:
            continue
        if edges := _edges(levels, starts | _after_blanks(levels)):
            grid, held = _with_rows(grid, held, row, edges)
    return grid, held


def _rows(grid: Grid, held: Held) -> list[tuple[int, dict[int, list[Run]]]]:
    """Give what stands in each row by column, cells merged over rows left out, from the last row up."""
    found: dict[int, dict[int, list[Run]]] = defaultdict(dict)
    for index, cell in enumerate(grid.cells):
        if cell.row_span == 1 and held.get(index):
            found[cell.row][cell.column] = held[index]
    return sorted(found.items(), reverse=True)


def _levels(cells: dict[int, list[Run]]) -> list[_Level]:
    """Give the heights at which the lines of cells stand, from top to bottom."""
    middles = sorted(
        ((line.bbox[1] + line.bbox[3]) / 2, column, line) for column, runs in cells.items() for line in lines_of(runs)
    )
    height = median(line.bbox[3] - line.bbox[1] for _, _, line in middles)
    levels: list[_Level] = []
    for middle, column, line in middles:
        if levels and middle - levels[-1].middle < 0.5 * height and column not in levels[-1].lines:
            levels[-1].lines[column] = line
        else:
            levels.append(_Level(middle, {column: line}))
    return levels


def _column(levels: Sequence[_Level], column: int) -> list[tuple[int, Run]]:
    return [(at, level.lines[column]) for at, level in enumerate(levels) if column in level.lines]


def _columns(levels: Sequence[_Level]) -> set[int]:
    return {column for level in levels for column in level.lines}


def _below(levels: Sequence[_Level], rules: Sequence[float]) -> set[int]:
    """Give the first level below each rule."""
    return {next((at for at, level in enumerate(levels) if level.middle > y), 0) for y in rules} - {0}


def _numbering(cells: dict[int, list[Run]]) -> int | None:
    """Give the first column with text if it counts `1 2 3` or `1.1 1.2`."""
    column = min(cells)
    runs = cells[column]
    if len(runs) < NUMBERED:
        return None
    matches = [_NUMBER.fullmatch(run.text.strip()) for run in sorted(runs, key=lambda run: run.bbox[1])]
    numbers = [match.group(1) for match in matches if match]
    counts = len(numbers) == len(runs) and all(follows(a, b) for a, b in pairwise(numbers))
    return column if counts else None


def follows(number: str, other: str) -> bool:
    """Whether an item number comes right after another: `2` after `1`, `1.1` or `2` after `1.3`."""
    first, second = [int(n) for n in number.split(".")], [int(n) for n in other.split(".")]
    if len(second) > len(first):
        return second == [*first, 1]
    kept = first[: len(second)]
    return second == [*kept[:-1], kept[-1] + 1]


def _by_figures(levels: Sequence[_Level], least: int, rights: dict[int, float]) -> set[int]:
    """Give the levels at which figures tell rows, by columns that agree or by labels; nothing where neither does.

    Where a text runs on beside them from line to line, up to the right edge of its column (`rights`), they are one
    row's.
    """
    filled = {column: _column(levels, column) for column in _columns(levels)}
    filled = {column: lines for column, lines in filled.items() if len(lines) >= least}
    most = max(map(len, filled.values()), default=0)
    dense = {column for column, lines in filled.items() if len(lines) >= DENSE * most}
    figures = _figures(levels)
    telling = dense & figures
    if any(_runs_on(lines, rights[column]) for column, lines in filled.items() if column not in figures):
        return set()
    if len(dense) >= 2 and telling:
        return {at for column in telling for at, _ in filled[column]}
    return _beside_labels(levels)


def _runs_on(lines: Sequence[tuple[int, Run]], right: float) -> bool:
    """Whether lines of words, not of codes, had to be wrapped one after another."""
    wrapped = sum(not _had_room(above, line, right) for (_, above), (_, line) in pairwise(lines))
    words = sum(len(line.text.split()) for _, line in lines)
    return wrapped > DENSE * (len(lines) - 1) and words >= WORDS * len(lines)


def _figures(levels: Sequence[_Level]) -> set[int]:
    """Give the columns that hold figures."""
    found = set()
    for column in _columns(levels):
        lines = [line for _, line in _column(levels, column)]
        if sum(bool(VALUE.fullmatch(line.text)) for line in lines) >= DENSE * len(lines):
            found.add(column)
    return found


def _beside_labels(levels: Sequence[_Level]) -> set[int]:
    """Give the levels at which a label begins afresh beside figures, and what labels without figures stand between.

    The label's column is the one with most lines. Every column but it must have its lines beside such labels; so a
    row whose name runs on beside stacked values, and stacked values with a column of their own sources, stay one.
    """
    figures = _figures(levels)
    texts = sorted(_columns(levels) - figures, key=lambda column: -len(_column(levels, column)))
    if not figures or not texts:
        return set()
    label = texts[0]
    lines = _column(levels, label)
    right = max(line.bbox[2] for _, line in lines)
    fresh = {lines[0][0]}
    for (_, above), (at, line) in pairwise(lines):
        if _had_room(above, line, right) or line.bbox[1] - above.bbox[3] > BLANK * (line.bbox[3] - line.bbox[1]):
            fresh.add(at)
    beside = {at for column in figures for at, _ in _column(levels, column)}
    others = {at for column in texts[1:] for at, _ in _column(levels, column)}
    if not beside <= fresh or not others <= beside or len(beside) < 2:
        return set()
    return beside | {at for at in fresh if not levels[at].lines[label].text[:1].islower()}


def _had_room(above: Run, line: Run, right: float) -> bool:
    """Whether the first word of a line would have fitted on the line above, so that it was not wrapped."""
    text = line.text
    first = text.find(" ")
    width = (line.bbox[2] - line.bbox[0]) * (first if first > 0 else len(text)) / len(text)
    return above.bbox[2] + width + 0.3 * (line.bbox[3] - line.bbox[1]) < right


def _after_blanks(levels: Sequence[_Level]) -> set[int]:
    """Give the levels above which a line was left blank, where the column with most text goes on."""
    gaps = [below.top - above.bottom for above, below in pairwise(levels)]
    if not gaps:
        return set()
    height = median(level.bottom - level.top for level in levels)
    least = max(BLANK * height, median(gaps) + BLANK * height)
    letters = {c: sum(len(line.text) for _, line in _column(levels, c)) for c in _columns(levels)}
    label = max(letters, key=lambda column: letters[column])
    return {at for at, gap in enumerate(gaps, start=1) if gap > least and label in levels[at].lines}


def _edges(levels: Sequence[_Level], starts: set[int]) -> list[float]:
    """Give the heights between rows: right above each start but the first level."""
    return [
        (max(level.bottom for level in levels[:at]) + levels[at].top) / 2
        if max(level.bottom for level in levels[:at]) < levels[at].top
        else levels[at].middle - 0.5 * (levels[at].bottom - levels[at].top)
        for at in sorted(starts - {0})
    ]


def _with_rows(grid: Grid, held: Held, row: int, inner: Sequence[float]) -> tuple[Grid, Held]:
    """Part a row of the grid at the heights given."""
    more = len(inner)
    top, bottom = grid.y_edges[row], grid.y_edges[row + 1]
    inner = [max(top + 0.1 * (n + 1), min(bottom, y)) for n, y in enumerate(inner)]
    edges = (*grid.y_edges[: row + 1], *inner, *grid.y_edges[row + 1 :])
    cells: list[tuple[GridCell, list[Run]]] = []
    for index, cell in enumerate(grid.cells):
        runs = held.get(index, [])
        if cell.row > row:
            cells.append((cell._replace(row=cell.row + more), runs))
        elif cell.row + cell.row_span <= row:
            cells.append((cell, runs))
        elif cell.row_span > 1:
            cells.append((cell._replace(row_span=cell.row_span + more), runs))
        else:
            shares: dict[int, list[Run]] = defaultdict(list)
            for run in runs:
                shares[bisect_right(inner, (run.bbox[1] + run.bbox[3]) / 2)].append(run)
            for n in range(more + 1):
                x0, _, x1, _ = cell.bbox
                part = GridCell(row + n, cell.column, 1, cell.column_span, (x0, edges[row + n], x1, edges[row + n + 1]))
                cells.append((part, shares.get(n, [])))
    cells.sort(key=lambda item: (item[0].row, item[0].column))
    found = {index: runs for index, (_, runs) in enumerate(cells) if runs}
    return Grid(grid.x_edges, tuple(edges), tuple(cell for cell, _ in cells)), found

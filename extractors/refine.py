"""Rows and columns that no line draws, from the way words stand under one another.

Guarantee: a piece of text is never cut but at a gap wider than `GAP`, nothing is dropped, and a grid whose lines part
all of its text is left as it is.

Method: words of a line that stand close form a piece; pieces under one another with a gap all the way down are columns
(white rivers, as in T. Kieninger, Table structure recognition based on robust block segmentation, 1998).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from extractors.lattice import Grid, GridCell
from extractors.layout import Run, line_of, union
from extractors.lumps import Held, split_rows

GAP = 0.9
"""Heights of the type by which pieces of a line stand apart at the least; a space is a third of that."""

OPEN_ROWS = 0.4
"""Share of a grid's rows that must have a cell over half of the columns; headings and sections are fewer."""

Characters = Callable[[Run], list[Run]]
"""Gives the characters of a run with their own boxes."""


def pieces_of(runs: Iterable[Run], characters: Characters) -> list[list[Run]]:
    """Give the lines of the text from top to bottom, each as pieces parted by gaps, from left to right."""
    lines: list[list[Run]] = []
    whole = [piece for run in runs for piece in split_at_gaps(run, characters)]
    for line in _rows_of(whole):
        pieces: list[list[Run]] = []
        for run in sorted(line, key=lambda r: r.bbox[0]):
            if pieces and run.bbox[0] - max(r.bbox[2] for r in pieces[-1]) <= GAP * _height([run, *pieces[-1]]):
                pieces[-1].append(run)
            else:
                pieces.append([run])
        lines.append([line_of(piece) for piece in pieces])
    return lines


def split_at_gaps(run: Run, characters: Characters) -> list[Run]:
    """Cut a run where its own characters leave a gap: one text object may hold a whole line of a table."""
    if " " not in run.text.strip():
        return [run]
    found: list[list[Run]] = []
    for character in characters(run):
        if not character.text.strip():
            if found:
                found[-1].append(character)
            continue
        inked = [c for c in found[-1] if c.text.strip()] if found else []
        if inked and character.bbox[0] - inked[-1].bbox[2] <= GAP * _height([run]):
            found[-1].append(character)
        else:
            found.append([character])
    parts = [part for part in found if any(c.text.strip() for c in part)]
    if len(parts) < 2:
        return [run]
    return [
        Run(
            "".join(c.text for c in part).strip(),
            union(c.bbox for c in part if c.text.strip()),
            run.turn,
            (part[0].span[0], part[-1].span[1]),
        )
        for part in parts
    ]


def _rows_of(runs: Sequence[Run]) -> list[list[Run]]:
    """Group runs that share a line: each overlaps the line's first by half of the lower."""
    rows: list[list[Run]] = []
    for run in sorted(runs, key=lambda r: r.bbox[1] + r.bbox[3]):
        if rows:
            top, bottom = rows[-1][0].bbox[1], rows[-1][0].bbox[3]
            overlap = min(bottom, run.bbox[3]) - max(top, run.bbox[1])
            if overlap > 0.5 * min(bottom - top, run.bbox[3] - run.bbox[1]):
                rows[-1].append(run)
                continue
        rows.append([run])
    return rows


def _height(runs: Sequence[Run]) -> float:
    return max(run.bbox[3] - run.bbox[1] for run in runs)


# Grids whose lines leave something open


def refine(
    grid: Grid, held: Held, characters: Characters, rules: Sequence[float] = (), *, typed: bool = False
) -> tuple[Grid, Held]:
    """Part the cells of a grid where its lines do not but its text does.

    Columns: cells that span half of the columns and hold pieces in several of them, where most such cells do. Rows: see
    `lumps`; `rules` are the heights of rules typed inside the grid, which may itself be `typed`.
    """
    grid, held = _split_columns(grid, held, characters)
    return split_rows(grid, held, rules, typed=typed)


def _split_columns(grid: Grid, held: Held, characters: Characters) -> tuple[Grid, Held]:
    half = max(2, (len(grid.x_edges) - 1) / 2)
    wide = [i for i, cell in enumerate(grid.cells) if cell.column_span >= half and held.get(i)]
    if len(wide) < max(2, OPEN_ROWS * (len(grid.y_edges) - 1)):
        return grid, held
    parted: dict[int, dict[int, list[Run]]] = {}
    for index in wide:
        cell = grid.cells[index]
        columns: dict[int, list[Run]] = defaultdict(list)
        for line in pieces_of(held[index], characters):
            for piece in line:
                columns[bisect_right(grid.x_edges, (piece.bbox[0] + piece.bbox[2]) / 2) - 1].append(piece)
        inside = all(cell.column <= c < cell.column + cell.column_span for c in columns)
        if inside and len(columns) > 1 and _apart(grid, columns):
            parted[index] = columns
    if len(parted) < max(2, len(wide) / 2):
        return grid, held
    cells: list[GridCell] = []
    found: Held = {}
    for index, cell in enumerate(grid.cells):
        if index not in parted:
            if index in held:
                found[len(cells)] = held[index]
            cells.append(cell)
            continue
        for column in range(cell.column, cell.column + cell.column_span):
            x0, x1 = grid.x_edges[column : column + 2]
            if runs := parted[index].get(column):
                found[len(cells)] = runs
            cells.append(GridCell(cell.row, column, cell.row_span, 1, (x0, cell.bbox[1], x1, cell.bbox[3])))
    return Grid(grid.x_edges, grid.y_edges, tuple(cells)), found


def _apart(grid: Grid, columns: dict[int, list[Run]]) -> bool:
    """Whether the pieces of each column keep to it."""
    for column, runs in columns.items():
        x0, x1 = grid.x_edges[column : column + 2]
        if any(run.bbox[0] < x0 - 3 or run.bbox[2] > x1 + 3 for run in runs):
            return False
    return True

"""Ruled grids that are only some of the lines of a table.

Guarantee: a grid whose lines part its text is never given; only where alignment finds more than twice the columns.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from extractors.alignment import Found, find_tables
from extractors.columns import piece_of, type_height
from extractors.document import BBox
from extractors.lattice import Grid, Ruling
from extractors.layout import Run
from extractors.words import level

_SURE = 0.75
"""Confidence from which words overrule the lines drawn around them."""

_FEW_EDGES, _FEW_CELLS = 4, 12
"""Upright edges and cells of a grid up to which it may be some lines of a table of more columns."""


def may_be_partial(grid: Grid) -> bool:
    """Tell at no cost whether a grid has so few cells that `partial_grids` is worth asking."""
    return len(grid.x_edges) <= _FEW_EDGES and len(grid.cells) <= _FEW_CELLS


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
    rough = [i for i, grid in enumerate(grids) if may_be_partial(grid)]
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

"""How near found tables come to the truth: adjacency relations, and cells, rows and spans that are exactly right.

Guarantee: every program is measured by the same functions on the same `Table` type, and a perfect answer scores 1 in
each. Texts compare with white space removed and nothing else changed. GriTS stands in `bench.grits`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
import numpy.typing as npt

from bench.truth import Cell, Table

Relation = tuple[str, str, Literal["right", "below"]]
"""A cell's text, its neighbour's text, and where the neighbour stands."""

_FILLED = 1000
"""Weight of an equal text against an equal blank when rows are aligned."""


@dataclass(frozen=True, slots=True)
class Tally:
    """How many things were right, of how many found and of how many true."""

    right: float = 0
    found: float = 0
    true: float = 0

    def __add__(self, other: Tally) -> Tally:
        """Add up two tallies."""
        return Tally(self.right + other.right, self.found + other.found, self.true + other.true)

    @property
    def precision(self) -> float:
        """The share of what was found that is right; 1 where nothing was found and nothing was there."""
        return self.right / self.found if self.found else float(not self.true)

    @property
    def recall(self) -> float:
        """The share of the truth that was found; 1 where there was nothing to find and nothing was found."""
        return self.right / self.true if self.true else float(not self.found)

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall."""
        return 2 * self.right / (self.found + self.true) if self.found or self.true else 1.0


def total(tallies: Iterable[Tally]) -> Tally:
    """Add up tallies: the share over all things together (micro average)."""
    return sum(tallies, Tally())


# Adjacency relations


def relations(table: Table) -> Counter[Relation]:
    """Give the adjacency relations of a table, as a multiset.

    Each non-blank cell is related to its nearest non-blank neighbour to the right in each of its rows and below in
    each of its columns, across blank cells; a neighbour met in several rows or columns counts once.

    Source: M. Göbel, T. Hassan, E. Oro, G. Orsi, "A Methodology for Evaluating Algorithms for Table Understanding in
    PDF Documents", DocEng 2012; the same, "ICDAR 2013 Table Competition", ICDAR 2013.
    """
    grid = table.grid()
    found: Counter[Relation] = Counter()
    for cell in table.cells:
        if not cell.squeezed:
            continue
        rows = range(cell.row, cell.row + cell.row_span)
        columns = range(cell.column, cell.column + cell.column_span)
        right = (grid[row][columns.stop :] for row in rows)
        below = ((grid[row][column] for row in range(rows.stop, table.n_rows)) for column in columns)
        for neighbour in _distinct(map(_first_filled, right)):
            found[cell.squeezed, neighbour.squeezed, "right"] += 1
        for neighbour in _distinct(map(_first_filled, below)):
            found[cell.squeezed, neighbour.squeezed, "below"] += 1
    return found


def _first_filled(cells: Iterable[Cell | None]) -> Cell | None:
    return next((cell for cell in cells if cell is not None and cell.squeezed), None)


def _distinct(cells: Iterable[Cell | None]) -> list[Cell]:
    return list({id(cell): cell for cell in cells if cell is not None}.values())


def match(truth: Sequence[Table], found: Sequence[Table]) -> list[tuple[int, int]]:
    """Pair true tables with found ones, one to one, the best overlap first.

    The competition pairs a table with the found one that overlaps it most. Not every program gives the region of its
    tables, so overlap is measured in content: in common adjacency relations, then in common texts of cells. Tables
    known to share no page are never paired.

    Returns:
        Pairs of an index in `truth` and one in `found`; what shares nothing stays alone.
    """
    true_relations = [relations(table) for table in truth]
    found_relations = [relations(table) for table in found]
    true_texts = [_texts(table) for table in truth]
    found_texts = [_texts(table) for table in found]
    overlaps = []
    for i, wanted in enumerate(truth):
        for j, got in enumerate(found):
            if wanted.pages and got.pages and not set(wanted.pages) & set(got.pages):
                continue
            links = (true_relations[i] & found_relations[j]).total()
            texts = (true_texts[i] & found_texts[j]).total()
            if links or texts:
                overlaps.append((-links, -texts, i, j))
    pairs: list[tuple[int, int]] = []
    for _, _, i, j in sorted(overlaps):
        if all(i != a and j != b for a, b in pairs):
            pairs.append((i, j))
    return sorted(pairs)


def _texts(table: Table) -> Counter[str]:
    return Counter(cell.squeezed for cell in table.cells if cell.squeezed)


def adjacency(truth: Sequence[Table], found: Sequence[Table]) -> Tally:
    """Count a document's adjacency relations, as one multiset, whatever table they stand in.

    This is the measure all programs are ranked by, over all documents together and as the mean of documents. It asks
    for no pairing of tables, which the competition made by regions that not every program gives; so a table cut into
    pieces, or two joined, loses only the relations over the seam, and what is found outside true tables counts against
    precision. `paired_adjacency` is the stricter reading.
    """
    wanted = sum((relations(table) for table in truth), Counter[Relation]())
    got = sum((relations(table) for table in found), Counter[Relation]())
    return Tally((wanted & got).total(), got.total(), wanted.total())


def paired_adjacency(truth: Sequence[Table], found: Sequence[Table], pairs: Iterable[tuple[int, int]]) -> Tally:
    """Count a document's adjacency relations table by table: those of tables without a partner are missed, or too many.

    Args:
        truth: the true tables.
        found: the found ones.
        pairs: which belong together, from `match`.
    """
    right = sum((relations(truth[i]) & relations(found[j])).total() for i, j in pairs)
    return Tally(right, sum(relations(t).total() for t in found), sum(relations(t).total() for t in truth))


# Exact cells, rows and spans


def exact_cells(truth: Sequence[Table], found: Sequence[Table], pairs: Iterable[tuple[int, int]]) -> Tally:
    """Count cells whose row, column, spans and text are all the truth's, in tables paired one to one.

    `recall` is the share of the truth's cells, blank ones that the truth lists among them.
    """
    right = 0
    for i, j in pairs:
        got = {(c.row, c.column, c.row_span, c.column_span, c.squeezed) for c in found[j].cells}
        right += sum((c.row, c.column, c.row_span, c.column_span, c.squeezed) in got for c in truth[i].cells)
    return Tally(right, sum(len(t.cells) for t in found), sum(len(t.cells) for t in truth))


@dataclass(frozen=True, slots=True)
class Aligned:
    """What is right once the rows of a document are aligned with the truth's; each tally's `recall` is the share.

    `cells` have the truth's column and text; `rows` have all their cells so, and no other text; `spans` counts the
    truth's merged cells, right where text and both spans are the truth's.
    """

    cells: Tally
    rows: Tally
    spans: Tally


def aligned(truth: Sequence[Table], found: Sequence[Table]) -> Aligned:
    """Compare row by row, whatever tables the rows were given in.

    The rows of all true tables and of all found tables, each in reading order, are aligned without crossing so that as
    many cells as possible agree (a longest common subsequence over rows, weighted by equal cells). So a program that
    gives a table a page, or a header again and again, is measured by the rows it got right; spans are asked for only
    in `spans`. The rule is ours, made to be fair to programs that know neither spans nor pages.
    """
    wanted = [row for table in truth for row in _rows(table)]
    got = [row for table in found for row in _rows(table)]
    cells = rows = spans = 0
    for i, j in _align(wanted, got):
        equal = [column for column, cell in wanted[i].items() if _same_text(cell, got[j].get(column))]
        cells += len(equal)
        rest = (cell for column, cell in got[j].items() if column not in wanted[i])
        rows += len(equal) == len(wanted[i]) and not any(cell.squeezed for cell in rest)
        spans += sum(_merged(wanted[i][c]) and _spans(wanted[i][c]) == _spans(got[j][c]) for c in equal)
    all_cells = [cell for row in wanted for cell in row.values()]
    merged = sum(map(_merged, all_cells))
    return Aligned(
        Tally(cells, sum(map(len, got)), len(all_cells)),
        Tally(rows, len(got), len(wanted)),
        Tally(spans, sum(_merged(cell) for row in got for cell in row.values()), merged),
    )


def surplus_headers(truth: Sequence[Table], found: Sequence[Table]) -> int | None:
    """Count rows that repeat a heading row of the truth more often than the truth has it; `None` without headings."""
    wanted = Counter(_row_key(row) for table in truth for row in _rows(table))
    headings = {_row_key(row) for table in truth for row in _rows(table)[: table.header_rows or 0]} - {()}
    if not headings:
        return None
    got = Counter(_row_key(row) for table in found for row in _rows(table))
    return sum(max(got[key] - wanted[key], 0) for key in headings)


_Row = dict[int, Cell]
"""The cells that begin in a row, by column."""


def _rows(table: Table) -> list[_Row]:
    rows: list[_Row] = [{} for _ in range(table.n_rows)]
    for cell in sorted(table.cells, key=lambda cell: cell.column):
        rows[cell.row].setdefault(cell.column, cell)
    return rows


def _row_key(row: _Row) -> tuple[str, ...]:
    return tuple(cell.squeezed for cell in row.values() if cell.squeezed)


def _same_text(cell: Cell, other: Cell | None) -> bool:
    return other is not None and cell.squeezed == other.squeezed


def _spans(cell: Cell) -> tuple[int, int]:
    return cell.row_span, cell.column_span


def _merged(cell: Cell) -> bool:
    return _spans(cell) != (1, 1)


def _align(wanted: list[_Row], got: list[_Row]) -> list[tuple[int, int]]:
    """Pair rows in order so that the sum of equal cells is greatest; a blank weighs next to nothing."""
    if not wanted or not got:
        return []
    weights = _equal_cells(wanted, got)
    best = np.zeros((len(wanted) + 1, len(got) + 1), dtype=np.int64)
    for i in range(len(wanted)):
        taken = np.maximum(best[i, :-1] + weights[i], best[i, 1:])
        best[i + 1, 1:] = np.maximum.accumulate(taken)
    pairs: list[tuple[int, int]] = []
    i, j = len(wanted), len(got)
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs[::-1]


def pair_rows(wanted: list[_Row], got: list[_Row]) -> list[tuple[int, int]]:
    """Pair true rows with found ones: aligned by their equal cells, and one by one where as many of both lie between.

    Args:
        wanted: the true rows, each the cells that begin in it by column.
        got: the found ones.

    Returns:
        Pairs of an index in `wanted` and one in `got`, both ascending.
    """
    pairs = _align(wanted, got)
    filled: list[tuple[int, int]] = []
    for (i, j), (next_i, next_j) in pairwise([(-1, -1), *pairs, (len(wanted), len(got))]):
        if next_i - i == next_j - j:
            filled += zip(range(i + 1, next_i), range(j + 1, next_j), strict=True)
        filled.append((next_i, next_j))
    return filled[:-1]


def _equal_cells(wanted: list[_Row], got: list[_Row]) -> npt.NDArray[np.int64]:
    codes: dict[str, int] = {"": 0}
    columns = sorted({column for row in (*wanted, *got) for column in row})
    weights = np.zeros((len(wanted), len(got)), dtype=np.int64)
    for column in columns:
        left = np.array([_code(row.get(column), codes, -1) for row in wanted])
        right = np.array([_code(row.get(column), codes, -2) for row in got])
        weight = np.where(left > 0, _FILLED, 1)[:, None]
        weights += (left[:, None] == right[None, :]) * weight
    return weights


def _code(cell: Cell | None, codes: dict[str, int], missing: int) -> int:
    return missing if cell is None else codes.setdefault(cell.squeezed, len(codes))

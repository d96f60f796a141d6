"""GriTS: how similar two tables are as grids, by content and by topology.

Source: B. Smock, R. Pesala, R. Abraham, "GriTS: Grid Table Similarity Metric for Table Structure Recognition",
ICDAR 2023. GriTS is `2 * sum(f) / (|A| + |B|)` over the most similar substructures of two grids: a choice of rows and
columns of each, in order. Finding them is NP-hard; the authors align rows and columns by dynamic programming on their
own. Here rows are aligned first, by the best alignment of their cells, and the columns then over the aligned rows: like
theirs a lower bound of the true value and 1 for equal grids, but feasible for hundreds of rows. Rows equal in both that
are alone of their kind are aligned beforehand, so that only the gaps between them cost time.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from functools import cache, lru_cache
from itertools import pairwise
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from bench.metrics import Tally
from bench.truth import Table

Entry = TypeVar("Entry", bound=Hashable)
Grid = list[tuple[Entry, ...]]
Similarity = Callable[[Entry, Entry], float]
Box = tuple[int, int, int, int]
"""Left, top, right and bottom of a cell, counted in grid positions from the position it is seen from."""


def grits_content(truth: Sequence[Table], found: Sequence[Table], pairs: Iterable[tuple[int, int]]) -> Tally:
    """GriTS_Con of a document's tables: `f` is the longest common subsequence of two texts over their mean length.

    `f1` of the tally is GriTS over all grid positions; tables without a partner count as missed or too many.
    """
    return _grits([_content(t) for t in truth], [_content(t) for t in found], pairs, text_similarity)


def grits_topology(truth: Sequence[Table], found: Sequence[Table], pairs: Iterable[tuple[int, int]]) -> Tally:
    """GriTS_Top of a document's tables: `f` is the overlap (IoU) of the boxes that cells take up, in grid positions."""
    return _grits([_topology(t) for t in truth], [_topology(t) for t in found], pairs, box_similarity)


@lru_cache(maxsize=200_000)
def text_similarity(first: str, second: str) -> float:
    """Twice the length of the longest common subsequence over both lengths; 1 for two blanks."""
    if first == second:
        return 1.0
    return 2 * _common_length(first, second) / (len(first) + len(second))


def _common_length(first: str, second: str) -> int:
    """Length of the longest common subsequence, a whole text at a time in the bits of one integer.

    Source: H. Hyyrö, "Bit-parallel LCS-length computation revisited", 2004.
    """
    if not first or not second:
        return 0
    places: dict[str, int] = {}
    for index, character in enumerate(first):
        places[character] = places.get(character, 0) | 1 << index
    mask = (1 << len(first)) - 1
    bits = mask
    for character in second:
        hits = bits & places.get(character, 0)
        bits = ((bits + hits) | (bits - hits)) & mask
    return len(first) - bits.bit_count()


@lru_cache(maxsize=200_000)
def box_similarity(first: Box, second: Box) -> float:
    """Intersection over union of two boxes."""
    width = min(first[2], second[2]) - max(first[0], second[0])
    height = min(first[3], second[3]) - max(first[1], second[1])
    common = max(width, 0) * max(height, 0)
    return common / (_area(first) + _area(second) - common)


def _area(box: Box) -> int:
    return (box[2] - box[0]) * (box[3] - box[1])


def _content(table: Table) -> Grid[str]:
    return [tuple("" if cell is None else cell.squeezed for cell in row) for row in table.grid()]


def _topology(table: Table) -> Grid[Box]:
    return [
        tuple(
            (0, 0, 1, 1)
            if cell is None
            else (
                cell.column - c,
                cell.row - r,
                cell.column + cell.column_span - c,
                cell.row + cell.row_span - r,
            )
            for c, cell in enumerate(row)
        )
        for r, row in enumerate(table.grid())
    ]


def _grits(
    truth: Sequence[Grid[Entry]],
    found: Sequence[Grid[Entry]],
    pairs: Iterable[tuple[int, int]],
    similarity: Similarity[Entry],
) -> Tally:
    right = sum(_most_similar(truth[i], found[j], similarity) for i, j in pairs)
    return Tally(right, sum(map(_positions, found)), sum(map(_positions, truth)))


def _positions(grid: Grid[Entry]) -> int:
    return sum(map(len, grid))


def _most_similar(first: Grid[Entry], second: Grid[Entry], similarity: Similarity[Entry]) -> float:
    """Sum `similarity` over the best substructures of two grids."""
    if not first or not second:
        return 0.0
    rows = _aligned_rows(first, second, similarity)
    scores = np.zeros((len(first[0]), len(second[0])))
    for i, j in rows:
        scores += np.array([[similarity(a, b) for b in second[j]] for a in first[i]])
    return _best(scores)[0]


def _aligned_rows(first: Grid[Entry], second: Grid[Entry], similarity: Similarity[Entry]) -> list[tuple[int, int]]:
    @cache
    def alike(a: tuple[Entry, ...], b: tuple[Entry, ...]) -> float:
        if a == b:
            return float(len(a))
        return _best(np.array([[similarity(x, y) for y in b] for x in a]))[0]

    pairs: list[tuple[int, int]] = []
    anchors = [(-1, -1), *_anchors(first, second), (len(first), len(second))]
    for (i, j), (next_i, next_j) in pairwise(anchors):
        gap = np.array([[alike(a, b) for b in second[j + 1 : next_j]] for a in first[i + 1 : next_i]])
        if gap.size:
            pairs += [(i + 1 + a, j + 1 + b) for a, b in _best(gap)[1]]
        if next_i < len(first):
            pairs.append((next_i, next_j))
    return pairs


def _anchors(first: Grid[Entry], second: Grid[Entry]) -> list[tuple[int, int]]:
    """Pair the rows that stand once in each grid, the same in both, as far as they keep their order."""
    counts, others = Counter(first), Counter(second)
    places = {row: j for j, row in enumerate(second)}
    pairs = [(i, places[row]) for i, row in enumerate(first) if counts[row] == 1 and others[row] == 1]
    return _longest_rising(pairs)


def _longest_rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    if not pairs:
        return []
    lengths: list[int] = []
    for index, (_, j) in enumerate(pairs):
        lengths.append(1 + max((lengths[k] for k in range(index) if pairs[k][1] < j), default=0))
    rising: list[tuple[int, int]] = []
    wanted = max(lengths)
    for pair, length in zip(reversed(pairs), reversed(lengths), strict=True):
        if length == wanted and (not rising or pair[1] < rising[-1][1]):
            rising.append(pair)
            wanted -= 1
    return rising[::-1]


def _best(scores: npt.NDArray[np.float64]) -> tuple[float, list[tuple[int, int]]]:
    """Align two sequences in order so that the sum of `scores` is greatest; give it and the pairs."""
    best = np.zeros((scores.shape[0] + 1, scores.shape[1] + 1))
    for i in range(scores.shape[0]):
        best[i + 1, 1:] = np.maximum.accumulate(np.maximum(best[i, :-1] + scores[i], best[i, 1:]))
    pairs: list[tuple[int, int]] = []
    i, j = scores.shape
    while i and j:
        if best[i, j] == best[i - 1, j]:
            i -= 1
        elif best[i, j] == best[i, j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return float(best[-1, -1]), pairs[::-1]

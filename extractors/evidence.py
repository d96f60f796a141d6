"""What speaks for a block of lines being a table, and what against it.

Guarantee: a pure judgement from 0 to 1 with its grounds in words; prose, lists, tables of contents, letterheads and
signatures score less than `LEAST_CONFIDENCE`.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from extractors.columns import SYMBOL, Column, Line, Piece
from extractors.rows import Row

LEAST_CONFIDENCE = 0.5
"""What speaks for a table, 0-1, from which it is one."""

_ITEM = re.compile(
    r"(?:\(?(?:\d{1,3}|[a-zа-яіїє]|[ivxlc]{1,5})[.)]|[•●○▪■–—*·-]|\[\d{1,3}\]|\d{1,2}(?:\.\d{1,2}){1,3}\.?)", re.I
)

_FEW_FIGURES = 5
"""Figures beside labels up to which, without rules or a caption, lines may be a list of any kind."""


def judge(
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
    cells = [(extent, pieces) for extent, pieces in _cells_of(body) if extent[0] == extent[1]]
    right = [pieces for extent, pieces in cells if extent[0] > 0]
    if not right:
        return 0.0, "one column"
    values = sum(map(_is_figure, right)) / len(right)
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


def _is_figure(pieces: Sequence[Piece]) -> bool:
    """Whether a cell holds one figure, a sign before it (`$ 1,200`) or not; the mark of a list is none."""
    *signs, last = pieces
    return last.is_value and last.text[:1] not in "•●○" and all(SYMBOL.fullmatch(piece.text) for piece in signs)


def _cells_of(rows: Sequence[Row]) -> list[tuple[tuple[int, int], list[Piece]]]:
    """Give all cells of rows with their extents."""
    return [item for row in rows for item in row.cells.items()]


# What speaks for a table

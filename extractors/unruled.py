"""Tables without ruling lines in a picture: the words of a page to the cells they stand in.

Guarantee: a word is within a table, to be read with the cell it stands in, or handed back. What makes a table is
decided by `alignment`, as for the words of a PDF. All lengths are pixels.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from statistics import median

from extractors.alignment import Found, find_tables, may_hold_table
from extractors.lattice import Ruling
from extractors.layout import Run
from extractors.ocr import Word

SURE_WORD = 0.3
"""Confidence of a word at the least, or it is a piece of a stamp or a stroke of a pen that makes no column."""


def find(
    words: Sequence[Word], horizontal: Sequence[Ruling], vertical: Sequence[Ruling], width: float, height: float
) -> tuple[list[Found], list[Word]]:
    """Find tables among words, and give the words that stand outside them.

    Args:
        words: those outside ruled tables.
        horizontal: the level rulings there.
        vertical: the upright ones there.
        width: of the page, as `height`.
        height: of the page.
    """
    runs = _runs(words)
    if not may_hold_table(runs):
        return [], list(words)
    found = find_tables(runs, horizontal, vertical, width, height)
    return found, [word for word in words if not any(_holds(table, word) for table in found)]


def _holds(table: Found, word: Word) -> bool:
    left, top, right, bottom = word.box
    x0, y0, x1, y1 = table.grid.bbox
    return x0 <= (left + right) / 2 <= x1 and y0 <= (top + bottom) / 2 <= y1


def _runs(words: Sequence[Word]) -> list[Run]:
    """Give the words as a PDF has them: those of a line as tall as it, be their letters tall or not."""
    lines: dict[int, list[Word]] = defaultdict(list)
    for word in words:
        lines[word.line].append(word)
    spans = {
        number: (median(word.box[1] for word in own), median(word.box[3] for word in own))
        for number, own in lines.items()
    }
    return [
        Run(word.text, (word.box[0], spans[word.line][0], word.box[2], spans[word.line][1]))
        for word in words
        if word.confidence >= SURE_WORD
    ]

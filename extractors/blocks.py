"""Stretches of lines that may be tables: where words leave white rivers between them, and where prose ends.

Guarantee: nothing is moved or dropped; a block is a range of the lines given. Lengths are in heights of the type.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from extractors.columns import Column, Line, Piece, place
from extractors.lattice import Ruling

_NEAR = 1.6
"""Heights of the type between two lines of a block at the most, where nothing else joins them."""

_FAR = 3.2
"""The same where the block's lines stand that far apart already, or a rule is drawn between."""

CAPTION = re.compile(
    r"(?:(?i:table|tab\.|tableau|tabelle|figure|fig\.|box|chart|таблиця|табл\.|рис\.|рисунок|діаграма)\s*[A-ZА-Я]{0,3}[.-]?\d"
    r"|(?i:sources?|notes?|джерел[оа]|примітк[аи])\s?:)"
)
"""What the line above a table, or its last, begins with, and no row of one."""

FIGURE = re.compile(r"(?i:figure|fig\.|chart|graph|рис\.|рисунок|діаграма|графік)\s*[A-ZА-Я]{0,3}[.-]?\d")
"""What the caption of a picture begins with; the numbers of a chart's axes are no table."""

_LABEL_LINES = 9
"""Lines without a gap that may follow one another within a table: a long label in a narrow column."""

SENTENCE = 5
"""Words of a piece from which it may be a line of prose."""


def blocks(lines: Sequence[Line], rules: Sequence[Ruling], unit: float) -> list[tuple[int, int]]:
    """Give the stretches of lines, first and end, that share white rivers."""
    found = []
    index = 0
    while index < len(lines):
        if len(lines[index].pieces) < 2 or CAPTION.match(lines[index].text):
            index += 1
            continue
        end = _block_end(lines, index, rules, unit)
        if end - index > 1:
            found.append((index, end))
        index = max(end, index + 1)
    return found


def _block_end(lines: Sequence[Line], first: int, rules: Sequence[Ruling], unit: float) -> int:
    last = first  # the last line with gaps
    recent = [lines[first]]
    widest = 0.0
    x0, x1 = lines[first].x0, lines[first].x1
    for index in range(first + 1, len(lines)):
        line, above = lines[index], lines[index - 1]
        gap = line.top - above.bottom
        ruled = any(above.bottom - 0.3 * unit < r.position < line.top + 0.3 * unit and covers(r, x0, x1) for r in rules)
        if gap > max(_NEAR * unit, min(1.3 * widest, _FAR * unit), _FAR * unit if ruled else 0.0):
            break
        if CAPTION.match(line.text):
            break
        if len(line.pieces) < 2:
            if index - last > _LABEL_LINES or is_prose(lines[last + 1 : index + 1], x0, x1, unit):
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


def covers(rule: Ruling, x0: float, x1: float) -> bool:
    """Whether a rule runs over most of the stretch."""
    return min(rule.end, x1) - max(rule.start, x0) > 0.6 * (x1 - x0)


def is_prose(lines: Sequence[Line], x0: float, x1: float, unit: float) -> bool:
    """Whether lines without gaps that end with this one are text between tables: two that fill the width."""
    wide = [line for line in lines if line.x1 - line.x0 > 0.6 * (x1 - x0) and len(line.pieces[0].words) > SENTENCE]
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


def gutter(block: Sequence[Line], columns: Sequence[Column], unit: float) -> float | None:
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
    return words >= SENTENCE and full >= 0.55 * (len(own) - 1)


# A block as a table

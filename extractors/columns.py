"""Lines of words, the pieces that gaps part them into, and the columns that pieces under one another make.

Guarantee: every word given stands in exactly one piece of one line, from left to right and from top to bottom. Lengths
are measured in heights of the type, so that no rule depends on the size of the print.

Method: pieces that lie under one another are a column, those that reach over several are spanning cells; after
T. Kieninger, "Table structure recognition based on robust block segmentation", 1998, and A. Nurminen, "Algorithmic
extraction of data in tables in PDF documents", 2013.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import NamedTuple

from extractors.layout import Run

GAP = 0.55
"""Heights of the type between two pieces of a line at the least; a space is 0.2-0.3 of a line's height."""

WIDE_GAP = 1.1
"""Heights of the type from which a gap parts whatever the other gaps of its line are: no justified line has such."""

STRETCH = 1.9
"""Times the usual gap of its line from which a smaller gap parts: a justified line has them all alike."""

TYPED_WORD, TYPED_WORDS, TYPED_SPREAD = 3, 8, 0.03
"""Letters of a word and such words that tell a typewriter's letters, and the share by which their widths may differ."""

VALUE = re.compile(
    r"""[(\[]?[<>≤≥~≈±+–−‑-]?\s?[€$£¥₴]?\s?[+–−-]?\s?      # a sign, a currency
    (?:\d[\d.,:/'’\s–−-]*(?:[eE][+-]?\d+)?|\.\d+)         # digits with what stands between them
    \s?(?:%|‰|°C?|[pр]\.?[pп]\.?|[kKmMbB]n?|[a-z])?[)\]]?%?[*†‡§\d]{0,3}[)]?   # a unit, a mark of a note
    (?:\s?\([^)]{1,12}\))?                                # an error or a note in brackets
    |[–—―−-]{1,3}|\.{1,3}|[:*…]|[xхXХ✓✔•●○]|n\.?/?[adr]\.?|nil|none|yes|no|так|ні|є""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a cell of a table of figures holds: a number as printed, or a sign that there is none."""

_LONGEST_VALUE = 40
"""Characters of a figure with its unit and notes at the most."""

_DIGIT = re.compile(r"\d")
SYMBOL = re.compile(r"[€$£¥₴%()*†‡§]+|[a-z]\)?|\(\w\)", re.IGNORECASE)


class Piece(NamedTuple):
    """Words of a line that stand close, from `x0` to `x1`."""

    x0: float
    x1: float
    words: tuple[Run, ...]

    @property
    def text(self) -> str:
        """The words with spaces between."""
        return " ".join(word.text for word in self.words)

    @property
    def is_value(self) -> bool:
        """Whether it reads as a figure or as the sign for none."""
        text = self.text
        return len(text) <= _LONGEST_VALUE and VALUE.fullmatch(text) is not None


class Column(NamedTuple):
    """The room that the pieces of a column take."""

    x0: float
    x1: float


@dataclass(slots=True)
class Line:
    """A line of words from `top` to `bottom`, its pieces from left to right."""

    top: float
    bottom: float
    pieces: list[Piece]

    @property
    def x0(self) -> float:
        """Where its first word begins."""
        return self.pieces[0].x0

    @property
    def x1(self) -> float:
        """Where its last word ends."""
        return self.pieces[-1].x1

    @property
    def text(self) -> str:
        """All words with spaces between."""
        return " ".join(piece.text for piece in self.pieces)

    @property
    def words(self) -> list[Run]:
        """All words from left to right."""
        return [word for piece in self.pieces for word in piece.words]

    @property
    def led(self) -> bool:
        """Whether dots lead from one text to another, as in a table of contents."""
        return "....." in "".join(word.text for piece in self.pieces for word in piece.words)


def type_height(words: Iterable[Run]) -> float:
    """Give the usual height of a word."""
    heights = [word.bbox[3] - word.bbox[1] for word in words]
    return max(median(heights), 1e-3) if heights else 1.0


def letter_width(words: Iterable[Run]) -> float | None:
    """Give the width of a letter where all have the same, as on a typewriter; else `None`."""
    widths = sorted((w.bbox[2] - w.bbox[0]) / len(w.text) for w in words if len(w.text) >= TYPED_WORD)
    if len(widths) < TYPED_WORDS:
        return None
    low, high = widths[len(widths) // 10], widths[-1 - len(widths) // 10]
    return low if high - low < TYPED_SPREAD * high else None


def lines_from(words: Iterable[Run], height: float) -> list[Line]:
    """Sort words into lines and part these into pieces."""
    words = list(words)
    rows: list[list[Run]] = []
    high = low = 0.0
    for word in sorted(words, key=lambda w: (w.bbox[1] + w.bbox[3], w.bbox[0])):
        _, top, _, bottom = word.bbox
        if rows and min(low, bottom) - max(high, top) > 0.5 * min(low - high, bottom - top):
            rows[-1].append(word)
            if bottom - top > low - high and bottom - top < 1.5 * height:
                high, low = top, bottom
        else:
            rows.append([word])
            high, low = top, bottom
    letter = letter_width(words)
    return [_line(row, height, letter) for row in rows]


def _line(row: list[Run], height: float, letter: float | None) -> Line:
    row.sort(key=lambda w: w.bbox[0])
    ends = []
    end = row[0].bbox[2]
    for word in row:
        ends.append(end)
        end = max(end, word.bbox[2])
    gaps = [word.bbox[0] - before for word, before in zip(row[1:], ends[1:], strict=True)]
    spaces = sorted(gap for gap in gaps if 0 < gap < WIDE_GAP * height)
    usual = spaces[len(spaces) // 2] if len(spaces) > 3 else 0.0
    least = min(max(GAP * height, STRETCH * usual), WIDE_GAP * height) if letter is None else 1.5 * letter
    pieces: list[list[Run]] = [[row[0]]]
    for word, gap in zip(row[1:], gaps, strict=True):
        if gap > least and not _leads(word, pieces[-1][-1]):
            pieces.append([word])
        else:
            pieces[-1].append(word)
    tops = [w.bbox[1] for w in row]
    bottoms = [w.bbox[3] for w in row]
    return Line(median(tops), median(bottoms), [piece_of(piece) for piece in pieces])


def _leads(word: Run, before: Run) -> bool:
    """Whether the word is a leading dot: dots belong to the text they lead from."""
    return set(word.text) == {"."} and len(before.text) > 0


def piece_of(words: Sequence[Run]) -> Piece:
    """Give words of a line as one piece."""
    return Piece(min(w.bbox[0] for w in words), max(w.bbox[2] for w in words), tuple(words))


def shared(first: Piece | Column, second: Piece | Column) -> float:
    """Give the width that both take."""
    return min(first.x1, second.x1) - max(first.x0, second.x0)


def columns_of(lines: Sequence[Line], height: float) -> list[Column]:
    """Find the columns of lines that have gaps.

    The line of the most pieces begins; each further piece widens the one column it lies under, makes a new one where
    there is none, and counts as spanning where it lies under several. A boundary that more lines write over than keep
    is none. A column of signs (`$`, `%`, a footnote's mark) belongs to the figures beside it.
    """
    columns: list[Column] = []
    for line in sorted(lines, key=lambda line: -len(line.pieces)):
        for piece in line.pieces:
            under = _under(piece, columns, height)
            if len(under) == 1:
                at = under[0]
                columns[at] = Column(min(columns[at].x0, piece.x0), max(columns[at].x1, piece.x1))
            elif not under:
                columns.append(Column(piece.x0, piece.x1))
                columns.sort()
    columns = _settled(columns)
    while len(columns) > 1:
        weak = _weak(lines, columns, height)
        if not weak:
            return columns
        for index in sorted(weak, reverse=True):
            columns[index : index + 2] = [Column(columns[index].x0, max(columns[index].x1, columns[index + 1].x1))]
    return columns


def _settled(columns: Sequence[Column]) -> list[Column]:
    """Part columns that grew into one another, in the middle of what both take."""
    settled = list(columns)
    for index, (left, right) in enumerate(pairwise(columns)):
        if right.x0 < left.x1:
            middle = (left.x1 + right.x0) / 2
            settled[index] = Column(settled[index].x0, max(middle, settled[index].x0))
            settled[index + 1] = Column(middle, max(middle, right.x1))
    return settled


def _under(piece: Piece, columns: Sequence[Column], height: float) -> list[int]:
    found = []
    for index, column in enumerate(columns):
        common = shared(piece, column)
        if common > 0 and common > min(0.6 * height, 0.4 * (column.x1 - column.x0), 0.4 * (piece.x1 - piece.x0)):
            found.append(index)
    return found


def _weak(lines: Sequence[Line], columns: Sequence[Column], height: float) -> set[int]:
    """Give columns whose boundary to the next does not hold: the least sure, and others that do not touch these."""
    found: list[tuple[float, int]] = []
    kept, crossed = [0] * len(columns), [0] * len(columns)
    only_signs = [True] * len(columns)
    filled = [0] * len(columns)
    for line in lines:
        taken: list[tuple[int, int]] = []
        for piece in line.pieces:
            under = _under(piece, columns, height)
            if not under:
                continue
            taken.append((under[0], under[-1]))
            for index in range(under[0], under[-1]):
                crossed[index] += 1
            if len(under) == 1:
                filled[under[0]] += 1
                only_signs[under[0]] = only_signs[under[0]] and SYMBOL.fullmatch(piece.text) is not None
        for (_, end), (start, _) in pairwise(taken):
            for index in range(end, start):
                kept[index] += 1
    for index in range(len(columns) - 1):
        if crossed[index] >= kept[index]:
            found.append((kept[index] - crossed[index], index))
        else:
            signs = [at for at in (index, index + 1) if only_signs[at] and filled[at]]
            if len(signs) == 1 and _nearest(signs[0], columns) == index and _gap(columns, index) < 1.5 * height:
                found.append((0, index))
    weak: set[int] = set()
    for _, index in sorted(found):
        if not weak & {index - 1, index, index + 1}:
            weak.add(index)
    return weak


def _gap(columns: Sequence[Column], index: int) -> float:
    """Give the room between a column and the next."""
    return columns[index + 1].x0 - columns[index].x1


def _nearest(column: int, columns: Sequence[Column]) -> int | None:
    """Give the boundary to the nearer neighbour of a column, the right one if in doubt; labels in front are none."""
    sides = [at for at in (column, column - 1) if 0 < at < len(columns) - 1]
    return min(sides, key=lambda at: _gap(columns, at)) if sides else None


def place(piece: Piece, columns: Sequence[Column], height: float) -> tuple[int, int]:
    """Give the first and last column that a piece lies under; the nearest one where it lies between."""
    under = _under(piece, columns, height)
    if under:
        return under[0], under[-1]
    middle = (piece.x0 + piece.x1) / 2
    nearest = min(range(len(columns)), key=lambda i: max(columns[i].x0 - middle, middle - columns[i].x1, 0.0))
    return nearest, nearest


def cut_at(piece: Piece, columns: Sequence[Column]) -> list[Piece]:
    """Cut the figures off a piece that lies under several columns.

    A long label may come close to the figure beside it. From the right, words that lie in one column and read as a
    figure are a piece of their own; what is left is the label.
    """
    words = list(piece.words)
    parts: list[Piece] = []
    while words:
        at, within = _column_of(words[-1], columns)
        start = len(words) - 1
        while within and start > 0 and _column_of(words[start - 1], columns) == (at, True):
            start -= 1
        part = piece_of(words[start:])
        if not (within and at > 0 and part.is_value and _DIGIT.search(part.text)):
            break
        parts.append(part)
        del words[start:]
    return ([piece_of(words)] if words else []) + parts[::-1] if parts else [piece]


def _column_of(word: Run, columns: Sequence[Column]) -> tuple[int, bool]:
    """Give the column that shares most with a word, and whether the word lies within it."""
    x0, _, x1, _ = word.bbox
    common, at = max((min(x1, column.x1) - max(x0, column.x0), index) for index, column in enumerate(columns))
    return at, common >= 0.7 * (x1 - x0)

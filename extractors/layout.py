"""Runs of text to lines, cell texts and paragraphs: the same for a PDF's text objects and for recognised words.

Guarantee: no character is dropped or added but the spaces between runs and lines. A hyphen at a line's end stays as
printed and the next line follows it without a space.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from extractors.document import BBox


class Run(NamedTuple):
    """A piece of text on one line with its box (any unit, y downwards).

    `turn` tells by how many degrees it must be turned clockwise to be read, 0 for upright text. `span` is the number of
    its first character on the page and of the one after its last, where the reader counts them.
    """

    text: str
    bbox: BBox
    turn: int = 0
    span: tuple[int, int] = (0, 0)


def union(boxes: Iterable[BBox]) -> BBox:
    """Give the smallest box around at least one box."""
    x0s, tops, x1s, bottoms = zip(*boxes, strict=True)
    return (min(x0s), min(tops), max(x1s), max(bottoms))


def lines_of(runs: Iterable[Run], gap: float = float("inf")) -> list[Run]:
    """Join runs that share a line, from top to bottom; a gap wider than `gap` line heights parts them."""
    runs = list(runs)
    if _stacked(runs):
        return [_bare(run) for run in runs]
    rows: list[list[Run]] = []
    high = low = 0.0  # of the row's tallest run
    for run in sorted(runs, key=_by_height):
        _, top, _, bottom = run.bbox
        overlap = min(low, bottom) - max(high, top)
        smaller = min(low - high, bottom - top)
        if rows and (overlap > 0.5 * smaller or (overlap > -0.3 * smaller and _raised(rows[-1], run, runs))):
            rows[-1].append(run)
        else:
            rows.append([run])
            high = low = top
        if bottom - top > low - high:
            high, low = top, bottom
    lines = []
    for row in rows:
        if len(row) == 1:
            lines.append(line_of(row))
            continue
        row.sort(key=_from_left)
        piece = [row[0]]
        for run in row[1:]:
            before = piece[-1]
            height = max(before.bbox[3] - before.bbox[1], run.bbox[3] - run.bbox[1])
            if run.bbox[0] - before.bbox[2] > gap * height:
                lines.append(line_of(piece))
                piece = []
            piece.append(run)
        lines.append(line_of(piece))
    return lines


def _stacked(runs: Sequence[Run]) -> bool:
    """Whether each run plainly stands below the one before, as the lines of most cells do."""
    below = float("-inf")
    for text, (_, top, _, bottom), _, _ in runs:
        if top < below or len(text) <= SCRIPT:
            return False
        below = bottom - 0.1 * (bottom - top)
    return True


def _raised(row: Sequence[Run], run: Run, runs: Sequence[Run]) -> bool:
    """Whether the run is a superscript or subscript of one in the row, or that one its: short and touching.

    A short run that touches one on its own line is part of that; one that is not short can only be what such marks
    stand at, so no line of others may stand above it.
    """
    is_short = len(run.text.strip()) <= SCRIPT
    if not is_short and any(len(other.text.strip()) > SCRIPT for other in row):
        return False
    _, top, _, bottom = run.bbox
    for other in row:
        if (is_short or len(other.text.strip()) <= SCRIPT) and _touching(run, other):
            return not any(
                min(r.bbox[3], bottom) - max(r.bbox[1], top) > 0.5 * (bottom - top) and _touching(run, r)
                for r in runs
                if r is not run
            )
    return False


def _touching(first: Run, second: Run) -> bool:
    """Whether one begins where the other ends."""
    x0, top, x1, bottom = first.bbox
    left, high, right, low = second.bbox
    return min(abs(x0 - right), abs(left - x1)) < 0.2 * max(bottom - top, low - high)


SCRIPT = 3
"""Characters that a superscript or subscript has at the most."""


def _by_height(run: Run) -> tuple[float, float]:
    return (run.bbox[1] + run.bbox[3], run.bbox[0])


def _from_left(run: Run) -> float:
    return run.bbox[0]


def _bare(run: Run) -> Run:
    """Give a run as a line of its own."""
    text, bbox, _, _ = run
    return Run(text.strip(), bbox)


def line_of(runs: Sequence[Run]) -> Run:
    """Join the runs of a line, from left to right; those that touch without a space."""
    if len(runs) == 1:
        return _bare(runs[0])
    text = runs[0].text
    for before, run in pairwise(runs):
        height = max(before.bbox[3] - before.bbox[1], run.bbox[3] - run.bbox[1])
        touching = run.bbox[0] - before.bbox[2] < 0.15 * height
        text += run.text if touching else " " + run.text
    return Run(text.strip(), union(r.bbox for r in runs))


def cell_text(runs: Sequence[Run], bbox: BBox, padding: float) -> tuple[str, BBox]:
    """Give the text of a cell and the box around its ink; turned text is read the way it runs.

    Args:
        runs: what stands in the cell, at least one.
        bbox: the cell's box.
        padding: what the cell keeps free on each side at the least, in the same unit.
    """
    if len(runs) == 1:
        return " ".join(runs[0].text.split()), runs[0].bbox
    ink = union([run.bbox for run in runs])
    width = bbox[2] - bbox[0]
    if any(run.turn for run in runs):
        turn = max(runs, key=lambda run: len(run.text)).turn
        width = bbox[3] - bbox[1] if turn in (90, 270) else width
        runs = [Run(run.text, turned(run.bbox, turn)) for run in runs] if turn else runs
    lines = runs if _stacked(runs) else lines_of(runs)
    inset = 0.0 if any(run.turn for run in runs) else _inset(lines, bbox)
    return join_wrapped(lines, width - 2 * max(padding, inset)), ink


def _inset(lines: Sequence[Run], bbox: BBox) -> float:
    """Give what a cell keeps free at the side that its lines are set against; 0 where they are against neither."""
    lefts, rights = [line.bbox[0] for line in lines], [line.bbox[2] for line in lines]
    unit = max(line.bbox[3] - line.bbox[1] for line in lines)
    if max(rights) - min(rights) > 0.2 * unit > max(lefts) - min(lefts):
        return min(lefts[0] - bbox[0], unit)
    if max(lefts) - min(lefts) > 0.2 * unit > max(rights) - min(rights):
        return min(bbox[2] - rights[0], unit)
    return 0.0


def turned(bbox: BBox, turn: int) -> BBox:
    """Give the box as it lies once the paper is turned clockwise by `turn` degrees: 0, 90, 180 or 270."""
    if turn == 0:
        return bbox
    x0, top, x1, bottom = bbox
    if turn == 90:
        return (-bottom, x0, -top, x1)
    if turn == 270:
        return (top, -x1, bottom, -x0)
    return (-x1, -bottom, -x0, -top)


def join_lines(lines: Iterable[str]) -> str:
    """Join the lines of a cell or paragraph by spaces; after a line-end hyphen without one."""
    text = ""
    for line in lines:
        text += line if not text or _hyphenated(text) else " " + line
    return " ".join(text.split())


def _hyphenated(text: str) -> bool:
    return text[-1:] == "-" and len(text) > 1 and text[-2].isalnum()


def breaks_number(text: str, line: str) -> bool:
    """Whether a break parts a number at its separator, as narrow columns do: `7275,` + `522`."""
    return _BROKEN_NUMBER.fullmatch(text[-2:] + "\n" + line[:2]) is not None


_BROKEN_NUMBER = re.compile(r"\d[.,]\n\d.?|.?\d\n[.,]\d")


def join_wrapped(lines: Sequence[Run], width: float) -> str:
    """Join the lines of a cell that is `width` wide inside.

    A line that had to be wrapped goes on after a space. Where its first word would have fitted on the line above, with
    a line's height to spare for the space between and the margins, the break was made on purpose and stays one: `150`
    over `120` are two numbers, `2` over `000,00` in a narrow cell is one.
    """
    if len(lines) == 1:
        return " ".join(lines[0].text.split())
    if number := _broken_within(lines, width):
        return number
    text = lines[0].text.rstrip() if lines else ""
    broken = False
    for (_, (x0, top, x1, bottom), _, _), line in pairwise(lines):
        room = width - (x1 - x0) - (bottom - top)
        if _hyphenated(text) or (room < 0 and breaks_number(text, line.text)):
            text += line.text.strip()
            continue
        if room > 0 and _first_word_width(line) <= room:
            text += "\n" + line.text.rstrip()
            broken = True
        else:
            text += " " + line.text.rstrip()
    return "\n".join(" ".join(part.split()) for part in text.split("\n")) if broken else " ".join(text.split())


_FIGURES = re.compile(r"[-–−]?[\d\s.,]+%?")
_NUMBER = re.compile(r"[-–−]?(?:\d{1,3}(?:\s\d{3})+(?:[.,]\d+)?|\d+[.,]\d+)%?|(?:\d+\.)+\d*")
"""A number that shows where it is whole: by groups of three digits or by a separator, unlike two years in a cell."""


def _broken_within(lines: Sequence[Run], width: float) -> str:
    """Give the number that a narrow cell breaks between its digits, as `620 01` over `8,31`; else nothing.

    Every line but the last is full, and the lines make a number only where nothing stands between them.
    """
    if not all(_FIGURES.fullmatch(line.text.strip()) for line in lines):
        return ""
    apart, together = (sign.join(" ".join(line.text.split()) for line in lines) for sign in (" ", ""))
    return together if _NUMBER.fullmatch(together) and not _NUMBER.fullmatch(apart) and all_full(lines, width) else ""


def all_full(lines: Sequence[Run], width: float) -> bool:
    """Whether hardly a digit more would fit on any line but the last, in a cell that is `width` wide inside."""
    return all(width - (x1 - x0) < 1.5 * (bottom - top) for _, (x0, top, x1, bottom), _, _ in lines[:-1])


def _first_word_width(line: Run) -> float:
    text, (x0, _, x1, _), _, _ = line
    text = text.rstrip()
    first = text.find(" ")
    return x1 - x0 if first < 0 else first / len(text) * (x1 - x0)


def paragraphs_of(lines: Sequence[Run]) -> list[Run]:
    """Join lines into paragraphs.

    A line goes on with the paragraph above when it follows closely in the same size of type and its first word would
    not have fitted on the line above, measured against the widest line; that is how a paragraph is wrapped.
    """
    right_margin = max((line.bbox[2] for line in lines), default=0.0)
    groups: list[list[Run]] = []
    for line in lines:
        if groups and _wraps(groups[-1][-1], line, right_margin):
            groups[-1].append(line)
        else:
            groups.append([line])
    return [Run(join_lines(r.text for r in group), union(r.bbox for r in group)) for group in groups]


def _wraps(above: Run, line: Run, right_margin: float) -> bool:
    height = above.bbox[3] - above.bbox[1]
    line_height = line.bbox[3] - line.bbox[1]
    if (
        not 0.6 < line_height / max(height, 1e-6) < 1.6
        or not -0.5 * height < line.bbox[1] - above.bbox[3] < 1.2 * height
    ):
        return False
    return above.bbox[2] + _first_word_width(line) + 0.25 * height > right_margin

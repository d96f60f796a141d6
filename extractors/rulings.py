"""Ruling lines in a picture: where its horizontal and vertical lines run.

Guarantee: what is found are strokes longer than print has them, which end at one another; nothing is decided here about
tables. All lengths are pixels of a picture of about 300 dots an inch; pictures are dark (0) on light (255).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.lattice import Ruling
from extractors.limits import LIMITS, enforce

Labels = NDArray[np.int32]
Picture = NDArray[np.uint8]
"""A grey picture (`rows, columns`) or a mask of the same shape, where 255 stands for "here"."""

DARKER = 28.0
"""Grey levels by which print is darker than the paper around it."""
PAPER_NEAR = 25
"""Pixels within which there is paper beside a line: wider than lines and strokes, narrower than shaded cells."""
SHORTEST = 50
"""Shorter strokes may be letters: the tallest capital of 16 points has 46 pixels."""
BRIDGE = 40
"""Pixels of a gap between two strokes in a row up to which a worn line goes on; a merged cell is wider."""
LOWEST = 24
"""Pixels of a merged cell's height or width at the least: a line of 5 points."""
WORN = 300
"""Pixels of a gap in a ruling at the most: an inch, the width of a stamp's inner ring."""
THICKEST = 16
"""A stroke thicker than this is a bar or a picture, no ruling."""
DASH_WIDTH, DASH_LENGTH = 7, 60
"""Pixels of a dash across and along at the most: lines of up to 1.5 pt, dashes of up to 14 pt."""
DASH_GAP, DOT_GAP = 40, 16
"""Pixels between two dashes at the most, where a line crosses, and between two dots."""
SHORT_DASH, LONG_DASH_GAP = 22, 20
"""Pixels of a dash lower than any digit 1, and of the gap after a longer one: digits of two rows stand further."""
FREE = 0.15
"""Share of a dashed stroke that dashes without ink at their sides cover: half of it is gaps."""
APART = 11
"""Pixels at the sides of a dash that are free of ink: the digits 1 that are as narrow, of 8 points, stand 9 apart."""
CORNER = 20
"""Pixels by which the last dash ends before the line it runs into: where lines cross, their dashes are one shape."""
DASHED = 100
"""A dashed line is at least so long: a row of typed dashes in a cell is 35 pixels."""
SHORT_DASHED = 20
"""Where a longer one runs in a line with it, it is at least so long: two dashes."""
BESIDE = (5, 10)
"""Where to look for ink beside a short stroke, from its middle: a letter has some there, a ruling has none."""
ATTACHED = 9.0
"""A line ends at a crossing line if it ends this near to it."""


@dataclass(frozen=True, slots=True)
class Rulings:
    """The lines of a page and a mask of the pixels that they cover."""

    horizontal: tuple[Ruling, ...]
    vertical: tuple[Ruling, ...]
    mask: Picture


def ink_mask(grey: Picture) -> Picture:
    """Mark what is darker than the paper around it, so that shadows and shaded cells do not count as ink."""
    return cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 61, DARKER)  # type: ignore[return-value]


def depth(grey: Picture) -> Picture:
    """Give by how much each pixel is darker than the lightest paper near, be there dark ink beside it or not."""
    near = cv2.getStructuringElement(cv2.MORPH_RECT, (PAPER_NEAR, PAPER_NEAR))
    return cv2.morphologyEx(grey, cv2.MORPH_BLACKHAT, near)  # type: ignore[return-value]


def find_rulings(ink: Picture, pale: Picture | None = None) -> Rulings:
    """Find the lines in an ink mask of a page that stands straight to within about half a degree.

    Args:
        ink: what is as dark as print.
        pale: that and what is paler, if only by so much that it stands out from the paper: worn lines. Only such as
            have nothing beside them are taken from it, for the edges of letters are pale, too.

    Raises:
        Refused: more lines than `limits` allows for a page.
    """
    place = _inked(ink)
    if place is None:
        return Rulings((), (), np.zeros_like(ink))
    whole, ink = np.zeros_like(ink), np.ascontiguousarray(ink[place])
    across, down = _solid(ink, None if pale is None else np.ascontiguousarray(pale[place]))
    dashed_across, dashed_down = dashed(cv2.bitwise_and(ink, cv2.bitwise_not(cv2.bitwise_or(across, down))))  # type: ignore[arg-type]
    horizontal = [line for line in _lines(across) if not _in_letter(line, ink)] + _lines(dashed_across)
    vertical = [line for line in _lines(down.T) if not _in_letter(line, ink.T)] + _lines(dashed_down.T)
    enforce("page_rulings", len(horizontal) + len(vertical), LIMITS.page_rulings)
    horizontal, vertical = _attached(horizontal, vertical), _attached(vertical, horizontal)
    whole[place] = np.bitwise_or.reduce([across, down, dashed_across, dashed_down])
    top, left = place[0].start, place[1].start
    return Rulings(
        tuple(Ruling(at + top, start + left, end + left) for at, start, end in horizontal),
        tuple(Ruling(at + left, start + top, end + top) for at, start, end in vertical),
        whole,
    )


def _solid(ink: Picture, pale: Picture | None) -> tuple[Picture, Picture]:
    """Give the level and the upright strokes that are not dashed, in masks of their own."""
    level, plumb = strokes(ink, upright=False), strokes(ink, upright=True)
    if pale is not None:
        level = cv2.bitwise_or(level, _alone(strokes(pale, upright=False), pale))  # type: ignore[assignment]
        plumb = cv2.bitwise_or(plumb, _alone(strokes(pale, upright=True).T, pale.T).T)  # type: ignore[assignment]
    return _bridged(level, plumb, upright=False), _bridged(plumb, level, upright=True)


def _inked(ink: Picture) -> tuple[slice, slice] | None:
    """Give the part of a page that has ink, with some room: much of a report's last page is blank."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - BRIDGE), int(rows[-1]) + BRIDGE),
        slice(max(0, int(columns[0]) - BRIDGE), int(columns[-1]) + BRIDGE),
    )


def strokes(ink: Picture, *, upright: bool) -> Picture:
    """Keep what runs on for `SHORTEST` pixels, after thickening it by a pixel so that a slight lean does not cut it."""
    thick, long = ((3, 1), (1, SHORTEST)) if upright else ((1, 3), (SHORTEST, 1))
    thickened = cv2.dilate(ink, cv2.getStructuringElement(cv2.MORPH_RECT, thick))
    return cv2.morphologyEx(thickened, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, long))  # type: ignore[return-value]


def _alone(level: Picture, ink: Picture) -> Picture:
    """Keep the level strokes that have little ink beside them on either side."""
    level, ink = np.ascontiguousarray(level), np.ascontiguousarray(ink)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(level, connectivity=8)
    sizes = stats[:, cv2.CC_STAT_AREA]
    kept = np.ones(count, bool)
    kept[0] = False
    near, far = BESIDE
    window = np.ones((far - near + 1, 1), np.uint8)
    for way in (-1, 1):
        beside = np.zeros_like(ink)
        wide = cv2.dilate(ink, window)
        middle = way * (near + far + 1) // 2
        if way < 0:
            beside[-middle:] = wide[:middle]
        else:
            beside[:-middle] = wide[middle:]
        kept &= np.bincount(labels[beside > 0].ravel(), minlength=count) < 0.2 * sizes
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _bridged(strokes: Picture, crossing: Picture, *, upright: bool) -> Picture:
    """Close the gaps of worn lines; one that runs from one crossing line to the next is a merged cell's and stays."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (1, BRIDGE) if upright else (BRIDGE, 1))
    whole = cv2.morphologyEx(strokes, cv2.MORPH_CLOSE, kernel)
    count, gaps, boxes, _ = cv2.connectedComponentsWithStats(cv2.subtract(whole, strokes), connectivity=8)
    near = cv2.dilate(crossing, np.ones((7, 7), np.uint8)) > 0
    for label in range(1, count):
        x, y, width, height, _ = boxes[label]
        part = gaps[y : y + height, x : x + width] == label
        meets = near[y : y + height, x : x + width] & part
        ends = (meets[0], meets[-1]) if upright else (meets[:, 0], meets[:, -1])
        if max(width, height) > LOWEST and all(end.any() for end in ends):
            whole[y : y + height, x : x + width][part] = 0
    return whole  # type: ignore[return-value]


def dashed(ink: Picture) -> tuple[Picture, Picture]:
    """Give the level and the upright strokes that rows of dashes or dots draw, in masks of their own.

    Dashes lie along the line and may be further apart, where another line crosses; dots must stand close. Some of a
    line's dashes (`FREE`) have no ink at their sides: the digits 1 of a column of numbers all have some.
    """
    masks = []
    for long, free, upright in _dashes(ink):
        reach = (1, 2 * CORNER + 1) if upright else (2 * CORNER + 1, 1)
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, reach)
        masks.append(cv2.dilate(_mostly(long, free), kernel) if long.any() else long)
    return masks[0], masks[1]  # type: ignore[return-value]


def _dashes(ink: Picture) -> list[tuple[Picture, Picture, bool]]:
    """Give the strokes that marks in a row make, and the marks without ink at their sides: the level, the upright."""
    count, pieces, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    labels: Labels = np.asarray(pieces, np.int32)
    width, height = boxes[:, cv2.CC_STAT_WIDTH], boxes[:, cv2.CC_STAT_HEIGHT]
    found = []
    for along, across, upright in ((width, height, False), (height, width, True)):
        thin = (across <= DASH_WIDTH) & (along <= DASH_LENGTH) & (along > 1)
        thin[0] = False  # the paper
        is_dash = along >= 1.4 * across
        beside = _sides_with_ink(labels, thin & (along >= across), count, upright=upright)
        joined = np.zeros_like(ink)
        for kind, gap in (
            (thin & is_dash & (along <= SHORT_DASH), DASH_GAP),
            (thin & is_dash & (along > SHORT_DASH), LONG_DASH_GAP),
            (thin & ~is_dash & (along >= across), DOT_GAP),
        ):
            marks = np.where((kind & (beside < 2))[labels], np.uint8(255), np.uint8(0))
            kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (1, gap) if upright else (gap, 1))
            joined = cv2.bitwise_or(joined, cv2.morphologyEx(marks, cv2.MORPH_CLOSE, kernel))  # type: ignore[assignment]
        kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (1, DASHED) if upright else (DASHED, 1))
        long: Picture = cv2.morphologyEx(joined, cv2.MORPH_OPEN, kernel)  # type: ignore[assignment]
        long = _in_line(joined, long, upright=upright)
        free = np.where((thin & (beside == 0))[labels], np.uint8(255), np.uint8(0))
        found.append((long, free, upright))
    return found


def _sides_with_ink(labels: Labels, marks: NDArray[np.bool_], count: int, *, upright: bool) -> NDArray[np.int64]:
    """Tell for each piece of ink that is a mark how many of its two sides have ink of another near: 0, 1 or 2."""
    beside = np.zeros(count, np.int64)
    rows, columns = np.nonzero(marks[labels])
    own = labels[rows, columns]
    last_row, last_column = labels.shape[0] - 1, labels.shape[1] - 1
    for way in (-1, 1):
        found = np.zeros(count, bool)
        for step in range(2, APART + 1, 3):
            down, across = (0, way * step) if upright else (way * step, 0)
            other = labels[np.clip(rows + down, 0, last_row), np.clip(columns + across, 0, last_column)]
            found[own[(other > 0) & (other != own)]] = True
        beside += found
    return beside


def _in_line(joined: Picture, long: Picture, *, upright: bool) -> Picture:
    """Add to the long dashed strokes the shorter ones in a line with them: a low row's, between two merged cells."""
    covered = long.any(axis=0 if upright else 1).astype(np.uint8)
    near = cv2.dilate(covered.reshape(1, -1), np.ones((1, 3), np.uint8)).ravel() > 0
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (1, SHORT_DASHED) if upright else (SHORT_DASHED, 1))
    short = cv2.morphologyEx(joined, cv2.MORPH_OPEN, kernel)
    short[(slice(None), ~near) if upright else (~near, slice(None))] = 0
    return cv2.bitwise_or(long, short)  # type: ignore[return-value]


def _mostly(strokes: Picture, free: Picture) -> Picture:
    """Keep the strokes of which enough is made of dashes that stand free."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(strokes, connectivity=8)
    ink = stats[:, cv2.CC_STAT_AREA]
    stands = np.bincount(labels[free > 0].ravel(), minlength=count)
    kept = stands >= FREE * ink
    kept[0] = False
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _lines(strokes: Picture) -> list[Ruling]:
    """Make one ruling of each connected horizontal stroke that is thin."""
    _, _, boxes, centres = cv2.connectedComponentsWithStats(np.ascontiguousarray(strokes), connectivity=8)
    return [
        Ruling(float(middle), float(x), float(x + length))
        for (x, _, length, _, area), (_, middle) in zip(boxes[1:], centres[1:], strict=True)
        if area / length <= THICKEST
    ]


def _in_letter(line: Ruling, ink: Picture) -> bool:
    """Whether a short horizontal stroke has ink along it on either side, as the stem of a letter has."""
    if line.end - line.start > 2 * SHORTEST:
        return False
    near, far = BESIDE
    middle, start, end = round(line.position), int(line.start) + near, int(line.end) - near
    sides = ink[max(0, middle - far) : max(0, middle - near), start:end], ink[middle + near : middle + far, start:end]
    return any(side.size and np.count_nonzero(side.any(axis=0)) > 0.2 * (end - start) for side in sides)


def _attached(lines: list[Ruling], crossing: list[Ruling]) -> list[Ruling]:
    """Drop lines that meet at most two crossing lines and hang loose at an end: underlines, strokes of a pen.

    Of those that begin at a crossing line, two that end together stay, as where a page ends within a row, and two that
    a gap (`WORN`) parts in a line, as where a stamp lies over a ruling.
    """
    crossing = _over_gaps(crossing)
    positions = np.array([c.position for c in crossing])
    starts, ends = np.array([c.start for c in crossing]), np.array([c.end for c in crossing])
    kept: list[Ruling] = []
    down: list[Ruling] = []  # these begin at a crossing line, and hang loose at their end
    up: list[Ruling] = []
    for line in lines:
        reach = (starts - ATTACHED <= line.position) & (line.position <= ends + ATTACHED)
        met = positions[reach & (line.start - ATTACHED <= positions) & (positions <= line.end + ATTACHED)]
        begins, comes_to_end = (any(abs(met - end) <= ATTACHED) for end in (line.start, line.end))
        if len(met) > 2 or (len(met) == 2 and begins and comes_to_end):
            kept.append(line)
        elif begins != comes_to_end:
            (down if begins else up).append(line)
    for line in down:
        together = any(
            abs(other.end - line.end) <= ATTACHED and abs(other.position - line.position) > SHORTEST for other in down
        )
        if together or any(_in_a_line(line, other) for other in (*up, *kept)):
            kept.append(line)
    for line in up:
        together = any(
            abs(other.start - line.start) <= ATTACHED and abs(other.position - line.position) > SHORTEST for other in up
        )
        if together or any(_in_a_line(other, line) for other in (*down, *kept)):
            kept.append(line)
    return kept


def _over_gaps(lines: list[Ruling]) -> list[Ruling]:
    """Join lines that a gap (`WORN`) parts: what crosses such a gap meets the line nonetheless."""
    joined: list[Ruling] = []
    for line in sorted(lines, key=lambda line: line.start):
        for index, other in enumerate(joined):
            if _in_a_line(other, line):
                joined[index] = Ruling(other.position, other.start, line.end)
                break
        else:
            joined.append(line)
    return joined


def _in_a_line(above: Ruling, below: Ruling) -> bool:
    """Whether the second line goes on where the first one ends, but for a gap."""
    return abs(above.position - below.position) <= ATTACHED and 0 < below.start - above.end <= WORN

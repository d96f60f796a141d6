"""Which way up a page lies: 0, 90, 180 or 270 degrees.

Guarantee: a page whose text cannot be told stays as it is. Method: print stands closer along a line than between lines,
so pieces of ink join into fewer ones along the text; a line is then read both ways up, and the surer reading decides.
"""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np

from extractors.rulings import SHORTEST, Picture, ink_mask

CLOSE = 9
"""Pixels that two letters of a line are apart at the most, at half of 300 dots an inch."""

LETTER = (5, 40)
"""Pixels of the longer side of a letter at that resolution: print of 4 to 30 points."""

DASH = 4
"""Pixels across at that resolution that a letter has at the least; a dash has fewer."""

FEWEST = 30
"""Letters from which the way of the text can be told."""

CLEAR = 1.15
"""How many times as many pieces there must be one way as the other."""

TRIED = 4
"""Lines that are read both ways up."""

SURE = 0.8
"""Confidence of a reading from which it need not be tried the other way up."""

GUESSED = 1.0
"""Sum of the confidences of a few lines up to which they are guesses."""

Reader = Callable[[Picture], float]
"""Reads a line and tells how sure it is of it, 0-1."""


def clockwise_turn(grey: Picture, read: Reader) -> int:
    """Give the degrees by which a page must be turned clockwise so that its text stands upright.

    Args:
        grey: the page at about 300 dots an inch, dark on light.
        read: reads a line.
    """
    small: Picture = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    letters = _letters(ink_mask(small))
    along, across = (_pieces(letters, size) for size in ((CLOSE, 1), (1, CLOSE)))
    if _count(letters) < FEWEST:
        return 0
    if along > CLEAR * across:  # the text runs up or down
        turned = np.ascontiguousarray(np.rot90(grey, -1))
        return 90 if _stands(turned, np.ascontiguousarray(np.rot90(letters, -1)), read) else 270
    if across > CLEAR * along:
        return 0 if _stands(grey, letters, read) else 180
    return 0


def _letters(ink: Picture) -> Picture:
    """Keep what is as large as letters are, and no part of a ruling line, be it dashed."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    sides = boxes[:, [cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT]]
    longer, shorter = sides.max(axis=1), sides.min(axis=1)
    kept = (longer >= LETTER[0]) & (longer <= LETTER[1]) & (shorter >= DASH)
    kept[0] = False
    return np.where(kept[labels], np.uint8(255), np.uint8(0))


def _count(mask: Picture) -> int:
    return int(cv2.connectedComponents(mask, connectivity=8)[0]) - 1


def _pieces(letters: Picture, size: tuple[int, int]) -> int:
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, size)
    return _count(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, kernel))  # type: ignore[arg-type]


def _stands(grey: Picture, letters: Picture, read: Reader) -> bool:
    """Whether the lines of a page with level text read better as they are than upside down."""
    upright = upside_down = 0.0
    for line in _lines(grey, letters):
        sure = read(line)
        if sure >= SURE:
            return True
        upright += sure
        upside_down += read(np.ascontiguousarray(line[::-1, ::-1]))
    return upside_down < CLEAR * upright or upside_down < GUESSED


def _lines(grey: Picture, letters: Picture) -> list[Picture]:
    """Cut out the longest lines of text."""
    kernel = cv2.getStructuringElement(cv2.MORPH_RECT, (2 * CLOSE, 1))
    _, _, boxes, _ = cv2.connectedComponentsWithStats(cv2.morphologyEx(letters, cv2.MORPH_CLOSE, kernel))
    found = [
        (width, left, top, height)
        for left, top, width, height, _ in boxes[1:].tolist()
        if width >= SHORTEST and LETTER[0] < height <= LETTER[1]
    ]
    found.sort(reverse=True)
    return [
        np.ascontiguousarray(
            grey[max(0, 2 * top - 8) : 2 * (top + height) + 8, max(0, 2 * left - 8) : 2 * (left + width) + 8]
        )
        for width, left, top, height in found[:TRIED]
    ]

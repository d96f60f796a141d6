"""How a page lies in its picture: by how much it leans, and how its lines converge where it was seen from a side.

Guarantee: a page without ruling lines is at most turned; where nothing tells, it stays as it is. All lengths are pixels
of a picture of about 300 dots an inch.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors.rulings import Picture, dashed, strokes

STRAIGHT = 0.03
"""Degrees that a page may lean without being straightened."""
STEEPEST = 5.0
"""Degrees; pages that lean more are not straightened."""
FEWEST_POINTS = 2_000
"""With less ink than this, a lean cannot be told from chance."""
MOST_POINTS = 40_000
"""Enough ink to measure a lean to a hundredth of a degree."""
LONG = 6
"""A line as long as this part of the page tells how the page was seen."""
FEWEST_LINES = 4
"""Lines by which to tell that they converge, in at least `SPREAD` of the page."""
SPREAD = 0.2
AMISS = 3.0
"""Pixels by which a corner is moved at the least, or lines count as parallel."""

Matrix = NDArray[np.float64]


class _Slopes(NamedTuple):
    """How lines slope: `base` at the middle of the page, and `change` of that a pixel across them."""

    base: float
    change: float


PARALLEL = _Slopes(0.0, 0.0)


def straightening(ink: Picture) -> tuple[Matrix, int, int] | None:
    """Measure how to make a page straight by its ink: the homography (3 x 3), the width and height it then has.

    `None` where it is straight.
    """
    rows, columns = ink.shape
    angle = lean(ink)
    turn = np.eye(3)
    wide, tall = columns, rows
    if abs(angle) >= STRAIGHT:
        turn[:2] = cv2.getRotationMatrix2D((columns / 2, rows / 2), angle, 1.0)
        wide = round(columns * abs(turn[0, 0]) + rows * abs(turn[0, 1]))
        tall = round(rows * abs(turn[0, 0]) + columns * abs(turn[0, 1]))
        turn[:2, 2] += (wide - columns) / 2, (tall - rows) / 2
        ink = cv2.warpAffine(ink, turn[:2], (wide, tall), flags=cv2.INTER_NEAREST)  # type: ignore[assignment]
    parallel = _made_parallel(ink)
    if parallel is not None:
        return parallel @ turn, wide, tall
    return (turn, wide, tall) if abs(angle) >= STRAIGHT else None


def _made_parallel(ink: Picture) -> Matrix | None:
    """Give the homography that makes the ruling lines of a page parallel to its sides; `None` where they are.

    Lines of a plane seen from a side meet in a vanishing point for each direction; their slopes then change evenly from
    one to the next (R. Hartley, A. Zisserman, "Multiple View Geometry", 2nd ed. 2003, section 2.4).
    """
    rows, columns = ink.shape
    across, down = strokes(ink, upright=False), strokes(ink, upright=True)
    level, plumb = _slopes(across, columns), _slopes(np.ascontiguousarray(down.T), rows)
    if level is None and plumb is None:
        across, down = dashed(cv2.subtract(ink, cv2.bitwise_or(across, down)))  # type: ignore[arg-type]
        level, plumb = _slopes(across, columns), _slopes(np.ascontiguousarray(down.T), rows)
    corners = np.array(
        [
            _meeting(y, level or PARALLEL, x, plumb or PARALLEL, columns / 2, rows / 2)
            for y, x in ((0.0, 0.0), (0.0, columns), (rows, columns), (rows, 0.0))
        ],
        np.float32,
    )
    wanted = np.array([[0, 0], [columns, 0], [columns, rows], [0, rows]], np.float32)
    if float(np.abs(corners - wanted).max()) < AMISS:
        return None
    return np.asarray(cv2.getPerspectiveTransform(corners, wanted))


def _slopes(mask: Picture, length: int) -> _Slopes | None:
    """Measure how level lines slope: those of at least a `LONG` part of a length, the longer the more weight.

    `None` where there are too few, or too close together.
    """
    rows, columns = mask.shape
    count, labels, boxes, centres = cv2.connectedComponentsWithStats(mask, connectivity=8)
    long = [n for n in range(1, count) if boxes[n, cv2.CC_STAT_WIDTH] * LONG >= length]
    found = []
    for n in long:
        x, y, width, height, _ = boxes[n]
        down, along = np.nonzero(labels[y : y + height, x : x + width] == n)
        slope = float(np.polyfit(along, down, 1)[0])
        found.append((centres[n][1] + slope * (columns / 2 - centres[n][0]), slope, float(width)))
    if len(found) < FEWEST_LINES:
        return None
    at, slopes, weight = (np.array(values) for values in zip(*found, strict=True))
    if at.max() - at.min() < SPREAD * rows:
        return None
    for _ in range(2):
        change, base = np.polyfit(at - rows / 2, slopes, 1, w=weight)
        off = np.abs(slopes - base - change * (at - rows / 2))
        near = off <= max(3 * float(np.median(off)), 1e-3)
        if near.sum() < FEWEST_LINES:
            break
        at, slopes, weight = at[near], slopes[near], weight[near]
    return _Slopes(float(base), float(change))


def _meeting(
    across: float, level: _Slopes, down: float, plumb: _Slopes, middle_x: float, middle_y: float
) -> tuple[float, float]:
    """Give where the level line at a height in the page's middle meets the upright one at a place in its middle."""
    slope = level.base + level.change * (across - middle_y)
    lean_ = plumb.base + plumb.change * (down - middle_x)
    x = (down + lean_ * (across - slope * middle_x - middle_y)) / (1 - lean_ * slope)
    return x, across + slope * (x - middle_x)


def lean(ink: Picture) -> float:
    """Measure the lean of a page in degrees, positive where lines fall to the right; 0.0 where nothing tells.

    Ruling lines decide where the page has them, else its lines of text. The lean is the slope along which the ink falls
    into the fewest and fullest rows.
    """
    long = _long_strokes(ink)
    telling = long if cv2.countNonZero(long) >= FEWEST_POINTS else ink
    points = cv2.countNonZero(telling)
    if points < FEWEST_POINTS:
        return 0.0
    step = max(1, points // MOST_POINTS)
    rows, columns = np.nonzero(telling[:, ::step])
    x, y = columns.astype(np.float64) * step, rows.astype(np.float64)
    best = 0.0
    for reach, grain in ((STEEPEST, 0.1), (0.1, 0.01)):
        angles = best + np.arange(-reach, reach + grain / 2, grain)
        full = np.array([_fullness(x, y, angle) for angle in angles])
        best = float(np.mean(angles[full >= 0.998 * full.max()]))
    return best


def _long_strokes(ink: Picture) -> Picture:
    """Keep the horizontal strokes of at least a sixth of the picture's width; none unless they make up two widths."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(strokes(ink, upright=False), connectivity=8)
    widths = boxes[:, cv2.CC_STAT_WIDTH]
    long = widths >= ink.shape[1] / 6
    long[0] = False
    if widths[long].sum() < 2 * ink.shape[1]:
        long[:] = False
    return np.where(long[labels], np.uint8(255), np.uint8(0))


def _fullness(x: NDArray[np.float64], y: NDArray[np.float64], angle: float) -> float:
    rows = y - x * np.tan(np.radians(angle))
    filled = np.bincount((rows - rows.min()).astype(np.int64) // 2).astype(np.float64)
    return float(np.dot(filled, filled))

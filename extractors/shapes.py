"""Print by its shape: blobs of ink, and the signs that readers lose or take for others.

Guarantee: only what the ink shows beyond doubt is told; where its shapes do not fit what was read, that stays as it is.
Pictures are grey, dark on white, about 300 dots an inch; boxes are pixels of the picture given.
"""

from __future__ import annotations

import re
from itertools import pairwise

import cv2
import numpy as np

from extractors.rulings import Picture, ink_mask

PAPER = 255
"""Grey level of the paper: `scan` brings a page to it, and crops are framed with it."""
PADDING = 12
"""Pixels of paper around a crop: Tesseract misses print at the very edge."""
DUST = 9
"""Pixels of ink below which a blob is no print: a full stop of 8 points has about 12."""
TELLING = 24
"""Pixels of height from which the flag of a printed 1 shows."""
SPECK = 6
"""Pixels each way up to which a lone blob is a speck: a full stop of 12 points has 6."""
BESIDE_PRINT = 25
"""Pixels from a sign within which a full stop or an accent belongs to it: the height of a digit of 9 points."""
LOW = 12
"""Pixels of height below which print is a dot, a comma or a dash."""
DARK, PALE = 110, 225
"""Grey levels: print is darker than the first, and its softest edges darker than the second."""
STAR = (7, 15)
"""Pixels of height of a star."""
MIN_SPACED = 4
"""Digits from which a number may have spaces."""
DIGIT_WIDTH = 0.72
"""Width of a digit with its room, in heights; more ink than that is several digits that touch."""
STEP = 0.82
"""Heights of a digit from one to the next: 0.76-0.87 in the usual types."""
SPACE = 1.25
"""Steps between digits from which there is a space: the narrowest is a quarter of an em, half a digit."""

Box = tuple[int, int, int, int]
"""`(left, top, right, bottom)` in pixels."""


def find_blobs(crop: Picture) -> list[Box]:
    """Give the boxes of the print in a crop: no dust, and no remains of the ruling lines along its edges."""
    rows, columns = crop.shape
    if rows < 8 or columns < 8:
        return []
    framed = cv2.copyMakeBorder(crop, 31, 31, 31, 31, cv2.BORDER_CONSTANT, value=(float(PAPER),))
    ink = np.ascontiguousarray(ink_mask(framed)[31:-31, 31:-31])  # type: ignore[arg-type]
    _, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    blobs = []
    for x, y, width, height, area in stats[1:].tolist():
        edge, length, whole = (
            (min(y, rows - y - height), width, columns)
            if width > height
            else (min(x, columns - x - width), height, rows)
        )
        thin = min(width, height) <= 8
        ruling = thin and (edge <= 2 or (length > 60 and length > 0.8 * whole))
        if area >= DUST and not ruling:
            blobs.append((x, y, x + width, y + height))
    return blobs


def dashes(crop: Picture, blobs: list[Box]) -> str:
    """Give a hyphen for each of 1-4 dashes side by side, else nothing: by themselves the readers lose dashes.

    Dashes that touch are told apart by the lighter gaps between them.
    """
    heights = [bottom - top for _, top, _, bottom in blobs]
    flat = all(
        right - left >= 1.4 * height and right - left >= 8 and height <= 12
        for (left, _, right, _), height in zip(blobs, heights, strict=True)
    )
    left, top, right, bottom = around(blobs)
    if len(blobs) > 4 or not flat or bottom - top > max(heights) + 4:
        return ""
    profile = crop[top:bottom, left:right].mean(axis=0)
    dark = profile < (profile.min() + PAPER) / 2
    dashes = int(dark[0]) + int(np.count_nonzero(dark[1:] & ~dark[:-1]))
    return "-" * dashes if dashes <= 4 and right - left >= 1.5 * dashes * max(heights) else ""


def stars(crop: Picture, blobs: list[Box]) -> str:
    """Give the stars of a cell that holds one to three and nothing else: the readers take them for letters.

    A star is as tall as wide, less than half as tall as print of 9 points, and neither as full as a dot nor as empty as
    a ring.
    """
    left, top, right, bottom = around(blobs)
    height = bottom - top
    if not STAR[0] <= height <= STAR[1] or any(b - t < 0.75 * height for _, t, _, b in blobs):
        return ""
    count = round((right - left) / (1.15 * height))
    if not 1 <= count <= 3 or not 0.8 * count <= (right - left) / height <= 1.3 * count:
        return ""
    framed = cv2.copyMakeBorder(crop, 31, 31, 31, 31, cv2.BORDER_CONSTANT, value=(float(PAPER),))
    ink = ink_mask(framed)[31 + top : 31 + bottom, 31 + left : 31 + right] > 0  # type: ignore[arg-type]
    width = (right - left) / count
    for n in range(count):
        one = ink[:, round(n * width) : round((n + 1) * width)]
        middle = one[height // 3 : -(height // 3), one.shape[1] // 3 : -(one.shape[1] // 3)]
        if not 0.45 < one.mean() < 0.75 or not middle.all():
            return ""
    return "*" * count


def spaced(crop: Picture, text: str, least: int = MIN_SPACED) -> str:
    """Give a number with spaces where its print has them: the readers lose and make up narrow ones.

    Digits stand at the same distance from one another, be they as narrow as 1; where two stand further apart, there is
    a space, or a sign between them. Where the print does not show as many digits as the text has, or the text has fewer
    than `least`, nothing is changed. Of a few digits the height tells how far apart they stand.
    """
    digits = [sign for sign in text if sign.isdigit()]
    if len(digits) < least or not re.fullmatch(r"[\d ]+(?:[.,]\d+)?", text):
        return text
    whole = sum(map(str.isdigit, re.split("[.,]", text)[0]))
    centres = [(left + right) / 2 for left, _, right, _ in _digit_boxes(tall(find_blobs(crop)))]
    if len(centres) != len(digits):
        return text
    steps = [b - a for a, b in pairwise(centres)]
    if len(digits) < MIN_SPACED:
        usual = STEP * float(np.median([bottom - top for _, top, _, bottom in tall(find_blobs(crop))]))
    else:
        usual = float(np.percentile(steps, 30))
    parts = [digits[0]]
    for step, digit in zip(steps[: whole - 1], digits[1:whole], strict=True):
        parts.append(" " + digit if step > SPACE * usual else digit)
    point = re.search("[.,]", text)
    return "".join(parts) + (text[point.start() :] if point else "")


def digit_count(crop: Picture) -> int:
    """Count the digits of a number by the width of its print."""
    return len(_digit_boxes(tall(find_blobs(crop))))


def _digit_boxes(high: list[Box]) -> list[Box]:
    """Give the boxes of the digits of a number, from left to right; digits that touch share their ink evenly."""
    if not high:
        return []
    height = float(np.median([bottom - top for _, top, _, bottom in high]))
    boxes: list[Box] = []
    for left, top, right, bottom in sorted(high):
        count = max(1, round((right - left) / (DIGIT_WIDTH * height)))
        edges = [left + round((right - left) * n / count) for n in range(count + 1)]
        boxes += [(a, top, b, bottom) for a, b in pairwise(edges)]
    return boxes


def led_by_point(crop: Picture) -> bool:
    """Whether a line of digits begins with a point or a comma: a small low blob before the first digit."""
    found = find_blobs(crop)
    high = tall(found)
    if not high:
        return False
    top, bottom = min(box[1] for box in high), max(box[3] for box in high)
    left = min(box[0] for box in high)
    return any(
        box[2] <= left + 2 and box[1] > top + 0.6 * (bottom - top) and box[3] - box[1] < 0.5 * (bottom - top)
        for box in found
        if box not in high
    )


def as_printed(crop: Picture, text: str) -> str:
    """Give a number as its print shows it: with points, commas and a minus that readers lose, and 1 and 7 by shape.

    Both readers lose the comma of `5,1`, and are sure of it; the Ukrainian one takes 7 for 1 in some types. Where the
    print does not show as many digits as the text has, nothing is changed.
    """
    digits = [n for n, sign in enumerate(text) if sign.isdigit()]
    found = find_blobs(crop)
    high = tall(found)
    places = _digit_boxes(high)
    if not digits or len(places) != len(digits):
        return text
    top, bottom = (float(np.median([box[side] for box in high])) for side in (1, 3))
    height = bottom - top
    shown = list(text)
    for box, n in zip(places, digits, strict=True):
        if text[n] in "17" and box in high:
            shown[n] = _one_or_seven(crop, box) or text[n]
    for left, upper, right, lower in found:
        if (left, upper, right, lower) in high:
            continue
        after = sum((a + b) / 2 < (left + right) / 2 for a, _, b, _ in places)
        low = upper > top + 0.6 * height and right - left < 0.5 * height
        if 0 < after < len(places) and low and not text[digits[after - 1] + 1 : digits[after]].strip():
            shown[digits[after - 1]] += "," if lower > bottom + 0.08 * height else "."
        flat = lower - upper < 0.3 * height and right - left >= 0.25 * height
        halfway = 0.3 * height < (upper + lower) / 2 - top < 0.8 * height
        if after == 0 and flat and halfway and not text[: digits[0]].strip():
            shown[digits[0]] = "-" + shown[digits[0]]
    return re.sub(r"([.,]) +", r"\1", "".join(shown))


def points_of(crop: Picture, text: str) -> list[str]:
    """Give the points and commas of a number by their print: a comma reaches below the line, a point stands on it.

    Empty where the print does not show as many digits as the text has, or no sign where the text has one, or a doubtful
    one.
    """
    found = find_blobs(crop)
    high = tall(found)
    places = _digit_boxes(high)
    if len(places) != sum(map(str.isdigit, text)) or not high:
        return []
    top, bottom = (float(np.median([box[side] for box in high])) for side in (1, 3))
    height = bottom - top
    signs = []
    for match in re.finditer("[.,]", text):
        after = sum(map(str.isdigit, text[: match.start()]))
        marks = [
            box
            for box in found
            if box not in high
            and box[1] > top + 0.6 * height
            and sum((a + b) / 2 < (box[0] + box[2]) / 2 for a, _, b, _ in places) == after
        ]
        below = (marks[0][3] - bottom) / height if len(marks) == 1 else 0.06
        if 0.04 < below < 0.08:
            return []
        signs.append("," if below >= 0.08 else ".")
    return signs


def fits(crop: Picture, text: str) -> bool:
    """Whether the print shows as many digits as a number has, and the signs that it has."""
    return digit_count(crop) == sum(map(str.isdigit, text)) and as_printed(crop, text) == text


def is_worn(crop: Picture) -> bool:
    """Whether part of the print is so pale that a digit may have lost its shape: grey strokes far from any dark ink."""
    dark = cv2.dilate((crop < DARK).astype(np.uint8), np.ones((5, 5), np.uint8))
    return int(np.count_nonzero((crop < PALE) & (dark == 0))) >= DUST


def _one_or_seven(crop: Picture, box: Box) -> str:
    """Tell the digit 1 from the digit 7 by how wide it is at its top and at its foot; nothing where it is neither.

    A 7 is as wide as it gets at its top and no wider than a stroke at its foot; a 1 is narrow at its very top, and
    where it is wide at all, then at its foot.
    """
    left, top, right, bottom = box
    part = crop[top:bottom, left:right]
    ink = part < (int(part.min()) + PAPER) // 2
    strip = max(2, (bottom - top) // 9)
    wide = right - left
    head, foot = (np.flatnonzero(rows.any(axis=0)) for rows in (ink[:strip], ink[-strip:]))
    if not len(head) or not len(foot) or wide < 0.25 * (bottom - top):
        return ""
    at_top, at_foot = (int(places[-1] - places[0] + 1) / wide for places in (head, foot))
    if at_top > 0.85 and at_foot < 0.5:
        return "7"
    return "1" if at_top < 0.6 and (at_foot > 0.85 or wide < 0.5 * (bottom - top)) else ""


def tall(blobs: list[Box]) -> list[Box]:
    """Leave out what is much lower than the tallest print: points, commas, dashes, pieces of a sign."""
    tallest = max((bottom - top for _, top, _, bottom in blobs), default=0)
    return [box for box in blobs if box[3] - box[1] >= 0.6 * tallest]


def without_specks(blobs: list[Box]) -> list[Box]:
    """Leave out specks: what is as small as a full stop and has no print beside it."""
    print_ = [box for box in blobs if max(box[2] - box[0], box[3] - box[1]) > SPECK]
    return [box for box in blobs if box in print_ or any(_near(box, other) for other in print_)]


def _near(first: Box, second: Box) -> bool:
    across = max(first[0], second[0]) - min(first[2], second[2])
    down = max(first[1], second[1]) - min(first[3], second[3])
    return across <= BESIDE_PRINT and down <= BESIDE_PRINT


def upright_bars(crop: Picture) -> int:
    """Count the upright strokes of a picture of nothing but the Roman numerals I, II, III; else 0.

    Such a picture is its own mirror image both ways and its strokes run straight from top to bottom; the digit 1 has a
    flag at its upper left.
    """
    ink = crop < (int(crop.min()) + PAPER) // 2
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows) or rows[-1] - rows[0] + 1 < TELLING:
        return 0
    ink = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    near = cv2.dilate(ink.astype(np.uint8), np.ones((3, 3), np.uint8)) > 0
    if any(np.count_nonzero(ink & ~turned) > 0.01 * np.count_nonzero(ink) for turned in (near[::-1], near[:, ::-1])):
        return 0
    trunk = ink[len(ink) // 5 : -(len(ink) // 5) or None].mean(axis=0)
    if np.count_nonzero((trunk > 0.15) & (trunk < 0.85)) > 0.34 * len(trunk):
        return 0
    stroke = trunk > 0.5
    return int(stroke[0]) + int(np.count_nonzero(stroke[1:] & ~stroke[:-1]))


def overrun(crop: Picture, blobs: list[Box]) -> bool:
    """Whether a blob at the crop's edge is no single sign, being too tall or too wide: a stroke of a pen, a stamp."""
    rows, columns = crop.shape
    usual = float(np.median([bottom - top for _, top, _, bottom in blobs if bottom - top >= 12] or [rows]))
    return any(
        (bottom - top > 1.35 * usual or right - left > 1.3 * (bottom - top) > 16)
        and (left == 0 or top == 0 or right == columns or bottom == rows)
        for left, top, right, bottom in blobs
    )


def line_boxes(blobs: list[Box]) -> list[Box]:
    """Give a box for each line of print, told apart by the empty rows between them.

    Dots and commas, which may stand apart from their line, go to the nearest one; far from any they make one.
    """
    lines: list[list[Box]] = []
    for box in sorted((box for box in blobs if box[3] - box[1] >= LOW), key=lambda box: box[1]):
        if not lines or box[1] > max(other[3] for other in lines[-1]):
            lines.append([])
        lines[-1].append(box)
    if not lines:
        return [around(blobs)] if blobs else []
    spans = [around(line) for line in lines]
    for box in blobs:
        if box[3] - box[1] < LOW:
            apart = [max(top - box[3], box[1] - bottom) for _, top, _, bottom in spans]
            nearest = apart.index(min(apart))
            if apart[nearest] <= 0.5 * (spans[nearest][3] - spans[nearest][1]):
                lines[nearest].append(box)
            else:
                lines.append([box])
    return sorted((around(line) for line in lines), key=lambda box: box[1])


def around(boxes: list[Box]) -> Box:
    """Give the box around some boxes, at least one."""
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def padded(picture: Picture, box: Box) -> Picture:
    """Cut a box out with the two pixels around it, and put paper around that."""
    left, top, right, bottom = box
    cut = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    return cv2.copyMakeBorder(  # type: ignore[return-value]
        cut, PADDING, PADDING, PADDING, PADDING, cv2.BORDER_CONSTANT, value=(float(PAPER),)
    )

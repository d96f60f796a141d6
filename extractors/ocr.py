"""Print to text with Tesseract: two readers wherever a number stands, so that none is silently wrong.

Guarantee: a cell of digits is accepted as sure only where the reader of words and the reader of digits agree. Where
they differ, the better reading is the text and the other one is kept beside it; nothing is voted away. In running text,
every word with a digit in it is read a second time in the same manner.

Pictures are grey, dark on white, about 300 dots an inch; boxes are pixels of the picture given. The engines are made
once a process and are not for use by several threads at a time.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # before Tesseract loads: its threads cost more than they bring

import cv2
import numpy as np
import tesserocr
from tesserocr import OEM, PSM, RIL

from extractors.layout import Run, join_lines, join_wrapped, union
from extractors.rulings import Picture, ink_mask
from extractors.tessdata import require_tessdata

PAPER = 255
"""Grey level of the paper: `scan` brings a page to it, and crops are framed with it."""
MARGIN = 15
"""Pixels of a crop's width that print keeps free of: with what was cut off with the lines, 1 mm on each side."""
PADDING = 12
"""Pixels of paper around a crop: Tesseract misses print at the very edge."""
DUST = 9
"""Pixels of ink below which a blob is no print: a full stop of 8 points has about 12."""
TELLING = 24
"""Pixels of height from which the flag of a printed 1 shows."""
OVERRUN = 0.7
"""Most confidence in a number whose ink runs over the cell's edge: a pen or a stamp may have changed its digits."""
SPECK = 6
"""Pixels each way up to which a lone blob is a speck: a full stop of 12 points has 6."""
BESIDE_PRINT = 25
"""Pixels from a sign within which a full stop or an accent belongs to it: the height of a digit of 9 points."""
STAR = (7, 15)
"""Pixels of height of a star."""
MIN_SPACED = 4
"""Digits from which a number may have spaces."""
DIGIT_WIDTH = 0.72
"""Width of a digit with its room, in heights; more ink than that is several digits that touch."""
SPACE = 1.25
"""Steps between digits from which there is a space: the narrowest is a quarter of an em, half a digit."""
SURE = 0.97
"""Confidence of what is known by its shape."""

_WORDS, _DIGITS = "ukr+eng", "eng"
_DIGIT_SIGNS = "0123456789,.-%"
_LEADING = "0123456789.,-–/"
"""Signs that a number at the head of a word is made of, as in `1.2.Послуги`."""
_ROMAN_SIGNS = "IVX-"
_LIKE_DIGITS = frozenset("ОоOoІіIl|!їЇЗзбпПВЧSБ")
"""Letters that the reader of words gives for digits: `1` as `І`, `3` as `З`, `11` as `п`."""
_SAME_SHAPE = str.maketrans("ЗзОоOo", "330000")
_PUNCTUATION = frozenset(" \n,.-–—−%()+/:;'’\"`*_~=")
_NUMBER = re.compile(r"[-–−]?(\d{1,3}( \d{3})+|\d+)([,.]\d+)?\s?%?")
_NUMERO = re.compile(r"\b(?:М[ое]|[NХЛ][оo]|N[еe])\.?(?=\s*(?:\d|[пзn]\s?/\s?[пn]))")
_BARS = re.compile(r"[IІiіїЇl|!1ПпШшTТ]{1,4}")
_ROMAN_LIKE = re.compile(r"(?=..)[IІЇl|1]{0,3}([-–][IІЇl|1]{0,3})?[MМVvУХX][IІЇl|1]{0,3}")
_CODE_LIKE = re.compile(r"[A-ZА-ЯҐЄІЇ](?P<digits>[\dOОЗІI]{2})(?P<rest>(?:\.\d{1,2})?[;,.:)]?)")
_CODE = re.compile(r"[A-Z]\d{2}(?!\w)")
"""A code of a classification: a Latin letter and two digits, as the International Classification of Diseases has."""
_CODE_DIGITS = str.maketrans("OОЗІI", "00311")
_CROSSES = {"X": "Х", "Х": "Х", "x": "х", "х": "х", "×": "х"}
"""The cross that says "not applicable", as Ukrainian print has it: a Cyrillic letter."""
_LATIN_NUMERALS = str.maketrans("ІХ", "IX")
_ROMAN = re.compile(r"(I{1,3}-)?X{0,3}(IX|IV|V?I{1,3}|(?<=X)V?|(?<=-)V|V)")

Box = tuple[int, int, int, int]
"""`(left, top, right, bottom)` in pixels."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What stands in a picture: `confidence` 0-1, `alternative` where readers disagree, `ink` the box of the print."""

    text: str
    confidence: float
    alternative: str | None = None
    ink: Box | None = None


@dataclass(frozen=True, slots=True)
class Word:
    """A word, its line's number, its box, and how sure the reader of words is of it (0-1)."""

    text: str
    line: int
    box: Box
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of running text. Where a number was read in two ways, `confidence` is low and `alternative` the other."""

    text: str
    box: Box
    confidence: float
    alternative: str | None = None


def read_cell(crop: Picture) -> Reading:
    """Read the inside of one table cell, its ruling lines already cut off."""
    blobs = _without_specks(_blobs(crop))
    if not blobs:
        return Reading("", 1.0)
    ink = _around(blobs)
    known = _dashes(crop, blobs) or _stars(crop, blobs)
    if known:
        return Reading(known, SURE, None, ink)
    reading = _read(_padded(crop, ink), _line_count(blobs), len(blobs), crop.shape[1] - MARGIN)
    if looks_numeric(reading.text) and _overrun(crop, blobs):
        reading = replace(reading, confidence=min(reading.confidence, OVERRUN))
    return replace(reading, ink=ink)


def read_lines(picture: Picture) -> list[Line]:
    """Read running text line by line, in Tesseract's reading order; lines without a letter or digit are left out."""
    inked = np.flatnonzero(np.count_nonzero(ink_mask(picture), axis=1) > 2)
    if not len(inked):
        return []
    above = max(0, int(inked[0]) - PADDING)
    picture = np.ascontiguousarray(picture[above : int(inked[-1]) + PADDING])
    words = _words(_engine(_WORDS), picture, PSM.AUTO)
    lines = []
    for number in sorted({word.line for word in words}):
        own = [word for word in words if word.line == number]
        if any(sign.isalnum() for word in own for sign in word.text):
            checked = _checked(picture, own)
            confidence = checked.confidence if checked.alternative is None else min(0.5, checked.confidence)
            left, top, right, bottom = _around([word.box for word in own])
            box = (left, top + above, right, bottom + above)
            lines.append(Line(checked.text, box, confidence, checked.alternative))
    return lines


def confidence_of(line: Picture) -> float:
    """Read a line and tell how sure the reading is (0-1), by the letters of words; 0 where nothing is read."""
    words = _words(_engine(_WORDS), line, PSM.SINGLE_LINE)
    total = sum(len(word.text) for word in words)
    return sum(word.confidence * len(word.text) for word in words) / total if total else 0.0


def looks_numeric(text: str) -> bool:
    """Whether a reading may be that of a number: all its signs are digits, punctuation, or letters taken for digits."""
    signs = [sign for sign in text if sign not in _PUNCTUATION]
    if not signs:
        return True
    digits = sum(sign.isdigit() for sign in signs)
    alike = sum(sign in _LIKE_DIGITS for sign in signs)
    if digits and len(signs) <= 4 and all(sign.isascii() or sign in _LIKE_DIGITS for sign in signs):
        return True
    return digits + alike == len(signs) and (digits >= alike or len(signs) <= 3)


def settle(words: Reading, digits: Reading) -> Reading:
    """Bring the two readings of one number together.

    Readings that differ only in white space, or in a letter of a digit's very shape, agree, and together are surer than
    either; the one with its spaces is kept.
    """
    plain = words.text.translate(_SAME_SHAPE) if any(sign.isdigit() for sign in words.text) else words.text
    if _key(plain) == _key(digits.text):
        text = max(plain, digits.text, key=len)
        return Reading(text, 1 - (1 - words.confidence) * (1 - digits.confidence))
    if not digits.text and not any(sign.isdigit() for sign in words.text):
        return words
    better, other = sorted((words, digits), key=_merit, reverse=True)
    return Reading(better.text, min(better.confidence, 0.75), other.text)


def _merit(reading: Reading) -> float:
    return reading.confidence + (0.3 if _NUMBER.fullmatch(reading.text) else 0.0) - (0.0 if reading.text else 1.0)


def _key(text: str) -> str:
    return re.sub(r"\s", "", text).replace("–", "-").replace("—", "-").replace("−", "-")


def _read(crop: Picture, lines: int, blobs: int, room: int) -> Reading:
    engine = _engine(_WORDS)
    words = _words(engine, crop, PSM.SINGLE_BLOCK)
    if not words and lines == 1:
        words = _words(engine, crop, PSM.SINGLE_WORD if blobs > 1 else PSM.SINGLE_CHAR)
    by_line = [[word for word in words if word.line == line] for line in sorted({word.line for word in words})]
    rows = [Run(" ".join(word.text for word in line), union(word.box for word in line)) for line in by_line]
    text = join_wrapped(rows, room)
    if blobs == 1 and len(text) in (2, 3) and text.isalpha():
        alone = _words(engine, crop, PSM.SINGLE_CHAR)
        words, text = (alone, alone[0].text) if len(alone) == 1 and len(alone[0].text) == 1 else (words, text)
    roman = _roman(crop, text) if lines == 1 else ""
    if roman:
        return Reading(roman, SURE, text if any(sign.isdigit() for sign in text) else None)
    bare = text.strip("|_ ")
    if not bare.strip(".,:;'`\"’‘"):
        return Reading("", 0.0, text or None)
    if lines == 1 and bare in _CROSSES:
        return Reading(_CROSSES[bare], max(word.confidence for word in words))
    if looks_numeric(bare):
        first = Reading(bare, min((word.confidence for word in words), default=0.0))
        settled = settle(first, _digits(crop, lines))
        return _with_signs(crop, replace(settled, text=_spaced(crop, settled.text))) if lines == 1 else settled
    checked = _checked(crop, words)
    if _ROMAN_LIKE.fullmatch(text):
        return replace(checked, confidence=min(checked.confidence, 0.6))
    return checked


def _digits(crop: Picture, lines: int) -> Reading:
    """Read with nothing but digits and their signs to choose from."""
    engine = _engine(_DIGITS, _DIGIT_SIGNS)
    words = _words(engine, crop, PSM.SINGLE_LINE if lines == 1 else PSM.SINGLE_BLOCK)
    if not words and lines == 1:
        words = _words(engine, crop, PSM.SINGLE_WORD)
    return Reading(" ".join(word.text for word in words), min((word.confidence for word in words), default=0.0))


def _roman(crop: Picture, text: str) -> str:
    """Give the Roman numeral in the picture of a word that was read as something alike, else nothing.

    The reader of words, being Ukrainian, has no letter V: `IV` comes as `ІМ`. A reading with as many letters as the
    picture has separate signs is preferred.
    """
    if _BARS.fullmatch(text):
        bars = _upright_bars(crop)
        return "I" * bars if bars <= 3 else ""
    found: list[str] = []
    if _ROMAN_LIKE.fullmatch(text) and not text.isdigit():
        blobs = len(_blobs(crop))
        as_read = text.translate(_LATIN_NUMERALS)
        if _ROMAN.fullmatch(as_read) and len(as_read) == blobs:
            return as_read
        for scale in (1.0, 1.5, 0.75):
            picture = cv2.resize(crop, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC)
            words = _words(_engine(_DIGITS, _ROMAN_SIGNS), picture, PSM.SINGLE_LINE)  # type: ignore[arg-type]
            if len(words) == 1 and _ROMAN.fullmatch(words[0].text):
                found.append(words[0].text)
                if len(words[0].text) == blobs:
                    return words[0].text
    return found[0] if found else ""


def _checked(picture: Picture, words: list[Word]) -> Reading:
    """Read every word with a digit in it again; one that differs makes the whole text doubtful."""
    total = sum(len(word.text) for word in words)
    if not total:
        return Reading("", 0.0)
    lines: dict[int, list[str]] = {}
    others: dict[int, list[str]] = {}
    weighed = 0.0
    differ = False
    for word in words:
        text = other = word.text
        confidence = word.confidence
        if text in {"3", "З"} and _is_low(picture, word, words):
            text = other = "з"
        shape = _padded(picture, word.box)
        roman = _roman(shape, text)
        if roman:
            text, other = roman, text if any(sign.isdigit() for sign in text) else roman
        if _ROMAN.fullmatch(text) and (signs := len(_tall(_blobs(shape)))) > len(text):
            other = text + "I" * (signs - len(text))
        if code := _code(shape, text):
            text = other = code
        differ = differ or other != text
        if any(sign.isdigit() for sign in text):
            again = _digits(shape, 1)
            if _confirms(text, again.text):
                confidence = max(confidence, 0.9)
            else:
                other, differ = (again.text or "?") + text.lstrip(_LEADING), True
                text, other = _better(shape, text, other)
        weighed += confidence * len(word.text)
        lines.setdefault(word.line, []).append(text)
        others.setdefault(word.line, []).append(other)
    whole, alternative = (join_lines(" ".join(line) for line in by.values()) for by in (lines, others))
    return Reading(_NUMERO.sub("№", whole), weighed / total, _NUMERO.sub("№", alternative) if differ else None)


def _code(shape: Picture, text: str) -> str:
    """Give a code such as `F51.1` with the letter that the reader of Latin letters sees, else nothing.

    The reader of words takes a Latin letter for the Cyrillic one that is most like it, `F51` for `Е51`, and a digit
    after it for a letter. Its digits stay for the reader of digits to confirm.
    """
    like = _CODE_LIKE.fullmatch(text)
    if like is None:
        return ""
    again = "".join(word.text for word in _words(_engine(_DIGITS), shape, PSM.SINGLE_LINE))
    if not again[:1].isascii() or not again[:1].isupper():
        return ""
    digits = like["digits"].translate(_CODE_DIGITS)
    if _CODE.match(again) is None and not any(sign.isdigit() for sign in like["digits"]):
        return ""
    return f"{again[0]}{digits}{like['rest']}"


def _better(shape: Picture, text: str, other: str) -> tuple[str, str]:
    """Give two readings of a word with digits in it, first the one that a third look at a larger picture agrees with.

    The word stays doubtful either way; this only chooses which reading is shown.
    """
    larger = cv2.resize(shape, None, fx=1.5, fy=1.5, interpolation=cv2.INTER_CUBIC)
    third = _digits(larger, 1).text  # type: ignore[arg-type]
    return (text, other) if _confirms(text, third) or not _confirms(other, third) else (other, text)


def _is_low(picture: Picture, word: Word, words: list[Word]) -> bool:
    """Whether a lone sign is no taller than the small letters of its line: it is the letter з then, not the digit 3."""
    heights = [
        bottom - top
        for other in words
        if other.line == word.line and other is not word
        for _, top, _, bottom in _blobs(_padded(picture, other.box))
        if bottom - top >= 12
    ]
    own = [bottom - top for _, top, _, bottom in _blobs(_padded(picture, word.box))]
    return len(heights) >= 5 and bool(own) and max(own) < 1.2 * float(np.median(heights))


def _confirms(word: str, again: str) -> bool:
    """Whether the second reading holds the digits of a word; where letters stand too, it may hold more than those."""
    wanted, found = (re.sub(r"\D", "", text) for text in (word, again))
    return wanted in found if any(sign.isalpha() or sign == "№" for sign in word) else wanted == found


@lru_cache(maxsize=4)
def _engine(languages: str, only: str = "") -> tesserocr.PyTessBaseAPI:
    engine = tesserocr.PyTessBaseAPI(path=str(require_tessdata()), lang=languages, oem=OEM.LSTM_ONLY)
    engine.SetVariable("invert_threshold", "0")  # no second pass for light print on dark, which `scan` does not pass on
    if only:
        engine.SetVariable("tessedit_char_whitelist", only)
    return engine


def _words(engine: tesserocr.PyTessBaseAPI, picture: Picture, layout: int) -> list[Word]:
    """Read a picture, its words in reading order."""
    rows, columns = picture.shape
    engine.SetPageSegMode(layout)
    engine.SetImageBytes(picture.tobytes(), columns, rows, 1, columns)
    engine.SetSourceResolution(300)
    engine.Recognize()
    return list(_iterate(engine.GetIterator()))


def _iterate(results: tesserocr.PyResultIterator | None) -> Iterator[Word]:
    if results is None or results.Empty(RIL.WORD):
        return
    line = -1
    while True:
        line += results.IsAtBeginningOf(RIL.TEXTLINE)
        text = (results.GetUTF8Text(RIL.WORD) or "").strip() if not results.Empty(RIL.WORD) else ""
        box = results.BoundingBox(RIL.WORD) if text else None
        if box:
            yield Word(text, line, box, max(0.0, results.Confidence(RIL.WORD)) / 100)
        if not results.Next(RIL.WORD):
            return


def _blobs(crop: Picture) -> list[Box]:
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


def _dashes(crop: Picture, blobs: list[Box]) -> str:
    """Give a hyphen for each of 1-4 dashes side by side, else nothing: by themselves the readers lose dashes.

    Dashes that touch are told apart by the lighter gaps between them.
    """
    heights = [bottom - top for _, top, _, bottom in blobs]
    flat = all(
        right - left >= 1.4 * height and right - left >= 8 and height <= 12
        for (left, _, right, _), height in zip(blobs, heights, strict=True)
    )
    left, top, right, bottom = _around(blobs)
    if len(blobs) > 4 or not flat or bottom - top > max(heights) + 4:
        return ""
    profile = crop[top:bottom, left:right].mean(axis=0)
    dark = profile < (profile.min() + PAPER) / 2
    dashes = int(dark[0]) + int(np.count_nonzero(dark[1:] & ~dark[:-1]))
    return "-" * dashes if dashes <= 4 and right - left >= 1.5 * dashes * max(heights) else ""


def _stars(crop: Picture, blobs: list[Box]) -> str:
    """Give the stars of a cell that holds one to three and nothing else: the readers take them for letters.

    A star is as tall as wide, less than half as tall as print of 9 points, and neither as full as a dot nor as empty as
    a ring.
    """
    left, top, right, bottom = _around(blobs)
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


def _spaced(crop: Picture, text: str) -> str:
    """Give a number with spaces where its print has them: the readers lose and make up narrow ones.

    Digits stand at the same distance from one another, be they as narrow as 1; where two stand further apart, there is
    a space, or a sign between them. Where the print does not show as many digits as the text has, nothing is changed.
    """
    digits = [sign for sign in text if sign.isdigit()]
    if len(digits) < MIN_SPACED or not re.fullmatch(r"[\d ]+(?:[.,]\d+)?", text):
        return text
    whole = sum(map(str.isdigit, re.split("[.,]", text)[0]))
    blobs = sorted(_tall(_blobs(crop)))
    height = float(np.median([bottom - top for _, top, _, bottom in blobs]))
    centres: list[float] = []
    for left, _, right, _ in blobs:
        count = max(1, round((right - left) / (DIGIT_WIDTH * height)))
        centres += [left + (right - left) * (n + 0.5) / count for n in range(count)]
    if len(centres) != len(digits):
        return text
    steps = [b - a for a, b in pairwise(centres)]
    usual = float(np.percentile(steps, 30))
    parts = [digits[0]]
    for step, digit in zip(steps[: whole - 1], digits[1:whole], strict=True):
        parts.append(" " + digit if step > SPACE * usual else digit)
    point = re.search("[.,]", text)
    return "".join(parts) + (text[point.start() :] if point else "")


def _with_signs(crop: Picture, reading: Reading) -> Reading:
    """Doubt a number whose print shows a point, a comma or a minus that its reading lacks.

    Both readers lose the comma of `5,1`, and are sure of it. The reading with the sign is shown, the other one is kept.
    """
    digits = [n for n, sign in enumerate(reading.text) if sign.isdigit()]
    blobs = _blobs(crop)
    tall = sorted(_tall(blobs))
    if not digits or len(tall) != len(digits) or reading.alternative is not None:
        return reading
    top, bottom = (float(np.median([box[side] for box in tall])) for side in (1, 3))
    height = bottom - top
    shown = list(reading.text)
    for left, upper, right, lower in blobs:
        if (left, upper, right, lower) in tall:
            continue
        after = sum((a + b) / 2 < (left + right) / 2 for a, _, b, _ in tall)
        if 0 < after < len(tall) and upper > top + 0.6 * height and right - left < 0.5 * height:
            between = reading.text[digits[after - 1] + 1 : digits[after]]
            if not between.strip():
                shown[digits[after - 1]] += "," if lower > bottom + 0.08 * height else "."
        flat = lower - upper < 0.3 * height and right - left >= 0.25 * height
        halfway = 0.3 * height < (upper + lower) / 2 - top < 0.8 * height
        if after == 0 and flat and halfway and not reading.text[: digits[0]].strip():
            shown[digits[0]] = "-" + shown[digits[0]]
    text = re.sub(r"([.,]) +", r"\1", "".join(shown))
    if text == reading.text:
        return reading
    return replace(reading, text=text, confidence=min(reading.confidence, 0.75), alternative=reading.text)


def _tall(blobs: list[Box]) -> list[Box]:
    """Leave out what is much lower than the tallest print: points, commas, dashes, pieces of a sign."""
    tallest = max((bottom - top for _, top, _, bottom in blobs), default=0)
    return [box for box in blobs if box[3] - box[1] >= 0.6 * tallest]


def _without_specks(blobs: list[Box]) -> list[Box]:
    """Leave out specks: what is as small as a full stop and has no print beside it."""
    print_ = [box for box in blobs if max(box[2] - box[0], box[3] - box[1]) > SPECK]
    return [box for box in blobs if box in print_ or any(_near(box, other) for other in print_)]


def _near(first: Box, second: Box) -> bool:
    across = max(first[0], second[0]) - min(first[2], second[2])
    down = max(first[1], second[1]) - min(first[3], second[3])
    return across <= BESIDE_PRINT and down <= BESIDE_PRINT


def _upright_bars(crop: Picture) -> int:
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


def _overrun(crop: Picture, blobs: list[Box]) -> bool:
    """Whether a blob at the crop's edge is no single sign, being too tall or too wide: a stroke of a pen, a stamp."""
    rows, columns = crop.shape
    usual = float(np.median([bottom - top for _, top, _, bottom in blobs if bottom - top >= 12] or [rows]))
    return any(
        (bottom - top > 1.35 * usual or right - left > 1.3 * (bottom - top) > 16)
        and (left == 0 or top == 0 or right == columns or bottom == rows)
        for left, top, right, bottom in blobs
    )


def _line_count(blobs: list[Box]) -> int:
    """Count the lines of print by the empty rows between them."""
    lines, reach = 0, -1
    for _, top, _, bottom in sorted(blobs, key=lambda blob: blob[1]):
        if bottom - top < 12:
            continue  # dots and commas stand apart from their line
        lines += top > reach
        reach = max(reach, bottom)
    return max(1, lines)


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _padded(picture: Picture, box: Box) -> Picture:
    """Cut a box out with the two pixels around it, and put paper around that."""
    left, top, right, bottom = box
    cut = picture[max(0, top - 2) : bottom + 2, max(0, left - 2) : right + 2]
    return cv2.copyMakeBorder(  # type: ignore[return-value]
        cut, PADDING, PADDING, PADDING, PADDING, cv2.BORDER_CONSTANT, value=(float(PAPER),)
    )

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

os.environ.setdefault("OMP_THREAD_LIMIT", "1")  # before Tesseract loads: its threads cost more than they bring

import cv2
import numpy as np
import tesserocr
from tesserocr import OEM, PSM, RIL

from extractors import shapes
from extractors.layout import Run, all_full, join_lines, join_wrapped, union
from extractors.rulings import Picture, ink_mask
from extractors.shapes import Box
from extractors.tessdata import require_tessdata

PADDING = 12
"""Pixels that a cell keeps free at each side where nothing else is known: with what was cut off, 1 mm."""
LEVEL, LEAST_TURNED = 0.9, 60
"""Confidence below which tall print may be turned, and how many pixels tall it is at the least: three letters."""
OVERRUN = 0.7
"""Most confidence in a number whose ink runs over the cell's edge: a pen or a stamp may have changed its digits."""
SURE = 0.97
"""Confidence of what is known by its shape."""

SEEN = 0.9
"""Most confidence in a comma that only one reader and the print show, and in lines that make no one number."""

LEAST_NATIVE = 0.7
"""Confidence of the reader of Ukrainian from which on a word of Latin letters is a Ukrainian one."""

_WORDS, _NATIVE, _DIGITS = "ukr+eng", "ukr", "eng"
_DIGIT_SIGNS = "0123456789,.-%"
_LEADING = "0123456789.,-–/"
"""Signs that a number at the head of a word is made of, as in `1.2.Послуги`."""
_ROMAN_SIGNS = "IVX-"
_LIKE_DIGITS = frozenset("ОоOoІіIl|!їЇЗзбпПВЧSБА")
"""Letters that the reader of words gives for digits: `1` as `І`, `3` as `З`, `11` as `п`, `4` as `А`."""
_SAME_SHAPE = str.maketrans("ЗзОоOo", "330000")
_PUNCTUATION = frozenset(" \n,.-–—−%()+/:;'’\"`*_~=")
_NUMBER = re.compile(r"[-–−]?(\d{1,3}( \d{3})+|\d+)([,.]\d+)?\s?%?")
_NUMERO = re.compile(r"\b(?:М[ое]|[NХЛ][оo]|N[еe])\.?(?=\s*(?:\d|[пзn]\s?/\s?[пn]))")
_BARS = re.compile(r"[IІiіїЇl|!1ПпШшTТ]{1,4}")
_ROMAN_LIKE = re.compile(r"(?=..)[IІЇl|1]{0,3}([-–][IІЇl|1]{0,3})?[MМVvУХX][IІЇl|1]{0,3}")
_CODE_LIKE = re.compile(r"[A-ZА-ЯҐЄІЇ](?P<digits>[\dOОЗІI]{2})(?P<rest>(?:\.\d{1,2})?[;,.:)]?)")
_CODE = re.compile(r"[A-Z]\d{2}(?!\w)")
"""A code of a classification: a Latin letter and two digits, as the International Classification of Diseases has."""
_WHOLE_CODE = re.compile(r"[A-Z]\d{2}(?:\.\d{1,2})?[;,.:)]?")
_CODE_SIGNS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.;,"
FEWEST_LISTED = 3
"""Codes in a text from which on it is a list of them."""
_CODE_DIGITS = str.maketrans("OОЗІI", "00311")
_CROSSES = {"X": "Х", "Х": "Х", "x": "х", "х": "х", "×": "х"}
"""The cross that says "not applicable", as Ukrainian print has it: a Cyrillic letter."""
_TWO_POINTS = re.compile(r"(?<=\d)(?:,\.|\.,|,,)(?=\d)")
"""One comma that a reader gives as two signs."""
_LATIN = re.compile(r"[A-Za-z]{2}")
_CYRILLIC = str.maketrans("ABCEHIKMOPTXaceiopxy", "АВСЕНІКМОРТХасеіорху")
"""Latin letters and the Ukrainian ones of the same shape."""
_EDGES = "«»\"'().,;:!?-–—"
_LATIN_NUMERALS = str.maketrans("ІХ", "IX")
_ROMAN = re.compile(r"(I{1,3}-)?X{0,3}(IX|IV|V?I{1,3}|(?<=X)V?|(?<=-)V|V)")


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


def read_cell(crop: Picture, blobs: list[Box] | None = None, padding: int = PADDING) -> Reading:
    """Read the inside of one table cell, its ruling lines already cut off.

    Args:
        crop: the inside.
        blobs: its print, from `print_of`, where that is known.
        padding: pixels that the cells of its table keep free at their sides.
    """
    blobs = print_of(crop) if blobs is None else blobs
    if not blobs:
        return Reading("", 1.0)
    ink = shapes.around(blobs)
    known = shapes.dashes(crop, blobs) or shapes.stars(crop, blobs)
    if known:
        return Reading(known, SURE, None, ink)
    print_ = shapes.padded(crop, ink)
    reading = _read(print_, len(shapes.line_boxes(blobs)), len(blobs), crop.shape[1] - 2 * padding)
    width, height = ink[2] - ink[0], ink[3] - ink[1]
    if reading.confidence < LEVEL and not looks_numeric(reading.text) and height > max(LEAST_TURNED, 1.2 * width):
        ways = [reading, *(_turned(print_, way, crop.shape[0] - 2 * padding) for way in (-1, 1))]
        return replace(max(ways, key=lambda way: way.confidence), ink=ink)
    if looks_numeric(reading.text) and shapes.overrun(crop, blobs):
        reading = replace(reading, confidence=min(reading.confidence, OVERRUN))
    return replace(reading, ink=ink)


def print_of(crop: Picture) -> list[Box]:
    """Give the boxes of the print in the inside of a cell; empty where nothing is printed."""
    return shapes.without_specks(shapes.find_blobs(crop))


def read_words(picture: Picture) -> list[Word]:
    """Read running text word by word, in Tesseract's reading order."""
    inked = np.flatnonzero(np.count_nonzero(ink_mask(picture), axis=1) > 2)
    if not len(inked):
        return []
    above = max(0, int(inked[0]) - shapes.PADDING)
    part = np.ascontiguousarray(picture[above : int(inked[-1]) + shapes.PADDING])
    return [
        replace(word, box=(word.box[0], word.box[1] + above, word.box[2], word.box[3] + above))
        for word in _words(_engine(_WORDS), part, PSM.AUTO)
    ]


def lines_of(picture: Picture, words: list[Word]) -> list[Line]:
    """Make lines of a page's words, the numbers in them read again; lines without a letter or digit are left out."""
    lines = []
    for number in sorted({word.line for word in words}):
        own = [word for word in words if word.line == number]
        if any(sign.isalnum() for word in own for sign in word.text):
            checked = _checked(picture, own)
            confidence = checked.confidence if checked.alternative is None else min(0.5, checked.confidence)
            lines.append(Line(checked.text, shapes.around([word.box for word in own]), confidence, checked.alternative))
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
    if blobs == 1 and len(bare) <= 3 and set(bare) <= _CROSSES.keys():  # one cross, read as several
        return Reading(min(map(_CROSSES.__getitem__, bare), key=str.isupper), SURE)
    if looks_numeric(bare):
        first = Reading(bare, min((word.confidence for word in words), default=0.0))
        if lines == 1:
            return _number(crop, first)
        return _wrapped_number(crop, room, bare) or _unsure(settle(first, _digits(crop, lines)))
    checked = _checked(crop, words)
    if _ROMAN_LIKE.fullmatch(text):
        return replace(checked, confidence=min(checked.confidence, 0.6))
    return checked


def _unsure(reading: Reading) -> Reading:
    return replace(reading, confidence=min(reading.confidence, 0.5))


def _turned(crop: Picture, quarters: int, room: int) -> Reading:
    """Read what is turned by quarters, as the headings of narrow columns are."""
    level = np.ascontiguousarray(np.rot90(crop, quarters))
    blobs = shapes.find_blobs(level)
    return _read(level, len(shapes.line_boxes(blobs)), len(blobs), room) if blobs else Reading("", 0.0)


def _number(crop: Picture, first: Reading) -> Reading:
    """Read a line with a number a second time, and bring the readings together with what its print shows.

    Readings that differ only in whether a sign is a point or a comma are told apart by how low it reaches.
    """
    first, second = (replace(r, text=_TWO_POINTS.sub(",", r.text)) for r in (first, _digits(crop, 1)))
    one, two = _key(first.text), _key(second.text)
    if one != two and one.replace(",", ".") == two.replace(",", "."):
        points = shapes.points_of(crop, first.text)
        if points:
            text = re.sub("[.,]", lambda _: points.pop(0), max(first.text, second.text, key=len))
            first, second = replace(first, text=text), replace(second, text=text)
    return _doubted(crop, settle(first, second))


def _wrapped_number(crop: Picture, room: int, whole: str) -> Reading | None:
    """Read a number that a narrow cell breaks, line by line; `None` where a line is none.

    A digit alone on its line is easily misread: where `whole`, the reading of all lines at once, has other digits, the
    number is doubtful.
    """
    found: list[tuple[Box, Reading]] = []
    for box in shapes.line_boxes(shapes.find_blobs(crop)):
        line = shapes.padded(crop, box)
        if found and max(box[2] - box[0], box[3] - box[1]) < shapes.LOW:
            found.append((box, Reading(".", SURE)))
            continue
        words = _words(_engine(_WORDS), line, PSM.SINGLE_LINE)
        text = " ".join(word.text for word in words)
        if words and not looks_numeric(text):
            return None
        number = _number(line, Reading(text, min((word.confidence for word in words), default=0.0)))
        number = replace(number, text=shapes.spaced(line, number.text, 2))
        if found and shapes.led_by_point(line) and number.text[:1].isdigit():
            number = replace(number, text="," + number.text, alternative=number.alternative or number.text)
        found.append((box, number))
    first = [Run(reading.text, box) for box, reading in found]
    other = [Run(reading.alternative or reading.text, box) for box, reading in found]
    text, alternative = join_wrapped(first, room), join_wrapped(other, room)
    confidence = min(reading.confidence for _, reading in found)
    if text.endswith("\n."):  # a speck below the number, or its full stop on a line of its own
        text, confidence = text[:-2], min(confidence, 0.75)
    parts = [reading.text for _, reading in found]
    if (
        text.replace(" ", "").isdigit()
        and not _NUMBER.fullmatch(text)
        and (len(parts[-1]) < len(parts[0]) or len(parts[0]) == 1)
        and all_full(first, room)
    ):
        text, alternative = "".join(text.split()), text  # one number or several: its groups do not tell
    if not text:
        return None
    if not _NUMBER.fullmatch(text):
        confidence = min(confidence, SEEN)
    if alternative == text and re.sub(r"\D", "", text) != re.sub(r"\D", "", whole):
        alternative = whole
    if alternative != text:
        return Reading(text, min(confidence, 0.75), alternative)
    return Reading(text, confidence)


def _doubted(crop: Picture, number: Reading) -> Reading:
    """Check a number by its print: of two readings the one that fits is shown; a single one that does not is a doubt.

    A number with two readings stays doubtful, unless all that one of them lacks is a comma that the print has; where
    the print fits both or neither, a third look chooses.
    """
    spaced = replace(number, text=shapes.spaced(crop, number.text))
    if spaced.alternative is None:
        shown = shapes.as_printed(crop, spaced.text)
        if shown == spaced.text:
            whole = shapes.digit_count(crop) == sum(map(str.isdigit, shown))
            return spaced if whole else replace(spaced, confidence=min(0.75, spaced.confidence))
        same = re.sub(r"\D", "", shown) == re.sub(r"\D", "", spaced.text)  # else the readers know digits better
        text, other = (shown, spaced.text) if same else (spaced.text, shown)
        return replace(spaced, text=text, confidence=min(spaced.confidence, 0.75), alternative=other)
    other = shapes.spaced(crop, spaced.alternative)
    fits, other_fits = (shapes.fits(crop, text) for text in (spaced.text, other))
    if fits == other_fits:
        text, other = _better(crop, spaced.text, other)
    else:
        text, other = (spaced.text, other) if fits else (other, spaced.text)
        if "," in text and _key(text).replace(",", "") == _key(other):
            return Reading(text, SEEN)
    return replace(spaced, text=text, alternative=other)


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
        bars = shapes.upright_bars(crop)
        return "I" * bars if bars <= 3 else ""
    found: list[str] = []
    if _ROMAN_LIKE.fullmatch(text) and not text.isdigit():
        blobs = len(shapes.find_blobs(crop))
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
    listed = sum(_CODE_LIKE.fullmatch(word.text) is not None for word in words) >= FEWEST_LISTED
    for word in words:
        text = other = word.text
        confidence = word.confidence
        if text in {"3", "З"} and _is_low(picture, word, words):
            text = other = "з"
        shape = shapes.padded(picture, word.box)
        roman = _roman(shape, text)
        if roman:
            text, other = roman, text if any(sign.isdigit() for sign in text) else roman
        if _ROMAN.fullmatch(text) and (signs := len(shapes.tall(shapes.find_blobs(shape)))) > len(text):
            other = text + "I" * (signs - len(text))
        if code := _code(shape, text):
            text = other = code
        elif listed and any(map(str.isdigit, text)) and (code := _listed_code(shape, text)):
            text, other = code, text
        elif _LATIN.search(text) and (native := _native(shape, word)):
            text = other = native
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


def _listed_code(shape: Picture, text: str) -> str:
    """Give the code that a word in a list of codes is to the reader of capitals and digits, else nothing."""
    if _WHOLE_CODE.fullmatch(text):
        return ""
    for layout in (PSM.SINGLE_LINE, PSM.SINGLE_WORD):
        again = "".join(word.text for word in _words(_engine(_DIGITS, _CODE_SIGNS), shape, layout))
        if _WHOLE_CODE.fullmatch(again):
            return again
    return ""


def _native(shape: Picture, word: Word) -> str:
    """Give what the reader of Ukrainian alone sees in a word of Latin letters, else nothing.

    The reader of both languages takes a Ukrainian word for an English one now and then, `Та` for `Ta`. Words that are
    Latin are hardly legible to the other reader.
    """
    letters = word.text.strip(_EDGES)
    if letters.translate(_CYRILLIC).isalpha() and not _LATIN.search(letters.translate(_CYRILLIC)):
        return "" if _ROMAN.fullmatch(letters) else word.text.translate(_CYRILLIC)
    again = _words(_engine(_NATIVE), shape, PSM.SINGLE_LINE)
    text = " ".join(one.text for one in again)
    sure = min((one.confidence for one in again), default=0.0)
    return text if sure >= max(LEAST_NATIVE, word.confidence - 0.1) and not _LATIN.search(text) else ""


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
        for _, top, _, bottom in shapes.find_blobs(shapes.padded(picture, other.box))
        if bottom - top >= 12
    ]
    own = [bottom - top for _, top, _, bottom in shapes.find_blobs(shapes.padded(picture, word.box))]
    return len(heights) >= 5 and bool(own) and max(own) < 1.2 * float(np.median(heights))


def _confirms(word: str, again: str) -> bool:
    """Whether the second reading holds the digits of a word; where letters stand too, it may hold more than those."""
    wanted, found = (re.sub(r"\D", "", text) for text in (word, again))
    return wanted in found if any(sign.isalpha() or sign == "№" for sign in word) else wanted == found


@lru_cache(maxsize=6)
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

"""A PDF page from PDFium's own objects: its runs of text, and through `drawings` its ruling lines and pictures.

Guarantee: every character that the page shows belongs to exactly one run, in the frame of the page as it is shown (crop
box and rotation applied, points from the upper left corner). What lies outside the crop box is not on the paper.

A page costs few calls: its text comes in one piece, and PDFium's selection rectangles tell where a text object ends
and what room it takes.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import pairwise
from math import isfinite, pi
from typing import TYPE_CHECKING

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.content import Content, Frame
from extractors.document import BBox
from extractors.drawings import add_drawings
from extractors.errors import Broken, Refused
from extractors.layout import Run, turned, union
from extractors.limits import LIMITS, enforce
from extractors.pdfium_calls import (
    CHAR_BOX,
    DOUBLES,
    FLOATS,
    MATRIX,
    RECT,
    address,
    char_angle,
    char_box,
    close_page,
    close_text,
    count_chars,
    count_rects,
    get_rect,
    get_text,
    get_unicode,
    is_generated,
    load_page,
    load_text,
    loose_char_box,
    page_box,
    page_rotation,
    render_mode,
    text_object,
)

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

STRETCH = 4
"""Lines of a letter or so, one after another, that are no lines but letters of one."""

FEW_LETTERS = 4
"""Characters of such a line at the most."""

LETTER_SPACE, LETTER_GAP = 0.13, 0.6
"""Heights of the type between two letters from which a space is printed there, and from which they are apart."""


def open_pdf(data: bytes) -> pdfium.PdfDocument:
    """Open a PDF; a context manager.

    Raises:
        Refused: `encrypted`, or more pages than `limits` allows.
        Broken: `damaged`, where PDFium finds no document; `no_pages`, where it finds no page in it.
    """
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise Refused("encrypted", "the PDF is locked by a password; save it without one and try again") from error
        raise Broken("damaged", f"the PDF is cut off or damaged ({error}); upload it again") from error
    if len(pdf) == 0:
        pdf.close()
        raise Broken("no_pages", "the PDF has no pages that can be opened; print it to PDF anew")
    enforce("pages", len(pdf), LIMITS.pages)
    return pdf


class Page:
    """An open page with its text; a context manager."""

    def __init__(self, pdf: pdfium.PdfDocument, number: int) -> None:
        """Open page `number`, counted from 1.

        Raises:
            Broken: `damaged`, where it cannot be opened.
        """
        self._pdf, self._index = pdf, number - 1
        self._address = load_page(address(pdf.raw), self._index)
        self._text = self._address and load_text(self._address)
        if not self._text or not page_box(self._address, MATRIX):
            self.__exit__()
            raise Broken("damaged", f"page {number} of the PDF cannot be opened; print it to PDF anew")
        left, top, right, bottom = FLOATS[:4]
        self._rotation = 90 * page_rotation(self._address)
        self.frame = Frame(left, bottom, right - left, top - bottom, self._rotation)
        self.n_characters = max(0, count_chars(self._text))

    def __enter__(self) -> Page:
        """Return the page itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        if self._text:
            close_text(self._text)
        if self._address:
            close_page(self._address)
        self._text = self._address = None

    def content(self) -> Content:
        """Read what stands on the page.

        A page whose text is mostly turned (a sheet laid sideways without saying so) is turned upright first; `frame`
        tells by how much.

        Raises:
            Refused: beyond a limit.
        """
        found = self._text_content()
        if turn := self._page_turn(found):
            self.frame = replace(self.frame, rotation=(self.frame.rotation + turn) % 360)
            found = self._text_content()
            found.runs = [self._forward(run) for run in found.runs]
        add_drawings(self._address, self.frame, found)
        return found

    def characters(self, run: Run) -> list[Run]:
        """Give the characters of a run, each with its own box; generated spaces have none and are left out."""
        found = []
        for index in range(*run.span):
            if not is_generated(self._text, index) and char_box(self._text, index, *CHAR_BOX):
                box = self.frame.box(*DOUBLES[:])
                found.append(Run(_character(self._text, index), box, run.turn, (index, index + 1)))
        return found

    def _forward(self, run: Run) -> Run:
        """Give a run the way it is read: PDFium turns letters set one by one around where a page stands on its head."""
        if run.turn or len(run.text) < 2:
            return run
        letters = self.characters(run)
        backward = len(letters) > 1 and letters[0].bbox[0] > letters[-1].bbox[2]
        return run._replace(text=run.text[::-1]) if backward else run

    def words(self) -> list[Run]:
        """Give the words of the page, whatever text objects they were cut into."""
        from extractors.words import words_of

        return words_of(self._page_text(self.n_characters), self._loose_box)

    def _loose_box(self, index: int) -> BBox | None:
        if not loose_char_box(self._text, index, MATRIX):
            return None
        left, top, right, bottom = FLOATS[:4]
        return self.frame.box(left, bottom, right, top)

    def is_invisible(self, run: Run) -> bool:
        """Whether the run is not painted: the layer that text recognition lays over a scan."""
        handle = text_object(self._text, run.span[0])
        return handle is not None and render_mode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE

    def picture(self, dpi: float) -> NDArray[np.uint8]:
        """Give the page as a picture, an array of height by width by channels.

        Raises:
            Refused: it would exceed a limit.
            Broken: `damaged`, where it cannot be drawn, as a page without extent.
        """
        width, height = self.frame.size
        scale = dpi / 72
        try:
            enforce("image_pixels", int(width * scale * height * scale), LIMITS.image_pixels)
            turn = (self.frame.rotation - self._rotation) % 360
            with closing(self._pdf[self._index]) as page:
                picture: NDArray[np.uint8] = page.render(scale=scale, rotation=turn).to_numpy()
        except (ArithmeticError, ValueError, pdfium.PdfiumError) as error:
            raise Broken("damaged", f"a page of the PDF cannot be drawn ({error}); print it to PDF anew") from error
        return picture

    # Text

    def _text_content(self) -> Content:
        width, height = self.frame.size
        found = Content(width, height)
        count = self.n_characters
        if not count:
            return found
        enforce("page_characters", count, LIMITS.page_characters)
        found.text = text = self._page_text(count)
        textpage, box_of, add = self._text, self.frame.box, found.runs.append
        start = letters = 0
        for line in text.split("\r\n"):
            if inked := len(line.rstrip()):  # spaces at the end have room, but no ink
                rects = count_rects(textpage, start, inked)
                if rects == 1:
                    get_rect(textpage, 0, *RECT)
                    x0, top, x1, bottom = box = box_of(*DOUBLES[:])
                    if bottom - top <= 1.2 * (x1 - x0) and x0 >= 0 and x1 <= width and top >= 0 and bottom <= height:
                        add(Run(line, box, 0, (start, start + inked)))  # a level line on the page, as nearly all are
                    else:
                        self._add_run(found, line, start, box)
                else:
                    self._add_line(found, line, start, inked, rects)
                letters += inked == 1
            start += len(line) + 2
        if letters > STRETCH:
            found.runs = list(self._with_letters_joined(found))
        return found

    def _with_letters_joined(self, found: Content) -> Iterator[Run]:
        """Join letters that PDFium gives a line each: turned text, or all text of a page it takes for vertical."""
        runs = found.runs
        start = 0
        while start < len(runs):
            end = start
            while end < len(runs) and len(runs[end].text.rstrip()) <= FEW_LETTERS:
                end += 1
            if end - start >= STRETCH:
                yield from self._letters(found, runs[start].span[0], runs[end - 1].span[1])
            else:
                end = max(end, start + 1)
                yield from runs[start:end]
            start = end

    def _letters(self, found: Content, start: int, end: int) -> Iterator[Run]:
        """Join letters that stand beside one another the way they are read; a gap is a space, a wide one parts."""
        text, turn, first = "", 0, start
        boxes: list[BBox] = []
        last: BBox = (0.0, 0.0, 0.0, 0.0)
        for index in range(start, end):
            loose = None if found.text[index].isspace() else self._loose_box(index)
            if loose is None or not char_box(self._text, index, *CHAR_BOX):
                continue
            box, this_turn = self.frame.box(*DOUBLES[:]), self._turn(index)
            upright = turned(loose, this_turn)
            height = upright[3] - upright[1]
            gap = (upright[0] - last[2]) / max(height, 0.1)
            beside = min(upright[3], last[3]) - max(upright[1], last[1]) > 0.5 * height
            if boxes and not (beside and this_turn == turn and -0.5 < gap < LETTER_GAP):
                yield Run(text, union(boxes), turn, (first, index))
                boxes = []
            if not boxes:
                text, turn, first = "", this_turn, index
                found.turned = found.turned or turn != 0
            text += (" " if boxes and gap > LETTER_SPACE else "") + found.text[index]
            boxes.append(box)
            last = upright
        if boxes:
            yield Run(text, union(boxes), turn, (first, end))

    def _page_text(self, count: int) -> str:
        """Give all characters, one for one; what has no meaning in UTF-16 becomes U+FFFD."""
        buffer = ctypes.create_string_buffer(2 * count + 2)
        get_text(self._text, 0, count, ctypes.addressof(buffer))
        with suppress(UnicodeDecodeError):
            text = buffer.raw[: 2 * count].decode("utf-16-le")
            if len(text) == count:
                return _printed(text)
        return "".join(_character(self._text, index) for index in range(count))

    def _add_line(self, found: Content, line: str, start: int, inked: int, rects: int) -> None:
        """Add the text objects of a line as runs; objects that touch and have no space between are one run."""
        boxes: list[BBox | None] = list(self._rects(rects))
        pieces = self._objects_of(start, start + inked, rects)
        if len(pieces) != rects:  # some have no ink, or ink at several places
            boxes = [self._box(*piece) for piece in pieces]
        first, around = 0, boxes[0]
        for (_, place), (before, box) in zip(pieces, pairwise(boxes), strict=False):
            at = place - start
            if line[at - 1].isspace() or line[at].isspace() or not (before and box and self._touch(before, box, place)):
                if line[at - 1] == " ":
                    around = None
                self._add_run(found, line[first:at], start + first, around)
                first, around = at, box
            else:
                around = union((around, box)) if around and box else None
        self._add_run(found, line[first:], start + first, around)

    def _touch(self, first: BBox, second: BBox, index: int) -> bool:
        """Whether two boxes lie side by side on one line, or one above the other where the text there is turned."""
        along = min(first[3], second[3]) - max(first[1], second[1])
        if along > 0.3 * min(first[3] - first[1], second[3] - second[1]):
            return True
        across = min(first[2], second[2]) - max(first[0], second[0])
        return across > 0.5 * min(first[2] - first[0], second[2] - second[0]) and self._turn(index) in (90, 270)

    def _objects_of(self, start: int, end: int, expected: int) -> list[tuple[int, int]]:
        """Give where each text object of a line starts and ends; about `expected` ones."""
        pieces: list[tuple[int, int]] = []
        while start < end:
            this = self._object_at(start, start)
            low, high = start, end - 1  # the last character of the same object lies between
            if len(pieces) == expected - 1 and self._object_at(high, start) == this:
                low = high
            while low < high:
                middle = (low + high + 1) // 2
                if self._object_at(middle, start) == this:
                    low = middle
                else:
                    high = middle - 1
            pieces.append((start, low + 1))
            start = low + 1
        return pieces

    def _object_at(self, index: int, first: int) -> int | None:
        """Give the text object of a character; a generated space belongs to the object before it."""
        address: int | None
        while (address := text_object(self._text, index)) is None and index > first:
            index -= 1
        return address

    def _add_run(self, found: Content, piece: str, start: int, box: BBox | None = None) -> None:
        end = start + len(piece.rstrip())
        if end == start:
            return
        if box is None and (box := self._box(start, end)) is None:
            return
        x0, top, x1, bottom = box
        if x1 < 0 or bottom < 0 or x0 > found.width or top > found.height:
            return
        turn = 0
        if bottom - top > 1.2 * (x1 - x0) and end - start > 1:
            turn = self._turn(start)
            found.turned = found.turned or turn != 0
        found.runs.append(Run(piece, box, turn, (start, end)))

    def _turn(self, index: int) -> int:
        """Give the degrees by which a character must be turned clockwise; PDFium's angles run clockwise, in radians."""
        angle = char_angle(self._text, index)
        quarters = round(angle * 2 / pi) if isfinite(angle) else 0
        return int(-quarters * 90 - self.frame.rotation) % 360

    def _page_turn(self, found: Content) -> int:
        """Give the degrees by which the page must be turned clockwise so that most of its text stands upright."""
        if not found.runs:
            return 0
        if found.turned:
            letters: Counter[int] = Counter()
            for text, _, turn, _ in found.runs:
                letters[turn] += len(text)
            turn, count = letters.most_common(1)[0]
            if turn:
                return turn if 2 * count > letters.total() else 0
        # Upside down a line is as wide as upright: ask one of the long ones.
        mean = len(found.text) / len(found.runs)
        long = next((run for run in found.runs if 2 * len(run.text) >= mean), found.runs[0])
        return 180 if self._turn(long.span[0]) == 180 else 0

    def _box(self, start: int, end: int) -> BBox | None:
        rects = count_rects(self._text, start, end - start)
        if rects == 1:
            get_rect(self._text, 0, *RECT)
            return self.frame.box(*DOUBLES[:])
        boxes = self._rects(rects) or [
            c.bbox for c in self.characters(Run("", (0, 0, 0, 0), span=(start, end)))
        ]  # without ink they still stand somewhere
        return union(boxes) if boxes else None

    def _rects(self, count: int) -> list[BBox]:
        """Give the rectangles that were counted last."""
        boxes = []
        for index in range(count):
            get_rect(self._text, index, *RECT)
            boxes.append(self.frame.box(*DOUBLES[:]))
        return boxes


def _printed(text: str) -> str:
    """Undo PDFium's marks, one for one: a line-end hyphen is U+0002 or U+FFFE, a glyph it cannot name U+0000."""
    return text.replace("\ufffe", "-").replace("\x02", "-").replace("\x00", "\ufffd")


def _character(textpage: int, index: int) -> str:
    code = get_unicode(textpage, index)
    return _printed("\ufffd" if code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code))

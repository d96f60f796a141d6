"""What stands on a PDF page, from PDFium's own objects: runs of text, ruling lines and pictures.

Guarantee: every character that the page shows belongs to exactly one run, in the frame of the page as it is shown (crop
box and rotation applied, points from the upper left corner). What lies outside the crop box is not on the paper.

A page costs few calls: its text comes in one piece, and PDFium's selection rectangles tell where a text object ends
and what room it takes. Calls go through prototypes that take addresses as numbers, a third of the usual price.
"""

from __future__ import annotations

import ctypes
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from itertools import pairwise
from math import pi
from typing import TYPE_CHECKING, Any

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.document import BBox
from extractors.errors import Broken, Refused
from extractors.lattice import Ruling
from extractors.layout import Run, union
from extractors.limits import LIMITS, enforce

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

THIN = 3.0
"""Points up to which a filled rectangle is a line and not an area."""

MAX_FORM_DEPTH = 8
"""Levels of forms within forms that are followed."""

_POINTER, _INT, _SIZE = ctypes.c_void_p, ctypes.c_int, ctypes.c_ulong


def _call(name: str, result: type | None, *arguments: type) -> Callable[..., Any]:
    """Give a function that keeps the interpreter's lock: for short calls."""
    return ctypes.PYFUNCTYPE(result, *arguments)(_address(getattr(raw, name)))


def _long_call(name: str, result: type | None, *arguments: type) -> Callable[..., Any]:
    """Give a function that lets go of the lock, so that other threads hold a hostile page to its limits."""
    return ctypes.CFUNCTYPE(result, *arguments)(_address(getattr(raw, name)))


def _address(thing: object) -> int:
    return ctypes.cast(thing, _POINTER).value or 0  # type: ignore[arg-type]


_load_page = _long_call("FPDF_LoadPage", _POINTER, _POINTER, _INT)
_close_page = _call("FPDF_ClosePage", None, _POINTER)
_page_box = _call("FPDF_GetPageBoundingBox", _INT, _POINTER, _POINTER)
_page_rotation = _call("FPDFPage_GetRotation", _INT, _POINTER)
_load_text = _long_call("FPDFText_LoadPage", _POINTER, _POINTER)
_close_text = _call("FPDFText_ClosePage", None, _POINTER)
_loose_char_box = _call("FPDFText_GetLooseCharBox", _INT, _POINTER, _INT, _POINTER)
_count_chars = _call("FPDFText_CountChars", _INT, _POINTER)
_get_text = _call("FPDFText_GetText", _INT, _POINTER, _INT, _INT, _POINTER)
_get_unicode = _call("FPDFText_GetUnicode", ctypes.c_uint, _POINTER, _INT)
_is_generated = _call("FPDFText_IsGenerated", _INT, _POINTER, _INT)
_text_object = _call("FPDFText_GetTextObject", _POINTER, _POINTER, _INT)
_char_angle = _call("FPDFText_GetCharAngle", ctypes.c_float, _POINTER, _INT)
_char_box = _call("FPDFText_GetCharBox", _INT, _POINTER, _INT, *[_POINTER] * 4)
_count_rects = _call("FPDFText_CountRects", _INT, _POINTER, _INT, _INT)
_get_rect = _call("FPDFText_GetRect", _INT, _POINTER, _INT, *[_POINTER] * 4)
_count_objects = _call("FPDFPage_CountObjects", _INT, _POINTER)
_get_object = _call("FPDFPage_GetObject", _POINTER, _POINTER, _INT)
_count_form_objects = _call("FPDFFormObj_CountObjects", _INT, _POINTER)
_get_form_object = _call("FPDFFormObj_GetObject", _POINTER, _POINTER, _SIZE)
_render_mode = _call("FPDFTextObj_GetTextRenderMode", _INT, _POINTER)
_object_type = _call("FPDFPageObj_GetType", _INT, _POINTER)
_bounds = _call("FPDFPageObj_GetBounds", _INT, _POINTER, *[_POINTER] * 4)
_object_matrix = _call("FPDFPageObj_GetMatrix", _INT, _POINTER, _POINTER)
_draw_mode = _call("FPDFPath_GetDrawMode", _INT, _POINTER, _POINTER, _POINTER)
_count_segments = _call("FPDFPath_CountSegments", _INT, _POINTER)
_get_segment = _call("FPDFPath_GetPathSegment", _POINTER, _POINTER, _INT)
_segment_point = _call("FPDFPathSegment_GetPoint", _INT, _POINTER, _POINTER, _POINTER)
_segment_type = _call("FPDFPathSegment_GetType", _INT, _POINTER)
_segment_closes = _call("FPDFPathSegment_GetClose", _INT, _POINTER)

_DOUBLES = (ctypes.c_double * 4)()
_FLOATS = (ctypes.c_float * 6)()
_LEFT, _BOTTOM, _RIGHT, _TOP = (ctypes.addressof(_DOUBLES) + 8 * i for i in range(4))
_RECT = (_LEFT, _TOP, _RIGHT, _BOTTOM)
_CHAR_BOX = (_LEFT, _RIGHT, _BOTTOM, _TOP)
_MATRIX = ctypes.addressof(_FLOATS)
_BOUNDS = tuple(_MATRIX + 4 * i for i in range(4))
_POINT = _BOUNDS[:2]
_INTS = (ctypes.c_int * 2)()
_MODES = (ctypes.addressof(_INTS), ctypes.addressof(_INTS) + 4)


@dataclass(frozen=True, slots=True)
class Frame:
    """Turns PDF user space into points from the upper left corner of the page as shown.

    `left` and `bottom` are the crop box's corner, `width` and `height` its size before the page is turned clockwise by
    `rotation` degrees.
    """

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        """Give the box between the lower left and the upper right corner."""
        if not self.rotation:
            left, top = self.left, self.bottom + self.height
            return (x0 - left, top - y1, x1 - left, top - y0)
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def point(self, x: float, y: float) -> tuple[float, float]:
        """Give the point as shown."""
        x, y = x - self.left, y - self.bottom
        match self.rotation:
            case 90:
                return (y, x)
            case 180:
                return (self.width - x, y)
            case 270:
                return (self.height - y, self.width - x)
            case _:
                return (x, self.height - y)

    @property
    def size(self) -> tuple[float, float]:
        """Width and height of the page as shown, in points."""
        return (self.width, self.height) if self.rotation in (0, 180) else (self.height, self.width)


@dataclass(slots=True)
class Content:
    """What stands on a page `width` by `height` points.

    `dots` are the middles of marks too small to
    have a direction; a dotted line is a row of them.
    """

    width: float
    height: float
    runs: list[Run] = field(default_factory=list)
    horizontal: list[Ruling] = field(default_factory=list)
    vertical: list[Ruling] = field(default_factory=list)
    dots: list[tuple[float, float]] = field(default_factory=list)
    pictures: list[BBox] = field(default_factory=list)
    text: str = ""
    """All characters in the order in which PDFium gives them."""
    drawings: int = 0
    """Paths that draw no ruling line."""
    turned: bool = False
    """Whether any run is not upright."""

    @property
    def picture_share(self) -> float:
        """The share of the page that pictures cover, 0-1."""
        covered = sum(
            max(0.0, min(x1, self.width) - max(x0, 0.0)) * max(0.0, min(bottom, self.height) - max(top, 0.0))
            for x0, top, x1, bottom in self.pictures
        )
        return min(1.0, covered / max(self.width * self.height, 1.0))


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
        self._address = _load_page(_address(pdf.raw), self._index)
        self._text = self._address and _load_text(self._address)
        if not self._text or not _page_box(self._address, _MATRIX):
            self.__exit__()
            raise Broken("damaged", f"page {number} of the PDF cannot be opened; print it to PDF anew")
        left, top, right, bottom = _FLOATS[:4]
        self._rotation = 90 * _page_rotation(self._address)
        self.frame = Frame(left, bottom, right - left, top - bottom, self._rotation)
        self.n_characters = max(0, _count_chars(self._text))

    def __enter__(self) -> Page:
        """Return the page itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """Close it."""
        if self._text:
            _close_text(self._text)
        if self._address:
            _close_page(self._address)
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
        _add_drawings(self._address, self.frame, found)
        return found

    def characters(self, run: Run) -> list[Run]:
        """Give the characters of a run, each with its own box; generated spaces have none and are left out."""
        found = []
        for index in range(*run.span):
            if not _is_generated(self._text, index) and _char_box(self._text, index, *_CHAR_BOX):
                box = self.frame.box(*_DOUBLES[:])
                found.append(Run(_character(self._text, index), box, run.turn, (index, index + 1)))
        return found

    def words(self) -> list[Run]:
        """Give the words of the page, whatever text objects they were cut into."""
        from extractors.words import words_of

        return words_of(self._page_text(self.n_characters), self._loose_box)

    def _loose_box(self, index: int) -> BBox | None:
        if not _loose_char_box(self._text, index, _MATRIX):
            return None
        left, top, right, bottom = _FLOATS[:4]
        return self.frame.box(left, bottom, right, top)

    def is_invisible(self, run: Run) -> bool:
        """Whether the run is not painted: the layer that text recognition lays over a scan."""
        handle = _text_object(self._text, run.span[0])
        return handle is not None and _render_mode(handle) == raw.FPDF_TEXTRENDERMODE_INVISIBLE

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
        textpage, box_of, add_run = self._text, self.frame.box, self._add_run
        start = 0
        for line in text.split("\r\n"):
            if inked := len(line.rstrip()):  # spaces at the end have room, but no ink
                rects = _count_rects(textpage, start, inked)
                if rects == 1:
                    _get_rect(textpage, 0, *_RECT)
                    add_run(found, line, start, box_of(*_DOUBLES[:]))
                else:
                    self._add_line(found, line, start, inked, rects)
            start += len(line) + 2
        return found

    def _page_text(self, count: int) -> str:
        """Give all characters, one for one; what has no meaning in UTF-16 becomes U+FFFD."""
        buffer = ctypes.create_string_buffer(2 * count + 2)
        _get_text(self._text, 0, count, ctypes.addressof(buffer))
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
            if line[at - 1].isspace() or line[at].isspace() or not (before and box and _touch(before, box)):
                if line[at - 1] == " ":
                    around = None
                self._add_run(found, line[first:at], start + first, around)
                first, around = at, box
            else:
                around = union((around, box)) if around and box else None
        self._add_run(found, line[first:], start + first, around)

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
        while (address := _text_object(self._text, index)) is None and index > first:
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
        quarters = round(_char_angle(self._text, index) * 2 / pi)
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
        rects = _count_rects(self._text, start, end - start)
        if rects == 1:
            _get_rect(self._text, 0, *_RECT)
            return self.frame.box(*_DOUBLES[:])
        boxes = self._rects(rects) or [
            c.bbox for c in self.characters(Run("", (0, 0, 0, 0), span=(start, end)))
        ]  # without ink they still stand somewhere
        return union(boxes) if boxes else None

    def _rects(self, count: int) -> list[BBox]:
        """Give the rectangles that were counted last."""
        boxes = []
        for index in range(count):
            _get_rect(self._text, index, *_RECT)
            boxes.append(self.frame.box(*_DOUBLES[:]))
        return boxes


def _touch(first: BBox, second: BBox) -> bool:
    """Whether two boxes lie side by side on one line, or one above the other where both are tall as turned text is."""
    across = min(first[2], second[2]) - max(first[0], second[0])
    along = min(first[3], second[3]) - max(first[1], second[1])
    if all(bottom - top > 1.2 * (x1 - x0) for x0, top, x1, bottom in (first, second)):
        return across > 0.5 * min(first[2] - first[0], second[2] - second[0]) or along > 0
    return along > 0.3 * min(first[3] - first[1], second[3] - second[1])


def _printed(text: str) -> str:
    """Undo PDFium's marks, one for one: a line-end hyphen is U+0002 or U+FFFE, a glyph it cannot name U+0000."""
    return text.replace("\ufffe", "-").replace("\x02", "-").replace("\x00", "\ufffd")


def _character(textpage: int, index: int) -> str:
    code = _get_unicode(textpage, index)
    return _printed("\ufffd" if code > 0x10FFFF or 0xD800 <= code < 0xE000 else chr(code))


# Lines and pictures

Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _multiply(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def _matrix(handle: int) -> Matrix:
    return tuple(_FLOATS) if _object_matrix(handle, _MATRIX) else _IDENTITY


def _objects(page: int) -> Iterator[tuple[int, int, Matrix]]:
    """Give each object but text with its kind and the matrix of the forms around it."""
    total = 0

    def walk(
        count: int, get: Callable[..., int], container: int, matrix: Matrix, depth: int
    ) -> Iterator[tuple[int, int, Matrix]]:
        nonlocal total
        total += count
        enforce("page_objects", total, LIMITS.page_objects)
        for index in range(count):
            handle = get(container, index)
            kind = _object_type(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM:
                if depth < MAX_FORM_DEPTH:
                    inner = _multiply(_matrix(handle), matrix)
                    yield from walk(_count_form_objects(handle), _get_form_object, handle, inner, depth + 1)
            elif kind != raw.FPDF_PAGEOBJ_TEXT:
                yield handle, kind, matrix

    yield from walk(_count_objects(page), _get_object, page, _IDENTITY, 0)


def _add_drawings(page: int, frame: Frame, found: Content) -> None:
    """Add the lines and pictures of a page; a picture as thin as a line is one."""
    for handle, kind, matrix in _objects(page):
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE) or not _bounds(handle, *_BOUNDS):
            continue
        left, bottom, right, top = _FLOATS[:4]
        if matrix is _IDENTITY:
            box = frame.box(left, bottom, right, top)
        else:
            corners = [_apply(matrix, x, y) for x in (left, right) for y in (bottom, top)]
            xs, ys = zip(*corners, strict=True)
            box = frame.box(min(xs), min(ys), max(xs), max(ys))
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            _add_line(box, found)
        elif kind == raw.FPDF_PAGEOBJ_IMAGE:
            found.pictures.append(box)
        elif not _add_outlines(handle, matrix, frame, found):
            found.drawings += 1
    enforce("page_objects", len(found.horizontal) + len(found.vertical), LIMITS.page_objects)


def _add_line(box: BBox, found: Content) -> None:
    x0, top, x1, bottom = box
    if x1 - x0 <= THIN and bottom - top <= THIN:
        found.dots.append(((x0 + x1) / 2, (top + bottom) / 2))
    elif x1 - x0 >= bottom - top:
        found.horizontal.append(Ruling((top + bottom) / 2, x0, x1))
    else:
        found.vertical.append(Ruling((x0 + x1) / 2, top, bottom))


def _add_outlines(handle: int, matrix: Matrix, frame: Frame, found: Content) -> bool:
    """Add thin subpaths as lines, and the level and upright sides of others where drawn; tell whether any was added."""
    before = len(found.horizontal) + len(found.vertical)
    _draw_mode(handle, *_MODES)
    stroked = bool(_INTS[1])
    for outline in _outlines(handle, _multiply(_matrix(handle), matrix), frame):
        xs, ys = [p[0] for p in outline], [p[1] for p in outline]
        box = (min(xs), min(ys), max(xs), max(ys))
        if min(box[2] - box[0], box[3] - box[1]) <= THIN:
            _add_line(box, found)
        elif stroked:
            for (ax, ay), (bx, by) in pairwise(outline):
                if min(abs(ax - bx), abs(ay - by)) <= THIN / 2 < max(abs(ax - bx), abs(ay - by)):
                    _add_line((min(ax, bx), min(ay, by), max(ax, bx), max(ay, by)), found)
    return len(found.horizontal) + len(found.vertical) > before


def _outlines(handle: int, matrix: Matrix, frame: Frame) -> Iterator[list[tuple[float, float]]]:
    """Give the corners of each subpath; curves count by their end points only."""
    outline: list[tuple[float, float]] = []
    count = _count_segments(handle)
    enforce("page_objects", count, LIMITS.page_objects)
    for index in range(count):
        segment = _get_segment(handle, index)
        _segment_point(segment, *_POINT)
        point = frame.point(*_apply(matrix, _FLOATS[0], _FLOATS[1]))
        if _segment_type(segment) == raw.FPDF_SEGMENT_MOVETO and outline:
            yield outline
            outline = []
        outline.append(point)
        if _segment_closes(segment):
            outline.append(outline[0])
    if outline:
        yield outline

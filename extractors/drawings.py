"""The lines and pictures of a PDF page.

Guarantee: what is drawn level or upright and thin is a ruling line, be it a stroke, a side of an outline, a filled
rectangle or a picture, also inside forms.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise

from pypdfium2 import raw

from extractors.content import Content, Frame
from extractors.document import BBox
from extractors.lattice import Ruling
from extractors.limits import LIMITS, enforce
from extractors.pdfium_calls import (
    BOUNDS,
    FLOATS,
    INTS,
    MATRIX,
    MODES,
    POINT,
    bounds,
    count_form_objects,
    count_objects,
    count_segments,
    draw_mode,
    get_form_object,
    get_object,
    get_segment,
    object_matrix,
    object_type,
    segment_closes,
    segment_point,
    segment_type,
)

THIN = 3.0
"""Points up to which a filled rectangle is a line and not an area."""

MAX_FORM_DEPTH = 8
"""Levels of forms within forms that are followed."""

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
    return tuple(FLOATS) if object_matrix(handle, MATRIX) else _IDENTITY


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
            kind = object_type(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM:
                if depth < MAX_FORM_DEPTH:
                    inner = _multiply(_matrix(handle), matrix)
                    yield from walk(count_form_objects(handle), get_form_object, handle, inner, depth + 1)
            elif kind != raw.FPDF_PAGEOBJ_TEXT:
                yield handle, kind, matrix

    yield from walk(count_objects(page), get_object, page, _IDENTITY, 0)


def add_drawings(page: int, frame: Frame, found: Content) -> None:
    """Add the lines and pictures of a page; a picture as thin as a line is one."""
    for handle, kind, matrix in _objects(page):
        if kind not in (raw.FPDF_PAGEOBJ_PATH, raw.FPDF_PAGEOBJ_IMAGE) or not bounds(handle, *BOUNDS):
            continue
        left, bottom, right, top = FLOATS[:4]
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
    draw_mode(handle, *MODES)
    stroked = bool(INTS[1])
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
    count = count_segments(handle)
    enforce("page_objects", count, LIMITS.page_objects)
    for index in range(count):
        segment = get_segment(handle, index)
        segment_point(segment, *POINT)
        point = frame.point(*_apply(matrix, FLOATS[0], FLOATS[1]))
        if segment_type(segment) == raw.FPDF_SEGMENT_MOVETO and outline:
            yield outline
            outline = []
        outline.append(point)
        if segment_closes(segment):
            outline.append(outline[0])
    if outline:
        yield outline

"""PDF to `Document`: ruled tables and text from PDFium's own objects, pages that are pictures through the scan reader.

Guarantee: every text object of a page ends in exactly one cell or one paragraph. Coordinates are turned into the frame
of the page as it is shown (crop box and rotation applied).
"""

from __future__ import annotations

import ctypes
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import pypdfium2 as pdfium
from pypdfium2 import raw

from extractors.document import BBox, Block, Cell, Document, Paragraph, Table
from extractors.errors import Broken, Refused
from extractors.lattice import Grid, GridCell, Ruling, grids
from extractors.layout import Run, join_wrapped, lines_of, paragraphs_of, union
from extractors.limits import LIMITS, enforce
from extractors.sniff import PDF

TOLERANCE = 2.5
"""Points by which lines may miss each other and still meet; Word draws borders 0.5-1.5 pt wide."""

PADDING = 2.7
"""Points that a cell keeps free on each side at the least: LibreOffice's default of 0.97 mm; Word's is 1.9 mm."""

THIN = 3.0
"""Points up to which a filled rectangle is a line and not an area."""

SCAN_DPI = 300

_MAX_FORM_DEPTH = 8


def read_pdf(data: bytes, file_name: str, document_id: str) -> Document:
    """Read all pages.

    Raises:
        Refused: `encrypted`, beyond a limit, or a scanned page where OCR models are missing.
        Broken: `damaged`, where PDFium finds no document or no page in it.
    """
    try:
        pdf = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        if getattr(error, "err_code", None) == raw.FPDF_ERR_PASSWORD:
            raise Refused("encrypted", "the PDF is locked by a password; save it without one and try again") from error
        raise Broken("damaged", f"the PDF is cut off or damaged ({error}); upload it again") from error
    try:
        if len(pdf) == 0:
            raise Broken("no_pages", "the PDF has no pages that can be opened; print it to PDF anew")
        enforce("pages", len(pdf), LIMITS.pages)
        blocks: list[Block] = []
        heights = []
        cells = 0
        for index in range(len(pdf)):
            try:
                page = pdf[index]
            except pdfium.PdfiumError as error:
                raise Broken(
                    "damaged", f"page {index + 1} of the PDF cannot be opened ({error}); print it to PDF anew"
                ) from error
            heights.append(page.get_height())
            found = _read_page(page, index + 1)
            cells += sum(block.n_rows * block.n_columns for block in found if isinstance(block, Table))
            enforce("cells", cells, LIMITS.cells)
            blocks.extend(found)
            page.close()
        return Document(document_id, file_name, PDF, len(pdf), tuple(blocks), tuple(heights))
    finally:
        pdf.close()


def _read_page(page: pdfium.PdfPage, number: int) -> list[Block]:
    content = _content(page)
    if not content.runs:
        return _read_scanned_page(page, number) if content.pictures else []
    rulings = len(content.horizontal) + len(content.vertical)
    enforce("page_objects", rulings, LIMITS.page_objects)
    tables = [grid for grid in grids(content.horizontal, content.vertical, TOLERANCE) if _is_table(grid)]
    enforce("page_rulings", sum(len(g.x_edges) + len(g.y_edges) for g in tables), LIMITS.page_rulings)
    inside, outside = _share_out(content, tables)
    placed: list[tuple[float, Block]] = [
        (grid.bbox[1], _table(grid, runs, number)) for grid, runs in zip(tables, inside, strict=True)
    ]
    for text in paragraphs_of(lines_of(outside)):
        if text.text:
            placed.append((text.bbox[1], Paragraph(text.text, number, text.bbox, "text")))
    placed.sort(key=lambda item: item[0])
    return [block for _, block in placed]


def _read_scanned_page(page: pdfium.PdfPage, number: int) -> list[Block]:
    from extractors import scan

    width, height = page.get_size()
    scale = SCAN_DPI / 72
    enforce("image_pixels", int(width * scale * height * scale), LIMITS.image_pixels)
    picture = page.render(scale=scale).to_numpy()
    return list(scan.read_picture(picture, number, width, height))


def _is_table(grid: Grid) -> bool:
    """A frame around text is no table: it takes two columns, and two cells that a line parts."""
    return len(grid.x_edges) > 2 and len(grid.cells) > 1


# What stands on a page


@dataclass(slots=True)
class _Content:
    runs: list[Run]
    handles: list[raw.FPDF_PAGEOBJECT]
    """The text object behind each run."""
    horizontal: list[Ruling]
    vertical: list[Ruling]
    pictures: int
    to_page: _Frame
    textpage: pdfium.PdfTextPage


@dataclass(frozen=True, slots=True)
class _Frame:
    """Turns PDF user space into points from the upper left corner of the page as shown."""

    left: float
    bottom: float
    width: float
    height: float
    rotation: int

    def box(self, x0: float, y0: float, x1: float, y1: float) -> BBox:
        ax, ay = self.point(x0, y0)
        bx, by = self.point(x1, y1)
        return (min(ax, bx), min(ay, by), max(ax, bx), max(ay, by))

    def point(self, x: float, y: float) -> tuple[float, float]:
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


def _frame(page: pdfium.PdfPage) -> _Frame:
    left, bottom, right, top = page.get_bbox()
    return _Frame(left, bottom, right - left, top - bottom, page.get_rotation())


Matrix = tuple[float, float, float, float, float, float]
_IDENTITY: Matrix = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


def _multiply(inner: Matrix, outer: Matrix) -> Matrix:
    a, b, c, d, e, f = inner
    g, h, i, j, k, m = outer
    return (a * g + b * i, a * h + b * j, c * g + d * i, c * h + d * j, e * g + f * i + k, e * h + f * j + m)


def _apply(matrix: Matrix, x: float, y: float) -> tuple[float, float]:
    a, b, c, d, e, f = matrix
    return (a * x + c * y + e, b * x + d * y + f)


def _objects(page: pdfium.PdfPage) -> Iterator[tuple[raw.FPDF_PAGEOBJECT, int, Matrix]]:
    """Give each object with its kind and the matrix of the forms around it."""
    total = 0

    def walk(
        count: int, get: object, container: object, matrix: Matrix, depth: int
    ) -> Iterator[tuple[raw.FPDF_PAGEOBJECT, int, Matrix]]:
        nonlocal total
        total += count
        enforce("page_objects", total, LIMITS.page_objects)
        for index in range(count):
            handle = get(container, index)  # type: ignore[operator]
            kind = raw.FPDFPageObj_GetType(handle)
            if kind == raw.FPDF_PAGEOBJ_FORM:
                if depth < _MAX_FORM_DEPTH:
                    inner = _multiply(_matrix(handle), matrix)
                    objects = raw.FPDFFormObj_CountObjects(handle)
                    yield from walk(objects, raw.FPDFFormObj_GetObject, handle, inner, depth + 1)
            else:
                yield handle, kind, matrix

    yield from walk(raw.FPDFPage_CountObjects(page.raw), raw.FPDFPage_GetObject, page.raw, _IDENTITY, 0)


def _matrix(handle: raw.FPDF_PAGEOBJECT) -> Matrix:
    found = raw.FS_MATRIX()
    if not raw.FPDFPageObj_GetMatrix(handle, found):
        return _IDENTITY
    return (found.a, found.b, found.c, found.d, found.e, found.f)


def _content(page: pdfium.PdfPage) -> _Content:
    frame = _frame(page)
    content = _Content([], [], [], [], 0, frame, page.get_textpage())
    left, bottom, right, top = (ctypes.c_float() for _ in range(4))
    buffer = ctypes.create_string_buffer(512)
    for handle, kind, matrix in _objects(page):
        if kind == raw.FPDF_PAGEOBJ_IMAGE:
            content.pictures += 1
            continue
        if kind not in (raw.FPDF_PAGEOBJ_TEXT, raw.FPDF_PAGEOBJ_PATH):
            continue
        if not raw.FPDFPageObj_GetBounds(handle, left, bottom, right, top):
            continue
        x0, y0 = _apply(matrix, left.value, bottom.value)
        x1, y1 = _apply(matrix, right.value, top.value)
        box = frame.box(x0, y0, x1, y1)
        if kind == raw.FPDF_PAGEOBJ_PATH:
            _add_rulings(handle, matrix, box, content)
            continue
        size = raw.FPDFTextObj_GetText(
            handle, content.textpage.raw, ctypes.cast(buffer, ctypes.POINTER(ctypes.c_ushort)), 512
        )
        if size > 512:
            long_buffer = ctypes.create_string_buffer(size)
            raw.FPDFTextObj_GetText(
                handle, content.textpage.raw, ctypes.cast(long_buffer, ctypes.POINTER(ctypes.c_ushort)), size
            )
            text = long_buffer.raw[: size - 2].decode("utf-16-le", "replace")
        else:
            text = buffer.raw[: max(0, size - 2)].decode("utf-16-le", "replace")
        text = _printed(text)
        if text.strip():
            content.runs.append(Run(text, box))
            content.handles.append(handle)
    return content


def _printed(text: str) -> str:
    """Undo PDFium's marks: it gives a line-end hyphen as U+0002 and line ends of its own inside an object."""
    text = text.replace("\x02", "-").replace("\r", "").replace("\n", " ").replace("\x00", "")
    return text.encode("utf-8", "replace").decode() if any("\ud800" <= c <= "\udfff" for c in text) else text


def _add_rulings(handle: raw.FPDF_PAGEOBJECT, matrix: Matrix, box: BBox, content: _Content) -> None:
    x0, top, x1, bottom = box
    if bottom - top <= THIN or x1 - x0 <= THIN:
        if x1 - x0 >= bottom - top:
            content.horizontal.append(Ruling((top + bottom) / 2, x0, x1))
        else:
            content.vertical.append(Ruling((x0 + x1) / 2, top, bottom))
        return
    fill, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(handle, fill, stroke)
    for outline in _outlines(handle, _multiply(_matrix(handle), matrix), content.to_page):
        xs, ys = [p[0] for p in outline], [p[1] for p in outline]
        width, height = max(xs) - min(xs), max(ys) - min(ys)
        if min(width, height) <= THIN:
            if width >= height:
                content.horizontal.append(Ruling(sum(ys) / len(ys), min(xs), max(xs)))
            else:
                content.vertical.append(Ruling(sum(xs) / len(xs), min(ys), max(ys)))
        elif stroke.value:
            for (ax, ay), (bx, by) in pairwise(outline):
                if abs(ay - by) <= THIN / 2 < abs(ax - bx):
                    content.horizontal.append(Ruling((ay + by) / 2, min(ax, bx), max(ax, bx)))
                elif abs(ax - bx) <= THIN / 2 < abs(ay - by):
                    content.vertical.append(Ruling((ax + bx) / 2, min(ay, by), max(ay, by)))


def _outlines(handle: raw.FPDF_PAGEOBJECT, matrix: Matrix, frame: _Frame) -> Iterator[list[tuple[float, float]]]:
    """Give the corners of each subpath; curves count by their end points only."""
    x, y = ctypes.c_float(), ctypes.c_float()
    outline: list[tuple[float, float]] = []
    count = raw.FPDFPath_CountSegments(handle)
    enforce("page_objects", count, LIMITS.page_objects)
    for index in range(count):
        segment = raw.FPDFPath_GetPathSegment(handle, index)
        raw.FPDFPathSegment_GetPoint(segment, x, y)
        point = frame.point(*_apply(matrix, x.value, y.value))
        if raw.FPDFPathSegment_GetType(segment) == raw.FPDF_SEGMENT_MOVETO and outline:
            yield outline
            outline = []
        outline.append(point)
        if raw.FPDFPathSegment_GetClose(segment):
            outline.append(outline[0])
    if outline:
        yield outline


# Text into cells


class _Locator:
    """Finds the cell of a grid that holds a point."""

    def __init__(self, grid: Grid) -> None:
        self.grid = grid
        self._at = [[0] * (len(grid.x_edges) - 1) for _ in range(len(grid.y_edges) - 1)]
        for index, cell in enumerate(grid.cells):
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    self._at[row][column] = index

    def find(self, x: float, y: float) -> int | None:
        x0, top, x1, bottom = self.grid.bbox
        if not (x0 <= x <= x1 and top <= y <= bottom):
            return None
        column = min(bisect_right(self.grid.x_edges, x), len(self.grid.x_edges) - 1) - 1
        row = min(bisect_right(self.grid.y_edges, y), len(self.grid.y_edges) - 1) - 1
        return self._at[row][column]


def _share_out(content: _Content, tables: list[Grid]) -> tuple[list[dict[int, list[Run]]], list[Run]]:
    """Give each run to the cell its middle stands in, by table and cell index, and the rest to the page.

    A run that reaches over a line of its table is cut there first.
    """
    inside: list[dict[int, list[Run]]] = [defaultdict(list) for _ in tables]
    outside: list[Run] = []
    locators = [_Locator(grid) for grid in tables]
    characters: dict[int, list[Run]] | None = None
    for run, handle in zip(content.runs, content.handles, strict=True):
        x0, top, x1, bottom = run.bbox
        middle_y = (top + bottom) / 2
        for table, locator in enumerate(locators):
            place = locator.find((x0 + x1) / 2, middle_y)
            if place is None:
                continue
            cell = locator.grid.cells[place].bbox
            if x0 < cell[0] - TOLERANCE or x1 > cell[2] + TOLERANCE:
                if characters is None:
                    characters = _characters(content)
                for piece in _cut(characters.get(ctypes.addressof(handle.contents), [run]), locator):
                    at = locator.find((piece.bbox[0] + piece.bbox[2]) / 2, middle_y)
                    (inside[table][at] if at is not None else outside).append(piece)
            else:
                inside[table][place].append(run)
            break
        else:
            outside.append(run)
    return inside, outside


def _characters(content: _Content) -> dict[int, list[Run]]:
    """Give the page's characters by the address of the text object they belong to."""
    found: dict[int, list[Run]] = defaultdict(list)
    textpage = content.textpage.raw
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    for index in range(raw.FPDFText_CountChars(textpage)):
        if raw.FPDFText_IsGenerated(textpage, index) == 1:
            continue
        handle = raw.FPDFText_GetTextObject(textpage, index)
        if not handle or not raw.FPDFText_GetCharBox(textpage, index, left, right, bottom, top):
            continue
        text = _printed(chr(raw.FPDFText_GetUnicode(textpage, index)))
        box = content.to_page.box(left.value, bottom.value, right.value, top.value)
        found[ctypes.addressof(handle.contents)].append(Run(text, box))
    return found


def _cut(characters: list[Run], locator: _Locator) -> Iterator[Run]:
    """Join the characters of a text object that stand in the same cell."""
    piece: list[Run] = []
    at: int | None = None
    for character in characters:
        x0, top, x1, bottom = character.bbox
        place = locator.find((x0 + x1) / 2, (top + bottom) / 2) if character.text.strip() else at
        if piece and place != at:
            yield from _joined(piece)
            piece = []
        at = place
        piece.append(character)
    yield from _joined(piece)


def _joined(piece: list[Run]) -> Iterator[Run]:
    text = "".join(run.text for run in piece)
    if text.strip():
        yield Run(text, union(run.bbox for run in piece if run.text.strip()))


def _table(grid: Grid, runs: dict[int, list[Run]], page: int) -> Table:
    cells = tuple(_cell(cell, runs.get(index, []), page) for index, cell in enumerate(grid.cells))
    n_rows, n_columns = len(grid.y_edges) - 1, len(grid.x_edges) - 1
    return Table(n_rows, n_columns, cells, (page,), grid.bbox, "rulings", column_edges=grid.x_edges).checked()


def _cell(cell: GridCell, runs: list[Run], page: int) -> Cell:
    text = join_wrapped(lines_of(runs), cell.bbox[2] - cell.bbox[0] - 2 * PADDING)
    ink = union(run.bbox for run in runs) if runs else None
    return Cell(cell.row, cell.column, cell.row_span, cell.column_span, text, page, cell.bbox, "text", ink=ink)

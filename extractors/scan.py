"""Pictures of pages to blocks: upright page in, the tables its ruling lines draw and the text around them out.

Guarantee: all boxes are points of the page as it was given, turned upright by quarters, though it is straightened for
reading: a box is the upright one of the same size around the middle of the slanted place. Every table tiles its grid. A
grid without any print in it is no table, nor is a frame around text; that text is read with the text of the page.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, ImageSequence

from extractors import ocr, shapes, sniff, unruled
from extractors.document import BBox, Block, Cell, Document, Paragraph, Table
from extractors.errors import Broken
from extractors.lattice import Grid, GridCell, Ruling, grids
from extractors.layout import Run, join_lines, paragraphs_of
from extractors.limits import DEADLINE, LIMITS, enforce
from extractors.rulings import DARKER, Picture, Rulings, depth, find_rulings, ink_mask
from extractors.straighten import straightening
from extractors.upright import clockwise_turn

cv2.setNumThreads(1)  # documents are read side by side, one a processor

DPI = 300
"""The resolution that pictures are read at."""
TOLERANCE = 10.0
"""Pixels between ruling lines that are one, and between lines that meet."""
INSET = 4
"""Pixels cut off a cell on each side, beyond the middle of its ruling lines, to be rid of them."""
BENT = 12
"""Pixels that a ruling line may reach into a cell because the paper is not flat."""
MOST_PADDING = 32
"""Pixels that cells may keep free at their sides: 8 pt."""
NOISY = 3.0
"""Grey levels of noise from which on a picture is smoothed."""
PALEST, HALF = 12.0, 96
"""Grey levels by which a pale ruling line is darker than clean paper, and of a mask from which on a pixel is in it."""
PRINT, LEAST_SHOWN, SOFT = 120, 0.01, 0.22
"""Grey level of print, the share of a page that shines through at the least, and how steep its edges are for its depth:
0.16-0.18 was measured, and 0.26 and more for print."""
FAINT = 100
"""Grey level of the darkest tenth of the print from which on it is faint."""
WORN = 0.75
"""Most confidence in a number of which parts are pale: a 6 with a pale side looks like a 0."""
COLOURED, NOT_BLACK = 45, 110
"""Levels by which the channels of a coloured mark differ, and which its palest has, at the least."""
LEAST_COLOUR = 0.0002
"""Share of a page that is coloured at the least, or it is a fringe of the print."""
A4 = (595.28, 841.89)
"""Width and height in points, upright."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A page made ready for reading: levelled, smoothed, straight, at `DPI`.

    `print` shows the characters, `pale` marks them and all else that is darker than the paper: worn lines; neither has
    what a coloured pen or stamp left. Where print is `faint`, it has been made darker. `back` is the homography (3 x 3)
    from its pixels to points of the page as given, `unit` the points of a pixel.
    """

    pale: Picture
    print: Picture
    back: NDArray[np.float64]
    unit: float
    faint: bool

    def bbox(self, left: float, top: float, right: float, bottom: float) -> BBox:
        """Give the place of a box of pixels on the page as given: upright, of the same size, around the same middle."""
        x, y, scale = self.back @ np.array([(left + right) / 2, (top + bottom) / 2, 1.0])
        x, y = x / scale, y / scale
        width, height = (right - left) * self.unit / 2, (bottom - top) * self.unit / 2
        return (float(x - width), float(y - height), float(x + width), float(y + height))


def read_picture(picture: NDArray[np.uint8], page: int, width: float, height: float) -> tuple[Block, ...]:
    """Read one page.

    Args:
        picture: The page upright, grey (`rows, columns`) or colour in OpenCV's order (`rows, columns, 3`: BGR).
        page: The page's number, from 1.
        width: The page's width in points.
        height: The page's height in points.

    Returns:
        Tables and paragraphs from top to bottom, boxes in points of the page as given.

    Raises:
        Refused: the picture exceeds a limit, or the OCR models are missing.
    """
    enforce("image_pixels", picture.shape[0] * picture.shape[1], LIMITS.image_pixels)
    DEADLINE.check()
    DEADLINE.allow(LIMITS.scanned_page_seconds)
    sheet = prepare(picture, width, height)
    rulings = find_rulings(ink_mask(sheet.print), sheet.pale)
    blocks: list[Block] = []
    ruled: list[BBox] = []
    rest = _without(sheet.print, rulings)
    for grid in _tables(grids(rulings.horizontal, rulings.vertical, TOLERANCE)):
        table = _read_table(sheet, rulings.mask, grid, page)
        if any(cell.text or cell.doubtful for cell in table.cells):
            blocks.append(table.checked())
            ruled.append(grid.bbox)
            left, top, right, bottom = (round(edge) for edge in grid.bbox)
            rest[max(0, top - INSET) : bottom + INSET, max(0, left - INSET) : right + INSET] = shapes.PAPER
    words = ocr.read_words(rest)
    found, words = unruled.find(words, *_outside(rulings, ruled), rest.shape[1], rest.shape[0])
    for one in found:
        table = _read_table(sheet, rulings.mask, one.grid, page, inset=0)
        blocks.append(replace(table, found_by="alignment", confidence=one.confidence).checked())
    blocks.extend(_paragraphs(sheet, ocr.lines_of(rest, words), page))
    return tuple(sorted(blocks, key=lambda block: block.bbox[1] if block.bbox else 0.0))


def read_pictures(data: bytes, file_name: str, media_type: str, document_id: str) -> Document:
    """Read a picture file; each frame of a TIFF is a page.

    Where the file does not tell a believable resolution, a page is taken for A4.

    Raises:
        Broken: the file cannot be decoded.
        Refused: it exceeds a limit, or the OCR models are missing.
    """
    blocks: list[Block] = []
    heights: list[float] = []
    for number, (picture, width, height) in enumerate(pages_of(data, file_name), start=1):
        turn = upright_turn(picture, width)
        size = (height, width) if turn in (90, 270) else (width, height)
        blocks.extend(read_picture(turned(picture, turn), number, *size))
        heights.append(size[1])
    return Document(document_id, file_name, media_type, len(heights), tuple(blocks), tuple(heights))


def prepare(picture: NDArray[np.uint8], width: float, height: float) -> Sheet:
    """Make a page ready for reading: grey, even light, little noise, `DPI`, straight."""
    unit = width / picture.shape[1]
    scale = DPI / 72 * unit
    if not 0.9 < scale < 1.1:
        scale = min(scale, (LIMITS.image_pixels / (picture.shape[0] * picture.shape[1])) ** 0.5)
        way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
        picture = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=way)  # type: ignore[assignment]
        unit = width / picture.shape[1]
    grey: Picture = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]
    coloured = _coloured(picture)
    grey = _levelled(grey)
    faint = _blackness(grey, 10) > FAINT
    noise = _noise(grey)
    if noise > NOISY:
        grey = cv2.GaussianBlur(grey, (0, 0), 1.0)  # type: ignore[assignment]
    depths = depth(grey)
    other_side = _other_side(grey, depths)
    if other_side is not None:
        grey[other_side > 0] = shapes.PAPER
        depths[other_side > 0] = 0
    letters = _without_specks(_stretched(grey, noise, faint=faint))
    if coloured is not None:
        depths[coloured > 0] = 0
        letters[coloured > 0] = shapes.PAPER
    pale: Picture = cv2.threshold(depths, min(max(PALEST, 6 * noise), DARKER), 255, cv2.THRESH_BINARY)[1]  # type: ignore[assignment]
    del depths, grey
    rows, columns = pale.shape
    back = np.diag((width / columns, height / rows, 1.0))
    straight = straightening(pale)
    if straight is not None:
        matrix, wide, tall = straight
        pale = cv2.warpPerspective(pale, matrix, (wide, tall), flags=cv2.INTER_LINEAR)  # type: ignore[assignment]
        pale = np.where(pale >= HALF, np.uint8(255), np.uint8(0))
        paper = (float(shapes.PAPER),)
        letters = cv2.warpPerspective(  # type: ignore[assignment]
            letters, matrix, (wide, tall), flags=cv2.INTER_CUBIC, borderValue=paper
        )
        back = back @ np.linalg.inv(matrix)
    return Sheet(pale, letters, back, unit, faint)


def upright_turn(picture: NDArray[np.uint8], width: float) -> int:
    """Give the degrees by which a page must be turned clockwise so that its text stands upright: 0, 90, 180 or 270.

    Args:
        picture: as for `read_picture`.
        width: the page's width in points.
    """
    grey: Picture = picture if picture.ndim == 2 else cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]
    scale = DPI / 72 * width / grey.shape[1]
    if not 0.8 < scale < 1.25:
        grey = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)  # type: ignore[assignment]
    return clockwise_turn(grey, ocr.confidence_of)


def turned(picture: NDArray[np.uint8], degrees: int) -> NDArray[np.uint8]:
    """Turn a picture clockwise by quarters."""
    return np.ascontiguousarray(np.rot90(picture, -degrees // 90)) if degrees else picture


def plain(picture: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Make a picture grey where nothing on it is coloured: it takes a third of the memory."""
    if picture.ndim == 2 or _coloured(picture[..., :3]) is not None:
        return picture
    return cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)  # type: ignore[return-value]


def _coloured(picture: NDArray[np.uint8]) -> Picture | None:
    """Mark what a coloured pen or stamp left on a page in colour; `None` where nothing is coloured.

    Black print stays, also under the stamp: where both lie, the darkest channel and the palest one are dark.
    """
    if picture.ndim == 2:
        return None
    palest, darkest = picture.max(axis=2), picture.min(axis=2)
    marks = ((palest.astype(np.int16) - darkest > COLOURED) & (palest > NOT_BLACK)).astype(np.uint8)
    if np.count_nonzero(marks) < LEAST_COLOUR * marks.size:
        return None
    near = cv2.dilate(marks, np.ones((3, 3), np.uint8))
    near[palest <= NOT_BLACK] = 0
    return near  # type: ignore[return-value]


def _other_side(grey: Picture, depths: Picture) -> Picture | None:
    """Mark what shines through from the sheet's other side; `None` where nothing does.

    It is away from the dark print and, having come through the paper, soft: its edges are less steep for its depth than
    those of faint print or of a picture out of focus, whose dark print is as soft.
    """
    dark = (grey < PRINT).astype(np.uint8)
    away = (depths > PALEST) & (cv2.dilate(dark, np.ones((13, 13), np.uint8)) == 0)
    if np.count_nonzero(away) < LEAST_SHOWN * away.size or _blackness(grey, 10) > FAINT:
        return None
    across, down = (cv2.Sobel(grey, cv2.CV_16S, *way)[away] for way in ((1, 0), (0, 1)))
    steep = np.percentile(np.maximum(np.abs(across), np.abs(down)) / 8, 90)
    if steep > SOFT * np.percentile(depths[away], 90):
        return None
    marks = cv2.dilate(away.astype(np.uint8), np.ones((7, 7), np.uint8))
    marks[cv2.dilate(dark, np.ones((7, 7), np.uint8)) > 0] = 0
    return marks  # type: ignore[return-value]


def _levelled(grey: Picture) -> Picture:
    """Divide by the light of the paper, so that shadows go and the paper is about `shapes.PAPER` everywhere."""
    small = cv2.resize(grey, None, fx=1 / 8, fy=1 / 8, interpolation=cv2.INTER_AREA)
    paper = cv2.morphologyEx(small, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (25, 25)))
    paper = cv2.blur(paper, (25, 25))
    light = cv2.resize(np.maximum(paper, 16), (grey.shape[1], grey.shape[0]), interpolation=cv2.INTER_LINEAR)
    return cv2.divide(grey, light, scale=shapes.PAPER)  # type: ignore[return-value]


def _noise(grey: Picture) -> float:
    """Measure the noise of the paper in grey levels: the standard deviation of what smoothing takes off."""
    soft = cv2.GaussianBlur(grey, (0, 0), 1.0)[::3, ::3]
    paper = soft > shapes.PAPER - 40
    return float(np.std((grey[::3, ::3].astype(np.int16) - soft)[paper])) if paper.any() else 0.0


def _without_specks(grey: Picture) -> Picture:
    """Wipe specks that are too small for print."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(ink_mask(grey), connectivity=8)
    specks = stats[:, cv2.CC_STAT_AREA] < shapes.DUST
    if specks.any():
        grey[cv2.dilate(specks[labels].astype(np.uint8), np.ones((3, 3), np.uint8)) > 0] = shapes.PAPER
    return grey


def _blackness(grey: Picture, percent: float) -> float:
    """Give the grey level that so many per cent of the print are darker than; 0 where there is none."""
    ink = grey[ink_mask(grey) > 0]
    return float(np.percentile(ink, percent)) if ink.size else 0.0


def _stretched(grey: Picture, noise: float, *, faint: bool) -> Picture:
    """Make the paper white and the print black: on a grain of grey the readers fail on cells of one or two signs.

    Where the print is faint, its paler parts are made darker than they are by the square of their lightness, or the
    readers see an 8 with a pale side as a 3.
    """
    black = _blackness(grey, 50 if faint else 10)
    white = max(shapes.PAPER - 20.0 - (1 if faint else 2) * noise, black + 40)
    level = np.clip((np.arange(256) - black) / (white - black), 0, 1)
    steps = (level ** (2 if faint else 1) * shapes.PAPER).astype(np.uint8)
    return cv2.LUT(grey, steps)  # type: ignore[return-value]


def _tables(found: list[Grid]) -> Iterator[Grid]:
    """Pass on the grids that are tables: more than one column, and not inside a cell of another one."""
    tables = [grid for grid in found if len(grid.x_edges) > 2]
    for grid in tables:
        left, top, right, bottom = grid.bbox
        if not any(
            other is not grid
            and other.bbox[0] < left
            and other.bbox[1] < top
            and right < other.bbox[2]
            and bottom < other.bbox[3]
            for other in tables
        ):
            yield grid


def _read_table(sheet: Sheet, strokes: Picture, grid: Grid, page: int, inset: int = INSET) -> Table:
    n_rows, n_columns = len(grid.y_edges) - 1, len(grid.x_edges) - 1
    enforce("table_columns", n_columns, LIMITS.table_columns)
    cells = []
    insides = [_inside(sheet.print, strokes, place, inset) for place in grid.cells]
    prints = [ocr.print_of(crop) for _, _, crop in insides]
    padding = _padding([min(box[0] for box in blobs) for blobs in prints if blobs])
    for place, (left, top, crop), blobs in zip(grid.cells, insides, prints, strict=True):
        reading = ocr.read_cell(crop, blobs, padding)
        if sheet.faint and ocr.looks_numeric(reading.text) and shapes.is_worn(crop):
            reading = replace(reading, confidence=min(reading.confidence, WORN))
        ink = reading.ink
        cells.append(
            Cell(
                place.row,
                place.column,
                place.row_span,
                place.column_span,
                reading.text,
                page,
                sheet.bbox(*place.bbox),
                "ocr",
                reading.confidence,
                reading.alternative,
                sheet.bbox(left + ink[0], top + ink[1], left + ink[2], top + ink[3]) if ink and reading.text else None,
            )
        )
    bbox = sheet.bbox(*grid.bbox)
    edges = tuple(bbox[0] + (x - grid.x_edges[0]) * sheet.unit for x in grid.x_edges)  # as on the page made straight
    return Table(n_rows, n_columns, tuple(cells), (page,), bbox, "rulings", edges)


def _outside(rulings: Rulings, boxes: list[BBox]) -> tuple[list[Ruling], list[Ruling]]:
    """Give the level and the upright lines whose middles are in no ruled table."""

    def free(x: float, y: float) -> bool:
        return not any(x0 - INSET <= x <= x1 + INSET and y0 - INSET <= y <= y1 + INSET for x0, y0, x1, y1 in boxes)

    level = [line for line in rulings.horizontal if free((line.start + line.end) / 2, line.position)]
    return level, [line for line in rulings.vertical if free(line.position, (line.start + line.end) / 2)]


def _paragraphs(sheet: Sheet, lines: list[ocr.Line], page: int) -> Iterator[Paragraph]:
    """Join lines to paragraphs, each as sure as its lines are on the average of their signs."""
    left = list(lines)
    for run in paragraphs_of([Run(line.text, line.box) for line in lines]):
        own = []
        while (
            left and left[0].box[0] >= run.bbox[0] and left[0].box[1] >= run.bbox[1] and left[0].box[3] <= run.bbox[3]
        ):
            own.append(left.pop(0))
        weight = sum(len(line.text) for line in own)
        confidence = sum(line.confidence * len(line.text) for line in own) / max(1, weight)
        other = join_lines(line.alternative or line.text for line in own)
        alternative = other if any(line.alternative is not None for line in own) else None
        yield Paragraph(run.text, page, sheet.bbox(*run.bbox), "ocr", confidence, alternative)


def _inside(grey: Picture, strokes: Picture, place: GridCell, inset: int) -> tuple[int, int, Picture]:
    """Cut a cell out and wipe what a bent ruling line leaves along its edges; give its left and top edge, too."""
    left, top, right, bottom = (round(edge) for edge in place.bbox)
    left, top, right, bottom = left + inset, top + inset, right - inset + 1, bottom - inset + 1
    crop = grey[top:bottom, left:right].copy()
    bent = strokes[top:bottom, left:right].copy()
    bent[BENT:-BENT, BENT:-BENT] = 0
    crop[bent > 0] = shapes.PAPER
    return left, top, crop


def _padding(insets: list[int]) -> int:
    """Give the pixels that the cells of a table keep free at their sides, from where their print begins."""
    return min(round(float(np.percentile(insets, 5))), MOST_PADDING) if insets else ocr.PADDING


def _without(grey: Picture, rulings: Rulings) -> Picture:
    """Take the ruling lines off a page: underlines and frames hinder the reading of running text."""
    rest = grey.copy()
    rest[rulings.mask > 0] = shapes.PAPER
    return rest


def pages_of(data: bytes, file_name: str) -> Iterator[tuple[NDArray[np.uint8], float, float]]:
    """Decode the frames of a picture file one by one, each with its width and height in points."""
    if sniff.is_heic(data):
        from pi_heif import register_heif_opener  # type: ignore[import-untyped]

        register_heif_opener()
    Image.MAX_IMAGE_PIXELS = None  # our own limit is enforced before anything is decoded
    try:
        with Image.open(io.BytesIO(data)) as image:
            enforce("pages", getattr(image, "n_frames", 1), LIMITS.pages)
            for frame in ImageSequence.Iterator(image):
                enforce("image_pixels", frame.width * frame.height, LIMITS.image_pixels)
                resolution = frame.info.get("dpi")
                upright = ImageOps.exif_transpose(frame)
                pixels = np.array(_flat(upright), dtype=np.uint8)
                pixels = pixels if pixels.ndim == 2 else np.ascontiguousarray(pixels[..., ::-1])  # OpenCV's order
                yield plain(pixels), *_page_size(upright.width, upright.height, resolution)
    except (OSError, SyntaxError, ValueError, EOFError, Image.DecompressionBombError) as error:
        raise Broken(
            "damaged", f"{file_name}: the picture cannot be decoded ({_in_words(error)}); scan or send it again"
        ) from error


def _in_words(error: Exception) -> str:
    """Give what Pillow says, without the address in memory that it adds, so that the same file has the same reason."""
    return str(error).partition(" <_io.")[0]


def _flat(image: Image.Image) -> Image.Image:
    """Make a picture grey, or colour where it has any; what is see-through becomes paper."""
    if image.has_transparency_data:
        whole = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", whole.size, "white"), whole)
    return image.convert("L" if image.mode in {"1", "L", "I", "I;16", "F"} else "RGB")


def _page_size(columns: int, rows: int, resolution: object) -> tuple[float, float]:
    """Give a picture's size in points by its resolution if that makes a sheet of paper, else as A4 across its width."""
    if isinstance(resolution, tuple) and len(resolution) == 2:
        dots_x, dots_y = (float(dots) for dots in resolution)
        if 72 < dots_x <= 2400 and 72 < dots_y <= 2400:
            width, height = columns * 72 / dots_x, rows * 72 / dots_y
            if min(width, height) >= 200 and max(width, height) <= 2400:
                return width, height
    short, long = A4
    width = short if columns <= rows else long
    return width, width * rows / columns

"""The pages of a document as pictures, lying as they were read: the places of its cells count on them.

Guarantee: a page is turned as its reader turned it, and nothing else is done to it; formats without pages give none.
"""

from __future__ import annotations

from collections.abc import Container, Iterator
from contextlib import closing
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from extractors import sniff
from extractors.document import Document, Table
from extractors.pdfium import Page, open_pdf

SCAN_DPI = 300
"""Pixels an inch at which a page's turn is told, as its reader does."""


class PagePicture(NamedTuple):
    """A page: its number from 1, its picture (grey, or in OpenCV's order of colours), its size in points."""

    number: int
    picture: NDArray[np.uint8]
    width: float
    height: float


def page_pictures(
    data: bytes, document: Document, dpi: float, only: Container[int] | None = None
) -> Iterator[PagePicture]:
    """Draw the pages of a document that was read, one by one, at `dpi` or less.

    Args:
        data: the document.
        document: what was read from it, which tells the pages read from their pictures.
        dpi: pixels an inch.
        only: the numbers of the pages to draw; all by default.

    Raises:
        Refused: a picture exceeds a limit.
        Broken: it cannot be drawn.
    """
    if document.media_type == sniff.PDF:
        yield from _of_pdf(data, document, dpi, only)
    elif document.pages is not None and document.media_type.startswith("image/"):
        yield from _of_pictures(data, document, dpi, only)


def _of_pdf(data: bytes, document: Document, dpi: float, only: Container[int] | None) -> Iterator[PagePicture]:
    pieces = (piece for block in document.blocks for piece in (block.cells if isinstance(block, Table) else (block,)))
    recognised = {piece.page for piece in pieces if piece.source == "ocr"}
    with closing(open_pdf(data)) as pdf:
        for number in range(1, len(pdf) + 1):
            if only is not None and number not in only:
                continue
            with Page(pdf, number) as page:
                page.content()  # turns the page upright by its text
                if number in recognised:
                    yield _upright(number, page.picture(SCAN_DPI), *page.frame.size, dpi)
                else:
                    yield PagePicture(number, np.ascontiguousarray(page.picture(dpi)[..., :3]), *page.frame.size)


def _of_pictures(data: bytes, document: Document, dpi: float, only: Container[int] | None) -> Iterator[PagePicture]:
    from extractors import scan

    for number, (picture, width, height) in enumerate(scan.pages_of(data, document.file_name), start=1):
        if only is None or number in only:
            yield _upright(number, picture, width, height, dpi)


def _upright(number: int, picture: NDArray[np.uint8], width: float, height: float, dpi: float) -> PagePicture:
    from extractors import scan

    turn = scan.upright_turn(picture, width)
    scale = min(1.0, dpi / 72 * width / picture.shape[1])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    size = (height, width) if turn in (90, 270) else (width, height)
    return PagePicture(number, scan.turned(small, turn), *size)  # type: ignore[arg-type]

"""The pages of a document as pictures with a box over each cell; a box is a link to its cell in the table."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from html import escape

import cv2
import numpy as np

from extractors.document import BBox
from extractors.pictures import PagePicture, page_pictures
from pipeline.process import Reading
from pipeline.show_html.cells import SAYS, Mark

DPI = 130
"""Pixels an inch of a page's picture: small print can be read."""

QUALITY = 50
"""Of WebP, of 100: a page takes 60-80 kB, half of what JPEG takes."""

LONGEST = 200
"""Characters of a cell that are told where one points at its box."""


def pages(reading: Reading, data: bytes, marks: Iterable[Mark]) -> Iterator[str]:
    """Draw the pages of a document.

    Raises:
        InputError: a page cannot be drawn or exceeds a limit.
    """
    found: dict[int, list[tuple[str, Mark, BBox]]] = defaultdict(list)
    for mark in marks:
        cell = mark.cell
        places = [] if cell.page is None or cell.bbox is None else [(cell.page, cell.bbox)]
        places += [(region.page, region.bbox) for region in cell.continued]
        for name, (number, bbox) in zip(mark.boxes, places, strict=True):
            found[number].append((name, mark, bbox))
    for page in page_pictures(data, reading.document, DPI):
        yield f'<section class="page" id="page-{page.number}"><h2>Сторінка {page.number}</h2>'
        if not found[page.number]:
            yield '<p class="note">На цій сторінці таблиць не знайдено.</p>'
        yield f"{_drawn(page, found[page.number])}</section>"


def _drawn(page: PagePicture, boxes: Sequence[tuple[str, Mark, BBox]]) -> str:
    _, webp = cv2.imencode(".webp", np.ascontiguousarray(page.picture), [cv2.IMWRITE_WEBP_QUALITY, QUALITY])
    picture = base64.b64encode(webp.tobytes()).decode("ascii")
    links = "".join(
        f'<a href="#t{mark.key}"><rect id="{name}"{mark.css_class} x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" '
        f'height="{y1 - y0:.1f}"><title>{escape(_told(mark))}</title></rect></a>'
        for name, mark, (x0, y0, x1, y1) in boxes
    )
    return (
        f'<svg viewBox="0 0 {page.width:.1f} {page.height:.1f}" role="group" aria-label="Сторінка {page.number}">'
        f'<image href="data:image/webp;base64,{picture}" width="{page.width:.1f}" height="{page.height:.1f}" '
        f'preserveAspectRatio="none"/>{links}</svg>'
    )


def _told(mark: Mark) -> str:
    cell = mark.cell
    lines = [f"Таблиця {mark.table}, рядок {cell.row}, стовпець {cell.column}"]
    lines += (mark.doubt if look == "doubtful" else SAYS[look] for look in mark.looks)
    text = cell.text if len(cell.text) <= LONGEST else f"{cell.text[:LONGEST]}…"
    return "\n".join([*lines, text])

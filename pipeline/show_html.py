"""A document as one HTML page: each of its pages with the cells found on it, and the tables as they were understood.

Guarantee: the page stands alone (pictures are within it, no script, nothing is fetched), and all text of the document
is escaped.
"""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

import cv2
import numpy as np

from extractors.document import BBox, Cell
from extractors.pictures import page_pictures
from pipeline.process import Reading
from pipeline.tidy import Understood

if TYPE_CHECKING:
    from extractors.pictures import PagePicture

DPI = 110
"""Pixels an inch of a page's picture: small print can be read, and a page takes 100-200 kB."""

QUALITY = 60
"""JPEG quality, of 100."""

_STYLE = """
body{font:15px/1.4 system-ui,sans-serif;margin:1.5rem auto;max-width:72rem;padding:0 1rem;color:#1b1b1b;background:#fff}
h1{font-size:1.4rem}h2{font-size:1.1rem;margin-top:2rem}
svg{width:100%;height:auto;border:1px solid #bbb}
rect{fill:#1769aa;fill-opacity:.05;stroke:#1769aa;stroke-width:.8}
rect.doubtful{fill:#e6a700;fill-opacity:.3;stroke:#a86b00}
rect:hover{fill-opacity:.4}
.wide{overflow-x:auto}
table{border-collapse:collapse;margin:.5rem 0}
td,th{border:1px solid #999;padding:.2rem .4rem;vertical-align:top;white-space:pre-line}
td,th{font-weight:normal;text-align:left}
th{background:#eef2f5;font-weight:600}
.doubtful{background:#fff1c9}
small{display:block;color:#7a4b00}
.note{color:#555}
"""


def as_html(reading: Reading, data: bytes) -> str:
    """Give the HTML page of a document.

    Raises:
        InputError: a page cannot be drawn or exceeds a limit.
    """
    name = escape(reading.document.file_name)
    parts = [
        "<!DOCTYPE html>",
        f'<html lang="uk"><head><meta charset="utf-8"><title>{name}</title>',
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head><body>',
        f"<h1>{name}</h1>",
        '<p class="note">Cells that were found are framed; <span class="doubtful">yellow ones are doubtful</span>: two '
        "readings differ, or the only one is weak. Point at a cell to see what was read.</p>",
        *_pages(reading, data),
        *(part for understood in reading.tables for part in _table(understood)),
        "</body></html>",
    ]
    return "\n".join(parts) + "\n"


def _pages(reading: Reading, data: bytes) -> Iterator[str]:
    found: dict[int, list[tuple[str, Cell, BBox]]] = defaultdict(list)
    for understood in reading.tables:
        for cell in understood.table.cells:
            where = f"table {understood.number}, row {cell.row}, column {cell.column}"
            if cell.page is not None and cell.bbox is not None:
                found[cell.page].append((where, cell, cell.bbox))
            for region in cell.continued:
                found[region.page].append((where, cell, region.bbox))
    for page in page_pictures(data, reading.document, DPI):
        yield f"<h2>Page {page.number}</h2>"
        if not found[page.number]:
            yield '<p class="note">No table was found on this page.</p>'
        yield _drawn(page, found[page.number])


def _drawn(page: PagePicture, cells: list[tuple[str, Cell, BBox]]) -> str:
    _, jpeg = cv2.imencode(".jpg", np.ascontiguousarray(page.picture), [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
    picture = base64.b64encode(jpeg.tobytes()).decode("ascii")
    boxes = "".join(
        f'<rect x="{x0:.1f}" y="{y0:.1f}" width="{x1 - x0:.1f}" height="{y1 - y0:.1f}"{_class(cell)}>'
        f"<title>{escape(where)}\n{escape(_told(cell))}</title></rect>"
        for where, cell, (x0, y0, x1, y1) in cells
    )
    return (
        f'<svg viewBox="0 0 {page.width:.1f} {page.height:.1f}" role="img" aria-label="page {page.number}">'
        f'<image href="data:image/jpeg;base64,{picture}" width="{page.width:.1f}" height="{page.height:.1f}" '
        f'preserveAspectRatio="none"/>{boxes}</svg>'
    )


def _table(understood: Understood) -> Iterator[str]:
    table = understood.table
    pages = f", pages {table.pages[0]}-{table.pages[-1]}" if table.pages else ""
    yield f"<h2>Table {understood.number}: {table.n_rows} × {table.n_columns}{pages}</h2>"
    if understood.caption:
        yield f'<p class="note">{escape(understood.caption)}</p>'
    rows: list[list[str]] = [[] for _ in range(table.n_rows)]
    for cell in sorted(table.cells, key=lambda cell: (cell.row, cell.column)):
        tag = "th" if cell.row < understood.header_rows else "td"
        spans = "".join(
            f' {name}="{count}"'
            for name, count in (("rowspan", cell.row_span), ("colspan", cell.column_span))
            if count > 1
        )
        other = f"<small>{escape(_why(cell))}</small>" if cell.doubtful else ""
        rows[cell.row].append(f"<{tag}{spans}{_class(cell)}>{escape(cell.text)}{other}</{tag}>")
    yield '<div class="wide"><table>'
    yield from (f"<tr>{''.join(row)}</tr>" for row in rows)
    yield "</table></div>"


def _class(cell: Cell) -> str:
    return ' class="doubtful"' if cell.doubtful else ""


def _told(cell: Cell) -> str:
    return cell.text + (f"\n({_why(cell)})" if cell.doubtful else "")


def _why(cell: Cell) -> str:
    sure = f"confidence {cell.confidence:.2f}" if cell.confidence is not None else "doubtful"
    return sure if cell.alternative is None else f"{sure}, or: {cell.alternative or '(nothing)'}"

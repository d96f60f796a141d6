"""What stands on a page but belongs to no report: page numbers, running heads, stamps of electronic signatures.

Guarantee: nothing is dropped. Furniture between two pieces of a table does not part them, and a box that is no data
table is given as paragraphs.
"""

from __future__ import annotations

import re
from collections import defaultdict

from extractors.document import Block, Document, Paragraph, Table
from pipeline.text import plain

MARGIN = 0.08
"""Share of the page's height at its top and foot that margins take: 2.4 cm of A4, which includes Word's 2 cm."""

HEAD = 0.15
"""Share of the page's height in which running heads stand."""

SMALL = 0.8
"""Type smaller than this share of a table's smallest is no part of the text around it."""

_FURNITURE = re.compile(r"[-–—\s.]*\d{0,4}[-–—\s.]*|(?:стор(?:інка|\.)|продовження)\s.{0,40}", re.IGNORECASE)

_SIGNATURE = re.compile(
    r"підписувач|підписант|підписано|власник|сертифікат|серійний номер|дійсний (?:з|до)|\bкеп\b|\bецп\b|"
    r"електронн\w+ (?:цифров\w+ )?(?:підпис|печатк)|позначка часу",
    re.IGNORECASE,
)

MAX_STAMP_CELLS = 24


def furniture(document: Document) -> set[int]:
    """Give the indexes of the paragraphs that are furniture.

    Page numbers and the like by what they say; running heads by standing in the same place on several pages; stamps
    put into the margin by their small type.
    """
    found: set[int] = set()
    heads: dict[str, list[tuple[int, float, int]]] = defaultdict(list)
    type_of = _smallest_type(document)
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph):
            continue
        text = plain(block.text)
        if _FURNITURE.fullmatch(text):
            found.add(index)
        if block.page is None or block.bbox is None or block.page > len(document.page_heights):
            continue
        height = document.page_heights[block.page - 1]
        _, top, _, bottom = block.bbox
        if bottom < HEAD * height or top > (1 - HEAD) * height:
            heads[re.sub(r"\d+", "#", text)].append((block.page, top, index))
        in_margin = bottom < MARGIN * height or top > (1 - MARGIN) * height
        if in_margin and bottom - top < SMALL * type_of.get(block.page, 0.0):
            found.add(index)
    for places in heads.values():
        for page, top, index in places:
            if any(other != page and abs(other_top - top) <= 4 for other, other_top, _ in places):
                found.add(index)
    return found


def _smallest_type(document: Document) -> dict[int, float]:
    """Give the height of the smallest type in each page's tables, points."""
    found: dict[int, float] = {}
    for table in document.tables:
        for cell in table.cells:
            if cell.page is not None and cell.ink is not None and len(cell.text) > 2:
                height = cell.ink[3] - cell.ink[1]
                found[cell.page] = min(height, found.get(cell.page, height))
    return found


def as_data(table: Table) -> list[Block]:
    """Give the table itself, or paragraphs where it is none: the box of an electronic signature, or a single cell."""
    filled = [cell for cell in table.cells if cell.text.strip()]
    if len(filled) > 1 and not _is_signature([cell.text for cell in filled]):
        return [table]
    return [
        Paragraph(cell.text, cell.page, cell.bbox, cell.source, cell.confidence, cell.alternative) for cell in filled
    ]


def _is_signature(texts: list[str]) -> bool:
    if len(texts) > MAX_STAMP_CELLS:
        return False
    words = {match.group().casefold() for text in texts for match in _SIGNATURE.finditer(text)}
    return len(words) >= 2

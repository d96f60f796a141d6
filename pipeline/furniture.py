"""What stands on a page but belongs to no report: page numbers, running heads, stamps of electronic signatures.

Guarantee: nothing is dropped. Furniture between two pieces of a table does not part them, and a box that is no data
table is given as paragraphs.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from extractors.document import Block, Document, Paragraph, Table
from pipeline.text import alike, plain

EDGE = 0.15
"""Share of the page's height at its top and foot in which running heads and stamps stand."""

_FURNITURE = re.compile(r"[-–—\s.]*\d{0,4}[-–—\s.]*|(?:стор(?:інка|\.)|продовження)\s.{0,40}", re.IGNORECASE)

_SIGNATURE = re.compile(
    r"підписувач|підписант|підписано|власник|сертифікат|серійний номер|дійсний (?:з|до)|\bкеп\b|\bецп\b|"
    r"електронн\w+ (?:цифров\w+ )?(?:підпис|печатк)|позначка часу",
    re.IGNORECASE,
)

MAX_STAMP_CELLS = 24

STAMPED = 24.0
"""Points by which a stamp may lie elsewhere on the next page: a third of an inch."""

ALIKE = 0.6
"""Share of letters that two readings of a stamp have in common at the least."""


def furniture(document: Document) -> set[int]:
    """Give the indexes of the paragraphs that are furniture.

    Page numbers and the like by what they say; running heads by standing in the same place on several pages; the
    lines of a stamp at a page's edge by speaking of an electronic signature.
    """
    found: set[int] = set()
    heads: dict[str, list[tuple[int, float, int]]] = defaultdict(list)
    recognised: list[tuple[int, Paragraph, int]] = []
    edges: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for index, block in enumerate(document.blocks):
        if not isinstance(block, Paragraph):
            continue
        if _FURNITURE.fullmatch(plain(block.text)):
            found.add(index)
        if block.page is None or block.bbox is None or block.page > len(document.page_heights):
            continue
        height = document.page_heights[block.page - 1]
        _, top, _, bottom = block.bbox
        if bottom < EDGE * height or top > (1 - EDGE) * height:
            heads[re.sub(r"\d+", "#", plain(block.text))].append((block.page, top, index))
            if block.source == "ocr":
                recognised.append((block.page, block, index))
            edges[(block.page, top > height / 2)].append(index)
    for places in heads.values():
        for page, top, index in places:
            if any(other != page and abs(other_top - top) <= 4 for other, other_top, _ in places):
                found.add(index)
    found.update(_recognised_heads(recognised))
    for indexes in edges.values():
        found.update(_stamp(document, indexes))
    return found


def _recognised_heads(edge: list[tuple[int, Paragraph, int]]) -> Iterator[int]:
    """Give the indexes of recognised texts that stand in about the same place on several pages and read much alike.

    A stamp on each page is set by hand and read in another way each time.
    """
    for page, block, index in edge:
        for other_page, other, _ in edge:
            if other_page != page and _same_place(block, other) and alike(block.text, other.text, ALIKE):
                yield index
                break


def _same_place(first: Paragraph, second: Paragraph) -> bool:
    """Whether the middles of two paragraphs lie within `STAMPED` of each other."""
    if first.bbox is None or second.bbox is None:
        return False
    pairs = zip(first.bbox, second.bbox, strict=True)
    left, top, right, bottom = (a - b for a, b in pairs)
    return abs(left + right) <= 2 * STAMPED and abs(top + bottom) <= 2 * STAMPED


def _stamp(document: Document, indexes: list[int]) -> list[int]:
    """Give those of the paragraphs at a page's edge that lie under one another from the left edge of a stamp."""
    blocks = {index: block for index in indexes if isinstance(block := document.blocks[index], Paragraph)}
    lefts = [block.bbox[0] for block in blocks.values() if block.bbox and _SIGNATURE.search(block.text)]
    if len(lefts) < 2:
        return []
    return [
        index for index, block in blocks.items() if block.bbox and any(abs(block.bbox[0] - left) <= 4 for left in lefts)
    ]


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

"""A cell with its row, cut out of the page it stands on.

Guarantee: what is shown is the file that was read, to the byte; a cell over page breaks is shown with all its pieces.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from extractors.document import BBox, Document, Paragraph
from extractors.errors import InputError
from pipeline import index, store
from pipeline.exits import UsageError
from pipeline.folders import Folder
from pipeline.results import Outcome
from pipeline.sources import Input

if TYPE_CHECKING:
    from numpy.typing import NDArray

Row = Mapping[str, Any]

DPI = 200
"""Pixels an inch: what is doubtful is to be looked at closely."""

MARGIN = 6.0
"""Points around a row."""

_GAP = 12
"""Pixels between the pieces of a row."""

_MARK = (208, 87, 11)
"""Blue, in OpenCV's order of colours, as `zvity show --html` marks cells."""


def original(out: Folder, document: Row, source: str | None) -> bytes:
    """Give the file that a document was read from.

    Args:
        out: the output folder of the run.
        document: its row in `documents`.
        source: a file or URL to take, instead of where the last run found it.

    Raises:
        UsageError: it has no pages, cannot be found, or has changed since.
    """
    if document["pages"] is None:
        raise UsageError(
            f"{document['file_name']} is a file without pages, so there is nothing to cut out; `zvity show` shows its "
            "tables, and another file of the report may have pages"
        )
    tried = []
    for found in [Input(source, source)] if source is not None else _inputs(out, document):
        try:
            data = found.read()
        except (OSError, InputError, ImportError, ValueError, IndexError) as error:
            tried.append(f"{found.full_name} cannot be read ({error})")
            continue
        digest = hashlib.sha256(data).hexdigest()
        if digest == document["document_id"]:
            return data
        tried.append(f"{found.full_name} is another file now (its SHA-256 is {digest[:12]}…)")
    what = "; ".join(tried) or "the last run found it at no place that is still known"
    raise UsageError(f"document {document['document_id'][:12]}…: {what}; name the file that was read with --source")


def _inputs(out: Folder, document: Row) -> Iterator[Input]:
    """Give the inputs of the last run that held a document, in containers, too."""
    name = f"/{document['file_name']}/"
    for location, content in index.looks(out):
        file = location.rsplit("/", 1)[-1]
        if content == document["document_id"]:
            yield Input(file, location)
        elif f"/{file}/" in name:
            container = store.outcome(out, document["version"], content)
            for members in _ways(out, document, container):
                yield Input(file, location, members)


def _ways(out: Folder, document: Row, container: Outcome | None) -> Iterator[tuple[int, ...]]:
    """Give the ways to a document through containers that lie in one another, as `Input.members` has them."""
    for member in () if container is None else container.members:
        if member.document_id == document["document_id"]:
            yield (member.index,)
        elif member.document_id:
            inner = store.outcome(out, document["version"], member.document_id)
            yield from ((member.index, *rest) for rest in _ways(out, document, inner))


def strips(data: bytes, document: Row, cell: Row, row: Sequence[Row], pieces: Sequence[Row]) -> bytes:
    """Cut a cell with its row out of its pages, the pieces one under the other, the cell marked.

    Args:
        data: the file.
        document: its row in `documents`.
        cell: the cell, as `explain` gives it.
        row: the pieces of all cells that begin in its row and end there: `page`, `bbox` and `source`.
        pieces: the pieces of the cell itself.

    Returns:
        The picture, as PNG.

    Raises:
        InputError: a page cannot be drawn or exceeds a limit.
        UsageError: the cell has no place on a page.
    """
    import cv2
    import numpy as np

    from extractors.pictures import page_pictures

    if not pieces:
        raise UsageError("the cell has no place on a page, so there is nothing to cut out")
    own: dict[int, list[BBox]] = defaultdict(list)
    for piece in pieces:
        own[piece["page"]].append(_box(piece))
    around: dict[int, list[BBox]] = defaultdict(list)
    for piece in (*row, *pieces):
        around[piece["page"]].append(_box(piece))
    blocks = tuple(Paragraph("", page, None, cell["source"]) for page in around)  # what tells the pages read by OCR
    read = Document(document["document_id"], document["file_name"], document["media_type"], document["pages"], blocks)
    found = []
    for page in page_pictures(data, read, DPI, only=frozenset(around)):
        scale = page.picture.shape[1] / page.width
        picture = page.picture if page.picture.ndim == 3 else cv2.cvtColor(page.picture, cv2.COLOR_GRAY2BGR)
        x0, top, x1, bottom = _around(around[page.number])
        left, above = max(0, round((x0 - MARGIN) * scale)), max(0, round((top - MARGIN) * scale))
        strip = picture[above : round((bottom + MARGIN) * scale), left : round((x1 + MARGIN) * scale)].copy()
        for box in own[page.number]:
            a, b, c, d = (round(v * scale) for v in box)
            cv2.rectangle(strip, (a - left, b - above), (c - left, d - above), _MARK, 3)
        found.append(strip)
    width = max(strip.shape[1] for strip in found)
    sheets: list[NDArray[np.uint8]] = []
    for strip in found:
        if sheets:
            sheets.append(np.full((_GAP, width, 3), 255, np.uint8))
        sheets.append(np.pad(strip, ((0, 0), (0, width - strip.shape[1]), (0, 0)), constant_values=255))
    _, png = cv2.imencode(".png", np.vstack(sheets))
    return bytes(png.tobytes())


def _box(piece: Row) -> BBox:
    x0, top, x1, bottom = map(float, piece["bbox"])
    return x0, top, x1, bottom


def _around(boxes: Iterable[BBox]) -> BBox:
    x0, top, x1, bottom = zip(*boxes, strict=True)
    return min(x0), min(top), max(x1), max(bottom)

"""Pieces of tables on pages to whole tables: one table for one table, one row for one row, a repeated header once.

Guarantee: no cell text is dropped but that of a header that repeats the table's own; every joining has its reason in
`joins`, and a cell made of several pieces keeps the place of each.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from operator import attrgetter

from extractors.document import Block, Cell, Document, Join, Paragraph, Table
from pipeline.furniture import as_data, furniture
from pipeline.header import header_rows, is_column_numbers, starts_with_header
from pipeline.page_breaks import Break, Draft, merge_continues
from pipeline.text import alike, plain

EDGE_TOLERANCE = 5.0
"""Points by which the same column line may differ between pages; a straightened scan moves lines by up to 3."""

PAGE_SHIFT = 36.0
"""Points by which a page may lie to the left or right of the one before: half an inch."""

STRETCH = 0.05
"""Share of its width by which a table on a photographed page may be wider or narrower than on the one before."""

RECENT = 600
"""Cells that tell how items of a table are laid out: some pages of it."""


def assemble(document: Document) -> Document:
    """Join the pieces of each table that runs over pages."""
    blocks: list[Block] = []
    growing: _Growing | None = None
    below: list[Paragraph] = []
    """What stands below the growing table and does not end it, such as the number of a page."""

    def end() -> None:
        nonlocal growing
        if growing is not None:
            blocks.extend((*as_data(growing.table()), *below))
        growing = None
        below.clear()

    between = furniture(document)
    for index, block in enumerate(document.blocks):
        if isinstance(block, Paragraph):
            if growing is not None and index in between:
                below.append(block)
            else:
                end()
                blocks.append(block)
        elif growing is not None and growing.take(block):
            blocks.extend(below)
            below.clear()
        else:
            end()
            growing = _Growing(block)
    end()
    return replace(document, blocks=tuple(blocks))


class _Growing:
    """A table that may go on with the next piece."""

    def __init__(self, table: Table) -> None:
        self._first = table
        self._edges = list(table.column_edges)
        self._cells: list[Cell] = []
        """The cells that end above the last row."""
        self._bottom: list[Draft] = []
        """Those that reach the last row and may go on."""
        self._n_rows = table.n_rows
        self._add(table.cells)
        self._pages = list(table.pages)
        self._joins: list[Join] = []
        self._header = header_rows(table)
        self._header_text = _row_texts(table, self._header)

    def _add(self, cells: Iterable[Cell]) -> None:
        for cell in cells:
            if cell.row + cell.row_span == self._n_rows:
                self._bottom.append(Draft(cell, cell))
            else:
                self._cells.append(cell)

    def table(self) -> Table:
        """Give the table as it has grown."""
        if not self._joins:
            return self._first
        cells = [*self._cells, *(draft.cell for draft in self._bottom)]
        cells.sort(key=attrgetter("row", "column"))
        return replace(
            self._first,
            n_rows=self._n_rows,
            n_columns=len(self._edges) - 1,
            cells=tuple(cells),
            pages=tuple(self._pages),
            column_edges=tuple(self._edges),
            joins=tuple(self._joins),
        ).checked()

    def take(self, piece: Table) -> bool:
        """Go on with the piece if it continues this table; tell whether it did."""
        if not self._pages or not piece.pages or piece.pages[0] != self._pages[-1] + 1:
            return False
        recognised = "ocr" in (self._first.cells[0].source, piece.cells[0].source)
        shifted = _shifted(piece.column_edges, self._edges, STRETCH if recognised else 0.0)
        edges = _common_edges(self._edges, shifted)
        if edges is None:
            return False
        repeated, piece = self._repeated_header(piece)
        if repeated is None or (not repeated and starts_with_header(piece)):
            return False
        self._align(edges)
        skip = repeated or self._repeated_numbers(piece)
        cells = _aligned(piece.cells, shifted, edges)
        self._append(piece, [_below(cell, skip) for cell in cells if cell.end_row > skip] if skip else cells, skip)
        return True

    def _repeated_numbers(self, piece: Table) -> int:
        """Count the first rows of the piece that number the columns as this table's header does."""
        first = [cell for cell in piece.cells if cell.row == 0]
        if not self._header or not is_column_numbers(first):
            return 0
        texts = [_numbers(cell.text) for cell in first]
        return int(texts == [_numbers(text) for text in self._header_text[-len(texts) :]])

    def _repeated_header(self, piece: Table) -> tuple[int | None, Table]:
        """Count the piece's first rows that repeat this table's header; `None` where they are another table's.

        Printed ones are the same but for white space. LibreOffice lets the end of a long heading run into the row below
        where it repeats it; there the piece is given without. Of recognised texts a quarter may have been misread, but
        every number of which both readings are sure must be the same: `2024` and `2025` head different tables.
        """
        texts = _row_texts(piece, self._header)
        if not self._header or piece.n_rows < self._header or len(texts) != len(self._header_text):
            return 0, piece
        if texts == self._header_text:
            return self._header, piece
        pairs = list(zip(self._header_text, texts, strict=True))
        if sum(alike(a, b) for a, b in pairs) < 0.75 * len(pairs):
            return 0, piece
        if (clean := self._without_overflow(piece)) is not None:
            return self._header, clean
        sure = [
            not (a.doubtful or b.doubtful) for a, b in zip(*map(self._header_cells, (self._first, piece)), strict=True)
        ]
        if any(both and _numbers(a) != _numbers(b) for both, (a, b) in zip(sure, pairs, strict=True)):
            return None, piece
        recognised = "ocr" in (self._first.cells[0].source, piece.cells[0].source)
        return self._header if recognised else 0, piece

    def _header_cells(self, table: Table) -> list[Cell]:
        return [cell for cell in table.cells if cell.row < self._header]

    def _without_overflow(self, piece: Table) -> Table | None:
        """Take the ends of headings out of the row below the header; `None` where the headings are others."""
        ends = {}
        for column, (whole, part) in enumerate(
            zip(_column_texts(self._first, self._header), _column_texts(piece, self._header), strict=True)
        ):
            if not whole.startswith(part):
                return None
            if whole != part:
                ends[column] = whole[len(part) :]
        cells = []
        for cell in piece.cells:
            end = ends.pop(cell.column, None) if cell.row == self._header else None
            if end is None:
                cells.append(cell)
                continue
            text = _without_words(cell.text, end)
            if text is None:
                return None
            cells.append(replace(cell, text=text, ink=cell.ink if text else None))
        return None if ends else replace(piece, cells=tuple(cells))

    def _align(self, edges: list[float]) -> None:
        if edges == self._edges:
            return
        self._cells = _aligned(self._cells, self._edges, edges)
        for draft in self._bottom:
            draft.cell = _aligned([draft.cell], self._edges, edges)[0]
            draft.last = _aligned([draft.last], self._edges, edges)[0]
        self._edges = edges

    def _shared(self) -> tuple[set[int], bool]:
        """Give the columns whose cells items of several rows share, and whether rows without a number have own texts.

        Told from the newest rows. Among the columns is the first, that of the numbers, or there are none.
        """
        recent = [c for c in (*self._cells[-RECENT:], *(draft.cell for draft in self._bottom)) if c.row >= self._header]
        numbers = [cell for cell in recent if cell.column == 0 and cell.column_span == 1]
        shared = {row for c in numbers if c.row_span > 1 and c.text.strip() for row in range(c.row, c.end_row)}
        columns = {c.column for c in recent if c.row in shared and c.row_span > 1 and c.column_span == 1}
        alone = {cell.row for cell in numbers if cell.row_span == 1 and not cell.text.strip()}
        return columns, any(c.row in alone and c.column in columns and c.text.strip() for c in recent)

    def _append(self, piece: Table, cells: list[Cell], skip: int) -> None:
        bottom = {draft.cell.column: draft for draft in self._bottom}
        first_row = [cell for cell in cells if cell.row == skip]
        going_on = Break(bottom, first_row, self._shared)
        offset = self._n_rows - skip - (1 if going_on.row else 0)
        fresh = []
        for cell in cells:
            above = bottom.get(cell.column) if cell.row == skip else None
            if (
                above is not None
                and above.cell.column_span == cell.column_span
                and (going_on.row or cell.column in going_on.columns or merge_continues(above.cell, cell, bottom))
            ):
                above.extend(cell, cell.row_span - (1 if going_on.row else 0))
            else:
                fresh.append(_moved(cell, cell.row + offset))
        self._n_rows += piece.n_rows - skip - (1 if going_on.row else 0)
        self._cells.extend(draft.cell for draft in self._bottom if draft.cell.end_row < self._n_rows)
        self._bottom = [draft for draft in self._bottom if draft.cell.end_row == self._n_rows]
        self._add(fresh)
        self._pages.extend(piece.pages)
        reasons = ["the same columns from the top of the next page"]
        if skip:
            reasons.append("the header is repeated" if skip == self._header else "the column numbers are repeated")
        if going_on.row:
            reasons.append("the last row goes on")
        elif going_on.columns:
            reasons.append(f"cells of the last row go on in columns {', '.join(map(str, sorted(going_on.columns)))}")
        self._joins.append(Join(piece.pages[0], "; ".join(reasons)))


def _moved(cell: Cell, row: int) -> Cell:
    """Give the cell in another row; `dataclasses.replace` takes five times as long."""
    return Cell(
        row,
        cell.column,
        cell.row_span,
        cell.column_span,
        cell.text,
        cell.page,
        cell.bbox,
        cell.source,
        cell.confidence,
        cell.alternative,
        cell.ink,
        cell.continued,
    )


def _below(cell: Cell, row: int) -> Cell:
    """Give what is left of a cell below the rows of a repeated header that it begins in: their line was not drawn."""
    return cell if cell.row >= row else replace(cell, row=row, row_span=cell.end_row - row, text="", ink=None)


def _without_words(text: str, end: str) -> str | None:
    """Take words out of a text that together are `end`; `None` where it does not hold them."""
    words = text.split()
    for first in range(len(words)):
        for last in range(first + 1, len(words) + 1):
            if plain("".join(words[first:last])) == end:
                return " ".join((*words[:first], *words[last:]))
    return text.removeprefix(end).strip() if text.startswith(end) else None  # printed without a space between


def _numbers(text: str) -> list[str]:
    return re.findall(r"\d+", text)


def _without_spaces(text: str) -> str:
    return "".join(plain(text).split())


def _row_texts(table: Table, rows: int) -> list[str]:
    return [cell.text for cell in table.cells if cell.row < rows]


def _column_texts(table: Table, rows: int) -> list[str]:
    """Give what stands in each column of the first rows, from the top down, without spaces."""
    columns = zip(*table.grid(rows), strict=True)
    return [_without_spaces("".join(cell.text for cell in dict.fromkeys(column))) for column in columns]


def _shifted(edges: tuple[float, ...], onto: list[float], stretch: float) -> tuple[float, ...]:
    """Give the edges moved so that the left ones agree: mirrored margins and sheets laid askew move a whole page.

    A photograph's pages differ in size, too: where the widths differ by no more than `stretch` of them, they agree.
    """
    if len(edges) < 2 or len(onto) < 2 or abs(onto[0] - edges[0]) > PAGE_SHIFT:
        return edges
    scale = (onto[-1] - onto[0]) / (edges[-1] - edges[0])
    if not 1 - stretch <= scale <= 1 + stretch:
        scale = 1.0
    return tuple(onto[0] + (edge - edges[0]) * scale for edge in edges)


def _common_edges(first: list[float], second: tuple[float, ...]) -> list[float] | None:
    """Give the column edges of both together, or `None` where they cannot be one table's.

    The outer edges must agree, and the lines of one must all be among the other's: a last page of totals has fewer
    columns to show, but no new ones between.
    """
    if len(first) < 2 or len(second) < 2:
        return None
    if abs(first[0] - second[0]) > EDGE_TOLERANCE or abs(first[-1] - second[-1]) > EDGE_TOLERANCE:
        return None
    if len(first) == len(second) and all(abs(a - b) <= EDGE_TOLERANCE for a, b in zip(first, second, strict=True)):
        return first
    wide, narrow = (first, second) if len(first) >= len(second) else (second, first)
    nearest = [min(range(len(wide)), key=lambda i, edge=edge: abs(wide[i] - edge)) for edge in narrow]  # type: ignore[misc]
    if any(abs(wide[i] - edge) > EDGE_TOLERANCE for i, edge in zip(nearest, narrow, strict=True)):
        return None
    if any(a >= b for a, b in pairwise(nearest)):
        return None
    return list(wide)


def _aligned(
    cells: list[Cell] | tuple[Cell, ...], old: list[float] | tuple[float, ...], new: list[float]
) -> list[Cell]:
    """Give the cells with their columns counted over the new edges."""
    if len(old) == len(new):
        return list(cells)
    at = [min(range(len(new)), key=lambda i, edge=edge: abs(new[i] - edge)) for edge in old]  # type: ignore[misc]
    return [replace(cell, column=at[cell.column], column_span=at[cell.end_column] - at[cell.column]) for cell in cells]

"""The frozen types every reader gives and every later stage works on.

Guarantee: a `Table` covers each position of its grid by exactly one `Cell`; `Table.checked` raises otherwise.
Coordinates are points (1/72 inch) from the upper left corner of the page as a reader sees it; pages count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

from extractors.errors import Broken

BBox = tuple[float, float, float, float]
"""`(x0, top, x1, bottom)` in points, `x0 <= x1` and `top <= bottom`."""

Source = Literal["xml", "text", "ocr"]
FoundBy = Literal["xml", "rulings", "alignment", "typed rules"]

CONFIDENCE_LIMIT = 0.80
"""An `ocr` cell below this confidence is doubtful even where its readings agree."""


@dataclass(frozen=True, slots=True)
class Region:
    """A place on the paper: the page and the box on it."""

    page: int
    bbox: BBox


@dataclass(frozen=True, slots=True, init=False)
class Cell:
    """One cell of a table, with its text as it stands on the paper.

    `row` and `column` count from 0. `page` and `bbox` are `None` for Word, which knows no pages. `ink` is the box of
    the text inside the cell, `None` where the cell is empty. `continued` lists the further places of a cell that runs
    over pages. `confidence` is 0-1 for `ocr`, else `None`; `alternative` is the other reading where two readings
    disagree.
    """

    row: int
    column: int
    row_span: int
    column_span: int
    text: str
    page: int | None
    bbox: BBox | None
    source: Source
    confidence: float | None = None
    alternative: str | None = None
    ink: BBox | None = None
    continued: tuple[Region, ...] = ()

    def __init__(
        self,
        row: int,
        column: int,
        row_span: int,
        column_span: int,
        text: str,
        page: int | None,
        bbox: BBox | None,
        source: Source,
        confidence: float | None = None,
        alternative: str | None = None,
        ink: BBox | None = None,
        continued: tuple[Region, ...] = (),
    ) -> None:
        """Set the fields in half the time that a frozen dataclass takes by itself: no other type is made as often."""
        _put_row(self, row)
        _put_column(self, column)
        _put_row_span(self, row_span)
        _put_column_span(self, column_span)
        _put_text(self, text)
        _put_page(self, page)
        _put_bbox(self, bbox)
        _put_source(self, source)
        _put_confidence(self, confidence)
        _put_alternative(self, alternative)
        _put_ink(self, ink)
        _put_continued(self, continued)

    @property
    def doubtful(self) -> bool:
        """Whether two readings disagree here, or the only one is too weak to trust."""
        return self.alternative is not None or (self.confidence is not None and self.confidence < CONFIDENCE_LIMIT)

    @property
    def end_row(self) -> int:
        """The first row below the cell."""
        return self.row + self.row_span

    @property
    def end_column(self) -> int:
        """The first column right of the cell."""
        return self.column + self.column_span


(
    _put_row,
    _put_column,
    _put_row_span,
    _put_column_span,
    _put_text,
    _put_page,
    _put_bbox,
    _put_source,
    _put_confidence,
    _put_alternative,
    _put_ink,
    _put_continued,
) = (Cell.__dict__[field.name].__set__ for field in fields(Cell))


@dataclass(frozen=True, slots=True)
class Join:
    """Why a table goes on with the piece found on `page`."""

    page: int
    reason: str


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A run of text outside every table, its lines joined by a space.

    `confidence` and `alternative` are as a cell's.
    """

    text: str
    page: int | None
    bbox: BBox | None
    source: Source
    confidence: float | None = None
    alternative: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or the piece of one that stands on a page.

    `column_edges` are the x positions of the grid's vertical lines (`n_columns + 1` of them, points), empty for Word.
    `header_rows` is what the file itself says of repeated heading rows, `None` where it says nothing. `joins` tells why
    pieces of several pages became one table; a piece as an extractor gives it has none. `confidence` (0-1) tells how
    sure it is that this is a table with these rows and columns: 1 where the file or ruling lines say so.
    """

    n_rows: int
    n_columns: int
    cells: tuple[Cell, ...]
    pages: tuple[int, ...]
    bbox: BBox | None
    found_by: FoundBy
    column_edges: tuple[float, ...] = ()
    header_rows: int | None = None
    joins: tuple[Join, ...] = ()
    confidence: float = 1.0

    def checked(self) -> Table:
        """Return the table itself if its cells tile its grid, else raise `Broken`."""
        covered = bytearray(self.n_rows * self.n_columns)
        for cell in self.cells:
            if cell.row_span == cell.column_span == 1 and 0 <= cell.row < self.n_rows:
                position = cell.row * self.n_columns + cell.column
                if 0 <= cell.column < self.n_columns and not covered[position]:
                    covered[position] = 1
                    continue
            if not (
                0 <= cell.row < cell.end_row <= self.n_rows and 0 <= cell.column < cell.end_column <= self.n_columns
            ):
                raise Broken("grid", f"the cell at row {cell.row}, column {cell.column} does not fit its table")
            for row in range(cell.row, cell.end_row):
                start = row * self.n_columns + cell.column
                if any(covered[start : start + cell.column_span]):
                    raise Broken("grid", f"two cells cover a position in row {row} of a table")
                covered[start : start + cell.column_span] = b"\1" * cell.column_span
        if missing := covered.count(0):
            raise Broken("grid", f"{missing} grid positions of a table have no cell")
        return self

    def grid(self, n_rows: int | None = None) -> list[list[Cell]]:
        """Give the cell that covers each position of the first `n_rows` rows (all by default), row by row."""
        n_rows = self.n_rows if n_rows is None else min(n_rows, self.n_rows)
        rows: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(n_rows)]
        for cell in self.cells:
            first = cell.row
            if first < n_rows:
                if cell.row_span == cell.column_span == 1:
                    rows[first][cell.column] = cell
                    continue
                for row in rows[first : cell.end_row]:
                    row[cell.column : cell.end_column] = [cell] * cell.column_span
        return rows  # type: ignore[return-value]  # `checked` has seen to it that nothing stays empty


Block = Paragraph | Table


@dataclass(frozen=True, slots=True)
class Document:
    """What one file holds, in reading order.

    `document_id` is the SHA-256 of the file's bytes in hexadecimal. `pages` is `None` where the format has none.
    `page_heights` are in points, one a page.
    """

    document_id: str
    file_name: str
    media_type: str
    pages: int | None
    blocks: tuple[Block, ...]
    page_heights: tuple[float, ...] = ()

    @property
    def tables(self) -> tuple[Table, ...]:
        """The tables among the blocks, in reading order."""
        return tuple(block for block in self.blocks if isinstance(block, Table))

"""What stands in one document, for programs as JSON and for people as tables with merged cells drawn merged."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from extractors.document import Cell, Table
from pipeline.process import Reading
from pipeline.tidy import Understood

if TYPE_CHECKING:
    from rich.console import Console, ConsoleOptions, RenderResult

MIN_WIDTH, MAX_WIDTH = 6, 40
"""Characters a column of a drawn table may have; a terminal too narrow for them all is left to wrap or scroll."""


def as_json(reading: Reading) -> dict[str, Any]:
    """Give the contract's JSON of a document: every cell of every assembled table."""
    document = reading.document
    return {
        "document": {
            "document_id": document.document_id,
            "file_name": document.file_name,
            "media_type": document.media_type,
            "pages": document.pages,
        },
        "tables": [_table(understood) for understood in reading.tables],
    }


def _table(understood: Understood) -> dict[str, Any]:
    table = understood.table
    return {
        "table": understood.number,
        "pages": list(table.pages),
        "family": understood.family.name if understood.family else None,
        "n_rows": table.n_rows,
        "n_columns": table.n_columns,
        "header_rows": understood.header_rows,
        "found_by": table.found_by,
        "confidence": round(table.confidence, 3),
        "joins": [{"page": join.page, "reason": join.reason} for join in table.joins],
        "cells": [_cell(cell) for cell in table.cells],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    found: dict[str, Any] = {
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "text": cell.text,
        "page": cell.page,
        "bbox": [round(v, 2) for v in cell.bbox] if cell.bbox else None,
        "source": cell.source,
        "confidence": None if cell.confidence is None else round(cell.confidence, 3),
        "alternative": cell.alternative,
        "doubtful": cell.doubtful,
    }
    if cell.continued:
        found["continued"] = [{"page": r.page, "bbox": [round(v, 2) for v in r.bbox]} for r in cell.continued]
    return found


class Drawing:
    """A rich renderable of a table: a line is drawn only where the table has one, so merged cells are seen merged."""

    def __init__(self, table: Table, header_rows: int) -> None:
        """Draw the table; header rows are bold, doubtful cells yellow."""
        self._grid = table.grid()
        self._header_rows = header_rows
        self._n_columns = table.n_columns

    @property
    def narrowest(self) -> int:
        """Characters the drawing needs at the least."""
        return (MIN_WIDTH + 3) * self._n_columns + 1

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Give the lines of the drawing, as wide as the terminal allows."""
        from rich.text import Text

        widths = self._widths(options.max_width)
        texts = self._laid_out(widths)
        for index, row in enumerate(self._grid):
            yield Text(self._rule(index, widths))
            for line in range(self._height(index, texts)):
                yield self._line(index, row, line, widths, texts)
        yield Text(self._rule(len(self._grid), widths))

    def _widths(self, available: int) -> list[int]:
        """Share the terminal's width out among the columns by their longest words and longest texts."""
        needs = [MIN_WIDTH] * self._n_columns
        wishes = [MIN_WIDTH] * self._n_columns
        for cell in {cell for row in self._grid for cell in row if cell.column_span == 1}:
            words = cell.text.split() or [""]
            needs[cell.column] = max(needs[cell.column], min(MAX_WIDTH, max(map(len, words))))
            wishes[cell.column] = max(wishes[cell.column], min(MAX_WIDTH, len(cell.text)))
        room = available - 3 * self._n_columns - 1
        widths = [min(need, max(MIN_WIDTH, room // self._n_columns)) for need in needs]
        while sum(widths) < room and widths != wishes:
            short = [i for i in range(self._n_columns) if widths[i] < wishes[i]]
            if not short:
                break
            widths[max(short, key=lambda i: wishes[i] / widths[i])] += 1
        return widths

    def _laid_out(self, widths: list[int]) -> dict[Cell, list[str]]:
        from textwrap import wrap

        texts = {}
        for cell in dict.fromkeys(cell for row in self._grid for cell in row):
            width = sum(widths[cell.column : cell.end_column]) + 3 * (cell.column_span - 1)
            texts[cell] = wrap(cell.text, width) or [""]
        return texts

    def _height(self, index: int, texts: dict[Cell, list[str]]) -> int:
        """Count the lines of a row; a cell over several rows needs no more room than they have together."""
        return max(
            -(-len(texts[cell]) // cell.row_span) if cell.row_span > 1 else len(texts[cell])
            for cell in self._grid[index]
        )

    def _line(self, index: int, row: list[Cell], line: int, widths: list[int], texts: dict[Cell, list[str]]) -> Any:  # noqa: ANN401
        from rich.text import Text

        out = Text("│")
        for cell in dict.fromkeys(row):
            width = sum(widths[cell.column : cell.end_column]) + 3 * (cell.column_span - 1)
            at = line + sum(self._height(r, texts) for r in range(cell.row, index))
            text = texts[cell][at] if at < len(texts[cell]) else ""
            style = "yellow" if cell.doubtful else "bold" if cell.row < self._header_rows else ""
            out.append(f" {text:<{width}} ", style=style)
            out.append("│")
        return out

    def _rule(self, index: int, widths: list[int]) -> str:
        """Draw the line above row `index`, broken where a cell goes on below."""
        line = ""
        for column in range(self._n_columns + 1):
            above_left, above_right = self._cell(index - 1, column - 1), self._cell(index - 1, column)
            below_left, below_right = self._cell(index, column - 1), self._cell(index, column)
            up = above_left is not above_right
            down = below_left is not below_right
            left = above_left is not below_left
            right = above_right is not below_right
            line += _CORNERS[(up, right, down, left)]
            if column < self._n_columns:
                line += ("─" if right else " ") * (widths[column] + 2)
        return line

    def _cell(self, row: int, column: int) -> Cell | None:
        if 0 <= row < len(self._grid) and 0 <= column < self._n_columns:
            return self._grid[row][column]
        return None


_CORNERS = {
    (up, right, down, left): " ╵╶└╷│┌├╴┘─┴┐┤┬┼"[up + 2 * right + 4 * down + 8 * left]
    for up in (False, True)
    for right in (False, True)
    for down in (False, True)
    for left in (False, True)
}
"""Box-drawing character by the arms it has."""


def draw(reading: Reading, console: Console) -> None:
    """Print all tables of a document to the console, each under a line that says what it is."""
    for understood in reading.tables:
        table = understood.table
        pages = f", pages {table.pages[0]}-{table.pages[-1]}" if table.pages else ""
        family = understood.family.name if understood.family else "unknown kind"
        console.print(
            f"table {understood.number}: {family}, {table.n_rows} × {table.n_columns}, "
            f"{understood.header_rows} header rows{pages}",
            style="bold",
            highlight=False,
        )
        if understood.caption:
            console.print(understood.caption, highlight=False, markup=False)
        drawing = Drawing(table, understood.header_rows)
        console.print(drawing, width=max(console.width, drawing.narrowest), crop=False, overflow="ignore", no_wrap=True)
        console.print()

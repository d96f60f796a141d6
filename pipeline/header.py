"""Header rows of a table, and what stands above each column.

Guarantee: every column gets a path of header texts from the top down; a heading merged over several columns stands in
the path of each of them.
"""

from __future__ import annotations

import re

from extractors.document import Cell, Table
from pipeline import numerals
from pipeline.dates import find_years
from pipeline.text import plain

Path = tuple[str, ...]

MAX_HEADER_ROWS = 12

_ITEM = re.compile(r"\d{1,3}(?:\.\d{1,3})*[.)]")
"""The number of an item: below a section's title it begins the section's first row, not a row of headings."""

MAX_NUMBER = 4
"""Characters of the longest column number."""


def header_rows(table: Table) -> int:
    """Count the rows of the header, the row of column numbers (`1 2 3 …`) included.

    The header is the first row, and every row below it that a heading cell reaches into, that parts a heading over
    columns, that numbers the columns, or that the file itself marks as heading (Word's repeated rows) and that holds no
    value.
    """
    return _count_rows(table, table.grid(MAX_HEADER_ROWS + 1))


def _count_rows(table: Table, grid: list[list[Cell]]) -> int:
    if table.n_rows <= 1:
        return 0
    marked = table.header_rows or 0
    count = 1
    while count < min(table.n_rows, MAX_HEADER_ROWS):
        reached = any(cell.row < count for cell in grid[count])
        said = count < marked < table.n_rows and all(_is_heading(cell.text) for cell in grid[count])
        if not reached and not said and not _parts_headings(grid[count - 1], grid[count]):
            break
        count += 1
    if count < table.n_rows and is_column_numbers(grid[count]):
        count += 1
    return min(count, table.n_rows)


def starts_with_header(table: Table) -> bool:
    """Whether the first rows can only be a header: headings parted over columns, or followed by column numbers."""
    grid = table.grid(MAX_HEADER_ROWS + 1)
    return any(
        is_column_numbers(grid[row]) or _parts_headings(grid[row - 1], grid[row])
        for row in range(1, _count_rows(table, grid))
    )


def is_column_numbers(row: list[Cell]) -> bool:
    """Whether a row only numbers the columns: `1 2 3 …` in order, at least three of them."""
    cells = _different(row)
    if any(len(cell.text.strip()) > MAX_NUMBER for cell in cells):
        return False
    texts = [plain(cell.text).rstrip(".") for cell in cells]
    numbers = [text for text in texts if text]
    first = 0 if numbers[:1] == ["0"] else 1
    return len(numbers) >= 3 and numbers == [str(n) for n in range(first, first + len(numbers))]


def _different(row: list[Cell]) -> list[Cell]:
    """Give each cell of a row once: one merged over columns stands at several places."""
    return [cell for place, cell in enumerate(row) if not place or cell is not row[place - 1]]


def _parts_headings(above: list[Cell], row: list[Cell]) -> bool:
    """Whether the row parts headings above it: words or years under a merged heading, or nothing but years."""
    filled = [cell for cell in _different(row) if cell.text.strip()]
    if len(filled) >= 2 and all(_is_year(cell.text) for cell in filled):
        return True
    if filled and filled[0].column == 0 and _ITEM.fullmatch(filled[0].text.strip()):
        return False
    under = [cell for cell in filled if above[cell.column].column_span > cell.column_span]
    if len(under) < 2 or len({above[cell.column].column for cell in under}) == len(under):
        return False
    return all(_is_heading(cell.text) for cell in filled) and all(above[cell.column].text.strip() for cell in under)


def _is_heading(text: str) -> bool:
    return not numerals.is_value(text) or _is_year(text)


def _is_year(text: str) -> bool:
    """Whether the text is a year and nothing else, as `2024`, `2024 рік` or `2024-2026рр.`."""
    return find_years(text) is not None and re.fullmatch(r"[\d\s–—-]+(?:р\w*\.?\s*)*", plain(text)) is not None


def paths(table: Table, rows: int) -> list[Path]:
    """Give for each column the texts of the header cells above it, from the top down, column numbers left out."""
    grid = table.grid(rows)
    if grid and is_column_numbers(grid[-1]):
        grid = grid[:-1]
    found = []
    for column in range(table.n_columns):
        cells = dict.fromkeys(_heading(grid, index, column) for index in range(len(grid)))
        found.append(tuple(plain(cell.text) for cell in cells if cell.text.strip()))
    return found


def _heading(grid: list[list[Cell]], row: int, column: int) -> Cell:
    """Give the heading over a column: an empty cell over a filled one belongs to the heading on its left."""
    cell = grid[row][column]
    if cell.text.strip() or column == 0 or row + 1 >= len(grid) or not grid[row + 1][column].text.strip():
        return cell
    return cell if cell is grid[row + 1][column] else _heading(grid, row, column - 1)

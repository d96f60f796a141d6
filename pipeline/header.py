"""Header rows of a table, and what stands above each column.

Guarantee: every column gets a path of header texts from the top down; a heading merged over several columns stands in
the path of each of them.
"""

from __future__ import annotations

import re
from itertools import pairwise

from extractors.document import Cell, Table
from pipeline import numerals
from pipeline.dates import find_years
from pipeline.text import cyrillic, mend_alone, plain
from pipeline.units import known_unit

Path = tuple[str, ...]

MAX_HEADER_ROWS = 12

_ITEM = re.compile(r"\d{1,3}(?:\.\d{1,3})*[.)]")
"""The number of an item: below a section's title it begins the section's first row, not a row of headings."""

_COLUMN_NUMBER = re.compile(r"(\d{1,2})\.?\s*(?:[=(:].{1,20})?")
"""The number of a column, with what it is computed from: `5`, `5=4-3`, `6 (5/4*100)`."""

_CODE = re.compile(r"\d{4,8}")

LONGEST_NUMBER = 40
"""Signs of the longest text of a column's number."""

_LETTERS = "абвгде"
"""Letters that number the first columns."""

EVIDENCE = 12
"""Rows below a row that tell whether its columns hold numbers."""


def header_rows(table: Table, grid: list[list[Cell]] | None = None) -> int:
    """Count the rows of the header, the row of column numbers (`1 2 3 …`) included.

    All that stands above a row of column numbers is header. Else it is the first row, and every row below it that a
    heading cell reaches into, that parts a heading over columns, that stands below titles only, that holds words above
    columns of numbers and nothing in the first column, or that the file itself marks as heading (Word's repeated rows)
    and that holds no value.

    Args:
        table: the table.
        grid: the cell that covers each position, where it is already known.
    """
    return _count_rows(table, table.grid(MAX_HEADER_ROWS + EVIDENCE + 1) if grid is None else grid)


def _count_rows(table: Table, grid: list[list[Cell]]) -> int:
    if table.n_rows <= 1:
        return 0
    if _is_data(grid[0]):
        return 0
    marked = table.header_rows or 0
    limit = min(table.n_rows, MAX_HEADER_ROWS)
    for index in range(1, limit):
        if is_column_numbers(grid[index]) and not counts_on(grid, index):
            return index + 1
        if any(numerals.is_value(cell.text) and not _is_year(cell.text) for cell in grid[index][1:]):
            break
    count = 1
    while count < limit:
        reached = any(cell.row < count for cell in grid[count]) and not _holds_values(grid[count], count)
        said = count < marked < table.n_rows and all(_is_heading(cell.text) for cell in grid[count])
        if not (reached or said or _parts_headings(grid[count - 1], grid[count]) or _heads(grid, count)):
            break
        count += 1
    return min(count, table.n_rows)


def _is_data(row: list[Cell]) -> bool:
    """Whether a table's first row holds numbers behind a name, and so no headings."""
    cells = _different(row)
    values = [cell for cell in cells[1:] if numerals.parse(cell.text).value is not None and not _is_year(cell.text)]
    return (
        bool(values)
        and 2 * len(values) >= len(cells) - 1
        and not is_column_numbers(row)
        and not all(map(_is_code, values))
    )


def _is_code(cell: Cell) -> bool:
    """Whether a heading may be a code, as `2111` of expenditure."""
    return _CODE.fullmatch(cell.text.strip()) is not None


def counts_on(grid: list[list[Cell]], index: int) -> bool:
    """Whether `1 2 3` is a row of data: the row below goes on counting in the first column, and none above began."""
    before, own, after = (
        grid[i][0].text.strip(" .)") if 0 <= i < len(grid) else "" for i in (index - 1, index, index + 1)
    )
    return own == "1" and after == "2" and before != "1"


def _holds_values(row: list[Cell], index: int) -> bool:
    """Whether a row that headings reach into holds two numbers or more that do not count up, as `5 6 7` classes do."""
    texts = [cell.text for cell in _different(row) if cell.row == index and numerals.parse(cell.text).value is not None]
    values = [numerals.parse(text).value or 0 for text in texts if not _is_year(text)]
    return len(values) > 1 and any(a >= b for a, b in pairwise(values))


def _heads(grid: list[list[Cell]], index: int) -> bool:
    """Whether a row heads columns though no line says so.

    It holds units, or stands below titles only, or its words stand above columns of numbers; not where it names its
    first column below headings that need no others.
    """
    filled = [cell for cell in _different(grid[index]) if cell.text.strip()]
    if not filled:  # of headings that stand in the rows above and below
        return index + 2 < len(grid) and _heads(grid, index + 1)
    if all(_is_unit(cell.text) for cell in filled):
        return True
    if len(filled) < 2 or not all(_is_heading(cell.text) for cell in filled):
        return False
    below = grid[index + 1 : index + 1 + EVIDENCE]
    narrow = [cell for cell in filled if cell.column and 2 * cell.column_span <= len(grid[index])]
    over_numbers = [cell for cell in narrow if _of_numbers(below, cell)]
    titles_above = all(len([cell for cell in _different(row) if cell.text.strip()]) == 1 for row in grid[:index])
    if titles_above and (len(filled) > 2 or any(cell.column and _of_numbers(below, cell) for cell in filled)):
        return True
    if grid[index][0].text.strip():
        whole = len({cell.text for cell in grid[index - 1] if cell.text.strip()}) == len(grid[index])
        return not whole and len(over_numbers) >= 2 and 2 * len(over_numbers) >= len(filled)
    others = len(filled) - len(over_numbers) - sum(_is_empty(below, cell) for cell in filled)
    return len(over_numbers) > others


def _is_unit(text: str) -> bool:
    """Whether a text is a unit, or made of nothing but units: `л/100 км або л/год`."""
    words = [word for word in _BETWEEN_UNITS.split(text) if word]
    return known_unit(text.strip("() ")) is not None or (len(words) > 1 and all(map(known_unit, words)))


_BETWEEN_UNITS = re.compile(r"[\s/()\d]+|\b(?:або|чи|та|і|на)\b", re.IGNORECASE)


def _is_empty(rows: list[list[Cell]], heading: Cell) -> bool:
    return not any(cell.text.strip() for row in rows for cell in row[heading.column : heading.end_column])


def _of_numbers(rows: list[list[Cell]], heading: Cell) -> bool:
    cells = (cell for row in rows for cell in row[heading.column : heading.end_column])
    texts = [text for cell in cells if cell.column_span <= heading.column_span and (text := cell.text.strip())]
    return bool(texts) and 2 * sum(numerals.is_value(text) or bool(_TIME.fullmatch(text)) for text in texts) > len(
        texts
    )


_TIME = re.compile(r"\d{1,2}[:-]\d{2}")
"""A time of day, which columns of timetables hold as others hold numbers."""


def starts_with_header(table: Table) -> bool:
    """Whether the first rows can only be a header: headings parted over columns, or followed by column numbers."""
    grid = table.grid(MAX_HEADER_ROWS + 1)
    return any(
        is_column_numbers(grid[row]) or _parts_headings(grid[row - 1], grid[row])
        for row in range(1, _count_rows(table, grid))
    )


def is_column_numbers(row: list[Cell]) -> bool:
    """Whether a row only numbers the columns, at least three: `1 2 3 …`, `А Б 1 2`, with `5=4-3` for a computed one."""
    first = row[0].text.strip("() ")
    if len(first) > 3 or (first and first.rstrip(".").casefold() not in ("0", "1", "а", "a")):
        return False
    numbers: list[int] = []
    lettered = 0
    for cell in _different(row):
        if len(cell.text) > LONGEST_NUMBER:
            return False
        text = plain(cell.text)
        if not text:
            continue
        if text[0] == "(" and text[-1] == ")":
            text = text[1:-1].strip()
        found = _COLUMN_NUMBER.fullmatch(text)
        if found:
            numbers.append(int(found[1]))
        elif len(text) == 1 and (lettered or not numbers) and _is_letter(text, lettered):
            lettered += 1
        else:
            return False
    start = 0 if numbers[:1] == [0] else 1
    if lettered and numbers[:1] == [lettered + 1]:
        start = lettered + 1
    return len(numbers) + lettered >= 3 and numbers == list(range(start, start + len(numbers))) and bool(numbers)


def _is_letter(text: str, place: int) -> bool:
    """Whether a text is the letter that numbers a column: `А`, `Б`, and `Г` behind the numbers of those between."""
    return cyrillic(text).casefold() == _LETTERS[place : place + 1]


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


def titles(grid: list[list[Cell]]) -> list[str]:
    """Give the texts of a header's first rows that are over the whole table: its title, the unit of its money.

    Args:
        grid: the cell that covers each position of the header's rows.
    """
    found = []
    for row in grid[:-1]:
        filled = [cell for cell in _different(row) if cell.text.strip()]
        if len(filled) != 1 or not (filled[0].column_span in (1, len(row)) or known_unit(filled[0].text.strip("() "))):
            break
        found.append(mend_alone(filled[0].text))
    return found


def paths(grid: list[list[Cell]], n_columns: int) -> list[Path]:
    """Give for each column the texts of the header cells above it, from the top down.

    Column numbers are left out, and so are titles over the whole table.

    Args:
        grid: the cell that covers each position of the header's rows.
        n_columns: how many columns the table has.
    """
    grid = grid[len(titles(grid)) :]
    if grid and is_column_numbers(grid[-1]):
        grid = grid[:-1]
    found = []
    for column in range(n_columns):
        cells = dict.fromkeys(_heading(grid, index, column) for index in range(len(grid)))
        found.append(tuple(mend_alone(cell.text) for cell in cells if cell.text.strip()))
    return found


def _heading(grid: list[list[Cell]], row: int, column: int) -> Cell:
    """Give the heading over a column: an empty cell over a filled one belongs to the nearest heading on its left.

    Only where that heading has others below it, too: `Найменування` does not head its neighbours.
    """
    cell = grid[row][column]
    if cell.text.strip() or column == 0 or not _heads_others(grid, row, column):
        return cell
    for left in range(column - 1, -1, -1):
        found = grid[row][left]
        if found.text.strip():
            together = row == 0 or _heading(grid, row - 1, left) is _heading(grid, row - 1, column)
            return found if together and _heads_others(grid, row, left) else cell
    return cell


def _heads_others(grid: list[list[Cell]], row: int, column: int) -> bool:
    """Whether another cell of the column stands filled below."""
    own = grid[row][column]
    return any(below[column] is not own and below[column].text.strip() for below in grid[row + 1 :])

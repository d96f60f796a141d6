"""What each row of a table's body is: a section heading, an item, a subtotal, a total, or column numbers again.

Guarantee: every body row gets exactly one kind; rows keep the number and title of the section they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from extractors.document import Cell, Table
from pipeline import numerals
from pipeline.dates import roman
from pipeline.family import Column
from pipeline.header import is_column_numbers
from pipeline.text import latin, plain, squeeze

RowKind = Literal["item", "subtotal", "total", "section", "header"]

_SECTION_NAME = re.compile(
    r"(?:розділ|завдання|напрям|пріоритет|мета|ціль|[вз]атрат|продукт|ефективн|якіст|якост)\w*", re.IGNORECASE
)
"""How the title of a section begins where nothing is merged; the last four are the usual groups of indicators."""

_TOTAL = re.compile(r"(?:усього|всього|разом|загалом|підсумок)\b", re.IGNORECASE)
_OVER_SECTIONS = re.compile(r"\bрозділ(?:ам|ах|ами|ів)\b", re.IGNORECASE)
_OVER_SECTION = re.compile(r"\b(?:розділ|завданн|напрям|підрозділ|пункт)", re.IGNORECASE)
_NUMBER = re.compile(r"\s*(?:(?P<deep>\d{1,3}(?:\s?\.\s?\d{1,3})+)\s?[.)]?|(?P<flat>\d{1,3})\s?[.)])\s*(?=[^\d\s.,)])")


@dataclass(frozen=True, slots=True)
class Row:
    """One body row. `cells` are those that stand in it, left to right, each once.

    `labels` maps label columns' names to text; `number` is the item's own number without its last point.
    """

    index: int
    kind: RowKind
    cells: tuple[Cell, ...]
    labels: dict[str, str]
    number: str | None
    item: str | None
    section_number: str | None
    section: str | None


def read_rows(table: Table, header: int, columns: Sequence[Column]) -> list[Row]:
    """Classify the rows below the header."""
    grid = table.grid()
    last_section = max((i for i in range(header, table.n_rows) if _section(grid[i], columns)), default=-1)
    rows: list[Row] = []
    section: tuple[str | None, str | None] = (None, None)
    header_texts = {squeeze("".join(cell.text for cell in row)) for row in grid[:header]} - {""}
    closed: set[tuple[str | None, str | None]] = set()
    """Sections that have had their subtotal."""
    for index in range(header, table.n_rows):
        cells = tuple(dict.fromkeys(grid[index]))
        labels = _labels(grid[index], columns)
        if is_column_numbers(grid[index]) or squeeze("".join(cell.text for cell in grid[index])) in header_texts:
            rows.append(Row(index, "header", cells, labels, None, None, *section))
            continue
        heading = _section(grid[index], columns)
        if heading is not None:
            section = heading
            rows.append(Row(index, "section", cells, labels, None, None, *section))
            continue
        last_open = section != (None, None) and bool(closed) and section not in closed
        kind = _kind(labels.get("item") or _first_text(cells), index < last_section or last_open)
        if kind == "subtotal":
            closed.add(section)
        number, item = _number_and_item(index, grid[index], columns, labels, kind)
        if kind == "total":
            section = (None, None)
        rows.append(Row(index, kind, cells, labels, number, item, *section))
    return rows


def _labels(row: Sequence[Cell], columns: Sequence[Column]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for index, (cell, column) in enumerate(zip(row, columns, strict=True)):
        if column.label is not None and cell.column == index and cell.text.strip():
            labels.setdefault(column.label, plain(cell.text))
    return labels


def _section(row: Sequence[Cell], columns: Sequence[Column]) -> tuple[str | None, str] | None:
    """Give number and title if the row is a section's heading.

    It is merged over all measures, or stands alone in its row with a Roman number or the name of a section.
    """
    measures = {row[i] for i, column in enumerate(columns) if column.measure is not None}
    cells = list(dict.fromkeys(cell for cell in row if cell.text.strip()))
    if not cells or not measures or len(cells) > 2:
        return None
    title = cells[-1]
    text = plain(title.text)
    if not re.search(r"[^\W\d_]", text) or _TOTAL.match(text) or numerals.is_value(text):
        return None
    number = plain(cells[0].text).rstrip(". ") if len(cells) == 2 else None
    is_roman = number is not None and roman(number) is not None
    if number is not None and is_roman:
        number = latin(number).upper()
    if measures == {title}:
        return (number, text)
    alone = all(not cell.text.strip() for cell in measures) and title.row_span == 1
    named = is_roman or (number is None and _SECTION_NAME.match(text) is not None)
    return (number, text) if alone and named else None


def _first_text(cells: Sequence[Cell]) -> str:
    return next((plain(cell.text) for cell in cells if cell.text.strip()), "")


def _kind(label: str, closes_section: bool) -> RowKind:
    """Tell items, subtotals and totals by the label.

    A total that names no section closes the section it stands in where more sections follow, or where the sections
    before had subtotals and this one has none yet.
    """
    if not _TOTAL.match(label):
        return "item"
    if _OVER_SECTIONS.search(label):
        return "total"
    return "subtotal" if _OVER_SECTION.search(label) or closes_section else "total"


def _number_and_item(
    index: int, row: Sequence[Cell], columns: Sequence[Column], labels: dict[str, str], kind: RowKind
) -> tuple[str | None, str | None]:
    """Split the item's number from its text; a number cell merged over several rows numbers none of them."""
    if kind != "item":
        return None, labels.get("item") or _first_text(row) or None
    own = next((cell for cell, column in zip(row, columns, strict=True) if column.label == "item_number"), None)
    number = None
    if own is not None and own.row_span == 1 and own.row == index:
        number = plain(own.text).rstrip(". ") or None
    item = labels.get("item")
    found = _NUMBER.match(item) if item else None
    if item and found and (number is None or found["deep"]):
        return re.sub(r"\s", "", found["deep"] or found["flat"]), item[found.end() :].strip()
    return number, item

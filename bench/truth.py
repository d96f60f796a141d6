"""Tables as the benchmark compares them, and the truth of the corpus read into them.

Guarantee: every truth file gives the same type, `Table`, whose cells count from row 0 and column 0; a file whose cells
overlap or miss their numbers raises `ValueError` instead of being scored.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET  # the corpus is ours, not an input of users
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

_VARIANT = re.compile(r"(?P<document>.*\d)[a-z]-str\.xml")


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell: its place, its spans (both at least 1) and its text as printed."""

    row: int
    column: int
    row_span: int
    column_span: int
    text: str

    @property
    def squeezed(self) -> str:
        """The text without any white space, as all measures compare it."""
        return "".join(self.text.split())


@dataclass(frozen=True, slots=True)
class Table:
    """A table, true or found.

    Grid positions that no cell covers are blank. `pages` counts from 1 and is empty where nothing is known.
    `header_rows` is the truth's count of heading rows, `None` where it says nothing.
    """

    cells: tuple[Cell, ...]
    pages: tuple[int, ...] = ()
    header_rows: int | None = None
    n_rows: int = field(init=False)
    n_columns: int = field(init=False)

    def __post_init__(self) -> None:
        """Count rows and columns from the cells."""
        object.__setattr__(self, "n_rows", max((cell.row + cell.row_span for cell in self.cells), default=0))
        object.__setattr__(self, "n_columns", max((cell.column + cell.column_span for cell in self.cells), default=0))

    def grid(self) -> list[list[Cell | None]]:
        """Give the cell that covers each position: `n_rows` lists of `n_columns`; where two overlap, the first."""
        rows: list[list[Cell | None]] = [[None] * self.n_columns for _ in range(self.n_rows)]
        for cell in self.cells:
            for row in range(cell.row, cell.row + cell.row_span):
                for column in range(cell.column, cell.column + cell.column_span):
                    rows[row][column] = rows[row][column] or cell
        return rows


def from_rows(rows: Sequence[Sequence[str | None]], pages: Iterable[int] = ()) -> Table:
    """Make a table of rows of texts, as programs give that know no spans; `None` is a position without a cell."""
    cells = [
        Cell(row, column, 1, 1, text)
        for row, texts in enumerate(rows)
        for column, text in enumerate(texts)
        if text is not None
    ]
    return Table(tuple(cells), tuple(pages))


@dataclass(frozen=True, slots=True)
class Sample:
    """A document with its truth.

    `truths` holds one reading, or several where the ground truth itself gives alternatives for an ambiguous table
    (`eu-009a` and `eu-009b` of ICDAR 2013): a program is measured against the one it comes closest to, as in the
    competition. `by_page` says that the truth lists tables page by page and joins none over pages.
    """

    name: str
    path: Path
    truths: tuple[tuple[Table, ...], ...]
    by_page: bool = False


def samples(folder: Path) -> list[Sample]:
    """Find the PDFs of a folder that have a truth beside them, by name."""
    found = [Sample(path.name, path, (read_json(_truth_path(path)),)) for path in _pdfs(folder)]
    variants: dict[str, list[Path]] = {}
    for path in sorted(folder.glob("*-str.xml")):
        match = _VARIANT.fullmatch(path.name)
        variants.setdefault(match["document"] if match else path.name.removesuffix("-str.xml"), []).append(path)
    for name, truths in variants.items():
        document = next(p for p in (folder / f"{name}.pdf", folder / f"{name}a.pdf") if p.is_file())
        readings = tuple(read_icdar(path) for path in truths)
        by_page = not any(len(table.pages) > 1 for reading in readings for table in reading)
        found.append(Sample(document.name, document, readings, by_page))
    return found


def _pdfs(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.glob("*.pdf")) if _truth_path(path).is_file()]


def _truth_path(path: Path) -> Path:
    return path.with_suffix(".truth.json")


def read_json(path: Path) -> tuple[Table, ...]:
    """Read a `NAME.truth.json` (its form: the corpus's README).

    Raises:
        ValueError: two cells of a table overlap.
    """
    tables: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return tuple(
        _checked(
            Table(
                tuple(Cell(c["row"], c["column"], c["row_span"], c["column_span"], c["text"]) for c in table["cells"]),
                tuple(table.get("pages", ())),
                table.get("header_rows"),
            ),
            path,
        )
        for table in tables
    )


def read_icdar(path: Path) -> tuple[Table, ...]:
    """Read a `-str.xml` of the ICDAR 2013 table competition.

    A table has one or more regions, each on a page; its cells say `start-row` and `start-col`, and `end-row` and
    `end-col` (inclusive) where they span. A region's `row-increment` and `col-increment` place its cells in the whole
    table. Blank cells are not listed. Source: the competition's "Table Recognition Dataset Format" (2013).

    Raises:
        ValueError: a cell has no number, or two cells of a table overlap.
    """
    return tuple(_icdar_table(table, path) for table in ET.parse(path).getroot().iter("table"))  # noqa: S314


def _icdar_table(element: ET.Element, path: Path) -> Table:
    cells: list[Cell] = []
    pages: list[int] = []
    for region in element.iter("region"):
        rows, columns = int(region.get("row-increment", "0")), int(region.get("col-increment", "0"))
        pages.append(int(region.get("page", "0")))
        for cell in region.iter("cell"):
            row, column = _number(cell, "start-row", path), _number(cell, "start-col", path)
            row_span = int(cell.get("end-row", row)) - row + 1
            column_span = int(cell.get("end-col", column)) - column + 1
            cells.append(Cell(row + rows, column + columns, row_span, column_span, cell.findtext("content") or ""))
    return _checked(Table(tuple(cells), tuple(dict.fromkeys(pages))), path)


def _number(cell: ET.Element, name: str, path: Path) -> int:
    value = cell.get(name)
    if value is None:
        raise ValueError(f"{path.name}: a cell has no {name}")
    return int(value)


def _checked(table: Table, path: Path) -> Table:
    area = sum(cell.row_span * cell.column_span for cell in table.cells)
    covered = sum(cell is not None for row in table.grid() for cell in row)
    if area != covered:
        raise ValueError(f"{path.name}: cells of a table overlap")
    return table

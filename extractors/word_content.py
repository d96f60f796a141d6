"""What a Word file holds as it stands there: paragraphs, and tables of rows of cells, not yet placed in a grid."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from lxml.etree import _Element as Element

Line = list[str]
"""The pieces of text of a paragraph."""


class CellContent:
    """A cell as the file has it.

    `merge_down` is the `w:vMerge`: `restart`, `continue`, or `None` for none. `goes_on` tells that the cell before goes
    on here (the old `w:hMerge`).
    """

    __slots__ = ("element", "goes_on", "items", "merge_down", "span")

    def __init__(self, element: Element) -> None:
        """Hold nothing yet; by hand, since there is no other type of which a file makes as many."""
        self.element = element
        self.items: list[Line | TableContent] = []
        self.span = 1
        self.merge_down: str | None = None
        self.goes_on = False

    @property
    def text(self) -> str:
        """The paragraphs, one a line; a table inside gives its rows, one a line, their cells parted by spaces."""
        items = self.items
        if len(items) == 1 and type(line := items[0]) is list:
            return (line[0] if len(line) == 1 else "".join(line)).strip()
        return "\n".join("".join(item) if isinstance(item, list) else item.text for item in items).strip()

    @property
    def tables(self) -> Iterable[TableContent]:
        """The tables inside that are data."""
        return (item for item in self.items if not isinstance(item, list) and not item.boxed)


@dataclass(slots=True, eq=False)
class RowContent:
    """A row as the file has it; `before` and `after` count the grid columns that it leaves free."""

    element: Element
    cells: list[CellContent] = field(default_factory=list)
    before: int = 0
    after: int = 0
    heads: bool = False
    """Whether Word repeats it at the top of each page."""
    hidden: bool = False


@dataclass(slots=True, eq=False)
class TableContent:
    """A table as the file has it; one in a text box (`boxed`) is text and no data."""

    element: Element
    boxed: bool
    rows: list[RowContent] = field(default_factory=list)

    _text: str | None = None

    @property
    def text(self) -> str:
        """The rows, one a line, their cells parted by spaces; what a merge hides is left out."""
        if self._text is None:
            texts = (
                " ".join(" ".join(cell.text.split()) for cell in _seen_cells(row, n)) for n, row in enumerate(self.rows)
            )
            self._text = "\n".join(text.strip() for text in texts if text.strip())
        return self._text


def _seen_cells(row: RowContent, number_of_row: int) -> Iterator[CellContent]:
    for index, cell in enumerate(row.cells):
        if not (cell.goes_on and index) and not (cell.merge_down == "continue" and number_of_row):
            yield cell

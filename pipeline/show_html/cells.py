"""How a cell is marked on the page: by what the checks say of its number, and by how surely it was read.

Guarantee: a mark is a colour and a sign, so that it is seen on a black and white print, too.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from extractors.document import Cell
from pipeline.process import Proved
from pipeline.show_html.findings import Numbered, Place

SIGNS = {"verified": "✓", "unchecked": "○", "contradicted": "✗", "rejected": "⊘", "doubtful": "?"}
"""Signs by look, as in `page.css`."""

SAYS = {
    "verified": "підтверджено арифметикою звіту",
    "unchecked": "немає з чим звірити",
    "contradicted": "суперечить іншим числам",
    "rejected": "не прочитано як число",
    "doubtful": "прочитано непевно",
}


@dataclass(frozen=True, slots=True)
class Mark:
    """A cell with its table's number, its looks (of `SIGNS`) and the numbers of the findings it takes part in."""

    table: int
    cell: Cell
    looks: tuple[str, ...]
    findings: tuple[int, ...]

    @property
    def key(self) -> str:
        """What names it in the page's fragments."""
        return f"{self.table}-{self.cell.row}-{self.cell.column}"

    @property
    def boxes(self) -> list[str]:
        """The fragments of its boxes on the pages, one for each piece."""
        if self.cell.bbox is None or self.cell.page is None:
            return []
        return [f"b{self.key}", *(f"b{self.key}-{number}" for number in range(1, len(self.cell.continued) + 1))]

    @property
    def css_class(self) -> str:
        """The attribute with its looks, if it has any."""
        return f' class="{" ".join(self.looks)}"' if self.looks else ""

    @property
    def doubt(self) -> str:
        """Why the reading is doubtful."""
        sure = self.cell.confidence
        told = "непевно" if sure is None else f"впевненість {sure:.2f}".replace(".", ",")
        other = self.cell.alternative
        return told if other is None else f"{told}, або: {other or '(нічого)'}"


def marked(proved: Sequence[Proved], findings: Sequence[Numbered]) -> dict[Place, Mark]:
    """Give the marks of all cells of a document, table by table."""
    about: dict[Place, list[int]] = defaultdict(list)
    for one in findings:
        for of_cell in one.places:
            about[of_cell].append(one.number)
    marks = {}
    for of in proved:
        table = of.understood.number
        checks = {observation.place: observation.check for observation in of.observations}
        for cell in of.understood.table.cells:
            place = (cell.row, cell.column)
            looks = (
                checks.get(place),
                "rejected" if of.understood.roles[place] == "rejected" else None,
                "doubtful" if cell.doubtful else None,
            )
            marks[table, *place] = Mark(table, cell, tuple(filter(None, looks)), tuple(about.get((table, *place), ())))
    return marks

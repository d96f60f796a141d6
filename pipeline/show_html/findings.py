"""The findings of a document as a list, each linked with the cells that took part."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from pipeline.tidy import Understood
from validators.findings import Finding

if TYPE_CHECKING:
    from pipeline.show_html.cells import Mark

Place = tuple[int, int, int]
"""Table, row and column of a cell."""

_SEVERITY = {"error": ("✗", "помилка"), "warning": ("!", "увага"), "info": ("i", "до відома")}

MOST_LIT = 100
"""Findings whose cells are shown without script, too; each makes the page slower there."""

_LIT = "{box-shadow:inset 0 0 0 3px var(--mark);stroke:var(--mark);stroke-width:2.5;stroke-dasharray:none}"
"""How cells and boxes of the finding that is looked at are shown, as `.on` in `page.css`."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """A finding with its number on the page, from 1, and the cells that took part."""

    number: int
    finding: Finding
    places: tuple[Place, ...]


def numbered(findings: Iterable[Finding], tables: Sequence[Understood]) -> list[Numbered]:
    """Number findings, the errors first; a place that a merged cell covers is that cell's."""
    grids = {understood.number: understood.table.grid() for understood in tables}
    order = list(_SEVERITY)
    found = []
    for number, finding in enumerate(sorted(findings, key=lambda f: order.index(f.severity)), start=1):
        places = finding.cells
        if not places and finding.row is not None and finding.column is not None:
            places = ((finding.row, finding.column),)
        of = finding.table
        cells = [(of, grids[of][row][column]) for row, column in places] if of is not None else []
        found.append(Numbered(number, finding, tuple(dict.fromkeys((n, c.row, c.column) for n, c in cells))))
    return found


def listed(findings: Sequence[Numbered], marks: Mapping[Place, Mark]) -> Iterator[str]:
    """Give the list."""
    yield '<section id="findings" aria-label="Зауваження" tabindex="0">'
    yield f"<h2>Зауваження: {len(findings)}</h2>" if findings else "<h2>Зауважень немає</h2>"
    yield "<ol>"
    for one in findings:
        finding = one.finding
        sign, severity = _SEVERITY[finding.severity]
        keys = ["-".join(map(str, place)) for place in one.places]
        table = "" if finding.table is None else f"Таблиця {finding.table}. "
        links = " ".join(
            _link(key, place, marks[place].cell.text.strip()) for key, place in zip(keys, one.places, strict=True)
        )
        yield (
            f'<li id="f{one.number}" class="{finding.severity}" data-cells="{" ".join(keys)}">'
            f'<a href="#f{one.number}"><b>{sign} {severity}</b> {table}{escape(finding.message)}</a>'
            f'<p class="cells">{links}</p></li>'
        )
    yield "</ol></section>"


def _link(key: str, place: Place, text: str) -> str:
    return f'<a href="#t{key}">р. {place[1]}, ст. {place[2]}: {escape(text or "порожньо")}</a>'


def lit(findings: Sequence[Numbered], marks: Mapping[Place, Mark]) -> str:
    """Give the style that shows the cells of the finding that is looked at where no script does it."""
    rules = []
    for one in findings[:MOST_LIT]:
        ids = [f"#{name}" for place in one.places for name in (f"t{marks[place].key}", *marks[place].boxes)]
        rules += [f"body:has(#f{one.number}:target) :is({','.join(ids)}){_LIT}"] if ids else []
    return "\n".join(["@media (scripting:none){", *rules, "}"])

"""A table as it was assembled, its rows and columns numbered as the data sets number them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from html import escape

from pipeline.show_html.cells import Mark
from pipeline.show_html.findings import Place
from pipeline.tidy import Understood

MANY_COLUMNS, MOST_COLUMNS = 10, 20
"""Columns above which a table is set smaller on paper, and above which its numbers may be broken there."""

FEW_HEADERS = 3
"""Header rows that stay in sight while the table is scrolled; more might leave no room for the rest."""


def table(understood: Understood, marks: Mapping[Place, Mark]) -> Iterator[str]:
    """Give a table; a cell that stands on a page has a link to its box there."""
    of = understood.table
    family = understood.family.title if understood.family else "невідомий вид"
    pages = f", с. {of.pages[0]}–{of.pages[-1]}" if len(of.pages) > 1 else f", с. {of.pages[0]}" if of.pages else ""
    yield f'<section id="table-{understood.number}"><h2>Таблиця {understood.number}: {escape(family)}</h2>'
    yield f'<p class="note">{of.n_rows} × {of.n_columns}{pages}</p>'
    if understood.caption:
        yield f'<p class="note">{escape(understood.caption)}</p>'
    rows: list[list[str]] = [[f'<th class="n">{row}</th>'] for row in range(of.n_rows)]
    for cell in sorted(of.cells, key=lambda cell: (cell.row, cell.column)):
        tag = "th" if cell.row < understood.header_rows else "td"
        rows[cell.row].append(_cell(marks[understood.number, cell.row, cell.column], tag))
    numbers = "".join(f'<th class="n">{column}</th>' for column in range(of.n_columns))
    # A heading that reaches into the body would be cut off by the end of `thead`.
    whole = all(cell.end_row <= understood.header_rows for cell in of.cells if cell.row < understood.header_rows)
    n_head = understood.header_rows if whole else 0
    looks = [name for name, fewest in (("many", MANY_COLUMNS), ("most", MOST_COLUMNS)) if of.n_columns > fewest]
    looks += ["few"] * (0 < n_head <= FEW_HEADERS)
    of_looks = f' class="{" ".join(looks)}"' if looks else ""
    yield f'<div class="wide"><table{of_looks}><thead><tr><th class="n"></th>{numbers}</tr>'
    yield from (f"<tr>{''.join(row)}</tr>" for row in rows[:n_head])
    yield "</thead><tbody>"
    yield from (f"<tr>{''.join(row)}</tr>" for row in rows[n_head:])
    yield "</tbody></table></div></section>"


def _cell(mark: Mark, tag: str) -> str:
    cell = mark.cell
    spans = "".join(
        f' {name}="{count}"' for name, count in (("rowspan", cell.row_span), ("colspan", cell.column_span)) if count > 1
    )
    inner = f"<span>{escape(cell.text)}</span>"
    if cell.doubtful:
        inner += f"<small>{escape(mark.doubt)}</small>"
    inner += "".join(f'<sup><a href="#f{number}">{number}</a></sup>' for number in mark.findings)
    if mark.boxes:  # not around the text, which could not be selected then
        inner += f'<a class="to" href="#{mark.boxes[0]}" aria-label="Показати на сторінці"></a>'
    return f'<{tag} id="t{mark.key}"{spans}{mark.css_class}>{inner}</{tag}>'

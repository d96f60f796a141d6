"""What goes on over a page break: rows, cells merged over rows, and numbers broken in the middle.

Guarantee: a text is taken for the rest of another only where it reaches the bottom of its cell, and a figure only where
both would not have fitted on one line there.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from extractors.document import Cell, Region
from extractors.layout import breaks_number, join_lines
from extractors.lumps import follows
from pipeline import numerals
from validators.labels import INCLUDING

PADDING, SPACE = 5.5, 2.0
"""Points that Word leaves free at each side of a cell, and those of a narrow space."""

LINE_GAP = 30.0
"""Points: the most room below the text of a cell that the page's end cut.

Two lines of 12 pt type with their leading, as no paragraph leaves its last line alone."""

_FRESH_START = re.compile(
    rf"\s*(?:\d{{1,3}}(?:\.\d{{1,3}})*[.)]|[IVXІХ]{{1,5}}\.?$|усього|всього|разом|підсумок|{INCLUDING} ?:)",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(r"[IVXІХ]+\.?|\d{1,3}(?:\.\d{1,3})*\.?")
"""An item number, which a narrow column may break."""

_UNFINISHED = re.compile(
    r"[,(«„–-]$|\b(?:та|і|й|або|чи|на|в|у|з|із|зі|до|для|про|по|від|за|при|під|над|між|щодо|що|як|№|ст\.|п\.|м\.)$",
    re.IGNORECASE,
)
"""How a text ends that must go on."""


@dataclass(slots=True)
class Draft:
    """A cell being put together; `last` is its newest piece."""

    cell: Cell
    last: Cell

    def extend(self, piece: Cell, rows: int) -> None:
        """Go on with a piece that adds `rows` rows to the cell."""
        first = self.cell
        alternative = first.alternative
        if piece.text and (alternative or piece.alternative):
            alternative = join_lines([alternative or first.text, piece.alternative or piece.text])
        confidence = first.confidence
        if piece.text and piece.confidence is not None:
            known = confidence if first.text and confidence is not None else piece.confidence
            confidence = min(piece.confidence, known)
        continued = first.continued
        if piece.page is not None and piece.bbox is not None:
            continued += (Region(piece.page, piece.bbox),)
        self.cell = Cell(
            first.row,
            first.column,
            first.row_span + rows,
            first.column_span,
            joined(first.text, piece.text),
            first.page,
            first.bbox,
            first.source,
            confidence,
            alternative,
            first.ink,
            continued,
        )
        self.last = piece


def joined(above: str, below: str) -> str:
    """Join the text of a cell over a page break; a number broken at its separator without a space."""
    if breaks_number(above, below):
        return above + below
    return join_lines(text for text in (above, below) if text)


class Break:
    """What goes on over a page break: the whole last row (`row`), or only cells of it, in `columns`.

    The row goes on where every text of the new page's first row can go on a text that reaches the bottom of its cell,
    nothing starts afresh, and something shows it: a text that is not finished, or a column that was done on the page
    before. Item numbers may be the rest of one above only where a text is not finished. Where something does start
    afresh, a cell whose text is not finished was merged over both rows; so were those of an item without a new number,
    in the columns that its table's items share over rows. Where rows without a number have texts of their own, two
    texts that are not finished are asked for.
    """

    def __init__(self, bottom: dict[int, Draft], row: list[Cell], layout: Callable[[], tuple[set[int], bool]]) -> None:
        """Look at the last cells of the table so far, by column, and the first row of the next piece.

        Args:
            bottom: the cells that reach the table's last row.
            row: the cells of the piece's first row.
            layout: gives the columns whose cells items of several rows share, that of the numbers among them, and
                whether rows without a number have texts of their own.
        """
        filled = [cell for cell in row if cell.text.strip()]
        pairs = {c.column: bottom[c.column] for c in row if _spans_agree(bottom, c)}
        rests = {c.column for c in filled if c.column == 0 or len(filled) == 1 if _may_be_rest(pairs.get(c.column), c)}
        fresh = {c.column for c in filled if c.column not in rests and _starts_afresh(pairs.get(c.column), c)}
        texts = [cell for cell in filled if cell.column not in fresh | rests]
        unfinished = {c.column for c in texts if _is_unfinished(pairs[c.column].cell, c)}
        begins = {c.column for c in texts if c.column not in unfinished and c.text.lstrip()[0].isupper()}
        now = {cell.column for cell in filled}
        done = any(draft.cell.text.strip() for column, draft in bottom.items() if column not in now)
        shown = bool(unfinished) and not begins
        self.row = bool(filled) and len(pairs) == len(row) and not fresh
        self.row = self.row and ((done and (not rests or len(filled) == 1)) or shown)
        afresh = fresh | begins
        self.columns = set() if self.row or not afresh else {c for c in unfinished if _in_list(pairs[c].cell)}
        number = row[0] if row and row[0].column == 0 and 0 in pairs else None
        if self.row or number is None or not pairs[0].cell.text.strip() or (number.text.strip() and 0 not in rests):
            return
        shared, own = layout()
        if 0 in shared and not shared & afresh and (not own or len(unfinished & shared) > 1):
            self.columns |= shared & pairs.keys()


def _spans_agree(bottom: dict[int, Draft], cell: Cell) -> bool:
    return cell.column in bottom and bottom[cell.column].cell.column_span == cell.column_span


def _may_be_rest(above: Draft | None, cell: Cell) -> bool:
    """Whether a bare item number can be the rest of the one above, as `XX` + `XIII` or `3.1` + `5.`, not the next."""
    if above is None or not _reaches_bottom(above.last) or _would_fit(above.last, cell):
        return False
    before, after = ("".join(text.split()) for text in (above.cell.text, cell.text))
    if not before or not _BARE_NUMBER.fullmatch(before + after):
        return False
    numbers = [number.strip(".") for number in (before, after)]
    return not (all(number.replace(".", "").isdigit() for number in numbers) and follows(*numbers))


def _starts_afresh(above: Draft | None, cell: Cell) -> bool:
    """Whether the text cannot be the rest of the one above."""
    if above is None or not above.cell.text.strip() or not _reaches_bottom(above.last):
        return True
    if _FRESH_START.match(cell.text):
        return True
    if not numerals.is_value(cell.text):
        return False
    before, after = above.cell.text, cell.text
    if not breaks_number(before, after) and _would_fit(above.last, cell):
        return True
    return all(numerals.parse(text).value is None for text in (joined(before, after), before + after))


def _would_fit(above: Cell, cell: Cell) -> bool:
    """Whether both texts would have fitted on one line of the cell, so that no number was broken."""
    if above.ink is None or cell.ink is None or above.bbox is None:
        return False
    width = sum(ink[2] - ink[0] for ink in (above.ink, cell.ink))
    return width + SPACE < above.bbox[2] - above.bbox[0] - 2 * PADDING


def _is_unfinished(above: Cell, cell: Cell) -> bool:
    return cell.text.lstrip()[0].islower() or _UNFINISHED.search(above.text.rstrip()) is not None


def _in_list(cell: Cell) -> bool:
    """Whether the text stops within a list: a comma at its end."""
    return cell.text.rstrip().endswith(",")


def _reaches_bottom(cell: Cell) -> bool:
    return cell.ink is not None and cell.bbox is not None and cell.bbox[3] - cell.ink[3] <= LINE_GAP


def merge_continues(above: Cell, cell: Cell, bottom: dict[int, Draft]) -> bool:
    """Whether a cell without text at the top of a page is the rest of a cell merged over rows.

    One of the two must be merged over rows, and the row above must not be a heading of its own over the other columns.
    """
    if cell.text.strip() or max(above.row_span, cell.row_span) < 2:
        return False
    widest = max(draft.cell.column_span for draft in bottom.values())
    return widest <= max(above.column_span, len(bottom) // 2)

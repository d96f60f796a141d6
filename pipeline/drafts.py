"""The rows of a table's body as they look: what labels them, and which head sections, number columns or are remarks.

Guarantee: every row below the header has one draft, in order; a kind that is settled here holds whatever the numbers
say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from extractors.document import Cell
from pipeline import numerals
from pipeline.column import Column, is_only_years
from pipeline.dates import roman
from pipeline.family import RowRules
from pipeline.funds import is_part, read_source
from pipeline.header import counts_on, is_column_numbers
from pipeline.row_labels import OF_THEM, TOTAL, begins, says_none
from pipeline.sample import CODE_BEFORE
from pipeline.text import Words, latin, squeeze

RowKind = Literal["item", "subtotal", "total", "section", "note", "header"]

_SECTION_NAME = re.compile(
    r"(?:розділ|завдання|напрям|пріоритет|мета|ціль|[вз]атрат|продукт|ефективн|якіст|якост)\w*", re.IGNORECASE
)
"""How the title of a section begins where nothing is merged; the last four are the usual groups of indicators."""

_LETTER = re.compile(r"[А-ЯІЇЄҐA-Z]")
"""A section's letter."""

_CODE = re.compile(r"\d{4,10}")

_ROMAN = re.compile(r"([IVXІХ]{1,5})[.)]?\s+(?=[^\W\d])(?!квартал|півріч)")
"""A section's number before its title."""

MOST = 0.75
"""Share of the rows with numbers that have something in a column which then is asked of all."""

_NOTE = re.compile(r"(?:пояснення|примітк|причини|аналіз|\*+\s?\w|довідково\b(?!.*\d))", re.IGNORECASE)

LONG = 160
"""Letters from which a text over the whole row is a remark, not a section's title."""


_FOOTNOTE = re.compile(r"[\d*]+\)?\s+[^\W\d]")

FOOTNOTE = 30
"""Letters from which a text below the last numbers is a remark."""


@dataclass(slots=True)
class Draft:
    """A row before its kind is settled."""

    index: int
    grid: list[Cell]
    labels: dict[str, str]
    heading: tuple[str | None, str] | None = None
    kind: RowKind | None = None
    source: str | None = None
    valued: bool = False
    leads: bool = False

    @property
    def label(self) -> str:
        """What names the row: its item, else its source of money, else its first text."""
        return self.labels.get("item") or self.labels.get("source") or _first_text(self.grid)


def read_drafts(
    grid: list[list[Cell]], header: int, columns: Sequence[Column], rules: RowRules, words: Words
) -> list[Draft]:
    """Give the rows below the header, with the kinds of those that are settled by how they look.

    The arguments are those of `rows.read_rows`.
    """
    labelled = [(i, column.label) for i, column in enumerate(columns) if column.label is not None]
    measures = [i for i, column in enumerate(columns) if column.measure is not None]
    coded = rules.hierarchy is not None and all(label != "code" for _, label in labelled)
    header_texts = {_all_text(row) for row in grid[:header]} - {""}
    starts = {_first_text(row)[:2] for row in grid[:header]}
    drafts = []
    for index in range(header, len(grid)):
        row = grid[index]
        labels: dict[str, str] = {}
        for i, label in labelled:
            cell = row[i]
            text = " ".join(cell.text.split()) if label == "unit" else words.mended(cell.text)
            if label in labels or not text or (label == "unit" and says_none(text)):
                continue
            if cell.column == i:
                labels[label] = text
            elif label == "item" and (not measures or cell.end_column <= measures[0]):
                labels[label] = labels.pop("item_number", text)  # a name over the number's column, too
        if "item" not in labels and TOTAL.match(labels.get("item_number", "")):
            labels["item"] = labels.pop("item_number")
        if coded and "item" in labels and (found := CODE_BEFORE.match(labels["item"])):
            labels["code"], labels["item"] = found[1], labels["item"][found.end() :]
        draft = Draft(index, row, labels)
        draft.valued = any(row[i].row == index and numerals.is_value(row[i].text) for i in measures)
        drafts.append(draft)
        if (is_column_numbers(row) and not counts_on(grid, index)) or (
            _first_text(row)[:2] in starts and _all_text(row) in header_texts
        ):
            draft.kind = "header"
            continue
        if not draft.valued or len({id(row[i]) for i in measures}) < len(measures):
            draft.heading = _section(row, measures, draft.valued, rules, words)
            if draft.heading is not None:
                draft.kind = "note" if _is_note(draft.heading[1], rules) else "section"
    _find_lone_names(drafts, {label: i for i, label in labelled}, measures, words)
    last = max((draft.index for draft in drafts if draft.valued), default=-1)
    for draft in drafts:
        if draft.kind == "section" and draft.index > last and draft.heading:
            text = draft.heading[1]
            if len(text) > FOOTNOTE or _FOOTNOTE.match(text):
                draft.kind = "note"  # nothing stands below it
    return drafts


_SETTLEMENT = re.compile(r"(?:с|м|х|смт|сел|хут|сщ|село|місто|селище)\.?\s+[А-ЯІЇЄҐ]")


def _find_lone_names(drafts: Sequence[Draft], labels: dict[str, int], measures: Collection[int], words: Words) -> None:
    """Find headings of sections: a name alone, where most rows with numbers have something beside theirs."""
    item = labels.get("item")
    rows = [draft for draft in drafts if draft.kind is None and draft.valued and not TOTAL.match(draft.label)]
    if item is None or not rows:
        return
    others = [i for i in range(len(rows[0].grid)) if i != item and i not in measures]
    beside = [i for i in others if MOST * len(rows) <= sum(bool(draft.grid[i].text.strip()) for draft in rows)]
    for draft, below in pairwise(drafts):
        if draft.kind is not None or draft.valued or not below.valued:
            continue
        title = draft.grid[item]
        filled = {id(cell) for cell in draft.grid if cell.text.strip()}
        number = _number_above(draft, below, labels)
        if filled - ({id(draft.grid[labels[number]])} if number else set()) != {id(title)}:
            continue
        own = all(draft.grid[i].row == draft.index and draft.grid[i].row_span == 1 for i in (item, *beside))
        text = words.mended(title.text)
        goes_on = text[:1].islower() and not _SETTLEMENT.match(text)
        named = not (TOTAL.match(text) or is_part(text) or OF_THEM.search(text) or goes_on)
        if own and text and named and any(below.grid[i].text.strip() for i in beside) and read_source(text) is None:
            draft.kind, draft.heading = "section", (draft.labels[number] if number else None, text)


def _number_above(draft: Draft, below: Draft, labels: dict[str, int]) -> str | None:
    """Give the label that numbers a row as the one above the next: `01` over `01.01`."""
    for label in ("item_number", "code"):
        own, other = (d.labels.get(label, "").rstrip(". ") for d in (draft, below))
        if label in labels and own and other.startswith(f"{own}."):
            return label
    return None


def _is_note(text: str, rules: RowRules) -> bool:
    return len(text) > LONG or bool(_NOTE.match(text)) or begins(text, rules.notes)


def _section(
    row: Sequence[Cell], measures: Sequence[int], valued: bool, rules: RowRules, words: Words
) -> tuple[str | None, str] | None:
    """Give number and title if the row is a section's heading, or a remark over all measures.

    It is merged over all measures, or stands alone in its row with a Roman number, the name of a section, a fund or
    years.
    """
    cells = list(dict.fromkeys(cell for cell in row if cell.text.strip()))
    if len(cells) > 2 and _SECTION_NAME.match(cells[-1].text):
        cells = [cell for cell in cells if not _CODE.fullmatch(cell.text.strip())]  # the code that the section is of
    if not cells or not measures or len(cells) > 2:
        return None
    title = cells[-1]
    text = words.mended(title.text)
    if not any(map(str.isalpha, text)) or numerals.is_value(text):
        return None
    over = {id(row[i]) for i in measures} == {id(title)} and title.column_span > 1
    if TOTAL.match(text) and not over:
        return None
    number = words.mended(cells[0].text).rstrip(". ") if len(cells) == 2 else None
    is_roman = number is not None and roman(number) is not None
    if number is not None and is_roman:
        number = latin(number).upper()
    if number is None and (found := _ROMAN.match(text)) and roman(found[1]) is not None:
        number, text, is_roman = latin(found[1]).upper(), text[found.end() :], True
    if over:
        return None if TOTAL.match(text) and valued else (number, text)
    blank = all(not row[i].text.strip() for i in measures) and title.row_span == 1
    if not blank or valued:
        return None
    named = (
        is_roman
        or (number is not None and _LETTER.fullmatch(number))
        or ((number is None or number.isdigit()) and (_SECTION_NAME.match(text) or begins(text, rules.sections)))
        or (rules.blank_sections and not (number and any(map(str.isdigit, number)) and len(number) > 2))
        or (number is None and (read_source(text) in ("general", "special") or is_only_years(text)))
    )
    return (number, text) if named else None


def _first_text(row: Sequence[Cell]) -> str:
    for cell in row:
        text = cell.text
        if text and not text.isspace():
            return " ".join(text.split())
    return ""


def _all_text(row: Sequence[Cell]) -> str:
    return squeeze("".join(cell.text for cell in row))

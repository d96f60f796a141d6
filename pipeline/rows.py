"""What each row of a table's body is: a section heading, an item, a subtotal, a total, a note, or headings again.

Guarantee: every body row gets exactly one kind; rows keep the number and title of the section they stand in.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from extractors.document import Cell
from pipeline import numerals
from pipeline.codes import nearest, parents, stem
from pipeline.column import Column, is_only_years
from pipeline.dates import heading_years
from pipeline.drafts import Draft, RowKind, read_drafts
from pipeline.family import RowRules
from pipeline.funds import find_fund, is_part, read_source
from pipeline.row_labels import (
    OF_ONE,
    OF_THEM,
    ONLY_TOTAL,
    OVER_SECTION,
    OVER_SECTIONS,
    TOTAL,
    TOTAL_AT_END,
    WITHOUT,
    begins,
    code_of,
    is_one_year,
    may_say_total,
    title_fund,
)
from pipeline.text import Words

_LISTED = re.compile(r"^[-–—•]\s*")

_NUMBER = re.compile(r"\s*(?:(?P<deep>\d{1,3}(?:\s?\.\s?\d{1,3})+)\s?[.)]?|(?P<flat>\d{1,3})\s?[.)])\s*(?=[^\d\s.,)])")
_PARTS = 12
"""Rows below a row that may be its parts."""

_FEW_DIGITS = 3
"""Digits of a number that other rows may add up to by chance."""


class Row(NamedTuple):
    """One body row. `cells` are those that stand in it, left to right, each once.

    `labels` maps label columns' names to text; `number` is the item's own number without its last point. `fund` and
    `period` are what the row or its section says: the period over what its columns say, the fund where their headings
    name none. `leads` marks a subtotal above its rows.
    """

    index: int  # type: ignore[assignment]  # a tuple's own `index` is not asked for
    kind: RowKind
    cells: tuple[Cell, ...]
    labels: dict[str, str]
    number: str | None
    item: str | None
    section_number: str | None
    section: str | None
    code: str | None = None
    fund: str | None = None
    period: tuple[int, int] | None = None
    leads: bool = False


def read_rows(
    grid: list[list[Cell]], header: int, columns: Sequence[Column], rules: RowRules, words: Words
) -> list[Row]:
    """Classify the rows below the header.

    Args:
        grid: the cell that covers each position of the table.
        header: how many rows the header has.
        columns: what each column holds.
        rules: what the family says of its rows.
        words: mends labels.
    """
    drafts = read_drafts(grid, header, columns, rules, words)
    return _Classifier(drafts, columns, rules).rows()


class _Classifier:
    """Settles the kinds of rows, one after the other."""

    def __init__(self, drafts: Sequence[Draft], columns: Sequence[Column], rules: RowRules) -> None:
        self._drafts = drafts
        self._columns = columns
        self._rules = rules
        self._sums = [i for i, c in enumerate(columns) if c.measure not in (None, "percent") and c.unit != "percent"]
        self._with_labels = any(column.label is not None for column in columns)
        self._with_units = any(column.label == "unit" for column in columns)
        titles = [d.heading[1] for d in drafts if d.kind == "section" and d.heading]
        self._funds = {title_fund(title) for title in titles} - {None}
        """Funds that sections of the table are of."""
        self._by_fund = bool(titles) and title_fund(titles[0]) is not None
        """Whether sections of funds hold the others, and not the others round."""
        self._with_items = any(column.label == "item" for column in columns)
        self._last_section = max((d.index for d in drafts if d.kind == "section"), default=-1)
        self._with_funds = any(c.fund not in (None, "total") for c in columns if c.measure)
        items = [item for d in drafts if d.kind is None and (item := d.labels.get("item")) is not None]
        self._with_both_funds = {"general", "special"} <= set(map(read_source, items))
        """Whether rows are named by both funds: a library has a general one of books."""
        for draft in drafts:
            if draft.kind is None:
                draft.source = self._source(draft)
        for before, draft in pairwise(drafts):
            is_below = before.kind is None and (before.source is not None or self._says_total(before.label))
            fund = read_source(draft.label) if is_below and draft.kind is None and draft.source is None else None
            draft.source = fund if fund in ("general", "special") else draft.source
        if not any(d.source and ("source" in d.labels or not _MAY_BE_ITEM.fullmatch(d.source)) for d in drafts):
            for draft in drafts:
                draft.source = None
        ordinary = [d.index for d in drafts if d.kind is None and d.valued and self._is_item(d)]
        self._first_item = min(ordinary, default=-1)
        self._last_item = max(ordinary, default=-1)
        self._group: dict[int, int] = {}
        """The number of sections that begin above each row."""
        self._above = self._parents()
        first = next((d.label for d in drafts if d.kind is None and d.valued), "")
        self._led_by_funds = find_fund(first) is not None and self._says_total(first)
        """Whether the sum of a fund stands above its rows, as that of the first does."""
        terms = {draft.labels["term"] for draft in drafts if "term" in draft.labels}
        dated = any(heading_years(text) for column in columns if column.measure for text in column.path)
        self._by_term = not dated and sum(map(is_one_year, terms)) > 1
        """Whether the rows of an item are its years, which stand in a column of their own."""
        self._number = next((i for i, column in enumerate(columns) if column.label == "item_number"), None)
        self._grouped = self._items_since = False
        """Whether groups had their sums already, and whether items follow the last of them."""
        self._closed: set[tuple[str | None, str | None]] = set()
        """Sections that have had their subtotal."""

    def _source(self, draft: Draft) -> str | None:
        """Give the source of money that the row is about."""
        if "source" in draft.labels:
            name = draft.labels["source"]
            if (self._rules.years and is_only_years(name)) or OF_THEM.fullmatch(name):
                return None
            return read_source(name) or ("total" if self._says_total(name) else _LISTED.sub("", name)) or None
        item = draft.labels.get("item")
        source = read_source(item) if item is not None else None
        if source in ("general", "special") and self._with_both_funds and not self._says_total(item or ""):
            return source
        return source if self._rules.sources and source != "total" else None

    def _is_item(self, draft: Draft) -> bool:
        label = draft.label
        return not ((draft.source and self._with_items) or is_part(label) or self._says_total(label) or not label)

    def _says_total(self, label: str) -> bool:
        return bool(
            TOTAL.match(label)
            or self._ends_as_total(label)
            or begins(label, self._rules.totals)
            or begins(label, self._rules.subtotals)
        )

    def _is_total(self, draft: Draft) -> bool:
        """Whether the label begins as a total; among rows with units `всього ставок` is a quantity of its own."""
        label = draft.label
        if not TOTAL.match(label):
            return False
        return "unit" not in draft.labels or bool(ONLY_TOTAL.fullmatch(label))

    def _ends_as_total(self, label: str) -> bool:
        """Whether a label ends in `усього`; among rows with units of their own that is a quantity of its own, too."""
        return not self._with_units and may_say_total(label) and bool(TOTAL_AT_END.search(label))

    def _parents(self) -> frozenset[tuple[int, str]]:
        """Give the codes that stand above others, each with the number of its section."""
        kind = self._rules.hierarchy
        if kind is None:
            return frozenset()
        groups: list[dict[str, Draft]] = [{}]
        for draft in self._drafts:
            if draft.kind == "section":
                groups.append({})
            self._group[draft.index] = len(groups) - 1
            if draft.kind is None and (code := code_of(draft.labels)) and not TOTAL.match(draft.label):
                groups[-1].setdefault(code, draft)
        found: set[tuple[int, str]] = set()
        for i, of in enumerate(groups):
            near = nearest(kind, of)
            smaller = {p for code, p in near.items() if _far(kind, code, p) and self._is_smaller(of[p], of[code])}
            found.update((i, code) for code in parents(kind, of) if code not in smaller)
        return frozenset(found)

    def _is_smaller(self, draft: Draft, other: Draft) -> bool:
        """Whether the first number of a row is smaller than that of another, which then is no part of it."""
        columns = [i for i in self._sums if self._columns[i].measure not in ("deviation", "change")]
        pairs = ([numerals.parse(d.grid[i].text).value for d in (draft, other)] for i in columns)
        first = next(((a, b) for a, b in pairs if a is not None and b), None)
        return first is not None and 0 <= first[0] < first[1]

    def _is_parent(self, draft: Draft) -> bool:
        """Whether the row's code stands above others of its section."""
        return bool(self._above) and (self._group[draft.index], code_of(draft.labels)) in self._above

    def rows(self) -> list[Row]:
        """Give all rows, settled."""
        rows: list[Row] = []
        section: tuple[str | None, str | None] = (None, None)
        fund: str | None = None
        fund_number: str | None = None
        """The number of the last section that names a fund."""
        years: tuple[int, int] | None = None
        above = _Sums([] if self._rules.no_total else [i for i in self._sums if self._columns[i].money])
        spans: list[tuple[int, int]] = []
        """Years that rows are named by."""
        funds: set[str | None] = set()
        """Of the sections in which items stood."""
        last: Row | None = None
        """The row that source lines below it belong to."""
        for draft in self._drafts:
            if draft.kind is not None:
                if draft.kind == "section" and draft.heading is not None:
                    section = draft.heading
                    above.clear()
                    named = title_fund(draft.heading[1])
                    beside = fund_number is not None and draft.heading[0] is not None  # `ІІІ. Трансферти`
                    if named or not self._by_fund or beside or read_source(draft.heading[1]):
                        fund = named
                    fund_number = draft.heading[0] if named else fund_number
                    years = heading_years(draft.heading[1]) if is_only_years(draft.heading[1]) else None
                rows.append(self._row(draft, draft.kind, section, None, None, None))
                continue
            kind = self._kind(draft, section)
            if kind == "item" and draft.source is None and not code_of(draft.labels):
                kind = "subtotal" if above.are(draft) else kind
                above.add(draft)
            if kind != "item":
                above.clear()
            own_fund = fund
            number, item = self._number_and_item(draft, kind)
            source = draft.source
            if source is not None:
                own_fund = source
                if last is not None and self._goes_on(draft, last):
                    kind, number, item = last.kind, last.number, last.item
            elif kind in ("subtotal", "total") and self._says_total(draft.label):
                own_fund = find_fund(draft.label) or fund
                if kind == "total" and own_fund == fund and len(funds | {fund}) > 1:
                    own_fund = "total"
            if self._led_by_funds and (named := find_fund(draft.label)) and self._says_total(draft.label):
                fund = own_fund = named
            elif self._led_by_funds and kind == "total":
                fund, own_fund = None, "total"
            if kind == "subtotal":
                self._closed.add(section)
                self._grouped, self._items_since = self._grouped or not draft.leads, False
            elif kind == "item" and draft.valued:
                self._items_since = True
                funds.add(fund)
            if kind == "total" and source in (None, "total"):
                section, years = (None, None), None
            row = self._row(draft, kind, section, number, item, own_fund, years)
            if source is None or last is None or not self._goes_on(draft, last):
                last = row
            if self._rules.years and row.period is not None and kind == "item":
                spans.append(row.period)
            elif kind == "total" and row.period is None and len(set(spans)) > 1:
                row = row._replace(period=(min(start for start, _ in spans), max(end for _, end in spans)))
            rows.append(row)
        return rows

    def _goes_on(self, draft: Draft, last: Row) -> bool:
        """Whether a source line has no item of its own, or shares the merged cell of the row above."""
        item = draft.labels.get("item")
        if "source" in draft.labels:
            if not self._with_items:
                return last.kind == "total" and any(d.valued and d.index < last.index for d in self._drafts)
            cell = next(
                (c for c, column in zip(draft.grid, self._columns, strict=True) if column.label == "item"), None
            )
            return (
                item is None or bool(OF_THEM.fullmatch(item.strip())) or (cell is not None and cell.row < draft.index)
            )
        return last.kind != "item" or not self._items_are_sources()

    def _items_are_sources(self) -> bool:
        """Whether all items of the table are sources of money, as in a table of resources."""
        return self._first_item < 0

    def _kind(self, draft: Draft, section: tuple[str | None, str | None]) -> RowKind:
        kind = self._kind_by_label(draft, section)
        if kind in ("item", "subtotal") and not (draft.source and self._with_items) and self._adds_up(draft):
            draft.leads = True
            return "subtotal"
        return "subtotal" if kind == "total" and self._rules.no_total else kind

    def _adds_up(self, draft: Draft) -> bool:
        """Whether the first of the rows below are the parts of this one: they add up to it in every column."""
        at = draft.index - self._drafts[0].index
        below = self._drafts[at + 1 : at + 1 + _PARTS]
        said = bool(OF_THEM.search(draft.label)) or (
            may_say_total(draft.label) and bool(TOTAL_AT_END.search(draft.label))
        )
        if below and below[0].kind == "section" and below[0].heading and OF_THEM.match(below[0].heading[1].strip()):
            said, below = True, below[1:]
        first = next((i for i in self._sums if numerals.parse(draft.grid[i].text).value), None)
        if first is None or not below or (below[0].source and self._with_items):
            return False
        said = said or is_part(below[0].label)
        total, reached = numerals.parse(draft.grid[first].text).value, Decimal(0)
        for count, other in enumerate(below, start=1):
            if other.kind is not None:
                return False
            reached += numerals.parse(other.grid[first].text).value or 0
            if reached == total and self._are_parts(draft, below[:count], said):
                return said or self._rules.no_total or self._says_total(draft.label) or not self._is_term(at, first)
        return False

    def _are_parts(self, draft: Draft, parts: Sequence[Draft], said: bool) -> bool:
        """Whether rows whose first numbers add up to that of the row above are its parts.

        There are two of them with numbers, or one that a number, a code or the family puts below. Where nothing says
        that parts follow (`у тому числі`), two different numbers must agree, or one of more than three digits. Rows
        numbered alike are no parts of one another.
        """
        wanted = [(i, v) for i in self._sums if (v := numerals.parse(draft.grid[i].text).value)]
        if any(self._sum(parts, i) != v for i, v in wanted) or 0 < _depth(draft) == _depth(parts[0]):
            return False
        own, first = code_of(draft.labels) or "", code_of(parts[0].labels) or ""
        numbered = _is_below(parts[0], draft) or all(_is_code_below(code_of(p.labels) or "", own) for p in parts)
        if self._rules.no_total and not (said or numbered):
            return False  # revenue is cost and profit together, and yet no sum of them
        below = (
            numbered
            or (self._rules.hierarchy is not None and len(own) < len(first))
            or begins(draft.label, self._rules.subtotals)
        )
        filled = sum(any(numerals.parse(part.grid[i].text).value for i, _ in wanted) for part in parts)
        if filled < (1 if below else 2):
            return False
        return said or below or len({v for _, v in wanted}) > 1 or _digits(wanted[0][1]) > _FEW_DIGITS

    def _is_term(self, at: int, column: int) -> bool:
        """Whether the total below is the sum of all rows above it, so that none of them sums others."""
        end = next((i for i in range(at, len(self._drafts)) if self._closes(self._drafts[i])), None)
        if end is None:
            return False
        above = [d for d in self._drafts[:end] if d.kind is None and not self._says_total(d.label)]
        return numerals.parse(self._drafts[end].grid[column].text).value == self._sum(above, column)

    def _sums_all(self, draft: Draft) -> bool:
        """Whether a row is the sum of all items above it, and not of those in its section alone."""
        at = draft.index - self._drafts[0].index
        start = max(i for i, d in enumerate(self._drafts[:at]) if d.kind == "section")
        column = next((i for i in self._sums if numerals.parse(draft.grid[i].text).value), None)
        if column is None:
            return False
        items = [
            d for d in self._drafts[:at] if d.kind is None and not self._says_total(d.label) and not self._is_parent(d)
        ]
        value = numerals.parse(draft.grid[column].text).value
        own = [d for d in items if d.index > self._drafts[start].index]
        return value == self._sum(items, column) != self._sum(own, column)

    def _sums_years(self, draft: Draft) -> bool:
        """Whether a row is named by a span of years, two of which stand above: `Етап 1 (2017-2018)`."""
        span = heading_years(draft.label)
        if span is None or span[0] == span[1] or is_only_years(draft.label) or self._says_total(draft.label):
            return False
        above = self._drafts[: draft.index - self._drafts[0].index]
        years = {heading_years(other.label) for other in above if is_only_years(other.label)}
        return sum(year is not None and span[0] <= year[0] == year[1] <= span[1] for year in years) > 1

    def _spans_all(self, draft: Draft) -> bool:
        """Whether the last row is named by all years of the rows above: `За 2019–2022 роки` below `2019` to `2022`."""
        span = heading_years(draft.label)
        if draft is not self._drafts[-1] or span is None or not is_only_years(draft.label):
            return False
        years = [heading_years(other.label) for other in self._drafts[:-1] if other.valued]
        return len(years) == span[1] - span[0] + 1 > 1 and years == [(y, y) for y in range(span[0], span[1] + 1)]

    def _sum(self, drafts: Sequence[Draft], column: int) -> Decimal:
        return sum((numerals.parse(draft.grid[column].text).value or Decimal(0) for draft in drafts), Decimal(0))

    def _kind_by_label(self, draft: Draft, section: tuple[str | None, str | None]) -> RowKind:
        """Tell items, subtotals and totals by the code, or else by the label.

        A total that names no section closes the section it stands in where more sections follow, or where the sections
        before had subtotals and this one has none yet. One that further items follow sums those above it.
        """
        label = draft.label
        code = code_of(draft.labels)
        if not self._with_labels:
            return "total"  # a form's line of the whole programme
        if self._rules.hierarchy is not None and not begins(label, self._rules.totals):
            if code is not None and not TOTAL.match(label):
                return "subtotal" if self._is_parent(draft) else "item"
            if OF_THEM.search(label) and not TOTAL.match(label):
                return "subtotal"
        if begins(label, self._rules.totals) or (self._rules.years and self._spans_all(draft)):
            return "total"
        if begins(label, self._rules.subtotals) or (self._rules.years and self._sums_years(draft)):
            return "subtotal"
        if not (self._is_total(draft) or self._ends_as_total(label)):
            return "item"
        at = draft.index - self._drafts[0].index
        if not self._is_total(draft) and any(map(self._closes, self._drafts[at + 1 :])):
            return "subtotal"  # `Утримання мереж, усього` over a sum of all
        if draft.index < self._first_item and not OVER_SECTION.search(label):  # above all items
            first = not any(self._closes(d) for d in self._drafts if d.index < draft.index)
            return "total" if first or not self._adds_up(draft) else "subtotal"
        if (fund := find_fund(label)) and fund in self._funds:
            return "subtotal"
        if "source" in draft.labels and "item" in draft.labels and not self._says_total(draft.labels["item"]):
            return "item"
        if WITHOUT.search(label) and any(map(self._closes, self._drafts[at + 1 :])):
            return "subtotal"
        if OVER_SECTIONS.search(label) and not OF_ONE.search(label):
            return "total"
        if OVER_SECTION.search(label):
            return "subtotal"
        rest = [d for d in self._drafts[at + 1 :] if d.kind is None]
        if rest and all(d.source not in (None, "total") for d in rest):
            return "total"  # nothing but what it is made of follows
        sections = self._last_section >= 0
        last_open = section != (None, None) and bool(self._closed) and section not in self._closed
        if (
            sections
            and (draft.index < self._last_section or (last_open and not self._sums_all(draft)))
            and not re.search(r"\bпо програмі|за програмою", label, re.IGNORECASE)
        ):
            return "subtotal"
        if self._grouped and self._items_since and any(map(self._closes, self._drafts[at + 1 :])):
            return "subtotal"  # of the last group, before the sum of all
        followed = self._first_item <= draft.index < self._last_item and self._first_item >= 0
        if followed and draft.index > self._first_item:
            return "subtotal"
        return "total"

    def _closes(self, draft: Draft) -> bool:
        """Whether a row is a total of its own, no part of one above."""
        return draft.kind is None and draft.source in (None, "total") and draft.valued and self._is_total(draft)

    def _number_and_item(self, draft: Draft, kind: RowKind) -> tuple[str | None, str | None]:
        """Split the item's number from its text; a number cell merged over several rows numbers none of them."""
        labels = draft.labels
        if kind in ("total", "subtotal") and code_of(labels) is None and not draft.leads:
            return None, labels.get("item") or draft.label or None
        number = None
        if self._number is not None:
            own = draft.grid[self._number]
            if own.row_span == 1 and own.row == draft.index:
                number = " ".join(own.text.split()).rstrip(". ") or None
        item = labels.get("item") or labels.get("source")
        found = _NUMBER.match(item) if item else None
        if item and found and (number is None or found["deep"]):
            return re.sub(r"\s", "", found["deep"] or found["flat"]), item[found.end() :].strip()
        return number, item

    def _row(
        self,
        draft: Draft,
        kind: RowKind,
        section: tuple[str | None, str | None],
        number: str | None,
        item: str | None,
        fund: str | None,
        period: tuple[int, int] | None = None,
    ) -> Row:
        if self._rules.years and item is not None and (is_only_years(item) or kind in ("subtotal", "total")):
            period = heading_years(item) or period
        if self._by_term and (term := draft.labels.get("term")) is not None and is_only_years(term):
            period = heading_years(term) or period
        row = draft.grid
        cells = tuple(cell for at, cell in enumerate(row) if not at or cell is not row[at - 1])
        code = code_of(draft.labels)
        return Row(draft.index, kind, cells, draft.labels, number, item, *section, code, fund, period, draft.leads)


class _Sums:
    """Sums of the items since the last sum, to find one that nothing names so."""

    def __init__(self, columns: Sequence[int]) -> None:
        """Sum these columns."""
        self._columns = columns
        self.clear()

    def clear(self) -> None:
        """Begin anew."""
        self._count = 0
        self._sums = [Decimal(0)] * len(self._columns)

    def add(self, draft: Draft) -> None:
        """Add an item."""
        self._count += 1
        for at, column in enumerate(self._columns):
            value = numerals.parse(draft.grid[column].text).value
            if value is not None:
                self._sums[at] += value

    def are(self, draft: Draft) -> bool:
        """Whether a row adds up the items, in three different numbers at the least."""
        if self._count < 2:
            return False
        found = set()
        for column, wanted in zip(self._columns, self._sums, strict=True):
            value = numerals.parse(draft.grid[column].text).value
            if (value or 0) != wanted:
                return False
            found.add(wanted)
        return len(found - {0}) > 2


_MAY_BE_ITEM = re.compile(
    r"(?:інш|кредит|грант|підприємств|інвестиці|спонсор|благодійник|донор|субвенці)\w*", re.IGNORECASE
)
"""Names of sources that may name items, too: they count beside a source that cannot."""


def _far(kind: str, code: str, above: str) -> bool:
    """Whether a code is more than a level below another: 2144 below 2100, of which only 2140 need be a sum."""
    return len(stem(kind, code)) - len(stem(kind, above)) > 1


def _depth(draft: Draft) -> int:
    """Give how many parts the row's own number has: 2 for `3.1`; 0 where it has none."""
    found = _OWN_NUMBER.match(draft.labels.get("item_number") or draft.labels.get("item") or "")
    return 0 if found is None else found[1].count(".") + 1


_OWN_NUMBER = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3})*)[.)]?(?:\s|$|(?=[^\W\d]))")


def _is_below(draft: Draft, above: Draft) -> bool:
    """Whether a row's number is one level below that of another, as `2.1` is below `2`."""
    own, other = (_OWN_NUMBER.match(d.labels.get("item_number") or d.labels.get("item") or "") for d in (draft, above))
    return own is not None and other is not None and own[1].rpartition(".")[0] == other[1]


def _is_code_below(code: str, above: str) -> bool:
    """Whether a line's code differs from that of another, which ends in nought, by its last digit: 1011 below 1010."""
    return above.endswith("0") and len(code) == len(above) and code != above and code.startswith(above[:-1])


def _digits(value: Decimal) -> int:
    """Count the digits of a number without the zeros at its end."""
    return len(value.normalize().as_tuple().digits)

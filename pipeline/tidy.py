"""Assembled tables to tidy records: a role for every cell, an observation for every value, a family's own tidy rows.

Guarantee: each cell gets one role, each value cell one observation; nothing is guessed into a known column, and a
heading or row of a known kind of report that no rule covers becomes a finding.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from extractors.document import Cell, Table
from pipeline import header, numerals
from pipeline.amounts import find_amounts
from pipeline.bases import base_of, by_their_numbers, find_relations, with_bases
from pipeline.codes import nearest, problem
from pipeline.column import Column, is_only_years, read_column
from pipeline.columns import Context, complete, told_apart
from pipeline.dates import find_years
from pipeline.family import Family, RowRules
from pipeline.recognise import Match, candidates
from pipeline.rows import Row, read_rows
from pipeline.sample import Sample
from pipeline.text import Words, squeeze
from pipeline.units import label_unit, read_unit
from validators.arithmetic import Relation, Rules
from validators.findings import Finding, Place
from validators.model import WEAKEST
from validators.ratios import Cost
from validators.records import Observation
from validators.sums import MONEY

_NO_RULES = RowRules()

SAMPLE = 40
"""Rows below the header that help to recognise a table."""

COMPARED = 200
"""Rows in which percentages and deviations are compared with plans and facts."""

_LATER = frozenset(("actual", "percent", "deviation"))
"""Measures that a year which has not come yet cannot have."""

_WHY = {
    "stacked": "тут кілька чисел",
    "two readings": "крапку чи кому можна прочитати двояко",
    "bullet or minus": "риска може бути мінусом або позначкою списку",
    "code": "це схоже на код, а не на число",
    "too long": "у числа забагато цифр",
    "no number": "це не число",
}


@dataclass(frozen=True, slots=True)
class Understood:
    """A table with its meaning. `number` counts the document's tables from 1; `roles` has every cell's place.

    `candidates` are all families with what speaks for and against each; the table is of the first that lacks nothing.
    `stated` are the amounts, in hryvnias, that the text above states.
    """

    number: int
    table: Table
    caption: str | None
    header_rows: int
    family: Family | None
    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    unit: str | None
    roles: dict[Place, str]
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    relations: tuple[Relation, ...] = ()
    candidates: tuple[Match, ...] = ()
    stated: tuple[Decimal, ...] = ()

    def rules(self, money: Sequence[Cost] = ()) -> Rules:
        """Give what must hold between the table's numbers; averages may be of the document's rows of `money`."""
        family = self.family
        levels = any(row.kind == "subtotal" and (row.code or row.leads) for row in self.rows)
        hierarchy = family.rows.hierarchy if family else None
        return Rules(
            self.relations,
            family.identities if family else (),
            (family is None or family.sums) and not levels,
            nearest(hierarchy, [row.code for row in self.rows if row.code]) if hierarchy else {},
            frozenset(row.index for row in self.rows if row.leads),
            family is not None,
            money if family is not None else (),
            self.stated,
        )

    @property
    def readings(self) -> dict[Place, Decimal]:
        """Second readings of numbers, where the two readings of a scan disagree."""
        return {
            (cell.row, cell.column): value
            for cell in self.table.cells
            if cell.alternative is not None and (value := numerals.parse(cell.alternative).value) is not None
        }


def understand(
    number: int, table: Table, caption: str | None, around: Context, families: Sequence[Family], words: Words
) -> Understood:
    """Read one assembled table.

    Args:
        number: the table's number in the document, from 1.
        table: the table.
        caption: the text right above it, for the data sets.
        around: what stands around it.
        families: the known kinds of report.
        words: mends labels.
    """
    grid = table.grid()
    header_rows = header.header_rows(table, grid)
    paths = header.paths(grid[:header_rows], table.n_columns)
    around = around.below(header.titles(grid[:header_rows]))
    # A text over several columns, as a section's title, tells nothing of one of them.
    body = [[cell.text if cell.column_span == 1 else "" for cell in row] for row in grid[header_rows:]]
    likely = candidates(paths, Sample(body[:SAMPLE]), around.titles, around.document, families)
    before = around.alike.get(tuple(paths))
    likely.sort(key=lambda match: match.family is not before or bool(match.lacks))  # one kind, several tables
    matched = likely[0] if likely and not likely[0].lacks else None
    family = matched.family if matched else None
    columns = complete(
        matched.columns if matched else [read_column(path) for path in paths],
        body,
        family,
        around,
        matched.title if matched else None,
    )
    if family is not None:
        columns = by_their_numbers(columns, body[:COMPARED], {rule.measure for rule in family.rules if rule.measure})
    signed = [i for i, column in enumerate(columns) if column.measure in _DIFFERENCES]
    for row in body if signed else ():
        for i in signed:
            row[i] = numerals.with_sign(row[i])
    relations, unfit = find_relations(columns, body[:COMPARED])
    columns = told_apart(with_bases(columns, relations, unfit), {base_of(relation, columns) for relation in relations})
    rows = read_rows(grid, header_rows, columns, family.rows if family else _NO_RULES, words)
    reader = _Reader(number, columns, family, rows, around)
    reader.read(table, header_rows, rows)
    unit = next((c.unit for c in columns if c.measure and c.unit in MONEY), None)
    return Understood(
        number,
        table,
        caption,
        header_rows,
        family,
        tuple(columns),
        tuple(rows),
        unit,
        reader.roles,
        tuple(reader.observations),
        tuple(reader.findings),
        tuple(relations),
        tuple(likely),
        tuple(amount.value for title in around.titles for amount in find_amounts(title)),
    )


def _observed(*values: Any) -> Observation:  # noqa: ANN401  # in the order of the fields
    """Make an observation in a third of the time that its own constructor takes: no other record is made as often."""
    return tuple.__new__(Observation, values)


_DIFFERENCES = ("deviation", "change")
"""Measures whose numbers have signs."""

_ENGLISH_GROUPS = re.compile(r"[-+(]?[0-9]{1,3},[0-9]{3}\)?")


class _Reader:
    """Gives the cells of one table their roles, and the values their observations."""

    def __init__(
        self, number: int, columns: Sequence[Column], family: Family | None, rows: Sequence[Row], around: Context
    ) -> None:
        self._number = number
        self._columns = columns
        self._family = family
        self._last_year = _last_year(columns, rows, around)
        self._measured = [column.measure is not None for column in columns]
        self._units: dict[str, str | None] = {}
        self._english = False
        """Whether a point parts the fractions of the table and commas its groups, so that `1,000` is a thousand."""
        self.roles: dict[Place, str] = {}
        self.observations: list[Observation] = []
        self.findings: list[Finding] = []

    def read(self, table: Table, header_rows: int, rows: Sequence[Row]) -> None:
        """Read all rows."""
        roles, columns = self.roles, self._columns
        self._english = any(numerals.is_english(cell.text) for cell in table.cells)
        for cell in table.cells:
            roles[cell.row, cell.column] = "header" if cell.row < header_rows else "label"
        notes = [i for i, column in enumerate(columns) if column.note]
        for row in rows:
            kind = row.kind
            if kind in ("header", "note"):
                for cell in row.cells:
                    if cell.row == row.index:
                        roles[cell.row, cell.column] = kind
                continue
            for cell in row.cells if notes else ():
                if cell.row == row.index and columns[cell.column].note:
                    roles[cell.row, cell.column] = "note"
            if kind != "section":
                self._values(row)
        self._unused(rows)
        if self._family is not None:
            self._unknown_headings()
            self._unknown_units()
            self._odd_codes(rows)

    def _values(self, row: Row) -> None:
        """Give the observations of one row."""
        unit = self._row_unit(row)
        place = row.index
        valued = False
        for cell in row.cells:
            if cell.row != place:
                continue
            column = self._columns[cell.column]
            if column.measure is None and cell.column_span > 1:
                column = self._under(cell) or column
            if column.measure is None:
                continue
            observation = self._observation(cell, column, row, unit)
            self.observations.append(observation)
            if observation.missing == "unreadable":
                self.roles[place, cell.column] = "rejected"
                self.findings.append(_unreadable(observation, column))
            else:
                self.roles[place, cell.column] = "value"
                valued = valued or observation.value is not None
        if valued and self._family is not None and not (row.item or row.code or row.number or row.fund):
            self._unknown_row(row)

    def _under(self, cell: Cell) -> Column | None:
        """Give the first measure that a number reaches into from the labels on its left."""
        measures = (column for column in self._columns[cell.column : cell.end_column] if column.measure is not None)
        return next(measures, None) if numerals.parse(cell.text).value is not None else None

    def _observation(self, cell: Cell, column: Column, row: Row, row_unit: str | None) -> Observation:
        parsed = numerals.parse(numerals.with_sign(cell.text) if column.measure in _DIFFERENCES else cell.text)
        if self._english and _ENGLISH_GROUPS.fullmatch(cell.text.strip()):
            parsed = numerals.TWO_READINGS
        period = row.period or column.period
        if cell.column_span > 1:
            period = self._span(cell) or period
        unit = column.unit
        if row_unit is not None and unit != "percent" and (column.by_row or not column.money or row_unit in MONEY):
            unit = row_unit
        if parsed.unit is not None:
            unit = parsed.unit
        missing = parsed.missing
        last = self._last_year
        has_come = period is None or last is None or period[0] <= last
        if missing in ("nil", "blank") and column.measure in _LATER and not has_come:
            missing = "not_due"
        fund = column.fund
        if row.fund is not None and (fund in (None, "total") or column.fund_around):
            fund = row.fund
        return _observed(
            self._number,
            cell.row,
            cell.column,
            self._family.name if self._family is not None else None,
            row.section_number,
            row.section,
            row.number,
            row.item,
            row.kind,
            column.measure or "value",
            period[0] if period else None,
            period[1] if period else None,
            fund,
            unit,
            parsed.value,
            cell.text,
            missing,
            cell.doubtful,
            None,
            row.code,
            column.base,
            column.part,
        )

    def _span(self, cell: Cell) -> tuple[int, int] | None:
        """Give the years of all columns that a merged value stands in."""
        periods = [c.period for c in self._columns[cell.column : cell.end_column] if c.measure and c.period]
        return (min(p[0] for p in periods), max(p[1] for p in periods)) if periods else None

    def _row_unit(self, row: Row) -> str | None:
        """Give the unit that a row states in its column of units, at the end of its label, or by how it begins."""
        stated = row.labels.get("unit")
        key = stated or row.item
        if key is None:
            return None
        if key not in self._units:
            self._units[key] = read_unit(stated) if stated else self._label_unit(key)
        return self._units[key]

    def _label_unit(self, item: str) -> str | None:
        unit = label_unit(item)
        if unit is None and self._family is not None:
            letters = squeeze(item)
            for name, starts in self._family.row_units.items():
                if any(letters.startswith(squeeze(start)) for start in starts):
                    return name
        return unit

    def _unused(self, rows: Sequence[Row]) -> None:
        """Tell of numbers that no measure has taken: in columns of words that no rule knows."""
        found: dict[int, list[Place]] = {}
        for row in rows:
            for cell in row.cells if row.kind in ("item", "subtotal", "total") else ():
                place = (cell.row, cell.column)
                if cell.row != row.index or self._columns[cell.column].label or self.roles[place] != "label":
                    continue
                if numerals.parse(cell.text).value is not None and not is_only_years(cell.text):
                    found.setdefault(cell.column, []).append(place)
        for column, places in found.items():
            heading = " › ".join(self._columns[column].path) or f"стовпець {column}"
            self.findings.append(
                Finding(
                    table=self._number,
                    row=places[0][0],
                    column=column,
                    rule="number_unused",
                    severity="warning",
                    found=str(len(places)),
                    message=f"Стовпець «{heading}» не є показником, але має числа ({len(places)}): вони лише в cells.",
                    cells=tuple(places),
                )
            )

    def _unknown_headings(self) -> None:
        for index, column in enumerate(self._columns):
            if column.measure is None or self._family is None or self._family.knows(column):
                continue
            heading = " › ".join(column.path) or f"стовпець {index}"
            self.findings.append(
                Finding(
                    table=self._number,
                    row=0,
                    column=index,
                    rule="unknown_heading",
                    severity="warning",
                    found=heading,
                    message=f"Заголовок «{heading}» не описано у виді звіту {self._family.name}: "
                    "числа стовпця збережено під цією назвою.",
                    cells=(),
                )
            )

    def _unknown_units(self) -> None:
        """Tell of the first column of money of which nothing says the unit."""
        money = {index for index, column in enumerate(self._columns) if column.money and not column.by_row}
        first = next(
            (o for o in self.observations if o.column in money and o.value is not None and o.unit is None), None
        )
        if first is not None:
            self.findings.append(
                Finding(
                    table=self._number,
                    row=first.row,
                    column=first.column,
                    rule="unit_unknown",
                    severity="warning",
                    found=" › ".join(self._columns[first.column].path) or None,
                    message="Ні заголовки, ні текст над таблицею не кажуть однозначно, у чому числа: гривні чи тисячі.",
                    cells=(first.place,),
                )
            )

    def _unknown_row(self, row: Row) -> None:
        first = next(cell for cell in row.cells if cell.row == row.index and self._measured[cell.column])
        self.findings.append(
            Finding(
                table=self._number,
                row=row.index,
                column=first.column,
                rule="unknown_row",
                severity="warning",
                found=" | ".join(" ".join(cell.text.split()) for cell in row.cells if cell.text.strip())[:200] or None,
                message=f"Рядок {row.index} має числа, але не має назви: про що він, невідомо. Числа збережено.",
                cells=((first.row, first.column),),
            )
        )

    def _odd_codes(self, rows: Sequence[Row]) -> None:
        for index, column in enumerate(self._columns):
            if column.code is None:
                continue
            for row in rows:
                if row.kind in ("header", "section", "note"):
                    continue
                cell = next((c for c in row.cells if c.column == index and c.row == row.index), None)
                if cell is None or not cell.text.strip():
                    continue
                trouble = problem(column.code, cell.text)
                if trouble is not None:
                    self.findings.append(
                        Finding(
                            table=self._number,
                            row=row.index,
                            column=index,
                            rule="odd_code",
                            severity="warning",
                            found=cell.text,
                            message=f"{row.item or 'Рядок'}: {trouble}.",
                            cells=((row.index, index),),
                        )
                    )


def _last_year(columns: Sequence[Column], rows: Sequence[Row], around: Context) -> int | None:
    """Give the last year of which the table may hold facts; `None` where its columns are of one year, or nothing tells.

    It is the one year the report says it is about. Where it names none, later years without any fact at all, beside
    one with facts, have not come.
    """
    years = sorted({c.period[0] for c in columns if c.measure in _LATER and c.period and c.period[0] == c.period[1]})
    if len(years) < 2:
        return None
    told = around.years
    if told is not None and told[0] == told[1]:
        return told[1]
    filled = set()
    for index, column in enumerate(columns):
        if column.measure == "actual" and column.period is not None:
            for row in rows:
                cell = next((c for c in row.cells if c.column == index and c.row == row.index), None)
                if cell is not None and numerals.parse(cell.text).value is not None:
                    filled.add(column.period[1])
                    break
    return max(filled) if filled else None


def _unreadable(observation: Observation, column: Column) -> Finding:
    heading = " › ".join(column.path) or f"стовпець {observation.column}"
    why = _WHY[numerals.parse(observation.raw).why or "no number"]
    return Finding(
        table=observation.table,
        row=observation.row,
        column=observation.column,
        rule="unreadable",
        severity="warning",
        message=f"{observation.item or 'Рядок'}: у стовпці «{heading}» стоїть «{observation.raw}» — {why}.",
        found=observation.raw,
        cells=(observation.place,),
    )


def tidy_rows(understood: Understood, observations: Sequence[Observation]) -> list[dict[str, Any]]:
    """Give the rows of the family's own table, without `document_id`. Empty where no family is known.

    Args:
        understood: the table.
        observations: its observations, checked.
    """
    family = understood.family
    if family is None:
        return []
    measures = {source.of for source in family.sources.values()}
    by_row: dict[int, list[Observation]] = {}
    for observation in observations:
        if observation.measure in measures:
            by_row.setdefault(observation.row, []).append(observation)
    found: list[dict[str, Any]] = []
    per_period = family.per == "period"
    filled = [(name, source.of, source.base) for name, source in family.sources.items()]
    claimed = {(source.of, source.base) for source in family.sources.values() if source.base}
    for row in understood.rows:
        values = by_row.get(row.index)
        if values is None:
            continue
        groups: dict[Any, list[Observation]] = {}
        for o in values:
            groups.setdefault((o.fund, o.period_start, o.period_end, o.part) if per_period else None, []).append(o)
        labels = _known(row)
        for group in groups.values():
            found.append(_tidy_row(understood.number, row, labels, group, filled, claimed))
    return found


def _known(row: Row) -> dict[str, Any]:
    """Give what a row says of itself, by the names that fields go by."""
    term = find_years(row.labels["term"]) if "term" in row.labels else None
    return {
        **row.labels,
        "section_number": row.section_number,
        "section": row.section,
        "item_number": row.number,
        "item": row.item,
        "code": row.code,
        "row_kind": row.kind,
        "term_start": term[0] if term else None,
        "term_end": term[1] if term else None,
    }


def _tidy_row(
    table: int,
    row: Row,
    labels: Mapping[str, Any],
    group: Sequence[Observation],
    filled: Sequence[tuple[str, str, str | None]],
    claimed: set[tuple[str, str]],
) -> dict[str, Any]:
    first = group[0]
    units: set[str | None] = {o.unit for o in group if o.unit in MONEY}
    units = units or {o.unit for o in group if o.unit != "percent"}
    statuses = {o.check for o in group}
    known: dict[str, Any] = {
        **labels,
        "fund": first.fund,
        "period_start": first.period_start,
        "period_end": first.period_end,
        "part": first.part,
        "unit": units.pop() if len(units) == 1 else None,
        "check": next((status for status in WEAKEST if status in statuses), None),
    }
    measured: dict[tuple[str, str | None], Any] = {}
    for o in group:
        base = o.base if o.base is not None and (o.measure, o.base) in claimed else None
        measured.setdefault((o.measure, base), o.value)
    record: dict[str, Any] = {"table": table, "row": row.index}
    for name, of, base in filled:
        record[name] = measured[of, base] if (of, base) in measured else known.get(of) if base is None else None
    return record

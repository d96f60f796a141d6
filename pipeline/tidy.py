"""Assembled tables to tidy records: a role for every cell, an observation for every value, a family's own tidy rows.

Guarantee: each cell gets one role, each value cell one observation; nothing is guessed into a known column.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.document import Cell, Table
from pipeline import header, numerals
from pipeline.dates import find_reported_years, find_years
from pipeline.facts import Facts
from pipeline.family import Column, Family, match, read_column
from pipeline.rows import Row, read_rows
from pipeline.text import contains, squeeze
from pipeline.units import find_unit
from validators.arithmetic import MONEY
from validators.findings import Finding, Place
from validators.records import Observation

_TOTAL = re.compile(r"(?:усього|всього|разом|загальн\w+ обсяг)\b", re.IGNORECASE)
_WEAKEST = ("contradicted", "unchecked", "verified")


@dataclass(frozen=True, slots=True)
class Understood:
    """A table with its meaning. `number` counts the document's tables from 1; `roles` has every cell's place."""

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


def understand(number: int, table: Table, caption: str | None, facts: Facts, families: Sequence[Family]) -> Understood:
    """Read one assembled table."""
    header_rows = header.header_rows(table)
    paths = header.paths(table, header_rows)
    matched = match(paths, families)
    family, columns = matched if matched is not None else (None, [read_column(path) for path in paths])
    columns = _with_numbers(table, header_rows, columns, named=family is not None)
    columns = _told_apart(_with_context(columns, caption, facts))
    rows = read_rows(table, header_rows, columns)
    roles = {(c.row, c.column): "header" if c.row < header_rows else "label" for c in table.cells}
    observations = []
    findings = []
    for row in rows:
        for cell, column in _own_cells(row, columns):
            place = (cell.row, cell.column)
            if row.kind == "header":
                roles[place] = "header"
            elif row.kind != "section" and column.measure is not None:
                observation = _observation(number, cell, columns, row, family)
                observations.append(observation)
                unreadable = observation.missing == "unreadable"
                roles[place] = "rejected" if unreadable else "value"
                if unreadable:
                    findings.append(_unreadable(observation, column))
            elif column.note:
                roles[place] = "note"
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
        roles,
        tuple(observations),
        tuple(findings),
    )


def _own_cells(row: Row, columns: Sequence[Column]) -> Iterator[tuple[Cell, Column]]:
    """Give the cells that begin in the row, each with the meaning of its first column."""
    for cell in row.cells:
        if cell.row == row.index:
            yield cell, columns[cell.column]


def _with_numbers(table: Table, header_rows: int, columns: Sequence[Column], named: bool) -> list[Column]:
    """Give columns that no rule knows but that hold numbers their header path as measure, so that no number is lost.

    A column is of numbers when at least half of its filled cells are. Where no column is `named` to tell what the rows
    are about, the first other column does.
    """
    found = []
    grid = table.grid()
    for index, column in enumerate(columns):
        texts = [row[index].text for row in grid[header_rows:] if row[index].text.strip()]
        if column.meaning is not None or not texts or _counts(texts):
            found.append(column)
        elif 2 * sum(numerals.is_value(text) for text in texts) >= len(texts):
            found.append(replace(column, measure=" › ".join(column.path) or f"column {index}"))
        elif not named:
            found.append(replace(column, label="item"))
            named = True
        else:
            found.append(column)
    return found


def _told_apart(columns: Sequence[Column]) -> list[Column]:
    """Tell columns of the same measure, period and fund apart, by their lowest heading as the fund or source of money.

    Where that is the same too, each keeps its whole header path and place as a measure of its own: no column may stand
    for another.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, column in enumerate(columns):
        if column.measure is not None:
            groups.setdefault((column.measure, column.period, column.fund), []).append(index)
    found = list(columns)
    for indices in groups.values():
        names = {index: columns[index].path[-1] if columns[index].path else "" for index in indices}
        for index in indices if len(indices) > 1 else []:
            name = names[index]
            if name and list(names.values()).count(name) == 1:
                found[index] = replace(columns[index], fund="total" if _TOTAL.match(name) else name)
            else:
                path = " › ".join(columns[index].path)
                found[index] = replace(columns[index], measure=f"{path} [{index}]", money=False)
    return found


def _counts(texts: Sequence[str]) -> bool:
    """Whether a column only numbers the rows: `1. 2. 3. …`."""
    numbers = [text.strip().rstrip(".") for text in texts]
    return len(numbers) > 1 and all(number.isdigit() for number in numbers) and numbers == sorted(set(numbers), key=int)


def _with_context(columns: Sequence[Column], caption: str | None, facts: Facts) -> list[Column]:
    """Give measures what their headings leave open: unit and year from the caption, years from the report.

    A money column whose heading states no clear unit takes the one that the table's other money columns agree on.
    """
    common = find_unit(caption or "")
    stated = {column.unit for column in columns if column.money and column.unit is not None}
    money = common if not stated else stated.pop() if len(stated) == 1 else None
    years = find_reported_years(caption or "") or find_years(caption or "") or find_reported_years(facts.title or "")
    if years is None and facts.period_start is not None and facts.period_end is not None:
        years = (facts.period_start, facts.period_end)
    return [
        replace(
            column,
            period=column.period or years,
            unit=column.unit or (money if column.money else common),
            fund=column.fund or "total",
        )
        if column.measure is not None
        else column
        for column in columns
    ]


def _observation(number: int, cell: Cell, columns: Sequence[Column], row: Row, family: Family | None) -> Observation:
    covered = [column for column in columns[cell.column : cell.end_column] if column.measure is not None]
    first = covered[0]
    periods = [column.period for column in covered if column.period is not None]
    parsed = numerals.parse(cell.text)
    unit = first.unit
    if unit is None and family is not None and row.item:
        unit = next((u for u, starts in family.row_units.items() if _begins(row.item, starts)), None)
    return Observation(
        table=number,
        row=cell.row,
        column=cell.column,
        family=family.name if family else None,
        section_number=row.section_number,
        section=row.section,
        item_number=row.number,
        item=row.item,
        row_kind=row.kind,
        measure=first.measure or "value",
        period_start=min(p[0] for p in periods) if periods else None,
        period_end=max(p[1] for p in periods) if periods else None,
        fund=first.fund,
        unit=unit,
        value=parsed.value,
        raw=cell.text,
        missing=parsed.missing,
        doubtful=cell.doubtful,
    )


def _begins(item: str, starts: Sequence[str]) -> bool:
    return any(contains(squeeze(item)[: len(squeeze(start))], start) for start in starts)


def _unreadable(observation: Observation, column: Column) -> Finding:
    heading = " › ".join(column.path) or f"стовпець {observation.column}"
    return Finding(
        table=observation.table,
        row=observation.row,
        column=observation.column,
        rule="unreadable",
        severity="warning",
        message=f"{observation.item or 'Рядок'}: у стовпці «{heading}» стоїть «{observation.raw}» — це не число.",
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
    by_row: dict[int, list[Observation]] = {}
    measures = set(family.sources.values())
    for observation in observations:
        if observation.measure in measures:
            by_row.setdefault(observation.row, []).append(observation)
    found: list[dict[str, Any]] = []
    for row in understood.rows:
        groups: dict[Any, list[Observation]] = {}
        for o in by_row.get(row.index, []):
            key = (o.fund, o.period_start, o.period_end) if family.per == "period" else None
            groups.setdefault(key, []).append(o)
        found.extend(_tidy_row(family, understood, row, group) for group in groups.values())
    return found


def _tidy_row(family: Family, understood: Understood, row: Row, group: Sequence[Observation]) -> dict[str, Any]:
    first = group[0]
    known: dict[str, Any] = dict(row.labels)
    term = find_years(row.labels.get("term", ""))
    units = {o.unit for o in group if o.unit in MONEY}
    statuses = {o.check for o in group if o.check is not None}
    known.update(
        section_number=row.section_number,
        section=row.section,
        item_number=row.number,
        item=row.item,
        row_kind=row.kind,
        term_start=term[0] if term else None,
        term_end=term[1] if term else None,
        fund=first.fund,
        period_start=first.period_start,
        period_end=first.period_end,
        unit=units.pop() if len(units) == 1 else None,
        check=next((status for status in _WEAKEST if status in statuses), None),
    )
    measured = {o.measure: o.value for o in group}
    values = {name: measured[of] if of in measured else known.get(of) for name, of in family.sources.items()}
    return {"table": understood.number, "row": row.index, **values}

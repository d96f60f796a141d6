"""Assembled tables to tidy records: a role for every cell, an observation for every value, a family's own tidy rows.

Guarantee: each cell gets one role, each value cell one observation; nothing is guessed into a known column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from extractors.document import Cell, Table
from pipeline import header, numerals
from pipeline.dates import find_years
from pipeline.facts import Facts
from pipeline.family import Column, Family, match, read_column
from pipeline.rows import Row, read_rows
from pipeline.text import contains, squeeze
from pipeline.units import find_unit
from validators.arithmetic import MONEY
from validators.findings import Finding, Place
from validators.records import Observation

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
    family, columns = matched if matched is not None else (None, _unknown_columns(table, header_rows, paths))
    columns = _with_context(columns, caption, facts)
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


def _unknown_columns(table: Table, header_rows: int, paths: Sequence[header.Path]) -> list[Column]:
    """Give the columns of a table no family knows: those that hold numbers measure what their header path says.

    A column is of numbers when at least half of its filled cells are; the first other column names the rows.
    """
    columns = []
    named = False
    grid = table.grid()
    for index, path in enumerate(paths):
        texts = [row[index].text for row in grid[header_rows:] if row[index].text.strip()]
        numbers = sum(numerals.is_value(text) for text in texts)
        column = read_column(path)
        if path and texts and 2 * numbers >= len(texts) and not _counts(texts):
            columns.append(replace(column, measure=" › ".join(path)))
        elif texts and not _counts(texts) and not named:
            columns.append(replace(column, label="item"))
            named = True
        else:
            columns.append(column)
    return columns


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
    years = find_years(caption or "")
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
    for observation in observations:
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
        unit=understood.unit,
        check=next((status for status in _WEAKEST if status in statuses), None),
    )
    measured = {o.measure: o.value for o in group}
    values = {name: measured[of] if of in measured else known.get(of) for name, of in family.sources.items()}
    return {"table": understood.number, "row": row.index, **values}

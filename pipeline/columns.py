"""What each column of a table holds: its family's meaning, completed by what stands around the table.

Guarantee: no two columns of numbers have the same meaning; one that nothing tells apart keeps its whole header path.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline import numerals
from pipeline.dates import find_reported_years, find_years, heading_years
from pipeline.facts import Facts
from pipeline.family import Column, Family
from pipeline.funds import find_fund, read_source
from pipeline.text import squeeze
from pipeline.units import find_unit
from validators.arithmetic import MONEY

_ALL = re.compile(r"(?:у|в)?сього\b|разом\b|загалом\b|загальний обсяг\b", re.IGNORECASE)
_LEADING_ZERO = re.compile(r"0[0-9]+")

SAMPLE = 60
"""Rows of a table that tell what its columns hold."""


@dataclass(frozen=True, slots=True)
class Context:
    """What stands around a table.

    `captions` are the texts right above it, the nearest first; `facts` those of the report; `unit` is the unit that
    the document states for all of it.
    """

    captions: tuple[str, ...] = ()
    facts: Facts = Facts()
    unit: str | None = None

    @property
    def titles(self) -> tuple[str, ...]:
        """All that may name the kind of report, the nearest first."""
        return (*self.captions, *([self.facts.title] if self.facts.title else ()))

    @property
    def years(self) -> tuple[int, int] | None:
        """The years the table is about: those reported on, else any that a caption, then the report, states."""
        for find in (find_reported_years, find_years, heading_years):
            for text in self.captions:
                if years := find(text):
                    return years
        facts = self.facts
        if years := find_reported_years(facts.title or "") or find_years(facts.title or ""):
            return years
        if facts.period_start is not None and facts.period_end is not None:
            return (facts.period_start, facts.period_end)
        return heading_years(facts.title or "")

    @property
    def fund(self) -> str | None:
        """The fund that the nearest caption naming one names."""
        return next((fund for text in self.captions if (fund := find_fund(text))), None)

    @property
    def money(self) -> str | None:
        """The unit of money, or percent, that the nearest caption with a unit states, else the document's."""
        return next((unit for text in self.captions if (unit := find_unit(text))), None) or self.unit


def complete(columns: Sequence[Column], body: Sequence[Sequence[str]], family: Family | None, around: Context) -> list[Column]:
    """Give columns all that can be said of them.

    Args:
        columns: as the family, or their headings alone, say.
        body: the texts of the rows below the header.
        family: the kind of report, if it is known.
        around: what stands around the table.
    """
    found = _with_numbers(columns, body[:SAMPLE], named=any(c.label == "item" for c in columns))
    fund = around.fund or _label_fund(found)
    return _with_spans(_with_context(found, around, fund, family))


def _label_fund(columns: Sequence[Column]) -> str | None:
    """Give the fund that heads the column naming the rows: `Загальний фонд` over the names of taxes."""
    return next((c.fund for c in columns if c.label == "item" and c.fund is not None), None)


def _with_numbers(columns: Sequence[Column], body: Sequence[Sequence[str]], named: bool) -> list[Column]:
    """Give columns that no rule knows but that hold numbers their header path as measure, so that no number is lost.

    A column is of numbers when at least half of its filled cells are; one that numbers the rows, or holds codes with
    leading zeros, is none. Where no column tells what the rows are about, the first other one does.
    """
    found = []
    for index, column in enumerate(columns):
        texts = [text for row in body if (text := row[index]) and not text.isspace()]
        if column.meaning is not None or not texts or _counts(texts) or _are_codes(texts):
            found.append(column)
        elif 2 * sum(numerals.is_value(text) for text in texts) >= len(texts):
            found.append(replace(column, measure=" › ".join(column.path) or f"column {index}", why="числа"))
        elif not named:
            found.append(replace(column, label="item", why="перший стовпець зі словами"))
            named = True
        else:
            found.append(column)
    return found


def _counts(texts: Sequence[str]) -> bool:
    """Whether a column only numbers the rows: `1. 2. 3. …`."""
    numbers = [text.strip().rstrip(".") for text in texts]
    return len(numbers) > 1 and all(number.isdigit() for number in numbers) and numbers == sorted(set(numbers), key=int)


def _are_codes(texts: Sequence[str]) -> bool:
    """Whether half of a column's texts are digits with a leading zero."""
    return 2 * sum(bool(_LEADING_ZERO.fullmatch(text.strip())) for text in texts) >= len(texts)


def _with_context(
    columns: Sequence[Column], around: Context, fund: str | None, family: Family | None
) -> list[Column]:
    """Give measures what their headings leave open: unit, years and fund.

    A money column whose heading states no clear unit takes the one that the table's other money columns agree on, then
    the caption's. A column of a known family that is not of money takes none from the caption.
    """
    stated = {column.unit for column in columns if column.money and column.unit in MONEY}
    common = around.money
    money = common if not stated else stated.pop() if len(stated) == 1 else None
    years = around.years
    found = []
    for column in columns:
        if column.measure is None:
            found.append(column)
            continue
        period = column.period
        if period is None and years is not None:
            period = (years[1] - column.years_ago,) * 2 if column.years_ago else years
        unit = column.unit or (money if column.money else None if family is not None else common)
        found.append(replace(column, period=period, unit=unit, fund=column.fund or fund or "total"))
    return found


def _with_spans(columns: Sequence[Column]) -> list[Column]:
    """Give a column `Усього` beside columns of single years the years of all of them."""
    found = list(columns)
    for index, column in enumerate(columns):
        if column.measure is None or not any(_ALL.match(text) for text in column.path):
            continue
        if any(heading_years(text) for text in column.path):
            continue
        years = [
            other.period
            for other in columns
            if other.measure == column.measure and other.period is not None and _own_years(other)
        ]
        if len({period[0] for period in years}) > 1:
            found[index] = replace(column, period=(min(p[0] for p in years), max(p[1] for p in years)))
    return found


def _own_years(column: Column) -> bool:
    return any(heading_years(text) for text in column.path)


def told_apart(columns: Sequence[Column]) -> list[Column]:
    """Tell columns of the same measure, period, fund and base apart, by their lowest heading as the source of money.

    Where that is the same too, or is no source, each keeps its whole header path as a measure of its own: no column
    may stand for another.
    """
    groups: dict[tuple[object, ...], list[int]] = {}
    for index, column in enumerate(columns):
        if column.measure is not None:
            groups.setdefault((column.measure, column.period, column.fund, column.base), []).append(index)
    found = list(columns)
    for indices in groups.values():
        names = {index: columns[index].path[-1] if columns[index].path else "" for index in indices}
        sources = {index: read_source(name) for index, name in names.items()}
        for index in indices if len(indices) > 1 else []:
            source = sources[index]
            alone = [squeeze(name) for name in names.values()].count(squeeze(names[index])) == 1
            if source is not None and alone:
                found[index] = replace(columns[index], fund=source)
            else:
                path = " › ".join(columns[index].path)
                measure = f"{path} [{index}]"
                found[index] = replace(columns[index], measure=measure, money=False, why="не відрізнити від сусіднього")
    return found

"""Which plan a percentage is of, and which way round a deviation is taken: found out from the numbers.

Guarantee: a base is given where the numbers of most rows fit it and no other so well, or where the heading names the
only one there is; anything else stays open.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from decimal import Decimal

from pipeline import numerals
from pipeline.column import Column
from validators.arithmetic import Relation, Rule, holds_in_row

TESTED = 48
"""Rows that are compared for each pair of columns."""

FEW = 3
"""Rows that are too few to tell that the usual base is not the one."""

SHARE = 0.75
"""Share of the compared rows that must fit."""

_COMPARED = ("actual", "expected", "plan", "plan_period", "value")
"""Measures that percentages and deviations compare; in this order where the numbers fit several."""


def find_relations(columns: Sequence[Column], body: Sequence[Sequence[str]]) -> list[Relation]:
    """Find for each column of percentages and deviations what it is made of.

    Args:
        columns: the meanings of all columns.
        body: the texts of the rows below the header.
    """
    values: dict[int, list[Decimal | None]] = {}

    def of(index: int) -> list[Decimal | None]:
        if index not in values:
            values[index] = [numerals.parse(row[index]).value for row in body]
        return values[index]

    found = []
    for index, column in enumerate(columns):
        if column.measure not in ("percent", "deviation"):
            continue
        rules: tuple[Rule, ...] = ("percent", "growth") if column.measure == "percent" else ("difference",)
        if column.measure == "deviation" and column.unit == "percent":
            rules = ("growth",)
        best: list[tuple[float, int, Relation]] = []
        for first, second in _pairs(columns, index):
            for rule in rules:
                relation = _tried(rule, index, first, second, of)
                if relation is not None:
                    best.append((relation.fits / relation.tested, -len(best), relation))
        best.sort(key=lambda entry: (-entry[0], -entry[1]))
        if best and best[0][0] >= SHARE:
            named = [entry for entry in best if entry[0] == best[0][0] and _is_named(column, columns[entry[2].second])]
            found.append((named or best)[0][2])
        elif (usual := _usual(columns, index)) and not any(
            e[2].tested > FEW for e in best if (e[2].first, e[2].second) == usual
        ):
            found.append(Relation("percent", index, *usual))
    return found


def _usual(columns: Sequence[Column], index: int) -> tuple[int, int] | None:
    """Give fact and plan of a percentage's fund and years where there is one of each: what a percentage is of if too
    few rows tell, or if most are wrong.
    """
    column = columns[index]
    if column.measure != "percent":
        return None
    same = [(i, c.measure) for i, c in enumerate(columns) if (c.fund, c.period) == (column.fund, column.period)]
    facts = [i for i, measure in same if measure == "actual"]
    plans = [i for i, measure in same if measure in ("plan", "plan_period")]
    return (facts[0], plans[0]) if len(facts) == len(plans) == 1 else None


def _is_named(column: Column, base: Column) -> bool:
    return column.base is not None and column.base == base.measure


def _pairs(columns: Sequence[Column], index: int) -> Iterator[tuple[int, int]]:
    """Give the pairs of columns that a percentage or deviation may compare: of its fund, the nearest first."""
    column = columns[index]
    likely = [
        i for i, other in enumerate(columns) if other.measure in _COMPARED and other.fund == column.fund and i != index
    ]
    likely.sort(
        key=lambda i: (_COMPARED.index(columns[i].measure or ""), columns[i].period != column.period, abs(i - index))
    )
    ways = [(a, b) for a in likely for b in likely if a != b]
    backwards = column.measure == "deviation"
    same = [(a, b) for a, b in ways if columns[a].period == columns[b].period == column.period]
    # The report's own way, fact against plan of the same years, comes first; then others.
    first = [(a, b) for a, b in same if columns[a].measure in ("actual", "expected")]
    rest = [pair for pair in ways if pair not in first and (backwards or columns[pair[0]].period == column.period)]
    yield from first
    yield from rest


def _tried(rule: Rule, result: int, first: int, second: int, of) -> Relation | None:  # type: ignore[no-untyped-def]  # noqa: ANN001
    """Count the rows that a relation fits; rows in which it says nothing (a base of nought, no value) do not count."""
    fits = tested = 0
    for value, a, b in zip(of(result), of(first), of(second), strict=True):
        if value is None or (a is None and b is None) or (rule != "difference" and (not b or a is None)):
            continue
        if rule == "difference" and not value and a == b:
            continue  # nought fits every pair of equal columns
        tested += 1
        fits += holds_in_row(rule, value, a or Decimal(0), b or Decimal(0))
        if tested == TESTED or (tested == 8 and not fits):
            break
    return Relation(rule, result, first, second, fits, tested) if tested and fits else None


def with_bases(columns: Sequence[Column], relations: Sequence[Relation]) -> list[Column]:
    """Give percentages and deviations the measure they are of: the one found, else the only plan there is."""
    bases = {relation.result: columns[base_of(relation, columns)].measure for relation in relations}
    found = []
    for index, column in enumerate(columns):
        if column.measure not in ("percent", "deviation"):
            found.append(column)
            continue
        plans = {c.measure for c in columns if c.measure in ("plan", "plan_period") and c.fund == column.fund}
        only = plans.pop() if len(plans) == 1 else None
        named = column.base if column.base in plans | {only} else only
        found.append(replace(column, base=bases.get(index) or named))
    return found


def base_of(relation: Relation, columns: Sequence[Column]) -> int:
    """Give the column that is compared with: the plan of a deviation, whichever way round it is taken."""
    if relation.rule != "difference":
        return relation.second
    first, second = columns[relation.first].measure, columns[relation.second].measure
    return (
        relation.first
        if first in ("plan", "plan_period") and second not in ("plan", "plan_period")
        else relation.second
    )

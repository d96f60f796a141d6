"""Which plan a percentage is of, and which way round a deviation is taken: found out from the numbers.

Guarantee: a base is given where the numbers of most rows fit it and no other so well, or where too few rows tell and
there is one plan and one fact; anything else stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import islice

from pipeline import numerals
from pipeline.column import Column
from validators.arithmetic import Relation
from validators.identity import Rule, exactly, holds_in_row, is_slip

TESTED = 48
"""Rows that are compared for each pair of columns."""

HOPELESS = 8
"""Rows after which a pair that has not fitted once is given up."""

FEW = 3
"""Rows that are too few to tell that the usual base is not the one."""

NEAREST = 6
"""Columns of one measure that a percentage or deviation is compared with."""

SURE = 6
"""Rows that fit for each one that does not, where the numbers alone name a column."""

SHARE = 0.75
"""Share of the compared rows that must fit."""

_COMPARED = ("actual", "expected", "plan", "plan_period", "value")
"""Measures that percentages and deviations compare; in this order where the numbers fit several."""

_PLANS = ("plan", "plan_period")

_Values = Callable[[int], Sequence[Decimal | None]]
"""Gives the numbers of a column, row by row."""


def find_relations(columns: Sequence[Column], body: Sequence[Sequence[str]]) -> tuple[list[Relation], frozenset[int]]:
    """Find for each column of percentages and deviations what it is made of.

    Args:
        columns: the meanings of all columns.
        body: the texts of the rows below the header.

    Returns:
        The relations, and the columns whose numbers fit none though there are some to compare.
    """
    of = _values(body)
    found: dict[int, Relation] = {}
    open_: dict[int, list[Relation]] = {}
    with exactly():
        for index, column in enumerate(columns):
            if column.measure not in ("percent", "deviation"):
                continue
            tried = _all_tried(columns, index, of)
            relation = _best(columns, index, tried, of)
            if relation is None:
                open_[index] = tried
            else:
                found[index] = relation
        usual_here = any(relation.fits and _is_usual(columns, relation) for relation in found.values())
        for index, tried in open_.items():
            usual = _usual(columns, index)
            if usual is not None and usual_here and all(relation.tested <= FEW for relation in tried):
                found[index] = Relation("percent", index, *usual, stated=True)  # as in the table's other columns
        _as_others(columns, found, open_)
    relations = [replace(found[i], stated=found[i].stated or _is_usual(columns, found[i])) for i in sorted(found)]
    return relations, frozenset(i for i, tried in open_.items() if tried and i not in found)


def _as_others(columns: Sequence[Column], found: dict[int, Relation], open_: Mapping[int, Sequence[Relation]]) -> None:
    """Give deviations of few rows the way round of the table's others, between fact and plan of fund and years."""
    differences = [relation for relation in found.values() if relation.rule == "difference" and relation.fits]
    for index, column in enumerate(columns):
        others = [relation for relation in differences if relation.result != index]
        ways = {(columns[relation.first].measure, columns[relation.second].measure) for relation in others}
        if len(ways) != 1:
            continue
        first, second = next(iter(ways))
        known = found.get(index)
        if column.measure != "deviation" or (known is not None and known.tested > 1):
            continue
        if known is None and (index not in open_ or any(r.tested > FEW for r in open_[index])):
            continue
        alike = [i for i, c in enumerate(columns) if (c.fund, c.period) == (column.fund, column.period) and i != index]
        same = {columns[i].measure: i for i in alike}
        if first in same and second in same:
            fits, tested = (known.fits, known.tested) if known is not None else (0, 0)
            found[index] = Relation("difference", index, same[first], same[second], fits, tested, stated=True)


def _values(body: Sequence[Sequence[str]]) -> _Values:
    """Give the numbers of each column, read once."""
    values: dict[int, list[Decimal | None]] = {}

    def of(index: int) -> list[Decimal | None]:
        if index not in values:
            found = (numerals.parse(row[index]) for row in body)
            values[index] = [number.value if number.unit != "times" else None for number in found]
        return values[index]

    return of


def _all_tried(columns: Sequence[Column], index: int, of: _Values) -> list[Relation]:
    """Try all relations that a column of percentages or deviations may state."""
    return [
        relation
        for first, second in _pairs(columns, index)
        for rule in _rules(columns[index])
        if (relation := _tried(rule, index, first, second, of)) is not None
    ]


def _is_usual(columns: Sequence[Column], relation: Relation) -> bool:
    return relation.rule == "percent" and (relation.first, relation.second) == _usual(columns, relation.result)


def by_their_numbers(columns: Sequence[Column], body: Sequence[Sequence[str]], known: Collection[str]) -> list[Column]:
    """Give columns that no heading explains the measure `deviation` where all rows prove it, three at the least.

    So, too, one of two columns whose headings say the same: `Виконання плану, у сумі` beside the fact.

    Args:
        columns: the meanings of all columns.
        body: the texts of the rows below the header.
        known: the measures that the family knows.
    """
    found = list(columns)
    if "deviation" not in known:
        return found
    of = _values(body)
    meanings = [(c.measure, c.period, c.fund) for c in columns]
    for index, column in enumerate(columns):
        is_open = column.measure not in known or meanings.count(meanings[index]) > 1
        if column.measure is None or not is_open or column.unit == "percent" or column.measure == "deviation":
            continue
        as_deviation = replace(column, measure="deviation", money=True, why="числа: різниця плану і факту")
        tried = [*columns[:index], as_deviation, *columns[index + 1 :]]
        with exactly():
            relation = _best(tried, index, _all_tried(tried, index, of), of)
        if relation is not None and relation.fits >= FEW and relation.tested - relation.fits <= relation.fits // SURE:
            measures = {columns[relation.first].measure, columns[relation.second].measure}
            if "actual" in measures and measures & set(_PLANS):
                unit = column.unit or columns[relation.first].unit
                found[index] = replace(as_deviation, unit=unit)
    return found


def _best(columns: Sequence[Column], index: int, tried: Sequence[Relation], of: _Values) -> Relation | None:
    column = columns[index]
    share = max((relation.fits / relation.tested for relation in tried if _is_enough(relation, of)), default=0.0)
    if share:
        best = [relation for relation in tried if relation.fits / relation.tested == share]
        named = (relation for relation in best if column.base in (None, columns[base_of(relation, columns)].measure))
        return next(named, best[0])
    usual = _usual(columns, index)
    seen = next((r for r in tried if (r.first, r.second) == usual and r.rule == "percent"), None)
    if usual is None or (seen is not None and (seen.tested > FEW or not (seen.fits or _slips(seen, of)))):
        return None
    return Relation("percent", index, *usual, stated=True)


def _is_enough(relation: Relation, of: _Values) -> bool:
    """Whether enough rows fit: most of them, or all of few but one in which a digit is another."""
    if relation.fits >= SHARE * relation.tested:
        return True
    return relation.fits > 1 and relation.tested - relation.fits == 1 == _slips(relation, of)


def _slips(relation: Relation, of: _Values) -> int:
    """Count the first few rows that a relation would fit, were one digit another."""
    rows = islice(_compared(relation.rule, relation.result, relation.first, relation.second, of), FEW)
    return sum(not holds_in_row(relation.rule, *row) and is_slip(relation.rule, *row) for row in rows)


def _rules(column: Column) -> tuple[Rule, ...]:
    if column.measure == "percent":
        return ("percent", "growth")
    return ("growth",) if column.unit == "percent" else ("difference",)


def _usual(columns: Sequence[Column], index: int) -> tuple[int, int] | None:
    """Give fact and plan of a percentage's fund and years, where there is one of each.

    A percentage is of them if too few rows tell, or if most of the few are wrong.
    """
    column = columns[index]
    if column.measure != "percent":
        return None
    same = [(i, c.measure) for i, c in enumerate(columns) if (c.fund, c.period) == (column.fund, column.period)]
    facts = [i for i, measure in same if measure == "actual"]
    plans = [i for i, measure in same if measure in _PLANS]
    return (facts[0], plans[0]) if len(facts) == len(plans) == 1 else None


def _pairs(columns: Sequence[Column], index: int) -> Iterator[tuple[int, int]]:
    """Give the pairs of columns that a percentage or deviation may compare: of its fund, the likeliest first.

    That is a fact and a plan of the same years; then others. A percentage is of the years its first column is of.
    """
    column = columns[index]

    def likeliness(i: int) -> tuple[bool, int]:
        return (columns[i].period != column.period, abs(i - index))

    likely = []
    for measure in _COMPARED:
        alike = [i for i, c in enumerate(columns) if c.measure == measure and c.fund == column.fund and i != index]
        likely += sorted(alike, key=likeliness)[:NEAREST]
    rest = []
    for first in likely:
        for second in likely:
            if first == second:
                continue
            own = column.period is None or columns[first].period == column.period
            same = own and columns[first].period == columns[second].period
            if same and columns[first].measure in ("actual", "expected"):
                yield first, second
            elif column.measure == "deviation" or own:
                rest.append((first, second))
    yield from rest


def _tried(rule: Rule, result: int, first: int, second: int, of: _Values) -> Relation | None:
    """Count the rows that a relation fits."""
    fits = tested = 0
    for row in _compared(rule, result, first, second, of):
        tested += 1
        fits += holds_in_row(rule, *row)
        if tested == TESTED or (tested == HOPELESS and not fits):
            break
    return Relation(rule, result, first, second, fits, tested) if tested else None


def _compared(
    rule: Rule, result: int, first: int, second: int, of: _Values
) -> Iterator[tuple[Decimal, Decimal, Decimal]]:
    """Give the rows in which a relation says something.

    It says nothing without a value, with a base of nought, or where the difference of two equal numbers is nought,
    which fits every pair of equal columns.
    """
    for value, a, b in zip(of(result), of(first), of(second), strict=True):
        if value is None or (a is None and b is None) or (rule != "difference" and (not b or a is None)):
            continue
        if rule == "difference" and not value and a == b:
            continue
        yield value, a or _ZERO, b or _ZERO


_ZERO = Decimal(0)


def with_bases(columns: Sequence[Column], relations: Sequence[Relation], unfit: Collection[int]) -> list[Column]:
    """Give percentages and deviations the measure they are of, and the years of it where nothing names theirs.

    The one found; else the one the heading names; else, where no numbers speak against it, the only plan there is.
    """
    over_years = {
        r.result for r in relations if r.rule == "difference" and _are_alike(columns[r.first], columns[r.second])
    }
    periods = {relation.result: columns[relation.first].period for relation in relations}
    bases = {relation.result: columns[base_of(relation, columns)].measure for relation in relations}
    found = []
    for index, column in enumerate(columns):
        if column.measure not in ("percent", "deviation"):
            found.append(column)
            continue
        if index in over_years:
            found.append(replace(column, measure=" › ".join(column.path), why="числа: різниця двох років"))
            continue
        plans = {c.measure for c in columns if c.measure in _PLANS and c.fund == column.fund}
        if not plans and column.fund == "total":  # of all funds together
            plans = {c.measure for c in columns if c.measure in _PLANS}
        only = next(iter(plans)) if len(plans) == 1 and index not in unfit else None
        base = bases.get(index) or (column.base if column.base in plans else only)
        found.append(replace(column, base=base, period=column.period or periods.get(index)))
    return found


def _are_alike(first: Column, second: Column) -> bool:
    return first.measure == second.measure and first.period != second.period


def base_of(relation: Relation, columns: Sequence[Column]) -> int:
    """Give the column that is compared with: the plan of a deviation, whichever way round it is taken."""
    first, second = columns[relation.first].measure, columns[relation.second].measure
    if relation.rule == "difference" and first in _PLANS and second not in _PLANS:
        return relation.first
    return relation.second

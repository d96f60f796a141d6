"""Averages and shares among indicators: cost by number, found by the words the rows share and by their numbers.

Guarantee: only rows whose labels speak of the same things are put together, and only where numbers of another column
agree, or where one wrong digit would still let the quotient be recognised.

Source of the method: the rules on result indicators of budget programmes (order of the Ministry of Finance № 1536 of
10.12.2010) define efficiency as cost by product.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cached_property
from itertools import product

from validators.evidence import NEED, slip
from validators.identity import Identity
from validators.numbers import AVERAGE, Numbers, weight
from validators.records import Observation
from validators.sums import IN_UAH, MONEY

WORDS_SHARED = 2.0
"""Digits that it is worth where the average's label shares words with what it is by, and again with what it is of."""

MOST_PAIRS = 1000
"""Costs and numbers that are tried for one average; where there are more, only costs whose label shares a word."""

NEAR = 0.02
"""Share by which a quotient may be off to count as meant."""

_STEM, _SHORTEST = 5, 4

_WORD = re.compile(r"[^\W\d_]+")
_ENDING = re.compile(r"(?:[аеиіїоуюяьй]|[иі]в|їв|[аяоеі]м|[аяи]х|[оі]й|ої|ого|ами|ями|ими)$")
_IRREGULAR = {"діт": "дит", "діте": "дит", "дитин": "дит", "осіб": "особ", "люде": "людин"}
"""Plurals with another stem."""

_GENERAL = frozenset(
    "кільк серед варті варт витра видат обсяг розмі рівен рівн показ відсо частк част питом один одн одніє одно "
    "загал викон прог проєк проек тисяч грив грн прове забез нада надан послу посл міськ місце сільс селищ грома "
    "закла".split()
)
"""Words that tell nothing of what a row is about, cut short."""


class Cost:
    """A row that an average may be of, looked at once for all averages of a document."""

    def __init__(self, row: Sequence[Observation]) -> None:
        """Take the row's numbers, one at the least."""
        self.row = row
        self.first = row[0]

    @cached_property
    def words(self) -> frozenset[str]:
        """The words of its label that tell what it is about."""
        return _words(self.first.item or "")

    @cached_property
    def values(self) -> dict[tuple[object, ...], float]:
        """Its numbers, near enough to tell which pairs are worth a closer look."""
        return {_series(o): float(o.value) for o in self.row if o.value is not None}


def quotients(numbers: Numbers, money: Sequence[Cost] = ()) -> list[Identity]:
    """Give averages as quotients of two other rows.

    Args:
        numbers: the table's numbers.
        money: the document's rows of money; those of other tables may be what an average is of.
    """
    averages = [row for row in numbers.rows if (item := numbers.first[row].item) and AVERAGE.search(item)]
    if not averages:
        return []
    own = {row: Cost([o for c in numbers.columns if (o := numbers.at[c].get(row)) is not None]) for row in numbers.rows}
    table = numbers.first[averages[0]].table
    others = [cost for cost in money if cost.first.table != table]
    found: list[Identity] = []
    for row in averages:
        counts = [other for other in numbers.rows if other != row and own[row].words & own[other].words]
        found += _best(numbers, row, counts, [*(own[count] for count in counts), *others], own[row].words)
    return found


def _words(text: str) -> frozenset[str]:
    stems = (_ENDING.sub("", word.casefold())[:_STEM] for word in _WORD.findall(text) if len(word) >= _SHORTEST)
    return frozenset(_IRREGULAR.get(stem, stem) for stem in stems if stem not in _GENERAL)


def _best(
    numbers: Numbers, row: int, counts: Sequence[int], costs: Sequence[Cost], own: frozenset[str]
) -> list[Identity]:
    if len(counts) * len(costs) > MOST_PAIRS:
        costs = [cost for cost in costs if own & cost.words]
    if not counts or not costs or len(counts) * len(costs) > MOST_PAIRS:
        return []
    base = -math.log10(len(counts) * len(costs)) - NEED
    best: tuple[float, list[Identity]] = (0.0, [])
    results = [
        (column, _series(o), float(o.value))
        for column in numbers.columns
        if (o := numbers.at[column].get(row)) is not None and o.value and o.measure in _MEASURES
    ]
    for cost in costs:
        shared = WORDS_SHARED * (1 + bool(own & cost.words))
        others = [c for c in counts if cost.first.row != c or cost.first.table != numbers.first[c].table]
        for count, scale in product(others, _scales(cost.first, numbers.first[row])):
            if not _may_be(results, numbers, count, cost.values, float(scale)):
                continue
            tried = list(_over_columns(numbers, row, count, cost.row, scale))
            if not any(identity.says() and identity.holds() for identity in tried):
                tried = [_printed(identity) for identity in tried]  # where none is printed to the last digit
            score, identities = _believed(tried, base + shared)
            if score > best[0]:
                best = (score, identities)
    return best[1]


def _series(o: Observation) -> tuple[object, ...]:
    """Give what an average and its cost have in common."""
    return (o.measure, o.period_start, o.period_end, o.fund)


def _may_be(
    results: Sequence[tuple[int, tuple[object, ...], float]],
    numbers: Numbers,
    count: int,
    cost: Mapping[tuple[object, ...], float],
    scale: float,
) -> bool:
    """Whether the quotient is near in one column at the least: most pairs need no closer look."""
    for column, series, result in results:
        by, of = numbers.whole[column].get(count), cost.get(series)
        if by and of is not None:
            whole = result * by / numbers.scale
            if abs(of * scale - whole) <= NEAR * abs(whole):
                return True
    return False


def _believed(identities: Sequence[Identity], base: float) -> tuple[float, list[Identity]]:
    """Give what speaks for a quotient, and the identities that are believed, as `evidence.believed` does.

    A quotient that is off by a little in one column counts for something, too: a wrong one would be anywhere.
    """
    fits = [identity for identity in identities if identity.says() and identity.holds()]
    misfits = [identity for identity in identities if identity.says() and not identity.holds()]
    digits = {(i.result.value, i.terms[0].value, i.terms[1].value): _digits(i) for i in (*fits, *misfits)}
    if not fits:
        return 0.0, []
    score = base + sum(digits.values())
    funds = {i.result.fund for i in fits}
    if len(misfits) > 1 or any((_digits(i) <= 0 or i.result.fund not in funds) and slip(i) is None for i in misfits):
        return 0.0, []
    found = [i for i in fits if len(digits) > 1 and score - _digits(i) >= 0 and not _is_coarse(i)]
    found += misfits if score >= 0 else []
    return score, [replace(i, fits=len(fits), tested=len(fits) + len(misfits)) for i in found]


def _digits(identity: Identity) -> float:
    """Give in how many digits a quotient agrees."""
    expected, printed = identity.expected(), identity.result.value
    if not expected or not printed:
        return 0.0
    if identity.holds():
        return weight([printed])
    off = abs(float((expected - printed) / expected))
    return -math.log10(2 * off) if off <= NEAR else 0.0


def _over_columns(
    numbers: Numbers, row: int, count: int, cost: Sequence[Observation], scale: Decimal
) -> Iterator[Identity]:
    """Give the quotient in every column in which the three numbers stand, of the same measure, years and fund."""
    for column in numbers.columns:
        result, second = numbers.at[column].get(row), numbers.at[column].get(count)
        if result is None or result.value is None or second is None or result.measure not in _MEASURES:
            continue
        series = _series(result)
        first = next((o for o in cost if _series(o) == series), None)
        if first is None or (first.table == result.table and first.column != column):
            continue
        if first.table != result.table:
            first = first._replace(row=-1 - first.row)  # no place of this table
        yield Identity("quotient", result, (first, second), origin="mined", scale=scale)


_MEASURES = ("plan", "actual", "value")


def _scales(cost: Observation, average: Observation) -> Sequence[Decimal]:
    """Give what a quotient may have to be multiplied by: thousands to units where only one of both is stated."""
    if average.unit == "percent":
        return (Decimal(100),)
    if cost.unit in MONEY and average.unit in MONEY:
        return (IN_UAH[cost.unit] / IN_UAH[average.unit],)
    return (Decimal(1),) if cost.table == average.table else (Decimal(1), IN_UAH.get(cost.unit or "", Decimal(1)))


def _printed(identity: Identity) -> Identity:
    """Take a whole number with noughts at its end as rounded to them where it does not hold otherwise."""
    value = identity.result.value
    if value is None or not identity.says() or identity.holds() or int(value.as_tuple().exponent) < 0:
        return identity
    coarse = replace(identity, result=identity.result._replace(value=value.normalize()))
    return coarse if coarse.holds() else identity


def _is_coarse(identity: Identity) -> bool:
    value = identity.result.value
    return value is not None and int(value.as_tuple().exponent) > 0

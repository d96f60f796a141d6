"""The numbers of one table by row and column, as whole numbers of one small unit: quick to add up.

Guarantee: exact; a cell that cannot be read is told from one without a number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Sequence
from decimal import Decimal

from validators.records import Observation

AVERAGE = re.compile(
    r"^\W*(?:серед|відсот|частк|питом|темп|рівень|коефіцієнт|динамік|ступінь)|\bна (?:1|одн\w+)\b|\bодн(?:ого|ієї)\b",
    re.IGNORECASE,
)
"""How an item begins whose values do not add up: averages, shares, rates."""

PILOTS = 2
"""Columns whose numbers are tried first; a sum over rows must agree with one of them."""

_PLACES = 10
"""Digits after the decimal point that any number may have."""


class Numbers:
    """One table's numbers. `rows` are all rows with observations, from the top; `columns` all columns."""

    def __init__(self, observations: Sequence[Observation], leads: Collection[int] = ()) -> None:
        """Take all observations, row by row, and the rows that are subtotals because the rows below add up to them."""
        self.leads = frozenset(leads)
        self.at: dict[int, dict[int, Observation]] = {}
        """Observations by column, then by row."""
        self.first: dict[int, Observation] = {}
        """The first observation of each row: what they all say of it."""
        places = 0
        for o in observations:
            self.at.setdefault(o.column, {})[o.row] = o
            self.first.setdefault(o.row, o)
            if o.value is not None:
                places = max(places, -int(o.value.as_tuple().exponent))
        self.rows = sorted(self.first)
        self.columns = sorted(self.at)
        self.scale = 10 ** min(places, _PLACES)
        self.whole: dict[int, dict[int, int]] = {
            column: {row: int(o.value * self.scale) for row, o in found.items() if o.value is not None}
            for column, found in self.at.items()
        }
        """Numbers by column, then by row, in the smallest unit that any of them is printed with."""

        self.averages = {
            column for column, found in self.at.items() if AVERAGE.search(next(iter(found.values())).measure)
        }
        """Columns whose numbers do not add up over rows."""
        self.mixed = {
            column
            for column, found in self.at.items()
            if len({o.unit for o in found.values()}) > 1 or any(o.missing == "unreadable" for o in found.values())
        }
        """Columns whose numbers have several units, or in which some cannot be read."""
        self._pilots: dict[int, list[int]] = {}

    def pilots(self, row: int) -> list[int]:
        """Give the columns whose numbers in a row have the most digits, which are tried first: different numbers."""
        if row not in self._pilots:
            found: dict[int, tuple[int, int]] = {}
            for column in self.columns:
                o = self.at[column].get(row)
                if o is not None and o.value and o.unit != "percent" and o.measure != "percent":
                    whole = self.whole[column][row]
                    found.setdefault(whole, (-len(str(abs(whole)).rstrip("0")), column))
            self._pilots[row] = [column for _, column in sorted(found.values())[:PILOTS]]
        return self._pilots[row]


def weight(values: Iterable[Decimal]) -> float:
    """Give in how many digits a sum of numbers must agree by chance: from the first to the last that is no nought."""
    numbers = [value for value in values if value]
    if not numbers:
        return 0.0
    last = min(int(value.normalize().as_tuple().exponent) for value in numbers)
    return math.log10(float(max(map(abs, numbers)).scaleb(-last)) + 1)

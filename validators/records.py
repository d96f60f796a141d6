"""Tidy observations: what the arithmetic checks and the data sets are made of."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple


class Observation(NamedTuple):
    """One value of a table, at the place of its cell. Fields as in `validators.model.OBSERVATIONS`.

    A named tuple, for no other record is made as often and a frozen dataclass takes four times as long.
    """

    table: int
    row: int
    column: int
    family: str | None
    section_number: str | None
    section: str | None
    item_number: str | None
    item: str | None
    row_kind: str
    measure: str
    period_start: int | None
    period_end: int | None
    fund: str | None
    unit: str | None
    value: Decimal | None
    raw: str
    missing: str | None
    doubtful: bool
    check: str | None = None
    code: str | None = None
    base: str | None = None
    part: str | None = None

    @property
    def place(self) -> tuple[int, int]:
        """Row and column of the cell."""
        return (self.row, self.column)

    @property
    def series(self) -> tuple[str, int | None, int | None, str | None, str | None, str | None]:
        """What sums run over: the measure, its period, its fund, its part and its unit."""
        return (self.measure, self.period_start, self.period_end, self.fund, self.part, self.unit)

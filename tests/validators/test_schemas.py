"""Schemas: every bad row is told, and one bad cell hides no other."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import pytest

from validators.model import Dataset, Field
from validators.schemas import validate

DATASET = Dataset(
    "things",
    "a row per thing",
    ("number",),
    (
        Field("number", "integer", "key", True, minimum=1),
        Field("name", "text", "name", choices=("a", "b")),
        Field("code", "text", "code", pattern=r"UA\d+"),
        Field("value", "decimal", "value"),
        Field("sure", "boolean", "sure", True),
        Field("day", "date", "day"),
    ),
)
GOOD: dict[str, Any] = {
    "number": 1, "name": "a", "code": "UA1", "value": Decimal("1.50"), "sure": True, "day": date(2024, 1, 1),
}  # fmt: skip


def _problems(*rows: dict[str, Any]) -> list[str]:
    columns = {name: pd.Series([row[name] for row in rows], dtype=object) for name in GOOD}
    return validate(DATASET, pd.DataFrame(columns))


def test_good_rows_and_missing_values_pass() -> None:
    nothing = dict.fromkeys(("name", "code", "value", "day"))
    assert _problems(GOOD, GOOD | {"number": 2} | nothing) == []
    assert _problems() == []


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("number", 0), ("number", None), ("number", "1"), ("number", True), ("number", 1.0),
        ("name", "c"), ("name", 5),
        ("code", "UAx"), ("code", "xUA1"), ("code", "UA1 "),
        ("value", 1.5), ("value", "1.5"), ("value", Decimal("Infinity")), ("value", Decimal("1E-11")),
        ("value", Decimal(10) ** 28),
        ("sure", None), ("sure", 1),
        ("day", "2024-01-01"),
    ],
)  # fmt: skip
def test_each_bad_value_is_told_with_its_column(column: str, value: object) -> None:
    problems = _problems(GOOD, GOOD | {"number": 2} | {column: value})
    assert problems
    assert all(f" {column}:" in problem for problem in problems)


def test_one_bad_cell_hides_no_other() -> None:
    rows = [
        GOOD | {"number": n, "name": "a" if n != 4 else "x", "value": 1.5 if n in (2, 7) else None} for n in range(1, 9)
    ]
    problems = _problems(*rows)
    for key in ("number=2", "number=4", "number=7"):
        assert any(key in problem for problem in problems), key


def test_a_key_that_repeats_is_told() -> None:
    assert _problems(GOOD, GOOD)


def test_foreign_missing_and_misplaced_columns_are_told() -> None:
    frame = pd.DataFrame({name: pd.Series([value], dtype=object) for name, value in GOOD.items()})
    assert validate(DATASET, frame) == []
    assert validate(DATASET, frame.assign(extra=1))
    assert validate(DATASET, frame.drop(columns="code"))
    assert validate(DATASET, frame[frame.columns[::-1]])


def test_an_exact_decimal_at_the_edge_of_what_parquet_holds_passes() -> None:
    assert _problems(GOOD | {"value": Decimal("9" * 28 + ".0123456789")}) == []

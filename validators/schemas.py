"""pandera schemas of the data sets, made from `validators.model`.

Guarantee: validation is lazy and never coerces, so that every bad row is reported and one bad cell hides no other.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES, Dataset, Field

_WHOLE_DIGITS = DECIMAL_DIGITS - DECIMAL_PLACES


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_integer(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool)


def _is_decimal(value: object) -> bool:
    """Whether an exact decimal fits decimal128(38, 10) without rounding."""
    if not isinstance(value, Decimal) or not value.is_finite():
        return False
    exponent = int(value.as_tuple().exponent)
    return exponent >= -DECIMAL_PLACES and value.adjusted() < _WHOLE_DIGITS


def _is_boolean(value: object) -> bool:
    return isinstance(value, bool)


def _is_date(value: object) -> bool:
    return isinstance(value, date)


_KINDS: dict[str, Callable[[object], bool]] = {
    "text": _is_text,
    "integer": _is_integer,
    "decimal": _is_decimal,
    "boolean": _is_boolean,
    "date": _is_date,
}


def schema(dataset: Dataset) -> pa.DataFrameSchema:
    """Build the schema of one data set: its columns and no others, in order, and a key without repeats."""
    return pa.DataFrameSchema(
        {field.name: _column(field) for field in dataset.fields},
        name=dataset.name,
        strict=True,
        ordered=True,
        unique=list(dataset.key),
    )


def _column(field: Field) -> pa.Column:
    checks = [pa.Check(_KINDS[field.kind], element_wise=True, name=f"is {field.kind}")]
    if field.choices:
        checks.append(pa.Check.isin(list(field.choices)))
    if field.minimum is not None:
        checks.append(
            pa.Check(lambda v, low=field.minimum: v >= low, element_wise=True, name=f"at least {field.minimum}")
        )
    if field.pattern is not None:
        checks.append(pa.Check.str_matches(rf"^(?:{field.pattern})$"))
    return pa.Column(object, checks, nullable=not field.required)


def validate(dataset: Dataset, frame: pd.DataFrame) -> list[str]:
    """Give a sentence for each rule that a row breaks, each with the row's key; empty where all is well."""
    try:
        schema(dataset).validate(frame, lazy=True)
    except SchemaErrors as error:
        return [_sentence(dataset, frame, case) for case in error.failure_cases.to_dict("records")]
    return []


def _sentence(dataset: Dataset, frame: pd.DataFrame, case: dict[str, object]) -> str:
    index = case.get("index")
    row = (
        ""
        if not isinstance(index, int)
        else ", ".join(f"{key}={frame.at[index, key]!s}" for key in dataset.key if key in frame)
    )
    return f"{dataset.name}: {case.get('column')}: {case.get('check')}: {case.get('failure_case')!r} ({row})"

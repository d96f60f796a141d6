"""pandera schemas of the data sets, made from `validators.model`.

Guarantee: validation is lazy and never coerces, so that every bad row is reported and one bad cell hides no other.
"""

from __future__ import annotations

from functools import cache, partial

import pandas as pd
import pandera.pandas as pa
from pandera.errors import SchemaErrors

from validators.model import Dataset, Field


@cache
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
    return pa.Column(
        object,
        pa.Check(partial(_fits, field), name=_rule(field)),
        nullable=not field.required,
    )


def _fits(field: Field, values: pd.Series) -> pd.Series:
    """Tell of each value whether it keeps its column's rules."""
    of = values.tolist()
    fits = True if field.fits(of) else [field.problem(value) is None for value in of]
    return pd.Series(fits, index=values.index, dtype=bool)


def _rule(field: Field) -> str:
    """Name what a column asks of its values."""
    parts = [field.kind, *(["one of " + ", ".join(field.choices)] if field.choices else [])]
    parts += [f"at least {field.minimum}"] if field.minimum is not None else []
    parts += [f"matching {field.pattern}"] if field.pattern else []
    return "; ".join(parts)


def validate(dataset: Dataset, frame: pd.DataFrame) -> list[str]:
    """Give a sentence for each rule that a row breaks, each with the row's key; empty where all is well."""
    if frame.empty:
        return []
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

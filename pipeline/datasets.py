"""Rows to data sets: typed frames, validated, as Parquet and CSV.

Guarantee: what is written has passed its schema; each file is whole or not there. Numbers are exact decimals in both
formats.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.exits import Defect, OutputUnwritable
from pipeline.family import Family
from pipeline.family_files import load_families
from pipeline.store import written_aside
from pipeline.wide import wide_tables
from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES, STANDING, Dataset, Field
from validators.schemas import validate

_ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}


TABLES_FOLDER = "tables"
"""Folder in the output for the tables of no known kind, one CSV each."""

_WIDE = re.compile(r"[0-9a-f]{16}-\d{3,}\.csv")


def all_datasets(families: Sequence[Family] | None = None) -> tuple[Dataset, ...]:
    """Give every data set a run writes: the standing ones and a tidy table per family, those of zvity by default."""
    return STANDING + tuple(family.tidy for family in (load_families() if families is None else families))


def frame_of(dataset: Dataset, rows: Sequence[Mapping[str, Any]]) -> pd.DataFrame:
    """Build the typed frame of rows as the store holds them; missing values are `None`."""
    typed = {field.name: [_typed(field, row.get(field.name)) for row in rows] for field in dataset.fields}
    return pd.DataFrame(
        {name: pd.Series(values, dtype=object) for name, values in typed.items()}, columns=list(dataset.columns)
    )


def _typed(field: Field, value: Any) -> Any:  # noqa: ANN401  # whatever JSON holds
    if value is None:
        return None
    if field.kind == "decimal":
        return Decimal(value)
    if field.kind == "date":
        return date.fromisoformat(value)
    return value


def write(out: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]], families: Sequence[Family] | None = None) -> None:
    """Validate all data sets, then write each as `NAME.parquet` and `NAME.csv`, and the tables of no known kind.

    Raises:
        Defect: a row breaks its schema; nothing is written then.
        OutputUnwritable: the folder or disk does not take the files.
    """
    frames = {dataset: frame_of(dataset, rows.get(dataset.name, ())) for dataset in all_datasets(families)}
    problems = [sentence for dataset, frame in frames.items() for sentence in validate(dataset, frame)]
    if problems:
        shown = "\n  ".join(problems[:20])
        raise Defect(f"{len(problems)} rows break the schema of their data set; nothing was written:\n  {shown}")
    try:
        for dataset, frame in frames.items():
            with written_aside(out / f"{dataset.name}.parquet") as file:
                pq.write_table(_arrow(dataset, frame), file)
            with written_aside(out / f"{dataset.name}.csv") as file:
                file.write(_csv(frame))
        _write_tables(out / TABLES_FOLDER, rows)
    except OSError as error:
        raise OutputUnwritable(f"{out} cannot be written ({error}); free some space or choose another --out") from error


def _write_tables(folder: Path, rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """Write the tables of no known kind; what a run before wrote and this one does not have is taken out."""
    written = set()
    for name, content in wide_tables(rows):
        folder.mkdir(parents=True, exist_ok=True)
        with written_aside(folder / name) as file:
            file.write(content)
        written.add(name)
    for path in folder.glob("*.csv"):
        if _WIDE.fullmatch(path.name) and path.name not in written:
            path.unlink()


def _arrow(dataset: Dataset, frame: pd.DataFrame) -> pa.Table:
    schema = pa.schema(
        [pa.field(f.name, _ARROW[f.kind], nullable=not f.required, metadata={"about": f.about}) for f in dataset.fields]
    )
    arrays = [pa.array(list(frame[f.name]), type=_ARROW[f.kind]) for f in dataset.fields]
    return pa.Table.from_arrays(arrays, schema=schema)


def _csv(frame: pd.DataFrame) -> bytes:
    """Give RFC 4180 text: UTF-8, decimal point, ISO dates, `true`/`false`, nothing for a missing value."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(frame.columns)
    columns = [list(frame[name]) for name in frame.columns]
    writer.writerows([_shown(value) for value in row] for row in zip(*columns, strict=True))
    return text.getvalue().encode()


def _shown(value: Any) -> str:  # noqa: ANN401  # a value of any kind
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def read(out: Path, dataset: Dataset) -> list[dict[str, Any]]:
    """Give the rows of a data set as it was written.

    Raises:
        OSError: the Parquet file is not there or cannot be read.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    rows: list[dict[str, Any]] = pq.read_table(out / f"{dataset.name}.parquet").to_pylist()
    return rows

"""Rows to data sets: typed frames, validated, as Parquet and CSV.

Guarantee: what is written has passed its schema. Numbers are exact decimals in both formats.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.corrected import UnfitCorrections, corrected
from pipeline.exits import Defect
from pipeline.family import Family
from pipeline.family_files import load_families
from pipeline.folders import Folder
from pipeline.parts import (
    DOCUMENTS_ROW,
    DamagedResults,
    DocumentsOrder,
    PartOrder,
    StaleCorrections,
    bundled,
    directory_of,
    ids_of,
)
from pipeline.readings import OF_READINGS, carried
from pipeline.results import Columns, Counts
from pipeline.store import content as content_of
from pipeline.store import lineage
from pipeline.wide import wide_tables
from validators.model import DECIMAL_DIGITS, DECIMAL_PLACES, DOCUMENTS, STANDING, Dataset, Field
from validators.schemas import validate

ARROW = {
    "text": pa.string(),
    "integer": pa.int64(),
    "decimal": pa.decimal128(DECIMAL_DIGITS, DECIMAL_PLACES),
    "boolean": pa.bool_(),
    "date": pa.date32(),
}
"""Arrow's type for each kind of column."""

_AT_ONCE = 1000
"""Lines of JSON that are read by one call."""

_OF_TEXT: Mapping[str, Callable[[str], Any]] = {"decimal": Decimal, "date": date.fromisoformat}
"""How values that JSON holds as text are read."""


def all_datasets(families: Sequence[Family] | None = None) -> tuple[Dataset, ...]:
    """Give every data set a run writes: the standing ones and a tidy table per family, those of zvity by default."""
    return STANDING + tuple(family.tidy for family in (load_families() if families is None else families))


def frame_of(dataset: Dataset, columns: Sequence[Sequence[Any]]) -> pd.DataFrame:
    """Build the typed frame of a data set's columns with their values as JSON holds them; missing ones are `None`."""
    of = dict(zip(dataset.fields, columns, strict=True)) if columns else dict.fromkeys(dataset.fields, ())
    return pd.DataFrame(
        {field.name: pd.Series(_typed(field, values), dtype=object) for field, values in of.items()},
        columns=list(dataset.columns),
    )


def _typed(field: Field, values: Sequence[Any]) -> Sequence[Any]:
    of = _OF_TEXT.get(field.kind)
    return values if of is None else [None if value is None else of(value) for value in values]


def build_part(order: PartOrder) -> bytes | StaleCorrections:
    """Validate the rows of some documents and give the file that holds them (`parts.bundled`), or what does not fit.

    Raises:
        Defect: a row breaks its schema.
        DamagedResults: some that were there are gone or damaged.
        OSError: a result cannot be read.
    """
    counts = Counts()
    facts: list[bytes] = []
    tables: dict[str, bytes] = {}
    rows: dict[str, list[list[Any]]] = {}
    families = {family.name: family for family in load_families(order.families)}
    known = {dataset.name: dataset for dataset in all_datasets(tuple(families.values()))}
    damaged: list[str] = []
    stale: list[str] = []
    for report in order.reports:
        files = []
        for document_id in (one.hex() for one in ids_of(report)):
            try:
                files.append((document_id, content_of(order.folder, order.version, document_id)))
            except (ValueError, TypeError, KeyError, FileNotFoundError):
                damaged.append(document_id)
        for found in carried(files, families):
            try:
                content = corrected(found, order.corrections, families, partial(_identities, order))
            except UnfitCorrections as error:
                stale += error.args
                continue
            facts.extend(json.dumps(fact, ensure_ascii=False).encode() + b"\n" for fact in found.facts)
            for one in (content, *found.more):
                counts = counts.plus(one.counts)
                tables.update(wide_tables({name: _dicts(of) for name, of in _of_no_kind(one.rows).items()}))
                for name, of in one.rows.items():
                    rows.setdefault(name, []).extend(of.rows)
    if damaged:
        raise DamagedResults(*damaged)
    if stale:
        return StaleCorrections(tuple(stale))
    csvs, parquets = formats({known[name]: found for name, found in rows.items()})
    return bundled(counts, csvs, parquets, tables, b"".join(facts))


def _identities(order: PartOrder, document_id: str) -> list[dict[str, Any]]:
    found = lineage(order.folder, order.version, document_id)
    if found is None:
        raise DamagedResults(document_id)
    return [dict(row) for row in found["identities"]]


def build_headers(families: Path | None) -> bytes:
    """Give the file of a part without documents, in which every data set has its CSV header and its Parquet schema."""
    known = all_datasets(load_families(families))
    csvs = {dataset.name: (",".join(dataset.columns) + "\r\n").encode() for dataset in known}
    return bundled(Counts(), csvs, {dataset.name: _parquet(_arrow(dataset, ())) for dataset in known}, {}, b"")


def build_documents(order: DocumentsOrder) -> bytes:
    """Validate the rows of `documents` and give the file that holds them.

    Raises:
        Defect: a row breaks its schema.
        OSError: a part cannot be read.
    """
    facts: dict[str, Mapping[str, Any]] = {}
    for part in order.parts:
        with order.folder.open(part) as file:
            extent = directory_of(file).documents
            file.seek(extent.start)
            facts.update(_lines(io.BytesIO(file.read(extent.length))))
    columns = DOCUMENTS.columns
    rows = []
    with order.rows.open("rb") as file:
        for given in _lines(file):
            row = {**facts.get(given[0] or "", {}), **dict(zip(DOCUMENTS_ROW, given, strict=True))}
            if row["status"] != "published":  # a copy, which was not compared
                row |= dict.fromkeys(OF_READINGS)
            rows.append([row.get(name) for name in columns])
    csvs, parquets = formats({DOCUMENTS: rows})
    return bundled(Counts(), csvs, parquets, {}, b"")


def _lines(file: IO[bytes]) -> Iterator[Any]:
    """Read lines of JSON, many at once: as many calls take longer."""
    while lines := list(islice(file, _AT_ONCE)):
        yield from json.loads(b"[" + b",".join(lines) + b"]")


def _dicts(kept: Columns) -> list[dict[str, Any]]:
    return [dict(zip(kept.names, row, strict=True)) for row in kept.rows]


def _of_no_kind(found: Mapping[str, Columns]) -> Mapping[str, Columns]:
    """Give a document's rows if it has a table of no known kind."""
    tables = found.get("tables")
    if tables is None or all(row[tables.names.index("family")] is not None for row in tables.rows):
        return {}
    return found


def formats(rows: Mapping[Dataset, list[list[Any]]]) -> tuple[dict[str, bytes], dict[str, bytes]]:
    """Validate rows, and give them as CSV without headers and as Parquet, by the names of their data sets.

    Args:
        rows: by data set; the values of a row are in the order of its columns, and as JSON holds them.

    Raises:
        Defect: a row breaks its schema.
    """
    columns = {dataset: list(zip(*found, strict=True)) for dataset, found in rows.items()}
    problems = [sentence for dataset, of in columns.items() for sentence in validate(dataset, frame_of(dataset, of))]
    if problems:
        shown = "\n  ".join(problems[:20])
        raise Defect(f"{len(problems)} rows break the schema of their data set; nothing was written:\n  {shown}")
    csvs = {dataset.name: _csv(dataset, of) for dataset, of in columns.items()}
    parquets = {dataset.name: _parquet(_arrow(dataset, of)) for dataset, of in columns.items()}
    return csvs, parquets


def schema_of(dataset: Dataset) -> pa.Schema:
    """Give the Arrow schema of a data set."""
    return pa.schema(
        [pa.field(f.name, ARROW[f.kind], nullable=not f.required, metadata={"about": f.about}) for f in dataset.fields]
    )


def _arrow(dataset: Dataset, columns: Sequence[Sequence[Any]]) -> pa.Table:
    """Build the Arrow table of a data set's columns with their values as JSON holds them; decimals stay exact."""
    arrays = [
        pa.array(values, type=pa.string()).cast(ARROW[field.kind])
        if field.kind in ("decimal", "date")
        else pa.array(values, type=ARROW[field.kind])
        for field, values in zip(dataset.fields, columns or [[] for _ in dataset.fields], strict=True)
    ]
    return pa.Table.from_arrays(arrays, schema=schema_of(dataset))


def _parquet(table: pa.Table) -> bytes:
    file = io.BytesIO()
    pq.write_table(table, file)
    return file.getvalue()


def _csv(dataset: Dataset, columns: Sequence[Sequence[Any]]) -> bytes:
    """Give RFC 4180 text: UTF-8, decimal point, ISO dates, `true`/`false`, nothing for a missing value."""
    words = {True: "true", False: "false", None: None}
    shown = [
        [words[value] for value in values] if field.kind == "boolean" else values
        for field, values in zip(dataset.fields, columns, strict=bool(columns))
    ]
    text = io.StringIO(newline="")
    csv.writer(text).writerows(zip(*shown, strict=True))
    return text.getvalue().encode()


def read(out: Folder, dataset: Dataset) -> list[dict[str, Any]]:
    """Give the rows of a data set as it was written.

    Raises:
        OSError: the Parquet file is not there or cannot be read.
        pyarrow.ArrowInvalid: it is no Parquet file.
    """
    with out.open(f"{dataset.name}.parquet") as file:
        rows: list[dict[str, Any]] = pq.ParquetFile(file).read(use_threads=False).to_pylist()
    return rows

"""A data set as Parquet: typed, sorted by its key, fit for range queries.

Guarantee: the same rows give the same bytes. What each column holds stands in its field's metadata; what the data set
is and the hashes of the files it was read from stand in the file's.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import IO, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.datasets import schema_of
from validators.model import Dataset

GROUP_ROWS = 1 << 16
"""Rows of a row group: a query for one document reads one or two of them."""


def write_parquet(
    out: IO[bytes], dataset: Dataset, batches: Iterable[Any], sources: Sequence[str], version: str
) -> None:
    """Write the rows of record batches, which are sorted by the key.

    Args:
        out: where to.
        dataset: the columns.
        batches: record batches of `schema_of(dataset)`.
        sources: SHA-256 of the files that the rows were read from.
        version: of zvity and of its rules.
    """
    about = {
        "zvity.dataset": dataset.name,
        "zvity.about": dataset.about,
        "zvity.key": json.dumps(dataset.key),
        "zvity.version": version,
        "zvity.sources": json.dumps(sources),
    }
    schema = schema_of(dataset)
    order = [(name, "ascending") for name in dataset.key]
    writer = pq.ParquetWriter(
        out,
        schema.with_metadata(about),
        compression="zstd",
        sorting_columns=pq.SortingColumn.from_ordering(schema, order, null_placement="at_end"),
        write_page_index=True,
    )
    with writer:
        for batch in batches:
            writer.write_table(pa.Table.from_batches([batch]).cast(schema), row_group_size=GROUP_ROWS)

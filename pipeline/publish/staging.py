"""The rows to publish, laid aside on disk between reading and writing.

Guarantee: rows come out sorted by the key of their data set, in batches that hold each document whole, however they
went in; little of them is in memory at a time.
"""

from __future__ import annotations

import mmap
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from validators.model import Dataset

BATCH_ROWS = 1 << 16
"""Rows from which a batch is full."""

Piece = tuple[int, int, int]
"""Rows of one document that lie together: batch on disk, first row, number of rows."""


class Staged:
    """The rows of a data set whose key begins with `document_id`, which lie in a file of their own."""

    def __init__(self, path: Path, dataset: Dataset, schema: Any) -> None:  # noqa: ANN401  # Arrow has no types
        """Start with none; the file is written anew."""
        self.dataset = dataset
        self.schema = schema
        self.rows = 0
        self._path = path
        self._pieces: dict[str, list[Piece]] = {}
        self._map: Any = None
        self._file: Any = None

    def fill(self, tables: Iterable[Any]) -> None:
        """Take in the rows of Arrow tables; done once."""
        number = 0
        with pa.OSFile(str(self._path), "wb") as out, pa.ipc.new_file(out, self.schema) as writer:
            for table in tables:
                for batch in table.combine_chunks().to_batches():
                    self._note(number, batch.column("document_id"))
                    writer.write_batch(batch)
                    number += 1
                    self.rows += batch.num_rows
        with self._path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        self._file = pa.ipc.open_file(pa.py_buffer(self._map))

    def _note(self, number: int, ids: Any) -> None:  # noqa: ANN401
        start = 0
        encoded = pc.run_end_encode(ids)
        for end, document_id in zip(encoded.run_ends.to_pylist(), encoded.values.to_pylist(), strict=True):
            self._pieces.setdefault(document_id, []).append((number, start, end - start))
            start = end

    @property
    def documents(self) -> list[str]:
        """The documents that have rows, in order."""
        return sorted(self._pieces)

    def rows_of(self, documents: Sequence[str]) -> Any:  # noqa: ANN401
        """Give the rows of some documents as one Arrow table, sorted by the key."""
        slices = [
            self._file.get_batch(number).slice(start, length)
            for document_id in documents
            for number, start, length in self._pieces.get(document_id, ())
        ]
        return sort(self.dataset, pa.Table.from_batches(slices, self.schema))

    def batches(self) -> Iterator[Any]:
        """Give all rows as record batches."""
        for documents in self.portions():
            yield from self.rows_of(documents).combine_chunks().to_batches()
            self.forget()

    def forget(self) -> None:
        """Let go of the memory that holds what was read of the file; the system reads it again when it is asked for."""
        if hasattr(mmap, "MADV_DONTNEED"):
            self._map.madvise(mmap.MADV_DONTNEED)

    def portions(self) -> Iterator[list[str]]:
        """Give the documents in order, those of a batch together."""
        portion: list[str] = []
        rows = 0
        for document_id in self.documents:
            portion.append(document_id)
            rows += sum(length for _, _, length in self._pieces[document_id])
            if rows >= BATCH_ROWS:
                yield portion
                portion, rows = [], 0
        if portion:
            yield portion


def sort(dataset: Dataset, table: Any) -> Any:  # noqa: ANN401
    """Sort rows by their key, missing values last."""
    order = pc.sort_indices(table, [(name, "ascending") for name in dataset.key])
    return table.take(order)

"""Lists that are too long to be held: records written to a temporary file, and read back as often as needed.

Guarantee: what is read is what was written, in its order. A run over a million inputs holds none of them.
"""

from __future__ import annotations

import pickle
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Generic, TypeVar

T = TypeVar("T")


class Spool(Generic[T]):
    """A list on disk, to which records are appended first, and which is then read; it is gone when it is closed."""

    def __init__(self) -> None:
        """Begin an empty list."""
        self._file = tempfile.NamedTemporaryFile(prefix="zvity-")  # noqa: SIM115  # closed by `close`
        self._length = 0

    def __len__(self) -> int:
        """Give the number of records."""
        return self._length

    def append(self, record: T) -> None:
        """Add a record, which must be fit to be pickled."""
        pickle.dump(record, self._file)
        self._length += 1

    def __iter__(self) -> Iterator[T]:
        """Read the records; several readers may do so at a time."""
        self._file.flush()
        with closing(Path(self._file.name).open("rb")) as file:
            for _ in range(self._length):
                yield pickle.load(file)  # noqa: S301  # our own file

    def close(self) -> None:
        """Remove the list."""
        self._file.close()

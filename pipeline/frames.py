"""Data sets as pandas frames: of one document, or of what a run wrote.

Guarantee: a frame has the columns, the order and the values of the data set. No decimal becomes a float, no integer or
truth value turns into another type where a value is missing: what is missing is `pandas.NA` in every column.

Loads pandas only once a document has been read, so that it can be read in a fork (`worker.isolated`).
"""

from __future__ import annotations

import errno
import json
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.exits import UsageError
from pipeline.sources import Input, is_url
from pipeline.worker import isolated
from validators.model import DECIMAL_PLACES, DOCUMENTS, STANDING, Dataset

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from pipeline.process import Row

ROOM = 28
"""Digits of a frame's decimals, where they suffice: of 38, as in Parquet, Arrow could not even give a difference, which
may have one digit more."""


class Frames(Mapping[str, "pd.DataFrame"]):
    """The data sets that have rows, by name; its `repr` lists them."""

    __slots__ = ("_frames", "_source")

    def __init__(self, source: str, frames: Mapping[str, pd.DataFrame]) -> None:
        """Hold the frames of a source."""
        self._source = source
        self._frames = dict(frames)

    def __getitem__(self, name: str) -> pd.DataFrame:
        """Give a frame.

        Raises:
            KeyError: it is not there; the message tells what is.
        """
        try:
            return self._frames[name]
        except KeyError:
            raise KeyError(f"{self._source} has no rows of {name!r}; there are: {', '.join(self)}") from None

    def __iter__(self) -> Iterator[str]:
        """Give the names, those of the standing data sets first."""
        return iter(self._frames)

    def __len__(self) -> int:
        """Give how many frames there are."""
        return len(self._frames)

    __eq__ = object.__eq__  # frames cannot be told equal by `==`
    __hash__ = object.__hash__

    def __repr__(self) -> str:
        """List the frames with their rows."""
        rows = {name: f"{len(frame)}" for name, frame in self.items()}
        width = max((len(name) + len(n) for name, n in rows.items()), default=0) + 2
        return "\n".join([self._source, *(f"  {name}{n:>{width - len(name)}} rows" for name, n in rows.items())])

    def _ipython_key_completions_(self) -> list[str]:
        """Let notebooks complete names."""
        return list(self)


def read(source: str | os.PathLike[str], families: str | os.PathLike[str] | None = None) -> Frames:
    """Give the frames of a document or an output folder; `pipeline.read` tells more."""
    location = os.fspath(source)
    if not is_url(location):
        path = Path(location)
        if path.is_dir():
            return _of_folder(path)
        if not path.exists():
            hint = f"no such file; name a document or the output folder of a run; relative paths begin at {Path.cwd()}"
            raise FileNotFoundError(errno.ENOENT, hint, location)
    known, rows = isolated(_rows, location, None if families is None else Path(families))
    return Frames(location, {d.name: _frame(_table(d, rows[d.name])) for d in known if rows.get(d.name)})


def _rows(location: str, families: Path | None) -> tuple[tuple[Dataset, ...], dict[str, list[Row]]]:
    """Read a document: the data sets there are, and its rows of each. For a process of its own."""
    from pipeline.family_files import load_families
    from pipeline.process import process
    from pipeline.store import version

    name = location.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    known = load_families(families)
    rows = process(Input(name, location).read(), name, known)
    document = {"file_name": name, "status": "published", "version": version(families)}
    rows[DOCUMENTS.name] = [{**rows[DOCUMENTS.name][0], **document}]
    return (*STANDING, *(family.tidy for family in known)), rows


def _of_folder(folder: Path) -> Frames:
    """Give the frames of the data sets in a folder.

    Raises:
        UsageError: there are none, one cannot be read, or a run writes them or was ended while it did.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    before = _whole(folder)
    there = {path.stem: path for path in sorted(folder.glob("*.parquet"))}
    if DOCUMENTS.name not in there:
        raise UsageError(f"{folder} holds no data sets; name a document, or the output folder of a run")
    names = dict.fromkeys([*(dataset.name for dataset in STANDING if dataset.name in there), *there])
    try:
        tables = {name: pq.read_table(there[name]) for name in names}
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"the data sets in {folder} cannot be read ({error}); run `zvity run` again") from error
    if _whole(folder) != before:
        raise UsageError(f"a run wrote the data sets in {folder} while they were read; read them again")
    return Frames(str(folder), {name: _frame(table) for name, table in tables.items() if table.num_rows})


def _whole(folder: Path) -> bytes | None:
    """Give what a run wrote last, once all data sets were there; a folder that was copied may lack it.

    Raises:
        UsageError: they are not.
    """
    from pipeline.delivery import MANIFEST

    try:
        manifest = (folder / MANIFEST).read_bytes()
    except OSError:
        return None
    try:
        files = json.loads(manifest)["files"]
    except (ValueError, TypeError, KeyError):
        files = None
    if not files:
        raise UsageError(f"the data sets in {folder} are not all written; wait for the run's end, or run it again")
    return manifest


def _table(dataset: Dataset, rows: list[Row]) -> pa.Table:
    import pyarrow as pa

    kinds = {
        "text": pa.string(),
        "integer": pa.int64(),
        "decimal": pa.decimal128(38, DECIMAL_PLACES),
        "boolean": pa.bool_(),
        "date": pa.date32(),
    }
    schema = pa.schema([(field.name, kinds[field.kind]) for field in dataset.fields])
    return pa.Table.from_pylist(rows, schema=schema)


def _frame(table: pa.Table) -> pd.DataFrame:
    import pandas as pd
    import pyarrow as pa

    kinds = {pa.string(): pd.StringDtype("pyarrow"), pa.int64(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}

    def dtype(of: pa.DataType) -> Any:  # noqa: ANN401  # one of pandas' many
        return kinds.get(of) or pd.ArrowDtype(of)

    for index, field in enumerate(table.schema):
        if pa.types.is_decimal(field.type):
            table = table.set_column(index, field.name, _with_room(table.column(index)))
    frame: pd.DataFrame = table.to_pandas(types_mapper=dtype, ignore_metadata=True)
    return frame


def _with_room(numbers: pa.ChunkedArray) -> pa.ChunkedArray:
    import pyarrow as pa

    try:
        return numbers.cast(pa.decimal128(ROOM, DECIMAL_PLACES))
    except pa.ArrowInvalid:  # a number has more digits
        return numbers

"""Parts to data sets: the files that people read, put together from the files of the parts.

Guarantee: every file is whole or not there, and all are written before the first takes its place. The manifest comes
last and says what the folder holds. While files are written it only names data sets that may be there, so that the next
run writes everything again and removes what does not belong. What is there already is left alone, to the byte.
"""

from __future__ import annotations

import errno
import hashlib
import json
import os
import re
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from io import UnsupportedOperation
from typing import IO, Any

from pipeline.folders import WORK, Folder, Stat, Write
from pipeline.parquet_join import Part, join
from pipeline.parts import PARTS, Directory, Extent, directory_of
from pipeline.results import Counts
from validators.model import DOCUMENTS

MANIFEST = f"{WORK}/manifest.json"

TABLES = "tables"
"""Folder in the output for the tables of no known kind, one CSV each."""

_TABLE = re.compile(r"[0-9a-f]{16}-\d{3,}\.csv")

_DATASET = re.compile(r"[a-z0-9_]+\.(csv|parquet)")

_PIECE = 1 << 16

_NO_COPY = (errno.EXDEV, errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP)
"""What the system says that does not copy between these files."""

_CLOCKS = 2.0
"""Seconds by which a file may seem younger than the manifest that was written after it."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What an output folder is to hold: the files of its parts, in order.

    `headers` is the part without documents, in which every data set has its header; `documents` the one with the rows
    of that data set alone.
    """

    headers: str
    documents: str
    parts: tuple[str, ...]

    @property
    def files(self) -> tuple[str, ...]:
        """The files of all parts."""
        return (self.headers, self.documents, *self.parts)


class _Pieces:
    """Where the rows of a data set lie in the files of parts, and a digest of them; places are held as bare numbers."""

    def __init__(self) -> None:
        self.digest = hashlib.sha256()
        self._parts: list[str] = []
        self._places = array("Q")

    def add(self, part: str, digest: str, csv: Extent, parquet: Extent) -> None:
        """Add those that lie in one more file."""
        self.digest.update(digest.encode())
        self._parts.append(part)
        self._places.extend((csv.start, csv.length, parquet.start, parquet.length))

    def csv(self) -> Iterator[tuple[str, Extent]]:
        """Give the files, and where in each the CSV lies."""
        return self._at(0)

    def parquet(self) -> Iterator[tuple[str, Extent]]:
        """Give the files, and where in each the Parquet file lies."""
        return self._at(2)

    def _at(self, first: int) -> Iterator[tuple[str, Extent]]:
        starts, lengths = self._places[first::4], self._places[first + 1 :: 4]
        return zip(self._parts, map(Extent, starts, lengths), strict=True)


def directory(folder: Folder, part: str) -> Directory:
    """Read what a part's file holds.

    Raises:
        OSError, ValueError: it cannot be read.
    """
    with folder.open(part) as file:
        return directory_of(file)


def counts(folder: Folder, plan: Plan) -> Counts:
    """Give the sums over all documents.

    Raises:
        OSError, ValueError: a part cannot be read.
    """
    found = Counts()
    for part in plan.parts:
        found = found.plus(directory(folder, part).counts)
    return found


def deliver(folder: Folder, plan: Plan, check: Callable[[], None], finish: Callable[[], None]) -> bool:
    """Make the output folder hold what is planned; tells whether anything had to be written.

    Args:
        folder: the output folder.
        plan: what it is to hold.
        check: raises where the folder is no longer ours to write.
        finish: waits until the part with the rows of `documents` is there; called once, while others are copied.

    Raises:
        OSError: the folder cannot be written.
        ValueError: a part's file is damaged.
    """
    delivery = _Delivery(folder, plan)
    if delivery.is_done:
        finish()
        return False
    check()
    delivery.write(finish)
    return True


class _Delivery:
    """What stands in the output folder, and what is to stand there."""

    def __init__(self, folder: Folder, plan: Plan) -> None:
        """Look at what is there."""
        self._folder = folder
        self._plan = plan
        self._before = _manifest(folder)
        self._tables = folder.files(TABLES)
        self._there = _delivered(folder, self._before, self._tables)
        self._datasets: dict[str, _Pieces] = {}
        self._data: dict[str, str] = {}
        """By data set what tells its content."""
        self._sizes: dict[str, int] = {}
        """By file."""

    @property
    def is_done(self) -> bool:
        """Whether all that is planned is there already."""
        return self._there and self._before["files"] == list(self._plan.files)

    def write(self, finish: Callable[[], None]) -> None:
        """Write what differs, and remove what does not belong."""
        kept = set(self._before["files"]) if self._there else set()
        tables: dict[str, Write] = {}
        for part in (self._plan.headers, *self._plan.parts):
            extents = self._gather(part)
            self._sizes |= {f"{TABLES}/{name}": extent.length for name, extent in extents.items()}
            if part not in kept:
                tables |= {f"{TABLES}/{name}": partial(_pour, self._folder, part, of) for name, of in extents.items()}
        datasets = dict(self._differing(name for name in self._datasets if name != DOCUMENTS.name))
        former = [name for name in self._before.get("sizes", ()) if not name.startswith(f"{TABLES}/")]
        self._keep_manifest((), dict.fromkeys([*former, *datasets, *_files_of(DOCUMENTS.name)], 0), {})
        self._folder.write_all(datasets | tables, self._documents(finish))
        for name in sorted(set(former) - self._sizes.keys()):
            self._folder.remove(name)
        for name in sorted(self._tables):
            if f"{TABLES}/{name}" not in self._sizes and _is_table(name):
                self._folder.remove(f"{TABLES}/{name}")
        self._keep_manifest(self._plan.files, self._sizes, self._data)

    def _gather(self, part: str) -> Mapping[str, Extent]:
        """Note where a part's rows are; gives where its tables of no known kind are."""
        found = directory(self._folder, part)
        for name, csv in found.csv.items():
            self._datasets.setdefault(name, _Pieces()).add(part, found.digests[name], csv, found.parquet[name])
        return found.tables

    def _differing(self, names: Iterable[str]) -> Iterator[tuple[str, Write]]:
        """Give what writes the files of those data sets whose content is not there yet."""
        for name in names:
            pieces = self._datasets[name]
            self._data[name] = pieces.digest.hexdigest()
            if self._there and self._before["data"].get(name) == self._data[name]:
                self._sizes.update((file, self._before["sizes"][file]) for file in _files_of(name))
                continue
            for file, write in zip(_files_of(name), (_write_csv, _write_parquet), strict=True):
                yield file, partial(_write_counted, self._sizes, file, partial(write, self._folder, pieces))

    def _documents(self, finish: Callable[[], None]) -> Iterator[tuple[str, Write]]:
        """Give what writes `documents`, once its rows are there."""
        finish()
        self._gather(self._plan.documents)
        yield from self._differing([DOCUMENTS.name])

    def _keep_manifest(self, files: Sequence[str], sizes: Mapping[str, int], data: Mapping[str, str]) -> None:
        """Write what the folder holds; where there are no files of parts, only the names of what may be there.

        Args:
            files: the files of the parts.
            sizes: of what is delivered, by name.
            data: the same for a data set only where its content is.
        """
        self._folder.write(
            MANIFEST, json.dumps({"files": files, "sizes": sizes, "data": data}, sort_keys=True).encode()
        )


def _files_of(dataset: str) -> tuple[str, str]:
    """Name the files of a data set."""
    return f"{dataset}.csv", f"{dataset}.parquet"


def _is_table(name: str) -> bool:
    """Tell whether a file is one that zvity wrote for a table."""
    return _TABLE.fullmatch(name) is not None


def _manifest(folder: Folder) -> dict[str, Any]:
    try:
        found = json.loads(folder.read(MANIFEST))
        sizes = {name: size for name, size in found["sizes"].items() if _is_ours(name)}
        return {"files": list(found["files"]), "sizes": sizes, "data": dict(found["data"])}
    except (FileNotFoundError, ValueError, TypeError, KeyError, AttributeError):
        return {}


def _is_ours(name: str) -> bool:
    """Tell whether a name is one that zvity gives: what the manifest lists may be removed."""
    folder, slash, rest = name.partition("/")
    return _is_table(rest) if slash and folder == TABLES else _DATASET.fullmatch(name) is not None


def _delivered(folder: Folder, manifest: Mapping[str, Any], tables: Mapping[str, Stat]) -> bool:
    """Tell whether the folder still holds what the manifest says, of the size it says, and nothing written since."""
    own = folder.stat(MANIFEST)
    if not manifest or own is None:
        return False
    for name, size in manifest["sizes"].items():
        top, _, rest = name.partition("/")
        found = tables.get(rest) if top == TABLES else folder.stat(name)
        if found is None or found.bytes != size or found.changed > own.changed + _CLOCKS:
            return False
    return True


def _write_counted(sizes: dict[str, int], name: str, write: Write, out: IO[bytes]) -> None:
    """Write a file and note its size."""
    write(out)
    sizes[name] = out.tell()


def _write_csv(folder: Folder, pieces: _Pieces, out: IO[bytes]) -> None:
    for part, extent in pieces.csv():
        _pour(folder, part, extent, out)


def _pour(folder: Folder, part: str, extent: Extent, out: IO[bytes]) -> None:
    with folder.open(part) as file:
        left = extent.length - _copied(file, extent, out)
        file.seek(extent.start + extent.length - left)
        while left:
            piece = file.read(min(left, _PIECE))
            if not piece:
                raise ValueError(f"the part {part} is cut off")
            out.write(piece)
            left -= len(piece)


def _copied(file: IO[bytes], extent: Extent, out: IO[bytes]) -> int:
    """Let the system copy what it can from file to file, which is quicker; give how many bytes it did."""
    if not hasattr(os, "copy_file_range"):
        return 0
    done = 0
    try:
        out.flush()
        while done < extent.length:
            count = os.copy_file_range(file.fileno(), out.fileno(), extent.length - done, extent.start + done)
            if count == 0:
                break
            done += count
    except (AttributeError, UnsupportedOperation):  # no files of this machine
        return 0
    except OSError as error:
        if done or error.errno not in _NO_COPY:
            raise
    if done:
        out.seek(0, os.SEEK_END)
    return done


def _write_parquet(folder: Folder, pieces: _Pieces, out: IO[bytes]) -> None:
    def opened() -> Iterator[Part]:
        for part, extent in pieces.parquet():
            with folder.open(part) as file:
                yield Part(file, extent.start, extent.length)

    join(opened(), out)


def prune(folder: Folder, plan: Plan) -> None:
    """Remove the files of parts that nothing is made of any more."""
    wanted = {name.removeprefix(f"{PARTS}/") for name in plan.files}
    for name in sorted(folder.files(PARTS).keys() - wanted):
        with suppress(FileNotFoundError):
            folder.remove(f"{PARTS}/{name}")

"""The data sets in parts: how published documents fall into parts, and the file that holds one.

A run that adds one document to ten thousand must not write ten thousand anew. So documents are parted by their ids, a
part's file holds the rows of its documents for every data set as CSV and as Parquet, and a data set is its parts one
after another, none of them decoded. A part's file is named by what is in it, so one that is there is right.

Guarantee: which documents make a part depends on the set of documents alone, not on what was read when.
"""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from pipeline.corrections import Correction
from pipeline.folders import WORK, Folder
from pipeline.parquet_join import prepared
from pipeline.results import Counts

PARTS = f"{WORK}/parts"


class DamagedResults(Exception):
    """Results that were there are gone or damaged; `args` are the documents' ids, which are to be read again."""


@dataclass(frozen=True, slots=True)
class StaleCorrections:
    """Corrections that do not fit what was read, a sentence each."""

    sentences: tuple[str, ...]


DOCUMENTS = 64
"""Documents that a part may have."""

MOST_PARTS = 1024
"""Parts above which a part may have more documents: each costs every reader of the Parquet file its description."""

CELLS = 300_000
"""Cells that the documents of a part may have together, unless it is one document."""

_DIGEST = 32
"""Bytes of a document's id."""

_LENGTH = 8
"""Bytes that say how long the directory is."""

_LONGEST = 1 << 28
"""Bytes above which there is no directory, and the file is something else."""


Report = bytes
"""The ids of documents that may hold one report, 32 bytes each, one after another, the most direct reading first."""


def parted(reports: Iterable[Report], cells: Callable[[bytes], int]) -> Iterator[tuple[Report, ...]]:
    """Part reports by the ids of their first documents, in order.

    The ids are halved by their bits, from the first on, until each part is small enough: so a document that is added
    changes the part it falls into, and as hashes fall evenly, parts are alike.

    Args:
        reports: their documents.
        cells: gives the number of a document's cells.
    """
    ordered = sorted(reports)
    most = DOCUMENTS
    while len(ordered) > most * MOST_PARTS:
        most *= 2
    return _halved(ordered, lambda report: sum(map(cells, ids_of(report))), most, 0)


def _halved(
    reports: Sequence[Report], cells: Callable[[Report], int], most: int, bit: int
) -> Iterator[tuple[Report, ...]]:
    if len(reports) <= 1 or (len(reports) <= most and sum(map(cells, reports)) <= CELLS):
        if reports:
            yield tuple(reports)
        return
    middle = bisect_left(reports, True, key=lambda report: _bit(report, bit))
    for half in (reports[:middle], reports[middle:]):
        yield from _halved(half, cells, most, bit + 1)


def _bit(report: Report, number: int) -> bool:
    byte, place = divmod(number, 8)
    return bool(report[byte] >> (7 - place) & 1)


def ids_of(report: Report) -> list[bytes]:
    """Give the ids of a report's documents."""
    return [report[at : at + _DIGEST] for at in range(0, len(report), _DIGEST)]


def part_name(version: str, content: Sequence[str]) -> str:
    """Name the file of a part by what made it and what it is made of: documents, a text for each report."""
    return f"{PARTS}/{hashlib.sha256(json.dumps([version, *content]).encode()).hexdigest()[:32]}"


@dataclass(frozen=True, slots=True)
class PartOrder:
    """A part to be made: the reports whose rows it holds, where the results of their documents are, and corrections.

    Each correction comes with the id of its document.
    """

    folder: Folder
    version: str
    reports: tuple[Report, ...]
    families: Path | None
    corrections: tuple[tuple[str, Correction], ...] = ()


@dataclass(frozen=True, slots=True)
class HeadersOrder:
    """The part without documents to be made, which holds the header of every data set."""

    families: Path | None


DOCUMENTS_ROW = ("document_id", "file_name", "bytes", "status", "reason", "version")
"""What a run knows of each input, by columns of `documents`."""


@dataclass(frozen=True, slots=True)
class DocumentsOrder:
    """The rows of `documents` to be put together.

    `rows` is a file of this machine with what a run knows of each input: a line of JSON with the values of
    `DOCUMENTS_ROW`. The facts that lie in a document are taken from the files of the parts.
    """

    folder: Folder
    parts: tuple[str, ...]
    rows: Path


Order = PartOrder | HeadersOrder | DocumentsOrder


Made = Path | StaleCorrections
"""The path of a part's file that was made, or why there is none."""


def warm_up() -> None:
    """Load what `build` needs, which takes over a second."""
    from pipeline import datasets

    datasets.build_headers(None)


def build(request: tuple[Order, Path]) -> Made:
    """Make a part's file at a path; none where corrections do not fit. For a process that is not the parent.

    Raises:
        Defect: a row breaks its schema.
        DamagedResults: some that were there are gone or damaged.
        OSError: a result cannot be read.
    """
    from pipeline import datasets

    order, path = request
    content: bytes | StaleCorrections
    match order:
        case PartOrder():
            content = datasets.build_part(order)
        case HeadersOrder():
            content = datasets.build_headers(order.families)
        case DocumentsOrder():
            content = datasets.build_documents(order)
    if isinstance(content, StaleCorrections):
        return content
    path.write_bytes(content)
    return path


@dataclass(frozen=True, slots=True)
class Extent:
    """Where something lies in a part's file, in bytes from its beginning."""

    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Directory:
    """What a part's file holds.

    `csv` and `parquet` tell by data set where its rows are: CSV without a header, or a Parquet file, prepared to be
    joined; `digests` is the same for a data set only where these are. `tables` tells where the CSV of each table of no
    known kind is by its name, `documents` the facts of each document, a line of JSON each.
    """

    counts: Counts
    digests: Mapping[str, str]
    csv: Mapping[str, Extent]
    parquet: Mapping[str, Extent]
    tables: Mapping[str, Extent]
    documents: Extent


def bundled(
    counts: Counts,
    csv: Mapping[str, bytes],
    parquet: Mapping[str, bytes],
    tables: Mapping[str, bytes],
    documents: bytes,
) -> bytes:
    """Give the content of a part's file; `csv` and `parquet` are by data set, `tables` by the names of their files.

    Raises:
        ValueError: what is to be Parquet is none.
    """
    pieces: list[bytes] = []
    at = 0

    def extents(contents: Mapping[str, bytes]) -> dict[str, tuple[int, int]]:
        nonlocal at
        found = {}
        for name, content in contents.items():
            found[name] = (at, len(content))
            pieces.append(content)
            at += len(content)
        return found

    directory = {
        "counts": counts.as_dict(),
        "digests": {name: hashlib.sha256(content + parquet[name]).hexdigest()[:32] for name, content in csv.items()},
        "csv": extents(csv),
        "parquet": extents({name: prepared(content) for name, content in parquet.items()}),
        "tables": extents(tables),
        "documents": extents({"": documents})[""],
    }
    head = json.dumps(directory).encode()
    return b"".join([len(head).to_bytes(_LENGTH, "big"), head, *pieces])


def directory_of(file: IO[bytes]) -> Directory:
    """Read what a part's file holds.

    Raises:
        ValueError: it is no such file.
    """
    length = int.from_bytes(file.read(_LENGTH), "big")
    if length > _LONGEST:
        raise ValueError("it is no part of data sets")
    try:
        found: dict[str, Any] = json.loads(file.read(length))
        base = _LENGTH + length

        def extents(kind: str) -> dict[str, Extent]:
            return {name: Extent(base + start, size) for name, (start, size) in found[kind].items()}

        start, size = found["documents"]
        return Directory(
            Counts(**found["counts"]),
            dict(found["digests"]),
            extents("csv"),
            extents("parquet"),
            extents("tables"),
            Extent(base + start, size),
        )
    except (KeyError, TypeError) as error:
        raise ValueError(f"it is no part of data sets ({error})") from error

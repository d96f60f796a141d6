"""Published documents to the files of parts: which report each may hold, what parts there are, and their making.

Guarantee: what a part holds depends on its documents, their corrections and the version alone; a file that is there is
right and is not made again. Nothing is delivered where a correction does not fit.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from functools import partial
from heapq import merge
from itertools import count, groupby, islice, pairwise
from pathlib import Path
from typing import IO

from extractors.errors import InputError
from pipeline.corrections import Correction, told
from pipeline.delivery import Plan
from pipeline.executors import Workers, endings
from pipeline.exits import Defect, UsageError
from pipeline.folders import Folder
from pipeline.parts import (
    PARTS,
    DocumentsOrder,
    HeadersOrder,
    Made,
    Order,
    PartOrder,
    Report,
    StaleCorrections,
    build,
    ids_of,
    part_name,
    parted,
    warm_up,
)
from pipeline.readers import NO_WORKERS
from pipeline.report import Tell
from pipeline.results import Outcome
from pipeline.store import Store

_SORTED = 1 << 12
"""Hashes that are sorted at once."""

_FEW = 100_000
"""Cells of parts that one process makes sooner than several of which each has to load first what makes them."""


class Planning:
    """What a run delivers, and the workers that make its parts."""

    def __init__(
        self,
        folder: Folder,
        store: Store,
        workers: Workers,
        families: Path | None,
        corrections: Sequence[Correction],
        tell: Tell,
    ) -> None:
        """Plan for an output folder.

        Args:
            folder: where the files of parts go.
            store: the results of documents.
            workers: the processes that read documents, which make parts where there are many.
            families: a folder of the user's own families.
            corrections: what people say of numbers that are wrong.
            tell: told of each part.
        """
        self._folder = folder
        self._store = store
        self._workers = workers
        self._maker = Workers(1) if workers.count > 1 else workers
        """What makes few parts."""
        self._makers = self._maker
        """What makes those that are missing now."""
        self._ready = False
        self._families = families
        self._corrections = corrections
        self._tell = tell
        self.aside: list[str] = []
        """Corrections of documents that are no input of the run, by their places in the file."""
        self.finish: Callable[[], None] = _nothing
        """Waits for the part with the rows of `documents`, and writes it."""
        self._headers = ""
        self._parts: tuple[str, ...] = ()
        self._make_parts: Callable[[], None] = _nothing
        """Waits for the other files of parts that are not there, and writes them."""
        self._numbers = count()

    def get_ready(self) -> None:
        """Let a process of its own load what makes parts, which takes over a second, while others read documents."""
        if not self._ready and self._maker is not self._workers:
            self._ready = True
            self._maker.prepare(warm_up, 1)

    def close(self) -> None:
        """End the process that makes few parts."""
        self._maker.close()

    def begin(self, published: Sequence[bytes], scratch: Path) -> None:
        """Find out which files of parts are not there, and begin to make them; `plan` comes next.

        Args:
            published: the ids of the published documents, 32 bytes each, in order.
            scratch: a folder of this machine for what is made.

        Raises:
            UsageError: corrections do not name single documents.
        """
        version = self._store.version
        there = {f"{PARTS}/{name}" for name in self._folder.names(PARTS)}
        self._headers = part_name(version, ())
        parts: list[str] = []
        orders: dict[str, Order] = {} if self._headers in there else {self._headers: HeadersOrder(self._families)}
        cells = 0
        corrections = self._by_document(published)
        for reports in parted(self._reports(published), self._cells):
            ids = [one for report in reports for one in ids_of(report)] if corrections else ()
            own = tuple((one.hex(), correction) for one in ids for correction in corrections.get(one, ()))
            content = [*(report.hex() for report in reports), *(json.dumps(astuple(c)[1:]) for _, c in own)]
            parts.append(part_name(version, content))
            if parts[-1] not in there:
                orders[parts[-1]] = PartOrder(self._folder, version, reports, self._families, own)
                cells += sum(self._cells(one) for report in reports for one in ids_of(report))
        self._parts = tuple(parts)
        self._makers = self._workers if cells > _FEW else self._maker
        self._make_parts = self._making(orders, scratch)

    def plan(self, rows: Path) -> Plan:
        """Wait for the files of parts that were begun; that with the rows of `documents` is only begun, see `finish`.

        Args:
            rows: what the run knows of each input, as `parts.DocumentsOrder` has it.

        Raises:
            UsageError: corrections do not fit what was read.
            DamagedResults: results that were there are gone or damaged.
            Defect: a row breaks its schema, or the workers do not start.
        """
        self._make_parts()
        self._make_parts = _nothing
        with rows.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        documents = part_name(self._store.version, ["documents", *self._parts, digest])
        is_there = self._folder.stat(documents) is not None
        last = {} if is_there else {documents: DocumentsOrder(self._folder, self._parts, rows)}
        self.finish = self._making(last, rows.parent)
        return Plan(self._headers, documents, self._parts)

    def _by_document(self, published: Sequence[bytes]) -> Mapping[bytes, Sequence[Correction]]:
        """Give the corrections by the ids of their documents; those of documents that are no input stay aside."""
        found: dict[bytes, list[Correction]] = {}
        problems, strangers = [], []
        for correction in self._corrections:
            ids = list(_beginning(published, correction.document))
            if len(ids) > 1:
                problems.append(f"{correction.where}: {len(ids)} documents begin so; give the whole id")
            elif ids:
                found.setdefault(ids[0], []).append(correction)
            else:
                strangers.append(correction.where)
        if problems:
            raise UsageError(told("Corrections name no single document, and nothing was delivered:", problems))
        self.aside = strangers
        return found

    def _cells(self, document_id: bytes) -> int:
        outcome = self._store.outcome(document_id.hex())
        return 0 if outcome is None else outcome.cells

    def _reports(self, published: Sequence[bytes]) -> Iterator[Report]:
        """Give the documents that may hold the same report together, the most direct reading first."""
        twice = repeated(outcome.report or None for outcome in self._outcomes(published))
        found: dict[str, list[tuple[int, bytes]]] = {}
        for document_id, outcome in zip(published, self._outcomes(published), strict=True):
            if outcome.report and hash(outcome.report) in twice:
                found.setdefault(outcome.report, []).append((outcome.directness, document_id))
            else:
                yield document_id
        for files in found.values():
            yield b"".join(document_id for _, document_id in sorted(files))

    def _outcomes(self, ids: Iterable[bytes]) -> Iterator[Outcome]:
        return (self._store.outcome(one.hex()) or Outcome(one.hex(), "unread") for one in ids)

    def _begun(self, orders: Mapping[str, Order], scratch: Path) -> Iterator[tuple[str, Made | InputError | None]]:
        """Begin to make files of parts in other processes; gives the names with what came of each."""
        executor = self._makers.executor()
        requests = {name: (order, scratch / str(next(self._numbers))) for name, order in orders.items()}
        return endings(executor, 2 * executor.workers, build, orders, requests.__getitem__)

    def _making(self, orders: Mapping[str, Order], scratch: Path) -> Callable[[], None]:
        """Begin to make files of parts; gives what waits for them and writes them."""
        return partial(self._build, orders, scratch, self._begun(orders, scratch)) if orders else _nothing

    def _build(
        self, orders: Mapping[str, Order], scratch: Path, begun: Iterator[tuple[str, Made | InputError | None]]
    ) -> None:
        """Write files of parts as they are made; those that no process made are begun once more."""
        left, attempts = orders, 0
        stale: list[str] = []
        while left:
            undone = {}
            for name, made in begun:
                if isinstance(made, Path):
                    self._folder.write_all({name: partial(_move, made)})
                    self._tell("part_built", part=name, left=len(left))
                elif isinstance(made, StaleCorrections):
                    stale += made.sentences
                else:
                    undone[name] = orders[name]
            attempts += 1
            if undone and attempts == 2:
                raise Defect(NO_WORKERS)
            if undone:
                self._makers.close()
                begun = self._begun(undone, scratch)
            left = undone
        if stale:
            raise UsageError(told(f"{len(stale)} corrections do not fit, and nothing was delivered:", sorted(stale)))


def _nothing() -> None:
    """Do nothing: there is nothing to wait for."""


def repeated(texts: Iterable[str | None]) -> set[int]:
    """Give the hashes of those that come more than once."""
    return {one for one, following in pairwise(_in_order(texts)) if one == following}


def distinct(texts: Iterable[str | None]) -> int:
    """Count those that are different, as their hashes tell."""
    return sum(1 for _ in groupby(_in_order(texts)))


def _in_order(texts: Iterable[str | None]) -> Iterator[int]:
    """Give the hashes in order. There may be very many: they are held as bare numbers, and sorted piece by piece."""
    hashes = (hash(text) for text in texts if text is not None)
    pieces = []
    while piece := sorted(islice(hashes, _SORTED)):
        pieces.append(array("q", piece))
    return merge(*pieces)


def _beginning(ordered: Sequence[bytes], digits: str) -> Iterator[bytes]:
    """Give the ids that begin with some digits."""
    at = bisect_left(ordered, digits, key=bytes.hex)
    while at < len(ordered) and ordered[at].hex().startswith(digits):
        yield ordered[at]
        at += 1


def _move(path: Path, out: IO[bytes]) -> None:
    """Write the content of a file, which is then removed."""
    with path.open("rb") as file:
        shutil.copyfileobj(file, out)
    path.unlink()

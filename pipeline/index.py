"""What inputs held when they were last looked at, so that nothing unchanged is read to see that it is unchanged.

It is no ledger: it only spares reading a file whose size, times and place on the disk, or whose tag on object storage,
are the same. Without it every file is read and hashed once more, and comes out the same.

Inputs come in the order of `sources.order`, in which their last looks are kept, too: so both are gone through side by
side, and neither is held.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import tempfile
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from functools import partial
from shutil import copyfileobj
from typing import IO

from pipeline.folders import WORK, Folder
from pipeline.sources import Input, order

INDEX = f"{WORK}/index.jsonl.gz"

_PIECE = 1 << 16


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an input told: SHA-256 and size of its content, and what the system told of it then."""

    document_id: str
    bytes: int
    signature: str | None


class Index:
    """The looks of the last run, which are gone through, and those of this one, which are written."""

    def __init__(self, folder: Folder) -> None:
        """Open what an earlier run left in the output folder."""
        self._folder = folder
        self._stack = ExitStack()
        self._last = _looks(folder, self._stack)
        self._next: tuple[str, Look] | None = next(self._last, None)
        self.first = self._next is None
        """Whether there was no run before."""
        self.gone: list[tuple[str, Look]] = []
        """What the last run saw and this one did not, so far: location and look."""
        self._file: IO[bytes] = self._stack.enter_context(tempfile.TemporaryFile())  # noqa: SIM115
        self._packed = gzip.GzipFile(fileobj=self._file, mode="wb", compresslevel=1, mtime=0)

    def last(self, source: Input) -> Look | None:
        """Give the last look at an input; inputs must come in their order."""
        if self._next is not None and self._next[0] != source.location:
            place = order(source.location)
            while self._next is not None and order(self._next[0]) < place:
                self.gone.append(self._next)
                self._next = next(self._last, None)
        if self._next is None or self._next[0] != source.location:
            return None
        look = self._next[1]
        self._next = next(self._last, None)
        return look

    def put(self, source: Input, look: Look, when: float | None = None) -> None:
        """Keep a look at an input.

        Args:
            source: the input.
            look: what it told.
            when: seconds since 1970, if the look was just taken; else it is kept as it is.
        """
        if when is not None:
            certain = abs(when - source.changed) >= source.step  # the clock of a server may be ahead
            look = Look(look.document_id, look.bytes, source.signature if certain else None)
        line = json.dumps([source.location, look.document_id, look.bytes, look.signature])
        self._packed.write(line.encode() + b"\n")

    def keep(self) -> None:
        """Write the looks of this run, if they are others than before; what was not asked for is gone."""
        self.gone += [] if self._next is None else [self._next, *self._last]
        self._packed.close()
        if _digest(self._file) != self._former_digest():
            self._file.seek(0)
            self._folder.write_all({INDEX: partial(copyfileobj, self._file)})

    def _former_digest(self) -> str | None:
        try:
            with self._folder.open(INDEX) as file:
                return _digest(file)
        except FileNotFoundError:
            return None

    def close(self) -> None:
        """Close the files."""
        self._stack.close()


def looks(folder: Folder) -> Iterator[tuple[str, str]]:
    """Give where the last run found its inputs, and the SHA-256 of what each held."""
    with ExitStack() as stack:
        for location, look in _looks(folder, stack):
            yield location, look.document_id


def _digest(file: IO[bytes]) -> str:
    file.seek(0)
    digest = hashlib.sha256()
    while piece := file.read(_PIECE):
        digest.update(piece)
    return digest.hexdigest()


def _looks(folder: Folder, stack: ExitStack) -> Iterator[tuple[str, Look]]:
    """Give the looks that are kept; from where they are damaged on, there are none."""
    with suppress(OSError, EOFError, ValueError, TypeError, zlib.error):
        file = stack.enter_context(folder.open(INDEX))
        for line in gzip.GzipFile(fileobj=file):
            location, document_id, size, signature = json.loads(line)
            yield location, Look(document_id, size, signature)

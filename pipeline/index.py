"""What inputs held when they were last looked at, so that nothing unchanged is read to see that it is unchanged.

It is no ledger: it only spares reading a file whose size, times and place on the disk, or whose tag on object storage,
are the same. Without it every file is read and hashed once more, and comes out the same.
"""

from __future__ import annotations

import gzip
import json
import zlib
from dataclasses import dataclass

from pipeline.folders import WORK, Folder
from pipeline.sources import Input

INDEX = f"{WORK}/index.json.gz"

_SETTLED = 2.0
"""Seconds a file must have been unchanged when it was hashed: file systems count time in steps of up to two."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a look at an input told: SHA-256 and size of its content, and what the system told of it then."""

    document_id: str
    bytes: int
    signature: str | None


class Index:
    """The looks at inputs, by their location."""

    def __init__(self, folder: Folder) -> None:
        """Load what an earlier run left in the output folder."""
        self._folder = folder
        self.former: dict[str, Look] = {}
        try:
            kept = json.loads(gzip.decompress(folder.read(INDEX)))
            self.former = {location: Look(*look) for location, look in kept.items()}
        except (OSError, EOFError, ValueError, TypeError, AttributeError, zlib.error):
            pass
        self.now: dict[str, Look] = {}

    def known(self, source: Input) -> Look | None:
        """Give the last look at an input if its content is the same for certain."""
        look = self.former.get(source.location)
        if look is None or look.signature is None or look.signature != source.signature:
            return None
        self.now[source.location] = look
        return look

    def former_of(self, source: Input) -> Look | None:
        """Give the last look at an input that cannot be looked at now, and keep it, as of something that may change."""
        look = self.former.get(source.location)
        if look is not None:
            self.now[source.location] = Look(look.document_id, look.bytes, None)
        return look

    def put(self, source: Input, look: Look, when: float) -> None:
        """Keep a look taken at a time in seconds since 1970."""
        certain = source.remote or when - source.changed > _SETTLED
        self.now[source.location] = Look(look.document_id, look.bytes, source.signature if certain else None)

    def keep(self) -> None:
        """Write the looks of this run, if they are others than before."""
        if self.now != self.former:
            looks = {where: [look.document_id, look.bytes, look.signature] for where, look in sorted(self.now.items())}
            self._folder.write(INDEX, gzip.compress(json.dumps(looks).encode(), compresslevel=1, mtime=0))

"""The store is the ledger: one result file per document, named by its content and by what read it.

Guarantee: a result file is whole or not there; what is there need not be read again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO

from pipeline import __version__
from pipeline.folders import WORK, Folder
from pipeline.results import REPORT_DIGITS, Content, Outcome, Rows, content_of, head_of, lineage_of

RESULTS = f"{WORK}/results"

_SUFFIX = ".json.gz"
_ID = 64
"""Digits of a document's id."""

_CELL_BITS, _DIRECTNESS_BITS = 40, 4


def version(families: Path | None = None) -> str:
    """Name what reads documents: zvity's version, a digest of all its code, rules and data, and one of own families.

    Args:
        families: a folder of a user's own families.
    """
    ours = f"{__version__}+{_digest()}"
    if families is None:
        return ours
    from pipeline import family_files

    own = family_files.digest(families)
    return f"{ours}.{own}" if own else ours


@cache
def _digest() -> str:
    digest = hashlib.sha256()
    for package in ("extractors", "pipeline", "validators"):
        for name, content in _contents(files(package), package):
            digest.update(name.encode() + b"\0" + content + b"\0")
    return digest.hexdigest()[:12]


def _contents(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _contents(entry, name)
        elif entry.name.endswith((".py", ".toml", ".csv")):
            yield name, entry.read_bytes()


def _code(version: str) -> str:
    """Give what a version says of zvity, without the user's own families."""
    number, _, digests = version.partition("+")
    return f"{number}+{digests.partition('.')[0]}"


class Store:
    """The results in an output folder that one version of zvity read.

    A list of all outcomes spares a run that finds nothing new from opening every result. It is no ledger: what it says
    counts only of results that are there, and a run without it opens them.
    """

    def __init__(self, folder: Folder, version: str) -> None:
        """Look at what lies in a folder."""
        self.folder = folder
        self.version = version
        self._outcomes: dict[bytes, Outcome | int | None] = {}
        """By the id, all there are: outcome, or a number for what was published, or `None` where it is not loaded."""
        self._others: set[str] = set()
        self._read_by_others: set[bytes] = set()
        self._unlisted = False
        self._listed = True
        """Whether there may be a list of former outcomes."""
        for name in folder.names(RESULTS):
            of, _, file = name.partition("/")
            document_id = file[3:].removesuffix(_SUFFIX)
            if len(document_id) != _ID:
                continue
            if of == version:
                self._outcomes[bytes.fromhex(document_id)] = None
            else:
                self._others.add(of)
                self._read_by_others.add(bytes.fromhex(document_id))
        self._load_list()

    def _load_list(self) -> None:
        with suppress(OSError, EOFError, ValueError, TypeError, zlib.error), self.folder.open(self._list) as file:
            for line in gzip.GzipFile(fileobj=file):
                outcome = Outcome.of_json(json.loads(line))
                if bytes.fromhex(outcome.document_id) in self._outcomes:
                    self._note(outcome)
        self._unlisted = False

    def _note(self, outcome: Outcome) -> None:
        published = outcome.status == "published"
        self._outcomes[bytes.fromhex(outcome.document_id)] = _as_number(outcome) if published else outcome
        self._unlisted = True

    def keep_list(self) -> None:
        """Write the list of outcomes, if it has changed."""
        if self._unlisted:
            self.folder.write_all({self._list: self._write_list})
            self._unlisted = False
            self._listed = True

    def _write_list(self, out: IO[bytes]) -> None:
        with gzip.GzipFile(filename="", fileobj=out, mode="wb", compresslevel=1, mtime=0) as packed:
            for key in sorted(self._outcomes):
                outcome = self.outcome(key.hex())
                if outcome is not None:
                    packed.write(json.dumps(outcome.as_json(), ensure_ascii=False).encode() + b"\n")

    @property
    def _list(self) -> str:
        return f"{RESULTS}/{self.version}/list.jsonl.gz"

    def read_by_others(self, document_id: str) -> bool:
        """Tell whether another version has read a document."""
        return bytes.fromhex(document_id) in self._read_by_others

    def outcome(self, document_id: str) -> Outcome | None:
        """Give the outcome of a document, or `None` where there is none that can be read."""
        key = bytes.fromhex(document_id)
        if key not in self._outcomes:
            return None
        found = self._outcomes[key]
        if found is None:
            try:
                with self.folder.open(self._name(document_id)) as file:
                    found = head_of(file)
            except (FileNotFoundError, ValueError, TypeError):
                del self._outcomes[key]
                return None
            self._note(found)
        return _of_number(document_id, found) if isinstance(found, int) else found

    def put(self, outcome: Outcome, kept: bytes) -> None:
        """Keep a result, as `results.packed` gives it."""
        if bytes.fromhex(outcome.document_id) in self._outcomes:
            self._drop_list()
        self.folder.write(self._name(outcome.document_id), kept)
        self._note(outcome)

    def _drop_list(self) -> None:
        """Remove the list, or a run that is killed would leave a former outcome in it."""
        if self._listed:
            self.folder.remove(self._list)
            self._listed = False

    def forget(self, ids: Iterable[bytes]) -> None:
        """Let documents be read again whose results cannot be read."""
        for key in ids:
            self._outcomes.pop(key, None)
        self._unlisted = True
        self._drop_list()

    def prune(self) -> None:
        """Remove the results of other versions of zvity; those with other families stay."""
        for version in sorted(self._others):
            if _code(version) != _code(self.version):
                self.folder.remove_all(f"{RESULTS}/{version}")

    def _name(self, document_id: str) -> str:
        return _name(self.version, document_id)


def _as_number(published: Outcome) -> int:
    """Give what is to be known of a published document as one number: there may be very many."""
    report = int(published.report or "0", 16)
    return (report << _CELL_BITS | published.cells) << _DIRECTNESS_BITS | published.directness


def _of_number(document_id: str, number: int) -> Outcome:
    cells = number >> _DIRECTNESS_BITS & (1 << _CELL_BITS) - 1
    report = number >> _DIRECTNESS_BITS + _CELL_BITS
    return Outcome(
        document_id,
        "published",
        cells=cells,
        report=f"{report:0{REPORT_DIGITS}x}" if report else "",
        directness=number & (1 << _DIRECTNESS_BITS) - 1,
    )


def _name(version: str, document_id: str) -> str:
    return f"{RESULTS}/{version}/{document_id[:2]}/{document_id}{_SUFFIX}"


def content(folder: Folder, version: str, document_id: str) -> Content:
    """Give what a published document adds to the data sets; for other processes than the one that holds the store.

    Raises:
        OSError, ValueError, TypeError, KeyError: there is nothing that can be read.
    """
    return content_of(folder.read(_name(version, document_id)))


def outcome(folder: Folder, version: str, document_id: str) -> Outcome | None:
    """Give the outcome of a document or container, or `None` where none is kept that can be read."""
    try:
        with folder.open(_name(version, document_id)) as file:
            return head_of(file)
    except (OSError, ValueError, TypeError):
        return None


def lineage(folder: Folder, version: str, document_id: str) -> Rows | None:
    """Give the lineage of a published document, or `None` where none is kept that can be read."""
    try:
        return lineage_of(folder.read(_name(version, document_id)))
    except (OSError, ValueError, TypeError, KeyError):
        return None

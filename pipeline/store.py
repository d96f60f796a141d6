"""The store is the ledger: one result file per document, named by its content and by what read it.

Guarantee: a result file is whole or not there; it is written aside, flushed to disk and moved into place.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import IO, Any

from pipeline import __version__, family_files

_PASSING_REASONS = frozenset({"ocr_models", "libreoffice", "crashed", "defect", "unreadable_file"})
"""Reasons that lie in the machine and not in the document: such a document is tried again on the next run."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one document ended, with the rows it adds to the data sets.

    `status` is `published`, `refused` or `quarantined`; `reason` is `word: explanation` for the latter two. Values in
    `rows` are as JSON holds them: decimals and dates as text.
    """

    document_id: str
    status: str
    reason: str | None = None
    rows: dict[str, list[dict[str, Any]]] = field(default_factory=dict)

    @property
    def lasting(self) -> bool:
        """Whether the outcome will be the same the next time."""
        return self.reason is None or self.reason.split(":", 1)[0] not in _PASSING_REASONS


def version(families: Path | None = None) -> str:
    """Name what reads documents: zvity's version, and a digest of all its code, rules and data.

    Args:
        families: a folder of a user's own families, which count, too.
    """
    return f"{__version__}+{_digest(family_files.digest(families))}"


@cache
def _digest(families: str) -> str:
    digest = hashlib.sha256()
    for package in ("extractors", "pipeline", "validators"):
        for name, content in _contents(files(package), package):
            digest.update(name.encode() + b"\0" + content + b"\0")
    digest.update(families.encode())
    return digest.hexdigest()[:12]


def _contents(folder: Traversable, prefix: str) -> Iterator[tuple[str, bytes]]:
    for entry in sorted(folder.iterdir(), key=lambda e: e.name):
        name = f"{prefix}/{entry.name}"
        if entry.is_dir():
            if entry.name != "__pycache__":
                yield from _contents(entry, name)
        elif entry.name.endswith((".py", ".toml", ".csv")):
            yield name, entry.read_bytes()


class Store:
    """The result files of an output folder."""

    def __init__(self, folder: Path, version: str) -> None:
        """Use the folder, which is made when the first result is written, for what this version reads."""
        self._folder = folder
        self._version = version

    def get(self, document_id: str) -> Outcome | None:
        """Give the result of a document as this version read it, or `None` where there is none."""
        try:
            return Outcome(**json.loads(self._path(document_id).read_bytes()))
        except (FileNotFoundError, ValueError, TypeError):
            return None

    def put(self, outcome: Outcome) -> None:
        """Keep a result that will last."""
        if not outcome.lasting:
            return
        path = self._path(outcome.document_id)
        path.parent.mkdir(parents=True, exist_ok=True)
        with written_aside(path) as file:
            file.write(json.dumps(asdict(outcome), ensure_ascii=False, default=str).encode())

    def _path(self, document_id: str) -> Path:
        return self._folder / document_id[:2] / f"{document_id}.{self._version}.json"


@contextmanager
def written_aside(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that takes the place of `path` only once it is written whole and flushed to disk."""
    aside = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with aside.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        aside.replace(path)
    finally:
        aside.unlink(missing_ok=True)

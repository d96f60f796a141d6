"""The store is the ledger: one result file per document, named by its content and by what read it.

Guarantee: a result file is whole or not there; what is there need not be read again.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import zlib
from collections.abc import Iterable, Iterator
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

from pipeline import __version__, family_files
from pipeline.folders import WORK, Folder
from pipeline.results import Content, Outcome, content_of, head_of

RESULTS = f"{WORK}/results"

_SUFFIX = ".json.gz"
_ID = 64
"""Digits of a document's id."""


def version(families: Path | None = None) -> str:
    """Name what reads documents: zvity's version, a digest of all its code, rules and data, and one of own families.

    Args:
        families: a folder of a user's own families.
    """
    own = family_files.digest(families)
    return f"{__version__}+{_digest()}" + (f".{own}" if own else "")


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
    """The results in an output folder that one version of zvity read. Other processes may read them, too.

    A list of all outcomes spares a run that finds nothing new from opening every result. It is no ledger: what it says
    counts only of results that are there, and a run without it opens them.
    """

    def __init__(self, folder: Folder, version: str) -> None:
        """Use what lies in a folder."""
        self.folder = folder
        self.version = version
        self._listed: dict[str, set[str]] | None = None
        self._outcomes: dict[str, Outcome] = {}
        self._unlisted = False

    def load_list(self) -> None:
        """Take the list of outcomes, if it is there."""
        try:
            kept = json.loads(gzip.decompress(self.folder.read(self._list)))
            self._outcomes = {outcome.document_id: outcome for outcome in map(Outcome.of_json, kept)}
        except (OSError, EOFError, ValueError, TypeError, zlib.error):
            self._outcomes = {}

    def keep_list(self) -> None:
        """Write the list of outcomes, if it has changed."""
        if self._unlisted:
            here = [outcome.as_json() for name, outcome in sorted(self._outcomes.items()) if name in self.known]
            content = json.dumps(here, ensure_ascii=False, separators=(",", ":")).encode()
            self.folder.write(self._list, gzip.compress(content, compresslevel=1, mtime=0))

    def forget(self, document_ids: Iterable[str]) -> None:
        """Let documents be read again; their results stay until there are new ones."""
        forgotten = self.known.intersection(document_ids)
        if forgotten:
            self.folder.remove(self._list)  # or a run that is killed would leave it in place
            self._unlisted = True
            self.known.difference_update(forgotten)
            for document_id in forgotten:
                self._outcomes.pop(document_id, None)

    @property
    def _list(self) -> str:
        return f"{RESULTS}/{self.version}/list.json.gz"

    @property
    def _versions(self) -> dict[str, set[str]]:
        """The ids of the documents that each version has read; listed once."""
        if self._listed is None:
            self._listed = {self.version: set()}
            for name in self.folder.files(RESULTS):
                version, _, file = name.partition("/")
                document_id = file[3:].removesuffix(_SUFFIX)
                if len(document_id) == _ID:
                    self._listed.setdefault(version, set()).add(document_id)
        return self._listed

    @property
    def known(self) -> set[str]:
        """The ids of the documents that have a result."""
        return self._versions[self.version]

    @property
    def known_to_others(self) -> set[str]:
        """The ids of the documents that another version has read."""
        return set().union(*(ids for version, ids in self._versions.items() if version != self.version))

    def outcome(self, document_id: str) -> Outcome | None:
        """Give the outcome of a document, or `None` where there is none that can be read."""
        if document_id not in self.known:
            return None
        if document_id not in self._outcomes:
            try:
                with self.folder.open(self._name(document_id)) as file:
                    self._outcomes[document_id] = head_of(file)
                    self._unlisted = True
            except (FileNotFoundError, ValueError, TypeError):
                self.known.discard(document_id)
                return None
        return self._outcomes[document_id]

    def content(self, document_id: str) -> Content:
        """Give what a published document adds to the data sets.

        Raises:
            OSError, ValueError, TypeError, KeyError: there is nothing that can be read.
        """
        return content_of(self.folder.read(self._name(document_id)))

    def put(self, outcome: Outcome, kept: bytes) -> None:
        """Keep a result, as `results.packed` gives it."""
        self.folder.write(self._name(outcome.document_id), kept)
        self.known.add(outcome.document_id)
        self._outcomes[outcome.document_id] = outcome
        self._unlisted = True

    def prune(self) -> None:
        """Remove the results of other versions of zvity; those with other families stay."""
        for version in [version for version in self._versions if _code(version) != _code(self.version)]:
            self.folder.remove_all(f"{RESULTS}/{version}")
            del self._versions[version]

    def _name(self, document_id: str) -> str:
        return f"{RESULTS}/{self.version}/{document_id[:2]}/{document_id}{_SUFFIX}"

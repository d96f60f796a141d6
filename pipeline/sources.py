"""Where inputs come from: files, folders, and URLs that fsspec opens.

Guarantee: each input is found once, in a stable order, under a name that no other input of the run has.
"""

from __future__ import annotations

import hashlib
import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from extractors.limits import LIMITS, enforce
from pipeline.exits import UsageError

_CHUNK = 1 << 20
_MARKS = {".gitkeep", ".DS_Store", "Thumbs.db", "desktop.ini"}
"""Files that stand in a folder for the system's sake."""


@dataclass(frozen=True, slots=True)
class Input:
    """One input: the name it goes by in the data sets, and the path or URL to open."""

    name: str
    location: str

    def digest(self) -> tuple[str, int]:
        """Give the SHA-256 (hexadecimal) and the size of the content, read piece by piece.

        Raises:
            OSError: the input cannot be read.
        """
        sha = hashlib.sha256()
        size = 0
        with _open(self.location) as file:
            while chunk := file.read(_CHUNK):
                sha.update(chunk)
                size += len(chunk)
        return sha.hexdigest(), size

    def read(self) -> bytes:
        """Give the content.

        Raises:
            OSError: the input cannot be read.
            Refused: it is over the size limit.
        """
        with _open(self.location) as file:
            data: bytes = file.read(LIMITS.file_bytes + 1)
        enforce("file_bytes", len(data), LIMITS.file_bytes)
        return data


def _is_url(location: str) -> bool:
    return "://" in location


def _open(location: str):  # type: ignore[no-untyped-def]  # noqa: ANN202  # a binary file of whatever opens it
    if _is_url(location):
        import fsspec

        return fsspec.open(location, "rb").open()
    return Path(location).open("rb")


def find_inputs(sources: Sequence[str], excluded: Path) -> list[Input]:
    """Find the inputs of the given sources, leaving out hidden files and whatever lies in the folder `excluded`.

    Raises:
        UsageError: a source does not exist or cannot be listed.
    """
    found: dict[str, str] = {}
    for source in sources:
        for name, location in (
            _expand_url(source) if _is_url(source) else _expand_path(Path(source), excluded.resolve())
        ):
            found.setdefault(location, name)
    taken = Counter(found.values())
    return [Input(location if taken[name] > 1 else name, location) for location, name in sorted(found.items())]


def _expand_path(source: Path, excluded: Path) -> list[tuple[str, str]]:
    if source.is_file():
        return [_of(source.parent, source)]
    if not source.is_dir():
        raise UsageError(f"source {source} does not exist; name a file, a folder or a URL")
    if excluded != source.resolve() and source.resolve().is_relative_to(excluded):
        raise UsageError(f"source {source} lies inside the output {excluded.name}; choose another --out")
    paths: list[Path] = []
    for folder, names, files in os.walk(source, onerror=lambda error: paths.append(Path(error.filename))):
        here = Path(folder)
        names[:] = [name for name in names if not name.startswith(".") and (here / name).resolve() != excluded]
        links = [name for name in names if (here / name).is_symlink()]
        # A folder that cannot be listed, and a link to one, which is not followed, end as inputs that cannot be read.
        paths.extend(here / name for name in files + links if not name.startswith(".") and name not in _MARKS)
    return sorted(_of(source, path) for path in paths)


def _of(source: Path, path: Path) -> tuple[str, str]:
    """Give an input's name below its source and its location; bytes of a name that are no text are spelled out."""
    name = os.fsencode(path.relative_to(source).as_posix()).decode("utf-8", "backslashreplace")
    return name, str(path)


def _expand_url(source: str) -> list[tuple[str, str]]:
    import fsspec

    try:
        system, path = fsspec.core.url_to_fs(source)
        if system.isfile(path):
            return [(path.rsplit("/", 1)[-1], source)]
        files = [found for found in system.find(path) if not found.rsplit("/", 1)[-1].startswith(".")]
    except (OSError, ValueError, ImportError) as error:
        raise UsageError(
            f"source {source} cannot be opened ({error}); check the address and that its fsspec driver is installed"
        ) from error
    if not files:
        raise UsageError(f"source {source} holds nothing; check the address")
    return [(found.removeprefix(path).lstrip("/"), system.unstrip_protocol(found)) for found in files]

"""Copies of what failed, each with its reason beside it.

Guarantee: every input that a run refused or quarantined has its reason there, and its content unless it cannot be read;
what has healed since is taken out, and nothing that zvity did not put there is touched.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import IO

from extractors.errors import InputError
from pipeline.folders import Folder
from pipeline.sources import Input

QUARANTINE = "quarantine"

_REASON = ".reason.txt"
_OURS = re.compile(r"(?:[0-9a-f]{16}|unreadable)-.*", re.DOTALL)
"""What the names of zvity's own files there look like."""

_NAME_BYTES = 180
"""Bytes of an input's name that its copy's name may have: with id and ending, most file systems take 255."""

_PIECE = 1 << 20

Fetch = Callable[[Input], bytes]
"""Gives an input's content; raises as `Input.read`."""


@dataclass(frozen=True, slots=True)
class Failure:
    """An input that was not published, its name, that of its content where it could be read, state and reason."""

    input: Input
    file_name: str
    document_id: str | None
    status: str
    reason: str

    @property
    def names(self) -> tuple[str, str]:
        """The two parts of its copy's name: of what content it is, and the name of the file."""
        return (self.document_id or "unreadable")[:16], _cut(self.input.file_name.rsplit("/", 1)[-1])


def _cut(name: str) -> str:
    """Give the end of a name that is too long, with its suffix."""
    return name.encode()[-_NAME_BYTES:].decode(errors="ignore")


def keep(folder: Folder, failures: Iterable[Failure], fetch: Fetch) -> None:
    """Make the quarantine hold these failures and no others.

    Args:
        folder: the output folder.
        failures: what failed.
        fetch: gives the content of an input that lies in a container.

    Raises:
        OSError: the folder cannot be written.
    """
    there = {name for name in folder.files(QUARANTINE) if _OURS.fullmatch(name)}
    wanted: set[str] = set()
    met = Counter[tuple[str, str]]()
    for failure in failures:
        content, name = failure.names
        copy = f"{content}-{name}"
        while copy in wanted:  # the same name in two folders, neither of which can be read
            met[content, name] += 1
            copy = f"{content}-_{met[content, name]}-{name}"
        note = copy + _REASON
        wanted |= {copy, note}
        text = f"{failure.file_name}\n{failure.status}\n{failure.reason}\n".encode()
        if note not in there or folder.read(f"{QUARANTINE}/{note}") != text:
            folder.write(f"{QUARANTINE}/{note}", text)
        if failure.document_id is not None and copy not in there:
            _copy(folder, f"{QUARANTINE}/{copy}", failure.input, fetch)
    for name in sorted(there - wanted):
        folder.remove(f"{QUARANTINE}/{name}")


class _UnreadableError(Exception):
    """The input can no longer be read."""


def _copy(folder: Folder, name: str, source: Input, fetch: Fetch) -> None:
    """Copy an input; where it is gone or cannot be taken out of its container, the reason stays alone."""
    try:
        if source.members:
            folder.write(name, _fetched(source, fetch))
        else:
            folder.write_all({name: partial(_pour, source)})
    except (_UnreadableError, InputError):
        pass


def _fetched(source: Input, fetch: Fetch) -> bytes:
    try:
        return fetch(source)
    except OSError as error:
        raise _UnreadableError from error


def _pour(source: Input, out: IO[bytes]) -> None:
    try:
        file = source.open()
    except OSError as error:
        raise _UnreadableError from error
    with file:
        while True:
            try:
                piece = file.read(_PIECE)
            except OSError as error:
                raise _UnreadableError from error
            if not piece:
                return
            out.write(piece)

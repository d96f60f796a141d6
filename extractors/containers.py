"""Files that hold documents: ZIP archives, ASiC containers, and CMS signatures with the document inside (P7S, P7M).

Guarantee: nothing is written to disk, and no more than one member is held at a time. What a container costs is judged
from what is unpacked, piece by piece, and never from what its directory claims. A member that cannot be had is a
`Member` with its `problem` and costs no other one. Containers within a container are members like all others: whoever
opens them counts how deep they lie (`container_depth`).

The work is done by `archive` (ZIP and ASiC), `signed` (CMS) and `member_names`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import islice
from typing import Literal

from extractors import archive, signed
from extractors.errors import Broken, InputError, Refused
from extractors.limits import DEADLINE, LIMITS, enforce
from extractors.member_names import is_leftover, paths, signed_name, unique

Kind = Literal["zip", "asic", "signed"]


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a container. Where it cannot be had, `problem` says why: it is what `content` would raise."""

    path: str
    """Its name within the container, unique there: NFC, `/` between folders, no `..`, control characters as `%0A`."""
    index: int
    """What `content` finds it by."""
    document_id: str | None
    """SHA-256 of its bytes in hexadecimal; `None` where there is a problem."""
    bytes: int
    """Its size; 0 where there is a problem."""
    problem: InputError | None = None


def kind(data: bytes) -> Kind | None:
    """Tell what kind of container a file is, from its bytes; `None` where it is a document or anything else.

    A ZIP that does not open is `None` as well: nothing tells whether it was an archive or a Word file.
    """
    if not archive.looks_like_zip(data):
        return "signed" if signed.is_signed(data) else None
    try:
        return archive.kind(data, archive.entries(data))
    except Refused:  # too many members to look at
        return "zip"
    except Broken:
        return None


def members(data: bytes, file_name: str) -> list[Member]:
    """List the files in a container that could be documents, in its own order.

    Left out are folders, what systems and Word leave behind (`__MACOSX`, `Thumbs.db`, `~$…`, hidden files), and what an
    ASiC container says about itself.

    Args:
        data: a file that `kind` knows.
        file_name: its name, from which the document in a signed container has its own.

    Raises:
        Refused: `empty`, where no file is in it; `detached_signature`; `limit:container_members`,
            `limit:container_bytes`, `limit:file_bytes` or `limit:seconds`.
        Broken: `damaged`: it does not open, or its files lie over one another as only a bomb's do.
    """
    if not archive.looks_like_zip(data):
        return [_signed_member(data, file_name)]
    entries = list(archive.entries(data))
    asic = archive.kind(data, entries) == "asic"
    kept = [
        (index, entry, path)
        for index, (entry, path) in enumerate(zip(entries, paths(entries), strict=True))
        if not (archive.is_folder(entry) or is_leftover(path) or (asic and archive.is_own(entry)))
    ]
    if not kept:
        raise Refused("empty", "the archive holds no file; ask the sender for the documents again")
    archive.check_overlap(data, [entry for _, entry, _ in kept])
    found, unpacked = [], 0
    for (index, entry, _), path in zip(kept, unique([path for _, _, path in kept]), strict=True):
        DEADLINE.check()
        digest, size, problem = _measured(archive.unpacked(data, entry))
        unpacked += size
        enforce("container_bytes", unpacked, LIMITS.container_bytes)
        found.append(Member(path, index, None, 0, problem) if problem else Member(path, index, digest, size))
    return found


def content(data: bytes, index: int) -> bytes:
    """Give the bytes of a member by its `index`.

    Raises:
        Refused, Broken: the member's `problem`; or as `members`.
        IndexError: there is no such member.
    """
    if archive.looks_like_zip(data):
        entry = next(islice(archive.entries(data), index, None), None) if index >= 0 else None
        pieces = archive.unpacked(data, entry) if entry else None
    else:
        pieces = signed.content(data) if index == 0 else None
    if pieces is None:
        raise IndexError(f"the container has no member {index}")
    taken = bytearray()
    for piece in pieces:
        taken += piece
        enforce("file_bytes", len(taken), LIMITS.file_bytes)
    return bytes(taken)


def _signed_member(data: bytes, file_name: str) -> Member:
    digest, size, problem = _measured(signed.content(data))
    if problem:
        raise problem
    return Member(signed_name(file_name), 0, digest, size)


def _measured(pieces: archive.Pieces) -> tuple[str, int, InputError | None]:
    """Give the SHA-256 and the size of a member, and what went wrong, if anything did, after so many bytes."""
    sha, size = hashlib.sha256(), 0
    try:
        for piece in pieces:
            size += len(piece)
            enforce("file_bytes", size, LIMITS.file_bytes)
            sha.update(piece)
    except InputError as error:
        return "", size, type(error)(error.reason, str(error))  # a new one: a traceback holds all that it went through
    return sha.hexdigest(), size, None

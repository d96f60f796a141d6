"""Where a package goes: a folder of its own, here or below a URL.

Guarantee: files that are no package's are never touched. A package is written aside first and moved into place whole;
`SHA256SUMS` comes last, and a package that was broken off is known as such and replaced by the next one.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from shutil import copyfileobj
from typing import IO

from pipeline.exits import OutputUnwritable, UsageError
from pipeline.folders import WORK, Folder

SUMS = "SHA256SUMS"
"""The file that lists the others with their SHA-256."""

_BEGUN = f"{WORK}/package.json"
"""What a package being written will hold, and the one before held."""

_LINE = re.compile(r"(?P<digest>[0-9a-f]{64}) [ *](?P<name>.+)")
_SHOWN = 5


def former_files(dest: Folder) -> set[str]:
    """Name the files of the package that is there, whole or broken off; none where the folder is empty or absent.

    Raises:
        UsageError: the folder holds other files.
        OutputUnwritable: it cannot be looked into.
    """
    try:
        there = {name for name in dest.files("") if not name.startswith(f"{WORK}/")}
        known = {SUMS} | listed(dest).keys() | _begun(dest)
    except OSError as error:
        raise OutputUnwritable(f"{dest} cannot be written ({error}); name another folder") from error
    foreign = sorted(there - known)
    if foreign:
        shown = ", ".join(foreign[:_SHOWN]) + (", …" if len(foreign) > _SHOWN else "")
        raise UsageError(f"{dest} holds files that are of no package ({shown}); name an empty or new folder")
    return there


def listed(dest: Folder) -> dict[str, str]:
    """Give the SHA-256 of each file that the package there lists."""
    if dest.stat(SUMS) is None:
        return {}
    lines = dest.read(SUMS).decode("utf-8", "replace").splitlines()
    return {found["name"]: found["digest"] for found in map(_LINE.fullmatch, lines) if found}


def _begun(dest: Folder) -> set[str]:
    if dest.stat(_BEGUN) is None:
        return set()
    try:
        return set(map(str, json.loads(dest.read(_BEGUN))))
    except ValueError:
        return set()


def sums(digests: Mapping[str, str]) -> bytes:
    """Give the content of `SHA256SUMS`, as `sha256sum --check` reads it."""
    return "".join(f"{digest}  {name}\n" for name, digest in sorted(digests.items())).encode()


def deliver(dest: Folder, scratch: Path, names: list[str], former: set[str]) -> None:
    """Put the files of a package from a folder of this machine in place, and remove those of the former package.

    Args:
        dest: where to.
        scratch: where the files are.
        names: the files, in the order in which they take their places.
        former: the files that are there.

    Raises:
        OutputLocked: another publication is being written there.
        OutputUnwritable: it cannot be written.
    """
    try:
        with dest.locked() as check:
            dest.write(_BEGUN, json.dumps(sorted({*names, *former})).encode())
            check()
            dest.write_all({name: partial(_copy, scratch / name) for name in names})
            for name in sorted(former - set(names)):
                dest.remove(name)
            dest.remove(_BEGUN)
        dest.remove_all(WORK)
    except OSError as error:
        raise OutputUnwritable(f"{dest} cannot be written ({error}); check the address and the permissions") from error


def _copy(path: Path, out: IO[bytes]) -> None:
    with path.open("rb") as file:
        copyfileobj(file, out, 1 << 20)

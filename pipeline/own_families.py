"""A user's own families in a run: looked at before it, and kept in the output for the commands that read that later.

What reads families is loaded only where there are some: it takes as long as looking at thousands of inputs.
"""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.folders import WORK, Folder

if TYPE_CHECKING:
    from pipeline.family import Family

_FAMILIES = f"{WORK}/families"


def check_families(own: Path | None) -> None:
    """Look at the families of a folder, if there is one.

    Raises:
        UsageError: the folder is not there or holds no `*.toml`, or a file of it is wrong.
    """
    if own is not None:
        from pipeline.family_files import load_families

        load_families(own)


def keep_families(out: Folder, own: Path | None) -> None:
    """Keep copies of the families of a folder in an output, so that the data sets there remain known; and no others.

    Raises:
        OSError: they cannot be read or written.
    """
    wanted = {}
    if own is not None:
        from pipeline.family_files import family_files

        wanted = {path.name: path.read_bytes() for path in family_files(own)}
    for name in sorted(out.files(_FAMILIES).keys() - wanted.keys()):
        out.remove(f"{_FAMILIES}/{name}")
    for name, content in wanted.items():
        out.renew(f"{_FAMILIES}/{name}", content)


def kept_families(out: Folder) -> tuple[Family, ...]:
    """Give the families of the run that made an output: zvity's and those that are kept there.

    Raises:
        OSError: the output cannot be read.
    """
    from pipeline.family_files import load_families

    with tempfile.TemporaryDirectory() as folder:
        for name in out.files(_FAMILIES):
            (Path(folder) / name).write_bytes(out.read(f"{_FAMILIES}/{name}"))
        return load_families(Path(folder) if any(Path(folder).iterdir()) else None)

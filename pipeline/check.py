"""Read a dataset folder again and validate it whole: schemas, keys, references, and that the data sets add up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa

from pipeline import datasets
from pipeline.exits import UsageError
from pipeline.family import Family
from pipeline.family_files import load_families
from pipeline.folders import Folder
from pipeline.run import FAMILIES
from validators.model import CHECKS, ROLES
from validators.schemas import validate


def check(out: Folder) -> list[str]:
    """Give a sentence for everything that is wrong with the data sets in a folder; empty where all is well.

    Raises:
        UsageError: the folder holds none.
    """
    known = datasets.all_datasets(_families(out))
    if not any(out.stat(f"{dataset.name}.parquet") for dataset in known):
        raise UsageError(f"{out} holds no data sets; name the output folder of a run")
    problems: list[str] = []
    rows: dict[str, list[dict[str, Any]]] = {}
    for dataset in known:
        try:
            found = datasets.read(out, dataset)
        except (OSError, pa.ArrowException) as error:
            problems.append(f"{dataset.name}: cannot be read ({error}); run `zvity run` again")
            continue
        rows[dataset.name] = found
        if found and tuple(found[0]) != dataset.columns:
            problems.append(f"{dataset.name}: its columns are not those of this version; run `zvity run` again")
            continue
        columns = list(zip(*(map(_as_stored, row.values()) for row in found), strict=True))
        problems.extend(validate(dataset, datasets.frame_of(dataset, columns)))
        if not out.stat(f"{dataset.name}.csv"):
            problems.append(f"{dataset.name}: the CSV file is missing; run `zvity run` again")
    if not problems:
        problems = _references(rows) + _sums(rows)
    return problems


def _families(out: Folder) -> Sequence[Family]:
    """Give the families of the run, of which a user's own are kept in its output."""
    with TemporaryDirectory() as folder:
        for name in out.files(FAMILIES):
            (Path(folder) / name).write_bytes(out.read(f"{FAMILIES}/{name}"))
        return load_families(Path(folder) if any(Path(folder).iterdir()) else None)


def _as_stored(value: Any) -> Any:  # noqa: ANN401  # a value of any kind
    """Give dates as text, as `frame_of` takes them; decimals pass through its `Decimal` unchanged."""
    return value.isoformat() if hasattr(value, "isoformat") else value


def _references(rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    published = {row["document_id"] for row in rows["documents"] if row["status"] == "published"}
    return [
        f"{name}: {len(foreign)} rows name documents that are not published, such as {sorted(foreign)[0]}"
        for name, found in rows.items()
        if name != "documents" and (foreign := {row["document_id"] for row in found} - published)
    ]


def _sums(rows: dict[str, list[dict[str, Any]]]) -> list[str]:
    """Compare what `tables` says with the cells and observations there are."""
    roles = Counter((row["document_id"], row["table"], row["role"]) for row in rows["cells"])
    checks = Counter((row["document_id"], row["table"], row["check"]) for row in rows["observations"])
    values = Counter((row["document_id"], row["table"]) for row in rows["observations"])
    problems = []
    for table in rows["tables"]:
        key = (table["document_id"], table["table"])
        off = [role for role in ROLES if roles[(*key, role)] != table[f"cells_{role}"]]
        off += [status for status in CHECKS if checks[(*key, status)] != table[status]]
        if roles[(*key, "value")] + roles[(*key, "rejected")] != values[key]:
            off.append("observations")
        if off:
            problems.append(f"tables: table {key[1]} of {key[0]} does not add up: {', '.join(off)}")
    return problems

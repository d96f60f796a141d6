"""A million observations published: the cost of `zvity publish` on one core, and whether it gives the same twice.

The data sets are those of the samples in `data/raw`, repeated under other document ids until there are enough.
`python -m bench.publication` measures alone.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from bench.measure import measure
from pipeline.datasets import all_datasets
from pipeline.run import Options, run

RAW = Path(__file__).parent.parent / "data" / "raw"

MILLION = 1_000_000
"""Observations that are published."""

TOGETHER = 40
"""Documents of a row group, as in the output of a run."""


def lines(observations: int = MILLION) -> Iterator[str]:
    """Measure, and give the report as Markdown."""
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        run([str(RAW / "report.docx")], str(scratch / "one"), Options())
        reports = repeat(scratch / "one", scratch / "many", observations)
        told = [_measured(scratch, name) for name in ("first", "second")]
        same = _digests(scratch / "first") == _digests(scratch / "second")
        sizes = {path.suffix: 0 for path in _files(scratch / "first")}
        for path in _files(scratch / "first"):
            sizes[path.suffix] += path.stat().st_size
    yield "## Publication"
    yield ""
    yield f"`zvity publish` of {observations:,} observations in {reports:,} reports, on one core:"
    yield ""
    yield "| wall s | CPU s | peak MB | CSV MB | Parquet MB | XLSX MB | twice the same bytes |"
    yield "|---|---|---|---|---|---|---|"
    megabytes = " | ".join(f"{sizes[suffix] / 1_000_000:.0f}" for suffix in (".csv", ".parquet", ".xlsx"))
    yield f"| {told[0]} | {megabytes} | {'yes' if same else '**no**'} |"


def _measured(scratch: Path, name: str) -> str:
    command = [sys.executable, "-m", "pipeline.cli", "publish", str(scratch / "many"), str(scratch / name)]
    cost = measure(["taskset", "-c", "0", *command], 1, warm=False)
    return f"{cost.wall:.1f} | {cost.cpu:.1f} | {cost.peak_mb:.0f}"


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


def _digests(folder: Path) -> dict[str, str]:
    found = {}
    for path in _files(folder):
        with path.open("rb") as file:
            found[str(path.relative_to(folder))] = hashlib.file_digest(file, "sha256").hexdigest()
    return found


def repeat(one: Path, many: Path, observations: int) -> int:
    """Write the output of a run again with its report as often as it takes; give how many reports there are."""
    many.mkdir()
    rows_of_one: int = pq.read_metadata(one / "observations.parquet").num_rows
    count = -(-observations // rows_of_one)
    ids = sorted(hashlib.sha256(str(number).encode()).hexdigest() for number in range(count))
    for dataset in all_datasets():
        rows = pq.read_table(one / f"{dataset.name}.parquet")
        (many / f"{dataset.name}.csv").write_bytes(b"")
        with pq.ParquetWriter(many / f"{dataset.name}.parquet", rows.schema) as writer:
            for start in range(0, count if rows.num_rows else 0, TOGETHER):
                writer.write_table(pa.concat_tables(_renamed(rows, one) for one in ids[start : start + TOGETHER]))
    return count


def _renamed(rows: Any, document_id: str) -> Any:  # noqa: ANN401  # Arrow has no types
    for name in {"document_id", "report_id", "file_name"} & set(rows.column_names):
        value = f"{document_id}.docx" if name == "file_name" else document_id
        index = rows.schema.get_field_index(name)
        rows = rows.set_column(index, rows.schema.field(index), pa.array([value] * rows.num_rows, pa.string()))
    return rows


def main() -> int:
    """Measure and print the report."""
    parser = argparse.ArgumentParser(prog="python -m bench.publication", description=__doc__)
    parser.add_argument("--observations", type=int, default=MILLION, help="(default: %(default)s)")
    print("\n".join(lines(parser.parse_args().observations)))
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""What differs from the package before, cell by cell: the release note of a package.

Guarantee: every difference between the observations of two packages is a line, and no line is there without one.
Reports are paired by `report_id`, so a cell that another file or version gave is told as such; cells by table, row and
column.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv
import pyarrow.parquet as pq

from pipeline.datasets import schema_of
from pipeline.exits import UsageError
from pipeline.folders import Folder
from pipeline.publish.exact import texts
from pipeline.publish.listings import CHANGES
from pipeline.publish.package import Changes
from pipeline.publish.staging import Staged
from validators.model import OBSERVATIONS

SCHEMA = schema_of(CHANGES)
"""A line a difference. `change` is `report_added`, `report_removed`, `cell_added`, `cell_removed` or `cell_changed`; a
cell that changed in several columns of `observations` has a line for each, named by `field`."""

_PLACE = ("table", "row", "column")
_KEY = ("document_id", *_PLACE)
_ORIGIN = ("document_id", "file_name", "version")


@dataclass(frozen=True, slots=True)
class Former:
    """The package before: its reports by `report_id`, and its observations."""

    reports: dict[str, dict[str, Any]]
    rows: Staged


def former(folder: Folder, scratch: Path) -> Former | None:
    """Read a package; `None` where there is none.

    Raises:
        UsageError: there is one, and it cannot be read.
    """
    if folder.stat("data/documents.parquet") is None:
        return None
    try:
        with folder.open("data/documents.parquet") as file:
            documents = pq.ParquetFile(file).read(columns=["report_id", *_ORIGIN], use_threads=False).to_pylist()
        with folder.open("data/observations.parquet") as file:
            groups = pq.ParquetFile(file)
            schema = groups.schema_arrow.remove_metadata()
            if any(name not in schema.names for name in _KEY):
                raise UsageError(f"the former package in {folder} has other columns; publish into an empty folder")
            rows = Staged(scratch / "former.arrow", OBSERVATIONS, schema)
            rows.fill(groups.read_row_group(number).cast(schema) for number in range(groups.num_row_groups))
    except (OSError, pa.ArrowException) as error:
        raise UsageError(
            f"the former package in {folder} cannot be read ({error}); publish into an empty folder"
        ) from error
    return Former({row["report_id"]: row for row in documents}, rows)


class Comparison:
    """The lines of `changes.csv`, made as they are asked for, and their counts, which are right after the last."""

    def __init__(self, before: Former, reports: Sequence[dict[str, Any]], rows: Staged) -> None:
        """Compare a package with the one before.

        Args:
            before: the one before.
            reports: the rows of `documents`.
            rows: the observations.
        """
        self._before = before
        self._after = {report["report_id"]: report for report in reports}
        self._rows = rows
        self._counts = {"cells_added": 0, "cells_removed": 0, "cells_changed": 0}
        self._added = sorted(self._after.keys() - before.reports.keys())
        self._removed = sorted(before.reports.keys() - self._after.keys())

    @property
    def counts(self) -> Changes:
        """How many of each kind there are."""
        return Changes(len(self._added), len(self._removed), **self._counts)

    def batches(self) -> Iterator[Any]:
        """Give the lines as record batches: reports first, then cells, each by report and place."""
        for change, ids in (("report_added", self._added), ("report_removed", self._removed)):
            rows = [{"change": change, "report_id": report_id, **self._origin(report_id)} for report_id in ids]
            yield from pa.Table.from_pylist(rows, SCHEMA).to_batches()
        both = {report["document_id"]: key for key, report in self._after.items() if key in self._before.reports}
        for documents in self._portions(both):
            yield from self._cells([both[document_id] for document_id in documents])
            self._before.rows.forget()
            self._rows.forget()

    def _portions(self, both: dict[str, str]) -> Iterator[list[str]]:
        """Give the documents to compare, some at a time; one that has no rows now may have had some."""
        seen: set[str] = set()
        for portion in self._rows.portions():
            found = [document_id for document_id in portion if document_id in both]
            seen.update(found)
            if found:
                yield found
        left = sorted(both.keys() - seen)
        if left:
            yield left

    def _origin(self, report_id: str) -> dict[str, Any]:
        before, after = self._before.reports.get(report_id, {}), self._after.get(report_id, {})
        found = {f"{name}_before": before.get(name) for name in _ORIGIN}
        return found | {f"{name}_after": after.get(name) for name in _ORIGIN}

    def _cells(self, report_ids: list[str]) -> Iterator[Any]:
        before = self._of(self._before.rows, [self._before.reports[key]["document_id"] for key in report_ids])
        after = self._of(self._rows, [self._after[key]["document_id"] for key in report_ids])
        pairs = before.select(["report", *_PLACE, "at"]).join(
            after.select(["report", *_PLACE, "at"]), ["report", *_PLACE], join_type="full outer", right_suffix="_after"
        )
        pairs = pairs.sort_by([(name, "ascending") for name in ("report", *_PLACE)]).combine_chunks()
        gone = pc.is_null(pairs.column("at_after"))
        new = pc.is_null(pairs.column("at"))
        lines = [
            self._lines("cell_removed", pairs.filter(gone), "value", before, None),
            self._lines("cell_added", pairs.filter(new), "value", None, after),
        ]
        self._counts["cells_removed"] += lines[0].num_rows
        self._counts["cells_added"] += lines[1].num_rows
        kept = pairs.filter(pc.invert(pc.or_(gone, new)))
        touched = pa.array([False] * kept.num_rows, pa.bool_())
        for name in self._compared():
            one, other = before.column(name).take(kept.column("at")), after.column(name).take(kept.column("at_after"))
            same = pc.fill_null(pc.equal(one, other), False)
            same = pc.or_(same, pc.and_(pc.is_null(one), pc.is_null(other)))
            if not pc.all(same).as_py():
                differs = pc.invert(same)
                touched = pc.or_(touched, differs)
                lines.append(self._lines("cell_changed", kept.filter(differs), name, before, after))
        self._counts["cells_changed"] += pc.sum(touched).as_py() or 0
        found = pa.concat_tables(lines)
        if found.num_rows:
            found = found.sort_by([(name, "ascending") for name in ("report", *_PLACE, "nth")])
            origins = pa.Table.from_pylist([{"report_id": key, **self._origin(key)} for key in report_ids])
            origins = origins.take(found.column("report"))
            either = {name: found if name in found.column_names else origins for name in SCHEMA.names}
            whole = pa.table({name: of.column(name) for name, of in either.items()}).cast(SCHEMA)
            yield from whole.combine_chunks().to_batches()

    def _compared(self) -> list[str]:
        """Name the columns that both packages have."""
        return [n for n in self._rows.schema.names if n in self._before.rows.schema.names and n not in _KEY]

    def _of(self, rows: Staged, documents: list[str]) -> Any:  # noqa: ANN401  # Arrow has no types
        """Give the observations of some documents, each with the place of its report among these, and its own."""
        found = rows.rows_of(documents)
        report = pc.index_in(found.column("document_id"), pa.array(documents, pa.string()))
        found = found.append_column("report", pc.cast(report, pa.int64()))
        return found.append_column("at", pa.array(range(found.num_rows), pa.int64())).combine_chunks()

    def _lines(self, change: str, pairs: Any, name: str, before: Any, after: Any) -> Any:  # noqa: ANN401
        count = pairs.num_rows
        nothing = pa.nulls(count, pa.string())
        return pa.table(
            {
                "report": pairs.column("report"),
                **{place: pairs.column(place) for place in _PLACE},
                "nth": pa.array([self._rows.schema.get_field_index(name)] * count, pa.int64()),
                "change": pa.array([change] * count, pa.string()),
                "field": pa.array([name] * count, pa.string()),
                "before": nothing if before is None else _shown(before, name, pairs.column("at")),
                "after": nothing if after is None else _shown(after, name, pairs.column("at_after")),
            }
        )


def _shown(rows: Any, name: str, places: Any) -> Any:  # noqa: ANN401
    taken = rows.column(name).take(places)
    return texts(pa.concat_arrays(taken.chunks) if taken.num_chunks else pa.array([], taken.type))


def kept(folder: Folder) -> tuple[bytes, int, Changes | None]:
    """Give the `changes.csv` of a package as it is, its lines, and what they tell; nothing where there is none.

    Raises:
        UsageError: it cannot be read.
    """
    name = f"{CHANGES.name}.csv"
    try:
        content = folder.read(name)
        reads = pyarrow.csv.ConvertOptions(include_columns=["change", "report_id", *_PLACE])
        parses = pyarrow.csv.ParseOptions(newlines_in_values=True)
        lines = pyarrow.csv.read_csv(pa.BufferReader(content), parse_options=parses, convert_options=reads)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(f"{name} of {folder} cannot be read ({error}); publish into an empty folder") from error
    once = lines.group_by(lines.column_names).aggregate([])
    found = {row["values"]: row["counts"] for row in pc.value_counts(once.column("change")).to_pylist()}
    if not found:
        return content, 0, None
    names = ("report_added", "report_removed", "cell_added", "cell_removed", "cell_changed")
    return content, lines.num_rows, Changes(*(found.get(name, 0) for name in names))

"""Which rows of a run's data sets are published.

Guarantee: a report is published once, from the file that carries it. A further file that has tables of its own stands
for these alone, with a report id of its own. What is left out is left out of every data set, so that all references
hold.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline.datasets import schema_of
from pipeline.exits import UsageError
from pipeline.family import Family
from pipeline.folders import Folder
from pipeline.publish.errors import NothingToPublish
from pipeline.publish.package import Selection, Source
from pipeline.publish.signatures import withhold
from validators.model import DOCUMENTS, FINDINGS, OBSERVATIONS, TABLES, Dataset, Field

RUN_ONLY = ("status", "reason", "reading_of", "numbers_agree", "numbers_differ")
"""Columns of `documents` that tell of a run's inputs."""

Further = tuple[tuple[str, str], ...]
"""Files, by name and `document_id`."""

PROGRAM_KEY = Field(
    "program_key", "text", "number and date of that decision, as the official register names it: 1484-2023-10-26"
)


def published(dataset: Dataset) -> Dataset:
    """Give a data set as it is published."""
    if dataset.name != DOCUMENTS.name:
        return dataset
    fields: list[Field] = []
    for field in dataset.fields:
        if field.name in RUN_ONLY:
            continue
        fields.append(replace(field, required=True) if field.name == "document_id" else field)
        if field.name == "decision_number":
            fields.append(PROGRAM_KEY)
    return replace(dataset, about="a row per published report", key=("document_id",), fields=tuple(fields))


@dataclass(frozen=True, slots=True)
class Selected:
    """What is published of a run.

    Attributes:
        documents: the rows of `documents`, as published.
        tables: the rows of `tables`.
        only_tables: whether documents are not published whole, but only these tables of them.
        further: the other files of each report, by its `document_id`.
        undated: reports left out since they state no year.
    """

    documents: Any
    tables: Any
    only_tables: bool
    further: Mapping[str, Further]
    undated: int


def select(out: Folder, selection: Selection, families: Sequence[Family]) -> Selected:
    """Select the reports and tables of a run.

    Raises:
        UsageError: a family that the run does not know.
        NothingToPublish: nothing is left.
    """
    known = [family.name for family in families]
    for name in selection.families:
        if name not in known:
            raise UsageError(f"--family {name} is no kind of report of this run; known are {', '.join(known)}")
    every, tables = _whole(out, DOCUMENTS), _whole(out, TABLES)
    whole = pc.is_null(every.column("reading_of"))
    own = pc.is_in(every.column("document_id"), _set(tables.column("document_id")))  # tables that only this file has
    reports = every.filter(pc.and_(pc.equal(every.column("status"), "published"), pc.or_(whole, own)))
    if not reports.num_rows:
        raise NothingToPublish(f"{out} holds no published report; see documents.csv for the reasons")
    undated = 0
    if selection.since is not None:
        last = pc.coalesce(reports.column("period_end"), _last_years(out, reports.column("document_id")))
        undated = last.null_count
        reports = reports.filter(pc.fill_null(pc.greater_equal(last, selection.since), False))
    tables = tables.filter(pc.is_in(tables.column("document_id"), _set(reports.column("document_id"))))
    only_tables = selection.only_verified or bool(selection.families)
    if selection.families:
        tables = tables.filter(pc.is_in(tables.column("family"), pa.array(selection.families, pa.string())))
    if selection.only_verified:
        tables = tables.filter(pc.greater(tables.column("verified"), 0))
    if only_tables:
        reports = reports.filter(pc.is_in(reports.column("document_id"), _set(tables.column("document_id"))))
    if not reports.num_rows:
        left_out = f" ({undated} reports state no year)" if undated else ""
        raise NothingToPublish(f"no report of {out} fits --only, --family and --since{left_out}; ask for more")
    documents = _as_published(reports)
    return Selected(documents, tables, only_tables, _further(every), undated)


def _whole(out: Folder, dataset: Dataset) -> Any:  # noqa: ANN401  # Arrow has no types
    with out.open(f"{dataset.name}.parquet") as file:
        return pq.ParquetFile(file).read(use_threads=False).combine_chunks()


def _set(values: Any) -> Any:  # noqa: ANN401
    return pc.unique(values)


def _last_years(out: Folder, documents: Any) -> Any:  # noqa: ANN401
    """Give the last year that the values of each document are of."""
    years: dict[str, int] = {}
    with out.open(f"{OBSERVATIONS.name}.parquet") as file:
        for batch in pq.ParquetFile(file).iter_batches(columns=["document_id", "period_end"]):
            found = pa.table(batch).group_by("document_id").aggregate([("period_end", "max")])
            for document_id, year in zip(*(found.column(name).to_pylist() for name in found.column_names), strict=True):
                one, other = (document_id, year) if isinstance(document_id, str) else (year, document_id)
                if other is not None:
                    years[one] = max(other, years.get(one, other))
    return pa.chunked_array([pa.array([years.get(one) for one in documents.to_pylist()], pa.int64())])


def _as_published(reports: Any) -> Any:  # noqa: ANN401
    number, day = reports.column("decision_number"), pc.cast(reports.column("decision_date"), pa.string())
    reports = reports.append_column("program_key", pc.binary_join_element_wise(number, day, "-"))
    further = pc.is_valid(reports.column("reading_of"))  # of which only tables of its own are published
    report_id = pc.if_else(further, reports.column("document_id"), reports.column("report_id"))
    reports = reports.set_column(reports.schema.get_field_index("report_id"), "report_id", report_id)
    return without_empty(reports.select(list(published(DOCUMENTS).columns))).cast(schema_of(published(DOCUMENTS)))


def _further(every: Any) -> Mapping[str, Further]:  # noqa: ANN401
    further: dict[str, list[tuple[str, str]]] = {}
    for row in every.select(["document_id", "file_name", "status", "reading_of"]).to_pylist():
        if row["status"] == "published" and row["reading_of"] is not None:
            further.setdefault(row["reading_of"], []).append((row["file_name"], row["document_id"]))
    return {document_id: tuple(sorted(files)) for document_id, files in further.items()}


def sources_of(documents: Sequence[Mapping[str, Any]], further: Mapping[str, Further]) -> tuple[Source, ...]:
    """Give the reports of a package, by the rows of its `documents`."""
    names = [name for name in Source.__dataclass_fields__ if name != "further"]
    return tuple(
        Source(**{name: row[name] for name in names}, further=further.get(row["document_id"], ())) for row in documents
    )


def without_empty(table: Any) -> Any:  # noqa: ANN401
    """Make empty texts missing ones, since CSV cannot tell them apart."""
    for index, field in enumerate(table.schema):
        if pa.types.is_string(field.type) and field.nullable:
            values = table.column(index)
            empty = pc.equal(values, "")
            if pc.any(empty).as_py():
                table = table.set_column(index, field, pc.if_else(empty, pa.scalar(None, pa.string()), values))
    return table


class Rows:
    """The rows of the data sets to publish, read from a run's output a row group at a time.

    Attributes:
        withheld: texts left out so far since they name who signed.
    """

    def __init__(self, out: Folder, selection: Selection, selected: Selected) -> None:
        """Read of a run what was selected."""
        self.withheld = 0
        self._out = out
        self._selection = selection
        self._selected = selected
        self._ids = _set(selected.documents.column("document_id"))

    def of(self, dataset: Dataset) -> Iterator[Any]:
        """Give the rows of a data set as Arrow tables."""
        schema = schema_of(dataset)
        for table in self._read(dataset):
            kept = without_empty(self._kept(dataset, table).cast(schema))
            if not self._selection.signatures:
                kept, count = withhold(kept, _texts(dataset))
                self.withheld += count
            yield kept

    def _read(self, dataset: Dataset) -> Iterator[Any]:
        if dataset.name == DOCUMENTS.name:
            yield self._selected.documents
        elif dataset.name == TABLES.name:
            yield self._selected.tables
        else:
            with self._out.open(f"{dataset.name}.parquet") as file:
                groups = pq.ParquetFile(file)
                for number in range(groups.num_row_groups):
                    yield groups.read_row_group(number)

    def _kept(self, dataset: Dataset, table: Any) -> Any:  # noqa: ANN401
        table = table.filter(pc.is_in(table.column("document_id"), self._ids))
        if not self._selected.only_tables or dataset.name in (DOCUMENTS.name, TABLES.name):
            return table
        if self._selection.only_verified and dataset.name != FINDINGS.name:
            if "check" not in dataset.columns:
                return table.slice(0, 0)  # a family of the user's own whose rows nothing is said of
            table = table.filter(pc.fill_null(pc.equal(table.column("check"), "verified"), False))
        number = table.column("table")
        known = self._selected.tables.select(["document_id", "table"])
        here = pc.is_in(_place(table), _place(known))
        return table.filter(pc.or_(here, pc.is_null(number)) if dataset.name == FINDINGS.name else here)


def _place(table: Any) -> Any:  # noqa: ANN401
    number = pc.cast(table.column("table"), pa.string())
    return pc.binary_join_element_wise(table.column("document_id"), number, " ")


def _texts(dataset: Dataset) -> list[str]:
    """Name the columns that hold texts of documents."""
    own = ("document_id", "report_id", "file_name", "media_type", "family", "version", "katottg", "program_key", "rule")
    skipped = (*own, "correction", "accepted")  # what people said of the report since
    texts = [f for f in dataset.fields if f.kind == "text" and not f.choices and not f.pattern]
    return [field.name for field in texts if field.name not in skipped]

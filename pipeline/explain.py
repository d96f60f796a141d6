"""One published number back to its page, box, raw text, checks and joins, from the data sets of a run."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pyarrow as pa

from pipeline import datasets
from pipeline.exits import UsageError
from pipeline.folders import Folder
from validators.model import CELLS, DOCUMENTS, FINDINGS, OBSERVATIONS, Dataset


def explain(out: Folder, document: str, table: int, row: int, column: int) -> dict[str, Any]:
    """Give all that is known of the cell that covers a place.

    Args:
        out: the output folder of a run.
        document: `document_id`, or the beginning of it that no other document shares.
        table: number of the table, from 1.
        row: row of the place, from 0.
        column: column of the place, from 0.

    Raises:
        UsageError: no data sets, document or cell there.
    """
    found = {d.name: _rows(out, d) for d in (DOCUMENTS, CELLS, OBSERVATIONS, FINDINGS)}
    documents = [
        r for r in found["documents"] if (r["document_id"] or "").startswith(document) and r["status"] == "published"
    ]
    if len({r["document_id"] for r in documents}) != 1:
        raise UsageError(f"{len(documents)} published documents begin with {document!r}; see documents.csv for the ids")
    document_id = documents[0]["document_id"]

    carried = documents[0]["reading_of"]
    if carried is not None:
        raise UsageError(
            f"{documents[0]['file_name']} is a further reading of a report that the data sets carry from another file; "
            f"ask for --document {carried[:12]}"
        )

    def here(r: dict[str, Any]) -> bool:
        return bool(r["document_id"] == document_id and r["table"] == table)

    cell = next((r for r in found["cells"] if here(r) and _covers(r, row, column)), None)
    if cell is None:
        raise UsageError(f"table {table} of the document has no cell at row {row}, column {column}")
    place = (cell["row"], cell["column"])
    values = (r for r in found["observations"] if here(r) and (r["row"], r["column"]) == place)
    mention = f"{place[0]}:{place[1]}"
    return {
        "document": documents[0],
        "cell": _shown(cell),
        "observation": _shown(next(values, {})) or None,
        "findings": [r for r in found["findings"] if here(r) and mention in (r["cells"] or "").split()],
    }


def _shown(record: dict[str, Any]) -> dict[str, Any]:
    """Give decimals as text without the zeros that Parquet's fixed places add."""
    return {
        name: format(value.normalize(), "f") if isinstance(value, Decimal) else value for name, value in record.items()
    }


def _covers(cell: dict[str, Any], row: int, column: int) -> bool:
    rows = range(cell["row"], cell["row"] + cell["row_span"])
    return row in rows and column in range(cell["column"], cell["column"] + cell["column_span"])


def _rows(out: Folder, dataset: Dataset) -> list[dict[str, Any]]:
    try:
        return datasets.read(out, dataset)
    except (OSError, pa.ArrowException) as error:
        raise UsageError(
            f"{out} holds no readable {dataset.name}.parquet ({error}); name the output folder of a run"
        ) from error

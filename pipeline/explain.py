"""One published number back to its page, box, raw text, checks, joins and other files, from the data sets of a run.

Guarantee: of each data set only the rows of that document are read, however many others there are. What is told stands
in the data sets, but for the identities and joins, which are kept with the document's result.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import store
from pipeline.corrected import filled_by
from pipeline.exits import UsageError
from pipeline.family import Family
from pipeline.folders import Folder
from pipeline.lineage import places
from pipeline.own_families import kept_families
from pipeline.readings import RULE
from pipeline.recount import group
from validators.model import CELLS, COLUMNS, DOCUMENTS, FINDINGS, OBSERVATIONS, TABLES

Row = dict[str, Any]


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
    told = _document(out, document)
    document_id = told["document_id"]
    here = {"document_id": document_id, "table": table}
    cells = _rows(out, CELLS.name, here)
    cell = next((r for r in cells if _covers(r, row, column)), None)
    if cell is None and told["reading_of"] is not None:
        raise UsageError(
            f"{told['file_name']} is a further reading of a report that the data sets carry from another file; "
            f"ask for --document {told['reading_of'][:12]}"
        )
    if cell is None:
        raise UsageError(f"table {table} of the document has no cell at row {row}, column {column}")
    place = (cell["row"], cell["column"])
    values = {
        (r["table"], r["row"], r["column"]): r for r in _rows(out, OBSERVATIONS.name, {"document_id": document_id})
    }
    value = values.get((table, *place))
    lineage = store.lineage(out, told["version"], document_id)
    findings = [r for r in _rows(out, FINDINGS.name, here) if _is_about(r, place)]
    further = _rows(out, DOCUMENTS.name, {"reading_of": document_id})
    known = {(table, r["row"], r["column"]): r for r in cells}
    return {
        "document": told,
        "table": next(iter(_rows(out, TABLES.name, here)), None),
        "column": next((r for r in _rows(out, COLUMNS.name, here) if r["column"] == place[1]), None),
        "cell": _shown(cell),
        "places": list(_places(cell)),
        "row_places": [piece for r in cells if (r["row"], r["row_span"]) == (cell["row"], 1) for piece in _places(r)],
        "joins": None if lineage is None else [_without_table(r) for r in lineage["joins"] if r["table"] == table],
        "observation": None if value is None else _shown(value),
        "identities": None
        if lineage is None
        else [_identity(r, values, known) for r in lineage["identities"] if (table, *place) in places(r)],
        "findings": findings,
        "readings": list(_readings(further, value, findings)),
        "datasets": dict(_datasets(out, cell, value, here)),
    }


def _document(out: Folder, beginning: str) -> Row:
    """Give the published document whose id begins so."""
    published = _rows(out, DOCUMENTS.name, {"status": "published"})
    found = [row for row in published if row["document_id"].startswith(beginning)]
    if len({r["document_id"] for r in found}) != 1:
        raise UsageError(f"{len(found)} published documents begin with {beginning!r}; see documents.csv for the ids")
    return found[0]


def _rows(out: Folder, name: str, wanted: Mapping[str, object]) -> list[Row]:
    """Give the rows of a data set that have some values; row groups that cannot hold any are not read.

    Nothing is read in threads of Arrow's: one that is still at work when the program ends would abort it.
    """
    rows: list[Row] = []
    try:
        with out.open(f"{name}.parquet") as file:
            groups = pq.ParquetFile(file)
            for number in range(groups.num_row_groups):
                if _may_hold(groups.metadata.row_group(number), wanted):
                    found = groups.read_row_group(number, use_threads=False)
                    for column, value in wanted.items():
                        found = found.filter(pc.equal(found.column(column), value))
                    rows += found.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise UsageError(
            f"{out} holds no readable {name}.parquet ({error}); name the output folder of a run"
        ) from error
    return rows


def _may_hold(group: Any, wanted: Mapping[str, Any]) -> bool:  # noqa: ANN401  # Arrow has no types
    """Tell by a row group's statistics whether it may hold rows with some values."""
    for number in range(group.num_columns):
        column = group.column(number)
        found = column.statistics
        if column.path_in_schema in wanted and found is not None and found.has_min_max:
            value = wanted[column.path_in_schema]
            if not found.min <= value <= found.max:
                return False
    return True


def _shown(record: Mapping[str, Any]) -> Row:
    """Give decimals as text without the zeros that Parquet's fixed places add."""
    return {name: _text(value) if isinstance(value, Decimal) else value for name, value in record.items()}


def _text(value: Decimal) -> str:
    text = format(value, "f")  # `normalize` would round to 28 digits
    return text.rstrip("0").rstrip(".") if "." in text else text


def _covers(cell: Row, row: int, column: int) -> bool:
    rows = range(cell["row"], cell["row"] + cell["row_span"])
    return row in rows and column in range(cell["column"], cell["column"] + cell["column_span"])


def _places(cell: Row) -> Iterator[Row]:
    """Give the places of a cell's pieces, in points."""
    if cell["page"] is not None and cell["x0"] is not None:
        yield {"page": cell["page"], "bbox": [_text(cell[name]) for name in ("x0", "top", "x1", "bottom")]}
    for piece in filter(None, (cell["continued"] or "").split("; ")):
        page, *bbox = piece.split()
        yield {"page": int(page), "bbox": [_text(Decimal(value)) for value in bbox]}


def _is_about(finding: Row, place: tuple[int, int]) -> bool:
    mention = "{}:{}".format(*place)
    own = (finding["row"], finding["column"]) == place
    return own or mention == finding["culprit"] or mention in (finding["cells"] or "").split()


def _without_table(row: Mapping[str, Any]) -> Row:
    return {name: value for name, value in row.items() if name != "table"}


Place = tuple[int, int, int]
"""Table, row, column."""


def _identity(kept: Mapping[str, Any], values: Mapping[Place, Row], cells: Mapping[Place, Row]) -> Row:
    """Give an identity with its cells and their values."""
    result, *terms = (_number(place, values, cells) for place in places(kept))
    signs = [int(sign) for sign in (kept["signs"] or "").split()] or [1] * len(terms)
    if kept["rule"] == "difference":
        signs = [1, -1]
    return {
        "rule": kept["rule"],
        "origin": kept["origin"],
        "holds": kept["holds"],
        "expected": kept["expected"],
        "result": result,
        "terms": [{**term, "sign": sign} for term, sign in zip(terms, signs, strict=True)],
        "scale": kept["scale"],
        "fits": kept["fits"],
        "tested": kept["tested"],
    }


def _number(place: Place, values: Mapping[Place, Row], cells: Mapping[Place, Row]) -> Row:
    found: Mapping[str, Any] = values.get(place) or {}
    raw = found.get("raw", cells.get(place, {}).get("text"))
    value = found.get("value")
    told: Row = dict(zip(("table", "row", "column"), place, strict=True))
    return told | {
        "item": found.get("item"),
        "raw": raw,
        "value": None if value is None else _text(value),
        "correction": found.get("correction"),
    }


def _readings(further: Iterable[Row], value: Row | None, findings: Iterable[Row]) -> Iterator[Row]:
    """Tell of each further file of the report whether it has the same number; `None` where there is none to compare."""
    differing = [finding for finding in findings if finding["rule"] == RULE]
    others = [(r, next((f for f in differing if r["document_id"][:12] in f["message"]), None)) for r in further]
    left = sum(finding is None for _, finding in others)
    for other, finding in others:
        agrees = None
        if finding is not None:
            agrees = False
        elif value is not None and value["readings"] == left > 0:
            agrees = True
        yield {
            "document_id": other["document_id"],
            "file_name": other["file_name"],
            "media_type": other["media_type"],
            "agrees": agrees,
            "raw": None if finding is None else finding["expected"],
        }


def _datasets(out: Folder, cell: Row, value: Row | None, here: Mapping[str, object]) -> Iterator[tuple[str, Row]]:
    """Give the key of the row that the number has in each data set, and the fields it fills."""
    at = {name: cell[name] for name in ("document_id", "table", "row", "column")}
    yield CELLS.name, {"key": at, "fields": ["text"]}
    if value is None:
        return
    yield OBSERVATIONS.name, {"key": at, "fields": ["value"]}
    family = next((one for one in kept_families(out) if one.name == value["family"]), None)
    if family is None:
        return
    fields = sorted(filled_by(family, value))
    for row in _tidy(out, family, value, here) if fields else ():
        yield family.name, {"key": {name: row[name] for name in family.tidy.key}, "fields": fields}


def _tidy(out: Folder, family: Family, value: Row, here: Mapping[str, object]) -> Iterator[Row]:
    for row in _rows(out, family.name, {**here, "row": value["row"]}):
        if group(family, row) == group(family, value):
            yield _shown(row)

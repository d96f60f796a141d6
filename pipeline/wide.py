"""Tables of no known kind as they stand, one CSV each: a column for each column of the table, a row for each row.

Guarantee: every text of the table's body is there; a cell that holds a number has the exact decimal.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Rows = Sequence[Mapping[str, Any]]


def wide_tables(rows: Mapping[str, Rows]) -> Iterator[tuple[str, bytes]]:
    """Give name and content of a CSV for each table that no family knows.

    The name is the beginning of `document_id` and the number of the table. The first column, `row`, is that of `cells`;
    the others are named by the headings from the top down, joined by ` › `, with their number where two are the same.
    A merged cell stands in its first column, and in each of its rows.

    Args:
        rows: the rows of the standing data sets.
    """
    wanted = {(row["document_id"], row["table"]): row for row in rows.get("tables", ()) if row["family"] is None}
    cells = _by_table(rows.get("cells", ()), wanted)
    columns = _by_table(rows.get("columns", ()), wanted)
    values = _by_table(rows.get("observations", ()), wanted)
    for key, table in wanted.items():
        yield f"{key[0][:16]}-{key[1]:03}.csv", _csv(table, columns[key], cells[key], values[key])


def _by_table(rows: Rows, wanted: Mapping[tuple[str, int], Any]) -> dict[tuple[str, int], list[Mapping[str, Any]]]:
    found: dict[tuple[str, int], list[Mapping[str, Any]]] = {key: [] for key in wanted}
    for row in rows:
        if (key := (row["document_id"], row["table"])) in found:
            found[key].append(row)
    return found


def _csv(table: Mapping[str, Any], columns: Rows, cells: Rows, values: Rows) -> bytes:
    grid = [[""] * table["n_columns"] for _ in range(table["n_rows"])]
    exact = {(row["row"], row["column"]): row["value"] for row in values if row["value"] is not None}
    body = set()
    for cell in cells:
        place = (cell["row"], cell["column"])
        value = exact.get(place)
        text = cell["text"] or "" if value is None else value if isinstance(value, str) else format(value, "f")
        for row in range(cell["row"], cell["row"] + cell["row_span"]):
            grid[row][cell["column"]] = text
            if cell["role"] != "header":
                body.add(row)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(["row", *_names(columns)])
    writer.writerows([index, *row] for index, row in enumerate(grid) if index in body)
    return out.getvalue().encode()


def _names(columns: Rows) -> list[str]:
    paths = [column["path"] or f"column {column['column']}" for column in columns]
    return [path if paths.count(path) == 1 else f"{path} [{index}]" for index, path in enumerate(paths)]

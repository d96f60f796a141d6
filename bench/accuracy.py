"""How many numbers of a document are right, flagged, or silently wrong, against its truth."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from extractors.document import Cell, Table
from pipeline import numerals
from pipeline.process import interpret


@dataclass(frozen=True, slots=True)
class Score:
    """Counts over the numbers and dashes of the truth, and over all its cells.

    `right` numbers parse to the truth's value; `flagged` ones are doubtful, right or not; `silent` ones are wrong and
    not flagged, a number that was not found at all among them. `cells_equal` cells have the truth's place, spans and
    text, white space aside.
    """

    numbers: int
    right: int
    flagged: int
    silent: int
    cells: int
    cells_equal: int


def truth_of(path: Path) -> list[dict[str, Any]]:
    """Read the tables of a `NAME.truth.json`."""
    tables: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))["tables"]
    return tables


def score(document: Path, truth: list[dict[str, Any]], rows: int | None = None) -> Score:
    """Compare a document with its truth.

    Args:
        document: the file.
        truth: its tables; table by table in reading order.
        rows: compare only so many rows of each table; all by default.
    """
    reading = interpret(document.read_bytes(), document.name)
    counts: Counter[str] = Counter()
    for index, wanted in enumerate(truth):
        table = reading.tables[index].table if index < len(reading.tables) else None
        counts.update(_table_counts(table, wanted, rows))
    return Score(*(counts[name] for name in ("numbers", "right", "flagged", "silent", "cells", "equal")))


def _table_counts(table: Table | None, wanted: dict[str, Any], rows: int | None) -> Counter[str]:
    found: dict[tuple[int, int], Cell] = {(c.row, c.column): c for c in table.cells} if table else {}
    counts: Counter[str] = Counter()
    for truth in wanted["cells"]:
        if rows is not None and truth["row"] + truth["row_span"] > rows:
            continue
        cell = found.get((truth["row"], truth["column"]))
        counts["cells"] += 1
        counts["equal"] += cell is not None and _same_cell(cell, truth)
        if not numerals.is_value(truth["text"]):
            continue
        counts["numbers"] += 1
        right = cell is not None and numerals.parse(cell.text) == numerals.parse(truth["text"])
        flagged = cell is not None and cell.doubtful
        counts["right"] += right
        counts["flagged"] += flagged
        counts["silent"] += not right and not flagged
    return counts


def _same_cell(cell: Cell, truth: dict[str, Any]) -> bool:
    spans = (cell.row_span, cell.column_span) == (truth["row_span"], truth["column_span"])
    return spans and "".join(cell.text.split()) == "".join(truth["text"].split())

"""Outputs of runs, written without reading a document."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import datasets
from validators.model import CHECKS, ROLES


def id_of(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()


@dataclass(frozen=True)
class Report:
    """A report with one table of a family; what is not given is as usual."""

    name: str
    observations: Sequence[dict[str, Any]] = ()
    findings: Sequence[dict[str, Any]] = ()
    measures: Sequence[dict[str, Any]] = ()
    family: str | None = "program_measures"
    document: dict[str, Any] = field(default_factory=dict)
    content: str = ""

    @property
    def document_id(self) -> str:
        return id_of(self.content or self.name)


def write_output(out: Path, reports: Sequence[Report]) -> Path:
    """Write the data sets of a run that published some reports, in this order."""
    rows: dict[str, list[dict[str, Any]]] = {dataset.name: [] for dataset in datasets.all_datasets()}
    for report in reports:
        of = report.document_id
        rows["documents"].append(
            {
                "document_id": of, "report_id": id_of(f"report {report.name}"), "file_name": report.name, "bytes": 1,
                "status": "published", "version": "1+a", "tables": 1, "media_type": "application/pdf",
                "period_start": 2024, "period_end": 2026, "decision_number": "1484", "decision_date": "2023-10-26",
                **report.document,
            }
        )  # fmt: skip
        if report.document.get("reading_of") or report.document.get("status", "published") != "published":
            continue
        place = {"document_id": of, "table": 1}
        values = [
            {
                **place, "row": index, "column": 3, "family": report.family, "item": f"Захід {index}",
                "row_kind": "item", "measure": "plan", "doubtful": False, "check": "unchecked", "raw": "x", **given,
            }
            for index, given in enumerate(report.observations)
        ]  # fmt: skip
        checks = Counter(value["check"] for value in values)
        rows["observations"] += values
        rows["tables"].append(
            {
                **place, "family": report.family, "n_rows": len(values) or 1, "n_columns": 4, "header_rows": 1,
                **{check: checks[check] for check in CHECKS}, **{f"cells_{role}": 0 for role in ROLES},
                "cells_value": len(values),
            }
        )  # fmt: skip
        rows["cells"] += [
            {
                **place, "row": value["row"], "column": value["column"], "row_span": 1, "column_span": 1,
                "role": "value", "text": value["raw"], "source": "text", "doubtful": False,
            }
            for value in values
        ]  # fmt: skip
        rows["findings"] += [
            {**place, "rule": "sum", "severity": "error", "message": "Не сходиться", **given}
            for given in report.findings
        ]
        rows["program_measures"] += [
            {**place, "row": index, "row_kind": "item", "check": "unchecked", **given}
            for index, given in enumerate(report.measures)
        ]
    out.mkdir(parents=True, exist_ok=True)
    for dataset in datasets.all_datasets():
        found = [[row.get(name) for name in dataset.columns] for row in rows[dataset.name]]
        parquet = (
            datasets.formats({dataset: found})[1][dataset.name]
            if found
            else datasets.formats({dataset: [[None] * len(dataset.columns)][:0]})[1][dataset.name]
        )
        (out / f"{dataset.name}.parquet").write_bytes(parquet)
        (out / f"{dataset.name}.csv").write_bytes(b"")
    return out

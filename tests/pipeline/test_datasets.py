"""Data sets: exact in Parquet and CSV, validated before a byte is written."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from pipeline import datasets
from pipeline.check import check
from pipeline.delivery import Plan, deliver
from pipeline.exits import Defect
from pipeline.folders import LocalFolder
from pipeline.parts import bundled
from pipeline.results import Counts
from pipeline.run import run
from tests.samples import small_report
from validators.model import CELLS, DOCUMENTS, OBSERVATIONS, Dataset

ID = "ab" * 32


def _observation(**changes: object) -> dict[str, object]:
    row = {
        "document_id": ID, "table": 1, "row": 2, "column": 3, "row_kind": "item", "measure": "plan", "value": "2000.00",
        "raw": "2 000,00", "doubtful": False, "check": "unchecked",
    }  # fmt: skip
    return row | changes


def _delivered(out: Path, rows: Mapping[Dataset, Sequence[Mapping[str, object]]]) -> None:
    """Write data sets of rows as a run does."""
    folder = LocalFolder(out)
    given = {d: [[row.get(name) for name in d.columns] for row in found] for d, found in rows.items()}
    csvs, parquets = datasets.formats(given)
    documents = DOCUMENTS.name
    names = ["headers"]
    folder.write("headers", datasets.build_headers(None))
    for wanted in (True, False):
        kept = [{n: content for n, content in of.items() if (n == documents) is wanted} for of in (csvs, parquets)]
        content = bundled(Counts(), kept[0], kept[1], {}, b"")
        names.append(hashlib.sha256(content).hexdigest())  # as a run does, which names parts by what is in them
        folder.write(names[-1], content)
    deliver(folder, Plan(names[0], names[1], tuple(names[2:])), lambda: None, lambda: None)


def test_numbers_are_exact_in_both_formats(tmp_path: Path) -> None:
    values = ["2000.00", "0.1", "-1234567890123456789012345678.0123456789", "100"]
    _delivered(tmp_path, {OBSERVATIONS: [_observation(row=i, value=v) for i, v in enumerate(values)]})
    with (tmp_path / "observations.csv").open(encoding="utf-8", newline="") as file:
        assert [row["value"] for row in csv.DictReader(file)] == values
    stored = datasets.read(LocalFolder(tmp_path), OBSERVATIONS)
    assert [row["value"] for row in stored] == [Decimal(v) for v in values]
    assert str(pq.read_schema(tmp_path / "observations.parquet").field("value").type) == "decimal128(38, 10)"


def test_dates_booleans_and_missing_values(tmp_path: Path) -> None:
    row = {"file_name": "a.pdf", "bytes": 3, "status": "refused", "version": "1", "decision_date": "2023-10-26"}
    _delivered(tmp_path, {DOCUMENTS: [row], OBSERVATIONS: [_observation(doubtful=True)]})
    assert datasets.read(LocalFolder(tmp_path), DOCUMENTS)[0]["decision_date"] == date(2023, 10, 26)
    text = (tmp_path / "observations.csv").read_text(encoding="utf-8")
    assert ",true,unchecked" in text
    assert "None" not in text


def test_every_bad_row_is_told(tmp_path: Path) -> None:
    rows = [
        _observation(),
        _observation(row=3, check="perhaps"),
        _observation(row=4, row_kind="sum"),
        _observation(row=4, column=4, value="0.00000000001"),
        _observation(),
    ]
    with pytest.raises(Defect) as caught:
        _delivered(tmp_path, {OBSERVATIONS: rows})
    message = str(caught.value)
    for sign in ("perhaps", "sum", "1E-11", "row=2, column=3"):
        assert sign in message, sign
    assert list(tmp_path.iterdir()) == []


def test_a_flag_is_no_number_though_they_are_equal(tmp_path: Path) -> None:
    with pytest.raises(Defect, match="doubtful"):
        _delivered(tmp_path, {OBSERVATIONS: [_observation(doubtful=True), _observation(row=5, doubtful=1)]})


def test_check_finds_what_was_changed_behind_our_back(tmp_path: Path) -> None:
    (tmp_path / "a.docx").write_bytes(small_report())
    out = tmp_path / "out"
    run([str(tmp_path / "a.docx")], out)
    assert check(LocalFolder(out)) == []
    rows = {d: [_plain(row) for row in datasets.read(LocalFolder(out), d)] for d in datasets.all_datasets()}
    _delivered(out, rows | {CELLS: rows[CELLS][:-1]})
    assert any("does not add up" in problem for problem in check(LocalFolder(out)))
    _delivered(out, rows | {DOCUMENTS: [row | {"status": "refused"} for row in rows[DOCUMENTS]]})
    assert any("not published" in problem for problem in check(LocalFolder(out)))
    _delivered(out, rows)
    (out / "findings.parquet").write_bytes(b"PAR1")
    assert any(problem.startswith("findings") for problem in check(LocalFolder(out)))


def _plain(row: dict[str, object]) -> dict[str, object]:
    return {name: str(value) if isinstance(value, date | Decimal) else value for name, value in row.items()}

"""`zvity check`: every rule of every value, key and reference, over all row groups."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.check import check
from pipeline.folders import LocalFolder
from tests.pipeline.publish.outputs import Report, id_of, write_output

REPORTS = [Report(f"{n}.pdf", [{"value": "1"}, {"value": "2"}], measures=[{"plan": "1"}]) for n in range(3)]


def _changed(out: Path, name: str, change: Callable[[list[dict[str, Any]]], object], rows: int = 2) -> list[str]:
    """Change rows of a data set, write them some to a row group, and check."""
    file = out / f"{name}.parquet"
    table = pq.read_table(file)
    found = table.to_pylist()
    change(found)
    schema = pa.schema([field.with_nullable(True) for field in table.schema])
    pq.write_table(pa.Table.from_pylist(found, schema), file, row_group_size=rows)
    return check(LocalFolder(out))


def _set(index: int, **values: object) -> Callable[[list[dict[str, Any]]], object]:
    return lambda rows: rows[index].update(values)


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return write_output(tmp_path / "out", REPORTS)


def test_whole_data_sets_have_no_problems(out: Path) -> None:
    assert check(LocalFolder(out)) == []
    for name in ("observations", "cells", "tables", "documents"):
        assert _changed(out, name, lambda rows: None) == []


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("observations", _set(5, check="perhaps"), "observations: check: 'perhaps' is none of verified"),
        ("observations", _set(5, row_kind=None), "observations: row_kind: None is missing"),
        ("observations", _set(5, row=-1), "observations: row: -1 is below 0"),
        ("observations", _set(5, period_end=99), "observations: period_end: 99 is below 1900"),
        ("documents", _set(2, katottg="UA1"), "documents: katottg: 'UA1' does not match"),
        ("observations", _set(1, row=0), "observations: the key repeats"),
        ("observations", lambda rows: rows.append(dict(rows[0])), "observations: the key repeats"),
        ("documents", _set(2, file_name="0.pdf"), "documents: the key repeats (file_name=0.pdf)"),
        ("observations", lambda rows: rows.pop(), "tables: table 1 of"),
        ("cells", lambda rows: rows.pop(), "does not add up: value, observations"),
        ("program_measures", _set(0, document_id=id_of("nobody")), "program_measures: 1 documents that it names"),
        ("documents", _set(0, status="refused"), "observations: 1 documents that it names are not published"),
    ],
)
def test_what_is_wrong_is_told(
    out: Path, name: str, change: Callable[[list[dict[str, Any]]], object], told: str
) -> None:
    problems = _changed(out, name, change)
    assert [problem for problem in problems if problem.startswith(told) or told in problem]


def test_columns_of_another_kind(out: Path) -> None:
    table = pq.read_table(out / "observations.parquet")
    index = table.schema.get_field_index("value")
    pq.write_table(table.set_column(index, "value", pa.array([Decimal("1.5")] * 6)), out / "observations.parquet")
    assert check(LocalFolder(out)) == ["observations: its columns are not those of this version; run `zvity run` again"]


def test_a_missing_csv_and_a_file_that_is_none(out: Path) -> None:
    (out / "cells.csv").unlink()
    (out / "tables.parquet").write_bytes(b"cut")
    problems = check(LocalFolder(out))
    assert [problem.split(" (")[0] for problem in problems] == [
        "tables: cannot be read", "cells: the CSV file is missing; run `zvity run` again"
    ]  # fmt: skip

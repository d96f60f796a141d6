"""The one report as Word file, PDF and scan: the same validated data from each, equal to the truth; once from all."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from pipeline.check import check
from pipeline.folders import WORK, folder_at
from pipeline.process import interpret
from pipeline.report import Summary
from pipeline.run import run
from tests.samples import PDF, SCAN, WORD

HERE = Path(__file__).parent
TRUTH = json.loads((HERE / "data" / "report.truth.json").read_text(encoding="utf-8"))

EXACT = {
    "program_measures": (
        "table", "row", "section_number", "item_number", "term_start", "term_end", "fund", "row_kind", "period_start",
        "period_end", "plan", "actual", "deviation", "percent", "unit", "check",
    ),
    "program_indicators": ("table", "row", "item_number", "planned", "actual", "check"),
    "observations": (
        "table", "row", "column", "family", "section_number", "item_number", "row_kind", "measure", "period_start",
        "period_end", "fund", "unit", "value", "missing", "check",
    ),
    "findings": (
        "table", "row", "column", "rule", "severity", "expected", "found", "cells", "culprit", "proposal", "reason",
        "cause",
    ),
}  # fmt: skip
"""Columns that must be the same in all three readings; in the others a scan may have a misread letter."""

FACTS = (
    "report_id",
    "decision_date",
    "decision_number",
    "session",
    "convocation",
    "period_start",
    "period_end",
    "katottg",
)

Row = dict[str, str]


FORMS = (WORD, PDF, SCAN)


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> tuple[Summary, Path]:
    """Run the main job over the three forms once."""
    out = tmp_path_factory.mktemp("together")
    return run([str(form) for form in FORMS], out), out


@pytest.fixture(scope="module")
def forms(together: tuple[Summary, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Run it over each form alone, which have all been read."""
    found = {}
    for form in FORMS:
        found[form.name] = tmp_path_factory.mktemp(form.suffix.removeprefix("."))
        shutil.copytree(together[1] / WORK, found[form.name] / WORK)
        assert run([str(form)], found[form.name]).read == 0
    return found


def _rows(out: Path, name: str) -> list[Row]:
    with (out / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("path", [WORD, PDF], ids=["word", "pdf"])
def test_every_cell_equals_the_truth(path: Path) -> None:
    tables = interpret(path.read_bytes(), path.name).tables
    assert len(tables) == len(TRUTH["tables"])
    for understood, truth in zip(tables, TRUTH["tables"], strict=True):
        table = understood.table
        assert (table.n_rows, table.n_columns) == (truth["n_rows"], truth["n_columns"])
        assert understood.header_rows == truth["header_rows"]
        found = {(c.row, c.column, c.row_span, c.column_span, _squeezed(c.text)) for c in table.cells}
        wanted = {
            (c["row"], c["column"], c["row_span"], c["column_span"], _squeezed(c["text"])) for c in truth["cells"]
        }
        assert found == wanted


def _squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.ocr
@pytest.mark.parametrize("name", EXACT)
def test_three_forms_give_the_same_data(forms: dict[str, Path], name: str) -> None:
    word, pdf, scan = ([[row[column] for column in EXACT[name]] for row in _rows(forms[f.name], name)] for f in FORMS)
    assert word
    assert pdf == word
    assert scan == word


@pytest.mark.ocr
def test_three_forms_tell_the_same_facts(forms: dict[str, Path]) -> None:
    (first, *others) = (row for out in forms.values() for row in _rows(out, "documents"))
    assert all(other[fact] == first[fact] for other in others for fact in FACTS)
    assert (first["decision_date"], first["decision_number"]) == ("2023-10-26", "1484")
    assert (first["session"], first["convocation"]) == ("28", "8")
    assert (first["period_start"], first["period_end"]) == ("2024", "2026")
    assert first["katottg"] == "UA18060090000061708"


@pytest.mark.ocr
def test_three_forms_together_are_one_report_that_each_confirms(
    together: tuple[Summary, Path], forms: dict[str, Path]
) -> None:
    summary, out = together
    assert summary.states == {"published": 3}
    assert summary.counts.further == 2
    documents = {row["file_name"]: row for row in _rows(out, "documents")}
    word = documents[WORD.name]["document_id"]
    assert {name: row["reading_of"] for name, row in documents.items()} == {
        WORD.name: "",
        PDF.name: word,
        SCAN.name: word,
    }
    alone = _rows(forms[WORD.name], "observations")
    rows = _rows(out, "observations")
    assert [{**row, "check": "", "readings": ""} for row in rows] == [{**row, "check": ""} for row in alone]
    numbers = [row for row in rows if row["value"]]
    assert [row["check"] for row in numbers] == [
        "verified" if row["check"] == "unchecked" else row["check"] for row in alone if row["value"]
    ]
    assert {row["readings"] for row in numbers} == {"2"}
    assert _rows(out, "findings") == _rows(forms[WORD.name], "findings")
    shares = {documents[form.name]["numbers_agree"] for form in (PDF, SCAN)}
    assert shares == {str(len(numbers))}
    assert check(folder_at(out)) == []


def test_findings_are_the_contradictions_of_the_source_and_no_other(tmp_path: Path) -> None:
    run([str(WORD)], tmp_path)
    findings = _rows(tmp_path, "findings")
    contradictions = {
        (f["table"], f["row"], f["column"], f["rule"], f["expected"], f["found"], f["culprit"])
        for f in findings
        if f["severity"] == "error"
    }
    assert contradictions == {
        ("1", "28", "7", "sum", "620.12", "620,17", ""),  # or one of the sections is off
        ("1", "28", "10", "percent", "15.95", "15,24", "28:10"),
        ("1", "16", "10", "percent", "29.52", "29,4 | 6", "16:10"),
        ("2", "6", "3", "quotient", "659.25", "656,02", "6:3"),  # 203 050 UAH for 308 people
    }
    assert {f["cause"] for f in findings if f["severity"] == "error"} == {"source"}
    (gap,) = (f for f in findings if f["severity"] != "error")
    assert (gap["rule"], gap["found"]) == ("rows_missing", "2.5 → 2.9")
    subtotal = [
        r for r in _rows(tmp_path, "observations") if r["row"] == "16" and r["measure"] == "plan" and r["table"] == "1"
    ]
    assert [r["value"] for r in subtotal] == ["825.00"] * 3
    assert {r["check"] for r in subtotal} == {"verified"}, "by the total over the sections; its own rows are missing"


@pytest.mark.parametrize("name", ["documents", "tables", "program_measures", "program_indicators", "findings"])
def test_golden(name: str, tmp_path: Path, update_golden: bool) -> None:
    run([str(WORD)], tmp_path)
    found = [{k: v for k, v in row.items() if k not in ("version",)} for row in _rows(tmp_path, name)]
    golden = HERE / "golden" / f"{name}.json"
    text = json.dumps(found, ensure_ascii=False, indent=1) + "\n"
    if update_golden:
        golden.write_text(text, encoding="utf-8")
    wanted: list[dict[str, Any]] = json.loads(golden.read_text(encoding="utf-8"))
    assert found == wanted

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench.truth import Cell, Table, from_rows, read_icdar, read_json, samples

ICDAR = """<?xml version="1.0" encoding="UTF-8"?>
<document filename="x.pdf">
  <table id="1">
    <region id="1" page="3" col-increment="0" row-increment="0">
      <cell id="1" start-row="0" start-col="0" end-col="1"><content>Head</content></cell>
      <cell id="1" start-row="1" start-col="1" end-row="1"><content>1
2</content></cell>
    </region>
    <region id="2" page="4" col-increment="0" row-increment="2">
      <cell id="1" start-row="0" start-col="0"><content/></cell>
    </region>
  </table>
  <table id="2"><region id="1" page="4"><cell start-row="0" start-col="0"><content>a</content></cell></region></table>
</document>
"""


def test_icdar_cells_regions_and_increments(tmp_path: Path) -> None:
    path = tmp_path / "x-str.xml"
    path.write_text(ICDAR, encoding="utf-8")

    first, second = read_icdar(path)

    assert first.cells == (Cell(0, 0, 1, 2, "Head"), Cell(1, 1, 1, 1, "1\n2"), Cell(2, 0, 1, 1, ""))
    assert (first.pages, first.n_rows, first.n_columns) == ((3, 4), 3, 2)
    assert (second.pages, second.cells) == ((4,), (Cell(0, 0, 1, 1, "a"),))


def test_icdar_cells_that_overlap_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x-str.xml"
    path.write_text(ICDAR.replace('start-row="1" start-col="1"', 'start-row="0" start-col="1"'), encoding="utf-8")

    with pytest.raises(ValueError, match=r"x-str\.xml: cells of a table overlap"):
        read_icdar(path)


def test_icdar_cells_without_a_place_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x-str.xml"
    path.write_text(ICDAR.replace('start-col="1"', ""), encoding="utf-8")

    with pytest.raises(ValueError, match=r"x-str\.xml: a cell has no start-col"):
        read_icdar(path)


def _truth(text: str) -> str:
    cell = {"row": 0, "column": 0, "row_span": 1, "column_span": 2, "text": text}
    return json.dumps({"tables": [{"n_rows": 1, "n_columns": 2, "header_rows": 1, "cells": [cell]}]})


def test_json_truth(tmp_path: Path) -> None:
    path = tmp_path / "x.truth.json"
    path.write_text(_truth("№ п/п"), encoding="utf-8")

    assert read_json(path) == (Table((Cell(0, 0, 1, 2, "№ п/п"),), (), 1),)


def test_samples_are_the_pdfs_with_truth(tmp_path: Path) -> None:
    for name in ("a.pdf", "b.pdf", "eu-001.pdf", "eu-002a.pdf"):
        (tmp_path / name).touch()
    (tmp_path / "a.truth.json").write_text(_truth("a"), encoding="utf-8")
    for name in ("eu-001-str.xml", "eu-002a-str.xml", "eu-002b-str.xml"):
        (tmp_path / name).write_text(ICDAR, encoding="utf-8")

    found = {sample.name: len(sample.truths) for sample in samples(tmp_path)}

    assert found == {"a.pdf": 1, "eu-001.pdf": 1, "eu-002a.pdf": 2}


def test_rows_of_texts_leave_out_positions_without_a_cell() -> None:
    table = from_rows([["a", None], ["", "b"]])

    assert table.cells == (Cell(0, 0, 1, 1, "a"), Cell(1, 0, 1, 1, ""), Cell(1, 1, 1, 1, "b"))
    assert [[cell.text if cell else None for cell in row] for row in table.grid()] == [["a", None], ["", "b"]]

"""One report in several files is carried once, from the most direct one, and the others are compared with it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from docx import Document

from pipeline.check import check
from pipeline.family_files import load_families
from pipeline.folders import folder_at
from pipeline.publish.package import About, Selection
from pipeline.publish.publish import publish
from pipeline.readings import APART, RULE, Carried, carried
from pipeline.recount import rows_of
from pipeline.results import Columns, Content, Counts
from pipeline.run import run
from tests.samples import WORD
from validators.model import CHECKS

Row = dict[str, Any]

FAMILIES = {family.name: family for family in load_families()}
PERIOD = ("fund", "period_start", "period_end", "part")
NAMES = (
    "document_id", "table", "row", "column", "item", "value", "raw", "doubtful", "check", "readings", "measure", "base",
    *PERIOD,
)  # fmt: skip


def _content(
    values: dict[tuple[int, int], str | None],
    *,
    report: str = "report",
    title: str = "",
    source: str = "xml",
    checks: dict[tuple[int, int], str] | None = None,
    doubtful: tuple[tuple[int, int], ...] = (),
    label: str = "рядок",
    table: int = 1,
    annexes: tuple[str, ...] = (),
) -> Content:
    """Give a file with one table of a known kind, after one of an unknown kind for each annex, which is its number.

    Column 1 is the plan, others are what was done, each in a year of its own.
    """
    checks = checks or {}
    observations = []
    for (row, column), value in values.items():
        check = checks.get((row, column), "unchecked") if value else None
        measure, year = ("plan", 2024) if column == 1 else ("actual", 2022 + column)
        at = ["id", table, row, column, f"{label} {row}", value, value or "-", (row, column) in doubtful, check, None]
        observations.append([*at, measure, None, None, year, year, None])
    verified = sum(row[8] == "verified" for row in observations)
    unchecked = sum(row[8] == "unchecked" for row in observations)
    tables: list[list[Any]] = []
    for number, annex in enumerate(annexes, start=1):
        tables.append(["id", number, None, 2, 2, 0, 1, 0])
        at = ["id", number, 1, 1, "додаток", annex, annex, False, "unchecked", None]
        observations.append([*at, "Сума", None, None, None, None, None])
    tables.append(["id", table, "program_measures", 30, 5, verified, unchecked, 0])
    tidy = [
        ["id", table, row, checks.get((row, 1), "unchecked"), None, 2024, 2024, None]
        for row in sorted({row for row, column in values if column == 1})
    ]
    rows = {
        "tables": Columns(("document_id", "table", "family", "n_rows", "n_columns", *CHECKS), tables),
        "observations": Columns(NAMES, observations),
        "cells": Columns(("document_id", "table", "source"), [["id", table, source]]),
        "program_measures": Columns(("document_id", "table", "row", "check", *PERIOD), tidy),
    }
    counts = Counts(tables=1, verified=verified, unchecked=unchecked)
    return Content({"report_id": report, "title": title}, counts, rows)


def _carried(files: list[tuple[str, Content]]) -> Iterator[Carried]:
    return carried(files, FAMILIES)


def _rows(found: Carried, name: str) -> list[Row]:
    return rows_of(found.content, name)


def _values(count: int = 20) -> dict[tuple[int, int], str | None]:
    return {(row, column): f"{row * 10 + column}.50" for row in range(count // 2) for column in (1, 2)}


def _groups(files: list[tuple[str, Content]]) -> list[list[str]]:
    return [[name for name, _ in one.facts] for one in _carried(files)]


def test_a_report_is_carried_from_the_first_file_and_its_numbers_are_verified_by_the_other() -> None:
    (found,) = _carried([("word", _content(_values())), ("scan", _content(_values(), source="ocr", report="other"))])
    assert {row["check"] for row in _rows(found, "observations")} == {"verified"}
    assert {row["readings"] for row in _rows(found, "observations")} == {1}
    assert [(row["verified"], row["unchecked"]) for row in _rows(found, "tables")] == [(20, 0)]
    assert {row["check"] for row in _rows(found, "program_measures")} == {"verified"}
    assert (found.content.counts.verified, found.content.counts.unchecked, found.content.counts.further) == (20, 0, 1)
    assert _rows(found, "findings") == []
    (_, word), (_, scan) = found.facts
    assert (word["report_id"], word.get("reading_of")) == ("report", None)
    assert (scan["report_id"], scan["reading_of"], scan["numbers_agree"], scan["numbers_differ"]) == (
        "report",
        "word",
        20,
        0,
    )


def test_a_copy_that_was_read_in_the_same_way_proves_nothing() -> None:
    (found,) = _carried([("word", _content(_values())), ("copy", _content(_values()))])
    assert {(row["check"], row["readings"]) for row in _rows(found, "observations")} == {("unchecked", 1)}
    assert found.content.counts.further == 1


def test_a_number_that_differs_is_kept_as_it_is_and_told() -> None:
    scan = _content(_values() | {(3, 1): "37.50"}, doubtful=((3, 1),), source="ocr")
    (found,) = _carried([("word", _content(_values())), ("scan", scan)])
    (finding,) = _rows(found, "findings")
    assert (finding["rule"], finding["table"], finding["row"], finding["column"]) == (RULE, 1, 3, 1)
    assert (finding["found"], finding["expected"], finding["cause"]) == ("31.50", "37.50", "reading")
    assert "непевно" in finding["message"]
    checks = {(row["row"], row["column"]): row["check"] for row in _rows(found, "observations")}
    assert [place for place, check in checks.items() if check == "unchecked"] == [(3, 1)]
    assert next(row["value"] for row in _rows(found, "observations") if row["row"] == 3) == "31.50"
    assert [row["row"] for row in _rows(found, "program_measures") if row["check"] == "unchecked"] == [3]


def test_the_same_number_with_other_zeros_is_the_same() -> None:
    (found,) = _carried([("word", _content({(0, 1): "75.00"})), ("pdf", _content({(0, 1): "75"}, source="text"))])
    assert [row["readings"] for row in _rows(found, "observations")] == [1]


def test_two_further_readings_may_disagree_with_each_other() -> None:
    files = [_values(40), _values(40) | {(0, 1): "9.50"}, _values(40) | {(0, 2): "8.50"}]
    named = zip(("word", "pdf", "scan"), files, ("xml", "text", "ocr"), strict=True)
    (found,) = _carried([(name, _content(of, source=source)) for name, of, source in named])
    readings = {(row["row"], row["column"]): row["readings"] for row in _rows(found, "observations")}
    assert (readings[0, 1], readings[0, 2], readings[1, 1]) == (1, 1, 2)
    assert len(_rows(found, "findings")) == 2
    assert found.content.counts.further == 2


def test_a_contradiction_of_the_source_stays_one_in_every_reading() -> None:
    checks = {(2, 1): "contradicted"}
    files = [_content(_values(), checks=checks, source=source) for source in ("xml", "text")]
    (found,) = _carried(list(zip(("word", "pdf"), files, strict=True)))
    assert [row["check"] for row in _rows(found, "observations") if row["row"] == 2] == ["contradicted", "verified"]
    assert [row["check"] for row in _rows(found, "program_measures") if row["row"] == 2] == ["contradicted"]


def test_a_bad_scan_with_many_doubtful_numbers_is_a_reading_still() -> None:
    places = [(row, 1) for row in range(8)]
    scan = _values() | dict.fromkeys(places, "0.01")
    files = [("word", _content(_values())), ("scan", _content(scan, doubtful=tuple(places), source="ocr"))]
    assert _groups(files) == [["word", "scan"]]
    sure = [files[0], ("scan", _content(scan, source="ocr"))]
    assert _groups(sure) == [["word"], ["scan"]]


@pytest.mark.parametrize(
    "other",
    [
        {place: value if place[1] == 1 else "0.10" for place, value in _values().items()},
        {place: value if place[1] == 1 else None for place, value in _values().items()},
        {place: value for place, value in _values().items() if place[1] == 1},
        _values(60) | {(0, 3): "1.00"},
        _values(60) | {(0, 2): "7.00", (1, 2): "8.00", (2, 2): "9.00", (3, 2): "9.10"},
        {},
    ],
    ids=["other actuals", "no actuals yet", "fewer columns", "one more year", "four more done", "none"],
)
def test_the_next_report_on_the_same_programme_is_a_report_of_its_own(other: dict[tuple[int, int], str | None]) -> None:
    before = _values(60) if len(other) > 30 else _values()
    for files in ([before, other], [other, before]):
        found = list(_carried([(str(number), _content(of)) for number, of in enumerate(files)]))
        assert [[name for name, _ in one.facts] for one in found] == [["0"], ["1"]]
        assert all("reading_of" not in fact for one in found for _, fact in one.facts)
        assert len({fact["report_id"] for one in found for _, fact in one.facts}) == 2, "told apart by their ids, too"


def test_a_misprint_that_was_mended_in_one_file_is_no_other_report() -> None:
    (found,) = _carried([("word", _content(_values())), ("pdf", _content(_values() | {(4, 2): "42.60"}))])
    assert [row["row"] for row in _rows(found, "findings")] == [4]


@pytest.mark.parametrize(
    ("titles", "count"),
    [
        (("Звіт за 2024 рік", "Звіт за 2025 рік"), 2),
        (("Звіт за I квартал 2024 року", "Звіт за I півріччя 2024 року"), 2),
        (("Звіт за 2024 рік", "ЗВІТ за 2024рік"), 1),
        (("Звіт за 2024 рік", "Звіт"), 1),
    ],
)
def test_titles_that_name_another_time_are_of_other_reports(titles: tuple[str, str], count: int) -> None:
    assert len(_groups([(title, _content(_values(), title=title)) for title in titles])) == count


def test_the_same_numbers_in_rows_about_something_else_are_another_report() -> None:
    files = [("a", _content(_values())), ("b", _content(_values(), label="ремонт школи №"))]
    assert _groups(files) == [["a"], ["b"]]
    assert _groups([files[0], ("c", _content(_values(), label="рядoк"))]) == [["a", "c"]], "a letter of another script"


def test_two_reports_in_two_files_each_are_told_apart() -> None:
    year: dict[tuple[int, int], str | None] = dict.fromkeys(_values(), "1.10")
    files = [("a", _values()), ("b", year), ("c", year), ("d", _values())]
    assert _groups([(name, _content(of)) for name, of in files]) == [["a", "d"], ["b", "c"]]


def test_a_report_that_looks_like_one_that_is_carried_is_told() -> None:
    other: dict[tuple[int, int], str | None] = dict.fromkeys(_values(), "0.10")
    first, second = _carried([("a", _content(_values())), ("b", _content(other))])
    assert _rows(first, "findings") == []
    (finding,) = _rows(second, "findings")
    assert (finding["rule"], finding["severity"], finding["found"], finding["table"]) == (APART, "warning", "a", None)
    titles = ("Звіт за 2024 рік", "Звіт за 2025 рік")
    found = _carried([("a", _content(_values(), title=titles[0])), ("b", _content(other, title=titles[1]))])
    assert all(_rows(one, "findings") == [] for one in found), "of other times"


def test_tables_are_compared_by_their_order_among_the_known_ones() -> None:
    (found,) = _carried([("word", _content(_values())), ("pdf", _content(_values(), table=3, annexes=("1", "2")))])
    assert {row["readings"] for row in _rows(found, "observations")} == {1}


def test_a_table_that_only_a_further_file_has_is_not_lost() -> None:
    word = _content(_values(), table=2, annexes=("5.00",))
    pdf = _content(_values(), table=3, annexes=("7.00", "5.00"))
    (found,) = _carried([("word", word), ("pdf", pdf)])
    (more,) = found.more
    assert [(row["table"], row["verified"], row["unchecked"]) for row in rows_of(more, "tables")] == [(1, 0, 1)]
    assert [row["value"] for row in rows_of(more, "observations")] == ["7.00"]
    assert rows_of(more, "program_measures") == []
    assert (more.counts.tables, more.counts.unchecked, more.counts.further) == (1, 1, 0)
    (same,) = _carried([("word", word), ("pdf", word)])
    assert same.more == ()


def test_a_number_that_the_first_file_lacks_is_told() -> None:
    (found,) = _carried([("word", _content(_values())), ("pdf", _content(_values() | {(10, 1): "7.00"}))])
    (finding,) = _rows(found, "findings")
    assert (finding["row"], finding["column"], finding["found"], finding["expected"]) == (10, 1, None, "7.00")
    assert found.facts[1][1]["numbers_differ"] == 1


# From files to data sets and a package


def _with_annex(number: str) -> bytes:
    """Give the report with a table of no known kind at its end."""
    document = Document(str(WORD))
    document.add_paragraph("Додаток. Придбано обладнання")
    table = document.add_table(rows=2, cols=2)
    for cell, text in zip(
        (c for row in table.rows for c in row.cells), ("Назва", "Кількість", "Стіл", number), strict=True
    ):
        cell.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


@pytest.fixture(scope="module")
def annexed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give the output of a run over one report in three files, two of which have an annex of their own."""
    folder = tmp_path_factory.mktemp("annexed")
    (folder / "in").mkdir()
    (folder / "in" / "report.docx").write_bytes(WORD.read_bytes())
    for number in ("17", "19"):
        (folder / "in" / f"annex-{number}.docx").write_bytes(_with_annex(number))
    assert run([str(folder / "in")], folder / "out").states == {"published": 3}
    return folder / "out"


def _read(out: Path, name: str) -> list[Row]:
    rows: list[Row] = pq.read_table(out / f"{name}.parquet").to_pylist()
    return rows


def test_annexes_of_further_files_are_in_the_data_sets_once(annexed: Path) -> None:
    observations = _read(annexed, "observations")
    assert sorted(row["raw"] for row in observations if row["family"] is None and row["value"] is not None) == [
        "17",
        "19",
    ]
    measures = _read(annexed, "program_measures")
    assert len({row["document_id"] for row in measures}) == 1
    assert sum(row["reading_of"] is None for row in _read(annexed, "documents")) == 1
    assert check(folder_at(annexed)) == []


def test_a_package_holds_the_report_and_the_annexes_and_all_references_hold(annexed: Path, tmp_path: Path) -> None:
    publish(folder_at(annexed), folder_at(tmp_path / "package"), About(), Selection())
    documents = {row["document_id"]: row for row in _read(tmp_path / "package" / "data", "documents")}
    tables = _read(tmp_path / "package" / "data", "tables")
    assert {row["document_id"] for row in tables} == documents.keys()
    assert len({row["report_id"] for row in documents.values()}) == len(documents)
    raw = [row["raw"] for row in _read(tmp_path / "package" / "data", "observations") if row["family"] is None]
    assert {"17", "19"} <= set(raw)


def test_check_sees_readings_of_nothing(annexed: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    shutil.copytree(annexed, out)
    table = pq.read_table(out / "documents.parquet")
    at = table.schema.get_field_index("reading_of")
    for value in ("0" * 64, table.column("document_id")[0].as_py()):
        changed = pa.array([value] * table.num_rows, pa.string())
        pq.write_table(table.set_column(at, table.schema.field(at), changed), out / "documents.parquet")
        assert any("carries no report" in problem for problem in check(folder_at(out)))

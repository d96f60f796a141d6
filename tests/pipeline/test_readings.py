"""One report in several files is carried once, from the most direct one, and the others are compared with it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from pipeline.family_files import load_families
from pipeline.readings import RULE, Carried, carried
from pipeline.recount import rows_of
from pipeline.results import Columns, Content, Counts
from validators.model import CHECKS

Row = dict[str, Any]

FAMILIES = {family.name: family for family in load_families()}
PERIOD = ("fund", "period_start", "period_end", "part")
NAMES = (
    "document_id", "table", "row", "column", "item", "value", "raw", "doubtful", "check", "readings", "measure", *PERIOD
)  # fmt: skip


def _content(
    values: dict[tuple[int, int], str | None],
    *,
    report: str = "report",
    checks: dict[tuple[int, int], str] | None = None,
    doubtful: tuple[tuple[int, int], ...] = (),
    table: int = 1,
    others: int = 0,
) -> Content:
    """Give a file with one table of a known kind, and so many of unknown ones before it."""
    checks = checks or {}
    observations = [
        ["id", table, row, column, f"рядок {row}", value, value or "-", (row, column) in doubtful,
         checks.get((row, column), "unchecked") if value else None, None, "plan", None, 2024, 2024, None]
        for (row, column), value in values.items()
    ]  # fmt: skip
    verified = sum(row[8] == "verified" for row in observations)
    unchecked = sum(row[8] == "unchecked" for row in observations)
    tables = [["id", number, None, 0, 0, 0] for number in range(1, others + 1)]
    tables.append(["id", table, "program_measures", verified, unchecked, 0])
    tidy = [
        [
            "id",
            table,
            row,
            "contradicted" if checks.get((row, 1)) == "contradicted" else "unchecked",
            None,
            2024,
            2024,
            None,
        ]
        for row in sorted({row for row, _ in values})
    ]
    rows = {
        "tables": Columns(("document_id", "table", "family", *CHECKS), tables),
        "observations": Columns(NAMES, observations),
        "program_measures": Columns(("document_id", "table", "row", "check", *PERIOD), tidy),
    }
    counts = Counts(tables=1, verified=verified, unchecked=unchecked)
    return Content({"report_id": report}, counts, rows)


def _carried(files: list[tuple[str, Content]]) -> Iterator[Carried]:
    return carried(files, FAMILIES)


def _rows(found: Carried, name: str) -> list[Row]:
    return rows_of(found.content, name)


def _values(count: int = 20) -> dict[tuple[int, int], str | None]:
    return {(row, column): f"{row * 10 + column}.50" for row in range(count // 2) for column in (1, 2)}


def test_a_report_is_carried_from_the_first_file_and_its_numbers_are_verified_by_the_other() -> None:
    (found,) = _carried([("word", _content(_values())), ("scan", _content(_values()))])
    assert {row["check"] for row in _rows(found, "observations")} == {"verified"}
    assert {row["readings"] for row in _rows(found, "observations")} == {1}
    assert [(row["verified"], row["unchecked"]) for row in _rows(found, "tables")] == [(20, 0)]
    assert {row["check"] for row in _rows(found, "program_measures")} == {"verified"}
    assert (found.content.counts.verified, found.content.counts.unchecked, found.content.counts.further) == (20, 0, 1)
    assert _rows(found, "findings") == []
    assert found.facts == (
        ("word", {"report_id": "report"}),
        ("scan", {"report_id": "report", "reading_of": "word", "numbers_agree": 20, "numbers_differ": 0}),
    )


def test_a_number_that_differs_is_kept_as_it_is_and_told() -> None:
    scan = _values() | {(3, 1): "37.50"}
    (found,) = _carried([("word", _content(_values())), ("scan", _content(scan, doubtful=((3, 1),)))])
    (finding,) = _rows(found, "findings")
    assert (finding["rule"], finding["table"], finding["row"], finding["column"]) == (RULE, 1, 3, 1)
    assert (finding["found"], finding["expected"], finding["cause"]) == ("31.50", "37.50", "reading")
    assert "непевно" in finding["message"]
    checks = {(row["row"], row["column"]): row["check"] for row in _rows(found, "observations")}
    assert [place for place, check in checks.items() if check == "unchecked"] == [(3, 1)]
    assert next(row["value"] for row in _rows(found, "observations") if row["row"] == 3) == "31.50"
    assert [row["row"] for row in _rows(found, "program_measures") if row["check"] == "unchecked"] == [3]


def test_the_same_number_with_other_zeros_is_the_same() -> None:
    (found,) = _carried([("word", _content({(0, 1): "75.00"})), ("pdf", _content({(0, 1): "75"}))])
    assert [row["readings"] for row in _rows(found, "observations")] == [1]


def test_two_further_readings_may_disagree_with_each_other() -> None:
    files = [_values(), _values() | {(0, 1): "9.50"}, _values() | {(0, 2): "8.50"}]
    (found,) = _carried([(name, _content(of)) for name, of in zip(("word", "pdf", "scan"), files, strict=True)])
    readings = {(row["row"], row["column"]): row["readings"] for row in _rows(found, "observations")}
    assert (readings[0, 1], readings[0, 2], readings[1, 1]) == (1, 1, 2)
    assert len(_rows(found, "findings")) == 2
    assert found.content.counts.further == 2


def test_a_contradiction_of_the_source_stays_one_in_every_reading() -> None:
    checks = {(2, 1): "contradicted"}
    (found,) = _carried([("word", _content(_values(), checks=checks)), ("pdf", _content(_values(), checks=checks))])
    assert [row["check"] for row in _rows(found, "observations") if row["row"] == 2] == ["contradicted", "verified"]
    assert [row["check"] for row in _rows(found, "program_measures") if row["row"] == 2] == ["contradicted"]


@pytest.mark.parametrize(
    "other",
    [
        {place: value if place[1] == 1 else "0.10" for place, value in _values().items()},
        {place: value if place[1] == 1 else None for place, value in _values().items()},
        {place: value for place, value in _values().items() if place[1] == 1},
        {},
    ],
    ids=["other actuals", "no actuals yet", "fewer columns of numbers", "none"],
)
def test_a_report_of_another_year_is_a_report_of_its_own(other: dict[tuple[int, int], str | None]) -> None:
    for files in ([_values(), other], [other, _values()]):
        found = list(_carried([(str(number), _content(of)) for number, of in enumerate(files)]))
        assert [fact for one in found for fact in one.facts] == [
            ("0", {"report_id": "report"}),
            ("1", {"report_id": "report"}),
        ]
        assert all(row["readings"] is None for one in found for row in _rows(one, "observations"))


def test_two_reports_in_two_files_each_are_told_apart() -> None:
    year: dict[tuple[int, int], str | None] = dict.fromkeys(_values(), "1.10")
    files = [("a", _values()), ("b", year), ("c", year), ("d", _values())]
    found = list(_carried([(name, _content(of)) for name, of in files]))
    assert [[name for name, _ in one.facts] for one in found] == [["a", "d"], ["b", "c"]]


def test_ids_that_only_begin_alike_are_two_reports() -> None:
    assert len(list(_carried([("a", _content(_values())), ("b", _content(_values(), report="other"))]))) == 2


def test_tables_are_compared_by_their_order_among_the_known_ones() -> None:
    (found,) = _carried([("word", _content(_values())), ("pdf", _content(_values(), table=3, others=2))])
    assert {row["readings"] for row in _rows(found, "observations")} == {1}


def test_a_number_that_the_first_file_lacks_is_told() -> None:
    more = _values() | {(0, 3): "7.00"}
    (found,) = _carried([("word", _content(_values())), ("pdf", _content(more))])
    (finding,) = _rows(found, "findings")
    assert (finding["row"], finding["column"], finding["found"], finding["expected"]) == (0, 3, None, "7.00")
    assert found.facts[1][1]["numbers_differ"] == 1

"""What `zvity families --explain` tells of each table: kind, reasons, columns, and what stayed unknown."""

from __future__ import annotations

import json

from pipeline.explain_families import as_json, lines
from pipeline.process import Reading, interpret
from tests.builders import docx, p, tbl, tc, tr
from tests.pipeline.test_wide import unknown
from tests.samples import WORD


def read(*rows: tuple[str, ...], above: str = "Виконання заходів Програми за 2024 рік, тис. грн") -> Reading:
    return interpret(docx(p(above) + tbl(*(tr(*map(tc, row)) for row in rows))), "x.docx")


def test_a_table_of_a_known_kind() -> None:
    found = as_json(interpret(WORD.read_bytes(), WORD.name))
    first = found["tables"][0]
    assert (first["family"], first["title"], first["header_rows"]) == (
        "program_measures",
        "Виконання заходів Програми",
        2,
    )
    assert first["rows"] == {"section": 4, "item": 18, "subtotal": 4, "total": 2}
    plan = first["columns"][4]
    assert (plan["measure"], plan["period"], plan["unit"], plan["known"]) == (
        "plan",
        [2024, 2024],
        "thousand UAH",
        True,
    )
    assert plan["path"] == ["Річний обсяг фінансування, тис. грн", "2024 рік"]
    assert "обсяг фінансування" in plan["why"]
    percent = next(c for c in first["columns"] if c["measure"] == "percent")
    assert percent["base"] == "plan"
    assert first["relations"][0]["fits"] == 9
    assert first["unknown"] == []
    assert all(other["lacks"] for other in first["others"])
    json.dumps(found)


def test_what_is_unknown_is_told() -> None:
    reading = read(
        ("№", "Зміст заходів", "План", "Профінансовано", "Кількість учасників"),
        ("1", "Захід А", "10", "5", "7"),
        ("", "", "3", "1", "4"),
    )
    (table,) = as_json(reading)["tables"]
    assert [c["known"] for c in table["columns"]] == [True, True, True, True, False]
    assert sorted((u["rule"], u["row"], u["column"]) for u in table["unknown"]) == [
        ("unknown_heading", 0, 4), ("unknown_row", 2, 2),
    ]  # fmt: skip
    text = "\n".join(lines(reading))
    for told in (
        "program_measures",
        "мітка item",
        "показник plan",
        "невідомий: числа",
        "! Заголовок «Кількість учасників»",
    ):
        assert told in text


def test_a_table_of_no_known_kind_says_what_each_kind_would_need() -> None:
    reading = interpret(unknown(), "staff.docx")
    (table,) = as_json(reading)["tables"]
    assert (table["family"], table["title"]) == (None, None)
    assert len(table["others"]) == 3
    text = "\n".join(lines(reading))
    assert "жоден вид звіту не підходить" in text
    assert "немає" in text

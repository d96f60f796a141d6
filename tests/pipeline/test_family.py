"""Columns get a meaning only where a heading of the family fits; broken family files say what is wrong."""

from __future__ import annotations

import tomllib
from copy import deepcopy
from typing import Any

import pytest

from pipeline.column import Column, read_column
from pipeline.family import Family
from pipeline.family_files import FamilyError, load_families, parse_family
from pipeline.recognise import candidates
from pipeline.sample import Sample

FILE = tomllib.loads("""
name = "things"
title = "Речі"
required = ["item", "plan"]
leftmost = "item_number"

[[columns]]
becomes = "item_number"
headings = ["№"]

[[columns]]
becomes = "item"
headings = ["Зміст заходів"]

[[columns]]
measure = "plan"
unit = "money"
headings = ["Обсяг фінансування"]

[[columns]]
measure = "percent"
unit = "percent"
headings = ["Відсоток виконання"]

[[columns]]
becomes = "note"
note = true
headings = ["Інформація про обсяг фінансування"]

[row_units]
count = ["Кількість"]

[tidy]
per = "period"
about = "things"
fields = [
    { name = "thing", of = "item", kind = "text", about = "a" },
    { name = "fund", kind = "text", about = "b" },
    { name = "period_start", kind = "integer", about = "c" },
    { name = "period_end", kind = "integer", about = "d" },
    { name = "plan", kind = "decimal", about = "e" },
    { name = "check", kind = "text", about = "f" },
]
""")


@pytest.fixture
def family() -> Family:
    return parse_family(FILE)


def changed(*path: str | int, value: Any = None) -> dict[str, Any]:
    """Give the family's file with one value changed, or taken out where none is given."""
    made: Any = deepcopy(FILE)
    inner = made
    for step in path[:-1]:
        inner = inner[step]
    if value is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = value
    return dict(made)


def meaning(family: Family, *path: str) -> str | None:
    return family.columns([("x",), path])[1].meaning


def test_file_is_read(family: Family) -> None:
    assert (family.name, family.title, family.leftmost, family.per) == ("things", "Речі", "item_number", "period")
    assert family.required == {"item", "plan"}
    assert family.row_units == {"count": ("Кількість",)}
    assert family.sources["thing"] == "item"
    assert family.sources["plan"] == "plan"
    assert family.tidy.key == ("document_id", "table", "row", "fund", "period_start", "period_end")
    assert family.tidy.columns[:4] == ("document_id", "table", "row", "thing")
    assert next(f for f in family.tidy.fields if f.name == "check").choices


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("Зміст заходів",), "item"),
        (("ЗМІСТ  ЗА-\nХОДІВ програми",), "item"),
        (("3міст заходів",), "item"),  # a misread letter
        (("Зм1ст за ходiв",), "item"),
        (("Річний обсяг фінансування, тис. грн", "2024 рік"), "plan"),
        (("Обсягн фінаисування",), "plan"),
        (("Інформація про обсяг фінансування",), "note"),  # nearest to its beginning, then the longest
        (("Обсяг фінансування", "Відсоток виконання"), "percent"),  # the lowest heading
        (("Відсоток виконання", "Обсяг фінансування"), "plan"),
        (("№",), "item_number"),
        (("№ рішення",), None),  # a short heading must be all of it
        (("Зміст",), None),
        (("Примітка",), None),
        ((), None),
    ],
)
def test_headings(family: Family, path: tuple[str, ...], expected: str | None) -> None:
    assert meaning(family, *path) == expected


def test_unknown_column_keeps_its_path(family: Family) -> None:
    path = ("Джерела", "Обласний бюджет, тис. грн", "2025 рік")
    column = family.columns([("№",), path])[1]
    assert column == Column(path, unit="thousand UAH", period=(2025, 2025))
    assert column.meaning is None


def test_note_and_money_columns_are_marked(family: Family) -> None:
    number, note, plan, percent = family.columns(
        [("№",), ("Інформація про обсяг фінансування",), ("Обсяг фінансування, грн",), ("Відсоток виконання",)]
    )
    assert [(c.note, c.money, c.unit) for c in (number, note, plan, percent)] == [
        (False, False, None),
        (True, False, None),
        (False, True, "UAH"),
        (False, False, "percent"),
    ]


def test_leftmost_column_that_nothing_fits(family: Family) -> None:
    assert family.columns([("Шифр",), ("Зміст заходів",)])[0].label == "item_number"
    assert family.columns([("Шифр",), ("№",)])[0].label is None, "another column numbers the rows"
    assert family.columns([("Зміст заходів",), ("x",)])[0].label == "item"
    assert family.columns([]) == []


@pytest.mark.parametrize(
    ("path", "period", "unit", "fund"),
    [
        (("2024 рік",), (2024, 2024), None, None),
        (("2024-2026 роки", "2025 рік"), (2025, 2025), None, None),
        (("тис. грн", "2025 рік"), (2025, 2025), "thousand UAH", None),
        (("грн", "тис. грн"), None, "thousand UAH", None),
        (("Загальний фонд", "Спеціальний фонд"), None, None, "special"),
        (("загальиий фонд",), None, None, "general"),
        ((), None, None, None),
    ],
)
def test_what_a_path_says_by_itself(
    path: tuple[str, ...], period: tuple[int, int] | None, unit: str | None, fund: str | None
) -> None:
    column = read_column(path)
    assert (column.path, column.period, column.unit, column.fund) == (path, period, unit, fund)


def test_family_that_understands_most_wins(family: Family) -> None:
    poorer = parse_family(changed("columns", value=FILE["columns"][:3]) | {"name": "poorer"})
    paths = [("№",), ("Зміст заходів",), ("Обсяг фінансування",), ("Відсоток виконання",)]
    for families in ((family, poorer), (poorer, family)):
        matched = match(paths, families)
        assert matched is not None
        assert matched[0] is family
        assert [c.meaning for c in matched[1]] == ["item_number", "item", "plan", "percent"]


def test_table_without_a_required_column_is_of_no_family(family: Family) -> None:
    assert match([("№",), ("Зміст заходів",), ("Відсоток виконання",)], [family]) is None
    assert match([], [family]) is None


@pytest.mark.parametrize(
    "path",
    [("name",), ("title",), ("required",), ("columns",), ("columns", 0, "headings"), ("tidy",), ("tidy", "per"),
     ("tidy", "about"), ("tidy", "fields"), ("tidy", "fields", 0, "name"), ("tidy", "fields", 0, "kind")],
)  # fmt: skip
def test_missing_key_is_named(path: tuple[str | int, ...]) -> None:
    with pytest.raises(KeyError, match=str(path[-1])):
        parse_family(changed(*path))


@pytest.mark.parametrize(
    ("path", "value", "told"),
    [
        (("required",), ["item", "actual"], "actual"),
        (("tidy", "per"), "year", "year"),
        (("tidy", "fields"), FILE["tidy"]["fields"][:1], "fund.*period_end.*period_start"),
        (("tidy", "fields", 0, "kind"), "number", "number"),
        (("columns", 0, "measure"), "plan", "№"),
        (("columns", 0), {"headings": ["Шифр"]}, "Шифр"),
    ],
    ids=["required", "per", "no fields of the key", "kind", "label and measure", "neither label nor measure"],
)
def test_wrong_value_is_named(path: tuple[str | int, ...], value: object, told: str) -> None:
    with pytest.raises(ValueError, match=f"(?s)things.*{told}"):
        parse_family(changed(*path, value=value))


def test_families_that_come_with_zvity() -> None:
    families = load_families()
    assert [family.name for family in families] == sorted(family.name for family in families)
    assert {"program_measures", "program_indicators"} <= {family.name for family in families}
    for family in families:
        meanings = {rule.label or rule.measure for rule in family.rules}
        known = meanings | {
            "section_number", "section", "row_kind", "term_start", "term_end", "fund", "period_start", "period_end",
            "unit", "check",
        }  # fmt: skip
        assert set(family.sources.values()) <= known, "a field that nothing ever fills"
        for rule in family.rules:
            for heading in rule.headings:
                assert meaning(family, heading) == (rule.label or rule.measure), heading

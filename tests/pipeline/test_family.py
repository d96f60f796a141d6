"""Columns get a meaning only where a heading of the family fits it."""

from __future__ import annotations

import tomllib

import pytest

from pipeline.column import Column, is_only_years, read_column
from pipeline.family import Family
from pipeline.family_files import load_families, parse_family
from pipeline.sample import Sample

FILE = tomllib.loads("""
name = "things"
title = "Речі"
leftmost = "item_number"

[recognise]
columns = ["item", "plan"]

[[columns]]
becomes = "item_number"
headings = ["№"]

[[columns]]
becomes = "item"
headings = ["Зміст заходів"]

[[columns]]
becomes = "code"
code = "kekv"
headings = ["Код|"]

[[columns]]
becomes = "source"
headings = ["Джерела|"]

[[columns]]
measure = "plan"
within_year = "plan_period"
unit = "money"
headings = ["Обсяг фінансування", "План|", "{fund}", "{year}"]

[[columns]]
measure = "actual"
unit = "money"
period = "previous"
headings = ["Факт минулого року"]

[[columns]]
measure = "percent"
unit = "percent"
headings = ["Відсоток виконання", "%"]

[[columns]]
measure = "deviation"
unit = "money"
headings = ["+/-"]

[[columns]]
becomes = "note"
note = true
headings = ["Інформація про обсяг фінансування"]

[row_units]
count = ["Кількість"]

[identities]
rows = ["actual = plan + deviation"]
funds = ["total = general + special"]
sums = false

[tidy]
per = "period"
about = "things"
fields = [
    { name = "thing", of = "item", kind = "text", about = "a" },
    { name = "fund", kind = "text", about = "b" },
    { name = "period_start", kind = "integer", about = "c" },
    { name = "period_end", kind = "integer", about = "d" },
    { name = "part", kind = "text", about = "e" },
    { name = "plan", kind = "decimal", about = "f", minimum = 0 },
    { name = "percent_period", of = "percent", base = "plan_period", kind = "decimal", about = "g" },
    { name = "check", kind = "text", about = "h" },
]
""")

NOTHING = Sample([])


@pytest.fixture
def family() -> Family:
    return parse_family(FILE)


def column(family: Family, *path: str) -> Column:
    return family.columns([("x",), path], NOTHING)[1]


def meaning(family: Family, *path: str) -> str | None:
    return column(family, *path).meaning


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
        (("Відсоток виконання", "Обсяг фінансування"), "percent"),  # below percentages all are
        (("% виконання", "до обсягу фінансування"), "percent"),
        (("Обсяг фінансування", "до плану"), "plan"),  # what it is compared with is not what it is
        (("Відхилення", "до плану"), "deviation"),
        (("№",), "item_number"),
        (("№ рішення",), None),  # a short heading must be all of it
        (("Код ПКВК",), "code"),  # but for one that ends in a bar
        (("Зміст",), None),
        (("Примітка",), "note"),  # a usual heading, which the file need not name
        (("Відхилення від запланованого",), "deviation"),
        ((), None),
        (("%",), "percent"),
        (("Обсяг фінансування, %",), "percent"),  # a percentage whatever its words
        (("%", "Обсяг фінансування"), "percent"),
        (("у % до обсягу",), "percent"),
        (("Темп росту, %",), None),  # growth is a percentage of no plan
        (("питома вага, %",), None),
        (("Обсяг фінансування", "% до попереднього року"), None),  # and not the plan above it
        (("(+/-)",), "deviation"),
        (("+,-",), "deviation"),
        (("Загальний фонд",), "plan"),  # nothing but a fund
        (("2024 рік",), "plan"),
        (("Загальний", "фонд"), "plan"),
        (("Джерела фінансування, тис. гривень", "обласний бюджет"), "source"),
        (("Кредиторська заборгованість", "Загальний фонд"), None),  # a fund, and something else
        (("План на рік",), "plan"),
        (("План на 9 місяців",), "plan_period"),
        (("I квартал 2022 року", "план"), "plan_period"),
        (("Виконання з початку року", "Річний план"), "plan"),
        (("Затверджений план", "з них", "тепло, світло"), None),  # a part of a plan is something else
        (("Затверджений план", "з них", "2024 рік"), "plan"),  # but for that of a year, a fund or a source
        (("Відхилення", "усього"), "deviation"),  # `усього` says less than what stands above
        (("І півріччя 2022 року, дані попередні (план)",), "plan_period"),  # what brackets say
        (("Економія (+), перевитрата (-)",), "deviation"),
        (("Довідково: план на рік",), "plan"),
    ],
)
def test_headings(family: Family, path: tuple[str, ...], expected: str | None) -> None:
    assert meaning(family, *path) == expected


def test_unknown_column_keeps_its_path(family: Family) -> None:
    path = ("Борг", "Обласний бюджет, тис. грн", "2025 рік")
    found = column(family, *path)
    assert found == Column(path, unit="thousand UAH", period=(2025, 2025), fund="Обласний бюджет")
    assert found.meaning is None
    assert not family.knows(found)


def test_what_the_file_says_of_a_column_is_kept(family: Family) -> None:
    number, note, plan, percent, before, code = family.columns(
        [("№",), ("Інформація про обсяг фінансування",), ("Обсяг фінансування, грн",), ("Відсоток виконання",),
         ("Факт минулого року",), ("Код|",)],
        NOTHING,
    )  # fmt: skip
    assert [(c.note, c.money, c.unit) for c in (number, note, plan, percent)] == [
        (False, False, None), (True, False, None), (False, True, "UAH"), (False, False, "percent"),
    ]  # fmt: skip
    assert (before.years_ago, code.code) == (1, "kekv")
    assert all(map(family.knows, (number, note, plan, percent, before, code)))


def test_leftmost_column_that_nothing_fits(family: Family) -> None:
    assert family.columns([("Шифр",), ("Зміст заходів",)], NOTHING)[0].label == "item_number"
    assert family.columns([("Шифр",), ("№",)], NOTHING)[0].label is None, "another column numbers the rows"
    assert family.columns([("Зміст заходів",), ("x",)], NOTHING)[0].label == "item"
    assert family.columns([], NOTHING) == []


def test_the_first_column_of_words_names_the_rows_where_no_heading_does(family: Family) -> None:
    sample = Sample([["1", "Ремонт школи", "так, зроблено", "5"], ["2", "Ремонт саду", "ні, не зроблено", "7"]])
    columns = family.columns([("№",), ("Загальний фонд",), ("Стан",), ("План",)], sample)
    assert [c.meaning for c in columns] == ["item_number", "item", None, "plan"]
    assert columns[1].why == "перший стовпець зі словами"


def test_a_column_of_words_is_no_measure_and_a_column_of_numbers_no_label_of_words(family: Family) -> None:
    sample = Sample([["Ремонт школи", "у межах коштів", "5"], ["Ремонт саду", "за потреби", "7"]])
    columns = family.columns([("Зміст заходів",), ("Обсяг фінансування",), ("Джерела", "місцевий бюджет")], sample)
    assert [c.meaning for c in columns] == ["item", None, "plan"]
    assert columns[2].fund == "місцевий бюджет"


def test_sources_of_money_are_known_by_their_looks(family: Family) -> None:
    sample = Sample([["Ремонт школи", "обл. бюджет", "5"], ["Ремонт саду", "ін. джерела", "7"]])
    columns = family.columns([("Зміст заходів",), ("Дж. фін.",), ("План",)], sample)
    assert [c.meaning for c in columns] == ["item", "source", "plan"]


def test_codes_are_known_by_their_looks(family: Family) -> None:
    sample = Sample([["2111", "Зарплата", "5"], ["2210", "Папір", "7"], ["2240", "Послуги", "7"]])
    columns = family.columns([("Стаття",), ("Зміст заходів",), ("План",)], sample)
    assert [(c.label, c.code) for c in columns[:2]] == [("code", "kekv"), ("item", None)]


@pytest.mark.parametrize(
    ("path", "period", "unit", "fund"),
    [
        (("2024 рік",), (2024, 2024), None, None),
        (("2024-2026 роки", "2025 рік"), (2025, 2025), None, None),
        (("тис. грн", "2025 рік"), (2025, 2025), "thousand UAH", None),
        (("грн", "тис. грн"), None, "thousand UAH", None),
        (("Загальний фонд", "Спеціальний фонд"), None, None, "special"),
        (("загальиий фонд",), None, None, None),
        (("Спеціальний фонд", "бюджет розвитку"), None, None, "special"),  # a fund of the budget comes first
        (("Загальний фонд", "Усього"), None, None, "general"),
        (("План", "обласний бюджет"), None, None, "обласний бюджет"),
        (("Загальний", "фонд"), None, None, "general"),
        (("Разом (загальний і спеціальний фонди)",), None, None, None),
        (("Площа, га",), None, "га", None),
        (("Кількість",), None, "count", None),
        (("План 2024", "до 2023, %"), (2024, 2024), "percent", None),
        ((), None, None, None),
    ],
)
def test_what_a_path_says_by_itself(
    path: tuple[str, ...], period: tuple[int, int] | None, unit: str | None, fund: str | None
) -> None:
    found = read_column(path)
    assert (found.path, found.period, found.unit, found.fund) == (path, period, unit, fund)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2024", True), ("2024 рік", True), ("на 2024-2026 роки", True), ("І етап 2018–2020", True),
        ("Всього на 2018–2025 роки", True),
        ("План на 2024 рік", False), ("етап", False), ("", False),
    ],
)  # fmt: skip
def test_headings_of_nothing_but_years(text: str, expected: bool) -> None:
    assert is_only_years(text) is expected


def test_families_that_come_with_zvity() -> None:
    families = load_families()
    names = [family.name for family in families]
    assert names == sorted(names)
    assert {
        "program_measures", "program_indicators", "program_resources", "budget_passport_report", "budget_passport",
        "budget_income", "budget_execution", "budget_expenditure", "budget_estimate", "asset_list",
        "socioeconomic_indicators", "financial_plan",
    } <= set(names)  # fmt: skip
    for family in families:
        for rule in family.rules:
            for heading in rule.headings:
                if heading.startswith("{") or heading == "%":
                    continue
                found = family._meaning((heading,)).meaning
                assert found in (rule.label, rule.measure, rule.within_year) or (
                    rule.measure is not None and found in {r.measure for r in family.rules}
                ), (family.name, heading, found)

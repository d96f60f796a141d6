"""A role for every cell, an observation for every value, a tidy row for every period of a row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.columns import Context
from pipeline.facts import Facts
from pipeline.family_files import load_families
from pipeline.text import Words
from pipeline.tidy import Understood, tidy_rows, understand
from tests.builders import table
from validators.arithmetic import check
from validators.conservation import check_cells
from validators.records import Observation

MEASURES = [
    ["№ п/п", "Зміст заходів", "Строк виконання", "Обсяг фінансування, тис. грн", "<", "Фактично профінансовано", "<",
     "Відсоток виконання", "<", "Примітка"],
    ["^", "^", "^", "2024 рік", "2025 рік", "2024 рік", "2025 рік", "2024 рік", "2025 рік", "^"],
    ["І", "Освіта", "<", "<", "<", "<", "<", "<", "<", "<"],
    ["1.1.", "Ремонт", "2024-2025 роки", "100,00", "200,00", "50,00", "-", "50", "", "триває"],
    ["1.2.", "Школа", "2024 рік", "1 000,50", "х", "1.000", "", "", "", ""],
    ["", "Всього по розділу", "", "1100,50", "200,00", "", "-", "", "", ""],
]  # fmt: skip
FACTS = Facts(period_start=2024, period_end=2026)


def understood(
    rows: Sequence[Sequence[str]], caption: str | None = None, facts: Facts = FACTS, **cell: Any
) -> Understood:
    around = Context((caption,) if caption else (), facts)
    return understand(1, table(rows, **cell), caption, around, load_families(), Words(lambda: ()))


def at(found: Understood, row: int, column: int) -> Observation:
    return next(o for o in found.observations if o.place == (row, column))


def test_family_and_header() -> None:
    found = understood(MEASURES)
    assert found.family is not None
    assert (found.family.name, found.header_rows, found.unit) == ("program_measures", 2, "thousand UAH")


def test_each_cell_has_its_role() -> None:
    found = understood(MEASURES)
    check_cells([(c.row, c.column) for c in found.table.cells], found.roles, [o.place for o in found.observations])
    roles = found.roles
    assert {roles[place] for place in roles if place[0] < 2} == {"header"}
    assert (roles[2, 0], roles[2, 1]) == ("label", "label")
    assert [roles[3, c] for c in range(10)] == ["label"] * 3 + ["value"] * 6 + ["note"]
    assert roles[4, 5] == "rejected"
    assert Counter(roles.values()) == {"header": 13, "label": 11, "value": 17, "rejected": 1, "note": 3}


def test_observations_say_what_each_value_is() -> None:
    found = understood(MEASURES)
    plan = at(found, 3, 4)
    assert (plan.measure, plan.period_start, plan.period_end, plan.fund, plan.unit) == (
        "plan", 2025, 2025, "total", "thousand UAH",
    )  # fmt: skip
    assert (plan.value, plan.raw, plan.missing) == (Decimal("200.00"), "200,00", None)
    assert (plan.section_number, plan.section, plan.item_number, plan.item, plan.row_kind) == (
        "I", "Освіта", "1.1", "Ремонт", "item",
    )  # fmt: skip
    actual = at(found, 3, 6)
    assert (actual.measure, actual.unit, actual.value, actual.missing) == ("actual", "thousand UAH", None, "not_due")
    assert at(found, 3, 7).unit == "percent"
    assert (at(found, 4, 4).missing, at(found, 4, 6).missing, at(found, 4, 7).missing) == (
        "not_applicable", "not_due", "blank",
    )  # fmt: skip
    assert at(found, 5, 3).row_kind == "subtotal"
    assert {o.row for o in found.observations} == {3, 4, 5}, "section headings hold no values"


def test_unreadable_value_is_told_and_kept() -> None:
    found = understood(MEASURES)
    bad = at(found, 4, 5)
    assert (bad.value, bad.missing, bad.raw) == (None, "unreadable", "1.000")
    (finding,) = found.findings
    assert (finding.rule, finding.severity, finding.row, finding.column) == ("unreadable", "warning", 4, 5)
    assert finding.found == "1.000"
    assert finding.cells == ((4, 5),)
    assert "Фактично профінансовано" in finding.message


def test_tidy_rows_of_measures() -> None:
    found = understood(MEASURES)
    rows = tidy_rows(found, check(found.observations, found.rules())[0])
    assert [(r["row"], r["period_start"], r["period_end"]) for r in rows] == [
        (row, year, year) for row in (3, 4, 5) for year in (2024, 2025)
    ]
    assert rows[0] == {
        "table": 1, "row": 3, "section_number": "I", "section": "Освіта", "item_number": "1.1", "item": "Ремонт",
        "term_start": 2024, "term_end": 2025, "executors": None, "fund": "total", "row_kind": "item",
        "period_start": 2024, "period_end": 2024, "part": None, "plan": Decimal("100.00"), "actual": Decimal("50.00"),
        "deviation": None, "percent": Decimal(50), "unit": "thousand UAH", "note": "триває", "check": "unchecked",
    }  # fmt: skip
    assert (rows[1]["actual"], rows[3]["plan"], rows[4]["row_kind"]) == (None, None, "subtotal")


def test_check_of_a_tidy_row_is_the_weakest_of_its_numbers() -> None:
    rows = [
        ["1.1.", "Ремонт", "", "100,00", "200,00", "50,00", "5,00", "50,000", "4", ""],
        ["", "Всього по розділу", "", "100,00", "200,00", "50,00", "6,00", "", "", ""],
    ]
    found = understood([*MEASURES[:3], *rows])
    assert [row["check"] for row in tidy_rows(found, check(found.observations, found.rules())[0])] == [
        "verified",
        "contradicted",  # its percentage
        "verified",
        "contradicted",  # its sum
    ]


def test_indicators() -> None:
    found = understood(
        [
            [
                "№ з/п",
                "Назва показника",
                "Планове значення",
                "Фактичне значення",
                "Причини невиконання",
                "Вжиті заходи",
            ],
            ["І", "Показники продукту", "<", "<", "<", "<"],
            ["1", "Кількість закладів, од.", "308", "300", "брак коштів", "-"],
            ["2", "Відсоток охоплення", "100", "98,5", "", ""],
            ["3", "Середній бал", "9", "10", "", ""],
        ]
    )
    assert found.family is not None
    assert found.family.name == "program_indicators"
    assert [at(found, row, 2).unit for row in (2, 3, 4)] == ["count", "percent", None]
    rows = tidy_rows(found, check(found.observations, found.rules())[0])
    assert rows[0] == {
        "table": 1, "row": 2, "group": "Показники продукту", "item_number": "1", "indicator": "Кількість закладів, од.",
        "planned": Decimal(308), "actual": Decimal(300), "reason": "брак коштів", "actions": "-", "check": "unchecked",
        "fund": "total", "period_start": 2024, "period_end": 2026, "part": None,
    }  # fmt: skip
    assert len(rows) == 3


def test_table_of_no_family_is_measured_by_its_headings() -> None:
    found = understood(
        [["№", "Назва", "Площа", "<"], ["^", "^", "загальна, м2", "житлова, м2"], ["1", "Школа", "10,5", "-"],
         ["2", "Садок", "20", "5"]]
    )  # fmt: skip
    assert found.family is None
    assert tidy_rows(found, found.observations) == []
    assert [(o.measure, o.item, o.raw) for o in found.observations] == [
        ("Площа › загальна, м2", "Школа", "10,5"),
        ("Площа › житлова, м2", "Школа", "-"),
        ("Площа › загальна, м2", "Садок", "20"),
        ("Площа › житлова, м2", "Садок", "5"),
    ]


def test_column_of_numbers_that_the_family_does_not_know_is_kept() -> None:
    header = [
        "№ п/п",
        "Зміст заходів",
        "Обсяг фінансування, тис. грн",
        "Фактично профінансовано",
        "Кількість учасників",
    ]
    found = understood([header, ["1", "Ремонт", "10", "5", "120"], ["2", "Школа", "20", "-", "80"]])
    assert found.family is not None
    assert [(o.measure, o.value) for o in found.observations if o.column == 4] == [
        ("Кількість учасників", Decimal(120)),
        ("Кількість учасників", Decimal(80)),
    ]


def test_columns_alike_do_not_stand_for_each_other() -> None:
    header = ["№ п/п", "Зміст заходів", "Обсяг фінансування, тис. грн", "<", "Фактично профінансовано"]
    below = ["^", "^", "місцевий бюджет", "інші джерела", "^"]
    found = understood([header, below, ["1", "Ремонт", "10", "7", "5"], ["2", "Школа", "20", "3", "5"]])
    assert at(found, 2, 2).series != at(found, 2, 3).series
    rows = tidy_rows(found, check(found.observations, found.rules())[0])
    assert sorted(row["plan"] for row in rows if row["row"] == 2 and row["plan"] is not None) == [7, 10]


@pytest.mark.parametrize(
    ("caption", "facts", "expected"),
    [
        ("Фінансування у 2023 році", FACTS, (2023, 2023)),
        (None, FACTS, (2024, 2026)),
        (None, Facts(), (None, None)),
        ("Програма на 2022-2025 роки за 2024 рік", FACTS, (2024, 2024)),
        (None, Facts(title="на 2022-2025 роки за 2024 рік", period_start=2022, period_end=2025), (2024, 2024)),
    ],
)
def test_years_that_the_headings_leave_open(
    caption: str | None, facts: Facts, expected: tuple[int | None, int | None]
) -> None:
    rows = [["№", "Зміст заходів", "Обсяг фінансування", "Фактично профінансовано"], ["1", "Ремонт", "10", "5"]]
    found = understood([*rows, ["2", "Школа", "1", "1"]], caption, facts)
    assert {(o.period_start, o.period_end) for o in found.observations} == {expected}


@pytest.mark.parametrize(
    ("plan", "actual", "caption", "expected"),
    [
        (", грн", "", "тис. грн", ["UAH", None]),  # one of the two is wrong
        (", грн", "", None, ["UAH", "UAH"]),
        ("", "", "Залишок 500 грн повернуто", [None, None]),
        ("", "", "Виконано на 95%", [None, None]),
        ("", "", "тис. грн", ["thousand UAH", "thousand UAH"]),
        (", грн", ", тис. грн", None, ["UAH", "thousand UAH"]),
        ("", "", None, [None, None]),
    ],
)
def test_units_that_the_headings_leave_open(
    plan: str, actual: str, caption: str | None, expected: list[str | None]
) -> None:
    header = ["№", "Зміст заходів", f"Обсяг фінансування{plan}", f"Фактично профінансовано{actual}"]
    found = understood([header, ["1", "Ремонт", "10", "5"], ["2", "Школа", "1", "1"]], caption)
    assert [at(found, 1, column).unit for column in (2, 3)] == expected
    assert [f.rule for f in found.findings] == ["unit_unknown"] * (None in expected)


def test_value_merged_over_years_is_of_all_of_them() -> None:
    row = ["1.1.", "Ремонт", "", "300,00", "<", "50,00", "-", "", "", ""]
    merged = at(understood([*MEASURES[:3], row]), 3, 3)
    assert (merged.period_start, merged.period_end, merged.value) == (2024, 2025, Decimal(300))


def test_value_merged_over_rows_is_one_observation() -> None:
    rows = [
        ["1.1.", "Ремонт", "", "300,00", "200,00", "50,00", "-", "", "", ""],
        ["1.2.", "Школа", "", "^", "100,00", "1,00", "-", "", "", ""],
    ]
    found = understood([*MEASURES[:3], *rows])
    check_cells([(c.row, c.column) for c in found.table.cells], found.roles, [o.place for o in found.observations])
    assert [o.row for o in found.observations if o.column == 3] == [3]


def test_doubt_of_a_cell_goes_on_to_its_observation() -> None:
    found = understood(MEASURES, page=1, source="ocr", confidence=0.5)
    assert {o.doubtful for o in found.observations} == {True}
    assert {o.doubtful for o in understood(MEASURES).observations} == {False}


words = st.sampled_from(["", "1", "2", "3", "10,00", "-", "х", "Захід", "Всього", "І", "2024 рік", "№", "<", "1.000"])


@given(st.integers(2, 6), st.data(), st.booleans())
def test_every_cell_of_any_table_gets_one_role_and_every_value_one_observation(
    n_columns: int, data: st.DataObject, known: bool
) -> None:
    rows = data.draw(st.lists(st.lists(words, min_size=n_columns, max_size=n_columns), min_size=1, max_size=6))
    rows = [["" if i == 0 and text == "<" else text for i, text in enumerate(row)] for row in rows]
    if known:
        rows = [["№", "Зміст заходів", "Обсяг фінансування", "Фактично профінансовано", "x", "y"][:n_columns], *rows]
    found = understood(rows)
    observations, _ = check(found.observations)
    check_cells([(c.row, c.column) for c in found.table.cells], found.roles, [o.place for o in observations])
    tidy = tidy_rows(found, observations)
    if found.family is not None:
        keys = [tuple(row.get(name) for name in found.family.tidy.key) for row in tidy]
        assert len(keys) == len(set(keys))


# What no rule covers, and what the cells themselves say


def test_a_heading_and_a_row_that_no_rule_covers_become_findings_and_stay() -> None:
    found = understood(
        [
            ["№ п/п", "Зміст заходів", "Обсяг фінансування, тис. грн", "Борг на кінець року"],
            ["1", "Ремонт", "10", "5"],
            ["", "", "20", "7"],
        ]
    )
    told = {f.rule: f for f in found.findings}
    assert set(told) == {"unknown_heading", "unknown_row"}
    assert (told["unknown_heading"].column, told["unknown_heading"].found) == (3, "Борг на кінець року")
    assert (told["unknown_row"].row, told["unknown_row"].cells) == (2, ((2, 2),))
    assert at(found, 1, 3).measure == "Борг на кінець року"
    assert (at(found, 2, 2).value, at(found, 2, 2).item) == (Decimal(20), None)
    assert len(tidy_rows(found, found.observations)) == 2


def test_a_code_of_the_wrong_shape_is_told_with_its_place() -> None:
    rows = [["Код", "Найменування", "План на 2024 рік", "Виконано"], ["11010100", "Податок", "5", "5"]]
    rows += [["11010200", "Податок", "5", "5"], ["1101030", "Збір", "3", "3"]]
    found = understood(rows, "Виконання доходів бюджету, грн")
    (told,) = [f for f in found.findings if f.rule == "odd_code"]
    assert (told.row, told.column, told.found) == (3, 0, "1101030")
    assert "ККДБ" in told.message
    assert at(found, 3, 2).code == "1101030", "it stays as it is printed"


def test_what_a_cell_says_of_its_unit_comes_first() -> None:
    rows = [
        ["№ п/п", "Зміст заходів", "Обсяг фінансування, тис. грн", "% виконання"],
        ["1", "Ремонт", "15606000грн.", "в 2,1 р.б."],
    ]
    found = understood(rows)
    assert (at(found, 1, 2).value, at(found, 1, 2).unit) == (Decimal(15606000), "UAH")
    assert (at(found, 1, 3).value, at(found, 1, 3).unit) == (Decimal("2.1"), "times")


@pytest.mark.parametrize(
    ("caption", "facts", "missing"),
    [
        ("Виконання за 2024 рік", FACTS, "not_due"),  # the report says what it is about
        ("Виконання за 2025 рік", FACTS, "nil"),
        (None, FACTS, "not_due"),  # no fact at all in 2025, though there are some in 2024
    ],
)
def test_a_year_that_has_not_come(caption: str | None, facts: Facts, missing: str) -> None:
    assert at(understood(MEASURES, caption, facts), 3, 6).missing == missing


def test_a_year_with_one_fact_has_come() -> None:
    rows = [
        *MEASURES[:3],
        ["1", "А", "", "1", "1", "1", "-", "", "", ""],
        ["2", "Б", "", "1", "1", "1", "3", "", "", ""],
    ]
    assert at(understood(rows), 3, 6).missing == "nil"


def test_why_a_number_is_unreadable_is_told() -> None:
    found = understood([*MEASURES[:3], ["1", "А", "", "100\n60\n40", "12.500", "- 5", "0117461", "", "", ""]])
    told = {f.column: f.message for f in found.findings if f.rule == "unreadable"}
    assert "кілька чисел" in told[3]
    assert "двояко" in told[4]
    assert "позначкою списку" in told[5]
    assert "код" in told[6]


def test_quarters_of_a_year_are_parts_of_one_measure() -> None:
    header = ["КЕКВ", "Найменування", "План на 2024 рік, грн", "І квартал", "ІІ квартал"]
    found = understood(
        [header, ["2111", "Зарплата", "10", "4", "6"], ["2210", "Папір", "5", "2", "3"]], "Кошторис на 2024 рік"
    )
    assert [(c.measure, c.part, c.period) for c in found.columns[2:]] == [
        ("plan", None, (2024, 2024)), ("plan", "І квартал", (2024, 2024)), ("plan", "ІІ квартал", (2024, 2024)),
    ]  # fmt: skip
    rows = tidy_rows(found, found.observations)
    assert [(r["row"], r["part"], r["plan"]) for r in rows[:3]] == [
        (1, None, 10),
        (1, "І квартал", 4),
        (1, "ІІ квартал", 6),
    ]


def test_of_two_plans_the_one_that_is_compared_with_is_the_plan() -> None:
    header = [
        "№ п/п",
        "Зміст заходів",
        "Затверджено, грн",
        "Затверджено зі змінами, грн",
        "Профінансовано, грн",
        "% виконання",
    ]
    found = understood([header, ["1", "А", "100", "80", "40", "50"], ["2", "Б", "50", "60", "15", "25"]])
    assert [c.part for c in found.columns[2:4]] == ["Затверджено, грн", None]
    assert found.columns[5].base == "plan"

"""Every body row gets one kind, and keeps the section it stands in."""

from __future__ import annotations

from typing import Any

import pytest

from pipeline.column import Column
from pipeline.family import RowRules
from pipeline.rows import Row, read_rows
from pipeline.text import Words
from tests.builders import table

COLUMNS = (
    Column(("№",), label="item_number"),
    Column(("Захід",), label="item"),
    Column(("План",), measure="plan"),
    Column(("Факт",), measure="actual"),
)
HEADER = ["№", "Захід", "План", "Факт"]


WORDS = Words(lambda: ())


def read(*rows: list[str], columns: tuple[Column, ...] = COLUMNS, **rules: Any) -> list[Row]:
    return read_rows(table([HEADER, *rows]).grid(), 1, columns, RowRules(**rules), WORDS)


def kinds(*rows: list[str]) -> list[str]:
    return [row.kind for row in read(*rows)]


def test_report_of_sections() -> None:
    found = read(
        ["І.", "Розвиток", "<", "<"],
        ["1.1.", "Перший", "10", "5"],
        ["", "Всього по розділу І", "10", "5"],
        ["ІІ", "Підтримка", "", ""],
        ["2.1", "Другий", "20", "-"],
        ["", "Разом за розділом", "20", "-"],
        ["", "Усього по розділах", "30", "5"],
        ["", "Всього по Програмі", "30", "5"],
    )
    assert [row.kind for row in found] == ["section", "item", "subtotal"] * 2 + ["total"] * 2
    assert [row.section_number for row in found] == ["I"] * 3 + ["II"] * 3 + [None] * 2
    assert [row.section for row in found] == ["Розвиток"] * 3 + ["Підтримка"] * 3 + [None] * 2
    assert [row.number for row in found] == [None, "1.1", None, None, "2.1", None, None, None]
    assert [row.item for row in found if row.kind != "section"] == [
        "Перший", "Всього по розділу І", "Другий", "Разом за розділом", "Усього по розділах", "Всього по Програмі",
    ]  # fmt: skip
    assert [row.index for row in found] == list(range(1, 9))


def test_totals_between_sections_are_subtotals() -> None:
    found = read(
        ["Розділ 1. Освіта", "<", "<", "<"],
        ["1", "а", "1", "1"],
        ["", "Всього", "1", "1"],
        ["Розділ 2. Культура", "<", "<", "<"],
        ["2", "б", "2", "2"],
        ["", "Всього", "2", "2"],
        ["", "Всього", "3", "3"],
    )
    assert [row.kind for row in found] == ["section", "item", "subtotal"] * 2 + ["total"]
    assert found[3].section == "Розділ 2. Культура"


@pytest.mark.parametrize("label", ["Всього", "УСЬОГО:", "Разом", "Загалом за програмою", "Підсумок"])
def test_totals_of_a_table_without_sections(label: str) -> None:
    assert kinds(["1", "а", "1", "1"], ["", label, "1", "1"]) == ["item", "total"]
    assert kinds(["1", "а", "1", "1"], [label, "<", "1", "1"]) == ["item", "total"]


@pytest.mark.parametrize("text", ["Всьогодення громади", "Разомлення", "Захід усього населення"])
def test_words_that_only_begin_like_a_total_are_items(text: str) -> None:
    assert kinds(["1", text, "1", "1"]) == ["item"]


@pytest.mark.parametrize(
    ("row", "number", "title"),
    [
        (["Розділ I", "<", "<", "<"], None, "Розділ I"),
        (["IV.", "Медицина", "<", "<"], "IV", "Медицина"),
        (["ІV", "Медицина", "", ""], "IV", "Медицина"),  # Cyrillic І
        (["", "Показники продукту", "<", "<"], None, "Показники продукту"),
        (["", "Завдання 1. Освіта", "", ""], None, "Завдання 1. Освіта"),
    ],
)
def test_section_headings(row: list[str], number: str | None, title: str) -> None:
    (found,) = read(row)
    assert (found.kind, found.section_number, found.section) == ("section", number, title)


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(["1.", "Захід без коштів", "", ""], id="an item without values"),
        pytest.param(["I", "Захід", "5", ""], id="a value"),
        pytest.param(["I", "-", "", ""], id="no words"),
        pytest.param(["", "", "", ""], id="empty"),
        pytest.param(["", "Продовження опису", "", ""], id="words that name no section"),
    ],
)
def test_what_is_no_section(row: list[str]) -> None:
    assert kinds(row) == ["item"]


def test_name_without_a_number_over_numbered_rows_heads_them() -> None:
    first, last = ["1.", "Лавки", "5", "6"], ["2.", "Урни", "7", "8"]
    assert kinds(["", "Благоустрій", "", ""], first, ["", "Освітлення", "", ""], last) == ["section", "item"] * 2
    for other in ("у тому числі", "державний бюджет", "з металу та дерева", "Усього"):
        assert "section" not in kinds(first, ["", other, "", ""], last), other
    assert "section" not in kinds(first, ["3.", "Освітлення", "", ""], last), "it has its number"
    assert "section" not in kinds(first, ["^", "Освітлення", "", ""], last), "it goes on under a number"
    assert "section" not in kinds(first, ["", "Освітлення", "", ""], ["", "Урни", "7", "8"]), (
        "nothing is numbered below"
    )


def test_mark_of_a_footnote_alone_heads_nothing() -> None:
    assert "section" not in kinds(["1.", "Лавки", "5", "6"], ["", "¹", "", ""], ["2.", "Урни", "7", "8"])


@pytest.mark.parametrize(("label", "kind"), [("А + Б", "total"), ("I + II + III", "total"), ("ВІЛ+ТБ", "item")])
def test_letters_of_sections_added_up_are_a_total(label: str, kind: str) -> None:
    assert kinds(["", label, "5", "6"]) == [kind]


def test_letters_number_sections() -> None:
    assert kinds(["А", "Медикаменти", "", ""], ["1", "Ліки", "5", "6"]) == ["section", "item"]
    assert kinds(["А", "Медикаменти", "5", "6"]) == ["item"]


MONEY = tuple(Column((name,), measure=name, money=True) for name in ("plan", "actual", "deviation"))


def test_row_that_adds_up_those_above_is_their_sum_whatever_its_name() -> None:
    def read_all(own: list[str]) -> list[str]:
        rows = [["Податок", "10", "7", "3"], ["Плата", "20", "16", "4"], own, ["Дотація", "5", "5", "0"]]
        grid = table([["Вид", "План", "Факт", "Різниця"], *rows]).grid()
        return [row.kind for row in read_rows(grid, 1, (Column(("Вид",), label="item"), *MONEY), RowRules(), WORDS)]

    assert read_all(["Власні ресурси", "30", "23", "7"]) == ["item", "item", "subtotal", "item"]
    assert read_all(["Власні ресурси", "30", "23", "8"]) == ["item"] * 4, "in all columns"
    assert read_all(["Власні ресурси", "30", "30", ""]) == ["item"] * 4, "in three numbers"


def test_codes_far_above_sum_only_what_is_no_more_than_they_are() -> None:
    columns = (Column(("Код",), label="code"), *COLUMNS[1:])

    def read_all(parent: str) -> list[str]:
        rows = [["0712100", "Стоматологія", parent, ""], ["0712144", "Лікування", "339", ""]]
        return [row.kind for row in read_rows(table([HEADER, *rows]).grid(), 1, columns, rules, WORDS)]

    rules = RowRules(hierarchy="kpkvk")
    assert read_all("339") == ["subtotal", "item"]
    assert read_all("214") == ["item", "item"]


def test_codes_stand_above_those_of_their_section_only() -> None:
    columns = (Column(("Код",), label="code"), *COLUMNS[1:])
    rows = [["20000000", "Неподаткові", "5", ""], ["", "Спеціальний фонд", "", ""], ["25000000", "Власні", "7", ""]]
    found = read_rows(table([HEADER, *rows]).grid(), 1, columns, RowRules(hierarchy="kkdb"), WORDS)
    assert [(row.kind, row.fund) for row in found] == [("item", None), ("section", None), ("item", "special")]


def test_lines_of_a_form_are_parts_of_the_one_that_their_codes_stand_below() -> None:
    columns = (Column(("Код",), label="code"), *COLUMNS[1:])

    def read_all(*codes: str) -> list[str]:
        rows = [
            [codes[0], "Витрати", "512", ""],
            [codes[1], "Зарплата", "410", ""],
            [codes[2], "Нарахування", "102", ""],
        ]
        grid = table([HEADER, *rows]).grid()
        return [row.kind for row in read_rows(grid, 1, columns, RowRules(no_total=True), WORDS)]

    assert read_all("1010", "1011", "1012") == ["subtotal", "item", "item"]
    assert read_all("1000", "1010", "1020") == ["item"] * 3, "lines of their own"
    assert read_all("010", "011", "020") == ["item"] * 3, "one below, one beside"


def test_sums_of_funds_lead_their_rows() -> None:
    rows = [
        ["", "Загальний фонд, разом", "30", ""],
        ["1", "Податки", "30", ""],
        ["", "Спеціальний фонд, разом", "7", ""],
        ["2", "Власні надходження", "7", ""],
        ["", "Разом по бюджету", "37", ""],
    ]
    assert [row.fund for row in read(*rows)] == ["general", "general", "special", "special", "total"]


def test_years_in_a_column_of_their_own_are_those_of_the_rows() -> None:
    columns = (Column(("Захід",), label="item"), Column(("Рік",), label="term"), Column(("Сума",), measure="plan"))
    grid = table([["Захід", "Рік", "Сума"], ["Лавки", "2022", "5"], ["^", "2023", "6"]]).grid()
    found = read_rows(grid, 1, columns, RowRules(), WORDS)
    assert [row.period for row in found] == [(2022, 2022), (2023, 2023)]
    dated = (*columns[:2], Column(("План на 2024 рік",), measure="plan"))
    assert [row.period for row in read_rows(grid, 1, dated, RowRules(), WORDS)] == [None, None]


def test_section_with_its_code() -> None:
    columns = (*COLUMNS[:1], Column(("Код",), label="code"), *COLUMNS[1:])
    rows = [["1", "1513105", "Завдання 1. Освіта", "", ""], ["2", "0100", "Школи", "", ""]]
    grid = table([["№", "Код", *HEADER[1:]], *rows]).grid()
    found = read_rows(grid, 1, columns, RowRules(blank_sections=True), WORDS)
    assert [(row.kind, row.section) for row in found] == [(kind, "Завдання 1. Освіта") for kind in ("section", "item")]


def test_total_whose_unit_is_a_cross() -> None:
    columns = (*COLUMNS[:2], Column(("Од.",), label="unit"), *COLUMNS[2:])
    rows = [
        ["№", "Захід", "Од.", "План", "Факт"],
        ["1", "Лавки", "шт.", "5", "6"],
        ["", "Всього на суму:", "х", "5", "6"],
    ]
    found = read_rows(table(rows).grid(), 1, columns, RowRules(), WORDS)
    assert [(row.kind, row.labels.get("unit")) for row in found] == [("item", "шт."), ("total", None)]


def test_table_without_measures_has_no_sections() -> None:
    (found,) = read(["Розділ I", "<", "<", "<"], columns=(COLUMNS[0], COLUMNS[1], Column(()), Column(())))
    assert found.kind == "item"


@pytest.mark.parametrize(
    "row", [["1", "2", "3", "4"], ["1.", "2.", "3.", "4."], HEADER, ["№", "За-хід", "план", "Факт"]]
)
def test_header_repeated_in_the_body_is_header(row: list[str]) -> None:
    assert kinds(["1", "а", "1", "1"], row, ["2", "б", "2", "2"]) == ["item", "header", "item"]


def test_rows_without_letters_are_no_repeated_header() -> None:
    found = read_rows(table([["", "", "", ""], ["-", "—", "-", "-"]]).grid(), 1, COLUMNS, RowRules(), WORDS)
    assert [row.kind for row in found] == ["item"]


@pytest.mark.parametrize(
    ("own", "text", "number", "item"),
    [
        ("2.1.", "Ремонт", "2.1", "Ремонт"),
        ("7", "Ремонт", "7", "Ремонт"),
        ("", "2.1. Ремонт", "2.1", "Ремонт"),
        ("", "2 . 1) Ремонт", "2.1", "Ремонт"),
        ("", "3) Ремонт", "3", "Ремонт"),
        ("3", "2.1 Ремонт", "2.1", "Ремонт"),  # the deeper number is the item's own
        ("3", "4. Ремонт", "3", "4. Ремонт"),
        ("", "5 шкіл", None, "5 шкіл"),
        ("", "2024 рік", None, "2024 рік"),
        ("а)", "Ремонт", "а)", "Ремонт"),
        ("", "", None, None),
    ],
)
def test_number_and_item(own: str, text: str, number: str | None, item: str | None) -> None:
    (found,) = read([own, text, "1", "1"])
    assert (found.number, found.item) == (number, item)


def test_number_merged_over_rows_numbers_none_of_them() -> None:
    found = read(["1.", "Загальний фонд", "1", "1"], ["^", "Спеціальний фонд", "2", "2"], ["2.", "Інше", "3", "3"])
    assert [row.number for row in found] == [None, None, "2"]
    assert found[1].labels == {"item_number": "1.", "item": "Спеціальний фонд"}


def test_each_cell_of_a_row_is_given_once() -> None:
    found = read(["Всього", "<", "1", "<"])
    assert [(cell.text, cell.column_span) for cell in found[0].cells] == [("Всього", 2), ("1", 2)]
    assert found[0].labels == {"item": "Всього"}, "a name over the number's column, too"

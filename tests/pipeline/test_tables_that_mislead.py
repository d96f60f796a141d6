"""Tables that invite a wrong reading: nothing is lost without a word, and no unit, year, fund or kind is made up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

import pytest

from pipeline.process import Rows, process
from pipeline.sample import Sample
from tests.builders import docx, p, tbl, tc, tr

Text = str | tuple[str, int]
"""A cell, or one merged over so many columns."""


def report(*above: str, table: Sequence[Sequence[Text]]) -> Rows:
    """Give the rows of a document: paragraphs, then one table."""
    rows = []
    for row in table:
        cells = [tc(cell) if isinstance(cell, str) else tc(cell[0], f'<w:gridSpan w:val="{cell[1]}"/>') for cell in row]
        rows.append(tr(*cells))
    return process(docx("".join(map(p, above)) + tbl(*rows)), "report.docx")


def rules(rows: Rows) -> list[str]:
    return [finding["rule"] for finding in rows["findings"]]


def of(rows: Rows, *names: str) -> list[tuple[object, ...]]:
    """Give these columns of all observations with a value."""
    return [tuple(o[name] for name in names) for o in rows["observations"] if o["value"] is not None]


MEASURES = "Заходи програми за 2023 рік, тис. грн"


def test_a_price_beside_money_takes_nothing_from_the_caption() -> None:
    table = [["№", "Захід", "План", "Факт", "Вартість 1 м2, грн"], ["1", "Ремонт", "1000,0", "900,0", "5"]]
    rows = report(MEASURES, table=[*table, ["2", "Школа", "2000,0", "800,0", "6"]])
    assert set(of(rows, "measure", "unit")) == {
        ("plan", "thousand UAH"), ("actual", "thousand UAH"), ("price", "UAH"),
    }  # fmt: skip


def test_an_unreadable_amount_does_not_make_its_row_a_section() -> None:
    table = [["Захід", "Обсяг фінансування"], ["Школа", "100,0"], ["Садок", "близько 500,0"], ["Паливо", "200,0"]]
    rows = report(MEASURES, table=table)
    assert [(o["item"], o["section"], o["missing"]) for o in rows["observations"]] == [
        ("Школа", None, None), ("Садок", None, "unreadable"), ("Паливо", None, None),
    ]  # fmt: skip
    assert rules(rows) == ["unreadable"]


def test_words_in_a_column_of_money_take_no_number_with_them() -> None:
    words = ["не потребує фінансування", "в межах кошторису", "в межах кошторису"]
    table = [["Захід", "План", "Факт"], *([f"Захід {i}", text, text] for i, text in enumerate(words))]
    rows = report(MEASURES, table=[*table, ["Садок", "200,0", "190,0"], ["Паливо", "50", "40,0 тис. грн"]])
    assert [t["family"] for t in rows["tables"]] == ["program_measures"]
    assert sorted(of(rows, "value")) == [(Decimal(v),) for v in ("40.0", "50", "190.0", "200.0")]
    assert rules(rows) == ["unreadable"] * 6


@pytest.mark.parametrize(
    ("table", "numbers"),
    [
        ([["Галузь", "Інвестиції, тис. грн", "Індекс цін"], ["Освіта", "100,5", "101,2"], ["Спорт", "20,5", "99"]], 4),
        ([["Назва", "Кількість закладів"], ["Школи", "1"], ["Садки", "2"]], 2),
        ([["№", "Об'єкт", "Кошторисна вартість"], ["1", "Школа", "2000"], ["2", "Сад", "1990"]], 2),
        ([["Назва", "Обсяг", "Кошти"], *([f"Об'єкт {i}", f"{i},5", "" if i < 65 else "7"] for i in range(70))], 75),
        ([["Школи", "1500,00", "300"], ["Садки", "200,5", "500"], ["Клуби", "300,5", "600"]], 6),  # no headings
        ([["№", "Кількість шкіл", "Кількість учнів"], ["1", "2", "3"], ["2", "5", "40"], ["3", "7", "90"]], 6),
    ],
    ids=["words that begin as codes", "counting up", "like years", "filled late", "no header", "like column numbers"],
)
def test_no_number_of_a_table_of_no_known_kind_is_lost(table: Sequence[Sequence[str]], numbers: int) -> None:
    rows = report(table=table)
    assert len(of(rows, "value")) == numbers
    assert rules(rows) == []


def test_numbers_in_a_column_of_words_are_told() -> None:
    table = [["Назва", "Щось"], *(["Об'єкт", "згідно кошторису" if i % 5 < 3 else "100,5"] for i in range(20))]
    (finding,) = report(table=table)["findings"]
    assert (finding["rule"], finding["found"], finding["column"]) == ("number_unused", "8", 1)


def test_a_row_of_words_below_whole_headings_is_no_header() -> None:
    table = [["Захід", "План", "Факт"], ["Ремонт", "відсутні", "відсутні"], ["Школа", "20", "3"], ["Сад", "5", "4"]]
    rows = report(MEASURES, table=table)
    assert {o["item"] for o in rows["observations"]} == {"Ремонт", "Школа", "Сад"}


def test_a_number_merged_into_the_labels_is_of_the_measure_it_reaches() -> None:
    table = [
        ["№", "Захід", "Строк", "План", "Факт"],
        ["1", "Школа", "2024", "100,0", "50"],
        ["2", "Сад", "2024", "20", "3"],
    ]
    rows = report(MEASURES, table=[*table, ["", "Разом", ("120", 2), "53"]])
    assert ("total", "plan", Decimal(120), "verified") in of(rows, "row_kind", "measure", "value", "check")


def test_rows_and_sections_say_more_of_funds_than_the_caption() -> None:
    rows = report(
        "Виконання загального фонду бюджету за 2023 рік, грн",
        table=[
            ["Код", "Найменування", "План", "Факт"], ["11010000", "ПДФО", "100", "60"],
            ["", "Спеціальний фонд", "", ""], ["25010000", "Послуги", "10", "6"],
            ["", "Всього доходів спеціального фонду", "10", "6"],
            ["", "Всього доходів", "110", "66"],
        ],
    )  # fmt: skip
    assert of(rows, "item", "fund")[::2] == [
        ("ПДФО", "general"), ("Послуги", "special"), ("Всього доходів спеціального фонду", "special"),
        ("Всього доходів", "total"),
    ]  # fmt: skip


def test_a_fund_ends_with_its_section_and_a_total_of_all_holds_all() -> None:
    rows = report(
        "Заходи програми, тис. грн",
        table=[
            ["Захід", "План"], ["Розділ 1. Освіта", ""], ["Ремонт", "1012,5"], ["Спеціальний фонд", ""],
            ["Школа", "704,1"], ["Розділ 2. Культура", ""], ["Свято", "301,7"], ["Всього", "2018,3"],
        ],
    )  # fmt: skip
    assert of(rows, "item", "fund", "check") == [
        ("Ремонт", "total", "verified"), ("Школа", "special", "verified"), ("Свято", "total", "verified"),
        ("Всього", "total", "verified"),
    ]  # fmt: skip


def test_a_year_of_one_column_is_not_that_of_its_sisters() -> None:
    table = [["Захід", "Обсяг фінансування всього", "Обсяг фінансування на 2024 рік"], ["Ремонт", "1000,0", "90"]]
    rows = report("Заходи програми на 2021-2025 роки, тис. грн", table=table)
    assert of(rows, "period_start", "period_end") == [(2021, 2025), (2024, 2024)]
    rows = report(
        "Заходи програми, тис. грн", table=[["Захід", "Факт 2022", "План", "Виконано"], ["Сад", "5", "6", "7"]]
    )
    assert of(rows, "measure", "period_start") == [("actual", 2022), ("plan", None), ("actual", None)]


@pytest.mark.parametrize(
    ("caption", "headings", "row", "measure"),
    [
        ("Виконання доходів за 2023 рік", ["Код", "Доходи", "Загальний фонд"], ["11010000", "ПДФО", "9"], "actual"),
        ("Фактичні надходження податків за 2023 рік", ["Код", "Доходи", "Сума"], ["11010000", "ПДФО", "9"], "actual"),
        ("Доходи бюджету на 2023 рік, грн", ["Код", "Доходи", "Загальний фонд"], ["11010000", "ПДФО", "9"], "plan"),
        ("Доходи бюджету на 2023 рік, грн", ["Код", "Доходи", "Сума"], ["11010000", "ПДФО", "9"], "plan"),
        ("Виконання доходів за 2023 рік", ["Код", "Доходи", "План"], ["11010000", "ПДФО", "9"], "plan"),
    ],
)  # fmt: skip
def test_neutral_headings_are_what_the_title_speaks_of(
    caption: str, headings: list[str], row: list[str], measure: str
) -> None:
    rows = report(caption, table=[headings, row, [f"1801000{row[0][-1]}", "Податок", "5"]])
    assert {o["measure"] for o in rows["observations"]} == {measure}


def test_a_cells_own_unit_and_other_currencies_stay_themselves() -> None:
    table = [["Захід", "План", "Факт"], ["Ремонт", "100,0", "90%"], ["Школа", "200,0", "190,0"]]
    assert ("actual", "percent") in of(report(MEASURES, table=table), "measure", "unit")
    table[0][2] = "Факт, дол. США"
    assert of(report(MEASURES, table=table), "measure", "unit")[-1] == ("actual", "дол. США")


def test_commas_beside_english_numbers_have_two_readings() -> None:
    table = [["Захід", "План", "Факт"], ["Ремонт", "1,000", "900,000"], ["Школа", "2,500.00", "1,200.50"]]
    rows = report("Заходи програми, грн", table=table)
    assert [o["missing"] for o in rows["observations"]] == ["unreadable", "unreadable", None, None]


def test_totals_of_different_things_need_not_agree() -> None:
    table = [
        ["Показники", "План"],
        ["Освіта", "100"],
        ["Спорт", "50"],
        ["Всього видатків", "150"],
        ["Всього доходів", "170"],
    ]
    rows = report("Звіт про виконання бюджету за 2023 рік, грн", table=table)
    assert "sum" not in rules(rows)


def test_a_row_is_no_subtotal_where_the_total_counts_it() -> None:
    table = [["Захід", "План"], ["Купівля", "3105"], ["Монтаж", "2002"], ["Демонтаж", "1103"], ["РАЗОМ", "6210"]]
    rows = report(MEASURES, table=table)
    assert {o["row_kind"] for o in rows["observations"][:3]} == {"item"}
    assert {o["check"] for o in rows["observations"]} == {"verified"}


def test_names_that_sound_like_totals_or_sources_stay_items() -> None:
    table = [["№", "Захід", "План"], ["1", "Навчаємось разом", "10"], ["2", "Інші", "10"], ["", "Всього", "20"]]
    assert of(report(MEASURES, table=table), "item", "row_kind", "fund") == [
        ("Навчаємось разом", "item", "total"), ("Інші", "item", "total"), ("Всього", "total", "total"),
    ]  # fmt: skip
    table = [["№", "Захід", "План"], ["1", "Садок", "10"], ["", "обласний бюджет", "7"], ["", "інші", "3"]]
    assert of(report(MEASURES, table=table), "item", "fund") == [
        ("Садок", "total"), ("Садок", "обласний бюджет"), ("Садок", "інші"),
    ]  # fmt: skip


def test_codes_of_four_digits_are_no_years() -> None:
    table = [["Показник", "2000", "2110", "2210"], ["Школа", "1", "2", "4"], ["Садок", "1", "2", "8"]]
    assert {o["period_start"] for o in report("Видатки, тис. грн", table=table)["observations"]} == {None}


def test_one_number_in_a_column_of_remarks_leaves_it_one() -> None:
    table = [
        ["Захід", "План", "Факт", "Примітка"],
        ["А1", "100", "60", ""],
        ["Б1", "5", "4", ""],
        ["В1", "50", "2", "30"],
    ]
    rows = report(MEASURES, table=table)
    assert {o["measure"] for o in rows["observations"]} == {"plan", "actual"}
    assert rows["program_measures"][-1]["note"] == "30"


def test_years_and_units_of_earlier_captions_hold_where_they_agree() -> None:
    rows = [["Код", "Доходи", "План"], *([f"1101{i}000", "ПДФО", f"{i}"] for i in range(1, 5))]
    table = tbl(*[tr(*map(tc, row)) for row in rows])
    two = p("Надходження на 2023 рік (тис. грн)") + table + p("Доходи спеціального фонду") + table
    found = process(docx(two), "report.docx")["observations"]
    assert {(o["table"], o["period_start"], o["fund"], o["unit"]) for o in found} == {
        (1, 2023, "total", "thousand UAH"), (2, 2023, "special", "thousand UAH"),
    }  # fmt: skip
    four = two + p("Надходження на 2024 рік (грн)") + table + p("Доходи") + table
    last = process(docx(four), "report.docx")["observations"][-1]
    assert (last["table"], last["period_start"], last["unit"]) == (4, None, None)


def test_sections_and_label_headings_may_name_the_years() -> None:
    table = [["Джерело", "Передбачено, грн"], ["2013 рік", ""], ["державний бюджет", "5"], ["обласний бюджет", "7"]]
    table += [["2014 рік", ""], ["державний бюджет", "1"], ["обласний бюджет", "2"], ["Разом", "15"]]
    rows = report("Обсяги та джерела коштів програми на 2013-2014 роки", table=table)
    assert of(rows, "period_start", "period_end") == [(2013, 2013)] * 2 + [(2014, 2014)] * 2 + [(2013, 2014)]
    table = [["Показники фінплану на 2025 рік", "План, грн"], ["Дохід", "5"], ["Витрати", "7"]]
    assert set(of(report("Фінансовий план підприємства", table=table), "period_start")) == {(2025,)}


def test_all_tables_of_a_passport_are_of_it() -> None:
    heading = ["Показник", "Одиниця виміру", "всього", "загальний фонд"]
    table = tbl(
        *[tr(*map(tc, row)) for row in (heading, ["Кількість шкіл", "од.", "2", "2"], ["Учні", "осіб", "6", "6"])]
    )
    text = p("Зміни до паспорта бюджетної програми на 2021 рік") + table + p("Результативні показники") + table
    assert [t["family"] for t in process(docx(text), "report.docx")["tables"]] == ["budget_passport"] * 2


def test_a_kind_that_knows_fewer_columns_than_not_is_none() -> None:
    heading = ["Група", "Приплід", "Надходження", "Вибуття", "Виконано", "Падіж"]
    rows = report(
        "Рух худоби", table=[heading, ["Корови", "5", "6", "7", "8", "9"], ["Вівці", "1", "2", "3", "4", "5"]]
    )
    assert [t["family"] for t in rows["tables"]] == [None]


@pytest.mark.parametrize(("amounts", "expected"), [(("4 187 320", "1 500 000"), False), (("0611010", "0611021"), True)])
def test_amounts_whose_digits_are_parted_do_not_look_like_codes(amounts: tuple[str, str], expected: bool) -> None:
    assert Sample([[text] for text in amounts]).look_like_codes("kpkvk", 0) is expected

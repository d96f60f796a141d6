"""Other councils' layouts through `process`: no number lost, none in another's place, no false contradiction."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from pipeline.process import Rows, process
from tests.builders import docx, p, tbl, tc, tr

TITLE = "ЗВІТ про виконання Програми розвитку культури на 2024-2026 роки"
PLAIN = ("№ з/п", "Назва заходу", "Заплановано, тис. грн", "Профінансовано, тис. грн")

Found = tuple[str | None, str, str, int | None, str | None, str | None]


def _report(*rows: tuple[str, ...], title: str = TITLE, above: str = "Заходи") -> Rows:
    """Process a Word file with one table; `<` in a row goes on with the cell on its left."""
    lines = []
    for row in rows:
        cells: list[tuple[str, int]] = []
        for text in row:
            if text == "<":
                cells[-1] = (cells[-1][0], cells[-1][1] + 1)
            else:
                cells.append((text, 1))
        lines.append(tr(*(tc(text, f'<w:gridSpan w:val="{span}"/>') for text, span in cells)))
    return process(docx(p(title) + p(above) + tbl(*lines)), "report.docx")


def _found(rows: Rows) -> list[Found]:
    """Give item, row kind, measure, year, fund and value of each number."""
    return [
        (o["item"], o["row_kind"], o["measure"], o["period_start"], o["fund"], str(o["value"]))
        for o in rows["observations"]
        if o["value"] is not None
    ]


def _errors(rows: Rows) -> list[Any]:
    return [f["message"] for f in rows["findings"] if f["severity"] == "error"]


def _kinds(rows: Rows) -> list[tuple[int, str]]:
    return sorted({(o["row"], o["row_kind"]) for o in rows["observations"]})


def test_sources_of_money_side_by_side_are_told_apart() -> None:
    rows = _report(
        ("№ з/п", "Назва заходу", "Заплановано, тис. грн", "<", "<", "Профінансовано, тис. грн"),
        ("", "", "Усього", "обласний бюджет", "місцевий бюджет", ""),
        ("1", "Захід А", "100", "60", "40", "50"),
        ("", "Усього", "100", "60", "40", "50"),
    )
    assert ("Захід А", "item", "plan", 2024, "обласний бюджет", "60") in _found(rows)
    plans = {(r["fund"], r["plan"]) for r in rows["program_measures"] if r["row"] == 2 and r["plan"] is not None}
    assert plans == {("total", Decimal(100)), ("обласний бюджет", Decimal(60)), ("місцевий бюджет", Decimal(40))}
    assert _errors(rows) == []


def test_headings_mean_what_they_begin_with() -> None:
    rows = _report(
        (*PLAIN, "Відхилення від запланованого", "Не профінансовано", "Залишок коштів"),
        ("1", "Захід А", "100", "50", "-50", "50", "25"),
    )
    measures = [measure for _, _, measure, *_ in _found(rows)]
    assert measures == ["plan", "actual", "deviation", "Не профінансовано", "Залишок коштів"]


def test_a_sum_of_money_is_no_percentage() -> None:
    rows = _report((*PLAIN, "Результати виконання"), ("1", "Захід А", "100", "50", "49"))
    assert [m for _, _, m, *_ in _found(rows)] == ["plan", "actual", "Результати виконання"]


@pytest.mark.parametrize(
    ("title", "above", "year"),
    [
        ("ЗВІТ про виконання Програми на 2022-2025 роки за 2024 рік", "Заходи", 2024),
        ("ЗВІТ про виконання Програми", "Додаток до рішення від 26.10.2023 № 1484", None),
        ("ЗВІТ про виконання Програми (КПКВК 2010)", "Заходи", None),
        (TITLE, "Заходи за 2025 рік", 2025),
        ("ЗВІТ про виконання Програми захисту ліквідаторів аварії 1986 року", "Заходи за 2024 рік", 2024),
    ],
)
def test_years_come_from_where_the_word_says_so(title: str, above: str, year: int | None) -> None:
    rows = _report(PLAIN, ("1", "Захід А", "100", "50"), title=title, above=above)
    assert {year_ for _, _, _, year_, *_ in _found(rows)} == {year}


def test_years_under_headings_that_are_not_merged_are_no_money() -> None:
    rows = _report(
        ("№ з/п", "Назва заходу", "Заплановано, тис. грн", "", "Профінансовано, тис. грн", ""),
        ("", "", "2024", "2025", "2024", "2025"),
        ("1", "Захід А", "100", "110", "50", "55"),
    )
    found = [(measure, year, value) for _, _, measure, year, _, value in _found(rows)]
    assert found == [("plan", 2024, "100"), ("plan", 2025, "110"), ("actual", 2024, "50"), ("actual", 2025, "55")]


def test_two_units_in_one_row_are_never_compared() -> None:
    header = ("№ з/п", "Назва заходу", "Заплановано, тис. грн", "Профінансовано, грн", "Відсоток виконання")
    rows = _report(header, ("1", "Захід А", "100", "50000", "50"))
    assert [o["unit"] for o in rows["observations"]] == ["thousand UAH", "UAH", "percent"]
    assert _errors(rows) == []
    assert rows["program_measures"][0]["unit"] is None


SECTION_A, SECTION_B = ("I", "Перший", "<", "<"), ("II", "Другий", "<", "<")


def test_bare_totals_close_their_sections_and_the_last_is_the_whole() -> None:
    rows = _report(
        PLAIN,
        SECTION_A,
        ("1", "Захід А", "100", "50"),
        ("", "Всього", "100", "50"),
        SECTION_B,
        ("1", "Захід Б", "200", "100"),
        ("", "Всього", "200", "100"),
        ("", "Всього", "300", "150"),
        ("", "Начальник відділу", "", ""),
    )
    assert _kinds(rows)[:6] == [(2, "item"), (3, "subtotal"), (5, "item"), (6, "subtotal"), (7, "total"), (8, "item")]
    assert _errors(rows) == []
    assert {o["check"] for o in rows["observations"] if o["value"] is not None} == {"verified"}


def test_sections_without_subtotals_have_one_total() -> None:
    rows = _report(
        PLAIN, SECTION_A, ("1", "А", "100", "50"), SECTION_B, ("1", "Б", "200", "100"), ("", "Усього", "300", "150")
    )
    assert _kinds(rows)[-1] == (5, "total")
    assert {o["check"] for o in rows["observations"]} == {"verified"}


@pytest.mark.parametrize(
    "breakdown",
    [
        (("", "у тому числі: обладнання", "60", "30"), ("", "роботи", "40", "20")),
        (("", "загальний фонд", "60", "30"), ("", "спеціальний фонд", "40", "20")),
        (("1", "Захід А", "60", "30"),),
    ],
    ids=["of which", "funds", "the same item"],
)
def test_rows_that_break_others_down_contradict_nothing(breakdown: tuple[tuple[str, ...], ...]) -> None:
    rows = _report(
        PLAIN, ("1", "Захід А", "100", "50"), *breakdown, ("2", "Захід Б", "7", "3"), ("", "Усього", "107", "53")
    )
    assert _errors(rows) == []


def test_group_totals_without_sections_contradict_nothing() -> None:
    rows = _report(
        PLAIN,
        ("1", "Захід А", "100", "50"),
        ("", "Разом", "100", "50"),
        ("2", "Захід Б", "200", "100"),
        ("", "Разом", "200", "100"),
        ("", "Усього", "300", "150"),
    )
    assert _errors(rows) == []


def test_a_numbered_total_and_a_header_repeated_inside() -> None:
    rows = _report(
        PLAIN, ("1", "Захід А", "100", "50"), PLAIN, ("2", "Захід Б", "1", "1"), ("3", "Усього", "101", "51")
    )
    assert _kinds(rows) == [(1, "item"), (3, "item"), (4, "total")]
    assert {o["check"] for o in rows["observations"]} == {"verified"}


def test_a_measure_without_values_is_no_section() -> None:
    rows = _report(PLAIN, ("", "Захід В", "", ""), ("", "Захід Г", "5", "5"))
    assert {(o["item"], o["section"]) for o in rows["observations"]} == {("Захід В", None), ("Захід Г", None)}


def test_a_total_off_in_two_ways_is_one_document_with_two_findings() -> None:
    header = ("№ з/п", "Назва заходу", "Заплановано 2024 рік, тис. грн", "Заплановано 2025 рік, тис. грн")
    rows = _report(
        (*header, "Заплановано 2024-2025 роки, тис. грн", "Профінансовано, тис. грн"),
        ("1", "Захід А", "100", "65", "165", "5"),
        ("", "Усього", "100", "65", "999", "5"),
    )
    assert len(_errors(rows)) == 2


def test_a_letterhead_table_does_not_hide_the_facts() -> None:
    letterhead = tbl(tr(tc("УКРАЇНА"), tc("Коростенська міська рада")))
    title = p("ЗВІТ про виконання Програми Коростенської міської територіальної громади на 2024-2026 роки")
    decision = p("Затверджено рішенням двадцять восьмої сесії VIII скликання від 26.10.2023р. №1484 (рішення)")
    table = tbl(
        tr(*map(tc, PLAIN)), tr(*map(tc, ("1", "Захід А", "100", "50"))), tr(*map(tc, ("", "Усього", "100", "50")))
    )
    (document,) = process(docx(letterhead + title + decision + table), "x.docx")["documents"]
    assert (document["decision_number"], document["period_end"], document["session"]) == ("1484", 2026, 28)


@pytest.mark.parametrize("marked", [1, 2, 4])
def test_rows_marked_as_heading_are_heading_only_without_values(marked: int) -> None:
    head = '<w:gridSpan w:val="2"/>'
    rows = [
        [tc("№ з/п"), tc("Назва заходу"), tc("Заплановано, тис. грн", head), tc("Профінансовано, тис. грн", head)],
        [tc(""), tc(""), tc("2024 рік"), tc("2025 рік"), tc("2024 рік"), tc("2025 рік")],
        [tc(t) for t in ("1", "Захід А", "100", "110", "50", "55")],
        [tc(t) for t in ("", "Усього", "100", "110", "50", "55")],
    ]
    body = tbl(*(tr(*cells, properties="<w:tblHeader/>" if i < marked else "") for i, cells in enumerate(rows)))
    found = process(docx(p(TITLE) + body), "x.docx")
    assert found["tables"][0]["header_rows"] == 2
    assert len(_found(found)) == 8

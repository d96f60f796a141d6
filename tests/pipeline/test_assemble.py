"""Pieces of tables to whole tables: one table, one row, one header, however many pages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.document import Block, Document, Paragraph, Region, Table
from pipeline.assemble import EDGE_TOLERANCE, PAGE_SHIFT, assemble
from tests.builders import ROW_HEIGHT, drawn, table

HEADER = ["№", "Захід", "Сума"]
FIRST = [HEADER, ["1.", "Перший", "10,00"], ["2.", "Другий", "20,00"]]
NEXT = [["3.", "Третій", "30,00"], ["4.", "Четвертий", "40,00"]]
EDGES = (0.0, 100.0, 200.0, 300.0)


def text(words: str, page: int = 1) -> Paragraph:
    return Paragraph(words, page, (0, 0, 10, 10), "text")


def assembled(*blocks: Block) -> tuple[Block, ...]:
    return assemble(Document("0" * 64, "x", "y", 9, blocks)).blocks


def joined(*pieces: Table) -> Table:
    (found,) = assembled(*pieces)
    assert isinstance(found, Table)
    return found


def apart(*blocks: Block) -> bool:
    """Whether the tables among the blocks stay as they are."""
    return [b for b in assembled(*blocks) if isinstance(b, Table)] == [b for b in blocks if isinstance(b, Table)]


def test_same_columns_on_the_next_page_go_on() -> None:
    found = joined(table(FIRST, page=1), table(NEXT, page=2), table([["5.", "П'ятий", "50,00"]], page=3))
    assert drawn(found) == [*FIRST, *NEXT, ["5.", "П'ятий", "50,00"]]
    assert found.pages == (1, 2, 3)
    assert [(join.page, bool(join.reason)) for join in found.joins] == [(2, True), (3, True)]
    assert [cell.page for cell in found.cells if cell.column == 0] == [1, 1, 1, 2, 2, 3]


def test_pages_of_photographs_join_though_they_differ_in_size() -> None:
    wider = [1.03 * x + 8 for x in (0.0, 100.0, 250.0, 400.0)]
    pieces = [
        table(rows, page=page, edges=edges, source=source)
        for source in ("ocr", "text")
        for page, rows, edges in ((1, FIRST, [0.0, 100.0, 250.0, 400.0]), (2, NEXT, wider))
    ]
    assert drawn(joined(*pieces[:2])) == [*FIRST, *NEXT]
    assert apart(*pieces[2:]), "print does not stretch"


def test_repeated_header_stands_once() -> None:
    found = joined(table(FIRST, page=1), table([HEADER, *NEXT], page=2))
    assert drawn(found) == [*FIRST, *NEXT]
    assert "header" in found.joins[0].reason


def test_header_of_several_rows_repeated_with_a_misread_letter_stands_once() -> None:
    header = [["№", "Обсяг фінансування", "<"], ["^", "План", "Факт"]]
    again = [["№", "Обсяг фінансуванпя", "<"], ["^", "План", "Факт"]]
    rows = [["1.", "10,00", "5,00"]]
    first, second = table(header + rows, page=1, source="ocr"), table(again + rows, page=2, source="ocr")
    assert drawn(joined(first, second)) == header + rows + rows


def test_printed_row_that_is_almost_the_header_is_a_row() -> None:
    street, almost, same = (["Назва", f"Вулиця {name}", "так"] for name in ("Центральна", "Центральня", " Централь на"))
    row = ["Інша", "Площа Ринок", "ні"]
    assert drawn(joined(table([street, row], page=1), table([almost, row], page=2))) == [street, row, almost, row]
    assert drawn(joined(table([street, row], page=1), table([same, row], page=2))) == [street, row, row]


def test_header_of_other_years_heads_another_table() -> None:
    header, other = (["№", "Захід", f"Обсяг фінансування на {year} рік"] for year in (2024, 2025))
    assert apart(table([header, *FIRST[1:]], page=1), table([other, *NEXT], page=2))


def test_another_header_heads_another_table() -> None:
    other = [["№", "Показник", "Значення", "<"], ["^", "^", "план", "факт"], ["1.", "Кількість", "5", "6"]]
    first = [["№", "Захід", "Сума", "<"], ["^", "^", "рік", "період"], ["1.", "Перший", "5", "6"]]
    assert apart(table(first, page=1), table(other, page=2))


@pytest.mark.parametrize("number", ["3.", "1.12.", "0.", "4)"])
def test_section_and_its_first_item_at_the_top_of_a_page_are_no_header(number: str) -> None:
    section = [["Захід розділу", "<", ""], [number, "Таблетки", "ампули"], ["5.", "Розчин", "флакон"]]
    assert drawn(joined(table(FIRST, page=1), table(section, page=2))) == [*FIRST, *section]
    headings = [["Обсяг", "<", "Примітка"], ["план", "факт", ""], ["5.", "Розчин", "флакон"]]
    assert apart(table(FIRST, page=1), table(headings, page=2))


@pytest.mark.parametrize(
    "edges",
    [
        pytest.param((0.0, 100.0, 200.0, 320.0), id="wider"),
        pytest.param((0.0, 120.0, 200.0, 300.0), id="a line elsewhere"),
        pytest.param((50.0, 150.0, 250.0, 350.0), id="moved further than a page is"),
        pytest.param((0.0, 100.0, 200.0 + EDGE_TOLERANCE + 1, 300.0), id="a line moved"),
    ],
)
def test_different_columns_are_another_table(edges: tuple[float, ...]) -> None:
    assert apart(table(FIRST, page=1), table(NEXT, page=2, edges=edges))


def test_more_and_other_columns_are_another_table() -> None:
    four = [["3.", "Третій", "30,00", "x"]]
    assert apart(table(FIRST, page=1), table(four, page=2, edges=(0, 75, 150, 225, 300)))


@pytest.mark.parametrize("shift", [EDGE_TOLERANCE - 1, PAGE_SHIFT - 1, -PAGE_SHIFT + 1])
def test_page_that_lies_a_little_aside_goes_on(shift: float) -> None:
    found = joined(table(FIRST, page=1), table(NEXT, page=2, edges=tuple(edge + shift for edge in EDGES)))
    assert drawn(found) == [*FIRST, *NEXT]


def test_page_that_shows_fewer_of_the_same_lines_goes_on() -> None:
    found = joined(table(FIRST, page=1), table([["Всього", "30,00"]], page=2, edges=(0.0, 200.0, 300.0)))
    assert drawn(found) == [*FIRST, ["Всього", "<", "30,00"]]


def test_page_that_shows_more_of_the_same_lines_goes_on() -> None:
    first = [["Розділ I", "<"], ["Всього", "5,00"]]
    found = joined(table(first, page=1, edges=(0.0, 200.0, 300.0)), table(NEXT, page=2))
    assert drawn(found) == [["Розділ I", "<", "<"], ["Всього", "<", "5,00"], *NEXT]


def test_tables_of_one_page_and_of_pages_apart_stay_apart() -> None:
    assert apart(table(FIRST, page=1), table(NEXT, page=1))
    assert apart(table(FIRST, page=1), table(NEXT, page=3))
    assert apart(table(FIRST), table(NEXT)), "Word knows no pages"


def test_paragraph_between_stops_the_joining() -> None:
    assert apart(table(FIRST, page=1), text("Показники виконання програми", 2), table(NEXT, page=2))


@pytest.mark.parametrize("words", ["2", "- 2 -", "– 12 –", "Сторінка 2 з 6", "стор. 2", "Продовження додатка 1"])
def test_page_number_between_does_not(words: str) -> None:
    blocks = assembled(table(FIRST, page=1), text(words, 2), table(NEXT, page=2), text("Після", 2))
    assert [b.text for b in blocks if isinstance(b, Paragraph)] == [words, "Після"]
    (found,) = (b for b in blocks if isinstance(b, Table))
    assert drawn(found) == [*FIRST, *NEXT]


def test_note_between_stays_below_a_table_that_does_not_go_on() -> None:
    other = [["№", "Показник", "Значення", "<"], ["^", "^", "план", "факт"], ["1.", "Кількість", "5", "6"]]
    blocks = assembled(table(FIRST, page=1), text("Продовження таблиці", 2), table(other, page=2))
    assert [type(block) for block in blocks] == [Table, Paragraph, Table]


# Rows and cells broken over pages


def test_row_broken_over_pages_is_one() -> None:
    found = joined(
        table([*FIRST[:-1], ["2.", "Придбання обладнання для", "20,00"]], page=1),
        table([["", "потреб громади", ""], *NEXT], page=2),
    )
    assert drawn(found) == [*FIRST[:-1], ["2.", "Придбання обладнання для потреб громади", "20,00"], *NEXT]
    broken = next(cell for cell in found.cells if cell.text.startswith("Придбання"))
    assert broken.continued == (Region(2, (100.0, 0.0, 200.0, ROW_HEIGHT)),)
    assert "row goes on" in found.joins[0].reason


def test_row_broken_over_three_pages_is_one() -> None:
    found = joined(
        table([*FIRST[:-1], ["2.", "перша частина", "20,00"]], page=1),
        table([["", "друга частина", ""]], page=2),
        table([["", "третя частина", ""], *NEXT], page=3),
    )
    assert drawn(found) == [*FIRST[:-1], ["2.", "перша частина друга частина третя частина", "20,00"], *NEXT]
    broken = next(cell for cell in found.cells if cell.text.startswith("перша"))
    assert [region.page for region in broken.continued] == [2, 3]


def test_row_broken_below_a_repeated_header_is_one() -> None:
    found = joined(
        table([*FIRST[:-1], ["2.", "Придбання", "20,00"]], page=1),
        table([HEADER, ["", "обладнання", ""], *NEXT], page=2),
    )
    assert drawn(found) == [*FIRST[:-1], ["2.", "Придбання обладнання", "20,00"], *NEXT]


def test_number_broken_over_pages_is_one() -> None:
    found = joined(
        table([*FIRST[:-1], ["2.", "Другий", "8"]], page=1),
        table([["", "", "977,03"], *NEXT], page=2),
    )
    assert drawn(found) == [*FIRST[:-1], ["2.", "Другий", "8 977,03"], *NEXT]


def test_word_broken_at_a_hyphen_stays_one_word() -> None:
    found = joined(table([*FIRST[:-1], ["2.", "вико-", "1"]], page=1), table([["", "нання", ""], *NEXT], page=2))
    assert drawn(found)[2][1] == "вико-нання"


@pytest.mark.parametrize(
    ("last", "first"),
    [
        pytest.param(["2.", "Другий", "20,00"], ["3.", "Третій", "30,00"], id="a number of its own"),
        pytest.param(["2.", "Другий", "20,00"], ["", "Третій", "30,00"], id="two whole values"),
        pytest.param(["2.", "Другий", "20,00"], ["", "Всього", ""], id="a total"),
        pytest.param(["", "Другий", ""], ["", "Третій", ""], id="nothing says that it goes on"),
        pytest.param(["2.", "Другий", ""], ["", "третій", "30,00"], id="a value where there was none"),
    ],
)
def test_true_rows_are_not_merged(last: list[str], first: list[str]) -> None:
    found = joined(table([*FIRST[:-1], last], page=1), table([first, *NEXT], page=2))
    assert drawn(found) == [*FIRST[:-1], last, first, *NEXT]


def test_row_whose_every_column_goes_on_is_one_where_a_text_is_not_finished() -> None:
    last, first = ["2.", "C40.0, C40.1,", "96096-00 разом"], ["", "C40.2", "96097-00"]
    whole = table([HEADER, last], page=1, loose=[])
    assert drawn(joined(whole, table([first, *NEXT], page=2)))[1:3] == [
        ["2.", "C40.0, C40.1, C40.2", "96096-00 разом 96097-00"],
        NEXT[0],
    ]


def test_cell_merged_over_rows_goes_on_beside_a_row_that_starts() -> None:
    found = joined(
        table([["Діагнози", "Інтервенції"], ["C40.0, C40.1,", "Терапевт 1"]], page=1),
        table([["C40.2, C40.3", "Ерготерапевт 2"]], page=2),
    )
    assert drawn(found) == [
        ["Діагнози", "Інтервенції"],
        ["C40.0, C40.1, C40.2, C40.3", "Терапевт 1"],
        ["^", "Ерготерапевт 2"],
    ]
    assert "columns 0" in found.joins[0].reason


def test_repeated_column_numbers_stand_once() -> None:
    numbers = ["1", "2", "3"]
    found = joined(
        table([HEADER, numbers, *FIRST[1:]], page=1),
        table([["1.", "2.", "3."], *NEXT], page=2),
    )
    assert drawn(found) == [HEADER, numbers, *FIRST[1:], *NEXT]
    assert "column numbers" in found.joins[0].reason


def test_cell_below_a_repeated_header_to_which_a_line_is_missing_stays() -> None:
    first = table([HEADER, ["1", "2", "3"], *FIRST[1:]], page=1)
    numbers = table([["1", "2", "3"], ["^", "Третій", "30,00"], NEXT[1]], page=2)
    header = table([HEADER, ["1", "2", "3"], ["4.", "^", "40,00"]], page=3)
    found = joined(first, numbers, header)
    rows = [["", "Третій", "30,00"], NEXT[1], ["4.", "", "40,00"]]
    assert drawn(found) == [HEADER, ["1", "2", "3"], *FIRST[1:], *rows]
    assert [cell.column for cell in found.cells if cell.row >= 4 and not cell.text] == [0, 1]


def test_column_numbers_that_are_not_the_header_s_stay() -> None:
    found = joined(table(FIRST, page=1), table([["1", "2", "3"], *NEXT], page=2))
    assert drawn(found) == [*FIRST, ["1", "2", "3"], *NEXT]


def test_row_whose_text_ends_high_above_the_bottom_does_not_go_on() -> None:
    last, first = ["2.", "Другий захід", "20,00"], ["", "без номера", ""]
    whole = table([*FIRST[:-1], last], page=1, loose=[(2, 1)])
    assert drawn(joined(whole, table([first, *NEXT], page=2))) == [*FIRST[:-1], last, first, *NEXT]


def test_merged_cell_over_pages_is_one() -> None:
    first = [HEADER, ["1.", "Перший", "10,00"], ["^", "Другий", "20,00"]]
    found = joined(table(first, page=1), table([["", "Третій", "30,00"], ["^", "Четвертий", "1,00"], *NEXT], page=2))
    assert drawn(found) == [*first, ["^", "Третій", "30,00"], ["^", "Четвертий", "1,00"], *NEXT]
    merged = next(cell for cell in found.cells if cell.text == "1.")
    assert (merged.row_span, merged.continued) == (4, (Region(2, (0.0, 0.0, 100.0, 2 * ROW_HEIGHT)),))


def test_empty_cell_below_a_single_one_is_its_own() -> None:
    found = joined(table(FIRST, page=1), table([["", "Третій", "30,00"], *NEXT], page=2))
    assert drawn(found)[3] == ["", "Третій", "30,00"]


def test_readings_of_a_broken_cell_are_kept_together() -> None:
    first = table([HEADER, ["1.", "перша", "20,00"]], page=1, source="ocr", confidence=0.9)
    second = table([["", "друга", ""], *NEXT], page=2, source="ocr", confidence=0.6, alternative="руга")
    broken = next(cell for cell in joined(first, second).cells if cell.text == "перша друга")
    assert (broken.confidence, broken.alternative, broken.doubtful) == (0.6, "перша руга", True)
    whole = next(cell for cell in joined(first, second).cells if cell.text == "20,00")
    assert (whole.confidence, whole.alternative) == (0.9, None), "an empty piece says nothing of the reading"


# In general

words = st.text(alphabet="абв 12.,-", max_size=6)


@given(st.lists(st.lists(st.tuples(words, words, words), min_size=1, max_size=4), min_size=1, max_size=4), st.data())
def test_no_text_is_lost_whatever_is_joined(pages: list[list[tuple[str, str, str]]], data: st.DataObject) -> None:
    blocks: list[Block] = []
    for page, rows in enumerate(pages, start=1):
        # Words that no other page has: no row can pass for a repeated header.
        marked = [[f"{cell}{chr(0x10A0 + page)}" if cell.strip() else cell for cell in row] for row in rows]
        blocks.append(table(marked, page=page))
        if data.draw(st.booleans()):
            blocks.append(text(data.draw(st.sampled_from(["5", "абзац"])), page))

    def letters(of: tuple[Block, ...]) -> list[str]:
        texts = [b.text if isinstance(b, Paragraph) else "".join(c.text for c in b.cells) for b in of]
        return sorted("".join("".join(texts).split()))

    found = assembled(*blocks)
    assert letters(found) == letters(tuple(blocks))
    for block in found:
        if isinstance(block, Table):
            assert block.checked() is block
            assert len(block.joins) == len(block.pages) - 1


# Rows and items over a page


def test_item_number_and_figures_broken_by_a_narrow_column_go_on() -> None:
    first = [HEADER, ["3.1", "Ремонт і утримання", "7275,"]]
    rest = [["5.", "доріг громади", "522"], ["3.16.", "Інше", "1,00"]]
    found = joined(table(first, page=1, inked=98), table(rest, page=2, inked=30))
    assert drawn(found)[1] == ["3.1 5.", "Ремонт і утримання доріг громади", "7275,522"]
    assert len(drawn(found)) == 3


@pytest.mark.parametrize("figures", [("100", "500"), ("10", "5"), ("1", "2")])
def test_figures_that_would_have_fitted_on_one_line_are_two(figures: tuple[str, str]) -> None:
    first, second = [HEADER, ["", "освітлення вулиць", figures[0]]], [["", "ремонт доріг", figures[1]]]
    assert drawn(joined(table(first, page=1, inked=20), table(second, page=2, inked=20))) == [*first, *second]


@pytest.mark.parametrize("following", ["2.", "1.2", "1.1.1"])
def test_next_item_number_is_no_rest_of_the_one_above(following: str) -> None:
    first, second = [HEADER, ["1.1", "ремонт", "-"]], [[following, "утримання", "-"]]
    if following == "2.":
        first[1][0] = "1."
    assert drawn(joined(table(first, page=1), table(second, page=2))) == [*first, *second]


ITEM = [["1.", "Ремонт доріг", "10,00"], ["^", "^", "20,00"]]


def test_item_of_several_rows_goes_on_without_its_number() -> None:
    first = [HEADER, *ITEM, ["2.", "Утримання парків і", "30,00"]]
    second = [["", "скверів", "40,00"], ["3.", "Інше", "50,00"]]
    found = joined(table(first, page=1), table(second, page=2))
    assert drawn(found) == [
        HEADER,
        *ITEM,
        ["2.", "Утримання парків і скверів", "30,00"],
        ["^", "^", "40,00"],
        ["3.", "Інше", "50,00"],
    ]


@pytest.mark.parametrize("text", ["у тому числі: бюджет", "Усього", "Інший захід"])
def test_row_that_begins_afresh_is_not_part_of_the_item_above(text: str) -> None:
    first = [HEADER, *ITEM, ["2.", "Утримання парків", "30,00"]]
    second = [["", text, "40,00"]]
    assert drawn(joined(table(first, page=1), table(second, page=2))) == [*first, *second]


def test_rows_of_their_own_below_items_stay_rows() -> None:
    first = [HEADER, *ITEM, ["", "обласний бюджет", "5,00"], ["2.", "Утримання парків", "30,00"]]
    second = [["", "місцевий бюджет", "40,00"]]
    assert drawn(joined(table(first, page=1), table(second, page=2))) == [*first, *second]


LONG_HEADER = ["№", "Захід", "Код бюджетної класифікації", "Сума"]
CUT_HEADER = ["№", "Захід", "Код бюджетної класифі", "Сума"]


@pytest.mark.parametrize("code", ["кації 0100", "кації0100", "0100 кації"])
def test_heading_that_runs_into_the_row_below_where_it_is_repeated_stands_once(code: str) -> None:
    row = ["1.", "Перший", "0200", "10,00"]
    again = [CUT_HEADER, ["2.", "Другий", code, "30,00"]]
    found = joined(table([LONG_HEADER, row], page=1), table(again, page=2))
    assert drawn(found) == [LONG_HEADER, row, ["2.", "Другий", "0100", "30,00"]]


def test_heading_of_which_a_part_is_missing_is_no_repetition() -> None:
    row, other = ["1.", "Перший", "0200", "10,00"], ["2.", "Другий", "0100", "30,00"]
    found = joined(table([LONG_HEADER, row], page=1), table([CUT_HEADER, other], page=2))
    assert drawn(found) == [LONG_HEADER, row, CUT_HEADER, other]

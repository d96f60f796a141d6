"""Running heads, page numbers and signature stamps are told from the report, and nothing of them is lost."""

from __future__ import annotations

import pytest

from extractors.document import Block, Document, Paragraph, Table
from pipeline.assemble import assemble
from pipeline.furniture import as_data, furniture
from tests.builders import drawn, table

ROWS = [["№", "Захід", "Сума"], ["1.", "Перший", "10,00"]]
MORE = [["2.", "Другий", "20,00"]]
HEIGHT = 842.0


def at(top: float, words: str, page: int = 1, left: float = 90.0) -> Paragraph:
    return Paragraph(words, page, (left, top, left + 200, top + 7), "text")


def document(*blocks: Block) -> Document:
    return Document("0" * 64, "x", "y", 3, blocks, (HEIGHT,) * 3)


def found(*blocks: Block) -> list[str]:
    of = document(*blocks)
    return [b.text for i in sorted(furniture(of)) if isinstance(b := of.blocks[i], Paragraph)]


@pytest.mark.parametrize("words", ["2", "- 12 -", "– 3 –", "Сторінка 2 з 6", "Продовження додатка 1", "."])
def test_page_numbers_are_known_by_what_they_say(words: str) -> None:
    assert found(at(400, words), at(400, "Розділ 2")) == [words]


def test_running_head_is_known_by_its_place_on_several_pages() -> None:
    heads = [at(30, f"Програма розвитку, стор {n}", n) for n in (1, 2)]
    assert found(*heads) == [head.text for head in heads]


def test_same_words_in_the_middle_of_pages_or_at_other_heights_are_text() -> None:
    assert found(at(400, "Виконання заходів", 1), at(400, "Виконання заходів", 2)) == []
    assert found(at(30, "Виконання заходів", 1), at(60, "Виконання заходів", 2)) == []


def test_stamp_set_by_hand_on_each_page_is_known_though_it_is_read_in_another_way_each_time() -> None:
    def read(words: str, page: int, top: float, left: float) -> Paragraph:
        return Paragraph(words, page, (left, top, left + 100, top + 25), "ocr", 0.6)

    stamps = [
        read("ПАПЕРОВА КОПІЯ ЕЛЕКТРОННОГО ДОКУМЕНТА", 1, 24, 462),
        read("TMANEPOBA KOMIS ЕЛЕКТРОННОГО ДОКУМЕНТА", 2, 17, 470),
    ]
    assert found(*stamps) == [stamp.text for stamp in stamps]
    assert found(stamps[0], read("ПАПЕРОВА КОПІЯ ЕЛЕКТРОННОГО ДОКУМЕНТА", 2, 60, 90)) == []
    assert found(stamps[0], read("Додаток 2 до рішення міської ради", 2, 24, 462)) == []


STAMP = ["СЕД АСКОД Міська рада", "ДОКУМЕНТ № 8575 від 01.04.2026", "Сертифікат 3FAA92", "Підписувач Іваненко Іван"]


def test_stamp_at_the_foot_does_not_part_a_table() -> None:
    stamp = [at(775 + 10 * n, line) for n, line in enumerate(STAMP)]
    blocks = assemble(document(table(ROWS, page=1), *stamp, table(MORE, page=2))).blocks
    (joined,) = (b for b in blocks if isinstance(b, Table))
    assert drawn(joined) == ROWS + MORE
    assert [b.text for b in blocks if isinstance(b, Paragraph)] == STAMP


def test_paragraph_beside_a_stamp_is_text() -> None:
    stamp = [at(775 + 10 * n, line) for n, line in enumerate(STAMP)]
    assert found(*stamp, at(790, "Примітка до таблиці", left=40)) == STAMP
    assert found(at(400, STAMP[2]), at(410, STAMP[3])) == [], "in the middle of the page it is text"


def test_box_of_a_signature_is_given_as_paragraphs() -> None:
    box = table([["Підписано КЕП", "<"], ["Підписувач", "Іваненко Іван"], ["Сертифікат", "58E2D9"]], page=1)
    assert [b.text for b in as_data(box) if isinstance(b, Paragraph)] == [c.text for c in box.cells]


def test_report_that_speaks_of_signatures_is_a_table() -> None:
    report = table([["№", "Захід"], ["1.", "Видача КЕП посадовим особам"], ["2.", "Навчання"]], page=1)
    assert as_data(report) == [report]


def test_grid_of_one_text_is_a_paragraph_and_one_of_none_is_nothing() -> None:
    assert [type(b) for b in as_data(table([["Увага!", ""], ["", ""]], page=1))] == [Paragraph]
    assert as_data(table([["", ""]], page=1)) == []

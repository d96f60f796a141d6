"""Tables drawn with dashes and bars of text."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from extractors.document import Document, Paragraph, Table
from extractors.layout import Run
from extractors.pdf import read_pdf
from extractors.typed import heights, inside, may_be_typed, typed_rulings
from tests.builders import line, pdf, text_at

WIDE, TALL, PITCH = 6.0, 9.0, 12.0
"""Of a typed letter, and from line to line."""


def page(text: str, left: float = 20, top: float = 20) -> list[Run]:
    """Give each line of a typed page as a run."""
    runs = []
    count = 0
    for n, whole in enumerate(text.strip("\n").split("\n")):
        row = whole.strip()
        start = whole.index(row)
        x0, y0 = left + WIDE * start, top + PITCH * n
        if row:
            runs.append(Run(row, (x0, y0, x0 + WIDE * len(row), y0 + TALL), 0, (count, count + len(row))))
        count += len(row) + 2
    return runs


def letters(run: Run) -> list[Run]:
    """Give the letters of a typed line."""
    x0, top, _, bottom = run.bbox
    first = run.span[0]
    return [
        Run(c, (x0 + WIDE * i, top, x0 + WIDE * (i + 1), bottom), 0, (first + i, first + i + 1))
        for i, c in enumerate(run.text)
    ]


def texts(runs: list[Run]) -> list[str]:
    return [run.text.strip() for run in runs]


BOXED = """
+----+---------+-------+
| No | Name    |  Plan |
+----+---------+-------+
| 1  | Roads   | 10,00 |
| 2  | Parks   |  ---  |
+----+---------+-------+
"""


def test_bars_and_rules_are_rulings_and_the_rest_stays_text() -> None:
    found = typed_rulings(page(BOXED), letters)
    assert len(found.rules) == 3
    assert len(found.bars) == 4
    assert texts(found.rest) == ["No", "Name", "Plan", "1", "Roads", "10,00", "2", "Parks", "---"]
    top, bottom = min(r.position for r in found.rules), max(r.position for r in found.rules)
    assert all(bar.start <= top and bar.end >= bottom for bar in found.bars), "bars reach the rules"


@pytest.mark.parametrize(
    "text",
    [
        "Total | of one\nand two | lines",
        "pipe | here",
        "a-b c - d\n- - item\n--- nothing",
        "________________",
        "Signed ____________",
        "1!\n2!\n3!",
    ],
)
def test_marks_that_draw_nothing_stay_text(text: str) -> None:
    runs = page(text)
    found = typed_rulings(runs, letters)
    assert found.rest == runs
    assert not found.rules
    assert not found.bars


def test_rules_without_bars_come_with_their_marks() -> None:
    runs = page("--------------------\nKey      Plan\n- - - - - - - - - -\n=========")
    found = typed_rulings(runs, letters)
    assert texts(found.marks) == ["--------------------", "- - - - - - - - - -", "========="]
    assert texts(found.rest) == ["Key      Plan"]
    assert all(rule.start < mark.bbox[0] for rule, mark in zip(found.rules, found.marks, strict=True))


def test_dashes_that_fill_the_room_between_bars_are_a_rule_and_others_a_value() -> None:
    found = typed_rulings(page("| a    | b    |\n|------| ---  |\n| c    | d    |\n| e    | f    |"), letters)
    assert len(found.rules) == 1
    assert texts(found.rest) == ["a", "b", "---", "c", "d", "e", "f"]


def test_every_character_is_in_one_place() -> None:
    runs = page(BOXED)
    found = typed_rulings(runs, letters)
    spans = [run.span for run in (*found.rest, *found.marks)]
    numbers = [n for start, end in spans for n in range(start, end)]
    assert len(numbers) == len(set(numbers))
    everything = "".join("".join(run.text.split()) for run in runs)
    kept = "".join("".join(run.text.split()) for run in (*found.rest, *found.marks))
    assert sorted(kept) == sorted(everything)


@pytest.mark.parametrize("text", ["| a | b |\n| c | d |\n| e | f |", "|a\n|b\n|c\n\n\n\n\n\n|  x\n|  y\n|  z"])
def test_bars_that_make_no_table_stay_text(text: str) -> None:
    rows = "".join(text_at(20, 150 - 12 * n, row, 10) for n, row in enumerate(text.split("\n")) if row)
    document = read(rows)
    assert not list(tables(document))
    found = "".join("".join(b.text.split()) for b in document.blocks if isinstance(b, Paragraph))
    assert sorted(found) == sorted("".join(text.split()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a ------ b", True),
        ("| a | b |", True),
        ("──────", True),
        ("- - - - - -", True),
        ("a --- b", False),
        ("well-known - things", False),
        ("2 000,00", False),
    ],
)
def test_quick_look(text: str, expected: bool) -> None:
    assert may_be_typed(text) is expected


def test_heights_of_one_line_count_once() -> None:
    found = typed_rulings(page("--------  --------  --------\nx\n--------"), letters)
    box = (0.0, 0.0, 400.0, 400.0)
    assert len(found.marks) == 2
    assert len(heights([*found.marks, *found.marks])) == 2
    assert inside(found.marks[0], [box])
    assert not inside(found.marks[0], [(300.0, 300.0, 400.0, 400.0)])


# Through the reader


def read(content: str) -> Document:
    return read_pdf(pdf(content.encode()), "a.pdf", "0" * 64)


def tables(document: Document) -> Iterator[Table]:
    return (block for block in document.blocks if isinstance(block, Table))


def test_typed_rule_inside_a_drawn_table_parts_its_row() -> None:
    lines = "".join(line(x, 40, x, 160) for x in (20, 180, 280)) + "".join(line(20, y, 280, y) for y in (40, 130, 160))
    words = [(30, 140, "Name"), (190, 140, "Plan"), (30, 115, "Roads"), (190, 115, "10,5")]
    words += [(30, 100, "-" * 40), (190, 100, "-" * 20), (30, 85, "Total"), (190, 85, "10,5")]
    document = read(lines + "".join(text_at(*word) for word in words))
    (table,) = tables(document)
    assert [[cell.text for cell in row] for row in table.grid()] == [
        ["Name", "Plan"],
        ["Roads", "10,5"],
        ["Total", "10,5"],
    ]
    assert table.found_by == "rulings"


def test_dashes_alone_in_a_cell_are_its_value() -> None:
    lines = "".join(line(x, 40, x, 160) for x in (20, 180, 280)) + "".join(line(20, y, 280, y) for y in (40, 100, 160))
    words = [(30, 140, "Name"), (190, 140, "Plan"), (30, 70, "Roads"), (190, 70, "-" * 20)]
    (table,) = tables(read(lines + "".join(text_at(*word) for word in words)))
    assert [[cell.text for cell in row] for row in table.grid()] == [["Name", "Plan"], ["Roads", "-" * 20]]


def test_rule_between_paragraphs_stays_text() -> None:
    document = read(text_at(20, 200, "Above") + text_at(20, 180, "-" * 30) + text_at(20, 160, "Below"))
    assert not list(tables(document))
    assert "-" * 30 in " ".join(b.text for b in document.blocks if isinstance(b, Paragraph))

"""What stands on a page: runs as printed, turned text, pages laid sideways, marks and pictures."""

from __future__ import annotations

import math
from itertools import pairwise
from pathlib import Path

import pytest

from extractors.content import Content
from extractors.layout import lines_of
from extractors.pdfium import Page, open_pdf
from tests.builders import line, pdf, text_at

UP, DOWN, OVER = "0 1 -1 0", "0 -1 1 0", "-1 0 0 -1"


def content(data: bytes, number: int = 1) -> Content:
    with Page(open_pdf(data), number) as page:
        return page.content()


def turned(matrix: str, x: float, y: float, text: str) -> str:
    return f"BT /F1 10 Tf {matrix} {x} {y} Tm ({text}) Tj ET\n"


def drawn(*operators: str, page: str = "") -> bytes:
    return pdf("".join(operators).encode(), page=page)


@pytest.mark.parametrize(("matrix", "turn"), [(UP, 90), (DOWN, 270)])
def test_turned_text_says_how_to_turn_it(matrix: str, turn: int) -> None:
    upright = text_at(20, 150, "A long upright line of text on this page")
    found = content(drawn(upright, turned(matrix, 100, 100, "Turned")))
    assert [(run.text.strip(), run.turn) for run in found.runs] == [
        ("A long upright line of text on this page", 0),
        ("Turned", turn),
    ]


@pytest.mark.parametrize(
    ("matrix", "at"), [(UP, [(100, 20), (120, 20)]), (DOWN, [(120, 180), (100, 180)]), (OVER, [(200, 50), (200, 70)])]
)
def test_page_laid_sideways_is_turned_upright(matrix: str, at: list[tuple[float, float]]) -> None:
    found = content(drawn(*(turned(matrix, x, y, text) for (x, y), text in zip(at, ("First", "Second"), strict=True))))
    assert (found.width, found.height) == ((300, 200) if matrix == OVER else (200, 300))
    first, second = sorted(found.runs, key=lambda run: run.text)
    assert (first.turn, second.turn) == (0, 0)
    assert first.bbox[0] == pytest.approx(second.bbox[0], abs=1)
    assert first.bbox[3] < second.bbox[1]


@pytest.mark.parametrize("rotation", [0, 90, 180, 270])
def test_turned_text_counts_from_the_page_as_shown(rotation: int) -> None:
    matrix = {0: "1 0 0 1", 90: UP, 180: OVER, 270: DOWN}[rotation]
    found = content(drawn(turned(matrix, 150, 100, "Shown upright"), page=f"/Rotate {rotation}"))
    (run,) = found.runs
    assert run.turn == 0
    assert run.bbox[2] - run.bbox[0] > run.bbox[3] - run.bbox[1]


def test_objects_of_one_word_are_one_run_and_those_of_two_are_two() -> None:
    word = "BT /F1 10 Tf 20 100 Td (Pro) Tj (gramme) Tj ( of) Tj 100 0 Td (2024) Tj ET"
    assert [run.text.strip() for run in content(drawn(word)).runs] == ["Programme", "of", "2024"]


def test_hyphen_at_the_end_of_a_line_is_printed_and_ends_the_run() -> None:
    found = content(drawn(text_at(100, 100, "finan-"), text_at(20, 88, "cing of measures")))
    assert [run.text.strip() for run in found.runs] == ["finan-", "cing of measures"]
    assert found.runs[0].bbox[3] < found.runs[1].bbox[1] + 3


def test_box_is_that_of_the_ink_without_the_space_behind() -> None:
    plain, spaced = (content(drawn(text_at(20, 100, text))).runs[0].bbox for text in ("Total", "Total    "))
    assert spaced == pytest.approx(plain)


def test_what_the_crop_box_cuts_off_is_not_on_the_page() -> None:
    found = content(drawn(text_at(20, 100, "seen"), text_at(20, 10, "cut off"), page="/CropBox [0 50 300 200]"))
    assert [run.text for run in found.runs] == ["seen"]
    assert (found.width, found.height) == (300, 150)


def test_characters_of_a_run_have_their_own_boxes() -> None:
    with Page(open_pdf(drawn(text_at(20, 100, "Sum 5"))), 1) as page:
        found = page.content()
        letters = page.characters(found.runs[0])
    assert "".join(letter.text for letter in letters) == "Sum 5"
    assert all(a.bbox[0] < b.bbox[0] for a, b in pairwise(letters))


def test_marks_are_lines_or_dots_by_their_shape() -> None:
    dots = "".join(f"{x} 50 1 1 re f\n" for x in range(20, 80, 4))
    found = content(drawn(line(20, 100, 200, 100), line(50, 20, 50, 90), "20 120 100 0.7 re f\n", dots))
    assert [tuple(r) for r in found.horizontal] == [
        pytest.approx((100, 20, 200), abs=1.1),
        pytest.approx((79.65, 20, 120), abs=0.1),
    ]
    assert [tuple(r) for r in found.vertical] == [pytest.approx((50, 110, 180), abs=1.1)]
    assert len(found.dots) == 15


def test_real_report_reads_alike_page_by_page() -> None:
    data = (Path(__file__).parents[2] / "data" / "raw" / "report.pdf").read_bytes()
    found = content(data, 2)
    assert found.runs
    assert all(a.span[1] <= b.span[0] for a, b in pairwise(found.runs))


@pytest.mark.parametrize(("matrix", "step", "turn"), [(UP, (0, 7), 90), (DOWN, (0, -7), 270)])
def test_turned_letters_set_one_by_one_are_a_text(matrix: str, step: tuple[float, float], turn: int) -> None:
    letters = "".join(
        turned(matrix, 100 + step[0] * n, 100 + step[1] * n, letter) for n, letter in enumerate("TURNEDxTEXT") if n != 6
    )
    found = content(drawn(*(text_at(20, 180 - 12 * n, "An upright line of text") for n in range(3)), letters))
    assert [(run.text, run.turn) for run in found.runs if run.turn] == [("TURNED TEXT", turn)]


def test_figures_under_one_another_are_no_letters_of_a_text() -> None:
    column = "".join(text_at(50, 150 - 12 * n, letter) for n, letter in enumerate("123456"))
    assert [run.text.strip() for run in content(drawn(column)).runs] == list("123456")


def test_letters_set_one_by_one_on_a_page_on_its_head_are_read_forward() -> None:
    rows = [
        "".join(turned(OVER, 250 - 7 * n, 50 + 20 * row, letter) for n, letter in enumerate("UPRIGHT"))
        for row in range(3)
    ]
    found = content(drawn(*rows))
    assert ["".join(line.text.split()) for line in lines_of(found.runs)] == ["UPRIGHT"] * 3


def test_angle_that_is_no_number_is_no_turn(monkeypatch: pytest.MonkeyPatch) -> None:
    """A damaged matrix gives one; fuzzing found it."""
    monkeypatch.setattr("extractors.pdfium.char_angle", lambda *_: math.nan)
    letters = "".join(turned(UP, 100, 100 + 7 * n, letter) for n, letter in enumerate("ABCDEFGH"))
    assert all(run.turn == 0 for run in content(drawn(text_at(20, 180, "Upright text"), letters)).runs)

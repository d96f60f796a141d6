"""Cells to text: dashes by shape, numbers by two readers, Roman numerals, strokes of a pen."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import ocr, shapes
from extractors.document import Cell
from extractors.ocr import Reading
from extractors.rulings import Picture


def paper(width: int = 240, height: int = 90) -> Picture:
    return np.full((height, width), 255, np.uint8)


def printed(text: str, size: int = 40) -> Picture:
    """A cell with print in it, a little soft as scanned print is."""
    image = Image.fromarray(paper(30 + size * len(text), 100))
    ImageDraw.Draw(image).text((15, 20), text, font=ImageFont.load_default(size), fill=0)
    return cv2.GaussianBlur(np.asarray(image), (0, 0), 0.8)  # type: ignore[return-value]


def bars(count: int, *, flag: bool) -> Picture:
    """Upright strokes with serifs, 30 pixels tall; with a flag at the upper left they are ones."""
    cell = paper()
    for number in range(count):
        left = 100 + 18 * number
        cv2.rectangle(cell, (left, 30), (left + 4, 60), (0,), -1)
        cv2.rectangle(cell, (left - 4, 58), (left + 8, 60), (0,), -1)
        if flag:
            cv2.line(cell, (left - 5, 37), (left, 31), (0,), 3)
        else:
            cv2.rectangle(cell, (left - 4, 30), (left + 8, 32), (0,), -1)
    return cell


def as_cell(reading: Reading) -> Cell:
    return Cell(0, 0, 1, 1, reading.text, 1, None, "ocr", reading.confidence, reading.alternative)


@pytest.mark.parametrize("count", [1, 2, 3, 4])
@pytest.mark.parametrize("gap", [2, 8])
def test_flat_blobs_are_dashes(count: int, gap: int) -> None:
    cell = paper()
    for number in range(count):
        left = 60 + (13 + gap) * number
        cv2.rectangle(cell, (left, 40), (left + 12, 44), (0,), -1)
    reading = ocr.read_cell(cv2.GaussianBlur(cell, (0, 0), 0.8))  # type: ignore[arg-type]
    assert reading.text == "-" * count
    assert not as_cell(reading).doubtful
    assert reading.ink == pytest.approx((60, 40, 60 + (13 + gap) * count - gap, 45), abs=2)


def test_dash_that_touches_the_side_ruling_is_kept() -> None:
    cell = paper()
    cv2.rectangle(cell, (228, 40), (239, 44), (0,), -1)
    assert ocr.read_cell(cell).text == "-"


def test_remains_of_rulings_and_dust_are_no_print() -> None:
    cell = paper()
    cell[:80, :2] = 0
    cell[-2:, 20:] = 0
    cell[50:52, 100:103] = 0
    assert ocr.read_cell(cell) == Reading("", 1.0)


def test_readers_that_agree_are_surer_than_either() -> None:
    settled = ocr.settle(Reading("2 000,00", 0.7), Reading("2000,00", 0.6))
    assert (settled.text, settled.alternative) == ("2 000,00", None)
    assert settled.confidence == pytest.approx(0.88)
    assert not as_cell(settled).doubtful


@pytest.mark.parametrize(
    ("words", "digits", "text", "alternative"),
    [
        (("5,93", 0.9), ("5,53", 0.95), "5,53", "5,93"),
        (("12 500,50", 0.9), ("12.500,50", 0.95), "12 500,50", "12.500,50"),
        (("п", 0.9), ("11", 0.7), "11", "п"),
        (("З", 0.9), ("3", 0.9), "3", "З"),
        (("75,00", 0.9), ("", 0.0), "75,00", ""),
    ],
)
def test_readers_that_differ_leave_a_doubt(
    words: tuple[str, float], digits: tuple[str, float], text: str, alternative: str
) -> None:
    settled = ocr.settle(Reading(*words), Reading(*digits))
    assert (settled.text, settled.alternative) == (text, alternative)
    assert as_cell(settled).doubtful


def test_a_letter_of_a_digits_shape_is_no_doubt_among_digits() -> None:
    settled = ocr.settle(Reading("З 887,3О", 0.9), Reading("3887,30", 0.9))
    assert (settled.text, settled.alternative) == ("3 887,30", None)


def test_a_letter_that_is_no_digit_to_the_other_reader_stays() -> None:
    assert ocr.settle(Reading("І", 0.9), Reading("", 0.0)) == Reading("І", 0.9)


@pytest.mark.parametrize("text", ["75,00", "2 000,00", "З 647,30", "п", "І", "100 %", "2s", "---", ""])
def test_may_be_a_number(text: str) -> None:
    assert ocr.looks_numeric(text)


@pytest.mark.parametrize("text", ["рік", "2024-2026р р.", "Всього", "№1484", "Х"])
def test_is_no_number(text: str) -> None:
    assert not ocr.looks_numeric(text)


@pytest.mark.parametrize(
    ("word", "again", "confirmed"),
    [("1.1.Членський", "1.1.40", True), ("2026р", "2026", True), ("1484", "1434", False), ("№1484", "91484", True)],
)
def test_second_reading_of_a_word(word: str, again: str, confirmed: bool) -> None:
    assert ocr._confirms(word, again) is confirmed


@pytest.mark.parametrize("count", [1, 2, 3])
def test_roman_numerals_are_told_from_ones_by_shape(count: int) -> None:
    assert shapes.upright_bars(bars(count, flag=False)) == count
    assert shapes.upright_bars(bars(count, flag=True)) == 0


@pytest.mark.parametrize("count", [1, 2, 3])
def test_ones_and_roman_numerals_are_named_by_their_shape(count: int) -> None:
    assert ocr._roman(bars(count, flag=False), "1" * count) == "I" * count
    assert ocr._roman(bars(count, flag=True), "1" * count) == ""


def test_small_print_tells_nothing_of_roman_numerals() -> None:
    small = cv2.resize(bars(2, flag=False), None, fx=0.7, fy=0.7, interpolation=cv2.INTER_AREA)
    assert shapes.upright_bars(small) == 0  # type: ignore[arg-type]


@pytest.mark.ocr
@pytest.mark.parametrize("text", ["75,00", "3 887,30", "124,66", "1.", "100"])
def test_numbers_are_read(text: str) -> None:
    reading = ocr.read_cell(printed(text))
    assert reading.text.replace(" ", "") == text.replace(" ", "")
    assert not as_cell(reading).doubtful


@pytest.mark.ocr
def test_roman_numeral_is_read() -> None:
    assert ocr.read_cell(bars(2, flag=False)).text == "II"


@pytest.mark.ocr
def test_cell_is_doubtful_where_the_readers_differ(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_digits", lambda *_: Reading("124,56", 0.9))
    reading = ocr.read_cell(printed("124,66"))
    assert {reading.text, reading.alternative} == {"124,66", "124,56"}
    assert as_cell(reading).doubtful


def test_number_under_a_stroke_of_a_pen_is_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_read", lambda *_: Reading("9090", 0.99))
    cell = printed("9000")
    assert not as_cell(ocr.read_cell(cell)).doubtful
    cv2.line(cell, (40, 99), (120, 30), (0,), 3)
    assert as_cell(ocr.read_cell(cell)).doubtful


@pytest.mark.ocr
def test_print_that_cannot_be_read_is_doubtful() -> None:
    blot = paper()
    cv2.circle(blot, (120, 45), 14, (0,), -1)
    assert as_cell(ocr.read_cell(blot)).doubtful


@pytest.mark.ocr
def test_lines_have_boxes_and_lose_trust_with_an_unconfirmed_number(monkeypatch: pytest.MonkeyPatch) -> None:
    page = paper(900, 300)
    page[80:180, :630] = printed("24.10.2023 20%", 44)[:, :630]
    (line,) = ocr.lines_of(page, ocr.read_words(page))
    assert line.text.startswith("24.10.2023")
    assert 90 < line.box[1] < line.box[3] < 170
    assert line.confidence > 0.8
    monkeypatch.setattr(ocr, "_digits", lambda *_: Reading("2029", 0.9))
    (line,) = ocr.lines_of(page, ocr.read_words(page))
    assert line.confidence <= 0.5


# What print shows by its shape


def starred(count: int, size: int = 11) -> Picture:
    cell = paper()
    for number in range(count):
        middle = np.array([100 + 1.2 * size * number, 40])
        angles = np.pi * (np.arange(10) / 5 - 0.5)
        reach = np.where(np.arange(10) % 2, 0.24, 0.55) * size
        points = middle + np.stack([np.cos(angles), np.sin(angles)], axis=1) * reach[:, None]
        cv2.fillPoly(cell, [np.rint(points * 16).astype(np.int32)], (0,), cv2.LINE_AA, 4)
    return cell


@pytest.mark.parametrize("count", [1, 2, 3])
def test_stars_are_told_by_their_shape(count: int) -> None:
    assert ocr.read_cell(starred(count)).text == "*" * count


def test_short_dash_beside_a_speck_is_a_dash_and_a_speck_alone_is_nothing() -> None:
    cell = paper()
    cv2.rectangle(cell, (200, 40), (208, 45), (0,), -1)
    cv2.rectangle(cell, (40, 70), (43, 73), (0,), -1)
    assert ocr.read_cell(cell).text == "-"
    only = paper()
    cv2.rectangle(only, (40, 70), (43, 73), (0,), -1)
    assert ocr.read_cell(only) == Reading("", 1.0)


@pytest.mark.ocr
@pytest.mark.parametrize(("text", "expected"), [("X", "Х"), ("x", "х")])
def test_cross_alone_in_a_cell_is_the_cyrillic_letter(text: str, expected: str) -> None:
    assert ocr.read_cell(printed(text)).text.casefold() == expected.casefold()


def digits(*places: tuple[int, int], low: tuple[int, ...] = (), minus: int | None = None) -> Picture:
    """Draw a solid block for each digit, from left to right, commas at `low` and a minus at `minus`."""
    cell = paper(420)
    for left, width in places:
        cv2.rectangle(cell, (left, 30), (left + width - 1, 59), (0,), -1)
    for left in low:
        cv2.rectangle(cell, (left, 55), (left + 4, 65), (0,), -1)
    if minus is not None:
        cv2.rectangle(cell, (minus, 44), (minus + 10, 47), (0,), -1)
    return cell


def test_spaces_of_a_number_are_those_of_its_print() -> None:
    apart = [(20 + 22 * n + 11 * (n > 1) + 11 * (n > 4), 18) for n in range(8)]
    assert shapes.spaced(digits(*apart), "22421100") == "22 421 100"
    assert shapes.spaced(digits(*apart), "22 421100") == "22 421 100"
    close = [(20 + 22 * n, 18) for n in range(4)]
    assert shapes.spaced(digits(*close), "2 276") == "2276"
    narrow = [(20, 18), (49, 4), (64, 18), (86, 18)]  # a one is narrow, and in the middle of its place
    assert shapes.spaced(digits(*narrow), "2 176") == "2176"


def test_number_is_left_as_read_where_its_print_has_another_count_of_digits() -> None:
    assert shapes.spaced(digits((20, 18), (42, 18)), "12 345") == "12 345"
    assert shapes.spaced(digits((20, 18)), "123") == "123"


def test_comma_and_minus_that_both_readings_lost_are_shown_and_make_a_doubt() -> None:
    five_one = digits((20, 18), (55, 18), low=(44,))
    assert ocr._doubted(five_one, Reading("51", 0.99)) == Reading("5,1", 0.75, "51")
    assert ocr._doubted(five_one, Reading("5,1", 0.99)) == Reading("5,1", 0.99)
    assert ocr._doubted(digits((40, 18), (62, 18), minus=20), Reading("51", 0.99)) == Reading("-51", 0.75, "51")
    assert ocr._doubted(digits((40, 18), (62, 18)), Reading("51", 0.99)) == Reading("51", 0.99)


@pytest.mark.ocr
@pytest.mark.parametrize(
    ("read", "expected"), [("Е51.1;", "F51.1;"), ("РО2", "P02"), ("РІЗ", ""), ("слово", ""), ("51", "")]
)
def test_letter_of_a_code_is_the_latin_one(monkeypatch: pytest.MonkeyPatch, read: str, expected: str) -> None:
    latin = {"Е51.1;": "F51.1;", "РО2": "P02"}.get(read, "PI3")
    monkeypatch.setattr(ocr, "_words", lambda *_: [ocr.Word(latin, 0, (0, 0, 1, 1), 0.9)])
    assert ocr._code(paper(), read) == expected


# Numbers: points by their print, one and seven by their shape, lines of narrow cells


def test_point_and_comma_are_told_by_how_low_they_reach() -> None:
    comma, point = digits((20, 18), (55, 18), low=(44,)), digits((20, 18), (55, 18))
    cv2.rectangle(point, (44, 55), (48, 59), (0,), -1)
    assert shapes.points_of(comma, "5.1") == [","]
    assert shapes.points_of(point, "5,1") == ["."]
    assert shapes.points_of(digits((20, 18), (55, 18)), "5,1") == [], "no sign is printed"
    assert shapes.points_of(comma, "5,12") == [], "the text has more digits than the print"


@pytest.mark.ocr
def test_readings_that_differ_in_a_point_agree_where_the_print_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_digits", lambda *_: Reading("5.1", 0.9))
    number = ocr._number(digits((20, 18), (55, 18), low=(44,)), Reading("5,1", 0.9))
    assert (number.text, number.alternative) == ("5,1", None)
    assert number.confidence > 0.98


def test_number_with_more_digits_than_its_print_is_doubtful() -> None:
    six = digits(*[(20 + 22 * n, 18) for n in range(6)])
    assert not as_cell(ocr._doubted(six, Reading("275609", 0.99))).doubtful
    assert as_cell(ocr._doubted(six, Reading("2756009", 0.99))).doubtful


@pytest.mark.parametrize("text", ["74,75", "17", "71,1"])
def test_one_and_seven_are_told_by_their_shape(text: str) -> None:
    confused = text.translate(str.maketrans("17", "71"))
    assert shapes.as_printed(printed(text), text) == text
    assert shapes.as_printed(printed(text), confused) == text
    assert as_cell(ocr._doubted(printed(text), Reading(confused, 0.99))).doubtful


def test_of_two_readings_the_one_that_fits_the_print_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_better", lambda *_: pytest.fail("the print tells"))
    five_one = digits((20, 18), (55, 18), low=(44,))
    for first, second, doubtful in (
        ("51", "5,1", False),
        ("5,1", "51", False),
        ("5,10", "5,1", True),
        ("5,4", "41", True),
    ):
        shown = ocr._doubted(five_one, Reading(first, 0.75, second))
        assert (shown.text, as_cell(shown).doubtful) == ("5,4" if first == "5,4" else "5,1", doubtful)
        assert shown.confidence <= 0.9


def lines_of_print(*lines: str, size: int = 40) -> Picture:
    image = Image.fromarray(paper(30 + size * max(map(len, lines)) * 6 // 10, 30 + 60 * len(lines)))
    for number, line in enumerate(lines):
        ImageDraw.Draw(image).text((15, 10 + 60 * number), line, font=ImageFont.load_default(size), fill=0)
    return cv2.GaussianBlur(np.asarray(image), (0, 0), 0.8)  # type: ignore[return-value]


@pytest.mark.ocr
@pytest.mark.parametrize(
    ("lines", "text", "sure"),
    [
        (("32 064,4", "61"), "32 064,461", True),
        (("515882", ",3"), "515882,3", False),
        (("621937", "8"), "6219378", False),
    ],
)
def test_number_that_a_narrow_cell_breaks_is_one(lines: tuple[str, ...], text: str, sure: bool) -> None:
    reading = ocr.read_cell(lines_of_print(*lines))
    assert "".join(reading.text.split()) == "".join(text.split())
    assert as_cell(reading).doubtful is not sure


@pytest.mark.ocr
def test_two_numbers_one_above_the_other_are_two() -> None:
    assert ocr.read_cell(lines_of_print("2024", "2025")).text.split() == ["2024", "2025"]
    assert ocr.read_cell(lines_of_print("12,50", "13,75")).text != "12,5013,75"


def test_lines_are_parted_and_small_signs_go_to_the_nearest() -> None:
    first, second = [(10, 10, 30, 40), (40, 10, 60, 40)], [(10, 60, 30, 90)]
    comma, far = (32, 36, 36, 46), (10, 120, 14, 124)
    assert shapes.line_boxes([*first, *second, comma]) == [(10, 10, 60, 46), (10, 60, 30, 90)]
    assert shapes.line_boxes([*first, far]) == [(10, 10, 60, 40), (10, 120, 14, 124)]
    assert shapes.line_boxes([]) == []


@pytest.mark.ocr
def test_one_cross_read_as_several_is_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ocr, "_words", lambda *_: [ocr.Word("XxX", 0, (0, 0, 20, 20), 0.6)])
    assert ocr.read_cell(printed("x")).text == "х"


def test_space_between_two_digits_is_told_by_their_height() -> None:
    assert shapes.spaced(digits((20, 18), (44, 18)), "94") == "94", "fewer digits than are asked for"
    assert shapes.spaced(digits((20, 18), (44, 18)), "94", 2) == "94"
    assert shapes.spaced(digits((20, 18), (58, 18)), "94", 2) == "9 4"


@pytest.mark.ocr
def test_reading_of_all_lines_that_differs_makes_a_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    cell = lines_of_print("32 064,4", "61")
    crop = shapes.padded(cell, shapes.around(shapes.find_blobs(cell)))
    agreed = ocr._wrapped_number(crop, cell.shape[1], "32 064,461")
    assert agreed is not None
    assert not as_cell(agreed).doubtful
    doubted = ocr._wrapped_number(crop, cell.shape[1], "32 064,467")
    assert doubted is not None
    assert (doubted.text, doubted.alternative) == (agreed.text, "32 064,467")


@pytest.mark.parametrize(
    ("read", "native", "sure", "expected"),
    [
        ("Ta", "", 0.0, "Та"),
        ("Combing", "Світильник", 0.8, "Світильник"),
        ("Microsoft", "Місгозой", 0.4, ""),
        ("XIX", "", 0.0, ""),
    ],
)
def test_ukrainian_word_in_latin_letters_is_read_by_the_ukrainian_reader(
    monkeypatch: pytest.MonkeyPatch, read: str, native: str, sure: float, expected: str
) -> None:
    monkeypatch.setattr(ocr, "_engine", lambda *_: None)
    monkeypatch.setattr(ocr, "_words", lambda *_: [ocr.Word(native, 0, (0, 0, 1, 1), sure)] if native else [])
    assert ocr._native(paper(), ocr.Word(read, 0, (0, 0, 1, 1), 0.85)) == expected


@pytest.mark.parametrize(
    ("read", "again", "expected"), [("F0O0.1;", "F00.1;", "F00.1;"), ("F00.1;", "F08.1;", ""), ("FOS5", "FOS5", "")]
)
def test_misread_code_in_a_list_of_codes_is_read_by_capitals_and_digits(
    monkeypatch: pytest.MonkeyPatch, read: str, again: str, expected: str
) -> None:
    monkeypatch.setattr(ocr, "_engine", lambda *_: None)
    monkeypatch.setattr(ocr, "_words", lambda *_: [ocr.Word(again, 0, (0, 0, 1, 1), 0.9)])
    assert ocr._listed_code(paper(), read) == expected


def test_comma_beside_digits_that_touch_is_seen() -> None:
    touching = digits((20, 36), (70, 18), low=(59,))
    assert shapes.digit_count(touching) == 3
    assert shapes.as_printed(touching, "341") == "34,1"
    assert shapes.points_of(touching, "34.1") == [","]
    assert ocr._doubted(touching, Reading("341", 0.99)) == Reading("34,1", 0.75, "341")

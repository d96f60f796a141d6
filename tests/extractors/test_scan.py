"""Pictures to blocks: rulings, lean, tables and paragraphs, boxes on the page as given, damaged and absurd files."""

from __future__ import annotations

import io
import struct
import time
import tracemalloc
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
import pypdfium2
import pytest
from PIL import Image, ImageDraw, ImageFont

from extractors import ocr, scan, shapes
from extractors.document import Block, Paragraph, Table
from extractors.errors import Broken, Refused
from extractors.lattice import GridCell, grids
from extractors.limits import LIMITS
from extractors.read import read
from extractors.rulings import Picture, depth, find_rulings, ink_mask
from extractors.straighten import lean, straightening

SCAN = Path(__file__).parents[2] / "data" / "raw" / "report-scan.pdf"
WIDTH, HEIGHT = 360.0, 240.0
"""Points of the page that `page` draws."""
X_EDGES, Y_EDGES = (150, 550, 850, 1150), (300, 400, 500, 600)
"""Pixels of its grid's lines."""


def blank() -> Picture:
    return np.full((1000, 1500), 255, np.uint8)


def grid(page: Picture) -> Picture:
    """Three rows and columns; the first row's last two cells are one, the first column's last two are one."""
    left, *_, right = X_EDGES
    for y in Y_EDGES:
        cv2.line(page, (X_EDGES[1] if y == 500 else left, y), (right, y), (0,), 3)
    for x in X_EDGES:
        cv2.line(page, (x, Y_EDGES[1] if x == 850 else Y_EDGES[0]), (x, Y_EDGES[-1]), (0,), 3)
    return page


def write(page: Picture, text: str, x: int, y: int) -> Picture:
    image = Image.fromarray(page)
    ImageDraw.Draw(image).text((x, y), text, font=ImageFont.load_default(44), fill=0)
    return np.array(image)


def page() -> Picture:
    drawn = grid(blank())
    for text, x, y in (
        ("26.10.2023", 150, 150),
        ("2024", 180, 320),
        ("2025", 600, 320),
        ("75,00", 600, 420),
        ("2 100,00", 880, 420),
        ("1 387,30", 880, 520),
    ):
        drawn = write(drawn, text, x, y)
    cv2.rectangle(drawn, (690, 550), (704, 554), (0,), -1)
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)  # type: ignore[return-value]


def turned(picture: Picture, degrees: float) -> Picture:
    rows, columns = picture.shape
    matrix = cv2.getRotationMatrix2D((columns / 2, rows / 2), -degrees, 1.0)
    return cv2.warpAffine(picture, matrix, (columns, rows), flags=cv2.INTER_CUBIC, borderValue=(255.0,))  # type: ignore[return-value]


def tables(blocks: tuple[Block, ...]) -> list[Table]:
    return [block for block in blocks if isinstance(block, Table)]


@lru_cache(maxsize=1)
def scanned() -> tuple[Block, ...]:
    """The first page of the sample scan, read."""
    sheet = pypdfium2.PdfDocument(SCAN)[0]
    picture = sheet.render(scale=300 / 72, grayscale=True).to_numpy().squeeze()
    return scan.read_picture(picture, 1, *sheet.get_size())


@pytest.mark.parametrize("degrees", [-2.0, -0.4, 0.0, 0.7, 3.0])
def test_lean_is_measured_from_rulings(degrees: float) -> None:
    assert lean(ink_mask(turned(grid(blank()), degrees))) == pytest.approx(degrees, abs=0.05)


@pytest.mark.parametrize("degrees", [-1.5, 0.8])
def test_lean_is_measured_from_text_where_nothing_is_ruled(degrees: float) -> None:
    text = blank()
    for row in range(12):
        text = write(text, "Lorem ipsum dolor sit amet consectetur", 150, 100 + 65 * row)
    cv2.rectangle(text, (1200, 40), (1450, 80), (0,), 2)
    assert lean(ink_mask(turned(text, degrees))) == pytest.approx(degrees, abs=0.1)


def test_lean_of_an_empty_page_is_nought() -> None:
    assert lean(ink_mask(blank())) == 0.0


def test_rulings_are_found_where_they_are() -> None:
    found = find_rulings(ink_mask(grid(blank())))
    assert sorted(round(line.position) for line in found.horizontal) == pytest.approx(Y_EDGES, abs=1)
    assert sorted(round(line.position) for line in found.vertical) == pytest.approx(X_EDGES, abs=1)
    assert found.mask[300, 700]
    assert not found.mask[350, 700]


@pytest.mark.parametrize(
    ("start", "end"),
    [((700, 520), (700, 580)), ((600, 470), (800, 470)), ((700, 560), (700, 720)), ((1150, 450), (1300, 450))],
    ids=["stem of a letter", "underline", "signature through the lower edge", "stroke on the right edge"],
)
def test_strokes_that_hang_loose_are_no_rulings(start: tuple[int, int], end: tuple[int, int]) -> None:
    drawn = grid(blank())
    cv2.line(drawn, start, end, (0,), 3)
    found = find_rulings(ink_mask(drawn))
    assert (len(found.horizontal), len(found.vertical)) == (len(Y_EDGES), len(X_EDGES))


@pytest.mark.parametrize("upright", [True, False])
def test_letter_as_tall_as_its_row_is_no_ruling(upright: bool) -> None:
    drawn = blank()
    for y in (300, 356, 412):
        cv2.line(drawn, (150, y), (1150, y), (0,), 3)
    for x in (150, 1150):
        cv2.line(drawn, (x, 300), (x, 412), (0,), 3)
    cv2.line(drawn, (600, 303), (600, 353), (0,), 4)
    cv2.ellipse(drawn, (600, 328), (14, 18), 0, 0, 360, (0,), 4)
    found = find_rulings(ink_mask(drawn if upright else np.ascontiguousarray(drawn.T)))
    assert len(found.vertical if upright else found.horizontal) == 2


def test_too_many_rulings_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("extractors.rulings.LIMITS", replace(LIMITS, page_rulings=7))
    with pytest.raises(Refused) as refusal:
        find_rulings(ink_mask(grid(blank())))
    assert refusal.value.reason == "limit:page_rulings"


def test_shadow_is_levelled_and_noise_smoothed() -> None:
    drawn = page().astype(np.float64)
    drawn *= np.linspace(0.35, 1.0, drawn.shape[1])
    drawn += np.random.default_rng(1).normal(0, 8, drawn.shape)
    sheet = scan.prepare(np.clip(drawn, 0, 255).astype(np.uint8), WIDTH, HEIGHT)
    assert np.median(sheet.print[:, :200]) > 245
    assert np.std(sheet.print[700:, 200:1300]) < 8
    found = find_rulings(ink_mask(sheet.print))
    (table,) = grids(found.horizontal, found.vertical, scan.TOLERANCE)
    assert len(table.cells) == 7


def test_ruling_that_bends_into_a_cell_is_wiped_off_it_but_not_off_its_middle() -> None:
    grey = np.full((100, 100), 255, np.uint8)
    strokes = np.zeros_like(grey)
    for x in (8, 50):
        grey[:, x] = 0
        strokes[:, x] = 255
    _, _, crop = scan._inside(grey, strokes, GridCell(0, 0, 1, 1, (0.0, 0.0, 99.0, 99.0)), 0)
    assert crop[50, 8] == 255
    assert crop[50, 50] == 0


def test_specks_are_wiped_off() -> None:
    drawn = page()
    places = np.random.default_rng(2).integers((620, 100), (950, 1400), (400, 2))
    drawn[places[:, 0], places[:, 1]] = 0
    assert scan.prepare(drawn, WIDTH, HEIGHT).print[620:950].min() > 200


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", [0.0, 1.5])
def test_table_is_read_and_placed_on_the_page_as_given(degrees: float) -> None:
    blocks = scan.read_picture(turned(page(), degrees), 3, WIDTH, HEIGHT)
    heading, table = blocks
    assert isinstance(heading, Paragraph)
    assert isinstance(table, Table)
    assert heading.text == "26.10.2023"
    assert (table.n_rows, table.n_columns, table.pages, table.found_by) == (3, 3, (3,), "rulings")
    cells = {(cell.row, cell.column): cell for cell in table.checked().cells}
    assert (cells[0, 1].column_span, cells[1, 0].row_span) == (2, 2)
    assert [cells[place].text for place in ((0, 0), (0, 1), (1, 0), (1, 1), (2, 1))] == [
        "2024",
        "2025",
        "",
        "75,00",
        "-",
    ]
    assert cells[1, 2].text.replace(" ", "") == "2100,00"
    assert all(cell.source == "ocr" and cell.page == 3 for cell in table.cells)

    turn = cv2.getRotationMatrix2D((750, 500), -degrees, 1.0)
    middle = turn @ np.array([1000, 450, 1]) * 72 / 300
    box, ink = cells[1, 2].bbox, cells[1, 2].ink
    assert box
    assert ink
    assert ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2) == pytest.approx(tuple(middle), abs=0.5)
    assert (box[2] - box[0], box[3] - box[1]) == pytest.approx((72, 24), abs=0.7)
    assert box[0] < ink[0] < ink[2] < box[2]
    assert box[1] < ink[1] < ink[3] < box[3]
    assert cells[1, 0].ink is None
    assert np.diff(table.column_edges) == pytest.approx((96, 72, 72), abs=0.5)


@pytest.mark.ocr
def test_frame_is_no_table_but_its_text_is_kept() -> None:
    framed = write(blank(), "26.10.2023 1484", 300, 310)
    cv2.rectangle(framed, (250, 280), (1000, 400), (0,), 3)
    (block,) = scan.read_picture(framed, 1, WIDTH, HEIGHT)
    assert isinstance(block, Paragraph)
    assert block.text == "26.10.2023 1484"


@pytest.mark.ocr
def test_ruled_paper_without_print_is_no_table() -> None:
    assert scan.read_picture(grid(blank()), 1, WIDTH, HEIGHT) == ()


@pytest.mark.ocr
def test_page_of_the_sample_scan_gives_the_grid_and_the_numbers() -> None:
    (table,) = tables(scanned())
    assert (table.n_rows, table.n_columns) == (6, 14)
    rows = table.grid()
    assert [rows[0][column].column_span for column in (0, 4, 7, 10)] == [1, 3, 3, 3]
    assert (rows[2][1].column_span, rows[3][0].row_span) == (13, 3)
    expected = [
        ["75,00", "75,00", "75,00", "69,96", "-", "-", "93,28", "-", "-"],
        ["150,00", "150,00", "150,00", "124,66", "-", "-", "83,10", "-", "-"],
        ["300,00", "300,00", "300,00", "68,6", "-", "-", "22,8", "-", "-"],
    ]
    for row, numbers in zip(rows[3:], expected, strict=True):
        for cell, number in zip(row[4:13], numbers, strict=True):
            assert cell.text == number or cell.doubtful, (cell.row, cell.column, cell.text)
    sure = [cell for row in rows[3:] for cell in row[4:13] if not cell.doubtful]
    assert len(sure) >= 26


@pytest.mark.ocr
def test_page_of_the_sample_scan_gives_the_words() -> None:
    (table,) = tables(scanned())
    rows = table.grid()
    assert [rows[row][1].text[:4] for row in (3, 4, 5)] == ["1.1.", "1.2.", "1.3."]
    assert rows[2][0].text in {"I", "І"}
    assert rows[3][3].text == "Виконавчий комітету Коростенської міської ради"
    assert rows[3][2].text.startswith("2024-2026")
    text = " ".join(block.text for block in scanned() if isinstance(block, Paragraph))
    assert "№1484" in text
    assert "26.10.2023" in text
    tops = [block.bbox[1] for block in scanned() if block.bbox]
    assert tops == sorted(tops)


def encoded(pictures: list[Picture], kind: str, **options: object) -> bytes:
    first, *others = (Image.fromarray(picture) for picture in pictures)
    target = io.BytesIO()
    first.save(target, kind, **({"save_all": True, "append_images": others} if others else {}), **options)
    return target.getvalue()


@pytest.mark.ocr
def test_frames_of_a_tiff_are_pages() -> None:
    data = encoded([page(), grid(blank())], "TIFF", dpi=(300, 300))
    document = scan.read_pictures(data, "two.tiff", "image/tiff", "0" * 64)
    assert (document.pages, document.page_heights) == (2, (240.0, 240.0))
    assert [table.pages for table in document.tables] == [(1,)]


@pytest.mark.parametrize(
    ("columns", "rows", "resolution", "points"),
    [
        (2480, 3508, (300, 300), (595.2, 841.9)),
        (2480, 3508, None, (595.3, 842.0)),
        (3508, 2480, (72, 72), (841.9, 595.2)),
        (1200, 1600, (72, 72), (595.3, 793.7)),
    ],
)
def test_size_of_the_paper(columns: int, rows: int, resolution: object, points: tuple[float, float]) -> None:
    assert scan._page_size(columns, rows, resolution) == pytest.approx(points, abs=0.1)


@pytest.mark.parametrize("cut", [20, 200, 2_000])
def test_damaged_picture_is_broken(cut: int) -> None:
    with pytest.raises(Broken) as damage:
        scan.read_pictures(encoded([page()], "PNG")[:cut], "cut.png", "image/png", "0" * 64)
    assert damage.value.reason == "damaged"
    assert "cut.png" in str(damage.value)


@pytest.mark.parametrize(("name", "limit"), [("image_pixels", 1_000), ("pages", 1)])
def test_picture_beyond_a_limit_is_refused(monkeypatch: pytest.MonkeyPatch, name: str, limit: int) -> None:
    monkeypatch.setattr(scan, "LIMITS", replace(LIMITS, **{name: limit}))
    with pytest.raises(Refused) as refusal:
        scan.read_pictures(encoded([page(), page()], "TIFF"), "big.tiff", "image/tiff", "0" * 64)
    assert refusal.value.reason == f"limit:{name}"


def test_see_through_picture_lies_on_white_paper() -> None:
    clear = Image.new("RGBA", (40, 40), (0, 0, 0, 0))
    assert np.asarray(scan._flat(clear)).min() == 255


# Ways a page may lie, lines that are no strokes, colour


def sheet_of_text() -> Picture:
    drawn = blank()
    for row in range(12):
        drawn = write(drawn, "Report of the council on measures 2024", 120, 60 + 70 * row)
    return cv2.GaussianBlur(drawn, (0, 0), 0.8)  # type: ignore[return-value]


@pytest.mark.ocr
@pytest.mark.parametrize("degrees", [0, 90, 180, 270])
def test_page_is_turned_upright(degrees: int) -> None:
    lying = scan.turned(sheet_of_text(), -degrees % 360)
    width = WIDTH if degrees in (0, 180) else HEIGHT
    assert scan.upright_turn(lying, width) == degrees
    assert (scan.turned(lying, degrees) == sheet_of_text()).all()


def test_page_without_text_is_not_turned() -> None:
    assert scan.upright_turn(blank(), WIDTH) == 0
    assert scan.upright_turn(grid(blank()), WIDTH) == 0


def dashed(page: Picture, start: tuple[int, int], end: tuple[int, int]) -> None:
    (x0, y0), (x1, y1) = start, end
    for at in range(0, max(x1 - x0, y1 - y0), 16):
        if y0 == y1:
            cv2.rectangle(page, (x0 + at, y0 - 2), (min(x0 + at + 10, x1), y0 + 2), (0,), -1)
        else:
            cv2.rectangle(page, (x0 - 2, y0 + at), (x0 + 2, min(y0 + at + 10, y1)), (0,), -1)


def dashed_grid() -> Picture:
    page = blank()
    for y in Y_EDGES:
        dashed(page, (X_EDGES[0], y), (X_EDGES[-1], y))
    for x in X_EDGES:
        dashed(page, (x, Y_EDGES[0]), (x, Y_EDGES[-1]))
    return page


def found_grid(page: Picture) -> tuple[int, int]:
    lines = find_rulings(ink_mask(page))
    (found,) = grids(lines.horizontal, lines.vertical, scan.TOLERANCE)
    return len(found.y_edges) - 1, len(found.x_edges) - 1


def test_dashed_lines_draw_a_grid() -> None:
    assert found_grid(dashed_grid()) == (3, 3)


def test_ones_of_a_column_of_codes_are_no_dashed_line() -> None:
    page = grid(blank())
    for row in range(3):
        for left in (640, 656, 672, 688):
            cv2.rectangle(page, (left, 320 + 100 * row), (left + 6, 344 + 100 * row), (0,), -1)
            cv2.rectangle(page, (left, 356 + 100 * row), (left + 6, 380 + 100 * row), (0,), -1)
    assert found_grid(page) == (3, 3)


def test_ones_alone_in_the_cells_of_a_column_are_no_dashed_line() -> None:
    page = blank()
    for y in range(300, 651, 70):
        cv2.line(page, (150, y), (1150, y), (0,), 3)
    for x in X_EDGES:
        cv2.line(page, (x, 300), (x, 650), (0,), 3)
    for y in range(300, 650, 70):
        cv2.rectangle(page, (700, y + 18), (705, y + 52), (0,), -1)
    assert found_grid(page) == (5, 3)


def test_worn_line_goes_on_over_a_gap() -> None:
    page = grid(blank())
    page[395:406, 300:330] = 255
    page[350:380, 545:556] = 255
    assert found_grid(page) == (3, 3)


@pytest.mark.ocr
def test_coloured_stamp_leaves_the_numbers_under_it() -> None:
    plain = page()
    colour = np.repeat(plain[..., None], 3, axis=2)
    layer = np.full_like(colour, 255)
    for radius in (60, 80, 140):
        cv2.circle(layer, (1000, 450), radius, (190, 70, 60), 4)
    stamped = np.minimum(colour, layer)
    (before,), (after,) = (tables(scan.read_picture(p, 1, WIDTH, HEIGHT)) for p in (colour, stamped))
    texts, under = (["".join(c.text.split()) for c in table.cells] for table in (before, after))
    assert texts == under
    grey: Picture = cv2.cvtColor(stamped, cv2.COLOR_BGR2GRAY)  # type: ignore[assignment]
    (blurred, *_) = tables(scan.read_picture(grey, 1, WIDTH, HEIGHT))
    assert texts != ["".join(c.text.split()) for c in blurred.cells], "the stamp of this test hides nothing"


# Pages that end within a row, stamps over lines, worn and pale lines, perspective, tables without lines


def test_row_that_the_page_cuts_is_a_row() -> None:
    page = blank()
    for y in (300, 400):
        cv2.line(page, (150, y), (1150, y), (0,), 3)
    for x in X_EDGES:
        cv2.line(page, (x, 300), (x, 480), (0,), 3)
    assert found_grid(page) == (2, 3)
    assert found_grid(page[::-1]) == (2, 3)


def test_line_that_a_stamp_covers_in_part_is_one_line() -> None:
    page = grid(blank())
    page[430:515, 548:553] = 255  # both parts then meet too few lines and hang loose
    assert found_grid(page) == (3, 3)


def test_low_merged_row_is_not_parted_by_the_lines_above_and_below_it() -> None:
    page = blank()
    for y in (300, 400, 436, 536):
        cv2.line(page, (150, y), (1150, y), (0,), 3)
    for x in (150, 550, 1150):
        cv2.line(page, (x, 300), (x, 536), (0,), 3)
    page[403:434, 545:556] = 255
    found = find_rulings(ink_mask(page))
    (table,) = grids(found.horizontal, found.vertical, scan.TOLERANCE)
    assert [(cell.row, cell.column_span) for cell in table.cells] == [(0, 1), (0, 1), (1, 2), (2, 1), (2, 1)]


def test_short_dashed_row_between_merged_ones_has_its_lines() -> None:
    page = blank()
    for y in (200, 250, 300, 500, 700):
        dashed(page, (150, y), (1150, y))
    for x in (150, 550, 1150):
        dashed(page, (x, 200), (x, 250))
        dashed(page, (x, 300), (x, 700))
    found = find_rulings(ink_mask(page))
    assert sorted({round(line.position / 10) for line in found.vertical if line.start < 230}) == [15, 55, 115]


def test_pale_line_is_found_unless_it_is_the_edge_of_letters() -> None:
    page = blank()
    for x in (150, 550, 1150):
        cv2.line(page, (x, 300), (x, 600), (0,), 3)
    for y in (300, 450, 600):
        cv2.line(page, (150, y), (1150, y), (235,), 2)
    for x in range(200, 1100, 30):
        cv2.rectangle(page, (x, 350), (x + 14, 380), (0,), -1)
    cv2.line(page, (150, 365), (1150, 365), (235,), 2)  # runs through print
    dark, pale = ink_mask(page), np.where(depth(page) > scan.PALEST, 255, 0).astype(np.uint8)
    assert not find_rulings(dark).horizontal
    assert [round(line.position) for line in find_rulings(dark, pale).horizontal] == pytest.approx(
        [300, 450, 600], abs=2
    )


@pytest.mark.ocr
def test_page_seen_from_a_side_is_read_and_placed_as_given() -> None:
    flat = grid(blank())
    for y in (700, 800, 900):
        cv2.line(flat, (150, y), (1150, y), (0,), 3)
    for x in (150, 550, 850, 1150):
        cv2.line(flat, (x, 600), (x, 900), (0,), 3)
    for text, x, y in (("75,00", 600, 420), ("2 100,00", 880, 420), ("914", 600, 820)):
        flat = write(flat, text, x, y)
    given = np.array([[0, 0], [1500, 0], [1500, 1000], [0, 1000]], np.float32)
    seen = np.array([[30, 0], [1480, 20], [1500, 980], [0, 1000]], np.float32)
    matrix = cv2.getPerspectiveTransform(given, seen)
    photo: Picture = cv2.warpPerspective(flat, matrix, (1500, 1000), borderValue=(255,))  # type: ignore[assignment]
    (before,), (after,) = (tables(scan.read_picture(p, 1, WIDTH, HEIGHT)) for p in (flat, photo))
    assert [(c.row, c.column, c.text) for c in after.cells] == [(c.row, c.column, c.text) for c in before.cells]
    for cell, moved in zip(before.cells, after.cells, strict=True):
        assert cell.bbox
        assert moved.bbox
        middle = np.array([[[(cell.bbox[0] + cell.bbox[2]) / 2 / 0.24, (cell.bbox[1] + cell.bbox[3]) / 2 / 0.24]]])
        x, y = cv2.perspectiveTransform(middle, matrix)[0, 0] * 0.24
        left, top, right, bottom = moved.bbox
        assert ((left + right) / 2, (top + bottom) / 2) == pytest.approx((x, y), abs=1.5)


def test_straight_page_is_left_as_it_is() -> None:
    assert straightening(ink_mask(grid(blank()))) is None
    assert straightening(ink_mask(blank())) is None


@pytest.mark.ocr
def test_table_without_lines_is_found_by_its_words_and_no_lone_digit_is_lost() -> None:
    drawn = write(blank(), "Report of the council on purchases in the year 2024", 100, 60)
    rows = [("Name", "Count", "Sum")]
    rows += [(f"Paper sheets {n}", str(n), f"{100 * n},50") for n in range(1, 10)]
    for row, (name, count, total) in enumerate(rows):
        for text, x in ((name, 100), (count, 800), (total, 1150)):
            drawn = write(drawn, text, x, 200 + 70 * row)
    blocks = scan.read_picture(cv2.GaussianBlur(drawn, (0, 0), 0.8), 1, WIDTH, HEIGHT)  # type: ignore[arg-type]
    (table,) = tables(blocks)
    assert (table.found_by, table.n_columns) == ("alignment", 3)
    last = {cell.column: cell.text for cell in table.cells if cell.row == table.n_rows - 1}
    assert (last[1], last[2].replace(".", ",")) == ("9", "900,50")
    assert [cell.text for cell in table.cells if cell.column == 1][-9:] == [str(n) for n in range(1, 10)]
    assert any("council" in block.text for block in blocks if isinstance(block, Paragraph))
    assert not any("sheets" in block.text for block in blocks if isinstance(block, Paragraph))


@pytest.mark.ocr
def test_faint_print_is_made_darker_and_worn_figures_are_doubtful(monkeypatch: pytest.MonkeyPatch) -> None:
    pale = 246 - (255 - page().astype(np.float32)) * 0.45
    worn = pale.copy()
    worn[520:540, 880:1140] = 246 - (246 - worn[520:540, 880:1140]) * 0.3
    (whole,), (doubtful,) = (tables(scan.read_picture(p.astype(np.uint8), 1, WIDTH, HEIGHT)) for p in (pale, worn))
    cells = {(c.row, c.column): c for c in whole.cells}
    assert "".join(cells[1, 2].text.split()) == "2100,00"
    assert not cells[2, 2].doubtful
    assert {(c.row, c.column): c for c in doubtful.cells}[2, 2].doubtful
    monkeypatch.setattr(shapes, "is_worn", lambda _: True)
    (every,) = tables(scan.read_picture(pale.astype(np.uint8), 1, WIDTH, HEIGHT))
    assert {(c.row, c.column): c for c in every.cells}[2, 2].doubtful


@pytest.mark.ocr
def test_heading_turned_on_its_side_is_read() -> None:
    heading = cv2.GaussianBlur(write(np.full((80, 400), 255, np.uint8), "Executed", 20, 10), (0, 0), 0.8)
    for way in (1, -1):
        reading = ocr.read_cell(np.ascontiguousarray(np.rot90(heading, way)))
        assert reading.text == "Executed"


HEIC = Path(__file__).parents[1] / "data" / "report-page.heic"


@pytest.mark.ocr
def test_heic_of_a_phone_is_read() -> None:
    document = read(HEIC.read_bytes(), HEIC.name)
    assert (document.media_type, document.pages) == ("image/heic", 1)
    (table,) = document.tables
    assert table.n_columns == 14


def test_damaged_heic_is_broken() -> None:
    with pytest.raises(Broken) as damage:
        read(HEIC.read_bytes()[:5_000], "cut.heic")
    assert damage.value.reason == "damaged"


def test_tiff_of_ten_thousand_pages_is_refused_before_it_is_decoded() -> None:
    tags = ((256, 8), (257, 8), (258, 1), (259, 1), (262, 1), (273, 8), (278, 8), (279, 8))  # 8 x 8, one strip
    size = 2 + 12 * len(tags) + 4
    data = struct.pack("<2sHI8s", b"II", 42, 16, b"\xff" * 8)
    for number in range(10_000):
        data += struct.pack("<H", len(tags)) + b"".join(struct.pack("<HHII", tag, 4, 1, value) for tag, value in tags)
        data += struct.pack("<I", 16 + (number + 1) * size if number < 9_999 else 0)
    started = time.process_time()
    with pytest.raises(Refused) as refusal:
        read(data, "many.tiff")
    assert refusal.value.reason == "limit:pages"
    assert time.process_time() - started < 10


@pytest.mark.parametrize(("kind", "mode"), [("PNG", "1"), ("TIFF", "1"), ("JPEG", "L")])
def test_picture_bomb_is_refused_before_it_is_decoded(kind: str, mode: str) -> None:
    target = io.BytesIO()
    options = {"compression": "group4"} if kind == "TIFF" else {}
    Image.new(mode, (12_000, 12_000), 1).save(target, kind, **options)
    tracemalloc.start()
    with pytest.raises(Refused) as refusal:
        read(target.getvalue(), f"bomb.{kind.lower()}")
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert refusal.value.reason == "limit:image_pixels"
    assert most < 20_000_000


def test_print_of_the_other_side_is_taken_off_and_pale_print_of_this_one_is_not() -> None:
    front = page()
    mirrored = cv2.GaussianBlur(np.roll(front[:, ::-1], (45, 37), (0, 1)), (0, 0), 2.5)
    shown = np.minimum(front, (255 - (255 - mirrored.astype(np.float32)) * 0.25).astype(np.uint8))
    clean, thin = (scan.prepare(picture, WIDTH, HEIGHT) for picture in (front, shown))
    assert np.count_nonzero(ink_mask(thin.print) & ~ink_mask(clean.print)) < 300
    assert np.count_nonzero(thin.pale) < 1.2 * np.count_nonzero(clean.pale), "all but what touches dark print"
    sharp = np.minimum(front, 255 - (255 - np.roll(front, (45, 37), (0, 1))) // 4)
    assert np.count_nonzero(scan.prepare(sharp, WIDTH, HEIGHT).pale) > 1.5 * np.count_nonzero(clean.pale)

"""PDF pages to tables and paragraphs in the frame of the page as shown, nothing lost, faults told."""

from __future__ import annotations

import hashlib
import json
import math
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pdfplumber
import pypdfium2
import pytest

from extractors import drawings, lattice
from extractors import pdf as reader
from extractors import pdfium as pdfium_reader
from extractors.document import BBox, Document, Paragraph, Table
from extractors.errors import Broken, Refused
from extractors.limits import LIMITS
from extractors.pdf import read_pdf
from pipeline.assemble import assemble
from tests.builders import CATALOG, FONT, drawn, line, pdf, pdf_of, stream, text_at
from tests.samples import PDF

TRUTH = json.loads((Path(__file__).parent.parent / "data" / "report.truth.json").read_text(encoding="utf-8"))

LEFT, TOP, WIDTH, HEIGHT = 20, 180, 60, 30
"""A grid drawn in tests: its upper left corner in user space and the size of its cells."""

TEXTS = [["a1", "b1", "c1"], ["a2", "b2", "c2"]]


def read(data: bytes) -> Document:
    return read_pdf(data, "x.pdf", "0" * 64)


def only_table(data: bytes) -> Table:
    (found,) = read(data).tables
    return found


def squeezed(text: str) -> str:
    return "".join(text.split())


def words(texts: list[list[str]]) -> str:
    """Show the texts of a grid, each in its cell."""
    return "".join(
        text_at(LEFT + WIDTH * c + 5, TOP - HEIGHT * r - 20, text)
        for r, row in enumerate(texts)
        for c, text in enumerate(row)
    )


def grid_lines(n_rows: int = 2, n_columns: int = 3) -> str:
    """Draw a grid with one line for each edge."""
    right, bottom = LEFT + WIDTH * n_columns, TOP - HEIGHT * n_rows
    across = (line(LEFT, TOP - HEIGHT * r, right, TOP - HEIGHT * r) for r in range(n_rows + 1))
    down = (line(LEFT + WIDTH * c, TOP, LEFT + WIDTH * c, bottom) for c in range(n_columns + 1))
    return "".join((*across, *down))


def close(found: BBox | None, expected: BBox, by: float = 0.6) -> bool:
    return found is not None and all(abs(a - b) <= by for a, b in zip(found, expected, strict=True))


# The real report, against its truth and against an independent reader


def test_report_equals_its_truth() -> None:
    document = assemble(read(PDF.read_bytes()))
    assert document.pages == 6
    assert len(document.page_heights) == 6
    for found, true in zip(document.tables, TRUTH["tables"], strict=True):
        assert (found.n_rows, found.n_columns) == (true["n_rows"], true["n_columns"])
        assert {(c.row, c.column, c.row_span, c.column_span, squeezed(c.text)) for c in found.cells} == {
            (c["row"], c["column"], c["row_span"], c["column_span"], squeezed(c["text"])) for c in true["cells"]
        }


def test_nothing_is_lost_or_moved_by_the_word_of_an_independent_reader() -> None:
    document = read(PDF.read_bytes())
    with pdfplumber.open(PDF) as other:
        for number, page in enumerate(other.pages, start=1):
            theirs = Counter(squeezed("".join(word["text"] for word in page.extract_words())))
            ours: Counter[str] = Counter()
            for block in document.blocks:
                if isinstance(block, Paragraph):
                    if block.page == number:
                        ours.update(squeezed(block.text))
                    continue
                for cell in block.cells:
                    if cell.page != number:
                        continue
                    assert cell.bbox is not None
                    x0, top, x1, bottom = cell.bbox
                    inside = [
                        c["text"]
                        for c in page.chars
                        if x0 < (c["x0"] + c["x1"]) / 2 < x1 and top < (c["top"] + c["bottom"]) / 2 < bottom
                    ]
                    assert Counter(squeezed(cell.text)) == Counter(squeezed("".join(inside))), (number, cell)
                    ours.update(squeezed(cell.text))
            assert ours == theirs, f"page {number}"


def test_ink_lies_inside_its_cell() -> None:
    for table in read(PDF.read_bytes()).tables:
        for cell in table.cells:
            assert (cell.ink is None) == (not cell.text)
            if cell.ink is not None and cell.bbox is not None:
                assert cell.ink[0] >= cell.bbox[0] - reader.TOLERANCE
                assert cell.ink[2] <= cell.bbox[2] + reader.TOLERANCE


# How a grid can be drawn


def thin_rectangles() -> str:
    across = (f"{LEFT} {TOP - HEIGHT * r - 0.25} {WIDTH * 3} 0.5 re f\n" for r in range(3))
    down = (f"{LEFT + WIDTH * c - 0.25} {TOP - HEIGHT * 2} 0.5 {HEIGHT * 2} re f\n" for c in range(4))
    return "".join((*across, *down))


def boxes_of_cells() -> str:
    return "".join(
        f"{LEFT + WIDTH * c} {TOP - HEIGHT * (r + 1)} {WIDTH} {HEIGHT} re S\n" for r in range(2) for c in range(3)
    )


def closed_outlines() -> str:
    corners = ((LEFT + WIDTH * c, TOP - HEIGHT * r) for r in range(2) for c in range(3))
    return "".join(f"{x} {y} m {x + WIDTH} {y} l {x + WIDTH} {y - HEIGHT} l {x} {y - HEIGHT} l s\n" for x, y in corners)


def one_path() -> str:
    return "".join(
        f"{LEFT + WIDTH * c} {TOP - HEIGHT * (r + 1)} {WIDTH} {HEIGHT} re\n" for r in range(2) for c in range(3)
    ) + ("S\n")


def one_path_of_thin_rectangles() -> str:
    return thin_rectangles().replace(" f\n", "\n") + "f\n"


def doubled_lines() -> str:
    return grid_lines() + f"1 0 0 1 0.8 0.8 cm {grid_lines()}"


def dashes() -> str:
    pieces = []
    for drawn_line in grid_lines().splitlines():
        x0, y0, _, x1, y1, *_ = drawn_line.split()
        steps = 60
        for step in range(steps):
            at = [float(a) + (float(b) - float(a)) * step / steps for a, b in ((x0, x1), (y0, y1))]
            to = [float(a) + (float(b) - float(a)) * (step + 0.6) / steps for a, b in ((x0, x1), (y0, y1))]
            pieces.append(line(*at, *to))
    return "".join(pieces)


@pytest.mark.parametrize(
    "drawing",
    [grid_lines, thin_rectangles, boxes_of_cells, closed_outlines, one_path, one_path_of_thin_rectangles, dashes],
    ids=lambda drawing: drawing.__name__,
)
def test_however_it_is_drawn_a_grid_is_a_grid(drawing: Callable[[], str]) -> None:
    found = only_table(pdf((words(TEXTS) + drawing()).encode()))
    assert drawn(found) == TEXTS
    for cell in found.cells:
        x, y = LEFT + WIDTH * cell.column, 200 - TOP + HEIGHT * cell.row
        assert close(cell.bbox, (x, y, x + WIDTH, y + HEIGHT)), cell


def test_doubled_lines_are_one() -> None:
    assert drawn(only_table(pdf((words(TEXTS) + doubled_lines()).encode()))) == TEXTS


def test_shaded_cells_draw_no_lines() -> None:
    shade = f"0.9 g {LEFT + 10} {TOP - 25} {WIDTH} 20 re f 0 g\n"
    assert drawn(only_table(pdf((shade + words(TEXTS) + grid_lines()).encode()))) == TEXTS


def test_cell_merged_over_columns_and_rows() -> None:
    lines = (
        boxes_of_cells()
        .replace(f"{LEFT} {TOP - HEIGHT} {WIDTH} {HEIGHT} re", f"{LEFT} {TOP - HEIGHT} {WIDTH * 2} {HEIGHT} re")
        .replace(f"{LEFT + WIDTH} {TOP - HEIGHT} {WIDTH} {HEIGHT} re S\n", "")
        .replace(f"{LEFT + WIDTH * 2} {TOP - HEIGHT} {WIDTH} {HEIGHT} re S\n", "")
        .replace(
            f"{LEFT + WIDTH * 2} {TOP - HEIGHT * 2} {WIDTH} {HEIGHT} re",
            f"{LEFT + WIDTH * 2} {TOP - HEIGHT * 2} {WIDTH} {HEIGHT * 2} re",
        )
    )
    texts = [["wide", "", "high"], ["a2", "b2", ""]]
    assert drawn(only_table(pdf((lines + words(texts)).encode()))) == [["wide", "<", "high"], ["a2", "b2", "^"]]


def test_form_inside_a_form_is_placed_where_it_is_shown() -> None:
    content = stream(
        (words(TEXTS) + grid_lines()).encode(),
        b"/Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << /Font << /F1 3 0 R >> >>",
    )
    found = only_table(pdf(b"0.5 0 0 0.5 100 40 cm /X Do", resources="/XObject << /X 6 0 R >>", extra=content))
    assert drawn(found) == TEXTS
    left, top = 100 + LEFT / 2, 200 - (40 + TOP / 2)
    assert close(found.cells[0].bbox, (left, top, left + WIDTH / 2, top + HEIGHT / 2))


def test_frame_around_text_is_no_table() -> None:
    document = read(pdf((grid_lines(1, 1) + text_at(40, 160, "framed")).encode()))
    assert document.tables == ()
    assert [b.text for b in document.blocks if isinstance(b, Paragraph)] == ["framed"]


def test_two_tables_and_the_text_between_come_in_reading_order() -> None:
    second = f"q 1 0 0 1 0 -110 cm {words([['d', 'e', 'f'], ['g', 'h', 'i']])}{grid_lines()} Q\n"
    content = second + words(TEXTS) + grid_lines() + text_at(20, 90, "between")
    assert [b.text if isinstance(b, Paragraph) else drawn(b) for b in read(pdf(content.encode())).blocks] == [
        TEXTS,
        "between",
        [["d", "e", "f"], ["g", "h", "i"]],
    ]


# Text in cells


def test_text_that_reaches_over_a_line_is_cut_there() -> None:
    content = grid_lines() + text_at(LEFT + 20, TOP - 20, "1234567     8901234") + words([["", "", "c1"], TEXTS[1]])
    found = only_table(pdf(content.encode()))
    row = [cell.text for cell in found.cells if cell.row == 0]
    assert row[0] + row[1] == "12345678901234"
    assert row == ["1234567", "8901234", "c1"]
    for cell in found.cells:
        if cell.ink is not None and cell.bbox is not None:
            assert cell.bbox[0] - 1 <= cell.ink[0] <= cell.ink[2] <= cell.bbox[2] + 1


def test_text_that_reaches_out_of_the_table_goes_on_outside() -> None:
    content = grid_lines() + text_at(LEFT + WIDTH * 2 + 5, TOP - 20, "1234567890 12345")
    document = read(pdf(content.encode()))
    outside = "".join(b.text for b in document.blocks if isinstance(b, Paragraph))
    inside = "".join(cell.text for cell in document.tables[0].cells)
    assert squeezed(inside + outside) == "123456789012345"
    assert inside
    assert outside


def test_lines_of_a_cell_join_and_a_hyphen_stays() -> None:
    content = grid_lines() + "".join(
        text_at(LEFT + 3, TOP - 10 - 9 * i, text, 8) for i, text in enumerate(("fulfil-", "ment of this", "planned"))
    )
    assert only_table(pdf(content.encode())).cells[0].text == "fulfil-ment of this planned"


def test_long_text_is_read_whole() -> None:
    text = "0123456789" * 60
    (block,) = read(pdf(text_at(0, 100, text, 0.5).encode())).blocks
    assert isinstance(block, Paragraph)
    assert block.text == text


# The frame of the page

UPRIGHT = {
    90: "0 1 -1 0 {height} 0 cm",
    180: "-1 0 0 -1 {width} {height} cm",
    270: "0 -1 1 0 0 {width} cm",
    0: "1 0 0 1 0 0 cm",
}
"""What turns drawing for a page as shown into the user space of a page with this rotation."""


def turned(rotation: int) -> bytes:
    """Give the same page as a reader sees it, whatever its `/Rotate`."""
    width, height = 300, 200
    media = f"0 0 {height} {width}" if rotation in (90, 270) else f"0 0 {width} {height}"
    matrix = UPRIGHT[rotation].format(width=width, height=height)
    content = f"{matrix}\n{words(TEXTS)}{grid_lines()}"
    return pdf(content.encode(), media=media, page=f"/Rotate {rotation}")


def rendered(data: bytes) -> np.ndarray[tuple[int, ...], np.dtype[np.uint8]]:
    opened = pypdfium2.PdfDocument(data)
    picture = np.array(opened[0].render(scale=1).to_pil().convert("L"))
    opened.close()
    return picture


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_turned_page_is_read_as_it_is_shown(rotation: int) -> None:
    same_picture = np.abs(rendered(turned(rotation)).astype(int) - rendered(turned(0)).astype(int)).mean()
    assert same_picture < 5, "the test's own page is wrong"
    expected, found = only_table(turned(0)), only_table(turned(rotation))
    assert drawn(found) == drawn(expected) == TEXTS
    for a, b in zip(found.cells, expected.cells, strict=True):
        assert b.bbox is not None
        assert b.ink is not None
        assert close(a.bbox, b.bbox)
        assert close(a.ink, b.ink)
    assert read(turned(rotation)).page_heights == (200,)


@pytest.mark.parametrize(
    ("media", "page", "left", "top"),
    [
        ("0 0 400 300", "/CropBox [10 20 350 250]", 10, 250),
        ("-50 -40 250 160", "", -50, 160),
        ("0 0 300 200", "/CropBox [-10 -10 900 900]", 0, 200),
    ],
    ids=["crop box", "origin elsewhere", "crop box beyond the page"],
)
def test_places_count_from_the_corner_of_the_page_as_shown(media: str, page: str, left: int, top: int) -> None:
    content = words(TEXTS) + grid_lines()
    if "-50" in media:
        content = f"1 0 0 1 -30 -30 cm {content}"
        x, y = LEFT - 30 - left, top - (TOP - 30)
    else:
        x, y = LEFT - left, top - TOP
    found = only_table(pdf(content.encode(), media=media, page=page))
    assert drawn(found) == TEXTS
    assert close(found.cells[0].bbox, (x, y, x + WIDTH, y + HEIGHT))


# Pages that are pictures

PICTURE = stream(
    b"\x80", b"/Type /XObject /Subtype /Image /Width 1 /Height 1 /ColorSpace /DeviceGray /BitsPerComponent 8"
)
SHOWN = b"q 300 0 0 200 0 0 cm /X Do Q\n"


def test_page_without_text_goes_to_the_scan_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from extractors import scan

    seen: list[tuple[tuple[int, ...], int, float, float]] = []

    def picture(pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], *where: float) -> list[Paragraph]:
        seen.append((pixels.shape[:2], int(where[0]), where[1], where[2]))
        return [Paragraph("from the picture", int(where[0]), None, "ocr")]

    monkeypatch.setattr(scan, "read_picture", picture)
    data = pdf(text_at(20, 20, "text").encode(), SHOWN, b"", resources="/XObject << /X 10 0 R >>", extra=PICTURE)
    document = read(data)
    assert [(b.text, b.page) for b in document.blocks if isinstance(b, Paragraph)] == [
        ("text", 1),
        ("from the picture", 2),
    ]
    assert document.pages == 3
    ((shape, number, width, height),) = seen
    assert (number, width, height) == (2, 300, 200)
    assert shape == (math.ceil(200 * 300 / 72), math.ceil(300 * 300 / 72))


UKRAINIAN = "Програма розвитку місцевого самоврядування громади затверджена рішенням міської ради на наступні роки"


def to_scan_reader(monkeypatch: pytest.MonkeyPatch, data: bytes) -> bool:
    from extractors import scan

    monkeypatch.setattr(scan, "read_picture", lambda *_: [Paragraph("from the picture", 1, None, "ocr")])
    return [b.source for b in read(data).blocks if isinstance(b, Paragraph)] == ["ocr"]


def with_picture(content: bytes) -> bytes:
    return pdf(content, resources="/XObject << /X 6 0 R >>", extra=PICTURE)


def test_stamp_on_a_scan_does_not_hide_it(monkeypatch: pytest.MonkeyPatch) -> None:
    stamp = text_at(20, 20, "Document 8575 signed").encode()
    assert to_scan_reader(monkeypatch, with_picture(SHOWN + stamp))
    small = SHOWN.replace(b"300 0 0 200", b"60 0 0 60")
    assert not to_scan_reader(monkeypatch, with_picture(small + stamp)), "a coat of arms is no scan"


def test_layer_that_recognition_laid_over_a_scan_is_not_believed(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = (text_at(20, 180 - 12 * n, f"A line of text that was recognised, number {n}") for n in range(12))
    lines = "".join(rows).encode()
    assert to_scan_reader(monkeypatch, with_picture(SHOWN + b"3 Tr\n" + lines))
    assert not to_scan_reader(monkeypatch, with_picture(SHOWN + lines)), "printed over a background"


def test_garbled_text_layer_goes_to_the_scan_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    garbled = ["IIPOTOKOJI 3acinaHHR KopocreHcbKoi MicbKoi paJIH", "BHKoHaB1Ioro KoMiTeTy 3aTBepIDKeHHR 3BiTy"] * 4
    lines = "".join(text_at(10, 180 - 12 * n, line) for n, line in enumerate(garbled))
    assert to_scan_reader(monkeypatch, pdf(lines.encode()))


def test_page_of_outlines_goes_to_the_scan_reader_and_a_frame_does_not(monkeypatch: pytest.MonkeyPatch) -> None:
    outline = "".join(f"{x} 100 m {x + 2} 108 l {x + 4} 100 l {x} 100 l f\n" for x in range(10, 290, 2))
    assert to_scan_reader(monkeypatch, pdf(outline.encode()))
    assert not to_scan_reader(monkeypatch, pdf(grid_lines().encode()))


def test_mojibake_is_mapped_back() -> None:
    latin = UKRAINIAN.encode("cp1251").decode("cp1252")
    lines = "".join(text_at(5, 150 - 20 * n, part) for n, part in enumerate([latin[:50], latin[50:]]))
    font = "/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >> >>"
    data = pdf(lines.encode("cp1252"), resources=font)
    text = " ".join(b.text for b in read(data).blocks if isinstance(b, Paragraph))
    assert squeezed(text) == squeezed(UKRAINIAN)


def test_table_without_lines_is_found_by_alignment_and_nothing_is_lost() -> None:
    rows = [["Name", "Plan", "Actual"], *([f"Measure number {n}", f"{n}25,50", f"{n}20,00"] for n in range(1, 8))]
    cells = "".join(
        text_at(x, 150 - 14 * r, text)
        for r, row in enumerate(rows)
        for x, text in zip((20, 150, 230), row, strict=True)
    )
    prose = text_at(20, 180, "The measures of the programme were carried out as follows in the last year.", 8)
    document = read(pdf((prose + cells).encode()))
    (found,) = document.tables
    assert drawn(found) == rows
    assert found.found_by == "alignment"
    assert 0 < found.confidence < 1
    assert [squeezed(b.text) for b in document.blocks if isinstance(b, Paragraph)] == [
        squeezed("The measures of the programme were carried out as follows in the last year.")
    ]


def test_picture_beyond_the_limit_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdfium_reader, "LIMITS", replace(LIMITS, image_pixels=1000))
    with pytest.raises(Refused) as caught:
        read(pdf(SHOWN, resources="/XObject << /X 6 0 R >>", extra=PICTURE))
    assert caught.value.reason == "limit:image_pixels"


# Locks

PAGE = b"""<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 200] /Contents %d 0 R
/Resources << /Font << /F1 3 0 R >> >> >>"""

PADDING = bytes.fromhex("28BF4E5E4E758A4164004E56FFFA01082E2E00B6D0683E802F0CA9FE6453697A")


def rc4(key: bytes, data: bytes) -> bytes:
    state, j = list(range(256)), 0
    for i in range(256):
        j = (j + state[i] + key[i % len(key)]) % 256
        state[i], state[j] = state[j], state[i]
    out, i, j = bytearray(), 0, 0
    for byte in data:
        i = (i + 1) % 256
        j = (j + state[i]) % 256
        state[i], state[j] = state[j], state[i]
        out.append(byte ^ state[(state[i] + state[j]) % 256])
    return bytes(out)


def md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def locked(user: bytes, owner: bytes) -> bytes:
    """Give a PDF locked by the standard handler's first version (ISO 32000-1, 7.6.3: RC4, 40 bits)."""
    rights, name = (-64).to_bytes(4, "little", signed=True), b"0123456789ABCDEF"
    owner_entry = rc4(md5((owner + PADDING)[:32])[:5], (user + PADDING)[:32])
    key = md5((user + PADDING)[:32] + owner_entry + rights + name)[:5]
    of_page = md5(key + (5).to_bytes(3, "little") + bytes(2))[:10]
    objects = [
        CATALOG,
        b"<< /Type /Pages /Kids [4 0 R] /Count 1 >>",
        FONT,
        PAGE % 5,
        stream(rc4(of_page, (words(TEXTS) + grid_lines()).encode())),
        b"<< /Filter /Standard /V 1 /R 2 /P -64 /O <%b> /U <%b> >>"
        % (owner_entry.hex().encode(), rc4(key, PADDING).hex().encode()),
    ]
    return pdf_of(objects, b"/Encrypt 6 0 R /ID [<%b> <%b>]" % ((name.hex().encode(),) * 2))


def test_password_is_refused_as_encrypted() -> None:
    with pytest.raises(Refused, match="password") as caught:
        read(locked(b"secret", b"owner"))
    assert caught.value.reason == "encrypted"


def test_lock_on_changes_alone_opens() -> None:
    assert drawn(only_table(locked(b"", b"owner"))) == TEXTS


# Faults


def three_pages(kids: bytes = b"4 0 R 6 0 R 8 0 R", count: int = 3) -> bytes:
    objects = [CATALOG, b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count), FONT]
    for index in range(3):
        objects += [PAGE % (5 + 2 * index), stream(text_at(20, 100, f"page {index + 1}").encode())]
    return pdf_of(objects)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"%PDF-1.7\n", id="nothing but the mark"),
        pytest.param(b"%PDF-1.7\n" + b"\x00\xff" * 5000, id="junk"),
        pytest.param(three_pages(b"", 0), id="empty page tree"),
        pytest.param(three_pages(b"2 0 R", 1), id="page tree that points at itself"),
        pytest.param(three_pages(b"4 0 R 2 0 R", 2), id="page tree that points at itself after a page"),
        pytest.param(three_pages(b"4 0 R 99 0 R", 2), id="page that is not there"),
        pytest.param(three_pages(b"4 0 R", 7), id="fewer pages than said"),
        pytest.param(pdf_of([b"<< /Type /Catalog >>"]), id="no page tree"),
    ],
)
def test_damage_is_told(data: bytes) -> None:
    with pytest.raises(Broken) as caught:
        read(data)
    assert caught.value.reason in ("damaged", "no_pages")
    assert ";" in str(caught.value), "a message says what to do next"


@pytest.mark.parametrize("whole", [PDF.read_bytes(), three_pages()], ids=["report", "three pages"])
def test_truncated_upload_never_passes_for_a_shorter_document(whole: bytes) -> None:
    expected = read(whole)
    told = []
    for keep in (*(len(whole) * step // 40 for step in range(1, 40)), len(whole) - 60, len(whole) - 8):
        try:
            found = read(whole[:keep])
        except Broken as error:
            told.append(error.reason)
        else:
            assert found == expected, f"{keep} of {len(whole)} bytes"
    assert set(told) <= {"damaged", "no_pages"}
    assert len(told) >= 39


@pytest.mark.parametrize(
    ("limit", "value"), [("pages", 2), ("page_objects", 5), ("page_rulings", 6), ("cells", 10)], ids=str
)
def test_limits_count_what_they_name(monkeypatch: pytest.MonkeyPatch, limit: str, value: int) -> None:
    data = pdf(*[(words(TEXTS) + grid_lines()).encode()] * 3)
    read(data)
    for module in (reader, pdfium_reader, drawings):
        monkeypatch.setattr(module, "LIMITS", replace(LIMITS, **{limit: value}))
    with pytest.raises(Refused) as caught:
        read(data)
    assert caught.value.reason == f"limit:{limit}"


def test_form_that_shows_itself_ends() -> None:
    entries = b"/Type /XObject /Subtype /Form /BBox [0 0 300 200] /Resources << /XObject << /X 6 0 R >> >>"
    data = pdf(
        text_at(9, 9, "a").encode() + b"/X Do", resources="/XObject << /X 6 0 R >>", extra=stream(b"/X Do", entries)
    )
    assert [b.text for b in read(data).blocks if isinstance(b, Paragraph)] == ["a"]


def test_grid_of_too_many_positions_is_refused_before_its_cells_are_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lattice, "LIMITS", replace(LIMITS, cells=5))
    with pytest.raises(Refused) as caught:
        read(pdf((words(TEXTS) + grid_lines()).encode()))
    assert caught.value.reason == "limit:cells"

"""The page of a document: what it holds, and in Chromium what a person does with it."""

from __future__ import annotations

import io
import re
import shutil
from base64 import b64decode
from collections.abc import Iterator
from dataclasses import replace
from html import unescape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pypdfium2
import pytest
from pi_heif import register_heif_opener  # type: ignore[import-untyped]
from PIL import Image

from extractors.document import Document, Table
from pipeline.family_files import load_families
from pipeline.process import Reading, interpret, meaning, process
from pipeline.show_html import as_html
from tests import builders
from tests.samples import PDF, WORD, small_report

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page, Route

SCAN_PAGE = Path(__file__).parents[1] / "data" / "report-page.heic"
register_heif_opener()

HOSTILE = (
    "<script>document.title=1</script>",
    "</title></svg></table></style><img src=x onerror=document.title=1>",
    '"onmouseover="document.title=1',
    '"--><a href=javascript:document.title=1>',
)

QUIET = """--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking
--disable-component-update --disable-sync"""
"""Arguments of a Chromium that asks for nothing by itself."""

WIDE, NARROW = {"width": 1600, "height": 900}, {"width": 420, "height": 800}


def html_of(file: Path) -> str:
    data = file.read_bytes()
    return as_html(interpret(data, file.name), data)


def word_of(table: Table, name: str = "x.docx") -> str:
    """Give the page of a Word file with one table."""
    document = Document("0" * 64, name, "application/docx", None, (table,))
    return as_html(meaning(document, load_families()), b"")


def cells_of(page: str, table: int) -> list[tuple[str, str]]:
    """Give the attributes and the text of a table's cells."""
    found = re.findall(rf'<t[dh] id="t{table}-(.*?)</t[dh]>', page, re.DOTALL)
    parts = (cell.partition(">") for cell in found)
    return [(head, unescape(re.sub("<small>.*?</small>|<sup>.*?</sup>|<[^>]*>", "", rest))) for head, _, rest in parts]


@pytest.fixture(scope="module")
def report() -> Reading:
    return interpret(PDF.read_bytes(), PDF.name)


@pytest.fixture(scope="module")
def report_html() -> str:
    return html_of(PDF)


def test_the_page_has_every_page_with_its_boxes_and_every_cell(report: Reading, report_html: str) -> None:
    pictures = re.findall("<svg .*?</svg>", report_html, re.DOTALL)
    assert len(pictures) == report.document.pages
    cells = [cell for understood in report.tables for cell in understood.table.cells]
    places = [page for cell in cells for page in (cell.page, *(region.page for region in cell.continued))]
    assert [svg.count("<rect ") for svg in pictures] == [places.count(n + 1) for n in range(len(pictures))]
    for understood in report.tables:
        in_order = sorted(understood.table.cells, key=lambda cell: (cell.row, cell.column))
        assert [text for _, text in cells_of(report_html, understood.number)] == [cell.text for cell in in_order]
    assert len(report_html) < 1_000_000, "six pages take less than a megabyte"


def test_every_link_of_the_page_leads_somewhere_in_it(report_html: str) -> None:
    links = re.findall(r'href="([^"]*)"', report_html)
    names = re.findall(r' id="([^"]*)"', report_html)
    assert len(names) == len(set(names))
    fragments = {link for link in links if not link.startswith("data:")}
    assert fragments <= {f"#{name}" for name in names}
    first_pieces = {f"#{name}" for name in names if re.fullmatch(r"b\d+-\d+-\d+|f\d+", name)}
    assert len(first_pieces) > 300
    assert first_pieces <= fragments


def test_checks_and_findings_are_those_of_the_data_sets(report_html: str) -> None:
    rows = process(PDF.read_bytes(), PDF.name)
    shown = {
        (table, *map(int, key.groups())): (key.string, text)
        for table in (1, 2)
        for head, text in cells_of(report_html, table)
        if (key := re.match(r'(\d+)-(\d+)"', head))
    }
    for row in rows["observations"]:
        head, text = shown[row["table"], row["row"], row["column"]]
        assert text == row["raw"]
        checks = [check for check in ("verified", "unchecked", "contradicted") if check in head]
        assert checks == ([row["check"]] if row["check"] else [])
    assert report_html.count('<li id="f') == len(rows["findings"]) == 5
    for row in rows["findings"]:
        assert unescape(report_html).count(row["message"]) == 1
    contradicted = sum(row["check"] == "contradicted" for row in rows["observations"])
    assert f"суперечить іншим числам: {contradicted}</li>" in report_html


def test_a_doubtful_cell_tells_its_confidence_and_the_other_reading() -> None:
    table = builders.table([["Назва", "Сума"], ["Захід", "12,5"]])
    cells = [
        replace(c, source="ocr", confidence=0.625, alternative="72,5<") if c.row and c.column else c
        for c in table.cells
    ]
    page = word_of(replace(table, cells=tuple(cells)))
    assert "<small>впевненість 0,62, або: 72,5&lt;</small>" in page
    assert re.search(r'<td id="t1-1-1" class="[a-z ]*doubtful"', page)
    assert "прочитано непевно: 1</li>" in page


def test_an_unreadable_number_and_a_merged_heading() -> None:
    head = ["№", "Заходи Програми", "Річний обсяг, тис. грн 2024 рік", "<"]
    table = builders.table([head, ["1", "Перший захід", "12,5 або 13", "1"], ["2", "Другий захід", "7", "1"]])
    page = word_of(table)
    assert re.search(r'<td id="t1-1-2" class="rejected"', page)
    assert "стоїть «12,5 або 13»" in page
    assert '<th id="t1-0-2" colspan="2"' in page


def test_a_heading_that_reaches_into_the_body_is_not_cut() -> None:
    head = [["Код", "Сума, грн"], ["^", "100"], ["2", "200"]]
    document = Document("0" * 64, "x.docx", "application/docx", None, (builders.table(head),))
    reading = meaning(document, load_families())
    (understood,) = reading.tables
    page = as_html(replace(reading, tables=(replace(understood, header_rows=1),)), b"")
    assert ' rowspan="2"' in page
    (body,) = re.findall("<tbody>(.*?)</tbody>", page, re.DOTALL)
    assert ' id="t1-0-0"' in body


def test_word_has_tables_and_no_pages() -> None:
    page = html_of(WORD)
    assert "<svg" not in page
    assert 'id="pages"' not in page
    assert 'colspan="13"' in page
    assert 'href="#b' not in page


def test_texts_are_escaped_and_a_name_that_is_no_text_is_shown() -> None:
    data = small_report(total="<b>30</b>")
    page = as_html(interpret(data, "a<b>\udcff.docx"), data)
    assert ">&lt;b&gt;30&lt;/b&gt;<" in page
    assert "<h1>a&lt;b&gt;\\udcff.docx</h1>" in page


def test_a_document_without_tables_has_a_page() -> None:
    data = builders.docx(builders.p("Шановні колеги!"))
    page = as_html(interpret(data, "x.docx"), data)
    assert "Таблиць у документі не знайдено" in page
    assert "Зауважень немає" in page


@pytest.mark.ocr
def test_a_lying_scan_is_drawn_upright() -> None:
    out = io.BytesIO()
    with Image.open(SCAN_PAGE) as image:
        image.convert("L").rotate(90, expand=True).save(out, "PNG", dpi=(200, 200))
    page = as_html(interpret(out.getvalue(), "a.png"), out.getvalue())
    (size,) = re.findall(r'<svg viewBox="0 0 ([\d.]+) ([\d.]+)"', page)
    width, height = map(float, size)
    assert width > height, "the sample lies across, and so its upright page is wide"
    (picture,) = re.findall(r'href="data:image/webp;base64,([^"]*)"', page)
    with Image.open(io.BytesIO(b64decode(picture))) as drawn:
        assert drawn.width / drawn.height == pytest.approx(width / height, rel=0.01)


# In Chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    program = shutil.which("chromium")
    assert program is not None, "Chromium is not there; `apt-get install chromium` installs it"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=QUIET.split())
        yield started
        started.close()


@pytest.fixture
def context(browser: Browser) -> Iterator[BrowserContext]:
    made = browser.new_context(viewport=WIDE)  # type: ignore[arg-type]
    yield made
    made.close()


def opened(context: BrowserContext, folder: Path, page: str, fragment: str = "") -> tuple[Page, list[str]]:
    """Open a page; gives it and what it asked for or complained of since."""
    (folder / "page.html").write_text(page, encoding="utf-8")
    tab = context.new_page()
    told: list[str] = []
    tab.on("console", lambda message: told.append(message.text))
    tab.on("pageerror", lambda error: told.append(str(error)))
    tab.goto((folder / "page.html").as_uri() + fragment)
    tab.on("request", lambda request: told.append(request.url))
    return tab, told


def watch(context: BrowserContext, asked: list[str]) -> None:
    """Note every address that pages are about to load."""

    def note(route: Route) -> None:
        asked.append(route.request.url)
        route.continue_()

    context.route("**/*", note)


def lit(tab: Page) -> set[str]:
    """Give the names of cells and boxes that are seen marked."""
    script = """() => [...document.querySelectorAll('[id^=t][id*="-"],[id^=b][id*="-"]')].filter(e => {
        const style = getComputedStyle(e), blue = 'rgb(11, 87, 208)';
        return e.tagName === 'rect' ? style.stroke === blue && style.strokeWidth === '2.5px'
                                    : e.matches('td,th') && style.boxShadow.includes(blue);
    }).map(e => e.id)"""
    return set(tab.evaluate(script))


def seen(tab: Page, name: str) -> bool:
    """Whether an element lies where a person sees it: nothing covers its middle."""
    script = """name => { const e = document.getElementById(name), b = e.getBoundingClientRect();
        const top = document.elementFromPoint(b.left + b.width / 2, b.top + Math.min(b.height / 2, 8));
        return top !== null && (e === top || e.contains(top)); }"""
    return bool(tab.evaluate(script, name))


def squeezed(text: str) -> str:
    """Give a text without what lines' ends may change."""
    return re.sub(r"[^\w✗]", "", text)


def settle(tab: Page) -> None:
    """Wait until the page has followed a link."""
    tab.evaluate("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")


SUM = {f"{side}1-{place}" for side in "tb" for place in ("28-7", "7-7", "16-7", "22-7", "27-7")}
"""Cells and boxes of the second finding: section totals that do not add up."""


@pytest.mark.chromium
def test_a_finding_marks_its_cells_in_the_table_and_on_the_pages(
    context: BrowserContext, tmp_path: Path, report_html: str
) -> None:
    tab, told = opened(context, tmp_path, report_html)
    assert lit(tab) == set()
    tab.click("#f2 > a")
    settle(tab)
    assert lit(tab) == SUM
    assert seen(tab, "t1-28-7")
    assert seen(tab, "b1-28-7")
    assert seen(tab, "f2")
    tab.click("#f2 .cells a >> nth=1")  # one of its cells
    settle(tab)
    assert lit(tab) == {"t1-7-7", "b1-7-7"}
    assert seen(tab, "t1-7-7")
    assert seen(tab, "b1-7-7")
    tab.go_back()
    settle(tab)
    assert lit(tab) == SUM
    assert told == []


@pytest.mark.chromium
def test_a_cell_leads_to_its_box_and_a_box_to_its_cell(
    context: BrowserContext, tmp_path: Path, report_html: str, report: Reading
) -> None:
    tab, told = opened(context, tmp_path, report_html)
    assert not seen(tab, "b1-24-4")
    tab.click("#t1-24-4", position={"x": 5, "y": 30})  # below its text: the whole cell is to be clicked
    settle(tab)
    assert lit(tab) == {"t1-24-4", "b1-24-4"}
    assert seen(tab, "b1-24-4")
    assert seen(tab, "t1-24-4")
    tab.evaluate("document.getElementById('tables').scrollTop = 0")
    tab.click("#b1-28-4")
    settle(tab)
    assert lit(tab) == {"t1-28-4", "b1-28-4"}
    assert seen(tab, "t1-28-4")
    assert seen(tab, "b1-28-4")
    over_pages = next(c for c in report.tables[0].table.cells if c.continued and c.text)
    key = f"1-{over_pages.row}-{over_pages.column}"
    tab.click(f"#b{key}-1")
    settle(tab)
    pieces = {f"b{key}", *(f"b{key}-{n + 1}" for n in range(len(over_pages.continued)))}
    assert lit(tab) == {f"t{key}", *pieces}
    assert seen(tab, f"b{key}-1"), "the piece that was clicked stays in sight"
    assert told == []


@pytest.mark.chromium
def test_the_number_of_a_finding_in_a_cell_leads_to_the_finding(
    context: BrowserContext, tmp_path: Path, report_html: str
) -> None:
    tab, _ = opened(context, tmp_path, report_html, "#t1-28-7")
    assert lit(tab) == {"t1-28-7", "b1-28-7"}, "the address of a cell can be passed on"
    assert seen(tab, "b1-28-7")
    tab.click("#t1-28-7 sup >> nth=0 >> a")
    settle(tab)
    assert lit(tab) == SUM
    assert seen(tab, "f2")


@pytest.mark.chromium
def test_without_script_links_lead_where_they_should(browser: Browser, tmp_path: Path, report_html: str) -> None:
    context = browser.new_context(viewport=WIDE, java_script_enabled=False)  # type: ignore[arg-type]
    tab, told = opened(context, tmp_path, report_html)
    tab.click("#f2 > a")
    assert lit(tab) == SUM
    tab.click("#f2 .cells a >> nth=0")
    assert lit(tab) == {"t1-28-7"}
    assert seen(tab, "t1-28-7")
    tab.click("#t1-28-7 > .to")
    assert lit(tab) == {"b1-28-7"}
    assert seen(tab, "b1-28-7")
    tab.click("#b1-3-4")
    assert lit(tab) == {"t1-3-4"}
    assert told == []
    context.close()


@pytest.mark.chromium
def test_the_keyboard_is_enough(context: BrowserContext, tmp_path: Path, report_html: str) -> None:
    tab, _ = opened(context, tmp_path, report_html)

    def focused() -> Any:
        return tab.evaluate(
            "() => { const e = document.activeElement;"
            "return (e.querySelector(':scope > rect') || e.closest('[id]') || {}).id }"
        )

    for _ in range(40):  # through the links of the head
        tab.keyboard.press("Tab")
        if focused() == "f2":
            break
    tab.keyboard.press("Enter")
    settle(tab)
    assert lit(tab) == SUM
    tab.focus("#t1-3-4 > .to")
    tab.keyboard.press("ArrowRight")
    assert focused() == "t1-3-5"
    tab.keyboard.press("ArrowUp")
    assert focused() == "t1-2-1", "the title over 13 columns"
    tab.keyboard.press("ArrowDown")
    assert focused() == "t1-3-1"
    tab.keyboard.press("Enter")
    settle(tab)
    assert lit(tab) == {"t1-3-1", "b1-3-1"}
    tab.focus("a:has(> #b1-3-4)")
    tab.keyboard.press("ArrowDown")
    assert focused() == "b1-4-4"
    tab.keyboard.press("Enter")
    settle(tab)
    assert lit(tab) == {"t1-4-4", "b1-4-4"}
    tab.keyboard.press("Escape")
    settle(tab)
    assert lit(tab) == set()


@pytest.mark.chromium
def test_the_text_of_a_cell_can_be_selected(context: BrowserContext, tmp_path: Path, report_html: str) -> None:
    tab, _ = opened(context, tmp_path, report_html)
    box = tab.locator("#t1-3-1 > span").bounding_box()
    assert box is not None
    tab.mouse.move(box["x"] + 2, box["y"] + 8)
    tab.mouse.down()
    tab.mouse.move(box["x"] + 80, box["y"] + 8, steps=4)
    tab.mouse.up()
    assert len(tab.evaluate("getSelection().toString()")) > 3
    assert tab.evaluate("location.hash") == "", "to select a text is not to follow its link"
    tab.keyboard.press("Control+a")
    copied = [cell.split("\n")[0] for cell in tab.evaluate("getSelection().toString()").split("\t")]
    assert "15,24" in copied, "numbers of findings are not copied with a number"


@pytest.mark.chromium
def test_the_page_asks_for_nothing_and_runs_no_other_script(
    context: BrowserContext, tmp_path: Path, report_html: str
) -> None:
    asked: list[str] = []
    watch(context, asked)
    tab, told = opened(context, tmp_path, report_html)
    tab.evaluate("document.getElementById('pages').scrollTop = 1e6")
    settle(tab)
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "page.html").as_uri()]
    assert [url for url in told if not url.startswith("data:")] == []
    assert tab.evaluate("[...document.querySelectorAll('image')].map(e => e.getBBox().width > 100)") == [True] * 6
    smuggled = "<script>document.title='run'</script><img src=http://127.0.0.1:9/x><p onclick='document.title=1'>"
    asked.clear()
    tab, told = opened(context, tmp_path, report_html.replace("</main>", f"{smuggled}</main>"))
    assert tab.title() == "report.pdf"
    assert [url for url in asked if url.startswith("http")] == []
    assert any("Content Security Policy" in line for line in told)


@pytest.mark.chromium
def test_hostile_texts_stay_texts(context: BrowserContext, tmp_path: Path) -> None:
    lines = [builders.line(20, y, 580, y) for y in (20, 60, 100)]
    lines += [builders.line(x, 20, x, 100) for x in (20, 300, 580)]
    places = [(25, 75), (305, 75), (25, 35), (305, 35)]
    texts = (builders.text_at(x, y, text, 7) for (x, y), text in zip(places, HOSTILE, strict=True))
    data = builders.pdf("".join([*lines, *texts]).encode(), media="0 0 600 200")
    reading = interpret(data, f"{HOSTILE[1]}.pdf")
    (understood,) = reading.tables
    assert {cell.text for cell in understood.table.cells} == set(HOSTILE)
    asked: list[str] = []
    watch(context, asked)
    tab, told = opened(context, tmp_path, as_html(reading, data))
    assert tab.title() == f"{HOSTILE[1]}.pdf"
    assert set(tab.locator("#table-1 [id] > span").all_inner_texts()) == set(HOSTILE)
    assert tab.locator("svg rect").count() == 4
    assert tab.locator("img, [onerror], [onmouseover], [href^=javascript]").count() == 0
    tab.hover("#b1-0-0")
    tab.hover("#t1-1-0")
    assert [url for url in asked if not url.startswith("data:")] == [(tmp_path / "page.html").as_uri()]
    assert told == []


@pytest.mark.chromium
def test_on_paper_every_cell_is_there(
    context: BrowserContext, tmp_path: Path, report_html: str, report: Reading
) -> None:
    tab, _ = opened(context, tmp_path, report_html)
    with pypdfium2.PdfDocument(tab.pdf(prefer_css_page_size=True, print_background=True)) as paper:
        pages = [squeezed(page.get_textpage().get_text_bounded(0, 0, *page.get_size())) for page in paper]
    whole = "".join(pages)
    for understood in report.tables:
        for cell in understood.table.cells:
            for word in cell.text.split():
                assert squeezed(word) in whole, f"{word!r} is cut off"
    assert sum(page.startswith("Сторінка") for page in pages) == 6, "each picture has a sheet of its own"
    assert whole.count("Річнийобсягфінансування") > 1, "the heading stands on each sheet again"
    assert "✗" in whole


@pytest.mark.chromium
def test_a_narrow_window_shows_all_below_one_another(browser: Browser, tmp_path: Path, report_html: str) -> None:
    context = browser.new_context(viewport=NARROW)  # type: ignore[arg-type]
    tab, _ = opened(context, tmp_path, report_html)
    assert tab.evaluate("document.documentElement.scrollWidth") <= NARROW["width"]
    tops = tab.evaluate(
        "['findings', 'tables', 'pages'].map(n => document.getElementById(n).getBoundingClientRect().top)"
    )
    assert tops == sorted(tops)
    tab.click("#t1-3-4 > .to")
    settle(tab)
    assert seen(tab, "b1-3-4")
    assert lit(tab) == {"t1-3-4", "b1-3-4"}
    tab.click("#b1-3-4")
    settle(tab)
    assert seen(tab, "t1-3-4")
    context.close()


@pytest.mark.chromium
def test_a_word_file_is_coloured_and_its_findings_marked(context: BrowserContext, tmp_path: Path) -> None:
    data = small_report(total="31,00")
    tab, told = opened(context, tmp_path, as_html(interpret(data, "x.docx"), data))
    tab.click("#f1 > a")
    settle(tab)
    assert lit(tab) == {"t1-3-2", "t1-1-2", "t1-2-2"}
    colours = tab.evaluate(
        "['3-2','2-2'].map(n => getComputedStyle(document.getElementById('t1-' + n)).backgroundColor)"
    )
    assert colours[0] == "rgb(251, 220, 220)"
    assert colours[0] != colours[1]
    assert tab.evaluate("getComputedStyle(document.getElementById('t1-3-2'), '::after').content") == '"✗"'
    assert told == []

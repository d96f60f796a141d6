"""One program on one file: `python run.py PROGRAM FILE RESULT` writes its tables, time and memory as JSON.

Guarantee: needs nothing but the standard library and the program itself, so each program runs in an environment of its
own. What the program is asked for is its usual call with its defaults; what it knows of pages and spans is taken over.
The seconds are CPU seconds of this process and its children (for programs in Java: the virtual machine) after imports.
"""

from __future__ import annotations

import argparse
import importlib
import importlib.metadata
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

Cells = list[tuple[int, int, int, int, str]]
"""Row, column, row span, column span and text of each cell."""

Tables = list[tuple[tuple[int, ...], Cells]]
"""Pages (from 1) and cells of each table."""

Raw = Any
"""What a library gives: it is of no type known here."""

Program = tuple[Callable[[str], Raw], Callable[[Raw], Tables]]
"""The timed call, and what brings its result into our form."""


def from_rows(rows: list[list[str | None]]) -> Cells:
    """Take over rows of texts; `None` stands where a merged cell goes on."""
    return [(r, c, 1, 1, text) for r, row in enumerate(rows) for c, text in enumerate(row) if text is not None]


def zvity() -> Program:
    """Read and assemble with this project's own code."""
    read: Any = importlib.import_module("extractors.read").read
    assemble: Any = importlib.import_module("pipeline.assemble").assemble
    importlib.import_module("extractors.pdf")

    def extract(path: str) -> Raw:
        return assemble(read(Path(path).read_bytes(), Path(path).name))

    def tables(document: Raw) -> Tables:
        return [
            (tuple(t.pages), [(c.row, c.column, c.row_span, c.column_span, c.text) for c in t.cells])
            for t in document.tables
        ]

    return extract, tables


def zvity_read() -> Program:
    """Read only: what `zvity` does before it joins tables over pages."""
    read: Any = importlib.import_module("extractors.read").read
    importlib.import_module("extractors.pdf")
    return lambda path: read(Path(path).read_bytes(), Path(path).name), zvity()[1]


def camelot(flavor: str, **options: str) -> Program:
    """Ask camelot for all pages. A cell without a border on a side goes on there: so its merged cells are known."""
    library = importlib.import_module("camelot")

    def extract(path: str) -> Raw:
        return list(library.read_pdf(path, pages="all", flavor=flavor, suppress_stdout=True, **options))

    return extract, lambda tables: [((int(table.page),), _camelot_cells(table.cells)) for table in tables]


def _camelot_cells(grid: list[list[Any]]) -> Cells:
    """Join positions that no border parts into a cell, where together they fill a rectangle."""
    cells: Cells = []
    done: set[tuple[int, int]] = set()
    for r, row in enumerate(grid):
        for c, cell in enumerate(row):
            if (r, c) in done:
                continue
            width = height = 1
            while c + width < len(row) and not row[c + width - 1].right and (r, c + width) not in done:
                width += 1
            while r + height < len(grid) and _camelot_open(grid, r + height, c, width):
                height += 1
            block = [grid[y][x].text for y in range(r, r + height) for x in range(c, c + width)]
            if sum(bool(text.strip()) for text in block) > 1:
                width = height = 1
                block = [cell.text]
            done |= {(y, x) for y in range(r, r + height) for x in range(c, c + width)}
            cells.append((r, c, height, width, next((text for text in block if text.strip()), "")))
    return cells


def _camelot_open(grid: list[list[Any]], row: int, column: int, width: int) -> bool:
    """Whether no border parts `width` positions of a row from those above, nor from each other."""
    below = grid[row][column : column + width]
    return not any(cell.top for cell in below) and not any(cell.right for cell in below[:-1])


def pdfplumber(**settings: str) -> Program:
    """Ask pdfplumber for the tables of every page."""
    library = importlib.import_module("pdfplumber")

    def extract(path: str) -> Raw:
        with library.open(path) as pdf:
            return [(page.page_number, rows) for page in pdf.pages for rows in page.extract_tables(settings)]

    return extract, lambda tables: [((page,), from_rows(rows)) for page, rows in tables]


def liteparse() -> Program:
    """Ask liteparse for layout blocks, without OCR and in one thread."""
    library = importlib.import_module("liteparse")
    parser = library.LiteParse(ocr_enabled=False, num_workers=1, extract_blocks=True, quiet=True)

    def tables(result: Raw) -> Tables:
        blocks = [(page.page_num, block) for page in result.pages for block in page.blocks or []]
        return [
            (
                (page,),
                from_rows([[cell.text for cell in row] for row in [block.header or [], *(block.rows or [])] if row]),
            )
            for page, block in blocks
            if block.kind == "table"
        ]

    return parser.parse, tables


def img2table(**options: bool) -> Program:
    """Ask img2table for the tables of a PDF with its text layer; equal boxes at several positions are a merged cell."""
    library = importlib.import_module("img2table.document")

    def extract(path: str) -> Raw:
        return library.PDF(path).extract_tables(**options)

    def tables(pages: Raw) -> Tables:
        return [((page + 1,), _img2table_cells(table)) for page, found in pages.items() for table in found]

    return extract, tables


def img2table_tesseract() -> Program:
    """Ask img2table for the tables of a scan, their texts by the `tesseract` program."""
    documents = importlib.import_module("img2table.document")
    reader = importlib.import_module("img2table.ocr").TesseractOCR(n_threads=1, lang="ukr+eng")

    def extract(path: str) -> Raw:
        return documents.PDF(path).extract_tables(ocr=reader)

    return extract, img2table()[1]


def ocrmypdf() -> Program:
    """Put a text layer on a scan with OCRmyPDF, and ask pdfplumber for the tables."""
    extract_tables, tables = pdfplumber()
    importlib.import_module("ocrmypdf")

    def extract(path: str) -> Raw:
        with tempfile.TemporaryDirectory() as folder:
            target = str(Path(folder) / "read.pdf")
            options = ["-l", "ukr+eng", "--jobs", "1", "--force-ocr", "--output-type", "pdf", "--quiet"]
            subprocess.run([sys.executable, "-m", "ocrmypdf", *options, path, target], check=True)
            return extract_tables(target)

    return extract, tables


def _img2table_cells(table: Raw) -> Cells:
    places: dict[Any, list[tuple[int, int, str]]] = {}
    for r, row in enumerate(table.content.values()):
        for c, cell in enumerate(row):
            box = (cell.bbox.x1, cell.bbox.y1, cell.bbox.x2, cell.bbox.y2)
            places.setdefault(box, []).append((r, c, cell.value or ""))
    cells: Cells = []
    for found in places.values():
        rows, columns = [r for r, _, _ in found], [c for _, c, _ in found]
        height, width = max(rows) - min(rows) + 1, max(columns) - min(columns) + 1
        cells.append((min(rows), min(columns), height, width, found[0][2]))
    return sorted(cells)


def tabula(**options: bool) -> Program:
    """Ask tabula for all pages; its guess of where tables stand is left on."""
    library = importlib.import_module("tabula")

    def extract(path: str) -> Raw:
        return library.read_pdf(path, pages="all", output_format="json", force_subprocess=True, silent=True, **options)

    def tables(found: Raw) -> Tables:
        return [((), from_rows([[cell["text"] for cell in row] for row in table["data"]])) for table in found]

    return extract, tables


def opendataloader() -> Program:
    """Ask opendataloader-pdf for JSON."""
    library = importlib.import_module("opendataloader_pdf")

    def extract(path: str) -> Raw:
        with tempfile.TemporaryDirectory() as folder:
            library.convert(path, output_dir=folder, format="json", quiet=True, image_output="off", threads="1")
            return json.loads(next(Path(folder).glob("*.json")).read_text(encoding="utf-8"))

    return extract, lambda document: [_opendataloader_table(table) for table in _of_type(document, "table")]


def _opendataloader_table(table: dict[str, Any]) -> tuple[tuple[int, ...], Cells]:
    cells = [
        (
            cell["row number"] - 1,
            cell["column number"] - 1,
            cell["row span"],
            cell["column span"],
            " ".join(_texts(cell.get("kids", []))),
        )
        for row in table["rows"]
        for cell in row["cells"]
    ]
    return (table["page number"],), cells


def _of_type(node: Raw, kind: str) -> list[dict[str, Any]]:
    if isinstance(node, list):
        return [found for child in node for found in _of_type(child, kind)]
    if not isinstance(node, dict):
        return []
    own = [node] if node.get("type") == kind else []
    return own or [found for child in node.values() for found in _of_type(child, kind)]


def _texts(node: Raw) -> list[str]:
    if isinstance(node, list):
        return [text for child in node for text in _texts(child)]
    if not isinstance(node, dict):
        return []
    if "content" in node:
        return [str(node["content"])]
    return [text for child in node.values() if isinstance(child, list) for text in _texts(child)]


def zvity_word() -> Program:
    """Read a Word file with this project's own code."""
    read: Any = importlib.import_module("extractors.read").read
    importlib.import_module("extractors.word")
    return lambda path: read(Path(path).read_bytes(), Path(path).name), zvity()[1]


def kreuzberg() -> Program:
    """Ask kreuzberg for a Word file's tables, without a cache."""
    library = importlib.import_module("kreuzberg")
    options = library.ExtractionConfig(use_cache=False)

    def extract(path: str) -> Raw:
        return library.extract_file_sync(path, config=options)

    return extract, lambda result: [((), from_rows(table.cells)) for table in result.tables]


def docspine() -> Program:
    """Ask docspine for a Word file's tables; cells that go on from above have no paragraph of their own."""
    library = importlib.import_module("docspine")

    def extract(path: str) -> Raw:
        return library.open(path).tables()

    def tables(found: Raw) -> Tables:
        return [((), from_rows([[_docspine_text(c) for c in row["cells"]] for row in t["rows"]])) for t in found]

    return extract, tables


def _docspine_text(cell: Raw) -> str:
    return "\n".join(block.get("text", "") for block in cell["blocks"])


def lxml_text() -> Program:
    """Floor: parse `document.xml` and take the text of each cell, without any feature of Word's."""
    etree = importlib.import_module("lxml.etree")
    zipfile = importlib.import_module("zipfile")
    word = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"

    def extract(path: str) -> Raw:
        with zipfile.ZipFile(path) as archive:
            root = etree.fromstring(archive.read("word/document.xml"))
        return [
            [["".join(cell.itertext(word + "t")) for cell in row.iter(word + "tc")] for row in table.iter(word + "tr")]
            for table in root.iter(word + "tbl")
        ]

    return extract, lambda tables: [((), from_rows(rows)) for rows in tables]


def pdfium_text() -> Program:
    """Floor: the text of each page, without tables."""
    library = importlib.import_module("pypdfium2")

    def extract(path: str) -> Raw:
        for page in library.PdfDocument(path):
            page.get_textpage().get_text_bounded()

    return extract, lambda _: []


def pdfium_objects() -> Program:
    """Floor: text and box of each text object, and the points of each path, without tables."""
    library = importlib.import_module("pypdfium2")
    raw = importlib.import_module("pypdfium2.raw")
    ctypes = importlib.import_module("ctypes")
    box = [ctypes.c_float() for _ in range(4)]
    buffer = ctypes.create_string_buffer(4096)
    text = ctypes.cast(buffer, ctypes.POINTER(raw.FPDF_WCHAR))

    def extract(path: str) -> Raw:
        for page in library.PdfDocument(path):
            textpage = raw.FPDFText_LoadPage(page)
            for index in range(raw.FPDFPage_CountObjects(page)):
                item = raw.FPDFPage_GetObject(page, index)
                kind = raw.FPDFPageObj_GetType(item)
                if kind == raw.FPDF_PAGEOBJ_TEXT:
                    raw.FPDFPageObj_GetBounds(item, *box)
                    length = raw.FPDFTextObj_GetText(item, textpage, text, 2048)
                    buffer[: max(length - 2, 0)].decode("utf-16-le", "replace")
                elif kind == raw.FPDF_PAGEOBJ_PATH:
                    for point in range(raw.FPDFPath_CountSegments(item)):
                        raw.FPDFPathSegment_GetPoint(raw.FPDFPath_GetPathSegment(item, point), box[0], box[1])
            raw.FPDFText_ClosePage(textpage)
            page.close()

    return extract, lambda _: []


PROGRAMS: dict[str, Callable[[], Program]] = {
    "zvity": zvity,
    "zvity-read": zvity_read,
    "camelot-auto": lambda: camelot("auto"),
    "camelot-hybrid": lambda: camelot("hybrid"),
    "camelot-hybrid-vector": lambda: camelot("hybrid", engine="vector"),
    "camelot-network": lambda: camelot("network"),
    "camelot-lattice-vector": lambda: camelot("lattice", engine="vector"),
    "pdfplumber": pdfplumber,
    "pdfplumber-text": lambda: pdfplumber(vertical_strategy="text", horizontal_strategy="text"),
    "liteparse": liteparse,
    "img2table": img2table,
    "img2table-borderless": lambda: img2table(borderless_tables=True),
    "img2table-tesseract": img2table_tesseract,
    "ocrmypdf": ocrmypdf,
    "tabula": tabula,
    "opendataloader-pdf": opendataloader,
    "zvity-word": zvity_word,
    "kreuzberg": kreuzberg,
    "docspine": docspine,
    "lxml-text": lxml_text,
    "pdfium-text": pdfium_text,
    "pdfium-objects": pdfium_objects,
}


def _cpu() -> float:
    """CPU seconds of this process and of its ended children."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def _peak_mb() -> float:
    """The largest memory of this process since it was started, or of a child, in MB.

    `ru_maxrss` begins with what the process that started this one held; Linux tells the process's own peak apart.
    """
    unit = 1 if sys.platform == "darwin" else 1024
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit
    status = Path("/proc/self/status")
    if status.is_file():
        line = next(line for line in status.read_text(encoding="utf-8").splitlines() if line.startswith("VmHWM"))
        own = int(line.split()[1]) * 1024
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * unit) / 1_000_000


def main() -> int:
    """Run a program and write what it found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", choices=PROGRAMS)
    parser.add_argument("file")
    parser.add_argument("result", type=Path)
    parser.add_argument("--runs", type=int, default=1)
    arguments = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    extract, tables = PROGRAMS[arguments.program]()
    seconds: list[float] = []
    peaks: list[float] = []
    found: Raw = None
    for _ in range(arguments.runs):
        found = None
        started = _cpu()
        found = extract(arguments.file)
        seconds.append(_cpu() - started)
        peaks.append(_peak_mb())
    result = {"seconds": seconds, "peak_mb": peaks[0], "tables": tables(found)}
    arguments.result.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

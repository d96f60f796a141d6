"""Whole processes of peers and floors: `python -m bench.peers.whole NAME FILE`; each imports only what it needs."""

from __future__ import annotations

import sys


def pdfplumber_tables(path: str) -> None:
    """Extract every page's tables with pdfplumber's defaults."""
    import pdfplumber

    with pdfplumber.open(path) as pdf:
        for page in pdf.pages:
            page.extract_tables()


def pdfplumber_json(path: str) -> None:
    """Print every page's tables as pdfplumber gives them, as JSON."""
    import json

    import pdfplumber

    with pdfplumber.open(path) as pdf:
        tables = [table for page in pdf.pages for table in page.extract_tables()]
    json.dump(tables, sys.stdout, ensure_ascii=False)


def pdfium_text(path: str) -> None:
    """Floor: the text of each page from PDFium, without tables."""
    import pypdfium2

    for page in pypdfium2.PdfDocument(path):
        page.get_textpage().get_text_bounded()


def docx_cells(path: str) -> None:
    """Read every row's cells with python-docx."""
    import docx

    for table in docx.Document(path).tables:
        for row in table.rows:
            [cell.text for cell in row.cells]


def tesseract_pages(path: str) -> None:
    """Floor: each page at 300 dpi through Tesseract once, without tables."""
    import os

    os.environ["OMP_THREAD_LIMIT"] = "1"
    import pypdfium2
    import tesserocr

    from extractors.tessdata import require_tessdata

    with tesserocr.PyTessBaseAPI(path=str(require_tessdata()), lang="ukr+eng", oem=tesserocr.OEM.LSTM_ONLY) as api:
        for page in pypdfium2.PdfDocument(path):
            api.SetImage(page.render(scale=300 / 72, grayscale=True).to_pil())
            api.GetUTF8Text()


PEERS = {
    "report.docx": {"python-docx `row.cells`": docx_cells},
    "report.pdf": {"pdfplumber `extract_tables`": pdfplumber_tables, "PDFium text only (floor)": pdfium_text},
    "report-scan.pdf": {"Tesseract, whole pages once (floor)": tesseract_pages},
}
"""By sample: label and program."""

if __name__ == "__main__":
    globals()[sys.argv[1]](sys.argv[2])

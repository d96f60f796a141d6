"""Documents that tests of the whole pipeline feed in, good and bad."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from io import BytesIO
from pathlib import Path

from docx import Document

RAW = Path(__file__).parent.parent / "data" / "raw"
WORD, PDF, SCAN = RAW / "report.docx", RAW / "report.pdf", RAW / "report-scan.pdf"
DATA = Path(__file__).parent / "data"
FEATURES, SCHOOL = DATA / "word-features.docx", DATA / "school-programme.docx"


def small_report(total: str = "30,00", note: str = "") -> bytes:
    """Give a DOCX with one programme table: two measures and a total, which is right at `30,00`."""
    document = Document()
    document.add_paragraph("ЗВІТ про виконання Програми Коростенської міської територіальної громади за 2024 рік")
    if note:
        document.add_paragraph(note)
    rows = (
        (
            "№ п/п",
            "Зміст заходів",
            "Річний обсяг фінансування, тис. грн 2024 рік",
            "Фактично фінансовано, тис. грн 2024 рік",
        ),
        ("1.", "Перший захід", "10,00", "5,00"),
        ("2.", "Другий захід", "20,00", "-"),
        ("", "Всього по Програмі", total, "5,00"),
    )
    table = document.add_table(rows=len(rows), cols=len(rows[0]))
    for cells, texts in zip(table.rows, rows, strict=True):
        for cell, text in zip(cells.cells, texts, strict=True):
            cell.text = text
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def without_tables() -> bytes:
    """Give a DOCX with text only."""
    document = Document()
    document.add_paragraph("Шановні колеги!")
    out = BytesIO()
    document.save(out)
    return out.getvalue()


def zipped(members: Mapping[str, bytes]) -> bytes:
    """Give a ZIP archive of files by their names; the same files give the same bytes."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return out.getvalue()


def locked_word() -> bytes:
    """Give what a password-protected DOCX begins like: an OLE container with an encrypted package."""
    return b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(512)


BAD: dict[str, tuple[bytes, str, str]] = {
    "empty.docx": (b"", "refused", "empty"),
    "page.pdf": (b"<!DOCTYPE html><html><body>404</body></html>", "refused", "unsupported"),
    "notes.docx": (b"just some text", "refused", "unsupported"),
    "sheet.docx": (zipped({"[Content_Types].xml": b"<Types/>", "xl/workbook.xml": b"<x/>"}), "refused", "unsupported"),
    "old.doc": (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(1024), "refused", "unsupported"),
    "locked.docx": (locked_word(), "refused", "encrypted"),
    "letter.docx": (without_tables(), "refused", "no_tables"),
    "cut.docx": (small_report()[:2000], "quarantined", "damaged"),
    "cut.pdf": (PDF.read_bytes()[:200], "quarantined", "damaged"),
    "cut.png": (b"\x89PNG\r\n\x1a\n" + bytes(20), "quarantined", "damaged"),
}
"""Bad inputs by name: content, the state they end in, and the reason word."""

"""The one way in: bytes to `Document`, whatever kind they are."""

from __future__ import annotations

import hashlib

from extractors import sniff
from extractors.document import Document
from extractors.limits import LIMITS, enforce


def document_id(data: bytes) -> str:
    """Name a document by its content: SHA-256 in hexadecimal (64 characters)."""
    return hashlib.sha256(data).hexdigest()


def read(data: bytes, file_name: str) -> Document:
    """Read one document.

    Each reader is imported only when a document needs it, so Word files never wait for the OCR libraries.

    Raises:
        Refused: not a kind we read, encrypted, over a limit, or LibreOffice or the OCR models are missing for it.
        Broken: damaged content.
    """
    enforce("file_bytes", len(data), LIMITS.file_bytes)
    media_type = sniff.sniff(data)
    name = document_id(data)
    if media_type in (sniff.DOCX, sniff.DOCM):
        from extractors import word

        return word.read_word(data, file_name, name, media_type)
    if media_type in (sniff.DOC, sniff.RTF, sniff.ODT):
        from extractors import office

        return office.read_office(data, file_name, name, media_type)
    if media_type == sniff.PDF:
        from extractors import pdf

        return pdf.read_pdf(data, file_name, name)
    from extractors import scan

    return scan.read_pictures(data, file_name, media_type, name)

"""What a file is, read from its bytes and never from its name.

Guarantee: `sniff` gives a media type zvity reads, or raises `Refused` telling what the file is instead and what to do.
"""

from __future__ import annotations

import zipfile
import zlib
from io import BytesIO

from extractors.errors import Broken, Refused

PDF = "application/pdf"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
DOCM = "application/vnd.ms-word.document.macroEnabled.12"
"""A DOCX that holds macros; they are not looked at."""
DOC, RTF, ODT = "application/msword", "application/rtf", "application/vnd.oasis.opendocument.text"
HEIC = "image/heic"
PICTURES = {
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
    "image/tiff": (b"II*\x00", b"MM\x00*"),
}

_HEAD = 1024
"""PDF readers look for the `%PDF-` mark within the first 1024 bytes (ISO 32000-1, Annex H.3.4.1)."""

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_FIB = b"\xec\xa5"
"""How the header of a DOC's text begins; its flags stand 10 bytes on, one of them telling that it is encrypted."""
_ENCRYPTED = 0x0100
_SECTOR = 512
_REFUSED_KINDS = (
    (b"\x1f\x8b", "a gzip archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!", "a RAR archive"),
    (b"MZ", "a Windows program"),
    (b"\x7fELF", "a program"),
)


def sniff(data: bytes) -> str:
    """Give the media type of a file's content.

    Raises:
        Refused: `empty`, `encrypted` or `unsupported`.
        Broken: `damaged`, for a ZIP container that cannot be opened.
    """
    if not data.strip(b"\x00\r\n\t "):
        raise Refused("empty", "the file is empty; ask the sender for the document again")
    for media_type, marks in PICTURES.items():
        if data.startswith(marks):
            return media_type
    if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
        return "image/webp"
    if is_heic(data):
        return HEIC
    if data.startswith(b"PK"):
        return _sniff_zip(data)
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise Refused("encrypted", "the Word file is locked by a password; save it without one and try again")
        return _sniff_ole(data)
    if data.startswith(b"{\\rtf"):
        return RTF
    for mark, name in _REFUSED_KINDS:
        if data.startswith(mark):
            raise Refused("unsupported", f"the file is {name}, no PDF, Word document or picture; convert it")
    if b"%PDF-" in data[:_HEAD]:  # last, since another kind of file may hold a PDF
        return PDF
    start = data[:_HEAD].lstrip(b"\xef\xbb\xbf\r\n\t ").lower()
    if start.startswith((b"<!doctype html", b"<html", b"<head", b"<body")):
        raise Refused("unsupported", "the file is a web page, no PDF, Word document or picture; download the document")
    raise Refused("unsupported", "the content is no PDF, Word document or picture; convert it and try again")


def is_heic(data: bytes) -> bool:
    """Whether a file is a HEIC picture by its brands, four letters each (ISO/IEC 14496-12, 4.3)."""
    end = int.from_bytes(data[:4], "big")
    brands = {data[at : at + 4] for at in range(8, min(end, _HEAD), 4)}
    return data[4:8] == b"ftyp" and bool(brands & {b"heic", b"heix"})


def _sniff_ole(data: bytes) -> str:
    """Tell a DOC from other files of Microsoft's old container: [MS-CFB] and [MS-DOC] 2.5.1."""
    if "WordDocument".encode("utf-16-le") not in data:
        raise Refused("unsupported", "the file is in an old Office format; save it as DOCX or PDF and try again")
    for start in range(_SECTOR, len(data), _SECTOR):
        if data.startswith(_FIB, start):
            if int.from_bytes(data[start + 10 : start + 12], "little") & _ENCRYPTED:
                raise Refused("encrypted", "the Word file is locked by a password; save it without one and try again")
            break
    return DOC


def _sniff_zip(data: bytes) -> str:
    head = b""
    try:
        with zipfile.ZipFile(BytesIO(data)) as archive:
            names = set(archive.namelist())
            for name in names & {"mimetype", "[Content_Types].xml"}:
                with archive.open(name) as member:
                    head += member.read(_HEAD * 64)
            if "META-INF/manifest.xml" in names:
                with archive.open("META-INF/manifest.xml") as member:
                    locked = b"encryption-data" in member.read(_HEAD * _HEAD)
            else:
                locked = False
    except (zipfile.BadZipFile, zlib.error, ValueError, RuntimeError, EOFError, OSError) as error:
        raise Broken(
            "damaged", f"the file is cut off or damaged: its ZIP container does not open ({error}); upload it again"
        ) from error
    if "[Content_Types].xml" in names and any(name.startswith("word/") for name in names):
        return DOCM if b"macroEnabled" in head else DOCX
    if head.startswith(ODT.encode()):
        if locked:
            raise Refused("encrypted", "the document is locked by a password; save it without one and try again")
        return ODT
    if names & {"mimetype", "[Content_Types].xml"}:
        raise Refused(
            "unsupported", "the file is an office document of another kind; save it as DOCX or PDF and try again"
        )
    raise Refused("unsupported", "the file is a ZIP archive; give the documents inside it")

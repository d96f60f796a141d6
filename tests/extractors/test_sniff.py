"""What a file is comes from its bytes; what it is instead is told."""

from __future__ import annotations

import zipfile
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.errors import Broken, InputError, Refused
from extractors.sniff import DOC, DOCM, DOCX, ODT, PDF, PICTURES, RTF, sniff
from tests.builders import docx, p, pdf

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MACROS = b"application/vnd.ms-word.document.macroEnabled.main+xml"


def doc(flags: int = 0) -> bytes:
    """Give what tells a DOC: the name of its stream in the directory, and the header of that with its flags."""
    header = b"\xec\xa5\xc1\x00" + bytes(6) + flags.to_bytes(2, "little")
    return OLE + bytes(504) + header.ljust(512, b"\0") + "WordDocument".encode("utf-16-le") + bytes(488)


def zipped(members: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        pytest.param(pdf(b""), PDF, id="pdf"),
        pytest.param(b"\r\n junk of a mail gateway \r\n" + pdf(b""), PDF, id="pdf behind junk"),
        pytest.param(docx(p("a")), DOCX, id="docx"),
        pytest.param(b"{\\rtf1\\ansi}", RTF, id="rtf"),
        pytest.param(doc(), DOC, id="doc"),
        pytest.param(zipped({"mimetype": ODT.encode(), "content.xml": b""}), ODT, id="odt"),
        pytest.param(zipped({"mimetype": ODT.encode() + b"-template"}), ODT, id="template of an odt"),
        pytest.param(zipped({"[Content_Types].xml": MACROS, "word/document.xml": b""}), DOCM, id="docx with macros"),
        pytest.param(b"\x89PNG\r\n\x1a\n rest", "image/png", id="png"),
        pytest.param(b"\xff\xd8\xff\xe0 rest", "image/jpeg", id="jpeg"),
        pytest.param(b"\xff\xd8\xff\xe1 made from %PDF-1.7", "image/jpeg", id="jpeg that mentions a pdf"),
        pytest.param(b"II*\x00 rest", "image/tiff", id="tiff, little end first"),
        pytest.param(b"MM\x00* rest", "image/tiff", id="tiff, big end first"),
        pytest.param(b"RIFF\x00\x01\x02\x03WEBPVP8 ", "image/webp", id="webp"),
    ],
)
def test_kinds_that_are_read(data: bytes, media_type: str) -> None:
    assert sniff(data) == media_type


@pytest.mark.parametrize(
    ("data", "reason", "told"),
    [
        pytest.param(b"", "empty", "empty", id="nothing"),
        pytest.param(b"\x00" * 5000 + b"\r\n\t ", "empty", "empty", id="zeros and white space"),
        pytest.param(b"<!DOCTYPE html><html>", "unsupported", "web page", id="html"),
        pytest.param(b"\xef\xbb\xbf\n <HTML lang=uk>", "unsupported", "web page", id="html with a mark and spaces"),
        pytest.param(b"\x1f\x8b\x08\x00", "unsupported", "gzip", id="gzip"),
        pytest.param(b"7z\xbc\xaf\x27\x1c\x00", "unsupported", "7-Zip", id="7z"),
        pytest.param(b"Rar!\x1a\x07\x00", "unsupported", "RAR", id="rar"),
        pytest.param(b"MZ\x90\x00", "unsupported", "program", id="program"),
        pytest.param(OLE + bytes(600), "unsupported", "old Office", id="another file of the old Office"),
        pytest.param(doc(0x0100), "encrypted", "password", id="locked doc"),
        pytest.param(
            zipped({"mimetype": ODT.encode(), "META-INF/manifest.xml": b"<manifest:encryption-data/>"}),
            "encrypted",
            "password",
            id="locked odt",
        ),
        pytest.param(
            zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "unsupported", "office", id="ods"
        ),
        pytest.param(OLE + bytes(600) + "EncryptedPackage".encode("utf-16-le"), "encrypted", "password", id="locked"),
        pytest.param("Звіт про виконання".encode(), "unsupported", "convert", id="plain text"),
        pytest.param(b"RIFF\x00\x01\x02\x03WAVEfmt ", "unsupported", "convert", id="sound"),
        pytest.param(zipped({"readme.txt": b"hello"}), "unsupported", "ZIP", id="zip"),
        pytest.param(zipped({"report.pdf": pdf(b"")}), "unsupported", "ZIP", id="zip that holds a pdf unpacked"),
        pytest.param(
            zipped({"[Content_Types].xml": b"", "xl/workbook.xml": b""}), "unsupported", "office", id="spreadsheet"
        ),
        pytest.param(zipped({"word/document.xml": b""}), "unsupported", "ZIP", id="folder named word"),
        pytest.param(b" " * 2000 + b"%PDF-1.4", "unsupported", "convert", id="pdf mark too far in"),
    ],
)
def test_kinds_that_are_refused(data: bytes, reason: str, told: str) -> None:
    with pytest.raises(Refused) as caught:
        sniff(data)
    assert caught.value.reason == reason
    assert told in str(caught.value)
    assert ";" in str(caught.value), "a message says what to do next"


@pytest.mark.parametrize("keep", [0.1, 0.5, 0.9, 0.99])
def test_truncated_zip_is_damaged(keep: float) -> None:
    whole = docx(p("a" * 500), compression=zipfile.ZIP_STORED)
    with pytest.raises(Broken) as caught:
        sniff(whole[: int(len(whole) * keep)])
    assert caught.value.reason == "damaged"


@given(st.binary(max_size=200), st.sampled_from([b"", b"PK\x03\x04", b"PK\x05\x06", OLE, b"RIFF", b"<html", b"%PDF-"]))
def test_any_bytes_give_a_kind_or_a_reason(data: bytes, start: bytes) -> None:
    try:
        found = sniff(start + data)
    except InputError as error:
        found = error.reason
    assert found in (PDF, DOCX, DOC, "image/webp", *PICTURES, "empty", "encrypted", "unsupported", "damaged")

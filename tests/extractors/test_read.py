"""The one way in gives each kind to its reader."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from extractors import read as reading
from extractors.errors import Refused
from extractors.limits import LIMITS
from extractors.read import document_id, read
from extractors.sniff import DOCX, PDF
from tests.builders import docx, p, pdf, text_at
from tests.samples import PDF as REPORT_PDF
from tests.samples import WORD as REPORT_WORD


def test_document_is_named_by_its_content() -> None:
    data = docx(p("a"))
    assert document_id(data) == hashlib.sha256(data).hexdigest()
    assert read(data, "x.docx").document_id == document_id(data)


@pytest.mark.parametrize(
    ("data", "media_type", "pages"),
    [
        pytest.param(docx(p("a")), DOCX, None, id="docx"),
        pytest.param(pdf(text_at(9, 9, "a").encode()), PDF, 1, id="pdf"),
    ],
)
def test_content_decides_and_not_the_name(data: bytes, media_type: str, pages: int | None) -> None:
    document = read(data, "misleading.png")
    assert (document.media_type, document.pages, document.file_name) == (media_type, pages, "misleading.png")
    assert len(document.blocks) == 1


def test_picture_goes_to_the_scan_reader(monkeypatch: pytest.MonkeyPatch) -> None:
    from extractors import scan

    seen: list[tuple[object, ...]] = []
    monkeypatch.setattr(scan, "read_pictures", lambda *arguments: seen.append(arguments))
    data = b"\x89PNG\r\n\x1a\n rest"
    read(data, "x.png")
    assert seen == [(data, "x.png", "image/png", document_id(data))]


def test_file_beyond_the_limit_is_refused_before_it_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "LIMITS", replace(LIMITS, file_bytes=10))
    with pytest.raises(Refused) as caught:
        read(b"x" * 11, "x")
    assert caught.value.reason == "limit:file_bytes"


def test_reading_twice_gives_the_same() -> None:
    for path in (REPORT_WORD, REPORT_PDF):
        data = path.read_bytes()
        assert read(data, path.name) == read(data, path.name)


def test_word_and_pdf_do_without_the_libraries_of_scans() -> None:
    program = (
        "import sys; from pathlib import Path; from extractors.read import read; "
        "[read(Path(name).read_bytes(), name) for name in sys.argv[1:]]; "
        "print([name for name in ('cv2', 'tesserocr', 'pandas', 'pandera') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(REPORT_WORD), str(REPORT_PDF)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.strip() == "[]"

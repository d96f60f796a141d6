"""DOC, RTF and ODT through LibreOffice: the same tables, under limits, and nothing of them runs."""

from __future__ import annotations

import subprocess
import tempfile
import time
import zipfile
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from extractors import office
from extractors.document import Document, Paragraph
from extractors.errors import Broken, Refused
from extractors.limits import LIMITS
from extractors.read import read
from extractors.sniff import DOC, DOCM, DOCX, ODT, RTF
from tests.builders import docx, drawn, p, tbl, tc, tr
from tests.samples import WORD

NUMBERED = '<w:tc><w:p><w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:p></w:tc>'
NUMBERING = (
    '<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/>'
    '<w:lvlText w:val="%1."/></w:lvl></w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="1"/></w:num>'
)
GRID = (
    '<w:tblPr><w:tblW w:w="7500" w:type="dxa"/></w:tblPr><w:tblGrid>' + '<w:gridCol w:w="2500"/>' * 3 + "</w:tblGrid>"
)
WIDE = '<w:tcW w:w="2500" w:type="dxa"/>'


def sample() -> bytes:
    """Give a DOCX with list numbers, merged cells, Ukrainian letters and a title."""
    head = tr(*(tc(text, WIDE) for text in ("№", "Захід їжі", "Сума, грн")))
    down, on = WIDE + '<w:vMerge w:val="restart"/>', WIDE + "<w:vMerge/>"
    total = tr(tc("Разом", '<w:tcW w:w="5000" w:type="dxa"/><w:gridSpan w:val="2"/>'), tc("2 000,00", WIDE))
    rows = (tr(NUMBERED, tc("Ґанок", down), tc("1 500,50", WIDE)), tr(NUMBERED, tc("", on), tc("499,50", WIDE)))
    return docx(p("Звіт про виконання") + tbl(GRID, head, *rows, total) + p("Кінець"), numbering=NUMBERING)


def written_as(suffix: str, data: bytes, folder: Path) -> bytes:
    """Let LibreOffice write a DOCX in another format."""
    (folder / "made.docx").write_bytes(data)
    soffice = office.program()
    assert soffice is not None
    profile = (folder / "profile").as_uri()
    subprocess.run(
        [soffice, "--headless", f"-env:UserInstallation={profile}", "--convert-to", suffix, "made.docx"],
        cwd=folder,
        check=True,
        capture_output=True,
        timeout=120,
    )
    return (folder / f"made.{suffix}").read_bytes()


def seen(document: Document) -> list[object]:
    return [" ".join(b.text.split()) if isinstance(b, Paragraph) else drawn(b) for b in document.blocks]


@pytest.mark.libreoffice
@pytest.mark.parametrize(("suffix", "media_type"), [("doc", DOC), ("rtf", RTF), ("odt", ODT)])
def test_other_formats_give_the_tables_of_the_docx(
    suffix: str, media_type: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr(tempfile, "tempdir", None)
    for data in (sample(), WORD.read_bytes()):
        found = read(written_as(suffix, data, tmp_path), "made.docx")
        assert found.media_type == media_type
        assert seen(found) == seen(read(data, "made.docx"))
    assert list(tmp_path.glob("zvity-office-*")) == []


def test_docx_with_macros_is_read_without_libreoffice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    out = BytesIO()
    with zipfile.ZipFile(BytesIO(sample())) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            content = source.read(name).replace(
                b"vnd.openxmlformats-officedocument.wordprocessingml.document.main",
                b"vnd.ms-word.document.macroEnabled.main",
            )
            target.writestr(name, content)
        target.writestr("word/vbaProject.bin", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
    found = read(out.getvalue(), "x.docm")
    assert (found.media_type, seen(found)) == (DOCM, seen(read(sample(), "x.docx")))
    assert read(sample(), "x.docx").media_type == DOCX


def test_missing_libreoffice_is_told_with_what_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "program", lambda: None)
    with pytest.raises(Refused, match="apt-get install libreoffice") as caught:
        read(b"{\\rtf1 a}", "x.rtf")
    assert caught.value.reason == "libreoffice"
    assert "RTF" in str(caught.value)


def script(folder: Path, body: str) -> str:
    """Give a program that stands for LibreOffice."""
    file = folder / "soffice"
    file.write_text(f"#!/bin/sh\n{body}\n", encoding="utf-8")
    file.chmod(0o700)
    return str(file)


@pytest.fixture
def as_docx(tmp_path: Path) -> Callable[[str], bytes]:
    """Convert by a script that stands for LibreOffice."""

    def convert(body: str) -> bytes:
        scratch = tmp_path / "scratch"
        scratch.mkdir()
        return office.as_docx(b"{\\rtf1 a}", RTF, script(tmp_path, body), scratch)

    return convert


def test_program_that_hangs_is_ended_with_all_it_started(
    as_docx: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(office, "LIMITS", replace(LIMITS, office_seconds=1))
    monkeypatch.setattr(office, "WAITING", 1)
    late = tmp_path / "late"
    with pytest.raises(Refused, match="office_seconds") as caught:
        as_docx(f"(sleep 3; touch {late}) & sleep 60")
    assert caught.value.reason == "limit:office_seconds"
    time.sleep(3)
    assert not late.exists()


def test_program_that_burns_time_is_ended(as_docx: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(office, "LIMITS", replace(LIMITS, office_seconds=1))
    monkeypatch.setattr(office, "WAITING", 30)
    with pytest.raises(Refused, match="office_seconds"):
        as_docx("while :; do :; done")


def test_program_that_takes_too_much_memory_is_ended(
    as_docx: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(office, "LIMITS", replace(LIMITS, memory_bytes=100_000_000))
    with pytest.raises(Broken, match="cannot open"):
        as_docx('exec python3 -c \'import time; a = bytearray(300_000_000); open("docx/document.docx", "w")\'')


def test_program_that_writes_nothing_tells_of_damage(as_docx: Callable[[str], bytes]) -> None:
    with pytest.raises(Broken, match="exit code 3") as caught:
        as_docx("exit 3")
    assert caught.value.reason == "damaged"


def test_program_sees_nothing_of_the_environment(
    as_docx: Callable[[str], bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    assert b"secret" not in as_docx("mkdir docx; env > docx/document.docx")


def test_program_is_told_to_run_no_macros_and_to_fetch_nothing(as_docx: Callable[[str], bytes]) -> None:
    settings = as_docx("mkdir docx; cp profile/user/registrymodifications.xcu docx/document.docx").decode()
    for name in ("DisableMacrosExecution", "DisableActiveContent", "BlockUntrustedRefererLinks"):
        assert f'oor:name="{name}" oor:op="fuse"><value>true</value>' in settings
    assert 'oor:name="Link" oor:op="fuse"><value>0</value>' in settings

"""The command line: output on stdout, talk on stderr, stable exit codes, light imports."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from filelock import FileLock

from pipeline import __version__
from pipeline.exits import ExitCode
from pipeline.folders import WORK
from tests.command import zvity as _zvity
from tests.samples import PDF, WORD, small_report


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.docx").write_bytes(small_report())
    return folder


def test_run_talks_on_stderr_only(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (inbox / "empty.pdf").write_bytes(b"")
    assert _zvity(monkeypatch, "run", inbox, "--out", tmp_path / "out") == ExitCode.INCOMPLETE
    out, err = capsys.readouterr()
    assert out == ""
    assert "1 published" in err
    assert "1 refused" in err
    assert "empty.pdf: empty" in err
    assert "\x1b" not in err, "no progress bar away from a terminal"


def test_run_json_is_one_document_on_stdout(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert _zvity(monkeypatch, "run", inbox, "--out", tmp_path / "out", "--json") == ExitCode.OK
    summary = json.loads(capsys.readouterr().out)
    assert summary["states"] == {"published": 1}
    assert summary["numbers"] == {"verified": 5, "unchecked": 0, "contradicted": 0}


@pytest.mark.parametrize(
    ("content", "options", "code"),
    [
        (small_report(), (), ExitCode.OK),
        (small_report(total="31,00"), (), ExitCode.OK),
        (small_report(total="31,00"), ("--strict",), ExitCode.STRICT),
        (b"", (), ExitCode.NOTHING),
    ],
    ids=["ok", "contradicted", "strict", "nothing"],
)
def test_exit_codes_of_a_run(
    content: bytes, options: tuple[str, ...], code: ExitCode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "one.docx").write_bytes(content)
    assert _zvity(monkeypatch, "run", tmp_path / "one.docx", "--out", tmp_path / "out", *options) == code


def test_exit_codes_of_errors(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _zvity(monkeypatch, "run", tmp_path / "nowhere", "--out", tmp_path / "out") == ExitCode.USAGE
    assert _zvity(monkeypatch, "run", "--no-such-option") == ExitCode.USAGE
    (tmp_path / "file").write_text("in the way")
    assert _zvity(monkeypatch, "run", inbox, "--out", tmp_path / "file") == ExitCode.OUTPUT
    out = tmp_path / "out"
    (out / WORK).mkdir(parents=True)
    with FileLock(out / WORK / "lock"):
        assert _zvity(monkeypatch, "run", inbox, "--out", out) == ExitCode.LOCKED


def test_an_interrupt_has_its_code(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("pipeline.run.run", interrupted)
    assert _zvity(monkeypatch, "run", inbox, "--out", tmp_path / "out") == ExitCode.INTERRUPTED


def test_show_json_is_the_contract(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _zvity(monkeypatch, "show", PDF, "--json") == ExitCode.OK
    shown = json.loads(capsys.readouterr().out)
    assert shown["document"].keys() == {"document_id", "file_name", "media_type", "pages"}
    assert (shown["document"]["file_name"], shown["document"]["pages"]) == ("report.pdf", 6)
    first = shown["tables"][0]
    assert first.keys() >= {"table", "pages", "family", "n_rows", "n_columns", "header_rows", "joins", "cells"}
    assert (first["table"], first["family"], first["n_rows"], first["n_columns"]) == (1, "program_measures", 30, 14)
    assert [join["page"] for join in first["joins"]] == [2, 3, 4, 5]
    cell = first["cells"][0]
    assert {
        "row": 0, "column": 0, "row_span": 2, "column_span": 1, "text": "№ п/п", "page": 1, "source": "text",
        "confidence": None, "alternative": None, "doubtful": False,
    }.items() <= cell.items()  # fmt: skip
    assert len(cell["bbox"]) == 4


def test_show_draws_merged_cells_merged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _zvity(monkeypatch, "show", WORD) == ExitCode.OK
    lines = capsys.readouterr().out.splitlines()
    section = next(line for line in lines if "«Розвиток місцевого самоврядування»" in line and "розділу" not in line)
    assert section.count("│") == 3, "a title over 13 columns has no lines inside"
    header = next(line for line in lines if "Річний обсяг" in line)
    assert header.count("│") == 9


def test_show_html_writes_a_page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    page = tmp_path / "word.html"
    assert _zvity(monkeypatch, "show", WORD, "--html", page) == ExitCode.OK
    assert page.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert _zvity(monkeypatch, "show", WORD, "--html", tmp_path / "nowhere" / "word.html") == ExitCode.USAGE


def test_show_of_a_bad_file_says_why(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "empty.pdf").write_bytes(b"")
    assert _zvity(monkeypatch, "show", tmp_path / "empty.pdf") == ExitCode.NOTHING
    out, err = capsys.readouterr()
    assert (out, err.startswith("zvity: empty: ")) == ("", True)
    assert _zvity(monkeypatch, "show", tmp_path / "nowhere.pdf") == ExitCode.USAGE


def test_explain_check_and_families(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (inbox / "good.docx").write_bytes(small_report(total="31,00"))
    out = tmp_path / "out"
    assert _zvity(monkeypatch, "run", inbox, "--out", out) == ExitCode.OK
    capsys.readouterr()
    place = ("--table", "1", "--row", "3", "--column", "2", "--json")
    assert _zvity(monkeypatch, "explain", out, "--document", "", *place) == ExitCode.OK
    found = json.loads(capsys.readouterr().out)
    assert (found["cell"]["text"], found["observation"]["check"]) == ("31,00", "contradicted")
    assert [finding["rule"] for finding in found["findings"]] == ["sum"]
    assert _zvity(monkeypatch, "explain", out, "--document", "f00d", *place) == ExitCode.USAGE
    assert _zvity(monkeypatch, "check", out) == ExitCode.OK
    (out / "cells.csv").unlink()
    assert _zvity(monkeypatch, "check", out) == ExitCode.DEFECT
    assert _zvity(monkeypatch, "check", inbox) == ExitCode.USAGE
    assert _zvity(monkeypatch, "families") == ExitCode.OK
    assert "program_measures" in capsys.readouterr().out


def test_version_and_help(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    assert _zvity(monkeypatch, "--version") == ExitCode.OK
    assert capsys.readouterr().out.strip() == __version__
    assert _zvity(monkeypatch, "--help") == ExitCode.OK
    assert "Exit codes: 0" in capsys.readouterr().out
    assert _zvity(monkeypatch) == ExitCode.USAGE


def test_help_waits_for_no_heavy_import() -> None:
    heavy = ("pandas", "pandera", "numpy", "cv2", "tesserocr", "pyarrow", "pypdfium2", "docx", "lxml", "fsspec")
    code = f"import sys, pipeline.cli; print([name for name in {heavy!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_workers_import_neither_pandas_nor_pandera() -> None:
    code = "import sys, pipeline.run; print([name for name in ('pandas', 'pandera') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_ctrl_c_ends_a_run_with_its_code_and_one_sentence(inbox: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "run", str(inbox), "--out", str(tmp_path / "out")]
    for number in range(60):  # enough to be at work when the signal comes
        (inbox / f"{number}.docx").write_bytes(small_report(note=f"примірник {number}"))
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, start_new_session=True)
    results = tmp_path / "out" / WORK / "results"
    deadline = time.monotonic() + 60
    while not list(results.rglob("*.json.gz")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGINT)
    _, err = process.communicate(timeout=60)
    assert process.returncode == ExitCode.INTERRUPTED
    assert err.startswith("zvity: interrupted")
    assert "Traceback" not in err
    assert list(results.rglob("*.json.gz")), "what was read is kept"

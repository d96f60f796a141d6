"""How a run is operated from the command line: log, trial, retry, settings, health."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pipeline.exits import ExitCode
from pipeline.report import REPORT
from tests import command as commands
from tests.samples import small_report, zipped

Zvity = Callable[..., tuple[int, str, str]]


@pytest.fixture
def zvity(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Zvity:
    """Give the command line in this process: exit code, stdout and stderr."""

    def call(*arguments: str | Path) -> tuple[int, str, str]:
        code = commands.zvity(monkeypatch, *arguments)
        out, err = capsys.readouterr()
        return code, out, err

    return call


@pytest.fixture
def inbox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a folder of sources, in a current folder without settings."""
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.docx").write_bytes(small_report())
    monkeypatch.chdir(tmp_path)
    return folder


def _tree(out: Path) -> dict[str, tuple[bytes, int]]:
    return {str(p): (p.read_bytes(), p.stat().st_mtime_ns) for p in out.rglob("*") if p.is_file()}


def test_the_log_is_json_line_by_line(inbox: Path, zvity: Zvity) -> None:
    (inbox / "archive.zip").write_bytes(zipped({"b.docx": small_report(note="б")}))
    (inbox / "late.docx.part").write_bytes(b"half")
    code, out, err = zvity("run", "inbox", "--out", "out", "--json-log")
    events = [json.loads(line) for line in err.splitlines()]
    assert (code, out) == (ExitCode.OK, "")
    assert all(event["time"].endswith("+00:00") for event in events)
    names = [event["event"] for event in events]
    assert (names[0], names[-1]) == ("run_started", "run_ended")
    read = {event["file_name"]: event for event in events if event["event"] == "document_read"}
    assert set(read) == {"good.docx", "archive.zip", "archive.zip/b.docx"}
    assert read["archive.zip"]["status"] == "opened"
    assert [event["file_name"] for event in events if event["event"] == "document_left"] == ["late.docx.part"]
    assert events[-1]["exit_code"] == 0
    assert events[-1]["states"] == {"published": 2}


def test_the_log_tells_of_errors_too(inbox: Path, zvity: Zvity) -> None:
    code, _, err = zvity("run", "nowhere", "--out", "out", "--json-log")
    (event,) = [json.loads(line) for line in err.splitlines()]
    assert (code, event["event"], event["exit_code"]) == (ExitCode.USAGE, "run_ended", ExitCode.USAGE)
    assert "nowhere" in event["error"]


def test_a_trial_tells_what_would_be_read_and_writes_nothing(inbox: Path, zvity: Zvity, tmp_path: Path) -> None:
    code, out, _ = zvity("run", "inbox", "--out", "out", "--dry-run", "--json")
    assert (code, json.loads(out)["would_read"]["first"]) == (ExitCode.OK, ["good.docx"])
    assert not (tmp_path / "out").exists()
    zvity("run", "inbox", "--out", "out")
    before = _tree(tmp_path / "out")
    (inbox / "new.docx").write_bytes(small_report(note="новий"))
    code, _, err = zvity("run", "inbox", "--out", "out", "--dry-run")
    assert code == ExitCode.OK
    assert "1 of 2 documents would be read" in err
    assert "new.docx" in err
    assert _tree(tmp_path / "out") == before


def test_a_second_run_changes_no_byte_and_one_time(inbox: Path, zvity: Zvity, tmp_path: Path) -> None:
    (inbox / "bad.docx").write_bytes(b"")
    (inbox / "archive.zip").write_bytes(zipped({"b.docx": small_report(note="б"), "copy.docx": small_report()}))
    zvity("run", "inbox", "--out", "out")
    before = _tree(tmp_path / "out")
    code, out, _ = zvity("run", "inbox", "--out", "out", "--json")
    assert (code, json.loads(out)["read"], json.loads(out)["written"]) == (ExitCode.INCOMPLETE, 0, False)
    after = _tree(tmp_path / "out")
    assert {name: content for name, (content, _) in after.items()} == {n: content for n, (content, _) in before.items()}
    touched = {Path(name).name for name in after if after[name][1] != before[name][1]}
    assert touched <= {"last-run.json", "lock"}


def test_the_report_says_what_is_new(inbox: Path, zvity: Zvity, tmp_path: Path) -> None:
    (inbox / "old.docx").write_bytes(small_report(note="старий"))
    (inbox / "gone.docx").write_bytes(small_report(note="зникне"))
    zvity("run", "inbox", "--out", "out")
    (inbox / "old.docx").rename(inbox / "renamed.docx")
    (inbox / "gone.docx").unlink()
    (inbox / "good.docx").write_bytes(small_report(note="змінено"))
    (inbox / "bad.docx").write_bytes(b"")
    _, _, err = zvity("run", "inbox", "--out", "out")
    assert "1 new, 1 changed, 1 moved, 1 gone" in err
    report = json.loads((tmp_path / "out" / REPORT).read_text(encoding="utf-8"))
    assert {kind: found["first"] for kind, found in report["changes"].items()} == {
        "new": ["bad.docx"], "changed": ["good.docx"], "moved": [[str(inbox / "old.docx"), "renamed.docx"]],
        "gone": [str(inbox / "gone.docx")],
    }  # fmt: skip
    assert (report["inputs"], report["states"]) == (3, {"refused": 1, "published": 2})
    assert {entry["file_name"] for entry in report["slowest"]} == {"bad.docx", "good.docx"}
    assert report["failed"][0]["reason"].startswith("empty: ")


def test_retry_reads_what_failed_and_nothing_else(inbox: Path, zvity: Zvity, tmp_path: Path) -> None:
    (inbox / "bad.docx").write_bytes(b"")
    assert zvity("retry", "out")[0] == ExitCode.USAGE
    zvity("run", "inbox", "--out", "out")
    code, out, _ = zvity("retry", "out", "--json")
    found = json.loads(out)
    assert (code, found["read"], found["states"]) == (ExitCode.INCOMPLETE, 1, {"refused": 1, "published": 1})
    (inbox / "bad.docx").write_bytes(small_report(note="тепер добрий"))
    assert zvity("retry", "out")[0] == ExitCode.OK
    assert not any((tmp_path / "out" / "quarantine").iterdir())


def test_settings_come_from_file_environment_and_options(
    inbox: Path, zvity: Zvity, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "good.docx").write_bytes(small_report(total="31,00"))
    (tmp_path / "zvity.toml").write_text('sources = ["inbox"]\nout = "from-file"\nstrict = true\n')
    assert zvity("run")[0] == ExitCode.STRICT
    assert (tmp_path / "from-file" / "documents.csv").exists()
    assert zvity("run", "--no-strict")[0] == ExitCode.OK
    monkeypatch.setenv("ZVITY_OUT", "from-environment")
    assert zvity("run")[0] == ExitCode.STRICT
    assert (tmp_path / "from-environment" / "documents.csv").exists()
    _, out, _ = zvity("config", "--json")
    shown = json.loads(out)["settings"]
    assert shown["out"] == {"value": "from-environment", "origin": "environment ZVITY_OUT"}
    assert shown["strict"]["value"] is True
    assert "zvity.toml" in shown["strict"]["origin"]
    assert shown["workers"]["origin"] == "default"
    _, text, _ = zvity("config")
    assert 'out = "from-environment"' in text
    (tmp_path / "zvity.toml").write_text('sorces = ["inbox"]\n')
    code, _, err = zvity("run")
    assert (code, "sources" in err) == (ExitCode.USAGE, True), "the closest known key is told"


def test_health_is_told_by_exit_code(inbox: Path, zvity: Zvity) -> None:
    assert zvity("health", "out")[0] == ExitCode.USAGE
    zvity("run", "inbox", "--out", "out")
    assert zvity("health", "out")[0] == ExitCode.OK
    code, out, err = zvity("health", "out", "--max-age", "0.0000001", "--json")
    assert code == ExitCode.DEFECT
    assert "more than" in json.loads(out)["problem"]
    assert "more than" in err


def test_a_progress_bar_shows_rate_and_time_left_on_a_terminal(inbox: Path, tmp_path: Path) -> None:
    for number in range(40):
        (inbox / f"{number}.docx").write_bytes(small_report(note=f"{number}"))
    parent, child = pty.openpty()
    command = [sys.executable, "-m", "pipeline.cli", "run", "inbox", "--out", "out"]
    process = subprocess.Popen(
        command, stderr=child, cwd=tmp_path, env=os.environ | {"TERM": "xterm", "COLUMNS": "120"}
    )
    os.close(child)
    shown = b""
    while True:
        try:
            piece = os.read(parent, 1 << 16)
        except OSError:  # the terminal's other side is closed
            break
        shown += piece
    os.close(parent)
    assert process.wait() == ExitCode.OK
    assert b"/41" in shown
    assert b"/s" in shown
    assert b"0:00:" in shown

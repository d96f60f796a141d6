"""Inputs as an administrator or an attacker would leave them: each has a right answer, and none costs the run."""

from __future__ import annotations

import csv
import itertools
import json
import os
import shutil
import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from extractors.limits import LIMITS
from pipeline import delivery, quarantine
from pipeline.exits import ExitCode, UsageError
from pipeline.folders import LocalFolder
from pipeline.index import INDEX, Index, Look
from pipeline.looking import Looking, Seen
from pipeline.parts import PARTS, directory_of
from pipeline.quarantine import QUARANTINE, Failure
from pipeline.report import LAST_RUN, Summary, say_nothing
from pipeline.results import Member, Outcome
from pipeline.run import Options, _Run, run
from pipeline.sources import Input, find_inputs
from pipeline.spool import Spool
from pipeline.store import RESULTS
from tests.command import zvity as _zvity
from tests.samples import small_report, zipped


def _documents(out: Path) -> dict[str, dict[str, str]]:
    with (out / "documents.csv").open(encoding="utf-8", newline="") as file:
        return {row["file_name"]: row for row in csv.DictReader(file)}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.docx").write_bytes(small_report())
    return folder


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out"


# Looking


def _looked(job: _Run, inbox: Path) -> Spool[Seen]:
    looked = Spool[Seen]()
    with closing(Index(job.folder)) as index:
        job.look(find_inputs([str(inbox)], job.folder), index, looked)
    return looked


def _job(out: Path, **options: Any) -> _Run:
    return _Run(LocalFolder(out), Options(**options), (), say_nothing, lambda: None)


def test_a_time_in_the_future_neither_holds_up_the_run_nor_has_the_file_hashed_every_time(
    inbox: Path, out: Path
) -> None:
    os.utime(inbox / "good.docx", (4e9, 4e9))
    run([str(inbox)], out, Options(settle=0.3))
    (one,) = find_inputs([str(inbox)], LocalFolder(out))
    with closing(Index(LocalFolder(out))) as index:
        look = index.last(one)
    assert look is not None
    assert look.signature == one.signature


def test_a_clock_that_is_ahead_is_waited_for_no_longer_than_asked(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    monkeypatch.setattr("pipeline.looking.time.sleep", waited.append)
    ahead = [Input(f"{n}", f"{inbox}/{n}.docx", signature="s", changed=4e9, step=0.1) for n in range(3)]
    with closing(Index(LocalFolder(out))) as index:
        list(Looking(index, 0.2, lambda _: None, say_nothing, Summary("")).at(ahead))
    assert waited == [0.2]


@pytest.mark.parametrize(
    ("age", "step", "certain"), [(1.0, 0.1, True), (0.05, 0.1, False), (1.0, 2.0, False), (-9.0, 2.0, True)]
)
def test_a_file_that_had_settled_is_not_hashed_again(tmp_path: Path, age: float, step: float, certain: bool) -> None:
    one = Input("a.pdf", "/a.pdf", signature="s", changed=1000.0, step=step)
    with closing(Index(LocalFolder(tmp_path))) as index:
        index.put(one, Look("ab", 1, None), one.changed + age)
        index.keep()
    with closing(Index(LocalFolder(tmp_path))) as index:
        look = index.last(one)
    assert look is not None
    assert (look.signature is not None) is certain


def test_a_writer_who_comes_while_a_file_is_looked_at_does_not_end_us(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"x")
    code = (
        "import fcntl, os, sys, threading, time\n"
        "from pipeline.sources import Input\n"
        "real = fcntl.fcntl\n"
        "def slow(handle, what, *rest):\n"
        "    found = real(handle, what, *rest)\n"
        "    if what == fcntl.F_SETLEASE and rest[0] == fcntl.F_RDLCK:\n"
        "        writer = threading.Thread(target=lambda: open(sys.argv[1], 'ab').close())\n"
        "        writer.start(); time.sleep(0.3)\n"
        "    return found\n"
        "fcntl.fcntl = slow\n"
        "print(Input('a.pdf', sys.argv[1]).being_written())\n"
    )
    done = subprocess.run([sys.executable, "-c", code, path], capture_output=True, text=True, check=False)
    assert done.returncode != -signal.SIGIO
    assert done.stdout.strip() in ("True", "False"), done.stderr


def test_a_file_far_too_large_is_neither_read_nor_copied(inbox: Path, out: Path) -> None:
    with (inbox / "big.pdf").open("wb") as file:
        file.truncate(1 << 40)
    assert run([str(inbox)], out).states == {"published": 1, "refused": 1}
    assert _documents(out)["big.pdf"]["reason"].startswith("limit:file_bytes: ")
    assert [path.name for path in (out / QUARANTINE).iterdir()] == ["unreadable-big.pdf.reason.txt"]


def test_a_file_that_grows_without_end_is_not_read_without_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    from extractors.errors import Refused
    from pipeline import sources

    path = tmp_path / "a.pdf"
    path.write_bytes(bytes(100))
    monkeypatch.setattr(sources, "LIMITS", replace(LIMITS, file_bytes=10))
    with pytest.raises(Refused, match="file_bytes"):
        Input("a.pdf", str(path)).digest()


def test_a_source_is_the_same_by_whatever_path_it_is_named(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(inbox.parent)
    found = find_inputs(["inbox", str(inbox), "inbox/../inbox", "inbox/good.docx"], LocalFolder(out))
    assert [(one.name, one.location) for one in found] == [("good.docx", str(inbox / "good.docx"))]


def test_a_source_that_cannot_be_looked_at_is_wrong_usage(tmp_path: Path, out: Path) -> None:
    (tmp_path / "loop").symlink_to("loop")
    os.mkfifo(tmp_path / "pipe")
    for name in ("loop", "a" * 300, "pipe", "nowhere"):
        with pytest.raises(UsageError, match=name):
            find_inputs([str(tmp_path / name)], LocalFolder(out))


def test_folders_may_lie_as_deep_as_the_system_lets_them(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for _ in range(1500):
        os.mkdir("a")  # noqa: PTH102  # the whole path is too long for the system in the end
        os.chdir("a")
    Path("deep.pdf").write_bytes(b"x")
    os.chdir(tmp_path)
    try:
        assert [one.name.rsplit("/", 1)[-1] for one in find_inputs([str(tmp_path)], LocalFolder(out))] == ["deep.pdf"]
    finally:
        subprocess.run(["rm", "-rf", "a"], check=True)  # `shutil.rmtree` recurses


def test_characters_that_show_nothing_are_spelled_out(tmp_path: Path, out: Path) -> None:
    (tmp_path / "a\x1b[31m\n.pdf").write_bytes(b"x")
    (one,) = find_inputs([str(tmp_path)], LocalFolder(out))
    assert one.name == "a%1B[31m%0A.pdf"


# Reading


def test_another_file_of_the_same_content_is_read_where_the_first_is_gone(inbox: Path, out: Path) -> None:
    shutil.copy(inbox / "good.docx", inbox / "a.docx")
    job = _job(out, workers=1)
    looked = _looked(job, inbox)
    (inbox / "a.docx").unlink()
    job.read(looked, job.count_unread(looked))
    job.deliver(looked)
    job.workers.close()
    found = _documents(out)
    assert {name: row["status"] for name, row in found.items()} == {"a.docx": "quarantined", "good.docx": "published"}
    assert found["a.docx"]["reason"].startswith("vanished: ")
    assert [path.name for path in (out / QUARANTINE).iterdir()] == ["unreadable-a.docx.reason.txt"]


@pytest.mark.parametrize("force", [False, True])
def test_a_file_that_changes_before_it_is_read_is_left_with_its_former_content(
    force: bool, inbox: Path, out: Path
) -> None:
    run([str(inbox)], out, Options(workers=1))
    former = _documents(out)["good.docx"]["document_id"]
    (inbox / "good.docx").write_bytes(small_report(note="друга"))
    job = _job(out, workers=1, force=force)
    looked = _looked(job, inbox)
    (inbox / "good.docx").write_bytes(small_report(note="третя"))
    job.read(looked, job.count_unread(looked))
    job.deliver(looked)
    job.workers.close()
    assert job.summary.left == ["good.docx"]
    assert [(row["document_id"], row["status"]) for row in _documents(out).values()] == [(former, "published")]


def test_force_keeps_the_former_content_of_a_file_that_is_being_written(inbox: Path, out: Path) -> None:
    (inbox / "other.docx").write_bytes(small_report(note="інший"))
    run([str(inbox)], out)
    with (inbox / "other.docx").open("ab") as writer:
        writer.write(b"x")
        writer.flush()
        summary = run([str(inbox)], out, Options(force=True))
    assert (summary.left, summary.states) == (["other.docx"], {"published": 2})


def test_containers_in_containers_are_not_without_end(out: Path) -> None:
    """Each holds the next a thousand times: a billion files in some kilobytes."""
    job = _job(out)
    ids = [letter * 64 for letter in "abcd"]
    for container, member in itertools.pairwise(ids):
        members = tuple(Member(f"{n}.zip", n, member, 1) for n in range(1000))
        job.store.put(Outcome(container, "opened", members=members), b"")
    seen = Seen(Input("a.zip", str(out / "a.zip")), ids[0], 1)
    (leaf,) = job.leaves([seen])
    assert leaf.outcome is not None
    assert leaf.outcome.word == "limit:container_members"
    assert leaf.input.name == "a.zip"


def test_a_damaged_result_is_read_again(inbox: Path, out: Path) -> None:
    run([str(inbox)], out)
    (result,) = [path for path in (out / RESULTS).rglob("*.json.gz") if len(path.name) > 64]
    result.write_bytes(result.read_bytes()[:-9] + bytes(9))
    (inbox / "new.docx").write_bytes(small_report(note="новий"))
    summary = run([str(inbox)], out)
    assert (summary.read, summary.states) == (2, {"published": 2})


def test_a_part_that_is_something_else_is_made_anew(inbox: Path, out: Path) -> None:
    run([str(inbox)], out)
    before = (out / "cells.csv").read_bytes()
    for part in (out / PARTS).iterdir():
        part.write_bytes(b"hello, I am no part at all")
        with part.open("rb") as file, pytest.raises(ValueError, match="no part"):
            directory_of(file)
    run([str(inbox)], out)
    assert (out / "cells.csv").read_bytes() == before


def test_a_manifest_removes_nothing_that_is_not_ours(inbox: Path, out: Path) -> None:
    run([str(inbox)], out)
    manifest = out / delivery.MANIFEST
    kept = json.loads(manifest.read_text(encoding="utf-8"))
    (out / "mine.txt").write_text("mine")
    kept["sizes"] |= {"../inbox/good.docx": 1, "mine.txt": 4, "tables/../mine.txt": 4, str(inbox / "good.docx"): 1}
    kept["files"] = []
    manifest.write_text(json.dumps(kept), encoding="utf-8")
    run([str(inbox)], out)
    assert (inbox / "good.docx").exists()
    assert (out / "mine.txt").exists()


# Telling


def test_many_files_of_one_name_that_cannot_be_had_each_have_their_reason(tmp_path: Path) -> None:
    name = "звіт про виконання бюджету за рік.docx"
    inputs = [Input("a.zip", "a.zip", (n,), f"{n}/{name}") for n in range(300)]
    failures = [Failure(one, one.file_name, None, "refused", "encrypted: locked") for one in inputs]
    quarantine.keep(LocalFolder(tmp_path), failures, lambda _: b"")
    notes = {path.read_text(encoding="utf-8") for path in (tmp_path / QUARANTINE).iterdir()}
    assert len(notes) == 300


def test_an_archive_that_is_gone_when_a_file_in_it_is_to_be_copied_costs_no_run(tmp_path: Path) -> None:
    def gone(_: Input) -> bytes:
        raise FileNotFoundError

    lost = Input("a.zip", "a.zip", (0,), "b.docx")
    failure = Failure(lost, lost.file_name, "ab" * 32, "refused", "empty: nothing in it")
    quarantine.keep(LocalFolder(tmp_path), [failure], gone)
    assert [path.name for path in (tmp_path / QUARANTINE).iterdir()] == [f"{'ab' * 8}-b.docx.reason.txt"]


def test_names_that_are_no_text_are_told_and_found_again(
    tmp_path: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    inbox = tmp_path / os.fsdecode(b"in\xffbox")
    inbox.mkdir()
    (inbox / os.fsdecode(b"\xfe.docx")).write_bytes(small_report())
    assert _zvity(monkeypatch, "run", inbox, "--out", out) == ExitCode.OK
    assert json.loads((out / LAST_RUN).read_text(encoding="utf-8"))["sources"] == [str(inbox)]
    (inbox / os.fsdecode(b"\xfe.docx")).rename(inbox / "a.docx")
    assert _zvity(monkeypatch, "run", inbox, "--out", out, "--json") == ExitCode.OK
    assert json.loads(capsys.readouterr().out)["changes"]["moved"]["first"] == [
        [str(inbox / os.fsdecode(b"\xfe.docx")), "a.docx"]
    ]
    assert _zvity(monkeypatch, "retry", out) == ExitCode.OK


def test_retry_keeps_the_families_of_the_run(
    inbox: Path, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    families = tmp_path / "families"
    families.mkdir()
    (families / "staff_list.toml").write_text(
        """
        name = "staff_list"
        title = "Штатний розпис"
        recognise = { columns = ["item", "posts"], titles = ["штатний розпис"], title_needed = true }
        columns = [
            { becomes = "item", headings = ["Посада"] },
            { measure = "posts", unit = "count", headings = ["Ставки"] },
        ]
        [tidy]
        per = "row"
        about = "staff list: a row per post"
        fields = [
            { name = "item", kind = "text", about = "post" },
            { name = "row_kind", kind = "text", about = "item, subtotal or total" },
            { name = "posts", kind = "decimal", about = "number of posts" },
        ]
        """,
        encoding="utf-8",
    )
    assert _zvity(monkeypatch, "run", inbox, "--out", out, "--families", families) == ExitCode.OK
    assert (out / "staff_list.csv").exists()
    assert _zvity(monkeypatch, "retry", out) == ExitCode.OK
    assert (out / "staff_list.csv").exists()


def test_containers_are_counted(inbox: Path, out: Path) -> None:
    (inbox / "a.zip").write_bytes(zipped({"b.zip": zipped({"c.docx": small_report(note="c")}), "d.docx": b""}))
    assert run([str(inbox)], out).as_json()["containers"] == 2
    assert run([str(inbox)], out).as_json()["containers"] == 2


def test_the_log_is_json_when_the_settings_are_wrong(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("ZVITY_STRANGE", "1")
    assert _zvity(monkeypatch, "run", inbox, "--out", out, "--json-log", "--dry-run") == ExitCode.OK
    assert _zvity(monkeypatch, "run", inbox, "--out", out, "--json-log", "--workers", "0") == ExitCode.USAGE
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["event"], line.get("exit_code")) for line in lines] == [
        ("warning", None), ("run_ended", 0), ("run_ended", 2),
    ]  # fmt: skip


def test_a_fault_of_ours_ends_the_log_like_all_else(
    inbox: Path, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("boom")

    monkeypatch.setattr("pipeline.run.run", broken)
    assert _zvity(monkeypatch, "run", inbox, "--out", out, "--json-log") == ExitCode.DEFECT
    (line,) = map(json.loads, capsys.readouterr().err.splitlines())
    assert (line["event"], line["exit_code"]) == ("run_ended", 1)
    assert "boom" in line["error"]


@pytest.mark.parametrize("command", ["health", "check", "retry"])
def test_an_output_that_cannot_be_read_is_told_in_a_sentence(
    command: str, out: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    out.mkdir()
    (out / ".zvity").symlink_to(".zvity")
    assert _zvity(monkeypatch, command, out) == ExitCode.USAGE
    assert "Traceback" not in capsys.readouterr().err


def test_a_run_without_stderr_runs(inbox: Path, out: Path) -> None:
    command = [sys.executable, "-m", "pipeline.cli", "run", str(inbox), "--out", str(out), "--dry-run"]
    done = subprocess.run(["/bin/sh", "-c", 'exec "$@" 2>&-', "sh", *command], check=False)
    assert done.returncode == ExitCode.OK


def test_brackets_in_a_name_are_no_markup_of_the_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    from pipeline.progress import Bar

    monkeypatch.setattr(sys.stderr, "isatty", lambda: True, raising=False)
    with (bar := Bar()) as tell:
        tell("document_read", done=1, total=1, file_name="a[/b].docx")
        bar._bar.refresh()


def test_a_source_that_is_empty_for_a_night_is_known_when_it_is_back(inbox: Path, out: Path) -> None:
    run([str(inbox)], out, Options(settle=0.2))
    before = (out / INDEX).read_bytes()
    (inbox / "good.docx").rename(inbox.parent / "good.docx")
    assert run([str(inbox)], out).changes.counts()["gone"] == 0
    assert (out / INDEX).read_bytes() == before

"""The main job: final states, incremental runs, faults."""

from __future__ import annotations

import csv
import errno
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import IO, Any

import pytest
from filelock import FileLock

from extractors.limits import LIMITS
from pipeline import datasets, executors, parts, planning, quarantine, reading, worker
from pipeline import process as processing
from pipeline import run as run_module
from pipeline.executors import LocalExecutor
from pipeline.exits import Defect, ExitCode, OutputLocked, OutputUnwritable, UsageError
from pipeline.folders import WORK, LocalFolder, Write
from pipeline.quarantine import QUARANTINE
from pipeline.run import Options, run
from pipeline.sources import Input
from tests.container_files import signed
from tests.samples import BAD, WORD, small_report, zipped


def _documents(out: Path) -> dict[str, dict[str, str]]:
    with (out / "documents.csv").open(encoding="utf-8", newline="") as file:
        return {row["file_name"]: row for row in csv.DictReader(file)}


def _snapshot(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in out.iterdir() if path.is_file()}


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "inbox"
    folder.mkdir()
    (folder / "good.docx").write_bytes(small_report())
    return folder


def test_every_bad_input_ends_in_its_state_and_the_run_goes_on(inbox: Path, tmp_path: Path) -> None:
    for name, (content, _, _) in BAD.items():
        (inbox / name).write_bytes(content)
    out = tmp_path / "out"
    summary = run([str(inbox)], out)
    documents = _documents(out)
    assert documents.keys() == {"good.docx", *BAD}
    for name, (content, state, reason) in BAD.items():
        row = documents[name]
        assert (row["status"], row["reason"].split(":")[0]) == (state, reason), name
        (copy,) = (out / QUARANTINE).glob(f"*-{name}")
        assert copy.read_bytes() == content
        assert row["reason"] in (copy.parent / f"{copy.name}.reason.txt").read_text(encoding="utf-8")
    assert documents["good.docx"]["status"] == "published"
    assert summary.exit_code(strict=False) is ExitCode.INCOMPLETE


def test_what_has_healed_leaves_quarantine(inbox: Path, tmp_path: Path) -> None:
    (inbox / "late.docx").write_bytes(b"")
    out = tmp_path / "out"
    run([str(inbox)], out)
    assert list((out / QUARANTINE).iterdir())
    (inbox / "late.docx").write_bytes(small_report(note="другий примірник"))
    summary = run([str(inbox)], out)
    assert not list((out / QUARANTINE).iterdir())
    assert summary.exit_code(strict=False) is ExitCode.OK


def test_a_second_run_reads_nothing_and_changes_no_byte(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert run([str(inbox)], out).read == 1
    before = _snapshot(out)
    assert run([str(inbox)], out).read == 0
    assert _snapshot(out) == before
    assert run([str(inbox)], out, Options(force=True)).read == 1
    assert _snapshot(out) == before


@pytest.mark.parametrize("options", [Options(force=True), Options(retry=True)], ids=["force", "retry"])
def test_what_is_new_is_read_once_though_old_things_are_read_again(
    options: Options, inbox: Path, tmp_path: Path
) -> None:
    (inbox / "bad.docx").write_bytes(b"")
    (inbox / "a.zip").write_bytes(zipped({"b.docx": small_report(note="в архіві"), "empty.docx": b" "}))
    out = tmp_path / "out"
    summary = run([str(inbox)], out, options)
    assert (summary.read, summary.states) == (5, {"published": 2, "refused": 2})
    (inbox / "new.docx").write_bytes(small_report(note="новий"))
    (inbox / "new-bad.docx").write_bytes(b"just some text")
    assert run([str(inbox)], out, options).states == {"published": 3, "refused": 3}


def test_only_what_is_new_is_read(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([str(inbox)], out)
    (inbox / "new.docx").write_bytes(small_report(note="новий"))
    seen: list[str] = []

    def tell(event: str, /, **facts: Any) -> None:
        if event == "document_read":
            seen.append(facts["file_name"])

    summary = run([str(inbox)], out, tell=tell)
    assert summary.read == 1
    assert seen == ["new.docx"]
    assert len(_documents(out)) == 2


def test_the_same_bytes_under_two_names_are_one_document(inbox: Path, tmp_path: Path) -> None:
    shutil.copy(inbox / "good.docx", inbox / "same.docx")
    out = tmp_path / "out"
    summary = run([str(inbox)], out)
    documents = _documents(out)
    assert summary.states == {"published": 1, "duplicate": 1}
    assert documents["same.docx"]["status"] == "duplicate"
    assert "good.docx" in documents["same.docx"]["reason"]
    assert summary.exit_code(strict=False) is ExitCode.OK
    measures = (out / "program_measures.csv").read_text(encoding="utf-8")
    assert measures.count("Перший захід") == 1


def test_a_changed_document_is_another_one(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([str(inbox)], out)
    (inbox / "good.docx").write_bytes(small_report(total="31,00"))
    summary = run([str(inbox)], out)
    assert (summary.read, summary.counts.errors) == (1, 1)
    assert "30.00" not in (out / "program_measures.csv").read_text(encoding="utf-8")


def test_strict_and_nothing_to_publish(inbox: Path, tmp_path: Path) -> None:
    (inbox / "good.docx").write_bytes(small_report(total="31,00"))
    summary = run([str(inbox)], tmp_path / "out")
    assert summary.exit_code(strict=True) is ExitCode.STRICT
    assert summary.exit_code(strict=False) is ExitCode.OK
    (inbox / "good.docx").write_bytes(b"")
    assert run([str(inbox)], tmp_path / "out").exit_code(strict=True) is ExitCode.NOTHING


def test_an_empty_folder_gives_empty_data_sets_but_never_empties_full_ones(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    out = tmp_path / "out"
    assert run([str(tmp_path / "empty")], out).exit_code(strict=False) is ExitCode.NOTHING
    assert {f"{d.name}.csv" for d in datasets.all_datasets()} <= {path.name for path in out.iterdir()}
    run([str(inbox)], out)
    before = _snapshot(out)
    assert run([str(tmp_path / "empty")], out).exit_code(strict=False) is ExitCode.NOTHING
    assert _snapshot(out) == before


def test_an_input_that_vanishes_while_it_is_quarantined_keeps_its_reason(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (inbox / "empty.docx").write_bytes(b"")
    real = quarantine.keep

    def vanish_first(*arguments: Any) -> None:
        (inbox / "empty.docx").unlink()
        real(*arguments)

    monkeypatch.setattr(quarantine, "keep", vanish_first)
    out = tmp_path / "out"
    assert run([str(inbox)], out).states == {"published": 1, "refused": 1}
    assert [path.name for path in (out / QUARANTINE).iterdir()] == ["e3b0c44298fc1c14-empty.docx.reason.txt"]


def test_a_missing_source_is_wrong_usage(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nowhere"):
        run([str(tmp_path / "nowhere")], tmp_path / "out")


def test_another_run_holds_the_output(inbox: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    (out / WORK).mkdir(parents=True)
    with FileLock(out / WORK / "lock"), pytest.raises(OutputLocked):
        run([str(inbox)], out)
    assert run([str(inbox)], out).read == 1


def test_an_output_that_is_a_file_cannot_be_written(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("in the way")
    with pytest.raises(OutputUnwritable):
        run([str(inbox)], tmp_path / "out")


def test_a_full_disk_leaves_the_last_data_sets_whole(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    run([str(inbox)], out)
    before = _snapshot(out)
    (inbox / "new.docx").write_bytes(small_report(note="новий"))
    real = LocalFolder.write_all

    def full_disk(self: LocalFolder, files: Mapping[str, Write], late: Iterable[tuple[str, Write]] = ()) -> None:
        if "cells.csv" in files:
            files = {**files, "cells.csv": _fail}
        real(self, files, late)

    def _fail(file: IO[bytes]) -> None:
        file.write(b"half of ")
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(LocalFolder, "write_all", full_disk)
    with pytest.raises(OutputUnwritable, match="No space left"):
        run([str(inbox)], out)
    assert _snapshot(out) == before


def _sabotaged() -> None:
    """Make a worker misbehave on documents whose names say so, as faults in a library and of ours would."""
    process = processing.process

    def sabotaged(data: bytes, file_name: str, families: Any) -> Any:
        if file_name.startswith("poison"):
            os.kill(os.getpid(), signal.SIGABRT)
        if file_name.startswith("defect"):
            raise ZeroDivisionError("boom")
        if file_name.startswith("hungry") or (file_name.startswith("heir") and _first_time()):
            eaten = [b"\1" * (1 << 24) for _ in range(1 << 20)]
            assert not eaten
        while file_name.startswith("endless"):
            pass
        return process(data, file_name, families)

    vars(processing)["process"] = sabotaged
    vars(reading)["limited"] = partial(worker.limited, SMALL)
    worker.confine(SMALL)


def _first_time() -> bool:
    try:
        Path(os.environ["MARK"]).touch(exist_ok=False)
    except FileExistsError:
        return False
    return True


SMALL = replace(LIMITS, seconds=2, memory_bytes=300 << 20)


def test_a_document_that_kills_its_worker_costs_only_itself(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_sabotaged))
    (inbox / "poison.docx").write_bytes(small_report(note="отрута"))
    (inbox / "other.docx").write_bytes(small_report(note="інший"))
    out = tmp_path / "out"
    summary = run([str(inbox)], out)
    states = {name: row["status"] for name, row in _documents(out).items()}
    assert states == {"good.docx": "published", "other.docx": "published", "poison.docx": "quarantined"}
    assert _documents(out)["poison.docx"]["reason"].startswith("crashed: ")
    assert "signal 6, SIGABRT" in _documents(out)["poison.docx"]["reason"]
    monkeypatch.undo()
    assert run([str(inbox)], out).read == 0, "a second crash is sure"
    again = run([str(inbox)], out, Options(retry=True))
    assert (again.read, again.states) == (1, {"published": 3})
    assert summary.exit_code(strict=False) is ExitCode.INCOMPLETE


@pytest.mark.parametrize(
    ("name", "reason"), [("hungry", "limit:memory_bytes"), ("endless", "limit:seconds")], ids=["memory", "seconds"]
)
def test_a_document_that_takes_too_much_is_refused_with_the_limit(
    name: str, reason: str, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_sabotaged))
    (inbox / f"{name}.docx").write_bytes(small_report(note="жадібний"))
    (inbox / "other.docx").write_bytes(small_report(note="інший"))
    out = tmp_path / "out"
    assert run([str(inbox)], out, Options(workers=1)).states == {"published": 2, "refused": 1}
    assert _documents(out)[f"{name}.docx"]["reason"].startswith(f"{reason}: ")
    monkeypatch.undo()
    assert run([str(inbox)], out).read == 0, "a limit is a lasting answer"


def test_memory_that_others_left_in_a_worker_is_held_against_no_document(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_sabotaged))
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    (inbox / "heir.docx").write_bytes(small_report(note="спадкоємець"))
    assert run([str(inbox)], tmp_path / "out", Options(workers=1)).states == {"published": 2}
    assert (tmp_path / "mark").exists()


def _killed_at_an_order() -> None:
    """Let a worker be killed when it first gets the order that `ORDER` names."""
    build = vars(parts)["build"]

    def killed(request: tuple[parts.Order, Path]) -> parts.Made:
        if type(request[0]).__name__ == os.environ["ORDER"] and _first_time():
            os.kill(os.getpid(), signal.SIGKILL)
        made: parts.Made = build(request)
        return made

    vars(parts)["build"] = killed
    worker.confine()


@pytest.mark.parametrize("order", ["PartOrder", "HeadersOrder", "DocumentsOrder"])
def test_a_worker_that_is_killed_while_it_makes_a_part_costs_nothing(
    order: str, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run([str(inbox)], tmp_path / "right")
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_killed_at_an_order))
    monkeypatch.setenv("ORDER", order)
    monkeypatch.setenv("MARK", str(tmp_path / "mark"))
    run([str(inbox)], tmp_path / "out")
    assert (tmp_path / "mark").exists()
    assert _snapshot(tmp_path / "out") == _snapshot(tmp_path / "right")


def test_no_worker_hears_ctrl_c_not_even_while_it_starts() -> None:
    code = (
        "import signal; from pipeline.executors import LocalExecutor\n"
        "with LocalExecutor(1) as executor:\n"
        "    print(executor.submit(signal.pthread_sigmask, signal.SIG_BLOCK, ()).result())\n"
        "print(signal.pthread_sigmask(signal.SIG_BLOCK, ()))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    worker_blocks, parent_blocks = done.stdout.splitlines()
    assert "SIGINT" in worker_blocks
    assert "SIGINT" not in parent_blocks


def test_workers_that_never_start_are_held_against_no_document(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=partial(os._exit, 9)))
    out = tmp_path / "out"
    with pytest.raises(Defect, match="worker processes end"):
        run([str(inbox)], out)
    monkeypatch.undo()
    assert run([str(inbox)], out).states == {"published": 1}


def test_a_defect_of_ours_costs_one_document_and_shows_in_the_exit_code(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_sabotaged))
    (inbox / "defect.docx").write_bytes(small_report(note="вада"))
    summary = run([str(inbox)], tmp_path / "out")
    assert summary.states == {"published": 1, "quarantined": 1}
    assert summary.exit_code(strict=False) is ExitCode.DEFECT


def test_an_input_without_a_final_state_fails_the_run(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run_module._Run, "read", lambda self, looked, todo: None)
    with pytest.raises(Defect, match=r"does not add up.*unread"):
        run([str(inbox)], tmp_path / "out")


def test_an_input_without_a_row_fails_the_run(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (inbox / "other.docx").write_bytes(small_report(note="інший"))
    real = run_module._Run.leaves
    monkeypatch.setattr(run_module._Run, "leaves", lambda self, looked: islice(real(self, looked), 1))
    with pytest.raises(Defect, match="of 2 inputs some have no row"):
        run([str(inbox)], tmp_path / "out")


def test_the_same_name_in_two_sources_is_told_apart(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    (tmp_path / "second" / "good.docx").write_bytes(small_report(note="другий"))
    out = tmp_path / "out"
    assert run([str(tmp_path / "second"), str(inbox)], out).states == {"published": 2}
    assert set(_documents(out)) == {str(inbox / "good.docx"), str(tmp_path / "second" / "good.docx")}


def test_a_file_in_an_archive_and_one_in_a_folder_of_its_name_are_told_apart(inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "second").mkdir()
    archive = zipped({"b.docx": small_report(note="в архіві"), "b/c.docx": b""})
    (tmp_path / "second" / "a.zip").write_bytes(archive)
    (inbox / "a.zip").mkdir()
    (inbox / "a.zip" / "b.docx").write_bytes(small_report(note="у теці"))
    out = tmp_path / "out"
    summary = run([str(inbox), str(tmp_path / "second")], out)
    assert (summary.states, summary.opened) == ({"published": 3, "refused": 1}, 1)
    assert set(_documents(out)) == {
        "good.docx", "a.zip/b/c.docx", str(inbox / "a.zip" / "b.docx"), str(tmp_path / "second" / "a.zip" / "b.docx"),
    }  # fmt: skip


def test_containers_are_opened_and_only_what_is_new_in_them_is_read(inbox: Path, tmp_path: Path) -> None:
    first, second = small_report(note="перший"), small_report(note="другий")
    inner = zipped({"deep.docx": second})
    (inbox / "a.zip").write_bytes(zipped({"one.docx": first, "copy.docx": small_report(), "inner.zip": inner}))
    out = tmp_path / "out"
    summary = run([str(inbox)], out)
    assert (summary.read, summary.opened) == (5, 2)
    assert {name: row["status"] for name, row in _documents(out).items()} == {
        "a.zip/one.docx": "published", "a.zip/copy.docx": "published", "a.zip/inner.zip/deep.docx": "published",
        "good.docx": "duplicate",
    }  # fmt: skip
    assert run([str(inbox)], out).read == 0
    (inbox / "a.zip").write_bytes(zipped({"one.docx": first, "inner.zip": inner, "new.docx": small_report(note="ще")}))
    assert run([str(inbox)], out).read == 2, "the archive and the one file in it that is new"
    assert _documents(out)["good.docx"]["status"] == "published"


def test_containers_lie_in_one_another_as_deep_as_the_limit_and_no_deeper(inbox: Path, tmp_path: Path) -> None:
    content = small_report(note="на дні")
    for level in range(LIMITS.container_depth + 1):
        content = zipped({f"{level}.zip" if level else "deep.docx": content})
    (inbox / "a.zip").write_bytes(content)
    out = tmp_path / "out"
    run([str(inbox)], out)
    (name,) = [name for name in _documents(out) if name != "good.docx"]
    assert name == "a.zip/3.zip/2.zip/1.zip"
    assert _documents(out)[name]["reason"].startswith("limit:container_depth: ")


def test_a_file_in_an_archive_that_cannot_be_had_costs_no_other(inbox: Path, tmp_path: Path) -> None:
    content = bytearray(zipped({"good.docx": small_report(note="добрий"), "bad.docx": small_report(note="поганий")}))
    at = content.index(b"bad.docx") + 100
    content[at : at + 20] = bytes(20)
    (inbox / "a.zip").write_bytes(content)
    out = tmp_path / "out"
    run([str(inbox)], out)
    found = {name: (row["status"], row["reason"].partition(":")[0]) for name, row in _documents(out).items()}
    assert found["a.zip/good.docx"] == ("published", "")
    assert found["a.zip/bad.docx"] == ("quarantined", "damaged")
    assert [path.name for path in (out / QUARANTINE).iterdir()] == ["unreadable-bad.docx.reason.txt"]


def test_a_signed_document_and_the_document_itself_are_one(inbox: Path, tmp_path: Path) -> None:
    (inbox / "good.docx.p7s").write_bytes(signed(small_report()))
    (inbox / "other.pdf.p7s").write_bytes(signed(small_report(note="інший")))
    out = tmp_path / "out"
    assert run([str(inbox)], out).states == {"published": 2, "duplicate": 1}
    assert _documents(out)["good.docx.p7s/good.docx"]["status"] == "duplicate"
    assert _documents(out)["other.pdf.p7s/other.pdf"]["status"] == "published"


def test_an_unreadable_file_is_quarantined(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = Input.digest

    def denied(self: Input) -> tuple[str, int]:
        if self.name == "denied.docx":
            raise PermissionError(errno.EACCES, "Permission denied")
        return real(self)

    (inbox / "denied.docx").write_bytes(small_report(note="закрито"))
    monkeypatch.setattr(Input, "digest", denied)
    out = tmp_path / "out"
    assert run([str(inbox)], out).states == {"published": 1, "quarantined": 1}
    assert _documents(out)["denied.docx"]["reason"].startswith("unreadable_file")


def test_workers_do_not_change_the_result(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shutil.copy(WORD, inbox / "report.docx")
    run([str(inbox)], tmp_path / "one", Options(workers=1))
    run([str(inbox)], tmp_path / "two", Options(workers=2))
    assert _snapshot(tmp_path / "one") == _snapshot(tmp_path / "two")
    monkeypatch.setattr(planning, "_FEW", 0)
    run([str(inbox)], tmp_path / "many", Options(workers=2))
    assert _snapshot(tmp_path / "one") == _snapshot(tmp_path / "many"), "made by those that read"


@pytest.mark.parametrize(("few", "workers"), [(planning._FEW, 1), (0, 2)])
def test_few_parts_are_made_by_one_process_and_many_by_those_that_read(
    few: int, workers: int, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    makers = []

    def noted(executor: Any, *others: Any) -> Any:
        makers.append(executor.workers)
        return executors.endings(executor, *others)

    monkeypatch.setattr(planning, "endings", noted)
    monkeypatch.setattr(planning, "_FEW", few)
    run([str(inbox)], tmp_path / "out", Options(workers=2))
    assert makers == [workers, workers], "headers and the part, then the rows of documents"

"""A run on a real Dask cluster of processes: the same bytes as on one machine, whatever dies there."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from pipeline import cli, executors
from pipeline.executors import AHEAD, DaskExecutor, LocalExecutor, endings
from pipeline.exits import ExitCode, UsageError
from pipeline.folders import WORK
from pipeline.reading import STRANGER, Job, Read, read_one
from pipeline.report import Summary
from pipeline.run import Options, run
from pipeline.sources import Input
from pipeline.store import version
from tests.pipeline.test_run import _sabotaged
from tests.samples import BAD, FEATURES, WORD, small_report, zipped

if os.environ.get("CI") != "true":
    pytest.importorskip("distributed", reason="Dask is not there; `pip install 'zvity[dask]'` installs it")

ROOT = Path(__file__).parent.parent.parent
PAGE = ROOT / "docs" / "cluster.md"
QUIET = ("--no-dashboard", "--host", "127.0.0.1")
ONE = ("--nthreads", "1")
SMALL_REPORTS = 16


def environment(root: Path = ROOT, **more: str) -> dict[str, str]:
    """Give the variables of a process that is to find zvity's code in a folder."""
    return {**os.environ, "PYTHONPATH": str(root), "ZVITY_SETTLE": "0", **more}


def end(process: subprocess.Popen[Any], how: int = signal.SIGKILL) -> None:
    """Send a signal to a process and its children."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, how)


@dataclass
class Cluster:
    """A scheduler and its workers, each a process group of its own."""

    address: str
    scheduler: subprocess.Popen[bytes]
    workers: list[subprocess.Popen[bytes]]

    @property
    def executor(self) -> str:
        return self.address.replace("tcp://", "dask://")


@contextmanager
def cluster(tmp: Path, *workers: Sequence[str], envs: Sequence[dict[str, str]] = ()) -> Iterator[Cluster]:
    """Start a cluster, give it once all workers are there, and end it. Each worker is its options."""
    tmp.mkdir(parents=True, exist_ok=True)
    file = tmp / "scheduler.json"
    started: list[subprocess.Popen[bytes]] = []

    def start(what: str, *options: str, env: dict[str, str]) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", f"distributed.cli.dask_{what}", *QUIET, "--scheduler-file", str(file)]
        with (tmp / f"{what}.log").open("ab") as log:
            place = {"cwd": tmp, "env": env, "stdout": log, "stderr": log}
            started.append(subprocess.Popen([*command, *options], start_new_session=True, **place))  # type: ignore[call-overload]
        return started[-1]

    try:
        scheduler = start("scheduler", "--port", "0", env=environment())
        _wait(lambda: file.exists() and file.read_text(encoding="utf-8").endswith("}"))
        places = [*envs, *[environment()] * (len(workers) - len(envs))]
        begun = [start("worker", *options, env=env) for options, env in zip(workers, places, strict=True)]
        found = Cluster(json.loads(file.read_text(encoding="utf-8"))["address"], scheduler, begun)
        if workers:
            from distributed import Client

            with Client(found.address, set_as_default=False) as client:  # type: ignore[no-untyped-call]
                client.wait_for_workers(len(workers), timeout=60)
        yield found
    finally:
        for process in started:
            end(process)
        for process in started:
            process.wait()


def _wait(for_what: Callable[[], bool], seconds: float = 30) -> None:
    until = time.monotonic() + seconds
    while not for_what():
        assert time.monotonic() < until, "it does not come"
        time.sleep(0.05)


def published(out: Path) -> dict[str, bytes]:
    """Give every file of an output that is there for people: data sets, tables, quarantine."""
    return {
        path.relative_to(out).as_posix(): path.read_bytes()
        for path in sorted(out.rglob("*"))
        if path.is_file() and WORK not in path.parts
    }


def fill(inbox: Path, reports: int = SMALL_REPORTS) -> None:
    """Put in documents that end in every state, a container and a table of no known kind."""
    inbox.mkdir(parents=True)
    for number in range(reports):
        (inbox / f"звіт {number:02}.docx").write_bytes(small_report(note=f"примірник {number}"))
    for name, (content, _, _) in BAD.items():
        (inbox / name).write_bytes(content)
    for path in (WORD, FEATURES):
        shutil.copy(path, inbox)
    (inbox / "again.docx").write_bytes(small_report(note="примірник 0"))
    (inbox / "archive.zip").write_bytes(zipped({"в архіві.docx": small_report(note="в архіві"), "bad.docx": b""}))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("cluster") / "inbox"
    fill(folder)
    return folder


@pytest.fixture(scope="module")
def here(inbox: Path) -> dict[str, bytes]:
    """What a run on this machine writes."""
    run([str(inbox)], inbox.parent / "local", Options(workers=2))
    found = published(inbox.parent / "local")
    assert {name.split("/")[0] for name in found} >= {"cells.csv", "cells.parquet", "tables", "quarantine"}
    return found


@dataclass
class Told:
    """The events of a run; something may be done when so many documents are read."""

    after: int = 0
    do: Callable[[], object] = lambda: None

    def __post_init__(self) -> None:
        self.events: list[tuple[str, dict[str, Any]]] = []

    def __call__(self, event: str, /, **facts: Any) -> None:
        self.events.append((event, facts))
        if event == "document_read" and facts["done"] == self.after:
            self.do()

    def of(self, event: str) -> list[dict[str, Any]]:
        return [facts for name, facts in self.events if name == event]


def _run(inbox: Path, out: Path, on: Cluster, told: Told | None = None) -> tuple[Summary, Told]:
    told = told or Told()
    return run([str(inbox)], out, Options(workers=2, executor=on.executor), told), told


def test_two_workers_give_the_same_bytes_and_may_die_one_after_the_other(
    inbox: Path, here: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", 2.0)
    with cluster(tmp_path / "dask", ONE, ONE) as dask:
        _, told = _run(inbox, tmp_path / "both", dask)
        assert not told.of("cluster_failed")
        assert published(tmp_path / "both") == here
        _, told = _run(inbox, tmp_path / "one", dask, Told(3, lambda: end(dask.workers[0])))
        assert not [facts for facts in told.of("cluster_failed") if facts["left"] > AHEAD], "the other worker goes on"
        assert published(tmp_path / "one") == here
        begun = time.monotonic()
        _, told = _run(inbox, tmp_path / "none", dask, Told(3, lambda: end(dask.workers[1])))
        (failed,) = told.of("cluster_failed")
        assert (failed["reason"], failed["left"] >= SMALL_REPORTS - AHEAD) == ("its workers are gone", True)
        assert published(tmp_path / "none") == here
        assert time.monotonic() - begun < 30


def test_workers_without_nannies_give_the_same_bytes_and_leave_no_process(
    inbox: Path, here: dict[str, bytes], tmp_path: Path
) -> None:
    with cluster(tmp_path / "dask", (*ONE, "--no-nanny"), (*ONE, "--no-nanny")) as dask:
        _, told = _run(inbox, tmp_path / "out", dask)
        assert not told.of("cluster_failed")
        assert published(tmp_path / "out") == here
        children = [child for worker in dask.workers for child in _children(worker.pid)]
        assert len(children) >= len(dask.workers)
        for worker in dask.workers:
            worker.kill()
        _wait(lambda: not any(Path("/proc", child).exists() for child in children), 10)


def _children(process: int) -> list[str]:
    return [
        child for tasks in Path(f"/proc/{process}/task").iterdir() for child in (tasks / "children").read_text().split()
    ]


def test_a_scheduler_that_dies_is_told_and_the_run_goes_on_here(
    inbox: Path, here: dict[str, bytes], tmp_path: Path
) -> None:
    out = tmp_path / "out"
    with cluster(tmp_path / "dask", ONE) as dask:
        command = [sys.executable, "-m", "pipeline.cli", "run", str(inbox), "--out", str(out), "--json-log"]
        place = {"cwd": tmp_path, "env": environment(), "text": True, "stderr": subprocess.PIPE}
        done = subprocess.Popen([*command, "--executor", dask.executor, "--workers", "2"], **place)  # type: ignore[call-overload]
        events = []
        for line in done.stderr:
            events.append(json.loads(line))  # nothing but JSON on stderr, Dask's own talk included
            if events[-1]["event"] == "document_read" and events[-1]["done"] == 3:
                end(dask.scheduler)
                dead = time.monotonic()
        assert done.wait() == ExitCode.INCOMPLETE
        _wait(lambda: dask.workers[0].poll() is not None)  # Dask ends workers that have lost their scheduler
    (failed,) = [event for event in events if event["event"] == "cluster_failed"]
    assert (failed["reason"], failed["left"] >= SMALL_REPORTS - AHEAD) == (
        "the connection to its scheduler broke",
        True,
    )
    assert time.monotonic() - dead < 30
    assert published(out) == here


def test_a_scheduler_that_is_frozen_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", 1.0)
    with cluster(tmp_path, ONE) as dask:
        begun = time.monotonic()
        with DaskExecutor(dask.executor) as executor:
            end(dask.scheduler, signal.SIGSTOP)
            found = list(endings(executor, 2, abs, range(5), lambda number: number))
        assert found == [(number, None) for number in range(5)]
        assert executor.problem == "its scheduler does not answer"
        assert time.monotonic() - begun < 15


def test_no_scheduler_and_no_workers_are_wrong_usage(
    inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert executors._CONNECTING < 30
    monkeypatch.setattr(executors, "_CONNECTING", 1)
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    arguments = ["run", str(inbox), "--out", str(tmp_path / "out"), "--executor", f"dask://127.0.0.1:{port}"]
    done = CliRunner().invoke(cli.app, arguments)
    assert done.exit_code == ExitCode.USAGE
    assert f"dask://127.0.0.1:{port}: no Dask scheduler answers there" in done.stderr
    with cluster(tmp_path / "dask") as dask, pytest.raises(UsageError, match="has no workers; start some"):
        DaskExecutor(dask.executor)


def test_another_version_is_told_and_reads_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(executors, "_PATIENCE", 5.0)
    other = tmp_path / "other"
    for package in ("extractors", "validators", "pipeline"):
        shutil.copytree(ROOT / package, other / package, ignore=shutil.ignore_patterns("__pycache__"))
    with (other / "pipeline" / "units.py").open("a") as file:
        file.write("# another version\n")
    fill(tmp_path / "inbox", reports=1)
    run([str(tmp_path / "inbox")], tmp_path / "local", Options(workers=2))
    with cluster(tmp_path / "dask", (*ONE, "--no-nanny"), envs=[environment(other)]) as dask:
        _, told = _run(tmp_path / "inbox", tmp_path / "out", dask)
    (failed,) = told.of("cluster_failed")
    assert re.match(rf"{STRANGER}: \S+ was to read it, not {re.escape(version())}; install the same", failed["reason"])
    assert failed["left"] == len(BAD) + 4, "all that is read in the first round"
    assert published(tmp_path / "out") == published(tmp_path / "local")


def test_families_that_a_worker_lacks_are_another_version(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    path.write_bytes(small_report())
    with LocalExecutor(1) as executor:
        read = executors.ending(executor.submit(read_one, Job(Input("a", str(path)), "1", tmp_path / "no")))
    assert isinstance(read, Read)
    assert (read.outcome.word, "holds no *.toml" in (read.outcome.reason or "")) == (STRANGER, True)


def test_a_bad_document_costs_itself_and_ends_there_as_it_does_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker's own processes are made to crash, hang and eat by documents' names, as those of this machine."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    for name in ("poison", "hungry", "endless", "defect", "heir", "good"):
        (inbox / f"{name}.docx").write_bytes(small_report(note=name))
    preload = tmp_path / "preload.py"
    preload.write_text(
        "from functools import partial\n"
        "from pipeline import executors\n"
        "from tests.pipeline.test_run import _sabotaged\n"
        "executors.LocalExecutor = partial(executors.LocalExecutor, prepare=_sabotaged)\n"
    )
    monkeypatch.setenv("MARK", str(tmp_path / "there"))
    with cluster(tmp_path / "dask", ("--nthreads", "2", "--preload", str(preload))) as dask:
        summary, told = _run(inbox, tmp_path / "there.out", dask)
    assert not told.of("cluster_failed")
    assert summary.states == {"published": 2, "quarantined": 2, "refused": 2}
    monkeypatch.setenv("MARK", str(tmp_path / "here"))
    monkeypatch.setattr(executors, "LocalExecutor", partial(LocalExecutor, prepare=_sabotaged))
    assert run([str(inbox)], tmp_path / "here.out", Options(workers=2)).states == summary.states
    assert published(tmp_path / "there.out") == published(tmp_path / "here.out")
    reasons = {name: reason.split(": ")[0] for name, _, reason in summary.failed}
    assert reasons == {
        "poison.docx": "crashed",
        "hungry.docx": "limit:memory_bytes",
        "endless.docx": "limit:seconds",
        "defect.docx": "defect",
    }


def test_the_example_on_one_machine_does_what_the_page_says(tmp_path: Path) -> None:
    if os.environ.get("CI") != "true":
        pytest.importorskip("moto.server", reason="moto is not there; `make setup` installs it")
    section = PAGE.read_text(encoding="utf-8").split("## On one machine")[1].split("\n## ")[0]
    (script,) = re.findall(r"^```sh\n(.*?)^```", section, re.MULTILINE | re.DOTALL)
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as two:
        ports = {"5000": one.getsockname()[1], "8786": two.getsockname()[1]}
    for port, free in ports.items():
        assert port in script
        script = script.replace(port, str(free))
    (tmp_path / ".venv").symlink_to(Path(sys.executable).parent.parent)
    (tmp_path / "data" / "raw").mkdir(parents=True)
    shutil.copy(WORD, tmp_path / "data" / "raw")
    done = subprocess.Popen(
        ["/bin/bash", "-euc", script], cwd=tmp_path, env=environment(), start_new_session=True, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )  # fmt: skip
    try:
        told, _ = done.communicate(timeout=120)
    finally:
        end(done)
    assert done.returncode == 0, told
    assert "documents  1 published" in told
    assert "s3://municipal/out: all data sets are valid" in told
    assert "s3://municipal/out: all is well" in told
    assert "the cluster fails" not in told
    assert (tmp_path / "tables.csv").read_bytes().startswith(b"document_id,")

"""Folders: a file is whole or not there, here and behind a URL."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import IO
from uuid import uuid4

import fsspec
import pytest

from pipeline import folders
from pipeline.exits import OutputLocked
from pipeline.folders import ASIDE, LEASE, WORK, Folder, LocalFolder, RemoteFolder, Write, folder_at


@pytest.fixture(params=["local", "remote"])
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Folder]:
    """Give a folder of each kind."""
    if request.param == "local":
        yield LocalFolder(tmp_path / "out")
        return
    url = f"memory://{uuid4().hex}"
    yield folder_at(url)
    fsspec.filesystem("memory").rm(url, recursive=True)


def test_what_is_written_is_read(folder: Folder) -> None:
    folder.write("deep/down/звіт.csv", b"one")
    folder.write("deep/b.csv", b"three")
    folder.write("a.csv", b"")
    assert folder.read("deep/down/звіт.csv") == b"one"
    with folder.open("deep/b.csv") as file:
        file.seek(2)
        assert file.read(2) == b"re"
    assert {name: stat.bytes for name, stat in folder.files("deep").items()} == {"down/звіт.csv": 3, "b.csv": 5}
    stat = folder.stat("deep/b.csv")
    assert stat is not None
    assert stat.bytes == 5
    assert abs(stat.changed - time.time()) < 60
    assert folder.files("nowhere") == {}
    assert folder.stat("nowhere.csv") is None
    for missing in (folder.read, folder.open):
        with pytest.raises(FileNotFoundError):
            missing("nowhere.csv")


def test_what_is_removed_is_gone(folder: Folder) -> None:
    for name in ("a.csv", "deep/a.csv", "deep/down/b.csv"):
        folder.write(name, b"x")
    folder.remove("a.csv")
    folder.remove("a.csv")
    folder.remove_all("deep")
    folder.remove_all("deep")
    assert folder.files("deep") == {}
    assert folder.stat("a.csv") is None


def test_several_files_take_their_places_together_or_not_at_all(folder: Folder) -> None:
    folder.write("a.csv", b"old")

    def fail(file: IO[bytes]) -> None:
        file.write(b"half of")
        raise OSError("disk is full")

    with pytest.raises(OSError, match="full"):
        folder.write_all({"a.csv": lambda file: file.write(b"new"), "b.csv": fail})
    assert folder.read("a.csv") == b"old"
    assert folder.stat("b.csv") is None
    folder.write_all({"a.csv": lambda file: file.write(b"new"), "b.csv": lambda file: file.write(b"too")})
    assert (folder.read("a.csv"), folder.read("b.csv")) == (b"new", b"too")
    assert folder.files(ASIDE) == {}


def test_late_files_take_their_places_with_the_others_or_not_at_all(folder: Folder) -> None:
    def late(problem: str | None) -> Iterator[tuple[str, Write]]:
        yield "b.csv", lambda file: file.write(b"late")
        assert folder.stat("a.csv") is None, "all are written before the first takes its place"
        if problem is not None:
            raise OSError(problem)
        yield "c.csv", lambda file: file.write(b"later")

    with pytest.raises(OSError, match="no part"):
        folder.write_all({"a.csv": lambda file: file.write(b"new")}, late("no part"))
    assert folder.files("") == {}
    folder.write_all({"a.csv": lambda file: file.write(b"new")}, late(None))
    assert {name: folder.read(name) for name in folder.files("")} == {
        "a.csv": b"new",
        "b.csv": b"late",
        "c.csv": b"later",
    }


def test_late_files_may_be_made_while_others_are_written(tmp_path: Path) -> None:
    begun, made = threading.Event(), threading.Event()

    def write(file: IO[bytes]) -> None:
        begun.set()
        assert made.wait(30), "the late file was not asked for"
        file.write(b"new")

    def late() -> Iterator[tuple[str, Write]]:
        assert begun.wait(30), "writing had not begun"
        made.set()
        yield "late.csv", lambda file: file.write(b"late")

    LocalFolder(tmp_path).write_all({"a.csv": write}, late())
    assert (tmp_path / "late.csv").read_bytes() == b"late"


def test_a_file_that_holds_the_same_gets_a_new_time_only(folder: Folder) -> None:
    folder.renew("run.json", b"one")
    folder.renew("run.json", b"one")
    assert folder.read("run.json") == b"one"
    folder.renew("run.json", b"two")
    assert folder.read("run.json") == b"two"


def test_the_time_is_new_though_no_byte_is(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    folder.write("run.json", b"one")
    inode = (tmp_path / "run.json").stat().st_ino
    os.utime(tmp_path / "run.json", (1, 1))
    folder.renew("run.json", b"one")
    assert (tmp_path / "run.json").stat().st_mtime > 1
    assert (tmp_path / "run.json").stat().st_ino == inode


def test_one_run_holds_a_folder(folder: Folder) -> None:
    with folder.locked() as check:
        check()
        with pytest.raises(OutputLocked, match="another run"), folder_at(str(folder)).locked():
            pass
        check()
    with folder.locked():
        pass


def test_a_local_lock_ends_with_its_process(tmp_path: Path) -> None:
    code = (
        "import os, pathlib, sys; from pipeline.folders import LocalFolder\n"
        "with LocalFolder(pathlib.Path(sys.argv[1])).locked(): os._exit(9)"
    )
    assert subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False).returncode == 9
    with LocalFolder(tmp_path).locked():
        pass


def test_what_a_killed_run_left_aside_is_removed(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    (tmp_path / ASIDE).mkdir(parents=True)
    (tmp_path / ASIDE / "1-0").write_bytes(b"half")
    with folder.locked():
        assert not (tmp_path / ASIDE / "1-0").exists()


def _remote() -> RemoteFolder:
    return RemoteFolder(f"memory://{uuid4().hex}")


def test_a_lock_that_nobody_renews_is_taken_over(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_SURE", 0.0)
    folder = _remote()
    lock = {"token": "dead", "host": "other", "renewed": time.time() - LEASE + 60}
    folder.write(f"{WORK}/lock", json.dumps(lock).encode())
    with pytest.raises(OutputLocked), folder.locked():
        pass
    folder.write(f"{WORK}/lock", json.dumps(lock | {"renewed": time.time() - LEASE - 1}).encode())
    with folder.locked():
        assert json.loads(folder.read(f"{WORK}/lock"))["token"] != "dead"
    assert folder.stat(f"{WORK}/lock") is None


def test_a_lock_that_was_lost_is_noticed_and_left_to_its_holder() -> None:
    folder = _remote()
    with folder.locked() as check:
        folder.write(f"{WORK}/lock", b'{"token": "another"}')
        with pytest.raises(OutputLocked):
            check()
    assert folder.read(f"{WORK}/lock") == b'{"token": "another"}'


def test_a_lock_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folders, "_RENEWED", 0.01)
    folder = _remote()
    with folder.locked():
        first = json.loads(folder.read(f"{WORK}/lock"))
        deadline = time.monotonic() + 30
        while json.loads(folder.read(f"{WORK}/lock")) == first and time.monotonic() < deadline:
            time.sleep(0.01)
        now = json.loads(folder.read(f"{WORK}/lock"))
        assert now["token"] == first["token"]
        assert now["renewed"] > first["renewed"]


def test_an_error_of_a_driver_is_an_oserror(monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _remote()

    def broken(*_: object, **__: object) -> None:
        raise RuntimeError("connection lost")

    monkeypatch.setattr(type(folder._system), "find", broken)
    with pytest.raises(OSError, match="connection lost"):
        folder.files("")
    with pytest.raises(OSError, match="nosuchscheme"):
        folder_at("nosuchscheme://bucket")


def test_a_file_url_is_a_folder_of_this_machine(tmp_path: Path) -> None:
    assert isinstance(folder_at(f"file://{tmp_path}"), LocalFolder)
    assert isinstance(folder_at(tmp_path), LocalFolder)


def test_more_files_are_written_at_once_than_may_be_open(folder: Folder) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    contents = {str(number): str(number).encode() for number in range(400)}
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, hard))
    try:
        folder.write_all({f"tables/{name}": partial(_pour, content) for name, content in contents.items()})
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    assert {name: folder.read(f"tables/{name}") for name in folder.names("tables")} == contents


def _pour(content: bytes, out: IO[bytes]) -> None:
    out.write(content)

"""Runs that are killed or failed at any call that changes something in their output, and inputs for them.

Nothing in the product knows of this: the calls of the system are replaced while such a run goes on.
"""

from __future__ import annotations

import errno
import io
import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, Future
from contextlib import ExitStack, contextmanager, redirect_stderr
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from docx import Document

from pipeline import cli, delivery, executors, index, planning, quarantine, run, store
from pipeline.exits import ExitCode
from pipeline.folders import ASIDE, WORK
from tests.samples import BAD, FEATURES, small_report, zipped

ERRORS: Final = (errno.ENOSPC, errno.EIO, errno.EROFS, errno.EDQUOT)

WORKED: Final = (ExitCode.OK, ExitCode.INCOMPLETE)
"""How a run ends that came to its end."""

_STAGES: Final[Sequence[tuple[Any, str]]] = (
    (run._Run, "look"),
    (run._Run, "read"),
    (planning.Planning, "begin"),
    (planning.Planning, "plan"),
    (delivery, "deliver"),
    (quarantine, "keep"),
    (run, "keep_families"),
    (delivery, "prune"),
    (store.Store, "keep_list"),
    (store.Store, "prune"),
    (index.Index, "keep"),
)
"""The stages of a run, as functions."""

_FAMILY = """\
name = "staff_list"
title = "Штатний розпис"
[recognise]
columns = ["item", "posts"]
titles = ["штатний розпис"]
title_needed = true
[[columns]]
becomes = "item"
headings = ["Посада"]
[[columns]]
measure = "posts"
unit = "count"
headings = ["Ставки"]
[tidy]
per = "row"
about = "a row per post"
fields = [
    { name = "item", kind = "text", about = "post" },
    { name = "posts", kind = "decimal", about = "how many" },
]
"""

At = Callable[[str], None]
"""Is told of a call, by its name and the kind of file it changes."""


def _nothing(site: str) -> None:
    """Do nothing at a call."""


# What a run does to its output


@contextmanager
def watched(out: Path, before: At = _nothing, after: At = _nothing, *, stages: bool = False) -> Iterator[None]:
    """Be told of each call of this process that changes something below a folder.

    Args:
        out: the folder.
        before: told before each; an `OSError` that it raises is the call's, half of the bytes are then written.
        after: told after each.
        stages: be told of the beginning and end of each stage of a run, too.
    """
    with ExitStack() as stack:
        for name in ("mkdir", "replace", "unlink", "rmdir", "utime", "fsync", "open"):
            stack.enter_context(patch.object(os, name, _call(name, out, before, after)))
        stack.enter_context(patch.object(io, "open", _opening(out, before, after)))
        for owner, name in _STAGES if stages else ():
            stack.enter_context(patch.object(owner, name, _stage(getattr(owner, name), name, before)))
        yield


def _call(name: str, out: Path, before: At, after: At) -> Callable[..., Any]:
    real = getattr(os, name)

    def call(place: Any, *arguments: Any, **named: Any) -> Any:  # stands in for any function
        below = "dir_fd" in named or isinstance(place, int) or os.fspath(place).startswith(str(out))
        there = "dir_fd" in named or isinstance(place, int) or os.path.lexists(place)
        changes = name != "mkdir" if there else name not in {"unlink", "utime"}
        if name == "open":
            changes = bool(arguments[0] & os.O_CREAT)
        if not below or not changes:
            return real(place, *arguments, **named)
        site = f"{name} {_kind(arguments[0] if name == 'replace' else place, out)}"
        before(site)
        result = real(place, *arguments, **named)
        after(site)
        return result

    return call


def _kind(place: Any, out: Path) -> str:  # a path or a handle
    """Name the kind of file that a call changes."""
    if isinstance(place, int) or not os.fspath(place).startswith(str(out)):
        return "(handle)"
    parts = Path(place).relative_to(out).parts
    return "/".join(parts[:2] if parts[:1] == (WORK,) else parts[:1] if len(parts) > 1 else (Path(place).suffix,))


class _File:
    """A file whose writes are watched."""

    def __init__(self, file: Any, before: At, after: At) -> None:  # of any kind
        self._file, self._before, self._after = file, before, after

    def __getattr__(self, name: str) -> Any:  # of any kind
        return getattr(self._file, name)

    def __enter__(self) -> _File:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def write(self, data: bytes) -> int:
        try:
            self._before("write")
        except OSError:
            self._file.write(data[: len(data) // 2])
            raise
        count = self._file.write(data)
        self._after("write")
        return int(count)

    def flush(self) -> None:
        self._before("flush")
        self._file.flush()
        self._after("flush")


def _opening(out: Path, before: At, after: At) -> Callable[..., Any]:
    real = io.open

    def opening(place: Any, mode: str = "r", *arguments: Any, **named: Any) -> Any:  # as `open`
        if not isinstance(place, Path) or "w" not in mode or not place.is_relative_to(out):
            return real(place, mode, *arguments, **named)
        before("create")
        file = _File(real(place, mode, *arguments, **named), before, after)
        after("create")
        return file

    return opening


def _stage(real: Callable[..., Any], name: str, before: At) -> Callable[..., Any]:
    def stage(*arguments: Any) -> Any:  # stands in for any function
        before(f"begin {name}")
        result = real(*arguments)
        before(f"end {name}")
        return result

    return stage


class Moments:
    """Counts the moments of a run, and does something at one of them."""

    def __init__(self, number: int = -1, act: Callable[[], None] = lambda: None) -> None:
        """Act at the moment of a number, from 0."""
        self.sites: list[str] = []
        self._number, self._act = number, act

    def __call__(self, site: str) -> None:
        """Be told of a moment."""
        self.sites.append(site)
        if len(self.sites) - 1 == self._number:
            self._act()


# Inputs and outputs


@dataclass(frozen=True, slots=True)
class Scene:
    """Inputs, the output of an earlier run over what they were then (or `None`), and the files a run is to give."""

    name: str
    inbox: Path
    earlier: Path | None
    wanted: Mapping[str, bytes]

    def begin(self, out: Path) -> Path:
        """Put the earlier output where a run will find it."""
        shutil.rmtree(out, ignore_errors=True)
        if self.earlier is not None:
            shutil.copytree(self.earlier, out)
        return out


def snapshot(out: Path) -> dict[str, bytes]:
    """Give all files of an output that are the same for the same inputs: data sets, results and parts."""
    found = {path.relative_to(out).as_posix(): path for path in out.rglob("*") if path.is_file()}
    kept = (f"{WORK}/results/", f"{WORK}/parts/")
    return {
        name: path.read_bytes()
        for name, path in sorted(found.items())
        if not name.startswith(f"{WORK}/") or name.startswith(kept)
    }


def data_sets(files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Give the data sets of an output, with the tables of no known kind."""
    return {name: files[name] for name in files if "/" not in name or name.startswith("tables/")}


def leftovers(out: Path) -> list[str]:
    """Give the files of an output that are not in their places."""
    return [path.name for path in (out / ASIDE).rglob("*")] + [path.name for path in out.rglob("*.part")]


def _fill(inbox: Path, files: Mapping[str, bytes]) -> None:
    shutil.rmtree(inbox, ignore_errors=True)
    inbox.mkdir(parents=True)
    for name, content in files.items():
        (inbox / name).write_bytes(content)


def _of_no_kind(note: str) -> bytes:
    document = Document()
    document.add_paragraph(f"Перелік подарунків, {note}")
    table = document.add_table(rows=3, cols=2)
    for cell, text in zip(table._cells, ("Колір", "Розмір", "синій", "7", "білий", "9"), strict=True):
        cell.text = text
    out = io.BytesIO()
    document.save(out)
    return out.getvalue()


def scenes(folder: Path) -> list[Scene]:
    """Make the inputs, and run over them undisturbed."""
    same = small_report(note="лишається")
    old = {
        "same.docx": same,
        "twin.docx": same,
        "changed.docx": small_report(note="до зміни"),
        "removed.docx": small_report(note="вилучено"),
        "before.docx": small_report(note="перейменовано"),
        "tables.docx": FEATURES.read_bytes(),
        "gone.docx": _of_no_kind("що зникне"),
        "healed.docx": b"",
        "cut.docx": BAD["cut.docx"][0],
        "box.zip": zipped({"in.docx": small_report(note="у скриньці"), "bad.docx": b"no document"}),
    }
    new = {
        "same.docx": same,
        "changed.docx": small_report(total="31,00", note="після зміни"),
        "after.docx": old["before.docx"],
        "tables.docx": old["tables.docx"],
        "added.docx": _of_no_kind("що з'явився"),
        "healed.docx": small_report(note="вилікувано"),
        "empty.docx": b"",
        "cut.docx": old["cut.docx"],
        "box.zip": zipped({"in.docx": small_report(note="у скриньці"), "worse.docx": b"<html>"}),
    }
    inbox, families = folder / "inbox", folder / "families"
    earlier, with_family = folder / "earlier", folder / "with-family"
    families.mkdir()
    (families / "staff.toml").write_text(_FAMILY, encoding="utf-8")
    _fill(inbox, old)
    _undisturbed(inbox, earlier)
    _undisturbed(inbox, with_family, "--families", str(families))
    _fill(inbox, new)
    found = []
    for name, before in (("an empty output", None), ("inputs changed", earlier), ("a family gone", with_family)):
        scene = Scene(name, inbox, before, {})
        out = scene.begin(folder / "undisturbed")
        _undisturbed(inbox, out)
        found.append(Scene(name, inbox, before, snapshot(out)))
        shutil.rmtree(out)
    return found


def _undisturbed(inbox: Path, out: Path, *options: str) -> None:
    code = run_here(inbox, out, *options)
    if code not in WORKED:
        raise RuntimeError(f"a run that nothing disturbed ended with {code}")


# A run in this process, whose documents are read and parts built here, too


class Here(Executor):
    """Does in this process what worker processes do."""

    workers = 1

    def __init__(self, workers: int) -> None:
        """Have no processes."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:  # as Executor
        """Do it at once."""
        future = Future[Any]()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def run_here(inbox: Path, out: Path, *options: str) -> int:
    """Run without worker processes; give the exit code."""
    arguments = ["zvity", "run", str(inbox), "--out", str(out), "--settle", "0", *options]
    with patch.object(executors, "LocalExecutor", Here), patch.object(sys, "argv", arguments):
        try:
            with redirect_stderr(io.StringIO()):
                cli.main()
        except SystemExit as end:
            return int(end.code or 0)
    return 0


def run_killed(scene: Scene, out: Path, number: int) -> bool:
    """Run in a fork of this process, which is killed at a moment; tells whether it came to that moment."""
    child = os.fork()
    if child == 0:
        try:
            moments = Moments(number, lambda: os.kill(os.getpid(), signal.SIGKILL))
            with watched(out, moments, stages=True):
                run_here(scene.inbox, out)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def run_failed(scene: Scene, out: Path, number: int, code: int) -> int:
    """Run in this process, and let one call fail with an error of the system; give the run's exit code."""

    def fail() -> None:
        raise OSError(code, os.strerror(code))

    with watched(out, Moments(number, fail)):
        return run_here(scene.inbox, out)


def moments_of(scene: Scene, out: Path, *, stages: bool) -> list[str]:
    """Give the moments of a run that nothing disturbs, by name, in order."""
    moments = Moments()
    with watched(scene.begin(out), moments, stages=stages):
        run_here(scene.inbox, out)
    return moments.sites


def problem_after(scene: Scene, out: Path) -> str | None:
    """Run once more, undisturbed; tell what is not as a run gives it that was never disturbed."""
    code = run_here(scene.inbox, out)
    return f"the next run ends with {code}" if code not in WORKED else unlike(scene, out)


def unlike(scene: Scene, out: Path) -> str | None:
    """Tell what in an output is not as a run gives it that was never disturbed."""
    found = snapshot(out)
    other = sorted(name for name in found.keys() | scene.wanted.keys() if found.get(name) != scene.wanted.get(name))
    other += leftovers(out)
    return f"other than in an undisturbed run: {', '.join(other)}" if other else None

"""A document is read in a process of its own: what comes back where that one fails, dies, hangs or eats."""

from __future__ import annotations

import _thread
import ctypes
import faulthandler
import io
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest

from extractors import limits
from extractors.errors import Broken, InputError, Refused
from extractors.limits import DEADLINE, LIMITS
from pipeline import cli, process, worker
from pipeline.exits import ExitCode, UsageError
from pipeline.worker import has_one_thread, how_it_ended, isolated, limited
from tests import hostile
from tests.lean import Call, lean_process
from tests.samples import PDF

SMALL = replace(LIMITS, seconds=1, memory_bytes=200 << 20)


@pytest.fixture(scope="module")
def lean() -> Iterator[Call]:
    with lean_process(__name__, "extractors.pdf") as call:
        yield call


def _raise(error: BaseException) -> None:
    raise error


def _reason(function: Callable[..., Any], *arguments: object) -> str | None:
    try:
        isolated(function, *arguments, limits=SMALL)
    except InputError as error:
        return error.reason
    return None


def _times(text: str, times: int) -> str:
    return text * times


def test_a_result_comes_back_whatever_its_size(lean: Call) -> None:
    assert lean(isolated, _times, "ж", 5_000_000) == "ж" * 5_000_000
    assert lean(isolated, os.getpid) != lean(os.getpid)


@pytest.mark.parametrize("error", [Refused("encrypted", "locked"), Broken("damaged", "cut off"), UsageError("no file")])
def test_errors_of_ours_come_back_as_they_are(error: Exception, lean: Call) -> None:
    with pytest.raises(type(error), match=str(error)) as caught:
        lean(isolated, _raise, error)
    assert getattr(caught.value, "reason", None) == getattr(error, "reason", None)
    assert not hasattr(caught.value, "__notes__")


class _Unpicklable(Exception):
    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


def _raise_unpicklable() -> None:
    raise _Unpicklable(1, 2)


def _unpicklable() -> Callable[[], int]:
    return lambda: 0


def test_other_errors_come_back_with_the_place_they_come_from(lean: Call) -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        lean(isolated, _raise, ZeroDivisionError("boom"))
    assert "in _raise" in caught.value.__notes__[0]
    with pytest.raises(RuntimeError, match="_Unpicklable: 1 and 2"):
        lean(isolated, _raise_unpicklable)
    with pytest.raises(AttributeError, match="pickle"):
        lean(isolated, _unpicklable)


def _quietly(end: Callable[..., Any], *arguments: object) -> None:
    """End without the report that pytest has the interpreter print."""
    faulthandler.disable()
    end(*arguments)


@pytest.mark.parametrize(
    ("end", "argument", "what"),
    [
        (ctypes.string_at, 0, "signal 11, SIGSEGV"),
        (signal.raise_signal, signal.SIGABRT, "signal 6, SIGABRT"),
        (os._exit, 3, "exit code 3"),
    ],
    ids=["segfault", "abort", "exit"],
)
def test_a_reader_that_dies_is_told_as_a_crash(end: Callable[..., Any], argument: int, what: str, lean: Call) -> None:
    with pytest.raises(Broken, match=what) as caught:
        lean(isolated, _quietly, end, argument)
    assert caught.value.reason == "crashed"


def test_a_reader_that_is_interrupted_alone_interrupts_its_parent(lean: Call) -> None:
    with pytest.raises(KeyboardInterrupt):
        lean(isolated, signal.raise_signal, signal.SIGINT)


def _burn() -> None:
    while True:
        pass


def test_processor_time_is_limited(lean: Call) -> None:
    started = time.monotonic()
    assert lean(_reason, _burn) == "limit:seconds"
    assert time.monotonic() - started < limits.WAITING * SMALL.seconds + 10


def _wait() -> str | None:
    with patch.object(limits, "WAITING", 1):
        return _reason(time.sleep, 60)


def test_waiting_for_ever_is_limited(lean: Call) -> None:
    assert lean(_wait) == "limit:seconds"


def _catastrophe() -> None:
    re.match("(a+)+b", "a" * 60)  # holds the interpreter's lock for years


def _hold_the_lock() -> str | None:
    with patch.object(worker, "SILENCE", 1):
        return _reason(_catastrophe)


def test_a_library_that_lets_no_thread_run_is_ended_by_the_kernel(lean: Call) -> None:
    assert lean(_hold_the_lock) == "limit:seconds"


def _read_scanned_page() -> str:
    DEADLINE.allow(30)
    end = time.process_time() + 1.5
    while time.process_time() < end:
        DEADLINE.check()
    return "read"


def test_a_scanned_page_adds_its_time(lean: Call) -> None:
    assert lean(isolated, _read_scanned_page, limits=SMALL) == "read"


def _eat() -> None:
    eaten = []
    while True:
        eaten.append(b"\1" * (1 << 20))


def _ask_for(size: int) -> int:
    return len(bytes(size))


def test_memory_is_limited(lean: Call) -> None:
    assert lean(_reason, _eat) == "limit:memory_bytes"
    assert lean(_reason, _ask_for, 3 * SMALL.memory_bytes) == "limit:memory_bytes", "asked for, not used"


def test_memory_that_a_library_takes_is_limited(lean: Call) -> None:
    assert lean(_reason, process.interpret, hostile.own_form(shown=2), "own.pdf") == "limit:memory_bytes"


def test_no_limit_meets_what_is_not_a_document() -> None:
    """A worker that waits, or sends its result, is never ended."""
    states = []
    with limited(SMALL):
        states.append(DEADLINE.running)
    states += [DEADLINE.running, DEADLINE.over()]
    assert states == [True, False, False]


def test_python_without_memory_is_told_as_the_limit() -> None:
    with pytest.raises(Refused, match="memory_bytes"), limited(SMALL):
        _raise(MemoryError())


def test_every_way_to_end_has_its_reason() -> None:
    ways = {
        worker.OUT_OF_TIME: "limit:seconds",
        -signal.SIGXCPU: "limit:seconds",
        worker.OUT_OF_MEMORY: "limit:memory_bytes",
        -signal.SIGKILL: "crashed",
        -99: "crashed",
        1: "crashed",
    }
    assert {code: how_it_ended(code).reason for code in ways} == ways


# Where this process may not be forked


def _beside_a_thread(function: Callable[..., Any], *arguments: object) -> Any:
    """Call a function while the process has a thread that Python does not count, as a library may start one."""
    lock = _thread.allocate_lock()
    lock.acquire()
    _thread.start_new_thread(lock.acquire, ())
    try:
        with patch.object(os, "fork", side_effect=AssertionError("forked")):
            return function(*arguments)
    finally:
        lock.release()
        while not has_one_thread():
            time.sleep(0.01)


@pytest.mark.skipif(not Path("/proc/self/task").is_dir(), reason="only Linux tells all threads")
def test_a_process_with_threads_is_never_forked(lean: Call) -> None:
    here = lean(os.getpid)
    assert lean(_beside_a_thread, has_one_thread) is False
    assert lean(_beside_a_thread, isolated, os.getpid) not in (here, os.getpid())


@pytest.fixture
def _no_fork(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "has_one_thread", lambda: False)


@pytest.mark.usefixtures("_no_fork")
def test_a_new_interpreter_gives_results_errors_and_reasons_too() -> None:
    assert isolated(_times, "ж", 1_000_000) == "ж" * 1_000_000
    with pytest.raises(UsageError, match="no file"):
        isolated(_raise, UsageError("no file"))
    with pytest.raises(Broken, match="signal 11, SIGSEGV"):
        isolated(_quietly, ctypes.string_at, 0)
    assert _reason(_burn) == "limit:seconds"
    assert _reason(_eat) == "limit:memory_bytes"


SCRIPT = """
import os, sys, time
from pipeline import worker
def read():
    print("reading", os.getpid(), flush=True)
    time.sleep(60)
if __name__ == "__main__":
    if sys.argv[1] == "spawned":
        worker.has_one_thread = lambda: False
    print("begins", end=" ", flush=sys.argv[1] == "spawned")
    worker.isolated(read)
"""


@pytest.mark.parametrize("everyone", [True, False], ids=["terminal", "parent only"])
@pytest.mark.parametrize("way", ["forked", "spawned"])
def test_ctrl_c_ends_the_reader_too(way: str, everyone: bool, tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text(SCRIPT)
    buffered = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    program = subprocess.Popen(
        [sys.executable, str(tmp_path / "script.py"), way],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        env={**buffered, "PYTHONPATH": str(Path(cli.__file__).parent.parent)},
    )
    assert program.stdout is not None
    *words, reader = program.stdout.readline().split()
    assert words == ["begins", "reading"], "what stood in the buffer is written once"
    (os.killpg if everyone else os.kill)(program.pid, signal.SIGINT)
    out, err = program.communicate(timeout=30)
    assert (program.returncode, out, err.count("KeyboardInterrupt")) == (-signal.SIGINT, "", 1)
    with pytest.raises(ProcessLookupError):
        os.kill(int(reader), 0)


def test_a_new_interpreter_is_deaf_to_ctrl_c_until_it_knows_what_to_do() -> None:
    code = (
        "import os, signal; from multiprocessing import util; from pipeline import worker\n"
        "start = util.spawnv_passfds\n"
        "def spawn(*arguments):\n"
        "    print(signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, ()))\n"
        "    return start(*arguments)\n"
        "util.spawnv_passfds = spawn\n"
        "worker.has_one_thread = lambda: False\n"
        "worker.isolated(os.getpid)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["True", "True"], "the resource tracker, then the reader"


def test_scripts_are_hidden_from_one_new_interpreter_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Or the second would take what the first has hidden for what is to be put back."""
    main = sys.modules["__main__"]
    monkeypatch.setattr(main, "__file__", "script.py", raising=False)
    second = threading.Thread(target=_start_one)
    with worker._main_left_alone(os.getpid):
        second.start()
        second.join(0.2)
        assert second.is_alive(), "it waits"
        assert vars(main)["__file__"] is None
    second.join(10)
    assert not second.is_alive()
    assert vars(main)["__file__"] == "script.py"


def _start_one() -> None:
    with worker._main_left_alone(os.getpid):
        pass


# `zvity show`


def _show(*arguments: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err), patch.object(sys, "argv", ["zvity", "show", *arguments]):
        try:
            cli.main()
        except SystemExit as end:
            return int(end.code or 0), out.getvalue(), err.getvalue()
    return 0, out.getvalue(), err.getvalue()


def _show_with_little_memory(path: str) -> tuple[int, str, str]:
    with patch.object(worker, "isolated", partial(isolated, limits=SMALL)):
        return _show("--json", path)


def _show_with_a_crash(path: str) -> tuple[int, str, str]:
    with patch.object(process, "interpret", lambda data, name, families: _quietly(os.abort)):
        return _show(path)


def test_show_of_a_document_that_eats_memory_ends_with_the_limit(tmp_path: Path, lean: Call) -> None:
    (tmp_path / "evil.pdf").write_bytes(hostile.form_tower(30, shown=2))
    code, out, err = lean(_show_with_little_memory, str(tmp_path / "evil.pdf"))
    assert (code, out, err.startswith("zvity: limit:memory_bytes: ")) == (ExitCode.NOTHING, "", True)


def test_show_of_a_document_that_crashes_its_reader_says_so(lean: Call) -> None:
    code, out, err = lean(_show_with_a_crash, str(PDF))
    assert (code, out, err.startswith("zvity: crashed: ")) == (ExitCode.NOTHING, "", True)
    assert err.count("\n") == 1


def test_show_reads_in_a_fork_of_a_process_with_one_thread() -> None:
    """What is imported before must start no thread, or each `show` would pay for a second interpreter."""
    code = (
        "import sys; from unittest.mock import patch; from pipeline import cli, worker\n"
        f"sys.argv = ['zvity', 'show', {str(PDF)!r}]\n"
        "with patch.object(worker, '_spawned', side_effect=AssertionError('spawned')):\n"
        "    cli.main()\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout

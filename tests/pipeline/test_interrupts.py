"""Ctrl-C is put off where it would do harm, and ends a run that does not end by itself."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from typing import Any

import pytest

from pipeline.executors import LocalExecutor, endings
from pipeline.exits import ExitCode
from pipeline.interrupts import ended_by_ctrl_c, put_off


@pytest.fixture(autouse=True)
def _ctrl_c_as_python_has_it() -> Iterator[None]:
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def test_ctrl_c_waits_for_the_end_of_the_block() -> None:
    done = []

    def work() -> None:
        with put_off():
            os.kill(os.getpid(), signal.SIGINT)
            time.sleep(0.05)
            done.append("all of it")

    with pytest.raises(KeyboardInterrupt):
        work()
    assert done == ["all of it"]
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_an_error_in_the_block_does_not_swallow_ctrl_c() -> None:
    def work() -> None:
        with put_off():
            signal.raise_signal(signal.SIGINT)
            raise ValueError

    with pytest.raises(KeyboardInterrupt):
        work()


def test_ctrl_c_stays_ignored_where_it_was() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with put_off():
        signal.raise_signal(signal.SIGINT)
    with ended_by_ctrl_c(lambda: None):
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN


def test_other_threads_need_not_put_it_off() -> None:
    came: list[object] = []

    def work() -> None:
        with put_off():
            came.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert came == [signal.default_int_handler]


class _Interrupted(LocalExecutor):
    """Hands work over while Ctrl-C comes."""

    handed_over = 0
    workers = 2

    def __init__(self) -> None:
        """Start nothing."""

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        signal.raise_signal(signal.SIGINT)
        self.handed_over += 1
        future: Future[Any] = Future()
        future.set_result(fn(*args, **kwargs))
        return future


def test_a_call_is_handed_over_whole_or_not_at_all() -> None:
    executor = _Interrupted()
    with pytest.raises(KeyboardInterrupt):
        list(endings(executor, 2, abs, [-1, -2, -3], int))
    assert executor.handed_over == 1


def test_first_calls_are_handed_over_before_a_result_is_asked_for() -> None:
    with LocalExecutor(1) as executor:
        left = iter((-1, -2, -3))
        found = endings(executor, 2, abs, left, int)
        assert next(left) == -3
        assert sorted(found) == [(-2, 2), (-1, 1)]


def test_the_block_is_left_by_ctrl_c_and_the_process_lives_on() -> None:
    said: list[str] = []
    with pytest.raises(KeyboardInterrupt), ended_by_ctrl_c(lambda: said.append("hard"), grace=0.05):
        signal.raise_signal(signal.SIGINT)
    time.sleep(0.2)
    assert not said
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


NEVER_ENDS = """
import signal, threading
from pipeline.interrupts import ended_by_ctrl_c
lost = threading.Lock()
lost.acquire()
with ended_by_ctrl_c(lambda: print("interrupted", flush=True), grace=0.2):
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        lost.acquire()
"""


def test_a_block_that_does_not_end_is_ended_with_its_code() -> None:
    done = subprocess.run([sys.executable, "-c", NEVER_ENDS], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stdout) == (ExitCode.INTERRUPTED, "interrupted\n")

"""Ctrl-C, which ends a run in seconds, whatever the run is doing.

Python raises `KeyboardInterrupt` between any two steps of the main thread, also within `queue` and `threading`: a lock
that was just taken is then never given back, or a thread is never woken, and who waits for it waits for ever. So what
hands work to threads is done while Ctrl-C is put off; and should the run wait for ever all the same, it is ended the
hard way, as by `kill -9`, which loses nothing.
"""

from __future__ import annotations

import _thread
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

from pipeline.exits import ExitCode

GRACE = 10.0
"""Seconds that a run may take to end by itself."""


@contextmanager
def put_off() -> Iterator[None]:
    """Let Ctrl-C wait until the block is done."""
    if threading.current_thread() is not threading.main_thread():  # no other is interrupted
        yield
        return
    came = []
    before = signal.signal(signal.SIGINT, lambda *_: came.append(True))
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
        if came:
            signal.raise_signal(signal.SIGINT)


@contextmanager
def ended_by_ctrl_c(say: Callable[[], None], grace: float = GRACE) -> Iterator[None]:
    """Raise `KeyboardInterrupt` within the block at Ctrl-C, and end the process if the block does not end by it.

    Args:
        say: says that the process was interrupted; called only where it is ended the hard way.
        grace: seconds that the block may take to end.
    """
    if signal.getsignal(signal.SIGINT) is not signal.default_int_handler:  # who started us wants it otherwise
        yield
        return
    over = threading.Event()

    def end() -> None:
        time.sleep(grace)
        if not over.is_set():
            try:
                say()
            finally:
                os._exit(ExitCode.INTERRUPTED)

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        signal.signal(signal.SIGINT, signal.default_int_handler)
        _thread.start_new_thread(end, ())  # a `Thread` takes locks that the main thread may hold right now
        raise KeyboardInterrupt

    signal.signal(signal.SIGINT, interrupt)
    try:
        yield
    finally:
        over.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

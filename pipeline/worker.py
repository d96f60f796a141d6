"""Isolation: what reads a document runs in a process of its own, which ends before it can harm the machine.

Guarantee: whatever a document does to its reader, `isolated` comes back with the result or raises, and what it raises
for the document's sake is an `InputError`: `limit:seconds` or `limit:memory_bytes` where the reader took too much,
`crashed` where it died, as a native library may.

A process is confined once; it watches itself from a thread while it reads a document. Where a library does not let that
thread run, the kernel's limits end the process in its place.

A process is forked only while it has one thread: a child has that thread alone, and would wait for ever for a lock that
another one held, in OpenMP or in malloc. So a program that reads one document, as `zvity show`, calls `isolated` before
it imports what starts threads, and the child begins at once; all others pay for a new interpreter.
"""

from __future__ import annotations

import math
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, NoReturn, TypeVar

from extractors.errors import Broken, InputError, ZvityError
from extractors.limits import DEADLINE, LIMITS, Limits, out_of_memory, out_of_time

if TYPE_CHECKING:
    from multiprocessing.connection import Connection

T = TypeVar("T")

OUT_OF_TIME, OUT_OF_MEMORY = 81, 82
"""Exit codes of a process that ended itself. No library of ours ends a process with a code of its own."""

TICK = 0.05
"""Seconds between two looks at time and memory. PDFium takes up to 0.4 GB a second, so at most some 20 MB too much."""

SILENCE = 30
"""Seconds of processor time after which the kernel ends a process whose watching thread is not let run."""

_watched = threading.Lock()
"""Held while the watching thread may end the process, so that it never ends once the result is on its way."""

_starting = threading.Lock()
"""Held while a new interpreter starts and the script that runs here is hidden from it."""


def confine(limits: Limits = LIMITS) -> None:
    """Make this process one that is fit to read documents; called once, at its start.

    It leaves no core dump, opens so many files and no more, and a thread ends it while a document takes more time or
    memory than it may.
    """
    import resource  # only where processes can be confined

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    for what, limit in ((resource.RLIMIT_DATA, 2 * limits.memory_bytes), (resource.RLIMIT_NOFILE, limits.open_files)):
        _, hard = resource.getrlimit(what)
        with suppress(ValueError, OSError):  # a lower limit is set already
            resource.setrlimit(what, (limit, hard))
    _put_off()
    threading.Thread(target=_watch, args=(limits.memory_bytes, os.getppid()), name="limits", daemon=True).start()


@contextmanager
def limited(limits: Limits = LIMITS) -> Iterator[None]:
    """Read one document inside: from here on its time runs.

    Raises:
        Refused: `limit:memory_bytes`, where Python itself got no more memory. A confined process may end instead.
    """
    DEADLINE.start(limits.seconds)
    try:
        yield
    except MemoryError:
        raise out_of_memory() from None
    finally:
        with _watched:
            DEADLINE.stop()


def isolated(function: Callable[..., T], *arguments: object, limits: Limits = LIMITS) -> T:
    """Call a function on a document in a child of this process, and give what it gives.

    The child is a fork where this process has a single thread: it starts in a millisecond and finds what is imported
    here. Elsewhere it is a new interpreter, which must be able to import the function. Whatever the function raises is
    raised here.

    Args:
        function: what to call; it and its result must be fit to be pickled.
        arguments: its arguments.
        limits: `seconds` and `memory_bytes` are held.

    Raises:
        Refused: `limit:seconds` or `limit:memory_bytes`.
        Broken: `crashed`.
    """
    code, answer = (_forked if has_one_thread() else _spawned)(function, arguments, limits)
    if code == -signal.SIGINT:
        raise KeyboardInterrupt
    if code != 0:
        raise how_it_ended(code)
    succeeded, result = pickle.loads(answer)  # noqa: S301  # our own child wrote it
    if not succeeded:
        raise result
    return result  # type: ignore[no-any-return]


def has_one_thread() -> bool:
    """Tell whether this process may be forked. On other systems than Linux only Python's own threads are seen."""
    if threading.active_count() > 1:
        return False
    try:
        return len(os.listdir("/proc/self/task")) == 1  # noqa: PTH208  # a `Path` for each costs more than the list
    except OSError:
        return True


def _forked(function: Callable[..., Any], arguments: tuple[object, ...], limits: Limits) -> tuple[int, bytes]:
    """Let a fork of this process do it; give its exit code and its pickled answer."""
    for out in (sys.stdout, sys.stderr):
        out.flush()  # or the child may write it a second time
    reader, writer = os.pipe()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # until each knows what Ctrl-C means to it
    child = os.fork()
    if child == 0:
        os.close(reader)  # or it would wait for ever to be heard where its parent was killed
        _read_and_end(writer, function, arguments, limits)
    status = None
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            answer = pipe.read()
        status = os.waitpid(child, 0)[1]
    finally:
        if status is None:  # interrupted
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), answer


def _spawned(function: Callable[..., Any], arguments: tuple[object, ...], limits: Limits) -> tuple[int, bytes]:
    """Let a new interpreter do it; give its exit code and its pickled answer."""
    from multiprocessing import get_context, resource_tracker  # takes longer than a fork

    context = get_context("spawn")
    reader, writer = context.Pipe(duplex=False)
    child = context.Process(target=_serve, args=(writer, function, arguments, limits))
    resource_tracker.ensure_running()  # else the child's start does it, which lets Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        with _main_left_alone(function):
            child.start()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        writer.close()
        with os.fdopen(reader.fileno(), "rb", closefd=False) as pipe:
            answer = pipe.read()
        child.join()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if child.pid is not None and child.exitcode is None:  # interrupted
            child.kill()
            child.join()
        reader.close()
    return child.exitcode or 0, answer


@contextmanager
def _main_left_alone(function: Callable[..., Any]) -> Iterator[None]:
    """Let a new interpreter start without the script that runs here, which would read its documents once more there.

    It is started where the function stands in it.
    """
    main = sys.modules["__main__"]
    if function.__module__ == main.__name__:
        yield
        return
    with _starting:
        told = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
        try:
            for name in told:
                setattr(main, name, None)
            yield
        finally:
            for name, value in told.items():
                setattr(main, name, value)


def _serve(writer: Connection, function: Callable[..., Any], arguments: tuple[object, ...], limits: Limits) -> None:
    _read_and_end(writer.fileno(), function, arguments, limits)


def how_it_ended(code: int) -> InputError:
    """Give the error for a process that ended while it read a document.

    Args:
        code: its exit code; below zero the signal that ended it.
    """
    if code in (OUT_OF_TIME, -signal.SIGXCPU):
        return out_of_time()
    if code == OUT_OF_MEMORY:
        return out_of_memory()
    how = f"exit code {code}"
    if code < 0:
        with suppress(ValueError):
            how = f"signal {-code}, {signal.Signals(-code).name}"
    return Broken("crashed", f"reading the document brought its process down ({how}); keep it and report it")


def _read_and_end(writer: int, function: Callable[..., Any], arguments: tuple[object, ...], limits: Limits) -> NoReturn:
    """Do a child's work; the exit handlers and buffers that it has from its parent are left alone."""
    code = 1
    try:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # Ctrl-C ends it without a word; the parent talks
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
        confine(limits)
        try:
            with limited(limits):
                answer = pickle.dumps((True, function(*arguments)))
        except BaseException as error:
            answer = _pickled(error)
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        code = 0
    finally:
        os._exit(code)


def _pickled(error: BaseException) -> bytes:
    """Pickle an error; one of a kind that we did not foresee tells where it came from."""
    from traceback import format_exception

    if not isinstance(error, ZvityError):
        error.add_note("in the process that read the document:\n" + "".join(format_exception(error)))
    try:
        answer = pickle.dumps((False, error))
        pickle.loads(answer)  # noqa: S301  # some errors break only here
    except Exception:
        answer = pickle.dumps((False, RuntimeError("".join(format_exception(error)))))
    return answer


def _watch(memory_bytes: int, parent: int) -> NoReturn:
    """End this process when its document has had its time or memory, or when its parent is gone."""
    resident = _resident()
    while True:
        time.sleep(TICK)
        if os.getppid() != parent:
            os._exit(1)
        with _watched:
            if DEADLINE.over():
                os._exit(OUT_OF_TIME)
            if DEADLINE.running and resident() > memory_bytes:
                os._exit(OUT_OF_MEMORY)
        _put_off()


def _put_off() -> None:
    """Put the kernel's limit off: while the watching thread is let run, it is never reached."""
    import resource

    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    with suppress(ValueError, OSError):  # a lower limit is set already
        resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(time.process_time()) + SILENCE, hard))


def _resident() -> Callable[[], int]:
    """Give what tells the bytes that this process holds in RAM; on other systems than Linux, the most it ever held."""
    try:
        file = os.open("/proc/self/statm", os.O_RDONLY)
    except OSError:
        import resource

        return lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS
    page = os.sysconf("SC_PAGE_SIZE")
    return lambda: int(os.pread(file, 128, 0).split()[1]) * page

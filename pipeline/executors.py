"""What reads documents: processes of this machine, or a Dask cluster, both behind `concurrent.futures.Executor`.

Guarantee: a document that crashes, hangs or eats the memory of its process costs that process, and no other document.
On a cluster the same holds: each of its workers reads documents in processes of its own.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, CancelledError, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from functools import cache
from multiprocessing import get_context, resource_tracker
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from extractors.errors import InputError
from extractors.limits import LIMITS, WAITING, out_of_time
from pipeline.exits import Defect, UsageError
from pipeline.reading import Job, Read, failed, read_one
from pipeline.results import packed
from pipeline.worker import confine, how_it_ended

T = TypeVar("T")
S = TypeVar("S")
A = TypeVar("A")

LONGEST = WAITING * (LIMITS.seconds + LIMITS.pages * LIMITS.scanned_page_seconds)
"""Seconds after which the parent ends a worker that did not end itself: the longest that any document may take."""

_starting = threading.Lock()
"""Held while a cluster's worker starts its processes: its tasks run in several threads."""

LOCAL = "local"
DASK = "dask://"

AHEAD = 4
"""Tasks that are handed over for each worker before its last one is done, so that none waits and few are held."""

_CONNECTING = 30
"""Seconds to wait for a cluster and its first worker."""


class LocalExecutor(Executor):
    """Worker processes of this machine, each confined; ended at once when the executor is shut down."""

    def __init__(self, workers: int, prepare: Callable[[], None] = confine) -> None:
        """Start the workers' pool; each worker runs `prepare` first."""
        self.workers = workers
        self._pool = ProcessPool(workers, initializer=_ready, initargs=(prepare,), context=get_context("spawn"))
        resource_tracker.ensure_running()  # else the pool starts it, which lets Ctrl-C through
        before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what its threads and workers start with
        try:
            started = self._pool.active  # asking starts it
        finally:
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if not started:
            raise Defect("the worker processes do not start; please report this")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401  # as Executor
        """Hand over a call, which is ended if it takes longer than any document may."""
        return self._pool.schedule(fn, args=args, kwargs=kwargs, timeout=LONGEST)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End all workers, at work or not."""
        self._pool.stop()  # type: ignore[no-untyped-call]
        self._pool.join()


def _ready(prepare: Callable[[], None]) -> None:
    """Let the parent end a worker at once, whatever library it is in; of Ctrl-C it hears nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    prepare()


class Workers:
    """The worker processes of a run, started when they are first needed, and anew after they were closed."""

    def __init__(self, count: int) -> None:
        """Have so many."""
        self._count = count
        self._executor: LocalExecutor | None = None

    def executor(self) -> LocalExecutor:
        """Give what hands work to them."""
        if self._executor is None:
            self._executor = LocalExecutor(self._count)
        return self._executor

    def close(self) -> None:
        """End them."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None


def endings(
    executor: Executor, ahead: int, function: Callable[[A], T], subjects: Iterable[S], order: Callable[[S], A]
) -> Iterator[tuple[S, T | InputError | None]]:
    """Call a function for each subject; give each with what came of it, in the order in which they end.

    Either the result; or the error for a document whose process ended; or `None` where no process took it up, which
    says nothing of the document. What the function raises is raised.

    Args:
        executor: what does it.
        ahead: how many calls are handed over at a time.
        function: the function; it, its argument and result must be fit to be pickled.
        subjects: what to call it for; taken one by one as calls end.
        order: gives the argument for a subject.
    """
    left = iter(subjects)
    running: dict[Future[T], S] = {}
    try:
        while True:
            while len(running) < ahead and (subject := next(left, None)) is not None:
                try:
                    running[executor.submit(function, order(subject))] = subject
                except RuntimeError:  # the pool is broken, or the cluster gone
                    yield subject, None
            if not running:
                return
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                came = ending(future)
                yield running.pop(future), came
    finally:
        for future in running:
            future.cancel()


def ending(future: Future[T]) -> T | InputError | None:
    """Give what came of a call, as `endings` does."""
    try:
        return future.result()
    except ProcessExpired as error:
        return how_it_ended(error.exitcode)
    except TimeoutError:
        return out_of_time()
    except (BrokenProcessPool, CancelledError):
        return None
    except Exception as error:
        if type(error).__module__.startswith("distributed"):  # KilledWorker, CommClosedError and the like
            return None
        raise


@contextmanager
def dask_executor(address: str) -> Iterator[tuple[Executor, int]]:
    """Give the executor of a Dask cluster, and how many documents it reads at a time.

    Args:
        address: `dask://HOST:PORT` of its scheduler.

    Raises:
        UsageError: Dask is not installed, or there is no cluster, or it has no workers.
    """
    try:
        from distributed import Client
    except ImportError as error:
        raise UsageError(f"{address}: Dask is not installed; pip install 'zvity[dask]'") from error
    where = "tcp://" + address.removeprefix(DASK)
    try:
        client = Client(where, timeout=_CONNECTING, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, TimeoutError) as error:
        raise UsageError(f"{address}: no Dask scheduler answers there ({error}); check the address") from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_CONNECTING)
        except TimeoutError as error:
            raise UsageError(f"{address}: the cluster has no workers; start some with `dask worker`") from error
        threads = sum(client.nthreads().values())  # type: ignore[no-untyped-call]
        executor = client.get_executor(pure=False)  # type: ignore[no-untyped-call]
        try:
            yield executor, threads
        finally:
            executor.shutdown(wait=False)


def read_apart(job: Job) -> Read:
    """Read one document on a cluster's worker, in a process of its own, as a run on one machine does.

    A document that brings its process down is tried once more, in a new one.
    """
    error: InputError = how_it_ended(1)
    for _ in range(2):
        found = ending(_apart().submit(read_one, job))
        if isinstance(found, Read):
            return found
        error = found or error
        if error.reason == out_of_time().reason:
            break
    outcome = failed(error)
    return Read(outcome, packed(outcome))


def _apart() -> LocalExecutor:
    with _starting:
        return _own_processes()


@cache
def _own_processes() -> LocalExecutor:
    """Give this process's own worker processes, as many as the machine has processors."""
    # A nanny starts its worker as a daemon, which may have no children; ours end with it.
    multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
    return LocalExecutor(os.cpu_count() or 1)

"""What reads documents: processes of this machine, or a Dask cluster, both behind `concurrent.futures.Executor`.

Guarantee: a document that crashes, hangs or eats the memory of its process costs that process, and no other document.
On a cluster the same holds: each of its workers reads documents in processes of its own. A cluster that breaks down is
found out in seconds, and what it has not read is told.
"""

from __future__ import annotations

import logging
import multiprocessing
import signal
import threading
import time
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Executor, Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from multiprocessing import get_context, resource_tracker
from multiprocessing.util import Finalize
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessPool

from extractors.errors import InputError
from extractors.limits import LIMITS, WAITING, out_of_time
from pipeline.exits import Defect, UsageError
from pipeline.interrupts import put_off
from pipeline.reading import Job, Read, failed, read_one
from pipeline.results import packed
from pipeline.worker import confine, how_it_ended

T = TypeVar("T")
S = TypeVar("S")
A = TypeVar("A")

LONGEST = WAITING * (LIMITS.seconds + LIMITS.pages * LIMITS.scanned_page_seconds)
"""Seconds after which the parent ends a worker that did not end itself: the longest that any document may take."""

LOCAL = "local"
DASK = "dask://"

AHEAD = 4
"""Tasks that are handed over for each worker before its last one is done, so that none waits and few are held."""

_CONNECTING = 25
"""Seconds to wait for a cluster and its first worker."""

_BEAT = 1.0
"""Seconds between two looks at a cluster from which nothing comes."""

_LOGS = ("distributed", "distributed.client", "tornado.application")
"""Loggers that write to stderr, which is ours."""

_PATIENCE = 15.0
"""Seconds for which a cluster may be silent or without workers: a nanny starts a new worker in less."""


class LocalExecutor(Executor):
    """Worker processes of this machine, each confined; ended at once when the executor is shut down."""

    def __init__(self, workers: int, prepare: Callable[[], None] = confine) -> None:
        """Start the workers' pool; each worker runs `prepare` first."""
        self.workers = workers
        self._pool = ProcessPool(workers, initializer=_ready, initargs=(prepare,), context=get_context("spawn"))
        resource_tracker.ensure_running()  # else the pool starts it, which lets Ctrl-C through
        with put_off():
            before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what threads and workers start with
            try:
                started = self._pool.active  # asking starts it
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if not started:
            raise Defect("the worker processes do not start; please report this")

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401  # as Executor
        """Hand over a call, which is ended if it takes longer than any document may."""
        try:
            return self._pool.schedule(fn, args=args, kwargs=kwargs, timeout=LONGEST)
        except RuntimeError as error:  # the pool is broken
            future: Future[T] = Future()
            future.set_exception(BrokenProcessPool(str(error)))
            return future

    def alive(self) -> bool:
        """Tell that it is worth waiting for."""
        return True

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
        self.count = count
        self._executor: LocalExecutor | None = None

    def executor(self) -> LocalExecutor:
        """Give what hands work to them."""
        if self._executor is None:
            self._executor = LocalExecutor(self.count)
        return self._executor

    def prepare(self, function: Callable[[], None], times: int) -> None:
        """Start them, and let them call a function so many times that nobody waits for."""
        executor = self.executor()
        with put_off():
            for _ in range(times):
                executor.submit(function)

    def close(self) -> None:
        """End them."""
        if self._executor is not None:
            self._executor.shutdown()
            self._executor = None


def endings(
    executor: LocalExecutor | DaskExecutor,
    ahead: int,
    function: Callable[[A], T],
    subjects: Iterable[S],
    order: Callable[[S], A],
) -> Iterator[tuple[S, T | InputError | None]]:
    """Call a function for each subject; give each with what came of it, in the order in which they end.

    The first calls are handed over at once, the others as results are asked for.

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
    done: SimpleQueue[Future[T]] = SimpleQueue()

    def hand_over() -> None:
        while len(running) < ahead and (subject := next(left, None)) is not None:
            argument = order(subject)
            with put_off():
                future = executor.submit(function, argument)
                future.add_done_callback(done.put)
            running[future] = subject

    def ended() -> Iterator[tuple[S, T | InputError | None]]:
        try:
            while running:
                came = None
                with suppress(Empty):
                    future = done.get(timeout=_BEAT)
                    came = ending(future)
                    yield running.pop(future), came
                if came is None and not executor.alive():
                    yield from ((subject, None) for subject in (*running.values(), *left))
                    return
                hand_over()
        finally:
            for future in running:
                future.cancel()

    hand_over()
    return ended()


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


class DaskExecutor(Executor):
    """A Dask cluster. Whatever goes wrong there is `BrokenProcessPool`, and `problem` says what it was first."""

    def __init__(self, address: str) -> None:
        """Connect to a cluster.

        Args:
            address: `dask://HOST:PORT` of its scheduler.

        Raises:
            UsageError: Dask is not installed, or there is no cluster, or it has no workers.
        """
        try:
            from distributed import Client
        except ImportError as error:
            raise UsageError(f"{address}: Dask is not installed; pip install 'zvity[dask]'") from error
        self.problem = ""
        self._deserted: float | None = None
        for name in _LOGS:
            logging.getLogger(name).setLevel(logging.CRITICAL)  # `problem` says it
        try:
            where = "tcp://" + address.removeprefix(DASK)
            self._client = Client(where, timeout=_CONNECTING, set_as_default=False)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            raise UsageError(f"{address}: no Dask scheduler answers there ({error}); check the address") from error
        try:
            self._client.wait_for_workers(1, timeout=_CONNECTING)
            self.workers = sum(self._client.nthreads().values())  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError) as error:
            self.shutdown()
            raise UsageError(f"{address}: the cluster has no workers; start some with `dask worker`") from error
        self._executor = self._client.get_executor(pure=False)  # type: ignore[no-untyped-call]

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:  # noqa: ANN401  # as Executor
        """Hand over a call."""
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()  # what is not wanted any more, `shutdown` ends
        try:
            with warnings.catch_warnings(action="ignore"):  # of large arguments: a document is one
                self._executor.submit(fn, *args, **kwargs).add_done_callback(partial(self._pass_on, future))
        except Exception as error:  # the client is closed
            self._broken(future, error)
        return future

    def _pass_on(self, future: Future[Any], done: Future[Any]) -> None:
        try:
            future.set_result(done.result())
        except BaseException as error:
            self._broken(future, error)

    def _broken(self, future: Future[Any], error: BaseException) -> None:
        self.problem = self.problem or f"{type(error).__name__}: {error}"
        future.set_exception(BrokenProcessPool(self.problem))

    def alive(self) -> bool:
        """Tell whether it is worth waiting for."""
        if self._client.status != "running":
            self.problem = "the connection to its scheduler broke"
            return False
        try:
            workers = self._client.sync(self._workers, callback_timeout=_PATIENCE)  # type: ignore[no-untyped-call]
        except (OSError, TimeoutError):
            self.problem = "its scheduler does not answer"
            return False
        now = time.monotonic()
        self._deserted = None if workers else self._deserted or now
        if self._deserted is None or now - self._deserted < _PATIENCE:
            return True
        self.problem = "its workers are gone"
        return False

    async def _workers(self) -> object:
        return await self._client.scheduler.ncores()  # type: ignore[union-attr]

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster, which drops what it has not begun."""
        with suppress(OSError, TimeoutError):
            self._client.close(timeout=_PATIENCE)  # type: ignore[no-untyped-call]


_ours = threading.Lock()
"""Held while a cluster's worker looks for its processes: its tasks run in several threads."""

_processes: list[LocalExecutor] = []
"""The processes of a cluster's worker, once it has some."""


def read_apart(job: Job) -> Read:
    """Read one document on a cluster's worker, in a process of its own, as a run on one machine does.

    A document that brings its process down is tried once more, in a new one, alone.

    Raises:
        BrokenProcessPool: no process took it up.
    """
    processes = _apart()
    found = ending(processes.submit(read_one, job))
    if found is None:
        found = ending(_apart(processes).submit(read_one, job))
    if isinstance(found, InputError) and found.reason != out_of_time().reason:
        with LocalExecutor(1) as alone:
            found = ending(alone.submit(read_one, job))
    if found is None:
        raise BrokenProcessPool("the worker's processes end before they have done anything")
    if isinstance(found, Read):
        return found
    outcome = failed(found)
    return Read(outcome, packed(outcome))


def _apart(broken: LocalExecutor | None = None) -> LocalExecutor:
    """Give the processes of this worker, as many as it has threads; others than those that are broken."""
    from distributed import get_worker

    with _ours:
        if broken in _processes:
            _processes.pop().shutdown()
        if not _processes:
            # A nanny starts its worker as a daemon, which may have no children; ours end with it.
            multiprocessing.current_process()._config["daemon"] = False  # type: ignore[attr-defined]
            processes = LocalExecutor(get_worker().state.nthreads)
            Finalize(None, processes.shutdown, exitpriority=1)  # else a nanny's worker waits for them and never ends
            _processes.append(processes)
        return _processes[0]

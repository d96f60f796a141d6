"""The documents of a run, read in worker processes of this machine or on a cluster.

Guarantee: each document given comes back with what became of it, whatever becomes of workers and cluster.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from extractors.errors import InputError
from extractors.limits import LIMITS, out_of_time
from extractors.office import program
from extractors.tessdata import find_tessdata
from pipeline.executors import AHEAD, LOCAL, DaskExecutor, Workers, endings, read_apart
from pipeline.exits import Defect
from pipeline.looking import Seen
from pipeline.reading import STRANGER, Job, Read, failed, read_one, warm_up
from pipeline.report import Tell
from pipeline.results import packed

PASSING = {"unreadable_file", "vanished"}
"""Reasons that lie in the machine: such an outcome is not kept, and the next run tries again."""

NO_WORKERS = "the worker processes end before they have done anything; free some memory or look into the system's log"

MENDED: Mapping[str, Callable[[], object]] = {"ocr_models": find_tessdata, "libreoffice": program}
"""Reasons that hold until something is installed, and what tells that it is."""


class Readers:
    """What reads the documents of a run."""

    def __init__(self, executor: str, workers: Workers, version: str, families: Path | None, tell: Tell) -> None:
        """Read where and how.

        Args:
            executor: `local`, or `dask://HOST:PORT`.
            workers: the processes of this machine.
            version: what is to read; another version reads nothing.
            families: a folder of the user's own families.
            tell: told of a cluster that fails.
        """
        self._executor = executor
        self._workers = workers
        self._version = version
        self._families = families
        self._tell = tell
        self._ready = False

    def get_ready(self) -> None:
        """Let the processes of this machine start, if they are to read, and load what does."""
        if self._executor == LOCAL and not self._ready:
            self._ready = True
            self._workers.prepare(warm_up, self._workers.count)

    def read(self, todo: Iterable[Seen]) -> Iterator[tuple[Seen, Read]]:
        """Read documents on a cluster, if there is one; what it cannot take up is read here."""
        if self._executor != LOCAL:
            left, problem = [], None
            with DaskExecutor(self._executor) as executor:
                for seen, ending in endings(executor, AHEAD * executor.workers, read_apart, todo, self._sent):
                    if isinstance(ending, Read) and not _elsewhere(ending.outcome.word or ""):
                        yield seen, ending
                    else:
                        left.append(seen)
                        problem = problem or (ending.outcome.reason if isinstance(ending, Read) else None)
            if left:
                self._executor = LOCAL  # what lies in containers is still to come
                self._tell("cluster_failed", left=len(left), reason=problem or executor.problem)
            todo = left
        yield from self._outcomes_here(todo)

    def _outcomes_here(self, todo: Iterable[Seen]) -> Iterator[tuple[Seen, Read]]:
        """Read documents in processes of this machine.

        Each whose process ended is tried once more in a new one, alone: so a crash is sure, and memory that others left
        behind is held against none. Time over is final.
        """
        alone: list[Seen] = []
        left: list[Seen] | None = None
        while left is None or left:
            stranded: list[Seen] = []
            executor = self._workers.executor()
            some = False
            for seen, ending in endings(executor, AHEAD * executor.workers, read_one, left or todo, self._job):
                some = some or ending is not None
                if isinstance(ending, Read):
                    if ending.outcome.word == STRANGER:
                        raise Defect("zvity itself was changed while it ran; run again")
                    yield seen, ending
                elif ending is None:
                    stranded.append(seen)
                elif ending.reason == out_of_time().reason:
                    yield seen, _unread(ending)
                else:
                    alone.append(seen)
            if stranded:
                self._workers.close()
                if not some:
                    raise Defect(NO_WORKERS)
            left = stranded
        for seen in alone:
            with closing(Workers(1)) as workers:
                for _, ending in endings(workers.executor(), 1, read_one, [seen], self._job):
                    if ending is None:
                        raise Defect(NO_WORKERS)
                    yield seen, ending if isinstance(ending, Read) else _unread(ending)

    def _job(self, seen: Seen) -> Job:
        """Give the order to read a document on this machine."""
        return Job(seen.input, self._version, self._families)

    def _sent(self, seen: Seen) -> Job:
        """Give the order to read a document on another machine, which does not have this one's files."""
        job = self._job(seen)
        if seen.input.remote:
            return job
        try:
            with seen.input.open() as file:
                return replace(job, data=file.read(LIMITS.file_bytes + 1))
        except OSError:  # the worker will say so
            return job


def _elsewhere(word: str) -> bool:
    """Tell whether a reason lies in a machine of the cluster, so that the document is better read here."""
    return word in {STRANGER, *PASSING} or MENDED.get(word, lambda: None)() is not None


def _unread(error: InputError) -> Read:
    outcome = failed(error)
    return Read(outcome, packed(outcome))

"""Many documents: find the inputs, read what is new in worker processes, keep the results, build the data sets.

Guarantee: every input ends as exactly one of published, quarantined, duplicate or refused, and a document that fails
or takes its worker down costs that document only.
"""

from __future__ import annotations

import re
import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from multiprocessing import get_context, resource_tracker
from os import cpu_count
from pathlib import Path
from typing import Any

from filelock import FileLock, Timeout
from pebble import ProcessExpired, ProcessPool

from extractors.errors import InputError, Refused
from extractors.limits import LIMITS, WAITING, out_of_time
from extractors.read import document_id as content_id
from pipeline.exits import Defect, ExitCode, OutputLocked, OutputUnwritable
from pipeline.family_files import family_files, load_families
from pipeline.process import process
from pipeline.sources import Input, find_inputs
from pipeline.store import Outcome, Store, version, written_aside
from pipeline.worker import confine, how_it_ended, limited
from validators.conservation import ConservationError, check_run
from validators.model import CHECKS

WORK_FOLDER = ".zvity"
"""Folder inside the output for results and the lock."""

QUARANTINE = "quarantine"

FAMILIES = "families"
"""Folder inside the work folder for a user's own families."""

DEFECT_REASON = "defect"
"""The reason word of a document that zvity itself failed on."""

LONGEST = WAITING * (LIMITS.seconds + LIMITS.pages * LIMITS.scanned_page_seconds)
"""Seconds after which the parent ends a worker that did not end itself: the longest that any document may take."""

_OURS = re.compile(r"(?:[0-9a-f]{16}|unreadable)-")
"""How the names of what zvity keeps in quarantine begin."""

Progress = Callable[[str, int, int], None]
"""Called with a document's name, how many are done, and how many there are to read."""


@dataclass(slots=True)
class Summary:
    """What a run came to. `failed` lists name, status and reason of every input that was not published."""

    out: str
    inputs: int = 0
    states: Counter[str] = field(default_factory=Counter)
    read: int = 0
    tables: int = 0
    numbers: Counter[str] = field(default_factory=Counter)
    doubtful: int = 0
    errors: int = 0
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    seconds: float = 0.0

    def exit_code(self, strict: bool) -> ExitCode:
        """Give the exit code of the run."""
        if any(reason.startswith(DEFECT_REASON) for _, _, reason in self.failed):
            return ExitCode.DEFECT
        if not self.states["published"]:
            return ExitCode.NOTHING
        if strict and self.errors:
            return ExitCode.STRICT
        if self.states["quarantined"] or self.states["refused"]:
            return ExitCode.INCOMPLETE
        return ExitCode.OK


@dataclass(slots=True)
class _Seen:
    """An input with what its bytes told."""

    input: Input
    document_id: str | None
    size: int
    outcome: Outcome | None = None
    duplicate_of: str | None = None


def run(
    sources: Sequence[str],
    out: Path,
    *,
    force: bool = False,
    workers: int | None = None,
    progress: Progress = lambda name, done, total: None,
    families: Path | None = None,
) -> Summary:
    """Run the main job.

    Args:
        sources: files, folders or URLs.
        out: the output folder, made if it is not there.
        force: read documents again that this version has read.
        workers: worker processes; as many as there are processors by default.
        progress: told of each document read.
        families: a folder of the user's own families.

    Raises:
        UsageError: a source does not exist.
        OutputLocked: another run holds the folder.
        OutputUnwritable: the folder cannot be written.
        Defect: the sums of the run are off, or a row breaks its schema.
    """
    started = time.monotonic()
    load_families(families)  # a wrong file is told before anything is read
    inputs = find_inputs(sources, excluded=out)
    try:
        (out / WORK_FOLDER).mkdir(parents=True, exist_ok=True)
        with FileLock(out / WORK_FOLDER / "lock", timeout=0):
            return _locked_run(inputs, out, force, workers, progress, started, families)
    except Timeout as error:
        raise OutputLocked(f"another run holds {out}; wait for it to end or choose another --out") from error
    except OSError as error:
        raise OutputUnwritable(f"{out} cannot be written ({error}); free some space or choose another --out") from error


def _locked_run(
    inputs: Sequence[Input],
    out: Path,
    force: bool,
    workers: int | None,
    progress: Progress,
    started: float,
    families: Path | None,
) -> Summary:
    store = Store(out / WORK_FOLDER / "results", version(families))
    seen = [_look(i) for i in inputs]
    first: dict[str, _Seen] = {}
    for one in seen:
        if one.document_id is None:
            continue
        if one.document_id in first:
            one.duplicate_of = first[one.document_id].input.name
        else:
            first[one.document_id] = one
            one.outcome = None if force else store.get(one.document_id)
    todo = [one for one in first.values() if one.outcome is None]
    by_location = {one.input.location: one for one in todo}
    for done, (location, outcome) in enumerate(_read_all([one.input for one in todo], workers, families), start=1):
        one = by_location[location]
        one.outcome = _of_the_same_bytes(outcome, one)
        store.put(one.outcome)
        progress(one.input.name, done, len(todo))
    documents = [_document_row(one, version(families)) for one in seen]
    try:
        check_run([i.name for i in inputs], [(row["file_name"], row["status"]) for row in documents])
    except ConservationError as error:
        raise Defect(f"the run does not add up: {error}; please report this") from error
    rows: dict[str, list[dict[str, Any]]] = {"documents": documents}
    for one in first.values():
        if one.outcome is not None and one.outcome.status == "published":
            for name, found in one.outcome.rows.items():
                if name != "documents":
                    rows.setdefault(name, []).extend(found)
    from pipeline import datasets  # pandas and pandera load only here, never in a worker

    if inputs or not (out / "documents.parquet").exists():  # a source gone empty must not empty what was published
        datasets.write(out, rows, load_families(families))
        _keep_families(out / WORK_FOLDER / FAMILIES, families)
        _quarantine(out / QUARANTINE, seen, documents)
    summary = _summary(out, documents, rows)
    summary.read = len(todo)
    summary.seconds = time.monotonic() - started
    return summary


def _keep_families(folder: Path, families: Path | None) -> None:
    """Keep copies of the user's own families beside the results, so that `zvity check` knows their data sets."""
    wanted = {} if families is None else {path.name: path.read_bytes() for path in family_files(families)}
    for old in folder.glob("*.toml"):
        if old.name not in wanted:
            old.unlink()
    for name, content in wanted.items():
        folder.mkdir(parents=True, exist_ok=True)
        with written_aside(folder / name) as file:
            file.write(content)


def _look(source: Input) -> _Seen:
    try:
        return _Seen(source, *source.digest())
    except (OSError, ImportError, ValueError) as error:
        reason = f"unreadable_file: the file cannot be read ({error}); check its permissions"
        return _Seen(source, None, 0, Outcome("", "quarantined", reason))


def _of_the_same_bytes(outcome: Outcome, one: _Seen) -> Outcome:
    """Give the outcome under the document's name, unless other bytes were read than were looked at."""
    document_id = one.document_id or ""
    if outcome.document_id in ("", document_id):
        return replace(outcome, document_id=document_id)
    reason = "unreadable_file: the file changed while it was read; it is read again on the next run"
    return Outcome(document_id, "quarantined", reason)


def _read_all(inputs: Sequence[Input], workers: int | None, families: Path | None) -> Iterator[tuple[str, Outcome]]:
    """Read documents in worker processes; each whose worker ended is tried once more in a new one, alone.

    So a crash is sure, and memory that others left behind in a worker is held against none. Time over is final.
    """
    left = list(inputs)
    alone: list[Input] = []
    while left:
        stranded = []
        with _pool(min(workers or cpu_count() or 1, len(left))) as pool:
            for one, ending in _outcomes(pool, left, families):
                if isinstance(ending, Outcome):
                    yield one.location, ending
                elif isinstance(ending, InputError):
                    alone.append(one)
                else:
                    stranded.append(one)
        if len(stranded) == len(left):
            alone += stranded
            break
        left = stranded
    for one in alone:
        with _pool(1) as pool:
            for _, ending in _outcomes(pool, [one], families):
                yield one.location, ending if isinstance(ending, Outcome) else _failed(ending or how_it_ended(1))


@contextmanager
def _pool(workers: int, prepare: Callable[[], None] = confine) -> Iterator[ProcessPool]:
    """Give a pool whose workers run `prepare` first; at the end all of them are ended, at work or not."""
    pool = ProcessPool(workers, initializer=_ready, initargs=(prepare,), context=get_context("spawn"))
    resource_tracker.ensure_running()  # else the pool starts it, which lets Ctrl-C through
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})  # what its threads and workers start with
    try:
        started = pool.active  # asking starts it
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        if not started:
            raise Defect("the worker processes do not start; please report this")
        yield pool
    finally:
        pool.stop()  # type: ignore[no-untyped-call]
        pool.join()


def _ready(prepare: Callable[[], None]) -> None:
    """Let the parent end a worker at once, whatever library it is in; of Ctrl-C it hears nothing."""
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    prepare()


def _outcomes(
    pool: ProcessPool, inputs: Sequence[Input], families: Path | None
) -> Iterator[tuple[Input, Outcome | InputError | None]]:
    """Give each document with its outcome, or what its process ended of; `None` where no process took it up."""
    futures: dict[Future[Outcome], Input] = {
        pool.schedule(read_one, args=(one, families), timeout=LONGEST): one for one in inputs
    }
    for future in as_completed(futures):
        one = futures.pop(future)
        try:
            yield one, future.result()
        except ProcessExpired as error:
            ending = how_it_ended(error.exitcode)
            yield one, _failed(ending) if ending.reason == out_of_time().reason else ending
        except TimeoutError:
            yield one, _failed(out_of_time())
        except BrokenProcessPool:
            yield one, None


def _failed(error: InputError, document_id: str = "") -> Outcome:
    return Outcome(document_id, "refused" if isinstance(error, Refused) else "quarantined", f"{error.reason}: {error}")


def read_one(source: Input, families: Path | None = None) -> Outcome:
    """Read one document in a worker: never raises for what the document does to us, only if the process ends.

    The outcome is named by the bytes that were read, or by nothing where none were.
    """
    document_id = ""
    try:
        data = source.read()
        document_id = content_id(data)
        with limited():
            return Outcome(document_id, "published", rows=_as_text(process(data, source.name, load_families(families))))
    except InputError as error:
        return _failed(error, document_id)
    except OSError as error:
        return Outcome(document_id, "quarantined", f"unreadable_file: the file cannot be read ({error}); check it")
    except Exception as error:  # a defect of ours on this document must not cost the others
        what = f"{type(error).__name__}: {error}"
        reason = f"{DEFECT_REASON}: {what}; this is a fault of zvity, please report it with the file"
        return Outcome(document_id, "quarantined", reason)


def _as_text(rows: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[dict[str, Any]]]:
    """Give rows as JSON holds them, so that fresh results and stored ones are the same."""
    plain = (str, int, bool, type(None))
    return {
        name: [{key: v if isinstance(v, plain) else str(v) for key, v in row.items()} for row in found]
        for name, found in rows.items()
    }


def _document_row(one: _Seen, read_by: str) -> dict[str, Any]:
    row: dict[str, Any] = {"document_id": one.document_id, "bytes": one.size}
    if one.duplicate_of is not None:
        row.update(status="duplicate", reason=f"duplicate: the same bytes as {one.duplicate_of}")
    elif one.outcome is not None:
        for found in one.outcome.rows.get("documents", ()):
            row.update(found)
        row.update(status=one.outcome.status, reason=one.outcome.reason)
    row.update(file_name=one.input.name, version=read_by)
    return row


def _quarantine(folder: Path, seen: Sequence[_Seen], documents: Sequence[Mapping[str, Any]]) -> None:
    """Keep a copy of each input that failed, with its reason beside it; what has healed since is taken out."""
    wanted: set[str] = set()
    for one, row in zip(seen, documents, strict=True):
        if row["status"] not in ("quarantined", "refused"):
            continue
        name = f"{(one.document_id or 'unreadable')[:16]}-{Path(one.input.name).name[-80:]}"
        wanted |= {name, name + ".reason.txt"}
        folder.mkdir(parents=True, exist_ok=True)
        with written_aside(folder / (name + ".reason.txt")) as file:
            file.write(f"{one.input.name}\n{row['status']}\n{row['reason']}\n".encode())
        if one.document_id is not None and not (folder / name).exists():
            with suppress(Refused, FileNotFoundError):  # over the size limit, or gone since: the reason file stays
                content = one.input.read()
                with written_aside(folder / name) as file:
                    file.write(content)
    for path in folder.glob("*.reason.txt"):  # what zvity put there has a reason file; nothing else is touched
        if _OURS.match(path.name) and path.name not in wanted:
            path.with_name(path.name.removesuffix(".reason.txt")).unlink(missing_ok=True)
            path.unlink()


def _summary(
    out: Path, documents: Sequence[Mapping[str, Any]], rows: Mapping[str, Sequence[Mapping[str, Any]]]
) -> Summary:
    summary = Summary(str(out), inputs=len(documents))
    summary.states = Counter(row["status"] for row in documents)
    summary.tables = len(rows.get("tables", ()))
    for row in rows.get("tables", ()):
        for check in CHECKS:
            summary.numbers[check] += row[check]
    summary.doubtful = sum(bool(row["doubtful"]) and row["value"] is not None for row in rows.get("observations", ()))
    summary.errors = sum(row["severity"] == "error" for row in rows.get("findings", ()))
    summary.failed = [
        (row["file_name"], row["status"], row["reason"])
        for row in documents
        if row["status"] in ("quarantined", "refused")
    ]
    return summary

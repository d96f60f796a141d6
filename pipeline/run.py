"""Many documents: find the inputs, read what is new in worker processes, keep the results, deliver the data sets.

Guarantee: every input ends as exactly one of published, quarantined, duplicate or refused. A document that fails or
takes its worker down costs that document only; a run that is killed loses at most the documents it was reading; a run
that finds nothing new reads no document and changes no byte.
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass, replace
from enum import Enum
from os import cpu_count
from pathlib import Path
from typing import Any

from extractors.errors import InputError, Refused
from extractors.limits import LIMITS, out_of_time
from extractors.office import program
from extractors.tessdata import find_tessdata
from pipeline import delivery, quarantine
from pipeline.executors import AHEAD, LOCAL, Workers, dask_executor, endings, read_apart
from pipeline.exits import Defect, OutputUnwritable
from pipeline.family_files import family_files, load_families
from pipeline.folders import WORK, Folder, folder_at
from pipeline.index import Index, Look
from pipeline.parts import PARTS, DocumentsOrder, HeadersOrder, Order, PartOrder, build, part_name, parted
from pipeline.quarantine import Failure
from pipeline.reading import STRANGER, Job, Read, changed, content_in, failed, read_one, unreadable
from pipeline.report import LAST_RUN, REPORT, Changes, Summary, Tell, changes, say_nothing
from pipeline.results import OPENED, Member, Outcome, packed
from pipeline.sources import Input, find_inputs, is_url, unfinished
from pipeline.store import Store, version
from pipeline.worker import how_it_ended
from validators.conservation import ConservationError, check_run

FAMILIES = f"{WORK}/families"
"""Folder for copies of a user's own families."""

_PASSING = {"unreadable_file", "vanished"}
"""Reasons that lie in the machine: such an outcome is not kept, and the next run tries again."""

_NO_WORKERS = "the worker processes end before they have done anything; free some memory or look into the system's log"

_FAILED = ("quarantined", "refused")

_MENDED: Mapping[str, Callable[[], object]] = {"ocr_models": find_tessdata, "libreoffice": program}
"""Reasons that hold until something is installed, and what tells that it is."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may be told.

    Attributes:
        force: read all documents again.
        retry: read those again that were refused or quarantined.
        workers: worker processes; as many as there are processors by default.
        executor: `local`, or `dask://HOST:PORT`.
        families: a folder of the user's own families.
        settle: seconds for which a file must not have changed; one that has is looked at twice.
        dry: tell what would be read, and neither read nor write anything.
    """

    force: bool = False
    retry: bool = False
    workers: int | None = None
    executor: str = LOCAL
    families: Path | None = None
    settle: float = 0.0
    dry: bool = False


class _Unsettled(Enum):
    """That an input has changed a moment ago."""

    LATER = 0


_LATER = _Unsettled.LATER


@dataclass(frozen=True, slots=True)
class _Seen:
    """An input with the name of its content, or how it ended where it could not be looked at."""

    input: Input
    document_id: str | None
    size: int
    outcome: Outcome | None = None


def run(sources: Sequence[str], out: str | Path, options: Options = Options(), tell: Tell = say_nothing) -> Summary:
    """Run the main job.

    Args:
        sources: files, folders or URLs.
        out: the output folder, or its URL; it is made if it is not there.
        options: how to run.
        tell: told of each event.

    Raises:
        UsageError: a source does not exist, or a cluster does not answer.
        OutputLocked: another run holds the folder.
        OutputUnwritable: the folder cannot be written.
        Defect: the sums of the run are off, or a row breaks its schema.
    """
    load_families(options.families)  # a wrong file is told before anything is read
    try:
        folder = folder_at(out)
        inputs = find_inputs(sources, folder)
        with ExitStack() as stack:
            check = (lambda: None) if options.dry else stack.enter_context(folder.locked())
            job = _Run(folder, options, tell, check)
            summary = job.dry(inputs) if options.dry else job.full(inputs, sources)
    except OSError as error:
        raise OutputUnwritable(f"{out} cannot be written ({error}); free some space or choose another --out") from error
    return summary


def too_deep() -> InputError:
    """Give the error of a container that lies in too many others."""
    name = "container_depth"
    return Refused(
        f"limit:{name}", f"it lies in more than {LIMITS.container_depth} containers, one in another; unpack it"
    )


class _Run:
    """One run, with what it needs at every step."""

    def __init__(self, folder: Folder, options: Options, tell: Tell, check: Callable[[], None]) -> None:
        self.started = time.monotonic()
        self.folder = folder
        self.options = options
        self.tell = tell
        self.check = check
        self.version = version(options.families)
        self.store = Store(folder, self.version)
        self.store.load_list()
        self.index = Index(folder)
        self.summary = Summary(str(folder))
        self.workers = Workers(options.workers or cpu_count() or 1)
        self.read_now: set[str] = set()
        self.passing: dict[str, Outcome] = {}
        """Outcomes that are not kept, by the document's id."""

    def dry(self, inputs: Sequence[Input]) -> Summary:
        """Tell what would be read."""
        looked = self.look(inputs)
        self.summary.inputs = len(looked)
        self.summary.would_read = [seen.input.name for seen in self.unread(looked)]
        return self.summary

    def full(self, inputs: Sequence[Input], sources: Sequence[str]) -> Summary:
        """Read what is new and deliver all."""
        self.tell("run_started", inputs=len(inputs), version=self.version)
        looked = self.look(inputs)
        with closing(self.workers):
            self.read(looked)
            if inputs or self.folder.stat("documents.parquet") is None:  # a source gone empty must not empty all
                self.deliver(list(self.leaves(looked)))
        self.store.keep_list()
        self.store.prune()
        names = {one.location: one.name for one in inputs}
        self.summary.changes = changes(self.index.former, self.index.now, names)
        self.index.keep()
        self.summary.seconds = time.monotonic() - self.started
        if self.summary.written or self.summary.read or self.summary.changes != Changes():
            self.folder.write(REPORT, _json(self.summary.as_json()))
        ending = {
            "exit_code": self.summary.exit_code(strict=False),
            "states": dict(self.summary.states),
            "sources": [source if is_url(source) else str(Path(source).absolute()) for source in sources],
        }
        self.folder.renew(LAST_RUN, _json(ending))
        return self.summary

    # What is there

    def look(self, inputs: Sequence[Input]) -> list[_Seen]:
        """Name the content of each input, but of those that are being written."""
        found = {one.location: self.glance(one) for one in inputs}
        for one in inputs:
            if found[one.location] is _LATER:
                time.sleep(max(0.0, one.changed + self.options.settle - time.time()))
                found[one.location] = self.stare(one)
        return [seen for one in inputs if isinstance(seen := found[one.location], _Seen)]

    def glance(self, one: Input) -> _Seen | _Unsettled | None:
        """Look at an input; `None` where it is being written, `_LATER` where it may be."""
        if one.problem is not None:
            return _Seen(one, None, 0, Outcome("", one.status or "refused", one.problem))
        if unfinished(one.name):
            return self.left(one)
        look = self.index.known(one)
        if look is not None:
            return _Seen(one, look.document_id, look.bytes)
        if time.time() - one.changed < self.options.settle:
            return _LATER
        return self.stare(one)

    def stare(self, one: Input) -> _Seen | None:
        """Read an input to name its content; `None` where it is being written."""
        try:
            when = time.time()
            if one.being_written():
                return self.left(one)
            document_id, size = one.digest()
            if one.renewed() != one:
                return self.left(one)
        except (OSError, ImportError, ValueError) as error:
            known = error if isinstance(error, OSError) else OSError(str(error))
            return _Seen(one, None, 0, unreadable(known))
        self.index.put(one, Look(document_id, size, None), when)
        return _Seen(one, document_id, size)

    def left(self, one: Input) -> _Seen | None:
        """Leave an input to the next run; what it held before stays, if it was read."""
        self.summary.left.append(one.name)
        self.tell("document_left", file_name=one.name)
        look = self.index.former_of(one)
        if look is None or self.outcome(look.document_id) is None:
            return None
        return _Seen(one, look.document_id, look.bytes)

    def outcome(self, document_id: str) -> Outcome | None:
        """Give the outcome of a document, or `None` where it is to be read."""
        if document_id in self.passing:
            return self.passing[document_id]
        outcome = self.store.outcome(document_id)
        if outcome is None or document_id in self.read_now:
            return outcome
        if self.options.force or (self.options.retry and outcome.reason is not None):
            return None
        return None if _MENDED.get(outcome.word or "", lambda: None)() is not None else outcome

    def leaves(self, looked: Iterable[_Seen]) -> Iterator[_Seen]:
        """Give the inputs, and in the place of each container that was opened what lies in it."""
        for seen in looked:
            outcome = seen.outcome or self.outcome(seen.document_id or "")
            if outcome is None or outcome.status != OPENED:
                yield seen
            elif len(seen.input.members) >= LIMITS.container_depth:
                yield replace(seen, outcome=failed(too_deep(), outcome.document_id))
            else:
                yield from self.leaves(_within(seen.input, member) for member in outcome.members)

    def unread(self, looked: Iterable[_Seen]) -> list[_Seen]:
        """Give the inputs that are to be read, each content once."""
        todo: dict[str, _Seen] = {}
        for seen in self.leaves(looked):
            if seen.outcome is None and seen.document_id is not None and self.outcome(seen.document_id) is None:
                todo.setdefault(seen.document_id, seen)
        return list(todo.values())

    # Reading

    def read(self, looked: Sequence[_Seen]) -> None:
        """Read what is to be read, and then what was found in containers, until nothing is left."""
        before = self.store.known_to_others
        while todo := self.unread(looked):
            self.store.forget(seen.document_id or "" for seen in todo)
            self.summary.again += sum(seen.document_id in before for seen in todo)
            total = self.summary.read + len(todo)
            for seen, read in self.outcomes(todo):
                self.accept(seen, read, total)

    def accept(self, seen: _Seen, read: Read, total: int) -> None:
        """Keep what came of a document."""
        document_id = seen.document_id or ""
        outcome = changed(read.outcome, document_id)
        if outcome.word in _PASSING:
            self.passing[document_id] = outcome
        else:
            self.store.put(outcome, read.kept if outcome == read.outcome else packed(outcome))
        self.read_now.add(document_id)
        self.summary.read += 1
        self.summary.took(seen.input.name, read.seconds)
        self.tell(
            "document_read",
            file_name=seen.input.name,
            document_id=document_id,
            status=outcome.status,
            reason=outcome.reason,
            seconds=round(read.seconds, 3),
            done=self.summary.read,
            total=total,
        )

    def outcomes(self, todo: Sequence[_Seen]) -> Iterator[tuple[_Seen, Read]]:
        """Read documents on a cluster, if there is one; what it cannot take up is read here."""
        if self.options.executor != LOCAL:
            left = []
            with dask_executor(self.options.executor) as (executor, threads):
                for seen, ending in endings(executor, AHEAD * threads, read_apart, todo, self.sent):
                    if isinstance(ending, Read) and ending.outcome.word != STRANGER:
                        yield seen, ending
                    else:
                        left.append(seen)
            if left:
                self.tell("cluster_failed", left=len(left))
            todo = left
        yield from self.outcomes_here(todo)

    def outcomes_here(self, todo: Sequence[_Seen]) -> Iterator[tuple[_Seen, Read]]:
        """Read documents in processes of this machine.

        Each whose process ended is tried once more in a new one, alone: so a crash is sure, and memory that others left
        behind is held against none. Time over is final.
        """
        left, alone = list(todo), list[_Seen]()
        while left:
            stranded = []
            executor = self.workers.executor()
            for seen, ending in endings(executor, AHEAD * executor.workers, read_one, left, self.job):
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
                self.workers.close()
            if len(stranded) == len(left):
                raise Defect(_NO_WORKERS)
            left = stranded
        for seen in alone:
            with closing(Workers(1)) as workers:
                for _, ending in endings(workers.executor(), 1, read_one, [seen], self.job):
                    if ending is None:
                        raise Defect(_NO_WORKERS)
                    yield seen, ending if isinstance(ending, Read) else _unread(ending)

    def job(self, seen: _Seen) -> Job:
        """Give the order to read a document on this machine."""
        return Job(seen.input, self.version, self.options.families)

    def sent(self, seen: _Seen) -> Job:
        """Give the order to read a document on another machine, which does not have this one's files."""
        job = self.job(seen)
        if seen.input.remote:
            return job
        try:
            with seen.input.open() as file:
                return replace(job, data=file.read(LIMITS.file_bytes + 1))
        except OSError:  # the worker will say so
            return job

    # Delivery

    def deliver(self, leaves: Sequence[_Seen]) -> None:
        """Put the data sets together."""
        rows = self.documents(leaves)
        states = self.summary.states = Counter(row["status"] for row in rows)
        self.summary.inputs = len(rows)
        self.summary.failed = [(r["file_name"], r["status"], r["reason"]) for r in rows if r["status"] in _FAILED]
        outcomes = (self.store.outcome(row["document_id"]) for row in rows if row["status"] == "published")
        weights = {outcome.document_id: outcome.cells for outcome in outcomes if outcome is not None}
        if len(weights) != states["published"]:
            raise Defect("results of this run are gone from its output folder; run again")
        for attempt in (1, 2):
            try:
                plan = self.plan(rows, parted(weights))
                self.summary.written = delivery.deliver(self.folder, plan, self.check)
                break
            except ValueError as error:  # a part's file is damaged
                if attempt == 2:
                    raise Defect(f"the parts of the data sets do not fit ({error}); please report this") from error
                self.folder.remove_all(PARTS)
        self.summary.counts = plan.counts
        quarantine.keep(self.folder, self.quarantined(leaves, rows), self.fetch)
        self.keep_families()
        delivery.prune(self.folder, plan)

    def documents(self, leaves: Sequence[_Seen]) -> list[dict[str, Any]]:
        """Give what the run knows of each input, a row each, and prove that none is missing.

        Raises:
            Defect: one is.
        """
        rows = []
        first: dict[str, str] = {}
        names = Counter[str]()
        for seen in leaves:
            outcome = seen.outcome or self.outcome(seen.document_id or "")
            name = seen.input.name
            names[name] += 1
            if names[name] > 1:  # a file in an archive, and one in a folder of the archive's name
                name = f"{name} ({names[name]})"
            row: dict[str, Any] = {
                "document_id": seen.document_id,
                "file_name": name,
                "bytes": seen.size,
                "status": outcome.status if outcome else "unread",
                "reason": outcome.reason if outcome else None,
                "version": self.version,
            }
            if seen.document_id is not None and first.setdefault(seen.document_id, name) != name:
                row |= {"status": "duplicate", "reason": f"duplicate: the same bytes as {first[seen.document_id]}"}
            rows.append(row)
        try:
            check_run([row["file_name"] for row in rows], [(row["file_name"], row["status"]) for row in rows])
        except ConservationError as error:
            raise Defect(f"the run does not add up: {error}; please report this") from error
        return rows

    def plan(self, rows: Sequence[Mapping[str, Any]], groups: Sequence[tuple[str, ...]]) -> delivery.Plan:
        """Make the files of the parts that are not there."""
        families = self.options.families
        headers = part_name(self.version, ())
        parts = {part_name(self.version, ids): ids for ids in groups}
        there = {f"{PARTS}/{name}" for name in self.folder.files(PARTS)}
        orders: dict[str, Order] = {} if headers in there else {headers: HeadersOrder(families)}
        orders |= {
            name: PartOrder(self.folder, self.version, ids, families)
            for name, ids in parts.items()
            if name not in there
        }
        self.build(orders)
        documents = part_name(self.version, ["documents", *parts, json.dumps(rows, ensure_ascii=False)])
        if documents not in there:
            self.build({documents: DocumentsOrder(self.folder, tuple(parts), rows)})
        return delivery.plan(self.folder, headers, documents, list(parts))

    def build(self, orders: Mapping[str, Order]) -> None:
        """Make files of parts in other processes, and write them."""
        left, attempts = list(orders), 0
        while left:
            executor = self.workers.executor()
            undone = []
            for name, content in endings(executor, 2 * executor.workers, build, left, orders.__getitem__):
                if isinstance(content, bytes):
                    self.folder.write(name, content)
                    self.tell("part_built", part=name, left=len(left))
                else:
                    undone.append(name)
            attempts += 1
            if undone and attempts == 2:
                raise Defect(_NO_WORKERS)
            if undone:
                self.workers.close()
            left = undone

    def quarantined(self, leaves: Sequence[_Seen], rows: Sequence[Mapping[str, Any]]) -> Iterator[Failure]:
        """Give what was not published."""
        for seen, row in zip(leaves, rows, strict=True):
            if row["status"] in _FAILED:
                yield Failure(seen.input, seen.document_id, row["status"], row["reason"])

    def fetch(self, source: Input) -> bytes:
        """Take the content of an input out of its container, in another process."""
        for _, content in endings(self.workers.executor(), 1, content_in, [source], lambda one: one):
            if isinstance(content, bytes):
                return content
            raise content or how_it_ended(1)
        raise how_it_ended(1)

    def keep_families(self) -> None:
        """Keep copies of the user's own families beside the results, so that `zvity check` knows their data sets."""
        own = self.options.families
        wanted = {} if own is None else {path.name: path.read_bytes() for path in family_files(own)}
        for name in sorted(self.folder.files(FAMILIES).keys() - wanted.keys()):
            self.folder.remove(f"{FAMILIES}/{name}")
        for name, content in wanted.items():
            self.folder.renew(f"{FAMILIES}/{name}", content)


def _within(container: Input, member: Member) -> _Seen:
    """Give the input that a container's member is."""
    source = Input(f"{container.name}/{member.path}", container.location, (*container.members, member.index))
    outcome = None if member.problem is None else Outcome("", member.status or "refused", member.problem)
    return _Seen(source, member.document_id or None, member.bytes, outcome)


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=1).encode() + b"\n"


def _unread(error: InputError) -> Read:
    outcome = failed(error)
    return Read(outcome, packed(outcome))

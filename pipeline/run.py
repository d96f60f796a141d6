"""Many documents: find the inputs, read what is new in worker processes, keep the results, deliver the data sets.

Guarantee: every input ends as exactly one of published, quarantined, duplicate or refused. A document that fails or
takes its worker down costs that document only; a run that is killed loses at most the documents it was reading; a run
that finds nothing new reads no document and changes no byte.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, closing
from dataclasses import dataclass
from itertools import groupby, islice
from os import cpu_count
from pathlib import Path

from extractors.errors import InputError, Refused
from extractors.limits import LIMITS, enforce
from pipeline import delivery, quarantine
from pipeline.corrections import Correction, read_corrections
from pipeline.executors import LOCAL, Workers, endings
from pipeline.exits import Defect, OutputUnwritable, UsageError
from pipeline.folders import Folder, folder_at
from pipeline.index import Index
from pipeline.looking import Key, Looking, Seen
from pipeline.own_families import check_families, keep_families
from pipeline.parts import PARTS, DamagedResults
from pipeline.planning import Planning, distinct, repeated
from pipeline.quarantine import Failure
from pipeline.readers import MENDED, PASSING, Readers
from pipeline.reading import Read, changed, content_in, failed
from pipeline.report import LAST_RUN, REPORT, Names, Summary, Tell, say_nothing
from pipeline.results import OPENED, Member, Outcome, packed
from pipeline.sources import Input, find_inputs, is_url
from pipeline.spool import Spool
from pipeline.store import Store, version
from pipeline.worker import how_it_ended
from validators.conservation import ConservationError, check_run

_FAILED = ("quarantined", "refused")

_MANY = 1000
"""Inputs looked at after which a process gets ready to make parts in any case: that costs less than it may save."""


@dataclass(frozen=True, slots=True)
class Options:
    """What a run may be told.

    Attributes:
        force: read all documents again.
        retry: read those again that were refused or quarantined.
        workers: worker processes; as many as there are processors by default.
        executor: `local`, or `dask://HOST:PORT`.
        families: a folder of the user's own families.
        corrections: a file of what people say of numbers that are wrong.
        settle: seconds for which a file must not have changed; one that has is looked at twice.
        dry: tell what would be read, and neither read nor write anything.
    """

    force: bool = False
    retry: bool = False
    workers: int | None = None
    executor: str = LOCAL
    families: Path | None = None
    corrections: Path | None = None
    settle: float = 0.0
    dry: bool = False


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
    check_families(options.families)
    corrections = () if options.corrections is None else read_corrections(options.corrections)
    for place in (*sources, str(out)):
        if place.startswith("memory://"):
            raise UsageError(f"{place} lies in the memory of one process, and a run has several; name a folder or URL")
    try:
        folder = folder_at(out)
        inputs = find_inputs(sources, folder)
        with ExitStack() as stack:
            check = (lambda: None) if options.dry else stack.enter_context(folder.locked())
            job = _Run(folder, options, corrections, tell, check)
            summary = job.dry(inputs) if options.dry else job.full(inputs, sources)
    except OSError as error:
        raise OutputUnwritable(
            f"{out} cannot be written ({error}); make room, check rights and keys, or choose another --out"
        ) from error
    return summary


def too_deep() -> InputError:
    """Give the error of a container that lies in too many others."""
    name = "container_depth"
    return Refused(
        f"limit:{name}", f"it lies in more than {LIMITS.container_depth} containers, one in another; unpack it"
    )


class _Run:
    """One run, with what it needs at every step."""

    def __init__(
        self,
        folder: Folder,
        options: Options,
        corrections: Sequence[Correction],
        tell: Tell,
        check: Callable[[], None],
    ) -> None:
        self.started = time.monotonic()
        self.folder = folder
        self.options = options
        self.tell = tell
        self.check = check
        self.version = version(options.families)
        self.store = Store(folder, self.version)
        self.summary = Summary(str(folder))
        self.workers = Workers(options.workers or cpu_count() or 1)
        self.readers = Readers(options.executor, self.workers, self.version, options.families, tell)
        self.in_work: set[bytes] = set()
        """Documents that are being read."""
        self.read_now: set[bytes] = set()
        """Documents that this run has read and that it would read again, were they not here."""
        self.planning = Planning(folder, self.store, self.workers, options.families, corrections, tell)
        self.damaged: set[bytes] = set()
        """Documents whose results were found damaged."""
        self.passing: dict[Key, Seen | None] = {}
        """Inputs that could not be read now: how they ended, or `None` for those left to the next run."""

    def dry(self, inputs: Iterable[Input]) -> Summary:
        """Tell what would be read."""
        self.summary.would_read = Names()
        with closing(Index(self.folder)) as index, closing(Spool[Seen]()) as looked:
            self.look(inputs, index, looked)
            self.summary.inputs = len(looked)
            for seen in _once(self.unread(looked), set()):
                self.summary.would_read.add(seen.input.file_name)
        return self.summary

    def full(self, inputs: Iterable[Input], sources: Sequence[str]) -> Summary:
        """Read what is new and deliver all."""
        self.tell("run_started", version=self.version)
        with ExitStack() as stack:
            for one in (self.workers, self.planning):
                stack.enter_context(closing(one))
            index = stack.enter_context(closing(Index(self.folder)))
            looked = stack.enter_context(closing(Spool[Seen]()))
            looking, todo = self.look(inputs, index, looked)
            self.read(looked, todo)
            if len(looked) or self.folder.stat("documents.parquet") is None:
                while not self.delivered(looked):
                    self.read(looked, self.count_unread(looked))
                index.keep()
                looking.compare()
            # else a source has gone empty, which must not empty what is there
        self.store.keep_list()
        self.store.prune()
        self.summary.seconds = time.monotonic() - self.started
        if self.summary.written or self.summary.read or self.summary.changes:
            self.folder.write(REPORT, _json(self.summary.as_json()))
        ending = {
            "exit_code": self.summary.exit_code(strict=False),
            "states": dict(self.summary.states),
            "sources": [source if is_url(source) else str(Path(source).absolute()) for source in sources],
            "families": _absolute(self.options.families),
            "corrections": _absolute(self.options.corrections),
        }
        self.folder.renew(LAST_RUN, _json(ending))
        if self.summary.inputs and self.folder.stat(delivery.MANIFEST) is None:
            raise FileNotFoundError("it was removed while the run went on")
        return self.summary

    # What is there

    def look(self, inputs: Iterable[Input], index: Index, looked: Spool[Seen]) -> tuple[Looking, int]:
        """Name the content of each input; gives how many documents are to be read, too."""
        looking = Looking(index, self.options.settle, self.store.outcome, self.tell, self.summary)

        def unread() -> Iterator[str | None]:
            for seen in looking.at(inputs):
                looked.append(seen)
                some = [one.document_id for one in self.unread((seen,))]
                if some and not self.options.dry:
                    self.readers.get_ready()
                if (some or len(looked) == _MANY or looking.differs) and not self.options.dry:
                    self.planning.get_ready()
                yield from some

        return looking, distinct(unread())

    def to_read(self, seen: Seen) -> bool:
        """Tell whether an input's content is to be read."""
        return seen.outcome is None and seen.document_id is not None and self.outcome(seen.document_id) is None

    def outcome(self, document_id: str) -> Outcome | None:
        """Give the outcome of a document, or `None` where it is to be read."""
        outcome = self.store.outcome(document_id)
        if outcome is None or (outcome.reason is None and not self.options.force):
            return outcome
        if bytes.fromhex(document_id) in self.read_now:
            return outcome
        if self.options.force or self.options.retry:
            return None
        return None if MENDED.get(outcome.word or "", lambda: None)() is not None else outcome

    def leaves(self, looked: Iterable[Seen]) -> Iterator[Seen]:
        """Give the inputs, and in the place of each container that was opened what lies in it.

        A container of containers, each many times in the next, may hold billions: it is taken for one too large.
        """
        for one in looked:
            seen = self.known(one)
            if seen is None:
                continue
            if not seen.is_opened:
                yield seen
                continue
            found = list(islice(self.opened(seen), LIMITS.container_members + 1))
            try:
                enforce("container_members", len(found), LIMITS.container_members)
            except InputError as error:
                yield seen._replace(outcome=failed(error, seen.document_id or ""))
            else:
                yield from found

    def opened(self, container: Seen) -> Iterator[Seen]:
        """Give what lies in a container that was opened, however deep."""
        if len(container.input.members) >= LIMITS.container_depth:
            yield container._replace(outcome=failed(too_deep(), container.document_id or ""))
            return
        for member in container.outcome.members if container.outcome else ():
            seen = self.known(_within(container.input, member))
            if seen is not None and seen.is_opened:
                yield from self.opened(seen)
            elif seen is not None:
                yield seen

    def known(self, looked: Seen) -> Seen | None:
        """Give an input with how it ended, as far as that is known; `None` for one that is left to the next run."""
        seen = self.passing.get(looked.key, looked) if self.passing else looked
        if seen is None or seen.outcome is not None or seen.document_id is None:
            return seen
        return seen._replace(outcome=self.outcome(seen.document_id))

    def unread(self, looked: Iterable[Seen]) -> Iterator[Seen]:
        """Give the inputs whose content is to be read."""
        return filter(self.to_read, self.leaves(looked))

    # Reading

    def read(self, looked: Iterable[Seen], todo: int) -> None:
        """Read what is to be read, so many documents, and then what was found in containers, until nothing is left."""
        while todo:
            total = self.summary.read + todo
            more = False
            for seen, read in self.readers.read(_once(self.unread(looked), self.in_work)):
                more = self.accept(seen, read, total) or more
            todo = self.count_unread(looked) if more else 0

    def count_unread(self, looked: Iterable[Seen]) -> int:
        """Give how many documents are to be read."""
        return sum(1 for _ in _once(self.unread(looked), set()))

    def accept(self, seen: Seen, read: Read, total: int) -> bool:
        """Keep what came of a document; tells whether there may be more to read now."""
        document_id = seen.document_id or ""
        self.in_work.discard(bytes.fromhex(document_id))
        outcome = changed(read.outcome, document_id)
        if outcome.word not in PASSING:
            self.store.put(outcome, read.kept if outcome == read.outcome else packed(outcome))
            if self.outcome(document_id) is None:
                self.read_now.add(bytes.fromhex(document_id))
        elif read.outcome.document_id and not seen.input.members:  # it changes while it is read
            self.passing[seen.key] = self.former(seen)
            return True
        else:  # another file of the same content may be there still
            self.passing[seen.key] = seen._replace(document_id=None, outcome=outcome)
        self.summary.read += 1
        self.summary.again += self.store.read_by_others(document_id)
        self.summary.took(seen.input.file_name, read.seconds)
        self.tell(
            "document_read",
            file_name=seen.input.file_name,
            document_id=document_id,
            status=outcome.status,
            reason=outcome.reason,
            seconds=round(read.seconds, 3),
            done=self.summary.read,
            total=total,
        )
        return outcome.status == OPENED or outcome.word in PASSING

    def former(self, seen: Seen) -> Seen | None:
        """Leave an input that changes to the next run, and give what it held before, if that was read."""
        self.summary.left.append(seen.input.file_name)
        self.tell("document_left", file_name=seen.input.file_name)
        outcome = None if seen.former is None else self.store.outcome(seen.former.document_id)
        if seen.former is None or outcome is None:
            return None
        return Seen(seen.input, seen.former.document_id, seen.former.bytes, outcome)

    # Delivery

    def delivered(self, looked: Spool[Seen]) -> bool:
        """Put the data sets together; tells whether no result was found damaged, which is to be read again."""
        try:
            self.deliver(looked)
        except DamagedResults as error:
            ids = {bytes.fromhex(document_id) for document_id in error.args}
            if ids <= self.damaged:
                raise Defect(f"results just written cannot be read ({error.args[0]}); check the disk") from error
            self.damaged |= ids
            self.store.forget(ids)
            return False
        return True

    def deliver(self, looked: Spool[Seen]) -> None:
        """Put the data sets together."""
        with tempfile.TemporaryDirectory(prefix="zvity-") as scratch:
            rows = Path(scratch) / "documents.jsonl"
            twice = self.begin(looked, Path(scratch))
            failures = self.write_rows(looked, twice, rows)
            self.store.keep_list()
            for attempt in (1, 2):
                try:
                    plan = self.planning.plan(rows)
                    self.summary.aside = self.planning.aside
                    self.summary.written = delivery.deliver(self.folder, plan, self.check, self.planning.finish)
                    self.summary.counts = delivery.counts(self.folder, plan)
                    break
                except ValueError as error:  # a part's file is damaged
                    if attempt == 2:
                        raise Defect(f"the parts of the data sets do not fit ({error}); please report this") from error
                    self.folder.remove_all(PARTS)
                    self.begin(looked, Path(scratch))
        quarantine.keep(self.folder, failures, self.fetch)
        keep_families(self.folder, self.options.families)
        delivery.prune(self.folder, plan)

    def begin(self, looked: Iterable[Seen], scratch: Path) -> set[int]:
        """Begin to make parts of the published documents; gives hashes of ids and names that several inputs have."""
        published: list[bytes] = []

        def texts() -> Iterator[str | None]:
            for seen in self.leaves(looked):
                if seen.outcome is not None and seen.outcome.status == "published":
                    published.append(bytes.fromhex(seen.outcome.document_id))
                yield seen.document_id
                yield seen.input.file_name

        twice = repeated(texts())
        published.sort()
        self.planning.begin([one for one, _ in groupby(published)], scratch)
        return twice

    def write_rows(self, looked: Spool[Seen], twice: set[int], path: Path) -> list[Failure]:
        """Write what the run knows of each input, a line each, as `parts.DOCUMENTS_ROW` says.

        Args:
            looked: the inputs.
            twice: hashes of ids and names that several of them have.
            path: of the file to write.

        Returns:
            What was not published.

        Raises:
            Defect: an input is missing, or has no state.
        """
        failures: list[Failure] = []
        opened: set[Key] = set()
        self.summary.states.clear()
        self.summary.failed.clear()
        first: dict[str, str] = {}
        with path.open("w", encoding="utf-8") as file:
            for seen, name in self.named(looked, twice):
                outcome = seen.outcome or Outcome("", "unread")
                status, reason = outcome.status, outcome.reason
                if hash(seen.document_id) in twice:
                    original = first.setdefault(seen.document_id or "", name)
                    if original != name:
                        status, reason = "duplicate", f"duplicate: the same bytes as {original}"
                if status in _FAILED:
                    failures.append(Failure(seen.input, name, seen.document_id, status, reason or ""))
                    self.summary.failed.append((name, status, reason or ""))
                self.summary.states[status] += 1
                where, inside = seen.key
                opened |= {(where, inside[:depth]) for depth in range(len(inside))}
                file.write(json.dumps([seen.document_id, name, seen.size, status, reason, self.version]) + "\n")
        self.summary.inputs = sum(self.summary.states.values())
        self.summary.opened = len(opened)
        places = sum(seen is None for seen in self.passing.values())

        def names() -> Iterator[str]:
            nonlocal places
            for _, group in groupby(self.named(looked, twice), lambda pair: pair[0].input.location):
                places += 1
                yield from (name for _, name in group)

        try:
            check_run(names(), _states(path))
        except ConservationError as error:
            raise Defect(f"the run does not add up: {error}; please report this") from error
        if places != len(looked):
            raise Defect(f"of {len(looked)} inputs some have no row in documents; please report this")
        return failures

    def named(self, looked: Spool[Seen], twice: set[int]) -> Iterator[tuple[Seen, str]]:
        """Give the inputs with names of which no two are the same; `twice`: hashes of what several would have."""
        given: Counter[str] = Counter()
        for seen in self.leaves(looked):
            name = seen.input.file_name
            if hash(name) in twice:
                name = seen.input.full_name
                given[name] += 1
                if given[name] > 1:  # a file in an archive, and one in a folder of the archive's name
                    name = f"{name} ({given[name]})"
            yield seen, name

    def fetch(self, source: Input) -> bytes:
        """Take the content of an input out of its container, in another process."""
        for _, content in endings(self.workers.executor(), 1, content_in, [source], lambda one: one):
            if isinstance(content, bytes):
                return content
            raise content or how_it_ended(1)
        raise how_it_ended(1)


def _once(inputs: Iterable[Seen], known: set[bytes]) -> Iterator[Seen]:
    """Give those inputs whose content is not known yet, and note it as known."""
    for seen in inputs:
        key = bytes.fromhex(seen.document_id or "")
        if key not in known:
            known.add(key)
            yield seen


def _within(container: Input, member: Member) -> Seen:
    """Give the input that a container's member is."""
    inside = f"{container.inside}/{member.path}" if container.inside else member.path
    source = Input(container.name, container.location, (*container.members, member.index), inside)
    outcome = None if member.problem is None else Outcome("", member.status or "refused", member.problem)
    return Seen(source, member.document_id or None, member.bytes, outcome)


def _states(rows: Path) -> Iterator[tuple[str, str]]:
    """Read names and states of inputs back from the rows that were written."""
    with rows.open("rb") as lines:
        for line in lines:
            _, name, _, status, _, _ = json.loads(line)
            yield name, status


def _absolute(path: Path | None) -> str | None:
    return None if path is None else str(path.absolute())


def _json(value: object) -> bytes:
    """Give JSON as people read it; bytes of a name that are no text become what JSON writes for them."""
    return json.dumps(value, ensure_ascii=False, indent=1).encode(errors="backslashreplace") + b"\n"

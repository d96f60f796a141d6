"""What a run came to: its sums, what is new or gone, what was slow, and the exit code that follows."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from heapq import nlargest
from typing import Any, Protocol

from pipeline.exits import ExitCode, UsageError
from pipeline.folders import WORK, Folder
from pipeline.reading import DEFECT
from pipeline.results import Counts

REPORT = f"{WORK}/report.json"
"""The report on the last run that read or changed anything."""

LAST_RUN = f"{WORK}/last-run.json"
"""How the last run ended; the file's time is when."""

_SLOWEST = 10

_LISTED = 1000
"""Names that a report lists of each kind; beyond, it only counts."""


def last_sources(folder: Folder) -> list[str]:
    """Give the sources of the last run that wrote to an output folder.

    Raises:
        UsageError: no run has ended there.
        OSError: the folder cannot be read.
    """
    try:
        return list(json.loads(folder.read(LAST_RUN))["sources"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        raise UsageError(f"no run has ended in {folder}; name the output folder of one") from None


def last_setting(folder: Folder, name: str) -> str | None:
    """Give a path that the last run was given: `families` or `corrections`.

    Raises:
        OSError: the folder cannot be read.
    """
    try:
        path: str | None = json.loads(folder.read(LAST_RUN))[name]
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None
    return path


class Tell(Protocol):
    """Is told of what happens while it happens: an event's name and its facts, which are fit for JSON."""

    def __call__(self, event: str, /, **facts: Any) -> None:  # noqa: ANN401  # of any kind
        """Take an event."""


def say_nothing(event: str, /, **facts: Any) -> None:  # noqa: ANN401  # of any kind
    """Take an event and say nothing."""


@dataclass(slots=True)
class Names:
    """Some of many: how many there are, and what the first are called."""

    count: int = 0
    first: list[Any] = field(default_factory=list)

    def add(self, name: object) -> None:
        """Count one more."""
        self.count += 1
        if len(self.first) < _LISTED:
            self.first.append(name)


KINDS = ("new", "changed", "moved", "gone")


@dataclass(slots=True)
class Changes:
    """What differs from the run before, by the names of inputs.

    What moved is named by its old location and its new name, what is gone by its location.
    """

    new: Names = field(default_factory=Names)
    changed: Names = field(default_factory=Names)
    moved: Names = field(default_factory=Names)
    gone: Names = field(default_factory=Names)

    def compare(self, new: Iterable[tuple[str, str]], gone: Iterable[tuple[str, str]]) -> None:
        """Tell what moved from what is new and what is gone.

        Args:
            new: names of inputs and the ids of their content.
            gone: locations of those that are no more, and ids of what they held.
        """
        left: dict[str, list[str]] = {}
        for location, document_id in gone:
            left.setdefault(document_id, []).append(location)
        for name, document_id in new:
            if left.get(document_id):
                self.moved.add([left[document_id].pop(0), name])
            else:
                self.new.add(name)
        for location in sorted(location for locations in left.values() for location in locations):
            self.gone.add(location)

    def __bool__(self) -> bool:
        """Whether anything differs."""
        return any(self.counts().values())

    def counts(self) -> dict[str, int]:
        """Give how many there are of each kind."""
        return {kind: getattr(self, kind).count for kind in KINDS}


@dataclass(slots=True)
class Summary:
    """What a run came to.

    `failed` lists name, status and reason of every input that was not published; `left` the names of files that are
    being written, which the next run takes; `aside` the corrections of documents that are no input; `again` how many
    were read by another version before; `slowest` the seconds that documents took; `written` whether the data sets are
    others than before; `would_read` what a run would read that was only tried.
    """

    out: str
    inputs: int = 0
    states: Counter[str] = field(default_factory=Counter)
    read: int = 0
    again: int = 0
    opened: int = 0
    counts: Counts = field(default_factory=Counts)
    failed: list[tuple[str, str, str]] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    aside: list[str] = field(default_factory=list)
    changes: Changes = field(default_factory=Changes)
    slowest: list[tuple[float, str]] = field(default_factory=list)
    written: bool = False
    seconds: float = 0.0
    would_read: Names | None = None

    def took(self, name: str, seconds: float) -> None:
        """Note how long a document took."""
        self.slowest = nlargest(_SLOWEST, [*self.slowest, (seconds, name)])

    def exit_code(self, strict: bool) -> ExitCode:
        """Give the exit code of the run."""
        if self.would_read is not None:
            return ExitCode.OK
        if any(reason.startswith(f"{DEFECT}:") for _, _, reason in self.failed):
            return ExitCode.DEFECT
        if not self.states["published"]:
            return ExitCode.NOTHING
        if strict and self.counts.errors:
            return ExitCode.STRICT
        if self.states["quarantined"] or self.states["refused"]:
            return ExitCode.INCOMPLETE
        return ExitCode.OK

    def as_json(self) -> dict[str, Any]:
        """Give it as programs read it."""
        counts = self.counts
        found = {
            "out": self.out,
            "inputs": self.inputs,
            "states": dict(self.states),
            "read": self.read,
            "read_again": self.again,
            "containers": self.opened,
            "written": self.written,
            "tables": counts.tables,
            "numbers": {name: getattr(counts, name) for name in ("verified", "unchecked", "contradicted")},
            "doubtful": counts.doubtful,
            "further_readings": counts.further,
            "errors": counts.errors,
            "accepted": counts.accepted,
            "corrected": counts.corrected,
            "changes": {kind: asdict(getattr(self.changes, kind)) for kind in KINDS},
            "left": self.left,
            "corrections_aside": self.aside,
            "failed": [{"file_name": n, "status": s, "reason": r} for n, s, r in self.failed],
            "slowest": [{"file_name": name, "seconds": round(seconds, 3)} for seconds, name in self.slowest],
            "seconds": round(self.seconds, 3),
        }
        return found if self.would_read is None else found | {"would_read": asdict(self.would_read)}

    def lines(self) -> Sequence[str]:
        """Give it as people read it."""
        if self.would_read is not None:
            count = f"{self.would_read.count} of {self.inputs} documents would be read"
            return [count, *(f"would read {name}" for name in self.would_read.first)]
        counts, changed = self.counts, self.changes.counts()
        states = ", ".join(f"{count} {state}" for state, count in self.states.items()) or "none found"
        again = f", {self.again} of them again, for this version" if self.again else ""
        news = ", ".join(f"{count} {what}" for what, count in changed.items() if count) or "nothing"
        accepted = f", {counts.accepted} accepted" if counts.accepted else ""
        corrected = f", {counts.corrected} corrected" if counts.corrected else ""
        lines = [
            f"documents  {states} ({self.read} read now{again})",
            *(
                [f"reports    {counts.further} files are further readings of others, and compared"]
                if counts.further
                else []
            ),
            f"since last {news}",
            f"tables     {counts.tables}",
            f"numbers    {counts.verified} verified, {counts.unchecked} unchecked, {counts.contradicted} contradicted; "
            f"{counts.doubtful} doubtful readings{corrected}",
            f"findings   {counts.errors} errors{accepted}, see findings.csv",
            f"{'written   ' if self.written else 'unchanged '} {self.out} in {self.seconds:.1f} s",
        ]
        lines += [f"aside      correction in {where}: no such document is among the inputs" for where in self.aside]
        lines += [f"left       {name}: it is still being written; the next run takes it" for name in self.left]
        lines += [f"{status:<10} {name}: {reason}" for name, status, reason in self.failed]
        return lines

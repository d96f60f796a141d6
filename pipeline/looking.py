"""What content the inputs have: known from the last look where nothing changed, else hashed.

Guarantee: each input is looked at once, in order; one that is being written is left and told, and what it held before
stays in its place.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

from extractors.errors import InputError
from pipeline.index import Index, Look
from pipeline.reading import failed, unreadable
from pipeline.report import Summary, Tell
from pipeline.results import OPENED, Outcome
from pipeline.sources import Input, unfinished

Key = tuple[str, tuple[int, ...]]
"""An input's location, and where it lies in the container there."""


class Seen(NamedTuple):
    """An input with the name of its content, and how it ended, where that is known or it could not be looked at.

    `former` is what it held at the last look, if that was something else.
    """

    input: Input
    document_id: str | None
    size: int
    outcome: Outcome | None = None
    former: Look | None = None

    @property
    def key(self) -> Key:
        """What no other input of the run has."""
        return self.input.location, self.input.members

    @property
    def is_opened(self) -> bool:
        """Whether it is a container that was opened, whose members are inputs in its place."""
        return self.outcome is not None and self.outcome.status == OPENED


class Looking:
    """The first step of a run."""

    def __init__(
        self, index: Index, settle: float, outcome: Callable[[str], Outcome | None], tell: Tell, summary: Summary
    ) -> None:
        """Look with the help of an index.

        Args:
            index: the looks of the last run.
            settle: seconds for which a file must not have changed; one that has is looked at again when they are over.
            outcome: gives the outcome of a document that was read.
            tell: told of what is left.
            summary: gets what is left, and what differs from the last run.
        """
        self._index = index
        self._settle = settle
        self._outcome = outcome
        self._tell = tell
        self._summary = summary
        self._new: list[tuple[str, str]] = []
        self._waited = 0.0

    def at(self, inputs: Iterable[Input]) -> Iterator[Seen]:
        """Give the inputs with the names of their content, without those that are being written."""
        for one in inputs:
            last = self._index.last(one)
            seen = self._look(one, last)
            if seen is None:
                seen = self._left(one, last)
            elif seen.document_id is not None:
                self._note(seen, last)
            if seen is not None:
                yield seen

    @property
    def differs(self) -> bool:
        """Whether anything so far is new, changed or gone."""
        return bool(self._new or self._summary.changes or self._index.gone)

    def compare(self) -> None:
        """Tell what moved and what is gone, once all inputs have been looked at and the index is kept."""
        gone = [(location, look.document_id) for location, look in self._index.gone]
        self._summary.changes.compare(self._new, gone)

    def _look(self, one: Input, last: Look | None) -> Seen | None:
        """Look at an input; `None` where it is being written."""
        if one.problem is not None:
            return Seen(one, None, 0, Outcome("", one.status or "refused", one.problem))
        if unfinished(one.name):
            return None
        if last is not None and last.signature is not None and last.signature == one.signature:
            self._index.put(one, last)
            return Seen(one, last.document_id, last.bytes)
        long = max(self._settle, one.step)
        wait = min(one.changed + long - time.time(), long - self._waited)
        if wait > 0:  # in all no longer than for one: the clock of a server may be ahead
            time.sleep(wait)
            self._waited += wait
        try:
            when = time.time()
            if one.being_written():
                return None
            document_id, size = one.digest()
            if one.renewed() != one:
                return None
        except InputError as error:
            return Seen(one, None, 0, failed(error))
        except (OSError, ImportError, ValueError) as error:
            return Seen(one, None, 0, unreadable(error if isinstance(error, OSError) else OSError(str(error))))
        self._index.put(one, Look(document_id, size, None), when)
        former = last if last is not None and last.document_id != document_id else None
        return Seen(one, document_id, size, former=former)

    def _left(self, one: Input, last: Look | None) -> Seen | None:
        """Leave an input to the next run; what it held before stays, if it was read."""
        self._summary.left.append(one.name)
        self._tell("document_left", file_name=one.name)
        if last is None:
            return None
        self._index.put(one, Look(last.document_id, last.bytes, None))
        outcome = self._outcome(last.document_id)
        return None if outcome is None else Seen(one, last.document_id, last.bytes, outcome)

    def _note(self, seen: Seen, last: Look | None) -> None:
        if last is not None:
            if seen.former is not None:
                self._summary.changes.changed.add(seen.input.name)
        elif self._index.first:
            self._summary.changes.new.add(seen.input.name)
        else:
            self._new.append((seen.input.name, seen.document_id or ""))

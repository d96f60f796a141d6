"""One document read in a process of its own: what goes there and what comes back.

Guarantee: `read_one` never raises for what a document does to it; only its process may end. It touches no output: what
comes back is written by the process that holds the output folder.
"""

from __future__ import annotations

import errno
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from extractors import containers
from extractors.errors import InputError, Refused
from extractors.limits import out_of_files
from extractors.read import document_id as content_id
from pipeline.results import DIRECT, OPENED, REPORT_DIGITS, Member, Outcome, packed
from pipeline.sources import Input
from pipeline.store import version
from pipeline.worker import limited
from validators.model import STANDING

if TYPE_CHECKING:
    from pipeline.process import Rows

DEFECT = "defect"
"""The reason word of a document that zvity itself failed on."""

STRANGER = "version"
"""The reason word of a document that another version of zvity was given to read, on a machine elsewhere."""


@dataclass(frozen=True, slots=True)
class Job:
    """A document to read: where it is, or its bytes, for which families, and by which version."""

    source: Input
    version: str
    families: Path | None = None
    data: bytes | None = None
    """The content of the outermost container, or of the document; read from the source where it is `None`."""


@dataclass(frozen=True, slots=True)
class Read:
    """What came of a document: how it ended, what is to be kept (`results.packed`), and how many seconds it took."""

    outcome: Outcome
    kept: bytes
    seconds: float = 0.0


def warm_up() -> None:
    """Load what reads documents, which takes a moment."""
    from pipeline import process  # noqa: F401  # loading it is the point
    from pipeline.family_files import load_families

    load_families()


def read_one(job: Job) -> Read:
    """Read one document. The outcome is named by the bytes that were read, or by nothing where none were."""
    started = time.perf_counter()
    outcome, kept = _read(job)
    return Read(outcome, kept, time.perf_counter() - started)


def _read(job: Job) -> tuple[Outcome, bytes]:
    document_id = ""
    try:
        ours = _version(job.families)
        if ours != job.version:
            raise Refused(STRANGER, f"{ours} was to read it, not {job.version}; install the same zvity")
        with limited():
            data = job.source.read() if job.data is None else job.source.within(job.data)
            document_id = content_id(data)
            if containers.kind(data) is not None:
                return _finished(Outcome(document_id, OPENED, members=_members(data, job.source)))
            from pipeline.family_files import load_families
            from pipeline.process import process

            families = load_families(job.families)
            rows = process(data, job.source.file_name, families)
        outcome = _published(document_id, rows)
        return outcome, packed(outcome, rows, (*STANDING, *(family.tidy for family in families)))
    except InputError as error:
        return _finished(failed(error, document_id))
    except OSError as error:
        if error.errno == errno.EMFILE:
            return _finished(failed(out_of_files(), document_id))
        return _finished(unreadable(error, document_id))
    except Exception as error:  # a defect of ours on this document must not cost the others
        what = f"{type(error).__name__}: {error}"
        reason = f"{DEFECT}: {what}; this is a fault of zvity, please report it with the file"
        return _finished(Outcome(document_id, "quarantined", reason))


def _published(document_id: str, rows: Rows) -> Outcome:
    sources = {cell["source"] for cell in rows["cells"]}
    return Outcome(
        document_id,
        "published",
        cells=len(rows["cells"]),
        report=rows["documents"][0]["report_key"][:REPORT_DIGITS],
        directness=max(DIRECT.index(source) for source in sources),
    )


def _version(families: Path | None) -> str:
    """Name what reads documents here; a machine elsewhere may lack the families."""
    from pipeline.family_files import FamilyError

    try:
        return version(families)
    except FamilyError as error:
        return str(error)


def _finished(outcome: Outcome) -> tuple[Outcome, bytes]:
    return outcome, packed(outcome)


def _members(data: bytes, source: Input) -> tuple[Member, ...]:
    """Give what lies in a container.

    Raises:
        InputError: it cannot be opened.
    """
    return tuple(_member(found) for found in containers.members(data, source.file_name.rsplit("/", 1)[-1]))


def _member(found: containers.Member) -> Member:
    member = Member(found.path, found.index, found.document_id or "", found.bytes)
    if found.problem is None:
        return member
    ending = failed(found.problem)
    return replace(member, problem=ending.reason, status=ending.status)


def failed(error: InputError, document_id: str = "") -> Outcome:
    """Give the outcome of a document that a reader would not or could not read."""
    return Outcome(document_id, "refused" if isinstance(error, Refused) else "quarantined", f"{error.reason}: {error}")


def unreadable(error: OSError, document_id: str = "") -> Outcome:
    """Give the outcome of a file that the system does not let us read."""
    if isinstance(error, FileNotFoundError):
        reason = "vanished: the file was there when the run began and is gone; the next run takes it where it is then"
    else:
        reason = f"unreadable_file: the file cannot be read ({error}); check its permissions"
    return Outcome(document_id, "quarantined", reason)


def content_in(source: Input) -> bytes:
    """Give the content of an input, for a copy in quarantine.

    Raises:
        OSError, InputError: as `Input.read`.
    """
    with limited():
        return source.read()


def changed(outcome: Outcome, expected: str) -> Outcome:
    """Give the outcome under the document's name, unless other bytes were read than were looked at."""
    if outcome.document_id in ("", expected):
        return outcome._replace(document_id=expected)
    reason = "unreadable_file: the file changed while it was read; it is read again on the next run"
    return Outcome(expected, "quarantined", reason)

"""Every bound on what a reader takes, by name, in one place.

What exceeds one is refused with that limit's name, so a hostile or absurd input costs a message and not the machine.
Sizes and counts are checked where a reader meets them. Seconds and memory are held by the process a document is read
in (`pipeline.worker`), since neither can be kept from inside a library that does not come back.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from extractors.errors import Refused


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on one document. Units stand in the names."""

    file_bytes: int = 256 * 1024 * 1024
    unpacked_bytes: int = 512 * 1024 * 1024
    """All members of a DOCX together, unpacked."""
    xml_bytes: int = 96 * 1024 * 1024
    """A single XML part of a DOCX, unpacked."""
    xml_elements: int = 3_000_000
    """Elements of such a part, counted by their marks. A table of 10 000 rows and 14 columns has 1.3 million."""
    xml_ratio: int = 150
    """Times its packed size that a part of 8 MiB and more may have. Word's own parts have 15 to 35."""
    stream_bytes: int = 64 * 1024 * 1024
    """A stream of a PDF but for pictures, unpacked: page contents, fonts, object streams. PDFium holds each whole."""
    stream_filters: int = 8
    """Filters of such a stream, one after another. One is the rule, two occur."""
    pages: int = 2_000
    table_columns: int = 256
    table_rows: int = 100_000
    cells: int = 1_000_000
    """Grid positions of all tables of a document together."""
    page_objects: int = 200_000
    """Texts, paths, pictures and forms on a PDF page; corners of a path."""
    page_characters: int = 500_000
    """Characters on a PDF page. A page set in 4-point type holds about 30 000."""
    characters: int = 20_000_000
    """Characters of all pages of a PDF together."""
    page_rulings: int = 4_000
    """Ruling lines on a page, after pieces of one line are joined."""
    image_pixels: int = 120_000_000
    """Width times height of a page picture."""
    container_depth: int = 3
    """Containers (ZIP, ASiC, P7S) in one another. A signed document in an archive is two."""
    container_members: int = 10_000
    """Files and folders of one container."""
    container_bytes: int = 2000 * 1024 * 1024
    """All members of one container together, counted as they are unpacked. Each alone has `file_bytes`."""
    office_seconds: int = 60
    """Processor time of LibreOffice with a DOC, RTF or ODT file."""
    seconds: int = 120
    """Processor time of the whole document, but for scanned pages."""
    scanned_page_seconds: int = 30
    """Processor time that each scanned page adds to it; a dense page takes 2 to 5."""
    memory_bytes: int = 1536 * 1024 * 1024
    """Memory of the process that reads a document, as it stands in RAM."""
    open_files: int = 512
    """Files, pipes and sockets that the process has open at a time."""


LIMITS = Limits()

WAITING = 3
"""Times the processor time that the clock may show: a busy machine is not the document's fault."""


def enforce(name: str, found: int, limit: int) -> None:
    """Raise `Refused` with reason `limit:NAME` if `found` exceeds `limit`."""
    if found > limit:
        raise Refused(
            f"limit:{name}",
            f"the document exceeds the limit {name} ({found} > {limit}); split it or have it checked by hand",
        )


def out_of_time() -> Refused:
    """Give the error of a document that takes too long."""
    return Refused("limit:seconds", "reading the document takes longer than the limit seconds; have it checked by hand")


def out_of_memory() -> Refused:
    """Give the error of a document that takes too much memory."""
    return Refused(
        "limit:memory_bytes", "reading the document takes more than the limit memory_bytes; have it checked by hand"
    )


def out_of_files() -> Refused:
    """Give the error of a document that has too many files opened."""
    return Refused(
        "limit:open_files", "reading the document opens more files than the limit open_files; have it checked by hand"
    )


class Deadline:
    """The time the document being read may take: of the processor, and `WAITING` times that by the clock.

    A process reads one document at a time, so it has one: `DEADLINE`. While none is set, no time is ever over.
    """

    def __init__(self) -> None:
        """Set no deadline."""
        self._allowed: float | None = None
        self._processor = self._clock = 0.0

    @property
    def running(self) -> bool:
        """Whether a document is being read."""
        return self._allowed is not None

    def start(self, seconds: float) -> None:
        """Give the document that is read from now on this much time."""
        self._processor, self._clock = time.process_time(), time.monotonic()
        self._allowed = seconds

    def stop(self) -> None:
        """The document is read."""
        self._allowed = None

    def allow(self, seconds: float) -> None:
        """Give the document more time, as for a scanned page."""
        if self._allowed is not None:
            self._allowed += seconds

    def over(self) -> bool:
        """Tell whether the time is over."""
        allowed = self._allowed
        return allowed is not None and (
            time.process_time() - self._processor > allowed or time.monotonic() - self._clock > WAITING * allowed
        )

    def check(self) -> None:
        """Raise `Refused` with `limit:seconds` if the time is over: for readers to call once a page or so."""
        if self.over():
            raise out_of_time()


DEADLINE = Deadline()

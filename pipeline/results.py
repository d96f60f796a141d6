"""What reading one document came to, and how it is kept.

Guarantee: the same outcome and rows give the same bytes, and come back from them as they were.
"""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import IO, Any, NamedTuple

from pipeline.lineage import LINEAGE
from validators.model import CHECKS, DOCUMENTS, Dataset

_HEAD = 1 << 10
"""Bytes at the beginning of a kept result that nearly always hold its outcome."""

_GZIP = 31
"""What zlib calls the format of gzip."""

DIRECT = ("xml", "text", "ocr")
"""Sources of cells from the most direct on; the place in it is the directness of a reading."""

REPORT_DIGITS = 16
"""Digits of what an outcome says of its report: enough to find those that may be the same."""

OPENED = "opened"
"""The status of a container, whose members are inputs in its place."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file in a container: its name there, how it is found again, its content's name and size.

    `problem` is a reason as in `Outcome` where it cannot be taken out; `document_id` is then empty.
    """

    path: str
    index: int
    document_id: str
    bytes: int
    problem: str | None = None
    status: str | None = None
    """How such a member ends."""


@dataclass(frozen=True, slots=True)
class Counts:
    """What a document adds to the sums of a run.

    `errors` are findings of that severity that nobody accepted, `doubtful` values whose reading is, `further` files
    that hold a report which is carried from another file, `accepted` findings, `corrected` numbers.
    """

    tables: int = 0
    cells: int = 0
    verified: int = 0
    unchecked: int = 0
    contradicted: int = 0
    doubtful: int = 0
    errors: int = 0
    further: int = 0
    accepted: int = 0
    corrected: int = 0

    def plus(self, other: Counts) -> Counts:
        """Give the sums of both."""
        ours, theirs = self.as_dict(), other.as_dict()
        return Counts(**{name: ours[name] + theirs[name] for name in ours})

    def as_dict(self) -> dict[str, int]:
        """Give the numbers by name."""
        return {name: getattr(self, name) for name in self.__slots__}


class Outcome(NamedTuple):
    """How one document ended.

    `status` is `published`, `refused`, `quarantined`, or `opened` for a container, whose `members` are inputs in its
    place; `reason` is `word: explanation` for the second and third. `cells` is how many cells its tables have.
    `report` is the same for files that may hold the same report, and empty where no other can;
    `directness` is 0 for the most direct reading of it, a Word file, 1 for a PDF with text, 2 for a scan.
    """

    document_id: str
    status: str
    reason: str | None = None
    cells: int = 0
    members: tuple[Member, ...] = ()
    report: str = ""
    directness: int = 0

    @property
    def word(self) -> str | None:
        """The stable word of the reason."""
        return None if self.reason is None else self.reason.split(": ", 1)[0]

    def as_json(self) -> list[Any]:
        """Give it as JSON has it."""
        members = [astuple(member) for member in self.members]
        return [self.document_id, self.status, self.reason, self.cells, members, self.report, self.directness]

    @staticmethod
    def of_json(kept: list[Any]) -> Outcome:
        """Give it back.

        Raises:
            ValueError, TypeError: it is none.
        """
        document_id, status, reason, cells, members, report, directness = kept
        return Outcome(
            document_id, status, reason, cells, tuple(Member(*member) for member in members), report, directness
        )


Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by data set."""


@dataclass(frozen=True, slots=True)
class Columns:
    """Rows of a data set as they are kept: each is a list of values in the order of `names`."""

    names: tuple[str, ...]
    rows: list[list[Any]]


@dataclass(frozen=True, slots=True)
class Content:
    """What a published document adds to the data sets, with values as JSON has them, decimals and dates as text.

    `facts` are the values of its row in `documents` that lie in the document itself.
    """

    facts: Mapping[str, Any]
    counts: Counts
    rows: Mapping[str, Columns]


def counted(rows: Rows) -> Counts:
    """Count what a document's rows add to the sums of a run."""
    tables = rows.get("tables", ())
    return Counts(
        tables=len(tables),
        cells=len(rows.get("cells", ())),
        **{check: sum(row[check] for row in tables) for check in CHECKS},
        doubtful=sum(bool(row["doubtful"]) and row["value"] is not None for row in rows.get("observations", ())),
        errors=sum(row["severity"] == "error" and not row.get("accepted") for row in rows.get("findings", ())),
        accepted=sum(bool(row.get("accepted")) for row in rows.get("findings", ())),
        corrected=sum(bool(row.get("correction")) for row in rows.get("observations", ())),
    )


def packed(outcome: Outcome, rows: Rows | None = None, datasets: Sequence[Dataset] = ()) -> bytes:
    """Give an outcome and its rows as they are kept: two lines of JSON, and a third with its lineage, compressed.

    Args:
        outcome: the outcome.
        rows: its rows, where it was published; `documents` has one.
        datasets: the data sets that the others are of.
    """
    body: dict[str, Any] = {}
    if rows is not None:
        kept = {
            dataset.name: [dataset.columns, [[row.get(name) for name in dataset.columns] for row in found]]
            for dataset in datasets
            if dataset != DOCUMENTS and (found := rows.get(dataset.name))
        }
        body = {"facts": rows["documents"][0], "counts": counted(rows).as_dict(), "rows": kept}
    parts = [outcome.as_json(), body]
    if rows is not None:
        parts.append(
            {name: [[row[key] for key in keys] for row in rows.get(name, ())] for name, keys in LINEAGE.items()}
        )
    lines = (json.dumps(part, ensure_ascii=False, default=_as_text) for part in parts)
    return gzip.compress("".join(line + "\n" for line in lines).encode(), compresslevel=1, mtime=0)


def _as_text(value: object) -> str:
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def head_of(file: IO[bytes]) -> Outcome:
    """Read the outcome alone from the beginning of a kept result.

    Raises:
        ValueError, TypeError: it is no kept result.
    """
    unpacker = zlib.decompressobj(wbits=_GZIP)
    line = b""
    while b"\n" not in line:
        piece = file.read(_HEAD)
        if not piece:
            raise ValueError("the result is cut off")
        try:
            line += unpacker.decompress(piece)
        except zlib.error as error:
            raise ValueError(f"the result is damaged ({error})") from error
    return Outcome.of_json(json.loads(line[: line.index(b"\n")]))


def content_of(kept: bytes) -> Content:
    """Give what a published document adds to the data sets.

    Raises:
        ValueError, TypeError, KeyError: it is no kept result of a published document.
    """
    try:
        _, line, *_ = gzip.decompress(kept).split(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"the result is damaged ({error})") from error
    body = json.loads(line)
    rows = {name: Columns(tuple(names), found) for name, (names, found) in body["rows"].items()}
    return Content(body["facts"], Counts(**body["counts"]), rows)


def lineage_of(kept: bytes) -> Rows:
    """Give the lineage of a published document: rows by the names of `LINEAGE`.

    Raises:
        ValueError, TypeError, KeyError: it is no kept result of a published document.
    """
    try:
        _, _, line, *_ = gzip.decompress(kept).split(b"\n")
    except (OSError, EOFError, zlib.error) as error:
        raise ValueError(f"the result is damaged ({error})") from error
    found = json.loads(line)
    return {name: [dict(zip(keys, row, strict=True)) for row in found[name]] for name, keys in LINEAGE.items()}

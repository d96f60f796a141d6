"""Corrections as data: what a person says of a number that is wrong, or of a contradiction that is the source's own.

They stand in a CSV file that is edited in a spreadsheet or written by `zvity correct`, a line each: `document`,
`table`, `row`, `column`, the raw text to `expect` there, the right `value`, `reason`, `author`, `date`. A line without
a value says that the number stands as it is printed: findings about it are accepted. One without row and column accepts
a finding about the document as a whole, whose text is expected.

Guarantee: a file is taken whole or not at all, and all that is wrong with it is told at once, line by line.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from pipeline.dates import find_date
from pipeline.exits import UsageError
from pipeline.folders import Folder
from pipeline.numerals import parse

COLUMNS = ("document", "table", "row", "column", "expect", "value", "reason", "author", "date")

_BEGINNING = re.compile(r"[0-9a-f]{12,64}")
"""What names a document: its id, or the beginning of it."""

_SHOWN = 20
"""Lines of a wrong file that a message lists."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One line of the file.

    Attributes:
        line: where it stands, from 1.
        document: the document's id, or its beginning.
        table: the table's number, from 1; `None` where it is about the document as a whole.
        row: the cell's row; `None` where it is about no cell.
        column: the cell's column, as `row`.
        expect: the raw text that must stand there.
        value: the right number, as data sets have it; `None` where the number is as printed or is none.
        missing: why there is no number, where that is the correction.
        reason: why, for people.
        author: who says so.
        day: when, in ISO form.
    """

    line: int
    document: str
    table: int | None
    row: int | None
    column: int | None
    expect: str
    value: str | None
    missing: str | None
    reason: str
    author: str
    day: str

    @property
    def accepts(self) -> bool:
        """Whether it says that the document is right as it is printed."""
        return self.value is None and self.missing is None

    @property
    def note(self) -> str:
        """What the data sets say of it."""
        return f"{self.reason} ({self.author}, {self.day})"

    @property
    def where(self) -> str:
        """Its place, for people."""
        place = "" if self.table is None else f", table {self.table}"
        place += "" if self.row is None else f", row {self.row}, column {self.column}"
        return f"line {self.line} (document {self.document[:12]}{place})"

    def expects(self, raw: str | None) -> bool:
        """Whether a text is the expected one: the same but for white space, or the same number."""
        given, asked = "".join((raw or "").split()), "".join(self.expect.split())
        if given == asked:
            return True
        ours, theirs = parse(raw or "").value, parse(self.expect).value
        return ours is not None and ours == theirs


def read_corrections(path: Path) -> tuple[Correction, ...]:
    """Read a file of corrections, as spreadsheets write it: with commas or semicolons, with or without a mark of UTF-8.

    Raises:
        UsageError: it cannot be read, or lines of it are wrong; all are told.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} cannot be read as UTF-8 text ({error}); save it as CSV UTF-8") from error
    except OSError as error:
        raise UsageError(f"the corrections in {path} cannot be read ({error})") from error
    found: list[Correction] = []
    problems: list[str] = []
    for line, row in _records(path, text):
        try:
            found.append(_correction(line, row))
        except ValueError as error:
            problems.append(f"line {line}: {error}")
    places: dict[tuple[object, ...], int] = {}
    for one in found:
        place = (one.document[:12], one.table, one.row, one.column, one.expect if one.row is None else None)
        if place in places:
            problems.append(f"line {one.line}: the same place as in line {places[place]}; keep one of them")
        places.setdefault(place, one.line)
    if problems:
        raise UsageError(told(f"{path} has {len(problems)} wrong lines, and nothing was done:", problems))
    return tuple(found)


def told(head: str, problems: Sequence[str]) -> str:
    """Give a message with a line for each problem."""
    more = [] if len(problems) <= _SHOWN else [f"and {len(problems) - _SHOWN} more"]
    return "\n  ".join([head, *problems[:_SHOWN], *more])


def _records(path: Path, text: str) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Give the lines that are not empty, with their numbers."""
    delimiter = _delimiter(text)
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        names = [name.strip().lower() for name in next(rows, [])]
        lacking = [name for name in COLUMNS if name not in names]
        if lacking:
            raise UsageError(
                f"{path} lacks the columns {', '.join(lacking)}; its first line is to be {','.join(COLUMNS)}"
            )
        for row in rows:
            if any(value.strip() for value in row):
                yield rows.line_num, {name: value.strip() for name, value in zip(names, row, strict=False)}
    except csv.Error as error:
        raise UsageError(f"{path}, line {rows.line_num} is no CSV ({error}); save it as CSV UTF-8") from error


def _delimiter(text: str) -> str:
    head = text.split("\n", 1)[0]
    return ";" if head.count(";") > head.count(",") else ","


def _correction(line: int, row: Mapping[str, str]) -> Correction:
    document = row.get("document", "").lower()
    if not _BEGINNING.fullmatch(document):
        raise ValueError("`document` must be a document's id, or 12 or more of its first digits")
    table, at_row, at_column = (_number(row, name, least) for name, least in (("table", 1), ("row", 0), ("column", 0)))
    if (at_row is None) != (at_column is None) or (at_row is not None and table is None):
        raise ValueError("a cell has a `table`, a `row` and a `column`; give all of them")
    value, missing = as_value(row.get("value", ""))
    if at_row is None and (value, missing) != (None, None):
        raise ValueError("a `value` needs the `row` and `column` of a cell")
    for name in ("reason", "author"):
        if not row.get(name):
            raise ValueError(f"`{name}` is empty; say {'why' if name == 'reason' else 'who says so'}")
    return Correction(
        line,
        document,
        table,
        at_row,
        at_column,
        row.get("expect", ""),
        value,
        missing,
        row["reason"],
        row["author"],
        _day(row.get("date", "")),
    )


def _number(row: Mapping[str, str], name: str, least: int) -> int | None:
    text = row.get(name, "")
    if not text:
        return None
    if not re.fullmatch(r"[0-9]{1,7}", text) or int(text) < least:
        raise ValueError(f"`{name}` is {text!r}, and must be a whole number from {least} on")
    return int(text)


def as_value(text: str) -> tuple[str | None, str | None]:
    """Give the number that a value is, and why there is none where it says so (`-`, `х`); two `None` for an empty one.

    Raises:
        ValueError: it is neither.
    """
    if not text.strip():
        return None, None
    found = parse(text)
    if found.missing == "unreadable" or found.unit is not None:
        raise ValueError(f"`value` is {text!r}, and must be one number, such as 2000,00, or `-` where there is none")
    return (None if found.value is None else _plain(found.value)), found.missing


def _plain(value: Decimal) -> str:
    return format(value, "f")


def _day(text: str) -> str:
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError:
        found = find_date(text)
        if found is None:
            raise ValueError(f"`date` is {text!r}, and must be a day, such as 2026-11-26 or 26.11.2026") from None
        return found.isoformat()


def correction_of(
    out: Folder,
    document: str,
    table: int,
    row: int,
    column: int,
    value: str,
    reason: str,
    author: str,
    day: str | None,
) -> Mapping[str, str]:
    """Give the line for a number in the data sets, which expects the text that stands there.

    Raises:
        UsageError: there is no such number, or the value or the date is none.
    """
    from pipeline.explain import explain  # it loads what reads Parquet

    found = explain(out, document, table, row, column)
    if found["observation"] is None:
        raise UsageError(f"no number stands in table {table}, row {row}, column {column}; see observations.csv")
    try:
        as_value(value)
        when = date.today().isoformat() if day is None else _day(day)  # the author's own day
    except ValueError as error:
        raise UsageError(str(error)) from error
    cell = found["cell"]
    at = (found["document"]["document_id"], table, cell["row"], cell["column"], cell["text"] or "", value)
    return dict(zip(COLUMNS, (*map(str, at), reason, author, when), strict=True))


def append(path: Path, correction: Mapping[str, str]) -> None:
    """Add a line to a file of corrections, which is made where there is none.

    Raises:
        UsageError: the file there is none of corrections, or cannot be written.
    """
    delimiter, end = ",", ""
    if path.exists():
        read_corrections(path)
        text = path.read_text(encoding="utf-8-sig")
        delimiter = _delimiter(text)
        names = [name.strip().lower() for name in next(csv.reader([text.splitlines()[0]], delimiter=delimiter))]
        end = "" if text.endswith("\n") else "\r\n"
    else:
        names = list(COLUMNS)
    lines = io.StringIO(newline="")
    writer = csv.writer(lines, delimiter=delimiter)
    if not path.exists():
        writer.writerow(names)
    writer.writerow([correction.get(name, "") for name in names])
    try:
        with path.open("a", encoding="utf-8" if path.exists() else "utf-8-sig", newline="") as file:
            file.write(end + lines.getvalue())
    except OSError as error:
        raise UsageError(f"{path} cannot be written ({error}); choose another --file") from error

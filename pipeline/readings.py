"""One report in several files: which file the data sets carry it from, and what the others say of its numbers.

Councils publish a report as Word file, PDF and scan. Files that name the same programme, years and tables
(`process.report_id`) are taken for readings of one report if nearly all of their numbers are the same; the next year's
report on the same programme is not one of them. The most direct reading is carried, and a number on which another
agrees is verified by it.

Guarantee: a report is carried once, so nothing is summed twice; no value is changed; each number on which two files
differ has a finding.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipeline.results import Columns, Content
from validators.model import FINDINGS

SAME = Decimal("0.9")
"""Share of numbers that two files must have in common to be readings of one report: a bad scan has more, and a report
of another year has the values of at least one of its columns otherwise."""

RULE = "readings"
"""The rule of findings on numbers in which two files of one report differ."""

Row = dict[str, Any]
Place = tuple[int, int, int]
"""Table, row, column."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A report as the data sets carry it; `facts` tells of each of its files, by document id."""

    content: Content
    facts: tuple[tuple[str, Mapping[str, Any]], ...]


@dataclass(frozen=True, slots=True)
class _Reading:
    """A further file of a report: where its numbers are those of the first one, and where not, with both."""

    document_id: str
    content: Content
    agree: frozenset[Place]
    differ: tuple[tuple[Row, Row], ...]


def carried(files: Sequence[tuple[str, Content]]) -> Iterator[Carried]:
    """Give the reports that some files hold which name the same one: each with the file it is carried from.

    Args:
        files: document ids and contents, the most direct reading first.
    """
    left = list(files)
    while left:
        (document_id, first), *others = left
        readings, left = [], []
        for other_id, content in others:
            reading = _compared(first, other_id, content)
            if reading is None:
                left.append((other_id, content))
            else:
                readings.append(reading)
        yield _carried(document_id, first, readings)


def _carried(document_id: str, first: Content, readings: Sequence[_Reading]) -> Carried:
    if not readings:
        return Carried(first, ((document_id, first.facts),))
    told = ((r.document_id, _facts(r, document_id)) for r in readings)
    return Carried(_with(first, document_id, readings), ((document_id, first.facts), *told))


def _facts(reading: _Reading, of: str) -> Mapping[str, Any]:
    numbers = {"numbers_agree": len(reading.agree), "numbers_differ": len(reading.differ)}
    return {**reading.content.facts, "reading_of": of, **numbers}


def _compared(first: Content, document_id: str, other: Content) -> _Reading | None:
    """Compare the numbers of two files; `None` where they are not the same report."""
    if first.facts["report_id"] != other.facts["report_id"]:
        return None
    tables = dict(zip(_numbers_of_tables(other), _numbers_of_tables(first), strict=False))
    theirs = {}
    for row in _rows(other, "observations"):
        if row["table"] in tables:
            theirs[tables[row["table"]], row["row"], row["column"]] = row
    agree, differ = [], []
    for row in _rows(first, "observations"):
        place = (row["table"], row["row"], row["column"])
        said = theirs.pop(place, None)
        if said is None:
            if row["table"] in tables.values() and row["value"] is not None:
                differ.append((row, {"value": None, "raw": None, "doubtful": False}))
        elif _same(row["value"], said["value"]):
            if row["value"] is not None:
                agree.append(place)
        else:
            differ.append((row, said))
    for place, said in theirs.items():
        if said["value"] is not None:
            differ.append(({**said, "table": place[0], "value": None, "raw": None}, said))
    if not agree or len(agree) < SAME * (len(agree) + len(differ)):
        return None
    return _Reading(document_id, other, frozenset(agree), tuple(differ))


def _numbers_of_tables(content: Content) -> list[int]:
    """Give the numbers of the tables that two files of one report have in common: those of known kinds."""
    return [row["table"] for row in _rows(content, "tables") if row["family"] is not None]


def _same(value: str | None, other: str | None) -> bool:
    return value == other or (value is not None and other is not None and Decimal(value) == Decimal(other))


def _rows(content: Content, name: str) -> Iterator[Row]:
    kept = content.rows.get(name)
    if kept is not None:
        for row in kept.rows:
            yield dict(zip(kept.names, row, strict=True))


def _with(first: Content, document_id: str, readings: Sequence[_Reading]) -> Content:
    """Give a file's content with what the further readings say of it."""
    observations = list(_rows(first, "observations"))
    unproved: set[tuple[int, int]] = set()
    moved: dict[int, int] = {}
    for row in observations:
        place = (row["table"], row["row"], row["column"])
        row["readings"] = sum(place in reading.agree for reading in readings)
        if row["readings"] and row["check"] == "unchecked":
            row["check"] = "verified"
            moved[row["table"]] = moved.get(row["table"], 0) + 1
        if row["check"] in ("unchecked", "contradicted"):
            unproved.add(place[:2])
    tables = list(_rows(first, "tables"))
    for row in tables:
        count = moved.get(row["table"], 0)
        row["verified"] += count
        row["unchecked"] -= count
    rows = dict(first.rows)
    for name, kept in first.rows.items():
        if "check" in kept.names and name != "observations":
            rows[name] = _as_columns(kept.names, (_proved(row, unproved) for row in _rows(first, name)))
    rows["observations"] = _as_columns(first.rows["observations"].names, observations)
    rows["tables"] = _as_columns(first.rows["tables"].names, tables)
    findings = [*_rows(first, "findings"), *_findings(document_id, readings)]
    rows["findings"] = _as_columns(FINDINGS.columns, findings)
    verified = sum(moved.values())
    counts = replace(
        first.counts,
        verified=first.counts.verified + verified,
        unchecked=first.counts.unchecked - verified,
        further=len(readings),
    )
    return Content(first.facts, counts, rows)


def _proved(row: Row, unproved: set[tuple[int, int]]) -> Row:
    """Give a row of a tidy table; its numbers are proved where all of its row in the document are."""
    if row["check"] == "unchecked" and (row["table"], row["row"]) not in unproved:
        row["check"] = "verified"
    return row


def _as_columns(names: Sequence[str], rows: Iterable[Row]) -> Columns:
    return Columns(tuple(names), [[row.get(name) for name in names] for row in rows])


def _findings(document_id: str, readings: Sequence[_Reading]) -> Iterator[Row]:
    """Tell of each number in which a further reading differs."""
    for reading in readings:
        for ours, theirs in reading.differ:
            doubtful = ours["doubtful"] or theirs["doubtful"]
            file = f"{reading.document_id[:12]}…"
            yield {
                "document_id": document_id,
                "table": ours["table"],
                "row": ours["row"],
                "column": ours["column"],
                "rule": RULE,
                "severity": "warning",
                "expected": theirs["raw"],
                "found": ours["raw"],
                "message": f"{ours['item'] or 'Рядок'}: тут {_quoted(ours)}, а в іншому файлі цього звіту ({file}) "
                f"{_quoted(theirs)}{', прочитано непевно' if doubtful else ''}.",
                "cells": f"{ours['row']}:{ours['column']}",
                "cause": "reading" if doubtful else "source",
            }


def _quoted(row: Row) -> str:
    return f"«{row['raw']}»" if row["raw"] else "порожньо"

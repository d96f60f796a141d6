"""One report in several files: which file the data sets carry it from, and what the others say of its numbers.

Councils publish a report as Word file, PDF and scan. Files that name the same programme, years and tables
(`process.report_id`) are taken for readings of one report if nearly all of their numbers are the same; the next year's
report on the same programme is not one of them. The most direct reading is carried, and a number on which another
agrees is verified by it.

Guarantee: a report is carried once, so nothing is summed twice; no value is changed; each number on which two files
differ has a finding.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from pipeline.family import Family
from pipeline.recount import Row, recounted, rows_of
from pipeline.results import Content

SAME = Decimal("0.9")
"""Share of numbers that two files must have in common to be readings of one report: a bad scan has more, and a report
of another year has the values of at least one of its columns otherwise."""

RULE = "readings"
"""The rule of findings on numbers in which two files of one report differ."""

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


def carried(files: Sequence[tuple[str, Content]], families: Mapping[str, Family]) -> Iterator[Carried]:
    """Give the reports that some files hold which name the same one: each with the file it is carried from.

    Args:
        files: document ids and contents, the most direct reading first.
        families: the known kinds of report, by name.
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
        yield _carried(document_id, first, readings, families)


def _carried(document_id: str, first: Content, readings: Sequence[_Reading], families: Mapping[str, Family]) -> Carried:
    if not readings:
        return Carried(first, ((document_id, first.facts),))
    told = ((r.document_id, _facts(r, document_id)) for r in readings)
    return Carried(_with(first, document_id, readings, families), ((document_id, first.facts), *told))


def _facts(reading: _Reading, of: str) -> Mapping[str, Any]:
    numbers = {"numbers_agree": len(reading.agree), "numbers_differ": len(reading.differ)}
    return {**reading.content.facts, "reading_of": of, **numbers}


def _compared(first: Content, document_id: str, other: Content) -> _Reading | None:
    """Compare the numbers of two files; `None` where they are not the same report."""
    if first.facts["report_id"] != other.facts["report_id"]:
        return None
    tables = dict(zip(_numbers_of_tables(other), _numbers_of_tables(first), strict=False))
    theirs = {}
    for row in rows_of(other, "observations"):
        if row["table"] in tables:
            theirs[tables[row["table"]], row["row"], row["column"]] = row
    agree, differ = [], []
    for row in rows_of(first, "observations"):
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
    return [row["table"] for row in rows_of(content, "tables") if row["family"] is not None]


def _same(value: str | None, other: str | None) -> bool:
    return value == other or (value is not None and other is not None and Decimal(value) == Decimal(other))


def _with(first: Content, document_id: str, readings: Sequence[_Reading], families: Mapping[str, Family]) -> Content:
    """Give a file's content with what the further readings say of it."""
    observations = rows_of(first, "observations")
    for row in observations:
        place = (row["table"], row["row"], row["column"])
        row["readings"] = sum(place in reading.agree for reading in readings)
        if row["readings"] and row["check"] == "unchecked":
            row["check"] = "verified"
    findings = [*rows_of(first, "findings"), *_findings(document_id, readings)]
    counted = replace(first, counts=replace(first.counts, further=len(readings)))
    return recounted(counted, {"observations": observations, "findings": findings}, families)


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

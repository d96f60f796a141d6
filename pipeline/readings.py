"""One report in several files: which file the data sets carry it from, and what the others say of its numbers.

Councils publish a report as Word file, PDF and scan. Files that name the same decision are readings of one report if
their tables of known kinds have the same shapes and the same rows, they report on the same time as far as their titles
say, and nearly all of their numbers are the same. The next report on the same programme is none: it has numbers where
the former one had none yet, or several others in a column. Doubtful numbers speak neither for nor against.

The most direct reading is carried. A number on which another agrees is verified by it if that one was read in another
way: a copy proves nothing.

Guarantee: a report is carried once, so nothing is summed twice; a table that only a further file has is carried from
there, so nothing is lost; no value is changed; each number on which two files differ has a finding.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from pipeline.dates import find_period, find_reported_years
from pipeline.family import Family
from pipeline.recount import Row, recounted, rows_of
from pipeline.results import DIRECT, Content
from pipeline.text import alike, squeeze

SAME = Decimal("0.9")
"""Share of the numbers that are doubtful in neither file on which two readings of one report agree at least."""

KNOWN = Decimal("0.5")
"""Share of all numbers on which they do."""

ROWS = Decimal("0.8")
"""Share of the rows whose labels are alike."""

RULE = "readings"
"""The rule of findings on numbers in which two files of one report differ."""

APART = "same_decision"
"""The rule of findings on reports that look like one and are carried as two."""

OF_READINGS = ("reading_of", "numbers_agree", "numbers_differ")
"""Columns of `documents` that tell of further files."""

Place = tuple[int, int, int]
"""Table, row, column."""

Column = tuple[Any, ...]
"""What the numbers of a column measure: measure, base, period, part, fund."""


@dataclass(frozen=True, slots=True)
class Carried:
    """A report as the data sets carry it: from `document_id`, with tables that only further files have in `more`.

    `facts` tells of each of its files, by document id.
    """

    document_id: str
    content: Content
    facts: tuple[tuple[str, Mapping[str, Any]], ...]
    more: tuple[Content, ...] = ()


@dataclass(slots=True)
class _File:
    """One file with what it is compared by; tables are counted among those of known kinds."""

    document_id: str
    content: Content
    shapes: tuple[tuple[Any, ...], ...] = ()
    tables: tuple[int, ...] = ()
    values: dict[Place, Row] = field(default_factory=dict)
    labels: dict[tuple[int, int], str] = field(default_factory=dict)
    times: tuple[Any, ...] = ()
    source: str = ""

    @staticmethod
    def of(document_id: str, content: Content) -> _File:
        """Prepare a file for being compared."""
        known = [row for row in rows_of(content, "tables") if row["family"] is not None]
        found = _File(document_id, content, tables=tuple(row["table"] for row in known))
        found.shapes = tuple((row["family"], row["n_rows"], row["n_columns"]) for row in known)
        at = {number: place for place, number in enumerate(found.tables)}
        for row in rows_of(content, "observations"):
            if row["table"] in at:
                found.values[at[row["table"]], row["row"], row["column"]] = row
                found.labels.setdefault((at[row["table"]], row["row"]), row["item"] or "")
        title = content.facts.get("title") or ""
        found.times = (find_period(title), find_reported_years(title))
        found.source = max((row["source"] for row in rows_of(content, "cells")), key=DIRECT.index, default=DIRECT[0])
        return found


@dataclass(frozen=True, slots=True)
class _Reading:
    """A further file of a report: where its numbers are those of the first one, and where not, with both."""

    file: _File
    agree: frozenset[Place]
    differ: tuple[tuple[Place, Row | None, Row | None], ...]


def carried(files: Sequence[tuple[str, Content]], families: Mapping[str, Family]) -> Iterator[Carried]:
    """Give the reports that some files hold which name the same decision: each with the file it is carried from.

    Args:
        files: document ids and contents, the most direct reading first.
        families: the known kinds of report, by name.
    """
    if len(files) == 1:
        ((document_id, content),) = files
        yield Carried(document_id, content, ((document_id, content.facts),))
        return
    left = [_File.of(document_id, content) for document_id, content in files]
    former: list[_File] = []
    names: set[str] = set()
    while left:
        first, *others = left
        readings, left = [], []
        for other in others:
            reading = _compared(first, other)
            if reading is None:
                left.append(other)
            else:
                readings.append(reading)
        report_id = _name(first, names)
        twin = next((file for file in former if _is_like(file, first)), None)
        yield _carried(first, report_id, readings, twin, families)
        former.append(first)


def _name(first: _File, names: set[str]) -> str:
    """Give the report's id, another one than those of other reports that would have the same."""
    report_id: str = first.content.facts["report_id"]
    if report_id in names:
        report_id = hashlib.sha256(f"{report_id} {first.document_id}".encode()).hexdigest()
    names.add(report_id)
    return report_id


def _compared(first: _File, other: _File) -> _Reading | None:
    """Compare the numbers of two files; `None` where they are not the same report."""
    if not first.shapes or first.shapes != other.shapes or _other_time(first, other):
        return None
    numbers = first.values.keys() | other.values.keys()
    agree: list[Place] = []
    differ: list[tuple[Place, Row | None, Row | None]] = []
    same: Counter[Column] = Counter()
    sure: Counter[Column] = Counter()
    filled: tuple[set[Column], set[Column]] = (set(), set())
    for place in sorted(numbers):
        ours, theirs = first.values.get(place), other.values.get(place)
        rows = [row for row in (ours, theirs) if row is not None]
        column = _column(rows[0])
        for side, row in zip(filled, (ours, theirs), strict=True):
            if _value(row) is not None:
                side.add(column)
        if not _same(_value(ours), _value(theirs)):
            differ.append((place, ours, theirs))
            sure[column] += not any(row["doubtful"] for row in rows)
            if sure.total() > max(2, len(numbers) // 9):
                return None  # whatever the others say
        elif rows[0]["value"] is not None:
            agree.append(place)
            same[column] += 1
    if len(agree) < max(SAME * (len(agree) + sure.total()), KNOWN * (len(agree) + len(differ)), Decimal(1)):
        return None
    if any(sure[column] and (column not in filled[0] or column not in filled[1]) for column in sure):
        return None  # one has numbers where the other has none yet
    if any(count > 1 and count > (same[column] + count) * (1 - SAME) for column, count in sure.items()):
        return None
    if not _same_rows(first, other):
        return None
    return _Reading(other, frozenset(agree), tuple(differ))


def _column(row: Row) -> Column:
    return row["measure"], row["base"], row["period_start"], row["period_end"], row["part"], row["fund"]


def _value(row: Row | None) -> str | None:
    return None if row is None else row["value"]


def _same(value: str | None, other: str | None) -> bool:
    return value == other or (value is not None and other is not None and Decimal(value) == Decimal(other))


def _other_time(first: _File, other: _File) -> bool:
    """Tell whether the titles say that the files report on different times."""
    return any(a != b for a, b in zip(first.times, other.times, strict=True) if a is not None and b is not None)


def _same_rows(first: _File, other: _File) -> bool:
    places = first.labels.keys() & other.labels.keys()
    return sum(alike(first.labels[place], other.labels[place]) for place in places) >= ROWS * len(places)


def _is_like(former: _File, file: _File) -> bool:
    """Tell whether two files that are carried as two reports look like one."""
    kinds = ([shape[0] for shape in one.shapes] for one in (former, file))
    if not file.shapes or next(kinds) != next(kinds) or _other_time(former, file):
        return False
    labels = [{squeeze(label) for label in one.labels.values()} for one in (former, file)]
    return len(labels[0] & labels[1]) >= ROWS * max(map(len, labels))


def _carried(
    first: _File, report_id: str, readings: Sequence[_Reading], twin: _File | None, families: Mapping[str, Family]
) -> Carried:
    """Give a report with what its further readings say of it, and what it looks like."""
    told: list[tuple[str, Mapping[str, Any]]] = [(first.document_id, {**first.content.facts, "report_id": report_id})]
    for reading in readings:
        numbers = {"numbers_agree": len(reading.agree), "numbers_differ": len(reading.differ)}
        of = {"report_id": report_id, "reading_of": first.document_id}
        told.append((reading.file.document_id, {**reading.file.content.facts, **of, **numbers}))
    content = replace(first.content, counts=replace(first.content.counts, further=len(readings)))
    findings = [*rows_of(content, "findings"), *_findings(first, readings)]
    if twin is not None:
        findings.append(_apart(first, twin))
    if readings or twin is not None:
        observations = list(_verified(first, readings)) if readings else rows_of(content, "observations")
        content = recounted(content, {"observations": observations, "findings": findings}, families)
    more = tuple(extra for reading in readings for extra in _only_there(first, reading.file, families))
    return Carried(first.document_id, content, tuple(told), more)


def _verified(first: _File, readings: Sequence[_Reading]) -> Iterator[Row]:
    """Give the observations, each with how many further files have its number."""
    at = {number: place for place, number in enumerate(first.tables)}
    for row in rows_of(first.content, "observations"):
        if row["table"] not in at:
            yield row
            continue
        place = (at[row["table"]], row["row"], row["column"])
        agreeing = [reading.file for reading in readings if place in reading.agree]
        proved = any(file.source != first.source for file in agreeing) and row["check"] == "unchecked"
        yield {**row, "readings": len(agreeing), **({"check": "verified"} if proved else {})}


def _findings(first: _File, readings: Sequence[_Reading]) -> Iterator[Row]:
    """Tell of each number in which a further reading differs."""
    for reading in readings:
        for (table, row, column), ours, theirs in reading.differ:
            doubtful = any(one is not None and one["doubtful"] for one in (ours, theirs))
            item = next(one["item"] for one in (ours, theirs) if one is not None)
            file = f"{reading.file.document_id[:12]}…"
            yield {
                "document_id": first.document_id,
                "table": first.tables[table],
                "row": row,
                "column": column,
                "rule": RULE,
                "severity": "warning",
                "expected": theirs and theirs["raw"],
                "found": ours and ours["raw"],
                "message": f"{item or 'Рядок'}: тут {_quoted(ours)}, а в іншому файлі цього звіту ({file}) "
                f"{_quoted(theirs)}{', прочитано непевно' if doubtful else ''}.",
                "cells": f"{row}:{column}",
                "cause": "reading" if doubtful else "source",
            }


def _quoted(row: Row | None) -> str:
    return f"«{row['raw']}»" if row is not None and row["raw"] else "порожньо"


def _apart(file: _File, twin: _File) -> Row:
    """Tell of a report that is carried beside one that looks the same."""
    return {
        "document_id": file.document_id,
        "rule": APART,
        "severity": "warning",
        "found": twin.document_id,
        "message": f"Файл {twin.document_id[:12]}… має те саме рішення й ті самі рядки, але інші числа чи іншу будову "
        "таблиць: обидва враховано як окремі звіти. Якщо це один звіт, його числа пораховано двічі.",
    }


def _only_there(first: _File, file: _File, families: Mapping[str, Family]) -> Iterator[Content]:
    """Give what a further file has besides: its tables of no known kind that the first one lacks."""
    there = list(_unknown(first.content).values())
    surplus = set()
    for number, table in _unknown(file.content).items():
        match = next((other for other in there if _same_table(other, table)), None)
        if match is None:
            surplus.add(number)
        else:
            there.remove(match)
    if surplus:
        rows = {
            name: [row for row in rows_of(file.content, name) if row["table"] in surplus] for name in file.content.rows
        }
        yield recounted(replace(file.content, rows={}), {"observations": [], **rows}, families)


@dataclass(frozen=True, slots=True)
class _Unknown:
    """A table of no known kind: its shape, and its numbers by their places."""

    shape: tuple[int, int]
    numbers: dict[tuple[int, int], Decimal] = field(default_factory=dict)


def _unknown(content: Content) -> dict[int, _Unknown]:
    found = {
        row["table"]: _Unknown((row["n_rows"], row["n_columns"]))
        for row in rows_of(content, "tables")
        if row["family"] is None
    }
    for row in rows_of(content, "observations"):
        if row["table"] in found and row["value"] is not None:
            found[row["table"]].numbers[row["row"], row["column"]] = Decimal(row["value"])
    return found


def _same_table(one: _Unknown, other: _Unknown) -> bool:
    places = one.numbers.keys() | other.numbers.keys()
    agree = sum(one.numbers.get(place) == other.numbers.get(place) for place in places)
    return one.shape == other.shape and agree >= SAME * len(places)

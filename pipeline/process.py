"""One document through every stage: bytes in, rows of every data set out. A pure function.

Guarantee: imports neither pandas nor pandera, so that worker processes start fast; touches no file but the data that
comes with zvity.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, TypeVar

from extractors.collector import without_collector
from extractors.document import Cell, Document, Paragraph
from extractors.errors import Refused
from extractors.read import read
from pipeline.amounts import disagreements
from pipeline.assemble import assemble
from pipeline.column import Column
from pipeline.columns import Context
from pipeline.dates import find_reported_years
from pipeline.facts import Facts, caption, find_facts, goes_on, stated_unit, texts_above
from pipeline.family import Family
from pipeline.family_files import load_families
from pipeline.header import Path
from pipeline.lineage import LINEAGE, identity_rows
from pipeline.text import Words
from pipeline.tidy import Understood, tidy_rows, understand
from validators import arithmetic, conservation
from validators.findings import Finding, as_row
from validators.identity import Identity
from validators.model import CHECKS, ROLES, STANDING
from validators.ratios import Cost
from validators.records import Observation
from validators.sums import MONEY

T = TypeVar("T")

Row = dict[str, Any]
"""A row of a data set: column name to `str`, `int`, `bool`, `Decimal`, `date` or `None`."""

Rows = dict[str, list[Row]]
"""Rows by data set name, `document_id` included; `documents` has one row without the facts of the run.

Beside the data sets it has what `lineage.LINEAGE` names, which is kept with a result for `zvity explain`.
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """A document as read and understood, before it is turned into rows."""

    document: Document
    facts: Facts
    tables: tuple[Understood, ...]
    findings: tuple[Finding, ...]
    """Findings about the facts of the document."""


def interpret(data: bytes, file_name: str, families: Sequence[Family] | None = None) -> Reading:
    """Read, assemble and understand one document.

    Args:
        data: the file's bytes.
        file_name: its name.
        families: the known kinds of report; those that come with zvity by default.

    Raises:
        InputError: as `extractors.read.read`.
    """
    return meaning(assemble(read(data, file_name)), load_families() if families is None else families)


@without_collector()
def meaning(document: Document, families: Sequence[Family]) -> Reading:
    """Understand an assembled document."""
    facts, findings = find_facts(document)
    words = Words(lambda: _texts(document))
    unit, said = stated_unit(document)
    tables = []
    head = texts_above(document, document.tables[0])[::-1] if document.tables else ()
    years: set[tuple[int, int]] = set()
    units: set[str] = set()
    above: tuple[str, ...] = ()
    alike: dict[tuple[Path, ...], Family] = {}
    for number, table in enumerate(document.tables, start=1):
        own = texts_above(document, table)
        above = (*own, *above) if any(map(goes_on, own)) else own
        around = Context(
            above, facts, unit, said, before=_only(years), unit_before=_only(units), head=head, alike=alike
        )
        tables.append(understand(number, table, caption(document, table), around, families, words))
        if (family := tables[-1].family) is not None:
            alike.setdefault(tuple(column.path for column in tables[-1].columns), family)
        if around.own_years is not None:
            years.add(around.own_years)
        if around.money in MONEY:
            units.add(around.money)
    return Reading(document, facts, tuple(tables), tuple(findings))


def _only(found: set[T]) -> T | None:
    """Give the one element of a set; `None` where there is none or several."""
    return next(iter(found)) if len(found) == 1 else None


def _texts(document: Document) -> Iterator[str]:
    for block in document.blocks:
        if isinstance(block, Paragraph):
            yield block.text
        else:
            yield from (text for cell in block.cells if (text := cell.text) and not text[0].isdigit())


@without_collector()
def process(data: bytes, file_name: str, families: Sequence[Family] | None = None) -> Rows:
    """Turn one document into the rows it adds to each data set.

    Args:
        data: the file's bytes.
        file_name: its name.
        families: the known kinds of report; those that come with zvity by default.

    Raises:
        InputError: as `extractors.read.read`; `Refused` with `no_tables` where there is nothing to publish.
        ConservationError: a cell or a value was lost, which is a defect of ours.
    """
    families = load_families() if families is None else families
    reading = interpret(data, file_name, families)
    document = reading.document
    if not reading.tables:
        raise Refused("no_tables", "no table was found in the document; check that it is the right file")
    rows: Rows = {dataset.name: [] for dataset in STANDING}
    rows["findings"].extend(as_row(finding) for finding in of_document(reading))
    lineage: Rows = {name: [] for name in LINEAGE}
    for proved in proofs(reading):
        understood, observations = proved.understood, proved.observations
        conservation.check_cells(
            [(cell.row, cell.column) for cell in understood.table.cells],
            understood.roles,
            [observation.place for observation in observations],
        )
        rows["tables"].append(_table_row(understood, observations))
        rows["columns"].extend(_column_row(understood, i, column) for i, column in enumerate(understood.columns))
        rows["cells"].extend(_cell_row(understood, cell) for cell in understood.table.cells)
        rows["observations"].extend(observation._asdict() for observation in observations)
        rows["findings"].extend(as_row(finding) for finding in proved.findings)
        if understood.family is not None:
            rows.setdefault(understood.family.name, []).extend(proved.tidied)
        lineage["identities"].extend(identity_rows(proved.identities))
        lineage["joins"].extend(
            {"table": understood.number, "page": join.page, "reason": join.reason} for join in understood.table.joins
        )
    rows["documents"].append(
        {
            "report_id": _report_id(reading),
            "report_key": _report_key(reading),
            "media_type": document.media_type,
            "bytes": len(data),
            "pages": document.pages,
            "tables": len(reading.tables),
            **_record(reading.facts),
        }
    )
    for found in rows.values():
        for row in found:
            row["document_id"] = document.document_id
    known = (*(d for d in STANDING if d.name != "documents"), *(family.tidy for family in families))
    problems = [problem for dataset in known for problem in dataset.problems(rows.get(dataset.name, ()))]
    if problems:
        raise conservation.ConservationError(f"{len(problems)} rows break the schema of their data set: {problems[0]}")
    return rows | lineage


@dataclass(frozen=True, slots=True)
class Proved:
    """A table with what its own arithmetic and its family's rules say of it.

    `observations` have their checks; `tidied` are the rows of its family's own table.
    """

    understood: Understood
    observations: tuple[Observation, ...]
    findings: tuple[Finding, ...]
    tidied: tuple[Row, ...]
    identities: tuple[Identity, ...]


def proofs(reading: Reading) -> Iterator[Proved]:
    """Check the numbers of each table of a document."""
    money = money_rows(reading.tables)
    for understood in reading.tables:
        proof = arithmetic.prove(understood.observations, understood.rules(money), understood.readings)
        tidied = tidy_rows(understood, proof.observations)
        broken = () if understood.family is None else _broken_rules(understood.family, tidied)
        yield Proved(
            understood,
            tuple(proof.observations),
            (*understood.findings, *proof.findings, *broken),
            tuple(tidied),
            tuple(proof.identities),
        )


def of_document(reading: Reading) -> tuple[Finding, ...]:
    """Give the findings that are about no table: facts that are doubtful, amounts that differ from their words."""
    return (*reading.findings, *_words_differ(reading.document))


def money_rows(tables: Sequence[Understood]) -> list[Cost]:
    """Give the rows of money of a document's tables of known kinds, which indicators of another may be averages of."""
    rows: dict[tuple[int, int], list[Observation]] = {}
    for table in tables:
        for o in table.observations if table.family is not None else ():
            if o.value is not None and o.unit in MONEY:
                rows.setdefault((o.table, o.row), []).append(o)
    return [Cost(row) for row in rows.values()]


def _words_differ(document: Document) -> Iterator[Finding]:
    """Tell amounts in the text whose words say another sum than their figures."""
    for block in document.blocks:
        for figures, words in disagreements(block.text) if isinstance(block, Paragraph) else ():
            yield Finding(
                table=None,
                row=None,
                column=None,
                rule="words",
                severity="error",
                expected=format(words.value, "f"),
                found=figures.raw,
                message=f"У тексті «{figures.raw}», а словами: «{words.raw}».",
                cause="source",
            )


def _record(record: Facts) -> Row:
    return {field.name: getattr(record, field.name) for field in fields(record)}


def _broken_rules(family: Family, tidied: Sequence[Row]) -> Iterator[Finding]:
    """Give a finding for each value that breaks a rule which the family states for a field of its tidy table."""
    soft = [field for field in family.tidy.fields if field.soft]
    for row in tidied:
        for field in soft:
            what = field.broken(row[field.name])
            if what is not None:
                yield Finding(
                    table=row["table"],
                    row=row["row"],
                    column=None,
                    rule="family_rule",
                    severity="warning",
                    expected=what,
                    found=None if row[field.name] is None else f"{field.name}: {row[field.name]}",
                    message=f"{row.get('item') or 'Рядок'}: поле {field.name} порушує правило виду звіту: {what}.",
                )


def _column_row(understood: Understood, index: int, column: Column) -> Row:
    start, end = column.period if column.measure and column.period else (None, None)
    family = understood.family
    return {
        "table": understood.number,
        "column": index,
        "path": " › ".join(column.path) or None,
        "label": column.label,
        "measure": column.measure,
        "base": column.base,
        "period_start": start,
        "period_end": end,
        "part": column.part,
        "fund": column.fund if column.measure else None,
        "unit": column.unit if column.measure else None,
        "known": family is not None and family.knows(column),
    }


def _table_row(understood: Understood, observations: Sequence[Observation]) -> Row:
    checks = Counter(o.check for o in observations)
    roles = Counter(understood.roles.values())
    table = understood.table
    return {
        "table": understood.number,
        "pages": _span(table.pages),
        "family": understood.family.name if understood.family else None,
        "caption": understood.caption,
        "unit": understood.unit,
        "n_rows": table.n_rows,
        "n_columns": table.n_columns,
        "header_rows": understood.header_rows,
        **{check: checks[check] for check in CHECKS},
        **{f"cells_{role}": roles[role] for role in ROLES},
    }


def _span(pages: Sequence[int]) -> str | None:
    if not pages:
        return None
    return str(pages[0]) if len(pages) == 1 else f"{pages[0]}-{pages[-1]}"


def _cell_row(understood: Understood, cell: Cell) -> Row:
    x0, top, x1, bottom = (_points(v) for v in cell.bbox) if cell.bbox else (None, None, None, None)
    places = (" ".join([str(r.page), *(str(_points(v)) for v in r.bbox)]) for r in cell.continued)
    return {
        "table": understood.number,
        "row": cell.row,
        "column": cell.column,
        "row_span": cell.row_span,
        "column_span": cell.column_span,
        "role": understood.roles[(cell.row, cell.column)],
        "text": cell.text,
        "page": cell.page,
        "x0": x0,
        "top": top,
        "x1": x1,
        "bottom": bottom,
        "continued": "; ".join(places) or None,
        "source": cell.source,
        "confidence": None if cell.confidence is None else Decimal(f"{cell.confidence:.3f}"),
        "alternative": cell.alternative,
        "doubtful": cell.doubtful,
    }


def _points(value: float) -> Decimal:
    return Decimal(f"{value:.2f}")


def _report_id(reading: Reading) -> str:
    """Name the report: the same for a Word file, a PDF and a scan of it that are read alike.

    The programme's key (number and date of its decision), the community, the programme's years, the time it reports on,
    and the shape and years of the tables a family knows. A report that states no decision is named by its own content.
    """
    facts = reading.facts
    if facts.decision_number is None or facts.decision_date is None:
        return reading.document.document_id
    shapes = []
    for t in reading.tables:
        if t.family is not None:
            years = sorted({c.period for c in t.columns if c.period is not None})
            shapes.append((t.family.name, t.table.n_rows, t.table.n_columns, years))
    key = (
        facts.decision_number,
        facts.decision_date.isoformat(),
        facts.katottg,
        facts.period_start,
        facts.period_end,
        find_reported_years(facts.title or ""),
        shapes,
    )
    return hashlib.sha256(repr(key).encode()).hexdigest()


def _report_key(reading: Reading) -> str:
    """Name what files of one report have in common for sure: the decision and the kinds of tables; empty without."""
    facts = reading.facts
    kinds = sorted({t.family.name for t in reading.tables if t.family is not None})
    if facts.decision_number is None or facts.decision_date is None or not kinds:
        return ""
    return hashlib.sha256(repr((facts.decision_number, facts.decision_date.isoformat(), kinds)).encode()).hexdigest()

"""A document's numbers judged anew, by the identities that were found when it was read.

Where a person corrects a number, the report's arithmetic is asked again with the right one: a contradiction that it
mends is gone, one that it makes is told.

Guarantee: no value is changed, and no identity is made up. One that, asked with the numbers as they were read, does not
say again what it said then is left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import get_args

from pipeline.lineage import places
from pipeline.numerals import parse
from pipeline.recount import Row
from validators.arithmetic import judge
from validators.findings import Place, as_row
from validators.identity import Identity, Rule, exactly
from validators.records import Observation

_RULES = {*get_args(Rule), "reading", "rounding"}
"""The rules of the findings that the arithmetic makes."""

Records = Mapping[tuple[int, int, int], Observation]
"""Numbers by table, row and column."""


def judged(
    former: Sequence[Row],
    observations: Sequence[Row],
    findings: Sequence[Row],
    cells: Iterable[Row],
    proofs: Sequence[Row],
) -> list[Row]:
    """Set the checks anew in the tables whose identities have corrected numbers; give all findings, theirs anew.

    Args:
        former: the document's observations as they were read.
        observations: the same with the corrected values; gets the checks.
        findings: those of the document.
        cells: those of the document.
        proofs: its identities, as `lineage` keeps them.
    """
    changed = {
        (new["table"], new["row"], new["column"]) for old, new in zip(former, observations, strict=True) if old != new
    }
    tables = {table for table, _, _ in changed} | {row["table"] for row in proofs if changed.intersection(places(row))}
    before, now = _records(former), _records(observations)
    found = list(findings)
    with exactly():
        for table in sorted(tables):
            identities = list(_identities(table, proofs, before, now))
            readings = {
                (cell["row"], cell["column"]): value
                for cell in cells
                if cell["table"] == table
                and cell["alternative"]
                and (value := parse(cell["alternative"]).value) is not None
            }
            touched = {(row, column) for at, row, column in changed if at == table}
            proof = judge([o for o in now.values() if o.table == table], [new for _, new in identities], readings)
            alone = judge([o for o in before.values() if o.table == table], [old for old, _ in identities])
            found = [row for row in found if not _is_renewed(row, table, touched)]
            found += ({**as_row(one), "document_id": former[0]["document_id"]} for one in proof.findings)
            checks = {
                o.place: (o.check, was.check) for o, was in zip(proof.observations, alone.observations, strict=True)
            }
            for row in observations:
                if row["table"] == table:
                    check, was = checks[row["row"], row["column"]]
                    if (check, was, row["check"]) != ("unchecked", "unchecked", "verified"):  # by another file
                        row["check"] = check
    return found


def _records(rows: Iterable[Row]) -> Records:
    return {(row["table"], row["row"], row["column"]): _record(row) for row in rows}


def _record(row: Row) -> Observation:
    value = row["value"]
    known = {name: row[name] for name in Observation._fields}
    return Observation(**(known | {"value": None if value is None else Decimal(value), "check": None}))


def _identities(
    table: int, proofs: Iterable[Row], before: Records, now: Records
) -> Iterator[tuple[Identity, Identity]]:
    """Give a table's identities, each of the numbers as read and of those that are right."""
    for row in proofs:
        if row["table"] == table:
            read = _identity(row, before)
            if (read.holds() if read.says() else None) == row["holds"]:
                yield read, _identity(row, now)


def _identity(row: Row, records: Records) -> Identity:
    result, *terms = (_number(records[place], row["table"]) for place in places(row))
    scale = row["scale"]
    return Identity(
        row["rule"],
        result,
        tuple(terms),
        tuple(map(int, (row["signs"] or "").split())),
        row["origin"],
        Decimal(1) if scale is None else Decimal(scale),
        row["fits"],
        row["tested"],
        row["rounding"],
    )


def _number(record: Observation, table: int) -> Observation:
    return record if record.table == table else record._replace(row=-1 - record.row)  # no place of this table


def _is_renewed(finding: Row, table: int, touched: set[Place]) -> bool:
    """Tell whether the arithmetic makes a finding anew, or would not make it any more."""
    if finding["table"] != table or finding["rule"] not in _RULES:
        return False
    if finding["rule"] != "rounding":
        return True
    cells = {tuple(map(int, cell.split(":"))) for cell in (finding["cells"] or "").split()}
    return bool(cells & touched)

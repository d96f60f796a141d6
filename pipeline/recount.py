"""What follows from the checks of a document's numbers: counts of its tables, checks of its tidy rows, its sums.

They are worked out once where a document is read. Where its numbers are judged anew, by other files of the report or by
a person's corrections, they are worked out again.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.family import Family
from pipeline.results import Columns, Content, counted
from validators.model import CHECKS, STANDING, WEAKEST

Row = dict[str, Any]

_COLUMNS = {dataset.name: dataset.columns for dataset in STANDING}


def rows_of(content: Content, name: str) -> list[Row]:
    """Give a document's rows of a data set."""
    kept = content.rows.get(name)
    return [] if kept is None else [dict(zip(kept.names, row, strict=True)) for row in kept.rows]


def as_columns(names: Sequence[str], rows: Iterable[Row]) -> Columns:
    """Give rows as they are kept; what they lack is `None`."""
    return Columns(tuple(names), [[row.get(name) for name in names] for row in rows])


def recounted(content: Content, rows: Mapping[str, Sequence[Row]], families: Mapping[str, Family]) -> Content:
    """Give a document's content with other rows, and with all that follows from their checks.

    Args:
        content: the content as it was.
        rows: the data sets that have other rows, `observations` among them.
        families: the known kinds of report, by name.
    """
    observations = rows["observations"]
    checks = Counter((row["table"], row["check"]) for row in observations)
    tables = [
        {**row, **{check: checks[row["table"], check] for check in CHECKS}}
        for row in rows.get("tables") or rows_of(content, "tables")
    ]
    found = {**rows, "tables": tables}
    for name, family in families.items():
        if name in content.rows:
            found[name] = list(_tidied(family, found.get(name) or rows_of(content, name), observations))
    kept = {
        name: as_columns(content.rows[name].names if name in content.rows else _COLUMNS[name], of)
        for name, of in found.items()
        if of
    }
    everything = {name: found.get(name) or rows_of(content, name) for name in {*content.rows, *found}}
    counts = replace(counted(everything), further=content.counts.further)
    return replace(content, counts=counts, rows={**content.rows, **kept})


def _tidied(family: Family, rows: Iterable[Row], observations: Iterable[Row]) -> Iterator[Row]:
    """Give the rows of a tidy table, each with the weakest check of the numbers it was made of."""
    measures = {source.of for source in family.sources.values()}
    of: dict[tuple[Any, ...], set[str]] = defaultdict(set)
    for row in observations:
        if row["measure"] in measures:
            of[group(family, row)].add(row["check"])
    for row in rows:
        statuses = of[group(family, row)]
        yield {**row, "check": next((status for status in WEAKEST if status in statuses), None)}


def group(family: Family, row: Row) -> tuple[Any, ...]:
    """Give what the numbers of one tidy row have in common, and no others."""
    names = ("fund", "period_start", "period_end", "part") if family.per == "period" else ()
    return (row["table"], row["row"], *(row[name] for name in names))

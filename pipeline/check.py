"""Read a dataset folder again and validate it whole: schemas, keys, references, and that the data sets add up.

Guarantee: every value, key and reference is looked at, a row group at a time and column by column, so that a million
rows take seconds and little memory.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from pipeline import datasets
from pipeline.exits import UsageError
from pipeline.folders import Folder
from pipeline.own_families import kept_families
from validators.model import CELLS, CHECKS, DOCUMENTS, OBSERVATIONS, ROLES, TABLES, Dataset, Field

_SHOWN = 20
"""Bad values of a column that are told one by one."""


@dataclass
class _Seen:
    """What the data sets must agree on.

    Attributes:
        documents: ids of the published documents.
        readings: for each further reading of a report the document that carries it, by ids.
        named: ids that each data set names.
        tables: the rows of `tables`.
        roles: cells by document, table and role.
        checks: observations by document, table and check.
    """

    documents: set[str] = field(default_factory=set)
    readings: dict[str, str] = field(default_factory=dict)
    named: dict[str, set[str]] = field(default_factory=dict)
    tables: list[dict[str, Any]] = field(default_factory=list)
    roles: Counter[tuple[str, int, str | None]] = field(default_factory=Counter)
    checks: Counter[tuple[str, int, str | None]] = field(default_factory=Counter)


def check(out: Folder) -> list[str]:
    """Give a sentence for everything that is wrong with the data sets in a folder; empty where all is well.

    Raises:
        UsageError: the folder holds none.
    """
    known = datasets.all_datasets(kept_families(out))
    if not any(out.stat(f"{dataset.name}.parquet") for dataset in known):
        raise UsageError(f"{out} holds no data sets; name the output folder of a run")
    problems: list[str] = []
    seen = _Seen()
    for dataset in known:
        try:
            problems.extend(_problems(out, dataset, seen))
        except (OSError, pa.ArrowException) as error:
            problems.append(f"{dataset.name}: cannot be read ({error}); run `zvity run` again")
            continue
        if not out.stat(f"{dataset.name}.csv"):
            problems.append(f"{dataset.name}: the CSV file is missing; run `zvity run` again")
    if not problems:
        problems = _references(seen) + _sums(seen)
    return problems


def _problems(out: Folder, dataset: Dataset, seen: _Seen) -> Iterator[str]:
    """Tell what is wrong with the values and keys of a data set, and note what others must agree with.

    Raises:
        OSError, pyarrow.ArrowException: it cannot be read.
    """
    with out.open(f"{dataset.name}.parquet") as file:
        groups = pq.ParquetFile(file)
        if not groups.metadata.num_rows:
            return
        found = groups.schema_arrow
        if tuple(found.names) != dataset.columns or any(found.field(f.name).type != _type(f) for f in dataset.fields):
            yield f"{dataset.name}: its columns are not those of this version; run `zvity run` again"
            return
        for together in _groups(groups, dataset):
            repeated = _repeated(dataset, groups.read_row_groups(together, columns=list(dataset.key)))
            yield from repeated
            for number in together:
                rows = groups.read_row_group(number).combine_chunks()
                yield from (problem for f in dataset.fields for problem in _broken(dataset, f, rows))
                _note(dataset, rows, seen)


def _type(field_: Field) -> Any:  # noqa: ANN401  # Arrow has no types
    return datasets.ARROW[field_.kind]


def _groups(groups: Any, dataset: Dataset) -> Iterator[list[int]]:  # noqa: ANN401
    """Give the row groups, together those that share a document, so that a key can repeat only within."""
    if dataset.key[0] != "document_id":
        yield list(range(groups.num_row_groups))
        return
    of: dict[str, int] = {}
    roots = list(range(groups.num_row_groups))

    def root(number: int) -> int:
        while roots[number] != number:
            number = roots[number]
        return number

    for number in range(groups.num_row_groups):
        for document_id in groups.read_row_group(number, columns=["document_id"]).column(0).unique().to_pylist():
            roots[root(number)] = root(of.setdefault(document_id, number))
    together: dict[int, list[int]] = {}
    for number in range(groups.num_row_groups):
        together.setdefault(root(number), []).append(number)
    yield from together.values()


def _repeated(dataset: Dataset, keys: Any) -> Iterator[str]:  # noqa: ANN401
    counts = keys.group_by(list(dataset.key)).aggregate([([], "count_all")])
    twice = counts.filter(pc.greater(counts.column("count_all"), 1)).drop_columns(["count_all"])
    for row in twice.slice(0, _SHOWN).to_pylist():
        yield f"{dataset.name}: the key repeats ({_shown(row)})"


def _broken(dataset: Dataset, rule: Field, rows: Any) -> Iterator[str]:  # noqa: ANN401
    """Tell of the values of a column that break its rules."""
    if rule.soft:
        return
    values = rows.column(rule.name)
    asked = []
    if rule.required:
        asked.append(("is missing", pc.is_null(values)))
    if rule.choices:
        asked.append((f"is none of {', '.join(rule.choices)}", pc.invert(pc.is_in(values, pa.array(rule.choices)))))
    if rule.minimum is not None:
        asked.append((f"is below {rule.minimum}", pc.less(values, pa.scalar(rule.minimum).cast(values.type))))
    if rule.maximum is not None:
        asked.append((f"is above {rule.maximum}", pc.greater(values, pa.scalar(rule.maximum).cast(values.type))))
    if rule.pattern is not None:
        bad = [v for v in values.unique().to_pylist() if v is not None and rule.broken(v)]
        asked.append((f"does not match {rule.pattern}", pc.is_in(values, pa.array(bad, values.type))))
    for told, bad_rows in asked:
        if told != "is missing":
            bad_rows = pc.and_(bad_rows, pc.is_valid(values))  # noqa: PLW2901
        if not pc.any(bad_rows).as_py():
            continue
        for row in rows.filter(bad_rows).slice(0, _SHOWN).to_pylist():
            key = _shown({name: row[name] for name in dataset.key})
            yield f"{dataset.name}: {rule.name}: {row[rule.name]!r} {told} ({key})"


def _shown(key: dict[str, Any]) -> str:
    return ", ".join(f"{name}={value}" for name, value in key.items())


def _note(dataset: Dataset, rows: Any, seen: _Seen) -> None:  # noqa: ANN401
    if dataset.name == DOCUMENTS.name:
        published = rows.filter(pc.equal(rows.column("status"), "published"))
        seen.documents.update(published.column(0).to_pylist())
        further = published.filter(pc.is_valid(published.column("reading_of"))).select(["document_id", "reading_of"])
        seen.readings.update((row["document_id"], row["reading_of"]) for row in further.to_pylist())
        return
    seen.named.setdefault(dataset.name, set()).update(rows.column("document_id").unique().to_pylist())
    if dataset.name == TABLES.name:
        seen.tables.extend(rows.to_pylist())
    elif dataset.name == CELLS.name:
        _count(rows, "role", seen.roles)
    elif dataset.name == OBSERVATIONS.name:
        _count(rows, "check", seen.checks)


def _count(rows: Any, by: str, counts: Counter[tuple[str, int, str | None]]) -> None:  # noqa: ANN401
    found = rows.group_by(["document_id", "table", by]).aggregate([([], "count_all")])
    for row in found.to_pylist():
        counts[row["document_id"], row["table"], row[by]] += row["count_all"]


def _references(seen: _Seen) -> list[str]:
    carried = seen.documents - seen.readings.keys()
    astray = [
        f"documents: {document_id} is a reading of {of}, which carries no report"
        for document_id, of in seen.readings.items()
        if of not in carried
    ]
    return astray + [
        f"{name}: {len(foreign)} documents that it names are not published, such as {sorted(map(str, foreign))[0]}"
        for name, ids in seen.named.items()
        if (foreign := ids - seen.documents)
    ]


def _sums(seen: _Seen) -> list[str]:
    """Compare what `tables` says with the cells and observations there are."""
    values: Counter[tuple[str, int]] = Counter()
    for (document_id, table, _), count in seen.checks.items():
        values[document_id, table] += count
    problems = []
    for row in seen.tables:
        key = (row["document_id"], row["table"])
        off = [role for role in ROLES if seen.roles[(*key, role)] != row[f"cells_{role}"]]
        off += [status for status in CHECKS if seen.checks[(*key, status)] != row[status]]
        if seen.roles[(*key, "value")] + seen.roles[(*key, "rejected")] != values[key]:
            off.append("observations")
        if off:
            problems.append(f"tables: table {key[1]} of {key[0]} does not add up: {', '.join(off)}")
    return problems

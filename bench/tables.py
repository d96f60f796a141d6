"""How well tables come out of PDFs: `python -m bench.tables` prints the measures of every set of the corpus.

Guarantee: what a program gives is scored as it gives it, by the same measures for all; a document it fails on counts
with no tables and is named. Without `--program` only this project's code is measured, in this process, in seconds.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.grits import grits_content, grits_topology
from bench.metrics import (
    Aligned,
    Relation,
    Tally,
    adjacency,
    aligned,
    exact_cells,
    match,
    paired_adjacency,
    relations,
    surplus_headers,
    total,
)
from bench.peers.environments import PROGRAMS, Result, run_cached
from bench.truth import Cell, Sample, Table, samples

ROOT = Path(__file__).parent.parent
CORPUS = ROOT.parent / "shared" / "corpus"

SETS = {"korosten": "korosten", "word-pdf": "pdf", "icdar": "icdar2013-eu"}
"""Sets of documents with truth: name and folder in the corpus."""


TIME_LIMIT = 120.0
"""Seconds a program may take for a file."""


@dataclass(frozen=True, slots=True)
class Score:
    """All measures of a document."""

    name: str
    found: Result
    true_tables: int
    adjacency: Tally
    paired: Tally
    content: Tally
    topology: Tally
    exact: Tally
    aligned: Aligned
    surplus: int | None


def zvity(path: Path) -> Result:
    """Read a file as the product does: read and assembled."""
    from extractors.errors import InputError
    from extractors.read import read
    from pipeline.assemble import assemble

    started = time.process_time()
    try:
        document = assemble(read(path.read_bytes(), path.name))
    except InputError as error:
        return Result(failure=f"{error.reason}: {error}")
    seconds = time.process_time() - started
    tables = tuple(
        Table(
            tuple(Cell(c.row, c.column, c.row_span, c.column_span, c.text) for c in table.cells),
            table.pages,
        )
        for table in document.tables
    )
    return Result(tables, (seconds,))


def score(sample: Sample, found: Result) -> Score:
    """Measure what was found in a document against the reading of the truth that it comes closest to."""
    return max((_score(sample, truth, found) for truth in sample.truths), key=lambda s: s.adjacency.f1)


def _score(sample: Sample, truth: tuple[Table, ...], found: Result) -> Score:
    pairs = match(truth, found.tables)
    return Score(
        sample.name,
        found,
        len(truth),
        adjacency(truth, found.tables),
        paired_adjacency(truth, found.tables, pairs),
        grits_content(truth, found.tables, pairs),
        grits_topology(truth, found.tables, pairs),
        exact_cells(truth, found.tables, pairs),
        aligned(truth, found.tables),
        surplus_headers(truth, found.tables),
    )


# Output

HEADINGS = (
    "F1",
    "precision",
    "recall",
    "mean F1",
    "F1 paired",
    "GriTS con",
    "GriTS top",
    "exact cells",
    "cells",
    "rows",
    "spans",
    "tables",
    "surplus",
    "s",
)


def row(scores: Sequence[Score]) -> list[str]:
    """Give the measures of a set, or of one document, as texts under `HEADINGS`."""
    adjacent = total(s.adjacency for s in scores)
    spans = total(s.aligned.spans for s in scores)
    surplus = [s.surplus for s in scores if s.surplus is not None]
    shares = [
        adjacent.f1,
        adjacent.precision,
        adjacent.recall,
        sum(s.adjacency.f1 for s in scores) / len(scores),
        total(s.paired for s in scores).f1,
        total(s.content for s in scores).f1,
        total(s.topology for s in scores).f1,
        total(s.exact for s in scores).recall,
        total(s.aligned.cells for s in scores).recall,
        total(s.aligned.rows for s in scores).recall,
    ]
    return [
        *map(share, shares),
        "-" if not spans.true else share(spans.recall) if spans.found else "no",
        f"{sum(len(s.found.tables) for s in scores)}/{sum(s.true_tables for s in scores)}",
        str(sum(surplus)) if surplus else "-",
        f"{sum(sum(s.found.seconds[:1]) for s in scores):.2f}",
    ]


def share(value: float) -> str:
    """Print a share with three digits, never rounded up to 1."""
    return "1" if value >= 1 else f"{min(value, 0.999):.3f}"


def table_lines(title: str, rows: Iterable[tuple[str, Sequence[str]]]) -> Iterator[str]:
    """Lay rows out as a Markdown table that also reads well on a terminal."""
    lines = [(title, *HEADINGS), *((label, *cells) for label, cells in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for index, line in enumerate(lines):
        yield "| " + " | ".join(text.ljust(width) for text, width in zip(line, widths, strict=True)) + " |"
        if index == 0:
            yield "|" + "|".join("-" * (width + 2) for width in widths) + "|"


def _found(program: str, path: Path) -> Result:
    peer = next((peer for peer in PROGRAMS if peer.name == program), None)
    return zvity(path) if peer is None else run_cached(peer, path, timeout=TIME_LIMIT)


def _notes(sample: Sample, score: Score, diff: bool) -> Iterator[str]:
    if score.found.failure:
        yield f"failed: {sample.name}: {score.found.failure}"
    if diff:
        yield from _difference(sample, score.found)


def _difference(sample: Sample, found: Result) -> Iterator[str]:
    truth = max(sample.truths, key=lambda truth: adjacency(truth, found.tables).f1)
    wanted = sum((relations(table) for table in truth), Counter[Relation]())
    got = sum((relations(table) for table in found.tables), Counter[Relation]())
    for sign, rest in (("missed", wanted - got), ("too many", got - wanted)):
        for (first, second, direction), count in rest.items():
            yield f"{sample.name} {sign} {count}: {first!r} {direction} {second!r}"


def main() -> int:
    """Print the measures; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.tables", description=__doc__)
    names = [program.name for program in PROGRAMS]
    parser.add_argument("--program", action="append", choices=names, default=[], help="a peer too; repeatable")
    parser.add_argument("--set", action="append", help=f"{', '.join(SETS)}, or a folder of PDFs with truth; repeatable")
    parser.add_argument("--file", action="append", default=[], help="only documents whose name holds this; repeatable")
    parser.add_argument("--diff", action="store_true", help="name the relations that are missed or too many")
    parser.add_argument("--verbose", action="store_true", help="a line for each document")
    parser.add_argument("--corpus", type=Path, default=CORPUS, help="folder with korosten/, pdf/ and icdar2013-eu/")
    arguments = parser.parse_args()
    for name in arguments.set or SETS:
        folder = arguments.corpus / SETS[name] if name in SETS else Path(name)
        chosen = [s for s in samples(folder) if not arguments.file or any(part in s.name for part in arguments.file)]
        if not chosen:
            print(f"{name}: no documents with truth in {folder}", file=sys.stderr)
            continue
        totals: list[tuple[str, list[str]]] = []
        notes: list[str] = []
        for program in ["", *arguments.program]:
            scores = [score(sample, _found(program, sample.path)) for sample in chosen]
            each = [(s.name, row([s])) for s in scores] if arguments.verbose else []
            totals += [*each, (f"{program or 'zvity'}: {len(scores)}", row(scores))]
            notes += [
                line for sample, s in zip(chosen, scores, strict=True) for line in _notes(sample, s, arguments.diff)
            ]
        print("\n".join([*table_lines(name, totals), *notes, ""]), flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())

"""Tables from PDFs, this project against every peer: measures by set as Markdown.

Guarantee: a peer that cannot be installed, failed on a file or was not reached within the budget stands in the output
with the reason; what comes from an earlier run says so.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from bench.metrics import total
from bench.peers.environments import PROGRAMS, Program, Result, kept_result, run_cached, version
from bench.tables import HEADINGS, SETS, TIME_LIMIT, Score, row, score, share
from bench.truth import Sample, samples

BUDGET = 900.0
"""Seconds of wall time for all peers' runs that are not kept from an earlier run."""

NOT_REACHED = "not reached within the budget; run again to go on"

LEGEND = """\
*cells* and *rows*: right after the rows of a document are aligned with the truth's, whatever table or page they were
given in. *exact cells*: place, spans and text right in the table paired with the truth's. *spans*: merged cells with
both spans right (*no*: the program gives none). *tables*: given / true. *surplus*: rows that repeat a heading.
*F1*: adjacency relations of the ICDAR 2013 table competition, tables found by the program itself, over all documents
together; *mean F1*: the mean of documents; *F1 paired*: only between tables paired one to one. Shares are of the
truth's; texts compare without white space. The measures and their sources: `bench/metrics.py`, `bench/grits.py`.
*s*: CPU seconds for the set on one core after imports (Java: with its virtual machine). A run *kept* is an earlier
one, on the same file with the same packages; only runs of *now* compare in time. *made anew*: documents with truth
that `bench/made.py` made for this run from a seed nothing was developed on, printed by LibreOffice and Chromium."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A program's scores in a set, one a document in the order of the samples."""

    program: Program
    scores: tuple[Score, ...]

    @property
    def failures(self) -> list[tuple[str, str]]:
        """The documents it gave nothing for, with the reasons."""
        return [(s.name, s.found.failure) for s in self.scores if s.found.failure is not None]

    @property
    def out(self) -> str | None:
        """Why the program gave nothing for any document; `None` if it gave something."""
        reasons = [reason for _, reason in self.failures]
        return max(reasons, key=reasons.count) if len(reasons) == len(self.scores) else None

    @property
    def kept(self) -> bool:
        """Whether any of it comes from an earlier run."""
        return any(s.found.cached for s in self.scores)


class Contest:
    """Runs programs over the sets of a corpus within a budget."""

    def __init__(self, corpus: Path, budget: float = BUDGET, *, fresh: bool = False, made: Path | None = None) -> None:
        """Take the corpus's folder, and one of documents made for this run, the set `made`.

        `fresh` runs peers again whose results are kept.
        """
        self._folders = {name: corpus / folder for name, folder in SETS.items()}
        if made is not None:
            self._folders["made"] = made
        self._left = budget
        self._fresh = fresh

    def standings(self) -> dict[str, list[Standing]]:
        """Measure every program on every set that is there, quick programs first."""
        found = {name: samples(folder) for name, folder in self._folders.items()}
        return {
            name: [
                Standing(program, tuple(score(sample, self._run(program, sample)) for sample in chosen))
                for program in PROGRAMS
            ]
            for name, chosen in found.items()
            if chosen
        }

    def _run(self, program: Program, sample: Sample) -> Result:
        own = program.package is None
        if self._left <= 0 and not own:
            kept = kept_result(program, sample.path)
            return kept or Result(failure=NOT_REACHED)
        started = time.monotonic()
        result = run_cached(program, sample.path, timeout=TIME_LIMIT, fresh=self._fresh)
        if not own:
            self._left -= time.monotonic() - started
        return result


def summary(standings: dict[str, list[Standing]]) -> Iterator[str]:
    """Give one table over all sets: what README shows."""
    names = [name for name in _SUMMARY if name in standings]
    columns = [heading for name in names for heading in _SUMMARY[name]]
    yield "| program | " + " | ".join(columns) + " |"
    yield "|---" * (len(columns) + 1) + "|"
    for index, program in enumerate(PROGRAMS):
        cells = [text for name in names for text in _summary_cells(name, standings[name][index])]
        yield f"| {label(program)} | " + " | ".join(cells) + " |"


_SUMMARY = {
    "korosten": ("report: cells", "rows", "spans", "tables", "surplus header rows"),
    "word-pdf": ("Word PDFs: F1", "exact cells"),
    "icdar": ("ICDAR 2013 EU: F1", "mean F1"),
    "made": ("made anew: F1", "exact cells"),
}


def _summary_cells(name: str, standing: Standing) -> list[str]:
    if standing.out or any(reason == NOT_REACHED for _, reason in standing.failures):
        return ["–"] * len(_SUMMARY[name])  # a part of a set is no figure to compare by
    texts = dict(zip(HEADINGS, row(standing.scores), strict=True))
    wanted = {
        "korosten": ("cells", "rows", "spans", "tables", "surplus"),
        "word-pdf": ("F1", "exact cells"),
        "icdar": ("F1", "mean F1"),
        "made": ("F1", "exact cells"),
    }[name]
    return [texts[heading] for heading in wanted]


def set_lines(name: str, standings: list[Standing]) -> Iterator[str]:
    """Give a set's table with all measures, and what failed."""
    documents = standings[0].scores
    tables = sum(s.true_tables for s in documents)
    relations = total(s.adjacency for s in documents).true
    yield f"### {name}: {len(documents)} documents, {tables} tables, {relations} relations"
    yield ""
    yield "| program | " + " | ".join(HEADINGS) + " | run |"
    yield "|---" * (len(HEADINGS) + 2) + "|"
    for standing in standings:
        cells = ["–"] * len(HEADINGS) if standing.out else row(standing.scores)
        run = "not measured" if standing.out else "kept" if standing.kept else "now"
        yield f"| {label(standing.program)} | " + " | ".join([*cells, run]) + " |"
    failures = list(_failures(standings))
    yield from ["", *failures] if failures else []


def _failures(standings: list[Standing]) -> Iterator[str]:
    for standing in standings:
        if standing.out:
            yield f"- {label(standing.program)}: not measured: {standing.out}"
            continue
        for document, reason in standing.failures:
            yield f"- {label(standing.program)}: counted without tables on {document}: {reason}"


def document_lines(standings: list[Standing]) -> Iterator[str]:
    """Give the F1 of every document by this project and by the best peer on it."""
    yield "| document | zvity | best peer |"
    yield "|---|---|---|"
    own = standings[0].scores
    for index, mine in enumerate(own):
        peers = [(s.scores[index].adjacency.f1, s.program) for s in standings[1:] if not s.out]
        best = max(peers, key=lambda peer: peer[0], default=None)
        other = f"{share(best[0])} ({best[1].label})" if best else "–"
        yield f"| {mine.name} | {share(mine.adjacency.f1)} | {other} |"


def label(program: Program) -> str:
    """Name a program with the version that was run."""
    return program.label if program.package is None else f"{program.label} {version(program)}"

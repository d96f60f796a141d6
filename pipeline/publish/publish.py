"""`zvity publish`: the data sets of a run as a package of open data.

Guarantee: the same data and the same wishes give the same bytes, whenever and wherever. A package is published whole or
not at all, and not at all where the data sets are broken.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.check import check
from pipeline.datasets import schema_of
from pipeline.exits import Defect, OutputLocked, UsageError
from pipeline.folders import Folder
from pipeline.own_families import kept_families
from pipeline.publish import changes
from pipeline.publish.csv_file import write_csv
from pipeline.publish.descriptors import describe
from pipeline.publish.destination import SUMS, deliver, former_files, listed, sums
from pipeline.publish.errors import Contradicted
from pipeline.publish.listings import CHANGES, SOURCES
from pipeline.publish.package import About, Changes, File, Listing, Package, Resource, Selection
from pipeline.publish.parquet_file import write_parquet
from pipeline.publish.selecting import Rows, published, select, sources_of
from pipeline.publish.staging import Staged
from pipeline.publish.xlsx import Sheet, write_xlsx
from validators.model import CHECKS, DOCUMENTS, FINDINGS, OBSERVATIONS, TABLES, Dataset

STANDING = (DOCUMENTS, TABLES, OBSERVATIONS, FINDINGS)
"""Data sets that a package always has; the tidy table of a family is there where it has rows."""

WORKBOOK = "data.xlsx"

_SHOWN = 20
"""Reasons against publication that are told one by one."""


@dataclass(frozen=True, slots=True)
class Published:
    """A package that was written.

    Attributes:
        package: what it holds.
        files: all its files, `SHA256SUMS` last.
        undated: reports left out by `--since` since they state no year.
        shortened: texts that are too long for a cell of the workbook.
    """

    package: Package
    files: tuple[File, ...]
    undated: int
    shortened: int


def publish(
    out: Folder,
    dest: Folder,
    about: About,
    selection: Selection,
    *,
    previous: Folder | None = None,
    strict: bool = False,
) -> Published:
    """Write the package of a run.

    Args:
        out: the output of the run.
        dest: where the package goes: a folder without files of other origin.
        about: what the publisher says of it.
        selection: which rows it holds.
        previous: the package that it is compared with, where that is not the one in `dest`.
        strict: whether a finding of severity error stands against publication.

    Raises:
        UsageError: `out` holds no data sets, `dest` holds foreign files, or a family is not known.
        OutputLocked: a run holds `out`, or another publication holds `dest`.
        Defect: the data sets are broken.
        Contradicted: `strict`, and findings of severity error.
        NothingToPublish: nothing is left.
        OutputUnwritable: `dest` cannot be written.
    """
    there = former_files(dest)
    if out.stat(f"{DOCUMENTS.name}.parquet") is None:
        raise UsageError(f"{out} holds no data sets; name the output folder of a run")
    with TemporaryDirectory(prefix="zvity-publish-") as folder, _held(out):
        work = Path(folder)
        _refuse_broken(out)
        before = changes.former(dest if previous is None else previous, work)
        if previous is not None and before is None:
            raise UsageError(f"--previous {previous} holds no package; name the folder of one")
        made = _Making(out, selection, work)
        if strict:
            made.refuse_contradicted()
        package = made.package(about, before, dest if previous is None else None)
        made.put(SUMS, sums({file.path: file.sha256 for file in made.files}))
        deliver(dest, made.root, [file.path for file in made.files], there)
    return Published(package, tuple(made.files), made.undated, made.shortened)


@contextmanager
def _held(out: Folder) -> Iterator[None]:
    """Keep runs out of the folder that is read; where it may not be written, no run can come."""
    with ExitStack() as stack:
        try:
            stack.enter_context(out.locked())
        except OutputLocked as error:
            raise OutputLocked(f"a run holds {out}; wait for it to end") from error
        except OSError:
            pass
        yield


def _refuse_broken(out: Folder) -> None:
    problems = check(out)
    if problems:
        raise Defect(_listed(f"{out} is not published: {len(problems)} problems in its data sets", problems))


def _listed(told: str, reasons: Sequence[str]) -> str:
    more = [f"… and {len(reasons) - _SHOWN} more; see `zvity check`"] if len(reasons) > _SHOWN else []
    return "\n  ".join([f"{told}:", *reasons[:_SHOWN], *more])


class _Making:
    """The files of a package while they are made, in a folder of this machine."""

    def __init__(self, out: Folder, selection: Selection, work: Path) -> None:
        self.files: list[File] = []
        self.root = work / "package"
        self.shortened = 0
        (self.root / "data").mkdir(parents=True)
        families = kept_families(out)
        self._selection = selection
        self._selected = select(out, selection, families)
        self.undated = self._selected.undated
        self._rows = Rows(out, selection, self._selected)
        self._staged: dict[str, Staged] = {}
        tidy = [f.tidy for f in families if not selection.families or f.name in selection.families]
        for dataset in [*map(published, STANDING), *tidy]:
            staged = Staged(work / f"{dataset.name}.arrow", dataset, schema_of(dataset))
            staged.fill(self._rows.of(dataset))
            if staged.rows or dataset.name in {standing.name for standing in STANDING}:
                self._staged[dataset.name] = staged
        self._documents = [row for batch in self._staged[DOCUMENTS.name].batches() for row in batch.to_pylist()]
        self._sources = sources_of(self._documents, self._selected.further)

    def refuse_contradicted(self) -> None:
        """Raise `Contradicted` where a finding of severity error stands that nobody accepted."""
        told = []
        for batch in self._staged[FINDINGS.name].batches():
            stands = pc.and_(pc.equal(batch.column("severity"), "error"), pc.is_null(batch.column("accepted")))
            told += batch.filter(stands).to_pylist()
        if told:
            names = {source.document_id: source.file_name for source in self._sources}
            reasons = [f"{names[row['document_id']]}, table {row['table']}: {row['message']}" for row in told]
            raise Contradicted(
                _listed(f"not published under --strict: {len(told)} findings of severity error", reasons)
            )

    def package(self, about: About, before: changes.Former | None, dest: Folder | None) -> Package:
        """Write all files but `SHA256SUMS` and tell what they hold.

        Args:
            about: what the publisher says of it.
            before: the former package, if there is one.
            dest: where that one is, if this one takes its place.
        """
        version = ", ".join(sorted({row["version"] for row in self._documents}))
        ids = [source.document_id for source in self._sources]
        resources = tuple(self._resource(staged, ids, version) for staged in self._staged.values())
        differs, lines = self._changes(before, dest)
        package = Package(
            about=about,
            selection=self._selection,
            resources=resources,
            workbook=self._workbook(),
            sources=self._sources,
            numbers=self._numbers(),
            withheld=self._rows.withheld,
            version=version,
            changes=differs,
            listings=(lines, self._list_sources()),
        )
        for name, content in sorted(describe(package).items()):
            self.put(name, content)
        return package

    def put(self, name: str, content: bytes) -> None:
        """Add a file."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        self._add(name)

    def _add(self, name: str) -> File:
        path = self.root / name
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        self.files.append(File(name, path.stat().st_size, digest))
        return self.files[-1]

    def _resource(self, staged: Staged, sources: Sequence[str], version: str) -> Resource:
        dataset = staged.dataset
        csv, parquet = f"data/{dataset.name}.csv", f"data/{dataset.name}.parquet"
        with (self.root / csv).open("wb") as out:
            write_csv(out, dataset.columns, staged.batches())
        with (self.root / parquet).open("wb") as out:
            write_parquet(out, dataset, staged.batches(), sources, version)
        return Resource(dataset, staged.rows, self._add(csv), self._add(parquet))

    def _workbook(self) -> File:
        with (self.root / WORKBOOK).open("wb") as out:
            self.shortened = write_xlsx(out, map(_sheet, self._staged.values()))
        return self._add(WORKBOOK)

    def _list_sources(self) -> Listing:
        """Write the list of the files that the package was read from."""
        rows = []
        for source in self._sources:
            row = {name: getattr(source, name) for name in SOURCES.columns if name != "reading_of"}
            rows.append(row)
            rows += [
                {"report_id": source.report_id, "file_name": name, "document_id": of, "reading_of": source.document_id}
                for name, of in source.further
            ]
        table = pa.Table.from_pylist(rows, schema_of(SOURCES))
        return self._listing(SOURCES, table.to_batches())

    def _listing(self, dataset: Dataset, batches: Iterable[Any]) -> Listing:
        name, rows = f"{dataset.name}.csv", 0

        def counted() -> Iterator[Any]:
            nonlocal rows
            for batch in batches:
                rows += batch.num_rows
                yield batch

        with (self.root / name).open("wb") as out:
            write_csv(out, dataset.columns, counted())
        return Listing(dataset, rows, self._add(name))

    def _numbers(self) -> dict[str, int]:
        found: Counter[str | None] = Counter()
        for batch in self._staged[OBSERVATIONS.name].batches():
            for count in pc.value_counts(batch.column("check")).to_pylist():
                found[count["values"]] += count["counts"]
        return {name: found[name] for name in CHECKS}

    def _changes(self, before: changes.Former | None, dest: Folder | None) -> tuple[Changes | None, Listing]:
        """Write what differs from the package before; where its data are the same, what was written then stays."""
        data = {file.path: file.sha256 for file in self.files}
        if before is None:
            return None, self._listing(CHANGES, ())
        if dest is not None and data == {n: d for n, d in listed(dest).items() if n.startswith("data/")}:
            content, rows, found = changes.kept(dest)
            self.put(f"{CHANGES.name}.csv", content)
            return found, Listing(CHANGES, rows, self.files[-1])
        comparison = changes.Comparison(before, self._documents, self._staged[OBSERVATIONS.name])
        lines = self._listing(CHANGES, comparison.batches())
        return comparison.counts, lines


def _sheet(staged: Staged) -> Sheet:
    dataset: Dataset = staged.dataset
    return Sheet(dataset.name, dataset.columns, staged.rows, staged.batches())

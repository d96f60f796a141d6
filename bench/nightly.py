"""`python -m bench.nightly`: the nightly run on a made archive: is every file accounted for, and what does it cost?

Guarantee: every run measured is a `zvity run` process of its own on files as `bench.archive` made them, and each file's
state, reason and number of values is compared with what its maker says.

An archive of 10 000 files needs about 6 GB in the folder for temporary files (`TMPDIR`) and a machine with nothing else
to do; smaller counts are for trying out.
"""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import file_digest
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import pyarrow.parquet as pq

from bench.archive import Expected, make, word
from bench.archive_tables import paper
from bench.watched import PHASES, Run, zvity_run
from extractors.errors import InputError
from pipeline.family_files import load_families
from pipeline.process import process

REST = 2.2
"""Seconds after which a file's time tells for certain whether it has changed; file systems count in steps of two."""

_KINDS = {
    "results": ".zvity/results/", "parts": ".zvity/parts/", "the rest of .zvity": ".zvity/", "tables/": "tables/",
    "quarantine/": "quarantine/",
}  # fmt: skip
"""What files below an output are, by how their names begin; the first that fits. All others are data sets."""


@dataclass(frozen=True, slots=True)
class Night:
    """A run after little has changed: what had, the files of the output that are others now, and their bytes.

    `opened` is how many inputs a second run opened after the same change: what counts them makes a run slower.
    """

    what: str
    run: Run
    files: int
    bytes: int
    opened: int | None = None


@dataclass(frozen=True, slots=True)
class Measured:
    """All that was measured on one archive.

    Attributes:
        count: how many files it has.
        bytes: how many bytes they have together.
        states: how many inputs ended in which state.
        values: how many values its tables state.
        wrong: every difference from what the archive's maker says.
        tenth, one, two: runs into new outputs: a tenth of the archive with two workers, all with one, all with two.
        same: whether one worker and two write the same data sets, to the byte.
        nights: what came after, one change each.
        restored: whether undoing all changes gave the same data sets as before, to the byte.
        sizes: by kind of file below the output, how many there are, their bytes, and what they take on the disk.
        floor: wall seconds for reading each document once, in one process without a run.
    """

    count: int
    bytes: int
    states: Counter[str]
    values: int
    wrong: Sequence[str]
    tenth: Run
    one: Run
    two: Run
    same: bool
    nights: Sequence[Night]
    restored: bool
    sizes: Mapping[str, tuple[int, int, int]]
    floor: float


# What a run gave


def differences(expected: Sequence[Expected], out: Path) -> list[str]:
    """Compare what a run made of each file with what the archive's maker says; nothing may be missing or too much."""
    observations = pq.read_table(out / "observations.parquet", columns=["document_id", "value"])
    counted = observations.group_by("document_id").aggregate([("value", "count")]).to_pylist()
    numbers = {row["document_id"]: row["value_count"] for row in counted}
    columns = ["file_name", "document_id", "status", "reason"]
    found: dict[str, Expected] = {}
    wrong = []
    for row in pq.read_table(out / "documents.parquet", columns=columns).to_pylist():
        name, status = row["file_name"], row["status"]
        if name in found:
            wrong.append(f"{name}: is there twice")
        reason = row["reason"] and row["reason"].split(": ", 1)[0]
        found[name] = Expected(name, status, reason, numbers.get(row["document_id"], 0) * (status == "published"))
    told = {one.name: one for one in expected}
    wrong += [f"{name}: is missing" for name in sorted(told.keys() - found.keys())]
    wrong += [f"{name}: is no file of the archive" for name in sorted(found.keys() - told.keys())]
    both = sorted(told.keys() & found.keys())
    wrong += [f"{name}: {found[name]}, not {told[name]}" for name in both if found[name] != told[name]]
    stated = sum(one.numbers for one in expected)
    if (there := sum(numbers.values())) != stated:
        wrong.append(f"all documents: {there} values, not {stated}")
    return wrong


def tree(folder: Path) -> dict[str, tuple[str, int]]:
    """Give the digest and size of each file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            with path.open("rb") as file:
                found[path.relative_to(folder).as_posix()] = (file_digest(file, "sha256").hexdigest(), file.tell())
    return found


def _published(files: Mapping[str, tuple[str, int]]) -> dict[str, tuple[str, int]]:
    return {name: what for name, what in files.items() if not name.startswith(".zvity/")}


def _sizes(out: Path) -> dict[str, tuple[int, int, int]]:
    sums: dict[str, Counter[str]] = defaultdict(Counter)
    for path in out.rglob("*"):
        if path.is_file():
            name, stat = path.relative_to(out).as_posix(), path.stat()
            other = f"data sets as {path.suffix.removeprefix('.').upper()}"
            kind = next((kind for kind, begin in _KINDS.items() if name.startswith(begin)), other)
            sums[kind].update(files=1, bytes=stat.st_size, disk=stat.st_blocks * 512)
    return {kind: (of["files"], of["bytes"], of["disk"]) for kind, of in sorted(sums.items())}


# Measuring


def measure(scratch: Path, count: int, seed: int) -> Measured:
    """Measure everything on an archive of so many files.

    Raises:
        RuntimeError: a run failed.
    """
    archive, fewer, out = scratch / "archive", scratch / "fewer", scratch / "out"
    make(fewer, max(1, count // 10), seed)
    expected = make(archive, count, seed)
    made = time.monotonic()
    floor = _floor(archive, expected)
    time.sleep(max(0.0, made + REST - time.monotonic()))
    tenth = zvity_run(fewer, scratch / "out-fewer", 2, scratch)
    one = zvity_run(archive, scratch / "out-one", 1, scratch)
    two = zvity_run(archive, out, 2, scratch)
    before, sizes = tree(out), _sizes(out)
    wrong = differences(expected, out)
    nights = list(_nights(archive, out, before, scratch))
    restored = _published(tree(out)) == _published(before)
    again = _nights(archive, out, tree(out), scratch, watched=True)
    nights = [replace(night, opened=other.run.opened) for night, other in zip(nights, again, strict=True)]
    return Measured(
        count=count,
        bytes=sum(path.stat().st_size for path in archive.rglob("*") if path.is_file()),
        states=Counter(two.told["states"]),
        values=sum(one.numbers for one in expected),
        wrong=wrong,
        tenth=tenth,
        one=one,
        two=two,
        same=_published(tree(scratch / "out-one")) == _published(before),
        nights=nights,
        restored=restored and _published(tree(out)) == _published(before),
        sizes=sizes,
        floor=floor,
    )


def _floor(archive: Path, expected: Sequence[Expected]) -> float:
    """Read each content once, in this process."""
    families = load_families()
    started = time.perf_counter()
    for one in expected:
        if one.state != "duplicate":
            try:
                process((archive / one.name).read_bytes(), one.name, families)
            except InputError:
                continue
    return time.perf_counter() - started


def _nights(
    archive: Path, out: Path, before: Mapping[str, tuple[str, int]], scratch: Path, *, watched: bool = False
) -> Iterator[Night]:
    """Change one document in each way and run; in the end all is as it was, but that the results of both stay.

    Args:
        archive: the inputs.
        out: the output.
        before: the files there, as `tree` gives them.
        scratch: a folder.
        watched: count the inputs that are opened; then other documents are added, which no run has read.
    """
    new, moved = archive / "новий звіт.docx", archive / "перейменований звіт.docx"
    first, other = (
        word(paper(Random(text), ("Коростенська", "міська"), 2024, text))
        for text in (("7003", "7004") if watched else ("7001", "7002"))
    )
    changes: tuple[tuple[str, Callable[[], object]], ...] = (
        ("nothing new", lambda: None),
        ("one document added", lambda: new.write_bytes(first)),
        ("one changed", lambda: new.write_bytes(other)),
        ("one renamed", lambda: new.rename(moved)),
        ("one removed", moved.unlink),
    )
    for what, change in changes:
        change()
        run = zvity_run(archive, out, 2, scratch, watched=watched)
        after = tree(out)
        written = {name: size for name, (digest, size) in after.items() if before.get(name) != (digest, size)}
        yield Night(what, run, len(written) + len(before.keys() - after.keys()), sum(written.values()))
        before = after


# Telling


def lines(count: int, seed: int) -> Iterator[str]:
    """Give the whole section, in Markdown."""
    load = os.getloadavg()[0]
    with TemporaryDirectory() as scratch:
        found = measure(Path(scratch).resolve(), count, seed)
    yield "## Nightly run"
    yield ""
    yield f"An archive of {count} files made by `bench.archive` (seed {seed}), half Word files and half PDFs with"
    yield f"text, {found.bytes / count / 1000:.0f} KB each, read by `zvity run` processes; {os.cpu_count()} cores, load"
    yield f"{load:.1f} before. *starting* ends with the search for files, *looking* with the first document handed to a"
    yield "worker; memory is the peak of the process itself, and of the largest of its workers."
    yield ""
    yield from told(found)


def told(of: Measured) -> Iterator[str]:
    """Give what was measured, in Markdown."""
    count = of.count
    states = ", ".join(f"{n} {state}" for state, n in sorted(of.states.items()))
    yield f"In: {count}. Out: {states}; together {of.states.total()}. Each file's state, reason and number of values"
    yield f"({of.values} in all) is what its maker says: {_verdict(not of.wrong)}."
    yield from (f"Wrong: {what}." for what in of.wrong[:20])
    yield ""
    yield from _table("new output", "s", "files/s", "per core", "CPU ms/file", *PHASES, "parent MB", "worker MB")
    tenth = max(1, count // 10)
    for n, workers, run in ((count, 1, of.one), (count, 2, of.two), (tenth, 2, of.tenth)):
        speeds = (n / run.seconds, n / run.seconds / workers, 1000 * run.cpu / n)
        values = (run.seconds, *speeds, *(run.phases[phase] for phase in PHASES), run.parent_mb, run.worker_mb)
        yield _row(f"{n} files, {workers} worker{'s' * (workers > 1)}", *(f"{value:.1f}" for value in values))
    yield ""
    documents = count - of.states["duplicate"]
    floor, reading, whole = (1000 * s / documents for s in (of.floor, of.one.phases["reading"], of.one.cpu))
    yield from _table("", "measured", "asked")
    yield _row("two workers to one, whole run", _ratio(of.one.seconds, of.two.seconds), "1.80")
    yield _row("two workers to one, reading", _ratio(of.one.phases["reading"], of.two.phases["reading"]), "")
    yield _row("memory of the parent to that for a tenth", _ratio(of.two.parent_mb, of.tenth.parent_mb), "0.90 to 1.10")
    yield _row("`process.process` in one process, without a run: ms a document (floor)", f"{floor:.1f}", "")
    yield _row("reading with one worker: ms a document", f"{reading:.1f} ({_ratio(reading, floor)} of the floor)", "")
    yield _row("whole run, one worker: CPU ms a document", f"{whole:.1f} ({_ratio(whole, floor)} of the floor)", "")
    yield _row("one worker and two write the same data sets", _verdict(of.same), "yes")
    yield _row("all changes below undone: the data sets are as before", _verdict(of.restored), "yes")
    yield ""
    yield from _table("then", "s", "asked for 10000", "told", "documents read", "inputs opened", "files changed", "MB")
    for night in of.nights:
        run = night.run
        news = (
            ", ".join(f"{names['count']} {what}" for what, names in run.told["changes"].items() if names["count"])
            or "nothing"
        )
        asked = "3" if night is of.nights[0] else "5"
        changed = (str(night.files), f"{night.bytes / 1e6:.1f}")
        yield _row(night.what, f"{run.seconds:.2f}", asked, news, str(run.told["read"]), str(night.opened), *changed)
    yield ""
    yield "*inputs opened*: by a second run after the same change, counted by an audit hook of Python. *files"
    yield "changed*: those of the output that are new, gone or of other bytes, `.zvity` included, with their size."
    yield ""
    yield from _table("output", "files", "bytes/file in", "on the disk")
    whole_of = tuple(sum(column) for column in zip(*of.sizes.values(), strict=True))
    for kind, (files, size, disk) in {**of.sizes, "all": whole_of}.items():
        yield _row(kind, str(files), f"{size / count:.0f}", f"{disk / count:.0f}")
    yield ""


def _table(*heads: str) -> Iterator[str]:
    yield _row(*heads)
    yield "|---" * len(heads) + "|"


def _row(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def _verdict(good: bool) -> str:
    return "yes" if good else "**NO**"


def _ratio(part: float, whole: float) -> str:
    return f"{part / whole:.2f}" if whole else "-"


def main() -> int:
    """Print the section; return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench.nightly", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000, help="files of the archive (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="what the archive is made from (default: %(default)s)")
    arguments = parser.parse_args()
    for line in lines(arguments.count, arguments.seed):
        print(line)
    return 0


if __name__ == "__main__":
    sys.exit(main())

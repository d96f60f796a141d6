"""`python -m bench.fuzz`: real PDFs, damaged in many ways, through everything that reads a document.

Each is read in a process of its own under the limits, as `zvity show` reads. What may come out is rows, or an error of
ours with its reason. What may not: another exception, the death of the process, more time than the limit. Each case is
known by the seed and its number, so it can be made again; `--keep` writes the files of those that went wrong.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import sys
import tempfile
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from importlib import import_module
from itertools import repeat
from multiprocessing import get_context
from pathlib import Path
from random import Random

from extractors.errors import InputError
from extractors.limits import LIMITS, Limits

ROOT = Path(__file__).parent.parent
SECONDS = 20
"""The limit of seconds here: far above what the originals take, and short enough to wait for."""

OUR_FAULTS = {"crashed", "grid"}
"""Reasons no file can give: the reader died, or made a table of which the cells do not fit each other."""

_MAXRSS = 1 if sys.platform == "darwin" else 1024
"""Bytes in which the system counts memory."""

_STREAM = re.compile(rb"(<<(?:(?!endobj).)*?>>)\s*stream\r?\n", re.DOTALL)
_OBJECT = re.compile(rb"\b\d+ 0 obj\b.*?\bendobj\b", re.DOTALL)
_NUMBER = re.compile(rb"(?<![\w.])-?\d+(?:\.\d+)?(?![\w.])")
_LENGTH = re.compile(rb"/Length \d+(?: \d+ R)?")
_TEXT_OR_LINE = re.compile(rb"(?<=[\s\])])(?:Tj|TJ|Tf|Td|TD|Tm|cm|re|l|m|S|f|q|Q|BT|ET|Do|W n)(?=\s)")
_ODD_NUMBERS = (
    b"0", b"-1", b"1e9", b"65536", b"2147483647", b"-2147483648", b"4294967296", b"99999999999999999999", b"0.000001",
    b"-0", b"nan", b"32767", b"+-5", b"1.2.3",
)  # fmt: skip


def unpacked(data: bytes) -> bytes:
    """Give the PDF with its Flate streams unpacked, so that damage reaches what they hold; pictures stay packed.

    The cross-reference table no longer fits, so PDFium makes one from the objects it finds.
    """
    out = bytearray()
    done = 0
    for found in _STREAM.finditer(data):
        head, start = found[1], found.end()
        if start < done or b"/FlateDecode" not in head or b"/Image" in head or b"/DecodeParms" in head:
            continue
        unpacker = zlib.decompressobj()
        try:
            content = unpacker.decompress(data[start:])
        except zlib.error:
            continue
        head = _LENGTH.sub(b"/Length %d" % len(content), re.sub(rb"/Filter\s*\[?\s*/FlateDecode\s*\]?", b"", head))
        out += data[done : found.start()] + head + b"\nstream\n" + content + b"\n"
        done = data.find(b"endstream", len(data) - len(unpacker.unused_data))
    return bytes(out + data[done:])


# Ways to damage a file


def _flip(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 4, 32, 256))):
        data[random.randrange(len(data))] ^= 1 << random.randrange(8)


def _overwrite(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    size = random.choice((1, 8, 64, 1024))
    data[at : at + size] = random.choice((bytes(size), b"\xff" * size, random.randbytes(size), b" " * size))


def _cut(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    del data[at : at + random.choice((1, 2, 16, 256, 4096))]


def _truncate(data: bytearray, random: Random) -> None:
    del data[random.randrange(len(data)) :]


def _double(data: bytearray, random: Random) -> None:
    at = random.randrange(len(data))
    piece = data[at : at + random.choice((16, 256, 4096))]
    to = random.randrange(len(data))
    data[to:to] = piece * random.choice((1, 1, 2, 50))


def _swap_blocks(data: bytearray, random: Random) -> None:
    size = min(random.choice((16, 256, 4096)), len(data) // 2)
    first, second = random.randrange(len(data) - size + 1), random.randrange(len(data) - size + 1)
    one, other = bytes(data[first : first + size]), bytes(data[second : second + size])
    data[first : first + size], data[second : second + size] = other, one


def _swap_objects(data: bytearray, random: Random) -> None:
    found = [m.span() for m in _OBJECT.finditer(data)]
    if len(found) < 2:
        return
    (a, b), (c, d) = sorted(random.sample(found, 2))
    first, second = bytes(data[a:b]), bytes(data[c:d])
    if random.random() < 0.5:  # the bodies only: numbers stay, what they name changes
        first_head, second_head = first.index(b"obj"), second.index(b"obj")
        first, second = second[:second_head] + first[first_head:], first[:first_head] + second[second_head:]
    data[c:d] = first
    data[a:b] = second


def _numbers(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 3, 20))):
        start = random.randrange(len(data))
        if found := _NUMBER.search(data, start, start + 100_000):
            data[found.start() : found.end()] = random.choice(_ODD_NUMBERS)


def _references(data: bytearray, random: Random) -> None:
    found = [m.span(1) for m in re.finditer(rb"\b(\d+) 0 R\b", data)]
    if found:
        for _ in range(random.choice((1, 3))):
            (start, end), (other, last) = random.choice(found), random.choice(found)
            if end - start == last - other:  # so that the other places stay where they are
                data[start:end] = data[other:last]


def _lengths(data: bytearray, random: Random) -> None:
    found = list(re.finditer(rb"/(?:Length|Count|Size|N|First|W|Prev|Rotate)\s*\[?(\d+)", data))
    if found:
        start, end = random.choice(found).span(1)
        data[start:end] = random.choice(_ODD_NUMBERS)


def _operators(data: bytearray, random: Random) -> None:
    for _ in range(random.choice((1, 5, 50))):
        start = random.randrange(len(data))
        if found := _TEXT_OR_LINE.search(data, start, start + 20_000):
            data[found.start() : found.end()] = random.choice(
                (b"Tj", b"cm", b"re", b"S", b"q", b"Q", b"ET", b"Do", b"")
            )


DAMAGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _flip, _overwrite, _cut, _truncate, _double, _swap_blocks, _swap_objects, _numbers, _numbers, _references, _lengths,
    _operators,
)  # fmt: skip


def damaged(data: bytes, random: Random) -> tuple[bytes, str]:
    """Damage a PDF in one to four ways, half of the time with its streams unpacked first; say how."""
    done = []
    if random.random() < 0.5:
        data = unpacked(data)
        done.append("unpacked")
    out = bytearray(data)
    for _ in range(random.choice((1, 1, 2, 4))):
        damage = random.choice(DAMAGES)
        if len(out) > 16:
            damage(out, random)
        done.append(damage.__name__.strip("_"))
    return bytes(out), " ".join(done)


# Reading


@dataclass(frozen=True, slots=True)
class Case:
    """One damaged file: how it was made, how its reading ended, and the seconds that took by the clock.

    `memory` is the most bytes that any reader of the same worker held in RAM up to then. `ending` is `read`, a reason
    word of ours, or the type of an exception that is none of ours; `right` tells whether it is one that may come.
    """

    number: int
    source: str
    how: str
    ending: str
    message: str
    seconds: float
    memory: int
    right: bool


def case(number: int, seed: int, sources: Sequence[Path], keep: Path | None, limits: Limits) -> Case:
    """Make and read one damaged file."""
    from pipeline.process import process
    from pipeline.worker import isolated

    random = Random(f"{seed}/{number}")
    source = random.choice(sources)
    data, how = damaged(source.read_bytes(), random)
    started = time.monotonic()
    try:
        isolated(process, data, source.name, limits=limits)
        ending, message, right = "read", "", True
    except InputError as error:
        ending, message, right = error.reason, str(error), error.reason not in OUR_FAULTS
    except Exception as error:
        ending, message, right = type(error).__name__, "\n".join([str(error), *getattr(error, "__notes__", ())]), False
    seconds = time.monotonic() - started
    memory = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss * _MAXRSS
    if keep is not None and (not right or ending.startswith("limit:")):
        (keep / f"{seed}-{number}-{ending.replace(':', '-')}.pdf").write_bytes(data)
        if message:
            (keep / f"{seed}-{number}-{ending.replace(':', '-')}.txt").write_text(message, encoding="utf-8")
    return Case(number, source.name, how, ending, message, seconds, memory, right)


def _prepare(scratch: str) -> None:
    """Load once what every child needs; damage that leaves a page without text must not start the OCR."""
    os.environ["ZVITY_TESSDATA"] = scratch
    for module in ("extractors.pdf", "pipeline.process"):
        import_module(module)


def cases(
    numbers: range,
    seed: int,
    sources: Sequence[Path],
    keep: Path | None = None,
    workers: int = 2,
    seconds: int = SECONDS,
) -> Iterator[Case]:
    """Make and read damaged files, `workers` at a time, in their order."""
    limits = replace(LIMITS, seconds=seconds)
    with (
        tempfile.TemporaryDirectory() as empty,
        ProcessPoolExecutor(workers, get_context("spawn"), _prepare, (empty,)) as pool,
    ):
        yield from pool.map(case, numbers, repeat(seed), repeat(sources), repeat(keep), repeat(limits), chunksize=10)


def sources(folders: Sequence[Path], largest: int) -> list[Path]:
    """Find the PDFs of some folders, those over `largest` bytes left out."""
    found = (path for folder in folders for path in sorted(folder.rglob("*.pdf")))
    return [path for path in found if path.stat().st_size <= largest]


def main() -> int:
    """Fuzz and report in Markdown; 1 where a case ended as it may not."""
    parser = argparse.ArgumentParser(prog="python -m bench.fuzz", description=__doc__)
    parser.add_argument("--count", type=int, default=2500, help="damaged files (default: %(default)s)")
    parser.add_argument("--first", type=int, default=0, help="number of the first one (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="(default: %(default)s)")
    parser.add_argument("--corpus", type=Path, default=ROOT.parent / "shared" / "corpus", help="folder with real PDFs")
    parser.add_argument("--largest", type=int, default=5000, help="KB of a file at most (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="(default: %(default)s)")
    parser.add_argument("--keep", type=Path, help="folder for the files of cases that went wrong or met a limit")
    arguments = parser.parse_args()
    files = sources([arguments.corpus, ROOT / "data" / "raw"], arguments.largest * 1000)
    if arguments.keep is not None:
        arguments.keep.mkdir(parents=True, exist_ok=True)
    numbers = range(arguments.first, arguments.first + arguments.count)
    found = list(cases(numbers, arguments.seed, files, arguments.keep, arguments.workers))
    print("\n".join(report(found, arguments.seed, len(files))))
    return 0 if all(one.right for one in found) else 1


def report(found: Sequence[Case], seed: int, files: int) -> Iterator[str]:
    """Give the lines of the report."""
    yield f"{len(found)} damaged files made of {files} real ones, seed {seed}; limit {SECONDS} s of processor time."
    yield ""
    yield "| ended as | files |"
    yield "|---|---|"
    for ending, count in Counter(one.ending for one in found).most_common():
        yield f"| {ending} | {count} |"
    wrong = [one for one in found if not one.right]
    yield f"| **none of ours, or crashed** | **{len(wrong)}** |"
    times = sorted(one.seconds for one in found)
    yield ""
    yield f"Seconds by the clock: median {times[len(times) // 2]:.2f}, 99th of 100 {times[len(times) * 99 // 100]:.2f}."
    top = max(found, key=lambda one: one.memory)
    yield f"Most memory of a reader: {top.memory / 1e6:.0f} MB, {top.source} or one before it."
    slowest = sorted(found, key=lambda one: -one.seconds)[:5]
    yield "Slowest: " + "; ".join(
        f"{one.seconds:.1f} s, case {one.number}, {one.source}, {one.ending}" for one in slowest
    )
    for one in wrong:
        yield ""
        yield f"case {one.number}, {one.source}, {one.how}: {one.ending}: {one.message.strip()}"


if __name__ == "__main__":
    sys.exit(main())

"""Meaning: numbers against an independent oracle, layouts against their truth, and what it costs beside extraction.

`python -m bench.meaning` prints the part of `make bench`; `--layouts FOLDER` measures on layouts of your own, in the
form of `tests/layouts/`, which the code was not developed on.
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.spellings import generate
from bench.spellings.grammar import must_refuse
from extractors.read import read
from pipeline import numerals
from pipeline.assemble import assemble
from pipeline.family_files import load_families
from pipeline.process import meaning, process
from pipeline.tidy import tidy_rows
from tests.layout_files import FOLDER, VARIATIONS, differences, load, mistakes, numbers, word

STRINGS = 100_000

BORN_DIGITAL = (
    "korosten/long.pdf", "korosten/long.docx", "korosten/report.pdf", "korosten/report.docx", "pdf/college-report.pdf",
    "word/college-13.docx", "word/college-21.docx", "word/school-programme.docx",
)  # fmt: skip
"""Files of the corpus with text of their own, on which the cost is measured."""

RUNS = 7


def number_lines(seed: int, count: int = STRINGS) -> Iterator[str]:
    """Give how the parser does on generated strings, in Markdown."""
    silent, refused, clear, wrong_reason, debatable = [], Counter[str](), 0, 0, 0
    for case in generate(seed, count):
        found = numerals.parse(case.text)
        if case.kind.startswith("debatable_"):
            debatable += 1
        elif case.reason is not None:
            wrong_reason += found.missing != case.reason
        elif must_refuse(case):
            if found.value is not None:
                silent.append((case.text, found.value))
        else:
            clear += 1
            if found.value is None:
                refused[case.kind] += 1
            elif found.value not in case.readings:
                silent.append((case.text, found.value))
    yield f"Numbers, {count} generated strings (seed {seed}) against an oracle that knows what it spelled:"
    yield ""
    yield "| clear | read | refused though clear | silently wrong | another reason | debatable, not counted |"
    yield "|---|---|---|---|---|---|"
    n_refused = refused.total()
    yield f"| {clear} | {1 - n_refused / clear:.1%} | {n_refused} | {len(silent)} | {wrong_reason} | {debatable} |"
    yield ""
    yield "Refused most: " + ", ".join(f"{kind} {n}" for kind, n in refused.most_common(4)) + "."
    for text, value in silent[:10]:
        yield f"Silently wrong: `{text!r}` read as {value}."


def layout_lines(folder: Path) -> Iterator[str]:
    """Give by family how many numbers of layouts are understood as their truth says, in Markdown.

    *wrong* has a meaning that is not its own, *incomplete* lacks one or a part of it. A table of a wrong family, or a
    false error, counts as one number.
    """
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    less: Counter[str] = Counter()
    documents: Counter[str] = Counter()
    for path in sorted(folder.glob("*.json")):
        spec = load(path)
        family = next((t["family"] for t in spec["tables"] if t["family"]), None) or "of no known kind"
        documents[family] += 1
        found = differences(spec, process(word(spec), path.name))
        untrue = {one.place for one in found if one.untrue}
        short = {one.place for one in found} - untrue
        right[family] += max(0, numbers(spec) - len(untrue | short))
        wrong[family] += len(untrue)
        less[family] += len(short)
    yield "| family | documents | numbers | measure, years, fund, unit and kind of row right | incomplete | wrong |"
    yield "|---|---|---|---|---|---|"
    for family in sorted(documents):
        yield _counted(family, documents[family], right[family], less[family], wrong[family])
    yield _counted("all", documents.total(), right.total(), less.total(), wrong.total())


def _counted(family: str, documents: int, right: int, less: int, wrong: int) -> str:
    """Give a row of the table."""
    total = right + less + wrong
    return f"| {family} | {documents} | {total} | {right / total if total else 1:.1%} | {less} | {wrong} |"


def variation_lines(folder: Path) -> Iterator[str]:
    """Give how many layouts still mean the same when they are laid out otherwise, in Markdown."""
    yield "| the same document | documents | all numbers right |"
    yield "|---|---|---|"
    for vary in VARIATIONS:
        made = [(path, spec) for path in sorted(folder.glob("*.json")) if (spec := vary(load(path))) is not None]
        right = sum(not mistakes(spec, process(word(spec), path.name)) for path, spec in made)
        yield f"| {vary.__name__.replace('_', ' ')} | {len(made)} | {right} |"


def cost_lines(files: Sequence[Path]) -> Iterator[str]:
    """Give the time of interpretation (assembled tables to tidy rows) beside that of extraction, in Markdown."""
    yield "| document | cells | extraction ms | interpretation ms | share | first time ms |"
    yield "|---|---|---|---|---|---|"
    families = load_families()
    for file in files:
        data = file.read_bytes()
        times: dict[str, list[float]] = defaultdict(list)
        cells = 0
        for _ in range(RUNS):
            started = time.perf_counter()
            document = read(data, file.name)
            times["read"].append(time.perf_counter() - started)
            document = assemble(document)
            started = time.perf_counter()
            reading = meaning(document, families)
            for understood in reading.tables:
                tidy_rows(understood, understood.observations)
            times["meaning"].append(time.perf_counter() - started)
            cells = sum(len(table.cells) for table in document.tables)
        reading_ms, meaning_ms = (1000 * statistics.median(times[name]) for name in ("read", "meaning"))
        yield (
            f"| {file.name} | {cells} | {reading_ms:.1f} | {meaning_ms:.1f} | {meaning_ms / reading_ms:.0%} "
            f"| {1000 * times['meaning'][0]:.0f} |"
        )


def lines(corpus: Path, seed: int) -> Iterator[str]:
    """Give the whole section. The costs are measured first, in a process that has done nothing else yet."""
    costs = list(cost_lines([corpus / name for name in BORN_DIGITAL if (corpus / name).is_file()]))
    yield "## Meaning"
    yield ""
    yield from number_lines(seed)
    yield ""
    yield "Layouts of `tests/layouts/`, which the code was developed on:"
    yield ""
    yield from layout_lines(FOLDER)
    yield ""
    yield from variation_lines(FOLDER)
    yield ""
    yield "Interpretation (all that stands between assembled tables and tidy rows) beside extraction, medians:"
    yield ""
    yield from costs
    yield ""


def main() -> int:
    """Print the section, or the table of layouts of one's own; return the exit code."""
    root = Path(__file__).parent.parent
    parser = argparse.ArgumentParser(prog="python -m bench.meaning", description=__doc__)
    parser.add_argument("--corpus", type=Path, default=root.parent / "shared" / "corpus", help="folder with korosten/")
    parser.add_argument("--seed", type=int, default=2026, help="of the generated strings (default: %(default)s)")
    parser.add_argument("--layouts", type=Path, help="measure on the layouts of this folder only")
    arguments = parser.parse_args()
    found = layout_lines(arguments.layouts) if arguments.layouts else lines(arguments.corpus, arguments.seed)
    print("\n".join(found))
    return 0


if __name__ == "__main__":
    sys.exit(main())

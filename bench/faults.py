"""Proof: wrong digits put into documents whose arithmetic holds, and what the arithmetic says of them.

`python -m bench.faults` prints the part of `make bench`; `--layouts FOLDER` measures on layouts of your own, in the
form of `tests/layouts/`, `--list` tells the faults that were missed.
"""

from __future__ import annotations

import argparse
import random
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from extractors.collector import without_collector
from pipeline.process import interpret, money_rows
from pipeline.tidy import Understood
from tests.builders import observation
from tests.layout_files import FOLDER, Spec, load, word
from validators.arithmetic import Proof, Relation, Rules, prove
from validators.findings import Finding, Place
from validators.identity import exactly
from validators.records import Observation

FAULTS = 5000

REAL = (
    "korosten/report.docx", "korosten/long.docx", "pdf/works-estimate-dash-rules.pdf", "pdf/lyceum-report-2024-25.pdf",
    "word/college-13.docx", "word/college-21.docx",
)  # fmt: skip
"""Files of the corpus with text of their own and tables of numbers."""

ROWS = 10_000


@dataclass(frozen=True, slots=True)
class Proven:
    """One table with what the arithmetic says of it; `covering` counts for each number the identities that prove it."""

    table: Understood
    proof: Proof
    covering: Counter[Place]

    @property
    def told(self) -> list[Finding]:
        """Findings that say that a number is wrong, or that it is rounded as no other."""
        return [f for f in self.proof.findings if f.severity == "error" or f.rule == "rounding"]


def proven(data: bytes, file_name: str) -> list[Proven]:
    """Read a document and prove each of its tables."""
    tables = interpret(data, file_name).tables
    money = money_rows(tables)
    found = []
    for table in tables:
        proof = prove(table.observations, table.rules(money), table.readings)
        with exactly():
            covering = Counter(place for i in proof.identities if i.says() and i.holds() for place in i.proven())
        found.append(Proven(table, proof, covering))
    return found


def fault_lines(folder: Path, seed: int, count: int, *, list_missed: bool = False) -> Iterator[str]:
    """Give how faults of one digit are found, in Markdown: only layouts of known kinds, whose arithmetic holds."""
    clean: dict[Path, tuple[Spec, list[Proven]]] = {}
    share: dict[str, Counter[str]] = defaultdict(Counter)
    false = 0
    for path in sorted(folder.glob("*.json")):
        spec = load(path)
        if any(table["family"] for table in spec["tables"]):
            clean[path] = (spec, proven(word(spec), path.name))
            for one in clean[path][1]:
                name = one.table.family.name if one.table.family else "of no known kind"
                share[name].update(o.check for o in one.proof.observations if o.check)
                false += sum(f.severity == "error" for f in one.proof.findings)
    yield "| family | numbers | verified |"
    yield "|---|---|---|"
    for name, checks in sorted(share.items()):
        yield f"| {name} | {checks.total()} | {checks['verified'] / checks.total():.1%} |"
    total = sum(share.values(), Counter[str]())
    yield f"| all | {total.total()} | {total['verified'] / total.total():.1%} |"
    yield ""
    draw = random.Random(seed)
    paths = sorted(clean)
    found: Counter[str] = Counter()
    missed: list[str] = []
    while found["faults"] < count:
        path = draw.choice(paths)
        spec, before = clean[path]
        spots = [(t, o) for t, one in enumerate(before) for o in one.proof.observations if o.value is not None]
        table, o = draw.choice(spots)
        text = _with_wrong_digit(o.raw, draw)
        grid = spec["tables"][table]["grid"]
        if text is None or grid[o.row][o.column] != o.raw:
            continue
        other = deepcopy(spec)
        other["tables"][table]["grid"][o.row][o.column] = text
        after = proven(word(other), path.name)
        found["faults"] += 1
        outcome = _judge(o, before[table], after[table])
        found.update(outcome)
        if outcome["covered"] > outcome["detected"]:
            missed.append(f"{path.stem} {o.place}: {o.raw} -> {text}")
    yield f"Contradictions in these documents as they are: {false}. One digit changed, {count} times (seed {seed}):"
    yield ""
    yield "| covered by an identity | detected | covered by two | right cell named | proposals | wrong proposals |"
    yield "|---|---|---|---|---|---|"
    yield (
        f"| {found['covered']} | {found['detected'] / max(1, found['covered']):.2%} | {found['two']} "
        f"| {found['named'] / max(1, found['two']):.2%} | {found['proposals']} "
        f"| {found['wrong proposals'] / max(1, found['proposals']):.2%} |"
    )
    if list_missed:
        yield ""
        yield from missed


def _with_wrong_digit(raw: str, draw: random.Random) -> str | None:
    """Give a number with one digit changed; its first digit never to nought."""
    places = [i for i, sign in enumerate(raw) if sign in "0123456789"]
    if not places:
        return None
    at = draw.choice(places)
    digits = [digit for digit in "0123456789" if digit != raw[at] and (digit != "0" or at != places[0])]
    return raw[:at] + draw.choice(digits) + raw[at + 1 :]


def _judge(o: Observation, before: Proven, after: Proven) -> Counter[str]:
    covering = before.covering[o.place]
    told = after.told
    named = {finding.culprit for finding in told}
    proposals = [(f.culprit, Decimal(f.proposal)) for f in told if f.proposal is not None]
    return Counter(
        {
            "covered": covering > 0,
            "detected": covering > 0 and any(o.place in finding.cells for finding in told),
            "two": covering > 1,
            "named": covering > 1 and o.place in named,
            "proposals": len(proposals),
            "wrong proposals": sum(proposal != (o.place, o.value) for proposal in proposals),
        }
    )


def real_lines(corpus: Path) -> Iterator[str]:
    """Give what is verified in real documents and how many identities were mined, in Markdown."""
    yield "| document | numbers | verified | contradicted | mined identities | of them broken |"
    yield "|---|---|---|---|---|---|"
    for file in [*(corpus / name for name in REAL), *sorted((corpus / "icdar2013-eu").glob("*.pdf"))]:
        tables = proven(file.read_bytes(), file.name)
        checks = Counter(o.check for one in tables for o in one.proof.observations if o.check)
        with exactly():
            mined = [i.holds() for one in tables for i in one.proof.identities if i.origin == "mined" and i.says()]
        if checks and (mined or checks["verified"] or checks["contradicted"]):
            yield (
                f"| {file.name} | {checks.total()} | {checks['verified'] / checks.total():.1%} "
                f"| {checks['contradicted']} | {len(mined)} | {mined.count(False)} |"
            )


def large_table(rows: int = ROWS, seed: int = 1) -> tuple[list[Observation], Rules]:
    """Give a table of three plans, three facts and a percentage, in sections with subtotals."""
    draw = random.Random(seed)
    found: list[Observation] = []
    sums = [[0] * 6, [0] * 6]

    def add(row: int, values: Sequence[int], kind: str, section: str | None) -> None:
        for column, value in enumerate(values):
            about = {"measure": "plan" if column < 3 else "actual", "period_start": 2020 + column % 3}
            text = f"{value / 100:.2f}".replace(".", ",")
            found.append(observation(row, column, text, row_kind=kind, section=section, **about))
        percent = f"{100 * values[3] / values[0]:.1f}".replace(".", ",")
        found.append(observation(row, 6, percent, row_kind=kind, section=section, measure="percent", unit="percent"))

    section = 1
    for row in range(rows - 1):
        if row % 50 == 49:
            add(row, sums[0], "subtotal", str(section))
            sums[0] = [0] * 6
            section += 1
            continue
        values = [draw.randrange(1, 10**7) for _ in range(6)]
        sums = [[a + b for a, b in zip(total, values, strict=True)] for total in sums]
        add(row, values, "item", str(section))
    add(rows - 1, sums[1], "total", None)
    return found, Rules([Relation("percent", 6, 3, 0, 10, 10)])


def lines(corpus: Path, seed: int) -> Iterator[str]:
    """Give the whole part, in Markdown."""
    yield "## Proof"
    yield ""
    yield "Layouts of `tests/layouts/` of known kinds, which the code was developed on; their arithmetic holds:"
    yield ""
    yield from fault_lines(FOLDER, seed, FAULTS)
    yield ""
    yield "Real documents with text of their own:"
    yield ""
    yield from real_lines(corpus)
    yield ""
    observations, rules = large_table()
    started = time.perf_counter()
    with without_collector():  # as a document is read
        prove(observations, rules)
    yield f"A table of {ROWS} rows with {len(observations)} numbers is proven in {time.perf_counter() - started:.1f} s."
    yield ""


def main() -> int:
    """Print the part; with `--layouts` what is measured on layouts of the user's own."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--layouts", type=Path, help="a folder of layouts")
    parser.add_argument("--corpus", type=Path, default=Path(__file__).parent.parent.parent / "shared" / "corpus")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--count", type=int, default=FAULTS)
    parser.add_argument("--list", action="store_true", help="tell the faults that were missed")
    asked = parser.parse_args()
    if asked.layouts is None:
        found = lines(asked.corpus, asked.seed)
    else:
        found = fault_lines(asked.layouts, asked.seed, asked.count, list_missed=asked.list)
    for line in found:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    return 0


if __name__ == "__main__":
    sys.exit(main())

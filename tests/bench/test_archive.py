"""The large archive: each file becomes what its maker says, and a seed says everything."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from hashlib import sha256
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest

from bench import archive, archive_tables
from bench.archive import HOSTILE, Expected, make, pdf, word
from bench.archive_tables import TABLES, Grid, Paper, paper
from extractors.document import Table
from extractors.errors import InputError, Refused
from pipeline.process import interpret, process

COMMUNITY = ("Коростенська", "міська")
PRINTERS = {".docx": word, ".pdf": pdf}
ROOT = Path(__file__).parent.parent.parent


def report(seed: int) -> Paper:
    return paper(Random(seed), COMMUNITY, 2023, str(seed))


def ends(data: bytes, name: str) -> Expected:
    """Give what a run makes of a file that it has not seen before."""
    try:
        rows = process(data, name)
    except InputError as error:
        return Expected(name, "refused" if isinstance(error, Refused) else "quarantined", error.reason)
    return Expected(name, "published", None, sum(o["value"] is not None for o in rows["observations"]))


def texts(table: Table) -> list[list[str]]:
    return [[" ".join(cell.text.split()) for cell in row] for row in table.grid()]


def shown(grid: Grid) -> list[list[str]]:
    """Give the text that covers each place of the table."""
    found: list[list[str]] = []
    for row in grid.rows:
        line: list[str] = []
        for c, text in enumerate(row):
            line.append(line[-1] if text == "<" else found[-1][c] if text == "^" else " ".join(text.split()))
        found.append(line)
    return found


@pytest.mark.parametrize("suffix", PRINTERS)
def test_reports_are_read_as_they_were_made_and_their_arithmetic_holds(suffix: str) -> None:
    for seed in range(20):
        of = report(seed)
        data = PRINTERS[suffix](of)
        tables = [one.table for one in interpret(data, f"x{suffix}").tables]
        assert [texts(table) for table in tables] == [shown(grid) for grid in of.grids], seed
        rows = process(data, f"x{suffix}")
        assert rows["findings"] == [], seed
        assert sum(o["value"] is not None for o in rows["observations"]) == sum(grid.numbers for grid in of.grids), seed
        (about,) = rows["documents"]
        assert (about["decision_number"], about["hromada"]) == (str(seed), "Коростенська міська територіальна громада")
        assert about["decision_date"].year == 2024


KINDS: dict[Callable[[Random, int, str], Grid], tuple[str | None, set[str]]] = {
    archive_tables.measures: ("program_measures", set()),
    archive_tables.income: ("budget_income", set()),
    archive_tables.assets: ("asset_list", {"quantity"}),
    archive_tables.indicators: ("socioeconomic_indicators", {"actual", "plan"}),
    archive_tables.requests: (None, set()),
}
"""What family a table of each maker is of, and which measures nothing proves."""


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_each_kind_of_table_is_known_and_its_sums_are_proven(kind: Callable[[Random, int, str], Grid]) -> None:
    family, unproven = KINDS[kind]
    for seed in range(6):
        grid = kind(Random(seed), 2023, "Коростенської міської територіальної громади")
        assert len(grid.rows) - grid.header >= 15
        assert 6 <= len(grid.widths) <= 10
        rows = process(word(Paper((), (grid,), "")), "x.docx")
        assert [table["family"] for table in rows["tables"]] == [family]
        values = [o for o in rows["observations"] if o["value"] is not None]
        unchecked = [o for o in values if o["check"] != "verified" and o["measure"] not in unproven]
        assert len(unchecked) <= 2 < len(values), seed


def test_all_kinds_of_table_are_drawn() -> None:
    assert set(TABLES) == set(KINDS)


def test_long_tables_go_on_on_further_pages() -> None:
    pages = [process(pdf(report(seed)), "x.pdf")["documents"][0]["pages"] for seed in range(8)]
    assert max(pages) > 1


@pytest.mark.parametrize("kind", HOSTILE)
def test_each_hostile_kind_ends_as_it_says_and_no_two_are_alike(kind: str) -> None:
    suffix, maker, state, reason = HOSTILE[kind]
    data = maker(report(1), 1)
    assert ends(data, f"x{suffix}") == Expected(f"x{suffix}", state, reason)
    assert len(data) < 1_000_000
    assert (maker(report(2), 2) == data) == (data == b"")


def test_all_files_end_as_the_archive_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "EVERY", 4)
    count = 8 * len(HOSTILE)
    expected = make(tmp_path, count, 1)
    names = sorted(path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file())
    assert len(names) == count
    assert [one.name for one in expected] == names
    seen: set[bytes] = set()
    for one in expected:
        data = (tmp_path / one.name).read_bytes()
        digest = sha256(data).digest()
        assert one == (Expected(one.name, "duplicate", "duplicate") if digest in seen else ends(data, one.name))
        seen.add(digest)
    reasons = [one.reason for one in expected]
    assert reasons.count("duplicate") == count // 4 + 1, "a copy in four, and the second empty file"
    assert set(reasons) >= {reason for *_, reason in HOSTILE.values()}
    assert reasons.count(None) == count // 2


def content(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_same_seed_gives_the_same_files_and_a_larger_count_more(tmp_path: Path) -> None:
    make(tmp_path / "a", 110, 5)
    make(tmp_path / "b", 110, 5)
    make(tmp_path / "c", 30, 5)
    make(tmp_path / "d", 30, 6)
    first, fewer, other = (content(tmp_path / name) for name in "acd")
    assert content(tmp_path / "b") == first
    assert len(fewer) == 30
    assert fewer.items() <= first.items()
    assert not set(other.values()) & set(fewer.values())


def test_word_files_bear_no_date() -> None:
    with ZipFile(BytesIO(word(report(1)))) as parts:
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_names_are_of_all_kinds_and_fit_file_systems(tmp_path: Path) -> None:
    expected = make(tmp_path, 300, 1)
    parts = [Path(one.name).parts for one in expected]
    longest = max(len(part.encode()) for name in parts for part in name)
    assert 200 < longest <= 255
    assert any(" " in file for *_, file in parts)
    assert any(file.isascii() for *_, file in parts)
    assert all(len(name) == 3 and name[0].endswith(" громада") and name[1].isdigit() for name in parts)
    suffixes = [Path(one.name).suffix for one in expected if one.state == "published"]
    assert 0.4 < suffixes.count(".docx") / len(suffixes) < 0.6
    assert [one.state for one in expected].count("published") == 294


def test_the_command_writes_what_to_expect_beside_the_folder(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.archive", str(tmp_path / "many"), "--count", "6", "--seed", "3"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=ROOT)
    assert "6 published" in done.stdout
    told = json.loads((tmp_path / "many.json").read_text(encoding="utf-8"))
    assert {one["name"] for one in told} == content(tmp_path / "many").keys()
    assert all(one["numbers"] > 20 for one in told)
    before = content(tmp_path / "many")
    again = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    assert (again.returncode, "name a new folder" in again.stderr) == (2, True)
    assert content(tmp_path / "many") == before

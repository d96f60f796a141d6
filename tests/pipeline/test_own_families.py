"""Kinds of report of one's own: listed, explained, run, checked, and refused by name where they are wrong."""

from __future__ import annotations

import csv
import json
import textwrap
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.builders import docx, p, tbl, tc, tr
from tests.command import zvity

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Result:
    """What a command gave."""

    exit_code: int
    stdout: str
    stderr: str


@pytest.fixture
def invoke(monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Callable[..., Result]:
    def run(*arguments: str) -> Result:
        code = zvity(monkeypatch, *arguments)
        return Result(code, *capfd.readouterr())

    return run


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


OWN = """
name = "staff_list"
title = "Штатний розпис"
[recognise]
columns = ["item", "posts"]
titles = ["штатний розпис"]
title_needed = true
[[columns]]
becomes = "item"
headings = ["Посада"]
[[columns]]
becomes = "department"
headings = ["Підрозділ"]
[[columns]]
measure = "posts"
unit = "count"
headings = ["Ставки"]
[tidy]
per = "row"
about = "posts: a row per post"
fields = [
    { name = "department", kind = "text", about = "department" },
    { name = "item", kind = "text", about = "post" },
    { name = "row_kind", kind = "text", about = "item, subtotal or total" },
    { name = "posts", kind = "decimal", about = "how many", maximum = 50 },
]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    folder = tmp_path / "families"
    folder.mkdir()
    (folder / "staff.toml").write_text(OWN, encoding="utf-8")
    return folder


@pytest.fixture
def staff(tmp_path: Path) -> Path:
    path = tmp_path / "staff.docx"
    rows = (
        ("Підрозділ", "Посада", "Ставки"),
        ("Апарат", "Голова", "1"),
        ("Апарат", "Водій", "60"),
        ("Разом", "", "61"),
    )
    path.write_bytes(docx(p("Штатний розпис на 2024 рік") + tbl(*(tr(*map(tc, row)) for row in rows))))
    return path


def test_own_families_are_listed_and_explained(own: Path, staff: Path, invoke: Callable[..., Result]) -> None:
    listed = invoke("families", "--families", str(own), "--json")
    assert "staff_list" in {family["name"] for family in json.loads(listed.stdout)}
    assert "staff_list" not in invoke("families").stdout
    told = invoke("families", "--explain", str(staff), "--families", str(own))
    assert told.exit_code == 0
    assert "Таблиця 1: staff_list" in told.stdout
    (table,) = json.loads(invoke("families", "--explain", str(staff), "--families", str(own), "--json").stdout)[
        "tables"
    ]
    assert (table["family"], table["columns"][2]["measure"]) == ("staff_list", "posts")
    (table,) = json.loads(invoke("families", "--explain", str(staff), "--json").stdout)["tables"]
    assert table["family"] is None


def test_own_families_give_data_sets_of_their_own(
    own: Path, staff: Path, tmp_path: Path, invoke: Callable[..., Result]
) -> None:
    out = tmp_path / "out"
    assert invoke("run", str(staff), "--out", str(out), "--families", str(own)).exit_code == 0
    rows = read_csv(out / "staff_list.csv")
    assert [(r["item"], r["posts"], r["row_kind"]) for r in rows] == [
        ("Голова", "1", "item"),
        ("Водій", "60", "item"),
        ("Разом", "61", "total"),
    ]
    told = [f for f in read_csv(out / "findings.csv") if f["rule"] == "family_rule"]
    assert [(f["row"], f["expected"], f["found"]) for f in told] == [
        ("2", "above 50", "posts: 60"),
        ("3", "above 50", "posts: 61"),
    ]
    assert invoke("check", str(out)).exit_code == 0, "a broken rule of a family is the document's, not ours"
    assert (out / ".zvity" / "families" / "staff.toml").is_file()
    (out / "staff_list.parquet").unlink()
    assert invoke("check", str(out)).exit_code == 1, "check knows the data sets of the run"


def test_a_changed_family_reads_documents_again(
    own: Path, staff: Path, tmp_path: Path, invoke: Callable[..., Result]
) -> None:
    out = tmp_path / "out"
    command = ("run", str(staff), "--out", str(out), "--json")
    assert json.loads(invoke(*command).stdout)["read"] == 1
    assert json.loads(invoke(*command, "--families", str(own)).stdout)["read"] == 1
    assert json.loads(invoke(*command, "--families", str(own)).stdout)["read"] == 0
    (own / "staff.toml").write_text(OWN.replace("Ставки", "Посад"), encoding="utf-8")
    assert json.loads(invoke(*command, "--families", str(own)).stdout)["read"] == 1
    assert json.loads(invoke(*command).stdout)["read"] == 0
    assert not list((out / ".zvity" / "families").glob("*.toml"))


def test_a_wrong_family_stops_before_anything_is_read(
    own: Path, staff: Path, tmp_path: Path, invoke: Callable[..., Result]
) -> None:
    (own / "staff.toml").write_text(OWN.replace("measure", "mesure"), encoding="utf-8")
    for command in (("run", str(staff), "--out", str(tmp_path / "out")), ("families",), ("show", str(staff))):
        result = invoke(*command, "--families", str(own))
        assert result.exit_code == 2, result.stderr
        assert "staff.toml" in result.stderr
        assert "mesure" in result.stderr
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("page", ["families.md", "families.uk.md"])
def test_the_example_of_the_documentation_works_as_it_stands(
    page: str, tmp_path: Path, invoke: Callable[..., Result]
) -> None:
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    example = textwrap.dedent(text[text.index("   ```toml\n") :].split("```")[1].removeprefix("toml\n"))
    (tmp_path / "staff_list.toml").write_text(example, encoding="utf-8")
    rows = (
        ("№", "Підрозділ", "Посада", "Кількість ставок", "Оклад, грн"),
        ("1", "Апарат", "Голова", "1", "25 000,00"),
        ("", "Разом", "", "1", "25 000,00"),
    )
    (tmp_path / "staff.docx").write_bytes(docx(p("Штатний розпис") + tbl(*(tr(*map(tc, row)) for row in rows))))
    out = tmp_path / "out"
    assert invoke("run", str(tmp_path / "staff.docx"), "--out", str(out), "--families", str(tmp_path)).exit_code == 0
    assert [(r["item"], r["row_kind"], r["salary"], r["unit"]) for r in read_csv(out / "staff_list.csv")] == [
        ("Голова", "item", "25000.00", "UAH"), ("Разом", "total", "25000.00", "UAH"),
    ]  # fmt: skip

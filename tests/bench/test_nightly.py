"""The nightly run's measurement: it sees what is lost, what is opened and what is written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from bench import archive
from bench.archive import Expected
from bench.nightly import Measured, differences, measure, told, tree
from bench.watched import PHASES, zvity_run

COUNT = 30


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("nightly")


@pytest.fixture(scope="module")
def measured(scratch: Path) -> Iterator[Measured]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "EVERY", 6)  # else so few files would hold no copy and nothing hostile
        yield measure(scratch, COUNT, 1)


def test_every_file_is_accounted_for(measured: Measured) -> None:
    assert measured.wrong == []
    assert measured.states.total() == COUNT
    assert set(measured.states) == {"published", "duplicate", "quarantined", "refused"}
    assert measured.values > 1000


def test_each_night_reads_and_opens_what_has_changed_and_no_more(measured: Measured) -> None:
    nights = [(night.what, night.run.told["read"], night.opened) for night in measured.nights]
    assert nights == [
        ("nothing new", 0, 0),
        ("one document added", 1, 1),
        ("one changed", 1, 1),
        ("one renamed", 0, 1),
        ("one removed", 0, 0),
    ]
    told = [night.run.told["changes"] for night in measured.nights]
    changes = [{what: of["count"] for what, of in found.items() if of["count"]} for found in told]
    assert changes == [{}, {"new": 1}, {"changed": 1}, {"moved": 1}, {"gone": 1}]


def test_nothing_new_changes_no_byte_and_all_other_nights_do(measured: Measured) -> None:
    nothing, *others = measured.nights
    assert (nothing.files, nothing.bytes) == (0, 0)
    assert all(night.files > 1 and night.bytes > 1000 for night in others)
    assert measured.same
    assert measured.restored


def test_time_and_memory_are_those_of_the_processes(measured: Measured) -> None:
    for run in (measured.one, measured.two, measured.tenth):
        assert list(run.phases) == list(PHASES)
        assert sum(run.phases.values()) == pytest.approx(run.seconds, abs=0.05)
        assert min(run.phases.values()) >= 0
        assert 20 < run.parent_mb < run.worker_mb < 2000
        assert run.cpu > 0.5
        assert run.opened is None
    assert measured.two.cpu > measured.floor > 0.01


def test_sizes_are_of_all_files(measured: Measured, scratch: Path) -> None:
    kept = measured.sizes
    assert kept["data sets as CSV"][0] == kept["data sets as PARQUET"][0] > 10
    assert kept["results"][0] == COUNT - measured.states["duplicate"] + 1, "one each, and the list"
    failed = measured.states["quarantined"] + measured.states["refused"]
    assert kept["quarantine/"][0] == 2 * failed
    assert all(0 < size <= disk + 4096 * files for files, size, disk in kept.values())
    assert sum(files for files, *_ in kept.values()) == len(tree(scratch / "out-one")), "counted before any night"


@pytest.fixture
def expected(measured: Measured, scratch: Path) -> list[Expected]:
    """Give what the archive's maker says of it, as it is again after all nights."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(archive, "EVERY", 6)
        return archive.make(scratch / "again", COUNT, 1)


def test_what_is_not_as_the_maker_says_is_told(expected: list[Expected], scratch: Path) -> None:
    out = scratch / "out-one"
    assert differences(expected, out) == []
    one = next(one for one in expected if one.state == "published")
    rest = [other for other in expected if other is not one]
    unwanted, value = differences(rest, out)
    assert unwanted == f"{one.name}: is no file of the archive"
    assert "values, not" in value
    assert differences([*expected, Expected("more.pdf", "refused", "empty")], out) == ["more.pdf: is missing"]
    for other in (replace(one, state="refused"), replace(one, reason="empty")):
        (wrong,) = differences([other, *rest], out)
        assert wrong.startswith(f"{one.name}: Expected(")
    assert len(differences([replace(one, numbers=one.numbers + 1), *rest], out)) == 2


def test_the_section_says_yes_or_no(measured: Measured) -> None:
    text = "\n".join(told(measured))
    assert f"In: {COUNT}." in text
    assert f"together {COUNT}." in text
    assert "NO" not in text
    rows = [line.count("|") for line in text.splitlines() if line.startswith("|")]
    assert set(rows) == {13, 4, 9, 5}
    assert "| one renamed |" in text
    bad = "\n".join(told(replace(measured, wrong=["a.pdf: is missing"], same=False, restored=False)))
    assert bad.count("**NO**") == 3
    assert "Wrong: a.pdf: is missing." in bad


def test_a_run_that_fails_is_no_measurement(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError, match="ended with 2"):
        zvity_run(tmp_path / "none", tmp_path / "out", 1, tmp_path)

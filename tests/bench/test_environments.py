from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bench.peers import environments
from bench.peers.environments import FLOORS, PROGRAMS, Program, Unavailable, interpreter, run, run_cached, version
from bench.tables import zvity
from tests.samples import PDF

FLOOR = FLOORS[0]
PEER = Program(FLOOR.name, "a peer", "pdfplumber")


@pytest.fixture(autouse=True)
def _no_memory_between_tests() -> Iterator[None]:
    interpreter.cache_clear()
    yield
    interpreter.cache_clear()


@pytest.fixture
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(environments, "CACHE", tmp_path / "cache")
    return tmp_path / "cache"


def test_every_peer_has_its_version_pinned() -> None:
    assert all(version(program)[0].isdigit() for program in PROGRAMS if program.package is not None)


def test_a_process_of_its_own_finds_what_this_one_finds() -> None:
    result = run(PROGRAMS[0], PDF, timeout=60, runs=2)

    assert result.failure is None
    assert result.tables == zvity(PDF).tables
    assert len(result.seconds) == 2
    assert result.peak_mb > 1


def test_a_program_that_fails_says_why(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"nothing")

    assert "Failed to load document" in str(run(FLOOR, broken, timeout=60).failure)


def test_a_program_that_takes_too_long_is_stopped() -> None:
    assert run(FLOOR, PDF, timeout=0.001).failure == "stopped after 0 s"


def test_without_java_the_peer_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)

    result = run(next(program for program in PROGRAMS if program.java), PDF, timeout=60)

    assert result.failure == "needs Java, and no `java` is on the PATH"


def test_an_environment_that_cannot_be_made_says_why(cache: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    say = [sys.executable, "-c", "import sys; sys.exit('no such package')"]
    monkeypatch.setattr(environments, "_install", lambda *_: [say])

    with pytest.raises(Unavailable, match="cannot be installed: no such package"):
        interpreter(PEER)
    assert run_cached(PEER, PDF, timeout=60).failure == "cannot be installed: no such package"
    assert not (cache / "results").exists()


def test_results_are_kept_by_file(cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environments, "interpreter", lambda _: Path(sys.executable))
    file = tmp_path / "report.pdf"
    shutil.copy(PDF, file)

    first = run_cached(PEER, file, timeout=60)
    again = run_cached(PEER, file, timeout=60)
    fresh = run_cached(PEER, file, timeout=60, fresh=True)
    file.write_bytes(file.read_bytes() + b"\n")
    other = run_cached(PEER, file, timeout=60)

    assert [result.cached for result in (first, again, fresh, other)] == [False, True, False, False]
    assert (first.failure, first.seconds) == (None, again.seconds)
    assert len(list(cache.rglob("*.json"))) == 2


def test_the_project_itself_is_never_kept(cache: Path) -> None:
    assert not run_cached(FLOOR, PDF, timeout=60).cached
    assert not run_cached(FLOOR, PDF, timeout=60).cached
    assert not cache.exists()

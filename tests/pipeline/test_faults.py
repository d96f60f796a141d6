"""Runs that are killed, fail at any call or come two at once: what they leave, and what the next run makes of it.

`python -m bench.crashes` measures the same at every moment, with worker processes.
"""

from __future__ import annotations

import os
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

from bench.crashes import command, orphaned, problem_without_results, start, until_gone
from pipeline.exits import ExitCode
from tests.crashing import (
    ERRORS,
    WORKED,
    Moments,
    Scene,
    data_sets,
    leftovers,
    moments_of,
    problem_after,
    run_failed,
    run_here,
    run_killed,
    scenes,
    snapshot,
    unlike,
    watched,
)

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes are killed as POSIX does it")

proc = pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are counted as Linux lists them")

NUMBERS = range(3)
"""Of the scenes."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("crashes")


@pytest.fixture(scope="module")
def found(folder: Path) -> list[Scene]:
    return scenes(folder)


@pytest.fixture
def out(folder: Path) -> Iterator[Path]:
    yield folder / "out"
    shutil.rmtree(folder / "out", ignore_errors=True)


def _some(sites: list[str], most: int) -> list[int]:
    """Give the first and last moment of each kind, and others evenly between."""
    first = {site: number for number, site in reversed(list(enumerate(sites)))}
    last = {site: number for number, site in enumerate(sites)}
    chosen = sorted({*first.values(), *last.values()})
    return chosen[:: max(1, len(chosen) // most)]


@pytest.mark.parametrize("number", NUMBERS)
def test_killed_at_any_moment_the_next_run_gives_the_same_bytes(number: int, found: list[Scene], out: Path) -> None:
    scene = found[number]
    sites = moments_of(scene, out, stages=True)
    for moment in _some(sites, 6):
        assert run_killed(scene, scene.begin(out), moment), sites[moment]
        assert problem_after(scene, out) is None, (moment, sites[moment])


@pytest.mark.parametrize("number", NUMBERS)
def test_failed_at_any_call_all_is_whole_and_the_next_run_mends_it(number: int, found: list[Scene], out: Path) -> None:
    scene = found[number]
    sites = moments_of(scene, out, stages=False)
    for count, moment in enumerate(_some(sites, 6)):
        scene.begin(out)
        old, new = data_sets(snapshot(out)), data_sets(scene.wanted)
        code = run_failed(scene, out, moment, ERRORS[count % len(ERRORS)])
        left = data_sets(snapshot(out))
        assert code == ExitCode.OUTPUT, (moment, sites[moment])
        assert all(content in (old.get(name), new.get(name)) for name, content in left.items()), sites[moment]
        assert not leftovers(out), sites[moment]
        assert problem_after(scene, out) is None, (moment, sites[moment])


@pytest.mark.parametrize("number", NUMBERS)
def test_a_disk_that_fills_up_while_data_sets_are_written_leaves_those_before(
    number: int, found: list[Scene], out: Path
) -> None:
    scene = found[number]
    sites = moments_of(scene, out, stages=False)
    first = next(number for number, site in enumerate(sites) if site in {"replace .csv", "replace .parquet"})
    last = max(number for number, site in enumerate(sites) if site in {"replace .csv", "replace tables"})
    writes = [number for number, site in enumerate(sites[:last]) if site == "write"]
    assert all(number < first for number in writes), "all are written before the first takes its place"
    scene.begin(out)
    old = data_sets(snapshot(out))
    assert run_failed(scene, out, writes[-1], ERRORS[0]) == ExitCode.OUTPUT
    assert data_sets(snapshot(out)) == old


def test_an_output_removed_under_a_run_is_made_anew_by_the_next(found: list[Scene], out: Path) -> None:
    scene = found[1]
    sites = moments_of(scene, out, stages=True)
    for stage in ("begin deliver", "end deliver"):
        scene.begin(out)
        with watched(out, Moments(sites.index(stage), partial(shutil.rmtree, out)), stages=True):
            run_here(scene.inbox, out)
        assert problem_without_results(scene, out) is None, stage


def test_of_two_runs_at_once_one_works(found: list[Scene], out: Path) -> None:
    scene = found[1]
    scene.begin(out)
    runs = [start(command(scene, out)) for _ in range(2)]
    codes = sorted(run.wait() for run in runs)
    assert codes[0] in WORKED
    assert codes[1] == ExitCode.LOCKED
    assert unlike(scene, out) is None


@proc
@pytest.mark.parametrize("whole", [False, True], ids=["alone", "group"])
def test_ctrl_c_leaves_no_process_behind(whole: bool, found: list[Scene], out: Path) -> None:
    scene = found[0]
    run = start(command(scene, scene.begin(out)))
    time.sleep(1.2)
    with suppress(ProcessLookupError):
        (os.killpg if whole else os.kill)(run.pid, signal.SIGINT)
    assert run.wait() in (ExitCode.INTERRUPTED, *WORKED)
    assert until_gone(run.pid) < 1
    assert problem_after(scene, out) is None


@proc
@pytest.mark.parametrize("how", ["idles", "waits", "computes"])
def test_workers_end_by_themselves_where_their_parent_was_killed(how: str, found: list[Scene], folder: Path) -> None:
    assert until_gone(orphaned(how, found[0], folder)) < 5


def test_killed_with_all_its_processes_a_run_goes_on_at_once(found: list[Scene], out: Path) -> None:
    scene = found[1]
    run = start(command(scene, scene.begin(out)))
    time.sleep(1.2)
    with suppress(ProcessLookupError):
        os.killpg(run.pid, signal.SIGKILL)
    run.wait()
    assert start(command(scene, out)).wait() in WORKED
    assert unlike(scene, out) is None

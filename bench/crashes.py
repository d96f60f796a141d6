"""`python -m bench.crashes`: runs that are killed, fail, are interrupted or come two at once, and what they leave.

What must hold, and is counted:

- killed at any moment, the next run gives the bytes that a run gives that nothing disturbs;
- failed at any call that changes its output, it ends with exit code 7, and the next run gives these bytes;
- of two at once one works, and the other leaves with exit code 6;
- interrupted, it ends with exit code 130 and leaves no process behind;
- without their parent, its worker processes end by themselves.
"""

from __future__ import annotations

import argparse
import csv
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from unittest.mock import patch

from pipeline import cli, executors, process, worker
from pipeline.exits import ExitCode
from pipeline.folders import WORK
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

PAIRS = 20
"""Times two runs start at once."""

INTERRUPTS = 40
"""Runs that are interrupted."""

SIZES = tuple(range(256, 1024, 64))
"""Kilobytes of the file systems that are too small."""

_MOUNT = shutil.which("mount") or "mount"
_UMOUNT = shutil.which("umount") or "umount"

_LONGEST = 60
"""Seconds to wait for what should end by itself."""

_SOON = 1.0
"""Seconds after which a process counts as left behind: one of Python's own ends a moment after its parent."""


@dataclass(frozen=True, slots=True)
class Case:
    """One run to disturb: its inputs, where it may write, and the moment or the seconds at which it is disturbed."""

    scene: Scene
    folder: Path
    moment: int | None = None
    delay: float = 0.0

    def begin(self) -> Path:
        """Put the earlier output where no other process writes."""
        return self.scene.begin(self.folder / f"out-{os.getpid()}")

    def __str__(self) -> str:
        """Say which it is."""
        where = f"{self.delay:.2f} s" if self.moment is None else f"moment {self.moment}"
        return f"{self.scene.name}, {where}"


# Processes


def command(scene: Scene, out: Path, *options: str) -> list[str]:
    """Give the arguments of a run."""
    return ["run", str(scene.inbox), "--out", str(out), "--settle", "0", "--workers", "1", *options]


def start(arguments: Sequence[str], code: str = "from pipeline.cli import main; main()") -> subprocess.Popen[bytes]:
    """Start Python code with arguments, as the head of a process group."""
    return subprocess.Popen(
        [sys.executable, "-c", code, *arguments],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def members(group: int) -> list[int]:
    """Give the processes of a group that still run. On Linux only."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                state, _, of_group = (entry / "stat").read_text().rpartition(")")[2].split()[:3]
                if int(of_group) == group and state not in "ZX":
                    found.append(int(entry.name))
    return found


def until_gone(group: int) -> float:
    """Give the seconds until the last process of a group ends; kill those that stay."""
    started = time.monotonic()
    while members(group) and time.monotonic() - started < _LONGEST:
        time.sleep(0.02)
    seconds = time.monotonic() - started
    with suppress(ProcessLookupError):
        os.killpg(group, signal.SIGKILL)
    return seconds


def ended(scene: Scene, out: Path) -> str | None:
    """Run once more, with worker processes; tell what is not as it should be."""
    code = start(command(scene, out)).wait()
    return f"the next run ends with {code}" if code not in WORKED else unlike(scene, out)


def die_at(whom: str, out: str, number: str, *arguments: str) -> None:
    """Be a run that is killed at a moment, `alone` or with its whole process group."""
    sys.argv = ["zvity", *arguments]
    kill = partial(os.kill, os.getpid()) if whom == "alone" else partial(os.killpg, 0)
    with watched(Path(out), Moments(int(number), partial(kill, signal.SIGKILL)), stages=True):
        cli.main()


_DIE_AT = "import sys; from bench.crashes import die_at; die_at(*sys.argv[1:])"
_BE_BUSY = "import sys; from bench.crashes import be_busy; be_busy(*sys.argv[1:])"


# Kills


def killed(case: Case) -> str | None:
    """Kill a run with all its processes, and tell what the next one does not give; `late` where it had ended before."""
    out = case.begin()
    if case.moment is None:
        process = start(command(case.scene, out))
        time.sleep(case.delay)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
    else:
        process = start(["all", str(out), str(case.moment), *command(case.scene, out)], _DIE_AT)
    if process.wait() != -signal.SIGKILL:
        return "late"
    return ended(case.scene, out)


def killed_here(case: Case) -> str | None:
    """Kill a run that has no worker processes."""
    out = case.begin()
    return problem_after(case.scene, out) if run_killed(case.scene, out, case.moment or 0) else "late"


def kill_lines(found: Sequence[Scene], folder: Path, count: int, chance: random.Random) -> Iterator[str]:
    """Kill runs at random moments and at moments spread evenly over all, as many of these as of those."""
    cases = []
    for number, scene in enumerate(found):
        share = len(range(number, count, len(found)))
        moments = len(moments_of(scene, folder / "out", stages=True))
        started = time.monotonic()
        start(command(scene, scene.begin(folder / "out"))).wait()
        seconds = time.monotonic() - started
        cases += [Case(scene, folder, delay=chance.uniform(0, seconds)) for _ in range(share // 2)]
        cases += [Case(scene, folder, i * moments // (share - share // 2)) for i in range(share - share // 2)]
    yield from counted("killed with all its processes", "the next run gives the right bytes", killed, cases)
    cases = [
        Case(scene, folder, moment)
        for scene in found
        for moment in range(len(moments_of(scene, folder / "out", stages=True)))
    ]
    yield from counted("killed before each single call", "the next run gives the right bytes", killed_here, cases)


def counted(what: str, right: str, check: Callable[[Case], str | None], cases: Sequence[Case]) -> Iterator[str]:
    """Check cases in several processes, and say how many were right, and what the others came to."""
    started = time.monotonic()
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        results = list(zip(cases, pool.imap(check, cases), strict=True))
    late = sum(result == "late" for _, result in results)
    wrong = [(case, result) for case, result in results if result not in (None, "late")]
    tail = f"; {late} had ended before" if late else ""
    good, all_of = len(results) - late - len(wrong), len(results) - late
    yield f"- {what}: {right} {good} of {all_of}{tail} ({time.monotonic() - started:.0f} s)"
    yield from (f"  - {case}: {result}" for case, result in wrong)


# Errors of the system


def failure(case: Case) -> tuple[str | None, str]:
    """Let one call of a run fail; give what is wrong then or after the next run, and which data sets are there."""
    out = case.begin()
    old, new = data_sets(snapshot(out)), data_sets(case.scene.wanted)
    moment = case.moment or 0
    code = run_failed(case.scene, out, moment, ERRORS[moment % len(ERRORS)])
    left = data_sets(snapshot(out))
    state = "those before" if left == old else "those of this run" if left == new else "some of both"
    if code != ExitCode.OUTPUT:
        return f"it ends with {code}", state
    torn = [name for name, content in left.items() if content not in (old.get(name), new.get(name))]
    if torn or leftovers(out):
        return f"half-written: {', '.join(torn + leftovers(out))}", state
    return problem_after(case.scene, out), state


def fault_lines(found: Sequence[Scene], folder: Path) -> Iterator[str]:
    """Let each call that changes the output fail once."""
    started = time.monotonic()
    names: list[str] = []
    cases: list[Case] = []
    for scene in found:
        sites = moments_of(scene, folder / "out", stages=False)
        names += sites
        cases += [Case(scene, folder, moment) for moment in range(len(sites))]
    with get_context("spawn").Pool(os.cpu_count()) as pool:
        results = pool.map(failure, cases, chunksize=8)
    wrong = [(case, result) for case, (result, _) in zip(cases, results, strict=True) if result is not None]
    yield (
        f"- ENOSPC, EIO, EROFS or EDQUOT at each single call: exit code 7, all files whole, and the next run gives the "
        f"right bytes {len(cases) - len(wrong)} of {len(cases)} ({time.monotonic() - started:.0f} s)"
    )
    yield from (f"  - {case}: {result}" for case, result in wrong)
    states = Counter(state for _, state in results)
    yield "  - data sets then: " + ", ".join(f"{state} {states[state]}" for state in sorted(states))
    mixed = Counter(name for name, (_, state) in zip(names, results, strict=True) if state == "some of both")
    yield "  - some of both after: " + ", ".join(f"{name} {count}" for name, count in sorted(mixed.items()))


def disk_lines(found: Sequence[Scene], folder: Path) -> Iterator[str]:
    """Run on file systems that are too small, and on one that is mounted to be read only."""
    place = folder / "disk"
    place.mkdir()
    if subprocess.run([_MOUNT, "-t", "tmpfs", "none", place], check=False, stderr=subprocess.DEVNULL).returncode:
        yield "- a disk that is full: not measured, file systems may not be mounted here"
        return
    subprocess.run([_UMOUNT, place], check=True)
    full = right = 0
    for scene in found:
        for size in SIZES:
            code, problem = _on_disk(scene, place, f"size={size}k")
            full += code not in WORKED
            right += code == ExitCode.OUTPUT and problem is None
            if problem or code not in (*WORKED, ExitCode.OUTPUT):
                yield f"  - {scene.name}, {size} KB: it ends with {code}; {problem}"
    yield f"- a disk that is full: exit code 7, old data sets or new, and right with more space {right} of {full}"
    codes = [_on_disk(scene, place, "ro") for scene in found]
    yield f"- a disk that is read only: exit code 7 {sum(code == ExitCode.OUTPUT for code, _ in codes)} of {len(codes)}"


def _on_disk(scene: Scene, place: Path, option: str) -> tuple[int, str | None]:
    """Run on a file system with an option, then without; give the first exit code, and what is wrong after either."""
    subprocess.run([_MOUNT, "-t", "tmpfs", "none", place], check=True)
    try:
        out = scene.begin(place / "out")
        out.mkdir(exist_ok=True)
        old, new = data_sets(snapshot(out)), data_sets(scene.wanted)
        subprocess.run([_MOUNT, "-o", f"remount,{option}", place], check=False, stderr=subprocess.DEVNULL)
        code = run_here(scene.inbox, out)
        left = data_sets(snapshot(out))
        subprocess.run([_MOUNT, "-o", "remount,rw,size=64m", place], check=True)
        return code, problem_after(scene, out) or (None if left in (old, new) else "some data sets of both")
    finally:
        subprocess.run([_UMOUNT, place], check=True)


def problem_without_results(scene: Scene, out: Path) -> str | None:
    """Run once more; tell what is not right, but for results of inputs that are gone."""
    run_here(scene.inbox, out)
    files = snapshot(out)
    other = [name for name in scene.wanted if not name.startswith(WORK) and files.get(name) != scene.wanted[name]]
    return ", ".join(other) or None


def vanish_lines(found: Sequence[Scene], folder: Path) -> Iterator[str]:
    """Remove the output under runs, at each of their stages."""
    codes = Counter[int]()
    right = total = 0
    for scene in found:
        for number, site in enumerate(moments_of(scene, folder / "out", stages=True)):
            if not site.startswith(("begin", "end")):
                continue
            out = scene.begin(folder / "out")
            with watched(out, Moments(number, partial(shutil.rmtree, out)), stages=True):
                codes[run_here(scene.inbox, out)] += 1
            problem = problem_without_results(scene, out)
            total += 1
            right += problem is None
            if problem:
                yield f"  - {scene.name}, {site}: {problem}"
    told = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
    yield f"- the output removed between stages: the next run is right {right} of {total}; exit codes {told}"


# Two at once, interrupts, orphans


def names_in(documents: bytes) -> Counter[str]:
    """Count the names of inputs in `documents.csv`."""
    return Counter(row["file_name"] for row in csv.DictReader(documents.decode().splitlines()))


def pair_lines(found: Sequence[Scene], folder: Path) -> Iterator[str]:
    """Start two runs at once, many times."""
    right, lost, double = 0, 0, 0
    slowest = 0.0
    for number in range(PAIRS):
        scene = found[number % len(found)]
        out = scene.begin(folder / "out")
        started = time.monotonic()
        left = {process.pid: process for process in (start(command(scene, out)) for _ in range(2))}
        codes: list[int] = []
        while left:
            pid, status = os.waitpid(-1, 0)
            codes.append(os.waitstatus_to_exitcode(status))
            left.pop(pid).returncode = codes[-1]
            if codes[-1] == ExitCode.LOCKED:
                slowest = max(slowest, time.monotonic() - started)
        inputs, wanted = names_in((out / "documents.csv").read_bytes()), names_in(scene.wanted["documents.csv"])
        lost += (wanted - inputs).total()
        double += (inputs - wanted).total()
        one_worked = sorted(code in WORKED for code in codes) == [False, True] and ExitCode.LOCKED in codes
        right += one_worked and unlike(scene, out) is None
        if not one_worked or unlike(scene, out):
            yield f"  - pair {number}: exit codes {codes}; {unlike(scene, out)}"
    yield (
        f"- two at once: one works, the other ends with 6 {right} of {PAIRS}; inputs lost {lost}, double {double}; "
        f"the other is gone {slowest:.1f} s after its start at the latest"
    )


def interrupt_lines(found: Sequence[Scene], folder: Path, chance: random.Random) -> Iterator[str]:
    """Interrupt runs at random moments: the process alone, or with its group, as a terminal does."""
    codes = Counter[int]()
    right, longest, stayed = 0, 0.0, 0
    for number in range(INTERRUPTS):
        scene = found[number % len(found)]
        out = scene.begin(folder / "out")
        process = start(command(scene, out))
        time.sleep(chance.uniform(0.3, 2.2))
        sent = time.monotonic()
        with suppress(ProcessLookupError):
            (os.killpg if number % 2 else os.kill)(process.pid, signal.SIGINT)
        code = process.wait()
        longest = max(longest, time.monotonic() - sent)
        codes[code] += 1
        stayed += until_gone(process.pid) > _SOON
        problem = problem_after(scene, out)
        right += problem is None
        if problem:
            yield f"  - interrupt {number}: {problem}"
    told = ", ".join(f"{code}: {count}" for code, count in sorted(codes.items()))
    yield (
        f"- interrupted: the next run gives the right bytes {right} of {INTERRUPTS}; exit codes {told}; processes left "
        f"by {stayed}; {longest:.1f} s to end at the longest"
    )


def _endless(how: str) -> None:
    """Make a worker never be done with a document."""

    def endless(*_: object) -> None:
        Path(os.environ["MARK"]).touch()
        while how == "computes":
            pass
        if how == "waits":
            time.sleep(_LONGEST * 2)
        sum(range(1 << 40))  # in C, with Python's lock held

    vars(process)["process"] = endless
    worker.confine()


def be_busy(how: str, *arguments: str) -> None:
    """Be a run whose workers are never done."""
    sys.argv = ["zvity", *arguments]
    with patch.object(executors, "LocalExecutor", partial(executors.LocalExecutor, prepare=partial(_endless, how))):
        cli.main()


def orphaned(how: str, scene: Scene, folder: Path) -> int:
    """Start a run, kill its main process alone while a worker does something, and give its process group."""
    out, mark = scene.begin(folder / "out"), folder / "mark"
    mark.unlink(missing_ok=True)
    os.environ["MARK"] = str(mark)
    if how == "idles":
        idle = moments_of(scene, out, stages=True).index("begin deliver")
        process = start(["alone", str(scene.begin(out)), str(idle), *command(scene, out)], _DIE_AT)
    else:
        process = start([how, *command(scene, out)], _BE_BUSY)
        while not mark.exists() and process.poll() is None:
            time.sleep(0.02)
        process.kill()
    process.wait()
    return process.pid


def orphan_lines(found: Sequence[Scene], folder: Path) -> Iterator[str]:
    """Kill the main process alone, run again at once, and wait for the orphans to end."""
    scene, out = found[0], folder / "out"
    for how in ("idles", "waits", "computes", "computes in C"):
        group = orphaned(how, scene, folder)
        killed_at = time.monotonic()
        seconds = until_gone(group) if how != "computes in C" else 0.0
        problem = ended(scene, out)
        if how == "computes in C":
            until_gone(group)
            seconds = time.monotonic() - killed_at
        yield (
            f"- killed alone, with a worker that {how}: the worker is gone after {seconds:.2f} s; "
            f"the next run is {problem or 'right'}, and {unlike(scene, out) or 'nothing wrote after it'}"
        )


def main() -> int:
    """Measure all, and print it as Markdown."""
    parser = argparse.ArgumentParser(prog="python -m bench.crashes", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="runs killed with all processes (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=2026, help="of the random moments (default: %(default)s)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        for line in lines(folder, asked.count, random.Random(asked.seed)):
            print(line, flush=True)
    return 0


def lines(folder: Path, count: int, chance: random.Random) -> Iterator[str]:
    """Give all that is measured, a line each."""
    found = scenes(folder)
    yield from kill_lines(found, folder, count, chance)
    yield from fault_lines(found, folder)
    yield from disk_lines(found, folder)
    yield from vanish_lines(found, folder)
    yield from pair_lines(found, folder)
    yield from interrupt_lines(found, folder, chance)
    yield from orphan_lines(found, folder)


if __name__ == "__main__":
    sys.exit(main())

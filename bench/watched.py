"""One `zvity run` as a process of its own, watched from outside: time, memory, phases, which inputs were opened.

Guarantee: nothing of the run happens in this process, and what is not asked for is not watched. Memory is read from
`/proc`, and is 0 where there is none.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

_TICK, _SCAN = 0.01, 20
"""Seconds between two looks at the parent's memory; looks to one at its workers'."""

PHASES = ("starting", "looking", "reading", "building", "delivering")
"""Until files are found; the first document is begun; the last is done; the last part is built; the process ends."""

_WATCH = """
import os, sys
_log = os.open({log!r}, os.O_APPEND | os.O_CREAT | os.O_WRONLY)
def _seen(event, facts):
    if event == "open" and isinstance(facts[0], str) and facts[0].startswith({below!r}):
        os.write(_log, os.fsencode(facts[0]) + b"\\n")
sys.addaudithook(_seen)
"""
"""A `sitecustomize` for every Python process of a run, by which Python tells of each file that is opened."""


@dataclass(frozen=True, slots=True)
class Run:
    """One run as a process.

    Attributes:
        seconds: from its start to its end.
        cpu: processor seconds, workers included.
        parent_mb: peak memory of the process itself.
        worker_mb: peak memory of the largest of its workers.
        phases: seconds by phase.
        told: what the run told at its end.
        opened: how many of the inputs were opened, where that was asked for.
    """

    seconds: float
    cpu: float
    parent_mb: float
    worker_mb: float
    phases: Mapping[str, float]
    told: Mapping[str, Any]
    opened: int | None = None


def zvity_run(archive: Path, out: Path, workers: int, scratch: Path, *, watched: bool = False) -> Run:
    """Run `zvity run`, and watch it.

    `--settle 0` since no file of a nightly run was changed less than a second ago, but those made here are.

    Raises:
        RuntimeError: it failed.
    """
    command = [sys.executable, "-m", "pipeline.cli", "run", str(archive), "--out", str(out), "--workers", str(workers)]
    environment = dict(os.environ)
    log = scratch / "opened"
    if watched:
        log.unlink(missing_ok=True)
        (scratch / "watch").mkdir(exist_ok=True)
        code = _WATCH.format(log=str(log), below=f"{archive}/")
        (scratch / "watch" / "sitecustomize.py").write_text(code, encoding="utf-8")
        paths = (str(scratch / "watch"), environment.get("PYTHONPATH"))
        environment["PYTHONPATH"] = os.pathsep.join(path for path in paths if path)
    with (scratch / "log").open("w+b") as events:
        began = time.time()
        started = time.monotonic()
        running = subprocess.Popen(
            [*command, "--settle", "0", "--json-log"],
            cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, stderr=events,
        )  # fmt: skip
        peaks: Counter[int] = Counter()
        looks = 0
        while True:
            ended, status, usage = os.wait4(running.pid, os.WNOHANG)
            if ended:
                break
            _look(running.pid, peaks, workers=looks % _SCAN == 0)
            looks += 1
            time.sleep(_TICK)
        seconds = time.monotonic() - started
        running.returncode = os.waitstatus_to_exitcode(status)
        events.seek(0)
        told = events.read().decode()
    if running.returncode not in (0, 3):
        raise RuntimeError(f"{' '.join(command)} ended with {running.returncode}: {told[-2000:]}")
    lines = [json.loads(line) for line in told.splitlines() if line.startswith("{")]
    parent = peaks.pop(running.pid, 0)
    return Run(
        seconds,
        usage.ru_utime + usage.ru_stime,
        parent / 1000,
        max(peaks.values(), default=0) / 1000,
        _phases(lines, began, began + seconds),
        lines[-1],
        len(set(log.read_bytes().splitlines())) if watched else None,
    )


def _look(pid: int, peaks: Counter[int], *, workers: bool) -> None:
    """Note the peak memory (kB) of a process, and that of its children."""
    for status in Path("/proc").glob("[0-9]*/status" if workers else f"{pid}/status"):
        try:
            facts = dict(line.split(":", 1) for line in status.read_text().splitlines() if ":" in line)
        except OSError:  # it has just ended
            continue
        own = int(status.parent.name)
        if (own == pid or int(facts["PPid"]) == pid) and "VmHWM" in facts:
            peaks[own] = max(peaks[own], int(facts["VmHWM"].split()[0]) * 1024 // 1000)


def _phases(events: Sequence[Mapping[str, Any]], began: float, ended: float) -> dict[str, float]:
    """Give the seconds of each phase, by the times of a run's events; documents are read from the first one's start."""
    times: dict[str, list[float]] = defaultdict(list)
    for event in events:
        at = datetime.fromisoformat(event["time"]).timestamp()
        times[event["event"]] += [at - event["seconds"], at] if event["event"] == "document_read" else [at]
    started = times["run_started"][0]
    looked = min(times["document_read"] or times["part_built"] or [ended])
    read = max([looked, *times["document_read"]])
    built = max([read, *times["part_built"]])
    marks = (began, started, looked, read, built, ended)
    return {name: marks[i + 1] - marks[i] for i, name in enumerate(PHASES)}

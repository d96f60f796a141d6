"""Time and memory of whole processes, by the operating system's own accounting."""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Cost:
    """Wall and CPU seconds of a process with its children, and the peak memory of the largest of them (MB)."""

    wall: float
    cpu: float
    peak_mb: float


def measure(command: Sequence[str], runs: int, expected: tuple[int, ...] = (0,), *, warm: bool = True) -> Cost:
    """Run a command several times, after one run that does not count if `warm`.

    Raises:
        RuntimeError: the command ended with another exit code than `expected`.
    """
    costs = [_once(command, expected) for _ in range(runs + warm)][warm:]
    return Cost(*(statistics.median(getattr(cost, name) for cost in costs) for name in ("wall", "cpu", "peak_mb")))


def _once(command: Sequence[str], expected: tuple[int, ...]) -> Cost:
    started = time.monotonic()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # our own list
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - started
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in expected:
        raise RuntimeError(f"{' '.join(command)} ended with {process.returncode}")
    scale = 1 if sys.platform == "darwin" else 1024
    return Cost(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * scale / 1_000_000)

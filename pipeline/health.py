"""Whether an output folder is in good order, for programs that watch over it."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass

from pipeline.exits import ExitCode, UsageError
from pipeline.folders import Folder
from pipeline.report import LAST_RUN

_GOOD = (ExitCode.OK, ExitCode.INCOMPLETE)
"""How a run ends that did its work, whatever single documents came to."""

_HOUR = 3600


@dataclass(frozen=True, slots=True)
class Health:
    """How the last run ended and how many hours ago. `problem` says what is wrong, if anything is."""

    exit_code: int
    hours: float
    problem: str | None

    @property
    def code(self) -> ExitCode:
        """What to end with: that of the last run if it was bad, else `DEFECT` for one that is overdue."""
        if self.problem is None:
            return ExitCode.OK
        return ExitCode.DEFECT if self.exit_code in _GOOD else ExitCode(self.exit_code)


def health(out: Folder, max_age: float) -> Health:
    """Look at the last run that came to its end.

    Args:
        out: the output folder.
        max_age: hours ago that it may have ended.

    Raises:
        UsageError: no run has ended there.
        OSError: the folder cannot be read.
    """
    stat = out.stat(LAST_RUN)
    try:
        code = int(json.loads(out.read(LAST_RUN))["exit_code"])
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        stat = None
    if stat is None:
        raise UsageError(f"no run has ended in {out}; name the output folder of one")
    hours = (time.time() - stat.changed) / _HOUR
    problem = None
    if code not in _GOOD:
        problem = f"the last run ended with exit code {code}, {hours:.1f} hours ago"
    elif hours > max_age:
        problem = f"the last run ended {hours:.1f} hours ago, which is more than {max_age:g}"
    return Health(code, hours, problem)

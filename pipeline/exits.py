"""Exit codes and the errors that end a run: part of the stable interface, see `docs/errors.md`."""

from __future__ import annotations

from enum import IntEnum

from extractors.errors import ZvityError


class ExitCode(IntEnum):
    """What the process says when it ends. Programs outside depend on these numbers."""

    OK = 0
    DEFECT = 1
    USAGE = 2
    INCOMPLETE = 3
    NOTHING = 4
    STRICT = 5
    LOCKED = 6
    OUTPUT = 7
    INTERRUPTED = 130


class RunError(ZvityError):
    """An error that ends the whole run, with its exit code."""

    exit_code = ExitCode.DEFECT


class UsageError(RunError):
    """The command was given something it cannot work on."""

    exit_code = ExitCode.USAGE


class OutputLocked(RunError):
    """Another run holds the output folder."""

    exit_code = ExitCode.LOCKED


class OutputUnwritable(RunError):
    """The output cannot be written."""

    exit_code = ExitCode.OUTPUT


class Defect(RunError):
    """Something zvity promises does not hold: a bug of ours, never of the input."""

"""Why nothing is published, with the exit code of each reason."""

from __future__ import annotations

from pipeline.exits import ExitCode, RunError


class NothingToPublish(RunError):
    """No report is left to publish."""

    exit_code = ExitCode.NOTHING


class Contradicted(RunError):
    """`--strict` was asked for, and findings of severity error stand."""

    exit_code = ExitCode.STRICT

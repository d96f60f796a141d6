"""What a run says on stderr while it goes on, and at its end: a bar and sentences for people, or JSON for programs."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import typer

from pipeline.report import Tell


class Bar:
    """A progress bar with rate and time left on a terminal, silence elsewhere; at the end, sentences."""

    def __init__(self) -> None:
        """Show nothing yet."""
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Tell:
        """Show the bar, if there is a terminal."""
        if sys.stderr is not None and sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

            rate = TextColumn("{task.fields[rate]}")
            name = TextColumn("{task.description}", markup=False)  # brackets in it are its own
            columns = (BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn(), name)
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
            self._task = self._bar.add_task("looking", total=None, rate="")
        return self._tell

    def __exit__(self, *_: object) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def _tell(self, event: str, /, **facts: Any) -> None:  # noqa: ANN401  # of any kind
        if event == "cluster_failed":
            text = f"zvity: the cluster fails ({facts['reason']}); {facts['left']} documents are read on this machine"
            if self._bar is None:
                typer.echo(text, err=True)
            else:
                self._bar.console.print(text, markup=False)
        if self._bar is None:
            return
        if event == "document_read":
            speed = self._bar.tasks[0].speed
            rate = f"{speed:.1f}/s" if speed else ""
            self._bar.update(
                self._task, completed=facts["done"], total=facts["total"], description=facts["file_name"], rate=rate
            )
        elif event == "part_built":
            self._bar.update(self._task, description="writing the data sets", rate="")

    def end(self, code: int, facts: Mapping[str, Any], lines: Sequence[str] = ()) -> None:
        """Say how the run ended."""
        for line in lines or (f"zvity: {facts['error']}",):
            typer.echo(line, err=True)


class JsonLog:
    """A line of JSON for each event, with its time; the last is `run_ended` with the exit code."""

    def __enter__(self) -> Tell:
        """Begin."""
        return self._tell

    def __exit__(self, *_: object) -> None:
        """Nothing is to be done."""

    def _tell(self, event: str, /, **facts: Any) -> None:  # noqa: ANN401  # of any kind
        line = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "event": event, **facts}
        typer.echo(json.dumps(line, ensure_ascii=False, default=str), err=True)

    def warn(self, warning: str) -> None:
        """Tell of something that does not keep the run from going on."""
        self._tell("warning", warning=warning)

    def end(self, code: int, facts: Mapping[str, Any], lines: Sequence[str] = ()) -> None:
        """Tell how the run ended."""
        self._tell("run_ended", exit_code=int(code), **facts)

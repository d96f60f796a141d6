"""The command line, run in the tests' own process."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from pipeline import cli


def zvity(monkeypatch: pytest.MonkeyPatch, *arguments: str | Path) -> int:
    """Run the command line and give its exit code."""
    monkeypatch.setattr(sys, "argv", ["zvity", *map(str, arguments)])
    try:
        cli.main()
    except SystemExit as end:
        return int(end.code or 0)
    return 0

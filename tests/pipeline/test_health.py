"""Health: what monitoring is told of the last run."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from pipeline.exits import ExitCode, UsageError
from pipeline.folders import LocalFolder
from pipeline.health import health
from pipeline.report import LAST_RUN, last_sources


def _ended(out: Path, code: int, hours: float = 0.0) -> LocalFolder:
    folder = LocalFolder(out)
    folder.write(LAST_RUN, json.dumps({"exit_code": code, "sources": ["/inbox"]}).encode())
    when = time.time() - hours * 3600
    os.utime(out / LAST_RUN, (when, when))
    return folder


@pytest.mark.parametrize(
    ("code", "hours", "expected"),
    [
        (ExitCode.OK, 1, ExitCode.OK),
        (ExitCode.INCOMPLETE, 25.9, ExitCode.OK),
        (ExitCode.OK, 26.1, ExitCode.DEFECT),
        (ExitCode.DEFECT, 1, ExitCode.DEFECT),
        (ExitCode.NOTHING, 1, ExitCode.NOTHING),
        (ExitCode.NOTHING, 99, ExitCode.NOTHING),
    ],
)
def test_a_good_and_recent_run_is_healthy(tmp_path: Path, code: ExitCode, hours: float, expected: ExitCode) -> None:
    found = health(_ended(tmp_path, code, hours), 26.0)
    assert found.code is expected
    assert (found.problem is None) == (expected is ExitCode.OK)


def test_a_folder_without_a_run_is_wrong_usage(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path)
    for ask in (lambda: health(folder, 26.0), lambda: last_sources(folder)):
        with pytest.raises(UsageError, match="no run has ended"):
            ask()
    folder.write(LAST_RUN, b"damaged")
    with pytest.raises(UsageError, match="no run has ended"):
        health(folder, 26.0)


def test_the_sources_of_the_last_run_are_known(tmp_path: Path) -> None:
    assert last_sources(_ended(tmp_path, 0)) == ["/inbox"]

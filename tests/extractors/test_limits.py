"""Limits are told by name, and met where a reader counts."""

from __future__ import annotations

import re
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from extractors import guard, limits, pdfium, scan
from extractors import pdf as pdf_reader
from extractors.errors import Refused
from extractors.limits import LIMITS, WAITING, Deadline, enforce, out_of_memory, out_of_time
from extractors.read import read
from pipeline.worker import limited
from tests import hostile
from tests.builders import pdf, text_at


def test_what_reaches_a_limit_passes_and_what_exceeds_it_is_refused() -> None:
    enforce("pages", 5, 5)
    with pytest.raises(Refused, match=r"limit pages \(6 > 5\)") as caught:
        enforce("pages", 6, 5)
    assert caught.value.reason == "limit:pages"


def test_every_limit_is_a_bound() -> None:
    for field in fields(LIMITS):
        assert 0 < getattr(LIMITS, field.name) < 2**31, field.name


def test_every_limit_is_met_somewhere() -> None:
    """A limit that no reader asks for would be a promise not kept."""
    root = Path(limits.__file__).parent.parent
    source = "".join(path.read_text("utf-8") for path in (*root.glob("extractors/*.py"), *root.glob("pipeline/*.py")))
    unmet = [f.name for f in fields(LIMITS) if not re.search(rf"\b(?:LIMITS|limits)\.{f.name}\b", source)]
    assert not unmet


def test_errors_of_time_and_memory_name_limits_that_there_are() -> None:
    names = {f"limit:{field.name}" for field in fields(LIMITS)}
    assert {out_of_time().reason, out_of_memory().reason} <= names


class _Watch:
    """A clock and a processor that run as told."""

    def __init__(self) -> None:
        self.processor = self.clock = 100.0

    def process_time(self) -> float:
        return self.processor

    def monotonic(self) -> float:
        return self.clock


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> _Watch:
    found = _Watch()
    monkeypatch.setattr(limits, "time", found)
    return found


def test_a_deadline_counts_the_time_of_the_processor(watch: _Watch) -> None:
    deadline = Deadline()
    deadline.start(5)
    watch.processor += 5
    deadline.check()
    watch.processor += 0.1
    assert deadline.over()
    with pytest.raises(Refused) as caught:
        deadline.check()
    assert caught.value.reason == "limit:seconds"
    deadline.start(5)
    deadline.check()


def test_a_busy_machine_may_take_longer_but_not_for_ever(watch: _Watch) -> None:
    deadline = Deadline()
    deadline.start(5)
    watch.clock += 5 * WAITING
    deadline.check()
    watch.clock += 0.1
    assert deadline.over()


def test_scanned_pages_add_to_a_deadline(watch: _Watch) -> None:
    deadline = Deadline()
    deadline.allow(30)
    assert not deadline.running, "no document is being read"
    deadline.start(5)
    deadline.allow(30)
    watch.processor += 34
    deadline.check()
    watch.processor += 2
    assert deadline.over()


def test_without_a_document_no_time_is_over(watch: _Watch) -> None:
    deadline = Deadline()
    watch.processor += 1e9
    deadline.check()
    deadline.start(1)
    deadline.stop()
    watch.clock += 1e9
    deadline.check()


# Limits where the reader meets them


@pytest.mark.parametrize(
    ("limit", "most"), [("characters", 7), ("table_columns", 1), ("table_rows", 1), ("cells", 3), ("pages", 0)]
)
def test_each_limit_on_counts_is_met(limit: str, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    data = hostile.media_box("0 0 300 200")  # four cells, two of them empty; nine letters
    read(data, "small.pdf")
    small: dict[str, Any] = {limit: most}
    for module in (pdf_reader, pdfium):
        monkeypatch.setattr(module, "LIMITS", replace(LIMITS, **small))
    with pytest.raises(Refused) as caught:
        read(data, "small.pdf")
    assert caught.value.reason == f"limit:{limit}"


def test_characters_of_all_pages_count_together(monkeypatch: pytest.MonkeyPatch) -> None:
    data = hostile.same_page(times=3)
    monkeypatch.setattr(pdf_reader, "LIMITS", replace(LIMITS, characters=9))
    read(data, "three.pdf")
    monkeypatch.setattr(pdf_reader, "LIMITS", replace(LIMITS, characters=8))
    with pytest.raises(Refused, match="characters"):
        read(data, "three.pdf")


def test_time_is_looked_at_on_every_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "check", lambda data: None)
    with limited(replace(LIMITS, seconds=0)), pytest.raises(Refused, match="seconds"):
        read(pdf(text_at(50, 100, "one").encode()), "late.pdf")


class _Time:
    """A deadline that keeps what it was told."""

    def __init__(self) -> None:
        self.told: list[object] = []

    def check(self) -> None:
        self.told.append("check")

    def allow(self, seconds: float) -> None:
        self.told.append(seconds)


def test_each_scanned_page_is_given_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    time_of = _Time()
    monkeypatch.setattr(scan, "DEADLINE", time_of)
    monkeypatch.setattr(scan, "prepare", lambda *_: 1 / 0)
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            scan.read_picture(np.zeros((9, 9), np.uint8), 1, 9, 9)
    assert time_of.told == ["check", LIMITS.scanned_page_seconds] * 2

"""PDFs made to do harm: each has a right answer, and gets it soon."""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from unittest.mock import patch

import pytest

from bench import fuzz
from extractors.errors import InputError
from extractors.limits import LIMITS
from extractors.read import read
from pipeline.worker import isolated
from tests import hostile
from tests.builders import CATALOG, pdf, pdf_of, text_at
from tests.lean import Call, lean_process
from tests.samples import PDF

SMALL = replace(LIMITS, seconds=10, memory_bytes=400 << 20)
"""As the limits are, but that a test need not fill the machine."""

SOON = 20
"""Seconds by the clock, on a machine that does other things too."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a reader gave: a reason, or the pages, the shapes of the tables and all texts."""

    reason: str | None = None
    pages: int | None = None
    tables: tuple[tuple[int, int], ...] = ()
    texts: tuple[str, ...] = ()


def _read(data: bytes) -> Answer:
    document = read(data, "hostile.pdf")
    texts = [cell.text for table in document.tables for cell in table.cells if cell.text]
    texts += [block.text for block in document.blocks if not hasattr(block, "cells")]
    return Answer(None, document.pages, tuple((t.n_rows, t.n_columns) for t in document.tables), tuple(texts))


def _answer_to(data: bytes) -> Answer:
    try:
        return isolated(_read, data, limits=SMALL)
    except InputError as error:
        return Answer(error.reason)


Ask = Callable[[bytes], Answer]


@pytest.fixture(scope="module")
def lean() -> Iterator[Call]:
    with lean_process(__name__, "extractors.pdf") as call:
        yield call


@pytest.fixture
def ask(lean: Call) -> Ask:
    def answer(data: bytes) -> Answer:
        started = time.monotonic()
        found: Answer = lean(_answer_to, data)
        assert time.monotonic() - started < SOON
        return found

    return answer


TOO_MUCH = {"limit:stream_bytes", "limit:page_objects", "limit:page_characters", "limit:memory_bytes"}
"""A page that unpacks to too much meets the limit that is nearest."""


@pytest.mark.parametrize(
    "make",
    [
        hostile.stream_bomb,
        partial(hostile.stream_bomb, rounds=2),
        partial(hostile.stream_bomb, rounds=3),
        hostile.object_stream_bomb,
    ],
    ids=["1 GB content stream", "through two filters", "through three filters", "1 GB object stream"],
)
def test_a_bomb_is_refused_before_it_unpacks(make: Callable[[], bytes], ask: Ask) -> None:
    data = make()
    assert len(data) < 3_000_000, "small to send, large to read"
    assert ask(data).reason == "limit:stream_bytes"


@pytest.mark.parametrize(
    "make",
    [
        partial(hostile.stream_bomb, megabytes=60),
        hostile.long_text,
        partial(hostile.many_paths, 400_000),
        partial(hostile.own_form, shown=2),
        partial(hostile.form_tower, 30, shown=2),
        partial(hostile.form_tower, 12, shown=8),
        partial(hostile.same_content, times=1000, megabytes=10),
    ],
    ids=[
        "60 MB content stream",
        "10 million characters",
        "400 000 paths",
        "a form that shows itself twice",
        "forms that double 30 times",
        "forms that multiply by 8",
        "a stream named 1 000 times",
    ],
)
def test_too_much_is_refused_with_a_limit(make: Callable[[], bytes], ask: Ask) -> None:
    data = make()
    assert len(data) < 3_000_000, "small to send, large to read"
    assert ask(data).reason in TOO_MUCH


ONE = Answer(None, 1, (), ("one",))
EMPTY = Answer(None, 1, (), ())
TABLE = Answer(None, 1, ((2, 2),), ("left", "right"))


@pytest.mark.parametrize(
    ("data", "answer"),
    [
        pytest.param(hostile.own_form(), EMPTY, id="a form that shows itself"),
        pytest.param(hostile.form_tower(5), Answer(None, 1, (), ("deep",)), id="five forms deep"),
        pytest.param(hostile.own_page_tree(), Answer("damaged"), id="a page tree that holds itself"),
        pytest.param(hostile.previous_loop(), ONE, id="a table before itself"),
        pytest.param(hostile.own_content(), ONE, id="contents that hold themselves"),
        pytest.param(hostile.own_length(), EMPTY, id="a length that is its own stream"),
        pytest.param(hostile.page_count(1_000_000), Answer("limit:pages"), id="a million pages said"),
        pytest.param(hostile.page_count(-5), ONE, id="minus five pages said"),
        pytest.param(hostile.page_count(0), ONE, id="no pages said"),
        pytest.param(hostile.page_count(1 << 40), ONE, id="2^40 pages said"),
        pytest.param(hostile.nested_arrays(100_000), EMPTY, id="nested arrays"),
        pytest.param(hostile.nested_dictionaries(100_000), EMPTY, id="nested dictionaries"),
        pytest.param(hostile.nested_operands(100_000), EMPTY, id="nested operands"),
        pytest.param(hostile.nested_states(100_000), ONE, id="states never given back"),
        pytest.param(hostile.garbage_table(), ONE, id="a table of nonsense"),
        pytest.param(hostile.encrypted(b""), ONE, id="owner's password only"),
        pytest.param(hostile.encrypted(b"user"), Answer("encrypted"), id="user's password"),
        pytest.param(PDF.read_bytes()[:20_000], Answer("damaged"), id="cut off"),
        pytest.param(b"", Answer("empty"), id="empty"),
        pytest.param(b"%PDF-1.7\n", Answer("damaged"), id="a head only"),
        pytest.param(b"<html><body>%PDF-1.4</body></html>", Answer("damaged"), id="a web page that names PDF"),
        pytest.param(b"<!DOCTYPE html><html>404</html>", Answer("unsupported"), id="a web page"),
        pytest.param(b"GIF89a" + b"x" * 100 + pdf(text_at(50, 100, "one").encode()), ONE, id="something before it"),
    ],
)
def test_each_has_its_rightask(data: bytes, answer: Answer, ask: Ask) -> None:
    assert ask(data) == answer


@pytest.mark.parametrize(
    "data",
    [
        hostile.own_page_tree(count=0),
        pdf_of([b"<< /Type /Catalog >>"]),
        pdf_of([CATALOG, b"<< /Type /Pages /Kids [] /Count 0 >>"]),
        pdf_of([CATALOG, b"<< /Type /Pages /Kids [99 0 R] /Count 1 >>"]),
    ],
    ids=["a page tree that holds itself", "no page tree", "no page in it", "a page that is not there"],
)
def test_a_document_without_pages_says_so(data: bytes, ask: Ask) -> None:
    assert ask(data).reason in ("no_pages", "damaged")


@pytest.mark.parametrize(
    "numbers",
    [
        "0 0 300 200",
        "0 0 0 0",
        "300 200 0 0",
        "0 0 nan nan",
        "0 0 1e30 1e30",
        "0 0 300 99999999999999999999",
        "-1000000 -1000000 1000000 1000000",
        "0 0 300",
        "(a) /b null []",
    ],
)
def test_a_table_is_read_whatever_the_media_box_says(numbers: str, ask: Ask) -> None:
    assert ask(hostile.media_box(numbers)) == TABLE


@pytest.mark.parametrize("numbers", ["0 0 0 0", "0 0 1e30 1e30", "0 0 nan nan"])
def test_a_page_that_is_a_picture_of_no_size_is_refused_or_empty(numbers: str, ask: Ask) -> None:
    answer = ask(hostile.picture_page(numbers))
    assert answer.reason in ("limit:image_pixels", "ocr_models", None)


def test_a_page_cropped_to_nothing_is_damaged(ask: Ask) -> None:
    assert ask(hostile.picture_page("0 0 300 200] /CropBox [400 400 500 500")).reason == "damaged"


def test_a_fine_grid_is_a_table_at_once(ask: Ask) -> None:
    data = hostile.fine_grid()
    assert len(data) < 2_000
    started = time.monotonic()
    answer = ask(data)
    assert time.monotonic() - started < SOON / 4
    assert answer == Answer(None, 1, ((168, 119),), ())


def test_a_fine_grid_with_text_in_it_keeps_the_text(ask: Ask) -> None:
    answer = ask(hostile.fine_grid(text="12,50"))
    assert sorted("".join(answer.texts)) == sorted("12,50")


def test_many_tiny_paths_are_no_table_and_no_hang(ask: Ask) -> None:
    assert ask(hostile.many_paths(100_000)) == EMPTY


def test_many_texts_are_all_there_or_refused(ask: Ask) -> None:
    answer = ask(hostile.many_texts(15_000))
    assert answer.reason in TOO_MUCH or "".join(answer.texts).count("x") == 15_000 * 20


# Damaged at random


def test_damaged_files_end_as_read_or_with_a_reason() -> None:
    found = list(fuzz.cases(range(60), seed=7, sources=[PDF], workers=2))
    assert [one.number for one in found] == list(range(60))
    wrong = [f"case {one.number} ({one.how}): {one.ending}: {one.message}" for one in found if not one.right]
    assert not wrong, "\n".join(wrong)
    assert {one.ending for one in found} >= {"read", "damaged"}, "damage that always or never tells is none"


def test_a_damaged_file_can_be_made_again() -> None:
    data = PDF.read_bytes()
    once, again, other = (fuzz.damaged(data, random.Random(seed)) for seed in ("1/5", "1/5", "1/6"))
    assert once == again != other
    assert once[0] != data


def test_a_file_unpacked_for_damage_reads_as_before(ask: Ask) -> None:
    data = PDF.read_bytes()
    assert len(fuzz.unpacked(data)) > 2 * len(data)
    assert ask(fuzz.unpacked(data)) == ask(data)


def _case_of_a_defect(keep: Path) -> fuzz.Case:
    from pipeline import process

    with patch.object(process, "process", lambda data, name: 1 / 0):
        return fuzz.case(1, 1, [PDF], keep, SMALL)


def test_an_exception_that_is_not_ours_is_told(tmp_path: Path, lean: Call) -> None:
    found: fuzz.Case = lean(_case_of_a_defect, tmp_path)
    assert (found.ending, found.right) == ("ZeroDivisionError", False)
    assert "Traceback" in found.message
    assert sorted(path.suffix for path in tmp_path.iterdir()) == [".pdf", ".txt"]
    report = "\n".join(fuzz.report([found], 1, 1))
    assert "| **none of ours, or crashed** | **1** |" in report

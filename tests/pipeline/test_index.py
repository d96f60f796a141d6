"""The index: an unchanged file is not read, and a changed one never passes for unchanged."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.folders import LocalFolder
from pipeline.index import INDEX, Index, Look
from pipeline.sources import Input, find_inputs

LOOK = Look("ab" * 32, 3, None)


def _input(path: Path, content: bytes = b"one") -> Input:
    path.write_bytes(content)
    return _again(path)


def _again(path: Path) -> Input:
    (found,) = find_inputs([str(path)], LocalFolder(path.parent / "out"))
    return found


def test_a_look_is_kept_and_known_again(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    one = _input(tmp_path / "a.pdf")
    index = Index(folder)
    assert index.known(one) is None
    index.put(one, LOOK, one.changed + 10)
    index.keep()
    again = Index(folder)
    found = again.known(one)
    assert found is not None
    assert (found.document_id, found.bytes) == (LOOK.document_id, LOOK.bytes)
    written = (tmp_path / "out" / INDEX).stat().st_mtime_ns
    again.keep()
    assert (tmp_path / "out" / INDEX).stat().st_mtime_ns == written


def test_a_file_of_the_same_size_and_time_is_another_one_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    one = _input(path)
    index = Index(LocalFolder(tmp_path / "out"))
    index.put(one, LOOK, one.changed + 10)
    index.former = index.now
    times = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert index.known(_again(path)) is None, "the time of the change of its entry cannot be set"


def test_what_was_hashed_right_after_it_changed_is_hashed_again(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    one = _input(tmp_path / "a.pdf")
    index = Index(folder)
    index.put(one, LOOK, one.changed + 1)
    index.keep()
    again = Index(folder)
    assert again.known(one) is None
    assert again.former_of(one) == again.former[one.location]


def test_what_is_not_seen_any_more_is_forgotten(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    one = _input(tmp_path / "a.pdf")
    index = Index(folder)
    index.put(one, LOOK, one.changed + 10)
    index.keep()
    Index(folder).keep()
    assert Index(folder).former == {}


@pytest.mark.parametrize("content", [b"", b"damaged", b"\x1f\x8b\x08\x00"])
def test_a_damaged_index_is_none(tmp_path: Path, content: bytes) -> None:
    folder = LocalFolder(tmp_path)
    folder.write(INDEX, content)
    assert Index(folder).former == {}


def test_an_input_without_a_signature_is_never_known(tmp_path: Path) -> None:
    one = replace(_input(tmp_path / "a.pdf"), signature=None)
    index = Index(LocalFolder(tmp_path / "out"))
    index.put(one, LOOK, one.changed + 10)
    index.former = index.now
    assert index.known(one) is None

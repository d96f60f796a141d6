"""The index: an unchanged file is not read, and a changed one never passes for unchanged."""

from __future__ import annotations

import os
from contextlib import closing
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


def _kept(folder: LocalFolder, *looks: tuple[Input, float], look: Look = LOOK) -> None:
    with closing(Index(folder)) as index:
        for one, when in looks:
            index.last(one)
            index.put(one, look, when)
        index.keep()


def _last(folder: LocalFolder, one: Input) -> Look | None:
    with closing(Index(folder)) as index:
        return index.last(one)


def test_a_look_is_kept_with_what_the_system_told(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    one = _input(tmp_path / "a.pdf")
    assert _last(folder, one) is None
    _kept(folder, (one, one.changed + 10))
    assert _last(folder, one) == Look(LOOK.document_id, LOOK.bytes, one.signature)
    written = (tmp_path / "out" / INDEX).stat().st_mtime_ns
    _kept(folder, (one, one.changed + 20))
    assert (tmp_path / "out" / INDEX).stat().st_mtime_ns == written


def test_a_file_of_the_same_size_and_time_is_another_one_all_the_same(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    one = _input(path)
    times = path.stat()
    path.write_bytes(b"two")
    os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
    assert _again(path).signature != one.signature, "the time of the change of its entry cannot be set"


def test_what_was_hashed_right_after_it_changed_is_hashed_again(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    one = _input(tmp_path / "a.pdf")
    assert 0 < one.step < 1
    _kept(folder, (one, one.changed + one.step / 2))
    assert _last(folder, one) == LOOK


def test_looks_and_inputs_are_gone_through_side_by_side(tmp_path: Path) -> None:
    folder = LocalFolder(tmp_path / "out")
    names = ("a.pdf", "b/c.pdf", "b.pdf", "d.pdf", "e.pdf")
    (tmp_path / "b").mkdir()
    inputs = {name: _input(tmp_path / name) for name in names}
    kept = [inputs[name] for name in ("a.pdf", "b/c.pdf", "d.pdf", "e.pdf")]
    _kept(folder, *((one, one.changed + 10) for one in kept))
    with closing(Index(folder)) as index:
        assert not index.first
        found = [index.last(inputs[name]) is not None for name in ("b/c.pdf", "b.pdf", "d.pdf")]
        assert found == [True, False, True]
        index.keep()
        assert [location for location, _ in index.gone] == [str(tmp_path / "a.pdf"), str(tmp_path / "e.pdf")]
    with closing(Index(folder)) as index:
        assert index.first


@pytest.mark.parametrize("content", [b"", b"damaged", b"\x1f\x8b\x08\x00"])
def test_a_damaged_index_is_none(tmp_path: Path, content: bytes) -> None:
    folder = LocalFolder(tmp_path)
    folder.write(INDEX, content)
    assert _last(folder, _input(tmp_path / "a.pdf")) is None

"""Quarantine: every failure with its reason and its content, and nothing else touched."""

from __future__ import annotations

from pathlib import Path

import pytest

from extractors.errors import Refused
from pipeline.folders import LocalFolder
from pipeline.quarantine import QUARANTINE, Failure, keep
from pipeline.sources import Input

ID = "ab" * 32


def _failure(path: Path, document_id: str | None = ID, **fields: tuple[int, ...]) -> Failure:
    return Failure(Input(path.name, str(path), **fields), path.name, document_id, "refused", "empty: nothing in it")  # type: ignore[arg-type]


def _never(source: Input) -> bytes:
    raise AssertionError(f"{source.name} lies in no container")


def _there(out: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted((out / QUARANTINE).iterdir())}


def test_a_failure_has_its_content_and_its_reason(tmp_path: Path) -> None:
    path = tmp_path / "звіт.pdf"
    path.write_bytes(b"content")
    keep(LocalFolder(tmp_path / "out"), [_failure(path)], _never)
    assert _there(tmp_path / "out") == {
        "abababababababab-звіт.pdf": b"content",
        "abababababababab-звіт.pdf.reason.txt": "звіт.pdf\nrefused\nempty: nothing in it\n".encode(),
    }


def test_nothing_is_written_twice_and_what_has_healed_goes(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"content")
    folder = LocalFolder(tmp_path / "out")
    keep(folder, [_failure(path)], _never)
    (tmp_path / "out" / QUARANTINE / "mine.txt").write_text("mine")
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / QUARANTINE).iterdir()}
    keep(folder, [_failure(path)], _never)
    assert {p: p.stat().st_mtime_ns for p in (tmp_path / "out" / QUARANTINE).iterdir()} == before
    keep(folder, [], _never)
    assert list(_there(tmp_path / "out")) == ["mine.txt"]


def test_a_reason_that_changed_is_written_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.pdf"
    path.write_bytes(b"content")
    folder = LocalFolder(tmp_path / "out")
    keep(folder, [_failure(path)], _never)
    keep(folder, [Failure(Input("a.pdf", str(path)), "a.pdf", ID, "quarantined", "damaged: cut off")], _never)
    assert b"damaged: cut off" in _there(tmp_path / "out")["abababababababab-a.pdf.reason.txt"]


@pytest.mark.parametrize("name", ["ї" * 127, "я" * 120 + ".pdf", "𝒳" * 63 + "ab"])
def test_the_longest_names_fit(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(b"content")
    keep(LocalFolder(tmp_path / "out"), [_failure(path)], _never)
    copy, note = _there(tmp_path / "out")
    assert note == f"{copy}.reason.txt"
    assert copy.endswith(name[-8:])
    keep(LocalFolder(tmp_path / "out"), [], _never)
    assert _there(tmp_path / "out") == {}


def test_two_files_of_one_name_that_cannot_be_read_have_a_reason_each(tmp_path: Path) -> None:
    failures = [_failure(tmp_path / folder / "a.pdf", None) for folder in ("one", "two", "three")]
    folder = LocalFolder(tmp_path / "out")
    keep(folder, failures, _never)
    assert len(_there(tmp_path / "out")) == 3
    keep(folder, failures[:1], _never)
    assert list(_there(tmp_path / "out")) == ["unreadable-a.pdf.reason.txt"]


def test_a_file_that_is_gone_keeps_its_reason(tmp_path: Path) -> None:
    keep(LocalFolder(tmp_path / "out"), [_failure(tmp_path / "gone.pdf")], _never)
    assert list(_there(tmp_path / "out")) == ["abababababababab-gone.pdf.reason.txt"]


def test_what_lies_in_a_container_is_fetched(tmp_path: Path) -> None:
    def fetch(source: Input) -> bytes:
        if source.members == (1,):
            raise Refused("encrypted", "locked")
        return b"inner"

    folder = LocalFolder(tmp_path / "out")
    keep(folder, [_failure(tmp_path / "a.pdf", members=(0,))], fetch)
    assert _there(tmp_path / "out")["abababababababab-a.pdf"] == b"inner"
    keep(folder, [_failure(tmp_path / "b.pdf", members=(1,))], fetch)
    assert list(_there(tmp_path / "out")) == ["abababababababab-b.pdf.reason.txt"]

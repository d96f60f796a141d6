"""Delivery: data sets put together from parts, whole or not there, and left alone where nothing is new."""

from __future__ import annotations

import io
import os
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from pipeline.delivery import MANIFEST, Plan, counts, deliver, prune
from pipeline.exits import OutputLocked
from pipeline.folders import LocalFolder
from pipeline.parts import PARTS, bundled
from pipeline.results import Counts

NAMES = ("documents", "cells", "measures")


def _parquet(*rows: int) -> bytes:
    file = io.BytesIO()
    pq.write_table(pa.table({"n": pa.array(rows, pa.int64())}), file)
    return file.getvalue()


def _part(folder: LocalFolder, name: str, tables: tuple[str, ...] = (), **rows: tuple[int, ...]) -> str:
    csvs = {of: "".join(f"{n}\r\n" for n in found).encode() for of, found in rows.items()}
    parquets = {of: _parquet(*found) for of, found in rows.items()}
    if name.startswith("headers"):
        csvs = dict.fromkeys(csvs, b"n\r\n")
    content = bundled(Counts(cells=len(rows)), csvs, parquets, {f"{t}.csv": t.encode() for t in tables}, b"")
    folder.write(f"{PARTS}/{name}", content)
    return f"{PARTS}/{name}"


TABLE = "0123456789abcdef-001"


@pytest.fixture
def folder(tmp_path: Path) -> LocalFolder:
    return LocalFolder(tmp_path)


def _plan(folder: LocalFolder, *parts: str) -> Plan:
    headers = _part(folder, "headers", documents=(), cells=(), measures=())
    return Plan(headers, _part(folder, "documents", documents=(7,)), parts)


def _files(folder: LocalFolder) -> dict[str, bytes]:
    return {p.name: p.read_bytes() for p in folder.path.rglob("*") if p.is_file() and ".zvity" not in p.parts}


def _deliver(folder: LocalFolder, plan: Plan) -> bool:
    return deliver(folder, plan, lambda: None, lambda: None)


def test_data_sets_are_their_parts_one_after_another(folder: LocalFolder) -> None:
    parts = _part(folder, "a", cells=(1, 2)), _part(folder, "b", (TABLE,), cells=(3,), measures=(4,))
    assert _deliver(folder, _plan(folder, *parts))
    found = _files(folder)
    assert found["cells.csv"] == b"n\r\n1\r\n2\r\n3\r\n"
    assert found["measures.csv"] == b"n\r\n4\r\n"
    assert found["documents.csv"] == b"n\r\n7\r\n"
    assert pq.read_table(folder.path / "cells.parquet")["n"].to_pylist() == [1, 2, 3]
    assert found[f"{TABLE}.csv"] == TABLE.encode()
    assert counts(folder, _plan(folder, *parts)) == Counts(cells=3)


def test_nothing_new_changes_no_file(folder: LocalFolder) -> None:
    parts = [_part(folder, "a", (TABLE,), cells=(1,))]
    _deliver(folder, _plan(folder, *parts))
    before = {path: path.stat().st_mtime_ns for path in folder.path.iterdir()}
    assert not _deliver(folder, _plan(folder, *parts))
    assert {path: path.stat().st_mtime_ns for path in folder.path.iterdir()} == before


@pytest.mark.parametrize("name", ["cells.csv", "measures.parquet", f"tables/{TABLE}.csv", MANIFEST])
@pytest.mark.parametrize("how", ["gone", "longer", "younger", "damaged"])
def test_what_was_changed_behind_our_back_is_made_right(folder: LocalFolder, name: str, how: str) -> None:
    parts = [_part(folder, "a", (TABLE,), cells=(1,), measures=(2,))]
    _deliver(folder, _plan(folder, *parts))
    right = _files(folder)
    path = folder.path / name
    if how == "gone":
        path.unlink()
    elif how == "longer":
        path.write_bytes(path.read_bytes() + b"\n")
    else:
        path.write_bytes(b"x" * path.stat().st_size)
        later = (folder.path / MANIFEST).stat().st_mtime + 60
        os.utime(path, (later, later))
    _deliver(folder, _plan(folder, *parts))
    assert _files(folder) == right


def test_what_is_planned_no_more_is_taken_out_and_what_is_not_ours_stays(folder: LocalFolder) -> None:
    _deliver(folder, _plan(folder, _part(folder, "a", (TABLE,), cells=(1,)), _part(folder, "b", cells=(2,))))
    (folder.path / "tables" / "notes.csv").write_text("mine")
    (folder.path / "mine.csv").write_text("mine")
    assert _deliver(folder, _plan(folder, f"{PARTS}/b"))
    assert _files(folder)["cells.csv"] == b"n\r\n2\r\n"
    assert sorted(path.name for path in (folder.path / "tables").iterdir()) == ["notes.csv"]
    headers = _part(folder, "headers-2", documents=(), cells=())
    assert _deliver(folder, Plan(headers, f"{PARTS}/documents", (f"{PARTS}/b",)))
    assert not (folder.path / "measures.csv").exists(), "the data set of a family that is gone"
    assert (folder.path / "mine.csv").exists()


def test_a_rename_writes_the_list_of_documents_only(folder: LocalFolder) -> None:
    parts = [_part(folder, "a", cells=(1,))]
    _deliver(folder, _plan(folder, *parts))
    before = (folder.path / "cells.csv").stat().st_mtime_ns
    renamed = _part(folder, "documents-2", documents=(8,))
    assert _deliver(folder, Plan(f"{PARTS}/headers", renamed, tuple(parts)))
    assert (folder.path / "documents.csv").read_bytes() == b"n\r\n8\r\n"
    assert (folder.path / "cells.csv").stat().st_mtime_ns == before
    assert not _deliver(folder, Plan(f"{PARTS}/headers", renamed, tuple(parts)))


def test_a_folder_that_is_no_longer_ours_is_not_written(folder: LocalFolder) -> None:
    def lost() -> None:
        raise OutputLocked("another run holds it")

    with pytest.raises(OutputLocked):
        deliver(folder, _plan(folder), lost, lambda: None)
    assert _files(folder) == {}


def test_a_damaged_part_is_an_error_and_no_data_set(folder: LocalFolder) -> None:
    part = _part(folder, "a", cells=tuple(range(1000)))
    planned = _plan(folder, part)
    content = (folder.path / part).read_bytes()
    (folder.path / part).write_bytes(content[:-100])
    with pytest.raises(ValueError, match=r"cut off|cannot be joined"):
        _deliver(folder, planned)
    assert _files(folder) == {}


@pytest.mark.parametrize("problem", [None, OSError("disk is full")])
def test_the_part_of_documents_is_waited_for_once(folder: LocalFolder, problem: OSError | None) -> None:
    headers = _part(folder, "headers", documents=(), cells=())
    planned = Plan(headers, f"{PARTS}/documents", (_part(folder, "a", cells=(1,)),))
    came = []

    def finish() -> None:
        came.append(_files(folder))
        if problem is not None:
            raise problem
        _part(folder, "documents", documents=(7,))

    if problem is None:
        assert deliver(folder, planned, lambda: None, finish)
        assert _files(folder)["documents.csv"] == b"n\r\n7\r\n"
        assert not deliver(folder, planned, lambda: None, lambda: None)
    else:
        with pytest.raises(OSError, match="full"):
            deliver(folder, planned, lambda: None, finish)
        assert _files(folder) == {}
    assert came == [{}], "before anything takes its place"


def test_parts_without_use_are_removed(folder: LocalFolder) -> None:
    planned = _plan(folder, _part(folder, "a", cells=(1,)))
    _part(folder, "old", cells=(9,))
    prune(folder, planned)
    assert sorted(path.name for path in (folder.path / PARTS).iterdir()) == ["a", "documents", "headers"]

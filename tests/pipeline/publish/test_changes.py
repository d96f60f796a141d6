"""The release note: every difference a line, and nothing else."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest

from pipeline.exits import UsageError
from pipeline.folders import LocalFolder
from pipeline.publish import staging
from pipeline.publish.package import About, Changes, Selection
from pipeline.publish.publish import Published, publish
from tests.pipeline.publish.outputs import Report, id_of, write_output


def _published(folder: Path, name: str, reports: list[Report], previous: str | None = None) -> Published:
    out = write_output(folder / f"out-{len(list(folder.iterdir()))}", reports)
    before = None if previous is None else LocalFolder(folder / previous)
    return publish(LocalFolder(out), LocalFolder(folder / name), About(), Selection(), previous=before)


def _lines(package: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO((package / "changes.csv").read_bytes().decode(), newline="")))


BEFORE = Report("a.pdf", [{"value": "1", "raw": "1"}, {"value": "2"}, {"value": "3"}], content="scan")
AFTER = Report(
    "a.pdf",
    [{"value": "1.50", "raw": "1,50"}, {"value": "2", "check": "verified"}, {"value": "3"}, {"missing": "nil"}],
    content="Word",
    document={"file_name": "a.docx", "version": "2+b"},
)


def test_cells_are_compared_by_report_and_place(tmp_path: Path) -> None:
    same, gone, new = (
        Report("s.pdf", [{"value": "7"}]),
        Report("g.pdf", [{"value": "8"}]),
        Report("n.pdf", [{"value": "9"}]),
    )
    first = _published(tmp_path, "package", [BEFORE, same, gone])
    assert first.package.changes is None
    assert _lines(tmp_path / "package") == []
    second = _published(tmp_path, "package", [AFTER, same, new])
    assert second.package.changes == Changes(1, 1, 1, 0, 2)
    lines = _lines(tmp_path / "package")
    report = id_of("report a.pdf")
    told = [(r["change"], r["report_id"], r["row"], r["field"], r["before"], r["after"]) for r in lines]
    assert told == [
        ("report_added", id_of("report n.pdf"), "", "", "", ""),
        ("report_removed", id_of("report g.pdf"), "", "", "", ""),
        ("cell_changed", report, "0", "value", "1", "1.5"),
        ("cell_changed", report, "0", "raw", "1", "1,50"),
        ("cell_changed", report, "1", "check", "unchecked", "verified"),
        ("cell_added", report, "3", "value", "", ""),
    ]
    origin = {name: lines[2][name] for name in lines[2] if name.endswith(("_before", "_after"))}
    assert origin == {
        "document_id_before": id_of("scan"), "document_id_after": id_of("Word"), "file_name_before": "a.pdf",
        "file_name_after": "a.docx", "version_before": "1+a", "version_after": "2+b",
    }  # fmt: skip
    assert (lines[0]["document_id_before"], lines[0]["document_id_after"]) == ("", id_of("n.pdf"))
    assert (lines[1]["document_id_before"], lines[1]["document_id_after"]) == (id_of("g.pdf"), "")


def test_cells_that_are_gone(tmp_path: Path) -> None:
    _published(tmp_path, "package", [AFTER])
    found = _published(tmp_path, "package", [Report("a.pdf", [], content="Word")])
    assert found.package.changes == Changes(cells_removed=4)
    assert [(row["change"], row["row"], row["before"]) for row in _lines(tmp_path / "package")] == [
        ("cell_removed", "0", "1.5"), ("cell_removed", "1", "2"), ("cell_removed", "2", "3"), ("cell_removed", "3", "")
    ]  # fmt: skip


def test_a_value_that_becomes_missing_is_a_change(tmp_path: Path) -> None:
    _published(tmp_path, "package", [Report("a.pdf", [{"value": "1"}])])
    found = _published(tmp_path, "package", [Report("a.pdf", [{"missing": "blank"}])])
    assert found.package.changes == Changes(cells_changed=1)
    told = [(row["field"], row["before"], row["after"]) for row in _lines(tmp_path / "package")]
    assert told == [("value", "1", ""), ("missing", "", "blank")]


def test_the_note_stays_while_the_data_do(tmp_path: Path) -> None:
    _published(tmp_path, "package", [BEFORE])
    once = _published(tmp_path, "package", [AFTER])
    lines = (tmp_path / "package" / "changes.csv").read_bytes()
    again = _published(tmp_path, "package", [AFTER])
    assert again.package == once.package
    assert (tmp_path / "package" / "changes.csv").read_bytes() == lines


def test_another_package_to_compare_with(tmp_path: Path) -> None:
    _published(tmp_path, "first", [BEFORE])
    found = _published(tmp_path, "second", [AFTER], previous="first")
    assert found.package.changes == Changes(cells_added=1, cells_changed=2)
    again = _published(tmp_path, "second", [AFTER], previous="second")
    assert again.package.changes == Changes()
    with pytest.raises(UsageError, match="holds no package"):
        _published(tmp_path, "third", [AFTER], previous="nowhere")


def test_many_reports_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(staging, "BATCH_ROWS", 4)
    before = [Report(f"{n}.pdf", [{"value": str(n)}] * 3, content=f"scan {n}") for n in range(9)]
    after = [
        Report(f"{n}.pdf", [{"value": str(n + (n == 5))}] * (3 if n != 7 else 0), content=f"Word {n}") for n in range(9)
    ]
    _published(tmp_path, "package", before)
    found = _published(tmp_path, "package", after)
    assert found.package.changes == Changes(cells_removed=3, cells_changed=3)
    told = {(row["change"], row["report_id"], row["row"]) for row in _lines(tmp_path / "package")}
    assert told == {("cell_changed", id_of("report 5.pdf"), str(r)) for r in range(3)} | {
        ("cell_removed", id_of("report 7.pdf"), str(r)) for r in range(3)
    }


def test_a_broken_former_package_is_told(tmp_path: Path) -> None:
    _published(tmp_path, "package", [BEFORE])
    (tmp_path / "package" / "data" / "observations.parquet").write_bytes(b"cut")
    with pytest.raises(UsageError, match="empty folder"):
        _published(tmp_path, "package", [AFTER])

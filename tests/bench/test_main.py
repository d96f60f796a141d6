"""Where the benchmark writes."""

from __future__ import annotations

from pathlib import Path

from bench.__main__ import END, START, put_between


def test_lines_stand_between_the_marks_and_all_else_stays(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"above\n{START}\nold\n{END}\nbelow\n", encoding="utf-8")
    put_between(file, ["| a |", "|---|"])
    assert file.read_text(encoding="utf-8") == f"above\n{START}\n| a |\n|---|\n{END}\nbelow\n"


def test_file_without_marks_stays(tmp_path: Path) -> None:
    file = tmp_path / "README.md"
    file.write_text(f"only {START}", encoding="utf-8")
    put_between(file, ["| a |"])
    assert file.read_text(encoding="utf-8") == f"only {START}"

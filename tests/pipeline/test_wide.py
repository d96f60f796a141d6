"""Tables of no known kind come out whole: every text, numbers as exact decimals."""

from __future__ import annotations

import csv
from pathlib import Path

from pipeline.process import process
from pipeline.run import run
from pipeline.wide import wide_tables
from tests.builders import docx, p, tbl, tc, tr
from tests.samples import small_report


def unknown(total: str = "60,50") -> bytes:
    """Give a Word file with a staff list."""
    tall, goes_on = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    return docx(
        p("Штатний розпис")
        + tbl(
            tr(tc("Підрозділ"), tc("Посада"), tc("Ставки"), tc("Ставки")),
            tr(tc("Апарат", tall), tc("Голова"), tc("1"), tc("1 000,50")),
            tr(tc("", goes_on), tc("Секретар, «А»"), tc("-"), tc("12.500")),
            tr(tc("Разом"), tc(""), tc("1,00"), tc(total)),
        )
    )


def _csv(content: bytes) -> list[list[str]]:
    return list(csv.reader(content.decode().splitlines()))


def test_table_of_no_known_kind() -> None:
    ((name, content),) = wide_tables(process(unknown(), "staff.docx"))
    assert name.endswith("-001.csv")
    assert _csv(content) == [
        ["row", "Підрозділ", "Посада", "Ставки [2]", "Ставки [3]"],
        ["1", "Апарат", "Голова", "1", "1000.50"],
        ["2", "Апарат", "Секретар, «А»", "-", "12.500"],
        ["3", "Разом", "", "1.00", "60.50"],
    ]


def test_tables_of_known_kinds_have_their_own_data_set() -> None:
    assert list(wide_tables(process(small_report(), "report.docx"))) == []


def test_folder_holds_the_tables_of_the_last_run_and_what_is_not_ours(tmp_path: Path) -> None:
    inbox, out = tmp_path / "in", tmp_path / "out"
    inbox.mkdir()
    (inbox / "staff.docx").write_bytes(unknown())
    run([str(inbox)], out)
    (first,) = (out / "tables").glob("*.csv")
    (out / "tables" / "mine.csv").write_text("x")
    (inbox / "staff.docx").write_bytes(unknown("61,50"))
    run([str(inbox)], out)
    names = {path.name for path in (out / "tables").glob("*.csv")}
    assert "mine.csv" in names
    assert len(names) == 2
    assert first.name not in names

"""`pipeline.read`: a document, or what a run wrote, as pandas frames that lose nothing on the way."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pytest

import pipeline
from extractors.errors import Broken, InputError, Refused
from pipeline import datasets, frames
from pipeline.delivery import MANIFEST
from pipeline.exits import UsageError
from pipeline.family_files import load_families
from pipeline.folders import LocalFolder
from pipeline.frames import Frames
from pipeline.run import Options, run
from tests.builders import docx, p, tbl, tc, tr
from tests.pipeline.test_own_families import OWN
from tests.samples import BAD, SCHOOL, WORD, small_report

HOME = Path(pipeline.__file__).parent.parent

DTYPES = {
    "text": "string",
    "integer": "Int64",
    "decimal": "decimal128(28, 10)[pyarrow]",
    "boolean": "boolean",
    "date": "date32[day][pyarrow]",
}


@pytest.fixture(scope="module", params=[WORD, SCHOOL], ids=lambda path: path.name)
def both(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Frames, Frames, Path]:
    """A document read alone, the output of a run over it, and where that lies."""
    out = tmp_path_factory.mktemp("out")
    run([str(request.param)], out, Options(workers=1))
    return pipeline.read(request.param), pipeline.read(str(out)), out


def test_a_document_gives_what_a_run_over_it_writes(both: tuple[Frames, Frames, Path]) -> None:
    document, folder, _ = both
    assert list(document) == list(folder)
    assert {"documents", "tables", "columns", "cells", "observations"} <= set(document)
    for name in document:
        pd.testing.assert_frame_equal(document[name], folder[name], check_exact=True)


def test_columns_order_types_and_values_are_those_of_the_data_sets(both: tuple[Frames, Frames, Path]) -> None:
    _, found, out = both
    known = {dataset.name: dataset for dataset in datasets.all_datasets()}
    assert set(found) == {name for name in known if datasets.read(LocalFolder(out), known[name])}
    for name, frame in found.items():
        assert {field.name: DTYPES[field.kind] for field in known[name].fields} == dict(frame.dtypes.astype(str))
        assert list(frame.columns) == list(known[name].columns)
        rows = [
            {column: None if value is pd.NA else value for column, value in row.items()}
            for row in frame.astype(object).to_dict("records")
        ]
        assert rows == datasets.read(LocalFolder(out), known[name])


def _read(tmp_path: Path, data: bytes, name: str = "report.docx") -> Frames:
    (tmp_path / name).write_bytes(data)
    return pipeline.read(tmp_path / name)


def _numbers(*values: str) -> bytes:
    """Give a DOCX with a table of numbers under one heading."""
    rows = [("Назва", "Сума, грн"), *((f"рядок {number}", value) for number, value in enumerate(values))]
    return docx(p("Звіт") + tbl(*(tr(*map(tc, row)) for row in rows)))


def test_sums_and_differences_are_exact(tmp_path: Path) -> None:
    observations = _read(tmp_path, _numbers(*["0,1"] * 10, "9007199254740993,07"))["observations"]
    value = observations["value"]
    total = Decimal("9007199254740994.07")
    assert value.sum() == total
    assert observations.groupby("table")["value"].sum().iloc[0] == total
    assert (value - value.iloc[0]).iloc[-1] == Decimal("9007199254740992.97")
    assert value.astype("Float64").iloc[0] == 0.1


def test_decimals_that_need_more_digits_than_a_difference_has_stay_exact() -> None:
    long = Decimal("1234567890123456789012345678.0123456789")
    frame = frames._frame(pa.table({"value": pa.array([long, None], pa.decimal128(38, 10))}))
    assert frame["value"].iloc[0] == long
    assert frame["value"].iloc[1] is pd.NA


def test_what_is_missing_is_one_thing_in_every_column(tmp_path: Path) -> None:
    report = _read(tmp_path, small_report())
    row = report["observations"].query("raw == '-'").iloc[0]
    assert (row["value"], row["missing"], row["section"]) == (pd.NA, "nil", pd.NA)
    document = report["documents"].iloc[0]
    assert all(document[name] is pd.NA for name in ("reason", "decision_date", "pages", "reading_of"))


def test_only_data_sets_with_rows_are_there(tmp_path: Path) -> None:
    report = _read(tmp_path, small_report())
    assert list(report) == ["documents", "tables", "columns", "cells", "observations", "program_measures"]
    assert (len(report), "findings" in report, "budget_income" in report) == (6, False, False)
    with pytest.raises(KeyError, match=r"no rows of 'program_measure'; there are: documents, .*, program_measures"):
        report["program_measure"]


def test_what_is_there_is_listed(tmp_path: Path) -> None:
    report = _read(tmp_path, small_report())
    assert repr(report).splitlines()[:4] == [
        str(tmp_path / "report.docx"),
        "  documents         1 rows",
        "  tables            1 rows",
        "  columns           4 rows",
    ]
    assert report._ipython_key_completions_() == list(report)
    assert repr(Frames("nothing", {})) == "nothing"
    assert report == report
    assert report != dict(report)
    again = pickle.loads(pickle.dumps(report))  # noqa: S301  # our own
    assert repr(again) == repr(report)


def test_families_of_ones_own_are_known(tmp_path: Path) -> None:
    (tmp_path / "families").mkdir()
    (tmp_path / "families" / "staff_list.toml").write_text(OWN, encoding="utf-8")
    rows = (("Посада", "Підрозділ", "Ставки"), ("Учитель", "Школа", "12,5"), ("Кухар", "Їдальня", "2"))
    source = tmp_path / "staff.docx"
    source.write_bytes(docx(p("Штатний розпис") + tbl(*(tr(*map(tc, row)) for row in rows))))
    assert "staff_list" not in pipeline.read(source)
    found = pipeline.read(source, tmp_path / "families")["staff_list"]
    assert found["posts"].tolist() == [Decimal("12.5"), Decimal(2)]
    run([str(source)], tmp_path / "out", Options(workers=1, families=tmp_path / "families"))
    pd.testing.assert_frame_equal(pipeline.read(tmp_path / "out")["staff_list"], found)
    assert not any(family.name == "staff_list" for family in load_families())


# What goes wrong


@pytest.mark.parametrize("name", BAD)
def test_a_bad_document_says_why(name: str, tmp_path: Path) -> None:
    content, state, reason = BAD[name]
    with pytest.raises(InputError) as caught:
        _read(tmp_path, content, name)
    assert (caught.value.reason, str(caught.value) != "") == (reason, True)
    assert isinstance(caught.value, Refused if state == "refused" else Broken)


def test_a_file_that_is_not_there_is_told_with_where_it_was_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(FileNotFoundError, match=f"relative paths begin at {tmp_path}") as caught:
        pipeline.read("reprot.docx")
    assert caught.value.filename == "reprot.docx"


def test_a_folder_without_data_sets_is_told(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    with pytest.raises(UsageError, match="holds no data sets; name a document, or the output folder"):
        pipeline.read(tmp_path)


def _cut(out: Path) -> None:
    path = out / "cells.parquet"
    path.write_bytes(path.read_bytes()[:-100])


def _being_written(out: Path) -> None:
    manifest = json.loads((out / MANIFEST).read_text())
    (out / MANIFEST).write_text(json.dumps({**manifest, "files": []}))


def _no_manifest_any_more(out: Path) -> None:
    (out / MANIFEST).write_text("")


@pytest.mark.parametrize(
    ("spoil", "told"),
    [(_cut, "cannot be read"), (_being_written, "not all written"), (_no_manifest_any_more, "not all written")],
)
def test_data_sets_that_are_not_whole_are_not_given(spoil: Callable[[Path], None], told: str, tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    run([str(tmp_path / "report.docx")], tmp_path / "out", Options(workers=1))
    assert len(pipeline.read(tmp_path / "out")) == 6
    spoil(tmp_path / "out")
    with pytest.raises(UsageError, match=told):
        pipeline.read(tmp_path / "out")


def test_a_run_that_ends_while_its_data_sets_are_read_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    run([str(tmp_path / "report.docx")], tmp_path / "out", Options(workers=1))
    opened = pa.parquet.read_table

    def and_a_run(*arguments: object, **options: object) -> object:
        manifest = tmp_path / "out" / MANIFEST
        manifest.write_text(manifest.read_text().replace('"files": [', '"files": ["another", '))
        return opened(*arguments, **options)

    monkeypatch.setattr(pa.parquet, "read_table", and_a_run)
    with pytest.raises(UsageError, match="read them again"):
        pipeline.read(tmp_path / "out")


def test_a_folder_that_was_copied_without_the_works_is_read(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    run([str(tmp_path / "report.docx")], tmp_path / "out", Options(workers=1))
    (tmp_path / "copy").mkdir()
    for path in (tmp_path / "out").glob("*.parquet"):
        (tmp_path / "copy" / path.name).write_bytes(path.read_bytes())
    assert len(pipeline.read(tmp_path / "copy")) == 6


# Where it is called


def _python(*arguments: str, code: str | None = None, at: Path) -> list[str]:
    """Run another Python as a user would, and give what it printed; it must say nothing on stderr."""
    done = subprocess.run(
        [sys.executable, *arguments],
        input=code,
        capture_output=True,
        text=True,
        check=False,
        cwd=at,
        env={**os.environ, "PYTHONPATH": str(HOME)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


SCRIPT = """
{first}
print("begins")
import pipeline
for _ in range(2):
    report = pipeline.read("report.docx")
    print(report["program_measures"]["plan"].sum())
print(__name__, globals().get("__file__", "no file")[-9:], getattr(__spec__, "name", None))
"""


@pytest.mark.parametrize(
    "first",
    ["", "import pandas, threading; threading.Thread(target=threading.Event().wait, daemon=True).start()"],
    ids=["lean", "pandas"],
)
@pytest.mark.parametrize("way", ["file", "module", "stdin", "-c"])
def test_a_script_needs_no_main_guard(way: str, first: str, tmp_path: Path) -> None:
    """The first reading may be in a fork, the second is in a new interpreter, which must not run the script again."""
    (tmp_path / "report.docx").write_bytes(small_report())
    code = SCRIPT.format(first=first)
    (tmp_path / "script.py").write_text(code, encoding="utf-8")
    match way:
        case "file":
            printed, main = _python("script.py", at=tmp_path), "__main__ script.py None"
        case "module":
            printed, main = _python("-m", "script", at=tmp_path), "__main__ script.py script"
        case "stdin":
            printed, main = _python(code=code, at=tmp_path), "__main__ <stdin> None"
        case _:
            printed, main = _python("-c", code, at=tmp_path), "__main__ no file None"
    assert printed[0] == "begins"
    assert [Decimal(line) for line in printed[1:3]] == [60, 60]
    assert printed[3:] == [main], "it is left as it was"


def test_threads_may_read_at_the_same_time(tmp_path: Path) -> None:
    """Without a guard, as in a notebook; each new interpreter is started without the script."""
    (tmp_path / "report.docx").write_bytes(small_report())
    (tmp_path / "script.py").write_text(
        "from concurrent.futures import ThreadPoolExecutor\n"
        "import pipeline\n"
        "with ThreadPoolExecutor(4) as pool:\n"
        "    print([len(found) for found in pool.map(pipeline.read, ['report.docx'] * 4)], __file__[-9:])\n"
    )
    assert _python("script.py", at=tmp_path) == ["[6, 6, 6, 6] script.py"]


def test_the_package_is_light(tmp_path: Path) -> None:
    code = (
        "import sys; before = set(sys.modules); import pipeline; "
        "print(sorted(set(sys.modules) - before), callable(pipeline.read))"
    )
    assert _python("-S", "-c", code, at=tmp_path) == ["['__future__', 'pipeline'] True"]


def test_what_reads_a_document_for_a_frame_imports_neither_pandas_nor_pandera(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    code = (
        "import sys; from pathlib import Path; from pipeline import frames\n"
        "known, rows = frames._rows('report.docx', None)\n"
        "print(len(rows['observations']), [name for name in ('pandas', 'pandera') if name in sys.modules])\n"
    )
    assert _python("-c", code, at=tmp_path) == ["6 []"]


def test_the_first_reading_of_a_program_is_in_a_fork(tmp_path: Path) -> None:
    (tmp_path / "report.docx").write_bytes(small_report())
    code = (
        "from unittest.mock import patch; import pipeline; from pipeline import worker\n"
        "with patch.object(worker, '_spawned', side_effect=AssertionError('spawned')):\n"
        "    print(len(pipeline.read('report.docx')))\n"
    )
    assert _python("-c", code, at=tmp_path) == ["6"]

"""Data sets as one workbook: a sheet for each, numbers as numbers, dates as dates, texts as texts.

Guarantee: the same rows give the same bytes; no text is a formula; no number is rounded. A spreadsheet holds 15 digits
of a number: one with more of them is written as text. A text of more than 32 767 signs, which no cell holds, ends with
a sentence that says where the whole of it is. What XML forbids is written as spreadsheets do (`_x0001_`). A data set of
more rows than a sheet holds goes on on the next sheet.
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publish.csv_file import in_slices, joined
from pipeline.publish.exact import digits, texts
from pipeline.publish.workbook import content_types, relations, root_relations, sheet_end, sheet_start, styles, workbook

SHEET_ROWS = 1_048_575
"""Rows of data that a sheet holds below its header."""

CELL_SIGNS = 32_767
"""Signs of UTF-16 that a cell holds."""

SIGNIFICANT = 15
"""Digits of a number that a spreadsheet holds."""

CUT = " … [скорочено: увесь текст – у файлах CSV і Parquet]"
"""Stands at the end of a text that is too long for a cell."""

_FORBIDDEN = "[\x00-\x08\x0b\x0c\x0d\x0e-\x1f\ufffe\uffff]"
_ESCAPES = {
    sign: f"_x{ord(sign):04X}_" for sign in [*map(chr, (*range(9), 11, 12, *range(13, 32))), "\ufffe", "\uffff"]
}
_SPACED = r"^\s|\s$|[\n\t]|\s\s"

_EPOCH = 25_569
"""Days from the day before 1900 that spreadsheets count from to 1970."""

_FIRST_DAY = 61
"""The first day on which they agree with the calendar: they take 1900 for a leap year."""

_WIDEST = 60
_LEVEL = 1
"""Of compression: the next ones make the file a fifth smaller and the work twice as long."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A data set to be written: its name, columns, number of rows, and the rows as record batches."""

    name: str
    columns: Sequence[str]
    rows: int
    batches: Iterable[Any]


def write_xlsx(out: IO[bytes], sheets: Iterable[Sheet]) -> int:
    """Write a workbook; give how many texts were too long for a cell."""
    cut = 0
    written: list[tuple[str, str]] = []
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED, compresslevel=_LEVEL) as archive:
        for sheet in sheets:
            parts = _parts(sheet)
            for number, (rows, batches) in enumerate(parts):
                area = f"$A$1:${letters(len(sheet.columns) - 1)}${rows + 1}"
                written.append((_named(sheet.name, number, {name for name, _ in written}), area))
                member = _member(f"xl/worksheets/sheet{len(written)}.xml")
                with archive.open(member, "w", force_zip64=True) as file:
                    cut += _write_sheet(file, sheet.columns, area.replace("$", ""), batches, first=len(written) == 1)
        for name, content in (
            ("xl/workbook.xml", workbook(written)),
            ("xl/_rels/workbook.xml.rels", relations(len(written))),
            ("xl/styles.xml", styles()),
            ("_rels/.rels", root_relations()),
            ("[Content_Types].xml", content_types(len(written))),
        ):
            archive.writestr(_member(name), content.encode(), compresslevel=_LEVEL)
    return cut


def _member(name: str) -> zipfile.ZipInfo:
    member = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    member.compress_type = zipfile.ZIP_DEFLATED
    member.create_system = 3
    member.external_attr = 0o644 << 16
    return member


def _named(name: str, number: int, taken: set[str]) -> str:
    """Give a sheet's name of 31 signs at most that no other has."""
    suffix = f"_{number + 1}" if number else ""
    found = name[: 31 - len(suffix)] + suffix
    while found in taken:
        number += 1
        suffix = f"_{number + 1}"
        found = name[: 31 - len(suffix)] + suffix
    return found


def _parts(sheet: Sheet) -> Iterator[tuple[int, Iterator[Any]]]:
    """Give what goes on one sheet each: the number of rows, and the rows; each is to be used up before the next."""
    left = _Left(in_slices(sheet.batches))
    done = 0
    while True:
        rows = min(sheet.rows - done, SHEET_ROWS)
        yield rows, left.take(rows)
        done += rows
        if done >= sheet.rows:
            return


class _Left:
    """Record batches, of which some rows are taken at a time."""

    def __init__(self, batches: Iterator[Any]) -> None:
        self._batches = batches
        self._rest: Any = None

    def take(self, rows: int) -> Iterator[Any]:
        while rows:
            batch = self._rest if self._rest is not None else next(self._batches)
            taken = batch.slice(0, rows)
            rows -= taken.num_rows
            self._rest = batch.slice(taken.num_rows) if taken.num_rows < batch.num_rows else None
            yield taken


def letters(column: int) -> str:
    """Name a column, counted from 0."""
    name = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


def _write_sheet(file: IO[bytes], columns: Sequence[str], area: str, batches: Iterator[Any], *, first: bool) -> int:
    cut = 0
    row = 2
    names = [letters(index) for index in range(len(columns))]
    widths: list[int] = []
    for batch in batches:
        if not widths:
            widths = _widths(columns, batch)
            file.write(sheet_start(columns, names, widths, area, first=first).encode())
        count = batch.num_rows
        numbers = pc.cast(pa.array(range(row, row + count), pa.int64()), pa.string())
        cells = []
        for name, column in zip(names, batch.columns, strict=True):
            bodies, too_long = _bodies(column)
            cut += too_long
            cells.append(pc.binary_join_element_wise(f'<c r="{name}', numbers, bodies, ""))
        start = pc.binary_join_element_wise('<row r="', numbers, '">', "")
        rows = pc.binary_join_element_wise(start, *cells, "</row>", "", null_handling="replace", null_replacement="")
        file.write(joined(rows))
        row += count
    if not widths:
        file.write(sheet_start(columns, names, [len(name) + 4 for name in columns], area, first=first).encode())
    file.write(sheet_end(area).encode())
    return cut


def _widths(columns: Sequence[str], batch: Any) -> list[int]:  # noqa: ANN401  # Arrow has no types
    """Give the width of each column in signs, by the first rows."""
    longest = [pc.max(pc.utf8_length(texts(column.slice(0, 1000)))).as_py() or 0 for column in batch.columns]
    return [min(max(length, len(name) + 3) + 1, _WIDEST) for name, length in zip(columns, longest, strict=True)]


def _bodies(column: Any) -> tuple[Any, int]:  # noqa: ANN401
    """Give each cell's XML from the end of its row's number on, none for missing values; and how many texts are cut."""
    kind = column.type
    if pa.types.is_string(kind):
        found = column.dictionary_encode()  # texts repeat: each is looked at once
        bodies, cut = _text_bodies(found.dictionary)
        long = pc.sum(pc.is_in(found.indices, pa.array(cut, pa.int32()))).as_py() or 0 if cut else 0
        return bodies.take(found.indices), long
    if pa.types.is_boolean(kind):
        return pc.if_else(column, '" t="b"><v>1</v></c>', '" t="b"><v>0</v></c>'), 0
    if pa.types.is_date(kind):
        days = pc.add(pc.cast(column, pa.int32()), _EPOCH)
        shown = pc.binary_join_element_wise('" s="2"><v>', pc.cast(days, pa.string()), "</v></c>", "")
        return pc.if_else(pc.greater_equal(days, _FIRST_DAY), shown, _plain(texts(column))), 0
    if pa.types.is_decimal(kind):
        return _decimals(column), 0
    whole = pc.cast(column, pa.string())
    shown = pc.binary_join_element_wise('" s="3"><v>', whole, "</v></c>", "")
    return pc.if_else(_fits(pc.replace_substring(whole, "-", "")), shown, _plain(whole)), 0


def _decimals(column: Any) -> Any:  # noqa: ANN401
    """Give numbers a format with as many places as they have."""
    sign, before, after = digits(column)
    point = pc.if_else(pc.equal(after, ""), "", ".")
    text = pc.binary_join_element_wise(sign, before, point, after, "")
    style = pc.cast(pc.add(pc.binary_length(after), 3), pa.string())  # 3: no places, up to 13: ten of them
    shown = pc.binary_join_element_wise('" s="', style, '"><v>', text, "</v></c>", "")
    return pc.if_else(_fits(pc.binary_join_element_wise(before, after, "")), shown, _plain(text))


def _fits(figures: Any) -> Any:  # noqa: ANN401
    """Tell of digits whether a spreadsheet holds them."""
    return pc.less_equal(pc.binary_length(pc.ascii_trim(figures, "0")), SIGNIFICANT)


def _plain(values: Any) -> Any:  # noqa: ANN401
    """Give cells of texts that need no escapes."""
    return pc.binary_join_element_wise('" t="inlineStr"><is><t>', values, "</t></is></c>", "")


def _text_bodies(values: Any) -> tuple[Any, list[int]]:  # noqa: ANN401
    values, cut = _cut(values)
    values = pc.replace_substring_regex(values, "_(x[0-9A-Fa-f]{4})", r"_x005F_\1")
    if pc.any(pc.match_substring_regex(values, _FORBIDDEN)).as_py():
        for sign, escape in _ESCAPES.items():
            values = pc.replace_substring(values, sign, escape)
    for sign, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;")):
        values = pc.replace_substring(values, sign, escape)
    spaced = pc.if_else(pc.match_substring_regex(values, _SPACED), ' xml:space="preserve">', ">")
    return pc.binary_join_element_wise('" t="inlineStr"><is><t', spaced, values, "</t></is></c>", ""), cut


def _cut(values: Any) -> tuple[Any, list[int]]:  # noqa: ANN401
    """Shorten texts that no cell holds; give the places of those."""
    long = [
        index
        for index in pc.indices_nonzero(
            pc.fill_null(pc.greater(pc.utf8_length(values), CELL_SIGNS // 2), False)
        ).to_pylist()
        if _signs(values[index].as_py()) > CELL_SIGNS
    ]
    if not long:
        return values, []
    kept = values.to_pylist()
    for index in long:
        shown = kept[index][: CELL_SIGNS - len(CUT)]
        while _signs(shown) > CELL_SIGNS - len(CUT):
            shown = shown[: -1 - (_signs(shown) - CELL_SIGNS + len(CUT)) // 2]
        kept[index] = shown + CUT
    return pa.array(kept, pa.string()), long


def _signs(text: str) -> int:
    return len(text.encode("utf-16-le")) // 2

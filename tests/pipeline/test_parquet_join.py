"""Joined Parquet files: what pyarrow reads from them is what it reads from the parts; unfit parts give no file."""

from __future__ import annotations

import io
import struct as packing
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest.mock import Mock

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.parquet_join import Part, Shape, Struct, decode, encode, join, prepared

SCHEMA = pa.schema(
    [
        pa.field("document", pa.string(), nullable=False, metadata={"title": "Документ"}),
        pa.field("amount", pa.decimal128(38, 10), metadata={"unit": "грн"}),
        pa.field("day", pa.date32()),
        pa.field("total", pa.bool_()),
        pa.field("row", pa.int64()),
        pa.field("note", pa.string()),
        pa.field("kind", pa.dictionary(pa.int32(), pa.string())),
        pa.field("path", pa.list_(pa.field("element", pa.struct([("level", pa.int64()), ("word", pa.string())])))),
    ],
    metadata={"made_by": "zvity"},
)
WHOLE: Shape = {
    3: None,
    4: ({1: ({2: None, 3: {7: None, 9: None, 10: None, 11: None}},), 3: None, 5: None, 7: None},),
}
"""A footer as far as these tests look at it or change it."""


def _gaps(n: int, values: list[Any]) -> list[Any]:
    return [None if i % n == 0 else value for i, value in enumerate(values)]


def _table(number: int, rows: int) -> pa.Table:
    columns = [
        [f"рішення {number}" for _ in range(rows)],
        _gaps(5, [Decimal(f"-{number}{i}.0000000001") * 10**20 for i in range(rows)]),
        _gaps(4, [date(2000 + number, 1, 1 + i % 28) for i in range(rows)]),
        _gaps(3, [i % 2 == 0 for i in range(rows)]),
        [i + number * 1_000_000 for i in range(rows)],
        _gaps(2, [f"примітка {number}.{i}" * 3 for i in range(rows)]),
        _gaps(6, ["доходи" if i % 2 else f"видатки {number}" for i in range(rows)]),
        _gaps(7, [[{"level": j, "word": f"{number}"} for j in range(i % 3)] for i in range(rows)]),
    ]
    return pa.table([pa.array(c, f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _file(table: pa.Table, **options: Any) -> bytes:
    out = io.BytesIO()
    pq.write_table(table, out, **options)
    return out.getvalue()


def _without_row_groups() -> bytes:
    out = io.BytesIO()
    pq.ParquetWriter(out, SCHEMA).close()
    return out.getvalue()


def _part(data: bytes) -> Part:
    return Part(io.BytesIO(data), 0, len(data))


def _joined(*files: bytes) -> bytes:
    out = io.BytesIO()
    rows = join([_part(data) for data in files], out)
    assert rows == pq.ParquetFile(out).metadata.num_rows
    return out.getvalue()


def _read(data: bytes) -> pa.Table:
    return pq.read_table(io.BytesIO(data), page_checksum_verification=True)


def _footer(data: bytes) -> bytes:
    return data[-8 - int.from_bytes(data[-8:-4], "little") : -8]


def _with_footer(data: bytes, change: Callable[[Struct], object]) -> bytes:
    """A file with a changed footer."""
    footer = decode(_footer(data), WHOLE)
    change(footer)
    changed = encode(footer)
    return data[: -8 - len(_footer(data))] + changed + len(changed).to_bytes(4, "little") + b"PAR1"


def _groups(data: bytes) -> list[Struct]:
    groups: list[Struct] = decode(_footer(data), WHOLE)[4][1]
    return groups


ONE = _file(_table(1, 50), row_group_size=20)
TWO = _file(_table(2, 30))


@pytest.mark.parametrize("compression", ["snappy", "zstd", "none"])
@pytest.mark.parametrize("pages", [{}, {"use_dictionary": False}, {"data_page_version": "2.0", "data_page_size": 64}])
def test_what_is_read_is_what_the_parts_hold(compression: str, pages: dict[str, Any]) -> None:
    tables = [_table(n, rows) for n, rows in enumerate((50, 1, 0, 33))]
    options = {"compression": compression, "row_group_size": 20, "write_page_checksum": True, **pages}
    joined = _joined(*(_file(table, **options) for table in tables))
    read = _read(joined)
    plain = SCHEMA.set(6, SCHEMA.field(6).with_type(pa.string()))  # equality sees how values are put in dictionaries
    assert read.cast(plain).equals(pa.concat_tables(tables).cast(plain), check_metadata=True)
    assert read.schema.equals(SCHEMA, check_metadata=True)
    assert read.schema.field("amount").metadata == {b"unit": "грн".encode()}


def test_every_column_of_every_row_group_is_found_by_itself() -> None:
    tables = [_table(n, rows) for n, rows in enumerate((50, 7, 45))]
    file = pq.ParquetFile(io.BytesIO(_joined(*(_file(table, row_group_size=20) for table in tables))))
    expected = [table.slice(at, 20) for table in tables for at in range(0, len(table), 20)]
    assert file.num_row_groups == len(expected)
    for number, table in enumerate(expected):
        for name in SCHEMA.names:
            assert file.read_row_group(number, columns=[name]).equals(table.select([name])), (number, name)


def test_no_chunk_overlaps_another_and_row_groups_begin_at_their_first_page() -> None:
    end = 4
    for group in _groups(_joined(ONE, TWO, ONE)):
        assert group[5][1] == end
        for chunk in group[1][1]:
            meta = chunk[3][1]
            assert min(meta[field][1] for field in (9, 11) if field in meta) == end
            end += meta[7][1]


def test_pages_are_the_bytes_of_the_parts() -> None:
    pages = b"".join(data[4 : -8 - len(_footer(data))] for data in (ONE, TWO))
    assert _joined(ONE, TWO).startswith(b"PAR1" + pages + _footer(ONE)[:8])


def test_statistics_and_all_else_said_of_a_column_survive() -> None:
    def said(data: bytes) -> list[dict[str, Any]]:
        metadata = pq.ParquetFile(io.BytesIO(data)).metadata
        chunks = [
            metadata.row_group(g).column(c).to_dict()
            for g in range(metadata.num_row_groups)
            for c in range(metadata.num_columns)
        ]
        return [{k: v for k, v in chunk.items() if not k.endswith("_offset")} for chunk in chunks]

    joined = said(_joined(ONE, TWO))
    assert joined == said(ONE) + said(TWO)
    assert joined[4]["statistics"]["min"] == 1_000_000
    assert pq.read_table(io.BytesIO(_joined(ONE, TWO)), filters=[("row", ">=", 2_000_000)]).num_rows == 30


def test_the_same_parts_give_the_same_bytes() -> None:
    assert _joined(ONE, TWO) == _joined(ONE, TWO)
    assert _joined(ONE, TWO) != _joined(TWO, ONE)


def test_one_part_stays_what_it_is() -> None:
    assert _joined(ONE) == ONE
    assert _joined(_joined(ONE, TWO)) == _joined(ONE, TWO)


def test_joined_files_can_be_joined() -> None:
    assert _joined(_joined(ONE, TWO), ONE) == _joined(ONE, TWO, ONE)


@pytest.mark.parametrize("empty", [_without_row_groups(), _file(_table(1, 0))], ids=["no_row_group", "no_rows"])
def test_parts_without_rows_give_the_schema_and_no_row_group(empty: bytes) -> None:
    nothing = _joined(empty, empty)
    assert _read(nothing).equals(SCHEMA.empty_table(), check_metadata=True)
    assert pq.ParquetFile(io.BytesIO(nothing)).num_row_groups == 0
    for files in ((empty, ONE, TWO), (ONE, empty, TWO), (ONE, TWO, empty)):
        joined = _joined(*files)
        assert _read(joined).equals(pa.concat_tables([_table(1, 50), _table(2, 30)]), check_metadata=True)
        assert pq.ParquetFile(io.BytesIO(joined)).num_row_groups == 4
    assert _joined(ONE, empty, TWO, empty) == _joined(ONE, TWO)


def test_the_first_part_speaks_for_the_whole() -> None:
    other = _file(_table(2, 30).replace_schema_metadata({"made_by": "another"}))
    assert _read(_joined(other, ONE)).schema.metadata == {b"made_by": b"another"}
    assert _read(_joined(ONE, other)).schema.metadata == {b"made_by": b"zvity"}


def test_parts_lie_anywhere_and_files_are_open_one_at_a_time(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"PAR1 rest of another" + ONE + b"x" + TWO)
    (tmp_path / "b").write_bytes(TWO)

    def parts() -> Iterator[Part]:
        with (tmp_path / "a").open("rb") as file:
            yield Part(file, 20, len(ONE))
            yield Part(file, 21 + len(ONE), len(TWO))
        with (tmp_path / "b").open("rb", buffering=0) as file:
            yield Part(file, 0, len(TWO))

    class Sink:
        def __init__(self) -> None:
            self.data = b""

        def write(self, data: bytes) -> int:
            self.data += data
            return len(data)

    sink = Sink()
    assert join(parts(), sink) == 110  # type: ignore[arg-type]
    assert sink.data == _joined(ONE, TWO, TWO)


def test_large_parts_are_copied_in_pieces() -> None:
    class Watched(io.BytesIO):
        most = 0

        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            self.most = max(self.most, len(data))
            return data

    table = pa.table({"noise": pa.array([bytes([n]) * 700_001 for n in range(9)])})
    data = _file(table, compression="none", use_dictionary=False)
    file, out = Watched(data), io.BytesIO()
    assert join([Part(file, 0, len(data)), Part(file, 0, len(data))], out) == 18
    assert _read(out.getvalue()).equals(pa.concat_tables([table, table]))
    assert file.most == 1 << 16


def test_page_indexes_and_bloom_filters_are_left_out() -> None:
    options = {"write_page_index": True, "bloom_filter_options": {"note": {"ndv": 100}}}
    tables = [_table(n, 50) for n in range(3)]
    files = [_file(table, row_group_size=20, **options) for table in tables]
    before = pq.ParquetFile(io.BytesIO(files[0])).metadata.row_group(0).column(5)
    assert before.has_offset_index
    assert before.has_column_index
    assert before.bloom_filter_offset
    joined = _joined(*files)
    assert _read(joined).equals(pa.concat_tables(tables))
    after = pq.ParquetFile(io.BytesIO(joined)).metadata
    chunks = [after.row_group(g).column(c) for g in range(after.num_row_groups) for c in range(after.num_columns)]
    assert not any(c.has_offset_index or c.has_column_index or c.bloom_filter_offset for c in chunks)
    assert not any({4, 5, 6, 7} & c.keys() or {14, 15} & c[3][1].keys() for g in _groups(joined) for c in g[1][1])


def test_a_copy_of_metadata_among_the_pages_is_not_pointed_at() -> None:
    def point(footer: Struct) -> None:
        for group in footer[4][1]:
            for chunk in group[1][1]:
                chunk[2] = (6, 99)

    assert _joined(ONE, _with_footer(TWO, point)) == _joined(ONE, TWO)


def _numbered(data: bytes) -> bytes:
    """A file whose row groups have ordinals, which pyarrow writes only where it encrypts."""

    def number(footer: Struct) -> None:
        for ordinal, group in enumerate(footer[4][1]):
            group[7] = (4, ordinal)

    return _with_footer(data, number)


def test_ordinals_count_through_the_file() -> None:
    one, two = _numbered(ONE), _numbered(TWO)
    assert [group[7] for group in _groups(_joined(one, two, one))] == [(4, n) for n in range(7)]
    assert [group.get(7) for group in _groups(_joined(two, TWO, two))] == [(4, 0), None, (4, 2)]


def test_an_ordinal_that_does_not_fit_is_left_out() -> None:
    rows = pa.table({"n": range(600)})
    many = _numbered(_file(rows, row_group_size=1, use_dictionary=False, write_statistics=False))
    groups = _groups(joined := _joined(*[many] * 55))
    assert [group.get(7, (4, None))[1] for group in groups] == [*range(1 << 15), *[None] * (33_000 - (1 << 15))]
    assert pq.ParquetFile(io.BytesIO(joined)).read_row_group(32_999)["n"].to_pylist() == [599]


def test_an_index_page_moves_with_its_pages_and_0_means_none() -> None:
    def add(footer: Struct) -> None:
        for number, chunk in enumerate(footer[4][1][0][1][1]):
            chunk[3][1][10] = (6, 50 if number == 0 else 0)

    chunks = _groups(_joined(ONE, _with_footer(TWO, add)))[3][1][1]
    moved = len(ONE) - 8 - len(_footer(ONE)) - 4
    assert [chunk[3][1][10][1] for chunk in chunks] == [50 + moved, *[0] * (len(chunks) - 1)]


def _placed(data: bytes) -> bytes:
    """A file whose row groups have, after their ordinal, a field that this code does not know."""

    def place(footer: Struct) -> None:
        for group in footer[4][1]:
            group[9] = (5, b"\x02")

    return _with_footer(data, place)


FILES = {
    "plain": (ONE, TWO, ONE),
    "empty": (_without_row_groups(), ONE, _file(_table(1, 0))),
    "ordinals": (_numbered(TWO), TWO, _numbered(ONE)),
    "later fields": (_numbered(_placed(ONE)), _placed(TWO)),
    "indexes": (_file(_table(3, 40), write_page_index=True), TWO),
}


@pytest.mark.parametrize("case", FILES)
def test_a_prepared_part_gives_the_same_bytes(case: str) -> None:
    files = FILES[case]
    ready = _joined(*map(prepared, files))
    assert ready == _joined(*files)
    assert ready == _joined(files[0], *map(prepared, files[1:]))
    assert _read(ready).equals(pa.concat_tables(map(_read, files)))


def test_a_prepared_part_is_joined_without_decoding_its_footer(monkeypatch: pytest.MonkeyPatch) -> None:
    parts = [_part(prepared(data)) for data in (ONE, TWO, ONE)]
    decoding = Mock(side_effect=decode)
    monkeypatch.setattr("pipeline.parquet_join.decode", decoding)
    join(parts, io.BytesIO())
    assert decoding.call_count == 1


def test_what_cannot_be_joined_cannot_be_prepared() -> None:
    for data in (b"", ONE[:-1], b"PARE" + ONE[4:-4] + b"PARE"):
        with pytest.raises(ValueError, match=r"few|cut off|encrypted"):
            prepared(data)


def test_a_prepared_part_that_is_damaged_before_its_pages_or_cut_off_is_refused() -> None:
    ready = prepared(TWO)
    before = len(ready) - len(TWO)
    for at in range(before):
        assert "part 2" in _refusal(_part(ONE), _part(ready[:at] + bytes((ready[at] ^ 1,)) + ready[at + 1 :]))
    for length in (*range(before + 20), *range(before, len(ready), 97), len(ready) - 1):
        assert "part 2" in _refusal(_part(ONE), _part(ready[:length]))


def _refusal(*parts: Part) -> str:
    out = io.BytesIO()
    with pytest.raises(ValueError, match=r"^(part|no Parquet)") as caught:
        join(parts, out)
    assert not out.getvalue().endswith(b"PAR1") or len(out.getvalue()) == 4
    return str(caught.value)


OTHER_SCHEMAS = {
    "name": _table(1, 9).rename_columns(["x", *SCHEMA.names[1:]]),
    "type": _table(1, 9).set_column(4, "row", pa.array(range(9), pa.int32())),
    "scale": _table(1, 9).set_column(1, "amount", pa.array([Decimal(1)] * 9, pa.decimal128(38, 2))),
    "nullable": _table(1, 9).cast(SCHEMA.set(0, SCHEMA.field(0).with_nullable(True))),
    "order": _table(1, 9).select(SCHEMA.names[::-1]),
    "fewer": _table(1, 9).drop_columns(["note"]),
}


@pytest.mark.parametrize("case", OTHER_SCHEMAS)
def test_another_schema_is_refused_by_its_part(case: str) -> None:
    other = _file(OTHER_SCHEMAS[case])
    said = _refusal(_part(ONE), _part(TWO), Part(io.BytesIO(b"xyz" + other), 3, len(other)))
    assert "part 3 (from byte 3 of a file in memory)" in said
    assert "schema" in said


def test_statistics_ordered_another_way_are_refused() -> None:
    reordered = _with_footer(ONE, lambda footer: footer.update({7: (9, bytes((0x1C, 0x2C, 0, 0)))}))
    assert "part 2" in _refusal(_part(ONE), _part(reordered))


def test_a_refusal_names_the_file(tmp_path: Path) -> None:
    (tmp_path / "bundle").write_bytes(ONE[:-1])
    with (tmp_path / "bundle").open("rb") as file:
        assert str(tmp_path / "bundle") in _refusal(Part(file, 0, len(ONE) - 1))


def test_no_part_is_refused() -> None:
    assert "no Parquet file" in _refusal()


@pytest.mark.parametrize(
    "data", [b"", b"PAR1", b"PAR1PAR1", b"a,b\n1,2\n3,4\n", b"PAR1\x00\x00\x00\x00PAR1", ONE[:-4] + b"PAR2"]
)
def test_what_is_no_parquet_file_is_refused(data: bytes) -> None:
    assert "part 1" in _refusal(_part(data))


@pytest.mark.parametrize("number", [0, 1])
def test_a_part_cut_off_anywhere_is_refused(number: int) -> None:
    for length in range(len(TWO)):
        parts = [_part(TWO[:length])]
        parts[:0] = [_part(ONE)] * number
        assert f"part {number + 1} " in _refusal(*parts)


@pytest.mark.parametrize(("start", "length"), [(1, 0), (0, 1), (1, -1), (-1, 0), (0, -1), (-1, 1)])
def test_a_part_that_lies_elsewhere_is_refused(start: int, length: int) -> None:
    bundle = io.BytesIO(ONE + TWO + ONE)
    assert "part 1" in _refusal(Part(bundle, len(ONE) + start, len(TWO) + length))


def test_a_part_longer_than_its_file_is_refused() -> None:
    assert "ends before" in _refusal(Part(io.BytesIO(ONE), 0, len(ONE) + 1))


def test_a_file_that_shrinks_while_it_is_copied_is_refused() -> None:
    class Shrinking(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            data = super().read(size)
            if size == len(ONE) - 8 - len(_footer(ONE)) - 4:
                self.truncate(self.tell())
                return data[:-1]
            return data

    assert "ends before" in _refusal(Part(Shrinking(ONE), 0, len(ONE)))


def test_a_footer_longer_than_its_part_is_refused() -> None:
    for length in (len(ONE) - 11, 2**31, 2**32 - 1):
        assert "longer" in _refusal(_part(ONE[:-8] + length.to_bytes(4, "little") + b"PAR1"))


def test_a_part_with_bytes_after_its_footer_is_refused() -> None:
    length = len(_footer(ONE)) + 28
    assert "damaged" in _refusal(_part(ONE[:-8] + bytes(28) + length.to_bytes(4, "little") + b"PAR1"))


@pytest.mark.parametrize("data", [b"PARE" + ONE[4:-4] + b"PARE", ONE[:-4] + b"PARE"])
def test_an_encrypted_footer_is_refused(data: bytes) -> None:
    assert "encrypted" in _refusal(_part(ONE), _part(data))


def _column(footer: Struct) -> Struct:
    column: Struct = footer[4][1][0][1][1][0]
    return column


def _set(field: int, value: int) -> Callable[[Struct], object]:
    return lambda footer: _column(footer)[3][1].update({field: (6, value)})


CONTRADICTIONS: dict[str, Callable[[Struct], object]] = {
    "encrypted columns": lambda footer: footer.update({8: (12, b"\x1c\x00\x00")}),
    "signing key": lambda footer: footer.update({9: (8, b"\x03key")}),
    "pages in another file": lambda footer: _column(footer).update({1: (8, b"\x05other")}),
    "no metadata of a column": lambda footer: _column(footer).pop(3),
    "no place of a column": lambda footer: _column(footer)[3][1].pop(9),
    "no columns": lambda footer: footer[4][1][1].pop(1),
    "no row groups": lambda footer: footer.pop(4),
    "no rows": lambda footer: footer.pop(3),
    "another number of rows": lambda footer: footer.update({3: (6, 51)}),
    "rows that are text": lambda footer: footer.update({3: (8, b"\x0250")}),
    "row groups that are numbers": lambda footer: footer.update({4: (9, b"\x16\x02")}),
    "pages before the first": _set(9, 3),
    "pages that are not there": _set(9, 0),
    "pages behind the last": _set(9, len(ONE)),
    "a dictionary behind the last": _set(11, len(ONE)),
    "a dictionary before the first": _set(11, 2),
    "too large a column": _set(7, len(ONE)),
    "a column of less than nothing": _set(7, -5),
}


@pytest.mark.parametrize("case", CONTRADICTIONS)
def test_a_footer_that_contradicts_itself_is_refused(case: str) -> None:
    assert "part 2" in _refusal(_part(ONE), _part(_with_footer(ONE, CONTRADICTIONS[case])))


@given(st.data())
def test_a_damaged_footer_gives_a_file_or_a_refusal(data: st.DataObject) -> None:
    place = data.draw(st.integers(len(ONE) - 8 - len(_footer(ONE)), len(ONE) - 1))
    damaged = bytearray(ONE)
    damaged[place] = data.draw(st.integers(0, 255))
    try:
        rows = join([_part(TWO), _part(bytes(damaged))], io.BytesIO())
    except ValueError as error:
        assert "part 2" in str(error)  # noqa: PT017
    else:
        assert rows == 80


@pytest.mark.parametrize(
    "footer",
    [
        b"\x1c" * 100_000,  # structs without end
        b"\x19\xfc\xff\xff\xff\xff\xff\xff\x7f",  # a list of very many structs
        b"\x19\xf3\xff\xff\xff\xff\xff\xff\x7f\x00",  # of very many bytes
        b"\x1b\xff\xff\xff\xff\xff\xff\x7f\x33\x00",  # a map of very many pairs
        b"\x18\xff\xff\xff\xff\x0f\x00",  # a very long text
        b"\x1e\x00\x00",  # a type that is none
        b"\x10\x00",  # of type 0
        b"\x15\x02\x05\x02\x02\x00",  # a field twice
        b"\x15\xff\xff",  # a number without an end
        b"\x15\x02",  # a struct without an end
        b"\x00\x00",  # more than a struct
        b"",
    ],
)
def test_a_struct_that_is_none_is_refused(footer: bytes) -> None:
    shapes: tuple[Shape, ...] = ({}, {1: ({},)})
    for shape in shapes:
        with pytest.raises(ValueError, match="its footer"):
            decode(footer, shape)


@pytest.mark.parametrize(
    ("data", "shape"),
    [
        (b"\x13\x00\x00", {1: None}),
        (b"\x1c\x00\x00", {1: None}),
        (b"\x15\x00\x00", {1: {}}),
        (b"\x19\x0c\x00", {1: {}}),
        (b"\x19\x13\x00\x00", {1: ({},)}),
        (b"\x19\x03\x00", {1: ({},)}),
        (b"\x1a\x0c\x00", {1: ({},)}),
    ],
)
def test_a_field_of_another_type_than_asked_is_refused(data: bytes, shape: Shape) -> None:
    assert encode(decode(data, {})) == data
    with pytest.raises(ValueError, match="in field 1"):
        decode(data, shape)


def test_the_parent_stays_light() -> None:
    code = "import sys, pipeline.parquet_join; sys.exit(bool({'pyarrow', 'pandas', 'numpy'} & sys.modules.keys()))"
    subprocess.run([sys.executable, "-c", code], check=True)


@pytest.mark.parametrize("shape", [{}, WHOLE, {4: ({},)}], ids=["raw", "edited", "groups"])
def test_real_footers_come_back_byte_for_byte(shape: Shape) -> None:
    options: list[dict[str, Any]] = [
        {"row_group_size": 1},
        {"write_page_index": True, "data_page_size": 10},
        {"compression": "zstd", "use_dictionary": False, "version": "1.0"},
        {"write_statistics": False, "store_schema": False},
        {"sorting_columns": [pq.SortingColumn(4, descending=True)]},
    ]
    for each in options:
        footer = _footer(_file(_table(1, 40), **each))
        assert encode(decode(footer, shape)) == footer


@pytest.mark.parametrize("size", [0, 1, 14, 15, 16, 127, 128])
def test_lists_of_any_length_come_back_byte_for_byte(size: int) -> None:
    data = _encoded(12, {1: (9, (12, [{}] * size))}, field=True)
    decoded = decode(data, {1: ({},)})
    assert decoded == {1: (9, [{}] * size)}
    assert encode(decoded) == data


def test_integers_are_read_as_pyarrow_reads_them() -> None:
    metadata = pq.ParquetFile(io.BytesIO(ONE)).metadata
    for number, group in enumerate(_groups(ONE)):
        assert group[3] == (6, metadata.row_group(number).num_rows)
        sizes = [chunk[3][1][7][1] for chunk in group[1][1]]
        assert sizes == [metadata.row_group(number).column(c).total_compressed_size for c in range(len(sizes))]


# Structs of Thrift as Python values: (type, value), with an encoder for them that follows the specification.


def _varint(number: int) -> bytes:
    low, rest = number % 128, number // 128
    return bytes([low + 128]) + _varint(rest) if rest else bytes([low])


def _zigzag(number: int) -> bytes:
    return _varint(2 * number if number >= 0 else -2 * number - 1)


def _list_head(of: int, size: int) -> bytes:
    return bytes([size * 16 + of]) if size < 15 else bytes([240 + of]) + _varint(size)


def _encoded(kind: int, value: Any, *, field: bool) -> bytes:
    match kind:
        case 1 | 2:
            return b"" if field else bytes([value])
        case 3:
            return packing.pack("b", value)
        case 4 | 5 | 6:
            return _zigzag(value)
        case 7:
            return packing.pack("<d", value)
        case 8:
            return _varint(len(value)) + bytes(value)
        case 9 | 10:
            of, elements = value
            return _list_head(of, len(elements)) + b"".join(_encoded(of, e, field=False) for e in elements)
        case 11:
            (left, right), pairs = value
            if not pairs:
                return b"\0"
            body = b"".join(_encoded(left, a, field=False) + _encoded(right, b, field=False) for a, b in pairs)
            return _varint(len(pairs)) + bytes([left * 16 + right]) + body
        case 12:
            out, last = b"", 0
            for number, (inner, content) in value.items():
                step = number - last
                out += bytes([step * 16 + inner]) if 1 <= step <= 15 else bytes([inner]) + _zigzag(number)
                out += _encoded(inner, content, field=True)
                last = number
            return out + b"\0"
        case _:
            return bytes(value)


PLAIN: dict[int, st.SearchStrategy[Any]] = {
    2: st.booleans(),
    3: st.integers(-128, 127),
    4: st.integers(-(2**15), 2**15 - 1),
    5: st.integers(-(2**31), 2**31 - 1),
    6: st.integers(-(2**63), 2**63 - 1),
    7: st.floats(),
    8: st.binary(max_size=200),
    13: st.binary(min_size=16, max_size=16),
}


def _tagged(kind: int, values: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[int, Any]]:
    return st.tuples(st.just(kind), values)


def _containers(values: st.SearchStrategy[tuple[int, Any]]) -> st.SearchStrategy[tuple[int, Any]]:
    """Structs of these values, and lists, sets and maps of plain values and of structs."""
    ids = st.one_of(st.integers(1, 20), st.integers(-(2**15), 2**15 - 1))
    booleans = st.sampled_from([(1, True), (2, False)])
    structs = st.dictionaries(ids, st.one_of(values, booleans), max_size=6)
    elements = {**PLAIN, 12: structs}
    kinds = st.sampled_from(sorted(elements))
    lists = kinds.flatmap(lambda of: st.tuples(st.just(of), st.lists(elements[of], max_size=20)))
    maps = st.tuples(kinds, kinds).flatmap(
        lambda of: st.tuples(st.just(of), st.lists(st.tuples(elements[of[0]], elements[of[1]]), max_size=20))
    )
    return st.one_of(_tagged(12, structs), _tagged(9, lists), _tagged(10, lists), _tagged(11, maps))


VALUES = st.recursive(
    st.one_of([_tagged(kind, values) for kind, values in PLAIN.items() if kind != 2]), _containers, max_leaves=12
)
STRUCTS = st.dictionaries(
    st.one_of(st.integers(1, 40), st.integers(-(2**15), 2**15 - 1)),
    st.one_of(VALUES, st.sampled_from([(1, True), (2, False)])),
    max_size=20,
)


def _shape(draw: st.DrawFn, struct: dict[int, tuple[int, Any]]) -> Shape:
    """A shape that names some of a struct's fields."""
    shape: dict[int, Any] = {}
    for field, (kind, value) in struct.items():
        if kind in (4, 5, 6) and draw(st.booleans()):
            shape[field] = None
        elif kind == 12 and draw(st.booleans()):
            shape[field] = _shape(draw, value)
        elif kind == 9 and value[0] == 12 and draw(st.booleans()):
            kinds = [(f, k in (4, 5, 6)) for element in value[1] for f, (k, _) in element.items()]
            shape[field] = ({f: None for f, _ in kinds if all(whole for other, whole in kinds if other == f)},)
    return shape


def _expected(struct: dict[int, tuple[int, Any]], shape: Shape) -> Struct:
    out: Struct = {}
    for field, (kind, value) in struct.items():
        inner = shape.get(field, "raw")
        if inner is None:
            out[field] = (kind, value)
        elif isinstance(inner, dict):
            out[field] = (kind, _expected(value, inner))
        elif isinstance(inner, tuple):
            out[field] = (kind, [_expected(element, inner[0]) for element in value[1]])
        else:
            out[field] = (kind, _encoded(kind, value, field=True))
    return out


@st.composite
def _structs_and_shapes(draw: st.DrawFn) -> tuple[dict[int, tuple[int, Any]], Shape]:
    struct = draw(STRUCTS)
    return struct, _shape(draw, struct)


@given(_structs_and_shapes())
@settings(deadline=None)
def test_any_struct_is_decoded_as_asked_and_comes_back_byte_for_byte(
    example: tuple[dict[int, tuple[int, Any]], Shape],
) -> None:
    struct, shape = example
    data = _encoded(12, struct, field=True)
    decoded = decode(data, shape)
    assert decoded == _expected(struct, shape)
    assert list(decoded) == list(struct)
    assert encode(decoded) == data


def test_a_struct_written_out_by_hand() -> None:
    data = bytes([0x15, 0x03, 0x12, 0x05, 0xD0, 0x0F, 0x01, 0x1C, 0x15, 0xFE, 0x01, 0x00, 0x00])
    shape: Shape = {1: None, 1000: None, 1001: {1: None}}
    decoded = decode(data, shape)
    assert decoded == {1: (5, -2), 2: (2, b""), 1000: (5, -1), 1001: (12, {1: (5, 127)})}
    assert encode(decoded) == data

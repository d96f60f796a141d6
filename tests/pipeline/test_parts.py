"""Parts: which documents make one depends on the set of documents alone."""

from __future__ import annotations

import hashlib
import io

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline import parts
from pipeline.parquet_join import prepared
from pipeline.parts import bundled, directory_of, part_name, parted
from pipeline.results import Counts


def _ids(count: int) -> list[bytes]:
    return [hashlib.sha256(str(i).encode()).digest() for i in range(count)]


def _parted(reports: list[bytes], cells: int = 300) -> list[tuple[bytes, ...]]:
    return list(parted(reports, lambda _: cells))


@given(st.integers(0, 600), st.randoms())
def test_each_document_is_in_one_part_in_order_whatever_the_order_they_come_in(count: int, random: object) -> None:
    ids = _ids(count)
    found = _parted(ids)
    assert [one for part in found for one in part] == sorted(ids)
    assert all(0 < len(part) <= parts.DOCUMENTS for part in found)
    random.shuffle(ids)  # type: ignore[attr-defined]
    assert _parted(ids) == found


def test_a_document_more_changes_few_parts() -> None:
    before, after = set(_parted(_ids(10_000))), set(_parted(_ids(10_001)))
    assert len(after - before) <= 2
    assert len(before) == pytest.approx(10_000 / parts.DOCUMENTS, rel=0.75)


def test_large_documents_make_parts_of_their_own() -> None:
    assert max(map(len, _parted(_ids(10), parts.CELLS // 3))) <= 3
    assert all(len(part) == 1 for part in _parted(_ids(10), 10 * parts.CELLS))


def test_parts_are_never_too_many() -> None:
    count = parts.DOCUMENTS * parts.MOST_PARTS + 1
    spread = [(i * 0x9E3779B97F4A7C15 % 2**64).to_bytes(8, "big") + bytes(24) for i in range(count)]
    assert len(_parted(spread, 1)) < 2 * parts.MOST_PARTS


def test_the_name_tells_documents_and_version() -> None:
    names = {part_name("1", ["a"]), part_name("2", ["a"]), part_name("1", ["a", "b"]), part_name("1", [])}
    assert len(names) == 4


def test_a_bundle_tells_where_everything_lies() -> None:
    counts = Counts(tables=2, errors=1)
    file = io.BytesIO()
    pq.write_table(pa.table({"row": [1]}), file)
    parquet = file.getvalue()
    content = bundled(counts, {"cells": b"1,2\r\n"}, {"cells": parquet}, {"x-001.csv": b"row"}, b"{}\n")
    directory = directory_of(io.BytesIO(content))
    assert directory.counts == counts
    assert directory.digests.keys() == {"cells"}
    for extent, expected in (
        (directory.csv["cells"], b"1,2\r\n"),
        (directory.parquet["cells"], prepared(parquet)),
        (directory.tables["x-001.csv"], b"row"),
        (directory.documents, b"{}\n"),
    ):
        assert content[extent.start : extent.start + extent.length] == expected
    for damaged in (b"", content[:20], b"\0" * 8 + b"{}", (2).to_bytes(8, "big") + b"{}"):
        with pytest.raises(ValueError, match=r"."):
            directory_of(io.BytesIO(damaged))

"""A data set as CSV: UTF-8, RFC 4180, safe to open in a spreadsheet.

Guarantee: no text is taken for a formula. One whose first sign, after apostrophes if it has any, is `=`, `+`, `-`, `@`,
a tab, a carriage return, or the full-width form of one, gets one more apostrophe before it; who reads the file and
wants the text takes one away where that holds. Numbers, dates and the rest stay as they are.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc

from pipeline.publish.exact import texts

FORMULA = "^'*[=+\\-@\t\r＝＋－＠]"
"""How a text begins that a spreadsheet may take for a formula, or that was made safe."""

SLICE = 1 << 14
"""Rows that are made into text at a time."""

_QUOTED = '[",\r\n]|^[ \t]|[ \t]$'


def write_csv(out: IO[bytes], names: Iterable[str], batches: Iterable[Any]) -> None:
    """Write a header and the rows of record batches."""
    out.write((",".join(_quoted(name) for name in names) + "\r\n").encode())
    for batch in in_slices(batches):
        _write_rows(out, [_cells(column) for column in batch.columns])


def in_slices(batches: Iterable[Any]) -> Iterator[Any]:
    """Give the rows some at a time: as text they take much more memory."""
    for batch in batches:
        for start in range(0, batch.num_rows, SLICE):
            yield batch.slice(start, SLICE)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if any(sign in name for sign in '",\r\n') else name


def _cells(column: Any) -> Any:  # noqa: ANN401  # Arrow has no types
    if not pa.types.is_string(column.type):
        return texts(column)
    found = column.dictionary_encode()  # texts repeat: each is looked at once
    return safe(found.dictionary).take(found.indices)


def safe(values: Any) -> Any:  # noqa: ANN401
    """Write texts as CSV has them: made safe, and quoted where they need it."""
    values = pc.if_else(pc.match_substring_regex(values, FORMULA), pc.binary_join_element_wise("'", values, ""), values)
    doubled = pc.replace_substring(values, '"', '""')
    quoted = pc.binary_join_element_wise('"', doubled, '"', "")
    return pc.if_else(pc.match_substring_regex(values, _QUOTED), quoted, values)


def _write_rows(out: IO[bytes], columns: list[Any]) -> None:
    rows = pc.binary_join_element_wise(*columns, ",", null_handling="replace", null_replacement="")
    out.write(joined(pc.binary_join_element_wise(rows, "\r\n", "")))


def joined(values: Any) -> Any:  # noqa: ANN401
    """Give the bytes of all texts one after another, as they lie in memory; none may be missing."""
    _, offsets, data = values.buffers()
    places = memoryview(offsets).cast("i")
    return memoryview(data)[places[values.offset] : places[values.offset + len(values)]]

"""Parquet files of one schema to one file, without decoding them: pages are copied, one footer is written.

A footer takes a millisecond to decode, a file of hundreds of parts as many. So a part that is joined again and again is
`prepared`: its outline, which says where in its row groups' metadata offsets stand, is found once and stands before it.

Guarantee: the file holds the rows of all parts in their order, in pages that are the parts' bytes; the same parts give
the same bytes. A part that is not a whole Parquet file of the first one's schema raises `ValueError`, and no footer is
written.

Sources: the Apache Parquet format specification (`parquet.thrift`, whose field numbers stand below) and the
specification of Thrift's compact protocol, in which footers are written. A footer is decoded only as far as it is
edited; all else in it, fields of later versions included, stays the bytes it was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import pairwise
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, Final, TypeAlias
from zlib import crc32

_MAGIC = b"PAR1"
_PREPARED = b"ZOUT"
"""How a part begins that is prepared; length and CRC-32 of its outline follow, in four bytes each, and the outline."""

_HEAD = 12
"""Bytes before the outline."""
_ENCRYPTED = b"PARE"
_PIECE = 1 << 16

_I16, _I32, _I64, _BINARY, _LIST, _SET, _MAP, _STRUCT = 4, 5, 6, 8, 9, 10, 11, 12
_INTEGERS = frozenset({_I16, _I32, _I64})
_BOOLEANS = frozenset({1, 2})
_SIZES = {1: 1, 2: 1, 3: 1, 7: 8, 13: 16}
"""Bytes of a boolean, a byte, a double, a UUID. A boolean that is a field has none: it is the field's type."""

_SCHEMA, _ROWS, _GROUPS, _ORDERS, _ENCRYPTION, _SIGNING_KEY = 2, 3, 4, 7, 8, 9
_COLUMNS, _GROUP_ROWS, _GROUP_OFFSET, _ORDINAL = 1, 3, 5, 7
_OTHER_FILE, _CHUNK_OFFSET, _META, _PAGE_INDEX = 1, 2, 3, (4, 5, 6, 7)
_SIZE, _DATA_PAGE, _INDEX_PAGE, _DICTIONARY, _BLOOM_FILTER = 7, 9, 10, 11, (14, 15)

Shape: TypeAlias = Mapping[int, "Shape | tuple[Shape] | None"]
"""The fields of a struct to decode: `None` for an integer, a shape for a struct, `(shape,)` for a list of structs."""

Struct: TypeAlias = dict[int, tuple[int, Any]]
"""A struct: field id to Thrift type and value, in order. A value is an `int`, a `Struct` or a list of them where the
shape names the field, and its encoded bytes elsewhere."""

_COLUMN_META: Final[Shape] = {_SIZE: None, _DATA_PAGE: None, _INDEX_PAGE: None, _DICTIONARY: None}
_GROUP: Final[Shape] = {
    _COLUMNS: ({_META: _COLUMN_META},),
    _GROUP_ROWS: None,
    _GROUP_OFFSET: None,
    _ORDINAL: None,
}
_FOOTER: Final[Shape] = {_ROWS: None, _GROUPS: (_GROUP,)}


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file, prepared or not, as it lies in a file, perhaps among others: `length` bytes from byte `start`."""

    file: IO[bytes]
    start: int
    length: int


class _Offset(int):
    """An offset in a row group's metadata, counted from the part's beginning."""


@dataclass(frozen=True, slots=True)
class _Group:
    """A row group's metadata: encoded bytes, cut where offsets stand between them.

    `ordinal` is the head of the field with its ordinal, which comes last; empty where it has none.
    """

    pieces: Sequence[bytes]
    offsets: Sequence[int]
    ordinal: bytes

    def encoded(self, by: int, number: int) -> bytes:
        """Give it with its pages so many bytes further on; the number is left out where it has too many bits."""
        out = bytearray(self.pieces[0])
        for offset, piece in zip(self.offsets, self.pieces[1:], strict=True):
            out += _packed(_folded(offset + by))
            out += piece
        if self.ordinal and number < 1 << 15:
            out += self.ordinal + _packed(_folded(number))
        out.append(0)
        return bytes(out)


@dataclass(frozen=True, slots=True)
class _Outline:
    """What joining must know of a part: where its footer begins, its rows, a digest of its schema, its row groups."""

    end: int
    rows: int
    schema: str
    groups: Sequence[_Group]


def prepared(content: bytes) -> bytes:
    """Give a Parquet file with its outline before it, for a part that is joined often.

    Raises:
        ValueError: it is damaged or encrypted.
    """
    part = Part(BytesIO(content), 0, len(content))
    found = _outlined(*_footer(part))
    groups = [
        {"pieces": [piece.hex() for piece in g.pieces], "offsets": g.offsets, "ordinal": g.ordinal.hex()}
        for g in found.groups
    ]
    text = json.dumps({"end": found.end, "rows": found.rows, "schema": found.schema, "groups": groups}).encode()
    return b"".join((_PREPARED, len(text).to_bytes(4, "little"), crc32(text).to_bytes(4, "little"), text, content))


def _opened(part: Part) -> tuple[Part, _Outline]:
    """Give a part as it is without its outline, and that.

    Raises:
        ValueError: it is damaged or encrypted.
    """
    head = _read(part, 0, min(_HEAD, part.length))
    if head[:4] != _PREPARED:
        return part, _outlined(*_footer(part))
    length, checksum = (int.from_bytes(head[at : at + 4], "little") for at in (4, 8))
    text = _read(part, _HEAD, min(length, part.length))
    if crc32(text) != checksum or _read(part, part.length - 4, 4) != _MAGIC:
        raise ValueError("it is cut off or damaged")
    found = json.loads(text)
    groups = [
        _Group([bytes.fromhex(piece) for piece in g["pieces"]], g["offsets"], bytes.fromhex(g["ordinal"]))
        for g in found["groups"]
    ]
    outline = _Outline(found["end"], found["rows"], found["schema"], groups)
    return Part(part.file, part.start + _HEAD + length, part.length - _HEAD - length), outline


def join(parts: Iterable[Part], out: IO[bytes]) -> int:
    """Write one Parquet file with the row groups of all parts; give the number of its rows.

    All that is said of the whole file, such as its key-value metadata, is what the first part says. Page indexes and
    Bloom filters, which only help to skip pages, are left out, and so are row groups without rows. A part is done with
    before the next is asked for; the metadata of the row groups gone by lie in a temporary file.

    Args:
        parts: at least one.
        out: an empty file. After an error it holds pages without a footer: throw it away.

    Raises:
        ValueError: there is no part, or one is cut off, damaged, encrypted or of another schema; the text names it.
        OSError: reading or writing failed.
    """
    with TemporaryFile() as groups:
        return _join(parts, groups, out)


def _join(parts: Iterable[Part], groups: IO[bytes], out: IO[bytes]) -> int:
    """Do as `join` does; `groups` is an empty file for encoded row groups."""
    whole: Struct = {}
    schema = ""
    count = rows = 0
    position = len(_MAGIC)
    out.write(_MAGIC)
    for number, given in enumerate(parts, 1):
        try:
            part, outline = _opened(given)
            if not whole:
                whole = _footer(part)[0] | {_GROUPS: (_LIST, b"")}
                schema = outline.schema
            if outline.schema != schema:
                raise ValueError("its schema is not that of part 1")
            for group in outline.groups:
                groups.write(group.encoded(position - len(_MAGIC), count))
                count += 1
            if outline.groups:
                position += _copy(part, outline.end, out)
            rows += outline.rows
        except ValueError as error:
            where = f"part {number} (from byte {given.start} of {getattr(given.file, 'name', 'a file in memory')})"
            raise ValueError(f"{where} cannot be joined: {error}; write this part anew") from error
    if not whole:
        raise ValueError("no Parquet file to join: give at least one; it may be without rows")
    whole[_ROWS] = (_I64, rows)
    whole[_GROUPS] = (_LIST, _list_header(count))
    head, tail = _halves(whole, _GROUPS)
    size = len(head) + groups.tell() + len(tail)
    groups.seek(0)
    out.write(head)
    copyfileobj(groups, out)
    out.write(tail + size.to_bytes(4, "little") + _MAGIC)
    return rows


def _halves(struct: Struct, last: int) -> tuple[bytes, bytes]:
    """Encode a struct, in two pieces: up to the end of a field, and all after it."""
    whole = encode(struct)
    fields = [*struct]
    first = {field: struct[field] for field in fields[: fields.index(last) + 1]}
    end = len(encode(first)) - 1  # without the mark of its end
    return whole[:end], whole[end:]


def _footer(part: Part) -> tuple[Struct, int]:
    """Read a part's footer, and where in the part it begins."""
    if part.length < 12:
        raise ValueError(f"{part.length} bytes are too few for a Parquet file")
    head, tail = _read(part, 0, 4), _read(part, part.length - 8, 8)
    if _ENCRYPTED in (head, tail[4:]):
        raise ValueError("its footer is encrypted")
    if head != _MAGIC or tail[4:] != _MAGIC:
        raise ValueError("it is cut off, or no Parquet file")
    begin = part.length - 8 - int.from_bytes(tail[:4], "little")
    if begin < 4:
        raise ValueError("its footer is longer than the part")
    footer = decode(_read(part, begin, part.length - 8 - begin), _FOOTER)
    if _ENCRYPTION in footer or _SIGNING_KEY in footer:
        raise ValueError("its footer is signed, or columns of it are encrypted")
    return footer, begin


def _read(part: Part, offset: int, size: int) -> bytes:
    part.file.seek(part.start + offset)
    data = part.file.read(size)
    if len(data) != size:
        raise ValueError("its file ends before it does")
    return data


def _copy(part: Part, end: int, out: IO[bytes]) -> int:
    """Copy all that stands between a part's first bytes and its footer; give how much it is."""
    part.file.seek(part.start + len(_MAGIC))
    left = size = end - len(_MAGIC)
    while left:
        piece = part.file.read(min(left, _PIECE))
        if not piece:
            raise ValueError("its file ends before it does")
        out.write(piece)
        left -= len(piece)
    return size


def _outlined(footer: Struct, end: int) -> _Outline:
    """Find out what joining must know of a part.

    Args:
        footer: its footer.
        end: where that begins.

    Raises:
        ValueError: the footer contradicts itself, or lacks a field.
    """
    try:
        filled = [group for group in footer[_GROUPS][1] if group[_GROUP_ROWS][1]]
        rows = footer[_ROWS][1]
        if rows != sum(group[_GROUP_ROWS][1] for group in filled):
            raise ValueError("its footer contradicts itself in the number of rows")
        schema = hashlib.sha256(encode({field: footer[field] for field in (_SCHEMA, _ORDERS) if field in footer}))
        return _Outline(end, rows, schema.hexdigest(), [_group(group, end) for group in filled])
    except KeyError as error:
        raise ValueError(f"its footer lacks field {error}") from error


def _group(group: Struct, end: int) -> _Group:
    """Cut a row group's metadata where offsets stand; it is changed. `end` is where the part's pages end."""
    for chunk in group[_COLUMNS][1]:
        if _OTHER_FILE in chunk:
            raise ValueError("pages of it lie in another file")
        meta = chunk[_META][1]
        data_page = meta[_DATA_PAGE][1]
        begin, last = sorted((data_page, meta.get(_DICTIONARY, (_I64, 0))[1] or data_page))
        if not len(_MAGIC) <= begin <= last < begin + meta[_SIZE][1] <= end:
            raise ValueError("its footer puts a column where no pages are")
        for field in (_DATA_PAGE, _INDEX_PAGE, _DICTIONARY):
            _mark(meta, field)
        chunk[_CHUNK_OFFSET] = (_I64, 0)  # deprecated: the place of a copy of the metadata, whose offsets are old
        for field in _PAGE_INDEX:
            chunk.pop(field, None)
        for field in _BLOOM_FILTER:
            meta.pop(field, None)
    _mark(group, _GROUP_OFFSET)
    ordinal = b""
    if group.pop(_ORDINAL, None):
        ordinal = _field(_I16, _ORDINAL, max(group))
    out = bytearray()
    cuts: list[tuple[int, int]] = []
    _encode(group, out, cuts)
    places = [0, *(place for place, _ in cuts), len(out) - 1]
    return _Group([bytes(out[a:b]) for a, b in pairwise(places)], [offset for _, offset in cuts], ordinal)


def _mark(struct: Struct, field: int) -> None:
    """Mark an offset; 0 says that there is none."""
    kind, offset = struct.get(field, (_I64, 0))
    if offset:
        struct[field] = (kind, _Offset(offset))


def decode(data: bytes, shape: Shape) -> Struct:
    """Decode a Thrift struct as far as `shape` names its fields.

    Raises:
        ValueError: it is not one whole struct, or not of that shape.
    """
    try:
        struct, end = _decode(data, 0, shape)
    except (IndexError, RecursionError) as error:
        raise ValueError("its footer is damaged") from error
    if end != len(data):
        raise ValueError("its footer is damaged")
    return struct


def encode(struct: Struct) -> bytes:
    """Encode a Thrift struct; one that was decoded and not changed becomes the same bytes."""
    out = bytearray()
    _encode(struct, out)
    return bytes(out)


def _decode(data: bytes, at: int, shape: Shape) -> tuple[Struct, int]:
    """Decode the struct at a place; give where it ends, too."""
    struct: Struct = {}
    field = 0
    while head := data[at]:
        kind = head & 15
        if head > 15:
            field += head >> 4
            at += 1
        else:
            field, at = _integer(data, at + 1)
        if field in struct:
            raise ValueError(f"its footer has field {field} twice in a struct")
        value: Any
        if field not in shape:
            begin = at
            if kind not in _BOOLEANS:
                at = _after(data, at, kind)
            value = data[begin:at]
        elif (inner := shape[field]) is None and kind in _INTEGERS:
            value, at = _integer(data, at)
        elif isinstance(inner, Mapping) and kind == _STRUCT:
            value, at = _decode(data, at, inner)
        elif isinstance(inner, tuple) and kind == _LIST:
            of, size, at = _list_start(data, at)
            if of != _STRUCT:
                raise ValueError(f"its footer has elements of type {of} in field {field}")
            value = []
            for _ in range(size):
                element, at = _decode(data, at, inner[0])
                value.append(element)
        else:
            raise ValueError(f"its footer has a value of type {kind} in field {field}")
        struct[field] = (kind, value)
    return struct, at + 1


def _after(data: bytes, at: int, kind: int) -> int:
    """Find the end of a value."""
    if kind in _INTEGERS:
        while data[at] > 127:
            at += 1
        return at + 1
    if kind == _BINARY:
        size, at = _varint(data, at)
        return at + size
    if kind == _STRUCT:
        while head := data[at]:
            at = at + 1 if head > 15 else _integer(data, at + 1)[1]
            if head & 15 not in _BOOLEANS:
                at = _after(data, at, head & 15)
        return at + 1
    if kind in _SIZES:
        return at + _SIZES[kind]
    if kind in (_LIST, _SET):
        of, size, at = _list_start(data, at)
        kinds: tuple[int, ...] = (of,)
    elif kind == _MAP:
        size, at = _varint(data, at)
        if not size:
            return at
        kinds = (data[at] >> 4, data[at] & 15)
        at += 1
    else:
        raise ValueError(f"its footer has a value of type {kind}, which Thrift has not")
    if size > len(data):
        raise ValueError("its footer is damaged")
    for _ in range(size):
        for each in kinds:
            at = _after(data, at, each)
    return at


def _list_start(data: bytes, at: int) -> tuple[int, int, int]:
    """Read a list's header; give the type and number of its elements, and where the first begins."""
    of, size = data[at] & 15, data[at] >> 4
    if size < 15:
        return of, size, at + 1
    size, at = _varint(data, at + 1)
    return of, size, at


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Read an unsigned integer: 7 bits a byte, the lowest first; give where it ends, too."""
    value = shift = 0
    while (byte := data[at]) > 127:
        value |= (byte & 127) << shift
        shift += 7
        at += 1
    return value | byte << shift, at + 1


def _integer(data: bytes, at: int) -> tuple[int, int]:
    """Read a signed integer: 0, -1, 1, -2 are kept as 0, 1, 2, 3."""
    folded, at = _varint(data, at)
    return folded >> 1 ^ -(folded & 1), at


def _encode(struct: Struct, out: bytearray, cuts: list[tuple[int, int]] | None = None) -> None:
    """Add an encoded struct to bytes; offsets marked in it are left out, and noted in `cuts` with their places."""
    last = 0
    for field, (kind, value) in struct.items():
        out += _field(kind, field, last)
        last = field
        if isinstance(value, bytes):
            out += value
        elif isinstance(value, _Offset) and cuts is not None:
            cuts.append((len(out), int(value)))
        elif isinstance(value, int):
            out += _packed(_folded(value))
        elif isinstance(value, dict):
            _encode(value, out, cuts)
        else:
            out += _list_header(len(value))
            for element in value:
                _encode(element, out, cuts)
    out.append(0)


def _field(kind: int, field: int, last: int) -> bytes:
    """Give the head of a field that follows the field `last`, or is the first if that is 0."""
    if 0 < field - last < 16:
        return bytes(((field - last) << 4 | kind,))
    return bytes((kind,)) + _packed(_folded(field))


def _list_header(size: int) -> bytes:
    return bytes((size << 4 | _STRUCT,)) if size < 15 else bytes((0xF0 | _STRUCT,)) + _packed(size)


def _folded(number: int) -> int:
    return number << 1 ^ -(number < 0)


def _packed(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)

"""Parquet files of one schema to one file, without decoding them: pages are copied, one footer is written.

Guarantee: the file holds the rows of all parts in their order, in pages that are the parts' bytes; the same parts give
the same bytes. A part that is not a whole Parquet file of the first one's schema raises `ValueError`, and no footer is
written.

Sources: the Apache Parquet format specification (`parquet.thrift`, whose field numbers stand below) and the
specification of Thrift's compact protocol, in which footers are written. A footer is decoded only as far as it is
edited; all else in it, fields of later versions included, stays the bytes it was.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import IO, Any, BinaryIO, Final, TypeAlias

_MAGIC = b"PAR1"
_ENCRYPTED = b"PARE"
_PIECE = 1 << 20

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
    """A Parquet file as it lies in a file, perhaps among others: `length` bytes from byte `start`."""

    file: BinaryIO
    start: int
    length: int


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
    count = rows = 0
    position = len(_MAGIC)
    out.write(_MAGIC)
    for number, part in enumerate(parts, 1):
        try:
            footer, end = _footer(part)
            whole = whole or footer | {_GROUPS: (_LIST, b"")}
            if any(whole.get(field) != footer.get(field) for field in (_SCHEMA, _ORDERS)):
                raise ValueError("its schema is not that of part 1")
            filled = [group for group in footer[_GROUPS][1] if group[_GROUP_ROWS][1]]
            if footer[_ROWS][1] != sum(group[_GROUP_ROWS][1] for group in filled):
                raise ValueError("its footer contradicts itself in the number of rows")
            for group in filled:
                _move(group, position - len(_MAGIC), end, count)
                groups.write(encode(group))
                count += 1
            if filled:
                position += _copy(part, end, out)
            rows += footer[_ROWS][1]
        except (ValueError, KeyError) as error:
            what = error if isinstance(error, ValueError) else f"its footer lacks field {error}"
            where = f"part {number} (from byte {part.start} of {getattr(part.file, 'name', 'a file in memory')})"
            raise ValueError(f"{where} cannot be joined: {what}; write this part anew") from error
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


def _move(group: Struct, by: int, end: int, ordinal: int) -> None:
    """Have a row group's metadata say that its pages lie further on, and that it is the one of this ordinal.

    Args:
        group: is changed.
        by: how many bytes further on.
        end: where the part's pages end.
        ordinal: left out where it has too many bits for its field.
    """
    for chunk in group[_COLUMNS][1]:
        if _OTHER_FILE in chunk:
            raise ValueError("pages of it lie in another file")
        meta = chunk[_META][1]
        data_page = meta[_DATA_PAGE][1]
        begin, last = sorted((data_page, meta.get(_DICTIONARY, (_I64, 0))[1] or data_page))
        if not len(_MAGIC) <= begin <= last < begin + meta[_SIZE][1] <= end:
            raise ValueError("its footer puts a column where no pages are")
        for field in (_DATA_PAGE, _INDEX_PAGE, _DICTIONARY):
            _shift(meta, field, by)
        chunk[_CHUNK_OFFSET] = (_I64, 0)  # deprecated: the place of a copy of the metadata, whose offsets are old
        for field in _PAGE_INDEX:
            chunk.pop(field, None)
        for field in _BLOOM_FILTER:
            meta.pop(field, None)
    _shift(group, _GROUP_OFFSET, by)
    if _ORDINAL in group and ordinal < 1 << 15:
        group[_ORDINAL] = (_I16, ordinal)
    else:
        group.pop(_ORDINAL, None)


def _shift(struct: Struct, field: int, by: int) -> None:
    """Add to an offset; 0 says that there is none."""
    kind, offset = struct.get(field, (_I64, 0))
    if offset:
        struct[field] = (kind, offset + by)


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


def _encode(struct: Struct, out: bytearray) -> None:
    last = 0
    for field, (kind, value) in struct.items():
        if 0 < field - last < 16:
            out.append((field - last) << 4 | kind)
        else:
            out.append(kind)
            out += _packed(_folded(field))
        last = field
        if isinstance(value, bytes):
            out += value
        elif isinstance(value, int):
            out += _packed(_folded(value))
        elif isinstance(value, dict):
            _encode(value, out)
        else:
            out += _list_header(len(value))
            for element in value:
                _encode(element, out)
    out.append(0)


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

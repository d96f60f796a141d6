"""ZIP archives and ASiC containers: the directory, and each file in pieces.

Guarantee: the directory is read entry by entry, a file in pieces of `PIECE` bytes, whatever either claims. A file that
is damaged, locked or packed in an unknown way costs no other one.

The standard library's `zipfile` reads a directory whole before its entries can be counted, unpacks bzip2 and LZMA
without a bound, and gives up an archive for one odd name or field. Sources: PKWARE's APPNOTE.TXT 6.3.10, and ETSI EN
319 162-1 for ASiC.
"""

from __future__ import annotations

import bz2
import lzma
import re
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from struct import Struct
from typing import Any, Literal

from extractors.errors import Broken, InputError, Refused
from extractors.limits import LIMITS, enforce

PIECE = 1 << 20
"""Bytes unpacked at a time."""

Pieces = Iterator[bytes | memoryview]

_END = Struct("<10xHLL2x")  # end of central directory: entries, size and place of the directory
_END_MARK, _WIDE_END_MARK, _WIDE_LOCATOR_MARK = b"PK\x05\x06", b"PK\x06\x06", b"PK\x06\x07"
_WIDE_END = Struct("<32xQQQ")
_WIDE_LOCATOR = 20
_COMMENT = 0xFFFF
_CENTRAL = Struct("<8xHH4xLLLHHH8xL")
_CENTRAL_MARK = b"PK\x01\x02"
_LOCAL = Struct("<26xHH")
_LOCAL_MARK = b"PK\x03\x04"
_FIELD = Struct("<HH")
_WIDE_FIELD = 0x0001
_WIDE = 0xFFFFFFFF
_WIDE_NUMBER = _WIDE.to_bytes(8, "little")
_ENCRYPTED = 0x0001
UTF8 = 0x0800
"""The flag that says a name is UTF-8."""
_STORED, _DEFLATED, _BZIP2, _LZMA = 0, 8, 12, 14

_PACKAGE_MARKS = {b"[Content_Types].xml", b"_rels/.rels", b"Index/Document.iwa"}
"""Files by which a ZIP is one document: Office Open XML, and Apple's Pages and Numbers."""
_ASIC = b"application/vnd.etsi.asic-"
_ASIC_SIGNATURE = re.compile(rb"META-INF/[^/]*signature[^/]*\.(p7s|xml)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file as the directory of a ZIP tells it. All of it may be a lie."""

    name: bytes
    extra: bytes
    flags: int
    method: int
    crc: int
    packed: int
    size: int
    offset: int


def looks_like_zip(data: bytes) -> bool:
    """Tell whether a file begins as a ZIP."""
    return data.startswith(b"PK")


def entries(data: bytes) -> Iterator[Entry]:
    """Read the directory of a ZIP, entry by entry.

    Raises:
        Broken: `damaged`.
        Refused: `limit:container_members`.
    """
    end = data.rfind(_END_MARK, max(0, len(data) - _COMMENT - _END.size))
    if end < 0 or end + _END.size > len(data):
        raise _damaged_zip("its directory is missing")
    count, size, offset = _END.unpack_from(data, end)
    if data[max(0, end - _WIDE_LOCATOR) : end].startswith(_WIDE_LOCATOR_MARK):
        at = data.rfind(_WIDE_END_MARK, max(0, end - _COMMENT), end - _WIDE_LOCATOR)
        if at >= 0 and at + _WIDE_END.size <= end:
            count, size, offset = _WIDE_END.unpack_from(data, at)
            end = at
    if not count:
        return
    start = next((at for at in (offset, end - size) if at >= 0 and data.startswith(_CENTRAL_MARK, at)), None)
    if start is None:
        raise _damaged_zip("its directory is not where it should be")
    at, read = start, 0
    while at + _CENTRAL.size <= end and data.startswith(_CENTRAL_MARK, at):
        read += 1
        enforce("container_members", read, LIMITS.container_members)
        flags, method, crc, packed_size, unpacked_size, name, extra, comment, place = _CENTRAL.unpack_from(data, at)
        at += _CENTRAL.size
        fields = data[at + name : at + name + extra]
        sizes = _widened((unpacked_size, packed_size, place), field(fields, _WIDE_FIELD))
        yield Entry(data[at : at + name], fields, flags, method, crc, sizes[1], sizes[0], sizes[2] + start - offset)
        at += name + extra + comment
    if read < count:
        raise _damaged_zip(f"its directory breaks off after {read} of {count} files")


def _widened(numbers: tuple[int, ...], wide: bytes) -> list[int]:
    """Take the numbers that do not fit 32 bits from the field that holds those, and only those, one after another."""
    there = iter(wide[at : at + 8] for at in range(0, len(wide) - 7, 8))
    return [int.from_bytes(next(there, _WIDE_NUMBER), "little") if number == _WIDE else number for number in numbers]


def field(fields: bytes, wanted: int) -> bytes:
    """Give one of an entry's extra fields by its number; no bytes where it is not there."""
    at = 0
    while at + _FIELD.size <= len(fields):
        name, length = _FIELD.unpack_from(fields, at)
        at += _FIELD.size
        if name == wanted:
            return fields[at : at + length]
        at += length
    return b""


def kind(data: bytes, entries: Iterable[Entry]) -> Literal["zip", "asic"] | None:
    """Tell an archive from an ASiC container, and both from a document that is a ZIP, by the files in it."""
    signed = False
    for entry in entries:
        if entry.name in _PACKAGE_MARKS:
            return None
        if entry.name == b"mimetype":
            try:
                return "asic" if bytes(next(unpacked(data, entry), b"")).startswith(_ASIC) else None
            except InputError:
                return None
        signed = signed or _ASIC_SIGNATURE.fullmatch(entry.name) is not None
    return "asic" if signed else "zip"


def is_folder(entry: Entry) -> bool:
    """Tell a folder from a file."""
    return entry.name.endswith((b"/", b"\\"))


def is_own(entry: Entry) -> bool:
    """Tell what an ASiC container says about itself from what it holds."""
    return entry.name == b"mimetype" or entry.name.upper().startswith(b"META-INF/")


def _span(data: bytes, entry: Entry) -> tuple[int, int] | None:
    """Give where the packed bytes of a file begin and end; `None` where they are not there."""
    at = entry.offset
    if at < 0 or at + _LOCAL.size > len(data) or not data.startswith(_LOCAL_MARK, at):
        return None
    start = at + _LOCAL.size + sum(_LOCAL.unpack_from(data, at))
    end = start + entry.packed
    return (start, end) if end <= len(data) else None


def check_overlap(data: bytes, entries: list[Entry]) -> None:
    """See that no byte is unpacked twice: a bomb without nesting has one kernel that all its files share.

    Raises:
        Broken: `damaged`.
    """
    spans = sorted((entry.offset, span[1]) for entry in entries if (span := _span(data, entry)))
    for (_, end), (start, _) in pairwise(spans):
        if start < end:
            raise _damaged_zip("its files lie over one another, as no program packs them")


def unpacked(data: bytes, entry: Entry) -> Pieces:
    """Unpack a file piece by piece.

    Raises:
        Refused: `encrypted` or `unsupported`.
        Broken: `damaged`.
    """
    if entry.flags & _ENCRYPTED:
        raise Refused("encrypted", "the file in the archive is locked by a password; give it without one")
    if entry.method not in (_STORED, _DEFLATED, _BZIP2, _LZMA):
        raise Refused(
            "unsupported",
            f"the file in the archive is packed by method {entry.method}, which is not read; pack it as usual",
        )
    span = _span(data, entry)
    if span is None:
        raise _damaged_file("is not where its directory says")
    packed = memoryview(data)[slice(*span)]
    crc = 0
    try:
        for piece in _pieces(packed) if entry.method == _STORED else _expanded(packed, entry):
            crc = zlib.crc32(piece, crc)
            yield piece
    except (zlib.error, lzma.LZMAError, OSError, EOFError, ValueError) as error:
        raise _damaged_file(f"does not unpack ({error})") from error
    if crc != entry.crc:
        raise _damaged_file("is not what was packed (its CRC differs)")


def _pieces(view: memoryview) -> Pieces:
    return (view[at : at + PIECE] for at in range(0, len(view), PIECE))


def _expanded(packed: memoryview, entry: Entry) -> Pieces:
    engine: Any
    if entry.method == _DEFLATED:
        engine = zlib.decompressobj(-zlib.MAX_WBITS)
    elif entry.method == _BZIP2:
        engine = bz2.BZ2Decompressor()
    else:
        engine, packed = _lzma_engine(packed)
    given, size = 0, 0
    while not engine.eof:
        feed: bytes | memoryview = getattr(engine, "unconsumed_tail", b"")
        if not feed and getattr(engine, "needs_input", True):
            feed = packed[given : given + PIECE // 16]
            given += len(feed)
        piece = engine.decompress(feed, PIECE)
        if piece:
            size += len(piece)
            yield piece
        elif not feed and given >= len(packed):
            if entry.method == _LZMA and size == entry.size:  # its end need not be marked
                return
            raise EOFError("it is cut off")


def _lzma_engine(packed: memoryview) -> tuple[lzma.LZMADecompressor, memoryview]:
    """Read the head of a file packed by LZMA (APPNOTE 5.8): version, size of properties, properties of 5 bytes."""
    if len(packed) < 9 or packed[2] != 5 or packed[3] or packed[4] >= 9 * 5 * 5:
        raise ValueError("its LZMA head is wrong")
    rest, lc = divmod(packed[4], 9)
    pb, lp = divmod(rest, 5)
    dictionary = min(int.from_bytes(packed[5:9], "little"), LIMITS.file_bytes)  # nothing lies farther back
    filters = [{"id": lzma.FILTER_LZMA1, "dict_size": max(dictionary, 4096), "lc": lc, "lp": lp, "pb": pb}]
    return lzma.LZMADecompressor(lzma.FORMAT_RAW, filters=filters), packed[9:]


def _damaged_zip(what: str) -> Broken:
    return Broken("damaged", f"the ZIP archive is cut off or damaged: {what}; upload it again or pack it anew")


def _damaged_file(what: str) -> Broken:
    return Broken("damaged", f"the file in the archive {what}; pack it anew or give it by itself")
